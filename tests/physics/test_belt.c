/* Surfaces that run by themselves, and pairs of surfaces that have figures of their own. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

#define MU    0.4
#define SPEED 1.5

/* A belt of 20 m along x whose top is z = 0. */
static int add_belt(reel_scene *s, reel_vec3 velocity)
{
    const int b = kit_static_box(s, "belt", reel_v3(20, 2, 1), reel_v3(0, 0, -0.5));
    s->geoms[s->bodies[b].first_geom].belt = velocity;
    return b;
}

static reel_scene *box_on_belt(bool belt_first, reel_vec3 velocity, int *box)
{
    reel_scene *s = kit_scene(3);
    if (belt_first) {
        add_belt(s, velocity);
    }
    *box = kit_box(s, "box", reel_v3(0.4, 0.4, 0.1), 3, reel_v3(-2, 0, 0.05));
    if (!belt_first) {
        add_belt(s, velocity);
    }
    kit_set_surfaces(s, MU, 0);
    return s;
}

/* mu g until it goes with the belt, then as fast as the belt, to the end. */
static void box_is_carried(const void *param)
{
    const bool belt_first = param != NULL;
    const reel_vec3 directions[] = {{SPEED, 0, 0}, {0.6 * SPEED, 0.8 * SPEED, 0}, {-SPEED, 0, 9}};
    for (int k = 0; k < 3; k++) {
        int box;
        reel_scene *s = box_on_belt(belt_first, directions[k], &box);
        const reel_vec3 along =
            reel_v3_scale(reel_v3(directions[k].x, directions[k].y, 0), 1 / SPEED);
        reel_take *t = kit_run(s);
        const double until = SPEED / (MU * KIT_G);
        for (int i = 0; i < t->n_samples && k != 1; i++) { /* 1: runs off the side */
            const double time = i / 24.0;
            const double a = MU * KIT_G, slid = fmin(time, until);
            const double way = a * slid * slid / 2 + SPEED * (time - slid);
            const reel_vec3 p = reel_take_pose(t, i, box).p;
            const reel_vec3 v = reel_take_velocity(t, i, box);
            CHECK_NEAR(reel_v3_dot(v, along), a * slid, 2e-5);
            CHECK_NEAR(reel_v3_dot(p, along) - reel_v3_dot(reel_v3(-2, 0, 0), along), way, 5e-4);
            CHECK_NEAR(v.y, 0, 1e-9);
            CHECK(!(t->state[i * t->n_bodies + box] & REEL_STATE_ASLEEP));
        }
        const reel_vec3 early = reel_take_velocity(t, 4, box);
        CHECK_NEAR(reel_v3_len(reel_v3_cross(early, along)), 0, 1e-6);
        CHECK_NEAR(reel_v3_len(early), MU * KIT_G * 4 / 24, 1e-5);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

/* The drive gives m v^2: half of it is the box's, half is lost to the slip. */
static void drive_works(const void *param)
{
    (void)param;
    int box;
    reel_scene *s = box_on_belt(true, reel_v3(SPEED, 0, 0), &box);
    reel_take *t = kit_run(s);
    const double *last = &t->energy[3 * (t->n_samples - 1)];
    CHECK_NEAR(last[0], 3 * SPEED * SPEED / 2, 1e-3);
    CHECK_NEAR(last[2], 3 * SPEED * SPEED, 5e-3);
    CHECK(t->audit.energy_gain < 1e-4);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Held by a wall the belt runs on under it: mu m g for ever, and no sleep. */
static void box_at_a_wall(const void *param)
{
    (void)param;
    int box;
    reel_scene *s = box_on_belt(true, reel_v3(SPEED, 0, 0), &box);
    kit_static_box(s, "wall", reel_v3(0.1, 2, 1), reel_v3(-2 + 0.2 + 0.05, 0, 0.5));
    kit_set_surfaces(s, MU, 0);
    kit_surface(s, 2)->friction = 0;
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_position(t, box).x, -2, 1e-4);
    const reel_event *e = kit_event(t, box, 2, 0);
    CHECK(e != NULL);
    CHECK_NEAR(e->impulse_total, MU * 3 * KIT_G * 3, 0.05);
    CHECK(!(t->state[(t->n_samples - 1) * t->n_bodies + box] & REEL_STATE_ASLEEP));
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A pile too large for the exact solver rides all the same. */
static void pile_is_carried(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    add_belt(s, reel_v3(0.5, 0, 0));
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        const int column = i % 4, level = i / 4;
        kit_box(s, name, reel_v3(0.2, 0.1, 0.1), 1,
                reel_v3(-3 + 0.2 * column + 0.05 * (level % 2), 0, 0.05 + 0.1 * level));
    }
    kit_set_surfaces(s, 0.6, 0);
    reel_take *t = kit_run(s);
    for (int b = 1; b <= 20; b++) {
        CHECK_NEAR(kit_last_velocity(t, b).x, 0.5, 2e-3);
    }
    CHECK(t->audit.energy_gain < 0.05);
    CHECK_INT(t->audit.iterative_steps, >, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void set_pairs(reel_scene *s, int n)
{
    s->pairs = REEL_ARENA_NEW(&s->arena, reel_contact_pair, n);
    s->n_pairs = n;
}

/* Of two boxes on a slope of 20 degrees the one whose pair has less than tan 20 = 0.364 slides. */
static void pairs_have_their_own_friction(const void *param)
{
    (void)param;
    const double angle = REEL_PI / 9;
    const reel_vec3 normal = reel_v3(reel_sin(angle), 0, reel_cos(angle));
    reel_scene *s = kit_scene(1);
    kit_slope(s, normal);
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        const int b = kit_box(s, name, reel_v3(0.2, 0.2, 0.1), 1,
                              reel_v3_add(reel_v3_scale(normal, 0.05), reel_v3(0, 0.5 * i, 0)));
        s->bodies[b].world_from_body.q = kit_turn_z_to(normal);
    }
    kit_set_surfaces(s, 0.5, 0); /* all would stay */
    set_pairs(s, 3);
    s->pairs[0] = (reel_contact_pair){.surface_a = 0, .surface_b = 3, .friction = 0};
    s->pairs[1] = (reel_contact_pair){.surface_a = 0, .surface_b = 1, .friction = 0.2};
    s->pairs[2] = (reel_contact_pair){.surface_a = 0, .surface_b = 2, .friction = 0.37};
    reel_take *t = kit_run(s);
    const double friction[] = {0.2, 0.37, 0, 0.5};
    for (int i = 0; i < 4; i++) {
        const double a = KIT_G * fmax(0, reel_sin(angle) - friction[i] * reel_cos(angle));
        CHECK_NEAR(reel_v3_len(kit_last_velocity(t, 1 + i)), a, 2e-5);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void pairs_have_their_own_bounce(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    const int dull = kit_sphere(s, "dull", 0.1, 1, reel_v3(0, 0, 1.1));
    const int live = kit_sphere(s, "live", 0.1, 1, reel_v3(1, 0, 1.1));
    kit_set_surfaces(s, 0.5, 0.5);
    set_pairs(s, 1);
    s->pairs[0] = (reel_contact_pair){.surface_a = 0, .surface_b = live, .restitution = 0.9};
    reel_take *t = kit_run(s);
    const double fall = sqrt(2 * KIT_G), at = sqrt(2 / KIT_G); /* m/s, s: of 1 m */
    const double since = t->n_samples / 24.0 - 1 / 24.0 - at;
    CHECK_NEAR(kit_last_velocity(t, live).z, 0.9 * fall - KIT_G * since, 1e-5);
    CHECK_NEAR(kit_event(t, 0, dull, 0)->approach_speed, fall, 1e-5);
    CHECK_NEAR(kit_event(t, 0, dull, 0)->impulse_normal, 1.5 * fall, 1e-4);
    CHECK_NEAR(kit_event(t, 0, live, 0)->impulse_normal, 1.9 * fall, 1e-4);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void a_pair_twice_is_refused(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1.1));
    set_pairs(s, 2);
    s->pairs[0] = s->pairs[1] = (reel_contact_pair){.surface_a = 0, .surface_b = 1};
    reel_take *t = NULL;
    reel_error err = {0};
    CHECK_INT(reel_simulate(s, &t, &err), ==, REEL_E_SCENE);
    CHECK(strcmp(err.field, "pairs[1]") == 0);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"a box is carried", box_is_carried, NULL},
    {"a box is carried, the belt first in the table", box_is_carried, ""},
    {"the drive works", drive_works, NULL},
    {"a box at a wall", box_at_a_wall, NULL},
    {"a pile is carried", pile_is_carried, NULL},
    {"pairs have their own friction", pairs_have_their_own_friction, NULL},
    {"pairs have their own bounce", pairs_have_their_own_bounce, NULL},
    {"a pair twice is refused", a_pair_twice_is_refused, NULL},
};
CHECK_MAIN(tests)
