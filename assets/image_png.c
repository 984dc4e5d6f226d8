/*
 * image_png.c - PNG files, by libpng.
 *
 * libpng leaves by longjmp where a file is broken: what must survive that is in `reading`.
 */
#include "assets/image.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

enum { SIGNATURE = 8, HEADER = 33 }; /* bytes; the latter with the chunk of the sides */

typedef struct reading {
    const uint8_t *data;
    size_t size, at;
    png_struct *png;
    png_info *info;
    char why[200];
    bool no_memory;
} reading;

static void *take_memory(png_struct *png, png_alloc_size_t size)
{
    void *p = reel_alloc(size);
    ((reading *)png_get_mem_ptr(png))->no_memory |= p == NULL;
    return p;
}

static void give_memory(png_struct *png, void *p)
{
    (void)png;
    reel_free(p);
}

static _Noreturn void on_error(png_struct *png, const char *why)
{
    reading *r = png_get_error_ptr(png);
    size_t n = 0;
    for (; why[n] && n < sizeof(r->why) - 1; n++) {
        r->why[n] = why[n] >= ' ' && why[n] <= '~' ? why[n] : '?';
    }
    r->why[n] = '\0';
    png_longjmp(png, 1);
}

static void on_warning(png_struct *png, const char *why)
{
    (void)png;
    (void)why;
}

static void give_bytes(png_struct *png, uint8_t *out, size_t n)
{
    reading *r = png_get_io_ptr(png);
    if (n > r->size - r->at) {
        png_error(png, "it ends too early");
    }
    memcpy(out, r->data + r->at, n);
    r->at += n;
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Is there a chunk of animation before the pixels? */
static bool is_animated(const uint8_t *data, size_t size)
{
    for (size_t at = SIGNATURE; size - at >= 12;) {
        const size_t n = big_endian(data + at);
        if (memcmp(data + at + 4, "acTL", 4) == 0) {
            return true;
        }
        if (memcmp(data + at + 4, "IDAT", 4) == 0 || n > size - at - 12) {
            return false;
        }
        at += n + 12;
    }
    return false;
}

static reel_status check_header(const uint8_t *data, size_t size, reel_error *err)
{
    static const uint8_t begin[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                    0,    0,   0,   13,  'I',  'H',  'D',  'R'};
    if (size < HEADER || memcmp(data, begin, sizeof(begin)) != 0) {
        return reel_fail(err, REEL_E_SCENE, "is not a PNG file");
    }
    const uint32_t w = big_endian(data + 16), h = big_endian(data + 20);
    if (w < 1 || h < 1 || w > REEL_MAX_IMAGE_SIDE || h > REEL_MAX_IMAGE_SIDE) {
        return reel_fail(err, REEL_E_SCENE, "is %u x %u px; sides must be 1 .. %d", w, h,
                         REEL_MAX_IMAGE_SIDE);
    }
    if (is_animated(data, size)) {
        return reel_fail(err, REEL_E_SCENE, "is an animated PNG; only still ones can be shown");
    }
    return REEL_OK;
}

/* Ask for 8-bit RGBA of whatever the file holds; chunks of no use are passed over unread. */
static void set_up(reading *r)
{
    static const uint8_t unread[] = "iCCP\0zTXt\0iTXt\0tEXt\0gAMA\0cHRM\0sRGB\0eXIf\0hIST\0sPLT";
    png_struct *png = r->png;
    png_set_read_fn(png, r, give_bytes);
    png_set_user_limits(png, REEL_MAX_IMAGE_SIDE, REEL_MAX_IMAGE_SIDE);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unread, sizeof(unread) / 5);
    png_read_info(png, r->info);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_gray_to_rgb(png);
    png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, r->info);
}

/* False where libpng left; then r->why says why. */
static bool decode(reading *r, uint8_t *pixels, uint8_t **rows, int width, int height)
{
    if (setjmp(png_jmpbuf(r->png))) {
        return false;
    }
    set_up(r);
    if (png_get_rowbytes(r->png, r->info) != (size_t)width * 4) {
        png_error(r->png, "its rows are not what its header says");
    }
    for (int y = 0; y < height; y++) {
        rows[y] = pixels + (size_t)y * (size_t)width * 4;
    }
    png_read_image(r->png, rows);
    png_read_end(r->png, NULL);
    return true;
}

reel_status reel_image_load_png(reel_arena *arena, const void *data, size_t size,
                                reel_image_kind kind, reel_image *out, reel_error *err)
{
    assert(kind != REEL_IMAGE_RADIANCE);
    reading r = {.data = data, .size = size};
    reel_status status = check_header(data, size, err);
    if (status != REEL_OK) {
        return status;
    }
    const int width = (int)big_endian(r.data + 16), height = (int)big_endian(r.data + 20);
    uint8_t **rows = reel_calloc((size_t)height, sizeof *rows);
    uint8_t *pixels = REEL_ARENA_NEW(arena, uint8_t, (size_t)width * (size_t)height * 4);
    r.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &r, on_error, on_warning, &r,
                                     take_memory, give_memory);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (!rows || !pixels || !r.info) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for an image");
    } else if (!decode(&r, pixels, rows, width, height)) {
        status = r.no_memory ? reel_fail(err, REEL_E_NOMEM, "out of memory for an image")
                             : reel_fail(err, REEL_E_SCENE, "is a broken PNG file: %s", r.why);
    } else {
        *out = (reel_image){"", kind, width, height, width * height * 4, pixels};
    }
    png_destroy_read_struct(&r.png, &r.info, NULL);
    reel_free(rows);
    return status;
}
