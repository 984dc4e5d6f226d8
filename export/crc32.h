/*
 * crc32.h - CRC-32 as in zip, gzip and Parquet pages (polynomial 0x04c11db7, reflected).
 * Thread-safety: pure function.
 */
#pragma once

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

REEL_API_BEGIN

/** CRC of `size` bytes that follow bytes of CRC `crc` (0 at the start). */
uint32_t reel_crc32(uint32_t crc, const void *data, size_t size);

REEL_API_END
