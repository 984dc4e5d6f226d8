/*
 * factors.h - how clips vary and how well they were simulated, for the card: the scripts'
 * parameters by family, and the figures of the audit.
 *
 * Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "export/record.h"

REEL_API_BEGIN

/** The values of one parameter of one family. */
typedef struct reel_factor {
    const char *family, *name;
    reel_bytes numbers; /**< doubles: of the clips where it is a number */
    int n_words, max_words;
    struct reel_factor_word {
        const char *text; /**< a string, true or false */
        int count;
    } * words; /**< in byte order */
} reel_factor;

/** Zero-initialised is empty. */
typedef struct reel_factors {
    reel_arena arena;
    int n, capacity;
    reel_factor *factors; /**< by (family, name) */
    reel_bytes *figures;  /**< [reel_audit_n_figures()] doubles, a clip each */
    int64_t refused;      /**< attempts that were refused before those that stayed */
} reel_factors;

/** @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_factors_add(reel_factors *factors, const reel_record *record,
                             reel_error *err) REEL_MUST_CHECK;
void reel_factors_finish(reel_factors *factors);

/** Markdown: a table of the parameters with their histograms; nothing if there are none. */
void reel_factors_put(reel_bytes *out, const reel_factors *factors);
/** Markdown: median and worst of the audit's figures.
 * @param metadata  the dataset has the table with those of each clip. */
void reel_factors_put_audit(reel_bytes *out, const reel_factors *factors, bool metadata);

REEL_API_END
