/*
 * agent.h - what the caller adds to a scene that a script made: an agent, and views. Internal.
 *
 * Both end in plain data of the scene, timeline and cameras, so a frozen scene tells all of it.
 * The scene must be valid (scenes/validate.h); what is added keeps it so. Every draw has a stream
 * of its own, "agent/...", of the scene's seed.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** See reel_freeze_options.agent; "" adds nothing. @return REEL_OK; REEL_E_USAGE (no such agent,
 * nothing that it could move, one frame only); REEL_E_NOMEM. */
reel_status reel_agent_add(reel_scene *scene, const char *agent, reel_error *err) REEL_MUST_CHECK;
/** See reel_freeze_options.views; "" changes nothing. @return REEL_OK; REEL_E_USAGE; REEL_E_NOMEM. */
reel_status reel_views_add(reel_scene *scene, const char *views, reel_error *err) REEL_MUST_CHECK;

/** agent_camera.c: let camera `camera` of the scene move freely. @return REEL_OK; REEL_E_USAGE (more
 * frames than a camera may have keys); REEL_E_NOMEM. */
reel_status reel_agent_move_camera(reel_scene *scene, int camera, reel_error *err) REEL_MUST_CHECK;

/** A smooth signal within -1..1: three sines of drawn frequencies (lo..hi Hz) and phases. */
typedef struct reel_agent_wave {
    double rate[3], phase[3]; /**< rad/s, rad */
} reel_agent_wave;
reel_agent_wave reel_agent_wave_draw(const reel_scene *scene, const char *path, double lo,
                                     double hi);
double reel_agent_wave_at(const reel_agent_wave *wave, double time);

/** m: half the height that a camera sees at its target's distance. */
double reel_agent_view_size(const reel_camera *camera);

REEL_API_END
