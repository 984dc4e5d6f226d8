/*
 * high_filter.h - what few rays find, averaged over neighbouring pixels of the same surface.
 *
 * Within a tile; pixels of another face or another slope have no part in it. Rays' patterns make
 * neighbours complete one another, so a small window is enough. Sharp reflections are left alone.
 */
#pragma once

#include "render/soft/tile.h"

enum {
    FILTER_REACH = 2,   /* px */
    FILTER_STRIDE = 32, /* of a row: room for whole groups beyond the window */
    FILTER_ROWS = SOFT_TILE + 2 * FILTER_REACH,
    FILTER_SIGNALS = 6,
};

/* A tile with a border that shows nothing. */
typedef struct filter_tile {
    _Alignas(64) int32_t key[FILTER_ROWS * FILTER_STRIDE];
    float normal[3][FILTER_ROWS * FILTER_STRIDE];
    float signal[FILTER_SIGNALS][FILTER_ROWS * FILTER_STRIDE];
} filter_tile;

static void fill_filter(filter_tile *f, const batch *b, float (*wide)[SOFT_BATCH],
                        float (*sharp)[SOFT_BATCH])
{
    for (int j = 0; j < FILTER_ROWS * FILTER_STRIDE; j++) {
        f->key[j] = -1;
    }
    memset(f->normal, 0, sizeof f->normal);
    memset(f->signal, 0, sizeof f->signal);
    for (int row = 0; row < SOFT_TILE; row++) {
        const size_t to = (size_t)(row + FILTER_REACH) * FILTER_STRIDE + FILTER_REACH;
        const size_t from = (size_t)row * SOFT_TILE, size = SOFT_TILE * sizeof(float);
        memcpy(f->key + to, b->key + from, size);
        for (int c = 0; c < 3; c++) {
            memcpy(f->normal[c] + to, b->shade[c] + from, size);
            memcpy(f->signal[c] + to, (wide ? wide : sharp)[c] + from, size);
            if (sharp) {
                memcpy(f->signal[c + 3] + to, sharp[c] + from, size);
            }
        }
    }
}

/* Average two signals of a tile's batch, `sharp` no more than roughness blurs it; NULL: none. */
STAGE void filter_light(batch *b, float (*wide)[SOFT_BATCH], float (*sharp)[SOFT_BATCH])
{
    static const float side[FILTER_REACH + 1] = {1.0f, 0.8f, 0.5f};
    filter_tile f;
    fill_filter(&f, b, wide, sharp);
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        if (!group_hits(b->key, i)) {
            continue;
        }
        const vi key = vi_load(b->key + i);
        const v3 n = v3_load(b->shade, i);
        const vf rough = vf_load(b->rough + i);
        const vf mirror = vf_smooth(rough, 0.08f, 0.25f);
        vf sum[FILTER_SIGNALS], all = vf_set(0.0f), shiny = vf_set(0.0f);
        for (int s = 0; s < FILTER_SIGNALS; s++) {
            sum[s] = vf_set(0.0f);
        }
        const int at =
            (i / SOFT_TILE + FILTER_REACH) * FILTER_STRIDE + i % SOFT_TILE + FILTER_REACH;
        for (int dy = -FILTER_REACH; dy <= FILTER_REACH; dy++) {
            for (int dx = -FILTER_REACH; dx <= FILTER_REACH; dx++) {
                const int j = at + dy * FILTER_STRIDE + dx;
                const vf like = n.x * vf_load(f.normal[0] + j) + n.y * vf_load(f.normal[1] + j) +
                                n.z * vf_load(f.normal[2] + j);
                const float near = side[dy < 0 ? -dy : dy] * side[dx < 0 ? -dx : dx];
                const vf w =
                    vf_and(vi_eq(vi_load(f.key + j), key), vf_sat(like * 10.0f - 9.0f) * near);
                const vf own = dx == 0 && dy == 0 ? w : w * mirror;
                all = all + w;
                shiny = shiny + own;
                for (int s = 0; s < 3; s++) {
                    sum[s] = sum[s] + w * vf_load(f.signal[s] + j);
                    sum[s + 3] = sum[s + 3] + own * vf_load(f.signal[s + 3] + j);
                }
            }
        }
        const vf inv = 1.0f / vf_max(all, vf_set(1e-6f));
        const vf inv_shiny = 1.0f / vf_max(shiny, vf_set(1e-6f));
        if (wide) {
            v3_store(wide, i, v3_scale((v3){sum[0], sum[1], sum[2]}, inv));
        }
        if (sharp) {
            v3_store(sharp, i, v3_scale((v3){sum[3], sum[4], sum[5]}, inv_shiny));
        }
    }
}
