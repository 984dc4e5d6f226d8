/*
 * ref_caster.h - the labels computed a second way: a plain ray-caster in double precision that
 * shares nothing with render/. World frame, textbook formulas, one ray at a time, no culling.
 */
#pragma once

#include "base/camera.h"

#include <math.h>

typedef struct ref_hit {
    int geom; /* -1: none */
    double t; /* ray parameter */
    reel_vec3 point, normal;
} ref_hit;

static reel_pose ref_geom_pose(const reel_scene *s, const reel_take *take, int frame, int geom)
{
    const reel_geom *g = &s->geoms[geom];
    return reel_pose_mul(reel_take_pose(take, frame * s->samples_per_frame, g->body),
                         g->body_from_geom);
}

static bool ref_present(const reel_scene *s, const reel_take *take, int frame, int body)
{
    return take->state[(size_t)(frame * s->samples_per_frame) * (size_t)take->n_bodies +
                       (size_t)body] &
           REEL_STATE_PRESENT;
}

/* Smaller root of |o + t d - c|^2 = r^2 in the first `dims` axes. */
static bool ref_quadric(const double *o, const double *d, int dims, double r, double *t)
{
    double a = 0, b = 0, c = -r * r;
    for (int i = 0; i < dims; i++) {
        a += d[i] * d[i];
        b += o[i] * d[i];
        c += o[i] * o[i];
    }
    if (a == 0 || b * b - a * c <= 0) {
        return false;
    }
    *t = (-b - sqrt(b * b - a * c)) / a;
    return true;
}

static void ref_take(double t, const double *n, double *best, double *normal)
{
    if (t > 1e-9 && t < *best) {
        *best = t;
        normal[0] = n[0];
        normal[1] = n[1];
        normal[2] = n[2];
    }
}

static void ref_sphere(const double *o, const double *d, double r, double z, double *best,
                       double *normal, double zlo, double zhi)
{
    const double q[3] = {o[0], o[1], o[2] - z};
    double t;
    if (ref_quadric(q, d, 3, r, &t)) {
        const double n[3] = {(q[0] + t * d[0]) / r, (q[1] + t * d[1]) / r, (q[2] + t * d[2]) / r};
        const double pz = o[2] + t * d[2];
        if (pz >= zlo && pz <= zhi) {
            ref_take(t, n, best, normal);
        }
    }
}

static void ref_side(const double *o, const double *d, double r, double half, double *best,
                     double *normal)
{
    double t;
    if (ref_quadric(o, d, 2, r, &t) && fabs(o[2] + t * d[2]) <= half) {
        const double n[3] = {(o[0] + t * d[0]) / r, (o[1] + t * d[1]) / r, 0};
        ref_take(t, n, best, normal);
    }
}

/* The front side of a plane piece: axis, sign, and a test of the other coordinates. */
static void ref_face(const double *o, const double *d, int axis, double sign, double at,
                     const double *half, double radius, double *best, double *normal)
{
    if (d[axis] * sign >= 0) {
        return;
    }
    const double t = (sign * at - o[axis]) / d[axis];
    double p[3], n[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        p[i] = o[i] + t * d[i];
        if (half && i != axis && fabs(p[i]) > half[i]) {
            return;
        }
    }
    if (radius > 0 && p[0] * p[0] + p[1] * p[1] > radius * radius) {
        return;
    }
    n[axis] = sign;
    ref_take(t, n, best, normal);
}

/* The side of a cone: points where the angle to the axis at the apex is the cone's, on the nappe
 * below it. */
static void ref_cone(const double *o, const double *d, double r, double h, double *best,
                     double *normal)
{
    const double cos2 = h * h / (h * h + r * r), q[3] = {o[0], o[1], o[2] - h / 2};
    const double dv = -d[2], qv = -q[2]; /* along the axis, which points down */
    const double a = dv * dv - cos2 * (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    const double b = dv * qv - cos2 * (d[0] * q[0] + d[1] * q[1] + d[2] * q[2]);
    const double c = qv * qv - cos2 * (q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
    if (a == 0 || b * b - a * c <= 0) {
        return;
    }
    for (int i = -1; i <= 1; i += 2) {
        const double t = (-b + i * sqrt(b * b - a * c)) / a;
        const double p[3] = {q[0] + t * d[0], q[1] + t * d[1], q[2] + t * d[2]};
        const double s = sqrt(p[0] * p[0] + p[1] * p[1]), l = sqrt(h * h + r * r);
        const double n[3] = {p[0] / s * h / l, p[1] / s * h / l, r / l};
        if (p[2] <= 0 && p[2] >= -h && n[0] * d[0] + n[1] * d[1] + n[2] * d[2] < 0) {
            ref_take(t, n, best, normal);
        }
    }
}

static void ref_ellipsoid(const double *o, const double *d, const double *axes, double *best,
                          double *normal)
{
    double q[3], e[3], n[3], t, length = 0;
    for (int i = 0; i < 3; i++) {
        q[i] = o[i] / axes[i];
        e[i] = d[i] / axes[i];
    }
    if (ref_quadric(q, e, 3, 1, &t)) {
        for (int i = 0; i < 3; i++) {
            n[i] = (q[i] + t * e[i]) / axes[i];
            length += n[i] * n[i];
        }
        for (int i = 0; i < 3; i++) {
            n[i] /= sqrt(length);
        }
        ref_take(t, n, best, normal);
    }
}

static bool ref_hit_geom(const reel_geom *g, const double *o, const double *d, double *t, double *n)
{
    const double before = *t, *size = g->size;
    const double half[3] = {size[0] / 2, size[1] / 2, size[2] / 2};
    switch (g->shape) {
    case REEL_SHAPE_PLANE: ref_face(o, d, 2, 1, 0, NULL, size[0], t, n); break;
    case REEL_SHAPE_BOX:
        for (int i = 0; i < 6; i++) {
            ref_face(o, d, i / 2, i & 1 ? -1 : 1, half[i / 2], half, 0, t, n);
        }
        break;
    case REEL_SHAPE_SPHERE: ref_sphere(o, d, size[0], 0, t, n, -1e9, 1e9); break;
    case REEL_SHAPE_CAPSULE:
        ref_side(o, d, size[0], half[1], t, n);
        ref_sphere(o, d, size[0], half[1], t, n, half[1], 1e9);
        ref_sphere(o, d, size[0], -half[1], t, n, -1e9, -half[1]);
        break;
    case REEL_SHAPE_CYLINDER:
        ref_side(o, d, size[0], half[1], t, n);
        ref_face(o, d, 2, 1, half[1], NULL, size[0], t, n);
        ref_face(o, d, 2, -1, half[1], NULL, size[0], t, n);
        break;
    case REEL_SHAPE_CONE:
        ref_cone(o, d, size[0], size[1], t, n);
        ref_face(o, d, 2, -1, half[1], NULL, size[0], t, n);
        break;
    case REEL_SHAPE_ELLIPSOID: ref_ellipsoid(o, d, size, t, n); break;
    default: break;
    }
    return *t < before;
}

/* First hit at `frame` of the world ray, nearer than `limit`, but for geom `skip`. */
static ref_hit ref_cast(const reel_scene *s, const reel_take *take, int frame, reel_vec3 org,
                        reel_vec3 dir, double limit, int skip)
{
    ref_hit hit = {-1, limit, {0, 0, 0}, {0, 0, 0}};
    for (int i = 0; i < s->n_geoms; i++) {
        if (i == skip || !s->geoms[i].visible || !ref_present(s, take, frame, s->geoms[i].body)) {
            continue;
        }
        const reel_pose pose = ref_geom_pose(s, take, frame, i);
        const reel_vec3 o = reel_pose_apply(reel_pose_inverse(pose), org);
        const reel_vec3 d = reel_quat_rotate(reel_quat_conj(pose.q), dir);
        double n[3];
        if (ref_hit_geom(&s->geoms[i], &o.x, &d.x, &hit.t, n)) {
            hit.geom = i;
            hit.normal = reel_quat_rotate(pose.q, reel_v3(n[0], n[1], n[2]));
        }
    }
    hit.point = reel_v3_madd(org, hit.t, dir);
    return hit;
}

/* World direction of the ray through image point (u, v), with planar depth 1 per unit of t. */
static reel_vec3 ref_ray(const reel_view *view, double u, double v)
{
    return reel_mat3_tmul_v(view->cam_from_world,
                            reel_v3((u - view->cx) / view->fx, (v - view->cy) / view->fy, 1));
}
