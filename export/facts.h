/*
 * facts.h - what a dataset's card says of its clips, gathered clip by clip.
 *
 * Thread-safety: one object, one thread.
 */
#pragma once

#include "export/factors.h"

REEL_API_BEGIN

enum { REEL_MAX_SPLITS = 32 };

/** A split as the card counts it. */
typedef struct reel_fact_split {
    const char *name;
    int n_clips;
    int64_t n_rows; /**< clips x cameras */
} reel_fact_split;

/** A family as the card counts it. */
typedef struct reel_fact_family {
    const char *name;
    int n_clips;
} reel_fact_family;

/** Zero-initialised is empty. */
typedef struct reel_facts {
    reel_arena arena;
    int n_clips;
    int64_t n_frames; /**< of all streams */
    bool colour;
    reel_planes labels; /**< stored planes of any clip */
    double depth_scale;
    int n_splits;
    reel_fact_split splits[REEL_MAX_SPLITS]; /**< by name */
    int n_families, max_families;
    reel_fact_family *families;     /**< by name */
    int width, height, fps, frames; /**< of the first clip */
    bool uniform;                   /**< all clips have these */
    reel_factors factors;
    int n_seeds, max_seeds;
    uint64_t *seeds; /**< base seeds, in the order they came */
} reel_facts;

/** @param record  with its data; the clips come in the order of the dataset.
 * @return REEL_OK; REEL_E_CONFLICT (more than REEL_MAX_SPLITS splits); REEL_E_NOMEM. */
reel_status reel_facts_add(reel_facts *facts, const reel_record *record,
                           reel_error *err) REEL_MUST_CHECK;
void reel_facts_finish(reel_facts *facts);

REEL_API_END
