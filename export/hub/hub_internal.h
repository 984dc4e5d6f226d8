/*
 * hub_internal.h - what the checks for the hub share (inside export/hub/).
 */
#pragma once

#include "export/hub/hub.h"
#include "export/pack_internal.h"

REEL_API_BEGIN

typedef struct reel_hub {
    const reel_dataset *dataset;
    reel_findings findings;
    int n_files;
    const char **files; /**< [n_files] by path, README.md and manifest.json among them */
    reel_arena arena;
} reel_hub;

/** Does a path match a pattern as `datasets` has them? "*" stays within a folder's name, "**" does
 * not, "?" is one character; anything else is itself. */
bool reel_hub_matches(const char *pattern, const char *path);

/** Front matter of README.md, and what its configs name. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM:
 * what was found is in the findings. */
reel_status reel_hub_check_card(reel_hub *hub, reel_error *err) REEL_MUST_CHECK;

/** A file that a config names, by its kind. @return its rows; -1: nobody can tell. */
int64_t reel_hub_check_parquet(reel_hub *hub, const char *name);
void reel_hub_check_video(reel_hub *hub, const char *name); /**< as above */
void reel_hub_check_shard(reel_hub *hub, const char *name); /**< as above */

REEL_API_END
