/* mesh_check.c - whether a mesh bounds a solid: mesh.h. */
#include "base/mesh.h"

#include <stdlib.h>

#define THIN   1e-10 /* of the mesh's size: a triangle that is lower than this has no area */
#define BEYOND 1e-6  /* of the mesh's size: as a convex face may look past */

static reel_vec3 corner(const reel_mesh *mesh, int triangle, int k)
{
    const double *v = &mesh->vertices[3 * mesh->triangles[3 * triangle + k]];
    return reel_v3(v[0], v[1], v[2]);
}

/* Twice the area times the normal. */
static reel_vec3 cross_of(const reel_mesh *mesh, int triangle)
{
    const reel_vec3 a = corner(mesh, triangle, 0);
    return reel_v3_cross(reel_v3_sub(corner(mesh, triangle, 1), a),
                         reel_v3_sub(corner(mesh, triangle, 2), a));
}

static double size_of(const reel_mesh *mesh)
{
    double lo[3], hi[3];
    reel_mesh_box(mesh, lo, hi);
    return fmax(hi[0] - lo[0], fmax(hi[1] - lo[1], hi[2] - lo[2]));
}

static reel_status check_numbers(const reel_mesh *mesh, reel_error *err)
{
    for (int i = 0; i < 3 * mesh->n_vertices; i++) {
        if (!isfinite(mesh->vertices[i])) {
            return reel_fail(err, REEL_E_SCENE, "vertex %d is not finite", i / 3);
        }
    }
    for (int i = 0; i < 3 * mesh->n_triangles; i++) {
        if (mesh->triangles[i] < 0 || mesh->triangles[i] >= mesh->n_vertices) {
            return reel_fail(err, REEL_E_SCENE, "triangle %d names a vertex that is not there",
                             i / 3);
        }
    }
    const double size = size_of(mesh);
    for (int t = 0; t < mesh->n_triangles; t++) {
        double longest = 0;
        for (int k = 0; k < 3; k++) {
            const reel_vec3 edge = reel_v3_sub(corner(mesh, t, (k + 1) % 3), corner(mesh, t, k));
            longest = fmax(longest, reel_v3_len(edge));
        }
        if (!(reel_v3_len(cross_of(mesh, t)) > THIN * size * longest)) {
            return reel_fail(err, REEL_E_SCENE, "triangle %d has no area", t);
        }
    }
    return REEL_OK;
}

static int compare_edges(const void *a, const void *b)
{
    const uint64_t s = *(const uint64_t *)a, t = *(const uint64_t *)b;
    return s < t ? -1 : s > t;
}

static uint64_t edge_key(int from, int to)
{
    return (uint64_t)from << 32 | (uint32_t)to;
}

/* Each directed edge once, and once the other way. */
static reel_status check_edges(const reel_mesh *mesh, reel_error *err)
{
    const size_t n = 3 * (size_t)mesh->n_triangles;
    reel_status status = REEL_OK;
    uint64_t *edges = reel_alloc(n * sizeof(*edges));
    bool *used = reel_calloc((size_t)mesh->n_vertices, sizeof(*used));
    if (!edges || !used) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for the edges of a mesh");
        goto fail;
    }
    for (size_t i = 0; i < n; i++) {
        const int *t = &mesh->triangles[i / 3 * 3];
        edges[i] = edge_key(t[i % 3], t[(i + 1) % 3]);
        used[t[i % 3]] = true;
    }
    qsort(edges, n, sizeof(*edges), compare_edges);
    for (size_t i = 0; i < n; i++) {
        const int from = (int)(edges[i] >> 32), to = (int)(uint32_t)edges[i];
        const uint64_t back = edge_key(to, from);
        if (i + 1 < n && edges[i + 1] == edges[i]) {
            status = reel_fail(err, REEL_E_SCENE,
                               "two triangles run the same way along the edge from vertex %d to %d",
                               from, to);
            goto fail;
        }
        if (!bsearch(&back, edges, n, sizeof(back), compare_edges)) {
            status =
                reel_fail(err, REEL_E_SCENE,
                          "is open: the edge from vertex %d to %d has one triangle only", from, to);
            goto fail;
        }
    }
    for (int i = 0; i < mesh->n_vertices; i++) {
        if (!used[i]) {
            status = reel_fail(err, REEL_E_SCENE, "vertex %d is in no triangle", i);
            goto fail;
        }
    }
fail:
    reel_free(edges);
    reel_free(used);
    return status;
}

static reel_status check_convex(const reel_mesh *mesh, reel_error *err)
{
    const double beyond = BEYOND * size_of(mesh);
    if (mesh->n_vertices > REEL_MAX_HULL_VERTICES) {
        return reel_fail(err, REEL_E_SCENE, "a hull has at most %d vertices",
                         (int)REEL_MAX_HULL_VERTICES);
    }
    /* Euler's formula: one surface without holes */
    if (mesh->n_triangles != 2 * mesh->n_vertices - 4) {
        return reel_fail(err, REEL_E_SCENE, "is not convex: it is not one surface without holes");
    }
    for (int t = 0; t < mesh->n_triangles; t++) {
        const reel_vec3 a = corner(mesh, t, 0);
        const reel_vec3 n = reel_v3_unit(cross_of(mesh, t), reel_v3(0, 0, 1));
        for (int i = 0; i < mesh->n_vertices; i++) {
            const double *v = &mesh->vertices[3 * i];
            if (reel_v3_dot(n, reel_v3_sub(reel_v3(v[0], v[1], v[2]), a)) > beyond) {
                return reel_fail(err, REEL_E_SCENE,
                                 "is not convex: vertex %d is beyond triangle %d", i, t);
            }
        }
    }
    return REEL_OK;
}

reel_status reel_mesh_check(const reel_mesh *mesh, bool convex, reel_error *err)
{
    if (mesh->n_vertices < 4 || mesh->n_triangles < 4) {
        return reel_fail(err, REEL_E_SCENE, "has fewer than 4 vertices or triangles");
    }
    reel_status status = check_numbers(mesh, err);
    if (status == REEL_OK) {
        status = check_edges(mesh, err);
    }
    if (status == REEL_OK) {
        double volume, inertia[6];
        reel_vec3 center;
        reel_mesh_mass(mesh, 1, &volume, &center, inertia);
        if (!(volume > 0)) {
            status = reel_fail(err, REEL_E_SCENE, "has no volume, or its triangles face inwards");
        }
    }
    return status == REEL_OK && convex ? check_convex(mesh, err) : status;
}
