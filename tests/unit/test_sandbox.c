/*
 * Every way that is known to break a naive Lua sandbox: each attack must end by an error of ours
 * that names script and line, within its budgets, in bounded time.
 */
#include "tests/unit/scene_scripts.h"

typedef struct attack {
    const char *name;
    const char *script;
    int line;          /* where it must be stopped; -1: anywhere within the script */
    const char *words; /* of the message */
} attack;

#define STEPS  "budget of"
#define MEMORY "bytes of memory"

static const attack attacks[] = {
    /* loops that no pcall may keep alive */
    {"endless loop", "local x = 0\nwhile true do x = x + 1 end", 2, STEPS},
    {"goto loop", "::again::\ngoto again", 2, STEPS},
    {"pcall in a loop", "while true do pcall(function() while true do end end) end", 1, STEPS},
    {"pcall in pcall",
     "local function f() pcall(function() while true do end end) return f() end\nf()", 1, STEPS},
    {"xpcall with a looping handler",
     "xpcall(function() error('x') end, function() while true do end end)", 1, STEPS},
    {"handler that fails for ever",
     "local function h() return xpcall(error, h) end\nwhile true do h() end", -1, STEPS},
    {"closing value", "local mt = setmetatable({}, { __close = function() while true do end end })",
     1, "__close is not allowed"},
    {"finalizer", "setmetatable({}, { __gc = function() while true do end end })", 1,
     "__gc is not allowed"},
    {"finalizer smuggled in later",
     "local mt = {}\nlocal t = setmetatable({}, mt)\nmt.__gc = function() end\nmt.__mode = 'k'\n"
     "setmetatable(t, mt)",
     5, "has a metatable already"},
    {"weak table", "setmetatable({}, { __mode = 'k' })", 1, "__mode is not allowed"},
    {"loop in an operator",
     "local t = setmetatable({}, { __add = function() while true do end end })\nlocal x = t + t", 1,
     STEPS},
    {"endless iterator", "for x in function() return 1 end do end", 1, STEPS},
    {"very long for", "for i = 1, math.maxinteger do end", 1, STEPS},

    /* C functions that work without counting */
    {"pattern", "local s = ('a'):rep(9999)\nwhile true do s:find('.-.-.-.-b') end", 2, STEPS},
    {"gsub", "(('x'):rep(1000)):gsub('.-', '')", 1, "string.gsub is not in scene scripts"},
    {"match", "return ('x'):match('x')", 1, "string.match is not in scene scripts"},
    {"string.dump", "string.dump(function() end)", 1, "string.dump is not in scene scripts"},
    {"string.pack", "string.pack('i8', 1)", 1, "string.pack is not in scene scripts"},
    {"table.move", "table.move({}, 1, 1e15, 2)", 1, "field 'move'"},
    {"lying length",
     "local t = setmetatable({}, { __len = function() return 1e15 end })\n"
     "while true do table.insert(t, 1, 0) end",
     2, STEPS},
    {"lying length in concat",
     "local t = setmetatable({}, { __len = function() return 1e15 end, __index = tostring })\n"
     "while true do table.concat(t) end",
     2, STEPS},
    {"unpack", "table.unpack({}, 1, 1e8)", 1, "too many values"},
    {"insert at the front", "local t = {}\nwhile true do table.insert(t, 1, 1) end", 2, STEPS},
    {"sort",
     "local t = {}\nfor i = 1, 1000 do t[i] = -i end\n"
     "while true do table.sort(t, function() return true end) end",
     3, STEPS},
    {"pairs of a large table",
     "local t = {}\nfor i = 1, 1000 do t['k' .. i] = i end\n"
     "while true do pairs(t) end",
     3, STEPS},
    {"long number", "local s = ('1'):rep(16000)\nwhile true do tonumber(s) end", 2, STEPS},
    {"comparing long strings",
     "local a, b = ('x'):rep(16000), ('x'):rep(16000)\nwhile a == b do end", 2, STEPS},

    /* coroutines have hooks of their own */
    {"coroutine", "coroutine.wrap(function() while true do end end)()", 1,
     "there is no 'coroutine'"},

    /* memory */
    {"doubling string", "local s = 'x'\nwhile true do s = s .. s end", 2, "string of more than"},
    {"string grown by one", "local s = ('x'):rep(16000)\nwhile true do s = s .. 'y' end", 2,
     "string of more than"},
    {"string grown by format",
     "local s = ('x'):rep(16000)\nwhile true do s = string.format('%sy', s) end", 2,
     "string of more than"},
    {"string.rep", "local s = ('x'):rep(1e18)", 1, MEMORY},
    {"string.rep with separator", "local s = (''):rep(1e15, 'abc')", 1, MEMORY},
    {"concat",
     "local t = {}\nfor i = 1, 100 do t[i] = ('x'):rep(1000) end\n"
     "local s = table.concat(t)",
     3, "string of more than"},
    {"table that grows", "local t = {}\nwhile true do t[#t + 1] = {} end", 2, NULL},
    {"memory error caught a thousand times",
     "for i = 1, 1000 do pcall(function() local t = {} while true do t[#t + 1] = {} end end) end",
     1, NULL},
    {"closures", "local f\nwhile true do local g = f f = function() return g end end", 2, NULL},

    /* depth */
    {"recursion in pcall", "local function f() pcall(f) end\nwhile true do f() end", -1, STEPS},
    {"recursion through an index",
     "local t t = setmetatable({}, { __index = function(_, k) return t[k] end })\nlocal x = t.a", 1,
     "C stack overflow"},

    /* what is not there */
    {"os", "os.exit(0)", 1, "there is no 'os'"},
    {"io", "io.open('x', 'w')", 1, "there is no 'io'"},
    {"require", "require('os')", 1, "there is no 'require'"},
    {"package", "local x = package.path", 1, "there is no 'package'"},
    {"debug", "debug.sethook()", 1, "there is no 'debug'"},
    {"load", "load('x = 1')", 1, "there is no 'load'"},
    {"dofile", "dofile('/etc/passwd')", 1, "there is no 'dofile'"},
    {"collectgarbage", "collectgarbage('stop')", 1, "there is no 'collectgarbage'"},
    {"getmetatable", "getmetatable('').__index = nil", 1, "there is no 'getmetatable'"},
    {"next", "next({})", 1, "there is no 'next'"},
    {"math.random", "local x = math.random()", 1, "math.random is not in scene scripts"},
    {"address by %p", "string.format('%p', {})", 1, "'%p' is not allowed"},

    /* through our own functions */
    {"a million bodies, each in a pcall",
     BUILD("while true do pcall(world.sphere, world, { radius = 0.1 }) end"), 2, STEPS},
    {"scatter without room",
     BUILD("world:scatter { count = 8000, radius = 1, x = { 0, 1 }, y = { 0, 1 }, tries = 100000 "
           "}"),
     2, "no room"},
    {"suggestions for ever",
     BUILD("for i = 1, 1000 do world:sphere { radius = 0.1, at = { i, 0 } } end\n"
           "while true do pcall(world.expect, world, { fallen = 'spheer 7' }) end"),
     3, STEPS},
    {"many keys in a camera that fails",
     BUILD("local keys = {}\n"
           "for i = 1, 5000 do keys[i] = { time = i - 1, at = { i, 0, 1 } } end keys[5000] = {}\n"
           "while true do pcall(world.camera, world, { look_at = { 0, 0, 0 }, keys = keys }) end"),
     4, STEPS},
    {"pick from many",
     BUILD("local t = {} for i = 1, 20000 do t[i] = i end\nlocal d = pick(t)\n"
           "while true do world:draw('x', d) end"),
     4, STEPS},
    {"printing", "while true do print('x') end", 1, STEPS},
};

/* These run into something else before the default budget ends. */
static const attack within_budget[] = {
    {"recursion", "local function f() return 1 + f() end\nf()", 1, "stack overflow"},
    {"a million bodies",
     BUILD("for i = 1, 1e6 do world:sphere { radius = 0.1, at = { i, 0 } } end"), 2, "too many"},
};

static void must_stop(const attack *a, const reel_freeze_options *options)
{
    CHECK(!freeze_with(a->script, options));
    CHECK_INT(script_error.status, ==, REEL_E_SCENE);
    CHECK_STR(script_error.file, "dir/test.lua");
    if (a->words) {
        CHECK_CONTAINS(script_error.msg, a->words);
    } else if (!strstr(script_error.msg, STEPS) && !strstr(script_error.msg, MEMORY)) {
        CHECK_FAIL("stopped by neither budget: %s", script_error.msg);
    }
    if (a->line > 0) {
        CHECK_INT(script_error.line, ==, a->line);
    } else {
        CHECK_INT(script_error.line, >, 0);
    }
}

/* A smaller budget, to be quick. */
static void stopped(const void *param)
{
    reel_freeze_options options = reel_freeze_options_default();
    options.max_steps = 3 * 1000 * 1000;
    options.max_bytes = (size_t)48 << 20;
    must_stop(param, &options);
}

static void stopped_within_budget(const void *param)
{
    const reel_freeze_options options = reel_freeze_options_default();
    must_stop(param, &options);
}

/* The parser's own limits. */
static void deep_source(const void *param)
{
    (void)param;
    enum { N = 100000 };
    char *text = malloc(2 * N + 20);
    CHECK(text != NULL);
    memcpy(text, "\nx = ", 5);
    memset(text + 5, '(', N);
    memset(text + 5 + N, ')', N);
    text[5 + 2 * N] = '\0';
    CHECK(!freeze_seed(text, 0));
    CHECK_INT(script_error.status, ==, REEL_E_SCENE);
    CHECK_CONTAINS(script_error.msg, "overflow");
    CHECK_INT(script_error.line, ==, 2);
    free(text);
}

static void large_source(const void *param)
{
    (void)param;
    enum { N = 2 << 20 };
    char *text = malloc(N + 1);
    CHECK(text != NULL);
    memset(text, ' ', N);
    text[N] = '\0';
    CHECK(!freeze_seed(text, 0));
    CHECK_CONTAINS(script_error.msg, "at most");
    free(text);
}

/* A compiled chunk could hold anything; only text is taken. */
static void binary_chunk(const void *param)
{
    (void)param;
    CHECK(!freeze_seed("\x1bLuaS\0\x19\x93\r\n\x1a\n", 0));
    CHECK_INT(script_error.status, ==, REEL_E_SCENE);
    CHECK_CONTAINS(script_error.msg, "binary");
}

/* The budgets are those of the options, and a script just within them is not disturbed. */
static void budgets_are_exact(const void *param)
{
    (void)param;
    reel_freeze_options options = reel_freeze_options_default();
    const char *text = BUILD("for i = 1, 100000 do end\nworld:sphere { radius = 0.1 }");
    options.max_steps = 1000 * 1000;
    reel_scene *scene = freeze_with(text, &options);
    CHECK(scene != NULL);
    reel_scene_destroy(&scene);
    options.max_steps = 50 * 1000;
    CHECK(!freeze_with(text, &options));
    CHECK_CONTAINS(script_error.msg, "50000 steps");
    CHECK_INT(script_error.line, ==, 2);
}

/* Whatever way a script ends, nothing of it is left. */
static void nothing_leaks(const void *param)
{
    (void)param;
    reel_freeze_options options = reel_freeze_options_default();
    options.max_bytes = (size_t)4 << 20;
    for (int i = 0; i < 50; i++) { /* 50 x 4 MiB would show under the sanitizers' leak check */
        CHECK(!freeze_with("local t = {} while true do t[#t + 1] = {} end", &options));
    }
}

enum { N_ATTACKS = sizeof(attacks) / sizeof(attacks[0]) };

static const check_test others[] = {
    {"recursion", stopped_within_budget, &within_budget[0]},
    {"a million bodies", stopped_within_budget, &within_budget[1]},
    {"deep source", deep_source, NULL},
    {"large source", large_source, NULL},
    {"binary chunk", binary_chunk, NULL},
    {"budgets are exact", budgets_are_exact, NULL},
    {"nothing leaks", nothing_leaks, NULL},
};
enum { N_OTHERS = sizeof(others) / sizeof(others[0]) };

int main(int argc, char **argv)
{
    check_test tests[N_ATTACKS + N_OTHERS];
    for (int i = 0; i < N_ATTACKS; i++) {
        tests[i] = (check_test){attacks[i].name, stopped, &attacks[i]};
    }
    memcpy(tests + N_ATTACKS, others, sizeof(others));
    return check_run(tests, N_ATTACKS + N_OTHERS, argc, argv);
}
