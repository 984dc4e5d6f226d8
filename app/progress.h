/*
 * progress.h - how far a long command is, on stderr: a bar on a terminal, else plain lines.
 * Thread-safety: one thread.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>

REEL_API_BEGIN

typedef struct reel_progress {
    const char *unit; /**< what is counted, such as "clips" */
    int total, done;
    int kept;         /**< of `done`, there before: not part of the rate */
    double under_way; /**< fractions of those in work, summed */
    bool quiet, bar;
    double start, shown; /**< s */
    int shown_percent;
} reel_progress;

/** Begin to count `total` things, `kept` of which are there already. `unit` is borrowed. */
void reel_progress_start(reel_progress *p, const char *unit, int total, int kept, bool quiet);
/** Show where it stands (at most some times a second; plain lines: each tenth of the way). */
void reel_progress_update(reel_progress *p);
/** Erase the bar, so that a line of other text can be printed. */
void reel_progress_clear(const reel_progress *p);
/** Erase the bar for good. */
void reel_progress_finish(reel_progress *p);
/** Wall clock seconds since the start. */
double reel_progress_seconds(const reel_progress *p);

REEL_API_END
