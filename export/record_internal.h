/*
 * record_internal.h - the record writer's parts. Private to export/.
 */
#pragma once

#include "base/json.h"
#include "export/record.h"
#include "export/thrift.h"

enum { REEL_RECORD_FORMAT_VERSION = 1, REEL_RECORD_ID_MAX = 200 };
#define REEL_RECORD_FORMAT "physreel-record"

/** What is kept of one rendered camera until the end. */
typedef struct reel_record_camera {
    const char *id, *camera;
    int camera_index;
    reel_sink *video, *labels; /**< open from the first to the last frame; NULL without them */
    reel_sink *control[REEL_CONTROL_COUNT];       /**< the same */
    const char *control_name[REEL_CONTROL_COUNT]; /**< base names; NULL without them */
    const char *first_name;                       /**< base name; NULL without it */
    double near, far;                             /**< m, of the depth control video */
    const char *video_name, *labels_name;         /**< base names; NULL without them */
    int next;                                     /**< frames written */
    reel_planes planes;                           /**< of its frames: all are digested */
    reel_xxh128 *digest[REEL_PLANE_COUNT];        /**< [F] */
    double *k, *cam_from_world;                   /**< [F][3][3], [F][4][4] */
    int32_t *boxes, *visible_pixels;              /**< [F][N][4], [F][N] */
    int32_t *amodal_boxes, *amodal_pixels;        /**< the same, if they are kept */
    double *extents;                              /**< [F][N][4] */
    reel_bytes mask_text[REEL_MASK_KINDS];        /**< by frames, then instances */
    int64_t *mask_ends[REEL_MASK_KINDS];          /**< [F][N] into mask_text */
    uint8_t *track_state;                         /**< [F][n_tracks] */
} reel_record_camera;

struct reel_record_writer {
    reel_arena arena;
    const char *dir;
    const reel_scene *scene;
    reel_take *take;
    reel_record_options options;
    int n_instances, n_tracks;
    reel_track *tracks;
    reel_record_camera *cameras;
    int n_files;
    reel_record_file *files; /**< in the order of the manifest */
    char scene_sha256[REEL_SHA256_HEX];
    char take_xxh128[REEL_XXH128_HEX];
    const char *captions; /**< text of captions.json; NULL: none */
    bool has_failed, is_whole;
    reel_record_times times;
};

/* record_controls.c */

/** Names of the control videos and the first frame of a camera. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_record_controls_init(reel_record_writer *w, reel_record_camera *camera,
                                      reel_error *err);
/** The next frame into them; opens them with the first one, closes them with the last. */
reel_status reel_record_controls_write(reel_record_writer *w, reel_record_camera *camera,
                                       const reel_frame *frame, reel_error *err);
void reel_record_controls_finish(reel_record_camera *camera);
/** Their files, for the manifest: tells `add` role and name of each. */
reel_status reel_record_controls_files(reel_record_writer *w, const reel_record_camera *camera,
                                       reel_status (*add)(reel_record_writer *w, const char *role,
                                                          const char *name, reel_error *err),
                                       reel_error *err);

/* record_views.c */

/** Memory for what `camera` sees. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_record_views_init(reel_record_writer *w, reel_record_camera *camera,
                                   reel_error *err);
/** Keep what frame `f` says beside its planes. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_record_views_keep(reel_record_writer *w, reel_record_camera *camera, int f,
                                   const reel_frame *frame, const reel_view *view, reel_error *err);
void reel_record_views_finish(reel_record_camera *camera); /**< what is not the arena's */
/** Write views.npz. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_record_views_write(reel_record_writer *w, reel_error *err);

/** The manifest of a writer whose files are all there. NULL when out of memory. */
reel_json *reel_record_manifest(const reel_record_writer *writer);

/** The script's parameters by name, as a new object. NULL when out of memory. */
reel_json *reel_record_params(const reel_scene *scene);
