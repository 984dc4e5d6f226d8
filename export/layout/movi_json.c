/* movi_json.c - the facts of a video as JSON and as arrays; see movi.h. */
#include "export/layout/movi.h"
#include <stdio.h>
#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Nested arrays of the shape, which ends with 0. */
static reel_json *list(const double *at, const int *shape)
{
    reel_json *out = reel_json_array();
    size_t step = 1;
    for (int i = 1; shape[i]; i++) {
        step *= (size_t)shape[i];
    }
    bool ok = out != NULL;
    for (int i = 0; ok && i < shape[0]; i++) {
        ok = reel_json_push(out, shape[1] ? list(at + (size_t)i * step, shape + 1)
                                          : reel_json_real(at[i]));
    }
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

static reel_json *list1(const double *at, int n)
{
    return n > 0 ? list(at, (int[]){n, 0}) : reel_json_array();
}

static reel_json *list2(const double *at, int n, int m)
{
    return n > 0 ? list(at, (int[]){n, m, 0}) : reel_json_array();
}

static bool put_words(reel_json *out, const reel_movi_facts *x, int k)
{
    const reel_scene *scene = x->record->scene;
    const reel_object *o = &scene->objects[x->object[k]];
    const reel_body *body = &scene->bodies[o->first_body];
    const double *color = NULL;
    double size = 0;
    for (int g = body->first_geom + body->n_geoms - 1; g >= body->first_geom; g--) {
        color = scene->geoms[g].visible ? scene->materials[scene->geoms[g].material].color : color;
    }
    for (int i = 0; i < 3; i++) {
        const double edge = body->box_max[i] - body->box_min[i];
        size = edge > size ? edge : size;
    }
    bool ok = reel_json_put(out, "asset_id", reel_json_string(o->name));
    ok &= reel_json_put(out, "category", reel_json_string(o->category));
    ok &= reel_json_put(out, "shape", reel_json_string(o->shape));
    ok &= reel_json_put(out, "material", reel_json_string(o->material));
    ok &= reel_json_put(out, "color_label", reel_json_string(o->color));
    ok &= reel_json_put(out, "color", color ? list1(color, 3) : reel_json_null());
    ok &= reel_json_put(out, "size", reel_json_real(size));
    ok &= reel_json_put(out, "instance_id", reel_json_int(o->instance_id));
    ok &= reel_json_put(out, "static", reel_json_bool(body->motion == REEL_MOTION_STATIC));
    return ok;
}

static reel_json *instance_json(const reel_movi_facts *x, int k)
{
    const int t = x->frames;
    const size_t at = (size_t)k * (size_t)t;
    const size_t first = (size_t)x->box_splits[k];
    const int n = (int)(x->box_splits[k + 1] - x->box_splits[k]);
    reel_json *out = reel_json_object(), *frames = reel_json_array(), *pixels = reel_json_array();
    bool ok = out && frames && pixels;
    for (int i = 0; ok && i < n; i++) {
        ok = reel_json_push(frames, reel_json_int(x->box_frames[first + (size_t)i]));
    }
    for (int f = 0; ok && f < t; f++) {
        ok = reel_json_push(pixels, reel_json_int(x->visibility[at + (size_t)f]));
    }
    ok = ok && put_words(out, x, k);
    ok = ok && reel_json_put(out, "mass", reel_json_real(x->mass[k]));
    ok = ok && reel_json_put(out, "friction", reel_json_real(x->friction[k]));
    ok = ok && reel_json_put(out, "restitution", reel_json_real(x->restitution[k]));
    ok = ok && reel_json_put(out, "positions", list2(x->positions + 3 * at, t, 3));
    ok = ok && reel_json_put(out, "quaternions", list2(x->quaternions + 4 * at, t, 4));
    ok = ok && reel_json_put(out, "velocities", list2(x->velocities + 3 * at, t, 3));
    ok = ok && reel_json_put(out, "angular_velocities", list2(x->omegas + 3 * at, t, 3));
    ok = ok && reel_json_put(out, "image_positions", list2(x->image_positions + 2 * at, t, 2));
    ok = ok && reel_json_put(out, "bboxes_3d", list(x->boxes_3d + 24 * at, (int[]){t, 8, 3, 0}));
    ok = ok && reel_json_put(out, "bboxes", list2(x->boxes + 4 * first, n, 4));
    /* put() takes what it is given, also when it fails */
    const bool rest = reel_json_put(out, "bbox_frames", frames);
    if (!(reel_json_put(out, "visibility", pixels) && rest && ok)) {
        reel_json_destroy(&out);
    }
    return out;
}

/* The two matrices of Kubric's cameras: of the image as 1 x 1, and world from camera in frame 0. */
static bool put_matrices(reel_json *out, const reel_movi_facts *x)
{
    const reel_scene *scene = x->record->scene;
    const double *q = x->camera_quaternions, *p = x->camera_positions;
    const double share = x->focal_length / x->sensor_width;
    const double k[9] = {share, 0, -0.5, 0, -share * scene->width / scene->height, -0.5, 0, 0, -1};
    const reel_mat3 r = reel_mat3_from_quat((reel_quat){q[0], q[1], q[2], q[3]});
    double m[16] = {0};
    for (int i = 0; i < 3; i++) {
        memcpy(m + 4 * i, r.m[i], 3 * sizeof *m);
        m[4 * i + 3] = p[i];
    }
    m[15] = 1;
    return reel_json_put(out, "K", list2(k, 3, 3)) && reel_json_put(out, "R", list2(m, 4, 4));
}

static reel_json *camera_json(const reel_movi_facts *x)
{
    reel_json *out = reel_json_object();
    bool ok = out != NULL;
    ok = ok && reel_json_put(out, "focal_length", reel_json_real(x->focal_length));
    ok = ok && reel_json_put(out, "sensor_width", reel_json_real(x->sensor_width));
    ok = ok && reel_json_put(out, "field_of_view", reel_json_real(x->fov));
    ok = ok && reel_json_put(out, "positions", list2(x->camera_positions, x->frames, 3));
    ok = ok && reel_json_put(out, "quaternions", list2(x->camera_quaternions, x->frames, 4));
    ok = ok && put_matrices(out, x);
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

static reel_json *video_json(const reel_movi_facts *x, const reel_movi_ranges *ranges)
{
    const reel_record *record = x->record;
    const reel_scene *scene = record->scene;
    const double gravity[3] = {scene->gravity.x, scene->gravity.y, scene->gravity.z};
    const double size[2] = {scene->width, scene->height};
    reel_json *out = reel_json_object(), *resolution = reel_json_array();
    bool ok = out && resolution;
    for (int i = 0; ok && i < 2; i++) {
        ok = reel_json_push(resolution, reel_json_int((int64_t)size[i]));
    }
    ok = reel_json_put(out, "resolution", resolution) && ok;
    ok = ok && reel_json_put(out, "frame_rate", reel_json_int(scene->fps));
    ok = ok && reel_json_put(out, "step_rate", reel_json_int(scene->step_rate));
    ok = ok && reel_json_put(out, "gravity", list1(gravity, 3));
    ok = ok && reel_json_put(out, "num_frames", reel_json_int(x->frames));
    ok = ok && reel_json_put(out, "num_instances", reel_json_int(x->n));
    ok = ok && reel_json_put(out, "video_name", reel_json_string(record->streams[x->stream].id));
    ok = ok && reel_json_put(out, "clip_id", reel_json_string(record->clip_id));
    ok = ok && reel_json_put(out, "camera", reel_json_string(record->streams[x->stream].camera));
    ok = ok && reel_json_put(out, "family", reel_json_string(record->family));
    ok = ok && reel_json_put(out, "caption", reel_json_string(scene->caption));
    ok = ok &&
         reel_json_put(out, "depth_no_hit",
                       ranges->has_no_hit ? reel_json_real(ranges->depth[1]) : reel_json_null());
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

reel_json *reel_movi_metadata(const reel_movi_facts *facts, const reel_movi_ranges *ranges)
{
    reel_json *out = reel_json_object(), *instances = reel_json_array();
    bool ok = out && instances;
    for (int k = 0; ok && k < facts->n; k++) {
        ok = reel_json_push(instances, instance_json(facts, k));
    }
    ok = reel_json_put(out, "instances", instances) && ok;
    ok = ok && reel_json_put(out, "flags", reel_json_object());
    ok = ok && reel_json_put(out, "metadata", video_json(facts, ranges));
    ok = ok && reel_json_put(out, "camera", camera_json(facts));
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

static reel_json *event_json(const reel_movi_facts *x, int i)
{
    const size_t at = (size_t)i;
    reel_json *out = reel_json_object(), *pair = reel_json_array();
    bool ok = out && pair;
    for (int k = 0; ok && k < 2; k++) {
        ok = reel_json_push(pair, reel_json_int(x->event_instances[2 * i + k]));
    }
    ok = reel_json_put(out, "instances", pair) && ok;
    ok = ok && reel_json_put(out, "frame", reel_json_real(x->event_frame[i]));
    ok = ok && reel_json_put(out, "force", reel_json_real(x->event_force[i]));
    ok = ok && reel_json_put(out, "position", list1(x->event_position + 3 * at, 3));
    ok = ok && reel_json_put(out, "image_position", list1(x->event_image + 2 * at, 2));
    ok = ok && reel_json_put(out, "contact_normal", list1(x->event_normal + 3 * at, 3));
    if (!ok) {
        reel_json_destroy(&out);
    }
    return out;
}

reel_json *reel_movi_events(const reel_movi_facts *facts)
{
    reel_json *out = reel_json_object(), *events = reel_json_array();
    bool ok = out && events;
    for (int i = 0; ok && i < facts->n_events; i++) {
        ok = reel_json_push(events, event_json(facts, i));
    }
    if (!(reel_json_put(out, "collisions", events) && ok)) {
        reel_json_destroy(&out);
    }
    return out;
}

static reel_json *range_json(const double range[2])
{
    reel_json *out = reel_json_object();
    if (!out || !reel_json_put(out, "min", reel_json_real(range[0])) ||
        !reel_json_put(out, "max", reel_json_real(range[1]))) {
        reel_json_destroy(&out);
    }
    return out;
}

reel_json *reel_movi_data_ranges(const reel_movi_ranges *ranges)
{
    reel_json *out = reel_json_object();
    if (!out || !reel_json_put(out, "depth", range_json(ranges->depth)) ||
        !reel_json_put(out, "forward_flow", range_json(ranges->flow)) ||
        !reel_json_put(out, "backward_flow", range_json(ranges->flow))) {
        reel_json_destroy(&out);
    }
    return out;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static size_t count_of(const int64_t *shape, int n_dims)
{
    size_t n = 1;
    for (int i = 0; i < n_dims; i++) {
        n *= (size_t)shape[i];
    }
    return n;
}

static reel_status put(reel_npz_writer *npz, const char *name, const char *dtype,
                       const int64_t *shape, int n_dims, const void *data, reel_error *err)
{
    reel_npz_array array = {.n_dims = n_dims, .data = (void *)data};
    snprintf(array.dtype, sizeof array.dtype, "%s", dtype);
    memcpy(array.shape, shape, (size_t)n_dims * sizeof *shape);
    array.bytes = count_of(shape, n_dims) * (size_t)(dtype[2] - '0');
    return reel_npz_add(npz, name, &array, err);
}

/* As float32, which MOVi has throughout. */
static reel_status put_floats(reel_npz_writer *npz, const char *name, const int64_t *shape,
                              int n_dims, const double *data, reel_error *err)
{
    const size_t n = count_of(shape, n_dims);
    float *floats = reel_alloc((n + 1) * sizeof *floats);
    if (!floats) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
    }
    for (size_t i = 0; i < n; i++) {
        floats[i] = (float)data[i];
    }
    const reel_status status = put(npz, name, "<f4", shape, n_dims, floats, err);
    reel_free(floats);
    return status;
}

typedef struct movi_row {
    const char *name;
    int64_t shape[4];
    int n_dims;
    const double *data;
} movi_row;

static reel_status put_rows(reel_npz_writer *npz, const movi_row *rows, size_t n, reel_error *err)
{
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < n; i++) {
        status = put_floats(npz, rows[i].name, rows[i].shape, rows[i].n_dims, rows[i].data, err);
    }
    return status;
}

static reel_status write_floats(const reel_movi_facts *x, const reel_movi_ranges *ranges,
                                reel_npz_writer *npz, reel_error *err)
{
    const int64_t n = x->n, t = x->frames, e = x->n_events;
    const movi_row rows[] = {
        {"metadata/depth_range", {2}, 1, ranges->depth},
        {"metadata/forward_flow_range", {2}, 1, ranges->flow},
        {"metadata/backward_flow_range", {2}, 1, ranges->flow},
        {"instances/positions", {n, t, 3}, 3, x->positions},
        {"instances/quaternions", {n, t, 4}, 3, x->quaternions},
        {"instances/velocities", {n, t, 3}, 3, x->velocities},
        {"instances/angular_velocities", {n, t, 3}, 3, x->omegas},
        {"instances/bboxes_3d", {n, t, 8, 3}, 4, x->boxes_3d},
        {"instances/image_positions", {n, t, 2}, 3, x->image_positions},
        {"instances/bboxes", {x->n_boxes, 4}, 2, x->boxes},
        {"camera/focal_length", {0}, 0, &x->focal_length},
        {"camera/sensor_width", {0}, 0, &x->sensor_width},
        {"camera/field_of_view", {0}, 0, &x->fov},
        {"camera/positions", {t, 3}, 2, x->camera_positions},
        {"camera/quaternions", {t, 4}, 2, x->camera_quaternions},
        {"events/collisions/force", {e}, 1, x->event_force},
        {"events/collisions/position", {e, 3}, 2, x->event_position},
        {"events/collisions/image_position", {e, 2}, 2, x->event_image},
        {"events/collisions/contact_normal", {e, 3}, 2, x->event_normal},
    };
    return put_rows(npz, rows, sizeof rows / sizeof rows[0], err);
}

static reel_status write_numbers(const reel_movi_facts *x, reel_npz_writer *npz, reel_error *err)
{
    const reel_scene *scene = x->record->scene;
    const int64_t n = x->n, t = x->frames, k = x->n_boxes, s = n + 1;
    const int32_t width = scene->width, height = scene->height, frames = x->frames;
    const uint16_t count = (uint16_t)x->n;
    int32_t ids[REEL_MOVI_MOST];
    for (int i = 0; i < x->n; i++) {
        ids[i] = scene->objects[x->object[i]].instance_id;
    }
    const struct {
        const char *name, *dtype;
        int64_t shape[2];
        int n_dims;
        const void *data;
    } rows[] = {
        {"metadata/width", "<i4", {0}, 0, &width},
        {"metadata/height", "<i4", {0}, 0, &height},
        {"metadata/num_frames", "<i4", {0}, 0, &frames},
        {"metadata/num_instances", "<u2", {0}, 0, &count},
        {"instances/mass", "<f4", {n}, 1, x->mass},
        {"instances/friction", "<f4", {n}, 1, x->friction},
        {"instances/restitution", "<f4", {n}, 1, x->restitution},
        {"instances/instance_id", "<i4", {n}, 1, ids},
        {"instances/visibility", "<u4", {n, t}, 2, x->visibility},
        {"instances/bbox_frames", "<i4", {k}, 1, x->box_frames},
        {"instances/bbox_row_splits", "<i8", {s}, 1, x->box_splits},
    };
    reel_status status = REEL_OK;
    for (size_t i = 0; !status && i < sizeof rows / sizeof rows[0]; i++) {
        status =
            put(npz, rows[i].name, rows[i].dtype, rows[i].shape, rows[i].n_dims, rows[i].data, err);
    }
    return status;
}

/* As MOVi has them: who is no instance is 65535, and frames are whole. */
static reel_status write_events(const reel_movi_facts *x, reel_npz_writer *npz, reel_error *err)
{
    const int64_t e = x->n_events, pairs[2] = {e, 2};
    uint16_t *instances = reel_alloc((2 * (size_t)e + 1) * sizeof *instances);
    int32_t *frames = reel_alloc(((size_t)e + 1) * sizeof *frames);
    reel_status status = REEL_OK;
    if (!instances || !frames) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
    }
    for (int i = 0; !status && i < e; i++) {
        instances[2 * i] = (uint16_t)x->event_instances[2 * i];
        instances[2 * i + 1] = (uint16_t)x->event_instances[2 * i + 1];
        frames[i] = (int32_t)x->event_frame[i];
    }
    status =
        status ? status : put(npz, "events/collisions/instances", "<u2", pairs, 2, instances, err);
    status = status ? status : put(npz, "events/collisions/frame", "<i4", &e, 1, frames, err);
    reel_free(instances);
    reel_free(frames);
    return status;
}

reel_status reel_movi_facts_write(const reel_movi_facts *facts, const reel_movi_ranges *ranges,
                                  reel_npz_writer *npz, reel_error *err)
{
    reel_status status = write_numbers(facts, npz, err);
    status = status ? status : write_floats(facts, ranges, npz, err);
    return status ? status : write_events(facts, npz, err);
}
