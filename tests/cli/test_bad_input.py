#!/usr/bin/env python3
"""Bad input: each ends with its exit status and one clear message, and leaves nothing behind."""
import json
import os
import shutil
import sys

import cli

HEAD = 'scene { family = "bad", title = "bad", params = {}, build = function(world, p)\n'
LIGHT = ('world:floor { material = "oak" }\nworld:sun { elevation = deg(40), azimuth = 0 }\n'
         'world:camera { name = "main", look_at = {0, 0, 0}, distance = 3, elevation = deg(30), '
         'azimuth = 0, fov = deg(40) }\n')
TAIL = "end }\n"


def build(lines):
    return HEAD + LIGHT + lines + "\n" + TAIL


BALL = 'world:sphere { name = "ball", radius = 0.1, at = {0, 0, 1}, material = "rubber"'
SCRIPTS = [  # name, script, exit status, what the message must contain
    ("syntax error", "scene { family = \n local\n", 65, ["bad.lua:2"]),
    ("endless loop", build("while true do end"), 65, ["bad.lua:5", "step"]),
    ("endless loop that swallows errors",
     build("while true do pcall(function() while true do end end) end"), 65, ["bad.lua:5", "step"]),
    ("memory bomb", build('local t, s = {}, ("x"):rep(16000)\nfor i = 1, 1000000 do t[i] = s .. i end'),
     65, ["bad.lua:6", "memory"]),
    ("string bomb", build('local s = ("x"):rep(1000000000)'), 65, ["bad.lua:5", "bytes"]),
    ("unknown material", build(BALL.replace("rubber", "unobtainium") + "}"), 65,
     ["bad.lua:5", "unobtainium"]),
    ("negative mass", build(BALL + ", mass = -1 }"), 65, ["bad.lua:5", "mass"]),
    ("NaN position", build(BALL.replace("{0, 0, 1}", "{0/0, 0, 1}") + "}"), 65, ["bad.lua:5", "at"]),
    ("overlapping bodies", build(BALL + "}\n" + BALL.replace('"ball"', '"other"')
                                 .replace("{0, 0, 1}", "{0.05, 0, 1}") + "}"), 65,
     ["ball", "other"]),
    ("a million bodies", build("for i = 1, 1000000 do " + BALL.replace('"ball"', '"ball " .. i')
                               .replace("{0, 0, 1}", "{0, 0, i}") + "} end"), 65, ["bad.lua:"]),
    ("no scene at all", "local x = 1\n", 65, ["bad.lua"]),
    ("reads a file", build('local f = io.open("/etc/passwd")'), 65, ["bad.lua:5", "io"]),
]
GOOD = build(BALL + "}")


def says(result, parts):
    lines = [l for l in result.err.splitlines() if l.startswith("physreel: ")]
    return len(lines) == 1 and all(p.lower() in lines[0].lower() for p in parts)


def check_scripts(p):
    for name, text, rc, parts in SCRIPTS:
        (p.folder / "bad.lua").write_text(text)
        r = p("run", "bad.lua", *cli.SMALL, "-o", "out", "-q")
        left = [f for f in os.listdir(p.folder) if f != "bad.lua"]
        cli.check(f"script: {name}", r.rc == rc and says(r, parts) and not left, f"{r}\n{left}")


def check_usage(p):
    (p.folder / "good.lua").write_text(GOOD)
    cases = [  # name, arguments, exit status, parts of the message
        ("missing script", ["nothing.lua"], 74, ["nothing.lua"]),
        ("missing frozen scene", ["nothing.json"], 74, ["nothing.json"]),
        ("unknown family", ["tossed"], None, ["tossed"]),
        ("fps that does not divide", ["good.lua", "--fps", "23"], 65, ["fps"]),
        ("odd size", ["good.lua", "--size", "65x48"], 64, ["65x48"]),
        ("size without x", ["good.lua", "--size", "64"], 64, ["64"]),
        ("no frames", ["good.lua", "--frames", "0"], 64, ["frames"]),
        ("negative seed", ["good.lua", "--seed", "-1"], 64, ["seed"]),
        ("unknown option", ["good.lua", "--sead", "1"], 64, ["--sead", "--seed"]),
        ("option without value", ["good.lua", "--seed"], 64, ["--seed"]),
        ("option twice", ["good.lua", "--seed", "1", "--seed", "2"], 64, ["twice"]),
        ("unknown camera", ["good.lua", "--camera", "side"], 64, ["side", "main"]),
        ("unknown parameter", ["toss", "-p", "colour=red"], 64, ["colour"]),
        ("parameter without value", ["toss", "-p", "count"], 64, ["key=value"]),
        ("parameter out of range", ["toss", "-p", "count=many"], 64, ["count"]),
        ("unknown label", ["good.lua", "--labels", "depth,shape"], 64, ["shape"]),
        ("semantic", ["good.lua", "--labels", "semantic"], 64, ["instance"]),
        ("coverage without anti-aliasing", ["good.lua", "--labels", "coverage", "--quality",
                                            "draft"], 64, ["coverage"]),
        ("labels with states", ["good.lua", "--labels", "all", "--store", "states"], 64,
         ["states"]),
        ("nothing to make", ["good.lua", "--labels", "none", "--quality", "labels"], 64, ["none"]),
        ("unknown quality", ["good.lua", "--quality", "best"], 64, ["best", "standard"]),
        ("unknown store", ["good.lua", "--store", "png"], 64, ["png", "planes"]),
        ("unknown preset", ["good.lua", "--preset", "imax"], 64, ["imax", "movi"]),
        ("unknown format", ["good.lua", "--format", "tar"], 64, ["tar", "clips"]),
        ("too many tracks", ["good.lua", "--tracks", "5000"], 64, ["tracks", "4096"]),
        ("masks with states", ["good.lua", "--labels", "masks", "--store", "states"], 64,
         ["states"]),
        ("samples without rays", ["good.lua", "--samples", "9"], 64, ["samples", "standard"]),
        ("unknown log level", ["good.lua", "--log", "loud"], 64, ["loud", "debug"]),
        ("two log levels", ["good.lua", "--log", "info", "-v"], 64, ["--verbose"]),
        ("bad split", ["good.lua", "--split", "a/b"], 64, ["split"]),
        ("no clips", ["good.lua", "--count", "0"], 64, ["count"]),
        ("too many workers", ["good.lua", "-j", "100000"], 64, ["jobs"]),
        ("output is a dot", ["good.lua", "-o", "."], 64, ["output"]),
        ("control videos that the format drops", ["good.lua", "--format", "tap", "--control",
                                                  "depth"], 64, ["control", "tap", "webdataset"]),
        ("control videos of cosmos", ["good.lua", "--format", "cosmos", "--control", "flow"], 64,
         ["control", "--set control"]),
        ("first frames that the format drops", ["good.lua", "--format", "glb", "--first-frames"],
         64, ["first-frames", "glb"]),
        ("a format of colours without", ["good.lua", "--format", "movi", "--quality", "labels"],
         64, ["quality", "movi"]),
        ("push without keys", ["good.lua", "--push", "s3://bucket/x"], 64, ["AWS_ACCESS_KEY_ID"]),
        ("push without hf", ["good.lua", "--push", "me/x"], 64, ["pip install huggingface_hub"]),
        ("push to no bucket", ["good.lua", "--push", "s3://x"], 64, ["s3://BUCKET"]),
    ]
    env = {"AWS_ACCESS_KEY_ID": "", "PATH": "/usr/bin:/bin"}
    for name, args, rc, parts in cases:
        out = [] if "-o" in args else ["-o", "out"]
        small = [] if {"--size", "--frames", "--fps", "--preset"} & set(args) else cli.SMALL
        r = p("run", *small, *out, "-q", *args, env=env)
        left = sorted(set(os.listdir(p.folder)) - {"bad.lua", "good.lua"})
        good = (r.rc == rc if rc else r.rc in (64, 65, 74)) and says(r, parts) and not left
        cli.check(f"usage: {name}", good, f"{r}\n{left}")
    r = p("rum", "toss")
    cli.check("usage: unknown command", r.rc == 64 and says(r, ["rum", "run"]), r)
    r = p("run")
    cli.check("usage: no scene", r.rc == 64 and says(r, ["SCENE"]), r)


def check_recipes(p):
    clip = {"scene": "good.lua"}
    cases = [
        ("not JSON", "{", 65, ["recipe.json:"]),
        ("another version", json.dumps({"recipe": 2, "clips": [clip]}), 65, ["recipe"]),
        ("no clips", json.dumps({"recipe": 1, "clips": []}), 65, ["clips"]),
        ("unknown key", json.dumps({"recipe": 1, "sead": 1, "clips": [clip]}), 65, ["sead", "seed"]),
        ("unknown key of a clip", json.dumps({"recipe": 1, "clips": [{**clip, "cuont": 2}]}), 65,
         ["clips[0].cuont", "count"]),
        ("count of nothing", json.dumps({"recipe": 1, "clips": [{**clip, "count": 0}]}), 65,
         ["clips[0].count"]),
        ("scene missing", json.dumps({"recipe": 1, "clips": [{"count": 1}]}), 65,
         ["clips[0].scene"]),
        ("params no object", json.dumps({"recipe": 1, "clips": [{**clip, "params": 3}]}), 65,
         ["clips[0].params"]),
        ("cameras no list", json.dumps({"recipe": 1, "clips": [{**clip, "cameras": "main"}]}), 65,
         ["clips[0].cameras"]),
    ]
    for name, text, rc, parts in cases:
        (p.folder / "recipe.json").write_text(text)
        r = p("run", "recipe.json", *cli.SMALL, "-o", "out", "-q")
        left = sorted(set(os.listdir(p.folder)) - {"bad.lua", "good.lua", "recipe.json"})
        cli.check(f"recipe: {name}", r.rc == rc and says(r, parts) and not left, f"{r}\n{left}")
    (p.folder / "recipe.json").write_text(json.dumps({"recipe": 1, "clips": [clip]}))
    r = p("run", "recipe.json", "--count", "2", "-o", "out", "-q")
    cli.check("recipe: count belongs to scenes", r.rc == 64 and says(r, ["count"]), r)


def check_frozen(p):
    frozen = p("freeze", "good.lua", "--size", "64x48", "--frames", "4", "--fps", "12")
    scene = json.loads(frozen.out)
    (p.folder / "scene.json").write_text(frozen.out)
    r = p("run", "scene.json", "-o", "frozen", "-q")
    cli.check("frozen: runs", r.rc == 0 and (p.folder / "frozen/manifest.json").exists(), r)
    r = p("run", "scene.json", "--size", "128x96", "-o", "out", "-q")
    cli.check("frozen: another size", r.rc == 64 and says(r, ["frozen", "64x48"]), r)
    r = p("run", "scene.json", "--count", "2", "-o", "out", "-q")
    cli.check("frozen: count", r.rc == 64 and says(r, ["frozen", "count"]), r)
    dynamic = next(i for i, b in enumerate(scene["bodies"]) if b["motion"] == "dynamic")
    changes = [
        ("negative mass", lambda s: s["bodies"][dynamic].update(mass=-1.0), [f"bodies[{dynamic}]"]),
        ("unknown field", lambda s: s["bodies"][dynamic].update(colour="red"), ["colour"]),
        ("missing field", lambda s: s["bodies"][dynamic].pop("mass"), ["mass"]),
        ("index out of range", lambda s: s["geoms"][0].update(material=99), ["geoms[0]"]),
        ("another format", lambda s: s.update(format=99), ["format"]),
    ]
    for name, change, parts in changes:
        other = json.loads(frozen.out)
        change(other)
        (p.folder / "scene.json").write_text(json.dumps(other))
        r = p("run", "scene.json", "-o", "out", "-q")
        cli.check(f"frozen: {name}", r.rc == 65 and says(r, parts) and
                  not (p.folder / "out.partial").exists(), r)


def check_output(p):
    small = ["good.lua", *cli.SMALL, "-q"]
    (p.folder / "file").write_text("mine")
    r = p("run", *small, "-o", "file/out")
    cli.check("output below a file", r.rc == 74 and says(r, ["file"]) and
              (p.folder / "file").read_text() == "mine", r)
    r = p("run", *small, "-o", "file")
    cli.check("output is a file", r.rc == 64 and says(r, ["file", "exists"]) and
              (p.folder / "file").read_text() == "mine", r)
    r = p("run", *small, "-o", "/proc/physreel/out")
    cli.check("unwritable output", r.rc == 74 and says(r, ["/proc/physreel"]), r)
    with open("/dev/full", "w") as full:
        import subprocess
        done = subprocess.run(p.command("freeze", "good.lua"), cwd=p.folder, stdout=full,
                              stderr=subprocess.PIPE, text=True)
    cli.check("stdout is full", done.returncode == 74 and "standard output" in done.stderr,
              done.stderr)
    (p.folder / "hollow").mkdir()
    for name in ("nowhere", "hollow", "file"):
        for words in (["verify"], ["verify", "--hub"], ["sheet", "-o", "x.png"], ["export", "--format", "coco"],
                      ["push", "--dry-run"]):
            more = ["me/x"] if words[0] == "push" else []
            r = p(words[0], name, *more, *words[1:])
            cli.check(f"{' '.join(words)} of {name}, which is no dataset", r.rc == 74 and
                      says(r, [f"{name}/manifest.json", "no dataset"]), r)
    (p.folder / "half.partial").mkdir()
    (p.folder / "half.partial" / "plan.json").write_text("{}")
    for name in ("half", "half.partial", "half.partial/"):
        r = p("verify", name)
        cli.check(f"verify of a dataset in the making: {name}", r.rc == 64 and
                  says(r, ["half.partial", "in the making"]), r)
    shutil.rmtree(p.folder / "half.partial")


def check_help(p):
    for command in ["run", "list", "freeze", "verify", "sheet", "doctor", "bench"]:
        r = p(command, "--help")
        cli.check(f"help of {command} has an example", r.rc == 0 and "example:" in r.out and
                  f"physreel {command}" in r.out.split("example:")[1], r)
    r = p("doctor", "--json")
    report = json.loads(r.out)
    cli.check("doctor finds its numbers right", all(v["ok"] for k, v in report.items()
                                                   if k not in ("free disk", "writable")), r)
    r = p("list", "--json")
    names = [s["scene"] for s in json.loads(r.out)]
    cli.check("list has the six families", {"toss", "billiards", "ramp", "tower", "dominoes",
                                            "pendulum"} <= set(names), r)


def main():
    with cli.program() as p:
        check_scripts(p)
        check_usage(p)
        check_recipes(p)
        check_frozen(p)
        check_output(p)
        check_help(p)
    return cli.done()


if __name__ == "__main__":
    sys.exit(main())
