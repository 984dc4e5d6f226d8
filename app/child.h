/*
 * child.h - another program, run to its end. No shell is involved. Thread-safety: one thread.
 */
#pragma once

#include "base/bytes.h"

REEL_API_BEGIN

/**
 * Run argv (NULL-terminated; argv[0] is looked for in PATH) with standard input at its end. It is
 * killed when a stop is asked for (reel_stop_signal()) and when this process dies.
 * @param environment  "NAME=value" in addition to ours, NULL-terminated; may be NULL. What must
 *                     not be seen by others belongs here, never into argv.
 * @param out   its standard output is appended; may be NULL: dropped.
 * @param told  likewise its standard error.
 * @param[out] exit_status  127: there is no such program; 128 + n: it died of signal n.
 * @return REEL_OK however it ended; REEL_E_RETRY (stopped); REEL_E_IO (no process or pipe);
 *         REEL_E_NOMEM.
 */
reel_status reel_child_run(const char *const *argv, const char *const *environment, reel_bytes *out,
                           reel_bytes *told, int *exit_status, reel_error *err) REEL_MUST_CHECK;

/** Wait, unless a stop is asked for. @return REEL_OK; REEL_E_RETRY. */
reel_status reel_child_wait(double seconds, reel_error *err) REEL_MUST_CHECK;

/** All of `size` bytes through a pipe, whatever signals come. False: the other end is closed, or an
 * error. */
bool reel_pipe_write(int fd, const void *data, size_t size);
bool reel_pipe_read(int fd, void *data, size_t size);

/** Is there a program of this name in PATH? Its path goes to `out`. */
bool reel_child_find(const char *name, char *out, size_t size);

REEL_API_END
