/*
 * world.c - the world that build() is given: its methods and fields, draws, expectations.
 */
#include "scenes/form.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static const char world_type[] = "world";

static const luaL_Reg methods[] = {
    {"floor", reel_world_floor},
    {"wall", reel_world_wall},
    {"height_field", reel_world_height_field},
    {"object", reel_world_object},
    {"pair", reel_world_pair},
    {"hinge", reel_world_hinge},
    {"ball", reel_world_ball},
    {"slider", reel_world_slider},
    {"fixed", reel_world_fixed},
    {"universal", reel_world_universal},
    {"rope", reel_world_rope},
    {"rod", reel_world_rod},
    {"spring", reel_world_spring},
    {"couple", reel_world_couple},
    {"impulse", reel_world_impulse},
    {"force", reel_world_force},
    {"target", reel_world_target},
    {"release", reel_world_release},
    {"attach", reel_world_attach},
    {"wind", reel_world_wind},
    {"water", reel_world_water},
    {"attract", reel_world_attract},
    {"uniform", reel_world_uniform},
    {"gravitation", reel_world_gravitation},
    {"charges", reel_world_charges},
    {"magnets", reel_world_magnets},
    {"camera", reel_world_camera},
    {"sun", reel_world_sun},
    {"lamp", reel_world_lamp},
    {"sky", reel_world_sky},
    {"exposure", reel_world_exposure},
    {"expect", reel_world_expect},
    {"caption", reel_world_caption},
    {"draw", reel_world_draw},
    {"shuffle", reel_world_shuffle},
    {"scatter", reel_world_scatter},
    {NULL, NULL},
};

static const char *const field_names[] = {"duration", "fps",       "frames",  "width", "height",
                                          "aspect",   "step_rate", "gravity", NULL};

static bool push_field(lua_State *L, const char *key)
{
    const reel_scene *s = reel_builder_of(L)->scene;
    if (strcmp(key, "duration") == 0) { /* time of the last frame, s */
        lua_pushnumber(L, reel_scene_frame_time(s, s->frames - 1));
    } else if (strcmp(key, "fps") == 0) {
        lua_pushinteger(L, s->fps);
    } else if (strcmp(key, "frames") == 0) {
        lua_pushinteger(L, s->frames);
    } else if (strcmp(key, "width") == 0) {
        lua_pushinteger(L, s->width);
    } else if (strcmp(key, "height") == 0) {
        lua_pushinteger(L, s->height);
    } else if (strcmp(key, "aspect") == 0) {
        lua_pushnumber(L, (double)s->width / s->height);
    } else if (strcmp(key, "step_rate") == 0) {
        lua_pushinteger(L, s->step_rate);
    } else if (strcmp(key, "gravity") == 0) { /* its size, m/s^2 */
        lua_pushnumber(L, reel_v3_len(s->gravity));
    } else {
        return false;
    }
    return true;
}

/* Upvalue: the table of methods. */
static int world_index(lua_State *L)
{
    char hint[120];
    const char *key = luaL_checkstring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL || push_field(L, key)) {
        return 1;
    }
    reel_suggestion best = reel_suggestion_begin(key);
    for (const luaL_Reg *m = methods; m->name; m++) {
        reel_suggestion_offer(&best, m->name);
    }
    reel_form_kind kind;
    for (int i = 0; reel_form_kind_at(i, &kind); i++) {
        reel_suggestion_offer(&best, kind.word);
    }
    for (const char *const *f = field_names; *f; f++) {
        reel_suggestion_offer(&best, *f);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    reel_script_fail(L, NULL, "world has no '%.60s'%s", key, hint);
}

void reel_world_open(lua_State *L)
{
    luaL_newmetatable(L, world_type);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    reel_form_kind kind;
    for (int i = 0; reel_form_kind_at(i, &kind); i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, reel_world_shape, 1);
        lua_setfield(L, -2, kind.word);
    }
    lua_pushcclosure(L, world_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    reel_thing_open(L);
}

void reel_world_push(lua_State *L)
{
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, world_type);
}

/* --- draws by name
 * ----------------------------------------------------------------------------------- */

static const char *draw_name(lua_State *L, const char *what, char *path, size_t size)
{
    reel_builder_of(L);
    if (lua_type(L, 2) != LUA_TSTRING || lua_rawlen(L, 2) == 0) {
        reel_script_fail(L, NULL, "world:%s needs a name for its random stream", what);
    }
    snprintf(path, size, "draws/%.100s", lua_tostring(L, 2));
    return path;
}

/* world:draw("name", number(1, 2)): the value, now */
int reel_world_draw(lua_State *L)
{
    char path[160];
    draw_name(L, "draw", path, sizeof(path));
    luaL_checkany(L, 3);
    reel_draw_push(L, 3, path);
    return 1;
}

/* world:shuffle("name", list): a copy in random order (Fisher-Yates) */
int reel_world_shuffle(lua_State *L)
{
    char path[160];
    draw_name(L, "shuffle", path, sizeof(path));
    luaL_checktype(L, 3, LUA_TTABLE);
    const lua_Integer n = (lua_Integer)lua_rawlen(L, 3);
    reel_rng rng = reel_script_stream(L, path);
    reel_script_charge(L, (uint64_t)n * 2);
    lua_createtable(L, (int)(n < 100000 ? n : 100000), 0);
    const int copy = lua_gettop(L);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 3, i);
        lua_rawseti(L, copy, i);
    }
    for (lua_Integer i = n; i > 1; i--) {
        const lua_Integer j = reel_rng_int(&rng, 1, i);
        lua_rawgeti(L, copy, i);
        lua_rawgeti(L, copy, j);
        lua_rawseti(L, copy, i);
        lua_rawseti(L, copy, j);
    }
    return 1;
}

/* --- expectations
 * --------------------------------------------------------------------------------------- */

static void add_expect(lua_State *L, const reel_expect *e)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    if (e->by > reel_scene_last_step(s)) {
        /* the clip ends before: what it shows is open, and its caption must not tell */
        b->outcome_open = true;
        return;
    }
    if (s->n_expects >= REEL_MAX_EXPECTS) {
        reel_script_fail(L, "expect", "too many: a scene has at most %d", REEL_MAX_EXPECTS);
    }
    s->expects = reel_build_grow(L, s->expects, s->n_expects, &b->expect_cap, sizeof(*s->expects));
    s->expects[s->n_expects++] = *e;
}

/* One thing, or a list of things. */
static void expect_of(reel_fields *f, const char *kind, reel_expect e)
{
    lua_State *L = f->L;
    if (lua_type(L, -1) != LUA_TTABLE) {
        e.object = reel_thing_object(L, -1, kind);
        add_expect(L, &e);
        return;
    }
    const lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, -1, i);
        e.object = reel_thing_object(L, -1, kind);
        lua_pop(L, 1);
        add_expect(L, &e);
    }
}

int reel_world_expect(lua_State *L)
{
    static const char *const kinds[] = {"fallen", "standing", "moved", "at_rest"};
    static const char *const fields[] = {"fallen",   "standing", "moved", "at_rest",
                                         "distance", "by",       NULL};
    const reel_scene *s = reel_builder_of(L)->scene;
    reel_fields f = reel_fields_begin(L, 2, "expect", "expect", fields);
    reel_expect e = {.by = reel_scene_last_step(s)};
    double by, distance;
    int given = -1;
    if (reel_fields_number(&f, "by", 0, 1e6, &by)) {
        e.by = reel_build_step(s, by);
    }
    for (int i = 0; i < 4; i++) {
        if (reel_fields_has(&f, kinds[i])) {
            if (given >= 0) {
                reel_fields_fail(&f, kinds[i], "one expectation at a time");
            }
            given = i;
        }
    }
    if (given < 0) {
        reel_fields_fail(&f, "", "expects fallen, standing, moved or at_rest");
    }
    e.kind = (reel_expect_kind)given;
    const bool has_distance = reel_fields_number(&f, "distance", 0, HUGE_VAL, &distance);
    if (has_distance != (e.kind == REEL_EXPECT_MOVED)) {
        reel_fields_fail(&f, "distance", "goes with moved: metres from the start");
    }
    e.value = has_distance ? distance : 0;
    reel_fields_push(&f, kinds[given]);
    expect_of(&f, kinds[given], e);
    return 0;
}
