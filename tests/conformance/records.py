"""Clip records on disk, for the readers in this folder: where they are, and TAP."""
import json
import pathlib

number = failed = 0


def check(name, ok, detail=""):
    """One line of TAP; goes on after a failure."""
    global number, failed
    ok = bool(ok)
    number += 1
    failed += not ok
    tail = f" # {detail}" if detail and not ok else ""
    print(f"{'ok' if ok else 'not ok'} {number} - {name}{tail}", flush=True)
    return ok


def done():
    """The plan and the exit status."""
    print(f"1..{number}")
    return 1 if failed or number == 0 else 0


class Record:
    """A folder with a manifest; its streams may lie beside it or in a dataset's other trees."""

    def __init__(self, folder, root):
        self.folder, self.root = folder, root
        self.manifest = json.loads((folder / "manifest.json").read_text())

    def path(self, name):
        """Where the file `name` of this record is."""
        here = self.folder / name
        if here.exists():
            return here
        found = [p for tree in ("clips", "labels") for p in (self.root / tree).glob(f"*/*/{name}")]
        if len(found) != 1:
            raise SystemExit(f"{name} of {self.folder} is there {len(found)} times")
        return found[0]


def find(root):
    """Every record at or below `root`, in order of their paths."""
    root = pathlib.Path(root)
    found = []
    for path in sorted(root.rglob("manifest.json")):
        if json.loads(path.read_text()).get("format") == "physreel-record":
            found.append(Record(path.parent, root))
    if not found:
        raise SystemExit(f"no clip record under {root}")
    return found
