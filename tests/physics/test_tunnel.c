/* Bodies that are so fast that a step takes them through others: they do not pass, and bounce when
 * and where they should. */
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

/* 80 m/s, 6.7 cm a step, against 5 mm. */
static void ball_and_thin_wall(const void *param)
{
    const double offset = *(const double *)param; /* m: where in its step it meets the wall */
    reel_scene *s = kit_scene(0.25);
    s->gravity = reel_v3(0, 0, 0);
    const int wall = kit_static_box(s, "wall", reel_v3(0.005, 1, 1), reel_v3(2.0025, 0, 0));
    const int b = kit_sphere(s, "ball", 0.02, 0.05, reel_v3(offset, 0, 0));
    s->bodies[b].velocity = reel_v3(80, 0, 0);
    kit_set_surfaces(s, 0, 0.5);
    reel_take *t = kit_run(s);
    const double touch = (2 - 0.02 - offset) / 80;
    CHECK_INT(kit_count_events(t, wall, b), ==, 1);
    const reel_event *e = kit_event(t, wall, b, 0);
    CHECK_NEAR(e->approach_speed, 80, 1e-9);
    CHECK_NEAR(e->parting_speed, 40, 1e-6);
    CHECK_NEAR(e->begin_time, touch, 1e-3); /* the step after the touch */
    CHECK_NEAR(kit_last_velocity(t, b).x, -40, 1e-6);
    CHECK_NEAR(kit_last_position(t, b).x, 1.98 - 40 * (0.25 - touch), 1e-3);
    CHECK_INT(t->audit.tunnelling, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Under gravity no energy is lost or won by being stopped. */
static void dropped_on_a_sheet(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.5);
    const int sheet = kit_static_box(s, "sheet", reel_v3(1, 1, 0.002), reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "shot", 0.004, 0.002, reel_v3(0, 0, 5));
    s->bodies[b].velocity = reel_v3(0, 0, -50);
    kit_set_surfaces(s, 0, 1);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, sheet, b), ==, 1);
    for (int i = 0; i < t->n_samples; i++) {
        const double *energy = &t->energy[3 * i];
        CHECK_NEAR(energy[0] + energy[1], 0.5 * 0.002 * 50 * 50 + 0.002 * KIT_G * 5, 1e-5);
    }
    const double speed = sqrt(50 * 50 + 2 * KIT_G * (5 - 0.005));
    CHECK_NEAR(kit_event(t, sheet, b, 0)->approach_speed, speed, 1e-3);
    CHECK(t->audit.momentum_error < 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Two bullets that meet head on between two steps; and one that strikes a plate that is free. */
static void both_move(const void *param)
{
    const bool plate = *(const bool *)param;
    reel_scene *s = kit_scene(0.1);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_sphere(s, "one", 0.01, 0.01, reel_v3(-1, 0, 0));
    const int b = plate ? kit_box(s, "plate", reel_v3(0.004, 0.3, 0.3), 0.03, reel_v3(1, 0, 0))
                        : kit_sphere(s, "two", 0.01, 0.03, reel_v3(1.013, 0, 0));
    s->bodies[a].velocity = reel_v3(90, 0, 0);
    s->bodies[b].velocity = reel_v3(plate ? -2 : -70, 0, 0);
    kit_set_surfaces(s, 0, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, a, b), ==, 1);
    const double after = (0.01 * 90 + 0.03 * (plate ? -2 : -70)) / 0.04;
    CHECK_NEAR(kit_last_velocity(t, a).x, after, 1e-6);
    CHECK_NEAR(kit_last_velocity(t, b).x, after, 1e-6);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* It rolls on a floor, so it does not fly alone. */
static void along_the_floor(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.5);
    const int ground = kit_floor(s);
    const int wall = kit_static_box(s, "wall", reel_v3(0.004, 1, 1), reel_v3(2.01, 0, 0.51));
    const int b = kit_sphere(s, "ball", 0.02, 0.05, reel_v3(0, 0, 0.02));
    s->bodies[b].velocity = reel_v3(70, 0, 0);
    s->bodies[b].omega = reel_v3(0, 70 / 0.02, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, wall, b), >=, 1);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK(reel_take_pose(t, i, b).p.x < 2);
    }
    CHECK_INT(t->audit.tunnelling, ==, 0);
    (void)ground;
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A thin pane that no stone passes; slabs may turn through it, but never unnoticed. */
static void hail_on_panes(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "pane %d", i);
        kit_static_box(s, name, reel_v3(40, 40, 0.001), reel_v3(0, 0, -0.2 * i));
    }
    for (int i = 0; i < 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "stone %d", i);
        const reel_vec3 at = reel_v3(0.15 * (i % 4) - 0.2, 0.15 * (i / 4) - 0.2, 1 + 0.013 * i);
        const int b = i % 2 ? kit_box(s, name, reel_v3(0.03, 0.04, 0.025), 0.03, at)
                            : kit_sphere(s, name, 0.006, 0.001, at);
        s->bodies[b].velocity = reel_v3(0.3 * (i % 3), 0.2, i % 2 ? -18 - i : -40 - i);
        s->bodies[b].omega = reel_v3(3 * i, 20, 5);
    }
    s->audit.tunnelling = 100;
    reel_take *t = kit_run(s);
    int passed = 0;
    for (int b = 4; b < t->n_bodies; b++) {
        const bool below = kit_last_position(t, b).z < -0.003;
        CHECK(!below || (b - 4) % 2 == 1);
        passed += below;
    }
    CHECK_INT(t->audit.tunnelling, >=, passed);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"a ball and a thin wall", ball_and_thin_wall, &(const double){0}},
    {"a ball and a thin wall, earlier", ball_and_thin_wall, &(const double){0.02}},
    {"a ball and a thin wall, later", ball_and_thin_wall, &(const double){-0.031}},
    {"dropped on a sheet", dropped_on_a_sheet, NULL},
    {"two bullets", both_move, &(const bool){false}},
    {"a free plate", both_move, &(const bool){true}},
    {"along the floor", along_the_floor, NULL},
    {"hail on panes", hail_on_panes, NULL},
};
CHECK_MAIN(tests)
