"""What captions say against the take and the tables: read_captions.py PHYSREEL

Every timed action of caption_json is found again in events, states and boxes; prompts are compared
with those of the same scene in which other things happen later. Prints TAP. Needs requirements.txt.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow.parquet as pq

from records import check, done

program = sys.argv[1]
work = tempfile.TemporaryDirectory()
FAMILIES = ["billiards", "chain", "conveyor", "dominoes", "machine", "pendulum", "ramp", "shapes",
            "terrain", "toss", "tower", "water"]
HIT, CLATTER, SLOW, SPIN = 0.25, 0.1, 0.005, 0.02


def run(out, *words):
    subprocess.run([program, "run", *words, "--size", "128x96", "--quality", "labels", "--labels", "instance",
                    "--tracks", "0", "-q", "-o", str(out)], check=True, stdout=subprocess.DEVNULL)
    return pq.read_table(str(out) + "/clips/train/metadata.parquet").to_pylist()


class Clip:
    """A take with its scene and what one camera saw."""

    def __init__(self, root, row):
        folder = pathlib.Path(root) / row["record_path"]
        self.row = row
        self.scene = json.loads((folder / "scene.json").read_text())
        self.take = np.load(folder / "take.npz")
        manifest = json.loads((folder / "manifest.json").read_text())
        camera = [s["id"] for s in manifest["streams"]].index(row["stream_id"])
        views = np.load(folder / "views.npz")
        self.visible = views[f"{camera}/visible_pixels"]
        self.k, self.pose = views[f"{camera}/k"], views[f"{camera}/cam_from_world"]
        self.fps, self.n = row["fps"], row["num_frames"]
        self.each = self.scene["samples_per_frame"]
        self.least = max(4, row["width"] * row["height"] // 5000)
        self.bodies = self.scene["bodies"]
        self.owner = [self.index(b["object"]) for b in self.bodies]
        self.speed = np.linalg.norm(self.take["velocity"], axis=-1)
        self.spin = np.linalg.norm(self.take["omega"], axis=-1)
        self.hits = find_hits(self)

    def index(self, name):
        names = [o["name"] for o in self.scene["objects"]]
        return names.index(name) if isinstance(name, str) else name

    def of(self, o):
        return [i for i, x in enumerate(self.owner) if x == o]

    def frame(self, time):
        return min(self.n - 1, int(np.ceil(time * self.fps - 1e-9)))

    def shows(self, o, frame):
        ident = self.scene["objects"][o]["instance_id"]
        return ident == 0 or self.visible[frame, ident - 1] >= self.least

    def outside(self, o, frame):
        x = self.pose[frame] @ np.append(self.take["position"][frame * self.each, self.of(o)[0]], 1)
        u, v = (self.k[frame] @ x[:3])[:2] / x[2]
        return x[2] <= 0 or not (0 <= u < self.row["width"] and 0 <= v < self.row["height"])

    def rests(self, o):
        """[samples]: slower than what counts as rest."""
        b = self.of(o)
        return (self.speed[:, b].max(1) < SLOW) & (self.spin[:, b].max(1) < SPIN)

    def sample(self, time):
        return int(round(time * self.fps * self.each))


# ---- one kind of action each: the times at which the object does it ------------------------------


def find_hits(c):
    """Every (time, object, object) that counts as a collision."""
    take, last, hits = c.take, {}, []
    for i in np.argsort(take["event_begin_time"], kind="stable"):
        pair = tuple(sorted((c.owner[take["event_body_a"][i]], c.owner[take["event_body_b"][i]])))
        if take["event_kind"][i] != 1 or take["event_approach_speed"][i] < HIT or pair[0] == pair[1]:
            continue
        t = float(take["event_begin_time"][i])
        clatter = pair in last and t - last[pair] <= CLATTER
        last[pair] = t
        if not clatter and t <= (c.n - 1) / c.fps and all(c.shows(o, c.frame(t)) for o in pair):
            hits.append((t, *pair))
    return hits


def starts(c, o):
    still = np.cumprod(c.rests(o)).astype(bool)
    fast = np.flatnonzero(~still & (c.speed[:, c.of(o)].max(1) >= 0.05))
    if still.sum() < 2 * c.each or len(fast) == 0:
        return []
    p = c.take["position"][:, c.of(o)]
    return [fast[0] / c.fps / c.each] if np.linalg.norm(p[fast[0]:] - p[0], axis=-1).max() >= 0.02 else []


def rest(c, o):
    late = np.flatnonzero(~c.rests(o))
    if len(late) == 0 or c.speed[:late[-1] + 1, c.of(o)].max() < 0.1:
        return []
    return [(late[-1] + 1) / c.fps / c.each]


def falls(c, o):
    """Whether it goes down without being touched, as the action's two ends say."""
    return lambda a, b: (np.abs(c.take["contact_force"][c.sample(a):c.sample(b) + 1, c.of(o)]).max() < 1e-6
                         and c.take["position"][c.sample(a), c.of(o)[0], 2]
                         - c.take["position"][c.sample(b), c.of(o)[0], 2] >= 0.0499)


def up(q):
    """[samples]: height of what was up in the first sample."""
    w, x, y, z = q.T
    rows = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1)
    return rows @ rows[0]


def topples(c, o):
    low = np.flatnonzero(up(c.take["rotation"][:, c.of(o)[0]]) <= np.sqrt(0.5))
    return [low[0] / c.fps / c.each] if len(low) else []


def enters(c, o):
    seen = [f for f in range(c.n) if c.shows(o, f)]
    return [seen[0] / c.fps] if seen and seen[0] > 0 and c.outside(o, 0) else []


def leaves(c, o):
    seen = [f for f in range(c.n) if c.shows(o, f)]
    return [(seen[-1] + 1) / c.fps] if seen and seen[-1] < c.n - 1 and c.outside(o, c.n - 1) else []


def alike(c, name):
    """Objects that a caption does not tell apart."""
    one = c.scene["objects"][c.index(name)]
    if one["instance_id"] == 0:
        return [i for i, o in enumerate(c.scene["objects"]) if o["name"] == name]
    return [i for i, o in enumerate(c.scene["objects"]) if o["instance_id"] > 0
            and all(o[k] == one[k] for k in ("shape", "color", "material"))]


def true_times(c, action):
    kind, group = action["kind"], alike(c, action["subject"])
    if kind == "collision":
        others = alike(c, action["object"])
        return sorted(t for t, a, b in c.hits if (a in group and b in others) or (b in group and a in others))
    finder = {"start": starts, "rest": rest, "topple": topples, "enter": enters, "leave": leaves}[kind]
    return sorted(t for o in group for t in finder(c, o))


def check_action(c, action):
    if action["kind"] == "fall":
        # the ends of one of them, or the first and the last of several
        ends = [falls(c, o) for o in alike(c, action["subject"])]
        return action["count"] > 1 or any(f(action["start"], action["end"]) for f in ends)
    times = true_times(c, action)
    near = [t for t in times if action["start"] - 0.006 <= t <= action["end"] + 0.006]
    return (len(near) >= action["count"] and abs(near[0] - action["start"]) <= 0.006
            and abs(near[-1] - action["end"]) <= 0.006)


def check_clip(root, row):
    c, told = Clip(root, row), json.loads(row["caption_json"])
    name = row["stream_id"]
    wrong = [a["description"] for a in told["actions"] if not check_action(c, a)]
    check(f"{name}: all {len(told['actions'])} actions are true", not wrong, wrong[:2])
    order = [a["start"] for a in told["actions"]]
    check(f"{name}: actions are in order and few", order == sorted(order) and len(order) <= 16)
    seen = {o["name"] for i, o in enumerate(c.scene["objects"]) if o["instance_id"] > 0
            and any(c.shows(i, f) for f in range(c.n))}
    names = [n for s in told["subjects"] for n in s["names"]]
    check(f"{name}: the subjects are what shows, each once", set(names) == seen and len(names) == len(seen))
    words = all(s["number_of_subjects"] == len(s["names"]) and all(
        (o["color"], o["material"], o["shape"], o["category"])
        == (s["color"], s["material"], s["shape"], s["category"])
        for o in c.scene["objects"] if o["name"] in s["names"]) for s in told["subjects"])
    check(f"{name}: their words are the objects'", words)
    check(f"{name}: size, times and captions", told["resolution"] == {"H": 96, "W": 128}
          and told["aspect_ratio"] == "4,3" and told["fps"] == row["fps"]
          and told["duration"] == f"{int(c.n / c.fps + 0.5)}s"
          and told["temporal_caption"].startswith(row["caption"])
          and row["prompt"] and row["caption"] != row["prompt"])
    return collections.Counter(a["kind"] for a in told["actions"])


SCRIPT = """
scene {
  family = "silent",
  params = { push = flag(1) },
  build = function(world, p)
    world:floor { material = "tiles" }
    world:box { name = "left", size = 0.2, at = {-0.4, 0}, color = "red", material = "plastic" }
    world:box { name = "right", size = 0.2, at = {0.4, 0}, color = "red", material = "plastic" }
    world:sphere { name = "ball", radius = 0.1, at = {0, -0.6}, velocity = {0, 1.5, 0}, color = "blue",
                   material = "rubber" }
    if p.push then
      world:impulse { on = "left", impulse = {9, 0, 0}, time = 0.5 }
    end
    world:camera { name = "main", look_at = {0, 0, 0.1}, distance = 2.2, elevation = deg(30, 30),
                   azimuth = deg(-90, -90), fov = deg(45, 45) }
    world:sun { elevation = deg(50, 50) }
  end,
}
"""

dataset = work.name + "/all"
kinds = collections.Counter()
rows = run(dataset, *FAMILIES, "--fps", "12", "--frames", "40")
for row in rows:
    kinds += check_clip(dataset, row)
check("every kind of action is told somewhere", set(kinds) == {
    "collision", "fall", "topple", "start", "rest", "enter", "leave"}, dict(kinds))

script = pathlib.Path(work.name) / "silent.lua"
script.write_text(SCRIPT)
told = {}
for push in ("true", "false"):
    out = f"{work.name}/{push}"
    told[push] = run(out, str(script), "-p", f"push={push}", "--fps", "12", "--frames", "24", "--seed", "3")[0]
    check_clip(out, told[push])
check("a script without words gets a caption and a prompt", all(
    r["prompt"].startswith("Two red plastic cubes and a blue rubber sphere over a tiled floor.")
    and r["caption"].startswith(r["prompt"]) and len(r["caption"]) > len(r["prompt"]) for r in told.values()),
    told["true"]["prompt"])
check("a prompt tells what moves in the first frame", "The blue rubber sphere moves" in told["true"]["prompt"])
check("a prompt knows nothing of what comes later",
      told["true"]["prompt"] == told["false"]["prompt"] and told["true"]["caption"] != told["false"]["caption"])
sys.exit(done())
