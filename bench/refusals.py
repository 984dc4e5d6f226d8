#!/usr/bin/env python3
"""Simulate every shipped family over many seeds and tell what the audit refuses, and why.

    refusals.py SURVEY [--seeds 50] [--first 0] [--jobs N] [--out FILE.csv] [FAMILY ...]

SURVEY is the program bench/survey. One row per family: takes, how many were refused, the rate, the
reasons with their counts, how many takes `physreel verify` finds fault with, and the worst figures.
Ends with 1 if a take failed otherwise than by a refusal, or if verify finds fault with one.
"""
import argparse
import collections
import concurrent.futures
import csv
import io
import os
import subprocess
import sys

FIGURES = ["penetration", "joint_error", "popping", "jump", "jitter", "tunnelling", "momentum_error"]
COLUMNS = ["family", "takes", "refused", "rate", "reasons", "faulty", "failed", "seconds_per_take",
           *("max_" + name for name in FIGURES)]


def survey(program, family, first, count):
    run = subprocess.run([program, family, str(first), str(count)], capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(run.stdout))), run


def sum_up(family, rows, asked):
    refused = [row for row in rows if row["verdict"] == "refused"]
    lost = asked - len(rows)  # the program died on one
    failed = lost + sum(row["verdict"] not in ("ok", "refused") for row in rows)
    reasons = collections.Counter(row["field"].split("[")[0] for row in refused)
    taken = [row for row in rows if row["popping"]]
    out = {"family": family, "takes": asked, "refused": len(refused),
           "rate": f"{len(refused) / asked:.3f}",
           "reasons": "; ".join(f"{name} {n}" for name, n in sorted(reasons.items())),
           "faulty": sum(bool(row["findings"]) for row in rows), "failed": failed,
           "seconds_per_take": f"{sum(float(r['seconds']) for r in rows) / max(1, len(rows)):.2f}"}
    for name in FIGURES:
        out["max_" + name] = f"{max((float(row[name]) for row in taken), default=0):.3g}"
    return out


def main():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("survey")
    parse.add_argument("families", nargs="*", metavar="FAMILY")
    parse.add_argument("--seeds", type=int, default=50)
    parse.add_argument("--first", type=int, default=0)
    parse.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parse.add_argument("--out")
    given = parse.parse_intermixed_args()
    listed = subprocess.run([given.survey, "--list"], capture_output=True, text=True, check=True)
    families = given.families or listed.stdout.split()
    table, bad = [], False
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        work = {family: pool.submit(survey, given.survey, family, given.first, given.seeds)
                for family in families}
        for family in families:
            rows, run = work[family].result()
            table.append(sum_up(family, rows, given.seeds))
            sums = table[-1]
            print(f"{family:12} {sums['refused']:3} of {given.seeds} refused  {sums['reasons']}",
                  flush=True)
            for row in rows:
                if row["verdict"] != "ok":
                    print(f"    seed {row['seed']}: {row['verdict']}: {row['message']}")
                for finding in filter(None, row["findings"].split("; ")):
                    print(f"    seed {row['seed']}: verify: {finding}")
            if sums["failed"] or sums["faulty"]:
                bad = True
                print(run.stderr, end="", file=sys.stderr)
    total, refused = sum(t["takes"] for t in table), sum(t["refused"] for t in table)
    print(f"all          {refused} of {total} refused: {100 * refused / max(1, total):.1f} %")
    if given.out:
        with open(given.out, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(table)
    sys.exit(bad)


if __name__ == "__main__":
    main()
