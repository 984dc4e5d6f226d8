/*
 * lamps.c - world:lamp: balls, panels and spots of light, in the world or on a thing.
 */
#include "base/trig.h"
#include "scenes/substance.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static reel_lamp_kind read_kind(reel_fields *f)
{
    static const char *const kinds[] = {"sphere", "rect", "spot"};
    char hint[120];
    const char *kind = reel_fields_string(f, "kind");
    if (!kind) {
        return REEL_LAMP_SPHERE;
    }
    reel_suggestion best = reel_suggestion_begin(kind);
    for (int i = 0; i < 3; i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            return (reel_lamp_kind)i;
        }
        reel_suggestion_offer(&best, kinds[i]);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    reel_fields_fail(f, "kind", "'%.40s' is no lamp%s; there are sphere, rect, spot", kind, hint);
}

/* Fields that other kinds of lamp have. */
static void refuse(const reel_fields *f, const char *const *names, const char *whose)
{
    for (; *names; names++) {
        if (reel_fields_has(f, *names)) {
            reel_fields_fail(f, *names, "goes with %s", whose);
        }
    }
}

static void read_place(reel_fields *f, reel_lamp *lamp)
{
    reel_vec3 to;
    if (reel_fields_push(f, "attach")) {
        lamp->body = reel_thing_body(f->L, -1, "attach");
        lua_pop(f->L, 1);
    }
    if (!reel_fields_vec3(f, "at", &lamp->position) && lamp->body < 0) {
        reel_fields_fail(f, "at", "is missing: {x, y, z}");
    }
    if (reel_fields_vec3(f, "toward", &to)) {
        const reel_vec3 d = reel_v3_sub(to, lamp->position);
        if (!(reel_v3_len(d) > 1e-9)) {
            reel_fields_fail(f, "toward", "the lamp is at that place");
        }
        lamp->direction = reel_v3_unit(d, d);
    }
}

/* The first edge of a panel: level unless it is given, and at right angles to where it shines. */
static void read_across(reel_fields *f, reel_lamp *lamp)
{
    const reel_vec3 d = lamp->direction;
    reel_vec3 across = reel_v3_cross(d, reel_v3(0, 0, 1));
    const bool given = reel_fields_vec3(f, "across", &across);
    if (!given && reel_v3_len(across) < 1e-6) {
        across = reel_v3(1, 0, 0);
    }
    across = reel_v3_madd(across, -reel_v3_dot(across, d), d);
    if (!(reel_v3_len(across) > 1e-6)) {
        reel_fields_fail(f, "across", "must not point where the lamp shines");
    }
    lamp->across = reel_v3_unit(across, across);
}

static void read_power(reel_fields *f, reel_lamp *lamp)
{
    double watts = 100, kelvin = 3000;
    if (reel_fields_push(f, "color")) {
        reel_color_read(f, "color", lamp->power);
        lua_pop(f->L, 1);
        if (reel_fields_has(f, "temperature")) {
            reel_fields_fail(f, "temperature", "give either color or temperature");
        }
        const double *c = lamp->power;
        const double light = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
        if (!(light > 0)) {
            reel_fields_fail(f, "color", "a black lamp gives no light");
        }
        for (int i = 0; i < 3; i++) {
            lamp->power[i] /= light;
        }
    } else {
        reel_fields_number(f, "temperature", 1500, 15000, &kelvin);
        reel_color_of_temperature(kelvin, lamp->power);
    }
    reel_fields_number(f, "power", 0, 1e9, &watts);
    for (int i = 0; i < 3; i++) {
        lamp->power[i] *= watts;
    }
}

static void read_shape(reel_fields *f, reel_lamp *lamp)
{
    static const char *const of_rect[] = {"size", "across", NULL};
    static const char *const of_spot[] = {"cone", "blend", NULL};
    static const char *const of_ball[] = {"radius", NULL};
    if (lamp->kind == REEL_LAMP_RECT) {
        refuse(f, of_ball, "spheres and spots");
        lamp->size[0] = lamp->size[1] = 0.6;
        if (reel_fields_vector(f, "size", 2, 2, lamp->size) > 0 &&
            !(lamp->size[0] > 0 && lamp->size[1] > 0)) {
            reel_fields_fail(f, "size", "must be two lengths > 0");
        }
        read_across(f, lamp);
    } else {
        refuse(f, of_rect, "kind = \"rect\"");
        lamp->size[0] = lamp->size[1] = 0.05;
        if (reel_fields_positive(f, "radius", &lamp->size[0])) {
            lamp->size[1] = lamp->size[0];
        }
    }
    if (lamp->kind == REEL_LAMP_SPOT) {
        double whole = REEL_PI / 4; /* easier to imagine, as with a sun's size */
        reel_fields_number(f, "cone", 0.01, REEL_PI, &whole);
        lamp->cone = 0.5 * whole;
        lamp->blend = 0.2;
        reel_fields_number(f, "blend", 0, 1, &lamp->blend);
    } else {
        refuse(f, of_spot, "kind = \"spot\"");
    }
}

int reel_world_lamp(lua_State *L)
{
    static const char *const fields[] = {"name",  "kind",        "at",     "toward", "attach",
                                         "power", "temperature", "color",  "size",   "across",
                                         "cone",  "blend",       "radius", NULL};
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    char label[40] = "lamp";
    if (s->n_lamps > 0) {
        snprintf(label, sizeof(label), "lamp %d", s->n_lamps + 1);
    }
    reel_build_argument(L);
    reel_fields f = reel_fields_begin(L, 2, label, label, fields);
    reel_lamp lamp = {.body = -1, .direction = reel_v3(0, 0, -1), .across = reel_v3(1, 0, 0)};
    lamp.name = reel_fields_string(&f, "name");
    lamp.name = lamp.name ? lamp.name : reel_build_string(L, label);
    for (int i = 0; i < s->n_lamps; i++) {
        if (strcmp(s->lamps[i].name, lamp.name) == 0) {
            reel_fields_fail(&f, "name", "there is a lamp '%.40s' already", lamp.name);
        }
    }
    lamp.kind = read_kind(&f);
    read_place(&f, &lamp);
    read_shape(&f, &lamp);
    read_power(&f, &lamp);
    if (s->n_lamps >= REEL_MAX_LAMPS) {
        reel_script_fail(L, "lamp", "too many: a scene has at most %d", REEL_MAX_LAMPS);
    }
    s->lamps = reel_build_grow(L, s->lamps, s->n_lamps, &b->lamp_cap, sizeof(*s->lamps));
    s->lamps[s->n_lamps++] = lamp;
    return 0;
}
