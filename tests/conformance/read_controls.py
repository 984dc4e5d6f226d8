"""Control videos through PyAV, numpy, OpenCV and datasets:

    read_controls.py PHYSREEL FIND_EDGES

Each is compared with what its code makes of the stored labels, in numpy; edges with OpenCV's own
detector; blobs of force with the take. What `export` adds afterwards is the same. Prints TAP. Needs
requirements.txt.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import av
import cv2
import numpy as np
import xxhash
import zarr

from records import check, done

program, find_edges = sys.argv[1:]
KINDS = ["depth", "seg", "edge", "flow", "force"]
SIZE = (208, 120)
work = tempfile.TemporaryDirectory()
root = pathlib.Path(work.name) / "with"
common = ["--size", "%dx%d" % SIZE, "--frames", "16", "--fps", "12", "--quality", "draft", "--tracks", "0"]


def run(*words):
    subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL)


def frames(path):
    with av.open(str(path)) as video:
        stream = video.streams.video[0]
        info = (stream.codec_context.name, stream.codec_context.pix_fmt, float(stream.average_rate))
        shown = list(video.decode(video=0))
        return (np.stack([f.to_ndarray(format="rgb24") for f in shown]).astype(int), info,
                [float(f.pts * f.time_base) for f in shown])


# ---- codes, from their definitions -------------------------------------------------------------


def depth_code(codes, scale, near, far):
    z = np.maximum(codes, 1) * scale
    v = 255 * (1 / z - 1 / far) / (1 / near - 1 / far)
    return np.where(codes == 65535, 0, np.rint(v)).astype(int)


def voc_palette(n):
    """The MATLAB devkit's VOClabelcolormap."""
    out = np.zeros((n, 3), int)
    for i in range(n):
        c = i
        for j in range(8):
            for k in range(3):
                out[i, k] |= ((c >> k) & 1) << (7 - j)
            c >>= 3
    return out


def flow_wheel():
    """Six ramps between the corners of the colour cube, with the steps of Baker et al."""
    corners = [(255, 0, 0), (255, 255, 0), (0, 255, 0), (0, 255, 255), (0, 0, 255), (255, 0, 255),
               (255, 0, 0)]
    rows = []
    for steps, a, b in zip((15, 6, 4, 11, 13, 6), corners, corners[1:]):
        for i in range(steps):
            up = np.floor(255 * i / steps)
            rows.append([x if x == y else up if y else 255 - up for x, y in zip(a, b)])
    return np.array(rows, float) / 255


def flow_code(dx, dy, full):
    wheel = flow_wheel()
    size = np.hypot(dx, dy) / full
    at = (np.arctan2(-dy, -dx) / np.pi + 1) / 2 * (len(wheel) - 1)
    k = np.floor(at).astype(int)
    part = (at - k)[..., None]
    hue = (1 - part) * wheel[k] + part * wheel[(k + 1) % len(wheel)]
    size = size[..., None]
    return np.floor(255 * np.where(size <= 1, 1 - size * (1 - hue), 0.75 * hue)).astype(int)


def flat(picture):
    """Where a 5x5 neighbourhood is of one colour: what chroma at half size and a lossy codec keep."""
    p = picture.astype(np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    return (cv2.dilate(p, kernel) == cv2.erode(p, kernel)).reshape(*p.shape[:2], -1).all(-1)


# ---- the checks --------------------------------------------------------------------------------


def check_planes(stream, shown, record, store):
    scene = json.loads((record / "scene.json").read_text())
    manifest = json.loads((record / "manifest.json").read_text())
    entry = next(s for s in manifest["streams"] if s["id"] == stream)
    near, far = entry["control_near"], entry["control_far"]
    depth = np.asarray(store["depth"][:])
    seen = depth[depth != 65535]
    check(f"{stream}: near and far are those of the clip",
          np.isclose(near, seen.min() * 0.001) and np.isclose(far, seen.max() * 0.001))
    want = depth_code(depth.astype(int), 0.001, near, far)
    off = np.abs(shown["depth"] - want[..., None])
    check(f"{stream}: depth is 1/z, near is bright", off.mean() < 2 and (off > 16).mean() < 0.01,
          f"mean {off.mean():.2f}, beyond 16: {(off > 16).mean():.4f}")
    ids = np.asarray(store["instance"][:])
    want = voc_palette(ids.max() + 1)[ids]
    same = np.stack([flat(p) for p in want])
    off = np.abs(shown["seg"] - want).max(-1)[same]
    check(f"{stream}: seg is the palette of VOC", same.mean() > 0.5 and (off > 24).mean() < 0.005,
          f"{same.mean():.2f} flat, off {off.max()}")
    flow = np.asarray(store["flow_fwd"][:]).astype(int)
    none = flow[:, 0] == -32768
    want = flow_code(flow[:, 0] / 64, flow[:, 1] / 64, scene["width"] / 32)
    want[none] = 0
    want[-1] = want[-2]
    off = np.abs(shown["flow"] - want).max(-1)
    soft = np.stack([cv2.dilate(p.astype(np.uint8), np.ones((5, 5))).astype(int)
                     - cv2.erode(p.astype(np.uint8), np.ones((5, 5))) for p in want]).max(-1) < 40
    check(f"{stream}: flow is on the wheel", soft.mean() > 0.5 and (off[soft] > 32).mean() < 0.01,
          f"{soft.mean():.2f} smooth, beyond 32: {(off[soft] > 32).mean():.4f}")
    check(f"{stream}: the last frame of flow repeats the one before",
          np.abs(shown["flow"][-1] - shown["flow"][-2]).mean() < 3)


def check_edges(stream, shown, rgb):
    """On the colour as it was encoded, which takes many of the weakest edges: they may move by a
    pixel, and a quarter may be missing."""
    kernel = np.ones((3, 3), np.uint8)
    hits = [0, 0, 0, 0]
    for ours, picture in zip(shown["edge"], rgb):
        a = (ours[..., 0] > 127).astype(np.uint8)
        b = (cv2.Canny(picture.astype(np.uint8), 100, 200) > 0).astype(np.uint8)
        hits[0] += int((a & cv2.dilate(b, kernel)).sum())
        hits[1] += int(a.sum())
        hits[2] += int((b & cv2.dilate(a, kernel)).sum())
        hits[3] += int(b.sum())
    precision, recall = hits[0] / max(1, hits[1]), hits[2] / max(1, hits[3])
    check(f"{stream}: edges are those of cv2.Canny on the decoded colour",
          hits[1] > 100 and precision > 0.75 and recall > 0.9, f"{precision:.3f}, {recall:.3f}")


def detector(name, pictures, low, high):
    height, width = pictures.shape[1:3]
    out = subprocess.run([find_edges, str(width), str(height), str(low), str(high)],
                         input=pictures.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    ours = np.frombuffer(out, np.uint8).reshape(pictures.shape[:3])
    theirs = np.stack([cv2.Canny(p, low, high) for p in pictures])
    check(f"detector: {name}: every pixel as cv2.Canny has it", np.array_equal(ours, theirs),
          f"{(ours != theirs).sum()} of {theirs.astype(bool).sum()} differ")


def check_detector(rgb):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (4, 67, 93, 3), np.uint8)
    soft = np.stack([cv2.GaussianBlur(p, (0, 0), 2) * 3 for p in noise]).astype(np.uint8)
    steps = np.zeros((3, 32, 48, 3), np.uint8)
    steps[0, :, 24:] = 255
    steps[1, 16:, :, 1] = 90
    steps[2] = (np.indices((32, 48)).sum(0) > 40)[..., None] * np.array([200, 10, 60], np.uint8)
    for name, pictures in [("noise", noise), ("soft noise", soft), ("steps", steps),
                           ("frames", rgb.astype(np.uint8))]:
        detector(name, pictures, 100, 200)
    detector("soft noise, low", soft, 20, 50)
    detector("one row", noise[:, :1], 100, 200)
    detector("one column", np.ascontiguousarray(noise[:, :, :1]), 100, 200)


def project(record, camera, frame, point):
    views = np.load(record / "views.npz")
    k, m = views[f"{camera}/k"][frame], views[f"{camera}/cam_from_world"][frame]
    x = m[:3, :3] @ point + m[:3, 3]
    return (k @ (x / x[2]))[:2]


def check_forces(stream, shown, record, camera):
    """Impacts are red where the take has them; nothing else is."""
    scene = json.loads((record / "scene.json").read_text())
    take = np.load(record / "take.npz")
    rate, fps = scene["step_rate"], scene["fps"]
    width, n = scene["width"], scene["frames"]
    masses = [b.get("mass", 0) if b.get("motion") == "dynamic" else np.inf for b in scene["bodies"]]
    want = np.zeros((n, scene["height"], width))
    v, u = np.indices(want.shape[1:]) + 0.5
    for i in np.flatnonzero(take["event_kind"] == 1):
        first = -(-int(take["event_begin_step"][i]) * fps // rate)
        lighter = min(masses[take["event_body_a"][i]], masses[take["event_body_b"][i]])
        if first >= n:
            continue
        height = min(1, max(0.25, take["event_impulse_normal"][i] / lighter / 4))
        x, y = project(record, camera, first, np.array([take[f"event_point"][i][a] for a in range(3)]))
        blob = height * np.exp(-((u - x) ** 2 + (v - y) ** 2) / 2 / (width / 72) ** 2)
        for f in range(first, min(n, first + fps // 4 + 1)):
            want[f] = np.maximum(want[f], blob)
    red = shown["force"][..., 0] - shown["force"][..., 1]
    off = np.abs(red - 255 * want)
    check(f"{stream}: impacts are red", off.mean() < 1.5 and (off > 48).mean() < 0.003,
          f"most {want.max():.2f}, mean {off.mean():.2f}, beyond 48: {(off > 48).mean():.4f}")
    return want.max() > 0.2


def check_push(record, shown):
    """The white blob begins at the body's image and moves along the image of the force."""
    scene = json.loads((record / "scene.json").read_text())
    take = np.load(record / "take.npz")
    fps, width = scene["fps"], scene["width"]
    steps = scene["step_rate"] // fps
    acts = [a for a in scene["actions"] if np.linalg.norm(a["vec"]) > 0]
    burst = [acts[0]]
    for a in acts[1:]:
        if a["first_step"] == burst[-1]["end_step"]:
            burst.append(a)
    names = [b["name"] for b in scene["bodies"]]
    body = names.index(burst[0]["body"]) if isinstance(burst[0]["body"], str) else burst[0]["body"]
    first = -(-burst[0]["first_step"] // steps)
    last = min(scene["frames"] - 1, burst[-1]["end_step"] // steps)
    gives = np.array([np.linalg.norm(a["vec"]) * (a["end_step"] - a["first_step"]) / scene["step_rate"]
                      for a in burst])
    change = gives.sum() / scene["bodies"][body]["mass"]
    way = width * (0.125 + 0.375 * min(1, change / 4))
    at = take["position"][first * scene["samples_per_frame"], body]
    place = project(record, 0, first, at)
    worst = 0
    for f in range(first, last + 1):
        spot = place.copy()
        for a, j in zip(burst, gives):
            ahead = project(record, 0, first, at + 1e-5 * np.array(a["vec"]) / np.linalg.norm(a["vec"]))
            along = (ahead - place) / np.linalg.norm(ahead - place)
            share = np.clip((f * steps - a["first_step"]) / (a["end_step"] - a["first_step"]), 0, 1)
            spot += way * j / gives.sum() * share * along
        picture = shown[f].min(-1).astype(float)
        picture[picture < 64] = 0
        v, u = np.indices(picture.shape) + 0.5
        if picture.sum() > 0 and 12 < spot[0] < width - 12 and 12 < spot[1] < scene["height"] - 12:
            seen = np.array([(u * picture).sum(), (v * picture).sum()]) / picture.sum()
            worst = max(worst, np.linalg.norm(seen - spot))
        elif 12 < spot[0] < width - 12 and 12 < spot[1] < scene["height"] - 12:
            worst = 99
    check("push: the white blob goes where and as far as the force says", len(burst) > 2 and worst < 2,
          f"{len(burst)} actions, {worst:.2f} px")


def check_stream(record, path):
    stream = path.stem
    folder = path.parents[1]
    rgb, info, times = frames(path)
    shown = {}
    for kind in KINDS:
        shown[kind], same, when = frames(folder / "control" / kind / path.parent.name / path.name)
        check(f"{stream}: {kind} is H.264 of the colour's frames",
              same == info == ("h264", "yuv420p", 12.0) and when == times
              and shown[kind].shape == rgb.shape)
    labels = root / "labels" / folder.name / path.parent.name / f"{stream}.zarr.zip"
    store = zarr.open(zarr.storage.ZipStore(str(labels), mode="r"), mode="r")
    manifest = json.loads((record / "manifest.json").read_text())
    camera = [s["id"] for s in manifest["streams"]].index(stream)
    check_planes(stream, shown, record, store)
    check_edges(stream, shown, rgb)
    impacts.append(check_forces(stream, shown, record, camera))
    first = cv2.imread(str(folder / "first" / path.parent.name / f"{stream}.png"))[..., ::-1]
    exact = cv2.Canny(np.ascontiguousarray(first), 100, 200) > 0
    drawn = shown["edge"][0, ..., 0] > 127
    share = (exact & drawn).sum() / (exact | drawn).sum()
    check(f"{stream}: edges are those of cv2.Canny on the picture before it was encoded", share > 0.99, share)
    digest = manifest["streams"][camera]["xxh128"]["rgb"][0]
    check(f"{stream}: the first frame is the picture before it was encoded",
          xxhash.xxh128(np.ascontiguousarray(first).tobytes()).hexdigest() == digest)
    return rgb


def check_loading():
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_DATASETS_CACHE"] = work.name + "/cache"
    import datasets
    datasets.disable_progress_bars()
    loaded = datasets.load_dataset(str(root))["train"]
    videos = [k for k, v in loaded.features.items() if isinstance(v, datasets.Video)]
    check("datasets: the control videos are video columns",
          videos == ["video"] + [f"control_{k}" for k in KINDS], videos)
    row = loaded.with_format("arrow")[:1].to_pylist()[0]
    check("datasets: they are those of the row", row["control_seg"]["path"].endswith(
        f"control/seg/000/{row['stream_id']}.mp4"))
    check("datasets: the first frames are no videos of their own", len(loaded) == len(
        list(root.glob("clips/train/[0-9]*/*.mp4"))))


def check_export():
    bare, added = pathlib.Path(work.name) / "bare", pathlib.Path(work.name) / "added"
    run("run", "toss", *common, "-q", "-o", str(bare))
    run("export", str(bare), "--format", "clips", "--control", "all", "--first-frames", "-q", "-o", str(added))
    theirs = {p.relative_to(added): p.read_bytes() for p in added.rglob("*") if p.is_file()
              and "toss" in p.name}
    ours = {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()
            and "toss_000000" in p.name}
    check("export adds what run makes, to the bit", len(ours) == 8 and ours == theirs,
          sorted(str(k) for k in set(ours) ^ set(theirs)))
    loose = subprocess.run([program, "verify", str(added), "-q"], stdout=subprocess.DEVNULL)
    check("export: what it adds is in the manifests", loose.returncode == 0)


run("run", "toss", "ramp", *common, "--control", "all", "--first-frames", "-q", "-o", str(root))
impacts = []
pictures = None
for path in sorted(root.glob("clips/train/[0-9]*/*.mp4")):
    rgb = check_stream(next(root.glob(f"records/train/*/{path.stem}")), path)
    pictures = rgb if pictures is None else pictures
check("some clip has impacts", any(impacts))
check_detector(pictures)
check_loading()
check_export()
pushed = pathlib.Path(work.name) / "pushed"
run("run", "toss", "--agent", "push", *common, "--control", "force", "-q", "-o", str(pushed))
check_push(next(pushed.glob("records/train/*/*")), frames(next(pushed.glob("clips/train/control/force/*/*.mp4")))[0])
sys.exit(done())
