/*
 * path_exit.h - where a ray that runs inside a solid leaves it.
 *
 * The counterparts of intersect.h, in the shape's own frame: the farther of the two crossings of
 * the line, so that a ray that starts on the surface needs no offset. The face is that of the
 * normal, which points outwards.
 */
#pragma once

#include "render/soft/rays.h"

VINL vf exit_box(const float half[3], v3 o, v3 d, vi *face)
{
    const vf fx = (half[0] - vf_mulsign(o.x, d.x)) * vf_abs(safe_inverse(d.x));
    const vf fy = (half[1] - vf_mulsign(o.y, d.y)) * vf_abs(safe_inverse(d.y));
    const vf fz = (half[2] - vf_mulsign(o.z, d.z)) * vf_abs(safe_inverse(d.z));
    const vf xy = vf_min(fx, fy), zero = vf_set(0.0f);
    const vi face_x = vi_sel(vf_gt(d.x, zero), vi_set(0), vi_set(1));
    const vi face_y = vi_sel(vf_gt(d.y, zero), vi_set(2), vi_set(3));
    const vi face_z = vi_sel(vf_gt(d.z, zero), vi_set(4), vi_set(5));
    *face = vi_sel(vf_lt(fz, xy), face_z, vi_sel(vf_lt(fy, fx), face_y, face_x));
    return vf_min(xy, fz);
}

VINL vf exit_sphere(float radius, v3 o, v3 d)
{
    const vf inv = 1.0f / v3_dot(d, d);
    const vf b = -v3_dot(o, d) * inv;
    const v3 l = v3_madd(o, b, d);
    return b + vf_sqrt(vf_max(radius * radius - v3_dot(l, l), vf_set(0.0f)) * inv);
}

VINL vf exit_capsule(const float half[3], v3 o, v3 d)
{
    vf enter, leave;
    hit_tube(half[0], o, d, &enter, &leave);
    const vf z = o.z + leave * d.z;
    const vm steep = vf_lt(d.x * d.x + d.y * d.y, vf_set(1e-12f));
    const vf towards = vf_sel(steep, d.z, z);
    const v3 end = {o.x, o.y, o.z - vf_mulsign(vf_set(half[1]), towards)};
    const vm side = vm_andnot(vf_le(vf_abs(z), vf_set(half[1])), steep);
    return vf_sel(side, leave, exit_sphere(half[0], end, d));
}

VINL vf exit_cylinder(const float half[3], v3 o, v3 d, vi *face)
{
    vf enter, leave;
    hit_tube(half[0], o, d, &enter, &leave);
    const vf fz = (half[1] - vf_mulsign(o.z, d.z)) * vf_abs(safe_inverse(d.z));
    const vi cap = vi_sel(vf_gt(d.z, vf_set(0.0f)), vi_set(1), vi_set(2));
    const vm end = vm_or(vf_lt(fz, leave), vf_lt(d.x * d.x + d.y * d.y, vf_set(1e-12f)));
    *face = vi_sel(end, cap, vi_set(0));
    return vf_sel(end, fz, leave);
}

VINL vf exit_cone(const float half[3], v3 o, v3 d, vi *face)
{
    const cone_span s = span_cone(half, o, d);
    const vf base = (-half[1] - o.z) * safe_inverse(d.z);
    const vm end = vm_and(vf_lt(d.z, vf_set(0.0f)), vf_lt(base, s.leave));
    *face = vi_sel(end, vi_set(1), vi_set(0));
    return vf_sel(end, base, s.leave);
}

VINL vf exit_shape(int shape, const float half[3], v3 o, v3 d, vi *face)
{
    *face = vi_set(0);
    switch (shape) {
    case REEL_SHAPE_BOX: return exit_box(half, o, d, face);
    case REEL_SHAPE_SPHERE: return exit_sphere(half[0], o, d);
    case REEL_SHAPE_CAPSULE: return exit_capsule(half, o, d);
    case REEL_SHAPE_CONE: return exit_cone(half, o, d, face);
    case REEL_SHAPE_ELLIPSOID: {
        const float ix = 1.0f / half[0], iy = 1.0f / half[1], iz = 1.0f / half[2];
        return exit_sphere(1.0f, (v3){o.x * ix, o.y * iy, o.z * iz},
                           (v3){d.x * ix, d.y * iy, d.z * iz});
    }
    default: return exit_cylinder(half, o, d, face);
    }
}

/* The nearest facet of a mesh that the ray meets from behind; RAY_FIRST's outputs. */
STAGE void cast_exit(const soft_mesh *mesh, ray_group *r)
{
    int stack[SOFT_BVH_DEPTH + 2], n = 0;
    const v3 inv = {safe_inverse(r->d.x), safe_inverse(r->d.y), safe_inverse(r->d.z)};
    const vf slack =
        (vf_abs(r->o.x) + vf_abs(r->o.y) + vf_abs(r->o.z) + (float)mesh->radius) * 2e-6f;
    const v3 s = v3_splat(slack), o_lo = v3_add(r->o, s), o_hi = v3_sub(r->o, s);
    r->hit = vm_none();
    r->t = r->limit;
    r->facet = vi_set(INT32_MAX);
    for (stack[n++] = 0; n > 0;) {
        const soft_node *node = &mesh->nodes[stack[--n]];
        const vm m = vm_and(r->active, meet_box(node, o_lo, o_hi, inv, r->t));
        if (!vm_any(m)) {
            continue;
        }
        for (int j = 0; j < node->count; j++) {
            const int face = mesh->order[node->first + j];
            soft_facet back = mesh->facets[face]; /* turned round, it is met from its front */
            for (int c = 0; c < 3; c++) {
                back.v[1][c] = mesh->facets[face].v[2][c];
                back.v[2][c] = mesh->facets[face].v[1][c];
                back.normal[c] = -back.normal[c];
            }
            vf t;
            const vm hit = vm_and(m, meet_facet(&back, r, &t));
            const vi id = vi_set(face);
            const vm nearer = vm_or(vf_lt(t, r->t), vm_and(vf_le(t, r->t), vi_lt(id, r->facet)));
            const vm take = vm_and(hit, nearer);
            r->t = vf_sel(take, t, r->t);
            r->facet = vi_sel(take, id, r->facet);
            r->hit = vm_or(r->hit, take);
        }
        if (node->count == 0) {
            stack[n++] = node->first;
            stack[n++] = node->first + 1;
        }
    }
}
