/* actions.c - the timeline: what acts at which step, and the signals that are recorded of it. */
#include "engine/sim.h"

static const char *const channel_suffix[6] = {"force.x",  "force.y",  "force.z",
                                              "torque.x", "torque.y", "torque.z"};

static double component(const reel_action *action, int axis)
{
    const reel_vec3 v = axis < 3 ? action->vec : action->torque;
    return axis % 3 == 0 ? v.x : axis % 3 == 1 ? v.y : v.z;
}

static unsigned axes_of(const reel_action *action)
{
    unsigned axes = 0;
    for (int axis = 0; action->kind == REEL_ACTION_FORCE && axis < 6; axis++) {
        axes |= component(action, axis) != 0 ? 1u << axis : 0;
    }
    return axes;
}

/* For each action the first of its series (itself without one), into `leader`, and for each leader
 * the axes along which any of them acts. `first` is scratch of REEL_MAX_ACTIONS + 1. */
static void find_series(const reel_scene *scene, int *leader, unsigned *axes, int *first)
{
    for (int i = 0; i <= REEL_MAX_ACTIONS; i++) {
        first[i] = -1;
    }
    for (int i = 0; i < scene->n_actions; i++) {
        const int series = scene->actions[i].series;
        leader[i] = i;
        if (series > 0) {
            first[series] = first[series] < 0 ? i : first[series];
            leader[i] = first[series];
        }
        axes[leader[i]] |= axes_of(&scene->actions[i]);
    }
}

/* A force is recorded where it, or another of its series, is not zero; a joint's target if it has a
 * motor. `out` has room for 6 n_actions + n_joints. @return how many. */
static int list_channels(const reel_scene *scene, const unsigned *axes, channel_source *out)
{
    int n = 0;
    for (int i = 0; i < scene->n_actions; i++) {
        for (int axis = 0; axis < 6; axis++) {
            if (axes[i] & (1u << axis)) {
                out[n++] = (channel_source){i, -1, axis};
            }
        }
    }
    for (int j = 0; j < scene->n_joints; j++) {
        if (scene->joints[j].motor != REEL_MOTOR_NONE) {
            out[n++] = (channel_source){-1, j, 0};
        }
    }
    return n;
}

static reel_status find_channels(reel_sim *sim, reel_error *err)
{
    const int n = sim->scene->n_actions;
    const size_t room = 6 * (size_t)n + (size_t)sim->scene->n_joints + 1;
    unsigned *axes = reel_calloc((size_t)n + 1, sizeof *axes);
    int *first = reel_calloc(REEL_MAX_ACTIONS + 1, sizeof *first);
    int *leader = reel_calloc((size_t)n + 1, sizeof *leader);
    channel_source *all = reel_calloc(room, sizeof *all);
    const bool ok = axes && first && leader && all;
    if (ok) {
        find_series(sim->scene, leader, axes, first);
        sim->n_channels = list_channels(sim->scene, axes, all);
        for (int i = 0; i < n; i++) {
            first[i] = -1;
        }
        for (int c = sim->n_channels; c-- > 0;) {
            if (all[c].action >= 0) {
                first[all[c].action] = c;
            }
        }
        for (int i = 0; i < n; i++) {
            leader[i] = first[leader[i]];
        }
    }
    reel_free(axes);
    reel_free(first);
    sim->first_channel = leader;
    sim->channels = all;
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory for the take");
}

static const char *target_unit(const reel_joint *joint)
{
    const bool hinge = joint->kind == REEL_JOINT_HINGE;
    if (joint->motor == REEL_MOTOR_POSITION) {
        return hinge ? "rad" : "m";
    }
    return hinge ? "rad/s" : "m/s";
}

static bool name_channel(reel_sim *sim, int i)
{
    const channel_source *source = &sim->channels[i];
    reel_channel *channel = &sim->take->channels[i];
    reel_arena *arena = &sim->take->arena;
    if (source->action >= 0) {
        const char *name = sim->scene->actions[source->action].name;
        channel->name = reel_arena_printf(arena, "%s.%s", name, channel_suffix[source->axis]);
        channel->unit = source->axis < 3 ? "N" : "N m";
    } else {
        const reel_joint *joint = &sim->scene->joints[source->joint];
        channel->name = reel_arena_printf(arena, "%s.target", joint->name);
        channel->unit = target_unit(joint);
    }
    return channel->name != NULL;
}

/* Creates the take, whose channels follow from the timeline. */
reel_status channels_build(reel_sim *sim, reel_error *err)
{
    const reel_status status = find_channels(sim, err);
    if (status != REEL_OK) {
        return status;
    }
    sim->state.channel = reel_calloc((size_t)sim->n_channels + 1, sizeof *sim->state.channel);
    sim->take = reel_take_create(sim->scene, sim->n_channels);
    if (!sim->state.channel || !sim->take) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the take");
    }
    for (int i = 0; i < sim->n_channels; i++) {
        if (!name_channel(sim, i)) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for the take");
        }
    }
    return REEL_OK;
}

static double kinetic_of(const reel_sim *sim, int b)
{
    const body_state *state = &sim->state.bodies[b];
    const reel_vec3 spin = body_inertia_mul(&sim->bodies[b], state, state->w);
    return 0.5 *
           (sim->bodies[b].mass * reel_v3_dot(state->v, state->v) + reel_v3_dot(state->w, spin));
}

static reel_vec3 whole_torque(const reel_sim *sim, const reel_action *action)
{
    const reel_vec3 arm = reel_quat_rotate(sim->state.bodies[action->body].q, action->point);
    return reel_v3_add(action->torque, reel_v3_cross(arm, action->vec));
}

static void apply_impulse(reel_sim *sim, const reel_action *action)
{
    const int b = action->body;
    body_state *state = &sim->state.bodies[b];
    if (!state->present) {
        return;
    }
    sleep_wake(sim, b);
    sim->struck[b] = true;
    const double before = kinetic_of(sim, b);
    const reel_vec3 torque = whole_torque(sim, action);
    state->v = reel_v3_madd(state->v, sim->bodies[b].inv_mass, action->vec);
    state->w = reel_v3_add(state->w, body_inv_inertia_mul(&sim->bodies[b], state, torque));
    const double work = kinetic_of(sim, b) - before;
    sim->state.work += work;
    sim->state.total_work += fabs(work);
    sim->state.impulse = reel_v3_add(sim->state.impulse, action->vec);
    state->applied = reel_v3_add(state->applied, action->vec);
}

static void apply_force(reel_sim *sim, const reel_action *action)
{
    const int b = action->body;
    if (!sim->state.bodies[b].present) {
        return;
    }
    sleep_wake(sim, b);
    sim->force[b] = reel_v3_add(sim->force[b], action->vec);
    sim->torque[b] = reel_v3_add(sim->torque[b], whole_torque(sim, action));
    sim->pushed[b] = true;
    sim->state.impulse = reel_v3_madd(sim->state.impulse, sim->h, action->vec);
    body_state *state = &sim->state.bodies[b];
    state->applied = reel_v3_madd(state->applied, sim->h, action->vec);
}

static void wake_joint(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    sleep_wake(sim, joint->body_a);
    if (joint->body_b >= 0) {
        sleep_wake(sim, joint->body_b);
    }
}

/* A joint that is there already, or broke, stays as it is. */
static reel_status attach(reel_sim *sim, const reel_action *action, reel_error *err)
{
    const reel_joint *joint = &sim->scene->joints[action->joint];
    const joint_state *state = &sim->state.joints[action->joint];
    const int bodies[2] = {joint->body_a, joint->body_b};
    if (!state->released || state->broken) {
        return REEL_OK;
    }
    for (int k = 0; k < 2; k++) {
        if (bodies[k] >= 0 && !sim->state.bodies[bodies[k]].present) {
            return reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "actions",
                                "action \"%s\" attaches a joint to \"%s\", which is not there",
                                action->name, sim->scene->bodies[bodies[k]].name);
        }
    }
    wake_joint(sim, action->joint);
    return joint_attach(sim, action->joint)
               ? REEL_OK
               : reel_fail_at(err, REEL_E_REFUSED, NULL, 0, "actions",
                              "action \"%s\" attaches a gear to joints that are not there",
                              action->name);
}

static void apply_to_joint(reel_sim *sim, const reel_action *action)
{
    joint_state *state = &sim->state.joints[action->joint];
    if (action->kind == REEL_ACTION_TARGET) {
        state->target = action->value; /* of a joint that is not there yet, too */
    }
    if (state->released) {
        return; /* it is gone: what was to be done to it has no object */
    }
    wake_joint(sim, action->joint);
    if (action->kind == REEL_ACTION_RELEASE) {
        joint_release(sim, action->joint);
        state->released = true;
    }
}

static void record_channels(reel_sim *sim)
{
    const int64_t step = sim->state.step;
    for (int i = 0; i < sim->scene->n_actions; i++) {
        const reel_action *action = &sim->scene->actions[i];
        const int first = sim->first_channel[i];
        if (first < 0 || action->first_step > step || step >= action->end_step ||
            !sim->state.bodies[action->body].present) {
            continue;
        }
        for (int c = first; c < sim->n_channels && sim->channels[c].action >= 0 &&
                            sim->channels[c].action == sim->channels[first].action;
             c++) {
            sim->state.channel[c] += component(action, sim->channels[c].axis);
        }
    }
    for (int c = 0; c < sim->n_channels; c++) {
        if (sim->channels[c].joint >= 0) {
            const joint_state *state = &sim->state.joints[sim->channels[c].joint];
            sim->state.channel[c] += state->released ? 0 : state->target;
        }
    }
}

static reel_status act_once(reel_sim *sim, const reel_action *action, reel_error *err)
{
    switch (action->kind) {
    case REEL_ACTION_IMPULSE: apply_impulse(sim, action); break;
    case REEL_ACTION_TARGET:
    case REEL_ACTION_RELEASE: apply_to_joint(sim, action); break;
    case REEL_ACTION_ATTACH: return attach(sim, action, err);
    case REEL_ACTION_FORCE:
    case REEL_ACTION_SPAWN: /* spawn.c */
    case REEL_ACTION_REMOVE: break;
    }
    return REEL_OK;
}

reel_status actions_apply(reel_sim *sim, reel_error *err)
{
    const int64_t step = sim->state.step;
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        sim->force[b] = reel_v3(0, 0, 0);
        sim->torque[b] = reel_v3(0, 0, 0);
        sim->pushed[b] = false;
        sim->struck[b] = false;
    }
    for (int i = 0; i < sim->scene->n_actions; i++) {
        const reel_action *action = &sim->scene->actions[i];
        if (action->kind == REEL_ACTION_FORCE) {
            if (action->first_step <= step && step < action->end_step) {
                apply_force(sim, action);
            }
        } else if (action->first_step == step) {
            const reel_status status = act_once(sim, action, err);
            if (status != REEL_OK) {
                return status;
            }
        }
    }
    record_channels(sim);
    return REEL_OK;
}
