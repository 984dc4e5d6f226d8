"""A reader that runs the program itself: with_program.py PHYSREEL SCRIPT [ARGUMENTS]

The script gets the program and the arguments. Its environment is $REEL_READERS, or .venv/zarr3 in
the root (requirements.txt). Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
program, script, *arguments = sys.argv[1:]
program = os.path.abspath(program)
arguments = [os.path.abspath(a) for a in arguments]
python = os.environ.get("REEL_READERS") or str(here.parents[1] / ".venv" / "zarr3" / "bin" / "python")
if not os.path.exists(python):
    print("1..0 # SKIP no environment with the readers: see tests/conformance/requirements.txt")
    sys.exit(0)
sys.exit(subprocess.run([python, str(here / script), program, *arguments]).returncode)
