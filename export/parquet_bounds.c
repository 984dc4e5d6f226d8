/* parquet_bounds.c - see parquet_bounds.h. */
#include "export/parquet_bounds.h"
#include <math.h>
#include <string.h>

typedef reel_parquet_value value;

/* ---- values -----------------------------------------------------------------------------------
 */

value reel_parquet_value_at(const reel_rows *rows, int c, int row)
{
    const reel_cells *cells = &rows->cells[c];
    if (rows->table->columns[c].type == REEL_COLUMN_STRING) {
        return (value){cells->values.data + cells->offset[row],
                       cells->offset[row + 1] - cells->offset[row]};
    }
    const size_t width = reel_column_width(rows->table->columns[c].type);
    return (value){cells->values.data + (size_t)row * width, width};
}

static int64_t load_int(value v)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < v.size; i++) {
        bits |= (uint64_t)v.data[i] << (8 * i);
    }
    return v.size == 4 ? (int32_t)bits : (int64_t)bits;
}

/* Of a float64 or float32. */
static double load_real(value v)
{
    const int64_t bits = load_int(v);
    const uint32_t low = (uint32_t)bits;
    double d;
    float f;
    if (v.size == sizeof(f)) {
        memcpy(&f, &low, sizeof(f));
        return (double)f;
    }
    memcpy(&d, &bits, sizeof(d));
    return d;
}

static int compare_bytes(value a, value b)
{
    const size_t n = a.size < b.size ? a.size : b.size;
    const int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

bool reel_parquet_is_real(reel_column_type type)
{
    const reel_column_type element = reel_column_element(type);
    return element == REEL_COLUMN_FLOAT64 || element == REEL_COLUMN_FLOAT32;
}

/* Values of a column, or of its lists. */
static int compare(reel_column_type type, value a, value b)
{
    const reel_column_type element = reel_column_element(type);
    if (reel_parquet_is_real(type)) {
        return (load_real(a) > load_real(b)) - (load_real(a) < load_real(b));
    }
    if (element == REEL_COLUMN_INT32 || element == REEL_COLUMN_INT64) {
        return (load_int(a) > load_int(b)) - (load_int(a) < load_int(b));
    }
    return compare_bytes(a, b);
}

/* ---- ranges -----------------------------------------------------------------------------------
 */

static void add_value(reel_parquet_range *range, reel_column_type type, value v)
{
    range->n_values++;
    if (reel_parquet_is_real(type) && isnan(load_real(v))) {
        range->n_nans++;
        return;
    }
    range->min = !range->any || compare(type, v, range->min) < 0 ? v : range->min;
    range->max = !range->any || compare(type, v, range->max) > 0 ? v : range->max;
    range->any = true;
}

/* The elements of the list of a row. @return how many. */
static uint32_t add_list(reel_parquet_range *range, const reel_rows *rows, int c, int row)
{
    const reel_cells *cells = &rows->cells[c];
    const reel_column_type type = rows->table->columns[c].type;
    const size_t width = reel_column_width(reel_column_element(type));
    size_t at = cells->offset[row], end = cells->offset[row + 1];
    uint32_t n = 0;
    while (at < end) {
        value v = {cells->values.data + at * width, width};
        at++;
        if (width == 0) { /* strings, each behind its length */
            const uint8_t *text = cells->values.data + at - 1;
            v = (value){text + 4, (size_t)(uint32_t)load_int((value){text, 4})};
            at += 3 + v.size;
        }
        add_value(range, type, v);
        n++;
    }
    return n;
}

reel_parquet_range reel_parquet_range_of(const reel_rows *rows, int c, int first, int n)
{
    const reel_column_type type = rows->table->columns[c].type;
    const uint8_t *present = rows->cells[c].present;
    reel_parquet_range range = {0};
    for (int row = first; row < first + n; row++) {
        bool null = present[row] != REEL_CELL_VALUE;
        if (!null && reel_column_lists(type)) {
            null = add_list(&range, rows, c, row) == 0;
        } else if (!null) {
            add_value(&range, type, reel_parquet_value_at(rows, c, row));
        }
        range.n_values += null;
        range.n_nulls += null;
    }
    return range;
}

void reel_parquet_range_join(reel_column_type type, reel_parquet_range *range,
                             const reel_parquet_range *other)
{
    range->n_values += other->n_values;
    range->n_nulls += other->n_nulls;
    range->n_nans += other->n_nans;
    if (!other->any) {
        return;
    }
    if (!range->any || compare(type, other->min, range->min) < 0) {
        range->min = other->min;
    }
    if (!range->any || compare(type, other->max, range->max) > 0) {
        range->max = other->max;
    }
    range->any = true;
}

/* ---- bounds -----------------------------------------------------------------------------------
 */

static void set(reel_parquet_bound *bound, const uint8_t *data, size_t size, bool exact)
{
    assert(size <= sizeof(bound->data));
    memset(bound, 0, sizeof(*bound));
    if (size > 0) {
        memcpy(bound->data, data, size);
    }
    bound->size = size;
    bound->exact = exact;
}

static bool is_inside(uint8_t byte) /* of a character of several bytes */
{
    return (byte & 0xC0) == 0x80;
}

/* The most bytes within `limit` that end between characters. */
static size_t cut(value v, size_t limit)
{
    size_t n = limit;
    while (n > 0 && is_inside(v.data[n])) {
        n--;
    }
    return n;
}

/* Code point of the character at `at` of `size` bytes; not a character: beyond the last one. */
static uint32_t decode(const uint8_t *at, size_t size)
{
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    if (size < 1 || size > 4 || (size == 1 && at[0] > 0x7F)) {
        return UINT32_MAX;
    }
    uint32_t point = (uint32_t)(at[0] - lead[size]);
    for (size_t i = 1; i < size; i++) {
        point = point << 6 | (at[i] & 0x3F);
    }
    return point;
}

static size_t encode(uint32_t point, uint8_t out[4])
{
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    const size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (uint8_t)(lead[size] | point);
    return size;
}

/* The next text after all that begin with `v` cut to `n` bytes: its last character that has a
 * successor is counted up and ends it. UTF-8 sorts as its code points do. */
static bool count_up(value v, size_t n, reel_parquet_bound *max)
{
    while (n > 0) {
        size_t first = n - 1;
        while (first > 0 && is_inside(v.data[first])) {
            first--;
        }
        uint32_t point = decode(v.data + first, n - first);
        point = point == 0xD7FF ? 0xE000 : point == UINT32_MAX ? point : point + 1;
        if (point <= 0x10FFFF) {
            uint8_t text[REEL_PARQUET_BOUND_MAX];
            memcpy(text, v.data, first);
            set(max, text, first + encode(point, text + first), false);
            return true;
        }
        n = first;
    }
    return false;
}

bool reel_parquet_bounds_of(reel_column_type type, const reel_parquet_range *range,
                            reel_parquet_bound *min, reel_parquet_bound *max)
{
    static const uint8_t zeros[2][8] = {{0, 0, 0, 0, 0, 0, 0, 0x80}, {0}};
    if (!range->any) {
        return false;
    }
    value low = range->min, high = range->max;
    if (reel_parquet_is_real(type)) {
        low.data = load_real(low) == 0 ? zeros[0] + sizeof(zeros[0]) - low.size : low.data;
        high.data = load_real(high) == 0 ? zeros[1] : high.data;
    }
    const bool whole_low = low.size <= REEL_PARQUET_TEXT_BOUND;
    set(min, low.data, whole_low ? low.size : cut(low, REEL_PARQUET_TEXT_BOUND), whole_low);
    if (high.size > REEL_PARQUET_TEXT_BOUND) {
        return count_up(high, cut(high, REEL_PARQUET_TEXT_BOUND), max);
    }
    set(max, high.data, high.size, true);
    return true;
}

int reel_parquet_bound_compare(reel_column_type type, const reel_parquet_bound *a,
                               const reel_parquet_bound *b)
{
    return compare(type, (value){a->data, a->size}, (value){b->data, b->size});
}
