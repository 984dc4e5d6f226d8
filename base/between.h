/*
 * between.h - where bodies are between the frames: what an open shutter sees.
 *
 * A time is a frame and a `shift` from it in frames, -1..1. Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

/**
 * Pose of a body `shift` frames after `frame`; false, and *out untouched, if it is absent at the
 * frame. With shift 0 these are the bits of reel_take_pose().
 *
 * Between two samples the origin runs along the cubic Hermite curve of the stored positions and
 * velocities, which is a flight's own parabola. Where a body was hit on the way (its velocity
 * changed by more than 0.25 m/s and the contact force explains more than half of that) it runs
 * along two straight lines instead, as if there had been one impact: at the time at which what
 * comes from before and what leads to after are nearest to each other. It turns evenly about one
 * axis: the shortest way, or with the further full turns that the mean of the stored angular
 * velocities tells of. Past the first and the last sample it goes on with the velocities there.
 *
 * What is placed anew, spawned or removed between the frame and that time stays, from there on, as
 * it was at the last sample on the frame's side.
 */
bool reel_take_pose_near(const reel_scene *scene, const reel_take *take, int frame, double shift,
                         int body, reel_pose *out);

REEL_API_END
