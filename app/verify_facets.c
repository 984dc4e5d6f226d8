/*
 * verify_facets.c - see verify_facets.h
 *
 * The sign of a distance is that of the side of the nearest facet; where the nearest point is on an
 * edge or corner, of the facet that is seen most squarely from there.
 */
#include "app/verify_facets.h"
#include "base/trig.h"
#include <math.h>
#include <string.h>

enum { LEAF = 4, DEEPEST = 64 };

typedef struct node {
    double lo[3], hi[3];
    int first, n; /* leaf: triangles of `order`; n = 0: children are nodes first and first + 1 */
} node;

struct reel_facets {
    int n, n_vertices, n_nodes;
    const double *vertices; /* [n_vertices][3] */
    const int *corners;     /* [n][3] */
    reel_vec3 *normal;      /* [n] unit */
    reel_vec3 *shading;     /* [n][3] unit */
    int *order;             /* [n] */
    node *nodes;
    bool open; /* a height field: not closed */
};

static reel_vec3 corner(const reel_facets *f, int triangle, int k)
{
    const double *v = f->vertices + 3 * (size_t)f->corners[3 * triangle + k];
    return reel_v3(v[0], v[1], v[2]);
}

/* ---- making ---- */

static bool grid(reel_facets *f, const reel_height_field *h, const double *size, reel_arena *arena)
{
    const int w = h->columns;
    double *v = REEL_ARENA_NEW(arena, double, 3 * (size_t)h->n_heights);
    int *t = REEL_ARENA_NEW(arena, int, 6 * (size_t)h->n_heights);
    if (!v || !t) {
        return false;
    }
    f->vertices = v;
    f->corners = t;
    f->n_vertices = h->n_heights;
    for (int k = 0; k < h->n_heights; k++) {
        const int i = k % w, j = k / w;
        v[3 * k] = size[0] * ((double)i / (w - 1) - 0.5);
        v[3 * k + 1] = size[1] * ((double)j / (h->rows - 1) - 0.5);
        v[3 * k + 2] = h->heights[k];
        if (i + 1 < w && j + 1 < h->rows) {
            const int cell[6] = {k, k + 1, k + w + 1, k, k + w + 1, k + w};
            memcpy(t + 3 * f->n, cell, sizeof cell);
            f->n += 2;
        }
    }
    return true;
}

/* Triangles about each vertex, one vertex after the other: those of v are around[start[v]] to
 * around[start[v + 1] - 1]. */
typedef struct fans {
    int *start, *around;
} fans;

static bool find_fans(fans *out, const reel_facets *f, reel_arena *arena)
{
    out->start = REEL_ARENA_NEW(arena, int, f->n_vertices + 2);
    out->around = REEL_ARENA_NEW(arena, int, 3 * (size_t)f->n);
    if (!out->start || !out->around) {
        return false;
    }
    for (int c = 0; c < 3 * f->n; c++) {
        out->start[f->corners[c] + 2]++;
    }
    for (int v = 0; v < f->n_vertices; v++) {
        out->start[v + 2] += out->start[v + 1];
    }
    for (int c = 0; c < 3 * f->n; c++) {
        out->around[out->start[f->corners[c] + 1]++] = c / 3;
    }
    return true;
}

static bool share_edge_at(const reel_facets *f, int a, int b, int vertex)
{
    int shared = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            shared +=
                f->corners[3 * a + i] == f->corners[3 * b + j] && f->corners[3 * a + i] != vertex;
        }
    }
    return a != b && shared == 1;
}

static double corner_angle(const reel_facets *f, int triangle, int vertex)
{
    int k = 0;
    while (f->corners[3 * triangle + k] != vertex) {
        k++;
    }
    const reel_vec3 p = corner(f, triangle, k);
    const reel_vec3 a = reel_v3_sub(corner(f, triangle, (k + 1) % 3), p);
    const reel_vec3 b = reel_v3_sub(corner(f, triangle, (k + 2) % 3), p);
    return reel_atan2(reel_v3_len(reel_v3_cross(a, b)), reel_v3_dot(a, b));
}

/* The sum over the facets about a vertex that are joined to `triangle` by smooth edges there. */
static reel_vec3 blend(const reel_facets *f, const fans *fan, int triangle, int vertex,
                       double crease, bool *in)
{
    const int first = fan->start[vertex], n = fan->start[vertex + 1] - first;
    reel_vec3 sum = {0, 0, 0};
    for (int i = 0; i < n; i++) {
        in[i] = fan->around[first + i] == triangle;
    }
    for (bool grew = true; grew;) {
        grew = false;
        for (int i = 0; i < n; i++) {
            for (int j = 0; in[i] && j < n; j++) {
                const int a = fan->around[first + i], b = fan->around[first + j];
                const reel_vec3 x = f->normal[a], y = f->normal[b];
                if (!in[j] && share_edge_at(f, a, b, vertex) &&
                    reel_atan2(reel_v3_len(reel_v3_cross(x, y)), reel_v3_dot(x, y)) < crease) {
                    in[j] = grew = true;
                }
            }
        }
    }
    for (int i = 0; i < n; i++) {
        const int t = fan->around[first + i];
        if (in[i]) {
            sum = reel_v3_madd(sum, corner_angle(f, t, vertex), f->normal[t]);
        }
    }
    return reel_v3_unit(sum, f->normal[triangle]);
}

static bool find_normals(reel_facets *f, double crease, reel_arena *arena)
{
    fans fan;
    bool *in = REEL_ARENA_NEW(arena, bool, f->n);
    f->normal = REEL_ARENA_NEW(arena, reel_vec3, f->n);
    f->shading = REEL_ARENA_NEW(arena, reel_vec3, 3 * (size_t)f->n);
    if (!in || !f->normal || !f->shading || !find_fans(&fan, f, arena)) {
        return false;
    }
    for (int t = 0; t < f->n; t++) {
        const reel_vec3 a = corner(f, t, 0);
        f->normal[t] = reel_v3_unit(
            reel_v3_cross(reel_v3_sub(corner(f, t, 1), a), reel_v3_sub(corner(f, t, 2), a)),
            reel_v3(0, 0, 1));
    }
    for (int c = 0; c < 3 * f->n; c++) {
        f->shading[c] =
            crease > 0 ? blend(f, &fan, c / 3, f->corners[c], crease, in) : f->normal[c / 3];
    }
    return true;
}

static void set_bounds(reel_facets *f, node *at)
{
    for (int c = 0; c < 3; c++) {
        at->lo[c] = INFINITY;
        at->hi[c] = -INFINITY;
    }
    for (int i = 0; i < 3 * at->n; i++) {
        const reel_vec3 p = corner(f, f->order[at->first + i / 3], i % 3);
        const double x[3] = {p.x, p.y, p.z};
        for (int c = 0; c < 3; c++) {
            at->lo[c] = fmin(at->lo[c], x[c]);
            at->hi[c] = fmax(at->hi[c], x[c]);
        }
    }
}

/* Part a node at the middle of its longest side, or in two halves where all lie on one. */
static void part(reel_facets *f, int index, int depth)
{
    node *at = &f->nodes[index];
    set_bounds(f, at);
    if (at->n <= LEAF || depth == DEEPEST) {
        return;
    }
    int axis = 0, left = 0;
    for (int c = 1; c < 3; c++) {
        axis = at->hi[c] - at->lo[c] > at->hi[axis] - at->lo[axis] ? c : axis;
    }
    const double middle = 1.5 * (at->lo[axis] + at->hi[axis]);
    int *order = f->order + at->first;
    for (int i = 0; i < at->n; i++) {
        const reel_vec3 sum = reel_v3_add(
            reel_v3_add(corner(f, order[i], 0), corner(f, order[i], 1)), corner(f, order[i], 2));
        if ((axis == 0 ? sum.x : axis == 1 ? sum.y : sum.z) < middle) {
            const int t = order[i];
            order[i] = order[left];
            order[left++] = t;
        }
    }
    left = left == 0 || left == at->n ? at->n / 2 : left;
    const int first = at->first, n = at->n, child = f->n_nodes;
    f->n_nodes += 2;
    at->first = child;
    at->n = 0;
    f->nodes[child] = (node){.first = first, .n = left};
    f->nodes[child + 1] = (node){.first = first + left, .n = n - left};
    part(f, child, depth + 1);
    part(f, child + 1, depth + 1);
}

reel_facets *reel_facets_create(const reel_scene *scene, const reel_geom *geom, reel_arena *arena)
{
    reel_facets *f = REEL_ARENA_NEW(arena, reel_facets, 1);
    double crease;
    if (!f) {
        return NULL;
    }
    if (geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        const reel_height_field *h = &scene->height_fields[geom->height_field];
        crease = h->crease;
        f->open = true;
        if (!grid(f, h, geom->size, arena)) {
            return NULL;
        }
    } else {
        const reel_mesh *m = &scene->meshes[geom->mesh];
        crease = m->crease;
        f->n = m->n_triangles;
        f->n_vertices = m->n_vertices;
        f->vertices = m->vertices;
        f->corners = m->triangles;
    }
    f->order = REEL_ARENA_NEW(arena, int, f->n);
    f->nodes = REEL_ARENA_NEW(arena, node, 2 * (size_t)f->n);
    if (!f->order || !f->nodes || !find_normals(f, crease, arena)) {
        return NULL;
    }
    for (int t = 0; t < f->n; t++) {
        f->order[t] = t;
    }
    f->nodes[0] = (node){.first = 0, .n = f->n};
    f->n_nodes = 1;
    part(f, 0, 0);
    return f;
}

/* ---- asking ---- */

/* Shares of the corners at the point of a triangle that is nearest to p (Ericson, "Real-Time
 * Collision Detection", 5.1.5); returns that point. */
static reel_vec3 nearest(const reel_facets *f, int t, reel_vec3 p, double w[3])
{
    const reel_vec3 a = corner(f, t, 0), ab = reel_v3_sub(corner(f, t, 1), a),
                    ac = reel_v3_sub(corner(f, t, 2), a), ap = reel_v3_sub(p, a);
    const reel_vec3 bp = reel_v3_sub(ap, ab), cp = reel_v3_sub(ap, ac);
    const double d1 = reel_v3_dot(ab, ap), d2 = reel_v3_dot(ac, ap), d3 = reel_v3_dot(ab, bp);
    const double d4 = reel_v3_dot(ac, bp), d5 = reel_v3_dot(ab, cp), d6 = reel_v3_dot(ac, cp);
    const double va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
    double v, u; /* shares of b and c */
    if (d1 <= 0 && d2 <= 0) {
        v = u = 0;
    } else if (d3 >= 0 && d4 <= d3) {
        v = 1;
        u = 0;
    } else if (d6 >= 0 && d5 <= d6) {
        v = 0;
        u = 1;
    } else if (vc <= 0 && d1 >= 0 && d3 <= 0) {
        v = d1 / (d1 - d3);
        u = 0;
    } else if (vb <= 0 && d2 >= 0 && d6 <= 0) {
        v = 0;
        u = d2 / (d2 - d6);
    } else if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
        u = (d4 - d3) / ((d4 - d3) + (d5 - d6));
        v = 1 - u;
    } else {
        v = vb / (va + vb + vc);
        u = vc / (va + vb + vc);
    }
    w[0] = 1 - v - u;
    w[1] = v;
    w[2] = u;
    return reel_v3_madd(reel_v3_madd(a, v, ab), u, ac);
}

static double box_distance2(const node *n, reel_vec3 p)
{
    const double x[3] = {p.x, p.y, p.z};
    double sum = 0;
    for (int c = 0; c < 3; c++) {
        const double d = fmax(fmax(n->lo[c] - x[c], x[c] - n->hi[c]), 0);
        sum += d * d;
    }
    return sum;
}

/* What is nearest to a point. */
typedef struct closest {
    int triangle;
    double d2, side; /* height over its plane */
    double w[3];
} closest;

static void try_triangle(const reel_facets *f, int t, reel_vec3 p, closest *best)
{
    closest c = {.triangle = t};
    const reel_vec3 d = reel_v3_sub(p, nearest(f, t, p, c.w));
    c.d2 = reel_v3_dot(d, d);
    c.side = reel_v3_dot(d, f->normal[t]);
    const double same = 1e-9 * best->d2 + 1e-24;
    if (best->triangle < 0 || c.d2 < best->d2 - same ||
        (c.d2 <= best->d2 + same && fabs(c.side) > fabs(best->side))) {
        *best = c;
    }
}

static closest find(const reel_facets *f, reel_vec3 p)
{
    int stack[DEEPEST + 4], n = 0;
    closest best = {.d2 = INFINITY};
    best.triangle = -1;
    for (stack[n++] = 0; n > 0;) {
        const node *at = &f->nodes[stack[--n]];
        if (box_distance2(at, p) > best.d2 * (1 + 1e-8) + 1e-24) {
            continue;
        }
        for (int i = 0; i < at->n; i++) {
            try_triangle(f, f->order[at->first + i], p, &best);
        }
        if (at->n == 0) {
            const bool swap =
                box_distance2(&f->nodes[at->first], p) < box_distance2(&f->nodes[at->first + 1], p);
            stack[n++] = at->first + swap;
            stack[n++] = at->first + !swap;
        }
    }
    return best;
}

double reel_facets_distance(const reel_facets *facets, reel_vec3 p)
{
    const closest c = find(facets, p);
    const bool beside = facets->open && c.side * c.side < 0.01 * c.d2; /* beyond the rim */
    return c.side < 0 && !beside ? -sqrt(c.d2) : sqrt(c.d2);
}

bool reel_facets_normal(const reel_facets *facets, reel_vec3 p, reel_vec3 *normal)
{
    const double h = 2e-4; /* m */
    const closest c = find(facets, p);
    const reel_vec3 n = facets->normal[c.triangle];
    for (int i = 0; i < 6; i++) { /* all around the same direction is nearest */
        const reel_vec3 q = {p.x + (i == 0) * h - (i == 1) * h, p.y + (i == 2) * h - (i == 3) * h,
                             p.z + (i == 4) * h - (i == 5) * h};
        if (reel_v3_dot(facets->normal[find(facets, q).triangle], n) < 0.9999) {
            return false;
        }
    }
    *normal = n;
    return true;
}

bool reel_facets_shading(const reel_facets *facets, reel_vec3 p, reel_vec3 *normal)
{
    const closest c = find(facets, p);
    const reel_vec3 *n = facets->shading + 3 * (size_t)c.triangle;
    reel_vec3 sum = reel_v3_scale(n[0], c.w[0]);
    sum = reel_v3_madd(reel_v3_madd(sum, c.w[1], n[1]), c.w[2], n[2]);
    *normal = reel_v3_unit(sum, facets->normal[c.triangle]);
    return true;
}

static bool segment_meets(const node *n, reel_vec3 a, reel_vec3 d)
{
    const double o[3] = {a.x, a.y, a.z}, v[3] = {d.x, d.y, d.z};
    double enter = 0, leave = 1;
    for (int c = 0; c < 3; c++) {
        if (v[c] == 0) {
            if (o[c] < n->lo[c] || o[c] > n->hi[c]) {
                return false;
            }
            continue;
        }
        const double s = (n->lo[c] - o[c]) / v[c], t = (n->hi[c] - o[c]) / v[c];
        enter = fmax(enter, fmin(s, t));
        leave = fmin(leave, fmax(s, t));
    }
    return enter <= leave * (1 + 1e-12) + 1e-15;
}

/* Moeller and Trumbore, "Fast, Minimum Storage Ray/Triangle Intersection", 1997, from the front. */
static bool segment_enters(const reel_facets *f, int t, reel_vec3 o, reel_vec3 d)
{
    const reel_vec3 a = corner(f, t, 0), e = reel_v3_sub(corner(f, t, 1), a),
                    g = reel_v3_sub(corner(f, t, 2), a);
    const reel_vec3 p = reel_v3_cross(d, g), s = reel_v3_sub(o, a), q = reel_v3_cross(s, e);
    const double det = reel_v3_dot(e, p);
    if (!(det > 0)) {
        return false;
    }
    const double u = reel_v3_dot(s, p) / det, v = reel_v3_dot(d, q) / det;
    const double at = reel_v3_dot(g, q) / det;
    return u >= 0 && v >= 0 && u + v <= 1 && at > 0 && at < 1;
}

bool reel_facets_enter(const reel_facets *facets, reel_vec3 a, reel_vec3 b)
{
    const reel_vec3 d = reel_v3_sub(b, a);
    int stack[DEEPEST + 4], n = 0;
    for (stack[n++] = 0; n > 0;) {
        const node *at = &facets->nodes[stack[--n]];
        if (!segment_meets(at, a, d)) {
            continue;
        }
        for (int i = 0; i < at->n; i++) {
            if (segment_enters(facets, facets->order[at->first + i], a, d)) {
                return true;
            }
        }
        if (at->n == 0) {
            stack[n++] = at->first;
            stack[n++] = at->first + 1;
        }
    }
    return false;
}
