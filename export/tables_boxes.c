/* tables_boxes.c - what cameras see of each object (boxes) and of points on it (tracks). */
#include "export/tables_internal.h"
#include <math.h>
#include <string.h>

#define S REEL_COLUMN_STRING
#define B REEL_COLUMN_BOOL
#define I REEL_COLUMN_INT32
#define F REEL_COLUMN_FLOAT64
#define V REEL_COLUMN_VECTOR
static const reel_column box_columns[] = {
    REEL_TABLE_VIEW_COLUMNS,
    {"instance_id", I, 0, "", "the object"},
    {"visible_pixels", I, 0, "px", "pixels of the instance plane that show it"},
    {"x0", I, 0, "px", "box of these pixels, left; null if there are none"},
    {"y0", I, 0, "px", "top"},
    {"x1", I, 0, "px", "right, exclusive"},
    {"y1", I, 0, "px", "bottom, exclusive"},
    {"center_u", F, 0, "px", "its 3-D box's centre in the image; null behind the camera"},
    {"center_v", F, 0, "px", "as center_u, downwards"},
    {"center_depth", F, 0, "m", "z of the centre in the camera frame; null if absent"},
    {"in_view", B, 0, "", "the centre is in front of the camera and inside the image"},
    {"box_corners", V, 24, "m",
     "8 corners x 3, world, of the 3-D box in the first body's frame: corner k is at the maximum "
     "of x if k & 1, of y if k & 2, of z if k & 4; null if absent"},
    {"amodal_pixels", I, 0, "px",
     "pixels of the image that would show it with nothing else there; null if not stored"},
    {"amodal_x0", I, 0, "px", "box of these pixels, left; null if there are none"},
    {"amodal_y0", I, 0, "px", "top"},
    {"amodal_x1", I, 0, "px", "right, exclusive"},
    {"amodal_y1", I, 0, "px", "bottom, exclusive"},
    {"occlusion", F, 0, "",
     "1 - visible_pixels / amodal_pixels: 0 nothing before it, 1 hidden; null if amodal_pixels is "
     "0"},
    {"extent_u0", F, 0, "px",
     "left end of its whole outline, beyond the image too, not rounded; null if it is not wholly "
     "in front of the camera"},
    {"extent_v0", F, 0, "px", "top"},
    {"extent_u1", F, 0, "px", "right"},
    {"extent_v1", F, 0, "px", "bottom"},
    {"truncation", F, 0, "", "share of the box of extents that is outside the image"},
    {"visible_mask", S, 0, "",
     "its pixels, run lengths as COCO compresses them: segmentation = {\"size\": [height, width], "
     "\"counts\": visible_mask}; null if there are none, or not stored"},
    {"amodal_mask", S, 0, "", "the same of its amodal pixels"},
};

static const reel_column track_columns[] = {
    REEL_TABLE_VIEW_COLUMNS,
    {"track", I, 0, "", "number of the point, the same in all frames and cameras of the clip"},
    {"instance_id", I, 0, "", "object whose surface it is fixed to"},
    {"x", F, 0, "px", "where it is in the image, or beyond; null behind the camera, or if absent"},
    {"y", F, 0, "px", "as x, downwards"},
    {"depth", F, 0, "m", "z in the camera frame; null if absent"},
    {"visible", B, 0, "",
     "in the image, and nothing hides it; in TAP-Vid occluded is its opposite"},
    {"in_image", B, 0, "", "in front of the camera and inside the image, hidden or not"},
};
#undef S
#undef B
#undef I
#undef F
#undef V

const reel_table reel_boxes_table =
    REEL_TABLE("boxes",
               "one row per clip, camera, frame and object with an instance id, in this "
               "order",
               box_columns);
const reel_table reel_tracks_table = REEL_TABLE(
    "tracks", "one row per clip, camera, frame and followed point, in this order", track_columns);

/* ---- both ------------------------------------------------------------------------------------ */

/* A world point in a frame of a stream. */
typedef struct sight {
    bool in_front;
    double u, v, depth; /* px, where it is in front; m */
} sight;

static sight sight_of(const reel_record *record, int s, int frame, reel_vec3 p)
{
    const double *k = record->k[s] + 9 * (size_t)frame;
    const double *m = record->cam_from_world[s] + 16 * (size_t)frame;
    const double x = m[0] * p.x + m[1] * p.y + m[2] * p.z + m[3];
    const double y = m[4] * p.x + m[5] * p.y + m[6] * p.z + m[7];
    const double z = m[8] * p.x + m[9] * p.y + m[10] * p.z + m[11];
    const bool in_front = z > 1e-9;
    return (sight){in_front, in_front ? k[0] * x / z + k[2] : 0, in_front ? k[4] * y / z + k[5] : 0,
                   z};
}

/* ---- boxes ----------------------------------------------------------------------------------- */

static reel_vec3 corner(const double lo[3], const double hi[3], int k)
{
    return (reel_vec3){k & 1 ? hi[0] : lo[0], k & 2 ? hi[1] : lo[1], k & 4 ? hi[2] : lo[2]};
}

static void widen(double lo[3], double hi[3], reel_vec3 p)
{
    const double c[3] = {p.x, p.y, p.z};
    for (int i = 0; i < 3; i++) {
        lo[i] = fmin(lo[i], c[i]);
        hi[i] = fmax(hi[i], c[i]);
    }
}

static bool is_present(const reel_take *take, int sample, int body)
{
    const size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)body;
    return take->state[at] & REEL_STATE_PRESENT;
}

reel_object_box reel_object_box_at(const reel_scene *scene, const reel_take *take, int sample,
                                   const reel_object *object)
{
    reel_object_box box = {0};
    const int first = object->first_body;
    if (!is_present(take, sample, first)) {
        return box;
    }
    const reel_pose world_from_first = reel_take_pose(take, sample, first);
    double lo[3] = {INFINITY, INFINITY, INFINITY};
    double hi[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (int b = first; b < first + object->n_bodies; b++) {
        const reel_body *body = &scene->bodies[b];
        if (!reel_table_has_box(body) || !is_present(take, sample, b)) {
            continue;
        }
        box.known = true;
        const reel_pose first_from_body =
            reel_pose_mul(reel_pose_inverse(world_from_first), reel_take_pose(take, sample, b));
        for (int k = 0; k < 8; k++) {
            const reel_vec3 c = corner(body->box_min, body->box_max, k);
            widen(lo, hi, b == first ? c : reel_pose_apply(first_from_body, c));
        }
    }
    if (!box.known) {
        return box;
    }
    for (int k = 0; k < 8; k++) {
        const reel_vec3 c = reel_pose_apply(world_from_first, corner(lo, hi, k));
        memcpy(box.corners + 3 * k, (double[3]){c.x, c.y, c.z}, 3 * sizeof(double));
    }
    const reel_vec3 middle = {0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]), 0.5 * (lo[2] + hi[2])};
    box.center = reel_pose_apply(world_from_first, middle);
    return box;
}

static void put_center(reel_rows *out, const reel_record *record, int s, int frame,
                       const reel_object_box *box)
{
    const reel_scene *scene = record->scene;
    const sight c = sight_of(record, s, frame, box->center);
    const bool in_front = box->known && c.in_front;
    reel_put_real_if(out, in_front, "center_u", c.u);
    reel_put_real_if(out, in_front, "center_v", c.v);
    reel_put_real_if(out, box->known, "center_depth", c.depth);
    reel_put_bool(out, "in_view",
                  in_front && c.u >= 0 && c.u < scene->width && c.v >= 0 && c.v < scene->height);
    reel_put_vector_if(out, box->known, "box_corners", box->corners);
}

static void put_visible(reel_rows *out, const int32_t box[4], int32_t pixels)
{
    static const char *const names[] = {"x0", "y0", "x1", "y1"};
    reel_put_int(out, "visible_pixels", pixels);
    for (int i = 0; i < 4; i++) {
        reel_put_int_if(out, pixels > 0, names[i], box[i]);
    }
}

static void put_amodal(reel_rows *out, const reel_record *record, int s, size_t at)
{
    static const char *const names[] = {"amodal_x0", "amodal_y0", "amodal_x1", "amodal_y1"};
    static const int32_t none[4];
    const int32_t pixels = record->amodal ? record->amodal_pixels[s][at] : 0;
    const int32_t *box = record->amodal ? record->amodal_boxes[s] + 4 * at : none;
    reel_put_int_if(out, record->amodal, "amodal_pixels", pixels);
    for (int i = 0; i < 4; i++) {
        reel_put_int_if(out, pixels > 0, names[i], box[i]);
    }
    reel_put_real_if(out, pixels > 0, "occlusion",
                     1 - (double)record->visible_pixels[s][at] / pixels);
}

static void put_extent(reel_rows *out, const reel_record *record, int s, size_t at)
{
    static const char *const names[] = {"extent_u0", "extent_v0", "extent_u1", "extent_v1"};
    static const double none[4];
    const double *e = record->amodal ? record->extents[s] + 4 * at : none;
    const bool known =
        record->amodal && isfinite(e[0]) && isfinite(e[1]) && isfinite(e[2]) && isfinite(e[3]);
    for (int i = 0; i < 4; i++) {
        reel_put_real_if(out, known, names[i], e[i]);
    }
    const double all = (e[2] - e[0]) * (e[3] - e[1]);
    const double x = fmin(e[2], record->scene->width) - fmax(e[0], 0);
    const double y = fmin(e[3], record->scene->height) - fmax(e[1], 0);
    const double inside = fmax(x, 0) * fmax(y, 0);
    reel_put_real_if(out, known && all > 0, "truncation", 1 - inside / all);
}

static void put_mask(reel_rows *out, const char *name, const reel_record *record, int kind, int s,
                     size_t at)
{
    const int64_t *ends = record->masks ? record->mask_ends[kind][s] : NULL;
    const int64_t from = ends && at > 0 ? ends[at - 1] : 0, to = ends ? ends[at] : 0;
    if (to > from) {
        reel_put_text(out, name, record->mask_text[kind][s] + from, (size_t)(to - from));
    } else {
        reel_put_null(out, name);
    }
}

static void put_frame(reel_rows *out, const reel_record *record, int s, int frame)
{
    const reel_scene *scene = record->scene;
    const size_t n = (size_t)reel_scene_n_instances(scene);
    for (int i = 0; i < scene->n_objects; i++) {
        const reel_object *object = &scene->objects[i];
        if (object->instance_id < 1 || (size_t)object->instance_id > n) {
            continue;
        }
        const size_t at = (size_t)frame * n + (size_t)object->instance_id - 1;
        const reel_object_box box =
            reel_object_box_at(scene, record->take, frame * scene->samples_per_frame, object);
        reel_table_put_view(out, record, s, frame);
        reel_put_int(out, "instance_id", object->instance_id);
        put_visible(out, record->boxes[s] + 4 * at, record->visible_pixels[s][at]);
        put_center(out, record, s, frame, &box);
        put_amodal(out, record, s, at);
        put_extent(out, record, s, at);
        put_mask(out, "visible_mask", record, REEL_MASK_VISIBLE, s, at);
        put_mask(out, "amodal_mask", record, REEL_MASK_AMODAL, s, at);
        reel_rows_end_row(out);
    }
}

void reel_boxes_rows(const reel_record *record, reel_rows *out)
{
    for (int s = 0; s < record->n_streams; s++) {
        for (int frame = 0; frame < record->scene->frames; frame++) {
            put_frame(out, record, s, frame);
        }
    }
}

/* ---- tracks ---------------------------------------------------------------------------------- */

static void put_place(reel_rows *out, const reel_record *record, int s, int frame, int i)
{
    const reel_track *t = &record->tracks[i];
    const int state = record->track_state[s][(size_t)frame * (size_t)record->n_tracks + (size_t)i];
    const int sample = frame * record->scene->samples_per_frame;
    const bool present = state != REEL_TRACK_ABSENT;
    const sight p = sight_of(record, s, frame,
                             reel_pose_apply(reel_take_pose(record->take, sample, t->body),
                                             reel_v3(t->point[0], t->point[1], t->point[2])));
    reel_put_real_if(out, present && p.in_front, "x", p.u);
    reel_put_real_if(out, present && p.in_front, "y", p.v);
    reel_put_real_if(out, present, "depth", p.depth);
    reel_put_bool(out, "visible", state == REEL_TRACK_VISIBLE);
    reel_put_bool(out, "in_image", state == REEL_TRACK_VISIBLE || state == REEL_TRACK_OCCLUDED);
}

void reel_tracks_rows(const reel_record *record, reel_rows *out)
{
    for (int s = 0; s < record->n_streams; s++) {
        for (int frame = 0; frame < record->scene->frames; frame++) {
            for (int i = 0; i < record->n_tracks; i++) {
                reel_table_put_view(out, record, s, frame);
                reel_put_int(out, "track", i);
                reel_put_int(out, "instance_id", record->tracks[i].instance);
                put_place(out, record, s, frame, i);
                reel_rows_end_row(out);
            }
        }
    }
}
