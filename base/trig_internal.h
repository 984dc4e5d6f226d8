/*
 * trig_internal.h - what the files of the elementary functions (trig*.c) share. Not for others.
 *
 * Method throughout: reduce the argument with a table to a small rest, and keep the leading terms
 * as an unevaluated sum of two doubles (Dekker 1971, Knuth TAOCP 4.2.2), so that only the last
 * rounding counts. Products are split by masking mantissa bits and not by fma(), which is a library
 * call on old machines and would tempt a compiler to contract.
 * Thread-safety: pure functions and constant tables.
 */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

/** An unevaluated sum: hi + lo, |lo| <= ulp(hi)/2 or little more. */
typedef struct reel_dd {
    double hi, lo;
} reel_dd;

/** A row of the logarithm table: c ~ 1/m with 9 bits, and -log(c) as two doubles. */
typedef struct reel_log_row {
    double c;
    double hi, lo;
} reel_log_row;

/* computed by trig_tables.py */
extern const uint64_t reel_two_over_pi[21];
extern const double reel_half_pi_parts[4];
extern const reel_dd reel_exp_table[128];
extern const reel_log_row reel_log_table[128];
extern const reel_dd reel_atan_table[65];
extern const double reel_sin_poly[7];
extern const double reel_cos_poly[6];
extern const double reel_asin_poly[13];
extern const double reel_sinh_poly[6];
extern const double reel_tanh_poly[8];

/* constants as two doubles */
#define REEL_PI_HI      0x1.921fb54442d18p+1
#define REEL_PI_LO      0x1.1a62633145c07p-53
#define REEL_HALF_PI_HI 0x1.921fb54442d18p+0
#define REEL_HALF_PI_LO 0x1.1a62633145c07p-54

static inline uint64_t reel_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline double reel_from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/** |x| with the sign bit of `sign`. */
static inline double reel_with_sign(double x, double sign)
{
    return reel_from_bits((reel_bits(x) & 0x7fffffffffffffffu) |
                          (reel_bits(sign) & 0x8000000000000000u));
}

/** The leading 26 bits of x: x - reel_head(x) is exact, and products of two heads are. */
static inline double reel_head(double x)
{
    return reel_from_bits(reel_bits(x) & 0xfffffffff8000000u);
}

/** a + b exactly, for |a| >= |b| or a == 0. */
static inline reel_dd reel_add_fast(double a, double b)
{
    const double s = a + b;
    return (reel_dd){s, b - (s - a)};
}

/** a + b exactly. */
static inline reel_dd reel_add_exact(double a, double b)
{
    const double s = a + b;
    const double t = s - a;
    return (reel_dd){s, (a - (s - t)) + (b - t)};
}

/** a * b exactly (but for half an ulp of the product of the tails: 2^-107 of it). */
static inline reel_dd reel_mul_exact(double a, double b)
{
    const double ah = reel_head(a);
    const double al = a - ah;
    const double bh = reel_head(b);
    const double bl = b - bh;
    const double p = a * b;
    return (reel_dd){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

/** n / d to some 2^-100: the residual of a first quotient is exact. */
static inline reel_dd reel_div_dd(reel_dd n, reel_dd d)
{
    const double inverse = 1.0 / d.hi;
    const double q = n.hi * inverse;
    const reel_dd p = reel_mul_exact(q, d.hi);
    const double rest = ((n.hi - p.hi) - p.lo) + (n.lo - q * d.lo);
    return reel_add_fast(q, rest * inverse);
}

/** v * 2^k with one rounding, for 1/2 < |v| < 4 and any |k| < 2000. */
static inline double reel_scale(double v, int k)
{
    if (k > 1020) {
        v *= 0x1p1000;
        k -= 1000;
    } else if (k < -1020) {
        /* the first product stays normal and is exact; k >= -1200 at all callers */
        v *= reel_from_bits((uint64_t)(1023 + k + 200) << 52);
        return v * 0x1p-200;
    }
    return v * reel_from_bits((uint64_t)(1023 + k) << 52);
}

/** exp(x + tail) = (hi + lo) * 2^k, to some 2^-61; |x| < 750, |tail| <= 2^-52 |x|. */
reel_dd reel_exp_core(double x, double tail, int *k);

/** log(x) = k ln 2 + hi + lo, to some 2^-67 of the result; x positive and finite. */
reel_dd reel_log_core(double x, int *k);
