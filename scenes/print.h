/*
 * print.h - pictures of our own on things, and how wide pictures are where scripts do not say.
 * Internal to this folder.
 */
#pragma once

#include "scenes/build.h"
#include "scenes/fields.h"

REEL_API_BEGIN

#define REEL_PRINT_PREFIX "print:"

/** Index in the scene of the print that `words` ("print:die") name, in linear RGB `ink`; `field` is
 * for messages. Equal prints are there once. */
int reel_print_read(reel_fields *f, const char *field, const char *words, const double ink[3]);

/** Width in m of a material's images on a geom, where the script says none: as wide as the geom
 * along the mapping (a plane: 1 m). */
void reel_print_fit(const reel_scene *scene, const reel_geom *geom, reel_material *material);

REEL_API_END
