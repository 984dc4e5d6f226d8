"""physreel push to a stand-in of the hub, by the hub's own command:

    test_push_hub.py PHYSREEL [--kills N] [--seed S]

What arrives is the dataset, under broken lines, refusals and being killed at N random moments; it is
read back by the official client, datasets and pyarrow. Prints TAP.
"""
import argparse
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import hub_server
import push_kit
from push_kit import check

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--kills", type=int, default=8)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
python = push_kit.python()
READ_BACK = """
import hashlib, json, pathlib, sys
import datasets, huggingface_hub, pyarrow.parquet as pq
datasets.disable_progress_bars(); huggingface_hub.utils.disable_progress_bars()
name, revision, cache = sys.argv[1:]
root = pathlib.Path(huggingface_hub.snapshot_download(name, repo_type="dataset", revision=revision, cache_dir=cache))
tree = {}
for p in root.rglob("*"):
    if p.is_file() and p.name != ".gitattributes":
        b = p.read_bytes()
        tree[p.relative_to(root).as_posix()] = (len(b), hashlib.sha256(b).hexdigest())
rows = {str(p.relative_to(root)): pq.read_table(p).num_rows for p in root.rglob("*.parquet")}
clips = datasets.load_dataset(str(root), name="clips", cache_dir=cache)
print(json.dumps({"tree": tree, "rows": rows, "clips": {k: len(v) for k, v in clips.items()}}))
"""


def honest(hub, name, want):
    """What must hold of every commit, whatever happened: {what is wrong}"""
    wrong = set()
    repo, seen = hub.repos[name], {}
    for commit in repo.commits[1:]:
        tree = {p: (e.size, e.sha256) for p, e in repo.trees[commit["oid"]].items() if p != ".gitattributes"}
        if "manifest.json" in tree and tree != want:
            wrong.add("a manifest came before what it lists")
        if not commit["changed"] and not commit["removed"]:
            wrong.add("an empty commit")
        for path in commit["changed"]:
            seen[path] = seen.get(path, 0) + 1
    if any(n > 1 for n in seen.values()):
        wrong.add("a file was committed twice")
    if any(n > 1 and oid not in hub.unknown for oid, n in hub.uploads.items()):
        wrong.add("an object was uploaded twice")
    return wrong | set(hub.defects)


def fresh(faults=None, **more):
    hub = hub_server.Hub(faults)
    env = push_kit.environment(
        HF_ENDPOINT=hub.start(), HF_TOKEN="hf_writer_token", HF_HUB_DISABLE_XET="1", HF_HOME=str(work / "hf"),
        TMPDIR=str(work / "tmp"), PATH=os.path.dirname(python) + ":" + os.environ["PATH"], **more)
    return hub, push_kit.Pusher(options.program, env)


def plain(real, want):
    hub, push = fresh()
    start = time.monotonic()
    done = push("push", str(real), "me/real", "--commit-files", "16", "--tag", "v1", "--json")
    seconds = time.monotonic() - start
    check("a push ends with 0", done.returncode == 0, done.stderr)
    check("the tree there is the manifest's", hub.tree("me/real") == want)
    check("its commits are bounded, whole and in order", not honest(hub, "me/real", want) and
          max(len(c["sent"]) for c in hub.repos["me/real"].commits) <= 16, str(honest(hub, "me/real", want)))
    check("card and manifest come last", hub.repos["me/real"].commits[-1]["changed"] == ["README.md", "manifest.json"])
    check("the tag is at the last commit", hub.repos["me/real"].tags == {"v1": hub.repos["me/real"].branches["main"]})
    check("the result is told", json.loads(done.stdout)["files_sent"] == len(want))
    large = [s for s, _ in want.values() if s > hub_server.MULTIPART_ABOVE]
    check("a file went in parts", bool(large) and any("/complete/" in path for _, path, _ in hub.log))
    commits = len(hub.repos["me/real"].commits)
    done = push("push", str(real), "me/real", "--tag", "v1")
    check("a second push sends nothing", done.returncode == 0 and len(hub.repos["me/real"].commits) == commits, done.stderr)
    out = subprocess.run([python, "-c", READ_BACK, "me/real", "v1", str(work / "cache")], env=push.env,
                         capture_output=True, text=True)
    back = json.loads(out.stdout.splitlines()[-1]) if out.returncode == 0 else {}
    check("the official client downloads the same tree",
          {k: tuple(v) for k, v in back.get("tree", {}).items()} == want, out.stderr[-300:])
    check("pyarrow reads its tables", bool(back) and all(isinstance(n, int) for n in back["rows"].values()))
    check("datasets reads its clips", back.get("clips") == {"train": 3}, str(back.get("clips")))
    check("no link folder is left behind", not list((work / "tmp").iterdir()))
    return hub, push, seconds


def revisions_and_others(hub, push, real, want):
    done = push("push", str(real), "me/real", "--revision", "next")
    check("a branch is made", done.returncode == 0 and hub.tree("me/real", "next") == want, done.stderr)
    repo = hub.repos["me/real"]
    repo.apply("main", "by hand", {"odd [1]*.txt": hub_server.Entry(b"x", False),
                                   "odd 1.txt": hub_server.Entry(b"y", False)}, [])
    done = push("push", str(real), "me/real")
    check("files of others are refused", done.returncode == 64 and "odd 1.txt" in done.stderr, done.stderr)
    done = push("push", str(real), "me/real", "--keep")
    check("--keep leaves them", done.returncode == 0 and "odd 1.txt" in hub.tree("me/real"), done.stderr)
    repo.apply("main", "by hand", {"clips/odd?.mp4": hub_server.Entry(b"x", True)}, [])
    done = push("push", str(real), "me/real", "--delete")
    check("--delete removes them, and no more", done.returncode == 0 and hub.tree("me/real") == want, done.stderr)
    done = push("push", str(real), "me/real", "--tag", "v1")
    check("a tag of another commit is not moved", done.returncode == 64 and "v1" in done.stderr, done.stderr)
    repo.apply("main", "by hand", {"README.md": hub_server.Entry(b"changed", False)}, [])
    done = push("push", str(real), "me/real")
    check("what was changed there is sent again, alone", done.returncode == 0 and hub.tree("me/real") == want and
          repo.commits[-1]["sent"] == ["README.md"], done.stderr)


def messages(push, real, hub):
    for name, want, words, arguments, more in (
            ("no hf", 64, "pip install huggingface_hub", ["me/x"], {"PATH": "/usr/bin:/bin"}),
            ("no token", 64, "HF_TOKEN", ["me/x"], {"HF_TOKEN": None}),
            ("a bad token", 64, "HF_TOKEN", ["me/x"], {"HF_TOKEN": "hf_of_nobody_at_all"}),
            ("a token that may only read", 64, "permission", ["me/x"], {"HF_TOKEN": "hf_reader_token"}),
            ("a name of somebody else", 64, "permission", ["you/x"], {}),
            ("a public one where a private is wanted", 64, "public", ["me/real", "--private"], {}),
            ("no repository's name", 64, "OWNER/NAME", ["demo"], {}),
            ("an option in a name", 64, "OWNER/NAME", ["me/--private"], {}),
            ("a part size for the hub", 64, "s3", ["me/x", "--part-size", "64M"], {}),
            ("a bad branch", 64, "--revision", ["me/x", "--revision", "a..b"], {})):
        done = push("push", str(real), *arguments, **more)
        check(f"{name}: told", done.returncode == want and words in done.stderr, f"{done.returncode} {done.stderr}")
        check(f"{name}: no token shown", "hf_of_nobody" not in done.stderr and "_token" not in done.stderr, done.stderr)
    check("nothing was made by these", set(hub.repos) == {"me/real"})
    done = push("push", str(real), "me/private", "--private", "--verbose")
    check("--private makes it so", done.returncode == 0 and hub.repos["me/private"].private, done.stderr)
    check("no token is on a command line or told", "hf_writer_token" not in done.stdout + done.stderr)


def broken_datasets(push, hub):
    root = work / "broken"
    push_kit.write_dataset(root, {"clips/a.mp4": b"a" * 1000, "clips/b.mp4": b"b" * 1000})
    ways = {
        "a changed byte": lambda: (root / "clips/a.mp4").write_bytes(b"a" * 999 + b"b"),
        "a shorter file": lambda: (root / "clips/a.mp4").write_bytes(b"a" * 999),
        "a missing file": lambda: (root / "clips/a.mp4").unlink(),
    }
    for name, spoil in ways.items():
        spoil()
        done = push("push", str(root), "me/broken")
        check(f"{name}: refused", done.returncode == 70 and "clips/a.mp4" in done.stderr, done.stderr)
        for token, words in (("hf_reader_token", "permission"), ("hf_of_nobody_at_all", "HF_TOKEN")):
            done = push("push", str(root), "me/broken", HF_TOKEN=token)
            check(f"{name}: {token} is told before files are read", name != "a changed byte" or
                  done.returncode == 64 and words in done.stderr, done.stderr)
        (root / "clips/a.mp4").write_bytes(b"a" * 1000)
    text = (root / "manifest.json").read_text()
    (root / "manifest.json").write_text(text.replace('"bytes":1000', '"bytes":1001', 1))
    done = push("push", str(root), "me/broken")
    check("a changed manifest: refused", done.returncode == 70 and "manifest.json" in done.stderr, done.stderr)
    check("nothing was sent by these", not hub.tree("me/broken"))
    done = push("push", str(root / "clips"), "me/broken", "--dry-run")
    check("no dataset: told", done.returncode == 74, done.stderr)


def stages(push, real):
    """Folders of links go by their lock, whatever process their names tell of."""
    held, left = work / "tmp" / "physreel-stage-held", work / "tmp" / "physreel-stage-left"
    for folder in (held, left):
        (folder / "files").mkdir(parents=True)
        (folder / "lock").touch()
    with open(held / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = push("push", str(real), "me/real")
        check("a folder of a push that is no more goes", done.returncode == 0 and not left.exists(), done.stderr)
        check("one that somebody holds stays", (held / "files").exists())
    done = push("push", str(real), "me/real")
    check("until it is let go", done.returncode == 0 and not list((work / "tmp").iterdir()), done.stderr)


def dry_run(push, hub, real, want):
    before = len(hub.log)
    done = push("push", str(real), "me/dry", "--dry-run", "--commit-files", "5", "--json")
    plan = json.loads(done.stdout)
    files = [f for c in plan["commits"] for f in c["files"]]
    check("--dry-run plans every file once", sorted(files) == sorted(want) and plan["files"] == len(want))
    check("--dry-run adds up", sum(c["bytes"] for c in plan["commits"]) == plan["bytes"] == sum(s for s, _ in want.values()))
    check("--dry-run asks nobody", len(hub.log) == before)


def faults(data, want, seconds):
    """Killed again and again over a line on which much goes wrong."""
    rng = push_kit.rng_of(options.seed)
    hub, push = fresh(hub_server.Faults(options.seed, drop=0.02, lost=0.02, slow=0.02, **{"429": 0.02, "500": 0.02}))
    kills = done = names = 0
    wrong, name = set(), "me/killed0"
    while kills < options.kills:
        status = push.killed(rng.uniform(0.0, 1.1 * seconds), rng, "push", str(data), name, "--commit-files", "9", "-q")
        kills += 1
        if status is not None:  # it was done, or hf alone was killed
            if status != 0:
                wrong.add(f"exit status {status}")
            wrong |= honest(hub, name, want) | ({"another tree"} if hub.tree(name) != want else set())
            done += 1
            hub.objects.clear()
            hub.uploads.clear()
            name = f"me/killed{done}"
    last = push("push", str(data), name, "--commit-files", "9")
    check(f"killed at {kills} moments ({done} pushes ended before): the last goes on and ends", last.returncode == 0, last.stderr)
    wrong |= honest(hub, name, want)
    check("no link folder is left behind by those that were killed", not list((work / "tmp").iterdir()))
    check(f"nothing lost, nothing doubled, {sum(hub.faults.counts.values())} faults", not wrong, str(wrong))
    check("the tree there is the manifest's", hub.tree(name) == want)


def main():
    real, data = work / "real", work / "data"
    (work / "tmp").mkdir()
    subprocess.run([options.program, "run", "toss", "--count", "3", "--size", "128x96", "--frames", "6", "-q",
                    "-o", str(real)], check=True, stdout=subprocess.DEVNULL)
    hub, push, seconds = plain(real, push_kit.tree_of(real))
    want = push_kit.tree_of(real)
    dry_run(push, hub, real, want)
    revisions_and_others(hub, push, real, want)
    messages(push, real, hub)
    stages(push, real)
    broken_datasets(push, hub)
    rng = push_kit.rng_of(7)
    push_kit.write_dataset(data, {f"clips/train/{i:03}.mp4": rng.randbytes(rng.randrange(1, 400_000)) for i in range(14)}
                           | {"clips/train/metadata.parquet": rng.randbytes(5000), "tables/empty.json": b"",
                              "plan.json": b"{}"})
    faults(data, push_kit.tree_of(data), seconds)
    return push_kit.finish()


with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    sys.exit(main())
