"""Statistics and page indexes of a table: read_pages.py FILE MAKE_TABLE NODE_DIR

The indexes are read by a parser of its own (below), their bounds compared with the rows that pyarrow
reads; DuckDB and DataFusion answer the same questions with and without them. DataFusion says how many
rows its page index spared it, and of hyparquet the bytes are counted that it fetches for a few rows.
FILE is of make_table.c. Prints TAP. Needs requirements.txt and .venv/node.
"""
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
import pyarrow.parquet as pq

from records import check, done

ASCENDING, DESCENDING = 1, 2


class Compact:
    """Thrift's compact protocol into dictionaries by field number."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        v = shift = 0
        while True:
            b = self.byte()
            v |= (b & 127) << shift
            shift += 7
            if b < 128:
                return v

    def integer(self):
        v = self.varint()
        return v >> 1 ^ -(v & 1)

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self.integer()
        if kind == 8:
            n = self.varint()
            self.at += n
            return bytes(self.data[self.at - n:self.at])
        if kind == 9:
            head = self.byte()
            n = head >> 4 if head >> 4 < 15 else self.varint()
            if head & 15 in (1, 2):
                return [self.byte() == 1 for _ in range(n)]
            return [self.value(head & 15) for _ in range(n)]
        if kind == 12:
            return self.struct()
        raise ValueError(f"type {kind}")

    def struct(self):
        fields, last = {}, 0
        while head := self.byte():
            last = last + (head >> 4) if head >> 4 else self.integer()
            fields[last] = self.value(head & 15)
        return fields


def leaves(column):
    """The values of the leaf of a chunk of rows; a null or empty list is None, as in the format."""
    values = column.to_pylist()
    while any(isinstance(v, list) for v in values):
        values = [w for v in values for w in (v if isinstance(v, list) and v else [None if v == [] else v])]
    return values


def decode(kind, data):
    if kind == 0:
        return data == b"\1"
    if kind == 6:
        return data.decode()
    return struct.unpack({1: "<i", 2: "<q", 4: "<f", 5: "<d"}[kind], data)[0]


def bounds_hold(kind, values, low, high, exact=None):
    """Whether [low, high] are bounds of these values as the format wants them."""
    values = [v for v in values if v is not None and v == v]
    if kind == 6:
        values = [v.encode() for v in values]
        least, most = min(values), max(values)
        cut = [len(v) > 64 for v in (least, most)]
        ok = low <= least and high >= most and len(low) <= 64 and len(high) <= 68
        ok &= (least.startswith(low) and len(low) > 60) if cut[0] else low == least
        ok &= high > most if cut[1] else high == most
        low.decode(), high.decode()
        return ok and (exact is None or exact == [not cut[1], not cut[0]])
    least, most = min(values), max(values)
    low, high = decode(kind, low), decode(kind, high)
    ok = (low, high) == (least, most) and exact in (None, [True, True])
    if kind in (4, 5):
        ok &= (low != 0 or math.copysign(1, low) < 0) and (high != 0 or math.copysign(1, high) > 0)
    return ok


class Pages:
    """What the checks of one column found, over all row groups."""

    def __init__(self):
        self.layout = self.bounds = self.statistics = self.nulls = self.order = self.sizes = True
        self.orders, self.indexed, self.n = [], [], 0


def check_chunk(found, data, chunk, column):
    """One column chunk: `column` are its rows."""
    meta = chunk[3]
    kind = meta[1]
    place = Compact(data, chunk[4])
    locations = place.struct()[1]
    found.layout &= place.at == chunk[4] + chunk[5]
    starts = [p[3] for p in locations] + [len(column)]
    found.layout &= starts[0] == 0 and all(0 < b - a <= 4096 for a, b in zip(starts, starts[1:]))
    at = meta[9]
    pages = []
    for i, page in enumerate(locations):
        header = Compact(data, page[1])
        fields = header.struct()
        body = data[header.at:header.at + fields[3]]
        rows = column.slice(starts[i], starts[i + 1] - starts[i])
        pages.append(leaves(rows))
        found.layout &= page[1] == at and fields[1] == 0 and header.at + fields[3] == page[1] + page[2]
        found.layout &= fields[5][1] == len(pages[-1]) and zlib.crc32(body) == fields[4] & 0xffffffff
        found.sizes &= fields[2] < (2 << 20)
        at = page[1] + page[2]
    found.layout &= at == (meta[11] if 11 in meta else meta[9]) + meta[7]
    found.n += len(pages)
    check_statistics(found, kind, meta[12], [v for p in pages for v in p])
    whole = all(any(v is not None and v == v for v in p) or all(v is None for v in p) for p in pages)
    found.indexed.append((6 in chunk, whole))
    if 6 in chunk:
        check_index(found, data, chunk, kind, pages)


def count(values):
    return sum(v is None for v in values), sum(v is not None and v != v for v in values)


def check_statistics(found, kind, stats, values):
    nulls, nans = count(values)
    real = kind in (4, 5)
    found.statistics &= stats[3] == nulls and stats.get(9) == (nans if real else None)
    if 5 in stats:
        found.statistics &= bounds_hold(kind, values, stats[6], stats[5], [stats[7], stats[8]])
    else:  # nothing to bound, or no upper bound
        top = max((v for v in values if v is not None and v == v), default=None)
        found.statistics &= top is None or (kind == 6 and top.startswith("\U0010ffff" * 16))


def check_index(found, data, chunk, kind, pages):
    place = Compact(data, chunk[6])
    index = place.struct()
    found.layout &= place.at == chunk[6] + chunk[7] and all(len(index[f]) == len(pages) for f in (1, 2, 3, 5))
    counts = [count(p) for p in pages]
    found.nulls &= index[1] == [n == len(p) for (n, _), p in zip(counts, pages)]
    found.nulls &= index[5] == [n for n, _ in counts]
    found.nulls &= index.get(8) == ([n for _, n in counts] if kind in (4, 5) else None)
    bounds = []
    for page, null, low, high in zip(pages, index[1], index[2], index[3]):
        if null:
            found.bounds &= low == high == b""
        else:
            found.bounds &= bounds_hold(kind, page, low, high)
            key = (lambda b: b) if kind == 6 else (lambda b: decode(kind, b))
            bounds.append((key(low), key(high)))
    rising = all(a[0] <= b[0] and a[1] <= b[1] for a, b in zip(bounds, bounds[1:]))
    falling = all(a[0] >= b[0] and a[1] >= b[1] for a, b in zip(bounds, bounds[1:]))
    found.order &= index[4] == (ASCENDING if rising else DESCENDING if falling else 0)
    found.orders.append(index[4])


def check_indexes(path):
    data = open(path, "rb").read()
    size, = struct.unpack("<I", data[-8:-4])
    footer = Compact(data, len(data) - 8 - size).struct()
    file = pq.ParquetFile(path, page_checksum_verification=True)
    names = file.schema_arrow.names
    check("a column order for each leaf", footer[7] == [{1: {}}] * len(names))
    check("row groups of at most 32768 rows", [g[3] for g in footer[4]] == [32768, 17232], [g[3] for g in footer[4]])
    for c, name in enumerate(names):
        found = Pages()
        ours = theirs = True
        for g, group in enumerate(footer[4]):
            column = file.read_row_group(g, columns=[name])[name].combine_chunks()
            check_chunk(found, data, group[1][c], column)
            seen = file.metadata.row_group(g).column(c)
            ours &= seen.has_offset_index and seen.has_column_index == (6 in group[1][c])
            theirs &= seen.total_compressed_size == group[1][c][3][7]
        check(f"{name}: {found.n} pages that begin with rows, where the offset index says", found.layout and found.sizes)
        check(f"{name}: counts of nulls and NaN", found.nulls)
        check(f"{name}: bounds of the pages", found.bounds)
        check(f"{name}: order of the bounds", found.order, found.orders)
        check(f"{name}: statistics of the chunks", found.statistics)
        check(f"{name}: pyarrow finds the indexes", ours and theirs)
        missing = {"nan": [False, True], "last": [False, False]}.get(name, [True, True])
        check(f"{name}: there is a column index unless a page has no bounds",
              [i for i, _ in found.indexed] == missing and all(w or not i for i, w in found.indexed), found.indexed)


# None asks for more than a number of what may be NaN: engines that sort NaN above all numbers would find
# it, and by the format's rule bounds leave it out.
QUESTIONS = ["name = 'clip_000042'", "name is null", "id = -12345", "id between -40000 and -39990", "zero = 0.0",
             "zero < 0.0", "mass < -3.5", "gap = 100.5", "gap is null", "nan = 20000", "single > 4.0", "flag",
             "text > '\U0001f3b1\U0001f3b1'", "last > 'c'", "last = 'b'", "step > 9223372036854000000"]


def check_questions(path):
    """Answers over the file are those over the table in memory, which has no statistics."""
    import datafusion
    table = pq.read_table(path)
    plain = duckdb.connect()
    plain.register("pages", table.select([n for n in table.column_names if n != "nested"]))
    asked = datafusion.SessionContext()
    asked.register_parquet("pages", path)
    spared = {}
    for question in QUESTIONS:
        text = f"select count(*), sum(-id) from PAGES where {question}"
        want = plain.execute(text.replace("PAGES", "pages")).fetchall()
        got = duckdb.execute(text.replace("PAGES", f"'{path}'")).fetchall()
        check(f"duckdb: {question}", got == want, f"{got} {want}")
        found = asked.sql(text.replace("PAGES", "pages")).to_pydict()
        check(f"datafusion: {question}", [tuple(v[0] for v in found.values())] == want, f"{found} {want}")
        report = asked.sql("explain analyze " + text.replace("PAGES", "pages")).to_pydict()
        spared[question] = str(report)
    for question, pages in [("name = 'clip_000042'", 1), ("id = -12345", 1), ("gap = 100.5", 1)]:
        check(f"datafusion: skips pages for {question}", rows_pruned(spared[question]) >= 32768 - 2 * 4096,
              rows_pruned(spared[question]))
    where = pa.dataset.dataset(path).to_table(filter=(pc.field("id") == -12345), columns=["name", "id"])
    check("pyarrow: a filter on the file", where.num_rows == 1 and where["name"][0].as_py() == "clip_000127")
    told = dict(duckdb.execute(
        f"select path_in_schema, (stats_min_value, stats_max_value) from parquet_metadata('{path}') "
        "where row_group_id = 0").fetchall())
    check("duckdb: sees the statistics", told["id"] == ("-32767", "0") and told["name"][0] == "clip_000000", told)


def rows_pruned(report):
    """Of the metric page_index_rows_pruned, in any of its spellings."""
    found = re.findall(r"page_index_rows_pruned=([\d.]+)( K)?( total)?", report)
    return max((float(n) * (1000 if k else 1) for n, k, _ in found), default=-1)


def check_few_rows(path, node):
    """A viewer in a browser fetches the pages that it shows."""
    here = os.path.dirname(os.path.abspath(__file__))
    output = subprocess.run([f"{node}/bin/node", f"{here}/read_pages.mjs", f"{node}/node_modules", path, "40000", "40010"],
                            check=True, capture_output=True, text=True).stdout
    got = json.loads(output)
    want = pq.read_table(path).slice(40000, 10).to_pylist()

    def plain(v):
        if isinstance(v, list):
            return [plain(w) for w in v]
        if isinstance(v, float) and v != v:
            return "nan"
        return float(v) if isinstance(v, int) and not isinstance(v, bool) else v

    check("hyparquet: ten rows from the middle",
          [{k: plain(v) for k, v in row.items()} for row in got["rows"]] ==
          [{k: plain(v) for k, v in row.items()} for row in want])
    size = os.path.getsize(path)
    check("hyparquet: fetches a tenth of the file for them", got["bytes"] < size / 10, f"{got['bytes']} of {size}")


def check_empty(make, work):
    path = os.path.join(work, "empty.parquet")
    subprocess.run([make, path, "0"], check=True)
    check("no rows: pyarrow and duckdb read the file", pq.read_table(path).num_rows == 0 and
          duckdb.execute(f"select count(*) from '{path}'").fetchone() == (0,))


def main():
    table, make, node = sys.argv[1:4]
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "pages.parquet")
        shutil.copy(table, path)  # by its name some readers know what it is
        check_indexes(path)
        check_questions(path)
        check_few_rows(path, node)
        check_empty(make, work)
    return done()


if __name__ == "__main__":
    sys.exit(main())
