#!/usr/bin/env python3
"""Fail where a file includes what its folder may not: include_graph.py ROOT

The tables are the architecture. A folder sees only what stands below it; each foreign library is
known to the folders named here and nowhere else; none stands in a header of ours, so that its
types cannot leak.
"""
import pathlib
import re
import sys

import sources

MAY_INCLUDE = {
    "base": set(),
    "assets": {"base"},
    "engine": {"base"},
    "render": {"base"},
    "export": {"base"},
    "scenes": {"base", "assets"},
    "app": {"base", "assets", "engine", "render", "export", "scenes"},
}
GUEST = {  # libphysreel goes into programs of others: it must not bring the rest of app along
    "app/reader.c": {"app/physreel.h", "base", "render", "export"},
    "app/physreel.h": set(),
}
FOREIGN = {  # first part of the include path, without .h: the folders that may include it
    "cglm": {"base", "render"}, "xxhash": {"base"}, "jansson": {"base"}, "openssl": {"base"},
    "ode": {"engine"},
    "png": {"assets", "export"}, "jpeglib": {"assets"}, "libxml": {"assets"},
    "zlib": {"assets", "export"},
    "GL": {"render"}, "EGL": {"render"}, "GLES3": {"render"},
    "libavcodec": {"export"}, "libavformat": {"export"}, "libavutil": {"export"},
    "libswscale": {"export"}, "curl": {"export"}, "zstd": {"export"}, "snappy-c": {"export"},
    "blosc": {"export"}, "webp": {"export"}, "yaml": {"export"},
    "lua": {"scenes"}, "lauxlib": {"scenes"}, "lualib": {"scenes"},
    "SDL2": {"app"},
}
COMPILER = {"immintrin": {"render", "export"}, "xmmintrin": {"render", "app"}}  # intrinsics, in headers too
STANDARD = set(  # C17
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath "
    "threads time uchar wchar wctype "
    # POSIX and Linux
    "dirent dlfcn fcntl ftw glob libgen poll pthread sched spawn strings sys unistd fnmatch "
    "gnu link linux cpuid execinfo".split())
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')


def problem(root, path, quote, target):
    folder = path.relative_to(root).parts[0]
    top = target.split("/")[0].removesuffix(".h")
    if quote == '"':
        if "/" not in target:
            return f'"{target}": write "folder/file.h"'
        if top != folder and top not in MAY_INCLUDE[folder]:
            return f"{folder} may not include {top}"
        if top != folder and target.endswith("_internal.h"):
            return f"{target} is internal to {top}"
        own = path.relative_to(root).as_posix()
        if own in GUEST and not {top, target} & GUEST[own]:
            return f"{own} is libphysreel's: it may not include {target}"
        return None
    if top in FOREIGN:
        if folder not in FOREIGN[top]:
            return f"<{target}> belongs to {' and '.join(sorted(FOREIGN[top]))}"
        if path.suffix == ".h":
            return f"<{target}> in a header leaks it"
        return None
    if top in COMPILER:
        return None if folder in COMPILER[top] else f"<{target}> is not for {folder}"
    if top not in STANDARD:
        return f"<{target}> is in no table of this lint"
    return None


def main(root):
    violations, count = [], 0
    for path in sources.c_files(root):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            count += 1
            why = problem(root, path, match[1], match[2])
            if why:
                violations.append(f"{path.relative_to(root)}:{number}: {why}")
    return sources.report(violations, f"{count} includes")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
