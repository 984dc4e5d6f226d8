/* control_edges.c - Canny's edge detector, in the form that trainers compute it; see control.h. */
#include "export/control.h"
#include <string.h>

/*
 * J. Canny, "A Computational Approach to Edge Detection" (1986), with the choices of
 * cv2.Canny(rgb, low, high): 3x3 Sobel with the border repeated, |dx| + |dy| for the size of the
 * gradient, of a picture in colour the channel where that is largest (the first of equals), no
 * smoothing before; four directions parted at 22.5 and 67.5 degrees (tangents in 15 bits); nothing
 * beyond the border competes.
 */
enum { TAN_22 = 13573, TAN_BITS = 15 };
enum { NO = 0, WEAK, STRONG };

struct reel_edges {
    int width, height;
    int16_t *dx, *dy; /* [height][width] */
    uint16_t *size;   /* [height + 2][width + 2], the rim 0 */
    uint8_t *mark;    /* the same: NO, WEAK or STRONG */
    int32_t *stack;   /* strong pixels whose neighbours are still to be seen */
    int16_t *smooth; /* three rows of sums across: [3][width] (1, 2, 1) and [3][width] (-1, 0, 1) */
    int16_t *slope;
};

reel_edges *reel_edges_create(int width, int height)
{
    const size_t n = (size_t)width * (size_t)height;
    const size_t rim = (size_t)(width + 2) * (size_t)(height + 2);
    reel_edges *e = reel_calloc(1, sizeof(*e));
    if (!e) {
        return NULL;
    }
    e->width = width;
    e->height = height;
    e->dx = reel_alloc(n * sizeof(*e->dx));
    e->dy = reel_alloc(n * sizeof(*e->dy));
    e->size = reel_calloc(rim, sizeof(*e->size));
    e->mark = reel_calloc(rim, sizeof(*e->mark));
    e->stack = reel_alloc(n * sizeof(*e->stack));
    e->smooth = reel_alloc(3 * (size_t)width * sizeof(*e->smooth));
    e->slope = reel_alloc(3 * (size_t)width * sizeof(*e->slope));
    if (!e->dx || !e->dy || !e->size || !e->mark || !e->stack || !e->smooth || !e->slope) {
        reel_edges_destroy(&e);
    }
    return e;
}

void reel_edges_destroy(reel_edges **edges)
{
    reel_edges *e = *edges;
    if (e) {
        reel_free(e->dx);
        reel_free(e->dy);
        reel_free(e->size);
        reel_free(e->mark);
        reel_free(e->stack);
        reel_free(e->smooth);
        reel_free(e->slope);
        reel_free(e);
        *edges = NULL;
    }
}

/* Sums across one row of one channel. */
static void across(const uint8_t *row, int width, int16_t *smooth, int16_t *slope)
{
    for (int x = 0; x < width; x++) {
        const int left = row[3 * (x > 0 ? x - 1 : 0)], here = row[3 * x];
        const int right = row[3 * (x < width - 1 ? x + 1 : x)];
        smooth[x] = (int16_t)(left + 2 * here + right);
        slope[x] = (int16_t)(right - left);
    }
}

/* One channel's gradient in row y, kept where it is larger than that of the channels before. */
static void row_gradient(reel_edges *e, const uint8_t *channel, int y, bool first)
{
    const int w = e->width;
    const size_t stride = 3 * (size_t)w;
    int16_t *dx = e->dx + (size_t)y * (size_t)w, *dy = e->dy + (size_t)y * (size_t)w;
    uint16_t *size = e->size + (size_t)(y + 1) * (size_t)(w + 2) + 1;
    for (int k = 0; k < 3; k++) {
        int from = y + k - 1;
        from = from < 0 ? 0 : from > e->height - 1 ? e->height - 1 : from;
        across(channel + (size_t)from * stride, w, e->smooth + k * w, e->slope + k * w);
    }
    const int16_t *a = e->slope, *b = e->slope + w, *c = e->slope + 2 * w;
    const int16_t *above = e->smooth, *below = e->smooth + 2 * w;
    for (int x = 0; x < w; x++) {
        const int gx = a[x] + 2 * b[x] + c[x], gy = below[x] - above[x];
        const int g = (gx < 0 ? -gx : gx) + (gy < 0 ? -gy : gy);
        const bool larger = first || g > size[x];
        dx[x] = larger ? (int16_t)gx : dx[x];
        dy[x] = larger ? (int16_t)gy : dy[x];
        size[x] = larger ? (uint16_t)g : size[x];
    }
}

/* Whether the pixel is a ridge across its gradient; `m` points at its size. */
static bool is_ridge(const uint16_t *m, ptrdiff_t stride, int gx, int gy)
{
    const int64_t x = gx < 0 ? -gx : gx, y = (int64_t)(gy < 0 ? -gy : gy) << TAN_BITS;
    const int64_t tan_22 = x * TAN_22, tan_67 = tan_22 + (x << (TAN_BITS + 1));
    if (y < tan_22) {
        return m[0] > m[-1] && m[0] >= m[1];
    }
    if (y > tan_67) {
        return m[0] > m[-stride] && m[0] >= m[stride];
    }
    const ptrdiff_t s = (gx ^ gy) < 0 ? -1 : 1;
    return m[0] > m[-stride - s] && m[0] > m[stride + s];
}

/* Mark ridges; the strong ones go onto the stack. @return how many. */
static int find_ridges(reel_edges *e, int low, int high)
{
    const ptrdiff_t stride = e->width + 2;
    int n = 0;
    for (int y = 0; y < e->height; y++) {
        const int16_t *dx = e->dx + (size_t)y * (size_t)e->width;
        const int16_t *dy = e->dy + (size_t)y * (size_t)e->width;
        const ptrdiff_t row = (y + 1) * stride + 1;
        for (int x = 0; x < e->width; x++) {
            const uint16_t *m = e->size + row + x;
            uint8_t mark = NO;
            if (*m > low && is_ridge(m, stride, dx[x], dy[x])) {
                mark = *m > high ? STRONG : WEAK;
            }
            e->mark[row + x] = mark;
            if (mark == STRONG) {
                e->stack[n++] = (int32_t)(row + x);
            }
        }
    }
    return n;
}

void reel_edges_find(reel_edges *e, const uint8_t *rgb, int low, int high, uint8_t *out)
{
    const ptrdiff_t stride = e->width + 2;
    const ptrdiff_t around[8] = {-stride - 1, -stride,    -stride + 1, -1,
                                 1,           stride - 1, stride,      stride + 1};
    for (int y = 0; y < e->height; y++) {
        for (int c = 0; c < 3; c++) {
            row_gradient(e, rgb + c, y, c == 0);
        }
    }
    int n = find_ridges(e, low, high);
    while (n > 0) { /* weak ridges that hang together with strong ones are edges as well */
        const int32_t at = e->stack[--n];
        for (int k = 0; k < 8; k++) {
            if (e->mark[at + around[k]] == WEAK) {
                e->mark[at + around[k]] = STRONG;
                e->stack[n++] = (int32_t)(at + around[k]);
            }
        }
    }
    for (int y = 0; y < e->height; y++) {
        const uint8_t *mark = e->mark + (y + 1) * stride + 1;
        for (int x = 0; x < e->width; x++) {
            out[(size_t)y * (size_t)e->width + (size_t)x] = mark[x] == STRONG ? 255 : 0;
        }
    }
}
