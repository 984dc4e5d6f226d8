"""Montages with captions."""
import numpy as np
from PIL import Image, ImageDraw, ImageFont

BAR = 18


def labelled(codes, text):
    picture = Image.fromarray(codes)
    out = Image.new("RGB", (picture.width, picture.height + BAR), (24, 24, 24))
    out.paste(picture, (0, BAR))
    ImageDraw.Draw(out).text((6, 3), text, fill=(235, 235, 235), font=ImageFont.load_default())
    return np.asarray(out)


def save(path, rows):
    """rows of (codes, caption)."""
    tall = [np.concatenate([labelled(c, t) for c, t in row], 1) for row in rows]
    Image.fromarray(np.concatenate(tall, 0)).save(path, quality=88, optimize=True)


def encode(radiance, exposure=0.8):
    """sRGB codes without a tone curve: for comparisons of linear pictures."""
    c = np.clip(radiance * exposure, 0, 1)
    s = np.where(c < 0.0031308, 12.92 * c, 1.055 * np.maximum(c, 1e-9) ** (1 / 2.4) - 0.055)
    return (255 * s + 0.5).astype(np.uint8)
