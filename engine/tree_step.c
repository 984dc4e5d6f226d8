/*
 * tree_step.c - one step of a forest through time.
 *
 * Runge-Kutta of order 5 with an estimate of order 4 (J. R. Dormand, P. J. Prince, J. Comp. Appl.
 * Math. 6 (1980) 19), in stretches whose length keeps the estimated error of a velocity below
 * TOLERANCE of the largest one. Where a row's mode ends within a stretch, that moment is found.
 */
#include "engine/tree.h"

#include "base/trig.h"

#define TURN           0.5  /* rad: most that a body turns in a stretch */
#define TOLERANCE      1e-7 /* relative to the largest velocity, per stretch, of LONG_CHAIN nodes; */
#define LONG_CHAIN     4    /* of more by the cube of their number, */
#define TOLERANCE_MOST 1e-5  /* as far as this */
#define SHORTEST       1024  /* of the step */
#define EVENT_SLACK    1e-10 /* of a row's margin: how far behind its moment an event is found */
#define EVENT_FLOOR    1e-12 /* and how far it is behind it at least */

enum { EVENTS_MOST = 32, EVENT_TRIES = 60 };

/* ---- through time ---- */

/* Largest angular and linear velocities of the forest's bodies, with a floor. */
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

/* The estimated error of coordinate i over dt. */
static inline double error_of(double *const k[TREE_STAGES], double dt, int i)
{
    return dt * fabs(71.0 / 57600 * k[0][i] - 71.0 / 16695 * k[2][i] + 71.0 / 1920 * k[3][i] -
                     17253.0 / 339200 * k[4][i] + 22.0 / 525 * k[5][i] - 1.0 / 40 * k[6][i]);
}

static inline double error_of_three(double *const k[TREE_STAGES], double dt, int i)
{
    return fmax(error_of(k, dt, i), fmax(error_of(k, dt, i + 1), error_of(k, dt, i + 2)));
}

/* Largest estimated error of a rate, relative to the largest velocity of its kind. */
static double worst(const tree *t, double *const k[TREE_STAGES], double dt, double turn,
                    double speed)
{
    double most = 0;
    for (int i = 0; i < t->n; i++) {
        const tree_node *node = &t->nodes[i];
        double relative = 0;
        switch (node->joint) {
        case TREE_FREE:
            relative = error_of_three(k, dt, node->at + 7) / speed +
                       error_of_three(k, dt, node->at + 10) / turn;
            break;
        case TREE_BALL: relative = error_of_three(k, dt, node->at + 4) / turn; break;
        case TREE_HINGE: relative = error_of(k, dt, node->at + 1) / turn; break;
        case TREE_SLIDER: relative = error_of(k, dt, node->at + 1) / speed; break;
        case TREE_FIXED: break;
        }
        if (!(relative <= most)) {
            most = relative;
        }
        if (!(most == most)) {
            return most;
        }
    }
    return most;
}

static void combine(int n, const double *restrict y, double dt, const double *a, double *const *k,
                    int terms, double *restrict out)
{
    const double a0 = dt * a[0], a1 = dt * a[1], a2 = dt * a[2], a3 = dt * a[3], a4 = dt * a[4],
                 a5 = dt * a[5];
    const double *restrict k0 = k[0], *restrict k1 = k[1], *restrict k2 = k[2], *restrict k3 = k[3],
                           *restrict k4 = k[4], *restrict k5 = k[5];
    switch (terms) {
    case 1:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + a0 * k0[i];
        }
        break;
    case 2:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + (a0 * k0[i] + a1 * k1[i]);
        }
        break;
    case 3:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + (a0 * k0[i] + a1 * k1[i] + a2 * k2[i]);
        }
        break;
    case 4:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + (a0 * k0[i] + a1 * k1[i] + a2 * k2[i] + a3 * k3[i]);
        }
        break;
    case 5:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + (a0 * k0[i] + a1 * k1[i] + a2 * k2[i] + a3 * k3[i] + a4 * k4[i]);
        }
        break;
    default:
        for (int i = 0; i < n; i++) {
            out[i] = y[i] + (a0 * k0[i] + a2 * k2[i] + a3 * k3[i] + a4 * k4[i] + a5 * k5[i]);
        }
        break;
    }
}

/* From y, where k[0] is known, by dt to `out`, where k[6] is then known. */
static void stretch(tree *t, const double *y, double *const k[TREE_STAGES], double dt, double *out)
{
    static const double a[TREE_STAGES][6] = {
        {0},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {44.0 / 45, -56.0 / 15, 32.0 / 9},
        {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
        {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
        {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
    };
    for (int s = 1; s < TREE_STAGES; s++) {
        combine(t->size, y, dt, a[s], k, s, out);
        t->stage = s;
        tree_rates(t, out, k[s]);
    }
    t->n_steps++;
}

/* The way through a step: y and k[0] at `done`. */
typedef struct way {
    double *y, *out, *k[TREE_STAGES];
    double h, done, dt;
    double turn, speed;
    int events;
} way;

static void look_around(tree *t, way *w)
{
    t->stage = 0;
    tree_rates(t, w->y, w->k[0]);
    measure(t, &w->turn, &w->speed);
}

/* The end of the stretch is where the next one begins. */
static void accept(tree *t, way *w, double dt)
{
    double *swap = w->y;
    w->y = w->out;
    w->out = swap;
    swap = w->k[0];
    w->k[0] = w->k[TREE_STAGES - 1];
    w->k[TREE_STAGES - 1] = swap;
    w->done += dt;
    tree_sum_rows(t, dt);
    for (int i = 0; i < t->n_rows; i++) {
        tree_row *row = &t->rows[i];
        row->stage_f[0] = row->stage_f[TREE_STAGES - 1];
        row->stage_a[0] = row->stage_a[TREE_STAGES - 1];
        row->stage_b[0] = row->stage_b[TREE_STAGES - 1];
        row->stage_l[0] = row->stage_l[TREE_STAGES - 1];
    }
    measure(t, &w->turn, &w->speed);
}

/* A row's mode ends within the stretch of dt: goes to just behind that moment. Bisection, and the
 * secant where that falls inside. */
static double go_to_event(tree *t, way *w, double dt, double margin)
{
    double before = 0, after = dt, least = 0;
    for (int i = 0; i < EVENT_TRIES && margin < -EVENT_SLACK && after - before > 1e-13 * w->h;
         i++) {
        double at = (before + after) / 2;
        if (i % 3 != 2 && least > 0) {
            const double secant = before + (after - before) * least / (least - margin);
            at = fmin(secant + 1e-3 * (after - before), before + 0.999 * (after - before));
        }
        stretch(t, w->y, w->k, at, w->out);
        const double now = tree_margin(t, w->out);
        if (now < -EVENT_FLOOR) {
            after = at;
            margin = now;
        } else {
            before = at;
            least = now;
        }
    }
    stretch(t, w->y, w->k, after, w->out);
    return after;
}

/* What the next stretch may be of this one. */
static double factor_for(double error, double tolerance)
{
    if (!(error == error)) {
        return 0.1;
    }
    if (error < tolerance * 1e-4) {
        return 5;
    }
    const double by = 0.9 * reel_exp(0.2 * reel_log(tolerance / error));
    return fmax(0.1, fmin(5, by));
}

/* Long chains are chaotic: what is right to seven digits now is not in a second. */
static double tolerance_of(const tree *t)
{
    const double parts = fmax(1, (double)t->n / LONG_CHAIN);
    return fmin(TOLERANCE_MOST, TOLERANCE * parts * parts * parts);
}

/* False: it cannot. */
static bool integrate(tree *t, way *w)
{
    if (t->n_rows > 0 && !tree_choose_modes(t, w->y, true)) {
        return false;
    }
    const double tolerance = tolerance_of(t);
    look_around(t, w);
    while (w->done < w->h) {
        const double left = w->h - w->done, most = fmin(w->dt, TURN / w->turn);
        const double parts = fmax(1, ceil(left / most - 1e-9));
        double dt = left / parts;
        stretch(t, w->y, w->k, dt, w->out);
        const double error = worst(t, w->k, dt, w->turn, w->speed),
                     by = factor_for(error, tolerance);
        if (!(error <= tolerance) && dt > w->h / SHORTEST) {
            w->dt = dt * by;
            continue;
        }
        if (!(error <= 10 * tolerance)) { /* the shortest stretch may have more */
            return false;
        }
        w->dt = dt * by;
        const double margin = t->n_rows > 0 ? tree_margin(t, w->out) : 1;
        if (margin < -EVENT_SLACK) {
            dt = go_to_event(t, w, dt, margin);
            accept(t, w, dt);
            if (++w->events > EVENTS_MOST || !tree_choose_modes(t, w->y, false)) {
                return false;
            }
            look_around(t, w);
        } else {
            accept(t, w, dt);
            w->done = parts == 1 ? w->h : w->done;
        }
    }
    t->stretch = w->dt;
    return true;
}

bool tree_step(tree *t, double h, reel_vec3 gravity)
{
    const int room = TREE_SIZE * t->n + TREE_SUMS + 1;
    way w = {.y = t->room, .out = t->room + room, .h = h};
    for (int s = 0; s < TREE_STAGES; s++) {
        w.k[s] = t->room + room * (s + 2);
    }
    t->gravity = gravity;
    t->h = h;
    t->damped = 1;
    t->n_steps = 0;
    w.dt = t->stretch > 0 ? t->stretch : h;
    if (!tree_enter(t, w.y) || !integrate(t, &w)) {
        return false;
    }
    tree_leave(t, w.y);
    return true;
}
