"""Runs a reader of clip records in an environment that has its packages:

    with_record.py zarr2|zarr3 MAKE_RECORD SIZE SCRIPT [ARGUMENTS] [-- COMPARE_STORES]

MAKE_RECORD writes a synthetic record of SIZE (width,height,frames) into a temporary folder. RECORD,
RGB and OUT among the arguments become that folder, the raw frames of its first stream, and an empty
folder; with COMPARE_STORES every label store in OUT must hold what the record's does. The
environments are .venv/zarr2 and .venv/zarr3 in the root (requirements-zarr2.txt, requirements.txt),
or the interpreters named by $REEL_READERS_ZARR2 and $REEL_READERS. Without it the test is skipped,
which CI counts as a failure.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent


def main(name, make, size, script, *arguments):
    python = environment.readers(name)
    compare = arguments[arguments.index("--") + 1] if "--" in arguments else None
    arguments = arguments[:arguments.index("--")] if compare else arguments
    with tempfile.TemporaryDirectory() as work:
        places = {n: os.path.join(work, n.lower()) for n in ("RECORD", "RGB", "OUT")}
        subprocess.run([make, places["RECORD"], *size.split(","), places["RGB"]], check=True)
        os.mkdir(places["OUT"])
        code = subprocess.run([python, str(here / script), *(places.get(a, a) for a in arguments)],
                              env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode
        stores = sorted(pathlib.Path(places["OUT"]).glob("*.zarr.zip"))
        if compare and not stores:
            return 1
        for store in stores if compare else []:
            original = os.path.join(places["RECORD"], store.name)
            code = code or subprocess.run([compare, original, str(store)]).returncode
        return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
