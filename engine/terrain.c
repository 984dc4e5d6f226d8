/* terrain.c - where convex solids touch triangles: terrain.h. */
#include "engine/terrain_parts.h"

#include <string.h>

enum { MAX_FOUND = 128, CLUSTERS = 6, PER_CLUSTER = 4 };
#define SAME_PLACE 1e-6 /* m: points nearer than this, with about one normal, are one */
#define SAME_WAY   0.95 /* cosine: normals of a cluster */
#define FACE_WAY   5e-7 /* 1 - cosine: along the triangle's normal, to 1e-3 rad */
#define LEAN       1e-6 /* sine: a normal that leans over an edge by more is beyond it */
#define EDGE_SLACK 1e-9 /* m: a point on an edge belongs to both triangles */
#define SHARE_BELOW                                                           \
    0.1 /* of the reach: how far below a surface something may be where it is \
           not certain that it came through it */

typedef struct search {
    const terrain *t;
    const convex *s;
    const convex_pose *pose;
    reel_vec3 centre; /* of the solid, in the terrain's frame */
    double low;       /* of the solid's box */
    double round;     /* of both */
    int hint, n;
    reel_vec3 plane_n; /* of the last plane asked, and what of the solid is below it */
    double plane_offset;
    int n_below;
    touch_point below[COLLIDER_CONTACTS];
    bool buried;       /* overlaps a triangle, but by that alone it is not said how to get out */
    touch_point ridge; /* see note_ridge(); depth INFINITY: none */
    bool behind;       /* the centre is behind a triangle of a mesh near the solid */
    facet through;     /* if nothing else was found: of those the solid sticks through, the one */
    double through_by; /* that it leaves soonest; INFINITY: none */
    touch_point found[MAX_FOUND];
    int corner[MAX_FOUND]; /* the terrain's corner that is touched by a ball, or -1 */
} search;

/* ---- the points found ----------------------------------------------------------------------- */

static double distance2(reel_vec3 a, reel_vec3 b)
{
    const reel_vec3 d = reel_v3_sub(a, b);
    return reel_v3_dot(d, d);
}

/* The deepest point, then again and again the one farthest from those kept; a later point must be
 * better by more than rounding. Keeps the order. */
static int spread(touch_point *p, int n, int most)
{
    bool chosen[MAX_FOUND] = {false};
    int best = 0, kept = 0;
    if (n <= most) {
        return n;
    }
    for (int i = 1; i < n; i++) {
        best = p[i].depth > p[best].depth + 1e-6 ? i : best;
    }
    chosen[best] = true;
    for (int count = 1; count < most; count++) {
        double best_gap = -1;
        for (int i = 0; i < n; i++) {
            double gap = 1e300;
            for (int j = 0; j < n; j++) {
                gap = chosen[j] ? fmin(gap, distance2(p[i].pos, p[j].pos)) : gap;
            }
            if (!chosen[i] && gap > best_gap * (1 + 1e-6)) {
                best_gap = gap;
                best = i;
            }
        }
        chosen[best] = true;
    }
    for (int i = 0; i < n; i++) {
        if (chosen[i]) {
            p[kept++] = p[i];
        }
    }
    return kept;
}

/* Groups of points with about the same normal, the one with the deepest point first. */
static int choose(const touch_point *found, int n, touch_point *out)
{
    bool done[MAX_FOUND] = {false};
    int count = 0;
    for (int c = 0; c < CLUSTERS; c++) {
        touch_point group[MAX_FOUND];
        int first = -1, size = 0;
        for (int i = 0; i < n; i++) {
            if (!done[i] && (first < 0 || found[i].depth > found[first].depth + 1e-6)) {
                first = i;
            }
        }
        for (int i = 0; i < n && first >= 0; i++) {
            if (!done[i] && reel_v3_dot(found[i].normal, found[first].normal) > SAME_WAY) {
                done[i] = true;
                group[size++] = found[i];
            }
        }
        size = spread(group, size, PER_CLUSTER);
        memcpy(&out[count], group, (size_t)size * sizeof *out);
        count += size;
    }
    return count;
}

static void add_point(search *s, touch_point p, int corner)
{
    for (int i = 0; i < s->n; i++) {
        touch_point *old = &s->found[i];
        if (distance2(old->pos, p.pos) < SAME_PLACE * SAME_PLACE &&
            reel_v3_dot(old->normal, p.normal) > SAME_WAY) {
            if (p.depth > old->depth) {
                *old = p;
                s->corner[i] = corner;
            }
            return;
        }
    }
    if (s->n == MAX_FOUND) {
        touch_point less[COLLIDER_CONTACTS];
        s->n = choose(s->found, s->n, less);
        memcpy(s->found, less, (size_t)s->n * sizeof *less);
        for (int i = 0; i < s->n; i++) {
            s->corner[i] = -1;
        }
    }
    s->corner[s->n] = corner;
    s->found[s->n++] = p;
}

/* ---- balls ---------------------------------------------------------------------------------- */

/* Nearest point of a triangle (Ericson, "Real-Time Collision Detection", 5.1.5). *feature: 0..2 a
 * corner, 3..5 an edge, 6 the inside. */
static reel_vec3 nearest_on(const facet *f, reel_vec3 p, int *feature)
{
    const reel_vec3 ab = reel_v3_sub(f->v[1], f->v[0]), ac = reel_v3_sub(f->v[2], f->v[0]);
    double d[3][2];
    for (int k = 0; k < 3; k++) {
        const reel_vec3 to = reel_v3_sub(p, f->v[k]);
        d[k][0] = reel_v3_dot(ab, to);
        d[k][1] = reel_v3_dot(ac, to);
    }
    if (d[0][0] <= 0 && d[0][1] <= 0) {
        *feature = 0;
        return f->v[0];
    }
    if (d[1][0] >= 0 && d[1][1] <= d[1][0]) {
        *feature = 1;
        return f->v[1];
    }
    if (d[2][1] >= 0 && d[2][0] <= d[2][1]) {
        *feature = 2;
        return f->v[2];
    }
    const double vc = d[0][0] * d[1][1] - d[1][0] * d[0][1];
    const double vb = d[2][0] * d[0][1] - d[0][0] * d[2][1];
    const double va = d[1][0] * d[2][1] - d[2][0] * d[1][1];
    if (vc <= 0 && d[0][0] >= 0 && d[1][0] <= 0) {
        *feature = 3;
        return reel_v3_madd(f->v[0], d[0][0] / (d[0][0] - d[1][0]), ab);
    }
    if (vb <= 0 && d[0][1] >= 0 && d[2][1] <= 0) {
        *feature = 5;
        return reel_v3_madd(f->v[0], d[0][1] / (d[0][1] - d[2][1]), ac);
    }
    const double u = d[1][1] - d[1][0], w = d[2][0] - d[2][1];
    if (va <= 0 && u >= 0 && w >= 0) {
        *feature = 4;
        return reel_v3_madd(f->v[1], u / (u + w), reel_v3_sub(f->v[2], f->v[1]));
    }
    *feature = 6;
    return reel_v3_madd(p, f->offset - reel_v3_dot(f->n, p), f->n);
}

/* Whether a step from the nearest point into a neighbour comes nearer to the ball. */
static bool neighbour_is_nearer(const facet *f, int feature, reel_vec3 way)
{
    const int k = feature % 3, before = (k + 2) % 3;
    return reel_v3_dot(way, f->beyond[k]) > 1e-9 ||
           (feature < 3 && reel_v3_dot(way, f->beyond[before]) > 1e-9);
}

/* The field's surface over the centre. */
static bool is_over(const facet *f, reel_vec3 c)
{
    for (int k = 0; k < 3; k++) {
        const reel_vec3 a = f->v[k], b = f->v[(k + 1) % 3];
        if ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) < 0) {
            return false;
        }
    }
    return true;
}

static void visit_ball(void *data, facet *f)
{
    search *s = data;
    const double height = reel_v3_dot(f->n, s->centre) - f->offset;
    int feature;
    if (height > s->round) {
        return;
    }
    if (height < 0) { /* the centre is inside: the way out of a field is up */
        s->behind = true;
        if (s->t->field && is_over(f, s->centre)) {
            const reel_vec3 pos = reel_v3_madd(s->centre, -s->s->round, f->n);
            add_point(s, (touch_point){pos, f->n, s->round - height}, -1);
        }
        return;
    }
    const reel_vec3 q = nearest_on(f, s->centre, &feature);
    const reel_vec3 to = reel_v3_sub(s->centre, q);
    const double distance = reel_v3_len(to);
    if (distance > s->round) {
        return;
    }
    reel_vec3 way = f->n;
    if (feature < 6) {
        way = reel_v3_unit(to, f->n);
        facet_edges(f);
        facet_beyond(s->t, f);
        if (neighbour_is_nearer(f, feature, way)) {
            return;
        }
    }
    /* the ball's own lowest point, as ODE has it on planes */
    const reel_vec3 pos = reel_v3_madd(s->centre, -s->s->round, way);
    add_point(s, (touch_point){pos, way, s->round - distance}, feature < 3 ? f->id[feature] : -1);
}

/* A corner is the nearest point only if it is so for all triangles around it. */
static void visit_corner(void *data, facet *f)
{
    search *s = data;
    for (int i = 0; i < s->n; i++) {
        for (int k = 0; k < 3 && s->corner[i] >= 0; k++) {
            const reel_vec3 way = s->found[i].normal;
            if (f->id[k] == s->corner[i]) {
                const reel_vec3 one = reel_v3_sub(f->v[(k + 1) % 3], f->v[k]);
                const reel_vec3 two = reel_v3_sub(f->v[(k + 2) % 3], f->v[k]);
                if (reel_v3_dot(way, one) > 1e-9 * reel_v3_len(one) ||
                    reel_v3_dot(way, two) > 1e-9 * reel_v3_len(two)) {
                    s->found[i].depth = -1;
                }
            }
        }
    }
}

static void drop_false_corners(search *s, const double lo[3], const double hi[3])
{
    int n = 0;
    bool any = false;
    for (int i = 0; i < s->n; i++) {
        any = any || s->corner[i] >= 0;
    }
    if (!any) {
        return;
    }
    terrain_each(s->t, lo, hi, visit_corner, s);
    for (int i = 0; i < s->n; i++) {
        if (s->found[i].depth >= 0) {
            s->found[n++] = s->found[i];
        }
    }
    s->n = n;
}

/* ---- other solids --------------------------------------------------------------------------- */

static reel_vec3 into_solid(const search *s, reel_vec3 v)
{
    return reel_mat3_tmul_v(s->pose->r, v);
}

static reel_vec3 out_of_solid(const search *s, reel_vec3 p)
{
    return reel_v3_add(reel_mat3_mul_v(s->pose->r, p), s->pose->p);
}

/* The core's point farthest along n. */
static reel_vec3 farthest(search *s, reel_vec3 n)
{
    return out_of_solid(s, convex_support(s->s, into_solid(s, n), &s->hint));
}

/* How far an edge lets points beyond it count: in a valley the solid goes on below the neighbour.
 */
static double slack_of(const search *s, const facet *f, int k)
{
    return f->folds & FOLD_VALLEY << k ? SHARE_BELOW * s->s->reach : EDGE_SLACK;
}

/* As on a plane, which often is that of the triangle before. */
static void find_below(search *s, const facet *f)
{
    const reel_vec3 n = f->n, old = s->plane_n;
    if (n.x == old.x && n.y == old.y && n.z == old.z && f->offset == s->plane_offset) {
        return;
    }
    s->plane_n = n;
    s->plane_offset = f->offset;
    const double offset = f->offset - reel_v3_dot(n, s->pose->p);
    s->n_below = collide_convex_plane(s->s, into_solid(s, n), offset + SIM_MARGIN, s->below);
    for (int i = 0; i < s->n_below; i++) {
        s->below[i].pos = out_of_solid(s, s->below[i].pos);
        s->below[i].normal = n;
    }
}

/* What of the solid is below the triangle's plane, as on a plane, where the triangle is. */
static void add_as_on_plane(search *s, const facet *f, double deepest)
{
    find_below(s, f);
    for (int i = 0; i < s->n_below; i++) {
        const touch_point *p = &s->below[i];
        bool inside = p->depth <= deepest;
        for (int k = 0; k < 3 && inside; k++) {
            inside = reel_v3_dot(f->out[k], reel_v3_sub(p->pos, f->v[k])) <= slack_of(s, f, k);
        }
        if (inside) {
            add_point(s, *p, -1);
        }
    }
}

static bool on_ridge(const facet *f, reel_vec3 pos)
{
    for (int k = 0; k < 3; k++) {
        if ((f->folds & FOLD_RIDGE << k) &&
            fabs(reel_v3_dot(f->out[k], reel_v3_sub(pos, f->v[k]))) < SAME_PLACE) {
            return true;
        }
    }
    return false;
}

typedef enum way_out {
    WAY_FACE,   /* along the triangle's normal */
    WAY_RIDGE,  /* between the normals at a ridge */
    WAY_BEYOND, /* past the neighbour's normal at a ridge: it will see to it */
    WAY_BURIED, /* over an edge that is none: only the triangle's thickness has it */
} way_out;

static way_out judge(const facet *f, reel_vec3 way)
{
    way_out out = WAY_RIDGE;
    if (1 - reel_v3_dot(way, f->n) < FACE_WAY) {
        return WAY_FACE;
    }
    for (int k = 0; k < 3; k++) {
        if (reel_v3_dot(way, f->out[k]) > LEAN) {
            if (!(f->folds & FOLD_RIDGE << k)) {
                return WAY_BURIED;
            }
            out = reel_v3_dot(way, f->beyond[k]) > LEAN ? WAY_BEYOND : out;
        }
    }
    return reel_v3_dot(way, f->n) < -LEAN ? WAY_BURIED : out;
}

/* A ridge is cut into edges, and the end of one may seem the way out. At right angles to the ridge,
 * then; kept for the case that nothing else is found, the least of them. */
static void note_ridge(search *s, const facet *f, const touch_point *found)
{
    for (int k = 0; k < 3; k++) {
        const reel_vec3 along = f->along[k], n = found->normal;
        if (!(f->folds & FOLD_RIDGE << k) || reel_v3_dot(n, f->out[k]) < LEAN) {
            continue;
        }
        const reel_vec3 way = reel_v3_unit(reel_v3_madd(n, -reel_v3_dot(n, along), along), f->n);
        const reel_vec3 low = farthest(s, reel_v3_scale(way, -1));
        const double depth = s->round + reel_v3_dot(way, reel_v3_sub(f->v[k], low));
        if (judge(f, way) == WAY_RIDGE && depth >= 0 && depth < s->ridge.depth) {
            s->ridge = (touch_point){found->pos, way, depth};
        }
    }
}

/* The triangle with thickness against the solid: which way they overlap least says what it is. */
static void add_near_ridge(search *s, facet *f, double depth)
{
    prism thick;
    touch_point p[COLLIDER_CONTACTS];
    const double top = fmax(f->v[0].z, fmax(f->v[1].z, f->v[2].z));
    const reel_vec3 down = s->t->field ? reel_v3(0, 0, -(fmax(0, top - s->low) + s->s->reach))
                                       : reel_v3_scale(f->n, -2 * s->s->reach - depth);
    prism_make(&thick, f->v, down);
    const convex solid = convex_of_polytope(&thick.hull, SIM_MARGIN);
    const int n = collide_convex(&solid, s->s, s->pose, p);
    if (n == 0) {
        return;
    }
    facet_beyond(s->t, f);
    switch (judge(f, p[0].normal)) {
    case WAY_BEYOND: s->buried = true; break;
    case WAY_BURIED:
        s->buried = true;
        note_ridge(s, f, &p[0]);
        add_as_on_plane(s, f, SHARE_BELOW * s->s->reach);
        break;
    case WAY_FACE:
        add_as_on_plane(s, f, INFINITY);
        for (int i = 0; i < n; i++) {
            if (on_ridge(f, p[i].pos)) {
                add_point(s, p[i], -1);
            }
        }
        break;
    case WAY_RIDGE:
        for (int i = 0; i < n; i++) {
            add_point(s, p[i], -1);
        }
        break;
    }
}

static void visit_solid(void *data, facet *f)
{
    search *s = data;
    if (s->t->mesh && reel_v3_dot(f->n, s->centre) < f->offset) {
        s->behind = true;
        return;
    }
    if (!(f->folds & FOLD_NEAR)) {
        find_below(s, f);
        if (s->n_below > 0) {
            facet_edges(f);
            add_as_on_plane(s, f, INFINITY);
        }
        return;
    }
    const reel_vec3 low = farthest(s, reel_v3_scale(f->n, -1));
    const double depth = s->round + f->offset - reel_v3_dot(f->n, low);
    if (depth < 0) {
        return;
    }
    facet_edges(f);
    for (int k = 0; k < 3; k++) {
        const reel_vec3 inner = farthest(s, reel_v3_scale(f->out[k], -1));
        const double gap = reel_v3_dot(f->out[k], reel_v3_sub(inner, f->v[k])) - s->round;
        if (gap > slack_of(s, f, k)) {
            return;
        }
    }
    add_near_ridge(s, f, depth);
}

/* Deep in the ground, where every triangle leaves it to its neighbours: each as if it were alone.
 */
static void visit_buried(void *data, facet *f)
{
    search *s = data;
    const double height = reel_v3_dot(f->n, farthest(s, reel_v3_scale(f->n, -1))) - f->offset;
    if (height <= s->round && (s->t->field || reel_v3_dot(f->n, s->centre) >= f->offset)) {
        facet_edges(f);
        add_as_on_plane(s, f, INFINITY);
    }
}

/* ---- solids whose centre is in a mesh ------------------------------------------------------- */

static void visit_through(void *data, facet *f)
{
    search *s = data;
    const reel_vec3 low = farthest(s, reel_v3_scale(f->n, -1));
    const double depth = s->round + f->offset - reel_v3_dot(f->n, low);
    prism thin;
    touch_point p[COLLIDER_CONTACTS];
    if (!(depth >= 0 && depth < s->through_by)) {
        return;
    }
    prism_make(&thin, f->v, reel_v3_scale(f->n, -1e-4 * s->s->reach));
    const convex solid = convex_of_polytope(&thin.hull, SIM_MARGIN);
    if (collide_convex(&solid, s->s, s->pose, p) > 0) {
        s->through = *f;
        s->through_by = depth;
    }
}

/* It came in so fast that no surface has its centre in front: out by the nearest. */
static void add_through(search *s, const double lo[3], const double hi[3])
{
    s->through_by = INFINITY;
    terrain_each(s->t, lo, hi, visit_through, s);
    if (s->through_by < INFINITY) {
        const reel_vec3 n = s->through.n, low = farthest(s, reel_v3_scale(n, -1));
        add_point(s, (touch_point){reel_v3_madd(low, -s->s->round, n), n, s->through_by}, -1);
    }
}

/* ---- all ------------------------------------------------------------------------------------ */

static void solid_box(search *s, double lo[3], double hi[3])
{
    for (int k = 0; k < 3; k++) {
        const reel_vec3 axis = reel_v3(k == 0, k == 1, k == 2);
        hi[k] = reel_v3_dot(axis, farthest(s, axis)) + s->round;
        lo[k] = reel_v3_dot(axis, farthest(s, reel_v3_scale(axis, -1))) - s->round;
    }
}

/* In an order that goes with the solid, so that a point keeps its number from step to step. */
static void put_in_order(const search *s, touch_point *p, int n)
{
    double key[COLLIDER_CONTACTS];
    for (int i = 0; i < n; i++) {
        const touch_point point = p[i];
        const reel_vec3 at = into_solid(s, reel_v3_sub(point.pos, s->pose->p));
        const double k = reel_v3_dot(at, reel_v3(0.831, 0.419, 0.367)); /* no axis of any shape */
        int j = i;
        for (; j > 0 && key[j - 1] > k; j--) {
            key[j] = key[j - 1];
            p[j] = p[j - 1];
        }
        key[j] = k;
        p[j] = point;
    }
}

int terrain_collide(const terrain *t, const convex *solid, const convex_pose *pose,
                    touch_point *out)
{
    search s;
    double lo[3], hi[3];
    s.t = t;
    s.s = solid;
    s.pose = pose;
    s.round = solid->round + SIM_MARGIN;
    s.hint = s.n = 0;
    s.buried = s.behind = false;
    s.ridge.depth = INFINITY;
    s.plane_n = reel_v3(0, 0, 0);
    s.centre = out_of_solid(&s, solid->centre);
    solid_box(&s, lo, hi);
    s.low = lo[2];
    if (solid->shape == REEL_SHAPE_SPHERE) {
        terrain_each(t, lo, hi, visit_ball, &s);
        drop_false_corners(&s, lo, hi);
    } else {
        terrain_each(t, lo, hi, visit_solid, &s);
    }
    if (s.n == 0 && s.ridge.depth < INFINITY) {
        add_point(&s, s.ridge, -1);
    } else if (s.n == 0 && s.buried) {
        terrain_each(t, lo, hi, visit_buried, &s);
    }
    if (t->mesh && s.n == 0 && s.behind && !s.buried) {
        add_through(&s, lo, hi);
    }
    const int n = choose(s.found, s.n, out);
    put_in_order(&s, out, n);
    return n;
}
