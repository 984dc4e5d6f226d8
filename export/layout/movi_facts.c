/* movi_facts.c - what MOVi says of instances, camera and collisions; see movi.h. */
#include "base/trig.h"
#include "export/layout/movi.h"
#include "export/tables_internal.h"
#include <math.h>
#include <string.h>

/* A sensor as wide as that of MOVi's cameras; only its share of the focal length has a meaning. */
#define SENSOR_WIDTH 32.0 /* mm */
/* Nearer to the camera's plane than this a point counts as this far: 0 has no place in the image.
 */
#define LEAST_DEPTH 1e-9 /* m */

void reel_movi_facts_finish(reel_movi_facts *facts)
{
    reel_arena_finish(&facts->arena);
    *facts = (reel_movi_facts){0};
}

/* ---- order ----------------------------------------------------------------------------------- */

static int64_t seen_pixels(const reel_record *record, int stream, int instance)
{
    const int n = reel_scene_n_instances(record->scene);
    int64_t sum = 0;
    for (int f = 0; f < record->scene->frames; f++) {
        sum += record->visible_pixels[stream][(size_t)f * (size_t)n + (size_t)instance - 1];
    }
    return sum;
}

/* Objects that are seen at all, the most seen first, equals as in the scene. */
static reel_status sort_instances(reel_movi_facts *x, reel_error *err)
{
    const reel_scene *scene = x->record->scene;
    int64_t pixels[REEL_MOVI_MOST];
    for (int i = 0; i < scene->n_objects; i++) {
        const int id = scene->objects[i].instance_id;
        const int64_t seen = id > 0 ? seen_pixels(x->record, x->stream, id) : 0;
        if (seen == 0) {
            continue;
        }
        if (x->n == REEL_MOVI_MOST) {
            return reel_fail(
                err, REEL_E_REFUSED,
                "%s shows more than %d objects, and MOVi's segmentations are of 8 bits",
                x->record->streams[x->stream].id, REEL_MOVI_MOST);
        }
        int at = x->n++;
        for (; at > 0 && pixels[at - 1] < seen; at--) {
            pixels[at] = pixels[at - 1];
            x->object[at] = x->object[at - 1];
        }
        pixels[at] = seen;
        x->object[at] = i;
    }
    for (int k = 0; k < x->n; k++) {
        x->index[scene->objects[x->object[k]].instance_id] = (uint8_t)(k + 1);
    }
    return REEL_OK;
}

static bool allocate(reel_movi_facts *x)
{
    reel_arena *a = &x->arena;
    const size_t n = (size_t)x->n, t = (size_t)x->frames, nt = n * t;
    const size_t e = (size_t)x->record->take->n_events;
    x->mass = REEL_ARENA_NEW(a, float, n + 1);
    x->friction = REEL_ARENA_NEW(a, float, n + 1);
    x->restitution = REEL_ARENA_NEW(a, float, n + 1);
    x->positions = REEL_ARENA_NEW(a, double, 3 * nt + 1);
    x->velocities = REEL_ARENA_NEW(a, double, 3 * nt + 1);
    x->omegas = REEL_ARENA_NEW(a, double, 3 * nt + 1);
    x->quaternions = REEL_ARENA_NEW(a, double, 4 * nt + 1);
    x->boxes_3d = REEL_ARENA_NEW(a, double, 24 * nt + 1);
    x->image_positions = REEL_ARENA_NEW(a, double, 2 * nt + 1);
    x->visibility = REEL_ARENA_NEW(a, uint32_t, nt + 1);
    x->boxes = REEL_ARENA_NEW(a, double, 4 * nt + 1);
    x->box_frames = REEL_ARENA_NEW(a, int32_t, nt + 1);
    x->box_splits = REEL_ARENA_NEW(a, int64_t, n + 1);
    x->camera_positions = REEL_ARENA_NEW(a, double, 3 * t);
    x->camera_quaternions = REEL_ARENA_NEW(a, double, 4 * t);
    x->event_instances = REEL_ARENA_NEW(a, int32_t, 2 * e + 1);
    x->event_frame = REEL_ARENA_NEW(a, double, e + 1);
    x->event_force = REEL_ARENA_NEW(a, double, e + 1);
    x->event_position = REEL_ARENA_NEW(a, double, 3 * e + 1);
    x->event_normal = REEL_ARENA_NEW(a, double, 3 * e + 1);
    x->event_image = REEL_ARENA_NEW(a, double, 2 * e + 1);
    return x->mass && x->friction && x->restitution && x->positions && x->velocities && x->omegas &&
           x->quaternions && x->boxes_3d && x->image_positions && x->visibility && x->boxes &&
           x->box_frames && x->box_splits && x->camera_positions && x->camera_quaternions &&
           x->event_instances && x->event_frame && x->event_force && x->event_position &&
           x->event_normal && x->event_image;
}

/* ---- image ----------------------------------------------------------------------------------- */

/* As Kubric projects: x, y in 0..1 of the image; mirrored behind the camera. */
static void project(const reel_movi_facts *x, int frame, reel_vec3 p, double out[2])
{
    const reel_scene *scene = x->record->scene;
    const double *k = x->record->k[x->stream] + 9 * (size_t)frame;
    const double *m = x->record->cam_from_world[x->stream] + 16 * (size_t)frame;
    const double u = m[0] * p.x + m[1] * p.y + m[2] * p.z + m[3];
    const double v = m[4] * p.x + m[5] * p.y + m[6] * p.z + m[7];
    double z = m[8] * p.x + m[9] * p.y + m[10] * p.z + m[11];
    z = fabs(z) < LEAST_DEPTH ? LEAST_DEPTH : z;
    out[0] = (k[0] * u / z + k[2]) / scene->width;
    out[1] = (k[4] * v / z + k[5]) / scene->height;
}

static void put3(double *out, reel_vec3 v)
{
    out[0] = v.x;
    out[1] = v.y;
    out[2] = v.z;
}

static void put_quat(double *out, reel_quat q)
{
    memcpy(out, (double[4]){q.w, q.x, q.y, q.z}, 4 * sizeof *out);
}

/* Kubric's cameras look along -z, y up; ours along z, y down. Signs are such that nothing jumps. */
static void set_camera(reel_movi_facts *x)
{
    const reel_record *record = x->record;
    const double *k = record->k[x->stream];
    reel_quat last = {1, 0, 0, 0};
    x->sensor_width = SENSOR_WIDTH;
    x->focal_length = k[0] / record->scene->width * SENSOR_WIDTH;
    x->fov = 2 * reel_atan2(SENSOR_WIDTH / 2, x->focal_length);
    for (int f = 0; f < x->frames; f++) {
        const double *m = record->cam_from_world[x->stream] + 16 * (size_t)f;
        const reel_mat3 turn = {
            {{m[0], -m[4], -m[8]}, {m[1], -m[5], -m[9]}, {m[2], -m[6], -m[10]}}};
        const reel_mat3 r = {{{m[0], m[1], m[2]}, {m[4], m[5], m[6]}, {m[8], m[9], m[10]}}};
        reel_quat q = reel_quat_from_mat3(turn);
        if (q.w * last.w + q.x * last.x + q.y * last.y + q.z * last.z < 0) {
            q = (reel_quat){-q.w, -q.x, -q.y, -q.z};
        }
        last = q;
        put_quat(x->camera_quaternions + 4 * f, q);
        put3(x->camera_positions + 3 * f,
             reel_v3_scale(reel_mat3_tmul_v(r, reel_v3(m[3], m[7], m[11])), -1));
    }
}

/* ---- instances ------------------------------------------------------------------------------- */

/* The corners of a body's own box: index 4 ix + 2 iy + iz. */
static void own_box(const reel_body *body, reel_pose pose, double out[24])
{
    for (int i = 0; i < 8; i++) {
        const reel_vec3 c = {i & 4 ? body->box_max[0] : body->box_min[0],
                             i & 2 ? body->box_max[1] : body->box_min[1],
                             i & 1 ? body->box_max[2] : body->box_min[2]};
        put3(out + 3 * i, reel_pose_apply(pose, c));
    }
}

static void set_box_3d(const reel_movi_facts *x, const reel_object *o, int sample, double out[24])
{
    const reel_record *record = x->record;
    const reel_object_box box = reel_object_box_at(record->scene, record->take, sample, o);
    if (!box.known) { /* its first body is not there: where it would be */
        own_box(&record->scene->bodies[o->first_body],
                reel_take_pose(record->take, sample, o->first_body), out);
        return;
    }
    for (int i = 0; i < 8; i++) {
        const int ours = (i & 4 ? 1 : 0) | (i & 2) | (i & 1 ? 4 : 0);
        memcpy(out + 3 * i, box.corners + 3 * ours, 3 * sizeof *out);
    }
}

static void set_seen(reel_movi_facts *x, int k, const reel_object *o)
{
    const reel_record *record = x->record;
    const reel_scene *scene = record->scene;
    const size_t n = (size_t)reel_scene_n_instances(scene);
    for (int f = 0; f < x->frames; f++) {
        const size_t at = (size_t)f * n + (size_t)o->instance_id - 1;
        const int32_t pixels = record->visible_pixels[x->stream][at];
        const int32_t *b = record->boxes[x->stream] + 4 * at;
        x->visibility[(size_t)k * (size_t)x->frames + (size_t)f] = (uint32_t)pixels;
        if (pixels > 0) {
            const double box[4] = {(double)b[1] / scene->height, (double)b[0] / scene->width,
                                   (double)b[3] / scene->height, (double)b[2] / scene->width};
            memcpy(x->boxes + 4 * (size_t)x->n_boxes, box, sizeof box);
            x->box_frames[x->n_boxes++] = f;
        }
    }
    x->box_splits[k + 1] = x->n_boxes;
}

static void set_instance(reel_movi_facts *x, int k)
{
    const reel_record *record = x->record;
    const reel_scene *scene = record->scene;
    const reel_object *o = &scene->objects[x->object[k]];
    const reel_body *body = &scene->bodies[o->first_body];
    double mass = 0;
    for (int b = 0; b < o->n_bodies; b++) {
        mass += body[b].motion == REEL_MOTION_STATIC ? 0 : body[b].mass;
    }
    x->mass[k] = (float)mass;
    if (body->n_geoms > 0) {
        const reel_surface *s = &scene->surfaces[scene->geoms[body->first_geom].surface];
        x->friction[k] = (float)s->friction;
        x->restitution[k] = (float)s->restitution;
    }
    for (int f = 0; f < x->frames; f++) {
        const int sample = f * scene->samples_per_frame;
        const size_t at = (size_t)k * (size_t)x->frames + (size_t)f;
        const reel_pose pose = reel_take_pose(record->take, sample, o->first_body);
        put3(x->positions + 3 * at, pose.p);
        put_quat(x->quaternions + 4 * at, pose.q);
        put3(x->velocities + 3 * at, reel_take_velocity(record->take, sample, o->first_body));
        put3(x->omegas + 3 * at, reel_take_omega(record->take, sample, o->first_body));
        set_box_3d(x, o, sample, x->boxes_3d + 24 * at);
        project(x, f, pose.p, x->image_positions + 2 * at);
    }
    set_seen(x, k, o);
}

/* ---- collisions ------------------------------------------------------------------------------ */

static int32_t index_of(const reel_movi_facts *x, int body)
{
    const reel_scene *scene = x->record->scene;
    return (int32_t)x->index[scene->objects[scene->bodies[body].object].instance_id] - 1;
}

/* N: the impact's impulse over the time that it was summed up for. */
static double mean_force(const reel_scene *scene, const reel_event *e)
{
    const int64_t last = reel_scene_last_step(scene) + 1;
    const int64_t end = e->end_step < 0 ? last : e->end_step;
    const double lasts = (double)(end - e->begin_step) / scene->step_rate;
    return e->impulse_normal / fmin(lasts, 0.01);
}

static void set_event(reel_movi_facts *x, const reel_event *e)
{
    const reel_scene *scene = x->record->scene;
    const int steps = reel_scene_steps_per_frame(scene), i = x->n_events++;
    const int frame = (int)(e->begin_step / steps);
    x->event_instances[2 * i] = index_of(x, e->body_b);
    x->event_instances[2 * i + 1] = index_of(x, e->body_a);
    x->event_frame[i] = (double)e->begin_step / steps;
    x->event_force[i] = mean_force(scene, e);
    memcpy(x->event_position + 3 * (size_t)i, e->point, sizeof e->point);
    memcpy(x->event_normal + 3 * (size_t)i, e->normal, sizeof e->normal);
    project(x, frame < x->frames ? frame : x->frames - 1,
            reel_v3(e->point[0], e->point[1], e->point[2]), x->event_image + 2 * (size_t)i);
}

reel_status reel_movi_facts_make(const reel_record *record, int stream, reel_movi_facts *out,
                                 reel_error *err)
{
    reel_movi_facts x = {.record = record, .stream = stream, .frames = record->scene->frames};
    x.index = REEL_ARENA_NEW(&x.arena, uint8_t, reel_scene_n_instances(record->scene) + 1);
    reel_status status = x.index ? sort_instances(&x, err) : REEL_E_NOMEM;
    if (!status && !allocate(&x)) {
        status = REEL_E_NOMEM;
    }
    if (status) {
        reel_movi_facts_finish(&x);
        return status == REEL_E_NOMEM ? reel_fail(err, status, "out of memory for a video")
                                      : status;
    }
    set_camera(&x);
    for (int k = 0; k < x.n; k++) {
        set_instance(&x, k);
    }
    for (int i = 0; i < record->take->n_events; i++) {
        set_event(&x, &record->take->events[i]);
    }
    *out = x;
    return REEL_OK;
}
