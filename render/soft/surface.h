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

/* Set view: the unit vectors against the rays. */
STAGE void view_rays(batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        const v3 d = v3_load(b->dir, i);
        v3_store(b->view, i, v3_scale(d, -1.0f / vf_sqrt(vf_max(v3_dot(d, d), vf_set(1e-30f)))));
    }
}

/* Base colour and reflectance of a geom from its local points and normals. */
STAGE void surface_look(const soft_job *job, batch *b, const soft_shown *s)
{
    const soft_material *mat = &job->materials[job->info[s->drawn].material];
    const soft_geom *g = &job->geoms[s->drawn];
    /* ground is laid out from above, level or not */
    const int as = g->shape == REEL_SHAPE_HEIGHT_FIELD ? REEL_SHAPE_PLANE : g->shape;
    for (uint64_t left = s->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, s->drawn);
        look l = {v3_set(mat->color), vf_set(mat->roughness)};
        if (mat->pattern != REEL_PATTERN_PLAIN) {
            const v3 p = v3_load(b->at, i), n = v3_load(b->up, i);
            const v3 v = v3_rot(g->rot, v3_load(b->view, i));
            const vf d = vf_load(b->t + i) * vf_load(b->spread + i);
            l = pattern_look(mat, as, p, n, footprint(g->shape, d, n, v));
        }
        v3_store(b->base, i, v3_sel(m, l.base, v3_load(b->base, i)));
        vf_store(b->rough + i, vf_sel(m, l.rough, vf_load(b->rough + i)));
        vf_store(b->metal + i, vf_sel(m, vf_set(mat->metallic), vf_load(b->metal + i)));
        vf_store(b->spec + i, vf_sel(m, vf_set(mat->specular), vf_load(b->spec + i)));
    }
}

/* Normals of a geom; local points and normals as well where its look depends on them. */
VINL void surface_geom(const soft_job *job, batch *b, const soft_shown *s, int shape, int local)
{
    const soft_geom *g = &job->geoms[s->drawn];
    for (uint64_t left = s->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = group_of(b->key, i, s->drawn);
        const v3 p = v3_affine(g->rot, g->off, v3_load(b->pos, i));
        const v3 n = is_mesh(shape) ? mesh_normal(job->meshes[s->drawn], b->facet + i, vm_bits(m),
                                                  p, v3_rot(g->rot, v3_load(b->dir, i)))
                                    : shape_normal(shape, g->half, p, group_faces(b->key, i));
        const v3 turned = shape == REEL_SHAPE_PLANE ? v3_set(g->rot + 6) : v3_trot(g->rot, n);
        v3_store(b->normal, i, v3_sel(m, turned, v3_load(b->normal, i)));
        if (local) {
            v3_store(b->at, i, p);
            v3_store(b->up, i, n);
        }
    }
}

STAGE void surface_mesh(const soft_job *job, batch *b, const soft_shown *s, int local)
{
    surface_geom(job, b, s, REEL_SHAPE_MESH, local);
}

/* Fill normal and, if wanted, base, rough, metal, spec and view from key and pos; sky lanes get 0.
 * After list_shown(). */
STAGE void surface(const soft_job *job, batch *b, int want)
{
    const v3 zero = v3_splat(vf_set(0.0f));
    for (int i = 0; b->shows_sky && i < b->n; i += VW) {
        v3_store(b->normal, i, zero);
        v3_store(b->base, i, zero);
    }
    if (want & SURFACE_LOOK) {
        view_rays(b);
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const int shape = job->geoms[s->drawn].shape;
        const soft_material *mat = &job->materials[job->info[s->drawn].material];
        const int local = want & SURFACE_LOOK && mat->pattern != REEL_PATTERN_PLAIN;
        if (is_mesh(shape)) {
            surface_mesh(job, b, s, local);
        }
        FOR_SHAPE(shape, surface_geom(job, b, s, SHAPE, local))
        if (want & SURFACE_LOOK) {
            surface_look(job, b, s);
        }
    }
}
