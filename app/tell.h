/*
 * tell.h - the words of a clip (scenes/story.h) for its record. Thread-safety: as of the writer.
 */
#pragma once

#include "export/record.h"

REEL_API_BEGIN

/** Tell every stream of a record whose frames are all written. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_tell_streams(reel_record_writer *writer, const reel_scene *scene,
                              const reel_take *take, const reel_record_options *options,
                              reel_error *err) REEL_MUST_CHECK;

REEL_API_END
