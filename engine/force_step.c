/*
 * force_step.c - bodies that act on one another through fields, through one step together.
 *
 * Runge-Kutta of order 5 with an error estimate (J. R. Cash, A. H. Karp, ACM Trans. Math. Softw. 16
 * (1990) 201), as for joint trees: a step is cut into up to TICKS stretches in powers of two. The
 * estimated error of one is at most TOLERANCE of a body's speed, more the shorter the stretch is,
 * and a single tick may have any that is not wild: there a body enters a field. Impulse and work of
 * the fields are integrated along, so that the books agree with the motion to rounding, momentum,
 * and to its order, energy.
 *
 * Bodies in contact or on joints go on under the drag of air and water and under the rest of what
 * acted on them in the step before: what comes out is the mean of the fields' forces, which the
 * solver then gets. Both sides of a pair see the same instants, so action is reaction also between
 * a body that flies and one that rests.
 */
#include "engine/force.h"

#include <stdio.h>

enum { TICKS = 1024 };
#define TOLERANCE 1e-12 /* of the velocity, for a whole step in one stretch */
#define IN_FLOW   1e-11 /* the same of what air or water turns: its faces come and go in the flow */
#define WORST     1e-2  /* the same: what a single tick may have */

static reel_vec3 spin_to_omega(const body_fixed *fixed, const reel_mat3 *r, reel_vec3 spin)
{
    return reel_mat3_mul_v(*r, reel_mat3_mul_v(fixed->inv_inertia, reel_mat3_tmul_v(*r, spin)));
}

static void place(const reel_sim *sim, flyer *f, const flyer_state *y)
{
    f->p = y->p;
    f->v = y->v;
    f->r = reel_mat3_from_quat(reel_quat_unit(y->q));
    f->w = spin_to_omega(&sim->bodies[f->body], &f->r, y->spin);
}

static void rate_of(const reel_sim *sim, const flyer *f, const flyer_state *y, flyer_state *dy)
{
    const bool free = f->kind == FLYER_FREE;
    const reel_vec3 none = {0, 0, 0};
    const reel_vec3 force = reel_v3_add(f->force, free ? sim->force[f->body] : none);
    const reel_vec3 torque = reel_v3_add(f->torque, free ? sim->torque[f->body] : none);
    const double by_mass = sim->bodies[f->body].inv_mass;
    const reel_quat turn = reel_quat_mul((reel_quat){0, f->w.x, f->w.y, f->w.z}, y->q);
    dy->p = f->v;
    const body_state *state = &sim->state.bodies[f->body];
    dy->v = free ? reel_v3_madd(sim->scene->gravity, by_mass, force)
                 : reel_v3_scale(reel_v3_add(f->drag, state->held_force), by_mass);
    dy->q = (reel_quat){turn.w / 2, turn.x / 2, turn.y / 2, turn.z / 2};
    dy->spin = free ? torque : reel_v3_add(f->drag_torque, state->held_torque);
    dy->push = f->force;
    dy->twist = f->torque;
    dy->work = free ? reel_v3_dot(force, f->v) + reel_v3_dot(torque, f->w) : 0;
}

static void rates(const reel_sim *sim, int n, const flyer_state *y, flyer_state *dy)
{
    flyer *flyers = sim->forces->flyers;
    for (int i = 0; i < n; i++) {
        if (flyers[i].kind != FLYER_STILL) {
            place(sim, &flyers[i], &y[i]);
        }
    }
    forces_evaluate(sim, flyers, n);
    for (int i = 0; i < n; i++) {
        if (flyers[i].kind != FLYER_STILL) {
            rate_of(sim, &flyers[i], &y[i], &dy[i]);
        }
    }
}

/* What a body's error is measured by: how fast its surface moves, or may do within the step. */
static double surface_speed(const reel_sim *sim, const flyer *f)
{
    const body_fixed *fixed = &sim->bodies[f->body];
    const double a = reel_v3_len(f->force) * fixed->inv_mass + reel_v3_len(sim->scene->gravity);
    const double spin = reel_v3_len(spin_to_omega(fixed, &f->r, f->torque));
    return reel_v3_len(f->v) + fixed->reach * reel_v3_len(f->w) +
           sim->h * (a + fixed->reach * spin) + 1e-9;
}

static double quat_len(reel_quat q)
{
    return sqrt(q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
}

static double error_of(const reel_sim *sim, const flyer *f, const flyer_state *error)
{
    const body_fixed *fixed = &sim->bodies[f->body];
    const double dv = reel_v3_len(error->push) * fixed->inv_mass;
    const double dw = reel_v3_len(spin_to_omega(fixed, &f->r, error->twist));
    const double all = (dv + fixed->reach * dw) / surface_speed(sim, f) + quat_len(error->q);
    const bool drags = reel_v3_dot(f->drag_torque, f->drag_torque) > 0;
    return drags ? all * (TOLERANCE / IN_FLOW) : all;
}

/* From y, where k[0] is known, by dt to `out`; returns the estimated error, NaN if it makes none.
 */
static double stretch(reel_sim *sim, int n, const flyer_state *y, flyer_state *const k[], double dt,
                      flyer_state *out)
{
    static const double a[FORCE_STAGES][FORCE_STAGES] = {
        {0},
        {1.0 / 5},
        {3.0 / 40, 9.0 / 40},
        {3.0 / 10, -9.0 / 10, 6.0 / 5},
        {-11.0 / 54, 5.0 / 2, -70.0 / 27, 35.0 / 27},
        {1631.0 / 55296, 175.0 / 512, 575.0 / 13824, 44275.0 / 110592, 253.0 / 4096},
    };
    static const double b[FORCE_STAGES] = {37.0 / 378,  0, 250.0 / 621,
                                           125.0 / 594, 0, 512.0 / 1771};
    static const double b4[FORCE_STAGES] = {
        2825.0 / 27648, 0, 18575.0 / 48384, 13525.0 / 55296, 277.0 / 14336, 1.0 / 4};
    const int size = n * FLYER_SIZE;
    const double *from = (const double *)y;
    double *to = (double *)out;
    for (int s = 1; s < FORCE_STAGES; s++) {
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int j = 0; j < s; j++) {
                sum += a[s][j] * ((const double *)k[j])[i];
            }
            to[i] = from[i] + dt * sum;
        }
        rates(sim, n, out, k[s]);
    }
    for (int i = 0; i < size; i++) {
        double sum = 0, off = 0;
        for (int j = 0; j < FORCE_STAGES; j++) {
            const double rate = ((const double *)k[j])[i];
            sum += b[j] * rate;
            off += (b[j] - b4[j]) * rate;
        }
        to[i] = from[i] + dt * sum;
        ((double *)k[FORCE_STAGES - 1])[i] = dt * off;
    }
    double worst = 0;
    for (int i = 0; i < n; i++) {
        const flyer *f = &sim->forces->flyers[i];
        if (f->kind != FLYER_STILL) {
            const double error = error_of(sim, f, &k[FORCE_STAGES - 1][i]);
            worst = error <= worst ? worst : error;
            if (!(error == error)) {
                return error;
            }
            out[i].q = reel_quat_unit(out[i].q);
        }
    }
    return worst;
}

static void begin(const reel_sim *sim, int n, flyer_state *y)
{
    for (int i = 0; i < n; i++) {
        const flyer *f = &sim->forces->flyers[i];
        const body_state *state = &sim->state.bodies[f->body];
        y[i] = (flyer_state){.p = state->p, .v = state->v, .q = state->q};
        if (f->kind != FLYER_STILL) {
            y[i].spin = body_inertia_mul(&sim->bodies[f->body], state, state->w);
        }
    }
}

static reel_status too_wild(const reel_sim *sim, reel_error *err)
{
    const int body = sim->forces->flyers[0].body;
    char field[32];
    snprintf(field, sizeof field, "bodies[%d]", body);
    return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, field,
                        "the force fields about body \"%s\" change too fast for a step of %.3g s "
                        "at step %lld",
                        sim->scene->bodies[body].name, sim->h, (long long)sim->state.step);
}

reel_status forces_integrate(reel_sim *sim, int n, flyer_state **result, reel_error *err)
{
    sim_forces *forces = sim->forces;
    flyer_state *y = forces->start, *out = forces->end, *k[FORCE_STAGES];
    for (int s = 0; s < FORCE_STAGES; s++) {
        k[s] = forces->rates + (size_t)s * (size_t)n;
        for (int i = 0; i < n; i++) {
            k[s][i] = (flyer_state){.work = 0}; /* of what stands still */
        }
    }
    begin(sim, n, y);
    int done = 0, ticks = TICKS;
    rates(sim, n, y, k[0]);
    while (done < TICKS) {
        const double error = stretch(sim, n, y, k, sim->h * ticks / TICKS, out);
        const double limit = TOLERANCE * TICKS / ticks; /* kinks are few: short ones may err more */
        if (!(error <= limit) && ticks > 1) {
            ticks /= 2;
            continue;
        }
        if (!(error <= WORST)) {
            return too_wild(sim, err);
        }
        done += ticks;
        flyer_state *swap = y;
        y = out;
        out = swap;
        if (done == TICKS) {
            break;
        }
        rates(sim, n, y, k[0]);
        if (error < limit / 128 && done % (2 * ticks) == 0 && done + 2 * ticks <= TICKS) {
            ticks *= 2;
        }
    }
    *result = y;
    return REEL_OK;
}
