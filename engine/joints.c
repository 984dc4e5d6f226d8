/* joints.c - what joints are, where they stand, and when they are there. */
#include "engine/joints.h"

#include "base/trig.h"

static reel_vec3 into(reel_pose pose, reel_vec3 world)
{
    return reel_pose_apply(reel_pose_inverse(pose), world);
}

static reel_vec3 turn_into(reel_pose pose, reel_vec3 world)
{
    return reel_quat_rotate(reel_quat_conj(pose.q), world);
}

/* ---- where a joint is ---- */

static reel_vec3 velocity_at(const reel_sim *sim, int body, reel_vec3 at)
{
    if (body < 0) {
        return reel_v3(0, 0, 0);
    }
    const body_state *state = &sim->state.bodies[body];
    return reel_v3_add(state->v, reel_v3_cross(state->w, reel_v3_sub(at, state->p)));
}

static reel_vec3 omega_of(const reel_sim *sim, int body)
{
    return body < 0 ? reel_v3(0, 0, 0) : sim->state.bodies[body].w;
}

/* Within half a turn of the last position, so that whole turns count. */
static double unwind(double angle, double last)
{
    return angle - 2 * REEL_PI * floor((angle - last) / (2 * REEL_PI) + 0.5);
}

static double hinge_angle(const joint_frame *frame, reel_pose a, reel_pose b)
{
    /* in b's frame: b_from_a now, after the inverse of b_from_a at position 0 */
    const reel_quat now = reel_quat_mul(reel_quat_conj(b.q), a.q);
    const reel_quat by = reel_quat_mul(now, frame->a_from_b0);
    return 2 * reel_atan2(reel_v3_dot(reel_v3(by.x, by.y, by.z), frame->axis_b), by.w);
}

static double universal_angle(const joint_frame *frame, reel_pose a, reel_pose b, reel_vec3 axis)
{
    const reel_vec3 from = reel_quat_rotate(b.q, frame->axis_b);
    const reel_vec3 to = reel_quat_rotate(a.q, frame->side_a);
    return reel_atan2(reel_v3_dot(axis, reel_v3_cross(from, to)), reel_v3_dot(from, to));
}

static joint_place find_gear(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_place a = joint_find(sim, joint->joint_a), b = joint_find(sim, joint->joint_b);
    joint_place place = a;
    place.position = a.position - joint->ratio * b.position - sim->state.joints[j].frame.offset;
    place.rate = a.rate - joint->ratio * b.rate;
    return place;
}

joint_place joint_find(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    if (joint->kind == REEL_JOINT_GEAR) {
        return find_gear(sim, j);
    }
    const joint_state *state = &sim->state.joints[j];
    const joint_frame *frame = &state->frame;
    const reel_pose a = joint_pose_of(sim, joint->body_a), b = joint_pose_of(sim, joint->body_b);
    joint_place place = {.at = reel_pose_apply(a, frame->anchor_a),
                         .at_b = reel_pose_apply(b, frame->anchor_b)};
    const reel_vec3 gap = reel_v3_sub(place.at, place.at_b);
    if (joint->kind == REEL_JOINT_BALL || joint->kind == REEL_JOINT_FIXED) {
        return place; /* it has no axis */
    }
    place.axis = joint->kind == REEL_JOINT_UNIVERSAL ? reel_quat_rotate(a.q, frame->axis_a)
                                                     : reel_quat_rotate(b.q, frame->axis_b);
    const reel_vec3 spin = reel_v3_sub(omega_of(sim, joint->body_a), omega_of(sim, joint->body_b));
    switch (joint->kind) {
    case REEL_JOINT_HINGE:
        place.position = unwind(hinge_angle(frame, a, b), state->position);
        place.rate = reel_v3_dot(place.axis, spin);
        break;
    case REEL_JOINT_UNIVERSAL:
        place.position = unwind(universal_angle(frame, a, b, place.axis), state->position);
        place.rate = reel_v3_dot(place.axis, spin);
        break;
    case REEL_JOINT_SLIDER:
        place.position = reel_v3_dot(place.axis, gap);
        place.rate =
            reel_v3_dot(place.axis, reel_v3_sub(velocity_at(sim, joint->body_a, place.at),
                                                velocity_at(sim, joint->body_b, place.at)));
        break;
    case REEL_JOINT_DISTANCE:
        place.length = place.position = reel_v3_len(gap);
        place.axis = reel_v3_unit(gap, reel_v3(0, 0, 0));
        place.rate =
            reel_v3_dot(place.axis, reel_v3_sub(velocity_at(sim, joint->body_a, place.at),
                                                velocity_at(sim, joint->body_b, place.at_b)));
        break;
    default: break;
    }
    return place;
}

void joint_measure(const reel_sim *sim, int j, double *position, double *rate)
{
    const joint_place place = joint_find(sim, j);
    *position = place.position;
    *rate = place.rate;
}

double joint_separation(const reel_sim *sim, int j)
{
    const joint_place place = joint_find(sim, j);
    return joint_gap(sim, j, &place);
}

double joint_gap(const reel_sim *sim, int j, const joint_place *at)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_place place = *at;
    if (joint->kind == REEL_JOINT_DISTANCE) {
        const double length = place.length;
        return joint->has_limits ? fmax(0, fmax(length - joint->hi, joint->lo - length)) : 0;
    }
    if (joint->kind == REEL_JOINT_GEAR) { /* at the rim of a hinge's body */
        const bool turns = sim->scene->joints[joint->joint_a].kind == REEL_JOINT_HINGE;
        return fabs(place.position) * (turns ? sim->bodies[joint->body_a].reach : 1);
    }
    reel_vec3 gap = reel_v3_sub(place.at, place.at_b);
    if (joint->kind == REEL_JOINT_SLIDER) {
        gap = reel_v3_madd(gap, -reel_v3_dot(gap, place.axis), place.axis);
    }
    return reel_v3_len(gap);
}

/* ---- inertia ---- */

/* What a unit force along the joint's coordinate does to one body's end of it. */
static double mobility(const reel_sim *sim, int body, reel_joint_kind kind,
                       const joint_place *place, reel_vec3 at)
{
    if (joint_is_ground(sim, body)) {
        return 0;
    }
    const body_fixed *fixed = &sim->bodies[body];
    const body_state *state = &sim->state.bodies[body];
    const reel_vec3 arm = reel_v3_sub(at, state->p);
    if (kind == REEL_JOINT_SLIDER) {
        return fixed->inv_mass;
    }
    if (kind == REEL_JOINT_DISTANCE) {
        const reel_vec3 turn = reel_v3_cross(arm, place->axis);
        return fixed->inv_mass + reel_v3_dot(turn, body_inv_inertia_mul(fixed, state, turn));
    }
    if (kind == REEL_JOINT_HINGE) {
        const reel_vec3 side = reel_v3_cross(place->axis, arm);
        const reel_vec3 spin = body_inertia_mul(fixed, state, place->axis);
        return 1 / (reel_v3_dot(place->axis, spin) + fixed->mass * reel_v3_dot(side, side));
    }
    const reel_mat3 *i = &fixed->inertia;
    const double most = fmax(i->m[0][0], fmax(i->m[1][1], i->m[2][2]));
    return 1 / (most + fixed->mass * reel_v3_dot(arm, arm));
}

double joint_inertia(const reel_sim *sim, int j, const joint_place *place)
{
    const reel_joint *joint = &sim->scene->joints[j];
    return 1 / (mobility(sim, joint->body_a, joint->kind, place, place->at) +
                mobility(sim, joint->body_b, joint->kind, place, place->at_b));
}

/* ---- coming and going ---- */

/* From where the bodies are now; what is carried with body_a is in its frame already. */
static void hold_from_here(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    joint_frame *frame = &state->frame;
    state->position = 0;
    if (joint->kind == REEL_JOINT_GEAR) {
        frame->offset = 0;
        frame->offset = find_gear(sim, j).position;
        return;
    }
    const reel_pose a = joint_pose_of(sim, joint->body_a), b = joint_pose_of(sim, joint->body_b);
    if (joint->kind != REEL_JOINT_DISTANCE) {
        frame->anchor_b = into(b, reel_pose_apply(a, frame->anchor_a));
    }
    const reel_vec3 shared = joint->kind == REEL_JOINT_UNIVERSAL ? frame->side_a : frame->axis_a;
    frame->axis_b = turn_into(b, reel_quat_rotate(a.q, shared));
    frame->a_from_b0 = reel_quat_mul(reel_quat_conj(a.q), b.q);
    const joint_place place = joint_find(sim, j);
    frame->inertia = joint_inertia(sim, j, &place);
    state->position = place.position;
}

static void count(reel_sim *sim, int j, int by)
{
    const reel_joint *joint = &sim->scene->joints[j];
    if (joint->kind != REEL_JOINT_GEAR) {
        sim->live_joints[joint->body_a] += by;
        if (joint->body_b >= 0) {
            sim->live_joints[joint->body_b] += by;
        }
    }
}

static void build_one(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    *state = (joint_state){.target = joint->target, .released = joint->inactive};
    if (joint->kind != REEL_JOINT_GEAR) {
        const reel_pose a = joint_pose_of(sim, joint->body_a);
        joint_frame *frame = &state->frame;
        frame->anchor_a = into(a, joint->anchor);
        frame->anchor_b = into(joint_pose_of(sim, joint->body_b), joint->anchor_b);
        frame->axis_a = turn_into(a, joint->axis);
        frame->side_a = turn_into(a, joint->axis2);
    }
    if (!joint->inactive) {
        hold_from_here(sim, j);
        joint_create_ode(sim, j);
        count(sim, j, 1);
    }
}

reel_status joints_build(reel_sim *sim, reel_error *err)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_status status = joint_check(sim, j, err);
        if (status != REEL_OK) {
            return status;
        }
        build_one(sim, j);
    }
    return REEL_OK;
}

/* ODE's lists have the joints in the order of their making, which must not depend on when they
 * came: so all are made anew, in order. */
static void make_mirror(reel_sim *sim)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        joint_destroy_ode(sim, j);
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        if (!sim->state.joints[j].released) {
            joint_create_ode(sim, j);
        }
    }
}

void joints_restore(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        sim->live_joints[b] = 0;
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        if (!sim->state.joints[j].released) {
            count(sim, j, 1);
        }
    }
    make_mirror(sim);
}

void joint_release(reel_sim *sim, int j)
{
    if (sim->state.joints[j].released) {
        return;
    }
    joint_destroy_ode(sim, j);
    sim->state.joints[j].released = true;
    count(sim, j, -1);
    for (int g = j + 1; g < sim->scene->n_joints; g++) {
        const reel_joint *gear = &sim->scene->joints[g];
        if (gear->kind == REEL_JOINT_GEAR && (gear->joint_a == j || gear->joint_b == j)) {
            joint_release(sim, g);
        }
    }
}

bool joint_attach(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    if (!state->released) {
        return true;
    }
    if (joint->kind == REEL_JOINT_GEAR && (sim->state.joints[joint->joint_a].released ||
                                           sim->state.joints[joint->joint_b].released)) {
        return false;
    }
    state->released = state->broken = false;
    state->load = 0;
    hold_from_here(sim, j);
    count(sim, j, 1);
    make_mirror(sim);
    if (joint->stiffness > 0) { /* whoever attaches a stretched spring has stretched it */
        const double off = state->position - joint->rest;
        const double work = 0.5 * joint->stiffness * off * off;
        sim->state.work += work;
        sim->state.total_work += work;
    }
    return true;
}

/* Bodies at the ends of a rope or a spring may meet, gears' teeth are not there. */
bool joint_connects(const reel_sim *sim, int body_a, int body_b)
{
    if (sim->live_joints[body_a] == 0 || sim->live_joints[body_b] == 0) {
        return false;
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        const bool same = (joint->body_a == body_a && joint->body_b == body_b) ||
                          (joint->body_a == body_b && joint->body_b == body_a);
        const bool holds = joint->kind != REEL_JOINT_DISTANCE && joint->kind != REEL_JOINT_GEAR;
        if (same && holds && !sim->state.joints[j].released) {
            return true;
        }
    }
    return false;
}
