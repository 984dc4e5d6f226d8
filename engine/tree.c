/*
 * tree.c - accelerations of joint trees: Featherstone's articulated-body algorithm.
 *
 * Three passes over the nodes: places and velocities outwards, articulated inertias and biases
 * inwards, accelerations outwards (R. Featherstone, "Rigid Body Dynamics Algorithms", Springer
 * 2008, table 7.1). Vectors have world axes, and each body's are taken at the point P that its
 * joint holds, so a ball joint's motion space is {1, 0} and its elimination leaves a 3 x 3 mass.
 * The accelerations are those of the points (d2P/dt2), not spatial ones, so the velocity terms are
 * the textbook's w x (w x r) and 2 w x r'. Gravity is an acceleration of the world by -g.
 *
 * Coordinates: a free body's P, q, v, w (world); a ball joint's q, w of the body (world, not
 * relative to the parent); a hinge's angle and a slider's path from where they were at the start of
 * the step, with their rates. Then the sum: work of forces and motors. Quaternions need not have
 * length 1.
 */
#include "engine/tree_math.h"

#include "base/trig.h"

/* ---- outwards: places and velocities ---- */

static const tree_motion world = {.q = {1, 0, 0, 0}, .r = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}};

static inline const tree_motion *parent_of(const tree *t, const tree_node *node)
{
    return node->parent < 0 ? &world : &t->nodes[node->parent].now;
}

/* Of a quaternion of any length. */
static inline mat3 rotation(const double *y)
{
    const double w = y[0], x = y[1], v = y[2], z = y[3];
    const double s = 2 / (w * w + x * x + v * v + z * z);
    const double sx = s * x, sy = s * v, sz = s * z;
    const double xx = sx * x, yy = sy * v, zz = sz * z, xy = sx * v, xz = sx * z, yz = sy * z;
    const double wx = sx * w, wy = sy * w, wz = sz * w;
    return (mat3){{{1 - (yy + zz), xy - wz, xz + wy},
                   {xy + wz, 1 - (xx + zz), yz - wx},
                   {xz - wy, yz + wx, 1 - (xx + yy)}}};
}

static reel_quat hinge_turn(const tree_node *node, double angle)
{
    double s, c;
    reel_sincos(angle / 2, &s, &c);
    const vec3 u = node->parent_axis;
    return (reel_quat){c, s * u.x, s * u.y, s * u.z};
}

/* Orientation and velocity across a joint of at most one freedom. */
static vec3 place_simple(tree_node *node, const tree_motion *up, const double *y)
{
    tree_motion *now = &node->now;
    vec3 drift = reel_v3(0, 0, 0); /* of P relative to the parent */
    now->w = up->w;
    now->zn = drift;
    now->q = reel_quat_mul(up->q, node->rel);
    if (node->joint == TREE_HINGE) {
        now->u = mul_v(&up->r, node->parent_axis);
        now->q = reel_quat_mul(reel_quat_mul(up->q, hinge_turn(node, y[0])), node->rel);
        now->zn = reel_v3_scale(reel_v3_cross(up->w, now->u), y[1]);
        now->w = reel_v3_madd(up->w, y[1], now->u);
    } else if (node->joint == TREE_SLIDER) {
        now->u = mul_v(&up->r, node->parent_axis);
        now->arm = reel_v3_madd(now->arm, y[0], now->u);
        drift = reel_v3_scale(now->u, y[1]);
    }
    const double q[4] = {now->q.w, now->q.x, now->q.y, now->q.z};
    now->r = rotation(q);
    return drift;
}

/* From P to the centre of mass: where that lies on an axis of the body, along a column. */
static inline vec3 centre_of(const tree_node *node, const mat3 *r)
{
    if (node->straight == 0) {
        return reel_v3_scale(mul_v(r, node->anchor), -1);
    }
    const int k = node->straight - 1;
    const double s = k == 0 ? -node->anchor.x : k == 1 ? -node->anchor.y : -node->anchor.z;
    return (vec3){s * r->m[0][k], s * r->m[1][k], s * r->m[2][k]};
}

/* Place and velocity of a node whose parent has its own. `brief`: but for p and v. */
static inline void place(const tree *t, tree_node *node, const double *y, bool brief)
{
    const tree_motion *up = parent_of(t, node);
    tree_motion *now = &node->now;
    if (node->joint == TREE_BALL) {
        now->arm = mul_v(&up->r, node->reach);
        now->w = vec(y + 4);
        now->r = rotation(y);
        now->c = centre_of(node, &now->r);
        const vec3 swing = reel_v3_cross(up->w, now->arm);
        now->zf = reel_v3_cross(up->w, swing);
        if (!brief) {
            now->q = (reel_quat){y[0], y[1], y[2], y[3]};
            now->p = reel_v3_add(up->p, now->arm);
            now->v = reel_v3_add(up->v, swing);
        }
        return;
    }
    vec3 drift;
    if (node->joint == TREE_FREE) {
        now->arm = vec(y);
        drift = vec(y + 7);
        now->w = vec(y + 10);
        now->q = (reel_quat){y[3], y[4], y[5], y[6]};
        now->r = rotation(y + 3);
    } else {
        now->arm = mul_v(&up->r, node->reach);
        drift = place_simple(node, up, y);
    }
    now->c = centre_of(node, &now->r);
    const vec3 swing = reel_v3_cross(up->w, now->arm);
    now->p = reel_v3_add(up->p, now->arm);
    now->v = reel_v3_add(reel_v3_add(up->v, swing), drift);
    now->zf = reel_v3_cross(up->w, reel_v3_madd(swing, 2, drift));
}

void tree_place(tree *t, const double *y)
{
    for (int i = 0; i < t->n; i++) {
        place(t, &t->nodes[i], y + t->nodes[i].at, false);
    }
}

static void place_briefly(tree *t, const double *y)
{
    for (int i = 0; i < t->n; i++) {
        place(t, &t->nodes[i], y + t->nodes[i].at, true);
    }
}

/* ---- inwards ---- */

/* What a body and all that hangs on it are at P. */
typedef struct articulated {
    sym a, m;
    mat3 h;
    vec3 n, f;
} articulated;

/* The body's own inertia and bias: Newton's and Euler's equations at P; then its children's. */
static inline articulated gather(const tree_node *node)
{
    const tree_motion *now = &node->now;
    const double m = node->mass;
    const vec3 c = now->c, w = now->w, mc = reel_v3_scale(c, m);
    articulated all;
    vec3 gyro;
    if (node->round != 0) { /* two moments are the same: p 1 + d u u^T */
        const int k = node->round - 1;
        const vec3 u = {now->r.m[0][k], now->r.m[1][k], now->r.m[2][k]};
        const double p = node->even, d = node->odd;
        const vec3 du = reel_v3_scale(u, d);
        all.a = (sym){p + du.x * u.x, p + du.y * u.y, p + du.z * u.z,
                      du.x * u.y,     du.x * u.z,     du.y * u.z};
        gyro = reel_v3_scale(reel_v3_cross(w, u), reel_v3_dot(du, w));
    } else {
        all.a = turned(&now->r, &node->own);
        gyro = reel_v3_cross(w, sym_mul(&all.a, w));
    }
    const double along = reel_v3_dot(w, mc), w2 = reel_v3_dot(w, w); /* w x (w x mc) */
    all.f = (vec3){along * w.x - w2 * mc.x - node->f.x, along * w.y - w2 * mc.y - node->f.y,
                   along * w.z - w2 * mc.z - node->f.z};
    all.n = reel_v3_sub(reel_v3_sub(gyro, node->t), reel_v3_cross(c, node->f));
    if (!node->has_child) {
        all.m = (sym){m, m, m, 0, 0, 0};
        all.h = (mat3){{{0, -mc.z, mc.y}, {mc.z, 0, -mc.x}, {-mc.y, mc.x, 0}}};
        return all;
    }
    sym_add(&all.a, &now->a);
    all.m = now->m;
    all.m.xx += m;
    all.m.yy += m;
    all.m.zz += m;
    all.h = (mat3){{{now->h.m[0][0], now->h.m[0][1] - mc.z, now->h.m[0][2] + mc.y},
                    {now->h.m[1][0] + mc.z, now->h.m[1][1], now->h.m[1][2] - mc.x},
                    {now->h.m[2][0] - mc.y, now->h.m[2][1] + mc.x, now->h.m[2][2]}}};
    all.n = reel_v3_add(all.n, now->pn);
    all.f = reel_v3_add(all.f, now->pf);
    return all;
}

/* To the parent's sums. */
static inline void hand_over(const tree *t, const tree_node *node, const articulated *all)
{
    tree_motion *up = &t->nodes[node->parent].now;
    if (node->last_child) { /* is the first to come */
        up->a = all->a;
        up->m = all->m;
        up->h = all->h;
        up->pn = all->n;
        up->pf = all->f;
        return;
    }
    sym_add(&up->a, &all->a);
    sym_add(&up->m, &all->m);
    mat_add(&up->h, &all->h);
    up->pn = reel_v3_add(up->pn, all->n);
    up->pf = reel_v3_add(up->pf, all->f);
}

/* -[r] m [r] */
static inline sym crossed_twice(const mat3 *rm, vec3 r)
{
    return (sym){rm->m[0][2] * r.y - rm->m[0][1] * r.z, rm->m[1][0] * r.z - rm->m[1][2] * r.x,
                 rm->m[2][1] * r.x - rm->m[2][0] * r.y, rm->m[0][0] * r.z - rm->m[0][2] * r.x,
                 rm->m[0][1] * r.x - rm->m[0][0] * r.y, rm->m[1][1] * r.x - rm->m[1][0] * r.y};
}

/* What is left of a body on a ball joint, seen from the parent: a mass at P, and a force. */
static inline void pass_on_ball(const tree *t, tree_node *node)
{
    tree_motion *now = &node->now;
    const articulated all = gather(node);
    vec3 moment = {0, 0, 0};
    if (node->damping > 0) {
        const vec3 slip = reel_v3_sub(now->w, parent_of(t, node)->w);
        moment = reel_v3_scale(slip, -t->damped * node->damping);
    }
    const sym ai = inverse(&all.a);
    now->g = sym_mul_mat(&ai, &all.h);
    now->own = sym_mul(&ai, reel_v3_sub(moment, all.n));
    if (t->n_rows > 0) { /* for tree_respond() */
        now->ai = ai;
        now->h = all.h;
    }
    if (node->parent < 0 && node->joint == TREE_BALL) {
        return;
    }
    articulated left;
    left.m = sym_less(&all.m, &all.h, &now->g);
    left.f = reel_v3_add(all.f, tmul_v(&all.h, now->own));
    if (node->joint == TREE_FREE) {
        now->mi = inverse(&left.m);
        now->zf = reel_v3_scale(sym_mul(&now->mi, left.f), -1);
        return;
    }
    left.f = reel_v3_add(left.f, sym_mul(&left.m, now->zf));
    left.h = cross_sym(now->arm, &left.m);
    left.a = crossed_twice(&left.h, now->arm);
    left.n = reel_v3_add(moment, reel_v3_cross(now->arm, left.f));
    hand_over(t, node, &left);
}

/* The same for joints of at most one freedom, which pass on moments as well. */
static void pass_on(const tree *t, tree_node *node, const double *y)
{
    tree_motion *now = &node->now;
    articulated all = gather(node);
    if (node->joint != TREE_FIXED) {
        const bool hinge = node->joint == TREE_HINGE;
        now->un = hinge ? sym_mul(&all.a, now->u) : mul_v(&all.h, now->u);
        now->uf = hinge ? tmul_v(&all.h, now->u) : sym_mul(&all.m, now->u);
        now->d = reel_v3_dot(now->u, hinge ? now->un : now->uf);
        const double spring = node->stiffness * (y[0] - node->slack) + node->damping * y[1];
        now->push = t->damped * (node->drive - spring) - reel_v3_dot(now->u, hinge ? all.n : all.f);
        const double s = -1 / now->d;
        sym_add_square(&all.a, s, now->un);
        mat_add_outer(&all.h, s, now->un, now->uf);
        sym_add_square(&all.m, s, now->uf);
        all.n = reel_v3_madd(all.n, now->push / now->d, now->un);
        all.f = reel_v3_madd(all.f, now->push / now->d, now->uf);
    }
    if (node->parent < 0) {
        return;
    }
    all.n = reel_v3_add(all.n, reel_v3_add(sym_mul(&all.a, now->zn), mul_v(&all.h, now->zf)));
    all.f = reel_v3_add(all.f, reel_v3_add(tmul_v(&all.h, now->zn), sym_mul(&all.m, now->zf)));
    const mat3 rm = cross_sym(now->arm, &all.m);
    const sym twice = crossed_twice(&rm, now->arm);
    sym_take_both(&all.a, &all.h, now->arm); /* a - h [r] + [r] h^T - [r] m [r] */
    sym_add(&all.a, &twice);
    mat_add(&all.h, &rm);
    all.n = reel_v3_add(all.n, reel_v3_cross(now->arm, all.f));
    hand_over(t, node, &all);
}

/* ---- outwards: accelerations ---- */

static inline void accelerate(const tree *t, tree_node *node)
{
    tree_motion *now = &node->now;
    const tree_motion *up = parent_of(t, node);
    now->acc = now->zf;
    if (node->joint != TREE_FREE) {
        const vec3 base = node->parent < 0 ? reel_v3_scale(t->gravity, -1) : up->acc;
        now->acc = reel_v3_add(now->acc, reel_v3_add(base, reel_v3_cross(up->turn, now->arm)));
    }
    if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
        now->turn = reel_v3_sub(now->own, mul_v(&now->g, now->acc));
        return;
    }
    now->turn = reel_v3_add(up->turn, now->zn);
    if (node->joint == TREE_FIXED) {
        return;
    }
    const double held = reel_v3_dot(now->un, now->turn) + reel_v3_dot(now->uf, now->acc);
    now->rate = (now->push - held) / now->d;
    if (node->joint == TREE_HINGE) {
        now->turn = reel_v3_madd(now->turn, now->rate, now->u);
    } else {
        now->acc = reel_v3_madd(now->acc, now->rate, now->u);
    }
}

void tree_accelerate(tree *t, const double *y)
{
    for (int i = t->n - 1; i >= 0; i--) {
        tree_node *node = &t->nodes[i];
        if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
            pass_on_ball(t, node);
        } else {
            pass_on(t, node, y + node->at);
        }
    }
    for (int i = 0; i < t->n; i++) {
        accelerate(t, &t->nodes[i]);
    }
}

/* ---- the same once more for other forces: only what is linear in them ---- */

static void respond_inwards(tree *t, tree_node *node)
{
    tree_motion *now = &node->now;
    vec3 n = reel_v3_scale(now->in_n, -1), f = reel_v3_scale(now->in_f, -1);
    if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
        now->more_own = reel_v3_scale(sym_mul(&now->ai, n), -1);
        f = reel_v3_add(f, tmul_v(&now->h, now->more_own));
        n = reel_v3(0, 0, 0);
        if (node->joint == TREE_FREE) {
            now->more_acc = reel_v3_scale(sym_mul(&now->mi, f), -1);
            return;
        }
    } else if (node->joint != TREE_FIXED) {
        now->more_push = now->in_push - reel_v3_dot(now->u, node->joint == TREE_HINGE ? n : f);
        n = reel_v3_madd(n, now->more_push / now->d, now->un);
        f = reel_v3_madd(f, now->more_push / now->d, now->uf);
    }
    if (node->parent >= 0) {
        tree_motion *up = &t->nodes[node->parent].now;
        up->in_n = reel_v3_sub(reel_v3_sub(up->in_n, n), reel_v3_cross(now->arm, f));
        up->in_f = reel_v3_sub(up->in_f, f);
    }
}

static void respond_outwards(tree *t, tree_node *node)
{
    tree_motion *now = &node->now;
    const tree_motion *up = parent_of(t, node);
    if (node->joint != TREE_FREE) {
        now->more_acc = reel_v3_add(up->more_acc, reel_v3_cross(up->more_turn, now->arm));
    }
    if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
        now->more_turn = reel_v3_sub(now->more_own, mul_v(&now->g, now->more_acc));
        return;
    }
    now->more_turn = up->more_turn;
    if (node->joint == TREE_FIXED) {
        return;
    }
    const double held = reel_v3_dot(now->un, now->more_turn) + reel_v3_dot(now->uf, now->more_acc);
    now->more_rate = (now->more_push - held) / now->d;
    if (node->joint == TREE_HINGE) {
        now->more_turn = reel_v3_madd(now->more_turn, now->more_rate, now->u);
    } else {
        now->more_acc = reel_v3_madd(now->more_acc, now->more_rate, now->u);
    }
}

void tree_respond(tree *t, int first, int last)
{
    for (int i = last; i >= first; i--) {
        respond_inwards(t, &t->nodes[i]);
    }
    for (int i = first; i <= last; i++) {
        respond_outwards(t, &t->nodes[i]);
    }
}

/* ---- coordinates ---- */

static inline void put(double *y, vec3 v)
{
    y[0] = v.x;
    y[1] = v.y;
    y[2] = v.z;
}

static inline void put_turning(double *dy, const double *q, vec3 w)
{
    const double x = w.x / 2, y = w.y / 2, z = w.z / 2;
    dy[0] = -x * q[1] - y * q[2] - z * q[3];
    dy[1] = x * q[0] + y * q[3] - z * q[2];
    dy[2] = y * q[0] + z * q[1] - x * q[3];
    dy[3] = z * q[0] + x * q[2] - y * q[1];
}

void tree_put_rates(const tree *t, double *y)
{
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        double *out = y + node->at;
        if (node->joint == TREE_FREE) {
            put(out + 7, reel_v3_add(node->now.acc, t->gravity));
            put(out + 10, node->now.turn);
        } else if (node->joint == TREE_BALL) {
            put(out + 4, node->now.turn);
        } else if (node->joint != TREE_FIXED) {
            out[1] = node->now.rate;
        }
    }
}

static double power(const tree *t, const double *y)
{
    double sum = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const vec3 v = reel_v3_add(node->now.v, reel_v3_cross(node->now.w, node->now.c));
        sum += reel_v3_dot(node->force, v) + reel_v3_dot(node->torque, node->now.w);
        if (node->drive != 0) {
            sum += node->drive * y[node->at + 1];
        }
    }
    for (int i = 0; i < t->n_rows; i++) {
        const tree_row *row = &t->rows[i];
        if (row->kind == TREE_MOTOR && row->mode == 2) {
            sum += row->force * y[t->nodes[row->a].at + 1];
        }
    }
    return sum;
}

void tree_rates(tree *t, const double *y, double *dy)
{
    if (t->all_ball && t->stage != TREE_STAGES - 1 && t->n_rows == 0 && !t->working) {
        place_briefly(t, y);
    } else {
        tree_place(t, y);
    }
    if (t->n_rows > 0) {
        tree_measure_rows(t, y);
    }
    tree_accelerate(t, y);
    if (t->n_active > 0) {
        double wanted[TREE_ROWS];
        tree_want_rows(t, wanted);
        tree_hold_rows(t, wanted);
    }
    if (t->n_rows > 0) {
        tree_note_rows(t);
    }
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const double *in = y + node->at;
        double *out = dy + node->at;
        if (node->joint == TREE_FREE) {
            put(out, node->now.v);
            put_turning(out + 3, in + 3, node->now.w);
        } else if (node->joint == TREE_BALL) {
            put_turning(out, in, node->now.w);
        } else if (node->joint != TREE_FIXED) {
            out[0] = in[1];
        }
    }
    tree_put_rates(t, dy);
    dy[t->size - 1] = t->working ? power(t, y) : 0;
}
