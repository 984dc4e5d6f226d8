/*
 * settle.c - the books of an island that falls asleep.
 *
 * Its bodies had a last trembling speed, which stops at once, and the forces that stand in during
 * sleep are means, whose sum is not quite the weight. What is missing goes to the ground along a
 * tree of contacts, so that every body's momentum is that of its impulses to rounding, and action
 * equals reaction at every contact.
 */
#include "engine/sim.h"

static bool in_island(const reel_sim *sim, const island *isle, int body)
{
    return body_is_awake(sim, body) && &sim->islands[sim->root[body]] == isle;
}

/* A contact within the island, or of it and the ground, that goes on during sleep. */
static bool lasts(const reel_sim *sim, const island *isle, const touch *t)
{
    const int a = t->event.body_a, b = t->event.body_b;
    return sim->state.step - t->last_step <= SIM_MERGE_STEPS &&
           (in_island(sim, isle, a) || !sim->bodies[a].dynamic) &&
           (in_island(sim, isle, b) || !sim->bodies[b].dynamic);
}

/* Breadth first from what does not move: bodies in the order in which they were reached, and the
 * touch by which. Bodies that hang on joints only are not reached. */
static int find_tree(const reel_sim *sim, const island *isle, int *order, int *by)
{
    const sim_state *state = &sim->state;
    int n = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        by[b] = -1;
    }
    for (int before = -1; before != n;) {
        before = n;
        for (int i = 0; i < state->n_touches; i++) {
            const touch *t = &state->touches[i];
            const int a = t->event.body_a, b = t->event.body_b;
            const bool a_in = in_island(sim, isle, a), b_in = in_island(sim, isle, b);
            if (!lasts(sim, isle, t) || (!a_in && !b_in)) {
                continue;
            }
            const bool a_has = !a_in || by[a] >= 0, b_has = !b_in || by[b] >= 0;
            if (a_has != b_has) {
                const int next = a_has ? b : a;
                by[next] = i;
                order[n++] = next;
            }
        }
    }
    return n;
}

/* What each body of the island lacks: of momentum (N s), and of force at rest (N). */
static void find_lack(const reel_sim *sim, const island *isle, reel_vec3 *momentum,
                      reel_vec3 *force)
{
    const sim_state *state = &sim->state;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const double mass = sim->bodies[b].mass;
        momentum[b] = reel_v3_scale(state->bodies[b].v, -mass);
        force[b] = reel_v3_scale(sim->scene->gravity, -mass);
        force[b] = reel_v3_sub(force[b], state->bodies[b].push);
    }
    for (int i = 0; i < state->n_touches; i++) {
        const touch *t = &state->touches[i];
        const int a = t->event.body_a, b = t->event.body_b;
        if (lasts(sim, isle, t)) { /* the ground's sums are of no use, and do no harm */
            force[a] = reel_v3_sub(force[a], t->support);
            force[b] = reel_v3_add(force[b], t->support);
        }
    }
}

/* `gain` for the body by the touch, and its opposite for the other. */
static void give(reel_sim *sim, touch *t, int body, reel_vec3 gain)
{
    reel_event *e = &t->event;
    const reel_vec3 on_a = reel_v3_scale(gain, e->body_a == body ? 1 : -1);
    body_state *a = &sim->state.bodies[e->body_a], *b = &sim->state.bodies[e->body_b];
    a->contact = reel_v3_add(a->contact, on_a);
    b->contact = reel_v3_sub(b->contact, on_a);
    e->impulse[0] += on_a.x;
    e->impulse[1] += on_a.y;
    e->impulse[2] += on_a.z;
    e->impulse_total += reel_v3_dot(on_a, reel_v3(e->normal[0], e->normal[1], e->normal[2]));
    const int other = e->body_a == body ? e->body_b : e->body_a;
    if (!sim->bodies[other].dynamic) {
        sim->state.impulse = reel_v3_add(sim->state.impulse, gain);
    }
}

void settle(reel_sim *sim, const island *isle)
{
    int *order, *by;
    reel_vec3 *momentum, *force;
    watch_scratch(sim, &order, &by, &momentum, &force);
    const int n = find_tree(sim, isle, order, by);
    find_lack(sim, isle, momentum, force);
    for (int i = n - 1; i >= 0; i--) { /* leaves first */
        const int b = order[i];
        touch *t = &sim->state.touches[by[b]];
        const int other = t->event.body_a == b ? t->event.body_b : t->event.body_a;
        give(sim, t, b, momentum[b]);
        momentum[other] = reel_v3_add(momentum[other], momentum[b]);
        if (!isle->jointed) {
            t->support = reel_v3_madd(t->support, t->event.body_a == b ? 1 : -1, force[b]);
            force[other] = reel_v3_add(force[other], force[b]);
        }
    }
}
