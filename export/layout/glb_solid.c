/* glb_solid.c - hulls, meshes and height fields as triangles with normals; see glb_internal.h.
 *
 * A corner's normal is the sum of the normals of the faces about its vertex that smooth edges join
 * to its own, weighted by their angles there: what the renderer shades with.
 */
#include "base/trig.h"
#include "export/layout/glb_internal.h"

#include <stdlib.h>
#include <string.h>

/* Triangles by vertices, in memory of an arena. */
typedef struct facets {
    int n_vertices, n_triangles;
    const double *vertex; /* [n_vertices][3] */
    const int *triangle;  /* [n_triangles][3] */
    double crease;
    reel_vec3 *plane; /* [n_triangles], unit */
    int *group;       /* [n_triangles * 3]: corners that share a normal have the same root */
} facets;

static reel_vec3 vertex_of(const facets *f, int corner)
{
    const double *v = f->vertex + 3 * (size_t)f->triangle[corner];
    return reel_v3(v[0], v[1], v[2]);
}

static int next_corner(int corner)
{
    return corner / 3 * 3 + (corner + 1) % 3;
}

static bool of_height_field(facets *f, const reel_height_field *h, const double size[3],
                            reel_arena *arena)
{
    f->n_vertices = h->columns * h->rows;
    f->n_triangles = 2 * (h->columns - 1) * (h->rows - 1);
    double *v = REEL_ARENA_NEW(arena, double, (size_t)f->n_vertices * 3);
    int *t = REEL_ARENA_NEW(arena, int, (size_t)f->n_triangles * 3);
    f->vertex = v;
    f->triangle = t;
    if (!v || !t) {
        return false;
    }
    for (int i = 0; i < f->n_vertices; i++) {
        const int column = i % h->columns, row = i / h->columns;
        *v++ = ((double)column / (h->columns - 1) - 0.5) * size[0];
        *v++ = ((double)row / (h->rows - 1) - 0.5) * size[1];
        *v++ = h->heights[i];
    }
    for (int i = 0; i < f->n_triangles / 2; i++) {
        const int at = i / (h->columns - 1) * h->columns + i % (h->columns - 1);
        const int across = at + h->columns + 1;
        const int both[6] = {at, at + 1, across, at, across, at + h->columns};
        memcpy(t + 6 * (size_t)i, both, sizeof both);
    }
    return true;
}

/* An edge as one of its triangles runs along it. */
typedef struct edge {
    int lo, hi, corner; /* the corner where it begins */
} edge;

static int compare_edges(const void *a, const void *b)
{
    const edge *p = a, *q = b;
    if (p->lo != q->lo) {
        return p->lo < q->lo ? -1 : 1;
    }
    if (p->hi != q->hi) {
        return p->hi < q->hi ? -1 : 1;
    }
    return (p->corner > q->corner) - (p->corner < q->corner);
}

static int root_of(int *group, int i)
{
    while (group[i] != i) {
        i = group[i] = group[group[i]];
    }
    return i;
}

static void join(int *group, int a, int b)
{
    a = root_of(group, a);
    b = root_of(group, b);
    group[a > b ? a : b] = a < b ? a : b;
}

bool reel_glb_twins(int n_triangles, const int *triangles, int *twin)
{
    const int n = 3 * n_triangles;
    edge *edges = reel_alloc((size_t)n * sizeof *edges);
    if (!edges) {
        return false;
    }
    for (int c = 0; c < n; c++) {
        const int a = triangles[c], b = triangles[next_corner(c)];
        edges[c] = (edge){a < b ? a : b, a < b ? b : a, c};
        twin[c] = -1;
    }
    qsort(edges, (size_t)n, sizeof *edges, compare_edges);
    for (int i = 0; i + 1 < n; i++) {
        if (edges[i].lo == edges[i + 1].lo && edges[i].hi == edges[i + 1].hi) {
            twin[edges[i].corner] = edges[i + 1].corner;
            twin[edges[i + 1].corner] = edges[i].corner;
            i++;
        }
    }
    reel_free(edges);
    return true;
}

/* Join the corners on both sides of every smooth edge. */
static bool join_corners(facets *f, reel_arena *arena)
{
    const int n = 3 * f->n_triangles;
    const double least = reel_cos(f->crease);
    int *twin = REEL_ARENA_NEW(arena, int, n);
    if (!twin || !reel_glb_twins(f->n_triangles, f->triangle, twin)) {
        return false;
    }
    for (int c = 0; c < n; c++) {
        f->group[c] = c;
    }
    for (int c = 0; c < n; c++) {
        const int d = twin[c];
        if (d > c && reel_v3_dot(f->plane[c / 3], f->plane[d / 3]) > least) {
            join(f->group, c, next_corner(d));
            join(f->group, next_corner(c), d);
        }
    }
    return true;
}

static double angle_at(const facets *f, int corner)
{
    const reel_vec3 p = vertex_of(f, corner), none = {0, 0, 0};
    const int b = next_corner(corner), c = next_corner(b);
    const reel_vec3 u = reel_v3_unit(reel_v3_sub(vertex_of(f, b), p), none);
    const reel_vec3 v = reel_v3_unit(reel_v3_sub(vertex_of(f, c), p), none);
    return reel_acos(fmin(fmax(reel_v3_dot(u, v), -1), 1));
}

static bool put_facets(const facets *f, reel_arena *arena, reel_glb_shell *out)
{
    const int n = 3 * f->n_triangles;
    reel_vec3 *sum = REEL_ARENA_NEW(arena, reel_vec3, n);
    int *point = REEL_ARENA_NEW(arena, int, n);
    if (!sum || !point) {
        return false;
    }
    for (int c = 0; c < n; c++) {
        reel_vec3 *s = &sum[root_of(f->group, c)];
        *s = reel_v3_madd(*s, angle_at(f, c), f->plane[c / 3]);
    }
    for (int c = 0; c < n; c++) {
        const int root = root_of(f->group, c); /* <= c: its point is there already */
        if (root == c) {
            point[c] = reel_glb_shell_add_point(out, vertex_of(f, c),
                                                reel_v3_unit(sum[c], f->plane[c / 3]));
        }
        point[c] = point[root];
    }
    for (int c = 0; c < n; c += 3) {
        reel_glb_shell_add_triangle(out, point[c], point[c + 1], point[c + 2]);
    }
    return true;
}

void reel_glb_shell_of_facets(const reel_scene *scene, const reel_geom *geom, reel_glb_shell *out)
{
    reel_arena arena = {0};
    facets f = {0};
    bool ok = true;
    if (geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        const reel_height_field *h = &scene->height_fields[geom->height_field];
        f.crease = h->crease;
        ok = of_height_field(&f, h, geom->size, &arena);
    } else {
        const reel_mesh *m = &scene->meshes[geom->mesh];
        f = (facets){.n_vertices = m->n_vertices,
                     .n_triangles = m->n_triangles,
                     .vertex = m->vertices,
                     .triangle = m->triangles,
                     .crease = m->crease};
    }
    f.plane = ok ? REEL_ARENA_NEW(&arena, reel_vec3, f.n_triangles) : NULL;
    f.group = ok ? REEL_ARENA_NEW(&arena, int, (size_t)f.n_triangles * 3) : NULL;
    ok = f.plane && f.group;
    for (int t = 0; ok && t < f.n_triangles; t++) {
        const reel_vec3 a = vertex_of(&f, 3 * t);
        f.plane[t] = reel_v3_unit(reel_v3_cross(reel_v3_sub(vertex_of(&f, 3 * t + 1), a),
                                                reel_v3_sub(vertex_of(&f, 3 * t + 2), a)),
                                  reel_v3(0, 0, 1));
    }
    ok = ok && join_corners(&f, &arena) && put_facets(&f, &arena, out);
    out->position.failed |= !ok;
    reel_arena_finish(&arena);
}
