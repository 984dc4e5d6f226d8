/*
 * polygon.c - polygons cut into convex ones: solid.h.
 *
 * Coordinates are whole steps of a micrometre below 1e9, so every cross product fits 64 bits and
 * every predicate is exact.
 */
#include "assets/solid.h"

#include <string.h>

#define LARGEST 1e9 /* steps: a kilometre */

/* Twice the area of a, b, c; > 0 where c is left of the way from a to b. */
static int64_t cross(plane_point a, plane_point b, plane_point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static int sign_of(int64_t v)
{
    return (v > 0) - (v < 0);
}

static bool is_between(plane_point a, plane_point b, plane_point p)
{
    return (p.x >= a.x || p.x >= b.x) && (p.x <= a.x || p.x <= b.x) && (p.y >= a.y || p.y >= b.y) &&
           (p.y <= a.y || p.y <= b.y);
}

/* Whether the closed segments ab and cd have a point in common. */
static bool segments_touch(plane_point a, plane_point b, plane_point c, plane_point d)
{
    const int s1 = sign_of(cross(a, b, c)), s2 = sign_of(cross(a, b, d));
    const int s3 = sign_of(cross(c, d, a)), s4 = sign_of(cross(c, d, b));
    if (s1 * s2 < 0 && s3 * s4 < 0) {
        return true;
    }
    return (s1 == 0 && is_between(a, b, c)) || (s2 == 0 && is_between(a, b, d)) ||
           (s3 == 0 && is_between(c, d, a)) || (s4 == 0 && is_between(c, d, b));
}

static void remove_point(polygon *p, int i)
{
    p->n--;
    memmove(&p->p[i], &p->p[i + 1], (size_t)(p->n - i) * sizeof(*p->p));
}

/* Drops corners in the middle of a straight side; false where the outline turns back on itself. */
static bool straighten(polygon *p)
{
    for (int i = 0; i < p->n && p->n >= 3;) {
        const plane_point a = p->p[(i + p->n - 1) % p->n], b = p->p[i], c = p->p[(i + 1) % p->n];
        if (cross(a, b, c) != 0) {
            i++;
            continue;
        }
        if ((b.x == a.x && b.y == a.y) || !is_between(a, c, b)) {
            return false;
        }
        remove_point(p, i);
        i = i > 0 ? i - 1 : 0;
    }
    return p->n >= 3;
}

static bool is_simple(const polygon *p)
{
    for (int i = 0; i < p->n; i++) {
        for (int j = i + 2; j < p->n; j++) {
            if ((i > 0 || j < p->n - 1) &&
                segments_touch(p->p[i], p->p[i + 1], p->p[j], p->p[(j + 1) % p->n])) {
                return false;
            }
        }
    }
    return true;
}

static double area_of(const polygon *p)
{
    double sum = 0;
    for (int i = 1; i + 1 < p->n; i++) {
        sum += (double)cross(p->p[0], p->p[i], p->p[i + 1]);
    }
    return sum;
}

void polygon_free(polygon *p)
{
    reel_free(p->p);
    *p = (polygon){0};
}

reel_status polygon_make(const double *outline, int n, polygon *out, reel_error *err)
{
    if (n < 3 || n > REEL_MAX_OUTLINE) {
        return reel_fail(err, REEL_E_SCENE, "an outline has 3 to %d corners, not %d",
                         (int)REEL_MAX_OUTLINE, n);
    }
    for (int i = 0; i < 2 * n; i++) {
        if (!(fabs(outline[i]) <= LARGEST / STEPS_PER_METRE)) {
            return reel_fail(err, REEL_E_SCENE, "corner %d of the outline is not within 1 km",
                             i / 2 + 1);
        }
    }
    polygon p = {.n = n, .p = reel_calloc((size_t)n, sizeof(*p.p))};
    if (!p.p) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for an outline");
    }
    for (int i = 0; i < n; i++) {
        p.p[i].x = (int64_t)floor(outline[2 * i] * STEPS_PER_METRE + 0.5);
        p.p[i].y = (int64_t)floor(outline[2 * i + 1] * STEPS_PER_METRE + 0.5);
    }
    if (!straighten(&p) || !is_simple(&p)) {
        polygon_free(&p);
        return reel_fail(err, REEL_E_SCENE, "sides of the outline touch or cross one another");
    }
    if (area_of(&p) < 0) {
        for (int i = 0, j = p.n - 1; i < j; i++, j--) {
            const plane_point swap = p.p[i];
            p.p[i] = p.p[j];
            p.p[j] = swap;
        }
    }
    *out = p;
    return REEL_OK;
}

void plane_cells_free(plane_cells *c)
{
    reel_free(c->points);
    reel_free(c->triangles);
    reel_free(c->start);
    reel_free(c->index);
    *c = (plane_cells){0};
}

/* ---- triangles by clipping ears ---- */

static bool is_ear(const polygon *p, const int *left, int n, int i)
{
    const int ia = left[(i + n - 1) % n], ib = left[i], ic = left[(i + 1) % n];
    const plane_point a = p->p[ia], b = p->p[ib], c = p->p[ic];
    if (cross(a, b, c) <= 0) {
        return false;
    }
    for (int k = 0; k < n; k++) {
        const int q = left[k];
        if (q != ia && q != ib && q != ic && cross(a, b, p->p[q]) >= 0 &&
            cross(b, c, p->p[q]) >= 0 && cross(c, a, p->p[q]) >= 0) {
            return false;
        }
    }
    return true;
}

/* `left`: scratch for n indices. Every simple polygon has an ear (Meisters), and stays simple. */
static void clip_ears(const polygon *p, int *left, plane_cells *out)
{
    int n = p->n;
    for (int i = 0; i < n; i++) {
        left[i] = i;
    }
    for (int i = 0, misses = 0; n >= 3; i = (i + 1) % n) {
        if (n > 3 && !is_ear(p, left, n, i)) {
            assert(++misses <= n);
            continue;
        }
        int *t = out->triangles[out->n_triangles++];
        t[0] = left[(i + n - 1) % n];
        t[1] = left[i];
        t[2] = left[(i + 1) % n];
        memmove(&left[i], &left[i + 1], (size_t)(n - i - 1) * sizeof(*left));
        n--;
        misses = 0;
    }
}

/* ---- convex cells: diagonals that are not needed go (Hertel and Mehlhorn 1983) ---- */

typedef struct half_edge {
    int from, next, before, twin; /* twin -1: a side of the polygon; -2: gone */
} half_edge;

static void link_triangles(const plane_cells *c, half_edge *edges)
{
    const int n = 3 * c->n_triangles;
    for (int i = 0; i < n; i++) {
        const int t = i / 3 * 3;
        edges[i] = (half_edge){c->triangles[i / 3][i % 3], t + (i + 1) % 3, t + (i + 2) % 3, -1};
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i && edges[i].twin < 0; j++) {
            if (edges[j].from == edges[edges[i].next].from &&
                edges[edges[j].next].from == edges[i].from) {
                edges[i].twin = j;
                edges[j].twin = i;
            }
        }
    }
}

static bool stays_convex(const polygon *p, const half_edge *edges, const half_edge *h)
{
    const half_edge *t = &edges[h->twin];
    const int after = edges[edges[t->next].next].from;
    return cross(p->p[edges[h->before].from], p->p[h->from], p->p[after]) >= 0;
}

static void merge_triangles(const polygon *p, half_edge *edges, int n)
{
    for (int i = 0; i < n; i++) {
        half_edge *h = &edges[i];
        if (h->twin < i || !stays_convex(p, edges, h) || !stays_convex(p, edges, &edges[h->twin])) {
            continue;
        }
        half_edge *t = &edges[h->twin];
        edges[h->before].next = t->next;
        edges[t->next].before = h->before;
        edges[t->before].next = h->next;
        edges[h->next].before = t->before;
        t->twin = h->twin = -2;
    }
}

/* Walks around each cell once; what was walked is marked. */
static void collect_cells(half_edge *edges, int n, plane_cells *out)
{
    int n_index = 0;
    for (int i = 0; i < n; i++) {
        if (edges[i].twin == -2) {
            continue;
        }
        out->start[out->n_cells++] = n_index;
        for (int e = i; edges[e].twin != -2; e = edges[e].next) {
            out->index[n_index++] = edges[e].from;
            edges[e].twin = -2;
        }
    }
    out->start[out->n_cells] = n_index;
}

reel_status polygon_cells(const polygon *p, plane_cells *out)
{
    const size_t n = (size_t)p->n;
    plane_cells c = {.n_points = p->n,
                     .points = reel_calloc(n, sizeof(*c.points)),
                     .triangles = reel_calloc(n, sizeof(*c.triangles)),
                     .start = reel_calloc(n, sizeof(*c.start)),
                     .index = reel_calloc(3 * n, sizeof(*c.index))};
    half_edge *edges = reel_calloc(3 * n, sizeof(*edges));
    if (!c.points || !c.triangles || !c.start || !c.index || !edges) {
        plane_cells_free(&c);
        reel_free(edges);
        return REEL_E_NOMEM;
    }
    memcpy(c.points, p->p, n * sizeof(*p->p));
    clip_ears(p, c.index, &c);
    link_triangles(&c, edges);
    merge_triangles(p, edges, 3 * c.n_triangles);
    collect_cells(edges, 3 * c.n_triangles, &c);
    reel_free(edges);
    *out = c;
    return REEL_OK;
}

/* ---- level cuts ---- */

typedef struct cutter {
    polygon *waiting;
    int n_waiting, waiting_room, n_index, index_room, cell_room;
    int n_cuts;
    plane_cells out;
    bool failed;
} cutter;

enum { MAX_CUTS = 4 * REEL_MAX_OUTLINE };

/* Where the level line from corner v, to the right (way 1) or left (-1), meets the polygon: on the
 * edge from corner *edge on, nearest to v. */
static bool shoot(const polygon *p, int v, int way, plane_point *hit, int *edge)
{
    const plane_point from = p->p[v], next = p->p[(v + 1) % p->n],
                      before = p->p[(v + p->n - 1) % p->n];
    /* inside: not in the angle from the edge before to the one after */
    if (-way * (before.y - from.y) >= 0 && way * (next.y - from.y) >= 0) {
        return false;
    }
    bool found = false;
    for (int i = 0; i < p->n; i++) {
        const plane_point a = p->p[i], b = p->p[(i + 1) % p->n];
        if (i == v || (a.y != from.y && ((a.y < from.y) == (b.y < from.y) || b.y == from.y))) {
            continue;
        }
        int64_t x = a.x;
        if (a.y != from.y) {
            const double t = (double)(from.y - a.y) / (double)(b.y - a.y);
            x += (int64_t)floor(t * (double)(b.x - a.x) + 0.5);
        }
        if (way * (x - from.x) > 0 && (!found || way * (hit->x - x) > 0)) {
            *hit = (plane_point){x, from.y};
            *edge = i;
            found = true;
        }
    }
    return found;
}

static void push(cutter *c, const polygon *p, int first, int n, plane_point hit)
{
    polygon part = {.n = 0, .p = reel_calloc((size_t)n + 1, sizeof(*part.p))};
    if (part.p && c->n_waiting == c->waiting_room) {
        const int room = c->waiting_room ? 2 * c->waiting_room : 16;
        polygon *waiting = reel_realloc(c->waiting, (size_t)room * sizeof(*waiting));
        c->waiting = waiting ? waiting : c->waiting;
        c->waiting_room = waiting ? room : c->waiting_room;
    }
    if (!part.p || c->n_waiting == c->waiting_room) {
        reel_free(part.p);
        c->failed = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        const plane_point q = p->p[(first + i) % p->n];
        if (q.x != hit.x || q.y != hit.y) {
            part.p[part.n++] = q;
        }
    }
    part.p[part.n++] = hit;
    c->waiting[c->n_waiting++] = part;
}

static void emit(cutter *c, const polygon *p)
{
    plane_cells *out = &c->out;
    if (area_of(p) <= 0) {
        return; /* a cut along a side */
    }
    if (c->n_index + p->n > c->index_room || out->n_cells + 2 > c->cell_room) {
        const int room = 2 * (c->n_index + p->n), cells = 2 * (out->n_cells + 2);
        plane_point *points = reel_realloc(out->points, (size_t)room * sizeof(*points));
        out->points = points ? points : out->points;
        int *index = reel_realloc(out->index, (size_t)room * sizeof(*index));
        out->index = index ? index : out->index;
        int *start = reel_realloc(out->start, (size_t)cells * sizeof(*start));
        out->start = start ? start : out->start;
        if (!points || !index || !start) {
            c->failed = true;
            return;
        }
        c->index_room = room;
        c->cell_room = cells;
    }
    out->start[out->n_cells++] = c->n_index;
    for (int i = 0; i < p->n; i++) {
        out->points[c->n_index] = p->p[i];
        out->index[c->n_index] = c->n_index;
        c->n_index++;
    }
    out->start[out->n_cells] = out->n_points = c->n_index;
}

/* In two at its first reflex corner, or a cell. Each corner needs two cuts at most; the bound is
 * for what the rounding of new points might bend, which stays a micrometre deep. */
static void cut(cutter *c, const polygon *p)
{
    for (int v = 0; v < p->n; v++) {
        plane_point hit = {0, 0};
        int edge = 0;
        if (cross(p->p[(v + p->n - 1) % p->n], p->p[v], p->p[(v + 1) % p->n]) < 0 &&
            c->n_cuts < MAX_CUTS && (shoot(p, v, 1, &hit, &edge) || shoot(p, v, -1, &hit, &edge))) {
            const int n = (edge - v + p->n) % p->n + 1; /* corners from v to the edge's first */
            c->n_cuts++;
            push(c, p, v, n, hit);
            push(c, p, edge + 1, p->n - n + 1, hit);
            return;
        }
    }
    emit(c, p);
}

reel_status polygon_level_cells(const polygon *p, plane_cells *out)
{
    cutter c = {0};
    push(&c, p, 0, p->n - 1, p->p[p->n - 1]);
    while (c.n_waiting > 0 && !c.failed) {
        polygon part = c.waiting[--c.n_waiting];
        cut(&c, &part);
        polygon_free(&part);
    }
    for (int i = 0; i < c.n_waiting; i++) {
        polygon_free(&c.waiting[i]);
    }
    reel_free(c.waiting);
    if (c.failed) {
        plane_cells_free(&c.out);
        return REEL_E_NOMEM;
    }
    *out = c.out;
    return REEL_OK;
}
