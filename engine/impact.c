/*
 * impact.c - what happens between two steps when bodies meet.
 *
 * 1. Bodies that flew freely until they met (one body on something static, or two) are taken back
 *    to the instant of first touch, solved there without gravity, and fly on for the rest of the
 *    step. So a bounce has its height to the order of rounding, whatever the step.
 * 2. Two spheres that meet while something else touches them (billiard balls on a table) have an
 *    impact of their own before the solver runs (also if each hangs on one hinge or ball joint: a
 *    cradle; the joint's part of the impulse is exact then): normal taken at the instant of first
 * touch, restitution and Coulomb friction of two bodies. Of several, the fastest goes first and the
 *    rest are looked at again: impulses travel through a train one pair at a time, as they do in
 *    life (simultaneous solution would split them differently).
 */
#include "engine/sim.h"

#include "base/trig.h"
#include <string.h>

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

static reel_vec3 acceleration(const reel_sim *sim, int b)
{
    const body_fixed *fixed = &sim->bodies[b];
    return fixed->dynamic ? reel_v3_madd(sim->scene->gravity, fixed->inv_mass, sim->force[b])
                          : reel_v3(0, 0, 0);
}

/* Depth at closing speed v that forces raise by a per second: d = v t - a t^2 / 2. */
static double time_since_depth_zero(const reel_sim *sim, const contact *c)
{
    const reel_vec3 pull = reel_v3_sub(acceleration(sim, c->body_a), acceleration(sim, c->body_b));
    const double a = -reel_v3_dot(pull, c->normal);
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
    if (shape->shape == REEL_SHAPE_CAPSULE || shape->shape == REEL_SHAPE_CYLINDER ||
        shape->shape == REEL_SHAPE_CONE) {
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

/* How a body answers an impulse: freely, or turning about the pivot that holds it. */
typedef struct answer {
    bool pivoted, hinged;
    reel_vec3 pivot, axis; /* world */
} answer;

/* The only joint that holds it is a hinge or ball joint on the world, or on something static. */
static bool find_answer(const reel_sim *sim, int body, answer *out)
{
    *out = (answer){.pivoted = false};
    if (sim->live_joints[body] == 0) {
        return true;
    }
    for (int j = 0; j < sim->scene->n_joints && sim->live_joints[body] == 1; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        const bool alone = joint->body_b < 0 || !sim->bodies[joint->body_b].dynamic;
        if (sim->state.joints[j].released || joint->body_a != body || !alone) {
            continue;
        }
        const body_state *state = &sim->state.bodies[body];
        const reel_vec3 arm = reel_quat_rotate(state->q, sim->state.joints[j].frame.anchor_a);
        out->pivoted = joint->kind == REEL_JOINT_HINGE || joint->kind == REEL_JOINT_BALL;
        out->hinged = joint->kind == REEL_JOINT_HINGE;
        out->pivot = reel_v3_add(state->p, arm);
        out->axis = reel_quat_rotate(state->q, sim->state.joints[j].frame.axis_a);
        return out->pivoted;
    }
    return false;
}

/* What an impulse at a point does to a round body. */
static void response(const reel_sim *sim, int body, const answer *how, reel_vec3 at,
                     reel_vec3 impulse, reel_vec3 *dv, reel_vec3 *dw)
{
    const body_fixed *fixed = &sim->bodies[body];
    const reel_vec3 p = sim->state.bodies[body].p;
    const double own = fixed->inertia.m[0][0];
    if (!how->pivoted) {
        *dv = reel_v3_scale(impulse, fixed->inv_mass);
        *dw = reel_v3_scale(reel_v3_cross(reel_v3_sub(at, p), impulse), 1 / own);
        return;
    }
    const reel_vec3 d = reel_v3_sub(p, how->pivot);
    const reel_vec3 turn = reel_v3_cross(reel_v3_sub(at, how->pivot), impulse);
    if (how->hinged) {
        const reel_vec3 lever = reel_v3_cross(how->axis, d);
        const double inertia = own + fixed->mass * reel_v3_dot(lever, lever);
        *dw = reel_v3_scale(how->axis, reel_v3_dot(how->axis, turn) / inertia);
    } else { /* inverse of (own + m d^2) 1 - m d d^T */
        const double all = own + fixed->mass * reel_v3_dot(d, d);
        const double share = fixed->mass * reel_v3_dot(d, turn) / own;
        *dw = reel_v3_scale(reel_v3_madd(turn, share, d), 1 / all);
    }
    *dv = reel_v3_cross(*dw, d);
}

/* How fast the point goes along a unit vector, per unit of impulse along it. */
static double mobility(const reel_sim *sim, int body, const answer *how, reel_vec3 at,
                       reel_vec3 along)
{
    reel_vec3 dv, dw;
    response(sim, body, how, at, along, &dv, &dw);
    const reel_vec3 arm = reel_v3_sub(at, sim->state.bodies[body].p);
    return reel_v3_dot(along, reel_v3_add(dv, reel_v3_cross(dw, arm)));
}

/* As if the new velocities had been there for `tau`: the bodies part on the right line. */
static void make_up_for(reel_sim *sim, int body, const answer *how, reel_vec3 dv, reel_vec3 dw,
                        double tau)
{
    body_state *state = &sim->state.bodies[body];
    const double angle = reel_v3_len(dw) * tau;
    if (!how->pivoted) {
        state->p = reel_v3_madd(state->p, tau, dv);
    } else if (angle > 0) {
        const reel_vec3 axis = reel_v3_scale(dw, tau / angle);
        const reel_vec3 half = reel_v3_scale(axis, reel_sin(angle / 2));
        const reel_quat turn = {reel_cos(angle / 2), half.x, half.y, half.z};
        const reel_vec3 arm = reel_quat_rotate(turn, reel_v3_sub(state->p, how->pivot));
        state->p = reel_v3_add(how->pivot, arm);
        state->q = reel_quat_unit(reel_quat_mul(turn, state->q));
        body_refresh_rotation(state);
    }
}

/* Joints answer to an impulse as well: that comes from outside. */
static void push(reel_sim *sim, int body, const answer *how, reel_vec3 at, reel_vec3 impulse,
                 double tau)
{
    const body_fixed *fixed = &sim->bodies[body];
    body_state *state = &sim->state.bodies[body];
    reel_vec3 dv, dw;
    response(sim, body, how, at, impulse, &dv, &dw);
    state->v = reel_v3_add(state->v, dv);
    state->w = reel_v3_add(state->w, dw);
    if (how->pivoted) {
        const reel_vec3 joint = reel_v3_sub(reel_v3_scale(dv, fixed->mass), impulse);
        sim->state.impulse = reel_v3_add(sim->state.impulse, joint);
    }
    make_up_for(sim, body, how, dv, dw, tau);
}

static reel_vec3 velocity_at(const reel_sim *sim, int body, reel_vec3 at)
{
    const body_state *state = &sim->state.bodies[body];
    return reel_v3_add(state->v, reel_v3_cross(state->w, reel_v3_sub(at, state->p)));
}

/* One impact of two spheres (whose inertia is round): restitution, then friction up to its cone. */
static void collide_spheres(reel_sim *sim, contact *c, double tau)
{
    answer how_a, how_b;
    if (!find_answer(sim, c->body_a, &how_a) || !find_answer(sim, c->body_b, &how_b)) {
        return;
    }
    const reel_vec3 pa = sim->state.bodies[c->body_a].p, pb = sim->state.bodies[c->body_b].p;
    const double ra = sim->scene->geoms[c->geom_a].size[0];
    const double rb = sim->scene->geoms[c->geom_b].size[0];
    const reel_vec3 at_a = reel_v3_madd(pa, -ra, c->normal);
    const reel_vec3 at_b = reel_v3_madd(pb, rb, c->normal);
    const reel_vec3 run = reel_v3_add(velocity_at(sim, c->body_a, at_a), c->belt);
    const reel_vec3 u = reel_v3_sub(run, velocity_at(sim, c->body_b, at_b));
    const double un = reel_v3_dot(u, c->normal);
    const double yield = mobility(sim, c->body_a, &how_a, at_a, c->normal) +
                         mobility(sim, c->body_b, &how_b, at_b, c->normal);
    const double jn = -(1 + c->restitution) * un / yield;
    const reel_vec3 slip = reel_v3_madd(u, -un, c->normal);
    const double speed = reel_v3_len(slip);
    reel_vec3 impulse = reel_v3_scale(c->normal, jn);
    if (speed > 1e-12) {
        const reel_vec3 along = reel_v3_scale(slip, 1 / speed);
        const double grip = mobility(sim, c->body_a, &how_a, at_a, along) +
                            mobility(sim, c->body_b, &how_b, at_b, along);
        impulse = reel_v3_madd(impulse, -fmin(c->friction * jn, speed / grip), along);
    }
    push(sim, c->body_a, &how_a, at_a, impulse, tau);
    push(sim, c->body_b, &how_b, at_b, reel_v3_scale(impulse, -1), tau);
    c->impulse = reel_v3_add(c->impulse, impulse);
}

static bool may_collide_alone(const reel_sim *sim, const contact *c)
{
    const body_fixed *a = &sim->bodies[c->body_a], *b = &sim->bodies[c->body_b];
    answer how;
    return of_spheres(sim, c) && a->dynamic && b->dynamic && a->round && b->round &&
           sim->islands[sim->root[c->body_a]].kind != ISLAND_IMPACT &&
           find_answer(sim, c->body_a, &how) && find_answer(sim, c->body_b, &how);
}

static double closing_speed(const reel_sim *sim, const contact *c)
{
    const reel_vec3 va = sim->state.bodies[c->body_a].v, vb = sim->state.bodies[c->body_b].v;
    return -reel_v3_dot(reel_v3_sub(va, vb), c->normal);
}

/* How long ago the two met: as computed, if they were closing in before any impact of this step;
 * else one of them has just been struck, and they touched already: at the instant of that. */
static double time_of_impact(const reel_sim *sim, const contact *c)
{
    return c->approach > sim->bounce_speed ? c->since
                                           : fmax(sim->met[c->body_a], sim->met[c->body_b]);
}

void impacts_of_spheres(reel_sim *sim)
{
    memset(sim->met, 0, (size_t)sim->scene->n_bodies * sizeof *sim->met);
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
        const double tau = time_of_impact(sim, fastest);
        collide_spheres(sim, fastest, tau);
        sim->met[fastest->body_a] = tau;
        sim->met[fastest->body_b] = tau;
        fastest->since = tau;
        fastest->approach = fmax(fastest->approach, speed);
        fastest->solver_depth = 0;
        fastest->instant = true;
    }
}
