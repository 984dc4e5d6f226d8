/* Rounded boxes against closed forms, sums over points, and what shading needs. */
#include "assets/meshes.h"
#include "tests/check.h"

#include <stdio.h>

static const double pi = 3.14159265358979323846;

static reel_solid make(reel_arena *arena, double x, double y, double z, double radius, int segments)
{
    reel_solid s = {0};
    reel_error err = {0};
    const double v[] = {x, y, z, radius, segments};
    if (reel_solid_make(arena, reel_solid_find("rounded_box"), v, &s, &err) != REEL_OK) {
        CHECK_FAIL("%g %g %g radius %g, %d: %s: %s", x, y, z, radius, segments, err.field, err.msg);
    }
    if (reel_mesh_check(&s.mesh, true, &err) != REEL_OK) {
        CHECK_FAIL("%g %g %g radius %g, %d: %s", x, y, z, radius, segments, err.msg);
    }
    CHECK(s.n_parts == 1 && s.deviation == 0);
    return s;
}

static double volume_of(const reel_mesh *m, double inertia[6])
{
    double volume;
    reel_vec3 c;
    reel_mesh_mass(m, 1, &volume, &c, inertia);
    CHECK_NEAR(reel_v3_len(c), 0, 1e-9);
    return volume;
}

/* Steiner: the core x, y, z, a slab on each face, at each edge a quarter of a cylinder whose
 * section has the area 4 `quarter` in all, and the ball. */
static double steiner(double x, double y, double z, double r, double quarter, double ball)
{
    return x * y * z + 2 * r * (x * y + y * z + z * x) + 4 * quarter * (x + y + z) + ball;
}

/* The polyhedron is the core and an inscribed polyhedron of the ball added: exactly so in volume,
 * and within what that lacks of the round one, which goes with the square of the facets' width. */
static void volumes(const void *param)
{
    (void)param;
    const double r = 0.04, e = 0.3, f = 0.2, g = 0.16;
    double lacks[17] = {0};
    for (int n = 1; n <= 16; n++) {
        reel_arena arena = {0};
        double i[6];
        const reel_solid ball = make(&arena, 2 * r, 2 * r, 2 * r, r, n);
        const reel_solid box = make(&arena, e, f, g, r, n);
        const double x = e - 2 * r, y = f - 2 * r, z = g - 2 * r;
        const double quarter = 0.5 * n * r * r * sin(pi / 2 / n);
        const double volume = volume_of(&box.mesh, i);
        CHECK_NEAR(volume / steiner(x, y, z, r, quarter, volume_of(&ball.mesh, i)), 1, 2e-5);
        const double formula = steiner(x, y, z, r, pi / 4 * r * r, 4.0 / 3 * pi * r * r * r);
        lacks[n] = 1 - volume / formula;
        /* nowhere is a facet's middle farther below than the sagitta of its width */
        const double round = 2 * pi * r * (x + y + z) + 4 * pi * r * r;
        CHECK(lacks[n] > 0 && lacks[n] * formula < round * r * (1 - cos(0.75 * pi / 2 / n)));
        reel_arena_finish(&arena);
    }
    printf("# lacks %.3g, %.3g, %.3g, %.3g\n", lacks[1], lacks[2], lacks[4], lacks[8]);
    CHECK_NEAR(lacks[4] / lacks[8], 4, 0.2);
}

static bool in_round_box(const double p[3], const double half[3], double r)
{
    double out = 0;
    for (int k = 0; k < 3; k++) {
        const double d = fmax(0, fabs(p[k]) - (half[k] - r));
        out += d * d;
    }
    return out <= r * r;
}

/* Inertia against sums over points of the round box. */
static void inertia_by_summing_points(const void *param)
{
    (void)param;
    enum { N = 60 };
    reel_arena arena = {0};
    const double half[3] = {0.15, 0.1, 0.06}, r = 0.05;
    const reel_solid s = make(&arena, 0.3, 0.2, 0.12, r, 16);
    double sum[3] = {0}, mass = 0, inertia[6];
    const double volume = volume_of(&s.mesh, inertia);
    for (int i = 0; i < N * N * N; i++) {
        const int index[3] = {i % N, i / N % N, i / N / N};
        double p[3];
        for (int k = 0; k < 3; k++) {
            p[k] = half[k] * (2 * (index[k] + 0.5) / N - 1);
        }
        if (in_round_box(p, half, r)) {
            mass += 1;
            for (int k = 0; k < 3; k++) {
                const double u = p[(k + 1) % 3], v = p[(k + 2) % 3];
                sum[k] += u * u + v * v;
            }
        }
    }
    CHECK_NEAR(8 * half[0] * half[1] * half[2] * mass / (N * N * N) / volume, 1, 5e-3);
    for (int k = 0; k < 3; k++) {
        CHECK_NEAR(inertia[k] / volume / (sum[k] / mass), 1, 5e-3);
        CHECK_NEAR(inertia[3 + k] / inertia[k], 0, 1e-6);
    }
    reel_arena_finish(&arena);
    /* a cube is the same about all axes, though it is made of facets */
    const reel_solid cube = make(&arena, 0.1, 0.1, 0.1, 0.03, 3);
    volume_of(&cube.mesh, inertia);
    CHECK_NEAR(inertia[0] / inertia[2], 1, 1e-6);
    CHECK_NEAR(inertia[1] / inertia[2], 1, 1e-6);
    reel_arena_finish(&arena);
}

/* No corner is off the round surface, and the box is the one asked for. */
static void is_inscribed(const void *param)
{
    (void)param;
    static const double cases[][4] = {{0.1, 0.1, 0.1, 0.01},   {0.3, 0.2, 0.16, 0.08},
                                      {1, 0.002, 0.5, 0.001},  {2, 1, 0.5, 0.0003},
                                      {0.08, 0.08, 0.2, 0.04}, {0.1, 0.1, 0.1, 0.04999}};
    for (int c = 0; c < 6; c++) {
        reel_arena arena = {0};
        const double *v = cases[c];
        const double half[3] = {v[0] / 2, v[1] / 2, v[2] / 2};
        const reel_solid s = make(&arena, v[0], v[1], v[2], v[3], 4);
        double lo[3], hi[3];
        reel_mesh_box(&s.mesh, lo, hi);
        for (int k = 0; k < 3; k++) {
            CHECK_NEAR(hi[k], half[k], 1e-9);
            CHECK_NEAR(lo[k], -half[k], 1e-9);
        }
        for (int i = 0; i < s.mesh.n_vertices; i++) {
            const double *p = &s.mesh.vertices[3 * i];
            const double wide[3] = {half[0] + 1e-6, half[1] + 1e-6, half[2] + 1e-6};
            const double slim[3] = {half[0] - 1e-6, half[1] - 1e-6, half[2] - 1e-6};
            CHECK(in_round_box(p, wide, v[3] + 1e-6));
            CHECK(!in_round_box(p, slim, fmax(0, v[3] - 1e-6)));
        }
        reel_arena_finish(&arena);
    }
}

static reel_vec3 area_of(const reel_mesh *m, int t)
{
    reel_vec3 c[3];
    for (int k = 0; k < 3; k++) {
        const double *v = &m->vertices[3 * m->triangles[3 * t + k]];
        c[k] = reel_v3(v[0], v[1], v[2]);
    }
    return reel_v3_scale(reel_v3_cross(reel_v3_sub(c[1], c[0]), reel_v3_sub(c[2], c[0])), 0.5);
}

/* What is flat is shaded flat: whatever the weights by which the normals of faces about a corner
 * are blended, most of each side's area lies between corners that have no other face. */
static void sides_stay_flat(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    const double r = 0.02, x = 0.3, y = 0.2, z = 0.1;
    const reel_solid s = make(&arena, x, y, z, r, 4);
    const double flat[3] = {(y - 2 * r) * (z - 2 * r), (x - 2 * r) * (z - 2 * r),
                            (x - 2 * r) * (y - 2 * r)};
    double kept[3] = {0}, all[3] = {0};
    for (int t = 0; t < s.mesh.n_triangles; t++) {
        const reel_vec3 a = area_of(&s.mesh, t);
        const double n[3] = {fabs(a.x), fabs(a.y), fabs(a.z)}, size = reel_v3_len(a);
        const int axis = n[0] > n[1] ? (n[0] > n[2] ? 0 : 2) : n[1] > n[2] ? 1 : 2;
        bool alone = n[axis] >= size * (1 - 1e-14);
        if (!alone) {
            continue;
        }
        all[axis] += size;
        for (int o = 0; o < s.mesh.n_triangles; o++) { /* its neighbours about corners */
            bool touches = false;
            for (int k = 0; k < 9; k++) {
                touches =
                    touches || s.mesh.triangles[3 * t + k / 3] == s.mesh.triangles[3 * o + k % 3];
            }
            const reel_vec3 b = reel_v3_unit(area_of(&s.mesh, o), reel_v3(0, 0, 0));
            alone = alone && (!touches || reel_v3_dot(a, b) > size * (1 - 1e-12));
        }
        kept[axis] += alone ? size : 0;
    }
    for (int k = 0; k < 3; k++) {
        CHECK_NEAR(all[k], 2 * flat[k], 1e-9);
        const double ring = r / 4; /* on both sides of both lengths */
        const double u = k == 0 ? y : x, v = k == 2 ? y : z;
        CHECK_NEAR(kept[k], 2 * (u - 2 * r - 2 * ring) * (v - 2 * r - 2 * ring), 1e-9);
    }
    CHECK(s.mesh.crease > pi / 8);
    CHECK(make(&arena, x, y, z, r, 1).mesh.crease == 0);
    reel_arena_finish(&arena);
}

static void too_round(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    reel_solid s = {0};
    reel_error err = {0};
    const double v[] = {0.3, 0.1, 0.2, 0.0501, 4};
    CHECK_INT(reel_solid_make(&arena, reel_solid_find("rounded_box"), v, &s, &err), ==,
              REEL_E_SCENE);
    CHECK_STR(err.field, "radius");
    CHECK_INT(s.n_parts, ==, 0);
    reel_arena_finish(&arena);
}

static void allocations_may_fail(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    uint64_t n = 1;
    for (bool was_hit = true; was_hit; n++) {
        reel_arena arena = {0};
        reel_solid s = {0};
        reel_error err = {0};
        const uint64_t before = reel_alloc_count();
        reel_alloc_fail_at(n);
        const reel_status status =
            reel_solid_make(&arena, reel_solid_find("rounded_box"), NULL, &s, &err);
        was_hit = reel_alloc_count() - before >= n;
        reel_alloc_fail_at(0);
        CHECK_INT(status, ==, was_hit ? REEL_E_NOMEM : REEL_OK);
        reel_arena_finish(&arena);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
}

static const check_test tests[] = {
    {"volumes", volumes, NULL},
    {"inertia by summing points", inertia_by_summing_points, NULL},
    {"is inscribed", is_inscribed, NULL},
    {"sides stay flat", sides_stay_flat, NULL},
    {"too round", too_round, NULL},
    {"allocations may fail", allocations_may_fail, NULL},
};
CHECK_MAIN(tests)
