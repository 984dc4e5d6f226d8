#include "base/mesh.h"
#include "base/rng.h"
#include "tests/check.h"

static const double pi = 3.14159265358979323846;

static reel_mesh hull_of(reel_arena *arena, const double *points, int n)
{
    reel_mesh mesh = {0};
    reel_error err = {0};
    if (reel_hull_of_points(arena, points, n, &mesh, &err) != REEL_OK ||
        reel_mesh_check(&mesh, true, &err) != REEL_OK) {
        CHECK_FAIL("hull of %d points: %s", n, err.msg);
    }
    return mesh;
}

/* The most that a point is beyond a face. */
static double beyond(const reel_mesh *mesh, const double *points, int n)
{
    double worst = -INFINITY;
    for (int t = 0; t < mesh->n_triangles; t++) {
        reel_vec3 c[3];
        for (int k = 0; k < 3; k++) {
            const double *v = &mesh->vertices[3 * mesh->triangles[3 * t + k]];
            c[k] = reel_v3(v[0], v[1], v[2]);
        }
        const reel_vec3 normal = reel_v3_unit(
            reel_v3_cross(reel_v3_sub(c[1], c[0]), reel_v3_sub(c[2], c[0])), reel_v3(0, 0, 0));
        for (int i = 0; i < n; i++) {
            const reel_vec3 p = reel_v3(points[3 * i], points[3 * i + 1], points[3 * i + 2]);
            worst = fmax(worst, reel_v3_dot(normal, reel_v3_sub(p, c[0])));
        }
    }
    return worst;
}

static double volume_of(const reel_mesh *mesh)
{
    double volume, inertia[6];
    reel_vec3 center;
    reel_mesh_mass(mesh, 1, &volume, &center, inertia);
    return volume;
}

enum { GRID = 5, N_GRID = GRID * GRID * GRID };

/* A cube of edge 1 with points all over its faces, edges and inside, turned and moved. */
static void cube_grid(double *points, reel_quat turn, double scale, double shift)
{
    for (int i = 0; i < N_GRID; i++) {
        const reel_vec3 p =
            reel_v3(i % GRID / (GRID - 1.0) - 0.5, i / GRID % GRID / (GRID - 1.0) - 0.5,
                    i / GRID / GRID / (GRID - 1.0) - 0.5);
        const reel_vec3 r = reel_quat_rotate(turn, p);
        points[3 * i] = scale * r.x + shift;
        points[3 * i + 1] = scale * r.y - shift;
        points[3 * i + 2] = scale * r.z + shift / 3;
    }
}

static void a_cube_has_eight_corners(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    for (int turn = 0; turn < 60; turn++) {
        reel_arena arena = {0};
        double points[3 * N_GRID];
        const double scale = turn % 3 == 0 ? 1 : turn % 3 == 1 ? 1e-3 : 250;
        const reel_quat q =
            turn == 0 ? reel_quat_identity()
                      : reel_quat_from_axis_angle(
                            reel_v3_unit(reel_v3(turn % 7 - 3, 1, turn % 5), reel_v3(0, 0, 1)),
                            0.37 * turn);
        cube_grid(points, q, scale, turn < 30 ? 0 : 3.7 * scale);
        const reel_mesh mesh = hull_of(&arena, points, N_GRID);
        CHECK_INT(mesh.n_vertices, ==, 8);
        CHECK_INT(mesh.n_triangles, ==, 12);
        CHECK_NEAR(volume_of(&mesh) / (scale * scale * scale), 1, 1e-12);
        CHECK(beyond(&mesh, points, N_GRID) <= 2e-9 * scale);
        CHECK_STR(mesh.name, "");
        CHECK(mesh.crease == 0);
        for (int i = 1; i < mesh.n_triangles; i++) {
            CHECK_INT(mesh.triangles[3 * i - 3], <=, mesh.triangles[3 * i]);
        }
        reel_arena_finish(&arena);
    }
    CHECK_INT(reel_alloc_live(), ==, live);
}

/* Points of a sphere, a cylinder, a disc on a point, near-duplicates: every hull holds its points
 * and each corner is one of them, in order. */
static void hulls_hold_their_points(const void *param)
{
    (void)param;
    enum { N = 500 };
    static double p[3 * N];
    for (int c = 0; c < 40; c++) {
        reel_arena arena = {0};
        reel_rng rng = reel_rng_stream((uint64_t)c, "points");
        const int n = c < 8 ? 4 + c : N;
        for (int i = 0; i < n; i++) {
            double *x = &p[3 * i], s = 0;
            for (int k = 0; k < 3; k++) {
                x[k] = reel_rng_range(&rng, -1, 1);
                s += x[k] * x[k];
            }
            switch (c % 8) {
            case 0:
                for (int k = 0; k < 3; k++) {
                    x[k] /= sqrt(s);
                }
                break;
            case 1: x[2] = floor(2 * x[2]); break;
            case 2:
                s = sqrt(x[0] * x[0] + x[1] * x[1]);
                x[0] /= s;
                x[1] /= s;
                x[2] = i % 2;
                break;
            case 3:
                for (int k = 0; k < 3; k++) {
                    x[k] = floor(3 * x[k]) / 3;
                }
                break;
            case 4: x[0] *= 1e-6; break;
            case 5: x[0] = i % 3 == 0 ? x[0] * 1e-12 : x[0]; break;
            case 6:
                if (i >= n / 2) { /* almost the first half again */
                    for (int k = 0; k < 3; k++) {
                        x[k] = p[3 * (i - n / 2) + k] + 1e-11 * x[k];
                    }
                }
                break;
            default: break;
            }
        }
        const reel_mesh mesh = hull_of(&arena, p, n), again = hull_of(&arena, p, n);
        CHECK(beyond(&mesh, p, n) <= 4e-9);
        CHECK_INT(mesh.n_vertices, ==, again.n_vertices);
        CHECK(memcmp(mesh.triangles, again.triangles, 3 * (size_t)mesh.n_triangles * sizeof(int)) ==
              0);
        int from = 0;
        for (int i = 0; i < mesh.n_vertices; i++, from++) {
            while (from < n && memcmp(&p[3 * from], &mesh.vertices[3 * i], 24) != 0) {
                from++;
            }
            CHECK_INT(from, <, n);
        }
        if (c % 8 == 0 && c >= 8) {
            CHECK_INT(mesh.n_vertices, ==, N);
        }
        reel_arena_finish(&arena);
    }
}

static void hulls_that_are_none(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    reel_mesh mesh;
    reel_error err = {0};
    double p[12 * 3];
    for (int i = 0; i < 12; i++) { /* a plane aslant */
        p[3 * i] = i;
        p[3 * i + 1] = i * i % 7;
        p[3 * i + 2] = p[3 * i] / 3 - p[3 * i + 1] / 7;
    }
    CHECK_INT(reel_hull_of_points(&arena, p, 12, &mesh, &err), ==, REEL_E_SCENE);
    CHECK_CONTAINS(err.msg, "plane");
    memset(p, 0, sizeof(p));
    CHECK_INT(reel_hull_of_points(&arena, p, 12, &mesh, &err), ==, REEL_E_SCENE);
    p[7] = NAN;
    CHECK_INT(reel_hull_of_points(&arena, p, 12, &mesh, &err), ==, REEL_E_SCENE);
    CHECK_CONTAINS(err.msg, "point 2");
    reel_arena_finish(&arena);
}

static void allocations_may_fail(const void *param)
{
    (void)param;
    double points[3 * N_GRID];
    cube_grid(points, reel_quat_identity(), 1, 0);
    const uint64_t live = reel_alloc_live();
    uint64_t n = 1;
    for (bool was_hit = true; was_hit; n++) {
        reel_arena arena = {0};
        reel_mesh mesh;
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        reel_status status = reel_hull_of_points(&arena, points, N_GRID, &mesh, &err);
        if (status == REEL_OK) {
            status = reel_mesh_check(&mesh, true, &err);
        }
        was_hit = reel_alloc_count() - before >= n;
        reel_alloc_fail_at(0);
        CHECK_INT(status, ==, was_hit ? REEL_E_NOMEM : REEL_OK);
        reel_arena_finish(&arena);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
    CHECK_INT(n, >, 8);
}

/* ---- checks ---- */

static const double cube[] = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0,
                              0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1};
static const int cube_faces[] = {0, 2, 1, 0, 3, 2, 4, 5, 6, 4, 6, 7, 0, 1, 5, 0, 5, 4,
                                 1, 2, 6, 1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7};

static void check_bad(double *v, int n_vertices, int *t, int n_triangles, bool convex,
                      const char *words)
{
    const reel_mesh mesh = {.name = "m",
                            .n_vertices = n_vertices,
                            .n_triangles = n_triangles,
                            .vertices = v,
                            .triangles = t};
    reel_error err = {0};
    const reel_status status = reel_mesh_check(&mesh, convex, &err);
    if (status != (words ? REEL_E_SCENE : REEL_OK) || (words && !strstr(err.msg, words))) {
        CHECK_FAIL("%s: status %d, %s", words ? words : "good", status, err.msg);
    }
}

static void meshes_are_checked(const void *param)
{
    (void)param;
    double v[2 * 24 + 3];
    int t[2 * 36];
    memcpy(v, cube, sizeof(cube));
    memcpy(t, cube_faces, sizeof(cube_faces));
    check_bad(v, 8, t, 12, true, NULL);
    check_bad(v, 8, t, 11, true, "is open");
    check_bad(v, 3, t, 12, true, "fewer");
    check_bad(v, 7, t, 12, false, "not there");
    v[24] = v[25] = v[26] = 0.5;
    check_bad(v, 9, t, 12, false, "in no triangle");
    v[5] = INFINITY;
    check_bad(v, 8, t, 12, false, "vertex 1 is not finite");
    v[5] = 0;
    t[1] = 1;
    t[2] = 2;
    check_bad(v, 8, t, 12, false, "run the same way");
    for (int i = 0; i < 12; i++) { /* all inside out */
        t[3 * i] = cube_faces[3 * i];
        t[3 * i + 1] = cube_faces[3 * i + 2];
        t[3 * i + 2] = cube_faces[3 * i + 1];
    }
    check_bad(v, 8, t, 12, false, "face inwards");
    memcpy(t, cube_faces, sizeof(cube_faces));
    v[3 * 6 + 2] = 0.4; /* a corner pressed in: still a solid */
    check_bad(v, 8, t, 12, false, NULL);
    check_bad(v, 8, t, 12, true, "is not convex: vertex");
    memcpy(v, cube, sizeof(cube));
    v[3] = 0;
    check_bad(v, 8, t, 12, false, "has no area");
    v[3] = 1;
    for (int i = 0; i < 24; i++) { /* two cubes are a solid but not convex, even if the same */
        v[24 + i] = cube[i] + (i % 3 == 0 ? 2 : 0);
    }
    for (int i = 0; i < 36; i++) {
        t[36 + i] = cube_faces[i] + 8;
    }
    check_bad(v, 16, t, 24, false, NULL);
    check_bad(v, 16, t, 24, true, "one surface");
    memcpy(&v[24], cube, sizeof(cube));
    check_bad(v, 16, t, 24, true, "one surface");
}

/* ---- mass ---- */

/* A box of points and a ball of facets, off the origin, against the closed forms. */
static void masses_of_known_solids(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    double p[3 * 8];
    for (int i = 0; i < 8; i++) {
        p[3 * i] = 100 + (i & 1 ? 0.2 : 0);
        p[3 * i + 1] = -50 + (i & 2 ? 0.3 : 0);
        p[3 * i + 2] = 7 + (i & 4 ? 0.5 : 0);
    }
    reel_mesh mesh = hull_of(&arena, p, 8);
    double mass, inertia[6];
    reel_vec3 c;
    reel_mesh_mass(&mesh, 700, &mass, &c, inertia);
    CHECK_NEAR(mass, 700 * 0.03, 1e-11);
    CHECK_NEAR(c.x, 100.1, 1e-12);
    CHECK_NEAR(c.y, -49.85, 1e-12);
    CHECK_NEAR(c.z, 7.25, 1e-12);
    CHECK_NEAR(inertia[0], mass * (0.09 + 0.25) / 12, 1e-11);
    CHECK_NEAR(inertia[1], mass * (0.04 + 0.25) / 12, 1e-11);
    CHECK_NEAR(inertia[2], mass * (0.04 + 0.09) / 12, 1e-11);
    for (int k = 3; k < 6; k++) {
        CHECK_NEAR(inertia[k], 0, 1e-11);
    }
    /* the corner tetrahedron: products of inertia; int xy = abc ab / 120, about the centre less
     * m (a/4)(b/4) */
    const double a = 0.4, b = 0.6, h = 0.9;
    const double q[] = {1, 1, 1, 1 + a, 1, 1, 1, 1 + b, 1, 1, 1, 1 + h};
    mesh = hull_of(&arena, q, 4);
    reel_mesh_mass(&mesh, 2, &mass, &c, inertia);
    CHECK_NEAR(mass, 2 * a * b * h / 6, 1e-14);
    CHECK_NEAR(c.x, 1 + a / 4, 1e-14);
    const double xy = 2 * a * b * h * a * b / 120 - mass * a * b / 16;
    const double yy = 2 * a * b * h * b * b / 60 - mass * b * b / 16;
    const double zz = 2 * a * b * h * h * h / 60 - mass * h * h / 16;
    CHECK_NEAR(inertia[3], -xy, 1e-14);
    CHECK_NEAR(inertia[0], yy + zz, 1e-14);
    reel_arena_finish(&arena);
}

static void a_fine_ball_is_a_ball(const void *param)
{
    (void)param;
    enum { N = 4000 };
    static double p[3 * N];
    reel_arena arena = {0};
    for (int i = 0; i < N; i++) { /* a spiral of even spacing */
        const double z = 1 - (2 * i + 1.0) / N, r = sqrt(1 - z * z), a = i * pi * (3 - sqrt(5));
        p[3 * i] = 0.3 * r * cos(a);
        p[3 * i + 1] = 0.3 * r * sin(a);
        p[3 * i + 2] = 0.3 * z;
    }
    const reel_mesh mesh = hull_of(&arena, p, N);
    CHECK_INT(mesh.n_vertices, ==, N);
    double mass, inertia[6], lo[3], hi[3];
    reel_vec3 c;
    reel_mesh_mass(&mesh, 1000, &mass, &c, inertia);
    CHECK_NEAR(mass / (1000 * 4 * pi * 0.027 / 3), 1, 2e-3);
    for (int k = 0; k < 3; k++) {
        CHECK_NEAR(inertia[k] / (0.4 * mass * 0.09), 1, 2e-3);
        CHECK_NEAR(inertia[k + 3], 0, 1e-4 * inertia[k]);
    }
    reel_mesh_box(&mesh, lo, hi);
    CHECK_NEAR(lo[0], -0.3, 1e-3);
    CHECK_NEAR(hi[2], 0.3, 1e-3);
    reel_arena_finish(&arena);
}

static const check_test tests[] = {
    {"a cube has eight corners", a_cube_has_eight_corners, NULL},
    {"hulls hold their points", hulls_hold_their_points, NULL},
    {"hulls that are none", hulls_that_are_none, NULL},
    {"allocations may fail", allocations_may_fail, NULL},
    {"meshes are checked", meshes_are_checked, NULL},
    {"masses of known solids", masses_of_known_solids, NULL},
    {"a fine ball is a ball", a_fine_ball_is_a_ball, NULL},
};
CHECK_MAIN(tests)
