/*
 * bytes.h - a growable buffer of bytes or text. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** Bytes that grow by appending. Zero-initialised is empty. After a failed allocation `failed` is
 * set and appending does nothing, so that chains of puts are checked once at the end. */
typedef struct reel_bytes {
    uint8_t *data;
    size_t size, capacity;
    bool failed;
} reel_bytes;

/** Append `size` bytes. */
void reel_bytes_put(reel_bytes *b, const void *data, size_t size);
/** Append one byte. */
void reel_bytes_put_u8(reel_bytes *b, uint8_t v);
void reel_bytes_put_u32(reel_bytes *b, uint32_t v);    /**< little endian */
void reel_bytes_put_u64(reel_bytes *b, uint64_t v);    /**< little endian */
void reel_bytes_put_varint(reel_bytes *b, uint64_t v); /**< LEB128 */
/** Room for `size` more bytes at data + size (not counted in size yet). NULL: no memory. */
uint8_t *reel_bytes_reserve(reel_bytes *b, size_t size);
void reel_bytes_clear(reel_bytes *b);                  /**< size = 0, memory kept */
void reel_bytes_finish(reel_bytes *b);                 /**< frees; empty afterwards */
void reel_bytes_text(reel_bytes *b, const char *text); /**< without the final zero */
/** As printf; numbers with a point in every locale are reel_bytes_real()'s. */
void reel_bytes_printf(reel_bytes *b, const char *format, ...) REEL_PRINTF(2, 3);
/** The shortest decimal that reads back as `v`, as in canonical JSON. */
void reel_bytes_real(reel_bytes *b, double v);

REEL_API_END
