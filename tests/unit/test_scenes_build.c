/*
 * What scripts build: mass properties, placement, joints, timeline, cameras, layout, words. The
 * yardsticks are textbook formulas and projections, computed here a second way.
 */
#include "tests/unit/scene_scripts.h"

#include "base/camera.h"
#include "scenes/words.h"

static const double pi = 3.14159265358979323846;

/* --- mass
 * ------------------------------------------------------------------------------------------- */

static void simple_shapes_have_their_masses(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("world:sphere { radius = 0.5, density = 100 }\n"
                     "world:cylinder { radius = 0.2, length = 1, density = 100, at = { 2, 0 } }\n"
                     "world:box { size = { 1, 2, 3 }, mass = 12, at = { 4, 0 } }\n"
                     "world:capsule { radius = 0.3, length = 0.4, density = 10, at = { 6, 0 } }"));
    const reel_body *b = s->bodies;
    CHECK_NEAR(b[0].mass, 100 * 4.0 / 3 * pi * 0.125, 1e-10);
    CHECK_NEAR(b[0].inertia[0], 0.4 * b[0].mass * 0.25, 1e-10);
    CHECK_NEAR(b[1].mass, 100 * pi * 0.04, 1e-10);
    CHECK_NEAR(b[1].inertia[2], 0.5 * b[1].mass * 0.04, 1e-10);
    CHECK_NEAR(b[1].inertia[0], b[1].mass * (3 * 0.04 + 1) / 12, 1e-10);
    CHECK(b[2].mass == 12);
    CHECK_NEAR(b[2].inertia[0], 13, 1e-12); /* m (4 + 9) / 12 */
    CHECK_NEAR(b[2].inertia[1], 10, 1e-12);
    CHECK_NEAR(b[2].inertia[2], 5, 1e-12);
    CHECK_NEAR(b[3].mass, 10 * (pi * 0.09 * 0.4 + 4.0 / 3 * pi * 0.027), 1e-10);
    reel_scene_destroy(&s);
}

/* A box cut into eight parts, each turned about itself, is the box. */
static void parts_make_the_whole(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "local parts = {}\n"
        "for i = 0, 7 do\n"
        "  local x, y, z = i % 2, i // 2 % 2, i // 4\n"
        "  parts[i + 1] = { shape = 'box', size = { 0.4, 0.2, 0.6 }, yaw = deg(90),\n"
        "                   at = { 1 + 0.1 + 0.2 * x, 2 + 0.2 + 0.4 * y, 3 + 0.3 + 0.6 * z } }\n"
        "end\n"
        "world:object { name = 'parts', parts = parts, density = 500, at = { 0, 0 } }\n"
        "world:box { name = 'whole', size = { 0.4, 0.8, 1.2 }, density = 500, at = { 3, 0 } }"));
    const reel_body *a = &s->bodies[0], *b = &s->bodies[1];
    CHECK_NEAR(a->mass, b->mass, 1e-9);
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(a->inertia[i], b->inertia[i], 1e-9);
    }
    for (int i = 0; i < 3; i++) { /* the origin has moved to the centre */
        CHECK_NEAR(a->box_min[i], b->box_min[i], 1e-12);
        CHECK_NEAR(a->box_max[i], b->box_max[i], 1e-12);
    }
    /* ... but the parts stay where they were put: the frame at (0, 0), the box's middle at 1.2 */
    CHECK_NEAR(a->world_from_body.p.x, 1.2, 1e-12);
    CHECK_NEAR(a->world_from_body.p.y, 2.4, 1e-12);
    CHECK_NEAR(a->world_from_body.p.z, 0.6, 1e-12); /* lowest point on the floor */
    reel_scene_destroy(&s);
}

/* An L has products of inertia: against the sum over its halves about the common centre. */
static void products_of_inertia(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("world:object { name = 'l', density = 1000, at = { 0, 0, 5 }, parts = {\n"
                     "  { shape = 'box', size = { 0.4, 0.1, 0.1 }, at = { 0.2, 0.05, 0 } },\n"
                     "  { shape = 'box', size = { 0.1, 0.3, 0.1 }, at = { 0.05, 0.25, 0 } } } }"));
    const double m1 = 4, m2 = 3, cx = (m1 * 0.2 + m2 * 0.05) / 7, cy = (m1 * 0.05 + m2 * 0.25) / 7;
    const double xy = -(m1 * (0.2 - cx) * (0.05 - cy) + m2 * (0.05 - cx) * (0.25 - cy));
    const reel_body *b = &s->bodies[0];
    CHECK_NEAR(b->mass, 7, 1e-12);
    CHECK_NEAR(b->inertia[3], xy, 1e-12);
    CHECK_NEAR(b->inertia[4], 0, 1e-15);
    const double zz = m1 * (0.16 + 0.01) / 12 + m2 * (0.01 + 0.09) / 12 +
                      m1 * ((0.2 - cx) * (0.2 - cx) + (0.05 - cy) * (0.05 - cy)) +
                      m2 * ((0.05 - cx) * (0.05 - cx) + (0.25 - cy) * (0.25 - cy));
    CHECK_NEAR(b->inertia[2], zz, 1e-12);
    CHECK_NEAR(b->world_from_body.p.x, cx, 1e-15);
    reel_scene_destroy(&s);
}

/* --- placement
 * --------------------------------------------------------------------------------------- */

/* The lowest corner of a turned box, by its corners; a turned cylinder, by points of its rims. */
static void things_rest_on_the_floor(const void *param)
{
    (void)param;
    for (int seed = 0; seed < 20; seed++) {
        reel_scene *s =
            freeze_seed(BUILD("world:box { size = { 0.3, 0.5, 0.7 }, rotation = 'random' }\n"
                              "world:cylinder { radius = 0.3, length = 0.5, rotation = 'random', "
                              "at = { 3, 0 }, lift = 0.25 }"),
                        (uint64_t)seed);
        double low = 1e9;
        for (int i = 0; i < 8; i++) {
            const reel_vec3 corner = {i & 1 ? 0.15 : -0.15, i & 2 ? 0.25 : -0.25,
                                      i & 4 ? 0.35 : -0.35};
            low = fmin(low, reel_pose_apply(s->bodies[0].world_from_body, corner).z);
        }
        CHECK_NEAR(low, 0, 1e-12);
        low = 1e9;
        for (int i = 0; i < 20000; i++) {
            const double a = 2 * pi * i / 10000;
            const reel_vec3 rim = {0.3 * cos(a), 0.3 * sin(a), i < 10000 ? 0.25 : -0.25};
            low = fmin(low, reel_pose_apply(s->bodies[1].world_from_body, rim).z);
        }
        CHECK_NEAR(low, 0.25, 1e-6);
        reel_scene_destroy(&s);
    }
}

static void things_stand_on_things(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("local a = world:box { size = { 1, 1, 0.5 }, at = { 1, 2 } }\n"
              "local b = world:sphere { radius = 0.1, on = a }\n"
              "local c = world:box { size = 0.2, on = b.name, at = { 1.1, 2 }, lift = 0.01 }\n"
              "assert(a.top == 0.5 and a.bottom == 0 and b.z == 0.6, b.z)\n"
              "assert(c.x == 1.1 and c.category == 'cube' and a.shape == 'box')\n"
              "assert(a == a and a ~= b)"));
    CHECK_NEAR(s->bodies[1].world_from_body.p.x, 1, 0);
    CHECK_NEAR(s->bodies[2].world_from_body.p.z, 0.81, 1e-12);
    reel_scene_destroy(&s);
}

static void environment_has_no_instance(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("world:wall { name = 'wall', size = { 1, 0.1, 1 }, at = { 0, 1 } }\n"
              "world:box { name = 'table', size = 1, static = true, category = 'furniture' }\n"
              "world:sphere { name = 'ball', radius = 0.1, on = 'table' }\n"
              "world:sphere { name = 'ball/rider', radius = 0.1, on = 'ball', part_of = 'ball' }"));
    CHECK_INT(s->n_objects, ==, 4);
    CHECK_INT(s->n_bodies, ==, 5);
    static const int instance[] = {0, 1, 2, 0};
    for (int i = 0; i < 4; i++) {
        CHECK_INT(s->objects[i].instance_id, ==, instance[i]);
        CHECK((s->objects[i].semantic_id == 0) == (instance[i] == 0));
    }
    CHECK_STR(s->objects[3].name, "floor");
    CHECK_STR(s->categories[s->objects[1].semantic_id], "furniture");
    CHECK_INT(s->objects[2].n_bodies, ==, 2);
    CHECK(s->bodies[1].motion == REEL_MOTION_STATIC && s->bodies[1].mass == 0);
    reel_scene_destroy(&s);
    s = freeze(BUILD("world:floor(false) world:sphere { radius = 1 }"));
    CHECK_INT(s->n_objects, ==, 1);
    reel_scene_destroy(&s);
}

static void substances_are_read(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("world:sphere { name = 'a', radius = 1, material = 'steel' }\n"
              "world:sphere { name = 'b', radius = 1, material = { 'oak', roughness = 0.9 }, "
              "friction = 0.1, color = '#ff0000' }\n"
              "world:sphere { name = 'c', radius = 1, color = { 0, 0, 1 }, rolling = 0.01 }\n"
              "assert(#materials.floors > 5 and #materials.all > #materials.floors)\n"
              "assert(#colors == 8)"));
    CHECK_STR(s->objects[0].color, "gray");
    CHECK(s->materials[s->geoms[0].material].metallic == 1);
    CHECK(s->materials[s->geoms[1].material].roughness == 0.9);
    CHECK(s->materials[s->geoms[1].material].pattern == REEL_PATTERN_WOOD);
    CHECK_NEAR(s->materials[s->geoms[1].material].color[0], 1, 1e-15);
    CHECK(s->surfaces[s->geoms[1].surface].friction == 0.1);
    CHECK(s->surfaces[s->geoms[1].surface].density == 720);
    CHECK_STR(s->objects[1].color, "red");
    CHECK_STR(s->objects[2].color, "blue");
    CHECK_STR(s->objects[2].material, "plastic");
    CHECK(s->surfaces[s->geoms[2].surface].rolling_friction == 0.01);
    reel_scene_destroy(&s);
}

/* --- joints and timeline
 * ------------------------------------------------------------------------------- */

static void joints_are_built(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("local a = world:box { name = 'a', size = 1, at = { 0, 0, 3 } }\n"
              "local b = world:box { name = 'b', size = 1, static = true, at = { 2, 0, 3 } }\n"
              "local h = world:hinge { a = a, b = b, at = { 1, 0, 3 }, axis = { 0, 2, 0 },\n"
              "  limits = { -1, 2 }, motor = { position = 0.5, max_force = 3, max_speed = 2 }, "
              "damping = 0.1 }\n"
              "world:slider { name = 's', a = 'a', axis = { 1, 0, 0 }, motor = { velocity = 1, "
              "max_force = 9 } }\n"
              "world:target { joint = h, time = 0.5, value = -0.5 }\n"
              "world:release { joint = 's', time = 0.25 }\n"
              "world:force { on = a, from = 0.1, to = 0.3, force = { 1, 2, 3 } }\n"
              "world:impulse { name = 'kick', on = a, time = 0.1, impulse = { 1, 0, 0 }, "
              "point = { 0, 0, 0.5 } }"));
    const reel_joint *h = &s->joints[0];
    CHECK_STR(h->name, "hinge 1");
    CHECK(h->axis.y == 1 && h->lo == -1 && h->hi == 2 && h->has_limits && h->damping == 0.1);
    CHECK(h->motor == REEL_MOTOR_POSITION && h->target == 0.5 && h->max_speed == 2);
    CHECK(h->anchor.x == 1 && h->body_a == 0 && h->body_b == 1);
    CHECK(s->joints[1].body_b == -1 && s->joints[1].motor == REEL_MOTOR_VELOCITY);
    /* ordered by step, then by place in the script: 0.1 s is exactly 120 steps */
    CHECK_INT(s->n_actions, ==, 4);
    CHECK_STR(s->actions[0].name, "force 1");
    CHECK_STR(s->actions[1].name, "kick");
    CHECK_STR(s->actions[2].name, "release 1");
    CHECK_STR(s->actions[3].name, "target 1");
    CHECK_INT(s->actions[0].first_step, ==, 120);
    CHECK_INT(s->actions[0].end_step, ==, 360);
    CHECK_INT(s->actions[1].first_step, ==, 120);
    CHECK_INT(s->actions[3].first_step, ==, 600);
    CHECK(s->actions[3].joint == 0 && s->actions[3].body == -1 && s->actions[3].value == -0.5);
    CHECK(s->actions[1].point.z == 0.5 && s->actions[1].vec.x == 1);
    reel_scene_destroy(&s);
}

/* The first step not before a time. */
static void times_become_steps(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("local a = world:box { size = 1 }\n"
                     "for i = 1, 100 do\n"
                     "  world:impulse { on = a, time = i / 1200, torque = { 1, 0, 0 } }\n"
                     "end\n"
                     "world:impulse { on = a, time = 0.5001, torque = { 1, 0, 0 } }\n"
                     "world:expect { moved = a, distance = 1, by = 2 }\n"
                     "world:expect { at_rest = { a, a }, by = 5 }\n"
                     "world:expect { fallen = a, by = 99 }\n"
                     "world:caption { outcome = 'It fell.', prompt = 'It stands.' }"));
    for (int i = 0; i < 100; i++) {
        CHECK_INT(s->actions[i].first_step, ==, i + 1);
    }
    CHECK_INT(s->actions[100].first_step, ==, 601);
    CHECK_INT(s->n_expects, ==, 3);
    CHECK_INT(s->expects[0].by, ==, 2400);
    CHECK(s->expects[0].kind == REEL_EXPECT_MOVED && s->expects[0].value == 1);
    CHECK_INT(s->expects[2].by, ==, reel_scene_last_step(s));
    CHECK_STR(s->caption, "It stands."); /* the clip ends before 99 s: its outcome is open */
    reel_scene_destroy(&s);
}

/* --- cameras
 * --------------------------------------------------------------------------------------------- */

/* Everything to be seen is in the picture, and not much of the picture is left. */
static void cameras_fit(const void *param)
{
    (void)param;
    for (int seed = 0; seed < 20; seed++) {
        reel_scene *s = freeze_seed(
            BUILD("for i = 1, 5 do\n"
                  "  world:box { size = number(0.1, 0.5), at = { number(-2, 2), number(-1, 1) } }\n"
                  "end\n"
                  "world:camera { azimuth = deg(-180, 180), elevation = deg(10, 60), "
                  "fov = deg(20, 60), margin = 1.05, look_at = { 0, 0, 0.2 } }"),
            (uint64_t)seed);
        const reel_view v = reel_view_at(s, NULL, 0, 0);
        double closest = 1e9; /* to the picture's edge, as a share of it */
        for (int b = 0; b < 5; b++) {
            for (int i = 0; i < 8; i++) {
                const double h = 0.5 * s->geoms[b].size[0];
                const reel_vec3 corner = {i & 1 ? h : -h, i & 2 ? h : -h, i & 4 ? h : -h};
                double x, y, z;
                CHECK(reel_view_project(&v, reel_pose_apply(s->bodies[b].world_from_body, corner),
                                        &x, &y, &z));
                closest = fmin(closest, fmin(fmin(x, s->width - x) / s->width,
                                             fmin(y, s->height - y) / s->height));
            }
        }
        CHECK_NEAR(closest, 0.5 * (1 - 1 / 1.05), 1e-9);
        reel_scene_destroy(&s);
    }
}

static void cameras_move(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "world:sphere { name = 'b', radius = 0.1 }\n"
        "world:camera { orbit = deg(10), distance = 2 }\n"
        "world:camera { name = 'keys', at = { 3, 0, 1 }, keys = {\n"
        "  { time = 0, look_at = { 0, 0, 0 } }, { time = 2, at = { 0, 3, 1 } } } }\n"
        "world:camera { name = 'eye', attach = 'b', at = { 0, 0, 0.5 }, look_at = { 1, 0, 0.5 } }\n"
        "world:camera { name = 'down', azimuth = 0, elevation = deg(0), distance = 3, "
        "look_at = { 1, 0, 1 } }"));
    CHECK(s->cameras[0].motion == REEL_CAMERA_ORBIT);
    CHECK_NEAR(s->cameras[0].orbit_rate, pi / 18, 1e-15);
    CHECK(s->cameras[1].motion == REEL_CAMERA_KEYFRAMES && s->cameras[1].n_keys == 2);
    CHECK(s->cameras[1].keys[0].eye.x == 3 && s->cameras[1].keys[1].eye.y == 3);
    CHECK(s->cameras[2].motion == REEL_CAMERA_ATTACHED && s->cameras[2].body == 0);
    CHECK_NEAR(s->cameras[3].keys[0].eye.x, 4, 1e-15);
    CHECK_NEAR(s->cameras[3].keys[0].eye.z, 1, 1e-15);
    reel_scene_destroy(&s);
}

/* --- layout and words
 * -------------------------------------------------------------------------------------- */

static void layouts_are_right(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "local function near(a, b) assert(math.abs(a - b) < 1e-12, a .. ' ' .. b) end\n"
        "local l = line { from = { 1, 2 }, to = { 4, 6 } }\n"
        "local n = 0\n"
        "for i, at, yaw in l:steps(6) do\n"
        "  n = n + 1\n"
        "  near(at[1], 1 + 3 * (i - 1) / 5) near(at[2], 2 + 4 * (i - 1) / 5)\n"
        "  near(yaw, math.atan(4, 3))\n"
        "end\n"
        "assert(n == 6)\n"
        "local a = arc { from = { 0, 0 }, heading = 0, bend = math.pi, length = math.pi }\n"
        "local e, yaw = a:finish() near(e[1], 0) near(e[2], 2) near(yaw, math.pi)\n"
        "local m = a:middle() near(m[1], 1) near(m[2], 1)\n"
        "local s = a:start() near(s[1], 0) near(s[2], 0)\n"
        "for i, at in arc { length = 1, bend = 0 }:steps(1) do near(at[1], 0.5) end\n"
        "local sum = 0\n"
        "for i, at, c, r in grid { columns = 3, rows = 2, spacing = { 1, 2 }, at = { 5, 5 } } do\n"
        "  near(at[1], 5 + (c - 2)) near(at[2], 5 + 2 * (r - 1.5)) sum = sum + i\n"
        "end\n"
        "assert(sum == 21)\n"
        "local p = world:scatter { name = 's', count = 40, radius = 0.1, x = { -1, 1 }, y = { -1, "
        "1 }, gap = 0.01 }\n"
        "for i = 1, 40 do for k = 1, i - 1 do\n"
        "  local dx, dy = p[i][1] - p[k][1], p[i][2] - p[k][2]\n"
        "  assert(dx * dx + dy * dy >= 0.21 ^ 2 - 1e-12)\n"
        "end end"));
    reel_scene_destroy(&s);
}

static void captions_are_filled(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        "scene { family = 'test', params = { count = int(3, 3), size = number(0.25, 0.25), on = "
        "flag(true), kind = pick { 'oak' } }, build = function(world, p)\n"
        "world:sphere { name = 'ball one', radius = 1, color = 'orange', material = 'rubber', "
        "category = 'toy' }\n"
        "world:caption { outcome = '{A ball one.color} {ball one.shape} of {ball one.material}, "
        "{a kind} {ball one.category}, {count} {count:words} {Count:words}, {size}, {on}.', "
        "prompt = 'plain' }\n"
        "end }");
    CHECK_STR(s->caption, "An orange sphere of rubber, an oak toy, 3 three Three, 0.25, yes.");
    CHECK_STR(s->caption_prompt, "plain");
    reel_scene_destroy(&s);
}

/* Every material of `materials.floors`, as one says it in English. */
static void floors_are_said(const void *param)
{
    static const char *const said[][2] = {
        {"asphalt", "an asphalt"},  {"carpet", "a carpeted"},     {"checker", "a checkered"},
        {"concrete", "a concrete"}, {"granite", "a granite"},     {"grass", "a grassy"},
        {"linoleum", "a linoleum"}, {"marble", "a marble"},       {"oak", "an oak"},
        {"parquet", "a parquet"},   {"pine", "a pine"},           {"plaster", "a plaster"},
        {"sand", "a sandy"},        {"sandstone", "a sandstone"}, {"slate", "a slate"},
        {"teak", "a teak"},         {"tiles", "a tiled"},         {"walnut", "a walnut"}};
    (void)param;
    int n = 0;
    for (const reel_material_word *m = reel_material_words(); m->name; m++) {
        n += strstr(m->lists, "floors") != NULL;
    }
    CHECK_INT(n, ==, sizeof said / sizeof said[0]);
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        char script[512], want[64];
        snprintf(script, sizeof script,
                 "scene { family = 'test', params = { on = pick { '%s' } }, build = "
                 "function(world, p)\nworld:floor { material = p.on }\n"
                 "world:caption 'Over {a on:floor} floor.'\nend }",
                 said[i][0]);
        snprintf(want, sizeof want, "Over %s floor.", said[i][1]);
        reel_scene *s = freeze(script);
        CHECK_STR(s->caption, want);
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"simple shapes have their masses", simple_shapes_have_their_masses, NULL},
    {"parts make the whole", parts_make_the_whole, NULL},
    {"products of inertia", products_of_inertia, NULL},
    {"things rest on the floor", things_rest_on_the_floor, NULL},
    {"things stand on things", things_stand_on_things, NULL},
    {"environment has no instance", environment_has_no_instance, NULL},
    {"substances are read", substances_are_read, NULL},
    {"joints are built", joints_are_built, NULL},
    {"times become steps", times_become_steps, NULL},
    {"cameras fit", cameras_fit, NULL},
    {"cameras move", cameras_move, NULL},
    {"layouts are right", layouts_are_right, NULL},
    {"captions are filled", captions_are_filled, NULL},
    {"floors are said as in English", floors_are_said, NULL},
};
CHECK_MAIN(tests)
