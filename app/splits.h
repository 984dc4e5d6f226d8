/*
 * splits.h - splits by construction: which clip is of which split, and what its parameters may be.
 *
 * A split is decided by the clip's number within its entry alone, so that counts are exact and a
 * larger count only appends clips; its cameras are with it, because a split is of a whole clip. Of
 * each entry's first n clips a split with share p has p n of them, rounded to a whole number up or
 * down; exactly p n where that is whole.
 *
 *   {"validation": 0.1,                    any name: more clips of the same kind as train
 *    "interpolation": 0.1, "extrapolation": 0.1,
 *    "held_out": ["machine"],              families of which train sees nothing
 *    "factors": {"toss.count": {"train": [[3, 5], [7, 8]], "interpolation": [6, 6],
 *                               "extrapolation": [9, 10]}}}
 *
 * Clips of "interpolation" and "extrapolation" are of splits of their own for each factor, named
 * interpolation_count and so on, between which their share is dealt out in turn: that factor is
 * drawn from that part, every other factor from its part for train. A factor is drawn by the
 * scene's own stream, as without splits but from the part. Thread-safety: read-only use is safe.
 */
#pragma once

#include "app/args.h"
#include "base/json.h"
#include "scenes/scenes.h"

REEL_API_BEGIN

typedef struct reel_plan reel_plan;

enum { REEL_PART_TRAIN = 0, REEL_PART_INTERPOLATION, REEL_PART_EXTRAPOLATION, REEL_PARTS };
enum { REEL_MAX_FACTORS = 64, REEL_MAX_SHARES = 16, REEL_MAX_HELD_OUT = 64 };

/** A parameter of a family, and what of its range each part may have. */
typedef struct reel_split_factor {
    const char *name; /**< "toss.count" */
    const char *family, *param;
    const reel_json *given;             /**< borrowed from reel_splits.given */
    reel_param_range parts[REEL_PARTS]; /**< no spans and no words: there is no such part */
    const char *splits[REEL_PARTS];     /**< names, such as "interpolation_count" */
} reel_split_factor;

typedef struct reel_share {
    const char *split;
    int64_t millionths;
} reel_share;

typedef struct reel_splits {
    reel_json *given;  /**< as above; owned */
    const char *where; /**< file of the recipe, or NULL: the command line */
    int n_shares;      /**< of splits like train, by name */
    reel_share shares[REEL_MAX_SHARES];
    int64_t millionths[REEL_PARTS]; /**< of train: what is left */
    int n_held_out;
    const char *held_out[REEL_MAX_HELD_OUT];
    int n_factors;
    reel_split_factor factors[REEL_MAX_FACTORS];
    int n_words;
    const char **words; /**< [n_words] as on the command line: "--share ", "validation=0.1", ... */
    bool ready;         /**< the factors' parts are there */
} reel_splits;

/** Which split a clip is of. */
typedef struct reel_split_place {
    const char *split;
    int factor, part; /**< the factor that is not drawn as for train, or -1 */
} reel_split_place;

/** Where the dealing of an entry's clips stands; zeroed at the beginning. */
typedef struct reel_split_deal {
    int64_t dealt, train, shares[REEL_MAX_SHARES], parts[REEL_PARTS];
} reel_split_deal;

/** Options of the command line, for the tables of the commands that take them. */
#define REEL_SPLIT_OPTIONS                                          \
    {.name = "share",                                               \
     .value = "SPLIT=SHARE",                                        \
     .repeats = true,                                               \
     .help =                                                        \
         "share of a split: validation=0.1, interpolation=0.1,"     \
         "\nextrapolation=0.1; the rest is train"},                 \
        {.name = "factor",                                          \
         .value = "FACTOR",                                         \
         .repeats = true,                                           \
         .help =                                                    \
             "part of a parameter's range for a split, such as"     \
             "\ntoss.count:train=3..5,7..8 (also interpolation,"    \
             "\nextrapolation)"},                                   \
    {                                                               \
        .name = "held-out", .value = "FAMILY", .repeats = true,     \
        .help = "a family of the scenes that train sees nothing of" \
    }

/**
 * The splits that the options ask for, else the recipe's "splits" (may be NULL), into plan->splits;
 * NULL stays there if neither has any. The parts of factors are not looked at yet.
 * @return REEL_OK; REEL_E_USAGE; REEL_E_SCENE (a recipe: file and field); REEL_E_NOMEM.
 */
reel_status reel_splits_create(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err) REEL_MUST_CHECK;
void reel_splits_destroy(reel_splits **splits);

/**
 * Read the parts of all factors, now that the entries' families are known: against the parameters'
 * own ranges, and apart from one another; interpolation lies between values of train, extrapolation
 * beyond them. @return as above; the error names file and field.
 */
reel_status reel_splits_check(reel_plan *plan, reel_error *err) REEL_MUST_CHECK;

/** Deal the next clip of `entry` to a split. */
reel_split_place reel_splits_deal(const reel_plan *plan, int entry, reel_split_deal *deal);

/** What the parameters of a clip of `entry` may be, into `out` (of REEL_MAX_FACTORS).
 * @return how many. */
int reel_splits_ranges(const reel_plan *plan, int entry, const reel_split_place *place,
                       reel_param_range *out);

/** {"validation": 10, ...}: clips of each split, after the plan was probed; NULL: no memory. */
reel_json *reel_splits_counts(const reel_plan *plan);

/* ---- factors (split_factors.c)
 * -------------------------------------------------------------------- */

/** The parts of a factor from `factor->given`, checked against the parameter as described. */
reel_status reel_split_factor_read(reel_arena *arena, const char *where,
                                   const reel_script_param *param, reel_split_factor *factor,
                                   reel_error *err) REEL_MUST_CHECK;

/** REEL_E_SCENE with the file and a field such as "splits.factors.toss.count.train", or without a
 * file REEL_E_USAGE with that of the command line. */
reel_status reel_splits_fail(const char *where, const char *field, reel_error *err, const char *fmt,
                             ...) REEL_PRINTF(4, 5);

REEL_API_END
