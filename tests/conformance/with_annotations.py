"""A reader on a layout with annotations (coco, ytvis, tap, movi), exported twice:

    with_annotations.py PHYSREEL FORMAT[,name=value...] SCRIPT [ARGUMENTS]

CLIPS is a clips dataset with every label, EXPORT the layout made of it, DRAWN the layout made of the
same clips kept as states, so that every label is drawn again. The environment is $REEL_READERS, or
.venv/zarr3 in the root. Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
program, layout, script, *arguments = sys.argv[1:]
python = environment.readers()
name, *settings = layout.split(",")
settings = [word for s in settings for word in ("--set", s)]
# solids, meshes, two splits, and what annotations find hard, from two cameras
run = [program, "run", "toss", "chain", str(here.parent / "data" / "annotations.lua"), "--count", "2",
       "--share", "validation=0.5", "--seed", "2", "--size", "128x96", "--frames", "8", "--fps", "4",
       "-q", "-j", "2"]
with tempfile.TemporaryDirectory() as work:
    def call(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    paths = {n: os.path.join(work, n.lower(), "shapes") for n in ("CLIPS", "STATES", "EXPORT", "DRAWN")}
    for n in ("CLIPS", "STATES"):
        os.mkdir(os.path.dirname(paths[n]))
    call(*run, "--labels", "all", "--tracks", "3", "-o", paths["CLIPS"])
    call(*run, "--store", "states", "-o", paths["STATES"])
    call(program, "export", paths["CLIPS"], "--format", name, *settings, "-q", "-o", paths["EXPORT"])
    call(program, "export", paths["STATES"], "--format", name, *settings, "-q", "-o", paths["DRAWN"],
         "-j", "2")
    arguments = [paths.get(a, a) for a in arguments]
    sys.exit(subprocess.run([python, str(here / script), *arguments]).returncode)
