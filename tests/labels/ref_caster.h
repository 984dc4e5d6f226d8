/*
 * ref_caster.h - the labels computed a second way: a plain ray-caster in double precision that
 * shares nothing with render/. World frame, textbook formulas, one ray at a time, no culling.
 */
#pragma once

#include "base/camera.h"
#include "base/trig.h"

#include <math.h>

typedef struct ref_hit {
    int geom; /* -1: none */
    double t; /* ray parameter */
    reel_vec3 point, normal;
    reel_vec3 flat; /* the facet's own normal, where the surface is a mesh */
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

/* A triangle from its front, by the plane and the areas of the three parts (barycentric). Where
 * normals are given, the corners' are blended by these areas and bent to face the ray. */
static void ref_triangle(const double *o, const double *d, const double *a, const double *b,
                         const double *c, const reel_vec3 *normals, double *best, double *normal)
{
    const reel_vec3 p = {a[0], a[1], a[2]}, q = {b[0], b[1], b[2]}, r = {c[0], c[1], c[2]};
    const reel_vec3 org = {o[0], o[1], o[2]}, dir = {d[0], d[1], d[2]};
    const reel_vec3 n = reel_v3_cross(reel_v3_sub(q, p), reel_v3_sub(r, p));
    if (reel_v3_dot(n, dir) >= 0) {
        return;
    }
    const double t = reel_v3_dot(n, reel_v3_sub(p, org)) / reel_v3_dot(n, dir);
    const reel_vec3 x = reel_v3_madd(org, t, dir);
    const double area = reel_v3_dot(n, n);
    const double wp = reel_v3_dot(n, reel_v3_cross(reel_v3_sub(r, q), reel_v3_sub(x, q))) / area;
    const double wq = reel_v3_dot(n, reel_v3_cross(reel_v3_sub(p, r), reel_v3_sub(x, r))) / area;
    const double wr = 1 - wp - wq;
    if (wp < 0 || wq < 0 || wr < 0) {
        return;
    }
    reel_vec3 u = reel_v3_unit(n, n);
    if (normals) {
        u = reel_v3_scale(normals[0], wp);
        u = reel_v3_unit(reel_v3_madd(reel_v3_madd(u, wq, normals[1]), wr, normals[2]), n);
        const double along = reel_v3_dot(u, dir);
        if (along > 0) {
            u = reel_v3_unit(reel_v3_madd(u, -1.001 * along / reel_v3_dot(dir, dir), dir), n);
        }
    }
    ref_take(t, &u.x, best, normal);
}

/* Normal of corner k of triangle t: those of all triangles about its vertex that can be reached
 * from it across smooth edges, by their angles there. Plain search, the same for every ray. */
static reel_vec3 ref_corner_normal(const reel_mesh *m, int t, int k)
{
    enum { MOST = 64 };
    const int v = m->triangles[3 * t + k];
    int fan[MOST], n = 1;
    reel_vec3 face[MOST], sum = {0, 0, 0};
    fan[0] = t;
    for (int i = 0; i < n; i++) {
        const int *a = m->triangles + 3 * fan[i];
        reel_vec3 p[3];
        int at = 0;
        for (int j = 0; j < 3; j++) {
            const double *x = m->vertices + 3 * a[j];
            p[j] = reel_v3(x[0], x[1], x[2]);
            at = a[j] == v ? j : at;
        }
        face[i] = reel_v3_unit(reel_v3_cross(reel_v3_sub(p[1], p[0]), reel_v3_sub(p[2], p[0])),
                               reel_v3(0, 0, 1));
        const reel_vec3 e = reel_v3_sub(p[(at + 1) % 3], p[at]),
                        f = reel_v3_sub(p[(at + 2) % 3], p[at]);
        sum = reel_v3_madd(sum, reel_acos(reel_v3_dot(e, f) / reel_v3_len(e) / reel_v3_len(f)),
                           face[i]);
        for (int s = 0; s < m->n_triangles && n < MOST; s++) { /* neighbours over an edge at v */
            const int *b = m->triangles + 3 * s;
            int shared = 0, known = 0;
            bool has = false;
            for (int j = 0; j < 9; j++) {
                shared += a[j / 3] == b[j % 3];
                has |= b[j % 3] == v;
            }
            for (int j = 0; j < n; j++) {
                known |= fan[j] == s;
            }
            if (shared != 2 || !has || known) {
                continue;
            }
            const double *x = m->vertices + 3 * b[0], *y = m->vertices + 3 * b[1],
                         *z = m->vertices + 3 * b[2];
            const reel_vec3 q = {x[0], x[1], x[2]};
            const reel_vec3 other =
                reel_v3_unit(reel_v3_cross(reel_v3_sub(reel_v3(y[0], y[1], y[2]), q),
                                           reel_v3_sub(reel_v3(z[0], z[1], z[2]), q)),
                             reel_v3(0, 0, 1));
            if (reel_acos(fmin(reel_v3_dot(face[i], other), 1)) < m->crease) {
                fan[n++] = s;
            }
        }
    }
    return reel_v3_unit(sum, face[0]);
}

/* What is found once for a mesh: corner normals (NULL: all facets flat), and how far from its
 * origin it reaches. */
typedef struct ref_known {
    int triangles;
    double first, reach;
    reel_vec3 *normals;
} ref_known;

static const ref_known *ref_know(const reel_mesh *m)
{
    enum { MOST = 16 };
    static ref_known known[MOST];
    ref_known *k = known;
    while (k->triangles && (k->triangles != m->n_triangles || k->first != m->vertices[0])) {
        k++;
    }
    if (!k->triangles) {
        *k = (ref_known){m->n_triangles, m->vertices[0], 0, NULL};
        for (int i = 0; i < m->n_vertices; i++) {
            const double *v = m->vertices + 3 * i;
            k->reach = fmax(k->reach, reel_v3_len(reel_v3(v[0], v[1], v[2])));
        }
        if (m->crease > 0) {
            k->normals = reel_calloc((size_t)m->n_triangles * 3, sizeof(reel_vec3));
            for (int c = 0; c < 3 * m->n_triangles; c++) {
                k->normals[c] = ref_corner_normal(m, c / 3, c % 3);
            }
        }
    }
    return k;
}

static void ref_mesh(const reel_mesh *m, const double *o, const double *d, bool flat, double *best,
                     double *normal)
{
    const ref_known *k = ref_know(m);
    const reel_vec3 org = {o[0], o[1], o[2]}, dir = {d[0], d[1], d[2]};
    const reel_vec3 moment = reel_v3_cross(org, dir);
    if (reel_v3_dot(moment, moment) > k->reach * k->reach * reel_v3_dot(dir, dir)) {
        return; /* passes beyond it */
    }
    for (int i = 0; i < m->n_triangles; i++) {
        const int *v = m->triangles + 3 * i;
        ref_triangle(o, d, m->vertices + 3 * v[0], m->vertices + 3 * v[1], m->vertices + 3 * v[2],
                     k->normals && !flat ? k->normals + 3 * i : NULL, best, normal);
    }
}

/* A height field as a mesh, made once. */
static const reel_mesh *ref_hills(const reel_height_field *f, const double *size)
{
    static reel_arena arena;
    static reel_mesh m;
    if (m.n_vertices == f->n_heights) {
        return &m;
    }
    m = (reel_mesh){.vertices = REEL_ARENA_NEW(&arena, double, 3 * f->n_heights),
                    .triangles = REEL_ARENA_NEW(&arena, int, 6 * f->n_heights),
                    .n_vertices = f->n_heights,
                    .crease = f->crease};
    for (int k = 0; k < f->n_heights; k++) {
        const int i = k % f->columns, j = k / f->columns;
        m.vertices[3 * k] = ((double)i / (f->columns - 1) - 0.5) * size[0];
        m.vertices[3 * k + 1] = ((double)j / (f->rows - 1) - 0.5) * size[1];
        m.vertices[3 * k + 2] = f->heights[k];
        if (i + 1 < f->columns && j + 1 < f->rows) {
            const int t[6] = {k, k + 1, k + 1 + f->columns, k, k + 1 + f->columns, k + f->columns};
            for (int c = 0; c < 6; c++) {
                m.triangles[3 * m.n_triangles + c] = t[c];
            }
            m.n_triangles += 2;
        }
    }
    return &m;
}

/* `flat`: with the normals of facets instead of those that they are shaded with. */
static bool ref_hit_geom(const reel_scene *s, const reel_geom *g, const double *o, const double *d,
                         bool flat, double *t, double *n)
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
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: ref_mesh(&s->meshes[g->mesh], o, d, flat, t, n); break;
    case REEL_SHAPE_HEIGHT_FIELD:
        ref_mesh(ref_hills(&s->height_fields[g->height_field], size), o, d, flat, t, n);
        break;
    }
    return *t < before;
}

/* First hit at `frame` of the world ray, nearer than `limit`, but for geom `skip`. */
static ref_hit ref_cast(const reel_scene *s, const reel_take *take, int frame, reel_vec3 org,
                        reel_vec3 dir, double limit, int skip)
{
    ref_hit hit = {-1, limit, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}};
    for (int i = 0; i < s->n_geoms; i++) {
        if (i == skip || !s->geoms[i].visible || !ref_present(s, take, frame, s->geoms[i].body)) {
            continue;
        }
        const reel_pose pose = ref_geom_pose(s, take, frame, i);
        const reel_vec3 o = reel_pose_apply(reel_pose_inverse(pose), org);
        const reel_vec3 d = reel_quat_rotate(reel_quat_conj(pose.q), dir);
        double n[3];
        if (ref_hit_geom(s, &s->geoms[i], &o.x, &d.x, false, &hit.t, n)) {
            double again = hit.t * (1 + 1e-9);
            hit.geom = i;
            hit.normal = hit.flat = reel_quat_rotate(pose.q, reel_v3(n[0], n[1], n[2]));
            if (s->geoms[i].shape >= REEL_SHAPE_HULL &&
                ref_hit_geom(s, &s->geoms[i], &o.x, &d.x, true, &again, n)) {
                hit.flat = reel_quat_rotate(pose.q, reel_v3(n[0], n[1], n[2]));
            }
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
