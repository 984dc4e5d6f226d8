"""Datasets as the hub's viewer goes about them: read_viewer.py NODE_DIR PHYSREEL CLIPS FORMAT...

CLIPS is a dataset in the clips layout; it and its exports to each FORMAT are opened config by
config, as their cards say, by `datasets`; the first rows must stay under the viewer's megabyte; the
Parquet files of the configs are read by hyparquet, which the hub's pages use; and `verify --hub` must
agree. Prints TAP. Needs requirements.txt.
"""
import glob
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import datasets
import pyarrow.parquet as pq
from huggingface_hub import DatasetCard

from records import check, done

datasets.disable_progress_bars()
node_dir, physreel, clips, *formats = sys.argv[1:]
node, modules = f"{node_dir}/bin/node", f"{node_dir}/node_modules"
here = pathlib.Path(__file__).resolve().parent
MEGABYTE = 1_000_000


def without_decoding(rows):
    """Media as paths: what the viewer shows of them."""
    for name, feature in rows.features.items():
        if isinstance(feature, (datasets.Video, datasets.Image)):
            rows = rows.cast_column(name, type(feature)(decode=False))
    return rows


def plain(value):
    if isinstance(value, dict) and set(value) == {"bytes", "path"}:
        return os.path.basename(value["path"] or "")  # the viewer gives a link
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def first_rows(rows):
    return [{k: plain(v) for k, v in row.items()} for row in rows.take(100)]


def check_config(name, root, config):
    splits = [f["split"] for f in config["data_files"]] if isinstance(config["data_files"], list) else ["train"]
    opened = datasets.load_dataset(root, config["config_name"], streaming=True)
    check(f"{name}: config {config['config_name']} has the splits of the card", sorted(opened) == sorted(splits))
    for split in splits:
        rows = first_rows(without_decoding(opened[split]))
        size = len(json.dumps(rows))
        check(f"{name}: config {config['config_name']}, {split}: rows, the first under 1 MB",
              len(rows) > 0 and size < MEGABYTE, f"{len(rows)} rows, {size} bytes")


def check_tables(name, root):
    """Every Parquet file of the dataset through hyparquet."""
    paths = sorted(glob.glob(f"{root}/**/*.parquet", recursive=True))
    if not paths:
        return
    out = subprocess.run([node, str(here / "read_hyparquet.mjs"), modules, *paths],
                         capture_output=True, text=True)
    lines = [json.loads(line) for line in out.stdout.splitlines()]
    same = out.returncode == 0 and len(lines) == len(paths)
    for path, got in zip(paths, lines):
        table = pq.read_table(path)
        same &= got["rows"] == table.num_rows
        same &= not got["columns"] or got["columns"] == table.column_names
    check(f"{name}: {len(paths)} tables read by hyparquet as by pyarrow", same, out.stderr[-500:])
    indexed = all(c.has_offset_index for p in paths for g in [pq.ParquetFile(p).metadata]
                  for i in range(g.num_row_groups) for k in range(g.num_columns)
                  for c in [g.row_group(i).column(k)])
    check(f"{name}: every column of every table has a page index", indexed)


def check_dataset(name, root):
    card = DatasetCard.load(f"{root}/README.md", ignore_metadata_errors=False)
    configs = card.data.to_dict()["configs"]
    check(f"{name}: the card says something", len(card.text) > 1000 and len(configs) > 0)
    for config in configs:
        check_config(name, root, config)
    check_tables(name, root)
    verify = subprocess.run([physreel, "verify", root, "--hub"], capture_output=True, text=True)
    check(f"{name}: verify --hub finds nothing", verify.returncode == 0, verify.stdout + verify.stderr)


check_dataset("clips", clips)
with tempfile.TemporaryDirectory() as work:
    for layout in formats:
        name, *settings = layout.split(",")
        root = f"{work}/{name}"
        subprocess.run([physreel, "export", clips, "--format", name, "-q", "-o", root,
                        *(word for s in settings for word in ("--set", s))], check=True,
                       stdout=subprocess.DEVNULL)
        check_dataset(name, root)
sys.exit(done())
