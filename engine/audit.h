/*
 * audit.h - judge a sealed take against the scene's limits and expectations.
 * Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

/** @return REEL_OK; REEL_E_REFUSED: names the figure, its value, the limit ("audit.penetration"
 * in err->field), or the expectation that did not come true ("expects[2]"). */
reel_status reel_audit_judge(const reel_scene *scene, const reel_take *take,
                             reel_error *err) REEL_MUST_CHECK;

REEL_API_END
