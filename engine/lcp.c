/*
 * lcp.c - bounded complementarity by block principal pivoting.
 *
 * Guess which unknowns are at a bound, solve for the others, turn over every guess that came out
 * wrong, until none does. Where that goes round in circles, an active set takes one bound after the
 * other, always downhill. The solution does not depend on where the search begins, but for
 * rounding.
 *
 * Every element is computed by the same operations at any width of the CPU's vectors: the bits are
 * the same everywhere.
 *
 * Sources: Judice, Pires, A block principal pivoting algorithm for large-scale strictly monotone
 * linear complementarity problems (1994); Nocedal, Wright, Numerical Optimization (2006),
 * chapter 16.
 */
#include "engine/lcp.h"

#include "base/alloc.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LANES = 4, PANEL = 4, PATIENCE = 4, TURNS = 8 };
#define LEAST_PIVOT 1e-14 /* of the diagonal: what is less is rounding */
#define SLACK       1e-13 /* of the largest unknown, of the largest right side */

typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))
#if defined(__x86_64__)
#    define AVX2 __attribute__((target("avx2")))
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#else
#    define AVX2
static bool has_avx2(void)
{
    return false;
}
#endif

/* Whole vectors, and a column more: the right side. */
static int stride_for(int n)
{
    return (n + LANES) / LANES * LANES;
}

bool lcp_reserve(lcp *p, int n)
{
    if (n > p->cap) {
        const int cap = n + n / 2;
        const size_t stride = (size_t)stride_for(cap), square = (size_t)cap * stride;
        lcp_finish(p);
        p->block = reel_alloc((2 * square + 8 * stride) * sizeof(double) +
                              (size_t)cap * (sizeof(int) + sizeof(uint8_t)));
        if (!p->block) {
            return false;
        }
        p->cap = cap;
        p->a = p->block;
        p->u = p->a + square;
        p->b = p->u + square;
        p->lo = p->b + stride;
        p->hi = p->lo + stride;
        p->x = p->hi + stride;
        p->w = p->x + stride;
        p->inverse = p->w + stride;
        p->found = p->inverse + stride;
        p->from = p->found + stride;
        p->free = (int *)(void *)(p->from + stride);
        p->side = (uint8_t *)(void *)(p->free + cap);
    }
    p->stride = stride_for(n);
    return true;
}

void lcp_finish(lcp *p)
{
    reel_free(p->block);
    *p = (lcp){.block = NULL};
}

/* ---- a linear system ------------------------------------------------------------------------ */

INLINE void subtract(double *row, const double *by, double f, int from, int end)
{
    for (int j = from; j < end; j += LANES) {
        *(lanes *)(row + j) -= f * *(const lanes *)(by + j);
    }
}

/* The rows at `by`, in their order. */
INLINE void subtract_panel(double *row, const double *by, int stride, const double *f, int from,
                           int end)
{
    const double *r1 = by + stride, *r2 = r1 + stride, *r3 = r2 + stride;
    for (int j = from; j < end; j += LANES) {
        lanes v = *(const lanes *)(row + j);
        v -= f[0] * *(const lanes *)(by + j);
        v -= f[1] * *(const lanes *)(r1 + j);
        v -= f[2] * *(const lanes *)(r2 + j);
        v -= f[3] * *(const lanes *)(r3 + j);
        *(lanes *)(row + j) = v;
    }
}

/* Gauss's elimination of a symmetric matrix without exchanges; the right side is column n. Only
 * what is right of the diagonal is looked at. `inverse` has the least pivots, then those of the
 * pivots. */
INLINE void eliminate(double *u, int n, int stride, double *inverse)
{
    for (int k = 0; k < n; k += PANEL) {
        double *const panel = u + (ptrdiff_t)k * stride;
        const int m = n - k < PANEL ? n - k : PANEL;
        for (int p = 0; p < m; p++) {
            double *row = panel + p * stride;
            for (int q = 0; q < p; q++) {
                const double *by = panel + q * stride;
                subtract(row, by, by[k + p] * inverse[k + q], k, stride);
            }
            const double pivot = row[k + p], least = inverse[k + p];
            inverse[k + p] = 1 / (pivot > least ? pivot : least);
        }
        for (int i = k + PANEL; i < n; i++) {
            double f[PANEL];
            for (int q = 0; q < PANEL; q++) {
                f[q] = panel[q * stride + i] * inverse[k + q];
            }
            subtract_panel(u + (ptrdiff_t)i * stride, panel, stride, f, i / LANES * LANES, stride);
        }
    }
}

/* x has room for `stride`. */
INLINE void substitute(const double *u, int n, int stride, const double *inverse, double *x)
{
    for (int j = n; j < stride; j++) {
        x[j] = 0;
    }
    for (int k = n - 1; k >= 0; k--) {
        const double *row = u + (ptrdiff_t)k * stride;
        const int begin = k / LANES * LANES;
        lanes sum = {0, 0, 0, 0};
        for (int j = k + 1; j < begin + LANES; j++) {
            sum[j - begin] = row[j] * x[j];
        }
        for (int j = begin + LANES; j < stride; j += LANES) {
            sum += *(const lanes *)(row + j) * *(const lanes *)(x + j);
        }
        x[k] = (row[n] - ((sum[0] + sum[2]) + (sum[1] + sum[3]))) * inverse[k];
    }
}

static void solve_plain(double *u, int n, int stride, double *inverse, double *x)
{
    eliminate(u, n, stride, inverse);
    substitute(u, n, stride, inverse, x);
}

AVX2 static void solve_avx2(double *u, int n, int stride, double *inverse, double *x)
{
    eliminate(u, n, stride, inverse);
    substitute(u, n, stride, inverse, x);
}

/* ---- the search ----------------------------------------------------------------------------- */

/* rest -= A x, over the unknowns that are free, or over the others */
static void take_off(const lcp *p, int n, bool free)
{
    for (int j = 0; j < n; j++) {
        if ((p->side[j] == LCP_FREE) == free && p->x[j] != 0) {
            subtract(p->w, p->a + (ptrdiff_t)j * p->stride, p->x[j], 0, n);
        }
    }
}

/* What is at a bound is put there; how many are free. */
static int put_at_bounds(lcp *p, int n)
{
    int m = 0;
    for (int i = 0; i < n; i++) {
        if (p->side[i] == LCP_FREE) {
            p->free[m++] = i;
        } else {
            p->x[i] = p->side[i] == LCP_LOW ? p->lo[i] : p->hi[i];
        }
    }
    memcpy(p->w, p->b, (size_t)n * sizeof *p->w);
    memset(p->w + n, 0, (size_t)(p->stride - n) * sizeof *p->w);
    if (m < n) {
        take_off(p, n, false);
    }
    return m;
}

/* The system of what is free, with what is left of b. */
static void gather(lcp *p, int n, int m)
{
    const int stride = stride_for(m);
    for (int i = 0; i < m; i++) {
        const double *from = p->a + (ptrdiff_t)p->free[i] * p->stride;
        double *row = p->u + (ptrdiff_t)i * stride;
        const int begin = i / PANEL * PANEL;
        if (m == n) {
            memcpy(row + begin, from + begin, (size_t)(m - begin) * sizeof *row);
        }
        for (int j = begin; j < m && m < n; j++) {
            row[j] = from[p->free[j]];
        }
        row[m] = p->w[p->free[i]];
        for (int j = m + 1; j < stride; j++) {
            row[j] = 0;
        }
        p->inverse[i] = LEAST_PIVOT * row[i];
    }
}

/* The free unknowns, and -w of the others. */
static void solve_free(lcp *p, int n)
{
    const int m = put_at_bounds(p, n);
    gather(p, n, m);
    (has_avx2() ? solve_avx2 : solve_plain)(p->u, m, stride_for(m), p->inverse, p->found);
    for (int i = 0; i < m; i++) {
        p->x[p->free[i]] = p->found[i];
    }
    if (m < n) {
        take_off(p, n, true);
    }
}

static double largest(const double *v, int n)
{
    double most = 0;
    for (int i = 0; i < n; i++) {
        most = fabs(v[i]) > most ? fabs(v[i]) : most;
    }
    return most;
}

static double within(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* How much an unknown at a bound wants to leave it. */
static double pull_at(const lcp *p, int i)
{
    const bool bound = p->side[i] != LCP_FREE && p->hi[i] > p->lo[i];
    return !bound ? 0 : p->side[i] == LCP_LOW ? p->w[i] : -p->w[i];
}

/* Turns over the guesses that the last solution shows to be wrong; how many there were. */
static int turn_over(lcp *p, int n)
{
    const double x_slack = SLACK * largest(p->x, n), w_slack = SLACK * largest(p->b, n);
    int wrong = 0;
    for (int i = 0; i < n; i++) {
        uint8_t side = pull_at(p, i) > w_slack ? LCP_FREE : p->side[i];
        if (p->side[i] == LCP_FREE) {
            side = p->x[i] < p->lo[i] - x_slack   ? LCP_LOW
                   : p->x[i] > p->hi[i] + x_slack ? LCP_HIGH
                                                  : LCP_FREE;
        }
        wrong += side != p->side[i];
        p->side[i] = side;
    }
    return wrong;
}

/* Turns over guesses until none is wrong; false: that goes round in circles. */
static bool pivot_blocks(lcp *p, int n)
{
    int fewest = n + 1;
    for (int patience = PATIENCE; patience > 0;) {
        solve_free(p, n);
        const int wrong = turn_over(p, n);
        if (wrong == 0) {
            return true;
        }
        patience = wrong < fewest ? PATIENCE : patience - 1;
        fewest = wrong < fewest ? wrong : fewest;
    }
    return false;
}

/* From `from` towards x, up to the first bound, which then holds; false: there is none. */
static bool go_to_bound(lcp *p, int n, const double *from)
{
    double way = 1;
    int first = -1;
    for (int i = 0; i < n; i++) {
        const double to = within(p->x[i], p->lo[i], p->hi[i]);
        if (p->side[i] == LCP_FREE && to != p->x[i]) {
            const double share = (to - from[i]) / (p->x[i] - from[i]);
            first = share < way || first < 0 ? i : first;
            way = share < way ? share : way;
        }
    }
    if (first < 0) {
        return false;
    }
    p->side[first] = p->x[first] < p->lo[first] ? LCP_LOW : LCP_HIGH;
    for (int i = 0; i < n; i++) {
        p->x[i] = within(from[i] + way * (p->x[i] - from[i]), p->lo[i], p->hi[i]);
    }
    return true;
}

/* Lets go of the bound that pulls most; false: none does. */
static bool let_go(lcp *p, int n)
{
    double most = SLACK * largest(p->b, n);
    int best = -1;
    for (int i = 0; i < n; i++) {
        const double pull = pull_at(p, i);
        best = pull > most ? i : best;
        most = pull > most ? pull : most;
    }
    if (best >= 0) {
        p->side[best] = LCP_FREE;
    }
    return best >= 0;
}

/* The same problem is to minimise x A x / 2 - b x: downhill from any x, bound by bound. */
static bool descend(lcp *p, int n)
{
    for (int i = 0; i < n; i++) {
        p->x[i] = within(p->x[i], p->lo[i], p->hi[i]);
        p->side[i] = p->x[i] == p->lo[i] ? LCP_LOW : p->x[i] == p->hi[i] ? LCP_HIGH : LCP_FREE;
    }
    for (int turn = 0; turn < TURNS + TURNS * n; turn++) {
        memcpy(p->from, p->x, (size_t)n * sizeof *p->from);
        solve_free(p, n);
        if (!go_to_bound(p, n, p->from) && !let_go(p, n)) {
            return true;
        }
    }
    return false;
}

bool lcp_solve(lcp *p, int n)
{
    const bool solved = pivot_blocks(p, n) || descend(p, n);
    for (int i = 0; i < n; i++) {
        p->x[i] = within(p->x[i], p->lo[i], p->hi[i]);
    }
    return solved;
}
