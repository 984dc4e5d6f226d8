#!/usr/bin/env python3
"""Write the images that tests/unit/test_images.c reads: make_images.py FOLDER

Each picture x.png or x.hdr has beside it x.png.raw or x.hdr.raw, the pixels that it must give:
those that Pillow finds in PNGs, or the numbers that it was made of; opencv.hdr has the radiance
that OpenCV reads. Names that begin with bad_ must be refused. Needs Pillow, numpy and OpenCV.
"""
import pathlib
import random
import struct
import sys
import zlib

import cv2
import numpy as np
from PIL import Image


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(
        ">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, rows, interlace=0, extra=b""):
    """A PNG of packed rows (bytes each), all with filter 0."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra +
            chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def adam7(width, height, pixel):
    """Rows of the seven passes of an interlaced image of one byte a sample."""
    rows = []
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                           (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(y0, height, dy):
            row = b"".join(pixel(x, y) for x in range(x0, width, dx))
            if row:
                rows.append(row)
    return rows


def new_rle(row):
    """A row of RGBE pixels, channel after channel, in runs where there are any."""
    out = struct.pack(">BBH", 2, 2, len(row))
    for c in range(4):
        x = 0
        while x < len(row):
            n = 1
            while x + n < len(row) and n < 127 and row[x + n][c] == row[x][c]:
                n += 1
            out += bytes((128 + n, row[x][c])) if n > 2 else bytes((1, row[x][c]))
            x += n if n > 2 else 1
    return out


def old_rle(row):
    out, x = b"", 0
    while x < len(row):
        n = 1
        while x + n < len(row) and row[x + n] == row[x]:
            n += 1
        out += bytes(row[x])
        if n > 1:
            digits = n - 1
            while digits:
                out += bytes((1, 1, 1, digits & 255))
                digits >>= 8
        x += n
    return out


def hdr(width, height, body, size="-Y {h} +X {w}", form="32-bit_rle_rgbe"):
    head = f"#?RADIANCE\n# made for a test\nFORMAT={form}\nEXPOSURE=1.0\n\n"
    return (head + size.format(w=width, h=height) + "\n").encode() + body


def write_pngs(put, rng):
    some = bytes(rng.randrange(256) for _ in range(4 * 19 * 13))
    image = Image.frombytes("RGBA", (19, 13), some)
    for name, mode in (("rgba", "RGBA"), ("rgb", "RGB"), ("grey", "L"), ("grey_alpha", "LA"),
                       ("bits", "1"), ("palette", "P")):
        put(f"{name}.png", lambda path, m=mode: image.convert(m).save(path), None)
    clear = image.convert("P")
    put("palette_clear.png", lambda path: clear.save(path, transparency=clear.getpixel((0, 0))),
        None)
    wide = [[rng.randrange(65536) for _ in range(3 * 7)] for _ in range(5)]
    raw = bytearray()
    for row in wide:
        for i, v in enumerate(row):
            raw.append((v * 255 + 32767) // 65535)
            if i % 3 == 2:
                raw.append(255)
    put("sixteen.png", png(7, 5, 16, 2, [struct.pack(">21H", *r) for r in wide]), bytes(raw))
    put("interlaced.png",
        png(19, 13, 8, 6, adam7(19, 13, lambda x, y: some[4 * (19 * y + x):][:4]), 1), some)
    whole = png(19, 13, 8, 6, [some[76 * y:76 * y + 76] for y in range(13)])
    put("bad_short.png", whole[:-200], None)
    put("bad_end.png", whole[:-12], None)
    put("bad_sum.png", whole[:60] + bytes((whole[60] ^ 1,)) + whole[61:], None)
    put("bad_animated.png",
        png(19, 13, 8, 6, [some[76 * y:76 * y + 76] for y in range(13)], 0,
            chunk(b"acTL", struct.pack(">II", 1, 0))), None)
    put("bad_size.png", png(5000, 1, 8, 0, [bytes(5000)]), None)
    put("bad_depth.png", png(3, 1, 3, 0, [bytes(3)]), None)
    put("bad_none.png", b"not a picture", None)


def write_hdrs(put, folder, rng):
    noise = [[tuple(rng.randrange(2, 256) for _ in range(4)) for _ in range(21)] for _ in range(9)]
    runs = [[(9, 70, 200, 130 - y)] * 15 + noise[y][15:] for y in range(9)]
    raw = lambda rows: b"".join(bytes(p) for row in rows for p in row)
    put("flat.hdr", hdr(21, 9, raw(noise)), raw(noise))
    put("old.hdr", hdr(21, 9, b"".join(old_rle(r) for r in runs)), raw(runs))
    put("new.hdr", hdr(21, 9, b"".join(new_rle(r) for r in runs)), raw(runs))
    long_row = [(3, 4, 5, 129)] * 900 + [(0, 0, 0, 0)] * 100
    put("old_long.hdr", hdr(1000, 1, old_rle(long_row)), raw([long_row]))
    put("narrow.hdr", hdr(3, 2, raw([noise[0][:3], noise[1][:3]])),
        raw([noise[0][:3], noise[1][:3]]))
    whole = hdr(21, 9, b"".join(new_rle(r) for r in runs))
    put("bad_short.hdr", whole[:-7], None)
    put("bad_xyze.hdr", hdr(21, 9, raw(noise), form="32-bit_rle_xyze"), None)
    put("bad_turned.hdr", hdr(21, 9, raw(noise), size="+Y {h} +X {w}"), None)
    put("bad_size.hdr", hdr(21, 9, raw(noise), size="-Y 5000 +X {w}"), None)
    put("bad_run.hdr", hdr(21, 1, bytes((2, 2, 0, 21, 128 + 22, 7))), None)
    put("bad_first.hdr", hdr(21, 1, bytes((1, 1, 1, 21))), None)
    put("bad_header.hdr", b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", None)
    # written by another program, and what that one reads
    floats = np.array([rng.random() * 2**rng.randrange(-6, 6) for _ in range(3 * 24 * 10)],
                      np.float32).reshape(10, 24, 3)
    floats[2:5, 3:20] = floats[0, 0]
    cv2.imwrite(str(folder / "opencv.hdr"), floats)
    back = cv2.imread(str(folder / "opencv.hdr"), cv2.IMREAD_UNCHANGED)[:, :, ::-1]
    (folder / "opencv.hdr.floats").write_bytes(back.astype("<f4").tobytes())


def main(name):
    folder = pathlib.Path(name)
    folder.mkdir(parents=True, exist_ok=True)

    def put(file, data, raw):
        path = folder / file
        if callable(data):
            data(path)
            raw = Image.open(path).convert("RGBA").tobytes()
        else:
            path.write_bytes(data)
        if not file.startswith("bad_"):
            path.with_name(file + ".raw").write_bytes(raw)

    rng = random.Random(4)
    write_pngs(put, rng)
    write_hdrs(put, folder, rng)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
