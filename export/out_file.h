/*
 * out_file.h - a file that is whole or absent: written under a temporary name beside its place
 * (inside export/).
 *
 * For files whose end is not known when they begin; small ones take reel_fs_publish(), texts of
 * which many grow at once text_file.h. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/fs.h"
#include <stdio.h>

REEL_API_BEGIN

/** Zero-initialised is closed. */
typedef struct reel_out_file {
    char path[REEL_PATH_MAX], temporary[REEL_PATH_MAX];
    FILE *file; /**< NULL once closed */
} reel_out_file;

/** Begin `path`, whose folder exists. @return REEL_OK; REEL_E_IO. */
reel_status reel_out_file_open(reel_out_file *out, const char *path,
                               reel_error *err) REEL_MUST_CHECK;
/** Append. @return REEL_OK; REEL_E_IO. */
reel_status reel_out_file_put(reel_out_file *out, const void *data, size_t size,
                              reel_error *err) REEL_MUST_CHECK;
/** The file is whole: fsync it and give it its name. It is closed also after a failure, and then
 * gone. @return REEL_OK; REEL_E_IO. */
reel_status reel_out_file_close(reel_out_file *out, reel_error *err) REEL_MUST_CHECK;
/** Remove a file that was not closed. */
void reel_out_file_discard(reel_out_file *out);

REEL_API_END
