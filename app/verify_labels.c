/*
 * verify_labels.c - the label planes of a frame against depth, poses and cameras (see verify.h).
 * From a pixel's stored depth and the stored camera comes a point; its body's stored poses say
 * where that point is in the body and in the other frame. The stored depth stands for the interval
 * of half a unit about it, and so do the points: a flow must end within 0.05 px of the segment that
 * the interval makes in the other image. Nothing here is shared with render/.
 */
#include "app/verify.h"
#include "app/verify_geometry.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double FLOW_TOLERANCE = 0.05; /* px, beyond what the depth's step explains */
static const double SURFACE_SLACK = 1e-4;  /* m, beyond what the depth's step explains */

typedef reel_pinhole camera;

/* Camera of a stream at a frame, from views.npz. */
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
    bool exists;      /* there is another frame */
    reel_stand stand; /* the geoms there */
    camera there;
    reel_affine turn;             /* camera frame to camera frame, of directions */
    reel_affine *there_from_here; /* [bodies]: camera frame to camera frame */
    bool *broken;                 /* [bodies]: absent or placed anew */
    reel_label_fault fault, state_fault;
} direction;

typedef struct context {
    const reel_record *record;
    const reel_scene *scene;
    reel_shapes shapes;
    const reel_frame *planes;
    reel_label_faults *out;
    int stream, frame, sample, width, height;
    camera here;
    reel_affine *body_from_here; /* [bodies] */
    reel_affine *geom_from_here; /* [geoms] */
    int *start,
        *geoms; /* visible geoms of instance i: geoms[start[i]] .. geoms[start[i + 1] - 1] */
    direction directions[2];
} context;

/* A pixel and what is known of it. */
typedef struct pixel {
    int x, y;
    size_t i;
    int id;
    reel_vec3 near, middle,
        far;                 /* camera frame: at half a unit less, the depth, half a unit more */
    double slack;            /* m, along the ray: half a unit */
    int geom;                /* the nearest to the point of the instance's */
    int n_near;              /* geoms of the instance whose surface may hold the point */
    int n_bodies, bodies[4]; /* whose surface may hold the point, the nearest first */
} pixel;

static void fault(const context *c, const pixel *p, reel_label_fault kind, const char *format,
                  double a, double b)
{
    if (c->out->n[kind]++ == 0) {
        char text[120];
        /* the formats are constants of this file with at most two reals */
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
        "instance", "boxes",    "depth",          "depth",          "normal", "object_coordinates",
        "flow_fwd", "flow_bwd", "flow_fwd_state", "flow_bwd_state", "boxes",  "masks",
        "tracks",   "tracks"};
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

/* Whose surface holds the point? More than one body only where two of an object touch. */
static void find_bodies(const context *c, pixel *p, double tolerance, double *distance)
{
    p->geom = -1;
    p->n_near = 0;
    p->n_bodies = 0;
    *distance = 1e300;
    for (int i = c->start[p->id]; i < c->start[p->id + 1]; i++) {
        const int g = c->geoms[i], body = c->scene->geoms[g].body;
        double d = fabs(
            reel_geom_distance(&c->shapes, g, reel_affine_apply(&c->geom_from_here[g], p->middle)));
        bool known = false;
        p->n_near += d <= tolerance;
        for (int k = 0; k < p->n_bodies; k++) {
            known |= p->bodies[k] == body;
        }
        if (d <= tolerance && !known && p->n_bodies < 4) {
            p->bodies[p->n_bodies++] = body;
        }
        if (d < *distance) {
            *distance = d;
            p->geom = g;
        }
    }
    for (int k = 1; k < p->n_bodies; k++) {
        if (p->bodies[k] == c->scene->geoms[p->geom].body) {
            p->bodies[k] = p->bodies[0];
            p->bodies[0] = c->scene->geoms[p->geom].body;
        }
    }
}

/* Fill the points and the bodies of a pixel that was hit. */
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
    find_bodies(c, p, p->slack + SURFACE_SLACK + 1e-5 * z, &distance);
    if (p->n_bodies == 0) {
        fault(c, p, REEL_FAULT_DEPTH, "depth %.4f m is %.4f m off the object's surface", z,
              distance);
        return false;
    }
    return true;
}

/* ---- the other planes ----------------------------------------------------------------------- */

/* The surface's normal at the pixel in the frame of its geom, as `find` gives it, if the depth's
 * step leaves no doubt about it: not at an edge, not where two geoms meet, not on a sphere so small
 * that it turns. */
static bool clear_normal(const context *c, const pixel *p, reel_normal_finder find,
                         reel_vec3 *normal)
{
    const reel_affine *g = &c->geom_from_here[p->geom];
    reel_vec3 near, far, flat;
    return p->n_near == 1 && find(&c->shapes, p->geom, reel_affine_apply(g, p->near), &near) &&
           find(&c->shapes, p->geom, reel_affine_apply(g, p->far), &far) &&
           reel_v3_len(reel_v3_sub(near, far)) <= 0.02 &&
           reel_geom_normal(&c->shapes, p->geom, reel_affine_apply(g, p->middle), &flat) &&
           find(&c->shapes, p->geom, reel_affine_apply(g, p->middle), normal);
}

/* A direction from the geom's frame to the camera's. */
static reel_vec3 turn_here(const context *c, const pixel *p, reel_vec3 v)
{
    reel_affine back = reel_affine_invert(&c->geom_from_here[p->geom]);
    back.m[0][3] = back.m[1][3] = back.m[2][3] = 0;
    return reel_affine_apply(&back, v);
}

static void check_normal(const context *c, const pixel *p, bool thorough)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const int8_t *plane = c->planes->plane[REEL_PLANE_NORMAL];
    reel_vec3 v =
        reel_v3(plane[p->i] / 127.0, plane[n + p->i] / 127.0, plane[2 * n + p->i] / 127.0);
    reel_vec3 expected;
    double length = reel_v3_len(v);
    /* rounding to 1/127 moves the tip by at most sqrt(3)/254 = 0.0069 */
    if (fabs(length - 1) > 0.008) {
        fault(c, p, REEL_FAULT_NORMAL, "length %.4f", length, 0);
        return;
    }
    double facing = reel_v3_dot(v, p->middle) / reel_v3_len(p->middle);
    if (facing > 0.008) {
        fault(c, p, REEL_FAULT_NORMAL, "faces away from the camera: cosine %.4f", facing, 0);
        return;
    }
    if (!thorough || !clear_normal(c, p, reel_geom_shading, &expected)) {
        return;
    }
    expected = reel_bent_normal(turn_here(c, p, expected), p->middle);
    double off = reel_v3_len(reel_v3_sub(expected, v));
    if (off > 0.05) {
        fault(c, p, REEL_FAULT_NORMAL, "%.3f away from the surface's normal", off, 0);
    }
}

/* How far the stored coordinates are from where the point is in `body`, m beyond what the steps of
 * depth and coordinates explain. */
static double coordinates_off(const context *c, const pixel *p, int index)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const uint16_t *plane = c->planes->plane[REEL_PLANE_OBJECT_COORDINATES];
    const reel_body *body = &c->scene->bodies[index];
    const reel_affine *m = &c->body_from_here[index];
    reel_vec3 a = reel_affine_apply(m, p->near), b = reel_affine_apply(m, p->far);
    const double lo[3] = {fmin(a.x, b.x), fmin(a.y, b.y), fmin(a.z, b.z)};
    const double hi[3] = {fmax(a.x, b.x), fmax(a.y, b.y), fmax(a.z, b.z)};
    double off = 0;
    for (int k = 0; k < 3; k++) {
        double size = body->box_max[k] - body->box_min[k];
        double value = plane[(size_t)k * n + p->i] / 65535.0 * size + body->box_min[k];
        double slack = size / 65535.0 + SURFACE_SLACK;
        off = fmax(off, fmax(lo[k] - slack - value, value - hi[k] - slack));
    }
    return off;
}

static void check_coordinates(const context *c, const pixel *p)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const uint16_t *plane = c->planes->plane[REEL_PLANE_OBJECT_COORDINATES];
    if (p->id == 0) {
        if (plane[p->i] || plane[n + p->i] || plane[2 * n + p->i]) {
            fault(c, p, REEL_FAULT_COORDINATES, "a value in the environment", 0, 0);
        }
        return;
    }
    double off = 1e300;
    for (int k = 0; off > 0 && k < p->n_bodies; k++) {
        off = fmin(off, coordinates_off(c, p, p->bodies[k]));
    }
    if (off > 0) {
        fault(c, p, REEL_FAULT_COORDINATES, "%.5f m away from where the point is", off, 0);
    }
}

/* Visible or occluded in the other frame: march there past all shapes. */
static void check_sight(const context *c, const pixel *p, const direction *w, int state)
{
    reel_affine world_from_there = reel_affine_invert(&w->there.cam_from_world);
    const int body = c->scene->geoms[p->geom].body;
    reel_vec3 normal, eye, there = reel_affine_apply(&w->there_from_here[body], p->middle);
    /* seen here, so it faces the camera here; a normal that does not is of a face around the edge
     */
    if (!clear_normal(c, p, reel_geom_normal, &normal) ||
        reel_v3_dot(turn_here(c, p, normal), p->middle) > -0.15 * reel_v3_len(p->middle)) {
        return;
    }
    eye = reel_v3(world_from_there.m[0][3], world_from_there.m[1][3], world_from_there.m[2][3]);
    reel_sight sight = reel_verify_sight(
        &w->stand, eye, reel_affine_apply(&world_from_there, there), p->geom, 2e-3 + 2 * p->slack);
    if (sight == (state == REEL_FLOW_VISIBLE ? REEL_SIGHT_BLOCKED : REEL_SIGHT_FREE)) {
        fault(c, p, w->state_fault, "visible by the state: %.0f, by geometry: %.0f",
              state == REEL_FLOW_VISIBLE, sight == REEL_SIGHT_FREE);
    }
}

static void check_flow_state(const context *c, const pixel *p, const direction *w, double u,
                             double v, bool thorough)
{
    const int state = w->state[p->i];
    const double edge = 0.01; /* 1/128 px is the flow's own rounding */
    bool inside = u > edge && v > edge && u < c->width - edge && v < c->height - edge;
    bool outside = u < -edge || v < -edge || u > c->width + edge || v > c->height + edge;
    if (state == REEL_FLOW_STATE_NONE || state > REEL_FLOW_OUTSIDE) {
        fault(c, p, w->state_fault, "state %.0f beside a flow", state, 0);
    } else if (state == REEL_FLOW_OUTSIDE ? inside : outside) {
        fault(c, p, w->state_fault, "the point goes to (%.2f, %.2f), which says otherwise", u, v);
    } else if (thorough && state != REEL_FLOW_OUTSIDE && inside) {
        check_sight(c, p, w, state);
    }
}

/* May the flow to (u, v) be left out? It must not fit its type, and end outside the image. */
static bool beyond(const context *c, const pixel *p, double u, double v)
{
    const double most = 32767.0 / REEL_FLOW_SCALE - FLOW_TOLERANCE;
    bool inside = u > 0 && v > 0 && u < c->width && v < c->height;
    return !inside && (fabs(u - p->x - 0.5) > most || fabs(v - p->y - 0.5) > most);
}

/* What a flow may be: no point there at all, a point outside that needs no value, or a place. */
typedef struct expected_flow {
    bool gone, out;
    double u, v; /* px in the other image, of a place */
    double off;  /* px between that place and the stored flow's; 1e300 without a place */
} expected_flow;

static void check_flow_value(const context *c, const pixel *p, const direction *w,
                             const expected_flow *e, bool thorough)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const double dx = (double)w->flow[p->i] / REEL_FLOW_SCALE;
    const double dy = (double)w->flow[n + p->i] / REEL_FLOW_SCALE;
    const int state = w->state ? w->state[p->i] : -1;
    if (w->flow[p->i] == REEL_FLOW_NONE && w->flow[n + p->i] == REEL_FLOW_NONE) {
        if (!e->gone && !e->out) {
            fault(c, p, w->fault, "missing: the point goes to (%.2f, %.2f)", e->u, e->v);
        } else if (state >= 0 && !(e->gone && state == REEL_FLOW_STATE_NONE) &&
                   !(e->out && state == REEL_FLOW_OUTSIDE)) {
            fault(c, p, w->state_fault, "state %.0f without a flow", state, 0);
        }
    } else if (e->off == 1e300) {
        fault(c, p, w->fault, "(%.2f, %.2f) where there is none", dx, dy);
    } else if (!(e->off <= FLOW_TOLERANCE)) {
        fault(c, p, w->fault, "lands %.3f px from the same object point", e->off, 0);
    } else if (w->state) {
        check_flow_state(c, p, w, p->x + 0.5 + dx, p->y + 0.5 + dy, thorough);
    }
}

static void check_flow(const context *c, const pixel *p, const direction *w, bool thorough)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const double u = p->x + 0.5 + (double)w->flow[p->i] / REEL_FLOW_SCALE;
    const double v = p->y + 0.5 + (double)w->flow[n + p->i] / REEL_FLOW_SCALE;
    expected_flow e = {.off = 1e300};
    for (int k = 0; k < p->n_bodies; k++) {
        const int body = p->bodies[k];
        double near[2], far[2];
        if (!w->exists || w->broken[body]) {
            e.gone = true;
        } else if (!reel_pinhole_project(
                       &w->there, reel_affine_apply(&w->there_from_here[body], p->near), near) ||
                   !reel_pinhole_project(
                       &w->there, reel_affine_apply(&w->there_from_here[body], p->far), far)) {
            e.out = true;
        } else {
            e.off = fmin(e.off, reel_segment_distance(near, far, u, v));
            e.out |= beyond(c, p, near[0], near[1]) || beyond(c, p, far[0], far[1]);
            e.u = near[0];
            e.v = near[1];
        }
    }
    check_flow_value(c, p, w, &e, thorough);
}

/* Where nothing was hit is a point infinitely far: only the camera's turning moves it. */
static void check_sky_flow(const context *c, const pixel *p, const direction *w)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    expected_flow e = {.gone = !w->exists, .off = 1e300};
    if (w->exists) {
        double at[2];
        if (reel_pinhole_project(&w->there, reel_affine_apply(&w->turn, p->middle), at)) {
            const double stored[2] = {p->x + 0.5 + (double)w->flow[p->i] / REEL_FLOW_SCALE,
                                      p->y + 0.5 + (double)w->flow[n + p->i] / REEL_FLOW_SCALE};
            e.off = reel_segment_distance(at, at, stored[0], stored[1]);
            e.out = beyond(c, p, at[0], at[1]);
            e.u = at[0];
            e.v = at[1];
        } else {
            e.out = true;
        }
    }
    check_flow_value(c, p, w, &e, false);
}

static void check_no_hit(const context *c, pixel *p)
{
    const size_t n = (size_t)c->width * (size_t)c->height;
    const int8_t *normal = c->planes->plane[REEL_PLANE_NORMAL];
    const uint8_t *albedo = c->planes->plane[REEL_PLANE_ALBEDO];
    const uint8_t *coverage = c->planes->plane[REEL_PLANE_COVERAGE];
    bool bad = p->id != 0;
    bad |= normal && (normal[p->i] || normal[n + p->i] || normal[2 * n + p->i]);
    bad |= albedo && (albedo[p->i] || albedo[n + p->i] || albedo[2 * n + p->i]);
    bad |= coverage && coverage[p->i];
    if (bad) {
        fault(c, p, REEL_FAULT_NO_HIT, "no depth, yet another plane has a value", 0, 0);
    }
    p->middle =
        reel_v3((p->x + 0.5 - c->here.cx) / c->here.fx, (p->y + 0.5 - c->here.cy) / c->here.fy, 1);
    for (int d = 0; d < 2; d++) {
        if (c->directions[d].flow) {
            check_sky_flow(c, p, &c->directions[d]);
        }
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
    const int sample = other * per_frame;
    w->there = camera_at(c->record, c->stream, other);
    reel_affine world_from_here = reel_affine_invert(&c->here.cam_from_world);
    reel_affine world_from_there = reel_affine_invert(&w->there.cam_from_world);
    w->turn = reel_affine_compose(&w->there.cam_from_world, &world_from_here);
    w->turn.m[0][3] = w->turn.m[1][3] = w->turn.m[2][3] = 0;
    reel_stand_set(
        &w->stand, take, sample,
        reel_v3(world_from_there.m[0][3], world_from_there.m[1][3], world_from_there.m[2][3]));
    for (int b = 0; b < c->scene->n_bodies; b++) {
        reel_affine world_from_body = reel_affine_from_pose(reel_take_pose(take, sample, b));
        reel_affine there_from_body =
            reel_affine_compose(&w->there.cam_from_world, &world_from_body);
        w->there_from_here[b] = reel_affine_compose(&there_from_body, &c->body_from_here[b]);
        w->broken[b] = !state_has(take, sample, b, REEL_STATE_PRESENT);
        /* placed anew in any sample on the way from the earlier to the later frame */
        int first = step > 0 ? c->sample + 1 : sample + 1;
        int last = step > 0 ? sample : c->sample;
        for (int s = first; s <= last; s++) {
            w->broken[b] |= state_has(take, s, b, REEL_STATE_TELEPORTED);
        }
    }
}

/* Visible geoms by instance. */
static void sort_geoms(context *c)
{
    const int n = reel_scene_n_instances(c->scene);
    int filled = 0;
    for (int id = 0; id <= n; id++) {
        c->start[id] = filled;
        for (int g = 0; g < c->scene->n_geoms; g++) {
            const reel_geom *geom = &c->scene->geoms[g];
            const reel_object *o = &c->scene->objects[c->scene->bodies[geom->body].object];
            if (o->instance_id == id && geom->visible &&
                state_has(c->record->take, c->sample, geom->body, REEL_STATE_PRESENT)) {
                c->geoms[filled++] = g;
            }
        }
    }
    c->start[n + 1] = filled;
}

static reel_status allocate(context *c, reel_arena *arena, reel_error *err)
{
    const int n = c->scene->n_bodies, n_geoms = c->scene->n_geoms;
    c->body_from_here = REEL_ARENA_NEW(arena, reel_affine, n);
    c->geom_from_here = REEL_ARENA_NEW(arena, reel_affine, n_geoms);
    c->start = REEL_ARENA_NEW(arena, int, reel_scene_n_instances(c->scene) + 2);
    c->geoms = REEL_ARENA_NEW(arena, int, n_geoms);
    bool ok = c->body_from_here && c->geom_from_here && c->start && c->geoms;
    for (int d = 0; d < 2; d++) {
        direction *w = &c->directions[d];
        w->there_from_here = REEL_ARENA_NEW(arena, reel_affine, n);
        w->broken = REEL_ARENA_NEW(arena, bool, n);
        w->stand.shapes = &c->shapes;
        w->stand.geom_from_world = REEL_ARENA_NEW(arena, reel_affine, n_geoms);
        w->stand.there = REEL_ARENA_NEW(arena, bool, n_geoms);
        ok = ok && w->there_from_here && w->broken && w->stand.geom_from_world && w->stand.there;
    }
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

static reel_status set_up(context *c, reel_arena *arena, reel_error *err)
{
    reel_status status = reel_shapes_init(&c->shapes, c->scene, arena, err);
    status = status ? status : allocate(c, arena, err);
    if (status) {
        return status;
    }
    reel_affine world_from_here = reel_affine_invert(&c->here.cam_from_world);
    for (int b = 0; b < c->scene->n_bodies; b++) {
        reel_affine world_from_body =
            reel_affine_from_pose(reel_take_pose(c->record->take, c->sample, b));
        reel_affine body_from_world = reel_affine_invert(&world_from_body);
        c->body_from_here[b] = reel_affine_compose(&body_from_world, &world_from_here);
    }
    for (int g = 0; g < c->scene->n_geoms; g++) {
        const reel_geom *geom = &c->scene->geoms[g];
        reel_affine body_from_geom = reel_affine_from_pose(geom->body_from_geom);
        reel_affine geom_from_body = reel_affine_invert(&body_from_geom);
        c->geom_from_here[g] = reel_affine_compose(&geom_from_body, &c->body_from_here[geom->body]);
    }
    sort_geoms(c);
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
