/*
 * pack.h - from clip records to the `clips` dataset layout.
 *
 *   README.md                                   the card, with explicit configs
 *   manifest.json                               every file with size and SHA-256; written last
 *   plan.json                                   what the run was asked for, if the caller puts it
 *   clips/<split>/metadata.parquet              one row per clip and camera (VideoFolder)
 *   clips/<split>/<nnn>/<stream>.mp4            at most 1000 clips per numbered folder,
 *                                               and fewer if it had more than 10,000 files
 *   clips/<split>/control/<kind>/<nnn>/<stream>.mp4, clips/<split>/first/<nnn>/<stream>.png
 *   labels/<split>/<nnn>/<stream>.zarr.zip
 *   records/<split>/<nnn>/<clip_id>/            scene.json take.npz views.npz manifest.json
 *   clips/<split>/ltx.jsonl, trainers/          lists for trainers of video models (trainers.h)
 *   tables/<table>/<split>-00000-of-00001.parquet    objects states cameras events boxes
 *                                               tracks actions
 * Rows are ordered by (clip index, then the table's own keys): the same bytes for any worker count
 * and order. Thread-safety: one call per dataset at a time.
 */
#pragma once

#include "export/record.h"

REEL_API_BEGIN

typedef struct reel_pack_options {
    const char *name;    /**< dataset name for the card, such as the folder's */
    const char *command; /**< the command that made it, for the card */
    const char *license; /**< default "cc-by-4.0" */
    int folder_entries;  /**< most files of a numbered folder, 1..; default REEL_FOLDER_ENTRIES */
    /** Progress: called with clips packed so far (may be NULL). */
    void (*progress)(void *ctx, int done, int total);
    void *ctx;
} reel_pack_options;

/** Named "physreel clips", no command, cc-by-4.0, no progress. */
reel_pack_options reel_pack_options_default(void);

/**
 * Pack the records in the folders `record_dirs` into `root` (which exists and may hold a half-done
 * pack of the same records: the step is idempotent). Files are moved, not copied; the records'
 * folders are gone afterwards. Ends with manifest.json. A record's folder is named by its clip id.
 * Other files in the root whose names do not begin with a dot become part of the dataset: the
 * manifest lists them, and the card shows the first .png. The bytes written do not depend on the
 * order of `record_dirs`; for the card to be the same, `command` leaves out what changes nothing
 * (output folder, number of workers).
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (two records with one id, a broken record);
 *         REEL_E_NOMEM.
 */
reel_status reel_pack_clips(const char *root, const char *const *record_dirs, int n,
                            const reel_pack_options *options, reel_error *err) REEL_MUST_CHECK;

/** A dataset, opened for reading. */
typedef struct reel_dataset {
    reel_arena arena;
    char root[4096];
    reel_json *manifest;
    const char *layout; /**< "clips", or of export/layout/ */
    int n_clips;
    const char **record_dirs; /**< absolute or relative to the process, by clip index; NULL unless
                                   the layout is clips */
} reel_dataset;

/** @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (no dataset of ours, or of another version). */
reel_status reel_dataset_open(const char *root, reel_dataset **out,
                              reel_error *err) REEL_MUST_CHECK;
/** The same for what needs records. Also REEL_E_USAGE (another layout). */
reel_status reel_dataset_open_clips(const char *root, reel_dataset **out,
                                    reel_error *err) REEL_MUST_CHECK;
void reel_dataset_close(reel_dataset **dataset);

/** Path of a stream's file ("video" or "planes") of a record in this dataset. */
void reel_dataset_stream_path(const reel_dataset *dataset, const reel_record *record,
                              const char *file_name, char *out, size_t size);

/** Told about each thing that is wrong; returns false to stop. */
typedef bool (*reel_finding_fn)(void *ctx, const reel_error *finding);

/** Check every file of the manifest (present, size, SHA-256), that no stray file is there (names
 * with a dot in front at the top are not looked at), and that manifest.json is canonical and agrees
 * with the clips' manifests. Findings name the file.
 * @return REEL_OK if nothing was found; REEL_E_CONFLICT; REEL_E_IO. */
reel_status reel_dataset_check_files(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                                     reel_error *err) REEL_MUST_CHECK;

/** Derive every table again from the records and compare with the Parquet files value by value.
 * Findings name table, row and column. The layout is clips. Same returns. */
reel_status reel_dataset_check_tables(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                                      reel_error *err) REEL_MUST_CHECK;

REEL_API_END
