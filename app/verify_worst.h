/* verify_worst.h - the worst place of one check. Internal to app/verify_*.c. */
#pragma once

#include "app/verify_physics.h"
#include <stdio.h>

typedef struct reel_worst {
    const char *check;
    int64_t n;
    int sample;
    double excess; /* how many times the tolerance */
    char words[240];
} reel_worst;

/* Words of the place are only made if it is the worst so far. */
static inline bool reel_worst_is(reel_worst *w, double off, double tolerance, int sample)
{
    if (off <= tolerance) { /* not so for NaN */
        return false;
    }
    const double excess = tolerance > 0 ? off / tolerance : HUGE_VAL;
    const bool worst = w->n == 0 || excess > w->excess;
    w->n++;
    if (worst) {
        w->excess = excess;
        w->sample = sample;
    }
    return worst;
}

static inline void reel_worst_tell(const reel_worst *w, const reel_physics_finder *finder)
{
    if (w->n > 0) {
        finder->found(finder->ctx, w->check, w->sample, w->n, w->words);
    }
}
