/*
 * labels.h - the stored label planes of a stream, whatever kind of store they are in: Zarr
 * (export/zarr.h) or FFV1 (export/ffv1.h).
 *
 * Thread-safety: one reader, one thread.
 */
#pragma once

#include "base/frame.h"

REEL_API_BEGIN

typedef struct reel_labels reel_labels; /**< opaque */

/** @param path  of reel_record_stream.planes, in whatever folder.
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (not a store of ours: says why); REEL_E_NOMEM. */
reel_status reel_labels_open(const char *path, reel_labels **out, reel_error *err) REEL_MUST_CHECK;
void reel_labels_close(reel_labels **labels);

reel_planes reel_labels_planes(const reel_labels *labels); /**< those in the store */
int reel_labels_frames(const reel_labels *labels);         /**< >= 1 */
int reel_labels_width(const reel_labels *labels);          /**< px */
int reel_labels_height(const reel_labels *labels);         /**< px */

/** Read the planes allocated in `*out` (all must be in the store; same size). Errors as open, naming
 * plane and frame. */
reel_status reel_labels_read(reel_labels *labels, int frame, reel_frame *out,
                             reel_error *err) REEL_MUST_CHECK;

REEL_API_END
