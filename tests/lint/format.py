#!/usr/bin/env python3
"""Fail where clang-format 14 would change a file: format.py ROOT CLANG_FORMAT"""
import pathlib
import subprocess
import sys

import sources


def main(root, tool):
    version = subprocess.run([tool, "--version"], stdout=subprocess.PIPE, text=True).stdout
    if "version 14." not in version:
        print(f"needs clang-format 14, has {version}")
        return 77  # skipped
    files = sources.c_files(root, (*sources.LAYERS, "tests", "bench"))
    violations = []
    for path in files:
        command = [tool, "--dry-run", "-Werror", str(path)]
        if subprocess.run(command, stderr=subprocess.DEVNULL, cwd=root).returncode != 0:
            violations.append(f"{path.relative_to(root)}: run clang-format-14 -i on it")
    return sources.report(violations, f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
