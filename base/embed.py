#!/usr/bin/env python3
"""Text files as strings in C.

    embed.py OUT.c HEADER NAME=FILE...      const char NAME[], which HEADER declares
    embed.py OUT.c HEADER NAME FILE...      NAME[] and NAME_names[] over all files, by their names
"""
import os
import sys


def put_text(o, declaration, path):
    with open(path, "rb") as f:
        data = f.read()
    o.write(f"{declaration}[] = {{\n")
    for i in range(0, len(data), 24):
        o.write("    " + ",".join(str(b if b < 128 else b - 256) for b in data[i:i + 24]) + ",\n")
    o.write("    0};\n\n")


def put_table(o, table, files):
    files = sorted(files, key=os.path.basename)
    names = [os.path.splitext(os.path.basename(f))[0] for f in files]
    for name, path in zip(names, files):
        put_text(o, f"static const char text_{name}", path)
    o.write(f"const {table}_entry {table}[] = {{\n")
    for name in names:
        o.write(f'    {{"{name}", text_{name}, sizeof(text_{name}) - 1}},\n')
    o.write(f"    {{NULL, NULL, 0}},\n}};\n\nconst char *const {table}_names[] = {{\n")
    for name in names:
        o.write(f'    "{name}",\n')
    o.write("    NULL,\n};\n")


out, header, *what = sys.argv[1:]
with open(out, "w", encoding="ascii") as o:
    o.write(f'/* Made by base/embed.py. */\n#include "{header}"\n\n')
    if "=" in what[0]:
        for pair in what:
            name, path = pair.split("=", 1)
            put_text(o, f"const char {name}", path)
    else:
        put_table(o, what[0], what[1:])
