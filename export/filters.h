/*
 * filters.h - numcodecs' Delta filter, and Blosc's shuffles after it.
 *
 * Delta, over the flattened chunk: the first item as it is, then differences to the item before,
 * modulo 2^bits; so a chunk decodes to exactly what went in. The same bytes as
 * numcodecs.Delta(dtype, astype=dtype).encode() for integer types of one and two bytes.
 * Byte shuffle, over a block: all low bytes, then all high bytes. Bit shuffle: bit 0 of all items,
 * eight items to a byte, the first in the lowest bit; then bit 1, and so on.
 * Thread-safety: pure functions; the same bits on every CPU.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Encode `bytes` bytes of items of `itemsize` (1 or 2) from `in` to `out`, which do not overlap. */
void reel_delta_encode(const void *in, void *out, size_t bytes, int itemsize);

/** Decode in place. */
void reel_delta_decode(void *data, size_t bytes, int itemsize);

/** Delta (or not) and then a shuffle of bytes or bits, over one block of `n` items of a chunk (bits:
 * n is a multiple of 8). If `is_first` is false, in[-1] is the chunk's item before. `out` has 2 n
 * bytes and does not overlap. */
void reel_filter_u16(const uint16_t *in, uint8_t *out, size_t n, bool delta, bool bits,
                     bool is_first);
/** Delta over one block of bytes, as above. */
void reel_filter_u8(const uint8_t *in, uint8_t *out, size_t n, bool is_first);

REEL_API_END
