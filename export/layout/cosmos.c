/*
 * cosmos.c - the trees that NVIDIA's Cosmos models are trained on, one for each split.
 *
 *   <split>/videos/<stream>.mp4
 *   <split>/metas/<stream>.txt         the caption (Cosmos-Predict2, -Transfer1, -Transfer2.5)
 *   <split>/depth/, <split>/seg/       control videos of the same names (Transfer1: depth;
 *                                      Transfer2.5: both)
 *   <split>/video_dataset_file.jsonl   the same for Cosmos 3, with structured captions
 *   <split>/metadata.jsonl             the same for `datasets` and the hub's viewer
 * Control videos that a record lacks are drawn. All videos of a split stand in one folder, so a
 * split has at most MOST of them.
 */
#include "export/facts.h"
#include "export/layout/controls.h"
#include "export/layout/layout_drive.h"
#include "export/record_internal.h"
#include "export/text_file.h"
#include "export/trainers.h"
#include <stdio.h>
#include <string.h>

enum { MOST = 10000 }; /* the hub takes no more files in a folder */

typedef struct split {
    char name[REEL_RECORD_ID_MAX + 64];
    int n;
    reel_text_file lines, rows;
} split;

typedef struct writer {
    const reel_layout_options *options;
    reel_controls kinds;
    bool tells_outcome;
    int n_splits;
    split *splits[REEL_MAX_SPLITS];
} writer;

static const reel_layout_setting settings[] = {
    {"control", "depth,seg", "kinds of control videos, with commas, or none"},
    {"text", "caption", "caption: tells the outcome; prompt: does not"},
    {NULL, NULL, NULL},
};

/* ---- settings ---------------------------------------------------------------------------------
 */

static reel_status read_kinds(const reel_layout_options *options, reel_controls *out,
                              reel_error *err)
{
    const char *text = reel_layout_get(options, "control");
    char unknown[REEL_CONTROL_NAME];
    *out = 0;
    if (strcmp(text, "none") != 0 && !reel_controls_parse(text, out, unknown)) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "control",
                            "no kind \"%s\"; there are depth, seg, edge, flow, force", unknown);
    }
    return REEL_OK;
}

static reel_status cosmos_open(const reel_layout_options *options, void **out, reel_error *err)
{
    const char *text = reel_layout_get(options, "text");
    reel_controls kinds = 0;
    reel_status status = read_kinds(options, &kinds, err);
    if (!status && strcmp(text, "caption") != 0 && strcmp(text, "prompt") != 0) {
        status = reel_fail_at(err, REEL_E_USAGE, NULL, 0, "text",
                              "\"%s\" is neither caption nor prompt", text);
    }
    writer *w = status ? NULL : reel_calloc(1, sizeof(*w));
    if (!w) {
        return status ? status : reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    *w =
        (writer){.options = options, .kinds = kinds, .tells_outcome = strcmp(text, "caption") == 0};
    *out = w;
    return REEL_OK;
}

/* ---- making ------------------------------------------------------------------------------------
 */

static reel_status cosmos_make(const reel_layout_options *options, const reel_layout_clip *clip,
                               const char *dir, reel_error *err)
{
    reel_controls kinds = 0;
    reel_status status = read_kinds(options, &kinds, err);
    for (int i = 0; !status && i < clip->record->n_streams; i++) {
        status =
            reel_controls_draw(clip, i, kinds & ~clip->record->controls, false, dir, NULL, err);
    }
    return status;
}

/* ---- putting -----------------------------------------------------------------------------------
 */

static reel_status open_text(const writer *w, const char *split_name, const char *name,
                             reel_text_file *file, reel_error *err)
{
    char relative[1024], path[REEL_PATH_MAX];
    snprintf(relative, sizeof(relative), "%s/%s", split_name, name);
    reel_fs_join(path, sizeof(path), w->options->root, relative);
    return reel_text_file_open(file, path, err);
}

static reel_status find_split(writer *w, const char *name, split **out, reel_error *err)
{
    for (int i = 0; i < w->n_splits; i++) {
        if (strcmp(w->splits[i]->name, name) == 0) {
            *out = w->splits[i];
            return REEL_OK;
        }
    }
    if (w->n_splits == REEL_MAX_SPLITS) {
        return reel_fail(err, REEL_E_CONFLICT, "more than %d splits", REEL_MAX_SPLITS);
    }
    split *s = reel_calloc(1, sizeof(*s));
    if (!s) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    w->splits[w->n_splits++] = s;
    snprintf(s->name, sizeof(s->name), "%s", name);
    reel_status status = open_text(w, name, "video_dataset_file.jsonl", &s->lines, err);
    *out = s;
    return status ? status : open_text(w, name, "metadata.jsonl", &s->rows, err);
}

/* {"file_name": ..., "control_depth_file_name": ..., "clip_id": ..., "caption": ..., "prompt": ...}
 */
static bool put_row(const writer *w, const reel_record *record, int i, const char *text,
                    reel_bytes *out)
{
    const reel_record_stream *stream = &record->streams[i];
    const char *prompt = reel_record_prompt(record, i);
    char path[1024], key[64];
    reel_json *o = reel_json_object();
    snprintf(path, sizeof(path), "videos/%s", stream->video);
    bool ok = o && reel_json_put(o, "file_name", reel_json_string(path)) &&
              reel_json_put(o, "clip_id", reel_json_string(record->clip_id)) &&
              reel_json_put(o, "camera", reel_json_string(stream->camera)) &&
              reel_json_put(o, "family", reel_json_string(record->family)) &&
              reel_json_put(o, "caption", reel_json_string(text)) &&
              reel_json_put(o, "prompt", reel_json_string(prompt ? prompt : ""));
    for (int k = 0; ok && k < REEL_CONTROL_COUNT; k++) {
        if (w->kinds & REEL_CONTROL_BIT(k)) {
            const char *kind = reel_control_name((reel_control)k);
            snprintf(path, sizeof(path), "%s/%s", kind, stream->video);
            snprintf(key, sizeof(key), "control_%s_file_name", kind);
            ok = reel_json_put(o, key, reel_json_string(path));
        }
    }
    char *line = ok ? reel_json_canonical(o, NULL) : NULL;
    if (line) {
        reel_bytes_text(out, line);
        reel_bytes_text(out, "\n");
    }
    reel_free(line);
    reel_json_destroy(&o);
    return line != NULL;
}

static reel_status put_texts(writer *w, split *s, const reel_record *record, int i, reel_error *err)
{
    const reel_record_stream *stream = &record->streams[i];
    const char *text =
        w->tells_outcome ? reel_record_caption(record, i) : reel_record_prompt(record, i);
    char name[1024], video[1024], control[1024];
    const int kind = w->kinds & REEL_CONTROL_BIT(REEL_CONTROL_DEPTH) ? REEL_CONTROL_DEPTH
                     : w->kinds & REEL_CONTROL_BIT(REEL_CONTROL_SEG) ? REEL_CONTROL_SEG
                                                                     : -1;
    text = text ? text : "";
    snprintf(name, sizeof(name), "%s/metas/%s.txt", s->name, stream->id);
    reel_status status = reel_layout_write(w->options, name, text, strlen(text), err);
    if (status) {
        return status;
    }
    snprintf(video, sizeof(video), "videos/%s", stream->video);
    snprintf(control, sizeof(control), "%s/%s",
             kind >= 0 ? reel_control_name((reel_control)kind) : "", stream->video);
    const reel_trainer_row row = {.stream = stream->id,
                                  .family = record->family,
                                  .video = video,
                                  .caption = text,
                                  .caption_json =
                                      w->tells_outcome ? reel_record_caption_json(record, i) : NULL,
                                  .width = record->scene->width,
                                  .height = record->scene->height,
                                  .fps = record->scene->fps,
                                  .frames = record->scene->frames};
    reel_trainers_cosmos_line(&row, video, kind >= 0 ? control : NULL, &s->lines.pending);
    s->rows.pending.failed |= !put_row(w, record, i, text, &s->rows.pending);
    status = reel_text_file_flow(&s->lines, err);
    return status ? status : reel_text_file_flow(&s->rows, err);
}

static reel_status put_stream(writer *w, split *s, const reel_layout_clip *clip, int i,
                              const char *dir, reel_error *err)
{
    const reel_record_stream *stream = &clip->record->streams[i];
    char from[REEL_PATH_MAX], drawn[1024], name[1024];
    snprintf(name, sizeof(name), "%s/videos/%s", s->name, stream->video);
    reel_layout_clip_path(clip, stream->video, from);
    reel_status status = reel_layout_copy(w->options, from, name, err);
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        if (!(w->kinds & REEL_CONTROL_BIT(k))) {
            continue;
        }
        const char *kind = reel_control_name((reel_control)k);
        if (stream->control[k]) {
            reel_layout_clip_path(clip, stream->control[k], from);
        } else {
            snprintf(drawn, sizeof(drawn), "%s.control_%s.mp4", stream->id, kind);
            reel_fs_join(from, sizeof(from), dir, drawn);
        }
        snprintf(name, sizeof(name), "%s/%s/%s", s->name, kind, stream->video);
        status = reel_layout_copy(w->options, from, name, err);
    }
    return status ? status : put_texts(w, s, clip->record, i, err);
}

static reel_status cosmos_put(void *state, const reel_layout_clip *clip, const char *dir,
                              reel_error *err)
{
    writer *w = state;
    split *s = NULL;
    reel_status status = find_split(w, clip->record->split, &s, err);
    if (!status && s->n + clip->record->n_streams > MOST) {
        status = reel_fail(err, REEL_E_CONFLICT,
                           "split %s has more than %d videos, which Cosmos wants in one folder and "
                           "the hub does not take; the format webdataset has no such limit",
                           s->name, MOST);
    }
    for (int i = 0; !status && i < clip->record->n_streams; i++, s->n++) {
        status = put_stream(w, s, clip, i, dir, err);
    }
    return status;
}

/* ---- the end ------------------------------------------------------------------------------------
 */

static void cosmos_card(void *state, reel_layout_card *out)
{
    const writer *w = state;
    reel_bytes_text(&out->configs, "- config_name: cosmos\n  default: true\n  data_files:\n");
    for (int i = 0; i < w->n_splits; i++) {
        const char *name = w->splits[i]->name;
        reel_bytes_printf(&out->configs,
                          "  - split: %s\n    path:\n    - \"%s/*/*.mp4\"\n"
                          "    - \"%s/metadata.jsonl\"\n",
                          name, name, name);
    }
    reel_bytes_text(&out->tasks, "- text-to-video\n- image-to-video\n- video-to-video\n");
    out->conventions = true;
    reel_bytes_text(&out->tags, "- cosmos\n");
    reel_bytes_text(
        &out->loading,
        "A split's folder is the `dataset_dir` of Cosmos-Predict2, -Transfer1 and -Transfer2.5 "
        "(the "
        "first two want text embeddings computed from `metas/` before), and its "
        "`video_dataset_file.jsonl` is the metadata of Cosmos 3.\n\n```python\n"
        "from datasets import load_dataset\n\nclips = load_dataset(\"path/to/dataset\")\n```\n");
    reel_bytes_text(&out->files,
                    "| `<split>/videos/<stream>.mp4` | colour |\n"
                    "| `<split>/metas/<stream>.txt` | caption |\n");
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (w->kinds & REEL_CONTROL_BIT(k)) {
            const char *kind = reel_control_name((reel_control)k);
            reel_bytes_printf(&out->files, "| `<split>/%s/<stream>.mp4` | control video |\n", kind);
        }
    }
    reel_bytes_text(&out->files,
                    "| `<split>/video_dataset_file.jsonl` | a line per video: path, "
                    "size, times, structured caption |\n"
                    "| `<split>/metadata.jsonl` | a line per video, for `datasets` |\n");
    reel_control_card(w->kinds, &out->notes);
}

static reel_status close_text(const writer *w, const split *s, const char *name,
                              reel_text_file *file, reel_error *err)
{
    char relative[1024];
    reel_status status = reel_text_file_close(file, err);
    snprintf(relative, sizeof(relative), "%s/%s", s->name, name);
    return status ? status : reel_layout_file_done(w->options, relative, err);
}

static reel_status cosmos_finish(void *state, reel_error *err)
{
    writer *w = state;
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < w->n_splits; i++) {
        split *s = w->splits[i];
        status = close_text(w, s, "video_dataset_file.jsonl", &s->lines, err);
        status = status ? status : close_text(w, s, "metadata.jsonl", &s->rows, err);
    }
    return status;
}

static void cosmos_destroy(void *state)
{
    writer *w = state;
    for (int i = 0; w && i < w->n_splits; i++) {
        reel_text_file_finish(&w->splits[i]->lines);
        reel_text_file_finish(&w->splits[i]->rows);
        reel_free(w->splits[i]);
    }
    reel_free(w);
}

const reel_layout reel_layout_cosmos = {
    .name = "cosmos",
    .summary = "trees for NVIDIA's Cosmos: videos, captions, depth and seg control videos",
    .needs_colour = true,
    .settings = settings,
    .open = cosmos_open,
    .make = cosmos_make,
    .put = cosmos_put,
    .card = cosmos_card,
    .finish = cosmos_finish,
    .destroy = cosmos_destroy,
};
