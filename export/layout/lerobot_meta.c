/* lerobot_meta.c - info, stats, tasks, and meta/physreel.json for what LeRobot has no place for. */
#include "base/alloc.h"
#include "export/layout/lerobot_internal.h"
#include "export/record_internal.h"
#include "export/sink.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the dataset");
}

/* Takes `root` over. */
static reel_status write_json(const reel_lerobot *w, const char *name, reel_json *root, bool ok,
                              reel_error *err)
{
    size_t size = 0;
    char *text = ok ? reel_json_pretty(root, &size) : NULL;
    const reel_status status =
        text ? reel_layout_write(w->options, name, text, size, err) : no_memory(err);
    reel_free(text);
    reel_json_destroy(&root);
    return status;
}

static bool put_text(reel_json *object, const char *key, const char *v)
{
    return reel_json_put(object, key, reel_json_string(v));
}

static bool put_int(reel_json *object, const char *key, int64_t v)
{
    return reel_json_put(object, key, reel_json_int(v));
}

static bool put_u64(reel_json *object, const char *key, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, v);
    return put_text(object, key, text);
}

/* ---- info.json --------------------------------------------------------------------------------
 */

static reel_json *shape_json(const reel_lerobot *w, const lerobot_feature *f)
{
    reel_json *shape = reel_json_array();
    bool ok = shape != NULL;
    if (lerobot_is_video(f)) {
        ok = ok && reel_json_push(shape, reel_json_int(w->height)) &&
             reel_json_push(shape, reel_json_int(w->width));
    }
    if (!ok || !reel_json_push(shape, reel_json_int(f->length))) {
        reel_json_destroy(&shape);
    }
    return shape;
}

static reel_json *names_json(const lerobot_feature *f)
{
    static const char *const picture[] = {"height", "width", "channels"};
    const char *const *names = lerobot_is_video(f) ? picture : f->names;
    const int n = lerobot_is_video(f) ? 3 : f->length;
    if (!names) {
        return reel_json_null();
    }
    reel_json *out = reel_json_array();
    for (int i = 0; out && i < n; i++) {
        if (!reel_json_push(out, reel_json_string(names[i]))) {
            reel_json_destroy(&out);
        }
    }
    return out;
}

static bool put_depth_info(const reel_lerobot *w, reel_json *info)
{
    reel_json *extra = reel_json_object();
    return extra && put_text(extra, "x265-params", "lossless=1") &&
           reel_json_put(info, "video.extra_options", extra) &&
           put_text(info, "video.codec", "hevc") && put_text(info, "video.pix_fmt", "gray12le") &&
           put_text(info, "video.preset", REEL_MP4_DEPTH_PRESET) &&
           put_text(info, "depth_unit", "m") &&
           reel_json_put(info, "video.depth_min", reel_json_real(w->code.min)) &&
           reel_json_put(info, "video.depth_max", reel_json_real(w->code.max)) &&
           reel_json_put(info, "video.shift", reel_json_real(w->code.shift)) &&
           reel_json_put(info, "video.use_log", reel_json_bool(true));
}

static reel_json *video_json(const reel_lerobot *w, const lerobot_feature *f)
{
    const bool depth = f->kind == LEROBOT_DEPTH;
    reel_json *info = reel_json_object();
    bool ok = info && put_int(info, "video.height", w->height) &&
              put_int(info, "video.width", w->width) && put_int(info, "video.fps", w->fps) &&
              put_int(info, "video.channels", f->length) &&
              put_int(info, "video.g", w->video.keyint) && put_int(info, "video.fast_decode", 0) &&
              put_text(info, "video.video_backend", "pyav") &&
              reel_json_put(info, "has_audio", reel_json_bool(false)) &&
              reel_json_put(info, "is_depth_map", reel_json_bool(depth));
    if (ok && depth) {
        ok = put_depth_info(w, info);
    } else if (ok) {
        ok = put_text(info, "video.codec", "h264") && put_text(info, "video.pix_fmt", "yuv420p") &&
             put_int(info, "video.crf", w->video.crf) &&
             put_text(info, "video.preset", w->video.preset) &&
             reel_json_put(info, "video.extra_options", reel_json_object());
    }
    if (!ok) {
        reel_json_destroy(&info);
    }
    return info;
}

static reel_json *features_json(const reel_lerobot *w)
{
    static const char *const dtypes[] = {"float32", "int64", "bool", "video", "video"};
    reel_json *all = reel_json_object();
    bool ok = all != NULL;
    for (int i = 0; ok && i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        reel_json *feature = reel_json_object();
        ok = feature && put_text(feature, "dtype", dtypes[f->kind]) &&
             reel_json_put(feature, "shape", shape_json(w, f)) &&
             reel_json_put(feature, "names", names_json(f));
        if (ok && lerobot_is_video(f)) {
            ok = reel_json_put(feature, "info", video_json(w, f));
        }
        if (ok) {
            ok = reel_json_put(all, f->name, feature);
        } else {
            reel_json_destroy(&feature);
        }
    }
    if (!ok) {
        reel_json_destroy(&all);
    }
    return all;
}

static reel_json *splits_json(const reel_lerobot *w)
{
    reel_json *splits = reel_json_object();
    for (int s = 0; splits && s < w->n_lanes; s++) {
        char range[48];
        snprintf(range, sizeof range, "%d:%d", w->lanes[s].first,
                 w->lanes[s].first + w->lanes[s].n_episodes);
        if (!put_text(splits, w->lanes[s].name, range)) {
            reel_json_destroy(&splits);
        }
    }
    return splits;
}

static reel_status write_info(const reel_lerobot *w, reel_error *err)
{
    reel_json *info = reel_json_object();
    const bool ok =
        info && put_text(info, "codebase_version", "v3.0") &&
        put_text(info, "robot_type", "physreel") &&
        put_int(info, "total_episodes", w->n_episodes) &&
        put_int(info, "total_frames", w->n_frames) && put_int(info, "total_tasks", w->n_tasks) &&
        put_int(info, "chunks_size", LEROBOT_CHUNK_FILES) &&
        put_int(info, "data_files_size_in_mb", w->data_mb) &&
        put_int(info, "video_files_size_in_mb", w->video_mb) && put_int(info, "fps", w->fps) &&
        reel_json_put(info, "splits", splits_json(w)) &&
        put_text(info, "data_path", "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet") &&
        put_text(info, "video_path",
                 "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4") &&
        reel_json_put(info, "features", features_json(w));
    return write_json(w, "meta/info.json", info, ok, err);
}

/* ---- stats.json -------------------------------------------------------------------------------
 */

static reel_json *values_json(const double *v, int n, bool nested)
{
    reel_json *out = reel_json_array();
    for (int i = 0; out && i < n; i++) {
        reel_json *value = reel_json_real(v[i]);
        for (int k = 0; value && nested && k < 2; k++) {
            reel_json *list = reel_json_array();
            if (!reel_json_push(list, value)) {
                reel_json_destroy(&list);
            }
            value = list;
        }
        if (!reel_json_push(out, value)) {
            reel_json_destroy(&out);
        }
    }
    return out;
}

/* Every figure is finite: what is not was refused where it came in. */
static reel_json *figures_json(const lerobot_feature *f, const lerobot_stats *s)
{
    reel_json *out = reel_json_object(), *count = reel_json_array();
    bool ok = out && reel_json_push(count, reel_json_int(s->count));
    if (!ok) {
        reel_json_destroy(&count);
    }
    ok = ok && reel_json_put(out, "count", count);
    for (int k = 0; ok && k < LEROBOT_FIGURES; k++) {
        ok = reel_json_put(out, reel_lerobot_figure_names[k],
                           values_json(s->v + (size_t)k * (size_t)s->n, s->n, lerobot_is_video(f)));
    }
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

static reel_status write_stats(const reel_lerobot *w, reel_error *err)
{
    reel_json *root = reel_json_object();
    bool ok = root != NULL;
    for (int i = 0; ok && i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        lerobot_stats s = f->stats; /* the last episode's are not needed any more */
        const double *scale = f->kind == LEROBOT_DEPTH   ? w->depth_scale
                              : f->kind == LEROBOT_VIDEO ? w->colour_scale
                                                         : NULL;
        reel_lerobot_total_stats(&f->total, scale, &s);
        ok = reel_json_put(root, f->name, figures_json(f, &s));
    }
    return write_json(w, "meta/stats.json", root, ok, err);
}

/* ---- tasks.parquet ----------------------------------------------------------------------------
 */

static const reel_column task_columns[] = {
    {"task_index", REEL_COLUMN_INT64, 0, "", "number of the task"},
    {"task", REEL_COLUMN_STRING, 0, "", "what the clip is about, without its outcome"},
};
static const reel_table task_table = {"tasks", "one row per task", 2, task_columns};

/* pandas makes `task` the index by this; LeRobot looks tasks up as tasks.iloc[i].name. */
static const char pandas[] =
    "{\"column_indexes\": [{\"field_name\": null, \"metadata\": {\"encoding\": \"UTF-8\"}, "
    "\"name\": null, \"numpy_type\": \"object\", \"pandas_type\": \"unicode\"}], "
    "\"columns\": [{\"field_name\": \"task_index\", \"metadata\": null, \"name\": \"task_index\", "
    "\"numpy_type\": \"int64\", \"pandas_type\": \"int64\"}, {\"field_name\": \"task\", "
    "\"metadata\": null, \"name\": \"task\", \"numpy_type\": \"object\", "
    "\"pandas_type\": \"unicode\"}], \"creator\": {\"library\": \"physreel\", \"version\": "
    "\"" REEL_VERSION "\"}, \"index_columns\": [\"task\"], \"pandas_version\": \"2.2.3\"}";

static reel_status write_tasks(const reel_lerobot *w, reel_error *err)
{
    static const char name[] = "meta/tasks.parquet";
    char path[REEL_PATH_MAX];
    reel_parquet_writer *writer = NULL;
    reel_rows *rows = reel_rows_create(&task_table);
    reel_status status = rows ? reel_layout_prepare(w->options, name, path, err) : no_memory(err);
    status = status ? status : reel_parquet_create(path, &task_table, &writer, err);
    for (int i = 0; !status && i < w->n_tasks; i++) {
        reel_put_int(rows, "task_index", i);
        reel_put_string(rows, "task", w->tasks[i]);
        reel_rows_end_row(rows);
    }
    if (!status) {
        reel_parquet_note(writer, "pandas", pandas);
        status = reel_parquet_write(writer, rows, err);
    }
    status = status ? status : reel_parquet_close(writer, err);
    reel_parquet_destroy(&writer);
    reel_rows_destroy(&rows);
    return status ? status : reel_layout_file_done(w->options, name, err);
}

/* ---- physreel.json ----------------------------------------------------------------------------
 */

static reel_json *bodies_json(const lerobot_clip *c)
{
    reel_json *out = reel_json_array();
    for (int i = 0; out && i < c->n_slots; i++) {
        const reel_body *body = &c->scene->bodies[c->slots[i]];
        const reel_object *object = &c->scene->objects[body->object];
        reel_json *entry = reel_json_object();
        const bool ok = entry && put_text(entry, "body", body->name) &&
                        put_text(entry, "object", object->name) &&
                        put_text(entry, "category", object->category) &&
                        put_int(entry, "instance_id", object->instance_id);
        if (!ok) {
            reel_json_destroy(&entry);
        }
        if (!reel_json_push(out, entry)) {
            reel_json_destroy(&out);
        }
    }
    return out;
}

char *reel_lerobot_clip_json(const lerobot_clip *c, const lerobot_episode *e)
{
    const reel_record *r = c->clip->record;
    const reel_scene *s = c->scene;
    reel_json *out = reel_json_object();
    const bool ok =
        out && put_int(out, "episode_index", e->index) && put_text(out, "clip_id", r->clip_id) &&
        put_text(out, "split", r->split) && put_text(out, "family", r->family) &&
        put_int(out, "index", (int64_t)r->index) && put_u64(out, "seed", r->seed) &&
        put_u64(out, "base_seed", r->base_seed) && put_int(out, "attempt", r->attempt) &&
        put_text(out, "version", r->version) && put_text(out, "quality", r->quality) &&
        put_text(out, "caption", s->caption) && put_text(out, "task", reel_lerobot_task(s)) &&
        put_text(out, "agent", s->agent) && put_text(out, "agent_on", s->agent_on) &&
        put_text(out, "scene_sha256", r->scene_sha256) &&
        put_text(out, "take_xxh128", r->take_xxh128) &&
        reel_json_put(out, "params", reel_record_params(s)) &&
        reel_json_put(out, "bodies", bodies_json(c));
    char *text = ok ? reel_json_canonical(out, NULL) : NULL;
    reel_json_destroy(&out);
    return text;
}

static reel_json *about_features(const reel_lerobot *w)
{
    reel_json *all = reel_json_object();
    for (int i = 0; all && i < w->n_features; i++) {
        const lerobot_feature *f = &w->features[i];
        reel_json *about = reel_json_object(), *units = reel_json_array();
        bool ok =
            about && units && put_text(about, "unit", f->unit) && put_text(about, "doc", f->doc);
        for (int u = 0; ok && f->block == LEROBOT_SIGNAL && u < f->n_units; u++) {
            ok = reel_json_push(units, reel_json_string(w->units[f->block].unit[f->units[u]].unit));
        }
        if (ok && f->block == LEROBOT_SIGNAL && !lerobot_is_video(f)) {
            ok = reel_json_put(about, "units", units);
        } else {
            reel_json_destroy(&units);
        }
        if (!ok) {
            reel_json_destroy(&about);
        }
        if (!reel_json_put(all, f->name, about)) {
            reel_json_destroy(&all);
        }
    }
    return all;
}

static reel_json *libraries_json(const reel_lerobot *w)
{
    reel_json *out = reel_json_object();
    bool ok = out != NULL;
    for (const char *const *v = reel_export_versions(); ok && *v; v += 2) {
        ok = put_text(out, v[0], v[1]);
    }
    if (ok && w->depth) {
        char x265[64];
        reel_mp4_x265_version(x265, sizeof x265);
        ok = put_text(out, "libx265", x265);
    }
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

/* One line per episode, so that the file can be read line by line as well. */
static reel_status write_physreel(const reel_lerobot *w, reel_error *err)
{
    reel_bytes out = {0};
    reel_json *head = reel_json_object();
    const bool ok = head && put_text(head, "format", "physreel-lerobot") &&
                    put_text(head, "version", REEL_VERSION) &&
                    put_text(head, "command", w->options->command) &&
                    reel_json_put(head, "features", about_features(w)) &&
                    reel_json_put(head, "libraries", libraries_json(w));
    char *text = ok ? reel_json_canonical(head, NULL) : NULL;
    reel_json_destroy(&head);
    const char **lines = reel_calloc((size_t)w->n_episodes + 1, sizeof(*lines));
    if (text && lines) {
        for (int i = 0; i < w->n_episodes; i++) {
            lines[w->episodes[i].index] = w->episodes[i].json;
        }
        reel_bytes_put(&out, text, strlen(text) - 1); /* without the brace at its end */
        reel_bytes_text(&out, ",\"episodes\":[\n");
        for (int i = 0; i < w->n_episodes; i++) {
            reel_bytes_printf(&out, "%s%s\n", lines[i], i + 1 < w->n_episodes ? "," : "");
        }
        reel_bytes_text(&out, "]}\n");
    }
    const reel_status status =
        text && lines && !out.failed
            ? reel_layout_write(w->options, "meta/physreel.json", out.data, out.size, err)
            : no_memory(err);
    reel_free(text);
    reel_free(lines);
    reel_bytes_finish(&out);
    return status;
}

reel_status reel_lerobot_write_meta(reel_lerobot *w, reel_error *err)
{
    reel_status status = write_tasks(w, err);
    status = status ? status : write_stats(w, err);
    status = status ? status : write_physreel(w, err);
    return status ? status : write_info(w, err);
}
