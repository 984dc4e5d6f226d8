/* Pendulums, tops, motors and chains. */
#include "base/trig.h"
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"

#define DEG (REEL_PI / 180)

static reel_scene *new_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = kit_scene(c->seconds + 0.1);
    s->step_rate = rate;
    return s;
}

static const reel_vec3 y_axis = {0, 1, 0}, z_axis = {0, 0, 1};

/* Angle from the vertical about the y axis, for a body hung from `pivot`. */
static double swing(const trace *t, int step, int body, reel_vec3 pivot)
{
    const reel_vec3 d = reel_v3_sub(trace_p(t, step, body), pivot);
    return reel_atan2(d.x, -d.z);
}

/* p = amplitude (rad). A ball of 0.1 m on a rod of 1 m; T = 4 sqrt(I / m g l) K(sin(a / 2)). */
static const double bob_radius = 0.1;

static reel_scene *pendulum_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 at = reel_v3(reel_sin(c->p[0]), 0, -reel_cos(c->p[0]));
    const int b = kit_sphere(s, "bob", bob_radius, 1, at);
    kit_joint(s, "pivot", REEL_JOINT_HINGE, b, -1, reel_v3(0, 0, 0), y_axis);
    return s;
}

/* The mean of ten periods, relative to it; the largest energy error, relative to the energy above
 * the lowest point. */
static void pendulum_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                           row_writer *w)
{
    double times[22], *angle = reel_calloc((size_t)t->n_steps + 1, sizeof *angle);
    for (int i = 0; angle && i <= t->n_steps; i++) {
        angle[i] = swing(t, i, 0, reel_v3(0, 0, 0));
    }
    const int n = angle ? trace_crossings(t, angle, times, 21) : 0;
    reel_free(angle);
    const double inertia = 1 + 0.4 * bob_radius * bob_radius;
    const double exact = 4 * sqrt(inertia / KIT_G) * exact_elliptic_k(reel_sin(c->p[0] / 2));
    row(w, "period (s)", n == 21 ? (times[20] - times[0]) / 10 : 0, exact, exact);
    const double high = KIT_G * (1 - reel_cos(c->p[0]));
    row(w, "energy drift", trace_energy_drift(s, t), 0, high);
}

static const double rod_length = 0.5, rod_width = 0.04;

static reel_scene *double_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 size = reel_v3(rod_length, rod_width, rod_width);
    const int a = kit_box(s, "upper", size, 1, reel_v3(rod_length / 2, 0, 0));
    const int b = kit_box(s, "lower", size, 1, reel_v3(1.5 * rod_length, 0, 0));
    kit_joint(s, "shoulder", REEL_JOINT_HINGE, a, -1, reel_v3(0, 0, 0), y_axis);
    kit_joint(s, "elbow", REEL_JOINT_HINGE, b, a, reel_v3(rod_length, 0, 0), y_axis);
    return s;
}

/* Energy relative to what falling to the lowest point frees; place after 2 s relative to the
 * length. */
static void double_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)c;
    double angles[2];
    const double l = rod_length, i = s->bodies[0].inertia[1];
    exact_double_pendulum(1, l, i, 2, angles);
    const reel_vec3 elbow = reel_v3(l * reel_sin(angles[0]), 0, -l * reel_cos(angles[0]));
    const reel_vec3 rod = reel_v3(reel_sin(angles[1]), 0, -reel_cos(angles[1]));
    const reel_vec3 off = reel_v3_sub(trace_p(t, 2 * t->rate, 1), reel_v3_madd(elbow, l / 2, rod));
    row(w, "position after 2 s", reel_v3_len(off), 0, 2 * l);
    row(w, "energy drift", trace_energy_drift(s, t), 0, KIT_G * 2 * l);
    row(w, "joint gap (m)", trace_joint_gap(s, t), 0, 1);
}

enum { N_CRADLE = 5, N_LINKS = 20 };
static const double cradle_radius = 0.05, cradle_length = 0.5, cradle_angle = 30 * DEG;

static reel_vec3 cradle_pivot(int i)
{
    return reel_v3(2 * cradle_radius * i, 0, 0);
}

static reel_scene *cradle_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    static const char *const names[N_CRADLE] = {"ball 0", "ball 1", "ball 2", "ball 3", "ball 4"};
    static const char *const strings[N_CRADLE] = {"string 0", "string 1", "string 2", "string 3",
                                                  "string 4"};
    for (int i = 0; i < N_CRADLE; i++) {
        const double a = i == 0 ? -cradle_angle : 0;
        const reel_vec3 hang = reel_v3(reel_sin(a), 0, -reel_cos(a));
        const int b = kit_sphere(s, names[i], cradle_radius, 0.5,
                                 reel_v3_madd(cradle_pivot(i), cradle_length, hang));
        kit_joint(s, strings[i], REEL_JOINT_HINGE, b, -1, cradle_pivot(i), y_axis);
    }
    kit_set_surfaces(s, 0, 1);
    return s;
}

/* The tenth period: how far the outer balls swing and that the others do not, relative to the
 * first ball's angle at the start; the energy at the end. */
static void cradle_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double i = 0.4 * cradle_radius * cradle_radius + cradle_length * cradle_length;
    const double period =
        4 * sqrt(i / (KIT_G * cradle_length)) * exact_elliptic_k(reel_sin(cradle_angle / 2));
    const int from = (int)(9 * period * t->rate);
    double most[N_CRADLE] = {0};
    (void)c;
    for (int k = from; k <= t->n_steps && k < (int)(10 * period * t->rate); k++) {
        for (int b = 0; b < N_CRADLE; b++) {
            most[b] = fmax(most[b], fabs(swing(t, k, b, cradle_pivot(b))));
        }
    }
    const double high = 0.5 * KIT_G * cradle_length * (1 - reel_cos(cradle_angle));
    row(w, "last ball's swing", most[N_CRADLE - 1] / cradle_angle, 1, 1);
    row(w, "middle ball's swing", most[N_CRADLE / 2] / cradle_angle, 0, 1);
    row(w, "energy after 10 periods",
        trace_energy(s, t, (int)(10 * period * t->rate)) - trace_energy(s, t, 0), 0, high);
}

/* A top of spin 150 rad/s on a ball joint in steady precession: A W^2 cos(a) - C n W + m g l = 0
 * (Goldstein, "Classical Mechanics", the heavy symmetrical top). */
static const double top_a = 0.003, top_c = 0.004, top_arm = 0.05, top_tilt = 30 * DEG,
                    top_spin = 150;

static double top_rate(void)
{
    const double a = (top_a + top_arm * top_arm) * reel_cos(top_tilt), b = top_c * top_spin;
    const double torque = KIT_G * top_arm;
    return 2 * torque / (b + sqrt(b * b - 4 * a * torque)); /* the slow root */
}

static reel_scene *top_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 axis = reel_v3(reel_sin(top_tilt), 0, reel_cos(top_tilt));
    const int b = kit_cylinder(s, "top", 0.05, 0.02, 1, reel_v3_scale(axis, top_arm));
    s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(y_axis, top_tilt);
    s->bodies[b].inertia[0] = s->bodies[b].inertia[1] = top_a;
    s->bodies[b].inertia[2] = top_c;
    const double w = top_rate(), own = top_spin - w * reel_cos(top_tilt);
    s->bodies[b].omega = reel_v3_madd(reel_v3_scale(axis, own), w, z_axis);
    s->bodies[b].velocity = reel_v3_cross(s->bodies[b].omega, s->bodies[b].world_from_body.p);
    kit_joint(s, "tip", REEL_JOINT_BALL, b, -1, reel_v3(0, 0, 0), axis);
    return s;
}

/* Angle precessed, relative to itself; largest change of tilt in rad. */
static void top_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    double turned = 0, last = 0, nod = 0;
    (void)s;
    for (int i = 1; i <= t->n_steps; i++) {
        const reel_vec3 p = trace_p(t, i, 0);
        const double now = reel_atan2(p.y, p.x);
        turned += now - last - 2 * REEL_PI * floor((now - last) / (2 * REEL_PI) + 0.5);
        last = now;
        const double tilt = reel_atan2(sqrt(p.x * p.x + p.y * p.y), p.z);
        nod = fmax(nod, fabs(tilt - top_tilt));
    }
    const double exact = top_rate() * c->seconds;
    row(w, "precession (rad)", turned, exact, exact);
    row(w, "change of tilt (rad)", nod, 0, 1);
}

/* A disc on a hinge along z: inertia 0.005. p = motor torque, target speed; or damping, speed. */
static reel_scene *rotor_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const int b = kit_cylinder(s, "disc", 0.1, 0.02, 1, reel_v3(0, 0, 0));
    kit_joint(s, "axle", REEL_JOINT_HINGE, b, -1, reel_v3(0, 0, 0), z_axis);
    return s;
}

static double turned_about_z(const trace *t)
{
    double turned = 0, last = 0;
    for (int i = 0; i <= t->n_steps; i++) {
        const reel_quat q = trace_pose(t, i, 0).q;
        const double now = 2 * reel_atan2(q.z, q.w);
        turned += i == 0 ? 0 : now - last - 2 * REEL_PI * floor((now - last) / (2 * REEL_PI) + 0.5);
        last = now;
    }
    return turned;
}

static reel_scene *motor_build(const accuracy_case *c, int rate)
{
    reel_scene *s = rotor_scene(c, rate);
    s->joints[0].motor = REEL_MOTOR_VELOCITY;
    s->joints[0].max_force = c->p[0];
    s->joints[0].target = c->p[1];
    return s;
}

/* Constant torque up to the target speed, then that speed. Relative to themselves. */
static void motor_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double gain = c->p[0] / s->bodies[0].inertia[2], speed = c->p[1];
    const double exact = speed * c->seconds - speed * speed / (2 * gain);
    row(w, "angle (rad)", turned_about_z(t), exact, exact);
    row(w, "final speed (rad/s)", trace_w(t, t->n_steps, 0).z, speed, speed);
}

static reel_scene *damped_build(const accuracy_case *c, int rate)
{
    reel_scene *s = rotor_scene(c, rate);
    s->joints[0].damping = c->p[0];
    s->bodies[0].omega = reel_v3(0, 0, c->p[1]);
    return s;
}

/* The speed dies as exp(-c t / I). Relative to the exact values. */
static void damped_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double k = c->p[0] / s->bodies[0].inertia[2], decay = reel_exp(-k * c->seconds);
    const double angle = c->p[1] / k * (1 - decay), speed = c->p[1] * decay;
    row(w, "angle (rad)", turned_about_z(t), angle, angle);
    row(w, "final speed (rad/s)", trace_w(t, t->n_steps, 0).z, speed, speed);
}

reel_scene *chain_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    for (int i = 0; i < N_LINKS; i++) {
        char name[16];
        snprintf(name, sizeof name, "link %d", i);
        const int b =
            kit_box(s, name, reel_v3(0.1, 0.02, 0.02), 0.1, reel_v3(0.05 + 0.1 * i, 0, 0));
        s->geoms[s->bodies[b].first_geom].collides = false;
        const char *copy = s->bodies[b].name;
        kit_joint(s, copy, REEL_JOINT_BALL, b, b - 1, reel_v3(0.1 * i, 0, 0), y_axis);
    }
    return s;
}

/* Energy relative to M g L / 2, what the chain frees when it hangs. */
static void chain_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)c;
    row(w, "energy drift", trace_energy_drift(s, t), 0, 0.1 * N_LINKS * KIT_G * 0.1 * N_LINKS / 2);
    row(w, "joint gap (m)", trace_joint_gap(s, t), 0, 1);
}

const accuracy_case joint_cases[] = {
    {"pendulum", "pendulum 20 deg", 21.5, {20 * DEG}, pendulum_build, pendulum_judge},
    {"pendulum", "pendulum 90 deg", 25, {90 * DEG}, pendulum_build, pendulum_judge},
    {"pendulum", "pendulum 150 deg", 37, {150 * DEG}, pendulum_build, pendulum_judge},
    {"double pendulum", "double pendulum", 10, {0}, double_build, double_judge},
    {"cradle", "cradle", 15, {0}, cradle_build, cradle_judge},
    {"gyroscope", "gyroscope", 3, {0}, top_build, top_judge},
    {"motor", "motor", 4, {0.02, 10}, motor_build, motor_judge},
    {"damped hinge", "damped hinge", 2, {0.01, 20}, damped_build, damped_judge},
    {"chain", "chain", 5, {0}, chain_build, chain_judge},
    {0},
};
