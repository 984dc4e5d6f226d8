/*
 * scenes.h - scene scripts (Lua 5.4) and frozen scenes (JSON) in, a validated frozen scene out.
 *
 * A script runs once, in a sandbox without io, os, debug, load or coroutines, with a step budget
 * and a memory budget that it cannot swallow; its only output is the scene. It is run twice, in
 * two Lua states with different hash seeds, and refused if the results differ. Every random draw
 * comes from a stream named by where it stands. Words of errors name script, line and field.
 * Thread-safety: one call at a time in a process.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** A part of what a parameter may be. A draw takes each value of the part with the chance that it
 * has in the whole, from the same stream; from the whole range it is the draw without a part. */
typedef struct reel_param_range {
    const char *name; /**< of the parameter */
    int n_spans;      /**< int: lo <= v <= hi; number: lo <= v < hi. Rising, apart */
    const double (*spans)[2];
    int n_words; /**< pick, flag: the choices as tostring() writes them */
    const char *const *words;
} reel_param_range;

/** What the caller fixes; the rest is drawn by the script from the seed. */
typedef struct reel_freeze_options {
    uint64_t seed;         /**< default 0 */
    int width, height;     /**< px; default 832 x 480 */
    int fps, frames;       /**< default 24, 121 */
    int step_rate;         /**< steps/s; 0 (default) = the script's, or 1200 */
    int samples_per_frame; /**< default 1 */
    int n_overrides;       /**< parameters given by the caller, "key=value" */
    const char *const *overrides;
    int n_ranges; /**< parameters that are drawn from a part of their range; not overridden ones */
    const reel_param_range *ranges;
    /** NULL or "": none. "push": a force along the ground in bursts, "force": a force and a torque
     * in space, each constant over a video frame, on an object that is drawn; "camera": the first
     * camera that rides on nothing moves freely. "push:ball": on the object, body or camera named.
     * Added when the script is done, as timeline and keys of the scene (docs/actions.md). */
    const char *agent;
    const char *views; /**< NULL or "": the script's cameras. "three": left, center and right, in
                            place of them: the first camera, and the same turned by 25 degrees to
                            either side about the vertical through what it looks at */
    int64_t max_steps; /**< of the Lua VM; default 20 million */
    size_t max_bytes;  /**< of the Lua VM; default 256 MiB */
} reel_freeze_options;

/** The defaults named above. */
reel_freeze_options reel_freeze_options_default(void);

/**
 * Freeze `source`: the path of a .lua script or of a frozen .json scene, or the name of a shipped
 * family (reel_scenes_list()). For a JSON scene the options' seed and size are ignored (it is
 * frozen); overrides and ranges are an error then, and an agent or views other than its own.
 * @param[out] out  caller owns it: reel_scene_destroy().
 * @return REEL_OK; REEL_E_USAGE (unknown parameter or unusable value: names it and what is
 *         allowed); REEL_E_SCENE (file, line, field); REEL_E_IO; REEL_E_NOMEM.
 */
reel_status reel_scene_freeze(const char *source, const reel_freeze_options *options,
                              reel_scene **out, reel_error *err) REEL_MUST_CHECK;

/** The same for a text that is in memory already. `name` is for messages, and the scene's source;
 * the text is a frozen scene if it ends in .json, else a script. */
reel_status reel_scene_freeze_text(const char *name, const char *text, size_t size,
                                   const reel_freeze_options *options, reel_scene **out,
                                   reel_error *err) REEL_MUST_CHECK;

/** A shipped family or script, described without building a scene. */
typedef struct reel_script_param {
    const char *name;
    const char *kind;  /**< "int", "number", "pick" or "flag" */
    const char *range; /**< for people, such as "8 .. 24" or "oak, walnut" */
    reel_json *json;   /**< machine-readable: {"kind", "lo", "hi", "choices"} */
} reel_script_param;

typedef struct reel_script_info {
    reel_arena arena;
    const char *family;
    const char *title; /**< one line */
    int n_params;
    reel_script_param *params; /**< in the script's order of names (bytewise) */
} reel_script_info;

/** Names of the shipped families, in byte order, NULL-terminated; static storage. */
const char *const *reel_scenes_list(void);

/** Describe a shipped family or a script file. Errors as reel_scene_freeze(). */
reel_status reel_script_describe(const char *source, reel_script_info **out,
                                 reel_error *err) REEL_MUST_CHECK;
void reel_script_info_destroy(reel_script_info **info);

/** Source text of a shipped family (embedded in the library), or NULL. */
const char *reel_scenes_library_text(const char *family, size_t *size);

REEL_API_END
