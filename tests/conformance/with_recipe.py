"""A reader on a dataset that the program made of a recipe:

    with_recipe.py PHYSREEL RECIPE SCRIPT

The reader gets the dataset and the recipe. The environment is $REEL_READERS, or .venv/zarr3 in the
root (requirements.txt). Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
python = environment.readers()
program, recipe, script = sys.argv[1:]
with tempfile.TemporaryDirectory() as work:
    dataset = os.path.join(work, "made")
    subprocess.run([program, "run", recipe, "-o", dataset, "-q"], check=True,
                   stdout=subprocess.DEVNULL)
    sys.exit(subprocess.run([python, str(here / script), dataset, recipe]).returncode)
