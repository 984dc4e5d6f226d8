/*
 * zarr_internal.h - the words of our Zarr v2 stores, shared by sink and tests. Private to export/.
 */
#pragma once

#include "base/frame.h"
#include "base/json.h"
#include "export/sink.h"

enum { REEL_ZARR_FORMAT_VERSION = 1 };

/** ".zattrs" of the group. NULL when out of memory. */
reel_json *reel_zarr_group_attributes(const reel_stream_desc *desc);
/** "<plane>/.zarray" */
reel_json *reel_zarr_array(reel_plane plane, const reel_stream_desc *desc);
/** "<plane>/.zattrs" */
reel_json *reel_zarr_attributes(reel_plane plane, const reel_stream_desc *desc);

/** Versions of libblosc and of its zstd, at run time. */
void reel_zarr_codec_versions(char *blosc, char *zstd, size_t size);
