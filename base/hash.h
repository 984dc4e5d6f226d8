/*
 * hash.h - digests: XXH128 for contents (planes, takes), SHA-256 for files and scenes.
 * Hex is lower case. Thread-safety: safe on distinct objects.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

#define REEL_XXH128_HEX 33 /**< characters of the hex form, with the NUL */
#define REEL_SHA256_HEX 65

typedef struct reel_xxh128 {
    uint8_t bytes[16]; /**< canonical (big-endian) form, as `xxh128sum` prints it */
} reel_xxh128;

typedef struct reel_sha256 {
    uint8_t bytes[32];
} reel_sha256;

/** XXH3, 128 bits, seed 0. `data` may be NULL if `size` is 0. */
reel_xxh128 reel_xxh128_of(const void *data, size_t size);
uint64_t reel_xxh64_of(const void *data, size_t size, uint64_t seed); /**< XXH3 64 bits */
/** As `xxh128sum` prints it. */
void reel_xxh128_hex(reel_xxh128 h, char out[REEL_XXH128_HEX]);

/** Streaming form of reel_xxh128_of(). create returns NULL when out of memory. */
typedef struct reel_xxh128_state reel_xxh128_state;
reel_xxh128_state *reel_xxh128_create(void);
void reel_xxh128_update(reel_xxh128_state *s, const void *data, size_t size);
reel_xxh128 reel_xxh128_digest(const reel_xxh128_state *s);
void reel_xxh128_destroy(reel_xxh128_state **s);

/** SHA-256 of bytes in memory. */
reel_sha256 reel_sha256_of(const void *data, size_t size);
/** As `sha256sum` prints it. */
void reel_sha256_hex(reel_sha256 h, char out[REEL_SHA256_HEX]);

/** SHA-256 and size of a regular file. @return REEL_OK; REEL_E_IO (names the file); REEL_E_NOMEM;
 * REEL_E_INTERNAL (the library). */
reel_status reel_sha256_file(const char *path, reel_sha256 *out, uint64_t *size,
                             reel_error *err) REEL_MUST_CHECK;

REEL_API_END
