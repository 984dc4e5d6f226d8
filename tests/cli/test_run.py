#!/usr/bin/env python3
"""A run that is ended in the middle, in every way, goes on to the same bytes; what stands in the way
is left alone."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import cli

PLAN = ["toss", "billiards", "--count", "3", "--size", "128x96", "--frames", "12", "--fps", "12",
        "--labels", "all", "--seed", "11"]


def whole(p):
    r = p("run", *PLAN, "-o", "whole", "-j", "2", "-q")
    cli.check("a run ends with a dataset", r.rc == 0 and r.out == "whole\n", r)
    left = sorted(os.listdir(p.folder))
    cli.check("nothing else is left", left == ["whole"], left)
    return cli.tree(p.folder / "whole")


def again(p, want):
    r = p("run", *PLAN, "-o", "whole", "--json")
    said = json.loads(r.out)
    cli.check("the same again is done already", r.rc == 0 and said["state"] == "there" and
              said["made"] == 0 and cli.tree(p.folder / "whole") == want, r)
    r = p("run", *PLAN[:-1], "12", "-o", "whole", "-q")
    cli.check("another seed does not touch it", r.rc == 64 and "seed" in r.err and
              cli.tree(p.folder / "whole") == want, r)
    plan = p.folder / "whole" / "plan.json"
    text = plan.read_text()
    plan.write_text(text.replace('"version": "', '"version": "0.0.1-'))
    before = cli.tree(p.folder / "whole")
    r = p("run", *PLAN, "-o", "whole", "-q")
    cli.check("nor does another version's", r.rc == 64 and "version" in r.err and
              cli.tree(p.folder / "whole") == before, r)
    plan.write_text(text)
    (p.folder / "mine").mkdir()
    (p.folder / "mine" / "thesis.txt").write_text("years")
    before = cli.tree(p.folder / "mine")
    r = p("run", *PLAN, "-o", "mine", "-q")
    cli.check("nor a folder of other things", r.rc == 64 and cli.tree(p.folder / "mine") == before, r)


def fewer(p, want):
    """A larger count only appends clips."""
    plan = ["2" if a == "3" else a for a in PLAN]
    r = p("run", *plan, "-o", "fewer", "-q")
    got = {f: h for f, h in (cli.tree(p.folder / "fewer") or {}).items()
           if f.startswith(("clips/train/0", "labels/", "records/"))}
    other = [f for f, h in got.items() if want.get(f) != h]
    cli.check("a smaller count makes the first of the same clips", r.rc == 0 and got and not other,
              f"{r}\n{other}")


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if condition():
            return True
        time.sleep(0.002)
    return False


def records(p, name):
    folder = p.folder / f"{name}.partial" / "records"
    return sorted(os.listdir(folder)) if folder.exists() else []


def finish(p, name, want, what):
    r = p("run", *PLAN, "-o", name, "-q", "--json")
    got = cli.tree(p.folder / name)
    cli.check(f"{what}: the next run ends with the same bytes",
              r.rc == 0 and got == want, f"{r}\n{cli.difference(want, got)}")
    cli.check(f"{what}: nothing else is left", not (p.folder / f"{name}.partial").exists())
    shutil.rmtree(p.folder / name, ignore_errors=True)
    return json.loads(r.out) if r.rc == 0 else {}


def stop_kindly(p, want):
    for number, name in [(signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")]:
        process = p.start("run", *PLAN, "-o", "stopped", "-j", "1")
        seen = wait_for(lambda: any(not r.startswith(".") for r in records(p, "stopped")), process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        kept = records(p, "stopped")
        cli.check(f"{name}: ends with 75 and says how to go on",
                  seen and process.returncode == 75 and "goes on" in err, f"{process.returncode} {err}")
        cli.check(f"{name}: whole records are kept, no others",
                  0 < len(kept) < 6 and not any(r.startswith(".") for r in kept), kept)
        said = finish(p, "stopped", want, name)
        cli.check(f"{name}: kept records are not made again", said.get("kept") == len(kept), said)


def kill_at_any_moment(p, want):
    """SIGKILL again and again, a little later each time, until the run gets through."""
    kills, delay = 0, 0.004
    while kills < 60:
        process = p.start("run", *PLAN, "-o", "killed", "-j", "2", "-q")
        time.sleep(delay)
        ended = process.poll() is not None
        process.kill()
        process.communicate()
        if ended:
            break
        kills += 1
        delay *= 1.2
        half = p.folder / "killed"
        if half.exists() and cli.tree(half) != want:
            cli.check("SIGKILL: the final name holds a whole dataset", False)
    cli.check("SIGKILL: was in time at least five times", kills >= 5, kills)
    finish(p, "killed", want, f"SIGKILL ({kills} times)")


def children(pid):
    try:
        return [int(c) for c in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
        return found


def dead_worker(p, want):
    for number, name, rc in [(signal.SIGKILL, "killed", 75), (signal.SIGSEGV, "crashed", 70)]:
        process = p.start("run", *PLAN, "-o", "worker", "-j", "1", "-q")
        wait_for(lambda: any(r.startswith(".tmp-") for r in records(p, "worker")), process)
        victims = children(process.pid)
        for pid in victims:
            os.kill(pid, number)
        out, err = process.communicate(timeout=120)
        failed = [l for l in err.splitlines() if l.startswith("physreel: ") and "seed" in l]
        cli.check(f"worker {name}: one clip fails, with its seed",
                  victims and process.returncode == rc and len(failed) == 1 and "worker" in failed[0],
                  f"{process.returncode} {err}")
        cli.check(f"worker {name}: the other clips are made all the same",
                  len(records(p, "worker")) == 5, records(p, "worker"))
        finish(p, "worker", want, f"worker {name}")


def partial_of_another(p):
    process = p.start("run", *PLAN, "-o", "other", "-j", "1", "-q")
    wait_for(lambda: any(not r.startswith(".") for r in records(p, "other")), process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    before = cli.tree(p.folder / "other.partial")
    r = p("run", *PLAN[:-1], "12", "-o", "other", "-q")
    cli.check("an unfinished run of another plan is left alone",
              r.rc == 64 and "other.partial" in r.err and "seed" in r.err and
              cli.tree(p.folder / "other.partial") == before, r)
    shutil.rmtree(p.folder / "other.partial", ignore_errors=True)


def two_at_once(p, want):
    first = p.start("run", *PLAN, "-o", "twice", "-j", "1", "-q")
    wait_for(lambda: records(p, "twice"), first)
    second = p("run", *PLAN, "-o", "twice", "-j", "1", "-q")
    out, err = first.communicate(timeout=120)
    cli.check("two runs at once: one makes it, the other waits or says so",
              first.returncode == 0 and second.rc in (0, 75) and
              cli.tree(p.folder / "twice") == want, f"{first.returncode} {err}\n{second}")
    shutil.rmtree(p.folder / "twice", ignore_errors=True)


def broken_record(p, want):
    process = p.start("run", *PLAN, "-o", "broken", "-j", "1", "-q")
    wait_for(lambda: any(not r.startswith(".") for r in records(p, "broken")), process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    for name in records(p, "broken")[:1]:
        for file in sorted((p.folder / "broken.partial" / "records" / name).iterdir()):
            if file.suffix == ".npz":
                data = bytearray(file.read_bytes())
                data[len(data) // 2] ^= 1
                file.write_bytes(data)
    finish(p, "broken", want, "a record damaged on disk")


def full_disk(p, want):
    """A file system of 1.2 MB, then more room."""
    script = ('mkdir -p full && mount -t tmpfs -o size=1200k tmpfs full && '
              '"$0" run "$@" -o full/out -j 2 -q; echo "rc=$?"; ls -a full; '
              'ls -a full/out.partial/records; mount -o remount,size=200m full && '
              '"$0" run "$@" -o full/out -q && cp -r full/out roomy')
    ways = [["unshare", "-m"], ["unshare", "-rm"], ["unshare", "-m", "--propagation", "unchanged"]]
    for way in ways:
        probe = subprocess.run([*way, "sh", "-c", "mount -t tmpfs tmpfs /mnt"],
                               stderr=subprocess.DEVNULL)
        if probe.returncode == 0:
            break
    else:
        cli.skip("full disk", "may not mount a small file system here")
        return
    done = subprocess.run([*way, "sh", "-c", script, p.path, *PLAN], cwd=p.folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = done.stdout.splitlines()
    cli.check("full disk: ends with 74 and names the clip and the file",
              "rc=74" in said and "seed" in done.stderr and
              "cannot write: No space left on device" in done.stderr,
              f"{done.stdout}{done.stderr}")
    cli.check("full disk: nothing under the final name, nothing half-written",
              "out" not in said and not any(l.startswith(".tmp-") for l in said), done.stdout)
    got = cli.tree(p.folder / "roomy")
    cli.check("full disk: with more room, the same bytes", got == want,
              f"{done.stderr}\n{cli.difference(want, got)}")


def far_view(p):
    """Beyond 65 m depth does not fit: labels that hold it are refused, the card's picture is not."""
    (p.folder / "far.lua").write_text("""scene { family = "far", build = function(world)
      world:floor(false)
      world:box { name = "plate", size = { 400, 400, 1 }, at = { 0, 0, -0.5 }, static = true }
      world:camera { name = "main", look_at = { 0, 0, 0 }, distance = 150, elevation = deg(30), fov = deg(40) }
    end }""")
    r = p("run", "far.lua", *cli.SMALL, "--labels", "instance", "-o", "far", "-q")
    cli.check("a view beyond 65 m: made, with a picture",
              r.rc == 0 and (p.folder / "far" / "contact_sheet.png").exists(), r)
    r = p("run", "far.lua", *cli.SMALL, "--labels", "depth", "-o", "far_depth", "-q")
    cli.check("a view beyond 65 m: depth that does not fit is refused",
              r.rc == 65 and "depth" in r.err and not (p.folder / "far_depth").exists(), r)


def main():
    with cli.program() as p:
        want = whole(p)
        again(p, want)
        fewer(p, want)
        stop_kindly(p, want)
        kill_at_any_moment(p, want)
        dead_worker(p, want)
        partial_of_another(p)
        two_at_once(p, want)
        broken_record(p, want)
        full_disk(p, want)
        far_view(p)
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
