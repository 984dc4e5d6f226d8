"""Splits by construction, told from the tables alone: read_splits.py DATASET RECIPE

No value of a factor, no seed and no clip is in two splits that must not share it; counts are those
that the recipe's shares ask for. Prints TAP. Needs requirements.txt.
"""
import glob
import json
import os
import sys

import duckdb
import pyarrow.parquet as pq

root, recipe = os.path.abspath(sys.argv[1]), json.load(open(sys.argv[2]))
number = failed = 0


def check(name, ok, detail=""):
    global number, failed
    number += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {name}" + (f" # {detail}" if detail and not ok else ""))


db = duckdb.connect()
db.sql(f"create view clips as select * from read_parquet('{root}/clips/*/metadata.parquet')")


def rows(query):
    return db.sql(query).fetchall()


def seeds():
    seen = rows("select seed, count(distinct split), count(distinct clip_id) from clips group by seed")
    check("no seed is in two splits, nor of two clips", all(n == m == 1 for _, n, m in seen), seen)
    check("the column agrees with the folder",
          rows(f"""select count(*) from read_parquet('{root}/clips/*/metadata.parquet', filename=true)
                   where filename not like '%/clips/' || split || '/%'""") == [(0,)])
    for table in ["objects", "states", "cameras", "boxes"]:
        for path in glob.glob(f"{root}/tables/{table}/*.parquet"):
            split = os.path.basename(path).split("-")[0]
            ids = set(pq.read_table(path, columns=["clip_id"])["clip_id"].to_pylist())
            want = {c for c, in rows(f"select distinct clip_id from clips where split = '{split}'")}
            check(f"{table}/{split}: the clips of the split and no others", ids == want, ids ^ want)


def cameras():
    per = rows("""select clip_id, count(distinct camera), count(distinct split), any_value(n_cameras)
                  from clips group by clip_id""")
    check("a clip has all its cameras, in one split",
          all(n == want and splits == 1 for _, n, splits, want in per) and
          any(n > 1 for _, n, _, _ in per), per)
    check("clip ids are unique over the splits",
          rows("select count(*) from (select index from clips group by index having "
               "count(distinct clip_id) > 1)") == [(0,)])


def families():
    held = recipe["splits"]["held_out"]
    for family, split in rows("select distinct family, split from clips"):
        check(f"{family} in {split}", (family in held) == (split == "held_out"))
    check("the held-out family is there", set(held) <= {f for f, in rows("select family from clips")})


def spans(part):
    return part if isinstance(part[0], list) else [part]


def factors():
    """For each factor the values in each split: where they must lie, and where they must not."""
    for name, parts in recipe["splits"]["factors"].items():
        family, param = name.split(".")
        values = {}
        for split, text in rows(f"select split, params from clips where family = '{family}'"):
            values.setdefault(split, set()).add(json.loads(text)[param])
        check(f"{name}: every kind of split is there",
              {"train", "validation"} | {f"{k}_{param}" for k in parts if k != "train"} <= set(values),
              values.keys())
        for split, got in sorted(values.items()):
            kind = split[:-len(param) - 1] if split.endswith("_" + param) else "train"
            part = parts[kind]
            if isinstance(part[0], str):
                ok = got <= set(part)
            else:
                ok = all(any(lo <= v <= hi for lo, hi in spans(part)) for v in got)
            check(f"{name} in {split}: values of {kind}", ok, got)
        by_kind = {}
        for split, got in values.items():
            kind = split[:-len(param) - 1] if split.endswith("_" + param) else "train"
            by_kind.setdefault(kind, set()).update(got)
        kinds = sorted(by_kind)
        for i, a in enumerate(kinds):
            for b in kinds[i + 1:]:
                check(f"{name}: no value is in {a} and in {b}", not by_kind[a] & by_kind[b])


def counts():
    shares, held = recipe["splits"], recipe["splits"]["held_out"]
    plan = json.load(open(f"{root}/plan.json"))
    got = dict(rows("select split, count(distinct clip_id) from clips group by split"))
    check("the plan told the counts", plan["split_counts"] == got, (plan["split_counts"], got))
    for clip in recipe["clips"]:
        family, n = clip["scene"], clip["count"]
        if family in held:
            continue
        mine = [f for f in shares["factors"] if f.startswith(family + ".")]
        for share in ["validation", "interpolation", "extrapolation"]:
            have = rows(f"""select count(distinct clip_id) from clips where family = '{family}' and
                            (split = '{share}' or split like '{share}\\_%' escape '\\')""")[0][0]
            some = share == "validation" or any(share in shares["factors"][f] for f in mine)
            want = n * shares[share] if some else 0
            check(f"{family}: {share} has {want:g} of {n}", abs(have - want) < 1e-9, have)


seeds()
cameras()
families()
factors()
counts()
print(f"1..{number}")
sys.exit(1 if failed or not number else 0)
