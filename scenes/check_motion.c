/* check_motion.c - joints, actions, expectations, fields of force and pairs: see validate.h. */
#include "scenes/check.h"

#include <string.h>

static bool is_guided(reel_joint_kind kind)
{
    return kind == REEL_JOINT_HINGE || kind == REEL_JOINT_SLIDER;
}

static reel_status check_joint_bodies(const reel_scene *s, const reel_joint *j, const reel_spot *at)
{
    REEL_TRY(reel_check_index(at, "body_a", j->body_a, s->n_bodies));
    if (s->bodies[j->body_a].motion != REEL_MOTION_DYNAMIC) {
        return reel_check_bad(at, "body_a", "must be a body that moves");
    }
    if (j->body_b != -1) {
        REEL_TRY(reel_check_index(at, "body_b", j->body_b, s->n_bodies));
    }
    return j->body_a != j->body_b ? REEL_OK : reel_check_bad(at, "body_b", "is the same as body_a");
}

static reel_status check_joint_limits(const reel_joint *j, const reel_spot *at)
{
    const bool distance = j->kind == REEL_JOINT_DISTANCE;
    if (!j->has_limits) {
        return REEL_OK;
    }
    if (!distance && !is_guided(j->kind)) {
        return reel_check_bad(at, "has_limits", "only hinges, sliders and distances have limits");
    }
    REEL_TRY(reel_check_range(at, "lo", j->lo, distance ? 0 : -1e9, distance ? 1e9 : 0));
    return reel_check_range(at, "hi", j->hi, distance ? j->lo : 0, 1e9);
}

static reel_status check_joint_motor(const reel_joint *j, const reel_spot *at)
{
    if (j->motor != REEL_MOTOR_NONE && !is_guided(j->kind)) {
        return reel_check_bad(at, "motor", "only hinges and sliders have motors");
    }
    REEL_TRY(reel_check_range(at, "target", j->target, -1e9, 1e9));
    REEL_TRY(reel_check_range(at, "max_force", j->max_force, 0, 1e12));
    return reel_check_positive(at, "max_speed", j->max_speed);
}

static reel_status check_gear(const reel_scene *s, int i, const reel_spot *at)
{
    const reel_joint *j = &s->joints[i];
    if (j->kind != REEL_JOINT_GEAR) {
        return j->joint_a == -1 && j->joint_b == -1
                   ? REEL_OK
                   : reel_check_bad(at, "joint_a", "and joint_b must be -1: only gears have them");
    }
    REEL_TRY(reel_check_index(at, "joint_a", j->joint_a, i));
    REEL_TRY(reel_check_index(at, "joint_b", j->joint_b, i));
    const reel_joint *a = &s->joints[j->joint_a], *b = &s->joints[j->joint_b];
    if (!is_guided(a->kind) || !is_guided(b->kind)) {
        return reel_check_bad(at, "joint_a", "and joint_b must be hinges or sliders");
    }
    if (j->body_a != a->body_a || j->body_b != b->body_a) {
        return reel_check_bad(at, "body_a", "and body_b must be body_a of joint_a and joint_b");
    }
    REEL_TRY(reel_check_range(at, "ratio", j->ratio, -1e6, 1e6));
    return j->ratio != 0 ? REEL_OK : reel_check_bad(at, "ratio", "must not be 0");
}

static reel_status check_spring(const reel_joint *j, const reel_spot *at)
{
    REEL_TRY(reel_check_range(at, "damping", j->damping, 0, 1e12));
    REEL_TRY(reel_check_range(at, "stiffness", j->stiffness, 0, 1e12));
    if (j->stiffness > 0 && !is_guided(j->kind) && j->kind != REEL_JOINT_DISTANCE) {
        return reel_check_bad(at, "stiffness", "only hinges, sliders and distances are springs");
    }
    return reel_check_range(at, "rest", j->rest, -1e9, 1e9);
}

static reel_status check_joint(const reel_scene *s, int i, const reel_spot *at)
{
    const reel_joint *j = &s->joints[i];
    REEL_TRY(check_joint_bodies(s, j, at));
    REEL_TRY(reel_check_vector(at, "anchor", j->anchor));
    REEL_TRY(reel_check_vector(at, "anchor_b", j->anchor_b));
    REEL_TRY(reel_check_unit(at, "axis", j->axis));
    if (j->kind == REEL_JOINT_UNIVERSAL) {
        REEL_TRY(reel_check_unit(at, "axis2", j->axis2));
        if (fabs(reel_v3_dot(j->axis, j->axis2)) > 1e-6) {
            return reel_check_bad(at, "axis2", "must be at right angles to axis");
        }
    }
    REEL_TRY(check_joint_limits(j, at));
    REEL_TRY(check_joint_motor(j, at));
    REEL_TRY(check_gear(s, i, at));
    REEL_TRY(check_spring(j, at));
    REEL_TRY(reel_check_range(at, "break_force", j->break_force, 0, 1e12));
    return reel_check_range(at, "break_torque", j->break_torque, 0, 1e12);
}

/* Forces of one series act on the body of the first of them. */
static reel_status check_series(const reel_scene *s, int i, int *first, const reel_spot *at)
{
    const reel_action *a = &s->actions[i];
    if (a->series < 0 || a->series > REEL_MAX_ACTIONS) {
        return reel_check_bad(at, "series", "must be within 0 .. %d", REEL_MAX_ACTIONS);
    }
    if (a->series == 0) {
        return REEL_OK;
    }
    if (first[a->series] < 0) {
        first[a->series] = i;
    }
    if (a->kind != REEL_ACTION_FORCE || a->body != s->actions[first[a->series]].body) {
        return reel_check_bad(at, "series", "only forces on one body share their channels");
    }
    return REEL_OK;
}

static reel_status check_all_series(const reel_scene *s, reel_error *err)
{
    int *first = reel_alloc((REEL_MAX_ACTIONS + 1) * sizeof *first);
    reel_status st = first ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
    for (int i = 0; first && i <= REEL_MAX_ACTIONS; i++) {
        first[i] = -1;
    }
    for (int i = 0; st == REEL_OK && i < s->n_actions; i++) {
        const reel_spot at = {err, "actions", i, s->actions[i].name};
        st = check_series(s, i, first, &at);
    }
    reel_free(first);
    return st;
}

/* What the agent moves is there. */
static reel_status check_agent(const reel_scene *s, reel_error *err)
{
    const reel_spot at = {err, NULL, 0, NULL};
    const bool pushes = strcmp(s->agent, "push") == 0 || strcmp(s->agent, "force") == 0;
    const bool flies = strcmp(s->agent, "camera") == 0;
    if (s->agent[0] && !pushes && !flies) {
        return reel_check_bad(&at, "agent", "must be push, force or camera");
    }
    if ((pushes && reel_scene_find_body(s, s->agent_on) < 0) ||
        (flies && reel_scene_find_camera(s, s->agent_on) < 0) || (!s->agent[0] && s->agent_on[0])) {
        return reel_check_bad(&at, "agent_on", "must be the name of what the agent moves");
    }
    if (s->views[0] && strcmp(s->views, "three") != 0) {
        return reel_check_bad(&at, "views", "must be three, or nothing");
    }
    return REEL_OK;
}

static reel_status check_action(const reel_scene *s, const reel_action *a, const reel_spot *at)
{
    if (a->first_step < 0) {
        return reel_check_bad(at, "first_step", "must not be negative");
    }
    if (a->kind == REEL_ACTION_FORCE && a->end_step <= a->first_step) {
        return reel_check_bad(at, "end_step", "must be after first_step");
    }
    const bool presence = a->kind == REEL_ACTION_SPAWN || a->kind == REEL_ACTION_REMOVE;
    if (presence || a->kind == REEL_ACTION_IMPULSE || a->kind == REEL_ACTION_FORCE) {
        REEL_TRY(reel_check_index(at, "body", a->body, s->n_bodies));
        if (!presence && s->bodies[a->body].motion != REEL_MOTION_DYNAMIC) {
            return reel_check_bad(at, "body", "must be a body that moves");
        }
    } else {
        REEL_TRY(reel_check_index(at, "joint", a->joint, s->n_joints));
        if (a->kind == REEL_ACTION_TARGET && s->joints[a->joint].motor == REEL_MOTOR_NONE) {
            return reel_check_bad(at, "joint", "has no motor");
        }
    }
    REEL_TRY(reel_check_vector(at, "vec", a->vec));
    REEL_TRY(reel_check_vector(at, "torque", a->torque));
    REEL_TRY(reel_check_vector(at, "point", a->point));
    return reel_check_range(at, "value", a->value, -1e12, 1e12);
}

reel_status reel_check_motion(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_joints; i++) {
        const reel_spot at = {err, "joints", i, s->joints[i].name};
        REEL_TRY(check_joint(s, i, &at));
    }
    for (int i = 0; i < s->n_actions; i++) {
        const reel_spot at = {err, "actions", i, s->actions[i].name};
        REEL_TRY(check_action(s, &s->actions[i], &at));
        if (i > 0 && s->actions[i - 1].first_step > s->actions[i].first_step) {
            return reel_check_bad(&at, "first_step", "actions must be in the order of their steps");
        }
    }
    REEL_TRY(check_all_series(s, err));
    REEL_TRY(check_agent(s, err));
    for (int i = 0; i < s->n_expects; i++) {
        const reel_spot at = {err, "expects", i, NULL};
        REEL_TRY(reel_check_index(&at, "object", s->expects[i].object, s->n_objects));
        if (s->expects[i].by < 0 || s->expects[i].by > reel_scene_last_step(s)) {
            return reel_check_bad(&at, "by", "must be a step of the clip, 0 .. %lld",
                                  (long long)reel_scene_last_step(s));
        }
        REEL_TRY(reel_check_range(&at, "value", s->expects[i].value, 0, 1e9));
    }
    return REEL_OK;
}

/* --- fields of force and pairs of surfaces
 * --------------------------------------------------------
 */

static bool is_mutual(reel_force_kind kind)
{
    return kind == REEL_FORCE_GRAVITATION || kind == REEL_FORCE_CHARGE || kind == REEL_FORCE_MAGNET;
}

static reel_status check_force_field(const reel_scene *s, const reel_force_field *f,
                                     const reel_spot *at)
{
    if (f->first_step < 0 || (f->end_step != 0 && f->end_step <= f->first_step)) {
        return reel_check_bad(at, "end_step", "must be after first_step, or 0 for ever");
    }
    REEL_TRY(reel_check_vector(at, "vec", f->vec));
    REEL_TRY(reel_check_vector(at, "center", f->center));
    if (f->body != -1) {
        REEL_TRY(reel_check_index(at, "body", f->body, s->n_bodies));
    }
    REEL_TRY(reel_check_range(at, "strength", f->strength, -1e15, 1e15));
    REEL_TRY(reel_check_range(at, "power", f->power, -10, 10));
    REEL_TRY(reel_check_range(at, "density", f->density, 0, 1e6));
    REEL_TRY(reel_check_range(at, "viscosity", f->viscosity, 0, 1e6));
    if (f->kind == REEL_FORCE_RADIAL || is_mutual(f->kind)) {
        REEL_TRY(reel_check_positive(at, "radius", f->radius));
    }
    if (f->kind == REEL_FORCE_WATER && !f->has_box) {
        return reel_check_bad(at, "has_box",
                              "must be set: water has a surface, the top of its box");
    }
    for (int i = 0; f->has_box && i < 3; i++) {
        REEL_TRY(reel_check_range(at, "box_min", f->box_min[i], -1e9, 1e9));
        REEL_TRY(reel_check_range(at, "box_max", f->box_max[i], f->box_min[i], 1e9));
    }
    return REEL_OK;
}

static reel_status check_pairs(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_pairs; i++) {
        const reel_contact_pair *p = &s->pairs[i];
        const reel_spot at = {err, "pairs", i, NULL};
        REEL_TRY(reel_check_index(&at, "surface_a", p->surface_a, s->n_surfaces));
        REEL_TRY(reel_check_index(&at, "surface_b", p->surface_b, s->n_surfaces));
        REEL_TRY(reel_check_range(&at, "friction", p->friction, 0, 1e6));
        REEL_TRY(reel_check_range(&at, "restitution", p->restitution, 0, 1));
        REEL_TRY(reel_check_range(&at, "rolling_friction", p->rolling_friction, 0, 1e6));
    }
    return REEL_OK;
}

reel_status reel_check_forces(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_force_fields; i++) {
        const reel_spot at = {err, "force_fields", i, s->force_fields[i].name};
        REEL_TRY(check_force_field(s, &s->force_fields[i], &at));
    }
    return check_pairs(s, err);
}
