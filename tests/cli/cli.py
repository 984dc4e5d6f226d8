"""The program from outside, for the tests in this folder: run it, look at what it left, speak TAP."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

number = failed = 0
SMALL = ["--size", "64x48", "--frames", "4", "--fps", "12"]


def check(name, ok, detail=""):
    """One line of TAP; goes on after a failure."""
    global number, failed
    ok = bool(ok)
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}", flush=True)
    if not ok and detail:
        for line in str(detail)[:3000].splitlines():
            print(f"# {line}", flush=True)
    return ok


def skip(name, why):
    """One line of TAP; a skipped test counts as failed in CI."""
    global number
    number += 1
    print(f"ok {number} - {name} # SKIP {why}", flush=True)


def done():
    """The plan and the exit status."""
    print(f"1..{number}")
    return 1 if failed or number == 0 else 0


class Result:
    def __init__(self, done):
        self.rc, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __str__(self):
        return f"exit status {self.rc}\n{self.out[-1200:]}\n{self.err[-1200:]}"


class Program:
    """physreel, in a folder of its own that is gone at the end."""

    def __init__(self, path):
        self.path = str(pathlib.Path(path).resolve())
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="physreel-test-"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *args):
        return [self.path, *map(str, args)]

    def __call__(self, *args, env=None, timeout=300):
        run = subprocess.run(self.command(*args), cwd=self.folder, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, errors="replace", timeout=timeout,
                             env={**os.environ, **(env or {})})
        return Result(run)

    def start(self, *args):
        """In a session of its own, so that a signal can go to it alone."""
        return subprocess.Popen(self.command(*args), cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)


def tree(folder):
    """{path: SHA-256} of every file below a folder; None if it is not there."""
    folder = pathlib.Path(folder)
    if not folder.exists():
        return None
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


def difference(a, b):
    """Names of files that differ between two trees."""
    a, b = a or {}, b or {}
    return [f for f in sorted(a.keys() | b.keys()) if a.get(f) != b.get(f)]


def program():
    return Program(sys.argv[1])
