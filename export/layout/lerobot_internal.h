/*
 * lerobot_internal.h - what the lerobot*.c files share: a LeRobotDataset (v3.0) in the making.
 *
 * A clip is an episode. What stands in its rows is made of quantities (lerobot_block): arrays of
 * units (a body, a signal, a camera) of some components each. look() learns which units there are
 * and between which values they run; plan() turns that into features and numbers the episodes;
 * put() writes them. Sources: lerobot, src/lerobot/datasets (feature_utils.py, compute_stats.py,
 * dataset_writer.py). Thread-safety: one writer, one thread.
 */
#pragma once

#include "export/actions.h"
#include "export/facts.h"
#include "export/layout/layout.h"
#include "export/mp4_depth.h"
#include "export/mp4_join.h"
#include "export/parquet_write.h"
#include "export/tables.h"

REEL_API_BEGIN

enum {
    LEROBOT_CHUNK_FILES = 1000,   /**< files of a folder */
    LEROBOT_EPISODE_SECONDS = 60, /**< longer ones lose frames: times are float32 there */
    LEROBOT_VIDEO_SECONDS = 1000, /**< of a file, for the same reason */
    LEROBOT_EPISODES_GROUP = 32,  /**< rows of a row group of meta/episodes */
    LEROBOT_QUANTILES = 5,        /**< 1, 10, 50, 90, 99 % */
    LEROBOT_BINS = 5000,          /**< of a value's histogram over the dataset */
    LEROBOT_MAX_BINS = 1 << 25,   /**< of all values */
    LEROBOT_MAX_VALUES = 1 << 28, /**< of an episode */
    LEROBOT_TABLES =
        REEL_TABLE_ACTIONS - 1, /**< label tables: all but metadata and, last, actions */
};

/* ---- quantities -------------------------------------------------------------------------------
 */

typedef enum lerobot_block {
    LEROBOT_POSITION = 0, /**< per body slot: what the states table has */
    LEROBOT_ROTATION,
    LEROBOT_VELOCITY,
    LEROBOT_OMEGA,
    LEROBOT_CONTACT,
    LEROBOT_PRESENT,
    LEROBOT_INSTANCE,
    LEROBOT_SIGNAL,     /**< per signal */
    LEROBOT_KNOWN,      /**< per signal: whether the clip has it */
    LEROBOT_PUSHED,     /**< one unit: pose and velocities of the body that the agent pushes */
    LEROBOT_MOTOR,      /**< per joint with a motor: position, velocity */
    LEROBOT_VIEW,       /**< one unit: eye, and the axes right and down of a camera */
    LEROBOT_EXTRINSICS, /**< per rendered camera: cam_from_world */
    LEROBOT_INTRINSICS, /**< per rendered camera: fx, fy, cx, cy */
    LEROBOT_ENERGY,     /**< one unit */
    LEROBOT_BLOCKS,
    LEROBOT_COUNTERS = LEROBOT_BLOCKS, /**< per lerobot_counter; not a quantity of the clip */
} lerobot_block;

typedef enum lerobot_counter {
    LEROBOT_TIMESTAMP = 0,
    LEROBOT_FRAME_INDEX,
    LEROBOT_EPISODE_INDEX,
    LEROBOT_INDEX,
    LEROBOT_TASK_INDEX,
    LEROBOT_DONE,
} lerobot_counter;

/** Components of a unit. */
int reel_lerobot_each(lerobot_block block);

/** A value over time that acts on the scene. */
typedef struct lerobot_signal {
    const char *name, *unit;
    bool acts;  /**< a number of the clip's action; else another channel of its take */
    int column; /**< of actions.values; channel of the take */
} lerobot_signal;

/** What a clip has of everything. */
typedef struct lerobot_clip {
    const reel_layout_clip *clip;
    const reel_scene *scene;
    const reel_take *take;
    reel_actions actions; /**< its arena holds what follows */
    int n_slots, n_signals, n_motors, n_cameras;
    int *slots;  /**< bodies of the objects with an instance id, in the order of the scene */
    int *motors; /**< joints */
    lerobot_signal *signals;
    int agent_body, agent_camera; /**< what the agent moves; -1 */
    int view_camera;              /**< of LEROBOT_VIEW */
} lerobot_clip;

/** reel_actions_finish(&out->actions) afterwards. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_lerobot_clip_init(lerobot_clip *out, const reel_layout_clip *clip,
                                   reel_error *err) REEL_MUST_CHECK;

/** The components of a unit of the clip at a frame. */
void reel_lerobot_value(const lerobot_clip *clip, lerobot_block block, int unit, int frame,
                        double *out);

/* ---- statistics -------------------------------------------------------------------------------
 */

/** Figures of one feature over an episode or the dataset: rows of `n` values in `v`. */
typedef enum lerobot_figure {
    LEROBOT_MIN = 0,
    LEROBOT_MAX,
    LEROBOT_MEAN,
    LEROBOT_STD,
    LEROBOT_Q01,
    LEROBOT_FIGURES = LEROBOT_Q01 + LEROBOT_QUANTILES,
} lerobot_figure;

extern const char *const reel_lerobot_figure_names[LEROBOT_FIGURES];

typedef struct lerobot_stats {
    int n;
    int64_t count;
    double *v; /**< [LEROBOT_FIGURES][n] */
} lerobot_stats;

/** Sums over the episodes so far. */
typedef struct lerobot_total {
    int n, n_bins;
    int64_t count;
    double *min, *max, *mean, *m2; /**< [n]; m2: sum of squared distances from the mean */
    double *lo, *hi;               /**< [n] the values' range, known beforehand */
    uint32_t *bins;                /**< [n][n_bins] */
    uint64_t *codes;               /**< pictures: [n][n_bins] */
} lerobot_total;

/** What the pixels of a stream are, as counted by make(). */
typedef struct lerobot_counts {
    int channels;   /**< 3: red, green, blue of 256 values; 1: depth of REEL_DEPTH_CODES */
    int64_t frames; /**< that were counted */
    uint64_t *n;    /**< [channels][values] */
} lerobot_counts;
int reel_lerobot_count_values(int channels);

/** Of [rows][n] values, exact; quantiles interpolate between neighbours as NumPy's do. Fills
 * `out->v` and count; `scratch` has room for `rows`. */
void reel_lerobot_stats_of(const double *values, int rows, int n, double *scratch,
                           lerobot_stats *out);
/** Of counted pixels; `scale` [values]: what a value stands for, not falling. */
void reel_lerobot_stats_counted(const lerobot_counts *counts, const double *scale,
                                lerobot_stats *out);
/** Add an episode: its figures, and its values for the quantiles. */
void reel_lerobot_total_add(lerobot_total *total, const lerobot_stats *stats, const double *values,
                            int rows);
void reel_lerobot_total_count(lerobot_total *total, const lerobot_stats *stats,
                              const lerobot_counts *counts);
/** Over all; `scale` as above for pictures, NULL for the rest, whose quantiles are right to
 * (hi - lo) / n_bins. */
void reel_lerobot_total_stats(const lerobot_total *total, const double *scale, lerobot_stats *out);

/* ---- features ---------------------------------------------------------------------------------
 */

typedef enum lerobot_kind {
    LEROBOT_FLOAT32 = 0,
    LEROBOT_INT64,
    LEROBOT_BOOL,
    LEROBOT_VIDEO,
    LEROBOT_DEPTH,
} lerobot_kind;

typedef struct lerobot_feature {
    const char *name, *unit, *doc;
    lerobot_kind kind;
    lerobot_block block;
    int n_units;
    const int *units;         /**< [n_units] of the dataset's; NULL: 0, 1, ... */
    int length;               /**< values of a row; of pictures: channels */
    const char *const *names; /**< [length] of the values; NULL: none */
    int camera;               /**< pictures: the clips' stream */
    int column;               /**< of the data table; pictures: -1 */
    int offset;               /**< of its values in a row of them all; pictures: -1 */
    lerobot_stats stats;      /**< of the episode that is being put */
    lerobot_total total;
} lerobot_feature;

static inline bool lerobot_is_video(const lerobot_feature *f)
{
    return f->kind == LEROBOT_VIDEO || f->kind == LEROBOT_DEPTH;
}

/* ---- the writer -------------------------------------------------------------------------------
 */

/** A unit as look() met it. */
typedef struct lerobot_unit {
    const char *name, *unit; /**< of signals and motors */
    const char *first_clip;
    int n_clips; /**< that have it */
    bool acts;   /**< signals: part of an action */
    double lo[16], hi[16];
} lerobot_unit;

typedef struct lerobot_units {
    int n, capacity;
    lerobot_unit *unit;
    bool differs; /**< not every clip has all of them in this order */
} lerobot_units;

/** A clip as look() met it, in the order of the clips. */
typedef struct lerobot_episode {
    int split, frames, task;
    int index;                /**< of the episode */
    int64_t first;            /**< index of its first frame */
    int data_file, meta_file; /**< numbers */
    char *json;               /**< its line of meta/physreel.json; allocated */
} lerobot_episode;

/** Files of one split in the making. */
typedef struct lerobot_lane {
    const char *name; /**< of the split */
    int n_episodes;
    int first;                /**< episode */
    int data_file, meta_file; /**< open ones; -1 */
    int64_t data_rows, meta_rows, table_rows[LEROBOT_TABLES];
    reel_parquet_writer *data, *meta, *table[LEROBOT_TABLES];
    struct lerobot_video *videos; /**< [n_videos] */
} lerobot_lane;

/** A video file in the making. */
typedef struct lerobot_video {
    reel_mp4_joiner *joiner; /**< NULL: none open */
    int file;                /**< number */
} lerobot_video;

typedef struct reel_lerobot {
    const reel_layout_options *options;
    bool passive, depth, tables;
    int64_t data_mb, video_mb; /**< MiB */
    reel_depth_code code;
    reel_arena arena;

    /* what all clips share, from the first */
    int fps, width, height, n_cameras;
    const char **cameras;
    const char *first_clip;
    reel_video_options video;

    lerobot_units units[LEROBOT_BLOCKS];
    int n_episodes, capacity, n_put;
    lerobot_episode *episodes;
    int n_tasks;
    size_t n_task_slots; /**< a power of 2 */
    int *task_slots;     /**< by hash: number of the task + 1, or 0 */
    const char **tasks;
    int n_lanes;
    lerobot_lane lanes[REEL_MAX_SPLITS];
    int n_pushers, n_movers; /**< clips with an agent that pushes; that moves a camera */
    int64_t n_frames;
    int longest; /**< frames */

    bool is_planned;
    int n_features, n_videos, row_values;
    lerobot_feature *features; /**< by name */
    int *videos;               /**< [n_videos] features */
    int *n_files;              /**< [n_videos] numbered so far */
    int n_data_files, n_meta_files;
    reel_table data_table, meta_table;
    reel_rows *data_rows, *meta_rows, *table_rows[LEROBOT_TABLES];
    double *depth_scale;  /**< [REEL_DEPTH_CODES] m */
    double *colour_scale; /**< [256] */
} reel_lerobot;

/** lerobot_look.c: reel_layout.look. */
reel_status reel_lerobot_look(void *writer, const reel_layout_clip *clip,
                              reel_error *err) REEL_MUST_CHECK;
/** The clip's unit that is number `unit` of the dataset's; -1: it has none. */
int reel_lerobot_unit_of(const reel_lerobot *w, const lerobot_clip *c, lerobot_block block,
                         int unit);
/** What the task of a clip is: its prompt, or its family where the script gives none. */
const char *reel_lerobot_task(const reel_scene *scene);

/** lerobot_features.c: w->features, by name. @return REEL_OK; REEL_E_USAGE (the clips' signals do not
 * make one action); REEL_E_NOMEM. */
reel_status reel_lerobot_make_features(reel_lerobot *w, reel_error *err) REEL_MUST_CHECK;

/** lerobot_plan.c: features, tables and numbers of files, once every clip was seen.
 * @return REEL_OK; REEL_E_USAGE (the clips' signals do not make one action); REEL_E_NOMEM. */
reel_status reel_lerobot_plan(reel_lerobot *w, reel_error *err) REEL_MUST_CHECK;

/** lerobot_make.c: reel_layout.make: what pixels are, and depth as video. */
reel_status reel_lerobot_make(const reel_layout_options *options, const reel_layout_clip *clip,
                              const char *dir, reel_error *err) REEL_MUST_CHECK;
/** The settings that make() needs. @return REEL_OK; REEL_E_USAGE. */
reel_status reel_lerobot_depth_settings(const reel_layout_options *options, bool *depth,
                                        reel_depth_code *code, reel_error *err) REEL_MUST_CHECK;
/** Read what make() counted of a stream's pictures; `n` is allocated. @return REEL_OK; REEL_E_IO;
 * REEL_E_CONFLICT; REEL_E_NOMEM. */
reel_status reel_lerobot_read_counts(const char *dir, int stream, bool depth, lerobot_counts *out,
                                     reel_error *err) REEL_MUST_CHECK;
/** Path of a stream's depth video that make() wrote. */
void reel_lerobot_depth_path(const char *dir, int stream, char out[REEL_PATH_MAX]);

/** lerobot_put.c: add an episode. */
reel_status reel_lerobot_put(void *writer, const reel_layout_clip *clip, const char *dir,
                             reel_error *err) REEL_MUST_CHECK;

/** lerobot_files.c: the files that an episode needs, opened where it begins new ones. */
reel_status reel_lerobot_open_tables(reel_lerobot *w, const lerobot_episode *e,
                                     reel_error *err) REEL_MUST_CHECK;
/** Append a video of `frames` frames to those of feature w->videos[v]; the frame of the file with
 * which it begins, and the file's number. */
reel_status reel_lerobot_join(reel_lerobot *w, const lerobot_episode *e, int v, const char *from,
                              int64_t *start, int *file, reel_error *err) REEL_MUST_CHECK;
/** Close, check and tell all that is open. */
reel_status reel_lerobot_close_files(reel_lerobot *w, reel_error *err) REEL_MUST_CHECK;
/** "data/chunk-000/file-007" and the like. */
void reel_lerobot_file_name(const char *folder, int file, const char *ending, char *out,
                            size_t size);

/** lerobot_meta.c: info, stats, tasks and what else there is to tell. */
reel_status reel_lerobot_write_meta(reel_lerobot *w, reel_error *err) REEL_MUST_CHECK;
/** One clip for meta/physreel.json: allocated; NULL: out of memory. */
char *reel_lerobot_clip_json(const lerobot_clip *c, const lerobot_episode *e);

REEL_API_END
