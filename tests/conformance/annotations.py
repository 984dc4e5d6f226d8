"""What the readers of layouts with annotations share: the clips that they were exported from."""
import filecmp
import os
import pathlib

import pyarrow.parquet as pq
import zarr

import records


class Clips:
    """A clips dataset: its records by clip, its tables, the planes of a stream."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.records = {r.manifest["clip_id"]: r for r in records.find(root)}
        self.streams = {s["id"]: (r, s) for r in self.records.values()
                        for s in r.manifest["streams"]}
        self.splits = sorted({r.manifest["split"] for r in self.records.values()})

    def rows(self, table):
        """All rows of a table as dictionaries."""
        return [row for path in sorted(self.root.glob(f"tables/{table}/*.parquet"))
                for row in pq.read_table(path).to_pylist()]

    def planes(self, stream):
        """The label store of a stream."""
        record, entry = self.streams[stream]
        path = str(record.path(entry["planes"]))
        return zarr.open(zarr.storage.ZipStore(path, mode="r"), mode="r")

    def split_of(self, clip):
        """The split of a clip."""
        return self.records[clip].manifest["split"]

    def stream_of(self, clip, camera):
        """The id of the stream of a camera."""
        return next(s["id"] for s in self.records[clip].manifest["streams"] if s["camera"] == camera)


def same_files(a, b, but=()):
    """Whether two folders hold the same files with the same bytes, but for some names."""
    def files(root):
        return {p.relative_to(root).as_posix() for p in pathlib.Path(root).rglob("*")
                if p.is_file() and p.name not in but}
    names = files(a)
    return bool(names) and names == files(b) and all(
        filecmp.cmp(os.path.join(a, n), os.path.join(b, n), shallow=False) for n in names)


# says of the clips what differs between planes and states
OF_THE_CLIPS = ("README.md", "index.html", "manifest.json", "plan.json")
