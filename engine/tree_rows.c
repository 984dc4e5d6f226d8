/*
 * tree_rows.c - what acts on a forest besides its joints: gears, distances, motors, end stops.
 *
 * An active row is a constraint J a = wanted on the accelerations. Its force acts along J^T; what a
 * unit of each does to all of them is found by running the articulated bodies' factors once more,
 * and the small system that follows is solved by elimination. Rows that follow from others carry
 * nothing.
 */
#include "engine/tree.h"

typedef reel_vec3 vec3;

static const vec3 nil = {0, 0, 0};

static vec3 point_of(const tree *t, int node, vec3 at, vec3 *arm, vec3 *velocity)
{
    if (node < 0) {
        *arm = *velocity = nil;
        return at;
    }
    const tree_motion *now = &t->nodes[node].now;
    *arm = reel_v3_add(now->c, reel_mat3_mul_v(now->r, at));
    *velocity = reel_v3_add(now->v, reel_v3_cross(now->w, *arm));
    return reel_v3_add(now->p, *arm);
}

static void measure_length(tree *t, tree_row *row)
{
    vec3 va, vb;
    const vec3 a = point_of(t, row->a, row->at_a, &row->arm_a, &va);
    const vec3 b = point_of(t, row->b, row->at_b, &row->arm_b, &vb);
    const vec3 gap = reel_v3_sub(a, b);
    row->length = reel_v3_len(gap);
    row->along = reel_v3_unit(gap, nil);
    row->rate = reel_v3_dot(row->along, reel_v3_sub(va, vb));
    row->pull = -row->stiffness * (row->length - row->rest) - row->damping * row->rate;
}

/* A force on a body of the forest, at a point that is `arm` from P. */
static void add_force(tree *t, int node, vec3 arm, vec3 f)
{
    if (node >= 0) {
        tree_node *to = &t->nodes[node];
        const vec3 from_centre = reel_v3_sub(arm, to->now.c);
        to->f = reel_v3_add(to->f, f);
        to->t = reel_v3_add(to->t, reel_v3_cross(from_centre, f));
    }
}

void tree_measure_rows(tree *t, const double *y)
{
    if (t->sprung && t->damped > 0) {
        for (int i = 0; i < t->n; i++) {
            t->nodes[i].f = t->nodes[i].force;
            t->nodes[i].t = t->nodes[i].torque;
        }
    }
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        const double *a = y + t->nodes[row->a].at;
        if (row->kind == TREE_LENGTH) {
            measure_length(t, row);
            if (t->sprung && t->damped > 0) {
                const vec3 f = reel_v3_scale(row->along, row->pull);
                add_force(t, row->a, row->arm_a, f);
                add_force(t, row->b, row->arm_b, reel_v3_scale(f, -1));
            }
        } else if (row->kind == TREE_GEAR) {
            row->rate = a[1] - row->ratio * y[t->nodes[row->b].at + 1];
        } else {
            row->rate = a[1];
        }
    }
}

void tree_want_rows(const tree *t, double *wanted)
{
    for (int i = 0; i < t->n_active; i++) {
        const tree_row *row = &t->rows[t->active[i]];
        const bool eases = row->kind == TREE_MOTOR && row->cap > 0 && row->zone == 0;
        wanted[i] = row->lack / t->h - (eases ? TREE_SERVO * row->rate : 0);
    }
}

/* ---- one row against the accelerations, and its unit force ---- */

static vec3 of_point(vec3 turn, vec3 acc, vec3 arm)
{
    return reel_v3_add(acc, reel_v3_cross(turn, arm));
}

/* Acceleration of the row's coordinate; of its velocity terms, those that are not in acc. */
static double acceleration(const tree *t, const tree_row *row)
{
    const tree_motion *a = &t->nodes[row->a].now;
    if (row->kind == TREE_GEAR) {
        return a->rate - row->ratio * t->nodes[row->b].now.rate;
    }
    if (row->kind != TREE_LENGTH) {
        return a->rate;
    }
    vec3 va = reel_v3_cross(a->w, row->arm_a), vb = nil, off;
    off = reel_v3_add(of_point(a->turn, reel_v3_add(a->acc, t->gravity), row->arm_a),
                      reel_v3_cross(a->w, va));
    va = reel_v3_add(va, a->v);
    if (row->b >= 0) {
        const tree_motion *b = &t->nodes[row->b].now;
        vb = reel_v3_cross(b->w, row->arm_b);
        const vec3 there =
            reel_v3_add(of_point(b->turn, reel_v3_add(b->acc, t->gravity), row->arm_b),
                        reel_v3_cross(b->w, vb));
        off = reel_v3_sub(off, there);
        vb = reel_v3_add(vb, b->v);
    }
    const vec3 v = reel_v3_sub(va, vb);
    const double across = reel_v3_dot(v, v) - row->rate * row->rate;
    return reel_v3_dot(row->along, off) + across / row->length;
}

/* The same of what tree_respond() has found. */
static double response(const tree *t, const tree_row *row)
{
    const tree_motion *a = &t->nodes[row->a].now;
    if (row->kind == TREE_GEAR) {
        return a->more_rate - row->ratio * t->nodes[row->b].now.more_rate;
    }
    if (row->kind != TREE_LENGTH) {
        return a->more_rate;
    }
    double sum = reel_v3_dot(row->along, of_point(a->more_turn, a->more_acc, row->arm_a));
    if (row->b >= 0) {
        const tree_motion *b = &t->nodes[row->b].now;
        sum -= reel_v3_dot(row->along, of_point(b->more_turn, b->more_acc, row->arm_b));
    }
    return sum;
}

static void put_in(tree *t, int node, vec3 arm, vec3 f)
{
    if (node >= 0) {
        tree_motion *now = &t->nodes[node].now;
        now->in_f = reel_v3_add(now->in_f, f);
        now->in_n = reel_v3_add(now->in_n, reel_v3_cross(arm, f));
    }
}

static void put_row(tree *t, const tree_row *row, double force)
{
    if (row->kind == TREE_LENGTH) {
        const vec3 f = reel_v3_scale(row->along, force);
        put_in(t, row->a, row->arm_a, f);
        put_in(t, row->b, row->arm_b, reel_v3_scale(f, -1));
        return;
    }
    t->nodes[row->a].now.in_push += force;
    if (row->kind == TREE_GEAR) {
        t->nodes[row->b].now.in_push -= row->ratio * force;
    }
}

static void clear(tree *t, int node)
{
    const int root = t->nodes[node].tree;
    for (int i = root; i <= t->nodes[root].last; i++) {
        tree_motion *now = &t->nodes[i].now;
        now->in_n = now->in_f = now->more_turn = now->more_acc = nil;
        now->in_push = now->more_rate = 0;
    }
}

static bool has_second(const tree *t, const tree_row *row)
{
    return (row->kind == TREE_LENGTH || row->kind == TREE_GEAR) && row->b >= 0 &&
           t->nodes[row->b].tree != t->nodes[row->a].tree;
}

static void clear_row(tree *t, const tree_row *row)
{
    clear(t, row->a);
    if (has_second(t, row)) {
        clear(t, row->b);
    }
}

static void respond(tree *t, const tree_row *row)
{
    const int a = t->nodes[row->a].tree;
    tree_respond(t, a, t->nodes[a].last);
    if (has_second(t, row)) {
        const int b = t->nodes[row->b].tree;
        tree_respond(t, b, t->nodes[b].last);
    }
}

/* ---- all of them ---- */

/* LDL^T in place, below the diagonal; a row that follows from those before has no pivot. */
static void factor(tree *t)
{
    const int n = t->n_active;
    for (int i = 0; i < n; i++) {
        const double size = t->k[i][i];
        for (int c = 0; c < i; c++) {
            double sum = t->k[i][c];
            for (int s = 0; s < c; s++) {
                sum -= t->k[i][s] * t->k[c][s] * t->k[s][s];
            }
            t->k[i][c] = t->k[c][c] > 0 ? sum / t->k[c][c] : 0;
        }
        for (int s = 0; s < i; s++) {
            t->k[i][i] -= t->k[i][s] * t->k[i][s] * t->k[s][s];
        }
        if (!(t->k[i][i] > 1e-11 * size)) {
            t->k[i][i] = 0;
        }
    }
}

static void solve(const tree *t, double *x)
{
    const int n = t->n_active;
    for (int i = 0; i < n; i++) {
        for (int s = 0; s < i; s++) {
            x[i] -= t->k[i][s] * x[s];
        }
        x[i] = t->k[i][i] > 0 ? x[i] : 0;
    }
    for (int i = n - 1; i >= 0; i--) {
        x[i] = t->k[i][i] > 0 ? x[i] / t->k[i][i] : 0;
        for (int s = i + 1; s < n; s++) {
            x[i] -= t->k[i][i] > 0 ? t->k[s][i] * x[s] : 0;
        }
    }
}

static void add_responses(tree *t)
{
    for (int i = 0; i < t->n; i++) {
        tree_motion *now = &t->nodes[i].now;
        now->turn = reel_v3_add(now->turn, now->more_turn);
        now->acc = reel_v3_add(now->acc, now->more_acc);
        now->rate += now->more_rate;
    }
}

void tree_hold_rows(tree *t, const double *wanted)
{
    double x[TREE_ROWS];
    for (int i = 0; i < t->n; i = t->nodes[i].last + 1) {
        clear(t, i);
    }
    for (int i = 0; i < t->n_active; i++) {
        const tree_row *row = &t->rows[t->active[i]];
        put_row(t, row, 1);
        respond(t, row);
        for (int c = i; c < t->n_active; c++) {
            t->k[c][i] = response(t, &t->rows[t->active[c]]);
        }
        clear_row(t, row);
        x[i] = wanted[i] - acceleration(t, row);
    }
    factor(t);
    solve(t, x);
    for (int i = 0; i < t->n_active; i++) {
        t->rows[t->active[i]].force = x[i];
        put_row(t, &t->rows[t->active[i]], x[i]);
    }
    for (int i = 0; i < t->n; i = t->nodes[i].last + 1) {
        tree_respond(t, i, t->nodes[i].last);
    }
    add_responses(t);
}

/* ---- what they carried ---- */

static void forces_now(const tree *t, const tree_row *row, vec3 *f, vec3 *a, vec3 *b)
{
    const bool held = row->mode != 0 && row->kind == TREE_LENGTH;
    const double along = (t->damped > 0 ? row->pull : 0) + (held ? row->force : 0);
    *f = reel_v3_scale(row->along, along);
    *a = reel_v3_cross(reel_v3_sub(row->arm_a, t->nodes[row->a].now.c), *f);
    *b = nil;
    if (row->b >= 0) {
        *b = reel_v3_cross(reel_v3_sub(row->arm_b, t->nodes[row->b].now.c), *f);
    }
}

void tree_note_rows(tree *t)
{
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        if (row->kind == TREE_LENGTH) {
            forces_now(t, row, &row->stage_f[t->stage], &row->stage_a[t->stage],
                       &row->stage_b[t->stage]);
        } else if (row->kind == TREE_GEAR) {
            row->stage_l[t->stage] = row->force;
        }
    }
}

static void add_sums(tree *t, tree_row *row, double by, vec3 f, vec3 a, vec3 b)
{
    tree_node *node = &t->nodes[row->a];
    row->load = reel_v3_madd(row->load, by, f);
    node->link_force = reel_v3_madd(node->link_force, by, f);
    node->link_torque = reel_v3_madd(node->link_torque, by, a);
    if (row->b >= 0) {
        node = &t->nodes[row->b];
        node->link_force = reel_v3_madd(node->link_force, -by, f);
        node->link_torque = reel_v3_madd(node->link_torque, -by, b);
    }
}

void tree_sum_rows(tree *t, double dt)
{
    static const double weight[TREE_STAGES] = {
        35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0}; /* tree_step.c */
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        for (int s = 0; s < TREE_STAGES; s++) {
            if (row->kind == TREE_LENGTH) {
                add_sums(t, row, dt * weight[s], row->stage_f[s], row->stage_a[s], row->stage_b[s]);
            } else if (row->kind == TREE_GEAR) {
                row->load_along += dt * weight[s] * row->stage_l[s];
            }
        }
    }
}

void tree_sum_impulses(tree *t)
{
    for (int i = 0; i < t->n_active; i++) {
        tree_row *row = &t->rows[t->active[i]];
        if (row->kind == TREE_LENGTH) {
            vec3 f, a, b;
            forces_now(t, row, &f, &a, &b);
            add_sums(t, row, 1, f, a, b);
        } else if (row->kind == TREE_GEAR) {
            row->load_along += row->force;
        }
    }
}
