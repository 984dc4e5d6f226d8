/*
 * mp4_check.h - is a video what its clip says: frames, time stamps, size? Reads the container's
 * boxes (ISO 14496-12) by itself, without the libraries that wrote them. Thread-safety: safe on
 * distinct paths.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

/** One H.264 track of `frames` samples of width x height px, sample k at exactly k / fps s, its index
 * in front of its data. Every length is checked: hostile files end in an error.
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (says what is other than it must be); REEL_E_NOMEM. */
reel_status reel_mp4_check(const char *path, int width, int height, int fps, int frames,
                           reel_error *err) REEL_MUST_CHECK;

/** The same of a track with another sample entry than "avc1", such as "hvc1". */
reel_status reel_mp4_check_codec(const char *path, const char *codec, int width, int height,
                                 int fps, int frames, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
