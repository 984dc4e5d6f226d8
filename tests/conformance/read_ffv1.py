"""Label planes in lossless videos: read_ffv1.py DATASET PHYSREEL

DATASET is made with --store ffv1. Its planes through PyAV and ffmpeg have the digests of the manifests,
which are those of the frames as drawn, and are bit by bit those of a Zarr store of the same clip;
ffprobe tells form and times; `verify` accepts the dataset and names what is damaged. Prints TAP.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from fractions import Fraction

import av
import numpy as np
import pyarrow.parquet as pq
import xxhash
import zarr

import records
from records import check

root, physreel = pathlib.Path(sys.argv[1]), sys.argv[2]
KINDS = {"depth": "<u2", "instance": "<u2", "normal": "|i1", "flow_fwd": "<i2", "flow_bwd": "<i2", "flow_fwd_state": "|u1",
         "flow_bwd_state": "|u1", "object_coordinates": "<u2", "albedo": "|u1", "coverage": "|u1"}
CHANNELS = {"normal": 3, "flow_fwd": 2, "flow_bwd": 2, "object_coordinates": 3, "albedo": 3}


def as_plane(pictures, plane, height):
    """What docs/records.md says: channels stand one above the other, signed values are raised."""
    kind = np.dtype(KINDS[plane])
    channels = CHANNELS.get(plane, 1)
    a = pictures.reshape(len(pictures), channels, height, -1)
    a = a if channels > 1 else a[:, 0]
    if kind.kind == "i":
        a = (a.astype("i4") - (128 if kind.itemsize == 1 else 32768)).astype(kind)
    return a


def read_av(path):
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        pictures, times = [], []
        for frame in file.decode(stream):
            pictures.append(frame.to_ndarray())
            times.append(frame.pts * frame.time_base)
    return np.stack(pictures), times


def read_ffmpeg(path, like):
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(raw, like.dtype).reshape(like.shape)


def probe(path):
    text = subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-show_format", "-show_entries",
                           "packet=flags", "-of", "json", path], check=True, capture_output=True, text=True).stdout
    return json.loads(text)


def check_record(record):
    manifest = record.manifest
    height, fps, n = manifest["height"], manifest["fps"], manifest["counts"]["frames"]
    for stream in manifest["streams"]:
        exact = ffmpeg = times = form = True
        for plane, digests in stream["xxh128"].items():
            if plane == "rgb":
                continue
            path = record.path(stream["planes"].format(plane=plane))
            pictures, when = read_av(path)
            values = as_plane(pictures, plane, height)
            exact &= [xxhash.xxh128(np.ascontiguousarray(f)).hexdigest() for f in values] == digests
            ffmpeg &= np.array_equal(read_ffmpeg(path, pictures), pictures)
            times &= when == [Fraction(k, fps) for k in range(n)]
            told = probe(path)
            s = told["streams"][0]
            form &= (s["codec_name"], s["pix_fmt"], s["avg_frame_rate"], s["nb_frames"], s["start_time"]) == (
                "ffv1", "gray16le" if KINDS[plane][2] == "2" else "gray", f"{fps}/1", str(n), "0.000000")
            form &= all(p["flags"].startswith("K") for p in told["packets"]) and "encoder" not in told["format"].get("tags", {})
        check(f"PyAV: {stream['id']}: planes have their digests", exact and set(KINDS) <= set(stream["xxh128"]))
        check(f"ffmpeg: {stream['id']}: reads the same", ffmpeg)
        check(f"PyAV: {stream['id']}: frame k is at k / fps exactly", times)
        check(f"ffprobe: {stream['id']}: FFV1, grey, key frames alone", form)


def check_zarr(work):
    """The first clip once more, its labels in a Zarr store."""
    plan = json.loads((root / "plan.json").read_text())
    other = work / "zarr"
    subprocess.run([physreel, "run", "toss", "--size", plan["size"], "--frames", str(plan["frames"]), "--fps", str(plan["fps"]),
                    "--labels", "all", "--tracks", "3", "-q", "-o", other], check=True, stdout=subprocess.DEVNULL)
    row = next(r for r in pq.read_table(root / "clips/train/metadata.parquet").to_pylist() if r["clip_id"] == "toss_000000")
    store = zarr.open_group(zarr.storage.ZipStore(str(other / "labels/train/000/toss_000000.zarr.zip"), mode="r"), mode="r")
    same = {}
    for plane, array in store.arrays():
        pictures, _ = read_av(root / row["planes_path"].format(plane=plane))
        values = as_plane(pictures, plane, row["height"])
        same[plane] = values.dtype == array.dtype and np.array_equal(values, array[:])
    check("zarr: the same values bit by bit", same and all(same.values()) and set(same) == set(KINDS), same)
    sizes = [sum(p.stat().st_size for p in (d / "labels").rglob("toss*")) for d in (root, other)]
    print(f"# labels of toss: ffv1 {sizes[0]} bytes, zarr {sizes[1]}")


def verify(*options):
    r = subprocess.run([physreel, "verify", root, *options], capture_output=True, text=True)
    return r.returncode, r.stdout + r.stderr


def check_verify():
    code, text = verify("-q")
    check("verify: good", code == 0, text)
    path = next((root / "labels").rglob("toss*.depth.mov"))
    data = path.read_bytes()
    for at in (len(data) // 2, len(data) // 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1:])
        code, text = verify("-q")
        check("verify: a flipped bit is found, file and plane named", code != 0 and path.name in text and "depth" in text, text)
    path.write_bytes(data[:len(data) // 2])
    code, text = verify("-q")
    check("verify: a file cut short is found", code != 0 and path.name in text, text)
    path.unlink()
    code, text = verify("-q")
    check("verify: a missing file is found", code != 0 and path.name in text, text)
    path.write_bytes(data)
    check("verify: good again", verify("-q")[0] == 0)


def check_card():
    blocks = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(), re.S)
    scope, stopped = {}, ""
    try:
        for block in blocks:
            exec(block.replace("path/to/dataset", str(root)), scope)
    except Exception as e:
        stopped = repr(e)
    check("card: its lines run, and give metres", not stopped and scope["depth"].ndim == 2 and scope["depth"].min() > 0, stopped)


def main():
    with tempfile.TemporaryDirectory() as work:
        for record in records.find(root):
            check_record(record)
        check_zarr(pathlib.Path(work))
    check_verify()
    check_card()
    return records.done()


if __name__ == "__main__":
    sys.exit(main())
