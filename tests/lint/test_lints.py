#!/usr/bin/env python3
"""The lints on small trees made to violate them, and on one that does not: a lint that accepts
everything would otherwise look like a clean house. test_lints.py [CLANG_FORMAT]"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
GOOD = {"base/a.h": "/* contract */\n#pragma once\n\n/** Twice x. */\nint reel_a(int x);\n",
        "base/a.c": '#include "base/a.h"\n\n#include <math.h>\n\n/* not sin(x) */\n'
                    'int reel_a(int x)\n{\n    return 2 * x;\n}\n'}
BODY = "int reel_long(void)\n{\n" + "    (void)0;\n" * 61 + "}\n"
CASES = [  # lint, path, text, what the message must contain
    ("include_graph.py", "base/b.c", '#include "engine/e.h"\n', "base may not include engine"),
    ("include_graph.py", "engine/b.c", '#include "scenes/e.h"\n', "engine may not include scenes"),
    ("include_graph.py", "base/b.c", "#include <ode/ode.h>\n", "belongs to engine"),
    ("include_graph.py", "engine/b.h", "#include <ode/ode.h>\n", "leaks"),
    ("include_graph.py", "base/b.c", "#include <boost/x.h>\n", "in no table"),
    ("include_graph.py", "base/b.c", '#include "b.h"\n', "folder/file.h"),
    ("include_graph.py", "app/b.c", '#include "base/trig_internal.h"\n', "internal to base"),
    ("include_graph.py", "app/reader.c", '#include "engine/e.h"\n', "libphysreel"),
    ("include_graph.py", "app/reader.c", '#include "app/app.h"\n', "libphysreel"),
    ("banned_calls.py", "engine/b.c", "double f(double x)\n{\n    return sin (x);\n}\n", ":3: sin"),
    ("banned_calls.py", "app/b.c", "int x = rand();\n", "rand"),
    ("banned_calls.py", "app/b.c", "float x = powf(a, b);\n", "powf"),
    ("banned_calls.py", "app/b.c", "long double x;\n", "long double"),
    ("banned_calls.py", "base/libm_names.c", "long double x;\n", "long double"),
    ("sizes.py", "base/b.c", BODY, "base/b.c:reel_long has 61"),
    ("sizes.py", "tests/b.c", "\n" * 601, "601"),
    ("documented.py", "base/b.h", "#pragma once\n", "contract"),
    ("documented.py", "base/b.h", "/* b */\n\nint reel_b(int a,\n           int b);\n", "reel_b"),
    ("documented.py", "base/b.h", "/* b */\n\nint reel_b(int a); /* b */\nint reel_c(void);\n",
     "reel_c"),
    ("format.py", "base/b.c", "int  x;\n", "base/b.c"),
]
SILENT = [  # lint, path, text: nothing to say
    ("banned_calls.py", "app/b.c", 'int x = reel_sin(a) + o->time(b) + o.log(c); /* rand() */\n'),
    ("banned_calls.py", "base/libm_names.c", "double sin(double x)\n{\n    return 0;\n}\n"),
    ("documented.py", "base/b.h", "/* b */\n\n/* both */\nint reel_b(int a);\nint reel_c(void);\n"),
    ("documented.py", "base/b.h", "/* b */\n\nint reel_b(int a,\n    int b); /**< b\n * c */\n"),
    ("sizes.py", "base/b.c", BODY.replace("    (void)0;\n", "", 1)),
]


def run(lint, files, clang_format):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / ".clang-format").write_text((HERE.parent.parent / ".clang-format").read_text())
        (root / "waivers.txt").write_text("")
        for name, text in {**GOOD, **files}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        extra = {"format.py": [clang_format], "sizes.py": [str(root / "waivers.txt")]}
        return subprocess.run([sys.executable, HERE / lint, root, *extra.get(lint, [])],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def main(clang_format):
    bad = 0
    for lint in sorted({case[0] for case in CASES}):
        if lint != "format.py" or clang_format:
            done = run(lint, {}, clang_format)
            if done.returncode != 0:
                bad += 1
                print(f"{lint} refuses a good tree:\n{done.stdout}")
    for lint, name, text, message in CASES:
        if lint != "format.py" or clang_format:
            done = run(lint, {name: text}, clang_format)
            if done.returncode != 1 or message not in done.stdout:
                bad += 1
                print(f"{lint} accepts {text!r} in {name}:\n{done.stdout}")
    for lint, name, text in SILENT:
        done = run(lint, {name: text}, clang_format)
        if done.returncode != 0:
            bad += 1
            print(f"{lint} refuses {text!r} in {name}:\n{done.stdout}")
    print(f"{len(CASES) + len(SILENT)} cases, {bad} bad")
    return 1 if bad else 0


sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
