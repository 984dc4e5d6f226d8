#!/usr/bin/env python3
"""One program, several CPUs, the same files: same_files.py PROGRAM ARGS... (OUT stands for a folder)

Runs PROGRAM plainly, with AVX2 and FMA hidden from glibc, and in an emulated Nehalem, which has
neither (tunables reach glibc alone, not the codecs and not our own dispatch). Every file that it
writes must have the same bytes. Exit 77: there is no qemu-x86_64 here.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TUNABLES = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable"


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in sorted(folder.rglob("*")) if p.is_file()}


def main(argv):
    qemu = shutil.which("qemu-x86_64")
    if not qemu:
        print("no qemu-x86_64 (package qemu-user)")
        return 77
    ways = {"plain": ([], {}), "no FMA in glibc": ([], {"GLIBC_TUNABLES": TUNABLES}),
            "Nehalem": ([qemu, "-cpu", "Nehalem"], {})}
    want = None
    for name, (wrapper, extra) in ways.items():
        with tempfile.TemporaryDirectory() as temp:
            out = pathlib.Path(temp) / "out"
            args = [str(out) if a == "OUT" else a for a in argv]
            subprocess.run([*wrapper, *args], check=True, env={**os.environ, **extra})
            got = files(out)
        want = want or got
        other = [f for f in sorted(want.keys() | got.keys()) if want.get(f) != got.get(f)]
        print(f"{name}: {len(got)} files", f"DIFFER: {other}" if other else "the same")
        if other or not got:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
