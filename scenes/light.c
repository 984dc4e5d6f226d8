/*
 * light.c - world:sun, world:sky, world:exposure.
 */
#include "base/rng.h"
#include "base/trig.h"
#include "scenes/picture.h"
#include "scenes/substance.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* Skies by name; linear radiance. Those of a kind of their own are maps (render/soft/env.h), and
 * those that are `light` enough by themselves get no sun unless the script sets one. */
typedef struct sky_word {
    const char *name;
    double zenith[3], horizon[3], ground[3];
    reel_sky_kind kind;
    bool light;
} sky_word;

static const sky_word skies[] = {
    {"clear", {0.18, 0.34, 0.68}, {0.62, 0.74, 0.90}, {0.24, 0.22, 0.20}, 0, false},
    {"hazy", {0.38, 0.48, 0.64}, {0.82, 0.84, 0.86}, {0.28, 0.27, 0.25}, 0, false},
    {"overcast", {0.78, 0.80, 0.84}, {0.60, 0.62, 0.65}, {0.26, 0.26, 0.26}, 0, false},
    {"warm", {0.30, 0.36, 0.52}, {0.95, 0.72, 0.50}, {0.26, 0.20, 0.15}, 0, false},
    {"studio", {0.72, 0.72, 0.72}, {0.46, 0.46, 0.47}, {0.30, 0.30, 0.30}, 0, false},
    {"evening", {0.20, 0.26, 0.42}, {1.00, 0.76, 0.54}, {0.24, 0.20, 0.17}, 0, false},
    {"seamless", {0.46, 0.46, 0.47}, {1.00, 0.99, 0.97}, {0.60, 0.60, 0.59}, 0, true},
    {"dark studio", {0.40, 0.40, 0.41}, {0.045, 0.047, 0.052}, {0.05, 0.05, 0.05}, 0, true},
    {"blue studio", {0.40, 0.44, 0.49}, {0.10, 0.20, 0.31}, {0.16, 0.19, 0.22}, 0, true},
    {"green studio", {0.42, 0.44, 0.42}, {0.17, 0.26, 0.20}, {0.18, 0.21, 0.18}, 0, true},
    {"rose studio", {0.44, 0.43, 0.43}, {0.54, 0.40, 0.37}, {0.30, 0.25, 0.23}, 0, true},
    {"dusk", {0.12, 0.15, 0.30}, {0.62, 0.42, 0.36}, {0.12, 0.10, 0.10}, 0, false},
    {"daylight", {0, 0, 0}, {0, 0, 0}, {0.24, 0.22, 0.20}, REEL_SKY_CLEAR, false},
    {"cloudy", {1.3, 1.34, 1.4}, {0, 0, 0}, {0.26, 0.26, 0.26}, REEL_SKY_OVERCAST, true},
    {"softboxes", {3.2, 3.2, 3.2}, {0.42, 0.42, 0.43}, {0.16, 0.16, 0.16}, REEL_SKY_STUDIO, true},
    {"night",
     {0.004, 0.006, 0.013},
     {0.016, 0.017, 0.026},
     {0.003, 0.003, 0.004},
     REEL_SKY_NIGHT,
     true},
};
enum { N_SKIES = sizeof(skies) / sizeof(skies[0]) };

/* --- sun
 * --------------------------------------------------------------------------------------------- */

static void scale3(double v[3], double k)
{
    for (int i = 0; i < 3; i++) {
        v[i] *= k;
    }
}

/* A field, or a draw of its own stream if it is not given. */
static double number_or_draw(reel_fields *f, const char *name, double lo, double hi, double draw_lo,
                             double draw_hi)
{
    char path[240];
    double v;
    if (reel_fields_number(f, name, lo, hi, &v)) {
        return v;
    }
    snprintf(path, sizeof(path), "%s/%s", f->path, name);
    reel_rng rng = reel_script_stream(f->L, path);
    return reel_rng_range(&rng, draw_lo, draw_hi);
}

static void sun_color(reel_fields *f, reel_sun *sun)
{
    double strength = 3;
    if (reel_fields_push(f, "color")) {
        reel_color_read(f, "color", sun->irradiance);
        lua_pop(f->L, 1);
        if (reel_fields_has(f, "temperature")) {
            reel_fields_fail(f, "temperature", "give either color or temperature");
        }
        const double *c = sun->irradiance;
        const double light = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
        if (!(light > 0)) {
            reel_fields_fail(f, "color", "a black sun gives no light");
        }
        scale3(sun->irradiance, 1 / light);
    } else {
        const double kelvin = number_or_draw(f, "temperature", 1700, 15000, 4600, 6200);
        reel_color_of_temperature(kelvin, sun->irradiance);
    }
    reel_fields_number(f, "strength", 0, 1e4, &strength);
    scale3(sun->irradiance, strength);
}

int reel_world_sun(lua_State *L)
{
    static const char *const fields[] = {"name",     "azimuth", "elevation", "temperature",
                                         "strength", "color",   "size",      NULL};
    double se, ce, sa, ca;
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    const double rad = REEL_PI / 180;
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    char label[40] = "sun";
    if (s->n_suns > 0) {
        snprintf(label, sizeof(label), "sun %d", s->n_suns + 1);
    }
    reel_fields f = reel_fields_begin(L, 2, label, label, fields);
    reel_sun sun = {.angular_radius = 0.00465};
    sun.name = reel_fields_string(&f, "name");
    sun.name = sun.name ? sun.name : reel_build_string(L, label);
    const double azimuth = number_or_draw(&f, "azimuth", -1e3, 1e3, -REEL_PI, REEL_PI);
    const double elevation =
        number_or_draw(&f, "elevation", 0.01, 0.5 * REEL_PI, 35 * rad, 65 * rad);
    reel_sincos(elevation, &se, &ce);
    reel_sincos(azimuth, &sa, &ca);
    sun.to_light = reel_v3_unit(reel_v3(ce * ca, ce * sa, se), reel_v3(0, 0, 1));
    sun_color(&f, &sun);
    if (reel_fields_number(&f, "size", 0, 1, &sun.angular_radius)) {
        sun.angular_radius *= 0.5; /* the disc's whole angle is easier to imagine */
    }
    if (s->n_suns >= REEL_MAX_SUNS) {
        reel_script_fail(L, "sun", "too many: a scene has at most %d", REEL_MAX_SUNS);
    }
    s->suns = reel_build_grow(L, s->suns, s->n_suns, &b->sun_cap, sizeof(*s->suns));
    s->suns[s->n_suns++] = sun;
    return 0;
}

/* --- sky
 * ---------------------------------------------------------------------------------------------- */

static void use_sky(reel_scene *s, const sky_word *w)
{
    memcpy(s->sky.zenith, w->zenith, sizeof(w->zenith));
    memcpy(s->sky.horizon, w->horizon, sizeof(w->horizon));
    memcpy(s->sky.ground, w->ground, sizeof(w->ground));
    s->sky.kind = w->kind;
}

static const sky_word *find_sky(lua_State *L, const char *name)
{
    char hint[120];
    reel_suggestion best = reel_suggestion_begin(name);
    for (int i = 0; i < N_SKIES; i++) {
        if (strcmp(skies[i].name, name) == 0) {
            return &skies[i];
        }
        reel_suggestion_offer(&best, skies[i].name);
    }
    reel_suggestion_text(&best, hint, sizeof(hint));
    reel_script_fail(L, "sky",
                     "there is no sky '%.40s'%s; there are clear, hazy, overcast, warm, "
                     "studio, evening, seamless, dark studio, blue studio, green studio, rose "
                     "studio, dusk, daylight, cloudy, softboxes, night",
                     name, hint);
}

static void read_radiance(reel_fields *f, const char *name, double out[3])
{
    double v[3];
    if (reel_fields_vector(f, name, 3, 3, v) > 0) {
        for (int i = 0; i < 3; i++) {
            if (v[i] < 0) {
                reel_fields_fail(f, name, "must not be negative");
            }
            out[i] = v[i];
        }
    }
}

/* What skies that are maps have. */
static void read_map(reel_fields *f, reel_sky *sky)
{
    const bool day = sky->kind == REEL_SKY_CLEAR, night = sky->kind == REEL_SKY_NIGHT;
    if (!reel_fields_number(f, "turbidity", 1.7, 10, &sky->turbidity) && day) {
        sky->turbidity = 2.2; /* beyond, the model's horizon turns purple */
    } else if (!day && reel_fields_has(f, "turbidity")) {
        reel_fields_fail(f, "turbidity", "goes with kind = \"daylight\"");
    }
    if (night) {
        char path[240];
        snprintf(path, sizeof(path), "%s/stars", f->path);
        reel_rng rng = reel_script_stream(f->L, path);
        sky->seed = reel_rng_u32(&rng);
    }
    if ((day || sky->kind == REEL_SKY_GRADIENT) && reel_fields_has(f, "turn")) {
        reel_fields_fail(f, "turn",
                         day ? "a daylight sky stands about its sun"
                             : "this sky is the same all around");
    }
    reel_fields_number(f, "turn", -1e3, 1e3, &sky->turn);
}

/* world:sky "clear", world:sky(pick{...}), or world:sky{ kind | image, strength, ... } */
int reel_world_sky(lua_State *L)
{
    static const char *const fields[] = {"kind",   "image",     "strength", "zenith", "horizon",
                                         "ground", "turbidity", "turn",     NULL};
    static const char *const colors[] = {"zenith", "horizon", "ground"};
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    double strength = 1;
    if (b->sky_done) {
        reel_script_fail(L, "sky", "there is a sky already");
    }
    reel_build_argument(L);
    reel_draw_push(L, 2, "sky/kind");
    lua_replace(L, 2);
    b->sky_done = true;
    if (lua_type(L, 2) == LUA_TSTRING) { /* a name alone is a table of it */
        lua_newtable(L);
        lua_insert(L, 2);
        lua_setfield(L, 2, "kind");
    }
    reel_fields f = reel_fields_begin(L, 2, "sky", "sky", fields);
    const char *kind = reel_fields_string(&f, "kind");
    const int image = reel_picture_read(&f, "image", REEL_IMAGE_RADIANCE);
    const sky_word *word = kind ? find_sky(L, kind) : &skies[0];
    if (kind && image >= 0) {
        reel_fields_fail(&f, "kind", "an image is a sky of its own");
    }
    if (kind && strcmp(kind, "clear") == 0 && reel_fields_has(&f, "turbidity")) {
        word = find_sky(L, "daylight");
    }
    use_sky(s, word);
    b->sky_is_light = word->light || image >= 0;
    s->sky.kind = image >= 0 ? REEL_SKY_IMAGE : s->sky.kind;
    s->sky.image = image;
    double *const into[] = {s->sky.zenith, s->sky.horizon, s->sky.ground};
    for (int i = 0; i < 3; i++) {
        const bool unused = image >= 0 || (s->sky.kind == REEL_SKY_CLEAR && i < 2) ||
                            (s->sky.kind == REEL_SKY_OVERCAST && i == 1);
        if (unused && reel_fields_has(&f, colors[i])) {
            reel_fields_fail(&f, colors[i], "has no meaning for this sky");
        }
        read_radiance(&f, colors[i], into[i]);
    }
    read_map(&f, &s->sky);
    reel_fields_number(&f, "strength", 0, 1e4, &strength);
    if (s->sky.kind == REEL_SKY_GRADIENT) {
        scale3(s->sky.zenith, strength);
        scale3(s->sky.horizon, strength);
        scale3(s->sky.ground, strength);
    } else {
        s->sky.strength = strength;
    }
    return 0;
}

int reel_world_exposure(lua_State *L)
{
    reel_builder *b = reel_builder_of(L);
    reel_build_argument(L);
    reel_draw_push(L, 2, "exposure");
    const double v = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
    if (!(v > 0) || !isfinite(v)) {
        reel_script_fail(L, "exposure", "must be a number > 0");
    }
    b->scene->exposure = v;
    return 0;
}

void reel_defaults_light(lua_State *L)
{
    reel_builder *b = reel_builder_of(L);
    if (b->scene->n_suns == 0 && !b->sky_is_light) {
        lua_settop(L, 1);
        reel_world_sun(L);
    }
    if (!b->sky_done) {
        reel_rng rng = reel_script_stream(L, "sky/kind");
        use_sky(b->scene, &skies[reel_rng_int(&rng, 0, 2)]);
    }
}
