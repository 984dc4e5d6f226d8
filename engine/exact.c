/*
 * exact.c - the contacts of an island without joints, solved as a complementarity problem.
 *
 * A row is a direction in which a point acts: along the normal, two of friction, three of rolling
 * friction. The normal impulses as they are without friction come first; they bound the others (a
 * pyramid whose first direction is the slip's, so that sliding is straight against it), and all are
 * solved for once more within these bounds.
 */
#include "engine/inertia.h"

#include "base/trig.h"
#include "engine/lcp.h"
#include <string.h>

#define GRIP_SOFTNESS 1e-12 /* s: of friction, as a share of the effective inertia */

enum { NORMAL, SLIP_ROWS = 2, ROLL_ROWS = 3, POINT_ROWS = 6 };

typedef struct exact_body {
    reel_vec3 v, w;        /* at the end of the step, without contacts */
    reel_vec3 push, twist; /* N s, N m s of the contacts */
    double inv_mass;
    sym3 inv_inertia;
    int first, n; /* rows that act on it, in acts[], rows[] */
} exact_body;

typedef struct exact_point {
    int a, b; /* bodies of the island; -1: stands still */
    reel_vec3 axes[3];
    reel_vec3 arm_a, arm_b;
    double softness; /* of its normal row, m/s per N s */
    int slip, roll;  /* first row of each, or -1 */
    int mates;       /* points of its pair of geoms */
} exact_point;

/* What a row does to a body per unit of impulse: push and twist. */
typedef struct exact_act {
    reel_vec3 push, twist;
} exact_act;

struct sim_exact {
    int cap_points, cap_bodies;
    int n_points, n_bodies, n_rows;
    exact_point *points;
    exact_body *bodies;
    int *point_of; /* [rows] */
    exact_act *acts;
    int *rows;
    int *index; /* [n_bodies of the scene] */
    lcp problem;
};

/* ---- what is there -------------------------------------------------------------------------- */

static bool reserve(reel_sim *sim, const island *isle)
{
    if (!sim->exact) {
        sim->exact = reel_calloc(1, sizeof *sim->exact);
        if (!sim->exact) {
            return false;
        }
        sim->exact->index = reel_calloc((size_t)sim->scene->n_bodies, sizeof(int));
    }
    sim_exact *e = sim->exact;
    if (isle->n_bodies > e->cap_bodies) {
        e->cap_bodies = 2 * isle->n_bodies;
        reel_free(e->bodies);
        e->bodies = reel_alloc((size_t)e->cap_bodies * sizeof *e->bodies);
    }
    if (isle->n_points > e->cap_points) {
        const size_t points = 2 * (size_t)isle->n_points, rows = POINT_ROWS * points;
        e->cap_points = 2 * isle->n_points;
        reel_free(e->points);
        reel_free(e->point_of);
        reel_free(e->acts);
        reel_free(e->rows);
        e->points = reel_alloc(points * sizeof *e->points);
        e->point_of = reel_alloc(rows * sizeof *e->point_of);
        e->acts = reel_alloc(2 * rows * sizeof *e->acts);
        e->rows = reel_alloc(2 * rows * sizeof *e->rows);
    }
    return e->index && e->bodies && e->points && e->point_of && e->acts && e->rows &&
           lcp_reserve(&e->problem, isle->rows);
}

void exact_destroy(sim_exact *e)
{
    if (e) {
        reel_free(e->points);
        reel_free(e->bodies);
        reel_free(e->point_of);
        reel_free(e->acts);
        reel_free(e->rows);
        reel_free(e->index);
        lcp_finish(&e->problem);
        reel_free(e);
    }
}

/* In an impact no time goes by. */
static void load_bodies(reel_sim *sim, const island *isle)
{
    sim_exact *e = sim->exact;
    const double h = isle->kind == ISLAND_IMPACT ? 0 : sim->h;
    e->n_bodies = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const body_fixed *fixed = &sim->bodies[b];
        const body_state *state = &sim->state.bodies[b];
        exact_body *m = &e->bodies[e->n_bodies];
        *m = (exact_body){.v = state->v,
                          .w = state->w,
                          .inv_mass = fixed->inv_mass,
                          .inv_inertia = body_world_inverse(fixed, state)};
        if (h > 0) {
            m->v = reel_v3_madd(m->v, h, sim->scene->gravity);
            m->v = reel_v3_madd(m->v, h * fixed->inv_mass, sim->force[b]);
            m->w = reel_v3_madd(m->w, h, sym3_mul(&m->inv_inertia, sim->torque[b]));
            m->w = fixed->round ? m->w : body_gyrate(fixed, state, m->w, h);
        }
        sim->exact->index[b] = e->n_bodies++;
    }
}

static void load_points(reel_sim *sim, const island *isle)
{
    sim_exact *e = sim->exact;
    e->n_points = 0;
    e->n_rows = isle->n_points;
    for (int i = isle->first_contact, mates = 0, last = -1; i >= 0; i = sim->contacts[i].next) {
        const contact *c = &sim->contacts[i];
        const reel_vec3 n = c->normal, t = contact_slip_direction(sim, c);
        const bool a = sim->bodies[c->body_a].dynamic, b = sim->bodies[c->body_b].dynamic;
        exact_point *p = &e->points[e->n_points];
        *p = (exact_point){.a = a ? e->index[c->body_a] : -1,
                           .b = b ? e->index[c->body_b] : -1,
                           .axes = {n, t, reel_v3_cross(n, t)},
                           .slip = -1,
                           .roll = -1};
        p->arm_a = a ? reel_v3_sub(c->pos, sim->state.bodies[c->body_a].p) : reel_v3(0, 0, 0);
        p->arm_b = b ? reel_v3_sub(c->pos, sim->state.bodies[c->body_b].p) : reel_v3(0, 0, 0);
        mates = c->pair == last ? mates + 1 : 1;
        last = c->pair;
        for (int k = e->n_points - mates + 1; k <= e->n_points; k++) {
            e->points[k].mates = mates;
        }
        e->point_of[e->n_points] = e->n_points;
        if (c->friction > 0) {
            p->slip = e->n_rows;
            e->n_rows += SLIP_ROWS;
        }
        if (c->rolling > 0) {
            p->roll = e->n_rows;
            e->n_rows += ROLL_ROWS;
        }
        for (int k = p->slip >= 0 ? p->slip : p->roll; k >= 0 && k < e->n_rows; k++) {
            e->point_of[k] = e->n_points;
        }
        e->n_points++;
    }
}

/* ---- the matrix ----------------------------------------------------------------------------- */

static exact_act act_on(const exact_point *p, int row, int point, bool on_a)
{
    const double sign = on_a ? 1 : -1;
    if (p->roll >= 0 && row >= p->roll) {
        return (exact_act){reel_v3(0, 0, 0), reel_v3_scale(p->axes[row - p->roll], sign)};
    }
    const reel_vec3 axis = p->axes[row == point ? NORMAL : 1 + row - p->slip];
    const reel_vec3 push = reel_v3_scale(axis, sign);
    return (exact_act){push, reel_v3_cross(on_a ? p->arm_a : p->arm_b, push)};
}

/* The rows that act on each body, in their order. */
static void load_acts(sim_exact *e)
{
    int n = 0;
    for (int k = 0; k < e->n_bodies; k++) {
        exact_body *m = &e->bodies[k];
        m->first = n;
        for (int row = 0; row < e->n_rows; row++) {
            const exact_point *p = &e->points[e->point_of[row]];
            if (p->a == k || p->b == k) {
                e->acts[n] = act_on(p, row, e->point_of[row], p->a == k);
                e->rows[n++] = row;
            }
        }
        m->n = n - m->first;
    }
}

static void add_body(sim_exact *e, const exact_body *m)
{
    const lcp *q = &e->problem;
    const exact_act *acts = &e->acts[m->first];
    const int *rows = &e->rows[m->first];
    for (int i = 0; i < m->n; i++) {
        const reel_vec3 dv = reel_v3_scale(acts[i].push, m->inv_mass);
        const reel_vec3 dw = sym3_mul(&m->inv_inertia, acts[i].twist);
        double *out = q->a + (size_t)rows[i] * (size_t)q->stride;
        for (int j = i; j < m->n; j++) {
            out[rows[j]] += reel_v3_dot(dv, acts[j].push) + reel_v3_dot(dw, acts[j].twist);
        }
    }
}

static void load_matrix(reel_sim *sim)
{
    sim_exact *e = sim->exact;
    const lcp *q = &e->problem;
    const size_t stride = (size_t)q->stride;
    const int n = e->n_rows;
    memset(q->a, 0, (size_t)n * stride * sizeof *q->a);
    for (int k = 0; k < e->n_bodies; k++) {
        add_body(e, &e->bodies[k]);
    }
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            q->a[(size_t)j * stride + (size_t)i] = q->a[(size_t)i * stride + (size_t)j];
        }
        const exact_point *p = &e->points[e->point_of[i]];
        double *diagonal = &q->a[(size_t)i * stride + (size_t)i];
        *diagonal += i < e->n_points ? p->softness : GRIP_SOFTNESS / sim->h * *diagonal;
    }
}

/* ---- the right side ------------------------------------------------------------------------- */

static const exact_body still = {.inv_mass = 0};

static void load_right_side(reel_sim *sim, const island *isle)
{
    sim_exact *e = sim->exact;
    double *const b = e->problem.b;
    int k = 0;
    for (int i = isle->first_contact; i >= 0; i = sim->contacts[i].next, k++) {
        const contact *c = &sim->contacts[i];
        exact_point *p = &e->points[k];
        const exact_body *ma = p->a >= 0 ? &e->bodies[p->a] : &still;
        const exact_body *mb = p->b >= 0 ? &e->bodies[p->b] : &still;
        const reel_vec3 va = reel_v3_add(ma->v, reel_v3_cross(ma->w, p->arm_a));
        const reel_vec3 vb = reel_v3_add(mb->v, reel_v3_cross(mb->w, p->arm_b));
        const reel_vec3 u = reel_v3_add(reel_v3_sub(va, vb), c->belt);
        const reel_vec3 spin = reel_v3_sub(ma->w, mb->w);
        const contact_law law = contact_law_of(sim, c);
        p->softness = law.softness;
        b[k] = law.speed - reel_v3_dot(u, p->axes[NORMAL]);
        for (int j = 0; p->slip >= 0 && j < SLIP_ROWS; j++) {
            b[p->slip + j] = -reel_v3_dot(u, p->axes[1 + j]);
        }
        for (int j = 0; p->roll >= 0 && j < ROLL_ROWS; j++) {
            b[p->roll + j] = -reel_v3_dot(spin, p->axes[j]);
        }
    }
}

/* ---- solving -------------------------------------------------------------------------------- */

/* Two bits for each row of a point: its side and one, or 0. */
static int row_of(const exact_point *p, int point, int k)
{
    const int first = k == NORMAL ? point : k <= SLIP_ROWS ? p->slip : p->roll;
    return first < 0 ? -1 : k == NORMAL ? first : k <= SLIP_ROWS ? first + k - 1 : first + k - 3;
}

static void bound(lcp *q, int row, double most, int mates)
{
    const double alone = q->b[row] / q->a[(size_t)row * (size_t)q->stride + (size_t)row];
    q->lo[row] = -most;
    q->hi[row] = most;
    q->side[row] = fabs(alone) < most * mates ? LCP_FREE : alone < 0 ? LCP_LOW : LCP_HIGH;
}

/* Friction is bounded by what the normal impulse would be without it. The search begins where the
 * step before ended. */
static void bound_point(lcp *q, const exact_point *p, int point, const contact *c)
{
    for (int k = 0; k < POINT_ROWS; k++) {
        const int row = row_of(p, point, k);
        if (row >= 0 && k != NORMAL) {
            bound(q, row, (k <= SLIP_ROWS ? c->friction : c->rolling) * q->x[point], p->mates);
        }
        const int before = c->sides >> 2 * k & 3;
        if (row >= 0 && before > 0) {
            q->side[row] = (uint8_t)(before - 1);
        }
    }
}

static bool solve(reel_sim *sim, const island *isle)
{
    sim_exact *e = sim->exact;
    lcp *q = &e->problem;
    for (int k = 0; k < e->n_points; k++) {
        q->lo[k] = 0;
        q->hi[k] = HUGE_VAL;
        q->side[k] = LCP_FREE;
    }
    bool ended = lcp_solve(q, e->n_points);
    for (int i = isle->first_contact, k = 0; i >= 0; i = sim->contacts[i].next, k++) {
        bound_point(q, &e->points[k], k, &sim->contacts[i]);
    }
    ended &= e->n_rows == e->n_points || lcp_solve(q, e->n_rows);
    for (int i = isle->first_contact, k = 0; i >= 0; i = sim->contacts[i].next, k++) {
        contact *c = &sim->contacts[i];
        c->sides = 0;
        for (int j = 0; j < POINT_ROWS; j++) {
            const int row = row_of(&e->points[k], k, j);
            c->sides |= (uint16_t)(row < 0 ? 0 : (q->side[row] + 1) << 2 * j);
        }
    }
    return ended;
}

static void push_body(exact_body *m, const reel_vec3 arm, reel_vec3 impulse, reel_vec3 twist)
{
    m->push = reel_v3_add(m->push, impulse);
    m->twist = reel_v3_add(m->twist, reel_v3_add(reel_v3_cross(arm, impulse), twist));
}

static reel_vec3 along(const reel_vec3 axes[3], double n, double t, double s)
{
    return reel_v3_madd(reel_v3_madd(reel_v3_scale(axes[0], n), t, axes[1]), s, axes[2]);
}

/* The solution becomes forces, and pushes of the bodies. */
static void store_forces(reel_sim *sim, const island *isle)
{
    sim_exact *e = sim->exact;
    const double *x = e->problem.x;
    const bool impact = isle->approach > sim->bounce_speed;
    for (int i = isle->first_contact, k = 0; i >= 0; i = sim->contacts[i].next, k++) {
        contact *c = &sim->contacts[i];
        const exact_point *p = &e->points[k];
        const bool slip = p->slip >= 0, roll = p->roll >= 0;
        const reel_vec3 impulse =
            along(p->axes, x[k], slip ? x[p->slip] : 0, slip ? x[p->slip + 1] : 0);
        const reel_vec3 twist =
            roll ? along(p->axes, x[p->roll], x[p->roll + 1], x[p->roll + 2]) : reel_v3(0, 0, 0);
        if (p->a >= 0) {
            push_body(&e->bodies[p->a], p->arm_a, impulse, twist);
        }
        if (p->b >= 0) {
            push_body(&e->bodies[p->b], p->arm_b, reel_v3_scale(impulse, -1),
                      reel_v3_scale(twist, -1));
        }
        c->force = reel_v3_scale(impulse, 1 / sim->h);
        c->lasting = impact ? c->held : c->force;
    }
}

/* At the velocity of the step's end. Where no impact made it jump, the mean of both ends puts what
 * slides and rolls on its path to second order. */
static void move_body(const reel_sim *sim, body_state *state, reel_vec3 v0, reel_vec3 w0,
                      bool smooth)
{
    const reel_vec3 v = smooth ? reel_v3_scale(reel_v3_add(v0, state->v), 0.5) : state->v;
    const reel_vec3 w = smooth ? reel_v3_scale(reel_v3_add(w0, state->w), 0.5) : state->w;
    const reel_vec3 turn = reel_v3_scale(w, sim->h);
    double sine, cosine;
    reel_sincos(reel_v3_len(turn) / 2, &sine, &cosine);
    const reel_vec3 axis = reel_v3_scale(reel_v3_unit(turn, reel_v3(0, 0, 1)), sine);
    const reel_quat by = {cosine, axis.x, axis.y, axis.z};
    state->p = reel_v3_madd(state->p, sim->h, v);
    state->q = reel_quat_unit(reel_quat_mul(by, state->q));
    body_refresh_rotation(state);
}

reel_status exact_solve(reel_sim *sim, const island *isle, reel_error *err)
{
    if (!reserve(sim, isle)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %d contacts", isle->n_points);
    }
    load_bodies(sim, isle);
    load_points(sim, isle);
    load_right_side(sim, isle);
    load_acts(sim->exact);
    load_matrix(sim);
    sim->state.audit.exact_steps++;
    sim->state.audit.solver_messages += !solve(sim, isle);
    store_forces(sim, isle);
    int k = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b], k++) {
        const exact_body *m = &sim->exact->bodies[k];
        body_state *state = &sim->state.bodies[b];
        const reel_vec3 v0 = state->v, w0 = state->w;
        state->v = reel_v3_madd(m->v, m->inv_mass, m->push);
        state->w = reel_v3_add(m->w, sym3_mul(&m->inv_inertia, m->twist));
        if (isle->kind != ISLAND_IMPACT) {
            move_body(sim, state, v0, w0, isle->approach <= sim->bounce_speed);
        }
    }
    return REEL_OK;
}
