/*
 * convex_manifold.c - the points where two solids touch, once it is known along which normal.
 *
 * On a face: the parts of the other solid that may lie on it (its most opposed face, its rim, the
 * line down its side, a point), cut off at the face's outline; of these, what is below the face.
 * Without a face: the points or lines of the two that are farthest along the normal.
 */
#include "engine/convex_parts.h"

enum { THIN = 24, MAX_FOUND = 96 };

typedef struct point_list {
    int n;
    touch_point p[MAX_FOUND];
} point_list;

/* A face with its outline, and the solid that lies on it, in a's frame. */
typedef struct landing {
    reel_vec3 n; /* out of the face */
    double offset;
    double face_round, other_round;
    point_list list;
} landing;

/* ---- parts ---------------------------------------------------------------------------------- */

static void face_polygon(const polytope *p, int f, polygon *out)
{
    const polytope_face *face = &p->faces[f];
    const int step = (face->n + THIN - 1) / THIN;
    out->n = 0;
    for (int i = 0; i < face->n; i += step) {
        out->p[out->n++] = p->vertices[p->corners[face->first + i]];
    }
}

static void opposed_face(const polytope *p, reel_vec3 n, polygon *out)
{
    int best = 0;
    double most = -2;
    for (int f = 0; f < p->n_faces; f++) {
        const double along = reel_v3_dot(p->faces[f].normal, n);
        if (along > most + 1e-12) {
            most = along;
            best = f;
        }
    }
    face_polygon(p, best, out);
}

static void rim_polygon(double radius, double z, polygon *out)
{
    const double slant = 0.70710678118654752 * radius;
    const double x[RIM_POINTS] = {radius, slant, 0, -slant, -radius, -slant, 0, slant};
    out->n = RIM_POINTS;
    for (int i = 0; i < RIM_POINTS; i++) {
        out->p[i] = reel_v3(x[i], x[(i + RIM_POINTS - 2) % RIM_POINTS], z);
    }
}

/* Point of a rim that is farthest along n; false: all are. */
static bool rim_point(double radius, double z, reel_vec3 n, reel_vec3 *out)
{
    const double flat = sqrt(n.x * n.x + n.y * n.y);
    if (flat < 1e-9) {
        return false;
    }
    *out = reel_v3(radius * n.x / flat, radius * n.y / flat, z);
    return true;
}

/* What of a solid may lie on a face whose outward normal is -n, in its own frame. */
static int parts_along(const convex *s, reel_vec3 n, polygon out[FEATURE_PARTS])
{
    const double radius = s->size[0], half = s->size[2];
    int hint = 0;
    reel_vec3 low;
    switch (s->shape) {
    case REEL_SHAPE_BOX:
    case REEL_SHAPE_HULL: opposed_face(s->hull, n, &out[0]); return 1;
    case REEL_SHAPE_CAPSULE:
        out[0] = (polygon){.n = 2, .p = {{0, 0, -half}, {0, 0, half}}};
        return 1;
    case REEL_SHAPE_CYLINDER:
        rim_polygon(radius, n.z < 0 ? -half : half, &out[0]);
        if (!rim_point(radius, -half, n, &low)) {
            return 1;
        }
        out[1] = (polygon){.n = 2, .p = {low, {low.x, low.y, half}}};
        return 2;
    case REEL_SHAPE_CONE:
        rim_polygon(radius, -half, &out[0]);
        if (!rim_point(radius, -half, n, &low)) {
            low = reel_v3(radius, 0, -half);
        }
        out[1] = (polygon){.n = 2, .p = {low, {0, 0, half}}};
        return 2;
    default: out[0] = (polygon){.n = 1, .p = {convex_support(s, n, &hint)}}; return 1;
    }
}

/* ---- cutting -------------------------------------------------------------------------------- */

/* Sutherland and Hodgman: what is left of a polygon where m.x <= limit. */
static void cut(polygon *poly, reel_vec3 m, double limit)
{
    polygon out;
    out.n = 0;
    double f = poly->n > 0 ? reel_v3_dot(m, poly->p[0]) - limit : 0;
    const double first = f;
    bool any = f > 0;
    for (int i = 1; i < poly->n && !any; i++) {
        any = reel_v3_dot(m, poly->p[i]) > limit;
    }
    if (!any) {
        return;
    }
    for (int i = 0; i < poly->n; i++) {
        const int j = i + 1 < poly->n ? i + 1 : 0;
        const reel_vec3 p = poly->p[i], q = poly->p[j];
        const double g = j ? reel_v3_dot(m, q) - limit : first;
        if (f <= 0 && out.n < MAX_POLYGON) {
            out.p[out.n++] = p;
        }
        if (((f < 0 && g > 0) || (f > 0 && g < 0)) && out.n < MAX_POLYGON) {
            out.p[out.n++] = reel_v3_madd(p, f / (f - g), reel_v3_sub(q, p));
        }
        f = g;
    }
    poly->n = out.n;
    memcpy(poly->p, out.p, (size_t)out.n * sizeof out.p[0]);
}

static void cut_by_face(const polytope *p, int f, const convex_pose *pose, reel_vec3 n,
                        polygon *poly)
{
    const polytope_face *face = &p->faces[f];
    const int *corner = &p->corners[face->first];
    reel_vec3 from = p->vertices[corner[face->n - 1]];
    from = pose ? pose_point(pose, from) : from;
    for (int i = 0; i < face->n && poly->n > 0; i++) {
        reel_vec3 to = p->vertices[corner[i]];
        to = pose ? pose_point(pose, to) : to;
        const reel_vec3 m = reel_v3_cross(reel_v3_sub(to, from), n);
        cut(poly, m, reel_v3_dot(m, from));
        from = to;
    }
}

/* ---- points --------------------------------------------------------------------------------- */

/* A point of the other solid's core, if it is below the face. */
static void land(landing *l, reel_vec3 x)
{
    const double height = reel_v3_dot(l->n, x) - l->offset;
    const double depth = l->face_round + l->other_round - height;
    if (depth < 0 || l->list.n == MAX_FOUND) {
        return;
    }
    const double middle = (l->face_round - l->other_round - height) / 2;
    l->list.p[l->list.n++] = (touch_point){reel_v3_madd(x, middle, l->n), l->n, depth};
}

/* All of them if there is room, else the deepest and others all around. */
static int hand_out(const point_list *list, double sign, touch_point *out)
{
    int n = list->n, deepest = 0;
    for (int i = 1; i < n; i++) {
        deepest = list->p[i].depth > list->p[deepest].depth ? i : deepest;
    }
    if (n > COLLIDER_CONTACTS) {
        out[0] = list->p[deepest];
        for (int i = 1; i < COLLIDER_CONTACTS; i++) {
            out[i] = list->p[(deepest + i * n / COLLIDER_CONTACTS) % n];
        }
        n = COLLIDER_CONTACTS;
    } else {
        memcpy(out, list->p, (size_t)n * sizeof out[0]);
    }
    for (int i = 0; i < n; i++) {
        out[i].normal = reel_v3_scale(out[i].normal, sign);
    }
    return n;
}

/* A disc as the face: what of a polygon is within the circle about `centre`. */
static void land_on_disc(landing *l, const polygon *poly, reel_vec3 centre, double radius)
{
    for (int i = 0; i < poly->n; i++) {
        const reel_vec3 p = reel_v3_sub(poly->p[i], centre);
        const reel_vec3 q = reel_v3_sub(poly->p[i + 1 < poly->n ? i + 1 : 0], centre);
        const reel_vec3 flat = reel_v3_madd(p, -reel_v3_dot(p, l->n), l->n);
        const reel_vec3 to = reel_v3_sub(q, p);
        const reel_vec3 along = reel_v3_madd(to, -reel_v3_dot(to, l->n), l->n);
        const double c = reel_v3_dot(flat, flat) - radius * radius;
        if (c <= 1e-9 * radius * radius) {
            land(l, poly->p[i]);
        }
        const double a = reel_v3_dot(along, along), b = reel_v3_dot(flat, along);
        const double root2 = b * b - a * c;
        const bool last_of_line = poly->n == 2 && i == 1;
        if (poly->n < 2 || last_of_line || root2 <= 0 || a < 1e-24) {
            continue;
        }
        const double root = sqrt(root2);
        const double t[2] = {(-b - root) / a, (-b + root) / a};
        for (int k = 0; k < 2; k++) {
            if (t[k] > 0 && t[k] < 1) {
                land(l, reel_v3_madd(poly->p[i], t[k], to));
            }
        }
    }
}

/* The points of the disc's own rim that are over the polygon, as points of the polygon. */
static void land_under_rim(landing *l, const polygon *poly, const polygon *rim)
{
    if (poly->n < 3) {
        return;
    }
    reel_vec3 m = {0, 0, 0};
    for (int i = 1; i + 1 < poly->n; i++) {
        m = reel_v3_add(m, reel_v3_cross(reel_v3_sub(poly->p[i], poly->p[0]),
                                         reel_v3_sub(poly->p[i + 1], poly->p[0])));
    }
    m = reel_v3_unit(m, l->n);
    const double facing = reel_v3_dot(m, l->n);
    if (fabs(facing) < 0.1) {
        return;
    }
    for (int k = 0; k < rim->n; k++) {
        const double t = reel_v3_dot(m, reel_v3_sub(poly->p[0], rim->p[k])) / facing;
        const reel_vec3 x = reel_v3_madd(rim->p[k], t, l->n);
        bool inside = true;
        for (int i = 0; i < poly->n && inside; i++) {
            const reel_vec3 p = poly->p[i], q = poly->p[i + 1 < poly->n ? i + 1 : 0];
            inside = reel_v3_dot(m, reel_v3_cross(reel_v3_sub(q, p), reel_v3_sub(x, p))) >= 0;
        }
        if (inside) {
            land(l, x);
        }
    }
}

int manifold_on_face(const duo *d, const flat_face *face, touch_point *out)
{
    const convex *owner = face->on_b ? d->b : d->a, *other = face->on_b ? d->a : d->b;
    landing l;
    l.n = face->normal;
    l.offset = face->offset;
    l.face_round = owner->round;
    l.other_round = other->round;
    l.list.n = 0;
    const reel_vec3 down = reel_v3_scale(face->normal, -1);
    polygon parts[FEATURE_PARTS], rim;
    const int n = parts_along(other, face->on_b ? down : reel_mat3_tmul_v(d->pose.r, down), parts);
    const double z = face->face ? -owner->size[2] : owner->size[2]; /* of a disc */
    reel_vec3 centre = {0, 0, z};
    if (!owner->hull) {
        rim_polygon(owner->size[0], z, &rim);
        for (int i = 0; i < rim.n && face->on_b; i++) {
            rim.p[i] = pose_point(&d->pose, rim.p[i]);
        }
        centre = face->on_b ? pose_point(&d->pose, centre) : centre;
    }
    for (int k = n - 1; k >= 0; k--) {
        for (int i = 0; i < parts[k].n && !face->on_b; i++) {
            parts[k].p[i] = pose_point(&d->pose, parts[k].p[i]);
        }
        if (!owner->hull) {
            land_on_disc(&l, &parts[k], centre, owner->size[0]);
            land_under_rim(&l, &parts[k], &rim);
            continue;
        }
        cut_by_face(owner->hull, face->face, face->on_b ? &d->pose : NULL, face->normal, &parts[k]);
        for (int i = 0; i < parts[k].n; i++) {
            land(&l, parts[k].p[i]);
        }
    }
    return hand_out(&l.list, face->on_b ? -1 : 1, out);
}

int manifold_on_plane(const convex *s, reel_vec3 normal, double offset, touch_point *out)
{
    landing l;
    int hint = 0;
    const reel_vec3 down = reel_v3_scale(normal, -1), low = convex_support(s, down, &hint);
    l.n = normal;
    l.offset = offset;
    l.face_round = 0;
    l.other_round = s->round;
    l.list.n = 0;
    if (reel_v3_dot(normal, low) - s->round > offset) {
        return 0;
    }
    if (s->hull) {
        land(&l, low);
        for (int i = 0; i < s->hull->n_vertices; i++) {
            if (i != hint) {
                land(&l, s->hull->vertices[i]);
            }
        }
        return hand_out(&l.list, -1, out);
    }
    polygon parts[FEATURE_PARTS];
    for (int k = parts_along(s, down, parts) - 1; k >= 0; k--) {
        for (int i = 0; i < parts[k].n; i++) {
            land(&l, parts[k].p[i]);
        }
    }
    return hand_out(&l.list, -1, out);
}

/* ---- without a face ------------------------------------------------------------------------- */

/* A point or a line of a core. */
typedef struct span {
    int n;
    reel_vec3 p[2];
} span;

static double slope(reel_vec3 from, reel_vec3 to, reel_vec3 n)
{
    const reel_vec3 along = reel_v3_sub(to, from);
    return fabs(reel_v3_dot(along, n)) / reel_v3_len(along);
}

static span polytope_span(const polytope *p, reel_vec3 n)
{
    int top = 0;
    span s = {1, {polytope_support(p, n, &top)}};
    double least = PARALLEL;
    for (int e = 0; e < p->n_edges && !p->first_neighbour; e++) {
        const polytope_edge *edge = &p->edges[e];
        if (edge->from != top && edge->to != top) {
            continue;
        }
        const reel_vec3 end = p->vertices[edge->from == top ? edge->to : edge->from];
        const double slant = slope(s.p[0], end, n);
        if (slant < least) {
            least = slant;
            s.p[1] = end;
            s.n = 2;
        }
    }
    for (int i = p->first_neighbour ? p->first_neighbour[top] : 0;
         p->first_neighbour && i < p->first_neighbour[top + 1]; i++) {
        const reel_vec3 end = p->vertices[p->neighbours[i]];
        const double slant = slope(s.p[0], end, n);
        if (slant < least) {
            least = slant;
            s.p[1] = end;
            s.n = 2;
        }
    }
    return s;
}

static span span_along(const convex *s, reel_vec3 n)
{
    int hint = 0;
    const double half = s->size[2];
    if (s->hull) {
        return polytope_span(s->hull, n);
    }
    span out = {1, {convex_support(s, n, &hint)}};
    if (s->shape == REEL_SHAPE_CAPSULE && fabs(n.z) < PARALLEL) {
        return (span){2, {{0, 0, -half}, {0, 0, half}}};
    }
    reel_vec3 low;
    if (s->shape == REEL_SHAPE_CYLINDER && fabs(n.z) < PARALLEL &&
        rim_point(s->size[0], -half, n, &low)) {
        return (span){2, {low, {low.x, low.y, half}}};
    }
    const reel_vec3 apex = {0, 0, half};
    if (s->shape == REEL_SHAPE_CONE && rim_point(s->size[0], -half, n, &low) &&
        slope(low, apex, n) < PARALLEL) {
        return (span){2, {low, apex}};
    }
    return out;
}

/* Two lines side by side: the ends of the stretch where they face one another. */
static int pair_up(const span *a, const span *b, reel_vec3 n, double round, double depth,
                   reel_vec3 mid_shift, touch_point *out)
{
    const reel_vec3 u = reel_v3_sub(a->p[1], a->p[0]), v = reel_v3_sub(b->p[1], b->p[0]);
    const double uu = reel_v3_dot(u, u);
    double t0 = reel_v3_dot(reel_v3_sub(b->p[0], a->p[0]), u) / uu;
    double t1 = reel_v3_dot(reel_v3_sub(b->p[1], a->p[0]), u) / uu;
    const double lo = fmax(0, fmin(t0, t1)), hi = fmin(1, fmax(t0, t1));
    const double t[2] = {lo, hi};
    double deepest = -1e300;
    if (!(hi > lo)) {
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        const reel_vec3 x = reel_v3_madd(a->p[0], t[i], u);
        const double s = fabs(t1 - t0) > 1e-12 ? (t[i] - t0) / (t1 - t0) : 0;
        const reel_vec3 y = reel_v3_madd(b->p[0], s, v);
        const reel_vec3 middle = reel_v3_scale(reel_v3_add(x, y), 0.5);
        out[i].pos = reel_v3_add(middle, mid_shift);
        out[i].normal = n;
        out[i].depth = reel_v3_dot(n, reel_v3_sub(x, y)) + round;
        deepest = fmax(deepest, out[i].depth);
    }
    int count = 0;
    for (int i = 0; i < 2; i++) {
        out[i].depth += depth - deepest;
        if (out[i].depth >= 0) {
            out[count++] = out[i];
        }
    }
    return count;
}

static void nearest_on_lines(const span *a, const span *b, reel_vec3 *x, reel_vec3 *y)
{
    const reel_vec3 u = reel_v3_sub(a->p[1], a->p[0]), v = reel_v3_sub(b->p[1], b->p[0]);
    const reel_vec3 apart = reel_v3_sub(b->p[0], a->p[0]);
    const double uu = reel_v3_dot(u, u), vv = reel_v3_dot(v, v), uv = reel_v3_dot(u, v);
    const double ru = reel_v3_dot(apart, u), rv = reel_v3_dot(apart, v);
    const double room = uu * vv - uv * uv;
    const double s = fmin(fmax((ru * vv - rv * uv) / room, 0), 1);
    const double t = fmin(fmax((ru * uv - rv * uu) / room, 0), 1);
    *x = reel_v3_madd(a->p[0], s, u);
    *y = reel_v3_madd(b->p[0], t, v);
}

int manifold_of_parts(duo *d, reel_vec3 n, double depth, touch_point *out)
{
    const span a = span_along(d->a, n);
    span b = span_along(d->b, reel_mat3_tmul_v(d->pose.r, reel_v3_scale(n, -1)));
    for (int i = 0; i < b.n; i++) {
        b.p[i] = pose_point(&d->pose, b.p[i]);
    }
    const reel_vec3 shift = reel_v3_scale(n, (d->a->round - d->b->round) / 2);
    reel_vec3 x = a.p[0], y = b.p[0];
    if (a.n == 2 && b.n == 2) {
        const reel_vec3 u = reel_v3_unit(reel_v3_sub(a.p[1], a.p[0]), n);
        const reel_vec3 v = reel_v3_unit(reel_v3_sub(b.p[1], b.p[0]), n);
        if (reel_v3_len(reel_v3_cross(u, v)) < PARALLEL) {
            const int count = pair_up(&a, &b, n, d->round, depth, shift, out);
            if (count > 0) {
                return count;
            }
        } else {
            nearest_on_lines(&a, &b, &x, &y);
        }
    } else if (a.n == 2) { /* the point says where */
        x = reel_v3_madd(y, depth - d->round, n);
    } else if (b.n == 2) {
        y = reel_v3_madd(x, d->round - depth, n);
    }
    const reel_vec3 middle = reel_v3_scale(reel_v3_add(x, y), 0.5);
    out[0] = (touch_point){reel_v3_add(middle, shift), n, depth};
    return 1;
}
