/* Force fields, springs, gears, ropes of rods and belts. */
#include "base/trig.h"
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"
#include <stdlib.h>

static reel_scene *new_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = kit_scene(c->seconds + 0.1);
    s->step_rate = rate;
    return s;
}

static reel_force_field *add_field(reel_scene *s, const char *name, reel_force_kind kind)
{
    s->force_fields = REEL_ARENA_NEW(&s->arena, reel_force_field, 1);
    if (!s->force_fields) {
        fputs("bench_accuracy: out of memory\n", stderr);
        exit(2);
    }
    s->n_force_fields = 1;
    s->force_fields[0] = (reel_force_field){.name = name, .kind = kind, .tag = "", .body = -1};
    return &s->force_fields[0];
}

static const double fall_radius = 0.1, fall_mass = 0.5, fall_drag = 0.47, air_density = 1.2;

/* A ball falls in air: v = u tanh(g t / u), down by u^2 / g ln cosh(g t / u), u^2 = 2 m g / (rho Cd
 * A). Relative to them. */
static reel_scene *fall_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const int b = kit_sphere(s, "ball", fall_radius, fall_mass, reel_v3(0, 0, 50));
    s->bodies[b].drag = fall_drag;
    add_field(s, "air", REEL_FORCE_WIND)->density = air_density;
    return s;
}

static void fall_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double area = REEL_PI * fall_radius * fall_radius;
    const double u = sqrt(2 * fall_mass * KIT_G / (air_density * fall_drag * area));
    const double x = KIT_G * c->seconds / u, fallen = u * u / KIT_G * reel_log(reel_cosh(x));
    const double speed = u * reel_tanh(x);
    row(w, "distance", s->bodies[0].world_from_body.p.z - trace_p(t, t->n_steps, 0).z, fallen,
        fallen);
    row(w, "speed", -trace_v(t, t->n_steps, 0).z, speed, speed);
}

static const double float_radius = 0.2;

/* p = density relative to the water's. The depth h that a ball of it is under obeys
 * h^2 (3 r - h) = 4 r^3 p. Relative to the radius. */
static reel_scene *float_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const double r = float_radius;
    kit_sphere(s, "ball", r, 1000 * c->p[0] * 4 / 3 * REEL_PI * r * r * r, reel_v3(0, 0, 0.1));
    reel_force_field *water = add_field(s, "water", REEL_FORCE_WATER);
    water->density = 1000;
    water->viscosity = 20;
    water->has_box = true;
    for (int i = 0; i < 3; i++) {
        water->box_min[i] = -5;
        water->box_max[i] = i < 2 ? 5 : 0;
    }
    return s;
}

static void float_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double r = float_radius;
    double low = 0, high = 2 * r;
    (void)s;
    for (int i = 0; i < 200; i++) {
        const double h = 0.5 * (low + high);
        if (h * h * (3 * r - h) < 4 * r * r * r * c->p[0]) {
            low = h;
        } else {
            high = h;
        }
    }
    row(w, "depth", r - trace_p(t, t->n_steps, 0).z, low, r);
}

static const double orbit_pull = 4, orbit_axis = 1, orbit_shape = 0.5;

/* An ellipse of eccentricity 0.5 about a point that pulls as 1 / r^2, p = periods of it (pi s): the
 * place at the end relative to the semi-major axis, energy relative to itself. */
static reel_scene *orbit_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    s->gravity = reel_v3(0, 0, 0);
    const double e = orbit_shape;
    const int b = kit_sphere(s, "planet", 0.05, 1, reel_v3(orbit_axis * (1 + e), 0, 0));
    s->bodies[b].velocity = reel_v3(0, sqrt(orbit_pull / orbit_axis * (1 - e) / (1 + e)), 0);
    reel_force_field *sun = add_field(s, "sun", REEL_FORCE_RADIAL);
    sun->strength = orbit_pull;
    sun->power = 2;
    sun->radius = 0.01;
    return s;
}

static double orbit_energy(const trace *t, int step)
{
    const reel_vec3 v = trace_v(t, step, 0);
    return 0.5 * reel_v3_dot(v, v) - orbit_pull / reel_v3_len(trace_p(t, step, 0));
}

/* Kepler's equation at the end; the orbit begins at its far end. */
static void orbit_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double a = orbit_axis, e = orbit_shape;
    const double mean = REEL_PI + sqrt(orbit_pull / (a * a * a)) * c->seconds;
    double u = mean, drift = 0;
    (void)s;
    for (int i = 0; i < 50; i++) {
        u -= (u - e * reel_sin(u) - mean) / (1 - e * reel_cos(u));
    }
    /* perihelion at -x, since the start is at +x */
    const reel_vec3 exact = {-a * (reel_cos(u) - e), -a * sqrt(1 - e * e) * reel_sin(u), 0};
    for (int i = 1; i <= t->n_steps; i++) {
        drift = fmax(drift, fabs(orbit_energy(t, i) - orbit_energy(t, 0)));
    }
    row(w, "position", reel_v3_len(reel_v3_sub(trace_p(t, t->n_steps, 0), exact)), 0, a);
    row(w, "energy drift", drift, 0, orbit_pull / (2 * a));
}

static const double spring_mass = 1, spring_stiffness = 100, spring_reach = 0.1;

/* p = damping. A mass on a spring along x: x = A exp(-c t / 2 m) (cos wt + c / 2 m w sin wt).
 * Relative to the amplitude, and to the amplitude's greatest speed. */
static reel_scene *spring_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    s->gravity = reel_v3(0, 0, 0);
    const int b = kit_box(s, "mass", reel_v3(0.1, 0.1, 0.1), spring_mass, reel_v3(0, 0, 0));
    reel_joint *j =
        kit_joint(s, "rail", REEL_JOINT_SLIDER, b, -1, reel_v3(0, 0, 0), reel_v3(1, 0, 0));
    j->stiffness = spring_stiffness;
    j->rest = -spring_reach;
    j->damping = c->p[0];
    return s;
}

static void spring_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double decay = c->p[0] / (2 * spring_mass), w0 = sqrt(spring_stiffness / spring_mass);
    const double omega = sqrt(w0 * w0 - decay * decay), time = c->seconds;
    const double sine = reel_sin(omega * time), cosine = reel_cos(omega * time);
    const double size = spring_reach * reel_exp(-decay * time);
    const double x = size * (cosine + decay / omega * sine) - spring_reach;
    const double v = -size * (omega + decay * decay / omega) * sine;
    (void)s;
    row(w, "position", trace_p(t, t->n_steps, 0).x, x, spring_reach);
    row(w, "speed", trace_v(t, t->n_steps, 0).x, v, spring_reach * w0);
}

/* Two masses, p, on rails that a rope without mass over a pulley without mass couples: each goes
 * with (m2 - m1) g / (m1 + m2). Relative to the distance. */
static reel_scene *atwood_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 up = reel_v3(0, 0, 1), size = reel_v3(0.1, 0.1, 0.1);
    const int a = kit_box(s, "light", size, c->p[0], reel_v3(0, 0, 0));
    const int b = kit_box(s, "heavy", size, c->p[1], reel_v3(0.5, 0, 0));
    kit_joint(s, "left", REEL_JOINT_SLIDER, a, -1, s->bodies[a].world_from_body.p, up);
    kit_joint(s, "right", REEL_JOINT_SLIDER, b, -1, s->bodies[b].world_from_body.p, up);
    reel_joint *rope = kit_joint(s, "rope", REEL_JOINT_GEAR, a, b, reel_v3(0, 0, 0), up);
    rope->joint_a = 0;
    rope->joint_b = 1;
    rope->ratio = -1;
    return s;
}

static void atwood_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double pull = (c->p[1] - c->p[0]) / (c->p[0] + c->p[1]) * KIT_G;
    const double way = 0.5 * pull * c->seconds * c->seconds;
    const double up = trace_p(t, t->n_steps, 0).z, down = -trace_p(t, t->n_steps, 1).z;
    (void)s;
    row(w, "position", up, way, way);
    row(w, "length of the rope", up - down, 0, way);
}

enum { N_RODS = 20 };
static const double rod = 0.1, rod_mass = 0.1, span = 1.4;

/* Sum of cos over the rods' directions, by how far they turn: an arc, or the catenary's. */
static double arc_span(double turn)
{
    double x = 0;
    for (int i = 0; i < N_RODS; i++) {
        x += rod * reel_cos(turn * (2.0 * i / (N_RODS - 1) - 1));
    }
    return x;
}

/* A rod whose ends pull with (h, v) and (h, v') lies along (h, (v + v') / 2). */
static double catenary_angle(int i, double pull)
{
    return reel_atan2((i + 0.5 - 0.5 * N_RODS) * rod_mass * KIT_G, pull);
}

static double catenary_span(double pull)
{
    double x = 0;
    for (int i = 0; i < N_RODS; i++) {
        x += rod * reel_cos(catenary_angle(i, pull));
    }
    return x;
}

static double solve(double (*f)(double), double below, double above, double value)
{
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (below + above);
        if (f(middle) < value) {
            below = middle;
        } else {
            above = middle;
        }
    }
    return 0.5 * (below + above);
}

/* Rods on damped ball joints hang between two points, at first as an arc, and come to rest. */
static reel_scene *catenary_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const double turn = solve(arc_span, REEL_PI / 2, 0, span);
    reel_vec3 at = reel_v3(0, 0, 0);
    for (int i = 0; i < N_RODS; i++) {
        char name[16];
        const double a = turn * (2.0 * i / (N_RODS - 1) - 1);
        const reel_vec3 along = reel_v3(reel_cos(a), 0, reel_sin(a));
        snprintf(name, sizeof name, "rod %d", i);
        const int b =
            kit_box(s, name, reel_v3(rod, 0.02, 0.02), rod_mass, reel_v3_madd(at, rod / 2, along));
        s->geoms[s->bodies[b].first_geom].collides = false;
        s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0, 1, 0), -a);
        reel_joint *j =
            kit_joint(s, s->bodies[b].name, REEL_JOINT_BALL, b, b - 1, at, reel_v3(0, 1, 0));
        j->damping = 0.1;
        at = reel_v3_madd(at, rod, along);
    }
    kit_joint(s, "end", REEL_JOINT_BALL, N_RODS - 1, -1, at, reel_v3(0, 1, 0));
    return s;
}

/* Largest distance of a rod from its place in the exact chain of rods, relative to the span. */
static void catenary_judge(const accuracy_case *c, const reel_scene *s, const trace *t,
                           row_writer *w)
{
    const double pull = solve(catenary_span, 0, 1e3, span);
    reel_vec3 at = reel_v3(0, 0, 0);
    double off = 0;
    (void)c;
    for (int i = 0; i < N_RODS; i++) {
        const double a = catenary_angle(i, pull);
        const reel_vec3 along = reel_v3(reel_cos(a), 0, reel_sin(a));
        const reel_vec3 exact = reel_v3_madd(at, rod / 2, along);
        off = fmax(off, reel_v3_len(reel_v3_sub(trace_p(t, t->n_steps, i), exact)));
        at = reel_v3_madd(at, rod, along);
    }
    row(w, "shape", off, 0, span);
    row(w, "joint gap (m)", trace_joint_gap(s, t), 0, 1);
}

static const double belt_speed = 1, belt_friction = 0.4, belt_edge = 0.2;

/* A box is put on a running belt: mu g until it goes with it. Relative to the way and the speed. */
static reel_scene *belt_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const int belt = kit_static_box(s, "belt", reel_v3(20, 1, 0.2), reel_v3(0, 0, -0.1));
    s->geoms[s->bodies[belt].first_geom].belt = reel_v3(belt_speed, 0, 0);
    kit_box(s, "box", reel_v3(belt_edge, belt_edge, belt_edge), 4, reel_v3(0, 0, belt_edge / 2));
    kit_set_surfaces(s, belt_friction, 0);
    return s;
}

static void belt_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double v = belt_speed, way = v * c->seconds - v * v / (2 * belt_friction * KIT_G);
    (void)s;
    row(w, "position", trace_p(t, t->n_steps, 1).x, way, way);
    row(w, "speed", trace_v(t, t->n_steps, 1).x, v, v);
}

const accuracy_case field_cases[] = {
    {"terminal velocity", "terminal velocity", 5, {0}, fall_build, fall_judge},
    {"floating", "floating .3", 20, {0.3}, float_build, float_judge},
    {"floating", "floating .8", 20, {0.8}, float_build, float_judge},
    {"orbit", "orbit", 10, {0}, orbit_build, orbit_judge},
    {"spring", "spring", 10, {0}, spring_build, spring_judge},
    {"damped spring", "damped spring", 2, {2}, spring_build, spring_judge},
    {"Atwood", "Atwood 1 : 1.5", 2, {1, 1.5}, atwood_build, atwood_judge},
    {"Atwood", "Atwood 1 : 3", 1.5, {1, 3}, atwood_build, atwood_judge},
    {"catenary", "catenary", 30, {0}, catenary_build, catenary_judge},
    {"conveyor", "conveyor", 2, {0}, belt_build, belt_judge},
    {0},
};
