/* parquet_encode.c - levels, dictionaries and plain values; see parquet_encode.h. */
#include "export/parquet_encode.h"
#include "base/alloc.h"
#include "base/hash.h"
#include <math.h>
#include <string.h>

/* Strings longer than this have no min/max: bounds on captions serve nobody. */
enum { MAX_BOUND = 64, MAX_DICTIONARY = 1 << 20 };

/* ---- RLE / bit-packing hybrid -----------------------------------------------------------------
 */

static size_t run_length(const uint32_t *values, size_t n)
{
    size_t run = 1;
    while (run < n && values[run] == values[0]) {
        run++;
    }
    return run;
}

static void put_packed(reel_bytes *out, const uint32_t *values, size_t n, int width)
{
    const size_t groups = (n + 7) / 8;
    reel_bytes_put_varint(out, groups << 1 | 1);
    uint64_t bits = 0;
    int filled = 0;
    for (size_t i = 0; i < groups * 8; i++) {
        bits |= (uint64_t)(i < n ? values[i] : 0) << filled;
        for (filled += width; filled >= 8; filled -= 8) {
            reel_bytes_put_u8(out, (uint8_t)bits);
            bits >>= 8;
        }
    }
}

void reel_parquet_put_hybrid(reel_bytes *out, const uint32_t *values, size_t n, int width)
{
    size_t i = 0;
    while (i < n) {
        const size_t run = run_length(values + i, n - i);
        if (run >= 8 || run == n - i) {
            reel_bytes_put_varint(out, (uint64_t)run << 1);
            for (int b = 0; b < (width + 7) / 8; b++) {
                reel_bytes_put_u8(out, (uint8_t)(values[i] >> (8 * b)));
            }
            i += run;
            continue;
        }
        /* whole groups of eight until a run that pays begins on a group's edge */
        size_t end = i;
        do {
            end += 8;
        } while (end < n && run_length(values + end, n - end) < 8);
        end = end < n ? end : n;
        put_packed(out, values + i, end - i, width);
        i = end;
    }
}

/* A level section: u32 length, then the hybrid. `width` bits. */
static void put_levels(reel_bytes *out, const uint32_t *levels, size_t n, int width)
{
    const size_t at = out->size;
    reel_bytes_put_u32(out, 0);
    reel_parquet_put_hybrid(out, levels, n, width);
    if (!out->failed) {
        const uint32_t size = (uint32_t)(out->size - at - 4);
        for (int i = 0; i < 4; i++) {
            out->data[at + (size_t)i] = (uint8_t)(size >> (8 * i));
        }
    }
}

/* ---- values -----------------------------------------------------------------------------------
 */

typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

static span value_at(const reel_rows *rows, int c, int row)
{
    const reel_cells *cells = &rows->cells[c];
    if (rows->table->columns[c].type == REEL_COLUMN_STRING) {
        return (span){cells->values.data + cells->offset[row],
                      cells->offset[row + 1] - cells->offset[row]};
    }
    const size_t width = reel_column_width(rows->table->columns[c].type);
    return (span){cells->values.data + (size_t)row * width, width};
}

static int compare_bytes(span a, span b)
{
    const size_t n = a.size < b.size ? a.size : b.size;
    const int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int64_t load_int(span v)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < v.size; i++) {
        bits |= (uint64_t)v.data[i] << (8 * i);
    }
    return v.size == 4 ? (int32_t)bits : (int64_t)bits;
}

static bool is_real(reel_column_type type)
{
    return type == REEL_COLUMN_FLOAT64 || type == REEL_COLUMN_FLOAT32;
}

/* Of a float64 or float32. */
static double load_double(span v)
{
    const int64_t bits = load_int(v);
    double d;
    float f;
    if (v.size == sizeof(f)) {
        const uint32_t low = (uint32_t)bits;
        memcpy(&f, &low, sizeof(f));
        return (double)f;
    }
    memcpy(&d, &bits, sizeof(d));
    return d;
}

static int compare_values(reel_column_type type, span a, span b)
{
    switch (type) {
    case REEL_COLUMN_INT32:
    case REEL_COLUMN_INT64: return (load_int(a) > load_int(b)) - (load_int(a) < load_int(b));
    case REEL_COLUMN_FLOAT64:
    case REEL_COLUMN_FLOAT32:
        return (load_double(a) > load_double(b)) - (load_double(a) < load_double(b));
    default: return compare_bytes(a, b);
    }
}

static void set_bounds(reel_parquet_chunk *chunk, reel_column_type type, span min, span max)
{
    static const uint8_t negative_zero[8] = {0, 0, 0, 0, 0, 0, 0, 0x80}, zero[8];
    /* by the format's rule a zero bound covers both zeros */
    if (is_real(type) && load_double(min) == 0) {
        min.data = negative_zero + sizeof(negative_zero) - min.size;
    }
    if (is_real(type) && load_double(max) == 0) {
        max.data = zero;
    }
    reel_bytes_put(&chunk->min, min.data, min.size);
    reel_bytes_put(&chunk->max, max.data, max.size);
}

static void find_bounds(reel_parquet_chunk *chunk, const reel_rows *rows, int c)
{
    const reel_column_type type = rows->table->columns[c].type;
    span min = {0}, max = {0};
    bool any = false, usable = true;
    for (int row = 0; row < rows->n_rows; row++) {
        if (rows->cells[c].present[row] != REEL_CELL_VALUE) {
            continue;
        }
        const span v = value_at(rows, c, row);
        if (is_real(type) && isnan(load_double(v))) {
            continue;
        }
        usable &= v.size <= MAX_BOUND;
        min = !any || compare_values(type, v, min) < 0 ? v : min;
        max = !any || compare_values(type, v, max) > 0 ? v : max;
        any = true;
    }
    chunk->has_bounds = any && usable;
    if (chunk->has_bounds) {
        set_bounds(chunk, type, min, max);
    }
}

static void put_plain(reel_bytes *out, reel_column_type type, span v)
{
    if (type == REEL_COLUMN_STRING) {
        reel_bytes_put_u32(out, (uint32_t)v.size);
    }
    reel_bytes_put(out, v.data, v.size);
}

/* ---- dictionary -------------------------------------------------------------------------------
 */

/* Give every present value of the column the number of its first appearance. Leaves the dictionary
 * empty when it would not pay: more than half of the values are distinct, or it grows too large.
 * `index` holds a number per present value. False: out of memory. */
static bool build_dictionary(reel_parquet_chunk *chunk, const reel_rows *rows, int c,
                             uint32_t *index, size_t n_present)
{
    size_t slots = 16;
    while (slots < n_present * 2) {
        slots *= 2;
    }
    uint32_t *table = reel_calloc(slots, sizeof(*table)); /* 0: free; else entry + 1 */
    int *first_row = reel_alloc((n_present + 1) * sizeof(*first_row));
    const bool ok = table && first_row;
    size_t n = 0;
    bool pays = ok;
    for (int row = 0; pays && row < rows->n_rows; row++) {
        if (rows->cells[c].present[row] != REEL_CELL_VALUE) {
            continue;
        }
        const span v = value_at(rows, c, row);
        size_t slot = reel_xxh64_of(v.data, v.size, 0) & (slots - 1);
        while (table[slot] &&
               compare_bytes(value_at(rows, c, first_row[table[slot] - 1]), v) != 0) {
            slot = (slot + 1) & (slots - 1);
        }
        if (!table[slot]) {
            first_row[chunk->n_dictionary] = row;
            table[slot] = ++chunk->n_dictionary;
            put_plain(&chunk->dictionary, rows->table->columns[c].type, v);
        }
        index[n++] = table[slot] - 1;
        pays = chunk->n_dictionary <= n_present / 2 && chunk->dictionary.size < MAX_DICTIONARY;
    }
    if (!pays) {
        chunk->n_dictionary = 0;
        reel_bytes_clear(&chunk->dictionary);
    }
    reel_free(table);
    reel_free(first_row);
    return ok;
}

static int bits_for(uint32_t n_entries)
{
    int bits = 1;
    while (bits < 32 && n_entries - 1 >= (uint32_t)1 << bits) {
        bits++;
    }
    return bits;
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Booleans, which stand a byte each: eight in a byte, the first lowest. Left out are those that
 * `present` (NULL: all are there) calls null. */
static void put_bits(reel_bytes *out, const uint8_t *values, const uint8_t *present, size_t n)
{
    size_t bit = 0;
    uint8_t byte = 0;
    for (size_t i = 0; i < n; i++) {
        if (!present || present[i] == REEL_CELL_VALUE) {
            byte = (uint8_t)(byte | (values[i] & 1) << (bit & 7));
            if ((++bit & 7) == 0) {
                reel_bytes_put_u8(out, byte);
                byte = 0;
            }
        }
    }
    if (bit & 7) {
        reel_bytes_put_u8(out, byte);
    }
}

static bool encode_flat(reel_parquet_chunk *chunk, const reel_rows *rows, int c)
{
    const reel_column_type type = rows->table->columns[c].type;
    const uint8_t *present = rows->cells[c].present;
    const size_t n = (size_t)rows->n_rows;
    uint32_t *numbers = reel_alloc((n + 1) * sizeof(*numbers));
    if (!numbers) {
        return false;
    }
    size_t n_present = 0;
    for (size_t i = 0; i < n; i++) {
        numbers[i] = present[i] == REEL_CELL_VALUE;
        n_present += numbers[i];
    }
    chunk->n_values = (uint32_t)n;
    chunk->n_nulls = (uint32_t)(n - n_present);
    put_levels(&chunk->data, numbers, n, 1);
    find_bounds(chunk, rows, c);
    bool ok = type == REEL_COLUMN_BOOL || build_dictionary(chunk, rows, c, numbers, n_present);
    if (ok && chunk->n_dictionary) {
        const int width = bits_for(chunk->n_dictionary);
        reel_bytes_put_u8(&chunk->data, (uint8_t)width);
        reel_parquet_put_hybrid(&chunk->data, numbers, n_present, width);
    } else if (ok && type == REEL_COLUMN_BOOL) {
        put_bits(&chunk->data, rows->cells[c].values.data, present, n);
    } else if (ok) {
        for (int row = 0; row < rows->n_rows; row++) {
            if (present[row] == REEL_CELL_VALUE) {
                put_plain(&chunk->data, type, value_at(rows, c, row));
            }
        }
    }
    reel_free(numbers);
    return ok;
}

/* How many elements the list of a row has. */
static uint32_t count_elements(const reel_rows *rows, int c, int row)
{
    const reel_cells *cells = &rows->cells[c];
    if (rows->table->columns[c].type != REEL_COLUMN_STRINGS) {
        return cells->offset[row + 1] - cells->offset[row];
    }
    uint32_t n = 0;
    for (uint32_t at = cells->offset[row]; at < cells->offset[row + 1]; n++) {
        at += 4 + (uint32_t)load_int((span){cells->values.data + at, 4});
    }
    return n;
}

/* Lists: a null one has definition level 0, an empty one 1, an element that of all its lists and
 * itself; lists within have one element each, so that only the outermost is repeated. */
static bool encode_list(reel_parquet_chunk *chunk, const reel_rows *rows, int c)
{
    const reel_cells *cells = &rows->cells[c];
    const reel_column_type element = reel_column_element(rows->table->columns[c].type);
    const int lists = reel_column_lists(rows->table->columns[c].type);
    const size_t width = reel_column_width(element);
    const size_t most = (size_t)rows->n_rows + cells->values.size / (width ? width : 4);
    uint32_t *rep = reel_alloc((most + 1) * sizeof(*rep));
    uint32_t *def = reel_alloc((most + 1) * sizeof(*def));
    const bool ok = rep && def;
    size_t n = 0;
    for (int row = 0; ok && row < rows->n_rows; row++) {
        const uint32_t length = count_elements(rows, c, row);
        if (length == 0) {
            rep[n] = 0;
            def[n++] = cells->present[row] == REEL_CELL_VALUE ? 1 : 0;
        }
        for (uint32_t i = 0; i < length; i++) {
            rep[n] = i > 0;
            def[n++] = 2 * (uint32_t)lists + 1;
        }
    }
    if (ok) {
        chunk->n_values = (uint32_t)n;
        put_levels(&chunk->data, rep, n, lists > 1 ? 2 : 1);
        put_levels(&chunk->data, def, n, lists > 1 ? 3 : 2);
        if (element == REEL_COLUMN_BOOL) {
            put_bits(&chunk->data, cells->values.data, NULL, cells->values.size);
        } else {
            reel_bytes_put(&chunk->data, cells->values.data, cells->values.size);
        }
    }
    reel_free(rep);
    reel_free(def);
    return ok;
}

bool reel_parquet_encode(reel_parquet_chunk *chunk, const reel_rows *rows, int c)
{
    reel_bytes *const all[] = {&chunk->dictionary, &chunk->data, &chunk->min, &chunk->max};
    for (int i = 0; i < 4; i++) {
        reel_bytes_clear(all[i]);
    }
    chunk->n_dictionary = chunk->n_values = chunk->n_nulls = 0;
    chunk->has_bounds = false;
    bool ok = reel_column_lists(rows->table->columns[c].type) ? encode_list(chunk, rows, c)
                                                              : encode_flat(chunk, rows, c);
    for (int i = 0; i < 4; i++) {
        ok &= !all[i]->failed;
    }
    return ok;
}

void reel_parquet_chunk_finish(reel_parquet_chunk *chunk)
{
    reel_bytes_finish(&chunk->dictionary);
    reel_bytes_finish(&chunk->data);
    reel_bytes_finish(&chunk->min);
    reel_bytes_finish(&chunk->max);
    reel_bytes_finish(&chunk->scratch);
}
