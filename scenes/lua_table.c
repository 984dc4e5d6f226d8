/*
 * lua_table.c - pairs in sorted order, a stable sort, and table functions that look at what is
 * really there (no metamethods) and pay for their work.
 */
#include "scenes/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- pairs ---------------------------------------------------------------------------------- */

typedef struct key {
    int type; /* order: numbers, strings, booleans */
    bool is_int;
    lua_Integer i; /* also the boolean */
    lua_Number x;
    const char *s; /* borrowed: the table holds it */
    size_t n;
} key;

static int key_rank(int type)
{
    return type == LUA_TNUMBER ? 0 : type == LUA_TSTRING ? 1 : 2;
}

/* A float against an integer, exactly: floats beyond 2^63 are decided by their size, the others
 * by their whole part and then by what is left. (Equal ones cannot be: Lua makes them one key.) */
static int compare_float_int(lua_Number x, lua_Integer i)
{
    if (x >= 9223372036854775808.0) {
        return 1;
    }
    if (x < -9223372036854775808.0) {
        return -1;
    }
    const double whole = floor(x);
    const lua_Integer w = (lua_Integer)whole;
    return w != i ? (w < i ? -1 : 1) : x > whole;
}

static int compare_numbers(const key *a, const key *b)
{
    if (a->is_int && b->is_int) {
        return (a->i > b->i) - (a->i < b->i);
    }
    if (a->is_int) {
        return -compare_float_int(b->x, a->i);
    }
    return b->is_int ? compare_float_int(a->x, b->i) : (a->x > b->x) - (a->x < b->x);
}

static int compare_keys(const void *pa, const void *pb)
{
    const key *a = pa, *b = pb;
    const int ra = key_rank(a->type), rb = key_rank(b->type);
    if (ra != rb) {
        return ra - rb;
    }
    if (ra == 0) {
        return compare_numbers(a, b);
    }
    if (ra == 1) {
        const int d = memcmp(a->s, b->s, a->n < b->n ? a->n : b->n);
        return d != 0 ? d : (a->n > b->n) - (a->n < b->n);
    }
    return (a->i > b->i) - (a->i < b->i);
}

static key read_key(lua_State *L, int index)
{
    key k = {.type = lua_type(L, index)};
    switch (k.type) {
    case LUA_TNUMBER:
        k.is_int = lua_isinteger(L, index);
        k.i = k.is_int ? lua_tointeger(L, index) : 0;
        k.x = k.is_int ? 0 : lua_tonumber(L, index);
        break;
    case LUA_TSTRING: k.s = lua_tolstring(L, index, &k.n); break;
    case LUA_TBOOLEAN: k.i = lua_toboolean(L, index); break;
    default:
        reel_script_fail(L, NULL,
                         "pairs: a key is a %s, which has no order; use numbers or strings",
                         lua_typename(L, k.type));
    }
    return k;
}

static void push_key(lua_State *L, const key *k)
{
    if (k->type == LUA_TSTRING) {
        lua_pushlstring(L, k->s, k->n);
    } else if (k->type == LUA_TBOOLEAN) {
        lua_pushboolean(L, (int)k->i);
    } else if (k->is_int) {
        lua_pushinteger(L, k->i);
    } else {
        lua_pushnumber(L, k->x);
    }
}

/* Upvalues: the table, its keys in order, how many there are, how many were given. */
static int pairs_step(lua_State *L)
{
    const lua_Integer n = lua_tointeger(L, lua_upvalueindex(3));
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(4));
    while (i < n) {
        lua_rawgeti(L, lua_upvalueindex(2), ++i);
        lua_pushvalue(L, -1);
        lua_rawget(L, lua_upvalueindex(1));
        reel_script_charge(L, 1);
        if (!lua_isnil(L, -1)) { /* removed on the way */
            lua_pushinteger(L, i);
            lua_replace(L, lua_upvalueindex(4));
            return 2;
        }
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

static lua_Integer count_entries(lua_State *L, int index)
{
    lua_Integer n = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        n++;
    }
    return n;
}

static int f_pairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const lua_Integer n = count_entries(L, 1);
    reel_script_charge(L, (uint64_t)n * 4 + 1);
    key *keys = lua_newuserdatauv(L, (size_t)(n > 0 ? n : 1) * sizeof(key), 0);
    lua_Integer i = 0;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        keys[i++] = read_key(L, -1);
    }
    qsort(keys, (size_t)n, sizeof(key), compare_keys); /* keys differ: a total order */
    lua_pushvalue(L, 1);
    lua_createtable(L, (int)n, 0);
    for (i = 0; i < n; i++) {
        push_key(L, &keys[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushinteger(L, n);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_step, 4);
    return 1;
}

static int ipairs_step(lua_State *L)
{
    const lua_Integer i = luaL_checkinteger(L, 2) + 1;
    lua_pushinteger(L, i);
    return lua_rawgeti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

static int f_ipairs(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushcfunction(L, ipairs_step);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* --- table.* ---------------------------------------------------------------------------------- */

static lua_Integer raw_length(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    return (lua_Integer)lua_rawlen(L, 1);
}

static int t_insert(lua_State *L)
{
    const lua_Integer end = raw_length(L) + 1;
    lua_Integer at = end;
    luaL_checkany(L, 2);
    if (!lua_isnone(L, 3)) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
        reel_script_charge(L, (uint64_t)(end - at));
        for (lua_Integer i = end; i > at; i--) {
            lua_rawgeti(L, 1, i - 1);
            lua_rawseti(L, 1, i);
        }
        lua_settop(L, 3);
    } else {
        lua_settop(L, 2);
    }
    lua_rawseti(L, 1, at);
    return 0;
}

static int t_remove(lua_State *L)
{
    const lua_Integer n = raw_length(L);
    const lua_Integer at = luaL_optinteger(L, 2, n);
    luaL_argcheck(L, (n == 0 && at == 0) || (at >= 1 && at <= n + 1), 2, "position out of bounds");
    lua_rawgeti(L, 1, at);
    if (at <= n) {
        reel_script_charge(L, (uint64_t)(n - at));
        for (lua_Integer i = at; i < n; i++) {
            lua_rawgeti(L, 1, i + 1);
            lua_rawseti(L, 1, i);
        }
        if (n > 0) {
            lua_pushnil(L);
            lua_rawseti(L, 1, n);
        }
    }
    return 1;
}

static int t_concat(lua_State *L)
{
    luaL_Buffer b;
    const lua_Integer n = raw_length(L);
    const char *sep = luaL_optstring(L, 2, "");
    reel_script_charge(L, (uint64_t)n);
    luaL_buffinit(L, &b);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 1, i);
        if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
            reel_script_fail(L, NULL, "table.concat: entry %lld is a %s", (long long)i,
                             luaL_typename(L, -1));
        }
        reel_sandbox_push_text(L, -1);
        lua_remove(L, -2);
        luaL_addvalue(&b);
        if (i < n) {
            luaL_addstring(&b, sep);
        }
    }
    luaL_pushresult(&b);
    return 1;
}

static int t_unpack(lua_State *L)
{
    const lua_Integer n = raw_length(L);
    const lua_Integer first = luaL_optinteger(L, 2, 1), last = luaL_optinteger(L, 3, n);
    if (first > last) {
        return 0;
    }
    const lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first + 1;
    if (count == 0 || count > 10000 || !lua_checkstack(L, (int)count)) {
        reel_script_fail(L, NULL, "table.unpack: too many values");
    }
    reel_script_charge(L, count);
    for (lua_Unsigned i = 0; i < count; i++) {
        lua_rawgeti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    }
    return (int)count;
}

static int t_pack(lua_State *L)
{
    const int n = lua_gettop(L);
    lua_createtable(L, n, 1);
    lua_insert(L, 1);
    for (int i = n; i >= 1; i--) {
        lua_rawseti(L, 1, i);
    }
    lua_pushinteger(L, n);
    lua_setfield(L, 1, "n");
    return 1;
}

/* --- a stable merge sort: the same comparisons every time ---------------------------------------
 */

enum { SORTED = 1, LESS = 2, FROM = 3, INTO = 4 }; /* stack slots */

static bool right_first(lua_State *L, lua_Integer left, lua_Integer right)
{
    bool less;
    if (lua_isnil(L, LESS)) {
        lua_rawgeti(L, FROM, right);
        lua_rawgeti(L, FROM, left);
        less = lua_compare(L, -2, -1, LUA_OPLT);
        lua_pop(L, 2);
    } else {
        lua_pushvalue(L, LESS);
        lua_rawgeti(L, FROM, right);
        lua_rawgeti(L, FROM, left);
        lua_call(L, 2, 1);
        less = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return less;
}

static void merge(lua_State *L, lua_Integer lo, lua_Integer mid, lua_Integer hi)
{
    lua_Integer a = lo, b = mid;
    for (lua_Integer i = lo; i < hi; i++) {
        const bool take_right = a >= mid || (b < hi && right_first(L, a, b));
        lua_rawgeti(L, FROM, take_right ? b++ : a++);
        lua_rawseti(L, INTO, i);
    }
    reel_script_charge(L, (uint64_t)(hi - lo));
}

static int t_sort(lua_State *L)
{
    const lua_Integer n = raw_length(L);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
    }
    luaL_argcheck(L, n < (1 << 24), 1, "too many entries");
    lua_settop(L, 2);
    lua_createtable(L, (int)n, 0);
    lua_createtable(L, (int)n, 0);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, SORTED, i);
        lua_rawseti(L, FROM, i);
    }
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer lo = 1; lo <= n; lo += 2 * width) {
            const lua_Integer mid = lo + width <= n + 1 ? lo + width : n + 1;
            const lua_Integer hi = lo + 2 * width <= n + 1 ? lo + 2 * width : n + 1;
            merge(L, lo, mid, hi);
        }
        lua_pushvalue(L, FROM);
        lua_copy(L, INTO, FROM);
        lua_replace(L, INTO);
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, FROM, i);
        lua_rawseti(L, SORTED, i);
    }
    return 0;
}

static const luaL_Reg table_functions[] = {
    {"insert", t_insert}, {"remove", t_remove}, {"concat", t_concat}, {"unpack", t_unpack},
    {"pack", t_pack},     {"sort", t_sort},     {NULL, NULL},
};

void reel_sandbox_open_table(lua_State *L)
{
    lua_pushcfunction(L, f_pairs);
    lua_setglobal(L, "pairs");
    lua_pushcfunction(L, f_ipairs);
    lua_setglobal(L, "ipairs");
    lua_newtable(L);
    luaL_setfuncs(L, table_functions, 0);
    lua_setglobal(L, "table");
}
