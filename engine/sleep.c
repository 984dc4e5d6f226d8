/*
 * sleep.c - islands at rest stop, to the bit, until something touches them.
 *
 * Stillness is measured by displacement, not by speed, since an iterative solver trembles for ever:
 * a body is still while no point of it is farther than STILL_DISTANCE from where it was. After
 * QUIET_TIME of that it is ready, unless it moved notably more in the second half of that time than
 * in the first (what begins to fall does so exponentially). An island falls asleep when all of its
 * bodies are ready and it rests on something that does not move. It wakes as a whole.
 */
#include "engine/sim.h"

#define QUIET_TIME     0.5  /* s */
#define STILL_DISTANCE 2e-4 /* m */
#define STILL_JOINTED  2e-5 /* m, for islands with joints: a slow swing is no rest */
#define GROWTH         1.5  /* of the displacement from one half of the time to the next */
#define TREMBLING      0.1  /* of the distance above: so little is no growth */

void sleep_wake(reel_sim *sim, int body)
{
    const int group = sim->state.bodies[body].group;
    body_state *one = &sim->state.bodies[body];
    one->quiet = 0;
    one->ready = false;
    if (group == 0) {
        return;
    }
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        body_state *state = &sim->state.bodies[i];
        if (state->group == group) {
            state->group = 0;
            state->quiet = 0;
            state->ready = false;
            state->free = false;
        }
    }
}

/* How far any point of the body is from where it was at the pose (p, q), at most. */
static double displacement(const body_fixed *fixed, const body_state *state, reel_vec3 p,
                           reel_quat q)
{
    const reel_quat by = reel_quat_mul(state->q, reel_quat_conj(q));
    const double half_sine = reel_v3_len(reel_v3(by.x, by.y, by.z));
    return reel_v3_len(reel_v3_sub(state->p, p)) + 2 * half_sine * fixed->reach;
}

static void begin_again(body_state *state)
{
    state->ref_p = state->p;
    state->ref_q = state->q;
    state->quiet = 0;
    state->ready = false;
}

static void observe(const reel_sim *sim, int b, double still)
{
    const body_fixed *fixed = &sim->bodies[b];
    body_state *state = &sim->state.bodies[b];
    const int half = (int)ceil(QUIET_TIME / 2 / sim->h);
    if (state->quiet == 0 || displacement(fixed, state, state->ref_p, state->ref_q) > still) {
        begin_again(state);
    }
    state->quiet++;
    if (state->quiet == half) {
        state->mid_p = state->p;
        state->mid_q = state->q;
    }
    if (state->quiet < 2 * half) {
        return;
    }
    const body_state mid = {.p = state->mid_p, .q = state->mid_q};
    const double first = displacement(fixed, &mid, state->ref_p, state->ref_q);
    const double second = displacement(fixed, state, state->mid_p, state->mid_q);
    if (second > GROWTH * first + TREMBLING * still) {
        begin_again(state);
        return;
    }
    state->ready = true; /* and the window moves on by half its length */
    state->ref_p = state->mid_p;
    state->ref_q = state->mid_q;
    state->mid_p = state->p;
    state->mid_q = state->q;
    state->quiet = half;
}

static void fall_asleep(reel_sim *sim, const island *isle)
{
    settle(sim, isle);
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        body_state *state = &sim->state.bodies[b];
        state->group = 1 + isle->first;
        state->v = reel_v3(0, 0, 0);
        state->w = reel_v3(0, 0, 0);
        state->quiet = 0;
        state->ready = false;
    }
}

void sleep_update(reel_sim *sim)
{
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        const island *isle = &sim->islands[i];
        if (isle->kind == ISLAND_NONE) {
            continue;
        }
        const bool solved = isle->kind != ISLAND_FREE && isle->kind != ISLAND_IMPACT;
        const bool may_rest = solved && isle->grounded && !isle->on_belt;
        bool all_ready = may_rest;
        for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
            if (may_rest) {
                observe(sim, b, isle->jointed ? STILL_JOINTED : STILL_DISTANCE);
            } else {
                sim->state.bodies[b].quiet = 0;
                sim->state.bodies[b].ready = false;
            }
            all_ready &= sim->state.bodies[b].ready;
        }
        if (all_ready) {
            fall_asleep(sim, isle);
        }
    }
}
