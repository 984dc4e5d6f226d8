/*
 * ffv1.h - label planes as lossless video, one file a plane: what --store ffv1 writes.
 *
 * <stream>.<plane>.mov: FFV1 version 3 with a checksum per slice, every frame a key frame, gray16le
 * for planes of 16 bits and gray for those of 8; constant frame rate, frame k at k / fps exactly
 * (mkv would round to milliseconds). Planes of 2 or 3 channels stand one above the other: the
 * picture has channels x H rows. Signed values have 32768 (of 8 bits: 128) added. So with any
 * decoder plane = picture.reshape(channels, H, W) - offset where a plane without channels is [H,W].
 * Thread-safety: one reader, one thread.
 */
#pragma once

#include "base/frame.h"

REEL_API_BEGIN

/** What a store's name has in place of a plane's: "<stream>.{plane}.mov". */
#define REEL_FFV1_MARK   "{plane}"
#define REEL_FFV1_SUFFIX "." REEL_FFV1_MARK ".mov"

/** Whether `name` (or path) is that of such a store. */
bool reel_ffv1_is_name(const char *name);
/** The file of a plane. Asserts that `name` is of a store and that the result fits. */
void reel_ffv1_file(const char *name, reel_plane plane, char *out, size_t size);

/** What is added to the values of a plane: 0, 128 or 32768. */
int reel_ffv1_offset(reel_plane plane);

typedef struct reel_ffv1 reel_ffv1; /**< opaque */

/** Open the planes of the store `path` whose files are there.
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (none is, or not such a store: says what is wrong);
 *         REEL_E_NOMEM. */
reel_status reel_ffv1_open(const char *path, reel_ffv1 **out, reel_error *err) REEL_MUST_CHECK;
void reel_ffv1_close(reel_ffv1 **store);

reel_planes reel_ffv1_planes(const reel_ffv1 *store); /**< those in the store */
int reel_ffv1_frames(const reel_ffv1 *store);         /**< >= 1 */
int reel_ffv1_width(const reel_ffv1 *store);          /**< px */
int reel_ffv1_height(const reel_ffv1 *store);         /**< px */

/** Read the planes allocated in `*out` (all must be in the store; same size): any frame, fastest one
 * after another. Errors as open, naming plane and frame. */
reel_status reel_ffv1_read(reel_ffv1 *store, int frame, reel_frame *out,
                           reel_error *err) REEL_MUST_CHECK;

REEL_API_END
