/*
 * convex_least.c - the least overlap where one of two solids is curved.
 *
 * Where the cores (what is left of a sphere, a capsule or an ellipsoid when its ball is taken off)
 * are apart, f is convex in a sense: the direction between their nearest points is its only local
 * minimum with f > 0 less than the balls. Deeper, or without balls, f may have several minima: the
 * search begins in directions where one may be (flat faces, lines against lines, centres, axes) and
 * goes down from the best of them. One move down: shift b along n until there is a gap g, and take
 * the direction m between the nearest points then. Their distance D is not less than g, so
 * f(m) = (f(n) + g) n.m - D <= f(n). At a minimum on a surface with the radius of curvature R an
 * error of n shrinks by (f + g) / (R + g); a flat face is hit at once.
 */
#include "engine/convex_parts.h"

enum { MAX_STARTS = 24, DESCENTS = 3, MAX_MOVES = 60 };
#define CLEAR      1e-4  /* of the sizes: cores farther apart have a direction between them */
#define SHALLOW    0.02  /* of the sizes: of minima that are less than that, one is enough */
#define SETTLED    1e-13 /* of the sizes: gain that is none */
#define SAME_BASIN 0.9   /* cosine of an angle: starts nearer than that lead to one minimum */

typedef struct start_list {
    int n;
    least_overlap at[MAX_STARTS];
} start_list;

static void add_start(duo *d, start_list *list, reel_vec3 n)
{
    const double len = reel_v3_len(n);
    if (len > 1e-12 && list->n < MAX_STARTS) {
        const reel_vec3 unit = reel_v3_scale(n, 1 / len);
        list->at[list->n++] = (least_overlap){unit, duo_overlap(d, unit)};
    }
}

static reel_vec3 column(const reel_mat3 *r, int k)
{
    return reel_v3(r->m[0][k], r->m[1][k], r->m[2][k]);
}

/* The normals of a curved side are those with n . axis = *tilt. False: no straight lines on it. */
static bool ruled(const convex *s, double *tilt)
{
    const double r = s->size[0], length = 2 * s->size[2];
    switch (s->shape) {
    case REEL_SHAPE_CAPSULE:
    case REEL_SHAPE_CYLINDER: *tilt = 0; return true;
    case REEL_SHAPE_CONE: *tilt = r / sqrt(r * r + length * length); return true;
    default: return false;
    }
}

/* A normal of the ruled side about `axis` that is nearest to `towards`. */
static reel_vec3 side_normal(reel_vec3 axis, double tilt, reel_vec3 towards)
{
    const reel_vec3 flat = reel_v3_madd(towards, -reel_v3_dot(towards, axis), axis);
    const reel_vec3 out = reel_v3_unit(flat, reel_v3(0, 0, 0));
    return reel_v3_madd(reel_v3_scale(axis, tilt), sqrt(1 - tilt * tilt), out);
}

/* Normals of both sides at once: a line against a line. */
static void add_line_pairs(duo *d, start_list *list, reel_vec3 u, double s, reel_vec3 v, double t)
{
    const double c = reel_v3_dot(u, v), room = 1 - c * c;
    if (room < 1e-12) {
        return;
    }
    const double x = (s - c * t) / room, y = (t - c * s) / room;
    const double rest = (1 - x * s - y * t) / room;
    const reel_vec3 base = reel_v3_madd(reel_v3_scale(u, x), y, v);
    const double z = rest > 0 ? sqrt(rest) : 0;
    add_start(d, list, reel_v3_madd(base, z, reel_v3_cross(u, v)));
    add_start(d, list, reel_v3_madd(base, -z, reel_v3_cross(u, v)));
}

/* The best normal of an edge of the polytope and a line of the other's side. */
static void add_edge_lines(duo *d, start_list *list)
{
    const bool hull_b = d->b->hull != NULL;
    const polytope *p = hull_b ? d->b->hull : d->a->hull;
    double tilt;
    if (!p || !ruled(hull_b ? d->a : d->b, &tilt)) {
        return;
    }
    const reel_vec3 axis = hull_b ? reel_v3(0, 0, 1) : column(&d->pose.r, 2);
    start_list all = {.n = 0};
    for (int e = 0; e < p->n_edges; e++) {
        const reel_vec3 along =
            reel_v3_sub(p->vertices[p->edges[e].to], p->vertices[p->edges[e].from]);
        const reel_vec3 u = reel_v3_unit(along, axis);
        add_line_pairs(d, &all, hull_b ? reel_mat3_mul_v(d->pose.r, u) : u, 0, axis,
                       hull_b ? tilt : -tilt);
        for (int i = 1; i < all.n; i++) {
            all.at[0] = all.at[i].depth < all.at[0].depth ? all.at[i] : all.at[0];
        }
        all.n = all.n > 0;
    }
    if (all.n > 0 && list->n < MAX_STARTS) {
        list->at[list->n++] = all.at[0];
    }
}

static void add_starts(duo *d, start_list *list, const flat_face *face_a, const flat_face *face_b)
{
    const reel_vec3 z = {0, 0, 1}, axis_b = column(&d->pose.r, 2);
    const reel_vec3 apart = reel_v3_sub(pose_point(&d->pose, d->b->centre), d->a->centre);
    double tilt_a, tilt_b;
    const bool lines_a = ruled(d->a, &tilt_a), lines_b = ruled(d->b, &tilt_b);
    if (face_a->depth < 1e300) {
        add_start(d, list, face_a->normal);
    }
    if (face_b->depth < 1e300) {
        add_start(d, list, reel_v3_scale(face_b->normal, -1));
    }
    add_start(d, list, apart);
    if (lines_a) {
        add_start(d, list, side_normal(z, tilt_a, apart));
    }
    if (lines_b) {
        add_start(d, list, side_normal(axis_b, -tilt_b, apart));
    }
    if (lines_a && lines_b) {
        add_line_pairs(d, list, z, tilt_a, axis_b, -tilt_b);
    }
    for (int k = 0; k < 3; k++) {
        const reel_vec3 a = {k == 0, k == 1, k == 2}, b = column(&d->pose.r, k);
        if (d->a->shape == REEL_SHAPE_ELLIPSOID) {
            add_start(d, list, reel_v3_dot(a, apart) < 0 ? reel_v3_scale(a, -1) : a);
        }
        if (d->b->shape == REEL_SHAPE_ELLIPSOID) {
            add_start(d, list, reel_v3_dot(b, apart) < 0 ? reel_v3_scale(b, -1) : b);
        }
    }
}

static least_overlap descend(duo *d, least_overlap at)
{
    const double scale = d->a->reach + d->b->reach;
    gjk_search search = {.simplex = {0}};
    for (int i = 0; i < MAX_MOVES && at.depth >= 0; i++) {
        const double core = at.depth - d->round, gap = 0.3 * fabs(core) + 1e-3 * scale;
        reel_vec3 m = at.n;
        gjk_shift(&search, reel_v3_scale(at.n, core + gap));
        if (gjk_distance(d, &search, gap + SETTLED * scale, 1e300, &m) < 0) {
            break;
        }
        const least_overlap next = {m, duo_overlap(d, m)};
        const bool settled = next.depth > at.depth - 0.1 * SETTLED * scale;
        at = next.depth < at.depth ? next : at;
        if (settled || refine_by_curves(d, &at)) {
            break;
        }
    }
    return at;
}

/* From the best of the starts; those that lead to the same minimum are done with. */
static least_overlap descend_best(duo *d, start_list *list, least_overlap least)
{
    int best = -1;
    for (int i = 0; i < list->n; i++) {
        best = best < 0 || list->at[i].depth < list->at[best].depth ? i : best;
    }
    if (best < 0) {
        return least;
    }
    const least_overlap from = list->at[best], found = descend(d, from);
    int kept = 0;
    for (int i = 0; i < list->n; i++) {
        if (reel_v3_dot(list->at[i].n, from.n) < SAME_BASIN &&
            reel_v3_dot(list->at[i].n, found.n) < SAME_BASIN) {
            list->at[kept++] = list->at[i];
        }
    }
    list->n = kept;
    return found.depth < least.depth ? found : least;
}

/* Where a direction in closed form is as good, that one: lines that lie side by side are found as
 * such, and nothing depends on the search's rounding. */
static least_overlap straighten(duo *d, const flat_face *face_a, const flat_face *face_b,
                                least_overlap least)
{
    const double scale = d->a->reach + d->b->reach;
    start_list list = {.n = 0};
    add_starts(d, &list, face_a, face_b);
    for (int i = 0; i < list.n; i++) {
        if (reel_v3_dot(list.at[i].n, least.n) > 1 - 1e-9 &&
            list.at[i].depth < least.depth + SETTLED * scale) {
            return list.at[i];
        }
    }
    return least;
}

least_overlap find_least_overlap(duo *d, const flat_face *face_a, const flat_face *face_b)
{
    const double scale = d->a->reach + d->b->reach;
    const reel_vec3 apart = reel_v3_sub(pose_point(&d->pose, d->b->centre), d->a->centre);
    reel_vec3 n = reel_v3_unit(apart, reel_v3(0, 0, 1));
    if (fmin(face_a->depth, face_b->depth) < 1e300) {
        n = face_a->depth <= face_b->depth ? face_a->normal : reel_v3_scale(face_b->normal, -1);
    }
    gjk_search search = {.simplex = {0}};
    const double between = gjk_distance(d, &search, 0, d->round, &n);
    if (between > d->round || between > CLEAR * scale) {
        return straighten(d, face_a, face_b, (least_overlap){n, d->round - between});
    }
    start_list list = {.n = 0};
    add_starts(d, &list, face_a, face_b);
    if (between > 0) {
        add_start(d, &list, n);
    }
    least_overlap least = descend_best(d, &list, (least_overlap){{0, 0, 1}, 1e300});
    if (least.depth < SHALLOW * scale) {
        return straighten(d, face_a, face_b, least);
    }
    add_edge_lines(d, &list);
    for (int k = 1; k < DESCENTS && least.depth >= 0; k++) {
        least = descend_best(d, &list, least);
    }
    return straighten(d, face_a, face_b, least);
}

bool flat_ends(duo *d, bool of_b, flat_face *best)
{
    const convex *s = of_b ? d->b : d->a;
    const reel_vec3 axis = of_b ? column(&d->pose.r, 2) : reel_v3(0, 0, 1);
    if (s->shape != REEL_SHAPE_CYLINDER && s->shape != REEL_SHAPE_CONE) {
        return true;
    }
    for (int end = s->shape == REEL_SHAPE_CONE; end < 2; end++) { /* 1: at -z */
        const reel_vec3 normal = end ? reel_v3_scale(axis, -1) : axis;
        const double depth = duo_overlap(d, of_b ? reel_v3_scale(normal, -1) : normal);
        if (depth < 0) {
            return false;
        }
        if (depth < best->depth) {
            const double origin = of_b ? reel_v3_dot(normal, d->pose.p) : 0;
            *best = (flat_face){of_b, end, normal, s->size[2] + origin, depth};
        }
    }
    return true;
}
