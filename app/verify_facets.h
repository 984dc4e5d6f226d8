/*
 * verify_facets.h - a mesh or height field as verify keeps it: triangles in a tree, and the normals
 * that its corners are shaded with. Thread-safety: pure functions of what is created.
 */
#pragma once

#include "app/verify_shapes.h"

REEL_API_BEGIN

/** What geom `geom` shows, which is a hull, mesh or height field; in `arena`. NULL: out of memory. */
reel_facets *reel_facets_create(const reel_scene *scene, const reel_geom *geom, reel_arena *arena);

/** See reel_geom_distance(), reel_geom_normal(), reel_geom_shading(), reel_geom_enters(). */
double reel_facets_distance(const reel_facets *facets, reel_vec3 p);
/** See reel_facets_distance(). */
bool reel_facets_normal(const reel_facets *facets, reel_vec3 p, reel_vec3 *normal);
/** See reel_facets_distance(). */
bool reel_facets_shading(const reel_facets *facets, reel_vec3 p, reel_vec3 *normal);
/** See reel_facets_distance(). */
bool reel_facets_enter(const reel_facets *facets, reel_vec3 a, reel_vec3 b);

REEL_API_END
