/* terrain_make.c - triangles of meshes and height fields, and which of them are in a box. */
#include "engine/terrain_parts.h"

#include "base/mesh.h"
#include <stdlib.h>
#include <string.h>

/* ---- triangles ------------------------------------------------------------------------------ */

static reel_vec3 mesh_point(const terrain *t, int i)
{
    const double *v = &t->mesh->vertices[3 * i];
    return reel_v3(v[0], v[1], v[2]);
}

static reel_vec3 field_point(const terrain *t, int column, int row)
{
    const double z = t->field->heights[(size_t)row * (size_t)t->field->columns + (size_t)column];
    return reel_v3(t->x0 + column * t->dx, t->y0 + row * t->dy, z);
}

static reel_vec3 normal_of(const reel_vec3 v[3])
{
    return reel_v3_unit(reel_v3_cross(reel_v3_sub(v[1], v[0]), reel_v3_sub(v[2], v[0])),
                        reel_v3(0, 0, 1));
}

/* Triangle 2 c + k of cell c: the one below (k = 0) or above the diagonal. */
static void field_corners(const terrain *t, int column, int row, int upper, facet *f)
{
    const int across[2][3] = {{0, 1, 1}, {0, 1, 0}}, up[2][3] = {{0, 0, 1}, {0, 1, 1}};
    for (int k = 0; k < 3; k++) {
        const int i = column + across[upper][k], j = row + up[upper][k];
        f->v[k] = field_point(t, i, j);
        f->id[k] = j * t->field->columns + i;
    }
}

void facet_get(const terrain *t, int index, facet *f)
{
    f->index = index;
    if (t->mesh) {
        for (int k = 0; k < 3; k++) {
            f->id[k] = t->mesh->triangles[3 * index + k];
            f->v[k] = mesh_point(t, f->id[k]);
        }
        f->n = t->normals[index];
    } else {
        const int cell = index / 2, cells = t->field->columns - 1;
        field_corners(t, cell % cells, cell / cells, index % 2, f);
        f->n = normal_of(f->v);
    }
    f->offset = reel_v3_dot(f->n, f->v[0]);
    f->folds = t->folds[index];
}

/* Normal beyond edge k; at the border of a field, that of the wall below it. */
static reel_vec3 field_neighbour(const terrain *t, const facet *f, int k)
{
    const int columns = t->field->columns - 1, rows = t->field->rows - 1;
    const int upper = f->index % 2, cell = f->index / 2;
    /* cells beyond the three edges of the lower and of the upper triangle */
    static const int right[2][3] = {{0, 1, 0}, {0, 0, -1}}, back[2][3] = {{-1, 0, 0}, {0, 1, 0}};
    const int i = cell % columns + right[upper][k], j = cell / columns + back[upper][k];
    if (i < 0 || j < 0 || i >= columns || j >= rows) {
        const reel_vec3 out = reel_v3_cross(f->along[k], reel_v3(0, 0, 1));
        return reel_v3_unit(out, f->n);
    }
    facet other;
    field_corners(t, i, j, !upper, &other);
    return normal_of(other.v);
}

void facet_edges(facet *f)
{
    for (int k = 0; k < 3; k++) {
        f->along[k] = reel_v3_unit(reel_v3_sub(f->v[(k + 1) % 3], f->v[k]), reel_v3(1, 0, 0));
        f->out[k] = reel_v3_cross(f->along[k], f->n);
    }
}

static reel_vec3 neighbour(const terrain *t, const facet *f, int k)
{
    return t->mesh ? t->normals[t->across[f->index][k]] : field_neighbour(t, f, k);
}

void facet_beyond(const terrain *t, facet *f)
{
    for (int k = 0; k < 3; k++) {
        f->beyond[k] = reel_v3_cross(f->along[k], neighbour(t, f, k));
    }
}

/* Which edges are ridges and valleys. */
static void fold(terrain *t, int triangle)
{
    facet f;
    facet_get(t, triangle, &f);
    facet_edges(&f);
    for (int k = 0; k < 3; k++) {
        const reel_vec3 other = neighbour(t, &f, k);
        const double rise = reel_v3_dot(other, f.out[k]);
        const bool flat = fabs(rise) <= FLAT_FOLD && reel_v3_dot(other, f.n) > 0;
        if (!flat) {
            t->folds[triangle] |=
                (uint8_t)(rise < 0 ? FOLD_VALLEY << k : (FOLD_RIDGE << k) | FOLD_NEAR);
        }
    }
}

/* ---- neighbours in a mesh ------------------------------------------------------------------- */

typedef struct edge_key {
    int from, to, corner;
} edge_key;

static int compare_edges(const void *a, const void *b)
{
    const edge_key *s = a, *t = b;
    if (s->from != t->from) {
        return s->from < t->from ? -1 : 1;
    }
    return (s->to > t->to) - (s->to < t->to);
}

/* Every edge has one neighbour, which reel_mesh_check() has seen to. */
static bool find_neighbours(terrain *t)
{
    const size_t n = 3 * (size_t)t->mesh->n_triangles;
    const int *corners = t->mesh->triangles;
    edge_key *keys = reel_calloc(n, sizeof *keys);
    if (!keys) {
        return false;
    }
    for (int c = 0; c < (int)n; c++) {
        keys[c] = (edge_key){corners[c], corners[c / 3 * 3 + (c + 1) % 3], c};
    }
    qsort(keys, n, sizeof *keys, compare_edges);
    for (size_t i = 0; i < n; i++) {
        const edge_key back = {keys[i].to, keys[i].from, 0};
        const edge_key *other = bsearch(&back, keys, n, sizeof back, compare_edges);
        t->across[keys[i].corner / 3][keys[i].corner % 3] = other->corner / 3;
    }
    reel_free(keys);
    return true;
}

/* Triangles at the ends of ridges. */
static bool find_ends(terrain *t)
{
    const int *id = t->mesh->triangles;
    bool *end = reel_calloc((size_t)t->mesh->n_vertices, sizeof *end);
    if (!end) {
        return false;
    }
    for (int c = 0; c < 3 * t->mesh->n_triangles; c++) {
        if (t->folds[c / 3] & FOLD_RIDGE << c % 3) {
            end[id[c]] = end[id[c / 3 * 3 + (c + 1) % 3]] = true;
        }
    }
    for (int c = 0; c < 3 * t->mesh->n_triangles; c++) {
        t->folds[c / 3] |= end[id[c]] ? FOLD_NEAR : 0;
    }
    reel_free(end);
    return true;
}

/* ---- tree of boxes -------------------------------------------------------------------------- */

enum { LEAF = 4, DEPTH = 64 };

static void box_of(const terrain *t, int triangle, double lo[3], double hi[3])
{
    for (int k = 0; k < 3; k++) {
        for (int c = 0; c < 3; c++) {
            const double x = t->mesh->vertices[3 * t->mesh->triangles[3 * triangle + c] + k];
            lo[k] = c ? fmin(lo[k], x) : x;
            hi[k] = c ? fmax(hi[k], x) : x;
        }
    }
}

typedef struct tree_key {
    double middle;
    int triangle;
} tree_key;

static int compare_middles(const void *a, const void *b)
{
    const tree_key *s = a, *t = b;
    if (s->middle != t->middle) {
        return s->middle < t->middle ? -1 : 1;
    }
    return (s->triangle > t->triangle) - (s->triangle < t->triangle);
}

/* Halves by the middles of the boxes along the longest axis. */
static void split(terrain *t, int node, tree_key *keys, int first, int n, int *n_nodes)
{
    terrain_node *here = &t->nodes[node];
    for (int k = 0; k < 3; k++) {
        here->lo[k] = INFINITY;
        here->hi[k] = -INFINITY;
    }
    for (int i = first; i < first + n; i++) {
        double lo[3], hi[3];
        box_of(t, keys[i].triangle, lo, hi);
        for (int k = 0; k < 3; k++) {
            here->lo[k] = fmin(here->lo[k], lo[k]);
            here->hi[k] = fmax(here->hi[k], hi[k]);
        }
    }
    if (n <= LEAF) {
        here->first = first;
        here->n = n;
        for (int i = first; i < first + n; i++) {
            t->order[i] = keys[i].triangle;
        }
        return;
    }
    int axis = 0;
    for (int k = 1; k < 3; k++) {
        axis = here->hi[k] - here->lo[k] > here->hi[axis] - here->lo[axis] ? k : axis;
    }
    for (int i = first; i < first + n; i++) {
        double lo[3], hi[3];
        box_of(t, keys[i].triangle, lo, hi);
        keys[i].middle = lo[axis] + hi[axis];
    }
    qsort(&keys[first], (size_t)n, sizeof *keys, compare_middles);
    const int child = *n_nodes;
    here->first = child;
    here->n = 0;
    *n_nodes += 2;
    split(t, child, keys, first, n / 2, n_nodes);
    split(t, child + 1, keys, first + n / 2, n - n / 2, n_nodes);
}

static bool build_tree(terrain *t)
{
    const int n = t->mesh->n_triangles;
    tree_key *keys = reel_calloc((size_t)n, sizeof *keys);
    int n_nodes = 1;
    if (!keys) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        keys[i].triangle = i;
    }
    split(t, 0, keys, 0, n, &n_nodes);
    reel_free(keys);
    return true;
}

static bool boxes_meet(const terrain_node *node, const double lo[3], const double hi[3])
{
    for (int k = 0; k < 3; k++) {
        if (node->lo[k] > hi[k] || node->hi[k] < lo[k]) {
            return false;
        }
    }
    return true;
}

static void each_of_mesh(const terrain *t, const double lo[3], const double hi[3],
                         terrain_visit *visit, void *data)
{
    int stack[DEPTH], n = 0;
    stack[n++] = 0;
    while (n > 0) {
        const terrain_node *node = &t->nodes[stack[--n]];
        if (!boxes_meet(node, lo, hi)) {
            continue;
        }
        if (node->n == 0) {
            stack[n++] = node->first + 1;
            stack[n++] = node->first;
        }
        for (int i = node->first; i < node->first + node->n; i++) {
            facet f;
            facet_get(t, t->order[i], &f);
            visit(data, &f);
        }
    }
}

static void each_of_field(const terrain *t, const double lo[3], const double hi[3],
                          terrain_visit *visit, void *data)
{
    const int columns = t->field->columns, rows = t->field->rows;
    const int i0 = (int)fmax(0, floor((lo[0] - t->x0) / t->dx));
    const int i1 = (int)fmin(columns - 2, floor((hi[0] - t->x0) / t->dx));
    const int j0 = (int)fmax(0, floor((lo[1] - t->y0) / t->dy));
    const int j1 = (int)fmin(rows - 2, floor((hi[1] - t->y0) / t->dy));
    for (int j = j0; j <= j1; j++) {
        for (int i = i0; i <= i1; i++) {
            const double *z = &t->field->heights[(size_t)j * (size_t)columns + (size_t)i];
            if (fmax(fmax(z[0], z[1]), fmax(z[columns], z[columns + 1])) < lo[2]) {
                continue;
            }
            for (int k = 0; k < 2; k++) {
                facet f;
                facet_get(t, 2 * (j * (columns - 1) + i) + k, &f);
                visit(data, &f);
            }
        }
    }
}

void terrain_each(const terrain *t, const double lo[3], const double hi[3], terrain_visit *visit,
                  void *data)
{
    if (t->mesh) {
        each_of_mesh(t, lo, hi, visit, data);
    } else if (hi[0] >= t->x0 && hi[1] >= t->y0) {
        each_of_field(t, lo, hi, visit, data);
    }
}

/* ---- making --------------------------------------------------------------------------------- */

reel_status terrain_of_mesh(reel_arena *arena, const reel_mesh *mesh, terrain **out,
                            reel_error *err)
{
    const size_t n = (size_t)mesh->n_triangles;
    const reel_status status = reel_mesh_check(mesh, false, err);
    if (status != REEL_OK) {
        return status;
    }
    terrain *t = REEL_ARENA_NEW(arena, terrain, 1);
    if (!t) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for mesh \"%s\"", mesh->name);
    }
    t->mesh = mesh;
    t->normals = REEL_ARENA_NEW(arena, reel_vec3, n);
    t->across = reel_arena_alloc(arena, n, sizeof *t->across);
    t->folds = REEL_ARENA_NEW(arena, uint8_t, n);
    t->order = REEL_ARENA_NEW(arena, int, n);
    t->nodes = REEL_ARENA_NEW(arena, terrain_node, 2 * n);
    if (!t->normals || !t->across || !t->folds || !t->order || !t->nodes) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for mesh \"%s\"", mesh->name);
    }
    for (int i = 0; i < mesh->n_triangles; i++) {
        reel_vec3 v[3];
        for (int k = 0; k < 3; k++) {
            v[k] = mesh_point(t, mesh->triangles[3 * i + k]);
        }
        t->normals[i] = normal_of(v);
    }
    if (!find_neighbours(t) || !build_tree(t)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for mesh \"%s\"", mesh->name);
    }
    for (int i = 0; i < mesh->n_triangles; i++) {
        fold(t, i);
    }
    if (!find_ends(t)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for mesh \"%s\"", mesh->name);
    }
    *out = t;
    return REEL_OK;
}

reel_status terrain_of_heights(reel_arena *arena, const reel_height_field *field,
                               const double size[3], terrain **out, reel_error *err)
{
    const int n = 2 * (field->columns - 1) * (field->rows - 1);
    terrain *t = REEL_ARENA_NEW(arena, terrain, 1);
    uint8_t *folds = REEL_ARENA_NEW(arena, uint8_t, n);
    if (!t || !folds) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for heights \"%s\"", field->name);
    }
    *t = (terrain){.field = field,
                   .folds = folds,
                   .x0 = -size[0] / 2,
                   .y0 = -size[1] / 2,
                   .dx = size[0] / (field->columns - 1),
                   .dy = size[1] / (field->rows - 1)};
    for (int i = 0; i < n; i++) {
        fold(t, i);
    }
    *out = t;
    return REEL_OK;
}
