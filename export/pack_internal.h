/*
 * pack_internal.h - what packing, the card and the dataset reader share (inside export/).
 */
#pragma once

#include "base/fs.h"
#include "export/card.h"
#include "export/facts.h"
#include "export/manifest.h"
#include "export/pack.h"
#include "export/tables.h"
#include "export/trainers.h"

REEL_API_BEGIN

/** A split as it is packed. */
typedef struct reel_pack_split {
    const char *name;
    int n_clips;
    int64_t n_rows[REEL_TABLE_COUNT];
} reel_pack_split;

/* ---- packing: the stages share this -----------------------------------------------------------
 */

/** One clip on its way. */
typedef struct reel_pack_clip {
    const char *id, *family;
    const char *source; /**< folder it comes from; NULL once it is in place */
    uint64_t index, base_seed, seed;
    int split;
    reel_clip_place place;
} reel_pack_clip;

typedef struct reel_packer {
    reel_arena arena;
    const char *root;
    const reel_pack_options *options;
    int n_clips;
    reel_pack_clip *clips; /**< by (index, id) */
    reel_clip_traits traits;
    reel_clip_table metadata; /**< by traits */
    int entries;              /**< the most files that a clip puts into a folder */
    int per_folder;           /**< clips of a numbered folder */
    int n_splits;
    reel_pack_split splits[REEL_MAX_SPLITS]; /**< by name */
    int n_names, max_names;
    const char **names;        /**< base names of streams, for uniqueness */
    reel_facts facts;          /**< of the clips whose tables are derived */
    const char *example;       /**< path of a label store for the card; NULL if none */
    bool movies;               /**< label stores are videos */
    const char *example_video; /**< path of a video for the card; NULL if none */
    const char *strip;         /**< name of a moving picture in the root; NULL if none */
    const char *picture;       /**< name of a picture in the root to show; NULL if none */
    bool has_plan;             /**< the caller put a plan.json into the root */
    reel_manifest_files files;
    reel_trainers *trainers; /**< NULL without colour */
} reel_packer;

/** Names that are collected while a folder is listed. */
typedef struct reel_name_list {
    reel_arena *arena;
    int n, capacity;
    const char **names;
    bool failed;
} reel_name_list;

/** Fails with REEL_E_NOMEM. */
reel_status reel_pack_no_memory(reel_error *err);
/** `name` under the root. */
void reel_pack_path(const reel_packer *p, const char *name, char out[REEL_PATH_MAX]);
/** Create the folder that holds `path`. */
reel_status reel_pack_make_parent(const char *path, reel_error *err);
/** The names in a folder, in byte order; none if it does not exist. */
reel_status reel_pack_list(reel_packer *p, const char *dir, reel_name_list *out, reel_error *err);
/** Where a record's file goes, relative to the root. */
void reel_pack_place(const reel_pack_clip *clip, const reel_record_file *file, char *out,
                     size_t size);

/** Stage 1: fill p->clips and p->splits from the records, wherever they are by now. */
reel_status reel_pack_gather(reel_packer *p, const char *const *dirs, int n, reel_error *err);
/** Stage 2: move every file to its place. */
reel_status reel_pack_move(reel_packer *p, reel_error *err);
/** Stage 3: derive the tables and list the files so far. */
reel_status reel_pack_tables(reel_packer *p, reel_error *err);
/** Within stage 3: the lists for trainers (trainers.h), opened, filled clip by clip, put in place. */
reel_status reel_pack_trainers_open(reel_packer *p, reel_error *err);
reel_status reel_pack_trainers_put(reel_packer *p, const reel_pack_clip *clip,
                                   const reel_record *record, reel_error *err);
reel_status reel_pack_trainers_close(reel_packer *p, reel_error *err);
/** Stage 4: README.md, then manifest.json. */
reel_status reel_pack_finish(reel_packer *p, reel_error *err);

/** What the card says of the clips layout; out of memory shows in the buffers. */
void reel_pack_card(const reel_packer *p, reel_layout_card *out);

/** Who is told what a check finds. */
typedef struct reel_findings {
    reel_finding_fn found;
    void *ctx;
    int n;
    bool stop; /**< the caller has heard enough */
} reel_findings;

/** Tell about `file` (relative to the root). */
void reel_findings_report(reel_findings *f, const char *file, const char *fmt, ...)
    REEL_PRINTF(3, 4);

REEL_API_END
