/*
 * substance.c - what a thing is made of: material, colour, friction and so on; and the tables of
 * words that scripts see (colors, materials).
 */
#include "scenes/substance.h"

#include "base/rng.h"
#include "scenes/picture.h"
#include "scenes/print.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static const char *const material_table_fields[] = {"[]",           "roughness",
                                                    "metallic",     "scale",
                                                    "color",        "color2",
                                                    "specular",     "bump",
                                                    "image",        "mapping",
                                                    "image_scale",  "normal_image",
                                                    "clearcoat",    "clearcoat_roughness",
                                                    "transmission", "ior",
                                                    "emission",     NULL};

static const reel_material_word *find_material(reel_fields *f, const char *name)
{
    const reel_material_word *m = reel_material_find(name);
    if (!m) {
        char hint[120];
        reel_suggestion best = reel_suggestion_begin(name);
        for (const reel_material_word *w = reel_material_words(); w->name; w++) {
            reel_suggestion_offer(&best, w->name);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
        reel_fields_fail(f, "material", "there is no material '%.60s'%s", name, hint);
    }
    return m;
}

const char *reel_color_read(reel_fields *f, const char *name, double rgb[3])
{
    lua_State *L = f->L;
    if (lua_type(L, -1) == LUA_TTABLE) {
        reel_fields_vector_at(f, -1, name, 3, 3, rgb);
        for (int i = 0; i < 3; i++) {
            if (rgb[i] < 0 || rgb[i] > 1) {
                reel_fields_fail(f, name, "must be numbers within 0 .. 1");
            }
        }
        return reel_color_nearest(rgb);
    }
    const char *word = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (!word) {
        reel_fields_fail(f, name, "must be a colour's name, \"#rrggbb\" or {r, g, b}");
    }
    unsigned srgb;
    int used = 0;
    if (strlen(word) == 7 && sscanf(word, "#%6x%n", &srgb, &used) == 1 && used == 7) {
        reel_color_from_srgb(srgb, rgb);
        return reel_color_nearest(rgb);
    }
    if (!reel_color_find(word, rgb)) {
        char hint[120];
        reel_suggestion best = reel_suggestion_begin(word);
        for (const reel_color_word *c = reel_color_words(); c->name; c++) {
            reel_suggestion_offer(&best, c->name);
        }
        reel_suggestion_text(&best, hint, sizeof(hint));
        reel_fields_fail(f, name, "there is no colour '%.60s'%s", word, hint);
    }
    return reel_build_string(f->L, word);
}

static void paint(reel_substance *s, const double rgb[3])
{
    const double *c = s->material.color, *c2 = s->material.color2;
    const double light = c[0] + c[1] + c[2], light2 = c2[0] + c2[1] + c2[2];
    const double k = light > 0 ? light2 / light : 1; /* the pattern keeps its contrast */
    for (int i = 0; i < 3; i++) {
        s->material.color[i] = rgb[i];
        s->material.color2[i] = fmin(1.0, rgb[i] * k);
    }
}

static reel_substance from_word(reel_fields *f, const reel_material_word *w)
{
    reel_substance s = {
        .surface = {w->name, w->density, w->friction, w->restitution, w->rolling},
        .material = reel_material_default(),
        .color_word = w->color ? w->color : "",
    };
    s.material.name = w->name;
    s.material.pattern = w->pattern;
    s.material.scale = w->scale;
    s.material.roughness = w->roughness;
    s.material.metallic = w->metallic;
    reel_color_from_srgb(w->srgb, s.material.color);
    reel_color_from_srgb(w->srgb2, s.material.color2);
    const reel_material_finish *finish = reel_material_find_finish(w->name);
    if (finish) {
        s.material.bump = finish->bump;
        s.material.clearcoat = finish->clearcoat;
        s.material.transmission = finish->transmission;
        s.material.ior = finish->ior > 0 ? finish->ior : s.material.ior;
    }
    if (w->pattern != REEL_PATTERN_PLAIN && w->pattern != REEL_PATTERN_CHECKER &&
        w->pattern != REEL_PATTERN_TILES) {
        char path[200];
        snprintf(path, sizeof(path), "%s/pattern", f->path);
        reel_rng rng = reel_script_stream(f->L, path);
        s.material.seed = reel_rng_u32(&rng) & 0x7fffffffu;
    }
    return s;
}

/* image = "label.png" or "print:die", where it lies and how wide it is. */
static void read_images(reel_fields *m, reel_substance *s, bool inked)
{
    static const char *const mappings[] = {"box", "wrap", "x", "y", "z", "faces", NULL};
    reel_material *look = &s->material;
    double ink[3];
    const double *c = look->color;
    const char *image = reel_fields_string(m, "image");
    const bool print = image && strncmp(image, REEL_PRINT_PREFIX, strlen(REEL_PRINT_PREFIX)) == 0;
    /* what is read on that colour, or on a disc of white, if the script chooses none */
    const bool light = 0.21 * c[0] + 0.72 * c[1] + 0.07 * c[2] > 0.2 ||
                       (print && strncmp(image, "print:number", 12) == 0);
    for (int i = 0; i < 3; i++) {
        ink[i] = inked ? look->color2[i] : light ? 0.02 : 0.85;
    }
    look->image = print ? reel_print_read(m, "image", image, ink)
                        : reel_picture_read(m, "image", REEL_IMAGE_COLOR);
    look->normal_image = reel_picture_read(m, "normal_image", REEL_IMAGE_DATA);
    const bool laid = look->image >= 0 || look->normal_image >= 0;
    const char *mapping = reel_fields_string(m, "mapping");
    look->mapping = image && strcmp(image, "print:die") == 0           ? REEL_MAPPING_FACES
                    : image && strncmp(image, "print:label ", 12) == 0 ? REEL_MAPPING_WRAP
                                                                       : REEL_MAPPING_BOX;
    if (mapping) {
        int i = 0;
        while (mappings[i] && strcmp(mappings[i], mapping) != 0) {
            i++;
        }
        if (!mappings[i]) {
            reel_fields_fail(m, "mapping", "must be box, wrap, x, y, z or faces");
        }
        look->mapping = (reel_mapping)i;
    }
    reel_fields_positive(m, "image_scale", &look->image_scale);
    if (!laid && (mapping || look->image_scale > 0)) {
        reel_fields_fail(m, mapping ? "mapping" : "image_scale", "goes with image or normal_image");
    }
}

/* emission = 5, of the material's colour, or {r, g, b} */
static void read_emission(reel_fields *m, reel_material *look)
{
    double v[3] = {0, 0, 0};
    if (!reel_fields_push(m, "emission")) {
        return;
    }
    const bool one = lua_type(m->L, -1) == LUA_TNUMBER;
    if (!one) {
        reel_fields_vector_at(m, -1, "emission", 3, 3, v);
    }
    lua_pop(m->L, 1);
    if (one) {
        reel_fields_number(m, "emission", 0, 1e6, &v[0]);
        for (int i = 2; i >= 0; i--) {
            v[i] = v[0] * look->color[i];
        }
    }
    for (int i = 0; i < 3; i++) {
        if (!(v[i] >= 0 && v[i] <= 1e6)) {
            reel_fields_fail(m, "emission", "must be numbers within 0 .. 1e6");
        }
        look->emission[i] = v[i];
    }
}

/* What a material is besides its colours: relief, pictures, lacquer, glass, glow. */
static void read_finish(reel_fields *m, reel_substance *s, bool inked)
{
    reel_material *look = &s->material;
    reel_fields_number(m, "bump", 0, 1, &look->bump);
    if (look->bump > 0 && look->pattern == REEL_PATTERN_PLAIN) {
        reel_fields_fail(m, "bump", "is the relief of a pattern, and %s has none", look->name);
    }
    read_images(m, s, inked);
    reel_fields_number(m, "clearcoat", 0, 1, &look->clearcoat);
    reel_fields_number(m, "clearcoat_roughness", 0.03, 1, &look->clearcoat_roughness);
    reel_fields_number(m, "transmission", 0, 1, &look->transmission);
    reel_fields_number(m, "ior", 1, 3, &look->ior);
    read_emission(m, look);
}

/* material = { "oak", roughness = 0.3 } */
static void read_material_table(reel_fields *f, reel_substance *s)
{
    char label[120], path[200];
    lua_State *L = f->L;
    snprintf(label, sizeof(label), "%s.material", f->label);
    snprintf(path, sizeof(path), "%s/material", f->path);
    reel_fields m = reel_fields_begin(L, -1, label, path, material_table_fields);
    if (lua_rawgeti(L, m.index, 1) == LUA_TNIL) {
        reel_fields_fail(f, "material", "the table must begin with a material's name");
    }
    reel_draw_push(L, -1, path);
    if (lua_type(L, -1) != LUA_TSTRING) {
        reel_fields_fail(f, "material", "the table must begin with a material's name");
    }
    *s = from_word(f, find_material(f, lua_tostring(L, -1)));
    lua_pop(L, 2);
    if (reel_fields_push(&m, "color")) {
        double rgb[3];
        s->color_word = reel_color_read(&m, "color", rgb);
        paint(s, rgb);
        lua_pop(L, 1);
    }
    const bool inked = reel_fields_push(&m, "color2");
    if (inked) {
        reel_color_read(&m, "color2", s->material.color2);
        lua_pop(L, 1);
    }
    reel_fields_number(&m, "roughness", 0.03, 1, &s->material.roughness);
    reel_fields_number(&m, "metallic", 0, 1, &s->material.metallic);
    reel_fields_number(&m, "specular", 0, 0.2, &s->material.specular);
    reel_fields_positive(&m, "scale", &s->material.scale);
    read_finish(&m, s, inked);
}

/* What takes paint and is given none is given a vivid colour, each thing its own. */
static void default_paint(reel_fields *f, reel_substance *s)
{
    char path[200];
    double rgb[3];
    int n = 0;
    snprintf(path, sizeof(path), "%s/color", f->path);
    reel_rng rng = reel_script_stream(f->L, path);
    const reel_color_word *c = reel_color_words();
    while (c[n].vivid) {
        n++;
    }
    c += reel_rng_int(&rng, 0, n - 1);
    reel_color_from_srgb(c->srgb, rgb);
    paint(s, rgb);
    s->color_word = c->name;
}

reel_substance reel_substance_read(reel_fields *f, const reel_substance *inherited)
{
    reel_substance s;
    double rgb[3];
    if (reel_fields_push(f, "material")) {
        if (lua_type(f->L, -1) == LUA_TTABLE) {
            read_material_table(f, &s);
        } else if (lua_type(f->L, -1) == LUA_TSTRING) {
            s = from_word(f, find_material(f, lua_tostring(f->L, -1)));
        } else {
            reel_fields_fail(f, "material", "must be a material's name, is a %s",
                             luaL_typename(f->L, -1));
        }
        lua_pop(f->L, 1);
    } else if (inherited) {
        s = *inherited;
    } else {
        s = from_word(f, reel_material_find("plastic"));
    }
    if (reel_fields_push(f, "color")) {
        s.color_word = reel_color_read(f, "color", rgb);
        paint(&s, rgb);
        lua_pop(f->L, 1);
    } else if (!s.color_word[0]) {
        default_paint(f, &s);
    }
    reel_fields_positive(f, "density", &s.surface.density);
    reel_fields_number(f, "friction", 0, HUGE_VAL, &s.surface.friction);
    reel_fields_number(f, "restitution", 0, 1, &s.surface.restitution);
    reel_fields_number(f, "rolling", 0, HUGE_VAL, &s.surface.rolling_friction);
    return s;
}

/* --- the lists that scripts see -----------------------------------------------------------------
 */

static bool in_list(const char *lists, const char *name)
{
    const size_t n = strlen(name);
    for (const char *p = strstr(lists, name); p; p = strstr(p + 1, name)) {
        if ((p == lists || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0')) {
            return true;
        }
    }
    return false;
}

static void push_materials(lua_State *L, const char *list)
{
    lua_Integer n = 0;
    lua_newtable(L);
    for (const reel_material_word *m = reel_material_words(); m->name; m++) {
        if (!list || in_list(m->lists, list)) {
            lua_pushstring(L, m->name);
            lua_rawseti(L, -2, ++n);
        }
    }
}

void reel_look_open(lua_State *L)
{
    static const char *const lists[] = {"floors",  "indoor", "woods", "metals",    "stones",
                                        "light",   "soft",   "balls", "paintable", "brushed",
                                        "fabrics", "glossy", NULL};
    lua_Integer n = 0;
    lua_newtable(L);
    for (const reel_color_word *c = reel_color_words(); c->name; c++) {
        if (c->vivid) {
            lua_pushstring(L, c->name);
            lua_rawseti(L, -2, ++n);
        }
    }
    lua_setglobal(L, "colors");
    lua_newtable(L);
    push_materials(L, NULL);
    lua_setfield(L, -2, "all");
    for (int i = 0; lists[i]; i++) {
        push_materials(L, lists[i]);
        lua_setfield(L, -2, lists[i]);
    }
    lua_setglobal(L, "materials");
}
