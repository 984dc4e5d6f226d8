/*
 * timeline.c - world:impulse, force, target, release, attach; spawn and remove of things.
 */
#include "scenes/timeline.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

reel_fields reel_timeline_begin(lua_State *L, const char *word, const char *family,
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

static const char *numbered(lua_State *L, const char *word)
{
    char name[64];
    snprintf(name, sizeof(name), "%s %d", word, reel_build_count(L, word));
    return reel_build_string(L, name);
}

const char *reel_timeline_name(reel_fields *f, const char *word)
{
    const char *given = reel_fields_string(f, "name");
    return given ? given : numbered(f->L, word);
}

int64_t reel_timeline_step(reel_fields *f, const char *name, double fallback)
{
    double t = fallback;
    if (!reel_fields_number(f, name, 0, 1e6, &t) && fallback < 0) {
        reel_fields_fail(f, name, "is missing: seconds from the beginning");
    }
    return reel_build_step(reel_builder_of(f->L)->scene, t);
}

/* Ordered by (first_step, position in the script): insert behind all that begin no later. */
static void insert_action(lua_State *L, const reel_action *a)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    reel_script_charge(L, (uint64_t)s->n_actions);
    for (int i = 0; i < s->n_actions; i++) {
        if (strcmp(s->actions[i].name, a->name) == 0) {
            reel_script_fail(L, a->name, "there is an action of this name already");
        }
    }
    if (s->n_actions >= REEL_MAX_ACTIONS) {
        reel_script_fail(L, "actions", "too many: a scene has at most %d", REEL_MAX_ACTIONS);
    }
    s->actions = reel_build_grow(L, s->actions, s->n_actions, &b->action_cap, sizeof(*s->actions));
    int at = s->n_actions++;
    for (; at > 0 && s->actions[at - 1].first_step > a->first_step; at--) {
        s->actions[at] = s->actions[at - 1];
    }
    s->actions[at] = *a;
}

static int add_action(reel_fields *f, reel_action *a, const char *word)
{
    a->name = reel_timeline_name(f, word);
    insert_action(f->L, a);
    return 0;
}

void reel_timeline_presence(lua_State *L, reel_action_kind kind, int body, double time)
{
    const char *word = kind == REEL_ACTION_SPAWN ? "spawn" : "remove";
    const reel_action a = {.name = numbered(L, word),
                           .kind = kind,
                           .first_step = reel_build_step(reel_builder_of(L)->scene, time),
                           .body = body,
                           .joint = -1};
    insert_action(L, &a);
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
    reel_fields f = reel_timeline_begin(L, "impulse", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_IMPULSE};
    a.first_step = reel_timeline_step(&f, "time", 0);
    read_push(&f, &a, "impulse");
    return add_action(&f, &a, "impulse");
}

int reel_world_force(lua_State *L)
{
    static const char *const fields[] = {"name",  "on",     "from",  "to",
                                         "force", "torque", "point", NULL};
    reel_fields f = reel_timeline_begin(L, "force", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_FORCE};
    a.first_step = reel_timeline_step(&f, "from", 0);
    a.end_step = reel_timeline_step(&f, "to", -1);
    if (a.end_step <= a.first_step) {
        reel_fields_fail(&f, "to", "must be later than from");
    }
    read_push(&f, &a, "force");
    return add_action(&f, &a, "force");
}

static const reel_joint *read_joint(reel_fields *f, reel_action *a)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    const char *name = reel_fields_string(f, "joint");
    a->body = -1;
    a->joint = name ? reel_scene_find_joint(s, name) : -1;
    if (a->joint < 0) {
        reel_fields_fail(f, "joint", "must be the name of a joint made before");
    }
    return &s->joints[a->joint];
}

int reel_world_target(lua_State *L)
{
    static const char *const fields[] = {"name", "joint", "time", "value", NULL};
    reel_fields f = reel_timeline_begin(L, "target", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_TARGET};
    a.first_step = reel_timeline_step(&f, "time", -1);
    if (read_joint(&f, &a)->motor == REEL_MOTOR_NONE) {
        reel_fields_fail(&f, "joint", "has no motor");
    }
    if (!reel_fields_number(&f, "value", -1e6, 1e6, &a.value)) {
        reel_fields_fail(&f, "value", "is missing");
    }
    return add_action(&f, &a, "target");
}

int reel_world_release(lua_State *L)
{
    static const char *const fields[] = {"name", "joint", "time", NULL};
    reel_fields f = reel_timeline_begin(L, "release", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_RELEASE};
    a.first_step = reel_timeline_step(&f, "time", -1);
    read_joint(&f, &a);
    return add_action(&f, &a, "release");
}

int reel_world_attach(lua_State *L)
{
    static const char *const fields[] = {"name", "joint", "time", NULL};
    reel_fields f = reel_timeline_begin(L, "attach", "actions", fields);
    reel_action a = {.kind = REEL_ACTION_ATTACH};
    a.first_step = reel_timeline_step(&f, "time", -1);
    if (!read_joint(&f, &a)->inactive) {
        reel_fields_fail(&f, "joint", "holds from the beginning: make it with inactive = true");
    }
    return add_action(&f, &a, "attach");
}
