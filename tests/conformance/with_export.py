"""A reader on a dataset in another layout, exported from clips:

    with_export.py PHYSREEL MAKER FORMAT[,name=value...] SCRIPT [ARGUMENTS]

CLIPS and EXPORT among the arguments are replaced by the paths of the clips dataset and of the layout
made of it, AGAIN by that of the layout as `physreel run` makes it without the step between (then the
maker is not a program). MAKER is "real" or "ffv1" (labels as videos), clips that the program draws,
or the program make_dataset, synthetic ones of two splits, some with two cameras. The environment is
that of environment.py.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
program, maker, layout, script, *arguments = sys.argv[1:]
python = environment.readers()
name, *settings = layout.split(",")
settings = [word for s in settings for word in ("--set", s)]
run = [program, "run", "toss", "billiards", "dominoes", "pendulum", "--size", "128x96", "--frames",
       "13", "--fps", "4", "--count", "2", "--labels", "all", "--tracks", "3", "--control", "depth,seg",
       "--first-frames", "-q"]
with tempfile.TemporaryDirectory() as work:
    clips, export, again = (os.path.join(work, d, "shapes") for d in ("clips", "export", "again"))
    os.mkdir(os.path.dirname(clips))

    def call(command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    run += ["--store", "ffv1"] if maker == "ffv1" else []
    call([*run, "-o", clips] if maker in ("real", "ffv1") else [maker, clips, "9"])
    call([program, "export", clips, "--format", name, *settings, "-q", "-o", export])
    if "AGAIN" in arguments:
        call([*run, "--format", name, *settings, "-j", "2", "-o", again])
    paths = {"CLIPS": clips, "EXPORT": export, "AGAIN": again}
    arguments = [paths.get(a, a) for a in arguments]
    sys.exit(subprocess.run([python, str(here / script), *arguments]).returncode)
