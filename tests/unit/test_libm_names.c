/*
 * test_libm_names.c - a program that depends on libm_names_dep answers its libraries' calls to
 * libm: by the dynamic linker's own account, and by results of calls made inside Lua and ODE at
 * points where glibc's last bit is another one.
 */
#include "base/trig.h"
#include "tests/check.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <ode/ode.h>

static const char *const names[] = {
    "sin",  "cos",   "tan",  "sincos", "asin",   "acos",  "atan",    "atan2",
    "exp",  "exp2",  "log",  "log2",   "log10",  "pow",   "sinh",    "cosh",
    "tanh", "sinf",  "cosf", "tanf",   "asinf",  "acosf", "atanf",   "atan2f",
    "expf", "exp2f", "logf", "log2f",  "log10f", "powf",  "sincosf",
};

static int marker; /* stands in the program itself */

static void linker_finds_ours(const void *param)
{
    (void)param;
    Dl_info program;
    CHECK(dladdr(&marker, &program) != 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        Dl_info found;
        const void *address = dlsym(RTLD_DEFAULT, names[i]);
        CHECK(address != NULL && dladdr(address, &found) != 0);
        if (found.dli_fbase != program.dli_fbase) {
            CHECK_FAIL("%s is answered by %s", names[i], found.dli_fname);
        }
    }
}

/* glibc's own function, which no plain call of this program reaches */
static double (*glibc(const char *name))(double)
{
    void *libm = dlopen("libm.so.6", RTLD_NOW);
    CHECK(libm != NULL);
    double (*f)(double);
    *(void **)&f = dlsym(libm, name);
    CHECK(f != NULL);
    return f;
}

/* Calls math.NAME in Lua at points where ours and glibc's differ; all results must be ours. */
static void lua_gives_ours(const char *name, double (*ours)(double), double lo, double hi)
{
    double (*theirs)(double) = glibc(name);
    lua_State *lua = luaL_newstate();
    CHECK(lua != NULL);
    luaL_openlibs(lua);
    lua_getglobal(lua, "math");
    int differing = 0;
    for (int i = 0; i < 20000; i++) {
        const double x = lo + (hi - lo) * ((i + 0.37) / 20000);
        if (ours(x) == theirs(x)) {
            continue;
        }
        differing++;
        lua_getfield(lua, -1, name);
        lua_pushnumber(lua, x);
        CHECK(lua_pcall(lua, 1, 1, 0) == LUA_OK);
        CHECK(lua_tonumber(lua, -1) == ours(x));
        lua_pop(lua, 1);
    }
    lua_close(lua);
    printf("# %s: other than glibc's at %d of 20000 points\n", name, differing);
    CHECK_INT(differing, >, 0);
}

static void inside_lua(const void *param)
{
    (void)param;
    lua_gives_ours("sin", reel_sin, -10, 10);
    lua_gives_ours("cos", reel_cos, -10, 10);
    lua_gives_ours("tan", reel_tan, -10, 10);
    lua_gives_ours("exp", reel_exp, -20, 20);
    lua_gives_ours("asin", reel_asin, -1, 1);
    lua_gives_ours("acos", reel_acos, -1, 1);
}

static void power_inside_lua(const void *param)
{
    (void)param;
    lua_State *lua = luaL_newstate();
    CHECK(lua != NULL);
    CHECK(luaL_loadstring(lua, "local x, y = ... return x ^ y") == LUA_OK);
    for (int i = 1; i < 20000; i++) {
        const double x = i * 0.0137;
        const double y = 20 - i * 0.0021;
        lua_pushvalue(lua, 1);
        lua_pushnumber(lua, x);
        lua_pushnumber(lua, y);
        CHECK(lua_pcall(lua, 2, 1, 0) == LUA_OK);
        CHECK(lua_tonumber(lua, -1) == (y == 2 ? x * x : reel_pow(x, y)));
        lua_pop(lua, 1);
    }
    lua_close(lua);
}

static void inside_ode(const void *param)
{
    (void)param;
    double (*theirs)(double) = glibc("sin");
    int differing = 0;
    for (int i = 0; i < 20000; i++) {
        const double angle = -10 + i * 0.001037;
        dQuaternion q;
        dQFromAxisAndAngle(q, 1, 0, 0, angle);
        CHECK(q[0] == reel_cos(angle * 0.5) && q[1] == reel_sin(angle * 0.5));
        differing += theirs(angle * 0.5) != reel_sin(angle * 0.5);
    }
    CHECK_INT(differing, >, 0);
}

static void float_forms(const void *param)
{
    (void)param;
    for (int i = 0; i < 20000; i++) {
        const float x = (float)(0.0137 * i - 130);
        CHECK(sinf(x) == (float)reel_sin(x) && expf(x) == (float)reel_exp(x));
        CHECK(powf(fabsf(x), 1.7f) == (float)reel_pow(fabsf(x), 1.7f));
        float s, c;
        sincosf(x, &s, &c);
        CHECK(s == sinf(x) && c == cosf(x));
    }
}

static const check_test tests[] = {
    {"the linker finds ours", linker_finds_ours, NULL},
    {"inside Lua", inside_lua, NULL},
    {"x^y inside Lua", power_inside_lua, NULL},
    {"inside ODE", inside_ode, NULL},
    {"float forms", float_forms, NULL},
};
CHECK_MAIN(tests)
