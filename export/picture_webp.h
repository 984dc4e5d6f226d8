/*
 * picture_webp.h - short moving pictures for people to look at, as animated WebP: what browsers and
 * the hub's pages play by themselves.
 * Thread-safety: one writer, one thread.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_webp reel_webp; /**< opaque */

/** An animation that repeats for ever. @return REEL_OK; REEL_E_INTERNAL (libwebp); REEL_E_NOMEM. */
reel_status reel_webp_create(int width, int height, reel_webp **out,
                             reel_error *err) REEL_MUST_CHECK;
/** The next picture, [height][width][3] sRGB-encoded, shown for `milliseconds`. Same errors. */
reel_status reel_webp_add(reel_webp *webp, const uint8_t *rgb, int milliseconds,
                          reel_error *err) REEL_MUST_CHECK;
/** Publish it as `path`. Same pictures and version of libwebp, same bytes. Also REEL_E_IO. */
reel_status reel_webp_publish(reel_webp *webp, const char *path, reel_error *err) REEL_MUST_CHECK;
void reel_webp_destroy(reel_webp **webp); /**< *webp may be NULL */

/** Version of libwebp in this process, such as "1.2.4". */
void reel_webp_version(char *out, size_t size);

REEL_API_END
