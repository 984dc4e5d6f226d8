/*
 * fuzz_image.c - any bytes as a PNG or a Radiance picture.
 *
 * What is refused has a status and a message and leaves the image alone. What is taken has all its
 * pixels, in the arena.
 */
#include "assets/image.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

/* Not assert: a build without it must still find things. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_image: does not hold: %s\n", what);
        abort();
    }
}

static void load(const uint8_t *data, size_t size, reel_image_kind kind)
{
    reel_arena arena = {0};
    reel_image image = {0};
    reel_error err = {0};
    const uint64_t live = reel_alloc_live();
    const reel_status status = reel_image_load(&arena, data, size, kind, &image, &err);
    unsigned sum = 0;
    if (status != REEL_OK) {
        must(!image.pixels && err.status == status && err.msg[0], "a refusal says why");
    } else {
        must(image.kind == kind && image.width >= 1 && image.width <= REEL_MAX_IMAGE_SIDE &&
                 image.height >= 1 && image.height <= REEL_MAX_IMAGE_SIDE,
             "sides and kind are what they may be");
        must(image.n_bytes == image.width * image.height * 4, "four bytes a pixel");
        for (int i = 0; i < image.n_bytes; i++) {
            sum += image.pixels[i];
        }
    }
    must(sum <= 255u * REEL_MAX_IMAGE_BYTES / 4 * 4, "all pixels can be read");
    reel_arena_finish(&arena);
    must(reel_alloc_live() == live, "nothing leaks");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(data, size, REEL_IMAGE_RADIANCE);
    load(data, size, REEL_IMAGE_COLOR);
    return 0;
}
