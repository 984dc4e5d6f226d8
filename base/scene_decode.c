/* scene_decode.c - a scene from JSON, by the table of its fields. */
#include "base/base64.h"
#include "base/scene_walk.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool decode_table(scene_walk *w, const reel_field_table *table, const reel_json *v,
                         void *base);

static bool decode_real(scene_walk *w, const reel_json *v, double *out)
{
    /* the parser refuses what overflows; there is no way to write NaN or infinity */
    return reel_json_to_real(v, out) || walk_fail(w, REEL_E_SCENE, "must be a number");
}

static bool decode_reals(scene_walk *w, const reel_field *f, const reel_json *v, double *out)
{
    char msg[64];
    if (reel_json_type_of(v) != REEL_JSON_ARRAY || reel_json_count(v) != (size_t)f->width) {
        snprintf(msg, sizeof(msg), "must be an array of %d numbers", f->width);
        return walk_fail(w, REEL_E_SCENE, msg);
    }
    bool ok = true;
    for (int i = 0; ok && i < f->width; i++) {
        const size_t mark = walk_enter_item(w, i);
        ok = decode_real(w, reel_json_at(v, (size_t)i), &out[i]);
        walk_leave(w, mark);
    }
    return ok;
}

static bool decode_int(scene_walk *w, const reel_json *v, int64_t min, int64_t max, int64_t *out)
{
    char msg[96];
    if (reel_json_to_int(v, out) && *out >= min && *out <= max) {
        return true;
    }
    snprintf(msg, sizeof(msg), "must be an integer from %" PRId64 " to %" PRId64, min, max);
    return walk_fail(w, REEL_E_SCENE, msg);
}

static bool decode_seed(scene_walk *w, const reel_json *v, uint64_t *out)
{
    const char *s = reel_json_to_string(v);
    char *end;
    char again[32];
    if (s && *s >= '0' && *s <= '9') {
        errno = 0;
        const unsigned long long seed = strtoull(s, &end, 10);
        snprintf(again, sizeof(again), "%llu", seed);
        if (errno == 0 && strcmp(again, s) == 0) {
            *out = seed;
            return true;
        }
    }
    return walk_fail(w, REEL_E_SCENE, "must be a string of digits, below 2^64");
}

static bool decode_text(scene_walk *w, const reel_json *v, const char **out)
{
    const char *s = reel_json_to_string(v);
    if (!s) {
        return walk_fail(w, REEL_E_SCENE, "must be a string");
    }
    *out = reel_arena_strdup(&w->scene->arena, s);
    return *out || walk_no_memory(w);
}

static bool decode_enum(scene_walk *w, const reel_field *f, const reel_json *v, int *out)
{
    const char *s = reel_json_to_string(v);
    char msg[160] = "must be one of:";
    for (int i = 0; f->names[i]; i++) {
        if (s && strcmp(s, f->names[i]) == 0) {
            *out = i;
            return true;
        }
        const size_t used = strlen(msg);
        snprintf(msg + used, sizeof(msg) - used, " %s", f->names[i]);
    }
    return walk_fail(w, REEL_E_SCENE, msg);
}

static bool check_count(scene_walk *w, const reel_field *f, const reel_json *v, reel_json_type type)
{
    char msg[96];
    const size_t n = reel_json_count(v);
    if (reel_json_type_of(v) == type && n >= (size_t)f->min && n <= (size_t)f->max) {
        return true;
    }
    snprintf(msg, sizeof(msg), "must be an %s of %" PRId64 " to %" PRId64 " entries",
             type == REEL_JSON_ARRAY ? "array" : "object", f->min, f->max);
    return walk_fail(w, REEL_E_SCENE, msg);
}

static bool decode_list(scene_walk *w, const reel_field *f, const reel_json *v, void *base)
{
    if (!check_count(w, f, v, REEL_JSON_ARRAY)) {
        return false;
    }
    const int n = (int)reel_json_count(v);
    const size_t size = f->kind == REEL_FIELD_TEXTS ? sizeof(const char *) : f->table->size;
    char *items = reel_arena_alloc(&w->scene->arena, (size_t)n, size);
    if (!items) {
        return walk_no_memory(w);
    }
    memcpy((char *)base + f->offset, &items, sizeof(items));
    memcpy((char *)base + f->count_offset, &n, sizeof(n));
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        const reel_json *item = reel_json_at(v, (size_t)i);
        const size_t mark = walk_enter_item(w, i);
        if (f->kind == REEL_FIELD_TEXTS) {
            ok = decode_text(w, item, &((const char **)items)[i]);
        } else {
            ok = decode_table(w, f->table, item, items + (size_t)i * size);
        }
        walk_leave(w, mark);
    }
    return ok;
}

static bool decode_numbers(scene_walk *w, const reel_field *f, const reel_json *v, void *base)
{
    char msg[96];
    const size_t count = reel_json_count(v), width = (size_t)f->width;
    if (reel_json_type_of(v) != REEL_JSON_ARRAY || count % width != 0 ||
        count / width < (size_t)f->min || count / width > (size_t)f->max) {
        snprintf(msg, sizeof(msg),
                 "must be an array of %" PRId64 " to %" PRId64 " times %d numbers", f->min, f->max,
                 f->width);
        return walk_fail(w, REEL_E_SCENE, msg);
    }
    const bool real = f->kind == REEL_FIELD_REAL_LIST;
    const int groups = (int)(count / width);
    void *items = reel_arena_alloc(&w->scene->arena, count, real ? sizeof(double) : sizeof(int));
    if (!items) {
        return walk_no_memory(w);
    }
    memcpy((char *)base + f->offset, &items, sizeof(items));
    memcpy((char *)base + f->count_offset, &groups, sizeof(groups));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        const size_t mark = walk_enter_item(w, (int)i);
        int64_t n = 0;
        if (real) {
            ok = decode_real(w, reel_json_at(v, i), &((double *)items)[i]);
        } else {
            ok = decode_int(w, reel_json_at(v, i), 0, INT_MAX, &n);
            ((int *)items)[i] = (int)n;
        }
        walk_leave(w, mark);
    }
    return ok;
}

/* Bytes that stand in the JSON as one string; only images have such. */
static bool decode_bytes(scene_walk *w, const reel_field *f, const reel_json *v, void *base)
{
    const reel_image *image = base;
    const char *text = reel_json_to_string(v);
    const int64_t wanted = (int64_t)image->width * image->height * 4;
    if (!text || wanted > f->max) {
        return walk_fail(w, REEL_E_SCENE, text ? "is too large" : "must be a string");
    }
    const int n = (int)wanted;
    uint8_t *bytes = REEL_ARENA_NEW(&w->scene->arena, uint8_t, n);
    if (!bytes) {
        return walk_no_memory(w);
    }
    memcpy((char *)base + f->offset, &bytes, sizeof(bytes));
    memcpy((char *)base + f->count_offset, &n, sizeof(n));
    return reel_base64_decode(text, bytes, (size_t)n) ||
           walk_fail(w, REEL_E_SCENE, "must be base64 of width * height * 4 bytes");
}

static bool decode_params(scene_walk *w, const reel_field *f, const reel_json *v)
{
    if (!check_count(w, f, v, REEL_JSON_OBJECT)) {
        return false;
    }
    reel_scene *scene = w->scene;
    const int n = (int)reel_json_count(v);
    scene->params = REEL_ARENA_NEW(&scene->arena, reel_param, n);
    if (!scene->params) {
        return walk_no_memory(w);
    }
    for (int i = 0; i < n; i++) {
        reel_json *value;
        const char *name = reel_json_key_at(v, (size_t)i, &value);
        const size_t mark = walk_enter(w, name);
        if (!walk_is_scalar(value)) {
            return walk_fail(w, REEL_E_SCENE, "must be a number, string, true or false");
        }
        walk_leave(w, mark);
        scene->params[i].name = reel_arena_strdup(&scene->arena, name);
        scene->params[i].value = reel_json_copy(value);
        scene->n_params = i + 1;
        if (!scene->params[i].name || !scene->params[i].value) {
            return walk_no_memory(w);
        }
    }
    return true;
}

static bool decode_format(scene_walk *w, const reel_json *v)
{
    char msg[96];
    int64_t format;
    if (reel_json_to_int(v, &format) && format == REEL_SCENE_FORMAT) {
        return true;
    }
    snprintf(msg, sizeof(msg), "this version reads scenes of format %d only", REEL_SCENE_FORMAT);
    return walk_fail(w, REEL_E_SCENE, msg);
}

static bool decode_field(scene_walk *w, const reel_field *f, const reel_json *v, void *base)
{
    void *at = (char *)base + f->offset;
    int64_t n;
    switch (f->kind) {
    case REEL_FIELD_REAL: return decode_real(w, v, at);
    case REEL_FIELD_REALS: return decode_reals(w, f, v, at);
    case REEL_FIELD_INT: return decode_int(w, v, f->min, f->max, &n) && (*(int *)at = (int)n, true);
    case REEL_FIELD_INT64: return decode_int(w, v, f->min, f->max, at);
    case REEL_FIELD_UINT32:
        return decode_int(w, v, 0, UINT32_MAX, &n) && (*(uint32_t *)at = (uint32_t)n, true);
    case REEL_FIELD_SEED: return decode_seed(w, v, at);
    case REEL_FIELD_BOOL:
        return reel_json_to_bool(v, at) || walk_fail(w, REEL_E_SCENE, "must be true or false");
    case REEL_FIELD_TEXT: return decode_text(w, v, at);
    case REEL_FIELD_ENUM: return decode_enum(w, f, v, at);
    case REEL_FIELD_STRUCT: return decode_table(w, f->table, v, at);
    case REEL_FIELD_LIST:
    case REEL_FIELD_TEXTS: return decode_list(w, f, v, base);
    case REEL_FIELD_REAL_LIST:
    case REEL_FIELD_INT_LIST: return decode_numbers(w, f, v, base);
    case REEL_FIELD_BYTES: return decode_bytes(w, f, v, base);
    case REEL_FIELD_PARAMS: return decode_params(w, f, v);
    case REEL_FIELD_FORMAT: return decode_format(w, v);
    }
    return false;
}

/* Memory is zeroed, which is the default of most. */
static void set_default(const reel_field *f, void *base)
{
    void *at = (char *)base + f->offset;
    switch (f->kind) {
    case REEL_FIELD_REAL: *(double *)at = f->fallback; break;
    case REEL_FIELD_INT: *(int *)at = (int)f->fallback; break;
    case REEL_FIELD_TEXT: *(const char **)at = ""; break;
    default: assert(f->fallback == 0); break;
    }
}

/* Fails at the first key, in byte order, that the table does not have. */
static bool name_unknown(scene_walk *w, const reel_field_table *table, const reel_json *v)
{
    const char *key;
    for (size_t i = 0; (key = reel_json_key_at(v, i, NULL)) != NULL; i++) {
        bool known = false;
        for (int k = 0; k < table->n_fields; k++) {
            known |= strcmp(table->fields[k].name, key) == 0;
        }
        if (!known) {
            walk_enter(w, key);
            return walk_fail(w, REEL_E_SCENE, "unknown field");
        }
    }
    return true;
}

static bool decode_table(scene_walk *w, const reel_field_table *table, const reel_json *v,
                         void *base)
{
    if (reel_json_type_of(v) != REEL_JSON_OBJECT) {
        return walk_fail(w, REEL_E_SCENE, "must be an object");
    }
    bool ok = true;
    size_t found = 0;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const reel_json *member = reel_json_get(v, f->name);
        found += member != NULL;
        if (!member && f->optional) {
            set_default(f, base);
            continue;
        }
        const size_t mark = walk_enter(w, f->name);
        ok = member ? decode_field(w, f, member, base) : walk_fail(w, REEL_E_SCENE, "is missing");
        walk_leave(w, mark);
    }
    return ok && (reel_json_count(v) == found || name_unknown(w, table, v));
}

reel_status reel_scene_decode(const char *text, size_t size, const char *name, reel_scene **out,
                              reel_error *err)
{
    reel_json *root = NULL;
    scene_walk w = {.file = name, .err = err};
    reel_status status = reel_json_parse(text, size, name, &root, err);
    if (status != REEL_OK) {
        return status;
    }
    w.scene = reel_scene_create();
    if (!w.scene) {
        walk_no_memory(&w);
        goto fail;
    }
    if (!decode_table(&w, &reel_scene_fields, root, w.scene) || !scene_check(&w)) {
        goto fail;
    }
    *out = w.scene;
    w.scene = NULL;
fail:
    reel_json_destroy(&root);
    reel_scene_destroy(&w.scene);
    return w.status;
}
