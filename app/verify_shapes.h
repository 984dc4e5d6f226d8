/*
 * verify_shapes.h - distances to the shapes of a scene, and their normals, for verify. Written
 * without a look at render/, so that both cannot be wrong together. Meshes are kept in trees of
 * their own. Thread-safety: pure functions once initialised.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

typedef struct reel_facets reel_facets; /**< opaque: a mesh as verify keeps it */

typedef struct reel_shapes {
    const reel_scene *scene;
    reel_facets **facets; /**< [geoms], NULL: not a mesh; geoms that show one mesh share it */
} reel_shapes;

/** Prepare the visible shapes of a scene; all memory is `arena`'s. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_shapes_init(reel_shapes *out, const reel_scene *scene, reel_arena *arena,
                             reel_error *err) REEL_MUST_CHECK;

/** Signed distance in m from a point in geom `geom`'s frame to its surface, < 0 inside: exact
 * outside and near the surface. Beyond the rim of a height field: to the rim. */
double reel_geom_distance(const reel_shapes *shapes, int geom, reel_vec3 p);

/** Unit normal of the surface near a point in the geom's frame, of facets as they are.
 * @return false near an edge, where there is none. */
bool reel_geom_normal(const reel_shapes *shapes, int geom, reel_vec3 p, reel_vec3 *normal);

/** The normal that the surface near a point is shaded with: where a mesh is smooth, blended from
 * its corners; else reel_geom_normal(). */
bool reel_geom_shading(const reel_shapes *shapes, int geom, reel_vec3 p, reel_vec3 *normal);

/** reel_geom_normal() or reel_geom_shading(). */
typedef bool (*reel_normal_finder)(const reel_shapes *shapes, int geom, reel_vec3 p,
                                   reel_vec3 *normal);

/** A blended normal as it is stored, seen along `ray` (any length): one that turns away, as at the
 * rim of a coarse mesh, is bent until it is at a right angle to the ray. */
reel_vec3 reel_bent_normal(reel_vec3 normal, reel_vec3 ray);

/** Can geom `geom` hide its own surface where that faces the viewer? */
bool reel_geom_is_concave(const reel_shapes *shapes, int geom);

/** Does the segment from `a` to `b` in the frame of a mesh enter it through the front of a facet? */
bool reel_geom_enters(const reel_shapes *shapes, int geom, reel_vec3 a, reel_vec3 b);

REEL_API_END
