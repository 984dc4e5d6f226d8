#include "base/rng.h"
#include "base/scene.h"
#include "tests/check.h"
#include "tests/unit/sample_scene.h"

static const double pi = 3.14159265358979323846;

static void defaults(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_scene *s = reel_scene_create();
    CHECK(s);
    CHECK(s->width == 832 && s->height == 480 && s->frames == 121 && s->fps == 24);
    CHECK_INT(reel_scene_steps_per_frame(s), ==, 50);
    CHECK_INT(reel_scene_n_samples(s), ==, 121);
    CHECK_INT(reel_scene_last_step(s), ==, 6000);
    CHECK_INT(s->n_categories, ==, 1);
    CHECK_STR(s->categories[0], "environment");
    CHECK_NEAR(s->audit.penetration, 0.01, 0);
    CHECK_INT(s->audit.contacts, ==, 65536);
    reel_scene_destroy(&s);
    CHECK(!s);
    reel_scene_destroy(&s);
    for (uint64_t n = 1; n <= 2; n++) {
        reel_alloc_fail_at(n);
        CHECK(!reel_scene_create());
    }
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void times_of_samples(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene(); /* 24 frames at 12 fps, 600 steps/s, 2 samples a frame */
    CHECK_INT(reel_scene_steps_per_frame(s), ==, 50);
    CHECK_INT(reel_scene_n_samples(s), ==, 47);
    CHECK_INT(reel_scene_sample_step(s, 0), ==, 0);
    CHECK_INT(reel_scene_sample_step(s, 1), ==, 25);
    CHECK_INT(reel_scene_sample_step(s, 2 * 23), ==, 23 * 50);
    CHECK_INT(reel_scene_last_step(s), ==, 1150);
    CHECK_NEAR(reel_scene_frame_time(s, 23), 23.0 / 12, 0);
    reel_scene_destroy(&s);
}

static void names_are_found(const void *param)
{
    (void)param;
    reel_scene *s = sample_scene();
    CHECK_INT(reel_scene_find_object(s, "ball"), ==, 1);
    CHECK_INT(reel_scene_find_body(s, "l\u00e9ver/arm"), ==, 3);
    CHECK_INT(reel_scene_find_joint(s, "tether"), ==, 1);
    CHECK_INT(reel_scene_find_camera(s, "path"), ==, 2);
    CHECK_INT(reel_scene_find_camera(s, "Path"), ==, -1);
    CHECK_INT(reel_scene_n_instances(s), ==, 2);
    reel_scene_destroy(&s);
    s = reel_scene_create();
    CHECK_INT(reel_scene_find_body(s, "x"), ==, -1);
    reel_scene_destroy(&s);
}

static bool is_inside(reel_shape shape, const double size[3], const double p[3])
{
    const double r2 = p[0] * p[0] + p[1] * p[1], z = fabs(p[2]);
    switch (shape) {
    case REEL_SHAPE_BOX:
        return 2 * fabs(p[0]) < size[0] && 2 * fabs(p[1]) < size[1] && 2 * z < size[2];
    case REEL_SHAPE_SPHERE: return r2 + z * z < size[0] * size[0];
    case REEL_SHAPE_CYLINDER: return r2 < size[0] * size[0] && 2 * z < size[1];
    case REEL_SHAPE_CAPSULE: {
        const double over = z > 0.5 * size[1] ? z - 0.5 * size[1] : 0;
        return r2 + over * over < size[0] * size[0];
    }
    case REEL_SHAPE_CONE: return 2 * z < size[1] && r2 < pow(size[0] * (0.5 - p[2] / size[1]), 2);
    case REEL_SHAPE_ELLIPSOID:
        return pow(p[0] / size[0], 2) + pow(p[1] / size[1], 2) + pow(p[2] / size[2], 2) < 1;
    case REEL_SHAPE_PLANE:
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH:
    case REEL_SHAPE_HEIGHT_FIELD: break;
    }
    return false;
}

/* Mass, centre, inertia and box against sums over a fine grid of points inside the shape. */
static void masses_by_summing_points(const void *param)
{
    (void)param;
    static const struct {
        reel_shape shape;
        double size[3];
    } cases[] = {{REEL_SHAPE_BOX, {0.3, 0.5, 0.7}},    {REEL_SHAPE_SPHERE, {0.4, 0, 0}},
                 {REEL_SHAPE_CYLINDER, {0.3, 0.8, 0}}, {REEL_SHAPE_CAPSULE, {0.25, 0.6, 0}},
                 {REEL_SHAPE_CONE, {0.3, 0.8, 0}},     {REEL_SHAPE_ELLIPSOID, {0.2, 0.3, 0.5}}};
    enum { N = 120 };
    reel_scene *scene = reel_scene_create();
    for (int c = 0; c < 6; c++) {
        double lo[3], hi[3], mass, inertia[6], m = 0, mx[3] = {0}, xx[3] = {0};
        reel_vec3 center;
        const reel_geom geom = {.shape = cases[c].shape,
                                .size = {cases[c].size[0], cases[c].size[1], cases[c].size[2]},
                                .mesh = -1,
                                .height_field = -1};
        CHECK(reel_geom_box(scene, &geom, lo, hi));
        reel_geom_mass(scene, &geom, 700, &mass, &center, inertia);
        CHECK_NEAR(reel_geom_volume(scene, &geom), mass / 700, 1e-15);
        const double volume = (hi[0] - lo[0]) * (hi[1] - lo[1]) * (hi[2] - lo[2]);
        const double cell = 700 * volume / ((double)N * N * N); /* kg */
        const double about[3] = {center.x, center.y, center.z};
        for (int i = 0; i < N * N * N; i++) {
            const int index[3] = {i % N, i / N % N, i / N / N};
            double p[3];
            for (int k = 0; k < 3; k++) {
                p[k] = lo[k] + (hi[k] - lo[k]) * (index[k] + 0.5) / N;
            }
            if (is_inside(cases[c].shape, cases[c].size, p)) {
                m += cell;
                for (int k = 0; k < 3; k++) {
                    mx[k] += cell * p[k];
                    xx[k] += cell * (p[k] - about[k]) * (p[k] - about[k]);
                }
            }
        }
        /* the grid's own error: its cells are 1/120 of the box */
        CHECK_NEAR(mass / m, 1, 2e-3);
        for (int k = 0; k < 3; k++) {
            CHECK_NEAR(about[k], mx[k] / m, 1e-3 * (hi[k] - lo[k]));
            CHECK_NEAR(inertia[k] / (xx[(k + 1) % 3] + xx[(k + 2) % 3]), 1, 3e-3);
            CHECK(inertia[k + 3] == 0);
        }
    }
    reel_scene_destroy(&scene);
}

/* A hull geom has the mass of its mesh: the corner tetrahedron with edges .3 .4 .5. */
static void masses_of_meshes(const void *param)
{
    (void)param;
    reel_scene *s = sample_rich_scene();
    double mass, inertia[6], lo[3], hi[3];
    reel_vec3 center;
    const reel_geom *hull = &s->geoms[9];
    reel_geom_mass(s, hull, 1000, &mass, &center, inertia);
    CHECK_NEAR(mass, 1000 * 0.06 / 6, 1e-12);
    CHECK_NEAR(center.x, 0.075, 1e-15);
    CHECK_NEAR(center.y, 0.1, 1e-15);
    CHECK_NEAR(center.z, 0.125, 1e-15);
    CHECK_NEAR(inertia[2], mass * 3 / 80 * (0.3 * 0.3 + 0.4 * 0.4), 1e-12);
    CHECK_NEAR(inertia[3], mass * 0.3 * 0.4 / 80, 1e-12);
    CHECK(reel_geom_box(s, hull, lo, hi));
    CHECK(lo[0] == 0 && lo[2] == 0 && hi[0] == 0.3 && hi[1] == 0.4 && hi[2] == 0.5);
    /* the dent takes a tetrahedron away: det of the face's corners seen from its tip */
    CHECK_NEAR(reel_geom_volume(s, &s->geoms[6]),
               0.01 - (1 - 0.05 * (1 / 0.3 + 1 / 0.4 + 1 / 0.5)) * 0.01, 1e-12);
    CHECK(reel_geom_volume(s, &s->geoms[5]) == 0 && reel_geom_volume(s, &s->geoms[0]) == 0);
    CHECK(reel_geom_box(s, &s->geoms[5], lo, hi));
    CHECK(lo[0] == -2 && hi[1] == 2.5 && lo[2] == -0.1 && hi[2] == 0.2);
    CHECK(!reel_geom_box(s, &s->geoms[0], lo, hi));
    reel_scene_destroy(&s);
}

static void shapes_that_meet(const void *param)
{
    (void)param;
    /* a capsule without a tube is a ball; a long thin cylinder is a rod */
    double m1, m2, i1[3], i2[3];
    reel_shape_mass(REEL_SHAPE_CAPSULE, (double[3]){0.3, 0, 0}, 1000, &m1, i1);
    reel_shape_mass(REEL_SHAPE_SPHERE, (double[3]){0.3, 0, 0}, 1000, &m2, i2);
    CHECK_NEAR(m1, m2, 1e-12);
    CHECK_NEAR(m2, 1000 * 4 * pi * 0.027 / 3, 1e-12);
    for (int k = 0; k < 3; k++) {
        CHECK_NEAR(i1[k], i2[k], 1e-12);
    }
    reel_shape_mass(REEL_SHAPE_CYLINDER, (double[3]){1e-6, 2, 0}, 1, &m1, i1);
    CHECK_NEAR(i1[0] / (m1 * 4 / 12), 1, 1e-11);
    double half[3];
    CHECK(!reel_shape_half_box(REEL_SHAPE_PLANE, (double[3]){0}, half));
    CHECK_STR(reel_shape_name(REEL_SHAPE_CAPSULE), "capsule");
    CHECK_STR(reel_shape_name(REEL_SHAPE_CYLINDER), "cylinder");
    CHECK_STR(reel_pattern_name(REEL_PATTERN_PLAIN), "plain");
    CHECK_STR(reel_pattern_name(REEL_PATTERN_STRIPES), "stripes");
}

static const check_test tests[] = {
    {"defaults", defaults, NULL},
    {"times of samples", times_of_samples, NULL},
    {"names are found", names_are_found, NULL},
    {"masses by summing points", masses_by_summing_points, NULL},
    {"masses of meshes", masses_of_meshes, NULL},
    {"shapes that meet", shapes_that_meet, NULL},
};
CHECK_MAIN(tests)
