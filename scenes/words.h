/*
 * words.h - the words that a script may use: suggestions for misspelt ones, colours, materials.
 * Thread-safety: pure functions and constant tables.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** Looks for the offered word nearest to a misspelt one (edit distance at most a third of it). */
typedef struct reel_suggestion {
    const char *wrong;
    int distance;
    char best[64];
} reel_suggestion;

/** Begin with the word as it was written; offer every word that there is. */
reel_suggestion reel_suggestion_begin(const char *wrong);
void reel_suggestion_offer(reel_suggestion *s, const char *word);
/** " (did you mean 'x'?)" or "". */
void reel_suggestion_text(const reel_suggestion *s, char *out, size_t size);

/** Is `s` well-formed UTF-8? */
bool reel_is_utf8(const char *s);

/** A named colour: linear RGB. */
typedef struct reel_color_word {
    const char *name;
    uint32_t srgb; /**< 0xrrggbb */
    bool vivid;    /**< one of `colors`, from which things are coloured by default */
} reel_color_word;

/** NULL-name-terminated, in the order of `colors`. */
const reel_color_word *reel_color_words(void);
bool reel_color_find(const char *name, double rgb[3]);
/** The name nearest to a linear colour. */
const char *reel_color_nearest(const double rgb[3]);
/** 0xrrggbb as linear RGB. */
void reel_color_from_srgb(uint32_t srgb, double rgb[3]);

/** A material that a script can name: how it looks and how it behaves. */
typedef struct reel_material_word {
    const char *name;
    const char *lists; /**< space-separated lists of `materials` that it is in */
    const char *kind;  /**< what pairs of materials go by, such as "wood"; see pairs.c */
    const char *color; /**< word for captions of its natural colour; NULL: it takes any paint */
    double density, friction, restitution, rolling;
    reel_pattern pattern;
    uint32_t srgb, srgb2;
    double scale, roughness, metallic;
} reel_material_word;

/** What a material is besides: members as in reel_material; 0: its default. */
typedef struct reel_material_finish {
    const char *name;
    double bump, clearcoat, transmission, ior;
} reel_material_finish;

/** The finish of the material of that name; NULL: none of these. */
const reel_material_finish *reel_material_find_finish(const char *name);

/** NULL-name-terminated, in byte order of the names. */
const reel_material_word *reel_material_words(void);
const reel_material_word *reel_material_find(const char *name);
/** A material's name as it stands before "floor": "tiled" of "tiles". Most are as they are. */
const char *reel_material_of_floor(const char *name);

/** Linear RGB of a black body of `kelvin` (1500..15000), scaled to luminance 1. */
void reel_color_of_temperature(double kelvin, double rgb[3]);

REEL_API_END
