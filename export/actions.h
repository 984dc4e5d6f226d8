/*
 * actions.h - the action of a clip: for each frame the numbers that really acted on it.
 *
 * Action k acts from frame k to frame k + 1. Nothing acts after the last frame: its action is 0, or
 * for the target of a motor the value before. Derived from scene and take:
 *   agent push    force along the ground: "agent.force.x", "agent.force.y" (N, world frame)
 *   agent force   "agent.force.x" ... "agent.torque.z" (N, N m, world frame)
 *   agent camera  "camera.velocity.x" ... "camera.angular_velocity.z" (m/s, rad/s, camera frame
 *                 of frame k: x right, y down, z forward). With R_k the rotation of cam_from_world,
 *                 e_k the eye and f the frame rate:
 *                     e_(k+1) = e_k + R_k^T v_k / f,    R_(k+1) = exp([w_k / f]x)^T R_k
 *                 where exp is Rodrigues' formula; exact to rounding
 *   no agent      the channels of the take: targets of motors, forces of the script; mean over
 *                 the frame's steps; n = 0 if there are none
 * Thread-safety: pure functions.
 */
#pragma once

#include "base/take.h"

REEL_API_BEGIN

typedef struct reel_actions {
    reel_arena arena; /**< holds everything below */
    const char *kind; /**< "push", "force", "camera", "timeline"; "" if there is no action */
    const char *on;   /**< name of the body or camera that an agent moves; else "" */
    int n;            /**< numbers of an action */
    int frames;
    const char **names; /**< [n], such as "agent.force.x" */
    const char **units; /**< [n], such as "N" */
    double *values;     /**< [frames][n] */
} reel_actions;

/** The actions of a clip. reel_actions_finish() afterwards. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_actions_find(const reel_scene *scene, const reel_take *take, reel_actions *out,
                              reel_error *err) REEL_MUST_CHECK;
/** Free what it holds; a zeroed one is fine. */
void reel_actions_finish(reel_actions *actions);

REEL_API_END
