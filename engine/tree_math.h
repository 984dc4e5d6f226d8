/*
 * tree_math.h - the small matrices of tree.c: 3 x 3, symmetric ones by six numbers, cross products
 * as matrices ([r] x = r x x). Pure functions. Internal to engine/.
 */
#pragma once

#include "engine/tree.h"

typedef reel_vec3 vec3;
typedef reel_mat3 mat3;
typedef tree_sym sym;

static inline vec3 vec(const double *y)
{
    return reel_v3(y[0], y[1], y[2]);
}

static inline vec3 sym_mul(const sym *s, vec3 v)
{
    return (vec3){s->xx * v.x + s->xy * v.y + s->xz * v.z, s->xy * v.x + s->yy * v.y + s->yz * v.z,
                  s->xz * v.x + s->yz * v.y + s->zz * v.z};
}

static inline vec3 mul_v(const mat3 *a, vec3 v)
{
    return (vec3){a->m[0][0] * v.x + a->m[0][1] * v.y + a->m[0][2] * v.z,
                  a->m[1][0] * v.x + a->m[1][1] * v.y + a->m[1][2] * v.z,
                  a->m[2][0] * v.x + a->m[2][1] * v.y + a->m[2][2] * v.z};
}

static inline vec3 tmul_v(const mat3 *a, vec3 v)
{
    return (vec3){a->m[0][0] * v.x + a->m[1][0] * v.y + a->m[2][0] * v.z,
                  a->m[0][1] * v.x + a->m[1][1] * v.y + a->m[2][1] * v.z,
                  a->m[0][2] * v.x + a->m[1][2] * v.y + a->m[2][2] * v.z};
}

static inline void sym_add(sym *to, const sym *b)
{
    to->xx += b->xx;
    to->yy += b->yy;
    to->zz += b->zz;
    to->xy += b->xy;
    to->xz += b->xz;
    to->yz += b->yz;
}

static inline void mat_add(mat3 *to, const mat3 *b)
{
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            to->m[i][k] += b->m[i][k];
        }
    }
}

/* to += s x x^T */
static inline void sym_add_square(sym *to, double s, vec3 x)
{
    const vec3 a = reel_v3_scale(x, s);
    to->xx += a.x * x.x;
    to->yy += a.y * x.y;
    to->zz += a.z * x.z;
    to->xy += a.x * x.y;
    to->xz += a.x * x.z;
    to->yz += a.y * x.z;
}

/* to += s x y^T */
static inline void mat_add_outer(mat3 *to, double s, vec3 x, vec3 y)
{
    const double a[3] = {s * x.x, s * x.y, s * x.z};
    for (int i = 0; i < 3; i++) {
        to->m[i][0] += a[i] * y.x;
        to->m[i][1] += a[i] * y.y;
        to->m[i][2] += a[i] * y.z;
    }
}

/* r s r^T */
static inline sym turned(const mat3 *r, const sym *s)
{
    double t[3][3];
    for (int i = 0; i < 3; i++) {
        const double *a = r->m[i];
        t[i][0] = s->xx * a[0] + s->xy * a[1] + s->xz * a[2];
        t[i][1] = s->yy * a[1] + s->xy * a[0] + s->yz * a[2];
        t[i][2] = s->zz * a[2] + s->xz * a[0] + s->yz * a[1];
    }
    const double(*m)[3] = r->m;
    return (sym){t[0][0] * m[0][0] + t[0][1] * m[0][1] + t[0][2] * m[0][2],
                 t[1][0] * m[1][0] + t[1][1] * m[1][1] + t[1][2] * m[1][2],
                 t[2][0] * m[2][0] + t[2][1] * m[2][1] + t[2][2] * m[2][2],
                 t[0][0] * m[1][0] + t[0][1] * m[1][1] + t[0][2] * m[1][2],
                 t[0][0] * m[2][0] + t[0][1] * m[2][1] + t[0][2] * m[2][2],
                 t[1][0] * m[2][0] + t[1][1] * m[2][1] + t[1][2] * m[2][2]};
}

/* Of a positive definite matrix: cofactors. */
static inline sym inverse(const sym *a)
{
    const double xx = a->yy * a->zz - a->yz * a->yz, xy = a->xz * a->yz - a->xy * a->zz;
    const double xz = a->xy * a->yz - a->xz * a->yy, yy = a->xx * a->zz - a->xz * a->xz;
    const double yz = a->xy * a->xz - a->xx * a->yz, zz = a->xx * a->yy - a->xy * a->xy;
    const double s = 1 / (a->xx * xx + a->xy * xy + a->xz * xz);
    return (sym){s * xx, s * yy, s * zz, s * xy, s * xz, s * yz};
}

/* a b */
static inline mat3 sym_mul_mat(const sym *a, const mat3 *b)
{
    mat3 out;
    for (int k = 0; k < 3; k++) {
        const vec3 column = sym_mul(a, reel_v3(b->m[0][k], b->m[1][k], b->m[2][k]));
        out.m[0][k] = column.x;
        out.m[1][k] = column.y;
        out.m[2][k] = column.z;
    }
    return out;
}

static inline double column_dot(const mat3 *a, int i, const mat3 *b, int k)
{
    return a->m[0][i] * b->m[0][k] + a->m[1][i] * b->m[1][k] + a->m[2][i] * b->m[2][k];
}

/* m - a^T b, where that is symmetric */
static inline sym sym_less(const sym *m, const mat3 *a, const mat3 *b)
{
    return (sym){m->xx - column_dot(a, 0, b, 0), m->yy - column_dot(a, 1, b, 1),
                 m->zz - column_dot(a, 2, b, 2), m->xy - column_dot(a, 0, b, 1),
                 m->xz - column_dot(a, 0, b, 2), m->yz - column_dot(a, 1, b, 2)};
}

/* [r] m with [r] x = r x x: the cross product with each column. */
static inline mat3 cross_sym(vec3 r, const sym *m)
{
    return (mat3){
        {{r.y * m->xz - r.z * m->xy, r.y * m->yz - r.z * m->yy, r.y * m->zz - r.z * m->yz},
         {r.z * m->xx - r.x * m->xz, r.z * m->xy - r.x * m->yz, r.z * m->xz - r.x * m->zz},
         {r.x * m->xy - r.y * m->xx, r.x * m->yy - r.y * m->xy, r.x * m->yz - r.y * m->xz}}};
}

/* to -= h [r] + its transpose */
static inline void sym_take_both(sym *to, const mat3 *h, vec3 r)
{
    double x[3][3];
    for (int i = 0; i < 3; i++) {
        x[i][0] = h->m[i][2] * r.y - h->m[i][1] * r.z;
        x[i][1] = h->m[i][0] * r.z - h->m[i][2] * r.x;
        x[i][2] = h->m[i][1] * r.x - h->m[i][0] * r.y;
    }
    to->xx += 2 * x[0][0];
    to->yy += 2 * x[1][1];
    to->zz += 2 * x[2][2];
    to->xy += x[0][1] + x[1][0];
    to->xz += x[0][2] + x[2][0];
    to->yz += x[1][2] + x[2][1];
}
