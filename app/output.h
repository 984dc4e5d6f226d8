/*
 * output.h - the folder of a run: DIR is a whole dataset or absent.
 *
 *   DIR.partial/plan.json           what is being made; written first
 *   DIR.partial/records/<clip id>/  whole clip records (.tmp-<clip id>: in the making)
 *   DIR.partial/parts/              what a layout has in the making
 *   DIR.partial/dataset/            the packing step's root; exists only once every record is whole
 *   DIR                             DIR.partial/dataset, renamed when all is done and on disk
 * A run may end at any moment, by SIGKILL too: the next run of the same plan goes on from there and
 * ends with the same bytes. Thread-safety: one at a time; a lock keeps a second process out.
 */
#pragma once

#include "app/plan.h"
#include "base/fs.h"

REEL_API_BEGIN

typedef enum reel_output_state {
    REEL_OUTPUT_NEW = 0,
    REEL_OUTPUT_RESUMED, /**< DIR.partial of the same plan was there */
    REEL_OUTPUT_PACKING, /**< likewise, and the packing had begun */
    REEL_OUTPUT_DONE,    /**< DIR is there, whole, of the same plan */
} reel_output_state;

typedef struct reel_output {
    char dir[REEL_PATH_MAX];
    char partial[REEL_PATH_MAX];
    char records[REEL_PATH_MAX];
    char dataset[REEL_PATH_MAX];
    int lock; /**< file descriptor, or -1 */
} reel_output;

/**
 * Look at DIR and DIR.partial and get ready (unless REEL_OUTPUT_DONE). Strays of a run that was
 * killed are removed.
 * @return REEL_OK; REEL_E_USAGE (something else is there: says what; nothing was touched);
 *         REEL_E_RETRY (another process works on it); REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_output_open(const char *dir, const reel_plan *plan, reel_output *out,
                             reel_output_state *state, reel_error *err) REEL_MUST_CHECK;

/** Is the record of clip `id` there and whole (manifest, sizes, SHA-256)? A broken one is removed. */
reel_status reel_output_has_record(const reel_output *output, const char *id, bool *has,
                                   reel_error *err) REEL_MUST_CHECK;

/** Pack all records in the plan's layout and put the dataset in its place. */
reel_status reel_output_finish(reel_output *output, reel_plan *plan, int n_workers, bool quiet,
                               reel_error *err) REEL_MUST_CHECK;

/** For a dataset that is sent while it is made: its folder with plan.json alone, or with the
 * pictures that were made before. */
reel_status reel_output_begin_stream(const reel_output *output, const reel_plan *plan,
                                     reel_error *err) REEL_MUST_CHECK;
/** The pictures of its first `n` clips (REEL_SHEET_ROWS of app/sheet.h, or all), if they are not
 * there yet. */
reel_status reel_output_make_pictures(const reel_output *output, const char *const *dirs, int n,
                                      reel_error *err) REEL_MUST_CHECK;
/** Remove all of the run: its dataset is elsewhere. */
reel_status reel_output_discard(reel_output *output, reel_error *err) REEL_MUST_CHECK;

/** After a failure: remove what is unfinished, and DIR.partial if it holds no whole record.
 * @return how many whole records are kept for the next run. */
int reel_output_abandon(reel_output *output);

/** Give the lock back. */
void reel_output_close(reel_output *output);

REEL_API_END
