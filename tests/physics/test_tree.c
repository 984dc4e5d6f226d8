/* Joint trees in reduced coordinates, on plain data, against mechanics. */
#include "base/trig.h"
#include "engine/tree.h"
#include "tests/check.h"

#define G 9.81
enum { MOST = 24 };
static const double step = 1.0 / 1200;
static const reel_vec3 down = {0, 0, -G}, nil = {0, 0, 0}, x_axis = {1, 0, 0}, y_axis = {0, 1, 0};

typedef struct rig {
    tree t;
    tree_node nodes[MOST];
    tree_row rows[MOST];
    double room[9 * (13 * MOST + 2)];
} rig;

static rig *new_rig(void)
{
    rig *r = calloc(1, sizeof *r);
    CHECK(r);
    r->t.nodes = r->nodes;
    r->t.rows = r->rows;
    r->t.room = r->room;
    return r;
}

static reel_mat3 diagonal(double x, double y, double z)
{
    return (reel_mat3){{{x, 0, 0}, {0, y, 0}, {0, 0, z}}};
}

/* A body at rest, its axes the world's; the joint to the body before it, or the world, at `anchor`.
 */
static tree_node *add_body(rig *r, tree_joint joint, double mass, reel_mat3 inertia, reel_vec3 at,
                           reel_vec3 anchor, reel_vec3 axis)
{
    CHECK_INT(tree_room(r->t.n + 1), <=, sizeof r->room / sizeof *r->room);
    const int i = r->t.n++;
    tree_node *n = &r->nodes[i];
    *n = (tree_node){.parent = i - 1, .joint = joint, .mass = mass, .inertia = inertia, .p = at};
    n->q = n->parent_from = reel_quat_identity();
    n->anchor = joint == TREE_FREE ? nil : reel_v3_sub(anchor, at);
    n->parent_anchor = i == 0 ? anchor : reel_v3_sub(anchor, r->nodes[i - 1].p);
    n->axis = n->parent_axis = axis;
    return n;
}

static void go(rig *r, reel_vec3 gravity)
{
    CHECK(tree_step(&r->t, step, gravity));
}

static reel_vec3 spin_of(const tree_node *n)
{
    const reel_mat3 m = reel_mat3_from_quat(n->q);
    return reel_mat3_mul_v(m, reel_mat3_mul_v(n->inertia, reel_mat3_tmul_v(m, n->w)));
}

static double energy(const rig *r, reel_vec3 gravity)
{
    double sum = 0;
    for (int i = 0; i < r->t.n; i++) {
        const tree_node *n = &r->nodes[i];
        sum += 0.5 * (n->mass * reel_v3_dot(n->v, n->v) + reel_v3_dot(n->w, spin_of(n)));
        sum -= n->mass * reel_v3_dot(gravity, n->p);
    }
    return sum;
}

static void momentum(const rig *r, reel_vec3 *linear, reel_vec3 *angular)
{
    *linear = *angular = nil;
    for (int i = 0; i < r->t.n; i++) {
        const tree_node *n = &r->nodes[i];
        const reel_vec3 p = reel_v3_scale(n->v, n->mass);
        *linear = reel_v3_add(*linear, p);
        *angular = reel_v3_add(*angular, reel_v3_add(spin_of(n), reel_v3_cross(n->p, p)));
    }
}

/* Largest distance of the two ends of a joint. */
static double gap(const rig *r)
{
    double most = 0;
    for (int i = 0; i < r->t.n; i++) {
        const tree_node *n = &r->nodes[i];
        const tree_node *up = n->parent < 0 ? NULL : &r->nodes[n->parent];
        const reel_vec3 here = reel_v3_add(n->p, reel_quat_rotate(n->q, n->anchor));
        reel_vec3 there = n->parent_anchor, axis = n->parent_axis;
        if (up) {
            there = reel_v3_add(up->p, reel_quat_rotate(up->q, there));
            axis = reel_quat_rotate(up->q, axis);
        }
        reel_vec3 d = reel_v3_sub(here, there);
        if (n->joint == TREE_SLIDER) {
            d = reel_v3_madd(d, -reel_v3_dot(d, axis), axis);
        }
        most = n->joint == TREE_FREE ? most : fmax(most, reel_v3_len(d));
    }
    return most;
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
    return 2 * REEL_PI * sqrt(inertia / G) / a;
}

typedef struct swing_case {
    double degrees;
    tree_joint joint;
} swing_case;

/* Time from the first upward passage of the vertical to the eleventh. */
static void pendulum(const void *param)
{
    const swing_case *c = param;
    const double angle = c->degrees * REEL_PI / 180;
    rig *r = new_rig();
    const reel_vec3 at = reel_v3(-reel_sin(angle), 0, -reel_cos(angle));
    tree_node *n = add_body(r, c->joint, 1, diagonal(0.004, 0.004, 0.004), at, nil, y_axis);
    const double start = energy(r, down), truth = true_period(angle, 1.004);
    double first = 0, last = 0, off = 0, before = -1;
    for (int i = 1, count = -1; count < 10; i++) {
        go(r, down);
        off = fmax(off, fabs(energy(r, down) - start));
        if (before < 0 && n->p.x >= 0) {
            last = i * step - n->p.x / n->v.x; /* no force along x down there */
            first = count < 0 ? last : first;
            count++;
        }
        before = n->p.x;
    }
    CHECK_NEAR((last - first) / (10 * truth), 1, 1e-10);
    CHECK_NEAR(off, 0, 1e-10);
    CHECK_NEAR(gap(r), 0, 1e-14);
    free(r);
}

static void double_pendulum(const void *param)
{
    (void)param;
    rig *r = new_rig();
    for (int i = 0; i < 2; i++) {
        add_body(r, TREE_HINGE, 1, diagonal(0.001, 0.021, 0.021), reel_v3(0.25 + 0.5 * i, 0, 0),
                 reel_v3(0.5 * i, 0, 0), y_axis);
    }
    double off = 0;
    for (int i = 0; i < 12000; i++) {
        go(r, down);
        off = fmax(off, fabs(energy(r, down)));
    }
    CHECK_NEAR(off, 0, 1e-9 * G);
    CHECK_NEAR(gap(r), 0, 1e-13);
    free(r);
}

/* The heavy symmetrical top (Goldstein, "Classical Mechanics"): spin n about its axis, inertias A
 * (about the tip, across) and C. */
static const double top_a = 0.0055, top_c = 0.004, top_arm = 0.05, top_spin = 150;

static rig *new_top(double tilt, double precession)
{
    rig *r = new_rig();
    tree_node *n = add_body(r, TREE_BALL, 1,
                            diagonal(top_a - top_arm * top_arm, top_a - top_arm * top_arm, top_c),
                            reel_v3(0, 0, top_arm), nil, y_axis);
    const reel_vec3 axis = reel_v3(reel_sin(tilt), 0, reel_cos(tilt));
    n->q = reel_quat_from_axis_angle(y_axis, tilt);
    n->p = reel_v3_scale(axis, top_arm);
    n->w = reel_v3_scale(axis, top_spin - precession * reel_cos(tilt));
    n->w.z += precession;
    n->v = reel_v3_cross(n->w, n->p);
    return r;
}

/* A W^2 cos(a) - C n W + m g l = 0. */
static void steady_top(const void *param)
{
    (void)param;
    const double tilt = REEL_PI / 6, b = top_c * top_spin, torque = G * top_arm;
    const double rate =
        2 * torque / (b + sqrt(b * b - 4 * top_a * reel_cos(tilt) * torque)); /* the slow root */
    rig *r = new_top(tilt, rate);
    double nod = 0, turned = 0, last = 0;
    for (int i = 0; i < 3600; i++) {
        go(r, down);
        const reel_vec3 p = r->nodes[0].p;
        nod = fmax(nod, fabs(p.z / top_arm - reel_cos(tilt)));
        const double now = reel_atan2(p.y, p.x);
        turned += now - last - 2 * REEL_PI * floor((now - last) / (2 * REEL_PI) + 0.5);
        last = now;
    }
    CHECK_NEAR(nod, 0, 1e-9);
    CHECK_NEAR(turned, rate * 3, 1e-8);
    free(r);
}

/* Released with its spin only, it nods between u0 and the root of b (1 - u^2) = a^2 (u0 - u), with
 * u the cosine of the tilt, a = C n / A, b = 2 m g l / A. */
static void nodding_top(const void *param)
{
    (void)param;
    const double tilt = 1, u0 = reel_cos(tilt);
    const double a2 = top_c * top_spin / top_a * top_c * top_spin / top_a;
    const double b = 2 * G * top_arm / top_a;
    const double u1 = (a2 - sqrt(a2 * a2 - 4 * b * (a2 * u0 - b))) / (2 * b);
    rig *r = new_top(tilt, 0);
    double z[3] = {0, 0, u0}, low = 1, high = 0;
    for (int i = 0; i < 1200; i++) {
        go(r, down);
        z[0] = z[1];
        z[1] = z[2];
        z[2] = r->nodes[0].p.z / top_arm;
        const double bend = z[0] - 2 * z[1] + z[2], slope = z[2] - z[0];
        if (i > 1 && (z[1] - z[0]) * (z[2] - z[1]) <= 0) { /* the parabola's apex */
            const double apex = z[1] - slope * slope / (8 * bend);
            low = fmin(low, apex);
            high = fmax(high, apex);
        }
    }
    CHECK_NEAR(low, u1, 2e-7 * (u0 - u1) + 1e-7); /* of the parabola */
    CHECK_NEAR(high, u0, 1e-7);
    CHECK(u0 - u1 > 5e-3);
    free(r);
}

/* Twenty links fall from level; the end cracks like a whip. */
static void chain(const void *param)
{
    (void)param;
    rig *r = new_rig();
    for (int i = 0; i < 20; i++) {
        add_body(r, TREE_BALL, 0.1, diagonal(6.7e-6, 8.7e-5, 8.7e-5), reel_v3(0.05 + 0.1 * i, 0, 0),
                 reel_v3(0.1 * i, 0, 0), y_axis);
    }
    const double scale = 2 * G;
    double off = 0, work = 0;
    int most = 0;
    for (int i = 0; i < 6000; i++) {
        go(r, down);
        off = fmax(off, fabs(energy(r, down)));
        most = r->t.n_steps > most ? r->t.n_steps : most;
        work += r->t.work;
    }
    printf("# chain: energy %.3g, gap %.3g, at most %d stretches\n", off / scale, gap(r), most);
    CHECK_NEAR(off / scale, 0, 1e-4);
    CHECK_NEAR(gap(r), 0, 1e-12);
    CHECK_NEAR(work, 0, 0);
    free(r);
}

/* A floating tree with a joint of each kind keeps momentum, angular momentum and energy. */
static void floating(const void *param)
{
    const tree_joint joint = *(const tree_joint *)param;
    rig *r = new_rig();
    const reel_vec3 axis = reel_v3_unit(reel_v3(1, 2, -0.5), x_axis);
    add_body(r, TREE_FREE, 1.5, diagonal(0.01, 0.02, 0.025), reel_v3(0.1, 0.2, 0.3), nil, x_axis);
    add_body(r, joint, 0.7, diagonal(0.008, 0.005, 0.01), reel_v3(0.4, 0.1, 0.35),
             reel_v3(0.3, 0.2, 0.3), axis);
    add_body(r, TREE_BALL, 0.4, diagonal(0.002, 0.003, 0.002), reel_v3(0.5, 0.3, 0.4),
             reel_v3(0.4, 0.2, 0.4), axis)
        ->parent = 1;
    r->nodes[0].v = reel_v3(1, -0.5, 0.2);
    r->nodes[0].w = reel_v3(2, 3, -4);
    r->nodes[1].v = reel_v3(-0.3, 0.5, 1);
    r->nodes[1].w = reel_v3(1, -3, 2);
    reel_vec3 p0, l0, p1, l1;
    momentum(r, &p0, &l0); /* the joints' own impulses change neither */
    go(r, nil);
    momentum(r, &p1, &l1);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(p1, p0)), 0, 1e-14);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(l1, l0)), 0, 1e-13);
    CHECK(r->t.loss > 0);
    const double start = energy(r, nil);
    for (int i = 0; i < 3600; i++) {
        go(r, nil);
        CHECK_NEAR(r->t.loss, 0, 1e-13);
    }
    momentum(r, &p1, &l1);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(p1, p0)), 0, 1e-12);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(l1, l0)), 0, 1e-12);
    CHECK_NEAR(energy(r, nil) / start, 1, 1e-11);
    CHECK_NEAR(gap(r), 0, 1e-13);
    free(r);
}

/* A collar of mass 1 slides along a rod (inertia I) that turns freely about the vertical: with
 * J = (I + m d^2) w constant, d'^2 = w0^2 (I + m d0^2) (1 - (I + m d0^2) / (I + m d^2)). */
static void collar(const void *param)
{
    (void)param;
    rig *r = new_rig();
    const double i = 0.05, own = 0.001, d0 = 0.1, w0 = 8;
    const reel_vec3 z = reel_v3(0, 0, 1), at = reel_v3(d0, 0, 0);
    add_body(r, TREE_HINGE, 1, diagonal(i, i, i), nil, nil, z)->w = reel_v3(0, 0, w0);
    tree_node *n = add_body(r, TREE_SLIDER, 1, diagonal(own, own, own), at, at, x_axis);
    n->w = reel_v3(0, 0, w0);
    n->v = reel_v3(0, w0 * d0, 0);
    const double all = i + own, j0 = all + d0 * d0;
    for (int k = 0; k < 600; k++) {
        go(r, down);
    }
    const double d = sqrt(reel_v3_dot(n->p, n->p)), j = all + d * d;
    CHECK(d > 0.7);
    CHECK_NEAR(n->w.z, w0 * j0 / j, 1e-10);
    CHECK_NEAR(reel_v3_dot(n->p, n->v) / d, w0 * sqrt(j0 * (1 - j0 / j)), 1e-10);
    CHECK_NEAR(n->p.z, 0, 1e-13);
    free(r);
}

/* omega falls as exp(-c t / I); of two bodies, the difference as exp(-c t (1 / I1 + 1 / I2)). */
static void dampers(const void *param)
{
    const tree_joint joint = *(const tree_joint *)param;
    rig *r = new_rig();
    add_body(r, TREE_HINGE, 1, diagonal(0.02, 0.02, 0.02), nil, nil, y_axis);
    tree_node *n = add_body(r, joint, 1, diagonal(0.01, 0.01, 0.01), nil, nil, y_axis);
    n->w = reel_v3(0, 6, 0);
    n->damping = 0.03;
    for (int k = 0; k < 600; k++) {
        go(r, nil);
    }
    const double apart = 6 * reel_exp(-0.03 * 0.5 * 150);
    CHECK_NEAR(n->w.y - r->nodes[0].w.y, apart, 1e-11);
    CHECK_NEAR(n->w.y, 2 + apart * 2 / 3, 1e-11);
    free(r);
}

/* A blow on a jointed body: two equal rods end to end on a ball joint, hit at the first's centre.
 * The joint's impulse x makes the ends go along: (P - x) / m - x l^2 / I = x / m + x l^2 / I. */
static void blow(const void *param)
{
    (void)param;
    rig *r = new_rig();
    const double m = 2, l = 0.5, i = m * l * l / 3, p = 3;
    add_body(r, TREE_FREE, m, diagonal(i, i, i), nil, nil, x_axis)->v = reel_v3(0, p / m, 0);
    add_body(r, TREE_BALL, m, diagonal(i, i, i), reel_v3(1, 0, 0), reel_v3(0.5, 0, 0), x_axis);
    CHECK(tree_step(&r->t, 1e-9, nil));
    const double x = p / m / (2 / m + 2 * l * l / i);
    CHECK_NEAR(r->nodes[0].v.y, (p - x) / m, 1e-8);
    CHECK_NEAR(r->nodes[1].v.y, x / m, 1e-8);
    CHECK_NEAR(r->nodes[0].w.z, -l * x / i, 1e-8);
    CHECK_NEAR(r->nodes[1].w.z, -l * x / i, 1e-8);
    /* half the blow times the velocity of the point that it hits is its work */
    CHECK_NEAR(energy(r, nil), p * (p - x) / m / 2, 1e-8);
    CHECK_NEAR(r->t.loss, p * p / m / 2 - energy(r, nil), 1e-8);
    free(r);
}

/* Work of a force and the impulse of the world's joint add up. */
static void books(const void *param)
{
    (void)param;
    rig *r = new_rig();
    for (int i = 0; i < 3; i++) {
        add_body(r, i == 1 ? TREE_HINGE : TREE_BALL, 1, diagonal(0.01, 0.01, 0.01),
                 reel_v3(0.2 + 0.4 * i, 0, 0), reel_v3(0.4 * i, 0, 0), y_axis);
    }
    const reel_vec3 force = reel_v3(3, 7, -2), torque = reel_v3(0.1, -0.2, 0.3);
    r->nodes[2].force = force;
    r->nodes[1].torque = torque;
    double work = 0;
    reel_vec3 impulse = nil, p, l;
    for (int i = 0; i < 1200; i++) {
        go(r, down);
        work += r->t.work;
        impulse = reel_v3_madd(impulse, step, r->nodes[0].load_force);
    }
    CHECK_NEAR(energy(r, down), work, 1e-10);
    impulse = reel_v3_add(impulse, reel_v3_madd(force, 3, down));
    momentum(r, &p, &l);
    CHECK_NEAR(reel_v3_len(reel_v3_sub(p, impulse)), 0, 1e-10);
    free(r);
}

/* A gap closes without a jump; too large a one is refused, and nothing is touched. */
static void gaps(const void *param)
{
    (void)param;
    rig *r = new_rig();
    add_body(r, TREE_HINGE, 1, diagonal(0.01, 0.01, 0.01), reel_v3(0.2, 0, 0), nil, y_axis);
    tree_node *n = add_body(r, TREE_HINGE, 1, diagonal(0.01, 0.01, 0.01), reel_v3(0.6, 0, 0),
                            reel_v3(0.4, 0, 0), y_axis);
    n->p.y += 1e-4;
    n->q = reel_quat_from_axis_angle(x_axis, 1e-4);
    reel_vec3 before = n->p;
    for (int i = 0; i < 240; i++) {
        go(r, nil);
        CHECK(reel_v3_len(reel_v3_sub(n->p, before)) < 1.5 * 0.05 * step);
        before = n->p;
    }
    CHECK_NEAR(gap(r), 0, 1e-12);
    CHECK_NEAR(reel_quat_rotate(n->q, y_axis).z, 0, 1e-12);
    n->p.x += 2e-3;
    const tree_node was = *n;
    CHECK(!tree_step(&r->t, step, down));
    CHECK_NEAR(n->p.x, was.p.x, 0);
    CHECK_NEAR(n->v.z, was.v.z, 0);
    free(r);
}

/* A damper that is far too stiff is left to others. */
static void refusals(const void *param)
{
    (void)param;
    rig *r = new_rig();
    tree_node *n =
        add_body(r, TREE_HINGE, 1, diagonal(0.01, 0.01, 0.01), reel_v3(0.2, 0, 0), nil, y_axis);
    n->w = reel_v3(0, 1, 0);
    n->v = reel_v3(0, 0, -0.2);
    n->damping = 1e6;
    CHECK(!tree_step(&r->t, step, down));
    n->damping = 1;
    CHECK(tree_step(&r->t, step, down));
    free(r);
}

static const swing_case small = {20, TREE_HINGE}, right = {90, TREE_HINGE},
                        wide = {150, TREE_HINGE}, wide_ball = {150, TREE_BALL};
static const tree_joint ball = TREE_BALL, hinge = TREE_HINGE, slider = TREE_SLIDER,
                        fixed = TREE_FIXED;

static const check_test tests[] = {
    {"pendulum, 20 degrees", pendulum, &small},
    {"pendulum, 90 degrees", pendulum, &right},
    {"pendulum, 150 degrees", pendulum, &wide},
    {"pendulum on a ball joint", pendulum, &wide_ball},
    {"double pendulum", double_pendulum, NULL},
    {"a top in steady precession", steady_top, NULL},
    {"a nodding top", nodding_top, NULL},
    {"chain", chain, NULL},
    {"floating, ball", floating, &ball},
    {"floating, hinge", floating, &hinge},
    {"floating, slider", floating, &slider},
    {"floating, fixed", floating, &fixed},
    {"a collar on a turning rod", collar, NULL},
    {"damper, hinge", dampers, &hinge},
    {"damper, ball", dampers, &ball},
    {"a blow", blow, NULL},
    {"work and impulse", books, NULL},
    {"gaps", gaps, NULL},
    {"refusals", refusals, NULL},
};
CHECK_MAIN(tests)
