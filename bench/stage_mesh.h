/*
 * stage_mesh.h - small meshes and a height field for the renderer's tests, benchmark and pictures.
 */
#pragma once

#include "base/mesh.h"

typedef enum stage_mesh {
    STAGE_TORUS = 0, /**< smooth, with a hole */
    STAGE_GEAR,      /**< flat faces, concave outline */
    STAGE_CUP,       /**< a turned cup: hollow, smooth sides, sharp rim */
    STAGE_VASE,      /**< turned, smooth, many triangles */
    STAGE_ROCK,      /**< convex, flat faces */
    STAGE_GEM,       /**< convex, smooth at its equator only */
    STAGE_MESH_COUNT,
} stage_mesh;

/** All of them, in this order, about 0.5 m across, centred near the origin, in `arena`; NULL: out of
 * memory. */
reel_mesh *stage_meshes(reel_arena *arena);

/** Hills of 1 m length and about 0.15 m height in a square of n x n points. */
reel_height_field *stage_hills(reel_arena *arena, int n, double size);
