/*
 * clock.h - seconds, for progress and benchmarks; never for a result. Thread-safety: safe.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

/** CPU seconds of this process so far. */
double reel_clock_cpu(void);
/** Wall clock seconds since some fixed moment. */
double reel_clock_wall(void);

REEL_API_END
