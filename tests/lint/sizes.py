#!/usr/bin/env python3
"""Fail where a file or a function is too long to take in: sizes.py ROOT

600 lines a file, 60 lines a function's body. waivers.txt names those that may be longer, each with
its length and a reason: the length may only go down, and a waiver that is not needed must go.
"""
import pathlib
import re
import sys

import sources

FILE_LINES, FUNCTION_LINES = 600, 60
FOLDERS = (*sources.LAYERS, "tests", "bench")
NAME = re.compile(r"(\w+)\s*\(")


def name_above(lines, brace):
    """The name of the function whose body begins at line `brace`."""
    head = brace - 2
    while head > 0 and lines[head][:1] in (" ", "\t"):
        head -= 1
    match = NAME.search(" ".join(lines[head:brace - 1]))
    return match[1] if match else "?"


def read_waivers(path):
    """{what: lines} from rows 'what lines reason', # comments."""
    waivers = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            parts = line.split(None, 2)
            if len(parts) < 3 or not parts[1].isdigit():
                raise SystemExit(f"{path}:{number}: write 'file[:function] lines reason'")
            waivers[parts[0]] = int(parts[1])
    return waivers


def main(root):
    waivers = read_waivers(pathlib.Path(__file__).parent / "waivers.txt") \
        if len(sys.argv) < 3 else read_waivers(pathlib.Path(sys.argv[2]))
    violations, needed, files = [], set(), sources.c_files(root, FOLDERS)

    def measure(what, where, size, limit):
        allowed = waivers.get(what, limit)
        if size > limit:
            needed.add(what)
        if size > allowed:
            violations.append(f"{where}: {what} has {size} lines, more than {allowed}")
        elif what in waivers and limit < size < allowed:
            violations.append(f"{where}: {what} is down to {size} lines: lower its waiver")

    for path in files:
        name = path.relative_to(root).as_posix()
        lines = path.read_text().splitlines()
        measure(name, f"{name}:1", len(lines), FILE_LINES)
        start = None  # the format puts both braces of a function, and no others, into column 0
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                measure(f"{name}:{name_above(lines, start)}", f"{name}:{start}",
                        number - start - 1, FUNCTION_LINES)
                start = None
    violations += [f"waivers.txt: {what} needs none" for what in sorted(set(waivers) - needed)]
    return sources.report(violations, f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
