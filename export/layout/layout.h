/*
 * layout.h - dataset layouts: the same clip records in the shapes that different readers take.
 *
 * A layout is a row of reel_layouts[]: functions that turn clips, one after another, into files
 * under a root. Everything comes out of records (export/record.h); planes that are not stored are
 * drawn again by a reel_drawer. Nothing is simulated. What a layout writes is a function of the
 * records, its settings and the package versions: clips come in the order (index, clip id), and the
 * number of workers has no influence.
 *
 * The order of calls (the caller is app/): open; look, if it is there, for every clip; then for
 * every clip make, in any process and order, and put, in the order of the clips; card; finish;
 * destroy. The caller writes README.md from the card, and manifest.json.
 * Thread-safety: one writer, one thread; `make` touches nothing but its folder.
 */
#pragma once

#include "base/fs.h"
#include "export/card.h"
#include "export/record.h"

REEL_API_BEGIN

/** Draws frames of records again, the bytes that were stored or digested. Implemented in app/,
 * because export/ does not know renderers. */
typedef struct reel_drawer {
    void *ctx;
    /**
     * Frame `frame` of stream `stream` of a record with its data.
     * @param planes   what to draw; rgb only if the record has colour (assert), at its quality.
     * @param objects  of the record's size and instances, filled as well (base/objects.h); NULL:
     *                 not asked for.
     * @param[out] out borrowed until the next call.
     * @return REEL_OK; REEL_E_REFUSED (a value that does not fit its label); REEL_E_NOMEM.
     */
    reel_status (*draw)(void *ctx, const reel_record *record, int stream, int frame,
                        reel_planes planes, reel_objects *objects, const reel_frame **out,
                        reel_error *err);
} reel_drawer;

/** A clip as layouts get it. All is borrowed. */
typedef struct reel_layout_clip {
    const reel_record *record; /**< with its data */
    const char *dataset;       /**< root of the clips dataset it stands in; NULL: all files of the
                                    record are in its own folder */
    int folder;                /**< its numbered folder there */
    const reel_drawer *drawer;
} reel_layout_clip;

/** Path of the record's file of this base name, wherever it is kept. */
void reel_layout_clip_path(const reel_layout_clip *clip, const char *name, char out[REEL_PATH_MAX]);

/** A setting of a layout: `--set name=value`. */
typedef struct reel_layout_setting {
    const char *name, *value; /**< value: the default, as the user would write it */
    const char *help;         /**< one line */
} reel_layout_setting;

typedef struct reel_layout reel_layout;
typedef struct reel_layout_files reel_layout_files; /**< opaque: the files that are done */

typedef struct reel_layout_options {
    const reel_layout *layout;
    const char *root;    /**< an empty folder */
    const char *name;    /**< of the dataset, for people */
    const char *command; /**< that made it */
    const char *license;
    int n_given;
    const char *const *given; /**< [n_given] "name=value": names are the layout's (checked) */
    reel_layout_files *files;
} reel_layout_options;

/** The value of a setting, given or default; `name` is one of the layout's (assert). */
const char *reel_layout_get(const reel_layout_options *options, const char *name);
/** The same as a whole number, or as yes or no. @return REEL_OK; REEL_E_USAGE, naming it. */
reel_status reel_layout_get_int(const reel_layout_options *options, const char *name, int64_t lo,
                                int64_t hi, int64_t *out, reel_error *err) REEL_MUST_CHECK;
reel_status reel_layout_get_bool(const reel_layout_options *options, const char *name, bool *out,
                                 reel_error *err) REEL_MUST_CHECK;

/**
 * The file `name` (relative to the root, whose folders exist) is whole and will not change any
 * more: its size and digest go into the manifest, and it may be sent and removed from then on.
 * Every file of the dataset is told once, but for README.md and manifest.json.
 * @return REEL_OK; REEL_E_IO; REEL_E_NOMEM; what the receiver returned.
 */
reel_status reel_layout_file_done(const reel_layout_options *options, const char *name,
                                  reel_error *err) REEL_MUST_CHECK;

/** Create the folders of `name` under the root, and its path. */
reel_status reel_layout_prepare(const reel_layout_options *options, const char *name,
                                char path[REEL_PATH_MAX], reel_error *err) REEL_MUST_CHECK;
/** Write a small file whole, fsync it, and tell that it is done. */
reel_status reel_layout_write(const reel_layout_options *options, const char *name,
                              const void *data, size_t size, reel_error *err) REEL_MUST_CHECK;
/** Put the file at `from` there as `name`: a hard link where the file system allows it, else a
 * copy; and tell that it is done. */
reel_status reel_layout_copy(const reel_layout_options *options, const char *from, const char *name,
                             reel_error *err) REEL_MUST_CHECK;

struct reel_layout {
    const char *name;                    /**< --format */
    const char *summary;                 /**< one line: for whom */
    bool needs_colour;                   /**< refuses clips without video */
    bool holds_all;                      /**< planes, control videos, first frames of clips */
    const reel_layout_setting *settings; /**< ends with a zeroed entry; NULL: none */

    /** @param[out] writer  the layout's own state; NULL where it needs none. Checks settings. */
    reel_status (*open)(const reel_layout_options *options, void **writer, reel_error *err);
    /** See a clip before any is put, in order; NULL: not needed. Refuses what cannot be written. */
    reel_status (*look)(void *writer, const reel_layout_clip *clip, reel_error *err);
    /** The costly part of a clip, into the empty folder `dir`; NULL: there is none. In a worker
     * process: it gets no writer. Files are named by the layout. */
    reel_status (*make)(const reel_layout_options *options, const reel_layout_clip *clip,
                        const char *dir, reel_error *err);
    /** Add a clip. `dir` holds what make wrote; what is left in it is removed afterwards. */
    reel_status (*put)(void *writer, const reel_layout_clip *clip, const char *dir,
                       reel_error *err);
    /** Append to `*out` what the card says; out of memory shows in the buffers. */
    void (*card)(void *writer, reel_layout_card *out);
    /** Write what remains. Every file but README.md and manifest.json was told afterwards. */
    reel_status (*finish)(void *writer, reel_error *err);
    /* To go on in the middle, for files that are sent and removed as they are done. All three, or
     * none: the layout begins anew each time. Such a layout neither looks nor makes. */

    /** How many of the clips of a split that were put are not in files that are done. They are the
     * last of it. */
    int (*waiting)(void *writer, const char *split);
    /** In place of put: an earlier writer put this clip, and its files are done. */
    reel_status (*resume)(void *writer, const reel_layout_clip *clip, reel_error *err);
    /** Before any clip: this file was done. Settings and clips were the same. */
    reel_status (*resume_file)(void *writer, const char *name, reel_error *err);

    void (*destroy)(void *writer); /**< also after a failure; NULL is let pass */
};

/** All layouts but `clips` (export/pack.h), by name; NULL-terminated. */
extern const reel_layout *const reel_layouts[];
/** By name; NULL: there is none. */
const reel_layout *reel_layout_find(const char *name);

REEL_API_END
