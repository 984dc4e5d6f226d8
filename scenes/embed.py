#!/usr/bin/env python3
"""embed.py OUT.c FILE.lua... - the shipped scripts as a table of bytes in C."""
import os
import sys

out, files = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
names = [os.path.splitext(os.path.basename(f))[0] for f in files]
with open(out, "w", encoding="ascii") as o:
    o.write('/* Made by scenes/embed.py from scenes/library. */\n#include "scenes/library.h"\n\n')
    for name, path in zip(names, files):
        with open(path, "rb") as f:
            data = f.read()
        o.write(f"static const char text_{name}[] = {{\n")
        for i in range(0, len(data), 24):
            o.write("    " + ",".join(str(b if b < 128 else b - 256) for b in data[i:i + 24]) + ",\n")
        o.write("    0};\n\n")
    o.write("const reel_library_entry reel_library[] = {\n")
    for name in names:
        o.write(f'    {{"{name}", text_{name}, sizeof(text_{name}) - 1}},\n')
    o.write("    {NULL, NULL, 0},\n};\n\n")
    o.write("const char *const reel_library_names[] = {\n")
    for name in names:
        o.write(f'    "{name}",\n')
    o.write("    NULL,\n};\n")
