/*
 * parquet_encode.h - one column of a row group as page bodies (inside export/).
 */
#pragma once

#include "export/table.h"

REEL_API_BEGIN

/** The pages of one column chunk before compression, and what the footer says of them. */
typedef struct reel_parquet_chunk {
    reel_bytes dictionary; /**< body of the dictionary page; empty if there is none */
    uint32_t n_dictionary;
    reel_bytes data;     /**< body of the data page */
    uint32_t n_values;   /**< level entries, nulls included */
    uint32_t n_nulls;    /**< of flat columns */
    bool has_bounds;     /**< min and max are given (never for vectors, long strings) */
    reel_bytes min, max; /**< PLAIN bytes without length */
    reel_bytes scratch;
} reel_parquet_chunk;

/** Fill `*chunk` (zeroed or used before) from all rows of column `c`. False: out of memory. */
bool reel_parquet_encode(reel_parquet_chunk *chunk, const reel_rows *rows, int c);
void reel_parquet_chunk_finish(reel_parquet_chunk *chunk);

/** The RLE / bit-packing hybrid of `n` values of `width` bits (1..32). */
void reel_parquet_put_hybrid(reel_bytes *out, const uint32_t *values, size_t n, int width);

REEL_API_END
