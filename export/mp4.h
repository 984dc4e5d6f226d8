/*
 * mp4.h - versions of the video libraries, as they are at run time. Private to export/.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>

/** Such as "core 164 r3095 baee400": encodes one tiny frame, which carries it. "unknown" if not. */
void reel_mp4_x264_version(char *out, size_t size);

/** Such as "59.37.100", of libavcodec and libavformat. */
void reel_mp4_av_versions(char *codec, char *format, size_t size);
