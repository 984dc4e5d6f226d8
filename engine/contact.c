/*
 * contact.c - which points touch, in an order that depends on the scene only.
 *
 * Pairs come from the broad phase (broad.c) in the order of (body, body, geom, geom); the
 * collider is called with the geoms in that order, and at most 4 of its points are kept. A body
 * asleep that something awake touches wakes up here, with all that fell asleep with it.
 */
#include "engine/geoms.h"

#include <ode/ode.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_CONTACTS = 128 };

static int by_pair_and_number(const void *x, const void *y)
{
    const contact *a = x, *b = y;
    if (a->pair != b->pair) {
        return a->pair < b->pair ? -1 : 1;
    }
    return (a->k > b->k) - (a->k < b->k);
}

static double distance2(const dContactGeom *a, const dContactGeom *b)
{
    const double x = a->pos[0] - b->pos[0], y = a->pos[1] - b->pos[1], z = a->pos[2] - b->pos[2];
    return x * x + y * y + z * z;
}

/* libccd may return a zero normal where two surfaces just touch; it would end in NaN. */
static int drop_bad_normals(dContactGeom *c, int n)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        const double *m = c[i].normal;
        const double len2 = m[0] * m[0] + m[1] * m[1] + m[2] * m[2];
        if (len2 > 0.9999 && len2 < 1.0001 && c[i].depth >= 0) {
            c[kept++] = c[i];
        }
    }
    return kept;
}

/*
 * Keep the deepest point, then again and again the one farthest from those kept: the corners of the
 * touching area. A later point must be better by more than rounding, so that the choice does not
 * flicker between equal corners. The points keep the collider's order.
 */
static int keep_spread(dContactGeom *c, int n)
{
    if (n <= SIM_PAIR_CONTACTS) {
        return n;
    }
    bool chosen[COLLIDER_CONTACTS] = {false};
    int best = 0;
    for (int i = 1; i < n; i++) {
        best = c[i].depth > c[best].depth + 1e-6 ? i : best;
    }
    chosen[best] = true;
    for (int kept = 1; kept < SIM_PAIR_CONTACTS; kept++) {
        double best_gap = -1;
        for (int i = 0; i < n; i++) {
            double gap = 1e300;
            for (int j = 0; j < n; j++) {
                gap = chosen[j] ? fmin(gap, distance2(&c[i], &c[j])) : gap;
            }
            if (!chosen[i] && gap > best_gap * (1 + 1e-6)) {
                best_gap = gap;
                best = i;
            }
        }
        chosen[best] = true;
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (chosen[i]) {
            c[kept++] = c[i];
        }
    }
    return kept;
}

bool contacts_reserve(reel_sim *sim, int more)
{
    if (sim->n_contacts + more > sim->cap_contacts) {
        const int cap = sim->cap_contacts ? 2 * sim->cap_contacts : 256;
        contact *grown = reel_realloc(sim->contacts, (size_t)cap * sizeof *grown);
        if (!grown) {
            return false;
        }
        sim->contacts = grown;
        sim->cap_contacts = cap;
    }
    return true;
}

static reel_status append(reel_sim *sim, int pair, const dContactGeom *points, int n,
                          reel_error *err)
{
    if (!contacts_reserve(sim, n)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for contacts");
    }
    const geom_pair *p = &sim->pairs[pair];
    const bool plane = sim->scene->geoms[p->geom_a].shape == REEL_SHAPE_PLANE ||
                       sim->scene->geoms[p->geom_b].shape == REEL_SHAPE_PLANE;
    const double margin = plane ? SIM_MARGIN : 2 * SIM_MARGIN;
    for (int k = 0; k < n; k++) {
        const double *pos = points[k].pos, *m = points[k].normal;
        contact *c = &sim->contacts[sim->n_contacts++];
        *c = (contact){.pair = pair,
                       .k = k,
                       .body_a = p->body_a,
                       .body_b = p->body_b,
                       .geom_a = p->geom_a,
                       .geom_b = p->geom_b};
        c->pos = reel_v3(pos[0], pos[1], pos[2]);
        c->normal = reel_v3_unit(reel_v3(m[0], m[1], m[2]), reel_v3(0, 0, 1));
        if (plane) { /* the point lies on the thicker shape: back to the shape itself */
            const bool a = sim->scene->geoms[p->geom_a].shape == REEL_SHAPE_PLANE;
            c->pos = reel_v3_madd(c->pos, a ? -SIM_MARGIN : SIM_MARGIN, c->normal);
        }
        c->depth = points[k].depth - margin;
        c->solver_depth = fmax(0, c->depth);
    }
    return REEL_OK;
}

reel_vec3 contact_velocity(const reel_sim *sim, const contact *c)
{
    const body_state *a = &sim->state.bodies[c->body_a], *b = &sim->state.bodies[c->body_b];
    const reel_vec3 va = reel_v3_add(a->v, reel_v3_cross(a->w, reel_v3_sub(c->pos, a->p)));
    const reel_vec3 vb = reel_v3_add(b->v, reel_v3_cross(b->w, reel_v3_sub(c->pos, b->p)));
    return reel_v3_sub(va, vb);
}

double contact_unrest(const reel_sim *sim, const contact *c)
{
    const bool a = sim->bodies[c->body_a].dynamic, b = sim->bodies[c->body_b].dynamic;
    const double ra = sim->bodies[c->body_a].reach, rb = sim->bodies[c->body_b].reach;
    const double reach = a && b ? fmin(ra, rb) : a ? ra : rb;
    const reel_vec3 spin =
        reel_v3_sub(sim->state.bodies[c->body_a].w, sim->state.bodies[c->body_b].w);
    const double speed = reel_v3_len(contact_velocity(sim, c)) + reel_v3_len(surfaces_run(sim, c)) +
                         reach * reel_v3_len(spin);
    return sim->rest_speed > 0 ? speed / sim->rest_speed : INFINITY;
}

static void describe(reel_sim *sim, contact *c)
{
    const reel_scene *scene = sim->scene;
    const reel_contact_pair pair =
        surfaces_meet(sim, scene->geoms[c->geom_a].surface, scene->geoms[c->geom_b].surface);
    c->friction = pair.friction;
    c->restitution = pair.restitution;
    c->rolling = pair.rolling_friction;
    c->belt = surfaces_run(sim, c);
    c->meeting = contact_velocity(sim, c);
    c->approach = -reel_v3_dot(c->meeting, c->normal);
    const touch *open = touch_find(&sim->state, c->body_a, c->body_b);
    c->fresh = !open || open->last_step < sim->state.step - 1;
    c->since = c->approach > 0 ? fmin(fmax(0, c->solver_depth) / c->approach, sim->h) : sim->h;
}

static reel_status collide_pair(reel_sim *sim, int i, reel_error *err)
{
    const geom_pair *pair = &sim->pairs[i];
    dContactGeom points[COLLIDER_CONTACTS];
    int n = geoms_collide(sim, pair->geom_a, pair->geom_b, points);
    n = drop_bad_normals(points, n);
    if (!geoms_shape(sim, pair->geom_a)->land && !geoms_shape(sim, pair->geom_b)->land) {
        n = keep_spread(points, n); /* those on land are chosen by surface */
    }
    if (n == 0) {
        return REEL_OK;
    }
    const int bodies[2] = {pair->body_a, pair->body_b};
    for (int k = 0; k < 2; k++) {
        if (sim->bodies[bodies[k]].dynamic && !body_is_awake(sim, bodies[k])) {
            sleep_wake(sim, bodies[k]);
        }
    }
    return append(sim, i, points, n, err);
}

/* They are in order but for those of bodies that woke up late, or of points that have parted. */
void contacts_sort(reel_sim *sim, int (*compare)(const void *, const void *))
{
    contact *const c = sim->contacts;
    for (int i = 1; i < sim->n_contacts; i++) {
        if (compare(&c[i - 1], &c[i]) <= 0) {
            continue;
        }
        if (sim->n_contacts > FEW_CONTACTS) {
            qsort(c, (size_t)sim->n_contacts, sizeof *c, compare);
            return;
        }
        const contact moved = c[i];
        int k = i;
        for (; k > 0 && compare(&c[k - 1], &moved) > 0; k--) {
        }
        memmove(&c[k + 1], &c[k], (size_t)(i - k) * sizeof *c);
        c[k] = moved;
    }
}

/* Narrow phase of all pairs with a body awake; waking a body brings its pairs into play. */
static reel_status collide_all(reel_sim *sim, reel_error *err)
{
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < sim->n_pairs; i++) {
            geom_pair *pair = &sim->pairs[i];
            const bool a = body_is_awake(sim, pair->body_a), b = body_is_awake(sim, pair->body_b);
            if (pair->done || !(a || b)) {
                continue;
            }
            pair->done = true;
            const bool may_wake = (sim->bodies[pair->body_a].dynamic && !a) ||
                                  (sim->bodies[pair->body_b].dynamic && !b);
            const int before = sim->n_contacts;
            const reel_status status = collide_pair(sim, i, err);
            if (status != REEL_OK) {
                return status;
            }
            again |= may_wake && sim->n_contacts > before;
            if (sim->n_contacts > sim->scene->audit.contacts) {
                sim->state.audit.contact_cap_hits++;
                return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "audit.contacts",
                                    "more than %d contacts at step %lld",
                                    sim->scene->audit.contacts, (long long)sim->state.step);
            }
        }
    }
    return REEL_OK;
}

reel_status contacts_collect(reel_sim *sim, reel_error *err)
{
    sim->n_contacts = 0;
    reel_status status = pairs_find(sim, err);
    if (status == REEL_OK) {
        status = collide_all(sim, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    contacts_sort(sim, by_pair_and_number);
    reel_audit *audit = &sim->state.audit;
    audit->max_contacts =
        audit->max_contacts > sim->n_contacts ? audit->max_contacts : sim->n_contacts;
    status = holds_recall(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        describe(sim, &sim->contacts[i]);
    }
    return REEL_OK;
}
