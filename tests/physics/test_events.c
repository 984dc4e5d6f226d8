/* One event for each phase of a contact, and what it says of it. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static reel_vec3 vec(const double v[3])
{
    return reel_v3(v[0], v[1], v[2]);
}

/* Bounces of 0.5: each that meets faster than 5 cm/s after a real gap has an event; what comes
 * after is one contact, which lasts. */
static void ball_coming_to_rest(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    const int ground = kit_floor(s), b = kit_sphere(s, "ball", 0.1, 2, reel_v3(0, 0, 0.6));
    kit_set_surfaces(s, 0.5, 0.5);
    reel_take *t = kit_run(s);
    double speed = sqrt(2 * KIT_G * 0.5);
    int n = 0;
    for (; speed > REEL_IMPACT_SPEED; speed /= 2, n++) {
        const reel_event *e = kit_event(t, ground, b, n);
        CHECK(e != NULL);
        CHECK_NEAR(e->approach_speed, speed, 1e-3 * speed);
        CHECK_INT(e->kind, ==, REEL_EVENT_IMPACT);
        CHECK_INT(e->impacts, ==, 1);
        CHECK(speed / 2 <= REEL_IMPACT_SPEED || fabs(e->parting_speed - speed / 2) < 1e-3 * speed);
    }
    CHECK_INT(n, ==, 6);
    CHECK_INT(kit_count_events(t, ground, b), ==, n);
    CHECK_INT(kit_event(t, ground, b, n - 1)->end_step, ==, -1);
    CHECK_INT(kit_event(t, ground, b, n - 1)->motion, ==, REEL_EVENT_STICKING);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

typedef struct drop {
    double restitution, height, tilt;
    int most; /* events */
} drop;

/* A box that falls flat or on an edge rattles; that is no row each. */
static void box_dropped(const void *param)
{
    const drop *d = param;
    reel_scene *s = kit_scene(3);
    const int ground = kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.3, 0.2), 3, reel_v3(0, 0, 0.1 + d->height));
    s->bodies[b].world_from_body.q =
        (reel_quat){reel_cos(d->tilt / 2), reel_sin(d->tilt / 2), 0, 0};
    kit_set_surfaces(s, 0.5, d->restitution);
    reel_take *t = kit_run(s);
    const int n = kit_count_events(t, ground, b);
    CHECK_INT(n, <=, d->most);
    CHECK_INT(n, >=, 1);
    for (int i = 0; i < n; i++) {
        const reel_event *e = kit_event(t, ground, b, i);
        CHECK_INT(e->kind, ==, d->height > 0 ? REEL_EVENT_IMPACT : REEL_EVENT_REST);
        CHECK_INT(e->end_step == -1, ==, i == n - 1);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A domino is tipped against a wall: one event with the wall, which begins as an impact and goes on
 * as leaning, and one with the floor from the start to the end. */
static void domino_leaning(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    const int ground = kit_floor(s);
    const int wall = kit_static_box(s, "wall", reel_v3(0.05, 0.5, 0.5), reel_v3(0.1, 0, 0.25));
    const int b = kit_box(s, "domino", reel_v3(0.02, 0.1, 0.2), 0.5, reel_v3(0, 0, 0.1));
    kit_set_surfaces(s, 0.6, 0);
    reel_action *a = kit_action(s, "push", REEL_ACTION_IMPULSE, b, 240);
    a->vec = reel_v3(0.1, 0, 0);
    a->point = reel_v3(0, 0, 0.09);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, wall, b), ==, 1);
    const reel_event *lean = kit_event(t, wall, b, 0);
    CHECK_INT(lean->kind, ==, REEL_EVENT_IMPACT);
    CHECK_INT(lean->end_step, ==, -1);
    CHECK(lean->begin_time > 0.2);
    CHECK(lean->sticking > 0.5);
    CHECK_INT(kit_count_events(t, ground, b), ==, 1);
    const reel_event *stand = kit_event(t, ground, b, 0);
    CHECK_INT(stand->kind, ==, REEL_EVENT_REST);
    CHECK_INT(stand->begin_step, ==, 0);
    CHECK_INT(stand->end_step, ==, -1);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* It slides v^2 / 2 mu g far in v / mu g, then rests. */
static void sliding_box(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int ground = kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.3, 0.3, 0.1), 2, reel_v3(0, 0, 0.05));
    s->bodies[b].velocity = reel_v3(2, 0, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, ground, b), ==, 1);
    const reel_event *e = kit_event(t, ground, b, 0);
    const double mu_g = 0.5 * KIT_G;
    CHECK_INT(e->kind, ==, REEL_EVENT_REST);
    CHECK_NEAR(e->slip_distance, 2.0 * 2.0 / 2 / mu_g, 5e-3);
    CHECK_NEAR(e->sliding, 2 / mu_g / 2, 2e-3);
    CHECK_NEAR(e->sticking, 1 - 2 / mu_g / 2, 2e-3);
    CHECK_NEAR(e->sticking + e->sliding + e->rolling, 1, 1e-12);
    CHECK_INT(e->motion, ==, REEL_EVENT_STICKING);
    CHECK_NEAR(e->impulse[0], 2 * 2, 1e-4); /* the floor, body a, is dragged along */
    CHECK_NEAR(e->impulse[2], -2 * KIT_G * 2, 1e-2);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A ball set down without spin slides for 2 v / 7 mu g, then rolls at 5/7 of its speed. */
static void sliding_then_rolling(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int ground = kit_floor(s), b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.1));
    s->bodies[b].velocity = reel_v3(3, 0, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, ground, b), ==, 1);
    const reel_event *e = kit_event(t, ground, b, 0);
    const double slide = 2 * 3 / 7.0 / (0.5 * KIT_G), speed = 3 * 5 / 7.0;
    CHECK_NEAR(e->sliding * 2, slide, 3e-3);
    CHECK_NEAR(e->rolling * 2, 2 - slide, 3e-3);
    CHECK_INT(e->motion, ==, REEL_EVENT_ROLLING);
    CHECK_NEAR(e->slip_distance, 3 * slide / 2, 5e-3);
    CHECK_NEAR(e->roll_angle, speed * (2 - slide) / 0.1, 0.1);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void oblique_impact(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.5);
    const int ground = kit_floor(s), b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.5));
    s->bodies[b].velocity = reel_v3(1, -2, -3);
    s->gravity = reel_v3(0, 0, 0);
    kit_set_surfaces(s, 0, 0.7);
    reel_take *t = kit_run(s);
    const reel_event *e = kit_event(t, ground, b, 0);
    /* of the floor relative to the ball */
    CHECK_NEAR(e->approach_velocity[0], -1, 1e-9);
    CHECK_NEAR(e->approach_velocity[1], 2, 1e-9);
    CHECK_NEAR(e->approach_velocity[2], 3, 1e-9);
    CHECK_NEAR(e->approach_speed, 3, 1e-9);
    CHECK_NEAR(e->parting_speed, 2.1, 1e-6);
    CHECK_NEAR(e->impulse[2], -5.1, 1e-6);
    CHECK_NEAR(e->begin_time, 0.4 / 3, 1e-9);
    CHECK_NEAR(e->end_time, 0.4 / 3, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* What the events say that a body got is what its contact forces sum up to; and nothing is lost
 * between the bodies, static ones included. */
static void action_and_reaction(const void *param)
{
    (void)param;
    reel_scene *s = kit_crowd(3, 0, 0);
    reel_take *t = kit_run(s);
    const double dt = 1.0 / 24;
    for (int i = 0; i < t->n_samples; i++) {
        reel_vec3 sum = {0, 0, 0};
        double size = 0;
        for (int b = 0; b < t->n_bodies; b++) {
            const reel_vec3 f = vec(&t->contact_force[3 * (i * t->n_bodies + b)]);
            sum = reel_v3_add(sum, f);
            size += reel_v3_len(f);
        }
        CHECK(reel_v3_len(sum) <= 1e-12 * size);
    }
    for (int b = 0; b < t->n_bodies; b++) {
        reel_vec3 by_force = {0, 0, 0}, by_event = {0, 0, 0};
        for (int i = 0; i < t->n_samples; i++) {
            const reel_vec3 f = vec(&t->contact_force[3 * (i * t->n_bodies + b)]);
            by_force = reel_v3_madd(by_force, dt, f);
        }
        for (int k = 0; k < t->n_events; k++) {
            const reel_event *e = &t->events[k];
            const double sign = e->body_a == b ? 1 : e->body_b == b ? -1 : 0;
            by_event = reel_v3_madd(by_event, sign, vec(e->impulse));
        }
        CHECK_NEAR(reel_v3_len(reel_v3_sub(by_force, by_event)), 0, 1e-9);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A box tipped over its edge slaps down without ever leaving the floor: an impact more. */
static void slap(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int ground = kit_floor(s);
    const double tilt = 0.3, half = 0.1, away = half * sqrt(2.0);
    const int b =
        kit_box(s, "box", reel_v3(0.2, 0.4, 0.2), 2,
                reel_v3(0, 0, away * reel_sin(REEL_PI / 4 + tilt))); /* on an edge along y */
    s->bodies[b].world_from_body.q = (reel_quat){reel_cos(tilt / 2), 0, reel_sin(tilt / 2), 0};
    kit_set_surfaces(s, 1, 0);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, ground, b), ==, 1);
    const reel_event *e = kit_event(t, ground, b, 0);
    CHECK_INT(e->kind, ==, REEL_EVENT_REST);
    CHECK(e->impacts >= 1 && e->impacts <= 3); /* it rocks a little */
    CHECK(e->rolling > 0.05 && e->sliding < 0.05);
    CHECK_NEAR(e->roll_angle, tilt, 0.05);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"a ball coming to rest", ball_coming_to_rest, NULL},
    {"a box set down", box_dropped, &(const drop){0, 0, 0, 1}},
    {"a box dropped flat", box_dropped, &(const drop){0, 0.3, 0, 1}},
    {"a box dropped flat, bouncing", box_dropped, &(const drop){0.3, 0.3, 0, 5}},
    {"a box dropped on its edge", box_dropped, &(const drop){0, 0.3, 0.4, 2}},
    {"a box dropped on its edge, bouncing", box_dropped, &(const drop){0.3, 0.3, 0.4, 6}},
    {"a domino leaning", domino_leaning, NULL},
    {"a sliding box", sliding_box, NULL},
    {"sliding, then rolling", sliding_then_rolling, NULL},
    {"an oblique impact", oblique_impact, NULL},
    {"action and reaction", action_and_reaction, NULL},
    {"a slap", slap, NULL},
};
CHECK_MAIN(tests)
