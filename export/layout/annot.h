/*
 * annot.h - what the layouts coco, ytvis, tap and movi share: names of files, text that is written
 * as it grows, and what a frame shows of each object, whether stored or drawn again.
 * Thread-safety: one object, one thread.
 */
#pragma once

#include "export/layout/layout.h"
#include "export/record_internal.h"

REEL_API_BEGIN

enum {
    REEL_ANNOT_PER_FOLDER = 1000, /**< streams that share a numbered folder */
    REEL_ANNOT_NAME = 512,        /**< room for a name within the dataset */
};

/** A file of the dataset that grows from clip to clip: under a temporary name until it is whole. */
typedef struct reel_annot_file reel_annot_file;

/* ---- splits ---------------------------------------------------------------------------------- */

/** A split as its clips come in. */
typedef struct reel_annot_split {
    char name[REEL_RECORD_ID_MAX + 64];
    int64_t streams;           /**< so far */
    reel_annot_file *rows;     /**< a line an image, video or stream */
    reel_annot_file *masks[2]; /**< coco, ytvis: by REEL_MASK_*; annotations, then all else */
    int64_t annotations[2];    /**< in these, so far */
    reel_bytes listed;         /**< images or videos, for both */
} reel_annot_split;

/** In the order in which they were met. Zero-initialised is empty. */
typedef struct reel_annot_splits {
    int n;
    reel_annot_split *at; /**< [n] */
} reel_annot_splits;

/** The split of this name, added if it is new; NULL: out of memory. */
reel_annot_split *reel_annot_split_of(reel_annot_splits *splits, const char *name);
void reel_annot_splits_finish(reel_annot_splits *splits);

/** Open the rows "<split>/`name`", unless they are open. Errors of reel_annot_file_open(). */
reel_status reel_annot_open_rows(const reel_layout_options *options, reel_annot_split *split,
                                 const char *name, reel_error *err) REEL_MUST_CHECK;
/** End the rows of all splits. Errors of reel_annot_file_end(). */
reel_status reel_annot_end_rows(const reel_annot_splits *splits, reel_error *err) REEL_MUST_CHECK;

/** "<nnn>/<stream id>" of the split's stream number `stream`. */
void reel_annot_place(int64_t stream, const char *id, char out[REEL_ANNOT_NAME]);

/* ---- text ------------------------------------------------------------------------------------ */

/** A JSON string with its quotes. */
void reel_annot_put_string(reel_bytes *out, const char *text);
/** "[x, y, w, h]" of a box x0, y0, x1, y1. */
void reel_annot_put_box(reel_bytes *out, const int32_t box[4]);

/** @param name  within the dataset. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_annot_file_open(const reel_layout_options *options, const char *name,
                                 reel_annot_file **out, reel_error *err) REEL_MUST_CHECK;
/** Write what is in `text` and clear it. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM (it failed). */
reel_status reel_annot_file_put(reel_annot_file *file, reel_bytes *text,
                                reel_error *err) REEL_MUST_CHECK;
/** How often something was put into it. */
int64_t reel_annot_file_count(const reel_annot_file *file);
/** The file is whole: give it its name, and tell that it is done. */
reel_status reel_annot_file_end(reel_annot_file *file, reel_error *err) REEL_MUST_CHECK;
/** Free; a file that was not ended is removed. *file may be NULL. */
void reel_annot_file_destroy(reel_annot_file **file);

/** Write `data` as `name` into `dir`, the folder of `make`, and clear it. Nothing is synced: whoever
 * publishes the dataset syncs all of it. @return REEL_OK; REEL_E_IO; REEL_E_NOMEM. */
reel_status reel_annot_leave(const char *dir, const char *name, reel_bytes *data,
                             reel_error *err) REEL_MUST_CHECK;

/* ---- frames ---------------------------------------------------------------------------------- */

/** The frames of a clip one after another, drawn as far as the record does not hold what is asked. */
typedef struct reel_annot_frames {
    const reel_layout_clip *clip;
    reel_planes planes;      /**< drawn, but for those of the objects */
    bool draws_objects;      /**< boxes and masks are drawn again, else those of the record */
    reel_objects objects;    /**< if draws_objects */
    const reel_frame *frame; /**< the current one; NULL: nothing had to be drawn */
    int stream, number;      /**< of the current frame */
} reel_annot_frames;

/** @param colour  frames carry rgb.
 * @return REEL_OK; REEL_E_USAGE (there is no colour); REEL_E_NOMEM. */
reel_status reel_annot_frames_init(reel_annot_frames *out, const reel_layout_clip *clip,
                                   bool colour, reel_error *err) REEL_MUST_CHECK;
void reel_annot_frames_finish(reel_annot_frames *frames); /**< accepts a zeroed one */

/** Go to a frame. Errors of reel_drawer. */
reel_status reel_annot_frames_go(reel_annot_frames *frames, int stream, int number,
                                 reel_error *err) REEL_MUST_CHECK;

/** An object's mask in a frame; pixels 0 and no text: it is not there. */
typedef struct reel_annot_mask {
    const char *text; /**< counts as COCO compresses them (base/mask.h), not terminated */
    size_t size;
    int32_t pixels;
    int32_t box[4]; /**< px: x0, y0, x1, y1, half-open */
} reel_annot_mask;

/** `kind`: REEL_MASK_VISIBLE or REEL_MASK_AMODAL, of `instance` in the current frame. */
reel_annot_mask reel_annot_mask_of(const reel_annot_frames *frames, int kind, int instance);

/** {"size":[h,w],"counts":"..."} of a mask that is there. */
void reel_annot_put_rle(reel_bytes *out, const reel_annot_mask *mask, const reel_scene *scene);

/* ---- coco and ytvis ---------------------------------------------------------------------------
 */

/** Settings of coco and ytvis. */
typedef struct reel_annot_settings {
    bool images; /**< frames are written as pictures */
    bool amodal; /**< a second file with amodal masks */
    int every;   /**< take every n-th frame */
} reel_annot_settings;

/** Their rows, for reel_layout.settings. */
extern const reel_layout_setting reel_annot_settings_rows[];

/** @return REEL_OK; REEL_E_USAGE. */
reel_status reel_annot_get_settings(const reel_layout_options *options, reel_annot_settings *out,
                                    reel_error *err) REEL_MUST_CHECK;

/** Frames that are taken of a clip: ceil(frames / every). */
int reel_annot_n_frames(const reel_record *record, int every);

/** Names that have numbers from 1 on, in the order in which they were met. Zeroed is empty. */
typedef struct reel_annot_words {
    int n;
    char **at; /**< [n] */
} reel_annot_words;

/** The number of the category of the object of this instance id; 0: out of memory. */
int reel_annot_category(reel_annot_words *categories, const reel_scene *scene, int instance);
void reel_annot_words_finish(reel_annot_words *words);

/** What writes them. */
typedef struct reel_annot_writer {
    const reel_layout_options *options;
    reel_annot_settings set;
    reel_annot_splits splits;
    reel_annot_words categories;
    int64_t last_listed, last_annotation; /**< ids */
} reel_annot_writer;

/** reel_layout.open and destroy. */
reel_status reel_annot_open(const reel_layout_options *options, void **writer, reel_error *err);
void reel_annot_destroy(void *writer);

/** Open a split's masks of a kind as the file `name`. Errors of reel_annot_file_open(). */
reel_status reel_annot_open_masks(const reel_annot_writer *w, reel_annot_split *split, int kind,
                                  const char *name, reel_error *err) REEL_MUST_CHECK;
/** End all files: masks, with what is listed as "`listed`", categories, licenses and info; rows. */
reel_status reel_annot_end(reel_annot_writer *w, const char *listed,
                           reel_error *err) REEL_MUST_CHECK;

/** What both cards begin with: the config of this name, whose files in a split's folder are
 * `pattern`, tasks and conventions. @return the split that examples take. */
const char *reel_annot_card(const reel_annot_writer *w, const char *config, const char *pattern,
                            reel_layout_card *out);

/** Leave the colour of the current frame in `dir` as a picture of this number. */
reel_status reel_annot_leave_picture(const reel_annot_frames *frames, int number, const char *dir,
                                     reel_error *err) REEL_MUST_CHECK;
/** Put a stream's pictures, left with the numbers 0, `step`, ..., as "<folder>/<number>.png". */
reel_status reel_annot_put_pictures(const reel_annot_writer *w, const reel_record *record,
                                    int stream, int step, const char *dir, const char *folder,
                                    reel_error *err) REEL_MUST_CHECK;

REEL_API_END
