/*
 * high_clear.h - bounced light that comes through clear bodies, straight and tinted.
 */
#pragma once

#include "render/soft/reflect.h"

/* Rays of the group at `i` that clear geom k stands before. */
VINL vm clear_before(const soft_job *job, const batch *b, int i, int k, int shape,
                     const int32_t *own)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    const v3 d = v3_load((float(*)[SOFT_BATCH])b->dir, i);
    const vf t = vf_load(b->t + i);
    const v3 o = v3_madd(v3_load((float(*)[SOFT_BATCH])b->pos, i), -t, d);
    const vf limit = vf_sel(vi_lt(vi_set(-1), vi_load(b->key + i)), t, vf_set(VF_FAR));
    const v3 c = v3_sub(v3_set(g->centre), o);
    const vf along = v3_dot(c, d), d2 = v3_dot(c, c) - along * along;
    vm m =
        vm_and(vf_lt(d2, vf_set(g->radius * g->radius * 1.001f)), vf_lt(-along, vf_set(g->radius)));
    m = vm_andnot(m, vi_eq(vi_load(own + i) >> 3, vi_set(k)));
    if (!vm_any(m)) {
        return m;
    }
    if (mesh) {
        ray_group r;
        r.active = m;
        r.o = v3_affine(g->rot, g->off, o);
        r.d = v3_rot(g->rot, d);
        r.limit = limit;
        cast_any(mesh, &r);
        return r.hit;
    }
    vf at;
    vi face;
    m = vm_and(
        m, hit_shape(shape, g->half, v3_affine(g->rot, g->off, o), v3_rot(g->rot, d), &at, &face));
    return vm_and(m, vf_lt(at, limit));
}

VINL void tint_rays_by(const soft_job *job, batch *b, int k, int shape, const int32_t *own)
{
    const v3 passes = clear_passes(job, k, 2);
    for (int i = 0; i < b->n; i += VW) {
        const vm m = clear_before(job, b, i, k, shape, own);
        const v3 t = v3_load(b->tint, i);
        v3_store(b->tint, i, v3_sel(m, v3_mul(t, passes), t));
        vf_store(b->sun + i, vf_sel(m, vf_set(1.0f), vf_load(b->sun + i)));
    }
}

/* Set tint of traced rays that went through clear bodies; b->sun where it is not 1: what they find
 * is not what was expected. */
STAGE void tint_rays(const soft_job *job, batch *b, const int32_t *own)
{
    tint_begin(b);
    for (int k = 0; k < job->n_drawn; k++) {
        const int shape = job->geoms[k].shape;
        if (!job->geoms[k].present || !is_clear(job, k)) {
            continue;
        }
        if (is_mesh(shape)) {
            tint_rays_by(job, b, k, REEL_SHAPE_MESH, own);
        }
        FOR_SHAPE(shape, tint_rays_by(job, b, k, SHAPE, own))
    }
}
