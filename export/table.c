/* table.c - see table.h. */
#include "export/table.h"
#include "base/alloc.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

reel_column_type reel_column_element(reel_column_type type)
{
    switch (type) {
    case REEL_COLUMN_VECTOR:
    case REEL_COLUMN_NESTED: return REEL_COLUMN_FLOAT64;
    case REEL_COLUMN_FLOAT32S: return REEL_COLUMN_FLOAT32;
    case REEL_COLUMN_INT64S: return REEL_COLUMN_INT64;
    case REEL_COLUMN_BOOLS: return REEL_COLUMN_BOOL;
    case REEL_COLUMN_STRINGS: return REEL_COLUMN_STRING;
    default: return type;
    }
}

int reel_column_lists(reel_column_type type)
{
    return type == REEL_COLUMN_NESTED ? 3 : type != reel_column_element(type) ? 1 : 0;
}

size_t reel_column_width(reel_column_type element)
{
    switch (element) {
    case REEL_COLUMN_STRING: return 0;
    case REEL_COLUMN_BOOL: return 1;
    case REEL_COLUMN_INT32:
    case REEL_COLUMN_FLOAT32: return 4;
    default: return 8;
    }
}

void reel_column_type_name(const reel_column *column, char *out, size_t size)
{
    static const char *const names[] = {
        [REEL_COLUMN_STRING] = "string",   [REEL_COLUMN_BOOL] = "bool",
        [REEL_COLUMN_INT32] = "int32",     [REEL_COLUMN_INT64] = "int64",
        [REEL_COLUMN_FLOAT64] = "float64", [REEL_COLUMN_FLOAT32] = "float32"};
    const char *name = names[reel_column_element(column->type)];
    if (reel_column_lists(column->type) == 0) {
        snprintf(out, size, "%s", name);
    } else if (column->type == REEL_COLUMN_STRINGS) {
        snprintf(out, size, "%s[]", name);
    } else {
        snprintf(out, size, "%s[%d]%s", name, column->length,
                 column->type == REEL_COLUMN_NESTED ? "[1][1]" : "");
    }
}

int reel_table_find_column(const reel_table *table, const char *name)
{
    for (int i = 0; i < table->n_columns; i++) {
        if (strcmp(table->columns[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

reel_rows *reel_rows_create(const reel_table *table)
{
    reel_rows *rows = reel_calloc(1, sizeof(*rows));
    if (!rows) {
        return NULL;
    }
    rows->table = table;
    rows->cells = reel_calloc((size_t)table->n_columns, sizeof(*rows->cells));
    if (!rows->cells || !reel_cells_reserve(rows, 64)) {
        reel_rows_destroy(&rows);
    }
    return rows;
}

void reel_rows_destroy(reel_rows **rows)
{
    if (!*rows) {
        return;
    }
    for (int c = 0; (*rows)->cells && c < (*rows)->table->n_columns; c++) {
        reel_free((*rows)->cells[c].present);
        reel_free((*rows)->cells[c].offset);
        reel_bytes_finish(&(*rows)->cells[c].values);
    }
    reel_free((*rows)->cells);
    reel_free(*rows);
    *rows = NULL;
}

void reel_rows_clear(reel_rows *rows)
{
    rows->n_rows = 0;
    rows->cursor = 0;
    for (int c = 0; c < rows->table->n_columns; c++) {
        reel_bytes_clear(&rows->cells[c].values);
    }
}

bool reel_cells_reserve(reel_rows *rows, int n_rows)
{
    if (n_rows <= rows->capacity) {
        return true;
    }
    int capacity = rows->capacity ? rows->capacity : 64;
    while (capacity < n_rows) {
        capacity = capacity > INT32_MAX / 2 ? n_rows : capacity * 2;
    }
    for (int c = 0; c < rows->table->n_columns; c++) {
        reel_cells *cells = &rows->cells[c];
        uint8_t *present = reel_realloc(cells->present, (size_t)capacity);
        if (present) {
            cells->present = present;
        }
        uint32_t *offset = reel_realloc(cells->offset, ((size_t)capacity + 1) * sizeof(*offset));
        if (offset) {
            cells->offset = offset;
            cells->offset[0] = 0;
        }
        if (!present || !offset) {
            rows->failed = true;
            return false;
        }
    }
    rows->capacity = capacity;
    return true;
}

static bool has_offsets(const reel_column *column)
{
    return column->type == REEL_COLUMN_STRING || reel_column_lists(column->type) > 0;
}

/* Bytes of what one step of an offset stands for. */
static size_t offset_scale(const reel_column *column)
{
    const size_t width = reel_column_width(reel_column_element(column->type));
    return width ? width : 1;
}

/* The next cell, or NULL when out of memory. Fixed-width columns get a slot for nulls as well, so
 * that row r stands at r * width. */
static reel_cells *next_cell(reel_rows *rows, const char *name, uint8_t state)
{
    assert(rows->cursor < rows->table->n_columns);
    assert(strcmp(rows->table->columns[rows->cursor].name, name) == 0);
    const int c = rows->cursor++;
    if (rows->failed || !reel_cells_reserve(rows, rows->n_rows + 1)) {
        return NULL;
    }
    reel_cells *cells = &rows->cells[c];
    cells->present[rows->n_rows] = state;
    if (has_offsets(&rows->table->columns[c])) {
        cells->offset[rows->n_rows + 1] = cells->offset[rows->n_rows];
    }
    return cells;
}

static const reel_column *column_put(const reel_rows *rows)
{
    return &rows->table->columns[rows->cursor - 1];
}

void reel_put_null(reel_rows *rows, const char *name)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_NULL);
    const reel_column *column = column_put(rows);
    if (cells && !has_offsets(column)) {
        static const uint8_t zero[8];
        reel_bytes_put(&cells->values, zero, reel_column_width(column->type));
    }
}

void reel_put_string(reel_rows *rows, const char *name, const char *v)
{
    if (v) {
        reel_put_text(rows, name, v, strlen(v));
    } else {
        reel_put_null(rows, name);
    }
}

void reel_put_text(reel_rows *rows, const char *name, const char *v, size_t size)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    assert(column_put(rows)->type == REEL_COLUMN_STRING);
    if (!cells || size > UINT32_MAX / 2 - cells->offset[rows->n_rows]) {
        rows->failed = true;
        return;
    }
    reel_bytes_put(&cells->values, v, size);
    cells->offset[rows->n_rows + 1] += (uint32_t)size;
}

void reel_put_bool(reel_rows *rows, const char *name, bool v)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    assert(column_put(rows)->type == REEL_COLUMN_BOOL);
    if (cells) {
        reel_bytes_put_u8(&cells->values, v);
    }
}

void reel_put_int(reel_rows *rows, const char *name, int64_t v)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    const reel_column_type type = column_put(rows)->type;
    assert(type == REEL_COLUMN_INT64 ||
           (type == REEL_COLUMN_INT32 && v >= INT32_MIN && v <= INT32_MAX));
    if (!cells) {
        return;
    }
    if (type == REEL_COLUMN_INT32) {
        reel_bytes_put_u32(&cells->values, (uint32_t)(int32_t)v);
    } else {
        reel_bytes_put_u64(&cells->values, (uint64_t)v);
    }
}

static void put_double(reel_bytes *out, reel_column_type element, double v)
{
    if (element == REEL_COLUMN_FLOAT32) {
        const float single = (float)v;
        uint32_t bits;
        memcpy(&bits, &single, sizeof(bits));
        reel_bytes_put_u32(out, bits);
    } else {
        uint64_t bits;
        memcpy(&bits, &v, sizeof(bits));
        reel_bytes_put_u64(out, bits);
    }
}

void reel_put_real(reel_rows *rows, const char *name, double v)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    const reel_column_type type = column_put(rows)->type;
    assert(type == REEL_COLUMN_FLOAT64 || type == REEL_COLUMN_FLOAT32);
    if (cells) {
        put_double(&cells->values, type, v);
    }
}

/* The next cell as a list of `length` elements, counted; NULL when out of memory. */
static reel_bytes *next_list(reel_rows *rows, const char *name, reel_column_type element)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    const reel_column *column = column_put(rows);
    assert(reel_column_lists(column->type) > 0 && column->type != REEL_COLUMN_STRINGS);
    assert(reel_column_element(column->type) == element);
    if (!cells || (uint32_t)column->length > UINT32_MAX / 2 - cells->offset[rows->n_rows]) {
        rows->failed = true;
        return NULL;
    }
    cells->offset[rows->n_rows + 1] += (uint32_t)column->length;
    return &cells->values;
}

void reel_put_vector(reel_rows *rows, const char *name, const double *v)
{
    const reel_column *column = &rows->table->columns[rows->cursor];
    const reel_column_type element = reel_column_element(column->type);
    assert(element == REEL_COLUMN_FLOAT64 || element == REEL_COLUMN_FLOAT32);
    reel_bytes *out = next_list(rows, name, element);
    for (int i = 0; out && i < column->length; i++) {
        put_double(out, element, v[i]);
    }
}

void reel_put_ints(reel_rows *rows, const char *name, const int64_t *v)
{
    reel_bytes *out = next_list(rows, name, REEL_COLUMN_INT64);
    for (int i = 0; out && i < column_put(rows)->length; i++) {
        reel_bytes_put_u64(out, (uint64_t)v[i]);
    }
}

void reel_put_bools(reel_rows *rows, const char *name, const bool *v)
{
    reel_bytes *out = next_list(rows, name, REEL_COLUMN_BOOL);
    for (int i = 0; out && i < column_put(rows)->length; i++) {
        reel_bytes_put_u8(out, v[i]);
    }
}

void reel_put_strings(reel_rows *rows, const char *name, const char *const *v, int n)
{
    reel_cells *cells = next_cell(rows, name, REEL_CELL_VALUE);
    assert(column_put(rows)->type == REEL_COLUMN_STRINGS);
    for (int i = 0; cells && i < n; i++) {
        const size_t size = strlen(v[i]);
        if (size > UINT32_MAX / 4 || cells->values.size > UINT32_MAX / 2) {
            rows->failed = true;
            return;
        }
        reel_bytes_put_u32(&cells->values, (uint32_t)size);
        reel_bytes_put(&cells->values, v[i], size);
        cells->offset[rows->n_rows + 1] += (uint32_t)size + 4;
    }
}

void reel_put_int_if(reel_rows *rows, bool known, const char *name, int64_t v)
{
    if (known) {
        reel_put_int(rows, name, v);
    } else {
        reel_put_null(rows, name);
    }
}

void reel_put_real_if(reel_rows *rows, bool known, const char *name, double v)
{
    if (known) {
        reel_put_real(rows, name, v);
    } else {
        reel_put_null(rows, name);
    }
}

void reel_put_vector_if(reel_rows *rows, bool known, const char *name, const double *v)
{
    if (known) {
        reel_put_vector(rows, name, v);
    } else {
        reel_put_null(rows, name);
    }
}

void reel_rows_end_row(reel_rows *rows)
{
    assert(rows->cursor == rows->table->n_columns);
    rows->cursor = 0;
    for (int c = 0; c < rows->table->n_columns; c++) {
        rows->failed |= rows->cells[c].values.failed;
    }
    if (!rows->failed) {
        rows->n_rows++;
    }
}

/* Where the bytes of `row` stand in the values of a column. */
static void cell_span(const reel_rows *rows, int row, int c, size_t *at, size_t *size)
{
    const reel_column *column = &rows->table->columns[c];
    const reel_cells *cells = &rows->cells[c];
    if (has_offsets(column)) {
        const size_t scale = offset_scale(column);
        *at = cells->offset[row] * scale;
        *size = (cells->offset[row + 1] - cells->offset[row]) * scale;
    } else {
        *size = reel_column_width(column->type);
        *at = (size_t)row * *size;
    }
}

void reel_rows_append(reel_rows *to, const reel_rows *from, int first, int n)
{
    assert(to->table == from->table && to->cursor == 0 && n >= 0 && first + n <= from->n_rows);
    if (to->failed || !reel_cells_reserve(to, to->n_rows + n)) {
        return;
    }
    for (int c = 0; n && c < to->table->n_columns; c++) {
        reel_cells *out = &to->cells[c];
        const reel_cells *in = &from->cells[c];
        size_t begin, end, size;
        cell_span(from, first, c, &begin, &size);
        cell_span(from, first + n - 1, c, &end, &size);
        memcpy(out->present + to->n_rows, in->present + first, (size_t)n);
        reel_bytes_put(&out->values, in->values.data + begin, end + size - begin);
        for (int i = 0; has_offsets(&to->table->columns[c]) && i < n; i++) {
            const uint32_t length = in->offset[first + i + 1] - in->offset[first + i];
            to->failed |= length > UINT32_MAX - out->offset[to->n_rows + i];
            out->offset[to->n_rows + i + 1] = out->offset[to->n_rows + i] + length;
        }
        to->failed |= out->values.failed;
    }
    to->n_rows += to->failed ? 0 : n;
}

/* ---- cells ------------------------------------------------------------------------------------
 */

bool reel_cell_equal(const reel_rows *a, int row_a, const reel_rows *b, int row_b, int column)
{
    const uint8_t state = a->cells[column].present[row_a];
    if (state != b->cells[column].present[row_b] || state == REEL_CELL_BROKEN) {
        return false;
    }
    if (state == REEL_CELL_NULL) {
        return true;
    }
    size_t at_a, at_b, size_a, size_b;
    cell_span(a, row_a, column, &at_a, &size_a);
    cell_span(b, row_b, column, &at_b, &size_b);
    return size_a == size_b &&
           (size_a == 0 || memcmp(a->cells[column].values.data + at_a,
                                  b->cells[column].values.data + at_b, size_a) == 0);
}

static uint64_t load_le(const uint8_t *at, size_t size)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++) {
        v |= (uint64_t)at[i] << (8 * i);
    }
    return v;
}

/* The shortest decimal that reads back as the same double, or float. */
static int format_real(char *out, size_t size, double v, bool single)
{
    for (int digits = 1; digits < 17; digits++) {
        char text[40];
        snprintf(text, sizeof(text), "%.*g", digits, v);
        if (single ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v) {
            return snprintf(out, size, "%s", text);
        }
    }
    return snprintf(out, size, "%.17g", v);
}

static int format_double(char *out, size_t size, const uint8_t *at)
{
    const uint64_t bits = load_le(at, 8);
    double v;
    memcpy(&v, &bits, sizeof(v));
    return format_real(out, size, v, false);
}

static int format_float(char *out, size_t size, const uint8_t *at)
{
    const uint32_t bits = (uint32_t)load_le(at, 4);
    float v;
    memcpy(&v, &bits, sizeof(v));
    return format_real(out, size, (double)v, true);
}

/* In quotes; bytes that are no printable ASCII as \xNN, so that a damaged file cannot break a
 * terminal or a JSON report. */
static void format_string(char *out, size_t size, const uint8_t *text, size_t n)
{
    size_t used = (size_t)snprintf(out, size, "\"");
    for (size_t i = 0; i < n && used < size; i++) {
        const bool printable = text[i] >= 0x20 && text[i] < 0x7F;
        used += (size_t)snprintf(out + used, size - used, printable ? "%c" : "\\x%02x",
                                 (unsigned)text[i]);
    }
    if (used < size) {
        snprintf(out + used, size - used, "\"");
    }
}

/* A value of fixed width. */
static int format_value(char *out, size_t size, reel_column_type type, const uint8_t *p)
{
    switch (type) {
    case REEL_COLUMN_BOOL: return snprintf(out, size, "%s", *p ? "true" : "false");
    case REEL_COLUMN_INT32: return snprintf(out, size, "%" PRId32, (int32_t)load_le(p, 4));
    case REEL_COLUMN_INT64: return snprintf(out, size, "%" PRId64, (int64_t)load_le(p, 8));
    case REEL_COLUMN_FLOAT32: return format_float(out, size, p);
    default: return format_double(out, size, p);
    }
}

static void format_list(char *out, size_t size, reel_column_type element, const uint8_t *p,
                        size_t bytes)
{
    size_t used = (size_t)snprintf(out, size, "[");
    for (size_t at = 0; at < bytes && used < size;) {
        used += (size_t)snprintf(out + used, size - used, "%s", at ? ", " : "");
        if (used < size && element == REEL_COLUMN_STRING) {
            const size_t n = (size_t)load_le(p + at, 4);
            format_string(out + used, size - used, p + at + 4, n);
            used += strlen(out + used);
            at += 4 + n;
        } else if (used < size) {
            used += (size_t)format_value(out + used, size - used, element, p + at);
            at += reel_column_width(element);
        }
    }
    if (used < size) {
        snprintf(out + used, size - used, "]");
    }
}

void reel_cell_format(const reel_rows *rows, int row, int column, char *out, size_t size)
{
    assert(size > 0);
    const reel_column_type type = rows->table->columns[column].type;
    const uint8_t state = rows->cells[column].present[row];
    if (state != REEL_CELL_VALUE) {
        snprintf(out, size, state == REEL_CELL_NULL ? "null" : "a list with nulls");
        return;
    }
    size_t at, bytes;
    cell_span(rows, row, column, &at, &bytes);
    const uint8_t *p = rows->cells[column].values.data + at;
    if (reel_column_lists(type)) {
        format_list(out, size, reel_column_element(type), p, bytes);
    } else if (type == REEL_COLUMN_STRING) {
        format_string(out, size, p, bytes);
    } else {
        format_value(out, size, type, p);
    }
}
