#include "base/take.h"

#include <math.h>
#include <string.h>

/* ---- the table of arrays: what a take is, stored and hashed ---- */

typedef enum axis { AXIS_NONE, AXIS_SAMPLE, AXIS_BODY, AXIS_JOINT, AXIS_CHANNEL } axis;

/* A numeric array of the take: where its pointer is, and its shape [first][second][width]. */
typedef struct array_spec {
    const char *name;
    size_t offset; /* of the pointer in reel_take */
    const char *dtype;
    axis first, second;
    int width; /* components; 0: no third axis */
} array_spec;

/* clang-format off */
#define ARRAY(member, dtype, second, width) \
    {#member, offsetof(reel_take, member), dtype, AXIS_SAMPLE, second, width}
static const array_spec array_specs[] = {
    ARRAY(position,       "<f8", AXIS_BODY,    3),
    ARRAY(rotation,       "<f8", AXIS_BODY,    4),
    ARRAY(velocity,       "<f8", AXIS_BODY,    3),
    ARRAY(omega,          "<f8", AXIS_BODY,    3),
    ARRAY(contact_force,  "<f8", AXIS_BODY,    3),
    ARRAY(state,          "|u1", AXIS_BODY,    0),
    ARRAY(appearance,     "<u2", AXIS_BODY,    0),
    ARRAY(joint_position, "<f8", AXIS_JOINT,   0),
    ARRAY(joint_velocity, "<f8", AXIS_JOINT,   0),
    ARRAY(channel,        "<f8", AXIS_CHANNEL, 0),
    ARRAY(energy,         "<f8", AXIS_NONE,    3),
    ARRAY(momentum,       "<f8", AXIS_NONE,    6),
};

/* A column of the events. 32-bit members are widened to "<i8", so that there is one integer. */
typedef struct event_spec {
    const char *name;
    size_t offset; /* in reel_event */
    char kind;     /* 'i' int32, 'l' int64, 'd' double */
    int width;     /* components; 0: one, without an axis */
} event_spec;

#define EVENT(member, kind, width) {"event_" #member, offsetof(reel_event, member), kind, width}
static const event_spec event_specs[] = {
    EVENT(body_a,          'i', 0),
    EVENT(body_b,          'i', 0),
    EVENT(geom_a,          'i', 0),
    EVENT(geom_b,          'i', 0),
    EVENT(begin_step,      'l', 0),
    EVENT(end_step,        'l', 0),
    EVENT(begin_time,      'd', 0),
    EVENT(end_time,        'd', 0),
    EVENT(point,           'd', 3),
    EVENT(normal,          'd', 3),
    EVENT(approach_speed,  'd', 0),
    EVENT(impulse_normal,  'd', 0),
    EVENT(impulse_tangent, 'd', 0),
    EVENT(impulse_total,   'd', 0),
    EVENT(max_depth,       'd', 0),
};

typedef struct figure_spec {
    const char *name;
    size_t offset; /* in reel_audit */
    char kind;     /* 'l' int64, 'd' double */
} figure_spec;

#define FIGURE(member, kind) {#member, offsetof(reel_audit, member), kind}
static const figure_spec figure_specs[] = {
    FIGURE(penetration,      'd'),
    FIGURE(initial_overlap,  'd'),
    FIGURE(joint_error,      'd'),
    FIGURE(energy_gain,      'd'),
    FIGURE(energy_scale,     'd'),
    FIGURE(momentum_error,   'd'),
    FIGURE(max_contacts,     'l'),
    FIGURE(contact_cap_hits, 'l'),
    FIGURE(solver_messages,  'l'),
    FIGURE(exact_steps,      'l'),
    FIGURE(iterative_steps,  'l'),
    FIGURE(escape,           'd'),
    FIGURE(asleep_fraction,  'd'),
};
/* clang-format on */

enum {
    N_ARRAYS = sizeof(array_specs) / sizeof(array_specs[0]),
    N_EVENT_COLUMNS = sizeof(event_specs) / sizeof(event_specs[0]),
    N_FIGURES = sizeof(figure_specs) / sizeof(figure_specs[0]),
    N_ALL = N_ARRAYS + 1 + N_EVENT_COLUMNS + 1,
};
static_assert((int)N_ALL <= (int)REEL_TAKE_MAX_ARRAYS, "callers have room for that many");

static size_t dtype_size(const char *dtype)
{
    return (size_t)(dtype[2] - '0');
}

static int axis_length(const reel_take *take, axis a)
{
    switch (a) {
    case AXIS_SAMPLE: return take->n_samples;
    case AXIS_BODY: return take->n_bodies;
    case AXIS_JOINT: return take->n_joints;
    case AXIS_CHANNEL: return take->n_channels;
    case AXIS_NONE: break;
    }
    return -1;
}

static void add_axis(reel_take_array *array, int64_t length)
{
    if (length >= 0) {
        array->shape[array->n_dims++] = length;
        array->bytes *= (size_t)length;
    }
}

/* An array's description but for its data. */
static reel_take_array describe(const char *name, const char *dtype, int64_t first, int64_t second,
                                int64_t third)
{
    reel_take_array array = {.name = name, .bytes = dtype_size(dtype)};
    memcpy(array.dtype, dtype, sizeof(array.dtype));
    add_axis(&array, first);
    add_axis(&array, second);
    add_axis(&array, third);
    return array;
}

static reel_take_array describe_spec(const reel_take *take, const array_spec *spec)
{
    return describe(spec->name, spec->dtype, axis_length(take, spec->first),
                    axis_length(take, spec->second), spec->width ? spec->width : -1);
}

static reel_take_array describe_event(int n_events, const event_spec *spec)
{
    return describe(spec->name, spec->kind == 'd' ? "<f8" : "<i8", n_events,
                    spec->width ? spec->width : -1, -1);
}

static void **member_of(reel_take *take, size_t offset)
{
    return (void **)(void *)((char *)take + offset);
}

/* ---- life ---- */

static reel_take *create(const reel_scene *scene, int n_channels)
{
    reel_take *take = reel_calloc(1, sizeof(*take));
    if (!take) {
        return NULL;
    }
    take->n_samples = reel_scene_n_samples(scene);
    take->n_bodies = scene->n_bodies;
    take->n_joints = scene->n_joints;
    take->n_channels = n_channels;
    bool ok = true;
    for (int i = 0; i < N_ARRAYS; i++) {
        const reel_take_array array = describe_spec(take, &array_specs[i]);
        void *data = reel_arena_alloc(&take->arena, array.bytes, 1);
        memcpy(member_of(take, array_specs[i].offset), &data, sizeof(data));
        ok &= data != NULL;
    }
    take->channels = REEL_ARENA_NEW(&take->arena, reel_channel, n_channels);
    ok &= take->channels != NULL;
    for (int i = 0; ok && i < n_channels; i++) {
        take->channels[i] = (reel_channel){"", ""};
    }
    if (!ok) {
        reel_take_destroy(&take);
    }
    return take;
}

reel_take *reel_take_create(const reel_scene *scene, int n_channels)
{
    assert(n_channels >= 0 && scene->frames >= 1 && scene->samples_per_frame >= 1);
    return create(scene, n_channels);
}

void reel_take_destroy(reel_take **take)
{
    if (*take) {
        reel_arena_finish(&(*take)->arena);
        reel_free(*take);
        *take = NULL;
    }
}

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

static void fill_event_column(const reel_take *take, const event_spec *spec, void *out)
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
    int n = 0;
    for (int i = 0; i < N_ARRAYS; i++) {
        out[n] = describe_spec(take, &array_specs[i]);
        memcpy(&out[n++].data, member_of(take, array_specs[i].offset), sizeof(void *));
    }
    const int first_derived = n;
    for (int i = 0; i < N_EVENT_COLUMNS; i++) {
        out[n++] = describe_event(take->n_events, &event_specs[i]);
    }
    out[n++] = describe("audit", "<f8", N_FIGURES, -1, -1);
    out[n++] = describe("channel_labels", "|u1", (int64_t)channel_text(take, NULL), -1, -1);
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
    for (int i = 0; i < N_EVENT_COLUMNS; i++) {
        fill_event_column(take, &event_specs[i], out[first_derived + i].data);
    }
    double *row = out[n - 2].data;
    for (int i = 0; i < N_FIGURES; i++) {
        row[i] = reel_audit_figure(&take->audit, i);
    }
    channel_text(take, out[n - 1].data);
    return n;
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

/* Body and geom of an event are indices; other integers only need to fit their member. */
static bool event_int_fits(const reel_scene *scene, const event_spec *spec, int64_t v)
{
    if (spec->kind != 'i') {
        return true;
    }
    const bool is_geom = strncmp(spec->name, "event_geom", 10) == 0;
    return v >= 0 && v < (is_geom ? scene->n_geoms : scene->n_bodies);
}

static reel_status read_events(reel_take *take, const reel_scene *scene,
                               const reel_take_array *arrays, int n, reel_error *err)
{
    const reel_take_array *first = find_array(arrays, n, event_specs[0].name);
    if (!first || first->n_dims != 1 || first->shape[0] < 0 || first->shape[0] > INT32_MAX) {
        return bad_array(err, event_specs[0].name, "missing, or not one number per event");
    }
    take->n_events = (int)first->shape[0];
    take->events = REEL_ARENA_NEW(&take->arena, reel_event, take->n_events);
    if (!take->events) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for %d events", take->n_events);
    }
    for (int i = 0; i < N_EVENT_COLUMNS; i++) {
        const event_spec *spec = &event_specs[i];
        const reel_take_array want = describe_event(take->n_events, spec);
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
                return bad_array(err, spec->name, "no such body or geom in the scene");
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
    const reel_take_array want = describe("audit", "<f8", N_FIGURES, -1, -1);
    const reel_take_array *got;
    const reel_status status = take_in(arrays, n, &want, &got, err);
    if (status != REEL_OK) {
        return status;
    }
    for (int i = 0; i < N_FIGURES; i++) {
        char *to = (char *)&take->audit + figure_specs[i].offset;
        double v;
        memcpy(&v, (const char *)got->data + 8 * i, 8);
        if (figure_specs[i].kind == 'd') {
            memcpy(to, &v, 8);
            continue;
        }
        if (!(fabs(v) <= 0x1p53) || v != floor(v)) {
            return bad_array(err, "audit", "a count is not a whole number");
        }
        const int64_t whole = (int64_t)v;
        memcpy(to, &whole, 8);
    }
    return REEL_OK;
}

/* Splits "name<tab>unit<newline>..." into the channels. */
static reel_status read_channels(reel_take *take, const reel_take_array *labels, reel_error *err)
{
    static const char name[] = "channel_labels";
    if (strcmp(labels->dtype, "|u1") != 0 || labels->n_dims != 1 || labels->shape[0] < 0 ||
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
        for (int k = 0; k < N_ARRAYS; k++) {
            known |= strcmp(arrays[i].name, array_specs[k].name) == 0;
        }
        for (int k = 0; k < N_EVENT_COLUMNS; k++) {
            known |= strcmp(arrays[i].name, event_specs[k].name) == 0;
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
    take = create(scene, (int)channel->shape[1]);
    if (!take) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a take");
    }
    take->n_states = take->n_samples;
    for (int i = 0; i < N_ARRAYS; i++) {
        const reel_take_array want = describe_spec(take, &array_specs[i]);
        const reel_take_array *got;
        status = take_in(arrays, n, &want, &got, err);
        if (status != REEL_OK) {
            goto fail;
        }
        void *to;
        memcpy(&to, member_of(take, array_specs[i].offset), sizeof(to));
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

/* ---- reading ---- */

static const double *row(const reel_take *take, const double *array, int sample, int body, int n)
{
    assert(sample >= 0 && sample < take->n_samples && body >= 0 && body < take->n_bodies);
    return array + ((size_t)sample * (size_t)take->n_bodies + (size_t)body) * (size_t)n;
}

static reel_vec3 vec3_at(const reel_take *take, const double *array, int sample, int body)
{
    const double *v = row(take, array, sample, body, 3);
    return reel_v3(v[0], v[1], v[2]);
}

reel_pose reel_take_pose(const reel_take *take, int sample, int body)
{
    const double *q = row(take, take->rotation, sample, body, 4);
    return (reel_pose){vec3_at(take, take->position, sample, body), {q[0], q[1], q[2], q[3]}};
}

reel_vec3 reel_take_velocity(const reel_take *take, int sample, int body)
{
    return vec3_at(take, take->velocity, sample, body);
}

reel_vec3 reel_take_omega(const reel_take *take, int sample, int body)
{
    return vec3_at(take, take->omega, sample, body);
}

int reel_audit_n_figures(void)
{
    return N_FIGURES;
}

const char *reel_audit_figure_name(int i)
{
    assert(i >= 0 && i < N_FIGURES);
    return figure_specs[i].name;
}

double reel_audit_figure(const reel_audit *audit, int i)
{
    assert(i >= 0 && i < N_FIGURES);
    const char *from = (const char *)audit + figure_specs[i].offset;
    if (figure_specs[i].kind == 'l') {
        int64_t whole;
        memcpy(&whole, from, sizeof(whole));
        assert(whole <= INT64_C(1) << 53 && whole >= -(INT64_C(1) << 53)); /* exact as a double */
        return (double)whole;
    }
    double v;
    memcpy(&v, from, sizeof(v));
    return v;
}
