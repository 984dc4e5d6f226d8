/*
 * hold.c - contact points remembered from step to step: their force, and those that just parted.
 *
 * The solvers begin with the force of the step before. A point is known again by its pair of geoms
 * and by being the nearest one; a pair that sleeps keeps its forces until it wakes.
 *
 * A point that the colliders no longer find, since the surfaces there parted by less than
 * PARTED_GAP, goes on as a gap in islands that are swept: the solver then sees the touch that comes
 * next before it is a step's fall deep. Without, a heap chatters at the speed of one step's fall.
 * In exact islands too, where bodies rest, a point that carried something goes on over a gap of
 * micrometres: the solver's soft contacts then are springs about their rest, and not springs that
 * let go there.
 */
#include "engine/sim.h"

#include <string.h>

#define PARTED_GAP   2e-4 /* m */
#define LOAD_TIME    0.1  /* s, over which the load of a point is smoothed */
#define HELD_UNREST  4.0  /* what turns faster goes on without the points behind it */
#define PARTED_DRIFT 1e-3 /* m: sideways */

static int by_pair(int32_t a, int32_t b, int32_t ga, int32_t gb, const contact *c)
{
    if (a != c->body_a) {
        return a < c->body_a ? -1 : 1;
    }
    if (b != c->body_b) {
        return b < c->body_b ? -1 : 1;
    }
    if (ga != c->geom_a) {
        return ga < c->geom_a ? -1 : 1;
    }
    return (gb > c->geom_b) - (gb < c->geom_b);
}

static int compare(const hold *h, const contact *c)
{
    return by_pair(h->body_a, h->body_b, h->geom_a, h->geom_b, c);
}

static int by_pair_and_number(const void *x, const void *y)
{
    const contact *a = x, *b = y;
    const int pair = by_pair(a->body_a, a->body_b, a->geom_a, a->geom_b, b);
    return pair ? pair : (a->k > b->k) - (a->k < b->k);
}

/* Nearest first, each once. */
static void match(const hold *old, int n_old, contact *c, int n, bool *used)
{
    bool done[COLLIDER_CONTACTS] = {false};
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
        c[to].load = old[from].load;
        c[to].age = old[from].age;
        c[to].sides = old[from].sides;
    }
}

static reel_vec3 to_world(const reel_sim *sim, int body, reel_vec3 v)
{
    const double *r = sim->state.bodies[body].r;
    return reel_v3(r[0] * v.x + r[1] * v.y + r[2] * v.z, r[4] * v.x + r[5] * v.y + r[6] * v.z,
                   r[8] * v.x + r[9] * v.y + r[10] * v.z);
}

static reel_vec3 to_body(const reel_sim *sim, int body, reel_vec3 v)
{
    const double *r = sim->state.bodies[body].r;
    return reel_v3(r[0] * v.x + r[4] * v.y + r[8] * v.z, r[1] * v.x + r[5] * v.y + r[9] * v.z,
                   r[2] * v.x + r[6] * v.y + r[10] * v.z);
}

static bool asleep(const reel_sim *sim, int body)
{
    return sim->bodies[body].dynamic && !body_is_awake(sim, body);
}

/* Twice as far as what rests may move in a step. */
static double held_gap(const reel_sim *sim)
{
    return 2 * sim->rest_speed * sim->h;
}

/* The point as it is now, if it has only just parted. */
static bool has_parted(const reel_sim *sim, const hold *h, contact *out)
{
    if (asleep(sim, h->body_a) || asleep(sim, h->body_b)) {
        return false;
    }
    const reel_vec3 pa = sim->state.bodies[h->body_a].p, pb = sim->state.bodies[h->body_b].p;
    const reel_vec3 a = reel_v3_add(pa, to_world(sim, h->body_a, h->on_a));
    const reel_vec3 b = reel_v3_add(pb, to_world(sim, h->body_b, h->on_b));
    const reel_vec3 n = to_world(sim, h->body_b, h->normal), gap = reel_v3_sub(a, b);
    const double width = reel_v3_dot(gap, n);
    const reel_vec3 drift = reel_v3_madd(gap, -width, n);
    if (!(width > 0 && width < (h->swept ? PARTED_GAP : held_gap(sim))) ||
        reel_v3_dot(drift, drift) > PARTED_DRIFT * PARTED_DRIFT) {
        return false;
    }
    *out = (contact){.pair = -1,
                     .body_a = h->body_a,
                     .body_b = h->body_b,
                     .geom_a = h->geom_a,
                     .geom_b = h->geom_b,
                     .pos = reel_v3_scale(reel_v3_add(a, b), 0.5),
                     .normal = n,
                     .depth = -width,
                     .held = h->force,
                     .load = h->load,
                     .age = h->age,
                     .sides = h->sides,
                     .solver_depth = -width,
                     .parted = width > held_gap(sim) || !(reel_v3_dot(h->force, h->force) > 0)};
    return h->swept || contact_unrest(sim, out) < HELD_UNREST;
}

static reel_status append_parted(reel_sim *sim, const hold *old, const bool *used, int n_old,
                                 int n_new, reel_error *err)
{
    int k = n_new;
    for (int i = 0; i < n_old; i++) {
        contact c;
        if ((used && used[i]) || !has_parted(sim, &old[i], &c)) {
            continue;
        }
        if (!contacts_reserve(sim, 1)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contacts");
        }
        c.k = k++;
        sim->contacts[sim->n_contacts++] = c;
    }
    return REEL_OK;
}

static void find_anchors(const reel_sim *sim, contact *c)
{
    const reel_vec3 pa = sim->state.bodies[c->body_a].p, pb = sim->state.bodies[c->body_b].p;
    const reel_vec3 a = reel_v3_madd(c->pos, -c->depth / 2, c->normal);
    const reel_vec3 b = reel_v3_madd(c->pos, c->depth / 2, c->normal);
    c->on_a = to_body(sim, c->body_a, reel_v3_sub(a, pa));
    c->on_b = to_body(sim, c->body_b, reel_v3_sub(b, pb));
    c->normal_b = to_body(sim, c->body_b, c->normal);
}

/* Holds and contacts are both in the order of their pairs. */
reel_status holds_recall(reel_sim *sim, reel_error *err)
{
    const sim_state *state = &sim->state;
    const int n = sim->n_contacts;
    reel_status status = REEL_OK;
    int i = 0;
    for (int h = 0, last; h < state->n_holds && status == REEL_OK; h = last) {
        const hold *old = &state->holds[h];
        bool used[COLLIDER_CONTACTS] = {false};
        for (last = h + 1; last < state->n_holds && state->holds[last].geom_a == old->geom_a &&
                           state->holds[last].geom_b == old->geom_b;
             last++) {
        }
        while (i < n && compare(old, &sim->contacts[i]) > 0) {
            i++;
        }
        const int first = i;
        while (i < n && compare(old, &sim->contacts[i]) == 0) {
            i++;
        }
        match(old, last - h, &sim->contacts[first], i - first, used);
        status = append_parted(sim, old, used, last - h, i - first, err);
    }
    for (int k = 0; k < sim->n_contacts; k++) {
        find_anchors(sim, &sim->contacts[k]);
    }
    if (sim->n_contacts > n) {
        contacts_sort(sim, by_pair_and_number);
    }
    return status;
}

/* After the solvers: a gap without a force is no contact. */
void holds_drop_parted(reel_sim *sim)
{
    int kept = 0;
    for (int i = 0; i < sim->n_contacts; i++) {
        const contact *c = &sim->contacts[i];
        const double acts = reel_v3_dot(c->force, c->force) + reel_v3_dot(c->impulse, c->impulse);
        if (c->depth > -2.5 * SIM_MARGIN || acts > 0) {
            sim->contacts[kept++] = *c;
        }
    }
    sim->n_contacts = kept;
}

static hold hold_of(const reel_sim *sim, const contact *c)
{
    const double now = reel_v3_dot(c->lasting, c->normal);
    const int age = now > 0 ? c->age + 1 : 0;
    const double share = fmax(1.0 / fmax(1, age), fmin(1, sim->h / LOAD_TIME));
    return (hold){.body_a = c->body_a,
                  .body_b = c->body_b,
                  .geom_a = c->geom_a,
                  .geom_b = c->geom_b,
                  .at = c->pos,
                  .force = c->lasting,
                  .load = c->load + share * (now - c->load),
                  .age = age,
                  .on_a = c->on_a,
                  .on_b = c->on_b,
                  .normal = c->normal_b,
                  .swept = c->swept,
                  .sides = c->sides};
}

static bool both_rest(const reel_sim *sim, const hold *h)
{
    return !body_is_awake(sim, h->body_a) && !body_is_awake(sim, h->body_b);
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
    int n = 0, h = 0;
    for (int i = 0; i <= sim->n_contacts; i++) {
        const bool more = i < sim->n_contacts;
        const contact *c = more ? &sim->contacts[i] : NULL;
        for (; h < state->n_holds && (!more || compare(&state->holds[h], c) < 0); h++) {
            if (both_rest(sim, &state->holds[h])) {
                sim->spare_holds[n++] = state->holds[h];
            }
        }
        if (more) {
            sim->spare_holds[n++] = hold_of(sim, c);
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
