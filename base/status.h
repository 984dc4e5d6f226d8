/*
 * status.h - how functions fail.
 *
 * A function that can fail for a reason outside the program's control returns reel_status and
 * takes an optional reel_error for the words. Its outputs are untouched on failure unless its
 * header says otherwise. Misuse by our own code is an assert, which stays on in every build.
 * Thread-safety: everything here is safe on distinct objects.
 */
#pragma once

#include <assert.h>
#include <stdarg.h>

#ifdef __cplusplus
#    define REEL_API_BEGIN extern "C" {
#    define REEL_API_END   }
#else
#    define REEL_API_BEGIN
#    define REEL_API_END
#endif

#if defined(__GNUC__)
#    define REEL_MUST_CHECK        __attribute__((warn_unused_result))
#    define REEL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#    define REEL_MUST_CHECK
#    define REEL_PRINTF(fmt, args)
#endif

REEL_API_BEGIN

/** Why a call failed. The comment gives the exit status of the program (reel_exit_status()). */
typedef enum reel_status {
    REEL_OK = 0,
    REEL_E_USAGE = -1, /**< 64: bad option or argument */
    REEL_E_SCENE = -2, /**< 65: bad script, parameter, scene or asset; the same again if retried */
    REEL_E_REFUSED = -3,  /**< 65: the audit refused the take, or a value does not fit its label */
    REEL_E_INTERNAL = -4, /**< 70: a defect of ours, or of a library */
    REEL_E_CONFLICT = -5, /**< 70: a digest, label or table is not what it must be */
    REEL_E_IO = -6,       /**< 74: file, disk or codec */
    REEL_E_NOMEM = -7,    /**< 75: out of memory; may work if retried */
    REEL_E_RETRY = -8,    /**< 75: interrupted, or a worker was killed; may work if retried */
} reel_status;

/** What went wrong, for people. Zero-initialise; an unset part is empty or 0. */
typedef struct reel_error {
    reel_status status;
    char file[256];  /**< script, scene or data file, as the user named it */
    int line;        /**< 1-based line in `file`; 0 = none */
    char field[160]; /**< path of the field, such as "bodies[3].mass" */
    char msg[512];   /**< one sentence without a final period */
} reel_error;

/**
 * Fill `*err` (which may be NULL) with `status` and a formatted message, and return `status`, so
 * that `return reel_fail(err, REEL_E_IO, "...")` reads well. Keeps file, line and field if they
 * are set already; an earlier message is replaced.
 */
reel_status reel_fail(reel_error *err, reel_status status, const char *fmt, ...) REEL_PRINTF(3, 4);

/** As reel_fail(), with file and line set as well (`file` may be NULL, `line` 0). */
reel_status reel_fail_at(reel_error *err, reel_status status, const char *file, int line,
                         const char *field, const char *fmt, ...) REEL_PRINTF(6, 7);

/** "bad scene", "i/o error", ...: a constant string, never NULL. */
const char *reel_status_name(reel_status status);

/** sysexits-like exit status of a program that ends with `status` (see reel_status). */
int reel_exit_status(reel_status status);

/** Format "file:line: field: msg" into `out` (of `size` bytes, always terminated). */
void reel_error_format(const reel_error *err, char *out, int size);

REEL_API_END
