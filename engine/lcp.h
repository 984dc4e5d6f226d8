/*
 * lcp.h - linear complementarity with bounds: x within lo..hi such that w = A x - b is 0 where x is
 * between its bounds, not negative where it is lo and not positive where it is hi. A is symmetric
 * and positive definite, so there is one solution. Internal to engine/.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { LCP_FREE, LCP_LOW, LCP_HIGH };

typedef struct lcp {
    double *a; /* [n][stride], both halves; what is right of column n is never used */
    int stride;
    double *b, *lo, *hi; /* [n] */
    uint8_t *side;       /* [n] where the search begins, then where x is */
    double *x;           /* [n] the solution */

    int cap;
    double *w, *u, *inverse, *found, *from; /* scratch */
    int *free;
    void *block;
} lcp;

/* Room for n unknowns, all unset; false: out of memory. */
bool lcp_reserve(lcp *p, int n);
void lcp_finish(lcp *p);

/* Solves for the first n unknowns alone; false: the search did not end, x lies within its bounds.
 */
bool lcp_solve(lcp *p, int n);
