/*
 * substance.h - what a thing is made of, as a script says it. Internal to this folder.
 */
#pragma once

#include "scenes/build.h"
#include "scenes/fields.h"

REEL_API_BEGIN

/** Fields that reel_substance_read() knows. */
#define REEL_SUBSTANCE_FIELDS "material", "color", "density", "friction", "restitution", "rolling"

typedef struct reel_substance {
    reel_surface surface;
    reel_material material;
    const char *color_word;
} reel_substance;

/** `inherited` is what a part takes from its object; NULL: "plastic". */
reel_substance reel_substance_read(reel_fields *f, const reel_substance *inherited);

/** The colour at stack index -1: a word, "#rrggbb", or {r, g, b} linear. Returns its word. */
const char *reel_color_read(reel_fields *f, const char *name, double rgb[3]);

REEL_API_END
