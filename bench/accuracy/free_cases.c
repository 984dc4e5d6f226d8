/* Bodies that nothing touches, or that meet once. */
#include "base/trig.h"
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"

static reel_scene *new_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = kit_scene(c->seconds + 0.1);
    s->step_rate = rate;
    return s;
}

static reel_scene *new_space(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    s->gravity = reel_v3(0, 0, 0);
    return s;
}

/* Relative to the distance flown. */
static reel_scene *projectile_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const int b = kit_sphere(s, "stone", 0.1, 1, reel_v3(0, 0, 30));
    s->bodies[b].velocity = reel_v3(3, -2, 5);
    return s;
}

static void projectile_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                             row_writer *w)
{
    const double time = c->seconds;
    const reel_vec3 move =
        reel_v3_madd(reel_v3_scale(s->bodies[0].velocity, time), time * time / 2, s->gravity);
    const reel_vec3 exact = reel_v3_add(s->bodies[0].world_from_body.p, move);
    const double off = reel_v3_len(reel_v3_sub(trace_p(t, t->n_steps, 0), exact));
    row(w, "position", off, 0, reel_v3_len(move));
}

/* A force for 1 s and an off-centre impulse at 0.5 s. Relative to the distance, to the angle. */
static const double push_impulse = 4, push_arm = 0.05, push_mass = 2, push_radius = 0.2;

static reel_scene *push_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_space(c, rate);
    const int b = kit_sphere(s, "ball", push_radius, push_mass, reel_v3(0, 0, 0));
    reel_action *force = kit_action(s, "force", REEL_ACTION_FORCE, b, 0);
    force->end_step = rate;
    force->vec = reel_v3(3, 1, 0);
    reel_action *impulse = kit_action(s, "impulse", REEL_ACTION_IMPULSE, b, rate / 2);
    impulse->vec = reel_v3(0, push_impulse, 0);
    impulse->point = reel_v3(push_arm, 0, 0);
    return s;
}

static void push_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double time = c->seconds, m = push_mass;
    const reel_vec3 a = reel_v3_scale(s->actions[0].vec, 1 / m);
    reel_vec3 exact = reel_v3_scale(a, 0.5 + (time - 1));
    exact.y += push_impulse / m * (time - 0.5);
    const double omega = push_impulse * push_arm / (0.4 * m * push_radius * push_radius);
    const double angle = omega * (time - 0.5);
    const reel_quat q = trace_pose(t, t->n_steps, 0).q;
    double turned = 2 * reel_atan2(q.z, q.w);
    turned += 2 * REEL_PI * floor((angle - turned) / (2 * REEL_PI) + 0.5);
    const double off = reel_v3_len(reel_v3_sub(trace_p(t, t->n_steps, 0), exact));
    row(w, "position", off, 0, reel_v3_len(exact));
    row(w, "angle", turned, angle, angle);
}

/* p = mass ratio, restitution. Velocities relative to the striker's; momentum likewise. */
static reel_scene *collision_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_space(c, rate);
    kit_sphere(s, "a", 0.1, 1, reel_v3(0, 0, 0));
    kit_sphere(s, "b", 0.1, c->p[0], reel_v3(0.6037, 0, 0));
    s->bodies[0].velocity = reel_v3(2, 0, 0);
    kit_set_surfaces(s, 0, c->p[1]);
    return s;
}

static void collision_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                            row_writer *w)
{
    const double m = c->p[0], e = c->p[1], v = 2;
    const double exact[2] = {v * (1 - e * m) / (1 + m), v * (1 + e) / (1 + m)};
    double worst = 0;
    for (int b = 0; b < 2; b++) {
        const reel_vec3 off = reel_v3_sub(trace_v(t, t->n_steps, b), reel_v3(exact[b], 0, 0));
        worst = fmax(worst, reel_v3_len(off));
    }
    reel_vec3 p0, p1, l;
    trace_momentum(s, t, 0, &p0, &l);
    trace_momentum(s, t, t->n_steps, &p1, &l);
    row(w, "velocity", worst, 0, v);
    row(w, "momentum", reel_v3_len(reel_v3_sub(p1, p0)), 0, v);
}

static void set_inertia(reel_scene *s, double x, double y, double z)
{
    s->bodies[0].inertia[0] = x;
    s->bodies[0].inertia[1] = y;
    s->bodies[0].inertia[2] = z;
}

static reel_scene *dzhanibekov_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_space(c, rate);
    kit_box(s, "top", reel_v3(0.5, 0.3, 0.2), 1, reel_v3(0, 0, 0));
    set_inertia(s, 0.1, 0.2, 0.28);
    s->bodies[0].omega = reel_v3(0.1, 6, 0.1);
    return s;
}

static void conserved(const reel_scene *s, const trace *t, row_writer *w)
{
    reel_vec3 p, start, now;
    trace_momentum(s, t, 0, &p, &start);
    double worst = 0;
    for (int i = 1; i <= t->n_steps; i++) {
        trace_momentum(s, t, i, &p, &now);
        worst = fmax(worst, reel_v3_len(reel_v3_sub(now, start)));
    }
    row(w, "energy drift", trace_energy_drift(s, t), 0, trace_energy(s, t, 0));
    row(w, "angular momentum drift", worst, 0, reel_v3_len(start));
}

/* Flips relative to their times; a missing or surplus one counts as an error of 1. */
static void dzhanibekov_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                              row_writer *w)
{
    enum { MAX_FLIPS = 16 };
    double exact[MAX_FLIPS], times[MAX_FLIPS];
    const double omega[3] = {s->bodies[0].omega.x, s->bodies[0].omega.y, s->bodies[0].omega.z};
    const int n = exact_flips(s->bodies[0].inertia, omega, c->seconds, exact, MAX_FLIPS);
    double *spin = reel_calloc((size_t)t->n_steps + 1, sizeof *spin);
    for (int i = 0; spin && i <= t->n_steps; i++) {
        const reel_quat q = trace_pose(t, i, 0).q;
        spin[i] = reel_quat_rotate(reel_quat_conj(q), trace_w(t, i, 0)).y;
    }
    const int found = spin ? trace_crossings(t, spin, times, MAX_FLIPS) : 0;
    double worst = found == n ? 0 : 1;
    for (int i = 0; i < n && i < found; i++) {
        worst = fmax(worst, fabs(times[i] - exact[i]) / exact[i]);
    }
    reel_free(spin);
    row(w, "times of the flips", worst, 0, 1);
    conserved(s, t, w);
}

static reel_scene *precession_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_space(c, rate);
    kit_cylinder(s, "spindle", 0.1, 0.4, 1, reel_v3(0, 0, 0));
    set_inertia(s, 0.2, 0.2, 0.1);
    s->bodies[0].omega = reel_v3(1, 0, 5);
    return s;
}

/* The axis turns about the angular momentum L by L / I1 per second. Relative to the angle turned.
 */
static void precession_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                             row_writer *w)
{
    reel_vec3 p, l;
    trace_momentum(s, t, 0, &p, &l);
    const double angle = reel_v3_len(l) / s->bodies[0].inertia[0] * c->seconds;
    const reel_vec3 up = reel_v3(0, 0, 1);
    const reel_quat by = reel_quat_from_axis_angle(reel_v3_unit(l, up), angle);
    const reel_vec3 axis = reel_quat_rotate(trace_pose(t, t->n_steps, 0).q, up);
    const double off = reel_v3_len(reel_v3_sub(axis, reel_quat_rotate(by, up)));
    row(w, "axis", off, 0, angle);
    conserved(s, t, w);
}

#define COLLISION(name, ratio, e)                                          \
    {                                                                      \
        "collision", name, 1, {ratio, e}, collision_build, collision_judge \
    }

const accuracy_case free_cases[] = {
    {"projectile", "projectile", 2, {0}, projectile_build, projectile_judge},
    {"push", "push", 2, {0}, push_build, push_judge},
    COLLISION("collision 1:1 e=1", 1, 1),
    COLLISION("collision 1:1 e=.5", 1, 0.5),
    COLLISION("collision 1:1 e=0", 1, 0),
    COLLISION("collision 1:3 e=1", 3, 1),
    COLLISION("collision 1:3 e=.5", 3, 0.5),
    COLLISION("collision 1:3 e=0", 3, 0),
    COLLISION("collision 1:.1 e=1", 0.1, 1),
    COLLISION("collision 1:.1 e=.5", 0.1, 0.5),
    COLLISION("collision 1:.1 e=0", 0.1, 0),
    {"dzhanibekov", "dzhanibekov", 10, {0}, dzhanibekov_build, dzhanibekov_judge},
    {"precession", "precession", 10, {0}, precession_build, precession_judge},
    {0},
};
