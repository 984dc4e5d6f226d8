/*
 * watch.c - what the audit must see of every step: bodies that gain speed from nothing, that are
 * put elsewhere, that tremble. Compares the bodies' states around the solvers. base/take.h defines
 * the figures (reel_audit).
 */
#include "engine/sim.h"

#include "base/trig.h"

#define TREMBLE_TIME    0.25 /* s: window over which trembling is judged */
#define TREMBLE_SLOW    1e-4 /* m/s: reversals of less are rounding */
#define TREMBLE_SUDDEN  0.5  /* of the window's top speed: so much changes in a step */
#define TREMBLE_TIMES   8    /* reversals in that time that are trembling */
#define GRAVITY_AND_ALL 1e-6 /* m: of a step's way, rounding and what bends it */

struct sim_watch {
    body_before *before; /* [n_bodies] */
    bool *sprung;        /* [n_bodies] on a joint that works: motor, spring */
    obstacle *obstacles; /* [n_geoms] of tunnel.c */
    int *order, *by;     /* [n_bodies] of settle.c */
    reel_vec3 *momentum, *force;
};

static void find_sprung(reel_sim *sim)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (joint->motor != REEL_MOTOR_NONE || joint->stiffness > 0) {
            sim->watch->sprung[joint->body_a] = true;
            if (joint->body_b >= 0) {
                sim->watch->sprung[joint->body_b] = true;
            }
        }
    }
}

reel_status watch_build(reel_sim *sim, reel_error *err)
{
    sim->watch = reel_calloc(1, sizeof *sim->watch);
    if (!sim->watch) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the audit");
    }
    const size_t bodies = (size_t)sim->scene->n_bodies + 1;
    sim->watch->before = reel_calloc(bodies, sizeof *sim->watch->before);
    sim->watch->sprung = reel_calloc(bodies, sizeof *sim->watch->sprung);
    sim->watch->obstacles =
        reel_calloc((size_t)sim->scene->n_geoms + 1, sizeof *sim->watch->obstacles);
    sim->watch->order = reel_calloc(bodies, sizeof *sim->watch->order);
    sim->watch->by = reel_calloc(bodies, sizeof *sim->watch->by);
    sim->watch->momentum = reel_calloc(bodies, sizeof *sim->watch->momentum);
    sim->watch->force = reel_calloc(bodies, sizeof *sim->watch->force);
    if (!sim->watch->before || !sim->watch->sprung || !sim->watch->obstacles ||
        !sim->watch->order || !sim->watch->by || !sim->watch->momentum || !sim->watch->force) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the audit");
    }
    find_sprung(sim);
    tunnels_build(sim);
    reel_audit *audit = &sim->state.audit;
    reel_audit_place *const places[] = {
        &audit->penetration_at, &audit->initial_overlap_at, &audit->joint_error_at,
        &audit->energy_gain_at, &audit->escape_at,          &audit->popping_at,
        &audit->jump_at,        &audit->jitter_at,          &audit->tunnelling_at,
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        *places[i] = (reel_audit_place){0, -1, -1};
    }
    return REEL_OK;
}

void watch_destroy(reel_sim *sim)
{
    if (sim->watch) {
        reel_free(sim->watch->before);
        reel_free(sim->watch->sprung);
        reel_free(sim->watch->obstacles);
        reel_free(sim->watch->order);
        reel_free(sim->watch->by);
        reel_free(sim->watch->momentum);
        reel_free(sim->watch->force);
        reel_free(sim->watch);
        sim->watch = NULL;
    }
}

void audit_raise(const reel_sim *sim, double *figure, reel_audit_place *at, double value,
                 int64_t step, int a, int b)
{
    if (value > *figure) {
        *figure = value;
        *at = (reel_audit_place){(double)step * sim->h, a, b};
    }
}

obstacle *watch_obstacles(reel_sim *sim)
{
    return sim->watch->obstacles;
}

void watch_scratch(reel_sim *sim, int **order, int **by, reel_vec3 **momentum, reel_vec3 **force)
{
    *order = sim->watch->order;
    *by = sim->watch->by;
    *momentum = sim->watch->momentum;
    *force = sim->watch->force;
}

const body_before *watch_before(const reel_sim *sim, int body)
{
    return &sim->watch->before[body];
}

void watch_begin(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        if (body_is_awake(sim, b)) {
            const body_state *state = &sim->state.bodies[b];
            sim->watch->before[b] =
                (body_before){state->p, state->q, state->v, state->w, state->debt, false};
        }
    }
}

/* Of one body, gravity's potential included. */
static double energy_of(const reel_sim *sim, int b, const body_state *state)
{
    const body_fixed *fixed = &sim->bodies[b];
    const reel_vec3 spin = body_inertia_mul(fixed, state, state->w);
    return 0.5 * (fixed->mass * reel_v3_dot(state->v, state->v) + reel_v3_dot(state->w, spin)) -
           fixed->mass * reel_v3_dot(sim->scene->gravity, state->p);
}

static double work_on(const reel_sim *sim, int b)
{
    const body_state *state = &sim->state.bodies[b];
    const body_before *before = &sim->watch->before[b];
    const reel_vec3 way = reel_v3_sub(state->p, before->p);
    const reel_vec3 turn = reel_v3_scale(reel_v3_add(before->w, state->w), sim->h / 2);
    return reel_v3_dot(sim->force[b], way) + reel_v3_dot(sim->torque[b], turn);
}

/* An island in which nothing works but what is counted here. */
static bool is_passive(const reel_sim *sim, const island *isle)
{
    bool plain = !isle->on_belt;
    for (int b = isle->first; b >= 0 && plain; b = sim->next_in_island[b]) {
        plain = !sim->watch->sprung[b];
    }
    return plain;
}

/* Contacts and joints take energy and never give any. */
static void judge_popping(reel_sim *sim, const island *isle)
{
    if (isle->kind == ISLAND_FREE || !is_passive(sim, isle)) {
        return;
    }
    double gain = 0, mass = 0, top = 0;
    int fastest = isle->first;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const body_before *before = &sim->watch->before[b];
        body_state old = sim->state.bodies[b];
        old.p = before->p;
        old.q = before->q;
        old.v = before->v;
        old.w = before->w;
        body_refresh_rotation(&old);
        const double one =
            energy_of(sim, b, &sim->state.bodies[b]) - energy_of(sim, b, &old) - work_on(sim, b);
        if (one > top) {
            top = one;
            fastest = b;
        }
        gain += one;
        mass += sim->bodies[b].mass;
    }
    if (gain > 0) {
        audit_raise(sim, &sim->state.audit.popping, &sim->state.audit.popping_at,
                    sqrt(2 * gain / mass), sim->state.step, fastest, -1);
    }
}

static void judge_jump(reel_sim *sim, int b)
{
    const body_before *before = &sim->watch->before[b];
    const body_state *state = &sim->state.bodies[b];
    const double speed = fmax(reel_v3_len(before->v), reel_v3_len(state->v));
    const double way = reel_v3_len(reel_v3_sub(state->p, before->p));
    /* an impact undoes an overlap of up to a step's way, in there and back */
    const double time = sim->h + before->debt + (before->instant ? 2 * sim->h : 0);
    const double beyond = way - speed * time - GRAVITY_AND_ALL;
    audit_raise(sim, &sim->state.audit.jump, &sim->state.audit.jump_at, beyond, sim->state.step, b,
                -1);
}

/* How far the surface went, at most. */
static double surface_way(const reel_sim *sim, int b, reel_vec3 p, reel_quat q)
{
    const body_state *state = &sim->state.bodies[b];
    const reel_quat by = reel_quat_mul(state->q, reel_quat_conj(q));
    const double half_sine = reel_v3_len(reel_v3(by.x, by.y, by.z));
    return reel_v3_len(reel_v3_sub(state->p, p)) + 2 * half_sine * sim->bodies[b].reach;
}

static void begin_tremble(body_state *state)
{
    state->tremble = (tremble){.p = state->p, .q = state->q};
}

/* Turned round from one step to the next, not by rounding alone. */
static bool turns_round(reel_vec3 before, reel_vec3 now, double arm)
{
    const double slow = TREMBLE_SLOW / (arm > 0 ? arm : 1);
    return reel_v3_dot(before, now) < 0 && reel_v3_dot(before, before) > slow * slow &&
           reel_v3_dot(now, now) > slow * slow;
}

/* And at once: what swings or rocks turns round slowly, however often it does. */
static bool reverses(const reel_sim *sim, int b, tremble *t)
{
    const body_state *state = &sim->state.bodies[b];
    const body_before *before = &sim->watch->before[b];
    const double reach = sim->bodies[b].reach;
    const double speed = reel_v3_len(before->v) + reach * reel_v3_len(before->w);
    const double change = reel_v3_len(reel_v3_sub(state->v, before->v)) +
                          reach * reel_v3_len(reel_v3_sub(state->w, before->w));
    t->peak = fmax(t->peak, speed);
    return change > TREMBLE_SUDDEN * t->peak &&
           (turns_round(before->v, state->v, 1) || turns_round(before->w, state->w, reach));
}

static void judge_jitter(reel_sim *sim, int b, const island *isle)
{
    body_state *state = &sim->state.bodies[b];
    const body_before *before = &sim->watch->before[b];
    tremble *t = &state->tremble;
    const bool touches = isle->n_contacts > 0 && isle->kind != ISLAND_IMPACT;
    if (!touches || isle->approach > sim->bounce_speed) {
        begin_tremble(state); /* an impact explains what comes of it */
        return;
    }
    if (t->steps == 0) {
        *t = (tremble){.p = before->p, .q = before->q};
    }
    t->steps++;
    t->way += surface_way(sim, b, before->p, before->q);
    t->reversals += reverses(sim, b, t);
    const double time = t->steps * sim->h;
    if (time < TREMBLE_TIME) {
        return;
    }
    const double astray = t->way - surface_way(sim, b, t->p, t->q);
    if (t->reversals >= TREMBLE_TIMES) {
        audit_raise(sim, &sim->state.audit.jitter, &sim->state.audit.jitter_at, astray / time,
                    sim->state.step, b, -1);
    }
    begin_tremble(state);
}

static void mark_impacts(reel_sim *sim)
{
    for (int i = 0; i < sim->n_contacts; i++) {
        const contact *c = &sim->contacts[i];
        if (c->instant) {
            sim->watch->before[c->body_a].instant = true;
            sim->watch->before[c->body_b].instant = true;
        }
    }
}

void watch_end(reel_sim *sim)
{
    mark_impacts(sim);
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        const island *isle = &sim->islands[i];
        if (isle->kind == ISLAND_NONE) {
            continue;
        }
        judge_popping(sim, isle);
        for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
            judge_jump(sim, b);
            judge_jitter(sim, b, isle);
        }
    }
}
