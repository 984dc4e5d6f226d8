/*
 * plan.h - what a push sends, in which order and in which parts.
 *
 * Every file of a dataset's manifest, by rank and name: data first, then what tells of it, the
 * card, and manifest.json, so that whoever sees the manifest sees a whole dataset. What the other
 * side has already is left out. Parts (a commit of the hub, say) are bounded in files and bytes and
 * never mix ranks. Nothing here knows what the other side is. Thread-safety: one object, one
 * thread.
 */
#pragma once

#include "base/alloc.h"
#include "base/digest.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include <stdbool.h>

REEL_API_BEGIN

/** Order of sending. */
typedef enum reel_remote_rank {
    REEL_REMOTE_DATA = 0,
    REEL_REMOTE_TABLES,   /**< tables, meta/, and what else stands at the top */
    REEL_REMOTE_CARD,     /**< README.md */
    REEL_REMOTE_MANIFEST, /**< manifest.json */
} reel_remote_rank;

typedef struct reel_remote_file {
    const char *name; /**< relative to the dataset, parted by '/' */
    const char *path; /**< on this machine */
    uint64_t bytes;
    char sha256[REEL_SHA256_HEX];
    char blob[REEL_SHA1_HEX]; /**< git's id, where it is known; "": read the file for it */
    reel_remote_rank rank;
    bool checked; /**< its bytes were compared with size and SHA-256 */
    bool there;   /**< the other side has these bytes under this name */
} reel_remote_file;

/** Files first .. first + n - 1 of `order`. */
typedef struct reel_remote_part {
    int first, n;
    uint64_t bytes;
    reel_remote_rank rank;
} reel_remote_part;

typedef struct reel_remote_plan {
    reel_arena arena;
    const char *root;
    const char *layout; /**< of the manifest, such as "clips" */
    int n_files;
    reel_remote_file *files; /**< by name */
    uint64_t bytes;
    /* reel_remote_plan_parts(): */
    int n_order;
    const reel_remote_file **order; /**< those not there, in the order of sending */
    uint64_t order_bytes;
    int n_parts;
    reel_remote_part *parts;
    /* what the other side has beyond the dataset, by name */
    int n_others;
    const char **others;
} reel_remote_plan;

/** Bounds of a part. A file larger than max_bytes is a part of its own. */
typedef struct reel_remote_bounds {
    int max_files;      /**< 1.. */
    uint64_t max_bytes; /**< 1.. */
    bool card_with_manifest;
} reel_remote_bounds;

/** The rank of a file of this name. */
reel_remote_rank reel_remote_rank_of(const char *name);

/**
 * Read DIR's manifest.json: a dataset of any layout. Checks that it is true to its own digest and
 * names no path outside.
 * @return REEL_OK; REEL_E_CONFLICT (no dataset, a damaged manifest); REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_remote_plan_open(const char *dir, reel_remote_plan **out,
                                  reel_error *err) REEL_MUST_CHECK;
void reel_remote_plan_close(reel_remote_plan **plan);

/** By name; NULL: the dataset has no such file. */
reel_remote_file *reel_remote_plan_find(const reel_remote_plan *plan, const char *name);

/** The other side has a file `name` that the dataset may not have; call in any order, then
 * reel_remote_plan_parts(). @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_remote_plan_other(reel_remote_plan *plan, const char *name,
                                   reel_error *err) REEL_MUST_CHECK;

/** Lay out what is not there. May be called again. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_remote_plan_parts(reel_remote_plan *plan, const reel_remote_bounds *bounds,
                                   reel_error *err) REEL_MUST_CHECK;

/**
 * Read a file and compare its size and SHA-256 with what they must be.
 * @return REEL_OK; REEL_E_CONFLICT (names the file and what differs); REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_remote_file_check(const reel_remote_file *file, reel_error *err) REEL_MUST_CHECK;

/** Its size alone, without reading. @return REEL_OK; REEL_E_CONFLICT; REEL_E_IO. */
reel_status reel_remote_file_check_size(const reel_remote_file *file,
                                        reel_error *err) REEL_MUST_CHECK;

/** Read a file for git's id of its bytes. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM; REEL_E_INTERNAL
 * (as reel_git_blob_id()). */
reel_status reel_remote_file_blob(const reel_remote_file *file, char out[REEL_SHA1_HEX],
                                  reel_error *err) REEL_MUST_CHECK;

REEL_API_END
