"""Whole runs of many clips: CPU time a frame by workers, and memory by clips. CSV on stdout.

    clip_runs.py PHYSREEL [SCENE]
"""
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES = 48


def run(program, scene, clips, workers, folder):
    out = os.path.join(folder, f"{clips}-{workers}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen([program, "run", scene, "-o", out, "--count", str(clips), "-j",
                              str(workers), "--frames", str(FRAMES), "--size", "256x256",
                              "--store", "states"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    parent, worker = watch(child)
    if child.returncode != 0:
        raise SystemExit(f"{program} run failed ({child.returncode})")
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    frames = clips * FRAMES
    return {"clips": clips, "workers": workers, "frames": frames, "cpu_s": f"{cpu:.3f}",
            "wall_s": f"{wall:.3f}", "frames_per_cpu_s": f"{frames / cpu:.1f}",
            "frames_per_wall_s": f"{frames / wall:.1f}", "worker_mb": f"{worker / 1024:.1f}",
            "parent_mb": f"{parent / 1024:.1f}"}


def processes(root):
    """The process and its descendants."""
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as text:
                    waiting += [int(x) for x in text.read().split()]
        except OSError:
            continue
    return found


def watch(child):
    """Wait; the peaks (VmHWM, kB) of the process itself and of the largest of its descendants."""
    peaks = {}
    while child.poll() is None:
        for pid in processes(child.pid):
            try:
                with open(f"/proc/{pid}/status", encoding="ascii") as text:
                    for line in text:
                        if line.startswith("VmHWM"):
                            peaks[pid] = max(peaks.get(pid, 0), int(line.split()[1]))
            except OSError:
                continue
        time.sleep(0.01)
    return (peaks.get(child.pid, 0),
            max([v for pid, v in peaks.items() if pid != child.pid], default=0))


def main():
    program = sys.argv[1]
    scene = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "..", "scenes", "twenty.lua")
    table = None
    with tempfile.TemporaryDirectory() as folder:
        for clips, workers in ((8, 1), (24, 1), (24, 2)):
            row = run(program, scene, clips, workers, folder)
            if table is None:
                table = csv.DictWriter(sys.stdout, row, lineterminator="\n")
                table.writeheader()
            table.writerow(row)
            sys.stdout.flush()


main()
