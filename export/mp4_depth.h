/*
 * mp4_depth.h - depth as video without loss: HEVC Main 12, 12-bit grey, as LeRobot reads it.
 *
 * A picture is of codes 0..4095 of planar z (the distance along the camera's axis) d in m:
 *   code = rint(4095 (ln(d + shift) - ln(min + shift)) / (ln(max + shift) - ln(min + shift)))
 * within 0..4095; what is nearer than min has code 0, what is farther than max or not there at all
 * 4095. Back: d = exp(code (ln(max + shift) - ln(min + shift)) / 4095 + ln(min + shift)) - shift.
 * Source: lerobot, datasets/depth_utils.py. The decoded pictures are the codes, exactly; no
 * B-frames, an IDR frame every keyint frames, time stamps and container as in export/sink.h. x265
 * runs with one thread. Thread-safety: one encoder, one thread; the rest are pure functions.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

enum { REEL_DEPTH_CODES = 4096 };

/** How codes stand for metres. */
typedef struct reel_depth_code {
    double min, max, shift; /**< m; 0 <= min < max, min + shift > 0 */
} reel_depth_code;

/** The code of planar z `depth` (m, >= 0, infinity: nothing there). */
int reel_depth_encode(const reel_depth_code *code, double depth);
/** Metres of a code. */
double reel_depth_decode(const reel_depth_code *code, int value);

typedef struct reel_mp4_depth reel_mp4_depth; /**< opaque */

/** @param width,height  even, at least 16. @return REEL_OK; REEL_E_IO; REEL_E_INTERNAL (also where
 * libx265 is missing); REEL_E_NOMEM. */
reel_status reel_mp4_depth_open(const char *path, int width, int height, int fps, int keyint,
                                reel_mp4_depth **out, reel_error *err) REEL_MUST_CHECK;
/** The next frame. @param codes  [height][width]. Same errors. */
reel_status reel_mp4_depth_write(reel_mp4_depth *depth, const uint16_t *codes,
                                 reel_error *err) REEL_MUST_CHECK;
/** The file is whole, not yet fsynced. Same errors. */
reel_status reel_mp4_depth_close(reel_mp4_depth *depth, reel_error *err) REEL_MUST_CHECK;
/** Free; a file that was not closed is removed. Sets to NULL; *depth may be NULL. */
void reel_mp4_depth_destroy(reel_mp4_depth **depth);

/** Version of libx265, such as "3.5+1-f0c1022b6": encodes a tiny picture, which carries it.
 * "unknown" if not. */
void reel_mp4_x265_version(char *out, size_t size);

/** Of its preset: the options that decide the bytes, for people. */
#define REEL_MP4_DEPTH_PRESET "superfast"

REEL_API_END
