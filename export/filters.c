#include "export/filters.h"

#include "export/cpu.h"
#include <string.h>
#if defined(__x86_64__)
#    include <immintrin.h>
#endif

static void encode_u16(const uint16_t *restrict in, uint16_t *restrict out, size_t n)
{
    out[0] = in[0];
    for (size_t i = 1; i < n; i++) {
        out[i] = (uint16_t)(in[i] - in[i - 1]);
    }
}

void reel_delta_encode(const void *in, void *out, size_t bytes, int itemsize)
{
    assert((itemsize == 1 || itemsize == 2) && bytes % (size_t)itemsize == 0);
    if (bytes == 0) {
        return;
    }
    if (itemsize == 1) {
        reel_filter_u8(in, out, bytes, true);
    } else {
        encode_u16(in, out, bytes / 2);
    }
}

void reel_delta_decode(void *data, size_t bytes, int itemsize)
{
    assert((itemsize == 1 || itemsize == 2) && bytes % (size_t)itemsize == 0);
    if (itemsize == 1) {
        uint8_t *p = data, sum = 0;
        for (size_t i = 0; i < bytes; i++) {
            p[i] = sum = (uint8_t)(sum + p[i]);
        }
    } else {
        uint16_t *p = data, sum = 0;
        for (size_t i = 0; i < bytes / 2; i++) {
            p[i] = sum = (uint16_t)(sum + p[i]);
        }
    }
}

/* ---- delta and shuffle in one pass ---------------------------------------------------------- */

enum {
    GROUP = 32, /* items that the fast forms take at once */
    LINE = 64,  /* bytes of a cache line */
};

/* Item i of the filter's input: a difference, or itself. */
static inline uint16_t item_at(const uint16_t *in, size_t i, bool delta, bool is_first)
{
    const uint16_t before = delta && (i > 0 || !is_first) ? in[(ptrdiff_t)i - 1] : 0;
    return (uint16_t)(in[i] - before);
}

static void shuffle_bytes_plain(const uint16_t *in, uint8_t *out, size_t from, size_t to, size_t n,
                                bool delta, bool is_first)
{
    for (size_t i = from; i < to; i++) {
        const uint16_t d = item_at(in, i, delta, is_first);
        out[i] = (uint8_t)d;
        out[n + i] = (uint8_t)(d >> 8);
    }
}

static void shuffle_bits_plain(const uint16_t *in, uint8_t *out, size_t from, size_t to, size_t n,
                               bool delta, bool is_first)
{
    for (size_t i = from; i < to; i += 8) {
        uint16_t d[8];
        for (size_t k = 0; k < 8; k++) {
            d[k] = item_at(in, i + k, delta, is_first);
        }
        for (size_t bit = 0; bit < 16; bit++) {
            unsigned byte = 0;
            for (size_t k = 0; k < 8; k++) {
                byte |= (unsigned)(d[k] >> bit & 1) << k;
            }
            out[bit * (n / 8) + i / 8] = (uint8_t)byte;
        }
    }
}

#if defined(__x86_64__)

#    define AVX2 __attribute__((target("avx2")))

/* Low and high bytes of the 32 items from `in`, in order. */
AVX2 static inline void load_group(const uint16_t *in, bool delta, __m256i *low, __m256i *high)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)in);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(in + 16));
    if (delta) {
        a = _mm256_sub_epi16(a, _mm256_loadu_si256((const __m256i *)(const void *)(in - 1)));
        b = _mm256_sub_epi16(b, _mm256_loadu_si256((const __m256i *)(const void *)(in + 15)));
    }
    const __m256i mask = _mm256_set1_epi16(255);
    *low = _mm256_packus_epi16(_mm256_and_si256(a, mask), _mm256_and_si256(b, mask));
    *high = _mm256_packus_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
    /* packing works within halves: a0 b0 a1 b1 */
    *low = _mm256_permute4x64_epi64(*low, 0xd8);
    *high = _mm256_permute4x64_epi64(*high, 0xd8);
}

/* @return where the plain form has to go on; it has done the first group. */
AVX2 static size_t shuffle_bytes_avx2(const uint16_t *in, uint8_t *out, size_t n, bool delta)
{
    size_t i = GROUP;
    for (; i + GROUP <= n; i += GROUP) {
        __m256i low, high;
        load_group(in + i, delta, &low, &high);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), low);
        _mm256_storeu_si256((__m256i *)(void *)(out + n + i), high);
    }
    return i;
}

/* 32 bits for each of the eight planes of these bytes: signs are taken, from bit 7 down. */
AVX2 static inline void split_bits(__m256i bytes, uint32_t *out)
{
    for (int bit = 7; bit >= 0; bit--) {
        out[bit * LINE / 4] = (uint32_t)_mm256_movemask_epi8(bytes);
        bytes = _mm256_add_epi8(bytes, bytes);
    }
}

/* The planes lie a power of two apart more often than not, and would throw one another out of the
 * cache: so they are written by whole lines. */
AVX2 static size_t shuffle_bits_avx2(const uint16_t *in, uint8_t *out, size_t n, bool delta)
{
    _Alignas(64) uint32_t lines[16 * LINE / 4];
    size_t i = GROUP;
    for (; i + 8 * LINE <= n; i += 8 * LINE) {
        for (size_t k = 0; k < LINE / 4; k++) {
            __m256i low, high;
            load_group(in + i + GROUP * k, delta, &low, &high);
            split_bits(low, lines + k);
            split_bits(high, lines + 8 * LINE / 4 + k);
        }
        for (size_t plane = 0; plane < 16; plane++) {
            memcpy(out + plane * (n / 8) + i / 8, lines + plane * LINE / 4, LINE);
        }
    }
    return i;
}

#    undef AVX2
#endif

static size_t shuffle_fast(const uint16_t *in, uint8_t *out, size_t n, bool delta, bool bits)
{
#if defined(__x86_64__)
    return bits ? shuffle_bits_avx2(in, out, n, delta) : shuffle_bytes_avx2(in, out, n, delta);
#else
    (void)in, (void)out, (void)n, (void)delta, (void)bits;
    return GROUP;
#endif
}

void reel_filter_u16(const uint16_t *in, uint8_t *out, size_t n, bool delta, bool bits,
                     bool is_first)
{
    assert(!bits || n % 8 == 0);
    const bool fast = reel_cpu_has_avx2() && n >= 2 * GROUP;
    const size_t end = fast ? shuffle_fast(in, out, n, delta, bits) : n;
    const size_t begin = fast ? GROUP : n; /* the first group may have nothing before it */
    if (bits) {
        shuffle_bits_plain(in, out, 0, begin, n, delta, is_first);
        shuffle_bits_plain(in, out, end, n, n, delta, is_first);
    } else {
        shuffle_bytes_plain(in, out, 0, begin, n, delta, is_first);
        shuffle_bytes_plain(in, out, end, n, n, delta, is_first);
    }
}

void reel_filter_u8(const uint8_t *in, uint8_t *out, size_t n, bool is_first)
{
    if (n == 0) {
        return;
    }
    out[0] = (uint8_t)(is_first ? in[0] : in[0] - in[-1]);
    for (size_t i = 1; i < n; i++) {
        out[i] = (uint8_t)(in[i] - in[i - 1]);
    }
}
