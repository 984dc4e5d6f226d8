/*
 * joints.c - joints, their limits, motors and dampers.
 *
 * A motor is a velocity constraint of bounded force; a position motor asks for the speed that
 * closes the gap with time constant 1 / SERVO_RATE, up to max_speed. A damper is a constraint row
 * whose compliance is 1 / c, which makes it an implicit damping force (it cannot add energy); its
 * coefficient is raised by the factor 1 + c h / 2 I that makes the decay over one step right to
 * second order.
 */
#include "engine/sim.h"

#include "base/trig.h"
#include <ode/ode.h>
#include <stdio.h>

#define SERVO_RATE 60.0 /* 1/s */

static reel_pose pose_of(const reel_sim *sim, int body)
{
    if (body < 0) {
        return reel_pose_identity();
    }
    return (reel_pose){sim->state.bodies[body].p, sim->state.bodies[body].q};
}

static reel_vec3 into(reel_pose pose, reel_vec3 world)
{
    return reel_pose_apply(reel_pose_inverse(pose), world);
}

/* Inertia of one body that the joint's free motion sees, were the other end fixed. */
static double inertia_at(const reel_sim *sim, const reel_joint *joint, int body)
{
    const body_fixed *fixed = &sim->bodies[body];
    const body_state *state = &sim->state.bodies[body];
    const reel_vec3 arm = reel_v3_sub(state->p, joint->anchor);
    const double arm2 = reel_v3_dot(arm, arm);
    if (joint->kind == REEL_JOINT_SLIDER) {
        return fixed->mass;
    }
    if (joint->kind == REEL_JOINT_HINGE) {
        const reel_vec3 spin = body_inertia_mul(fixed, state, joint->axis);
        const reel_vec3 side = reel_v3_cross(joint->axis, arm);
        return reel_v3_dot(joint->axis, spin) + fixed->mass * reel_v3_dot(side, side);
    }
    const reel_mat3 *i = &fixed->inertia;
    return fmax(i->m[0][0], fmax(i->m[1][1], i->m[2][2])) + fixed->mass * arm2;
}

static double joint_inertia(const reel_sim *sim, const reel_joint *joint)
{
    const double a = inertia_at(sim, joint, joint->body_a);
    if (joint->body_b < 0 || !sim->bodies[joint->body_b].dynamic) {
        return a;
    }
    return 1 / (1 / a + 1 / inertia_at(sim, joint, joint->body_b));
}

static void set_param(dJointID ode, reel_joint_kind kind, int param, double value)
{
    if (kind == REEL_JOINT_HINGE) {
        dJointSetHingeParam(ode, param, value);
    } else {
        dJointSetSliderParam(ode, param, value);
    }
}

static dJointID create_ode(reel_sim *sim, const reel_joint *joint)
{
    const dBodyID a = sim->bodies[joint->body_a].ode;
    const dBodyID b = joint->body_b >= 0 ? sim->bodies[joint->body_b].ode : NULL;
    const reel_vec3 p = joint->anchor, axis = joint->axis;
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
    }
    return ode;
}

static dJointID create_damper(reel_sim *sim, const reel_joint *joint, double inertia)
{
    const dBodyID a = sim->bodies[joint->body_a].ode;
    const dBodyID b = joint->body_b >= 0 ? sim->bodies[joint->body_b].ode : NULL;
    const double c = joint->damping * (1 + joint->damping * sim->h / (2 * inertia));
    const reel_vec3 axis = joint->axis;
    dJointID ode;
    if (joint->kind == REEL_JOINT_SLIDER) {
        ode = dJointCreateLMotor(sim->world, 0);
        dJointAttach(ode, a, b);
        dJointSetLMotorNumAxes(ode, 1);
        dJointSetLMotorAxis(ode, 0, 1, axis.x, axis.y, axis.z);
        dJointSetLMotorParam(ode, dParamFMax, dInfinity);
        dJointSetLMotorParam(ode, dParamCFM, 1 / c);
        return ode;
    }
    ode = dJointCreateAMotor(sim->world, 0);
    dJointAttach(ode, a, b);
    dJointSetAMotorMode(ode, dAMotorUser);
    const int n = joint->kind == REEL_JOINT_HINGE ? 1 : 3;
    static const int fmax_of[3] = {dParamFMax1, dParamFMax2, dParamFMax3};
    static const int cfm_of[3] = {dParamCFM1, dParamCFM2, dParamCFM3};
    dJointSetAMotorNumAxes(ode, n);
    for (int i = 0; i < n; i++) {
        if (n == 1) {
            dJointSetAMotorAxis(ode, i, 1, axis.x, axis.y, axis.z);
        } else {
            dJointSetAMotorAxis(ode, i, 0, i == 0, i == 1, i == 2);
        }
        dJointSetAMotorParam(ode, fmax_of[i], dInfinity);
        dJointSetAMotorParam(ode, cfm_of[i], 1 / c);
    }
    return ode;
}

static bool has_position(const reel_joint *joint)
{
    return joint->kind == REEL_JOINT_HINGE || joint->kind == REEL_JOINT_SLIDER;
}

static reel_status check_joint(const reel_sim *sim, int j, reel_error *err)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const char *fault = NULL;
    if (!sim->bodies[joint->body_a].dynamic) {
        fault = "the first body of a joint must be dynamic";
    } else if (!has_position(joint) && (joint->has_limits || joint->motor != REEL_MOTOR_NONE)) {
        fault = "only hinges and sliders have limits and motors";
    } else if (joint->kind == REEL_JOINT_FIXED && joint->damping != 0) {
        fault = "a fixed joint has nothing to damp";
    } else if (joint->kind == REEL_JOINT_HINGE && joint->has_limits &&
               (joint->lo < -REEL_PI || joint->hi > REEL_PI)) {
        fault = "limits of a hinge lie within half a turn to either side";
    }
    if (!fault) {
        return REEL_OK;
    }
    char field[64];
    snprintf(field, sizeof field, "joints[%d]", j);
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field, "joint \"%s\": %s", joint->name, fault);
}

static void build_frames(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_fixed *fixed = &sim->joints[j];
    const reel_pose a = pose_of(sim, joint->body_a), b = pose_of(sim, joint->body_b);
    fixed->anchor_a = into(a, joint->anchor);
    fixed->anchor_b = into(b, joint->anchor);
    fixed->axis_a = reel_quat_rotate(reel_quat_conj(a.q), joint->axis);
    fixed->axis_b = reel_quat_rotate(reel_quat_conj(b.q), joint->axis);
    fixed->a_from_b0 = reel_quat_mul(reel_quat_conj(a.q), b.q);
    fixed->inertia = joint_inertia(sim, joint);
}

static void build_one(reel_sim *sim, int j)
{
    static const int rows_of[] = {3, 5, 5, 6};
    const reel_joint *joint = &sim->scene->joints[j];
    joint_fixed *fixed = &sim->joints[j];
    build_frames(sim, j);
    fixed->feedback = &sim->joint_feedback[2 * j];
    fixed->ode = create_ode(sim, joint);
    dJointSetFeedback(fixed->ode, &fixed->feedback[0]);
    fixed->rows = rows_of[joint->kind];
    if (joint->has_limits) {
        /* ODE ignores a low stop above the high one, and the other way round: twice */
        set_param(fixed->ode, joint->kind, dParamLoStop, joint->lo);
        set_param(fixed->ode, joint->kind, dParamHiStop, joint->hi);
        set_param(fixed->ode, joint->kind, dParamLoStop, joint->lo);
    }
    fixed->rows += joint->has_limits || joint->motor != REEL_MOTOR_NONE;
    if (joint->damping > 0) {
        fixed->damper = create_damper(sim, joint, fixed->inertia);
        dJointSetFeedback(fixed->damper, &fixed->feedback[1]);
        fixed->rows += joint->kind == REEL_JOINT_BALL ? 3 : 1;
    }
    sim->live_joints[joint->body_a]++;
    if (joint->body_b >= 0) {
        sim->live_joints[joint->body_b]++;
    }
    sim->state.joints[j] = (joint_state){.target = joint->target};
}

reel_status joints_build(reel_sim *sim, reel_error *err)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_status status = check_joint(sim, j, err);
        if (status != REEL_OK) {
            return status;
        }
        build_one(sim, j);
    }
    return REEL_OK;
}

void joint_release(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    if (!sim->joints[j].ode) {
        return;
    }
    dJointDestroy(sim->joints[j].ode);
    sim->joints[j].ode = NULL;
    if (sim->joints[j].damper) {
        dJointDestroy(sim->joints[j].damper);
        sim->joints[j].damper = NULL;
    }
    sim->live_joints[joint->body_a]--;
    if (joint->body_b >= 0) {
        sim->live_joints[joint->body_b]--;
    }
}

bool joint_connects(const reel_sim *sim, int body_a, int body_b)
{
    if (sim->live_joints[body_a] == 0 || sim->live_joints[body_b] == 0) {
        return false;
    }
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        const bool same = (joint->body_a == body_a && joint->body_b == body_b) ||
                          (joint->body_a == body_b && joint->body_b == body_a);
        if (same && !sim->state.joints[j].released) {
            return true;
        }
    }
    return false;
}

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

/* Position (a hinge's within half a turn of the last one, so that whole turns count) and rate. */
void joint_measure(const reel_sim *sim, int j, double *position, double *rate)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_fixed *fixed = &sim->joints[j];
    *position = 0;
    *rate = 0;
    if (!has_position(joint)) {
        return;
    }
    const reel_pose a = pose_of(sim, joint->body_a), b = pose_of(sim, joint->body_b);
    const reel_vec3 axis = reel_quat_rotate(b.q, fixed->axis_b);
    if (joint->kind == REEL_JOINT_SLIDER) {
        const reel_vec3 at = reel_pose_apply(a, fixed->anchor_a);
        *position = reel_v3_dot(axis, reel_v3_sub(at, reel_pose_apply(b, fixed->anchor_b)));
        *rate = reel_v3_dot(axis, reel_v3_sub(velocity_at(sim, joint->body_a, at),
                                              velocity_at(sim, joint->body_b, at)));
        return;
    }
    /* in b's frame: b_from_a now, after the inverse of b_from_a at step 0 */
    const reel_quat now = reel_quat_mul(reel_quat_conj(b.q), a.q);
    const reel_quat by = reel_quat_mul(now, fixed->a_from_b0);
    const double sine = reel_v3_dot(reel_v3(by.x, by.y, by.z), fixed->axis_b);
    const double angle = 2 * reel_atan2(sine, by.w);
    const double last = sim->state.joints[j].position;
    *position = angle - 2 * REEL_PI * floor((angle - last) / (2 * REEL_PI) + 0.5);
    *rate =
        reel_v3_dot(axis, reel_v3_sub(omega_of(sim, joint->body_a), omega_of(sim, joint->body_b)));
}

double joint_separation(const reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const joint_fixed *fixed = &sim->joints[j];
    const reel_pose a = pose_of(sim, joint->body_a), b = pose_of(sim, joint->body_b);
    reel_vec3 gap =
        reel_v3_sub(reel_pose_apply(a, fixed->anchor_a), reel_pose_apply(b, fixed->anchor_b));
    if (joint->kind == REEL_JOINT_SLIDER) {
        const reel_vec3 axis = reel_quat_rotate(b.q, fixed->axis_b);
        gap = reel_v3_madd(gap, -reel_v3_dot(gap, axis), axis);
    }
    return reel_v3_len(gap);
}

static double motor_speed(const reel_joint *joint, const joint_state *state)
{
    if (joint->motor == REEL_MOTOR_VELOCITY) {
        return state->target;
    }
    const double wanted = SERVO_RATE * (state->target - state->position);
    return fmax(-joint->max_speed, fmin(joint->max_speed, wanted));
}

void joints_drive(reel_sim *sim)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        joint_state *state = &sim->state.joints[j];
        if (state->released) {
            continue;
        }
        if (joint->motor != REEL_MOTOR_NONE) {
            const double speed = motor_speed(joint, state);
            set_param(sim->joints[j].ode, joint->kind, dParamFMax, joint->max_force);
            set_param(sim->joints[j].ode, joint->kind, dParamVel, speed);
        }
        for (int k = 0; k < 2; k++) {
            sim->joints[j].feedback[k] = (dJointFeedback){{0}, {0}, {0}, {0}};
        }
    }
}

static reel_vec3 vec(const dReal *v)
{
    return reel_v3(v[0], v[1], v[2]);
}

static double power_on(const reel_sim *sim, int body, const dReal *f, const dReal *t)
{
    if (body < 0 || !sim->bodies[body].dynamic) {
        return 0;
    }
    const body_state *state = &sim->state.bodies[body];
    return reel_v3_dot(vec(f), state->v) + reel_v3_dot(vec(t), state->w);
}

/* After the solvers: positions, work of motors, impulses from the world. */
void joints_account(reel_sim *sim)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        joint_state *state = &sim->state.joints[j];
        if (state->released || !body_is_awake(sim, joint->body_a)) {
            continue;
        }
        double position, rate;
        joint_measure(sim, j, &position, &rate);
        state->position = position;
        sim->state.audit.joint_error = fmax(sim->state.audit.joint_error, joint_separation(sim, j));
        const dJointFeedback *f = sim->joints[j].feedback;
        if (joint->motor != REEL_MOTOR_NONE) {
            const double work = sim->h * (power_on(sim, joint->body_a, f->f1, f->t1) +
                                          power_on(sim, joint->body_b, f->f2, f->t2));
            sim->state.work += work;
            sim->state.total_work += fabs(work);
        }
        if (joint->body_b < 0 || !sim->bodies[joint->body_b].dynamic) {
            const reel_vec3 force = reel_v3_add(vec(f[0].f1), vec(f[1].f1));
            sim->state.impulse = reel_v3_madd(sim->state.impulse, sim->h, force);
        }
    }
}
