/*
 * events.c - contacts between bodies from first touch to parting.
 *
 * A pair of bodies has at most one open event; all contact points of a step count together. When a
 * gap ends it, base/take.h tells (reel_event): an event stays open for REEL_EVENT_GAP, and the
 * speed at which the bodies meet again decides whether it goes on. While both bodies sleep (or one
 * sleeps on something static) the contact goes on with the force that it had.
 */
#include "engine/sim.h"

#include <stdlib.h>
#include <string.h>

#define SMOOTHING_TIME 0.02 /* s, of the force that stands in during sleep */

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
    bool touches;      /* else there are only gaps that the solver looks at, without force */
    reel_vec3 impulse; /* N s on a */
    double normal;     /* N s */
    reel_vec3 tangent; /* N s */
    double slip;       /* m/s of the matter that touches, after the step */
    double roll;       /* rad/s, relative turning about axes across the normal */
} group;

/* Of the surfaces, belts' motion included. */
static double slip_speed(const reel_sim *sim, const contact *c)
{
    const reel_vec3 u = reel_v3_add(contact_velocity(sim, c), c->belt);
    return reel_v3_len(reel_v3_madd(u, -reel_v3_dot(u, c->normal), c->normal));
}

/* Mean slip of the points, by the load that they carry. */
static double mean_slip(const reel_sim *sim, int begin, int end)
{
    double sum = 0, load = 0, plain = 0;
    for (int i = begin; i < end; i++) {
        const contact *c = &sim->contacts[i];
        const reel_vec3 impulse = reel_v3_madd(c->impulse, sim->h, c->force);
        const double weight = fmax(0, reel_v3_dot(impulse, c->normal));
        const double slip = slip_speed(sim, c);
        sum += weight * slip;
        load += weight;
        plain += slip / (end - begin);
    }
    return load > 0 ? sum / load : plain;
}

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
        g.impulse = reel_v3_add(g.impulse, impulse);
        g.touches |= !c->parted || reel_v3_dot(impulse, impulse) > 0;
    }
    g.slip = mean_slip(sim, begin, end);
    const reel_vec3 turn =
        reel_v3_sub(sim->state.bodies[g.first->body_a].w, sim->state.bodies[g.first->body_b].w);
    const reel_vec3 n = g.deepest->normal;
    g.roll = reel_v3_len(reel_v3_madd(turn, -reel_v3_dot(turn, n), n));
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
    e->kind = e->approach_speed > REEL_IMPACT_SPEED ? REEL_EVENT_IMPACT : REEL_EVENT_REST;
    const reel_vec3 n = g->deepest->normal, meeting = g->fastest->meeting;
    const double along = reel_v3_dot(meeting, n) + e->approach_speed;
    put(e->approach_velocity, reel_v3_madd(meeting, -along, n));
    put(e->point, g->deepest->pos);
    put(e->normal, n);
    t->support = reel_v3_scale(g->impulse, 1 / sim->h);
    t->last_impact = INT64_MIN / 2;
}

static void add_to(double sum[3], reel_vec3 v)
{
    sum[0] += v.x;
    sum[1] += v.y;
    sum[2] += v.z;
}

/* An impact has no duration: it counts for the motion only if there is nothing else. */
static void count_motion(const reel_sim *sim, touch *t, const group *g)
{
    const double time = g->deepest->instant ? 0 : sim->h;
    const bool slides = g->slip > REEL_SLIP_SPEED, rolls = g->roll > REEL_ROLL_RATE;
    t->motion = slides ? REEL_EVENT_SLIDING : rolls ? REEL_EVENT_ROLLING : REEL_EVENT_STICKING;
    t->time[t->motion] += time;
    if (slides) {
        t->event.slip_distance += g->slip * time;
    } else if (rolls) {
        t->event.roll_angle += g->roll * time;
    }
}

static void count_impact(const reel_sim *sim, touch *t, const group *g)
{
    if (g->fastest->approach > REEL_IMPACT_SPEED) {
        const double since = (double)(sim->state.step - t->last_impact) * sim->h;
        t->event.impacts += since > SIM_IMPACT_WINDOW;
        t->last_impact = sim->state.step;
    }
}

/* Weight of a step in the smoothed force. */
static double share_of(const reel_sim *sim)
{
    return fmin(1, sim->h / SMOOTHING_TIME);
}

/* What gravity did to the speed of parting after an impact with its own time. */
static double speed_since_impact(const reel_sim *sim, const contact *c)
{
    const bool a = sim->bodies[c->body_a].dynamic, b = sim->bodies[c->body_b].dynamic;
    const bool flew =
        (!a || sim->state.bodies[c->body_a].free) && (!b || sim->state.bodies[c->body_b].free);
    const double fall = reel_v3_dot(sim->scene->gravity, c->normal) * (sim->h + c->since);
    return c->instant && flew ? ((double)a - (double)b) * fall : 0;
}

static void go_on(reel_sim *sim, touch *t, const group *g)
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
    add_to(e->impulse, g->impulse);
    e->max_depth = fmax(e->max_depth, g->deepest->depth);
    count_motion(sim, t, g);
    count_impact(sim, t, g);
    if (e->begin_step < sim->state.step) {
        tunnels_watch(sim, t, g->deepest);
    }
    t->last_normal = g->deepest->normal;
    t->last_geom_a = g->deepest->geom_a;
    t->last_geom_b = g->deepest->geom_b;
    const reel_vec3 force = reel_v3_scale(g->impulse, 1 / sim->h);
    t->support = reel_v3_madd(t->support, share_of(sim), reel_v3_sub(force, t->support));
    t->last_step = sim->state.step;
    const contact *c = g->deepest;
    const double parting = reel_v3_dot(contact_velocity(sim, c), c->normal);
    const double left = parting > 0 ? fmin(c->solver_depth / parting, sim->h) : sim->h;
    t->parting = fmax(0, parting - speed_since_impact(sim, c));
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
    add_to(e->impulse, impulse);
    t->motion = REEL_EVENT_STICKING;
    t->time[REEL_EVENT_STICKING] += sim->h;
    t->parting = 0;
    t->last_step = sim->state.step;
    t->last_end = (double)(sim->state.step + 1) * sim->h;
}

/* The event is complete but for its end. */
static void sum_up(touch *t)
{
    reel_event *e = &t->event;
    double *share[3] = {&e->sticking, &e->sliding, &e->rolling};
    const double sum = t->time[0] + t->time[1] + t->time[2];
    e->motion = t->motion;
    for (int i = 0; i < 3; i++) {
        *share[i] = sum > 0 ? t->time[i] / sum : i == t->motion;
    }
    for (int i = 0; sum > 0 && i < 3; i++) {
        e->motion = t->time[i] > t->time[e->motion] ? i : e->motion;
    }
}

static bool end_event(sim_state *state, touch *t)
{
    sum_up(t);
    t->event.end_step = t->last_step + 1;
    t->event.end_time = t->last_end;
    t->event.parting_speed = t->parting;
    return event_append(state, &t->event);
}

/* Begins an event for the group, or goes on with the one that is open. */
static bool update_pair(reel_sim *sim, const group *g)
{
    sim_state *state = &sim->state;
    touch *t = touch_find(state, g->first->body_a, g->first->body_b);
    const bool again = t && state->step - t->last_step > SIM_MERGE_STEPS + 1 &&
                       g->fastest->approach > REEL_IMPACT_SPEED;
    if (again && !end_event(state, t)) {
        return false;
    }
    if (again) {
        memset(t, 0, sizeof *t);
    } else if (!t) {
        t = touch_insert(state, g->first->body_a, g->first->body_b);
    }
    if (!t) {
        return false;
    }
    if (t->event.end_step == 0) { /* a new one */
        begin_event(sim, t, g);
    }
    go_on(sim, t, g);
    return true;
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
        if (g.touches && !update_pair(sim, &g)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contact events");
        }
    }
    const int64_t patience =
        (int64_t)fmax(SIM_MERGE_STEPS, ceil(REEL_EVENT_GAP / sim->h)); /* steps */
    int kept = 0;
    for (int i = 0; i < state->n_touches; i++) {
        touch *t = &state->touches[i];
        const int64_t gap = state->step - t->last_step;
        const bool there =
            state->bodies[t->event.body_a].present && state->bodies[t->event.body_b].present;
        const bool asleep =
            there && !body_is_awake(sim, t->event.body_a) && !body_is_awake(sim, t->event.body_b);
        if (gap > 0 && asleep && gap <= SIM_MERGE_STEPS + 1) {
            rest_on(sim, t);
        } else if (gap > 0) {
            t->support = reel_v3_scale(t->support, 1 - share_of(sim));
        }
        if (gap > patience && t->last_step != state->step) {
            if (!end_event(state, t)) {
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
        sum_up(t);
        const bool ended = t->last_step < state->step - 1;
        if (!(ended ? end_event(state, t) : event_append(state, &t->event))) {
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
