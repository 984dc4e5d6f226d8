/*
 * parquet_read.h - read tables back, from our own files and from what others make of them.
 *
 * Meant for checking: a table that pyarrow, pandas or DuckDB has rewritten must be readable, and
 * a damaged file must end in an error that says where. Reads flat columns and three-level lists of
 * doubles; PLAIN, RLE (booleans) and dictionary encodings; data pages of version 1 and 2; no
 * compression, Snappy and Zstandard; page checksums where given. Every length and offset is
 * checked, and memory is bounded (see REEL_PARQUET_MAX_CHUNK and _GROUP). Thread-safety: one
 * reader, one thread.
 */
#pragma once

#include "export/table.h"

REEL_API_BEGIN

/** Most bytes that one column of one row group may take; files with more are refused. */
enum { REEL_PARQUET_MAX_CHUNK = 1 << 29 };
/** Most rows of a row group: room for them is taken in every column before a value is seen. Writers
 * make at most some 10^6 of them unless told otherwise. */
enum { REEL_PARQUET_MAX_GROUP = 1 << 22 };

typedef struct reel_parquet_reader reel_parquet_reader; /**< opaque */

/**
 * Open a file and match its columns to those of `table` (borrowed).
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (no Parquet file, or damaged); REEL_E_NOMEM.
 */
reel_status reel_parquet_open(const char *path, const reel_table *table, reel_parquet_reader **out,
                              reel_error *err) REEL_MUST_CHECK;
void reel_parquet_reader_close(reel_parquet_reader **reader);

/** Rows of the file. */
int64_t reel_parquet_n_rows(const reel_parquet_reader *reader);
/** Row groups of the file. */
int reel_parquet_n_groups(const reel_parquet_reader *reader);

/** True if column `c` of the table is in the file with the right type. */
bool reel_parquet_has_column(const reel_parquet_reader *reader, int c);

/** Number `i` of the differences between the file's columns and the table's, such as "column mass
 * is missing"; false beyond the last. */
bool reel_parquet_mismatch(const reel_parquet_reader *reader, int i, char *out, size_t size);

/**
 * Read row group `group` into `rows` (of the same table; cleared first). Columns that do not match
 * are null. @return as reel_parquet_open(), naming the column.
 */
reel_status reel_parquet_read_group(reel_parquet_reader *reader, int group, reel_rows *rows,
                                    reel_error *err) REEL_MUST_CHECK;

REEL_API_END
