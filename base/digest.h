/*
 * digest.h - digests that other systems go by. For comparing with what they say; nothing of ours is
 * named by them. Thread-safe.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

#define REEL_SHA1_HEX 41 /**< characters of the hex form, with the NUL */
#define REEL_MD5_HEX  33

/**
 * Git's id of a blob: SHA-1 of "blob <size>", a NUL and the `size` bytes.
 * @return REEL_OK; REEL_E_INTERNAL (the library refuses SHA-1).
 */
reel_status reel_git_blob_id(const void *data, size_t size, char out[REEL_SHA1_HEX],
                             reel_error *err) REEL_MUST_CHECK;

/**
 * MD5 of `size` bytes of an open file from `offset`; the file's own position stays.
 * @return REEL_OK; REEL_E_IO (also if the file ends before); REEL_E_INTERNAL (the library refuses
 *         MD5, as some systems want it).
 */
reel_status reel_md5_of_slice(int fd, uint64_t offset, uint64_t size, char out[REEL_MD5_HEX],
                              reel_error *err) REEL_MUST_CHECK;

/** SHA-256 of the same, as hex of REEL_SHA256_HEX characters (base/hash.h). */
reel_status reel_sha256_of_slice(int fd, uint64_t offset, uint64_t size, char *out,
                                 reel_error *err) REEL_MUST_CHECK;

REEL_API_END
