/*
 * surface.h - normal, base colour and reflectance of what a batch shows.
 */
#pragma once

#include "render/soft/facets.h"
#include "render/soft/pattern.h"

enum { SURFACE_NORMAL = 1, SURFACE_LOOK = 2 };

/* Width along the local axes of the footprint of a ray cone of diameter `d`, where the ray meets a
 * surface of normal n against the local view direction v (unit, towards the camera). */
VINL v3 footprint(int shape, vf d, v3 n, v3 v)
{
    const vf c = vf_max(v3_dot(n, v), vf_set(0.02f));
    if (shape == REEL_SHAPE_PLANE) {
        const vf ic = 1.0f / c;
        return (v3){d * vf_sqrt(1.0f + v.x * v.x * ic * ic),
                    d * vf_sqrt(1.0f + v.y * v.y * ic * ic), vf_set(0.0f)};
    }
    const v3 along = v3_scale(v3_madd(v, -c, n), 1.0f / c);
    const vf zero = vf_set(0.0f);
    return (v3){d * vf_sqrt(vf_max(1.0f - n.x * n.x + along.x * along.x, zero)),
                d * vf_sqrt(vf_max(1.0f - n.y * n.y + along.y * along.y, zero)),
                d * vf_sqrt(vf_max(1.0f - n.z * n.z + along.z * along.z, zero))};
}

VINL void surface_look(const soft_job *job, batch *b, int i, int k, vm m, v3 p, v3 n)
{
    const soft_material *mat = &job->materials[job->info[k].material];
    const soft_geom *g = &job->geoms[k];
    look l = {v3_set(mat->color), vf_set(mat->roughness)};
    if (mat->pattern != REEL_PATTERN_PLAIN) {
        const v3 v = v3_rot(g->rot, v3_unit(v3_load(b->dir, i)));
        const vf d = vf_load(b->t + i) * vf_load(b->spread + i);
        /* ground is laid out from above, level or not */
        const int as = g->shape == REEL_SHAPE_HEIGHT_FIELD ? REEL_SHAPE_PLANE : g->shape;
        l = pattern_look(mat, as, p, n, footprint(g->shape, d, n, v3_scale(v, vf_set(-1.0f))));
    }
    v3_store(b->base, i, v3_sel(m, l.base, v3_load(b->base, i)));
    vf_store(b->rough + i, vf_sel(m, l.rough, vf_load(b->rough + i)));
    vf_store(b->metal + i, vf_sel(m, vf_set(mat->metallic), vf_load(b->metal + i)));
    vf_store(b->spec + i, vf_sel(m, vf_set(mat->specular), vf_load(b->spec + i)));
}

/* Fill normal and, if wanted, base, rough, metal and spec from key and pos; sky lanes get 0. */
STAGE void surface(const soft_job *job, batch *b, int want)
{
    const v3 zero = v3_splat(vf_set(0.0f));
    for (int i = 0; i < b->n; i += VW) {
        const vi face = group_faces(b->key, i);
        unsigned left = group_hits(b->key, i);
        v3 normal = zero;
        if (want & SURFACE_LOOK) {
            v3_store(b->base, i, zero);
        }
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            const soft_geom *g = &job->geoms[k];
            if (g->shape == REEL_SHAPE_PLANE && !(want & SURFACE_LOOK)) {
                normal = v3_sel(m, v3_set(g->rot + 6), normal);
                continue;
            }
            const v3 p = v3_affine(g->rot, g->off, v3_load(b->pos, i));
            const v3 n = is_mesh(g->shape) ? mesh_normal(job->meshes[k], b->facet + i, vm_bits(m),
                                                         p, v3_rot(g->rot, v3_load(b->dir, i)))
                                           : shape_normal(g->shape, g->half, p, face);
            normal = v3_sel(m, v3_trot(g->rot, n), normal);
            if (want & SURFACE_LOOK) {
                surface_look(job, b, i, k, m, p, n);
            }
        }
        v3_store(b->normal, i, normal);
    }
}
