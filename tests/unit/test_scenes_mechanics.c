/*
 * What scripts say of mechanics: shapes and how they stand, what comes and goes, joints, fields of
 * force, pairs of materials, ground. The yardsticks are formulas and brute force.
 */
#include "tests/unit/scene_scripts.h"

#include "assets/meshes.h"

#include <stdlib.h>

static const double pi = 3.14159265358979323846;

/* --- shapes --------------------------------------------------------------------------------------
 */

static void new_shapes_have_their_masses(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("world:cone { radius = 0.3, length = 0.8, density = 100, at = { 1, 2, 3 } }\n"
                     "world:ellipsoid { radii = { 0.1, 0.2, 0.3 }, density = 100, at = { 2, 0 } }\n"
                     "world:hull { points = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1} }, density = 600, "
                     "at = { 4, 0, 1 } }\n"));
    const reel_body *b = s->bodies;
    CHECK_NEAR(b[0].mass, 100 * pi * 0.09 * 0.8 / 3, 1e-10);
    CHECK_NEAR(b[0].world_from_body.p.z, 3 - 0.2, 1e-12); /* a quarter of its height up */
    CHECK_NEAR(s->geoms[0].body_from_geom.p.z, 0.2, 1e-12);
    CHECK_NEAR(b[0].inertia[2], 0.3 * b[0].mass * 0.09, 1e-10);
    CHECK_NEAR(b[1].mass, 100 * 4.0 / 3 * pi * 0.006, 1e-10);
    CHECK_NEAR(b[1].inertia[0], b[1].mass * (0.04 + 0.09) / 5, 1e-10);
    CHECK_NEAR(b[2].mass, 100, 1e-9);
    CHECK_NEAR(b[2].world_from_body.p.x, 4.25, 1e-12);
    CHECK_NEAR(b[2].world_from_body.p.z, 1.25, 1e-12);
    /* tetrahedron of mass m on the axes: xx = m (1/10 - 1/16) * 2 - ..., by hand 3 m / 40 */
    CHECK_NEAR(b[2].inertia[0], 100 * 3.0 / 40, 1e-9);
    CHECK_NEAR(b[2].inertia[3], 100 * (1.0 / 16 - 1.0 / 20), 1e-9); /* - sum m x y */
    reel_scene_destroy(&s);
}

/* Turned at random and put down, each shape's lowest point is on the floor: by many points of its
 * surface. */
static void turned_shapes_rest_on_the_floor(const void *param)
{
    (void)param;
    for (uint64_t seed = 0; seed < 10; seed++) {
        reel_scene *s = freeze_seed(
            BUILD("world:cone { radius = 0.3, length = 0.8, rotation = 'random' }\n"
                  "world:ellipsoid { radii = { 0.1, 0.2, 0.4 }, rotation = 'random' }\n"
                  "world:hull { points = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1}, {1,1,1} }, "
                  "rotation = 'random' }\n"),
            seed);
        double low[3] = {1e9, 1e9, 1e9};
        const reel_pose cone =
            reel_pose_mul(s->bodies[0].world_from_body, s->geoms[0].body_from_geom);
        const reel_pose hull =
            reel_pose_mul(s->bodies[2].world_from_body, s->geoms[2].body_from_geom);
        for (int i = 0; i < 400; i++) {
            const double a = 2 * pi * i / 400;
            low[0] =
                fmin(low[0], reel_pose_apply(cone, reel_v3(0.3 * cos(a), 0.3 * sin(a), -0.4)).z);
            for (int j = 0; j <= 400; j++) {
                const double t = pi * j / 400;
                const reel_vec3 p = {0.1 * sin(t) * cos(a), 0.2 * sin(t) * sin(a), 0.4 * cos(t)};
                low[1] = fmin(low[1], reel_pose_apply(s->bodies[1].world_from_body, p).z);
            }
        }
        low[0] = fmin(low[0], reel_pose_apply(cone, reel_v3(0, 0, 0.4)).z);
        static const double corners[5][3] = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}};
        for (int i = 0; i < 5; i++) {
            const reel_vec3 p = {corners[i][0], corners[i][1], corners[i][2]};
            low[2] = fmin(low[2], reel_pose_apply(hull, p).z);
        }
        CHECK_NEAR(low[0], 0, 1e-4);
        CHECK_NEAR(low[1], 0, 1e-4);
        CHECK_NEAR(low[2], 0, 1e-5); /* its corners are rounded to 1e-6 m */
        reel_scene_destroy(&s);
    }
}

static void equal_meshes_are_shared(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("local p = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1} }\n"
                     "for i = 1, 5 do world:hull { points = p, at = { i, 0 } } end\n"
                     "world:object { at = { 9, 0 }, parts = { { shape = 'hull', points = p },\n"
                     "  { shape = 'cone', radius = 1, length = 1, at = { 0, 0, 3 } } } }\n"
                     "world:hull { points = p, at = { 0, 3 }, crease = 1 }"));
    CHECK_INT(s->n_meshes, ==, 2);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(s->geoms[i].mesh, ==, 0);
    }
    CHECK_STR(s->objects[5].name, "object 1");
    reel_scene_destroy(&s);
}

/* Every solid by its name alone, moving and not: what moves collides as hulls that are not seen. */
static void solids_are_things(const void *param)
{
    (void)param;
    char script[400];
    for (int i = 0; i < reel_solid_n_kinds(); i++) {
        const char *name = reel_solid_kind_at(i)->name;
        snprintf(script, sizeof(script),
                 BUILD("world:%s { name = 'a', density = 1000 }\n"
                       "world:%s { name = 'b', static = true, at = { 9, 0 } }\n"
                       "world:object { at = { 5, 0 }, parts = { { shape = '%s', pitch = 1 } } }"),
                 name, name, name);
        reel_scene *s = freeze(script);
        const reel_body *a = &s->bodies[0];
        const reel_geom *g = &s->geoms[a->first_geom];
        double mass, inertia[6];
        reel_vec3 center;
        reel_geom_mass(s, g, 1000, &mass, &center, inertia);
        CHECK_NEAR(a->mass, mass, 1e-12 * mass); /* the parts weigh nothing */
        CHECK(g->visible);
        CHECK(g->shape == (a->n_geoms == 1 ? REEL_SHAPE_HULL : REEL_SHAPE_MESH));
        CHECK(g->collides == (a->n_geoms == 1));
        const reel_vec3 middle = reel_pose_apply(g->body_from_geom, center);
        CHECK_NEAR(reel_v3_len(middle), 0, 1e-12);
        for (int k = 1; k < a->n_geoms; k++) {
            CHECK(g[k].shape == REEL_SHAPE_HULL && g[k].collides && !g[k].visible);
        }
        CHECK_INT(s->bodies[1].n_geoms, ==, 1);
        CHECK(s->geoms[s->bodies[1].first_geom].collides);
        CHECK_INT(s->bodies[2].n_geoms, ==, a->n_geoms);
        CHECK_NEAR(s->bodies[2].mass / 1050 * 1000, mass, 1e-9 * mass); /* plastic */
        reel_scene_destroy(&s);
    }
}

/* An L given by its vertices, by an outline and as two boxes has one mass and one inertia. */
static void one_solid_three_ways(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("world:extrusion { outline = { {0,0}, {0.4,0}, {0.4,0.1}, {0.1,0.1}, {0.1,0.4}, "
              "{0,0.4} }, height = 0.1, density = 1000, at = { 0, 0, 2 } }\n"
              "world:object { density = 1000, at = { 5, 0, 2 }, parts = {\n"
              "  { shape = 'box', size = { 0.4, 0.1, 0.1 }, at = { 0.2, 0.05, 0 } },\n"
              "  { shape = 'box', size = { 0.1, 0.3, 0.1 }, at = { 0.05, 0.25, 0 } } } }\n"
              "local v, t = { {0,0,0}, {0.1,0,0}, {0,0.1,0}, {0,0,0.1} }, { {1,3,2}, {1,2,4}, "
              "{1,4,3}, {2,3,4} }\n"
              "world:mesh { vertices = v, triangles = t, at = { 9, 0 } }\n"
              "world:mesh { vertices = v, triangles = t, parts = { v }, at = { 9, 5 } }"));
    const reel_body *a = &s->bodies[0], *b = &s->bodies[1];
    CHECK_NEAR(a->mass, b->mass, 1e-9);
    CHECK_NEAR(a->world_from_body.p.x + 5, b->world_from_body.p.x, 1e-9);
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(a->inertia[i], b->inertia[i], 1e-9);
    }
    CHECK_INT(a->n_geoms, ==, 3);
    CHECK_INT(s->bodies[2].n_geoms, ==, 1); /* convex: one hull */
    CHECK_INT(s->bodies[3].n_geoms, ==, 2);
    CHECK_NEAR(s->bodies[3].mass, s->bodies[2].mass, 1e-12);
    reel_scene_destroy(&s);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* An OBJ file is found beside the script, wherever that is, and nowhere else. */
static void files_are_read(const void *param)
{
    (void)param;
    static const char obj[] =
        "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\n"
        "f 1 4 3\nf 2 3 4\n";
    static const char script[] =
        BUILD("world:mesh { file = 'thing.obj', scale = 0.5, density = 600 }");
    char folder[] = "/tmp/reel-scenes-XXXXXX", path[80], other[80];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/thing.obj", folder);
    snprintf(other, sizeof(other), "%s/script.lua", folder);
    write_file(path, obj);
    write_file(other, script);
    const reel_freeze_options o = reel_freeze_options_default();
    reel_scene *s = NULL;
    CHECK(reel_scene_freeze(other, &o, &s, NULL) == REEL_OK);
    CHECK_NEAR(s->bodies[0].mass, 600 * 0.125 / 6, 1e-9);
    reel_scene_destroy(&s);
    CHECK(freeze_seed(script, 0) == NULL); /* from memory: beside nothing */
    CHECK_STR(script_error.field, "mesh 1.file");
    remove(path);
    remove(other);
    remove(folder);
}

/* --- what comes and goes, belts ------------------------------------------------------------------
 */

static void things_come_and_go(const void *param)
{
    (void)param;
    reel_scene *s = freeze(
        BUILD("world:sphere { name = 'a', radius = 0.1, spawn = 0.5, remove = 2 }\n"
              "world:box { name = 'gate', size = 1, static = true, remove = 1, at = { 3, 0 } }\n"
              "world:box { name = 'b', size = 1, static = true, belt = 2, at = { 6, 0 } }\n"
              "world:box { name = 'c', size = 1, belt = { 0, 1, 0.5 }, at = { 9, 0 } }"));
    CHECK(s->bodies[0].absent && !s->bodies[1].absent);
    CHECK_INT(s->n_actions, ==, 3);
    CHECK(s->actions[0].kind == REEL_ACTION_SPAWN && s->actions[0].body == 0);
    CHECK_INT(s->actions[0].first_step, ==, 600);
    CHECK(s->actions[1].kind == REEL_ACTION_REMOVE && s->actions[1].body == 1);
    CHECK_INT(s->actions[2].first_step, ==, 2400);
    CHECK(s->geoms[2].belt.x == 2 && s->geoms[2].belt.y == 0);
    CHECK(s->geoms[3].belt.y == 1 && s->geoms[3].belt.z == 0.5);
    reel_scene_destroy(&s);
}

/* --- joints --------------------------------------------------------------------------------------
 */

static void new_joints_are_built(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "local a = world:box { name = 'a', size = 0.2, at = { 0, 0, 3 } }\n"
        "local b = world:box { name = 'b', size = 0.2, at = { 2, 0, 3 } }\n"
        "world:universal { a = a, axis = { 2, 0, 0 }, axis2 = { 0, 0, 3 }, break_torque = 4 }\n"
        "world:rope { a = a, to = { 0, 0, 5 }, length = 2.5, damping = 0.1 }\n"
        "world:rod { a = a, b = b, inactive = true }\n"
        "world:spring { a = a, b = b, to = { 1, 0, 3 }, stiffness = 20, rest = 0.4, "
        "limits = { 0, 2 }, break_force = 9 }\n"
        "local h = world:hinge { a = b, axis = { 0, 1, 0 }, stiffness = 7, rest = 0.3 }\n"
        "local g = world:slider { a = a, axis = { 1, 0, 0 } }\n"
        "world:couple { a = g, b = h, ratio = -0.5 }\n"
        "world:attach { joint = 'rod 1', time = 2 }"));
    const reel_joint *j = s->joints;
    CHECK(j[0].kind == REEL_JOINT_UNIVERSAL && j[0].axis.x == 1 && j[0].axis2.z == 1);
    CHECK(j[0].break_torque == 4 && j[0].break_force == 0);
    CHECK(j[1].kind == REEL_JOINT_DISTANCE && j[1].has_limits && j[1].lo == 0 && j[1].hi == 2.5);
    CHECK(j[1].anchor.z == 3 && j[1].anchor_b.z == 5 && j[1].damping == 0.1);
    CHECK(j[2].lo == 2 && j[2].hi == 2 && j[2].inactive && j[2].anchor_b.x == 2);
    CHECK(j[3].stiffness == 20 && j[3].rest == 0.4 && j[3].hi == 2 && j[3].break_force == 9);
    CHECK(j[4].stiffness == 7 && j[4].rest == 0.3);
    CHECK(j[6].kind == REEL_JOINT_GEAR && j[6].joint_a == 5 && j[6].joint_b == 4);
    CHECK(j[6].body_a == 0 && j[6].body_b == 1 && j[6].ratio == -0.5);
    CHECK(s->actions[0].kind == REEL_ACTION_ATTACH && s->actions[0].joint == 2);
    reel_scene_destroy(&s);
}

/* --- fields of force -----------------------------------------------------------------------------
 */

static void fields_are_built(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("world:sphere { name = 'a', radius = 0.1, tag = 'x', charge = 1e-6 }\n"
                     "world:sphere { name = 'b', radius = 0.1, at = { 1, 0 }, drag = 0.1, magnet = "
                     "{ 0, 0, 2 } }\n"
                     "world:wind { velocity = { 5, 0, 0 }, tag = 'x', from = 1, to = 2 }\n"
                     "world:water { size = { 2, 2, 1 }, at = { 4, 0 } }\n"
                     "world:attract { on = 'a', strength = 3 }\n"));
    const reel_force_field *f = s->force_fields;
    CHECK_INT(s->n_force_fields, ==, 5);
    CHECK(f[0].kind == REEL_FORCE_WIND && f[0].vec.x == 5 && !f[0].has_box);
    CHECK_STR(f[0].tag, "x");
    CHECK_INT(f[0].first_step, ==, 1200);
    CHECK_INT(f[0].end_step, ==, 2400);
    CHECK(f[1].kind == REEL_FORCE_WATER && f[1].has_box && f[1].end_step == 0);
    CHECK(f[1].box_min[0] == 3 && f[1].box_max[2] == 1 && f[1].box_min[2] == 0);
    CHECK(f[2].kind == REEL_FORCE_RADIAL && f[2].body == 0 && f[2].power == 2);
    CHECK(f[3].kind == REEL_FORCE_CHARGE && f[4].kind == REEL_FORCE_MAGNET);
    CHECK(s->bodies[0].drag == 0.47 && s->bodies[1].drag == 0.1);
    CHECK(s->bodies[2].drag == 0); /* the floor */
    CHECK(s->bodies[1].magnetic_moment.z == 2 && s->bodies[0].charge == 1e-6);
    reel_scene_destroy(&s);
    s = freeze(BUILD("world:sphere { radius = 0.1 }"));
    CHECK(s->bodies[0].drag == 0 && s->n_force_fields == 0); /* nothing flows */
    reel_scene_destroy(&s);
}

/* --- pairs ---------------------------------------------------------------------------------------
 */

/* What two surfaces of a scene are to one another. */
static reel_contact_pair pair_of(const reel_scene *s, int body_a, int body_b)
{
    const int a = s->geoms[s->bodies[body_a].first_geom].surface;
    const int b = s->geoms[s->bodies[body_b].first_geom].surface;
    for (int i = 0; i < s->n_pairs; i++) {
        const reel_contact_pair *p = &s->pairs[i];
        if ((p->surface_a == a && p->surface_b == b) || (p->surface_a == b && p->surface_b == a)) {
            return *p;
        }
    }
    return (reel_contact_pair){.friction = -1, .restitution = -1, .rolling_friction = -1};
}

static void pairs_are_found(const void *param)
{
    (void)param;
    reel_scene *s =
        freeze(BUILD("world:floor { material = 'ice' }\n"
                     "world:box { size = 1, material = 'steel' }\n"
                     "world:box { size = 1, material = 'rubber', at = { 2, 0 } }\n"
                     "world:box { size = 1, material = 'steel', friction = 0.2, at = { 4, 0 } }\n"
                     "world:box { size = 1, material = 'oak', at = { 6, 0 } }\n"
                     "world:wall { size = 1, material = 'sand', at = { 9, 0 } }\n"
                     "world:pair { 'rubber', 'ice', friction = 0.25 }\n"
                     "world:pair { 'oak', 'steel', rolling = 0.5 }"));
    enum { FLOOR, STEEL, RUBBER, OWN, OAK, SAND };
    CHECK(pair_of(s, FLOOR, STEEL).friction == 0.03);
    CHECK(pair_of(s, FLOOR, RUBBER).friction == 0.25);
    CHECK(pair_of(s, FLOOR, RUBBER).restitution == 0.75);
    CHECK(pair_of(s, FLOOR, OWN).friction == -1); /* by the rule, as it says itself */
    CHECK(pair_of(s, STEEL, SAND).restitution == 0.03);
    CHECK(pair_of(s, STEEL, OAK).rolling_friction == 0.5);
    CHECK(pair_of(s, STEEL, OAK).restitution == 0.5);
    CHECK(pair_of(s, OWN, OAK).rolling_friction == 0.5);
    CHECK(pair_of(s, FLOOR, SAND).friction == -1); /* neither moves */
    reel_scene_destroy(&s);
}

/* --- ground --------------------------------------------------------------------------------------
 */

static void ground_carries(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "local g = world:height_field { name = 'hill', size = { 4, 2 }, at = { 1, 0, 0.5 },\n"
        "  columns = 5, rows = 3, heights = function(x, y) return 0.25 * x end }\n"
        "assert(math.abs(g:height(1, 0) - 0.5) < 1e-12)\n"
        "assert(math.abs(g:height(2.3, 0.4) - 0.825) < 1e-12)\n"
        "assert(not pcall(g.height, g, 9, 9))\n"
        "local b = world:box { name = 'b', size = 0.4, on = g, at = { 2, 0 } }\n"
        "assert(math.abs(b.bottom - (0.5 + 0.25 * 1.2)) < 1e-12, b.bottom)\n"
        "world:height_field { size = { 1, 1 }, at = { 5, 5 }, heights = { { 0, 1 }, { 2, 3 }, "
        "{ 4, 5 } } }"));
    CHECK_INT(s->n_height_fields, ==, 2);
    CHECK(s->bodies[0].motion == REEL_MOTION_STATIC);
    CHECK_INT(s->objects[0].instance_id, ==, 0);
    CHECK_NEAR(s->bodies[0].box_max[2], 0.5, 1e-12);
    const reel_height_field *h = &s->height_fields[1];
    CHECK_STR(h->name, "ground 2");
    CHECK(h->columns == 2 && h->rows == 3 && h->heights[1] == 1 && h->heights[4] == 4);
    reel_scene_destroy(&s);
}

/* --- mistakes ------------------------------------------------------------------------------------
 */

typedef struct mistake {
    const char *text, *field, *words;
} mistake;

static const mistake mistakes[] = {
    {BUILD("world:cone { radius = 1 }"), "cone 1.length", "is missing"},
    {BUILD("world:ellipsoid { radii = { 1, 1 } }"), "ellipsoid 1.radii", "list of 3"},
    {BUILD("world:hull { points = { {0,0,0}, {1,0,0}, {0,1,0}, {1,1,0} } }"), "hull 1.points",
     "plane"},
    {BUILD("world:hull { points = { {0,0,0}, {1,0,0} } }"), "hull 1.points", "4 .. 4096"},
    {BUILD("world:torus { radius = 0.1, tube = -1 }"), "torus 1.tube", "within"},
    {BUILD("world:torus { radius = 0.1, tube = 0.2 }"), "torus 1.tube", ""},
    {BUILD("world:gear { teeth = 8.5 }"), "gear 1.teeth", "whole number"},
    {BUILD("world:mug { teeth = 8 }"), "mug 1.teeth", "no such field"},
    {BUILD("world:extrusion { outline = { {0,0}, {1,0}, {0,1} } }"), "extrusion 1.height",
     "is missing"},
    {BUILD("world:extrusion { outline = { {0,0}, {1,1}, {1,0}, {0,1} }, height = 1 }"),
     "extrusion 1.outline", ""},
    {BUILD("world:mesh { file = '../x.obj' }"), "mesh 1.file", ""},
    {BUILD("world:mesh { scale = 2, vertices = { { 1, 2, 3 } } }"), "mesh 1.scale", "file"},
    {BUILD("world:mesh { vertices = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1} }, "
           "triangles = { {1,2,3}, {1,2,4}, {1,4,3}, {2,3,4} } }"),
     "mesh 1.triangles", "edge"},
    {BUILD("world:mesh { vertices = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1} }, "
           "triangles = { {1,2,3}, {1,2,4}, {1,4,3}, {2,3,9} } }"),
     "mesh 1.triangles", "1 .. 4"},
    {BUILD("world:box { size = 0/0 }"), "box 1.size", "is nan"},
    {BUILD("world:box { size = 1, qqqqqqq = 2 }"), "box 1.qqqqqqq", "there are size, material"},
    {BUILD("world:sphere { radius = 1, size = 2 }"), "sphere 1.size", "no such field"},
    {BUILD("world:object { parts = { { shape = 'bx' } } }"), "object 1.parts[1].shape", "'box'"},
    {BUILD("world:box { size = 1, static = true, drag = 1 }"), "box 1.drag", "things that move"},
    {BUILD("world:box { size = 1, spawn = 2, remove = 1 }"), "box 1.remove", "later"},
    {BUILD("world:rope { a = world:box { size = 1 } }"), "rope.to", "is missing"},
    {BUILD("world:rope { a = world:box { size = 1 }, to = { 0, 0, 9 }, length = 1 }"),
     "rope.length", "8.5 m apart"},
    {BUILD(
         "world:universal { a = world:box { size = 1 }, axis = { 1, 0, 0 }, axis2 = { 1, 1, 0 } }"),
     "universal.axis2", "right angles"},
    {BUILD("world:couple { a = 'x', b = 'y', ratio = 1 }"), "couple.a", "joint made before"},
    {BUILD("world:attach { joint = world:ball { a = world:box { size = 1 } }, time = 1 }"),
     "attach.joint", "inactive"},
    {BUILD("world:water {}"), "water.size", "is missing"},
    {BUILD("world:wind { velocty = { 1, 0, 0 } }"), "wind.velocty", "'velocity'"},
    {BUILD("world:attract { strength = 1 }"), "attract.at", "is missing"},
    {BUILD("world:gravitation {}"), "gravitation.strength", "is missing"},
    {BUILD("world:pair { 'ice', 'ruber', friction = 1 }"), "pair", "'rubber'"},
    {BUILD("world:pair { 'ice', 'rubber' }"), "pair", "says nothing"},
    {BUILD(
         "world:height_field { size = { 1, 1 }, heights = function() end, rows = 2, columns = 2 }"),
     "ground.heights", "gives nil"},
    {BUILD("world:height_field { size = { 1, 1 }, heights = { { 1, 2 }, { 3 } } }"),
     "ground.heights[2]", "list of 2"},
};

static void mistakes_are_named(const void *param)
{
    (void)param;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        reel_scene *s = freeze_seed(mistakes[i].text, 0);
        if (s || strcmp(script_error.field, mistakes[i].field) != 0 ||
            !strstr(script_error.msg, mistakes[i].words)) {
            CHECK_FAIL("%s\ngives '%s': %s", mistakes[i].text, script_error.field,
                       script_error.msg);
        }
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"new shapes have their masses", new_shapes_have_their_masses, NULL},
    {"turned shapes rest on the floor", turned_shapes_rest_on_the_floor, NULL},
    {"equal meshes are shared", equal_meshes_are_shared, NULL},
    {"solids are things", solids_are_things, NULL},
    {"one solid three ways", one_solid_three_ways, NULL},
    {"files are read", files_are_read, NULL},
    {"things come and go", things_come_and_go, NULL},
    {"new joints are built", new_joints_are_built, NULL},
    {"fields are built", fields_are_built, NULL},
    {"pairs are found", pairs_are_found, NULL},
    {"ground carries", ground_carries, NULL},
    {"mistakes are named", mistakes_are_named, NULL},
};
CHECK_MAIN(tests)
