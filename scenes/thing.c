/*
 * thing.c - what world:box and its sisters return: a thing that other calls refer to, with the
 * fields name, category, shape, color, material, x, y, z (of its origin), top, bottom, mass; of a
 * height field also ground:height(x, y).
 */
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

static const char thing_type[] = "thing";

void reel_thing_push(lua_State *L, int object, int body)
{
    reel_thing *t = lua_newuserdatauv(L, sizeof(*t), 0);
    *t = (reel_thing){object, body};
    luaL_setmetatable(L, thing_type);
}

/* Index of the body or object of this name, or an error with the nearest name. */
static reel_thing find(lua_State *L, const char *name, const char *field)
{
    const reel_scene *s = reel_builder_of(L)->scene;
    reel_script_charge(L, (uint64_t)(s->n_objects + s->n_bodies));
    const int object = reel_scene_find_object(s, name);
    if (object >= 0) {
        return (reel_thing){object, s->objects[object].first_body};
    }
    const int body = reel_scene_find_body(s, name);
    if (body >= 0) {
        return (reel_thing){s->bodies[body].object, body};
    }
    char hint[120];
    reel_suggestion best = reel_suggestion_begin(name);
    reel_script_charge(L, (uint64_t)s->n_bodies * 20);
    for (int i = 0; i < s->n_bodies; i++) {
        reel_suggestion_offer(&best, s->bodies[i].name);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    reel_script_fail(L, field, "there is nothing called '%.60s'%s", name, hint);
}

static reel_thing thing_at(lua_State *L, int index, const char *field)
{
    const reel_thing *t = luaL_testudata(L, index, thing_type);
    if (t) {
        return *t;
    }
    if (lua_type(L, index) != LUA_TSTRING) {
        reel_script_fail(L, field, "must be a thing or its name, is a %s", luaL_typename(L, index));
    }
    return find(L, lua_tostring(L, index), field);
}

int reel_thing_body(lua_State *L, int index, const char *field)
{
    return thing_at(L, index, field).body;
}

int reel_thing_object(lua_State *L, int index, const char *field)
{
    return thing_at(L, index, field).object;
}

static bool push_number_field(lua_State *L, const reel_body *body, const char *key)
{
    double lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0};
    const reel_vec3 p = body->world_from_body.p;
    const reel_scene *s = reel_builder_of(L)->scene;
    double v;
    if (strcmp(key, "top") == 0 || strcmp(key, "bottom") == 0) {
        reel_script_charge(L, reel_build_box_cost(s, body));
        reel_build_box(s, body, REEL_WHICH_COLLIDES, body->world_from_body, lo, hi);
    }
    if (strcmp(key, "x") == 0) {
        v = p.x;
    } else if (strcmp(key, "y") == 0) {
        v = p.y;
    } else if (strcmp(key, "z") == 0) {
        v = p.z;
    } else if (strcmp(key, "top") == 0) {
        v = hi[2];
    } else if (strcmp(key, "bottom") == 0) {
        v = lo[2];
    } else if (strcmp(key, "mass") == 0) {
        v = body->mass;
    } else {
        return false;
    }
    lua_pushnumber(L, v);
    return true;
}

/* ground:height(x, y) */
static int thing_height(lua_State *L)
{
    const reel_thing *t = luaL_checkudata(L, 1, thing_type);
    const reel_scene *s = reel_builder_of(L)->scene;
    double z;
    if (lua_type(L, 2) != LUA_TNUMBER || lua_type(L, 3) != LUA_TNUMBER ||
        !reel_ground_height(s, &s->bodies[t->body], lua_tonumber(L, 2), lua_tonumber(L, 3), &z)) {
        reel_script_fail(L, s->bodies[t->body].name,
                         "height(x, y) is for a height field, and a place within it");
    }
    lua_pushnumber(L, z);
    return 1;
}

static int thing_index(lua_State *L)
{
    const reel_thing *t = luaL_checkudata(L, 1, thing_type);
    const char *key = luaL_checkstring(L, 2);
    const reel_scene *s = reel_builder_of(L)->scene;
    const reel_object *o = &s->objects[t->object];
    const char *word = strcmp(key, "name") == 0       ? s->bodies[t->body].name
                       : strcmp(key, "category") == 0 ? o->category
                       : strcmp(key, "shape") == 0    ? o->shape
                       : strcmp(key, "color") == 0    ? o->color
                       : strcmp(key, "material") == 0 ? o->material
                                                      : NULL;
    if (word) {
        lua_pushstring(L, word);
    } else if (strcmp(key, "height") == 0) {
        lua_pushcfunction(L, thing_height);
    } else if (!push_number_field(L, &s->bodies[t->body], key)) {
        reel_script_fail(L, s->bodies[t->body].name,
                         "a thing has no field '%.40s'; it has name, category, shape, color, "
                         "material, x, y, z, top, bottom, mass, height",
                         key);
    }
    return 1;
}

static int thing_equal(lua_State *L)
{
    const reel_thing *a = luaL_testudata(L, 1, thing_type);
    const reel_thing *b = luaL_testudata(L, 2, thing_type);
    lua_pushboolean(L, a && b && a->body == b->body);
    return 1;
}

void reel_thing_open(lua_State *L)
{
    luaL_newmetatable(L, thing_type);
    lua_pushcfunction(L, thing_index);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, thing_equal);
    lua_setfield(L, -2, "__eq");
    lua_pop(L, 1);
}
