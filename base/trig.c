/*
 * trig.c - sine, cosine and tangent: contract in trig.h, helpers in trig_internal.h.
 *
 * The argument is reduced to x = n pi/2 + r, |r| <= pi/4, with r as two doubles. Up to 2^20 that is
 * Cody & Waite's subtraction (Software Manual for the Elementary Functions, 1980) of n times pi/2
 * in four parts; beyond, Payne & Hanek's product with those bits of 2/pi that matter (SIGNUM
 * Newsletter 18, 1983) in integers. The polynomials are ours (trig_tables.py).
 */
#include "base/trig.h"

#include "base/trig_internal.h"

__extension__ typedef unsigned __int128 uint128;

#define QUARTER_PI 0x1.921fb54442d18p-1

/* x = quadrant * pi/2 + r (modulo 2 pi), |r| <= pi/4 (1 + 2^-30) */
typedef struct reduced {
    double hi, lo;
    unsigned quadrant;
} reduced;

/* The fraction of 192 bits f = limb[0].limb[1].limb[2] / 2^192, below 1/2, times pi/2. */
static reel_dd fraction_times_half_pi(const uint64_t limb[3])
{
    uint64_t a = limb[0];
    uint64_t b = limb[1];
    uint64_t c = limb[2];
    int shift = 0;
    if (a == 0) { /* no double is so near a multiple of pi/2 that b is zero as well */
        a = b;
        b = c;
        c = 0;
        shift = 64;
    }
    if (a == 0) {
        return (reel_dd){0.0, 0.0};
    }
    const int zeros = __builtin_clzll(a);
    if (zeros > 0) {
        a = (a << zeros) | (b >> (64 - zeros));
        b = (b << zeros) | (c >> (64 - zeros));
    }
    shift += zeros;
    /* 53 bits, and the next 53 */
    const double unit = reel_from_bits((uint64_t)(1023 - 53 - shift) << 52);
    const double hi = (double)(int64_t)(a >> 11) * unit;
    const double lo = (double)(int64_t)(((a & 0x7ffu) << 42) | (b >> 22)) * (unit * 0x1p-53);
    const reel_dd p = reel_mul_exact(hi, REEL_HALF_PI_HI);
    return reel_add_fast(p.hi, p.lo + (hi * REEL_HALF_PI_LO + lo * REEL_HALF_PI_HI));
}

/* |x| >= 2^20 and finite */
static reduced reduce_huge(double x)
{
    const uint64_t u = reel_bits(x);
    const int exponent = (int)((u >> 52) & 0x7ffu) - 1075; /* |x| = mantissa * 2^exponent */
    const uint64_t mantissa = (u & 0xfffffffffffffu) | 0x10000000000000u;
    /* 192 bits of 2^exponent * 2/pi from the one that weighs 2: what stands above adds whole
     * turns, what stands below adds less than 2^-137. The table begins with 64 zero bits. */
    const unsigned start = (unsigned)(exponent + 62);
    const uint64_t *t = reel_two_over_pi + start / 64;
    const unsigned s = start % 64;
    uint64_t w[3];
    for (int i = 0; i < 3; i++) {
        w[i] = s == 0 ? t[i] : (t[i] << s) | (t[i + 1] >> (64 - s));
    }
    /* the product modulo 2^192, that is modulo 4 quadrants */
    const uint128 low = (uint128)mantissa * w[2];
    const uint128 middle = (uint128)mantissa * w[1] + (uint64_t)(low >> 64);
    const uint64_t top = mantissa * w[0] + (uint64_t)(middle >> 64);
    uint64_t f[3] = {top << 2 | (uint64_t)middle >> 62, (uint64_t)middle << 2 | (uint64_t)low >> 62,
                     (uint64_t)low << 2};
    unsigned quadrant = (unsigned)(top >> 62);
    const int above = (f[0] >> 63) != 0; /* past a half: count from the next quadrant, downwards */
    if (above) {
        quadrant++;
        f[2] = ~f[2];
        f[1] = ~f[1];
        f[0] = ~f[0]; /* -f - 2^-192: as good as -f */
    }
    reel_dd r = fraction_times_half_pi(f);
    if (above != (x < 0)) {
        r.hi = -r.hi;
        r.lo = -r.lo;
    }
    return (reduced){r.hi, r.lo, x < 0 ? 0u - quadrant : quadrant};
}

static inline reduced reduce(double x)
{
    const double magnitude = fabs(x);
    if (magnitude <= QUARTER_PI) {
        return (reduced){x, 0.0, 0};
    }
    if (magnitude >= 0x1p20) {
        return reduce_huge(x);
    }
    /* adding 1.5 * 2^52 leaves the nearest integer in the last bits */
    const double shifted = x * 0x1.45f306dc9c883p-1 + 0x1.8p52;
    const unsigned quadrant = (unsigned)reel_bits(shifted);
    const double n = shifted - 0x1.8p52;
    /* n has at most 20 bits, so the first three products are exact, and so is the first
     * difference: |x| and n * part agree in magnitude */
    const double a = x - n * reel_half_pi_parts[0];
    const reel_dd b = reel_add_exact(a, -(n * reel_half_pi_parts[1]));
    const reel_dd c = reel_add_exact(b.hi, -(n * reel_half_pi_parts[2]));
    const reel_dd r = reel_add_fast(c.hi, c.lo + (b.lo - n * reel_half_pi_parts[3]));
    return (reduced){r.hi, r.lo, quadrant};
}

/* sin(r), |r| <= pi/4 */
static inline double sin_kernel(double hi, double lo)
{
    const double *c = reel_sin_poly;
    const double z = hi * hi;
    const double zz = z * z;
    const double p = (c[1] + z * c[2]) + zz * ((c[3] + z * c[4]) + zz * (c[5] + z * c[6]));
    return hi + (hi * z * (c[0] + z * p) + (lo - 0.5 * z * lo));
}

/* sin(r) as two doubles: as sin_kernel, but with r^3/6 as a pair, because tan divides by it */
static inline reel_dd sin_pair(double hi, double lo)
{
    const double *c = reel_sin_poly;
    const double sixth_lo = -0x1.5555555555555p-57; /* -1/6 - c[0] */
    const reel_dd square = reel_mul_exact(hi, hi);
    const double z = square.hi;
    const double zz = z * z;
    const double p = (c[1] + z * c[2]) + zz * ((c[3] + z * c[4]) + zz * (c[5] + z * c[6]));
    const reel_dd cube = reel_mul_exact(hi, z);
    const double cube_lo = cube.lo + hi * square.lo;
    const reel_dd third = reel_mul_exact(cube.hi, c[0]);
    const reel_dd lead = reel_add_fast(hi, third.hi);
    const double rest = third.lo + (cube_lo * c[0] + cube.hi * sixth_lo) + hi * zz * p;
    return reel_add_fast(lead.hi, lead.lo + (rest + (lo - 0.5 * z * lo)));
}

/* cos(r) as two doubles, the second up to 2% of the first */
static inline reel_dd cos_pair(double hi, double lo)
{
    const double *c = reel_cos_poly;
    const reel_dd square = reel_mul_exact(hi, hi);
    const double z = square.hi;
    const double zz = z * z;
    const double p = (c[0] + z * c[1]) + zz * ((c[2] + z * c[3]) + zz * (c[4] + z * c[5]));
    const reel_dd lead = reel_add_fast(1.0, -0.5 * z);
    return (reel_dd){lead.hi, lead.lo + ((zz * p - 0.5 * square.lo) - hi * lo)};
}

static inline double cos_kernel(double hi, double lo)
{
    const reel_dd c = cos_pair(hi, lo);
    return c.hi + c.lo;
}

double reel_sin(double x)
{
    const double magnitude = fabs(x);
    if (magnitude < 0x1p-27) {
        return x; /* keeps -0 and subnormals */
    }
    if (!(magnitude <= 0x1.fffffffffffffp1023)) {
        return x - x; /* NaN for infinities and NaN */
    }
    const reduced r = reduce(x);
    const double s = r.quadrant & 1 ? cos_kernel(r.hi, r.lo) : sin_kernel(r.hi, r.lo);
    return r.quadrant & 2 ? -s : s;
}

double reel_cos(double x)
{
    const double magnitude = fabs(x);
    if (magnitude < 0x1p-27) {
        return 1.0;
    }
    if (!(magnitude <= 0x1.fffffffffffffp1023)) {
        return x - x;
    }
    const reduced r = reduce(x);
    const double c = r.quadrant & 1 ? sin_kernel(r.hi, r.lo) : cos_kernel(r.hi, r.lo);
    return (r.quadrant + 1) & 2 ? -c : c;
}

void reel_sincos(double x, double *s, double *c)
{
    const double magnitude = fabs(x);
    if (magnitude < 0x1p-27) {
        *s = x;
        *c = 1.0;
        return;
    }
    if (!(magnitude <= 0x1.fffffffffffffp1023)) {
        *s = *c = x - x;
        return;
    }
    const reduced r = reduce(x);
    const double a = sin_kernel(r.hi, r.lo);
    const double b = cos_kernel(r.hi, r.lo);
    const double sine = r.quadrant & 1 ? b : a;
    const double cosine = r.quadrant & 1 ? a : b;
    *s = r.quadrant & 2 ? -sine : sine;
    *c = (r.quadrant + 1) & 2 ? -cosine : cosine;
}

double reel_tan(double x)
{
    const double magnitude = fabs(x);
    if (magnitude < 0x1p-27) {
        return x;
    }
    if (!(magnitude <= 0x1.fffffffffffffp1023)) {
        return x - x;
    }
    const reduced r = reduce(x);
    const reel_dd s = sin_pair(r.hi, r.lo);
    const reel_dd cosine = cos_pair(r.hi, r.lo);
    const reel_dd c = reel_add_fast(cosine.hi, cosine.lo);
    const reel_dd q = r.quadrant & 1 ? reel_div_dd((reel_dd){-c.hi, -c.lo}, s) : reel_div_dd(s, c);
    return q.hi + q.lo;
}
