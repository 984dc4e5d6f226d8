"""The reader of GLB files on what the program makes: with_glb.py PHYSREEL

every_shape.lua and a shipped family, exported from clips; the same made by `run --format` at once,
which must be the same bytes; and once more with other settings. The environments are .venv/zarr3 (or
$REEL_READERS) and .venv/node; without them the test is skipped, which CI counts as a failure.
"""
import filecmp
import os
import pathlib
import subprocess
import sys
import tempfile

import environment

here = pathlib.Path(__file__).resolve().parent
python, node = environment.readers(), environment.node()
program = sys.argv[1]
run = [program, "run", str(here / "every_shape.lua"), "terrain", "--size", "256x192", "--frames", "9",
       "--fps", "8", "--quality", "draft", "--labels", "instance,depth,albedo", "-q"]
with tempfile.TemporaryDirectory() as work:
    clips, export, samples, again = (os.path.join(work, n, "shapes") for n in "cesa")

    def call(*command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    call(*run, "-o", clips)
    for out, settings in ((export, []), (samples, ["rate=samples", "texture=0", "detail=3"])):
        os.mkdir(os.path.dirname(out))
        call(program, "export", clips, "--format", "glb", *[w for s in settings for w in ("--set", s)],
             "-q", "-o", out)
    call(*run, "--format", "glb", "-j", "2", "-o", again)
    result = subprocess.run([python, str(here / "read_glb.py"), clips, export, samples, node])
    files = [p.relative_to(export) for p in pathlib.Path(export).rglob("*.glb")]
    _, different, missing = filecmp.cmpfiles(export, again, files, shallow=False)
    if different or missing or not files:
        print("Bail out! run --format makes other bytes:", different, missing)
        sys.exit(1)
    sys.exit(result.returncode)
