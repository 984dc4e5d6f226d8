"""The layout tap through numpy, against poses, cameras and depth: read_tap.py CLIPS EXPORT DRAWN

CLIPS is what EXPORT was made of; DRAWN is the same made of states alone. Prints TAP.
"""
import json
import sys

import datasets
import numpy as np

import records
from annotations import OF_THE_CLIPS, Clips, same_files
from records import check

STRIDE, POINTS, GROUND = 5, 200, 40
THRESHOLDS = (1, 2, 4, 8, 16)
clips, export, drawn = Clips(sys.argv[1]), sys.argv[2], sys.argv[3]
rows = [json.loads(line) | {"split": split} for split in clips.splits
        for line in open(f"{export}/{split}/metadata.jsonl")]
arrays = {r["tracks_path"]: dict(np.load(f"{export}/{r['split']}/{r['tracks_path']}")) for r in rows}
states, bodies = {}, {}
for s in clips.rows("states"):
    states[s["clip_id"], s["frame"], s["body"]] = s
    bodies.setdefault((s["clip_id"], s["instance_id"]), {})[s["body"]] = True
cameras = {(c["clip_id"], c["camera"], c["frame"]): c for c in clips.rows("cameras")}


def rotation(q):
    """Of unit quaternions w, x, y, z: [..., 3, 3]."""
    w, x, y, z = np.moveaxis(np.asarray(q), -1, 0)
    return np.moveaxis(np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]]), (0, 1), (-2, -1))


def each():
    for row in rows:
        yield row, arrays[row["tracks_path"]]


def views(row):
    """K [T,3,3] and cam_from_world [T,4,4] of a stream, from the table."""
    found = [cameras[row["clip_id"], row["camera"], f] for f in range(row["frames"])]
    return (np.array([[[c["fx"], 0, c["cx"]], [0, c["fy"], c["cy"]], [0, 0, 1]] for c in found]),
            np.array([np.reshape(c["cam_from_world"], (4, 4)) for c in found]))


def check_shapes():
    good = dense = True
    for row, t in each():
        n, frames = t["occluded"].shape
        good &= row["tracks"] == n and row["frames"] == frames
        good &= row["strided_queries"] == len(t["query_track_strided"])
        shapes = {"tracks": (n, frames, 2), "state": (n, frames), "query_points": (n, 3),
                  "xyz_world": (n, frames, 3), "instance": (n,), "track": (n,),
                  "tracks_XYZ": (frames, n, 3), "visibility": (frames, n), "queries_xyt": (n, 3),
                  "fx_fy_cx_cy": (4,), "extrinsics_w2c": (frames, 4, 4), "video_size": (2,)}
        good &= all(t[k].shape == s for k, s in shapes.items())
        good &= t["tracks"].dtype == np.float32 and t["occluded"].dtype == bool
        good &= list(t["video_size"]) == [row["width"], row["height"]]
        good &= all(np.isfinite(t[k]).all() for k in ("tracks", "xyz_world", "tracks_XYZ"))
        good &= len(set(t["track"])) == n and t["track"].max() < POINTS + GROUND
        dense &= POINTS // 4 < np.sum(t["instance"] > 0) <= POINTS
        dense &= np.sum(t["instance"] == 0) <= GROUND
    check("shapes and types", good)
    check("as many points as asked for, those never seen left out", dense)
    check("points of the ground are followed",
          all(np.sum(t["instance"] == 0) > GROUND // 2 for r, t in each()
              if r["family"] in ("toss", "mixed")))


def body_points(row, t, body, pick):
    """Points `pick` in the frame of a body, while it is there: the frames, [T, n, 3], its poses."""
    s = [states[row["clip_id"], f, body] for f in range(row["frames"])]
    there = np.flatnonzero([x["present"] for x in s])
    p, q = (np.array([s[f][k] for f in there]) for k in ("position", "quaternion"))
    world = np.moveaxis(t["xyz_world"][pick].astype(np.float64), 0, 1)[there]
    return there, np.einsum("tji,tnj->tni", rotation(q), world - p[:, None]), p, q


def check_places():
    """Each point is fixed to a body of its object; tracks are its projection."""
    rigid = pixel = 0.0
    still = True
    for row, t in each():
        k, view = views(row)
        for instance in np.unique(t["instance"]):
            pick = np.flatnonzero(t["instance"] == instance)
            if instance == 0:
                still &= np.ptp(t["xyz_world"][pick], axis=1).max() == 0
                continue
            best = np.full(len(pick), np.inf)
            error = np.zeros(len(pick))
            for body in bodies[row["clip_id"], instance]:
                there, local, p, q = body_points(row, t, body, pick)
                absent = np.delete(t["state"][pick], there, axis=1)
                still &= not absent.any() and (t["state"][pick][:, there] > 0).all()
                spread = np.ptp(local, axis=0).max(axis=-1)
                # where the body's own point is, put into the image from the tables alone
                at = np.einsum("tij,nj->tni", rotation(q), local.mean(axis=0)) + p[:, None]
                c = np.einsum("tij,tnj->tni", view[there, :3, :3], at) + view[there, None, :3, 3]
                uv = np.einsum("tij,tnj->tni", k[there], c)
                uv = uv[..., :2] / uv[..., 2:]
                tracks = np.moveaxis(t["tracks"][pick], 0, 1)[there]
                off = np.where(c[..., 2] > 0.01, np.abs(uv - tracks).max(-1), 0).max(0)
                better = spread < best
                best, error = np.minimum(best, spread), np.where(better, off, error)
            rigid, pixel = max(rigid, best.max()), max(pixel, error.max())
    check("points are fixed to a body of their object", rigid < 1e-5, rigid)
    check("tracks are within 0.05 px of the projected points", pixel < 0.05, pixel)
    check("points of the ground stay; absent are those of bodies that are not there", still)
    print(f"# worst: {pixel:.2g} px, {rigid:.2g} m")


def roots(a, b, c):
    """Where a t^2 + 2 b t + c <= 0: first and last t; inf, -inf: nowhere. a >= 0."""
    inside = b * b - a * c
    root = np.sqrt(np.maximum(inside, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        lo, hi = (-b - root) / a, (-b + root) / a
    flat = a < 1e-30
    lo, hi = np.where(flat, -np.inf, lo), np.where(flat, np.inf, hi)
    nowhere = np.where(flat, c > 0, inside < 0)
    return np.where(nowhere, np.inf, lo), np.where(nowhere, -np.inf, hi)


def slab(e, d, half):
    """Where |e + t d| <= half."""
    return roots(d * d, e * d, e * e - half * half)


def ball(e, d, r, center=(0, 0, 0)):
    e = e - np.asarray(center)
    return roots((d * d).sum(-1), (e * d).sum(-1), (e * e).sum(-1) - r * r)


def both(*spans):
    """The intersection of convex spans."""
    lo, hi = np.max([s[0] for s in spans], 0), np.min([s[1] for s in spans], 0)
    return np.where(lo <= hi, lo, np.inf), np.where(lo <= hi, hi, -np.inf)


def span(shape, size, e, d):
    """Where the rays e + t d run within a solid, in its own frame: first and last t of each."""
    if shape == "sphere":
        return ball(e, d, size[0])
    if shape == "ellipsoid":
        return ball(e / size, d / size, 1)
    if shape == "box":
        return both(*(slab(e[:, i], d[:, i], size[i] / 2) for i in range(3)))
    if shape in ("cylinder", "capsule"):
        tube = both(ball(e * (1, 1, 0), d * (1, 1, 0), size[0]), slab(e[:, 2], d[:, 2], size[1] / 2))
        if shape == "cylinder":
            return tube
        ends = [ball(e, d, size[0], (0, 0, s * size[1] / 2)) for s in (-1, 1)]
        return np.min([tube[0], *(x[0] for x in ends)], 0), np.max([tube[1], *(x[1] for x in ends)], 0)
    if shape == "plane":
        with np.errstate(divide="ignore"):
            t = -e[:, 2] / d[:, 2]
        return np.where(d[:, 2] < 0, t, np.inf), np.where(d[:, 2] < 0, np.inf, -np.inf)
    raise KeyError(shape)


def hidden_from(row, scene, f, eye, points):
    """The least t at which a solid is met on the ways from the eye (0) to the points (1)."""
    first = np.full(len(points), np.inf)
    for g in scene["geoms"]:
        body = scene["bodies"][g["body"]]
        pose = states.get((row["clip_id"], f, body["name"]))
        if not pose:  # static, of the environment
            start = body["world_from_body"]
            pose = {"position": start["position"], "quaternion": start["rotation"], "present": True}
        if not g["visible"] or not pose["present"]:
            continue
        local = g["body_from_geom"]
        turn = rotation(pose["quaternion"])
        at = turn @ local["position"] + pose["position"]
        turn = turn @ rotation(local["rotation"])
        e, d = (eye - at) @ turn, (points - eye) @ turn
        lo, hi = span(g["shape"], np.array(g["size"]), np.broadcast_to(e, d.shape), d)
        first = np.where(hi > 0, np.minimum(first, lo), first)
    return first


def check_visibility():
    """Against rays cast through the shapes of the scene, for the clips of plain shapes: what is met
    before the point (less 1/10000 of the way, as the label has it) hides it; what is met at the
    point is its own surface. The rest are points at the very rim of their own surface."""
    wrong = decided = total = 0
    kinds = set()
    outside = True
    for row, t in each():
        scene = json.loads((clips.records[row["clip_id"]].folder / "scene.json").read_text())
        k, view = views(row)
        z = t["tracks_XYZ"][..., 2].T
        x, y = np.moveaxis(t["tracks"], -1, 0)
        inside = (z > 0) & (x >= 0) & (x < row["width"]) & (y >= 0) & (y < row["height"])
        state = t["state"]
        outside &= np.array_equal(inside & (state > 0), (state == 1) | (state == 2))
        if {g["shape"] for g in scene["geoms"]} & {"hull", "mesh", "height_field", "cone"}:
            continue
        kinds |= {g["shape"] for g in scene["geoms"]}
        for f in range(row["frames"]):
            here = np.flatnonzero(inside[:, f] & (state[:, f] > 0))
            eye = -view[f, :3, :3].T @ view[f, :3, 3]
            met = hidden_from(row, scene, f, eye, t["xyz_world"][here, f].astype(np.float64))
            clear, hidden = np.abs(met - 1) < 1e-6, met < 1 - 2e-4
            seen = state[here, f] == 1
            total += len(here)
            decided += np.sum(clear | hidden)
            wrong += np.sum(clear & ~seen) + np.sum(hidden & seen)
    check("inside or outside the image", outside)
    check("visible or hidden as rays through the shapes have it", wrong == 0,
          f"{wrong} of {decided} of {total}")
    check("almost all are decided, among several shapes",
          decided > 0.99 * total > 1000 and len(kinds) > 3, f"{decided} of {total}, {kinds}")
    print(f"# {decided} of {total} points and frames are decided; shapes: {sorted(kinds)}")


def first_queries(t):
    """TAP-Vid: the first visible frame of each track."""
    f = np.argmax(~t["occluded"], axis=1)
    at = t["tracks"][np.arange(len(f)), f]
    return np.stack([f, at[:, 1], at[:, 0]], axis=-1)


def strided_queries(t):
    """TAP-Vid: every visible track of every STRIDE-th frame, and its number."""
    queries, numbers = [np.zeros((0, 3))], [np.zeros(0, int)]
    for f in range(0, t["occluded"].shape[1], STRIDE):
        seen = np.flatnonzero(~t["occluded"][:, f])
        at = t["tracks"][seen, f]
        queries.append(np.stack([np.full(len(seen), f), at[:, 1], at[:, 0]], axis=-1))
        numbers.append(seen)
    return np.concatenate(queries), np.concatenate(numbers)


def check_queries():
    first = strided = three = True
    for row, t in each():
        first &= not t["occluded"].all(axis=1).any()
        first &= np.array_equal(t["query_points"], first_queries(t))
        queries, numbers = strided_queries(t)
        strided &= np.array_equal(t["query_points_strided"], queries)
        strided &= np.array_equal(t["query_track_strided"], numbers) and len(numbers) > 0
        three &= np.array_equal(t["queries_xyt"], t["query_points"][:, ::-1])
    check("query points of the mode first", first)
    check("query points of the mode strided", strided)
    check("TAPVid-3D's queries are the same, turned round", three)


def metric(t, tracks, occluded, queries, numbers, mode):
    """TAP-Vid's metric (Doersch et al. 2022): occlusion accuracy, the share of visible points within
    d px, the Jaccard index at d px, averaged over d. Frames after the query count (first), or all
    but it (strided); positions are those at 256 x 256."""
    frames = np.arange(tracks.shape[1])
    at = np.round(queries[:, 0]).astype(int)[:, None]
    counts = frames > at if mode == "first" else frames != at
    scale = 256 / t["video_size"]
    gap = np.linalg.norm((tracks[numbers] - t["tracks"][numbers]) * scale, axis=-1)
    truth, guess = ~t["occluded"][numbers], ~occluded[numbers]
    out = {"occlusion_accuracy": np.mean((truth == guess)[counts])}
    within, jaccard = [], []
    for d in THRESHOLDS:
        near = gap < d
        hits = np.sum((near & truth & guess)[counts])
        wrong = np.sum((guess & ~(truth & near))[counts])
        within.append(np.sum((near & truth)[counts]) / np.sum(truth[counts]))
        jaccard.append(hits / (np.sum(truth[counts]) + wrong))
    out["delta_avg"], out["average_jaccard"] = np.mean(within), np.mean(jaccard)
    return out


def check_metric():
    """The truth has 100 %; what is moved or flipped has less, each figure for its own reason."""
    rng = np.random.default_rng(0)
    perfect = moved = flipped = True
    for row, t in each():
        for mode, queries, numbers in (("first", t["query_points"], np.arange(len(t["tracks"]))),
                                       ("strided", t["query_points_strided"],
                                        t["query_track_strided"])):
            def run(tracks, occluded):
                return metric(t, tracks, occluded, queries, numbers, mode)
            perfect &= all(v == 1 for v in run(t["tracks"], t["occluded"]).values())
            off = rng.normal(0, 2, t["tracks"].shape)
            m = run(t["tracks"] + off, t["occluded"])
            moved &= m["occlusion_accuracy"] == 1 and m["delta_avg"] < 0.95
            moved &= m["average_jaccard"] < m["delta_avg"]
            m = run(t["tracks"], t["occluded"] ^ (rng.random(t["occluded"].shape) < 0.2))
            flipped &= m["occlusion_accuracy"] < 0.9 and m["delta_avg"] == 1
            flipped &= m["average_jaccard"] < 0.95
    check("TAP-Vid's metric gives the truth 100 %", perfect)
    check("TAP-Vid's metric gives moved tracks less", moved)
    check("TAP-Vid's metric gives flipped visibility less", flipped)


def check_three():
    """TAPVid-3D's arrays: the camera frame, its projection, the world through the extrinsics."""
    same = True
    for row, t in each():
        fx, fy, cx, cy = t["fx_fy_cx_cy"]
        xyz = t["tracks_XYZ"].astype(np.float64)
        seen = t["visibility"]
        uv = np.stack([fx * xyz[..., 0] / xyz[..., 2] + cx, fy * xyz[..., 1] / xyz[..., 2] + cy], -1)
        same &= np.abs(uv - np.moveaxis(t["tracks"], 0, 1))[seen].max() < 1e-3
        w2c = t["extrinsics_w2c"]
        again = np.einsum("tij,ntj->tni", w2c[:, :3, :3], t["xyz_world"]) + w2c[:, None, :3, 3]
        same &= np.abs(again - xyz).max() < 1e-5
        same &= np.array_equal(seen, ~t["occluded"].T)
    check("TAPVid-3D's arrays agree with the tracks", same)


def check_rows():
    """VideoFolder: a row for each video, with the path of its tracks."""
    files = {s: [f"{export}/{s}/*/*.mp4", f"{export}/{s}/metadata.jsonl"] for s in clips.splits}
    table = datasets.load_dataset("videofolder", data_files=files, cache_dir=f"{export}/../cache")
    table = datasets.concatenate_datasets([table[s] for s in clips.splits])
    table = table.cast_column("video", datasets.Video(decode=False))
    good = len(table) == len(rows) == len(clips.streams)
    for got, row in zip(table, rows):
        good &= got["video"]["path"].endswith(row["file_name"])
        good &= got["tracks_path"] == row["tracks_path"] and got["tracks"] == row["tracks"]
    good &= all(r["split"] == clips.split_of(r["clip_id"]) for r in rows) and len(clips.splits) == 2
    check("datasets reads a row for each video, in its split", good)


check_shapes()
check_places()
check_visibility()
check_queries()
check_metric()
check_three()
check_rows()
check("drawn again from states: the same files", same_files(export, drawn, OF_THE_CLIPS))
sys.exit(records.done())
