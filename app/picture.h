/*
 * picture.h - planes as colours, and pictures put together from them.
 * Colours are sRGB-encoded bytes. Thread-safety: pure functions on distinct pictures.
 */
#pragma once

#include "base/frame.h"

REEL_API_BEGIN

typedef struct reel_picture {
    int width, height;
    uint8_t *rgb; /**< [height][width][3] */
} reel_picture;

/** Filled with one grey value. @return false when out of memory. */
bool reel_picture_init(reel_picture *out, int width, int height, uint8_t grey);
void reel_picture_finish(reel_picture *picture); /**< accepts a zeroed picture */

/** Area-averaged copy of `from` into the rectangle at (x, y) of `to`, which must hold it. */
void reel_picture_place(reel_picture *to, int x, int y, int width, int height,
                        const reel_picture *from);

/** `text` in a 5x7 face, `scale` px a dot, its top left at (x, y); clipped. Unknown letters are
 * blank. */
void reel_picture_write(reel_picture *to, int x, int y, int scale, const char *text, uint8_t grey);

/** Largest length of a flow vector in the plane, px; 0 if there is none. */
double reel_flow_largest(const reel_frame *frame, reel_plane plane);

/**
 * A plane of `frame` as colours, into `out` (initialised, of the frame's size). rgb as it is; depth
 * from near to far over the values in the plane; instances by id; normals as (x, -y, -z) / 2 + 1/2;
 * flow as hue by direction and strength by length, full at `flow_scale` px.
 */
void reel_picture_of_plane(reel_picture *out, const reel_frame *frame, reel_plane plane,
                           double flow_scale);

REEL_API_END
