"""A reader on a dataset that the program made, from scene scripts all the way:

    with_physreel.py PHYSREEL ENVIRONMENT planes|ffv1|states SCRIPT [ARGUMENTS]

The dataset's path replaces DATASET among the arguments. ENVIRONMENT is zarr2 or zarr3
(environment.py). Without it the test is skipped, which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
program, name, store, script, *arguments = sys.argv[1:]
python = environment.readers(name)
with tempfile.TemporaryDirectory() as work:
    dataset = os.path.join(work, "real")
    # few tracks: the readers go through them row by row
    labels = ["--labels", "all", "--tracks", "3"] if store != "states" else []
    subprocess.run([program, "run", "toss", "billiards", "dominoes", "pendulum", "--size", "128x96",
                    "--frames", "21", "--fps", "4", "--store", store, *labels, "-q", "-o", dataset],
                   check=True, stdout=subprocess.DEVNULL)
    arguments = [dataset if a == "DATASET" else a for a in arguments]
    sys.exit(subprocess.run([python, str(here / script), *arguments]).returncode)
