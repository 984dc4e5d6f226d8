/*
 * joints.c - world:hinge, ball, slider, fixed; world:impulse, force, target, release.
 */
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* The name given, or "hinge 2"; unique among joints and actions. */
static const char *name_of(lua_State *L, reel_fields *f, const char *word, int kind)
{
    char name[64];
    reel_builder *b = reel_builder_of(L);
    const char *given = reel_fields_string(f, "name");
    if (given) {
        return given;
    }
    snprintf(name, sizeof(name), "%s %d", word, ++b->n_unnamed[kind]);
    return reel_build_string(L, name);
}

static reel_fields begin(lua_State *L, const char *word, const char *family,
                         const char *const *allowed)
{
    char label[96], path[160];
    reel_script_charge(L, (uint64_t)reel_builder_of(L)->scene->n_joints); /* names are looked up */
    reel_build_argument(L);
    snprintf(label, sizeof(label), "%s", word);
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "name");
        if (lua_rawget(L, 2) == LUA_TSTRING) {
            snprintf(label, sizeof(label), "%s", lua_tostring(L, -1));
        }
        lua_pop(L, 1);
    }
    snprintf(path, sizeof(path), "%s/%s", family, label);
    return reel_fields_begin(L, 2, label, path, allowed);
}

static void read_bodies(reel_fields *f, reel_joint *j)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    if (!reel_fields_push(f, "a")) {
        reel_fields_fail(f, "a", "is missing: the thing that the joint holds");
    }
    j->body_a = reel_thing_body(f->L, -1, "a");
    lua_pop(f->L, 1);
    j->body_b = -1;
    if (reel_fields_push(f, "b")) {
        j->body_b = reel_thing_body(f->L, -1, "b");
        lua_pop(f->L, 1);
    }
    if (j->body_a == j->body_b) {
        reel_fields_fail(f, "b", "is the same thing as a");
    }
    if (s->bodies[j->body_a].motion != REEL_MOTION_DYNAMIC) {
        reel_fields_fail(f, "a", "must be a thing that moves; let b be the other one");
    }
    j->anchor = s->bodies[j->body_a].world_from_body.p;
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

static int joint(lua_State *L, reel_joint_kind kind, const char *word, const char *const *allowed)
{
    double limits[2];
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    reel_fields f = begin(L, word, "joints", allowed);
    reel_joint j = {.kind = kind, .axis = {0, 0, 1}, .max_speed = 10, .joint_a = -1, .joint_b = -1};
    read_bodies(&f, &j);
    if (kind == REEL_JOINT_HINGE || kind == REEL_JOINT_SLIDER) {
        if (!reel_fields_vec3(&f, "axis", &j.axis)) {
            reel_fields_fail(&f, "axis", "is missing: {x, y, z} in the world");
        }
        if (!(reel_v3_len(j.axis) > 1e-12)) {
            reel_fields_fail(&f, "axis", "must not be zero");
        }
        j.axis = reel_v3_unit(j.axis, j.axis);
        j.has_limits = reel_fields_vector(&f, "limits", 2, 2, limits) > 0;
        if (j.has_limits && !(limits[0] <= 0 && limits[1] >= 0)) {
            reel_fields_fail(&f, "limits",
                             "must be {lo, hi} with lo <= 0 <= hi: they count from "
                             "where the joint begins");
        }
        j.lo = j.has_limits ? limits[0] : 0;
        j.hi = j.has_limits ? limits[1] : 0;
        read_motor(&f, &j);
        reel_fields_number(&f, "damping", 0, HUGE_VAL, &j.damping);
    }
    j.name = name_of(L, &f, word, (int)kind);
    if (reel_scene_find_joint(s, j.name) >= 0) {
        reel_fields_fail(&f, "name", "there is a joint of this name already");
    }
    if (s->n_joints >= REEL_MAX_JOINTS) {
        reel_script_fail(L, "joints", "too many: a scene has at most %d", REEL_MAX_JOINTS);
    }
    s->joints = reel_build_grow(L, s->joints, s->n_joints, &b->joint_cap, sizeof(*s->joints));
    s->joints[s->n_joints++] = j;
    lua_pushstring(L, j.name);
    return 1;
}

int reel_world_hinge(lua_State *L)
{
    static const char *const fields[] = {"name",   "a",     "b",       "at", "axis",
                                         "limits", "motor", "damping", NULL};
    return joint(L, REEL_JOINT_HINGE, "hinge", fields);
}

int reel_world_slider(lua_State *L)
{
    static const char *const fields[] = {"name",   "a",     "b",       "at", "axis",
                                         "limits", "motor", "damping", NULL};
    return joint(L, REEL_JOINT_SLIDER, "slider", fields);
}

int reel_world_ball(lua_State *L)
{
    static const char *const fields[] = {"name", "a", "b", "at", NULL};
    return joint(L, REEL_JOINT_BALL, "ball", fields);
}

int reel_world_fixed(lua_State *L)
{
    static const char *const fields[] = {"name", "a", "b", "at", NULL};
    return joint(L, REEL_JOINT_FIXED, "fixed", fields);
}

/* --- the timeline
 * --------------------------------------------------------------------------------- */

/* Ordered by (first_step, position in the script): insert behind all that begin no later. */
static int add_action(lua_State *L, reel_fields *f, reel_action *a, const char *word)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    a->name = name_of(L, f, word, 4 + (int)a->kind);
    for (int i = 0; i < s->n_actions; i++) {
        if (strcmp(s->actions[i].name, a->name) == 0) {
            reel_fields_fail(f, "name", "there is an action of this name already");
        }
    }
    if (s->n_actions >= REEL_MAX_ACTIONS) {
        reel_script_fail(L, "actions", "too many: a scene has at most %d", REEL_MAX_ACTIONS);
    }
    reel_script_charge(L, (uint64_t)s->n_actions);
    s->actions = reel_build_grow(L, s->actions, s->n_actions, &b->action_cap, sizeof(*s->actions));
    int at = s->n_actions++;
    for (; at > 0 && s->actions[at - 1].first_step > a->first_step; at--) {
        s->actions[at] = s->actions[at - 1];
    }
    s->actions[at] = *a;
    return 0;
}

static int64_t read_time(reel_fields *f, const char *name, double fallback)
{
    double t = fallback;
    if (!reel_fields_number(f, name, 0, 1e6, &t) && fallback < 0) {
        reel_fields_fail(f, name, "is missing: seconds from the beginning");
    }
    return reel_build_step(reel_builder_of(f->L)->scene, t);
}

static void read_push(reel_fields *f, reel_action *a, const char *what)
{
    if (!reel_fields_push(f, "on")) {
        reel_fields_fail(f, "on", "is missing: the thing that is pushed");
    }
    a->body = reel_thing_body(f->L, -1, "on");
    a->joint = -1;
    lua_pop(f->L, 1);
    if (reel_builder_of(f->L)->scene->bodies[a->body].motion != REEL_MOTION_DYNAMIC) {
        reel_fields_fail(f, "on", "must be a thing that moves");
    }
    const bool pushed =
        reel_fields_vec3(f, what, &a->vec) | reel_fields_vec3(f, "torque", &a->torque);
    if (!pushed) {
        reel_fields_fail(f, what, "is missing");
    }
    reel_fields_vec3(f, "point", &a->point);
}

int reel_world_impulse(lua_State *L)
{
    static const char *const fields[] = {"name", "on", "time", "impulse", "torque", "point", NULL};
    reel_fields f = begin(L, "impulse", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_IMPULSE};
    a.first_step = read_time(&f, "time", 0);
    read_push(&f, &a, "impulse");
    return add_action(L, &f, &a, "impulse");
}

int reel_world_force(lua_State *L)
{
    static const char *const fields[] = {"name",  "on",     "from",  "to",
                                         "force", "torque", "point", NULL};
    reel_fields f = begin(L, "force", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_FORCE};
    a.first_step = read_time(&f, "from", 0);
    a.end_step = read_time(&f, "to", -1);
    if (a.end_step <= a.first_step) {
        reel_fields_fail(&f, "to", "must be later than from");
    }
    read_push(&f, &a, "force");
    return add_action(L, &f, &a, "force");
}

static void read_joint(reel_fields *f, reel_action *a)
{
    const char *name = reel_fields_string(f, "joint");
    a->body = -1;
    a->joint = name ? reel_scene_find_joint(reel_builder_of(f->L)->scene, name) : -1;
    if (a->joint < 0) {
        reel_fields_fail(f, "joint", "must be the name of a joint made before");
    }
}

int reel_world_target(lua_State *L)
{
    static const char *const fields[] = {"name", "joint", "time", "value", NULL};
    reel_fields f = begin(L, "target", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_TARGET};
    a.first_step = read_time(&f, "time", -1);
    read_joint(&f, &a);
    if (reel_builder_of(L)->scene->joints[a.joint].motor == REEL_MOTOR_NONE) {
        reel_fields_fail(&f, "joint", "has no motor");
    }
    if (!reel_fields_number(&f, "value", -1e6, 1e6, &a.value)) {
        reel_fields_fail(&f, "value", "is missing");
    }
    return add_action(L, &f, &a, "target");
}

int reel_world_release(lua_State *L)
{
    static const char *const fields[] = {"name", "joint", "time", NULL};
    reel_fields f = begin(L, "release", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_RELEASE};
    a.first_step = read_time(&f, "time", -1);
    read_joint(&f, &a);
    return add_action(L, &f, &a, "release");
}
