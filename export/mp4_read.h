/*
 * mp4_read.h - the frames of our own videos as colours again.
 *
 * H.264, yuv420p, BT.709, limited range (export/sink.h). Decoding is exact by H.264's definition;
 * the way back to R'G'B' is our own integer conversion with each chroma sample for its 2x2 block,
 * so the bytes are the same on every CPU. Thread-safety: one reader, one thread.
 */
#pragma once

#include "base/status.h"
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_mp4_reader reel_mp4_reader; /**< opaque */

/** @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (not such a video); REEL_E_NOMEM. */
reel_status reel_mp4_open(const char *path, reel_mp4_reader **out, reel_error *err) REEL_MUST_CHECK;
void reel_mp4_close(reel_mp4_reader **reader);

int reel_mp4_width(const reel_mp4_reader *reader);  /**< px */
int reel_mp4_height(const reel_mp4_reader *reader); /**< px */

/**
 * The next frame, from the first on.
 * @param[out] rgb  [height][width][3]; NULL: the frame is passed over.
 * @return REEL_OK; REEL_E_CONFLICT (no more frames, damaged data); REEL_E_NOMEM.
 */
reel_status reel_mp4_next(reel_mp4_reader *reader, uint8_t *rgb, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
