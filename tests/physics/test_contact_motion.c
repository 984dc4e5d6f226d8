/* Sliding and rolling at the default step, against Coulomb and Newton. */
#include "base/trig.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

/* A plane tilted by `angle` down towards `heading`. */
static reel_vec3 tilted(double angle, double heading)
{
    const double s = reel_sin(angle);
    return reel_v3(s * reel_cos(heading), s * reel_sin(heading), reel_cos(angle));
}

/* a = g (sin - mu cos), whichever way the slope points: no preferred friction axes. */
static void slide_in_any_direction(const void *param)
{
    const double heading = *(const double *)param;
    const double angle = REEL_PI / 6, mu = 0.3;
    reel_scene *s = kit_scene(1);
    const reel_vec3 up = tilted(angle, heading);
    kit_slope(s, up);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.1), 1, reel_v3_scale(up, 0.05));
    s->bodies[b].world_from_body.q = kit_turn_z_to(up);
    kit_set_surfaces(s, mu, 0);
    reel_take *t = kit_run(s);
    const double a = KIT_G * (reel_sin(angle) - mu * reel_cos(angle));
    CHECK_NEAR(reel_v3_len(kit_last_velocity(t, b)), a, 1e-6);
    /* straight down the slope */
    const reel_vec3 down = reel_v3_unit(
        reel_v3(up.x * up.z, up.y * up.z, -(up.x * up.x + up.y * up.y)), reel_v3(0, 0, 1));
    CHECK_NEAR(reel_v3_dot(kit_last_velocity(t, b), down), a, 1e-6);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void holds_below_the_friction_angle(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const reel_vec3 up = tilted(25 * REEL_PI / 180, 0.7);
    kit_slope(s, up);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.1), 1, reel_v3_scale(up, 0.05));
    s->bodies[b].world_from_body.q = kit_turn_z_to(up);
    kit_set_surfaces(s, 0.6, 0);
    reel_take *t = kit_run(s);
    const reel_vec3 d = reel_v3_sub(kit_last_position(t, b), reel_v3_scale(up, 0.05));
    CHECK_NEAR(reel_v3_len(d), 0, 2e-5);
    CHECK(t->state[(t->n_samples - 1) * t->n_bodies + b] & REEL_STATE_ASLEEP);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Rolling without slip: a = g sin / (1 + k), k = 2/5 for a sphere. */
static void sphere_rolls_down(const void *param)
{
    const double heading = *(const double *)param;
    reel_scene *s = kit_scene(1);
    const double angle = 15 * REEL_PI / 180;
    const reel_vec3 up = tilted(angle, heading);
    kit_slope(s, up);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3_scale(up, 0.1));
    kit_set_surfaces(s, 0.5, 0);
    reel_take *t = kit_run(s);
    const double a = 5.0 / 7.0 * KIT_G * reel_sin(angle);
    CHECK_NEAR(reel_v3_len(kit_last_velocity(t, b)), a, 1e-6);
    CHECK_NEAR(reel_v3_len(reel_take_omega(t, t->n_samples - 1, b)), a / 0.1, 1e-5);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void cylinder_rolls_down(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const double angle = 15 * REEL_PI / 180;
    const reel_vec3 up = tilted(angle, 0);
    kit_slope(s, up);
    const int b = kit_cylinder(s, "roll", 0.1, 0.3, 1, reel_v3_scale(up, 0.1));
    s->bodies[b].world_from_body.q = kit_turn_z_to(reel_v3(0, 1, 0));
    kit_set_surfaces(s, 0.5, 0);
    reel_take *t = kit_run(s);
    CHECK_NEAR(reel_v3_len(kit_last_velocity(t, b)), 2.0 / 3.0 * KIT_G * reel_sin(angle), 1e-5);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A sliding ball ends up rolling at 5/7 of its speed, whatever the friction. */
static void sliding_ball_begins_to_roll(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.1));
    s->bodies[b].velocity = reel_v3(2, 1, 0);
    kit_set_surfaces(s, 0.4, 0);
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_velocity(t, b).x, 10.0 / 7.0, 1e-6);
    CHECK_NEAR(kit_last_velocity(t, b).y, 5.0 / 7.0, 1e-6);
    /* it slid for 2 v / 7 mu g */
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Rolling friction rho: torque rho N, deceleration 5/7 rho g / r. */
static void rolling_friction(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0.1));
    s->bodies[b].velocity = reel_v3(2, 0, 0);
    s->bodies[b].omega = reel_v3(0, 20, 0);
    kit_surface(s, b)->rolling_friction = 0.002;
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_velocity(t, b).x, 2 - 5.0 / 7.0 * 0.002 * KIT_G / 0.1, 1e-4);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const double headings[] = {0, 15 * REEL_PI / 180, 30 * REEL_PI / 180, 45 * REEL_PI / 180,
                                  2.9};

static const check_test tests[] = {
    {"slide at 0 degrees", slide_in_any_direction, &headings[0]},
    {"slide at 15 degrees", slide_in_any_direction, &headings[1]},
    {"slide at 30 degrees", slide_in_any_direction, &headings[2]},
    {"slide at 45 degrees", slide_in_any_direction, &headings[3]},
    {"slide at 2.9 rad", slide_in_any_direction, &headings[4]},
    {"holds below the friction angle", holds_below_the_friction_angle, NULL},
    {"a sphere rolls down", sphere_rolls_down, &headings[0]},
    {"a sphere rolls down askew", sphere_rolls_down, &headings[2]},
    {"a cylinder rolls down", cylinder_rolls_down, NULL},
    {"a sliding ball begins to roll", sliding_ball_begins_to_roll, NULL},
    {"rolling friction slows a ball", rolling_friction, NULL},
};
CHECK_MAIN(tests)
