/* check_views.c - cameras of a scene: see validate.h. */
#include "base/camera.h"
#include "scenes/check.h"

#include <stdio.h>

static reel_status check_key(const reel_camera *c, int k, const reel_spot *at)
{
    char member[40];
    const reel_camera_key *key = &c->keys[k];
    snprintf(member, sizeof(member), "keys[%d]", k);
    REEL_TRY(reel_check_vector(at, member, key->eye));
    REEL_TRY(reel_check_vector(at, member, key->target));
    REEL_TRY(reel_check_unit(at, member, key->up));
    if (!isfinite(key->time) || (k == 0 ? key->time != 0 : key->time <= c->keys[k - 1].time)) {
        return reel_check_bad(at, member, "times must begin with 0 and increase");
    }
    const reel_vec3 along = reel_v3_sub(key->target, key->eye);
    if (!(reel_v3_len(along) > 1e-9)) {
        return reel_check_bad(at, member, "the camera stands where it looks at");
    }
    if (!(reel_v3_len(reel_v3_cross(reel_v3_unit(along, along), key->up)) > 1e-6)) {
        return reel_check_bad(at, member, "the camera looks along its up direction");
    }
    return REEL_OK;
}

/* Lens, shutter and film. */
static reel_status check_lens(const reel_camera *c, const reel_spot *at)
{
    REEL_TRY(reel_check_range(at, "aperture", c->aperture, 0, 10));
    if (c->aperture > 0) {
        REEL_TRY(reel_check_range(at, "focus", c->focus, 1e-3, 1e6));
    }
    REEL_TRY(reel_check_range(at, "shutter", c->shutter, 0, 1));
    REEL_TRY(reel_check_range(at, "exposure", c->exposure, -20, 20));
    if (c->white != 0) {
        REEL_TRY(reel_check_range(at, "white", c->white, 4000, 25000));
    }
    REEL_TRY(reel_check_range(at, "vignette", c->vignette, 0, 1));
    return reel_check_range(at, "grain", c->grain, 0, 16);
}

/* Between keys the eye may pass through the target, or the view turn upright; with a shutter the
 * camera is looked through at its ends and at the times of any number of exposures
 * (render/soft/lens.h): 2^k or 3 2^k up to 256. */
static reel_status check_path(const reel_scene *s, const reel_camera *c, const reel_spot *at)
{
    const int parts = c->shutter > 0 ? 3 * 512 : 0;
    for (int f = 0; c->motion == REEL_CAMERA_KEYFRAMES && f < s->frames; f++) {
        for (int i = 0; i <= parts; i++) {
            const double shift = parts > 0 ? c->shutter * ((double)i / parts - 0.5) : 0;
            const reel_camera_key key = reel_camera_key_at(c, reel_camera_time(s, f, shift));
            if (!reel_camera_key_is_sound(&key)) {
                return reel_check_bad(
                    at, "keys",
                    "the path gives no view at frame %d: the eye is at the target, or "
                    "looks along up",
                    f);
            }
        }
    }
    return REEL_OK;
}

static reel_status check_camera(const reel_scene *s, const reel_camera *c, const reel_spot *at)
{
    if (!reel_check_is_word(c->name)) {
        return reel_check_bad(at, "name", "must be lower-case letters, digits and _");
    }
    REEL_TRY(reel_check_range(at, "fov_y", c->fov_y, 1e-3, 3.14));
    REEL_TRY(reel_check_range(at, "orbit_rate", c->orbit_rate, -1e6, 1e6));
    if (c->motion == REEL_CAMERA_ATTACHED) {
        REEL_TRY(reel_check_index(at, "body", c->body, s->n_bodies));
    } else if (c->body != -1) {
        return reel_check_bad(at, "body", "must be -1: only attached cameras have one");
    }
    if (c->n_keys < 1 || (c->n_keys > 1 && c->motion != REEL_CAMERA_KEYFRAMES)) {
        return reel_check_bad(at, "n_keys", "must be 1, or more for keyframes");
    }
    for (int k = 0; k < c->n_keys; k++) {
        REEL_TRY(check_key(c, k, at));
    }
    REEL_TRY(check_lens(c, at));
    REEL_TRY(check_path(s, c, at));
    if (c->motion == REEL_CAMERA_ORBIT) {
        const reel_vec3 d = reel_v3_sub(c->keys[0].eye, c->keys[0].target);
        if (!(d.x * d.x + d.y * d.y > 1e-18)) {
            return reel_check_bad(at, "keys[0]",
                                  "an orbiting camera cannot stand right above its target");
        }
    }
    return REEL_OK;
}

reel_status reel_check_views(const reel_scene *s, reel_error *err)
{
    if (s->n_cameras < 1) {
        const reel_spot at = {err, NULL, 0, NULL};
        return reel_check_bad(&at, "cameras", "a scene needs one at least");
    }
    for (int i = 0; i < s->n_cameras; i++) {
        const reel_spot at = {err, "cameras", i, s->cameras[i].name};
        REEL_TRY(check_camera(s, &s->cameras[i], &at));
    }
    return REEL_OK;
}
