/*
 * camera.h - where a camera is at a frame, and its projection.
 *
 * Camera frame (OpenCV): x right, y down, z forward. Image: origin top left, pixel (i, j) covers
 * [i, i+1) x [j, j+1), its centre is at +0.5. A world point X projects to
 * (u, v) = (fx * x/z + cx, fy * y/z + cy) with (x, y, z) = cam_from_world * X.
 * Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

typedef struct reel_view {
    double fx, fy, cx, cy;    /**< px; fx == fy, the principal point is the image centre */
    reel_mat3 cam_from_world; /**< rotation part */
    reel_vec3 translation;    /**< m: x_cam = cam_from_world * X + translation */
    reel_vec3 eye;            /**< m, world: the camera centre */
} reel_view;

/**
 * The view of camera `camera` at `frame`. `take` gives the pose of the body of an attached camera
 * (may be NULL for other motions).
 */
reel_view reel_view_at(const reel_scene *scene, const reel_take *take, int camera, int frame);

/** Project a world point; false if it is not in front of the camera (z <= 1e-9 m). */
bool reel_view_project(const reel_view *view, reel_vec3 world, double *u, double *v, double *z);

REEL_API_END
