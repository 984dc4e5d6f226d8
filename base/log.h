/*
 * log.h - messages to stderr, one line each. Results never go here.
 * Thread-safety: one thread per process.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

typedef enum reel_log_level {
    REEL_LOG_ERROR = 0,
    REEL_LOG_WARN = 1,
    REEL_LOG_INFO = 2,
    REEL_LOG_DEBUG = 3,
} reel_log_level;

void reel_log_set_level(reel_log_level level); /**< default REEL_LOG_INFO */
/** One line to stderr in one write; line breaks in it become blanks, beyond 2 KB it is cut. */
void reel_log_write(reel_log_level level, const char *fmt, ...) REEL_PRINTF(2, 3);

/** Log `*err` at error level, prefixed by `what` (such as a clip id; may be NULL). */
void reel_log_error(const char *what, const reel_error *err);

REEL_API_END
