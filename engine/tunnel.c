/*
 * tunnel.c - bodies that are so fast that a step takes them through others.
 *
 * A body that went farther in a step than half of its least extent is looked at again, in poses so
 * close to one another that it cannot have passed anything between two of them. Where it met a body
 * on the way it stops at the first touch: the next step finds the contact there, from the right
 * side, and solves it. The time that it lost is given back after that if it flew freely (a bounce
 * is then where it should be), and not otherwise. A body that hangs on joints cannot be stopped by
 * itself: it is counted (reel_audit, tunnelling) if it came out on the other side. So are bodies
 * that are pressed or turned through one another, which shows in a normal that turns round at once.
 *
 * The path is that of the centre, with the turn of the step: a rod that spins so fast that its ends
 * pass through something thin is not seen.
 */
#include "engine/geoms.h"

#include <ode/ode.h>

#define TOUCH_DEPTH 1e-5 /* m: so deep is a touch on the way */
#define DEEPER      0.25 /* of the least extent: so deep may a touch become within a step */
enum { MOST_POSES = 4096, HALVINGS = 10 };

/* Half of the least extent of what collides. */
static double thinness(const reel_scene *scene, const reel_body *body)
{
    double least = HUGE_VAL;
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        const reel_geom *geom = &scene->geoms[g];
        double lo[3], hi[3];
        if (!geom->collides || !reel_geom_box(scene, geom, lo, hi)) {
            continue;
        }
        const bool round = geom->shape != REEL_SHAPE_CONE && geom->shape != REEL_SHAPE_HULL;
        for (int i = 0; i < 3; i++) {
            least = fmin(least, (round ? 0.5 : 0.25) * (hi[i] - lo[i]));
        }
    }
    return least;
}

void tunnels_build(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        sim->bodies[b].thin = thinness(sim->scene, &sim->scene->bodies[b]);
    }
}

/* A body's way in this step. */
typedef struct way {
    int body;
    reel_vec3 p0;
    reel_quat q0;
    body_state end; /* as it is after the step */
} way;

static void place(reel_sim *sim, int b, reel_vec3 p, reel_quat q)
{
    sim->state.bodies[b].p = p;
    sim->state.bodies[b].q = q;
    body_refresh_rotation(&sim->state.bodies[b]);
    body_place_geoms(sim, b);
}

static void place_between(reel_sim *sim, int b, reel_vec3 p0, reel_quat q0, const body_state *end,
                          double share)
{
    const reel_quat q1 = end->q;
    const double same = q0.w * q1.w + q0.x * q1.x + q0.y * q1.y + q0.z * q1.z;
    const double to = same < 0 ? -share : share, from = 1 - share;
    const reel_quat q = {from * q0.w + to * q1.w, from * q0.x + to * q1.x, from * q0.y + to * q1.y,
                         from * q0.z + to * q1.z};
    place(sim, b, reel_v3_madd(p0, share, reel_v3_sub(end->p, p0)), reel_quat_unit(q));
}

/* The deepest point of the body's geoms and another; 0: none. */
static double depth_with(const reel_sim *sim, int body, int other)
{
    const reel_body *a = &sim->scene->bodies[body];
    const bool first = body < sim->scene->geoms[other].body; /* as in contact.c */
    double depth = 0;
    for (int g = a->first_geom; g < a->first_geom + a->n_geoms; g++) {
        dContactGeom points[COLLIDER_CONTACTS];
        const int a_geom = first ? g : other, b_geom = first ? other : g;
        const int n = sim->geoms[g] ? geoms_collide(sim, a_geom, b_geom, points) : 0;
        for (int i = 0; i < n; i++) {
            depth = fmax(depth, points[i].depth);
        }
    }
    return depth;
}

/* The same with the body that far on its way, and the other on its own. */
static double depth_at(reel_sim *sim, const way *w, int geom, double share)
{
    const int other = sim->scene->geoms[geom].body;
    place_between(sim, w->body, w->p0, w->q0, &w->end, share);
    if (!body_is_awake(sim, other)) {
        return depth_with(sim, w->body, geom);
    }
    const body_state end = sim->state.bodies[other];
    const body_before *from = watch_before(sim, other);
    place_between(sim, other, from->p, from->q, &end, share);
    const double depth = depth_with(sim, w->body, geom);
    sim->state.bodies[other] = end;
    body_place_geoms(sim, other);
    return depth;
}

/* Which of them it has met there, or -1. */
static int met_at(reel_sim *sim, const way *w, const obstacle *all, int n, double share)
{
    for (int i = 0; i < n; i++) {
        if (depth_at(sim, w, all[i].geom, share) > all[i].depth) {
            return i;
        }
    }
    return -1;
}

/* What the body may have met on its way. What it touches at the start it may touch deeper, within
 * bounds: it must not go through while the contact turns it. */
static int find_near(reel_sim *sim, const way *w, obstacle *near)
{
    const double reach = sim->bodies[w->body].reach;
    const double p0[3] = {w->p0.x, w->p0.y, w->p0.z};
    const double p1[3] = {w->end.p.x, w->end.p.y, w->end.p.z};
    int n = 0;
    for (int g = 0; g < sim->scene->n_geoms; g++) {
        const int other = sim->scene->geoms[g].body;
        if (!sim->geoms[g] || other == w->body || !sim->state.bodies[other].present) {
            continue;
        }
        dReal box[6];
        dGeomGetAABB(sim->geoms[g], box);
        double slack = reach;
        if (body_is_awake(sim, other)) {
            const reel_vec3 from = watch_before(sim, other)->p;
            slack += reel_v3_len(reel_v3_sub(sim->state.bodies[other].p, from));
        }
        bool apart = false;
        for (int i = 0; i < 3; i++) {
            apart |= fmax(p0[i], p1[i]) + slack < box[2 * i] ||
                     fmin(p0[i], p1[i]) - slack > box[2 * i + 1];
        }
        if (!apart && !joint_connects(sim, w->body, other)) {
            near[n++].geom = g;
        }
    }
    for (int i = 0; i < n; i++) {
        const double depth = depth_at(sim, w, near[i].geom, 0);
        near[i].depth =
            depth > 0 ? fmax(depth, DEEPER * sim->bodies[w->body].thin) + TOUCH_DEPTH : TOUCH_DEPTH;
    }
    return n;
}

/* A fast body that flies alone lost time: gravity and forces did not act in it. */
static void take_books_back(reel_sim *sim, int b, reel_vec3 from, double time)
{
    body_state *state = &sim->state.bodies[b];
    const reel_vec3 weight = reel_v3_scale(sim->scene->gravity, sim->bodies[b].mass);
    const reel_vec3 all = reel_v3_add(weight, sim->force[b]);
    sim->state.impulse = reel_v3_madd(sim->state.impulse, time, all);
    state->applied = reel_v3_madd(state->applied, time, all);
    const double work = reel_v3_dot(sim->force[b], reel_v3_sub(state->p, from));
    sim->state.work += work;
    sim->state.total_work += fabs(work);
}

static void fly_on(reel_sim *sim, int b, double time)
{
    body_state *state = &sim->state.bodies[b];
    const reel_vec3 from = state->p;
    body_fly(&sim->bodies[b], state, sim->scene->gravity, sim->force[b], sim->torque[b], time);
    body_place_geoms(sim, b);
    take_books_back(sim, b, from, time);
}

static bool flies_alone(const reel_sim *sim, int b)
{
    const island_kind kind = sim->islands[sim->root[b]].kind;
    return (kind == ISLAND_FREE || kind == ISLAND_IMPACT) && !forces_moved(sim, b);
}

/* Back to the first touch: both of them, since they will have an impact of their own. Where that is
 * not so the body only stops, and what time it lost is lost. */
static void stop_at(reel_sim *sim, const way *w, int other, double share)
{
    const int b = w->body;
    const bool moves = body_is_awake(sim, other);
    const double time = (1 - share) * (sim->h + watch_before(sim, b)->debt);
    sim->state.bodies[b] = w->end;
    if (!flies_alone(sim, b) ||
        (moves && (!flies_alone(sim, other) || sim->state.bodies[other].debt > 0))) {
        place_between(sim, b, w->p0, w->q0, &w->end, share);
        return;
    }
    fly_on(sim, b, -time);
    sim->state.bodies[b].debt = time;
    if (moves) {
        fly_on(sim, other, -time);
        sim->state.bodies[other].debt = time;
    }
}

static void note_tunnelling(reel_sim *sim, int a, int b)
{
    reel_audit *audit = &sim->state.audit;
    if (audit->tunnelling++ == 0) {
        audit->tunnelling_at = (reel_audit_place){(double)sim->state.step * sim->h, a, b};
    }
}

static bool has_sides(const reel_geom *geom)
{
    return geom->shape != REEL_SHAPE_PLANE && geom->shape != REEL_SHAPE_MESH &&
           geom->shape != REEL_SHAPE_HEIGHT_FIELD;
}

/* Two convex shapes that touch on opposite sides from one step to the next have swapped places. */
void tunnels_watch(reel_sim *sim, const touch *t, const contact *now)
{
    const bool same = t->last_geom_a == now->geom_a && t->last_geom_b == now->geom_b;
    const bool at_once = sim->state.step - t->last_step <= SIM_MERGE_STEPS + 1;
    if (same && at_once && reel_v3_dot(t->last_normal, now->normal) < -0.5 &&
        has_sides(&sim->scene->geoms[now->geom_a]) && has_sides(&sim->scene->geoms[now->geom_b])) {
        note_tunnelling(sim, now->body_a, now->body_b);
    }
}

static void look_again(reel_sim *sim, const way *w, double length)
{
    obstacle *near = watch_obstacles(sim);
    const int n_near = find_near(sim, w, near);
    const double poses = ceil(2 * length / sim->bodies[w->body].thin);
    const int n = (int)fmin(poses, MOST_POSES);
    int k = 1, found = -1;
    while (n_near > 0 && k < n && (found = met_at(sim, w, near, n_near, (double)k / n)) < 0) {
        k++;
    }
    sim->state.bodies[w->body] = w->end;
    if (found >= 0 && sim->live_joints[w->body] == 0) {
        double free = (double)(k - 1) / n, touching = (double)k / n;
        for (int i = 0; i < HALVINGS; i++) {
            const double middle = (free + touching) / 2;
            const int met = met_at(sim, w, near, n_near, middle);
            *(met >= 0 ? &touching : &free) = middle;
            found = met >= 0 ? met : found;
        }
        stop_at(sim, w, sim->scene->geoms[near[found].geom].body, touching);
    } else if (found >= 0 && depth_at(sim, w, near[found].geom, 1) == 0) {
        note_tunnelling(sim, w->body, sim->scene->geoms[near[found].geom].body);
        sim->state.bodies[w->body] = w->end;
    }
    body_place_geoms(sim, w->body);
}

/* What a body was stopped by it has met now: the rest of its time. */
static void give_time_back(reel_sim *sim, int b, island_kind kind)
{
    const double debt = watch_before(sim, b)->debt;
    sim->state.bodies[b].debt = 0;
    if (debt > 0 && (kind == ISLAND_FREE || kind == ISLAND_IMPACT)) {
        fly_on(sim, b, debt);
    }
}

void tunnels_close(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        if (body_is_awake(sim, b)) {
            give_time_back(sim, b, sim->islands[sim->root[b]].kind);
        }
    }
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        if (!body_is_awake(sim, b)) {
            continue;
        }
        const island_kind kind = sim->islands[sim->root[b]].kind;
        const body_before *before = watch_before(sim, b);
        way w = {.body = b, .p0 = before->p, .q0 = before->q, .end = sim->state.bodies[b]};
        if (kind == ISLAND_IMPACT) { /* the way after the impact */
            body_state then = w.end;
            body_fly(&sim->bodies[b], &then, sim->scene->gravity, sim->force[b], sim->torque[b],
                     -(sim->h + before->debt + sim->islands[sim->root[b]].tau));
            w.p0 = then.p;
            w.q0 = then.q;
        }
        const double length = reel_v3_len(reel_v3_sub(w.end.p, w.p0));
        const bool stopped = sim->state.bodies[b].debt > 0; /* as another one's obstacle */
        if (length > sim->bodies[b].thin && before->debt <= sim->h && !stopped) {
            look_again(sim, &w, length);
        }
    }
}
