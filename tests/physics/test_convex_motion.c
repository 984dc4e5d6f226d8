/* Hulls, cones and ellipsoids in motion and at rest, against analytic mechanics. */
#include "base/trig.h"
#include "engine/engine.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

#include <stdio.h>
#include <string.h>

static double drift(const reel_take *t, int body)
{
    const reel_vec3 from = reel_take_pose(t, 0, body).p;
    return reel_v3_len(reel_v3_sub(kit_last_position(t, body), from));
}

static bool sleeps_at_end(const reel_take *t, int body)
{
    return (t->state[(t->n_samples - 1) * t->n_bodies + body] & REEL_STATE_ASLEEP) != 0;
}

/* A prism with n sides, edge circle of radius r, height h. */
static int prism_mesh(reel_scene *s, int n, double r, double h)
{
    reel_vec3 p[2 * 64];
    for (int i = 0; i < n; i++) {
        const double angle = 2 * REEL_PI * (i + 0.5) / n;
        p[i] = reel_v3(r * reel_cos(angle), r * reel_sin(angle), -h / 2);
        p[n + i] = reel_v3(p[i].x, p[i].y, h / 2);
    }
    return kit_hull_mesh(s, p, 2 * n);
}

static int icosahedron_mesh(reel_scene *s, double r)
{
    reel_vec3 p[12];
    const double g = 1.6180339887498949, k = r / sqrt(1 + g * g);
    for (int i = 0; i < 12; i++) {
        const double a = i & 1 ? k : -k, b = i & 2 ? g * k : -g * k;
        p[i] = i / 4 == 0 ? reel_v3(0, a, b) : i / 4 == 1 ? reel_v3(a, b, 0) : reel_v3(b, 0, a);
    }
    return kit_hull_mesh(s, p, 12);
}

/* Ten boxes (0 sides), or boxes and prisms given as hulls, on one another for ten seconds: how far
 * the one that moved most went. */
static double tower_drift(int sides)
{
    reel_scene *s = kit_scene(10);
    kit_floor(s);
    const int mesh = sides ? prism_mesh(s, sides, sides == 4 ? 0.1 * sqrt(2) : 0.12, 0.2) : -1;
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "part %d", i);
        const reel_vec3 at = {i % 2 * 0.002, i % 3 * 0.002, 0.1 + 0.2 * i};
        const int b = sides ? kit_solid(s, name, REEL_SHAPE_HULL, reel_v3(0, 0, 0), mesh, 4, at)
                            : kit_box(s, name, reel_v3(0.2, 0.2, 0.2), 4, at);
        s->bodies[b].world_from_body.q =
            reel_quat_from_axis_angle(reel_v3(0, 0, 1), sides == 6 ? 0.1 * i : 0);
    }
    reel_take *t = kit_run(s);
    double most = 0;
    for (int b = 1; b <= 10; b++) {
        most = fmax(most, drift(t, b));
        CHECK(sleeps_at_end(t, b));
    }
    CHECK_INT(t->audit.solver_messages, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
    return most;
}

/* What a tower of boxes moves is the give of its contacts; one of hulls is the same (prisms are
 * slimmer). */
static void tower_of_hulls(const void *param)
{
    const double boxes = tower_drift(0), hulls = tower_drift(*(const int *)param);
    printf("# drift %.3g m, of boxes %.3g m\n", hulls, boxes);
    CHECK_NEAR(hulls, 0, fmax(1e-5, 1.3 * boxes));
}

static void pile_of_icosahedra(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(8);
    kit_floor(s);
    for (int k = 0; k < 4; k++) {
        const reel_vec3 at = {k == 0   ? 0.45
                              : k == 1 ? -0.45
                                       : 0,
                              k == 2   ? 0.45
                              : k == 3 ? -0.45
                                       : 0,
                              0.5};
        kit_static_box(s,
                       k == 0   ? "w0"
                       : k == 1 ? "w1"
                       : k == 2 ? "w2"
                                : "w3",
                       k < 2 ? reel_v3(0.1, 1, 1) : reel_v3(1, 0.1, 1), at);
    }
    const int mesh = icosahedron_mesh(s, 0.1);
    for (int i = 0; i < 16; i++) {
        char name[24];
        snprintf(name, sizeof name, "icosahedron %d", i);
        const int b = kit_solid(
            s, name, REEL_SHAPE_HULL, reel_v3(0, 0, 0), mesh, 1,
            reel_v3(0.21 * (i % 2) - 0.1, 0.21 * (i / 2 % 2) - 0.1, 0.15 + 0.22 * (i / 4)));
        s->bodies[b].world_from_body.q = reel_quat_unit((reel_quat){1, 0.3 * i, 0.2, 0.1 * i});
    }
    reel_take *t = kit_run(s);
    for (int b = 5; b < 21; b++) {
        CHECK(sleeps_at_end(t, b));
        CHECK(fabs(kit_last_position(t, b).x) < 0.4 && kit_last_position(t, b).z > 0.05);
    }
    CHECK_INT(t->audit.solver_messages, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Shapes on their flat faces and along their lines, on a plane, a box and a hull: nothing moves. */
static void everything_rests(const void *param)
{
    const int ground = *(const int *)param;
    reel_scene *s = kit_scene(3);
    const int slab = prism_mesh(s, 4, 10, 0.2), brick = prism_mesh(s, 6, 0.1, 0.1);
    if (ground == 0) {
        kit_floor(s);
    } else if (ground == 1) {
        kit_static_box(s, "slab", reel_v3(20, 20, 0.2), reel_v3(0, 0, -0.1));
    } else {
        kit_static_solid(s, "slab", REEL_SHAPE_HULL, reel_v3(0, 0, 0), slab,
                         (reel_pose){{0, 0, -0.1}, {1, 0, 0, 0}});
    }
    const double r = 0.1, h = 0.3, side = sqrt(r * r + h * h);
    kit_solid(s, "cone", REEL_SHAPE_CONE, reel_v3(r, h, 0), -1, 1, reel_v3(0, 0, h / 4));
    /* the cone's axis makes an angle of asin(r / side) with the floor when it lies */
    const int lies = kit_solid(s, "lying cone", REEL_SHAPE_CONE, reel_v3(r, h, 0), -1, 1,
                               reel_v3(1, 0, 0.75 * h * r / side));
    s->bodies[lies].world_from_body.q =
        reel_quat_from_axis_angle(reel_v3(0, 1, 0), REEL_PI / 2 + reel_asin(r / side));
    kit_solid(s, "egg", REEL_SHAPE_ELLIPSOID, reel_v3(0.2, 0.15, 0.1), -1, 1, reel_v3(2, 0, 0.1));
    kit_solid(s, "brick", REEL_SHAPE_HULL, reel_v3(0, 0, 0), brick, 1, reel_v3(3, 0, 0.05));
    kit_solid(s, "cone on brick", REEL_SHAPE_CONE, reel_v3(0.05, 0.2, 0), -1, 1,
              reel_v3(3, 0, 0.15));
    kit_cylinder(s, "drum", 0.1, 0.2, 1, reel_v3(4, 0, 0.1));
    kit_cylinder(s, "drum on drum", 0.1, 0.2, 1, reel_v3(4, 0.02, 0.3));
    kit_solid(s, "egg on drum", REEL_SHAPE_ELLIPSOID, reel_v3(0.2, 0.15, 0.1), -1, 1,
              reel_v3(4, 0.02, 0.5));
    const int log = kit_cylinder(s, "log", 0.1, 0.4, 1, reel_v3(5, 0, 0.1));
    s->bodies[log].world_from_body.q = reel_quat_from_axis_angle(reel_v3(1, 0, 0), REEL_PI / 2);
    kit_capsule(s, "post", 0.1, 0.2, 1, reel_v3(6, 0, 0.2));
    kit_solid(s, "brick under ball", REEL_SHAPE_HULL, reel_v3(0, 0, 0), brick, 1,
              reel_v3(7, 0, 0.05));
    kit_sphere(s, "ball", 0.1, 1, reel_v3(7, 0, 0.2));
    reel_take *t = kit_run(s);
    for (int b = 1; b < t->n_bodies; b++) {
        const reel_quat from = reel_take_pose(t, 0, b).q,
                        to = reel_take_pose(t, t->n_samples - 1, b).q;
        const reel_quat turn = reel_quat_mul(reel_quat_conj(from), to);
        const double angle = 2 * reel_v3_len(reel_v3(turn.x, turn.y, turn.z));
        if (drift(t, b) > 1e-5 || angle > 1e-4 || !sleeps_at_end(t, b)) {
            printf("# %s: %.3g m, %.3g rad, asleep %d\n", s->bodies[b].name, drift(t, b), angle,
                   sleeps_at_end(t, b));
        }
        CHECK_NEAR(drift(t, b), 0, 1e-5);
        CHECK_NEAR(angle, 0, 1e-4);
        CHECK(sleeps_at_end(t, b));
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* An oblate ellipsoid that rocks on a floor rolls about a circle of the radius of curvature of its
 * flat side, R = a^2 / c: period 2 pi sqrt((I + m c^2) / (m g (R - c))). */
static void rocking_ellipsoid(const void *param)
{
    const int ground = *(const int *)param;
    const double a = 0.3, c = 0.15, angle = 0.01;
    reel_scene *s = kit_scene(4);
    s->samples_per_frame = 50;
    if (ground) {
        kit_static_box(s, "slab", reel_v3(4, 4, 0.2), reel_v3(0, 0, -0.1));
    } else {
        kit_floor(s);
    }
    const double height =
        sqrt(c * c * reel_cos(angle) * reel_cos(angle) + a * a * reel_sin(angle) * reel_sin(angle));
    const int b =
        kit_solid(s, "egg", REEL_SHAPE_ELLIPSOID, reel_v3(a, a, c), -1, 1, reel_v3(0, 0, height));
    s->bodies[b].world_from_body.q = reel_quat_from_axis_angle(reel_v3(0, 1, 0), angle);
    kit_set_surfaces(s, 5, 0);
    reel_take *t = kit_run(s);
    double first = -1, last = -1, before = 1;
    int crossings = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double x = reel_quat_rotate(reel_take_pose(t, i, b).q, reel_v3(0, 0, 1)).x;
        if (before < 0 && x >= 0) {
            const double time = (i - x / (x - before)) / (24.0 * 50);
            first = first < 0 ? time : first;
            last = time;
            crossings++;
        }
        before = x;
    }
    const double inertia = (a * a + c * c) / 5 + c * c;
    const double period = 2 * REEL_PI * sqrt(inertia / (KIT_G * (a * a / c - c)));
    printf("# period %.6f s, expected %.6f\n", (last - first) / (crossings - 1), period);
    CHECK_NEAR((last - first) / (crossings - 1), period, 2e-3 * period);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A lying cone that rolls about its apex: the axis goes round at the rate it began with. */
static void rolling_cone(const void *param)
{
    (void)param;
    const double r = 0.1, h = 0.3, side = sqrt(r * r + h * h), sine = r / side, cosine = h / side;
    const double rate = 2;
    reel_scene *s = kit_scene(3);
    kit_floor(s);
    const int b = kit_solid(s, "cone", REEL_SHAPE_CONE, reel_v3(r, h, 0), -1, 1,
                            reel_v3(-0.75 * h * cosine, 0, 0.75 * h * sine));
    /* the apex at the origin */
    s->bodies[b].world_from_body.q =
        reel_quat_from_axis_angle(reel_v3(0, 1, 0), REEL_PI / 2 + reel_asin(sine));
    /* about the line of touch, so that its axis turns at `rate` about the vertical */
    s->bodies[b].omega = reel_v3(rate * cosine / sine, 0, 0);
    s->bodies[b].velocity = reel_v3_cross(s->bodies[b].omega, s->bodies[b].world_from_body.p);
    kit_set_surfaces(s, 1, 0);
    reel_take *t = kit_run(s);
    double angle = 0;
    reel_vec3 before = reel_v3(-1, 0, 0);
    for (int i = 1; i < t->n_samples; i++) {
        const reel_vec3 p = reel_take_pose(t, i, b).p;
        const reel_vec3 now = reel_v3_unit(reel_v3(p.x, p.y, 0), before);
        angle += reel_asin(before.x * now.y - before.y * now.x);
        before = now;
    }
    const double time = (t->n_samples - 1) / 24.0;
    printf("# turned %.5f rad, expected %.5f; distance %.5f of %.5f\n", angle, rate * time,
           reel_v3_len(kit_last_position(t, b)), 0.75 * h);
    CHECK_NEAR(fabs(angle), rate * time, 0.01 * rate * time);
    CHECK_NEAR(reel_v3_len(kit_last_position(t, b)), 0.75 * h, 1e-3);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Down a slope that is a hull roll a cylinder (2/3 g sin), an ellipsoid that is a ball (5/7), one
 * that is not about its long axis, and a capsule: as on a plane, without a bump. */
static void rolling_down_a_hull(const void *param)
{
    (void)param;
    const double angle = 0.15, push = KIT_G * reel_sin(angle), r = 0.1;
    reel_scene *s = kit_scene(1);
    const int slab = prism_mesh(s, 4, 20, 0.2);
    const reel_quat tilt = reel_quat_from_axis_angle(reel_v3(0, 1, 0), angle);
    kit_static_solid(s, "slope", REEL_SHAPE_HULL, reel_v3(0, 0, 0), slab,
                     (reel_pose){reel_quat_rotate(tilt, reel_v3(0, 0, -0.1)), tilt});
    const reel_quat lie =
        reel_quat_mul(tilt, reel_quat_from_axis_angle(reel_v3(1, 0, 0), REEL_PI / 2));
    const int b[4] = {
        kit_cylinder(s, "log", r, 0.3, 1, reel_quat_rotate(tilt, reel_v3(0, 0, r))),
        kit_solid(s, "ball", REEL_SHAPE_ELLIPSOID, reel_v3(r, r, r), -1, 1,
                  reel_quat_rotate(tilt, reel_v3(0, 1, r))),
        kit_solid(s, "egg", REEL_SHAPE_ELLIPSOID, reel_v3(r, r, 0.2), -1, 1,
                  reel_quat_rotate(tilt, reel_v3(0, 2, r))),
        kit_capsule(s, "pill", r, 0.2, 1, reel_quat_rotate(tilt, reel_v3(0, 3, r))),
    };
    for (int i = 0; i < 4; i++) {
        s->bodies[b[i]].world_from_body.q = lie;
    }
    reel_take *t = kit_run(s);
    for (int i = 0; i < 4; i++) {
        const double spin = s->bodies[b[i]].inertia[2] / (r * r); /* kg; the mass is 1 */
        const double expected = push / (1 + spin);
        const double speed = reel_v3_len(kit_last_velocity(t, b[i]));
        printf("# %s: %.7f m/s, expected %.7f\n", s->bodies[b[i]].name, speed, expected);
        CHECK_NEAR(speed, expected, 1e-5 * expected);
        CHECK_NEAR(kit_last_position(t, b[i]).y, i, 1e-4);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Flat on its face with e = 1, a hull comes up to where it was dropped from, again and again; an
 * icosahedron that tumbles keeps its energy. */
static void bouncing_hull(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(4);
    kit_floor(s);
    const int flat = kit_solid(s, "prism", REEL_SHAPE_HULL, reel_v3(0, 0, 0),
                               prism_mesh(s, 6, 0.1, 0.1), 1, reel_v3(0, 0, 1.05));
    const int wild = kit_solid(s, "icosahedron", REEL_SHAPE_HULL, reel_v3(0, 0, 0),
                               icosahedron_mesh(s, 0.1), 1, reel_v3(3, 0, 1));
    s->bodies[wild].omega = reel_v3(3, 2, 1);
    kit_set_surfaces(s, 0, 1);
    s->samples_per_frame = 50;
    reel_take *t = kit_run(s);
    double top = 0;
    for (int i = 24 * 50 * 3; i < t->n_samples; i++) {
        top = fmax(top, reel_take_pose(t, i, flat).p.z);
    }
    printf("# top %.6f m\n", top);
    CHECK_NEAR(top, 1.05, 1e-3);
    const reel_body *body = &s->bodies[wild];
    double energy[2];
    for (int k = 0; k < 2; k++) {
        const int i = k ? t->n_samples - 1 : 0;
        const reel_vec3 v = reel_take_velocity(t, i, wild), w = reel_take_omega(t, i, wild);
        energy[k] = 0.5 * reel_v3_dot(v, v) + 0.5 * body->inertia[0] * reel_v3_dot(w, w) +
                    KIT_G * reel_take_pose(t, i, wild).p.z;
    }
    printf("# energy %.6f J of %.6f\n", energy[1], energy[0]);
    CHECK_NEAR(energy[1], energy[0], 0.01 * energy[0]);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const int box = 4, hexagon = 6, plane = 0, slab = 1, hull = 2;

static const check_test tests[] = {
    {"a tower of boxes given as hulls", tower_of_hulls, &box},
    {"a tower of hexagonal prisms", tower_of_hulls, &hexagon},
    {"icosahedra settle", pile_of_icosahedra, NULL},
    {"everything rests on a plane", everything_rests, &plane},
    {"everything rests on a box", everything_rests, &slab},
    {"everything rests on a hull", everything_rests, &hull},
    {"an ellipsoid rocks on a plane", rocking_ellipsoid, &plane},
    {"an ellipsoid rocks on a box", rocking_ellipsoid, &slab},
    {"a cone rolls about its apex", rolling_cone, NULL},
    {"rolling down a hull", rolling_down_a_hull, NULL},
    {"a hull bounces", bouncing_hull, NULL},
};
CHECK_MAIN(tests)
