/*
 * stage.h - a folder of one push, for links to what is being sent, in TMPDIR.
 *
 * Who has it holds a lock on a file in it, which ends with the process however that ends, and which
 * others see from any container or machine that shares the folder: what is not locked is nobody's
 * any more, and goes with the next push. Thread-safety: one object, one thread.
 */
#pragma once

#include "base/fs.h"

REEL_API_BEGIN

typedef struct reel_stage {
    char path[REEL_PATH_MAX]; /**< "": none */
    int lock;
} reel_stage;

/** Make one, below $TMPDIR or /tmp, and remove those of pushes that were killed. Released by
 * reel_stage_remove(). @return REEL_OK; REEL_E_IO. */
reel_status reel_stage_make(reel_stage *out, reel_error *err) REEL_MUST_CHECK;

/** With all that is in it. One of which `path` is "" is let be. */
void reel_stage_remove(reel_stage *stage);

REEL_API_END
