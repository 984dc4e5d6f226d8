/*
 * movi.h - what the layout movi is made of: facts of a video, and its planes. Private to it.
 *
 * Conventions are those of Kubric (github.com/google-research/kubric, challenges/movi/movi_a.py,
 * kubric/file_io.py, kubric/core/cameras.py): see reel_movi_notes.
 */
#pragma once

#include "export/layout/layout.h"
#include "export/npz.h"

REEL_API_BEGIN

enum { REEL_MOVI_MOST = 255 }; /**< instances that fit segmentations of u8 */

/** What is known of a video beside its planes; a video is a stream. All arrays are in `arena`. */
typedef struct reel_movi_facts {
    reel_arena arena;
    const reel_record *record;
    int stream, frames, n, n_events;
    int object[REEL_MOVI_MOST]; /**< [n] into the scene's: instances by visible pixels, falling */
    uint8_t *index;             /**< [instance id + 1]: its segmentation id; 0: never seen */
    float *mass, *friction, *restitution;          /**< [n]; mass 0: static */
    double *positions, *velocities, *omegas;       /**< [n][frames][3] */
    double *quaternions;                           /**< [n][frames][4] */
    double *boxes_3d;                              /**< [n][frames][8][3], z fastest */
    double *image_positions;                       /**< [n][frames][2], 0..1 */
    uint32_t *visibility;                          /**< [n][frames] px */
    int n_boxes;                                   /**< frames in which any is seen, all together */
    double *boxes;                                 /**< [n_boxes][4] ymin, xmin, ymax, xmax, 0..1 */
    int32_t *box_frames;                           /**< [n_boxes] */
    int64_t *box_splits;                           /**< [n + 1] */
    double focal_length, sensor_width, fov;        /**< mm, mm, rad (horizontal) */
    double *camera_positions, *camera_quaternions; /**< [frames][3], [frames][4] */
    int32_t *event_instances;                      /**< [n_events][2]; -1: not among them */
    double *event_frame, *event_force;             /**< [n_events]; frames, N */
    double *event_position, *event_normal;         /**< [n_events][3] */
    double *event_image;                           /**< [n_events][2] */
} reel_movi_facts;

/** @return REEL_OK; REEL_E_REFUSED (more than REEL_MOVI_MOST objects are seen); REEL_E_NOMEM. */
reel_status reel_movi_facts_make(const reel_record *record, int stream, reel_movi_facts *out,
                                 reel_error *err) REEL_MUST_CHECK;
void reel_movi_facts_finish(reel_movi_facts *facts); /**< accepts a zeroed one */

/** Ranges of quantised planes: value = code / 65535 (hi - lo) + lo. */
typedef struct reel_movi_ranges {
    double depth[2]; /**< m */
    double flow[2];  /**< px, of both flows: the same for every video */
    bool has_no_hit; /**< some pixels see nothing: they have depth[1] */
} reel_movi_ranges;

/** metadata.json, events.json and data_ranges.json; NULL: out of memory. */
reel_json *reel_movi_metadata(const reel_movi_facts *facts, const reel_movi_ranges *ranges);
reel_json *reel_movi_events(const reel_movi_facts *facts);
reel_json *reel_movi_data_ranges(const reel_movi_ranges *ranges);

/** Add the facts to an npz by the names of the features of MOVi. @return REEL_OK; REEL_E_IO;
 * REEL_E_NOMEM. */
reel_status reel_movi_facts_write(const reel_movi_facts *facts, const reel_movi_ranges *ranges,
                                  reel_npz_writer *npz, reel_error *err) REEL_MUST_CHECK;

/** What of a video is written where. */
typedef struct reel_movi_targets {
    const char *frames; /**< an empty folder for files as Kubric's workers write them */
    bool pictures;      /**< all of these; else metadata.json alone */
    const char *npz;    /**< a file with all arrays; NULL: not asked for */
    const char *work;   /**< a folder on a disk with room for all planes */
} reel_movi_targets;

/** Draw all planes of a stream and write them and the facts. @return REEL_OK; REEL_E_REFUSED;
 * REEL_E_IO; REEL_E_NOMEM; errors of the drawer. */
reel_status reel_movi_write(const reel_layout_clip *clip, int stream,
                            const reel_movi_targets *targets, reel_error *err) REEL_MUST_CHECK;

/** Conventions and differences from Kubric, in Markdown. */
extern const char reel_movi_notes[];

REEL_API_END
