/*
 * bench_kit.h - what programs of bench/ share: how they end when something fails, and their clock.
 */
#pragma once

#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/** Tell `err` on stderr after the program's name and end with 1. */
static inline _Noreturn void bench_die(const reel_error *err)
{
    char text[1024];
    reel_error_format(err, text, sizeof text);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
    exit(1);
}

/** CPU time of this process, s. */
static inline double bench_cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
