/* check_lights.c - suns, lamps and the sky of a scene: see validate.h. */
#include "base/trig.h"
#include "scenes/check.h"

static reel_status check_lamp(const reel_scene *s, const reel_lamp *l, const reel_spot *at)
{
    const bool rect = l->kind == REEL_LAMP_RECT;
    if (l->body != -1) {
        REEL_TRY(reel_check_index(at, "body", l->body, s->n_bodies));
    }
    REEL_TRY(reel_check_vector(at, "position", l->position));
    REEL_TRY(reel_check_colors(at, "power", l->power, 1e12));
    REEL_TRY(reel_check_range(at, "size[0]", l->size[0], 1e-6, 1e6));
    if (l->kind != REEL_LAMP_SPHERE) {
        REEL_TRY(reel_check_unit(at, "direction", l->direction));
    }
    if (rect) {
        REEL_TRY(reel_check_range(at, "size[1]", l->size[1], 1e-6, 1e6));
        REEL_TRY(reel_check_unit(at, "across", l->across));
        if (fabs(reel_v3_dot(l->across, l->direction)) > 1e-6) {
            return reel_check_bad(at, "across", "must be at right angles to direction");
        }
    }
    if (l->kind == REEL_LAMP_SPOT) {
        REEL_TRY(reel_check_range(at, "cone", l->cone, 1e-3, REEL_PI / 2 + 1e-9));
        REEL_TRY(reel_check_range(at, "blend", l->blend, 0, 1));
    }
    return REEL_OK;
}

static reel_status check_sky(const reel_scene *s, const reel_spot *at)
{
    const reel_sky *sky = &s->sky;
    REEL_TRY(reel_check_range(at, "sky.turn", sky->turn, -1e6, 1e6));
    REEL_TRY(reel_check_range(at, "sky.strength", sky->strength, 0, 1e6));
    if (sky->kind == REEL_SKY_CLEAR) {
        REEL_TRY(reel_check_range(at, "sky.turbidity", sky->turbidity, 1.7, 10));
        if (s->n_suns < 1 || !(s->suns[0].to_light.z > 0)) {
            return reel_check_bad(at, "sky.kind", "a clear sky needs a first sun that is up");
        }
    }
    return REEL_OK;
}

reel_status reel_check_lights(const reel_scene *s, reel_error *err)
{
    const reel_spot scene = {err, NULL, 0, NULL};
    REEL_TRY(reel_check_names(err, "lamps", s->lamps, sizeof(*s->lamps), s->n_lamps));
    for (int i = 0; i < s->n_suns; i++) {
        const reel_spot at = {err, "suns", i, s->suns[i].name};
        REEL_TRY(reel_check_unit(&at, "to_light", s->suns[i].to_light));
        REEL_TRY(reel_check_colors(&at, "irradiance", s->suns[i].irradiance, 1e6));
        REEL_TRY(reel_check_range(&at, "angular_radius", s->suns[i].angular_radius, 0, 1.5));
    }
    for (int i = 0; i < s->n_lamps; i++) {
        const reel_spot at = {err, "lamps", i, s->lamps[i].name};
        REEL_TRY(check_lamp(s, &s->lamps[i], &at));
    }
    return check_sky(s, &scene);
}
