/*
 * verify_labels.c - the label planes of a frame against depth, poses and cameras (see verify.h).
 *
 * From a pixel's stored depth and the stored camera comes a point; its body's stored poses say
 * where that point is in the body and in the other frame. The stored depth stands for the interval
 * of half a unit about it, and so do the points: a flow must end within 0.05 px of the segment that
 * the interval makes in the other image. Nothing here is shared with render/.
 */
#include "app/verify.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double FLOW_TOLERANCE = 0.05; /* px, beyond what the depth's step explains */
static const double SURFACE_SLACK = 1e-4;  /* m, beyond what the depth's step explains */

typedef struct affine {
    double m[3][4];
} affine;

static reel_vec3 apply(const affine *a, reel_vec3 p)
{
    return reel_v3(a->m[0][0] * p.x + a->m[0][1] * p.y + a->m[0][2] * p.z + a->m[0][3],
                   a->m[1][0] * p.x + a->m[1][1] * p.y + a->m[1][2] * p.z + a->m[1][3],
                   a->m[2][0] * p.x + a->m[2][1] * p.y + a->m[2][2] * p.z + a->m[2][3]);
}

static affine compose(const affine *a, const affine *b)
{
    affine c;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            c.m[i][j] = j == 3 ? a->m[i][3] : 0;
            for (int k = 0; k < 3; k++) {
                c.m[i][j] += a->m[i][k] * b->m[k][j];
            }
        }
    }
    return c;
}

/* Inverse of a rigid motion. */
static affine invert(const affine *a)
{
    affine c;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            c.m[i][j] = a->m[j][i];
        }
        c.m[i][3] = -(a->m[0][i] * a->m[0][3] + a->m[1][i] * a->m[1][3] + a->m[2][i] * a->m[2][3]);
    }
    return c;
}

static affine from_pose(reel_pose pose)
{
    reel_mat3 r = reel_mat3_from_quat(pose.q);
    affine a;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            a.m[i][j] = r.m[i][j];
        }
    }
    a.m[0][3] = pose.p.x;
    a.m[1][3] = pose.p.y;
    a.m[2][3] = pose.p.z;
    return a;
}

/* Camera of a stream at a frame, from views.npz. */
typedef struct camera {
    double fx, fy, cx, cy;
    affine cam_from_world;
} camera;

static camera camera_at(const reel_record *record, int stream, int frame)
{
    const double *k = record->k[stream] + (size_t)frame * 9;
    const double *e = record->cam_from_world[stream] + (size_t)frame * 16;
    camera c = {.fx = k[0], .fy = k[4], .cx = k[2], .cy = k[5]};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++) {
            c.cam_from_world.m[i][j] = e[i * 4 + j];
        }
    }
    return c;
}

/* One flow direction of the frame: from the camera here to the camera there, by body. */
typedef struct direction {
    const int16_t *flow;
    const uint8_t *state;
    bool exists; /* there is another frame */
    int sample;  /* of the other frame */
    camera there;
    affine *there_from_here; /* [bodies]: camera frame to camera frame */
    bool *broken;            /* [bodies]: absent or placed anew */
    reel_label_fault fault, state_fault;
} direction;

typedef struct context {
    const reel_record *record;
    const reel_scene *scene;
    const reel_frame *planes;
    reel_label_faults *out;
    int stream, frame, sample, width, height;
    camera here;
    affine *body_from_here; /* [bodies] */
    int *object_of_id;      /* [instances + 1] first object; 0 = environment, walked by table */
    direction directions[2];
} context;

/* A pixel and what is known of it. */
typedef struct pixel {
    int x, y;
    size_t i;
    int id;
    reel_vec3 near, middle,
        far;      /* camera frame: at half a unit less, the depth, half a unit more */
    double slack; /* m, along the ray: half a unit */
    int body;
} pixel;

static void fault(const context *c, const pixel *p, reel_label_fault kind, const char *format,
                  double a, double b)
{
    if (c->out->n[kind]++ == 0) {
        char text[120];
        /* the formats are constants of this file with two reals */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, format, a, b);
#pragma GCC diagnostic pop
        snprintf(c->out->words[kind], sizeof c->out->words[kind], "pixel (%d, %d), instance %d: %s",
                 p->x, p->y, p->id, text);
    }
}

const char *reel_fault_plane(reel_label_fault kind)
{
    static const char *const names[REEL_FAULT_COUNT] = {
        "instance",           "boxes",    "depth",    "depth",          "normal",
        "object_coordinates", "flow_fwd", "flow_bwd", "flow_fwd_state", "flow_bwd_state"};
    return names[kind];
}

/* ---- boxes ---------------------------------------------------------------------------------- */

static reel_status check_boxes(const context *c, reel_error *err)
{
    const uint16_t *ids = c->planes->plane[REEL_PLANE_INSTANCE];
    const int n = reel_scene_n_instances(c->scene);
    reel_box *boxes = reel_calloc((size_t)n + 1, sizeof *boxes);
    if (!boxes) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int y = 0; y < c->height; y++) {
        for (int x = 0; x < c->width; x++) {
            int id = ids[(size_t)y * (size_t)c->width + (size_t)x];
            if (id > n) {
                pixel p = {.x = x, .y = y, .id = id};
                fault(c, &p, REEL_FAULT_INSTANCE, "the objects table ends at %.0f", n, 0);
                continue;
            }
            reel_box *b = &boxes[id];
            bool first = b->pixels++ == 0;
            b->x0 = first || x < b->x0 ? x : b->x0;
            b->y0 = first || y < b->y0 ? y : b->y0;
            b->x1 = first || x + 1 > b->x1 ? x + 1 : b->x1;
            b->y1 = first || y + 1 > b->y1 ? y + 1 : b->y1;
        }
    }
    const int32_t *stored = c->record->boxes[c->stream] + (size_t)c->frame * (size_t)n * 4;
    const int32_t *counts = c->record->visible_pixels[c->stream] + (size_t)c->frame * (size_t)n;
    for (int id = 1; id <= n; id++) {
        const reel_box *b = &boxes[id];
        const int32_t *s = stored + 4 * (id - 1);
        pixel p = {.x = s[0], .y = s[1], .id = id};
        if (s[0] != b->x0 || s[1] != b->y0 || s[2] != b->x1 || s[3] != b->y1) {
            fault(c, &p, REEL_FAULT_BOX, "the mask's box begins at (%.0f, %.0f)", b->x0, b->y0);
        } else if (counts[id - 1] != b->pixels) {
            fault(c, &p, REEL_FAULT_BOX, "%.0f visible pixels stored, the mask has %.0f",
                  counts[id - 1], b->pixels);
        }
    }
    reel_free(boxes);
    return REEL_OK;
}

/* ---- depth and body ------------------------------------------------------------------------- */

/* The next body of instance `id` after `body` (-1 at first), or -1. */
static int next_body(const context *c, int id, int body)
{
    for (int b = body + 1; b < c->scene->n_bodies; b++) {
        const reel_object *o = &c->scene->objects[c->scene->bodies[b].object];
        if (o->instance_id == id) {
            return b;
        }
        if (id > 0) { /* bodies of an object are consecutive: jump to them */
            const reel_object *mine = &c->scene->objects[c->object_of_id[id]];
            if (b >= mine->first_body + mine->n_bodies) {
                return -1;
            }
            b = b < mine->first_body ? mine->first_body - 1 : b;
        }
    }
    return -1;
}

/* Which body's surface holds the point? The nearest of the instance's; its distance in *distance.
 */
static int nearest_body(const context *c, int id, reel_vec3 point, double *distance)
{
    int best = -1;
    *distance = 1e300;
    for (int b = next_body(c, id, -1); b >= 0; b = next_body(c, id, b)) {
        double d = fabs(reel_body_distance(c->scene, b, apply(&c->body_from_here[b], point)));
        if (d < *distance) {
            *distance = d;
            best = b;
        }
    }
    return best;
}

/* Fill the points and the body of a pixel that was hit. */
static bool locate(const context *c, pixel *p)
{
    const double unit = c->record->depth_scale;
    const uint16_t *depth = c->planes->plane[REEL_PLANE_DEPTH];
    const double z = depth[p->i] * unit;
    const reel_vec3 ray =
        reel_v3((p->x + 0.5 - c->here.cx) / c->here.fx, (p->y + 0.5 - c->here.cy) / c->here.fy, 1);
    double distance = 0;
    p->near = reel_v3_scale(ray, z - 0.5 * unit);
    p->middle = reel_v3_scale(ray, z);
    p->far = reel_v3_scale(ray, z + 0.5 * unit);
    p->slack = 0.5 * unit * reel_v3_len(ray);
    p->body = nearest_body(c, p->id, p->middle, &distance);
    if (p->body < 0) {
        fault(c, p, REEL_FAULT_INSTANCE, "has no body%.0s%.0s", 0, 0);
        return false;
    }
    if (distance > p->slack + SURFACE_SLACK + 1e-5 * z) {
        fault(c, p, REEL_FAULT_DEPTH, "depth %.4f m is %.4f m off the object's surface", z,
              distance);
        return false;
    }
    return true;
}

static void check_no_hit(const context *c, const pixel *p)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const int8_t *normal = c->planes->plane[REEL_PLANE_NORMAL];
    const uint8_t *albedo = c->planes->plane[REEL_PLANE_ALBEDO];
    const uint8_t *coverage = c->planes->plane[REEL_PLANE_COVERAGE];
    bool bad = p->id != 0;
    bad |= normal && (normal[p->i] || normal[n + p->i] || normal[2 * n + p->i]);
    bad |= albedo && (albedo[p->i] || albedo[n + p->i] || albedo[2 * n + p->i]);
    bad |= coverage && coverage[p->i];
    for (int d = 0; d < 2; d++) {
        const direction *w = &c->directions[d];
        bad |= w->flow && (w->flow[p->i] != REEL_FLOW_NONE || w->flow[n + p->i] != REEL_FLOW_NONE);
        bad |= w->state && w->state[p->i] != REEL_FLOW_STATE_NONE;
    }
    if (bad) {
        fault(c, p, REEL_FAULT_NO_HIT, "no depth, yet another plane has a value%.0s%.0s", 0, 0);
    }
}

/* ---- the other planes ----------------------------------------------------------------------- */

static void check_normal(const context *c, const pixel *p, bool thorough)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const int8_t *plane = c->planes->plane[REEL_PLANE_NORMAL];
    reel_vec3 v =
        reel_v3(plane[p->i] / 127.0, plane[n + p->i] / 127.0, plane[2 * n + p->i] / 127.0);
    reel_vec3 expected, tip;
    double length = reel_v3_len(v);
    /* rounding to 1/127 moves the tip by at most sqrt(3)/254 = 0.0069 */
    if (fabs(length - 1) > 0.008) {
        fault(c, p, REEL_FAULT_NORMAL, "length %.4f%.0s", length, 0);
        return;
    }
    double facing = reel_v3_dot(v, p->middle) / reel_v3_len(p->middle);
    if (facing > 0.008) {
        fault(c, p, REEL_FAULT_NORMAL, "faces away from the camera: cosine %.4f%.0s", facing, 0);
        return;
    }
    if (!thorough) {
        return;
    }
    const affine *b = &c->body_from_here[p->body];
    if (!reel_body_normal(c->scene, p->body, apply(b, p->middle), &expected)) {
        return;
    }
    affine back = invert(b);
    back.m[0][3] = back.m[1][3] = back.m[2][3] = 0;
    tip = apply(&back, expected);
    /* the depth's step turns the normal of a small sphere by a few hundredths */
    double off = reel_v3_len(reel_v3_sub(tip, v));
    reel_vec3 other;
    bool edge = !reel_body_normal(c->scene, p->body, apply(b, p->near), &expected) ||
                !reel_body_normal(c->scene, p->body, apply(b, p->far), &other) ||
                reel_v3_len(reel_v3_sub(expected, other)) > 0.02;
    if (off > 0.05 && !edge) {
        fault(c, p, REEL_FAULT_NORMAL, "%.3f away from the surface's normal%.0s", off, 0);
    }
}

static void check_coordinates(const context *c, const pixel *p)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const uint16_t *plane = c->planes->plane[REEL_PLANE_OBJECT_COORDINATES];
    const reel_body *body = &c->scene->bodies[p->body];
    const affine *m = &c->body_from_here[p->body];
    reel_vec3 a = apply(m, p->near), b = apply(m, p->far);
    const double lo[3] = {fmin(a.x, b.x), fmin(a.y, b.y), fmin(a.z, b.z)};
    const double hi[3] = {fmax(a.x, b.x), fmax(a.y, b.y), fmax(a.z, b.z)};
    for (int k = 0; k < 3; k++) {
        double size = body->box_max[k] - body->box_min[k];
        double value = plane[(size_t)k * n + p->i] / 65535.0 * size + body->box_min[k];
        double slack = size / 65535.0 + SURFACE_SLACK;
        if (p->id == 0 ? plane[(size_t)k * n + p->i] != 0
                       : size > 0 && (value < lo[k] - slack || value > hi[k] + slack)) {
            fault(c, p, REEL_FAULT_COORDINATES, "%.4f m where the point is at %.4f m", value,
                  0.5 * (lo[k] + hi[k]));
            return;
        }
    }
}

/* Distance in px of (u, v) from the segment a-b. */
static double segment_distance(const double a[2], const double b[2], double u, double v)
{
    double dx = b[0] - a[0], dy = b[1] - a[1];
    double l2 = dx * dx + dy * dy;
    double t = l2 > 0 ? ((u - a[0]) * dx + (v - a[1]) * dy) / l2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double ex = u - a[0] - t * dx, ey = v - a[1] - t * dy;
    return sqrt(ex * ex + ey * ey);
}

static bool project(const camera *cam, reel_vec3 p, double out[2])
{
    if (!(p.z > 1e-6)) {
        return false;
    }
    out[0] = cam->fx * p.x / p.z + cam->cx;
    out[1] = cam->fy * p.y / p.z + cam->cy;
    return true;
}

static void check_flow_state(const context *c, const pixel *p, const direction *w, double u,
                             double v, bool thorough)
{
    const int state = w->state[p->i];
    /* 1/128 px is the flow's own rounding */
    const double edge = 0.01;
    bool inside = u > edge && v > edge && u < c->width - edge && v < c->height - edge;
    bool outside = u < -edge || v < -edge || u > c->width + edge || v > c->height + edge;
    if (state == REEL_FLOW_STATE_NONE || state > REEL_FLOW_OUTSIDE) {
        fault(c, p, w->state_fault, "state %.0f beside a flow%.0s", state, 0);
    } else if (state == REEL_FLOW_OUTSIDE ? inside : outside) {
        fault(c, p, w->state_fault, "the point goes to (%.2f, %.2f), which says otherwise", u, v);
    } else if (thorough && state != REEL_FLOW_OUTSIDE && inside) {
        affine world_from_there = invert(&w->there.cam_from_world);
        reel_vec3 there = apply(&w->there_from_here[p->body], p->middle);
        reel_vec3 eye =
            reel_v3(world_from_there.m[0][3], world_from_there.m[1][3], world_from_there.m[2][3]);
        reel_sight sight = reel_verify_sight(c->scene, c->record->take, w->sample, eye,
                                             apply(&world_from_there, there), 2e-3 + 2 * p->slack);
        if (sight == (state == REEL_FLOW_VISIBLE ? REEL_SIGHT_BLOCKED : REEL_SIGHT_FREE)) {
            fault(c, p, w->state_fault, "visible by the state: %.0f, by geometry: %.0f",
                  state == REEL_FLOW_VISIBLE, sight == REEL_SIGHT_FREE);
        }
    }
}

static void check_flow(const context *c, const pixel *p, const direction *w, bool thorough)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    double near[2], far[2];
    bool none = w->flow[p->i] == REEL_FLOW_NONE && w->flow[n + p->i] == REEL_FLOW_NONE;
    bool expected = w->exists && !w->broken[p->body];
    bool in_front = expected &&
                    project(&w->there, apply(&w->there_from_here[p->body], p->near), near) &&
                    project(&w->there, apply(&w->there_from_here[p->body], p->far), far);
    if (none) {
        if (in_front) {
            fault(c, p, w->fault, "missing: the point goes to (%.2f, %.2f)", near[0], near[1]);
        } else if (w->state && w->state[p->i] != REEL_FLOW_STATE_NONE) {
            fault(c, p, w->state_fault, "state %.0f without a flow%.0s", w->state[p->i], 0);
        }
        return;
    }
    if (!in_front) {
        fault(c, p, w->fault, "(%.2f, %.2f) where there is none",
              (double)w->flow[p->i] / REEL_FLOW_SCALE, (double)w->flow[n + p->i] / REEL_FLOW_SCALE);
        return;
    }
    double u = p->x + 0.5 + (double)w->flow[p->i] / REEL_FLOW_SCALE;
    double v = p->y + 0.5 + (double)w->flow[n + p->i] / REEL_FLOW_SCALE;
    double off = segment_distance(near, far, u, v);
    if (!(off <= FLOW_TOLERANCE)) {
        fault(c, p, w->fault, "lands %.3f px from the same object point%.0s", off, 0);
        return;
    }
    if (w->state) {
        check_flow_state(c, p, w, u, v, thorough);
    }
}

static void check_pixel(const context *c, pixel *p)
{
    const uint16_t *depth = c->planes->plane[REEL_PLANE_DEPTH];
    /* the dear checks take a sixteenth of the lines and columns, others in every frame */
    bool thorough = (p->x + 5 * c->frame) % 16 == 0 && (p->y + 3 * c->frame) % 16 == 0;
    if (depth[p->i] == REEL_DEPTH_NONE) {
        check_no_hit(c, p);
        return;
    }
    if (p->id > reel_scene_n_instances(c->scene) || !locate(c, p)) {
        return;
    }
    if (c->planes->plane[REEL_PLANE_NORMAL]) {
        check_normal(c, p, thorough);
    }
    if (c->planes->plane[REEL_PLANE_OBJECT_COORDINATES]) {
        check_coordinates(c, p);
    }
    for (int d = 0; d < 2; d++) {
        if (c->directions[d].flow) {
            check_flow(c, p, &c->directions[d], thorough);
        }
    }
}

/* ---- set-up --------------------------------------------------------------------------------- */

static bool state_has(const reel_take *take, int sample, int body, int bit)
{
    return take->state[(size_t)sample * (size_t)take->n_bodies + (size_t)body] & bit;
}

static void set_direction(context *c, int d, int step)
{
    direction *w = &c->directions[d];
    const reel_take *take = c->record->take;
    const int other = c->frame + step, per_frame = c->scene->samples_per_frame;
    w->flow = c->planes->plane[step > 0 ? REEL_PLANE_FLOW_FWD : REEL_PLANE_FLOW_BWD];
    w->state = c->planes->plane[step > 0 ? REEL_PLANE_FLOW_FWD_STATE : REEL_PLANE_FLOW_BWD_STATE];
    w->fault = step > 0 ? REEL_FAULT_FLOW_FWD : REEL_FAULT_FLOW_BWD;
    w->state_fault = step > 0 ? REEL_FAULT_FLOW_FWD_STATE : REEL_FAULT_FLOW_BWD_STATE;
    w->exists = other >= 0 && other < c->scene->frames;
    if (!w->exists) {
        return;
    }
    w->sample = other * per_frame;
    w->there = camera_at(c->record, c->stream, other);
    for (int b = 0; b < c->scene->n_bodies; b++) {
        affine world_from_body = from_pose(reel_take_pose(take, w->sample, b));
        affine there_from_body = compose(&w->there.cam_from_world, &world_from_body);
        w->there_from_here[b] = compose(&there_from_body, &c->body_from_here[b]);
        w->broken[b] = !state_has(take, w->sample, b, REEL_STATE_PRESENT);
        /* placed anew in any sample on the way from the earlier to the later frame */
        int first = step > 0 ? c->sample + 1 : w->sample + 1;
        int last = step > 0 ? w->sample : c->sample;
        for (int s = first; s <= last; s++) {
            w->broken[b] |= state_has(take, s, b, REEL_STATE_TELEPORTED);
        }
    }
}

static reel_status set_up(context *c, reel_arena *arena, reel_error *err)
{
    const int n = c->scene->n_bodies;
    c->body_from_here = REEL_ARENA_NEW(arena, affine, n);
    c->object_of_id = REEL_ARENA_NEW(arena, int, reel_scene_n_instances(c->scene) + 1);
    bool ok = c->body_from_here && c->object_of_id;
    for (int d = 0; d < 2; d++) {
        c->directions[d].there_from_here = REEL_ARENA_NEW(arena, affine, n);
        c->directions[d].broken = REEL_ARENA_NEW(arena, bool, n);
        ok = ok && c->directions[d].there_from_here && c->directions[d].broken;
    }
    if (!ok) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    affine world_from_here = invert(&c->here.cam_from_world);
    for (int b = 0; b < n; b++) {
        affine world_from_body = from_pose(reel_take_pose(c->record->take, c->sample, b));
        affine body_from_world = invert(&world_from_body);
        c->body_from_here[b] = compose(&body_from_world, &world_from_here);
    }
    for (int o = 0; o < c->scene->n_objects; o++) {
        c->object_of_id[c->scene->objects[o].instance_id] = o;
    }
    set_direction(c, 0, 1);
    set_direction(c, 1, -1);
    return REEL_OK;
}

reel_status reel_verify_labels(const reel_record *record, int stream, int frame,
                               const reel_frame *planes, reel_label_faults *out, reel_error *err)
{
    reel_arena arena = {0};
    context c = {
        .record = record,
        .scene = record->scene,
        .planes = planes,
        .out = out,
        .stream = stream,
        .frame = frame,
        .sample = frame * record->scene->samples_per_frame,
        .width = planes->width,
        .height = planes->height,
        .here = camera_at(record, stream, frame),
    };
    memset(out, 0, sizeof *out);
    const uint16_t *ids = planes->plane[REEL_PLANE_INSTANCE];
    reel_status status = set_up(&c, &arena, err);
    if (!status && ids) {
        status = check_boxes(&c, err);
    }
    /* depth and ids are what the others are checked against */
    for (int y = 0; !status && ids && planes->plane[REEL_PLANE_DEPTH] && y < c.height; y++) {
        for (int x = 0; x < c.width; x++) {
            pixel p = {.x = x, .y = y, .i = (size_t)y * (size_t)c.width + (size_t)x};
            p.id = ids[p.i];
            check_pixel(&c, &p);
        }
    }
    reel_arena_finish(&arena);
    return status;
}
