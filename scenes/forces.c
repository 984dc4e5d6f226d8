/*
 * forces.c - fields of force: world:wind, water, attract, uniform, gravitation, charges, magnets.
 */
#include "scenes/timeline.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

#define COMMON_FIELDS "name", "tag", "from", "to"

/* CODATA 2018, rounded: Coulomb's constant, mu0 / 4 pi. */
static const double COULOMB = 8.9875517923e9;
static const double MAGNETIC = 1e-7;
/* Air at 20 C and 1013 hPa (ICAO standard atmosphere, reduced); water at 20 C (CRC Handbook). */
static const double AIR_DENSITY = 1.204;
static const double WATER_DENSITY = 998.2, WATER_VISCOSITY = 1.002e-3;

static const double NEAR = 0.01; /* m, where forces that grow without end stop growing */

static void add_field(reel_fields *f, reel_force_field *field, const char *word)
{
    lua_State *L = f->L;
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    field->name = reel_timeline_name(f, word);
    for (int i = 0; i < s->n_force_fields; i++) {
        if (strcmp(s->force_fields[i].name, field->name) == 0) {
            reel_fields_fail(f, "name", "there is a field of this name already");
        }
    }
    if (s->n_force_fields >= REEL_MAX_FORCE_FIELDS) {
        reel_script_fail(L, word, "too many fields of force: a scene has at most %d",
                         REEL_MAX_FORCE_FIELDS);
    }
    s->force_fields = reel_build_grow(L, s->force_fields, s->n_force_fields, &b->force_field_cap,
                                      sizeof(*s->force_fields));
    s->force_fields[s->n_force_fields++] = *field;
}

static reel_force_field read_common(reel_fields *f, reel_force_kind kind)
{
    reel_force_field field = {.kind = kind, .tag = "", .body = -1};
    const char *tag = reel_fields_string(f, "tag");
    field.tag = tag ? tag : "";
    field.first_step = reel_timeline_step(f, "from", 0);
    if (reel_fields_has(f, "to")) {
        field.end_step = reel_timeline_step(f, "to", 0);
        if (field.end_step <= field.first_step) {
            reel_fields_fail(f, "to", "must be later than from");
        }
    }
    return field;
}

/* A box as world:box has it: at = {x, y} stands on the floor, {x, y, z} is its middle. */
static void read_region(reel_fields *f, reel_force_field *field, bool needed)
{
    double size[3], at[3] = {0, 0, 0};
    if (reel_fields_vector(f, "size", 3, 3, size) == 0) {
        if (needed) {
            reel_fields_fail(f, "size", "is missing: {x, y, z} of the box");
        }
        if (reel_fields_has(f, "at")) {
            reel_fields_fail(f, "at", "is the place of a box: give its size as well");
        }
        return;
    }
    const int n = reel_fields_vector(f, "at", 2, 3, at);
    if (n < 3) {
        at[2] = 0.5 * size[2];
    }
    field->has_box = true;
    for (int i = 0; i < 3; i++) {
        if (!(size[i] > 0)) {
            reel_fields_fail(f, "size", "edges must be > 0, is %.6g", size[i]);
        }
        field->box_min[i] = at[i] - 0.5 * size[i];
        field->box_max[i] = at[i] + 0.5 * size[i];
    }
}

static void read_flow(reel_fields *f, reel_force_field *field)
{
    reel_fields_vec3(f, "velocity", &field->vec);
    reel_fields_number(f, "density", 0, 1e6, &field->density);
    reel_fields_number(f, "viscosity", 0, 1e6, &field->viscosity);
}

int reel_world_wind(lua_State *L)
{
    static const char *const fields[] = {COMMON_FIELDS, "velocity", "density", "viscosity",
                                         "size",        "at",       NULL};
    reel_fields f = reel_timeline_begin(L, "wind", "fields", fields);
    reel_force_field field = read_common(&f, REEL_FORCE_WIND);
    field.density = AIR_DENSITY;
    read_flow(&f, &field);
    read_region(&f, &field, false);
    add_field(&f, &field, "wind");
    return 0;
}

int reel_world_water(lua_State *L)
{
    static const char *const fields[] = {COMMON_FIELDS, "velocity", "density", "viscosity",
                                         "size",        "at",       NULL};
    reel_fields f = reel_timeline_begin(L, "water", "fields", fields);
    reel_force_field field = read_common(&f, REEL_FORCE_WATER);
    field.density = WATER_DENSITY;
    field.viscosity = WATER_VISCOSITY;
    read_flow(&f, &field);
    read_region(&f, &field, true);
    add_field(&f, &field, "water");
    return 0;
}

/* at = {x, y, z}; or on = thing: its origin, or `at` in its frame. */
static void read_center(reel_fields *f, reel_force_field *field)
{
    const bool placed = reel_fields_vec3(f, "at", &field->center);
    if (reel_fields_push(f, "on")) {
        field->body = reel_thing_body(f->L, -1, "on");
        lua_pop(f->L, 1);
    } else if (!placed) {
        reel_fields_fail(f, "at", "is missing: {x, y, z}, or on = a thing");
    }
}

int reel_world_attract(lua_State *L)
{
    static const char *const fields[] = {COMMON_FIELDS, "at",     "on", "strength",
                                         "power",       "radius", NULL};
    reel_fields f = reel_timeline_begin(L, "attract", "fields", fields);
    reel_force_field field = read_common(&f, REEL_FORCE_RADIAL);
    field.power = 2;
    field.radius = NEAR;
    read_center(&f, &field);
    if (!reel_fields_number(&f, "strength", -1e12, 1e12, &field.strength)) {
        reel_fields_fail(&f, "strength",
                         "is missing: the acceleration in m/s^2 at a distance of 1 m");
    }
    reel_fields_number(&f, "power", -10, 10, &field.power);
    reel_fields_positive(&f, "radius", &field.radius);
    add_field(&f, &field, "attract");
    return 0;
}

int reel_world_uniform(lua_State *L)
{
    static const char *const fields[] = {COMMON_FIELDS, "acceleration", "size", "at", NULL};
    reel_fields f = reel_timeline_begin(L, "uniform", "fields", fields);
    reel_force_field field = read_common(&f, REEL_FORCE_UNIFORM);
    if (!reel_fields_vec3(&f, "acceleration", &field.vec)) {
        reel_fields_fail(&f, "acceleration", "is missing: {x, y, z} in m/s^2");
    }
    read_region(&f, &field, false);
    add_field(&f, &field, "uniform");
    return 0;
}

static int mutual(lua_State *L, reel_force_kind kind, const char *word, double strength)
{
    static const char *const fields[] = {COMMON_FIELDS, "strength", "radius", NULL};
    reel_fields f = reel_timeline_begin(L, word, "fields", fields);
    reel_force_field field = read_common(&f, kind);
    field.strength = strength;
    field.radius = NEAR;
    if (!reel_fields_number(&f, "strength", -1e15, 1e15, &field.strength) && strength == 0) {
        reel_fields_fail(&f, "strength",
                         "is missing: the constant of gravitation in N m^2/kg^2 (nature's is "
                         "6.674e-11)");
    }
    reel_fields_positive(&f, "radius", &field.radius);
    add_field(&f, &field, word);
    return 0;
}

int reel_world_gravitation(lua_State *L)
{
    return mutual(L, REEL_FORCE_GRAVITATION, "gravitation", 0);
}

int reel_world_charges(lua_State *L)
{
    return mutual(L, REEL_FORCE_CHARGE, "charges", COULOMB);
}

int reel_world_magnets(lua_State *L)
{
    return mutual(L, REEL_FORCE_MAGNET, "magnets", MAGNETIC);
}

static bool has_field(const reel_scene *s, reel_force_kind kind)
{
    for (int i = 0; i < s->n_force_fields; i++) {
        if (s->force_fields[i].kind == kind) {
            return true;
        }
    }
    return false;
}

void reel_defaults_forces(lua_State *L)
{
    const reel_scene *s = reel_builder_of(L)->scene;
    const bool flow = has_field(s, REEL_FORCE_WIND) || has_field(s, REEL_FORCE_WATER);
    bool charged = false, magnetic = false;
    for (int i = 0; i < s->n_bodies; i++) {
        reel_body *b = &s->bodies[i];
        if (b->drag < 0) { /* the usual one of its form, see reel_form */
            b->drag = flow && b->motion == REEL_MOTION_DYNAMIC ? -b->drag : 0;
        }
        charged |= b->charge != 0;
        magnetic |= reel_v3_len(b->magnetic_moment) != 0;
    }
    if (charged && !has_field(s, REEL_FORCE_CHARGE)) {
        lua_settop(L, 1);
        lua_newtable(L);
        reel_world_charges(L);
    }
    if (magnetic && !has_field(s, REEL_FORCE_MAGNET)) {
        lua_settop(L, 1);
        lua_newtable(L);
        reel_world_magnets(L);
    }
}
