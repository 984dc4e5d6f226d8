/* scene_encode.c - a scene as canonical JSON, by the table of its fields. */
#include "base/base64.h"
#include "base/scene_walk.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static reel_json *encode_table(scene_walk *w, const reel_field_table *table, const void *base);

static reel_json *encode_real(scene_walk *w, double v)
{
    if (!isfinite(v)) {
        walk_fail(w, REEL_E_INTERNAL, "is not a finite number");
        return NULL;
    }
    return reel_json_real(v);
}

static reel_json *encode_reals(scene_walk *w, const double *v, int n)
{
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        const size_t mark = walk_enter_item(w, i);
        ok = reel_json_push(array, encode_real(w, v[i]));
        walk_leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static reel_json *encode_text(scene_walk *w, const char *s)
{
    if (!s || !reel_json_is_text(s)) {
        walk_fail(w, REEL_E_INTERNAL, s ? "is not UTF-8" : "is not set");
        return NULL;
    }
    return reel_json_string(s);
}

static reel_json *encode_enum(scene_walk *w, const reel_field *f, int v)
{
    for (int i = 0; f->names[i]; i++) {
        if (i == v) {
            return reel_json_string(f->names[i]);
        }
    }
    walk_fail(w, REEL_E_INTERNAL, "has a value without a name");
    return NULL;
}

static reel_json *encode_list(scene_walk *w, const reel_field *f, const void *base)
{
    const char *items = field_items(base, f);
    const int n = field_count(base, f);
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        const size_t mark = walk_enter_item(w, i);
        if (f->kind == REEL_FIELD_TEXTS) {
            ok = reel_json_push(array, encode_text(w, ((const char *const *)items)[i]));
        } else {
            ok = reel_json_push(array,
                                encode_table(w, f->table, items + (size_t)i * f->table->size));
        }
        walk_leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static reel_json *encode_params(scene_walk *w, const reel_field *f, const void *base)
{
    const reel_param *params = field_items(base, f);
    const int n = field_count(base, f);
    reel_json *object = reel_json_object();
    bool ok = object != NULL;
    for (int i = 0; ok && i < n; i++) {
        const char *name = params[i].name;
        if (!name || !reel_json_is_text(name) || !params[i].value ||
            !walk_is_scalar(params[i].value) || (i > 0 && strcmp(params[i - 1].name, name) >= 0)) {
            ok = walk_fail(w, REEL_E_INTERNAL, "not scalars in byte order of their names");
        } else {
            ok = reel_json_put(object, name, reel_json_copy(params[i].value));
        }
    }
    if (!ok) {
        reel_json_destroy(&object);
    }
    return object;
}

/* Flat: the groups are told by the width. */
static reel_json *encode_numbers(scene_walk *w, const reel_field *f, const void *base)
{
    const void *items = field_items(base, f);
    const int n = field_count(base, f) * f->width;
    if (f->kind == REEL_FIELD_REAL_LIST) {
        return encode_reals(w, items, n);
    }
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        ok = reel_json_push(array, reel_json_int(((const int *)items)[i]));
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static reel_json *encode_bytes(const reel_field *f, const void *base)
{
    char *text = reel_base64_encode(field_items(base, f), (size_t)field_count(base, f));
    reel_json *v = text ? reel_json_string(text) : NULL;
    reel_free(text);
    return v;
}

static bool is_default(const reel_field *f, const void *base)
{
    const void *at = (const char *)base + f->offset;
    switch (f->kind) {
    case REEL_FIELD_REAL: return *(const double *)at == f->fallback;
    case REEL_FIELD_REALS:
        for (int i = 0; i < f->width; i++) {
            if (((const double *)at)[i] != f->fallback) {
                return false;
            }
        }
        return true;
    case REEL_FIELD_INT:
    case REEL_FIELD_ENUM: return *(const int *)at == (int)f->fallback;
    case REEL_FIELD_UINT32: return *(const uint32_t *)at == (uint32_t)f->fallback;
    case REEL_FIELD_INT64: return *(const int64_t *)at == (int64_t)f->fallback;
    case REEL_FIELD_BOOL: return *(const bool *)at == (f->fallback != 0);
    case REEL_FIELD_TEXT: return *(const char *const *)at && **(const char *const *)at == '\0';
    case REEL_FIELD_LIST: return field_count(base, f) == 0;
    default: assert(!"a kind that may be optional"); return false;
    }
}

static reel_json *encode_field(scene_walk *w, const reel_field *f, const void *base)
{
    const void *at = (const char *)base + f->offset;
    char digits[32];
    switch (f->kind) {
    case REEL_FIELD_REAL: return encode_real(w, *(const double *)at);
    case REEL_FIELD_REALS: return encode_reals(w, at, f->width);
    case REEL_FIELD_INT: return reel_json_int(*(const int *)at);
    case REEL_FIELD_INT64: return reel_json_int(*(const int64_t *)at);
    case REEL_FIELD_UINT32: return reel_json_int(*(const uint32_t *)at);
    case REEL_FIELD_SEED:
        snprintf(digits, sizeof(digits), "%" PRIu64, *(const uint64_t *)at);
        return reel_json_string(digits);
    case REEL_FIELD_BOOL: return reel_json_bool(*(const bool *)at);
    case REEL_FIELD_TEXT: return encode_text(w, *(const char *const *)at);
    case REEL_FIELD_ENUM: return encode_enum(w, f, *(const int *)at);
    case REEL_FIELD_STRUCT: return encode_table(w, f->table, at);
    case REEL_FIELD_LIST:
    case REEL_FIELD_TEXTS: return encode_list(w, f, base);
    case REEL_FIELD_REAL_LIST:
    case REEL_FIELD_INT_LIST: return encode_numbers(w, f, base);
    case REEL_FIELD_BYTES: return encode_bytes(f, base);
    case REEL_FIELD_PARAMS: return encode_params(w, f, base);
    case REEL_FIELD_FORMAT: return reel_json_int(REEL_SCENE_FORMAT);
    }
    return NULL;
}

static reel_json *encode_table(scene_walk *w, const reel_field_table *table, const void *base)
{
    reel_json *object = reel_json_object();
    bool ok = object != NULL;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        if (f->optional && is_default(f, base)) {
            continue;
        }
        const size_t mark = walk_enter(w, f->name);
        ok = reel_json_put(object, f->name, encode_field(w, f, base));
        walk_leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&object);
    }
    return object;
}

static reel_status encode(const reel_scene *scene, bool is_pretty, char **text, size_t *size,
                          reel_error *err)
{
    scene_walk w = {.err = err};
    reel_json *root = encode_table(&w, &reel_scene_fields, scene);
    char *out = NULL;
    if (root) {
        out = is_pretty ? reel_json_pretty(root, size) : reel_json_canonical(root, size);
    }
    reel_json_destroy(&root);
    if (!out) {
        /* what failed without a word was an allocation */
        return w.status ? w.status : reel_fail(err, REEL_E_NOMEM, "out of memory for a scene");
    }
    *text = out;
    return REEL_OK;
}

reel_status reel_scene_encode(const reel_scene *scene, char **text, size_t *size, reel_error *err)
{
    return encode(scene, false, text, size, err);
}

reel_status reel_scene_encode_pretty(const reel_scene *scene, char **text, size_t *size,
                                     reel_error *err)
{
    return encode(scene, true, text, size, err);
}

reel_status reel_scene_digest(const reel_scene *scene, reel_sha256 *out, reel_error *err)
{
    char *text = NULL;
    size_t size = 0;
    const reel_status status = reel_scene_encode(scene, &text, &size, err);
    if (status == REEL_OK) {
        *out = reel_sha256_of(text, size);
        reel_free(text);
    }
    return status;
}
