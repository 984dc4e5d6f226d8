/*
 * sweep.c - the contacts of a large island, by sweeps over its points.
 *
 * Projected Gauss-Seidel with a warm start: the impulses of the step before (hold.c) are where the
 * sweeps begin, so that a heap at rest is solved better with every step, until nothing moves. The
 * first sweeps push out of depths beyond SIM_SLOP, then the bodies move, then a few sweeps take the
 * push's velocity away again. A depth within SIM_SLOP is left alone: stiff contacts that also mind
 * their depth to the last nanometre make stacks tremble.
 *
 * A point is solved as a block: the normal impulse, then the tangential one within the disc of
 * Coulomb's friction (a cone, not a pyramid), then the rolling one within a ball. Where the exact
 * tangential impulse leaves the disc, a projected gradient step takes its place, whose fixed point
 * is friction straight against the slip. Points are taken from the lowest to the highest.
 *
 * Sources: Jourdan, Alart, Jean, A Gauss-Seidel like algorithm to solve frictional contact problems
 * (1998); Catto, Iterative dynamics with temporal coherence (2005), Solver2D (2024).
 */
#include "engine/sim.h"

#include "base/trig.h"
#include <stdlib.h>

#define SWEEP_RATE 9600.0 /* 1/s */
#define PUSH_SPEED 1.0    /* m/s: fastest push out of a depth */
#define PUSH_RATE  20.0   /* 1/s: of the depth beyond SIM_SLOP */

enum { FEWEST_SWEEPS = 10, MOST_SWEEPS = 80, CALM_SWEEPS = 2 };

/* Symmetric 3 x 3. */
typedef struct sym3 {
    double xx, yy, zz, xy, xz, yz;
} sym3;

typedef struct mover {
    reel_vec3 v, w;
    double inv_mass;
    sym3 inv_inertia;     /* world */
    reel_vec3 path, turn; /* of the step */
} mover;

typedef struct point {
    int32_t a, b;      /* movers; 0 is all that stands still */
    reel_vec3 n, t, s; /* normal and tangents */
    reel_vec3 arm_a, arm_b;
    double nn;            /* normal impulse per normal velocity */
    double nt, ns;        /* tangential velocity per normal impulse */
    double tt, ts, ss;    /* tangential impulse per tangential velocity */
    double gentle, rolls; /* steps of the projected gradients */
    double friction, rolling;
    reel_vec3 belt;               /* m/s: how the surface of a runs by itself less that of b */
    double push_speed, gap_speed; /* m/s, least normal velocity: of the path, after the step */
    double bounce;                /* m/s, normal velocity after the step; 0: does not bounce */
    reel_vec3 impulse;            /* N s, along n, t, s */
    reel_vec3 rolled;             /* N m s */
} point;

/* Where in the order of the sweeps. */
typedef struct place {
    double height;
    int contact;
} place;

struct sim_sweep {
    place *order; /* [cap_points] */
    int cap_points;
    point *points;
    mover *movers; /* [n_bodies + 1] */
    int *mover_of; /* [n_bodies] */
};

static reel_vec3 sym3_mul(const sym3 *m, reel_vec3 v)
{
    return reel_v3(m->xx * v.x + m->xy * v.y + m->xz * v.z, m->xy * v.x + m->yy * v.y + m->yz * v.z,
                   m->xz * v.x + m->yz * v.y + m->zz * v.z);
}

/* R I^-1 R^T */
static sym3 world_inverse(const body_fixed *fixed, const body_state *state)
{
    const double *r = state->r;
    const reel_mat3 rot = {{{r[0], r[1], r[2]}, {r[4], r[5], r[6]}, {r[8], r[9], r[10]}}};
    reel_vec3 row[3];
    for (int i = 0; i < 3; i++) {
        const reel_vec3 u = reel_v3(rot.m[i][0], rot.m[i][1], rot.m[i][2]);
        row[i] = reel_mat3_mul_v(rot, reel_mat3_mul_v(fixed->inv_inertia, u));
    }
    return (sym3){row[0].x, row[1].y, row[2].z, row[0].y, row[0].z, row[1].z};
}

/* Velocity of the surface on a less that on b. */
static inline reel_vec3 slip(const mover *a, const mover *b, const point *p)
{
    const reel_vec3 va = reel_v3_add(a->v, reel_v3_cross(a->w, p->arm_a));
    const reel_vec3 vb = reel_v3_add(b->v, reel_v3_cross(b->w, p->arm_b));
    return reel_v3_add(reel_v3_sub(va, vb), p->belt);
}

static inline void push(mover *a, mover *b, const point *p, reel_vec3 impulse)
{
    a->v = reel_v3_madd(a->v, a->inv_mass, impulse);
    b->v = reel_v3_madd(b->v, -b->inv_mass, impulse);
    a->w = reel_v3_add(a->w, sym3_mul(&a->inv_inertia, reel_v3_cross(p->arm_a, impulse)));
    b->w = reel_v3_sub(b->w, sym3_mul(&b->inv_inertia, reel_v3_cross(p->arm_b, impulse)));
}

static inline void twist(mover *a, mover *b, reel_vec3 impulse)
{
    a->w = reel_v3_add(a->w, sym3_mul(&a->inv_inertia, impulse));
    b->w = reel_v3_sub(b->w, sym3_mul(&b->inv_inertia, impulse));
}

static reel_vec3 world_impulse(const point *p, reel_vec3 i)
{
    return reel_v3_madd(reel_v3_madd(reel_v3_scale(p->n, i.x), i.y, p->t), i.z, p->s);
}

/* How the slip answers an impulse along a direction. */
static reel_vec3 answer_to(const mover *a, const mover *b, const point *p, reel_vec3 along)
{
    const reel_vec3 wa = sym3_mul(&a->inv_inertia, reel_v3_cross(p->arm_a, along));
    const reel_vec3 wb = sym3_mul(&b->inv_inertia, reel_v3_cross(p->arm_b, along));
    const reel_vec3 turned = reel_v3_add(reel_v3_cross(wa, p->arm_a), reel_v3_cross(wb, p->arm_b));
    return reel_v3_madd(turned, a->inv_mass + b->inv_mass, along);
}

static void prepare_block(const mover *movers, point *p)
{
    const mover *a = &movers[p->a], *b = &movers[p->b];
    const reel_vec3 by_n = answer_to(a, b, p, p->n);
    const reel_vec3 by_t = answer_to(a, b, p, p->t), by_s = answer_to(a, b, p, p->s);
    const double tt = reel_v3_dot(by_t, p->t), ts = reel_v3_dot(by_t, p->s);
    const double ss = reel_v3_dot(by_s, p->s), det = tt * ss - ts * ts;
    p->nn = 1 / reel_v3_dot(by_n, p->n);
    p->nt = reel_v3_dot(by_n, p->t);
    p->ns = reel_v3_dot(by_n, p->s);
    p->tt = ss / det;
    p->ts = -ts / det;
    p->ss = tt / det;
    const double half = (tt - ss) / 2; /* 1 / larger eigenvalue */
    p->gentle = 1 / ((tt + ss) / 2 + sqrt(half * half + ts * ts));
    const sym3 *ia = &a->inv_inertia, *ib = &b->inv_inertia;
    p->rolls = 1 / (ia->xx + ia->yy + ia->zz + ib->xx + ib->yy + ib->zz);
}

static inline void roll(mover *a, mover *b, point *p)
{
    const reel_vec3 spin = reel_v3_sub(a->w, b->w);
    reel_vec3 next = reel_v3_madd(p->rolled, -p->rolls, spin);
    const double most = p->rolling * p->impulse.x, size = reel_v3_len(next);
    if (size > most) {
        next = reel_v3_scale(next, most / size);
    }
    twist(a, b, reel_v3_sub(next, p->rolled));
    p->rolled = next;
}

/* One point: `wanted` is its normal velocity, at least. */
static inline void solve_point(mover *movers, point *p, double wanted)
{
    mover *a = &movers[p->a], *b = &movers[p->b];
    const reel_vec3 u = slip(a, b, p);
    const double un = reel_v3_dot(u, p->n);
    const reel_vec3 old = p->impulse;
    const double free_i = old.x - p->nn * (un - wanted);
    const double i = free_i > 0 ? free_i : 0, gain = i - old.x;
    const double ut = reel_v3_dot(u, p->t) + p->nt * gain;
    const double us = reel_v3_dot(u, p->s) + p->ns * gain;
    double j = old.y - p->tt * ut - p->ts * us, k = old.z - p->ts * ut - p->ss * us;
    const double most = p->friction * i;
    if (j * j + k * k > most * most) {
        j = old.y - p->gentle * ut;
        k = old.z - p->gentle * us;
        const double size2 = j * j + k * k;
        if (size2 > most * most) {
            const double scale = most / sqrt(size2);
            j *= scale;
            k *= scale;
        }
    }
    p->impulse = reel_v3(i, j, k);
    push(a, b, p, world_impulse(p, reel_v3_sub(p->impulse, old)));
    if (p->rolling > 0) {
        roll(a, b, p);
    }
}

static void sweep_pushing(mover *movers, point *points, int n)
{
    for (int i = 0; i < n; i++) {
        solve_point(movers, &points[i], points[i].push_speed);
    }
}

static void sweep_calmly(mover *movers, point *points, int n)
{
    for (int i = 0; i < n; i++) {
        solve_point(movers, &points[i], points[i].gap_speed);
    }
}

static void start_warm(mover *movers, point *points, int n)
{
    for (int i = 0; i < n; i++) {
        point *p = &points[i];
        push(&movers[p->a], &movers[p->b], p, world_impulse(p, p->impulse));
        if (p->rolling > 0) {
            twist(&movers[p->a], &movers[p->b], p->rolled);
        }
    }
}

/* Torque-free turning, implicit in the angular velocity: I (w' - w) + dt w' x I w' = 0, by one step
 * of Newton's method. It loses a little energy and never gains any. */
static reel_vec3 gyrate(const body_fixed *fixed, const body_state *state, reel_vec3 w, double dt)
{
    const reel_vec3 spin = body_inertia_mul(fixed, state, w);
    const reel_vec3 off = reel_v3_scale(reel_v3_cross(w, spin), dt);
    reel_vec3 column[3];
    for (int i = 0; i < 3; i++) {
        const reel_vec3 e = reel_v3(i == 0, i == 1, i == 2);
        const reel_vec3 ie = body_inertia_mul(fixed, state, e);
        const reel_vec3 d = reel_v3_add(reel_v3_cross(e, spin), reel_v3_cross(w, ie));
        column[i] = reel_v3_madd(ie, dt, d);
    }
    const reel_vec3 yz = reel_v3_cross(column[1], column[2]);
    const reel_vec3 zx = reel_v3_cross(column[2], column[0]);
    const reel_vec3 xy = reel_v3_cross(column[0], column[1]);
    const double det = reel_v3_dot(column[0], yz);
    const reel_vec3 change =
        reel_v3(reel_v3_dot(yz, off), reel_v3_dot(zx, off), reel_v3_dot(xy, off));
    return reel_v3_madd(w, -1 / det, change);
}

static void accelerate(const reel_sim *sim, const island *isle, double dt)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const body_fixed *fixed = &sim->bodies[b];
        mover *m = &sim->sweep->movers[sim->sweep->mover_of[b]];
        m->v = reel_v3_madd(m->v, dt, sim->scene->gravity);
        if (sim->pushed[b]) {
            m->v = reel_v3_madd(m->v, dt * fixed->inv_mass, sim->force[b]);
            m->w = reel_v3_madd(m->w, dt, sym3_mul(&m->inv_inertia, sim->torque[b]));
        }
        if (!fixed->round) {
            m->w = gyrate(fixed, &sim->state.bodies[b], m->w, dt);
        }
    }
}

static void move(mover *movers, int n, double dt)
{
    for (int i = 1; i <= n; i++) {
        movers[i].path = reel_v3_scale(movers[i].v, dt);
        movers[i].turn = reel_v3_scale(movers[i].w, dt);
    }
}

/* What came in fast leaves at the speed that restitution gives it. */
static void bounce(mover *movers, point *points, int n)
{
    for (int i = 0; i < n; i++) {
        point *p = &points[i];
        if (p->bounce > 0 && p->impulse.x > 0) {
            solve_point(movers, p, p->bounce);
        }
    }
}

static int by_height(const void *x, const void *y)
{
    const place *a = x, *b = y;
    if (a->height != b->height) {
        return a->height < b->height ? -1 : 1;
    }
    return (a->contact > b->contact) - (a->contact < b->contact);
}

static int load_movers(reel_sim *sim, const island *isle)
{
    sim_sweep *sweep = sim->sweep;
    sweep->movers[0] = (mover){.inv_mass = 0};
    int n = 0;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const body_state *state = &sim->state.bodies[b];
        sweep->mover_of[b] = ++n;
        sweep->movers[n] = (mover){.v = state->v,
                                   .w = state->w,
                                   .inv_mass = sim->bodies[b].inv_mass,
                                   .inv_inertia = world_inverse(&sim->bodies[b], state)};
    }
    return n;
}

static void load_point(const reel_sim *sim, const contact *c, point *p)
{
    const bool a = sim->bodies[c->body_a].dynamic, b = sim->bodies[c->body_b].dynamic;
    const double excess = c->depth - SIM_SLOP;
    *p = (point){.a = a ? sim->sweep->mover_of[c->body_a] : 0,
                 .b = b ? sim->sweep->mover_of[c->body_b] : 0,
                 .n = c->normal,
                 .belt = c->belt,
                 .friction = c->friction,
                 .rolling = c->rolling,
                 .gap_speed = c->depth < 0 ? c->depth / sim->h : 0};
    p->push_speed = excess > 0 ? fmin(PUSH_RATE * excess, PUSH_SPEED) : p->gap_speed;
    const reel_vec3 other = fabs(p->n.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    p->t = reel_v3_unit(reel_v3_cross(p->n, other), other);
    p->s = reel_v3_cross(p->n, p->t);
    p->arm_a = a ? reel_v3_sub(c->pos, sim->state.bodies[c->body_a].p) : p->arm_a;
    p->arm_b = b ? reel_v3_sub(c->pos, sim->state.bodies[c->body_b].p) : p->arm_b;
    if (c->restitution > 0 && contact_is_impact(sim, c)) {
        p->bounce = c->restitution * c->approach;
    }
    const double i = fmax(0, reel_v3_dot(c->held, p->n));
    const double j = reel_v3_dot(c->held, p->t), k = reel_v3_dot(c->held, p->s);
    const double size = sqrt(j * j + k * k), most = p->friction * i;
    const double scale = size > most ? most / size : 1;
    p->impulse = reel_v3_scale(reel_v3(i, scale * j, scale * k), sim->h);
    prepare_block(sim->sweep->movers, p);
}

static bool reserve(reel_sim *sim, int n)
{
    if (!sim->sweep) {
        const size_t bodies = (size_t)sim->scene->n_bodies;
        sim->sweep = reel_calloc(1, sizeof *sim->sweep);
        if (!sim->sweep) {
            return false;
        }
        sim->sweep->movers = reel_calloc(bodies + 1, sizeof *sim->sweep->movers);
        sim->sweep->mover_of = reel_calloc(bodies, sizeof *sim->sweep->mover_of);
    }
    if (n > sim->sweep->cap_points) {
        reel_free(sim->sweep->points);
        sim->sweep->cap_points = 0;
        sim->sweep->points = reel_alloc((size_t)(2 * n) * sizeof *sim->sweep->points);
        reel_free(sim->sweep->order);
        sim->sweep->order = reel_alloc((size_t)(2 * n) * sizeof *sim->sweep->order);
        sim->sweep->cap_points = sim->sweep->points && sim->sweep->order ? 2 * n : 0;
    }
    return sim->sweep->points && sim->sweep->movers && sim->sweep->mover_of;
}

void sweep_destroy(sim_sweep *sweep)
{
    if (sweep) {
        reel_free(sweep->points);
        reel_free(sweep->order);
        reel_free(sweep->movers);
        reel_free(sweep->mover_of);
        reel_free(sweep);
    }
}

static void store_body(reel_sim *sim, int b, const mover *m)
{
    body_state *state = &sim->state.bodies[b];
    const double work = reel_v3_dot(sim->force[b], m->path) + reel_v3_dot(sim->torque[b], m->turn);
    sim->state.work += work;
    sim->state.total_work += fabs(work);
    state->v = m->v;
    state->w = m->w;
    state->p = reel_v3_add(state->p, m->path);
    const double angle = reel_v3_len(m->turn);
    double sine, cosine;
    reel_sincos(angle / 2, &sine, &cosine);
    const reel_vec3 axis = reel_v3_scale(reel_v3_unit(m->turn, reel_v3(0, 0, 1)), sine);
    const reel_quat by = {cosine, axis.x, axis.y, axis.z};
    state->q = reel_quat_unit(reel_quat_mul(by, state->q));
    state->free = false;
    body_refresh_rotation(state);
    body_place_geoms(sim, b);
}

static void store_bodies(reel_sim *sim, const island *isle)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        store_body(sim, b, &sim->sweep->movers[sim->sweep->mover_of[b]]);
    }
}

static int load_points(reel_sim *sim, const island *isle)
{
    place *order = sim->sweep->order;
    int n = 0;
    for (int i = isle->first_contact; i >= 0; i = sim->contacts[i].next) {
        order[n++] = (place){-reel_v3_dot(sim->contacts[i].pos, sim->scene->gravity), i};
    }
    qsort(order, (size_t)n, sizeof *order, by_height);
    for (int i = 0; i < n; i++) {
        load_point(sim, &sim->contacts[order[i].contact], &sim->sweep->points[i]);
    }
    return n;
}

static void store_forces(reel_sim *sim, int n, bool lasting)
{
    for (int i = 0; i < n; i++) {
        const point *p = &sim->sweep->points[i];
        contact *c = &sim->contacts[sim->sweep->order[i].contact];
        c->force = reel_v3_scale(world_impulse(p, p->impulse), 1 / sim->h);
        c->lasting = lasting ? c->force : c->lasting;
        c->swept = true;
    }
}

reel_status sweep_solve(reel_sim *sim, const island *isle, reel_error *err)
{
    if (!reserve(sim, isle->n_points)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %d contacts", isle->n_points);
    }
    const double wanted = ceil(sim->h * SWEEP_RATE);
    const int sweeps = (int)fmin(MOST_SWEEPS, fmax(FEWEST_SWEEPS, wanted));
    mover *movers = sim->sweep->movers;
    point *points = sim->sweep->points;
    const int n_movers = load_movers(sim, isle), n = load_points(sim, isle);
    accelerate(sim, isle, sim->h);
    start_warm(movers, points, n);
    for (int k = 0; k < sweeps; k++) {
        sweep_pushing(movers, points, n);
    }
    move(movers, n_movers, sim->h);
    for (int k = 0; k < CALM_SWEEPS; k++) {
        sweep_calmly(movers, points, n);
    }
    store_forces(sim, n, true); /* without the bounces: they do not last */
    bounce(movers, points, n);
    store_forces(sim, n, false);
    store_bodies(sim, isle);
    sim->state.audit.iterative_steps++;
    return REEL_OK;
}
