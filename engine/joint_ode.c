/*
 * joint_ode.c - joints in the islands that ODE solves.
 *
 * A motor is a velocity constraint of bounded force. A damper is a constraint row whose compliance
 * is 1 / c, which makes it an implicit damping force (it cannot add energy); with a spring, the
 * row's target is the speed that closes ERP = h k / (h k + c) of the gap in a step and its
 * compliance is 1 / (h k + c). Both act over the step with what they are at its end, which damps
 * as c + k h - c^2 h / 2 I would: the row's c is c less k h, plus c^2 h / 2 I, and so right to
 * second order. Where that is negative the spring is pushed explicitly instead (semi-implicit Euler
 * keeps the amplitude), unless it is too stiff for that (JOINT_EXPLICIT): then it is damped more
 * than it should be.
 *
 * The end stops of a distance are contacts along its line that let the ends come as far as the stop
 * within the step and no farther.
 */
#include "engine/joints.h"

#include <ode/ode.h>

#define SERVO_RATE 60.0 /* 1/s */

enum { FEEDBACK_JOINT, FEEDBACK_DAMPER, FEEDBACK_LONGEST, FEEDBACK_SHORTEST };

static void set_param(dJointID ode, reel_joint_kind kind, int param, double value)
{
    if (kind == REEL_JOINT_HINGE) {
        dJointSetHingeParam(ode, param, value);
    } else {
        dJointSetSliderParam(ode, param, value);
    }
}

/* ---- creation ---- */

static dBodyID ode_body(const reel_sim *sim, int body)
{
    return body < 0 ? NULL : sim->bodies[body].ode;
}

static void set_pose(dBodyID body, reel_vec3 p, reel_quat q)
{
    const dReal by[4] = {q.w, q.x, q.y, q.z};
    dBodySetPosition(body, p.x, p.y, p.z);
    dBodySetQuaternion(body, by);
}

/* World poses of the two ends where the joint is at position 0; body_b is at the origin, unless it
 * is what does not move. */
typedef struct reference {
    reel_pose a, b;
} reference;

static reference reference_of(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *frame = &sim->state.joints[j].frame;
    reference ref = {reel_pose_identity(), reel_pose_identity()};
    if (joint_is_ground(sim, joint->body_b)) {
        ref.b = joint_pose_of(sim, joint->body_b);
    }
    if (joint->kind != REEL_JOINT_DISTANCE) {
        ref.a.q = reel_quat_unit(reel_quat_mul(ref.b.q, reel_quat_conj(frame->a_from_b0)));
        ref.a.p = reel_v3_sub(reel_pose_apply(ref.b, frame->anchor_b),
                              reel_quat_rotate(ref.a.q, frame->anchor_a));
    }
    return ref;
}

static dJointID create_main(reel_sim *sim, int j, const reference *ref)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *frame = &sim->state.joints[j].frame;
    const dBodyID a = ode_body(sim, joint->body_a), b = ode_body(sim, joint->body_b);
    const reel_vec3 p = reel_pose_apply(ref->b, frame->anchor_b);
    const reel_vec3 q = reel_pose_apply(ref->a, frame->anchor_a);
    const reel_vec3 axis_a = reel_quat_rotate(ref->a.q, frame->axis_a);
    const reel_vec3 axis = reel_quat_rotate(ref->b.q, frame->axis_b);
    dJointID ode = NULL;
    switch (joint->kind) {
    case REEL_JOINT_BALL:
        ode = dJointCreateBall(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetBallAnchor(ode, p.x, p.y, p.z);
        break;
    case REEL_JOINT_HINGE:
        ode = dJointCreateHinge(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetHingeAnchor(ode, p.x, p.y, p.z);
        dJointSetHingeAxis(ode, axis.x, axis.y, axis.z);
        break;
    case REEL_JOINT_SLIDER:
        ode = dJointCreateSlider(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetSliderAxis(ode, axis.x, axis.y, axis.z);
        break;
    case REEL_JOINT_FIXED:
        ode = dJointCreateFixed(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetFixed(ode);
        break;
    case REEL_JOINT_UNIVERSAL:
        ode = dJointCreateUniversal(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetUniversalAnchor(ode, p.x, p.y, p.z);
        dJointSetUniversalAxis1(ode, axis_a.x, axis_a.y, axis_a.z);
        dJointSetUniversalAxis2(ode, axis.x, axis.y, axis.z);
        break;
    case REEL_JOINT_DISTANCE:
        if (joint_is_rod(joint)) {
            ode = dJointCreateDBall(sim->world, 0);
            dJointAttach(ode, a, b);
            dJointSetDBallAnchor1(ode, q.x, q.y, q.z);
            dJointSetDBallAnchor2(ode, p.x, p.y, p.z);
            dJointSetDBallDistance(ode, joint->hi);
        }
        break;
    case REEL_JOINT_GEAR: break;
    }
    return ode;
}

/* The row of spring and damper; what changes about it is set in each step. */
static dJointID create_damper(reel_sim *sim, int j, const reference *ref)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_frame *frame = &sim->state.joints[j].frame;
    const dBodyID a = ode_body(sim, joint->body_a), b = ode_body(sim, joint->body_b);
    const reel_vec3 axis = reel_quat_rotate(ref->b.q, frame->axis_b);
    dJointID ode;
    if (joint->kind == REEL_JOINT_DISTANCE) {
        const reel_vec3 q = reel_pose_apply(ref->a, frame->anchor_a);
        const reel_vec3 p = reel_pose_apply(ref->b, frame->anchor_b);
        ode = dJointCreateDBall(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetDBallAnchor1(ode, q.x, q.y, q.z);
        dJointSetDBallAnchor2(ode, p.x, p.y, p.z);
        dJointSetDBallDistance(ode, joint->rest);
        return ode;
    }
    if (joint->kind == REEL_JOINT_SLIDER) {
        ode = dJointCreateLMotor(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetLMotorNumAxes(ode, 1);
        dJointSetLMotorAxis(ode, 0, b ? 2 : 0, axis.x, axis.y, axis.z);
        dJointSetLMotorParam(ode, dParamFMax, dInfinity);
        return ode;
    }
    ode = dJointCreateAMotor(sim->world, 0);
    dJointAttach(ode, a, b);
    dJointSetAMotorMode(ode, dAMotorUser);
    static const int fmax_of[3] = {dParamFMax1, dParamFMax2, dParamFMax3};
    const int n = joint->kind == REEL_JOINT_HINGE ? 1 : 3;
    dJointSetAMotorNumAxes(ode, n);
    for (int i = 0; i < n; i++) {
        if (n == 1) {
            dJointSetAMotorAxis(ode, i, 1, axis.x, axis.y, axis.z);
        } else {
            dJointSetAMotorAxis(ode, i, 0, i == 0, i == 1, i == 2);
        }
        dJointSetAMotorParam(ode, fmax_of[i], dInfinity);
    }
    return ode;
}

static int rows_of(const reel_joint *joint, bool damper)
{
    static const int rows[] = {3, 5, 5, 6, 4, 0, 0};
    int n = rows[joint->kind];
    if (joint->kind == REEL_JOINT_DISTANCE) {
        n += joint->has_limits ? (joint_is_rod(joint) || joint->lo == 0 ? 1 : 2) : 0;
        return n + damper;
    }
    n += joint->has_limits || joint->motor != REEL_MOTOR_NONE;
    return n + (!damper ? 0 : joint_is_driveable(joint->kind) ? 1 : 3);
}

void joint_create_ode(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_fixed *fixed = &sim->joints[j];
    if (joint->kind == REEL_JOINT_GEAR) {
        return;
    }
    fixed->feedback = &sim->joint_feedback[SIM_JOINT_FEEDBACKS * j];
    const reference ref = reference_of(sim, j);
    set_pose(ode_body(sim, joint->body_a), ref.a.p, ref.a.q);
    if (!joint_is_ground(sim, joint->body_b)) {
        set_pose(ode_body(sim, joint->body_b), ref.b.p, ref.b.q);
    }
    fixed->ode = create_main(sim, j, &ref);
    if (fixed->ode) {
        dJointSetFeedback(fixed->ode, &fixed->feedback[FEEDBACK_JOINT]);
    }
    if (joint->has_limits && joint_is_driveable(joint->kind)) {
        /* ODE ignores a low stop above the high one, and the other way round: twice */
        set_param(fixed->ode, joint->kind, dParamLoStop, joint->lo);
        set_param(fixed->ode, joint->kind, dParamHiStop, joint->hi);
        set_param(fixed->ode, joint->kind, dParamLoStop, joint->lo);
    }
    if (joint->damping > 0 || joint->stiffness > 0) {
        fixed->damper = create_damper(sim, j, &ref);
        dJointSetFeedback(fixed->damper, &fixed->feedback[FEEDBACK_DAMPER]);
    }
    fixed->rows = rows_of(joint, fixed->damper != NULL);
    body_place_geoms(sim, joint->body_a);
    if (!joint_is_ground(sim, joint->body_b)) {
        body_place_geoms(sim, joint->body_b);
    }
}

void joint_destroy_ode(reel_sim *sim, int j)
{
    joint_fixed *fixed = &sim->joints[j];
    if (fixed->ode) {
        dJointDestroy(fixed->ode);
    }
    if (fixed->damper) {
        dJointDestroy(fixed->damper);
    }
    fixed->ode = fixed->damper = NULL;
    fixed->rows = 0;
}

/* ---- each step ---- */

double joint_motor_speed(const reel_joint *joint, double target, double position)
{
    if (joint->motor == REEL_MOTOR_VELOCITY) {
        return target;
    }
    const double wanted = SERVO_RATE * (target - position);
    return fmax(-joint->max_speed, fmin(joint->max_speed, wanted));
}

static void push_at(reel_sim *sim, int body, reel_vec3 at, reel_vec3 force)
{
    if (!joint_is_ground(sim, body)) {
        const reel_vec3 arm = reel_v3_sub(at, sim->state.bodies[body].p);
        sim->joint_force[body] = reel_v3_add(sim->joint_force[body], force);
        sim->joint_torque[body] = reel_v3_add(sim->joint_torque[body], reel_v3_cross(arm, force));
    }
}

static void turn_by(reel_sim *sim, int body, reel_vec3 torque)
{
    if (!joint_is_ground(sim, body)) {
        sim->joint_torque[body] = reel_v3_add(sim->joint_torque[body], torque);
    }
}

void joint_push(reel_sim *sim, int j, const joint_place *place, double force)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    const reel_vec3 f = reel_v3_scale(place->axis, force);
    if (joint->kind == REEL_JOINT_HINGE) {
        turn_by(sim, joint->body_a, f);
        turn_by(sim, joint->body_b, reel_v3_scale(f, -1));
        state->torque = reel_v3_add(state->torque, f);
        return;
    }
    const bool slider = joint->kind == REEL_JOINT_SLIDER;
    push_at(sim, joint->body_a, place->at, f);
    push_at(sim, joint->body_b, slider ? place->at : place->at_b, reel_v3_scale(f, -1));
    state->force = reel_v3_add(state->force, f);
}

/* The row's compliance and the speed that it asks for. */
static void set_row(const reel_sim *sim, int j, double spring, double damping, double gap)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const dJointID ode = sim->joints[j].damper;
    const double whole = sim->h * spring + damping;
    const bool on = whole > 0;
    const double cfm = on ? 1 / whole : 0, erp = on ? sim->h * spring / whole : 0;
    const double speed = -erp * gap / sim->h, most = on ? dInfinity : 0;
    static const int fmax_of[3] = {dParamFMax1, dParamFMax2, dParamFMax3};
    static const int cfm_of[3] = {dParamCFM1, dParamCFM2, dParamCFM3};
    if (joint->kind == REEL_JOINT_DISTANCE) {
        dJointSetDBallParam(ode, dParamERP, erp);
        dJointSetDBallParam(ode, dParamCFM, cfm);
        on ? dJointEnable(ode) : dJointDisable(ode);
    } else if (joint->kind == REEL_JOINT_SLIDER) {
        dJointSetLMotorParam(ode, dParamCFM, cfm);
        dJointSetLMotorParam(ode, dParamVel, speed);
        dJointSetLMotorParam(ode, dParamFMax, most);
    } else {
        for (int i = 0; i < dJointGetAMotorNumAxes(ode); i++) {
            dJointSetAMotorParam(ode, cfm_of[i], cfm);
            dJointSetAMotorParam(ode, fmax_of[i], most);
        }
        dJointSetAMotorParam(ode, dParamVel1, speed);
    }
}

static void enter_spring(reel_sim *sim, int j, const joint_place *place)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const double h = sim->h, k = joint->stiffness;
    const double inertia = joint->kind == REEL_JOINT_DISTANCE ? joint_inertia(sim, j, place)
                                                              : sim->state.joints[j].frame.inertia;
    const double c = joint->damping * (1 + joint->damping * h / (2 * inertia));
    const double gap = place->position - joint->rest;
    if (c >= k * h) {
        set_row(sim, j, k, c - k * h, gap);
    } else if (k * h * h <= JOINT_EXPLICIT * inertia) {
        joint_push(sim, j, place, -k * gap);
        set_row(sim, j, 0, c, gap);
    } else {
        set_row(sim, j, k, 0, gap);
    }
}

/* `along`: unit, the way that body_a has to go if the stop is passed; `room` to it, m. */
static void enter_stop(reel_sim *sim, int j, const joint_place *place, reel_vec3 along, double room,
                       int feedback)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const double back = fmin(SIM_JOINT_ERP * -room / sim->h, SIM_PUSH_SPEED);
    dContact stop = {.surface = {.mode = dContactMotionN | dContactSoftCFM, .soft_cfm = 1e-12}};
    stop.surface.motionN = room > 0 ? -room / sim->h : back;
    const double at[3] = {place->at.x, place->at.y, place->at.z};
    const double normal[3] = {along.x, along.y, along.z};
    for (int i = 0; i < 3; i++) {
        stop.geom.pos[i] = at[i];
        stop.geom.normal[i] = normal[i];
    }
    const dJointID ode = dJointCreateContact(sim->world, sim->contact_joints, &stop);
    dJointAttach(ode, ode_body(sim, joint->body_a), ode_body(sim, joint->body_b));
    dJointSetFeedback(ode, &sim->joints[j].feedback[feedback]);
}

static void enter_distance(reel_sim *sim, int j, const joint_place *place)
{
    const reel_joint *joint = &sim->scene->joints[j];
    if (!joint->has_limits || joint_is_rod(joint) || place->length == 0) {
        return;
    }
    enter_stop(sim, j, place, reel_v3_scale(place->axis, -1), joint->hi - place->length,
               FEEDBACK_LONGEST);
    if (joint->lo > 0) {
        enter_stop(sim, j, place, place->axis, place->length - joint->lo, FEEDBACK_SHORTEST);
    }
}

static bool is_for_ode(const reel_sim *sim, int j)
{
    const island *isle = &sim->islands[sim->root[sim->scene->joints[j].body_a]];
    return isle->kind == ISLAND_EXACT || isle->kind == ISLAND_ITERATIVE;
}

void joints_enter_ode(reel_sim *sim)
{
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        sim->joint_force[b] = sim->joint_torque[b] = reel_v3(0, 0, 0);
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        joint_state *state = &sim->state.joints[j];
        if (state->released || !is_for_ode(sim, j)) {
            continue;
        }
        state->force = state->torque = reel_v3(0, 0, 0);
        if (joint->kind == REEL_JOINT_GEAR) {
            continue; /* which is none of ODE's and has no feedback */
        }
        for (int k = 0; k < SIM_JOINT_FEEDBACKS; k++) {
            sim->joints[j].feedback[k] = (dJointFeedback){{0}, {0}, {0}, {0}};
        }
        const joint_place place = joint_find(sim, j);
        if (joint->motor != REEL_MOTOR_NONE) {
            const double speed = joint_motor_speed(joint, state->target, place.position);
            set_param(sim->joints[j].ode, joint->kind, dParamFMax, joint->max_force);
            set_param(sim->joints[j].ode, joint->kind, dParamVel, speed);
        }
        if (sim->joints[j].damper) {
            enter_spring(sim, j, &place);
        }
        if (joint->kind == REEL_JOINT_DISTANCE) {
            enter_distance(sim, j, &place);
        }
    }
}
