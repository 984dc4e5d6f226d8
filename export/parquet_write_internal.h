/*
 * parquet_write_internal.h - what the parts of the Parquet writer share (inside export/).
 */
#pragma once

#include "export/out_file.h"
#include "export/parquet_encode.h"
#include "export/parquet_write.h"

REEL_API_BEGIN

/** A column chunk that is in the file: what the footer says of it. */
typedef struct reel_parquet_chunk_note {
    size_t meta_size;                            /**< bytes in `metas` */
    size_t column_index_size, offset_index_size; /**< in `column_indexes`; 0: none */
} reel_parquet_chunk_note;

/** A row group that is in the file. */
typedef struct reel_parquet_group_note {
    uint64_t start, size; /**< of its chunks in the file */
    uint64_t raw_size;    /**< before compression */
    int64_t n_rows;
} reel_parquet_group_note;

struct reel_parquet_writer {
    const reel_table *table;
    reel_out_file out;
    uint64_t offset;
    int64_t n_rows;
    reel_rows *pending;
    size_t pending_bytes; /**< of values */
    reel_parquet_chunk chunk;
    reel_bytes page; /**< header and compressed body */
    /* until the footer, by groups, then columns: */
    uint32_t n_groups;
    reel_bytes group_notes, chunk_notes; /**< arrays of the above */
    reel_bytes metas;                    /**< fields of ColumnMetaData, without the stop */
    reel_bytes column_indexes, offset_indexes;
    reel_bytes notes; /**< KeyValue structs */
    uint32_t n_notes;
};

/** Physical type of a column. */
int32_t reel_parquet_physical(reel_column_type type);

/** Append to the file. @return REEL_OK; REEL_E_IO. */
reel_status reel_parquet_put_out(reel_parquet_writer *w, const void *data, size_t size,
                                 reel_error *err);
reel_status reel_parquet_no_memory(const reel_parquet_writer *w, reel_error *err);

/** parquet_pages.c: the pending rows as a row group. Errors as reel_parquet_write(). */
reel_status reel_parquet_flush(reel_parquet_writer *w, reel_error *err);

/** parquet_footer.c: the page indexes, the footer and its length. Errors as above. */
reel_status reel_parquet_put_footer(reel_parquet_writer *w, reel_error *err);

REEL_API_END
