#include "scenes/fields.h"

#include "scenes/build.h"
#include "scenes/words.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static bool is_listed(const char *const *list, const char *name)
{
    for (; *list; list++) {
        if (strcmp(*list, name) == 0) {
            return true;
        }
    }
    return false;
}

void reel_fields_fail(const reel_fields *f, const char *name, const char *fmt, ...)
{
    char field[160], msg[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    snprintf(field, sizeof(field), "%s%s%s", f->label, f->label[0] && name[0] ? "." : "", name);
    reel_script_fail(f->L, field, "%s", msg);
}

/* "; there are a, b, c" */
static void list_names(const char *const *names, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "; there are ");
    const char *comma = "";
    for (; *names && n + 40 < size; names++) {
        if (strcmp(*names, "[]") != 0) {
            n += (size_t)snprintf(out + n, size - n, "%s%s", comma, *names);
            comma = ", ";
        }
    }
}

/* Of several unknown fields the smallest name is reported: lua_next has no order. */
static void check_names(reel_fields *f, const char *const *allowed)
{
    lua_State *L = f->L;
    const char *worst = NULL;
    const char *odd = NULL;
    bool entries = false;
    lua_pushnil(L);
    while (lua_next(L, f->index)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            const char *name = lua_tostring(L, -2);
            if (!is_listed(allowed, name) && (!worst || strcmp(name, worst) < 0)) {
                worst = name; /* the table keeps it alive */
            }
        } else if (lua_type(L, -2) == LUA_TNUMBER) {
            entries = true;
        } else {
            odd = "a key that is no name";
        }
        lua_pop(L, 1);
    }
    if (worst) {
        char hint[120];
        reel_suggestion best = reel_suggestion_begin(worst);
        for (const char *const *a = allowed; *a; a++) {
            reel_suggestion_offer(&best, *a);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
        char name[64], all[460] = "";
        snprintf(name, sizeof(name), "%s", worst);
        if (!hint[0]) {
            list_names(allowed, all, sizeof(all));
        }
        reel_fields_fail(f, name, "no such field%s%s", hint, all);
    }
    if (odd || (entries && !is_listed(allowed, "[]"))) {
        reel_fields_fail(f, "", "the table has %s", odd ? odd : "an entry without a name");
    }
}

reel_fields reel_fields_begin(lua_State *L, int index, const char *label, const char *path,
                              const char *const *allowed)
{
    reel_fields f = {.L = L, .index = lua_absindex(L, index)};
    luaL_checkstack(L, 24, "tables within tables");
    reel_script_charge(L, 20);
    snprintf(f.label, sizeof(f.label), "%s", label);
    snprintf(f.path, sizeof(f.path), "%s", path);
    if (lua_type(L, f.index) != LUA_TTABLE) {
        reel_script_fail(L, label, "must be a table, is a %s", luaL_typename(L, f.index));
    }
    check_names(&f, allowed);
    return f;
}

bool reel_fields_has(const reel_fields *f, const char *name)
{
    lua_pushstring(f->L, name);
    const bool has = lua_rawget(f->L, f->index) != LUA_TNIL;
    lua_pop(f->L, 1);
    return has;
}

bool reel_fields_push(reel_fields *f, const char *name)
{
    char path[240];
    lua_State *L = f->L;
    lua_pushstring(L, name);
    if (lua_rawget(L, f->index) == LUA_TNIL) {
        lua_pop(L, 1);
        return false;
    }
    snprintf(path, sizeof(path), "%s/%s", f->path, name);
    reel_draw_push(L, -1, path);
    lua_remove(L, -2);
    return true;
}

static double check_finite(const reel_fields *f, int index, const char *name)
{
    if (lua_type(f->L, index) != LUA_TNUMBER) {
        reel_fields_fail(f, name, "must be a number, is a %s", luaL_typename(f->L, index));
    }
    const double x = lua_tonumber(f->L, index);
    if (!isfinite(x)) {
        reel_fields_fail(f, name, "must be a finite number, is %s",
                         x != x  ? "nan"
                         : x > 0 ? "inf"
                                 : "-inf");
    }
    return x;
}

bool reel_fields_number(reel_fields *f, const char *name, double lo, double hi, double *out)
{
    if (!reel_fields_push(f, name)) {
        return false;
    }
    const double x = check_finite(f, -1, name);
    lua_pop(f->L, 1);
    if (x < lo && isinf(hi)) {
        reel_fields_fail(f, name, "must be at least %g, is %.6g", lo, x);
    }
    if (!(x >= lo && x <= hi)) {
        reel_fields_fail(f, name, "must be within %g .. %g, is %.6g", lo, hi, x);
    }
    *out = x;
    return true;
}

bool reel_fields_positive(reel_fields *f, const char *name, double *out)
{
    double x;
    if (!reel_fields_number(f, name, -HUGE_VAL, HUGE_VAL, &x)) {
        return false;
    }
    if (!(x > 0)) {
        reel_fields_fail(f, name, "must be > 0, is %.6g", x);
    }
    *out = x;
    return true;
}

bool reel_fields_int(reel_fields *f, const char *name, int64_t lo, int64_t hi, int64_t *out)
{
    int ok;
    if (!reel_fields_push(f, name)) {
        return false;
    }
    check_finite(f, -1, name);
    const lua_Integer i = lua_tointegerx(f->L, -1, &ok);
    if (!ok) {
        reel_fields_fail(f, name, "must be a whole number, is %.6g", lua_tonumber(f->L, -1));
    }
    lua_pop(f->L, 1);
    if (i < lo || i > hi) {
        reel_fields_fail(f, name, "must be within %lld .. %lld, is %lld", (long long)lo,
                         (long long)hi, (long long)i);
    }
    *out = i;
    return true;
}

bool reel_fields_bool(reel_fields *f, const char *name, bool *out)
{
    if (!reel_fields_push(f, name)) {
        return false;
    }
    if (lua_type(f->L, -1) != LUA_TBOOLEAN) {
        reel_fields_fail(f, name, "must be true or false, is a %s", luaL_typename(f->L, -1));
    }
    *out = lua_toboolean(f->L, -1);
    lua_pop(f->L, 1);
    return true;
}

const char *reel_fields_string(reel_fields *f, const char *name)
{
    size_t n;
    if (!reel_fields_push(f, name)) {
        return NULL;
    }
    if (lua_type(f->L, -1) != LUA_TSTRING) {
        reel_fields_fail(f, name, "must be a string, is a %s", luaL_typename(f->L, -1));
    }
    const char *s = lua_tolstring(f->L, -1, &n);
    if (n == 0 || n > 100 || strlen(s) != n) {
        reel_fields_fail(f, name, "must be a string of 1 .. 100 characters");
    }
    s = reel_build_string(f->L, s);
    lua_pop(f->L, 1);
    return s;
}

int reel_fields_vector_at(reel_fields *f, int index, const char *name, int least, int most,
                          double *out)
{
    lua_State *L = f->L;
    char path[240], component[100];
    index = lua_absindex(L, index);
    char wanted[40];
    snprintf(wanted, sizeof(wanted),
             least + 1 == most ? "%d or %d"
             : least < most    ? "%d .. %d"
                               : "%d",
             least, most);
    if (lua_type(L, index) != LUA_TTABLE) {
        reel_fields_fail(f, name, "must be a list of %s numbers, is a %s", wanted,
                         luaL_typename(L, index));
    }
    const int n = (int)lua_rawlen(L, index);
    if (n < least || n > most) {
        reel_fields_fail(f, name, "must be a list of %s numbers, has %d", wanted, n);
    }
    reel_script_charge(L, (uint64_t)n * 4);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "%s/%s/%d", f->path, name, i + 1);
        snprintf(component, sizeof(component), "%s[%d]", name, i + 1);
        lua_rawgeti(L, index, i + 1);
        reel_draw_push(L, -1, path);
        out[i] = check_finite(f, -1, component);
        lua_pop(L, 2);
    }
    return n;
}

int reel_fields_vector(reel_fields *f, const char *name, int least, int most, double *out)
{
    if (!reel_fields_push(f, name)) {
        return 0;
    }
    const int n = reel_fields_vector_at(f, -1, name, least, most, out);
    lua_pop(f->L, 1);
    return n;
}

bool reel_fields_vec3(reel_fields *f, const char *name, reel_vec3 *out)
{
    double v[3];
    if (reel_fields_vector(f, name, 3, 3, v) == 0) {
        return false;
    }
    *out = reel_v3(v[0], v[1], v[2]);
    return true;
}
