/*
 * contact_joints.c - ODE contact joints for one step, and what they did.
 *
 * Remedies: a depth bias of some 1e-9 m (at most) that differs from point to point (dWorldStep's
 * complementarity solver fails on exactly degenerate contacts), keyed by the names of the bodies
 * and the point's number, so that a body elsewhere changes nothing here; the first friction
 * direction along the slip (the pyramid is then exact); no push out of a depth faster than
 * SIM_PUSH_SPEED, since ODE leaves that speed to the body; compliance relative to the bodies' mass.
 */
#include "engine/sim.h"

#include "base/hash.h"
#include <ode/ode.h>

static const island *island_of(const reel_sim *sim, const contact *c)
{
    const int body = sim->bodies[c->body_a].dynamic ? c->body_a : c->body_b;
    return &sim->islands[sim->root[body]];
}

#define MEAN_BIAS (19 * SIM_BIAS)

/* SIM_BIAS times 1..37, a function of who touches whom. A contact alone is not degenerate, and
 * unbiased it keeps a collision's momentum and a resting body's height exact. */
static double bias_of(const reel_sim *sim, const contact *c)
{
    if (island_of(sim, c)->n_contacts < 2) {
        return 0;
    }
    const reel_scene *scene = sim->scene;
    const uint64_t key[4] = {sim->bodies[c->body_a].key, sim->bodies[c->body_b].key,
                             (uint64_t)(c->geom_a - scene->bodies[c->body_a].first_geom) << 32 |
                                 (uint64_t)(c->geom_b - scene->bodies[c->body_b].first_geom),
                             (uint64_t)c->k};
    const uint64_t hash = reel_xxh64_of(key, sizeof key, 0);
    return SIM_BIAS * (1 + 36 * ((double)(hash >> 11) * 0x1p-53));
}

/* The slip that the step would have without friction: at the brink of sliding there is none yet. */
reel_vec3 contact_slip_direction(const reel_sim *sim, const contact *c)
{
    const int bodies[2] = {c->body_a, c->body_b};
    reel_vec3 u = reel_v3_add(contact_velocity(sim, c), c->belt);
    for (int i = 0; i < 2; i++) {
        const body_fixed *fixed = &sim->bodies[bodies[i]];
        if (fixed->dynamic) {
            const reel_vec3 a =
                reel_v3_madd(sim->scene->gravity, fixed->inv_mass, sim->force[bodies[i]]);
            u = reel_v3_madd(u, i == 0 ? sim->h : -sim->h, a);
        }
    }
    const reel_vec3 slip = reel_v3_madd(u, -reel_v3_dot(u, c->normal), c->normal);
    if (reel_v3_len(slip) > 1e-9) {
        return reel_v3_unit(slip, slip);
    }
    const reel_vec3 n = c->normal;
    const reel_vec3 other = fabs(n.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    return reel_v3_unit(reel_v3_cross(n, other), other);
}

bool contact_is_impact(const reel_sim *sim, const contact *c)
{
    return c->approach > sim->bounce_speed && !(reel_v3_dot(c->impulse, c->impulse) > 0);
}

/* Normal velocity that the contact is to have: out of its depth, and as much as its compliance
 * gives way to its load, so that only changes of the force meet the compliance and what rests does
 * not sag. The mean of the biases is taken off. */
static double rising_speed(const reel_sim *sim, const contact *c, bool impact, double bias,
                           double compliance)
{
    if (impact) {
        return SIM_ERP / sim->h * bias;
    }
    const double depth = c->solver_depth + bias - (bias > 0 ? MEAN_BIAS : 0);
    return fmin(SIM_ERP / sim->h * depth, SIM_PUSH_SPEED) +
           compliance * c->load * fmax(0, 1 - contact_unrest(sim, c));
}

static contact_law law_of(const reel_sim *sim, const contact *c, double bias)
{
    const body_fixed *a = &sim->bodies[c->body_a], *b = &sim->bodies[c->body_b];
    const bool impact = contact_is_impact(sim, c);
    const island *isle = island_of(sim, c);
    const bool alone = isle->n_bodies == 1 && isle->n_points <= 2; /* nothing to tremble */
    const double usual = alone ? SIM_LONE_SOFTNESS : SIM_SOFTNESS;
    contact_law law = {.softness =
                           (impact ? SIM_IMPACT_SOFTNESS : usual) * (a->inv_mass + b->inv_mass)};
    law.speed = rising_speed(sim, c, impact, bias, sim->h * law.softness);
    law.bounces = impact && c->restitution > 0;
    return law;
}

contact_law contact_law_of(const reel_sim *sim, const contact *c)
{
    contact_law law = law_of(sim, c, 0);
    const double closing = -reel_v3_dot(contact_velocity(sim, c), c->normal);
    if (law.bounces && closing > sim->bounce_speed) {
        law.speed = fmax(law.speed, law.speed + c->restitution * closing);
    }
    return law;
}

static void fill_surface(const reel_sim *sim, const contact *c, dSurfaceParameters *surface)
{
    const contact_law law = law_of(sim, c, bias_of(sim, c));
    *surface = (dSurfaceParameters){
        .mode = dContactApprox1 | dContactFDir1 | dContactMotionN | dContactSoftCFM,
        .mu = c->friction,
        .soft_cfm = sim->h * law.softness,
        .motionN = law.speed,
    };
    if (law.bounces) {
        surface->mode |= dContactBounce;
        surface->bounce = c->restitution;
        surface->bounce_vel = sim->bounce_speed;
    }
    if (c->rolling > 0) {
        surface->mode |= dContactRolling;
        surface->rho = c->rolling;
    }
}

/* ODE asks for a velocity of the first body less the second along each friction direction. Where
 * the first is static it swaps them: normal and second direction are turned round. */
static void run_belt(const reel_sim *sim, const contact *c, reel_vec3 slip,
                     dSurfaceParameters *surface)
{
    const reel_vec3 v = c->belt;
    if (v.x == 0 && v.y == 0 && v.z == 0) {
        return;
    }
    const double sign = sim->bodies[c->body_a].dynamic ? -1 : 1;
    surface->mode |= dContactMotion1 | dContactMotion2;
    surface->motion1 = sign * reel_v3_dot(v, slip);
    surface->motion2 = -reel_v3_dot(v, reel_v3_cross(c->normal, slip));
}

static dBodyID ode_body(const reel_sim *sim, int body)
{
    return sim->bodies[body].dynamic ? sim->bodies[body].ode : NULL;
}

static void create_joint(reel_sim *sim, contact *c, struct dJointFeedback *feedback)
{
    const reel_vec3 slip = contact_slip_direction(sim, c);
    dContact ode = {.geom = {.depth = 0}};
    fill_surface(sim, c, &ode.surface);
    const reel_vec3 from[3] = {c->pos, c->normal, slip};
    double *const to[3] = {ode.geom.pos, ode.geom.normal, ode.fdir1};
    for (int i = 0; i < 3; i++) {
        to[i][0] = from[i].x;
        to[i][1] = from[i].y;
        to[i][2] = from[i].z;
    }
    run_belt(sim, c, slip, &ode.surface);
    ode.geom.g1 = sim->geoms[c->geom_a];
    ode.geom.g2 = sim->geoms[c->geom_b];
    *feedback = (dJointFeedback){{0}, {0}, {0}, {0}};
    c->feedback = feedback;
    const dJointID joint = dJointCreateContact(sim->world, sim->contact_joints, &ode);
    dJointAttach(joint, ode_body(sim, c->body_a), ode_body(sim, c->body_b));
    dJointSetFeedback(joint, feedback);
}

reel_status contacts_create_joints(reel_sim *sim, reel_error *err)
{
    if (sim->n_contacts > sim->cap_feedback) {
        const int cap = sim->cap_contacts;
        dJointFeedback *grown = reel_realloc(sim->feedback, (size_t)cap * sizeof *grown);
        if (!grown) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for contacts");
        }
        sim->feedback = grown;
        sim->cap_feedback = cap;
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        contact *c = &sim->contacts[i];
        if (island_is_for_ode(island_of(sim, c))) {
            create_joint(sim, c, &sim->feedback[i]);
        }
    }
    return REEL_OK;
}

/* For a static partner ODE gives the force on the other body as f1, whichever it is. */
static reel_vec3 force_on_a(const reel_sim *sim, const contact *c)
{
    const dReal *f = c->feedback->f1;
    const double sign = sim->bodies[c->body_a].dynamic ? 1 : -1;
    return reel_v3(sign * f[0], sign * f[1], sign * f[2]);
}

/* The overlap of an impact that had its own time is made undone within the step: it counts only
 * where a sample shows it. */
static void judge_depth(reel_sim *sim, const contact *c)
{
    const int64_t shown = reel_scene_sample_step(sim->scene, sim->take->n_states - 1);
    const bool settled = (double)sim->state.step * sim->h > SIM_SETTLE_TIME;
    if (settled && (!c->instant || shown == sim->state.step)) {
        audit_raise(sim, &sim->state.audit.penetration, &sim->state.audit.penetration_at, c->depth,
                    sim->state.step, c->body_a, c->body_b);
    }
}

/* What the belts' drives put in: the friction's work on the bodies less what the slip wastes. */
static void account_for_belt(reel_sim *sim, const contact *c, reel_vec3 impulse)
{
    const double work = -reel_v3_dot(impulse, c->belt);
    sim->state.work += work;
    sim->state.total_work += fabs(work);
}

void contacts_read_forces(reel_sim *sim)
{
    for (int i = 0; i < sim->n_contacts; i++) {
        contact *c = &sim->contacts[i];
        judge_depth(sim, c);
        if (c->feedback) {
            c->force = force_on_a(sim, c);
            c->lasting = island_of(sim, c)->approach > sim->bounce_speed ? c->held : c->force;
        }
        const reel_vec3 impulse = reel_v3_madd(c->impulse, sim->h, c->force);
        body_state *a = &sim->state.bodies[c->body_a], *b = &sim->state.bodies[c->body_b];
        account_for_belt(sim, c, impulse);
        a->contact = reel_v3_add(a->contact, impulse);
        b->contact = reel_v3_sub(b->contact, impulse);
        if (!sim->bodies[c->body_a].dynamic) {
            sim->state.impulse = reel_v3_sub(sim->state.impulse, impulse);
        } else if (!sim->bodies[c->body_b].dynamic) {
            sim->state.impulse = reel_v3_add(sim->state.impulse, impulse);
        }
    }
}
