/*
 * yuv.h - our own conversion from R'G'B' to Y'CbCr 4:2:0.
 *
 * BT.709 matrix, limited range (Y 16..235, Cb and Cr 16..240), 8 bits; chroma is the matrix applied
 * to the mean colour of each 2x2 block, so it is sited at the block's centre. Integer arithmetic
 * with 15-bit coefficients, rounded to nearest: within 0.51 of the exact value for Y and 0.52 for
 * chroma, and the same bits on every CPU (library scalers differ from CPU to CPU). Greys
 * (R = G = B) give Cb = Cr = 128 exactly. Thread-safety: pure function.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/**
 * @param rgb     interleaved, 3 * width bytes a row
 * @param width   even
 * @param height  even
 * @param y,u,v   planes of width x height, and width/2 x height/2
 * @param *_stride bytes from row to row
 */
void reel_yuv_from_rgb(const uint8_t *rgb, int width, int height, uint8_t *y, ptrdiff_t y_stride,
                       uint8_t *u, ptrdiff_t u_stride, uint8_t *v, ptrdiff_t v_stride);

/** The way back, with 15-bit coefficients, rounded to nearest and kept within 0..255; each chroma
 * sample stands for its 2x2 block. Parameters as above. */
void reel_yuv_to_rgb(const uint8_t *y, ptrdiff_t y_stride, const uint8_t *u, ptrdiff_t u_stride,
                     const uint8_t *v, ptrdiff_t v_stride, int width, int height, uint8_t *rgb);

REEL_API_END
