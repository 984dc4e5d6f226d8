/*
 * strip.h - a looping picture of clips and their labels side by side, for the card.
 * Thread-safety: safe on distinct records.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

enum { REEL_STRIP_CLIPS = 3 };

/**
 * Some frames of each record in `record_dirs` one after another (first camera): colour from its
 * video, and depth, instances and flow drawn from scene and take. Records hold all their files.
 * @param path  WebP to publish
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (a broken record); REEL_E_NOMEM; REEL_E_INTERNAL.
 */
reel_status reel_strip_make(const char *const *record_dirs, int n, const char *path,
                            reel_error *err) REEL_MUST_CHECK;

REEL_API_END
