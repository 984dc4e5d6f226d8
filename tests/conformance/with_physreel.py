"""A reader on a dataset that the program made, from scene scripts all the way:

    with_physreel.py PHYSREEL ENVIRONMENT planes|ffv1|states|acting SCRIPT [ARGUMENTS]

acting: clips with agents, one with a motor, and one on which nothing acts. The dataset's path replaces
DATASET among the arguments. ENVIRONMENT is zarr2 or zarr3
(environment.py). Without it the test is skipped, which CI counts as a failure.
"""
import json
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
    if store == "acting":
        recipe = pathlib.Path(work, "acting.json")
        recipe.write_text(json.dumps({"recipe": 1, "store": "states", "size": "64x48", "frames": 9, "fps": 12, "clips": [
            {"scene": "toss", "agent": "push"}, {"scene": "dominoes", "agent": "force"},
            {"scene": "billiards", "agent": "camera"}, {"scene": "machine", "params": {"kind": "gears"}},
            {"scene": "tower"}]}))
        subprocess.run([program, "run", str(recipe), "-q", "-o", dataset], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "verify", dataset, "-q"], check=True, stdout=subprocess.DEVNULL)
    else:
        subprocess.run([program, "run", "toss", "billiards", "dominoes", "pendulum", "--size", "128x96",
                        "--frames", "21", "--fps", "4", "--store", store, *labels, "-q", "-o", dataset],
                       check=True, stdout=subprocess.DEVNULL)
    arguments = [dataset if a == "DATASET" else a for a in arguments]
    sys.exit(subprocess.run([python, str(here / script), *arguments]).returncode)
