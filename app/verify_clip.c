/* verify_clip.c - one clip of a dataset: digests, planes, labels (see verify.h) */
#include "app/verify.h"
#include "app/verify_physics.h"
#include "base/fs.h"
#include "base/scene_json.h"
#include "export/labels.h"
#include "export/mp4_check.h"
#include "render/render.h"
#include <stdio.h>
#include <string.h>

void reel_finder_tell(reel_finder *finder, const char *clip, const char *camera, const char *plane,
                      int frame, const reel_error *error)
{
    reel_finding f;
    memset(&f, 0, sizeof f);
    snprintf(f.clip, sizeof f.clip, "%s", clip ? clip : "");
    snprintf(f.camera, sizeof f.camera, "%s", camera ? camera : "");
    snprintf(f.plane, sizeof f.plane, "%s", plane ? plane : "");
    f.frame = frame;
    f.error = *error;
    finder->n++;
    finder->found(finder->ctx, &f);
}

static void tell(reel_finder *finder, const reel_record *record, const char *file,
                 const char *words)
{
    reel_error e = {0};
    (void)reel_fail_at(&e, REEL_E_CONFLICT, file, 0, NULL, "%s", words);
    reel_finder_tell(finder, record->clip_id, NULL, NULL, -1, &e);
}

/* Scene and take as they are on disk against the digests of the manifest. */
static reel_status check_data(const reel_record *record, reel_finder *finder, reel_error *err)
{
    char hex[REEL_SHA256_HEX], path[REEL_PATH_MAX];
    reel_sha256 scene;
    reel_xxh128 take;
    reel_status status = reel_scene_digest(record->scene, &scene, err);
    if (status) {
        return status;
    }
    reel_sha256_hex(scene, hex);
    if (strcmp(hex, record->scene_sha256) != 0) {
        reel_fs_join(path, sizeof path, record->dir, "scene.json");
        tell(finder, record, path, "the scene is not the one of the manifest (scene_sha256)");
    }
    status = reel_take_digest(record->take, &take, err);
    if (status) {
        return status;
    }
    reel_xxh128_hex(take, hex);
    if (strcmp(hex, record->take_xxh128) != 0) {
        reel_fs_join(path, sizeof path, record->dir, "take.npz");
        tell(finder, record, path, "the take is not the one of the manifest (take_xxh128)");
    }
    return REEL_OK;
}

typedef struct physics_ctx {
    const reel_record *record;
    reel_finder *finder;
} physics_ctx;

static void tell_physics(void *ctx, const char *check, int sample, int64_t n, const char *words)
{
    const physics_ctx *p = ctx;
    const int frame = sample < 0 ? -1 : sample / p->record->scene->samples_per_frame;
    char path[REEL_PATH_MAX];
    reel_error e = {0};
    reel_fs_join(path, sizeof path, p->record->dir, "take.npz");
    if (n > 1) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, path, 0, NULL, "%s: %s (%lld places)", check, words,
                           (long long)n);
    } else {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, path, 0, NULL, "%s: %s", check, words);
    }
    reel_finder_tell(p->finder, p->record->clip_id, NULL, NULL, frame, &e);
}

/* A stream while its frames are checked. */
typedef struct stream_check {
    const reel_record *record;
    int stream;
    char path[REEL_PATH_MAX];
    reel_finder *finder;
    reel_labels *store;      /* stored planes, */
    reel_renderer *renderer; /* or drawn again from scene and take */
    reel_objects_check *objects;
    reel_frame frame;
    int faulty[REEL_FAULT_COUNT]; /* frames with the fault */
    int first[REEL_FAULT_COUNT];
    char words[REEL_FAULT_COUNT][200];
} stream_check;

static void tell_plane(stream_check *s, reel_plane plane, int frame, const reel_error *e)
{
    const reel_record_stream *stream = &s->record->streams[s->stream];
    reel_finder_tell(s->finder, s->record->clip_id, stream->camera,
                     reel_plane_get_info(plane)->name, frame, e);
}

/* One plane of the frame: the same memory, the others left out. */
static reel_frame only(const reel_frame *frame, reel_plane plane)
{
    reel_frame one = *frame;
    one.planes = REEL_PLANE_BIT(plane);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        one.plane[p] = p == (int)plane ? frame->plane[p] : NULL;
    }
    return one;
}

/* Compare the digest of a plane with the manifest's, if it has one. */
static void compare_digest(stream_check *s, reel_plane plane, int k)
{
    const reel_record_stream *stream = &s->record->streams[s->stream];
    reel_error e = {0};
    if (!(stream->digested & REEL_PLANE_BIT(plane))) {
        if (s->store) {
            (void)reel_fail_at(&e, REEL_E_CONFLICT, s->path, 0, NULL, "no digest in the manifest");
            tell_plane(s, plane, k, &e);
        }
        return;
    }
    reel_xxh128 digest = reel_frame_digest(&s->frame, plane);
    if (memcmp(&digest, &stream->digest[plane][k], sizeof digest) != 0) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, s->path, 0, NULL,
                           "the values are not those of the manifest's digest");
        tell_plane(s, plane, k, &e);
    }
}

/* Fill the frame; false if some plane cannot be had. */
static bool get_frame(stream_check *s, int k)
{
    const reel_record_stream *stream = &s->record->streams[s->stream];
    reel_error e = {0};
    bool good = true;
    if (s->renderer && reel_renderer_draw(s->renderer, stream->camera_index, k, &s->frame, &e)) {
        reel_finder_tell(s->finder, s->record->clip_id, stream->camera, NULL, k, &e);
        return false;
    }
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (!(s->frame.planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        reel_frame one = only(&s->frame, (reel_plane)p);
        if (s->store && reel_labels_read(s->store, k, &one, &e)) {
            snprintf(e.file, sizeof e.file, "%.255s", s->path);
            tell_plane(s, (reel_plane)p, k, &e);
            good = false;
        } else {
            compare_digest(s, (reel_plane)p, k);
        }
    }
    return good;
}

static void keep_faults(stream_check *s, const reel_label_faults *faults, int k)
{
    for (int f = 0; f < REEL_FAULT_COUNT; f++) {
        if (faults->n[f] == 0) {
            continue;
        }
        if (s->faulty[f]++ == 0) {
            s->first[f] = k;
            snprintf(s->words[f], sizeof s->words[f], "%.150s (%lld such pixels)", faults->words[f],
                     (long long)faults->n[f]);
        }
    }
}

static void tell_faults(stream_check *s)
{
    const reel_record_stream *stream = &s->record->streams[s->stream];
    for (int f = 0; f < REEL_FAULT_COUNT; f++) {
        if (s->faulty[f] > 0) {
            reel_error e = {0};
            (void)reel_fail_at(&e, REEL_E_CONFLICT, s->path, 0, NULL, "%s, in %d frames",
                               s->words[f], s->faulty[f]);
            reel_finder_tell(s->finder, s->record->clip_id, stream->camera,
                             reel_fault_plane((reel_label_fault)f), s->first[f], &e);
        }
    }
}

static reel_status check_frames(stream_check *s, reel_planes planes, reel_verify_counts *counts,
                                reel_error *err)
{
    const reel_scene *scene = s->record->scene;
    reel_status status = reel_frame_init(&s->frame, scene->width, scene->height, planes,
                                         reel_scene_n_instances(scene), err);
    status = status ? status : reel_objects_check_create(s->record, s->stream, &s->objects, err);
    for (int k = 0; !status && k < scene->frames; k++) {
        reel_label_faults faults;
        if (get_frame(s, k)) {
            status = reel_verify_labels(s->record, s->stream, k, &s->frame, &faults, err);
            reel_objects_check_frame(s->objects, k, &s->frame, &faults);
            keep_faults(s, &faults, k);
            counts->frames++;
            counts->pixels += (int64_t)scene->width * scene->height;
        }
    }
    tell_faults(s);
    reel_objects_check_destroy(&s->objects);
    reel_frame_finish(&s->frame);
    return status;
}

/* Labels that are not stored: they must be right when they are made again. */
static reel_status check_drawn(stream_check *s, reel_verify_counts *counts, reel_error *err)
{
    const reel_planes planes = REEL_PLANES_LABELS & ~REEL_PLANE_BIT(REEL_PLANE_COVERAGE);
    reel_render_options options = reel_render_options_default();
    options.quality = REEL_QUALITY_LABELS;
    options.depth_scale = s->record->depth_scale;
    snprintf(s->path, sizeof s->path, "%s", s->record->dir);
    reel_status status =
        reel_renderer_create(s->record->scene, s->record->take, &options, &s->renderer, err);
    status = status ? status : check_frames(s, planes, counts, err);
    reel_renderer_destroy(&s->renderer);
    return status;
}

static reel_status check_stream(const reel_dataset *dataset, const reel_record *record, int stream,
                                reel_finder *finder, reel_verify_counts *counts, reel_error *err)
{
    const reel_record_stream *r = &record->streams[stream];
    static stream_check s;
    reel_error e = {0};
    memset(&s, 0, sizeof s);
    s.record = record;
    s.stream = stream;
    s.finder = finder;
    if (!r->planes) {
        return check_drawn(&s, counts, err);
    }
    reel_dataset_stream_path(dataset, record, r->planes, s.path, sizeof s.path);
    if (reel_labels_open(s.path, &s.store, &e)) {
        reel_finder_tell(finder, record->clip_id, r->camera, NULL, -1, &e);
        return REEL_OK;
    }
    if (reel_labels_planes(s.store) != record->labels ||
        reel_labels_frames(s.store) != record->scene->frames ||
        reel_labels_width(s.store) != record->scene->width ||
        reel_labels_height(s.store) != record->scene->height) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, s.path, 0, NULL,
                           "planes, frames or size are not those of the manifest");
        reel_finder_tell(finder, record->clip_id, r->camera, NULL, -1, &e);
        reel_labels_close(&s.store);
        return REEL_OK;
    }
    reel_status status = check_frames(&s, record->labels, counts, err);
    reel_labels_close(&s.store);
    return status;
}

/* Frames, time stamps and size of a stream's video. */
static void check_video(const reel_dataset *dataset, const reel_record *record, int stream,
                        reel_finder *finder)
{
    const reel_record_stream *r = &record->streams[stream];
    const reel_scene *scene = record->scene;
    char path[REEL_PATH_MAX];
    reel_error e = {0};
    if (!r->video) {
        return;
    }
    reel_dataset_stream_path(dataset, record, r->video, path, sizeof path);
    if (reel_mp4_check(path, scene->width, scene->height, scene->fps, scene->frames, &e)) {
        reel_finder_tell(finder, record->clip_id, r->camera, "rgb", -1, &e);
    }
}

reel_status reel_verify_clip(const reel_dataset *dataset, int index, bool regenerate,
                             reel_finder *finder, reel_verify_counts *counts, reel_error *err)
{
    reel_record *record = NULL;
    reel_error e = {0};
    const char *dir = dataset->record_dirs[index];
    reel_status status = reel_record_open(dir, &record, &e);
    status = status ? status : reel_record_load_data(record, &e);
    if (status) {
        const char *slash = strrchr(dir, '/');
        reel_finder_tell(finder, slash ? slash + 1 : dir, NULL, NULL, -1, &e);
        reel_record_close(&record);
        return REEL_OK;
    }
    status = check_data(record, finder, err);
    if (!status) {
        physics_ctx ctx = {record, finder};
        const reel_physics_finder physics = {&ctx, tell_physics};
        status = reel_verify_physics(record->scene, record->take, &physics, err);
    }
    for (int i = 0; !status && i < record->n_streams; i++) {
        check_video(dataset, record, i, finder);
        status = check_stream(dataset, record, i, finder, counts, err);
    }
    if (!status && regenerate) {
        status = reel_verify_regenerate(dataset, record, finder, counts, err);
    }
    reel_record_close(&record);
    return status;
}
