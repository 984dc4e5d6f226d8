#!/usr/bin/env python3
"""Quality of the pictures: every quality against `reference`, over the suite of twelve scenes.

    run.py QUALITY_FRAMES WORK [--only SCENE,...] [--spp N] [--frames N] [--flicker-spp N]

Writes WORK/quality.csv and WORK/flicker.csv; report.py makes tables and pictures of them. What is
in WORK already is not drawn again.

The reference of a scene is the mean of N paths a pixel. It is drawn with N / 2 as well: because the
paths of a pixel are numbered, twice the one less the other is the mean of the second half, and the
PSNR of half against half tells its noise (that of the whole is about 6 dB less).
"""
import argparse
import csv
import os
import subprocess

import numpy as np

import metrics
from suite import SUITE

QUALITIES = ("draft", "standard", "high")
SIZE = "384x224"


def draw(program, work, scene, first, count, words, tag):
    """Draw what is missing; returns {word: CPU ms a frame} of all, kept beside the arrays."""
    name, source, seed, _, overrides, _ = scene
    out = os.path.join(work, f"{name}-{tag}")
    times = os.path.join(work, f"{name}-{tag}.times.csv")
    known = {}
    if os.path.exists(times):
        with open(times, newline="") as f:
            known = {row[0]: float(row[1]) for row in csv.reader(f)}
    missing = [w for w in words if w not in known]
    if missing:
        command = [program, source, out, SIZE, str(first), str(count), str(seed), *missing, *overrides]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        for word, line in zip(missing, lines.splitlines()):
            known[word] = float(line.rsplit(",", 1)[1])
        with open(times, "w", newline="") as f:
            csv.writer(f).writerows(known.items())
    return known


def load(work, scene, tag, word, kind="rgb"):
    return np.load(os.path.join(work, f"{scene[0]}-{tag}-{word.replace(':', '-')}.{kind}.npy"))


def halves(work, scene, tag, spp):
    """The codes that each half of a reference's paths would have."""
    whole = load(work, scene, tag, f"reference:{spp}", "radiance").astype(np.float64)
    half = load(work, scene, tag, f"reference:{spp // 2}", "radiance").astype(np.float64)
    code = load(work, scene, tag, f"reference:{spp}")
    # codes as a function of radiance as the picture has them, so that the film need not be known here
    order = np.argsort(whole, axis=None)
    x, y = whole.ravel()[order], code.ravel()[order].astype(np.float64)
    y = np.maximum.accumulate(np.convolve(np.pad(y, 32, "edge"), np.ones(65) / 65, "valid"))
    return np.interp(half, x, y), np.interp(2 * whole - half, x, y)


def still(args, scene):
    words = [*QUALITIES, f"reference:{args.spp // 2}", f"reference:{args.spp}"]
    times = draw(args.program, args.work, scene, scene[3], 1, words, "still")
    reference = load(args.work, scene, "still", words[-1])[0]
    rows = []
    for quality in QUALITIES:
        picture = load(args.work, scene, "still", quality)[0]
        rows.append([scene[0], quality, f"{metrics.psnr(picture, reference):.2f}",
                     f"{metrics.ssim(picture, reference):.4f}", f"{times[quality]:.2f}"])
    rows.append([scene[0], f"reference {args.spp}", f"{metrics.psnr(*halves(args.work, scene, 'still', args.spp)):.2f}", "",
                 f"{times[words[-1]]:.0f}"])
    return rows


def moving(args, scene):
    words = [*QUALITIES, f"reference:{args.flicker_spp // 2}", f"reference:{args.flicker_spp}"]
    draw(args.program, args.work, scene, scene[3], args.frames, words, "clip")
    reference = load(args.work, scene, "clip", words[-1])
    # halves differ by twice the whole's noise, or more: they share their strata
    own = 0.5 * metrics.flicker(*halves(args.work, scene, "clip", args.flicker_spp))
    return [[scene[0], quality,
             f"{metrics.flicker(load(args.work, scene, 'clip', quality), reference):.3f}",
             f"{own:.3f}", args.frames, args.flicker_spp] for quality in QUALITIES]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("work")
    parser.add_argument("--only", default="")
    parser.add_argument("--spp", type=int, default=2048)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--still-only", action="store_true")
    parser.add_argument("--flicker-spp", type=int, default=1024)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    only = args.only.split(",") if args.only else [s[0] for s in SUITE]
    tables = {"quality": (["scene", "quality", "psnr_db", "ssim", "cpu_ms"], still),
              "flicker": (["scene", "quality", "flicker_rms_codes", "reference_rms_codes",
                                "frames", "reference_spp"], moving)}
    if args.still_only:
        del tables["flicker"]
    for name, (head, make) in tables.items():
        rows = []
        for scene in SUITE:
            if scene[0] in only:
                rows += make(args, scene)
                print(name, *rows[-4:], sep="\n  ", flush=True)
        with open(os.path.join(args.work, name + ".csv"), "w", newline="") as f:
            csv.writer(f).writerows([head, *rows])


if __name__ == "__main__":
    main()
