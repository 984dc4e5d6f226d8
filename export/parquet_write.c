/* parquet_write.c - pages, row groups and footer; see parquet_write.h. */
#include "export/parquet_write.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "export/crc32.h"
#include "export/parquet_encode.h"
#include "export/parquet_format.h"
#include <errno.h>
#include <snappy-c.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CREATED_BY "physreel version " REEL_VERSION " (build " REEL_VERSION ")"

struct reel_parquet_writer {
    const reel_table *table;
    char path[REEL_PATH_MAX], temporary[REEL_PATH_MAX];
    FILE *file; /* NULL once closed */
    uint64_t offset;
    int64_t n_rows;
    uint32_t n_groups;
    reel_rows *pending;
    reel_parquet_chunk chunk;
    reel_bytes page;   /* header and compressed body */
    reel_bytes groups; /* RowGroup structs of the footer so far */
    reel_bytes notes;  /* KeyValue structs */
    uint32_t n_notes;
};

/* ---- bytes out --------------------------------------------------------------------------------
 */

static reel_status put_out(reel_parquet_writer *w, const void *data, size_t size, reel_error *err)
{
    if (fwrite(data, 1, size, w->file) != size) {
        return reel_fail_at(err, REEL_E_IO, w->path, 0, NULL, "cannot write: %s", strerror(errno));
    }
    w->offset += size;
    return REEL_OK;
}

/* One page: header with CRC, then the body as a Snappy block. */
static reel_status put_page(reel_parquet_writer *w, bool dictionary, uint32_t n_values, bool coded,
                            const reel_bytes *body, size_t *raw_size, reel_error *err)
{
    reel_bytes *packed = &w->chunk.scratch;
    size_t size = snappy_max_compressed_length(body->size);
    reel_bytes_clear(packed);
    char *room = (char *)reel_bytes_reserve(packed, size);
    if (!room) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    if (body->size > INT32_MAX || size > INT32_MAX ||
        snappy_compress((const char *)body->data, body->size, room, &size) != SNAPPY_OK) {
        return reel_fail_at(err, REEL_E_INTERNAL, w->path, 0, NULL, "a page is too large");
    }
    reel_bytes_clear(&w->page);
    reel_thrift_writer t = {.out = &w->page};
    reel_thrift_begin(&t, 0);
    reel_thrift_i32(&t, 1, dictionary ? REEL_PARQUET_DICTIONARY_PAGE : REEL_PARQUET_DATA_PAGE);
    reel_thrift_i32(&t, 2, (int32_t)body->size);
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
    *raw_size += w->page.size + body->size;
    reel_bytes_put(&w->page, room, size);
    if (w->page.failed) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    return put_out(w, w->page.data, w->page.size, err);
}

static int32_t physical_type(reel_column_type type)
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

static void put_statistics(reel_thrift_writer *t, const reel_parquet_chunk *chunk)
{
    reel_thrift_begin(t, 12);
    reel_thrift_i64(t, 3, chunk->n_nulls);
    if (chunk->has_bounds) {
        reel_thrift_binary(t, 5, chunk->max.data, chunk->max.size);
        reel_thrift_binary(t, 6, chunk->min.data, chunk->min.size);
        reel_thrift_bool(t, 7, true);
        reel_thrift_bool(t, 8, true);
    }
    reel_thrift_end(t);
}

/* One column chunk into the file, its description into the footer. */
static reel_status put_column(reel_parquet_writer *w, reel_thrift_writer *t, int c,
                              size_t *raw_total, reel_error *err)
{
    const reel_column *column = &w->table->columns[c];
    const int lists = reel_column_lists(column->type);
    if (!reel_parquet_encode(&w->chunk, w->pending, c)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    const bool coded = w->chunk.n_dictionary > 0;
    const uint64_t start = w->offset;
    uint64_t data_start = start;
    size_t raw = 0;
    if (coded) {
        reel_status status =
            put_page(w, true, w->chunk.n_dictionary, false, &w->chunk.dictionary, &raw, err);
        if (status) {
            return status;
        }
        data_start = w->offset;
    }
    reel_status status = put_page(w, false, w->chunk.n_values, coded, &w->chunk.data, &raw, err);
    if (status) {
        return status;
    }
    reel_thrift_begin(t, 0);
    reel_thrift_i64(t, 2, 0);
    reel_thrift_begin(t, 3);
    reel_thrift_i32(t, 1, physical_type(column->type));
    reel_thrift_list(t, 2, REEL_THRIFT_I32, coded ? 3 : 2);
    reel_thrift_element_i32(t, REEL_PARQUET_PLAIN);
    reel_thrift_element_i32(t, REEL_PARQUET_RLE);
    if (coded) {
        reel_thrift_element_i32(t, REEL_PARQUET_RLE_DICTIONARY);
    }
    reel_thrift_list(t, 3, REEL_THRIFT_BINARY, 1 + 2 * (uint32_t)lists);
    reel_thrift_element_string(t, column->name);
    for (int i = 0; i < lists; i++) {
        reel_thrift_element_string(t, "list");
        reel_thrift_element_string(t, "element");
    }
    reel_thrift_i32(t, 4, REEL_PARQUET_SNAPPY);
    reel_thrift_i64(t, 5, w->chunk.n_values);
    reel_thrift_i64(t, 6, (int64_t)raw);
    reel_thrift_i64(t, 7, (int64_t)(w->offset - start));
    reel_thrift_i64(t, 9, (int64_t)data_start);
    if (coded) {
        reel_thrift_i64(t, 11, (int64_t)start);
    }
    if (!lists) {
        put_statistics(t, &w->chunk);
    }
    reel_thrift_end(t);
    reel_thrift_end(t);
    *raw_total += raw;
    return REEL_OK;
}

/* The pending rows as a row group. */
static reel_status flush(reel_parquet_writer *w, reel_error *err)
{
    if (w->pending->n_rows == 0) {
        return REEL_OK;
    }
    const uint64_t start = w->offset;
    size_t raw = 0;
    reel_thrift_writer t = {.out = &w->groups};
    reel_thrift_begin(&t, 0);
    reel_thrift_list(&t, 1, REEL_THRIFT_STRUCT, (uint32_t)w->table->n_columns);
    for (int c = 0; c < w->table->n_columns; c++) {
        reel_status status = put_column(w, &t, c, &raw, err);
        if (status) {
            return status;
        }
    }
    reel_thrift_i64(&t, 2, (int64_t)raw);
    reel_thrift_i64(&t, 3, w->pending->n_rows);
    reel_thrift_i64(&t, 5, (int64_t)start);
    reel_thrift_i64(&t, 6, (int64_t)(w->offset - start));
    if (w->n_groups <= INT16_MAX) {
        reel_thrift_i16(&t, 7, (int16_t)w->n_groups);
    }
    reel_thrift_end(&t);
    w->n_rows += w->pending->n_rows;
    w->n_groups++;
    reel_rows_clear(w->pending);
    return REEL_OK;
}

/* ---- footer -----------------------------------------------------------------------------------
 */

static void put_group_node(reel_thrift_writer *t, int repetition, const char *name, int list)
{
    reel_thrift_begin(t, 0);
    reel_thrift_i32(t, 3, repetition);
    reel_thrift_string(t, 4, name);
    reel_thrift_i32(t, 5, 1);
    if (list) {
        reel_thrift_i32(t, 6, REEL_PARQUET_LIST);
        reel_thrift_begin(t, 10);
        reel_thrift_begin(t, 3); /* LogicalType.LIST */
        reel_thrift_end(t);
        reel_thrift_end(t);
    }
    reel_thrift_end(t);
}

static void put_leaf(reel_thrift_writer *t, const reel_column *column, const char *name)
{
    reel_thrift_begin(t, 0);
    reel_thrift_i32(t, 1, physical_type(column->type));
    reel_thrift_i32(t, 3, REEL_PARQUET_OPTIONAL);
    reel_thrift_string(t, 4, name);
    if (reel_column_element(column->type) == REEL_COLUMN_STRING) {
        reel_thrift_i32(t, 6, REEL_PARQUET_UTF8);
        reel_thrift_begin(t, 10);
        reel_thrift_begin(t, 1); /* LogicalType.STRING */
        reel_thrift_end(t);
        reel_thrift_end(t);
    }
    reel_thrift_end(t);
}

static void put_schema(reel_thrift_writer *t, const reel_table *table)
{
    uint32_t n = 1;
    for (int c = 0; c < table->n_columns; c++) {
        n += 1 + 2 * (uint32_t)reel_column_lists(table->columns[c].type);
    }
    reel_thrift_list(t, 2, REEL_THRIFT_STRUCT, n);
    reel_thrift_begin(t, 0);
    reel_thrift_string(t, 4, "schema");
    reel_thrift_i32(t, 5, table->n_columns);
    reel_thrift_end(t);
    for (int c = 0; c < table->n_columns; c++) {
        const reel_column *column = &table->columns[c];
        const int lists = reel_column_lists(column->type);
        for (int i = 0; i < lists; i++) {
            put_group_node(t, REEL_PARQUET_OPTIONAL, i ? "element" : column->name, 1);
            put_group_node(t, REEL_PARQUET_REPEATED, "list", 0);
        }
        put_leaf(t, column, lists ? "element" : column->name);
    }
}

/* {"mass": {"type": "float64", "unit": "kg", "doc": "..."}}, NULL: no memory. */
static char *columns_json(const reel_table *table)
{
    reel_json *root = reel_json_object();
    bool ok = root != NULL;
    for (int c = 0; ok && c < table->n_columns; c++) {
        char type[32];
        reel_column_type_name(&table->columns[c], type, sizeof(type));
        reel_json *column = reel_json_object();
        ok = column && reel_json_put(column, "type", reel_json_string(type)) &&
             reel_json_put(column, "unit", reel_json_string(table->columns[c].unit)) &&
             reel_json_put(column, "doc", reel_json_string(table->columns[c].doc));
        if (ok) {
            ok = reel_json_put(root, table->columns[c].name, column);
        } else {
            reel_json_destroy(&column);
        }
    }
    size_t size = 0;
    char *text = ok ? reel_json_canonical(root, &size) : NULL;
    reel_json_destroy(&root);
    return text;
}

static void put_key_value(reel_thrift_writer *t, const char *key, const char *value)
{
    reel_thrift_begin(t, 0);
    reel_thrift_string(t, 1, key);
    reel_thrift_string(t, 2, value);
    reel_thrift_end(t);
}

static reel_status put_footer(reel_parquet_writer *w, reel_error *err)
{
    char *columns = columns_json(w->table);
    if (!columns) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    reel_bytes *out = &w->page;
    reel_bytes_clear(out);
    reel_thrift_writer t = {.out = out};
    reel_thrift_begin(&t, 0);
    reel_thrift_i32(&t, 1, 2);
    put_schema(&t, w->table);
    reel_thrift_i64(&t, 3, w->n_rows);
    reel_thrift_list(&t, 4, REEL_THRIFT_STRUCT, w->n_groups);
    reel_bytes_put(out, w->groups.data, w->groups.size);
    reel_thrift_list(&t, 5, REEL_THRIFT_STRUCT, 2 + w->n_notes);
    put_key_value(&t, "physreel.table", w->table->name);
    put_key_value(&t, "physreel.columns", columns);
    reel_bytes_put(out, w->notes.data, w->notes.size);
    reel_thrift_string(&t, 6, CREATED_BY);
    reel_thrift_list(&t, 7, REEL_THRIFT_STRUCT, (uint32_t)w->table->n_columns);
    for (int c = 0; c < w->table->n_columns; c++) {
        reel_thrift_begin(&t, 0);
        reel_thrift_begin(&t, 1); /* ColumnOrder.TYPE_ORDER */
        reel_thrift_end(&t);
        reel_thrift_end(&t);
    }
    reel_thrift_end(&t);
    reel_free(columns);
    reel_bytes_put_u32(out, (uint32_t)out->size);
    reel_bytes_put_u32(out, REEL_PARQUET_MAGIC);
    if (out->failed || w->groups.failed || w->notes.failed) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    if (out->size > INT32_MAX) {
        return reel_fail_at(err, REEL_E_INTERNAL, w->path, 0, NULL, "the footer is too large");
    }
    return put_out(w, out->data, out->size, err);
}

/* ---- life -------------------------------------------------------------------------------------
 */

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
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash - path) + 1 : 0;
    const int length =
        snprintf(w->temporary, sizeof(w->temporary), "%.*s.tmp-%s", dir, path, path + dir);
    if (length < 0 || (size_t)length >= sizeof(w->temporary)) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "the path is too long");
        goto fail;
    }
    snprintf(w->path, sizeof(w->path), "%s", path);
    w->file = fopen(w->temporary, "wbe");
    if (!w->file) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "cannot create: %s", strerror(errno));
        goto fail;
    }
    status = put_out(w, "PAR1", 4, err);
    if (status) {
        goto fail;
    }
    *out = w;
    return REEL_OK;

fail:
    reel_parquet_destroy(&w);
    return status;
}

reel_status reel_parquet_write(reel_parquet_writer *w, const reel_rows *rows, reel_error *err)
{
    assert(w->file && rows->table == w->table);
    if (rows->failed) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
    }
    for (int first = 0; first < rows->n_rows;) {
        const int room = REEL_PARQUET_ROW_GROUP - w->pending->n_rows;
        const int n = rows->n_rows - first < room ? rows->n_rows - first : room;
        reel_rows_append(w->pending, rows, first, n);
        if (w->pending->failed) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory while writing %s", w->path);
        }
        first += n;
        if (w->pending->n_rows == REEL_PARQUET_ROW_GROUP) {
            reel_status status = flush(w, err);
            if (status) {
                return status;
            }
        }
    }
    return REEL_OK;
}

reel_status reel_parquet_end_group(reel_parquet_writer *w, reel_error *err)
{
    return flush(w, err);
}

void reel_parquet_note(reel_parquet_writer *w, const char *key, const char *value)
{
    reel_thrift_writer t = {.out = &w->notes};
    put_key_value(&t, key, value);
    w->n_notes++;
}

uint64_t reel_parquet_size(const reel_parquet_writer *w)
{
    return w->offset;
}

reel_status reel_parquet_close(reel_parquet_writer *w, reel_error *err)
{
    assert(w->file);
    reel_status status = flush(w, err);
    if (!status) {
        status = put_footer(w, err);
    }
    if (status) {
        return status;
    }
    bool ok = fflush(w->file) == 0 && fsync(fileno(w->file)) == 0;
    ok = fclose(w->file) == 0 && ok;
    w->file = NULL;
    ok = ok && rename(w->temporary, w->path) == 0;
    if (!ok) {
        const int cause = errno;
        unlink(w->temporary);
        return reel_fail_at(err, REEL_E_IO, w->path, 0, NULL, "cannot write: %s", strerror(cause));
    }
    char dir[REEL_PATH_MAX];
    snprintf(dir, sizeof(dir), "%s", w->path);
    char *slash = strrchr(dir, '/');
    if (slash) {
        slash[slash == dir ? 1 : 0] = 0;
    }
    return reel_fs_sync(slash ? dir : ".", err);
}

void reel_parquet_destroy(reel_parquet_writer **writer)
{
    reel_parquet_writer *w = *writer;
    if (!w) {
        return;
    }
    if (w->file) {
        fclose(w->file);
        unlink(w->temporary);
    }
    reel_rows_destroy(&w->pending);
    reel_parquet_chunk_finish(&w->chunk);
    reel_bytes_finish(&w->page);
    reel_bytes_finish(&w->groups);
    reel_bytes_finish(&w->notes);
    reel_free(w);
    *writer = NULL;
}
