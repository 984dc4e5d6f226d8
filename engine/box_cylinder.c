/*
 * box_cylinder.c - where a box and a cylinder touch.
 *
 * ODE's own collider for this pair leaves out the box's edges against the cylinder's rims: bodies
 * pass centimetres into one another before it finds them, and some depths it reports are not there.
 *
 * In the box's frame, with the unit vector n from the box towards the cylinder, the overlap along n
 * is f(n) = sum h_i |n_i| + r sqrt(1 - (n.d)^2) + l |n.d| - n.c, and the depth is its minimum over
 * the sphere. That is taken at a face's normal, at the cylinder's axis d, or on one of four great
 * circles: at right angles to a box edge (edge against rim or side), or to d (corner against side).
 * (A corner against a rim has no minimum of its own.) Any n with f < 0 separates the two.
 *
 * The points are the part of the one's feature that is below the other's face, clipped by that
 * face; without a face, the nearest points of an edge and a line, or the corner or rim point.
 */
#include "engine/sim.h"

#include <stdlib.h>

enum {
    SAMPLES = 12,    /* on half a circle */
    NARROWINGS = 44, /* golden sections: the bracket shrinks by 1.6e-9 */
    RIM = 8,         /* points that stand for a rim */
    MAX_CORNERS = 24,
};
#define GOLDEN 0.61803398874989484820
#define FACE_SHARE \
    0.95 /* without a face, the depth must be smaller than so much of the best face's */
#define FACE_SLACK 1e-6 /* m: and by so much */
#define PARALLEL   1e-3 /* rad: lines this near to a tangent plane lie in it */

typedef struct pair_shape {
    double h[3]; /* m, half the box */
    reel_vec3 c, d;
    double r, l; /* m, radius and half the length */
} pair_shape;

typedef struct polygon {
    int n;
    reel_vec3 p[MAX_CORNERS];
} polygon;

static double get(reel_vec3 v, int i)
{
    return i == 0 ? v.x : i == 1 ? v.y : v.z;
}

static reel_vec3 axis(int i)
{
    return reel_v3(i == 0, i == 1, i == 2);
}

static double overlap(const pair_shape *s, reel_vec3 n)
{
    const double along = reel_v3_dot(n, s->d);
    const double box = s->h[0] * fabs(n.x) + s->h[1] * fabs(n.y) + s->h[2] * fabs(n.z);
    const double cylinder = s->r * sqrt(fmax(0, 1 - along * along)) + s->l * fabs(along);
    return box + cylinder - reel_v3_dot(n, s->c);
}

static reel_vec3 towards(reel_vec3 n, reel_vec3 c)
{
    return reel_v3_dot(n, c) < 0 ? reel_v3_scale(n, -1) : n;
}

typedef struct best_normal {
    reel_vec3 n;
    double depth;
} best_normal;

static void offer(const pair_shape *s, reel_vec3 n, best_normal *best)
{
    const double depth = overlap(s, n);
    if (depth < best->depth) {
        *best = (best_normal){n, depth};
    }
}

/* Half a circle without trigonometry: s = tan(angle / 2), u at s = 0, +-w at s = +-1. */
static reel_vec3 on_circle(reel_vec3 u, reel_vec3 w, double s)
{
    const double k = 1 / (1 + s * s);
    return reel_v3_madd(reel_v3_scale(u, (1 - s * s) * k), 2 * s * k, w);
}

static double golden_section(const pair_shape *shape, reel_vec3 u, reel_vec3 w, double lo,
                             double hi)
{
    double x = hi - GOLDEN * (hi - lo), y = lo + GOLDEN * (hi - lo);
    double fx = overlap(shape, on_circle(u, w, x)), fy = overlap(shape, on_circle(u, w, y));
    for (int i = 0; i < NARROWINGS; i++) {
        if (fx < fy) {
            hi = y;
            y = x;
            fy = fx;
            x = hi - GOLDEN * (hi - lo);
            fx = overlap(shape, on_circle(u, w, x));
        } else {
            lo = x;
            x = y;
            fx = fy;
            y = lo + GOLDEN * (hi - lo);
            fy = overlap(shape, on_circle(u, w, y));
        }
    }
    return fx < fy ? x : y;
}

static int ascending(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Where f has a kink or a narrow valley on the circle, as values of s in [-1, 1]: at the direction
 * nearest to `x` and at right angles to it. */
static int add_special(reel_vec3 u, reel_vec3 w, reel_vec3 x, double *list, int n)
{
    const double a = reel_v3_dot(u, x), b = reel_v3_dot(w, x), size = sqrt(a * a + b * b);
    if (size > 1e-9) {
        list[n++] = (a < 0 ? -b : b) / (size + fabs(a));
        list[n++] = (b < 0 ? a : -a) / (size + fabs(b));
    }
    return n;
}

/* The half of the circle around `pole` on the side of the cylinder: every local minimum. */
static void search_circle(const pair_shape *s, reel_vec3 pole, best_normal *best)
{
    const reel_vec3 flat = reel_v3_madd(s->c, -reel_v3_dot(s->c, pole), pole);
    const reel_vec3 spare = fabs(pole.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    const reel_vec3 side = reel_v3_unit(reel_v3_cross(pole, spare), spare);
    const reel_vec3 u = reel_v3_len(flat) > 1e-9 ? reel_v3_unit(flat, side) : side;
    const reel_vec3 w = reel_v3_cross(pole, u);
    double list[SAMPLES + 9], f[SAMPLES + 9];
    int n = 0;
    for (int i = -SAMPLES / 2; i <= SAMPLES / 2; i++) {
        list[n++] = i * (2.0 / SAMPLES);
    }
    n = add_special(u, w, s->d, list, n);
    for (int i = 0; i < 3; i++) {
        n = add_special(u, w, axis(i), list, n);
    }
    qsort(list, (size_t)n, sizeof list[0], ascending);
    for (int i = 0; i < n; i++) {
        f[i] = overlap(s, on_circle(u, w, list[i]));
    }
    for (int i = 0; i < n && best->depth >= 0; i++) {
        const bool lowest = (i == 0 || f[i] <= f[i - 1]) && (i == n - 1 || f[i] <= f[i + 1]);
        if (lowest) {
            const double from = i > 0 ? list[i - 1] : -1 - 1.0 / SAMPLES;
            const double to = i < n - 1 ? list[i + 1] : 1 + 1.0 / SAMPLES;
            offer(s, on_circle(u, w, list[i]), best);
            offer(s, on_circle(u, w, golden_section(s, u, w, from, to)), best);
        }
    }
}

/* Sutherland and Hodgman: what is left of a polygon on the side m.x <= limit. */
static void clip(polygon *poly, reel_vec3 m, double limit)
{
    polygon out = {.n = 0};
    for (int i = 0; i < poly->n; i++) {
        const reel_vec3 p = poly->p[i], q = poly->p[(i + 1) % poly->n];
        const double fp = reel_v3_dot(m, p) - limit, fq = reel_v3_dot(m, q) - limit;
        if (fp <= 0 && out.n < MAX_CORNERS) {
            out.p[out.n++] = p;
        }
        if (((fp < 0 && fq > 0) || (fp > 0 && fq < 0)) && out.n < MAX_CORNERS) {
            out.p[out.n++] = reel_v3_madd(p, fp / (fp - fq), reel_v3_sub(q, p));
        }
    }
    *poly = out;
}

/* Radial unit vector of the rim point that is farthest along -n; of a fixed one if all are. */
static reel_vec3 lowest_radial(const pair_shape *s, reel_vec3 n)
{
    const reel_vec3 flat = reel_v3_madd(n, -reel_v3_dot(n, s->d), s->d);
    return reel_v3_unit(reel_v3_scale(flat, -1), reel_v3(0, 0, 0));
}

static void add_point(touch_point *out, int *n, reel_vec3 pos, reel_vec3 normal, double depth)
{
    if (depth >= 0 && *n < COLLIDER_CONTACTS) {
        out[(*n)++] = (touch_point){pos, normal, depth};
    }
}

/* The box's sides around the face of axis k. */
static void clip_to_face(const pair_shape *s, int k, polygon *poly)
{
    for (int i = 0; i < 3; i++) {
        if (i != k) {
            clip(poly, axis(i), s->h[i]);
            clip(poly, reel_v3_scale(axis(i), -1), s->h[i]);
        }
    }
}

/* What of the cylinder is below a face of the box: its near rim and the line down its side. */
static int points_on_face(const pair_shape *s, int k, reel_vec3 n, reel_vec3 x, touch_point *out)
{
    const double end = reel_v3_dot(n, s->d) > 0 ? -s->l : s->l;
    const reel_vec3 y = reel_v3_cross(s->d, x);
    const reel_vec3 cap = reel_v3_madd(s->c, end, s->d);
    const double slant = 0.70710678118654752;
    const double cosine[RIM] = {1, slant, 0, -slant, -1, -slant, 0, slant};
    const double sine[RIM] = {0, slant, 1, slant, 0, -slant, -1, -slant};
    polygon rim = {.n = RIM};
    for (int i = 0; i < RIM; i++) {
        rim.p[i] = reel_v3_madd(reel_v3_madd(cap, s->r * cosine[i], x), s->r * sine[i], y);
    }
    const reel_vec3 down = reel_v3_scale(lowest_radial(s, n), s->r);
    polygon line = {.n = 2, .p = {reel_v3_add(cap, down)}};
    line.p[1] = reel_v3_madd(line.p[0], -2 * end, s->d);
    clip_to_face(s, k, &rim);
    clip_to_face(s, k, &line);
    const double top = s->h[k];
    int count = 0;
    const polygon *const parts[2] = {&line, &rim};
    for (int part = 0; part < 2; part++) {
        for (int i = 0; i < parts[part]->n; i++) {
            const reel_vec3 p = parts[part]->p[i];
            const double depth = top - reel_v3_dot(p, n);
            add_point(out, &count, reel_v3_madd(p, depth / 2, n), n, depth);
        }
    }
    return count;
}

/* What of the box is below an end of the cylinder: its most opposed face, clipped by the rim. */
static int points_on_cap(const pair_shape *s, reel_vec3 n, reel_vec3 x, touch_point *out)
{
    int k = 0;
    for (int i = 1; i < 3; i++) {
        k = fabs(get(n, i)) > fabs(get(n, k)) ? i : k;
    }
    const int i = (k + 1) % 3, j = (k + 2) % 3;
    const reel_vec3 middle = reel_v3_scale(axis(k), get(n, k) > 0 ? s->h[k] : -s->h[k]);
    polygon face = {.n = 4};
    for (int corner = 0; corner < 4; corner++) {
        const double a = corner == 0 || corner == 3 ? s->h[i] : -s->h[i];
        const double b = corner < 2 ? s->h[j] : -s->h[j];
        face.p[corner] = reel_v3_madd(reel_v3_madd(middle, a, axis(i)), b, axis(j));
    }
    const reel_vec3 y = reel_v3_cross(s->d, x);
    const double slant = 0.70710678118654752;
    const double cosine[RIM] = {1, slant, 0, -slant, -1, -slant, 0, slant};
    const double sine[RIM] = {0, slant, 1, slant, 0, -slant, -1, -slant};
    for (int side = 0; side < RIM; side++) { /* an octagon of the same area as the disc, about */
        const reel_vec3 m = reel_v3_madd(reel_v3_scale(x, cosine[side]), sine[side], y);
        clip(&face, m, reel_v3_dot(m, s->c) + 0.974 * s->r);
    }
    const double top = reel_v3_dot(s->c, n) - s->l;
    int count = 0;
    for (int p = 0; p < face.n; p++) {
        const double depth = reel_v3_dot(face.p[p], n) - top;
        add_point(out, &count, reel_v3_madd(face.p[p], -depth / 2, n), n, depth);
    }
    return count;
}

/* An edge of the box (through its corner v, along axis k) and the side's line through p. */
static int points_of_lines(const pair_shape *s, int k, reel_vec3 v, reel_vec3 p, reel_vec3 n,
                           double depth, touch_point *out)
{
    const reel_vec3 e = axis(k), apart = reel_v3_sub(p, v);
    const double cosine = reel_v3_dot(e, s->d), room = 1 - cosine * cosine;
    int count = 0;
    const reel_vec3 middle = reel_v3_madd(v, -get(v, k), e);
    if (room > PARALLEL * PARALLEL) {
        const double along =
            (reel_v3_dot(apart, e) - cosine * reel_v3_dot(apart, s->d)) / room + get(v, k);
        const double held = fmin(fmax(along, -s->h[k]), s->h[k]);
        add_point(out, &count, reel_v3_madd(reel_v3_madd(middle, held, e), -depth / 2, n), n,
                  depth);
        return count;
    }
    const double centre = get(p, k), half = s->l * fabs(cosine);
    const double lo = fmax(-s->h[k], centre - half), hi = fmin(s->h[k], centre + half);
    if (lo <= hi) {
        const reel_vec3 base = reel_v3_madd(middle, -depth / 2, n);
        add_point(out, &count, reel_v3_madd(base, lo, e), n, depth);
        add_point(out, &count, reel_v3_madd(base, hi, e), n, depth);
    }
    return count;
}

static int points_without_face(const pair_shape *s, reel_vec3 n, double depth, touch_point *out)
{
    const reel_vec3 radial = reel_v3_scale(lowest_radial(s, n), s->r);
    const double along = reel_v3_dot(n, s->d);
    int count = 0, edge = -1;
    if (fabs(along) > PARALLEL && fabs(along) < 1 - PARALLEL * PARALLEL) { /* the rim's lowest */
        const reel_vec3 rim = reel_v3_madd(s->c, along > 0 ? -s->l : s->l, s->d);
        const reel_vec3 p = reel_v3_add(rim, radial);
        add_point(out, &count, reel_v3_madd(p, depth / 2, n), n, depth);
        return count;
    }
    for (int i = 0; i < 3; i++) {
        edge = fabs(get(n, i)) <= PARALLEL ? i : edge;
    }
    const reel_vec3 v = reel_v3(n.x > 0 ? s->h[0] : -s->h[0], n.y > 0 ? s->h[1] : -s->h[1],
                                n.z > 0 ? s->h[2] : -s->h[2]);
    if (edge < 0) {
        add_point(out, &count, reel_v3_madd(v, -depth / 2, n), n, depth);
        return count;
    }
    return points_of_lines(s, edge, v, reel_v3_add(s->c, radial), n, depth, out);
}

int collide_box_cylinder(const double half[3], reel_vec3 centre, reel_vec3 direction,
                         reel_vec3 radial, double radius, double half_length, touch_point *out)
{
    const pair_shape s = {{half[0], half[1], half[2]}, centre, direction, radius, half_length};
    best_normal face = {{0, 0, 0}, 1e300}, other = {{0, 0, 0}, 1e300};
    int kind = 3; /* 0, 1, 2: the box's face; 3: the cylinder's */
    offer(&s, towards(s.d, s.c), &face);
    for (int i = 0; i < 3; i++) {
        const best_normal before = face;
        offer(&s, towards(axis(i), s.c), &face);
        kind = face.depth < before.depth ? i : kind;
    }
    if (face.depth < 0 || overlap(&s, reel_v3_unit(s.c, s.d)) < 0) {
        return 0;
    }
    for (int i = 0; i < 3 && other.depth >= 0; i++) {
        const reel_vec3 cross = reel_v3_cross(axis(i), s.d);
        if (reel_v3_len(cross) > PARALLEL) {
            offer(&s, towards(reel_v3_unit(cross, s.d), s.c), &other);
        }
        search_circle(&s, axis(i), &other);
    }
    if (other.depth >= 0) {
        search_circle(&s, s.d, &other);
    }
    if (other.depth < 0) {
        return 0;
    }
    int n = 0;
    double deepest = 0;
    const bool by_face = !(other.depth < FACE_SHARE * face.depth - FACE_SLACK);
    const best_normal least = face.depth < other.depth ? face : other;
    if (by_face) {
        n = kind == 3 ? points_on_cap(&s, face.n, radial, out)
                      : points_on_face(&s, kind, face.n, radial, out);
    }
    for (int i = 0; i < n; i++) {
        deepest = fmax(deepest, out[i].depth);
    }
    const bool whole = n > 0 && deepest >= FACE_SHARE * least.depth - FACE_SLACK;
    return whole ? n : points_without_face(&s, least.n, least.depth, out);
}
