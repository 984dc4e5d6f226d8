/*
 * tree_step.c - one step of a joint tree: from states to coordinates, through time, and back.
 *
 * In: the coordinates follow from the bodies' states alone, so nothing of a tree outlives the step.
 * What a joint gapes (it does not, unless a solver had it before) is kept in the joint's frame and
 * closed a little in each step. Velocities come from the joints' own impulses, by one run of the
 * algorithm on momenta instead of forces: momentum is kept, an impulse on one body reaches all.
 *
 * Through: Runge-Kutta of order 5 with an estimate of order 4 (J. R. Cash, A. H. Karp, ACM Trans.
 * Math. Softw. 16 (1990) 201). A step is cut into TICKS; a stretch of them begins with a turn of at
 * most TURN rad, is halved while the estimated error of a velocity is more than TOLERANCE of the
 * largest one, and doubled where it is far less.
 */
#include "engine/tree.h"

enum { TICKS = 256 };
#define TURN         0.1  /* rad */
#define TOLERANCE    1e-7 /* relative to the tree's largest velocity, per stretch */
#define WORST        1e-6 /* the same: what a single tick may have */
#define MAX_GAP      1e-3 /* m */
#define MAX_ASKEW    1e-2 /* rad */
#define CLOSING      0.2  /* share of a gap that is closed in a step, */
#define CLOSING_RATE 0.05 /* but not faster than this, m/s and rad/s */

static void put(double *y, reel_vec3 v)
{
    y[0] = v.x;
    y[1] = v.y;
    y[2] = v.z;
}

static reel_vec3 rotate_back(reel_quat q, reel_vec3 v)
{
    return reel_mat3_tmul_v(reel_mat3_from_quat(q), v);
}

/* What stays of a gap after this step. */
static reel_vec3 left_of(reel_vec3 gap, double h)
{
    const double size = reel_v3_len(gap);
    const double closed = fmin(CLOSING * size, CLOSING_RATE * h);
    return size > 0 ? reel_v3_scale(gap, 1 - closed / size) : gap;
}

/* Small rotation (vector, world axes) that puts the body straight to its parent at q. */
static reel_vec3 askew(const tree_node *node, reel_quat q)
{
    if (node->joint == TREE_HINGE) {
        return reel_v3_cross(reel_quat_rotate(node->q, node->axis),
                             reel_quat_rotate(q, node->parent_axis));
    }
    const reel_quat due = reel_quat_mul(q, node->parent_from);
    const reel_quat by = reel_quat_mul(due, reel_quat_conj(node->q));
    const double twice = by.w < 0 ? -2 : 2;
    return reel_v3_scale(reel_v3(by.x, by.y, by.z), twice);
}

/* Puts the body straight, as far as may be in one step; its orientation relative to the parent. */
static bool straighten(tree_node *node, reel_quat parent_q, double h)
{
    const reel_vec3 off = askew(node, parent_q);
    const reel_vec3 turn = reel_v3_sub(off, left_of(off, h));
    const reel_quat by = reel_quat_unit((reel_quat){1, turn.x / 2, turn.y / 2, turn.z / 2});
    node->now.q = reel_quat_unit(reel_quat_mul(by, node->q));
    node->rel = reel_quat_unit(reel_quat_mul(reel_quat_conj(parent_q), node->now.q));
    return reel_v3_len(off) <= MAX_ASKEW;
}

/* Fixes the joint's frame in the parent, gap included, for this step. */
static bool enter_joint(tree *t, tree_node *node, double h)
{
    const tree_node *up = node->parent < 0 ? NULL : &t->nodes[node->parent];
    const reel_quat q = up ? up->now.q : reel_quat_identity();
    const reel_vec3 origin = up ? up->p : reel_v3(0, 0, 0);
    const reel_vec3 from = up ? up->anchor : reel_v3(0, 0, 0);
    const reel_vec3 held = reel_v3_add(node->p, reel_quat_rotate(node->q, node->anchor));
    const reel_quat parent_q = up ? up->q : q;
    reel_vec3 gap =
        reel_v3_sub(rotate_back(parent_q, reel_v3_sub(held, origin)), node->parent_anchor);
    double along = 0;
    if (node->joint == TREE_SLIDER) {
        along = reel_v3_dot(gap, node->parent_axis);
        gap = reel_v3_madd(gap, -along, node->parent_axis);
    }
    const reel_vec3 at = reel_v3_madd(node->parent_anchor, along, node->parent_axis);
    node->reach = reel_v3_add(reel_v3_sub(at, from), left_of(gap, h));
    if (node->joint == TREE_BALL) {
        node->now.q = node->q;
        return reel_v3_len(gap) <= MAX_GAP;
    }
    return reel_v3_len(gap) <= MAX_GAP && straighten(node, q, h);
}

/* Coordinates from the bodies' poses; all rates are 0. */
static bool enter(tree *t, double *y, double h)
{
    static const int size_of[] = {
        [TREE_FREE] = 13, [TREE_BALL] = 7, [TREE_HINGE] = 2, [TREE_SLIDER] = 2, [TREE_FIXED] = 0};
    t->size = 0;
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        node->at = t->size;
        t->size += size_of[node->joint];
        double *out = y + node->at;
        for (int k = node->at; k < t->size; k++) {
            y[k] = 0;
        }
        if (node->joint == TREE_FREE) {
            put(out, node->p);
            out += 3;
            node->now.q = node->q;
        } else if (!enter_joint(t, node, h)) {
            return false;
        }
        if (node->joint == TREE_FREE || node->joint == TREE_BALL) {
            const reel_quat q = node->q;
            out[0] = q.w;
            out[1] = q.x;
            out[2] = q.y;
            out[3] = q.z;
        }
    }
    for (int k = 0; k < TREE_SUMS; k++) {
        y[t->size++] = 0;
    }
    return true;
}

static double kinetic(const tree_node *node, reel_vec3 v, reel_vec3 w)
{
    const reel_vec3 own = rotate_back(node->q, w);
    const double spin = reel_v3_dot(own, reel_mat3_mul_v(node->inertia, own));
    return 0.5 * (node->mass * reel_v3_dot(v, v) + spin);
}

/* Rates from the bodies' momenta: bodies at rest get them as impulses, at once. */
static void enter_velocities(tree *t, double *y)
{
    const reel_vec3 gravity = t->gravity;
    t->gravity = reel_v3(0, 0, 0);
    t->damped = 0;
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const reel_vec3 spin = reel_mat3_mul_v(node->inertia, rotate_back(node->q, node->w));
        node->f = reel_v3_scale(node->v, node->mass);
        node->t = reel_quat_rotate(node->q, spin);
    }
    tree_place(t, y);
    tree_accelerate(t, y);
    t->loss = 0;
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        double *rates = y + node->at;
        const reel_vec3 v = reel_v3_add(now->acc, reel_v3_cross(now->turn, now->c));
        t->loss += kinetic(node, node->v, node->w) - kinetic(node, v, now->turn);
        if (node->joint == TREE_FREE) {
            put(rates + 7, now->acc);
            put(rates + 10, now->turn);
        } else if (node->joint == TREE_BALL) {
            put(rates + 4, now->turn);
        } else if (node->joint != TREE_FIXED) {
            rates[1] = now->rate;
        }
        node->f = node->force;
        node->t = node->torque;
    }
    put(y + t->size - TREE_SUMS, t->ground);
    t->gravity = gravity;
    t->damped = 1;
}

/* Largest angular and linear velocities of the tree's bodies, with a floor. */
static void measure(const tree *t, double *turn, double *speed)
{
    double w2 = 1e-2, v2 = 1e-4;
    for (int i = 0; i < t->n; i++) {
        const tree_motion *now = &t->nodes[i].now;
        const reel_vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        w2 = fmax(w2, reel_v3_dot(now->w, now->w));
        v2 = fmax(v2, fmax(reel_v3_dot(v, v), reel_v3_dot(now->v, now->v)));
    }
    *turn = sqrt(w2);
    *speed = sqrt(v2);
}

/* Largest estimated error of a rate, relative to the largest velocity of its kind. */
static double worst(const tree *t, const double *error, double turn, double speed)
{
    double most = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const double *e = error + node->at;
        double angular = 0, linear = 0;
        if (node->joint == TREE_FREE) {
            linear = fmax(fabs(e[7]), fmax(fabs(e[8]), fabs(e[9])));
            angular = fmax(fabs(e[10]), fmax(fabs(e[11]), fabs(e[12])));
        } else if (node->joint == TREE_BALL) {
            angular = fmax(fabs(e[4]), fmax(fabs(e[5]), fabs(e[6])));
        } else if (node->joint == TREE_HINGE) {
            angular = fabs(e[1]);
        } else if (node->joint == TREE_SLIDER) {
            linear = fabs(e[1]);
        }
        const double relative = angular / turn + linear / speed;
        most = relative > most || !(relative == relative) ? relative : most;
        if (!(relative == relative)) {
            return relative;
        }
    }
    return most;
}

/* From y, where k[0] is known, by dt to `out`; the estimated error is left in k[5]. */
static void stretch(tree *t, const double *y, double *const k[TREE_STAGES], double dt, double *out)
{
    static const double a[TREE_STAGES][TREE_STAGES] = {
        {0},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {3.0 / 10, -9.0 / 10, 6.0 / 5},
        {-11.0 / 54, 5.0 / 2, -70.0 / 27, 35.0 / 27},
        {1631.0 / 55296, 175.0 / 512, 575.0 / 13824, 44275.0 / 110592, 253.0 / 4096},
    };
    static const double b[TREE_STAGES] = {37.0 / 378, 0, 250.0 / 621, 125.0 / 594, 0, 512.0 / 1771};
    static const double b4[TREE_STAGES] = {2825.0 / 27648, 0,      18575.0 / 48384, 13525.0 / 55296,
                                           277.0 / 14336,  1.0 / 4};
    for (int s = 1; s < TREE_STAGES; s++) {
        for (int i = 0; i < t->size; i++) {
            double sum = 0;
            for (int j = 0; j < s; j++) {
                sum += a[s][j] * k[j][i];
            }
            out[i] = y[i] + dt * sum;
        }
        tree_rates(t, out, k[s]);
    }
    for (int i = 0; i < t->size; i++) {
        double sum = 0, off = 0;
        for (int j = 0; j < TREE_STAGES; j++) {
            sum += b[j] * k[j][i];
            off += (b[j] - b4[j]) * k[j][i];
        }
        out[i] = y[i] + dt * sum;
        k[TREE_STAGES - 1][i] = dt * off;
    }
}

/* Unit quaternions; false if a coordinate has left its bounds. */
static bool settle(const tree *t, double *y)
{
    bool inside = true;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        double *at = y + node->at + (node->joint == TREE_FREE ? 3 : 0);
        if (node->joint == TREE_FREE || node->joint == TREE_BALL) {
            const reel_quat q = reel_quat_unit((reel_quat){at[0], at[1], at[2], at[3]});
            at[0] = q.w;
            at[1] = q.x;
            at[2] = q.y;
            at[3] = q.z;
        } else if (node->joint != TREE_FIXED) {
            inside &= node->lo < at[0] && at[0] < node->hi;
        }
    }
    return inside;
}

/* `y` goes through h; it ends up in one of the two buffers, which is returned (NULL: it cannot). */
static double *integrate(tree *t, double *y, double *spare, double *const k[TREE_STAGES], double h)
{
    double turn, speed;
    int done = 0, ticks = TICKS;
    tree_rates(t, y, k[0]);
    measure(t, &turn, &speed);
    while (ticks > 1 && turn * ticks > TURN / h * TICKS) {
        ticks /= 2;
    }
    while (done < TICKS) {
        stretch(t, y, k, h * ticks / TICKS, spare);
        t->n_steps++;
        const double error = worst(t, k[TREE_STAGES - 1], turn, speed);
        if (!(error <= TOLERANCE) && ticks > 1) {
            ticks /= 2;
            continue;
        }
        if (!(error <= WORST) || !settle(t, spare)) {
            return NULL;
        }
        done += ticks;
        double *swap = y;
        y = spare;
        spare = swap;
        if (done == TICKS) {
            break;
        }
        tree_rates(t, y, k[0]);
        measure(t, &turn, &speed);
        if (error < TOLERANCE / 128 && done % (2 * ticks) == 0 && done + 2 * ticks <= TICKS) {
            ticks *= 2;
        }
    }
    return y;
}

/* Mass, first moment and momentum of the nodes' states. */
static double sum_up(const tree *t, reel_vec3 *moment, reel_vec3 *momentum)
{
    double mass = 0;
    *moment = *momentum = reel_v3(0, 0, 0);
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        mass += node->mass;
        *moment = reel_v3_madd(*moment, node->mass, node->p);
        *momentum = reel_v3_madd(*momentum, node->mass, node->v);
    }
    return mass;
}

/* The centre of mass of a floating tree moves as it must, to rounding, whatever the tolerance. */
static void leave_floating(tree *t, reel_vec3 moment, reel_vec3 momentum, double h)
{
    reel_vec3 force = reel_v3(0, 0, 0), moment_now, momentum_now;
    const double mass = sum_up(t, &moment_now, &momentum_now);
    for (int i = 0; i < t->n; i++) {
        force = reel_v3_add(force, t->nodes[i].force);
    }
    force = reel_v3_madd(force, mass, t->gravity);
    moment = reel_v3_madd(reel_v3_madd(moment, h, momentum), h * h / 2, force);
    momentum = reel_v3_madd(momentum, h, force);
    const reel_vec3 shift = reel_v3_scale(reel_v3_sub(moment, moment_now), 1 / mass);
    const reel_vec3 boost = reel_v3_scale(reel_v3_sub(momentum, momentum_now), 1 / mass);
    for (int i = 0; i < t->n; i++) {
        t->nodes[i].p = reel_v3_add(t->nodes[i].p, shift);
        t->nodes[i].v = reel_v3_add(t->nodes[i].v, boost);
    }
}

static void leave(tree *t, const double *y, double h)
{
    reel_vec3 moment, momentum;
    sum_up(t, &moment, &momentum);
    tree_place(t, y);
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        node->p = reel_v3_add(now->p, now->c);
        node->v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        node->w = now->w;
        node->q = reel_quat_unit(now->q);
    }
    if (t->nodes[0].joint == TREE_FREE) {
        leave_floating(t, moment, momentum, h);
    }
    const double *sums = y + t->size - TREE_SUMS;
    t->ground_impulse = reel_v3(sums[0], sums[1], sums[2]);
    t->work = sums[3];
}

bool tree_step(tree *t, double h, reel_vec3 gravity)
{
    const int room = TREE_SIZE * t->n + TREE_SUMS;
    double *k[TREE_STAGES];
    for (int s = 0; s < TREE_STAGES; s++) {
        k[s] = t->room + room * (s + 2);
    }
    t->gravity = gravity;
    t->n_steps = 0;
    double *y = t->room;
    if (!enter(t, y, h)) {
        return false;
    }
    enter_velocities(t, y);
    y = integrate(t, y, t->room + room, k, h);
    if (!y) {
        return false;
    }
    leave(t, y, h);
    return true;
}
