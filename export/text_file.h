/*
 * text_file.h - a text that grows in the order of the clips and is whole or absent in the end.
 *
 * What is put waits in memory and goes to a temporary file in pieces; no descriptor stays open, so
 * there may be hundreds. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/fs.h"

REEL_API_BEGIN

/** Zero-initialised is closed. */
typedef struct reel_text_file {
    char path[REEL_PATH_MAX], temporary[REEL_PATH_MAX + 8];
    reel_bytes pending; /**< append here, then call reel_text_file_flow() */
    bool is_open;
} reel_text_file;

/** Start `path` anew; its folder is created. @return REEL_OK; REEL_E_IO. */
reel_status reel_text_file_open(reel_text_file *file, const char *path,
                                reel_error *err) REEL_MUST_CHECK;
/** After something was appended to `pending`. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_text_file_flow(reel_text_file *file, reel_error *err) REEL_MUST_CHECK;
/** Write the rest, fsync, and put the file in its place. Same errors. */
reel_status reel_text_file_close(reel_text_file *file, reel_error *err) REEL_MUST_CHECK;
/** Frees; a file that was not closed is removed. */
void reel_text_file_finish(reel_text_file *file);

REEL_API_END
