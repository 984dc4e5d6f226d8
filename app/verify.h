/*
 * verify.h - is a dataset what it says it is?
 *
 * The label checks share no code with render/: they go from stored depth, poses and cameras to
 * what the other planes must be. Tolerances come from the stored quantisation and are stated where
 * they are used. Findings are told one by one; a kind of finding that repeats within a clip and
 * camera is told once, with how many frames have it. Thread-safety: one clip, one thread.
 */
#pragma once

#include "export/pack.h"
#include "export/record.h"

REEL_API_BEGIN

/** One thing that is wrong. Parts that do not apply are "" and frame -1. */
typedef struct reel_finding {
    char clip[96], camera[64], plane[32];
    int frame;
    reel_error error; /**< status REEL_E_CONFLICT or REEL_E_IO; file and words */
} reel_finding;

/** Where findings go. */
typedef struct reel_finder {
    void *ctx;
    void (*found)(void *ctx, const reel_finding *finding);
    int n; /**< told so far */
} reel_finder;

/** Tell one finding; any of the names may be NULL, frame -1. */
void reel_finder_tell(reel_finder *finder, const char *clip, const char *camera, const char *plane,
                      int frame, const reel_error *error);

typedef struct reel_verify_counts {
    int64_t frames, pixels; /**< of label planes that were read back and cross-checked */
    int64_t regenerated;    /**< clips that were made anew */
    int64_t unchecked;      /**< clips whose script is not at hand to be frozen again */
} reel_verify_counts;

/** Check clip `index` of the dataset: record, digests of scene, take and planes, labels against
 * one another; with `regenerate`, make it anew and compare. Everything that is wrong is told.
 * @return REEL_OK even with findings; REEL_E_NOMEM; REEL_E_IO (no temporary folder). */
reel_status reel_verify_clip(const reel_dataset *dataset, int index, bool regenerate,
                             reel_finder *finder, reel_verify_counts *counts,
                             reel_error *err) REEL_MUST_CHECK;

/** Make the clip of `record` (with data) anew from its scene, and that from its script if it is a
 * shipped one, and compare digests and files. Same returns. */
reel_status reel_verify_regenerate(const reel_dataset *dataset, const reel_record *record,
                                   reel_finder *finder, reel_verify_counts *counts,
                                   reel_error *err) REEL_MUST_CHECK;

/* ---- labels (verify_labels.c) --------------------------------------------------------------- */

/** What is wrong with the labels of a frame, by kind. */
typedef enum reel_label_fault {
    REEL_FAULT_INSTANCE = 0, /**< an id that no object has */
    REEL_FAULT_BOX,          /**< box or pixel count is not that of the mask */
    REEL_FAULT_DEPTH,        /**< not on the surface of the pixel's object */
    REEL_FAULT_NO_HIT,       /**< a value where nothing was hit */
    REEL_FAULT_NORMAL,       /**< not unit, or facing away, or not the surface's */
    REEL_FAULT_COORDINATES,  /**< not where the point is in its body's box */
    REEL_FAULT_FLOW_FWD,     /**< does not land on the same object point */
    REEL_FAULT_FLOW_BWD,
    REEL_FAULT_FLOW_FWD_STATE, /**< not what geometry says */
    REEL_FAULT_FLOW_BWD_STATE,
    REEL_FAULT_AMODAL,      /**< figures of an object alone that cannot be (verify_objects.c) */
    REEL_FAULT_MASK,        /**< a mask is not that of the plane, its figures, or the geometry */
    REEL_FAULT_TRACK,       /**< a track is on no surface */
    REEL_FAULT_TRACK_STATE, /**< not what geometry says */
    REEL_FAULT_COUNT,
} reel_label_fault;

/** First pixel with a fault of each kind in one frame, and how many have it. */
typedef struct reel_label_faults {
    int64_t n[REEL_FAULT_COUNT];
    char words[REEL_FAULT_COUNT][200]; /**< of the first */
} reel_label_faults;

/** Plane that a fault is about, for findings. */
const char *reel_fault_plane(reel_label_fault fault);

/** Check frame `frame` of stream `stream`; `planes` holds the stored planes.
 * @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_verify_labels(const reel_record *record, int stream, int frame,
                               const reel_frame *planes, reel_label_faults *out,
                               reel_error *err) REEL_MUST_CHECK;

/* ---- objects (verify_objects.c) ------------------------------------------------------------- */

typedef struct reel_objects_check reel_objects_check; /**< opaque: a stream's, for all its frames */

/** `record` is borrowed. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_objects_check_create(const reel_record *record, int stream,
                                      reel_objects_check **out, reel_error *err) REEL_MUST_CHECK;
void reel_objects_check_destroy(reel_objects_check **check);

/** Check amodal figures, masks and tracks of a frame, as far as they are stored, against the planes
 * and the geometry; adds to `out`. */
void reel_objects_check_frame(reel_objects_check *check, int frame, const reel_frame *planes,
                              reel_label_faults *out);

REEL_API_END
