/*
 * image.h - pictures from files and of our own: what materials, lamps and skies show.
 *
 * Files are untrusted input: what is not sound is refused with a reason, and nothing is read beyond
 * the bytes given. Decoding is exact (integers only), so equal bytes give equal pixels everywhere.
 * Thread-safety: pure functions of their arguments.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/**
 * A PNG of `size` bytes as an image of `kind` (colour or data), its pixels in `arena`: 8 bits a
 * channel as they stand in the file, rows from the top, not premultiplied. Grey is spread to red,
 * green and blue; palettes and bits below 8 are expanded; 16 bits become the nearest 8 (v * 255 /
 * 65535, rounded); without an alpha channel or transparent colour alpha is 255. Colour profiles and
 * gamma chunks are not looked at: colour is taken to be sRGB, data linear. Animated files are
 * refused, as are sides above REEL_MAX_IMAGE_SIDE. out->name is "".
 * @return REEL_OK; REEL_E_SCENE (not such a file); REEL_E_NOMEM.
 */
reel_status reel_image_load_png(reel_arena *arena, const void *data, size_t size,
                                reel_image_kind kind, reel_image *out,
                                reel_error *err) REEL_MUST_CHECK;

/**
 * A Radiance picture (.hdr, .pic; Ward, "Real Pixels", Graphics Gems II, 1991) of `size` bytes as
 * an image of radiance: 32-bit_rle_rgbe, plain or in either run-length coding, rows from the top
 * and columns from the left (-Y h +X w). Lines EXPOSURE and COLORCORR are not applied: radiance is
 * what the pixels say, (r, g, b) 2^(e - 136). out->name is "".
 * @return as reel_image_load_png().
 */
reel_status reel_image_load_hdr(reel_arena *arena, const void *data, size_t size, reel_image *out,
                                reel_error *err) REEL_MUST_CHECK;

/** A file's bytes by kind: radiance from .hdr, colour and data from .png. */
reel_status reel_image_load(reel_arena *arena, const void *data, size_t size, reel_image_kind kind,
                            reel_image *out, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
