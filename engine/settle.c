/*
 * settle.c - the books of an island that falls asleep.
 *
 * Its bodies had a last trembling speed, which stops at once, and the forces that stand in during
 * sleep are means, whose sum is not quite the weight. What is missing goes to the ground along a
 * tree of contacts, and of joints where there are none, so that every body's momentum is that of
 * its impulses to rounding, and action equals reaction everywhere.
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

static bool holds(const reel_sim *sim, const island *isle, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    return !sim->state.joints[j].released && joint->kind != REEL_JOINT_GEAR &&
           in_island(sim, isle, joint->body_a);
}

/* What carries bodies: contacts, then joints. */
typedef struct carrier {
    int a, b; /* bodies; b -1: the world */
} carrier;

static bool get_carrier(const reel_sim *sim, const island *isle, int i, carrier *out)
{
    const int j = i - sim->state.n_touches;
    if (j < 0) {
        const reel_event *e = &sim->state.touches[i].event;
        *out = (carrier){e->body_a, e->body_b};
        return lasts(sim, isle, &sim->state.touches[i]);
    }
    *out = (carrier){sim->scene->joints[j].body_a, sim->scene->joints[j].body_b};
    return holds(sim, isle, j);
}

static bool is_ground(const reel_sim *sim, int body)
{
    return body < 0 || !sim->bodies[body].dynamic;
}

/* Breadth first from what does not move: bodies in the order in which they were reached, and the
 * carrier by which. */
static int find_tree(const reel_sim *sim, const island *isle, int *order, int *by)
{
    const int n_all = sim->state.n_touches + (isle->jointed ? sim->scene->n_joints : 0);
    int n = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        by[b] = -1;
    }
    for (int before = -1; before != n;) {
        before = n;
        for (int i = 0; i < n_all; i++) {
            carrier c;
            if (!get_carrier(sim, isle, i, &c)) {
                continue;
            }
            const bool a_has = is_ground(sim, c.a) || by[c.a] >= 0;
            const bool b_has = is_ground(sim, c.b) || by[c.b] >= 0;
            if (a_has != b_has) {
                const int next = a_has ? c.b : c.a;
                by[next] = i;
                order[n++] = next;
            }
        }
    }
    return n;
}

static reel_vec3 *carried(reel_sim *sim, int i)
{
    const int j = i - sim->state.n_touches;
    return j < 0 ? &sim->state.touches[i].support : &sim->state.joints[j].force;
}

/* What each body of the island lacks: of momentum (N s), and of force at rest (N). */
static void find_lack(reel_sim *sim, const island *isle, reel_vec3 *momentum, reel_vec3 *force)
{
    const sim_state *state = &sim->state;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const double mass = sim->bodies[b].mass;
        momentum[b] = reel_v3_scale(state->bodies[b].v, -mass);
        force[b] = reel_v3_scale(sim->scene->gravity, -mass);
        force[b] = reel_v3_sub(force[b], state->bodies[b].push);
    }
    const int n_all = state->n_touches + (isle->jointed ? sim->scene->n_joints : 0);
    for (int i = 0; i < n_all; i++) {
        carrier c;
        if (get_carrier(sim, isle, i, &c)) {
            const reel_vec3 on_a = *carried(sim, i);
            if (!is_ground(sim, c.a)) {
                force[c.a] = reel_v3_sub(force[c.a], on_a);
            }
            if (!is_ground(sim, c.b)) {
                force[c.b] = reel_v3_add(force[c.b], on_a);
            }
        }
    }
}

static void give_by_touch(reel_sim *sim, touch *t, reel_vec3 on_a)
{
    reel_event *e = &t->event;
    body_state *a = &sim->state.bodies[e->body_a], *b = &sim->state.bodies[e->body_b];
    a->contact = reel_v3_add(a->contact, on_a);
    b->contact = reel_v3_sub(b->contact, on_a);
    e->impulse[0] += on_a.x;
    e->impulse[1] += on_a.y;
    e->impulse[2] += on_a.z;
    e->impulse_total += reel_v3_dot(on_a, reel_v3(e->normal[0], e->normal[1], e->normal[2]));
}

/* `gain` for the body by the carrier, and its opposite for the other. */
static void give(reel_sim *sim, int i, const carrier *c, int body, reel_vec3 gain)
{
    const int j = i - sim->state.n_touches;
    const reel_vec3 on_a = reel_v3_scale(gain, c->a == body ? 1 : -1);
    if (j < 0) {
        give_by_touch(sim, &sim->state.touches[i], on_a);
    } else {
        reel_vec3 *sum = &sim->state.joints[j].sum_force;
        *sum = reel_v3_add(*sum, on_a);
    }
    if (is_ground(sim, c->a == body ? c->b : c->a)) {
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
        carrier c;
        (void)get_carrier(sim, isle, by[b], &c);
        const int other = c.a == b ? c.b : c.a;
        reel_vec3 *on_a = carried(sim, by[b]);
        give(sim, by[b], &c, b, momentum[b]);
        *on_a = reel_v3_madd(*on_a, c.a == b ? 1 : -1, force[b]);
        if (!is_ground(sim, other)) {
            momentum[other] = reel_v3_add(momentum[other], momentum[b]);
            force[other] = reel_v3_add(force[other], force[b]);
        }
    }
}
