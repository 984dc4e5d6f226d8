/*
 * plan.h - which clips a run makes: everything that decides a dataset's bytes, in one place.
 *
 * A plan comes from the command line or from a recipe (a JSON file, docs/datasets.md). Entries take
 * turns: clip 0 is the first of entry 0, clip 1 the first of entry 1, ... ; an entry that has given
 * its count is passed over. So a larger --count only appends clips. Clip i of a run with seed s has
 * the scene seed reel_clip_seed(s, i, attempt) and the id <family>_<i as six digits>.
 *
 * The plan's canonical JSON (plan.json in the dataset) is what tells one run from another: scenes
 * by digest, options, program and library versions; never the output folder, -j or the command's
 * spelling. Thread-safety: read-only use is safe.
 */
#pragma once

#include "app/args.h"
#include "app/splits.h"
#include "base/frame.h"
#include "base/scene.h"
#include "export/record.h"
#include "render/render.h"
#include "scenes/scenes.h"

REEL_API_BEGIN

/** What --format auto stands for: clips, or shards for more than fit folders well. */
const char *reel_plan_auto_format(int64_t n_clips);
enum { REEL_MAX_CLIPS = 1000000, REEL_MAX_ENTRIES = 4096, REEL_MAX_ATTEMPTS = 20 };

/** One SCENE and what it is asked for. */
typedef struct reel_plan_entry {
    const char *source; /**< path or name of a shipped family, for reel_scene_freeze() */
    const char *shown;  /**< as the user wrote it */
    bool frozen;        /**< a scene JSON: its seed, size and times are its own */
    int64_t count;      /**< clips, >= 1 */
    int n_overrides, n_cameras;
    const char **overrides;       /**< "key=value" */
    const char **cameras;         /**< names; none = every camera of the scene */
    const char *agent;            /**< as in reel_freeze_options; "" for none */
    const char *family;           /**< found by reel_plan_probe() */
    char sha256[REEL_SHA256_HEX]; /**< of the script's text or the frozen scene; found likewise */
} reel_plan_entry;

typedef struct reel_plan_clip {
    const char *id;
    int entry;
    reel_split_place place;
} reel_plan_clip;

struct reel_plan {
    reel_arena arena;    /**< holds everything below */
    const char *name;    /**< of the dataset, from the scenes or the recipe */
    const char *recipe;  /**< path, NULL without */
    const char *split;   /**< of all clips without splits */
    reel_splits *splits; /**< NULL: none */
    uint64_t seed;
    int width, height, fps, frames;
    bool size_given, fps_given, frames_given; /**< asked for, not defaults */
    reel_quality quality;
    int samples;        /**< as in reel_render_options */
    reel_planes labels; /**< stored planes; none with REEL_STORE_STATES, and by default with layouts
                             that would drop them */
    bool labels_given;
    bool masks;        /**< masks of objects are stored; not with REEL_STORE_STATES */
    int tracks;        /**< points that are followed on each object */
    int keyint;        /**< frames between key frames of the videos; 0: half a second */
    const char *agent; /**< of entries that have none of their own; "" for none */
    const char *views; /**< as in reel_freeze_options; "" for none */
    reel_store store;
    double depth_scale;               /**< m per unit */
    reel_controls controls;           /**< control videos beside the colour */
    bool first_frames;                /**< PNG of the first frame of every stream */
    const struct reel_layout *layout; /**< NULL: clips */
    int n_set;
    const char **set; /**< settings of the layout, "name=value" */
    int n_entries, n_clips;
    reel_plan_entry *entries;
    reel_plan_clip *clips; /**< by index; made by reel_plan_probe() */
};

/** Options of a plan, for the tables of the commands that take them. */
#define REEL_PLAN_OPTIONS                                                                          \
    {.name = "seed", .value = "N", .help = "seed of the run, 0 .. 2^64-1 (default 0)"},            \
        {.name = "count", .value = "N", .help = "clips of each scene (default 1)"},                \
        {.name = "param",                                                                          \
         .letter = 'p',                                                                            \
         .value = "KEY=VALUE",                                                                     \
         .repeats = true,                                                                          \
         .help = "fix a parameter of the scene (physreel list)"},                                  \
        {.name = "size", .value = "WxH", .help = "pixels, even (default 832x480)"},                \
        {.name = "fps",                                                                            \
         .value = "N",                                                                             \
         .help =                                                                                   \
             "frames a second; must divide the step rate of\n"                                     \
             "the scene, 1200 by default (default 24)"},                                           \
        {.name = "frames", .value = "N", .help = "frames of a clip (default 121)"},                \
        {.name = "preset",                                                                         \
         .value = "NAME",                                                                          \
         .help =                                                                                   \
             "size, frames, fps and more at once: movi, wan, jepa, lerobot\n"                      \
             "or physics-iq (physreel list --presets)"},                                           \
        {.name = "agent",                                                                          \
         .value = "KIND",                                                                          \
         .help =                                                                                   \
             "push (a force along the ground in bursts), force (in\n"                              \
             "space) or camera (moves freely): actions that really\n"                              \
             "act, one for each frame. push:NAME names the object"},                               \
        {.name = "views",                                                                          \
         .value = "three",                                                                         \
         .help = "cameras left, center and right of the scene's first"},                           \
        {.name = "keyint",                                                                         \
         .value = "N",                                                                             \
         .help =                                                                                   \
             "frames from key frame to key frame of the videos\n"                                  \
             "(default half a second)"},                                                           \
        {.name = "camera",                                                                         \
         .value = "NAME",                                                                          \
         .repeats = true,                                                                          \
         .help = "draw this camera only; may be repeated (default: all)"},                         \
        {.name = "quality",                                                                        \
         .value = "NAME",                                                                          \
         .help =                                                                                   \
             "labels (no colour), draft, standard (default), high\n"                               \
             "or reference"},                                                                      \
        {.name = "samples",                                                                        \
         .value = "N",                                                                             \
         .help =                                                                                   \
             "rays (high, default 4) or paths (reference, default 256)\n"                          \
             "of a pixel"},                                                                        \
        {.name = "labels",                                                                         \
         .value = "LIST",                                                                          \
         .help =                                                                                   \
             "planes to store: all, none, or names with commas: depth,\n"                          \
             "instance, normal, flow_fwd, flow_bwd, object_coordinates,\n"                         \
             "albedo, coverage; and masks: visible and amodal ones of\n"                           \
             "each object in the tables (default depth,instance,flow_fwd;\n"                       \
             "none with formats that do not hold them)"},                                          \
        {.name = "tracks",                                                                         \
         .value = "N",                                                                             \
         .help =                                                                                   \
             "points on each object that the tables follow, 0 to 4096\n"                           \
             "(default 16; 0 with --store states)"},                                               \
        {.name = "store",                                                                          \
         .value = "KIND",                                                                          \
         .help =                                                                                   \
             "planes (default): labels are Zarr stores; ffv1: they are\n"                          \
             "lossless videos; states: they are not stored, they can be\n"                         \
             "made again from scene and states"},                                                  \
        {.name = "depth-scale",                                                                    \
         .value = "METRES",                                                                        \
         .help = "of one unit of the depth plane (default 0.001)"},                                \
        {.name = "control",                                                                        \
         .value = "LIST",                                                                          \
         .help =                                                                                   \
             "control videos for trainers: all, none (default), or names\n"                        \
             "with commas: depth, seg, edge, flow, force"},                                        \
        {.name = "first-frames", .help = "PNG of the first frame of each video"},                  \
        {.name = "format",                                                                         \
         .value = "NAME",                                                                          \
         .help =                                                                                   \
             "layout of the dataset (physreel list --formats); auto:\n"                            \
             "webdataset above 5,000 clips (default clips)"},                                      \
        {.name = "set", .value = "KEY=VALUE", .repeats = true, .help = "a setting of the format"}, \
        REEL_SPLIT_OPTIONS,                                                                        \
    {                                                                                              \
        .name = "split", .value = "NAME", .help = "split of the clips (default train)"             \
    }

/** A plan from parsed options and SCENE or RECIPE arguments. Nothing is run yet.
 * @return REEL_OK; REEL_E_USAGE; REEL_E_SCENE (a recipe: file and field); REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_plan_create(const reel_args *args, reel_plan **out,
                             reel_error *err) REEL_MUST_CHECK;
void reel_plan_destroy(reel_plan **plan);

/**
 * Freeze the first clip of every entry: finds family and digest, checks parameters and cameras, and
 * names the clips. So most mistakes end here, before anything is written.
 * @return REEL_OK; as reel_scene_freeze(); REEL_E_USAGE (no such camera: names those there are).
 */
reel_status reel_plan_probe(reel_plan *plan, reel_error *err) REEL_MUST_CHECK;

/** Freeze clip `index` at `attempt`; checks the frozen scene's size against the plan. */
reel_status reel_plan_freeze(const reel_plan *plan, int index, uint32_t attempt, reel_scene **out,
                             reel_error *err) REEL_MUST_CHECK;

/** Indices of the cameras that `entry` draws, into `out` (of REEL_MAX_CAMERAS).
 * @return REEL_OK; REEL_E_USAGE. */
reel_status reel_plan_cameras(const reel_plan *plan, int entry, const reel_scene *scene, int *out,
                              int *n, reel_error *err) REEL_MUST_CHECK;

/** The plan as JSON (after reel_plan_probe()); NULL when out of memory. */
reel_json *reel_plan_to_json(const reel_plan *plan);

/** How the plan in a folder compares with another. */
typedef enum reel_plan_likeness {
    REEL_PLAN_ABSENT = 0,
    REEL_PLAN_SAME,
    REEL_PLAN_OTHER_LAYOUT, /**< of the same clips, in another format or with other settings of it */
    REEL_PLAN_OTHER,
} reel_plan_likeness;

/** Compare `dir`/plan.json with the text of a plan; `words`: what differs, the first thing.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_plan_compare(const char *dir, const char *plan_text, reel_plan_likeness *out,
                              char *words, size_t size, reel_error *err) REEL_MUST_CHECK;

/** The command that makes this dataset, for its card; into the plan's arena. */
const char *reel_plan_command(reel_plan *plan);

/* ---- presets (preset.c) --------------------------------------------------------------------- */

enum { REEL_PRESET_VALUES = 8 };

/** Settings under one name. Constant data. */
typedef struct reel_preset {
    const char *name, *about; /**< about: one line */
    struct {
        const char *key, *value;
    } values[REEL_PRESET_VALUES]; /**< ends with a NULL key, or at its end */
} reel_preset;

/** All of them, in the order of the documents. */
const reel_preset *reel_preset_list(int *n);
/** NULL if there is none. */
const reel_preset *reel_preset_find(const char *name);
/** NULL if the preset (may be NULL) leaves the key alone. */
const char *reel_preset_value(const reel_preset *preset, const char *key);

/* ---- settings (plan_settings.c) ------------------------------------------------------------- */

/**
 * Fill the settings of `plan` that hold for all clips from the options, else from the same keys of
 * `recipe` (may be NULL), else from the preset, else the defaults.
 */
reel_status reel_plan_settings(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err) REEL_MUST_CHECK;

/** "depth,edge", "all" or "none". @return REEL_OK; REEL_E_USAGE. */
reel_status reel_parse_controls(const char *text, reel_controls *out,
                                reel_error *err) REEL_MUST_CHECK;

/** Control videos and first frames, likewise; the quality is there. */
reel_status reel_plan_controls(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                               reel_error *err) REEL_MUST_CHECK;

/** The layout and its settings, likewise; the entries are there. */
reel_status reel_plan_format(reel_plan *plan, const reel_args *args, const reel_json *recipe,
                             reel_error *err) REEL_MUST_CHECK;

/** "depth,masks", "all" or "none" to planes and masks; `quality` says what all means. */
reel_status reel_parse_labels(const char *text, reel_quality quality, reel_planes *out, bool *masks,
                              reel_error *err) REEL_MUST_CHECK;

/** Entries of a recipe, into the plan's arena. */
reel_status reel_plan_recipe_entries(reel_plan *plan, const char *path, const reel_json *recipe,
                                     reel_error *err) REEL_MUST_CHECK;

REEL_API_END
