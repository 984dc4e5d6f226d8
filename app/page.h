/*
 * page.h - index.html of a dataset of clips: players for them, to look at in any browser.
 *
 * The page holds all that it needs but the videos, which stand in the dataset: it works from a
 * folder and from any server, offline. Without scripts it is a list of videos with controls.
 * Thread-safety: safe on distinct records.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

enum { REEL_PAGE_CLIPS = 300 }; /**< most clips of a page; the tables list all */

/**
 * A player for the colour of each camera of each of the first REEL_PAGE_CLIPS records, in the order
 * (index, clip id), with its control videos beside it where there are any; caption, seed and facts;
 * links to the files. The same bytes for the same records.
 * @param name  of the dataset
 * @param path  HTML to publish, in the root of the dataset in the clips layout (export/pack.h) that
 *              the records are to be packed into
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (a broken record); REEL_E_NOMEM.
 */
reel_status reel_page_make(const char *const *record_dirs, int n, const char *name,
                           const char *path, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
