#include "export/yuv.h"

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

static inline __attribute__((always_inline)) void split(const uint8_t *restrict rgb, int n,
                                                        int16_t *restrict r, int16_t *restrict g,
                                                        int16_t *restrict b)
{
    for (int i = 0; i < n; i++) {
        r[i] = rgb[3 * i];
        g[i] = rgb[3 * i + 1];
        b[i] = rgb[3 * i + 2];
    }
}

static inline __attribute__((always_inline)) void luma(const int16_t *restrict r,
                                                       const int16_t *restrict g,
                                                       const int16_t *restrict b, int n,
                                                       uint8_t *restrict y)
{
    for (int i = 0; i < n; i++) {
        y[i] = (uint8_t)((Y_R * r[i] + Y_G * g[i] + Y_B * b[i] + (16 << 15) + (1 << 14)) >> 15);
    }
}

static inline __attribute__((always_inline)) int mean4(const int16_t *a, const int16_t *b, int i)
{
    return a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1];
}

/* One strip of two rows: n is even and at most STRIP. */
static inline __attribute__((always_inline)) void convert_strip(const uint8_t *rgb0,
                                                                const uint8_t *rgb1, int n,
                                                                uint8_t *y0, uint8_t *y1,
                                                                uint8_t *restrict u,
                                                                uint8_t *restrict v)
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

typedef void strip_fn(const uint8_t *rgb0, const uint8_t *rgb1, int n, uint8_t *y0, uint8_t *y1,
                      uint8_t *u, uint8_t *v);

static void strip_any(const uint8_t *rgb0, const uint8_t *rgb1, int n, uint8_t *y0, uint8_t *y1,
                      uint8_t *u, uint8_t *v)
{
    convert_strip(rgb0, rgb1, n, y0, y1, u, v);
}

#if defined(__x86_64__)
/* The same integer code for CPUs that can shuffle bytes: it cannot give other bits. */
__attribute__((target("avx2"))) static void strip_avx2(const uint8_t *rgb0, const uint8_t *rgb1,
                                                       int n, uint8_t *y0, uint8_t *y1, uint8_t *u,
                                                       uint8_t *v)
{
    convert_strip(rgb0, rgb1, n, y0, y1, u, v);
}
#endif

static strip_fn *choose_strip(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        return strip_avx2;
    }
#endif
    return strip_any;
}

void reel_yuv_from_rgb(const uint8_t *rgb, int width, int height, uint8_t *y, ptrdiff_t y_stride,
                       uint8_t *u, ptrdiff_t u_stride, uint8_t *v, ptrdiff_t v_stride)
{
    assert(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0);
    strip_fn *const convert = choose_strip();
    const ptrdiff_t rgb_stride = 3 * (ptrdiff_t)width;
    for (int row = 0; row < height; row += 2) {
        const uint8_t *rgb0 = rgb + row * rgb_stride;
        uint8_t *y0 = y + row * y_stride, *u0 = u + row / 2 * u_stride,
                *v0 = v + row / 2 * v_stride;
        for (int x = 0; x < width; x += STRIP) {
            const int n = width - x < STRIP ? width - x : STRIP;
            convert(rgb0 + 3 * x, rgb0 + rgb_stride + 3 * x, n, y0 + x, y0 + y_stride + x,
                    u0 + x / 2, v0 + x / 2);
        }
    }
}
