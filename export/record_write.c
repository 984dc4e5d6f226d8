#include "base/fs.h"
#include "base/scene_json.h"
#include "export/ffv1.h"
#include "export/npz.h"
#include "export/record_internal.h"
#include "export/sink_internal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static reel_status no_memory(const reel_record_writer *w, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, w->dir, 0, NULL, "out of memory");
}

reel_planes reel_record_planes(const reel_record_options *options)
{
    return (options->colour ? REEL_PLANE_BIT(REEL_PLANE_RGB) : 0) |
           REEL_PLANE_BIT(REEL_PLANE_INSTANCE) | reel_control_planes(options->controls) |
           (reel_store_has_planes(options->store) ? options->labels : 0);
}

/* of one camera: colour, planes, first frame, control videos */
enum { MOST_FILES = 2 + REEL_PLANE_COUNT + REEL_CONTROL_COUNT };

/* ---- begin ---------------------------------------------------------------------------------- */

static reel_status init_camera(reel_record_writer *w, int i, reel_error *err)
{
    const reel_scene *scene = w->scene;
    const reel_record_options *options = &w->options;
    reel_record_camera *c = &w->cameras[i];
    assert(options->cameras[i] >= 0 && options->cameras[i] < scene->n_cameras);
    c->camera_index = options->cameras[i];
    c->camera = scene->cameras[c->camera_index].name;
    c->id = options->n_cameras == 1
                ? options->clip_id
                : reel_arena_printf(&w->arena, "%s_%s", options->clip_id, c->camera);
    bool ok = c->id && reel_record_views_init(w, c, NULL) == REEL_OK;
    if (ok && options->colour) {
        c->video_name = reel_arena_printf(&w->arena, "%s.mp4", c->id);
        ok = c->video_name != NULL;
    }
    if (ok && reel_store_has_planes(options->store) && options->labels != 0) {
        const bool movies = options->store == REEL_STORE_FFV1;
        c->labels_name =
            reel_arena_printf(&w->arena, "%s%s", c->id, movies ? REEL_FFV1_SUFFIX : ".zarr.zip");
        ok = c->labels_name != NULL;
    }
    return ok ? reel_record_controls_init(w, c, err) : no_memory(w, err);
}

reel_status reel_record_begin(const char *dir, const reel_scene *scene, reel_take *take,
                              const reel_record_options *options, reel_record_writer **out,
                              reel_error *err)
{
    assert(options->n_cameras > 0 && (options->labels & ~REEL_PLANES_LABELS) == 0);
    assert(options->index <= INT64_MAX);
    assert(options->colour || (options->controls == 0 && !options->first_frames));
    assert(strlen(options->clip_id) > 0 && strlen(options->clip_id) < REEL_RECORD_ID_MAX);
    reel_status status = REEL_OK;
    reel_record_writer *w = reel_calloc(1, sizeof(*w));
    if (!w) {
        return reel_fail_at(err, REEL_E_NOMEM, dir, 0, NULL, "out of memory");
    }
    w->scene = scene;
    w->take = take;
    w->options = *options;
    w->n_instances = reel_scene_n_instances(scene);
    w->cameras = REEL_ARENA_NEW(&w->arena, reel_record_camera, options->n_cameras);
    w->files = REEL_ARENA_NEW(&w->arena, reel_record_file, 4 + MOST_FILES * options->n_cameras);
    char *copy = reel_arena_strdup(&w->arena, dir);
    if (!w->cameras || !w->files || !copy) {
        status = reel_fail_at(err, REEL_E_NOMEM, dir, 0, NULL, "out of memory");
        goto fail;
    }
    status = reel_tracks_make(scene, options->tracks, &w->arena, &w->tracks, &w->n_tracks, err);
    if (status != REEL_OK) {
        goto fail;
    }
    for (int i = 0; i < options->n_cameras; i++) {
        status = init_camera(w, i, err);
        if (status != REEL_OK) {
            goto fail;
        }
    }
    if (mkdir(dir, 0777) != 0) {
        status =
            reel_fail_at(err, REEL_E_IO, dir, 0, NULL, "cannot create folder: %s", strerror(errno));
        goto fail;
    }
    w->dir = copy; /* from here on the folder is ours to remove */
    *out = w;
    return REEL_OK;
fail:
    reel_record_writer_destroy(&w);
    return status;
}

/* ---- frames --------------------------------------------------------------------------------- */

static reel_status open_sinks(reel_record_writer *w, reel_record_camera *c, const reel_frame *frame,
                              reel_error *err)
{
    char path[REEL_PATH_MAX];
    const reel_scene *scene = w->scene;
    const reel_stream_desc desc =
        reel_stream_of_scene(scene, c->id, c->camera, w->options.depth_scale);
    c->planes = frame->planes;
    assert((reel_record_planes(&w->options) & ~frame->planes) == 0);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (c->planes & REEL_PLANE_BIT(p)) {
            c->digest[p] = REEL_ARENA_NEW(&w->arena, reel_xxh128, scene->frames);
            if (!c->digest[p]) {
                return no_memory(w, err);
            }
        }
    }
    reel_status status = REEL_OK;
    if (c->video_name) {
        reel_fs_join(path, sizeof(path), w->dir, c->video_name);
        status = reel_mp4_sink_open(path, &desc, &w->options.video, &c->video, err);
    }
    if (status == REEL_OK && c->labels_name) {
        reel_fs_join(path, sizeof(path), w->dir, c->labels_name);
        status = (w->options.store == REEL_STORE_FFV1 ? reel_ffv1_sink_open : reel_zarr_sink_open)(
            path, &desc, w->options.labels, &c->labels, err);
    }
    return status;
}

static reel_status close_sink(reel_sink **sink, reel_error *err)
{
    reel_status status = REEL_OK;
    if (*sink) {
        status = reel_sink_close(*sink, err);
        reel_sink_destroy(sink);
    }
    return status;
}

static reel_status write_frame(reel_record_writer *w, reel_record_camera *c,
                               const reel_frame *frame, const reel_view *view, reel_error *err)
{
    reel_status status = c->next == 0 ? open_sinks(w, c, frame, err) : REEL_OK;
    if (status != REEL_OK) {
        return status;
    }
    assert(frame->planes == c->planes && frame->n_instances == w->n_instances);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (c->planes & REEL_PLANE_BIT(p)) {
            c->digest[p][c->next] = reel_frame_digest(frame, (reel_plane)p);
        }
    }
    status = reel_record_views_keep(w, c, c->next, frame, view, err);
    if (status == REEL_OK && c->video) {
        status = reel_sink_write(c->video, frame, err);
    }
    if (status == REEL_OK && c->labels) {
        status = reel_sink_write(c->labels, frame, err);
    }
    if (status == REEL_OK) {
        const double start = reel_sink_cpu_clock();
        status = reel_record_controls_write(w, c, frame, err);
        w->times.controls += reel_sink_cpu_clock() - start;
    }
    c->next++;
    return status;
}

static double sink_seconds(const reel_sink *sink)
{
    return sink ? reel_sink_seconds(sink) : 0;
}

reel_status reel_record_write(reel_record_writer *w, int i, const reel_frame *frame,
                              const reel_view *view, reel_error *err)
{
    assert(!w->has_failed && !w->is_whole && i >= 0 && i < w->options.n_cameras);
    reel_record_camera *c = &w->cameras[i];
    assert(c->next < w->scene->frames);
    const double start = reel_sink_cpu_clock();
    const double video = sink_seconds(c->video), labels = sink_seconds(c->labels);
    const double controls = w->times.controls;
    reel_status status = write_frame(w, c, frame, view, err);
    const double in_video = sink_seconds(c->video) - video;
    const double in_labels = sink_seconds(c->labels) - labels;
    double closing_video = 0, closing_labels = 0;
    if (status == REEL_OK && c->next == w->scene->frames) {
        /* whole: give buffers and descriptors back before the next camera's turn */
        const double a = reel_sink_cpu_clock();
        status = close_sink(&c->video, err);
        const double b = reel_sink_cpu_clock();
        status = status == REEL_OK ? close_sink(&c->labels, err) : status;
        closing_video = b - a;
        closing_labels = reel_sink_cpu_clock() - b;
    }
    const double whole = reel_sink_cpu_clock() - start;
    w->times.video += in_video + closing_video;
    w->times.labels += in_labels + closing_labels;
    w->times.other += whole - in_video - in_labels - closing_video - closing_labels -
                      (w->times.controls - controls);
    w->has_failed = status != REEL_OK;
    return status;
}

/* ---- end ------------------------------------------------------------------------------------ */

static reel_status write_scene(reel_record_writer *w, reel_error *err)
{
    char *text = NULL, path[REEL_PATH_MAX];
    size_t size = 0;
    reel_status status = reel_scene_encode(w->scene, &text, &size, err);
    if (status != REEL_OK) {
        return status;
    }
    reel_sha256_hex(reel_sha256_of(text, size), w->scene_sha256);
    reel_fs_join(path, sizeof(path), w->dir, "scene.json");
    status = reel_fs_publish(path, text, size, err);
    reel_free(text);
    return status;
}

static reel_status write_take_arrays(reel_record_writer *w, reel_npz_writer *npz, reel_error *err)
{
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(w->take, arrays);
    if (n < 0) {
        return no_memory(w, err);
    }
    for (int i = 0; i < n; i++) {
        const reel_take_array *from = &arrays[i];
        reel_npz_array a = {.n_dims = from->n_dims, .bytes = from->bytes, .data = from->data};
        memcpy(a.dtype, from->dtype, sizeof(a.dtype));
        for (int d = 0; d < from->n_dims; d++) {
            a.shape[d] = from->shape[d];
        }
        const reel_status status = reel_npz_add(npz, from->name, &a, err);
        if (status != REEL_OK) {
            return status;
        }
    }
    return REEL_OK;
}

static reel_status write_take(reel_record_writer *w, reel_error *err)
{
    reel_xxh128 digest;
    reel_npz_writer *npz = NULL;
    char path[REEL_PATH_MAX];
    reel_status status = reel_take_digest(w->take, &digest, err);
    if (status != REEL_OK) {
        return status;
    }
    reel_xxh128_hex(digest, w->take_xxh128);
    reel_fs_join(path, sizeof(path), w->dir, "take.npz");
    status = reel_npz_create(path, &npz, err);
    if (status == REEL_OK) {
        status = write_take_arrays(w, npz, err);
    }
    if (status == REEL_OK) {
        status = reel_npz_finish(npz, err);
    }
    reel_npz_writer_destroy(&npz);
    return status;
}

/* Size, digest, and on its way to the disk. */
static reel_status add_file(reel_record_writer *w, const char *role, const char *name,
                            reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_sha256 digest;
    reel_record_file *file = &w->files[w->n_files];
    reel_fs_join(path, sizeof(path), w->dir, name);
    reel_status status = reel_sha256_file(path, &digest, &file->bytes, err);
    if (status == REEL_OK) {
        status = reel_fs_sync(path, err);
    }
    if (status == REEL_OK) {
        file->role = role;
        file->name = name;
        reel_sha256_hex(digest, file->sha256);
        w->n_files++;
    }
    return status;
}

/* The one file of a label store, or one a plane. */
static reel_status add_labels(reel_record_writer *w, const char *name, reel_error *err)
{
    if (w->options.store != REEL_STORE_FFV1) {
        return add_file(w, "planes", name, err);
    }
    reel_status status = REEL_OK;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        char file[REEL_RECORD_ID_MAX + 128];
        if (w->options.labels & REEL_PLANE_BIT(p)) {
            reel_ffv1_file(name, (reel_plane)p, file, sizeof(file));
            const char *copy = reel_arena_strdup(&w->arena, file);
            status = copy ? add_file(w, "planes", copy, err) : no_memory(w, err);
        }
    }
    return status;
}

static reel_status add_files(reel_record_writer *w, reel_error *err)
{
    reel_status status = add_file(w, "scene", "scene.json", err);
    if (status == REEL_OK) {
        status = add_file(w, "take", "take.npz", err);
    }
    if (status == REEL_OK) {
        status = add_file(w, "views", "views.npz", err);
    }
    for (int i = 0; status == REEL_OK && i < w->options.n_cameras; i++) {
        const reel_record_camera *c = &w->cameras[i];
        if (c->video_name) {
            status = add_file(w, "video", c->video_name, err);
        }
        if (status == REEL_OK && c->labels_name) {
            status = add_labels(w, c->labels_name, err);
        }
        if (status == REEL_OK) {
            status = reel_record_controls_files(w, c, add_file, err);
        }
    }
    if (status == REEL_OK && w->captions) {
        status = add_file(w, "captions", "captions.json", err);
    }
    return status;
}

static reel_status write_captions(reel_record_writer *w, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof(path), w->dir, "captions.json");
    return reel_fs_publish(path, w->captions, strlen(w->captions), err);
}

const char *reel_record_stream_id(const reel_record_writer *w, int i)
{
    assert(i >= 0 && i < w->options.n_cameras);
    return w->cameras[i].id;
}

const int32_t *reel_record_visible_pixels(const reel_record_writer *w, int i)
{
    assert(i >= 0 && i < w->options.n_cameras && w->cameras[i].next == w->scene->frames);
    return w->cameras[i].visible_pixels;
}

reel_status reel_record_tell(reel_record_writer *w, const char *text, reel_error *err)
{
    assert(!w->captions && !w->is_whole);
    w->captions = reel_arena_strdup(&w->arena, text);
    return w->captions ? REEL_OK : no_memory(w, err);
}

static reel_status check_audit(const reel_record_writer *w, reel_error *err)
{
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        if (!isfinite(reel_audit_figure(&w->take->audit, i))) {
            return reel_fail_at(err, REEL_E_INTERNAL, w->dir, 0, reel_audit_figure_name(i),
                                "a figure of the audit is not finite");
        }
    }
    return REEL_OK;
}

static reel_status write_manifest(reel_record_writer *w, reel_error *err)
{
    char path[REEL_PATH_MAX];
    size_t size = 0;
    reel_json *manifest = reel_record_manifest(w);
    char *text = manifest ? reel_json_canonical(manifest, &size) : NULL;
    reel_status status = REEL_OK;
    if (!text) {
        status = no_memory(w, err);
    } else {
        reel_fs_join(path, sizeof(path), w->dir, "manifest.json");
        status = reel_fs_publish(path, text, size, err);
    }
    reel_free(text);
    reel_json_destroy(&manifest);
    return status;
}

static reel_status end_record(reel_record_writer *w, reel_error *err)
{
    reel_status status = check_audit(w, err);
    if (status == REEL_OK) {
        status = write_scene(w, err);
    }
    if (status == REEL_OK) {
        status = write_take(w, err);
    }
    if (status == REEL_OK) {
        status = reel_record_views_write(w, err);
    }
    if (status == REEL_OK && w->captions) {
        status = write_captions(w, err);
    }
    if (status == REEL_OK) {
        status = add_files(w, err);
    }
    if (status == REEL_OK) {
        status = write_manifest(w, err); /* last: a folder that has one is whole */
    }
    return status;
}

reel_status reel_record_end(reel_record_writer *w, reel_error *err)
{
    assert(!w->has_failed && !w->is_whole);
    for (int i = 0; i < w->options.n_cameras; i++) {
        assert(w->cameras[i].next == w->scene->frames);
    }
    const double start = reel_sink_cpu_clock();
    const reel_status status = end_record(w, err);
    w->times.other += reel_sink_cpu_clock() - start;
    w->has_failed = status != REEL_OK;
    w->is_whole = status == REEL_OK;
    return status;
}

void reel_record_writer_destroy(reel_record_writer **writer)
{
    reel_record_writer *w = *writer;
    if (!w) {
        return;
    }
    for (int i = 0; w->cameras && i < w->options.n_cameras; i++) {
        reel_sink_destroy(&w->cameras[i].video);
        reel_sink_destroy(&w->cameras[i].labels);
        reel_record_controls_finish(&w->cameras[i]);
        reel_record_views_finish(&w->cameras[i]);
    }
    if (w->dir && !w->is_whole) {
        (void)reel_fs_remove_tree(w->dir, NULL);
    }
    reel_arena_finish(&w->arena);
    reel_free(w);
    *writer = NULL;
}

reel_record_times reel_record_writer_times(const reel_record_writer *writer)
{
    return writer->times;
}
