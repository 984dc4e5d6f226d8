#include "export/yuv.h"

#include "export/cpu.h"
#if defined(__x86_64__)
#    include <immintrin.h>
#endif

/*
 * Coefficients times 2^15: 219/255 * (0.2126, 0.7152, 0.0722) for Y; for chroma 224/255 *
 * (B - Y') / 1.8556 and 224/255 * (R - Y') / 1.5748, rounded so that each row sums to 0.
 */
enum {
    Y_R = 5983,
    Y_G = 20127,
    Y_B = 2032,
    U_R = -3298,
    U_G = -11094,
    U_B = 14392,
    V_R = 14392,
    V_G = -13072,
    V_B = -1320,
    STRIP = 128, /* pixels in the first-level cache at once */
};

static inline void split(const uint8_t *restrict rgb, int n, int16_t *restrict r,
                         int16_t *restrict g, int16_t *restrict b)
{
    for (int i = 0; i < n; i++) {
        r[i] = rgb[3 * i];
        g[i] = rgb[3 * i + 1];
        b[i] = rgb[3 * i + 2];
    }
}

static inline void luma(const int16_t *restrict r, const int16_t *restrict g,
                        const int16_t *restrict b, int n, uint8_t *restrict y)
{
    for (int i = 0; i < n; i++) {
        y[i] = (uint8_t)((Y_R * r[i] + Y_G * g[i] + Y_B * b[i] + (16 << 15) + (1 << 14)) >> 15);
    }
}

static inline int mean4(const int16_t *a, const int16_t *b, int i)
{
    return a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1];
}

/* One strip of two rows: n is even and at most STRIP. */
static inline void convert_strip(const uint8_t *rgb0, const uint8_t *rgb1, int n, uint8_t *y0,
                                 uint8_t *y1, uint8_t *restrict u, uint8_t *restrict v)
{
    _Alignas(64) int16_t r0[STRIP], g0[STRIP], b0[STRIP], r1[STRIP], g1[STRIP], b1[STRIP];
    split(rgb0, n, r0, g0, b0);
    split(rgb1, n, r1, g1, b1);
    luma(r0, g0, b0, n, y0);
    luma(r1, g1, b1, n, y1);
    for (int i = 0; i < n / 2; i++) {
        const int r = mean4(r0, r1, i), g = mean4(g0, g1, i), b = mean4(b0, b1, i);
        u[i] = (uint8_t)((U_R * r + U_G * g + U_B * b + (128 << 17) + (1 << 16)) >> 17);
        v[i] = (uint8_t)((V_R * r + V_G * g + V_B * b + (128 << 17) + (1 << 16)) >> 17);
    }
}

#if defined(__x86_64__)

#    define AVX2 __attribute__((target("avx2")))

typedef struct wide_pixels {
    __m256i rg, b; /* 8 pixels: 16-bit red and green, blue and 0 */
} wide_pixels;

/* 24 bytes from `rgb`; 28 are read. */
AVX2 static inline wide_pixels load_pixels(const uint8_t *rgb)
{
    const __m256i rg = _mm256_setr_epi8(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1, 0,
                                        -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1);
    const __m256i b = _mm256_setr_epi8(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1,
                                       2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1);
    const __m128i first = _mm_loadu_si128((const __m128i *)(const void *)rgb);
    const __m128i last = _mm_loadu_si128((const __m128i *)(const void *)(rgb + 12));
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(first), last, 1);
    return (wide_pixels){_mm256_shuffle_epi8(both, rg), _mm256_shuffle_epi8(both, b)};
}

AVX2 static inline __m256i pair(int low, int high)
{
    return _mm256_set1_epi32((int)((uint32_t)(low & 65535) | (uint32_t)high << 16));
}

/* Eight codes of luma, one to a 32-bit lane. */
AVX2 static inline __m256i wide_luma(wide_pixels p)
{
    const __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(p.rg, pair(Y_R, Y_G)),
                                         _mm256_madd_epi16(p.b, pair(Y_B, 0)));
    return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32((16 << 15) + (1 << 14))), 15);
}

/* Four codes of each chroma from 2 x 8 pixels: u, v, u, v, ... in 32-bit lanes. */
AVX2 static inline __m256i wide_chroma(wide_pixels p, wide_pixels q)
{
    const __m256i u_v_rg = _mm256_setr_epi16(U_R, U_G, V_R, V_G, U_R, U_G, V_R, V_G, U_R, U_G, V_R,
                                             V_G, U_R, U_G, V_R, V_G);
    const __m256i u_v_b =
        _mm256_setr_epi16(U_B, 0, V_B, 0, U_B, 0, V_B, 0, U_B, 0, V_B, 0, U_B, 0, V_B, 0);
    __m256i rg = _mm256_add_epi16(p.rg, q.rg), b = _mm256_add_epi16(p.b, q.b);
    rg = _mm256_add_epi16(rg, _mm256_shuffle_epi32(rg, 0xb1)); /* with its neighbour */
    b = _mm256_add_epi16(b, _mm256_shuffle_epi32(b, 0xb1));
    const __m256i sum =
        _mm256_add_epi32(_mm256_madd_epi16(rg, u_v_rg), _mm256_madd_epi16(b, u_v_b));
    return _mm256_srli_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32((128 << 17) + (1 << 16))), 17);
}

/* 16 bytes of 4 x 8 lanes of 32 bits: those of `a` in order, then those of `b`. */
AVX2 static inline __m128i narrow(__m256i a, __m256i b)
{
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(a, b), 0xd8);
    return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

/* The same integer sums, 16 columns at a time. Loads reach four bytes beyond the pixels, so the
 * last columns are left to the plain form. @return columns done. */
AVX2 static int convert_wide(const uint8_t *rgb0, const uint8_t *rgb1, int n, uint8_t *y0,
                             uint8_t *y1, uint8_t *u, uint8_t *v)
{
    const __m128i apart = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    int x = 0;
    for (; x + 18 <= n; x += 16) {
        const wide_pixels a = load_pixels(rgb0 + 3 * x), b = load_pixels(rgb0 + 3 * x + 24);
        const wide_pixels c = load_pixels(rgb1 + 3 * x), d = load_pixels(rgb1 + 3 * x + 24);
        _mm_storeu_si128((__m128i *)(void *)(y0 + x), narrow(wide_luma(a), wide_luma(b)));
        _mm_storeu_si128((__m128i *)(void *)(y1 + x), narrow(wide_luma(c), wide_luma(d)));
        const __m128i uv = _mm_shuffle_epi8(narrow(wide_chroma(a, c), wide_chroma(b, d)), apart);
        _mm_storel_epi64((__m128i *)(void *)(u + x / 2), uv);
        _mm_storel_epi64((__m128i *)(void *)(v + x / 2), _mm_unpackhi_epi64(uv, uv));
    }
    return x;
}

#    undef AVX2
#endif

void reel_yuv_from_rgb(const uint8_t *rgb, int width, int height, uint8_t *y, ptrdiff_t y_stride,
                       uint8_t *u, ptrdiff_t u_stride, uint8_t *v, ptrdiff_t v_stride)
{
    assert(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0);
    const bool wide = reel_cpu_has_avx2();
    const ptrdiff_t rgb_stride = 3 * (ptrdiff_t)width;
    for (int row = 0; row < height; row += 2) {
        const uint8_t *rgb0 = rgb + row * rgb_stride, *rgb1 = rgb0 + rgb_stride;
        uint8_t *y0 = y + row * y_stride, *y1 = y0 + y_stride, *u0 = u + row / 2 * u_stride,
                *v0 = v + row / 2 * v_stride;
        int x = 0;
#if defined(__x86_64__)
        x = wide ? convert_wide(rgb0, rgb1, width, y0, y1, u0, v0) : 0;
#endif
        for (; x < width; x += STRIP) {
            const int n = width - x < STRIP ? width - x : STRIP;
            convert_strip(rgb0 + 3 * x, rgb1 + 3 * x, n, y0 + x, y1 + x, u0 + x / 2, v0 + x / 2);
        }
    }
}

/* ---- and back ---------------------------------------------------------------------------------
 * R' = (Y - 16) 255/219 + 1.5748 (Cr - 128) 255/224 and so on, times 2^15.
 */
enum { BACK_Y = 38155, BACK_RV = 58745, BACK_GU = 6988, BACK_GV = 17462, BACK_BU = 69219 };

static uint8_t to_byte(int32_t v)
{
    const int32_t rounded = (v + (1 << 14)) >> 15;
    return (uint8_t)(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
}

void reel_yuv_to_rgb(const uint8_t *y, ptrdiff_t y_stride, const uint8_t *u, ptrdiff_t u_stride,
                     const uint8_t *v, ptrdiff_t v_stride, int width, int height, uint8_t *rgb)
{
    for (int j = 0; j < height; j++) {
        const uint8_t *yr = y + j * y_stride;
        const uint8_t *ur = u + (j / 2) * u_stride, *vr = v + (j / 2) * v_stride;
        for (int i = 0; i < width; i++) {
            const int32_t luma = BACK_Y * (yr[i] - 16);
            const int32_t cb = ur[i / 2] - 128, cr = vr[i / 2] - 128;
            *rgb++ = to_byte(luma + BACK_RV * cr);
            *rgb++ = to_byte(luma - BACK_GU * cb - BACK_GV * cr);
            *rgb++ = to_byte(luma + BACK_BU * cb);
        }
    }
}
