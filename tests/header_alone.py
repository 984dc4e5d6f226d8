#!/usr/bin/env python3
"""Compile each header alone: header_alone.py ROOT LANGUAGE HEADER... -- COMPILER...

A header that needs another one before it, or that C++ cannot read, fails here.
"""
import subprocess
import sys


def main(argv):
    split = argv.index("--")
    (root, language), headers, compiler = argv[:2], argv[2:split], argv[split + 1:]
    std = {"c": "-std=c17", "c++": "-std=c++17"}[language]
    bad = 0
    for header in headers:
        command = [*compiler, "-x", language, std, "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                   "-I", root, "-fsyntax-only", "-include", header, "/dev/null"]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            bad += 1
            print(f"{header}: does not compile alone as {language}\n{run.stdout}")
    print(f"{len(headers)} headers, {bad} bad")
    return bad != 0


sys.exit(main(sys.argv[1:]))
