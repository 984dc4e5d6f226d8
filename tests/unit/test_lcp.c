/* Complementarity with bounds: what comes out is judged by the conditions that define it. */
#include "engine/lcp.h"
#include "tests/check.h"

#include <math.h>

enum { MOST = 40, RANK = 12 };

static uint64_t seed;

static double draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-52 - 1;
}

/* Contacts of few bodies: many rows of low rank, softened. */
static void make(lcp *p, int n, int rank, double softness)
{
    double rows[MOST][RANK], v[RANK];
    for (int k = 0; k < rank; k++) {
        v[k] = draw();
    }
    for (int i = 0; i < n; i++) {
        p->b[i] = 0;
        for (int k = 0; k < rank; k++) {
            rows[i][k] = draw();
            p->b[i] += rows[i][k] * v[k];
        }
        const bool grip = draw() > 0.3;
        p->hi[i] = grip ? 0.1 * fabs(draw()) : HUGE_VAL;
        p->lo[i] = grip ? -p->hi[i] : 0;
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < rank; k++) {
                sum += rows[i][k] * rows[j][k];
            }
            p->a[i * p->stride + j] = i == j ? sum * (1 + softness) : sum;
        }
    }
}

/* How far x is from a solution. */
static double fault_of(const lcp *p, int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++) {
        double w = -p->b[i];
        for (int j = 0; j < n; j++) {
            w += p->a[i * p->stride + j] * p->x[j];
        }
        const bool low = p->x[i] <= p->lo[i], high = p->x[i] >= p->hi[i];
        const double fault = low && high ? 0 : low ? fmax(0, -w) : high ? fmax(0, w) : fabs(w);
        worst = fmax(worst, fault);
        worst = p->x[i] < p->lo[i] || p->x[i] > p->hi[i] ? INFINITY : worst;
    }
    return worst;
}

static void every_problem_is_solved(const void *param)
{
    const double softness = *(const double *)param;
    lcp p = {.block = NULL};
    seed = 1;
    for (int t = 0; t < 3000; t++) {
        const int n = 1 + t % MOST, rank = 1 + t % RANK;
        CHECK(lcp_reserve(&p, n));
        make(&p, n, rank, softness);
        for (int i = 0; i < n; i++) {
            p.side[i] = LCP_FREE;
        }
        CHECK(lcp_solve(&p, n));
        CHECK(fault_of(&p, n) < 1e-11);
    }
    lcp_finish(&p);
}

/* From any guess. */
static void the_guess_does_not_matter(const void *param)
{
    (void)param;
    lcp p = {.block = NULL};
    seed = 2;
    for (int t = 0; t < 1000; t++) {
        const int n = 1 + t % MOST;
        double first[MOST];
        CHECK(lcp_reserve(&p, n));
        make(&p, n, 1 + t % RANK, 1e-2);
        for (int guess = 0; guess < 3; guess++) {
            for (int i = 0; i < n; i++) {
                const bool bounded = p.hi[i] < HUGE_VAL;
                p.side[i] = guess == 0 ? LCP_FREE : guess == 1 && bounded ? LCP_HIGH : LCP_LOW;
            }
            CHECK(lcp_solve(&p, n));
            for (int i = 0; i < n; i++) {
                first[i] = guess == 0 ? p.x[i] : first[i];
                CHECK_NEAR(p.x[i], first[i], 1e-9 * (1 + fabs(first[i])));
            }
        }
    }
    lcp_finish(&p);
}

static const double softnesses[] = {1e-2, 1e-9, 1e-13};

static const check_test tests[] = {
    {"soft contacts", every_problem_is_solved, &softnesses[0]},
    {"stiff contacts", every_problem_is_solved, &softnesses[1]},
    {"impacts", every_problem_is_solved, &softnesses[2]},
    {"the guess does not matter", the_guess_does_not_matter, NULL},
};

CHECK_MAIN(tests)
