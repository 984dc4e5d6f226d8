/* Universal joints, motors, servos, breaking and attaching, against mechanics. */
#include "tests/physics/joint_kit.h"

static const reel_vec3 z_axis = {0, 0, 1};

/* ---- universal ---- */

/* Hooke's joint between two shafts at the angle b, the first driven evenly by a strong motor. Its
 * pin in the first is across both shafts at the start: w2 = w1 cos b / (1 - sin^2 b sin^2 t). */
static void hooke(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = nil;
    const double b = 0.6, drive = 3;
    const reel_vec3 out = reel_v3(reel_cos(b), 0, reel_sin(b));
    const int first = kit_cylinder(s, "first", 0.05, 0.4, 1, reel_v3(-0.3, 0, 0));
    const int second = kit_cylinder(s, "second", 0.05, 0.4, 1, reel_v3_scale(out, 0.3));
    s->bodies[first].world_from_body.q = kit_turn_z_to(x_axis);
    s->bodies[second].world_from_body.q = kit_turn_z_to(out);
    reel_joint *motor =
        kit_joint(s, "motor", REEL_JOINT_HINGE, first, -1, reel_v3(-0.3, 0, 0), x_axis);
    motor->motor = REEL_MOTOR_VELOCITY;
    motor->target = drive;
    motor->max_force = 1000;
    reel_joint *cross = kit_joint(s, "cross", REEL_JOINT_UNIVERSAL, second, first, nil,
                                  reel_v3(-reel_sin(b), 0, reel_cos(b)));
    cross->axis2 = y_axis;
    kit_joint(s, "bearing", REEL_JOINT_HINGE, second, -1, reel_v3_scale(out, 0.3), out);
    s->bodies[first].omega = reel_v3(drive, 0, 0);
    s->bodies[second].omega = reel_v3_scale(out, drive * reel_cos(b));
    reel_take *t = kit_run(s);
    double off = 0;
    for (int i = 1; i < t->n_samples; i++) {
        const double sine = reel_sin(b) * reel_sin(position(t, i, 0));
        const double want = rate(t, i, 0) * reel_cos(b) / (1 - sine * sine);
        off = fmax(off, fabs(rate(t, i, 2) / want - 1));
    }
    printf("# Hooke's joint: off by %.3g\n", off);
    CHECK_NEAR(off, 0, 1e-3);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-4);
    finish(s, t);
}

/* A gimballed pendulum: a universal joint keeps energy, and the twist about the third axis is 0. */
static void universal_pendulum(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    const int b = kit_box(s, "bob", reel_v3(0.1, 0.2, 0.3), 2, reel_v3(0.5, 0.3, -0.6));
    s->bodies[b].omega = reel_v3(1, 2, 0);
    s->bodies[b].velocity = reel_v3_cross(s->bodies[b].omega, reel_v3(0.5, 0.3, -0.6));
    kit_joint(s, "gimbal", REEL_JOINT_UNIVERSAL, b, -1, nil, x_axis)->axis2 = y_axis;
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        const reel_quat q = reel_take_pose(t, i, b).q;
        CHECK_NEAR(reel_quat_rotate(q, x_axis).y, 0, 1e-12);
    }
    CHECK_NEAR(energy_error(t), 0, 1e-8);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-12);
    CHECK(fabs(position(t, t->n_samples - 1, 0)) > 0.01);
    finish(s, t);
}

/* ---- motors ---- */

/* t = w I / T to spin up, angle = a t^2 / 2 until then and w t after. */
static void motor_spins_up(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    const bool hinge = kind == REEL_JOINT_HINGE;
    reel_scene *s = kit_scene(1);
    s->step_rate = 240;
    s->gravity = nil;
    kit_sphere(s, "wheel", 0.1, 1, nil);
    reel_joint *j = kit_joint(s, "motor", kind, 0, -1, nil, y_axis);
    j->motor = REEL_MOTOR_VELOCITY;
    const double a = 7.3;
    j->target = 4;
    j->max_force = a * (hinge ? 0.004 : 1);
    reel_take *t = kit_run(s);
    for (int i = 0; i < t->n_samples; i++) {
        const double at = seconds_at(s, i), up = 4 / a;
        const double angle = at < up ? a * at * at / 2 : 8 / a + 4 * (at - up);
        CHECK_NEAR(position(t, i, 0), angle, 1e-9);
        CHECK_NEAR(rate(t, i, 0), at < up ? a * at : 4, 1e-9);
    }
    const int last = t->n_samples - 1;
    CHECK_NEAR(t->energy[3 * last + 2], (hinge ? 0.004 : 1) * 16 / 2, 1e-9);
    CHECK_NEAR(reel_v3_len(hinge ? torque(t, last, 0) : force(t, last, 0)), 0, 1e-9);
    finish(s, t);
}

/* A motor lifts an arm at a constant rate until the weight is too much for it at the horizontal,
 * where it needs m g l: of that it has only 0.9, so it stops short where m g l sin a = 0.9. */
static void motor_yields(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    s->samples_per_frame = 50;
    kit_sphere(s, "bob", 0.05, 1, reel_v3(0, 0, -1));
    reel_joint *j = kit_joint(s, "motor", REEL_JOINT_HINGE, 0, -1, nil, reel_v3(0, -1, 0));
    j->motor = REEL_MOTOR_VELOCITY;
    j->target = 0.8;
    s->bodies[0].omega = reel_v3(0, -0.8, 0);
    s->bodies[0].velocity = reel_v3(0.8, 0, 0);
    j->max_force = 0.9 * KIT_G;
    reel_take *t = kit_run(s);
    const double limit_angle = reel_asin(0.9);
    for (int i = 0; i < t->n_samples; i++) {
        const double a = position(t, i, 0);
        if (a < limit_angle) {
            CHECK_NEAR(a, 0.8 * seconds_at(s, i), 1e-9);
            CHECK_NEAR(rate(t, i, 0), 0.8, 1e-9);
        } else { /* 1.001 w w' = 0.9 g - g sin a */
            const double gain =
                0.9 * KIT_G * (a - limit_angle) + KIT_G * (reel_cos(a) - reel_cos(limit_angle));
            if (rate(t, i, 0) > 0) {
                CHECK_NEAR(rate(t, i, 0) * rate(t, i, 0), 0.64 + 2 * gain / 1.001, 1e-7);
            }
            break;
        }
    }
    CHECK_NEAR(energy_error(t), 0, 1e-8);
    finish(s, t);
}

/* A servo: at max_speed, then by exp(-60 t); the force never passes the limit. */
static void servo(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->samples_per_frame = 50;
    kit_box(s, "sled", reel_v3(0.1, 0.1, 0.1), 2, nil);
    reel_joint *j = kit_joint(s, "servo", REEL_JOINT_SLIDER, 0, -1, nil, z_axis);
    j->motor = REEL_MOTOR_POSITION;
    j->target = 0.5;
    j->max_force = 60;
    j->max_speed = 1.2;
    reel_take *t = kit_run(s);
    const double a = 60 / 2.0 - KIT_G, up = 1.2 / a, from = 0.72 / a; /* speeding up, and there */
    const double near = 1.2 / 60, turn = up + (0.5 - near - from) / 1.2;
    for (int i = 1; i < t->n_samples; i++) {
        const double at = seconds_at(s, i);
        const double z = at < up     ? a * at * at / 2
                         : at < turn ? from + 1.2 * (at - up)
                                     : 0.5 - near * reel_exp(-60 * (at - turn));
        /* slowing down takes 2 * 72 N less than the weight: more than 60 N downwards */
        if (at < turn) {
            CHECK_NEAR(position(t, i, 0), z, 1e-9);
        }
        CHECK(fabs(force(t, i, 0).z) < 60 + 1e-9);
    }
    const int last = t->n_samples - 1;
    CHECK_NEAR(position(t, last, 0), 0.5, 1e-9);
    CHECK_NEAR(force(t, last, 0).z, 2 * KIT_G, 1e-6);
    CHECK_NEAR(energy_error(t), 0, 1e-8);
    finish(s, t);
}

/* ---- breaking, attaching ---- */

/* A push that grows by 1 N every 10 steps; the joint holds 20 N and parts when it is more. */
static void breaks(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    static const char *const names[40] = {"p00", "p01", "p02", "p03", "p04", "p05", "p06", "p07",
                                          "p08", "p09", "p10", "p11", "p12", "p13", "p14", "p15",
                                          "p16", "p17", "p18", "p19", "p20", "p21", "p22", "p23",
                                          "p24", "p25", "p26", "p27", "p28", "p29", "p30", "p31",
                                          "p32", "p33", "p34", "p35", "p36", "p37", "p38", "p39"};
    reel_scene *s = kit_scene(0.5);
    s->samples_per_frame = 50;
    s->gravity = nil;
    kit_sphere(s, "bob", 0.1, 1, reel_v3(1, 0, 0));
    reel_joint *j = kit_joint(s, "hook", kind, 0, -1,
                              kind == REEL_JOINT_DISTANCE ? reel_v3(1, 0, 0) : nil, y_axis);
    if (kind == REEL_JOINT_DISTANCE) {
        limit(j, 1, 1);
    }
    j->break_force = 20;
    for (int i = 0; i < 40; i++) {
        reel_action *pull = kit_action(s, names[i], REEL_ACTION_FORCE, 0, 10 * i);
        pull->end_step = 600;
        pull->vec = reel_v3(1, 0, 0);
    }
    reel_take *t = kit_run(s);
    for (int i = 1; i < t->n_samples; i++) { /* step 200 pulls with 21 N */
        const bool held = i <= 200;
        CHECK_INT(t->joint_state[i], ==, held ? REEL_JOINT_STATE_ACTIVE : REEL_JOINT_STATE_BROKEN);
        CHECK_NEAR(force(t, i, 0).x, i <= 201 ? -1 - (i - 1) / 10 : 0, 1e-9);
    }
    const double after = 300.0 / 1200; /* 21 N, one more each 1/120 s until 40 at step 390 */
    CHECK(kit_last_velocity(t, 0).x > 21 * after);
    finish(s, t);
}

/* A cantilever on a hinge motor that holds: the torque at the anchor is m g l; breaks beyond. */
static void breaks_by_torque(const void *param)
{
    (void)param;
    for (int strong = 0; strong < 2; strong++) {
        reel_scene *s = kit_scene(0.5);
        kit_box(s, "arm", reel_v3(1, 0.1, 0.1), 2, reel_v3(0.5, 0, 0));
        kit_joint(s, "weld", REEL_JOINT_FIXED, 0, -1, nil, y_axis)->break_torque =
            KIT_G * (strong ? 1.001 : 0.999);
        reel_take *t = kit_run(s);
        const int last = t->n_samples - 1;
        CHECK_INT(t->joint_state[last], ==,
                  strong ? REEL_JOINT_STATE_ACTIVE : REEL_JOINT_STATE_BROKEN);
        if (strong) {
            CHECK_NEAR(torque(t, last, 0).y, -KIT_G, 1e-9);
            CHECK_NEAR(force(t, last, 0).z, 2 * KIT_G, 1e-9);
        }
        finish(s, t);
    }
}

/* Caught in flight: from then on a pendulum about where its anchor was at that moment. */
static void attached_in_flight(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int b = kit_sphere(s, "bob", 0.1, 1, reel_v3(0, 0, 0));
    s->bodies[b].velocity = reel_v3(3, 0, 0);
    kit_joint(s, "hook", REEL_JOINT_BALL, b, -1, reel_v3(0, 0, 0.5), y_axis)->inactive = true;
    reel_action *hook = kit_action(s, "hook", REEL_ACTION_ATTACH, 0, 240);
    hook->body = -1;
    hook->joint = 0;
    reel_take *t = kit_run(s);
    const reel_vec3 pivot = reel_v3(0.6, 0, 0.5 - KIT_G * 0.02);
    for (int i = 0; i < t->n_samples; i++) {
        const bool held = seconds_at(s, i) > 0.2;
        CHECK_INT(t->joint_state[i], ==, held ? REEL_JOINT_STATE_ACTIVE : 0);
        const reel_pose at = reel_take_pose(t, i, b);
        if (held) {
            CHECK_NEAR(reel_v3_len(reel_v3_sub(at.p, pivot)), 0.5, 1e-10);
        } else {
            CHECK_NEAR(at.p.x, 3 * seconds_at(s, i), 1e-12);
        }
    }
    CHECK_NEAR(t->audit.joint_error, 0, 1e-12);
    finish(s, t);
}

/* ---- refusals ---- */

static void refuse(reel_scene *s, const char *field)
{
    reel_error err = {0};
    reel_sim *sim = NULL;
    CHECK_INT(reel_sim_open(s, &sim, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, field);
    reel_scene_destroy(&s);
}

static reel_scene *with_joint(reel_joint_kind kind, reel_joint **joint)
{
    reel_scene *s = kit_scene(1);
    kit_sphere(s, "a", 0.1, 1, nil);
    *joint = kit_joint(s, "j", kind, 0, -1, nil, y_axis);
    return s;
}

static void impossible(const void *param)
{
    (void)param;
    reel_joint *j;
    reel_scene *s = with_joint(REEL_JOINT_UNIVERSAL, &j);
    j->axis2 = reel_v3(0, reel_sin(0.1), reel_cos(0.1));
    refuse(s, "joints[0].axis2");
    s = with_joint(REEL_JOINT_HINGE, &j);
    j->axis = reel_v3(0, 2, 0);
    refuse(s, "joints[0].axis");
    s = with_joint(REEL_JOINT_SLIDER, &j);
    limit(j, 0.2, 0.1);
    refuse(s, "joints[0].lo");
    s = with_joint(REEL_JOINT_DISTANCE, &j);
    refuse(s, "joints[0].kind");
    s = with_joint(REEL_JOINT_DISTANCE, &j);
    j->anchor_b = reel_v3(0, 0, 2);
    limit(j, 0, 1);
    refuse(s, "joints[0].anchor_b");
    s = with_joint(REEL_JOINT_BALL, &j);
    j->stiffness = 1;
    refuse(s, "joints[0].stiffness");
    s = with_joint(REEL_JOINT_HINGE, &j);
    reel_joint *gear = kit_joint(s, "gear", REEL_JOINT_GEAR, 0, 0, nil, nil);
    gear->joint_a = gear->joint_b = 0;
    gear->ratio = 1;
    refuse(s, "joints[1].joint_a");
}

static const reel_joint_kind a_hinge = REEL_JOINT_HINGE, a_slider = REEL_JOINT_SLIDER,
                             a_ball = REEL_JOINT_BALL, a_rod = REEL_JOINT_DISTANCE;

static const check_test tests[] = {
    {"Hooke's joint", hooke, NULL},
    {"a pendulum on a universal joint", universal_pendulum, NULL},
    {"a motor spins up a wheel", motor_spins_up, &a_hinge},
    {"a motor pushes a sled", motor_spins_up, &a_slider},
    {"a motor yields", motor_yields, NULL},
    {"a servo", servo, NULL},
    {"a ball joint breaks", breaks, &a_ball},
    {"a rod breaks", breaks, &a_rod},
    {"a weld breaks", breaks_by_torque, NULL},
    {"attached in flight", attached_in_flight, NULL},
    {"impossible joints", impossible, NULL},
};
CHECK_MAIN(tests)
