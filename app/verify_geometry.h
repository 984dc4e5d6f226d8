/*
 * verify_geometry.h - rigid motions as matrices and lines of sight, for verify. Written
 * without a look at render/, so that both cannot be wrong together. Thread-safety: pure functions.
 */
#pragma once

#include "app/verify_shapes.h"

REEL_API_BEGIN

/** A rigid motion a_from_b as the upper three rows of a 4x4 matrix. */
typedef struct reel_affine {
    double m[3][4];
} reel_affine;

/** The matrix of a pose. */
reel_affine reel_affine_from_pose(reel_pose pose);
/** a_from_b, b_from_c -> a_from_c. */
reel_affine reel_affine_compose(const reel_affine *a, const reel_affine *b);
/** The inverse of a rigid motion. */
reel_affine reel_affine_invert(const reel_affine *a);

static inline reel_vec3 reel_affine_apply(const reel_affine *a, reel_vec3 p)
{
    return reel_v3(a->m[0][0] * p.x + a->m[0][1] * p.y + a->m[0][2] * p.z + a->m[0][3],
                   a->m[1][0] * p.x + a->m[1][1] * p.y + a->m[1][2] * p.z + a->m[1][3],
                   a->m[2][0] * p.x + a->m[2][1] * p.y + a->m[2][2] * p.z + a->m[2][3]);
}

/** A camera at one frame: focal lengths and principal point in px, and where it is. */
typedef struct reel_pinhole {
    double fx, fy, cx, cy;
    reel_affine cam_from_world;
} reel_pinhole;

/** Where point `p` of the camera's frame is in its image, px; false if it is behind. */
bool reel_pinhole_project(const reel_pinhole *cam, reel_vec3 p, double out[2]);

/** Distance of (u, v) from the segment a-b in the plane, in their unit. */
double reel_segment_distance(const double a[2], const double b[2], double u, double v);

/** The geoms of a scene as they stand at one sample. */
typedef struct reel_stand {
    const reel_shapes *shapes;
    reel_affine *geom_from_world; /**< [geoms] */
    bool *there; /**< [geoms]: hides things: visible, present, not around the eye */
} reel_stand;

/** Fill `stand`, whose arrays are allocated, for `sample`, seen from world point `eye`. Insides are
 * not drawn, so a geom that the eye is in, such as a floor seen from below, hides nothing. */
void reel_stand_set(reel_stand *stand, const reel_take *take, int sample, reel_vec3 eye);

typedef enum reel_sight {
    REEL_SIGHT_FREE = 0,
    REEL_SIGHT_BLOCKED,
    REEL_SIGHT_UNDECIDED, /**< so close to a surface that quantisation decides */
} reel_sight;

/** Can the eye at world point `eye` see world point `target`, which lies on geom `own`? Marches
 * along the distances; what passes within `margin` m of a surface is undecided. */
reel_sight reel_verify_sight(const reel_stand *stand, reel_vec3 eye, reel_vec3 target, int own,
                             double margin);

REEL_API_END
