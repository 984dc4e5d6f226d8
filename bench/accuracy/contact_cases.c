/* Bodies on floors and slopes. */
#include "base/trig.h"
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"

static const double drop_height = 1, ball_radius = 0.1;

static reel_scene *new_scene(const accuracy_case *c, int rate)
{
    reel_scene *s = kit_scene(c->seconds + 0.1);
    s->step_rate = rate;
    return s;
}

/* p = restitution, apexes to judge. Heights and times of the apexes, relative to themselves; an
 * apex that is not there counts as an error of 1. */
static reel_scene *bounce_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    kit_floor(s);
    kit_sphere(s, "ball", ball_radius, 1, reel_v3(0, 0, drop_height + ball_radius));
    kit_set_surfaces(s, 0.5, c->p[0]);
    return s;
}

/* The next highest point after step `from` that is no ripple: its height (0 if none) and time. */
static int next_apex(const trace *t, int from, double least, double *height, double *when)
{
    for (int i = from + 1; i < t->n_steps; i++) {
        const double a = trace_p(t, i - 1, 1).z, b = trace_p(t, i, 1).z, z = trace_p(t, i + 1, 1).z;
        if (b > a && b >= z && b - ball_radius > least) {
            const double shift = (a - z) / (2 * (a - 2 * b + z)); /* the parabola's, in steps */
            *height = b - (a - z) * shift / 4 - ball_radius;
            *when = (i + shift) / t->rate;
            return i;
        }
    }
    *height = *when = 0;
    return from;
}

static void bounce_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)s;
    const double e = c->p[0], fall = sqrt(2 * drop_height / KIT_G);
    double power = 1, height_error = 0, time_error = 0, begin = fall;
    int at = 0;
    for (int n = 1; n <= (int)c->p[1]; n++) {
        power *= e;
        const double exact = power * power * drop_height, time = begin + power * fall;
        double height, when;
        at = next_apex(t, at, exact / 4, &height, &when);
        height_error = fmax(height_error, fabs(height - exact) / exact);
        time_error = fmax(time_error, fabs(when - time) / time);
        begin = time + power * fall;
    }
    row(w, "apex heights", height_error, 0, 1);
    row(w, "apex times", time_error, 0, 1);
}

static reel_vec3 slope_normal(double tilt, double heading)
{
    return reel_v3(reel_sin(tilt) * reel_cos(heading), reel_sin(tilt) * reel_sin(heading),
                   reel_cos(tilt));
}

static void put_on_slope(reel_scene *s, reel_vec3 normal, double half, reel_quat more)
{
    reel_body *body = &s->bodies[s->n_bodies - 1];
    body->world_from_body.p = reel_v3_scale(normal, half);
    body->world_from_body.q = reel_quat_mul(kit_turn_z_to(normal), more);
}

static reel_vec3 downhill(reel_vec3 normal)
{
    const reel_vec3 g = reel_v3(0, 0, -1);
    return reel_v3_unit(reel_v3_madd(g, -reel_v3_dot(g, normal), normal), g);
}

/* p = tilt (rad), heading (rad), friction. A box released at rest. */
static reel_scene *slope_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 normal = slope_normal(c->p[0], c->p[1]);
    kit_slope(s, normal);
    kit_box(s, "box", reel_v3(0.2, 0.2, 0.1), 1, reel_v3(0, 0, 0));
    put_on_slope(s, normal, 0.05, reel_quat_identity());
    kit_set_surfaces(s, c->p[2], 0);
    return s;
}

/* Distance and velocity after the time; relative to themselves. */
static void slide_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double a = KIT_G * (reel_sin(c->p[0]) - c->p[2] * reel_cos(c->p[0]));
    const double time = c->seconds, d = a * time * time / 2;
    const reel_vec3 normal = slope_normal(c->p[0], c->p[1]), down = downhill(normal);
    const reel_vec3 moved = reel_v3_sub(trace_p(t, t->n_steps, 1), s->bodies[1].world_from_body.p);
    const reel_vec3 along = reel_v3_scale(down, d);
    const reel_vec3 speed = reel_v3_sub(trace_v(t, t->n_steps, 1), reel_v3_scale(down, a * time));
    row(w, "position", reel_v3_len(reel_v3_sub(moved, along)), 0, d);
    row(w, "velocity", reel_v3_len(speed), 0, a * time);
}

/* Creep of a box that must hold, relative to its edge. */
static void hold_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)c;
    const reel_vec3 moved = reel_v3_sub(trace_p(t, t->n_steps, 1), s->bodies[1].world_from_body.p);
    row(w, "creep", reel_v3_len(moved), 0, 0.2);
}

/* p = speed, -, friction: where does it stop? Relative to the distance. */
static reel_scene *stop_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.1), 1, reel_v3(0, 0, 0.05));
    s->bodies[b].velocity = reel_v3(0.8 * c->p[0], 0.6 * c->p[0], 0);
    kit_set_surfaces(s, c->p[2], 0);
    return s;
}

static void stop_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)s;
    const double d = c->p[0] * c->p[0] / (2 * c->p[2] * KIT_G);
    const reel_vec3 p = trace_p(t, t->n_steps, 1);
    const double off = reel_v3_len(reel_v3_sub(p, reel_v3(0.8 * d, 0.6 * d, 0.05)));
    row(w, "stopping place", off, 0, d);
}

/* p = inertia / (m r^2), 1 for a cylinder's shape. Rolls down a slope of 20 degrees without slip.
 * Distance relative to itself, slip to the speed. */
static const double roll_tilt = 20 * REEL_PI / 180;

static reel_scene *roll_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    const reel_vec3 normal = slope_normal(roll_tilt, 0);
    const double r = ball_radius;
    kit_slope(s, normal);
    reel_quat turn = reel_quat_identity();
    if (c->p[1] > 0) {
        kit_cylinder(s, "roller", r, 0.2, 1, reel_v3(0, 0, 0));
        turn = reel_quat_from_axis_angle(reel_v3(1, 0, 0), -REEL_PI / 2);
        s->bodies[1].inertia[2] = c->p[0] * r * r;
    } else {
        kit_sphere(s, "roller", r, 1, reel_v3(0, 0, 0));
    }
    put_on_slope(s, normal, r, turn);
    kit_set_surfaces(s, 0.8, 0);
    return s;
}

static void roll_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    const double a = KIT_G * reel_sin(roll_tilt) / (1 + c->p[0]), time = c->seconds;
    const double d = a * time * time / 2;
    const reel_vec3 down = downhill(slope_normal(roll_tilt, 0));
    const reel_vec3 moved = reel_v3_sub(trace_p(t, t->n_steps, 1), s->bodies[1].world_from_body.p);
    const double v = reel_v3_dot(trace_v(t, t->n_steps, 1), down);
    const double rim = reel_v3_len(trace_w(t, t->n_steps, 1)) * ball_radius;
    row(w, "position", reel_v3_len(reel_v3_sub(moved, reel_v3_scale(down, d))), 0, d);
    row(w, "slip", v - rim, 0, a * time);
}

/* p = speed, rolling friction (m): a ball slowed by rolling resistance; a = rho g / (r (1 + 2/5)).
 * Relative to the distance. */
static reel_scene *resist_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    kit_floor(s);
    const int b = kit_sphere(s, "ball", ball_radius, 1, reel_v3(0, 0, ball_radius));
    s->bodies[b].velocity = reel_v3(c->p[0], 0, 0);
    s->bodies[b].omega = reel_v3(0, c->p[0] / ball_radius, 0);
    kit_set_surfaces(s, 0.5, 0);
    kit_surface(s, b)->rolling_friction = c->p[1];
    return s;
}

static void resist_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)s;
    const double a = c->p[1] * KIT_G / (1.4 * ball_radius), time = c->seconds;
    const double d = c->p[0] * time - a * time * time / 2;
    const reel_vec3 exact = reel_v3(d, 0, ball_radius);
    row(w, "position", reel_v3_len(reel_v3_sub(trace_p(t, t->n_steps, 1), exact)), 0, d);
}

enum { N_DOMINOES = 40, N_TOWER = 10 };

reel_scene *domino_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    kit_floor(s);
    for (int i = 0; i < N_DOMINOES; i++) {
        char name[16];
        snprintf(name, sizeof name, "domino %d", i);
        kit_box(s, name, reel_v3(0.03, 0.1, 0.2), 0.4, reel_v3(0.1 * i, 0, 0.1));
    }
    reel_action *push = kit_action(s, "push", REEL_ACTION_IMPULSE, 1, 0);
    push->vec = reel_v3(0.2, 0, 0);
    push->point = reel_v3(0, 0, 0.08);
    kit_set_surfaces(s, 0.4, 0);
    return s;
}

/* Speed of the wave between the 11th and the 36th domino: when each leans 20 degrees. No exact
 * answer. */
static void domino_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)c;
    double when[2] = {0, 0};
    int fallen = 0;
    static const int which[2] = {11, 36};
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i <= t->n_steps && when[k] == 0; i++) {
            const reel_quat q = trace_pose(t, i, which[k]).q;
            if (reel_quat_rotate(q, reel_v3(0, 0, 1)).z < reel_cos(20 * REEL_PI / 180)) {
                when[k] = (double)i / t->rate;
            }
        }
    }
    for (int b = 1; b < s->n_bodies; b++) {
        fallen += reel_quat_rotate(trace_pose(t, t->n_steps, b).q, reel_v3(0, 0, 1)).z < 0.7;
    }
    row_report(w, "wave speed (m/s)", when[1] > when[0] ? 2.5 / (when[1] - when[0]) : 0);
    row_report(w, "fallen", fallen);
}

static reel_scene *tower_build(const accuracy_case *c, int rate)
{
    reel_scene *s = new_scene(c, rate);
    static const double offset[N_TOWER] = {0, 2, -2, 1, -1, 2, 0, -2, 1, -1}; /* mm */
    kit_floor(s);
    for (int i = 0; i < N_TOWER; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        kit_box(s, name, reel_v3(0.2, 0.2, 0.2), 4,
                reel_v3(1e-3 * offset[i], 1e-3 * offset[(3 * i + 2) % N_TOWER], 0.1 + 0.2 * i));
    }
    return s;
}

/* Farthest that a box ends from where it was put, sideways; relative to the edge. */
static void tower_judge(const accuracy_case *c, const reel_scene *s, const trace *t, row_writer *w)
{
    (void)c;
    double drift = 0, sink = 0;
    for (int b = 1; b < s->n_bodies; b++) {
        const reel_vec3 d = reel_v3_sub(trace_p(t, t->n_steps, b), s->bodies[b].world_from_body.p);
        drift = fmax(drift, sqrt(d.x * d.x + d.y * d.y));
        sink = fmax(sink, fabs(d.z));
    }
    row(w, "sideways drift", drift, 0, 0.2);
    row(w, "sinking", sink, 0, 0.2);
}

#define DEG (REEL_PI / 180)
#define SLIDE(name, heading)                                                       \
    {                                                                              \
        "slide", name, 2, {30 * DEG, heading * DEG, 0.3}, slope_build, slide_judge \
    }

const accuracy_case contact_cases[] = {
    {"bounce e=1", "bounce e=1", 4, {1, 4}, bounce_build, bounce_judge},
    {"bounce e=.8", "bounce e=.8", 4, {0.8, 5}, bounce_build, bounce_judge},
    {"bounce e=.5", "bounce e=.5", 4, {0.5, 3}, bounce_build, bounce_judge},
    SLIDE("slide 0 deg", 0),
    SLIDE("slide 15 deg", 15),
    SLIDE("slide 30 deg", 30),
    SLIDE("slide 45 deg", 45),
    /* tan(26.3) = 0.494, tan(26.9) = 0.507: just short of and beyond friction 0.5 */
    {"friction threshold", "threshold holds", 2, {26.3 * DEG, 0.3, 0.5}, slope_build, hold_judge},
    {"friction threshold", "threshold slides", 2, {26.9 * DEG, 0.3, 0.5}, slope_build, slide_judge},
    {"sliding stop", "sliding stop", 2, {2, 0, 0.3}, stop_build, stop_judge},
    {"rolling", "rolling sphere", 2, {0.4, 0}, roll_build, roll_judge},
    {"rolling", "rolling cylinder", 2, {0.5, 1}, roll_build, roll_judge},
    {"rolling", "rolling hoop", 2, {1, 1}, roll_build, roll_judge},
    {"rolling resistance", "rolling resistance", 2, {2, 0.002}, resist_build, resist_judge},
    {"dominoes", "dominoes", 5, {0}, domino_build, domino_judge},
    {"tower", "tower", 10, {0}, tower_build, tower_judge},
    {0},
};
