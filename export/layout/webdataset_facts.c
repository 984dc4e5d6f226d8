/* webdataset_facts.c - a sample's facts: as JSON beside the video, and as a row of metadata. */
#include "base/alloc.h"
#include "base/json.h"
#include "export/layout/webdataset_internal.h"
#include <stdio.h>
#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

/* Columns that name files of the clips layout. */
static bool is_path(const char *name)
{
    return ends_with(name, "_path") || ends_with(name, "file_name");
}

static uint64_t load(const uint8_t *at, int size)
{
    uint64_t bits = 0;
    for (int i = 0; i < size; i++) {
        bits |= (uint64_t)at[i] << (8 * i);
    }
    return bits;
}

static double load_real(const uint8_t *at)
{
    const uint64_t bits = load(at, 8);
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static bool is_there(const reel_rows *rows, int c, int row)
{
    return rows->cells[c].present[row] == REEL_CELL_VALUE;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static void copy_cell(const reel_rows *from, int row, int c, reel_rows *to)
{
    const reel_column *column = &from->table->columns[c];
    const reel_cells *cells = &from->cells[c];
    const uint8_t *values = cells->values.data;
    if (!is_there(from, c, row)) {
        reel_put_null(to, column->name);
        return;
    }
    switch (column->type) {
    case REEL_COLUMN_STRING:
        reel_put_text(to, column->name, (const char *)values + cells->offset[row],
                      cells->offset[row + 1] - cells->offset[row]);
        break;
    case REEL_COLUMN_BOOL: reel_put_bool(to, column->name, values[row] != 0); break;
    case REEL_COLUMN_INT32:
        reel_put_int(to, column->name, (int32_t)load(values + 4 * (size_t)row, 4));
        break;
    case REEL_COLUMN_INT64:
        reel_put_int(to, column->name, (int64_t)load(values + 8 * (size_t)row, 8));
        break;
    case REEL_COLUMN_FLOAT64:
        reel_put_real(to, column->name, load_real(values + 8 * (size_t)row));
        break;
    default: assert(!"metadata has no vectors");
    }
}

void reel_shard_facts_rows(const reel_rows *from, const char *shard, bool has_labels, reel_rows *to)
{
    char labels[300], records[300];
    snprintf(labels, sizeof(labels), "labels/%s.tar", shard);
    snprintf(records, sizeof(records), "records/%s.tar", shard);
    for (int row = 0; row < from->n_rows; row++) {
        for (int c = 0; c < from->table->n_columns; c++) {
            const char *name = from->table->columns[c].name;
            if (strcmp(name, "planes_path") == 0) {
                reel_put_string(to, name, has_labels ? labels : NULL);
            } else if (strcmp(name, "record_path") == 0) {
                reel_put_string(to, name, records);
            } else if (is_path(name)) {
                reel_put_null(to, name);
            } else {
                copy_cell(from, row, c, to);
            }
        }
        reel_rows_end_row(to);
    }
    to->failed |= from->failed;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

static reel_json *cell_json(const reel_rows *rows, int row, int c)
{
    const reel_cells *cells = &rows->cells[c];
    const uint8_t *values = cells->values.data;
    const reel_column_type type = rows->table->columns[c].type;
    if (!is_there(rows, c, row)) {
        return type == REEL_COLUMN_STRING ? reel_json_string("") : reel_json_null();
    }
    switch (type) {
    case REEL_COLUMN_STRING: {
        const size_t size = cells->offset[row + 1] - cells->offset[row];
        char *text = reel_alloc(size + 1);
        if (!text) {
            return NULL;
        }
        if (size > 0) {
            memcpy(text, values + cells->offset[row], size);
        }
        text[size] = 0;
        reel_json *json = reel_json_string(text);
        reel_free(text);
        return json;
    }
    case REEL_COLUMN_BOOL: return reel_json_bool(values[row] != 0);
    case REEL_COLUMN_INT32: return reel_json_int((int32_t)load(values + 4 * (size_t)row, 4));
    case REEL_COLUMN_INT64: return reel_json_int((int64_t)load(values + 8 * (size_t)row, 8));
    case REEL_COLUMN_FLOAT64: return reel_json_real(load_real(values + 8 * (size_t)row));
    default: break;
    }
    assert(!"metadata has no vectors");
    return NULL;
}

char *reel_shard_facts_json(const reel_rows *rows, int row, size_t *size)
{
    reel_json *root = reel_json_object();
    bool ok = root != NULL;
    for (int c = 0; ok && c < rows->table->n_columns; c++) {
        const char *name = rows->table->columns[c].name;
        ok = is_path(name) || reel_json_put(root, name, cell_json(rows, row, c));
    }
    char *text = ok ? reel_json_canonical(root, size) : NULL;
    reel_json_destroy(&root);
    return text;
}
