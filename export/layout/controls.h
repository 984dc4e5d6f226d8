/*
 * controls.h - control videos of clips that were recorded without them.
 *
 * Thread-safety: one clip, one thread.
 */
#pragma once

#include "export/layout/layout.h"

REEL_API_BEGIN

/** What was drawn of a stream. */
typedef struct reel_drawn_controls {
    double near, far; /**< m, of depth; 0 if it was not drawn */
} reel_drawn_controls;

/**
 * Draw control videos of stream `stream` into the folder `dir` as "<stream>.control_<kind>.mp4",
 * and the first frame as "<stream>.first.png", through the clip's drawer: the bytes that a run with
 * these would have made. edge and the first frame need a record with colour (assert).
 * @param out  may be NULL.
 * @return REEL_OK; REEL_E_IO; REEL_E_REFUSED; REEL_E_INTERNAL; REEL_E_NOMEM.
 */
reel_status reel_controls_draw(const reel_layout_clip *clip, int stream, reel_controls kinds,
                               bool first, const char *dir, reel_drawn_controls *out,
                               reel_error *err) REEL_MUST_CHECK;

/**
 * The clip's record as the new folder `dir`, with these control videos and first frames beside
 * those it has: its files as hard links where the file system allows it, and a manifest that names
 * all. The clip has its data, if there is anything to draw.
 * @return REEL_OK; REEL_E_USAGE (a record without colour); else as above.
 */
reel_status reel_controls_add(const reel_layout_clip *clip, reel_controls kinds, bool first,
                              const char *dir, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
