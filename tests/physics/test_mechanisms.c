/* Springs, ropes, rods, gears, universal joints, motors and breaking, against mechanics. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static const reel_vec3 x_axis = {1, 0, 0}, y_axis = {0, 1, 0}, z_axis = {0, 0, 1}, nil = {0, 0, 0};

static reel_joint *distance(reel_scene *s, const char *name, int a, int b, reel_vec3 at,
                            reel_vec3 at_b)
{
    reel_joint *j = kit_joint(s, name, REEL_JOINT_DISTANCE, a, b, at, nil);
    j->anchor_b = at_b;
    return j;
}

static void limit(reel_joint *j, double lo, double hi)
{
    j->has_limits = true;
    j->lo = lo;
    j->hi = hi;
}

static double seconds_at(const reel_scene *s, int sample)
{
    return (double)reel_scene_sample_step(s, sample) / s->step_rate;
}

static double position(const reel_take *t, int sample, int joint)
{
    return t->joint_position[sample * t->n_joints + joint];
}

static double rate(const reel_take *t, int sample, int joint)
{
    return t->joint_velocity[sample * t->n_joints + joint];
}

static reel_vec3 force(const reel_take *t, int sample, int joint)
{
    const double *f = &t->joint_force[3 * (sample * t->n_joints + joint)];
    return reel_v3(f[0], f[1], f[2]);
}

static reel_vec3 torque(const reel_take *t, int sample, int joint)
{
    const double *f = &t->joint_torque[3 * (sample * t->n_joints + joint)];
    return reel_v3(f[0], f[1], f[2]);
}

/* Largest change of kinetic + potential energy - work. */
static double energy_error(const reel_take *t)
{
    double off = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double *a = t->energy, *b = &t->energy[3 * i];
        off = fmax(off, fabs((b[0] + b[1] - b[2]) - (a[0] + a[1] - a[2])));
    }
    return off;
}

static void finish(reel_scene *s, reel_take *t)
{
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* ---- springs ---- */

typedef struct spring_case {
    reel_joint_kind kind;
    double damping;
    int step_rate;
} spring_case;

/* x'' = -2 d w x' - w^2 x, from x0 at rest; k = 100, m = 1 (or I = 0.004 and k = 0.4): w = 10. */
static void spring_mass(const void *param)
{
    const spring_case *c = param;
    reel_scene *s = kit_scene(3);
    s->step_rate = c->step_rate;
    s->gravity = nil;
    kit_sphere(s, "bob", 0.1, 1, nil);
    const bool hinge = c->kind == REEL_JOINT_HINGE;
    reel_joint *j = kit_joint(s, "spring", c->kind, 0, -1, nil, x_axis);
    j->anchor_b = reel_v3(-1, 0, 0);
    const double m = hinge ? 0.004 : 1, x0 = 0.2, w = 10, d = c->damping;
    j->stiffness = w * w * m;
    j->damping = 2 * d * w * m;
    j->rest = c->kind == REEL_JOINT_DISTANCE ? 1 - x0 : -x0;
    reel_take *t = kit_run(s);
    const double wd = w * sqrt(1 - d * d);
    for (int i = 0; i < t->n_samples; i++) {
        const double at = seconds_at(s, i);
        double sine, cosine;
        reel_sincos(wd * at, &sine, &cosine);
        const double x = x0 * reel_exp(-d * w * at) * (cosine + d * w / wd * sine);
        CHECK_NEAR(position(t, i, 0) - j->rest, x, 2e-10);
    }
    if (d == 0) {
        CHECK_NEAR(energy_error(t), 0, 2e-9 * j->stiffness * x0 * x0);
    }
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-10);
    finish(s, t);
}

/* The same spring while the bob slides on a floor without friction: solved by ODE. */
static void spring_on_floor(const void *param)
{
    const double d = *(const double *)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int b = kit_box(s, "bob", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0.2, 0, 0.1));
    kit_set_surfaces(s, 0, 0);
    reel_joint *j = distance(s, "spring", b, -1, reel_v3(0.2, 0, 0.1), reel_v3(-1, 0, 0.1));
    j->stiffness = 100;
    j->damping = 20 * d;
    j->rest = 1;
    reel_take *t = kit_run(s);
    const double wd = 10 * sqrt(1 - d * d);
    double off = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double at = seconds_at(s, i);
        double sine, cosine;
        reel_sincos(wd * at, &sine, &cosine);
        const double x = 0.2 * reel_exp(-d * 10 * at) * (cosine + d * 10 / wd * sine);
        off = fmax(off, fabs(position(t, i, 0) - 1 - x));
    }
    printf("# spring on a floor, damping %g: off by %.3g of 0.2 m\n", d, off);
    CHECK_NEAR(off, 0, 2e-3);
    CHECK_NEAR(t->audit.energy_gain, 0, 1e-2);
    finish(s, t);
}

/* ---- ropes and rods ---- */

static double true_period(double angle, double inertia)
{
    double a = 1, b = reel_cos(angle / 2);
    for (int i = 0; i < 10; i++) {
        const double mean = (a + b) / 2;
        b = sqrt(a * b);
        a = mean;
    }
    return 2 * REEL_PI * sqrt(inertia / KIT_G) / a;
}

/* A bob on a massless rod: after a period of 90 degrees it is back where it was released. */
static void rod_pendulum(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(5);
    kit_sphere(s, "bob", 0.05, 2, reel_v3(-1, 0, 0));
    limit(distance(s, "rod", 0, -1, reel_v3(-1, 0, 0), nil), 1, 1);
    const double period = true_period(REEL_PI / 2, 1);
    reel_take *t = kit_run(s);
    const int i = (int)(2 * period * s->fps + 0.5);
    const double off = seconds_at(s, i) - 2 * period; /* falls from rest: z = -g t^2 / 2 */
    const reel_vec3 p = reel_take_pose(t, i, 0).p;
    CHECK_NEAR(p.z, -KIT_G * off * off / 2, 1e-6);
    CHECK_NEAR(energy_error(t), 0, 1e-8);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-9);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-8);
    finish(s, t);
}

/* Thrown upwards on a slack rope: flies freely until it is taut, then swings with what is across.
 */
static void rope_goes_taut(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->samples_per_frame = 50;
    const double x = 0.6, length = 1;
    kit_sphere(s, "bob", 0.05, 2, reel_v3(x, 0, 0));
    limit(distance(s, "rope", 0, -1, reel_v3(x, 0, 0), nil), 0, length);
    reel_take *t = kit_run(s);
    const double taut = sqrt(2 * 0.8 / KIT_G), v = KIT_G * taut, across = v * x / length;
    int i = 0;
    for (; seconds_at(s, i) < taut; i++) {
        const double at = seconds_at(s, i);
        CHECK_NEAR(reel_take_pose(t, i, 0).p.z, -KIT_G * at * at / 2, 1e-9);
        CHECK_NEAR(reel_v3_len(force(t, i, 0)), 0, 0);
    }
    /* the impulse along the rope takes v z / l away; energy is kept from there on */
    const double kept = across * across / 2 - KIT_G * 0.8;
    for (i++; i < t->n_samples; i++) {
        const reel_vec3 p = reel_take_pose(t, i, 0).p, u = reel_take_velocity(t, i, 0);
        CHECK_NEAR(reel_v3_len(p), length, 1e-8);
        CHECK_NEAR(reel_v3_dot(u, u) / 2 + KIT_G * p.z, kept, 1e-7);
    }
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-8);
    finish(s, t);
}

/* A whirling bob that is too slow for the circle: the rope slackens where m v^2 / l is less than
 * what gravity pulls along it, and the bob flies a parabola. */
static void rope_goes_slack(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->samples_per_frame = 50;
    const double v = sqrt(4 * KIT_G);
    const int b = kit_sphere(s, "bob", 0.01, 1, reel_v3(0, 0, -1));
    s->bodies[b].velocity = reel_v3(v, 0, 0);
    limit(distance(s, "rope", 0, -1, reel_v3(0, 0, -1), nil), 0, 1);
    reel_take *t = kit_run(s);
    /* v^2 = 4 g - 2 g (1 + u), u the height: slack where v^2 = g u, u = 2 / 3 */
    bool slack = false;
    for (int i = 1; i < t->n_samples; i++) {
        const reel_vec3 p = reel_take_pose(t, i, b).p, w = reel_take_velocity(t, i, b);
        const double size = reel_v3_len(p);
        if (!slack && size < 1 - 1e-7) {
            slack = true;
            CHECK(p.z > 2.0 / 3 && p.z < 0.69);
        }
        if (!slack) {
            CHECK(p.z < 2.0 / 3 + 0.01);
        }
        if (size < 1 - 1e-7) {
            CHECK_NEAR(w.x, -sqrt(2.0 / 3 * KIT_G) * 2 / 3, 1e-4);
        }
        CHECK_NEAR(reel_v3_dot(w, w) / 2 + KIT_G * p.z, KIT_G, 1e-7);
    }
    CHECK(slack);
    finish(s, t);
}

/* w^2 = g / (l cos a) keeps the angle; the tension is m g / cos a. */
static void conical_pendulum(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    const double a = REEL_PI / 5, r = reel_sin(a), h = reel_cos(a), w = sqrt(KIT_G / h);
    kit_sphere(s, "bob", 0.05, 3, reel_v3(r, 0, -h));
    s->bodies[0].velocity = reel_v3(0, w * r, 0);
    limit(distance(s, "rope", 0, -1, reel_v3(r, 0, -h), nil), 0, 1);
    reel_take *t = kit_run(s);
    for (int i = 1; i < t->n_samples; i++) {
        const reel_vec3 p = reel_take_pose(t, i, 0).p;
        CHECK_NEAR(p.z, -h, 1e-8);
        CHECK_NEAR(p.x, r * reel_cos(w * seconds_at(s, i)), 1e-7);
        CHECK_NEAR(force(t, i, 0).z, 3 * KIT_G, 1e-6);
    }
    finish(s, t);
}

/* Two bodies on a rope in free fall, flung apart: at the end they go on together, momentum kept. */
static void rope_between_two(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    const int a = kit_sphere(s, "a", 0.05, 3, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "b", 0.05, 1, reel_v3(0.5, 0, 0));
    s->bodies[b].velocity = reel_v3(2, 0, 0);
    limit(distance(s, "rope", a, b, reel_v3(0, 0, 0), reel_v3(0.5, 0, 0)), 0, 1);
    reel_take *t = kit_run(s);
    const int last = t->n_samples - 1;
    CHECK_NEAR(reel_take_velocity(t, last, a).x, 0.5, 1e-9);
    CHECK_NEAR(reel_take_velocity(t, last, b).x, 0.5, 1e-9);
    CHECK_NEAR(reel_take_pose(t, last, a).p.x, 0.5 * 0.75, 1e-9);
    CHECK_NEAR(reel_take_pose(t, last, a).p.z, -KIT_G / 2, 1e-9);
    CHECK_NEAR(reel_take_pose(t, last, b).p.z, -KIT_G / 2, 1e-9);
    finish(s, t);
}

/* A box that hangs on a rope and rests on the floor with a part of its weight: ODE's rows. */
static void rope_and_floor(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.4, 0.4, 0.2), 2, reel_v3(0, 0, 0.1));
    limit(distance(s, "rope", b, -1, reel_v3(0, 0, 0.2), reel_v3(0, 0, 1.2)), 0, 1);
    reel_joint *pull = distance(s, "spring", b, -1, reel_v3(0, 0, 0.2), reel_v3(0, 0, 1.2));
    pull->stiffness = 10;
    pull->rest = 0.5;
    reel_take *t = kit_run(s);
    const int i = 8; /* before it sleeps */
    CHECK_NEAR(t->contact_force[3 * (i * t->n_bodies + b) + 2] + force(t, i, 0).z +
                   force(t, i, 1).z,
               2 * KIT_G, 1e-2);
    CHECK_NEAR(force(t, i, 1).z, 5, 1e-2);
    CHECK_NEAR(kit_last_position(t, b).z, 0.1, 1e-3);
    CHECK_NEAR(t->audit.energy_gain, 0, 1e-4);
    finish(s, t);
}

/* ---- gears ---- */

/* Two sliders and a gear of -1 are the rope over a pulley; a third hinge is the pulley's inertia.
 */
static void atwood(const void *param)
{
    const bool heavy = *(const bool *)param;
    reel_scene *s = kit_scene(1);
    const double m1 = 3, m2 = 2, r = 0.1, inertia = 0.4 * 5 * r * r;
    const int a = kit_box(s, "a", reel_v3(0.1, 0.1, 0.1), m1, reel_v3(-0.2, 0, 0));
    const int b = kit_box(s, "b", reel_v3(0.1, 0.1, 0.1), m2, reel_v3(0.2, 0, 0));
    const int c = kit_sphere(s, "pulley", r, 5, reel_v3(0, 0, 1));
    kit_joint(s, "left", REEL_JOINT_SLIDER, a, -1, reel_v3(-0.2, 0, 0), z_axis);
    kit_joint(s, "right", REEL_JOINT_SLIDER, b, -1, reel_v3(0.2, 0, 0), z_axis);
    kit_joint(s, "axle", REEL_JOINT_HINGE, c, -1, reel_v3(0, 0, 1), y_axis);
    reel_joint *rope = kit_joint(s, "rope", REEL_JOINT_GEAR, b, a, nil, nil);
    rope->joint_a = 1;
    rope->joint_b = 0;
    rope->ratio = -1;
    if (heavy) {
        reel_joint *turn = kit_joint(s, "turn", REEL_JOINT_GEAR, c, a, nil, nil);
        turn->joint_a = 2;
        turn->joint_b = 0;
        turn->ratio = 1 / r;
    }
    reel_take *t = kit_run(s);
    const double acc = (m1 - m2) * KIT_G / (m1 + m2 + (heavy ? inertia / r / r : 0));
    const int last = t->n_samples - 1;
    CHECK_NEAR(rate(t, last, 0), -acc, 1e-10);
    CHECK_NEAR(rate(t, last, 1), acc, 1e-10);
    CHECK_NEAR(position(t, last, 1), acc / 2, 1e-10);
    CHECK_NEAR(force(t, last, 3).z, m2 * (KIT_G + acc), 1e-8); /* the tension on b's side */
    if (heavy) {
        CHECK_NEAR(position(t, last, 2), -acc / 2 / r, 1e-9);
    }
    CHECK_NEAR(energy_error(t), 0, 1e-9);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-9);
    finish(s, t);
}

/* A torque on the pinion moves the rack: a = tau / r / (m + I / r^2). */
static void rack_and_pinion(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = nil;
    const double r = 0.05, i = 0.004, m = 2, tau = 0.3;
    const int pinion = kit_sphere(s, "pinion", 0.1, 1, nil);
    const int rack = kit_box(s, "rack", reel_v3(0.5, 0.05, 0.05), m, reel_v3(0, 0, -r));
    s->geoms[s->bodies[rack].first_geom].collides = false;
    kit_joint(s, "axle", REEL_JOINT_HINGE, pinion, -1, nil, y_axis);
    kit_joint(s, "rail", REEL_JOINT_SLIDER, rack, -1, reel_v3(0, 0, -r), x_axis);
    reel_joint *teeth = kit_joint(s, "teeth", REEL_JOINT_GEAR, rack, pinion, nil, nil);
    teeth->joint_a = 1;
    teeth->joint_b = 0;
    teeth->ratio = r;
    reel_action *turn = kit_action(s, "turn", REEL_ACTION_FORCE, pinion, 0);
    turn->end_step = 1200;
    turn->torque = reel_v3(0, tau, 0);
    reel_take *t = kit_run(s);
    const double a = tau / r / (m + i / r / r);
    const int last = t->n_samples - 1;
    CHECK_NEAR(position(t, last, 1), a / 2, 1e-10);
    CHECK_NEAR(position(t, last, 0), a / 2 / r, 1e-9);
    CHECK_NEAR(force(t, last, 2).x, m * a, 1e-9);
    CHECK_NEAR(energy_error(t), 0, 1e-9);
    finish(s, t);
}

/* A winch drives a sled that pushes a box along the floor: gears where ODE solves. */
static void gear_with_contact(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    kit_floor(s);
    const int sled = kit_box(s, "sled", reel_v3(0.2, 0.2, 0.1), 2, reel_v3(0, 0, 0.1));
    const int wheel = kit_sphere(s, "wheel", 0.1, 1, reel_v3(0, 2, 1));
    kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0.2, 0, 0.1));
    kit_set_surfaces(s, 0.5, 0);
    kit_surface(s, sled)->friction = 0;
    kit_joint(s, "rail", REEL_JOINT_SLIDER, sled, -1, reel_v3(0, 0, 0.1), x_axis);
    kit_joint(s, "axle", REEL_JOINT_HINGE, wheel, -1, reel_v3(0, 2, 1), y_axis);
    reel_joint *winch = kit_joint(s, "winch", REEL_JOINT_GEAR, sled, wheel, nil, nil);
    winch->joint_a = 0;
    winch->joint_b = 1;
    winch->ratio = 0.1;
    reel_action *turn = kit_action(s, "turn", REEL_ACTION_FORCE, wheel, 0);
    turn->end_step = 1200;
    turn->torque = reel_v3(0, 2, 0);
    reel_take *t = kit_run(s);
    const int last = t->n_samples - 1;
    const double a = (2 / 0.1 - 0.5 * KIT_G) / (2 + 1 + 0.004 / 0.01);
    CHECK_NEAR(rate(t, last, 0) / a, 1, 2e-3);
    CHECK_NEAR(rate(t, last, 0), 0.1 * rate(t, last, 1), 1e-3); /* ODE turns the wheel too little */
    CHECK_NEAR(position(t, last, 0), 0.1 * position(t, last, 1), 1e-5);
    CHECK_NEAR(force(t, last, 2).x, 20 - 0.4 * a, 0.05);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-4);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-8);
    finish(s, t);
}

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

/* ---- a hanging chain ---- */

/* Links between two nails, damped until they rest, on the curve of a catenary: ball joints; the
 * last one is a loop, so ODE solves it. Compared with cosh at the joints. */
static void catenary(const void *param)
{
    (void)param;
    enum { LINKS = 24 };
    reel_scene *s = kit_scene(12);
    s->step_rate = 480;
    const double length = 1, link = length / LINKS, span = 0.6;
    /* start on a V, which has the right length */
    const double half = span / 2, drop = sqrt(0.25 * length * length - half * half);
    for (int i = 0; i < LINKS; i++) {
        char name[16];
        snprintf(name, sizeof name, "link %d", i);
        const bool down = i < LINKS / 2;
        const double k = (i + 0.5) * link;
        const reel_vec3 at =
            reel_v3(-half + k * span / length, 0,
                    down ? -k * 2 * drop / length : -(length - k) * 2 * drop / length);
        const reel_vec3 along = reel_v3(span / length, 0, (down ? -2 : 2) * drop / length);
        const int b = kit_box(s, name, reel_v3(0.004, 0.004, link), 0.01, at);
        s->bodies[b].world_from_body.q = kit_turn_z_to(along);
        s->geoms[s->bodies[b].first_geom].collides = false;
        reel_joint *j = kit_joint(s, s->bodies[b].name, REEL_JOINT_BALL, b, b - 1,
                                  reel_v3_madd(at, -link / 2, along), y_axis);
        j->damping = 4e-4;
    }
    kit_joint(s, "nail", REEL_JOINT_BALL, LINKS - 1, -1, reel_v3(half, 0, 0), y_axis);
    reel_take *t = kit_run(s);
    /* the parameter of the curve: 2 a sinh(span / 2 a) = length */
    double lo = 0.01, hi = 10;
    for (int i = 0; i < 100; i++) {
        const double a = (lo + hi) / 2;
        *(2 * a * reel_sinh(half / a) > length ? &lo : &hi) = a;
    }
    double off = 0;
    for (int i = 0; i < LINKS; i++) {
        const reel_vec3 p = kit_last_position(t, i);
        const double z = lo * (reel_cosh(p.x / lo) - reel_cosh(half / lo));
        off = fmax(off, fabs(p.z - z));
    }
    printf("# catenary: off by %.3g of 1 m (links of 42 mm)\n", off);
    CHECK_NEAR(off, 0, 2e-3);
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

static const spring_case slider = {REEL_JOINT_SLIDER, 0, 240}, hinge = {REEL_JOINT_HINGE, 0, 240},
                         free_spring = {REEL_JOINT_DISTANCE, 0, 240},
                         slider_damped = {REEL_JOINT_SLIDER, 0.1, 240},
                         free_damped = {REEL_JOINT_DISTANCE, 0.1, 240};
static const reel_joint_kind a_hinge = REEL_JOINT_HINGE, a_slider = REEL_JOINT_SLIDER,
                             a_ball = REEL_JOINT_BALL, a_rod = REEL_JOINT_DISTANCE;
static const double undamped = 0, damped = 0.1;
static const bool light = false, heavy = true;

static const check_test tests[] = {
    {"spring and mass, slider", spring_mass, &slider},
    {"spring and mass, hinge", spring_mass, &hinge},
    {"spring and mass, distance", spring_mass, &free_spring},
    {"damped, slider", spring_mass, &slider_damped},
    {"damped, distance", spring_mass, &free_damped},
    {"spring on a floor", spring_on_floor, &undamped},
    {"damped spring on a floor", spring_on_floor, &damped},
    {"a pendulum on a rod", rod_pendulum, NULL},
    {"a rope goes taut", rope_goes_taut, NULL},
    {"a rope goes slack", rope_goes_slack, NULL},
    {"a conical pendulum", conical_pendulum, NULL},
    {"a rope between two", rope_between_two, NULL},
    {"a rope and the floor", rope_and_floor, NULL},
    {"Atwood's machine", atwood, &light},
    {"Atwood's machine with a pulley", atwood, &heavy},
    {"rack and pinion", rack_and_pinion, NULL},
    {"a gear in contact", gear_with_contact, NULL},
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
    {"a catenary", catenary, NULL},
    {"impossible joints", impossible, NULL},
};
CHECK_MAIN(tests)
