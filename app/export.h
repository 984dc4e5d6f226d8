/*
 * export.h - clip records into a layout (export/layout/layout.h): the driver of its functions.
 *
 * Thread-safety: one exporter, one thread.
 */
#pragma once

#include "app/plan.h"
#include "export/layout/layout_drive.h"

REEL_API_BEGIN

/** Where a clip is. */
typedef struct reel_export_source {
    const char *dir;     /**< folder of its record */
    const char *dataset; /**< root of the clips dataset it stands in; NULL: unpacked */
    int folder;          /**< its numbered folder there */
} reel_export_source;

typedef struct reel_export_options {
    const reel_layout *layout;
    const char *root; /**< an existing folder; what is in it (plan.json, a contact sheet) becomes
                           part of the dataset, but for names that begin with a dot */
    const char *work; /**< a folder for what is in the making, created and removed */
    const char *name, *command, *license;
    int n_given;
    const char *const *given;      /**< settings, "name=value" */
    reel_layout_receiver receiver; /**< NULL: files stay */
    void *ctx;
} reel_export_options;

/** Options for a plan with a layout (assert), all borrowed; no receiver. @return REEL_OK;
 * REEL_E_NOMEM. */
reel_status reel_export_options_of(reel_plan *plan, const char *root, const char *work,
                                   reel_export_options *out, reel_error *err) REEL_MUST_CHECK;

/** Open a source's record. Of a dataset that lacks it: REEL_E_CONFLICT, since that is not the disk's
 * fault. Otherwise as reel_record_open(). */
reel_status reel_export_open_record(const reel_export_source *source, reel_record **record,
                                    reel_error *err) REEL_MUST_CHECK;

/**
 * Are the clip's files those of its record, by size and SHA-256? A damaged one would be whole and
 * good in the new dataset.
 * @param planes  stored label planes too.
 * @return REEL_OK; REEL_E_CONFLICT (names the file); REEL_E_IO; REEL_E_NOMEM; REEL_E_INTERNAL.
 */
reel_status reel_export_check_files(const reel_layout_clip *clip, bool planes,
                                    reel_error *err) REEL_MUST_CHECK;

typedef struct reel_exporter reel_exporter; /**< opaque */

/** Strings and arrays are borrowed until the end. @return REEL_OK; REEL_E_USAGE (settings);
 * REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_exporter_open(const reel_export_options *options, reel_exporter **out,
                               reel_error *err) REEL_MUST_CHECK;

/** Show a clip to the layout before any is put; all of them, in order, if the layout looks.
 * @return REEL_OK; REEL_E_CONFLICT (a broken record, clips that do not fit together); REEL_E_IO;
 *         REEL_E_NOMEM. */
reel_status reel_exporter_look(reel_exporter *exporter, const reel_export_source *source,
                               reel_error *err) REEL_MUST_CHECK;

/** The costly part of clip number `i`, in any process; its product waits in the work folder. Does
 * nothing for layouts without one. */
reel_status reel_exporter_make(reel_exporter *exporter, const reel_export_source *source, int i,
                               reel_error *err) REEL_MUST_CHECK;

/** Add clip number `i` = 0, 1, ..., whose make is done. */
reel_status reel_exporter_put(reel_exporter *exporter, const reel_export_source *source, int i,
                              reel_error *err) REEL_MUST_CHECK;

/** For a layout that can go on in the middle: a clip (in place of its put) and a file (before any
 * clip) that an earlier exporter of the same clips was done with. */
reel_status reel_exporter_resume(reel_exporter *exporter, const reel_export_source *source,
                                 reel_error *err) REEL_MUST_CHECK;
reel_status reel_exporter_resume_file(reel_exporter *exporter, const char *name, uint64_t bytes,
                                      const char *sha256, reel_error *err) REEL_MUST_CHECK;
/** The file that was told last, with size and digest; for receivers, once the exporter is open. */
const reel_manifest_file *reel_exporter_last_file(const reel_exporter *exporter);
/** How many clips of the split that were put are not in files that are done: its last. */
int reel_exporter_waiting(const reel_exporter *exporter, const char *split);

/** Everything that remains, README.md, and manifest.json last; both are given to the receiver. */
reel_status reel_exporter_finish(reel_exporter *exporter, reel_error *err) REEL_MUST_CHECK;

/** *exporter may be NULL. */
void reel_exporter_destroy(reel_exporter **exporter);

/**
 * All of that for n clips in their order, with `n_workers` processes making them.
 * @return as above; REEL_E_RETRY if a signal asked for a stop.
 */
reel_status reel_export_all(const reel_export_options *options, const reel_export_source *sources,
                            int n, int n_workers, bool quiet, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
