/*
 * params.c - scene{...}: the parameters of a script, drawn or overridden, described or handed to
 * its build function.
 */
#include "base/trig.h"
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scene_key[] = "scene"; /* in the registry: the table given to scene{} */

static const char *const scene_fields[] = {"family",    "title",   "params", "build",
                                           "step_rate", "gravity", "audit",  NULL};

static int f_scene(lua_State *L)
{
    reel_script *s = reel_script_of(L);
    if (s->called) {
        reel_script_fail(L, "scene", "a script describes one scene");
    }
    reel_fields_begin(L, 1, "scene", "scene", scene_fields);
    lua_settop(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, scene_key);
    s->called = true;
    s->about_line = reel_script_line(L);
    return 0;
}

void reel_params_open(lua_State *L)
{
    lua_pushcfunction(L, f_scene);
    lua_setglobal(L, "scene");
}

static bool is_word(const char *s)
{
    return s[0] && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static void push_scene(lua_State *L)
{
    if (!reel_script_of(L)->called) {
        reel_script_fail(L, NULL, "the script never calls scene{...}");
    }
    lua_getfield(L, LUA_REGISTRYINDEX, scene_key);
}

static const char *family_of(lua_State *L, int scene, reel_arena *arena)
{
    lua_getfield(L, scene, "family");
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (!name || !is_word(name) || strlen(name) > 60) {
        reel_script_fail(L, "scene.family",
                         "must be a short name of lower-case letters, digits and _");
    }
    const char *copy = reel_script_have(L, reel_arena_strdup(arena, name));
    lua_pop(L, 1);
    return copy;
}

/* --- declarations
 * ---------------------------------------------------------------------------------- */

/* Push the names of the parameters in byte order, as a list; returns how many. */
static int push_names(lua_State *L, int params)
{
    int n = 0;
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_remove(L, -2);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, params)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING || n == REEL_MAX_PARAMS) {
            reel_script_fail(L, "scene.params", n == REEL_MAX_PARAMS ? "too many" : "need names");
        }
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, ++n);
    }
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_call(L, 1, 0);
    return n;
}

/* The draw of parameter `name`, which stays on the stack. */
static reel_draw *push_declared(lua_State *L, int params, const char *name)
{
    if (!is_word(name) || strlen(name) > 60) {
        reel_script_fail(L, name, "a parameter's name has lower-case letters, digits and _");
    }
    lua_getfield(L, params, name);
    reel_draw *d = reel_draw_at(L, -1);
    if (!d) {
        reel_script_fail(L, name,
                         "must be int(lo, hi), number(lo, hi), pick{...}, flag(chance) "
                         "or deg(lo, hi)");
    }
    if (d->kind == REEL_DRAW_PICK) {
        lua_getiuservalue(L, -1, 1);
        for (int i = 1; i <= d->n_choices; i++) {
            const int type = lua_rawgeti(L, -1, i);
            if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
                reel_script_fail(L, name, "choices of a parameter are words, numbers or flags");
            }
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return d;
}

static void push_params(lua_State *L, int scene)
{
    lua_getfield(L, scene, "params");
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    if (lua_type(L, -1) != LUA_TTABLE) {
        reel_script_fail(L, "scene.params", "must be a table");
    }
}

static const char *kind_name(const reel_draw *d)
{
    switch (d->kind) {
    case REEL_DRAW_INT: return "int";
    case REEL_DRAW_NUMBER: return "number";
    case REEL_DRAW_PICK: return "pick";
    case REEL_DRAW_FLAG: return "flag";
    }
    return "";
}

/* "8 .. 24", "oak, walnut", ...: cut short with dots if it does not fit. */
static void describe_range(lua_State *L, int draw, const reel_draw *d, char *out, size_t size)
{
    const double deg = 180.0 / REEL_PI;
    size_t used = 0;
    switch (d->kind) {
    case REEL_DRAW_INT:
        snprintf(out, size, "%lld .. %lld", (long long)d->int_lo, (long long)d->int_hi);
        break;
    case REEL_DRAW_NUMBER:
        if (d->angle) {
            snprintf(out, size, "%.4g .. %.4g rad (%.6gdeg .. %.6gdeg)", d->lo, d->hi, d->lo * deg,
                     d->hi * deg);
        } else {
            snprintf(out, size, "%.6g .. %.6g", d->lo, d->hi);
        }
        break;
    case REEL_DRAW_FLAG: snprintf(out, size, "true, false"); break;
    case REEL_DRAW_PICK:
        lua_getiuservalue(L, draw, 1);
        for (int i = 1; i <= d->n_choices && used < size; i++) {
            lua_rawgeti(L, -1, i);
            reel_sandbox_push_text(L, -1);
            used += (size_t)snprintf(out + used, size - used, "%s%s", i > 1 ? ", " : "",
                                     lua_tostring(L, -1));
            lua_pop(L, 2);
        }
        lua_pop(L, 1);
        if (used >= size) {
            memcpy(out + size - 4, "...", 4);
        }
        break;
    }
}

/* --- overrides
 * ------------------------------------------------------------------------------------- */

static const char *override_of(lua_State *L, const char *name)
{
    const reel_freeze_options *o = reel_script_of(L)->options;
    const size_t n = strlen(name);
    const char *found = NULL;
    for (int i = 0; i < o->n_overrides; i++) {
        if (strncmp(o->overrides[i], name, n) == 0 && o->overrides[i][n] == '=') {
            if (found) {
                reel_script_usage(L, name, "parameter '%s' is given twice", name);
            }
            found = o->overrides[i] + n + 1;
        }
    }
    return found;
}

/* "; there are count, size", for a word that resembles none of the list at `names`. */
static void name_params(lua_State *L, int names, char *out, size_t size)
{
    const int n = (int)lua_rawlen(L, names);
    size_t used = (size_t)snprintf(out, size, n ? "; there are" : "; the scene has none");
    for (int k = 1; k <= n && used < size; k++) {
        lua_rawgeti(L, names, k);
        used += (size_t)snprintf(out + used, size - used, "%s %s", k > 1 ? "," : "",
                                 lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

/* Every override must name a parameter of the list at `names`. */
static void check_overrides(lua_State *L, int names, int n)
{
    const reel_freeze_options *o = reel_script_of(L)->options;
    for (int i = 0; i < o->n_overrides; i++) {
        const char *eq = strchr(o->overrides[i], '=');
        char key[80], hint[240];
        bool known = false;
        if (!eq || eq == o->overrides[i]) {
            reel_script_usage(L, NULL, "'%.80s' is not of the form key=value", o->overrides[i]);
        }
        snprintf(key, sizeof(key), "%.*s", (int)(eq - o->overrides[i]), o->overrides[i]);
        reel_suggestion best = reel_suggestion_begin(key);
        for (int k = 1; k <= n; k++) {
            lua_rawgeti(L, names, k);
            known = known || strcmp(lua_tostring(L, -1), key) == 0;
            reel_suggestion_offer(&best, lua_tostring(L, -1));
            lua_pop(L, 1);
        }
        if (!known) {
            reel_suggestion_text(&best, hint, sizeof(hint));
            if (!hint[0]) {
                name_params(L, names, hint, sizeof(hint));
            }
            reel_script_usage(L, key, "there is no parameter '%s'%s", key, hint);
        }
    }
}

/* A decimal number, with "deg" behind it if it is an angle. */
static bool parse_number(const char *text, bool angle, double *out)
{
    char *end;
    const char *rest = text + strspn(text, "+-.0123456789eE"); /* no hex, no "inf" */
    if (rest == text || (*rest && !(angle && strcmp(rest, "deg") == 0))) {
        return false;
    }
    const double v = strtod(text, &end);
    if (angle && strcmp(end, "deg") == 0) {
        *out = v * (REEL_PI / 180.0);
        return isfinite(v);
    }
    *out = v;
    return *end == '\0' && isfinite(v);
}

static _Noreturn void refuse(lua_State *L, int draw, const char *name, const char *text)
{
    char range[300];
    describe_range(L, draw, reel_draw_at(L, draw), range, sizeof(range));
    reel_script_usage(L, name, "parameter '%s' cannot be '%.60s'; allowed: %s", name, text, range);
}

/* Push the value that `text` means for the draw. */
static void push_override(lua_State *L, int draw, const char *name, const char *text)
{
    const reel_draw *d = reel_draw_at(L, draw);
    double v = 0;
    if (d->kind == REEL_DRAW_NUMBER || d->kind == REEL_DRAW_INT) {
        const bool whole = d->kind == REEL_DRAW_INT;
        const double lo = whole ? (double)d->int_lo : d->lo, hi = whole ? (double)d->int_hi : d->hi;
        /* a bound written in degrees may round to the other side of itself */
        const double slack = d->angle ? 1e-12 : 0;
        if (!parse_number(text, d->angle, &v) || !(v >= lo - slack && v <= hi + slack) ||
            (whole && v != floor(v))) {
            refuse(L, draw, name, text);
        }
        if (whole) {
            lua_pushinteger(L, (lua_Integer)v);
        } else {
            lua_pushnumber(L, v);
        }
    } else if (d->kind == REEL_DRAW_FLAG) {
        const bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0) {
            refuse(L, draw, name, text);
        }
        lua_pushboolean(L, yes);
    } else {
        lua_getiuservalue(L, draw, 1);
        for (int i = 1; i <= d->n_choices; i++) {
            lua_rawgeti(L, -1, i);
            reel_sandbox_push_text(L, -1);
            const bool same = strcmp(lua_tostring(L, -1), text) == 0;
            lua_pop(L, 1);
            if (same) {
                lua_remove(L, -2);
                return;
            }
            lua_pop(L, 1);
        }
        refuse(L, draw, name, text);
    }
}

static void push_fallback(lua_State *L, int draw, const reel_draw *d)
{
    switch (d->kind) {
    case REEL_DRAW_INT: lua_pushinteger(L, (lua_Integer)d->fallback); break;
    case REEL_DRAW_NUMBER: lua_pushnumber(L, d->fallback); break;
    case REEL_DRAW_FLAG: lua_pushboolean(L, d->fallback != 0); break;
    case REEL_DRAW_PICK:
        lua_getiuservalue(L, draw, 1);
        lua_rawgeti(L, -1, (lua_Integer)d->fallback);
        lua_remove(L, -2);
        break;
    }
}

static const reel_param_range *range_of(lua_State *L, const char *name)
{
    const reel_freeze_options *o = reel_script_of(L)->options;
    for (int i = 0; i < o->n_ranges; i++) {
        if (strcmp(o->ranges[i].name, name) == 0) {
            return &o->ranges[i];
        }
    }
    return NULL;
}

/* Every range must be of a parameter of the list at `names`, which is not overridden. */
static void check_ranges(lua_State *L, int names, int n)
{
    const reel_freeze_options *o = reel_script_of(L)->options;
    for (int i = 0; i < o->n_ranges; i++) {
        const char *name = o->ranges[i].name;
        bool known = false;
        for (int k = 1; k <= n && !known; k++) {
            lua_rawgeti(L, names, k);
            known = strcmp(lua_tostring(L, -1), name) == 0;
            lua_pop(L, 1);
        }
        if (!known || override_of(L, name)) {
            reel_script_usage(L, name,
                              known ? "parameter '%s' is given and cannot be drawn"
                                    : "there is no parameter '%s'",
                              name);
        }
    }
}

/* --- values
 * ------------------------------------------------------------------------------------------ */

static reel_json *json_of(lua_State *L, int index)
{
    if (lua_isinteger(L, index)) {
        return reel_script_have(L, reel_json_int(lua_tointeger(L, index)));
    }
    if (lua_type(L, index) == LUA_TBOOLEAN) {
        return reel_script_have(L, reel_json_bool(lua_toboolean(L, index)));
    }
    if (lua_type(L, index) == LUA_TNUMBER) {
        if (!isfinite(lua_tonumber(L, index))) {
            reel_script_fail(L, "scene.params", "a value is not a finite number");
        }
        return reel_script_have(L, reel_json_real(lua_tonumber(L, index)));
    }
    if (!reel_is_utf8(lua_tostring(L, index))) {
        reel_script_fail(L, "scene.params", "a value is not UTF-8");
    }
    return reel_script_have(L, reel_json_string(lua_tostring(L, index)));
}

static int unknown_param(lua_State *L)
{
    char hint[120] = "";
    if (lua_type(L, 2) == LUA_TSTRING) {
        reel_suggestion best = reel_suggestion_begin(lua_tostring(L, 2));
        lua_pushnil(L);
        while (lua_next(L, 1)) {
            reel_suggestion_offer(&best, lua_tostring(L, -2));
            lua_pop(L, 1);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
    }
    reel_script_fail(L, NULL, "there is no parameter '%.60s'%s",
                     lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?", hint);
}

/* Push the table of values, and note them in the scene. */
static void push_values(lua_State *L, int scene)
{
    reel_scene *s = reel_builder_of(L)->scene;
    push_params(L, scene);
    const int params = lua_gettop(L);
    const int n = push_names(L, params);
    const int names = lua_gettop(L);
    check_overrides(L, names, n);
    check_ranges(L, names, n);
    s->params = reel_script_have(L, REEL_ARENA_NEW(&s->arena, reel_param, n));
    lua_newtable(L);
    const int values = lua_gettop(L);
    for (int i = 1; i <= n; i++) {
        char path[80];
        lua_rawgeti(L, names, i);
        const char *name = lua_tostring(L, -1);
        const reel_draw *d = push_declared(L, params, name);
        const int draw = lua_gettop(L);
        const char *given = override_of(L, name);
        snprintf(path, sizeof(path), "params/%s", name);
        if (given) {
            push_override(L, draw, name, given);
        } else if (range_of(L, name)) {
            reel_range_push(L, draw, range_of(L, name), path);
        } else if (d->has_default) {
            push_fallback(L, draw, d);
        } else {
            reel_draw_push(L, draw, path);
        }
        s->params[s->n_params].name = reel_build_string(L, name);
        s->params[s->n_params].value = json_of(L, -1);
        s->n_params++;
        lua_setfield(L, values, name);
        lua_settop(L, values);
    }
    lua_newtable(L);
    lua_pushcfunction(L, unknown_param);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, values);
}

/* --- the two things that are done with a script
 * ------------------------------------------------------- */

static void read_audit(reel_fields *f, reel_audit_limits *a)
{
    static const char *const fields[] = {"penetration", "initial_overlap", "joint_error",
                                         "energy_gain", "contacts",        "solver_messages",
                                         "escape",      "popping",         "jump",
                                         "jitter",      "tunnelling",      NULL};
    int64_t n;
    if (!reel_fields_push(f, "audit")) {
        return;
    }
    reel_fields t = reel_fields_begin(f->L, -1, "scene.audit", "scene/audit", fields);
    reel_fields_number(&t, "penetration", 0, HUGE_VAL, &a->penetration);
    reel_fields_number(&t, "initial_overlap", 0, HUGE_VAL, &a->initial_overlap);
    reel_fields_number(&t, "joint_error", 0, HUGE_VAL, &a->joint_error);
    reel_fields_number(&t, "energy_gain", 0, HUGE_VAL, &a->energy_gain);
    reel_fields_number(&t, "escape", 0, HUGE_VAL, &a->escape);
    reel_fields_number(&t, "popping", 0, HUGE_VAL, &a->popping);
    reel_fields_number(&t, "jump", 0, HUGE_VAL, &a->jump);
    reel_fields_number(&t, "jitter", 0, HUGE_VAL, &a->jitter);
    if (reel_fields_int(&t, "tunnelling", 0, 1 << 20, &n)) {
        a->tunnelling = (int)n;
    }
    if (reel_fields_int(&t, "contacts", 1, 1 << 20, &n)) {
        a->contacts = (int)n;
    }
    if (reel_fields_int(&t, "solver_messages", 0, 1 << 20, &n)) {
        a->solver_messages = (int)n;
    }
    lua_pop(f->L, 1);
}

static void read_scene(lua_State *L, int scene)
{
    reel_scene *s = reel_builder_of(L)->scene;
    const reel_freeze_options *o = reel_script_of(L)->options;
    int64_t rate = 1200;
    reel_fields f = reel_fields_begin(L, scene, "scene", "scene", scene_fields);
    reel_fields_int(&f, "step_rate", 1, REEL_MAX_STEP_RATE, &rate);
    s->step_rate = o->step_rate > 0 ? o->step_rate : (int)rate;
    reel_fields_vec3(&f, "gravity", &s->gravity);
    read_audit(&f, &s->audit);
}

int reel_params_build(lua_State *L)
{
    lua_settop(L, 0);
    push_scene(L);
    reel_scene *s = reel_builder_of(L)->scene;
    s->family = family_of(L, 1, &s->arena);
    read_scene(L, 1);
    push_values(L, 1);
    const int values = lua_gettop(L);
    lua_getfield(L, 1, "build");
    if (lua_type(L, -1) != LUA_TFUNCTION) {
        reel_script_fail(L, "scene.build", "must be a function(world, p)");
    }
    reel_world_push(L);
    lua_pushvalue(L, values);
    lua_call(L, 2, 0);
    reel_caption_finish(L, values);
    reel_defaults_floor(L);
    reel_defaults_forces(L);
    reel_defaults_pairs(L);
    reel_defaults_light(L);
    reel_defaults_camera(L);
    reel_script_of(L)->builder = NULL;
    return 0;
}

/* {"kind", "lo", "hi", "choices"}, for machines. What is made belongs to `p` at once: an error may
 * leave at any call. */
static void describe_json(lua_State *L, int draw, const reel_draw *d, reel_script_param *p)
{
    reel_json *o = p->json = reel_script_have(L, reel_json_object());
    bool ok = reel_json_put(o, "kind", reel_json_string(kind_name(d)));
    if (d->kind == REEL_DRAW_INT) {
        ok &= reel_json_put(o, "lo", reel_json_int(d->int_lo));
        ok &= reel_json_put(o, "hi", reel_json_int(d->int_hi));
    } else if (d->kind == REEL_DRAW_NUMBER) {
        ok &= reel_json_put(o, "lo", reel_json_real(d->lo));
        ok &= reel_json_put(o, "hi", reel_json_real(d->hi));
        ok &= !d->angle || reel_json_put(o, "unit", reel_json_string("rad"));
    } else if (d->kind == REEL_DRAW_PICK) {
        ok &= reel_json_put(o, "choices", reel_json_array());
        lua_getiuservalue(L, draw, 1);
        for (int i = 1; ok && i <= d->n_choices; i++) {
            lua_rawgeti(L, -1, i);
            ok = reel_json_push(reel_json_get(o, "choices"), json_of(L, -1));
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    if (ok && d->has_default) {
        push_fallback(L, draw, d);
        ok = reel_json_put(o, "default", json_of(L, -1));
        lua_pop(L, 1);
    }
    reel_script_have(L, ok ? o : NULL);
}

int reel_params_describe(lua_State *L)
{
    reel_script_info *info = reel_script_of(L)->info;
    lua_settop(L, 0);
    push_scene(L);
    info->family = family_of(L, 1, &info->arena);
    lua_getfield(L, 1, "title");
    const char *title = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    if (!reel_is_utf8(title)) {
        reel_script_fail(L, "scene.title", "is not UTF-8");
    }
    info->title = reel_script_have(L, reel_arena_strdup(&info->arena, title));
    lua_pop(L, 1);
    push_params(L, 1);
    const int params = lua_gettop(L);
    const int n = push_names(L, params);
    const int names = lua_gettop(L);
    info->params = reel_script_have(L, REEL_ARENA_NEW(&info->arena, reel_script_param, n));
    for (int i = 1; i <= n; i++) {
        char range[300];
        lua_rawgeti(L, names, i);
        const char *name = lua_tostring(L, -1);
        const reel_draw *d = push_declared(L, params, name);
        describe_range(L, lua_gettop(L), d, range, sizeof(range));
        reel_script_param *p = &info->params[info->n_params++];
        p->name = reel_script_have(L, reel_arena_strdup(&info->arena, name));
        p->kind = kind_name(d);
        p->range = reel_script_have(L, reel_arena_strdup(&info->arena, range));
        describe_json(L, lua_gettop(L), d, p);
        lua_settop(L, names);
    }
    return 0;
}
