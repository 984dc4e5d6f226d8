/*
 * sink.h - where the frames of one camera go while they are rendered.
 *
 * A sink is one file (or none, or one a plane) fed frame by frame; nothing passes through temporary
 * images. The kinds: "mp4" (H.264 colour), "zarr" (label planes, Zarr v2 in a zip), "ffv1" (label
 * planes, a video each), "hash" (digests only) and
 * "null". A sink that fails has removed its file. Thread-safety: one sink, one thread.
 */
#pragma once

#include "base/frame.h"
#include "base/scene.h"

REEL_API_BEGIN

/** What a stream is; strings are borrowed for the sink's life. */
typedef struct reel_stream_desc {
    const char *id; /**< base name of its files, unique in the dataset, [a-z0-9_]+ */
    const char *camera;
    int width, height; /**< px, even */
    int fps, frames;
    double depth_scale; /**< m per unit of the depth plane */
} reel_stream_desc;

/** A stream of a clip of that scene; all is borrowed. */
reel_stream_desc reel_stream_of_scene(const reel_scene *scene, const char *id, const char *camera,
                                      double depth_scale);

typedef struct reel_sink reel_sink; /**< opaque */

/** Codec settings of the mp4 sink. */
typedef struct reel_video_options {
    int crf;            /**< x264 constant rate factor, 0..51; default 21 */
    const char *preset; /**< x264 preset; default "veryfast" */
    int keyint;         /**< frames between IDR frames; default fps / 2, at least 1 */
} reel_video_options;

/** `fps` decides the key frame interval. */
reel_video_options reel_video_options_default(int fps);

/**
 * Colour as H.264 (Main profile) in mp4: yuv420p, limited range, bt709 matrix, primaries and
 * transfer signalled, chroma sited at the centre of each 2x2 block as our own conversion
 * (export/yuv.h) averages it and signalled so. The picture is sRGB-encoded; the transfer is tagged
 * bt709 as for nearly all such video, and players show it as it is. No B-frames, an IDR frame every
 * keyint frames and nowhere else, constant frame rate with exact time stamps (frame k at k / fps,
 * first 0, no edit list), moov in front, no version strings (x264's own message is taken out; the
 * manifest has it). x264 runs with cpu-independent=1 and one thread: the same bytes for the same
 * frames and package versions on every x86-64 CPU. Needs the rgb plane in every frame.
 * @return REEL_OK; REEL_E_IO (names the file); REEL_E_INTERNAL (codec); REEL_E_NOMEM.
 */
reel_status reel_mp4_sink_open(const char *path, const reel_stream_desc *desc,
                               const reel_video_options *options, reel_sink **out,
                               reel_error *err) REEL_MUST_CHECK;

/** Label planes: the set `planes` (no rgb, not empty) of every frame, one array a plane, one chunk a
 * frame; see export/zarr.h. Same errors. */
reel_status reel_zarr_sink_open(const char *path, const reel_stream_desc *desc, reel_planes planes,
                                reel_sink **out, reel_error *err) REEL_MUST_CHECK;

/** The same planes as lossless videos, one file each: `path` is the name of the store, see
 * export/ffv1.h. Same errors; REEL_E_INTERNAL (codec). */
reel_status reel_ffv1_sink_open(const char *path, const reel_stream_desc *desc, reel_planes planes,
                                reel_sink **out, reel_error *err) REEL_MUST_CHECK;

/** XXH128 of every plane in `planes` of every frame; read them with reel_hash_sink_digest(). */
reel_status reel_hash_sink_open(const reel_stream_desc *desc, reel_planes planes, reel_sink **out,
                                reel_error *err) REEL_MUST_CHECK;
/** Digest of a plane of a frame that was written (assert). */
reel_xxh128 reel_hash_sink_digest(const reel_sink *sink, reel_plane plane, int frame);

/** Takes any number of frames of any size and keeps nothing. */
reel_status reel_null_sink_open(reel_sink **out, reel_error *err) REEL_MUST_CHECK;

/** Frames come in order, 0 .. frames - 1, each once (assert). @return REEL_OK; REEL_E_IO;
 * REEL_E_INTERNAL (codec); REEL_E_NOMEM. */
reel_status reel_sink_write(reel_sink *sink, const reel_frame *frame,
                            reel_error *err) REEL_MUST_CHECK;

/** Finish after the last frame and close the file (flushed, not yet fsynced). Same errors. */
reel_status reel_sink_close(reel_sink *sink, reel_error *err) REEL_MUST_CHECK;

/** Free; a file that was not closed is removed. Sets to NULL; *sink may be NULL. */
void reel_sink_destroy(reel_sink **sink);

/** CPU seconds spent in write and close so far (for the benchmark). */
double reel_sink_seconds(const reel_sink *sink);

/** Name and version of every library that file bytes depend on, NULL-terminated pairs:
 * {"libx264", "164 ...", "libavcodec", ..., NULL}. Static storage. */
const char *const *reel_export_versions(void);

REEL_API_END
