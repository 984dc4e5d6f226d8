"""How far a picture is from another one.

PSNR over all pixels and channels of the stored sRGB codes. SSIM as Wang, Bovik, Sheikh and Simoncelli
(IEEE TIP 2004) define it: means, variances and covariance under an 11 x 11 Gaussian of sigma 1.5, K1
= 0.01, K2 = 0.03, L = 255, where the window fits into the picture, of each channel, then the mean.
"""
import math

import numpy as np


def psnr(a, b):
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255 ** 2 / error)


def _blur(x):
    t = np.arange(-5, 6)
    w = np.exp(-t * t / (2 * 1.5 ** 2))
    w /= w.sum()
    n = x.shape[0] - 10
    x = sum(w[i] * x[i:i + n] for i in range(11))
    n = x.shape[1] - 10
    return sum(w[i] * x[:, i:i + n] for i in range(11))


def ssim(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = _blur(a), _blur(b)
    va, vb = _blur(a * a) - ma * ma, _blur(b * b) - mb * mb
    cov = _blur(a * b) - ma * mb
    s = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return float(s.mean())


def flicker(q, r):
    """q, r: [frames][H][W][3] codes of a quality and of the reference. What changes from frame to frame
    in the error e = q - r: the rms of e(t) - e(t - 1). Constant errors do not count, motion that
    both show neither; the reference's own noise does."""
    e = q.astype(np.float64) - r.astype(np.float64)
    return float(np.sqrt(np.mean((e[1:] - e[:-1]) ** 2)))
