"""Bytes, write time and read time of every layout and label encoding.

    python bench/layouts/measure.py PHYSREEL LIBPHYSREEL.so [--out bench/results/layouts.csv]

Needs what tests/conformance/requirements.txt lists. Makes clips of six families at 256x256 and
832x480, then each layout of the same clips by `physreel export`, and reads everything back with the
readers that people use: PyAV, zarr, numpy, pycocotools, pyarrow. Times are CPU seconds of one core
(children included), the best of three runs (of two for layouts); writing is what the layout costs beyond the clips
it is made from, and for stores of labels what `run` costs beyond the same run with --store states.
"""
import argparse
import csv
import glob
import io
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import av
import numpy as np
import pyarrow.parquet as pq
import zarr
from pycocotools import mask

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"))
import physreel_shards  # noqa: E402
import physreel_states  # noqa: E402

FAMILIES = ["toss", "billiards", "dominoes", "tower", "ramp", "shapes"]
SIZES = [("256x256", 24), ("832x480", 24)]
LABELS = ["depth", "instance", "normal", "flow_fwd", "flow_bwd", "object_coordinates", "albedo"]


def cpu():
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
               for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(job, repeats=1, before=None):
    best, result = 1e9, None
    for _ in range(repeats):
        if before:
            before()
        start = cpu()
        result = job()
        best = min(best, cpu() - start)
    return best, result


def call(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def size_of(root, skip=("contact_sheet.png", "strip.webp", "index.html", "README.md")):
    return sum(os.path.getsize(p) for p in glob.glob(f"{root}/**", recursive=True)
               if os.path.isfile(p) and os.path.basename(p) not in skip)


# ---- readers: each returns how many frames it went through ---------------------------------------

def video(source):
    with av.open(source) as container:
        container.streams.video[0].thread_type = "NONE"
        return sum(f.to_ndarray(format="rgb24").shape[0] > 0 for f in container.decode(video=0))


def videos(root, pattern="clips/*/*/*.mp4"):
    return sum(video(p) for p in glob.glob(f"{root}/{pattern}"))


def zarr_stores(root):
    frames = 0
    for path in glob.glob(f"{root}/labels/*/*/*.zarr.zip"):
        store = zarr.open(zarr.storage.ZipStore(path, mode="r"), mode="r")
        for name in store.array_keys():
            planes = store[name]
            for k in range(planes.shape[0]):
                planes[k]
        frames += planes.shape[0]
    return frames


def ffv1_stores(root):
    frames = 0
    for path in glob.glob(f"{root}/labels/*/*/*.mov") + glob.glob(f"{root}/labels/*/*/*.mkv"):
        with av.open(path) as container:
            container.streams.video[0].thread_type = "NONE"
            n = sum(f.to_ndarray().shape[0] > 0 for f in container.decode(video=0))
        frames += n if ".depth." in path else 0
    return frames


def states(root):
    frames = 0
    for folder in glob.glob(f"{root}/records/*/*/*"):
        with physreel_states.Clip(folder) as clip:
            for s in range(len(clip.streams)):
                for k in range(clip.frames):
                    clip.draw(s, k, LABELS)
                frames += clip.frames
    return frames


def shards(root):
    frames = 0
    for path in glob.glob(f"{root}/video/*.tar"):
        for sample in physreel_shards.samples(path):
            frames += video(io.BytesIO(sample["mp4"]))
    return frames


def lerobot(root):
    for path in glob.glob(f"{root}/data/*/*.parquet"):
        pq.read_table(path)
    return videos(root, "videos/*/*/*.mp4")


def coco(root):
    frames = 0
    for path in glob.glob(f"{root}/annotations/*.json") + glob.glob(f"{root}/*/instances.json"):
        data = json.load(open(path))
        frames = max(frames, len(data.get("images", [])))
        for a in data.get("annotations", []):
            for s in a.get("segmentations") or [a.get("segmentation")]:
                if s:
                    mask.decode({"size": s["size"], "counts": s["counts"].encode()})
        frames = max(frames, sum(v["length"] for v in data.get("videos", [])))
    return frames


def arrays(root):
    frames = 0
    for path in glob.glob(f"{root}/**/*.npz", recursive=True):
        with np.load(path) as data:
            for name in data.files:
                data[name]
        frames += 1
    return frames


# ---- what is measured ----------------------------------------------------------------------------

STORES = [("clips, planes (Zarr)", ["--labels", "all"], zarr_stores, "labels"),
          ("clips, planes (FFV1)", ["--labels", "all", "--store", "ffv1"], ffv1_stores, "labels"),
          ("clips, default planes", [], zarr_stores, "depth, instance, flow")]
LAYOUTS = [("webdataset", [], shards, "video"), ("lerobot", ["passive=yes"], lerobot, "video, states"),
           ("lerobot, depth", ["passive=yes", "depth=yes"], lerobot, "video, depth, states"),
           ("coco", [], coco, "masks"), ("ytvis", [], coco, "masks"), ("tap", [], arrays, "tracks"),
           ("movi", [], arrays, "all arrays"), ("glb", [], None, "")]


def run(physreel, out, size, frames, words):
    call(physreel, "run", *FAMILIES, "--count", "1", "--size", size, "--frames", str(frames), "-j", "1", "-q",
         "--camera", "main", "-o", out, *words)


def measure(physreel, size, frames, work, rows):
    start = f"{work}/none"
    base, _ = timed(lambda: run(physreel, start, size, frames, ["--store", "states"]), 3,
                    lambda: shutil.rmtree(start, ignore_errors=True))
    metadata = pq.read_table(f"{start}/clips/train/metadata.parquet")
    n_frames = int(sum(metadata["num_frames"].to_pylist()))
    colour = sum(os.path.getsize(p) for p in glob.glob(f"{start}/clips/*/*/*.mp4"))
    read, _ = timed(lambda: videos(start), 3)

    def put(name, data, wrote, bytes_, read):
        row = {"size": size, "layout": name, "read": data, "bytes_a_frame": round(bytes_ / n_frames),
               "write_ms_a_frame": round(1e3 * wrote / n_frames, 3),
               "read_ms_a_frame": round(1e3 * read / n_frames, 3) if read else ""}
        print(row, flush=True)
        rows.append(row)

    put("H.264 alone", "video", 0, colour, read)
    put("clips, states", "labels drawn by libphysreel", 0, size_of(start), timed(lambda: states(start), 3)[0])
    for name, words, reader, data in STORES:
        out = f"{work}/store"
        wrote, _ = timed(lambda: run(physreel, out, size, frames, words), 3,
                         lambda: shutil.rmtree(out, ignore_errors=True))
        read, seen = timed(lambda: reader(out), 3)
        assert seen == n_frames, (name, seen, n_frames)
        put(name, data, wrote - base, size_of(out), read)
        if name != "clips, planes (Zarr)":
            shutil.rmtree(out)
        else:
            os.rename(out, f"{work}/planes")
    for name, settings, reader, data in LAYOUTS:
        out = f"{work}/layout"
        words = [w for s in settings for w in ("--set", s)]
        wrote, _ = timed(lambda: call(physreel, "export", f"{work}/planes", "--format", name.split(",")[0],
                                      *words, "-j", "1", "-q", "-o", out), 2,
                         lambda: shutil.rmtree(out, ignore_errors=True))
        read = timed(lambda: reader(out), 3)[0] if reader else None
        put(name, data, wrote, size_of(out), read)
        shutil.rmtree(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("physreel")
    parser.add_argument("library")
    parser.add_argument("--out", default="bench/results/layouts.csv")
    options = parser.parse_args()
    os.environ["PHYSREEL_LIBRARY"] = options.library
    rows = []
    for size, frames in SIZES:
        with tempfile.TemporaryDirectory() as work:
            start = time.time()
            measure(options.physreel, size, frames, work, rows)
            print(f"{size}: {time.time() - start:.0f} s", file=sys.stderr)
    with open(options.out, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


main()
