/*
 * intersect.h - where a ray enters a shape, in the shape's own frame.
 *
 * Each gives the first entry from outside with t > 0 (a ray that starts inside a solid does not
 * hit it: insides are not drawn), and the face: what changes there is the normal's formula. All
 * shapes are convex. The distances are formed from the point of the ray next to the axis or
 * centre, which keeps small shapes far away exact. Formulas: slabs after Kay and Kajiya 1986;
 * quadrics in the stable form of Haines et al., "Precision Improvements for Ray/Sphere
 * Intersection", Ray Tracing Gems, 2019.
 */
#pragma once

#include "render/soft/soft.h"
#include "render/soft/vmath.h"

#define VF_FAR 3.0e38f

/* 1/x with |x| raised to 1e-12, so that a parallel ray gives large, not NaN. */
VINL vf safe_inverse(vf x)
{
    return 1.0f / vf_mulsign(vf_max(vf_abs(x), vf_set(1e-12f)), x);
}

/* face 0; `reach` is the radius of the drawn disc */
VINL vm hit_plane(float reach, v3 o, v3 d, vf *t, vi *face)
{
    *t = o.z / vf_max(-d.z, vf_set(1e-12f));
    *face = vi_set(0);
    const vm front = vm_and(vf_lt(d.z, vf_set(0.0f)), vf_gt(o.z, vf_set(0.0f)));
    const vf x = o.x + *t * d.x, y = o.y + *t * d.y;
    return vm_and(front, vf_le(x * x + y * y, vf_set(reach * reach)));
}

/* face: 2 * axis, + 1 on the negative side */
VINL vm hit_box(const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    const vf ix = vf_abs(safe_inverse(d.x)), iy = vf_abs(safe_inverse(d.y)),
             iz = vf_abs(safe_inverse(d.z));
    const vf ox = vf_mulsign(o.x, d.x), oy = vf_mulsign(o.y, d.y), oz = vf_mulsign(o.z, d.z);
    const vf nx = (-half[0] - ox) * ix, ny = (-half[1] - oy) * iy, nz = (-half[2] - oz) * iz;
    const vf fx = (half[0] - ox) * ix, fy = (half[1] - oy) * iy, fz = (half[2] - oz) * iz;
    const vf near_xy = vf_max(nx, ny);
    const vf enter = vf_max(near_xy, nz), leave = vf_min(vf_min(fx, fy), fz);
    *t = enter;
    const vi zero = vi_set(0);
    const vi face_x = vi_sel(vf_gt(d.x, vf_set(0.0f)), vi_set(1), zero);
    const vi face_y = vi_sel(vf_gt(d.y, vf_set(0.0f)), vi_set(3), vi_set(2));
    const vi face_z = vi_sel(vf_gt(d.z, vf_set(0.0f)), vi_set(5), vi_set(4));
    *face = vi_sel(vf_gt(nz, near_xy), face_z, vi_sel(vf_gt(ny, nx), face_y, face_x));
    return vm_and(vf_lt(enter, leave), vf_gt(enter, vf_set(0.0f)));
}

/* face 0 */
VINL vm hit_sphere(float radius, v3 o, v3 d, vf *t, vi *face)
{
    const vf inv = 1.0f / v3_dot(d, d);
    const vf b = -v3_dot(o, d) * inv;
    const v3 l = v3_madd(o, b, d);
    const vf disc = radius * radius - v3_dot(l, l);
    *t = b - vf_sqrt(vf_max(disc, vf_set(0.0f)) * inv);
    *face = vi_set(0);
    return vm_and(vf_gt(disc, vf_set(0.0f)), vf_gt(*t, vf_set(0.0f)));
}

/* The infinite cylinder about z: entry and exit; false where it is missed. */
VINL vm hit_tube(float radius, v3 o, v3 d, vf *enter, vf *leave)
{
    const vf inv = 1.0f / vf_max(d.x * d.x + d.y * d.y, vf_set(1e-12f));
    const vf b = -(o.x * d.x + o.y * d.y) * inv;
    const vf lx = o.x + b * d.x, ly = o.y + b * d.y;
    const vf disc = radius * radius - (lx * lx + ly * ly);
    const vf h = vf_sqrt(vf_max(disc, vf_set(0.0f)) * inv);
    *enter = b - h;
    *leave = b + h;
    return vf_gt(disc, vf_set(0.0f));
}

/* half[0] = radius, half[1] = half length without the caps; face 0 (the normal is smooth) */
VINL vm hit_capsule(const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    vf enter, leave, cap;
    const vm tube = hit_tube(half[0], o, d, &enter, &leave);
    const vf z = o.z + enter * d.z;
    const v3 end = {o.x, o.y, o.z - vf_mulsign(vf_set(half[1]), z)};
    const vm round = hit_sphere(half[0], end, d, &cap, face);
    const vm side = vm_and(vf_le(vf_abs(z), vf_set(half[1])), vf_gt(enter, vf_set(0.0f)));
    *t = vf_sel(side, enter, cap);
    *face = vi_set(0);
    return vm_and(tube, vm_or(side, vm_andnot(round, vf_le(vf_abs(z), vf_set(half[1])))));
}

/* half[1] = half length; face 0 side, 1 top (+z), 2 bottom */
VINL vm hit_cylinder(const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    vf enter, leave;
    const vm tube = hit_tube(half[0], o, d, &enter, &leave);
    const vf iz = vf_abs(safe_inverse(d.z)), oz = vf_mulsign(o.z, d.z);
    const vf nz = (-half[1] - oz) * iz, fz = (half[1] - oz) * iz;
    const vi cap = vi_sel(vf_gt(d.z, vf_set(0.0f)), vi_set(2), vi_set(1));
    *t = vf_max(enter, nz);
    *face = vi_sel(vf_gt(nz, enter), cap, vi_set(0));
    return vm_and(tube, vm_and(vf_lt(*t, vf_min(leave, fz)), vf_gt(*t, vf_set(0.0f))));
}

/* Where a line is within a cone. */
typedef struct cone_span {
    vf enter, leave; /* of the side without end */
    vm hit;          /* the line meets it */
} cone_span;

/*
 * The solid below the apex (0, 0, half[1]) without its base; half[2] = radius / height. From the
 * point next to the origin; the discriminant is a difference of two squares whose rounding is that
 * of the point, so small cones far away stay exact.
 */
VINL cone_span span_cone(const float half[3], v3 o, v3 d)
{
    const float k2 = half[2] * half[2];
    const vf near = -v3_dot(o, d) / v3_dot(d, d);
    const v3 p = v3_madd(o, near, d);
    const vf z = p.z - half[1];
    const vf a = d.x * d.x + d.y * d.y - k2 * (d.z * d.z);
    const vf b = p.x * d.x + p.y * d.y - k2 * (z * d.z);
    const vf c = p.x * p.x + p.y * p.y - k2 * (z * z);
    const vf ex = z * d.x - d.z * p.x, ey = z * d.y - d.z * p.y, turn = p.x * d.y - p.y * d.x;
    const vf disc = k2 * (ex * ex + ey * ey) - turn * turn;
    const vf root = vf_sqrt(vf_max(disc, vf_set(0.0f)));
    const vf q = -(b + vf_mulsign(root, b));
    const vf r1 = q * safe_inverse(a), r2 = c * safe_inverse(q);
    const vf lo = vf_min(r1, r2), hi = vf_max(r1, r2);
    /* both roots on one nappe, or (steep rays) one on each: the lower one has the solid's */
    const vf zero = vf_set(0.0f), far = vf_set(VF_FAR);
    const vm steep = vf_lt(a, zero), down = vf_lt(d.z, zero);
    const vm below = vf_lt(z + 0.5f * (lo + hi) * d.z, zero);
    cone_span s;
    s.enter = near + vf_sel(steep, vf_sel(down, hi, -far), lo);
    s.leave = near + vf_sel(steep, vf_sel(down, far, lo), hi);
    s.hit = vm_and(vf_gt(disc, zero), vm_or(steep, below));
    return s;
}

/* half[0] = radius of the base, half[1] = half height, half[2] = their slope; face 0 side, 1 base
 */
VINL vm hit_cone(const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    const cone_span s = span_cone(half, o, d);
    const vf base = (-half[1] - o.z) * safe_inverse(d.z);
    const vm up = vf_gt(d.z, vf_set(0.0f));
    const vf enter = vf_sel(up, base, vf_set(-VF_FAR)), leave = vf_sel(up, vf_set(VF_FAR), base);
    *t = vf_max(s.enter, enter);
    *face = vi_sel(vf_gt(enter, s.enter), vi_set(1), vi_set(0));
    return vm_and(s.hit, vm_and(vf_lt(*t, vf_min(s.leave, leave)), vf_gt(*t, vf_set(0.0f))));
}

/* half = semi-axes: the unit sphere after scaling; face 0 */
VINL vm hit_ellipsoid(const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    const float ix = 1.0f / half[0], iy = 1.0f / half[1], iz = 1.0f / half[2];
    const v3 q = {o.x * ix, o.y * iy, o.z * iz}, e = {d.x * ix, d.y * iy, d.z * iz};
    return hit_sphere(1.0f, q, e, t, face);
}

/*
 * `statement` with SHAPE as a constant, for the shapes that have a closed form: the switches over
 * shapes in what it calls then vanish. Nothing for meshes.
 */
#define FOR_SHAPE_CASE(shape, statement) \
    case shape: {                        \
        enum { SHAPE = shape };          \
        statement;                       \
        break;                           \
    }
#define FOR_SHAPE(shape, statement)                     \
    switch (shape) {                                    \
        FOR_SHAPE_CASE(REEL_SHAPE_PLANE, statement)     \
        FOR_SHAPE_CASE(REEL_SHAPE_BOX, statement)       \
        FOR_SHAPE_CASE(REEL_SHAPE_SPHERE, statement)    \
        FOR_SHAPE_CASE(REEL_SHAPE_CAPSULE, statement)   \
        FOR_SHAPE_CASE(REEL_SHAPE_CYLINDER, statement)  \
        FOR_SHAPE_CASE(REEL_SHAPE_CONE, statement)      \
        FOR_SHAPE_CASE(REEL_SHAPE_ELLIPSOID, statement) \
    default: break;                                     \
    }

/* `shape` is a constant where speed matters: the switch then vanishes. */
VINL vm hit_shape(int shape, const float half[3], v3 o, v3 d, vf *t, vi *face)
{
    switch (shape) {
    case REEL_SHAPE_PLANE: return hit_plane(half[0], o, d, t, face);
    case REEL_SHAPE_BOX: return hit_box(half, o, d, t, face);
    case REEL_SHAPE_SPHERE: return hit_sphere(half[0], o, d, t, face);
    case REEL_SHAPE_CAPSULE: return hit_capsule(half, o, d, t, face);
    case REEL_SHAPE_CONE: return hit_cone(half, o, d, t, face);
    case REEL_SHAPE_ELLIPSOID: return hit_ellipsoid(half, o, d, t, face);
    default: return hit_cylinder(half, o, d, t, face);
    }
}

/* Outward unit normal at the local surface point p. */
VINL v3 shape_normal(int shape, const float half[3], v3 p, vi face)
{
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    switch (shape) {
    case REEL_SHAPE_PLANE: return (v3){zero, zero, one};
    case REEL_SHAPE_BOX: {
        const vf s = vf_sel(vi_eq(face & 1, vi_set(1)), -one, one);
        const vi axis = face >> 1;
        return (v3){vf_and(vi_eq(axis, vi_set(0)), s), vf_and(vi_eq(axis, vi_set(1)), s),
                    vf_and(vi_eq(axis, vi_set(2)), s)};
    }
    case REEL_SHAPE_SPHERE: return v3_unit(p);
    case REEL_SHAPE_CAPSULE: return v3_unit((v3){p.x, p.y, p.z - vf_clamp(p.z, -half[1], half[1])});
    case REEL_SHAPE_CONE: {
        const v3 n = v3_unit((v3){p.x, p.y, half[2] * vf_sqrt(p.x * p.x + p.y * p.y)});
        return v3_sel(vi_eq(face, vi_set(0)), n, (v3){zero, zero, -one});
    }
    case REEL_SHAPE_ELLIPSOID: {
        const float ix = 1.0f / half[0], iy = 1.0f / half[1], iz = 1.0f / half[2];
        return v3_unit((v3){p.x * ix * ix, p.y * iy * iy, p.z * iz * iz});
    }
    default: {
        const vm side = vi_eq(face, vi_set(0));
        const v3 radial = v3_unit((v3){p.x, p.y, zero});
        const v3 cap = {zero, zero, vf_sel(vi_eq(face, vi_set(1)), one, -one)};
        return v3_sel(side, radial, cap);
    }
    }
}
