/*
 * mp4_join.h - videos one after another in one file, without encoding anew.
 *
 * Takes what our own encoders write: one stream without B-frames whose first frame is an IDR frame,
 * frame k at k / fps. Packets are copied bit by bit, so joined frames decode to the same pictures,
 * and each part begins with a frame that decodes by itself. All parts must have the same codec
 * header (SPS and PPS), which is checked. Thread-safety: one joiner, one thread.
 */
#pragma once

#include "base/status.h"
#include <stdint.h>

REEL_API_BEGIN

typedef struct reel_mp4_joiner reel_mp4_joiner; /**< opaque */

/** Starts the file `path` with the first part that is added. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_mp4_join_open(const char *path, int fps, reel_mp4_joiner **out,
                               reel_error *err) REEL_MUST_CHECK;

/**
 * Append the video at `from`, of `frames` frames.
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (`from` is no such video, or of another size or codec
 *         header than the first part, which is named); REEL_E_INTERNAL; REEL_E_NOMEM.
 */
reel_status reel_mp4_join_add(reel_mp4_joiner *joiner, const char *from, int frames,
                              reel_error *err) REEL_MUST_CHECK;

int64_t reel_mp4_join_frames(const reel_mp4_joiner *joiner); /**< so far */
uint64_t reel_mp4_join_bytes(const reel_mp4_joiner *joiner); /**< of their data */

/** Write the index; the file is whole, not yet fsynced. At least one part was added (assert). */
reel_status reel_mp4_join_close(reel_mp4_joiner *joiner, reel_error *err) REEL_MUST_CHECK;

/** Free; a file that was not closed is removed. Sets to NULL; *joiner may be NULL. */
void reel_mp4_join_destroy(reel_mp4_joiner **joiner);

REEL_API_END
