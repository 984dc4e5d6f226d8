/*
 * events.c - contacts between bodies from first touch to parting.
 *
 * A pair of bodies has at most one open event; all contact points of a step count together. A gap
 * of no more than SIM_MERGE_STEPS steps does not end it. While both bodies sleep (or one sleeps on
 * something static) the contact goes on with the force that it had.
 */
#include "engine/sim.h"

#include <stdlib.h>
#include <string.h>

#define SMOOTHING_TIME 0.05 /* s, of the force that stands in during sleep */

/* Where (body_a, body_b) is or would be. */
static int touch_position(const sim_state *state, int body_a, int body_b)
{
    int lo = 0, hi = state->n_touches;
    while (lo < hi) {
        const int mid = (lo + hi) / 2;
        const reel_event *e = &state->touches[mid].event;
        if (e->body_a < body_a || (e->body_a == body_a && e->body_b < body_b)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

touch *touch_find(const sim_state *state, int body_a, int body_b)
{
    const int i = touch_position(state, body_a, body_b);
    touch *t = i < state->n_touches ? &state->touches[i] : NULL;
    return t && t->event.body_a == body_a && t->event.body_b == body_b ? t : NULL;
}

static touch *touch_insert(sim_state *state, int body_a, int body_b)
{
    if (state->n_touches == state->cap_touches) {
        const int cap = state->cap_touches ? 2 * state->cap_touches : 64;
        touch *grown = reel_realloc(state->touches, (size_t)cap * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        state->touches = grown;
        state->cap_touches = cap;
    }
    const int i = touch_position(state, body_a, body_b);
    touch *t = &state->touches[i];
    memmove(t + 1, t, (size_t)(state->n_touches - i) * sizeof *t);
    state->n_touches++;
    memset(t, 0, sizeof *t);
    return t;
}

static bool event_append(sim_state *state, const reel_event *event)
{
    if (state->n_events == state->cap_events) {
        const int cap = state->cap_events ? 2 * state->cap_events : 64;
        reel_event *grown = reel_realloc(state->events, (size_t)cap * sizeof *grown);
        if (!grown) {
            return false;
        }
        state->events = grown;
        state->cap_events = cap;
    }
    state->events[state->n_events++] = *event;
    return true;
}

static void put(double out[3], reel_vec3 v)
{
    out[0] = v.x;
    out[1] = v.y;
    out[2] = v.z;
}

/* All contact points of one pair of bodies in this step. */
typedef struct group {
    const contact *first, *deepest, *fastest;
    reel_vec3 force;   /* N on a, mean over the step */
    double normal;     /* N s */
    reel_vec3 tangent; /* N s */
} group;

static group sum_group(const reel_sim *sim, int begin, int end)
{
    group g = {.first = &sim->contacts[begin]};
    g.deepest = g.fastest = g.first;
    for (int i = begin; i < end; i++) {
        const contact *c = &sim->contacts[i];
        g.deepest = c->depth > g.deepest->depth ? c : g.deepest;
        g.fastest = c->approach > g.fastest->approach ? c : g.fastest;
        const reel_vec3 impulse = reel_v3_madd(c->impulse, sim->h, c->force);
        const double along = reel_v3_dot(impulse, c->normal);
        g.normal += along;
        g.tangent = reel_v3_add(g.tangent, reel_v3_madd(impulse, -along, c->normal));
        g.force = reel_v3_madd(g.force, 1 / sim->h, impulse);
    }
    return g;
}

static void begin_event(const reel_sim *sim, touch *t, const group *g)
{
    const double now = (double)sim->state.step * sim->h;
    reel_event *e = &t->event;
    e->body_a = g->first->body_a;
    e->body_b = g->first->body_b;
    e->geom_a = g->deepest->geom_a;
    e->geom_b = g->deepest->geom_b;
    e->begin_step = sim->state.step;
    e->begin_time = fmax(0, now - (sim->state.step == 0 ? 0 : g->deepest->since));
    e->end_step = -1;
    e->end_time = -1;
    e->approach_speed = fmax(0, g->fastest->approach);
    put(e->point, g->deepest->pos);
    put(e->normal, g->deepest->normal);
    t->support = g->force;
}

static void go_on(const reel_sim *sim, touch *t, const group *g)
{
    const double now = (double)sim->state.step * sim->h;
    const double window = fmax(1, floor(SIM_IMPACT_WINDOW / sim->h + 0.5));
    reel_event *e = &t->event;
    if ((double)(sim->state.step - e->begin_step) < window) {
        e->impulse_normal += g->normal;
        t->tangent = reel_v3_add(t->tangent, g->tangent);
        e->impulse_tangent = reel_v3_len(t->tangent);
    }
    e->impulse_total += g->normal;
    e->max_depth = fmax(e->max_depth, g->deepest->depth);
    const double share = fmin(1, sim->h / SMOOTHING_TIME);
    t->support = reel_v3_madd(t->support, share, reel_v3_sub(g->force, t->support));
    t->last_step = sim->state.step;
    const contact *c = g->deepest;
    const double parting = reel_v3_dot(contact_velocity(sim, c), c->normal);
    const double left = parting > 0 ? fmin(c->solver_depth / parting, sim->h) : sim->h;
    t->last_end = fmax(e->begin_time, c->instant ? now - c->since : now + left);
}

static void rest_on(reel_sim *sim, touch *t)
{
    reel_event *e = &t->event;
    const reel_vec3 impulse = reel_v3_scale(t->support, sim->h);
    body_state *a = &sim->state.bodies[e->body_a], *b = &sim->state.bodies[e->body_b];
    a->contact = reel_v3_add(a->contact, impulse);
    b->contact = reel_v3_sub(b->contact, impulse);
    e->impulse_total += reel_v3_dot(impulse, reel_v3(e->normal[0], e->normal[1], e->normal[2]));
    t->last_step = sim->state.step;
    t->last_end = (double)(sim->state.step + 1) * sim->h;
}

reel_status events_update(reel_sim *sim, reel_error *err)
{
    sim_state *state = &sim->state;
    for (int i = 0, end; i < sim->n_contacts; i = end) {
        const contact *c = &sim->contacts[i];
        for (end = i; end < sim->n_contacts && sim->contacts[end].body_a == c->body_a &&
                      sim->contacts[end].body_b == c->body_b;
             end++) {
        }
        const group g = sum_group(sim, i, end);
        touch *t = touch_find(state, c->body_a, c->body_b);
        if (!t) {
            t = touch_insert(state, c->body_a, c->body_b);
            if (!t) {
                return reel_fail(err, REEL_E_NOMEM, "out of memory for contact events");
            }
            begin_event(sim, t, &g);
        }
        go_on(sim, t, &g);
    }
    int kept = 0;
    for (int i = 0; i < state->n_touches; i++) {
        touch *t = &state->touches[i];
        if (t->last_step != state->step && !body_is_awake(sim, t->event.body_a) &&
            !body_is_awake(sim, t->event.body_b)) {
            rest_on(sim, t);
        }
        if (t->last_step < state->step - SIM_MERGE_STEPS) {
            t->event.end_step = t->last_step + 1;
            t->event.end_time = t->last_end;
            if (!event_append(state, &t->event)) {
                return reel_fail(err, REEL_E_NOMEM, "out of memory for contact events");
            }
            continue;
        }
        state->touches[kept++] = *t;
    }
    state->n_touches = kept;
    return REEL_OK;
}

static int by_begin(const void *x, const void *y)
{
    const reel_event *a = x, *b = y;
    if (a->begin_step != b->begin_step) {
        return a->begin_step < b->begin_step ? -1 : 1;
    }
    if (a->body_a != b->body_a) {
        return a->body_a < b->body_a ? -1 : 1;
    }
    return (a->body_b > b->body_b) - (a->body_b < b->body_b);
}

/* Open events that still touch have no end; those in a gap have one. */
reel_status events_close(reel_sim *sim, reel_error *err)
{
    sim_state *state = &sim->state;
    for (int i = 0; i < state->n_touches; i++) {
        touch *t = &state->touches[i];
        if (t->last_step < state->step - 1) {
            t->event.end_step = t->last_step + 1;
            t->event.end_time = t->last_end;
        }
        if (!event_append(state, &t->event)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contact events");
        }
    }
    state->n_touches = 0;
    if (state->n_events > 0) {
        qsort(state->events, (size_t)state->n_events, sizeof *state->events, by_begin);
        sim->take->events = reel_arena_copy(&sim->take->arena, state->events,
                                            (size_t)state->n_events, sizeof *state->events);
        if (!sim->take->events) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contact events");
        }
    }
    sim->take->n_events = state->n_events;
    return REEL_OK;
}
