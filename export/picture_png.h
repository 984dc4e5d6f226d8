/*
 * picture_png.h - 8-bit RGB pictures as PNG, for people to look at (contact sheets).
 * Thread-safety: safe on distinct paths.
 */
#pragma once

#include "base/bytes.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Publish `rgb` ([height][width][3], sRGB-encoded) as `path`, replacing an older file. Same
 * pixels and zlib version, same bytes.
 * @return REEL_OK; REEL_E_IO; REEL_E_INTERNAL (libpng: its message); REEL_E_NOMEM. */
reel_status reel_png_write(const char *path, const uint8_t *rgb, int width, int height,
                           reel_error *err) REEL_MUST_CHECK;

/** The same appended to `out`. @return REEL_OK; REEL_E_INTERNAL; REEL_E_NOMEM. */
reel_status reel_png_encode(const uint8_t *rgb, int width, int height, reel_bytes *out,
                            reel_error *err) REEL_MUST_CHECK;

/** Versions of libpng and zlib in this process, on which the bytes depend; `size` bytes each. */
void reel_png_versions(char *png, char *zlib, size_t size);

REEL_API_END
