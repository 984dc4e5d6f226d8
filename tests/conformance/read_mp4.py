"""Videos through PyAV and ffprobe: read_mp4.py FOLDER [--rgb FILE]

Exact time stamps, frame counts, key frames and colour tags. With --rgb (raw rgb24 frames of the
first stream, before encoding) also that decoding gives the picture back without a shift of colours.
Prints TAP.
"""
import fractions
import json
import math
import shutil
import subprocess
import sys

import av
import numpy as np

import records

TAGS = {"codec_name": "h264", "profile": "Main", "pix_fmt": "yuv420p", "color_range": "tv",
        "color_space": "bt709", "color_transfer": "bt709", "color_primaries": "bt709",
        "chroma_location": "center", "start_pts": 0, "has_b_frames": 0, "codec_tag_string": "avc1"}


def check_decoding(m, stream, path):
    fps, n = m["fps"], m["counts"]["frames"]
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        records.check(f"{stream['id']}: one stream, rate {fps}",
                      len(container.streams) == 1 and video.average_rate == fps
                      and video.frames == n and video.start_time == 0,
                      f"{video.average_rate} {video.frames} {video.start_time}")
        wrong, keys, count = [], [], 0
        for k, frame in enumerate(container.decode(video)):
            count += 1
            if frame.pts * frame.time_base != fractions.Fraction(k, fps) \
                    or (frame.width, frame.height) != (m["width"], m["height"]):
                wrong.append(k)
            if frame.key_frame:
                keys.append(k)
        records.check(f"{stream['id']}: {n} frames at exact times", count == n and not wrong, wrong)
        step = m["video"]["keyint"]
        records.check(f"{stream['id']}: a key frame every {step}",
                      keys == list(range(0, n, step)), keys)


def check_probe(m, stream, path):
    run = subprocess.run([shutil.which("ffprobe"), "-v", "error", "-show_streams", "-show_format",
                          "-count_packets", "-of", "json", str(path)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    probe = json.loads(run.stdout)
    s = probe["streams"][0]
    wrong = {k: s.get(k) for k, v in TAGS.items() if s.get(k) != v}
    records.check(f"{stream['id']}: tags", not wrong and run.stderr == b"", wrong)
    fps, n = m["fps"], m["counts"]["frames"]
    records.check(f"{stream['id']}: rates and counts",
                  s["avg_frame_rate"] == s["r_frame_rate"] == f"{fps}/1"
                  and s["nb_frames"] == s["nb_read_packets"] == str(n)
                  and fractions.Fraction(s["duration_ts"]) * fractions.Fraction(s["time_base"])
                  == fractions.Fraction(n, fps), s)
    records.check(f"{stream['id']}: no encoder named",
                  "encoder" not in probe["format"].get("tags", {})
                  and "encoder" not in s.get("tags", {}))


def bt709(frame):
    """R'G'B' of a decoded frame by the equations of BT.709, in floating point; the converters of
    libraries truncate, which shifts colours by one step."""
    h, w = frame.height, frame.width
    planes = frame.to_ndarray(format="yuv420p").astype(float)
    y = (planes[:h] - 16) / 219
    cb, cr = ((planes[h + k * h // 4:h + (k + 1) * h // 4].reshape(h // 2, w // 2) - 128) / 224
              for k in (0, 1))
    cb, cr = (c.repeat(2, axis=0).repeat(2, axis=1) for c in (cb, cr))
    r, b = y + 1.5748 * cr, y + 1.8556 * cb
    g = (y - 0.2126 * r - 0.0722 * b) / 0.7152
    return np.clip(255 * np.stack([r, g, b], axis=-1), 0, 255)


def check_picture(m, stream, path, rgb):
    h, w, n = m["height"], m["width"], m["counts"]["frames"]
    want = np.fromfile(rgb, np.uint8).reshape(n, h, w, 3)
    with av.open(str(path)) as container:
        error = np.stack([bt709(f) for f in container.decode(video=0)]) - want
    psnr = 10 * math.log10(255 ** 2 / np.mean(error ** 2))
    shift = np.abs(error.mean(axis=(0, 1, 2))).max()
    print(f"# {stream['id']}: PSNR {psnr:.1f} dB, mean shift {shift:.2f}")
    records.check(f"{stream['id']}: the picture comes back", psnr > 34 and shift < 1)


def main(argv):
    rgb = argv[3] if len(argv) == 4 and argv[2] == "--rgb" else None
    print(f"# PyAV {av.__version__}")
    for record in records.find(argv[1]):
        for stream in record.manifest["streams"]:
            if stream["video"]:
                path = record.path(stream["video"])
                check_decoding(record.manifest, stream, path)
                check_probe(record.manifest, stream, path)
                if rgb:
                    check_picture(record.manifest, stream, path, rgb)
                    rgb = None
    return records.done()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
