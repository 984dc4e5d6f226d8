/* parquet_footer.c - schema, page indexes and footer; see parquet_write.h. */
#include "base/json.h"
#include "export/parquet_format.h"
#include "export/parquet_write_internal.h"

#define CREATED_BY "physreel version " REEL_VERSION " (build " REEL_VERSION ")"

/* ---- schema -----------------------------------------------------------------------------------
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
    reel_thrift_i32(t, 1, reel_parquet_physical(column->type));
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

void reel_parquet_note(reel_parquet_writer *w, const char *key, const char *value)
{
    reel_thrift_writer t = {.out = &w->notes};
    put_key_value(&t, key, value);
    w->n_notes++;
}

/* ---- row groups -------------------------------------------------------------------------------
 */

/* How far the footer has come in what was noted. */
typedef struct place {
    size_t meta;
    uint64_t column_index, offset_index; /* in the file */
} place;

static void put_chunk(reel_parquet_writer *w, reel_thrift_writer *t,
                      const reel_parquet_chunk_note *note, place *at)
{
    reel_thrift_begin(t, 0);
    reel_thrift_i64(t, 2, 0);
    reel_thrift_begin(t, 3);
    reel_bytes_put(t->out, w->metas.data + at->meta, note->meta_size);
    reel_thrift_end(t);
    reel_thrift_i64(t, 4, (int64_t)at->offset_index);
    reel_thrift_i32(t, 5, (int32_t)note->offset_index_size);
    if (note->column_index_size) {
        reel_thrift_i64(t, 6, (int64_t)at->column_index);
        reel_thrift_i32(t, 7, (int32_t)note->column_index_size);
    }
    reel_thrift_end(t);
    at->meta += note->meta_size;
    at->column_index += note->column_index_size;
    at->offset_index += note->offset_index_size;
}

/* `at`: where the indexes of the first chunk are. */
static void put_groups(reel_parquet_writer *w, reel_thrift_writer *t, place at)
{
    const reel_parquet_group_note *group = (const void *)w->group_notes.data;
    const reel_parquet_chunk_note *chunk = (const void *)w->chunk_notes.data;
    reel_thrift_list(t, 4, REEL_THRIFT_STRUCT, w->n_groups);
    for (uint32_t g = 0; g < w->n_groups; g++, group++) {
        reel_thrift_begin(t, 0);
        reel_thrift_list(t, 1, REEL_THRIFT_STRUCT, (uint32_t)w->table->n_columns);
        for (int c = 0; c < w->table->n_columns; c++) {
            put_chunk(w, t, chunk++, &at);
        }
        reel_thrift_i64(t, 2, (int64_t)group->raw_size);
        reel_thrift_i64(t, 3, group->n_rows);
        reel_thrift_i64(t, 5, (int64_t)group->start);
        reel_thrift_i64(t, 6, (int64_t)group->size);
        if (g <= INT16_MAX) {
            reel_thrift_i16(t, 7, (int16_t)g);
        }
        reel_thrift_end(t);
    }
}

/* ---- footer -----------------------------------------------------------------------------------
 */

/* What follows the indexes, which begin at `at`. */
static reel_status put_tail(reel_parquet_writer *w, place at, const char *columns, reel_error *err)
{
    reel_bytes *out = &w->page;
    reel_bytes_clear(out);
    reel_thrift_writer t = {.out = out};
    reel_thrift_begin(&t, 0);
    reel_thrift_i32(&t, 1, 1);
    put_schema(&t, w->table);
    reel_thrift_i64(&t, 3, w->n_rows);
    put_groups(w, &t, at);
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
    reel_bytes_put_u32(out, (uint32_t)out->size);
    reel_bytes_put_u32(out, REEL_PARQUET_MAGIC);
    if (out->failed || w->notes.failed) {
        return reel_parquet_no_memory(w, err);
    }
    if (out->size > INT32_MAX) {
        return reel_fail_at(err, REEL_E_INTERNAL, w->out.path, 0, NULL, "the footer is too large");
    }
    return reel_parquet_put_out(w, out->data, out->size, err);
}

reel_status reel_parquet_put_footer(reel_parquet_writer *w, reel_error *err)
{
    const place at = {.column_index = w->offset,
                      .offset_index = w->offset + w->column_indexes.size};
    reel_status status =
        reel_parquet_put_out(w, w->column_indexes.data, w->column_indexes.size, err);
    if (!status) {
        status = reel_parquet_put_out(w, w->offset_indexes.data, w->offset_indexes.size, err);
    }
    if (status) {
        return status;
    }
    char *columns = columns_json(w->table);
    status = columns ? put_tail(w, at, columns, err) : reel_parquet_no_memory(w, err);
    reel_free(columns);
    return status;
}
