#include "base/take_internal.h"

#include <math.h>
#include <string.h>

static_assert(REEL_TAKE_N_FIELDS + REEL_EVENT_N_FIELDS + 2 <= (int)REEL_TAKE_MAX_ARRAYS,
              "callers have room for all arrays");

/* ---- arrays out ---- */

/* "name<tab>unit<newline>" of every channel. */
static size_t channel_text(const reel_take *take, char *out)
{
    size_t size = 0;
    for (int i = 0; i < take->n_channels; i++) {
        const char *parts[] = {take->channels[i].name, "\t", take->channels[i].unit, "\n"};
        for (int k = 0; k < 4; k++) {
            const size_t n = strlen(parts[k]);
            if (out) {
                memcpy(out + size, parts[k], n);
            }
            size += n;
        }
    }
    return size;
}

static void fill_event_column(const reel_take *take, const reel_event_field *spec, void *out)
{
    const size_t n = spec->width ? (size_t)spec->width : 1;
    for (int i = 0; i < take->n_events; i++) {
        const char *from = (const char *)&take->events[i] + spec->offset;
        if (spec->kind == 'i') {
            int32_t v;
            memcpy(&v, from, sizeof(v));
            ((int64_t *)out)[i] = v;
        } else {
            memcpy((char *)out + (size_t)i * n * 8, from, n * 8);
        }
    }
}

/* Room for the channel labels, the event columns and the audit row, kept for later calls. */
static void *derived_room(reel_take *take, size_t bytes)
{
    if (!take->derived || take->derived_bytes < bytes) {
        void *room = reel_arena_alloc(&take->arena, bytes, 1);
        if (!room) {
            return NULL;
        }
        take->derived = room;
        take->derived_bytes = bytes;
    }
    return take->derived;
}

int reel_take_arrays(reel_take *take, reel_take_array out[REEL_TAKE_MAX_ARRAYS])
{
    int n = reel_take_sample_arrays(take, out);
    const int first_derived = n;
    for (int i = 0; i < REEL_EVENT_N_FIELDS; i++) {
        out[n++] = reel_take_describe_event(take->n_events, &reel_event_fields[i]);
    }
    out[n++] = reel_take_describe("audit", "<f8", reel_audit_n_figures(), -1, -1);
    out[n++] =
        reel_take_describe("channel_labels", "|u1", (int64_t)channel_text(take, NULL), -1, -1);
    size_t bytes = 0;
    for (int i = first_derived; i < n; i++) {
        bytes += out[i].bytes;
    }
    char *room = derived_room(take, bytes);
    if (!room) {
        return -1;
    }
    /* the labels, whose size is no multiple of 8, come last */
    for (int i = first_derived; i < n; i++) {
        out[i].data = room;
        room += out[i].bytes;
    }
    for (int i = 0; i < REEL_EVENT_N_FIELDS; i++) {
        fill_event_column(take, &reel_event_fields[i], out[first_derived + i].data);
    }
    double *row = out[n - 2].data;
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        row[i] = reel_audit_figure(&take->audit, i);
    }
    channel_text(take, out[n - 1].data);
    return n;
}

int reel_take_sample_arrays(reel_take *take, reel_take_array out[REEL_TAKE_MAX_ARRAYS])
{
    for (int i = 0; i < REEL_TAKE_N_FIELDS; i++) {
        out[i] = reel_take_describe_field(take, &reel_take_fields[i]);
        memcpy(&out[i].data, reel_take_member(take, &reel_take_fields[i]), sizeof(void *));
    }
    return REEL_TAKE_N_FIELDS;
}

static void hash_int(reel_xxh128_state *hash, int64_t v)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)((uint64_t)v >> (8 * i));
    }
    reel_xxh128_update(hash, bytes, sizeof(bytes));
}

reel_status reel_take_digest(reel_take *take, reel_xxh128 *out, reel_error *err)
{
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS];
    const int n = reel_take_arrays(take, arrays);
    reel_xxh128_state *hash = n < 0 ? NULL : reel_xxh128_create();
    if (!hash) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the digest of a take");
    }
    for (int i = 0; i < n; i++) {
        const reel_take_array *a = &arrays[i];
        reel_xxh128_update(hash, a->name, strlen(a->name) + 1);
        reel_xxh128_update(hash, a->dtype, sizeof(a->dtype));
        hash_int(hash, a->n_dims);
        for (int k = 0; k < a->n_dims; k++) {
            hash_int(hash, a->shape[k]);
        }
        reel_xxh128_update(hash, a->data, a->bytes);
    }
    *out = reel_xxh128_digest(hash);
    reel_xxh128_destroy(&hash);
    return REEL_OK;
}

/* ---- arrays in ---- */

static const reel_take_array *find_array(const reel_take_array *arrays, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (strcmp(arrays[i].name, name) == 0) {
            return &arrays[i];
        }
    }
    return NULL;
}

static reel_status bad_array(reel_error *err, const char *name, const char *why)
{
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, name, "%s", why);
}

static bool all_finite(const reel_take_array *array)
{
    for (size_t i = 0; i < array->bytes / 8; i++) {
        double v;
        memcpy(&v, (const char *)array->data + 8 * i, 8);
        if (!isfinite(v)) {
            return false;
        }
    }
    return true;
}

/* Finds the array that `want` describes; type and shape must be the same. */
static reel_status take_in(const reel_take_array *arrays, int n, const reel_take_array *want,
                           const reel_take_array **out, reel_error *err)
{
    const reel_take_array *got = find_array(arrays, n, want->name);
    if (!got) {
        return bad_array(err, want->name, "this array of the take is missing");
    }
    bool fits = memcmp(got->dtype, want->dtype, sizeof(got->dtype)) == 0 &&
                got->n_dims == want->n_dims && got->bytes == want->bytes;
    for (int i = 0; fits && i < want->n_dims; i++) {
        fits = got->shape[i] == want->shape[i];
    }
    if (!fits) {
        return bad_array(err, want->name, "type or shape does not fit the scene");
    }
    if (strcmp(want->dtype, "<f8") == 0 && !all_finite(got)) {
        return bad_array(err, want->name, "a value is not finite");
    }
    *out = got;
    return REEL_OK;
}

/* Bodies and geoms of an event are indices; its steps are steps of the take, and it may end one
 * behind the last or not at all (-1); kind and motion are names. */
static bool event_int_fits(const reel_scene *scene, const reel_event_field *spec, int64_t v)
{
    if (spec->kind == 'l') {
        const int64_t least = spec->offset == offsetof(reel_event, end_step) ? -1 : 0;
        return v >= least && v <= reel_scene_last_step(scene) + 1;
    }
    int64_t n = scene->n_bodies;
    switch (spec->offset) {
    case offsetof(reel_event, geom_a):
    case offsetof(reel_event, geom_b): n = scene->n_geoms; break;
    case offsetof(reel_event, kind): n = REEL_EVENT_IMPACT + 1; break;
    case offsetof(reel_event, motion): n = REEL_EVENT_ROLLING + 1; break;
    case offsetof(reel_event, impacts): n = INT32_MAX; break;
    default: break;
    }
    return v >= 0 && v < n;
}

static reel_status read_events(reel_take *take, const reel_scene *scene,
                               const reel_take_array *arrays, int n, reel_error *err)
{
    const reel_take_array *first = find_array(arrays, n, reel_event_fields[0].name);
    if (!first || first->n_dims != 1 || first->shape[0] < 0 || first->shape[0] > INT32_MAX) {
        return bad_array(err, reel_event_fields[0].name, "missing, or not one number per event");
    }
    take->n_events = (int)first->shape[0];
    take->events = REEL_ARENA_NEW(&take->arena, reel_event, take->n_events);
    if (!take->events) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %d events", take->n_events);
    }
    for (int i = 0; i < REEL_EVENT_N_FIELDS; i++) {
        const reel_event_field *spec = &reel_event_fields[i];
        const reel_take_array want = reel_take_describe_event(take->n_events, spec);
        const reel_take_array *got;
        const reel_status status = take_in(arrays, n, &want, &got, err);
        if (status != REEL_OK) {
            return status;
        }
        const size_t size = 8 * (spec->width ? (size_t)spec->width : 1);
        for (int k = 0; k < take->n_events; k++) {
            char *to = (char *)&take->events[k] + spec->offset;
            const char *from = (const char *)got->data + (size_t)k * size;
            if (spec->kind == 'd') {
                memcpy(to, from, size);
                continue;
            }
            int64_t v;
            memcpy(&v, from, 8);
            if (!event_int_fits(scene, spec, v)) {
                return bad_array(err, spec->name, "no such body, geom, step or kind");
            }
            const int32_t narrow = (int32_t)v;
            memcpy(to, spec->kind == 'i' ? (const void *)&narrow : &v, spec->kind == 'i' ? 4 : 8);
        }
    }
    return REEL_OK;
}

static reel_status read_audit(reel_take *take, const reel_take_array *arrays, int n,
                              reel_error *err)
{
    const reel_take_array want = reel_take_describe("audit", "<f8", reel_audit_n_figures(), -1, -1);
    const reel_take_array *got;
    const reel_status status = take_in(arrays, n, &want, &got, err);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < reel_audit_n_figures(); i++) {
        double v;
        memcpy(&v, (const char *)got->data + 8 * i, 8);
        if (!reel_audit_set_figure(&take->audit, i, v)) {
            return bad_array(err, "audit", "a count is not a whole number");
        }
    }
    return REEL_OK;
}

/* Splits "name<tab>unit<newline>..." into the channels. */
static reel_status read_channels(reel_take *take, const reel_take_array *labels, reel_error *err)
{
    static const char name[] = "channel_labels";
    if (memcmp(labels->dtype, "|u1", 4) != 0 || labels->n_dims != 1 || labels->shape[0] < 0 ||
        labels->bytes != (size_t)labels->shape[0]) {
        return bad_array(err, name, "not a row of bytes");
    }
    char *text = reel_arena_alloc(&take->arena, labels->bytes + 1, 1);
    if (!text) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %s", name);
    }
    if (labels->bytes > 0) {
        memcpy(text, labels->data, labels->bytes);
    }
    char *at = text;
    for (int i = 0; i < take->n_channels; i++) {
        char *end = strchr(at, '\n');
        char *tab = strchr(at, '\t');
        if (!end || !tab || tab > end) {
            return bad_array(err, name, "not one line of name and unit per channel");
        }
        *tab = *end = '\0';
        take->channels[i] = (reel_channel){at, tab + 1};
        at = end + 1;
    }
    return at == text + labels->bytes ? REEL_OK : bad_array(err, name, "more lines than channels");
}

/* No array that we do not know, none twice. */
static reel_status check_names(const reel_take_array *arrays, int n, reel_error *err)
{
    for (int i = 0; i < n; i++) {
        bool known = strcmp(arrays[i].name, "audit") == 0;
        known |= strcmp(arrays[i].name, "channel_labels") == 0;
        for (int k = 0; k < REEL_TAKE_N_FIELDS; k++) {
            known |= strcmp(arrays[i].name, reel_take_fields[k].name) == 0;
        }
        for (int k = 0; k < REEL_EVENT_N_FIELDS; k++) {
            known |= strcmp(arrays[i].name, reel_event_fields[k].name) == 0;
        }
        if (!known) {
            return bad_array(err, arrays[i].name, "unknown array in a take");
        }
        if (find_array(arrays, i, arrays[i].name)) {
            return bad_array(err, arrays[i].name, "this array of the take is there twice");
        }
    }
    return REEL_OK;
}

reel_status reel_take_from_arrays(const reel_scene *scene, const reel_take_array *arrays, int n,
                                  reel_take **out, reel_error *err)
{
    reel_take *take = NULL;
    reel_status status = check_names(arrays, n, err);
    if (status != REEL_OK) {
        return status;
    }
    const reel_take_array *channel = find_array(arrays, n, "channel");
    const reel_take_array *labels = find_array(arrays, n, "channel_labels");
    if (!channel || channel->n_dims != 2 || channel->shape[1] < 0 ||
        channel->shape[1] > INT16_MAX) {
        return bad_array(err, "channel", "missing, or not [samples][channels]");
    }
    if (!labels) {
        return bad_array(err, "channel_labels", "this array of the take is missing");
    }
    take = reel_take_create(scene, (int)channel->shape[1]);
    if (!take) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a take");
    }
    take->n_states = take->n_samples;
    for (int i = 0; i < REEL_TAKE_N_FIELDS; i++) {
        const reel_take_array want = reel_take_describe_field(take, &reel_take_fields[i]);
        const reel_take_array *got;
        status = take_in(arrays, n, &want, &got, err);
        if (status != REEL_OK) {
            goto fail;
        }
        void *to;
        memcpy(&to, reel_take_member(take, &reel_take_fields[i]), sizeof(to));
        if (want.bytes > 0) {
            memcpy(to, got->data, want.bytes);
        }
    }
    if ((status = read_channels(take, labels, err)) != REEL_OK ||
        (status = read_events(take, scene, arrays, n, err)) != REEL_OK ||
        (status = read_audit(take, arrays, n, err)) != REEL_OK) {
        goto fail;
    }
    *out = take;
    return REEL_OK;
fail:
    reel_take_destroy(&take);
    return status;
}
