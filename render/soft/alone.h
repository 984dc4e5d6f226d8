/*
 * alone.h - each geom as if nothing else were there, and points that others may hide.
 *
 * The rays, the hit functions and the coverage of facets are those of visibility.h and facets.h, so
 * what see() finds at a pixel centre is found here as well. The test of points is that of flow.h.
 */
#pragma once

#include "render/soft/flow.h"

/* Bits of a group of lanes at column `col` of row `y`; those beyond the image are dropped. */
VINL void alone_put(const soft_job *job, uint64_t *row, int col, vm m)
{
    const int left = job->width - col;
    const uint64_t in = left >= VW ? UINT64_MAX : ((uint64_t)1 << left) - 1;
    row[col / 64] |= ((uint64_t)vm_bits(m) & in) << (col % 64);
}

VINL void alone_shape(const soft_job *job, const soft_geom *g, int shape, uint64_t *bits,
                      size_t words)
{
    const v3 o = v3_set(g->off);
    for (int y = g->y0; y < g->y1; y++) {
        const vf dy = (vf_set((float)y + 0.5f) + (0.0f - job->cy)) * job->inv_f;
        for (int col = g->x0 / VW * VW; col < g->x1; col += VW) {
            const vf cx = vf_lanes() + ((float)col + 0.5f);
            const v3 ray = {(cx + (0.0f - job->cx)) * job->inv_f, dy, vf_set(1.0f)};
            vf t;
            vi face;
            const vm m = hit_shape(shape, g->half, o, v3_rot(g->rot, ray), &t, &face);
            alone_put(job, bits + (size_t)y * words, col, vm_and(m, vf_lt(t, vf_set(VF_FAR))));
        }
    }
}

STAGE void alone_facet(const soft_job *job, const soft_tri *r, uint64_t *bits, size_t words)
{
    for (int row = r->y0; row < r->y1; row++) {
        const float y = (float)row + 0.5f - r->ref_y;
        for (int col = r->x0 / VW * VW; col < r->x1; col += VW) {
            const vf x = vf_lanes() + ((float)col + 0.5f - r->ref_x);
            alone_put(job, bits + (size_t)row * words, col,
                      facet_covers(job->raster, r, x, y, vm_not(vm_none())));
        }
    }
}

static void alone(const soft_job *job, int k, int first, int last, uint64_t *bits, size_t words)
{
    const soft_geom *g = &job->geoms[k];
    for (int i = first; i < last; i++) {
        alone_facet(job, &job->raster->tris[i], bits, words);
    }
    FOR_SHAPE(g->shape, alone_shape(job, g, SHAPE, bits, words))
}

/* Lanes of a group of points that geom k may hide: they ask, are seen within its bounds, and are
 * not on it (a mesh that is not convex may hide itself). */
VINL vm hide_asks(const soft_job *job, const soft_points *p, int i, int k)
{
    const soft_geom *g = &job->geoms[k];
    const vi owner = vi_load(p->owner + i);
    const vf u = vf_load(p->u + i), v = vf_load(p->v + i);
    vm m = vi_lt(vi_set(-1), owner);
    if (!is_mesh(g->shape) || job->meshes[k]->convex) {
        m = vm_andnot(m, vi_eq(owner, vi_set(k)));
    }
    m = vm_and(m, vm_and(vf_ge(u, vf_set((float)g->x0)), vf_lt(u, vf_set((float)g->x1))));
    m = vm_and(m, vm_and(vf_ge(v, vf_set((float)g->y0)), vf_lt(v, vf_set((float)g->y1))));
    return vm_and(m, vf_gt(vf_load(p->z + i) * FLOW_NEARER, vf_set(g->near_z)));
}

VINL vm hide_shape(const soft_geom *g, int shape, v3 ray, vf limit)
{
    vf t;
    vi face;
    const vm m = hit_shape(shape, g->half, v3_set(g->off), v3_rot(g->rot, ray), &t, &face);
    return vm_and(m, vf_lt(t, limit));
}

STAGE vm hide_mesh(const soft_job *job, int k, v3 ray, vf limit, vm asks)
{
    const soft_geom *g = &job->geoms[k];
    ray_group r;
    r.o = v3_set(g->off);
    r.d = v3_rot(g->rot, ray);
    r.limit = limit;
    r.active = asks;
    cast_any(job->meshes[k], &r);
    return r.hit;
}

static void hide_points(const soft_job *job, const soft_points *p)
{
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        for (int i = 0; i < p->n && g->x0 < g->x1 && g->y0 < g->y1; i += VW) {
            vm m = hide_asks(job, p, i, k);
            if (!vm_any(m)) {
                continue;
            }
            const v3 ray = {vf_load(p->dx + i), vf_load(p->dy + i), vf_set(1.0f)};
            const vf limit = vf_load(p->z + i) * FLOW_NEARER;
            if (is_mesh(g->shape)) {
                m = vm_and(m, hide_mesh(job, k, ray, limit, m));
            }
            FOR_SHAPE(g->shape, m = vm_and(m, hide_shape(g, SHAPE, ray, limit)))
            vi_store(p->owner + i, vi_sel(m, vi_set(-1), vi_load(p->owner + i)));
        }
    }
}
