/* Force fields, against their closed forms. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/field_kit.h"
#include "tests/physics/scene_kit.h"

/* A field of acceleration everywhere is one more gravity: exact, within its time too. */
static void uniform_is_exact(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int b = kit_box(s, "stone", reel_v3(0.1, 0.2, 0.3), 0.7, reel_v3(0, 0, 40));
    s->bodies[b].omega = reel_v3(1, 2, 3);
    reel_force_field *f = add_field(s, "sideways", REEL_FORCE_UNIFORM);
    f->vec = reel_v3(3, -1, 2);
    f->first_step = 600;
    f->end_step = 1800;
    reel_take *t = kit_run(s);
    const reel_vec3 v = kit_last_velocity(t, b), p = kit_last_position(t, b);
    CHECK_NEAR(v.x, 3, 1e-11);
    CHECK_NEAR(v.z, 2 - 2 * KIT_G, 1e-11);
    CHECK_NEAR(p.x, 1.5 + 3 * 0.5, 1e-11);
    CHECK_NEAR(p.z, 40 + 1 + 1 - KIT_G * 2, 1e-10);
    check_books(t, 1e-10, 1e-12);
    CHECK_NEAR(t->applied_force[3 * (size_t)(24 * t->n_bodies + b)], 0.7 * 3, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Tagged bodies only, and those that are in the box only: enters at x = 0, 1 s after the start. */
static void tags_and_boxes(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_sphere(s, "a", 0.1, 1, reel_v3(-1, 0, 0));
    const int b = kit_sphere(s, "b", 0.1, 1, reel_v3(-1, 2, 0));
    s->bodies[a].velocity = s->bodies[b].velocity = reel_v3(1, 0, 0);
    s->bodies[a].tag = "dust";
    reel_force_field *f = add_field(s, "lift", REEL_FORCE_UNIFORM);
    f->tag = "dust";
    f->vec = reel_v3(0, 0, 2);
    set_box(f, reel_v3(0.00013, -5, -5), reel_v3(5, 5, 5));
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_velocity(t, a).z, 2 * (1 - 0.00013), 1e-5);
    CHECK_NEAR(kit_last_position(t, a).z, (1 - 0.00013) * (1 - 0.00013), 1e-5);
    CHECK_NEAR(kit_last_velocity(t, b).z, 0, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Quadratic drag: v = V tanh(g t / V). The same ball in water sinks to a slower end. */
static void terminal_velocity(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    const int b = kit_sphere(s, "ball", 0.11, 0.43, reel_v3(0, 0, 90));
    s->bodies[b].drag = 0.47;
    reel_force_field *f = add_field(s, "air", REEL_FORCE_WIND);
    f->density = 1.2;
    reel_take *t = kit_run(s);
    const double k = 0.5 * 1.2 * 0.47 * REEL_PI * 0.11 * 0.11, end = sqrt(0.43 * KIT_G / k);
    for (int i = 0; i < t->n_samples; i++) {
        const double time = i / 24.0;
        CHECK_NEAR(reel_take_velocity(t, i, b).z, -end * reel_tanh(KIT_G * time / end), 1e-11);
        CHECK_NEAR(reel_take_pose(t, i, b).p.z,
                   90 - end * end / KIT_G * reel_log(reel_cosh(KIT_G * time / end)), 1e-11);
    }
    check_books(t, 1e-10, 1e-11);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Stokes: velocity relative to the fluid and spin decay exponentially; very stiff, too. */
static void stokes_decay(const void *param)
{
    (void)param;
    for (int k = 0; k < 2; k++) {
        reel_scene *s = kit_scene(1);
        s->gravity = reel_v3(0, 0, 0);
        const double r = 0.02, mass = k ? 0.001 : 0.05, eta = k ? 5 : 0.8;
        const int b = kit_sphere(s, "ball", r, mass, reel_v3(0, 0, 0));
        s->bodies[b].velocity = reel_v3(0.5, 0, 0);
        s->bodies[b].omega = reel_v3(0, 0, 3);
        reel_force_field *f = add_field(s, "oil", REEL_FORCE_WIND);
        f->viscosity = eta;
        f->vec = reel_v3(0, 0.2, 0);
        reel_take *t = kit_run(s);
        const double rate = 6 * REEL_PI * eta * r / mass;
        const double spin_rate = 8 * REEL_PI * eta * r * r * r / (0.4 * mass * r * r);
        for (int i = 0; i < t->n_samples; i++) {
            const double time = i / 24.0;
            const reel_vec3 v = reel_take_velocity(t, i, b);
            CHECK_NEAR(v.x, 0.5 * reel_exp(-rate * time), 1e-10);
            CHECK_NEAR(v.y, 0.2 * (1 - reel_exp(-rate * time)), 1e-10);
            CHECK_NEAR(reel_take_omega(t, i, b).z, 3 * reel_exp(-spin_rate * time), 1e-9);
        }
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

/* Solves Kepler's equation; eccentricity 0.6, from the farthest point on, period 1 s. */
static reel_vec3 kepler(double time, double a, double e)
{
    const double mean = REEL_PI + 2 * REEL_PI * time;
    double x = mean;
    for (int i = 0; i < 60; i++) {
        x -= (x - e * reel_sin(x) - mean) / (1 - e * reel_cos(x));
    }
    return reel_v3(a * (reel_cos(x) - e), a * sqrt(1 - e * e) * reel_sin(x), 0);
}

static void kepler_orbit(const void *param)
{
    (void)param;
    const double e = 0.6, strength = 4 * REEL_PI * REEL_PI; /* of a = 1 m, 1 s */
    for (int k = 0; k < 2; k++) {
        reel_scene *s = kit_scene(5);
        s->gravity = reel_v3(0, 0, 0);
        const int b = kit_sphere(s, "planet", 0.01, 2, reel_v3(-1 - e, 0, 0));
        s->bodies[b].velocity = reel_v3(0, -2 * REEL_PI * sqrt((1 - e) / (1 + e)), 0);
        reel_force_field *f = add_field(s, "sun", REEL_FORCE_RADIAL);
        f->strength = strength;
        f->power = 2;
        f->center = reel_v3(0, 0, 0);
        if (k == 1) { /* the same sun as a body that cannot move */
            f->body = kit_static_box(s, "sun", reel_v3(0.01, 0.01, 0.01), reel_v3(1, 0, 0));
            f->center = reel_v3(-1, 0, 0);
        }
        reel_take *t = kit_run(s);
        double worst = 0;
        for (int i = 0; i < t->n_samples; i++) {
            const reel_vec3 at = kepler(i / 24.0, 1, e);
            worst = fmax(worst, reel_v3_len(reel_v3_sub(reel_take_pose(t, i, b).p, at)));
        }
        printf("# kepler: worst error of 5 orbits %.2g m\n", worst);
        CHECK_NEAR(worst, 0, 1e-9);
        check_books(t, 1e-8, 1e-11);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

/* Two masses about their centre: momentum stays, and they come back after their period. */
static void two_masses(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    const double m = 3, n = 1, d = 1, g = 4 * REEL_PI * REEL_PI / (m + n); /* 1 s */
    const int a = kit_sphere(s, "a", 0.05, m, reel_v3(-d * n / (m + n), 0, 0));
    const int b = kit_sphere(s, "b", 0.05, n, reel_v3(d * m / (m + n), 0, 0));
    s->bodies[a].velocity = reel_v3(0, -2 * REEL_PI * d * n / (m + n), 0);
    s->bodies[b].velocity = reel_v3(0, 2 * REEL_PI * d * m / (m + n), 0);
    add_field(s, "gravitation", REEL_FORCE_GRAVITATION)->strength = g;
    reel_take *t = kit_run(s);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(reel_take_pose(t, 24, b).p, reel_take_pose(t, 0, b).p)), 0,
               1e-10);
    for (int i = 0; i < t->n_samples; i++) {
        for (int k = 0; k < 6; k++) {
            CHECK_NEAR(t->momentum[6 * i + k], t->momentum[k], 1e-11);
        }
    }
    check_books(t, 1e-10, 1e-11);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A planet bound to a body that is free itself: the field acts back on its centre. */
static void centre_is_pulled_back(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_sphere(s, "magnet", 0.05, 2, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "nail", 0.02, 0.1, reel_v3(1, 0, 0));
    reel_force_field *f = add_field(s, "pull", REEL_FORCE_RADIAL);
    f->body = a;
    f->strength = 1;
    f->power = 1;
    f->radius = 0.1;
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK_NEAR(t->momentum[6 * i], 0, 1e-13);
    }
    CHECK(kit_last_velocity(t, a).x > 0 && kit_last_velocity(t, b).x < 0);
    check_books(t, 1e-12, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Like charges fly apart: all of k q^2 / d becomes motion in the end. */
static void charges_repel(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    const double k = 8.9875517923e9, q = 2e-6, d = 0.5;
    const int a = kit_sphere(s, "a", 0.05, 0.01, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "b", 0.05, 0.03, reel_v3(d, 0, 0));
    s->bodies[a].charge = s->bodies[b].charge = q;
    add_field(s, "coulomb", REEL_FORCE_CHARGE)->strength = k;
    reel_take *t = kit_run(s);
    const int last = t->n_samples - 1;
    const double apart = kit_last_position(t, b).x - kit_last_position(t, a).x;
    CHECK_NEAR(t->energy[3 * last], k * q * q * (1 / d - 1 / apart), 1e-12);
    CHECK_NEAR(t->momentum[6 * last], 0, 1e-14);
    check_books(t, 1e-12, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Dipoles in line and side by side: 6 and 3 k m m' / d^4; a compass needle's small swing. */
static void magnets(const void *param)
{
    (void)param;
    const double k = 1e-7, m = 20, d = 0.6;
    for (int way = 0; way < 2; way++) {
        reel_scene *s = kit_scene(0.05);
        s->gravity = reel_v3(0, 0, 0);
        const int a = kit_sphere(s, "a", 0.05, 1, reel_v3(0, 0, 0));
        const int b = kit_sphere(s, "b", 0.05, 1, way ? reel_v3(0, d, 0) : reel_v3(d, 0, 0));
        s->bodies[a].magnetic_moment = reel_v3(m, 0, 0);
        s->bodies[b].magnetic_moment = reel_v3(2 * m, 0, 0);
        add_field(s, "magnet", REEL_FORCE_MAGNET)->strength = k;
        reel_take *t = kit_run(s);
        const reel_vec3 v = kit_last_velocity(t, b);
        const double time = (t->n_samples - 1) / 24.0, f = 3 * k * 2 * m * m / (d * d * d * d);
        CHECK_NEAR(way ? v.y : v.x, (way ? 1 : -2) * f * time, 2e-3 * f * time);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    const int bar = kit_static_box(s, "bar", reel_v3(0.1, 0.1, 0.1), reel_v3(0, 0, 0));
    s->bodies[bar].magnetic_moment = reel_v3(5000, 0, 0);
    const int needle = kit_box(s, "needle", reel_v3(0.1, 0.01, 0.01), 0.1, reel_v3(1, 0, 0));
    s->bodies[needle].magnetic_moment = reel_v3(0.1, 0, 0);
    const double phi = 0.02;
    s->bodies[needle].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0, 0, 1), phi);
    kit_joint(s, "pivot", REEL_JOINT_HINGE, needle, -1, reel_v3(1, 0, 0), reel_v3(0, 0, 1));
    add_field(s, "magnet", REEL_FORCE_MAGNET)->strength = k;
    reel_take *t = kit_run(s);
    const double field = 2 * k * 5000; /* tesla, at 1 m on the axis */
    const double rate = sqrt(0.1 * field / s->bodies[needle].inertia[2]);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK_NEAR(2 * reel_take_pose(t, i, needle).q.z, phi * reel_cos(rate * i / 24.0), 2e-6);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static bool is_asleep(const reel_take *t, int sample, int b)
{
    return t->state[(size_t)sample * (size_t)t->n_bodies + (size_t)b] & REEL_STATE_ASLEEP;
}

/* A field in place of gravity: an elastic ball comes back as high, and drag takes what it must. */
static void bouncing_in_fields(const void *param)
{
    const bool drags = param != NULL;
    reel_scene *s = kit_scene(3);
    s->gravity = reel_v3(0, 0, 0);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1.1));
    kit_set_surfaces(s, 0.5, 1);
    add_field(s, "pull", REEL_FORCE_UNIFORM)->vec = reel_v3(0, 0, -KIT_G);
    if (drags) {
        s->bodies[b].drag = 0.5;
        add_field(s, "air", REEL_FORCE_WIND)->density = 1.2;
    }
    reel_take *t = kit_run(s);
    const double half = sqrt(2 / KIT_G); /* s, of a fall */
    for (int i = 0; i < t->n_samples; i++) {
        const double phase = fmod(i / 24.0 + half, 2 * half) - half;
        const double z = 1.1 - KIT_G * phase * phase / 2;
        CHECK_NEAR(reel_take_pose(t, i, b).p.z, z, drags ? 0.2 : 1e-6);
    }
    check_books(t, drags ? 2e-3 : 1e-6, 1e-9);
    printf("# bounces%s: energy gain %.2g J\n", drags ? " with drag" : "", t->audit.energy_gain);
    CHECK(t->audit.energy_gain < (drags ? 1e-3 : 1e-6));
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* At rest on the floor in a wind that friction withstands; a gust wakes and moves it. */
static void wind_and_sleep(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.3, 0.3, 0.3), 0.5, reel_v3(0, 0, 0.15));
    s->bodies[b].drag = 1.05;
    reel_force_field *breeze = add_field(s, "breeze", REEL_FORCE_WIND);
    breeze->density = 1.2;
    breeze->vec = reel_v3(3, 0, 0);
    reel_force_field *gust = add_field(s, "gust", REEL_FORCE_WIND);
    gust->density = 1.2;
    gust->vec = reel_v3(12, 0, 0);
    gust->first_step = 2400;
    gust->end_step = 2520;
    reel_take *t = kit_run(s);
    CHECK(is_asleep(t, 46, b));
    const double push = 0.5 * 1.2 * 1.05 * 0.09 * 9;
    const size_t at = 3 * (size_t)(46 * t->n_bodies + b);
    CHECK_NEAR(t->applied_force[at], push, 1e-6);
    CHECK_NEAR(t->contact_force[at], -push, 2e-4);
    CHECK_NEAR(t->contact_force[at + 2], 0.5 * KIT_G, 2e-3);
    CHECK(!is_asleep(t, 49, b) && reel_take_velocity(t, 49, b).x > 0.1);
    CHECK(is_asleep(t, t->n_samples - 1, b));
    CHECK(t->audit.energy_gain < 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A ball asleep on the floor is woken and drawn by a magnet-like body that passes overhead. */
static void moving_centre_wakes(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.05, 0.2, reel_v3(0, 0, 0.05));
    kit_surface(s, b)->rolling_friction = 1e-3;
    const int hand = kit_sphere(s, "hand", 0.05, 50, reel_v3(-30, 0, 0.8));
    s->bodies[hand].velocity = reel_v3(15, 0, 0);
    s->bodies[hand].tag = "hand";
    reel_force_field *lift = add_field(s, "carrier", REEL_FORCE_UNIFORM);
    lift->tag = "hand";
    lift->vec = reel_v3(0, 0, KIT_G);
    reel_force_field *f = add_field(s, "pull", REEL_FORCE_RADIAL);
    f->body = hand;
    f->strength = 2;
    f->power = 2;
    reel_take *t = kit_run(s);
    CHECK(is_asleep(t, 20, b));
    bool moved = false;
    for (int i = 36; i < t->n_samples; i++) {
        moved |= reel_v3_len(reel_take_velocity(t, i, b)) > 0.05;
    }
    CHECK(moved);
    CHECK(t->audit.energy_gain < 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Something of everything; `far`: one more body that no field reaches. */
static reel_scene *all_fields(bool far)
{
    reel_scene *s = kit_scene(1.5);
    kit_floor(s);
    kit_add_thrown_shapes(s);
    for (int b = 1; b < s->n_bodies; b++) {
        s->bodies[b].drag = 1;
        s->bodies[b].tag = "thing";
        s->bodies[b].charge = b % 2 ? 3e-6 : -3e-6;
        s->bodies[b].magnetic_moment = reel_v3(0, 0, b);
    }
    if (far) {
        kit_box(s, "far", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(30, 0, 1));
    }
    reel_force_field *f = add_field(s, "wind", REEL_FORCE_WIND);
    f->density = 1.2;
    f->viscosity = 0.01;
    f->vec = reel_v3(2, 1, 0);
    f = add_field(s, "pool", REEL_FORCE_WATER);
    f->density = 1000;
    set_box(f, reel_v3(-5, -5, -1), reel_v3(5, 5, 0.15));
    f = add_field(s, "charge", REEL_FORCE_CHARGE);
    f->strength = 9e9;
    f->radius = 0.2;
    f = add_field(s, "magnet", REEL_FORCE_MAGNET);
    f->strength = 1e-7;
    f->radius = 0.2;
    f->first_step = 400;
    f->end_step = 900;
    f = add_field(s, "middle", REEL_FORCE_RADIAL);
    f->strength = 1;
    f->center = reel_v3(0, 0, 1);
    for (int k = 0; k < s->n_force_fields; k++) {
        s->force_fields[k].tag = "thing";
    }
    return s;
}

static void fields_are_local(const void *param)
{
    (void)param;
    reel_scene *scenes[2] = {all_fields(false), all_fields(true)};
    reel_take *t[2] = {kit_run(scenes[0]), kit_run(scenes[1])};
    const size_t n = (size_t)t[0]->n_bodies;
    for (int i = 0; i < t[0]->n_samples; i++) {
        CHECK(memcmp(&t[0]->position[3 * n * (size_t)i], &t[1]->position[3 * (n + 1) * (size_t)i],
                     3 * n * sizeof(double)) == 0);
    }
    const double mistake = t[0]->audit.momentum_error;
    printf("# all fields: momentum error %.2g N s, energy gain %.2g J\n", mistake,
           t[0]->audit.energy_gain);
    CHECK_NEAR(mistake, 0, 1e-9);
    for (int k = 0; k < 2; k++) {
        reel_take_destroy(&t[k]);
        reel_scene_destroy(&scenes[k]);
    }
}

static void branches_go_on(const void *param)
{
    (void)param;
    reel_scene *s = all_fields(true);
    reel_take *whole = kit_run(s);
    reel_xxh128 expected, got;
    reel_error err = {0};
    CHECK_INT(reel_take_digest(whole, &expected, &err), ==, REEL_OK);
    static const int64_t at[] = {0, 399, 400, 650, 1300};
    for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
        reel_sim *sim = NULL, *branch = NULL;
        reel_take *t = NULL;
        CHECK_INT(reel_sim_open(s, &sim, &err), ==, REEL_OK);
        CHECK_INT(reel_sim_advance(sim, at[k], &err), ==, REEL_OK);
        reel_checkpoint *c = reel_sim_checkpoint(sim);
        CHECK_INT(reel_sim_branch(c, s, &branch, &err), ==, REEL_OK);
        CHECK_INT(reel_sim_advance(branch, reel_scene_last_step(s), &err), ==, REEL_OK);
        CHECK_INT(reel_sim_seal(branch, &t, &err), ==, REEL_OK);
        CHECK_INT(reel_take_digest(t, &got, &err), ==, REEL_OK);
        CHECK(memcmp(&expected, &got, sizeof got) == 0);
        reel_take_destroy(&t);
        reel_checkpoint_destroy(&c);
        reel_sim_destroy(&branch);
        reel_sim_destroy(&sim);
    }
    reel_take_destroy(&whole);
    reel_scene_destroy(&s);
}

/* Whatever allocation fails, the simulation says so and leaves nothing behind. */
static void out_of_memory(const void *param)
{
    (void)param;
    reel_scene *s = all_fields(false);
    s->frames = 2;
    s->pairs = REEL_ARENA_NEW(&s->arena, reel_contact_pair, 1);
    s->pairs[0] = (reel_contact_pair){.surface_a = 0, .surface_b = 1};
    s->n_pairs = 1;
    reel_status status = REEL_E_NOMEM;
    int n = 0;
    while (status != REEL_OK && n < 1000) {
        reel_take *t = NULL;
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)++n);
        status = reel_simulate(s, &t, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || (status == REEL_E_NOMEM && !t && err.msg[0]));
        reel_take_destroy(&t);
    }
    CHECK_INT(status, ==, REEL_OK);
    CHECK_INT(n, >, 60);
    reel_scene_destroy(&s);
}

static void faults_are_named(const void *param)
{
    (void)param;
    for (int k = 0; k < 3; k++) {
        reel_scene *s = kit_scene(1);
        kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0));
        reel_force_field *f = add_field(s, "odd", k == 0 ? REEL_FORCE_WATER : REEL_FORCE_UNIFORM);
        f->first_step = 10;
        f->end_step = k == 1 ? 10 : 0;
        f->body = k == 2 ? 0 : -1;
        reel_take *t = NULL;
        reel_error err = {0};
        CHECK_INT(reel_simulate(s, &t, &err), ==, REEL_E_SCENE);
        CHECK(strcmp(err.field, "force_fields[0]") == 0 && strstr(err.msg, "\"odd\""));
        reel_scene_destroy(&s);
    }
}
static const check_test tests[] = {
    {"uniform is exact", uniform_is_exact, NULL},
    {"tags and boxes", tags_and_boxes, NULL},
    {"terminal velocity", terminal_velocity, NULL},
    {"Stokes' decay", stokes_decay, NULL},
    {"Kepler's orbit", kepler_orbit, NULL},
    {"two masses", two_masses, NULL},
    {"the centre is pulled back", centre_is_pulled_back, NULL},
    {"charges repel", charges_repel, NULL},
    {"magnets", magnets, NULL},
    {"bouncing in a field", bouncing_in_fields, NULL},
    {"bouncing in a field and air", bouncing_in_fields, ""},
    {"wind and sleep", wind_and_sleep, NULL},
    {"a moving centre wakes", moving_centre_wakes, NULL},
    {"fields are local", fields_are_local, NULL},
    {"branches go on", branches_go_on, NULL},
    {"out of memory", out_of_memory, NULL},
    {"faults are named", faults_are_named, NULL},
};
CHECK_MAIN(tests)
