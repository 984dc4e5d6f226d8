/* solid.c - the builder of solids: solid.h. */
#include "assets/solid.h"

#include <string.h>

double solid_round(double x)
{
    /* + 0: no negative zero */
    return floor(x * STEPS_PER_METRE + 0.5) / STEPS_PER_METRE + 0.0;
}

void solid_begin(solid_builder *b, reel_arena *arena, double crease, reel_error *err)
{
    *b = (solid_builder){.arena = arena, .crease = crease, .err = err};
}

void solid_fail(solid_builder *b, reel_status status, const char *msg)
{
    if (b->status == REEL_OK) {
        b->status = reel_fail(b->err, status, "%s", msg);
    }
}

/* Room for one more of `size` bytes; false once the builder has failed. */
static bool make_room(solid_builder *b, void *array, int n, int *room, size_t size)
{
    void *old, *longer;
    if (b->status != REEL_OK) {
        return false;
    }
    if (n < *room) {
        return true;
    }
    const int wanted = *room ? 2 * *room : 64;
    memcpy(&old, array, sizeof(old));
    longer = reel_realloc(old, (size_t)wanted * size);
    if (!longer) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        return false;
    }
    memcpy(array, &longer, sizeof(longer));
    *room = wanted;
    return true;
}

static void turn(const solid_builder *b, const double p[3], double out[3])
{
    out[0] = solid_round(p[0]);
    out[1] = solid_round(b->upright ? -p[2] : p[1]);
    out[2] = solid_round(b->upright ? p[1] : p[2]);
}

int solid_vertex(solid_builder *b, double x, double y, double z)
{
    if (b->n_vertices >= REEL_MAX_VERTICES) {
        solid_fail(b, REEL_E_SCENE, "a mesh has too many vertices");
    }
    if (!make_room(b, &b->vertices, b->n_vertices, &b->vertex_room, sizeof(*b->vertices))) {
        return 0;
    }
    turn(b, (double[3]){x, y, z}, b->vertices[b->n_vertices]);
    return b->n_vertices++;
}

void solid_triangle(solid_builder *b, int i, int j, int k)
{
    if (b->n_triangles >= REEL_MAX_TRIANGLES) {
        solid_fail(b, REEL_E_SCENE, "a mesh has too many triangles");
    }
    if (!make_room(b, &b->triangles, b->n_triangles, &b->triangle_room, sizeof(*b->triangles))) {
        return;
    }
    int *t = b->triangles[b->n_triangles++];
    t[0] = i;
    t[1] = j;
    t[2] = k;
}

void solid_part(solid_builder *b, const double *points, int n)
{
    double *rounded = NULL;
    if (b->n_parts >= REEL_MAX_PARTS) {
        solid_fail(b, REEL_E_SCENE, "a solid has too many convex parts");
    }
    if (!make_room(b, &b->parts, b->n_parts, &b->part_room, sizeof(*b->parts))) {
        return;
    }
    rounded = reel_calloc((size_t)n, 3 * sizeof(*rounded));
    if (!rounded) {
        solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        return;
    }
    for (int i = 0; i < n; i++) {
        turn(b, &points[3 * i], &rounded[3 * i]);
    }
    reel_mesh *part = &b->parts[b->n_parts];
    b->status = reel_hull_of_points(b->arena, rounded, n, part, b->err);
    if (b->status == REEL_OK) {
        part->crease = b->crease;
        b->n_parts++;
    }
    reel_free(rounded);
}

void solid_convex(solid_builder *b, const double *points, int n)
{
    const bool upright = b->upright;
    const int first = b->n_vertices;
    solid_part(b, points, n);
    if (b->status != REEL_OK) {
        return;
    }
    const reel_mesh hull = b->parts[b->n_parts - 1];
    b->upright = false; /* it has turned already */
    for (int i = 0; i < hull.n_vertices; i++) {
        const double *v = &hull.vertices[3 * i];
        solid_vertex(b, v[0], v[1], v[2]);
    }
    for (int i = 0; i < hull.n_triangles; i++) {
        const int *t = &hull.triangles[3 * i];
        solid_triangle(b, first + t[0], first + t[1], first + t[2]);
    }
    b->upright = upright;
}

static void check(solid_builder *b, const reel_mesh *mesh, bool convex)
{
    reel_error why = {0};
    if (b->status != REEL_OK) {
        return;
    }
    b->status = reel_mesh_check(mesh, convex, &why);
    if (b->status != REEL_OK) {
        reel_fail(b->err, b->status, "makes no solid (too thin or small?): the mesh %s", why.msg);
    }
}

reel_status solid_finish(solid_builder *b, reel_solid *out)
{
    reel_solid solid = {.n_parts = b->n_parts, .deviation = b->deviation};
    if (b->status == REEL_OK) {
        solid.mesh =
            (reel_mesh){.name = reel_arena_strdup(b->arena, ""),
                        .n_vertices = b->n_vertices,
                        .n_triangles = b->n_triangles,
                        .vertices = reel_arena_copy(b->arena, b->vertices, (size_t)b->n_vertices,
                                                    sizeof(*b->vertices)),
                        .triangles = reel_arena_copy(b->arena, b->triangles, (size_t)b->n_triangles,
                                                     sizeof(*b->triangles)),
                        .crease = b->crease};
        solid.parts = reel_arena_copy(b->arena, b->parts, (size_t)b->n_parts, sizeof(*b->parts));
        if (!solid.mesh.name || !solid.mesh.vertices || !solid.mesh.triangles || !solid.parts) {
            solid_fail(b, REEL_E_NOMEM, "out of memory for a solid");
        }
    }
    check(b, &solid.mesh, false);
    for (int i = 0; i < b->n_parts; i++) {
        check(b, &b->parts[i], true);
    }
    const reel_status status = b->status;
    if (status == REEL_OK) {
        *out = solid;
    }
    reel_free(b->vertices);
    reel_free(b->triangles);
    reel_free(b->parts);
    *b = (solid_builder){.status = status};
    return status;
}
