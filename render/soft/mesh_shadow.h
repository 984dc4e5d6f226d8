/*
 * mesh_shadow.h - how much of the sun a mesh hides, itself included.
 */
#pragma once

#include "render/soft/rays.h"

/*
 * Where shadow rays of a smooth mesh's own surface start: on the curved surface that its normals
 * stand for instead of the flat facet below, so that coarse meshes do not show their facets where
 * light grazes them (Hanika, "Hacking the Shadow Terminator", Ray Tracing Gems II, 2021).
 */
VINL v3 lift_point(const soft_mesh *mesh, const int32_t *facet, unsigned lanes, v3 p)
{
    const facet_corners f = load_corners(mesh, facet, lanes);
    vf w[3];
    v3 lifted = p;
    facet_shares(&f, p, w);
    for (int k = 0; k < 3; k++) {
        const vf below = vf_min(v3_dot(v3_sub(p, f.v[k]), f.n[k]), vf_set(0.0f));
        lifted = v3_madd(lifted, -(w[k] * below), f.n[k]);
    }
    return lifted;
}

/* Take what the mesh of geom k hides from b->sun: a hard shadow. */
STAGE void shade_from_mesh(const soft_job *job, batch *b, const soft_occluder *o, int k)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    for (int i = 0; i < b->n; i += VW) {
        const vf seen = vf_load(b->sun + i);
        const vm own = vi_eq(vi_load(b->key + i) >> 3, vi_set(k));
        const vm lit = vf_gt(seen, vf_set(0.0f));
        ray_group r;
        r.active = mesh->convex ? vm_andnot(lit, own) : lit;
        if (!vm_any(r.active)) {
            continue;
        }
        r.o = v3_affine(g->rot, g->off, v3_load(b->pos, i));
        if (mesh->smooth && vm_any(vm_and(own, r.active))) {
            r.o = v3_sel(own, lift_point(mesh, b->facet + i, vm_bits(own), r.o), r.o);
        }
        r.d = v3_set(o->dir);
        r.limit = vf_set(VF_FAR);
        cast_any(mesh, &r);
        vf_store(b->sun + i, vf_sel(r.hit, vf_set(0.0f), seen));
    }
}
