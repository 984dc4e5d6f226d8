/*
 * verify_objects.c - amodal figures, masks and tracks against planes, poses and shapes (see
 * verify.h). Nothing here is shared with render/: whether an object alone is seen at a pixel is
 * found by marching along the distances to its shapes.
 */
#include "app/verify.h"
#include "app/verify_geometry.h"
#include "base/fs.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double MARGIN = 1e-3;       /* m: nearer to a surface nothing is decided */
static const double EXTENT_SLACK = 0.02; /* px */
static const double EDGE_SLACK = 0.01;   /* px, about the image's border */

/* Of the pixels in a square grid, and of the tracks in turn, one in so many is looked at. */
enum { GRID = 16, TURN = 16 };

struct reel_objects_check {
    const reel_record *record;
    int stream;
    reel_arena arena;
    reel_shapes shapes;
    reel_stand stand;
    uint8_t *visible, *amodal; /* [H][W] */
    /* the frame in work */
    int frame, sample;
    reel_pinhole camera;
    reel_vec3 eye;
    reel_label_faults *out;
};

reel_status reel_objects_check_create(const reel_record *record, int stream,
                                      reel_objects_check **out, reel_error *err)
{
    const reel_scene *scene = record->scene;
    const size_t pixels = (size_t)scene->width * (size_t)scene->height;
    reel_objects_check *c = reel_calloc(1, sizeof *c);
    if (!c) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    c->record = record;
    c->stream = stream;
    reel_status status = reel_shapes_init(&c->shapes, scene, &c->arena, err);
    c->stand.shapes = &c->shapes;
    c->stand.geom_from_world = REEL_ARENA_NEW(&c->arena, reel_affine, (size_t)scene->n_geoms + 1);
    c->stand.there = REEL_ARENA_NEW(&c->arena, bool, (size_t)scene->n_geoms + 1);
    c->visible = REEL_ARENA_NEW(&c->arena, uint8_t, pixels);
    c->amodal = REEL_ARENA_NEW(&c->arena, uint8_t, pixels);
    if (!status && (!c->stand.geom_from_world || !c->stand.there || !c->visible || !c->amodal)) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (status) {
        reel_objects_check_destroy(&c);
        return status;
    }
    *out = c;
    return REEL_OK;
}

void reel_objects_check_destroy(reel_objects_check **check)
{
    if (*check) {
        reel_arena_finish(&(*check)->arena);
        reel_free(*check);
        *check = NULL;
    }
}

static void fault(reel_objects_check *c, reel_label_fault kind, const char *what, int number,
                  const char *words)
{
    if (c->out->n[kind]++ == 0) {
        snprintf(c->out->words[kind], sizeof c->out->words[kind], "%s %d: %s", what, number, words);
    }
}

static void set_frame(reel_objects_check *c, int frame)
{
    const double *k = c->record->k[c->stream] + (size_t)frame * 9;
    const double *e = c->record->cam_from_world[c->stream] + (size_t)frame * 16;
    c->frame = frame;
    c->sample = frame * c->record->scene->samples_per_frame;
    c->camera = (reel_pinhole){.fx = k[0], .fy = k[4], .cx = k[2], .cy = k[5]};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            c->camera.cam_from_world.m[i][j] = e[i * 4 + j];
        }
    }
    const reel_affine back = reel_affine_invert(&c->camera.cam_from_world);
    c->eye = reel_v3(back.m[0][3], back.m[1][3], back.m[2][3]);
    reel_stand_set(&c->stand, c->record->take, c->sample, c->eye);
}

/* ---- amodal ------------------------------------------------------------------------------------
 */

static size_t row_of(const reel_objects_check *c, int id)
{
    const size_t n = (size_t)reel_scene_n_instances(c->record->scene);
    return (size_t)c->frame * n + (size_t)id - 1;
}

static void check_figures(reel_objects_check *c, int id)
{
    const reel_record *r = c->record;
    const size_t at = row_of(c, id);
    const int32_t *box = r->boxes[c->stream] + 4 * at, *whole = r->amodal_boxes[c->stream] + 4 * at;
    const int32_t seen = r->visible_pixels[c->stream][at], all = r->amodal_pixels[c->stream][at];
    const double *e = r->extents[c->stream] + 4 * at;
    if (seen > all) {
        fault(c, REEL_FAULT_AMODAL, "instance", id, "more pixels are visible than amodal");
    }
    if (seen > 0 &&
        (box[0] < whole[0] || box[1] < whole[1] || box[2] > whole[2] || box[3] > whole[3])) {
        fault(c, REEL_FAULT_AMODAL, "instance", id, "the visible box is not within the amodal one");
    }
    if (all > 0 && (whole[0] < 0 || whole[1] < 0 || whole[2] > r->scene->width ||
                    whole[3] > r->scene->height ||
                    (int64_t)(whole[2] - whole[0]) * (whole[3] - whole[1]) < all)) {
        fault(c, REEL_FAULT_AMODAL, "instance", id, "the amodal box cannot hold its pixels");
    }
    if (all > 0 && isfinite(e[0]) &&
        (whole[0] + 0.5 < e[0] - EXTENT_SLACK || whole[1] + 0.5 < e[1] - EXTENT_SLACK ||
         whole[2] - 0.5 > e[2] + EXTENT_SLACK || whole[3] - 0.5 > e[3] + EXTENT_SLACK)) {
        fault(c, REEL_FAULT_AMODAL, "instance", id, "amodal pixels lie beyond the extent");
    }
}

static bool get_mask(reel_objects_check *c, int kind, int id, uint8_t *out)
{
    const reel_record *r = c->record;
    const size_t at = row_of(c, id);
    const int64_t *ends = r->mask_ends[kind][c->stream];
    const int64_t from = at > 0 ? ends[at - 1] : 0;
    if (reel_mask_decode(r->mask_text[kind][c->stream] + from, (size_t)(ends[at] - from),
                         r->scene->width, r->scene->height, out)) {
        return true;
    }
    fault(c, REEL_FAULT_MASK, "instance", id, "a mask is none of this size");
    return false;
}

/* Is an object alone seen along the ray through a pixel's centre? 1 yes, 0 no, -1 too close. */
static int is_seen_alone(const reel_objects_check *c, const reel_object *o, int x, int y)
{
    enum { MOST_STEPS = 400 };
    const reel_scene *scene = c->record->scene;
    const reel_affine *m = &c->camera.cam_from_world;
    const double dx = (x + 0.5 - c->camera.cx) / c->camera.fx;
    const double dy = (y + 0.5 - c->camera.cy) / c->camera.fy;
    const reel_vec3 d = reel_v3_unit(reel_v3(m->m[0][0] * dx + m->m[1][0] * dy + m->m[2][0],
                                             m->m[0][1] * dx + m->m[1][1] * dy + m->m[2][1],
                                             m->m[0][2] * dx + m->m[1][2] * dy + m->m[2][2]),
                                     reel_v3(0, 0, 1));
    const int first = scene->bodies[o->first_body].first_geom;
    const reel_body *last = &scene->bodies[o->first_body + o->n_bodies - 1];
    double at = 0, least = HUGE_VAL, before = HUGE_VAL;
    for (int i = 0; i < MOST_STEPS; i++) {
        double near = HUGE_VAL;
        for (int g = first; g < last->first_geom + last->n_geoms; g++) {
            if (c->stand.there[g]) {
                const reel_vec3 p =
                    reel_affine_apply(&c->stand.geom_from_world[g], reel_v3_madd(c->eye, at, d));
                near = fmin(near, reel_geom_distance(&c->shapes, g, p));
            }
        }
        if (near < -MARGIN) {
            return 1;
        }
        if (near > before && near > 1e3) {
            break; /* on its way from all of them */
        }
        least = fmin(least, near);
        before = near;
        at += fmax(near, 0.5 * MARGIN);
    }
    return least > MARGIN ? 0 : -1;
}

/* Is a pixel so far beyond an object's extent that it is looked at now and then only? */
static bool is_far(const reel_objects_check *c, int id, int x, int y)
{
    enum { NEAR = 8, SELDOM = 13 }; /* px; once in so many */
    const double *e = c->record->amodal ? c->record->extents[c->stream] + 4 * row_of(c, id) : NULL;
    return e && (x < e[0] - NEAR || y < e[1] - NEAR || x > e[2] + NEAR || y > e[3] + NEAR) &&
           (x / GRID + 5 * (y / GRID) + c->frame) % SELDOM != 0;
}

static void check_grid(reel_objects_check *c, const reel_object *o)
{
    const reel_scene *scene = c->record->scene;
    const int id = o->instance_id, shift = (c->frame * 5 + id * 3) % GRID;
    for (int y = shift; y < scene->height; y += GRID) {
        for (int x = (shift * 7 + y) % GRID; x < scene->width; x += GRID) {
            if (is_far(c, id, x, y)) {
                continue;
            }
            const int has = c->amodal[(size_t)y * (size_t)scene->width + (size_t)x];
            const int seen = is_seen_alone(c, o, x, y);
            if (seen >= 0 && seen != has) {
                char words[100];
                snprintf(words, sizeof words,
                         "pixel (%d, %d) is amodal by the mask: %d, by geometry: %d", x, y, has,
                         seen);
                fault(c, REEL_FAULT_MASK, "instance", id, words);
            }
        }
    }
}

static void check_masks(reel_objects_check *c, const reel_object *o, const reel_frame *planes)
{
    const reel_scene *scene = c->record->scene;
    const int id = o->instance_id, width = scene->width;
    const bool has_ids = planes->planes & REEL_PLANE_BIT(REEL_PLANE_INSTANCE);
    const uint16_t *ids = has_ids ? planes->plane[REEL_PLANE_INSTANCE] : NULL;
    const size_t pixels = (size_t)width * (size_t)scene->height;
    int32_t seen = 0, all = 0;
    if (!get_mask(c, REEL_MASK_VISIBLE, id, c->visible) ||
        !get_mask(c, REEL_MASK_AMODAL, id, c->amodal)) {
        return;
    }
    for (size_t i = 0; i < pixels; i++) {
        seen += c->visible[i];
        all += c->amodal[i];
        if (c->visible[i] > c->amodal[i]) {
            fault(c, REEL_FAULT_MASK, "instance", id, "a visible pixel is not amodal");
        }
        if (ids && c->visible[i] != (ids[i] == id)) {
            fault(c, REEL_FAULT_MASK, "instance", id,
                  "the visible mask is not that of the instance plane");
        }
    }
    const size_t at = row_of(c, id);
    if (seen != c->record->visible_pixels[c->stream][at] ||
        (c->record->amodal && all != c->record->amodal_pixels[c->stream][at])) {
        fault(c, REEL_FAULT_MASK, "instance", id,
              "a mask has another number of pixels than the boxes");
    }
    check_grid(c, o);
}

/* ---- tracks ------------------------------------------------------------------------------------
 */

static reel_vec3 vec(const double v[3])
{
    return reel_v3(v[0], v[1], v[2]);
}

/* The point is on its geom's surface, its normal is the surface's. */
static void check_track(reel_objects_check *c, int i)
{
    const reel_track *t = &c->record->tracks[i];
    const reel_geom *g = &c->record->scene->geoms[t->geom];
    const reel_pose own = reel_pose_inverse(g->body_from_geom);
    const reel_vec3 p = reel_pose_apply(own, vec(t->point));
    const reel_vec3 n = reel_quat_rotate(own.q, vec(t->normal));
    reel_vec3 normal;
    if (!g->visible || !(fabs(reel_geom_distance(&c->shapes, t->geom, p)) <= 1e-6)) {
        fault(c, REEL_FAULT_TRACK, "track", i, "its point is not on a drawn surface");
    } else if (reel_geom_normal(&c->shapes, t->geom, p, &normal) &&
               !(reel_v3_dot(normal, n) > 0.99)) {
        fault(c, REEL_FAULT_TRACK, "track", i, "its normal is not the surface's");
    }
}

/* What the depth plane says of a point at (u, v), z: 1 visible, 0 hidden, -1 it is not there. */
static int by_depth(const reel_objects_check *c, const reel_frame *planes, const double uv[2],
                    double z)
{
    if (!(planes->planes & REEL_PLANE_BIT(REEL_PLANE_DEPTH))) {
        return -1;
    }
    const uint16_t *depth = planes->plane[REEL_PLANE_DEPTH];
    const int width = c->record->scene->width;
    const double d = depth[(size_t)uv[1] * (size_t)width + (size_t)uv[0]];
    return (d + 1) * c->record->depth_scale + 2 * MARGIN >= z;
}

static void check_sight(reel_objects_check *c, int i, int state, reel_vec3 world)
{
    const reel_sight sight =
        reel_verify_sight(&c->stand, c->eye, world, c->record->tracks[i].geom, MARGIN);
    if ((sight == REEL_SIGHT_FREE && state != REEL_TRACK_VISIBLE) ||
        (sight == REEL_SIGHT_BLOCKED && state != REEL_TRACK_OCCLUDED)) {
        fault(c, REEL_FAULT_TRACK_STATE, "track", i,
              state == REEL_TRACK_VISIBLE ? "visible by its state, by geometry hidden"
                                          : "hidden by its state, by geometry visible");
    }
}

static void check_state(reel_objects_check *c, int i, const reel_frame *planes)
{
    const reel_record *r = c->record;
    const reel_take *take = r->take;
    const reel_track *t = &r->tracks[i];
    const int state = r->track_state[c->stream][(size_t)c->frame * (size_t)r->n_tracks + (size_t)i];
    const size_t at = (size_t)c->sample * (size_t)take->n_bodies + (size_t)t->body;
    const bool present = take->state[at] & REEL_STATE_PRESENT;
    double uv[2];
    if (present != (state != REEL_TRACK_ABSENT)) {
        fault(c, REEL_FAULT_TRACK_STATE, "track", i, "its body is there, or not, unlike its state");
    }
    if (!present) {
        return;
    }
    const reel_vec3 world =
        reel_pose_apply(reel_take_pose(take, c->sample, t->body), vec(t->point));
    const reel_vec3 p = reel_affine_apply(&c->camera.cam_from_world, world);
    const bool front = reel_pinhole_project(&c->camera, p, uv);
    const double w = r->scene->width, h = r->scene->height;
    const double inside = front ? fmin(fmin(uv[0], w - uv[0]), fmin(uv[1], h - uv[1])) : -HUGE_VAL;
    if (fabs(inside) <= EDGE_SLACK) {
        return;
    }
    if ((inside < 0) != (state == REEL_TRACK_OUTSIDE)) {
        fault(c, REEL_FAULT_TRACK_STATE, "track", i,
              "it is inside the image, or not, unlike its state");
    } else if (inside > 0) {
        const int depth = by_depth(c, planes, uv, p.z);
        /* some by turns, and all for which the pixel's depth suggests otherwise */
        if ((i + c->frame) % TURN == 0 || depth == (state != REEL_TRACK_VISIBLE)) {
            check_sight(c, i, state, world);
        }
    }
}

void reel_objects_check_frame(reel_objects_check *c, int frame, const reel_frame *planes,
                              reel_label_faults *out)
{
    const reel_record *r = c->record;
    if (!r->amodal && !r->masks && r->n_tracks == 0) {
        return;
    }
    c->out = out;
    set_frame(c, frame);
    for (int i = 0; i < r->scene->n_objects; i++) {
        const reel_object *o = &r->scene->objects[i];
        if (o->instance_id > 0 && r->amodal) {
            check_figures(c, o->instance_id);
        }
        if (o->instance_id > 0 && r->masks) {
            check_masks(c, o, planes);
        }
    }
    for (int i = 0; i < r->n_tracks; i++) {
        if (frame == 0) {
            check_track(c, i);
        }
        check_state(c, i, planes);
    }
}
