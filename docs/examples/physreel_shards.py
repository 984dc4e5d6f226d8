"""Clips out of the shards of `physreel run --format webdataset`: Python's own library is enough.

    python physreel_shards.py SHARDS OUT [CLIP...]

makes a folder OUT/<clip> of each clip (or of those named) with every file that physreel wrote for it:
scene.json, take.npz, views.npz, manifest.json, the video and the label planes, byte by byte. Each file
is checked against the digest in manifest.json. In other programs:

    from physreel_shards import samples, planes

    for video, labels in zip(samples("SHARDS/video/train-00000.tar"),
                             samples("SHARDS/labels/train-00000.tar")):
        depth = planes(labels["zarr.zip"])["depth"]        # needs zarr 3
"""
import glob
import hashlib
import io
import json
import os
import sys
import tarfile
import zipfile


def samples(path):
    """The samples of one shard, in order: {"__key__": key, extension: bytes, ...}."""
    sample = {}
    with tarfile.open(path, "r|") as tar:
        for member in tar:
            key, extension = member.name.split(".", 1)
            if sample and sample["__key__"] != key:
                yield sample
                sample = {}
            sample["__key__"] = key
            sample[extension] = tar.extractfile(member).read()
    if sample:
        yield sample


def planes(blob):
    """The label planes of a .zarr.zip that is in memory, as a zarr group; good in any process."""
    import zarr
    from zarr.core.buffer.cpu import Buffer
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        files = {name: Buffer.from_bytes(archive.read(name)) for name in archive.namelist()}
    return zarr.open_group(zarr.storage.MemoryStore(files), mode="r")


def records(shard, root):
    """The clips of one shard, such as "train-00000": (clip, {file name: bytes})."""
    streams = {}
    for folder in ("video", "labels", "control"):
        path = os.path.join(root, folder, shard + ".tar")
        for sample in samples(path) if os.path.exists(path) else ():
            for extension, data in sample.items():
                streams[sample["__key__"] + "." + extension] = data
    for sample in samples(os.path.join(root, "records", shard + ".tar")):
        clip = sample.pop("__key__")
        manifest = json.loads(sample["manifest.json"])
        files = {"manifest.json": sample["manifest.json"]}
        for file in manifest["files"]:
            name = file["name"]
            data = files[name] = sample[name] if name in sample else streams[name]
            if hashlib.sha256(data).hexdigest() != file["sha256"]:
                raise ValueError(f"{shard}: {name} of {clip} is damaged")
        yield clip, files


def main(root, out, *wanted):
    for path in sorted(glob.glob(os.path.join(root, "records", "*.tar"))):
        for clip, files in records(os.path.basename(path)[:-4], root):
            if wanted and clip not in wanted:
                continue
            os.makedirs(os.path.join(out, clip))
            for name, data in files.items():
                with open(os.path.join(out, clip, name), "wb") as file:
                    file.write(data)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
