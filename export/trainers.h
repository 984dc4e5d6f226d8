/*
 * trainers.h - lists of clips and captions in the forms that trainers of video models read.
 *
 * One set per split, over the videos of the clips layout (pack.h). Those that condition on a video
 * get a list more for each kind of control video there is: ".control_<kind>" before the ending.
 *
 *   clips/<split>/ltx.jsonl
 *       LTX: {"caption", "video"}, "reference_video". Relative to the file, and below its folder,
 *       because LTX names what it computes by these paths.
 *   trainers/diffsynth/<split>.csv
 *       DiffSynth-Studio: video,prompt and control_video,vace_video. Relative to
 *       --dataset_base_path, which is the root.
 *   trainers/musubi/<split>.jsonl
 *       musubi-tuner: {"video_path", "caption"}, "control_path". Relative to the working folder,
 *       which is to be the root.
 *   trainers/cosmos/<split>.jsonl
 *       Cosmos 3: {"uuid", "vision_path", ..., "t2w_windows": [{..., "caption_json", "caption"}]},
 *       "control_path". Relative to the file.
 *   trainers/vjepa/<split>.csv, trainers/vjepa/labels.txt
 *       V-JEPA 2: path and label parted by a space, no header. Relative to the working folder,
 *       which is to be the root. Labels number the families of the dataset: "<label> <family>".
 *   trainers/finetrainers/<split>/prompts.txt, videos.txt
 *       finetrainers: a line per clip. Relative to the folder.
 *
 * Text is the caption that tells the outcome. What would end a line is a space in prompts.txt.
 * Thread-safety: one object, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/json.h"
#include "export/control.h"

REEL_API_BEGIN

/** A video as lists name it. All is borrowed. */
typedef struct reel_trainer_row {
    const char *stream, *family;
    const char *video;                       /**< relative to the root */
    const char *control[REEL_CONTROL_COUNT]; /**< likewise; NULL: none */
    const char *caption;                     /**< "" if none */
    const reel_json *caption_json;           /**< as in scenes/story.h; NULL: none */
    int width, height, fps, frames;
} reel_trainer_row;

typedef struct reel_trainers reel_trainers; /**< opaque */

/** @param families  [n_families] by name, each once; borrowed, as are the splits' names.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_trainers_open(const char *root, int n_splits, const char *const *splits,
                               int n_families, const char *const *families, reel_controls controls,
                               reel_trainers **out, reel_error *err) REEL_MUST_CHECK;
/** The next video of split number `split`. Same errors. */
reel_status reel_trainers_put(reel_trainers *trainers, int split, const reel_trainer_row *row,
                              reel_error *err) REEL_MUST_CHECK;
/** Put the files in their places, and tell each one's name, relative to the root. */
reel_status reel_trainers_close(reel_trainers *trainers,
                                reel_status (*done)(void *ctx, const char *name, reel_error *err),
                                void *ctx, reel_error *err) REEL_MUST_CHECK;
void reel_trainers_destroy(reel_trainers **trainers); /**< accepts a pointer to NULL */

/** A line of Cosmos 3's JSONL; `video` and `control` (may be NULL) as the file is to name them.
 * Appended, with its end; out of memory shows in the buffer. */
void reel_trainers_cosmos_line(const reel_trainer_row *row, const char *video, const char *control,
                               reel_bytes *out);

REEL_API_END
