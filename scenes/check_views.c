/* check_views.c - cameras and lights of a scene: see validate.h. */
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
    /* between keys the eye may pass through the target, or the view turn upright */
    for (int f = 0; c->motion == REEL_CAMERA_KEYFRAMES && f < s->frames; f++) {
        const reel_camera_key key = reel_camera_key_at(c, reel_scene_frame_time(s, f));
        if (!reel_camera_key_is_sound(&key)) {
            return reel_check_bad(
                at, "keys",
                "the path gives no view at frame %d: the eye is at the target, or "
                "looks along up",
                f);
        }
    }
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
    for (int i = 0; i < s->n_suns; i++) {
        const reel_spot at = {err, "suns", i, s->suns[i].name};
        REEL_TRY(reel_check_unit(&at, "to_light", s->suns[i].to_light));
        REEL_TRY(reel_check_colors(&at, "irradiance", s->suns[i].irradiance, 1e6));
        REEL_TRY(reel_check_range(&at, "angular_radius", s->suns[i].angular_radius, 0, 1.5));
    }
    return REEL_OK;
}
