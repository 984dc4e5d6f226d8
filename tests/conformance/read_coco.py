"""The layout coco through pycocotools, Pillow and datasets: read_coco.py CLIPS EXPORT DRAWN

CLIPS is what EXPORT was made of; DRAWN is the same made of states alone. Prints TAP.
"""
import contextlib
import copy
import io
import sys

import datasets
import numpy as np
import xxhash
from PIL import Image
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import records
from annotations import OF_THE_CLIPS, Clips, same_files
from records import check

clips, export, drawn = Clips(sys.argv[1]), sys.argv[2], sys.argv[3]
boxes = clips.rows("boxes")
objects = {(o["clip_id"], o["instance_id"]): o for o in clips.rows("objects")}


def quiet(function, *arguments):
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*arguments)


def load(name):
    """The files of all splits as one; file names become relative to the dataset."""
    whole = COCO()
    files = {split: quiet(COCO, f"{export}/annotations/{name}_{split}.json").dataset
             for split in clips.splits}
    apart = all(clips.split_of(i["clip_id"]) == split for split, f in files.items()
                for i in f["images"])
    check(f"{name}: a file for each of {len(files)} splits, with its clips alone",
          len(files) == 2 and all(f["images"] for f in files.values()) and apart)
    whole.dataset = {k: [x for f in files.values() for x in f[k]] for k in ("images", "annotations")}
    for k in ("images", "annotations"):
        ids = [x["id"] for x in whole.dataset[k]]
        check(f"{name}: ids of {k} are unique over the splits", len(set(ids)) == len(ids))
    whole.dataset["categories"] = files["train"]["categories"]
    check(f"{name}: categories are the same in all splits, and named as such",
          all(f["categories"] == whole.dataset["categories"] for f in files.values())
          and all(f["info"]["masks"] == ("amodal" if name == "amodal" else "visible")
                  for f in files.values()))
    quiet(whole.createIndex)
    return whole


seen, whole = load("instances"), load("amodal")


def key_of(coco, a):
    i = coco.imgs[a["image_id"]]
    return i["clip_id"], i["camera"], i["frame"], a["instance_id"]


def check_against_table(coco, pixels, prefix):
    """Every object of the table that has such pixels is annotated once, with its figures."""
    found = {key_of(coco, a): a for a in coco.anns.values()}
    want = {(r["clip_id"], r["camera"], r["frame"], r["instance_id"]): r
            for r in boxes if r[pixels] > 0}
    check(f"{pixels}: an annotation for each object of the table",
          found.keys() == want.keys() and len(found) == len(coco.anns),
          f"{len(found)} of {len(want)}")
    area = box = rle = category = True
    for k, a in found.items():
        r = want[k]
        x0, y0, x1, y1 = (r[prefix + c] for c in ("x0", "y0", "x1", "y1"))
        area &= a["area"] == r[pixels] == mask.area(a["segmentation"])
        box &= a["bbox"] == [x0, y0, x1 - x0, y1 - y0] == list(mask.toBbox(a["segmentation"]))
        rle &= a["segmentation"]["counts"] == r[pixels.replace("pixels", "mask")]
        category &= coco.cats[a["category_id"]]["name"] == objects[k[0], k[3]]["category"]
    check(f"{pixels}: areas are those of the table and of the RLE", area)
    check(f"{pixels}: boxes are those of the table and of the RLE", box)
    check(f"{pixels}: masks are those of the table", rle)
    check(f"{pixels}: categories are those of the objects", category)
    check(f"{pixels}: ids from 1 on, no crowds",
          min(coco.anns) >= 1 and not any(a["iscrowd"] for a in coco.anns.values()))


def check_images():
    """A PNG holds the colours that were digested before the encoding; every frame has one."""
    count = sum(r.manifest["counts"]["frames"] * len(r.manifest["streams"])
                for r in clips.records.values())
    check("an image for each frame", len(seen.imgs) == count, f"{len(seen.imgs)} of {count}")
    same = True
    for i in seen.imgs.values():
        record = clips.records[i["clip_id"]]
        stream = next(s for s in record.manifest["streams"] if s["camera"] == i["camera"])
        rgb = np.asarray(Image.open(f"{export}/{clips.split_of(i['clip_id'])}/{i['file_name']}"))
        same &= rgb.shape == (i["height"], i["width"], 3)
        same &= xxhash.xxh3_128(rgb.tobytes()).hexdigest() == stream["xxh128"]["rgb"][i["frame"]]
    check("images are the frames as drawn, before any encoding", same)


def check_planes():
    """Decoded masks put together are the instance plane."""
    same = True
    for i in seen.imgs.values():
        plane = clips.planes(clips.stream_of(i["clip_id"], i["camera"]))["instance"][i["frame"]]
        again = np.zeros_like(plane)
        for a in seen.imgToAnns[i["id"]]:
            again[seen.annToMask(a) > 0] = a["instance_id"]
        same &= np.array_equal(plane, again)
    check("visible masks together are the instance plane", same)


def check_pairs():
    """The same id is the same object; what is visible is within the whole: IoU = 1 - occlusion."""
    ids = seen.anns.keys() <= whole.anns.keys()
    iou = hidden = True
    for i, b in whole.anns.items():
        a = seen.anns.get(i)
        if a is None:
            hidden &= b["occlusion"] == 1 and b["visible_area"] == 0
            continue
        ids &= key_of(seen, a) == key_of(whole, b)
        overlap = mask.iou([a["segmentation"]], [b["segmentation"]], [0])[0, 0]
        iou &= abs(overlap - (1 - a["occlusion"])) < 1e-9 and a["occlusion"] == b["occlusion"]
        iou &= a["amodal_area"] == b["area"] and a["amodal_bbox"] == b["bbox"]
    check("ids agree between the files", ids)
    check("IoU of visible and amodal masks is 1 - occlusion", iou)
    alone = len(whole.anns) - len(seen.anns)
    check("objects of the amodal file alone are hidden", hidden and alone > 0, alone)


def score(shift):
    """Average precision of the annotations themselves, their boxes and masks moved by some pixels."""
    results = []
    for a in copy.deepcopy(list(seen.anns.values())):
        moved = np.asfortranarray(np.roll(seen.annToMask(a), shift, axis=1))
        results.append({"image_id": a["image_id"], "category_id": a["category_id"], "score": 1.0,
                        "segmentation": mask.encode(moved)})
    run = COCOeval(seen, quiet(seen.loadRes, results), "segm")
    for step in (run.evaluate, run.accumulate, run.summarize):
        quiet(step)
    return run.stats[0]


def check_evaluation():
    good, bad = score(0), score(5)
    check("COCOeval gives the truth 1", good > 0.999, good)
    check("COCOeval gives moved masks less", bad < 0.5, bad)


def check_rows():
    """ImageFolder's rows are the annotations again."""
    files = {split: f"{export}/{split}/**" for split in clips.splits}
    rows = datasets.load_dataset("imagefolder", data_files=files, cache_dir=f"{export}/../cache")
    rows = datasets.concatenate_datasets([rows[split] for split in clips.splits])
    rows = rows.cast_column("image", datasets.Image(decode=False))
    good = len(rows) == len(seen.imgs)
    for row in rows:
        anns = seen.imgToAnns[row["image_id"]]
        o = row["objects"]
        good &= row["image"]["path"].endswith(seen.imgs[row["image_id"]]["file_name"])
        good &= [list(b) for b in o["bbox"]] == [a["bbox"] for a in anns]
        good &= o["area"] == [a["area"] for a in anns]
        good &= o["category"] == [seen.cats[a["category_id"]]["name"] for a in anns]
    check("datasets reads images and boxes as rows", good)


check_against_table(seen, "visible_pixels", "")
check_against_table(whole, "amodal_pixels", "amodal_")
check_images()
check_planes()
check_pairs()
check_evaluation()
check_rows()
check("drawn again from states: the same files", same_files(export, drawn, OF_THE_CLIPS))
sys.exit(records.done())
