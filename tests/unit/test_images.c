/*
 * Images from files: the pixels that other programs find in them, and refusals that say why. The
 * files are made by tests/data/make_images.py.
 */
#include "assets/image.h"
#include "base/fs.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>

static char *slurp(const char *name, const char *more, size_t *size)
{
    char path[200], *data = NULL;
    reel_error err = {0};
    snprintf(path, sizeof(path), "%s/%s%s", REEL_IMAGES_DIR, name, more);
    if (reel_fs_read(path, &data, size, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", path, err.msg);
    }
    return data;
}

static reel_image_kind kind_of(const char *name)
{
    return strstr(name, ".hdr") ? REEL_IMAGE_RADIANCE : REEL_IMAGE_COLOR;
}

static void test_pixels(const void *unused)
{
    (void)unused;
    static const char *const names[] = {
        "rgba.png",    "rgb.png",           "grey.png",     "grey_alpha.png", "bits.png",
        "palette.png", "palette_clear.png", "sixteen.png",  "interlaced.png", "flat.hdr",
        "old.hdr",     "new.hdr",           "old_long.hdr", "narrow.hdr"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        reel_arena arena = {0};
        reel_image image = {0};
        reel_error err = {0};
        size_t size, wanted;
        char *data = slurp(names[i], "", &size), *raw = slurp(names[i], ".raw", &wanted);
        if (reel_image_load(&arena, data, size, kind_of(names[i]), &image, &err) != REEL_OK) {
            CHECK_FAIL("%s: %s", names[i], err.msg);
        } else if ((size_t)image.n_bytes != wanted || memcmp(image.pixels, raw, wanted) != 0) {
            CHECK_FAIL("%s has other pixels", names[i]);
        }
        CHECK_INT(image.kind, ==, kind_of(names[i]));
        reel_free(data);
        reel_free(raw);
        reel_arena_finish(&arena);
    }
}

static void test_radiance(const void *unused)
{
    (void)unused;
    reel_arena arena = {0};
    reel_image image = {0};
    reel_error err = {0};
    size_t size, wanted;
    char *data = slurp("opencv.hdr", "", &size), *raw = slurp("opencv.hdr", ".floats", &wanted);
    const float *f = (const float *)(const void *)raw;
    CHECK_INT(reel_image_load_hdr(&arena, data, size, &image, &err), ==, REEL_OK);
    CHECK_INT((size_t)image.n_bytes, ==, wanted / 3);
    for (int i = 0; i < image.n_bytes / 4; i++) {
        const uint8_t *p = image.pixels + 4 * (size_t)i;
        for (int c = 0; c < 3; c++) {
            CHECK_NEAR(ldexp(p[c], p[3] - 136), (double)f[3 * i + c], 0);
        }
    }
    reel_free(data);
    reel_free(raw);
    reel_arena_finish(&arena);
}

static void test_refusals(const void *unused)
{
    (void)unused;
    static const char *const cases[][2] = {
        {"bad_short.png", "ends too early"}, {"bad_end.png", "ends too early"},
        {"bad_sum.png", "broken PNG"},       {"bad_animated.png", "animated"},
        {"bad_size.png", "5000 x 1 px"},     {"bad_depth.png", "broken PNG"},
        {"bad_none.png", "not a PNG"},       {"bad_short.hdr", "row 9 of 9"},
        {"bad_xyze.hdr", "another format"},  {"bad_turned.hdr", "-Y h +X w"},
        {"bad_size.hdr", "-Y h +X w"},       {"bad_run.hdr", "row 1 of 1"},
        {"bad_first.hdr", "row 1 of 1"},     {"bad_header.hdr", "no end"},
        {"rgba.png", "not a Radiance"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_arena arena = {0};
        reel_image image = {0};
        reel_error err = {0};
        size_t size;
        const bool hdr = strstr(cases[i][1], "Radiance") || strstr(cases[i][0], ".hdr");
        char *data = slurp(cases[i][0], "", &size);
        const reel_status status = reel_image_load(
            &arena, data, size, hdr ? REEL_IMAGE_RADIANCE : REEL_IMAGE_COLOR, &image, &err);
        CHECK_INT(status, ==, REEL_E_SCENE);
        CHECK_CONTAINS(err.msg, cases[i][1]);
        CHECK(!image.pixels);
        reel_free(data);
        reel_arena_finish(&arena);
    }
}

/* Every allocation that fails is told, and nothing is left behind. */
static void test_no_memory(const void *unused)
{
    (void)unused;
    size_t size;
    char *data = slurp("palette.png", "", &size);
    const uint64_t live = reel_alloc_live();
    reel_status status = REEL_E_NOMEM;
    for (uint64_t n = 1; n < 100 && status != REEL_OK; n++) {
        reel_arena arena = {0};
        reel_image image = {0};
        reel_error err = {0};
        reel_alloc_fail_at(n);
        status = reel_image_load(&arena, data, size, REEL_IMAGE_COLOR, &image, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || status == REEL_E_NOMEM);
        reel_arena_finish(&arena);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    CHECK_INT(status, ==, REEL_OK);
    reel_free(data);
}

static const check_test tests[] = {
    {"pixels are those that other programs find", test_pixels, NULL},
    {"radiance is what another program reads", test_radiance, NULL},
    {"what is not sound is refused", test_refusals, NULL},
    {"lack of memory is told", test_no_memory, NULL},
};
CHECK_MAIN(tests)
