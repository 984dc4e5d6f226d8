/* Springs, ropes, rods, gears and chains, against mechanics. */
#include "tests/physics/joint_kit.h"

static const reel_vec3 z_axis = {0, 0, 1};

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

static const spring_case slider = {REEL_JOINT_SLIDER, 0, 240}, hinge = {REEL_JOINT_HINGE, 0, 240},
                         free_spring = {REEL_JOINT_DISTANCE, 0, 240},
                         slider_damped = {REEL_JOINT_SLIDER, 0.1, 240},
                         free_damped = {REEL_JOINT_DISTANCE, 0.1, 240};
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
    {"a catenary", catenary, NULL},
};
CHECK_MAIN(tests)
