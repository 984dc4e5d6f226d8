/*
 * base64.h - bytes as text (RFC 4648, section 4, with padding, no line breaks). Thread-safe.
 */
#pragma once

#include "base/alloc.h"
#include <stdbool.h>
#include <stdint.h>

REEL_API_BEGIN

/** Text of `n` bytes, allocated with reel_alloc(), NUL-terminated. NULL: no memory. */
char *reel_base64_encode(const uint8_t *bytes, size_t n);

/** Decode exactly `n` bytes into `out`. False if `text` is not their canonical form. */
bool reel_base64_decode(const char *text, uint8_t *out, size_t n);

REEL_API_END
