/* agent_camera.c - a camera that moves freely, and views beside one another (see agent.h). */
#include "base/camera.h"
#include "base/rng.h"
#include "base/trig.h"
#include "scenes/agent.h"

#include <stdio.h>
#include <string.h>

/* ---- free motion ------------------------------------------------------------------------------
 */

/* Three signals that are 0 at time 0. */
typedef struct wander {
    reel_agent_wave waves[3];
    reel_vec3 start;
} wander;

static reel_vec3 waves_at(const wander *w, double time)
{
    return reel_v3(reel_agent_wave_at(&w->waves[0], time), reel_agent_wave_at(&w->waves[1], time),
                   reel_agent_wave_at(&w->waves[2], time));
}

static wander wander_draw(const reel_scene *s, const char *what)
{
    wander w;
    for (int i = 0; i < 3; i++) {
        char path[64];
        snprintf(path, sizeof path, "agent/camera/%s/%c", what, "xyz"[i]);
        w.waves[i] = reel_agent_wave_draw(s, path, 0.08, 0.3);
    }
    w.start = waves_at(&w, 0);
    return w;
}

static reel_vec3 wander_at(const wander *w, double time)
{
    return reel_v3_sub(waves_at(w, time), w->start);
}

/* `v` turned about the unit axis by `angle` (Rodrigues' formula). */
static reel_vec3 turned(reel_vec3 v, reel_vec3 axis, double angle)
{
    double s, c;
    reel_sincos(angle, &s, &c);
    reel_vec3 out = reel_v3_scale(v, c);
    out = reel_v3_madd(out, s, reel_v3_cross(axis, v));
    return reel_v3_madd(out, (1 - c) * reel_v3_dot(axis, v), axis);
}

reel_status reel_agent_move_camera(reel_scene *s, int camera, reel_error *err)
{
    reel_camera *c = &s->cameras[camera];
    const reel_camera_key from = reel_camera_key_at(c, 0);
    const reel_vec3 arm = reel_v3_sub(from.eye, from.target);
    const double away = reel_v3_len(arm), size = reel_agent_view_size(c);
    const wander eye = wander_draw(s, "eye"), target = wander_draw(s, "target");
    const wander roll = wander_draw(s, "roll");
    /* down by a part of the height only: not into the floor */
    const double side = 0.15 * away, height = arm.z > 0 ? fmin(side, 0.3 * arm.z) : side;
    if (s->frames > REEL_MAX_KEYS) {
        return reel_fail(err, REEL_E_USAGE,
                         "agent: a camera may have %d keys, this clip has %d "
                         "frames",
                         REEL_MAX_KEYS, s->frames);
    }
    reel_camera_key *keys = REEL_ARENA_NEW(&s->arena, reel_camera_key, s->frames);
    if (!keys) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int k = 0; k < s->frames; k++) {
        const double t = reel_scene_frame_time(s, k);
        const reel_vec3 e = wander_at(&eye, t), g = wander_at(&target, t);
        reel_camera_key *key = &keys[k];
        key->time = t;
        key->eye = reel_v3_add(from.eye, reel_v3(side * e.x, side * e.y, height * e.z));
        key->target = reel_v3_madd(from.target, 0.2 * size, g);
        const reel_vec3 ahead = reel_v3_unit(reel_v3_sub(key->target, key->eye), reel_v3(0, 0, -1));
        key->up = reel_v3_unit(turned(from.up, ahead, 0.1 * wander_at(&roll, t).x), from.up);
    }
    c->motion = REEL_CAMERA_KEYFRAMES;
    c->orbit_rate = 0;
    c->n_keys = s->frames;
    c->keys = keys;
    return REEL_OK;
}

/* ---- left, center, right -----------------------------------------------------------------------
 */

#define VIEWS_ANGLE (25 * REEL_PI / 180) /* rad, between neighbours, about the vertical */

/* A copy of `from` turned about the vertical through its first target (attached: about its up). */
static bool turn_camera(reel_scene *s, const reel_camera *from, const char *name, double angle,
                        reel_camera *out)
{
    const reel_camera_key *first = &from->keys[0];
    const reel_vec3 axis = from->motion == REEL_CAMERA_ATTACHED ? first->up : reel_v3(0, 0, 1);
    reel_camera_key *keys = REEL_ARENA_NEW(&s->arena, reel_camera_key, from->n_keys);
    if (!keys) {
        return false;
    }
    for (int k = 0; k < from->n_keys; k++) {
        const reel_camera_key *key = &from->keys[k];
        keys[k].time = key->time;
        keys[k].eye =
            reel_v3_add(first->target, turned(reel_v3_sub(key->eye, first->target), axis, angle));
        keys[k].target = reel_v3_add(first->target,
                                     turned(reel_v3_sub(key->target, first->target), axis, angle));
        keys[k].up = reel_v3_unit(turned(key->up, axis, angle), key->up);
    }
    *out = *from;
    out->name = name;
    if (angle != 0) {
        out->keys = keys;
    }
    return true;
}

reel_status reel_views_add(reel_scene *s, const char *views, reel_error *err)
{
    static const char *const names[3] = {"left", "center", "right"};
    if (!views[0]) {
        return REEL_OK;
    }
    if (strcmp(views, "three") != 0) {
        return reel_fail(err, REEL_E_USAGE, "views %.60s: there is three", views);
    }
    reel_camera *cameras = REEL_ARENA_NEW(&s->arena, reel_camera, 3);
    if (!cameras) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < 3; i++) {
        /* seen from above, what turns clockwise goes to the left of who looks at the middle */
        if (!turn_camera(s, &s->cameras[0], names[i], (i - 1) * VIEWS_ANGLE, &cameras[i])) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    s->cameras = cameras;
    s->n_cameras = 3;
    s->views = "three";
    return REEL_OK;
}
