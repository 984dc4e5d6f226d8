"""The layout ytvis as its readers take it: read_ytvis.py CLIPS EXPORT DRAWN EVERY

Every EVERY-th frame was taken of CLIPS; DRAWN is the same made of states alone. Prints TAP.
"""
import json
import sys

import numpy as np
import xxhash
from PIL import Image
from pycocotools import mask

import records
from annotations import OF_THE_CLIPS, Clips, same_files
from records import check

clips, export, drawn, every = Clips(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
table = {(r["clip_id"], r["camera"], r["instance_id"], r["frame"]): r for r in clips.rows("boxes")}
objects = {(o["clip_id"], o["instance_id"]): o for o in clips.rows("objects")}


def load(name):
    """The files of all splits as one; file names become relative to the dataset."""
    files = {split: json.load(open(f"{export}/{split}/{name}.json")) for split in clips.splits}
    check(f"{name}: a file for each of {len(files)} splits, with its clips alone",
          len(files) == 2 and all(clips.split_of(v["clip_id"]) == split
                                  for split, f in files.items() for v in f["videos"]))
    for split, f in files.items():
        for v in f["videos"]:
            v["file_names"] = [f"{split}/JPEGImages/{n}" for n in v["file_names"]]
    data = {k: [x for f in files.values() for x in f[k]] for k in ("videos", "annotations")}
    for k in ("videos", "annotations"):
        ids = [x["id"] for x in data[k]]
        check(f"{name}: ids of {k} are unique over the splits", len(set(ids)) == len(ids))
    check(f"{name}: categories are the same in all splits",
          files["train"]["categories"] == files["validation"]["categories"])
    return data | {"categories": files["train"]["categories"]}


def check_videos(data):
    """Every stream once, its frames as drawn."""
    good = len(data["videos"]) == len(clips.streams)
    same = True
    for v in data["videos"]:
        record = clips.records[v["clip_id"]].manifest
        stream = next(s for s in record["streams"] if s["camera"] == v["camera"])
        numbers = range(0, record["counts"]["frames"], every)
        good &= v["length"] == len(v["file_names"]) == len(numbers)
        for name, frame in zip(v["file_names"], numbers):
            rgb = np.asarray(Image.open(f"{export}/{name}"))
            good &= rgb.shape == (v["height"], v["width"], 3)
            same &= xxhash.xxh3_128(rgb.tobytes()).hexdigest() == stream["xxh128"]["rgb"][frame]
    check("a video for each stream, a file for each frame", good)
    check("files are the frames as drawn", same)


def check_tracks(data, pixels, prefix):
    """An annotation for each object that has such pixels in any frame, null where it has none."""
    videos = {v["id"]: v for v in data["videos"]}
    names = {c["id"]: c["name"] for c in data["categories"]}
    found, good, null, category = set(), True, True, True
    for a in data["annotations"]:
        v = videos[a["video_id"]]
        k = v["clip_id"], v["camera"], a["instance_id"]
        found.add(k)
        category &= names[a["category_id"]] == objects[k[0], k[2]]["category"]
        good &= (a["height"], a["width"], a["length"]) == (v["height"], v["width"], v["length"])
        good &= all(len(a[n]) == v["length"] for n in ("segmentations", "bboxes", "areas"))
        good &= a["iscrowd"] == 0
        for i, (rle, box, area) in enumerate(zip(a["segmentations"], a["bboxes"], a["areas"])):
            r = table[*k, i * every]
            if rle is None:
                null &= box is None and area is None and r[pixels] == 0
                continue
            x0, y0, x1, y1 = (r[prefix + c] for c in ("x0", "y0", "x1", "y1"))
            good &= area == r[pixels] == mask.area(rle) == mask.decode(rle).sum()
            good &= box == [x0, y0, x1 - x0, y1 - y0] == list(mask.toBbox(rle))
            good &= rle["size"] == [v["height"], v["width"]]
    want = {k[:3] for k, r in table.items() if k[3] % every == 0 and r[pixels] > 0}
    check(f"{pixels}: an annotation for each object that is there in any frame",
          found == want and len(found) == len(data["annotations"]))
    check(f"{pixels}: masks, boxes and areas are those of the table", good)
    check(f"{pixels}: null where there is nothing, and only there", null)
    check(f"{pixels}: categories are those of the objects", category)
    return {a["id"]: (a["video_id"], a["instance_id"]) for a in data["annotations"]}


def check_planes(data):
    """All tracks of a video together are its instance planes: as VIS readers stack them."""
    same = True
    for v in data["videos"]:
        store = clips.planes(clips.stream_of(v["clip_id"], v["camera"]))["instance"]
        for i in range(v["length"]):
            again = np.zeros((v["height"], v["width"]), np.uint16)
            for a in data["annotations"]:
                if a["video_id"] == v["id"] and a["segmentations"][i] is not None:
                    again[mask.decode(a["segmentations"][i]) > 0] = a["instance_id"]
            same &= np.array_equal(store[i * every], again)
    check("masks together are the instance planes", same)


instances, amodal = load("instances"), load("amodal")
check_videos(instances)
seen = check_tracks(instances, "visible_pixels", "")
whole = check_tracks(amodal, "amodal_pixels", "amodal_")
check("ids agree between the files, and are unique from 1 on",
      seen.items() <= whole.items() and min(whole) >= 1)
check("the videos are the same in both", instances["videos"] == amodal["videos"])
check_planes(instances)
rows = [json.loads(line) for split in clips.splits for line in open(f"{export}/{split}/videos.jsonl")]
check("a row for each video", [r["id"] for r in rows] == [v["id"] for v in instances["videos"]])
check("drawn again from states: the same files", same_files(export, drawn, OF_THE_CLIPS))
sys.exit(records.done())
