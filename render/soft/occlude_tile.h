/*
 * occlude_tile.h - occlusion of a tile's pixels, worked out at fewer points than these.
 */
#pragma once

#include "render/soft/occlude.h"

/*
 * Within a surface occlusion is smooth: it is worked out at every second pixel across and down, and
 * between these by lines, where both ends show what the pixel does, else from the one that does. A
 * pixel with neither is worked out itself. All four sides of the tile are among the rows and
 * columns that are worked out, so that neighbouring tiles agree.
 */

/* Those rows and columns, as bits: 0, 2, 4, 6, 9, 11, 13, 15. */
#define SPARSE   0xaa55u
#define N_SPARSE 8

/* For each row or column of the tile the ones of these on either side, and the share of the second.
 */
static const _Alignas(64) int32_t sparse_low[SOFT_TILE] = {0, 0, 1, 1, 2, 2, 3, 3,
                                                           3, 4, 4, 5, 5, 6, 6, 7};
static const _Alignas(64) int32_t sparse_high[SOFT_TILE] = {0, 1, 1, 2, 2, 3, 3, 4,
                                                            4, 4, 5, 5, 6, 6, 7, 7};
static const _Alignas(64) float sparse_share[SOFT_TILE] = {
    0, 0.5f, 0, 0.5f, 0, 0.5f, 0, 0.333333343f, 0.666666687f, 0, 0.5f, 0, 0.5f, 0, 0.5f, 0};
static const int sparse_at[N_SPARSE] = {0, 2, 4, 6, 9, 11, 13, 15};

/* Where the pixels of a tile take their values from: bits of each row's pixels. */
typedef struct sparse_plan {
    unsigned low[SOFT_TILE], high[SOFT_TILE]; /* in rows that are worked out, from the left and the
                                                 right, in others from above and below */
    int n;                                    /* points that are worked out: the grid's, and */
    uint8_t at[SOFT_BATCH];                   /* from the 64th on these pixels */
} sparse_plan;

/* Append the lanes of a group to the points. */
VINL void pack_points(const batch *b, batch *to, int i, unsigned lanes)
{
    const int n = to->n;
    lanes_pack(to->key + n, vi_load(b->key + i), lanes);
    lanes_pack(to->t + n, vi_load((const int32_t *)b->t + i), lanes);
    for (int c = 0; c < 3; c++) {
        lanes_pack(to->pos[c] + n, vi_load((const int32_t *)b->pos[c] + i), lanes);
        lanes_pack(to->normal[c] + n, vi_load((const int32_t *)b->normal[c] + i), lanes);
    }
    to->n += __builtin_popcount(lanes);
}

/* Lanes where key and depth are those of one surface; `gap` as a share of the depth. */
VINL vm one_surface(vi key, vf t, vi other, vf other_t, vf gap)
{
    return vm_and(vi_eq(key, other), vf_le(vf_abs(other_t - t), t * gap));
}

/* Which pixels of row number j of those that are worked out show what the ends show between which
 * they lie. */
VINL void plan_along(const batch *b, const batch *points, int j, vf gap, sparse_plan *plan)
{
    const int row = sparse_at[j];
    const int32_t *keys = points->key + j * N_SPARSE;
    const float *depths = points->t + j * N_SPARSE;
    plan->low[row] = plan->high[row] = 0;
    for (int x = 0; x < SOFT_TILE; x += VW) {
        const vi key = vi_load(b->key + row * SOFT_TILE + x);
        const vf t = vf_load(b->t + row * SOFT_TILE + x);
        const vi l = vi_load(sparse_low + x), r = vi_load(sparse_high + x);
        const vm low = one_surface(key, t, vi_pick8(keys, l), vf_pick8(depths, l), gap);
        const vm high = one_surface(key, t, vi_pick8(keys, r), vf_pick8(depths, r), gap);
        plan->low[row] |= vm_bits(low) << x;
        plan->high[row] |= vm_bits(high) << x;
    }
}

/* Which pixels of another row show what those above and below do, for all that these know. */
VINL void plan_across(const batch *b, int row, vf gap, const unsigned *known, sparse_plan *plan)
{
    const int above = sparse_at[sparse_low[row]], below = sparse_at[sparse_high[row]];
    plan->low[row] = plan->high[row] = 0;
    for (int x = 0; x < SOFT_TILE; x += VW) {
        const int u = above * SOFT_TILE + x, d = below * SOFT_TILE + x;
        const vi key = vi_load(b->key + row * SOFT_TILE + x);
        const vf t = vf_load(b->t + row * SOFT_TILE + x);
        const vm low = one_surface(key, t, vi_load(b->key + u), vf_load(b->t + u), gap);
        const vm high = one_surface(key, t, vi_load(b->key + d), vf_load(b->t + d), gap);
        plan->low[row] |= vm_bits(low) << x;
        plan->high[row] |= vm_bits(high) << x;
    }
    plan->low[row] &= known[above];
    plan->high[row] &= known[below];
}

/* Pixels of a row that nobody knows are points themselves. */
VINL void plan_alone(const batch *b, int row, unsigned known, batch *points, sparse_plan *plan)
{
    for (int x = 0; x < SOFT_TILE; x += VW) {
        const int i = row * SOFT_TILE + x;
        unsigned left = group_hits(b->key, i) & ~(known >> x);
        int n = points->n;
        if (left) {
            pack_points(b, points, i, left);
        }
        for (; left; left &= left - 1) {
            plan->at[n++] = (uint8_t)(i + __builtin_ctz(left));
        }
    }
}

/* Fill `points` and the plan. */
STAGE void plan_sparse(const soft_job *job, const soft_tile *tile, batch *points, sparse_plan *plan)
{
    const batch *b = &tile->main;
    unsigned known[SOFT_TILE] = {0};
    /* meshes may hide themselves: then a key is not enough */
    const vf gap = vf_set(tile->n_facets ? 4.0f * job->inv_f : VF_FAR);
    points->n = 0;
    for (int j = 0; j < N_SPARSE; j++) {
        for (int x = 0; x < SOFT_TILE; x += VW) {
            pack_points(b, points, sparse_at[j] * SOFT_TILE + x, SPARSE >> x & VM_ALL);
        }
    }
    for (int j = 0; j < N_SPARSE; j++) {
        const int row = sparse_at[j];
        plan_along(b, points, j, gap, plan);
        known[row] = plan->low[row] | plan->high[row];
    }
    for (int row = 0; row < SOFT_TILE; row++) {
        if (!(SPARSE >> row & 1)) {
            plan_across(b, row, gap, known, plan);
            known[row] = plan->low[row] | plan->high[row];
        }
        plan_alone(b, row, known[row], points, plan);
    }
    plan->n = points->n;
    for (; points->n % VW; points->n++) {
        points->key[points->n] = -1;
    }
}

/* Values of pixels from those of the points. */
STAGE void spread_sparse(const sparse_plan *plan, const float *from, float *to)
{
    for (int j = 0; j < N_SPARSE; j++) {
        const int row = sparse_at[j];
        for (int x = 0; x < SOFT_TILE; x += VW) {
            const vf l = vf_pick8(from + j * N_SPARSE, vi_load(sparse_low + x));
            const vf r = vf_pick8(from + j * N_SPARSE, vi_load(sparse_high + x));
            const vf a = vf_sel(vm_from_bits(plan->low[row] >> x & VM_ALL), l, r);
            const vf b = vf_sel(vm_from_bits(plan->high[row] >> x & VM_ALL), r, l);
            vf_store(to + row * SOFT_TILE + x, a + (b - a) * vf_load(sparse_share + x));
        }
    }
    for (int row = 0; row < SOFT_TILE; row++) {
        const int above = sparse_at[sparse_low[row]], below = sparse_at[sparse_high[row]];
        for (int x = SPARSE >> row & 1 ? SOFT_TILE : 0; x < SOFT_TILE; x += VW) {
            const vf u = vf_load(to + above * SOFT_TILE + x);
            const vf d = vf_load(to + below * SOFT_TILE + x);
            const vf a = vf_sel(vm_from_bits(plan->low[row] >> x & VM_ALL), u, d);
            const vf b = vf_sel(vm_from_bits(plan->high[row] >> x & VM_ALL), d, u);
            vf_store(to + row * SOFT_TILE + x, a + (b - a) * sparse_share[row]);
        }
    }
    for (int j = N_SPARSE * N_SPARSE; j < plan->n; j++) {
        to[plan->at[j]] = from[j];
    }
}

/* Fill open and bleed of a tile's pixels; the n geoms of job->near_list may occlude them. */
static void occlude_sparse(const soft_job *job, soft_tile *tile, batch *points, int n)
{
    sparse_plan plan;
    plan_sparse(job, tile, points, &plan);
    occlude_by(job, points, n);
    spread_sparse(&plan, points->open, tile->main.open);
    for (int c = 0; c < 3; c++) {
        spread_sparse(&plan, points->bleed[c], tile->main.bleed[c]);
    }
}

/*
 * On a flat tile occlusion changes slowly: how far a ball's share is from a line between two points
 * goes with the square of their distance over the distance to the ball. Far enough from all bodies
 * it is then worked out where every fourth pixels meet, and in between by lines. Neighbouring tiles
 * share such points.
 */
enum { FLAT_STEP = 4, FLAT_ACROSS = SOFT_TILE / FLAT_STEP + 1 };

/* Is the batch of such a tile so far from the n geoms of job->near_list? */
static int changes_slowly(const soft_job *job, const batch *b, int n)
{
    const float most = 0.6f; /* of the distance: shares are then right within a hundredth */
    float least = VF_FAR, d2 = 0;
    for (int j = 0; j < n; j++) {
        const soft_geom *g = &job->geoms[job->near_list[j]];
        const int patches = job->meshes[job->near_list[j]] != NULL;
        const float thin = patches ? 0 : g->core_r;
        const float away =
            __builtin_sqrtf(box_apart2(b->lo, b->hi, g->centre, g->centre)) - (g->radius - thin);
        const float scale = away > thin ? away : thin;
        least = scale < least ? scale : least;
    }
    for (int c = 0; c < 3; c++) {
        d2 += (b->hi[c] - b->lo[c]) * (b->hi[c] - b->lo[c]);
    }
    const float pixel = __builtin_sqrtf(d2) * (1.0f / SOFT_TILE);
    return FLAT_STEP * pixel < most * least;
}

/* Those points of the tile's face, row after row, the last one repeated. */
STAGE void occlusion_points(const soft_job *job, const soft_tile *tile, batch *out)
{
    const int n = FLAT_ACROSS * FLAT_ACROSS;
    const int key = tile->main.key[0];
    const soft_geom *g = &job->geoms[key / SOFT_KEY_FACES];
    out->n = (n + 15) / 16 * 16;
    for (int j = 0; j < out->n; j++) {
        const int at = j < n ? j : n - 1;
        out->dir[0][j] = ((float)(tile->x0 + at % FLAT_ACROSS * FLAT_STEP) - job->cx) * job->inv_f;
        out->dir[1][j] = ((float)(tile->y0 + at / FLAT_ACROSS * FLAT_STEP) - job->cy) * job->inv_f;
        out->key[j] = key;
    }
    for (int i = 0; i < out->n; i += VW) {
        const v3 d = {vf_load(out->dir[0] + i), vf_load(out->dir[1] + i), vf_set(1.0f)};
        vf t;
        vi face;
        hit_shape(g->shape, g->half, v3_set(g->off), v3_rot(g->rot, d), &t, &face);
        v3_store(out->pos, i, v3_scale(d, t));
        for (int c = 0; c < 3; c++) {
            vf_store(out->normal[c] + i, vf_set(tile->main.normal[c][0]));
        }
    }
}

/* Values of pixels from those of the points: along the rows of points, then between these. */
STAGE void spread_points(const float *from, float *to)
{
    const float unit = 1.0f / (float)FLAT_STEP;
    _Alignas(64) float line[FLAT_ACROSS][SOFT_TILE];
    for (int row = 0; row < FLAT_ACROSS; row++) {
        for (int x = 0; x < SOFT_TILE; x += VW) {
            const vi col = vf_trunc(vf_lanes()) + x, low = col >> 2;
            const vf a = vf_pick8(from + row * FLAT_ACROSS, low);
            const vf b = vf_pick8(from + row * FLAT_ACROSS, low + 1);
            const vf share = (vi_to_f(col & (FLAT_STEP - 1)) + 0.5f) * unit;
            vf_store(line[row] + x, a + (b - a) * share);
        }
    }
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const int row = i / SOFT_TILE, col = i % SOFT_TILE;
        const float *above = line[row / FLAT_STEP] + col;
        const vf a = vf_load(above), b = vf_load(above + SOFT_TILE);
        vf_store(to + i, a + (b - a) * (((float)(row % FLAT_STEP) + 0.5f) * unit));
    }
}

/* occlude() for the pixels of a flat tile; `points` is scratch. */
static void occlude_flat(const soft_job *job, soft_tile *tile, batch *points)
{
    batch *b = &tile->main;
    const int n = list_occluders(job, b, job->near_list);
    b->hidden = n > 0;
    if (n == 0) {
        return;
    }
    if (!changes_slowly(job, b, n)) {
        occlude_sparse(job, tile, points, n);
        return;
    }
    occlusion_points(job, tile, points);
    occlude_by(job, points, n);
    spread_points(points->open, b->open);
    for (int c = 0; c < 3; c++) {
        spread_points(points->bleed[c], b->bleed[c]);
    }
}

/* occlude() for the pixels of a tile; `points` is scratch. */
static void occlude_tile(const soft_job *job, soft_tile *tile, batch *points)
{
    batch *b = &tile->main;
    int n = list_occluders(job, b, job->near_list);
    n = tints(job) ? without_clear(job, job->near_list, n) : n;
    b->hidden = n > 0;
    if (n > 0) {
        occlude_sparse(job, tile, points, n);
    }
}
