#!/usr/bin/env python3
"""Fail where our code calls what it must not: banned_calls.py ROOT

Each banned name stands with its reason, each exception with its own.
"""
import pathlib
import re
import sys

import sources

_LIBM = ("sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp exp2 exp10 "
         "expm1 log log2 log10 log1p pow cbrt hypot tgamma lgamma erf erfc").split()
_TRIG = "its last bits depend on the CPU or on glibc: use base/trig.h"
BANNED = {name + form: _TRIG for name in _LIBM for form in ("", "f", "l")}
BANNED.update({name: "a library call on old CPUs, and never needed" for name in ("fma", "fmaf")})
BANNED.update({name: "not reproducible: use base/rng.h" for name in
               "rand srand rand_r random srandom drand48 lrand48 arc4random getrandom".split()})
BANNED.update({name: "no clock may reach a result" for name in
               "time clock gettimeofday clock_gettime localtime gmtime strftime".split()})
BANNED.update({name: "unbounded: use snprintf, memcpy or fgets" for name in
               "sprintf vsprintf strcpy strcat stpcpy gets alloca".split()})
BANNED["strtok"] = "has hidden state: use strcspn"
BANNED.update({name: "runs a shell" for name in ("system", "popen")})
BANNED["setlocale"] = "numbers must not depend on the locale"

EXCEPTIONS = {  # (path, name): why it may
    ("app/clock.c", "clock_gettime"): "seconds for progress and bench",
    ("export/sink.c", "clock_gettime"): "CPU seconds of a sink, for bench",
    ("render/soft/soft.c", "clock_gettime"): "CPU seconds by stage, for bench",
}
DEFINES_LIBM_NAMES = "base/libm_names.c"
CALL = re.compile(r"(?<![\w.>])(" + "|".join(sorted(BANNED, key=len, reverse=True)) + r")\s*\(")
LONG_DOUBLE = re.compile(r"\blong\s+double\b")


def main(root):
    violations, files = [], sources.c_files(root)
    used = set()
    for path in files:
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(sources.code_only(path.read_text()).splitlines(), 1):
            if LONG_DOUBLE.search(line):
                violations.append(f"{name}:{number}: long double differs from machine to machine")
            if name == DEFINES_LIBM_NAMES:
                continue
            for match in CALL.finditer(line):
                if (name, match[1]) in EXCEPTIONS:
                    used.add((name, match[1]))
                else:
                    violations.append(f"{name}:{number}: {match[1]}: {BANNED[match[1]]}")
    for name, call in sorted(set(EXCEPTIONS) - used):
        if (root / name).exists():
            violations.append(f"{name} no longer calls {call}: remove its exception")
    return sources.report(violations, f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
