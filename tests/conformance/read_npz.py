"""take.npz and views.npz through numpy: read_npz.py FOLDER

Arrays have the shapes that scene and manifest say; the take's digest is computed again from what
numpy read; rotations, cameras and boxes are what they must be. Prints TAP.
"""
import json
import struct
import sys

import numpy as np
import xxhash

import records


def take_digest(take):
    """XXH128 over each array's name, dtype, sides and bytes, in the order of the file."""
    h = xxhash.xxh128()
    for name in take.files:
        a = take[name]
        h.update(name.encode() + b"\0")
        h.update(a.dtype.str.encode() + b"\0")
        h.update(struct.pack(f"<{1 + a.ndim}q", a.ndim, *a.shape))
        h.update(np.ascontiguousarray(a).tobytes())
    return h.hexdigest()


def check_take(record):
    m = record.manifest
    scene = json.loads((record.folder / "scene.json").read_text())
    with np.load(record.path("take.npz"), allow_pickle=False) as take:
        clip, c = m["clip_id"], m["counts"]
        s, b = c["samples"], c["bodies"]
        records.check(f"{clip}: samples", s == (c["frames"] - 1) * m["samples_per_frame"] + 1)
        want = {"position": (s, b, 3), "rotation": (s, b, 4), "velocity": (s, b, 3),
                "omega": (s, b, 3), "contact_force": (s, b, 3),
                "applied_force": (s, b, 3), "state": (s, b),
                "joint_position": (s, c["joints"]), "energy": (s, 3), "momentum": (s, 6)}
        wrong = {n: take[n].shape for n in want if take[n].shape != want[n]}
        records.check(f"{clip}: shapes of the take", not wrong, wrong)
        records.check(f"{clip}: unit quaternions",
                      np.allclose(np.linalg.norm(take["rotation"], axis=-1)[take["state"] & 1 == 1],
                                  1, rtol=0, atol=1e-12))
        records.check(f"{clip}: events", len(take["event_begin_step"]) == c["events"])
        records.check(f"{clip}: bodies of the scene", len(scene["bodies"]) == b)
        records.check(f"{clip}: digest of the take", take_digest(take) == m["take_xxh128"])
        finite = [n for n in take.files if take[n].dtype.kind == "f"
                  and not np.isfinite(take[n]).all()]
        records.check(f"{clip}: finite", not finite, finite)


def check_views(record):
    m = record.manifest
    frames, n, w, h = m["counts"]["frames"], m["counts"]["instances"], m["width"], m["height"]
    with np.load(record.path("views.npz"), allow_pickle=False) as views:
        for i, stream in enumerate(m["streams"]):
            k, e = views[f"{i}/k"], views[f"{i}/cam_from_world"]
            boxes, pixels = views[f"{i}/boxes"], views[f"{i}/visible_pixels"]
            records.check(f"{stream['id']}: shapes of the views",
                          k.shape == (frames, 3, 3) and e.shape == (frames, 4, 4)
                          and boxes.shape == (frames, n, 4) and pixels.shape == (frames, n)
                          and k.dtype == e.dtype == np.float64
                          and boxes.dtype == pixels.dtype == np.int32)
            r = e[:, :3, :3]
            records.check(f"{stream['id']}: cameras are rigid",
                          np.allclose(r @ r.transpose(0, 2, 1), np.eye(3), rtol=0, atol=1e-12)
                          and np.allclose(np.linalg.det(r), 1, rtol=0, atol=1e-12)
                          and (e[:, 3] == [0, 0, 0, 1]).all())
            records.check(f"{stream['id']}: square pixels, centred",
                          (k[:, 0, 0] == k[:, 1, 1]).all() and (k[:, 0, 2] == w / 2).all()
                          and (k[:, 1, 2] == h / 2).all() and (k[:, 2] == [0, 0, 1]).all())
            seen = pixels > 0
            size = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
            records.check(f"{stream['id']}: boxes hold their pixels",
                          (size[seen] >= pixels[seen]).all() and (boxes[~seen] == 0).all()
                          and (boxes >= 0).all() and (boxes[..., 2] <= w).all()
                          and (boxes[..., 3] <= h).all())


def main(argv):
    print(f"# numpy {np.__version__}")
    for record in records.find(argv[1]):
        check_take(record)
        check_views(record)
    return records.done()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
