/*
 * image_hdr.c - Radiance pictures: a header of lines, then rows of RGBE pixels, plain or in one of
 * two run-length codings (Ward, "Real Pixels"; Radiance's ray/src/common/color.c describes both).
 */
#include "assets/image.h"

#include <string.h>

typedef struct bytes {
    const uint8_t *data;
    size_t size, at;
} bytes;

/* The next line, without its end, as text; false if there is none or it is longer than `room`. */
static bool next_line(bytes *b, char *line, size_t room)
{
    size_t n = 0;
    for (; b->at < b->size && b->data[b->at] != '\n'; b->at++) {
        if (n + 1 >= room) {
            return false;
        }
        line[n++] = (char)b->data[b->at];
    }
    if (b->at == b->size) {
        return false;
    }
    b->at++;
    if (n > 0 && line[n - 1] == '\r') {
        n--;
    }
    line[n] = '\0';
    return true;
}

/* "-Y 12 +X 34" with 1..REEL_MAX_IMAGE_SIDE for both; 0 if it is not that. */
static int read_side(const char **p, const char *axis)
{
    int v = 0;
    if (strncmp(*p, axis, 3) != 0) {
        return 0;
    }
    for (*p += 3; **p >= '0' && **p <= '9' && v <= REEL_MAX_IMAGE_SIDE; (*p)++) {
        v = v * 10 + (**p - '0');
    }
    return v;
}

static reel_status read_header(bytes *b, int *width, int *height, reel_error *err)
{
    char line[1024];
    bool format = false;
    if (!next_line(b, line, sizeof(line)) ||
        (strcmp(line, "#?RADIANCE") != 0 && strcmp(line, "#?RGBE") != 0)) {
        return reel_fail(err, REEL_E_SCENE, "is not a Radiance picture (.hdr)");
    }
    do {
        if (!next_line(b, line, sizeof(line))) {
            return reel_fail(err, REEL_E_SCENE, "is a Radiance picture whose header has no end");
        }
        if (strncmp(line, "FORMAT=", 7) == 0) {
            if (strcmp(line + 7, "32-bit_rle_rgbe") != 0) {
                return reel_fail(err, REEL_E_SCENE,
                                 "is a Radiance picture of another format than 32-bit_rle_rgbe");
            }
            format = true;
        }
    } while (line[0]);
    if (!format) {
        return reel_fail(err, REEL_E_SCENE, "is a Radiance picture that names no FORMAT");
    }
    const char *p = line;
    if (next_line(b, line, sizeof(line))) {
        *height = read_side(&p, "-Y ");
        *width = *p == ' ' ? (p++, read_side(&p, "+X ")) : 0;
    }
    if (*height < 1 || *width < 1 || *height > REEL_MAX_IMAGE_SIDE ||
        *width > REEL_MAX_IMAGE_SIDE || *p) {
        return reel_fail(err, REEL_E_SCENE,
                         "is a Radiance picture that is not -Y h +X w with sides of 1 .. %d px",
                         REEL_MAX_IMAGE_SIDE);
    }
    return REEL_OK;
}

/* A row in which each channel stands by itself, in runs; false: it is broken. */
static bool read_channels(bytes *b, uint8_t *row, int width)
{
    for (int c = 0; c < 4; c++) {
        for (int x = 0; x < width;) {
            if (b->size - b->at < 2) {
                return false;
            }
            const int code = b->data[b->at++];
            const bool run = code > 128;
            const int n = run ? code - 128 : code;
            if (n == 0 || n > width - x || (!run && (size_t)n > b->size - b->at)) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                row[4 * (x + i) + c] = b->data[run ? b->at : b->at + (size_t)i];
            }
            b->at += run ? 1 : (size_t)n;
            x += n;
        }
    }
    return true;
}

/* A row of pixels; (1, 1, 1, n) repeats the last one n times, and one after another counts n in
 * higher digits of base 256. */
static bool read_pixels(bytes *b, uint8_t *row, int width)
{
    int shift = 0;
    for (int x = 0; x < width;) {
        if (b->size - b->at < 4) {
            return false;
        }
        const uint8_t *p = b->data + b->at;
        b->at += 4;
        if (p[0] != 1 || p[1] != 1 || p[2] != 1) {
            memcpy(row + 4 * x++, p, 4);
            shift = 0;
            continue;
        }
        const int n = shift > 16 ? REEL_MAX_IMAGE_SIDE + 1 : p[3] << shift;
        if (x == 0 || n > width - x) {
            return false;
        }
        for (int i = 0; i < n; i++, x++) {
            memcpy(row + 4 * x, row + 4 * (x - 1), 4);
        }
        shift += 8;
    }
    return true;
}

static bool read_row(bytes *b, uint8_t *row, int width)
{
    const uint8_t *p = b->data + b->at;
    if (width < 8 || b->size - b->at < 4 || p[0] != 2 || p[1] != 2 || p[2] >= 128) {
        return read_pixels(b, row, width);
    }
    b->at += 4;
    return (p[2] << 8 | p[3]) == width && read_channels(b, row, width);
}

reel_status reel_image_load_hdr(reel_arena *arena, const void *data, size_t size, reel_image *out,
                                reel_error *err)
{
    bytes b = {data, size, 0};
    int width = 0, height = 0;
    const reel_status status = read_header(&b, &width, &height, err);
    if (status != REEL_OK) {
        return status;
    }
    uint8_t *pixels = REEL_ARENA_NEW(arena, uint8_t, (size_t)width * (size_t)height * 4);
    if (!pixels) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for an image");
    }
    for (int y = 0; y < height; y++) {
        uint8_t *row = pixels + (size_t)y * (size_t)width * 4;
        if (!read_row(&b, row, width)) {
            return reel_fail(
                err, REEL_E_SCENE,
                "is a broken Radiance picture: row %d of %d ends too early or too late", y + 1,
                height);
        }
        for (int x = 0; x < width; x++) { /* black has one form */
            if (row[4 * x + 3] == 0) {
                memset(row + 4 * x, 0, 4);
            }
        }
    }
    *out = (reel_image){"", REEL_IMAGE_RADIANCE, width, height, width * height * 4, pixels};
    return REEL_OK;
}

reel_status reel_image_load(reel_arena *arena, const void *data, size_t size, reel_image_kind kind,
                            reel_image *out, reel_error *err)
{
    return kind == REEL_IMAGE_RADIANCE ? reel_image_load_hdr(arena, data, size, out, err)
                                       : reel_image_load_png(arena, data, size, kind, out, err);
}
