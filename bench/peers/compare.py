"""Frames of the benchmark's scene by us and by other renderers, on one core, in one run.

    compare.py BUILD [--core N] [--rounds N] [--python PYTHON] [--only WORD,...] [--out CSV]
    compare.py BUILD --picture OUT.png      one frame by each, side by side (needs ffmpeg)

BUILD is a build folder with bench/peers/peer_ours and peer_gl; PYTHON has requirements.txt
installed. Every contender is a process of its own that waits for requests, so that all take turns:
in each round each draws a batch of frames. What counts is the CPU time (user and system) of a
batch, and the best batch of all rounds; ratios are of these, and their spread over the rounds is
that of the two contenders' batches of the same round. Cycles above 512x512 is measured at 2 and 6
samples and drawn out to 64 along the line through both.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCENE = os.path.join(HERE, "..", "scenes", "twenty.lua")
FRAMES = 48
SIZES = ((256, 256), (512, 512), (832, 480), (1920, 1080))
LABELS = "depth,instance,normal,flow_fwd,object_coordinates"

# name, which process, its mode, milliseconds of a frame at 256x256 (roughly, for batch sizes)
CONTENDERS = (
    ("labels", "ours", f"labels {LABELS}", 0.4),
    ("draft, rgb depth instance", "ours", "draft rgb,depth,instance", 0.8),
    ("draft, all labels", "ours", f"draft rgb,{LABELS}", 1),
    ("standard, all labels", "ours", f"standard rgb,{LABELS}", 3),
    ("high, all labels", "ours", f"high rgb,{LABELS}", 10),
    ("PyBullet TinyRenderer", "bullet", "shadow", 25),
    ("MuJoCo OSMesa, defaults", "mujoco", "all", 100),
    ("MuJoCo OSMesa, shadow 1024, no AA", "mujoco", "lean", 30),
    ("llvmpipe, rgb depth id", "gl", "rgb", 10),
    ("llvmpipe, all labels", "gl", "all", 10),
    ("Cycles 64 spp", "cycles", "64", 6000),
)
# ours, theirs, goal at 256x256 or None
RATIOS = (
    ("draft, rgb depth instance", "PyBullet TinyRenderer", 25),
    ("draft, all labels", "PyBullet TinyRenderer", None),
    ("draft, all labels", "MuJoCo OSMesa, defaults", 50),
    ("draft, all labels", "MuJoCo OSMesa, shadow 1024, no AA", None),
    ("draft, rgb depth instance", "llvmpipe, rgb depth id", None),
    ("draft, all labels", "llvmpipe, all labels", None),
    ("standard, all labels", "Cycles 64 spp", 2000),
    ("high, all labels", "Cycles 64 spp", None),
)


class Worker:
    """A process on one core that answers requests with numbers; started when first asked."""

    def __init__(self, core, command, environment=None):
        self.command = ["taskset", "-c", str(core), *command]
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", **(environment or {})}
        self.process = None

    def ask(self, request):
        if not self.process:
            self.process = subprocess.Popen(self.command, env=self.environment, text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL)
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            try:
                return float(line)
            except ValueError:
                continue  # what its libraries say
        raise SystemExit(f"{self.command[3:]}: no answer to '{request}'")

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def workers(args, dump):
    ours = os.path.join(args.build, "bench", "peers", "peer_ours")
    gl = os.path.join(args.build, "bench", "peers", "peer_gl")
    with open(dump, "w", encoding="ascii") as out:
        subprocess.run([ours, SCENE, str(FRAMES), "dump"], stdout=out, check=True)

    def python(name):
        return [args.python, os.path.join(HERE, name), dump]

    def start(command, environment=None):
        return Worker(args.core, command, environment)

    return {
        "ours": start([ours, SCENE, str(FRAMES), "serve"]),
        "bullet": start(python("peer_bullet.py")),
        "mujoco": start(python("peer_mujoco.py"), {"MUJOCO_GL": "osmesa", "LP_NUM_THREADS": "0"}),
        "gl": start([gl, dump], {"LIBGL_ALWAYS_SOFTWARE": "1", "LP_NUM_THREADS": "0"}),
        "cycles": start(["blender", "-b", "--factory-startup", "-t", "1", "-P",
                         os.path.join(HERE, "peer_cycles.py"), "--", dump]),
    }


def batch(worker, process, mode, usual, width, height):
    """CPU milliseconds a frame of one batch of about half a second, and its frames."""
    if process == "cycles" and width > 512:
        few, some = (worker.ask(f"{width} {height} 1 {n}") for n in (2, 6))
        return few + (some - few) / 4 * 62, 1
    cost = usual * width * height / 65536
    frames = max(1, min(FRAMES, round(500 / cost)))
    return worker.ask(f"{width} {height} {frames} {mode}"), frames


def measure(args, contenders):
    rows = {}  # (name, size): [ms of each round], frames
    with tempfile.TemporaryDirectory() as folder:
        crew = workers(args, os.path.join(folder, "scene.txt"))
        try:
            for width, height in SIZES:
                for turn in range(args.rounds):
                    for name, process, mode, usual in contenders:
                        if process == "cycles" and turn > 0:
                            continue  # seconds a frame: once is enough
                        ms, frames = batch(crew[process], process, mode, usual, width, height)
                        rows.setdefault((name, f"{width}x{height}"), ([], frames))[0].append(ms)
                        print(f"{width}x{height} {turn} {name}: {ms:.3f} ms", file=sys.stderr)
        finally:
            for worker in crew.values():
                worker.close()
    return rows


def spread(ours, theirs):
    """Ratios of single rounds; a contender measured once stands for all rounds."""
    n = max(len(ours), len(theirs))
    ratios = [theirs[min(i, len(theirs) - 1)] / ours[min(i, len(ours) - 1)] for i in range(n)]
    return min(ratios), max(ratios)


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("kind", "size", "what", "against", "frames", "rounds", "ms_per_frame",
                        "frames_per_s", "ratio", "ratio_least", "ratio_most", "goal"))
        for (name, size), (ms, frames) in rows.items():
            table.writerow(("time", size, name, "", frames, len(ms), f"{min(ms):.4f}",
                            f"{1e3 / min(ms):.4g}", "", "", "", ""))
        for ours, theirs, goal in RATIOS:
            for width, height in SIZES:
                size = f"{width}x{height}"
                if (ours, size) not in rows or (theirs, size) not in rows:
                    continue
                a, b = rows[ours, size][0], rows[theirs, size][0]
                low, high = spread(a, b)
                table.writerow(("ratio", size, ours, theirs, "", "", "", "",
                                f"{min(b) / min(a):.4g}", f"{low:.4g}", f"{high:.4g}",
                                goal if goal and size == "256x256" else ""))


def side_by_side(args, out):
    """Frame 20 by `standard`, llvmpipe, MuJoCo, PyBullet and Cycles."""
    size, frame = "256", "20"
    with tempfile.TemporaryDirectory() as folder:
        crew = workers(args, os.path.join(folder, "scene.txt"))
        at = [os.path.join(folder, f"{i}.{'ppm' if i < 2 else 'png'}") for i in range(5)]
        for i, name in enumerate(("ours", "gl", "mujoco", "bullet", "cycles")):
            worker = crew[name]
            command = list(worker.command[3:])
            if i == 0:
                command[-1] = at[0]
                command += [size, size, frame]
            else:
                command += [at[i], size, size, frame] + (["64"] if i == 4 else [])
            subprocess.run(command, env=worker.environment, check=True, capture_output=True)
        inputs = [word for path in at for word in ("-i", path)]
        subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *inputs, "-filter_complex",
                        "hstack=inputs=5", "-frames:v", "1", out], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", help="contenders whose names hold one of these words")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "results", "render_peers.csv"))
    parser.add_argument("--picture")
    args = parser.parse_args()
    if args.picture:
        side_by_side(args, args.picture)
        return
    words = args.only.split(",") if args.only else [""]
    chosen = [c for c in CONTENDERS if any(word in c[0] for word in words)]
    write(args.out, measure(args, chosen))


main()
