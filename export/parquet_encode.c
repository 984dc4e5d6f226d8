/* parquet_encode.c - levels, dictionaries and plain values; see parquet_encode.h. */
#include "export/parquet_encode.h"
#include "base/alloc.h"
#include "base/hash.h"
#include <string.h>

enum { MAX_DICTIONARY = 1 << 20 };

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

static void put_plain(reel_bytes *out, reel_column_type type, reel_parquet_value v)
{
    if (type == REEL_COLUMN_STRING) {
        reel_bytes_put_u32(out, (uint32_t)v.size);
    }
    reel_bytes_put(out, v.data, v.size);
}

static size_t cell_bytes(const reel_rows *rows, int c, int row)
{
    const reel_cells *cells = &rows->cells[c];
    const reel_column_type type = rows->table->columns[c].type;
    const size_t width = reel_column_width(reel_column_element(type));
    if (width && !reel_column_lists(type)) {
        return width;
    }
    const size_t length = cells->offset[row + 1] - cells->offset[row];
    return width ? length * width : 4 + length;
}

size_t reel_parquet_row_bytes(const reel_rows *rows, int row)
{
    size_t bytes = 0;
    for (int c = 0; c < rows->table->n_columns; c++) {
        bytes += cell_bytes(rows, c, row);
    }
    return bytes;
}

/* ---- dictionary -------------------------------------------------------------------------------
 */

static bool is_same(reel_parquet_value a, reel_parquet_value b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

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
        const reel_parquet_value v = reel_parquet_value_at(rows, c, row);
        size_t slot = reel_xxh64_of(v.data, v.size, 0) & (slots - 1);
        while (table[slot] &&
               !is_same(reel_parquet_value_at(rows, c, first_row[table[slot] - 1]), v)) {
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

/* ---- pages ------------------------------------------------------------------------------------
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

/* Levels, then values: numbers in the dictionary (`index`, of the present values from this page's
 * first on) or plain. `levels` has room for n entries. */
static void put_flat(reel_parquet_chunk *chunk, const reel_rows *rows, int c, int first, int n,
                     const uint32_t *index, uint32_t *levels)
{
    const reel_column_type type = rows->table->columns[c].type;
    const uint8_t *present = rows->cells[c].present;
    size_t n_present = 0;
    for (int i = 0; i < n; i++) {
        levels[i] = present[first + i] == REEL_CELL_VALUE;
        n_present += levels[i];
    }
    put_levels(&chunk->data, levels, (size_t)n, 1);
    if (chunk->n_dictionary) {
        const int width = bits_for(chunk->n_dictionary);
        reel_bytes_put_u8(&chunk->data, (uint8_t)width);
        reel_parquet_put_hybrid(&chunk->data, index, n_present, width);
    } else if (type == REEL_COLUMN_BOOL) {
        put_bits(&chunk->data, rows->cells[c].values.data + first, present + first, (size_t)n);
    } else {
        for (int row = first; row < first + n; row++) {
            if (present[row] == REEL_CELL_VALUE) {
                put_plain(&chunk->data, type, reel_parquet_value_at(rows, c, row));
            }
        }
    }
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
        const uint8_t *size = cells->values.data + at;
        at += 4 + ((uint32_t)size[0] | (uint32_t)size[1] << 8 | (uint32_t)size[2] << 16 |
                   (uint32_t)size[3] << 24);
    }
    return n;
}

static void put_elements(reel_bytes *out, const reel_cells *cells, reel_column_type element,
                         size_t begin, size_t end)
{
    const size_t width = reel_column_width(element), scale = width ? width : 1;
    if (end > begin && element == REEL_COLUMN_BOOL) {
        put_bits(out, cells->values.data + begin, NULL, end - begin);
    } else if (end > begin) { /* strings stand behind their lengths here as there */
        reel_bytes_put(out, cells->values.data + begin * scale, (end - begin) * scale);
    }
}

/* Lists: a null one has definition level 0, an empty one 1, an element that of all its lists and
 * itself; lists within have one element each, so that only the outermost is repeated.
 * `n_values`: of the page. False: no memory. */
static bool put_lists(reel_parquet_chunk *chunk, const reel_rows *rows, int c, int first, int n,
                      size_t n_values)
{
    const reel_cells *cells = &rows->cells[c];
    const reel_column_type type = rows->table->columns[c].type;
    const int lists = reel_column_lists(type);
    uint32_t *rep = reel_alloc((n_values + 1) * sizeof(*rep));
    uint32_t *def = reel_alloc((n_values + 1) * sizeof(*def));
    const bool ok = rep && def;
    size_t k = 0;
    for (int row = first; ok && row < first + n; row++) {
        const uint32_t length = count_elements(rows, c, row);
        if (length == 0) {
            rep[k] = 0;
            def[k++] = cells->present[row] == REEL_CELL_VALUE ? 1 : 0;
        }
        for (uint32_t i = 0; i < length; i++) {
            rep[k] = i > 0;
            def[k++] = 2 * (uint32_t)lists + 1;
        }
    }
    if (ok) {
        assert(k == n_values);
        put_levels(&chunk->data, rep, k, lists > 1 ? 2 : 1);
        put_levels(&chunk->data, def, k, lists > 1 ? 3 : 2);
        put_elements(&chunk->data, cells, reel_column_element(type), cells->offset[first],
                     cells->offset[first + n]);
    }
    reel_free(rep);
    reel_free(def);
    return ok;
}

/* ---- columns ----------------------------------------------------------------------------------
 */

/* Rows of the page that begins at `first`. */
static int page_rows(const reel_rows *rows, int c, int first)
{
    size_t bytes = 0;
    int n = 0;
    while (first + n < rows->n_rows && n < REEL_PARQUET_PAGE_ROWS &&
           bytes < REEL_PARQUET_PAGE_BYTES) {
        bytes += cell_bytes(rows, c, first + n++);
    }
    return n;
}

static reel_parquet_body *add_page(reel_parquet_chunk *chunk)
{
    if (chunk->n_pages == chunk->max_pages) {
        const int more = chunk->max_pages ? 2 * chunk->max_pages : 8;
        reel_parquet_body *pages = reel_realloc(chunk->pages, (size_t)more * sizeof(*chunk->pages));
        if (!pages) {
            return NULL;
        }
        chunk->pages = pages;
        chunk->max_pages = more;
    }
    return &chunk->pages[chunk->n_pages++];
}

/* `index` holds numbers in the dictionary, if there is one, of all present values. */
static bool put_pages(reel_parquet_chunk *chunk, const reel_rows *rows, int c,
                      const uint32_t *index, uint32_t *levels)
{
    const reel_column_type type = rows->table->columns[c].type;
    bool ok = true;
    for (int first = 0, n; ok && first < rows->n_rows; first += n) {
        n = page_rows(rows, c, first);
        reel_parquet_body *page = add_page(chunk);
        if (!page) {
            return false;
        }
        page->first_row = first;
        page->at = chunk->data.size;
        page->range = reel_parquet_range_of(rows, c, first, n);
        if (reel_column_lists(type)) {
            ok = put_lists(chunk, rows, c, first, n, page->range.n_values);
        } else {
            put_flat(chunk, rows, c, first, n, index, levels);
            index += page->range.n_values - page->range.n_nulls;
        }
        page->size = chunk->data.size - page->at;
        reel_parquet_range_join(type, &chunk->range, &page->range);
    }
    return ok;
}

static size_t count_present(const reel_rows *rows, int c)
{
    size_t n = 0;
    for (int row = 0; row < rows->n_rows; row++) {
        n += rows->cells[c].present[row] == REEL_CELL_VALUE;
    }
    return n;
}

bool reel_parquet_encode(reel_parquet_chunk *chunk, const reel_rows *rows, int c)
{
    const reel_column_type type = rows->table->columns[c].type;
    reel_bytes_clear(&chunk->dictionary);
    reel_bytes_clear(&chunk->data);
    chunk->n_dictionary = 0;
    chunk->n_pages = 0;
    chunk->range = (reel_parquet_range){0};
    uint32_t *index = reel_alloc(((size_t)rows->n_rows + 1) * sizeof(*index));
    uint32_t *levels = reel_alloc(((size_t)rows->n_rows + 1) * sizeof(*levels));
    bool ok = index && levels;
    if (ok && type != REEL_COLUMN_BOOL && !reel_column_lists(type)) {
        ok = build_dictionary(chunk, rows, c, index, count_present(rows, c));
    }
    ok = ok && put_pages(chunk, rows, c, index, levels);
    reel_free(index);
    reel_free(levels);
    return ok && !chunk->dictionary.failed && !chunk->data.failed;
}

void reel_parquet_chunk_finish(reel_parquet_chunk *chunk)
{
    reel_bytes_finish(&chunk->dictionary);
    reel_bytes_finish(&chunk->data);
    reel_bytes_finish(&chunk->scratch);
    reel_free(chunk->pages);
    chunk->pages = NULL;
    chunk->n_pages = chunk->max_pages = 0;
}
