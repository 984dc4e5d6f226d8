/* Water and air, against Archimedes and closed forms of drag. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/field_kit.h"
#include "tests/physics/scene_kit.h"

static reel_force_field *add_water(reel_scene *s)
{
    reel_force_field *f = add_field(s, "pool", REEL_FORCE_WATER);
    f->density = 1000;
    set_box(f, reel_v3(-5, -5, -5), reel_v3(5, 5, 0));
    return f;
}

static void set_density(reel_scene *s, int b, double density)
{
    const reel_geom *g = &s->geoms[s->bodies[b].first_geom];
    const double mass = density * reel_geom_volume(s, g), scale = mass / s->bodies[b].mass;
    s->bodies[b].mass = mass;
    for (int i = 0; i < 6; i++) {
        s->bodies[b].inertia[i] *= scale;
    }
}

/* Archimedes: put down at the depth at which they displace their weight, they stay there. */
static void floating_depth(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    add_water(s);
    const double share = 0.5;
    /* box: 0.6 of it; the others half, by symmetry at their middle */
    const int box = kit_box(s, "box", reel_v3(0.4, 0.4, 0.1), 1, reel_v3(0, 0, 0.05 - 0.06));
    const int ball = kit_sphere(s, "ball", 0.1, 1, reel_v3(1, 0, 0));
    const int log = kit_cylinder(s, "log", 0.1, 0.5, 1, reel_v3(2, 0, 0));
    const int pill = kit_capsule(s, "pill", 0.1, 0.5, 1, reel_v3(3, 0, 0));
    s->bodies[log].world_from_body.q = s->bodies[pill].world_from_body.q =
        reel_quat_from_axis_angle(reel_v3(0, 1, 0), REEL_PI / 2);
    set_density(s, box, 600);
    set_density(s, ball, 1000 * share);
    set_density(s, log, 1000 * share);
    set_density(s, pill, 1000 * share);
    reel_take *t = kit_run(s);
    for (int b = 0; b < t->n_bodies; b++) {
        CHECK_NEAR(kit_last_position(t, b).z, s->bodies[b].world_from_body.p.z, 1e-10);
        CHECK_NEAR(reel_v3_len(reel_take_omega(t, t->n_samples - 1, b)), 0, 1e-9);
    }
    check_books(t, 1e-9, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Of small amplitude: a box on the water swings like a spring of rho g A. */
static void bobbing(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    add_water(s);
    const double amplitude = 0.01;
    const int box =
        kit_box(s, "box", reel_v3(0.4, 0.4, 0.1), 1, reel_v3(0, 0, 0.05 - 0.06 + amplitude));
    set_density(s, box, 600);
    reel_take *t = kit_run(s);
    const double rate = sqrt(1000 * KIT_G * 0.16 / s->bodies[box].mass);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK_NEAR(reel_take_pose(t, i, box).p.z, -0.01 + amplitude * reel_cos(rate * i / 24.0),
                   1e-10);
    }
    check_books(t, 1e-9, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Metacentre: a square bar of density 0.5 that stands tall falls over, a flat one rights itself. */
static void tall_boxes_capsize(const void *param)
{
    (void)param;
    for (int k = 0; k < 2; k++) {
        reel_scene *s = kit_scene(8);
        reel_force_field *water = add_water(s);
        water->viscosity = 5;
        const reel_vec3 size = k ? reel_v3(0.2, 0.2, 0.6) : reel_v3(0.6, 0.6, 0.2);
        const int b = kit_box(s, "box", size, 1, reel_v3(0, 0, 0));
        set_density(s, b, 500);
        s->bodies[b].drag = 1;
        s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(1, 0, 0), 0.1);
        reel_take *t = kit_run(s);
        const reel_quat q = reel_take_pose(t, t->n_samples - 1, b).q;
        const double up = fabs(reel_quat_rotate(q, reel_v3(0, 0, 1)).z);
        CHECK(k ? up < 0.1 : up > 0.999);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

/* On a slope without friction: the same law as in a fall. A contact holds it all the way. */
static void sliding_against_the_air(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    const double angle = REEL_PI / 6;
    const reel_vec3 normal = reel_v3(reel_sin(angle), 0, reel_cos(angle));
    kit_slope(s, normal);
    const int b = kit_box(s, "sledge", reel_v3(0.4, 0.4, 0.1), 2, reel_v3_scale(normal, 0.05));
    s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0, 1, 0), angle);
    s->bodies[b].drag = 1;
    kit_set_surfaces(s, 0, 0);
    reel_force_field *f = add_field(s, "air", REEL_FORCE_WIND);
    f->density = 20;
    reel_take *t = kit_run(s);
    const double a = KIT_G * reel_sin(angle), end = sqrt(2 * a / (0.5 * 20 * 0.4 * 0.1));
    double worst = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double time = i / 24.0, v = end * reel_tanh(a * time / end);
        worst = fmax(worst, fabs(reel_v3_len(reel_take_velocity(t, i, b)) - v));
    }
    printf("# sledge: worst error %.2g m/s of %.3g\n", worst, end);
    CHECK_NEAR(worst, 0, 1e-6);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A small swing on a hinge, slowed by Stokes' law: the period and the decay of the linear law. */
static void pendulum_in_oil(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    const double r = 0.05, mass = 1, length = 1, eta = 1, phi = 1e-2;
    const int b = kit_sphere(s, "bob", r, mass, reel_v3(reel_sin(phi), 0, -reel_cos(phi)));
    kit_joint(s, "pivot", REEL_JOINT_HINGE, b, -1, reel_v3(0, 0, 0), reel_v3(0, 1, 0));
    add_field(s, "oil", REEL_FORCE_WIND)->viscosity = eta;
    reel_take *t = kit_run(s);
    const double inertia = mass * length * length + 0.4 * mass * r * r;
    const double c = 6 * REEL_PI * eta * r * length * length + 8 * REEL_PI * eta * r * r * r;
    const double half = c / (2 * inertia);
    const double rate = sqrt(mass * KIT_G * length / inertia - half * half);
    double worst = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double time = i / 24.0;
        const double x = phi * reel_exp(-half * time) *
                         (reel_cos(rate * time) + half / rate * reel_sin(rate * time));
        worst = fmax(worst, fabs(reel_take_pose(t, i, b).p.x - x));
    }
    printf("# pendulum in oil: worst error %.2g m of %.2g\n", worst, phi);
    CHECK_NEAR(worst, 0, 5e-7); /* the linear law itself: phi^3 / 16 of phase and more */
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* About its axis a square bar of side a and length l feels 1/32 density Cd l a^4 w^2 (the integral
 * of the pressure over its faces), which the points of its skin meet to 4 %; a ball feels nothing.
 */
static void turning_in_the_air(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    const int bar = kit_box(s, "bar", reel_v3(0.2, 0.2, 0.5), 0.5, reel_v3(0, 0, 0));
    const int ball = kit_sphere(s, "ball", 0.1, 0.5, reel_v3(3, 0, 0));
    for (int b = 0; b < 2; b++) {
        s->bodies[b].drag = 1.2;
        s->bodies[b].omega = reel_v3(0, 0, 10);
    }
    add_field(s, "air", REEL_FORCE_WIND)->density = 30;
    reel_take *t = kit_run(s);
    const double k = 30 * 1.2 * 0.5 * 0.2 * 0.2 * 0.2 * 0.2 / 32 / s->bodies[bar].inertia[2];
    for (int i = 12; i < t->n_samples; i++) {
        const double w = 10 / (1 + k * 10 * i / 24.0);
        CHECK_NEAR(reel_take_omega(t, i, bar).z, w, 0.04 * (10 - w));
        CHECK_NEAR(reel_take_omega(t, i, ball).z, 10, 1e-12);
    }
    CHECK(reel_take_omega(t, t->n_samples - 1, bar).z < 9);
    check_books(t, 1e-9, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Dropped from a height and lighter than water: it dives, comes up and comes to rest afloat. */
static void splash(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(12);
    add_water(s)->viscosity = 0.5;
    const int b = kit_box(s, "raft", reel_v3(0.5, 0.4, 0.1), 1, reel_v3(0, 0, 0.5));
    set_density(s, b, 400);
    s->bodies[b].drag = 1;
    s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0.6, 0.8, 0), 0.7);
    reel_take *t = kit_run(s);
    double lowest = 0;
    for (int i = 0; i < t->n_samples; i++) {
        lowest = fmin(lowest, reel_take_pose(t, i, b).p.z);
    }
    const reel_quat q = reel_take_pose(t, t->n_samples - 1, b).q;
    CHECK(lowest < -0.05);
    CHECK_NEAR(kit_last_position(t, b).z, 0.05 - 0.04, 3e-3);
    CHECK_NEAR(fabs(reel_quat_rotate(q, reel_v3(0, 0, 1)).z), 1, 1e-4);
    check_books(t, 1e-6, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}
static const check_test tests[] = {
    {"floating depth", floating_depth, NULL},
    {"bobbing", bobbing, NULL},
    {"tall boxes capsize", tall_boxes_capsize, NULL},
    {"sliding against the air", sliding_against_the_air, NULL},
    {"a pendulum in oil", pendulum_in_oil, NULL},
    {"turning in the air", turning_in_the_air, NULL},
    {"a splash", splash, NULL},
};
CHECK_MAIN(tests)
