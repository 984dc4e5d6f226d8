/* sweep.c - solids that a polygon or a ring sweeps: solid.h. */
#include "assets/solid.h"
#include "base/trig.h"

#include <stdlib.h>
#include <string.h>

static void to_metres(plane_point p, double out[2])
{
    out[0] = (double)p.x / STEPS_PER_METRE;
    out[1] = (double)p.y / STEPS_PER_METRE;
}

/* Points for one part: freed by the caller; NULL fails the builder. */
static double (*part_points(solid_builder *b, int n))[3]
{
    double(*points)[3] = reel_calloc((size_t)n, sizeof(*points));
    if (!points) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
    }
    return points;
}

/* ---- along z ---- */

static int compare_keys(const void *a, const void *b)
{
    const uint64_t s = *(const uint64_t *)a, t = *(const uint64_t *)b;
    return s < t ? -1 : s > t;
}

static uint64_t key_of(int from, int to)
{
    return (uint64_t)from << 32 | (uint32_t)to;
}

/* A wall on each side of a triangle that no other triangle has. Bottom corners begin at `first`. */
static void add_walls(solid_builder *b, const plane_cells *c, int first)
{
    const size_t n = 3 * (size_t)c->n_triangles;
    uint64_t *keys = reel_calloc(n, sizeof(*keys));
    if (!keys) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        keys[i] = key_of(c->triangles[i / 3][i % 3], c->triangles[i / 3][(i + 1) % 3]);
    }
    qsort(keys, n, sizeof(*keys), compare_keys);
    for (size_t i = 0; i < n; i++) {
        const int from = (int)(keys[i] >> 32), to = (int)(uint32_t)keys[i];
        const uint64_t back = key_of(to, from);
        if (!bsearch(&back, keys, n, sizeof(back), compare_keys)) {
            const int top = first + c->n_points;
            solid_triangle(b, first + from, first + to, top + to);
            solid_triangle(b, first + from, top + to, top + from);
        }
    }
    reel_free(keys);
}

void sweep_up(solid_builder *b, const plane_cells *c, double lo, double hi)
{
    const int first = b->n_vertices;
    double p[2];
    for (int i = 0; i < 2 * c->n_points; i++) {
        to_metres(c->points[i % c->n_points], p);
        solid_vertex(b, p[0], p[1], i < c->n_points ? lo : hi);
    }
    for (int i = 0; i < c->n_triangles; i++) {
        const int *t = c->triangles[i];
        const int top = first + c->n_points;
        solid_triangle(b, first + t[0], first + t[2], first + t[1]);
        solid_triangle(b, top + t[0], top + t[1], top + t[2]);
    }
    add_walls(b, c, first);
    for (int i = 0; i < c->n_cells; i++) {
        const int n = c->start[i + 1] - c->start[i];
        double(*points)[3] = part_points(b, 2 * n);
        if (!points) {
            return;
        }
        for (int k = 0; k < 2 * n; k++) {
            to_metres(c->points[c->index[c->start[i] + k % n]], points[k]);
            points[k][2] = k < n ? lo : hi;
        }
        solid_part(b, *points, 2 * n);
        reel_free(points);
    }
}

/* ---- around z ---- */

static void place(plane_point p, double angle, double out[3])
{
    double rz[2], s, c;
    to_metres(p, rz);
    reel_sincos(angle, &s, &c);
    out[0] = rz[0] * c;
    out[1] = rz[0] * s;
    out[2] = rz[1];
}

static void add_lathe(solid_builder *b, const polygon *profile, const double *angles, int n)
{
    int *ring = reel_calloc((size_t)profile->n, sizeof(*ring)); /* first vertex of each corner */
    if (!ring) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        return;
    }
    for (int i = 0; i < profile->n; i++) {
        ring[i] = b->n_vertices;
        for (int k = 0; k < (profile->p[i].x == 0 ? 1 : n); k++) {
            double v[3];
            place(profile->p[i], angles[k], v);
            solid_vertex(b, v[0], v[1], v[2]);
        }
    }
    for (int i = 0; i < profile->n; i++) {
        const int j = (i + 1) % profile->n;
        const bool axis_i = profile->p[i].x == 0, axis_j = profile->p[j].x == 0;
        for (int k = 0; k < n && !(axis_i && axis_j); k++) {
            const int after = (k + 1) % n;
            const int i0 = ring[i] + (axis_i ? 0 : k), i1 = ring[i] + (axis_i ? 0 : after);
            const int j0 = ring[j] + (axis_j ? 0 : k), j1 = ring[j] + (axis_j ? 0 : after);
            if (!axis_i) {
                solid_triangle(b, i0, i1, j1);
            }
            if (!axis_j) {
                solid_triangle(b, i0, j1, j0);
            }
        }
    }
    reel_free(ring);
}

/* Whether a convex cell, turned, is convex: it has an edge on the axis and does not overhang it. */
static bool is_whole_ring(const plane_point *points, const int *index, int n)
{
    for (int i = 0; i < n; i++) {
        const plane_point before = points[index[(i + n - 1) % n]], top = points[index[i]];
        const plane_point low = points[index[(i + 1) % n]], after = points[index[(i + 2) % n]];
        if (top.x == 0 && low.x == 0) {
            return before.y <= top.y && after.y >= low.y;
        }
    }
    return false;
}

/* One part for all angles (n) or for the facet between two (2). */
static void add_ring_part(solid_builder *b, const plane_cells *c, int cell, const double *angles,
                          int n)
{
    const int count = c->start[cell + 1] - c->start[cell];
    double(*points)[3] = part_points(b, n * count);
    if (!points) {
        return;
    }
    for (int i = 0; i < n * count; i++) {
        place(c->points[c->index[c->start[cell] + i % count]], angles[i / count], points[i]);
    }
    solid_part(b, *points, n * count);
    reel_free(points);
}

void sweep_around(solid_builder *b, const polygon *profile, const double *angles, int n)
{
    plane_cells cells = {0};
    for (int i = 0; i < profile->n; i++) {
        if (profile->p[i].x < 0) {
            solid_fail(b, REEL_E_SCENE, "a profile has no points at negative radius");
            return;
        }
    }
    if (polygon_level_cells(profile, &cells) != REEL_OK) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        return;
    }
    add_lathe(b, profile, angles, n);
    for (int i = 0; i < cells.n_cells && b->status == REEL_OK; i++) {
        const int *index = &cells.index[cells.start[i]];
        if (is_whole_ring(cells.points, index, cells.start[i + 1] - cells.start[i])) {
            add_ring_part(b, &cells, i, angles, n);
            continue;
        }
        for (int k = 0; k < n && b->status == REEL_OK; k++) {
            const double two[2] = {angles[k], angles[(k + 1) % n]};
            add_ring_part(b, &cells, i, two, 2);
        }
    }
    plane_cells_free(&cells);
}

void sweep_angles(double angles[], int n, double radius, double half_width, bool two, double *flat)
{
    if (half_width <= 0) {
        for (int i = 0; i < n; i++) {
            angles[i] = 2 * REEL_PI * i / n;
        }
        return;
    }
    const double a = reel_asin(half_width / radius);
    *flat = radius * reel_cos(a);
    const int facets = two ? (n - 2) / 2 : n - 1; /* on the first way, then on the way back */
    const double end = two ? REEL_PI - a : 2 * REEL_PI - a;
    for (int i = 0; i <= facets; i++) {
        angles[i] = a + (end - a) * i / facets;
    }
    for (int i = facets + 1, more = n - 2 - facets; i < n; i++) {
        angles[i] = REEL_PI + a + (REEL_PI - 2 * a) * (i - facets - 1) / more;
    }
}

/* ---- along a row of rings ---- */

void sweep_rings(solid_builder *b, const double *points, int n_rings, int k, bool closed)
{
    const int first = b->n_vertices;
    for (int i = 0; i < n_rings * k; i++) {
        solid_vertex(b, points[3 * i], points[3 * i + 1], points[3 * i + 2]);
    }
    double(*pair)[3] = part_points(b, 2 * k);
    for (int r = 0; pair && r < (closed ? n_rings : n_rings - 1); r++) {
        const int next = (r + 1) % n_rings;
        for (int j = 0; j < k; j++) {
            const int a = first + r * k + j, c = first + r * k + (j + 1) % k;
            const int d = first + next * k + j, e = first + next * k + (j + 1) % k;
            solid_triangle(b, a, c, e);
            solid_triangle(b, a, e, d);
            memcpy(pair[j], &points[3 * (r * k + j)], sizeof(*pair));
            memcpy(pair[k + j], &points[3 * (next * k + j)], sizeof(*pair));
        }
        solid_part(b, *pair, 2 * k);
    }
    reel_free(pair);
    for (int j = 1; j + 1 < k && !closed; j++) {
        const int last = first + (n_rings - 1) * k;
        solid_triangle(b, first, first + j + 1, first + j);
        solid_triangle(b, last, last + j, last + j + 1);
    }
}
