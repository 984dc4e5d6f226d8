/*
 * draw.c - random draws as values: int, number, pick, flag, deg.
 *
 * A draw is inert until it is read for a purpose; the purpose names its stream.
 */
#include "base/trig.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static const char draw_type[] = "random draw";

reel_rng reel_script_stream(lua_State *L, const char *path)
{
    return reel_rng_stream(reel_script_of(L)->options->seed, path);
}

reel_draw *reel_draw_at(lua_State *L, int index)
{
    return luaL_testudata(L, index, draw_type);
}

static reel_draw *new_draw(lua_State *L, reel_draw_kind kind, int n_choices)
{
    const size_t size = sizeof(reel_draw) + (size_t)n_choices * sizeof(double);
    reel_draw *d = lua_newuserdatauv(L, size, 1);
    memset(d, 0, size);
    d->kind = kind;
    d->n_choices = n_choices;
    luaL_setmetatable(L, draw_type);
    return d;
}

static double finite_arg(lua_State *L, int i, const char *what)
{
    if (lua_type(L, i) != LUA_TNUMBER || !isfinite(lua_tonumber(L, i))) {
        reel_script_fail(L, NULL, "%s needs finite numbers", what);
    }
    return lua_tonumber(L, i);
}

static int d_number(lua_State *L)
{
    const double lo = finite_arg(L, 1, "number(lo, hi)");
    const double hi = finite_arg(L, 2, "number(lo, hi)");
    if (lo > hi) {
        reel_script_fail(L, NULL, "number(%g, %g): the lower end comes first", lo, hi);
    }
    const bool has_default = !lua_isnoneornil(L, 3);
    const double fallback = has_default ? finite_arg(L, 3, "number(lo, hi, default)") : 0;
    if (has_default && !(fallback >= lo && fallback <= hi)) {
        reel_script_fail(L, NULL, "number(%g, %g, %g): the default is outside", lo, hi, fallback);
    }
    reel_draw *d = new_draw(L, REEL_DRAW_NUMBER, 0);
    d->lo = lo;
    d->hi = hi;
    d->has_default = has_default;
    d->fallback = fallback;
    return 1;
}

/* deg(40) is an angle; deg(25, 50) a draw of one, with an optional default. */
static int d_deg(lua_State *L)
{
    const double rad = REEL_PI / 180.0;
    if (lua_gettop(L) == 1) {
        lua_pushnumber(L, finite_arg(L, 1, "deg(angle)") * rad);
        return 1;
    }
    d_number(L);
    reel_draw *d = reel_draw_at(L, -1);
    d->angle = true;
    d->lo *= rad;
    d->hi *= rad;
    d->fallback *= rad;
    return 1;
}

static lua_Integer int_arg(lua_State *L, int i)
{
    int ok = 0;
    const lua_Integer v = lua_type(L, i) == LUA_TNUMBER ? lua_tointegerx(L, i, &ok) : 0;
    if (!ok) {
        reel_script_fail(L, NULL, "int(lo, hi) needs whole numbers");
    }
    return v;
}

static int d_int(lua_State *L)
{
    const lua_Integer lo = int_arg(L, 1), hi = int_arg(L, 2);
    if (lo > hi) {
        reel_script_fail(L, NULL, "int(%lld, %lld): the lower end comes first", (long long)lo,
                         (long long)hi);
    }
    const bool has_default = !lua_isnoneornil(L, 3);
    const lua_Integer fallback = has_default ? int_arg(L, 3) : lo;
    if (fallback < lo || fallback > hi || lo < -(1LL << 53) || hi > 1LL << 53) {
        reel_script_fail(L, NULL, "int(%lld, %lld): out of range", (long long)lo, (long long)hi);
    }
    reel_draw *d = new_draw(L, REEL_DRAW_INT, 0);
    d->int_lo = lo;
    d->int_hi = hi;
    d->has_default = has_default;
    d->fallback = (double)fallback;
    return 1;
}

static int d_flag(lua_State *L)
{
    double chance = 0.5;
    const bool fixed = lua_type(L, 1) == LUA_TBOOLEAN;
    const bool fallback = fixed && lua_toboolean(L, 1);
    if (!fixed && !lua_isnoneornil(L, 1)) {
        chance = finite_arg(L, 1, "flag(chance)");
        if (chance < 0 || chance > 1) {
            reel_script_fail(L, NULL, "flag(%g): the chance must be within 0 .. 1", chance);
        }
    }
    reel_draw *d = new_draw(L, REEL_DRAW_FLAG, 0);
    d->chance = chance;
    d->has_default = fixed;
    d->fallback = fallback;
    return 1;
}

/* pick{ "a", "b" } */
static void pick_listed(lua_State *L, int n)
{
    reel_draw *d = new_draw(L, REEL_DRAW_PICK, n);
    lua_createtable(L, n, 0);
    for (int i = 1; i <= n; i++) {
        if (lua_rawgeti(L, 1, i) == LUA_TNIL) {
            reel_script_fail(L, NULL, "pick: choice %d is nil", i);
        }
        lua_rawseti(L, -2, i);
        d->weights[i - 1] = 1;
    }
    d->total = n;
    lua_setiuservalue(L, -2, 1);
}

/* pick{ oak = 3, walnut = 1 }: choices with weights, in the order of their names */
static void pick_weighted(lua_State *L)
{
    int n = 0;
    lua_getglobal(L, "pairs");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    const int step = lua_gettop(L);
    lua_newtable(L);
    lua_newtable(L);
    for (;;) {
        lua_pushvalue(L, step);
        lua_call(L, 0, 2);
        if (lua_isnil(L, -2)) {
            lua_pop(L, 2);
            break;
        }
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TNUMBER ||
            !(lua_tonumber(L, -1) >= 0 && lua_tonumber(L, -1) < 1e9)) {
            reel_script_fail(L, NULL, "pick: write a list of choices, or name = weight pairs");
        }
        n++;
        lua_rawseti(L, step + 2, n);
        lua_rawseti(L, step + 1, n);
    }
    reel_draw *d = new_draw(L, REEL_DRAW_PICK, n);
    for (int i = 0; i < n; i++) {
        lua_rawgeti(L, step + 2, i + 1);
        d->weights[i] = lua_tonumber(L, -1);
        d->total += d->weights[i];
        lua_pop(L, 1);
    }
    lua_pushvalue(L, step + 1);
    lua_setiuservalue(L, -2, 1);
    if (!(d->total > 0)) {
        reel_script_fail(L, NULL, "pick: there is nothing to choose from");
    }
}

/* default = ... in a list of choices */
static void pick_default(lua_State *L, reel_draw *d)
{
    lua_getiuservalue(L, -1, 1);
    lua_getfield(L, 1, "default");
    for (int i = 1; i <= d->n_choices; i++) {
        lua_rawgeti(L, -2, i);
        if (lua_rawequal(L, -1, -2)) {
            d->has_default = true;
            d->fallback = i;
        }
        lua_pop(L, 1);
    }
    if (!d->has_default) {
        reel_script_fail(L, NULL, "pick: the default is none of the choices");
    }
    lua_pop(L, 2);
}

static int d_pick(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TTABLE || lua_gettop(L) != 1) {
        reel_script_fail(L, NULL, "pick needs one list of choices, such as pick{ \"a\", \"b\" }");
    }
    const lua_Unsigned n = lua_rawlen(L, 1);
    if (n > 100000) {
        reel_script_fail(L, NULL, "pick: too many choices");
    }
    if (n == 0) {
        pick_weighted(L);
        return 1;
    }
    pick_listed(L, (int)n);
    lua_pushliteral(L, "default");
    if (lua_rawget(L, 1) != LUA_TNIL) {
        lua_pop(L, 1);
        pick_default(L, reel_draw_at(L, -1));
    } else {
        lua_pop(L, 1);
    }
    return 1;
}

int reel_draw_choose(const double *weights, int n, double total, reel_rng *rng)
{
    double left = reel_rng_uniform(rng) * total;
    for (int i = 0; i < n; i++) {
        if (left < weights[i]) {
            return i + 1;
        }
        left -= weights[i];
    }
    for (int i = n; i > 1; i--) { /* rounding: the last that has a weight */
        if (weights[i - 1] > 0) {
            return i;
        }
    }
    return 1;
}

static void push_drawn(lua_State *L, int index, const reel_draw *d, const char *path)
{
    reel_rng rng = reel_script_stream(L, path);
    reel_script_charge(L, (uint64_t)d->n_choices / 4 + 4);
    switch (d->kind) {
    case REEL_DRAW_INT: lua_pushinteger(L, reel_rng_int(&rng, d->int_lo, d->int_hi)); break;
    case REEL_DRAW_NUMBER: lua_pushnumber(L, reel_rng_range(&rng, d->lo, d->hi)); break;
    case REEL_DRAW_FLAG: lua_pushboolean(L, reel_rng_uniform(&rng) < d->chance); break;
    case REEL_DRAW_PICK:
        lua_getiuservalue(L, index, 1);
        lua_rawgeti(L, -1, reel_draw_choose(d->weights, d->n_choices, d->total, &rng));
        lua_remove(L, -2);
        break;
    }
}

void reel_draw_push(lua_State *L, int index, const char *path)
{
    char inner[300];
    lua_pushvalue(L, index);
    snprintf(inner, sizeof(inner), "%s", path);
    for (int depth = 0; reel_draw_at(L, -1); depth++) {
        if (depth == 16) {
            reel_script_fail(L, NULL, "draws within draws: too deep");
        }
        push_drawn(L, lua_gettop(L), reel_draw_at(L, -1), inner);
        lua_remove(L, -2);
        const size_t n = strlen(inner); /* a choice may be a draw again */
        snprintf(inner + n, sizeof(inner) - n, "/choice");
    }
}

static int draw_misused(lua_State *L)
{
    reel_script_fail(L, NULL,
                     "a random draw has no value yet: take world:draw(name, draw), or make "
                     "it a parameter");
}

void reel_draw_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"int", d_int},   {"number", d_number}, {"pick", d_pick},
                                         {"flag", d_flag}, {"deg", d_deg},       {NULL, NULL}};
    static const char *const misuses[] = {"__add",    "__sub",   "__mul",  "__div",  "__mod",
                                          "__pow",    "__unm",   "__idiv", "__lt",   "__le",
                                          "__concat", "__index", "__len",  "__call", NULL};
    luaL_newmetatable(L, draw_type);
    for (int i = 0; misuses[i]; i++) {
        lua_pushcfunction(L, draw_misused);
        lua_setfield(L, -2, misuses[i]);
    }
    lua_pop(L, 1);
    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
