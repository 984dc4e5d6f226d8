/*
 * joints.c - world:hinge, slider, ball, fixed, universal; world:rope, rod, spring; world:couple.
 */
#include "scenes/timeline.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

#define HELD_FIELDS "name", "a", "b", "at", "break_force", "break_torque", "inactive"
#define END_FIELDS  "name", "a", "b", "at", "to", "break_force", "inactive"

/* A thing that a field names; -1 if the field is absent. */
static int read_body(reel_fields *f, const char *name)
{
    if (!reel_fields_push(f, name)) {
        return -1;
    }
    const int body = reel_thing_body(f->L, -1, name);
    lua_pop(f->L, 1);
    return body;
}

/* The frame that a script puts things by is where its anchors are by default: the centre of mass
 * of what moves. */
static reel_vec3 place_of(const reel_scene *s, int body)
{
    return s->bodies[body].world_from_body.p;
}

static void read_bodies(reel_fields *f, reel_joint *j)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    j->body_a = read_body(f, "a");
    j->body_b = read_body(f, "b");
    if (j->body_a < 0) {
        reel_fields_fail(f, "a", "is missing: the thing that the joint holds");
    }
    if (j->body_a == j->body_b) {
        reel_fields_fail(f, "b", "is the same thing as a");
    }
    if (s->bodies[j->body_a].motion != REEL_MOTION_DYNAMIC) {
        reel_fields_fail(f, "a", "must be a thing that moves; let b be the other one");
    }
    j->anchor = place_of(s, j->body_a);
    reel_fields_vec3(f, "at", &j->anchor);
}

static void read_motor(reel_fields *f, reel_joint *j)
{
    static const char *const fields[] = {"velocity", "position", "max_force", "max_speed", NULL};
    char label[96], path[160];
    if (!reel_fields_push(f, "motor")) {
        return;
    }
    snprintf(label, sizeof(label), "%.80s.motor", f->label);
    snprintf(path, sizeof(path), "%.140s/motor", f->path);
    reel_fields m = reel_fields_begin(f->L, -1, label, path, fields);
    const bool velocity = reel_fields_number(&m, "velocity", -1e6, 1e6, &j->target);
    const bool position = reel_fields_number(&m, "position", -1e6, 1e6, &j->target);
    if (velocity == position) {
        reel_fields_fail(&m, "", "give either velocity or position");
    }
    j->motor = velocity ? REEL_MOTOR_VELOCITY : REEL_MOTOR_POSITION;
    if (!reel_fields_number(&m, "max_force", 0, HUGE_VAL, &j->max_force)) {
        reel_fields_fail(&m, "max_force", "is missing");
    }
    if (reel_fields_positive(&m, "max_speed", &j->max_speed) && velocity) {
        reel_fields_fail(&m, "max_speed", "is for position motors");
    }
    lua_pop(f->L, 1);
}

static void read_axis(reel_fields *f, const char *name, reel_vec3 *axis)
{
    if (!reel_fields_vec3(f, name, axis)) {
        reel_fields_fail(f, name, "is missing: {x, y, z} in the world");
    }
    if (!(reel_v3_len(*axis) > 1e-12)) {
        reel_fields_fail(f, name, "must not be zero");
    }
    *axis = reel_v3_unit(*axis, *axis);
}

static void read_limits(reel_fields *f, reel_joint *j)
{
    double limits[2];
    j->has_limits = reel_fields_vector(f, "limits", 2, 2, limits) > 0;
    if (!j->has_limits) {
        return;
    }
    if (!(limits[0] <= 0 && limits[1] >= 0)) {
        reel_fields_fail(f, "limits",
                         "must be {lo, hi} with lo <= 0 <= hi: they count from where the joint "
                         "begins");
    }
    j->lo = limits[0];
    j->hi = limits[1];
}

static void read_spring(reel_fields *f, reel_joint *j)
{
    const bool springy = reel_fields_number(f, "stiffness", 0, 1e12, &j->stiffness);
    if (reel_fields_number(f, "rest", -1e6, 1e6, &j->rest) && !springy) {
        reel_fields_fail(f, "rest", "is for springs: give stiffness as well");
    }
}

static void read_hold(reel_fields *f, reel_joint *j)
{
    reel_fields_positive(f, "break_force", &j->break_force);
    reel_fields_positive(f, "break_torque", &j->break_torque);
    reel_fields_bool(f, "inactive", &j->inactive);
}

static int add_joint(reel_fields *f, reel_joint *j, const char *word)
{
    lua_State *L = f->L;
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    j->name = reel_timeline_name(f, word);
    if (reel_scene_find_joint(s, j->name) >= 0) {
        reel_fields_fail(f, "name", "there is a joint of this name already");
    }
    if (s->n_joints >= REEL_MAX_JOINTS) {
        reel_script_fail(L, "joints", "too many: a scene has at most %d", REEL_MAX_JOINTS);
    }
    s->joints = reel_build_grow(L, s->joints, s->n_joints, &b->joint_cap, sizeof(*s->joints));
    s->joints[s->n_joints++] = *j;
    lua_pushstring(L, j->name);
    return 1;
}

static reel_joint new_joint(reel_joint_kind kind)
{
    return (reel_joint){
        .kind = kind, .axis = {0, 0, 1}, .max_speed = 10, .joint_a = -1, .joint_b = -1};
}

/* --- joints that hold ----------------------------------------------------------------------------
 */

/* Hinges and sliders have one degree of freedom: what moves it, and what holds it back. */
static int guided(lua_State *L, reel_joint_kind kind, const char *word)
{
    static const char *const fields[] = {HELD_FIELDS, "axis",      "limits", "motor",
                                         "damping",   "stiffness", "rest",   NULL};
    reel_fields f = reel_timeline_begin(L, word, "joints", fields);
    reel_joint j = new_joint(kind);
    read_bodies(&f, &j);
    read_axis(&f, "axis", &j.axis);
    read_limits(&f, &j);
    read_motor(&f, &j);
    reel_fields_number(&f, "damping", 0, 1e12, &j.damping);
    read_spring(&f, &j);
    read_hold(&f, &j);
    return add_joint(&f, &j, word);
}

int reel_world_hinge(lua_State *L)
{
    return guided(L, REEL_JOINT_HINGE, "hinge");
}

int reel_world_slider(lua_State *L)
{
    return guided(L, REEL_JOINT_SLIDER, "slider");
}

int reel_world_ball(lua_State *L)
{
    static const char *const fields[] = {HELD_FIELDS, "damping", NULL};
    reel_fields f = reel_timeline_begin(L, "ball", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_BALL);
    read_bodies(&f, &j);
    reel_fields_number(&f, "damping", 0, 1e12, &j.damping);
    read_hold(&f, &j);
    return add_joint(&f, &j, "ball");
}

int reel_world_fixed(lua_State *L)
{
    static const char *const fields[] = {HELD_FIELDS, NULL};
    reel_fields f = reel_timeline_begin(L, "fixed", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_FIXED);
    read_bodies(&f, &j);
    read_hold(&f, &j);
    return add_joint(&f, &j, "fixed");
}

int reel_world_universal(lua_State *L)
{
    static const char *const fields[] = {HELD_FIELDS, "axis", "axis2", NULL};
    reel_fields f = reel_timeline_begin(L, "universal", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_UNIVERSAL);
    read_bodies(&f, &j);
    read_axis(&f, "axis", &j.axis);
    read_axis(&f, "axis2", &j.axis2);
    const double askew = reel_v3_dot(j.axis, j.axis2);
    if (fabs(askew) > 1e-6) {
        reel_fields_fail(&f, "axis2", "must be at right angles to axis; their cosine is %.3g",
                         askew);
    }
    j.axis2 = reel_v3_unit(reel_v3_madd(j.axis2, -askew, j.axis), j.axis2);
    read_hold(&f, &j);
    return add_joint(&f, &j, "universal");
}

/* --- joints that keep a distance: rope, rod, spring ---------------------------------------------
 */

/* From `at` on a to `to` on b, or in the world. Returns how far they are apart. */
static double read_ends(reel_fields *f, reel_joint *j)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    read_bodies(f, j);
    j->anchor_b = j->body_b >= 0 ? place_of(s, j->body_b) : j->anchor;
    if (!reel_fields_vec3(f, "to", &j->anchor_b) && j->body_b < 0) {
        reel_fields_fail(f, "to", "is missing: {x, y, z} in the world, or a thing b");
    }
    const double apart = reel_v3_len(reel_v3_sub(j->anchor, j->anchor_b));
    if (!(apart > 1e-9)) {
        reel_fields_fail(f, "to", "is where the other end is");
    }
    return apart;
}

int reel_world_rope(lua_State *L)
{
    static const char *const fields[] = {END_FIELDS, "length", "damping", NULL};
    reel_fields f = reel_timeline_begin(L, "rope", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_DISTANCE);
    const double apart = read_ends(&f, &j);
    j.has_limits = true;
    j.hi = apart;
    if (reel_fields_positive(&f, "length", &j.hi) && j.hi < apart * (1 - 1e-9)) {
        reel_fields_fail(&f, "length", "is %.6g m, but its ends are %.6g m apart", j.hi, apart);
    }
    reel_fields_number(&f, "damping", 0, 1e12, &j.damping);
    read_hold(&f, &j);
    return add_joint(&f, &j, "rope");
}

int reel_world_rod(lua_State *L)
{
    static const char *const fields[] = {END_FIELDS, NULL};
    reel_fields f = reel_timeline_begin(L, "rod", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_DISTANCE);
    j.lo = j.hi = read_ends(&f, &j);
    j.has_limits = true;
    read_hold(&f, &j);
    return add_joint(&f, &j, "rod");
}

int reel_world_spring(lua_State *L)
{
    static const char *const fields[] = {END_FIELDS, "stiffness", "rest",
                                         "limits",   "damping",   NULL};
    reel_fields f = reel_timeline_begin(L, "spring", "joints", fields);
    reel_joint j = new_joint(REEL_JOINT_DISTANCE);
    double limits[2];
    j.rest = read_ends(&f, &j);
    if (!reel_fields_positive(&f, "stiffness", &j.stiffness)) {
        reel_fields_fail(&f, "stiffness", "is missing: N/m");
    }
    reel_fields_number(&f, "rest", 0, 1e6, &j.rest);
    reel_fields_number(&f, "damping", 0, 1e12, &j.damping);
    if (reel_fields_vector(&f, "limits", 2, 2, limits) > 0) {
        if (!(limits[0] >= 0 && limits[0] <= limits[1])) {
            reel_fields_fail(&f, "limits", "must be {shortest, longest} in m");
        }
        j.has_limits = true;
        j.lo = limits[0];
        j.hi = limits[1];
    }
    read_hold(&f, &j);
    return add_joint(&f, &j, "spring");
}

/* --- couplings -----------------------------------------------------------------------------------
 */

static int read_coupled(reel_fields *f, const char *name)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    const char *given = reel_fields_string(f, name);
    const int j = given ? reel_scene_find_joint(s, given) : -1;
    if (j < 0) {
        reel_fields_fail(f, name, "must be the name of a joint made before");
    }
    if (s->joints[j].kind != REEL_JOINT_HINGE && s->joints[j].kind != REEL_JOINT_SLIDER) {
        reel_fields_fail(f, name, "must be a hinge or a slider");
    }
    return j;
}

/* The position of joint a is `ratio` times that of joint b: gears, racks, pulleys. */
int reel_world_couple(lua_State *L)
{
    static const char *const fields[] = {"name", "a", "b", "ratio", NULL};
    reel_fields f = reel_timeline_begin(L, "couple", "joints", fields);
    const reel_scene *s = reel_builder_of(L)->scene;
    reel_joint j = new_joint(REEL_JOINT_GEAR);
    j.joint_a = read_coupled(&f, "a");
    j.joint_b = read_coupled(&f, "b");
    if (j.joint_a == j.joint_b) {
        reel_fields_fail(&f, "b", "is the same joint as a");
    }
    if (!reel_fields_number(&f, "ratio", -1e6, 1e6, &j.ratio) || j.ratio == 0) {
        reel_fields_fail(&f, "ratio", "must be given and not 0: how far a goes while b goes 1");
    }
    j.body_a = s->joints[j.joint_a].body_a;
    j.body_b = s->joints[j.joint_b].body_a;
    j.anchor = s->joints[j.joint_a].anchor;
    if (j.body_a == j.body_b) {
        reel_fields_fail(&f, "b", "moves the same thing as a");
    }
    return add_joint(&f, &j, "couple");
}
