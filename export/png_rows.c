/* png_rows.c - see png_rows.h. */
#include "export/png_rows.h"
#include "base/alloc.h"
#include "export/crc32.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { FILTER_NONE, FILTER_SUB, FILTER_UP, FILTERS };

typedef struct png_form {
    int depth, color, pixel; /* bits of a sample; PNG's colour type; bytes of a pixel */
} png_form;

static const png_form forms[] = {
    [REEL_PNG_GREY8] = {8, 0, 1},
    [REEL_PNG_PALETTE8] = {8, 3, 1},
    [REEL_PNG_RGBA8] = {8, 6, 4},
    [REEL_PNG_RGB16] = {16, 2, 6},
};

static void put_be32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    }
}

static void put_chunk(reel_bytes *out, const char type[4], const void *data, size_t size)
{
    uint8_t word[4];
    put_be32(word, (uint32_t)size);
    reel_bytes_put(out, word, 4);
    reel_bytes_put(out, type, 4);
    reel_bytes_put(out, data, size);
    put_be32(word, reel_crc32(reel_crc32(0, type, 4), data, size));
    reel_bytes_put(out, word, 4);
}

/* One row with its filter byte in front. `before`: the row above, zeros above the first. @return
 * the sum of the sizes of its bytes as signed numbers. */
static uint64_t filter_row(int filter, const uint8_t *row, const uint8_t *before, size_t size,
                           size_t pixel, uint8_t *out)
{
    uint64_t sum = 0;
    *out++ = (uint8_t)filter;
    for (size_t i = 0; i < size; i++) {
        const uint8_t left = i >= pixel ? row[i - pixel] : 0;
        const uint8_t take = filter == FILTER_SUB ? left : filter == FILTER_UP ? before[i] : 0;
        out[i] = (uint8_t)(row[i] - take);
        sum += (uint64_t)abs((int8_t)out[i]);
    }
    return sum;
}

/* The rows in PNG's byte order, filtered: [height][1 + size]. `scratch`: [4][1 + size], zeroed. */
static void filter_rows(const png_form *f, bool choose, const uint8_t *data, size_t size,
                        int height, uint8_t *scratch, uint8_t *out)
{
    const size_t line = size + 1;
    uint8_t *row = scratch, *before = scratch + line;
    for (int y = 0; y < height; y++, data += size, out += line) {
        for (size_t i = 0; i < size; i++) {
            row[i] = f->depth == 16 ? data[i ^ 1] : data[i];
        }
        uint64_t least = filter_row(FILTER_NONE, row, before, size, (size_t)f->pixel, out);
        for (int k = FILTER_SUB; choose && k < FILTERS; k++) {
            uint8_t *other = scratch + 2 * line;
            const uint64_t sum = filter_row(k, row, before, size, (size_t)f->pixel, other);
            if (sum < least) {
                least = sum;
                memcpy(out, other, line);
            }
        }
        uint8_t *last = row;
        row = before;
        before = last;
    }
}

static reel_status encode(const png_form *f, bool choose, const uint8_t *data, int width,
                          int height, reel_bytes *out, reel_error *err)
{
    const size_t size = (size_t)width * (size_t)f->pixel, all = (size + 1) * (size_t)height;
    uLongf packed_size = compressBound((uLong)all);
    uint8_t *scratch = reel_calloc(4, size + 1), *rows = reel_alloc(all);
    uint8_t *packed = reel_alloc(packed_size);
    reel_status status = REEL_OK;
    if (!scratch || !rows || !packed) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for a picture");
    } else {
        filter_rows(f, choose, data, size, height, scratch, rows);
        if (compress2(packed, &packed_size, rows, (uLong)all, 6) != Z_OK) {
            status = reel_fail(err, REEL_E_INTERNAL, "zlib cannot compress a picture");
        } else {
            put_chunk(out, "IDAT", packed, packed_size);
        }
    }
    reel_free(scratch);
    reel_free(rows);
    reel_free(packed);
    return status;
}

reel_status reel_png_encode_data(reel_png_kind kind, const void *data, int width, int height,
                                 const uint8_t *palette, reel_bytes *out, reel_error *err)
{
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    const png_form *f = &forms[kind];
    uint8_t head[13] = {0};
    assert((palette != NULL) == (kind == REEL_PNG_PALETTE8));
    put_be32(head, (uint32_t)width);
    put_be32(head + 4, (uint32_t)height);
    head[8] = (uint8_t)f->depth;
    head[9] = (uint8_t)f->color;
    reel_bytes_put(out, signature, sizeof signature);
    put_chunk(out, "IHDR", head, sizeof head);
    if (palette) {
        put_chunk(out, "PLTE", palette, 768);
    }
    const reel_status status = encode(f, !palette, data, width, height, out, err);
    put_chunk(out, "IEND", "", 0);
    return !status && out->failed ? reel_fail(err, REEL_E_NOMEM, "out of memory for a picture")
                                  : status;
}
