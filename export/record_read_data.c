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

/* The views of a record while they are read. */
typedef struct views {
    reel_record *record;
    reel_npz *npz;
    const char *path;
    reel_error *err;
} views;

enum { ANY = -1 };

/* Array `name` of the wanted type and shape (ANY: of any length, told in *n), in the record's
 * arena. `stream` -1: of the tracks. NULL, and *status set: it is not there. */
static void *load_array(const views *v, int stream, const char *name, const char *dtype, int n_dims,
                        const int64_t shape[3], int64_t *n, reel_status *status)
{
    reel_npz_array got;
    char path[64];
    void *out = NULL;
    if (*status) {
        return NULL;
    }
    if (stream < 0) {
        snprintf(path, sizeof path, "tracks/%s", name);
    } else {
        snprintf(path, sizeof path, "%d/%s", stream, name);
    }
    *status = reel_npz_read(v->npz, path, &got, v->err);
    if (*status) {
        return NULL;
    }
    bool same = strcmp(got.dtype, dtype) == 0 && got.n_dims == n_dims;
    for (int d = 0; same && d < n_dims; d++) {
        same = got.shape[d] == shape[d] || shape[d] == ANY;
    }
    if (!same) {
        *status =
            reel_fail_at(v->err, REEL_E_CONFLICT, v->path, 0, path, "has another type or shape");
    } else {
        out = reel_arena_copy(&v->record->arena, got.data, got.bytes, 1);
        *status =
            out ? REEL_OK : reel_fail_at(v->err, REEL_E_NOMEM, v->path, 0, path, "out of memory");
        if (n) {
            *n = got.shape[0];
        }
    }
    reel_free_aligned(got.data);
    return out;
}

/* Masks end where the next begin, within the text. */
static reel_status load_masks(const views *v, int i, int kind)
{
    static const char *const names[REEL_MASK_KINDS][2] = {{"visible_masks", "visible_mask_ends"},
                                                          {"amodal_masks", "amodal_mask_ends"}};
    reel_record *r = v->record;
    const int64_t frames = r->scene->frames, n = reel_scene_n_instances(r->scene);
    const int64_t any[3] = {ANY}, all[3] = {frames, n};
    int64_t size = 0, before = 0;
    reel_status status = REEL_OK;
    r->mask_text[kind][i] = load_array(v, i, names[kind][0], "|u1", 1, any, &size, &status);
    r->mask_ends[kind][i] = load_array(v, i, names[kind][1], "<i8", 2, all, NULL, &status);
    for (int64_t k = 0; !status && k < frames * n; k++) {
        const int64_t end = r->mask_ends[kind][i][k];
        if (end < before || end > size || (k + 1 == frames * n && end != size)) {
            return reel_fail_at(v->err, REEL_E_CONFLICT, v->path, 0, names[kind][1],
                                "does not divide the masks");
        }
        before = end;
    }
    for (int64_t k = 0; !status && k < size; k++) {
        if (r->mask_text[kind][i][k] < '0' || r->mask_text[kind][i][k] > 'o') {
            return reel_fail_at(v->err, REEL_E_CONFLICT, v->path, 0, names[kind][0],
                                "has a character that no mask has");
        }
    }
    return status;
}

static reel_status load_camera_views(const views *v, int i)
{
    reel_record *r = v->record;
    const int64_t frames = r->scene->frames, n = reel_scene_n_instances(r->scene);
    const int64_t k[3] = {frames, 3, 3}, m[3] = {frames, 4, 4}, boxes[3] = {frames, n, 4};
    const int64_t states[3] = {frames, r->n_tracks};
    reel_status status = REEL_OK;
    r->k[i] = load_array(v, i, "k", "<f8", 3, k, NULL, &status);
    r->cam_from_world[i] = load_array(v, i, "cam_from_world", "<f8", 3, m, NULL, &status);
    r->boxes[i] = load_array(v, i, "boxes", "<i4", 3, boxes, NULL, &status);
    r->visible_pixels[i] = load_array(v, i, "visible_pixels", "<i4", 2, boxes, NULL, &status);
    if (r->amodal) {
        r->amodal_boxes[i] = load_array(v, i, "amodal_boxes", "<i4", 3, boxes, NULL, &status);
        r->amodal_pixels[i] = load_array(v, i, "amodal_pixels", "<i4", 2, boxes, NULL, &status);
        r->extents[i] = load_array(v, i, "extents", "<f8", 3, boxes, NULL, &status);
    }
    for (int kind = 0; !status && r->masks && kind < REEL_MASK_KINDS; kind++) {
        status = load_masks(v, i, kind);
    }
    if (r->n_tracks > 0) {
        r->track_state[i] = load_array(v, i, "track_state", "|u1", 2, states, NULL, &status);
    }
    for (int64_t t = 0; !status && t < frames * r->n_tracks; t++) {
        if (r->track_state[i][t] > REEL_TRACK_OUTSIDE) {
            return reel_fail_at(v->err, REEL_E_CONFLICT, v->path, 0, "track_state",
                                "has a value that is no state");
        }
    }
    return status;
}

/* The points that are followed. Without any there are no arrays of them. */
static reel_status load_tracks(const views *v)
{
    reel_record *r = v->record;
    const reel_scene *scene = r->scene;
    const int64_t any[3] = {ANY};
    int64_t n = 0;
    reel_status status = REEL_OK;
    bool there = false;
    for (int i = 0; i < reel_npz_count(v->npz); i++) {
        there |= strcmp(reel_npz_name(v->npz, i), "tracks/instance") == 0;
    }
    if (r->tracks_each == 0 || !there) {
        return REEL_OK;
    }
    const int32_t *instance = load_array(v, -1, "instance", "<i4", 1, any, &n, &status);
    const int64_t one[3] = {n}, points[3] = {n, 3};
    const int32_t *body = load_array(v, -1, "body", "<i4", 1, one, NULL, &status);
    const int32_t *geom = load_array(v, -1, "geom", "<i4", 1, one, NULL, &status);
    const double *point = load_array(v, -1, "point", "<f8", 2, points, NULL, &status);
    const double *normal = load_array(v, -1, "normal", "<f8", 2, points, NULL, &status);
    if (status) {
        return status;
    }
    r->tracks = REEL_ARENA_NEW(&r->arena, reel_track, (size_t)n + 1);
    if (!r->tracks || n > REEL_MAX_ALL_TRACKS) {
        return reel_fail_at(v->err, REEL_E_NOMEM, v->path, 0, "tracks", "out of memory");
    }
    for (int64_t i = 0; i < n; i++) {
        reel_track *t = &r->tracks[i];
        *t = (reel_track){.instance = instance[i], .body = body[i], .geom = geom[i]};
        memcpy(t->point, point + 3 * i, sizeof t->point);
        memcpy(t->normal, normal + 3 * i, sizeof t->normal);
        if (t->geom < 0 || t->geom >= scene->n_geoms || t->body != scene->geoms[t->geom].body ||
            t->instance != scene->objects[scene->bodies[t->body].object].instance_id) {
            return reel_fail_at(v->err, REEL_E_CONFLICT, v->path, 0, "tracks",
                                "track %lld is on a geom, body or instance that the scene lacks",
                                (long long)i);
        }
    }
    r->n_tracks = (int)n;
    return REEL_OK;
}

static bool make_lists(reel_record *r)
{
    const size_t n = (size_t)r->n_streams;
    reel_arena *a = &r->arena;
    r->k = REEL_ARENA_NEW(a, double *, n);
    r->cam_from_world = REEL_ARENA_NEW(a, double *, n);
    r->boxes = REEL_ARENA_NEW(a, int32_t *, n);
    r->visible_pixels = REEL_ARENA_NEW(a, int32_t *, n);
    r->amodal_boxes = REEL_ARENA_NEW(a, int32_t *, n);
    r->amodal_pixels = REEL_ARENA_NEW(a, int32_t *, n);
    r->extents = REEL_ARENA_NEW(a, double *, n);
    r->track_state = REEL_ARENA_NEW(a, uint8_t *, n);
    bool ok = r->k && r->cam_from_world && r->boxes && r->visible_pixels && r->amodal_boxes &&
              r->amodal_pixels && r->extents && r->track_state;
    for (int m = 0; m < REEL_MASK_KINDS; m++) {
        r->mask_text[m] = REEL_ARENA_NEW(a, char *, n);
        r->mask_ends[m] = REEL_ARENA_NEW(a, int64_t *, n);
        ok = ok && r->mask_text[m] && r->mask_ends[m];
    }
    return ok;
}

static reel_status load_views(reel_record *record, reel_error *err)
{
    char path[REEL_PATH_MAX];
    views v = {.record = record, .path = path, .err = err};
    reel_fs_join(path, sizeof(path), record->dir, "views.npz");
    if (!make_lists(record)) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    reel_status status = reel_npz_open(path, &v.npz, err);
    if (status == REEL_OK) {
        status = load_tracks(&v);
    }
    for (int i = 0; status == REEL_OK && i < record->n_streams; i++) {
        status = load_camera_views(&v, i);
    }
    reel_npz_close(&v.npz);
    return status;
}

/* Every stream has an object. Records from before there were captions have no such file. */
static reel_status load_captions(reel_record *record, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_error why = {0};
    bool there = false;
    for (int i = 0; i < record->n_files; i++) {
        there |= strcmp(record->files[i].role, "captions") == 0;
    }
    if (!there) {
        return REEL_OK;
    }
    reel_fs_join(path, sizeof(path), record->dir, "captions.json");
    const reel_status status = reel_json_read_file(path, &record->captions, &why);
    if (status != REEL_OK) {
        return as_conflict(path, status, &why, err);
    }
    for (int i = 0; i < record->n_streams; i++) {
        const reel_json *o = reel_json_get(record->captions, record->streams[i].id);
        if (!o || reel_json_type_of(o) != REEL_JSON_OBJECT) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, record->streams[i].id,
                                "is not there, or no object");
        }
    }
    return REEL_OK;
}

/* A text that the stream's captions have under `key`, else `other`; NULL for an empty one. */
static const char *told(const reel_record *record, int i, const char *key, const char *other)
{
    const reel_json *all =
        record->captions ? reel_json_get(record->captions, record->streams[i].id) : NULL;
    const reel_json *v = all ? reel_json_get(all, key) : NULL;
    const char *text = v ? reel_json_to_string(v) : NULL;
    text = text ? text : other;
    return text[0] ? text : NULL;
}

const char *reel_record_caption(const reel_record *record, int i)
{
    return told(record, i, "caption", record->scene->caption);
}

const char *reel_record_prompt(const reel_record *record, int i)
{
    return told(record, i, "prompt", record->scene->caption_prompt);
}

const reel_json *reel_record_caption_json(const reel_record *record, int i)
{
    const reel_json *all =
        record->captions ? reel_json_get(record->captions, record->streams[i].id) : NULL;
    return all ? reel_json_get(all, "caption_json") : NULL;
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
    if (status == REEL_OK) {
        status = load_captions(record, err);
    }
    return status;
}
