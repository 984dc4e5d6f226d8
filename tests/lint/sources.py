"""What the lints share: the sources of the tree, and C text without its comments and strings."""
import pathlib
import re

LAYERS = ("base", "assets", "engine", "render", "export", "scenes", "app")
_NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def c_files(root, folders=LAYERS, suffixes=(".c", ".h")):
    """The C files under these folders, sorted."""
    found = (p for d in folders for p in (pathlib.Path(root) / d).rglob("*"))
    return sorted(p for p in found if p.suffix in suffixes and p.is_file())


def code_only(text):
    """Comments and strings blanked, line numbers kept."""
    return _NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


def report(violations, checked):
    """Print violations (strings) and a summary; the exit status of the lint."""
    for violation in violations:
        print(violation)
    print(f"{checked}, {len(violations)} violations")
    return 1 if violations else 0
