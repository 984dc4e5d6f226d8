/*
 * sheet.h - a contact sheet: what the clips of a dataset look like, at one glance.
 * Thread-safety: safe on distinct records.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

enum { REEL_SHEET_ROWS = 12, REEL_SHEET_WIDTH = 208 }; /**< defaults: clips; px of a cell */

/**
 * A row for each record in `record_dirs` (its first camera): colour at four times, then depth,
 * instances, normals and flow at the first of them, drawn from scene and take. The same bytes for
 * the same records.
 * @param cell_width  px, >= 1
 * @param path  PNG to publish
 * @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (a broken record); REEL_E_REFUSED; REEL_E_NOMEM.
 */
reel_status reel_sheet_make(const char *const *record_dirs, int n, int cell_width, const char *path,
                            reel_error *err) REEL_MUST_CHECK;

REEL_API_END
