/* clock.c - see clock.h */
#include "app/clock.h"
#include <time.h>

static double seconds_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double reel_clock_cpu(void)
{
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double reel_clock_wall(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}
