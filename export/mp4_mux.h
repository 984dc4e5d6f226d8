/*
 * mp4_mux.h - packets of one video stream into an mp4 file, or a mov by its name. Private to
 * export/.
 *
 * The container as every reader wants it: constant frame rate, frame k at k / fps exactly, first 0,
 * no edit list, moov in front, no version strings. Thread-safety: one mux, one thread.
 */
#pragma once

#include "base/status.h"
#include <stdint.h>

struct AVCodecParameters;
struct AVPacket;

typedef struct reel_mp4_mux reel_mp4_mux; /**< opaque */

/** What libav's error `code` means for us, told in `err` as "PATH: cannot WHAT: ...". */
reel_status reel_mp4_failed(const char *path, int code, const char *what, reel_error *err);

/**
 * @param codec  copied; its time base is 1 / fps. HEVC is tagged hvc1, which Apple's players want.
 * @return REEL_OK; REEL_E_IO; REEL_E_INTERNAL; REEL_E_NOMEM.
 */
reel_status reel_mp4_mux_open(const char *path, const struct AVCodecParameters *codec, int fps,
                              reel_mp4_mux **out, reel_error *err) REEL_MUST_CHECK;

/** Append a packet, in order; its time is that of its frame in frames. Its data is taken over
 * (av_packet_unref). Same errors. */
reel_status reel_mp4_mux_put(reel_mp4_mux *mux, struct AVPacket *packet,
                             reel_error *err) REEL_MUST_CHECK;

int64_t reel_mp4_mux_frames(const reel_mp4_mux *mux); /**< so far */
uint64_t reel_mp4_mux_bytes(const reel_mp4_mux *mux); /**< of their data */

/** Write the index; the file is whole, not yet fsynced. Same errors. */
reel_status reel_mp4_mux_close(reel_mp4_mux *mux, reel_error *err) REEL_MUST_CHECK;

/** Free; a file that was not closed is removed. Sets to NULL; *mux may be NULL. */
void reel_mp4_mux_destroy(reel_mp4_mux **mux);
