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

/* Memory for the places of a blob that is shown from `first` to `last`. */
static bool make_places(reel_force_blob *blob, int first, int last, reel_arena *arena)
{
    blob->first = first;
    blob->last = last;
    blob->u = REEL_ARENA_NEW(arena, double, 2 * ((size_t)(last - first) + 1));
    blob->v = blob->u ? blob->u + (last - first) + 1 : NULL;
    return blob->u != NULL;
}

/* ---- what the timeline does -------------------------------------------------------------------
 */

/* Actions that are one deed: an impulse, a force, or a run of the forces of one series. */
typedef struct deed {
    const reel_scene *scene;
    const int *ids; /* of its n actions, in the order of time */
    int n;
} deed;

/* Steps that action number j of the deed takes. */
static double steps_of(const deed *d, int j)
{
    const reel_action *a = &d->scene->actions[d->ids[j]];
    return a->kind == REEL_ACTION_IMPULSE ? IMPULSE_WAY * d->scene->step_rate
                                          : (double)(a->end_step - a->first_step);
}

/* N s that it gives. */
static double impulse_of(const deed *d, int j)
{
    const reel_action *a = &d->scene->actions[d->ids[j]];
    const double size = reel_v3_len(a->vec);
    return a->kind == REEL_ACTION_IMPULSE ? size : size * steps_of(d, j) / d->scene->step_rate;
}

/* 0 before action number j, 1 after it. */
static double share_at(const deed *d, int j, int frame)
{
    const double step = (double)frame * reel_scene_steps_per_frame(d->scene);
    const double t = (step - (double)d->scene->actions[d->ids[j]].first_step) / steps_of(d, j);
    return t < 0 ? 0 : t > 1 ? 1 : t;
}

/* False, and *ok as it was: nothing that is seen. */
static bool make_applied(const reel_control_view *view, const deed *d, reel_arena *arena,
                         reel_force_blob *out, bool *ok)
{
    const reel_scene *scene = view->scene;
    const reel_action *begin = &scene->actions[d->ids[0]];
    const reel_body *body = &scene->bodies[begin->body];
    const double rate = scene->step_rate;
    const double end = (double)scene->actions[d->ids[d->n - 1]].first_step + steps_of(d, d->n - 1);
    const int first = frame_at_or_after(scene, begin->first_step);
    const int last = last_frame_within(scene, end / rate);
    double total = 0, u, v, z;
    for (int j = 0; j < d->n; j++) {
        total += impulse_of(d, j);
    }
    if (first > last || body->motion != REEL_MOTION_DYNAMIC || !(total > 0)) {
        return false;
    }
    const reel_view seen = reel_view_at(scene, view->take, view->camera, first);
    const reel_pose pose =
        reel_take_pose(view->take, first * scene->samples_per_frame, begin->body);
    const reel_vec3 at = reel_pose_apply(pose, begin->point);
    if (!reel_view_project(&seen, at, &u, &v, &z)) {
        return false;
    }
    *out = (reel_force_blob){.sigma = scene->width / 36.0, .height = 1, .is_applied = true};
    *ok = make_places(out, first, last, arena);
    const double change = total / body->mass;
    const double share = change < REEL_FORCE_FULL ? change / REEL_FORCE_FULL : 1;
    const double way = scene->width * (0.125 + 0.375 * share);
    for (int f = first; *ok && f <= last; f++) {
        out->u[f - first] = u;
        out->v[f - first] = v;
    }
    for (int j = 0; *ok && j < d->n; j++) {
        double du, dv;
        image_direction(&seen, at, scene->actions[d->ids[j]].vec, &du, &dv);
        for (int f = first; f <= last; f++) {
            const double part = way * impulse_of(d, j) / total * share_at(d, j, f);
            out->u[f - first] += part * du;
            out->v[f - first] += part * dv;
        }
    }
    return *ok;
}

/* Collects into `ids` the deed that action i begins; those of it are `used`. */
static int gather(const reel_scene *scene, int i, bool *used, int *ids)
{
    const reel_action *before = &scene->actions[i];
    int n = 0;
    ids[n++] = i;
    used[i] = true;
    for (int k = i + 1; before->series > 0 && k < scene->n_actions; k++) {
        const reel_action *a = &scene->actions[k];
        if (a->series == before->series && a->first_step == before->end_step &&
            reel_v3_len(a->vec) > 0) {
            ids[n++] = k;
            used[k] = true;
            before = a;
        }
    }
    return n;
}

static bool make_all_applied(const reel_control_view *view, reel_arena *arena,
                             reel_force_blob *list, int *n)
{
    const reel_scene *scene = view->scene;
    bool *used = REEL_ARENA_NEW(arena, bool, scene->n_actions + 1);
    int *ids = REEL_ARENA_NEW(arena, int, scene->n_actions + 1);
    bool ok = used && ids;
    for (int i = 0; ok && i < scene->n_actions; i++) {
        const reel_action *a = &scene->actions[i];
        const bool acts = a->kind == REEL_ACTION_IMPULSE || a->kind == REEL_ACTION_FORCE;
        if (!used[i] && acts && reel_v3_len(a->vec) > 0) {
            const deed d = {scene, ids, gather(scene, i, used, ids)};
            *n += make_applied(view, &d, arena, &list[*n], &ok);
        }
    }
    return ok;
}

/* ---- impacts ----------------------------------------------------------------------------------
 */

/* False: none, or not in front of the camera; *ok as in make_applied(). */
static bool make_impact(const reel_control_view *view, const reel_event *event, reel_arena *arena,
                        reel_force_blob *out, bool *ok)
{
    const reel_scene *scene = view->scene;
    const int ids[2] = {event->body_a, event->body_b};
    double mass = 0, u, v, z;
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
    if (!reel_view_project(&seen, at, &u, &v, &z)) {
        return false;
    }
    const int last = last_frame_within(scene, (double)first / scene->fps + IMPACT_SHOWN);
    *out = (reel_force_blob){.sigma = scene->width / 72.0,
                             .height = share < 0.25 ? 0.25
                                       : share < 1  ? share
                                                    : 1};
    *ok = make_places(out, first, last, arena);
    for (int f = 0; *ok && f <= last - first; f++) {
        out->u[f] = u;
        out->v[f] = v;
    }
    return *ok;
}

/* ---- all --------------------------------------------------------------------------------------
 */

reel_status reel_force_blobs_make(const reel_control_view *view, reel_arena *arena,
                                  reel_force_blob **blobs, int *n_blobs, reel_error *err)
{
    const reel_scene *scene = view->scene;
    const reel_take *take = view->take;
    int n = 0;
    reel_force_blob *list = REEL_ARENA_NEW(arena, reel_force_blob,
                                           (size_t)scene->n_actions + (size_t)take->n_events + 1);
    bool ok = list && make_all_applied(view, arena, list, &n);
    for (int i = 0; ok && i < take->n_events; i++) {
        n += make_impact(view, &take->events[i], arena, &list[n], &ok);
    }
    if (!ok) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
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

static void draw_blob(const reel_force_blob *blob, int frame, int width, int height, double *row,
                      uint8_t *rgb)
{
    const double u = blob->u[frame - blob->first], v = blob->v[frame - blob->first];
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

void reel_force_draw(const reel_force_blob *blobs, int n_blobs, int frame, int width, int height,
                     double *row, uint8_t *rgb)
{
    memset(rgb, 0, 3 * (size_t)width * (size_t)height);
    for (int i = 0; i < n_blobs; i++) {
        if (frame >= blobs[i].first && frame <= blobs[i].last) {
            draw_blob(&blobs[i], frame, width, height, row, rgb);
        }
    }
}
