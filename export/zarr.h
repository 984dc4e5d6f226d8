/*
 * zarr.h - read the label stores that the zarr sink writes.
 *
 * <stream id>.zarr.zip: Zarr v2, zip entries stored; per plane one array [frames, H, W] or
 * [frames, C, H, W], one chunk a frame, Delta filter where base/frame.h says so, Blosc (zstd 1,
 * byte or bit shuffle); attributes hold scale, offset, unit and the meaning of special values.
 * Reads what other writers make of the same arrays as well (any Blosc codec and shuffle, with or
 * without Delta). Every length and offset is checked: hostile files end in an error.
 * Thread-safety: one reader, one thread.
 */
#pragma once

#include "base/frame.h"

REEL_API_BEGIN

typedef struct reel_zarr reel_zarr; /**< opaque */

/** @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (not such a store: says what is wrong); REEL_E_NOMEM. */
reel_status reel_zarr_open(const char *path, reel_zarr **out, reel_error *err) REEL_MUST_CHECK;
void reel_zarr_close(reel_zarr **zarr);

reel_planes reel_zarr_planes(const reel_zarr *zarr); /**< those in the store */
int reel_zarr_frames(const reel_zarr *zarr);         /**< >= 1 */
int reel_zarr_width(const reel_zarr *zarr);          /**< px */
int reel_zarr_height(const reel_zarr *zarr);         /**< px */
double reel_zarr_depth_scale(const reel_zarr *zarr); /**< m per unit; 0 without depth */

/** Read the planes allocated in `*out` (all must be in the store; same size). Errors as open,
 * naming plane and frame. */
reel_status reel_zarr_read(reel_zarr *zarr, int frame, reel_frame *out,
                           reel_error *err) REEL_MUST_CHECK;

REEL_API_END
