/*
 * drawer.h - frames of records drawn again, for layouts (reel_drawer of export/layout/layout.h).
 *
 * Keeps the renderers of one record at a time. Thread-safety: one object, one thread.
 */
#pragma once

#include "export/layout/layout.h"

REEL_API_BEGIN

typedef struct reel_drawer_state reel_drawer_state; /**< opaque */

/** NULL: out of memory. */
reel_drawer_state *reel_drawer_create(void);
void reel_drawer_destroy(reel_drawer_state **state);

/** Valid as long as the state; records that were drawn must live until another is, or until
 * reel_drawer_forget(). */
reel_drawer reel_drawer_of(reel_drawer_state *state);

/** The record that was drawn last is about to be closed. */
void reel_drawer_forget(reel_drawer_state *state);

REEL_API_END
