"""The robot layout of clips of one kind, through read_lerobot.py:

    with_lerobot.py PHYSREEL MAKE_ROBOT_CLIPS push|camera|motors|signals|long|large

push: an agent that pushes, three cameras, depth; families with different numbers of bodies.
camera: an agent that moves the camera, and clips that nothing acts on. motors: a family with a
motor, no agent. signals: both at once. long, large: long clips of two splits, so that videos are full by their time and by
their bytes, and tables by theirs. The environment is that of with_readers.py.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
program, make_clips, kind = sys.argv[1:]
python = environment.readers()

RUNS = {
    "push": ["toss", "dominoes", "--agent", "push", "--count", "2", "--views", "three",
             "--frames", "13", "--fps", "12", "--tracks", "2"],
    "camera": ["toss", "--agent", "camera", "--count", "2", "--frames", "9", "--fps", "8",
               "--store", "states"],
    "motors": ["machine", "-p", "kind=gears", "--count", "2", "--frames", "9", "--fps", "8",
               "--store", "states"],
    "signals": ["machine", "-p", "kind=gears", "--agent", "force", "--frames", "9", "--fps", "8",
                "--count", "2", "--store", "states"],
}
SETTINGS = {"push": ["--set", "depth=yes", "--set", "depth_max=4"], "camera": [], "motors": [], "signals": [],
            "long": ["--set", "data_mb=1"], "large": ["--set", "data_mb=1", "--set", "video_mb=1"]}


def export(clips, out, *more):
    return subprocess.run([program, "export", clips, "--format", "lerobot", *more, "-q", "-o", out],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def expect_refusal(work, clips, *words):
    """Clips that nothing acts on are refused by name, unless actions are given up."""
    refused = export(clips, os.path.join(work, "refused"))
    if refused.returncode != 64 or not all(w in refused.stderr for w in words):
        sys.exit(f"not refused as it should be: {refused.returncode} {refused.stderr}")
    if os.path.exists(os.path.join(work, "refused")):
        sys.exit("what was refused is there")


with tempfile.TemporaryDirectory() as work:
    clips, out = os.path.join(work, "clips"), os.path.join(work, "robot")
    if kind in ("long", "large"):
        subprocess.run([make_clips, clips, "24"], check=True)
    else:
        subprocess.run([program, "run", *RUNS[kind], "--size", "128x96", "-q", "-o", clips],
                       check=True, stdout=subprocess.DEVNULL)
    if kind == "camera":
        idle = os.path.join(work, "idle")
        subprocess.run([program, "run", "toss", "--frames", "2", "--size", "64x48", "-q", "-o", idle],
                       check=True, stdout=subprocess.DEVNULL)
        expect_refusal(work, idle, "toss_000000", "--agent", "passive=yes")
        if export(idle, os.path.join(work, "passive"), "--set", "passive=yes").returncode:
            sys.exit("passive=yes was refused")
        if '"action"' in pathlib.Path(work, "passive/meta/info.json").read_text():
            sys.exit("passive=yes has an action")
    made = export(clips, out, *SETTINGS[kind])
    if made.returncode:
        sys.exit(made.stderr)
    files = ["--files", "3"] if kind in ("long", "large") else []
    sys.exit(subprocess.run([python, str(here / "read_lerobot.py"), out, clips, *files]).returncode)
