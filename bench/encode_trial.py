"""What x264 options cost and give on the benchmark's pictures.

    encode_trial.py ENCODE_STAGE [SCENE [SIZE [FRAMES]]] < OPTIONS

OPTIONS: lines "PRESET CRF [x264-params]"; the first is what the others are measured against. CPU
milliseconds (best of three, the program's start taken off), bytes a frame, PSNR over all frames and
planes, SSIM of luma in dB, and the bytes that each would need for the first one's PSNR and SSIM,
along the line through two rate factors. Needs the ffmpeg program with libx264.
"""
import math
import os
import re
import subprocess
import sys
import tempfile

ALWAYS = ("cpu-independent=1:threads=1:lookahead-threads=1:sync-lookahead=0:sliced-threads=0:"
          "scenecut=0:bframes=0:open-gop=0")
START = 0.02  # s, of the program


def ffmpeg(*arguments):
    return subprocess.run(["ffmpeg", "-hide_banner", "-y", *arguments], check=True,
                          capture_output=True, text=True).stderr


class Trial:
    def __init__(self, folder, raw, size, frames):
        self.out = os.path.join(folder, "out.h264")
        self.raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "24", "-i", raw]
        self.frames = frames

    def encode(self, preset, crf, more):
        seconds = min(float(re.search(r"utime=([\d.]+)s", ffmpeg(
            "-benchmark", *self.raw, "-c:v", "libx264", "-threads", "1", "-g", "12",
            "-keyint_min", "12", "-preset", preset, "-crf", str(crf), "-x264-params",
            ALWAYS + (":" + more if more else ""), "-f", "h264", self.out)).group(1))
            for _ in range(3))
        said = ffmpeg("-r", "24", "-i", self.out, *self.raw, "-lavfi",
                      "[0:v]split[a][b];[1:v]split[c][d];[a][c]psnr;[b][d]ssim", "-f", "null", "-")
        return (1e3 * (seconds - START) / self.frames, os.path.getsize(self.out) / self.frames,
                float(re.search(r"PSNR .*average:([\d.]+)", said).group(1)),
                float(re.search(r"SSIM Y:[\d.]+ \(([\d.]+)\)", said).group(1)))


def bytes_at(wanted, a, b, column):
    """Bytes at the wanted quality on the line (quality, log bytes) through two trials."""
    share = (wanted[column] - a[column]) / (b[column] - a[column])
    return math.exp(math.log(a[1]) + share * (math.log(b[1]) - math.log(a[1])))


def main():
    stage = sys.argv[1]
    scene, size, frames = (sys.argv[2:] + ["toss", "832x480", "48"][len(sys.argv) - 2:])[:3]
    with tempfile.TemporaryDirectory() as folder:
        raw = os.path.join(folder, "in.yuv")
        subprocess.run([stage, scene, frames, size, raw], check=True)
        trial = Trial(folder, raw, size, int(frames))
        first = None
        for line in sys.stdin:
            preset, crf, *more = line.split()
            more = more[0] if more else ""
            a = trial.encode(preset, float(crf), more)
            first = first or a
            words = f"{line.strip()}: {a[0]:.2f} ms {a[1]:.0f} bytes {a[2]:.2f} dB, SSIM {a[3]:.2f} dB"
            if a is not first:
                b = trial.encode(preset, float(crf) + 0.5, more)
                same = [100 * bytes_at(first, a, b, k) / first[1] - 100 for k in (2, 3)]
                words += f"; bytes at the same PSNR {same[0]:+.1f} %, SSIM {same[1]:+.1f} %"
            print(words, flush=True)


main()
