/*
 * parquet_decode.h - one column chunk's bytes as cells (inside export/).
 */
#pragma once

#include "export/table.h"

REEL_API_BEGIN

/** What the footer says of a column chunk. */
typedef struct reel_parquet_column {
    int32_t type; /**< physical */
    int32_t codec;
    int max_def, max_rep; /**< levels; max_rep is 0 or 1 */
    int list_def;         /**< vectors: definition level of an empty list */
    int64_t n_values;     /**< level entries */
} reel_parquet_column;

/**
 * Decode the pages in [data, data + size) into column `c` of `rows`, which has room for `n_rows`
 * cells; rows->n_rows is left alone. On failure `why` (of `why_size`) says what is wrong.
 * @return REEL_OK; REEL_E_CONFLICT; REEL_E_NOMEM.
 */
reel_status reel_parquet_decode(const reel_parquet_column *column, const uint8_t *data, size_t size,
                                reel_rows *rows, int c, int n_rows, char *why,
                                size_t why_size) REEL_MUST_CHECK;

REEL_API_END
