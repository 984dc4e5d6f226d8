/*
 * webdataset_internal.h - what the files of the webdataset layout share.
 *
 *   <set>/<split>-<nnnnn>.tar                      shards; number k of every set holds the same
 * clips video/    <stream>.mp4 <stream>.txt <stream>.json     with colour facts/    <stream>.txt
 * <stream>.json                  without labels/   <stream>.zarr.zip or <stream>.<plane>.mov   if
 * label planes are stored records/  <clip>.manifest.json .scene.json .take.npz .views.npz
 *   tables/<table>/<split>-<nnnnn>.parquet         of the clips in shard k
 * A clip is never split. Everything of shard k is done together, so a receiver of files needs room
 * for one shard of each split.
 */
#pragma once

#include "export/facts.h"
#include "export/layout/layout.h"
#include "export/parquet_write.h"
#include "export/tables.h"
#include "export/tar.h"

REEL_API_BEGIN

/** Sets of shards. */
typedef enum reel_shard_set {
    REEL_SHARD_VIDEO = 0, /**< or facts, without colour */
    REEL_SHARD_LABELS,
    REEL_SHARD_CONTROL,
    REEL_SHARD_RECORDS,
    REEL_SHARD_SETS,
} reel_shard_set;

/** Folder of a set. */
const char *reel_shard_set_name(reel_shard_set set, bool colour);

/** The shards of one split. */
typedef struct reel_shard_split {
    const char *name;
    int number;  /**< of the shard that is open, or will be next */
    int n_clips; /**< in the open shard; 0: none is open */
    reel_tar_writer *tar[REEL_SHARD_SETS];
    reel_parquet_writer *table[REEL_TABLE_COUNT];
} reel_shard_split;

typedef struct reel_webdataset {
    const reel_layout_options *options;
    uint64_t shard_size; /**< bytes */
    reel_facts facts;
    bool has_labels;        /**< every clip has stored planes, or none has */
    bool has_movies;        /**< they are videos, one a plane */
    reel_planes planes;     /**< of every clip's store */
    reel_controls controls; /**< of every clip */
    bool first_frames;
    int n_splits;
    reel_shard_split splits[REEL_MAX_SPLITS];
    reel_rows *rows[REEL_TABLE_COUNT];
    reel_rows *facts_rows; /**< metadata with the paths of this layout */
} reel_webdataset;

/* webdataset_facts.c */

/** The metadata rows of `from` with the paths of this layout, into `to` (same table, cleared). */
void reel_shard_facts_rows(const reel_rows *from, const char *shard, bool has_labels,
                           reel_rows *to);

/** Row `row` of the metadata as a JSON object without paths, every value always of one type (no
 * text is ""): readers infer columns from a few. NULL: out of memory. */
char *reel_shard_facts_json(const reel_rows *rows, int row, size_t *size);

/* webdataset_shard.c */

/** Open the next shard of a split. */
reel_status reel_shard_open(reel_webdataset *w, reel_shard_split *split, reel_error *err);
/** Finish the open shard and tell of its files. */
reel_status reel_shard_close(reel_webdataset *w, reel_shard_split *split, reel_error *err);
/** Free an open shard without finishing it. */
void reel_shard_drop(reel_shard_split *split);

/* webdataset_card.c */
void reel_webdataset_card(void *writer, reel_layout_card *out);

REEL_API_END
