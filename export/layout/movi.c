/*
 * movi.c - the arrays of MOVi, in Kubric's order, ranges and names.
 *
 *   <split>/<nnn>/<stream>.npz     all features of a video by their names in MOVi's TFDS builders
 *   <split>/<nnn>/<stream>.json    names and words: metadata.json of Kubric's workers
 *   <split>/<nnn>/<stream>/...     frames as files, as Kubric's workers write them
 *   <split>/videos.jsonl           a line a video
 */
#include "export/layout/movi.h"
#include "export/layout/annot.h"
#include <stdio.h>
#include <string.h>

static const reel_layout_setting settings[] = {
    {"form", "npz",
     "npz: a file a video; frames: a folder a video, as Kubric's workers write it; both"},
    {0},
};

enum { NPZ = 1, FRAMES = 2 };

/* A set of NPZ and FRAMES; 0: the setting is wrong. */
static reel_status read_form(const reel_layout_options *options, int *out, reel_error *err)
{
    static const char *const forms[] = {"", "npz", "frames", "both"};
    const char *text = reel_layout_get(options, "form");
    for (int i = NPZ; i <= (NPZ | FRAMES); i++) {
        if (strcmp(text, forms[i]) == 0) {
            *out = i;
            return REEL_OK;
        }
    }
    return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "form", "\"%s\" is not npz, frames or both",
                        text);
}

/* ---- make ------------------------------------------------------------------------------------ */

static reel_status movi_make(const reel_layout_options *options, const reel_layout_clip *clip,
                             const char *dir, reel_error *err)
{
    const reel_record *record = clip->record;
    int form = 0;
    reel_status status = read_form(options, &form, err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        char frames[REEL_PATH_MAX], npz[REEL_PATH_MAX], name[REEL_ANNOT_NAME];
        snprintf(name, sizeof name, "%.400s.npz", record->streams[s].id);
        reel_fs_join(npz, sizeof npz, dir, name);
        reel_fs_join(frames, sizeof frames, dir, record->streams[s].id);
        const reel_movi_targets targets = {
            .frames = frames,
            .npz = form & NPZ ? npz : NULL,
            .pictures = form & FRAMES,
            .work = dir,
        };
        status = reel_fs_make_dirs(frames, err);
        status = status ? status : reel_movi_write(clip, s, &targets, err);
    }
    return status;
}

/* ---- put ------------------------------------------------------------------------------------- */

typedef struct movi_writer {
    const reel_layout_options *options;
    reel_annot_splits splits;
    int form;
} movi_writer;

static void movi_destroy(void *writer)
{
    movi_writer *w = writer;
    if (w) {
        reel_annot_splits_finish(&w->splits);
        reel_free(w);
    }
}

static reel_status movi_open(const reel_layout_options *options, void **writer, reel_error *err)
{
    movi_writer *w = reel_calloc(1, sizeof *w);
    if (!w) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    w->options = options;
    const reel_status status = read_form(options, &w->form, err);
    if (status) {
        movi_destroy(w);
        return status;
    }
    *writer = w;
    return REEL_OK;
}

static reel_status put_row(const movi_writer *w, reel_annot_split *split, const reel_record *record,
                           int s, const char *place, reel_error *err)
{
    const reel_scene *scene = record->scene;
    reel_bytes row = {0};
    reel_bytes_printf(&row, "{\"video_name\":\"%s\",\"clip_id\":\"%s\",\"camera\":\"%s\"",
                      record->streams[s].id, record->clip_id, record->streams[s].camera);
    if (w->form & NPZ) {
        reel_bytes_printf(&row, ",\"npz_path\":\"%s/%s.npz\"", split->name, place);
    }
    if (w->form & FRAMES) {
        reel_bytes_printf(&row, ",\"frames_path\":\"%s/%s\"", split->name, place);
    }
    reel_bytes_printf(&row, ",\"family\":\"%s\",\"num_frames\":%d,\"fps\":%d", record->family,
                      scene->frames, scene->fps);
    reel_bytes_printf(&row, ",\"width\":%d,\"height\":%d,\"caption\":", scene->width,
                      scene->height);
    reel_annot_put_string(&row, scene->caption);
    reel_bytes_text(&row, "}\n");
    const reel_status status = reel_annot_file_put(split->rows, &row, err);
    reel_bytes_finish(&row);
    return status;
}

typedef struct movi_folder {
    const movi_writer *w;
    const char *from, *to;
    reel_status status;
    reel_error *err;
} movi_folder;

static bool put_file(void *ctx, const char *name)
{
    movi_folder *folder = ctx;
    char from[REEL_PATH_MAX], to[2 * REEL_ANNOT_NAME];
    reel_fs_join(from, sizeof from, folder->from, name);
    snprintf(to, sizeof to, "%s/%s", folder->to, name);
    folder->status = reel_layout_copy(folder->w->options, from, to, folder->err);
    return folder->status == REEL_OK;
}

static reel_status put_stream(const movi_writer *w, const reel_annot_split *split,
                              const reel_record *record, int s, const char *dir, const char *place,
                              reel_error *err)
{
    char from[REEL_PATH_MAX], name[REEL_ANNOT_NAME], to[2 * REEL_ANNOT_NAME];
    reel_status status = REEL_OK;
    if (w->form & NPZ) {
        snprintf(name, sizeof name, "%.400s.npz", record->streams[s].id);
        reel_fs_join(from, sizeof from, dir, name);
        snprintf(to, sizeof to, "%s/%s.npz", split->name, place);
        status = reel_layout_copy(w->options, from, to, err);
        snprintf(name, sizeof name, "%.400s/metadata.json", record->streams[s].id);
        reel_fs_join(from, sizeof from, dir, name);
        snprintf(to, sizeof to, "%s/%s.json", split->name, place);
        status = status ? status : reel_layout_copy(w->options, from, to, err);
    }
    if (!status && w->form & FRAMES) {
        reel_fs_join(from, sizeof from, dir, record->streams[s].id);
        snprintf(to, sizeof to, "%s/%s", split->name, place);
        movi_folder folder = {w, from, to, REEL_OK, err};
        status = reel_fs_list(from, put_file, &folder, err);
        status = status ? status : folder.status;
    }
    return status;
}

static reel_status movi_put(void *writer, const reel_layout_clip *clip, const char *dir,
                            reel_error *err)
{
    movi_writer *w = writer;
    const reel_record *record = clip->record;
    reel_annot_split *split = reel_annot_split_of(&w->splits, record->split);
    if (!split) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = reel_annot_open_rows(w->options, split, "videos.jsonl", err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        char place[REEL_ANNOT_NAME];
        reel_annot_place(split->streams + s, record->streams[s].id, place);
        status = put_row(w, split, record, s, place, err);
        status = status ? status : put_stream(w, split, record, s, dir, place, err);
    }
    split->streams += record->n_streams;
    return status;
}

/* ---- the end --------------------------------------------------------------------------------- */

static reel_status movi_finish(void *writer, reel_error *err)
{
    const movi_writer *w = writer;
    return reel_annot_end_rows(&w->splits, err);
}

static void movi_card(void *writer, reel_layout_card *out)
{
    const movi_writer *w = writer;
    const char *split = w->splits.n > 0 ? w->splits.at[0].name : "train";
    reel_bytes_text(&out->configs, "- config_name: videos\n  default: true\n  data_files:\n");
    for (int i = 0; i < w->splits.n; i++) {
        const char *name = w->splits.at[i].name;
        reel_bytes_printf(&out->configs, "  - split: %s\n    path: \"%s/videos.jsonl\"\n", name,
                          name);
    }
    reel_bytes_text(
        &out->tasks,
        "- depth-estimation\n- object-detection\n- image-segmentation\n- video-classification\n");
    out->conventions = true;
    reel_bytes_text(&out->tags, "- optical-flow\n- movi\n- kubric\n");
    if (w->form & NPZ) {
        reel_bytes_printf(
            &out->loading,
            "```python\nimport json, numpy as np\n\n"
            "row = json.loads(next(open(\"%s/videos.jsonl\")))\n"
            "movi = np.load(row[\"npz_path\"])  # features by their names in MOVi\n"
            "lo, hi = movi[\"metadata/depth_range\"]\n"
            "depth = movi[\"depth\"] / 65535 * (hi - lo) + lo  # m, to the camera's centre\n"
            "lo, hi = movi[\"metadata/forward_flow_range\"]\n"
            "flow = movi[\"forward_flow\"] / 65535 * (hi - lo) + lo  # dy, dx\n```\n",
            split);
        reel_bytes_text(&out->files,
                        "| `<split>/<nnn>/<stream>.npz` | all features of a video |\n"
                        "| `<split>/<nnn>/<stream>.json` | its names and words, and the same as "
                        "text |\n");
    }
    if (w->form & FRAMES) {
        reel_bytes_text(&out->files,
                        "| `<split>/<nnn>/<stream>/` | its frames and facts as files, "
                        "as Kubric's workers write them |\n");
    }
    reel_bytes_text(&out->files, "| `<split>/videos.jsonl` | a line a video |\n");
    reel_bytes_text(&out->notes, reel_movi_notes);
}

const reel_layout reel_layout_movi = {
    .name = "movi",
    .summary = "MOVi: the arrays, names and ranges of Kubric's datasets",
    .needs_colour = true,
    .settings = settings,
    .open = movi_open,
    .make = movi_make,
    .put = movi_put,
    .card = movi_card,
    .finish = movi_finish,
    .destroy = movi_destroy,
};
