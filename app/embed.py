#!/usr/bin/env python3
"""embed.py OUT.c NAME=FILE... - text files as strings in C: const char NAME[]."""
import sys

out, *pairs = sys.argv[1:]
with open(out, "w", encoding="ascii") as o:
    o.write("/* Made by app/embed.py. */\n#include \"app/page_text.h\"\n\n")
    for name, path in (p.split("=", 1) for p in pairs):
        with open(path, "rb") as f:
            data = f.read()
        o.write(f"const char {name}[] = {{\n")
        for i in range(0, len(data), 24):
            o.write("    " + ",".join(str(b if b < 128 else b - 256) for b in data[i:i + 24]) + ",\n")
        o.write("    0};\n\n")
