/*
 * tree.c - accelerations of a joint tree: Featherstone's articulated-body algorithm.
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
 * the step, with their rates. Then the sums: impulse of the world's joint, work of the forces.
 */
#include "engine/tree.h"

#include "base/trig.h"

static void add(reel_mat3 *to, const reel_mat3 *b)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            to->m[i][j] += b->m[i][j];
        }
    }
}

/* to += s x y^T */
static void add_outer(reel_mat3 *to, double s, reel_vec3 x, reel_vec3 y)
{
    const double a[3] = {s * x.x, s * x.y, s * x.z};
    for (int i = 0; i < 3; i++) {
        to->m[i][0] += a[i] * y.x;
        to->m[i][1] += a[i] * y.y;
        to->m[i][2] += a[i] * y.z;
    }
}

static reel_mat3 mul(const reel_mat3 *a, const reel_mat3 *b)
{
    reel_mat3 out;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            out.m[i][j] =
                a->m[i][0] * b->m[0][j] + a->m[i][1] * b->m[1][j] + a->m[i][2] * b->m[2][j];
        }
    }
    return out;
}

/* a b^T where that is symmetric. */
static reel_mat3 mul_symmetric(const reel_mat3 *a, const reel_mat3 *b)
{
    reel_mat3 out;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j <= i; j++) {
            out.m[i][j] = out.m[j][i] =
                a->m[i][0] * b->m[j][0] + a->m[i][1] * b->m[j][1] + a->m[i][2] * b->m[j][2];
        }
    }
    return out;
}

/* to -= a^T b where that is symmetric. */
static void take_symmetric(reel_mat3 *to, const reel_mat3 *a, const reel_mat3 *b)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j <= i; j++) {
            const double sum =
                a->m[0][i] * b->m[0][j] + a->m[1][i] * b->m[1][j] + a->m[2][i] * b->m[2][j];
            to->m[i][j] -= sum;
            to->m[j][i] = to->m[i][j];
        }
    }
}

/* to -= b [r] */
static void take_crossed(reel_mat3 *to, const reel_mat3 *b, reel_vec3 r)
{
    for (int i = 0; i < 3; i++) {
        to->m[i][0] += b->m[i][2] * r.y - b->m[i][1] * r.z;
        to->m[i][1] += b->m[i][0] * r.z - b->m[i][2] * r.x;
        to->m[i][2] += b->m[i][1] * r.x - b->m[i][0] * r.y;
    }
}

/* [r] b with [r] x = r x x: the cross product with each column. */
static reel_mat3 cross_mul(reel_vec3 r, const reel_mat3 *b)
{
    reel_mat3 out;
    for (int j = 0; j < 3; j++) {
        out.m[0][j] = r.y * b->m[2][j] - r.z * b->m[1][j];
        out.m[1][j] = r.z * b->m[0][j] - r.x * b->m[2][j];
        out.m[2][j] = r.x * b->m[1][j] - r.y * b->m[0][j];
    }
    return out;
}

/* Of a symmetric, positive definite matrix: cofactors. */
static reel_mat3 inverse(const reel_mat3 *a)
{
    const double xx = a->m[1][1] * a->m[2][2] - a->m[1][2] * a->m[1][2];
    const double xy = a->m[0][2] * a->m[1][2] - a->m[0][1] * a->m[2][2];
    const double xz = a->m[0][1] * a->m[1][2] - a->m[0][2] * a->m[1][1];
    const double yy = a->m[0][0] * a->m[2][2] - a->m[0][2] * a->m[0][2];
    const double yz = a->m[0][1] * a->m[0][2] - a->m[0][0] * a->m[1][2];
    const double zz = a->m[0][0] * a->m[1][1] - a->m[0][1] * a->m[0][1];
    const double s = 1 / (a->m[0][0] * xx + a->m[0][1] * xy + a->m[0][2] * xz);
    return (reel_mat3){
        {{s * xx, s * xy, s * xz}, {s * xy, s * yy, s * yz}, {s * xz, s * yz, s * zz}}};
}

static const tree_motion world = {.q = {1, 0, 0, 0}, .r = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}};

static const tree_motion *parent_of(const tree *t, const tree_node *node)
{
    return node->parent < 0 ? &world : &t->nodes[node->parent].now;
}

static reel_vec3 vec(const double *y)
{
    return reel_v3(y[0], y[1], y[2]);
}

static reel_quat hinge_turn(const tree_node *node, double angle)
{
    double s, c;
    reel_sincos(angle / 2, &s, &c);
    const reel_vec3 u = node->parent_axis;
    return (reel_quat){c, s * u.x, s * u.y, s * u.z};
}

/* Place and velocity of a node whose parent has its own. */
static void place(const tree *t, tree_node *node, const double *y)
{
    const tree_motion *up = parent_of(t, node);
    tree_motion *now = &node->now;
    now->arm = reel_mat3_mul_v(up->r, node->reach);
    now->w = up->w;
    now->zn = reel_v3(0, 0, 0);
    reel_vec3 drift = reel_v3(0, 0, 0); /* of P relative to the parent */
    switch (node->joint) {
    case TREE_FREE:
        now->arm = vec(y);
        now->q = reel_quat_unit((reel_quat){y[3], y[4], y[5], y[6]});
        drift = vec(y + 7);
        now->w = vec(y + 10);
        break;
    case TREE_BALL:
        now->q = reel_quat_unit((reel_quat){y[0], y[1], y[2], y[3]});
        now->w = vec(y + 4);
        break;
    case TREE_HINGE:
        now->u = reel_mat3_mul_v(up->r, node->parent_axis);
        now->q = reel_quat_mul(reel_quat_mul(up->q, hinge_turn(node, y[0])), node->rel);
        now->zn = reel_v3_scale(reel_v3_cross(up->w, now->u), y[1]);
        now->w = reel_v3_madd(up->w, y[1], now->u);
        break;
    case TREE_SLIDER:
        now->u = reel_mat3_mul_v(up->r, node->parent_axis);
        now->arm = reel_v3_madd(now->arm, y[0], now->u);
        drift = reel_v3_scale(now->u, y[1]);
        now->q = reel_quat_mul(up->q, node->rel);
        break;
    case TREE_FIXED: now->q = reel_quat_mul(up->q, node->rel); break;
    }
    const reel_vec3 swing = reel_v3_cross(up->w, now->arm);
    now->r = reel_mat3_from_quat(now->q);
    now->c = reel_v3_scale(reel_mat3_mul_v(now->r, node->anchor), -1);
    now->p = reel_v3_add(up->p, now->arm);
    now->v = reel_v3_add(reel_v3_add(up->v, swing), drift);
    now->zf = reel_v3_cross(up->w, reel_v3_madd(swing, 2, drift));
}

void tree_place(tree *t, const double *y)
{
    for (int i = 0; i < t->n; i++) {
        place(t, &t->nodes[i], y + t->nodes[i].at);
    }
}

/* The body's own inertia and bias: Newton's and Euler's equations at P. */
static void begin_body(tree_node *node)
{
    tree_motion *now = &node->now;
    const double m = node->mass;
    const reel_vec3 c = now->c, mc = reel_v3_scale(c, m);
    const reel_mat3 half = mul(&now->r, &node->inertia);
    const reel_mat3 inertia = mul_symmetric(&half, &now->r);
    const double mcc = reel_v3_dot(mc, c);
    now->a = inertia;
    add_outer(&now->a, -1, mc, c);
    now->m = (reel_mat3){{{m, 0, 0}, {0, m, 0}, {0, 0, m}}};
    now->h = (reel_mat3){{{0, -mc.z, mc.y}, {mc.z, 0, -mc.x}, {-mc.y, mc.x, 0}}};
    for (int i = 0; i < 3; i++) {
        now->a.m[i][i] += mcc;
    }
    const reel_vec3 gyro = reel_v3_cross(now->w, reel_mat3_mul_v(inertia, now->w));
    const reel_vec3 pull = reel_v3_cross(now->w, reel_v3_cross(now->w, mc));
    now->pf = reel_v3_sub(pull, node->f);
    now->pn = reel_v3_add(reel_v3_sub(gyro, node->t), reel_v3_cross(c, now->pf));
}

/* What is left of a body on a ball joint, seen from the parent: a mass at P, and a force. */
static void pass_on_ball(const tree *t, tree_node *node, tree_motion *up)
{
    tree_motion *now = &node->now;
    const reel_vec3 slip = reel_v3_sub(now->w, parent_of(t, node)->w);
    const reel_vec3 moment = reel_v3_scale(slip, -t->damped * node->damping);
    now->ai = inverse(&now->a);
    now->g = mul(&now->ai, &now->h);
    now->own = reel_mat3_mul_v(now->ai, reel_v3_sub(moment, now->pn));
    reel_mat3 m = now->m;
    take_symmetric(&m, &now->h, &now->g);
    const reel_vec3 f = reel_v3_add(reel_v3_add(now->pf, reel_mat3_tmul_v(now->h, now->own)),
                                    reel_mat3_mul_v(m, now->zf));
    if (node->joint == TREE_FREE) {
        const reel_mat3 mi = inverse(&m);
        now->zf = reel_v3_scale(reel_mat3_mul_v(mi, f), -1);
        return;
    }
    if (!up) {
        return;
    }
    const reel_mat3 rm = cross_mul(now->arm, &m);
    take_crossed(&up->a, &rm, now->arm);
    add(&up->h, &rm);
    add(&up->m, &m);
    up->pn = reel_v3_add(reel_v3_add(up->pn, moment), reel_v3_cross(now->arm, f));
    up->pf = reel_v3_add(up->pf, f);
}

/* The same for joints of at most one freedom, which pass on moments as well. */
static void pass_on(const tree *t, tree_node *node, const double *y, tree_motion *up)
{
    tree_motion *now = &node->now;
    reel_mat3 a = now->a, h = now->h, m = now->m;
    reel_vec3 n = now->pn, f = now->pf;
    if (node->joint != TREE_FIXED) {
        const bool hinge = node->joint == TREE_HINGE;
        now->un = reel_mat3_mul_v(hinge ? a : h, now->u);
        now->uf = hinge ? reel_mat3_tmul_v(h, now->u) : reel_mat3_mul_v(m, now->u);
        now->d = reel_v3_dot(now->u, hinge ? now->un : now->uf);
        now->push = -t->damped * node->damping * y[1] - reel_v3_dot(now->u, hinge ? n : f);
        add_outer(&a, -1 / now->d, now->un, now->un);
        add_outer(&h, -1 / now->d, now->un, now->uf);
        add_outer(&m, -1 / now->d, now->uf, now->uf);
        n = reel_v3_madd(n, now->push / now->d, now->un);
        f = reel_v3_madd(f, now->push / now->d, now->uf);
    }
    if (!up) {
        return;
    }
    n = reel_v3_add(n, reel_v3_add(reel_mat3_mul_v(a, now->zn), reel_mat3_mul_v(h, now->zf)));
    f = reel_v3_add(f, reel_v3_add(reel_mat3_tmul_v(h, now->zn), reel_mat3_mul_v(m, now->zf)));
    const reel_mat3 rm = cross_mul(now->arm, &m);
    reel_mat3 hr = {{{0}}};
    take_crossed(&hr, &h, now->arm);
    for (int i = 0; i < 3; i++) { /* a - h [r] + [r] h^T - [r] m [r] */
        for (int k = 0; k < 3; k++) {
            up->a.m[i][k] += a.m[i][k] + hr.m[i][k] + hr.m[k][i];
        }
    }
    take_crossed(&up->a, &rm, now->arm);
    add(&up->h, &h);
    add(&up->h, &rm);
    add(&up->m, &m);
    up->pn = reel_v3_add(reel_v3_add(up->pn, n), reel_v3_cross(now->arm, f));
    up->pf = reel_v3_add(up->pf, f);
}

static void accelerate(const tree *t, tree_node *node)
{
    tree_motion *now = &node->now;
    const bool rooted = node->parent < 0;
    const tree_motion *up = parent_of(t, node);
    const reel_vec3 base = rooted ? reel_v3_scale(t->gravity, -1) : up->acc;
    now->turn = up->turn;
    now->acc = now->zf;
    if (node->joint != TREE_FREE) {
        now->acc = reel_v3_add(now->acc, reel_v3_add(base, reel_v3_cross(up->turn, now->arm)));
    }
    if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
        now->turn = reel_v3_sub(now->own, reel_mat3_mul_v(now->g, now->acc));
        return;
    }
    now->turn = reel_v3_add(now->turn, now->zn);
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
    for (int i = 0; i < t->n; i++) {
        begin_body(&t->nodes[i]);
    }
    for (int i = t->n - 1; i >= 0; i--) {
        tree_node *node = &t->nodes[i];
        tree_motion *up = node->parent < 0 ? NULL : &t->nodes[node->parent].now;
        if (node->joint == TREE_BALL || node->joint == TREE_FREE) {
            pass_on_ball(t, node, up);
        } else {
            pass_on(t, node, y + node->at, up);
        }
    }
    for (int i = 0; i < t->n; i++) {
        accelerate(t, &t->nodes[i]);
    }
    const tree_motion *root = &t->nodes[0].now;
    t->ground = reel_v3(0, 0, 0);
    if (t->nodes[0].joint != TREE_FREE) {
        const reel_vec3 inertial =
            reel_v3_add(reel_mat3_tmul_v(root->h, root->turn), reel_mat3_mul_v(root->m, root->acc));
        t->ground = reel_v3_add(inertial, root->pf);
    }
}

static void put(double *y, reel_vec3 v)
{
    y[0] = v.x;
    y[1] = v.y;
    y[2] = v.z;
}

static void put_turning(double *dy, const double *y, reel_vec3 w)
{
    const reel_quat q = {y[0], y[1], y[2], y[3]};
    const reel_quat d = reel_quat_mul((reel_quat){0, w.x / 2, w.y / 2, w.z / 2}, q);
    dy[0] = d.w;
    dy[1] = d.x;
    dy[2] = d.y;
    dy[3] = d.z;
}

void tree_rates(tree *t, const double *y, double *dy)
{
    tree_place(t, y);
    tree_accelerate(t, y);
    double power = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        double *out = dy + node->at;
        const double *in = y + node->at;
        if (node->joint == TREE_FREE) {
            put(out, now->v);
            put_turning(out + 3, in + 3, now->w);
            put(out + 7, reel_v3_add(now->acc, t->gravity));
            put(out + 10, now->turn);
        } else if (node->joint == TREE_BALL) {
            put_turning(out, in, now->w);
            put(out + 4, now->turn);
        } else if (node->joint != TREE_FIXED) {
            out[0] = in[1];
            out[1] = now->rate;
        }
        const reel_vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        power += reel_v3_dot(node->f, v) + reel_v3_dot(node->t, now->w);
    }
    put(dy + t->size - TREE_SUMS, t->ground);
    dy[t->size - 1] = power;
}
