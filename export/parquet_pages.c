/* parquet_pages.c - pages, column chunks and row groups; see parquet_write.h. */
#include "base/alloc.h"
#include "export/crc32.h"
#include "export/parquet_format.h"
#include "export/parquet_write_internal.h"
#include <snappy-c.h>

int32_t reel_parquet_physical(reel_column_type type)
{
    switch (reel_column_element(type)) {
    case REEL_COLUMN_STRING: return REEL_PARQUET_BYTE_ARRAY;
    case REEL_COLUMN_BOOL: return REEL_PARQUET_BOOLEAN;
    case REEL_COLUMN_INT32: return REEL_PARQUET_INT32;
    case REEL_COLUMN_INT64: return REEL_PARQUET_INT64;
    case REEL_COLUMN_FLOAT32: return REEL_PARQUET_FLOAT;
    default: return REEL_PARQUET_DOUBLE;
    }
}

/* One page: header with CRC, then the body as a Snappy block. */
static reel_status put_page(reel_parquet_writer *w, bool dictionary, uint32_t n_values, bool coded,
                            const uint8_t *body, size_t body_size, size_t *raw_size,
                            reel_error *err)
{
    reel_bytes *packed = &w->chunk.scratch;
    size_t size = snappy_max_compressed_length(body_size);
    reel_bytes_clear(packed);
    char *room = (char *)reel_bytes_reserve(packed, size);
    if (!room) {
        return reel_parquet_no_memory(w, err);
    }
    if (body_size > INT32_MAX || size > INT32_MAX ||
        snappy_compress((const char *)body, body_size, room, &size) != SNAPPY_OK) {
        return reel_fail_at(err, REEL_E_INTERNAL, w->out.path, 0, NULL, "a page is too large");
    }
    reel_bytes_clear(&w->page);
    reel_thrift_writer t = {.out = &w->page};
    reel_thrift_begin(&t, 0);
    reel_thrift_i32(&t, 1, dictionary ? REEL_PARQUET_DICTIONARY_PAGE : REEL_PARQUET_DATA_PAGE);
    reel_thrift_i32(&t, 2, (int32_t)body_size);
    reel_thrift_i32(&t, 3, (int32_t)size);
    reel_thrift_i32(&t, 4, (int32_t)reel_crc32(0, room, size));
    reel_thrift_begin(&t, dictionary ? 7 : 5);
    reel_thrift_i32(&t, 1, (int32_t)n_values);
    reel_thrift_i32(&t, 2, coded ? REEL_PARQUET_RLE_DICTIONARY : REEL_PARQUET_PLAIN);
    if (!dictionary) {
        reel_thrift_i32(&t, 3, REEL_PARQUET_RLE);
        reel_thrift_i32(&t, 4, REEL_PARQUET_RLE);
    }
    reel_thrift_end(&t);
    reel_thrift_end(&t);
    *raw_size += w->page.size + body_size;
    reel_bytes_put(&w->page, room, size);
    if (w->page.failed) {
        return reel_parquet_no_memory(w, err);
    }
    return reel_parquet_put_out(w, w->page.data, w->page.size, err);
}

/* ---- indexes ----------------------------------------------------------------------------------
 */

static void put_statistics(reel_thrift_writer *t, reel_column_type type,
                           const reel_parquet_range *range)
{
    reel_parquet_bound min, max;
    reel_thrift_begin(t, 12);
    reel_thrift_i64(t, 3, range->n_nulls);
    if (reel_parquet_bounds_of(type, range, &min, &max)) {
        reel_thrift_binary(t, 5, max.data, max.size);
        reel_thrift_binary(t, 6, min.data, min.size);
        reel_thrift_bool(t, 7, max.exact);
        reel_thrift_bool(t, 8, min.exact);
    }
    if (reel_parquet_is_real(type)) {
        reel_thrift_i64(t, 9, range->n_nans);
    }
    reel_thrift_end(t);
}

/* Whether each bound is not below (rising) or not above the one before; both of all that are equal.
 */
static enum reel_parquet_order order_of(reel_column_type type, const reel_parquet_bound *min,
                                        const reel_parquet_bound *max, int n)
{
    bool rising = true, falling = true;
    for (int i = 1; i < n; i++) {
        const int low = reel_parquet_bound_compare(type, &min[i - 1], &min[i]);
        const int high = reel_parquet_bound_compare(type, &max[i - 1], &max[i]);
        rising &= low <= 0 && high <= 0;
        falling &= low >= 0 && high >= 0;
    }
    return rising    ? REEL_PARQUET_ASCENDING
           : falling ? REEL_PARQUET_DESCENDING
                     : REEL_PARQUET_UNORDERED;
}

/* Bounds of the pages one after another, but of those of nulls alone. False: a page has values
 * without bounds, and then there is no index. */
static bool find_bounds(reel_column_type type, const reel_parquet_chunk *chunk,
                        reel_parquet_bound *min, reel_parquet_bound *max, int *n)
{
    *n = 0;
    for (int i = 0; i < chunk->n_pages; i++) {
        const reel_parquet_range *range = &chunk->pages[i].range;
        if (range->n_nulls == range->n_values) {
            continue;
        }
        if (!reel_parquet_bounds_of(type, range, &min[*n], &max[*n])) {
            return false;
        }
        ++*n;
    }
    return true;
}

static void put_bounds(reel_thrift_writer *t, int id, const reel_parquet_chunk *chunk,
                       const reel_parquet_bound *bounds)
{
    reel_thrift_list(t, id, REEL_THRIFT_BINARY, (uint32_t)chunk->n_pages);
    for (int i = 0, k = 0; i < chunk->n_pages; i++) {
        const bool nulls = chunk->pages[i].range.n_nulls == chunk->pages[i].range.n_values;
        const reel_parquet_bound *bound = nulls ? NULL : &bounds[k++];
        reel_thrift_element_binary(t, bound ? bound->data : NULL, bound ? bound->size : 0);
    }
}

/* Smallest and largest values by page: readers skip pages by it. False: out of memory. */
static bool put_column_index(reel_parquet_writer *w, reel_column_type type)
{
    const reel_parquet_chunk *chunk = &w->chunk;
    reel_thrift_writer t = {.out = &w->column_indexes};
    const size_t n = (size_t)chunk->n_pages;
    reel_parquet_bound *min = reel_alloc(n * sizeof(*min)), *max = reel_alloc(n * sizeof(*max));
    bool ok = min && max;
    int n_bounds = 0;
    if (ok && find_bounds(type, chunk, min, max, &n_bounds)) {
        reel_thrift_begin(&t, 0);
        reel_thrift_list(&t, 1, REEL_THRIFT_TRUE, (uint32_t)n);
        for (size_t i = 0; i < n; i++) {
            const reel_parquet_range *range = &chunk->pages[i].range;
            reel_thrift_element_bool(&t, range->n_nulls == range->n_values);
        }
        put_bounds(&t, 2, chunk, min);
        put_bounds(&t, 3, chunk, max);
        reel_thrift_i32(&t, 4, (int32_t)order_of(type, min, max, n_bounds));
        reel_thrift_list(&t, 5, REEL_THRIFT_I64, (uint32_t)n);
        for (size_t i = 0; i < n; i++) {
            reel_thrift_element_i64(&t, chunk->pages[i].range.n_nulls);
        }
        if (reel_parquet_is_real(type)) {
            reel_thrift_list(&t, 8, REEL_THRIFT_I64, (uint32_t)n);
            for (size_t i = 0; i < n; i++) {
                reel_thrift_element_i64(&t, chunk->pages[i].range.n_nans);
            }
        }
        reel_thrift_end(&t);
    }
    reel_free(min);
    reel_free(max);
    return ok;
}

/* ---- chunks -----------------------------------------------------------------------------------
 */

static void put_meta(reel_parquet_writer *w, const reel_column *column, uint64_t start,
                     uint64_t data_start, size_t raw)
{
    const int lists = reel_column_lists(column->type);
    const bool coded = w->chunk.n_dictionary > 0;
    reel_thrift_writer t = {.out = &w->metas};
    reel_thrift_begin(&t, 0);
    reel_thrift_i32(&t, 1, reel_parquet_physical(column->type));
    reel_thrift_list(&t, 2, REEL_THRIFT_I32, coded ? 3 : 2);
    reel_thrift_element_i32(&t, REEL_PARQUET_PLAIN);
    reel_thrift_element_i32(&t, REEL_PARQUET_RLE);
    if (coded) {
        reel_thrift_element_i32(&t, REEL_PARQUET_RLE_DICTIONARY);
    }
    reel_thrift_list(&t, 3, REEL_THRIFT_BINARY, 1 + 2 * (uint32_t)lists);
    reel_thrift_element_string(&t, column->name);
    for (int i = 0; i < lists; i++) {
        reel_thrift_element_string(&t, "list");
        reel_thrift_element_string(&t, "element");
    }
    reel_thrift_i32(&t, 4, REEL_PARQUET_SNAPPY);
    reel_thrift_i64(&t, 5, w->chunk.range.n_values);
    reel_thrift_i64(&t, 6, (int64_t)raw);
    reel_thrift_i64(&t, 7, (int64_t)(w->offset - start));
    reel_thrift_i64(&t, 9, (int64_t)data_start);
    if (coded) {
        reel_thrift_i64(&t, 11, (int64_t)start);
    }
    put_statistics(&t, column->type, &w->chunk.range);
}

/* The data pages into the file, where each is into the index. */
static reel_status put_pages(reel_parquet_writer *w, size_t *raw, reel_error *err)
{
    const reel_parquet_chunk *chunk = &w->chunk;
    reel_thrift_writer t = {.out = &w->offset_indexes};
    reel_thrift_begin(&t, 0);
    reel_thrift_list(&t, 1, REEL_THRIFT_STRUCT, (uint32_t)chunk->n_pages);
    for (int i = 0; i < chunk->n_pages; i++) {
        const reel_parquet_body *page = &chunk->pages[i];
        const uint64_t start = w->offset;
        const reel_status status = put_page(w, false, page->range.n_values, chunk->n_dictionary > 0,
                                            chunk->data.data + page->at, page->size, raw, err);
        if (status) {
            return status;
        }
        reel_thrift_begin(&t, 0);
        reel_thrift_i64(&t, 1, (int64_t)start);
        reel_thrift_i32(&t, 2, (int32_t)(w->offset - start));
        reel_thrift_i64(&t, 3, page->first_row);
        reel_thrift_end(&t);
    }
    reel_thrift_end(&t);
    return REEL_OK;
}

static reel_status put_column(reel_parquet_writer *w, int c, uint64_t *raw_total, reel_error *err)
{
    const reel_column *column = &w->table->columns[c];
    if (!reel_parquet_encode(&w->chunk, w->pending, c)) {
        return reel_parquet_no_memory(w, err);
    }
    const uint64_t start = w->offset;
    const size_t metas = w->metas.size, columns = w->column_indexes.size;
    const size_t offsets = w->offset_indexes.size;
    size_t raw = 0;
    reel_status status = REEL_OK;
    if (w->chunk.n_dictionary) {
        status = put_page(w, true, w->chunk.n_dictionary, false, w->chunk.dictionary.data,
                          w->chunk.dictionary.size, &raw, err);
    }
    const uint64_t data_start = w->offset;
    status = status ? status : put_pages(w, &raw, err);
    if (status) {
        return status;
    }
    put_meta(w, column, start, data_start, raw);
    if (!put_column_index(w, column->type)) {
        return reel_parquet_no_memory(w, err);
    }
    const reel_parquet_chunk_note note = {.meta_size = w->metas.size - metas,
                                          .column_index_size = w->column_indexes.size - columns,
                                          .offset_index_size = w->offset_indexes.size - offsets};
    reel_bytes_put(&w->chunk_notes, &note, sizeof(note));
    *raw_total += raw;
    return REEL_OK;
}

reel_status reel_parquet_flush(reel_parquet_writer *w, reel_error *err)
{
    if (w->pending->n_rows == 0) {
        return REEL_OK;
    }
    reel_parquet_group_note note = {.start = w->offset, .n_rows = w->pending->n_rows};
    for (int c = 0; c < w->table->n_columns; c++) {
        const reel_status status = put_column(w, c, &note.raw_size, err);
        if (status) {
            return status;
        }
    }
    note.size = w->offset - note.start;
    reel_bytes_put(&w->group_notes, &note, sizeof(note));
    if (w->group_notes.failed || w->chunk_notes.failed || w->metas.failed ||
        w->column_indexes.failed || w->offset_indexes.failed) {
        return reel_parquet_no_memory(w, err);
    }
    w->n_rows += note.n_rows;
    w->n_groups++;
    w->pending_bytes = 0;
    reel_rows_clear(w->pending);
    return REEL_OK;
}
