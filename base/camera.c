#include "base/camera.h"

#include "base/between.h"
#include "base/trig.h"

/* Value and slope of one track at a key: see reel_camera_key_at(). */
typedef struct knot {
    reel_vec3 p;
    reel_vec3 slope; /* per second */
} knot;

typedef enum track { TRACK_EYE, TRACK_TARGET, TRACK_UP } track;

static reel_vec3 key_value(const reel_camera *camera, int i, track which)
{
    const reel_camera_key *key = &camera->keys[i];
    return which == TRACK_EYE ? key->eye : which == TRACK_TARGET ? key->target : key->up;
}

static reel_vec3 chord(const reel_camera *camera, int i, track which)
{
    const double dt = camera->keys[i + 1].time - camera->keys[i].time;
    const reel_vec3 d = reel_v3_sub(key_value(camera, i + 1, which), key_value(camera, i, which));
    return reel_v3_scale(d, 1 / dt);
}

static knot knot_at(const reel_camera *camera, int i, track which)
{
    knot k = {key_value(camera, i, which), {0, 0, 0}};
    if (i == 0) {
        k.slope = chord(camera, 0, which);
    } else if (i == camera->n_keys - 1) {
        k.slope = chord(camera, i - 1, which);
    } else {
        const double before = camera->keys[i].time - camera->keys[i - 1].time;
        const double after = camera->keys[i + 1].time - camera->keys[i].time;
        const reel_vec3 a = reel_v3_scale(chord(camera, i - 1, which), after);
        const reel_vec3 b = reel_v3_scale(chord(camera, i, which), before);
        k.slope = reel_v3_scale(reel_v3_add(a, b), 1 / (before + after));
    }
    return k;
}

/* Cubic Hermite segment from key i to key i + 1. */
static reel_vec3 between(const reel_camera *camera, int i, double time, track which)
{
    const knot a = knot_at(camera, i, which), b = knot_at(camera, i + 1, which);
    const double dt = camera->keys[i + 1].time - camera->keys[i].time;
    const double s = (time - camera->keys[i].time) / dt;
    const double s2 = s * s, s3 = s2 * s;
    reel_vec3 p = reel_v3_scale(a.p, 2 * s3 - 3 * s2 + 1);
    p = reel_v3_madd(p, (s3 - 2 * s2 + s) * dt, a.slope);
    p = reel_v3_madd(p, 3 * s2 - 2 * s3, b.p);
    return reel_v3_madd(p, (s3 - s2) * dt, b.slope);
}

static reel_camera_key keyframe_at(const reel_camera *camera, double time)
{
    int last = camera->n_keys - 1;
    if (time <= camera->keys[0].time) {
        return camera->keys[0];
    }
    if (time >= camera->keys[last].time) {
        return camera->keys[last];
    }
    int i = 0;
    while (time >= camera->keys[i + 1].time) {
        i++;
    }
    if (time == camera->keys[i].time) {
        return camera->keys[i];
    }
    return (reel_camera_key){time, between(camera, i, time, TRACK_EYE),
                             between(camera, i, time, TRACK_TARGET),
                             between(camera, i, time, TRACK_UP)};
}

static reel_vec3 turn_z(reel_vec3 v, double s, double c)
{
    return reel_v3(c * v.x - s * v.y, s * v.x + c * v.y, v.z);
}

reel_camera_key reel_camera_key_at(const reel_camera *camera, double time)
{
    assert(camera->n_keys >= 1);
    reel_camera_key key = camera->keys[0];
    if (camera->motion == REEL_CAMERA_ORBIT) {
        double s, c;
        reel_sincos(camera->orbit_rate * time, &s, &c);
        const reel_vec3 arm = reel_v3_sub(key.eye, key.target);
        key.eye = reel_v3_add(key.target, turn_z(arm, s, c));
        key.up = turn_z(key.up, s, c);
    } else if (camera->motion == REEL_CAMERA_KEYFRAMES) {
        key = keyframe_at(camera, time);
    }
    key.time = time;
    return key;
}

bool reel_camera_key_is_sound(const reel_camera_key *key)
{
    const reel_vec3 ahead = reel_v3_sub(key->target, key->eye);
    const double side = reel_v3_len(reel_v3_cross(ahead, key->up));
    const double scale = reel_v3_len(ahead) * reel_v3_len(key->up);
    return isfinite(scale) && reel_v3_len(ahead) > 1e-9 && side > 1e-6 * scale;
}

double reel_camera_time(const reel_scene *scene, int frame, double shift)
{
    return reel_scene_frame_time(scene, frame) + shift / scene->fps;
}

static reel_view view_of_key(const reel_scene *scene, double fov_y, reel_camera_key key)
{
    const reel_vec3 none = {0, 0, 0};
    const reel_vec3 z = reel_v3_unit(reel_v3_sub(key.target, key.eye), none);
    const reel_vec3 x = reel_v3_unit(reel_v3_cross(z, key.up), none);
    const reel_vec3 y = reel_v3_cross(z, x);
    reel_view view;
    view.cam_from_world = (reel_mat3){{{x.x, x.y, x.z}, {y.x, y.y, y.z}, {z.x, z.y, z.z}}};
    view.translation = reel_v3_scale(reel_mat3_mul_v(view.cam_from_world, key.eye), -1);
    view.eye = key.eye;
    view.fy = 0.5 * scene->height / reel_tan(0.5 * fov_y);
    view.fx = view.fy;
    view.cx = 0.5 * scene->width;
    view.cy = 0.5 * scene->height;
    return view;
}

reel_view reel_view_near(const reel_scene *scene, const reel_take *take, int camera, int frame,
                         double shift)
{
    assert(camera >= 0 && camera < scene->n_cameras);
    const reel_camera *cam = &scene->cameras[camera];
    reel_camera_key key = reel_camera_key_at(cam, reel_camera_time(scene, frame, shift));
    assert(reel_camera_key_is_sound(&key));
    if (cam->motion == REEL_CAMERA_ATTACHED) {
        assert(take);
        reel_pose pose;
        if (!reel_take_pose_near(scene, take, frame, shift, cam->body, &pose)) {
            pose = reel_take_pose(take, frame * scene->samples_per_frame, cam->body);
        }
        key.eye = reel_pose_apply(pose, key.eye);
        key.target = reel_pose_apply(pose, key.target);
        key.up = reel_quat_rotate(pose.q, key.up);
    }
    return view_of_key(scene, cam->fov_y, key);
}

reel_view reel_view_at(const reel_scene *scene, const reel_take *take, int camera, int frame)
{
    return reel_view_near(scene, take, camera, frame, 0);
}

bool reel_view_project(const reel_view *view, reel_vec3 world, double *u, double *v, double *z)
{
    const reel_vec3 p =
        reel_v3_add(reel_mat3_mul_v(view->cam_from_world, world), view->translation);
    if (!(p.z > 1e-9)) {
        return false;
    }
    *u = view->fx * p.x / p.z + view->cx;
    *v = view->fy * p.y / p.z + view->cy;
    *z = p.z;
    return true;
}
