/*
 * trig_log.c - logarithms and powers: contract in trig.h, helpers in trig_internal.h.
 *
 * log(x) = k ln 2 - log(c) + log(1 + r), r = m c - 1, with m the mantissa and c ~ 1/m from a table
 * (Tang, ACM TOMS 16, 1990). c has 9 bits, so r is an exact pair of doubles, and c = 1 around 1, so
 * nothing cancels there. All of it is carried to some 2^-67, which is what pow needs:
 * x^y = exp(y log x), with y log x up to 745 as a pair of doubles.
 */
#include "base/trig.h"

#include "base/trig_internal.h"

#define LN2_HI     0x1.62e42fefa38p-1 /* 42 bits: times an exponent it is exact */
#define LN2_LO     0x1.ef35793c7673p-45
#define LOG2E_HI   0x1.71547652b82fep+0
#define LOG2E_LO   0x1.777d0ffda0d24p-56
#define LOG10E_HI  0x1.bcb7b1526e50ep-2
#define LOG10E_LO  0x1.95355baaafad3p-57
#define LOG10_2_HI 0x1.34413509f78p-2 /* 42 bits */
#define LOG10_2_LO 0x1.fef311f12b358p-46

/* log(1 + r) for r = hi + lo, |r| < 2^-6.9 */
static inline reel_dd log_series(reel_dd r)
{
    const double x = r.hi;
    const double xx = x * x;
    const double p = ((1.0 / 3.0 - x * 0.25) + xx * (0.2 - x * (1.0 / 6.0))) +
                     xx * xx * ((1.0 / 7.0 - x * 0.125) + xx * (1.0 / 9.0 - x * 0.1));
    const reel_dd square = reel_mul_exact(x, x);
    const reel_dd s = reel_add_fast(x, -0.5 * square.hi);
    return (reel_dd){s.hi, s.lo + (((r.lo - x * r.lo) - 0.5 * square.lo) + square.hi * x * p)};
}

reel_dd reel_log_core(double x, int *k)
{
    uint64_t u = reel_bits(x);
    int exponent = (int)(u >> 52) - 1023;
    if (exponent == -1023) { /* subnormal */
        u = reel_bits(x * 0x1p54);
        exponent = (int)(u >> 52) - 1023 - 54;
    }
    const unsigned i = (unsigned)(u >> 45) & 127u;
    const reel_log_row *row = &reel_log_table[i];
    *k = exponent + (i >= 53); /* from sqrt 2 on the table means m/2 */
    const double m = reel_from_bits((u & 0xfffffffffffffu) | 0x3ff0000000000000u);
    const double head = reel_head(m);
    const reel_dd r = reel_add_fast(head * row->c - 1.0, (m - head) * row->c);
    const reel_dd l = log_series(r);
    const reel_dd s = reel_add_fast(row->hi, l.hi);
    return reel_add_fast(s.hi, s.lo + (row->lo + l.lo));
}

/* zero, negative, infinite and NaN arguments of all logarithms */
static double log_special(double x)
{
    if (x == 0) {
        return -INFINITY;
    }
    return x < 0 ? (x - x) / 0.0 : x + x; /* NaN; -inf - -inf is one too */
}

static inline int is_ordinary(double x)
{
    return x > 0 && x <= 0x1.fffffffffffffp1023;
}

double reel_log(double x)
{
    if (!is_ordinary(x)) {
        return log_special(x);
    }
    int k;
    const reel_dd l = reel_log_core(x, &k);
    const reel_dd s = reel_add_fast(k * LN2_HI, l.hi);
    return s.hi + (s.lo + (l.lo + k * LN2_LO));
}

double reel_log2(double x)
{
    if (!is_ordinary(x)) {
        return log_special(x);
    }
    int k;
    const reel_dd l = reel_log_core(x, &k);
    const reel_dd p = reel_mul_exact(l.hi, LOG2E_HI);
    const reel_dd s = reel_add_fast(k, p.hi);
    return s.hi + (s.lo + (p.lo + (l.lo * LOG2E_HI + l.hi * LOG2E_LO)));
}

double reel_log10(double x)
{
    if (!is_ordinary(x)) {
        return log_special(x);
    }
    int k;
    const reel_dd l = reel_log_core(x, &k);
    const reel_dd p = reel_mul_exact(l.hi, LOG10E_HI);
    const reel_dd s = reel_add_fast(k * LOG10_2_HI, p.hi);
    return s.hi + (s.lo + (p.lo + (l.lo * LOG10E_HI + l.hi * LOG10E_LO + k * LOG10_2_LO)));
}

/* 0: not an integer, 1: odd, 2: even */
static int integer_kind(double y)
{
    const double a = fabs(y);
    if (a >= 0x1p53) {
        return 2;
    }
    if (a < 1.0) {
        return 0;
    }
    const double whole = (a + 0x1p52) - 0x1p52;
    if (a < 0x1p52 && whole != a) {
        return 0;
    }
    const double half = a * 0.5;
    return half < 0x1p52 && (half + 0x1p52) - 0x1p52 != half ? 1 : 2;
}

/* C17 F.10.4.4: x or y is zero, infinite or NaN */
static double pow_special(double x, double y)
{
    if (y == 0 || x == 1) {
        return 1.0;
    }
    if (x != x || y != y) {
        return x + y;
    }
    const double a = fabs(x);
    if (fabs(y) > 0x1.fffffffffffffp1023) {
        if (a == 1) {
            return 1.0;
        }
        return (a > 1) == (y > 0) ? INFINITY : 0.0;
    }
    const double size = (a > 1) == (y > 0) ? INFINITY : 0.0; /* x is zero or infinite */
    return integer_kind(y) == 1 ? reel_with_sign(size, x) : size;
}

double reel_pow(double x, double y)
{
    double a = fabs(x);
    if (a == 0 || !(a <= 0x1.fffffffffffffp1023) || y == 0 ||
        !(fabs(y) <= 0x1.fffffffffffffp1023)) {
        return pow_special(x, y);
    }
    double sign = 1.0;
    if (x < 0) {
        const int kind = integer_kind(y);
        if (kind == 0) {
            return (x - x) / (x - x);
        }
        sign = kind == 1 ? -1.0 : 1.0;
    }
    int k;
    const reel_dd l = reel_log_core(a, &k);
    reel_dd s = reel_add_fast(k * LN2_HI, l.hi);
    s = reel_add_fast(s.hi, s.lo + (l.lo + k * LN2_LO));
    const double rough = y * s.hi;
    if (!(fabs(rough) < 746.0)) {
        return sign * (rough > 0 ? INFINITY : 0.0);
    }
    if (fabs(rough) < 0x1p-60) {
        return sign; /* 1 + y log x rounds to 1; a product of tails could be subnormal */
    }
    const reel_dd p = reel_mul_exact(y, s.hi);
    const reel_dd e = reel_exp_core(p.hi, p.lo + y * s.lo, &k);
    return sign * reel_scale(e.hi + e.lo, k);
}
