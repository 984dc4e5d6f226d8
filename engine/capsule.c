/*
 * capsule.c - where a capsule touches a box, a cylinder or another capsule.
 *
 * A capsule is what lies within its radius of a segment. The distance from a point of the segment
 * to a convex body is a convex function of where that point is, so the nearest point is found by
 * golden section, and around it the stretch that is about as near: its two ends are the contacts of
 * a capsule that lies on a face or along a side (ODE gives one point there, or a wrong one: libccd
 * knows its cylinders to some millimetres only). A segment that runs inside of the other body has
 * no such distance; that is for the caller to deal with.
 */
#include "engine/sim.h"

enum { NARROWINGS = 44, HALVINGS = 30 };
#define GOLDEN 0.61803398874989484820
#define NEAR   0.1  /* share of the depth by which the ends of the stretch are less deep */
#define SHORT  0.02 /* a stretch shorter than so many radii is one point */

/* The point of the other body nearest to p, both in its frame. */
static reel_vec3 nearest_of(const capsule_partner *s, reel_vec3 p)
{
    const double *h = s->half;
    if (s->shape == REEL_SHAPE_BOX) {
        return reel_v3(fmin(fmax(p.x, -h[0]), h[0]), fmin(fmax(p.y, -h[1]), h[1]),
                       fmin(fmax(p.z, -h[2]), h[2]));
    }
    const double z = fmin(fmax(p.z, -h[2]), h[2]);
    if (s->shape == REEL_SHAPE_CAPSULE) { /* its core: the radius is added to the other's */
        return reel_v3(0, 0, z);
    }
    const double radial = sqrt(p.x * p.x + p.y * p.y);
    const double k = radial > h[0] ? h[0] / radial : 1;
    return reel_v3(p.x * k, p.y * k, z);
}

static reel_vec3 at(const capsule_partner *s, double t)
{
    return reel_v3_madd(s->centre, t * s->half_length, s->axis);
}

static double distance(const capsule_partner *s, double t)
{
    const reel_vec3 p = at(s, t);
    return reel_v3_len(reel_v3_sub(p, nearest_of(s, p)));
}

static double nearest_t(const capsule_partner *s)
{
    double lo = -1, hi = 1;
    double x = hi - GOLDEN * (hi - lo), y = lo + GOLDEN * (hi - lo);
    double fx = distance(s, x), fy = distance(s, y);
    for (int i = 0; i < NARROWINGS; i++) {
        if (fx < fy) {
            hi = y;
            y = x;
            fy = fx;
            x = hi - GOLDEN * (hi - lo);
            fx = distance(s, x);
        } else {
            lo = x;
            x = y;
            fx = fy;
            y = lo + GOLDEN * (hi - lo);
            fy = distance(s, y);
        }
    }
    const double t = fx < fy ? x : y; /* an end is hit exactly */
    const double end = t < 0 ? -1 : 1;
    return distance(s, end) <= fmin(fx, fy) ? end : t;
}

/* From t, where it is nearer than `limit`, towards an end: how far does that go? */
static double stretch(const capsule_partner *s, double t, double end, double limit)
{
    if (distance(s, end) <= limit) {
        return end;
    }
    double in = t, out = end;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (in + out) / 2;
        if (distance(s, middle) <= limit) {
            in = middle;
        } else {
            out = middle;
        }
    }
    return in;
}

static void put(const capsule_partner *s, double t, double reach, touch_point *out)
{
    const reel_vec3 p = at(s, t), q = nearest_of(s, p), gap = reel_v3_sub(p, q);
    const double far = reel_v3_len(gap);
    out->normal = reel_v3_scale(gap, 1 / far);
    out->depth = reach - far;
    /* half way between the two surfaces */
    const double from_q = (far - s->radius + (reach - s->radius)) / 2;
    out->pos = reel_v3_madd(q, from_q, out->normal);
}

int collide_capsule(const capsule_partner *s, touch_point out[2])
{
    const double reach = s->radius + (s->shape == REEL_SHAPE_CAPSULE ? s->half[0] : 0);
    const double t = nearest_t(s), nearest = distance(s, t);
    if (nearest > reach) {
        return 0;
    }
    if (nearest < 1e-3 * s->radius) {
        return -1;
    }
    const double limit = nearest + NEAR * (reach - nearest);
    const double lo = stretch(s, t, -1, limit), hi = stretch(s, t, 1, limit);
    if ((hi - lo) * s->half_length < SHORT * s->radius) {
        put(s, t, reach, &out[0]);
        return 1;
    }
    put(s, lo, reach, &out[0]);
    put(s, hi, reach, &out[1]);
    return 2;
}
