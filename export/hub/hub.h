/*
 * hub.h - would the Hugging Face Hub, its viewer and `datasets` take a dataset as it is?
 *
 * Offline, from the files alone, by the limits and rules of the hub's documentation and of the
 * viewer's and `datasets`' sources (2026-08): fewer than 100,000 files, at most 10,000 entries a
 * folder, files under 200 GB, paths that the hub allows; front matter with a known licence, tasks
 * and sizes, explicit configs of one builder whose patterns find files and whose splits have good
 * names; Parquet that the viewer can scan (300 MB, or a page index) and whose first rows stay
 * under 1 MB; videos that browsers play; shards whose first samples have the same fields.
 * Thread-safety: one call per dataset at a time.
 */
#pragma once

#include "export/pack.h"

REEL_API_BEGIN

enum {
    REEL_HUB_MAX_FILES = 100000,
    REEL_HUB_MAX_ENTRIES = 10000,     /**< of a folder */
    REEL_HUB_MAX_COLUMNS = 1000,      /**< that the viewer shows */
    REEL_HUB_MAX_SCAN = 300000000,    /**< bytes of a row group without page index */
    REEL_HUB_MAX_FIRST_ROWS = 1000000 /**< bytes of the ten rows that the viewer must show */
};
#define REEL_HUB_MAX_FILE 200000000000 /**< bytes */

/** Findings name the file, and the field of the front matter.
 * @return REEL_OK if nothing was found; REEL_E_CONFLICT; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_hub_check(const reel_dataset *dataset, reel_finding_fn found, void *ctx,
                           reel_error *err) REEL_MUST_CHECK;

REEL_API_END
