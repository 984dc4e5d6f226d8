#!/usr/bin/env python3
"""`reference` against Blender's Cycles on scenes without patterns.

    truth.py QUALITY_FRAMES WORK [--only SCENE,...] [--spp N] [--ours N] [--size WxH]

Writes WORK/truth.csv: the mean of |ours - Cycles| over all pixels and channels as a share of the mean
of Cycles, of linear radiance, pixels as they are and after a 5 x 5 mean, which takes most of both
renderers' noise away; and the ratio of the means (bias). Pixels above 20 times the mean, fireflies of
either, are left out of the sums and counted. Needs Debian's `blender` with `python3-numpy`.
"""
import argparse
import csv
import os
import subprocess

import numpy as np

from suite import own

SCENES = ("truth_solids", "truth_metal", "truth_lamps", "truth_glass")
HERE = os.path.dirname(os.path.abspath(__file__))


def mean5(x):
    x = sum(x[i:i + x.shape[0] - 4] for i in range(5)) / 5
    return sum(x[:, i:i + x.shape[1] - 4] for i in range(5)) / 5


def compare(ours, cycles):
    """(error, error of 5 x 5 means, bias, pixels left out)"""
    mean = np.median(cycles.mean(-1)) + 1e-9
    wild = (np.maximum(ours, cycles).max(-1) > 20 * mean)
    keep = ~wild[..., None]
    level = (cycles * keep).sum() / keep.sum() / 3
    error = (np.abs(ours - cycles) * keep).sum() / keep.sum() / 3 / level
    smooth = np.abs(mean5(np.where(keep, ours - cycles, 0))).mean() / level
    bias = (ours * keep).sum() / (cycles * keep).sum() - 1
    return error, smooth, bias, int(wild.sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("work")
    parser.add_argument("--only", default=",".join(SCENES))
    parser.add_argument("--spp", type=int, default=1024)
    parser.add_argument("--ours", type=int, default=4096)
    parser.add_argument("--size", default="256x144")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    rows = []
    for name in args.only.split(","):
        out = os.path.join(args.work, name)
        quality = f"reference:{args.ours}"
        subprocess.run([args.program, own(name), out, args.size, "0", "1", "1", "standard", quality],
                       check=True)
        theirs = f"{out}-cycles-{args.spp}.npy"
        if not os.path.exists(theirs):
            subprocess.run(["nice", "blender", "-b", "-P", os.path.join(HERE, "cycles.py"), "--", out,
                            theirs, str(args.spp)], check=True, stdout=subprocess.DEVNULL)
        cycles = np.load(theirs).astype(np.float64)
        for word in ("standard", quality.replace(":", "-")):
            ours = np.load(f"{out}-{word}.radiance.npy")[0].astype(np.float64)
            error, smooth, bias, wild = compare(ours, cycles)
            rows.append([name, word, args.spp, f"{error:.4f}", f"{smooth:.4f}", f"{bias:+.4f}", wild])
            print(*rows[-1], flush=True)
    with open(os.path.join(args.work, "truth.csv"), "w", newline="") as f:
        csv.writer(f).writerows([["scene", "ours", "cycles_spp", "mean_error", "mean_error_5x5", "bias",
                                  "left_out_px"], *rows])


if __name__ == "__main__":
    main()
