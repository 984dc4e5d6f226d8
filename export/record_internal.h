/*
 * record_internal.h - the record writer's parts. Private to export/.
 */
#pragma once

#include "base/json.h"
#include "export/record.h"

enum { REEL_RECORD_FORMAT_VERSION = 1, REEL_RECORD_ID_MAX = 200 };
#define REEL_RECORD_FORMAT "physreel-record"

/** What is kept of one rendered camera until the end. */
typedef struct reel_record_camera {
    const char *id, *camera;
    int camera_index;
    reel_sink *video, *labels; /**< open from the first to the last frame; NULL without them */
    const char *video_name, *labels_name;  /**< base names; NULL without them */
    int next;                              /**< frames written */
    reel_planes planes;                    /**< of its frames: all are digested */
    reel_xxh128 *digest[REEL_PLANE_COUNT]; /**< [F] */
    double *k, *cam_from_world;            /**< [F][3][3], [F][4][4] */
    int32_t *boxes, *visible_pixels;       /**< [F][N][4], [F][N] */
} reel_record_camera;

struct reel_record_writer {
    reel_arena arena;
    const char *dir;
    const reel_scene *scene;
    reel_take *take;
    reel_record_options options;
    int n_instances;
    reel_record_camera *cameras;
    int n_files;
    reel_record_file *files; /**< in the order of the manifest */
    char scene_sha256[REEL_SHA256_HEX];
    char take_xxh128[REEL_XXH128_HEX];
    bool has_failed, is_whole;
    reel_record_times times;
};

/** The manifest of a writer whose files are all there. NULL when out of memory. */
reel_json *reel_record_manifest(const reel_record_writer *writer);

/** The script's parameters by name, as a new object. NULL when out of memory. */
reel_json *reel_record_params(const reel_scene *scene);

/** "planes" or "states". */
const char *reel_store_name(reel_store store);
