/* What of a solid lies under a plane, and the area that a flow sees. */
#include "base/trig.h"
#include "engine/force.h"
#include "tests/check.h"

enum { SHAPES = 6 };
static const reel_shape shapes[SHAPES] = {REEL_SHAPE_BOX,     REEL_SHAPE_SPHERE,
                                          REEL_SHAPE_CAPSULE, REEL_SHAPE_CYLINDER,
                                          REEL_SHAPE_CONE,    REEL_SHAPE_ELLIPSOID};
static const reel_scene nothing;

/* Own generator: 0..1. */
static double next(uint64_t *x)
{
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    return (double)(*x >> 11) * 0x1p-53;
}

/* Also upright, lying, and a hair's breadth off that. */
static reel_vec3 some_up(uint64_t *x, int i)
{
    static const reel_vec3 special[] = {{0, 0, 1},     {0, 0, -1},   {1, 0, 0},   {0, 1, 0},
                                        {1e-7, 0, -1}, {1, 0, 1e-8}, {0, 1e-3, 1}};
    const double a = next(x), b = next(x), c = next(x);
    return i < 7 ? reel_v3_unit(special[i], special[0])
                 : reel_v3_unit(reel_v3(a - 0.5, b - 0.5, c - 0.5), special[0]);
}

static reel_geom some_geom(uint64_t *x, reel_shape shape)
{
    const double a = next(x), b = next(x), c = next(x);
    return (reel_geom){.shape = shape, .size = {0.5 + a, 0.5 + b, 0.5 + c}, .mesh = -1};
}

/* What is under and what is over make the whole; the whole is that of the formulas for masses. */
static void both_sides_make_the_whole(const void *param)
{
    (void)param;
    uint64_t x = 1;
    for (int k = 0; k < SHAPES; k++) {
        for (int i = 0; i < 60; i++) {
            const reel_geom g = some_geom(&x, shapes[k]);
            const reel_vec3 up = some_up(&x, i);
            const double level = 2 * next(&x) - 1;
            const solid_cut a = solid_under(&nothing, &g, up, level);
            const solid_cut b = solid_under(&nothing, &g, reel_v3_scale(up, -1), -level);
            double mass, inertia[6];
            reel_vec3 centre;
            reel_geom_mass(&nothing, &g, 1, &mass, &centre, inertia);
            CHECK_NEAR(a.volume + b.volume, mass, 1e-13);
            const reel_vec3 all = reel_v3_scale(centre, mass);
            const reel_vec3 off = reel_v3_sub(reel_v3_add(a.moment, b.moment), all);
            CHECK_NEAR(reel_v3_len(off), 0, 1e-13);
            const solid_cut whole = solid_under(&nothing, &g, up, 9);
            CHECK_NEAR(whole.volume, mass, 1e-13);
            CHECK_NEAR(solid_under(&nothing, &g, up, -9).volume, 0, 1e-13);
        }
    }
}

/* Where the level rises by a little, the water gained is all at the level: d(moment . up) =
 * level dV. Central differences of order 8. */
static void the_gain_is_at_the_surface(const void *param)
{
    (void)param;
    static const double weight[] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};
    uint64_t x = 2;
    const double e = 1e-3;
    for (int k = 1; k < SHAPES; k++) { /* a box has kinks at its corners */
        for (int i = 0; i < 40; i++) {
            const reel_geom g = some_geom(&x, shapes[k]);
            const reel_vec3 up = some_up(&x, 7);
            const double level = 0.6 * next(&x) - 0.3;
            double volume = 0, moment = 0;
            for (int q = 1; q <= 4; q++) {
                const solid_cut a = solid_under(&nothing, &g, up, level + q * e);
                const solid_cut b = solid_under(&nothing, &g, up, level - q * e);
                volume += weight[q - 1] * (a.volume - b.volume) / e;
                moment += weight[q - 1] * reel_v3_dot(reel_v3_sub(a.moment, b.moment), up) / e;
            }
            CHECK_NEAR(moment, level * volume, 1e-7);
            CHECK(volume > 0);
        }
    }
}

/* By counting cells of a grid. */
static bool is_inside(const reel_geom *g, reel_vec3 p)
{
    const double *s = g->size, rho = sqrt(p.x * p.x + p.y * p.y), z = fabs(p.z);
    const double cap = fmax(0, z - s[1] / 2);
    switch (g->shape) {
    case REEL_SHAPE_BOX: return fabs(p.x) < s[0] / 2 && fabs(p.y) < s[1] / 2 && z < s[2] / 2;
    case REEL_SHAPE_SPHERE: return reel_v3_len(p) < s[0];
    case REEL_SHAPE_CAPSULE: return rho * rho + cap * cap < s[0] * s[0];
    case REEL_SHAPE_CYLINDER: return rho < s[0] && z < s[1] / 2;
    case REEL_SHAPE_CONE: return z < s[1] / 2 && rho < s[0] * (0.5 - p.z / s[1]);
    default: {
        const reel_vec3 u = reel_v3(p.x / s[0], p.y / s[1], p.z / s[2]);
        return reel_v3_dot(u, u) < 1;
    }
    }
}

static void counted_cells(const void *param)
{
    (void)param;
    enum { N = 60 };
    uint64_t x = 3;
    for (int k = 0; k < SHAPES; k++) {
        for (int i = 6; i < 12; i++) {
            const reel_geom g = some_geom(&x, shapes[k]);
            const reel_vec3 up = some_up(&x, i);
            const double level = 0.8 * next(&x) - 0.4, side = 5.0 / N;
            solid_cut sum = {0, {0, 0, 0}};
            for (int c = 0; c < N * N * N; c++) {
                const double u = (c % N + next(&x)) * side - 2.5;
                const double v = (c / N % N + next(&x)) * side - 2.5;
                const double w = (c / N / N + next(&x)) * side - 2.5;
                const reel_vec3 p = reel_v3(u, v, w);
                if (reel_v3_dot(p, up) < level && is_inside(&g, p)) {
                    sum.volume += side * side * side;
                    sum.moment = reel_v3_madd(sum.moment, side * side * side, p);
                }
            }
            const solid_cut cut = solid_under(&nothing, &g, up, level);
            CHECK_NEAR(cut.volume, sum.volume, 0.04);
            CHECK_NEAR(reel_v3_len(reel_v3_sub(cut.moment, sum.moment)), 0, 0.05);
        }
    }
}

/* A box and its corners as a mesh: the same. A tetrahedron: its tip is similar to the whole. */
static void meshes(const void *param)
{
    (void)param;
    double corners[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    int faces[] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
    reel_mesh mesh = {.n_vertices = 4, .n_triangles = 4, .vertices = corners, .triangles = faces};
    const reel_scene scene = {.n_meshes = 1, .meshes = &mesh};
    const reel_geom g = {.shape = REEL_SHAPE_HULL, .mesh = 0};
    for (double h = 0.1; h < 1; h += 0.2) {
        const solid_cut tip = solid_under(&scene, &g, reel_v3(0, 0, -1), -(1 - h));
        CHECK_NEAR(tip.volume, h * h * h / 6, 1e-15);
        CHECK_NEAR(tip.moment.z, h * h * h / 6 * (1 - h + h / 4), 1e-15);
    }
    const double third = 1 / sqrt(3.0);
    CHECK_NEAR(solid_area(&scene, &g, reel_v3(0, 0, 1)), 0.5, 1e-15);
    CHECK_NEAR(solid_area(&scene, &g, reel_v3(third, third, third)), sqrt(0.75), 1e-15);
}

/* Shadows by counting: rays through a grid across the flow. */
static void counted_shadows(const void *param)
{
    (void)param;
    enum { N = 80, DEEP = 160 };
    uint64_t x = 4;
    for (int k = 0; k < SHAPES; k++) {
        for (int i = 5; i < 9; i++) {
            const reel_geom g = some_geom(&x, shapes[k]);
            const reel_vec3 along = some_up(&x, i);
            const reel_vec3 side =
                reel_v3_unit(reel_v3_cross(along, reel_v3(0.3, 0.5, 0.8)), reel_v3(1, 0, 0));
            const reel_vec3 other = reel_v3_cross(along, side);
            const double cell = 5.0 / N;
            double area = 0;
            for (int c = 0; c < N * N; c++) {
                const double u = (c % N + 0.5) * cell - 2.5, v = (c / N + 0.5) * cell - 2.5;
                bool hit = false;
                for (int d = 0; d < DEEP && !hit; d++) {
                    const double w = (d + 0.5) * 5.0 / DEEP - 2.5;
                    const reel_vec3 p =
                        reel_v3_madd(reel_v3_madd(reel_v3_scale(along, w), u, side), v, other);
                    hit = is_inside(&g, p);
                }
                area += hit ? cell * cell : 0;
            }
            CHECK_NEAR(solid_area(&nothing, &g, along), area, 0.04 * area);
        }
    }
}

static const check_test tests[] = {
    {"both sides make the whole", both_sides_make_the_whole, NULL},
    {"the gain is at the surface", the_gain_is_at_the_surface, NULL},
    {"counted cells", counted_cells, NULL},
    {"meshes", meshes, NULL},
    {"counted shadows", counted_shadows, NULL},
};
CHECK_MAIN(tests)
