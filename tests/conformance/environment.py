"""The environments of readers that `./dev test` makes in the root's .venv. A test without its own ends
as skipped, which CI counts as a failure."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VARIABLES = {"zarr3": "REEL_READERS", "zarr2": "REEL_READERS_ZARR2"}  # another Python for it


def need(path):
    if not os.path.exists(path):
        print(f"1..0 # SKIP no {path}: ./dev test makes it (tests/conformance/requirements.txt)")
        sys.exit(0)
    return str(path)


def readers(name="zarr3"):
    """Python with the readers of requirements.txt, or of requirements-NAME.txt."""
    return need(os.environ.get(VARIABLES[name]) or ROOT / ".venv" / name / "bin/python")


def node():
    return need(ROOT / ".venv/node/bin/node")
