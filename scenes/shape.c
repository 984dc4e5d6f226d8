/*
 * shape.c - world:box, sphere, capsule, cylinder, object, floor, wall: objects, bodies and geoms.
 */
#include "base/trig.h"
#include "scenes/substance.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

#define TURN_FIELDS "yaw", "pitch", "roll", "rotation"
#define BODY_FIELDS                                                                      \
    REEL_SUBSTANCE_FIELDS, TURN_FIELDS, "name", "category", "shape", "at", "on", "lift", \
        "velocity", "spin", "mass", "static", "environment", "visible", "collides", "part_of"

static const char *const shape_words[] = {"plane", "box", "sphere", "capsule", "cylinder"};

/* --- rotation and shape --------------------------------------------------------------------------
 */

static reel_quat about(double x, double y, double z, double angle)
{
    return reel_quat_from_axis_angle(reel_v3(x, y, z), angle);
}

/* Shoemake, "Uniform random rotations", Graphics Gems III, 1992. */
static reel_quat random_rotation(lua_State *L, const char *object_path)
{
    char path[200];
    double s1, c1, s2, c2;
    snprintf(path, sizeof(path), "%s/rotation", object_path);
    reel_rng rng = reel_script_stream(L, path);
    const double u = reel_rng_uniform(&rng);
    const double a = 2 * REEL_PI * reel_rng_uniform(&rng);
    const double b = 2 * REEL_PI * reel_rng_uniform(&rng);
    reel_sincos(a, &s1, &c1);
    reel_sincos(b, &s2, &c2);
    return reel_quat_unit(
        (reel_quat){sqrt(u) * c2, sqrt(1 - u) * s1, sqrt(1 - u) * c1, sqrt(u) * s2});
}

static reel_quat read_rotation(reel_fields *f)
{
    double yaw = 0, pitch = 0, roll = 0, q[4];
    bool turned = reel_fields_number(f, "yaw", -1e3, 1e3, &yaw);
    turned |= reel_fields_number(f, "pitch", -1e3, 1e3, &pitch);
    turned |= reel_fields_number(f, "roll", -1e3, 1e3, &roll);
    if (!reel_fields_push(f, "rotation")) {
        reel_quat r = reel_quat_identity();
        r = yaw != 0 ? about(0, 0, 1, yaw) : r;
        r = pitch != 0 ? reel_quat_mul(r, about(0, 1, 0, pitch)) : r;
        return roll != 0 ? reel_quat_mul(r, about(1, 0, 0, roll)) : r;
    }
    if (turned) {
        reel_fields_fail(f, "rotation", "give either rotation, or yaw, pitch and roll");
    }
    reel_quat r;
    if (lua_type(f->L, -1) == LUA_TSTRING && strcmp(lua_tostring(f->L, -1), "random") == 0) {
        r = random_rotation(f->L, f->path);
    } else {
        reel_fields_vector_at(f, -1, "rotation", 4, 4, q);
        r = reel_quat_unit((reel_quat){q[0], q[1], q[2], q[3]});
        if (q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3] < 1e-12) {
            reel_fields_fail(f, "rotation", "must be \"random\" or a quaternion {w, x, y, z}");
        }
    }
    lua_pop(f->L, 1);
    return r;
}

static double need_positive(reel_fields *f, const char *name)
{
    double v;
    if (!reel_fields_positive(f, name, &v)) {
        reel_fields_fail(f, name, "is missing");
    }
    return v;
}

static void read_size(reel_fields *f, reel_shape shape, double size[3])
{
    size[0] = size[1] = size[2] = 0;
    if (shape == REEL_SHAPE_BOX) {
        double edge;
        if (!reel_fields_push(f, "size")) {
            reel_fields_fail(f, "size", "is missing: {x, y, z}, or one number for a cube");
        }
        if (lua_type(f->L, -1) == LUA_TNUMBER) {
            edge = lua_tonumber(f->L, -1);
            size[0] = size[1] = size[2] = edge;
        } else {
            reel_fields_vector_at(f, -1, "size", 3, 3, size);
        }
        lua_pop(f->L, 1);
        for (int i = 0; i < 3; i++) {
            if (!(size[i] > 0) || !isfinite(size[i])) {
                reel_fields_fail(f, "size", "edges must be finite and > 0, is %.6g", size[i]);
            }
        }
        return;
    }
    size[0] = need_positive(f, "radius");
    if (shape != REEL_SHAPE_SPHERE) {
        size[1] = need_positive(f, "length");
    }
}

/* --- bodies
 * ------------------------------------------------------------------------------------------ */

/* What one call makes, before anything is added: a mistake leaves the scene as it was. */
typedef struct draft {
    reel_object object;
    reel_body body;
    const char *body_name;
    bool environment, visible, collides;
    int part_of; /* object, or -1 */
    double mass; /* 0: from the density */
    reel_substance made_of;
} draft;

static const char *auto_name(lua_State *L, reel_shape shape, const char *word)
{
    char name[120];
    reel_builder *b = reel_builder_of(L);
    do {
        snprintf(name, sizeof(name), "%s %d", word, ++b->n_shapes[shape]);
    } while (reel_scene_find_body(b->scene, name) >= 0 ||
             reel_scene_find_object(b->scene, name) >= 0);
    return reel_build_string(L, name);
}

/* The name comes first: it is the label of messages and the path of the streams. */
static const char *read_name(lua_State *L, int index, reel_shape shape, const char *word)
{
    const char *name = NULL;
    if (lua_type(L, index) == LUA_TTABLE) {
        lua_pushliteral(L, "name");
        if (lua_rawget(L, index) == LUA_TSTRING) {
            const size_t n = lua_rawlen(L, -1);
            if (n == 0 || n > 100 || strlen(lua_tostring(L, -1)) != n) {
                reel_script_fail(L, "name", "must be a string of 1 .. 100 characters");
            }
            name = reel_build_string(L, lua_tostring(L, -1));
        } else if (!lua_isnil(L, -1)) {
            reel_script_fail(L, "name", "must be a string, is a %s", luaL_typename(L, -1));
        }
        lua_pop(L, 1);
    }
    if (!name) {
        return auto_name(L, shape, word);
    }
    const reel_scene *s = reel_builder_of(L)->scene;
    if (reel_scene_find_body(s, name) >= 0 || reel_scene_find_object(s, name) >= 0) {
        reel_script_fail(L, name, "there is something of this name already");
    }
    return name;
}

static void read_draft(reel_fields *f, draft *d)
{
    bool is_static = false;
    d->part_of = -1;
    d->visible = d->collides = true;
    reel_fields_bool(f, "static", &is_static);
    reel_fields_bool(f, "environment", &d->environment);
    reel_fields_bool(f, "visible", &d->visible);
    reel_fields_bool(f, "collides", &d->collides);
    is_static = is_static || d->environment;
    d->body.motion = is_static ? REEL_MOTION_STATIC : REEL_MOTION_DYNAMIC;
    d->body.world_from_body.q = read_rotation(f);
    const bool moves = reel_fields_vec3(f, "velocity", &d->body.velocity) |
                       reel_fields_vec3(f, "spin", &d->body.omega);
    if (moves && is_static) {
        reel_fields_fail(f, "static", "a static thing has no velocity");
    }
    reel_fields_positive(f, "mass", &d->mass);
    if (reel_fields_has(f, "mass") && reel_fields_has(f, "density")) {
        reel_fields_fail(f, "mass", "give either mass or density");
    }
    if (reel_fields_push(f, "part_of")) {
        d->part_of = reel_thing_object(f->L, -1, "part_of");
        lua_pop(f->L, 1);
        if (d->part_of != reel_builder_of(f->L)->scene->n_objects - 1) {
            reel_fields_fail(f, "part_of",
                             "must be the object made last: its bodies stand together");
        }
    }
    if (reel_fields_has(f, "at") && reel_fields_has(f, "on")) {
        double at[3];
        if (reel_fields_vector(f, "at", 2, 3, at) == 3) {
            reel_fields_fail(f, "at", "with 'on', at is {x, y}: the height is that of the support");
        }
    }
}

/* {x, y}: the lowest point on the floor or on `on`, raised by `lift`; {x, y, z}: the frame there.
 */
static void place(reel_fields *f, const reel_scene *scene, reel_body *body)
{
    double at[3] = {0, 0, 0}, lo[3], hi[3], lift = 0, ground = 0;
    const int n = reel_fields_vector(f, "at", 2, 3, at);
    const bool lifted = reel_fields_number(f, "lift", -1e6, 1e6, &lift);
    if (reel_fields_push(f, "on")) {
        const reel_body *support = &scene->bodies[reel_thing_body(f->L, -1, "on")];
        lua_pop(f->L, 1);
        reel_script_charge(f->L, (uint64_t)support->n_geoms * 2);
        if (!reel_build_box(scene, support, support->world_from_body, lo, hi)) {
            reel_fields_fail(f, "on", "has no top");
        }
        ground = hi[2];
        if (n == 0) {
            at[0] = support->world_from_body.p.x;
            at[1] = support->world_from_body.p.y;
        }
    } else if (n == 3) {
        if (lifted) {
            reel_fields_fail(f, "lift", "is for things put down by at = {x, y} or on");
        }
        body->world_from_body.p = reel_v3(at[0], at[1], at[2]);
        return;
    }
    body->world_from_body.p = reel_v3(at[0], at[1], 0);
    reel_build_box(scene, body, body->world_from_body, lo, hi);
    body->world_from_body.p.z = ground + lift - lo[2];
}

/* Adds the body whose geoms are the last `n_geoms` of the scene, and its object; pushes the thing.
 */
static int finish(reel_fields *f, draft *d, int n_geoms)
{
    lua_State *L = f->L;
    reel_scene *s = reel_builder_of(L)->scene;
    reel_body *body = &d->body;
    body->first_geom = s->n_geoms - n_geoms;
    body->n_geoms = n_geoms;
    place(f, s, body);
    if (body->motion == REEL_MOTION_DYNAMIC) {
        const reel_vec3 center = reel_build_mass(s, body);
        body->world_from_body.p = reel_pose_apply(body->world_from_body, center);
        if (d->mass > 0) {
            reel_build_set_mass(body, d->mass);
        }
    }
    if (d->visible) {
        reel_build_box(s, body, reel_pose_identity(), body->box_min, body->box_max);
    }
    if (d->part_of >= 0) {
        body->object = d->part_of;
    } else {
        d->object.first_body = s->n_bodies;
        d->object.semantic_id = d->environment ? 0 : reel_build_category(L, d->object.category);
        d->object.category = s->categories[d->object.semantic_id];
        d->object.instance_id = d->environment ? 0 : reel_scene_n_instances(s) + 1;
        body->object = reel_build_object(L, &d->object);
    }
    body->name = d->body_name;
    const int index = reel_build_body(L, body);
    for (int i = 0; i < n_geoms; i++) {
        s->geoms[body->first_geom + i].body = index;
    }
    s->objects[body->object].n_bodies++;
    reel_thing_push(L, body->object, index);
    return 1;
}

static void add_geom(reel_fields *f, reel_shape shape, const double size[3], reel_pose pose,
                     const reel_substance *made_of, const draft *d)
{
    reel_geom g = {.shape = shape,
                   .size = {size[0], size[1], size[2]},
                   .body_from_geom = pose,
                   .visible = d->visible,
                   .collides = d->collides,
                   .mesh = -1,
                   .height_field = -1};
    g.material = reel_build_material(f->L, &made_of->material);
    g.surface = reel_build_surface(f->L, &made_of->surface);
    reel_build_geom(f->L, &g);
}

static const char *word_of(reel_shape shape, const double size[3])
{
    if (shape == REEL_SHAPE_BOX && size[0] == size[1] && size[1] == size[2]) {
        return "cube";
    }
    return shape_words[shape];
}

static void read_words(reel_fields *f, draft *d, const char *shape_word)
{
    const char *shape = reel_fields_string(f, "shape");
    const char *category = reel_fields_string(f, "category");
    if (category && strcmp(category, "environment") == 0) {
        reel_fields_fail(f, "category", "say environment = true instead");
    }
    d->object.shape = shape ? shape : shape_word;
    d->object.category = category ? category : d->object.shape;
    d->object.color = d->made_of.color_word;
    d->object.material = d->made_of.surface.name;
}

static reel_fields begin(lua_State *L, draft *d, reel_shape shape, const char *const *allowed)
{
    char path[160];
    reel_scene *s = reel_builder_of(L)->scene;
    const reel_body *last = s->n_bodies > 0 ? &s->bodies[s->n_bodies - 1] : NULL;
    s->n_geoms = last ? last->first_geom + last->n_geoms : 0; /* a failed call's are forgotten */
    if (s->n_bodies >= REEL_MAX_BODIES || s->n_objects >= REEL_MAX_OBJECTS) {
        reel_script_fail(L, "objects", "too many: a scene has at most %d objects and %d bodies",
                         REEL_MAX_OBJECTS, REEL_MAX_BODIES);
    }
    reel_script_charge(L, (uint64_t)(s->n_bodies + s->n_objects)); /* names are looked up */
    reel_build_argument(L);
    d->body_name = d->object.name = read_name(L, 2, shape, shape_words[shape]);
    snprintf(path, sizeof(path), "objects/%s", d->body_name);
    return reel_fields_begin(L, 2, d->body_name, path, allowed);
}

static int simple(lua_State *L, reel_shape shape, const char *const *allowed)
{
    draft d = {.body.world_from_body = reel_pose_identity(), .body.tag = ""};
    double size[3];
    reel_fields f = begin(L, &d, shape, allowed);
    read_size(&f, shape, size);
    read_draft(&f, &d);
    d.made_of = reel_substance_read(&f, NULL);
    read_words(&f, &d, word_of(shape, size));
    const int before = reel_builder_of(L)->scene->n_geoms;
    add_geom(&f, shape, size, reel_pose_identity(), &d.made_of, &d);
    return finish(&f, &d, reel_builder_of(L)->scene->n_geoms - before);
}

int reel_world_box(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "size", NULL};
    return simple(L, REEL_SHAPE_BOX, fields);
}

int reel_world_sphere(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "radius", NULL};
    return simple(L, REEL_SHAPE_SPHERE, fields);
}

int reel_world_capsule(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "radius", "length", NULL};
    return simple(L, REEL_SHAPE_CAPSULE, fields);
}

int reel_world_cylinder(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "radius", "length", NULL};
    return simple(L, REEL_SHAPE_CYLINDER, fields);
}

/* --- compounds -----------------------------------------------------------------------------------
 */

static reel_shape part_shape(reel_fields *f)
{
    const char *word = reel_fields_string(f, "shape");
    for (int i = REEL_SHAPE_BOX; i <= REEL_SHAPE_CYLINDER; i++) {
        if (word && strcmp(word, shape_words[i]) == 0) {
            return (reel_shape)i;
        }
    }
    reel_fields_fail(f, "shape", "must be \"box\", \"sphere\", \"capsule\" or \"cylinder\"");
}

static void read_part(reel_fields *whole, int number, const draft *d)
{
    static const char *const fields[] = {REEL_SUBSTANCE_FIELDS,
                                         TURN_FIELDS,
                                         "shape",
                                         "size",
                                         "radius",
                                         "length",
                                         "at",
                                         "visible",
                                         "collides",
                                         NULL};
    char label[120], path[200];
    double size[3], at[3] = {0, 0, 0};
    draft own = *d;
    snprintf(label, sizeof(label), "%.80s.parts[%d]", whole->label, number);
    snprintf(path, sizeof(path), "%.140s/parts/%d", whole->path, number);
    reel_fields f = reel_fields_begin(whole->L, -1, label, path, fields);
    const reel_shape shape = part_shape(&f);
    read_size(&f, shape, size);
    reel_fields_vector(&f, "at", 3, 3, at);
    reel_fields_bool(&f, "visible", &own.visible);
    reel_fields_bool(&f, "collides", &own.collides);
    const reel_substance made_of = reel_substance_read(&f, &d->made_of);
    const reel_pose pose = {reel_v3(at[0], at[1], at[2]), read_rotation(&f)};
    add_geom(&f, shape, size, pose, &made_of, &own);
}

int reel_world_object(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "parts", NULL};
    draft d = {.body.world_from_body = reel_pose_identity(), .body.tag = ""};
    reel_fields f = begin(L, &d, REEL_SHAPE_PLANE, fields);
    read_draft(&f, &d);
    d.made_of = reel_substance_read(&f, NULL);
    read_words(&f, &d, "object");
    if (!reel_fields_push(&f, "parts") || lua_type(L, -1) != LUA_TTABLE) {
        reel_fields_fail(&f, "parts", "must be a list of parts");
    }
    const lua_Unsigned n = lua_rawlen(L, -1);
    if (n < 1 || n > 1000) {
        reel_fields_fail(&f, "parts", "must be a list of 1 .. 1000 parts, has %llu",
                         (unsigned long long)n);
    }
    const int parts = lua_gettop(L);
    const int before = reel_builder_of(L)->scene->n_geoms;
    for (int i = 1; i <= (int)n; i++) {
        lua_rawgeti(L, parts, i);
        read_part(&f, i, &d);
        lua_settop(L, parts);
    }
    return finish(&f, &d, reel_builder_of(L)->scene->n_geoms - before);
}

/* --- surroundings --------------------------------------------------------------------------------
 */

/* m, what is drawn of the floor: within the depth plane's 65 m from any camera near the scene. */
#define FLOOR_RADIUS 40.0

static void add_floor(reel_fields *f, const reel_substance *made_of)
{
    lua_State *L = f->L;
    draft d = {.environment = true, .visible = true, .collides = true, .part_of = -1};
    const double drawn[3] = {FLOOR_RADIUS, 0, 0};
    d.body_name = d.object.name = "floor";
    d.body.world_from_body = reel_pose_identity();
    d.body.tag = "";
    d.made_of = *made_of;
    d.object.shape = "plane";
    d.object.category = "environment";
    d.object.color = made_of->color_word;
    d.object.material = made_of->surface.name;
    add_geom(f, REEL_SHAPE_PLANE, drawn, reel_pose_identity(), made_of, &d);
    reel_scene *s = reel_builder_of(L)->scene;
    d.body.first_geom = s->n_geoms - 1;
    d.body.n_geoms = 1;
    d.body.name = d.body_name;
    d.object.first_body = s->n_bodies;
    d.object.n_bodies = 1;
    d.body.object = reel_build_object(L, &d.object);
    s->geoms[d.body.first_geom].body = reel_build_body(L, &d.body);
    reel_builder_of(L)->floor_done = true;
}

/* world:floor{ material = ... }; world:floor(false) for none */
int reel_world_floor(lua_State *L)
{
    static const char *const fields[] = {REEL_SUBSTANCE_FIELDS, NULL};
    reel_builder *b = reel_builder_of(L);
    if (b->floor_done) {
        reel_script_fail(L, "floor", "there is a floor already");
    }
    if (lua_type(L, 2) == LUA_TBOOLEAN && !lua_toboolean(L, 2)) {
        b->floor_done = true;
        return 0;
    }
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    reel_fields f = reel_fields_begin(L, 2, "floor", "floor", fields);
    if (!reel_fields_has(&f, "material")) {
        lua_pushliteral(L, "concrete");
        lua_setfield(L, 2, "material");
    }
    const reel_substance made_of = reel_substance_read(&f, NULL);
    add_floor(&f, &made_of);
    return 0;
}

void reel_defaults_floor(lua_State *L)
{
    if (!reel_builder_of(L)->floor_done) {
        lua_settop(L, 1);
        reel_world_floor(L);
    }
}

/* A box that belongs to the surroundings. */
int reel_world_wall(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "size", NULL};
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushboolean(L, 1);
    lua_setfield(L, 2, "environment");
    return simple(L, REEL_SHAPE_BOX, fields);
}
