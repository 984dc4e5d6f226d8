/* story_view.c - how a clip is filmed and lit, in words; see story.h. */
#include "base/trig.h"
#include "scenes/story_internal.h"
#include <string.h>

static bool put(reel_json *o, const char *key, const char *text)
{
    return reel_json_put(o, key, reel_json_string(text));
}

static reel_json *whole(reel_json *o, bool ok)
{
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* ---- camera -----------------------------------------------------------------------------------
 */

const char *reel_story_camera_motion(const reel_scene *scene, int camera)
{
    const reel_camera *c = &scene->cameras[camera];
    switch (c->motion) {
    case REEL_CAMERA_ORBIT:
        /* counter-clockwise seen from above: to its own right */
        return c->orbit_rate > 0   ? "orbits slowly to the right"
               : c->orbit_rate < 0 ? "orbits slowly to the left"
                                   : "static";
    case REEL_CAMERA_KEYFRAMES: return c->n_keys > 1 ? "moves along a path" : "static";
    case REEL_CAMERA_ATTACHED: return "moves with an object";
    default: return "static";
    }
}

/* World direction of the middle of the image. */
static reel_vec3 forward_of(const reel_view *view)
{
    const double(*m)[3] = view->cam_from_world.m;
    return (reel_vec3){m[2][0], m[2][1], m[2][2]};
}

const char *reel_story_camera_angle(const reel_scene *scene, const reel_take *take, int camera)
{
    const reel_view view = reel_view_at(scene, take, camera, 0);
    const double down = -forward_of(&view).z; /* sine of the slope */
    return down > 0.866   ? "overhead"        /* 60 degrees */
           : down > 0.259 ? "high angle"      /* 15 degrees */
           : down > -0.1  ? "eye level"       /* -6 degrees */
                          : "low angle";
}

/* Share of the first frame that objects cover. */
static double share_of_objects(const reel_story *s)
{
    double pixels = 0;
    for (int i = 0; i < s->n_instances; i++) {
        pixels += s->visible[i];
    }
    return pixels / ((double)s->scene->width * s->scene->height);
}

reel_json *reel_story_cinematography(const reel_story *s)
{
    const reel_camera *c = &s->scene->cameras[s->camera];
    const double share = share_of_objects(s);
    const double fov_x = 2 * reel_atan(reel_tan(c->fov_y / 2) * s->scene->width / s->scene->height);
    reel_json *o = reel_json_object();
    bool ok = o && put(o, "camera_motion", reel_story_camera_motion(s->scene, s->camera));
    ok = ok && put(o, "camera_angle", reel_story_camera_angle(s->scene, s->take, s->camera));
    ok = ok && put(o, "framing",
                   share > 0.25   ? "close-up"
                   : share > 0.06 ? "medium shot"
                                  : "wide shot");
    ok = ok && put(o, "depth_of_field", c->aperture > 0 ? "Shallow" : "Deep");
    ok = ok && put(o, "lens_focal_length",
                   fov_x > 1.31   ? "wide-angle" /* 75 degrees */
                   : fov_x < 0.52 ? "telephoto"  /* 30 degrees */
                                  : "normal");
    return whole(o, ok);
}

/* ---- light ------------------------------------------------------------------------------------
 */

const char *reel_story_light(const reel_scene *scene)
{
    switch (scene->sky.kind) {
    case REEL_SKY_CLEAR: return "clear daylight";
    case REEL_SKY_OVERCAST: return "overcast daylight";
    case REEL_SKY_STUDIO: return "studio light";
    case REEL_SKY_NIGHT: return "night";
    case REEL_SKY_IMAGE: return "light of a photographed surrounding";
    default: break;
    }
    return scene->n_suns > 0    ? "bright daylight"
           : scene->n_lamps > 0 ? "lamp light"
                                : "soft even light";
}

static const char *sun_direction(const reel_story *s)
{
    const reel_view view = reel_view_at(s->scene, s->take, s->camera, 0);
    const reel_vec3 c = reel_mat3_mul_v(view.cam_from_world, s->scene->suns[0].to_light);
    if (s->scene->suns[0].to_light.z > 0.866) {
        return "from above";
    }
    if (fabs(c.x) > fabs(c.z)) {
        return c.x > 0 ? "side-lit from the right" : "side-lit from the left";
    }
    return c.z > 0 ? "backlit" : "front-lit";
}

reel_json *reel_story_lighting(const reel_story *s)
{
    const reel_scene *scene = s->scene;
    reel_json *o = reel_json_object();
    bool ok = o && put(o, "conditions", reel_story_light(scene));
    ok = ok && put(o, "direction",
                   scene->n_suns > 0    ? sun_direction(s)
                   : scene->n_lamps > 0 ? "from lamps"
                                        : "from all around");
    ok = ok && put(o, "shadows",
                   scene->n_suns > 0
                       ? scene->suns[0].angular_radius > 0.02 ? "soft shadows" : "sharp shadows"
                   : scene->n_lamps > 0 ? "soft shadows"
                                        : "faint shadows");
    return whole(o, ok);
}
