/*
 * filters.h - numcodecs' Delta filter.
 *
 * Over the flattened chunk: the first item as it is, then differences to the item before, modulo
 * 2^bits; so a chunk decodes to exactly what went in. The same bytes as
 * numcodecs.Delta(dtype, astype=dtype).encode() for integer types of one and two bytes.
 * Thread-safety: pure functions.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Encode `bytes` bytes of items of `itemsize` (1 or 2) from `in` to `out`, which do not overlap. */
void reel_delta_encode(const void *in, void *out, size_t bytes, int itemsize);

/** Decode in place. */
void reel_delta_decode(void *data, size_t bytes, int itemsize);

REEL_API_END
