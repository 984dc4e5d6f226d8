/*
 * trig_arc.c - inverse sine, cosine and tangent: contract in trig.h, helpers in trig_internal.h.
 *
 * atan2 takes the smaller over the larger coordinate, turns by the nearest angle atan(k/64) of a
 * table (tan(a - b) = (tan a - tan b)/(1 + tan a tan b)) and adds a short series; the quotient and
 * the sum are pairs of doubles. asin and acos use a polynomial below 1/2 and the half-angle
 * formula acos(x) = 2 asin(sqrt((1 - x)/2)) above.
 */
#include "base/trig.h"

#include "base/trig_internal.h"

/* atan(y/x) as two doubles, 0 <= y <= x, both within 2^-70 and 2^70 */
static inline reel_dd atan_ratio(double y, double x)
{
    const double shifted = y / x * 64.0 + 0x1.8p52; /* k in the last bits */
    const unsigned k = (unsigned)reel_bits(shifted) & 127u;
    const double c = (shifted - 0x1.8p52) * 0x1p-6;
    /* t = (y - c x) / (x + c y); c has at most 7 bits, so c times head or tail is exact */
    const double xh = reel_head(x);
    const double yh = reel_head(y);
    const reel_dd n = reel_add_exact(y - c * xh, -(c * (x - xh)));
    const reel_dd d = reel_add_fast(x, c * yh);
    const reel_dd t = reel_div_dd(n, reel_add_fast(d.hi, d.lo + c * (y - yh)));
    /* |t| < 2^-6.9: four terms of the series leave less than 2^-60 of t */
    const double z = t.hi * t.hi;
    const double series = t.hi * z * (-1.0 / 3.0 + z * (0.2 + z * (-1.0 / 7.0 + z * (1.0 / 9.0))));
    const reel_dd sum = reel_add_fast(reel_atan_table[k].hi, t.hi);
    return reel_add_fast(sum.hi, sum.lo + (reel_atan_table[k].lo + (t.lo + series)));
}

/* base + sign * angle, as one double */
static inline double combine(double base_hi, double base_lo, double sign, reel_dd angle)
{
    const reel_dd s = reel_add_fast(base_hi, sign * angle.hi);
    return s.hi + (s.lo + (base_lo + sign * angle.lo));
}

double reel_atan(double x)
{
    const double a = fabs(x);
    if (a < 0x1p-27 || x != x) {
        return x; /* keeps -0 and subnormals */
    }
    if (a > 0x1p60) {
        return reel_with_sign(REEL_HALF_PI_HI, x);
    }
    if (a <= 1.0) {
        const reel_dd r = atan_ratio(a, 1.0);
        return reel_with_sign(r.hi + r.lo, x);
    }
    return reel_with_sign(combine(REEL_HALF_PI_HI, REEL_HALF_PI_LO, -1.0, atan_ratio(1.0, a)), x);
}

/* C17 F.10.1.4: zeros, infinities and NaN; y or x is one of them */
static double atan2_special(double y, double x)
{
    if (x != x || y != y) {
        return x + y;
    }
    const int left = (int)(reel_bits(x) >> 63);
    double angle;
    if (y == 0) {
        angle = left ? REEL_PI_HI : 0.0;
    } else if (isinf(y) && isinf(x)) {
        angle = left ? 0x1.2d97c7f3321d2p+1 : 0x1.921fb54442d18p-1; /* 3 pi/4, pi/4 */
    } else if (x == 0 || isinf(y)) {
        angle = REEL_HALF_PI_HI;
    } else {
        angle = left ? REEL_PI_HI : 0.0; /* x infinite */
    }
    return reel_with_sign(angle, y);
}

/* the biased exponent, going below 1 for subnormal numbers */
static inline int exponent_of(double x)
{
    const int e = (int)((reel_bits(x) >> 52) & 0x7ffu);
    return e != 0 ? e : (int)((reel_bits(x * 0x1p54) >> 52) & 0x7ffu) - 54;
}

double reel_atan2(double y, double x)
{
    if (!(fabs(y) <= 0x1.fffffffffffffp1023) || !(fabs(x) <= 0x1.fffffffffffffp1023) || y == 0 ||
        x == 0) {
        return atan2_special(y, x);
    }
    double a = fabs(y);
    double b = fabs(x);
    const int ea = exponent_of(a);
    const int eb = exponent_of(b);
    if (ea - eb > 62) {
        return reel_with_sign(REEL_HALF_PI_HI, y);
    }
    if (eb - ea > 62) {
        return x > 0 ? y / x : reel_with_sign(REEL_PI_HI, y);
    }
    if (ea > 1023 + 400 || eb > 1023 + 400) {
        a *= 0x1p-600;
        b *= 0x1p-600;
    } else if (ea < 1023 - 400 || eb < 1023 - 400) {
        a *= 0x1p600;
        b *= 0x1p600;
    }
    double r;
    if (a <= b) {
        const reel_dd t = atan_ratio(a, b);
        r = x > 0 ? t.hi + t.lo : combine(REEL_PI_HI, REEL_PI_LO, -1.0, t);
    } else {
        const reel_dd t = atan_ratio(b, a);
        r = combine(REEL_HALF_PI_HI, REEL_HALF_PI_LO, x > 0 ? -1.0 : 1.0, t);
    }
    return reel_with_sign(r, y);
}

/* (asin(x)/x - 1) for z = x^2 <= 1/4 */
static inline double asin_series(double z)
{
    const double *c = reel_asin_poly;
    const double zz = z * z;
    const double z4 = zz * zz;
    const double low = (c[0] + z * c[1]) + zz * (c[2] + z * c[3]);
    const double middle = (c[4] + z * c[5]) + zz * (c[6] + z * c[7]);
    const double high = ((c[8] + z * c[9]) + zz * (c[10] + z * c[11])) + z4 * c[12];
    return z * (low + z4 * (middle + z4 * high));
}

/* asin(sqrt(z)) as two doubles, 0 <= z <= 1/4 */
static inline reel_dd asin_sqrt(double z)
{
    if (z == 0) {
        return (reel_dd){0.0, 0.0};
    }
    const double s = sqrt(z);
    const reel_dd square = reel_mul_exact(s, s);
    const double tail = ((z - square.hi) - square.lo) / (s + s); /* sqrt(z) = s + tail */
    return reel_add_fast(s, tail + s * asin_series(z));
}

double reel_asin(double x)
{
    const double a = fabs(x);
    if (a < 0x1p-27) {
        return x;
    }
    if (a <= 0.5) {
        return x + x * asin_series(x * x);
    }
    if (!(a <= 1.0)) {
        return (x - x) / (x - x);
    }
    const reel_dd half = asin_sqrt((1.0 - a) * 0.5);
    return reel_with_sign(combine(REEL_HALF_PI_HI, REEL_HALF_PI_LO, -2.0, half), x);
}

double reel_acos(double x)
{
    const double a = fabs(x);
    if (a <= 0.5) {
        const double rest = x * asin_series(x * x);
        return combine(REEL_HALF_PI_HI, REEL_HALF_PI_LO, -1.0, reel_add_fast(x, rest));
    }
    if (!(a <= 1.0)) {
        return (x - x) / (x - x);
    }
    const reel_dd half = asin_sqrt((1.0 - a) * 0.5);
    if (x < 0) {
        return combine(REEL_PI_HI, REEL_PI_LO, -2.0, half);
    }
    return 2.0 * (half.hi + half.lo);
}
