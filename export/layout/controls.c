/* controls.c - see controls.h */
#include "export/layout/controls.h"
#include "base/hash.h"
#include "export/picture_png.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static void file_path(const char *dir, const char *stream, const char *rest, char *out, size_t size)
{
    char name[REEL_PATH_MAX];
    snprintf(name, sizeof(name), "%s%s", stream, rest);
    reel_fs_join(out, size, dir, name);
}

static void control_rest(reel_control kind, char out[32])
{
    snprintf(out, 32, ".control_%s.mp4", reel_control_name(kind));
}

/* ---- drawing ----------------------------------------------------------------------------------
 */

static reel_status open_sinks(const reel_layout_clip *clip, int stream, reel_controls kinds,
                              const char *dir, reel_sink *sinks[REEL_CONTROL_COUNT],
                              reel_error *err)
{
    const reel_record *record = clip->record;
    const reel_scene *scene = record->scene;
    const reel_record_stream *s = &record->streams[stream];
    const reel_stream_desc desc =
        reel_stream_of_scene(scene, s->id, s->camera, record->depth_scale);
    const reel_control_view view = {scene, record->take, s->camera_index};
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        char path[REEL_PATH_MAX], rest[32];
        if (kinds & REEL_CONTROL_BIT(k)) {
            control_rest((reel_control)k, rest);
            file_path(dir, s->id, rest, path, sizeof(path));
            status = reel_control_sink_open(path, (reel_control)k, &desc, &view, &record->video,
                                            &sinks[k], err);
        }
    }
    return status;
}

static reel_status draw_frames(const reel_layout_clip *clip, int stream, reel_controls kinds,
                               bool first, const char *dir, reel_sink *sinks[REEL_CONTROL_COUNT],
                               reel_error *err)
{
    const reel_record *record = clip->record;
    reel_status status = REEL_OK;
    for (int f = 0; !status && f < (kinds ? record->scene->frames : 1); f++) {
        const bool png = first && f == 0;
        const reel_planes planes =
            reel_control_planes(kinds) | (png ? REEL_PLANE_BIT(REEL_PLANE_RGB) : 0);
        const reel_frame *frame = NULL;
        /* a picture of forces needs no plane, but a frame has at least one */
        status = clip->drawer->draw(clip->drawer->ctx, record, stream, f,
                                    planes ? planes : REEL_PLANE_BIT(REEL_PLANE_INSTANCE), NULL,
                                    &frame, err);
        if (!status && png) {
            char path[REEL_PATH_MAX];
            file_path(dir, record->streams[stream].id, ".first.png", path, sizeof(path));
            status = reel_png_write(path, frame->plane[REEL_PLANE_RGB], frame->width, frame->height,
                                    err);
        }
        for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
            status = sinks[k] ? reel_sink_write(sinks[k], frame, err) : REEL_OK;
        }
    }
    return status;
}

reel_status reel_controls_draw(const reel_layout_clip *clip, int stream, reel_controls kinds,
                               bool first, const char *dir, reel_drawn_controls *out,
                               reel_error *err)
{
    reel_sink *sinks[REEL_CONTROL_COUNT] = {NULL};
    reel_drawn_controls drawn = {0};
    reel_status status = open_sinks(clip, stream, kinds, dir, sinks, err);
    if (!status && (kinds || first)) {
        status = draw_frames(clip, stream, kinds, first, dir, sinks, err);
    }
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        status = sinks[k] ? reel_sink_close(sinks[k], err) : REEL_OK;
        if (!status && sinks[k] && k == REEL_CONTROL_DEPTH) {
            reel_control_depth_range(sinks[k], &drawn.near, &drawn.far);
        }
    }
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        reel_sink_destroy(&sinks[k]);
    }
    if (!status && out) {
        *out = drawn;
    }
    return status;
}

/* ---- a record with more ------------------------------------------------------------------------
 */

/* What the new manifest is made of. */
typedef struct adding {
    const reel_layout_clip *clip;
    const char *dir;
    reel_controls kinds; /* all that it will have */
    bool first;
    reel_drawn_controls drawn[REEL_MAX_CAMERAS];
    reel_json *files;
} adding;

static reel_status link_file(const adding *a, const char *name, reel_error *err)
{
    char from[REEL_PATH_MAX], to[REEL_PATH_MAX];
    reel_layout_clip_path(a->clip, name, from);
    reel_fs_join(to, sizeof(to), a->dir, name);
    return reel_fs_copy(from, to, err);
}

static reel_status put_file(adding *a, const char *role, const char *name, uint64_t bytes,
                            const char *sha256, reel_error *err)
{
    reel_json *f = reel_json_object();
    bool ok = f && reel_json_put(f, "role", reel_json_string(role)) &&
              reel_json_put(f, "name", reel_json_string(name)) &&
              reel_json_put(f, "bytes", reel_json_int((int64_t)bytes)) &&
              reel_json_put(f, "sha256", reel_json_string(sha256));
    if (!ok) {
        reel_json_destroy(&f);
        return no_memory(err);
    }
    return reel_json_push(a->files, f) ? REEL_OK : no_memory(err);
}

static reel_status put_drawn(adding *a, const char *role, const char *stream, const char *rest,
                             reel_error *err)
{
    char path[REEL_PATH_MAX], hex[REEL_SHA256_HEX];
    reel_sha256 digest;
    uint64_t bytes;
    file_path(a->dir, stream, rest, path, sizeof(path));
    reel_status status = reel_sha256_file(path, &digest, &bytes, err);
    if (!status) {
        status = reel_fs_sync(path, err);
    }
    if (!status) {
        reel_sha256_hex(digest, hex);
        status = put_file(a, role, strrchr(path, '/') + 1, bytes, hex, err);
    }
    return status;
}

/* The files in the order that a writer gives them: scene, take and views, then each stream's
 * colour, planes, control videos and first frame, then the captions. */
static reel_status put_known(adding *a, const char *role, const char *name, reel_error *err)
{
    const reel_record *record = a->clip->record;
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < record->n_files; i++) {
        const reel_record_file *f = &record->files[i];
        if (name ? strcmp(f->name, name) == 0 : strcmp(f->role, role) == 0) {
            status = put_file(a, f->role, f->name, f->bytes, f->sha256, err);
        }
    }
    return status;
}

static reel_status put_stream_files(adding *a, const reel_record_stream *s, reel_error *err)
{
    reel_status status = s->video ? put_known(a, "", s->video, err) : REEL_OK;
    if (!status && s->planes) {
        status = put_known(a, "", s->planes, err);
    }
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        char rest[32];
        control_rest((reel_control)k, rest);
        if (s->control[k]) {
            status = put_known(a, "", s->control[k], err);
        } else if (a->kinds & REEL_CONTROL_BIT(k)) {
            status = put_drawn(a, "control", s->id, rest, err);
        }
    }
    if (!status && s->first) {
        status = put_known(a, "", s->first, err);
    } else if (!status && a->first) {
        status = put_drawn(a, "first", s->id, ".first.png", err);
    }
    return status;
}

static reel_status put_files(adding *a, reel_error *err)
{
    static const char *const before[] = {"scene", "take", "views"};
    const reel_record *record = a->clip->record;
    reel_status status = a->files ? REEL_OK : no_memory(err);
    for (int i = 0; !status && i < 3; i++) {
        status = put_known(a, before[i], NULL, err);
    }
    for (int i = 0; !status && i < record->n_streams; i++) {
        status = put_stream_files(a, &record->streams[i], err);
    }
    return status ? status : put_known(a, "captions", NULL, err);
}

static bool put_stream(const adding *a, int i, reel_json *stream)
{
    const reel_record_stream *s = &a->clip->record->streams[i];
    char name[REEL_PATH_MAX], rest[32];
    reel_json *names = reel_json_object();
    bool ok = names != NULL;
    for (int k = 0; ok && k < REEL_CONTROL_COUNT; k++) {
        if (a->kinds & REEL_CONTROL_BIT(k)) {
            control_rest((reel_control)k, rest);
            snprintf(name, sizeof(name), "%s%s", s->id, rest);
            ok = reel_json_put(names, reel_control_name((reel_control)k), reel_json_string(name));
        }
    }
    if (!ok) {
        reel_json_destroy(&names);
        return false;
    }
    snprintf(name, sizeof(name), "%s.first.png", s->id);
    ok = reel_json_put(stream, "controls", names) &&
         reel_json_put(stream, "first_frame", a->first ? reel_json_string(name) : reel_json_null());
    if (ok && (a->kinds & REEL_CONTROL_BIT(REEL_CONTROL_DEPTH))) {
        const bool had = s->control[REEL_CONTROL_DEPTH] != NULL;
        ok = reel_json_put(stream, "control_near",
                           reel_json_real(had ? s->near : a->drawn[i].near)) &&
             reel_json_put(stream, "control_far", reel_json_real(had ? s->far : a->drawn[i].far));
    }
    return ok;
}

/* The record's manifest with what is new; NULL: out of memory. */
static char *manifest_text(adding *a, size_t *size)
{
    reel_json *m = reel_json_copy(a->clip->record->manifest), *kinds = reel_json_array();
    bool ok = m && kinds;
    for (int k = 0; ok && k < REEL_CONTROL_COUNT; k++) {
        if (a->kinds & REEL_CONTROL_BIT(k)) {
            ok = reel_json_push(kinds, reel_json_string(reel_control_name((reel_control)k)));
        }
    }
    if (!ok) {
        reel_json_destroy(&kinds);
    }
    ok = ok && reel_json_put(m, "controls", kinds);
    ok = ok && reel_json_put(m, "first_frames", reel_json_bool(a->first));
    ok = ok && reel_json_put(m, "files", reel_json_copy(a->files));
    for (int i = 0; ok && i < a->clip->record->n_streams; i++) {
        ok = put_stream(a, i, reel_json_at(reel_json_get(m, "streams"), (size_t)i));
    }
    char *text = ok ? reel_json_canonical(m, size) : NULL;
    reel_json_destroy(&m);
    return text;
}

static reel_status write_manifest(adding *a, reel_error *err)
{
    char path[REEL_PATH_MAX];
    size_t size = 0;
    char *text = manifest_text(a, &size);
    reel_fs_join(path, sizeof(path), a->dir, "manifest.json");
    const reel_status status = text ? reel_fs_publish(path, text, size, err) : no_memory(err);
    reel_free(text);
    return status;
}

reel_status reel_controls_add(const reel_layout_clip *clip, reel_controls kinds, bool first,
                              const char *dir, reel_error *err)
{
    const reel_record *record = clip->record;
    const bool more = first && !record->first_frames;
    const reel_controls missing = kinds & ~record->controls;
    adding a = {.clip = clip,
                .dir = dir,
                .kinds = record->controls | kinds,
                .first = record->first_frames || first,
                .files = reel_json_array()};
    reel_status status = reel_fs_make_dirs(dir, err);
    if (!status && !record->colour && (missing || more)) {
        status = reel_fail_at(err, REEL_E_USAGE, record->dir, 0, NULL,
                              "a clip without colour gets no control videos and no first frame");
    }
    for (int i = 0; !status && i < record->n_files; i++) {
        status = link_file(&a, record->files[i].name, err);
    }
    for (int i = 0; !status && (missing || more) && i < record->n_streams; i++) {
        status = reel_controls_draw(clip, i, missing, more, dir, &a.drawn[i], err);
    }
    status = status ? status : put_files(&a, err);
    status = status ? status : write_manifest(&a, err);
    reel_json_destroy(&a.files);
    return status;
}
