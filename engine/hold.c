/*
 * hold.c - the force of each contact point, remembered from step to step.
 *
 * The solvers begin with it. A point is known again by its pair of geoms and by being the nearest
 * one; a pair that sleeps keeps its forces until it wakes.
 */
#include "engine/sim.h"

#include <string.h>

/* Order of pairs, as that of the contacts. */
static int compare(const hold *g, const contact *c)
{
    if (g->body_a != c->body_a) {
        return g->body_a < c->body_a ? -1 : 1;
    }
    if (g->body_b != c->body_b) {
        return g->body_b < c->body_b ? -1 : 1;
    }
    if (g->geom_a != c->geom_a) {
        return g->geom_a < c->geom_a ? -1 : 1;
    }
    return (g->geom_b > c->geom_b) - (g->geom_b < c->geom_b);
}

/* Nearest first, each once. */
static void match(const hold *old, int n_old, contact *c, int n)
{
    bool used[COLLIDER_CONTACTS] = {false}, done[COLLIDER_CONTACTS] = {false};
    for (int left = n < n_old ? n : n_old; left > 0; left--) {
        double best = INFINITY;
        int from = -1, to = -1;
        for (int i = 0; i < n_old; i++) {
            for (int k = 0; k < n; k++) {
                const reel_vec3 d = reel_v3_sub(old[i].at, c[k].pos);
                if (!used[i] && !done[k] && reel_v3_dot(d, d) < best) {
                    best = reel_v3_dot(d, d);
                    from = i;
                    to = k;
                }
            }
        }
        used[from] = true;
        done[to] = true;
        c[to].held = old[from].force;
    }
}

void holds_recall(reel_sim *sim)
{
    const sim_state *state = &sim->state;
    for (int i = 0, g = 0, end; i < sim->n_contacts; i = end) {
        contact *c = &sim->contacts[i];
        for (end = i + 1; end < sim->n_contacts && sim->contacts[end].pair == c->pair; end++) {
        }
        while (g < state->n_holds && compare(&state->holds[g], c) < 0) {
            g++;
        }
        int last = g;
        while (last < state->n_holds && compare(&state->holds[last], c) == 0) {
            last++;
        }
        match(&state->holds[g], last - g, c, end - i);
        g = last;
    }
}

static bool is_asleep(const reel_sim *sim, const hold *g)
{
    return !body_is_awake(sim, g->body_a) && !body_is_awake(sim, g->body_b);
}

reel_status holds_keep(reel_sim *sim, reel_error *err)
{
    sim_state *state = &sim->state;
    const int room = sim->n_contacts + state->n_holds;
    if (room > sim->cap_spare_holds) {
        const int cap = 2 * room;
        hold *grown = reel_realloc(sim->spare_holds, (size_t)cap * sizeof *grown);
        if (!grown) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contacts");
        }
        sim->spare_holds = grown;
        sim->cap_spare_holds = cap;
    }
    int n = 0, g = 0;
    for (int i = 0; i <= sim->n_contacts; i++) {
        const bool more = i < sim->n_contacts;
        const contact *c = more ? &sim->contacts[i] : NULL;
        for (; g < state->n_holds && (!more || compare(&state->holds[g], c) < 0); g++) {
            if (is_asleep(sim, &state->holds[g])) {
                sim->spare_holds[n++] = state->holds[g];
            }
        }
        if (more) {
            sim->spare_holds[n++] =
                (hold){c->body_a, c->body_b, c->geom_a, c->geom_b, c->pos, c->lasting};
        }
    }
    hold *const spare = state->holds;
    const int cap = state->cap_holds;
    state->holds = sim->spare_holds;
    state->cap_holds = sim->cap_spare_holds;
    state->n_holds = n;
    sim->spare_holds = spare;
    sim->cap_spare_holds = cap;
    return REEL_OK;
}
