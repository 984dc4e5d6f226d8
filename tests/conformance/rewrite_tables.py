"""Tables that others have rewritten: rewrite_tables.py CHECK_DATASET DATASET

pyarrow and pandas write each table anew in every dialect that our reader knows: with the values
untouched the check must find nothing, with one number changed it must name table, row, column and
both values. Damaged bytes must end in a message about the table, never in a crash. Prints TAP.
"""
import glob
import os
import random
import shutil
import subprocess
import sys
import tempfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

program, source = sys.argv[1:3]
number = failed = 0


def check(name, ok, detail=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}" + (f" # {detail}" if detail and not ok else ""))


def run(root, what="tables"):
    p = subprocess.run([program, root, what], capture_output=True, text=True, errors="replace")
    return p.returncode, p.stdout


DIALECTS = {
    "pyarrow's defaults": {},
    "no dictionary": {"use_dictionary": False},
    "version 1.0": {"version": "1.0"},
    "pages of version 2": {"data_page_version": "2.0"},
    "pages of version 2, no dictionary, zstd": {
        "data_page_version": "2.0", "use_dictionary": False, "compression": "zstd"},
    "zstd": {"compression": "zstd"},
    "uncompressed": {"compression": "none"},
    "with checksums": {"write_page_checksum": True},
    "row groups of 7": {"row_group_size": 7},
    "small pages": {"data_page_size": 64, "write_batch_size": 8},
    "page index": {"write_page_index": True},
}


def main():
    random.seed(1)
    with tempfile.TemporaryDirectory() as work:
        root = f"{work}/dataset"
        shutil.copytree(source, root)
        paths = sorted(glob.glob(f"{root}/tables/*/*.parquet") + glob.glob(f"{root}/clips/*/metadata.parquet"))
        tables = {p: pq.read_table(p) for p in paths}
        originals = {p: open(p, "rb").read() for p in paths}
        for name, options in DIALECTS.items():
            for p in paths:
                pq.write_table(tables[p], p, **options)
            code, out = run(root)
            check(f"{name}: nothing found", code == 0 and not out, out[:300])
        for p in paths:
            duckdb.sql(f"copy (select * from read_parquet('{p}')) to '{p}.new' (format parquet, codec 'snappy')")
            os.replace(f"{p}.new", p)
        code, out = run(root)
        check("duckdb: nothing found", code == 0 and not out, out[:300])
        for p in paths:
            open(p, "wb").write(originals[p])

        for p in paths:
            table = tables[p]
            label = os.path.basename(os.path.dirname(p)) if "/tables/" in p else "metadata"
            for field in table.schema:
                if table.num_rows == 0:
                    continue
                row = random.randrange(table.num_rows)
                values = table[field.name].to_pylist()
                values[row] = other(values[row], field.type)
                changed = table.set_column(table.schema.get_field_index(field.name), field,
                                           pa.array(values, field.type))
                pq.write_table(changed, p)
                code, out = run(root)
                check(f"{label}.{field.name} changed in row {row}",
                      code == 1 and out.count("\n") == 1
                      and f"table {label}, row {row}, column {field.name}: " in out, out[:300])
            open(p, "wb").write(originals[p])

        p = next(q for q in paths if "/objects/" in q)
        table = tables[p]
        pq.write_table(table.slice(1), p)
        check("a row is missing", "row 0, column" in run(root)[1])
        pq.write_table(table.slice(0, table.num_rows - 1), p)
        check("the last row is missing", "is missing" in run(root)[1])
        pq.write_table(pa.concat_tables([table, table.slice(0, 1)]), p)
        check("a row too many", "should have" in run(root)[1])
        pq.write_table(table.drop_columns(["mass"]), p)
        check("a column is missing", "column mass is missing" in run(root)[1])
        pq.write_table(table.append_column("extra", pa.array([1] * table.num_rows)), p)
        check("a column too many", "column extra does not belong" in run(root)[1])
        pq.write_table(table.set_column(table.schema.get_field_index("mass"), "mass",
                                        table["mass"].cast(pa.float32())), p)
        check("a column of another type", "column mass is float, should be float64" in run(root)[1])
        open(p, "wb").write(originals[p])

        data = originals[p]
        quiet = []
        for k in range(300):
            damaged = bytearray(data)
            damaged[random.randrange(len(data))] ^= 1 << random.randrange(8)
            if k % 3 == 0:
                damaged = damaged[: random.randrange(len(data))]
            open(p, "wb").write(damaged)
            code, out = run(root)
            if code not in (0, 1) or (code == 1 and "objects" not in out):
                quiet.append((k, code, out[:200]))
        check("300 damaged files: a message or nothing, no crash", not quiet, str(quiet[:2]))
        open(p, "wb").write(data)
        missed = []
        for at in range(0, len(data), max(1, len(data) // 60)):
            damaged = bytearray(data)
            damaged[at] ^= 0x10
            open(p, "wb").write(damaged)
            code, out = run(root, "files")
            if code != 1 or "tables/objects/" not in out:
                missed.append(at)
        check("a flipped byte anywhere is named by the files' check", not missed, str(missed))
        open(p, "wb").write(data)
        check("whole again: nothing found", run(root)[0] == 0 and run(root, "files")[0] == 0)
    print(f"1..{number}")
    return failed > 0


def other(value, type):
    """A value that differs as little as the type allows."""
    if pa.types.is_list(type):
        return [1.0] if value is None else value[:-1] + [other(value[-1], pa.float64())]
    if pa.types.is_string(type):
        return "x" if value is None else value + "x"
    if pa.types.is_boolean(type):
        return not value
    if pa.types.is_integer(type):
        return 1 if value is None else value + 1
    import math
    return 1.0 if value is None else math.nextafter(value, math.inf)


sys.exit(main())
