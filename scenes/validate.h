/*
 * validate.h - does a scene mean something that can be simulated and drawn?
 * Thread-safety: pure function.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/**
 * Check every rule of base/scene.h that is about meaning: ranges, unit vectors and quaternions,
 * unique names, fps and samples that divide step_rate, even sizes, masses and inertias that a body
 * can have (positive, triangle inequality), cameras that see in a direction, a plane only in static
 * bodies, references. Bodies that overlap are found by the engine (reel_sim_open()).
 * @return REEL_OK; REEL_E_SCENE naming the field, such as "bodies[3] (ball).mass".
 */
reel_status reel_scene_validate(const reel_scene *scene, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
