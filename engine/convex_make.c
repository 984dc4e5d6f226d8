/* convex_make.c - polytopes from meshes, boxes and triangles, and the solids made from them. */
#include "engine/convex.h"

#include "base/mesh.h"

#include <stdlib.h>
#include <string.h>

#define FLAT 1e-6 /* of a mesh's size: how far the corners of one face may leave its plane */

/* ---- planes and bounds ---------------------------------------------------------------------- */

/* Newell's normal: right for polygons that are a little warped. */
static void fit_face(polytope *p, int f)
{
    polytope_face *face = &p->faces[f];
    const int *corner = &p->corners[face->first];
    const reel_vec3 base = p->vertices[corner[0]];
    reel_vec3 sum = {0, 0, 0};
    for (int i = 1; i + 1 < face->n; i++) {
        const reel_vec3 u = reel_v3_sub(p->vertices[corner[i]], base);
        const reel_vec3 v = reel_v3_sub(p->vertices[corner[i + 1]], base);
        sum = reel_v3_add(sum, reel_v3_cross(u, v));
    }
    face->normal = reel_v3_unit(sum, reel_v3(0, 0, 1));
    face->offset = -1e300;
    for (int i = 0; i < p->n_vertices; i++) {
        face->offset = fmax(face->offset, reel_v3_dot(face->normal, p->vertices[i]));
    }
}

typedef struct half_edge {
    int lo, hi; /* vertices */
    bool forth; /* runs from lo to hi */
    int face;
} half_edge;

static int by_ends(const void *x, const void *y)
{
    const half_edge *a = x, *b = y;
    if (a->lo != b->lo) {
        return a->lo < b->lo ? -1 : 1;
    }
    if (a->hi != b->hi) {
        return a->hi < b->hi ? -1 : 1;
    }
    if (a->forth != b->forth) {
        return a->forth ? -1 : 1;
    }
    return (a->face > b->face) - (a->face < b->face);
}

static int list_half_edges(const polytope *p, half_edge *list)
{
    int n = 0;
    for (int f = 0; f < p->n_faces; f++) {
        const polytope_face *face = &p->faces[f];
        for (int i = 0; i < face->n; i++) {
            const int u = p->corners[face->first + i];
            const int v = p->corners[face->first + (i + 1) % face->n];
            list[n++] = (half_edge){u < v ? u : v, u < v ? v : u, u < v, f};
        }
    }
    qsort(list, (size_t)n, sizeof list[0], by_ends);
    return n;
}

/* Each edge must be run along once each way. */
static bool join_edges(polytope *p, const half_edge *list, int n)
{
    p->n_edges = 0;
    for (int i = 0; i < n; i += 2) {
        const half_edge *a = &list[i], *b = &list[i + 1];
        if (i + 1 >= n || a->lo != b->lo || a->hi != b->hi || !a->forth || b->forth) {
            return false;
        }
        p->edges[p->n_edges++] = (polytope_edge){a->lo, a->hi, a->face, b->face};
    }
    return true;
}

static void list_neighbours(polytope *p)
{
    memset(p->first_neighbour, 0, ((size_t)p->n_vertices + 1) * sizeof(int));
    for (int e = 0; e < p->n_edges; e++) {
        p->first_neighbour[p->edges[e].from + 1]++;
        p->first_neighbour[p->edges[e].to + 1]++;
    }
    for (int v = 0; v < p->n_vertices; v++) {
        p->first_neighbour[v + 1] += p->first_neighbour[v];
    }
    for (int e = 0; e < p->n_edges; e++) {
        p->neighbours[p->first_neighbour[p->edges[e].from]++] = p->edges[e].to;
        p->neighbours[p->first_neighbour[p->edges[e].to]++] = p->edges[e].from;
    }
    for (int v = p->n_vertices; v > 0; v--) { /* filling moved each to where the next begins */
        p->first_neighbour[v] = p->first_neighbour[v - 1];
    }
    p->first_neighbour[0] = 0;
}

/* Vertices, faces and corners are there: planes, edges and neighbours from them. */
static bool finish(reel_arena *arena, polytope *p)
{
    int n_corners = 0;
    for (int f = 0; f < p->n_faces; f++) {
        fit_face(p, f);
        n_corners += p->faces[f].n;
    }
    half_edge *list = reel_calloc((size_t)n_corners, sizeof *list);
    p->edges = REEL_ARENA_NEW(arena, polytope_edge, (size_t)n_corners / 2 + 1);
    p->first_neighbour = REEL_ARENA_NEW(arena, int, (size_t)p->n_vertices + 1);
    p->neighbours = REEL_ARENA_NEW(arena, int, (size_t)n_corners);
    bool ok = list && p->edges && p->first_neighbour && p->neighbours;
    ok = ok && join_edges(p, list, list_half_edges(p, list));
    if (ok) {
        list_neighbours(p);
    }
    reel_free(list);
    return ok;
}

/* ---- meshes --------------------------------------------------------------------------------- */

/* What merging coplanar triangles works on; vertices and triangles are the mesh's. */
typedef struct merge {
    const reel_mesh *mesh;
    int n;             /* triangles */
    int *across;       /* [n][3] triangle beyond each side */
    int *group;        /* [n] -1: none yet */
    int *order;        /* [n] by area, largest first */
    int *stack, *next; /* [n], [n_vertices]: next vertex around a group's outline */
    int *uses;         /* [n_vertices] groups that have the vertex in their outline */
    int *number;       /* [n_vertices] in the polytope */
    double *area;      /* [n] */
    half_edge *sides;  /* [3 n] */
    double slack;      /* m */
} merge;

static reel_vec3 mesh_vertex(const reel_mesh *mesh, int i)
{
    const double *v = &mesh->vertices[3 * (size_t)i];
    return reel_v3(v[0], v[1], v[2]);
}

static reel_vec3 area_vector(const reel_mesh *mesh, int t)
{
    const int *c = &mesh->triangles[3 * (size_t)t];
    const reel_vec3 a = mesh_vertex(mesh, c[0]);
    return reel_v3_cross(reel_v3_sub(mesh_vertex(mesh, c[1]), a),
                         reel_v3_sub(mesh_vertex(mesh, c[2]), a));
}

static bool merge_begin(merge *m, const reel_mesh *mesh)
{
    const size_t n = (size_t)mesh->n_triangles, v = (size_t)mesh->n_vertices;
    double lo[3], hi[3];
    *m = (merge){.mesh = mesh, .n = mesh->n_triangles};
    reel_mesh_box(mesh, lo, hi);
    m->slack = FLAT * reel_v3_len(reel_v3(hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2]));
    m->across = reel_calloc(3 * n, sizeof(int));
    m->group = reel_calloc(n, sizeof(int));
    m->order = reel_calloc(n, sizeof(int));
    m->stack = reel_calloc(n, sizeof(int));
    m->next = reel_calloc(v, sizeof(int));
    m->uses = reel_calloc(v, sizeof(int));
    m->number = reel_calloc(v, sizeof(int));
    m->area = reel_calloc(n, sizeof(double));
    m->sides = reel_calloc(3 * n, sizeof(half_edge));
    return m->across && m->group && m->order && m->stack && m->next && m->uses && m->number &&
           m->area && m->sides;
}

static void merge_end(merge *m)
{
    void *const blocks[] = {m->across, m->group,  m->order, m->stack, m->next,
                            m->uses,   m->number, m->area,  m->sides};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        reel_free(blocks[i]);
    }
}

/* A triangle's side is known by its place in `across`; half_edge.face holds that here. */
static bool find_across(merge *m)
{
    for (int t = 0; t < m->n; t++) {
        for (int i = 0; i < 3; i++) {
            const int u = m->mesh->triangles[3 * (size_t)t + (size_t)i];
            const int v = m->mesh->triangles[3 * (size_t)t + (size_t)(i + 1) % 3];
            m->sides[3 * t + i] = (half_edge){u < v ? u : v, u < v ? v : u, u < v, 3 * t + i};
        }
    }
    qsort(m->sides, 3 * (size_t)m->n, sizeof m->sides[0], by_ends);
    for (int i = 0; i < 3 * m->n; i += 2) {
        const half_edge *a = &m->sides[i], *b = &m->sides[i + 1];
        if (i + 1 >= 3 * m->n || a->lo != b->lo || a->hi != b->hi || a->forth == b->forth) {
            return false;
        }
        m->across[a->face] = b->face / 3;
        m->across[b->face] = a->face / 3;
    }
    return true;
}

/* Largest first, so that a face's plane is that of its largest triangle; equal ones by number.
 * Insertion into a binary heap would do no better: hulls are small, and this is a merge sort. */
static void sort_by_area(merge *m, int lo, int hi)
{
    if (hi - lo < 2) {
        return;
    }
    const int middle = (lo + hi) / 2;
    sort_by_area(m, lo, middle);
    sort_by_area(m, middle, hi);
    memcpy(&m->stack[lo], &m->order[lo], (size_t)(hi - lo) * sizeof(int));
    int i = lo, j = middle;
    for (int k = lo; k < hi; k++) {
        const bool left = j == hi || (i < middle && m->area[m->stack[i]] >= m->area[m->stack[j]]);
        m->order[k] = left ? m->stack[i++] : m->stack[j++];
    }
}

static bool in_plane(const merge *m, int t, reel_vec3 normal, double offset)
{
    for (int i = 0; i < 3; i++) {
        const reel_vec3 v = mesh_vertex(m->mesh, m->mesh->triangles[3 * (size_t)t + (size_t)i]);
        if (fabs(reel_v3_dot(normal, v) - offset) > m->slack) {
            return false;
        }
    }
    return reel_v3_dot(area_vector(m->mesh, t), normal) > 0;
}

/* Group of triangles around `seed` in its plane. */
static void flood(merge *m, int seed, int group)
{
    const reel_vec3 normal = reel_v3_unit(area_vector(m->mesh, seed), reel_v3(0, 0, 1));
    const double offset =
        reel_v3_dot(normal, mesh_vertex(m->mesh, m->mesh->triangles[3 * (size_t)seed]));
    int depth = 0;
    m->group[seed] = group;
    m->stack[depth++] = seed;
    while (depth > 0) {
        const int t = m->stack[--depth];
        for (int i = 0; i < 3; i++) {
            const int other = m->across[3 * t + i];
            if (m->group[other] < 0 && in_plane(m, other, normal, offset)) {
                m->group[other] = group;
                m->stack[depth++] = other;
            }
        }
    }
}

static int group_triangles(merge *m, bool merging)
{
    int groups = 0;
    for (int t = 0; t < m->n; t++) {
        m->area[t] = reel_v3_len(area_vector(m->mesh, t));
        m->order[t] = t;
        m->group[t] = -1;
    }
    sort_by_area(m, 0, m->n);
    for (int i = 0; i < m->n; i++) {
        const int t = m->order[i];
        if (m->group[t] < 0) {
            if (merging) {
                flood(m, t, groups++);
            } else {
                m->group[t] = groups++;
            }
        }
    }
    return groups;
}

/* For the sides of a group that lead out of it: next[from] = to. Returns one such vertex, and how
 * many sides there are; -1 if two of them begin at one vertex. */
static int outline(merge *m, const int *triangles, int n, int *length)
{
    int start = -1;
    *length = 0;
    for (int k = 0; k < n; k++) {
        const int t = triangles[k];
        for (int i = 0; i < 3; i++) {
            m->next[m->mesh->triangles[3 * (size_t)t + (size_t)i]] = -1;
        }
    }
    for (int k = 0; k < n; k++) {
        const int t = triangles[k];
        for (int i = 0; i < 3; i++) {
            if (m->group[m->across[3 * t + i]] == m->group[t]) {
                continue;
            }
            const int from = m->mesh->triangles[3 * (size_t)t + (size_t)i];
            if (m->next[from] >= 0) {
                return -1;
            }
            m->next[from] = m->mesh->triangles[3 * (size_t)t + (size_t)(i + 1) % 3];
            start = start < 0 || from < start ? from : start;
            ++*length;
        }
    }
    return start;
}

/* Triangles of each group together, in `stack`, and where each group begins. */
static void sort_by_group(merge *m, int groups, int *first)
{
    memset(first, 0, ((size_t)groups + 1) * sizeof(int));
    for (int t = 0; t < m->n; t++) {
        first[m->group[t] + 1]++;
    }
    for (int g = 0; g < groups; g++) {
        first[g + 1] += first[g];
    }
    for (int t = 0; t < m->n; t++) {
        m->stack[first[m->group[t]]++] = t;
    }
    for (int g = groups; g > 0; g--) {
        first[g] = first[g - 1];
    }
    first[0] = 0;
}

/* Faces with the mesh's own vertex numbers. A vertex in two outlines only lies on a straight edge.
 */
static bool trace_faces(merge *m, int groups, int *first, polytope *out)
{
    int corners = 0;
    sort_by_group(m, groups, first);
    memset(m->uses, 0, (size_t)m->mesh->n_vertices * sizeof(int));
    for (int g = 0; g < groups; g++) {
        int length;
        const int start = outline(m, &m->stack[first[g]], first[g + 1] - first[g], &length);
        if (start < 0) {
            return false;
        }
        out->faces[g] = (polytope_face){.first = corners};
        int v = start;
        do {
            out->corners[corners++] = v;
            out->faces[g].n++;
            m->uses[v]++;
            v = m->next[v];
        } while (v >= 0 && v != start && out->faces[g].n <= length);
        if (v != start || out->faces[g].n != length) { /* a second loop */
            return false;
        }
    }
    out->n_faces = groups;
    return true;
}

/* Only vertices where three faces meet stay. */
static bool number_vertices(merge *m, polytope *out)
{
    out->n_vertices = 0;
    for (int v = 0; v < m->mesh->n_vertices; v++) {
        if (m->uses[v] >= 3) {
            m->number[v] = out->n_vertices;
            out->vertices[out->n_vertices++] = mesh_vertex(m->mesh, v);
        }
    }
    int kept = 0;
    for (int f = 0; f < out->n_faces; f++) {
        polytope_face *face = &out->faces[f];
        const int first = kept;
        for (int i = 0; i < face->n; i++) {
            const int v = out->corners[face->first + i];
            if (m->uses[v] >= 3) {
                out->corners[kept++] = m->number[v];
            }
        }
        face->first = first;
        face->n = kept - first;
        if (face->n < 3) {
            return false;
        }
    }
    return out->n_vertices >= 4 && out->n_faces >= 4;
}

static bool build_faces(reel_arena *arena, merge *m, bool merging, polytope *out)
{
    const int groups = group_triangles(m, merging);
    int *first = reel_calloc((size_t)groups + 1, sizeof(int));
    const bool ok = first && trace_faces(m, groups, first, out) && number_vertices(m, out) &&
                    finish(arena, out);
    reel_free(first);
    return ok;
}

bool polytope_of_mesh(reel_arena *arena, const reel_mesh *mesh, polytope *out)
{
    const size_t n = (size_t)mesh->n_triangles;
    merge m;
    bool ok = merge_begin(&m, mesh);
    *out = (polytope){.n_vertices = 0};
    out->vertices = REEL_ARENA_NEW(arena, reel_vec3, (size_t)mesh->n_vertices);
    out->faces = REEL_ARENA_NEW(arena, polytope_face, n);
    out->corners = REEL_ARENA_NEW(arena, int, 3 * n);
    ok = ok && out->vertices && out->faces && out->corners && find_across(&m);
    /* where merging leaves no proper polyhedron (a sliver between two planes), without it */
    ok = ok && (build_faces(arena, &m, true, out) || build_faces(arena, &m, false, out));
    merge_end(&m);
    return ok;
}

/* ---- boxes and prisms ----------------------------------------------------------------------- */

bool polytope_of_box(reel_arena *arena, const double half[3], polytope *out)
{
    /* corner k has +half along axis i if bit i of k is set */
    static const int corners[24] = {0, 4, 6, 2, 1, 3, 7, 5, 0, 1, 5, 4,
                                    2, 6, 7, 3, 0, 2, 3, 1, 4, 5, 7, 6};
    *out = (polytope){.n_vertices = 8, .n_faces = 6};
    out->vertices = REEL_ARENA_NEW(arena, reel_vec3, 8);
    out->faces = REEL_ARENA_NEW(arena, polytope_face, 6);
    out->corners = REEL_ARENA_NEW(arena, int, 24);
    if (!out->vertices || !out->faces || !out->corners) {
        return false;
    }
    for (int k = 0; k < 8; k++) {
        out->vertices[k] = reel_v3(k & 1 ? half[0] : -half[0], k & 2 ? half[1] : -half[1],
                                   k & 4 ? half[2] : -half[2]);
    }
    memcpy(out->corners, corners, sizeof corners);
    for (int f = 0; f < 6; f++) {
        out->faces[f] = (polytope_face){.first = 4 * f, .n = 4};
    }
    return finish(arena, out);
}

void prism_make(prism *out, const reel_vec3 triangle[3], reel_vec3 down)
{
    static const int corners[18] = {0, 1, 2, 5, 4, 3, 0, 3, 4, 1, 1, 4, 5, 2, 2, 5, 3, 0};
    static const polytope_edge edges[9] = {
        {0, 1, 0, 2}, {1, 2, 0, 3}, {2, 0, 0, 4}, {4, 3, 1, 2}, {5, 4, 1, 3},
        {3, 5, 1, 4}, {0, 3, 2, 4}, {1, 4, 3, 2}, {2, 5, 4, 3},
    };
    for (int i = 0; i < 3; i++) {
        out->vertices[i] = triangle[i];
        out->vertices[3 + i] = reel_v3_add(triangle[i], down);
    }
    memcpy(out->corners, corners, sizeof corners);
    memcpy(out->edges, edges, sizeof edges);
    out->hull = (polytope){.n_vertices = 6,
                           .n_faces = 5,
                           .n_edges = 9,
                           .vertices = out->vertices,
                           .faces = out->faces,
                           .corners = out->corners,
                           .edges = out->edges};
    for (int f = 0; f < 5; f++) {
        out->faces[f] =
            (polytope_face){.first = f < 2 ? 3 * f : 6 + 4 * (f - 2), .n = f < 2 ? 3 : 4};
        fit_face(&out->hull, f);
    }
}

/* ---- solids --------------------------------------------------------------------------------- */

convex convex_of_polytope(const polytope *hull, double margin)
{
    convex s = {.shape = REEL_SHAPE_HULL, .hull = hull, .round = margin};
    for (int i = 0; i < hull->n_vertices; i++) {
        s.centre = reel_v3_madd(s.centre, 1.0 / hull->n_vertices, hull->vertices[i]);
    }
    for (int i = 0; i < hull->n_vertices; i++) {
        s.reach = fmax(s.reach, reel_v3_len(reel_v3_sub(hull->vertices[i], s.centre)));
    }
    s.reach += margin;
    return s;
}

convex convex_of_shape(reel_shape shape, const double size[3], double margin)
{
    convex s = {.shape = shape, .round = margin};
    const double radius = size[0], half = size[1] / 2;
    switch (shape) {
    case REEL_SHAPE_SPHERE:
        s.round += radius;
        s.reach = s.round;
        return s;
    case REEL_SHAPE_CAPSULE:
        s.round += radius;
        s.size[2] = half;
        s.reach = half + s.round;
        return s;
    case REEL_SHAPE_CYLINDER:
    case REEL_SHAPE_CONE:
        s.size[0] = s.size[1] = radius;
        s.size[2] = half;
        s.reach = sqrt(radius * radius + half * half) + margin;
        return s;
    case REEL_SHAPE_ELLIPSOID: {
        const double least = fmin(size[0], fmin(size[1], size[2]));
        const double most = fmax(size[0], fmax(size[1], size[2]));
        memcpy(s.size, size, sizeof s.size);
        /* its least radius of curvature is least^2 / most */
        s.core_radius = 0.99 * least * least / most;
        s.round += s.core_radius;
        s.reach = most + margin;
        return s;
    }
    default: assert(!"a shape that size describes whole"); return s;
    }
}
