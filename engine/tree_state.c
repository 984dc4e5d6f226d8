/*
 * tree_state.c - between the bodies' states and a forest's coordinates.
 *
 * In: the coordinates follow from the bodies' states alone, so nothing of a tree outlives the step
 * but a hint how fine it has to be cut. What a joint gapes (it does not, unless a solver had it
 * before) is kept in the joint's frame and closed a little in each step. Velocities that do not
 * agree with the joints (after a blow) are made to by the joints' own impulses, by one run of the
 * algorithm on momenta instead of forces: momentum is kept, an impulse on one body reaches all.
 *
 * Out: the mean load of a joint is what its bodies' momenta lack.
 */
#include "engine/tree.h"

#define AGREE        1e-12 /* relative: velocities that agree with the joints */
#define MAX_GAP      1e-3  /* m */
#define MAX_ASKEW    1e-2  /* rad */
#define CLOSING      0.2   /* share of a gap that is closed in a step, */
#define CLOSING_RATE 0.05  /* but not faster than this, m/s and rad/s */

static const reel_vec3 zero = {0, 0, 0};

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

/* About P, along the body's axes. */
static void set_inertia(tree_node *node)
{
    const reel_mat3 *i = &node->inertia;
    const reel_vec3 c = node->anchor;
    const double m = node->mass, all = reel_v3_dot(c, c);
    node->own = (tree_sym){i->m[0][0] + m * (all - c.x * c.x), i->m[1][1] + m * (all - c.y * c.y),
                           i->m[2][2] + m * (all - c.z * c.z), i->m[0][1] - m * c.x * c.y,
                           i->m[0][2] - m * c.x * c.z,         i->m[1][2] - m * c.y * c.z};
    const tree_sym *own = &node->own;
    const bool diagonal = own->xy == 0 && own->xz == 0 && own->yz == 0;
    node->round = !diagonal            ? 0
                  : own->yy == own->zz ? 1
                  : own->zz == own->xx ? 2
                  : own->xx == own->yy ? 3
                                       : 0;
    const bool x = c.x != 0, y = c.y != 0, z = c.z != 0;
    node->straight = !y && !z ? 1 : !x && !z ? 2 : !x && !y ? 3 : 0;
    const double moments[3] = {own->xx, own->yy, own->zz};
    node->even = moments[node->round % 3];
    node->odd = node->round > 0 ? moments[node->round - 1] - node->even : 0;
}

/* Coordinates from the bodies' poses; all rates are 0. */
static bool enter(tree *t, double *y, double h)
{
    static const int size_of[] = {
        [TREE_FREE] = 13, [TREE_BALL] = 7, [TREE_HINGE] = 2, [TREE_SLIDER] = 2, [TREE_FIXED] = 0};
    t->size = 0;
    t->all_ball = true;
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        t->all_ball &= node->joint == TREE_BALL || node->joint == TREE_FREE;
        node->at = t->size;
        node->tree = node->parent < 0 ? i : t->nodes[node->parent].tree;
        t->nodes[node->tree].last = i;
        node->has_child = node->last_child = false;
        t->size += size_of[node->joint];
        double *out = y + node->at;
        for (int k = node->at; k < t->size; k++) {
            y[k] = 0;
        }
        set_inertia(node);
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
    for (int i = t->n - 1; i >= 0; i--) {
        tree_node *node = &t->nodes[i];
        if (node->parent >= 0) {
            node->last_child = !t->nodes[node->parent].has_child;
            t->nodes[node->parent].has_child = true;
        }
    }
    for (int k = 0; k < TREE_SUMS; k++) {
        y[t->size++] = 0;
    }
    return true;
}

/* ---- velocities ---- */

static double kinetic(const tree_node *node, reel_vec3 v, reel_vec3 w)
{
    const reel_vec3 own = rotate_back(node->now.q, w);
    const double spin = reel_v3_dot(own, reel_mat3_mul_v(node->inertia, own));
    return 0.5 * (node->mass * reel_v3_dot(v, v) + spin);
}

/* Rates as the bodies have them, taken one after the other from the parents on. */
static void read_rates(tree *t, double *y)
{
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        double *rates = y + node->at;
        const reel_vec3 at = reel_v3_sub(node->v, reel_v3_cross(node->w, now->c));
        if (node->joint == TREE_FREE) {
            put(rates + 7, at);
            put(rates + 10, node->w);
        } else if (node->joint == TREE_BALL) {
            put(rates + 4, node->w);
        } else if (node->joint == TREE_HINGE) {
            const reel_vec3 up = node->parent < 0 ? zero : t->nodes[node->parent].w;
            rates[1] = reel_v3_dot(now->u, reel_v3_sub(node->w, up));
        } else if (node->joint == TREE_SLIDER) {
            reel_vec3 up = zero;
            if (node->parent >= 0) {
                const tree_node *parent = &t->nodes[node->parent];
                const reel_vec3 arm = reel_v3_sub(now->arm, parent->now.c);
                up = reel_v3_add(parent->v, reel_v3_cross(parent->w, arm));
            }
            rates[1] = reel_v3_dot(now->u, reel_v3_sub(at, up));
        }
    }
}

/* Do the rates in y move all bodies as they move, to rounding? */
static bool agrees(tree *t, const double *y)
{
    tree_place(t, y);
    double turn = 1, speed = 1, off_turn = 0, off_speed = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        if (node->mass == 0) {
            continue;
        }
        const tree_motion *now = &node->now;
        const reel_vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        const reel_vec3 dv = reel_v3_sub(v, node->v), dw = reel_v3_sub(now->w, node->w);
        turn = fmax(turn, reel_v3_dot(node->w, node->w));
        speed = fmax(speed, reel_v3_dot(node->v, node->v));
        off_turn = fmax(off_turn, reel_v3_dot(dw, dw));
        off_speed = fmax(off_speed, reel_v3_dot(dv, dv));
    }
    return off_turn <= AGREE * AGREE * turn && off_speed <= AGREE * AGREE * speed;
}

/* Rates from the bodies' velocities; where these do not agree with the joints, from their momenta:
 * bodies at rest get them as impulses, at once. */
static void enter_velocities(tree *t, double *y)
{
    t->loss = 0;
    t->n_active = 0;
    tree_place(t, y); /* y has no rates: only places count */
    read_rates(t, y);
    if (agrees(t, y)) {
        return;
    }
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const reel_quat q = node->now.q;
        const reel_vec3 spin = reel_mat3_mul_v(node->inertia, rotate_back(q, node->w));
        node->f = reel_v3_scale(node->v, node->mass);
        node->t = reel_quat_rotate(q, spin);
        t->loss += kinetic(node, node->v, node->w);
    }
    tree_project(t, y);
    tree_place(t, y);
    for (int i = 0; i < t->n; i++) {
        const tree_motion *now = &t->nodes[i].now;
        const reel_vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        t->loss -= kinetic(&t->nodes[i], v, now->w);
    }
}

/* What the loads will be counted from. */
static void remember_start(tree *t)
{
    t->working = false;
    t->sprung = false;
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const reel_vec3 spin = reel_mat3_mul_v(node->inertia, rotate_back(node->q, node->w));
        node->start_spin = reel_quat_rotate(node->q, spin);
        node->start_v = node->v;
        node->start_arm = reel_quat_rotate(node->q, node->anchor);
        if (node->parent >= 0) {
            const reel_vec3 at = reel_v3_add(node->p, node->start_arm);
            node->start_at = reel_v3_sub(at, t->nodes[node->parent].p);
        }
        node->linked = false;
        node->link_force = node->link_torque = zero;
        node->f = node->force;
        node->t = node->torque;
        node->drive = 0;
        t->working |= reel_v3_dot(node->force, node->force) > 0 ||
                      reel_v3_dot(node->torque, node->torque) > 0;
    }
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        row->load = zero;
        row->load_along = row->force = row->pull = 0;
        row->mode = row->zone = 0;
        if (row->kind == TREE_LENGTH) {
            t->nodes[t->nodes[row->a].tree].linked = true;
            t->nodes[t->nodes[row->b < 0 ? row->a : row->b].tree].linked = true;
        }
        t->sprung |= row->kind == TREE_LENGTH && (row->stiffness > 0 || row->damping > 0);
        t->working |= row->kind == TREE_MOTOR;
    }
}

bool tree_enter(tree *t, double *y)
{
    if (!enter(t, y, t->h)) {
        return false;
    }
    remember_start(t);
    enter_velocities(t, y);
    return true;
}

/* ---- out ---- */

/* Mean loads, from the leaves inwards: what a body's momenta gained that gravity, forces, rows and
 * its children do not explain, its own joint gave it. */
static void find_loads(tree *t, double h)
{
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const reel_vec3 spin = reel_mat3_mul_v(node->inertia, rotate_back(node->q, node->w));
        reel_vec3 f = reel_v3_scale(reel_v3_sub(node->v, node->start_v), node->mass);
        f = reel_v3_madd(f, -h, node->force);
        f = reel_v3_madd(f, -h * node->mass, t->gravity);
        reel_vec3 n = reel_v3_sub(reel_quat_rotate(node->q, spin), node->start_spin);
        n = reel_v3_madd(n, -h, node->torque);
        node->load_force = reel_v3_sub(f, node->link_force);
        node->load_torque = reel_v3_sub(n, node->link_torque);
    }
    for (int i = t->n - 1; i >= 0; i--) {
        tree_node *node = &t->nodes[i];
        const reel_vec3 arm = reel_quat_rotate(node->q, node->anchor);
        const reel_vec3 own = reel_v3_scale(reel_v3_add(arm, node->start_arm), 0.5);
        node->load_torque = reel_v3_sub(node->load_torque, reel_v3_cross(own, node->load_force));
        if (node->parent >= 0) {
            tree_node *up = &t->nodes[node->parent];
            const reel_vec3 from =
                reel_v3_scale(reel_v3_add(node->start_at, reel_v3_sub(node->now.p, up->p)), 0.5);
            up->load_force = reel_v3_add(up->load_force, node->load_force);
            up->load_torque =
                reel_v3_add(up->load_torque,
                            reel_v3_add(node->load_torque, reel_v3_cross(from, node->load_force)));
        }
        node->load_force = reel_v3_scale(node->load_force, 1 / h);
        node->load_torque = reel_v3_scale(node->load_torque, 1 / h);
    }
    for (int i = 0; i < t->n_rows; i++) {
        t->rows[i].load = reel_v3_scale(t->rows[i].load, 1 / h);
        t->rows[i].load_along /= h;
    }
}

/* Mass, first moment and momentum of a tree's states. */
static double sum_up(const tree *t, int root, reel_vec3 *moment, reel_vec3 *momentum)
{
    double mass = 0;
    *moment = *momentum = zero;
    for (int i = root; i <= t->nodes[root].last; i++) {
        const tree_node *node = &t->nodes[i];
        mass += node->mass;
        *moment = reel_v3_madd(*moment, node->mass, node->p);
        *momentum = reel_v3_madd(*momentum, node->mass, node->v);
    }
    return mass;
}

static void leave_tree(tree *t, int root)
{
    for (int i = root; i <= t->nodes[root].last; i++) {
        tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        node->p = reel_v3_add(now->p, now->c);
        node->v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        node->w = now->w;
        node->q = reel_quat_unit(now->q);
    }
}

/* The centre of mass of a floating tree moves as it must, to rounding, whatever the tolerance. */
static void leave_floating(tree *t, int root, double h)
{
    reel_vec3 force = zero, moment, momentum, moment_now, momentum_now;
    const double mass = sum_up(t, root, &moment, &momentum);
    leave_tree(t, root);
    sum_up(t, root, &moment_now, &momentum_now);
    for (int i = root; i <= t->nodes[root].last; i++) {
        force = reel_v3_add(force, t->nodes[i].force);
    }
    force = reel_v3_madd(force, mass, t->gravity);
    moment = reel_v3_madd(reel_v3_madd(moment, h, momentum), h * h / 2, force);
    momentum = reel_v3_madd(momentum, h, force);
    const reel_vec3 shift = reel_v3_scale(reel_v3_sub(moment, moment_now), 1 / mass);
    const reel_vec3 boost = reel_v3_scale(reel_v3_sub(momentum, momentum_now), 1 / mass);
    for (int i = root; i <= t->nodes[root].last; i++) {
        t->nodes[i].p = reel_v3_add(t->nodes[i].p, shift);
        t->nodes[i].v = reel_v3_add(t->nodes[i].v, boost);
    }
}

void tree_leave(tree *t, const double *y)
{
    tree_place(t, y);
    for (int i = 0; i < t->n; i = t->nodes[i].last + 1) {
        if (t->nodes[i].joint == TREE_FREE && !t->nodes[i].linked) {
            leave_floating(t, i, t->h);
        } else {
            leave_tree(t, i);
        }
    }
    t->work = y[t->size - 1];
    find_loads(t, t->h);
}
