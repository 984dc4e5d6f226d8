/*
 * mesh.c - meshes as the renderer keeps them: edges, smooth patches, normals.
 *
 * A normal of a corner is the sum of the normals of the faces around its vertex that are joined to
 * its own across smooth edges there, each weighted by its angle at the vertex (Thuermer and
 * Wuethrich, "Computing Vertex Normals from Polygonal Facets", 1998).
 */
#include "render/soft/mesh.h"
#include "base/mesh.h"
#include "base/trig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A half edge while edges are matched: from vertex to vertex in triangle / 3. */
typedef struct half_edge {
    int lo, hi; /* its vertices in order */
    int corner; /* triangle * 3 + corner it starts from */
} half_edge;

static int compare_half_edges(const void *a, const void *b)
{
    const half_edge *p = a, *q = b;
    if (p->lo != q->lo) {
        return p->lo < q->lo ? -1 : 1;
    }
    if (p->hi != q->hi) {
        return p->hi < q->hi ? -1 : 1;
    }
    return (p->corner > q->corner) - (p->corner < q->corner);
}

static reel_vec3 vertex(const soft_mesh *m, int i)
{
    const double *v = m->vertices + (size_t)i * 3;
    return reel_v3(v[0], v[1], v[2]);
}

static reel_vec3 corner_at(const soft_mesh *m, int corner)
{
    return vertex(m, m->triangles[corner]);
}

/* The grid of a height field as vertices and triangles, each cell cut from (i, j) to
 * (i + 1, j + 1). */
static bool height_field_mesh(soft_mesh *m, const reel_height_field *f, const double size[3],
                              reel_arena *arena)
{
    const int columns = f->columns, rows = f->rows;
    m->n_vertices = columns * rows;
    m->n_triangles = 2 * (columns - 1) * (rows - 1);
    double *v = REEL_ARENA_NEW(arena, double, (size_t)m->n_vertices * 3);
    int *t = REEL_ARENA_NEW(arena, int, (size_t)m->n_triangles * 3);
    m->vertices = v;
    m->triangles = t;
    if (!v || !t) {
        return false;
    }
    for (int j = 0; j < rows; j++) {
        for (int i = 0; i < columns; i++, v += 3) {
            v[0] = ((double)i / (columns - 1) - 0.5) * size[0];
            v[1] = ((double)j / (rows - 1) - 0.5) * size[1];
            v[2] = f->heights[(size_t)j * (size_t)columns + (size_t)i];
        }
    }
    for (int j = 0; j + 1 < rows; j++) {
        for (int i = 0; i + 1 < columns; i++, t += 6) {
            const int a = j * columns + i, b = a + columns;
            const int cell[6] = {a, a + 1, b + 1, a, b + 1, b};
            memcpy(t, cell, sizeof cell);
        }
    }
    return true;
}

static bool fill_facets(soft_mesh *m, reel_arena *arena)
{
    m->position = reel_arena_alloc(arena, (size_t)m->n_vertices, sizeof *m->position);
    m->facets = REEL_ARENA_NEW(arena, soft_facet, m->n_triangles);
    m->plane = reel_arena_alloc(arena, (size_t)m->n_triangles, sizeof *m->plane);
    m->colour = REEL_ARENA_NEW(arena, uint8_t, m->n_triangles);
    if (!m->position || !m->facets || !m->plane || !m->colour) {
        return false;
    }
    for (int i = 0; i < m->n_vertices; i++) {
        for (int c = 0; c < 3; c++) {
            m->position[i][c] = (float)m->vertices[(size_t)i * 3 + (size_t)c];
        }
    }
    for (int t = 0; t < m->n_triangles; t++) {
        const reel_vec3 a = corner_at(m, 3 * t);
        const reel_vec3 n = reel_v3_cross(reel_v3_sub(corner_at(m, 3 * t + 1), a),
                                          reel_v3_sub(corner_at(m, 3 * t + 2), a));
        const reel_vec3 u = reel_v3_unit(n, reel_v3(0, 0, 1));
        soft_facet *f = &m->facets[t];
        for (int k = 0; k < 3; k++) {
            memcpy(f->v[k], m->position[m->triangles[3 * t + k]], sizeof f->v[k]);
        }
        m->plane[t][0] = n.x;
        m->plane[t][1] = n.y;
        m->plane[t][2] = n.z;
        f->normal[0] = (float)u.x;
        f->normal[1] = (float)u.y;
        f->normal[2] = (float)u.z;
        m->area += 0.5 * reel_v3_len(n);
    }
    return true;
}

/* Match the half edges; `twin` gets, for every corner, the corner of the neighbour across the edge
 * that starts there, or -1. */
static bool match_edges(soft_mesh *m, int *twin, reel_arena *arena)
{
    const int n = m->n_triangles * 3;
    half_edge *half = reel_alloc((size_t)n * sizeof *half);
    if (!half) {
        return false;
    }
    for (int c = 0; c < n; c++) {
        const int a = m->triangles[c], b = m->triangles[c / 3 * 3 + (c + 1) % 3];
        half[c] = (half_edge){a < b ? a : b, a < b ? b : a, c};
        twin[c] = -1;
    }
    qsort(half, (size_t)n, sizeof *half, compare_half_edges);
    m->edges = REEL_ARENA_NEW(arena, soft_edge, n);
    for (int i = 0; m->edges && i < n; i++) {
        const int c = half[i].corner;
        const bool pair = i + 1 < n && half[i].lo == half[i + 1].lo && half[i].hi == half[i + 1].hi;
        soft_edge *e = &m->edges[m->n_edges++];
        e->v[0] = m->triangles[c];
        e->v[1] = m->triangles[c / 3 * 3 + (c + 1) % 3];
        e->face[0] = c / 3;
        e->face[1] = pair ? half[i + 1].corner / 3 : -1;
        if (pair) {
            twin[c] = half[i + 1].corner;
            twin[half[i + 1].corner] = c;
            i++;
        }
    }
    reel_free(half);
    return m->edges != NULL;
}

static int find_root(int *parent, int i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static void unite(int *parent, int a, int b)
{
    a = find_root(parent, a);
    b = find_root(parent, b);
    parent[a > b ? a : b] = a < b ? a : b;
}

/* True if two faces belong to one smooth surface. */
static bool is_smooth(const soft_mesh *m, int a, int b, double cos_crease)
{
    const reel_vec3 p = reel_v3(m->plane[a][0], m->plane[a][1], m->plane[a][2]);
    const reel_vec3 q = reel_v3(m->plane[b][0], m->plane[b][1], m->plane[b][2]);
    return reel_v3_dot(p, q) > cos_crease * reel_v3_len(p) * reel_v3_len(q);
}

static double angle_at(const soft_mesh *m, int corner)
{
    const int t = corner / 3 * 3, k = corner % 3;
    const reel_vec3 p = corner_at(m, corner), zero = {0, 0, 0};
    const reel_vec3 a = reel_v3_unit(reel_v3_sub(corner_at(m, t + (k + 1) % 3), p), zero);
    const reel_vec3 b = reel_v3_unit(reel_v3_sub(corner_at(m, t + (k + 2) % 3), p), zero);
    return reel_acos(fmin(fmax(reel_v3_dot(a, b), -1), 1));
}

/* Normals of the corners; `root` is scratch [corners], as is `sum`. */
static bool fill_corners(soft_mesh *m, const int *twin, double cos_crease, int *root,
                         reel_vec3 *sum, reel_arena *arena)
{
    const int n = m->n_triangles * 3;
    for (int c = 0; c < n; c++) {
        root[c] = c;
        sum[c] = reel_v3(0, 0, 0);
    }
    for (int c = 0; c < n; c++) { /* the edge from c to its next; twin[c] starts at the next */
        const int d = twin[c];
        if (d > c && is_smooth(m, c / 3, d / 3, cos_crease)) {
            unite(root, c, d / 3 * 3 + (d + 1) % 3);
            unite(root, c / 3 * 3 + (c + 1) % 3, d);
            m->smooth = true;
        }
    }
    if (!m->smooth) {
        return true;
    }
    m->corner = reel_arena_alloc(arena, (size_t)m->n_triangles, sizeof *m->corner);
    if (!m->corner) {
        return false;
    }
    for (int c = 0; c < n; c++) {
        const double *p = m->plane[c / 3];
        const reel_vec3 u = reel_v3_unit(reel_v3(p[0], p[1], p[2]), reel_v3(0, 0, 0));
        reel_vec3 *s = &sum[find_root(root, c)];
        *s = reel_v3_madd(*s, angle_at(m, c), u);
    }
    for (int c = 0; c < n; c++) {
        const float *f = m->facets[c / 3].normal;
        const reel_vec3 u = reel_v3_unit(sum[find_root(root, c)], reel_v3(f[0], f[1], f[2]));
        m->corner[c / 3][c % 3][0] = (float)u.x;
        m->corner[c / 3][c % 3][1] = (float)u.y;
        m->corner[c / 3][c % 3][2] = (float)u.z;
    }
    return true;
}

/* Colour the smooth patches, one after the other, with the first colour that no neighbour has.
 * `root` and `used` are scratch [corners]. */
static void colour_patches(soft_mesh *m, const int *twin, double cos_crease, int *root, int *used)
{
    const int n = m->n_triangles;
    const double least = fmin(cos_crease, 1 - 1e-9); /* the triangles of a flat face are one */
    for (int t = 0; t < n; t++) {
        root[t] = t;
        used[t] = 0;
        m->colour[t] = 0xff;
    }
    for (int c = 0; c < 3 * n; c++) {
        if (twin[c] > c && is_smooth(m, c / 3, twin[c] / 3, least)) {
            unite(root, c / 3, twin[c] / 3);
        }
    }
    /* colours of a patch's neighbours are gathered at its root when a patch is coloured; patches
     * come in the order of their first triangle, which is their root */
    int *next = used + n, *head = used + 2 * n; /* triangles of each patch as lists */
    for (int t = 0; t < n; t++) {
        head[t] = next[t] = -1;
    }
    for (int t = n - 1; t >= 0; t--) {
        const int r = find_root(root, t);
        next[t] = head[r];
        head[r] = t;
    }
    for (int r = 0; r < n; r++) {
        if (head[r] < 0) {
            continue;
        }
        int colour = 0;
        while (colour < SOFT_MESH_COLOURS && used[r] >> colour & 1) {
            colour++;
        }
        for (int t = head[r]; t >= 0; t = next[t]) {
            m->colour[t] = (uint8_t)(colour % SOFT_MESH_COLOURS);
            for (int k = 0; k < 3; k++) {
                if (twin[3 * t + k] >= 0) {
                    used[find_root(root, twin[3 * t + k] / 3)] |= 1 << colour % SOFT_MESH_COLOURS;
                }
            }
        }
    }
}

/* Edges, patches, corner normals. */
static bool fill_topology(soft_mesh *m, double crease, reel_arena *arena)
{
    const size_t corners = (size_t)m->n_triangles * 3;
    int *scratch = reel_alloc(corners * 3 * sizeof *scratch);
    reel_vec3 *sum = reel_alloc(corners * sizeof *sum);
    const double cos_crease = crease > 0 ? reel_cos(crease) : 2; /* 2: no edge is smooth */
    bool ok = scratch && sum && match_edges(m, scratch, arena) &&
              fill_corners(m, scratch, cos_crease, scratch + corners, sum, arena);
    if (ok) {
        colour_patches(m, scratch, cos_crease, scratch + corners, scratch + 2 * corners);
    }
    reel_free(scratch);
    reel_free(sum);
    return ok;
}

static void fill_box(soft_mesh *m)
{
    double r2 = 0;
    for (int c = 0; c < 3; c++) {
        m->lo[c] = m->hi[c] = m->vertices[c];
    }
    for (int i = 0; i < m->n_vertices * 3; i++) {
        m->lo[i % 3] = fmin(m->lo[i % 3], m->vertices[i]);
        m->hi[i % 3] = fmax(m->hi[i % 3], m->vertices[i]);
    }
    for (int i = 0; i < m->n_vertices; i++) {
        double d2 = 0;
        for (int c = 0; c < 3; c++) {
            const double d = m->vertices[i * 3 + c] - 0.5 * (m->lo[c] + m->hi[c]);
            d2 += d * d;
        }
        r2 = fmax(r2, d2);
    }
    m->radius = sqrt(r2);
}

bool reel_soft_mesh_build(soft_mesh *out, const reel_scene *scene, const reel_geom *geom,
                          reel_arena *arena)
{
    double crease;
    *out = (soft_mesh){0};
    if (geom->shape == REEL_SHAPE_HEIGHT_FIELD) {
        const reel_height_field *f = &scene->height_fields[geom->height_field];
        crease = f->crease;
        if (!height_field_mesh(out, f, geom->size, arena)) {
            return false;
        }
    } else {
        const reel_mesh *mesh = &scene->meshes[geom->mesh];
        crease = mesh->crease;
        out->n_vertices = mesh->n_vertices;
        out->n_triangles = mesh->n_triangles;
        out->vertices = mesh->vertices;
        out->triangles = mesh->triangles;
        out->convex = geom->shape == REEL_SHAPE_HULL;
        out->volume = reel_geom_volume(scene, geom);
    }
    fill_box(out);
    if (!fill_facets(out, arena)) {
        return false;
    }
    if (geom->shape == REEL_SHAPE_MESH && !reel_soft_patches_fill(out)) {
        return false;
    }
    return fill_topology(out, crease, arena) && reel_soft_bvh_build(out, arena);
}
