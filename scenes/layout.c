/*
 * layout.c - where things stand: line, arc, grid, and world:scatter.
 *
 * A path is a userdata; for i, at, yaw in path:steps(n) walks it in n equal steps from end to end.
 */
#include "base/rng.h"
#include "base/trig.h"
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static const char path_type[] = "path";

enum { MAX_STEPS = 100000 };

/* A circular arc in the plane; bend 0 is a straight line. */
typedef struct arc_path {
    double x, y, heading, length, bend;
} arc_path;

/* Place and direction after the share `s` (0..1) of the length. */
static void walk(const arc_path *p, double s, double *x, double *y, double *yaw)
{
    double s0, c0, s1, c1;
    *yaw = p->heading + p->bend * s;
    reel_sincos(p->heading, &s0, &c0);
    if (fabs(p->bend) < 1e-9) {
        *x = p->x + p->length * s * c0;
        *y = p->y + p->length * s * s0;
        return;
    }
    const double r = p->length / p->bend;
    reel_sincos(*yaw, &s1, &c1);
    *x = p->x + r * (s1 - s0);
    *y = p->y + r * (c0 - c1);
}

static void push_point(lua_State *L, double x, double y)
{
    lua_createtable(L, 2, 0);
    lua_pushnumber(L, x);
    lua_rawseti(L, -2, 1);
    lua_pushnumber(L, y);
    lua_rawseti(L, -2, 2);
}

static void push_path(lua_State *L, arc_path p)
{
    arc_path *u = lua_newuserdatauv(L, sizeof(*u), 0);
    *u = p;
    luaL_setmetatable(L, path_type);
}

/* line{ from = {x, y}, to = {x, y} }, or line{ from, heading, length } */
static int f_line(lua_State *L)
{
    static const char *const fields[] = {"from", "to", "heading", "length", NULL};
    double from[2] = {0, 0}, to[2];
    arc_path p = {.bend = 0};
    reel_fields f = reel_fields_begin(L, 1, "line", "line", fields);
    reel_fields_vector(&f, "from", 2, 2, from);
    p.x = from[0];
    p.y = from[1];
    if (reel_fields_vector(&f, "to", 2, 2, to) > 0) {
        const double dx = to[0] - from[0], dy = to[1] - from[1];
        p.length = sqrt(dx * dx + dy * dy);
        p.heading = reel_atan2(dy, dx);
        if (reel_fields_has(&f, "length") || reel_fields_has(&f, "heading")) {
            reel_fields_fail(&f, "to", "give either to, or heading and length");
        }
    } else if (!reel_fields_number(&f, "length", 0, HUGE_VAL, &p.length)) {
        reel_fields_fail(&f, "length", "is missing (or give to)");
    }
    reel_fields_number(&f, "heading", -1e3, 1e3, &p.heading);
    push_path(L, p);
    return 1;
}

/* arc{ from = {x, y}, heading = 0, bend = rad over the whole length, length = m } */
static int f_arc(lua_State *L)
{
    static const char *const fields[] = {"from", "heading", "bend", "length", NULL};
    double from[2] = {0, 0};
    arc_path p = {.bend = 0};
    reel_fields f = reel_fields_begin(L, 1, "arc", "arc", fields);
    reel_fields_vector(&f, "from", 2, 2, from);
    p.x = from[0];
    p.y = from[1];
    reel_fields_number(&f, "heading", -1e3, 1e3, &p.heading);
    reel_fields_number(&f, "bend", -1e3, 1e3, &p.bend);
    if (!reel_fields_number(&f, "length", 0, HUGE_VAL, &p.length)) {
        reel_fields_fail(&f, "length", "is missing");
    }
    push_path(L, p);
    return 1;
}

static int push_place(lua_State *L, const arc_path *p, double s)
{
    double x, y, yaw;
    walk(p, s, &x, &y, &yaw);
    push_point(L, x, y);
    lua_pushnumber(L, yaw);
    return 2;
}

/* Upvalues: path, n, i. */
static int path_next(lua_State *L)
{
    const arc_path *p = luaL_checkudata(L, lua_upvalueindex(1), path_type);
    const lua_Integer n = lua_tointeger(L, lua_upvalueindex(2));
    const lua_Integer i = lua_tointeger(L, lua_upvalueindex(3)) + 1;
    if (i > n) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushinteger(L, i);
    return 1 + push_place(L, p, n > 1 ? (double)(i - 1) / (double)(n - 1) : 0.5);
}

static int path_steps(lua_State *L)
{
    luaL_checkudata(L, 1, path_type);
    const lua_Integer n = luaL_checkinteger(L, 2);
    luaL_argcheck(L, n >= 0 && n <= MAX_STEPS, 2, "out of range");
    lua_settop(L, 2);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, path_next, 3);
    return 1;
}

static int path_at(lua_State *L)
{
    const arc_path *p = luaL_checkudata(L, 1, path_type);
    return push_place(L, p, luaL_checknumber(L, 2));
}

static int path_start(lua_State *L)
{
    return push_place(L, luaL_checkudata(L, 1, path_type), 0);
}

static int path_middle(lua_State *L)
{
    return push_place(L, luaL_checkudata(L, 1, path_type), 0.5);
}

static int path_finish(lua_State *L)
{
    return push_place(L, luaL_checkudata(L, 1, path_type), 1);
}

/* --- grid
 * ---------------------------------------------------------------------------------------------- */

/* Upvalues: x, y of the first place, dx, dy, columns, count, i. */
static int grid_next(lua_State *L)
{
    const lua_Integer columns = lua_tointeger(L, lua_upvalueindex(5));
    const lua_Integer n = lua_tointeger(L, lua_upvalueindex(6));
    const lua_Integer i = lua_tointeger(L, lua_upvalueindex(7));
    if (i >= n) {
        lua_pushnil(L);
        return 1;
    }
    const lua_Integer column = i % columns, row = i / columns;
    lua_pushinteger(L, i + 1);
    lua_copy(L, -1, lua_upvalueindex(7));
    push_point(L,
               lua_tonumber(L, lua_upvalueindex(1)) +
                   (double)column * lua_tonumber(L, lua_upvalueindex(3)),
               lua_tonumber(L, lua_upvalueindex(2)) +
                   (double)row * lua_tonumber(L, lua_upvalueindex(4)));
    lua_pushinteger(L, column + 1);
    lua_pushinteger(L, row + 1);
    return 4;
}

/* for i, at, column, row in grid{ columns, rows, spacing = m or {dx, dy}, at = {x, y} } */
static int f_grid(lua_State *L)
{
    static const char *const fields[] = {"columns", "rows", "spacing", "at", NULL};
    double at[2] = {0, 0}, step[2];
    int64_t columns, rows;
    reel_fields f = reel_fields_begin(L, 1, "grid", "grid", fields);
    reel_fields_vector(&f, "at", 2, 2, at);
    if (!reel_fields_int(&f, "columns", 1, 10000, &columns) ||
        !reel_fields_int(&f, "rows", 1, 10000, &rows) || !reel_fields_push(&f, "spacing")) {
        reel_fields_fail(&f, "", "needs columns, rows and spacing");
    }
    if (lua_type(L, -1) == LUA_TNUMBER) {
        step[0] = step[1] = lua_tonumber(L, -1);
    } else {
        reel_fields_vector_at(&f, -1, "spacing", 2, 2, step);
    }
    lua_pushnumber(L, at[0] - 0.5 * step[0] * (double)(columns - 1));
    lua_pushnumber(L, at[1] - 0.5 * step[1] * (double)(rows - 1));
    lua_pushnumber(L, step[0]);
    lua_pushnumber(L, step[1]);
    lua_pushinteger(L, columns);
    lua_pushinteger(L, columns * rows);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, grid_next, 7);
    return 1;
}

/* --- scatter
 * --------------------------------------------------------------------------------------------- */

typedef struct place {
    double p[3], radius;
} place;

static double radius_of(reel_fields *f, int list, int i)
{
    double r;
    if (lua_type(f->L, list) == LUA_TTABLE) {
        lua_rawgeti(f->L, list, i + 1);
    } else {
        lua_pushvalue(f->L, list);
    }
    r = lua_type(f->L, -1) == LUA_TNUMBER ? lua_tonumber(f->L, -1) : -1;
    if (!(r > 0) || !isfinite(r)) {
        reel_fields_fail(f, "radius", "must be a number > 0, or one for each place");
    }
    lua_pop(f->L, 1);
    return r;
}

static bool is_free(const place *placed, int n, const place *c, double gap)
{
    for (int i = 0; i < n; i++) {
        double d2 = 0;
        const double apart = placed[i].radius + c->radius + gap;
        for (int k = 0; k < 3; k++) {
            d2 += (placed[i].p[k] - c->p[k]) * (placed[i].p[k] - c->p[k]);
        }
        if (d2 < apart * apart) {
            return false;
        }
    }
    return true;
}

typedef struct region {
    double lo[3], hi[3], gap;
    bool tall; /* three coordinates */
    int64_t tries;
} region;

static void place_one(reel_fields *f, place *placed, int n, const region *r)
{
    char path[240];
    place *c = &placed[n];
    snprintf(path, sizeof(path), "%s/%d", f->path, n + 1);
    reel_rng rng = reel_script_stream(f->L, path);
    for (int64_t t = 0; t < r->tries; t++) {
        for (int k = 0; k < 3; k++) {
            c->p[k] = k < 2 || r->tall ? reel_rng_range(&rng, r->lo[k], r->hi[k]) : 0;
        }
        reel_script_charge(f->L, (uint64_t)n + 4);
        if (is_free(placed, n, c, r->gap)) {
            return;
        }
    }
    reel_fields_fail(f, "",
                     "no room for number %d after %lld tries: fewer, smaller, or a wider "
                     "space",
                     n + 1, (long long)r->tries);
}

static region read_region(reel_fields *f)
{
    region r = {.tries = 2000};
    double v[2];
    static const char *const axes[] = {"x", "y", "z"};
    for (int k = 0; k < 3; k++) {
        if (reel_fields_vector(f, axes[k], 2, 2, v) > 0) {
            if (v[0] > v[1]) {
                reel_fields_fail(f, axes[k], "the lower end comes first");
            }
            r.lo[k] = v[0];
            r.hi[k] = v[1];
            r.tall |= k == 2;
        } else if (k < 2) {
            reel_fields_fail(f, axes[k], "is missing: {lo, hi}");
        }
    }
    reel_fields_number(f, "gap", 0, HUGE_VAL, &r.gap);
    reel_fields_int(f, "tries", 1, 1000000, &r.tries);
    return r;
}

/* world:scatter{ name, count, radius = r or {r...}, x = {lo, hi}, y = {lo, hi}, z = {lo, hi}, gap,
 * tries }: a list of places whose balls of `radius` do not touch */
int reel_world_scatter(lua_State *L)
{
    static const char *const fields[] = {"name", "count", "radius", "x", "y",
                                         "z",    "gap",   "tries",  NULL};
    char path[160];
    int64_t count;
    const char *name = "scatter";
    reel_builder_of(L);
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "name");
        if (lua_rawget(L, 2) == LUA_TSTRING) {
            name = lua_tostring(L, -1);
        }
        lua_pop(L, 1);
    }
    snprintf(path, sizeof(path), "layout/%.100s", name);
    reel_fields f = reel_fields_begin(L, 2, "scatter", path, fields);
    const region r = read_region(&f);
    if (!reel_fields_int(&f, "count", 0, REEL_MAX_BODIES, &count) ||
        !reel_fields_push(&f, "radius")) {
        reel_fields_fail(&f, "", "needs count and radius");
    }
    const int radii = lua_gettop(L);
    place *placed = lua_newuserdatauv(L, (size_t)(count + 1) * sizeof(place), 0);
    lua_createtable(L, (int)count, 0);
    for (int i = 0; i < (int)count; i++) {
        placed[i].radius = radius_of(&f, radii, i);
        place_one(&f, placed, i, &r);
        push_point(L, placed[i].p[0], placed[i].p[1]);
        if (r.tall) {
            lua_pushnumber(L, placed[i].p[2]);
            lua_rawseti(L, -2, 3);
        }
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

void reel_layout_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"line", f_line}, {"arc", f_arc}, {"grid", f_grid}, {NULL, NULL}};
    static const luaL_Reg path_methods[] = {{"steps", path_steps},   {"at", path_at},
                                            {"start", path_start},   {"middle", path_middle},
                                            {"finish", path_finish}, {NULL, NULL}};
    luaL_newmetatable(L, path_type);
    lua_newtable(L);
    luaL_setfuncs(L, path_methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
