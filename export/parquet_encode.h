/*
 * parquet_encode.h - one column of a row group as page bodies (inside export/).
 */
#pragma once

#include "export/parquet_bounds.h"
#include "export/table.h"

REEL_API_BEGIN

/** Most rows and, about, bytes of values of a page: what a reader fetches for a few rows. */
enum { REEL_PARQUET_PAGE_ROWS = 4096, REEL_PARQUET_PAGE_BYTES = 1 << 20 };

/** A data page before compression. */
typedef struct reel_parquet_body {
    int first_row;            /**< of the row group; pages begin with rows */
    size_t at, size;          /**< in the chunk's data */
    reel_parquet_range range; /**< borrows from the rows */
} reel_parquet_body;

/** The pages of one column chunk before compression, and what the footer says of them. */
typedef struct reel_parquet_chunk {
    reel_bytes dictionary; /**< body of the dictionary page; empty if there is none */
    uint32_t n_dictionary;
    reel_bytes data; /**< bodies of the data pages */
    int n_pages, max_pages;
    reel_parquet_body *pages;
    reel_parquet_range range; /**< of all of them */
    reel_bytes scratch;
} reel_parquet_chunk;

/** Bytes of the values of a row, in all columns. */
size_t reel_parquet_row_bytes(const reel_rows *rows, int row);

/** Fill `*chunk` (zeroed or used before) from all rows of column `c`. False: out of memory. */
bool reel_parquet_encode(reel_parquet_chunk *chunk, const reel_rows *rows, int c);
void reel_parquet_chunk_finish(reel_parquet_chunk *chunk);

/** The RLE / bit-packing hybrid of `n` values of `width` bits (1..32). */
void reel_parquet_put_hybrid(reel_bytes *out, const uint32_t *values, size_t n, int width);

REEL_API_END
