#!/usr/bin/env python3
"""Fail where libphysreel is no good guest: guest.py LIBRARY

It exports reel_reader_* alone, takes from libm only what rounds nothing or rounds exactly, and brings
no codec, simulator or language into its host.
"""
import re
import subprocess
import sys

import sources

EXACT = {"sqrt", "sqrtf", "floor", "floorf", "ceil", "ceilf", "trunc", "rint", "fabs", "fmod", "fmin",
         "fmax", "ldexp", "frexp", "scalbn", "copysign", "fminf", "fmaxf"}
BRINGS = {"libc", "libm", "libjansson", "libxxhash", "libcrypto", "libz", "ld-linux-x86-64"}
LIBM = set(  # what glibc's libm offers that a compiler or we might call
    "sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 expm1 log log2 log10 "
    "log1p pow cbrt hypot tgamma lgamma erf erfc fma sincos remainder nearbyint".split())


def symbols(library, *options):
    text = subprocess.run(["nm", "-D", *options, library], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1].split("@")[0] for line in text.splitlines() if line.strip()}


def main(library):
    violations = [f"exports {name}" for name in sorted(symbols(library, "--defined-only"))
                  if not name.startswith("reel_reader_")]
    wants = symbols(library, "--undefined-only")
    inexact = LIBM | {n + "f" for n in LIBM} - EXACT
    violations += [f"calls {name}" for name in sorted(wants & inexact)]
    text = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[([\w.+-]+?)\.so", text)
    violations += [f"brings {name}" for name in needed if name not in BRINGS]
    return sources.report(violations, f"{len(wants)} symbols, {len(needed)} libraries")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
