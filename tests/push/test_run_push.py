"""physreel run --push: what is sent while it is made is what would be sent afterwards.

    test_run_push.py PHYSREEL [--kills N] [--seed S]

To a stand-in of the hub and to a real S3 server (moto's), killed at N random moments each; the disk
that it takes is watched. Prints TAP.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import push_kit

python = push_kit.python()
if sys.prefix == sys.base_prefix:
    os.execv(python, [python, *sys.argv])  # boto3 is there

import hub_server
import s3_kit
from push_kit import check

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--kills", type=int, default=2)
options.add_argument("--seed", type=int, default=1)
options = options.parse_args()
ROOM = 300_000
PLAN = ["run", "toss", "billiards", "--count", "10", "--size", "128x96", "--frames", "6", "--format", "webdataset",
        "--set", "shard-size=500K", "--split", "train", "-q"]


class Watch(threading.Thread):
    """The most bytes of shards, and the most videos in records, that were there at once."""

    def __init__(self, partial):
        super().__init__(daemon=True)
        self.partial, self.shards, self.videos, self.stop = partial, 0, 0, False

    def run(self):
        while not self.stop:
            self.shards = max(self.shards, sum(self.sizes(self.partial / "dataset", ".tar", ".parquet")))
            self.videos = max(self.videos, len(self.sizes(self.partial / "records", ".mp4")))
            time.sleep(0.01)

    @staticmethod
    def sizes(folder, *kinds):
        """Of the files of these kinds; what goes away meanwhile is let pass."""
        sizes = []
        for where, _, names in os.walk(folder):
            for name in names:
                try:
                    sizes += [os.stat(os.path.join(where, name)).st_size] if name.endswith(kinds) else []
                except OSError:
                    pass
        return sizes


def shard_groups(tree):
    """Bytes of what is done together, by number"""
    groups = {}
    for path, (size, _) in tree.items():
        if "/" in path:
            groups.setdefault(path.rsplit("-", 1)[1].split(".")[0], []).append(size)
    return [sum(g) for g in groups.values()]


def straight(name, push, place, read, want):
    out = work / f"straight-{name}"
    watch = Watch(pathlib.Path(f"{out}.partial"))
    watch.start()
    start = time.monotonic()
    done = push(*PLAN, "-o", str(out), "--push", place, "--push-room", str(ROOM))
    watch.stop = True
    check(f"{name}: run --push ends with 0", done.returncode == 0 and done.stdout == place + "\n", done.stderr)
    check(f"{name}: what is there is what push sends", read(place) == want)
    groups = shard_groups(want)
    most = ROOM + 2 * max(groups)
    check(f"{name}: at most {most} bytes of {sum(groups)} were on disk", 0 < watch.shards <= most < sum(groups), str(watch.shards))
    check(f"{name}: at most {watch.videos} videos of 20 were", watch.videos < 20)
    check(f"{name}: nothing stays but the receipt", not out.exists() and not pathlib.Path(f"{out}.partial").exists() and
          pathlib.Path(f"{out}.pushed").exists())
    return time.monotonic() - start


def killed(name, push, place, read, want, seconds):
    out = work / f"killed-{name}"
    rng = push_kit.rng_of(options.seed)
    arguments = [*PLAN, "-o", str(out), "--push", place, "--push-room", str(ROOM)]
    ended = [push.killed(rng.uniform(0.05, 0.6) * seconds, rng, *arguments) for _ in range(options.kills)]
    done = push(*arguments)
    check(f"{name}: killed {ended.count(None)} times, it goes on and ends", done.returncode == 0, done.stderr)
    check(f"{name}: what is there is what push sends", read(place) == want)


def to_hub(want):
    hub = hub_server.Hub()
    push = push_kit.Pusher(options.program, push_kit.environment(
        HF_ENDPOINT=hub.start(), HF_TOKEN="hf_writer_token", HF_HUB_DISABLE_XET="1", HF_HOME=str(work / "hf"),
        TMPDIR=str(work / "tmp"), PATH=os.path.dirname(python) + ":" + os.environ["PATH"]))
    seconds = straight("hub", push, "me/sent", hub.tree, want)
    commits = [c["changed"] for c in hub.repos["me/sent"].commits]
    check("hub: a commit for each shard, card and manifest last",
          len(commits) > 4 and commits[-1] == ["README.md", "manifest.json"])
    done = push(*PLAN, "-o", str(work / "straight-hub"), "--push", "me/sent")
    check("hub: the same command again does nothing", done.returncode == 0 and
          len(hub.repos["me/sent"].commits) == len(commits), done.stderr)
    done = push(*PLAN, "-o", str(work / "other"), "--push", "me/sent")
    check("hub: a place that is not empty is refused", done.returncode == 64 and "already" in done.stderr, done.stderr)
    hub.binary = ()  # as a .gitattributes of somebody may have it: small files stay blobs of git
    straight("blobs", push, "me/blobs", hub.tree, want)
    hub.binary = hub_server.BINARY
    killed("hub", push, "me/killed", hub.tree, want, seconds)
    refused(push, hub)
    check("hub: no link folder is left behind", not list((work / "tmp").iterdir()))
    check("hub: no defect of a client", not hub.defects, str(hub.defects))
    done = push("run", "toss", "--count", "2", "--size", "128x96", "--frames", "4", "-q", "-o", str(work / "kept"),
                "--push", "me/kept", "--tag", "v1")
    check("hub: a layout without shards is made whole, sent, and stays", done.returncode == 0 and
          hub.tree("me/kept") == push_kit.tree_of(work / "kept") and "v1" in hub.repos["me/kept"].tags, done.stderr)


def refused(push, hub):
    """Before anything is made."""
    out = work / "refused"
    for arguments in (PLAN, PLAN + ["--push-keep"]):
        done = push(*arguments, "-o", str(out), "--push", "me/refused", HF_TOKEN="hf_reader_token")
        check("hub: a token that may only read is told before clips are made", done.returncode == 64 and
              "permission" in done.stderr and not pathlib.Path(f"{out}.partial").exists() and
              "me/refused" not in hub.repos, done.stderr)


def to_s3(want):
    server = s3_kit.Server(python, work)
    try:
        push = push_kit.Pusher(options.program, push_kit.environment(
            AWS_ENDPOINT_URL=server.url, AWS_ACCESS_KEY_ID=server.key, AWS_SECRET_ACCESS_KEY=server.secret))
        read = lambda place: server.tree(place.removeprefix("s3://bucket/"))[0]
        seconds = straight("s3", push, "s3://bucket/sent", read, want)
        killed("s3", push, "s3://bucket/killed", read, want, seconds)
    finally:
        server.stop()


def main():
    local = work / "local"
    (work / "tmp").mkdir()
    subprocess.run([options.program, *PLAN, "-o", str(local)], check=True, stdout=subprocess.DEVNULL)
    want = push_kit.tree_of(local)
    to_hub(want)
    to_s3(want)
    return push_kit.finish()


with tempfile.TemporaryDirectory() as folder:
    work = pathlib.Path(folder)
    sys.exit(main())
