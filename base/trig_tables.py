#!/usr/bin/env python3
"""Compute base/trig_tables.c: the tables and polynomials of the elementary functions.

    python3 base/trig_tables.py > base/trig_tables.c && clang-format-14 -i base/trig_tables.c

Needs mpmath; the output is kept in the repository, so no build needs this script. Every number is
defined by mathematics here: logarithms, powers, arc tangents and bits of 2/pi at 1500 bits, and
polynomials that interpolate at Chebyshev nodes (mpmath.chebyfit), rounded to double.
"""
from mpmath import mp, mpf, atan, asin, cos, exp, floor, log, pi, sin, sinh, sqrt, tanh

mp.prec = 1500


def hexa(x):
    return float(x).hex()


def pair(x):
    """x as an unevaluated sum of two doubles."""
    high = mpf(float(x))
    return high, mpf(float(x - high))


def chopped(x, bits):
    """The leading `bits` bits of x, so that products with small integers are exact."""
    scale = mpf(2) ** (bits - 1 - int(floor(log(abs(x), 2))))
    return floor(x * scale) / scale


def table(comment, kind, name, rows):
    print(f"\n/* {comment} */\nconst {kind} {name}[{len(rows)}] = {{")
    for row in rows:
        print("    " + row + ",")
    print("};")


def doubles(row):
    return "{" + ", ".join(hexa(v) for v in row) + "}"


def polynomial(comment, name, f, top, count):
    """f on [0, top] with `count` coefficients, lowest first; the error goes into the comment."""
    saved, mp.prec = mp.prec, 300
    coefficients, error = mp.chebyfit(f, [mpf(2) ** -100, top], count, error=True)
    mp.prec = saved
    note = f"{comment}; |error| < {mp.nstr(error, 2)} on [0, {mp.nstr(mpf(top), 4)}]"
    table(note, "double", name, [hexa(c) for c in reversed(coefficients)])


def log_rows():
    """Per 1/128 of the mantissa M in [1, 2): c ~ 1/M with 9 bits, and -log(c) (from sqrt 2 on
    -log(2c): such M count as M/2), with c exactly 1 and 1/2 at the two ends."""
    rows = []
    for i in range(128):
        centre = 1 + (mpf(i) + mpf("0.5")) / 128
        c = mpf(1) if i == 0 else mpf("0.5") if i == 127 else floor(512 / centre + 0.5) / 512
        rows.append(doubles((c, *pair(-log(2 * c if i >= 53 else c)))))
    return rows


def main():
    print("""/*
 * trig_tables.c - computed by base/trig_tables.py (do not edit): what trig_internal.h declares.
 */
#include "base/trig_internal.h\"""")
    bits = int(floor(2 / pi * mpf(2) ** 1280))
    limbs = [0] + [(bits >> (1280 - 64 * (i + 1))) & (2 ** 64 - 1) for i in range(20)]
    table("64 zero bits, then the first 1280 bits of 2/pi", "uint64_t", "reel_two_over_pi",
          [f"0x{limb:016x}u" for limb in limbs])
    halfpi, parts = pi / 2, []
    for n in (33, 33, 33, 53):
        parts.append(chopped(halfpi - sum(parts), n))
    table("pi/2 in parts of 33, 33, 33 and 53 bits", "double", "reel_half_pi_parts",
          [hexa(p) for p in parts])
    table("2^(i/128) as two doubles", "reel_dd", "reel_exp_table",
          [doubles(pair(mpf(2) ** (mpf(i) / 128))) for i in range(128)])
    table("c and -log(c), see trig_tables.py", "reel_log_row", "reel_log_table", log_rows())
    table("atan(i/64) as two doubles", "reel_dd", "reel_atan_table",
          [doubles(pair(atan(mpf(i) / 64))) for i in range(65)])
    r = sqrt
    polynomial("(sin(x)/x - 1)/x^2 in x^2", "reel_sin_poly",
               lambda z: (sin(r(z)) / r(z) - 1) / z, (pi / 4 + mpf("0.001")) ** 2, 7)
    polynomial("(cos(x) - 1 + x^2/2)/x^4 in x^2", "reel_cos_poly",
               lambda z: (cos(r(z)) - 1 + z / 2) / z ** 2, (pi / 4 + mpf("0.001")) ** 2, 6)
    polynomial("(asin(x)/x - 1)/x^2 in x^2", "reel_asin_poly",
               lambda z: (asin(r(z)) / r(z) - 1) / z, mpf("0.25"), 13)
    polynomial("(sinh(x)/x - 1)/x^2 in x^2", "reel_sinh_poly",
               lambda z: (sinh(r(z)) / r(z) - 1) / z, mpf("0.25"), 6)
    polynomial("(tanh(x)/x - 1)/x^2 in x^2", "reel_tanh_poly",
               lambda z: (tanh(r(z)) / r(z) - 1) / z, mpf("0.0625"), 8)


main()
