/*
 * record.h - the clip record: the unit that is kept, moved and checked.
 *
 * A folder:
 *   scene.json          canonical frozen scene
 *   take.npz            every array of the take (float64), names as reel_take_arrays()
 *   views.npz           per camera c: "<c>/k" [F,3,3] f8, "<c>/cam_from_world" [F,4,4] f8,
 *                       "<c>/boxes" [F,N,4] i4 (x0,y0,x1,y1), "<c>/visible_pixels" [F,N] i4;
 *                       amodal: "<c>/amodal_boxes", "<c>/amodal_pixels" likewise, "<c>/extents"
 *                       [F,N,4] f8; masks: "<c>/visible_masks" [bytes] u1 with
 *                       "<c>/visible_mask_ends" [F,N] i8, and the same of "amodal"; tracks:
 *                       "<c>/track_state" [F,T] u1, "tracks/instance", "tracks/body", "tracks/geom"
 *                       [T] i4, "tracks/point", "tracks/normal" [T,3] f8
 *   <stream>.mp4        colour, one per camera
 *   <stream>.zarr.zip   label planes (store = planes)
 *   <stream>.<plane>.mov   the same, a lossless video each (store = ffv1; export/ffv1.h)
 *   <stream>.control_<kind>.mp4   control videos (export/control.h)
 *   <stream>.first.png  the first frame as it was drawn
 *   captions.json       {"<stream>": {...}}: what is to be told of each stream (reel_record_tell())
 *   manifest.json       written last: identity, options, digests of contents and files
 * The stream id is the clip id if the scene has one rendered camera, else <clip_id>_<camera>.
 * All file bytes are a function of (scene, options, package versions). Every layout and table is
 * derived from records (pack.h). Thread-safety: one writer or reader, one thread.
 */
#pragma once

#include "base/camera.h"
#include "base/frame.h"
#include "base/hash.h"
#include "base/take.h"
#include "export/control.h"
#include "export/sink.h"

REEL_API_BEGIN

typedef enum reel_store {
    REEL_STORE_PLANES = 0, /**< label planes in <stream>.zarr.zip */
    REEL_STORE_STATES,     /**< scene and take alone: labels are rendered again on demand */
    REEL_STORE_FFV1,       /**< label planes in <stream>.<plane>.mov */
} reel_store;

/** Whether label planes are stored. */
static inline bool reel_store_has_planes(reel_store store)
{
    return store != REEL_STORE_STATES;
}

/** Its name in options and manifests: "planes", "states", "ffv1". */
const char *reel_store_name(reel_store store);
/** By name; false if unknown. */
bool reel_store_find(const char *name, reel_store *out);

/** The two masks of an object. */
enum { REEL_MASK_VISIBLE = 0, REEL_MASK_AMODAL, REEL_MASK_KINDS };

/** How a clip was made beyond its scene; all of it goes into the manifest. */
typedef struct reel_record_options {
    const char *clip_id; /**< [a-z0-9_]+, unique in the dataset */
    const char *split;   /**< such as "train" */
    uint64_t base_seed;  /**< of the run */
    uint64_t index;      /**< of the clip in the run, below 2^63 */
    uint32_t attempt;    /**< 0 = the first seed was taken */
    const char *quality; /**< name of the render quality */
    int samples;         /**< of the quality; 0: its default */
    reel_planes labels;  /**< planes that are stored (store = planes) */
    reel_store store;
    bool amodal;        /**< amodal boxes, pixels and extents are kept */
    bool masks;         /**< visible and amodal masks are */
    int tracks;         /**< points that are followed on each object, 0..REEL_MAX_TRACKS */
    double depth_scale; /**< m per unit */
    reel_video_options video;
    bool colour;            /**< false: quality "labels", no mp4 */
    reel_controls controls; /**< control videos that are made beside the colour; 0 without it */
    bool first_frames;      /**< the first frame is kept as PNG; needs colour */
    int n_cameras;          /**< rendered cameras, indices into the scene's */
    const int *cameras;
} reel_record_options;

typedef struct reel_record_writer reel_record_writer; /**< opaque */

/**
 * Start a record in the new folder `dir` (must not exist; its parent must). scene, take and the
 * strings of options are borrowed until the end.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM; REEL_E_USAGE (too many tracks).
 */
reel_status reel_record_begin(const char *dir, const reel_scene *scene, reel_take *take,
                              const reel_record_options *options, reel_record_writer **out,
                              reel_error *err) REEL_MUST_CHECK;

/** Planes that frames given to reel_record_write() must hold: rgb if colour, instance always (for
 * the boxes), and the stored labels. */
reel_planes reel_record_planes(const reel_record_options *options);

/** Make `*out` what frames of this record must carry (reel_frame.objects) if amodal, masks or tracks
 * are asked for; its tracks are the writer's. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_record_init_objects(const reel_record_writer *writer, reel_objects *out,
                                     reel_error *err) REEL_MUST_CHECK;

/** Next frame of rendered camera `i` (index into options->cameras); frames of a camera in order,
 * cameras one after another or interleaved. */
reel_status reel_record_write(reel_record_writer *writer, int i, const reel_frame *frame,
                              const reel_view *view, reel_error *err) REEL_MUST_CHECK;

/** Base name of the files of rendered camera `i`; the writer's. */
const char *reel_record_stream_id(const reel_record_writer *writer, int i);

/** How many pixels of instance i + 1 each frame of rendered camera `i` showed: [F][N], valid once
 * all its frames are written. */
const int32_t *reel_record_visible_pixels(const reel_record_writer *writer, int i);

/** What is to be told of the streams: `text` (copied) is the canonical JSON of captions.json. Once,
 * before reel_record_end(); without it there is none. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_record_tell(reel_record_writer *writer, const char *text,
                             reel_error *err) REEL_MUST_CHECK;

/** Close the streams, write scene, take, views, then the manifest; fsync all. The folder is whole
 * after REEL_OK (the caller renames it into place: reel_fs_publish_dir()). */
reel_status reel_record_end(reel_record_writer *writer, reel_error *err) REEL_MUST_CHECK;

/** Free; an unfinished record's folder is removed. *writer may be NULL. */
void reel_record_writer_destroy(reel_record_writer **writer);

/** CPU seconds by stage so far: video encoding, label encoding, control videos, the rest. */
typedef struct reel_record_times {
    double video, labels, controls, other;
} reel_record_times;
reel_record_times reel_record_writer_times(const reel_record_writer *writer);

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct reel_record_file {
    const char *role; /**< "scene", "take", "views", "video", "planes", "control", "first",
                           "captions" */
    const char *name; /**< base name */
    uint64_t bytes;
    char sha256[REEL_SHA256_HEX];
} reel_record_file;

typedef struct reel_record_stream {
    const char *id, *camera;
    int camera_index;                        /**< into the scene's cameras */
    const char *video;                       /**< base name, NULL without colour */
    const char *planes;                      /**< base name of the label store, NULL if none; of
                                                  store ffv1 with {plane}: export/labels.h */
    const char *control[REEL_CONTROL_COUNT]; /**< base names of its control videos; NULL: none */
    const char *first;                       /**< base name of its first frame; NULL: none */
    double near, far;     /**< m: range of the depth control video; 0: there is none */
    reel_planes digested; /**< planes with digests (rgb among them) */
    reel_xxh128 *digest[REEL_PLANE_COUNT]; /**< [frames] each; NULL if not in `digested` */
} reel_record_stream;

/** A record as read back: manifest, scene, take; pictures stay on disk. */
typedef struct reel_record {
    reel_arena arena;
    char dir[4096]; /**< folder of scene, take, views and manifest */
    const char *clip_id, *split, *family, *version, *quality;
    uint64_t base_seed, index, seed;
    uint32_t attempt;
    reel_store store;
    reel_planes labels;
    int samples; /**< of the quality; 0: its default */
    bool amodal, masks, first_frames;
    reel_controls controls;
    int tracks_each; /**< of an object */
    double depth_scale;
    bool colour;
    reel_video_options video;
    const char *scene_sha256, *take_xxh128; /**< as the manifest says */
    int n_files, n_streams;
    reel_record_file *files;
    reel_record_stream *streams;
    reel_json *manifest;
    reel_scene *scene; /**< filled by reel_record_load_data() */
    reel_take *take;
    int32_t **boxes;                      /**< [stream] -> [F][N][4] */
    int32_t **visible_pixels;             /**< [stream] -> [F][N] */
    double **k, **cam_from_world;         /**< [stream] -> [F][9], [F][16] */
    int32_t **amodal_boxes;               /**< [stream] -> [F][N][4]; if amodal, as the next two */
    int32_t **amodal_pixels;              /**< [stream] -> [F][N] */
    double **extents;                     /**< [stream] -> [F][N][4]; NaN: none */
    char **mask_text[REEL_MASK_KINDS];    /**< [stream], if masks */
    int64_t **mask_ends[REEL_MASK_KINDS]; /**< [stream] -> [F][N], not falling, within the text */
    int n_tracks;
    reel_track *tracks;    /**< [n_tracks] of bodies, geoms and instances that exist */
    uint8_t **track_state; /**< [stream] -> [F][n_tracks], if there are tracks */
    reel_json *captions;   /**< captions.json, by stream; NULL: the record has none */
} reel_record;

/** Read manifest.json of the record in `dir`. @return REEL_OK; REEL_E_IO; REEL_E_CONFLICT (not a
 * manifest of ours: says why); REEL_E_NOMEM. */
reel_status reel_record_open(const char *dir, reel_record **out, reel_error *err) REEL_MUST_CHECK;
/** Read scene.json, take.npz and views.npz too. Same errors, naming file and array. */
reel_status reel_record_load_data(reel_record *record, reel_error *err) REEL_MUST_CHECK;
void reel_record_close(reel_record **record);

/** What is told of stream `i` of a record with its data: with the outcome, and without; the
 * script's where captions.json is missing. NULL: nothing. */
const char *reel_record_caption(const reel_record *record, int i);
const char *reel_record_prompt(const reel_record *record, int i);
/** The structured one (scenes/story.h); borrowed, NULL if there is none. */
const reel_json *reel_record_caption_json(const reel_record *record, int i);

REEL_API_END
