/*
 * gears.c - gears in an island that ODE solves.
 *
 * ODE has no row between two joints. So the force of each gear is found from outside: the island is
 * solved with some forces, the gears' errors of rate tell better ones, until the rates agree. They
 * are linear in the forces while no contact changes its mind: three solutions for one gear, n + 2
 * for n (Broyden's method: C. G. Broyden, Math. Comp. 19 (1965) 577). What the last step had is
 * where the search begins, so gears at rest need one.
 */
#include "engine/joints.h"

#include <ode/ode.h>

enum { GEARS_MOST = 16, GEARS_TRIES = 24 };
#define RATE_SLACK 1e-10 /* of 1 + the rate, in the unit of joint_a */
#define RATE_FAULT 1e-4  /* the same: more is a fault of the take */

typedef struct gear {
    int joint;
    joint_place a, b;
    double wanted; /* error of rate that closes a part of the error of position */
    double scale;
    double inertia; /* that the gear's force sees, about */
} gear;

typedef struct gearing {
    int n;
    gear gears[GEARS_MOST];
    double force[GEARS_MOST], off[GEARS_MOST];
    double slope[GEARS_MOST][GEARS_MOST]; /* of off by force */
    double best[GEARS_MOST], best_off;
} gearing;

static reel_vec3 ode_velocity(const reel_sim *sim, int body, reel_vec3 at)
{
    if (joint_is_ground(sim, body)) {
        return reel_v3(0, 0, 0);
    }
    const dReal *v = dBodyGetLinearVel(sim->bodies[body].ode);
    const dReal *w = dBodyGetAngularVel(sim->bodies[body].ode);
    const reel_vec3 arm = reel_v3_sub(at, sim->state.bodies[body].p);
    return reel_v3_add(reel_v3(v[0], v[1], v[2]), reel_v3_cross(reel_v3(w[0], w[1], w[2]), arm));
}

static reel_vec3 ode_omega(const reel_sim *sim, int body)
{
    if (joint_is_ground(sim, body)) {
        return reel_v3(0, 0, 0);
    }
    const dReal *w = dBodyGetAngularVel(sim->bodies[body].ode);
    return reel_v3(w[0], w[1], w[2]);
}

/* Rate of a joint where it was at the start of the step, with the velocities that ODE has found. */
static double rate_after(const reel_sim *sim, int j, const joint_place *place)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const reel_vec3 by =
        joint->kind == REEL_JOINT_HINGE
            ? reel_v3_sub(ode_omega(sim, joint->body_a), ode_omega(sim, joint->body_b))
            : reel_v3_sub(ode_velocity(sim, joint->body_a, place->at),
                          ode_velocity(sim, joint->body_b, place->at));
    return reel_v3_dot(place->axis, by);
}

static bool collect(const reel_sim *sim, const island *isle, gearing *all)
{
    const int root = (int)(isle - sim->islands);
    all->n = 0;
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (joint->kind != REEL_JOINT_GEAR || sim->state.joints[j].released ||
            sim->root[joint->body_a] != root) {
            continue;
        }
        if (all->n == GEARS_MOST) {
            return false;
        }
        const double ratio = joint->ratio, error = joint_find(sim, j).position;
        gear *g = &all->gears[all->n];
        *g = (gear){
            .joint = j, .a = joint_find(sim, joint->joint_a), .b = joint_find(sim, joint->joint_b)};
        const double close = SIM_JOINT_ERP * fabs(error) / sim->h;
        g->wanted = copysign(fmin(close, SIM_PUSH_SPEED), -error);
        g->scale = 1 + fabs(g->a.rate);
        g->inertia = 1 / (1 / sim->state.joints[joint->joint_a].frame.inertia +
                          ratio * ratio / sim->state.joints[joint->joint_b].frame.inertia);
        all->force[all->n++] = 0;
    }
    return true;
}

static void set_force(reel_sim *sim, gearing *all, int i, double force)
{
    const reel_joint *joint = &sim->scene->joints[all->gears[i].joint];
    const double more = force - all->force[i];
    joint_push(sim, joint->joint_a, &all->gears[i].a, more);
    joint_push(sim, joint->joint_b, &all->gears[i].b, -joint->ratio * more);
    all->force[i] = force;
}

/* Solves the island with these forces; the largest error of rate, relative. */
static reel_status attempt(reel_sim *sim, island *isle, gearing *all, const double *force,
                           double *worst, reel_error *err)
{
    for (int i = 0; i < all->n; i++) {
        set_force(sim, all, i, force[i]);
    }
    const reel_status status = island_step(sim, isle, err);
    if (status != REEL_OK) {
        return status;
    }
    *worst = 0;
    for (int i = 0; i < all->n; i++) {
        const gear *g = &all->gears[i];
        const reel_joint *joint = &sim->scene->joints[g->joint];
        const double a = rate_after(sim, joint->joint_a, &g->a);
        const double b = rate_after(sim, joint->joint_b, &g->b);
        all->off[i] = a - joint->ratio * b - g->wanted;
        *worst = fmax(*worst, fabs(all->off[i]) / g->scale);
    }
    if (*worst < all->best_off) {
        all->best_off = *worst;
        for (int i = 0; i < all->n; i++) {
            all->best[i] = all->force[i];
        }
    }
    return REEL_OK;
}

/* slope x = -off, by elimination with row pivots; false: it is singular. */
static bool newton(const gearing *all, double *x)
{
    double m[GEARS_MOST][GEARS_MOST + 1];
    const int n = all->n;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < n; k++) {
            m[i][k] = all->slope[i][k];
        }
        m[i][n] = -all->off[i];
    }
    for (int c = 0; c < n; c++) {
        int pivot = c;
        for (int i = c + 1; i < n; i++) {
            pivot = fabs(m[i][c]) > fabs(m[pivot][c]) ? i : pivot;
        }
        if (!(fabs(m[pivot][c]) > 0)) {
            return false;
        }
        for (int k = 0; k <= n; k++) {
            const double swap = m[c][k];
            m[c][k] = m[pivot][k];
            m[pivot][k] = swap;
        }
        for (int i = c + 1; i < n; i++) {
            const double f = m[i][c] / m[c][c];
            for (int k = c; k <= n; k++) {
                m[i][k] -= f * m[c][k];
            }
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        x[i] = m[i][n];
        for (int k = i + 1; k < n; k++) {
            x[i] -= m[i][k] * x[k];
        }
        x[i] /= m[i][i];
    }
    return true;
}

/* The slopes from one solution more for each gear. */
static reel_status measure_slopes(reel_sim *sim, island *isle, gearing *all, reel_error *err)
{
    double start[GEARS_MOST], off[GEARS_MOST], force[GEARS_MOST], worst;
    for (int i = 0; i < all->n; i++) {
        start[i] = force[i] = all->force[i];
        off[i] = all->off[i];
    }
    for (int k = 0; k < all->n; k++) {
        const double least = 1e-3 * all->gears[k].scale;
        const double change = copysign(fmax(fabs(off[k]), least), off[k]);
        const double by = -change * all->gears[k].inertia / sim->h;
        force[k] = start[k] + by;
        const reel_status status = attempt(sim, isle, all, force, &worst, err);
        if (status != REEL_OK) {
            return status;
        }
        for (int i = 0; i < all->n; i++) {
            all->slope[i][k] = (all->off[i] - off[i]) / by;
        }
        force[k] = start[k];
    }
    for (int i = 0; i < all->n; i++) {
        set_force(sim, all, i, start[i]);
        all->off[i] = off[i];
    }
    return REEL_OK;
}

static void update_slopes(gearing *all, const double *step, const double *before)
{
    double size = 0;
    for (int i = 0; i < all->n; i++) {
        size += step[i] * step[i];
    }
    for (int i = 0; i < all->n && size > 0; i++) {
        double miss = all->off[i] - before[i];
        for (int k = 0; k < all->n; k++) {
            miss -= all->slope[i][k] * step[k];
        }
        for (int k = 0; k < all->n; k++) {
            all->slope[i][k] += miss * step[k] / size;
        }
    }
}

static reel_status search(reel_sim *sim, island *isle, gearing *all, reel_error *err)
{
    double force[GEARS_MOST], step[GEARS_MOST], before[GEARS_MOST], worst;
    for (int i = 0; i < all->n; i++) {
        force[i] = sim->state.joints[all->gears[i].joint].load;
    }
    all->best_off = HUGE_VAL;
    reel_status status = attempt(sim, isle, all, force, &worst, err);
    if (status == REEL_OK && worst > RATE_SLACK) {
        status = measure_slopes(sim, isle, all, err);
    }
    for (int t = 0; status == REEL_OK && all->best_off > RATE_SLACK && t < GEARS_TRIES; t++) {
        if (!newton(all, step)) {
            break;
        }
        for (int i = 0; i < all->n; i++) {
            before[i] = all->off[i];
            force[i] = all->force[i] + step[i];
        }
        status = attempt(sim, isle, all, force, &worst, err);
        update_slopes(all, step, before);
    }
    return status;
}

static bool is_at_best(const gearing *all)
{
    for (int i = 0; i < all->n; i++) {
        if (all->force[i] != all->best[i]) {
            return false;
        }
    }
    return true;
}

reel_status gears_solve(reel_sim *sim, island *isle, reel_error *err)
{
    gearing all;
    if (!collect(sim, isle, &all)) {
        return reel_fail(err, REEL_E_REFUSED, "more than %d gears act on one another in contact",
                         GEARS_MOST);
    }
    reel_status status = search(sim, isle, &all, err);
    if (status == REEL_OK && !is_at_best(&all)) {
        double best[GEARS_MOST], worst;
        for (int i = 0; i < all.n; i++) {
            best[i] = all.best[i];
        }
        status = attempt(sim, isle, &all, best, &worst, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    sim->state.audit.solver_messages += all.best_off > RATE_FAULT;
    for (int i = 0; i < all.n; i++) {
        const gear *g = &all.gears[i];
        joint_state *state = &sim->state.joints[g->joint];
        const bool turns =
            sim->scene->joints[sim->scene->joints[g->joint].joint_a].kind == REEL_JOINT_HINGE;
        const reel_vec3 load = reel_v3_scale(g->a.axis, all.force[i]);
        state->load = all.force[i];
        *(turns ? &state->torque : &state->force) = load;
    }
    return REEL_OK;
}
