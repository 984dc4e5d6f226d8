"""The webdataset layout through tarfile, datasets, webdataset and zarr: read_shards.py SIZE CLIPS SHARDS [AGAIN]

CLIPS is the clips dataset that SHARDS was exported from, with shards of SIZE kilobytes; AGAIN is the
same made by `physreel run` alone. Prints TAP. Needs requirements.txt.
"""
import collections
import filecmp
import glob
import hashlib
import io
import json
import multiprocessing
import os
import pathlib
import re
import sys
import tarfile
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

import records
from records import check

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs" / "examples"))
import physreel_shards  # noqa: E402

LIMIT = int(sys.argv[1]) << 10
clips, shards = (os.path.abspath(p) for p in sys.argv[2:4])
again = sys.argv[4] if len(sys.argv) > 4 else None
found = records.find(clips)
found.sort(key=lambda r: int(r.manifest["index"]))
CONTROLS = found[0].manifest.get("controls", [])
FIRST = ["first.png"] if found[0].manifest.get("first_frames") else []
MOVIES = found[0].manifest["store"] == "ffv1"
FIELDS = {"video": ["mp4", *FIRST, "txt", "json"],
          "labels": [f"{plane}.mov" for plane in found[0].manifest["labels"]] if MOVIES else ["zarr.zip"],
          "records": ["manifest.json"] + [f["name"] for f in found[0].manifest["files"]
                                          if f["role"] not in ("video", "planes", "control", "first")]}
if CONTROLS:
    FIELDS["control"] = [f"control_{kind}.mp4" for kind in CONTROLS]
SETS = list(FIELDS)


def names(folder):
    return sorted(os.path.basename(p) for p in glob.glob(f"{shards}/{folder}/*.tar"))


def keys_of(path):
    return [s["__key__"] for s in physreel_shards.samples(path)]


def check_archives():
    """ustar as POSIX has it, nothing of the machine in it."""
    for folder in SETS:
        plain = small = fields = True
        for name in names(folder):
            path = f"{shards}/{folder}/{name}"
            with tarfile.open(path) as tar:
                members = tar.getmembers()
            raw = open(path, "rb").read()
            plain &= len(raw) % 512 == 0 and raw[-1024:] == bytes(1024)
            seen = []
            for m in members:
                head = raw[m.offset:m.offset + 512]
                plain &= m.offset_data == m.offset + 512 and head[257:265] == b"ustar\x0000"
                plain &= m.isreg() and (m.mode, m.uid, m.gid, m.mtime, m.uname, m.gname) == (
                    0o644, 0, 0, 0, "", "")
                plain &= re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_.]+", m.name) is not None
                key, field = m.name.split(".", 1)
                if not seen or seen[-1][0] != key:
                    seen.append((key, []))
                seen[-1][1].append(field)
            fields &= all(f == FIELDS[folder] for _, f in seen)
            small &= len(raw) <= LIMIT or len({record_of[k] for k, _ in seen}) == 1
        check(f"tarfile: {folder} are plain ustar archives", plain and names(folder))
        check(f"tarfile: {folder}: every sample has the same members, in order", fields)
        check(f"tarfile: {folder}: no shard is larger than asked, but for one clip alone", small)


def check_keys():
    same = all(names(f) == names("video") for f in SETS)
    check("all sets have the same shards", same and len(names("video")) > 3, names("video"))
    order = collections.defaultdict(list)
    for name in names("video"):
        video = keys_of(f"{shards}/video/{name}")
        whole = keys_of(f"{shards}/records/{name}")
        same &= all(keys_of(f"{shards}/{f}/{name}") == video for f in SETS if f != "records")
        same &= [s["id"] for c in whole for s in record_of[c].manifest["streams"]] == video
        order[name.rsplit("-", 1)[0]] += whole
    check("shard k of one set has the keys of shard k of the others", same)
    wanted = collections.defaultdict(list)
    for record in found:
        wanted[record.manifest["split"]].append(record.manifest["clip_id"])
    check("every clip is there once, in the order of their numbers", order == wanted, order)


def check_content():
    """The example in docs/ gets every file of every clip back."""
    with tempfile.TemporaryDirectory() as out:
        physreel_shards.main(shards, out)
        ok = sorted(os.listdir(out)) == sorted(r.manifest["clip_id"] for r in found)
        for record in found:
            folder = pathlib.Path(out, record.manifest["clip_id"])
            ok &= (folder / "manifest.json").read_bytes() == (record.folder / "manifest.json").read_bytes()
            ok &= {f.name for f in folder.iterdir()} == {f["name"] for f in record.manifest["files"]} | {"manifest.json"}
            for file in record.manifest["files"]:
                ok &= hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    check("all files of all clips come out as they were", ok)


def table(folder, name):
    return pa.concat_tables([pq.read_table(p) for p in sorted(glob.glob(f"{folder}/{name}"))])


def check_tables():
    for name in ["metadata", "objects", "states", "cameras", "events", "boxes", "tracks", "actions"]:
        for split in sorted({r.manifest["split"] for r in found}):
            ours = table(f"{shards}/tables/{name}", f"{split}-*.parquet")
            theirs = table(f"{clips}/clips/{split}", "metadata.parquet") if name == "metadata" else \
                table(f"{clips}/tables/{name}", f"{split}-*.parquet")
            if name == "metadata":
                ok = all(row["planes_path"] == f"labels/{shard}.tar" and row["record_path"] == f"records/{shard}.tar"
                         for shard, rows in facts.items() for row in rows)
                check("metadata name the shards", ok)
                ours, theirs = (t.select([c for c in t.column_names if not c.endswith(("_path", "file_name"))])
                                for t in (ours, theirs))
            check(f"pyarrow: {name} of {split} has the rows of the clips' table", ours.equals(theirs))


def check_datasets(cache):
    import datasets
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity_error()
    rows = {row["stream_id"]: row for shard in facts.values() for row in shard}
    splits = collections.Counter(row["split"] for row in rows.values())
    check("datasets: the card's configs", datasets.get_dataset_config_names(shards) == ["video"] + ["control"] * bool(CONTROLS))
    loaded = datasets.load_dataset(shards, cache_dir=cache)
    check("datasets: the default config has a row for each stream",
          {k: len(v) for k, v in loaded.items()} == splits, loaded)
    features = loaded["train"].features
    kinds = {name: type(f).__name__ for name, f in features.items()}
    kinds.pop("first.png") if FIRST else None
    check("datasets: a video, text and plain values, no arrays",
          kinds == {"mp4": "Video", "txt": "Value", "json": "dict", "__key__": "Value", "__url__": "Value"} and
          all(type(f).__name__ == "Value" for f in features["json"].values()), features)
    for streaming in (False, True):
        ok = True
        for split in splits:
            data = datasets.load_dataset(shards, "video", split=split, streaming=streaming, cache_dir=cache)
            data = data.decode(False) if streaming else data.cast_column("mp4", datasets.Video(decode=False))
            seen = []
            for sample in data:
                row = rows[sample["__key__"]]
                seen.append(sample["__key__"])
                facts_ok = all(sample["json"][k] == ("" if v is None else v)
                               for k, v in row.items() if not k.endswith("_path"))
                ok &= facts_ok and sample["txt"] == (row["caption"] or "") and \
                    sample["mp4"]["bytes"] == video_of[sample["__key__"]]
            ok &= seen == [k for k, row in rows.items() if row["split"] == split]
        check(f"datasets: videos and facts are those of the clips, {'streamed' if streaming else 'loaded'}", ok)
    if CONTROLS:
        data = datasets.load_dataset(shards, "control", split="train", cache_dir=cache)
        kinds = {name: type(f).__name__ for name, f in data.features.items()}
        check("datasets: control videos are videos", all(kinds[f"control_{k}.mp4"] == "Video" for k in CONTROLS))
    if MOVIES:
        return
    data = datasets.load_dataset("webdataset", data_files={"train": f"{shards}/labels/train-*.tar"},
                                 split="train", streaming=True, cache_dir=cache)
    check("datasets: label stores, byte by byte",
          all(hashlib.sha256(s["zarr.zip"]).hexdigest() == store_of[s["__key__"]] for s in data))


def check_webdataset():
    import webdataset
    seen, ok = [], True
    paths = [f"{shards}/video/{n}" for n in names("video")]
    for sample in webdataset.WebDataset(paths, shardshuffle=False).decode().to_tuple("__key__", "mp4", "json", "txt"):
        key, video, fact, text = sample
        seen.append(key)
        ok &= video == video_of[key] and fact["stream_id"] == key and fact["caption"] == text
    wanted = [k for n in names("video") for k in keys_of(f"{shards}/video/{n}")]
    check("webdataset: videos, facts and captions by key", ok and seen == wanted)
    seen, ok = 0, True
    paths = [f"{shards}/records/{n}" for n in names("records")]
    for sample in webdataset.WebDataset(paths, shardshuffle=False).decode():
        record = record_of[sample["__key__"]]
        take = np.load(record.path("take.npz"))
        ok &= all(np.array_equal(take[k], sample["take.npz"][k]) for k in take.files)
        ok &= sample["scene.json"] == json.loads(record.path("scene.json").read_text())
        seen += 1
    check("webdataset: scenes and takes, decoded by it", ok and seen == len(found))


def digests(shard):
    """Of all planes of the samples in a shard: in a worker."""
    result = {}
    for sample in physreel_shards.samples(f"{shards}/labels/{shard}"):
        group = physreel_shards.planes(sample["zarr.zip"])
        result[sample["__key__"]] = {
            name: [xxhash.xxh128(np.ascontiguousarray(frame)).hexdigest() for frame in array[:]]
            for name, array in group.arrays()}
    return result


def check_workers():
    """Stores in memory, read by processes that were forked from one that has read too."""
    before = digests(names("labels")[0])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        parts = pool.map(digests, names("labels"))
    read = {k: v for part in parts for k, v in part.items()}
    wanted = {s["id"]: {k: v for k, v in s["xxh128"].items() if k != "rgb"}
              for r in found for s in r.manifest["streams"]}
    check("zarr: planes have their digests, in forked workers", read == wanted)
    check("zarr: and before the fork", all(wanted[k] == v for k, v in before.items()) and before)


def check_card():
    blocks = re.findall(r"```python\n(.*?)```", open(f"{shards}/README.md").read(), re.S)
    scope, stopped = {}, ""
    try:
        for block in blocks:
            exec(block.replace("path/to/dataset", shards), scope)
    except Exception as e:
        stopped = repr(e)
    check(f"card: its {len(blocks)} blocks of lines run", len(blocks) >= 4 and not stopped, stopped)
    rows = len(table(f"{shards}/tables/states", "train-*.parquet"))
    check("card: they load frames, depth and a table", not stopped and len(scope["frames"]) == 13 and
          scope["depth"].shape == scope["frames"][0].shape[:2] and len(scope["states"]["train"]) == rows)


def check_again():
    """The clips layout between simulation and shards changes nothing."""
    ours = {os.path.relpath(p, shards): p for p in glob.glob(f"{shards}/**", recursive=True) if os.path.isfile(p)}
    theirs = {os.path.relpath(p, again): p for p in glob.glob(f"{again}/**", recursive=True) if os.path.isfile(p)}
    differ = [n for n in ours if n in theirs and not filecmp.cmp(ours[n], theirs[n], False)]
    check("`run --format webdataset` makes the files that `export` makes",
          ours.keys() == theirs.keys() and set(differ) <= {"README.md", "manifest.json", "plan.json"}, differ)


record_of = {r.manifest["clip_id"]: r for r in found}
record_of.update({s["id"]: r for r in found for s in r.manifest["streams"]})
video_of = {s["id"]: r.path(s["video"]).read_bytes() for r in found for s in r.manifest["streams"]}
store_of = {} if MOVIES else {s["id"]: hashlib.sha256(r.path(s["planes"]).read_bytes()).hexdigest()
                              for r in found for s in r.manifest["streams"]}
facts = {os.path.basename(p)[:-8]: pq.read_table(p).to_pylist()
         for p in sorted(glob.glob(f"{shards}/tables/metadata/*.parquet"))}


def main():
    check_archives()
    check_keys()
    check_content()
    check_tables()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_HOME"] = cache
        check_datasets(cache)
        check_webdataset()
        MOVIES or check_workers()
        check_card()
    if again:
        check_again()
    return records.done()


if __name__ == "__main__":
    sys.exit(main())
