/*
 * control_internal.h - what the control sink's files share. Private to export/.
 */
#pragma once

#include "export/control.h"

/** A blob of the force video. */
typedef struct reel_force_blob {
    int first, last;      /**< frames in which it is drawn */
    double *u, *v;        /**< [last - first + 1] px: where it is */
    double sigma, height; /**< px; 0..1 */
    bool is_applied;      /**< white; else red */
} reel_force_blob;

/** The blobs of a view, in `arena`. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_force_blobs_make(const reel_control_view *view, reel_arena *arena,
                                  reel_force_blob **blobs, int *n_blobs, reel_error *err);

/** Draw a frame into an interleaved picture. `row` holds `width` doubles of scratch. */
void reel_force_draw(const reel_force_blob *blobs, int n_blobs, int frame, int width, int height,
                     double *row, uint8_t *rgb);
