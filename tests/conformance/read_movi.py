"""The layout movi by Kubric's published formulas, against our own labels: read_movi.py CLIPS EXPORT DRAWN

CLIPS is what EXPORT (form=both) was made of; DRAWN is the same made of states alone. Formulas are those
of Kubric: challenges/movi/movi_a.py, challenges/point_tracking/dataset.py, kubric/file_io.py and
kubric/core/cameras.py. Prints TAP.
"""
import itertools
import json
import pathlib
import sys

import imageio
import numpy as np
import png

import records
from annotations import OF_THE_CLIPS, Clips, same_files
from records import check

clips, export, drawn = Clips(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
videos = [json.loads(line) | {"split": s} for s in clips.splits
          for line in open(export / s / "videos.jsonl")]
tables = {t: clips.rows(t) for t in ("objects", "states", "boxes", "cameras", "events")}


def decode(codes, span):
    """As MOVi's descriptions have it."""
    lo, hi = np.float64(span)
    return codes / 65535 * (hi - lo) + lo


def rotation(q):
    w, x, y, z = np.moveaxis(np.asarray(q, np.float64), -1, 0)
    return np.moveaxis(np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]]), (0, 1), (-2, -1))


class Video:
    """The arrays of a stream beside what our own formats say of it."""

    def __init__(self, row):
        self.row, self.name = row, row["video_name"]
        self.movi = dict(np.load(export / row["npz_path"]))
        self.folder = export / row["frames_path"]
        self.planes = clips.planes(self.name)
        self.scale = clips.streams[self.name][0].manifest["depth_scale"]
        self.frames, self.height, self.width = self.movi["segmentations"].shape[:3]
        own = {"clip_id": row["clip_id"], "camera": row["camera"]}
        self.of = {t: [r for r in rows if all(r.get(k, v) == v for k, v in own.items())]
                   for t, rows in tables.items()}
        self.view = np.array([np.reshape(c["cam_from_world"], (4, 4)) for c in self.of["cameras"]])
        self.ids = self.movi["instances/instance_id"]

    def intrinsics(self):
        """PerspectiveCamera.intrinsics: of an image of 1 x 1."""
        f = self.movi["camera/focal_length"] / self.movi["camera/sensor_width"]
        return np.array([[f, 0, -0.5], [0, -f * self.width / self.height, -0.5], [0, 0, -1]])

    def matrix_world(self):
        m = np.tile(np.eye(4), (self.frames, 1, 1))
        m[:, :3, :3] = rotation(self.movi["camera/quaternions"])
        m[:, :3, 3] = self.movi["camera/positions"]
        return m

    def no_hit(self):
        return self.planes["depth"][:] == 65535

    def distance(self):
        return decode(self.movi["depth"][..., 0], self.movi["metadata/depth_range"])


def check_all(name, function):
    """The function on every video: True, or what is wrong."""
    wrong = [f"{v.name}: {r}" for v in loaded if isinstance(r := function(v), str) or not r]
    check(name, not wrong, "; ".join(wrong))


def order(v):
    seen = np.array([[np.sum(v.planes["instance"][f] == i) for f in range(v.frames)]
                     for i in range(1, len(v.of["objects"]) + 1)])
    ids = np.arange(1, len(seen) + 1)
    want = sorted((i for i in ids if seen[i - 1].max() > 0), key=lambda i: seen[i - 1].sum(),
                  reverse=True)
    return (list(v.ids) == want and v.movi["metadata/num_instances"] == len(want)
            and np.array_equal(v.movi["instances/visibility"], seen[v.ids - 1]) or f"{want}")


def segmentations(v):
    table = np.zeros(65536, np.uint8)
    table[v.ids] = np.arange(1, len(v.ids) + 1)
    return np.array_equal(v.movi["segmentations"][..., 0], table[v.planes["instance"][:]]) or "ids"


def depth(v):
    """The distance to the camera's centre, of planar depths; a code of its own where nothing is."""
    c = v.of["cameras"][0]
    x = (np.arange(v.width) + 0.5 - c["cx"]) / c["fx"]
    y = (np.arange(v.height) + 0.5 - c["cy"]) / c["fy"]
    z = v.planes["depth"][:] * v.scale
    want = np.linalg.norm(np.stack([z * x, z * y[:, None], z]), axis=0)
    hit = ~v.no_hit()
    lo, hi = v.movi["metadata/depth_range"]
    off = np.abs(v.distance() - want)[hit].max()
    codes = v.movi["depth"][..., 0]
    sky = np.all(codes[~hit] == 65535) and (hit.all() or codes[hit].max() < 65535)
    # MOVi's floats are single: 4e-6 m at the horizon, once in ours and once in the decoder's
    return (sky and off <= (hi - lo) / 65535 / 2 + 1e-5) or f"{off}, {sky}"


def flows(v):
    """(delta row, delta column); backward is the motion from the frame before (kubric#152)."""
    for name, ours, sign in (("forward_flow", "flow_fwd", 1), ("backward_flow", "flow_bwd", -1)):
        native = v.planes[ours][:].astype(np.float64)
        there = native[:, 0] != -32768
        flow = decode(v.movi[name], v.movi[f"metadata/{name}_range"])
        want = np.moveaxis(np.where(there[:, None], sign * native[:, ::-1] / 64, 0), 1, -1)
        state = np.array_equal(v.movi[f"{name}_state"][..., 0], v.planes[f"{ours}_state"][:])
        if np.abs(flow - want).max() > 1e-4 or not state:
            return f"{name}: {np.abs(flow - want).max()}"
    return True


def check_directions():
    """kubric#152: what moves on steadily has about the same flow both ways (what swings has not)."""
    along = np.concatenate([along_flows(v) for v in loaded if v.row["family"] != "chain"])
    check("steady motion has the same flow both ways", len(along) > 5000 and along.mean() > 0.8,
          f"{along.mean()} of {len(along)}")


def along_flows(v):
    """Of each pixel that moves: do its flows point the same way?"""
    a, b = (decode(v.movi[n], v.movi[f"metadata/{n}_range"])[1:-1]
            for n in ("forward_flow", "backward_flow"))
    moves = (np.linalg.norm(a, axis=-1) > 2) & (np.linalg.norm(b, axis=-1) > 2)
    return np.sum(a * b, axis=-1)[moves] > 0


def normals(v):
    n = v.movi["normal"] / 65535 * 2 - 1
    cam = np.moveaxis(v.planes["normal"][:].astype(np.float64), 1, -1) / 127
    want = np.einsum("tji,thwj->thwi", v.view[:, :3, :3], cam)
    hit = np.linalg.norm(cam, axis=-1) > 0
    length = np.linalg.norm(n[hit], axis=-1)
    dot = np.sum(n * want, axis=-1)[hit] / np.linalg.norm(want[hit], axis=-1) / length
    nothing = (v.movi["normal"][~hit] == 32767).all()
    good = np.abs(length - 1).max() < 1e-4 and dot.min() > 1 - 1e-6 and nothing
    return good or f"{length.min()}, {dot.min()}, {nothing}"


def unprojected(v):
    """dataset.py's unproject(): pixels and distances to world points, [s, h, w, 3]."""
    y, x = np.mgrid[:v.height, :v.width]
    plane = np.stack([(x + 0.5) / v.width, (y + 0.5) / v.height, np.ones_like(x)], -1)
    plane = plane @ np.linalg.inv(v.intrinsics().T)
    ball = plane / np.linalg.norm(plane, axis=-1, keepdims=True) * v.distance()[..., None]
    ball = np.concatenate([ball, np.ones_like(ball[..., :1])], -1)
    return np.einsum("tij,thwj->thwi", v.matrix_world(), ball)[..., :3]


def boxes(v):
    """dataset.py's reproject(): object coordinates through bboxes_3d are the unprojected points."""
    corners = np.array(list(itertools.product([-0.5, 0.5], repeat=3)))
    corners = np.concatenate([corners, np.ones((8, 1))], -1)
    world, seg = unprojected(v), v.movi["segmentations"][..., 0]
    coordinates = v.movi["object_coordinates"] / 65535 - 0.5
    coordinates = np.concatenate([coordinates, np.ones_like(coordinates[..., :1])], -1)
    worst = 0
    for k in range(len(v.ids)):
        for f in range(v.frames):
            local_to_world = np.linalg.lstsq(corners, v.movi["instances/bboxes_3d"][k, f])[0]
            here = seg[f] == k + 1
            if here.any():
                off = coordinates[f][here] @ local_to_world - world[f][here]
                worst = max(worst, np.linalg.norm(off, axis=-1).max())
    # half a unit of depth along the ray, half a code of the distance and of the coordinates
    return worst < 1.5e-3 or f"{worst} m"


def instances(v):
    """States are those of the tables; boxes and image positions by Kubric's formulas."""
    m, n = v.movi, len(v.ids)
    first = {}
    for s in v.of["states"]:
        first.setdefault((s["instance_id"], s["frame"]), s)
    objects = {o["instance_id"]: o for o in v.of["objects"]}
    good = all(len(m[f"instances/{k}"]) == n for k in ("mass", "positions", "visibility"))
    for k, i in enumerate(v.ids):
        there = [f for f in range(v.frames) if first[i, f]["present"]]
        for ours, theirs in (("position", "positions"), ("quaternion", "quaternions"),
                             ("velocity", "velocities"), ("angular_velocity", "angular_velocities")):
            good &= np.allclose(m[f"instances/{theirs}"][k, there],
                                [first[i, f][ours] for f in there], atol=1e-6)
        for name in ("mass", "friction", "restitution"):
            good &= np.isclose(m[f"instances/{name}"][k], objects[i][name] or 0, rtol=1e-6)
    view = np.linalg.inv(v.matrix_world())
    points = np.concatenate([m["instances/positions"], np.ones((n, v.frames, 1))], -1)
    image = np.einsum("ij,tjk,ntk->nti", v.intrinsics(), view[:, :3], points)
    image = image[..., :2] / image[..., 2:]
    off = np.abs(image - m["instances/image_positions"]).max()
    return (good and off < 1e-5) or f"{good}, {off}"


def boxes_2d(v):
    """compute_bboxes(): of the frames in which an instance is seen."""
    splits, seg = v.movi["instances/bbox_row_splits"], v.movi["segmentations"][..., 0]
    boxes, frames = [], []
    for k in range(len(v.ids)):
        for f in range(v.frames):
            y, x = np.nonzero(seg[f] == k + 1)
            if len(y):
                boxes.append([y.min() / v.height, x.min() / v.width, (y.max() + 1) / v.height,
                              (x.max() + 1) / v.width])
                frames.append(f)
        if splits[k + 1] != len(boxes):
            return f"splits of {k}"
    return (np.allclose(v.movi["instances/bboxes"], boxes, atol=1e-6)
            and np.array_equal(v.movi["instances/bbox_frames"], frames)) or "boxes"


def camera(v):
    m = v.movi
    eye = np.array([c["eye"] for c in v.of["cameras"]])
    c = v.of["cameras"][0]
    fov = 2 * np.arctan2(m["camera/sensor_width"] / 2, m["camera/focal_length"])
    good = np.allclose(m["camera/positions"], eye, atol=1e-6)
    good &= np.isclose(fov, m["camera/field_of_view"]) and np.isclose(
        np.tan(fov / 2) * v.height / v.width, np.tan(c["fov_y"] / 2))
    # columns of matrix_world: right, up, backwards
    flip = np.diag([1, -1, -1])
    return (good and np.allclose(rotation(m["camera/quaternions"]),
                                 np.swapaxes(v.view[:, :3, :3], 1, 2) @ flip, atol=1e-6)) or "camera"


def collisions(v):
    index = {0: 65535} | {o["instance_id"]: 65535 for o in v.of["objects"]}
    index |= {i: k for k, i in enumerate(v.ids)}
    e, rows = v.movi, v.of["events"]
    steps = clips.records[v.row["clip_id"]].manifest["step_rate"] / v.row["fps"]
    good = len(e["events/collisions/frame"]) == len(rows)
    for i, r in enumerate(rows):
        pair = [index[r["instance_b"]], index[r["instance_a"]]]
        good &= list(e["events/collisions/instances"][i]) == pair
        good &= e["events/collisions/frame"][i] == int(r["begin_step"] / steps)
        good &= np.allclose(e["events/collisions/position"][i], r["point"], atol=1e-6)
        good &= np.allclose(e["events/collisions/contact_normal"][i], r["normal"], atol=1e-6)
        good &= (e["events/collisions/force"][i] > 0) == (r["impulse_normal"] > 0)
        if r["impulse_normal"] > 0:  # over 10 ms, or as long as it lasted
            ms = r["impulse_normal"] / e["events/collisions/force"][i] * 1000
            good &= 0 < ms < 10 + 1e-3
    return good or "events"


def read_png(path):
    """file_io.read_png()."""
    width, height, rows, info = png.Reader(bytes=path.read_bytes()).read()
    dtype = {8: np.uint8, 16: np.uint16}[info["bitdepth"]]
    return np.vstack([np.array(r, dtype) for r in rows]).reshape(height, width, info["planes"])


def files(v):
    """The files of Kubric's workers hold the same codes; each layer once a frame (is_complete_dir)."""
    layers = {"rgba": "video", "segmentation": "segmentations", "forward_flow": "forward_flow",
              "backward_flow": "backward_flow", "normal": "normal",
              "object_coordinates": "object_coordinates", "depth": None}
    names = [p.name for p in v.folder.iterdir()]
    for layer, key in layers.items():
        if len([n for n in names if n.startswith(layer)]) != v.frames:
            return f"{layer} is not there once a frame"
        for f in range(v.frames if key else 0):
            data = read_png(v.folder / f"{layer}_{f:05d}.png")
            if not np.array_equal(data[..., :v.movi[key].shape[-1]], v.movi[key][f]):
                return f"{layer} {f}"
            if layer == "rgba" and (data[..., 3] != 255).any() or \
               layer.endswith("flow") and data[..., 2].any():
                return f"the last channel of {layer} {f}"
    tiffs = np.array([imageio.v2.imread(v.folder / f"depth_{f:05d}.tiff", format="tiff")
                      for f in range(v.frames)])
    lo, hi = tiffs.min(), tiffs.max()
    codes = np.round((tiffs - lo) / (hi - lo) * 65535)  # convert_float_to_uint16()
    return (tiffs.dtype == np.float32 and [lo, hi] == list(v.movi["metadata/depth_range"])
            and np.abs(codes - v.movi["depth"][..., 0]).max() <= 1) or "depth"


def same(a, b):
    return np.allclose(np.array(a, np.float64), b, atol=1e-6)


def facts(v):
    """metadata.json, events.json and data_ranges.json say the same as the arrays."""
    meta, events, ranges = (json.loads((v.folder / f"{n}.json").read_text())
                            for n in ("metadata", "events", "data_ranges"))
    m, words = v.movi, {o["instance_id"]: o for o in v.of["objects"]}
    good = meta["metadata"]["resolution"] == [v.width, v.height]
    good &= meta["metadata"]["num_frames"] == v.frames
    good &= meta["metadata"]["num_instances"] == len(meta["instances"]) == len(v.ids)
    for k, i in enumerate(meta["instances"]):
        o = words[v.ids[k]]
        good &= (i["asset_id"], i["category"], i["shape"], i["material"], i["color_label"]) == \
            (o["name"], o["category"], o["shape"], o["material"], o["color"])
        good &= all(same(i[n], m[f"instances/{n}"][k]) for n in (
            "mass", "friction", "restitution", "positions", "quaternions", "velocities",
            "angular_velocities", "bboxes_3d", "image_positions", "visibility"))
        rows = slice(*m["instances/bbox_row_splits"][k:k + 2])
        good &= same(i["bboxes"], m["instances/bboxes"][rows])
        good &= i["bbox_frames"] == list(m["instances/bbox_frames"][rows])
    good &= all(same(meta["camera"][n], m[f"camera/{n}"]) for n in (
        "focal_length", "sensor_width", "field_of_view", "positions", "quaternions"))
    good &= same(meta["camera"]["K"], v.intrinsics()) and same(meta["camera"]["R"], v.matrix_world()[0])
    found = events["collisions"]
    good &= len(found) == len(m["events/collisions/force"])
    good &= all(same([c[n] for c in found] or np.zeros_like(m[f"events/collisions/{n}"]),
                     m[f"events/collisions/{n}"])
                for n in ("force", "position", "image_position", "contact_normal"))
    good &= all(same([ranges[n]["min"], ranges[n]["max"]], m[f"metadata/{n}_range"])
                for n in ("depth", "forward_flow", "backward_flow"))
    good &= (meta["metadata"]["depth_no_hit"] is not None) == v.no_hit().any()
    beside = json.loads((export / v.row["npz_path"]).with_suffix(".json").read_text())
    return (good and beside == meta) or "facts"


loaded = [Video(v) for v in videos]
check("a row for each stream, in its split",
      sorted(v.name for v in loaded) == sorted(clips.streams) and len(clips.splits) == 2
      and all(v["split"] == clips.split_of(v["clip_id"]) for v in videos))
check("skies, moving and several cameras are among them",
      any(v.no_hit().any() for v in loaded) and any(not v.no_hit().any() for v in loaded))
check_all("instances are sorted by visibility", order)
check_all("segmentations are our ids in that order", segmentations)
check_all("depth is the distance to the camera's centre", depth)
check_all("flows are ours, row first, in Kubric's directions of time", flows)
check_directions()
check_all("normals are unit, in the world", normals)
check_all("object coordinates and boxes give the points that depth and camera give", boxes)
check_all("instances have the states of the tables, and are projected", instances)
check_all("boxes in the image are those of the segmentations", boxes_2d)
check_all("the camera looks along -z, y up", camera)
check_all("collisions are the contacts", collisions)
check_all("files of frames hold the same codes", files)
check_all("files of facts say the same", facts)
check("drawn again from states: the same files", same_files(export, drawn, OF_THE_CLIPS))
sys.exit(records.done())
