/*
 * tap.c - point tracks as TAP-Vid and TAPVid-3D have them, in npz instead of pickles.
 *
 *   <split>/<nnn>/<stream>.npz   the tracks of a clip as one camera sees them
 *   <split>/<nnn>/<stream>.mp4   its video
 *   <split>/metadata.jsonl       a line a stream
 *
 * Where points are comes from the take, in float64, through the cameras; nothing of it from pixels.
 * `make` leaves the npz of each stream and its number of tracks in COUNTS.
 */
#include "export/layout/tap.h"
#include "export/layout/annot.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const reel_layout_setting settings[] = {
    {"points", "256", "points that are followed"},
    {"per", "clip", "clip: that many in all; object: on each object"},
    {"ground", "0", "points that are followed on planes that belong to no object, beside these"},
    {"stride", "5", "frames between the queries of the strided mode"},
    {"video", "yes", "yes: the videos stand beside; or no"},
    {0},
};

static reel_status read_settings(const reel_layout_options *options, reel_tap_settings *out,
                                 bool *video, reel_error *err)
{
    int64_t points = 0, ground = 0, stride = 0;
    const char *per = reel_layout_get(options, "per");
    if (strcmp(per, "clip") != 0 && strcmp(per, "object") != 0) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "per", "\"%s\" is not clip or object", per);
    }
    out->per_object = per[0] == 'o';
    const int64_t most = out->per_object ? REEL_MAX_TRACKS : REEL_MAX_ALL_TRACKS;
    reel_status status = reel_layout_get_int(options, "points", 1, most, &points, err);
    status =
        status ? status : reel_layout_get_int(options, "ground", 0, REEL_MAX_TRACKS, &ground, err);
    status =
        status ? status : reel_layout_get_int(options, "stride", 1, REEL_MAX_FRAMES, &stride, err);
    status = status ? status : reel_layout_get_bool(options, "video", video, err);
    out->points = (int)points;
    out->ground = (int)ground;
    out->stride = (int)stride;
    return status;
}

/* ---- make ------------------------------------------------------------------------------------ */

static const char counts_name[] = "counts";

static reel_status tap_make(const reel_layout_options *options, const reel_layout_clip *clip,
                            const char *dir, reel_error *err)
{
    const reel_record *record = clip->record;
    reel_tap_settings set;
    bool video = false;
    reel_tap *tap = NULL;
    reel_bytes counts = {0};
    reel_status status = read_settings(options, &set, &video, err);
    status = status ? status : reel_tap_create(clip, &set, &tap, err);
    for (int s = 0; !status && s < record->n_streams; s++) {
        char name[REEL_ANNOT_NAME], path[REEL_PATH_MAX];
        int tracks = 0, queries = 0;
        snprintf(name, sizeof name, "%.400s.npz", record->streams[s].id);
        reel_fs_join(path, sizeof path, dir, name);
        status = reel_tap_write(tap, s, path, &tracks, &queries, err);
        reel_bytes_printf(&counts, "%d %d\n", tracks, queries);
    }
    status = status ? status : reel_annot_leave(dir, counts_name, &counts, err);
    reel_tap_destroy(&tap);
    reel_bytes_finish(&counts);
    return status;
}

/* ---- put ------------------------------------------------------------------------------------- */

typedef struct tap_writer {
    const reel_layout_options *options;
    reel_annot_splits splits;
    bool video;
} tap_writer;

static void tap_destroy(void *writer)
{
    tap_writer *w = writer;
    if (w) {
        reel_annot_splits_finish(&w->splits);
        reel_free(w);
    }
}

static reel_status tap_open(const reel_layout_options *options, void **writer, reel_error *err)
{
    reel_tap_settings set;
    tap_writer *w = reel_calloc(1, sizeof *w);
    if (!w) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    w->options = options;
    const reel_status status = read_settings(options, &set, &w->video, err);
    if (status) {
        tap_destroy(w);
        return status;
    }
    *writer = w;
    return REEL_OK;
}

static void put_row(reel_bytes *out, const tap_writer *w, const reel_record *record, int s,
                    const char *place, int tracks, int queries)
{
    const reel_scene *scene = record->scene;
    reel_bytes_text(out, "{");
    if (w->video) {
        reel_bytes_printf(out, "\"file_name\":\"%s.mp4\",", place);
    }
    reel_bytes_printf(out, "\"tracks_path\":\"%s.npz\",\"clip_id\":\"%s\",\"camera\":\"%s\"", place,
                      record->clip_id, record->streams[s].camera);
    reel_bytes_printf(out, ",\"family\":\"%s\",\"frames\":%d,\"fps\":%d,\"width\":%d,\"height\":%d",
                      record->family, scene->frames, scene->fps, scene->width, scene->height);
    reel_bytes_printf(out, ",\"tracks\":%d,\"strided_queries\":%d,\"caption\":", tracks, queries);
    reel_annot_put_string(out, scene->caption);
    reel_bytes_text(out, "}\n");
}

static reel_status put_stream(const tap_writer *w, const reel_annot_split *split,
                              const reel_layout_clip *clip, int s, const char *dir,
                              const char *place, reel_error *err)
{
    const reel_record_stream *stream = &clip->record->streams[s];
    char name[2 * REEL_ANNOT_NAME], from[REEL_PATH_MAX];
    snprintf(name, sizeof name, "%.400s.npz", stream->id);
    reel_fs_join(from, sizeof from, dir, name);
    snprintf(name, sizeof name, "%s/%s.npz", split->name, place);
    reel_status status = reel_layout_copy(w->options, from, name, err);
    if (!status && w->video) {
        reel_layout_clip_path(clip, stream->video, from);
        snprintf(name, sizeof name, "%s/%s.mp4", split->name, place);
        status = reel_layout_copy(w->options, from, name, err);
    }
    return status;
}

static reel_status tap_put(void *writer, const reel_layout_clip *clip, const char *dir,
                           reel_error *err)
{
    tap_writer *w = writer;
    const reel_record *record = clip->record;
    char path[REEL_PATH_MAX], place[REEL_ANNOT_NAME], *counts = NULL;
    size_t size = 0;
    reel_bytes row = {0};
    if (w->video && !record->colour) {
        return reel_fail(err, REEL_E_USAGE, "%s was made without colour: add --set video=no",
                         record->clip_id);
    }
    reel_annot_split *split = reel_annot_split_of(&w->splits, record->split);
    if (!split) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = reel_annot_open_rows(w->options, split, "metadata.jsonl", err);
    reel_fs_join(path, sizeof path, dir, counts_name);
    status = status ? status : reel_fs_read(path, &counts, &size, err);
    char *at = counts;
    for (int s = 0; !status && s < record->n_streams; s++) {
        const int tracks = (int)strtol(at, &at, 10), queries = (int)strtol(at, &at, 10);
        reel_annot_place(split->streams + s, record->streams[s].id, place);
        put_row(&row, w, record, s, place, tracks, queries);
        status = put_stream(w, split, clip, s, dir, place, err);
        status = status ? status : reel_annot_file_put(split->rows, &row, err);
    }
    split->streams += record->n_streams;
    reel_free(counts);
    reel_bytes_finish(&row);
    return status;
}

/* ---- the end --------------------------------------------------------------------------------- */

static reel_status tap_finish(void *writer, reel_error *err)
{
    const tap_writer *w = writer;
    return reel_annot_end_rows(&w->splits, err);
}

static void tap_card(void *writer, reel_layout_card *out)
{
    const tap_writer *w = writer;
    reel_bytes_text(&out->configs, "- config_name: tracks\n  default: true\n  data_files:\n");
    for (int i = 0; i < w->splits.n; i++) {
        const char *name = w->splits.at[i].name;
        reel_bytes_printf(&out->configs, "  - split: %s\n    path:\n", name);
        if (w->video) {
            reel_bytes_printf(&out->configs, "    - \"%s/*/*.mp4\"\n", name);
        }
        reel_bytes_printf(&out->configs, "    - \"%s/metadata.jsonl\"\n", name);
    }
    reel_bytes_text(&out->tasks, "- keypoint-detection\n");
    out->conventions = true;
    reel_bytes_text(&out->tags, "- point-tracking\n- tap-vid\n");
    reel_bytes_printf(
        &out->loading,
        "```python\nimport json, numpy as np\n\n"
        "for line in open(\"%s/metadata.jsonl\"):\n"
        "    row = json.loads(line)\n"
        "    t = np.load(\"%s/\" + row[\"tracks_path\"])\n"
        "    tapvid = {\"points\": t[\"tracks\"] / [row[\"width\"], row[\"height\"]], "
        "\"occluded\": t[\"occluded\"]}\n```\n",
        w->splits.n > 0 ? w->splits.at[0].name : "train",
        w->splits.n > 0 ? w->splits.at[0].name : "train");
    reel_bytes_text(&out->files, "| `<split>/<nnn>/<stream>.npz` | point tracks |\n");
    if (w->video) {
        reel_bytes_text(&out->files, "| `<split>/<nnn>/<stream>.mp4` | the video |\n");
    }
    reel_bytes_text(&out->files, "| `<split>/metadata.jsonl` | a line a stream |\n");
    reel_bytes_text(&out->notes, reel_tap_notes);
}

const reel_layout reel_layout_tap = {
    .name = "tap",
    .summary = "point tracks with exact visibility, as TAP-Vid and TAPVid-3D have them",
    .settings = settings,
    .open = tap_open,
    .make = tap_make,
    .put = tap_put,
    .card = tap_card,
    .finish = tap_finish,
    .destroy = tap_destroy,
};
