#include "base/scene_json.h"

#include "base/scene_fields.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a walk over the table stands, for messages such as "bodies[3].mass: ...". */
typedef struct walk {
    char path[160];
    const char *file; /* as the user named it; NULL while encoding */
    reel_scene *scene;
    reel_status status;
    reel_error *err;
} walk;

static size_t enter(walk *w, const char *name)
{
    const size_t mark = strlen(w->path);
    snprintf(w->path + mark, sizeof(w->path) - mark, "%s%s", mark ? "." : "", name);
    return mark;
}

static size_t enter_item(walk *w, int i)
{
    const size_t mark = strlen(w->path);
    snprintf(w->path + mark, sizeof(w->path) - mark, "[%d]", i);
    return mark;
}

static void leave(walk *w, size_t mark)
{
    w->path[mark] = '\0';
}

/* Notes the first failure, at the field where the walk stands; always false. */
static bool fail_here(walk *w, reel_status status, const char *msg)
{
    w->status = reel_fail_at(w->err, status, w->file, 0, w->path, "%s", msg);
    return false;
}

static bool no_memory(walk *w)
{
    return fail_here(w, REEL_E_NOMEM, "out of memory");
}

static int count_of(const void *base, const reel_field *f)
{
    int n;
    memcpy(&n, (const char *)base + f->count_offset, sizeof(n));
    return n;
}

/* The pointer member of a list; all object pointers have one form here. */
static void *items_of(const void *base, const reel_field *f)
{
    void *items;
    memcpy(&items, (const char *)base + f->offset, sizeof(items));
    return items;
}

/* ---- encoding ---- */

static reel_json *encode_table(walk *w, const reel_field_table *table, const void *base);

static reel_json *encode_real(walk *w, double v)
{
    if (!isfinite(v)) {
        fail_here(w, REEL_E_INTERNAL, "is not a finite number");
        return NULL;
    }
    return reel_json_real(v);
}

static reel_json *encode_reals(walk *w, const double *v, int n)
{
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        const size_t mark = enter_item(w, i);
        ok = reel_json_push(array, encode_real(w, v[i]));
        leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static reel_json *encode_text(walk *w, const char *s)
{
    if (!s || !reel_json_is_text(s)) {
        fail_here(w, REEL_E_INTERNAL, s ? "is not UTF-8" : "is not set");
        return NULL;
    }
    return reel_json_string(s);
}

static reel_json *encode_enum(walk *w, const reel_field *f, int v)
{
    for (int i = 0; f->names[i]; i++) {
        if (i == v) {
            return reel_json_string(f->names[i]);
        }
    }
    fail_here(w, REEL_E_INTERNAL, "has a value without a name");
    return NULL;
}

static reel_json *encode_list(walk *w, const reel_field *f, const void *base)
{
    const char *items = items_of(base, f);
    const int n = count_of(base, f);
    reel_json *array = reel_json_array();
    bool ok = array != NULL;
    for (int i = 0; ok && i < n; i++) {
        const size_t mark = enter_item(w, i);
        if (f->kind == REEL_FIELD_TEXTS) {
            ok = reel_json_push(array, encode_text(w, ((const char *const *)items)[i]));
        } else {
            ok = reel_json_push(array,
                                encode_table(w, f->table, items + (size_t)i * f->table->size));
        }
        leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&array);
    }
    return array;
}

static bool is_scalar(const reel_json *v)
{
    const reel_json_type type = reel_json_type_of(v);
    return type == REEL_JSON_BOOL || type == REEL_JSON_INT || type == REEL_JSON_REAL ||
           type == REEL_JSON_STRING;
}

static reel_json *encode_params(walk *w, const reel_field *f, const void *base)
{
    const reel_param *params = items_of(base, f);
    const int n = count_of(base, f);
    reel_json *object = reel_json_object();
    bool ok = object != NULL;
    for (int i = 0; ok && i < n; i++) {
        const char *name = params[i].name;
        if (!name || !reel_json_is_text(name) || !params[i].value || !is_scalar(params[i].value) ||
            (i > 0 && strcmp(params[i - 1].name, name) >= 0)) {
            ok = fail_here(w, REEL_E_INTERNAL, "not scalars in byte order of their names");
        } else {
            ok = reel_json_put(object, name, reel_json_copy(params[i].value));
        }
    }
    if (!ok) {
        reel_json_destroy(&object);
    }
    return object;
}

static reel_json *encode_field(walk *w, const reel_field *f, const void *base)
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
    case REEL_FIELD_PARAMS: return encode_params(w, f, base);
    case REEL_FIELD_FORMAT: return reel_json_int(REEL_SCENE_FORMAT);
    }
    return NULL;
}

static reel_json *encode_table(walk *w, const reel_field_table *table, const void *base)
{
    reel_json *object = reel_json_object();
    bool ok = object != NULL;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const size_t mark = enter(w, f->name);
        ok = reel_json_put(object, f->name, encode_field(w, f, base));
        leave(w, mark);
    }
    if (!ok) {
        reel_json_destroy(&object);
    }
    return object;
}

static reel_status encode(const reel_scene *scene, bool is_pretty, char **text, size_t *size,
                          reel_error *err)
{
    walk w = {.err = err};
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

/* ---- decoding ---- */

static bool decode_table(walk *w, const reel_field_table *table, const reel_json *v, void *base);

static bool decode_real(walk *w, const reel_json *v, double *out)
{
    /* the parser refuses what overflows; there is no way to write NaN or infinity */
    return reel_json_to_real(v, out) || fail_here(w, REEL_E_SCENE, "must be a number");
}

static bool decode_reals(walk *w, const reel_field *f, const reel_json *v, double *out)
{
    char msg[64];
    if (reel_json_type_of(v) != REEL_JSON_ARRAY || reel_json_count(v) != (size_t)f->width) {
        snprintf(msg, sizeof(msg), "must be an array of %d numbers", f->width);
        return fail_here(w, REEL_E_SCENE, msg);
    }
    bool ok = true;
    for (int i = 0; ok && i < f->width; i++) {
        const size_t mark = enter_item(w, i);
        ok = decode_real(w, reel_json_at(v, (size_t)i), &out[i]);
        leave(w, mark);
    }
    return ok;
}

static bool decode_int(walk *w, const reel_json *v, int64_t min, int64_t max, int64_t *out)
{
    char msg[96];
    if (reel_json_to_int(v, out) && *out >= min && *out <= max) {
        return true;
    }
    snprintf(msg, sizeof(msg), "must be an integer from %" PRId64 " to %" PRId64, min, max);
    return fail_here(w, REEL_E_SCENE, msg);
}

static bool decode_seed(walk *w, const reel_json *v, uint64_t *out)
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
    return fail_here(w, REEL_E_SCENE, "must be a string of digits, below 2^64");
}

static bool decode_text(walk *w, const reel_json *v, const char **out)
{
    const char *s = reel_json_to_string(v);
    if (!s) {
        return fail_here(w, REEL_E_SCENE, "must be a string");
    }
    *out = reel_arena_strdup(&w->scene->arena, s);
    return *out || no_memory(w);
}

static bool decode_enum(walk *w, const reel_field *f, const reel_json *v, int *out)
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
    return fail_here(w, REEL_E_SCENE, msg);
}

static bool check_count(walk *w, const reel_field *f, const reel_json *v, reel_json_type type)
{
    char msg[96];
    const size_t n = reel_json_count(v);
    if (reel_json_type_of(v) == type && n >= (size_t)f->min && n <= (size_t)f->max) {
        return true;
    }
    snprintf(msg, sizeof(msg), "must be an %s of %" PRId64 " to %" PRId64 " entries",
             type == REEL_JSON_ARRAY ? "array" : "object", f->min, f->max);
    return fail_here(w, REEL_E_SCENE, msg);
}

static bool decode_list(walk *w, const reel_field *f, const reel_json *v, void *base)
{
    if (!check_count(w, f, v, REEL_JSON_ARRAY)) {
        return false;
    }
    const int n = (int)reel_json_count(v);
    const size_t size = f->kind == REEL_FIELD_TEXTS ? sizeof(const char *) : f->table->size;
    char *items = reel_arena_alloc(&w->scene->arena, (size_t)n, size);
    if (!items) {
        return no_memory(w);
    }
    memcpy((char *)base + f->offset, &items, sizeof(items));
    memcpy((char *)base + f->count_offset, &n, sizeof(n));
    bool ok = true;
    for (int i = 0; ok && i < n; i++) {
        const reel_json *item = reel_json_at(v, (size_t)i);
        const size_t mark = enter_item(w, i);
        if (f->kind == REEL_FIELD_TEXTS) {
            ok = decode_text(w, item, &((const char **)items)[i]);
        } else {
            ok = decode_table(w, f->table, item, items + (size_t)i * size);
        }
        leave(w, mark);
    }
    return ok;
}

static bool decode_params(walk *w, const reel_field *f, const reel_json *v)
{
    if (!check_count(w, f, v, REEL_JSON_OBJECT)) {
        return false;
    }
    reel_scene *scene = w->scene;
    const int n = (int)reel_json_count(v);
    scene->params = REEL_ARENA_NEW(&scene->arena, reel_param, n);
    if (!scene->params) {
        return no_memory(w);
    }
    for (int i = 0; i < n; i++) {
        reel_json *value;
        const char *name = reel_json_key_at(v, (size_t)i, &value);
        const size_t mark = enter(w, name);
        if (!is_scalar(value)) {
            return fail_here(w, REEL_E_SCENE, "must be a number, string, true or false");
        }
        leave(w, mark);
        scene->params[i].name = reel_arena_strdup(&scene->arena, name);
        scene->params[i].value = reel_json_copy(value);
        scene->n_params = i + 1;
        if (!scene->params[i].name || !scene->params[i].value) {
            return no_memory(w);
        }
    }
    return true;
}

static bool decode_format(walk *w, const reel_json *v)
{
    char msg[96];
    int64_t format;
    if (reel_json_to_int(v, &format) && format == REEL_SCENE_FORMAT) {
        return true;
    }
    snprintf(msg, sizeof(msg), "this version reads scenes of format %d only", REEL_SCENE_FORMAT);
    return fail_here(w, REEL_E_SCENE, msg);
}

static bool decode_field(walk *w, const reel_field *f, const reel_json *v, void *base)
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
        return reel_json_to_bool(v, at) || fail_here(w, REEL_E_SCENE, "must be true or false");
    case REEL_FIELD_TEXT: return decode_text(w, v, at);
    case REEL_FIELD_ENUM: return decode_enum(w, f, v, at);
    case REEL_FIELD_STRUCT: return decode_table(w, f->table, v, at);
    case REEL_FIELD_LIST:
    case REEL_FIELD_TEXTS: return decode_list(w, f, v, base);
    case REEL_FIELD_PARAMS: return decode_params(w, f, v);
    case REEL_FIELD_FORMAT: return decode_format(w, v);
    }
    return false;
}

/* Fails at the first key, in byte order, that the table does not have. */
static bool name_unknown(walk *w, const reel_field_table *table, const reel_json *v)
{
    const char *key;
    for (size_t i = 0; (key = reel_json_key_at(v, i, NULL)) != NULL; i++) {
        bool known = false;
        for (int k = 0; k < table->n_fields; k++) {
            known |= strcmp(table->fields[k].name, key) == 0;
        }
        if (!known) {
            enter(w, key);
            return fail_here(w, REEL_E_SCENE, "unknown field");
        }
    }
    return true;
}

static bool decode_table(walk *w, const reel_field_table *table, const reel_json *v, void *base)
{
    if (reel_json_type_of(v) != REEL_JSON_OBJECT) {
        return fail_here(w, REEL_E_SCENE, "must be an object");
    }
    bool ok = true;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const reel_json *member = reel_json_get(v, f->name);
        const size_t mark = enter(w, f->name);
        ok = member ? decode_field(w, f, member, base) : fail_here(w, REEL_E_SCENE, "is missing");
        leave(w, mark);
    }
    return ok && (reel_json_count(v) == (size_t)table->n_fields || name_unknown(w, table, v));
}

/* ---- references between the parts ---- */

static bool check_indices(walk *w, const reel_field_table *table, const void *base)
{
    bool ok = true;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const size_t mark = enter(w, f->name);
        if (f->kind == REEL_FIELD_STRUCT) {
            ok = check_indices(w, f->table, (const char *)base + f->offset);
        } else if (f->kind == REEL_FIELD_LIST) {
            const char *items = items_of(base, f);
            for (int k = 0; ok && k < count_of(base, f); k++) {
                const size_t item_mark = enter_item(w, k);
                ok = check_indices(w, f->table, items + (size_t)k * f->table->size);
                leave(w, item_mark);
            }
        } else if (f->target) {
            int index, n;
            memcpy(&index, (const char *)base + f->offset, sizeof(index));
            memcpy(&n, (const char *)w->scene + f->target, sizeof(n));
            ok = index < n || fail_here(w, REEL_E_SCENE, "is an index beyond the last entry");
        }
        leave(w, mark);
    }
    return ok;
}

static bool fail_item(walk *w, const char *list, int i, const char *field, const char *msg)
{
    snprintf(w->path, sizeof(w->path), "%s[%d].%s", list, i, field);
    return fail_here(w, REEL_E_SCENE, msg);
}

/* Geoms of a body and bodies of an object stand together in order, and each has an owner. */
static bool check_runs(walk *w)
{
    const reel_scene *s = w->scene;
    int next = 0;
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *b = &s->bodies[i];
        if (b->first_geom != next || b->n_geoms > s->n_geoms - next) {
            return fail_item(w, "bodies", i, "first_geom", "geoms must follow those before");
        }
        for (int end = next + b->n_geoms; next < end; next++) {
            if (s->geoms[next].body != i) {
                return fail_item(w, "geoms", next, "body", "is not the body that lists the geom");
            }
        }
    }
    if (next != s->n_geoms) {
        return fail_item(w, "geoms", next, "body", "no body lists the geom");
    }
    next = 0;
    for (int i = 0; i < s->n_objects; i++) {
        const reel_object *o = &s->objects[i];
        if (o->first_body != next || o->n_bodies > s->n_bodies - next) {
            return fail_item(w, "objects", i, "first_body", "bodies must follow those before");
        }
        for (int end = next + o->n_bodies; next < end; next++) {
            if (s->bodies[next].object != i) {
                return fail_item(w, "bodies", next, "object",
                                 "is not the object that lists the body");
            }
        }
    }
    return next == s->n_bodies || fail_item(w, "bodies", next, "object", "no object lists it");
}

/* Instance ids count up in table order; what an action or camera acts on is there. */
static bool check_kinds(walk *w)
{
    const reel_scene *s = w->scene;
    int n_instances = 0;
    for (int i = 0; i < s->n_objects; i++) {
        const int id = s->objects[i].instance_id;
        n_instances += id != 0;
        if (id != 0 && id != n_instances) {
            return fail_item(w, "objects", i, "instance_id", "must be 0 or the next of 1, 2, 3...");
        }
    }
    for (int i = 0; i < s->n_actions; i++) {
        const reel_action *a = &s->actions[i];
        const bool on_body = a->kind == REEL_ACTION_IMPULSE || a->kind == REEL_ACTION_FORCE;
        if ((a->body >= 0) != on_body) {
            return fail_item(w, "actions", i, "body", "must be set for an impulse or force only");
        }
        if ((a->joint >= 0) == on_body) {
            return fail_item(w, "actions", i, "joint", "must be set for a target or release only");
        }
    }
    for (int i = 0; i < s->n_cameras; i++) {
        const reel_camera *c = &s->cameras[i];
        if ((c->body >= 0) != (c->motion == REEL_CAMERA_ATTACHED)) {
            return fail_item(w, "cameras", i, "body", "must be set for an attached camera only");
        }
    }
    return true;
}

reel_status reel_scene_decode(const char *text, size_t size, const char *name, reel_scene **out,
                              reel_error *err)
{
    reel_json *root = NULL;
    walk w = {.file = name, .err = err};
    reel_status status = reel_json_parse(text, size, name, &root, err);
    if (status != REEL_OK) {
        return status;
    }
    w.scene = reel_scene_create();
    if (!w.scene) {
        no_memory(&w);
        goto fail;
    }
    if (!decode_table(&w, &reel_scene_fields, root, w.scene) ||
        !check_indices(&w, &reel_scene_fields, w.scene) || !check_runs(&w) || !check_kinds(&w)) {
        goto fail;
    }
    *out = w.scene;
    w.scene = NULL;
fail:
    reel_json_destroy(&root);
    reel_scene_destroy(&w.scene);
    return w.status;
}
