/* Bounces and collisions, against conservation laws and Newton's law of restitution. */
#include "base/trig.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

typedef struct bounce_case {
    double restitution;
    int bounces; /* as many as are checked */
} bounce_case;

/* The compliance of impacts (1e-8 of the inertia) is what remains of the error.
 * Dropped from h: impact n at t1 (1 + 2 (e + ... + e^(n-1))) with speed e^(n-1) sqrt(2 g h). */
static void bounces_on_time(const void *param)
{
    const bounce_case *c = param;
    reel_scene *s = kit_scene(4);
    const int floor_body = kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1.1));
    kit_set_surfaces(s, 0.5, c->restitution);
    reel_take *t = kit_run(s);
    const double speed = sqrt(2 * KIT_G);
    double when = speed / KIT_G, power = 1;
    CHECK_INT(kit_count_events(t, floor_body, b), >=, c->bounces);
    for (int n = 0; n < c->bounces; n++) {
        const reel_event *e = kit_event(t, floor_body, b, n);
        CHECK_NEAR(e->begin_time, when, 1e-6);
        CHECK_NEAR(e->approach_speed, power * speed, 1e-6);
        CHECK_NEAR(e->impulse_normal, (1 + c->restitution) * power * speed, 1e-6);
        power *= c->restitution;
        when += 2 * power * speed / KIT_G;
    }
    if (c->restitution == 1) {
        CHECK_NEAR(t->energy[3 * (t->n_samples - 1)] + t->energy[3 * (t->n_samples - 1) + 1],
                   1.1 * KIT_G, 1e-5);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

typedef struct pair_case {
    double mass_ratio, restitution, offset; /* offset: sideways, in radii */
} pair_case;

/* Two free spheres: momentum and angular momentum stay, the normal speed turns by e. */
static void two_spheres(const void *param)
{
    const pair_case *c = param;
    reel_scene *s = kit_scene(1);
    s->gravity = reel_v3(0, 0, 0);
    const int a = kit_sphere(s, "a", 0.1, 1, reel_v3(0, 0, 0));
    const int b = kit_sphere(s, "b", 0.1, c->mass_ratio, reel_v3(0.6037, 0.1 * c->offset, 0));
    s->bodies[a].velocity = reel_v3(2, 0, 0);
    kit_set_surfaces(s, 0, c->restitution);
    reel_take *t = kit_run(s);
    const double *first = t->momentum, *last = &t->momentum[6 * (t->n_samples - 1)];
    for (int k = 0; k < 6; k++) {
        CHECK_NEAR(last[k], first[k], 1e-12);
    }
    /* the line of centres at the touch: sideways 0.1 offset of 0.2 */
    const double sine = c->offset / 2, cosine = sqrt(1 - sine * sine);
    const reel_vec3 n = reel_v3(cosine, sine, 0);
    const reel_vec3 u = reel_v3_sub(kit_last_velocity(t, b), kit_last_velocity(t, a));
    CHECK_NEAR(reel_v3_dot(u, n), c->restitution * 2 * cosine, 2e-5);
    CHECK_INT(kit_count_events(t, a, b), ==, 1);
    const reel_event *e = kit_event(t, a, b, 0);
    CHECK_NEAR(e->begin_time, (0.6037 - 0.2 * cosine) / 2, 1e-9);
    CHECK_NEAR(e->normal[0], -cosine, 1e-9);
    const reel_vec3 gain = reel_v3_scale(kit_last_velocity(t, b), c->mass_ratio);
    CHECK_NEAR(e->impulse_normal, reel_v3_len(gain), 1e-9);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* On a table: the struck ball leaves along the line of centres of the first touch. */
static void billiard_collision(const void *param)
{
    (void)param;
    const double r = 0.028;
    reel_scene *s = kit_scene(0.5);
    kit_floor(s);
    const int a = kit_sphere(s, "cue", r, 0.17, reel_v3(0, 0, r));
    const int b = kit_sphere(s, "ball", r, 0.17, reel_v3(0.3, r, r)); /* offset r of 2 r: 30 deg */
    s->bodies[a].velocity = reel_v3(3, 0, 0);
    kit_set_surfaces(s, 0, 1);
    reel_take *t = kit_run(s);
    const reel_vec3 va = kit_last_velocity(t, a), vb = kit_last_velocity(t, b);
    CHECK_NEAR(va.x + vb.x, 3, 1e-9);
    CHECK_NEAR(va.y + vb.y, 0, 1e-9);
    CHECK_NEAR(reel_atan2(vb.y, vb.x), REEL_PI / 6, 1e-6);
    CHECK_NEAR(reel_v3_dot(va, vb), 0, 1e-6); /* equal masses, e = 1: they part at a right angle */
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A train of touching balls hands the momentum to the last one. */
static void train_of_balls(const void *param)
{
    (void)param;
    const double r = 0.028;
    reel_scene *s = kit_scene(0.5);
    kit_floor(s);
    const int cue = kit_sphere(s, "cue", r, 0.17, reel_v3(-0.2, 0, r));
    s->bodies[cue].velocity = reel_v3(2, 0, 0);
    int last = cue;
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "ball %d", i);
        last = kit_sphere(s, name, r, 0.17, reel_v3(2 * r * i, 0, r));
    }
    kit_set_surfaces(s, 0, 1);
    reel_take *t = kit_run(s);
    /* what the depth bias of 1e-9 m may push: some 1e-6 m/s per contact */
    CHECK_NEAR(kit_last_velocity(t, last).x, 2, 2e-5);
    for (int b = cue; b < last; b++) {
        CHECK_NEAR(kit_last_velocity(t, b).x, 0, 2e-5);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Newton's cradle: the first impact leaves 0, 0, 0, 0, 1; after ten periods the last ball still
 * goes as high. A period lasts the pendulum's one (each ball swings half of it). */
static void cradle(const void *param)
{
    const reel_joint_kind kind = *(const reel_joint_kind *)param;
    const double r = 0.05, length = 1, angle = REEL_PI / 6;
    const double inertia = 0.4 * r * r + length * length;
    const double swing = 0.25 * 2.0348 * REEL_PI * sqrt(inertia / (KIT_G * length)); /* to 30 deg */
    reel_scene *s = kit_scene(10.2 * 4 * swing);
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "ball %d", i);
        const double x = 2 * r * i;
        const int b = kit_sphere(s, name, r, 1, reel_v3(x, 0, 0));
        kit_joint(s, name, kind, b, -1, reel_v3(x, 0, length), reel_v3(0, 1, 0));
    }
    kit_set_surfaces(s, 0, 1);
    s->bodies[0].velocity =
        reel_v3(-sqrt(2 * KIT_G * length * (1 - reel_cos(angle)) / inertia), 0, 0);
    s->bodies[0].omega = reel_v3(0, -s->bodies[0].velocity.x / length, 0);
    reel_take *t = kit_run(s);
    double early = 0, late = 0;
    for (int i = 0; i < t->n_samples; i++) {
        const double when = i / 24.0, x = reel_take_pose(t, i, 4).p.x - 8 * r;
        early = when < 4 * swing ? fmax(early, x) : early;
        late = when > 9 * 4 * swing ? fmax(late, x) : late;
    }
    CHECK_NEAR(early, length * reel_sin(angle), 0.01 * length * reel_sin(angle));
    CHECK_NEAR(late, early, 0.02 * early);
    const int after = (int)((2 * swing + 0.3 * swing) * 24);
    for (int b = 0; b < 4; b++) {
        CHECK_NEAR(reel_v3_len(reel_take_velocity(t, after, b)), 0, 0.01);
    }
    CHECK(reel_take_velocity(t, after, 4).x > 1);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A ball with spin bounces off a rough floor: Coulomb's friction and no slip at the end. */
static void spinning_bounce(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(0.7);
    const int floor_body = kit_floor(s);
    const int b = kit_sphere(s, "ball", 0.1, 1, reel_v3(0, 0, 1.1));
    s->bodies[b].omega = reel_v3(0, 30, 0);
    kit_set_surfaces(s, 0.1, 0.5);
    reel_take *t = kit_run(s);
    const reel_event *e = kit_event(t, floor_body, b, 0);
    const double jn = 1.5 * sqrt(2 * KIT_G), jt = 0.1 * jn; /* it slips throughout */
    CHECK_NEAR(e->impulse_normal, jn, 1e-3);
    CHECK_NEAR(e->impulse_tangent, jt, 1e-4);
    CHECK_NEAR(kit_last_velocity(t, b).x, jt, 1e-4);
    CHECK_NEAR(reel_take_omega(t, t->n_samples - 1, b).y, 30 - jt * 0.1 / 0.004, 1e-2);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* Dropped with e = 0, a box does not hop: what the solver pushes out of a depth is not kept. */
static void dead_drop(const void *param)
{
    (void)param;
    reel_scene *s = kit_scene(2);
    const int floor_body = kit_floor(s);
    const int b = kit_box(s, "box", reel_v3(0.2, 0.2, 0.2), 1, reel_v3(0, 0, 1.1));
    reel_take *t = kit_run(s);
    CHECK_INT(kit_count_events(t, floor_body, b), ==, 1);
    for (int i = 12; i < t->n_samples; i++) {
        CHECK(reel_take_pose(t, i, b).p.z < 0.1 + 1e-4);
    }
    CHECK_INT(kit_event(t, floor_body, b, 0)->end_step, ==, -1);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

static const bounce_case bounce_cases[] = {{1, 4}, {0.8, 6}, {0.5, 4}};
static const pair_case pair_cases[] = {
    {1, 1, 0}, {3, 0.5, 0}, {0.1, 0.9, 0}, {1, 0, 0}, {1, 0.8, 0.7}, {2, 1, 1.3},
};

static const reel_joint_kind cradle_kinds[] = {REEL_JOINT_HINGE, REEL_JOINT_BALL};

static const check_test tests[] = {
    {"bounces of e = 1", bounces_on_time, &bounce_cases[0]},
    {"bounces of e = 0.8", bounces_on_time, &bounce_cases[1]},
    {"bounces of e = 0.5", bounces_on_time, &bounce_cases[2]},
    {"equal spheres, e = 1", two_spheres, &pair_cases[0]},
    {"1 : 3, e = 0.5", two_spheres, &pair_cases[1]},
    {"1 : 0.1, e = 0.9", two_spheres, &pair_cases[2]},
    {"equal spheres, e = 0", two_spheres, &pair_cases[3]},
    {"oblique, e = 0.8", two_spheres, &pair_cases[4]},
    {"oblique, 1 : 2, e = 1", two_spheres, &pair_cases[5]},
    {"billiard balls part at a right angle", billiard_collision, NULL},
    {"a train of balls", train_of_balls, NULL},
    {"Newton's cradle on hinges", cradle, &cradle_kinds[0]},
    {"Newton's cradle on ball joints", cradle, &cradle_kinds[1]},
    {"a spinning bounce", spinning_bounce, NULL},
    {"a dead drop", dead_drop, NULL},
};
CHECK_MAIN(tests)
