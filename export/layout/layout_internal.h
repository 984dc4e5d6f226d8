/*
 * layout_internal.h - the files of a dataset in the making, for whoever drives a layout.
 */
#pragma once

#include "export/layout/layout.h"

REEL_API_BEGIN

/** Told of every file that is done, with its path on this machine: it may send and remove it.
 * @return REEL_OK, or the status that the writing is to end with. */
typedef reel_status (*reel_layout_receiver)(void *ctx, const char *name, const char *path,
                                            reel_error *err);

/** `receiver` NULL: files stay where they are. NULL: out of memory. */
reel_layout_files *reel_layout_files_create(reel_layout_receiver receiver, void *ctx);
void reel_layout_files_destroy(reel_layout_files **files);

/** How many files are done so far, and their bytes. */
int reel_layout_files_count(const reel_layout_files *files, uint64_t *bytes);

/**
 * The text of manifest.json over these files: format, layout, libraries, clips as given, files with
 * size and SHA-256 by path, and its own digest, as in the clips layout (pack.h).
 * @param clips  becomes part of it; array.
 * @return NULL when out of memory. Freed by reel_free().
 */
char *reel_layout_manifest(const reel_layout_files *files, const char *layout, reel_json *clips,
                           size_t *size);

REEL_API_END
