/* Bodies that nothing touches, against Newton's and Euler's equations. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

/* x = x0 + v t + g t^2 / 2, at every sample: only rounding is allowed. */
static void projectile(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int b = kit_box(s, "stone", reel_v3(0.1, 0.2, 0.3), 0.7, reel_v3(1, 2, 30));
    s->bodies[b].velocity = reel_v3(3, -2, 5);
    s->bodies[b].omega = reel_v3(1, 2, -3);
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        const double time = i / 24.0;
        const reel_vec3 p = reel_take_pose(t, i, b).p;
        CHECK_NEAR(p.x, 1 + 3 * time, 1e-9);
        CHECK_NEAR(p.y, 2 - 2 * time, 1e-9);
        CHECK_NEAR(p.z, 30 + 5 * time - KIT_G * time * time / 2, 1e-9);
        CHECK_NEAR(reel_take_velocity(t, i, b).z, 5 - KIT_G * time, 1e-9);
    }
    CHECK_INT(t->n_events, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void spinning_ball_turns_by_its_rate(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 0));
    s->bodies[b].omega = reel_v3(0, 0, 20);
    reel_take *t = kit_run(s);
    const reel_quat q = reel_take_pose(t, t->n_samples - 1, b).q;
    /* 20 rad after 1 s; the quaternion has half of it */
    CHECK_NEAR(fabs(q.w), fabs(reel_cos(10)), 1e-11);
    CHECK_NEAR(q.x * q.x + q.y * q.y, 0, 1e-20);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static reel_scene *asymmetric_top(int step_rate)
{
    reel_scene *s = kit_scene(10);
    s->step_rate = step_rate;
    s->gravity = reel_v3(0, 0, 0);
    const int b = kit_box(s, "top", reel_v3(1, 1, 1), 1, reel_v3(0, 0, 0));
    s->bodies[b].inertia[0] = 0.1;
    s->bodies[b].inertia[1] = 0.2;
    s->bodies[b].inertia[2] = 0.3;
    s->bodies[b].omega = reel_v3(0.01, 6, 0.01);
    return s;
}

/* Spin about the middle axis is unstable: the body flips. Energy and angular momentum stay. */
static void asymmetric_top_keeps_energy_and_spin(const void *param)
{
    (void)param;
    reel_scene *s = asymmetric_top(1200);
    reel_take *t = kit_run(s);
    const double energy = t->energy[0];
    int flips = 0;
    for (int i = 1; i < t->n_samples; i++) {
        CHECK_NEAR(t->energy[3 * i], energy, 1e-9 * energy);
        for (int k = 3; k < 6; k++) {
            CHECK_NEAR(t->momentum[6 * i + k], t->momentum[k], 1e-11);
        }
        const reel_vec3 y = reel_v3(0, 1, 0);
        const double before = reel_quat_rotate(reel_take_pose(t, i - 1, 0).q, y).y;
        flips += (reel_quat_rotate(reel_take_pose(t, i, 0).q, y).y > 0) != (before > 0);
    }
    /* solved to 12 digits elsewhere: flips at 2.337 and 6.630 s only */
    CHECK_INT(flips, ==, 2);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A stable spin, so that rounding is not amplified. */
static reel_quat top_after(int step_rate)
{
    reel_scene *s = asymmetric_top(step_rate);
    s->frames = 25;
    s->bodies[0].omega = reel_v3(3, 1, 8);
    reel_take *t = kit_run(s);
    const reel_quat q = reel_take_pose(t, t->n_samples - 1, 0).q;
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
    return q;
}

static double quat_distance(reel_quat a, reel_quat b)
{
    const reel_quat d = reel_quat_mul(a, reel_quat_conj(b));
    return 2 * reel_v3_len(reel_v3(d.x, d.y, d.z));
}

/* Halving the step divides the error by 2^4. */
static void tumbling_is_of_fourth_order(const void *param)
{
    (void)param;
    const reel_quat truth = top_after(4800);
    const double coarse = quat_distance(top_after(240), truth);
    const double fine = quat_distance(top_after(480), truth);
    const double order = reel_log2(coarse / fine);
    CHECK_NEAR(order, 4, 0.3);
    CHECK(coarse < 1e-5);
}

/* A constant force adds F / m to gravity, a constant torque about a principal axis T / I. */
static void constant_force_and_torque(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int b = kit_sphere(s, "ball", 0.1, 2, reel_v3(0, 0, 0));
    reel_action *push = kit_action(s, "push", REEL_ACTION_FORCE, b, 300);
    push->end_step = 900;
    push->vec = reel_v3(4, 0, 0);
    push->torque = reel_v3(0, 0, 0.008);
    reel_take *t = kit_run(s);
    /* half a second at 2 m/s^2, then 0.25 s on */
    CHECK_NEAR(kit_last_position(t, b).x, 0.25 + 1.0 * 0.25, 1e-12);
    CHECK_NEAR(kit_last_velocity(t, b).x, 1.0, 1e-12);
    /* I = 2/5 m r^2 = 0.008: 1 rad/s^2 */
    CHECK_NEAR(reel_take_omega(t, t->n_samples - 1, b).z, 0.5, 1e-12);
    /* work = F x + T angle = 4 * 0.25 + 0.008 * 0.125 */
    CHECK_NEAR(t->energy[3 * (t->n_samples - 1) + 2], 1.001, 1e-12);
    CHECK_NEAR(t->audit.energy_gain, 0, 1e-12);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Pushed at a point off the centre: torque = arm x force, both in the world. */
static void impulse_off_the_centre(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.5);
    s->gravity = reel_v3(0, 0, 0);
    const int b = kit_sphere(s, "ball", 0.1, 2, reel_v3(0, 0, 0));
    s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0, 0, 1), REEL_PI / 2);
    reel_action *kick = kit_action(s, "kick", REEL_ACTION_IMPULSE, b, 600 / 2);
    kick->vec = reel_v3(0, 0, 0.4);
    kick->point = reel_v3(0.05, 0, 0); /* body x is world y */
    reel_take *t = kit_run(s);
    CHECK_NEAR(kit_last_velocity(t, b).z, 0.2, 1e-14);
    const reel_vec3 w = reel_take_omega(t, t->n_samples - 1, b);
    CHECK_NEAR(w.x, 0.05 * 0.4 / 0.008, 1e-12);
    CHECK_NEAR(w.y, 0, 1e-12);
    CHECK_NEAR(kit_last_position(t, b).z, 0.2 * 0.25, 1e-14);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"a projectile is exact", projectile, NULL},
    {"a spinning ball turns by its rate", spinning_ball_turns_by_its_rate, NULL},
    {"an asymmetric top keeps energy and spin", asymmetric_top_keeps_energy_and_spin, NULL},
    {"tumbling is of fourth order", tumbling_is_of_fourth_order, NULL},
    {"constant force and torque", constant_force_and_torque, NULL},
    {"an impulse off the centre", impulse_off_the_centre, NULL},
};
CHECK_MAIN(tests)
