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
 * Eye, target and up of a camera at `time` (s), in its own frame: the world's, or the body's if
 * attached. Orbit: eye and up turn by orbit_rate * time about the vertical through the target.
 * Keyframes: eye, target and up each run along a non-uniform Catmull-Rom curve: the cubic Hermite
 * curve through the keys p_i at t_i whose slope at an inner key is that of the parabola through
 * its neighbours, (d_(i-1) h_i + d_i h_(i-1)) / (h_(i-1) + h_i) with h_i = t_(i+1) - t_i and
 * d_i = (p_(i+1) - p_i) / h_i, and at an end key the slope of its only chord. Before the first and
 * after the last key it stands still.
 */
reel_camera_key reel_camera_key_at(const reel_camera *camera, double time);

/** s: the time for reel_camera_key_at() that is `shift` frames after `frame`. */
double reel_camera_time(const reel_scene *scene, int frame, double shift);

/** Whether a key defines a view: finite, target away from the eye, up not along the view. */
bool reel_camera_key_is_sound(const reel_camera_key *key);

/**
 * The view of camera `camera` at `frame`. `take` gives the pose of the body of an attached camera
 * (may be NULL for other motions). The key at that time must be sound (assert; scenes/validate.h
 * refuses others).
 */
reel_view reel_view_at(const reel_scene *scene, const reel_take *take, int camera, int frame);

/** The same `shift` frames (-1..1) after the frame, bodies as in base/between.h; with shift 0 the
 * bits of reel_view_at(). The key at reel_camera_time() must be sound (assert). */
reel_view reel_view_near(const reel_scene *scene, const reel_take *take, int camera, int frame,
                         double shift);

/** Project a world point; false if it is not in front of the camera (z <= 1e-9 m). */
bool reel_view_project(const reel_view *view, reel_vec3 world, double *u, double *v, double *z);

REEL_API_END
