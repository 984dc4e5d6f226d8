/* verify_clip.c - one clip of a dataset: digests, planes, labels (see verify.h) */
#include "app/verify.h"
#include "base/fs.h"
#include "base/scene_json.h"
#include "export/zarr.h"
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

/* A stream while its frames are checked. */
typedef struct stream_check {
    const reel_record *record;
    int stream;
    char path[REEL_PATH_MAX];
    reel_finder *finder;
    reel_zarr *zarr;
    reel_frame frame;
    bool told_read[REEL_PLANE_COUNT];
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

/* Read one plane and compare its digest; false if it cannot be used. */
static bool read_plane(stream_check *s, reel_plane plane, int k)
{
    const reel_record_stream *stream = &s->record->streams[s->stream];
    reel_error e = {0};
    reel_frame one = s->frame; /* the same memory, this plane alone */
    one.planes = REEL_PLANE_BIT(plane);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        one.plane[p] = p == (int)plane ? s->frame.plane[p] : NULL;
    }
    if (reel_zarr_read(s->zarr, k, &one, &e)) {
        snprintf(e.file, sizeof e.file, "%.255s", s->path);
        tell_plane(s, plane, k, &e);
        return false;
    }
    if (!(stream->digested & REEL_PLANE_BIT(plane))) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, s->path, 0, NULL, "no digest in the manifest");
        tell_plane(s, plane, k, &e);
        return true;
    }
    reel_xxh128 digest = reel_frame_digest(&one, plane);
    if (memcmp(&digest, &stream->digest[plane][k], sizeof digest) != 0) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, s->path, 0, NULL,
                           "the values are not those of the manifest's digest");
        tell_plane(s, plane, k, &e);
    }
    return true;
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

static reel_status check_frames(stream_check *s, reel_verify_counts *counts, reel_error *err)
{
    const reel_scene *scene = s->record->scene;
    const reel_planes planes = reel_zarr_planes(s->zarr);
    reel_status status = reel_frame_init(&s->frame, scene->width, scene->height, planes,
                                         reel_scene_n_instances(scene), err);
    for (int k = 0; !status && k < scene->frames; k++) {
        reel_label_faults faults;
        bool readable = true;
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            if (planes & REEL_PLANE_BIT(p)) {
                readable &= read_plane(s, (reel_plane)p, k);
            }
        }
        if (readable) {
            status = reel_verify_labels(s->record, s->stream, k, &s->frame, &faults, err);
            keep_faults(s, &faults, k);
            counts->frames++;
            counts->pixels += (int64_t)scene->width * scene->height;
        }
    }
    tell_faults(s);
    reel_frame_finish(&s->frame);
    return status;
}

static reel_status check_stream(const reel_dataset *dataset, const reel_record *record, int stream,
                                reel_finder *finder, reel_verify_counts *counts, reel_error *err)
{
    const reel_record_stream *r = &record->streams[stream];
    static stream_check s;
    reel_error e = {0};
    if (!r->planes) {
        return REEL_OK;
    }
    memset(&s, 0, sizeof s);
    s.record = record;
    s.stream = stream;
    s.finder = finder;
    reel_dataset_stream_path(dataset, record, r->planes, s.path, sizeof s.path);
    if (reel_zarr_open(s.path, &s.zarr, &e)) {
        reel_finder_tell(finder, record->clip_id, r->camera, NULL, -1, &e);
        return REEL_OK;
    }
    if (reel_zarr_planes(s.zarr) != record->labels ||
        reel_zarr_frames(s.zarr) != record->scene->frames ||
        reel_zarr_width(s.zarr) != record->scene->width ||
        reel_zarr_height(s.zarr) != record->scene->height) {
        (void)reel_fail_at(&e, REEL_E_CONFLICT, s.path, 0, NULL,
                           "planes, frames or size are not those of the manifest");
        reel_finder_tell(finder, record->clip_id, r->camera, NULL, -1, &e);
        reel_zarr_close(&s.zarr);
        return REEL_OK;
    }
    reel_status status = check_frames(&s, counts, err);
    reel_zarr_close(&s.zarr);
    return status;
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
    for (int i = 0; !status && i < record->n_streams; i++) {
        status = check_stream(dataset, record, i, finder, counts, err);
    }
    if (!status && regenerate) {
        status = reel_verify_regenerate(dataset, record, finder, counts, err);
    }
    reel_record_close(&record);
    return status;
}
