/*
 * stage_scene.h - a synthetic scene and take for the renderer's benchmark, tests and pictures: all
 * shapes, patterns and motions, made in C without scripts or physics.
 */
#pragma once

#include "base/take.h"

/** What stands on the floor. */
typedef enum stage_kind {
    STAGE_TWENTY = 0, /**< 20 objects of all shapes on a tiled floor: the benchmark */
    STAGE_PATTERNS,   /**< every pattern on boxes and balls, a compound, a wooden floor */
    STAGE_GLOSS,      /**< spheres over roughness and metal on a smooth checker */
    STAGE_QUADRICS,   /**< cones and ellipsoids that stand, lie and hang */
    STAGE_MESHES,     /**< every mesh and hull of stage_mesh.h, twice */
    STAGE_HILLS,      /**< rocks and balls on a height field */
    STAGE_COUNT,
} stage_kind;

/** Scene of `frames` frames at width x height; NULL when out of memory. Cameras: 0 orbits, 1
 * stands still, 2 is close to the floor. */
reel_scene *stage_scene_create(stage_kind kind, int frames, int width, int height);

/** Shapes of all kinds in random poses, sizes and materials, compounds among them, over a tilted
 * plane; cameras as above. */
reel_scene *stage_random_create(uint64_t seed, int frames, int width, int height);

/** The same of cones and ellipsoids. */
reel_scene *stage_quadrics_create(uint64_t seed, int frames, int width, int height);

/** The same of meshes, hulls and some balls. */
reel_scene *stage_meshes_create(uint64_t seed, int frames, int width, int height);

/** n bodies of all shapes in rows on the same ground, smaller the more there are; with meshes (which
 * are not smaller) or without. */
reel_scene *stage_crowd_create(int n, bool meshes, int frames, int width, int height);

/** Every body turns and slides a little on circles; the first is absent in the last frame, the
 * second teleports at frame 2. */
reel_take *stage_take_create(const reel_scene *scene);
