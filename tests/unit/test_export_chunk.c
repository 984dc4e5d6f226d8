/* Chunks against Blosc's own reader, shuffles against their definition, CRC-32 against zlib's. */
#include "base/frame.h"
#include "export/chunk.h"
#include "export/crc32.h"
#include "export/filters.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <blosc.h>
#include <zlib.h>

enum { MOST = 3 << 20 };

static uint8_t data[MOST], back[MOST], packed_before[MOST + 4096];

static void fill(size_t bytes, bool noise, uint32_t seed)
{
    for (size_t i = 0; i < bytes; i++) {
        const uint32_t r = fixture_noise((uint32_t)i, seed, 7);
        data[i] = (uint8_t)(noise ? r : (i / 600 + (r & 15 ? 0 : r >> 8)));
    }
}

static void check_chunk(reel_chunk_packer *packer, const reel_plane_info *info, size_t bytes)
{
    const uint8_t *packed = NULL;
    size_t size = 0, unpacked = 0;
    CHECK(reel_chunk_pack(packer, info, data, bytes, &packed, &size, NULL) == REEL_OK);
    CHECK(blosc_cbuffer_validate(packed, size, &unpacked) == 0 && unpacked == bytes);
    CHECK_INT(blosc_decompress_ctx(packed, back, bytes, 1), ==, (int)bytes);
    if (info->delta) {
        reel_delta_decode(back, bytes, info->itemsize);
    }
    CHECK(memcmp(back, data, bytes) == 0);
}

static void blosc_reads_what_we_pack(const void *param)
{
    (void)param;
    /* below and beyond a group, a line and a block; a block exactly */
    static const size_t sizes[] = {16, 48, 64, 1200, 1088, 1040, 1 << 20, (1 << 20) + 16, MOST};
    reel_chunk_packer *packer = reel_chunk_packer_create(MOST);
    CHECK(packer != NULL);
    for (int p = 1; p < REEL_PLANE_COUNT; p++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            for (uint32_t noise = 0; noise < 2; noise++) {
                fill(sizes[i], noise != 0, (uint32_t)p);
                check_chunk(packer, reel_plane_get_info((reel_plane)p), sizes[i]);
            }
        }
    }
    reel_chunk_packer_destroy(&packer);
}

/* A packer that has worked gives the same bytes as a new one. */
static void bytes_do_not_depend_on_the_past(const void *param)
{
    (void)param;
    const reel_plane_info *info = reel_plane_get_info(REEL_PLANE_FLOW_FWD);
    reel_chunk_packer *packer = NULL;
    const uint8_t *packed = NULL;
    size_t size = 0, size_before = 0;
    for (int round = 0; round < 2; round++) {
        reel_chunk_packer_destroy(&packer);
        packer = reel_chunk_packer_create(MOST);
        for (uint32_t i = 0; round == 1 && i < 8; i++) {
            fill(500000 + 16 * i, i % 2, i);
            CHECK(reel_chunk_pack(packer, info, data, 500000 + 16 * i, &packed, &size, NULL) ==
                  REEL_OK);
        }
        fill(1600000, false, 99);
        CHECK(reel_chunk_pack(packer, info, data, 1600000, &packed, &size, NULL) == REEL_OK);
        if (round == 0) {
            size_before = size;
            memcpy(packed_before, packed, size);
        }
    }
    CHECK_INT(size, ==, size_before);
    CHECK(memcmp(packed, packed_before, size) == 0);
    reel_chunk_packer_destroy(&packer);
}

static void shuffles_are_as_defined(const void *param)
{
    (void)param;
    enum { N = 2200 };
    static uint16_t in[N + 1], differences[N + 1];
    static uint8_t out[2 * N];
    for (int i = 0; i <= N; i++) {
        in[i] = (uint16_t)fixture_noise((uint32_t)i, 3, 1);
    }
    for (int mode = 0; mode < 8; mode++) {
        const bool delta = mode & 1, bits = mode & 2, is_first = mode & 4;
        for (size_t n = 8; n <= N; n += 8) {
            for (size_t i = 1; i <= n; i++) {
                const int before = delta && !(i == 1 && is_first) ? in[i - 1] : 0;
                differences[i - 1] = (uint16_t)(in[i] - before);
            }
            reel_filter_u16(in + 1, out, n, delta, bits, is_first);
            size_t wrong = 0;
            for (size_t i = 0; i < n; i++) {
                for (size_t bit = 0; bit < 16; bit++) {
                    const size_t at = bits ? bit * (n / 8) + i / 8 : (bit / 8) * n + i;
                    const int got = out[at] >> (bits ? i % 8 : bit % 8) & 1;
                    wrong += got != (differences[i] >> bit & 1);
                }
            }
            CHECK_INT(wrong, ==, 0);
        }
    }
}

static void crc_is_that_of_zlib(const void *param)
{
    (void)param;
    fill(4096, true, 5);
    for (size_t n = 0; n < 700; n++) {
        for (size_t from = 0; from < 3; from++) {
            CHECK_INT(reel_crc32(0, data + from, n), ==, crc32(0, data + from, (uInt)n));
            const uint32_t c = reel_crc32(0, data, n);
            CHECK_INT(reel_crc32(c, data + n, 333 * from), ==,
                      crc32(0, data, (uInt)(n + 333 * from)));
        }
    }
}

static const check_test tests[] = {
    {"Blosc reads what we pack", blosc_reads_what_we_pack, NULL},
    {"bytes do not depend on the past", bytes_do_not_depend_on_the_past, NULL},
    {"shuffles are as defined", shuffles_are_as_defined, NULL},
    {"CRC is that of zlib", crc_is_that_of_zlib, NULL},
};

CHECK_MAIN(tests)
