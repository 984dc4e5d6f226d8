/*
 * parquet_bounds.h - smallest and largest value of rows, as statistics and page indexes hold them
 * (inside export/).
 *
 * Source: parquet.thrift of apache/parquet-format, Statistics, ColumnIndex and ColumnOrder. Numbers
 * by their value, texts by their bytes, false before true. NaN is counted and never a bound; a
 * bound that is zero is -0 below and +0 above, since readers may not tell them apart. Texts are cut
 * to REEL_PARQUET_TEXT_BOUND bytes between characters, the upper one then counted up in its last
 * character, so that it is not below what it stands for. Of lists the elements count.
 */
#pragma once

#include "export/table.h"

REEL_API_BEGIN

enum { REEL_PARQUET_TEXT_BOUND = 64, REEL_PARQUET_BOUND_MAX = REEL_PARQUET_TEXT_BOUND + 4 };

/** A value as PLAIN has it, texts without their length. */
typedef struct reel_parquet_value {
    const uint8_t *data;
    size_t size;
} reel_parquet_value;

/** Whether a column, or the elements of its lists, may be NaN. */
bool reel_parquet_is_real(reel_column_type type);

/** The value of a cell that is there; not of lists. Borrowed from the rows. */
reel_parquet_value reel_parquet_value_at(const reel_rows *rows, int c, int row);

/** What a range of rows of one column holds. Zero-initialised is of no rows. */
typedef struct reel_parquet_range {
    uint32_t n_values; /**< entries, nulls included */
    uint32_t n_nulls;  /**< of lists: empty ones too */
    uint32_t n_nans;
    bool any; /**< there are values that are not NaN, and they are from min to max */
    reel_parquet_value min, max; /**< borrowed from the rows */
} reel_parquet_range;

/** The range of rows [first, first + n) of column c. */
reel_parquet_range reel_parquet_range_of(const reel_rows *rows, int c, int first, int n);
/** Both ranges as one. */
void reel_parquet_range_join(reel_column_type type, reel_parquet_range *range,
                             const reel_parquet_range *other);

typedef struct reel_parquet_bound {
    uint8_t data[REEL_PARQUET_BOUND_MAX];
    size_t size;
    bool exact; /**< it is one of the values */
} reel_parquet_bound;

/** Bounds that the format allows. False: there are none (no value but NaN, or a long text that has
 * nothing above it). */
bool reel_parquet_bounds_of(reel_column_type type, const reel_parquet_range *range,
                            reel_parquet_bound *min, reel_parquet_bound *max);

/** Order of two bounds of one type: below 0, 0, above 0. */
int reel_parquet_bound_compare(reel_column_type type, const reel_parquet_bound *a,
                               const reel_parquet_bound *b);

REEL_API_END
