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
#include "engine/inertia.h"

#include "base/trig.h"
#include <stdlib.h>

#define SWEEP_RATE     9600.0 /* 1/s */
#define SWEEP_WORK     12000  /* points: small islands get more sweeps */
#define SMALL_HEAP     400    /* points: larger ones get more sweeps, as they are deeper */
#define NOTABLE_CHANGE 1e-5   /* m/s, of a patch: less does not call for its neighbours */
#define PUSH_SPEED     1.0    /* m/s: fastest push out of a depth */
#define PUSH_RATE      20.0   /* 1/s: of the depth beyond SIM_SLOP */

enum { FEWEST_SWEEPS = 10, MOST_SWEEPS = 200, CALM_SWEEPS = 2 };

typedef struct mover {
    reel_vec3 v, w;
    double inv_mass;
    sym3 inv_inertia; /* world */
    int64_t moved;    /* last patch that moved it notably (sim_sweep.clock) */
} mover;

/* Points of one pair of geoms with one normal. */
typedef struct patch {
    int32_t a, b; /* movers; 0 is all that stands still */
    int32_t first, n;
    int64_t solved;    /* when (sim_sweep.clock) */
    reel_vec3 axes[3]; /* normal and two tangents */
    reel_vec3 belt;    /* m/s: contact.belt */
    double friction, rolling;
} patch;

/* Normal velocities (m/s) that a point is to have at least. */
enum { FOR_PATH, AFTER_STEP, BOUNCED, N_WANTED };

typedef struct point {
    reel_vec3 arm_a, arm_b;
    double wanted[N_WANTED];
    reel_vec3 impulse; /* N s, along the axes of the patch */
    /* These only steer, the solution does not depend on them: */
    float nn;         /* normal impulse per normal velocity */
    float nt, ns;     /* tangential velocity per normal impulse */
    float tt, ts, ss; /* tangential impulse per tangential velocity */
    float gentle;     /* step of the projected gradient */
} point;

/* Where in the order of the sweeps. */
typedef struct place {
    double height;
    int contact, n; /* the first of them */
} place;

struct sim_sweep {
    int cap_points;
    point *points;
    patch *patches;    /* [cap_points] */
    place *order;      /* [cap_points] */
    reel_vec3 *rolled; /* [cap_points] N m s */
    mover *movers;     /* [n_bodies + 1] */
    int *mover_of;     /* [n_bodies] */
    int n_points, n_patches;
    int64_t clock; /* patches solved in this step */
};

/* The same number for the bodies a and b of a point: both are computed at once. */
typedef double both __attribute__((vector_size(16)));
typedef struct both3 {
    both x, y, z;
} both3;
typedef struct both_movers {
    both3 v, w;
    both inv_mass, xx, yy, zz, xy, xz, yz;
} both_movers;

static inline both3 join(const reel_vec3 *a, const reel_vec3 *b)
{
    return (both3){{a->x, b->x}, {a->y, b->y}, {a->z, b->z}};
}

static inline both3 cross(both3 a, both3 b)
{
    return (both3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline both_movers load(const mover *a, const mover *b)
{
    const sym3 *i = &a->inv_inertia, *j = &b->inv_inertia;
    return (both_movers){.v = join(&a->v, &b->v),
                         .w = join(&a->w, &b->w),
                         .inv_mass = {a->inv_mass, b->inv_mass},
                         .xx = {i->xx, j->xx},
                         .yy = {i->yy, j->yy},
                         .zz = {i->zz, j->zz},
                         .xy = {i->xy, j->xy},
                         .xz = {i->xz, j->xz},
                         .yz = {i->yz, j->yz}};
}

static inline void unload(const both_movers *m, mover *a, mover *b)
{
    a->v = reel_v3(m->v.x[0], m->v.y[0], m->v.z[0]);
    a->w = reel_v3(m->w.x[0], m->w.y[0], m->w.z[0]);
    b->v = reel_v3(m->v.x[1], m->v.y[1], m->v.z[1]);
    b->w = reel_v3(m->w.x[1], m->w.y[1], m->w.z[1]);
}

/* Velocity of the surface on a less that on b. */
static inline reel_vec3 slip(const both_movers *m, both3 arm, reel_vec3 belt)
{
    const both3 turn = cross(m->w, arm);
    const both x = m->v.x + turn.x, y = m->v.y + turn.y, z = m->v.z + turn.z;
    return reel_v3(x[0] - x[1] + belt.x, y[0] - y[1] + belt.y, z[0] - z[1] + belt.z);
}

static inline void twist(both_movers *m, both3 t)
{
    m->w.x += m->xx * t.x + m->xy * t.y + m->xz * t.z;
    m->w.y += m->xy * t.x + m->yy * t.y + m->yz * t.z;
    m->w.z += m->xz * t.x + m->yz * t.y + m->zz * t.z;
}

/* `i` on a at the end of its arm, the opposite on b. */
static inline void push(both_movers *m, both3 arm, reel_vec3 i)
{
    const both3 p = {{i.x, -i.x}, {i.y, -i.y}, {i.z, -i.z}};
    m->v.x += m->inv_mass * p.x;
    m->v.y += m->inv_mass * p.y;
    m->v.z += m->inv_mass * p.z;
    twist(m, cross(arm, p));
}

static inline reel_vec3 along_axes(const patch *f, double n, double t, double s)
{
    const reel_vec3 *u = f->axes;
    return reel_v3(n * u[0].x + t * u[1].x + s * u[2].x, n * u[0].y + t * u[1].y + s * u[2].y,
                   n * u[0].z + t * u[1].z + s * u[2].z);
}

/* Projected gradient step of the tangential impulse: to the disc of Coulomb's friction. */
static inline void slide(const point *p, double ut, double us, double most, double *j, double *k)
{
    *j = p->impulse.y - p->gentle * ut;
    *k = p->impulse.z - p->gentle * us;
    const double size2 = *j * *j + *k * *k;
    if (size2 > most * most) {
        const double scale = most / sqrt(size2);
        *j *= scale;
        *k *= scale;
    }
}

static inline double solve_point(both_movers *m, const patch *f, point *p, double wanted)
{
    const both3 arm = join(&p->arm_a, &p->arm_b);
    const reel_vec3 u = slip(m, arm, f->belt);
    const double un = reel_v3_dot(u, f->axes[0]);
    const double free = p->impulse.x - p->nn * (un - wanted);
    const double i = free > 0 ? free : 0, gain = i - p->impulse.x;
    const double ut = reel_v3_dot(u, f->axes[1]) + p->nt * gain;
    const double us = reel_v3_dot(u, f->axes[2]) + p->ns * gain;
    double j = p->impulse.y - p->tt * ut - p->ts * us;
    double k = p->impulse.z - p->ts * ut - p->ss * us;
    const double most = f->friction * i;
    if (j * j + k * k > most * most) {
        slide(p, ut, us, most, &j, &k);
    }
    const double dj = j - p->impulse.y, dk = k - p->impulse.z;
    push(m, arm, along_axes(f, gain, dj, dk));
    p->impulse = reel_v3(i, j, k);
    return gain * gain + dj * dj + dk * dk;
}

/* Rolling friction: a torque against the relative spin, within a ball. */
static void roll(both_movers *m, const patch *f, const point *p, reel_vec3 *rolled)
{
    const both all = m->xx + m->yy + m->zz;
    const reel_vec3 spin =
        reel_v3(m->w.x[0] - m->w.x[1], m->w.y[0] - m->w.y[1], m->w.z[0] - m->w.z[1]);
    reel_vec3 next = reel_v3_madd(*rolled, -1 / (all[0] + all[1]), spin);
    const double most = f->rolling * p->impulse.x, size = reel_v3_len(next);
    if (size > most) {
        next = reel_v3_scale(next, most / size);
    }
    const reel_vec3 d = reel_v3_sub(next, *rolled);
    twist(m, (both3){{d.x, -d.x}, {d.y, -d.y}, {d.z, -d.z}});
    *rolled = next;
}

static double solve_patch(sim_sweep *sweep, const patch *f, int wanted)
{
    double change = 0;
    both_movers m = load(&sweep->movers[f->a], &sweep->movers[f->b]);
    for (int k = f->first; k < f->first + f->n; k++) {
        point *p = &sweep->points[k];
        change += solve_point(&m, f, p, p->wanted[wanted]);
        if (f->rolling > 0) {
            roll(&m, f, p, &sweep->rolled[k]);
        }
    }
    unload(&m, &sweep->movers[f->a], &sweep->movers[f->b]);
    const double yield = m.inv_mass[0] + m.inv_mass[1];
    return change * yield * yield;
}

/* All patches, or those whose bodies have moved since they were solved; false if there are none. */
static bool sweep_over(sim_sweep *sweep, bool all, int wanted)
{
    bool any = false;
    for (int i = 0; i < sweep->n_patches; i++) {
        patch *f = &sweep->patches[i];
        mover *a = &sweep->movers[f->a], *b = &sweep->movers[f->b];
        if (!all && a->moved <= f->solved && b->moved <= f->solved) {
            continue;
        }
        any = true;
        f->solved = sweep->clock++;
        if (solve_patch(sweep, f, wanted) > NOTABLE_CHANGE * NOTABLE_CHANGE) {
            a->moved = f->a ? sweep->clock : a->moved;
            b->moved = f->b ? sweep->clock : b->moved;
        }
    }
    return any;
}

static void start_warm(sim_sweep *sweep)
{
    for (int i = 0; i < sweep->n_patches; i++) {
        const patch *f = &sweep->patches[i];
        both_movers m = load(&sweep->movers[f->a], &sweep->movers[f->b]);
        for (int k = f->first; k < f->first + f->n; k++) {
            const point *p = &sweep->points[k];
            const reel_vec3 i3 = p->impulse;
            push(&m, join(&p->arm_a, &p->arm_b), along_axes(f, i3.x, i3.y, i3.z));
        }
        unload(&m, &sweep->movers[f->a], &sweep->movers[f->b]);
    }
}

/* What came in fast leaves at the speed that restitution gives it. */
static void bounce(sim_sweep *sweep)
{
    for (int i = 0; i < sweep->n_patches; i++) {
        const patch *f = &sweep->patches[i];
        both_movers m = load(&sweep->movers[f->a], &sweep->movers[f->b]);
        for (int k = f->first; k < f->first + f->n; k++) {
            point *p = &sweep->points[k];
            if (p->wanted[BOUNCED] > 0 && p->impulse.x > 0) {
                solve_point(&m, f, p, p->wanted[BOUNCED]);
            }
        }
        unload(&m, &sweep->movers[f->a], &sweep->movers[f->b]);
    }
}

/* How the slip answers an impulse along a direction. */
static reel_vec3 answer_to(const mover *a, const mover *b, const point *p, reel_vec3 along)
{
    const reel_vec3 wa = sym3_mul(&a->inv_inertia, reel_v3_cross(p->arm_a, along));
    const reel_vec3 wb = sym3_mul(&b->inv_inertia, reel_v3_cross(p->arm_b, along));
    const reel_vec3 turned = reel_v3_add(reel_v3_cross(wa, p->arm_a), reel_v3_cross(wb, p->arm_b));
    return reel_v3_madd(turned, a->inv_mass + b->inv_mass, along);
}

static void prepare_block(const mover *a, const mover *b, const patch *f, point *p)
{
    const reel_vec3 by_n = answer_to(a, b, p, f->axes[0]);
    const reel_vec3 by_t = answer_to(a, b, p, f->axes[1]), by_s = answer_to(a, b, p, f->axes[2]);
    const double tt = reel_v3_dot(by_t, f->axes[1]), ts = reel_v3_dot(by_t, f->axes[2]);
    const double ss = reel_v3_dot(by_s, f->axes[2]), det = tt * ss - ts * ts;
    p->nn = (float)(1 / reel_v3_dot(by_n, f->axes[0]));
    p->nt = (float)reel_v3_dot(by_n, f->axes[1]);
    p->ns = (float)reel_v3_dot(by_n, f->axes[2]);
    p->tt = (float)(ss / det);
    p->ts = (float)(-ts / det);
    p->ss = (float)(tt / det);
    const double half = (tt - ss) / 2; /* 1 / larger eigenvalue */
    p->gentle = (float)(1 / ((tt + ss) / 2 + sqrt(half * half + ts * ts)));
}

static void accelerate(reel_sim *sim, const island *isle)
{
    const double h = sim->h;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const body_fixed *fixed = &sim->bodies[b];
        mover *m = &sim->sweep->movers[sim->sweep->mover_of[b]];
        m->v = reel_v3_madd(m->v, h, sim->scene->gravity);
        if (sim->pushed[b]) {
            m->v = reel_v3_madd(m->v, h * fixed->inv_mass, sim->force[b]);
            m->w = reel_v3_madd(m->w, h, sym3_mul(&m->inv_inertia, sim->torque[b]));
        }
        if (!fixed->round) {
            m->w = body_gyrate(fixed, &sim->state.bodies[b], m->w, h);
        }
    }
}

static void load_movers(reel_sim *sim, const island *isle)
{
    sim_sweep *sweep = sim->sweep;
    sweep->movers[0] = (mover){.inv_mass = 0};
    int n = 1;
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b], n++) {
        const body_state *state = &sim->state.bodies[b];
        sweep->mover_of[b] = n;
        sweep->movers[n] = (mover){.v = state->v,
                                   .w = state->w,
                                   .inv_mass = sim->bodies[b].inv_mass,
                                   .inv_inertia = body_world_inverse(&sim->bodies[b], state)};
    }
}

static void load_point(const reel_sim *sim, const contact *c, const patch *f, point *p)
{
    const double gap_speed = c->depth < 0 ? c->depth / sim->h : 0, excess = c->depth - SIM_SLOP;
    *p = (point){.wanted = {gap_speed, gap_speed}};
    if (excess > 0) {
        p->wanted[FOR_PATH] = fmin(PUSH_RATE * excess, PUSH_SPEED);
    }
    if (c->restitution > 0 && contact_is_impact(sim, c)) {
        p->wanted[BOUNCED] = c->restitution * c->approach;
    }
    if (f->a != 0) {
        p->arm_a = reel_v3_sub(c->pos, sim->state.bodies[c->body_a].p);
    }
    if (f->b != 0) {
        p->arm_b = reel_v3_sub(c->pos, sim->state.bodies[c->body_b].p);
    }
    const double i = fmax(0, reel_v3_dot(c->held, f->axes[0]));
    const double j = reel_v3_dot(c->held, f->axes[1]), k = reel_v3_dot(c->held, f->axes[2]);
    const double size = sqrt(j * j + k * k), most = f->friction * i;
    const double scale = size > most ? most / size : 1;
    p->impulse = reel_v3_scale(reel_v3(i, scale * j, scale * k), sim->h);
    prepare_block(&sim->sweep->movers[f->a], &sim->sweep->movers[f->b], f, p);
}

static void load_patch(const reel_sim *sim, const contact *c, patch *f)
{
    const sim_sweep *sweep = sim->sweep;
    const reel_vec3 n = c->normal;
    const reel_vec3 other = fabs(n.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    const reel_vec3 t = reel_v3_unit(reel_v3_cross(n, other), other);
    *f = (patch){.a = sim->bodies[c->body_a].dynamic ? sweep->mover_of[c->body_a] : 0,
                 .b = sim->bodies[c->body_b].dynamic ? sweep->mover_of[c->body_b] : 0,
                 .axes = {n, t, reel_v3_cross(n, t)},
                 .belt = c->belt,
                 .friction = c->friction,
                 .rolling = c->rolling};
}

static bool goes_with(const contact *c, const contact *d)
{
    return c->geom_a == d->geom_a && c->geom_b == d->geom_b && c->normal.x == d->normal.x &&
           c->normal.y == d->normal.y && c->normal.z == d->normal.z;
}

static int by_height(const void *x, const void *y)
{
    const place *a = x, *b = y;
    if (a->height != b->height) {
        return a->height < b->height ? -1 : 1;
    }
    return (a->contact > b->contact) - (a->contact < b->contact);
}

/* Patches of the island's contacts, from the lowest to the highest. */
static void load_points(reel_sim *sim, const island *isle)
{
    sim_sweep *sweep = sim->sweep;
    int n = 0;
    const contact *last = NULL;
    for (int i = isle->first_contact; i >= 0; i = sim->contacts[i].next) {
        const contact *c = &sim->contacts[i];
        if (last && goes_with(last, c)) {
            sweep->order[n - 1].n++;
        } else {
            sweep->order[n++] = (place){-reel_v3_dot(c->pos, sim->scene->gravity), i, 1};
        }
        last = c;
    }
    qsort(sweep->order, (size_t)n, sizeof *sweep->order, by_height);
    sweep->n_patches = n;
    sweep->n_points = 0;
    for (int i = 0; i < n; i++) {
        const contact *c = &sim->contacts[sweep->order[i].contact];
        patch *f = &sweep->patches[i];
        load_patch(sim, c, f);
        f->first = sweep->n_points;
        f->n = sweep->order[i].n;
        for (int k = 0; k < f->n; k++) {
            sweep->rolled[sweep->n_points] = reel_v3(0, 0, 0);
            load_point(sim, &c[k], f, &sweep->points[sweep->n_points++]);
        }
    }
}

static bool reserve_points(sim_sweep *sweep, int n)
{
    if (n <= sweep->cap_points) {
        return true;
    }
    const size_t cap = 2 * (size_t)n;
    reel_free(sweep->points);
    reel_free(sweep->patches);
    reel_free(sweep->order);
    reel_free(sweep->rolled);
    sweep->points = reel_alloc(cap * sizeof *sweep->points);
    sweep->patches = reel_alloc(cap * sizeof *sweep->patches);
    sweep->order = reel_alloc(cap * sizeof *sweep->order);
    sweep->rolled = reel_alloc(cap * sizeof *sweep->rolled);
    const bool ok = sweep->points && sweep->patches && sweep->order && sweep->rolled;
    sweep->cap_points = ok ? (int)cap : 0;
    return ok;
}

static bool reserve(reel_sim *sim, int n_points)
{
    if (!sim->sweep) {
        sim->sweep = reel_calloc(1, sizeof *sim->sweep);
        if (!sim->sweep) {
            return false;
        }
        const size_t bodies = (size_t)sim->scene->n_bodies;
        sim->sweep->movers = reel_calloc(bodies + 1, sizeof *sim->sweep->movers);
        sim->sweep->mover_of = reel_calloc(bodies, sizeof *sim->sweep->mover_of);
    }
    return sim->sweep->movers && sim->sweep->mover_of && reserve_points(sim->sweep, n_points);
}

void sweep_destroy(sim_sweep *sweep)
{
    if (sweep) {
        reel_free(sweep->points);
        reel_free(sweep->patches);
        reel_free(sweep->order);
        reel_free(sweep->rolled);
        reel_free(sweep->movers);
        reel_free(sweep->mover_of);
        reel_free(sweep);
    }
}

static void move_body(reel_sim *sim, int b, const mover *m)
{
    body_state *state = &sim->state.bodies[b];
    const reel_vec3 path = reel_v3_scale(m->v, sim->h), turn = reel_v3_scale(m->w, sim->h);
    if (sim->pushed[b]) {
        const double work = reel_v3_dot(sim->force[b], path) + reel_v3_dot(sim->torque[b], turn);
        sim->state.work += work;
        sim->state.total_work += fabs(work);
    }
    const double angle = reel_v3_len(turn);
    double sine, cosine;
    reel_sincos(angle / 2, &sine, &cosine);
    const reel_vec3 axis = reel_v3_scale(reel_v3_unit(turn, reel_v3(0, 0, 1)), sine);
    const reel_quat by = {cosine, axis.x, axis.y, axis.z};
    state->p = reel_v3_add(state->p, path);
    state->q = reel_quat_unit(reel_quat_mul(by, state->q));
    state->free = false;
    body_refresh_rotation(state);
    body_place_geoms(sim, b);
}

static void move_bodies(reel_sim *sim, const island *isle)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        move_body(sim, b, &sim->sweep->movers[sim->sweep->mover_of[b]]);
    }
}

static void store_velocities(reel_sim *sim, const island *isle)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        const mover *m = &sim->sweep->movers[sim->sweep->mover_of[b]];
        sim->state.bodies[b].v = m->v;
        sim->state.bodies[b].w = m->w;
    }
}

static void store_forces(reel_sim *sim, bool lasting)
{
    const sim_sweep *sweep = sim->sweep;
    for (int i = 0; i < sweep->n_patches; i++) {
        const patch *f = &sweep->patches[i];
        contact *c = &sim->contacts[sweep->order[i].contact];
        for (int k = 0; k < f->n; k++, c++) {
            const reel_vec3 p = sweep->points[f->first + k].impulse;
            c->force = reel_v3_scale(along_axes(f, p.x, p.y, p.z), 1 / sim->h);
            c->lasting = lasting ? c->force : c->lasting;
            c->swept = true;
        }
    }
}

/* Sweeps per second, since a step begins with what the one before found; more where cheap. */
static int sweeps_for(const reel_sim *sim, const island *isle)
{
    const double due = fmax(FEWEST_SWEEPS, ceil(sim->h * SWEEP_RATE));
    const double depth = sqrt(sqrt((double)isle->n_points / SMALL_HEAP)); /* of the heap, about */
    return (int)fmin(MOST_SWEEPS, fmax(due * fmax(1, depth), SWEEP_WORK / isle->n_points));
}

reel_status sweep_solve(reel_sim *sim, const island *isle, reel_error *err)
{
    if (!reserve(sim, isle->n_points)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %d contacts", isle->n_points);
    }
    const int sweeps = sweeps_for(sim, isle);
    load_movers(sim, isle);
    load_points(sim, isle);
    accelerate(sim, isle);
    start_warm(sim->sweep);
    sim->sweep->clock = 0;
    for (int k = 0; k < sweeps && sweep_over(sim->sweep, k == 0, FOR_PATH); k++) {
    }
    move_bodies(sim, isle);
    for (int k = 0; k < CALM_SWEEPS; k++) {
        sweep_over(sim->sweep, true, AFTER_STEP);
    }
    store_forces(sim, true); /* without the bounces: they do not last */
    bounce(sim->sweep);
    store_forces(sim, false);
    store_velocities(sim, isle);
    sim->state.audit.iterative_steps++;
    return REEL_OK;
}
