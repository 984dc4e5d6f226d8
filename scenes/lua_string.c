/*
 * lua_string.c - string functions without patterns (whose matching time has no bound) and without
 * addresses.
 */
#include "scenes/script.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* Lua's convention: negative positions count from the end. */
static size_t first_index(lua_Integer pos, size_t n)
{
    if (pos > 0) {
        return (lua_Unsigned)pos > n ? n + 1 : (size_t)pos;
    }
    return pos == 0 || pos < -(lua_Integer)n ? 1 : n + (size_t)pos + 1;
}

static size_t last_index(lua_Integer pos, size_t n)
{
    if (pos >= 0) {
        return (lua_Unsigned)pos > n ? n : (size_t)pos;
    }
    return pos < -(lua_Integer)n ? 0 : n + (size_t)pos + 1;
}

static int s_len(lua_State *L)
{
    size_t n;
    luaL_checklstring(L, 1, &n);
    lua_pushinteger(L, (lua_Integer)n);
    return 1;
}

static int s_sub(lua_State *L)
{
    size_t n;
    const char *s = luaL_checklstring(L, 1, &n);
    const size_t i = first_index(luaL_checkinteger(L, 2), n);
    const size_t j = last_index(luaL_optinteger(L, 3, -1), n);
    lua_pushlstring(L, i <= j ? s + i - 1 : "", i <= j ? j - i + 1 : 0);
    return 1;
}

static int s_rep(lua_State *L)
{
    size_t n, n_sep;
    const char *s = luaL_checklstring(L, 1, &n);
    const lua_Integer times = luaL_checkinteger(L, 2);
    const char *sep = luaL_optlstring(L, 3, "", &n_sep);
    if (times <= 0 || n + n_sep == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    const size_t limit = reel_script_of(L)->options->max_bytes;
    if (n > limit || n_sep > limit || (lua_Unsigned)times > limit / (n + n_sep)) {
        reel_script_fatal(reel_script_of(L), REEL_E_SCENE,
                          "the script needs more than its %zu bytes of memory", limit);
    }
    luaL_Buffer b;
    reel_script_charge(L, (uint64_t)times);
    luaL_buffinitsize(L, &b, (n + n_sep) * (size_t)times);
    for (lua_Integer i = 0; i < times; i++) {
        luaL_addlstring(&b, s, n);
        if (i + 1 < times) {
            luaL_addlstring(&b, sep, n_sep);
        }
    }
    luaL_pushresult(&b);
    return 1;
}

static int map_bytes(lua_State *L, int (*fn)(int))
{
    size_t n;
    luaL_Buffer b;
    const char *s = luaL_checklstring(L, 1, &n);
    char *out = luaL_buffinitsize(L, &b, n);
    reel_script_charge(L, n / 16);
    for (size_t i = 0; i < n; i++) { /* ASCII only, whatever the locale is */
        const unsigned char c = (unsigned char)s[i];
        out[i] = (char)(c < 128 ? fn(c) : c);
    }
    luaL_pushresultsize(&b, n);
    return 1;
}

static int s_lower(lua_State *L)
{
    return map_bytes(L, tolower);
}

static int s_upper(lua_State *L)
{
    return map_bytes(L, toupper);
}

static int s_reverse(lua_State *L)
{
    size_t n;
    luaL_Buffer b;
    const char *s = luaL_checklstring(L, 1, &n);
    char *out = luaL_buffinitsize(L, &b, n);
    reel_script_charge(L, n / 16);
    for (size_t i = 0; i < n; i++) {
        out[i] = s[n - 1 - i];
    }
    luaL_pushresultsize(&b, n);
    return 1;
}

static int s_byte(lua_State *L)
{
    size_t n;
    const char *s = luaL_checklstring(L, 1, &n);
    const lua_Integer pos = luaL_optinteger(L, 2, 1);
    const size_t i = first_index(pos, n), j = last_index(luaL_optinteger(L, 3, pos), n);
    if (i > j) {
        return 0;
    }
    if (j - i >= 10000 || !lua_checkstack(L, (int)(j - i + 1))) {
        reel_script_fail(L, NULL, "string.byte: too many values");
    }
    for (size_t k = i; k <= j; k++) {
        lua_pushinteger(L, (unsigned char)s[k - 1]);
    }
    return (int)(j - i + 1);
}

static int s_char(lua_State *L)
{
    luaL_Buffer b;
    const int n = lua_gettop(L);
    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        const lua_Integer c = luaL_checkinteger(L, i);
        luaL_argcheck(L, c >= 0 && c <= 255, i, "value out of range");
        luaL_addchar(&b, (char)c);
    }
    luaL_pushresult(&b);
    return 1;
}

/* Plain text only: a pattern can take time without bound. */
static int s_find(lua_State *L)
{
    size_t n, n_sub;
    const char *s = luaL_checklstring(L, 1, &n), *sub = luaL_checklstring(L, 2, &n_sub);
    const size_t from = first_index(luaL_optinteger(L, 3, 1), n);
    reel_script_charge(L, (n + n_sub) / 4 + 1);
    const char *hit = from > n + 1 ? NULL
                      : n_sub == 0 ? s + from - 1
                                   : memmem(s + from - 1, n - (from - 1), sub, n_sub);
    if (!hit) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, hit - s + 1);
    lua_pushinteger(L, hit - s + (lua_Integer)n_sub);
    return 2;
}

/* --- string.format
 * -------------------------------------------------------------------------------- */

typedef struct directive {
    char text[24]; /* "%" flags width precision, without the conversion */
    size_t n;
    char conversion;
} directive;

static directive parse_directive(lua_State *L, const char **p)
{
    directive d = {.text = "%", .n = 1};
    int digits = 0;
    while (**p && strchr("-+ #0123456789.", **p)) {
        digits = **p == '.' ? 0 : digits + 1;
        if (digits > 4 || d.n > 12) {
            reel_script_fail(L, NULL, "string.format: width or precision too long");
        }
        d.text[d.n++] = *(*p)++;
    }
    d.conversion = **p;
    if (d.conversion) {
        (*p)++;
    }
    return d;
}

/* The formats below were taken apart by parse_directive(). */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void format_text(lua_State *L, luaL_Buffer *b, directive *d, int arg)
{
    size_t n;
    luaL_checkany(L, arg);
    reel_sandbox_push_text(L, arg);
    const char *s = lua_tolstring(L, -1, &n);
    if (d->n == 1) {
        luaL_addvalue(b);
        return;
    }
    char out[1200];
    if (n > 1000 || strlen(s) != n) {
        reel_script_fail(L, NULL, "string.format: text too long for a width");
    }
    memcpy(d->text + d->n, "s", 2);
    const int wrote = snprintf(out, sizeof(out), d->text, s);
    lua_pop(L, 1);
    if (wrote < 0 || wrote >= (int)sizeof(out)) {
        reel_script_fail(L, NULL, "string.format: width too large");
    }
    luaL_addlstring(b, out, (size_t)wrote);
}

static void format_number(lua_State *L, luaL_Buffer *b, directive *d, int arg)
{
    char out[512];
    int wrote;
    if (strchr("dixXc", d->conversion)) {
        const long long i = luaL_checkinteger(L, arg);
        if (d->conversion == 'c') {
            luaL_addchar(b, (char)i);
            return;
        }
        snprintf(d->text + d->n, 4, "ll%c", d->conversion);
        wrote = snprintf(out, sizeof(out), d->text, i);
    } else {
        double x = luaL_checknumber(L, arg);
        snprintf(d->text + d->n, 2, "%c", d->conversion);
        x = x != x ? (double)NAN : x;
        wrote = snprintf(out, sizeof(out), d->text, x);
    }
    if (wrote < 0 || wrote >= (int)sizeof(out)) {
        reel_script_fail(L, NULL, "string.format: number too long");
    }
    luaL_addlstring(b, out, (size_t)wrote);
}

#pragma GCC diagnostic pop

static int s_format(lua_State *L)
{
    luaL_Buffer b;
    size_t n;
    int arg = 1;
    const int top = lua_gettop(L);
    const char *p = luaL_checklstring(L, 1, &n);
    luaL_argcheck(L, strlen(p) == n, 1, "contains a zero byte");
    luaL_buffinit(L, &b);
    while (*p) {
        if (*p != '%') {
            luaL_addchar(&b, *p++);
            continue;
        }
        p++;
        if (*p == '%') {
            luaL_addchar(&b, *p++);
            continue;
        }
        directive d = parse_directive(L, &p);
        if (!d.conversion || !strchr("sdixXceEfgG", d.conversion)) {
            reel_script_fail(L, NULL, "string.format: '%%%c' is not allowed in scene scripts",
                             d.conversion ? d.conversion : '?');
        }
        if (++arg > top) {
            reel_script_fail(L, NULL, "string.format: a value is missing");
        }
        if (d.conversion == 's') {
            format_text(L, &b, &d, arg);
        } else {
            format_number(L, &b, &d, arg);
        }
    }
    luaL_pushresult(&b);
    return 1;
}

static const luaL_Reg string_functions[] = {
    {"len", s_len},         {"sub", s_sub},       {"rep", s_rep},   {"lower", s_lower},
    {"upper", s_upper},     {"byte", s_byte},     {"char", s_char}, {"find", s_find},
    {"reverse", s_reverse}, {"format", s_format}, {NULL, NULL},
};

static int unknown_string_function(lua_State *L)
{
    reel_script_fail(L, NULL, "string.%s is not in scene scripts (there are no patterns)",
                     lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?");
}

void reel_sandbox_open_string(lua_State *L)
{
    lua_newtable(L);
    luaL_setfuncs(L, string_functions, 0);
    lua_newtable(L);
    lua_pushcfunction(L, unknown_string_function);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "string");
    lua_pushliteral(L, "");
    lua_newtable(L); /* metatable of all strings: s:upper() */
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 2);
}
