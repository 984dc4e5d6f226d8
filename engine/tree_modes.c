/*
 * tree_modes.c - which rows hold: taut or slack, at a stop or off it, motors that keep up or not.
 *
 * Between two events each row has one mode and the motion is smooth; where one changes, the forest
 * is looked at anew. What hits a stop or the end of a rope stays there: all that would go on is
 * made to stop by impulses, those that would have to pull instead of push are let go, until none is
 * left (the strongest offender first). The same is done with forces; a motor that would need more
 * than it has pushes with what it has.
 */
#include "engine/tree.h"

typedef reel_vec3 vec3;

#define CLOSE_BY   1e-9 /* m, rad: at the end of a rope, at a stop */
#define SLOW       1e-9 /* m/s, rad/s: relative to 1 + the rate asked for */
#define MAX_GAP    1e-3 /* m, rad: how far past its end a row may be */
#define CLOSING    0.2  /* share of that which is closed in a step, */
#define CLOSE_RATE 0.05 /* but not faster than this */

static bool is_rod(const tree_row *row)
{
    return row->kind == TREE_LENGTH && row->lo == row->hi;
}

static bool is_always(const tree_row *row)
{
    return row->kind == TREE_GEAR || is_rod(row);
}

static double coordinate(const tree *t, const tree_row *row, const double *y)
{
    return row->kind == TREE_LENGTH ? row->length : y[t->nodes[row->a].at];
}

static double servo_speed(const tree_row *row, double at)
{
    if (row->cap == 0) {
        return row->target;
    }
    return fmax(-row->cap, fmin(row->cap, TREE_SERVO * (row->target - at)));
}

/* ---- velocities that agree with joints and rows ---- */

static void zero_rates(const tree *t, double *y)
{
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        double *at = y + node->at;
        const int first = node->joint == TREE_FREE ? 7 : node->joint == TREE_BALL ? 4 : 1;
        const int last = node->joint == TREE_FREE ? 13 : node->joint == TREE_BALL ? 7 : 2;
        for (int k = first; node->joint != TREE_FIXED && k < last; k++) {
            at[k] = 0;
        }
    }
}

/* Bodies at rest, forces or impulses in f and t: `wanted` of the active rows. */
static void push_at_rest(tree *t, double *y, const double *wanted)
{
    t->gravity = reel_v3(0, 0, 0);
    t->damped = 0;
    zero_rates(t, y);
    tree_place(t, y);
    tree_measure_rows(t, y);
    tree_accelerate(t, y);
    if (t->n_active > 0) {
        tree_hold_rows(t, wanted);
    }
}

static void rest_is_over(tree *t, vec3 gravity)
{
    t->gravity = gravity;
    t->damped = 1;
    for (int i = 0; i < t->n; i++) {
        t->nodes[i].f = t->nodes[i].force;
        t->nodes[i].t = t->nodes[i].torque;
    }
}

void tree_project(tree *t, double *y)
{
    const double wanted[TREE_ROWS] = {0};
    const vec3 gravity = t->gravity;
    push_at_rest(t, y, wanted);
    tree_put_rates(t, y);
    rest_is_over(t, gravity);
}

/* Momenta of the bodies as they are placed. */
static void load_momenta(tree *t)
{
    for (int i = 0; i < t->n; i++) {
        tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        const vec3 spin = reel_mat3_mul_v(node->inertia, reel_mat3_tmul_v(now->r, now->w));
        const vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        node->f = reel_v3_scale(v, node->mass);
        node->t = reel_mat3_mul_v(now->r, spin);
    }
}

/* ---- gaps ---- */

/* How far past its end an active row is, signed. */
static double gap_of(const tree *t, const tree_row *row, const double *y)
{
    if (row->kind == TREE_GEAR) {
        return row->error + y[t->nodes[row->a].at] - row->ratio * y[t->nodes[row->b].at];
    }
    if (row->kind == TREE_MOTOR) {
        return 0;
    }
    const double at = coordinate(t, row, y);
    return is_rod(row) || row->mode > 0 ? at - row->hi : at - row->lo;
}

static void displace(tree *t, double *y)
{
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        double *at = y + node->at;
        if (node->joint == TREE_FREE) {
            at[0] += now->acc.x;
            at[1] += now->acc.y;
            at[2] += now->acc.z;
            at += 3;
        }
        if (node->joint == TREE_FREE || node->joint == TREE_BALL) {
            const reel_quat q = {at[0], at[1], at[2], at[3]};
            const vec3 turn = reel_v3_scale(now->turn, 0.5);
            const reel_quat to =
                reel_quat_unit(reel_quat_mul((reel_quat){1, turn.x, turn.y, turn.z}, q));
            at[0] = to.w;
            at[1] = to.x;
            at[2] = to.y;
            at[3] = to.z;
        } else if (node->joint != TREE_FIXED) {
            at[0] += now->rate;
        }
    }
}

/* Of what the active rows gape a part is closed; the rates stay. */
static bool close_gaps(tree *t, double *y)
{
    double wanted[TREE_ROWS], worst = 0;
    for (int i = 0; i < t->n_active; i++) {
        const double gap = gap_of(t, &t->rows[t->active[i]], y);
        const double by = fmin(CLOSING * fabs(gap), CLOSE_RATE * t->h);
        wanted[i] = fabs(gap) > 1e-13 ? copysign(by, -gap) : 0;
        worst = fmax(worst, fabs(gap));
    }
    if (!(worst <= MAX_GAP)) {
        return false;
    }
    if (worst <= 1e-12) {
        return true;
    }
    const vec3 gravity = t->gravity;
    double *was = t->room + (TREE_STAGES + 1) * (TREE_SIZE * t->n + TREE_SUMS + 1);
    for (int k = 0; k < t->size; k++) {
        was[k] = y[k];
    }
    for (int i = 0; i < t->n; i++) {
        t->nodes[i].f = t->nodes[i].t = reel_v3(0, 0, 0);
    }
    push_at_rest(t, y, wanted);
    for (int k = 0; k < t->size; k++) {
        y[k] = was[k];
    }
    displace(t, y);
    rest_is_over(t, gravity);
    return true;
}

/* ---- modes ---- */

static void list_active(tree *t)
{
    t->n_active = 0;
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        row->force = 0;
        if (is_always(row) || (row->kind == TREE_MOTOR ? row->mode == 2 : row->mode != 0)) {
            t->active[t->n_active++] = i;
        }
    }
}

/* What a stop or an end may do: push away from it. */
static bool is_wrong(const tree_row *row)
{
    const bool one_way = !is_always(row) && row->kind != TREE_MOTOR;
    return one_way && row->mode * row->force > 0;
}

/* The active row that is most wrong, or -1. */
static int find_wrong(const tree *t)
{
    int worst = -1;
    for (int i = 0; i < t->n_active; i++) {
        const tree_row *row = &t->rows[t->active[i]];
        if (is_wrong(row) && (worst < 0 || fabs(row->force) > fabs(t->rows[worst].force))) {
            worst = t->active[i];
        }
    }
    return worst;
}

/* At an end: mode; 0: off it. */
static int end_of(const tree *t, const tree_row *row, const double *y)
{
    const double at = coordinate(t, row, y);
    if (row->kind == TREE_LENGTH && row->length == 0) {
        return 0;
    }
    return at >= row->hi - CLOSE_BY ? 1 : at <= row->lo + CLOSE_BY ? -1 : 0;
}

/* Ends that are reached hold for the time being; is one of them, or of the gears, being passed? */
static bool find_ends(tree *t, const double *y)
{
    bool hit = false;
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        if (row->kind == TREE_MOTOR) {
            row->mode = 0;
            continue;
        }
        row->mode = is_always(row) ? 1 : end_of(t, row, y);
        hit |= is_always(row) ? fabs(row->rate) > SLOW : row->mode * row->rate > SLOW;
        if (!is_always(row) && row->mode * row->rate < -SLOW) {
            row->mode = 0; /* it is leaving */
        }
    }
    return hit;
}

/* Impulses of the ends that hold. */
static bool stop_at_ends(tree *t, double *y)
{
    const double wanted[TREE_ROWS] = {0};
    const vec3 gravity = t->gravity;
    load_momenta(t);
    for (int tries = 0; tries <= t->n_rows; tries++) {
        list_active(t);
        push_at_rest(t, y, wanted);
        const int wrong = find_wrong(t);
        if (wrong < 0) {
            tree_put_rates(t, y);
            tree_sum_impulses(t);
            rest_is_over(t, gravity);
            return true;
        }
        t->rows[wrong].mode = 0;
        t->gravity = gravity;
    }
    rest_is_over(t, gravity);
    return false;
}

static void choose_motor(tree *t, tree_row *row, const double *y)
{
    const double at = y[t->nodes[row->a].at];
    const double speed = servo_speed(row, at), lack = row->lack = speed - row->rate;
    const double room = row->cap > 0 ? fabs(row->target - at) - row->cap / TREE_SERVO : 0;
    row->zone = room > 0 ? (row->target > at ? 1 : -1) : 0;
    row->mode = fabs(lack) <= SLOW * (1 + fabs(speed)) ? 2 : lack > 0 ? 1 : -1;
}

static void set_drives(tree *t)
{
    for (int i = 0; i < t->n_rows; i++) {
        const tree_row *row = &t->rows[i];
        if (row->kind == TREE_MOTOR) {
            t->nodes[row->a].drive = row->mode == 2 ? 0 : row->mode * row->most;
        }
    }
}

/* Forces: one that is wrong lets go, a motor that is too weak gives what it has. */
static bool settle_forces(tree *t, const double *y)
{
    double wanted[TREE_ROWS];
    for (int tries = 0; tries <= 2 * t->n_rows; tries++) {
        list_active(t);
        set_drives(t);
        if (t->n_active == 0) {
            return true;
        }
        tree_place(t, y);
        tree_measure_rows(t, y);
        tree_accelerate(t, y);
        tree_want_rows(t, wanted);
        tree_hold_rows(t, wanted);
        const int wrong = find_wrong(t);
        if (wrong >= 0) {
            t->rows[wrong].mode = 0;
            continue;
        }
        int weak = -1;
        for (int i = 0; i < t->n_active; i++) {
            const tree_row *row = &t->rows[t->active[i]];
            if (row->kind == TREE_MOTOR && fabs(row->force) > row->most &&
                (weak < 0 ||
                 fabs(row->force) - row->most > fabs(t->rows[weak].force) - t->rows[weak].most)) {
                weak = t->active[i];
            }
        }
        if (weak < 0) {
            return true;
        }
        t->rows[weak].mode = t->rows[weak].force > 0 ? 1 : -1;
    }
    return false;
}

static double kinetic(const tree *t)
{
    double sum = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        const tree_motion *now = &node->now;
        const vec3 own = reel_mat3_tmul_v(now->r, now->w);
        const vec3 v = reel_v3_add(now->v, reel_v3_cross(now->w, now->c));
        sum += 0.5 * (node->mass * reel_v3_dot(v, v) +
                      reel_v3_dot(own, reel_mat3_mul_v(node->inertia, own)));
    }
    return sum;
}

bool tree_choose_modes(tree *t, double *y, bool first)
{
    tree_place(t, y);
    tree_measure_rows(t, y);
    if (find_ends(t, y)) {
        const double before = first ? kinetic(t) : 0;
        if (!stop_at_ends(t, y)) {
            return false;
        }
        tree_place(t, y);
        tree_measure_rows(t, y);
        t->loss += first ? before - kinetic(t) : 0;
    }
    if (first) {
        list_active(t);
        if (!close_gaps(t, y)) {
            return false;
        }
        tree_place(t, y);
        tree_measure_rows(t, y);
    }
    for (int i = 0; i < t->n_rows; i++) {
        t->rows[i].lack = -t->rows[i].rate;
        if (t->rows[i].kind == TREE_MOTOR) {
            choose_motor(t, &t->rows[i], y);
        }
    }
    return settle_forces(t, y);
}

/* How far a row is from the end of its mode, in units of its own; 1: it has none. */
static double margin_of(const tree *t, const tree_row *row, const double *y)
{
    if (is_always(row)) {
        return 1;
    }
    const double at = coordinate(t, row, y);
    if (row->kind != TREE_MOTOR) {
        if (row->mode != 0) {
            return -row->mode * row->force;
        }
        return fmin(row->hi - at, at - row->lo);
    }
    double margin;
    if (row->mode == 2) {
        margin = 1 - fabs(row->force) / row->most;
    } else {
        const double speed = servo_speed(row, at);
        margin = row->mode * (speed - row->rate) / (1 + fabs(speed));
    }
    if (row->cap > 0) {
        const double near = row->cap / TREE_SERVO;
        const double room =
            row->zone == 0 ? near - fabs(row->target - at) : row->zone * (row->target - at) - near;
        margin = fmin(margin, room);
    }
    return margin;
}

double tree_margin(const tree *t, const double *y)
{
    double least = 1;
    for (int i = 0; i < t->n_rows; i++) {
        least = fmin(least, margin_of(t, &t->rows[i], y));
    }
    return least;
}
