/*
 * trig_exp.c - exponential and hyperbolic functions: contract in trig.h, helpers in
 * trig_internal.h.
 *
 * exp(x) = 2^(n/128) exp(r), |r| <= ln 2/256 (Tang, ACM TOMS 15, 1989): the power of two from a
 * table as a pair of doubles, exp(r) - 1 by its series. The hyperbolic functions are their
 * definitions in pairs of doubles, with polynomials where those would cancel.
 */
#include "base/trig.h"

#include "base/trig_internal.h"

/* 2^(n/128) * exp(r) */
static inline reel_dd exp_rest(int n, double r, int *k)
{
    const reel_dd t = reel_exp_table[n & 127];
    *k = (n - (n & 127)) / 128;
    const double rr = r * r;
    const double q =
        r + (0.5 * rr + rr * r * ((1.0 / 6.0 + r * (1.0 / 24.0)) + rr * (1.0 / 120.0)));
    return reel_add_fast(t.hi, t.lo + t.hi * q);
}

reel_dd reel_exp_core(double x, double tail, int *k)
{
    const double shifted = x * 0x1.71547652b82fep+7 + 0x1.8p52; /* 128/ln 2; n in the last bits */
    const int n = (int)(uint32_t)reel_bits(shifted);
    const double dn = shifted - 0x1.8p52;
    /* ln 2/128 in a part of 34 bits, so that n (18 bits) times it is exact, and a rest */
    const double a = x - dn * 0x1.62e42fef8p-8;
    const double r = a - (dn * 0x1.1cf79abc9e3b4p-43 - tail);
    return exp_rest(n, r, k);
}

double reel_exp(double x)
{
    if (!(fabs(x) < 746.0)) {
        return x > 0 ? INFINITY : x < 0 ? 0.0 : x + x;
    }
    if (fabs(x) < 0x1p-54) {
        return 1.0;
    }
    int k;
    const reel_dd e = reel_exp_core(x, 0.0, &k);
    return reel_scale(e.hi + e.lo, k);
}

double reel_exp2(double x)
{
    if (!(fabs(x) < 1080.0)) {
        return x > 0 ? INFINITY : x < 0 ? 0.0 : x + x;
    }
    const double shifted = x + 0x1.8p45; /* 128 x in the last bits */
    const int n = (int)(uint32_t)reel_bits(shifted);
    const double r = x - (shifted - 0x1.8p45);
    int k;
    const reel_dd e = exp_rest(n, r * 0x1.62e42fefa39efp-1, &k);
    return reel_scale(e.hi + e.lo, k);
}

/* (sinh(x)/x - 1) for z = x^2 <= 1/4 */
static inline double sinh_series(double z)
{
    const double *c = reel_sinh_poly;
    return z * (c[0] + z * (c[1] + z * (c[2] + z * (c[3] + z * (c[4] + z * c[5])))));
}

/* (exp(a) + sign * exp(-a)) / 2 for a > 0 */
static double half_sum(double a, double sign)
{
    int k;
    const reel_dd up = reel_exp_core(a, 0.0, &k);
    if (a > 40.0) {
        return reel_scale(up.hi + up.lo, k - 1);
    }
    int down_k;
    const reel_dd down = reel_exp_core(-a, 0.0, &down_k);
    const double scale = sign * reel_from_bits((uint64_t)(1023 + down_k - k) << 52);
    const reel_dd s = reel_add_fast(up.hi, down.hi * scale);
    return reel_scale(s.hi + (s.lo + (up.lo + down.lo * scale)), k - 1);
}

double reel_sinh(double x)
{
    const double a = fabs(x);
    if (!(a < 711.0)) {
        return x * INFINITY; /* too large, infinite or NaN */
    }
    if (a < 0x1p-27) {
        return x;
    }
    if (a <= 0.5) {
        return x + x * sinh_series(x * x);
    }
    return reel_with_sign(half_sum(a, -1.0), x);
}

double reel_cosh(double x)
{
    const double a = fabs(x);
    if (!(a < 711.0)) {
        return a * INFINITY; /* too large, infinite or NaN */
    }
    return half_sum(a, 1.0);
}

double reel_tanh(double x)
{
    const double a = fabs(x);
    if (a < 0x1p-27 || x != x) {
        return x;
    }
    if (a > 22.0) {
        return reel_with_sign(1.0, x);
    }
    if (a <= 0.25) {
        const double *c = reel_tanh_poly;
        const double z = x * x;
        const double zz = z * z;
        const double low = (c[0] + z * c[1]) + zz * (c[2] + z * c[3]);
        const double high = (c[4] + z * c[5]) + zz * (c[6] + z * c[7]);
        return x + x * z * (low + zz * zz * high);
    }
    /* (exp(2a) - 1) / (exp(2a) + 1) = (e - u)/(e + u), both divided by 2^k */
    int k;
    const reel_dd e = reel_exp_core(a + a, 0.0, &k);
    const double u = reel_from_bits((uint64_t)(1023 - k) << 52);
    reel_dd n = reel_add_exact(e.hi, -u);
    reel_dd d = reel_add_exact(e.hi, u);
    n = reel_add_fast(n.hi, n.lo + e.lo);
    d = reel_add_fast(d.hi, d.lo + e.lo);
    const reel_dd q = reel_div_dd(n, d);
    return reel_with_sign(q.hi + q.lo, x);
}
