/*
 * engine.h - simulate a frozen scene into a take.
 *
 * open -> advance ... -> seal. Batch runs advance to the end in one go; previews, closed loops and
 * twins advance piecewise or branch from a checkpoint. Same scene, same take, bit for bit, whatever
 * the pieces were, whatever ran before in the process. Built on ODE, which is not visible here.
 *
 * Misuse or NaN inside ODE aborts the process: run simulations in worker processes (app/worker.h)
 * and turn a dead worker into a failed clip. Before each collision pass the state is checked, so
 * that what a scene can cause ends as REEL_E_REFUSED instead.
 * Thread-safety: one simulation at a time in one thread of a process (ODE has global state);
 * several open simulations may be advanced in turn.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

typedef struct reel_sim reel_sim;               /**< opaque: a world in motion */
typedef struct reel_checkpoint reel_checkpoint; /**< opaque: the whole state at a step */

/**
 * Build the world of `scene`, which is borrowed until the simulation is destroyed.
 * @return REEL_OK; REEL_E_SCENE (the scene cannot be built: names the field; or two bodies overlap
 *         by more than audit.initial_overlap: names both and the depth); REEL_E_NOMEM.
 */
reel_status reel_sim_open(const reel_scene *scene, reel_sim **out, reel_error *err) REEL_MUST_CHECK;
void reel_sim_destroy(reel_sim **sim);

/** The step reached, 0 after open. */
int64_t reel_sim_step(const reel_sim *sim);

/**
 * Advance by `n` >= 0 steps, never beyond reel_scene_last_step(); samples are recorded on the way.
 * @return REEL_OK; REEL_E_REFUSED (not finite or not sane, contact cap hit: with step and body);
 *         REEL_E_NOMEM. After a failure only destroy is allowed.
 */
reel_status reel_sim_advance(reel_sim *sim, int64_t n, reel_error *err) REEL_MUST_CHECK;

/** Current state of a body; `*asleep` may be NULL. */
void reel_sim_body_state(const reel_sim *sim, int body, reel_pose *pose, reel_vec3 *velocity,
                         reel_vec3 *omega, bool *asleep);

/** A copy of everything that the future depends on, the samples so far included. NULL: no memory. */
reel_checkpoint *reel_sim_checkpoint(const reel_sim *sim);
void reel_checkpoint_destroy(reel_checkpoint **checkpoint);

/**
 * A new simulation that goes on from `checkpoint` under `scene`: the checkpoint's scene, or one
 * with the same bodies, geoms and joints (counts, shapes and kinds) but other properties or
 * timeline. Bit-identical up to the checkpoint; with the same scene, bit-identical for ever.
 * @return REEL_OK; REEL_E_SCENE (structure differs: names the field); REEL_E_NOMEM.
 */
reel_status reel_sim_branch(const reel_checkpoint *checkpoint, const reel_scene *scene,
                            reel_sim **out, reel_error *err) REEL_MUST_CHECK;

/**
 * Close the books at the last step: judge the audit and the expectations and hand over the take.
 * @param[out] out  caller owns it (reel_take_destroy()). On REEL_E_REFUSED it is handed over as
 *                  well, for diagnosis.
 * @return REEL_OK; REEL_E_REFUSED with the figure and its limit in words; REEL_E_NOMEM.
 */
reel_status reel_sim_seal(reel_sim *sim, reel_take **out, reel_error *err) REEL_MUST_CHECK;

/** open, advance to the end, seal. */
reel_status reel_simulate(const reel_scene *scene, reel_take **out,
                          reel_error *err) REEL_MUST_CHECK;

REEL_API_END
