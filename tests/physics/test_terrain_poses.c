/* A cube of triangles against the same cube as one convex solid, at random poses: what touches the
 * one touches the other, as deep. */
#include "base/rng.h"
#include "engine/terrain.h"
#include "tests/check.h"

enum { CELLS = 4, SIDE = CELLS + 1, POSES = 8000 };
#define HALF 0.3   /* m, of the cube */
#define DEEP 0.005 /* m: deeper than this, poses are not asked about */

static int find_vertex(reel_mesh *m, const double p[3])
{
    int i = 0;
    while (i < m->n_vertices && memcmp(&m->vertices[3 * i], p, 3 * sizeof *p) != 0) {
        i++;
    }
    if (i == m->n_vertices) {
        memcpy(&m->vertices[3 * m->n_vertices++], p, 3 * sizeof *p);
    }
    return i;
}

static reel_mesh cube_of_triangles(reel_arena *arena)
{
    reel_mesh m = {.name = "cube",
                   .vertices = REEL_ARENA_NEW(arena, double, 18 * SIDE * SIDE),
                   .triangles = REEL_ARENA_NEW(arena, int, 36 * CELLS * CELLS)};
    for (int face = 0; face < 6; face++) {
        const int axis = face / 2, u = (axis + 1) % 3, v = (axis + 2) % 3;
        for (int i = 0; i < CELLS * CELLS; i++) {
            int corner[4];
            for (int k = 0; k < 4; k++) {
                double p[3];
                p[axis] = face % 2 ? HALF : -HALF;
                p[u] = HALF * (2.0 * (i / CELLS + (k == 1 || k == 2)) / CELLS - 1);
                p[v] = HALF * (2.0 * (i % CELLS + (k >= 2)) / CELLS - 1);
                corner[k] = find_vertex(&m, p);
            }
            const int way[2][6] = {{0, 2, 1, 0, 3, 2}, {0, 1, 2, 0, 2, 3}};
            for (int k = 0; k < 6; k++) {
                m.triangles[3 * m.n_triangles + k] = corner[way[face % 2][k]];
            }
            m.n_triangles += 2;
        }
    }
    return m;
}

static double deepest(const touch_point *p, int n)
{
    double depth = -1;
    for (int i = 0; i < n; i++) {
        depth = fmax(depth, p[i].depth);
    }
    return depth;
}

static convex_pose random_pose(reel_rng *rng)
{
    double x[3], q[4];
    for (int k = 0; k < 3; k++) {
        x[k] = reel_rng_range(rng, -0.55, 0.55);
    }
    for (int k = 0; k < 4; k++) {
        q[k] = reel_rng_normal(rng);
    }
    const reel_quat turn = reel_quat_unit((reel_quat){q[0], q[1], q[2], q[3]});
    return (convex_pose){reel_v3(x[0], x[1], x[2]), reel_mat3_from_quat(turn)};
}

static void triangles_are_the_solid(const void *param)
{
    const reel_shape shape = *(const reel_shape *)param;
    const double cube_half[3] = {HALF, HALF, HALF}, box_half[3] = {0.12, 0.08, 0.05};
    const double size[3] = {0.1, 0.15, 0.07};
    reel_arena arena = {0};
    reel_error err = {0};
    polytope cube, box;
    terrain *land = NULL;
    const reel_mesh mesh = cube_of_triangles(&arena);
    if (terrain_of_mesh(&arena, &mesh, &land, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
    CHECK(polytope_of_box(&arena, cube_half, &cube) && polytope_of_box(&arena, box_half, &box));
    const convex whole = convex_of_polytope(&cube, SIM_MARGIN);
    const convex solid = shape == REEL_SHAPE_BOX ? convex_of_polytope(&box, SIM_MARGIN)
                                                 : convex_of_shape(shape, size, SIM_MARGIN);
    reel_rng rng = reel_rng_stream(7, reel_shape_name(shape));
    int touching = 0, other = 0;
    for (int i = 0; i < POSES; i++) {
        const convex_pose pose = random_pose(&rng);
        touch_point a[COLLIDER_CONTACTS], b[COLLIDER_CONTACTS];
        const int n = collide_convex(&whole, &solid, &pose, a);
        const double depth = deepest(a, n);
        if (depth > DEEP) {
            continue;
        }
        const int m = terrain_collide(land, &solid, &pose, b);
        if ((n > 0) != (m > 0) && fmax(depth, deepest(b, m)) > 1e-6) {
            CHECK_FAIL("pose %d: depths %.3g, %.3g", i, depth, deepest(b, m));
        }
        touching += n > 0;
        other += n > 0 && fabs(deepest(b, m) - depth) > 0.1 * depth + 1e-5;
    }
    CHECK_INT(touching, >, 60);
    CHECK_INT(30 * other, <=, touching); /* at the cube's corners another way out may be found */
    reel_arena_finish(&arena);
}

static const reel_shape shapes[] = {REEL_SHAPE_SPHERE,   REEL_SHAPE_BOX,  REEL_SHAPE_CAPSULE,
                                    REEL_SHAPE_CYLINDER, REEL_SHAPE_CONE, REEL_SHAPE_ELLIPSOID};
static const check_test tests[] = {
    {"sphere", triangles_are_the_solid, &shapes[0]},
    {"box", triangles_are_the_solid, &shapes[1]},
    {"capsule", triangles_are_the_solid, &shapes[2]},
    {"cylinder", triangles_are_the_solid, &shapes[3]},
    {"cone", triangles_are_the_solid, &shapes[4]},
    {"ellipsoid", triangles_are_the_solid, &shapes[5]},
};
CHECK_MAIN(tests)
