"""Runs a reader of datasets in the environment that has the readers:

    with_readers.py MAKE_DATASET CLIPS[,no-colour] SCRIPT [ARGUMENTS]

MAKE_DATASET writes a synthetic dataset into a temporary folder, whose path replaces DATASET among
the arguments. The environment is $REEL_READERS, or .venv/zarr3 in the root (requirements.txt).
Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
python = environment.readers()
make, shape, script, *arguments = sys.argv[1:]
with tempfile.TemporaryDirectory() as work:
    dataset = os.path.join(work, "fixture")
    subprocess.run([make, dataset, *shape.split(",")], check=True)
    arguments = [dataset if a == "DATASET" else a for a in arguments]
    sys.exit(subprocess.run([python, str(here / script), *arguments]).returncode)
