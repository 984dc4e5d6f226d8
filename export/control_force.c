/* control_force.c - forces as blobs that move; see control.h. */
#include "base/trig.h"
#include "export/control_internal.h"
#include <string.h>

#define IMPULSE_WAY  0.5  /* s that the blob of an impulse is under way */
#define IMPACT_SHOWN 0.25 /* s */

/* The way in the image, of length 1, that the point at `at` goes when it moves along `along`; 0 if
 * that is along the view. */
static void image_direction(const reel_view *view, reel_vec3 at, reel_vec3 along, double *du,
                            double *dv)
{
    const reel_vec3 p = reel_v3_add(reel_mat3_mul_v(view->cam_from_world, at), view->translation);
    const reel_vec3 d = reel_mat3_mul_v(view->cam_from_world, along);
    const double u = view->fx * (d.x * p.z - p.x * d.z), v = view->fy * (d.y * p.z - p.y * d.z);
    const double size = sqrt(u * u + v * v);
    const bool seen = size > 1e-9 * view->fx * p.z * reel_v3_len(d);
    *du = seen ? u / size : 0;
    *dv = seen ? v / size : 0;
}

static int frame_at_or_after(const reel_scene *scene, int64_t step)
{
    const int64_t each = reel_scene_steps_per_frame(scene);
    return (int)((step + each - 1) / each);
}

static int last_frame_within(const reel_scene *scene, double time)
{
    const double frame = floor(time * scene->fps + 1e-9);
    return frame < scene->frames - 1 ? (int)frame : scene->frames - 1;
}

/* What an action does. False: nothing that is seen. */
static bool make_applied(const reel_control_view *view, const reel_action *action,
                         reel_force_blob *out)
{
    const reel_scene *scene = view->scene;
    const bool impulse = action->kind == REEL_ACTION_IMPULSE;
    const double size = reel_v3_len(action->vec);
    if ((!impulse && action->kind != REEL_ACTION_FORCE) || !(size > 0)) {
        return false;
    }
    const reel_body *body = &scene->bodies[action->body];
    const double step = 1.0 / scene->step_rate;
    const double lasts =
        impulse ? IMPULSE_WAY : (double)(action->end_step - action->first_step) * step;
    const double change = (impulse ? size : size * lasts) / body->mass;
    const int first = frame_at_or_after(scene, action->first_step);
    if (first >= scene->frames || body->motion != REEL_MOTION_DYNAMIC) {
        return false;
    }
    const reel_view seen = reel_view_at(scene, view->take, view->camera, first);
    const reel_pose pose =
        reel_take_pose(view->take, first * scene->samples_per_frame, action->body);
    const reel_vec3 at = reel_pose_apply(pose, action->point);
    const double share = change < REEL_FORCE_FULL ? change / REEL_FORCE_FULL : 1;
    const double way = scene->width * (0.125 + 0.375 * share);
    double z;
    if (!reel_view_project(&seen, at, &out->u, &out->v, &z)) {
        return false;
    }
    image_direction(&seen, at, action->vec, &out->du, &out->dv);
    out->du *= way;
    out->dv *= way;
    out->first = first;
    out->start = (double)first / scene->fps;
    out->time = lasts;
    out->last = last_frame_within(scene, out->start + lasts);
    out->sigma = scene->width / 36.0;
    out->height = 1;
    out->is_applied = true;
    return true;
}

/* An impact. False: none, or not in front of the camera. */
static bool make_impact(const reel_control_view *view, const reel_event *event,
                        reel_force_blob *out)
{
    const reel_scene *scene = view->scene;
    const int ids[2] = {event->body_a, event->body_b};
    double mass = 0, z;
    for (int i = 0; i < 2; i++) {
        const reel_body *body = &scene->bodies[ids[i]];
        if (body->motion == REEL_MOTION_DYNAMIC && (mass == 0 || body->mass < mass)) {
            mass = body->mass;
        }
    }
    const int first = frame_at_or_after(scene, event->begin_step);
    if (event->kind != REEL_EVENT_IMPACT || !(mass > 0) || first >= scene->frames) {
        return false;
    }
    const reel_view seen = reel_view_at(scene, view->take, view->camera, first);
    const reel_vec3 at = {event->point[0], event->point[1], event->point[2]};
    const double share = event->impulse_normal / mass / REEL_FORCE_FULL;
    *out = (reel_force_blob){.first = first, .start = (double)first / scene->fps, .time = 1};
    if (!reel_view_project(&seen, at, &out->u, &out->v, &z)) {
        return false;
    }
    out->last = last_frame_within(scene, out->start + IMPACT_SHOWN);
    out->sigma = scene->width / 72.0;
    out->height = share < 0.25 ? 0.25 : share < 1 ? share : 1;
    return true;
}

reel_status reel_force_blobs_make(const reel_control_view *view, reel_arena *arena,
                                  reel_force_blob **blobs, int *n_blobs, reel_error *err)
{
    const reel_scene *scene = view->scene;
    const reel_take *take = view->take;
    int n = 0;
    reel_force_blob *list = REEL_ARENA_NEW(arena, reel_force_blob,
                                           (size_t)scene->n_actions + (size_t)take->n_events + 1);
    if (!list) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < scene->n_actions; i++) {
        n += make_applied(view, &scene->actions[i], &list[n]);
    }
    for (int i = 0; i < take->n_events; i++) {
        n += make_impact(view, &take->events[i], &list[n]);
    }
    *blobs = list;
    *n_blobs = n;
    return REEL_OK;
}

/* Pixels from `at` - 4 sigma to `at` + 4 sigma: beyond it is darker than half a code. */
static void reach(double at, double sigma, int size, int *from, int *to)
{
    const double a = floor(at - 4 * sigma), b = ceil(at + 4 * sigma);
    *from = a < 0 ? 0 : a > size ? size : (int)a;
    *to = b < 0 ? 0 : b > size ? size : (int)b;
}

static void draw_blob(const reel_force_blob *blob, double time, int width, int height, double *row,
                      uint8_t *rgb)
{
    const double t = (time - blob->start) / blob->time;
    const double u = blob->u + t * blob->du, v = blob->v + t * blob->dv;
    const double scale = -0.5 / (blob->sigma * blob->sigma);
    int x0, x1, y0, y1;
    reach(u, blob->sigma, width, &x0, &x1);
    reach(v, blob->sigma, height, &y0, &y1);
    for (int x = x0; x < x1; x++) {
        const double d = x + 0.5 - u;
        row[x] = reel_exp(scale * d * d);
    }
    for (int y = y0; y < y1; y++) {
        const double d = y + 0.5 - v, down = 255 * blob->height * reel_exp(scale * d * d);
        uint8_t *p = rgb + 3 * ((size_t)y * (size_t)width + (size_t)x0);
        for (int x = x0; x < x1; x++, p += 3) {
            const uint8_t c = (uint8_t)(down * row[x] + 0.5);
            p[0] = p[0] > c ? p[0] : c;
            if (blob->is_applied) {
                p[1] = p[1] > c ? p[1] : c;
                p[2] = p[1];
            }
        }
    }
}

void reel_force_draw(const reel_force_blob *blobs, int n_blobs, int frame, double time, int width,
                     int height, double *row, uint8_t *rgb)
{
    memset(rgb, 0, 3 * (size_t)width * (size_t)height);
    for (int i = 0; i < n_blobs; i++) {
        if (frame >= blobs[i].first && frame <= blobs[i].last) {
            draw_blob(&blobs[i], time, width, height, row, rgb);
        }
    }
}
