/*
 * layout_drive.h - for whoever drives a layout: the layouts one by one, files in the making.
 */
#pragma once

#include "export/layout/layout.h"
#include "export/manifest.h"

REEL_API_BEGIN

extern const reel_layout reel_layout_coco;
extern const reel_layout reel_layout_cosmos;
extern const reel_layout reel_layout_glb;
extern const reel_layout reel_layout_lerobot;
extern const reel_layout reel_layout_movi;
extern const reel_layout reel_layout_tap;
extern const reel_layout reel_layout_webdataset;
extern const reel_layout reel_layout_ytvis;

/** Told of every file that is done, with its path on this machine: it may send and remove it.
 * @return REEL_OK, or the status that the writing is to end with. */
typedef reel_status (*reel_layout_receiver)(void *ctx, const char *name, const char *path,
                                            reel_error *err);

/** `receiver` NULL: files stay where they are. NULL: out of memory. */
reel_layout_files *reel_layout_files_create(reel_layout_receiver receiver, void *ctx);
void reel_layout_files_destroy(reel_layout_files **files);

/** "formats: clips, coco, ...", for messages. A constant from the first call on. */
const char *reel_layout_names(void);

/** The files that are done, for reel_manifest_write(). */
reel_manifest_files *reel_layout_files_list(reel_layout_files *files);

/** Are these settings of the layout? @return REEL_OK; REEL_E_USAGE. */
reel_status reel_layout_check_settings(const reel_layout *layout, int n, const char *const *given,
                                       reel_error *err) REEL_MUST_CHECK;

REEL_API_END
