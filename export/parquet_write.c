/* parquet_write.c - the life of a file; see parquet_write.h. */
#include "export/parquet_write.h"
#include "base/alloc.h"
#include "export/parquet_write_internal.h"

reel_status reel_parquet_put_out(reel_parquet_writer *w, const void *data, size_t size,
                                 reel_error *err)
{
    const reel_status status = reel_out_file_put(&w->out, data, size, err);
    w->offset += status ? 0 : size;
    return status;
}

reel_status reel_parquet_no_memory(const reel_parquet_writer *w, reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->out.path);
}

reel_status reel_parquet_create(const char *path, const reel_table *table,
                                reel_parquet_writer **out, reel_error *err)
{
    reel_parquet_writer *w = reel_calloc(1, sizeof(*w));
    reel_status status = REEL_OK;
    if (!w || !(w->pending = reel_rows_create(table))) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", path);
        goto fail;
    }
    w->table = table;
    status = reel_out_file_open(&w->out, path, err);
    if (status) {
        goto fail;
    }
    status = reel_parquet_put_out(w, "PAR1", 4, err);
    if (status) {
        goto fail;
    }
    *out = w;
    return REEL_OK;

fail:
    reel_parquet_destroy(&w);
    return status;
}

static bool is_full(const reel_parquet_writer *w)
{
    return w->pending->n_rows >= REEL_PARQUET_GROUP_ROWS ||
           w->pending_bytes >= REEL_PARQUET_GROUP_BYTES;
}

/* How many of the rows from `first` on still belong to the pending group; counts their bytes. */
static int fill(reel_parquet_writer *w, const reel_rows *rows, int first)
{
    const int room = REEL_PARQUET_GROUP_ROWS - w->pending->n_rows;
    int n = 0;
    while (n < room && first + n < rows->n_rows && w->pending_bytes < REEL_PARQUET_GROUP_BYTES) {
        w->pending_bytes += reel_parquet_row_bytes(rows, first + n++);
    }
    return n;
}

reel_status reel_parquet_write(reel_parquet_writer *w, const reel_rows *rows, reel_error *err)
{
    assert(w->out.file && rows->table == w->table);
    if (rows->failed) {
        return reel_parquet_no_memory(w, err);
    }
    for (int first = 0, n; first < rows->n_rows; first += n) {
        n = fill(w, rows, first);
        reel_rows_append(w->pending, rows, first, n);
        if (w->pending->failed) {
            return reel_parquet_no_memory(w, err);
        }
        if (is_full(w)) {
            const reel_status status = reel_parquet_flush(w, err);
            if (status) {
                return status;
            }
        }
    }
    return REEL_OK;
}

reel_status reel_parquet_end_group(reel_parquet_writer *w, reel_error *err)
{
    return reel_parquet_flush(w, err);
}

uint64_t reel_parquet_size(const reel_parquet_writer *w)
{
    return w->offset;
}

reel_status reel_parquet_close(reel_parquet_writer *w, reel_error *err)
{
    assert(w->out.file);
    reel_status status = reel_parquet_flush(w, err);
    if (!status) {
        status = reel_parquet_put_footer(w, err);
    }
    return status ? status : reel_out_file_close(&w->out, err);
}

void reel_parquet_destroy(reel_parquet_writer **writer)
{
    reel_parquet_writer *w = *writer;
    if (!w) {
        return;
    }
    reel_out_file_discard(&w->out);
    reel_rows_destroy(&w->pending);
    reel_parquet_chunk_finish(&w->chunk);
    reel_bytes *const all[] = {&w->page,           &w->group_notes,    &w->chunk_notes, &w->metas,
                               &w->column_indexes, &w->offset_indexes, &w->notes};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        reel_bytes_finish(all[i]);
    }
    reel_free(w);
    *writer = NULL;
}
