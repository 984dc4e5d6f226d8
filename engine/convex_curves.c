/*
 * convex_curves.c - the last digits of a contact between two edges or rims, or one of them and a
 * cylinder's side: the points where the two curves (for a side, the axis) are nearest, by Newton's
 * method on half their squared distance from where the search is. The normal is at right angles to
 * both. What comes out is checked against the solids; if it is no better, nothing is changed.
 */
#include "engine/convex_parts.h"

enum { MAX_STEPS = 8 };
#define EDGE_SLOPE 0.1  /* between an edge and the tangent plane: more, and it is a corner */
#define SIDE_SLOPE 0.05 /* between a cylinder's normal and its side */

/* x = p + s u (|s| <= 1), or x = p + c u + s w with (c, s) on the unit circle; in a's frame. */
typedef struct curve {
    bool round;
    reel_vec3 p, u, w;
    double c, s;
    double offset; /* m: from the curve to the surface */
} curve;

static bool edge_curve(const polytope *p, reel_vec3 n, curve *out)
{
    double least = EDGE_SLOPE;
    int top = 0, best = -1;
    const reel_vec3 from = polytope_support(p, n, &top);
    if (!p->first_neighbour) {
        return false;
    }
    for (int i = p->first_neighbour[top]; i < p->first_neighbour[top + 1]; i++) {
        const reel_vec3 along = reel_v3_sub(p->vertices[p->neighbours[i]], from);
        const double slope = -reel_v3_dot(along, n) / reel_v3_len(along);
        if (slope < least) {
            least = slope;
            best = p->neighbours[i];
        }
    }
    if (best < 0) {
        return false;
    }
    const reel_vec3 half = reel_v3_scale(reel_v3_sub(p->vertices[best], from), 0.5);
    *out = (curve){.p = reel_v3_add(from, half), .u = half};
    return true;
}

static bool curve_of(const convex *s, reel_vec3 n, curve *out)
{
    const double r = s->size[0], half = s->size[2], flat = sqrt(n.x * n.x + n.y * n.y);
    if (s->hull) {
        return edge_curve(s->hull, n, out);
    }
    if (s->shape == REEL_SHAPE_CYLINDER && fabs(n.z) < SIDE_SLOPE) {
        *out = (curve){.u = {0, 0, half}, .offset = r};
        return true;
    }
    const bool base = s->shape == REEL_SHAPE_CONE && r * flat - half * n.z > half * n.z;
    if ((s->shape != REEL_SHAPE_CYLINDER && !base) || flat < 1e-3) {
        return false;
    }
    const reel_vec3 out_x = {n.x / flat, n.y / flat, 0};
    *out = (curve){.round = true,
                   .p = {0, 0, base || n.z < 0 ? -half : half},
                   .u = reel_v3_scale(out_x, r),
                   .w = {-r * out_x.y, r * out_x.x, 0},
                   .c = 1};
    return true;
}

static reel_vec3 curve_point(const curve *k)
{
    const reel_vec3 x = reel_v3_madd(k->p, k->s, k->round ? k->w : k->u);
    return k->round ? reel_v3_madd(x, k->c, k->u) : x;
}

static reel_vec3 curve_tangent(const curve *k)
{
    return k->round ? reel_v3_madd(reel_v3_scale(k->w, k->c), -k->s, k->u) : k->u;
}

/* r . x'' */
static double curve_bend(const curve *k, reel_vec3 x, reel_vec3 r)
{
    return k->round ? reel_v3_dot(r, reel_v3_sub(k->p, x)) : 0;
}

/* By `step` radians, or of the parameter. */
static bool curve_move(curve *k, double step)
{
    if (!k->round) {
        k->s += step;
        return fabs(k->s) <= 1;
    }
    const double c = k->c - step * k->s, s = k->s + step * k->c, size = sqrt(c * c + s * s);
    k->c = c / size;
    k->s = s / size;
    return fabs(step) < 0.5;
}

/* A step towards the nearest points; false: none there. *size: how large it was. */
static bool newton_step(curve *a, curve *b, double *size)
{
    const reel_vec3 x = curve_point(a), y = curve_point(b), r = reel_v3_sub(x, y);
    const reel_vec3 u = curve_tangent(a), v = curve_tangent(b);
    const double ga = reel_v3_dot(r, u), gb = -reel_v3_dot(r, v);
    const double aa = reel_v3_dot(u, u) + curve_bend(a, x, r);
    const double bb = reel_v3_dot(v, v) - curve_bend(b, y, r), ab = -reel_v3_dot(u, v);
    const double room = aa * bb - ab * ab;
    if (!(aa > 0) || !(room > 1e-6 * aa * bb)) {
        return false;
    }
    const double da = (ab * gb - bb * ga) / room, db = (ab * ga - aa * gb) / room;
    *size = fabs(da) + fabs(db);
    return curve_move(a, da) && curve_move(b, db);
}

bool refine_by_curves(duo *d, least_overlap *at)
{
    const double scale = d->a->reach + d->b->reach;
    curve a, b;
    if (!curve_of(d->a, at->n, &a) ||
        !curve_of(d->b, reel_mat3_tmul_v(d->pose.r, reel_v3_scale(at->n, -1)), &b) ||
        (!a.round && a.offset == 0 && !b.round && b.offset == 0)) {
        return false;
    }
    b.p = pose_point(&d->pose, b.p);
    b.u = reel_mat3_mul_v(d->pose.r, b.u);
    b.w = reel_mat3_mul_v(d->pose.r, b.w);
    double size = 1;
    for (int i = 0; i < MAX_STEPS && size > 1e-13; i++) {
        if (!newton_step(&a, &b, &size)) {
            return false;
        }
    }
    const reel_vec3 between = reel_v3_sub(curve_point(&a), curve_point(&b));
    reel_vec3 n = reel_v3_cross(curve_tangent(&a), curve_tangent(&b));
    n = a.offset + b.offset > 0 ? between : n;
    n = reel_v3_unit(reel_v3_dot(n, at->n) < 0 ? reel_v3_scale(n, -1) : n, at->n);
    const double depth = duo_overlap(d, n);
    const double as_curves = reel_v3_dot(n, between) + a.offset + b.offset + d->round;
    if (size > 1e-9 || depth > at->depth || fabs(depth - as_curves) > 1e-12 * scale) {
        return false;
    }
    *at = (least_overlap){n, depth};
    return true;
}
