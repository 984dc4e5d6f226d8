/*
 * ytvis.c - YouTube-VIS: an annotation for each object of a video, a mask or null for each frame.
 *
 *   <split>/instances.json                      masks of what is seen
 *   <split>/amodal.json                         of all of each object within the image; an
 *                                               annotation has the id of its visible counterpart
 *   <split>/JPEGImages/<nnn>/<stream>/<k>.png   frames as drawn; PNG in spite of the folder's name,
 *                                               which readers expect
 *   <split>/videos.jsonl                        a line a video
 *
 * `make` leaves the frames as <stream>_<k>.png and NOTES: a line an object and stream, "V" or "A",
 * the stream, the instance and the JSON of its annotation without ids, which `put` gives.
 */
#include "export/layout/annot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- make ------------------------------------------------------------------------------------ */

static const char notes_name[] = "notes";

/* An object's masks, boxes and areas as they grow from frame to frame. */
typedef struct ytvis_track {
    reel_bytes rle, box, area;
    int seen; /* frames with a mask */
} ytvis_track;

static void add_frame(ytvis_track *t, const reel_annot_mask *mask, const reel_scene *scene,
                      bool first)
{
    const char *comma = first ? "" : ",";
    reel_bytes_text(&t->rle, comma);
    reel_bytes_text(&t->box, comma);
    reel_bytes_text(&t->area, comma);
    if (mask->pixels == 0) {
        reel_bytes_text(&t->rle, "null");
        reel_bytes_text(&t->box, "null");
        reel_bytes_text(&t->area, "null");
        return;
    }
    t->seen++;
    reel_annot_put_rle(&t->rle, mask, scene);
    reel_annot_put_box(&t->box, mask->box);
    reel_bytes_printf(&t->area, "%d", (int)mask->pixels);
}

static void note_track(reel_bytes *out, const ytvis_track *t, int kind, int stream, int instance)
{
    if (t->seen > 0) {
        reel_bytes_printf(out, "%c %d %d \"bboxes\":[", kind == REEL_MASK_VISIBLE ? 'V' : 'A',
                          stream, instance);
        reel_bytes_put(out, t->box.data, t->box.size);
        reel_bytes_text(out, "],\"areas\":[");
        reel_bytes_put(out, t->area.data, t->area.size);
        reel_bytes_text(out, "],\"segmentations\":[");
        reel_bytes_put(out, t->rle.data, t->rle.size);
        reel_bytes_text(out, "]\n");
        out->failed |= t->box.failed | t->area.failed | t->rle.failed;
    }
}

/* tracks: [2][n instances + 1], emptied by it. */
static reel_status note_stream(reel_bytes *out, reel_annot_frames *frames, int stream,
                               const reel_annot_settings *set, ytvis_track *tracks, const char *dir,
                               reel_error *err)
{
    const reel_scene *scene = frames->clip->record->scene;
    const int n = reel_scene_n_instances(scene);
    reel_status status = REEL_OK;
    for (int f = 0; !status && f < scene->frames; f += set->every) {
        status = reel_annot_frames_go(frames, stream, f, err);
        for (int i = 0; !status && i < 2 * n; i++) {
            const reel_annot_mask mask = reel_annot_mask_of(frames, i % 2, i / 2 + 1);
            add_frame(&tracks[i], &mask, scene, f == 0);
        }
        if (!status && set->images) {
            status = reel_annot_leave_picture(frames, f / set->every, dir, err);
        }
    }
    for (int i = 0; i < 2 * n; i++) {
        if (!status && (i % 2 == REEL_MASK_VISIBLE || set->amodal)) {
            note_track(out, &tracks[i], i % 2, stream, i / 2 + 1);
        }
        reel_bytes_clear(&tracks[i].rle);
        reel_bytes_clear(&tracks[i].box);
        reel_bytes_clear(&tracks[i].area);
        tracks[i].seen = 0;
    }
    return status;
}

static reel_status ytvis_make(const reel_layout_options *options, const reel_layout_clip *clip,
                              const char *dir, reel_error *err)
{
    const reel_record *record = clip->record;
    const size_t n = 2 * (size_t)reel_scene_n_instances(record->scene);
    reel_annot_settings set;
    reel_annot_frames frames = {0};
    reel_bytes notes = {0};
    reel_status status = reel_annot_get_settings(options, &set, err);
    ytvis_track *tracks = reel_calloc(n + 1, sizeof *tracks);
    if (!status && !tracks) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    status = status ? status : reel_annot_frames_init(&frames, clip, set.images, err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        status = note_stream(&notes, &frames, s, &set, tracks, dir, err);
    }
    status = status ? status : reel_annot_leave(dir, notes_name, &notes, err);
    for (size_t i = 0; tracks && i < n; i++) {
        reel_bytes_finish(&tracks[i].rle);
        reel_bytes_finish(&tracks[i].box);
        reel_bytes_finish(&tracks[i].area);
    }
    reel_free(tracks);
    reel_annot_frames_finish(&frames);
    reel_bytes_finish(&notes);
    return status;
}

/* ---- put ------------------------------------------------------------------------------------- */

static reel_status open_split(const reel_annot_writer *w, reel_annot_split *split, reel_error *err)
{
    static const char *const names[2] = {
        [REEL_MASK_VISIBLE] = "instances", [REEL_MASK_AMODAL] = "amodal"};
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < (w->set.amodal ? 2 : 1); k++) {
        char name[REEL_ANNOT_NAME];
        snprintf(name, sizeof name, "%s/%s.json", split->name, names[k]);
        status = reel_annot_open_masks(w, split, k, name, err);
    }
    return status ? status : reel_annot_open_rows(w->options, split, "videos.jsonl", err);
}

static reel_status put_video(reel_annot_writer *w, reel_annot_split *split,
                             const reel_record *record, int s, reel_error *err)
{
    const reel_scene *scene = record->scene;
    const int n = reel_annot_n_frames(record, w->set.every);
    char place[REEL_ANNOT_NAME];
    reel_bytes text = {0};
    reel_annot_place(split->streams + s, record->streams[s].id, place);
    reel_bytes_printf(&text, "{\"id\":%lld,\"width\":%d,\"height\":%d,\"length\":%d",
                      (long long)++w->last_listed, scene->width, scene->height, n);
    reel_bytes_printf(&text, ",\"clip_id\":\"%s\",\"camera\":\"%s\",\"family\":\"%s\",\"fps\":",
                      record->clip_id, record->streams[s].camera, record->family);
    reel_bytes_real(&text, (double)scene->fps / w->set.every);
    const size_t shared = text.size;
    reel_bytes *v = &split->listed;
    reel_bytes_text(v, v->size > 0 ? ",\n" : "\n");
    reel_bytes_put(v, text.data, text.size);
    reel_bytes_text(v, ",\"license\":1,\"file_names\":[");
    for (int k = 0; k < n; k++) {
        reel_bytes_printf(v, "%s\"%s/%05d.png\"", k ? "," : "", place, k);
    }
    reel_bytes_text(v, "]}");
    text.size = shared;
    reel_bytes_text(&text, ",\"caption\":");
    reel_annot_put_string(&text, scene->caption);
    reel_bytes_text(&text, "}\n");
    const reel_status status = reel_annot_file_put(split->rows, &text, err);
    reel_bytes_finish(&text);
    return status;
}

static reel_status put_object(reel_annot_writer *w, reel_annot_split *split,
                              const reel_record *record, const char *line, const char *end,
                              int last[2], reel_bytes *text, reel_error *err)
{
    const reel_scene *scene = record->scene;
    const int kind = line[0] == 'V' ? REEL_MASK_VISIBLE : REEL_MASK_AMODAL;
    char *rest = NULL;
    const int stream = (int)strtol(line + 2, &rest, 10);
    const int instance = (int)strtol(rest, &rest, 10);
    const int category = reel_annot_category(&w->categories, scene, instance);
    if (!category) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (stream != last[0] || instance != last[1]) {
        last[0] = stream;
        last[1] = instance;
        w->last_annotation++;
    }
    const long long video = (long long)w->last_listed - record->n_streams + 1 + stream;
    reel_bytes_printf(text, "%s\n{\"id\":%lld,\"video_id\":%lld,\"category_id\":%d",
                      split->annotations[kind]++ ? "," : "", (long long)w->last_annotation, video,
                      category);
    reel_bytes_printf(text, ",\"iscrowd\":0,\"instance_id\":%d", instance);
    reel_bytes_printf(text, ",\"width\":%d,\"height\":%d,\"length\":%d,", scene->width,
                      scene->height, reel_annot_n_frames(record, w->set.every));
    reel_bytes_put(text, rest + 1, (size_t)(end - rest - 1));
    reel_bytes_text(text, "}");
    return reel_annot_file_put(split->masks[kind], text, err);
}

static reel_status ytvis_put(void *writer, const reel_layout_clip *clip, const char *dir,
                             reel_error *err)
{
    reel_annot_writer *w = writer;
    const reel_record *record = clip->record;
    char path[REEL_PATH_MAX], *notes = NULL;
    size_t size = 0;
    int last[2] = {-1, -1};
    reel_bytes text = {0};
    reel_annot_split *split = reel_annot_split_of(&w->splits, record->split);
    if (!split) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = split->rows ? REEL_OK : open_split(w, split, err);
    reel_fs_join(path, sizeof path, dir, notes_name);
    status = status ? status : reel_fs_read(path, &notes, &size, err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        status = put_video(w, split, record, s, err);
        if (!status && w->set.images) {
            char place[REEL_ANNOT_NAME], folder[2 * REEL_ANNOT_NAME];
            reel_annot_place(split->streams + s, record->streams[s].id, place);
            snprintf(folder, sizeof folder, "%s/JPEGImages/%s", split->name, place);
            status = reel_annot_put_pictures(w, record, s, 1, dir, folder, err);
        }
    }
    for (const char *line = notes; !status && *line;) {
        const char *end = strchr(line, '\n');
        status = put_object(w, split, record, line, end, last, &text, err);
        line = end + 1;
    }
    split->streams += record->n_streams;
    reel_free(notes);
    reel_bytes_finish(&text);
    return status;
}

/* ---- the end --------------------------------------------------------------------------------- */

static reel_status ytvis_finish(void *writer, reel_error *err)
{
    return reel_annot_end(writer, "videos", err);
}

static void ytvis_card(void *writer, reel_layout_card *out)
{
    const reel_annot_writer *w = writer;
    const char *split = reel_annot_card(w, "videos", "videos.jsonl", out);
    reel_bytes_text(&out->tags, "- youtube-vis\n- video-instance-segmentation\n- amodal\n");
    reel_bytes_printf(&out->loading,
                      "```python\nimport json\nfrom pycocotools import mask\n\n"
                      "ytvis = json.load(open(\"%s/instances.json\"))\n"
                      "for a in ytvis[\"annotations\"]:\n"
                      "    for k, rle in enumerate(a[\"segmentations\"]):\n"
                      "        if rle is not None:  # else it is not seen in frame k\n"
                      "            print(a[\"id\"], k, mask.decode(rle).shape)\n```\n",
                      split);
    reel_bytes_text(&out->files,
                    "| `<split>/instances.json` | YouTube-VIS: masks of what is seen |\n");
    if (w->set.amodal) {
        reel_bytes_text(&out->files,
                        "| `<split>/amodal.json` | masks of the whole of each object "
                        "within the image, hidden or not |\n");
    }
    if (w->set.images) {
        reel_bytes_text(&out->files,
                        "| `<split>/JPEGImages/<nnn>/<stream>/<k>.png` | frames as drawn |\n");
    }
    reel_bytes_text(&out->files, "| `<split>/videos.jsonl` | a line a video |\n");
    reel_bytes_text(&out->notes,
                    "### YouTube-VIS\n\n`file_names` are relative to the split's `JPEGImages`. "
                    "`segmentations`, `bboxes` (x, y, width, height) and `areas` have an entry a "
                    "frame, null where there is nothing. An object that is never seen is in the "
                    "amodal file alone; the same id is the same object in the same video. "
                    "Categories count from 1 in the order in which they occur.\n\n");
}

const reel_layout reel_layout_ytvis = {
    .name = "ytvis",
    .summary = "YouTube-VIS: a mask track for each object, visible and amodal",
    .settings = reel_annot_settings_rows,
    .open = reel_annot_open,
    .make = ytvis_make,
    .put = ytvis_put,
    .card = ytvis_card,
    .finish = ytvis_finish,
    .destroy = reel_annot_destroy,
};
