/* Joints, limits, motors and dampers against mechanics at the default step. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

static const reel_vec3 axis_y = {0, 1, 0};

/* A point mass nearly: a small sphere on a massless arm of length 1, released at `angle`. */
static reel_scene *pendulum(double angle, reel_joint_kind kind, int step_rate, double seconds)
{
    reel_scene *s = kit_scene(seconds);
    s->step_rate = step_rate;
    s->samples_per_frame = step_rate / s->fps;
    kit_sphere(s, "bob", 0.05, 1, reel_v3(-reel_sin(angle), 0, -reel_cos(angle)));
    kit_joint(s, "pivot", kind, 0, -1, reel_v3(0, 0, 0), axis_y);
    return s;
}

/* Mean period from the upward zero crossings of the angle, interpolated between steps. */
static double period_of(const reel_scene *s, int n_periods)
{
    reel_take *t = kit_run(s);
    double first = -1, last = -1;
    int count = -1;
    for (int i = 1; i < t->n_samples && count < n_periods; i++) {
        const double a = reel_take_pose(t, i - 1, 0).p.x, b = reel_take_pose(t, i, 0).p.x;
        if (a < 0 && b >= 0) {
            last = (i - 1 + a / (a - b)) / s->step_rate;
            first = count < 0 ? last : first;
            count++;
        }
    }
    reel_take_destroy(&t);
    return count == n_periods ? (last - first) / n_periods : -1;
}

/* Arithmetic-geometric mean: T = 2 pi sqrt(I / m g l) / agm(1, cos(angle / 2)). */
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

static void pendulum_period(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    const double angle = REEL_PI / 2, inertia = 1 + 0.4 * 0.05 * 0.05;
    reel_scene *s = pendulum(angle, kind, 1200, 6);
    const double truth = true_period(angle, inertia);
    CHECK_NEAR(period_of(s, 2) / truth, 1, 1e-8);
    reel_scene_destroy(&s);
}

/* A coarse step is enough: what is left is the interpolation between the steps. */
static void coarse_pendulum(const void *param)
{
    (void)param;
    const double angle = REEL_PI / 2, truth = true_period(angle, 1 + 0.4 * 0.05 * 0.05);
    reel_scene *s = pendulum(angle, REEL_JOINT_HINGE, 240, 6);
    CHECK_NEAR(period_of(s, 2) / truth, 1, 1e-6);
    reel_scene_destroy(&s);
}

/* Light damping: the swing decays by exp(-c t / 2 I). */
static void damped_pendulum(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    reel_scene *s = pendulum(0.05, kind, 1200, 8);
    s->joints[0].damping = 0.4;
    reel_take *t = kit_run(s);
    double top = 0;
    for (int i = t->n_samples - 2600; i < t->n_samples; i++) {
        const double time = (double)i / s->step_rate;
        const double x = fabs(reel_take_pose(t, i, 0).p.x);
        top = fmax(top, x * reel_exp(0.4 / 2 * time / 1.001));
    }
    CHECK_NEAR(top / reel_sin(0.05), 1, 0.01);
    CHECK_NEAR(t->audit.energy_gain, 0, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A flywheel with a damper only: omega falls as exp(-c t / I). */
static void damped_flywheel(const void *param)
{
    const double c = *(const double *)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    kit_sphere(s, "wheel", 0.1, 1, reel_v3(0, 0, 0)); /* I = 0.004 */
    s->bodies[0].omega = reel_v3(0, 5, 0);
    kit_joint(s, "bearing", REEL_JOINT_HINGE, 0, -1, reel_v3(0, 0, 0), axis_y)->damping = c;
    reel_take *t = kit_run(s);
    const double truth = 5 * reel_exp(-c / 0.004);
    CHECK_NEAR(reel_take_omega(t, t->n_samples - 1, 0).y, truth, 1e-9 * 5);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void limits_stop(const void *param)
{
    (void)param;
    reel_scene *s = pendulum(REEL_PI / 2, REEL_JOINT_HINGE, 1200, 3);
    s->joints[0].has_limits = true;
    s->joints[0].lo = -1;
    s->joints[0].hi = 0.5;
    reel_take *t = kit_run(s);
    double lo = 0, hi = 0;
    for (int i = 0; i < t->n_samples; i++) {
        lo = fmin(lo, t->joint_position[i]);
        hi = fmax(hi, t->joint_position[i]);
    }
    /* it swings down, about -y by the right hand: 1 rad, and stays (no restitution) */
    CHECK_NEAR(lo, -1, 5e-3);
    CHECK(hi < 1e-3);
    CHECK_NEAR(t->joint_position[t->n_samples - 1], -1, 1e-3);
    CHECK_NEAR(reel_v3_len(kit_last_velocity(t, 0)), 0, 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Bounded torque: the rate grows by T / I until it is the target, then stays; the work is I w^2/2.
 */
static void velocity_motor(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    kit_sphere(s, "wheel", 0.1, 1, reel_v3(0, 0, 0));
    reel_joint *j = kit_joint(s, "motor", REEL_JOINT_HINGE, 0, -1, reel_v3(0, 0, 0), axis_y);
    j->motor = REEL_MOTOR_VELOCITY;
    j->target = 4;
    j->max_force = 0.032; /* 8 rad/s^2: half a second */
    reel_take *t = kit_run(s);
    CHECK_NEAR(t->joint_velocity[6], 2, 1e-9);
    CHECK_NEAR(t->joint_velocity[t->n_samples - 1], 4, 1e-6);
    CHECK_NEAR(t->energy[3 * (t->n_samples - 1) + 2], 0.004 * 16 / 2, 1e-4);
    CHECK_STR(t->channels[0].name, "motor.target");
    CHECK_NEAR(t->channel[t->n_samples - 1], 4, 0);
    /* angle = 1 rad while it speeds up, then 2; semi-implicit steps add h w / 2 */
    CHECK_NEAR(t->joint_position[t->n_samples - 1], 3, 3e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void position_motor(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    reel_scene *s = kit_scene(2.5);
    kit_box(s, "arm", reel_v3(0.4, 0.1, 0.1), 1, reel_v3(0.2, 0, 1));
    const reel_vec3 axis = kind == REEL_JOINT_HINGE ? axis_y : reel_v3(0, 0, 1);
    reel_joint *j = kit_joint(s, "servo", kind, 0, -1, reel_v3(0, 0, 1), axis);
    j->motor = REEL_MOTOR_POSITION;
    j->max_force = 50;
    j->max_speed = 2;
    reel_action *a = kit_action(s, "raise", REEL_ACTION_TARGET, 0, 600);
    a->value = -0.8;
    reel_take *t = kit_run(s);
    CHECK_NEAR(t->joint_position[12], 0, 1e-3); /* it holds its own weight */
    CHECK_NEAR(t->joint_position[t->n_samples - 1], -0.8, 1e-3);
    for (int i = 0; i < t->n_samples; i++) {
        CHECK(fabs(t->joint_velocity[i]) < 2.01);
    }
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A motor that is too weak holds nothing, and says so by its joint's motion. */
static void weak_motor_yields(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.5);
    kit_box(s, "weight", reel_v3(0.1, 0.1, 0.1), 1, reel_v3(0, 0, 1));
    reel_joint *j =
        kit_joint(s, "hoist", REEL_JOINT_SLIDER, 0, -1, reel_v3(0, 0, 1), reel_v3(0, 0, 1));
    j->motor = REEL_MOTOR_VELOCITY;
    j->max_force = 4; /* N, of 9.81 */
    reel_take *t = kit_run(s);
    CHECK_NEAR(t->joint_velocity[t->n_samples - 1], -(KIT_G - 4) * 0.5, 1e-9);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Two boxes fixed to one another fly as one body; released, they part. */
static void fixed_and_released(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_box(s, "a", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(-0.1, 0, 0));
    const int b = kit_box(s, "b", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0.1, 0, 0));
    s->bodies[a].omega = s->bodies[b].omega = reel_v3(0, 0, 2);
    s->bodies[a].velocity = reel_v3(0, -0.2, 0);
    s->bodies[b].velocity = reel_v3(0, 0.2, 0);
    kit_joint(s, "glue", REEL_JOINT_FIXED, a, b, reel_v3(0, 0, 0), axis_y);
    kit_action(s, "unglue", REEL_ACTION_RELEASE, 0, 600);
    reel_take *t = kit_run(s);
    const reel_vec3 half = reel_v3_sub(reel_take_pose(t, 12, a).p, reel_take_pose(t, 12, b).p);
    CHECK_NEAR(reel_v3_len(half), 0.2, 1e-12);
    CHECK_NEAR(half.y / -0.2, reel_sin(1.0), 1e-9);
    /* then straight on at 0.2 m/s each, apart */
    const reel_vec3 end = reel_v3_sub(kit_last_position(t, a), kit_last_position(t, b));
    CHECK_NEAR(reel_v3_len(end), sqrt(0.04 + 0.04), 1e-5);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-12);
    CHECK_NEAR(t->momentum[6 * (t->n_samples - 1)], 0, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static void hinge_counts_turns(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    s->gravity = reel_v3(0, 0, 0);
    kit_sphere(s, "wheel", 0.1, 1, reel_v3(0, 0, 0));
    s->bodies[0].omega = reel_v3(0, 10, 0);
    kit_joint(s, "axle", REEL_JOINT_HINGE, 0, -1, reel_v3(0, 0, 0), axis_y);
    reel_take *t = kit_run(s);
    CHECK_NEAR(t->joint_position[t->n_samples - 1], 20, 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Largest change of kinetic + potential energy - work over the samples from `first` on. */
static double energy_error(const reel_take *t, int first)
{
    double off = 0;
    for (int i = first; i < t->n_samples; i++) {
        const double *a = &t->energy[3 * first], *b = &t->energy[3 * i];
        off = fmax(off, fabs((b[0] + b[1] - b[2]) - (a[0] + a[1] - a[2])));
    }
    return off;
}

/* A hanging chain is struck and pushed: the books of energy and momentum hold. */
static void struck_chain(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    static const char *const names[] = {"link 0", "link 1", "link 2", "link 3"};
    for (int i = 0; i < 4; i++) {
        const int b =
            kit_box(s, names[i], reel_v3(0.05, 0.05, 0.2), 1, reel_v3(0, 0, -0.1 - 0.2 * i));
        kit_joint(s, names[i], REEL_JOINT_BALL, b, b - 1, reel_v3(0, 0, -0.2 * i), axis_y);
    }
    reel_action *blow = kit_action(s, "blow", REEL_ACTION_IMPULSE, 2, 200);
    blow->vec = reel_v3(2, 1, 0);
    blow->point = reel_v3(0.02, 0, 0.05);
    reel_action *push = kit_action(s, "push", REEL_ACTION_FORCE, 3, 300);
    push->end_step = 900;
    push->vec = reel_v3(-1, 2, 4);
    push->torque = reel_v3(0.01, -0.02, 0.01);
    reel_take *t = kit_run(s);
    CHECK(t->energy[3 * (t->n_samples - 1) + 2] > 0.5);
    CHECK_NEAR(energy_error(t, 0), 0, 1e-8);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-9);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A well damped pendulum hangs still in the end, to the bit. */
static void damped_pendulum_sleeps(const void *param)
{
    (void)param;
    reel_scene *s = pendulum(0.5, REEL_JOINT_BALL, 1200, 8);
    s->joints[0].damping = 5;
    reel_take *t = kit_run(s);
    CHECK(t->state[t->n_samples - 1] & REEL_STATE_ASLEEP);
    CHECK_NEAR(reel_v3_len(kit_last_velocity(t, 0)), 0, 0);
    CHECK_NEAR(kit_last_position(t, 0).z, -1, 1e-8);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A pendulum meets a wall and swings back: the solver's gap closes, the swing goes on exactly. */
static void swing_against_wall(const void *param)
{
    (void)param;
    reel_scene *s = pendulum(1, REEL_JOINT_HINGE, 1200, 1.5);
    kit_static_box(s, "wall", reel_v3(0.2, 1, 1), reel_v3(0.16, 0, -1));
    kit_set_surfaces(s, 0.5, 0.8);
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, 0, 1), ==, 1);
    const reel_event *hit = kit_event(t, 0, 1, 0);
    const double truth = sqrt(2 * KIT_G * (1 - reel_cos(1)) / 1.001);
    CHECK_NEAR(hit->approach_speed / truth, 1, 1e-2);
    const int after = (int)(hit->begin_time * 1200) + 120;
    CHECK_NEAR(energy_error(t, after), 0, 1e-5); /* what the gap weighs */
    CHECK_NEAR(energy_error(t, after + 120), 0, 1e-10);
    const reel_vec3 p = kit_last_position(t, 0);
    CHECK_NEAR(reel_v3_len(p), 1, 1e-12);
    CHECK_NEAR(p.y, 0, 1e-12);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A chain that falls onto the floor is in and out of contact: no energy comes of it. */
static void chain_on_floor(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    static const char *const names[] = {"link 0", "link 1", "link 2", "link 3", "link 4"};
    for (int i = 0; i < 5; i++) {
        const int b =
            kit_box(s, names[i], reel_v3(0.18, 0.05, 0.05), 1, reel_v3(0.1 + 0.2 * i, 0, 0.6));
        if (i > 0) {
            kit_joint(s, names[i], REEL_JOINT_BALL, b, b - 1, reel_v3(0.2 * i, 0, 0.6), axis_y);
        }
        s->bodies[b].omega = reel_v3(0, 2, 0);
    }
    kit_set_surfaces(s, 0.5, 0.3);
    reel_take *t = kit_run(s);
    CHECK_NEAR(t->audit.energy_gain / t->audit.energy_scale, 0, 1e-3);
    CHECK_NEAR(t->audit.joint_error, 0, 2e-3);
    CHECK_NEAR(t->audit.momentum_error, 0, 1e-9);
    for (int b = 1; b < s->n_bodies; b++) {
        CHECK(kit_last_position(t, b).z > 0.024);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A trolley on a slider, a pendulum on the trolley by a hinge with limits. */
static reel_take *trolley(bool swapped)
{
    reel_scene *s = kit_scene(1);
    const int a = kit_box(s, "trolley", reel_v3(0.2, 0.1, 0.1), 2, reel_v3(0, 0, 1));
    const int b = kit_box(s, "bob", reel_v3(0.1, 0.1, 0.1), 1, reel_v3(0.3, 0, 0.9));
    const int c = kit_box(s, "slug", reel_v3(0.05, 0.05, 0.05), 1, reel_v3(0.3, 0, 0.7));
    const int ground = kit_static_box(s, "rail", reel_v3(1, 0.1, 0.1), reel_v3(0, 0, 1.2));
    const reel_vec3 tilted = reel_v3(0.96, 0, -0.28), away = reel_v3(0.6, 0, -0.8);
    kit_joint(s, "rail", REEL_JOINT_SLIDER, a, ground, reel_v3(0, 0, 1), tilted);
    reel_joint *pin = kit_joint(s, "pin", REEL_JOINT_HINGE, swapped ? a : b, swapped ? b : a,
                                reel_v3(0, 0, 1), swapped ? reel_v3(0, -1, 0) : axis_y);
    pin->has_limits = true;
    pin->lo = -0.1;
    pin->hi = 1.5;
    reel_joint *barrel = kit_joint(s, "barrel", REEL_JOINT_SLIDER, swapped ? b : c, swapped ? c : b,
                                   reel_v3(0.3, 0, 0.8), swapped ? reel_v3_scale(away, -1) : away);
    barrel->has_limits = true;
    barrel->lo = -0.05;
    barrel->hi = 0.3;
    barrel->damping = 0.5;
    reel_take *t = kit_run(s);
    reel_scene_destroy(&s);
    return t;
}

/* Which body a joint names first makes no difference: with the axis turned round as well, the
 * position is the same. */
static void named_either_way(const void *param)
{
    (void)param;
    reel_take *t = trolley(false), *swapped = trolley(true);
    double most = 0;
    for (int i = 0; i < 3 * t->n_samples; i++) {
        most = fmax(most, fabs(t->joint_position[i]));
        CHECK_NEAR(t->joint_position[i], swapped->joint_position[i], 1e-9);
        CHECK_NEAR(t->joint_velocity[i], swapped->joint_velocity[i], 1e-8);
    }
    CHECK(most > 0.5);
    CHECK_NEAR(t->audit.joint_error, 0, 1e-3);
    reel_take_destroy(&t);
    reel_take_destroy(&swapped);
}

static const reel_joint_kind hinge = REEL_JOINT_HINGE, ball = REEL_JOINT_BALL,
                             slider = REEL_JOINT_SLIDER;
static const double light = 0.004, heavy = 4.0;

static const check_test tests[] = {
    {"period at 90 degrees, hinge", pendulum_period, &hinge},
    {"period at 90 degrees, ball", pendulum_period, &ball},
    {"period with coarse steps", coarse_pendulum, NULL},
    {"damped pendulum, hinge", damped_pendulum, &hinge},
    {"damped pendulum, ball", damped_pendulum, &ball},
    {"a lightly damped flywheel", damped_flywheel, &light},
    {"an overdamped flywheel", damped_flywheel, &heavy},
    {"limits stop", limits_stop, NULL},
    {"a velocity motor", velocity_motor, NULL},
    {"a position motor, hinge", position_motor, &hinge},
    {"a position motor, slider", position_motor, &slider},
    {"a weak motor yields", weak_motor_yields, NULL},
    {"fixed and released", fixed_and_released, NULL},
    {"a hinge counts turns", hinge_counts_turns, NULL},
    {"a struck chain", struck_chain, NULL},
    {"a damped pendulum sleeps", damped_pendulum_sleeps, NULL},
    {"a swing against a wall", swing_against_wall, NULL},
    {"a chain on the floor", chain_on_floor, NULL},
    {"a joint named either way", named_either_way, NULL},
};
CHECK_MAIN(tests)
