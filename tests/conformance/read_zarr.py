"""Label stores through zarr: read_zarr.py FOLDER [--rewrite OUT]

Every plane of every frame must have the digest that the manifest gives, as the documented one line
reads it. Runs with zarr 2 and zarr 3. --rewrite writes each store anew through zarr into the folder
OUT, with other codecs and without Delta: compare_stores reads both. Prints TAP.
"""
import pathlib
import sys
import warnings

import numcodecs
import numpy as np
import xxhash
import zarr

import records

DTYPES = {
    "depth": "<u2", "instance": "<u2", "normal": "|i1", "flow_fwd": "<i2", "flow_bwd": "<i2",
    "flow_fwd_state": "|u1", "flow_bwd_state": "|u1", "object_coordinates": "<u2",
    "albedo": "|u1", "coverage": "|u1",
}
CHANNELS = {"normal": 3, "flow_fwd": 2, "flow_bwd": 2, "object_coordinates": 3, "albedo": 3}
UNITS = {"depth": "m", "flow_fwd": "px", "flow_bwd": "px"}
SCALES = {"instance": 1, "normal": 1 / 127, "flow_fwd": 1 / 64, "flow_bwd": 1 / 64,
          "object_coordinates": 1 / 65535, "albedo": 1 / 255, "coverage": 1 / 255}
NO_VALUE = {"depth": 65535, "flow_fwd": -32768, "flow_bwd": -32768, "instance": 0, "normal": 0}


def open_store(path):
    """The line that the documentation shows."""
    return zarr.open(zarr.storage.ZipStore(str(path), mode="r"), mode="r")


def check_attributes(manifest, plane, array):
    a = dict(array.attrs)
    scale = manifest["depth_scale"] if plane == "depth" else SCALES.get(plane, 1)
    return (a["unit"] == UNITS.get(plane, "1") and a["offset"] == 0 and a["scale"] == scale
            and a["no_value"] == NO_VALUE.get(plane, a["no_value"]) and len(a["meaning"]) > 40
            and len(a["_ARRAY_DIMENSIONS"]) == array.ndim)


def check_stream(record, stream, rewrite):
    m = record.manifest
    group = open_store(record.path(stream["planes"]))
    frames, h, w = m["counts"]["frames"], m["height"], m["width"]
    attrs = dict(group.attrs)
    records.check(f"{stream['id']}: group",
                  attrs["stream"] == stream["id"] and attrs["camera"] == stream["camera"]
                  and (attrs["frames"], attrs["height"], attrs["width"]) == (frames, h, w)
                  and attrs["fps"] == m["fps"], attrs)
    records.check(f"{stream['id']}: planes", sorted(group.array_keys()) == sorted(m["labels"]))
    for plane in m["labels"]:
        array = group[plane]
        c = CHANNELS.get(plane, 1)
        shape = (frames, h, w) if c == 1 else (frames, c, h, w)
        ok = array.shape == shape and array.chunks == (1, *shape[1:]) \
            and array.dtype == np.dtype(DTYPES[plane]) and check_attributes(m, plane, array)
        records.check(f"{stream['id']}/{plane}: shape, type, attributes", ok, array)
        wrong = [f for f in range(frames)
                 if xxhash.xxh128(np.ascontiguousarray(array[f])).hexdigest()
                 != stream["xxh128"][plane][f]]
        records.check(f"{stream['id']}/{plane}: digests", not wrong, f"frames {wrong}")
    if rewrite:
        write_anew(group, m["labels"], rewrite / stream["planes"])


def write_anew(group, planes, path):
    """The same arrays with codecs of another's choice."""
    codecs = [numcodecs.Blosc(cname, clevel=5, shuffle=shuffle)
              for cname in ("lz4", "zlib", "blosclz", "zstd") for shuffle in (0, 1, 2)]
    store = zarr.storage.ZipStore(str(path), mode="w")
    old = zarr.__version__.startswith("2.")
    out = zarr.open_group(store, mode="w", **({} if old else {"zarr_format": 2}))
    for i, plane in enumerate(planes):
        a = group[plane]
        kept = {"chunks": a.chunks, "dtype": a.dtype, "filters": None}
        words = {"scale": a.attrs["scale"]}
        if old:
            new = out.create_dataset(plane, shape=a.shape, compressor=codecs[i], **kept)
            new.attrs.update(words)
        else:
            new = out.create_array(plane, shape=a.shape, compressors=codecs[i], attributes=words,
                                   **kept)
        for f in range(a.shape[0]):
            new[f] = a[f]
    store.close()


def main(argv):
    rewrite = pathlib.Path(argv[3]) if len(argv) == 4 and argv[2] == "--rewrite" else None
    print(f"# zarr {zarr.__version__}, numcodecs {numcodecs.__version__}")
    warnings.simplefilter("error")
    for record in records.find(argv[1]):
        for stream in record.manifest["streams"]:
            if stream["planes"]:
                check_stream(record, stream, rewrite)
    warnings.simplefilter("ignore")  # what the interpreter's end finds is not ours
    return records.done()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
