"""What the tests of pushing share: datasets, the program, and being killed."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
number = failed = 0


def check(name, ok, detail=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}" + (f" # {detail}" if detail and not ok else ""), flush=True)


def finish():
    print(f"1..{number}")
    return failed > 0


def python():
    """Of the environment with the readers, or end as skipped."""
    path = os.environ.get("REEL_READERS") or str(here.parents[1] / ".venv" / "zarr3" / "bin" / "python")
    if not os.path.exists(path):
        print("1..0 # SKIP no environment with the readers: see tests/conformance/requirements.txt")
        sys.exit(0)
    return path


def environment(**more):
    """Ours without proxies, which would be asked for 127.0.0.1, and without anybody's keys."""
    keep = {k: v for k, v in os.environ.items()
            if not k.lower().endswith("_proxy") and not k.startswith(("HF_", "AWS_"))}
    return keep | {k: v for k, v in more.items() if v is not None}


def write_dataset(root, files):
    """A dataset of any bytes: {name: bytes}, with a manifest as the program's own."""
    entries = []
    for name, content in sorted({"README.md": b"---\nlicense: cc-by-4.0\n---\n# Data\n", **files}.items()):
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        entries.append({"bytes": len(content), "path": name, "sha256": hashlib.sha256(content).hexdigest()})
    manifest = {"clips": [], "files": entries, "format": "physreel-dataset", "format_version": 1, "layout": "clips"}
    canonical = lambda: json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    manifest["manifest_sha256"] = hashlib.sha256(canonical()).hexdigest()
    pathlib.Path(root, "manifest.json").write_bytes(canonical())


def tree_of(root):
    """{path: (size, sha256)} of the files of a dataset on disk"""
    tree = {}
    for path in pathlib.Path(root).rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith("."):
            content = path.read_bytes()
            tree[name] = (len(content), hashlib.sha256(content).hexdigest())
    return tree


class Pusher:
    """The program with its environment."""

    def __init__(self, program, env):
        self.program, self.env = program, env

    def __call__(self, *arguments, timeout=None, **more):
        env = {k: v for k, v in (self.env | more).items() if v is not None}
        return subprocess.run([self.program, *arguments], env=env, capture_output=True, text=True, timeout=timeout)

    def killed(self, seconds, rng, *arguments):
        """Run, and kill after `seconds`: the program, or now and then the command that it runs.
        Returns its exit status, or None if it was killed in time."""
        process = subprocess.Popen([self.program, *arguments], env=self.env, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        children = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            time.sleep(min(0.01, max(0.0, end - time.monotonic())))
        status = process.poll()
        if status is None:
            children = children_of(process.pid)
            if children and rng.random() < 0.25:
                kill(children[0])  # the program itself goes on, and must see to it
                output, _ = process.communicate()
                return process.returncode
            kill(process.pid)
        process.communicate()
        for child in children:  # they die with the program
            wait_gone(child)
        return status


def children_of(pid):
    try:
        return [int(x) for x in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_gone(pid, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def bytes_of(rng, size):
    return rng.randbytes(size)


def rng_of(seed):
    return random.Random(seed)
