#!/usr/bin/env python3
"""Run every case of bench_accuracy in MuJoCo and Bullet and keep the errors as CSV.

    peers.py PROGRAM OUT.csv [--rate 1200] [--traces DIR] [--only CASE ...]

The scenes come from bench_accuracy and so do the judges: only the engine between them differs.
Traces of all engines stay in DIR (a temporary folder if none is given) for report.py's plots.
"""
import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import traceback

import numpy as np

import bullet_peer
import mujoco_peer
from scene_io import Scene, write_trace


def judge(program, case, engine, path):
    done = subprocess.run([program, "judge", case, engine, path], check=True, capture_output=True,
                          text=True)
    return done.stdout


def run_case(program, case, seconds, peer, variant, folder):
    scene = Scene(program, case, variant.rate)
    states = peer.run(scene, variant, round(seconds * variant.rate))
    path = os.path.join(folder, f"{case}.{variant.name}.trace".replace(" ", "_"))
    write_trace(path, variant.rate, np.nan_to_num(states, nan=1e6, posinf=1e6, neginf=-1e6))
    return judge(program, case, variant.name, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("out")
    parser.add_argument("--rate", type=int, default=1200)
    parser.add_argument("--traces")
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    listing = subprocess.run([args.program, "list"], check=True, capture_output=True, text=True)
    cases = list(csv.DictReader(io.StringIO(listing.stdout)))
    failures = 0
    with tempfile.TemporaryDirectory() as temporary, open(args.out, "w", newline="") as out:
        folder = args.traces or temporary
        os.makedirs(folder, exist_ok=True)
        out.write("engine,experiment,case,quantity,value,exact,error,step\n")
        for entry in cases:
            if args.only and entry["case"] not in args.only:
                continue
            for peer in (mujoco_peer, bullet_peer):
                for variant in peer.variants(args.rate):
                    if not variant.suits(Scene(args.program, entry["case"], 240)):
                        continue
                    try:
                        out.write(run_case(args.program, entry["case"], float(entry["seconds"]),
                                           peer, variant, folder))
                        out.flush()
                    except (Exception, SystemExit):
                        failures += 1
                        print(f"{entry['case']} in {variant.name}:", file=sys.stderr)
                        traceback.print_exc(limit=2)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
