/*
 * test_trig.c - base/trig.h against MPFR: at most 1 ulp anywhere, specials as in C17 Annex F, and
 * the same bits in every build and on every CPU (a pinned hash).
 */
#include "base/trig.h"
#include "tests/check.h"

#include <float.h>
#include <mpfr.h>

#ifndef POINTS
#    define POINTS 20000 /* per kind of point; a kind or several per function */
#endif

/* Random bits of the test's own (splitmix64): the points must not depend on code under test. */
static uint64_t state;

static uint64_t bits(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double from_bits(uint64_t u)
{
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static double uniform(double lo, double hi)
{
    return lo + (hi - lo) * ((double)(bits() >> 11) * 0x1p-53);
}

static double any_finite(void)
{
    for (;;) {
        const double x = from_bits(bits());
        if (isfinite(x)) {
            return x;
        }
    }
}

static double subnormal(void)
{
    return from_bits(bits() & 0x800fffffffffffffu);
}

/* Moves x by up to +-4 ulp. */
static double jitter(double x)
{
    return from_bits(to_bits(x) + bits() % 9 - 4);
}

/* Doubles next to k pi/2, k up to 2^50 with all sizes alike. */
static double near_half_pi(void)
{
    const unsigned size = (unsigned)(bits() % 50);
    const double k = (double)(1 + (bits() >> 1) % (UINT64_C(2) << size));
    mpfr_t p;
    mpfr_init2(p, 160);
    mpfr_const_pi(p, MPFR_RNDN);
    mpfr_mul_d(p, p, k * 0.5, MPFR_RNDN);
    const double x = mpfr_get_d(p, MPFR_RNDN);
    mpfr_clear(p);
    return bits() & 1 ? jitter(x) : -x;
}

static double near_one(void)
{
    const double distance = ldexp(uniform(0.5, 1.0), -(int)(bits() % 54));
    return bits() & 1 ? 1.0 - 0.5 * distance : 1.0 + distance;
}

/* All magnitudes from 2^-60 to 2^60 alike. */
static double log_uniform(void)
{
    const double x = ldexp(uniform(0.5, 1.0), (int)(bits() % 120) - 60);
    return bits() & 1 ? -x : x;
}

static double small_angle(void)
{
    return uniform(-8.0, 8.0);
}

static double unit(void)
{
    return uniform(-1.0, 1.0);
}

static double unit_edge(void)
{
    const double x = 1.0 - ldexp(uniform(0.5, 1.0), -(int)(bits() % 53));
    return bits() & 1 ? x : -x;
}

static double exponent(void)
{
    return uniform(-746.0, 711.0);
}

static double exponent2(void)
{
    return uniform(-1076.0, 1025.0);
}

static double positive(void)
{
    return fabs(any_finite());
}

static double positive_subnormal(void)
{
    return fabs(subnormal());
}

static double moderate(void)
{
    return uniform(0.0, 20.0);
}

/* The distance of got from the true value in units in the last place of the true value. */
static double error_in_ulp(double got, mpfr_t truth)
{
    if (mpfr_zero_p(truth)) {
        return got == 0 ? 0 : INFINITY;
    }
    long e = (long)mpfr_get_exp(truth); /* |truth| in [2^(e-1), 2^e) */
    if (isinf(got)) {                   /* rightly so from the last half ulp on */
        return e > 1024 ? 0 : INFINITY;
    }
    if (e > 1024) {
        return got == copysign(DBL_MAX, got) ? 1 : INFINITY;
    }
    e = e < -1021 ? -1021 : e;
    mpfr_t d;
    mpfr_init2(d, 60);
    mpfr_sub_d(d, truth, got, MPFR_RNDN);
    mpfr_mul_2si(d, d, 53 - e, MPFR_RNDN);
    const double ulps = fabs(mpfr_get_d(d, MPFR_RNDA));
    mpfr_clear(d);
    return ulps;
}

typedef struct unary {
    const char *name;
    double (*ours)(double);
    int (*truth)(mpfr_t, const mpfr_t, mpfr_rnd_t);
    double (*points[6])(void); /* kinds of points, ended by NULL */
} unary;

static void unary_within_one_ulp(const void *param)
{
    const unary *u = param;
    mpfr_t x, y;
    mpfr_init2(x, 53);
    mpfr_init2(y, 90);
    double worst = 0;
    double worst_at = 0;
    state = 1;
    for (int kind = 0; u->points[kind]; kind++) {
        for (int i = 0; i < POINTS; i++) {
            const double at = u->points[kind]();
            mpfr_set_d(x, at, MPFR_RNDN);
            u->truth(y, x, MPFR_RNDN);
            const double got = u->ours(at);
            const double error = mpfr_nan_p(y)   ? (isnan(got) ? 0 : INFINITY)
                                 : mpfr_inf_p(y) ? (got == mpfr_get_d(y, MPFR_RNDN) ? 0 : INFINITY)
                                                 : error_in_ulp(got, y);
            if (!(error <= worst)) {
                worst = error;
                worst_at = at;
            }
        }
    }
    mpfr_clears(x, y, (mpfr_ptr)0);
    printf("# %s: %.3f ulp at %a\n", u->name, worst, worst_at);
    CHECK(worst <= 1.0);
}

typedef struct binary {
    const char *name;
    double (*ours)(double, double);
    int (*truth)(mpfr_t, const mpfr_t, const mpfr_t, mpfr_rnd_t);
    void (*points)(int i, double *x, double *y);
} binary;

static void pow_points(int i, double *x, double *y)
{
    *x = i % 4 == 0 ? near_one() : i % 4 == 1 ? positive_subnormal() : positive();
    if (i % 8 >= 4) {
        *x = uniform(0.0, 100.0);
    }
    const double size = log(*x);
    *y = i % 16 == 15 || size == 0 ? any_finite() : uniform(-746.0, 711.0) / size;
    if (i % 16 == 14) {
        *y = floor(uniform(-30.0, 30.0));
        *x = -*x;
    }
}

static void atan2_points(int i, double *y, double *x)
{
    *y = i % 4 == 0 ? any_finite() : uniform(-3.0, 3.0);
    *x = i % 4 == 3 ? uniform(-3.0, 3.0) : *y * log_uniform();
    if (i % 16 == 4) {
        *y = subnormal();
        *x = subnormal();
    }
    if (i % 16 == 8) {
        *y = any_finite();
        *x = any_finite();
    }
    if (!isfinite(*x)) {
        *x = 1.0;
    }
}

static void binary_within_one_ulp(const void *param)
{
    const binary *b = param;
    mpfr_t x, y, z;
    mpfr_init2(x, 53);
    mpfr_init2(y, 53);
    mpfr_init2(z, 90);
    double worst = 0;
    double worst_x = 0;
    double worst_y = 0;
    state = 2;
    for (int i = 0; i < 5 * POINTS; i++) {
        double px, py;
        b->points(i, &px, &py);
        mpfr_set_d(x, px, MPFR_RNDN);
        mpfr_set_d(y, py, MPFR_RNDN);
        b->truth(z, x, y, MPFR_RNDN);
        const double got = b->ours(px, py);
        const double error = mpfr_inf_p(z) ? (isinf(got) ? 0 : INFINITY) : error_in_ulp(got, z);
        if (!(error <= worst)) {
            worst = error;
            worst_x = px;
            worst_y = py;
        }
    }
    mpfr_clears(x, y, z, (mpfr_ptr)0);
    printf("# %s: %.3f ulp at %a, %a\n", b->name, worst, worst_x, worst_y);
    CHECK(worst <= 1.0);
}

static const unary sin_case = {
    "sin", reel_sin, mpfr_sin, {any_finite, near_half_pi, small_angle, log_uniform, subnormal}};
static const unary cos_case = {
    "cos", reel_cos, mpfr_cos, {any_finite, near_half_pi, small_angle, log_uniform, subnormal}};
static const unary tan_case = {
    "tan", reel_tan, mpfr_tan, {any_finite, near_half_pi, small_angle, log_uniform, subnormal}};
static const unary asin_case = {
    "asin", reel_asin, mpfr_asin, {unit, unit_edge, log_uniform, subnormal}};
static const unary acos_case = {
    "acos", reel_acos, mpfr_acos, {unit, unit_edge, log_uniform, subnormal}};
static const unary atan_case = {
    "atan", reel_atan, mpfr_atan, {unit, small_angle, log_uniform, any_finite, subnormal}};
static const unary exp_case = {
    "exp", reel_exp, mpfr_exp, {exponent, unit, log_uniform, any_finite, subnormal}};
static const unary exp2_case = {
    "exp2", reel_exp2, mpfr_exp2, {exponent2, unit, log_uniform, any_finite, subnormal}};
static const unary log_case = {
    "log", reel_log, mpfr_log, {positive, near_one, moderate, positive_subnormal}};
static const unary log2_case = {
    "log2", reel_log2, mpfr_log2, {positive, near_one, moderate, positive_subnormal}};
static const unary log10_case = {
    "log10", reel_log10, mpfr_log10, {positive, near_one, moderate, positive_subnormal}};
static const unary sinh_case = {
    "sinh", reel_sinh, mpfr_sinh, {exponent, small_angle, unit, log_uniform, subnormal}};
static const unary cosh_case = {
    "cosh", reel_cosh, mpfr_cosh, {exponent, small_angle, unit, log_uniform, subnormal}};
static const unary tanh_case = {
    "tanh", reel_tanh, mpfr_tanh, {small_angle, unit, log_uniform, any_finite, subnormal}};
static const binary pow_case = {"pow", reel_pow, mpfr_pow, pow_points};
static const binary atan2_case = {"atan2", reel_atan2, mpfr_atan2, atan2_points};

/* Arguments whose reduction cancels most, and others that have caught implementations out. */
static void hard_reductions(const void *param)
{
    (void)param;
    const double hard[] = {
        0x1.6ac5b262ca1ffp+849, /* 6381956970095103 * 2^797, nearest of all to a multiple of pi/2 */
        0x1.921fb54442d18p+0,
        0x1.921fb54442d18p+1,
        0x1.2d97c7f3321d2p+2,
        0x1.d7bdfb4f8d5e3p+3, /* near 33 pi/7 */
        0x1.0000000000000p+20,
        0x1.fffffffffffffp+19,
        0x1.fffffffffffffp+1023,
        0x1p+1023,
        0x1.921fb54442d18p-1,
        0x1.921fb54442d19p-1,
        0x1p-27,
        0x1.fffffffffffffp-28,
        0x1.f9cbe7p+95, /* 16367173 * 2^72, the float that is nearest */
    };
    const unary *const all[] = {&sin_case, &cos_case, &tan_case};
    mpfr_t x, y;
    mpfr_init2(x, 53);
    mpfr_init2(y, 120);
    for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int f = 0; f < 3; f++) {
                const double at = sign * hard[i];
                mpfr_set_d(x, at, MPFR_RNDN);
                all[f]->truth(y, x, MPFR_RNDN);
                CHECK_NEAR(error_in_ulp(all[f]->ours(at), y), 0.0, 1.0);
            }
        }
    }
    mpfr_clears(x, y, (mpfr_ptr)0);
}

/* Powers, logarithms and roots that have an exact value must have exactly that value. */
static void exact_cases(const void *param)
{
    (void)param;
    for (int base = 2; base <= 31; base++) {
        double power = 1;
        for (int n = 0; power < 0x1p53; n++, power *= base) {
            CHECK(reel_pow(base, n) == power);
            CHECK(reel_pow(-base, n) == (n % 2 ? -power : power));
            CHECK(reel_pow(power * power, 0.5) == power || power * power > 0x1p53);
        }
    }
    for (int k = -1074; k <= 1023; k++) {
        CHECK(reel_pow(2.0, k) == ldexp(1.0, k));
        CHECK(reel_exp2(k) == ldexp(1.0, k));
        CHECK(reel_log2(ldexp(1.0, k)) == k);
    }
    double ten = 1;
    for (int k = 0; k <= 22; k++, ten *= 10) {
        CHECK(reel_log10(ten) == k);
    }
    CHECK(reel_pow(0.25, -0.5) == 2.0);
    CHECK(reel_pow(2.25, 1.5) == 3.375);
    CHECK(reel_acos(1.0) == 0.0 && reel_acos(-1.0) == REEL_PI);
    CHECK(reel_asin(1.0) == REEL_PI / 2 && reel_atan2(1.0, 1.0) == REEL_PI / 4);
    CHECK(reel_exp(0.0) == 1.0 && reel_cosh(0.0) == 1.0 && reel_log(1.0) == 0.0);
}

static void sincos_is_sin_and_cos(const void *param)
{
    (void)param;
    state = 3;
    for (int i = 0; i < 5 * POINTS; i++) {
        const double x = i % 3 == 0 ? any_finite() : i % 3 == 1 ? near_half_pi() : small_angle();
        double s, c;
        reel_sincos(x, &s, &c);
        CHECK(to_bits(s) == to_bits(reel_sin(x)) && to_bits(c) == to_bits(reel_cos(x)));
    }
}

typedef struct special {
    double x, result; /* a NaN result: any NaN; zeros with their sign */
} special;

/* An array of specials, without its number. */
#define SPECIALS(f, ...)                                                                         \
    do {                                                                                         \
        const special rows[] = {__VA_ARGS__};                                                    \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {                              \
            const double got = f(rows[i].x);                                                     \
            if (isnan(rows[i].result) ? !isnan(got) : to_bits(got) != to_bits(rows[i].result)) { \
                CHECK_FAIL("%s(%a) is %a, not %a", #f, rows[i].x, got, rows[i].result);          \
            }                                                                                    \
        }                                                                                        \
    } while (0)

static void unary_specials(const void *param)
{
    (void)param;
    const double inf = INFINITY;
    const double half_pi = 0x1.921fb54442d18p+0;
    SPECIALS(reel_sin, {0.0, 0.0}, {-0.0, -0.0}, {inf, NAN}, {-inf, NAN}, {NAN, NAN});
    SPECIALS(reel_cos, {0.0, 1.0}, {-0.0, 1.0}, {inf, NAN}, {-inf, NAN}, {NAN, NAN});
    SPECIALS(reel_tan, {0.0, 0.0}, {-0.0, -0.0}, {inf, NAN}, {-inf, NAN}, {NAN, NAN});
    SPECIALS(reel_asin, {0.0, 0.0}, {-0.0, -0.0}, {1.1, NAN}, {-inf, NAN}, {NAN, NAN});
    SPECIALS(reel_acos, {1.0, 0.0}, {1.1, NAN}, {-1.1, NAN}, {inf, NAN}, {NAN, NAN});
    SPECIALS(reel_atan, {0.0, 0.0}, {-0.0, -0.0}, {inf, half_pi}, {-inf, -half_pi}, {NAN, NAN});
    SPECIALS(reel_exp, {0.0, 1.0}, {-0.0, 1.0}, {-inf, 0.0}, {inf, inf}, {NAN, NAN}, {1e308, inf},
             {-1e308, 0.0}, {0x1.62e42fefa39f0p+9, inf}, {-746.0, 0.0});
    SPECIALS(reel_exp2, {0.0, 1.0}, {-0.0, 1.0}, {-inf, 0.0}, {inf, inf}, {NAN, NAN}, {1024.0, inf},
             {-1075.0, 0.0}, {-1074.0, 0x1p-1074});
    SPECIALS(reel_log, {0.0, -inf}, {-0.0, -inf}, {1.0, 0.0}, {-1.0, NAN}, {inf, inf}, {-inf, NAN},
             {NAN, NAN});
    SPECIALS(reel_log2, {0.0, -inf}, {-0.0, -inf}, {1.0, 0.0}, {-1.0, NAN}, {inf, inf}, {-inf, NAN},
             {NAN, NAN});
    SPECIALS(reel_log10, {0.0, -inf}, {-0.0, -inf}, {1.0, 0.0}, {-1.0, NAN}, {inf, inf},
             {-inf, NAN}, {NAN, NAN});
    SPECIALS(reel_sinh, {0.0, 0.0}, {-0.0, -0.0}, {inf, inf}, {-inf, -inf}, {NAN, NAN},
             {1000.0, inf}, {-1e300, -inf});
    SPECIALS(reel_cosh, {0.0, 1.0}, {-0.0, 1.0}, {inf, inf}, {-inf, inf}, {NAN, NAN},
             {-1e300, inf});
    SPECIALS(reel_tanh, {0.0, 0.0}, {-0.0, -0.0}, {inf, 1.0}, {-inf, -1.0}, {NAN, NAN});
}

static void check_binary(const char *name, double (*f)(double, double), const double (*rows)[3],
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double got = f(rows[i][0], rows[i][1]);
        if (isnan(rows[i][2]) ? !isnan(got) : to_bits(got) != to_bits(rows[i][2])) {
            CHECK_FAIL("%s(%a, %a) is %a, not %a", name, rows[i][0], rows[i][1], got, rows[i][2]);
        }
    }
}

static void pow_specials(const void *param)
{
    (void)param;
    const double inf = INFINITY;
    const double rows[][3] = {
        {0.0, -3.0, inf},       {-0.0, -3.0, -inf},
        {0.0, -2.0, inf},       {-0.0, -2.5, inf},
        {-0.0, -inf, inf},      {0.0, 3.0, 0.0},
        {-0.0, 3.0, -0.0},      {-0.0, 2.0, 0.0},
        {-0.0, 0.5, 0.0},       {-1.0, inf, 1.0},
        {-1.0, -inf, 1.0},      {1.0, NAN, 1.0},
        {1.0, -inf, 1.0},       {NAN, 0.0, 1.0},
        {NAN, -0.0, 1.0},       {inf, 0.0, 1.0},
        {-8.0, 1.0 / 3, NAN},   {-2.0, 0.5, NAN},
        {0.5, -inf, inf},       {2.0, -inf, 0.0},
        {0.5, inf, 0.0},        {2.0, inf, inf},
        {-inf, -3.0, -0.0},     {-inf, -2.0, 0.0},
        {-inf, 3.0, -inf},      {-inf, 2.5, inf},
        {inf, -1.0, 0.0},       {inf, 0.1, inf},
        {NAN, 1.0, NAN},        {2.0, NAN, NAN},
        {-1.0, 0x1p53, 1.0},    {-1.0, 0x1.fffffffffffffp52, -1.0},
        {-2.0, 1e300, inf},     {-2.0, -1e300, 0.0},
        {-2.0, 1025.0, -inf},   {-2.0, -1077.0, -0.0},
        {2.0, 0x1p-1074, 1.0},  {0x1p-1074, 1.0, 0x1p-1074},
        {0x1p-1074, -1.0, inf}, {DBL_MAX, 1.0, DBL_MAX},
        {-1.0, 0x1.8p1, -1.0},  {0.5, 1074.0, 0x1p-1074},
    };
    check_binary("pow", reel_pow, rows, sizeof rows / sizeof rows[0]);
}

static void atan2_specials(const void *param)
{
    (void)param;
    const double inf = INFINITY;
    const double pi = 0x1.921fb54442d18p+1;
    const double rows[][3] = {
        {0.0, -0.0, pi},
        {-0.0, -0.0, -pi},
        {0.0, 0.0, 0.0},
        {-0.0, 0.0, -0.0},
        {0.0, -1.0, pi},
        {-0.0, -1.0, -pi},
        {0.0, 1.0, 0.0},
        {-0.0, 1.0, -0.0},
        {-1.0, 0.0, -pi / 2},
        {1.0, -0.0, pi / 2},
        {1.0, -inf, pi},
        {-1.0, -inf, -pi},
        {1.0, inf, 0.0},
        {-1.0, inf, -0.0},
        {inf, 1.0, pi / 2},
        {-inf, -1.0, -pi / 2},
        {inf, inf, pi / 4},
        {-inf, inf, -pi / 4},
        {NAN, 1.0, NAN},
        {1.0, NAN, NAN},
        {inf, NAN, NAN},
        {inf, -inf, 0x1.2d97c7f3321d2p+1},
        {-inf, -inf, -0x1.2d97c7f3321d2p+1},
        {0x1p-1074, 0x1p-1074, pi / 4},
        {DBL_MAX, DBL_MAX, pi / 4},
        {0x1p-1074, DBL_MAX, 0.0},
        {0x1p-1074, -DBL_MAX, pi},
    };
    check_binary("atan2", reel_atan2, rows, sizeof rows / sizeof rows[0]);
}

/* FNV-1a over the bits of all functions at fixed points; NaN counts as one value. */
static uint64_t mix(uint64_t hash, double x)
{
    uint64_t u = isnan(x) ? 0x7ff8000000000000u : to_bits(x);
    for (int i = 0; i < 8; i++, u >>= 8) {
        hash = (hash ^ (u & 0xff)) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static void same_bits_everywhere(const void *param)
{
    (void)param;
    const unary *const all[] = {&sin_case,   &cos_case,  &tan_case,  &asin_case, &acos_case,
                                &atan_case,  &exp_case,  &exp2_case, &log_case,  &log2_case,
                                &log10_case, &sinh_case, &cosh_case, &tanh_case};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    state = 4;
    for (int i = 0; i < 20000; i++) {
        const double wide = from_bits(bits());
        const double near = uniform(-4.0, 4.0);
        for (size_t f = 0; f < sizeof all / sizeof all[0]; f++) {
            hash = mix(hash, all[f]->ours(wide));
            hash = mix(hash, all[f]->ours(near));
            hash = mix(hash, all[f]->ours(near * 0.25));
        }
        const double other = uniform(-4.0, 4.0);
        hash = mix(hash, reel_pow(fabs(near), other * 50));
        hash = mix(hash, reel_pow(wide, other));
        hash = mix(hash, reel_atan2(near, other));
        hash = mix(hash, reel_atan2(wide, near));
    }
    CHECK_HASH(hash, UINT64_C(0xa2189801db89b367));
}

static const check_test tests[] = {
    {"sin", unary_within_one_ulp, &sin_case},
    {"cos", unary_within_one_ulp, &cos_case},
    {"tan", unary_within_one_ulp, &tan_case},
    {"asin", unary_within_one_ulp, &asin_case},
    {"acos", unary_within_one_ulp, &acos_case},
    {"atan", unary_within_one_ulp, &atan_case},
    {"exp", unary_within_one_ulp, &exp_case},
    {"exp2", unary_within_one_ulp, &exp2_case},
    {"log", unary_within_one_ulp, &log_case},
    {"log2", unary_within_one_ulp, &log2_case},
    {"log10", unary_within_one_ulp, &log10_case},
    {"sinh", unary_within_one_ulp, &sinh_case},
    {"cosh", unary_within_one_ulp, &cosh_case},
    {"tanh", unary_within_one_ulp, &tanh_case},
    {"pow", binary_within_one_ulp, &pow_case},
    {"atan2", binary_within_one_ulp, &atan2_case},
    {"hard reductions", hard_reductions, NULL},
    {"exact cases", exact_cases, NULL},
    {"sincos has the bits of sin and cos", sincos_is_sin_and_cos, NULL},
    {"specials of one argument", unary_specials, NULL},
    {"specials of pow", pow_specials, NULL},
    {"specials of atan2", atan2_specials, NULL},
    {"the same bits everywhere", same_bits_everywhere, NULL},
};
CHECK_MAIN(tests)
