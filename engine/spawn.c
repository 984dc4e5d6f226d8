/*
 * spawn.c - bodies that come and go.
 *
 * A body that is not there has a state that nobody reads or changes: that of the scene until it is
 * spawned, the last one after it was removed. What the timeline has for step n happens when step n
 * is reached, before its sample is taken, so the sample shows it. What a spawned body brings and a
 * removed one takes of energy and momentum is work and impulse from outside.
 */
#include "engine/sim.h"

#include <ode/ode.h>
#include <stdio.h>

static bool is_presence(const reel_action *action)
{
    return action->kind == REEL_ACTION_SPAWN || action->kind == REEL_ACTION_REMOVE;
}

static reel_status fail_action(const reel_sim *sim, int i, const char *fault, reel_error *err)
{
    char field[32];
    snprintf(field, sizeof field, "actions[%d]", i);
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field, "action \"%s\" %s",
                        sim->scene->actions[i].name, fault);
}

/* Each body comes and goes by turns, at most once in a step. */
static reel_status check_turns(const reel_sim *sim, bool *there, int64_t *since, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    for (int b = 0; b < scene->n_bodies; b++) {
        there[b] = !scene->bodies[b].absent;
        since[b] = -1;
    }
    for (int i = 0; i < scene->n_actions; i++) {
        const reel_action *action = &scene->actions[i];
        const int b = action->body;
        if (!is_presence(action)) {
            continue;
        }
        if (b < 0) {
            return fail_action(sim, i, "needs a body", err);
        }
        if (action->first_step <= since[b]) {
            return fail_action(sim, i, "comes in the step of another one for the same body", err);
        }
        if (there[b] == (action->kind == REEL_ACTION_SPAWN)) {
            return fail_action(sim, i,
                               there[b] ? "spawns a body that is there already"
                                        : "removes a body that is not there",
                               err);
        }
        there[b] = !there[b];
        since[b] = action->first_step;
    }
    return REEL_OK;
}

/* The body of an active joint that is not there, or -1. */
static int absent_body(const reel_sim *sim, const reel_joint *joint)
{
    const body_state *bodies = sim->state.bodies;
    if (!bodies[joint->body_a].present) {
        return joint->body_a;
    }
    return joint->body_b >= 0 && !bodies[joint->body_b].present ? joint->body_b : -1;
}

reel_status presence_check(const reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    for (int j = 0; j < scene->n_joints; j++) {
        const int b = absent_body(sim, &scene->joints[j]);
        if (b >= 0 && !scene->joints[j].inactive) {
            char field[32];
            snprintf(field, sizeof field, "joints[%d]", j);
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                "joint \"%s\" holds \"%s\", which is not there at the start",
                                scene->joints[j].name, scene->bodies[b].name);
        }
    }
    bool *there = reel_calloc((size_t)scene->n_bodies + 1, sizeof *there);
    int64_t *since = reel_calloc((size_t)scene->n_bodies + 1, sizeof *since);
    const reel_status status = there && since ? check_turns(sim, there, since, err)
                                              : reel_fail(err, REEL_E_NOMEM, "out of memory");
    reel_free(there);
    reel_free(since);
    return status;
}

void presence_show(reel_sim *sim, int b)
{
    const reel_body *body = &sim->scene->bodies[b];
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        if (sim->geoms[g] && sim->state.bodies[b].present) {
            dGeomEnable(sim->geoms[g]);
        } else if (sim->geoms[g]) {
            dGeomDisable(sim->geoms[g]);
        }
    }
}

/* Energy and momentum that a body brings (+1) or takes away (-1). */
static void account(reel_sim *sim, int b, double sign)
{
    const body_state *state = &sim->state.bodies[b];
    const double mass = sim->bodies[b].mass;
    const reel_vec3 spin = body_inertia_mul(&sim->bodies[b], state, state->w);
    const double kinetic =
        0.5 * (mass * reel_v3_dot(state->v, state->v) + reel_v3_dot(state->w, spin));
    const double potential = -mass * reel_v3_dot(sim->scene->gravity, state->p);
    sim->state.work += sign * (kinetic + potential);
    sim->state.total_work += kinetic;
    sim->state.placed_potential += sign * potential;
    sim->state.impulse = reel_v3_madd(sim->state.impulse, sign * mass, state->v);
}

static void spawn(reel_sim *sim, int b)
{
    const reel_body *body = &sim->scene->bodies[b];
    body_state *state = &sim->state.bodies[b];
    const body_state before = *state;
    *state = (body_state){.p = body->world_from_body.p,
                          .q = reel_quat_unit(body->world_from_body.q),
                          .contact = before.contact,
                          .applied = before.applied,
                          .present = true,
                          .placed = sim->state.step > 0};
    body_refresh_rotation(state);
    if (sim->bodies[b].dynamic) {
        state->v = body->velocity;
        state->w = body->omega;
        state->ref_p = state->p;
        state->ref_q = state->q;
        state->free = true;
        body_place_geoms(sim, b);
        account(sim, b, 1);
    }
    presence_show(sim, b);
    forces_presence_changed(sim, b);
}

static reel_status remove_body(reel_sim *sim, const reel_action *action, reel_error *err)
{
    const int b = action->body;
    for (int j = 0; j < sim->scene->n_joints && sim->live_joints[b] > 0; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (!sim->state.joints[j].released && (joint->body_a == b || joint->body_b == b)) {
            return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "actions",
                                "action \"%s\" removes \"%s\", which joint \"%s\" holds",
                                action->name, sim->scene->bodies[b].name, joint->name);
        }
    }
    sleep_wake(sim, b);
    for (int i = 0; i < sim->state.n_touches; i++) {
        const reel_event *event = &sim->state.touches[i].event;
        if (event->body_a == b || event->body_b == b) {
            sleep_wake(sim, event->body_a == b ? event->body_b : event->body_a);
        }
    }
    body_state *state = &sim->state.bodies[b];
    if (sim->bodies[b].dynamic) {
        account(sim, b, -1);
        state->v = reel_v3(0, 0, 0);
        state->w = reel_v3(0, 0, 0);
    }
    forces_presence_changed(sim, b);
    state->present = false;
    state->free = false;
    presence_show(sim, b);
    return REEL_OK;
}

static bool is_spawned_now(const reel_sim *sim, int body)
{
    for (int i = 0; i < sim->scene->n_actions; i++) {
        const reel_action *action = &sim->scene->actions[i];
        if (action->kind == REEL_ACTION_SPAWN && action->body == body &&
            action->first_step == sim->state.step) {
            return true;
        }
    }
    return false;
}

/* A body that came into another one is in nobody's interest. */
static reel_status check_room(reel_sim *sim, reel_error *err)
{
    const reel_status status = contacts_collect(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < sim->n_contacts; i++) {
        const contact *c = &sim->contacts[i];
        const bool a = is_spawned_now(sim, c->body_a), b = is_spawned_now(sim, c->body_b);
        if ((a || b) && c->depth > sim->scene->audit.initial_overlap) {
            const int body = a ? c->body_a : c->body_b, other = a ? c->body_b : c->body_a;
            return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "audit.initial_overlap",
                                "\"%s\" is spawned at step %lld overlapping \"%s\" by %.4g m, "
                                "allowed is %.4g m",
                                sim->scene->bodies[body].name, (long long)sim->state.step,
                                sim->scene->bodies[other].name, c->depth,
                                sim->scene->audit.initial_overlap);
        }
    }
    return REEL_OK;
}

/* May be called again for the same step: what is done already stays as it is. */
reel_status presence_update(reel_sim *sim, reel_error *err)
{
    bool spawned = false;
    for (int i = 0; i < sim->scene->n_actions; i++) {
        const reel_action *action = &sim->scene->actions[i];
        if (!is_presence(action) || action->first_step != sim->state.step) {
            continue;
        }
        const bool there = sim->state.bodies[action->body].present;
        if (action->kind == REEL_ACTION_SPAWN && !there) {
            spawn(sim, action->body);
            spawned = true;
        } else if (action->kind == REEL_ACTION_REMOVE && there) {
            const reel_status status = remove_body(sim, action, err);
            if (status != REEL_OK) {
                return status;
            }
        }
    }
    return spawned ? check_room(sim, err) : REEL_OK;
}
