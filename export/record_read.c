#include "base/fs.h"
#include "base/scene.h"
#include "export/record_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A walk through a manifest: the first thing that is wrong is kept, the rest is skipped. */
typedef struct reader {
    reel_record *record;
    const char *path;
    reel_error *err;
    reel_status status;
} reader;

static void wrong(reader *r, const char *field, const char *what)
{
    if (r->status == REEL_OK) {
        r->status = reel_fail_at(r->err, REEL_E_CONFLICT, r->path, 0, field, "%s", what);
    }
}

static void no_memory(reader *r)
{
    if (r->status == REEL_OK) {
        r->status = reel_fail_at(r->err, REEL_E_NOMEM, r->path, 0, NULL, "out of memory");
    }
}

/* Strings are borrowed: the record keeps the manifest. */
static const char *get_text(reader *r, const reel_json *o, const char *key)
{
    const reel_json *v = reel_json_get(o, key);
    const char *text = v ? reel_json_to_string(v) : NULL;
    if (!text) {
        wrong(r, key, "is not there, or no string");
        return "";
    }
    return text;
}

static int64_t get_int(reader *r, const reel_json *o, const char *key, int64_t lo, int64_t hi)
{
    const reel_json *v = reel_json_get(o, key);
    int64_t n = lo;
    if (!v || !reel_json_to_int(v, &n) || n < lo || n > hi) {
        wrong(r, key, "is not there, no integer, or out of range");
        return lo;
    }
    return n;
}

static bool get_bool(reader *r, const reel_json *o, const char *key)
{
    const reel_json *v = reel_json_get(o, key);
    bool yes = false;
    if (!v || !reel_json_to_bool(v, &yes)) {
        wrong(r, key, "is not there, or neither true nor false");
    }
    return yes;
}

static uint64_t get_u64(reader *r, const reel_json *o, const char *key)
{
    const char *text = get_text(r, o, key);
    uint64_t v = 0;
    bool ok = text[0] != '\0';
    for (const char *p = text; ok && *p; p++) {
        ok = *p >= '0' && *p <= '9' && !__builtin_mul_overflow(v, 10u, &v) &&
             !__builtin_add_overflow(v, (uint64_t)(*p - '0'), &v);
    }
    if (!ok) {
        wrong(r, key, "is no decimal number below 2^64");
    }
    return v;
}

static bool is_base_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/') &&
           strlen(name) < REEL_RECORD_ID_MAX + 64;
}

static bool is_id(const char *id)
{
    return id[0] != '\0' && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id) &&
           strlen(id) < REEL_RECORD_ID_MAX + 64;
}

static const char *get_id(reader *r, const reel_json *o, const char *key)
{
    const char *id = get_text(r, o, key);
    if (!is_id(id)) {
        wrong(r, key, "is no identifier of lower-case letters, digits and _");
    }
    return id;
}

static const char *get_file_name(reader *r, const reel_json *o, const char *key)
{
    const char *name = get_text(r, o, key);
    if (!is_base_name(name)) {
        wrong(r, key, "is no base name of a file");
    }
    return name;
}

/* NULL for JSON's null. */
static const char *get_optional_file(reader *r, const reel_json *o, const char *key)
{
    const reel_json *v = reel_json_get(o, key);
    return v && reel_json_type_of(v) == REEL_JSON_NULL ? NULL : get_file_name(r, o, key);
}

static const reel_json *get_typed(reader *r, const reel_json *o, const char *key,
                                  reel_json_type type)
{
    const reel_json *v = reel_json_get(o, key);
    if (!v || reel_json_type_of(v) != type) {
        wrong(r, key,
              type == REEL_JSON_OBJECT ? "is not there, or no object"
                                       : "is not there, or no array");
        return NULL;
    }
    return v;
}

const char *reel_store_name(reel_store store)
{
    static const char *const names[] = {
        [REEL_STORE_PLANES] = "planes", [REEL_STORE_STATES] = "states", [REEL_STORE_FFV1] = "ffv1"};
    return names[store];
}

bool reel_store_find(const char *name, reel_store *out)
{
    for (int s = REEL_STORE_PLANES; s <= REEL_STORE_FFV1; s++) {
        if (strcmp(name, reel_store_name((reel_store)s)) == 0) {
            *out = (reel_store)s;
            return true;
        }
    }
    return false;
}

/* ---- parts ---------------------------------------------------------------------------------- */

static void read_identity(reader *r)
{
    reel_record *record = r->record;
    const reel_json *m = record->manifest;
    if (strcmp(get_text(r, m, "format"), REEL_RECORD_FORMAT) != 0) {
        wrong(r, "format", "this is no manifest of a clip record");
    }
    const reel_json *version = reel_json_get(m, "format_version");
    int64_t n = 0;
    if (!version || !reel_json_to_int(version, &n) || n != REEL_RECORD_FORMAT_VERSION) {
        wrong(r, "format_version", "a record of another version than this program reads");
    }
    const reel_json *generator = get_typed(r, m, "generator", REEL_JSON_OBJECT);
    record->version = generator ? get_text(r, generator, "version") : "";
    record->clip_id = get_id(r, m, "clip_id");
    record->split = get_id(r, m, "split");
    record->family = get_id(r, m, "family");
    record->quality = get_text(r, m, "quality");
    record->base_seed = get_u64(r, m, "base_seed");
    record->index = get_u64(r, m, "index");
    if (record->index > INT64_MAX) {
        wrong(r, "index", "is beyond 2^63, which tables cannot hold");
    }
    record->seed = get_u64(r, m, "seed");
    record->attempt = (uint32_t)get_int(r, m, "attempt", 0, UINT32_MAX);
    record->scene_sha256 = get_text(r, m, "scene_sha256");
    record->take_xxh128 = get_text(r, m, "take_xxh128");
}

static void read_labels(reader *r)
{
    const reel_json *labels = get_typed(r, r->record->manifest, "labels", REEL_JSON_ARRAY);
    for (size_t i = 0; labels && i < reel_json_count(labels); i++) {
        const char *name = reel_json_to_string(reel_json_at(labels, i));
        reel_plane plane = REEL_PLANE_RGB;
        if (!name || !reel_plane_find(name, &plane) || plane == REEL_PLANE_RGB) {
            wrong(r, "labels", "names no label plane");
            return;
        }
        r->record->labels |= REEL_PLANE_BIT(plane);
    }
}

/* Records from before there were control videos have no list of them. */
static void read_controls(reader *r)
{
    const reel_json *kinds = reel_json_get(r->record->manifest, "controls");
    for (size_t i = 0; kinds && i < reel_json_count(kinds); i++) {
        const char *name = reel_json_to_string(reel_json_at(kinds, i));
        reel_control kind = REEL_CONTROL_DEPTH;
        if (!name || !reel_control_find(name, &kind)) {
            wrong(r, "controls", "names no kind of control video");
            return;
        }
        r->record->controls |= REEL_CONTROL_BIT(kind);
    }
    reel_json_to_bool(reel_json_get(r->record->manifest, "first_frames"), &r->record->first_frames);
}

static void read_options(reader *r)
{
    reel_record *record = r->record;
    const reel_json *m = record->manifest;
    const char *store = get_text(r, m, "store");
    const reel_json *scale = reel_json_get(m, "depth_scale");
    const reel_json *video = get_typed(r, m, "video", REEL_JSON_OBJECT);
    if (!reel_store_find(store, &record->store)) {
        wrong(r, "store", "is none of planes, states, ffv1");
    }
    if (!scale || !reel_json_to_real(scale, &record->depth_scale) || !(record->depth_scale > 0)) {
        wrong(r, "depth_scale", "is not there, or not above 0");
    }
    record->colour = get_bool(r, m, "colour");
    record->amodal = get_bool(r, m, "amodal");
    record->masks = get_bool(r, m, "masks");
    record->samples = (int)get_int(r, m, "samples", 0, 65536);
    record->tracks_each = (int)get_int(r, m, "tracks", 0, REEL_MAX_TRACKS);
    if (video) {
        record->video.crf = (int)get_int(r, video, "crf", 0, 51);
        record->video.preset = get_text(r, video, "preset");
        record->video.keyint = (int)get_int(r, video, "keyint", 1, REEL_MAX_FRAMES);
    }
    read_labels(r);
    read_controls(r);
}

static bool is_role(const char *role)
{
    static const char *const roles[] = {"scene",  "take",    "views", "video",
                                        "planes", "control", "first", "captions"};
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strcmp(role, roles[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void read_files(reader *r)
{
    reel_record *record = r->record;
    const reel_json *files = get_typed(r, record->manifest, "files", REEL_JSON_ARRAY);
    const size_t n = files ? reel_json_count(files) : 0;
    record->files = REEL_ARENA_NEW(&record->arena, reel_record_file, n);
    if (!record->files) {
        no_memory(r);
        return;
    }
    for (size_t i = 0; r->status == REEL_OK && i < n; i++) {
        const reel_json *f = reel_json_at(files, i);
        reel_record_file *file = &record->files[i];
        file->role = get_text(r, f, "role");
        file->name = get_file_name(r, f, "name");
        file->bytes = (uint64_t)get_int(r, f, "bytes", 0, INT64_MAX);
        const char *hex = get_text(r, f, "sha256");
        if (!is_role(file->role)) {
            wrong(r, "role", "is none that a record has");
        } else if (strlen(hex) != REEL_SHA256_HEX - 1) {
            wrong(r, "sha256", "is no SHA-256");
        } else {
            memcpy(file->sha256, hex, REEL_SHA256_HEX);
        }
    }
    record->n_files = (int)n;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_digest(const char *hex, reel_xxh128 *out)
{
    if (!hex || strlen(hex) != REEL_XXH128_HEX - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof(out->bytes); i++) {
        const int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);
        if (hi < 0 || lo < 0) {
            return false;
        }
        out->bytes[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

static void read_digests(reader *r, const reel_json *lists, int frames, reel_record_stream *stream)
{
    for (size_t i = 0; r->status == REEL_OK && i < reel_json_count(lists); i++) {
        reel_json *list = NULL;
        const char *name = reel_json_key_at(lists, i, &list);
        reel_plane plane = REEL_PLANE_RGB;
        if (!reel_plane_find(name, &plane) || reel_json_type_of(list) != REEL_JSON_ARRAY ||
            reel_json_count(list) != (size_t)frames) {
            wrong(r, "xxh128", "is not one list of a digest per frame for each plane");
            return;
        }
        reel_xxh128 *digest = REEL_ARENA_NEW(&r->record->arena, reel_xxh128, frames);
        if (!digest) {
            no_memory(r);
            return;
        }
        for (int f = 0; f < frames; f++) {
            if (!parse_digest(reel_json_to_string(reel_json_at(list, (size_t)f)), &digest[f])) {
                wrong(r, "xxh128", "holds something that is no XXH128");
                return;
            }
        }
        stream->digest[plane] = digest;
        stream->digested |= REEL_PLANE_BIT(plane);
    }
}

static void read_stream_controls(reader *r, const reel_json *s, reel_record_stream *stream)
{
    const reel_record *record = r->record;
    const reel_json *names =
        record->controls ? get_typed(r, s, "controls", REEL_JSON_OBJECT) : NULL;
    for (int k = 0; names && k < REEL_CONTROL_COUNT; k++) {
        if (record->controls & REEL_CONTROL_BIT(k)) {
            stream->control[k] = get_file_name(r, names, reel_control_name((reel_control)k));
        }
    }
    if (record->first_frames) {
        stream->first = get_file_name(r, s, "first_frame");
    }
    if (stream->control[REEL_CONTROL_DEPTH] &&
        (!reel_json_to_real(reel_json_get(s, "control_near"), &stream->near) ||
         !reel_json_to_real(reel_json_get(s, "control_far"), &stream->far))) {
        wrong(r, "control_near", "is not there, or no number");
    }
}

static void read_streams(reader *r)
{
    reel_record *record = r->record;
    const reel_json *counts = get_typed(r, record->manifest, "counts", REEL_JSON_OBJECT);
    const reel_json *streams = get_typed(r, record->manifest, "streams", REEL_JSON_ARRAY);
    const size_t n = streams ? reel_json_count(streams) : 0;
    if (n < 1 || n > REEL_MAX_CAMERAS || !counts) {
        wrong(r, "streams", "has no stream, or too many");
        return;
    }
    const int frames = (int)get_int(r, counts, "frames", 1, REEL_MAX_FRAMES);
    record->streams = REEL_ARENA_NEW(&record->arena, reel_record_stream, n);
    if (!record->streams) {
        no_memory(r);
        return;
    }
    for (size_t i = 0; r->status == REEL_OK && i < n; i++) {
        const reel_json *s = reel_json_at(streams, i);
        reel_record_stream *stream = &record->streams[i];
        stream->id = get_id(r, s, "id");
        stream->camera = get_id(r, s, "camera");
        stream->camera_index = (int)get_int(r, s, "camera_index", 0, REEL_MAX_CAMERAS - 1);
        stream->video = get_optional_file(r, s, "video");
        stream->planes = get_optional_file(r, s, "planes");
        const reel_json *digests = get_typed(r, s, "xxh128", REEL_JSON_OBJECT);
        if (digests) {
            read_digests(r, digests, frames, stream);
        }
        read_stream_controls(r, s, stream);
    }
    record->n_streams = (int)n;
}

/* ---- open, close ---------------------------------------------------------------------------- */

static reel_status read_manifest(const char *path, reel_json **out, reel_error *err)
{
    reel_error why = {0};
    const reel_status status = reel_json_read_file(path, out, &why);
    if (status == REEL_OK) {
        return REEL_OK;
    }
    return reel_fail_at(err, status == REEL_E_SCENE ? REEL_E_CONFLICT : status, path, why.line,
                        NULL, "%s", why.msg);
}

reel_status reel_record_open(const char *dir, reel_record **out, reel_error *err)
{
    char path[REEL_PATH_MAX + 16];
    if (strlen(dir) >= REEL_PATH_MAX - 300) {
        return reel_fail_at(err, REEL_E_IO, dir, 0, NULL, "cannot open: %s",
                            strerror(ENAMETOOLONG));
    }
    reel_fs_join(path, sizeof(path), dir, "manifest.json");
    reel_record *record = reel_calloc(1, sizeof(*record));
    if (!record) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    memcpy(record->dir, dir, strlen(dir) + 1);
    reader r = {.record = record, .path = path, .err = err};
    r.status = read_manifest(path, &record->manifest, err);
    if (r.status == REEL_OK) {
        read_identity(&r);
        read_options(&r);
        read_files(&r);
        read_streams(&r);
    }
    if (r.status != REEL_OK) {
        reel_record_close(&record);
        return r.status;
    }
    *out = record;
    return REEL_OK;
}

void reel_record_close(reel_record **record)
{
    if (*record) {
        reel_scene_destroy(&(*record)->scene);
        reel_take_destroy(&(*record)->take);
        reel_json_destroy(&(*record)->captions);
        reel_json_destroy(&(*record)->manifest);
        reel_arena_finish(&(*record)->arena);
        reel_free(*record);
        *record = NULL;
    }
}
