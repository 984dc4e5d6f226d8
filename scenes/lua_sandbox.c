/*
 * lua_sandbox.c - the globals that a script has: a short list, each of them free of addresses,
 * time, hash order and hidden work.
 *
 * Lua's own libraries are not opened at all. What is here charges the step budget for work that
 * the virtual machine does not count.
 */
#include "base/log.h"
#include "base/trig.h"
#include "scenes/script.h"
#include "scenes/words.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* --- numbers and text ---------------------------------------------------------------------- */

static void push_number_text(lua_State *L, int index)
{
    lua_Number x = lua_tonumber(L, index);
    if (lua_isinteger(L, index)) {
        lua_pushfstring(L, "%I", (LUAI_UACINT)lua_tointeger(L, index));
    } else if (x != x) {
        lua_pushliteral(L, "nan"); /* its sign is the machine's business */
    } else {
        lua_pushfstring(L, "%f", (LUAI_UACNUMBER)x);
    }
}

void reel_sandbox_push_text(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: push_number_text(L, index); break;
    case LUA_TSTRING: lua_pushvalue(L, index); break;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
    default: lua_pushstring(L, luaL_typename(L, index)); break;
    }
}

static int f_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    reel_sandbox_push_text(L, 1);
    return 1;
}

static int f_tonumber(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING) {
        size_t n;
        const char *s = lua_tolstring(L, 1, &n);
        reel_script_charge(L, n / 16 + 1);
        if (lua_stringtonumber(L, s) != n + 1) {
            lua_pushnil(L);
        }
    } else if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_settop(L, 1);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* print() tells a script's author what happens; it is no output of the scene. */
static int f_print(lua_State *L)
{
    char line[512] = "";
    size_t used = 0;
    const int n = lua_gettop(L);
    for (int i = 1; i <= n; i++) {
        reel_sandbox_push_text(L, i);
        int wrote = snprintf(line + used, sizeof(line) - used, "%s%s", i > 1 ? " " : "",
                             lua_tostring(L, -1));
        lua_pop(L, 1);
        used += (size_t)wrote;
        if (used >= sizeof(line)) {
            break;
        }
    }
    reel_script_charge(L, 1000); /* a flood of messages ends soon */
    if (!reel_script_of(L)->quiet) {
        reel_log_write(REEL_LOG_INFO, "%s:%d: %s", reel_script_of(L)->base, reel_script_line(L),
                       line);
    }
    return 0;
}

/* --- control ------------------------------------------------------------------------------- */

static int f_type(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

static int f_error(lua_State *L)
{
    const lua_Integer level = luaL_optinteger(L, 2, 1);
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING && level > 0 && level < 100) {
        luaL_where(L, (int)level);
        lua_pushvalue(L, 1);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int f_assert(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_toboolean(L, 1)) {
        return lua_gettop(L);
    }
    if (lua_isnoneornil(L, 2)) {
        reel_script_fail(L, NULL, "assertion failed");
    }
    lua_settop(L, 2);
    if (lua_type(L, 2) == LUA_TSTRING) {
        reel_script_fail(L, NULL, "%s", lua_tostring(L, 2));
    }
    return lua_error(L);
}

static int f_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    if (lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0) != LUA_OK) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    return lua_gettop(L);
}

static int f_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    const int n = lua_gettop(L);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    if (lua_pcall(L, n - 2, LUA_MULTRET, 2) != LUA_OK) {
        lua_pushboolean(L, 0);
        lua_insert(L, -2);
        return 2;
    }
    return lua_gettop(L) - 2;
}

static int f_select(lua_State *L)
{
    const int n = lua_gettop(L);
    if (lua_type(L, 1) == LUA_TSTRING && strcmp(lua_tostring(L, 1), "#") == 0) {
        lua_pushinteger(L, n - 1);
        return 1;
    }
    lua_Integer i = luaL_checkinteger(L, 1);
    i = i < 0 ? n + i : i > n ? n : i;
    luaL_argcheck(L, i >= 1, 1, "index out of range");
    return n - (int)i;
}

/* A metatable is copied, so that no field can be smuggled in later, and closed to the script. */
static int f_setmetatable(lua_State *L)
{
    static const char *const allowed[] = {
        "__index", "__newindex", "__call", "__len", "__eq",   "__lt",  "__le",  "__concat", "__unm",
        "__add",   "__sub",      "__mul",  "__div", "__idiv", "__mod", "__pow", NULL};
    static const char *const refused[] = {"__gc", "__mode", "__close", "__metatable", NULL};
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    if (lua_getmetatable(L, 1)) {
        reel_script_fail(L, NULL, "setmetatable: the table has a metatable already");
    }
    for (int i = 0; refused[i]; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL) {
            reel_script_fail(L, NULL, "setmetatable: %s is not allowed in scene scripts",
                             refused[i]);
        }
        lua_pop(L, 1);
    }
    lua_newtable(L);
    for (int i = 0; allowed[i]; i++) {
        lua_pushstring(L, allowed[i]);
        lua_pushstring(L, allowed[i]);
        lua_rawget(L, 2);
        lua_rawset(L, 3);
    }
    lua_setmetatable(L, 1);
    lua_settop(L, 1);
    return 1;
}

static int f_rawget(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    lua_rawget(L, 1);
    return 1;
}

static int f_rawset(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int f_rawequal(lua_State *L)
{
    luaL_checkany(L, 2);
    lua_pushboolean(L, lua_rawequal(L, 1, 2));
    return 1;
}

static int f_rawlen(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

/* --- mathematics: own functions, so that every machine computes the same bits ----------------- */

typedef double (*unary)(double);

#define MATH_UNARY(name, fn)                           \
    static int m_##name(lua_State *L)                  \
    {                                                  \
        lua_pushnumber(L, fn(luaL_checknumber(L, 1))); \
        return 1;                                      \
    }
MATH_UNARY(sin, reel_sin)
MATH_UNARY(cos, reel_cos)
MATH_UNARY(tan, reel_tan)
MATH_UNARY(asin, reel_asin)
MATH_UNARY(acos, reel_acos)
MATH_UNARY(exp, reel_exp)
MATH_UNARY(sqrt, sqrt)

static int m_atan(lua_State *L)
{
    const double y = luaL_checknumber(L, 1);
    lua_pushnumber(L, reel_atan2(y, luaL_optnumber(L, 2, 1)));
    return 1;
}

static int m_log(lua_State *L)
{
    const double x = luaL_checknumber(L, 1);
    if (lua_isnoneornil(L, 2)) {
        lua_pushnumber(L, reel_log(x));
        return 1;
    }
    const double base = luaL_checknumber(L, 2);
    lua_pushnumber(L, base == 2    ? reel_log2(x)
                      : base == 10 ? reel_log10(x)
                                   : reel_log(x) / reel_log(base));
    return 1;
}

static int m_deg(lua_State *L)
{
    lua_pushnumber(L, luaL_checknumber(L, 1) * (180.0 / REEL_PI));
    return 1;
}

static int m_rad(lua_State *L)
{
    lua_pushnumber(L, luaL_checknumber(L, 1) * (REEL_PI / 180.0));
    return 1;
}

/* An integer if it fits, as Lua's own floor and ceil do. */
static int push_whole(lua_State *L, double x)
{
    if (x >= -9223372036854775808.0 && x < 9223372036854775808.0) {
        lua_pushinteger(L, (lua_Integer)x);
    } else {
        lua_pushnumber(L, x);
    }
    return 1;
}

static int m_floor(lua_State *L)
{
    if (lua_isinteger(L, 1)) {
        lua_settop(L, 1);
        return 1;
    }
    return push_whole(L, floor(luaL_checknumber(L, 1)));
}

static int m_ceil(lua_State *L)
{
    if (lua_isinteger(L, 1)) {
        lua_settop(L, 1);
        return 1;
    }
    return push_whole(L, ceil(luaL_checknumber(L, 1)));
}

static int m_abs(lua_State *L)
{
    if (lua_isinteger(L, 1)) {
        const lua_Integer i = lua_tointeger(L, 1);
        lua_pushinteger(L, i < 0 ? (lua_Integer)(0u - (lua_Unsigned)i) : i);
    } else {
        lua_pushnumber(L, fabs(luaL_checknumber(L, 1)));
    }
    return 1;
}

static int m_fmod(lua_State *L)
{
    const double x = luaL_checknumber(L, 1), y = luaL_checknumber(L, 2);
    lua_pushnumber(L, fmod(x, y));
    return 1;
}

static int m_tointeger(lua_State *L)
{
    int ok = 0;
    luaL_checkany(L, 1);
    const lua_Integer i = lua_type(L, 1) == LUA_TNUMBER ? lua_tointegerx(L, 1, &ok) : 0;
    if (ok) {
        lua_pushinteger(L, i);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

static int m_type(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_pushstring(L, lua_isinteger(L, 1) ? "integer" : "float");
    } else {
        lua_pushnil(L);
    }
    return 1;
}

static int extreme(lua_State *L, bool largest)
{
    const int n = lua_gettop(L);
    int best = 1;
    luaL_checknumber(L, 1);
    for (int i = 2; i <= n; i++) {
        luaL_checknumber(L, i);
        if (largest ? lua_compare(L, best, i, LUA_OPLT) : lua_compare(L, i, best, LUA_OPLT)) {
            best = i;
        }
    }
    lua_pushvalue(L, best);
    return 1;
}

static int m_max(lua_State *L)
{
    return extreme(L, true);
}

static int m_min(lua_State *L)
{
    return extreme(L, false);
}

static int m_random(lua_State *L)
{
    reel_script_fail(L, NULL,
                     "math.random is not in scene scripts: write number(a, b), int(a, b) or "
                     "pick{...} where the value goes, or world:draw(name, number(a, b))");
}

static const luaL_Reg math_functions[] = {
    {"sin", m_sin},           {"cos", m_cos},   {"tan", m_tan},   {"asin", m_asin},
    {"acos", m_acos},         {"atan", m_atan}, {"exp", m_exp},   {"log", m_log},
    {"sqrt", m_sqrt},         {"deg", m_deg},   {"rad", m_rad},   {"floor", m_floor},
    {"ceil", m_ceil},         {"abs", m_abs},   {"fmod", m_fmod}, {"tointeger", m_tointeger},
    {"type", m_type},         {"max", m_max},   {"min", m_min},   {"random", m_random},
    {"randomseed", m_random}, {NULL, NULL},
};

static void open_math(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, math_functions, 0);
    lua_pushnumber(L, REEL_PI);
    lua_setfield(L, -2, "pi");
    lua_pushnumber(L, (lua_Number)HUGE_VAL);
    lua_setfield(L, -2, "huge");
    lua_pushinteger(L, LUA_MAXINTEGER);
    lua_setfield(L, -2, "maxinteger");
    lua_pushinteger(L, LUA_MININTEGER);
    lua_setfield(L, -2, "mininteger");
    lua_setglobal(L, "math");
}

/* --- globals ------------------------------------------------------------------------------- */

static const luaL_Reg base_functions[] = {
    {"tostring", f_tostring},
    {"tonumber", f_tonumber},
    {"print", f_print},
    {"type", f_type},
    {"error", f_error},
    {"assert", f_assert},
    {"pcall", f_pcall},
    {"xpcall", f_xpcall},
    {"select", f_select},
    {"setmetatable", f_setmetatable},
    {"rawget", f_rawget},
    {"rawset", f_rawset},
    {"rawequal", f_rawequal},
    {"rawlen", f_rawlen},
    {NULL, NULL},
};

/* A global that does not exist is a mistake, most often a misspelt name. */
static int unknown_global(lua_State *L)
{
    char hint[160] = "";
    if (lua_type(L, 2) != LUA_TSTRING) {
        lua_pushnil(L);
        return 1;
    }
    const char *name = lua_tostring(L, 2);
    reel_suggestion best = reel_suggestion_begin(name);
    lua_pushnil(L);
    while (lua_next(L, 1)) { /* the order does not matter: ties go to the smaller name */
        if (lua_type(L, -2) == LUA_TSTRING) {
            reel_script_charge(L, 20); /* the script may have made many */
            reel_suggestion_offer(&best, lua_tostring(L, -2));
        }
        lua_pop(L, 1);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    reel_script_fail(L, NULL, "there is no '%.60s' in scene scripts%s", name, hint);
}

void reel_sandbox_open(lua_State *L)
{
    lua_pushglobaltable(L);
    luaL_setfuncs(L, base_functions, 0);
    lua_newtable(L);
    lua_pushcfunction(L, unknown_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
    open_math(L);
    reel_sandbox_open_string(L);
    reel_sandbox_open_table(L);
}
