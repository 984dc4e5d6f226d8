/*
 * chunk.h - one frame of one plane as numcodecs' Delta and Blosc (zstd 1) would pack it.
 *
 * The same format as c-blosc 1.21 writes (its README_CHUNK_FORMAT): readers cannot tell. Made here
 * because Blosc makes and clears a zstd context for every chunk, and filters in passes of their
 * own, which together cost a third of the time. The bytes depend on the data and the version of
 * libzstd alone. Thread-safety: one packer, one thread.
 */
#pragma once

#include "base/frame.h"

REEL_API_BEGIN

enum {
    /* Blosc's own choice (32 KiB) costs twice the time and up to 1.7 times the bytes: every block
       starts its compressor anew, and chunks are read whole anyway. */
    REEL_CHUNK_BLOCK = 1 << 20,
};

typedef struct reel_chunk_packer reel_chunk_packer; /**< opaque */

/** @param most  bytes of the largest chunk, < 2^31 - 2^20. NULL when out of memory. */
reel_chunk_packer *reel_chunk_packer_create(size_t most);
void reel_chunk_packer_destroy(reel_chunk_packer **packer); /**< accepts a pointer to NULL */

/**
 * Filter and compress `bytes` (a whole number of items, > 0) of a plane.
 * @param[out] out, size  borrowed until the next call.
 * @return REEL_OK; REEL_E_INTERNAL (libzstd: says what).
 */
reel_status reel_chunk_pack(reel_chunk_packer *packer, const reel_plane_info *info,
                            const void *data, size_t bytes, const uint8_t **out, size_t *size,
                            reel_error *err) REEL_MUST_CHECK;

REEL_API_END
