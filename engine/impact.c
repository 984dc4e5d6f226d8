/*
 * impact.c - what happens between two steps when bodies meet.
 *
 * 1. Bodies that flew freely until they met (one body on something static, or two) are taken back
 *    to the instant of first touch, solved there without gravity, and fly on for the rest of the
 *    step. So a bounce has its height to the order of rounding, whatever the step.
 * 2. Two spheres that meet while something else touches them (billiard balls on a table) have an
 *    impact of their own before the solver runs: normal taken at the instant of first touch,
 *    restitution and Coulomb friction of two bodies. Of several, the fastest goes first and the
 *    rest are looked at again: impulses travel through a train one pair at a time, as they do in
 *    life (simultaneous solution would split them differently).
 */
#include "engine/sim.h"

enum { IMPACTS_PER_CONTACT = 64 };

static bool of_spheres(const reel_sim *sim, const contact *c)
{
    const reel_geom *a = &sim->scene->geoms[c->geom_a], *b = &sim->scene->geoms[c->geom_b];
    const reel_vec3 pa = a->body_from_geom.p, pb = b->body_from_geom.p;
    return a->shape == REEL_SHAPE_SPHERE && b->shape == REEL_SHAPE_SPHERE &&
           reel_v3_dot(pa, pa) + reel_v3_dot(pb, pb) == 0;
}

/* Two spheres in straight relative motion: how long ago did they touch, and with which normal? */
static double time_since_spheres_met(const reel_sim *sim, contact *c)
{
    const body_state *a = &sim->state.bodies[c->body_a], *b = &sim->state.bodies[c->body_b];
    const double radius_a = sim->scene->geoms[c->geom_a].size[0];
    const double radius_b = sim->scene->geoms[c->geom_b].size[0];
    const reel_vec3 d = reel_v3_sub(a->p, b->p), u = reel_v3_sub(a->v, b->v);
    const double uu = reel_v3_dot(u, u), du = reel_v3_dot(d, u), sum = radius_a + radius_b;
    const double room = du * du - uu * (reel_v3_dot(d, d) - sum * sum);
    if (!(uu > 0) || !(room >= 0) || !(du < 0)) {
        return 0;
    }
    const double tau = fmin(fmax(0, (du + sqrt(room)) / uu), sim->h);
    c->normal = reel_v3_unit(reel_v3_madd(d, -tau, u), c->normal);
    c->approach = -reel_v3_dot(u, c->normal);
    return tau;
}

/* Depth at closing speed v that gravity raises by a per second: d = v t - a t^2 / 2. */
static double time_since_depth_zero(const reel_sim *sim, const contact *c)
{
    const double side = (double)sim->bodies[c->body_a].dynamic - sim->bodies[c->body_b].dynamic;
    const double a = -side * reel_v3_dot(sim->scene->gravity, c->normal);
    const double room = c->approach * c->approach - 2 * a * c->depth;
    const double tau = 2 * c->depth / (c->approach + sqrt(fmax(0, room)));
    return fmin(tau, sim->h);
}

static bool in_island(const reel_sim *sim, const contact *c, const island *isle)
{
    const int body = sim->bodies[c->body_a].dynamic ? c->body_a : c->body_b;
    return &sim->islands[sim->root[body]] == isle;
}

/* How the point of touch moves with a geom: with its matter, but for a turn that maps the shape to
 * itself (a sphere's any, a cylinder's about its axis). */
static reel_vec3 touch_velocity(const reel_sim *sim, int body, int geom, reel_vec3 at)
{
    const body_state *state = &sim->state.bodies[body];
    const reel_geom *shape = &sim->scene->geoms[geom];
    const reel_vec3 arm = reel_quat_rotate(state->q, shape->body_from_geom.p);
    const reel_vec3 centre = reel_v3_add(state->p, arm);
    const reel_vec3 v = reel_v3_add(state->v, reel_v3_cross(state->w, arm));
    reel_vec3 turn = state->w;
    if (shape->shape == REEL_SHAPE_SPHERE) {
        return v;
    }
    if (shape->shape == REEL_SHAPE_CAPSULE || shape->shape == REEL_SHAPE_CYLINDER) {
        const reel_quat q = reel_quat_mul(state->q, shape->body_from_geom.q);
        const reel_vec3 axis = reel_quat_rotate(q, reel_v3(0, 0, 1));
        turn = reel_v3_madd(turn, -reel_v3_dot(turn, axis), axis);
    }
    return reel_v3_add(v, reel_v3_cross(turn, reel_v3_sub(at, centre)));
}

/* The point of touch goes back with the matter it is on: half way where both move. */
static void take_point_back(const reel_sim *sim, contact *c, double tau)
{
    const bool both = sim->bodies[c->body_a].dynamic && sim->bodies[c->body_b].dynamic;
    const reel_vec3 motion = reel_v3_add(touch_velocity(sim, c->body_a, c->geom_a, c->pos),
                                         touch_velocity(sim, c->body_b, c->geom_b, c->pos));
    if (of_spheres(sim, c) && both) {
        const body_state *b = &sim->state.bodies[c->body_b];
        const double radius = sim->scene->geoms[c->geom_b].size[0];
        c->pos = reel_v3_madd(reel_v3_madd(b->p, -tau, b->v), radius, c->normal);
    } else {
        c->pos = reel_v3_madd(c->pos, both ? -tau / 2 : -tau, motion);
    }
    c->solver_depth = 0;
    c->since = tau;
    c->instant = true;
}

void impact_rewind(reel_sim *sim, island *isle)
{
    isle->tau = 0;
    for (int i = 0; i < sim->n_contacts; i++) {
        contact *c = &sim->contacts[i];
        if (in_island(sim, c, isle) && c->approach > sim->bounce_speed) {
            const bool pair = of_spheres(sim, c) && sim->bodies[c->body_a].dynamic &&
                              sim->bodies[c->body_b].dynamic;
            const double tau =
                pair ? time_since_spheres_met(sim, c) : time_since_depth_zero(sim, c);
            isle->tau = fmax(isle->tau, tau);
        }
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        if (in_island(sim, &sim->contacts[i], isle)) {
            take_point_back(sim, &sim->contacts[i], isle->tau);
        }
    }
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        body_fly(&sim->bodies[b], &sim->state.bodies[b], sim->scene->gravity, sim->force[b],
                 sim->torque[b], -isle->tau);
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        contact *c = &sim->contacts[i];
        if (in_island(sim, c, isle)) {
            c->approach = -reel_v3_dot(contact_velocity(sim, c), c->normal);
        }
    }
}

void impact_go_on(reel_sim *sim, island *isle)
{
    for (int b = isle->first; b >= 0; b = sim->next_in_island[b]) {
        body_fly(&sim->bodies[b], &sim->state.bodies[b], sim->scene->gravity, sim->force[b],
                 sim->torque[b], sim->h + isle->tau);
    }
}

static void push(reel_sim *sim, int body, reel_vec3 at, double sign, reel_vec3 impulse)
{
    const body_fixed *fixed = &sim->bodies[body];
    body_state *state = &sim->state.bodies[body];
    const reel_vec3 arm = reel_v3_sub(at, state->p);
    const reel_vec3 spin = body_inv_inertia_mul(fixed, state, reel_v3_cross(arm, impulse));
    state->v = reel_v3_madd(state->v, sign * fixed->inv_mass, impulse);
    state->w = reel_v3_madd(state->w, sign, spin);
}

static double round_inverse_inertia(const body_fixed *fixed)
{
    return fixed->inv_inertia.m[0][0];
}

/* One impact of two spheres (whose inertia is round): restitution, then friction up to its cone. */
static void collide_spheres(reel_sim *sim, contact *c)
{
    const body_fixed *a = &sim->bodies[c->body_a], *b = &sim->bodies[c->body_b];
    const double ra = sim->scene->geoms[c->geom_a].size[0];
    const double rb = sim->scene->geoms[c->geom_b].size[0];
    const reel_vec3 pa = sim->state.bodies[c->body_a].p, pb = sim->state.bodies[c->body_b].p;
    const reel_vec3 arm_a = reel_v3_scale(c->normal, -ra), arm_b = reel_v3_scale(c->normal, rb);
    const reel_vec3 va = reel_v3_add(sim->state.bodies[c->body_a].v,
                                     reel_v3_cross(sim->state.bodies[c->body_a].w, arm_a));
    const reel_vec3 vb = reel_v3_add(sim->state.bodies[c->body_b].v,
                                     reel_v3_cross(sim->state.bodies[c->body_b].w, arm_b));
    const reel_vec3 u = reel_v3_sub(va, vb);
    const double un = reel_v3_dot(u, c->normal), inv_m = a->inv_mass + b->inv_mass;
    const double jn = -(1 + c->restitution) * un / inv_m;
    const reel_vec3 slip = reel_v3_madd(u, -un, c->normal);
    const double speed = reel_v3_len(slip);
    const double grip =
        inv_m + ra * ra * round_inverse_inertia(a) + rb * rb * round_inverse_inertia(b);
    const double jt = fmin(c->friction * jn, speed / grip);
    const reel_vec3 along = speed > 1e-12 ? reel_v3_scale(slip, 1 / speed) : reel_v3(0, 0, 0);
    const reel_vec3 impulse = reel_v3_madd(reel_v3_scale(c->normal, jn), -jt, along);
    push(sim, c->body_a, reel_v3_add(pa, arm_a), 1, impulse);
    push(sim, c->body_b, reel_v3_add(pb, arm_b), -1, impulse);
    c->impulse = reel_v3_add(c->impulse, impulse);
}

static bool may_collide_alone(const reel_sim *sim, const contact *c)
{
    const body_fixed *a = &sim->bodies[c->body_a], *b = &sim->bodies[c->body_b];
    return of_spheres(sim, c) && a->dynamic && b->dynamic && a->round && b->round &&
           sim->islands[sim->root[c->body_a]].kind != ISLAND_IMPACT &&
           sim->live_joints[c->body_a] + sim->live_joints[c->body_b] == 0;
}

/* As if the new velocities had been there since the touch: the bodies part on the right line. */
static void make_up_for(reel_sim *sim, int body, reel_vec3 before, double tau)
{
    body_state *state = &sim->state.bodies[body];
    state->p = reel_v3_madd(state->p, tau, reel_v3_sub(state->v, before));
}

static double closing_speed(const reel_sim *sim, const contact *c)
{
    const reel_vec3 va = sim->state.bodies[c->body_a].v, vb = sim->state.bodies[c->body_b].v;
    return -reel_v3_dot(reel_v3_sub(va, vb), c->normal);
}

void impacts_of_spheres(reel_sim *sim)
{
    int n = 0;
    for (int i = 0; i < sim->n_contacts; i++) {
        contact *c = &sim->contacts[i];
        if (may_collide_alone(sim, c)) {
            if (c->approach > sim->bounce_speed) {
                c->since = time_since_spheres_met(sim, c);
            }
            n++;
        }
    }
    for (int left = n * IMPACTS_PER_CONTACT; left > 0; left--) {
        contact *fastest = NULL;
        double speed = sim->bounce_speed;
        for (int i = 0; i < sim->n_contacts; i++) {
            contact *c = &sim->contacts[i];
            if (may_collide_alone(sim, c) && closing_speed(sim, c) > speed) {
                speed = closing_speed(sim, c);
                fastest = c;
            }
        }
        if (!fastest) {
            break;
        }
        const reel_vec3 va = sim->state.bodies[fastest->body_a].v;
        const reel_vec3 vb = sim->state.bodies[fastest->body_b].v;
        const double tau = fastest->approach > sim->bounce_speed ? fastest->since : 0;
        collide_spheres(sim, fastest);
        make_up_for(sim, fastest->body_a, va, tau);
        make_up_for(sim, fastest->body_b, vb, tau);
        fastest->approach = fmax(fastest->approach, speed);
        fastest->solver_depth = 0;
        fastest->instant = true;
    }
}
