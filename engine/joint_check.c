/* joint_check.c - joints that make no sense are refused before anything moves. */
#include "engine/joints.h"

#include "base/trig.h"
#include <stdio.h>
#include <string.h>

#define UNIT_SLACK 1e-6 /* of an axis' length, of a right angle */

typedef struct fault {
    const char *field, *text;
} fault;

static bool is_unit(reel_vec3 v)
{
    return fabs(reel_v3_len(v) - 1) <= UNIT_SLACK;
}

static fault check_axes(const reel_joint *joint)
{
    const bool universal = joint->kind == REEL_JOINT_UNIVERSAL;
    if ((joint_is_driveable(joint->kind) || universal) && !is_unit(joint->axis)) {
        return (fault){"axis", "must have length 1"};
    }
    if (universal && !is_unit(joint->axis2)) {
        return (fault){"axis2", "must have length 1"};
    }
    if (universal && fabs(reel_v3_dot(joint->axis, joint->axis2)) > UNIT_SLACK) {
        return (fault){"axis2", "must be at right angles to axis"};
    }
    return (fault){0};
}

static fault check_limits(const reel_joint *joint)
{
    const bool distance = joint->kind == REEL_JOINT_DISTANCE;
    if (!joint->has_limits) {
        return (fault){0};
    }
    if (!distance && !joint_is_driveable(joint->kind)) {
        return (fault){"has_limits", "is for hinges, sliders and distances"};
    }
    if (joint->lo > joint->hi) {
        return (fault){"lo", "must not be greater than hi"};
    }
    if (distance && joint->lo < 0) {
        return (fault){"lo", "must not be negative for a distance"};
    }
    if (distance && !(joint->hi > 0)) {
        return (fault){"hi", "must be greater than 0 for a distance"};
    }
    if (!distance && (joint->lo > 0 || joint->hi < 0)) {
        return (fault){joint->lo > 0 ? "lo" : "hi", "must leave 0 between the limits"};
    }
    if (joint->kind == REEL_JOINT_HINGE && (joint->lo < -REEL_PI || joint->hi > REEL_PI)) {
        return (fault){joint->lo < -REEL_PI ? "lo" : "hi",
                       "of a hinge lies within half a turn to either side"};
    }
    return (fault){0};
}

static fault check_forces(const reel_joint *joint)
{
    const bool driveable = joint_is_driveable(joint->kind);
    if (joint->motor != REEL_MOTOR_NONE && !driveable) {
        return (fault){"motor", "is for hinges and sliders"};
    }
    if (joint->motor != REEL_MOTOR_NONE && !(joint->max_force >= 0)) {
        return (fault){"max_force", "must not be negative"};
    }
    if (joint->motor == REEL_MOTOR_POSITION && !(joint->max_speed > 0)) {
        return (fault){"max_speed", "must be greater than 0"};
    }
    if (!(joint->damping >= 0)) {
        return (fault){"damping", "must not be negative"};
    }
    if (joint->damping > 0 && (joint->kind == REEL_JOINT_FIXED || joint->kind == REEL_JOINT_GEAR)) {
        return (fault){"damping", "has nothing to damp in a fixed joint or a gear"};
    }
    if (!(joint->stiffness >= 0)) {
        return (fault){"stiffness", "must not be negative"};
    }
    if (joint->stiffness > 0 && !driveable && joint->kind != REEL_JOINT_DISTANCE) {
        return (fault){"stiffness", "is for hinges, sliders and distances"};
    }
    if (!(joint->break_force >= 0)) {
        return (fault){"break_force", "must not be negative"};
    }
    if (!(joint->break_torque >= 0)) {
        return (fault){"break_torque", "must not be negative"};
    }
    return (fault){0};
}

static fault check_distance(const reel_sim *sim, const reel_joint *joint)
{
    if (joint->kind != REEL_JOINT_DISTANCE) {
        return (fault){0};
    }
    if (!joint->has_limits && joint->stiffness == 0 && joint->damping == 0) {
        return (fault){"kind", "does nothing without limits, stiffness and damping"};
    }
    if (!joint->has_limits || joint->inactive) {
        return (fault){0};
    }
    const double length = reel_v3_len(reel_v3_sub(joint->anchor, joint->anchor_b));
    const double slack = sim->scene->audit.joint_error;
    if (length > joint->hi + slack || length < joint->lo - slack) {
        return (fault){"anchor_b", "is farther from anchor than hi, or nearer than lo, at step 0"};
    }
    return (fault){0};
}

static fault check_gear(const reel_sim *sim, const reel_joint *joint)
{
    if (joint->kind != REEL_JOINT_GEAR) {
        return (fault){0};
    }
    const reel_joint *a = &sim->scene->joints[joint->joint_a];
    const reel_joint *b = &sim->scene->joints[joint->joint_b];
    if (a == b || !joint_is_driveable(a->kind)) {
        return (fault){"joint_a", "of a gear must be a hinge or slider other than joint_b"};
    }
    if (!joint_is_driveable(b->kind)) {
        return (fault){"joint_b", "of a gear must be a hinge or slider"};
    }
    if (joint->body_a != a->body_a || joint->body_b != b->body_a) {
        return (fault){joint->body_a != a->body_a ? "body_a" : "body_b",
                       "of a gear must be body_a of its joint"};
    }
    if (joint->ratio == 0) {
        return (fault){"ratio", "must not be 0"};
    }
    if (!joint->inactive && (a->inactive || b->inactive)) {
        return (fault){"inactive", "must be set for a gear between joints that are inactive"};
    }
    return (fault){0};
}

static fault find_fault(const reel_sim *sim, const reel_joint *joint)
{
    if (!sim->bodies[joint->body_a].dynamic) {
        return (fault){"body_a", "of a joint must be dynamic"};
    }
    if (joint->body_a == joint->body_b && joint->kind != REEL_JOINT_GEAR) {
        return (fault){"body_b", "must be another body than body_a"};
    }
    const fault faults[] = {check_axes(joint), check_limits(joint), check_forces(joint),
                            check_distance(sim, joint), check_gear(sim, joint)};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (faults[i].field) {
            return faults[i];
        }
    }
    return (fault){0};
}

reel_status joint_check(const reel_sim *sim, int j, reel_error *err)
{
    const reel_joint *joint = &sim->scene->joints[j];
    const fault found = find_fault(sim, joint);
    if (!found.field) {
        return REEL_OK;
    }
    char field[64];
    snprintf(field, sizeof field, "joints[%d].%s", j, found.field);
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field, "joint \"%s\": %s %s", joint->name,
                        found.field, found.text);
}
