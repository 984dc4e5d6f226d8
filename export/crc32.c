#include "export/crc32.h"

#include "export/cpu.h"

#include <stdbool.h>
#include <string.h>
#if defined(__x86_64__)
#    include <immintrin.h>
#endif

/* Sarwate's table extended to eight bytes a round ("slicing by 8", Kounavis and Berry 2005). */
enum { SLICES = 8 };

static uint32_t table[SLICES][256];
static bool is_ready;

static void fill_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++) {
            c = (c >> 1) ^ (c & 1 ? 0xedb88320u : 0);
        }
        table[0][i] = c;
    }
    for (int s = 1; s < SLICES; s++) {
        for (int i = 0; i < 256; i++) {
            table[s][i] = (table[s - 1][i] >> 8) ^ table[0][table[s - 1][i] & 255];
        }
    }
    /* the same values whoever writes them: two threads that both fill it do no harm */
    __atomic_store_n(&is_ready, true, __ATOMIC_RELEASE);
}

static uint32_t load_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* `c` is the register, not the CRC. */
static uint32_t crc_plain(uint32_t c, const uint8_t *p, size_t size)
{
    while (size >= SLICES) {
        const uint32_t a = c ^ load_le32(p), b = load_le32(p + 4);
        c = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^
            table[4][a >> 24] ^ table[3][b & 255] ^ table[2][b >> 8 & 255] ^
            table[1][b >> 16 & 255] ^ table[0][b >> 24];
        p += SLICES;
        size -= SLICES;
    }
    while (size-- > 0) {
        c = (c >> 8) ^ table[0][(c ^ *p++) & 255];
    }
    return c;
}

#if defined(__x86_64__)
#    define PCLMUL __attribute__((target("pclmul,sse4.1")))

enum { LANES = 4, FOLD = 16 * LANES };

PCLMUL static inline __m128i load16(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* `a` moved on by the distance that `k` stands for, and `b` added. */
PCLMUL static inline __m128i fold(__m128i a, __m128i k, __m128i b)
{
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(a, k, 0x00), b),
                         _mm_clmulepi64_si128(a, k, 0x11));
}

/*
 * Folding by carry-less products (Gopal and others, "Fast CRC computation for generic polynomials
 * using PCLMULQDQ", Intel 2009; its constants for the reflected polynomial 0x04c11db7: x^(512 +
 * 32), x^(512 - 32), x^(128 + 32), x^(128 - 32) modulo it). What is left at the end are 16 bytes
 * with the same remainder as all before, which go the plain way. `size` is at least FOLD.
 */
PCLMUL static uint32_t crc_folded(uint32_t c, const uint8_t *p, size_t size)
{
    const __m128i far = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i near = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    __m128i x[LANES];
    uint8_t rest[16];
    for (int i = 0; i < LANES; i++) {
        x[i] = load16(p + 16 * i);
    }
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)c));
    for (p += FOLD, size -= FOLD; size >= FOLD; p += FOLD, size -= FOLD) {
        for (int i = 0; i < LANES; i++) {
            x[i] = fold(x[i], far, load16(p + 16 * i));
        }
    }
    for (int i = 1; i < LANES; i++) {
        x[0] = fold(x[0], near, x[i]);
    }
    for (; size >= 16; p += 16, size -= 16) {
        x[0] = fold(x[0], near, load16(p));
    }
    _mm_storeu_si128((__m128i *)(void *)rest, x[0]);
    return crc_plain(crc_plain(0, rest, sizeof(rest)), p, size);
}

#    undef PCLMUL
#endif

uint32_t reel_crc32(uint32_t crc, const void *data, size_t size)
{
    if (!__atomic_load_n(&is_ready, __ATOMIC_ACQUIRE)) {
        fill_table();
    }
#if defined(__x86_64__)
    if (size >= FOLD && reel_cpu_has_pclmul()) {
        return ~crc_folded(~crc, data, size);
    }
#endif
    return ~crc_plain(~crc, data, size);
}
