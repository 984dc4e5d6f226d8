"""docs/render-speed.md from the results of compare.py, encode_stage and `physreel bench`.

    report.py            reads ../results, writes ../../docs/render-speed.md
"""
import csv
import glob
import os

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, "..", "results")
PAGE = os.path.join(HERE, "..", "..", "docs", "render-speed.md")
SIZES = ("256x256", "512x512", "832x480", "1920x1080")
GOALS = {("256x256", "states"): 270, ("256x256", "planes"): 160, ("832x480", "states"): 60,
         ("832x480", "planes"): 32}
STAGES = ("freeze", "simulate", "render_setup", "render_visibility", "render_shading",
          "render_labels", "encode_video", "encode_labels", "other")
RATE_GOALS = {"labels": 2500, "draft, all labels": 1300, "standard, all labels": 500,
              "high, all labels": 120}

HEAD = """# Speed of pictures

Made by `bench/peers/report.py` from `bench/results`; how to repeat it stands at the end.

The scene is `bench/scenes/twenty.lua`: seven balls, seven boxes and six cylinders of stone,
wood, metal, rubber and so on tossed together over tiles, under a sun and a sky, seen by a camera
that goes slowly about them; 48 frames. Every renderer draws the same poses from the same camera with one shadowed sun, on one
core. Times are CPU time (user and system) of the process, the best of several rounds in which all
take turns, on {machine} (Zen 4, which works 512 bits off in two halves, about 3.6 GHz by a chain of
additions; neighbours on the host make single runs up to a third slower). Ours has textures and relief (wood, brick, marble, checks, tiles),
the others plain colours.

![The same frame five times](img/peers.png)

*`standard`, llvmpipe with our shaders, MuJoCo, PyBullet and Cycles with 64 samples. PyBullet's
shadow pass runs, but on a floor as large as the picture it finds nothing right. The brightness of
Cycles and MuJoCo is their own.*
"""

CONTENDERS = """
| renderer | what it draws |
|---|---|
| `labels` | depth, instance, normal, forward flow, object coordinates; no colour |
| `draft`, `standard`, `high` | colour, and these labels or only depth and instance |
| PyBullet TinyRenderer | `getCameraImage`: colour with shadow, depth, segmentation; no anti-aliasing |
| MuJoCo OSMesa | `Renderer` as it is: shadow map 4096, 4 samples; colour, depth and segmentation in a pass each; and with a map of 1024 and no multi-sampling |
| llvmpipe | a program of ours in OpenGL 3.3 (`peer_gl.c`): GGX, shadow map 1024 with nine taps, no anti-aliasing; colour, depth and ids, or all five labels |
| Cycles | 64 samples, colour with depth and index; above 512x512 drawn out from 2 and 6 samples |
"""


def read(name):
    with open(os.path.join(RESULTS, name), encoding="utf-8") as table:
        return list(csv.DictReader(table))


def short(number):
    if number < 0.1:
        return f"{number:.2g}"
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def times(rows):
    names = list(dict.fromkeys(r["what"] for r in rows if r["kind"] == "time"))
    at = {(r["what"], r["size"]): float(r["ms_per_frame"]) for r in rows if r["kind"] == "time"}
    out = "\n## Milliseconds a frame (frames a second)\n\n"
    out += "| renderer | " + " | ".join(SIZES) + " | goal at 256x256 |\n"
    out += "|---|" + "---:|" * (len(SIZES) + 1) + "\n"
    for name in names:
        cells = [f"{short(at[name, s])} ({short(1e3 / at[name, s])})" if (name, s) in at else ""
                 for s in SIZES]
        goal = f"{RATE_GOALS[name]:,} a second" if name in RATE_GOALS else ""
        out += f"| {name} | " + " | ".join(cells) + f" | {goal} |\n"
    return out


def ratios(rows):
    out = "\n## Times as fast\n\nIn brackets the least and the most of single rounds.\n\n"
    out += "| ours | against | " + " | ".join(SIZES) + " | goal |\n"
    out += "|---|---|" + "---:|" * (len(SIZES) + 1) + "\n"
    pairs = list(dict.fromkeys((r["what"], r["against"]) for r in rows if r["kind"] == "ratio"))
    for pair in pairs:
        cells, goal = [], ""
        for size in SIZES:
            cell = ""
            for r in rows:
                if (r["what"], r["against"], r["size"]) == (*pair, size):
                    low, high = float(r["ratio_least"]), float(r["ratio_most"])
                    cell = f"**{short(float(r['ratio']))}** ({short(low)} to {short(high)})"
                    goal = goal or (r["goal"] and f"{int(r['goal']):,}")
            cells.append(cell)
        out += f"| {pair[0]} | {pair[1]} | " + " | ".join(cells) + f" | {goal} |\n"
    return out


def clip_rows():
    rows = []
    for path in sorted(glob.glob(os.path.join(RESULTS, "clip-*.csv"))):
        rows += read(os.path.basename(path))
    return rows


def clips(rows):
    name = {r["scene"]: os.path.splitext(os.path.basename(r["scene"]))[0] for r in rows}
    cases = list(GOALS)
    at = {(r["scene"], r["size"], r["store"], r["stage"]): r for r in rows}
    out = """
## Whole clips, `standard`, frames a second and core

From script to record: freeze, simulate, draw, encode, digests, sources of the tables; 121 frames at
24 a second, planes: depth, instance, forward flow and its state. The best of eight runs of `twenty` and
of four of the others, whose cameras stand: what stays the same from frame to frame is not drawn again.
Goals are those of twenty objects.

"""
    out += "| scene | " + " | ".join(" ".join(c) for c in cases) + " |\n"
    out += "|---|" + "---:|" * len(cases) + "\n"
    out += "| goal | " + " | ".join(str(GOALS[c]) for c in cases) + " |\n"
    for scene, word in name.items():
        out += f"| {word} | " + " | ".join(
            short(float(at[scene, *c, "whole_cpu"]["frames_per_s"])) for c in cases) + " |\n"
    for scene, word in name.items():
        if word != "twenty":
            continue
        out += f"\nStages of `{word}`, ms a frame, and their share:\n\n"
        out += "| stage | " + " | ".join(" ".join(c) for c in cases) + " |\n"
        out += "|---|" + "---:|" * len(cases) + "\n"
        for stage in STAGES:
            cells = []
            for c in cases:
                whole = float(at[scene, *c, "whole_cpu"]["seconds"])
                part = at[scene, *c, stage]
                share = 100 * float(part["seconds"]) / whole
                cells.append(f"{float(part['ms_per_frame']):.2f} ({share:.0f} %)")
            out += f"| {stage.replace('_', ' ')} | " + " | ".join(cells) + " |\n"
    return out


def encoding():
    rows = read("encode_stage.csv")
    sizes = list(dict.fromkeys(r["size"] for r in rows))
    at = {(r["stage"], r["size"]): r for r in rows}
    out = """
## What becomes of a frame

Each plane of `twenty` written alone (48 frames, CPU time, best of three): x264 with our
settings, and Delta, shuffle and zstd 1 for labels. Frames are read from memory, not from the cache
that they were just drawn into.

"""
    out += "| stage | " + " | ".join(f"{s} ms | bytes a frame" for s in sizes) + " |\n"
    out += "|---|" + "---:|---:|" * len(sizes) + "\n"
    for stage in dict.fromkeys(r["stage"] for r in rows):
        cells = []
        for s in sizes:
            size = int(at[stage, s]["bytes_per_frame"])
            cells += [f"{float(at[stage, s]['ms_per_frame']):.3f}", f"{size:,}" if size else ""]
        out += f"| {stage} | " + " | ".join(cells) + " |\n"
    return out


def runs():
    rows = read("clip_runs.csv")
    out = """
## Many clips

`twenty` at 256x256, 48 frames a clip, `--store states`, over numbers of clips and workers: CPU time
of all processes (others' work on the same cores is in its caches only), and the most memory of a
worker and of the process that hands out clips and writes the tables.

| clips | workers | frames a second of CPU time | worker, MB | parent, MB |
|---:|---:|---:|---:|---:|
"""
    for r in rows:
        out += (f"| {r['clips']} | {r['workers']} | {float(r['frames_per_cpu_s']):.0f} | "
                f"{float(r['worker_mb']):.1f} | {float(r['parent_mb']):.1f} |\n")
    return out


FOOT = """
## Again

```
meson setup build && meson compile -C build peer_ours peer_gl encode_stage
python3 -m venv env && env/bin/pip install -r bench/peers/requirements.txt
env/bin/python bench/peers/compare.py build
env/bin/python bench/peers/compare.py build --picture docs/img/peers.png
build/bench/encode_stage bench/scenes/twenty.lua > bench/results/encode_stage.csv
python3 bench/peers/clip_runs.py build/app/physreel > bench/results/clip_runs.csv
./dev bench bench/scenes/twenty.lua toss billiards dominoes
python3 bench/peers/report.py
```

The others need Debian's `libosmesa6 libegl-mesa0 libegl-dev libgl-dev blender`.
"""


def machine():
    for path in glob.glob(os.path.join(RESULTS, "clip-*.csv")):
        return "an " + os.path.basename(path)[5:-4].replace("_", " ") + " with AVX-512"
    return "one machine"


def main():
    rows, clip = read("render_peers.csv"), clip_rows()
    page = HEAD.format(machine=machine()) + CONTENDERS
    page += times(rows) + ratios(rows)
    for part in (lambda: clips(clip), encoding, runs):
        page += part()
    why = os.path.join(HERE, "why.md")
    if os.path.exists(why):
        with open(why, encoding="utf-8") as text:
            page += "\n" + text.read()
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write(page + FOOT)


main()
