#!/usr/bin/env python3
"""The renderer, built by another compiler or level of optimisation, draws the same bits.

other_compilers.py ROOT PROGRAM [FLAG ...] -- [LIBRARY ...]

PROGRAM is render_digests as the project's own build made it. Its sources, and those of render/ and
base/, are compiled again in the ways below with the project's FLAGs; what the program prints must
not change. A way whose compiler is missing is told and left out; exit 77: none is there.
"""
import concurrent.futures
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

WIDTHS = {"4": []}
if platform.machine() == "x86_64":
    WIDTHS["8"] = ["-mavx2", "-mno-fma"]
    WIDTHS["16"] = ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"]
WAYS = [("clang-14", "-O3"), ("gcc", "-O2")]
KERNELS = ("kernel.c", "path.c")


def jobs(root, out):
    """(source, flags, object) of everything that the program is made of."""
    sources = [root / "tests/determinism/render_digests.c", root / "bench/stage_scene.c",
               root / "bench/stage_mesh.c"]
    sources += sorted((root / "base").glob("*.c")) + sorted((root / "render").rglob("*.c"))
    for source in sources:
        if source.name in KERNELS:
            for width, flags in WIDTHS.items():
                yield source, [f"-DVW={width}", *flags], out / f"{source.stem}_{width}.o"
        elif source.name != "libm_names.c":  # programs that link OpenDE need it
            yield source, [], out / f"{source.parent.name}_{source.stem}.o"


def build(root, compiler, level, flags, libraries, out):
    def compile_one(job):
        source, extra, target = job
        subprocess.run([compiler, level, *flags, *extra, "-I", root, "-c", source, "-o", target],
                       check=True)
        return target

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compile_one, jobs(root, out)))
    program = out / "render_digests"
    subprocess.run([compiler, *objects, "-o", program, *libraries], check=True)
    return program


def main(argv):
    root, program = pathlib.Path(argv[0]), argv[1]
    cut = argv.index("--")
    flags, libraries = argv[2:cut], argv[cut + 1:]
    want = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    print(f"{len(want)} digests")
    tried = failed = 0
    for compiler, level in WAYS:
        if not shutil.which(compiler):
            print(f"no {compiler}")
            continue
        tried += 1
        with tempfile.TemporaryDirectory() as out:
            other = build(root, compiler, level, flags, libraries, pathlib.Path(out))
            got = subprocess.run([other], check=True, capture_output=True,
                                 text=True).stdout.splitlines()
        bad = [line for line in got if line not in want]
        print(f"{compiler} {level}:", "the same" if got == want else f"DIFFER: {bad}")
        failed += got != want
    return 77 if not tried else int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
