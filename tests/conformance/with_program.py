"""A reader that runs the program itself: with_program.py PHYSREEL SCRIPT [ARGUMENTS]

The script gets the program and the arguments. Its environment is $REEL_READERS, or .venv/zarr3 in
the root (requirements.txt). Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys

import environment

here = pathlib.Path(__file__).resolve().parent
program, script, *arguments = sys.argv[1:]
program = os.path.abspath(program)
arguments = [os.path.abspath(a) for a in arguments]
python = environment.readers()
sys.exit(subprocess.run([python, str(here / script), program, *arguments]).returncode)
