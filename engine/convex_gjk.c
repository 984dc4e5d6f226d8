/*
 * convex_gjk.c - distance and direction between two cores that are apart (Gilbert, Johnson and
 * Keerthi 1988): the point nearest to the origin of a growing simplex in the Minkowski difference,
 * sub-simplices as in Ericson, "Real-Time Collision Detection", chapter 5.
 */
#include "engine/convex_parts.h"

enum { MAX_ROUNDS = 80 };
#define ENOUGH 1e-2 /* share of what is gained that may be missed in one search */

static reel_vec3 nearest_on_segment(simplex *s)
{
    const reel_vec3 a = s->p[0], ab = reel_v3_sub(s->p[1], a);
    const double t = -reel_v3_dot(a, ab), len2 = reel_v3_dot(ab, ab);
    if (t <= 0) {
        s->n = 1;
        return a;
    }
    if (t >= len2) {
        s->p[0] = s->p[1];
        s->n = 1;
        return s->p[0];
    }
    return reel_v3_madd(a, t / len2, ab);
}

static reel_vec3 nearest_on_edge(simplex *s, reel_vec3 a, reel_vec3 b, double t)
{
    s->n = 2;
    s->p[0] = a;
    s->p[1] = b;
    return reel_v3_madd(a, t, reel_v3_sub(b, a));
}

static reel_vec3 nearest_on_triangle(simplex *s)
{
    const reel_vec3 a = s->p[0], b = s->p[1], c = s->p[2];
    const reel_vec3 ab = reel_v3_sub(b, a), ac = reel_v3_sub(c, a);
    const double d1 = -reel_v3_dot(ab, a), d2 = -reel_v3_dot(ac, a);
    const double d3 = -reel_v3_dot(ab, b), d4 = -reel_v3_dot(ac, b);
    const double d5 = -reel_v3_dot(ab, c), d6 = -reel_v3_dot(ac, c);
    const double va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
    if (d1 <= 0 && d2 <= 0) {
        s->n = 1;
        return a;
    }
    if (d3 >= 0 && d4 <= d3) {
        s->n = 1;
        return s->p[0] = b;
    }
    if (vc <= 0 && d1 >= 0 && d3 <= 0) {
        return nearest_on_edge(s, a, b, d1 - d3 > 0 ? d1 / (d1 - d3) : 0);
    }
    if (d6 >= 0 && d5 <= d6) {
        s->n = 1;
        return s->p[0] = c;
    }
    if (vb <= 0 && d2 >= 0 && d6 <= 0) {
        return nearest_on_edge(s, a, c, d2 - d6 > 0 ? d2 / (d2 - d6) : 0);
    }
    const double bc = d4 - d3, cb = d5 - d6;
    if (va <= 0 && bc >= 0 && cb >= 0) {
        return nearest_on_edge(s, b, c, bc + cb > 0 ? bc / (bc + cb) : 0);
    }
    /* through the normal: more exact than from the weights */
    const reel_vec3 normal = reel_v3_cross(ab, ac);
    const double size2 = reel_v3_dot(normal, normal);
    if (!(size2 > 0)) {
        return nearest_on_edge(s, a, b, d1 - d3 > 0 ? d1 / (d1 - d3) : 0);
    }
    return reel_v3_scale(normal, reel_v3_dot(normal, a) / size2);
}

/* Of the faces that see the origin on their outer side, the nearest; n = 4: it is inside. */
static reel_vec3 nearest_on_tetrahedron(simplex *s)
{
    static const int faces[4][4] = {{0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 3, 1}, {1, 2, 3, 0}};
    simplex best = *s;
    reel_vec3 nearest = {0, 0, 0};
    double least = 1e300;
    for (int f = 0; f < 4; f++) {
        simplex t = {3, {s->p[faces[f][0]], s->p[faces[f][1]], s->p[faces[f][2]]}};
        const reel_vec3 normal =
            reel_v3_cross(reel_v3_sub(t.p[1], t.p[0]), reel_v3_sub(t.p[2], t.p[0]));
        const double origin = -reel_v3_dot(normal, t.p[0]);
        const double inner = reel_v3_dot(normal, reel_v3_sub(s->p[faces[f][3]], t.p[0]));
        if (origin * inner > 0) {
            continue;
        }
        const reel_vec3 v = nearest_on_triangle(&t);
        const double size2 = reel_v3_dot(v, v);
        if (size2 < least) {
            least = size2;
            nearest = v;
            best = t;
        }
    }
    *s = best;
    return nearest;
}

static reel_vec3 nearest_on(simplex *s)
{
    switch (s->n) {
    case 1: return s->p[0];
    case 2: return nearest_on_segment(s);
    case 3: return nearest_on_triangle(s);
    default: return nearest_on_tetrahedron(s);
    }
}

static bool has_point(const simplex *s, reel_vec3 w)
{
    for (int i = 0; i < s->n; i++) {
        if (s->p[i].x == w.x && s->p[i].y == w.y && s->p[i].z == w.z) {
            return true;
        }
    }
    return false;
}

double gjk_distance(duo *d, gjk_search *search, double little, double enough, reel_vec3 *n)
{
    const double scale = d->a->reach + d->b->reach;
    const double touching = 1e-11 * scale, slack = 1e-15 * scale;
    simplex s = search->simplex;
    if (s.n == 0) {
        s = (simplex){1, {reel_v3_sub(duo_difference(d, *n), search->shift)}};
    }
    reel_vec3 v = nearest_on(&s);
    double size = reel_v3_len(v), below = -1; /* *n has a bound from below */
    for (int i = 0; i < MAX_ROUNDS && size > little; i++) {
        if (s.n == 4 || size <= touching) {
            return -1;
        }
        const reel_vec3 along = reel_v3_scale(v, -1 / size);
        const reel_vec3 w = reel_v3_sub(duo_difference(d, along), search->shift);
        const double bound = -reel_v3_dot(w, along);
        if (bound > below) {
            below = bound;
            *n = along;
            if (below > enough) {
                return below;
            }
        }
        const double room = little > 0 ? ENOUGH * (bound - little) : 0;
        if (size - bound <= fmax(slack, room) || has_point(&s, w)) {
            break;
        }
        simplex grown = s;
        grown.p[grown.n++] = w;
        const reel_vec3 next = nearest_on(&grown);
        const double next_size = reel_v3_len(next);
        if (!(next_size < size)) { /* rounding has the last word */
            break;
        }
        s = grown;
        v = next;
        size = next_size;
    }
    search->simplex = s;
    return below > 0 ? below : -1;
}

void gjk_shift(gjk_search *search, reel_vec3 shift)
{
    const reel_vec3 more = reel_v3_sub(shift, search->shift);
    for (int i = 0; i < search->simplex.n; i++) {
        search->simplex.p[i] = reel_v3_sub(search->simplex.p[i], more);
    }
    search->shift = shift;
}
