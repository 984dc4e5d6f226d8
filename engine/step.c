/* step.c - the life of a simulation: open, advance step by step, seal. docs/internals/engine.md
 * tells the order of a step and why. */
#include "engine/sim.h"

#include "engine/audit.h"
#include <stdio.h>
#include <string.h>

static bool is_finite3(reel_vec3 v)
{
    return isfinite(v.x) && isfinite(v.y) && isfinite(v.z);
}

static const char *insanity(const body_state *state)
{
    const reel_quat q = state->q;
    const double norm = q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z;
    if (!is_finite3(state->p) || !is_finite3(state->v) || !is_finite3(state->w) ||
        !isfinite(norm)) {
        return "is not finite";
    }
    if (reel_v3_len(state->p) > SIM_MAX_POSITION) {
        return "is more than 10 km away";
    }
    if (reel_v3_len(state->v) > SIM_MAX_SPEED) {
        return "is faster than 1000 m/s";
    }
    if (reel_v3_len(state->w) > SIM_MAX_OMEGA) {
        return "spins faster than 10000 rad/s";
    }
    return NULL;
}

/* A push that would make the body insane within the step would reach ODE before its result does. */
static const char *insane_push(const reel_sim *sim, int b)
{
    if (!sim->pushed[b]) {
        return NULL;
    }
    const body_fixed *fixed = &sim->bodies[b];
    const reel_vec3 spin = body_inv_inertia_mul(fixed, &sim->state.bodies[b], sim->torque[b]);
    const double gain = reel_v3_len(sim->force[b]) * fixed->inv_mass * sim->h;
    const bool ok = gain <= SIM_MAX_SPEED && reel_v3_len(spin) * sim->h <= SIM_MAX_OMEGA;
    return ok ? NULL : "is pushed beyond 1000 m/s or 10000 rad/s";
}

/* ODE would abort on what this refuses. */
reel_status sim_check_sane(const reel_sim *sim, reel_error *err)
{
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        const char *what = insanity(&sim->state.bodies[i]);
        what = what ? what : insane_push(sim, i);
        if (what) {
            char field[64];
            snprintf(field, sizeof field, "bodies[%d]", i);
            return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, field, "body \"%s\" %s at step %lld",
                                sim->scene->bodies[i].name, what, (long long)sim->state.step);
        }
    }
    return REEL_OK;
}

static reel_status check_actions(const reel_sim *sim, reel_error *err)
{
    for (int i = 0; i < sim->scene->n_actions; i++) {
        const reel_action *action = &sim->scene->actions[i];
        const bool on_body =
            action->kind == REEL_ACTION_FORCE || action->kind == REEL_ACTION_IMPULSE;
        if (action->kind == REEL_ACTION_SPAWN || action->kind == REEL_ACTION_REMOVE) {
            continue; /* presence_check() */
        }
        const char *fault = NULL;
        if (action->series < 0 || action->series > REEL_MAX_ACTIONS) {
            fault = "has a series that cannot be";
        } else if (on_body && (action->body < 0 || !sim->bodies[action->body].dynamic)) {
            fault = "needs a dynamic body";
        } else if (!on_body && action->joint < 0) {
            fault = "needs a joint";
        } else if (action->kind == REEL_ACTION_TARGET &&
                   sim->scene->joints[action->joint].motor == REEL_MOTOR_NONE) {
            fault = "sets the target of a joint that has no motor";
        }
        if (fault) {
            char field[64];
            snprintf(field, sizeof field, "actions[%d]", i);
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field, "action \"%s\" %s", action->name,
                                fault);
        }
    }
    return presence_check(sim, err);
}

static reel_status check_overlap(reel_sim *sim, reel_error *err)
{
    const reel_status status = contacts_collect(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    const contact *deepest = NULL;
    for (int i = 0; i < sim->n_contacts; i++) {
        const contact *c = &sim->contacts[i];
        deepest = !deepest || c->depth > deepest->depth ? c : deepest;
    }
    if (deepest) {
        audit_raise(sim, &sim->state.audit.initial_overlap, &sim->state.audit.initial_overlap_at,
                    deepest->depth, 0, deepest->body_a, deepest->body_b);
    }
    if (deepest && deepest->depth > sim->scene->audit.initial_overlap) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "audit.initial_overlap",
                            "bodies \"%s\" and \"%s\" overlap by %.4g m at the start, allowed is "
                            "%.4g m",
                            sim->scene->bodies[deepest->body_a].name,
                            sim->scene->bodies[deepest->body_b].name, deepest->depth,
                            sim->scene->audit.initial_overlap);
    }
    return REEL_OK;
}

static reel_status build(reel_sim *sim, reel_error *err)
{
    reel_status status = world_build(sim, err);
    if (status == REEL_OK) {
        status = check_actions(sim, err);
    }
    if (status == REEL_OK) {
        status = channels_build(sim, err);
    }
    if (status == REEL_OK) {
        status = watch_build(sim, err);
    }
    if (status == REEL_OK) {
        record_begin(sim);
    }
    return status;
}

reel_sim *sim_create(const reel_scene *scene, reel_status *status, reel_error *err)
{
    reel_sim *sim = reel_calloc(1, sizeof *sim);
    if (!sim) {
        *status = reel_fail(err, REEL_E_NOMEM, "out of memory for a simulation");
        return NULL;
    }
    sim->scene = scene;
    *status = build(sim, err);
    if (*status != REEL_OK) {
        reel_sim_destroy(&sim);
    }
    return sim;
}

reel_status reel_sim_open(const reel_scene *scene, reel_sim **out, reel_error *err)
{
    reel_status status;
    reel_sim *sim = sim_create(scene, &status, err);
    if (!sim) {
        return status;
    }
    status = sim_check_sane(sim, err);
    if (status == REEL_OK) {
        status = presence_update(sim, err);
    }
    if (status == REEL_OK) {
        status = check_overlap(sim, err);
    }
    if (status != REEL_OK) {
        reel_sim_destroy(&sim);
        return status;
    }
    record_sample(sim, 0);
    *out = sim;
    return REEL_OK;
}

void reel_sim_destroy(reel_sim **sim)
{
    if (!*sim) {
        return;
    }
    world_destroy(*sim);
    watch_destroy(*sim);
    reel_take_destroy(&(*sim)->take);
    reel_free((*sim)->state.touches);
    reel_free((*sim)->state.events);
    reel_free((*sim)->state.holds);
    reel_free((*sim)->spare_holds);
    reel_free((*sim)->state.channel);
    reel_free((*sim)->channels);
    reel_free((*sim)->first_channel);
    reel_free((*sim)->pairs);
    reel_free((*sim)->contacts);
    reel_free((*sim)->feedback);
    reel_free(*sim);
    *sim = NULL;
}

int64_t reel_sim_step(const reel_sim *sim)
{
    return sim->state.step;
}

void reel_sim_body_state(const reel_sim *sim, int body, reel_pose *pose, reel_vec3 *velocity,
                         reel_vec3 *omega, bool *asleep)
{
    assert(body >= 0 && body < sim->scene->n_bodies);
    const body_state *state = &sim->state.bodies[body];
    *pose = (reel_pose){state->p, state->q};
    *velocity = state->v;
    *omega = state->w;
    if (asleep) {
        *asleep = state->group != 0;
    }
}

static void account_for_gravity(reel_sim *sim)
{
    for (int i = 0; i < sim->scene->n_bodies; i++) {
        if (body_is_awake(sim, i)) {
            sim->state.impulse =
                reel_v3_madd(sim->state.impulse, sim->bodies[i].mass * sim->h, sim->scene->gravity);
        }
    }
}

static reel_status one_step(reel_sim *sim, reel_error *err)
{
    reel_status status = presence_update(sim, err); /* a branch may have a timeline of its own */
    if (status == REEL_OK) {
        status = actions_apply(sim, err);
    }
    if (status == REEL_OK) {
        status = sim_check_sane(sim, err);
    }
    if (status == REEL_OK) {
        forces_begin(sim);
        status = contacts_collect(sim, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    account_for_gravity(sim);
    islands_find(sim);
    watch_begin(sim);
    impacts_of_spheres(sim);
    status = forces_act(sim, err);
    if (status == REEL_OK) {
        status = islands_solve(sim, err);
        forces_end(sim);
    }
    if (status == REEL_OK) {
        status = holds_keep(sim, err);
        holds_drop_parted(sim);
    }
    if (status == REEL_OK) {
        status = events_update(sim, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    tunnels_close(sim);
    watch_end(sim);
    sleep_update(sim);
    sim->state.step++;
    return presence_update(sim, err);
}

reel_status reel_sim_advance(reel_sim *sim, int64_t n, reel_error *err)
{
    assert(n >= 0 && !sim->failed && sim->take);
    const int64_t last = reel_scene_last_step(sim->scene);
    for (int64_t i = 0; i < n && sim->state.step < last; i++) {
        const reel_status status = one_step(sim, err);
        if (status != REEL_OK) {
            sim->failed = true;
            return status;
        }
        const int sample = sim->take->n_states;
        if (sample < sim->take->n_samples &&
            reel_scene_sample_step(sim->scene, sample) == sim->state.step) {
            const reel_status sane = sim_check_sane(sim, err);
            if (sane != REEL_OK) {
                sim->failed = true;
                return sane;
            }
            record_sample(sim, sample);
        }
    }
    return REEL_OK;
}

reel_status reel_sim_seal(reel_sim *sim, reel_take **out, reel_error *err)
{
    assert(!sim->failed && sim->take && sim->take->n_states == sim->take->n_samples);
    const reel_status status = events_close(sim, err);
    if (status != REEL_OK) {
        sim->failed = true;
        return status;
    }
    record_close(sim);
    *out = sim->take;
    sim->take = NULL;
    return reel_audit_judge(sim->scene, *out, err);
}

reel_status reel_simulate(const reel_scene *scene, reel_take **out, reel_error *err)
{
    reel_sim *sim = NULL;
    reel_status status = reel_sim_open(scene, &sim, err);
    if (status == REEL_OK) {
        status = reel_sim_advance(sim, reel_scene_last_step(scene), err);
    }
    if (status == REEL_OK) {
        status = reel_sim_seal(sim, out, err);
    }
    reel_sim_destroy(&sim);
    return status;
}
