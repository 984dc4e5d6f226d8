/*
 * tap.h - the arrays of the layout tap. Private to it.
 */
#pragma once

#include "export/layout/layout.h"

REEL_API_BEGIN

typedef struct reel_tap_settings {
    int points;      /**< on each object, or on all in turn */
    bool per_object; /**< what they count for */
    int ground;      /**< on planes of no object */
    int stride;      /**< frames between strided queries */
} reel_tap_settings;

typedef struct reel_tap reel_tap; /**< opaque: the points of a clip, whatever camera looks */

/** `clip` is borrowed. @return REEL_OK; REEL_E_USAGE (too many points); REEL_E_NOMEM; errors of the
 * drawer. */
reel_status reel_tap_create(const reel_layout_clip *clip, const reel_tap_settings *settings,
                            reel_tap **out, reel_error *err) REEL_MUST_CHECK;
void reel_tap_destroy(reel_tap **tap);

/** Write the npz of a stream: the points that it sees in any frame. @param[out] n_tracks,n_queries
 * how many, and how many strided queries. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM; errors of the
 * drawer. */
reel_status reel_tap_write(reel_tap *tap, int stream, const char *path, int *n_tracks,
                           int *n_queries, reel_error *err) REEL_MUST_CHECK;

/** What each array is, in Markdown. */
extern const char reel_tap_notes[];

REEL_API_END
