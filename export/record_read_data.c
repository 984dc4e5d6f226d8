#include "base/fs.h"
#include "base/scene_json.h"
#include "export/npz.h"
#include "export/record_internal.h"

#include <stdio.h>
#include <string.h>

/* A record's own files that are not as they must be are a conflict, whoever found it. */
static reel_status as_conflict(const char *path, reel_status status, const reel_error *why,
                               reel_error *err)
{
    if (err && err != why) {
        *err = *why;
    }
    return reel_fail_at(err, status == REEL_E_SCENE ? REEL_E_CONFLICT : status, path, why->line,
                        why->field[0] ? why->field : NULL, "%s", why->msg);
}

static reel_status load_scene(reel_record *record, reel_error *err)
{
    char path[REEL_PATH_MAX];
    char *text = NULL;
    size_t size = 0;
    reel_error why = {0};
    reel_fs_join(path, sizeof(path), record->dir, "scene.json");
    reel_status status = reel_fs_read(path, &text, &size, err);
    if (status != REEL_OK) {
        return status;
    }
    status = reel_scene_decode(text, size, path, &record->scene, &why);
    reel_free(text);
    if (status != REEL_OK) {
        return as_conflict(path, status, &why, err);
    }
    for (int i = 0; i < record->n_streams; i++) {
        const reel_record_stream *s = &record->streams[i];
        if (s->camera_index >= record->scene->n_cameras ||
            strcmp(record->scene->cameras[s->camera_index].name, s->camera) != 0) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, "cameras",
                                "has not the camera \"%s\" that the manifest names", s->camera);
        }
    }
    return REEL_OK;
}

static reel_status read_take_arrays(reel_npz *npz, const char *path, reel_take_array *arrays, int n,
                                    reel_error *err)
{
    for (int i = 0; i < n; i++) {
        reel_npz_array a;
        const char *name = reel_npz_name(npz, i);
        const reel_status status = reel_npz_read(npz, name, &a, err);
        if (status != REEL_OK) {
            return status;
        }
        reel_take_array *to = &arrays[i];
        *to = (reel_take_array){.name = name, .n_dims = a.n_dims, .data = a.data, .bytes = a.bytes};
        memcpy(to->dtype, a.dtype, sizeof(to->dtype));
        if (a.n_dims > 3) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, name, "has too many axes");
        }
        memcpy(to->shape, a.shape, sizeof(to->shape));
    }
    return REEL_OK;
}

static reel_status load_take(reel_record *record, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_npz *npz = NULL;
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS] = {{0}};
    reel_error why = {0};
    reel_fs_join(path, sizeof(path), record->dir, "take.npz");
    reel_status status = reel_npz_open(path, &npz, err);
    if (status != REEL_OK) {
        return status;
    }
    const int n = reel_npz_count(npz);
    if (n > REEL_TAKE_MAX_ARRAYS) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "holds more than a take");
    } else {
        status = read_take_arrays(npz, path, arrays, n, err);
    }
    if (status == REEL_OK) {
        status = reel_take_from_arrays(record->scene, arrays, n, &record->take, &why);
        status = status == REEL_OK ? REEL_OK : as_conflict(path, status, &why, err);
    }
    for (int i = 0; i < n && i < REEL_TAKE_MAX_ARRAYS; i++) {
        reel_free_aligned(arrays[i].data);
    }
    reel_npz_close(&npz);
    return status;
}

/* Copy array `name` of the wanted type and shape into the record's arena. */
static reel_status load_array(reel_record *record, reel_npz *npz, const char *path,
                              const char *name, const reel_npz_array *want, void **out,
                              reel_error *err)
{
    reel_npz_array got;
    reel_status status = reel_npz_read(npz, name, &got, err);
    if (status != REEL_OK) {
        return status;
    }
    bool same = strcmp(got.dtype, want->dtype) == 0 && got.n_dims == want->n_dims;
    for (int d = 0; same && d < want->n_dims; d++) {
        same = got.shape[d] == want->shape[d];
    }
    if (!same) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, name, "has another type or shape");
    } else {
        *out = reel_arena_copy(&record->arena, got.data, got.bytes, 1);
        status = *out ? REEL_OK : reel_fail_at(err, REEL_E_NOMEM, path, 0, name, "out of memory");
    }
    reel_free_aligned(got.data);
    return status;
}

static reel_status load_camera_views(reel_record *record, reel_npz *npz, const char *path, int i,
                                     reel_error *err)
{
    const int64_t frames = record->scene->frames, n = reel_scene_n_instances(record->scene);
    void *data[4] = {NULL};
    const struct {
        const char *name;
        reel_npz_array want;
    } views[] = {{"k", {"<f8", 3, {frames, 3, 3}, 0, NULL}},
                 {"cam_from_world", {"<f8", 3, {frames, 4, 4}, 0, NULL}},
                 {"boxes", {"<i4", 3, {frames, n, 4}, 0, NULL}},
                 {"visible_pixels", {"<i4", 2, {frames, n}, 0, NULL}}};
    for (size_t v = 0; v < 4; v++) {
        char name[64];
        snprintf(name, sizeof(name), "%d/%s", i, views[v].name);
        const reel_status status =
            load_array(record, npz, path, name, &views[v].want, &data[v], err);
        if (status != REEL_OK) {
            return status;
        }
    }
    record->k[i] = data[0];
    record->cam_from_world[i] = data[1];
    record->boxes[i] = data[2];
    record->visible_pixels[i] = data[3];
    return REEL_OK;
}

static reel_status load_views(reel_record *record, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_npz *npz = NULL;
    const size_t n = (size_t)record->n_streams;
    reel_fs_join(path, sizeof(path), record->dir, "views.npz");
    record->k = REEL_ARENA_NEW(&record->arena, double *, n);
    record->cam_from_world = REEL_ARENA_NEW(&record->arena, double *, n);
    record->boxes = REEL_ARENA_NEW(&record->arena, int32_t *, n);
    record->visible_pixels = REEL_ARENA_NEW(&record->arena, int32_t *, n);
    if (!record->k || !record->cam_from_world || !record->boxes || !record->visible_pixels) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    reel_status status = reel_npz_open(path, &npz, err);
    for (int i = 0; status == REEL_OK && i < record->n_streams; i++) {
        status = load_camera_views(record, npz, path, i, err);
    }
    reel_npz_close(&npz);
    return status;
}

reel_status reel_record_load_data(reel_record *record, reel_error *err)
{
    assert(!record->scene && !record->take);
    reel_status status = load_scene(record, err);
    if (status == REEL_OK) {
        status = load_take(record, err);
    }
    if (status == REEL_OK) {
        status = load_views(record, err);
    }
    return status;
}
