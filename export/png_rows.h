/*
 * png_rows.h - PNG of data: palettes and 16 bits, without any chunk about colour, so that readers
 * give the numbers that were put in. Pictures for people: picture_png.h.
 *
 * Format: PNG (ISO/IEC 15948), not interlaced, rows filtered by the one of Sub, Up and none with
 * the smallest sum of sizes (palettes: none). Bytes are a function of the data and zlib's version.
 * Thread-safety: one buffer, one thread.
 */
#pragma once

#include "base/bytes.h"
#include <stdint.h>

REEL_API_BEGIN

typedef enum reel_png_kind {
    REEL_PNG_GREY8 = 0, /**< [h][w] u8 */
    REEL_PNG_PALETTE8,  /**< [h][w] u8, indices */
    REEL_PNG_RGBA8,     /**< [h][w][4] u8 */
    REEL_PNG_RGB16,     /**< [h][w][3] u16, native order */
} reel_png_kind;

/** Append the file to `*out`. @param palette  [256][3] if the kind is palette, else NULL.
 * @return REEL_OK; REEL_E_NOMEM; REEL_E_INTERNAL (zlib). */
reel_status reel_png_encode_data(reel_png_kind kind, const void *data, int width, int height,
                                 const uint8_t *palette, reel_bytes *out,
                                 reel_error *err) REEL_MUST_CHECK;

REEL_API_END
