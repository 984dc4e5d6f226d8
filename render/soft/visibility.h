/*
 * visibility.h - which geom each sample of a tile shows, and how far away it is.
 *
 * A nearer hit wins; of equal ones the geom that stands first in the scene, whatever the tile, so
 * the result does not depend on how geoms are binned.
 */
#pragma once

#include "render/soft/tile.h"

/* Geoms of `from` (or all if NULL) whose pixel bounds meet [x0, x1) x [y0, y1), in order. */
STAGE int list_geoms(const soft_geom *geoms, const int *from, int n, int x0, int y0, int x1, int y1,
                     int *out)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        const int k = from ? from[i] : i;
        const soft_geom *g = &geoms[k];
        if (g->x0 < x1 && g->x1 > x0 && g->y0 < y1 && g->y1 > y0) {
            out[count++] = k;
        }
    }
    return count;
}

VINL void see_geom(const soft_tile *tile, const soft_geom *g, int k, int shape,
                   const float (*dir)[SOFT_BATCH], float *best, int32_t *key)
{
    const v3 o = v3_set(g->off);
    const int row0 = g->y0 > tile->y0 ? g->y0 - tile->y0 : 0;
    const int row1 = g->y1 < tile->y0 + tile->rows ? g->y1 - tile->y0 : tile->rows;
    const int col0 = g->x0 > tile->x0 ? (g->x0 - tile->x0) / VW * VW : 0;
    const int col1 = g->x1 < tile->x0 + SOFT_TILE ? g->x1 - tile->x0 : SOFT_TILE;
    for (int row = row0; row < row1; row++) {
        for (int col = col0; col < col1; col += VW) {
            const int i = row * SOFT_TILE + col;
            const v3 ray = {vf_load(dir[0] + i), vf_load(dir[1] + i), vf_set(1.0f)};
            const vf old = vf_load(best + i);
            vf t;
            vi face;
            vm m = hit_shape(shape, g->half, o, v3_rot(g->rot, ray), &t, &face);
            m = vm_and(m, vf_lt(t, old));
            vf_store(best + i, vf_sel(m, t, old));
            vi_store(key + i, vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(key + i)));
        }
    }
}

/* Fill `dir` with the rays through (pixel centre + (ox, oy)), `t` and `key` with what they hit. */
STAGE void see(const soft_job *job, const soft_tile *tile, const int *list, float ox, float oy,
               float (*dir)[SOFT_BATCH], float *t, int32_t *key)
{
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        vf_store(dir[0] + i, (vf_load(tile->cx + i) + (ox - job->cx)) * job->inv_f);
        vf_store(dir[1] + i, (vf_load(tile->cy + i) + (oy - job->cy)) * job->inv_f);
        vf_store(t + i, vf_set(VF_FAR));
        vi_store(key + i, vi_set(-1));
    }
    for (int j = 0; j < tile->n_list; j++) {
        const int k = list[j];
        const soft_geom *g = &job->geoms[k];
        const float(*d)[SOFT_BATCH] = (const float(*)[SOFT_BATCH])dir;
        switch (g->shape) {
        case REEL_SHAPE_PLANE: see_geom(tile, g, k, REEL_SHAPE_PLANE, d, t, key); break;
        case REEL_SHAPE_BOX: see_geom(tile, g, k, REEL_SHAPE_BOX, d, t, key); break;
        case REEL_SHAPE_SPHERE: see_geom(tile, g, k, REEL_SHAPE_SPHERE, d, t, key); break;
        case REEL_SHAPE_CAPSULE: see_geom(tile, g, k, REEL_SHAPE_CAPSULE, d, t, key); break;
        default: see_geom(tile, g, k, REEL_SHAPE_CYLINDER, d, t, key); break;
        }
    }
}

/* Pixel centres of the tile at (x0, y0). */
STAGE void place_tile(const soft_job *job, soft_tile *tile, int x0, int y0)
{
    tile->x0 = x0;
    tile->y0 = y0;
    tile->columns = job->width - x0 < SOFT_TILE ? job->width - x0 : SOFT_TILE;
    tile->rows = job->height - y0 < SOFT_TILE ? job->height - y0 : SOFT_TILE;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        vf_store(tile->cx + i, vf_lanes() + ((float)(x0 + i % SOFT_TILE) + 0.5f));
        vf_store(tile->cy + i, vf_set((float)(y0 + i / SOFT_TILE) + 0.5f));
    }
}

/*
 * True if the tile can show but one plane and all its corners, a pixel further out, hit it: the
 * seen part of a plane is convex, so every sample does, and there is nothing to compare.
 */
static int is_plain(const soft_job *job, const soft_tile *tile, const int *list)
{
    const soft_geom *g = tile->n_list == 1 ? &job->geoms[list[0]] : NULL;
    if (!g || g->shape != REEL_SHAPE_PLANE) {
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        const float x = (float)(tile->x0 + (i & 1 ? SOFT_TILE + 1 : -1));
        const float y = (float)(tile->y0 + (i & 2 ? SOFT_TILE + 1 : -1));
        const v3 d = {vf_set((x - job->cx) * job->inv_f), vf_set((y - job->cy) * job->inv_f),
                      vf_set(1.0f)};
        vf t;
        vi face;
        if (!vm_any(hit_plane(g->half[0], v3_set(g->off), v3_rot(g->rot, d), &t, &face))) {
            return 0;
        }
    }
    return 1;
}

/* Positions of the hits of a batch whose rays start at the camera; sky lanes get 0. */
STAGE void place_hits(batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf t = vf_and(hit, vf_load(b->t + i));
        vf_store(b->t + i, t);
        v3_store(b->pos, i, v3_scale(v3_load(b->dir, i), t));
    }
}
