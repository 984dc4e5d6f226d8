/*
 * Scripts: what is refused and how it is said, random streams, parameters, two runs, frozen scenes.
 */
#include "tests/unit/scene_scripts.h"

#include "base/fs.h"

/* --- what is refused -----------------------------------------------------------------------------
 */

typedef struct mistake {
    const char *script;
    int line;
    const char *field, *words;
} mistake;

/* Lines of a body count from 2. */
static const mistake mistakes[] = {
    {"x = = 3", 1, "", "unexpected symbol"},
    {"scene {", 1, "", "expected"},
    {"local x = 1", 0, "", "never calls scene"},
    {"scene { family = 'a' } scene { family = 'b' }", 1, "scene", "one scene"},
    {"scene { familiy = 'a' }", 1, "scene.familiy", "did you mean 'family'"},
    {"scene { family = 'Bad Name', build = function() end }", 1, "scene.family", "lower-case"},
    {"scene { family = 'a' }", 1, "scene.build", "must be a function"},
    {"scene { family = 'a', params = { n = 3 }, build = function() end }", 1, "n", "must be int"},
    {"scene { family = 'a', build = function() end, gravity = { 0, 0 } }", 1, "scene.gravity",
     "3 numbers"},
    {"scene { family = 'a', build = function() end, audit = { depth = 1 } }", 1,
     "scene.audit.depth", "no such field"},
    {"local x = nuber(1, 2)", 1, "", "did you mean 'number'"},
    {"local x = number(2, 1)", 1, "", "lower end comes first"},
    {"local x = number(1, 2) + 1", 1, "", "has no value yet"},
    {"local x = pick {}", 1, "", "nothing to choose"},
    {"local x = int(1.5, 2)", 1, "", "whole numbers"},
    {"scene { family = 'a', build = function(w) w:caption 'caf\xe9' end }", 1, "", "not UTF-8"},
    {"error('my words')", 1, "", "my words"},
    {"error({})", 1, "", "error that is a table"},
    {"local t = nil\nlocal x = t.a", 2, "", "attempt to index a nil value"},
    {"local t = { [{}] = 1 }\npairs(t)", 2, "", "has no order"},

    {BUILD("world:spere { radius = 1 }"), 2, "", "did you mean 'sphere'"},
    {BUILD("world:sphere { name = 'b', radus = 1 }"), 2, "b.radus", "did you mean 'radius'"},
    {BUILD("world:sphere { name = 'b', zz = 1, aa = 2 }"), 2, "b.aa", "no such field"},
    {BUILD("world:sphere { name = 'b' }"), 2, "b.radius", "is missing"},
    {BUILD("world:sphere { name = 'b', radius = -1 }"), 2, "b.radius", "must be > 0, is -1"},
    {BUILD("world:sphere { name = 'b', radius = 'big' }"), 2, "b.radius", "is a string"},
    {BUILD("\n\nworld:sphere { name = 'b', radius = 0 / 0 }"), 4, "b.radius", "finite"},
    {BUILD("world:sphere { name = 'b', radius = 1 / 0 }"), 2, "b.radius", "finite"},
    {BUILD("world:sphere { name = 'b', radius = 1, at = { 0, 0 / 0, 0 } }"), 2, "b.at[2]", "nan"},
    {BUILD("world:sphere { name = 'b', radius = 1, at = { 0 } }"), 2, "b.at", "list of 2 or 3"},
    {BUILD("world:sphere { name = 'b', radius = 1, mass = -2 }"), 2, "b.mass", "must be > 0"},
    {BUILD("world:sphere { name = 'b', radius = 1, density = 0 }"), 2, "b.density", "must be > 0"},
    {BUILD("world:sphere { name = 'b', radius = 1, restitution = 1.5 }"), 2, "b.restitution",
     "within 0 .. 1"},
    {BUILD("world:sphere { name = 'b', radius = 1, material = 'oka' }"), 2, "b.material",
     "did you mean 'oak'"},
    {BUILD("world:sphere { name = 'b', radius = 1, material = { 'oak', ruffness = 1 } }"), 2,
     "b.material.ruffness", "no such field"},
    {BUILD("world:sphere { name = 'b', radius = 1, color = 'gren' }"), 2, "b.color",
     "did you mean 'green'"},
    {BUILD("world:sphere { name = 'b', radius = 1, static = true, velocity = { 1, 0, 0 } }"), 2,
     "b.static", "no velocity"},
    {BUILD("world:sphere { name = 'b', radius = 1 }\nworld:box { name = 'b', size = 1 }"), 3, "b",
     "already"},
    {BUILD("world:sphere { name = '', radius = 1 }"), 2, "name", "1 .. 100"},
    {BUILD("world:sphere { name = 'b', radius = 1, category = 'environment' }"), 2, "b.category",
     "environment = true"},
    {BUILD("world:box { name = 'b', size = { 1, 1 } }"), 2, "b.size", "list of 3"},
    {BUILD("world:box { name = 'b', size = { 1, 0, 1 } }"), 2, "b.size", "> 0"},
    {BUILD("world:box { name = 'b', size = 1, rotation = { 0, 0, 0, 0 } }"), 2, "b.rotation",
     "quaternion"},
    {BUILD("world:box { name = 'b', size = 1, yaw = 1, rotation = 'random' }"), 2, "b.rotation",
     "either"},
    {BUILD("world:box { name = 'b', size = 1, on = 'nobody' }"), 2, "on", "nothing called"},
    {BUILD("world:object { name = 'o', parts = { { shape = 'blob' } } }"), 2, "o.parts[1].shape",
     "no shape"},
    {BUILD("world:object { name = 'o', parts = {} }"), 2, "o.parts", "1 .. 1000"},
    {BUILD("world:box { size = 1, part_of = 'x' }"), 2, "part_of", "nothing called"},
    {BUILD("world:floor {} world:floor {}"), 2, "floor", "already"},

    {BUILD("world:box { name = 'b', size = 1 }\nworld:hinge { a = 'b' }"), 3, "hinge.axis",
     "is missing"},
    {BUILD("world:box { name = 'b', size = 1 }\nworld:hinge { a = 'b', axis = { 0, 0, 0 } }"), 3,
     "hinge.axis", "zero"},
    {BUILD("world:box { name = 'b', size = 1 }\n"
           "world:slider { a = 'b', axis = { 1, 0, 0 }, limits = { 1, 2 } }"),
     3, "slider.limits", "lo <= 0"},
    {BUILD("world:box { name = 'b', size = 1, static = true }\nworld:ball { a = 'b' }"), 3,
     "ball.a", "moves"},
    {BUILD("world:box { name = 'b', size = 1 }\nworld:fixed { a = 'b', b = 'b' }"), 3, "fixed.b",
     "same"},
    {BUILD("world:box { name = 'b', size = 1 }\n"
           "world:hinge { name = 'h', a = 'b', axis = { 1, 0, 0 }, motor = { velocity = 1 } }"),
     3, "h.motor.max_force", "is missing"},
    {BUILD("world:impulse { on = 'x' }"), 2, "on", "nothing called"},
    {BUILD("world:box { name = 'b', size = 1 }\nworld:force { on = 'b', from = 1, to = 1 }"), 3,
     "force.to", "later"},
    {BUILD("world:release { joint = 'x', time = 1 }"), 2, "release.joint", "joint made before"},

    {BUILD("world:camera { name = 'Main' }"), 2, "camera.name", "lower-case"},
    {BUILD("world:camera { at = { 0, 0, 1 }, look_at = { 0, 0, 1 } }"), 2, "cameras/main.at",
     "stands where"},
    {BUILD("world:camera { at = { 0, 0, 3 }, look_at = { 0, 0, 1 } }"), 2, "cameras/main.up",
     "along its up"},
    {BUILD("world:camera { keys = { { time = 1 }, { time = 2 } } }"), 2,
     "cameras/main.keys[1].time", "first key is at 0"},
    {BUILD("world:camera { orbit = 1, attach = 'x' }"), 2, "attach", "nothing called"},
    {BUILD("world:camera {} world:camera { name = 'main' }"), 2, "camera.name", "already"},
    {BUILD("world:sun { elevation = -1 }"), 2, "sun.elevation", "within"},
    {BUILD("world:sky 'claer'"), 2, "sky", "did you mean 'clear'"},
    {BUILD("world:exposure(0)"), 2, "exposure", "> 0"},
    {BUILD("world:expect { fallen = 'x' }"), 2, "fallen", "nothing called"},
    {BUILD("world:expect { by = 1 }"), 2, "expect", "fallen, standing"},
    {BUILD("world:caption 'a {thing.color}'"), 2, "caption", "no object 'thing'"},
    {BUILD("world:caption 'a {count}'"), 2, "caption", "neither a parameter"},
    {BUILD("world:caption 'a {count'"), 2, "caption", "not closed"},
    {BUILD("local x = p.count"), 2, "", "no parameter 'count'"},
    {BUILD("local x = world.fsp"), 2, "", "did you mean 'fps'"},
    {BUILD("world:scatter { count = 9, radius = 1, x = { 0, 1 }, y = { 0, 1 } }"), 2, "scatter",
     "no room"},
    {BUILD("for i in arc { from = { 0, 0 } }:steps(3) do end"), 2, "arc.length", "is missing"},
};

static void is_refused(const void *param)
{
    (void)param;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        const mistake *m = &mistakes[i];
        if (freeze_seed(m->script, 0)) {
            CHECK_FAIL("taken: %s", m->script);
        }
        if (script_error.status != REEL_E_SCENE || script_error.line != m->line ||
            strcmp(script_error.field, m->field) != 0 || !strstr(script_error.msg, m->words)) {
            CHECK_FAIL("%s\n#   gives %d:%d: '%s': %s\n#   wanted %d: '%s': ...%s...", m->script,
                       script_error.status, script_error.line, script_error.field, script_error.msg,
                       m->line, m->field, m->words);
        }
        CHECK_STR(script_error.file, "dir/test.lua");
    }
}

/* A call that a pcall caught has left nothing behind. */
static void caught_mistakes_leave_nothing(const void *param)
{
    (void)param;
    reel_scene *with = freeze(
        BUILD("pcall(world.object, world, { name = 'o', on = 'x', parts = {"
              "{ shape = 'sphere', radius = 1 } } })\n"
              "pcall(world.box, world, { name = 'x', size = 1, at = { 0, 0, 0 }, on = 'b' })\n"
              "world:sphere { name = 'b', radius = 1 }"));
    reel_scene *without = freeze(BUILD("world:sphere { name = 'b', radius = 1 }"));
    CHECK_INT(with->n_bodies, ==, without->n_bodies);
    CHECK_INT(with->n_geoms, ==, without->n_geoms);
    reel_scene_destroy(&with);
    reel_scene_destroy(&without);
}

/* --- streams
 * --------------------------------------------------------------------------------------- */

static void seeds_decide(const void *param)
{
    (void)param;
    const char *script =
        BUILD("world:sphere { name = 'b', radius = number(0.1, 0.2), color = pick(colors) }");
    reel_scene *a = freeze_seed(script, 7), *b = freeze_seed(script, 7);
    char *ta = text_of(a), *tb = text_of(b);
    CHECK_STR(ta, tb);
    reel_free(ta);
    reel_free(tb);
    double seen[20];
    for (int i = 0; i < 20; i++) {
        reel_scene *s = freeze_seed(script, (uint64_t)i);
        seen[i] = s->geoms[0].size[0];
        CHECK(seen[i] >= 0.1 && seen[i] < 0.2);
        for (int k = 0; k < i; k++) {
            CHECK(seen[k] != seen[i]);
        }
        reel_scene_destroy(&s);
    }
    reel_scene_destroy(&a);
    reel_scene_destroy(&b);
}

/* Adding a lamp, a camera, a thing and a draw moves no other draw. */
static void streams_are_independent(const void *param)
{
    (void)param;
#define BALL                                                                                  \
    "world:sphere { name = 'ball', radius = number(0.1, 0.2), at = { number(0, 1), "          \
    "number(0, 1) }, velocity = { number(0, 1), 0, 0 }, color = pick(colors), "               \
    "rotation = 'random' }\n"                                                                 \
    "world:camera { name = 'main', distance = number(1, 2), azimuth = deg(0, 90), look_at = " \
    "'ball' }\n"
    reel_scene *alone = freeze(BUILD(BALL "world:sun {} world:sky(pick { 'clear', 'warm' })"));
    reel_scene *more =
        freeze(BUILD("world:box { name = 'new', size = number(1, 2), at = { number(5, 6), 5 } }\n"
                     "world:draw('x', number(0, 1)) world:shuffle('y', { 1, 2, 3 })\n"
                     "world:scatter { count = 3, radius = 0.1, x = { 0, 1 }, y = { 0, 1 } }\n" BALL
                     "world:camera { name = 'second', distance = number(1, 2) }\n"
                     "world:sun {} world:sun { elevation = deg(10, 20) }\n"
                     "world:sky(pick { 'clear', 'warm' })"));
    const reel_body *a = &alone->bodies[reel_scene_find_body(alone, "ball")];
    const reel_body *b = &more->bodies[reel_scene_find_body(more, "ball")];
    CHECK(memcmp(&a->world_from_body, &b->world_from_body, sizeof(a->world_from_body)) == 0);
    CHECK(memcmp(&a->velocity, &b->velocity, sizeof(a->velocity)) == 0);
    CHECK(a->mass == b->mass);
    CHECK_STR(alone->objects[a->object].color, more->objects[b->object].color);
    CHECK(alone->cameras[0].keys[0].eye.x == more->cameras[0].keys[0].eye.x);
    CHECK(alone->suns[0].to_light.x == more->suns[0].to_light.x);
    CHECK(alone->sky.zenith[0] == more->sky.zenith[0]);
    reel_scene_destroy(&alone);
    reel_scene_destroy(&more);
}

/* Draws are uniform, and reach all choices. */
static void draws_have_their_distributions(const void *param)
{
    (void)param;
    const char *script = BUILD(
        "local t = { a = 0, b = 0, c = 0 }\nlocal sum, heads, ints = 0, 0, { 0, 0, 0 }\n"
        "for i = 1, 3000 do\n"
        "  local k = world:draw('k' .. i, pick { a = 1, b = 2, c = 0 }) t[k] = t[k] + 1\n"
        "  sum = sum + world:draw('n' .. i, number(-1, 3))\n"
        "  if world:draw('f' .. i, flag(0.25)) then heads = heads + 1 end\n"
        "  local n = world:draw('i' .. i, int(1, 3)) ints[n] = ints[n] + 1\n"
        "end\n"
        "assert(t.c == 0 and t.a > 900 and t.a < 1100, t.a)\n"
        "assert(sum > 2800 and sum < 3200, sum)\n"
        "assert(heads > 670 and heads < 830, heads)\n"
        "assert(ints[1] > 900 and ints[2] > 900 and ints[3] > 900)\n"
        "local l = world:shuffle('s', { 1, 2, 3, 4 }) table.sort(l)\n"
        "assert(table.concat(l) == '1234')");
    reel_scene *s = freeze(script);
    reel_scene_destroy(&s);
}

/* --- parameters
 * ------------------------------------------------------------------------------------ */

#define PARAMS                                                                                 \
    "scene { family = 'test', params = { count = int(2, 5), size = number(0.1, 0.2), wood = "  \
    "pick { 'oak', 'pine' }, big = flag(), tilt = deg(10, 20), fixed = number(1, 2, 1.5) },\n" \
    "build = function(world, p) for i = 1, p.count do world:box { size = p.size, material = "  \
    "p.wood, at = { i, 0 } } end end }"

static reel_scene *freeze_params(const char *const *overrides, int n)
{
    reel_freeze_options o = reel_freeze_options_default();
    o.overrides = overrides;
    o.n_overrides = n;
    return freeze_with(PARAMS, &o);
}

static void overrides_are_taken(const void *param)
{
    (void)param;
    const char *const given[] = {"count=5", "wood=pine", "size=0.125", "big=true", "tilt=10deg"};
    reel_scene *s = freeze_params(given, 5);
    CHECK(s != NULL);
    CHECK_INT(s->n_objects, ==, 6); /* and the floor */
    CHECK_STR(s->objects[0].material, "pine");
    CHECK(s->geoms[0].size[0] == 0.125);
    CHECK_INT(s->n_params, ==, 6);
    CHECK_STR(s->params[0].name, "big"); /* in byte order */
    bool big = false;
    double v;
    int64_t n;
    CHECK(reel_json_to_bool(s->params[0].value, &big) && big);
    CHECK(reel_json_to_int(s->params[1].value, &n) && n == 5);
    CHECK(reel_json_to_real(s->params[2].value, &v) && v == 1.5);
    CHECK(reel_json_to_real(s->params[4].value, &v));
    CHECK_NEAR(v, 10 * 3.14159265358979323846 / 180, 1e-15);
    reel_scene_destroy(&s);
}

static void overrides_are_checked(const void *param)
{
    (void)param;
    static const struct {
        const char *given, *field, *words;
    } cases[] = {
        {"count=6", "count", "allowed: 2 .. 5"},
        {"count=2.5", "count", "2 .. 5"},
        {"count=many", "count", "2 .. 5"},
        {"count=", "count", "2 .. 5"},
        {"size=nan", "size", "0.1 .. 0.2"},
        {"size=0x1p-3", "size", "0.1 .. 0.2"},
        {"size=0.3", "size", "0.1 .. 0.2"},
        {"wood=walnut", "wood", "oak, pine"},
        {"big=maybe", "big", "true, false"},
        {"tilt=30deg", "tilt", "10deg .. 20deg"},
        {"cuont=3", "cuont", "did you mean 'count'"},
        {"count", "", "key=value"},
        {"=3", "", "key=value"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK(!freeze_params(&cases[i].given, 1));
        if (script_error.status != REEL_E_USAGE ||
            strcmp(script_error.field, cases[i].field) != 0 ||
            !strstr(script_error.msg, cases[i].words)) {
            CHECK_FAIL("%s gives %d: '%s': %s", cases[i].given, script_error.status,
                       script_error.field, script_error.msg);
        }
    }
    const char *const twice[] = {"count=3", "count=4"};
    CHECK(!freeze_params(twice, 2));
    CHECK_INT(script_error.status, ==, REEL_E_USAGE);
    CHECK_CONTAINS(script_error.msg, "twice");
}

static void options_are_checked(const void *param)
{
    (void)param;
    reel_freeze_options o = reel_freeze_options_default();
    o.width = 833;
    CHECK(!freeze_with(BUILD(""), &o));
    CHECK_INT(script_error.status, ==, REEL_E_USAGE);
    o = reel_freeze_options_default();
    o.fps = 7; /* 1200 / 7 is not whole */
    CHECK(!freeze_with(BUILD(""), &o));
    CHECK_INT(script_error.status, ==, REEL_E_SCENE);
    CHECK_STR(script_error.field, "step_rate");
    CHECK_CONTAINS(script_error.msg, "whole multiple of 7 fps");
    o.step_rate = 1400;
    reel_scene *s = freeze_with(BUILD(""), &o);
    CHECK(s != NULL);
    CHECK_INT(reel_scene_steps_per_frame(s), ==, 200);
    reel_scene_destroy(&s);
    CHECK(reel_scene_freeze("tos", &o, &s, &script_error) == REEL_E_USAGE);
    CHECK_CONTAINS(script_error.msg, "did you mean 'toss'");
    CHECK(reel_scene_freeze("no/such.lua", &o, &s, &script_error) == REEL_E_IO);
    CHECK_CONTAINS(script_error.file, "no/such.lua");
    CHECK(reel_scene_freeze("no/such.json", &o, &s, &script_error) == REEL_E_IO);
}

/* --- two runs, and frozen scenes
 * -------------------------------------------------------------------- */

/* The length of a list with holes depends on when Lua rehashes, and that on its hash seed. */
static void hash_order_is_found(const void *param)
{
    (void)param;
    const char *script = BUILD(
        "local r, sum = 12345, 0\n"
        "local function rand(n)\n"
        "  r = (r * 1103515245 + 12345) % 2147483648\n"
        "  return r // 65536 % n\n"
        "end\n"
        "for i = 1, 3000 do\n"
        "  local t = {}\n"
        "  for j = 1, 40 do\n"
        "    local k = rand(3)\n"
        "    if k == 0 then t['s' .. rand(1000)] = 1\n"
        "    elseif k == 1 then t[1 + rand(24)] = 1\n"
        "    else t[1 + rand(24)] = nil end\n"
        "  end\n"
        "  sum = sum + #t * i\n"
        "end\n"
        "world:sphere { radius = 0.1, at = { sum, 0 } }");
    int found = 0;
    for (int i = 0; i < 5 && !found; i++) {
        reel_scene *s = freeze_seed(script, 0);
        found = s == NULL;
        reel_scene_destroy(&s);
    }
    CHECK(found);
    CHECK_INT(script_error.status, ==, REEL_E_SCENE);
    CHECK_CONTAINS(script_error.msg, "depends on hash order");
}

/* What is defined does not depend on it: sorted pairs, stable sort. */
static void order_is_defined(const void *param)
{
    (void)param;
    const char *script = BUILD(
        "local t, names = {}, {}\n"
        "for i = 1, 100 do t['k' .. i * 37 % 101] = i end\n"
        "t[2.5] = 0 t[-1] = 0 t[2] = 0 t[true] = 0 t[3] = 0 t[2^53] = 0\n"
        "for k in pairs(t) do names[#names + 1] = tostring(k) end\n"
        "local s = table.concat(names, ' ')\n"
        "assert(s:sub(1, 23) == '-1 2 2.5 3 900719925474', s:sub(1, 23))\n"
        "assert(s:sub(-4) == 'true')\n"
        "local l = {}\n"
        "for i = 1, 50 do l[i] = { key = i % 5, i = i } end\n"
        "table.sort(l, function(a, b) return a.key < b.key end)\n"
        "for i = 2, 50 do assert(l[i - 1].key < l[i].key or l[i - 1].i < l[i].i) end\n"
        "assert(tostring({}) == 'table' and tostring(0 / 0) == 'nan')\n"
        "assert(tostring(-(0 / 0)) == 'nan' and string.format('%g', 0 / 0) == 'nan')\n"
        "assert(string.format('%5.2f|%-4s|%03d|%x|%s|%%', 1.234, 'ab', 7, 255, {}) == "
        "' 1.23|ab  |007|ff|table|%')\n"
        "assert(('abcabc'):find('ca') == 3 and not ('abc'):find('.'))\n"
        "assert(('héllo'):upper() == 'HéLLO' and ('abc'):rep(2, '-') == 'abc-abc')\n"
        "assert(('abc'):byte(-1) == 99 and ('abc'):sub(-2) == 'bc' and #'abc' == 3)\n"
        "assert(select('#', 1, nil, 3) == 3 and select(-1, 1, 2) == 2)\n"
        "assert(not pcall(error, 'x') and tonumber('0x10') == 16 and not tonumber('1,5'))\n"
        "local u = { 1, 2, 3 } table.insert(u, 2, 9) assert(table.remove(u, 1) == 1)\n"
        "assert(table.concat(u, ',') == '9,2,3' and math.max(1, 2.5) == 2.5)\n"
        "assert(math.floor(-1.5) == -2 and math.type(math.ceil(1.2)) == 'integer')");
    reel_scene *s = freeze(script);
    reel_scene_destroy(&s);
}

static void frozen_scenes_load(const void *param)
{
    (void)param;
    reel_freeze_options o = reel_freeze_options_default();
    reel_scene *s = NULL, *again = NULL;
    CHECK(reel_scene_freeze("toss", &o, &s, NULL) == REEL_OK);
    char *text = text_of(s);
    CHECK(reel_scene_freeze_text("a/b.json", text, strlen(text), &o, &again, NULL) == REEL_OK);
    char *text_again = text_of(again);
    CHECK_STR(text, text_again);
    reel_scene_destroy(&again);

    const char *given = "count=3";
    o.overrides = &given;
    o.n_overrides = 1;
    reel_error err = {0};
    CHECK(reel_scene_freeze_text("b.json", text, strlen(text), &o, &again, &err) == REEL_E_USAGE);
    o.n_overrides = 0;

    reel_free(text);
    reel_free(text_again);
    reel_scene_destroy(&s);
}

/* One number that a body cannot have: the message says whose. */
static void frozen_scenes_are_validated(const void *param)
{
    (void)param;
    const reel_freeze_options o = reel_freeze_options_default();
    char text[20000];
    reel_scene *s = freeze(BUILD("world:sphere { name = 'ball', radius = 1 }"));
    char *whole = text_of(s);
    CHECK_CONTAINS(whole, "\"mass\":");
    const size_t at = (size_t)(strstr(whole, "\"mass\":") - whole) + strlen("\"mass\":");
    snprintf(text, sizeof(text), "%.*s-%s", (int)at, whole, whole + at);
    reel_scene_destroy(&s);
    reel_error err = {0};
    CHECK(reel_scene_freeze_text("b.json", text, strlen(text), &o, &s, &err) == REEL_E_SCENE);
    CHECK_STR(err.file, "b.json");
    CHECK_STR(err.field, "bodies[0] (ball).mass");
    reel_free(whole);
}

/* Whichever allocation fails, the end is a clean one: no memory, or a scene after all. */
static void out_of_memory_is_clean(const void *param)
{
    (void)param;
    const char *script =
        "scene { family = 'test', params = { n = int(1, 3), w = pick { 'oak', 'pine' } },\n"
        "build = function(world, p)\n"
        "for i = 1, p.n do world:box { size = 0.1, at = { i, 0 }, material = p.w } end\n"
        "world:object { parts = { { shape = 'sphere', radius = 1 } }, at = { 9, 0 } }\n"
        "world:caption '{n} boxes'\n"
        "end }";
    const uint64_t before = reel_alloc_count();
    reel_scene *whole = freeze(script);
    const uint64_t total = reel_alloc_count() - before;
    reel_scene_destroy(&whole);
    CHECK_INT(total, >, 1000);
    for (uint64_t n = 1; n <= total; n++) {
        reel_alloc_fail_at(n);
        reel_scene *s = freeze_seed(script, 0);
        reel_alloc_fail_at(0);
        if (!s && script_error.status != REEL_E_NOMEM) {
            CHECK_FAIL("allocation %d: status %d: %s: %s", (int)n, script_error.status,
                       script_error.field, script_error.msg);
        }
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"out of memory is clean", out_of_memory_is_clean, NULL},
    {"mistakes are refused by script, line and field", is_refused, NULL},
    {"caught mistakes leave nothing", caught_mistakes_leave_nothing, NULL},
    {"seeds decide", seeds_decide, NULL},
    {"streams are independent", streams_are_independent, NULL},
    {"draws have their distributions", draws_have_their_distributions, NULL},
    {"overrides are taken", overrides_are_taken, NULL},
    {"overrides are checked", overrides_are_checked, NULL},
    {"options are checked", options_are_checked, NULL},
    {"hash order is found", hash_order_is_found, NULL},
    {"order is defined", order_is_defined, NULL},
    {"frozen scenes load", frozen_scenes_load, NULL},
    {"frozen scenes are validated", frozen_scenes_are_validated, NULL},
};
CHECK_MAIN(tests)
