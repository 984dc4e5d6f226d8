/*
 * parquet_write.h - write a table as a Parquet file.
 *
 * The plain dialect that every reader knows: version 1 data pages with CRC, PLAIN and
 * RLE_DICTIONARY encodings, every column optional, vectors as three-level lists, Snappy (pyarrow,
 * DuckDB and browser readers such as hyparquet have it built in, which Zstandard lacks in the last;
 * tables are small beside the pictures). Row groups and pages are bounded in rows and bytes, pages
 * begin with rows, and statistics and page indexes say what each holds (parquet_bounds.h), so that
 * readers fetch what they need alone. Column units and descriptions stand in the file's key-value
 * metadata under "physreel.columns". The bytes depend on table and rows (and on libsnappy's
 * version) alone. Thread-safety: one writer, one thread.
 */
#pragma once

#include "export/table.h"

REEL_API_BEGIN

/** A row group ends with the row that reaches one of these: rows, bytes of their values. */
enum { REEL_PARQUET_GROUP_ROWS = 32768, REEL_PARQUET_GROUP_BYTES = 16 << 20 };

typedef struct reel_parquet_writer reel_parquet_writer; /**< opaque */

/** Start the file `path` under a temporary name beside it. `table` is borrowed.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_parquet_create(const char *path, const reel_table *table,
                                reel_parquet_writer **out, reel_error *err) REEL_MUST_CHECK;

/** Append rows (copied). Row groups depend on the rows alone, not on how they are grouped here.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM (also if `rows` ran out of memory while it was made). */
reel_status reel_parquet_write(reel_parquet_writer *writer, const reel_rows *rows,
                               reel_error *err) REEL_MUST_CHECK;

/** End the row group here; the next rows begin another. Does nothing without rows. Same errors. */
reel_status reel_parquet_end_group(reel_parquet_writer *writer, reel_error *err) REEL_MUST_CHECK;

/** One more pair for the file's key-value metadata, such as "pandas". */
void reel_parquet_note(reel_parquet_writer *writer, const char *key, const char *value);

/** Bytes of the file so far; rows that do not fill a row group yet are not counted. */
uint64_t reel_parquet_size(const reel_parquet_writer *writer);

/** Write the footer, fsync, rename to `path`, fsync the folder. Same errors. */
reel_status reel_parquet_close(reel_parquet_writer *writer, reel_error *err) REEL_MUST_CHECK;

/** Free; a file that was not closed is removed. Sets to NULL; *writer may be NULL. */
void reel_parquet_destroy(reel_parquet_writer **writer);

REEL_API_END
