/*
 * shape.c - world:box and its sisters, world:object, world:wall: objects, bodies and geoms.
 */
#include "base/trig.h"
#include "scenes/form.h"
#include "scenes/print.h"
#include "scenes/substance.h"
#include "scenes/timeline.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

#define TURN_FIELDS "yaw", "pitch", "roll", "rotation"
#define BODY_FIELDS                                                                            \
    REEL_SUBSTANCE_FIELDS, TURN_FIELDS, "name", "category", "shape", "at", "on", "lift",       \
        "velocity", "spin", "mass", "static", "environment", "visible", "collides", "part_of", \
        "tag", "drag", "charge", "magnet", "belt", "spawn", "remove"

static const char *const body_fields[] = {BODY_FIELDS, NULL};

/* --- rotation --------------------------------------------------------------------------
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

/* --- bodies
 * ------------------------------------------------------------------------------------------ */

/* What one call makes, before anything is added: a mistake leaves the scene as it was. */
typedef struct draft {
    reel_object object;
    reel_body body;
    const char *body_name;
    bool environment, visible, collides;
    int part_of;          /* object, or -1 */
    double mass;          /* 0: from the density */
    double spawn, remove; /* s; -1: there from the beginning, to the end */
    reel_vec3 belt;
    reel_substance made_of;
} draft;

static const char *auto_name(lua_State *L, const char *word)
{
    char name[120];
    reel_builder *b = reel_builder_of(L);
    do {
        snprintf(name, sizeof(name), "%s %d", word, reel_build_count(L, word));
    } while (reel_scene_find_body(b->scene, name) >= 0 ||
             reel_scene_find_object(b->scene, name) >= 0);
    return reel_build_string(L, name);
}

/* The name comes first: it is the label of messages and the path of the streams. */
static const char *read_name(lua_State *L, int index, const char *word)
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
        return auto_name(L, word);
    }
    const reel_scene *s = reel_builder_of(L)->scene;
    if (reel_scene_find_body(s, name) >= 0 || reel_scene_find_object(s, name) >= 0) {
        reel_script_fail(L, name, "there is something of this name already");
    }
    return name;
}

/* A speed along the shape's own x axis, or a velocity in its frame. */
static reel_vec3 read_belt(reel_fields *f)
{
    reel_vec3 v = {0, 0, 0};
    if (!reel_fields_push(f, "belt")) {
        return v;
    }
    const bool along = lua_type(f->L, -1) == LUA_TNUMBER;
    lua_pop(f->L, 1);
    if (along) {
        reel_fields_number(f, "belt", -1e3, 1e3, &v.x);
    } else {
        reel_fields_vec3(f, "belt", &v);
    }
    return v;
}

/* What fields of force act on, and when the thing is there at all. */
static void read_nature(reel_fields *f, draft *d)
{
    static const char *const active[] = {"drag", "charge", "magnet", "tag", NULL};
    const bool is_static = d->body.motion == REEL_MOTION_STATIC;
    const char *tag = reel_fields_string(f, "tag");
    d->body.tag = tag ? tag : "";
    d->body.drag = -1; /* the form's, if anything flows */
    reel_fields_number(f, "drag", 0, 1e6, &d->body.drag);
    reel_fields_number(f, "charge", -1e6, 1e6, &d->body.charge);
    reel_fields_vec3(f, "magnet", &d->body.magnetic_moment);
    for (int i = 0; is_static && active[i]; i++) {
        if (reel_fields_has(f, active[i])) {
            reel_fields_fail(f, active[i], "is for things that move: fields of force act on them");
        }
    }
    d->belt = read_belt(f);
    d->spawn = d->remove = -1;
    const bool late = reel_fields_number(f, "spawn", 0, 1e6, &d->spawn);
    const bool gone = reel_fields_number(f, "remove", 0, 1e6, &d->remove);
    if (late && gone && d->remove <= d->spawn) {
        reel_fields_fail(f, "remove", "must be later than spawn");
    }
    d->body.absent = late;
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
    read_nature(f, d);
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

/* Height of what is under the box of `body` as it is placed: the top of `support`, or of its ground
 * there. */
static double ground_under(reel_fields *f, const reel_body *support, const reel_body *body)
{
    const reel_scene *scene = reel_builder_of(f->L)->scene;
    double lo[3], hi[3], top;
    reel_script_charge(f->L, reel_build_box_cost(scene, support));
    reel_build_box(scene, body, REEL_WHICH_COLLIDES, body->world_from_body, lo, hi);
    if (reel_ground_under(scene, support, lo, hi, &top)) {
        return top;
    }
    if (!reel_build_box(scene, support, REEL_WHICH_COLLIDES, support->world_from_body, lo, hi)) {
        reel_fields_fail(f, "on", "has no top");
    }
    return hi[2];
}

/* {x, y}: the lowest point on the floor or on `on`, raised by `lift`; {x, y, z}: the frame there.
 */
static void place(reel_fields *f, const reel_scene *scene, reel_body *body)
{
    double at[3] = {0, 0, 0}, lo[3], hi[3], lift = 0, ground = 0;
    const int n = reel_fields_vector(f, "at", 2, 3, at);
    const bool lifted = reel_fields_number(f, "lift", -1e6, 1e6, &lift);
    const bool on = reel_fields_push(f, "on");
    if (!on && n == 3) {
        if (lifted) {
            reel_fields_fail(f, "lift", "is for things put down by at = {x, y} or on");
        }
        body->world_from_body.p = reel_v3(at[0], at[1], at[2]);
        return;
    }
    body->world_from_body.p = reel_v3(at[0], at[1], 0);
    reel_script_charge(f->L, 2 * reel_build_box_cost(scene, body));
    if (on) {
        const reel_body *support = &scene->bodies[reel_thing_body(f->L, -1, "on")];
        lua_pop(f->L, 1);
        if (n == 0) {
            body->world_from_body.p.x = support->world_from_body.p.x;
            body->world_from_body.p.y = support->world_from_body.p.y;
        }
        ground = ground_under(f, support, body);
    }
    reel_build_box(scene, body, REEL_WHICH_COLLIDES, body->world_from_body, lo, hi);
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
        const reel_vec3 center = reel_build_mass(L, body);
        body->world_from_body.p = reel_pose_apply(body->world_from_body, center);
        if (d->mass > 0) {
            reel_build_set_mass(body, d->mass);
        }
    }
    reel_build_box(s, body, REEL_WHICH_VISIBLE, reel_pose_identity(), body->box_min, body->box_max);
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
    if (d->spawn >= 0) {
        reel_timeline_presence(L, REEL_ACTION_SPAWN, index, d->spawn);
    }
    if (d->remove >= 0) {
        reel_timeline_presence(L, REEL_ACTION_REMOVE, index, d->remove);
    }
    reel_thing_push(L, body->object, index);
    return 1;
}

static void add_form(reel_fields *f, const reel_form *form, reel_pose pose,
                     const reel_substance *made_of, const draft *d)
{
    lua_State *L = f->L;
    for (int i = 0; i < form->n_pieces; i++) {
        const reel_form_piece *p = &form->pieces[i];
        if (!(d->visible && p->visible) && !(d->collides && p->collides) && !p->weighs) {
            continue; /* a part that would collide if anything of the thing did */
        }
        reel_geom g = {.shape = p->shape,
                       .size = {p->size[0], p->size[1], p->size[2]},
                       .body_from_geom = pose,
                       .visible = d->visible && p->visible,
                       .collides = d->collides && p->collides,
                       .mesh = p->mesh,
                       .height_field = -1,
                       .belt = p->collides ? d->belt : reel_v3(0, 0, 0)};
        reel_material look = made_of->material;
        reel_print_fit(reel_builder_of(L)->scene, &g, &look);
        g.material = reel_build_material(L, &look);
        g.surface = reel_build_surface(L, &made_of->surface);
        reel_build_geom(L, &g, p->weighs);
    }
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

/* `word`: what names are made of, static storage. */
static reel_fields begin(lua_State *L, draft *d, const char *word, const char *const *allowed)
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
    *d = (draft){.body.world_from_body = reel_pose_identity(), .body.tag = ""};
    d->body_name = d->object.name = read_name(L, 2, word);
    snprintf(path, sizeof(path), "objects/%s", d->body_name);
    return reel_fields_begin(L, 2, d->body_name, path, allowed);
}

enum { MAX_FIELDS = 72 };

/* The fields of the kind, and those of `common`. */
static void join_fields(const reel_form_kind *kind, const char *const *common,
                        const char *out[MAX_FIELDS])
{
    int n = 0;
    reel_form_fields(kind, out);
    while (out[n]) {
        n++;
    }
    for (; *common; common++) {
        assert(n < MAX_FIELDS - 1);
        out[n++] = *common;
    }
    out[n] = NULL;
}

static int simple(lua_State *L, const reel_form_kind *kind)
{
    draft d;
    const char *allowed[MAX_FIELDS];
    join_fields(kind, body_fields, allowed);
    reel_fields f = begin(L, &d, kind->word, allowed);
    read_draft(&f, &d);
    const reel_form form = reel_form_read(&f, kind, d.body.motion == REEL_MOTION_DYNAMIC);
    d.made_of = reel_substance_read(&f, NULL);
    read_words(&f, &d, form.word);
    d.body.drag = d.body.drag < 0 ? -form.drag : d.body.drag;
    const int before = reel_builder_of(L)->scene->n_geoms;
    add_form(&f, &form, reel_pose_identity(), &d.made_of, &d);
    return finish(&f, &d, reel_builder_of(L)->scene->n_geoms - before);
}

/* world:WORD { }: upvalue 1 is the number of the kind. */
int reel_world_shape(lua_State *L)
{
    reel_form_kind kind;
    reel_form_kind_at((int)lua_tointeger(L, lua_upvalueindex(1)), &kind);
    return simple(L, &kind);
}

/* --- compounds -----------------------------------------------------------------------------------
 */

/* The kind comes first: it decides which fields there are. */
static reel_form_kind part_kind(lua_State *L, const char *label)
{
    char hint[120], field[140];
    reel_form_kind kind;
    snprintf(field, sizeof(field), "%.120s.shape", label);
    if (lua_type(L, -1) != LUA_TTABLE) {
        reel_script_fail(L, label, "must be a table, is a %s", luaL_typename(L, -1));
    }
    lua_pushliteral(L, "shape");
    if (lua_rawget(L, -2) != LUA_TSTRING) {
        reel_script_fail(L, field, "must be the name of a shape, such as \"box\"");
    }
    const char *word = lua_tostring(L, -1);
    if (!reel_form_find(word, &kind)) {
        reel_suggestion best = reel_suggestion_begin(word);
        for (int i = 0; reel_form_kind_at(i, &kind); i++) {
            reel_suggestion_offer(&best, kind.word);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
        reel_script_fail(L, field, "there is no shape '%.40s'%s", word, hint);
    }
    lua_pop(L, 1);
    return kind;
}

static void read_part(reel_fields *whole, int number, const draft *d)
{
    static const char *const part_fields[] = {
        REEL_SUBSTANCE_FIELDS, TURN_FIELDS, "shape", "at", "visible", "collides", "belt", NULL};
    const char *allowed[MAX_FIELDS];
    char label[120], path[200];
    double at[3] = {0, 0, 0};
    draft own = *d;
    snprintf(label, sizeof(label), "%.80s.parts[%d]", whole->label, number);
    snprintf(path, sizeof(path), "%.140s/parts/%d", whole->path, number);
    const reel_form_kind kind = part_kind(whole->L, label);
    join_fields(&kind, part_fields, allowed);
    reel_fields f = reel_fields_begin(whole->L, -1, label, path, allowed);
    const reel_form form = reel_form_read(&f, &kind, d->body.motion == REEL_MOTION_DYNAMIC);
    reel_fields_vector(&f, "at", 3, 3, at);
    reel_fields_bool(&f, "visible", &own.visible);
    reel_fields_bool(&f, "collides", &own.collides);
    if (reel_fields_has(&f, "belt")) {
        own.belt = read_belt(&f);
    }
    const reel_substance made_of = reel_substance_read(&f, &d->made_of);
    const reel_pose pose = {reel_v3(at[0], at[1], at[2]), read_rotation(&f)};
    add_form(&f, &form, pose, &made_of, &own);
}

static const double COMPOUND_DRAG = 1.0;

int reel_world_object(lua_State *L)
{
    static const char *const fields[] = {BODY_FIELDS, "parts", NULL};
    draft d;
    reel_fields f = begin(L, &d, "object", fields);
    read_draft(&f, &d);
    d.made_of = reel_substance_read(&f, NULL);
    d.body.drag = d.body.drag < 0 ? -COMPOUND_DRAG : d.body.drag;
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

/* A box that belongs to the surroundings. */
int reel_world_wall(lua_State *L)
{
    reel_form_kind box;
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushboolean(L, 1);
    lua_setfield(L, 2, "environment");
    reel_form_find("box", &box);
    return simple(L, &box);
}
