#!/usr/bin/env python3
"""Fail where a header says too little: documented.py ROOT

Each header begins with a comment that states its contract, and each function that it declares has
a comment above or beside it; one comment may stand above a block of declarations without blank
lines. Inline functions show what they do and are not asked.
"""
import pathlib
import re
import sys

import sources

DECLARATION = re.compile(r"^[A-Za-z_][\w\s*]*\b(\w+)\s*\(")
NOT_FUNCTIONS = re.compile(r"^(typedef|struct|enum|union|static|extern\s+\"C\"|REEL_API_)")


def undocumented(lines):
    """(line, name) of each declared function without words."""
    covered = False      # a comment stands above this block
    in_comment = False
    depth = 0
    i = 0
    while i < len(lines):
        line = lines[i]
        if in_comment or line.lstrip().startswith("/*"):
            in_comment = "*/" not in line
            covered = depth == 0
        elif not line.strip():
            covered = False
        elif depth == 0 and not line.startswith("#") and DECLARATION.match(line) \
                and not NOT_FUNCTIONS.match(line):
            first, text = i, line
            while ";" not in sources.code_only(text) and "{" not in text and i + 1 < len(lines):
                i += 1
                text += "\n" + lines[i]
            beside = "/*" in text
            after = i + 1 < len(lines) and lines[i + 1].lstrip().startswith(("/**<", "/*<"))
            if not (covered or beside or after) and "{" not in text:
                yield first + 1, DECLARATION.match(line)[1]
            if beside:
                in_comment = "*/" not in text[text.rindex("/*"):]
            depth += text.count("{") - text.count("}")
        else:
            code = sources.code_only(line)
            if 'extern "C"' not in line:
                depth += code.count("{") - code.count("}")
        i += 1


def main(root):
    violations, headers = [], sources.c_files(root, suffixes=(".h",))
    for path in headers:
        name = path.relative_to(root).as_posix()
        lines = path.read_text().splitlines()
        if not lines or not lines[0].startswith("/*"):
            violations.append(f"{name}:1: begins without the comment that states its contract")
        violations += [f"{name}:{n}: {f} has no comment" for n, f in undocumented(lines)]
    return sources.report(violations, f"{len(headers)} headers")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
