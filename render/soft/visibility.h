/*
 * visibility.h - which geom each sample of a tile shows, and how far away it is.
 *
 * A nearer hit wins; of equal ones the geom that stands first in the scene, whatever the tile, so
 * the result does not depend on how geoms are binned.
 */
#pragma once

#include "render/soft/facets.h"

/* Geoms whose pixel bounds meet [x0, x1) x [y0, y1), in order. */
STAGE int list_geoms(const soft_geom *geoms, int n, int x0, int y0, int x1, int y1, int *out)
{
    int count = 0;
    for (int k = 0; k < n; k++) {
        const soft_geom *g = &geoms[k];
        if (g->x0 < x1 && g->x1 > x0 && g->y0 < y1 && g->y1 > y0) {
            out[count++] = k;
        }
    }
    return count;
}

/* Columns that the seen hull of a geom's corners takes up between the heights lo and hi, a pixel
 * wider on either side: much fewer than its bounds' if it is long and lies aslant. */
static void span_hull(const soft_geom *g, float lo, float hi, int *x0, int *x1)
{
    float a = VF_FAR, z = -VF_FAR;
    for (int i = 0; i < 8; i++) {
        for (int bit = 1; bit < 8; bit *= 2) {
            if (i & bit) {
                continue;
            }
            const float *p = g->corner[i], *q = g->corner[i | bit];
            const float *up = p[1] < q[1] ? p : q, *down = p[1] < q[1] ? q : p;
            if (up[1] > hi || down[1] < lo) {
                continue;
            }
            const float slope = (down[0] - up[0]) / (down[1] > up[1] ? down[1] - up[1] : 1.0f);
            const float s = up[1] < lo ? up[0] + (lo - up[1]) * slope : up[0];
            const float t = down[1] > hi ? up[0] + (hi - up[1]) * slope : down[0];
            a = s < a ? s : a;
            a = t < a ? t : a;
            z = s > z ? s : z;
            z = t > z ? t : z;
        }
    }
    if (a > z) { /* the hull is not between the heights */
        *x1 = *x0;
        return;
    }
    a = (a < -1e6f ? -1e6f : a > 1e6f ? 1e6f : a) - 2.0f;
    z = (z < -1e6f ? -1e6f : z > 1e6f ? 1e6f : z) + 2.0f;
    *x0 = (int)a > *x0 ? (int)a : *x0;
    *x1 = (int)z + 1 < *x1 ? (int)z + 1 : *x1;
}

/* Fill job->row_list and job->span for the row of tiles at y; how many geoms. */
STAGE int list_row(const soft_job *job, int y)
{
    const int n =
        list_geoms(job->geoms, job->n_drawn, 0, y, job->width, y + SOFT_TILE, job->row_list);
    for (int j = 0; j < n; j++) {
        const int k = job->row_list[j];
        const soft_geom *g = &job->geoms[k];
        job->span[0][k] = g->x0;
        job->span[1][k] = g->x1;
        if (g->has_corners) {
            span_hull(g, (float)y - 1.0f, (float)(y + SOFT_TILE) + 1.0f, &job->span[0][k],
                      &job->span[1][k]);
        }
    }
    return n;
}

/* Fill job->tile_list with what of the row's n geoms may be seen in the tile at x; how many. */
STAGE int list_tile(const soft_job *job, int n, int x)
{
    int count = 0;
    for (int j = 0; j < n; j++) {
        const int k = job->row_list[j];
        if (job->span[0][k] < x + SOFT_TILE && job->span[1][k] > x) {
            job->tile_list[count++] = k;
        }
    }
    return count;
}

/* The ray of column x and row y (camera frame, planar 1) in a geom's frame: as v3_rot(), with what
 * a column shares worked out once. */
VINL v3 rays_of_column(const soft_geom *g, vf x)
{
    return (v3){x * g->rot[0], x * g->rot[3], x * g->rot[6]};
}

VINL v3 ray_in_row(const soft_geom *g, v3 column, float y)
{
    return (v3){column.x + y * g->rot[1] + g->rot[2], column.y + y * g->rot[4] + g->rot[5],
                column.z + y * g->rot[7] + g->rot[8]};
}

/* The same with a row for each lane. */
VINL v3 ray_along(const soft_geom *g, vf x, vf y)
{
    return (v3){x * g->rot[0] + y * g->rot[1] + g->rot[2],
                x * g->rot[3] + y * g->rot[4] + g->rot[5],
                x * g->rot[6] + y * g->rot[7] + g->rot[8]};
}

VINL void see_geom(const soft_tile *tile, const soft_geom *g, int k, int shape,
                   const float (*dir)[SOFT_BATCH], float *best, int32_t *key)
{
    const v3 o = v3_set(g->off);
    const int row0 = g->y0 > tile->y0 ? g->y0 - tile->y0 : 0;
    const int row1 = g->y1 < tile->y0 + tile->rows ? g->y1 - tile->y0 : tile->rows;
    const int col0 = g->x0 > tile->x0 ? (g->x0 - tile->x0) / VW * VW : 0;
    const int col1 = g->x1 < tile->x0 + SOFT_TILE ? g->x1 - tile->x0 : SOFT_TILE;
    for (int col = col0; col < col1; col += VW) {
        const v3 column = rays_of_column(g, vf_load(dir[0] + col));
        for (int row = row0; row < row1; row++) {
            const int i = row * SOFT_TILE + col;
            const vf old = vf_load(best + i);
            vf t;
            vi face;
            vm m = hit_shape(shape, g->half, o, ray_in_row(g, column, dir[1][i]), &t, &face);
            m = vm_and(m, vf_lt(t, old));
            vf_store(best + i, vf_sel(m, t, old));
            vi_store(key + i, vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(key + i)));
        }
    }
}

/* The same where geom k is all that is seen, with one face. */
VINL void see_all(const soft_geom *g, int shape, const float (*dir)[SOFT_BATCH], float *best)
{
    const v3 o = v3_set(g->off);
    for (int col = 0; col < SOFT_TILE; col += VW) {
        const v3 column = rays_of_column(g, vf_load(dir[0] + col));
        for (int i = col; i < SOFT_BATCH; i += SOFT_TILE) {
            vf t;
            vi face;
            hit_shape(shape, g->half, o, ray_in_row(g, column, dir[1][i]), &t, &face);
            vf_store(best + i, t);
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
    }
    const float(*d)[SOFT_BATCH] = (const float(*)[SOFT_BATCH])dir;
    if (tile->plain) {
        const soft_geom *g = &job->geoms[list[0]];
        FOR_SHAPE(g->shape, see_all(g, SHAPE, d, t))
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            vi_store(key + i, vi_set(list[0] * SOFT_KEY_FACES + tile->face));
        }
        return;
    }
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        vf_store(t + i, vf_set(VF_FAR));
        vi_store(key + i, vi_set(-1));
    }
    for (int j = 0; j < tile->n_list; j++) {
        const int k = list[j];
        const soft_geom *g = &job->geoms[k];
        FOR_SHAPE(g->shape, see_geom(tile, g, k, SHAPE, d, t, key))
    }
}

/* Of geom k what groups of 16 rays see: keep the nearest. */
VINL void see_line(const soft_geom *g, int k, int shape, const float *x, const float *y,
                   float *best, int32_t *key)
{
    for (int i = 0; i < SOFT_TILE; i += VW) {
        const vf old = vf_load(best + i);
        vf t;
        vi face;
        vm m = hit_shape(shape, g->half, v3_set(g->off),
                         ray_along(g, vf_load(x + i), vf_load(y + i)), &t, &face);
        m = vm_and(m, vf_lt(t, old));
        vf_store(best + i, vf_sel(m, t, old));
        vi_store(key + i, vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(key + i)));
    }
}

/* What the centres of the pixels around the tile show: above, below, left, right. */
STAGE void see_ring(const soft_job *job, const soft_tile *tile, int32_t (*key)[SOFT_TILE])
{
    _Alignas(64) float x[4][SOFT_TILE], y[4][SOFT_TILE], t[4][SOFT_TILE];
    for (int side = 0; side < 4; side++) {
        const float at = (float)(side & 1 ? SOFT_TILE : -1) + 0.5f;
        for (int i = 0; i < SOFT_TILE; i += VW) {
            const vf along = vf_lanes() + ((float)i + 0.5f), across = vf_set(at);
            const vf px = (side < 2 ? along : across) + (float)tile->x0;
            const vf py = (side < 2 ? across : along) + (float)tile->y0;
            vf_store(x[side] + i, (px - job->cx) * job->inv_f);
            vf_store(y[side] + i, (py - job->cy) * job->inv_f);
            vf_store(t[side] + i, vf_set(VF_FAR));
            vi_store(key[side] + i, vi_set(-1));
        }
    }
    for (int j = 0; j < tile->n_list; j++) {
        const int k = job->tile_list[j];
        const soft_geom *g = &job->geoms[k];
        for (int side = 0; side < 4; side++) {
            FOR_SHAPE(g->shape, see_line(g, k, SHAPE, x[side], y[side], t[side], key[side]))
        }
    }
}

/* Of geom k what sample s of the edge pixels sees, whose centres are px and py. */
VINL void see_sample(const soft_job *job, soft_tile *tile, const soft_geom *g, int k, int shape,
                     const float *px, const float *py, float ox, float oy, int s)
{
    for (int j = 0; j < tile->n_edges; j += VW) {
        const int last = j + VW < tile->n_edges ? j + VW - 1 : tile->n_edges - 1;
        if (g->y1 <= tile->y0 + tile->edges[j] / SOFT_TILE ||
            g->y0 > tile->y0 + tile->edges[last] / SOFT_TILE) {
            continue;
        }
        const vf x = (vf_load(px + j) + (ox - job->cx)) * job->inv_f;
        const vf y = (vf_load(py + j) + (oy - job->cy)) * job->inv_f;
        const vf old = vf_load(tile->sample_t[s] + j);
        vf t;
        vi face;
        vm m = hit_shape(shape, g->half, v3_set(g->off), ray_along(g, x, y), &t, &face);
        m = vm_and(m, vf_lt(t, old));
        vf_store(tile->sample_t[s] + j, vf_sel(m, t, old));
        vi_store(tile->sample_key[s] + j,
                 vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(tile->sample_key[s] + j)));
    }
}

/* Fill sample_t and sample_key of the edge pixels, in their order. */
STAGE void see_edges(const soft_job *job, soft_tile *tile, const float *ox, const float *oy)
{
    _Alignas(64) float px[SOFT_BATCH], py[SOFT_BATCH];
    for (int j = 0; j < tile->n_edges; j += VW) {
        for (int l = tile->n_edges; l < j + VW; l++) { /* the last group is filled up */
            tile->edges[l] = tile->edges[j];
        }
        const vi at = vi_load(tile->edges + j);
        vf_store(px + j, vi_to_f(at & (SOFT_TILE - 1)) + ((float)tile->x0 + 0.5f));
        vf_store(py + j, vi_to_f(at >> 4) + ((float)tile->y0 + 0.5f));
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            vf_store(tile->sample_t[s] + j, vf_set(VF_FAR));
            vi_store(tile->sample_key[s] + j, vi_set(-1));
        }
    }
    for (int i = 0; i < tile->n_list; i++) {
        const int k = job->tile_list[i];
        const soft_geom *g = &job->geoms[k];
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            FOR_SHAPE(g->shape, see_sample(job, tile, g, k, SHAPE, px, py, ox[s], oy[s], s))
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

/* Rays through the corners of the tile, a pixel further out: lanes 0 to 3, the others repeat. */
VINL v3 corner_rays(const soft_job *job, const soft_tile *tile)
{
    float x[VW], y[VW];
    for (int l = 0; l < VW; l++) {
        x[l] = (float)(tile->x0 + (l & 1 ? SOFT_TILE + 1 : -1));
        y[l] = (float)(tile->y0 + (l & 2 ? SOFT_TILE + 1 : -1));
    }
    return (v3){(vf_load(x) - job->cx) * job->inv_f, (vf_load(y) - job->cy) * job->inv_f,
                vf_set(1.0f)};
}

VINL float farthest(vf t)
{
    float most = t[0];
    for (int l = 1; l < 4; l++) { /* the other lanes repeat them */
        most = t[l] > most ? t[l] : most;
    }
    return most;
}

/* True if the lanes are one face. */
VINL int one_face(vi face)
{
    return vm_bits(vi_eq(face, vi_set(face[0]))) == VM_ALL;
}

/*
 * True if geom k, which the corner rays `d` meet at depths `t`, hides geom `other` in all of the
 * tile: it bulges out of the two triangles between its corner hits, on which 1/depth is linear, as
 * it is on a plane.
 */
static int hides(const soft_geom *other, v3 d, vf t)
{
    const float margin = 1.001f;
    if (other->shape == REEL_SHAPE_PLANE) {
        const float height = other->off[2];
        const v3 r = v3_rot(other->rot, d);
        return height <= 0 || vm_bits(vf_lt(-r.z * t, vf_set(height / margin))) == VM_ALL;
    }
    return vm_bits(vf_lt(t * margin, vf_set(other->near_z))) == VM_ALL;
}

/* True if geom `other` lies behind the plane of face `face` of the box or plane g by `margin`, so
 * that it is hidden wherever that face is seen. */
static int is_behind(const soft_geom *g, int face, const soft_geom *other, float margin)
{
    const int axis = g->shape == REEL_SHAPE_PLANE ? 2 : face >> 1;
    const float sign = g->shape == REEL_SHAPE_BOX && face & 1 ? -1.0f : 1.0f;
    const float level = g->shape == REEL_SHAPE_BOX ? g->half[axis] : 0.0f;
    const float *row = g->rot + axis * 3;
    float height = sign * g->off[axis] - level, reach = 0;
    for (int c = 0; c < 3; c++) {
        height += sign * row[c] * other->centre[c];
    }
    for (int i = 0; i < 3; i++) { /* half the extent of its box along the face's normal */
        const float *axis_i = other->rot + i * 3;
        const float d = row[0] * axis_i[0] + row[1] * axis_i[1] + row[2] * axis_i[2];
        reach += (d < 0 ? -d : d) * other->half[i];
    }
    if (other->shape != REEL_SHAPE_BOX) {
        reach = other->radius;
    }
    return other->shape != REEL_SHAPE_PLANE && height + reach < -margin;
}

/*
 * Find out whether one convex geom fills the tile and hides all others there: then it alone is
 * listed. The tile is `plain` if all samples show one face of one geom, so that there is nothing to
 * compare. A part of a solid that is seen is convex in the image, but for the side of a cylinder or
 * cone, so where all corners show it, all samples do.
 */
STAGE void find_plain(const soft_job *job, soft_tile *tile)
{
    const v3 d = corner_rays(job, tile);
    tile->plain = tile->flat = 0;
    for (int j = 0; j < tile->n_list; j++) {
        const int k = job->tile_list[j];
        const soft_geom *g = &job->geoms[k];
        vf t;
        vi face;
        int hidden = 0;
        if (is_mesh(g->shape)) {
            continue;
        }
        if (job->span[0][k] >= tile->x0 || job->span[1][k] <= tile->x0 + SOFT_TILE ||
            g->y0 >= tile->y0 || g->y1 <= tile->y0 + SOFT_TILE) {
            if (g->shape != REEL_SHAPE_PLANE) {
                continue; /* a corner is outside its bounds */
            }
        }
        const vm hit = hit_shape(g->shape, g->half, v3_set(g->off), v3_rot(g->rot, d), &t, &face);
        if (vm_bits(hit) != VM_ALL) {
            continue;
        }
        const int flat = g->shape == REEL_SHAPE_BOX || g->shape == REEL_SHAPE_PLANE;
        const int one = one_face(face);
        for (; hidden < tile->n_list; hidden++) {
            const int i = job->tile_list[hidden];
            if (i != k && !hides(&job->geoms[i], d, t) &&
                !(flat && one && is_behind(g, face[0], &job->geoms[i], 1e-3f * farthest(t)))) {
                break;
            }
        }
        if (hidden == tile->n_list) {
            tile->n_list = 1;
            tile->n_facets = 0;
            job->tile_list[0] = k;
            tile->plain =
                one &&
                ((g->shape != REEL_SHAPE_CYLINDER && g->shape != REEL_SHAPE_CONE) || face[0] != 0);
            tile->flat = tile->plain && flat;
            tile->face = face[0];
            return;
        }
    }
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
