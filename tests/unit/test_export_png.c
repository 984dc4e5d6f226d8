#include "base/fs.h"
#include "export/png_rows.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <png.h>
#include <string.h>

enum { WIDTH = 37, HEIGHT = 23, MOST = WIDTH * HEIGHT * 6 };

static char dir[256];

static const char *path(void)
{
    static char out[512];
    reel_fs_join(out, sizeof out, dir, "data.png");
    return out;
}

/* Smooth in part, so that rows are filtered in different ways; every byte value occurs. */
static void fill(uint8_t *data, size_t size)
{
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        data[i] = i < size / 3   ? (uint8_t)(i / 7)
                  : i < size / 2 ? (uint8_t)(i % 37)
                                 : (uint8_t)(state >> 24);
    }
}

typedef struct decoded {
    int width, height, depth, color, n_palette;
    uint8_t data[MOST], palette[768];
    bool has_gamma, has_srgb;
} decoded;

/* With libpng, as it is in the file but for the order of bytes. */
static void decode(decoded *out)
{
    FILE *file = fopen(path(), "rb");
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    CHECK(file && png && info);
    png_init_io(png, file);
    png_read_info(png, info);
    out->width = (int)png_get_image_width(png, info);
    out->height = (int)png_get_image_height(png, info);
    out->depth = png_get_bit_depth(png, info);
    out->color = png_get_color_type(png, info);
    out->has_gamma = png_get_valid(png, info, PNG_INFO_gAMA) != 0;
    out->has_srgb = png_get_valid(png, info, PNG_INFO_sRGB) != 0;
    png_colorp palette = NULL;
    if (png_get_PLTE(png, info, &palette, &out->n_palette)) {
        for (int i = 0; i < out->n_palette; i++) {
            memcpy(out->palette + 3 * i,
                   (uint8_t[]){palette[i].red, palette[i].green, palette[i].blue}, 3);
        }
    }
    if (out->depth == 16) {
        png_set_swap(png);
    }
    png_read_update_info(png, info);
    const size_t row = png_get_rowbytes(png, info);
    CHECK(row * (size_t)out->height <= MOST);
    for (int y = 0; y < out->height; y++) {
        png_read_row(png, out->data + (size_t)y * row, NULL);
    }
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    CHECK(fclose(file) == 0);
}

typedef struct png_case {
    reel_png_kind kind;
    int depth, color, bytes; /* of libpng; bytes of a pixel */
} png_case;

static void libpng_reads_what_was_put_in(const void *param)
{
    const png_case *c = param;
    static uint8_t data[MOST], palette[768];
    static decoded got;
    const size_t size = (size_t)WIDTH * HEIGHT * (size_t)c->bytes;
    const bool has_palette = c->kind == REEL_PNG_PALETTE8;
    reel_error err = {0};
    fill(data, size);
    fill(palette, sizeof palette);
    memset(&got, 0, sizeof got);
    reel_bytes out = {0};
    CHECK_INT(reel_png_encode_data(c->kind, data, WIDTH, HEIGHT, has_palette ? palette : NULL, &out,
                                   &err),
              ==, REEL_OK);
    CHECK_INT(reel_fs_publish(path(), out.data, out.size, &err), ==, REEL_OK);
    reel_bytes_finish(&out);
    decode(&got);
    CHECK_INT(got.width, ==, WIDTH);
    CHECK_INT(got.height, ==, HEIGHT);
    CHECK_INT(got.depth, ==, c->depth);
    CHECK_INT(got.color, ==, c->color);
    CHECK_INT(got.n_palette, ==, has_palette ? 256 : 0);
    CHECK(memcmp(got.data, data, size) == 0);
    CHECK(!has_palette || memcmp(got.palette, palette, sizeof palette) == 0);
    CHECK(!got.has_gamma && !got.has_srgb); /* nobody is told to change the numbers */
}

static void want_of_memory_is_told(const void *param)
{
    (void)param;
    static const uint8_t data[WIDTH * HEIGHT];
    reel_error err = {0};
    for (uint64_t i = 1; i < 4; i++) {
        reel_bytes out = {0};
        reel_alloc_fail_at(i);
        CHECK_INT(reel_png_encode_data(REEL_PNG_GREY8, data, WIDTH, HEIGHT, NULL, &out, &err), ==,
                  REEL_E_NOMEM);
        reel_alloc_fail_at(0);
        reel_bytes_finish(&out);
    }
}

static const png_case grey = {REEL_PNG_GREY8, 8, PNG_COLOR_TYPE_GRAY, 1},
                      indices = {REEL_PNG_PALETTE8, 8, PNG_COLOR_TYPE_PALETTE, 1},
                      rgba = {REEL_PNG_RGBA8, 8, PNG_COLOR_TYPE_RGB_ALPHA, 4},
                      wide = {REEL_PNG_RGB16, 16, PNG_COLOR_TYPE_RGB, 6};

static const check_test tests[] = {
    {"grey of 8 bits", libpng_reads_what_was_put_in, &grey},
    {"a palette", libpng_reads_what_was_put_in, &indices},
    {"colour and alpha of 8 bits", libpng_reads_what_was_put_in, &rgba},
    {"three channels of 16 bits", libpng_reads_what_was_put_in, &wide},
    {"want of memory", want_of_memory_is_told, NULL},
};

FIXTURE_MAIN(tests, dir)
