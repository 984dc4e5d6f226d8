/* tap_arrays.c - see tap.h. */
#include "base/rng.h"
#include "export/layout/tap.h"
#include "export/npz.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char reel_tap_notes[] =
    "### Point tracks\n\n"
    "N tracks of T frames at W x H px; pixel (i, j) has its centre at (i + 0.5, j + 0.5), (0, 0) "
    "is "
    "the upper left corner of the image.\n\n"
    "| array | type, shape | value |\n|---|---|---|\n"
    "| `tracks` | f4 [N,T,2] | x, y in px, beyond the image too; -1, -1 where the point is not in "
    "front of the camera or its body is not there |\n"
    "| `occluded` | b1 [N,T] | not seen: hidden, outside the image or not there |\n"
    "| `state` | u1 [N,T] | 0 its body is not there, 1 visible, 2 hidden, 3 outside the image |\n"
    "| `query_points` | f4 [N,3] | t, y, x of the first frame in which it is visible: the mode "
    "`first` |\n"
    "| `query_points_strided`, `query_track_strided` | f4 [M,3], i4 [M] | the mode `strided`: "
    "every "
    "visible track of each such frame, and which track it is |\n"
    "| `xyz_world` | f4 [N,T,3] | m, world frame, z up; of a body that is not there: where it "
    "would "
    "be |\n"
    "| `instance`, `track` | i4 [N] | object (0: none, the ground); number of the point in the "
    "clip, "
    "the same for all cameras |\n"
    "| `video_size` | i4 [2] | W, H |\n"
    "| `tracks_XYZ`, `visibility` | f4 [T,N,3], b1 [T,N] | TAPVid-3D: m, camera frame (x right, y "
    "down, z forward); not `occluded` |\n"
    "| `queries_xyt` | f4 [N,3] | TAPVid-3D: x, y, t of `query_points` |\n"
    "| `fx_fy_cx_cy`, `extrinsics_w2c` | f8 [4], f8 [T,4,4] | TAPVid-3D: px; camera from world "
    "|\n\n"
    "TAP-Vid's `points` are `tracks` / (W, H). Points that a camera never sees are left out, so "
    "every "
    "track has a query. Points are drawn uniformly by area over the objects' surfaces; those of "
    "the "
    "ground through random pixels of random frames. TAPVid-3D's `images_jpeg_bytes` are the frames "
    "of the video, which are not repeated here.\n\n";

struct reel_tap {
    const reel_layout_clip *clip;
    reel_tap_settings set;
    reel_arena arena;
    int n_points;
    reel_track *points;
    reel_objects objects;
    uint8_t *state; /* [frames][n_points], of the stream that is being written */
    int *kept;      /* [n_points]: points that it sees in any frame */
    int *first;     /* [n_points]: the first such frame */
};

/* ---- points ---------------------------------------------------------------------------------- */

/* Points on the objects: that many on each, or in all, the first ones of each in turn. */
static reel_status make_points(reel_tap *t, reel_error *err)
{
    const reel_scene *scene = t->clip->record->scene;
    int each = t->set.points, rest = 0, n = 0, kept = 0;
    reel_track *points = NULL;
    reel_status status = REEL_OK;
    if (!t->set.per_object) {
        status = reel_tracks_make(scene, 1, &t->arena, &points, &n, err);
        each = n > 0 ? t->set.points / n : 0;
        rest = n > 0 ? t->set.points % n : 0;
    }
    const int most = each + (rest > 0 ? 1 : 0);
    if (!status && most > REEL_MAX_TRACKS) {
        return reel_fail_at(err, REEL_E_USAGE, NULL, 0, "points",
                            "%s has %d objects, and there are at most %d points on each",
                            t->clip->record->clip_id, n, REEL_MAX_TRACKS);
    }
    status = status ? status : reel_tracks_make(scene, most, &t->arena, &points, &n, err);
    /* of each object the last one is dropped, but for those whose turn it is */
    for (int i = 0, number = 0, object = -1, last = -1; !status && i < n; i++, number++) {
        if (points[i].instance != last) {
            last = points[i].instance;
            number = 0;
            object++;
        }
        if (number < each + (object < rest ? 1 : 0)) {
            points[kept++] = points[i];
        }
    }
    t->points = points;
    t->n_points = kept;
    return status;
}

/* Where the ray through (u, v) of a frame meets the nearest drawn plane of no object. */
static bool hit_ground(const reel_record *record, int s, int frame, double u, double v,
                       reel_track *out)
{
    const reel_scene *scene = record->scene;
    const double *k = record->k[s] + 9 * (size_t)frame;
    const double *m = record->cam_from_world[s] + 16 * (size_t)frame;
    const reel_mat3 turn = {{{m[0], m[1], m[2]}, {m[4], m[5], m[6]}, {m[8], m[9], m[10]}}};
    const reel_vec3 ray = reel_v3((u - k[2]) / k[0], (v - k[5]) / k[4], 1);
    const reel_vec3 way = reel_mat3_tmul_v(turn, ray);
    const reel_vec3 eye = reel_v3_scale(reel_mat3_tmul_v(turn, reel_v3(m[3], m[7], m[11])), -1);
    double nearest = INFINITY;
    for (int i = 0; i < scene->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[i];
        const reel_body *body = &scene->bodies[g->body];
        if (g->shape != REEL_SHAPE_PLANE || !g->visible ||
            scene->objects[body->object].instance_id != 0) {
            continue;
        }
        const reel_pose pose =
            reel_pose_mul(reel_take_pose(record->take, frame * scene->samples_per_frame, g->body),
                          g->body_from_geom);
        const reel_pose inverse = reel_pose_inverse(pose);
        const reel_vec3 from = reel_pose_apply(inverse, eye);
        const reel_vec3 to = reel_quat_rotate(inverse.q, way);
        const double far = to.z < 0 ? -from.z / to.z : -1;
        const reel_vec3 p = reel_v3(from.x + far * to.x, from.y + far * to.y, 0);
        const bool inside = !(g->size[0] > 0) || reel_v3_len(p) < g->size[0];
        if (far > 0 && far < nearest && inside) {
            const reel_vec3 at = reel_pose_apply(g->body_from_geom, p);
            const reel_vec3 up = reel_quat_rotate(g->body_from_geom.q, reel_v3(0, 0, 1));
            nearest = far;
            *out = (reel_track){.body = g->body,
                                .geom = i,
                                .point = {at.x, at.y, at.z},
                                .normal = {up.x, up.y, up.z}};
        }
    }
    return nearest < INFINITY;
}

/* Point number k on the ground, through a pixel that looks at it, if one is found. */
static bool make_ground_point(const reel_record *record, int k, reel_track *out)
{
    enum { MOST_TRIES = 64 };
    const reel_scene *scene = record->scene;
    char path[64];
    snprintf(path, sizeof path, "tracks//ground/%d", k); /* no object's name begins with '/' */
    reel_rng rng = reel_rng_stream(scene->seed, path);
    for (int i = 0; i < MOST_TRIES; i++) {
        const int s = (int)reel_rng_int(&rng, 0, record->n_streams - 1);
        const int frame = (int)reel_rng_int(&rng, 0, scene->frames - 1);
        const double u = reel_rng_range(&rng, 0, scene->width);
        const double v = reel_rng_range(&rng, 0, scene->height);
        if (hit_ground(record, s, frame, u, v, out)) {
            return true;
        }
    }
    return false;
}

static reel_status add_ground(reel_tap *t, reel_error *err)
{
    const size_t n = (size_t)t->n_points + (size_t)t->set.ground;
    reel_track *all = REEL_ARENA_NEW(&t->arena, reel_track, n + 1);
    if (!all) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for tracks");
    }
    if (t->n_points > 0) {
        memcpy(all, t->points, (size_t)t->n_points * sizeof *all);
    }
    for (int k = 0; k < t->set.ground; k++) {
        t->n_points += make_ground_point(t->clip->record, k, &all[t->n_points]) ? 1 : 0;
    }
    t->points = all;
    return REEL_OK;
}

reel_status reel_tap_create(const reel_layout_clip *clip, const reel_tap_settings *settings,
                            reel_tap **out, reel_error *err)
{
    const reel_scene *scene = clip->record->scene;
    reel_tap *t = reel_calloc(1, sizeof *t);
    if (!t) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for tracks");
    }
    t->clip = clip;
    t->set = *settings;
    reel_status status = make_points(t, err);
    status = status ? status : add_ground(t, err);
    if (!status) {
        status =
            reel_objects_init(&t->objects, scene->width, scene->height,
                              reel_scene_n_instances(scene), false, t->points, t->n_points, err);
    }
    const size_t n = (size_t)t->n_points + 1;
    t->state = reel_arena_alloc(&t->arena, (size_t)scene->frames, n);
    t->kept = REEL_ARENA_NEW(&t->arena, int, n);
    t->first = REEL_ARENA_NEW(&t->arena, int, n);
    if (!status && (!t->state || !t->kept || !t->first)) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for tracks");
    }
    if (status) {
        reel_tap_destroy(&t);
        return status;
    }
    *out = t;
    return REEL_OK;
}

void reel_tap_destroy(reel_tap **tap)
{
    if (*tap) {
        reel_objects_finish(&(*tap)->objects);
        reel_arena_finish(&(*tap)->arena);
        reel_free(*tap);
        *tap = NULL;
    }
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/* Of one stream: N kept tracks, T frames. */
typedef struct tap_arrays {
    reel_arena arena;
    int n, frames;
    float *tracks, *world, *camera, *queries, *queries_xyt, *strided;
    uint8_t *occluded, *visible, *state;
    int32_t *strided_track, *instance, *track;
    int n_strided, room_strided;
    int32_t size[2];
} tap_arrays;

static reel_status draw_states(reel_tap *t, int stream, reel_error *err)
{
    const reel_drawer *drawer = t->clip->drawer;
    const int frames = t->clip->record->scene->frames;
    for (int f = 0; f < frames && t->n_points > 0; f++) {
        const reel_frame *drawn = NULL;
        const reel_status status =
            drawer->draw(drawer->ctx, t->clip->record, stream, f, 0, &t->objects, &drawn, err);
        if (status) {
            return status;
        }
        memcpy(t->state + (size_t)f * (size_t)t->n_points, t->objects.track_state,
               (size_t)t->n_points);
    }
    return REEL_OK;
}

static bool is_visible(const reel_tap *t, int frame, int point)
{
    return t->state[(size_t)frame * (size_t)t->n_points + (size_t)point] == REEL_TRACK_VISIBLE;
}

/* The points that are seen, and since when. @return how many. */
static int keep_seen(reel_tap *t)
{
    const int frames = t->clip->record->scene->frames;
    int n = 0;
    for (int i = 0; i < t->n_points; i++) {
        int f = 0;
        while (f < frames && !is_visible(t, f, i)) {
            f++;
        }
        if (f < frames) {
            t->kept[n] = i;
            t->first[n++] = f;
        }
    }
    return n;
}

static bool allocate(tap_arrays *a)
{
    const size_t n = (size_t)a->n, nt = n * (size_t)a->frames;
    reel_arena *arena = &a->arena;
    a->tracks = REEL_ARENA_NEW(arena, float, 2 * nt + 1);
    a->world = REEL_ARENA_NEW(arena, float, 3 * nt + 1);
    a->camera = REEL_ARENA_NEW(arena, float, 3 * nt + 1);
    a->queries = REEL_ARENA_NEW(arena, float, 3 * n + 1);
    a->queries_xyt = REEL_ARENA_NEW(arena, float, 3 * n + 1);
    a->strided = REEL_ARENA_NEW(arena, float, 3 * (size_t)a->room_strided + 1);
    a->strided_track = REEL_ARENA_NEW(arena, int32_t, (size_t)a->room_strided + 1);
    a->occluded = REEL_ARENA_NEW(arena, uint8_t, nt + 1);
    a->visible = REEL_ARENA_NEW(arena, uint8_t, nt + 1);
    a->state = REEL_ARENA_NEW(arena, uint8_t, nt + 1);
    a->instance = REEL_ARENA_NEW(arena, int32_t, n + 1);
    a->track = REEL_ARENA_NEW(arena, int32_t, n + 1);
    return a->tracks && a->world && a->camera && a->queries && a->queries_xyt && a->strided &&
           a->strided_track && a->occluded && a->visible && a->state && a->instance && a->track;
}

/* Where kept track i is in frame f. */
static void place(const reel_tap *t, int s, tap_arrays *a, int i, int f)
{
    const reel_record *record = t->clip->record;
    const reel_track *point = &t->points[t->kept[i]];
    const double *k = record->k[s] + 9 * (size_t)f;
    const double *m = record->cam_from_world[s] + 16 * (size_t)f;
    const int state = t->state[(size_t)f * (size_t)t->n_points + (size_t)t->kept[i]];
    const reel_vec3 w = reel_pose_apply(
        reel_take_pose(record->take, f * record->scene->samples_per_frame, point->body),
        reel_v3(point->point[0], point->point[1], point->point[2]));
    const double x = m[0] * w.x + m[1] * w.y + m[2] * w.z + m[3];
    const double y = m[4] * w.x + m[5] * w.y + m[6] * w.z + m[7];
    const double z = m[8] * w.x + m[9] * w.y + m[10] * w.z + m[11];
    const bool is_there = state != REEL_TRACK_ABSENT && z > 1e-9;
    const size_t at = (size_t)i * (size_t)a->frames + (size_t)f;
    const size_t turned = (size_t)f * (size_t)a->n + (size_t)i;
    a->tracks[2 * at] = is_there ? (float)(k[0] * x / z + k[2]) : -1;
    a->tracks[2 * at + 1] = is_there ? (float)(k[4] * y / z + k[5]) : -1;
    a->world[3 * at] = (float)w.x;
    a->world[3 * at + 1] = (float)w.y;
    a->world[3 * at + 2] = (float)w.z;
    a->camera[3 * turned] = (float)x;
    a->camera[3 * turned + 1] = (float)y;
    a->camera[3 * turned + 2] = (float)z;
    a->state[at] = (uint8_t)state;
    a->occluded[at] = state != REEL_TRACK_VISIBLE;
    a->visible[turned] = state == REEL_TRACK_VISIBLE;
}

static void put_query(float out[3], const tap_arrays *a, int i, int f)
{
    const float *p = a->tracks + 2 * ((size_t)i * (size_t)a->frames + (size_t)f);
    out[0] = (float)f;
    out[1] = p[1];
    out[2] = p[0];
}

static void fill(const reel_tap *t, int s, tap_arrays *a)
{
    for (int i = 0; i < a->n; i++) {
        const reel_track *point = &t->points[t->kept[i]];
        a->instance[i] = point->instance;
        a->track[i] = t->kept[i];
        for (int f = 0; f < a->frames; f++) {
            place(t, s, a, i, f);
        }
        float *q = a->queries + 3 * (size_t)i, *xyt = a->queries_xyt + 3 * (size_t)i;
        put_query(q, a, i, t->first[i]);
        memcpy(xyt, (float[3]){q[2], q[1], q[0]}, 3 * sizeof *xyt);
    }
    for (int f = 0; f < a->frames; f += t->set.stride) {
        for (int i = 0; i < a->n; i++) {
            if (is_visible(t, f, t->kept[i])) {
                put_query(a->strided + 3 * (size_t)a->n_strided, a, i, f);
                a->strided_track[a->n_strided++] = i;
            }
        }
    }
}

static reel_status add(reel_npz_writer *npz, const char *name, const char *dtype,
                       const int64_t shape[3], int n_dims, const void *data, reel_error *err)
{
    reel_npz_array array = {.n_dims = n_dims, .data = (void *)data};
    snprintf(array.dtype, sizeof array.dtype, "%s", dtype);
    array.bytes = (size_t)(dtype[2] - '0');
    for (int i = 0; i < n_dims; i++) {
        array.shape[i] = shape[i];
        array.bytes *= (size_t)shape[i];
    }
    return reel_npz_add(npz, name, &array, err);
}

static reel_status write_arrays(const reel_tap *t, int s, const tap_arrays *a, const char *path,
                                reel_error *err)
{
    const reel_record *record = t->clip->record;
    const int64_t n = a->n, f = a->frames, m = a->n_strided;
    const double *k = record->k[s];
    const double lens[4] = {k[0], k[4], k[2], k[5]};
    const struct {
        const char *name, *dtype;
        int64_t shape[3];
        int n_dims;
        const void *data;
    } rows[] = {
        {"tracks", "<f4", {n, f, 2}, 3, a->tracks},
        {"occluded", "|b1", {n, f}, 2, a->occluded},
        {"state", "|u1", {n, f}, 2, a->state},
        {"query_points", "<f4", {n, 3}, 2, a->queries},
        {"query_points_strided", "<f4", {m, 3}, 2, a->strided},
        {"query_track_strided", "<i4", {m}, 1, a->strided_track},
        {"xyz_world", "<f4", {n, f, 3}, 3, a->world},
        {"instance", "<i4", {n}, 1, a->instance},
        {"track", "<i4", {n}, 1, a->track},
        {"video_size", "<i4", {2}, 1, a->size},
        {"tracks_XYZ", "<f4", {f, n, 3}, 3, a->camera},
        {"visibility", "|b1", {f, n}, 2, a->visible},
        {"queries_xyt", "<f4", {n, 3}, 2, a->queries_xyt},
        {"fx_fy_cx_cy", "<f8", {4}, 1, lens},
        {"extrinsics_w2c", "<f8", {f, 4, 4}, 3, record->cam_from_world[s]},
    };
    reel_npz_writer *npz = NULL;
    reel_status status = reel_npz_create(path, &npz, err);
    for (size_t i = 0; !status && i < sizeof rows / sizeof rows[0]; i++) {
        status =
            add(npz, rows[i].name, rows[i].dtype, rows[i].shape, rows[i].n_dims, rows[i].data, err);
    }
    status = status ? status : reel_npz_finish(npz, err);
    reel_npz_writer_destroy(&npz);
    return status;
}

reel_status reel_tap_write(reel_tap *tap, int stream, const char *path, int *n_tracks,
                           int *n_queries, reel_error *err)
{
    const reel_scene *scene = tap->clip->record->scene;
    reel_status status = draw_states(tap, stream, err);
    if (status) {
        return status;
    }
    const int n = keep_seen(tap);
    tap_arrays a = {.n = n,
                    .frames = scene->frames,
                    .room_strided = n * ((scene->frames - 1) / tap->set.stride + 1),
                    .size = {scene->width, scene->height}};
    if (allocate(&a)) {
        fill(tap, stream, &a);
        status = write_arrays(tap, stream, &a, path, err);
    } else {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for tracks");
    }
    reel_arena_finish(&a.arena);
    if (!status) {
        *n_tracks = n;
        *n_queries = a.n_strided;
    }
    return status;
}
