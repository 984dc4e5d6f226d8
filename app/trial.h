/*
 * trial.h - would a layout take the clips of a plan? Asked before all of them are made.
 *
 * Thread-safety: one at a time for an output.
 */
#pragma once

#include "app/output.h"

REEL_API_BEGIN

/**
 * Open the plan's layout in a scratch folder of `output` (so that its settings are checked), show
 * it the first `n` clips, whose records are whole, and put the first of them. Nothing of it stays.
 * @param plan  probed, with a layout (assert).
 * @param n     0: settings alone.
 * @return REEL_OK; REEL_E_USAGE or REEL_E_CONFLICT: it would not take them, and says why;
 *         REEL_E_REFUSED; REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_trial_run(const reel_output *output, reel_plan *plan, int n,
                           reel_error *err) REEL_MUST_CHECK;

REEL_API_END
