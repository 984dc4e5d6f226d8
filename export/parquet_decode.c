/* parquet_decode.c - pages, levels and values of one column chunk; see parquet_decode.h. */
#include "export/parquet_decode.h"
#include "base/alloc.h"
#include "export/crc32.h"
#include "export/parquet_format.h"
#include "export/parquet_read.h"
#include <snappy-c.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

enum { MAX_PAGE = 1 << 28 };

typedef struct slice {
    const uint8_t *at, *end;
} slice;

/* Where a chunk is decoded to, and what its pages share. */
typedef struct decoder {
    const reel_parquet_column *column;
    reel_rows *rows;
    int c, n_rows;
    int row;        /* cells filled so far */
    int64_t n_left; /* level entries to come */
    reel_bytes dictionary, page, spans;
    uint32_t n_dictionary;
    bool has_dictionary;
    reel_bytes levels; /* rep and def of the page as uint32 */
    char *why;
    size_t why_size;
} decoder;

typedef struct page_header {
    int32_t type, raw_size, packed_size, n_values, encoding;
    int32_t def_size, rep_size; /* version 2 */
    bool packed;                /* version 2: values are compressed */
    bool has_crc;
    uint32_t crc;
} page_header;

static reel_status broken(decoder *d, const char *why)
{
    snprintf(d->why, d->why_size, "%s", why);
    return REEL_E_CONFLICT;
}

static reel_status no_memory(decoder *d)
{
    snprintf(d->why, d->why_size, "out of memory");
    return REEL_E_NOMEM;
}

static size_t left(const slice *s)
{
    return (size_t)(s->end - s->at);
}

static bool take_u32(slice *s, uint32_t *out)
{
    if (left(s) < 4) {
        return false;
    }
    *out = (uint32_t)s->at[0] | (uint32_t)s->at[1] << 8 | (uint32_t)s->at[2] << 16 |
           (uint32_t)s->at[3] << 24;
    s->at += 4;
    return true;
}

/* ---- RLE / bit-packing hybrid -----------------------------------------------------------------
 */

static bool take_varint(slice *s, uint64_t *out)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 63 && s->at < s->end; shift += 7) {
        const uint8_t byte = *s->at++;
        v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            *out = v;
            return true;
        }
    }
    return false;
}

static bool unpack(slice *s, uint64_t groups, int width, uint32_t *out, size_t n, size_t *done)
{
    const uint64_t bytes = groups * (uint64_t)width;
    if (groups > SIZE_MAX / 64 || bytes > left(s)) {
        return false;
    }
    const uint32_t mask = width == 32 ? UINT32_MAX : ((uint32_t)1 << width) - 1;
    uint64_t bits = 0;
    int filled = 0;
    const uint8_t *at = s->at;
    for (uint64_t i = 0; i < groups * 8 && *done < n; i++) {
        for (; filled < width; filled += 8) {
            bits |= (uint64_t)*at++ << filled;
        }
        out[(*done)++] = (uint32_t)bits & mask;
        bits >>= width;
        filled -= width;
    }
    s->at += bytes;
    return true;
}

/* `n` values of `width` bits (0..32) from the front of `s`. */
static bool take_hybrid(slice *s, int width, uint32_t *out, size_t n)
{
    size_t done = 0;
    while (done < n) {
        uint64_t head = 0;
        if (!take_varint(s, &head) || head >> 1 == 0) {
            return false;
        }
        if (head & 1) {
            if (!unpack(s, head >> 1, width, out, n, &done)) {
                return false;
            }
            continue;
        }
        const size_t width_bytes = (size_t)(width + 7) / 8;
        if (left(s) < width_bytes) {
            return false;
        }
        uint32_t value = 0;
        for (size_t b = 0; b < width_bytes; b++) {
            value |= (uint32_t)*s->at++ << (8 * b);
        }
        for (uint64_t run = head >> 1; run && done < n; run--) {
            out[done++] = value;
        }
    }
    return true;
}

/* ---- page headers -----------------------------------------------------------------------------
 */

static void read_data_header(reel_thrift_reader *t, page_header *h, bool v2)
{
    int id;
    reel_thrift_enter(t);
    for (reel_thrift_type f = reel_thrift_field(t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(t, &id)) {
        if (id == 1) {
            h->n_values = reel_thrift_get_i32(t, f);
        } else if (id == (v2 ? 4 : 2)) {
            h->encoding = reel_thrift_get_i32(t, f);
        } else if (v2 && id == 5) {
            h->def_size = reel_thrift_get_i32(t, f);
        } else if (v2 && id == 6) {
            h->rep_size = reel_thrift_get_i32(t, f);
        } else if (v2 && id == 7) {
            h->packed = f == REEL_THRIFT_TRUE;
        } else {
            reel_thrift_skip(t, f);
        }
    }
    reel_thrift_leave(t);
}

static bool read_page_header(slice *s, page_header *h)
{
    *h = (page_header){.type = -1, .n_values = -1, .packed = true};
    reel_thrift_reader t = reel_thrift_read(s->at, left(s));
    int id;
    reel_thrift_enter(&t);
    for (reel_thrift_type f = reel_thrift_field(&t, &id); f != REEL_THRIFT_STOP;
         f = reel_thrift_field(&t, &id)) {
        if (id == 1) {
            h->type = reel_thrift_get_i32(&t, f);
        } else if (id == 2) {
            h->raw_size = reel_thrift_get_i32(&t, f);
        } else if (id == 3) {
            h->packed_size = reel_thrift_get_i32(&t, f);
        } else if (id == 4) {
            h->crc = (uint32_t)reel_thrift_get_i32(&t, f);
            h->has_crc = true;
        } else if ((id == 5 || id == 7 || id == 8) && f == REEL_THRIFT_STRUCT) {
            read_data_header(&t, h, id == 8);
        } else {
            reel_thrift_skip(&t, f);
        }
    }
    s->at = t.at;
    return !t.bad && h->raw_size >= 0 && h->raw_size <= MAX_PAGE && h->packed_size >= 0 &&
           (size_t)h->packed_size <= left(s) && h->def_size >= 0 && h->rep_size >= 0;
}

/* ---- decompression ----------------------------------------------------------------------------
 */

/* Appends exactly `raw_size` bytes to d->page. */
static reel_status inflate_into(decoder *d, slice packed, size_t raw_size)
{
    uint8_t *room = reel_bytes_reserve(&d->page, raw_size + 1);
    size_t got = raw_size;
    if (!room) {
        return no_memory(d);
    }
    switch (d->column->codec) {
    case REEL_PARQUET_UNCOMPRESSED:
        if (left(&packed) != raw_size) {
            return broken(d, "a page has the wrong size");
        }
        memcpy(room, packed.at, raw_size);
        break;
    case REEL_PARQUET_SNAPPY:
        if (snappy_uncompress((const char *)packed.at, left(&packed), (char *)room, &got) !=
            SNAPPY_OK) {
            return broken(d, "a page cannot be decompressed");
        }
        break;
    case REEL_PARQUET_ZSTD:
        got = ZSTD_decompress(room, raw_size, packed.at, left(&packed));
        if (ZSTD_isError(got)) {
            return broken(d, "a page cannot be decompressed");
        }
        break;
    default:
        snprintf(d->why, d->why_size, "compression codec %d is not supported", d->column->codec);
        return REEL_E_CONFLICT;
    }
    if (got != raw_size) {
        return broken(d, "a page has the wrong size");
    }
    d->page.size += raw_size;
    return REEL_OK;
}

/* ---- values -----------------------------------------------------------------------------------
 */

/* Takes values one after another, PLAIN or by dictionary. */
typedef struct value_source {
    slice plain;
    const uint32_t *index; /* NULL: plain */
    const uint32_t *spans; /* dictionary: offset and size of each entry, in pairs */
    const uint8_t *dictionary;
    size_t bit; /* booleans: next bit */
} value_source;

static size_t fixed_width(int32_t type)
{
    switch (type) {
    case REEL_PARQUET_INT32:
    case REEL_PARQUET_FLOAT: return 4;
    case REEL_PARQUET_INT64:
    case REEL_PARQUET_DOUBLE: return 8;
    default: return 0; /* byte arrays, and booleans */
    }
}

static bool take_plain(int32_t type, slice *s, slice *out)
{
    uint32_t size = (uint32_t)fixed_width(type);
    if (type == REEL_PARQUET_BYTE_ARRAY && !take_u32(s, &size)) {
        return false;
    }
    if (left(s) < size) {
        return false;
    }
    *out = (slice){s->at, s->at + size};
    s->at += size;
    return true;
}

/* The next value as bytes; booleans come as one byte through `bit`. */
static bool take_value(const decoder *d, value_source *source, slice *out, uint8_t *bit)
{
    if (d->column->type == REEL_PARQUET_BOOLEAN) {
        if (source->index) {
            *bit = *source->index++ & 1;
        } else {
            const size_t byte = source->bit >> 3;
            if (byte >= left(&source->plain)) {
                return false;
            }
            *bit = source->plain.at[byte] >> (source->bit & 7) & 1;
            source->bit++;
        }
        *out = (slice){bit, bit + 1};
        return true;
    }
    if (source->index) {
        const uint32_t *span = source->spans + 2 * (size_t)*source->index++;
        *out = (slice){source->dictionary + span[0], source->dictionary + span[0] + span[1]};
        return true;
    }
    return take_plain(d->column->type, &source->plain, out);
}

static bool append_value(decoder *d, slice value)
{
    reel_cells *cells = &d->rows->cells[d->c];
    if (cells->values.size + left(&value) > REEL_PARQUET_MAX_CHUNK) {
        return false;
    }
    reel_bytes_put(&cells->values, value.at, left(&value));
    return true;
}

static reel_status fill_flat(decoder *d, const uint32_t *def, size_t n, value_source *source)
{
    static const uint8_t zero[8];
    const reel_column_type type = d->rows->table->columns[d->c].type;
    const size_t width = type == REEL_COLUMN_BOOL ? 1 : fixed_width(d->column->type);
    reel_cells *cells = &d->rows->cells[d->c];
    for (size_t i = 0; i < n; i++) {
        slice value = {zero, zero + width};
        uint8_t bit = 0;
        const bool present = !def || (int)def[i] == d->column->max_def;
        if (d->row == d->n_rows) {
            return broken(d, "there are more values than rows");
        }
        if (present && !take_value(d, source, &value, &bit)) {
            return broken(d, "the values end too early");
        }
        if (!append_value(d, value)) {
            return broken(d, "the values take too much memory");
        }
        cells->present[d->row] = present ? REEL_CELL_VALUE : REEL_CELL_NULL;
        if (type == REEL_COLUMN_STRING) {
            cells->offset[d->row + 1] = (uint32_t)cells->values.size;
        }
        d->row++;
    }
    return cells->values.failed ? no_memory(d) : REEL_OK;
}

static reel_status fill_lists(decoder *d, const uint32_t *rep, const uint32_t *def, size_t n,
                              value_source *source)
{
    reel_cells *cells = &d->rows->cells[d->c];
    for (size_t i = 0; i < n; i++) {
        const int level = def ? (int)def[i] : 0;
        if (rep[i] == 0) {
            if (d->row == d->n_rows) {
                return broken(d, "there are more lists than rows");
            }
            cells->present[d->row] = level < d->column->list_def ? REEL_CELL_NULL : REEL_CELL_VALUE;
            cells->offset[d->row + 1] = cells->offset[d->row];
            d->row++;
        } else if (rep[i] != 1 || d->row == 0 || level <= d->column->list_def) {
            return broken(d, "a list is malformed");
        }
        if (level <= d->column->list_def) {
            continue;
        }
        slice value;
        uint8_t bit;
        if (level != d->column->max_def) {
            cells->present[d->row - 1] = REEL_CELL_BROKEN;
            continue;
        }
        if (!take_value(d, source, &value, &bit)) {
            return broken(d, "the values end too early");
        }
        if (!append_value(d, value)) {
            return broken(d, "the values take too much memory");
        }
        cells->offset[d->row] = (uint32_t)(cells->values.size / 8);
    }
    return cells->values.failed ? no_memory(d) : REEL_OK;
}

/* ---- pages ------------------------------------------------------------------------------------
 */

static reel_status read_dictionary(decoder *d, const page_header *h)
{
    if (d->has_dictionary || h->n_values < 0 || d->column->type == REEL_PARQUET_BOOLEAN ||
        (h->encoding != REEL_PARQUET_PLAIN && h->encoding != REEL_PARQUET_PLAIN_DICTIONARY)) {
        return broken(d, "the dictionary page is malformed");
    }
    reel_bytes_put(&d->dictionary, d->page.data, d->page.size);
    if (d->dictionary.failed) {
        return no_memory(d);
    }
    slice s = {d->dictionary.data, d->dictionary.data + d->dictionary.size};
    for (int32_t i = 0; i < h->n_values; i++) {
        slice value;
        if (!take_plain(d->column->type, &s, &value)) {
            return broken(d, "the dictionary ends too early");
        }
        const uint32_t pair[2] = {(uint32_t)(value.at - d->dictionary.data),
                                  (uint32_t)left(&value)};
        reel_bytes_put(&d->spans, pair, sizeof(pair));
    }
    d->n_dictionary = (uint32_t)h->n_values;
    d->has_dictionary = true;
    return d->dictionary.failed || d->spans.failed ? no_memory(d) : REEL_OK;
}

/* A level section of a version 1 page: u32 length, then the hybrid. */
static bool take_levels(slice *s, uint32_t *out, size_t n, int max)
{
    uint32_t size = 0;
    if (!take_u32(s, &size) || size > left(s)) {
        return false;
    }
    slice section = {s->at, s->at + size};
    s->at += size;
    return take_hybrid(&section, max > 1 ? 2 : 1, out, n);
}

/* Level widths: max_rep is 0 or 1, max_def 0..3. */
static bool read_levels(decoder *d, const page_header *h, slice *s, uint32_t *rep, uint32_t *def)
{
    const size_t n = (size_t)h->n_values;
    const int max_rep = d->column->max_rep, max_def = d->column->max_def;
    if (h->type == REEL_PARQUET_DATA_PAGE) {
        return (!max_rep || take_levels(s, rep, n, max_rep)) &&
               (!max_def || take_levels(s, def, n, max_def));
    }
    slice part = {s->at, s->at + h->rep_size};
    if (max_rep && !take_hybrid(&part, 1, rep, n)) {
        return false;
    }
    part = (slice){s->at + h->rep_size, s->at + h->rep_size + h->def_size};
    s->at = part.end;
    return !max_def || take_hybrid(&part, max_def > 1 ? 2 : 1, def, n);
}

/* Indices or RLE booleans of the page into `out`; leaves it unused for plain values. */
static reel_status open_values(decoder *d, const page_header *h, slice s, size_t n_present,
                               uint32_t *out, value_source *source)
{
    *source = (value_source){.plain = s};
    if (h->encoding == REEL_PARQUET_PLAIN) {
        return REEL_OK;
    }
    if (h->encoding == REEL_PARQUET_RLE && d->column->type == REEL_PARQUET_BOOLEAN) {
        uint32_t size = 0;
        if (n_present &&
            (!take_u32(&s, &size) || size > left(&s) || !take_hybrid(&s, 1, out, n_present))) {
            return broken(d, "the values end too early");
        }
        source->index = out;
        return REEL_OK;
    }
    if (h->encoding != REEL_PARQUET_RLE_DICTIONARY &&
        h->encoding != REEL_PARQUET_PLAIN_DICTIONARY) {
        snprintf(d->why, d->why_size, "encoding %d is not supported", h->encoding);
        return REEL_E_CONFLICT;
    }
    source->index = out;
    source->spans = (const uint32_t *)(const void *)d->spans.data;
    source->dictionary = d->dictionary.data;
    if (n_present == 0) {
        return REEL_OK;
    }
    if (!d->has_dictionary || left(&s) < 1 || s.at[0] > 32) {
        return broken(d, "there is no dictionary");
    }
    const int width = *s.at++;
    if (!take_hybrid(&s, width, out, n_present)) {
        return broken(d, "the values end too early");
    }
    for (size_t i = 0; i < n_present; i++) {
        if (out[i] >= d->n_dictionary) {
            return broken(d, "a value is not in the dictionary");
        }
    }
    return REEL_OK;
}

static reel_status read_data(decoder *d, const page_header *h)
{
    if (h->n_values < 0 || h->n_values > d->n_left) {
        return broken(d, "a page has too many values");
    }
    const size_t n = (size_t)h->n_values;
    reel_bytes_clear(&d->levels);
    uint32_t *rep = (uint32_t *)(void *)reel_bytes_reserve(&d->levels, (3 * n + 3) * 4);
    if (!rep) {
        return no_memory(d);
    }
    uint32_t *def = rep + n + 1, *numbers = def + n + 1;
    slice s = {d->page.data, d->page.data + d->page.size};
    if (!read_levels(d, h, &s, rep, def)) {
        return broken(d, "the levels end too early");
    }
    size_t n_present = 0;
    for (size_t i = 0; i < n; i++) {
        if (d->column->max_def && (int)def[i] > d->column->max_def) {
            return broken(d, "a level is out of range");
        }
        n_present += !d->column->max_def || (int)def[i] == d->column->max_def;
    }
    value_source source;
    reel_status status = open_values(d, h, s, n_present, numbers, &source);
    if (status) {
        return status;
    }
    d->n_left -= h->n_values;
    const uint32_t *given = d->column->max_def ? def : NULL;
    return d->column->max_rep ? fill_lists(d, rep, given, n, &source)
                              : fill_flat(d, given, n, &source);
}

static reel_status read_page(decoder *d, slice *s)
{
    page_header h;
    if (!read_page_header(s, &h)) {
        return broken(d, "a page header is malformed");
    }
    slice body = {s->at, s->at + h.packed_size};
    s->at = body.end;
    if (h.has_crc && reel_crc32(0, body.at, left(&body)) != h.crc) {
        return broken(d, "a page's checksum does not match");
    }
    if (h.type == REEL_PARQUET_INDEX_PAGE) {
        return REEL_OK;
    }
    reel_bytes_clear(&d->page);
    size_t bare = 0; /* version 2: levels in front are not compressed */
    if (h.type == REEL_PARQUET_DATA_PAGE_V2) {
        bare = (size_t)h.def_size + (size_t)h.rep_size;
        if (bare > left(&body) || bare > (size_t)h.raw_size) {
            return broken(d, "a page header is malformed");
        }
        reel_bytes_put(&d->page, body.at, bare);
        body.at += bare;
    }
    reel_status status = REEL_OK;
    if (h.type == REEL_PARQUET_DATA_PAGE_V2 && !h.packed) {
        reel_bytes_put(&d->page, body.at, left(&body));
    } else {
        status = inflate_into(d, body, (size_t)h.raw_size - bare);
    }
    if (status) {
        return status;
    }
    if (!reel_bytes_reserve(&d->page, 1)) { /* so that data is never NULL */
        return no_memory(d);
    }
    switch (h.type) {
    case REEL_PARQUET_DICTIONARY_PAGE: return read_dictionary(d, &h);
    case REEL_PARQUET_DATA_PAGE:
    case REEL_PARQUET_DATA_PAGE_V2: return read_data(d, &h);
    default: return broken(d, "a page of unknown kind");
    }
}

reel_status reel_parquet_decode(const reel_parquet_column *column, const uint8_t *data, size_t size,
                                reel_rows *rows, int c, int n_rows, char *why, size_t why_size)
{
    decoder d = {.column = column,
                 .rows = rows,
                 .c = c,
                 .n_rows = n_rows,
                 .n_left = column->n_values,
                 .why = why,
                 .why_size = why_size};
    slice s = {data, data + size};
    reel_status status = REEL_OK;
    while (!status && d.n_left > 0) {
        if (s.at == s.end) {
            status = broken(&d, "the pages end too early");
        } else {
            status = read_page(&d, &s);
        }
    }
    if (!status && d.row != n_rows) {
        status = broken(&d, "there are fewer values than rows");
    }
    reel_bytes_finish(&d.dictionary);
    reel_bytes_finish(&d.page);
    reel_bytes_finish(&d.spans);
    reel_bytes_finish(&d.levels);
    return status;
}
