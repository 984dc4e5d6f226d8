/*
 * rays.h - groups of rays through the tree of a mesh, in its frame.
 *
 * Only facets that face the ray's origin count: a ray that starts in a solid sees through it, one
 * that leaves a surface cannot meet that surface again, and what a closed mesh hides it hides at an
 * entry. Edges are watertight: the volume that an edge spans with the ray has the same bits, but
 * for the sign, from both of its facets. A lane goes only where its own ray goes, and the boxes are
 * wider than the rounding of hits, so its result does not depend on its neighbours.
 */
#pragma once

#include "render/soft/facets.h"

typedef enum ray_query {
    RAY_ANY,   /* hits at all before `limit`? */
    RAY_FIRST, /* the nearest hit before `limit`; of equal ones the first triangle */
    RAY_LAYERS /* how many hits before `limit` */
} ray_query;

typedef struct ray_group {
    v3 o, d;
    vf limit;  /* in units of d */
    vm active; /* lanes that ask */
    /* out: */
    vm hit;
    vf t;
    vi facet;
    vf layers;
} ray_group;

/* Ray against one facet: entry with 0 < t < limit. */
VINL vm meet_facet(const soft_facet *f, const ray_group *r, vf *t)
{
    const v3 a = v3_sub(v3_set(f->v[0]), r->o), b = v3_sub(v3_set(f->v[1]), r->o);
    const v3 c = v3_sub(v3_set(f->v[2]), r->o);
    const v3 ab = {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
    const v3 bc = {b.y * c.z - b.z * c.y, b.z * c.x - b.x * c.z, b.x * c.y - b.y * c.x};
    const v3 ca = {c.y * a.z - c.z * a.y, c.z * a.x - c.x * a.z, c.x * a.y - c.y * a.x};
    const vf zero = vf_set(0.0f);
    vm m = vm_and(vf_le(v3_dot(ab, r->d), zero), vf_le(v3_dot(bc, r->d), zero));
    m = vm_and(m, vf_le(v3_dot(ca, r->d), zero));
    const vf nd = v3_dotu(r->d, f->normal);
    m = vm_and(m, vf_lt(nd, zero));
    *t = v3_dotu(a, f->normal) / vf_min(nd, vf_set(-1e-30f));
    return vm_and(m, vm_and(vf_gt(*t, zero), vf_lt(*t, r->limit)));
}

/* Lanes whose rays meet the box of a node before their limit. o_lo and o_hi are the origins moved
 * by the slack, so that the box grows by it. */
VINL vm meet_box(const soft_node *n, v3 o_lo, v3 o_hi, v3 inv, vf limit)
{
    const vf x0 = (n->lo[0] - o_lo.x) * inv.x, x1 = (n->hi[0] - o_hi.x) * inv.x;
    const vf y0 = (n->lo[1] - o_lo.y) * inv.y, y1 = (n->hi[1] - o_hi.y) * inv.y;
    const vf z0 = (n->lo[2] - o_lo.z) * inv.z, z1 = (n->hi[2] - o_hi.z) * inv.z;
    const vf enter = vf_max(vf_max(vf_min(x0, x1), vf_min(y0, y1)), vf_min(z0, z1));
    const vf leave = vf_min(vf_min(vf_max(x0, x1), vf_max(y0, y1)), vf_max(z0, z1));
    const vf out = leave * 1.000001f;
    return vm_and(vm_and(vf_le(enter, out), vf_ge(out, vf_set(0.0f))),
                  vf_le(enter * 0.999999f, limit));
}

VINL void meet_leaf(const soft_mesh *mesh, const soft_node *n, ray_group *r, vm m, ray_query query)
{
    for (int j = 0; j < n->count; j++) {
        const int face = mesh->order[n->first + j];
        vf t;
        const vm hit = vm_and(m, meet_facet(&mesh->facets[face], r, &t));
        if (query == RAY_ANY) {
            r->hit = vm_or(r->hit, hit);
        } else if (query == RAY_LAYERS) {
            r->layers = r->layers + vf_and(hit, vf_set(1.0f));
        } else {
            const vi id = vi_set(face);
            const vm nearer = vm_or(vf_lt(t, r->t), vm_and(vf_le(t, r->t), vi_lt(id, r->facet)));
            const vm take = vm_and(hit, nearer);
            r->t = vf_sel(take, t, r->t);
            r->facet = vi_sel(take, id, r->facet);
            r->hit = vm_or(r->hit, take);
        }
    }
}

/* Fill the outputs of a group. */
VINL void cast_group(const soft_mesh *mesh, ray_group *r, ray_query query)
{
    int stack[SOFT_BVH_DEPTH + 2], n = 0;
    const v3 inv = {safe_inverse(r->d.x), safe_inverse(r->d.y), safe_inverse(r->d.z)};
    /* hits are known to about 1e-6 of the distance of the corners */
    const vf slack =
        (vf_abs(r->o.x) + vf_abs(r->o.y) + vf_abs(r->o.z) + (float)mesh->radius) * 2e-6f;
    const v3 s = v3_splat(slack), o_lo = v3_add(r->o, s), o_hi = v3_sub(r->o, s);
    r->hit = vm_none();
    r->t = r->limit;
    r->facet = vi_set(INT32_MAX);
    r->layers = vf_set(0.0f);
    for (stack[n++] = 0; n > 0;) {
        const soft_node *node = &mesh->nodes[stack[--n]];
        vm m = query == RAY_ANY ? vm_andnot(r->active, r->hit) : r->active;
        m = vm_and(m, meet_box(node, o_lo, o_hi, inv, query == RAY_FIRST ? r->t : r->limit));
        if (!vm_any(m)) {
            continue;
        }
        if (node->count) {
            meet_leaf(mesh, node, r, m, query);
            continue;
        }
        /* the nearer child last, so that it comes next: by the first ray's side */
        const soft_node *a = &mesh->nodes[node->first], *b = a + 1;
        const int l = __builtin_ctz(vm_bits(m));
        const float side = (b->lo[0] + b->hi[0] - a->lo[0] - a->hi[0]) * r->d.x[l] +
                           (b->lo[1] + b->hi[1] - a->lo[1] - a->hi[1]) * r->d.y[l] +
                           (b->lo[2] + b->hi[2] - a->lo[2] - a->hi[2]) * r->d.z[l];
        stack[n++] = node->first + (side > 0);
        stack[n++] = node->first + !(side > 0);
    }
}

/* One of each in the program: they are not small. */
STAGE void cast_any(const soft_mesh *mesh, ray_group *r)
{
    cast_group(mesh, r, RAY_ANY);
}
STAGE void cast_first(const soft_mesh *mesh, ray_group *r)
{
    cast_group(mesh, r, RAY_FIRST);
}
STAGE void cast_layers(const soft_mesh *mesh, ray_group *r)
{
    cast_group(mesh, r, RAY_LAYERS);
}
