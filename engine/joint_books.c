/* joint_books.c - after the solvers: what joints carried, the work of motors, and what broke. */
#include "engine/joints.h"

#include <ode/ode.h>

double joints_potential(const reel_sim *sim)
{
    double sum = 0;
    for (int j = 0; j < sim->scene->n_joints; j++) {
        const reel_joint *joint = &sim->scene->joints[j];
        if (joint->stiffness > 0 && !sim->state.joints[j].released) {
            const double off = joint_find(sim, j).position - joint->rest;
            sum += 0.5 * joint->stiffness * off * off;
        }
    }
    return sum;
}

static reel_vec3 vec(const dReal *v)
{
    return reel_v3(v[0], v[1], v[2]);
}

static double power_on(const reel_sim *sim, int body, const dReal *f, const dReal *t)
{
    if (joint_is_ground(sim, body)) {
        return 0;
    }
    const body_state *state = &sim->state.bodies[body];
    return reel_v3_dot(vec(f), state->v) + reel_v3_dot(vec(t), state->w);
}

/* What ODE's joint, damper and stops did to body_a, on top of what was pushed. */
static void read_load(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    const dJointFeedback *f = sim->joints[j].feedback;
    const reel_quat q = sim->state.bodies[joint->body_a].q;
    const reel_vec3 arm = reel_quat_rotate(q, state->frame.anchor_a);
    for (int k = 0; k < SIM_JOINT_FEEDBACKS; k++) {
        const reel_vec3 force = vec(f[k].f1);
        const reel_vec3 torque = reel_v3_sub(vec(f[k].t1), reel_v3_cross(arm, force));
        state->force = reel_v3_add(state->force, force);
        if (joint->kind != REEL_JOINT_DISTANCE) { /* it has none: what is left is rounding */
            state->torque = reel_v3_add(state->torque, torque);
        }
    }
    if (joint->motor != REEL_MOTOR_NONE) {
        const double work = sim->h * (power_on(sim, joint->body_a, f->f1, f->t1) +
                                      power_on(sim, joint->body_b, f->f2, f->t2));
        sim->state.work += work;
        sim->state.total_work += fabs(work);
    }
}

static bool is_overloaded(const reel_joint *joint, const joint_state *state)
{
    return (joint->break_force > 0 && reel_v3_len(state->force) > joint->break_force) ||
           (joint->break_torque > 0 && reel_v3_len(state->torque) > joint->break_torque);
}

static void account_for(reel_sim *sim, int j)
{
    const reel_joint *joint = &sim->scene->joints[j];
    joint_state *state = &sim->state.joints[j];
    const bool by_ode = sim->islands[sim->root[joint->body_a]].kind != ISLAND_TREE;
    if (by_ode && joint->kind != REEL_JOINT_GEAR) {
        read_load(sim, j);
    }
    const joint_place place = joint_find(sim, j);
    state->position = place.position;
    audit_raise(sim, &sim->state.audit.joint_error, &sim->state.audit.joint_error_at,
                joint_gap(sim, j, &place), sim->state.step, j, -1);
    state->sum_force = reel_v3_madd(state->sum_force, sim->h, state->force);
    state->sum_torque = reel_v3_madd(state->sum_torque, sim->h, state->torque);
    if (joint->kind != REEL_JOINT_GEAR && joint_is_ground(sim, joint->body_b)) {
        sim->state.impulse = reel_v3_madd(sim->state.impulse, sim->h, state->force);
    }
}

/* A joint of bodies that sleep goes on to carry what it carried. */
void joints_account(reel_sim *sim)
{
    for (int j = 0; j < sim->scene->n_joints; j++) {
        joint_state *state = &sim->state.joints[j];
        if (state->released) {
            continue;
        }
        if (body_is_awake(sim, sim->scene->joints[j].body_a)) {
            account_for(sim, j);
        } else {
            state->sum_force = reel_v3_madd(state->sum_force, sim->h, state->force);
            state->sum_torque = reel_v3_madd(state->sum_torque, sim->h, state->torque);
        }
    }
    for (int j = 0; j < sim->scene->n_joints; j++) { /* after all have been seen */
        joint_state *state = &sim->state.joints[j];
        if (!state->released && is_overloaded(&sim->scene->joints[j], state)) {
            joint_release(sim, j);
            state->broken = true;
        }
    }
}
