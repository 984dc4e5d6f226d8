/*
 * lamp.c - near lights as the kernel reads them.
 */
#include "base/trig.h"
#include "render/soft/soft.h"

static void to_camera(float out[3], const reel_mat3 *rot, reel_vec3 v)
{
    const reel_vec3 c = reel_mat3_mul_v(*rot, v);
    out[0] = (float)c.x;
    out[1] = (float)c.y;
    out[2] = (float)c.z;
}

void reel_soft_lamp_fill(soft_lamp *out, const reel_scene *scene, const reel_take *take,
                         const soft_snapshot *snap, int lamp)
{
    const reel_lamp *l = &scene->lamps[lamp];
    reel_vec3 at = l->position, dir = l->direction, across = l->across;
    if (l->body >= 0) {
        const int sample = snap->frame * scene->samples_per_frame;
        reel_pose pose = reel_take_pose(take, sample, l->body);
        reel_soft_body_pose(scene, take, snap, l->body, &pose);
        at = reel_pose_apply(pose, at);
        dir = reel_quat_rotate(pose.q, dir);
        across = reel_quat_rotate(pose.q, across);
    }
    const bool rect = l->kind == REEL_LAMP_RECT;
    const double area =
        rect ? REEL_PI * l->size[0] * l->size[1] : 4 * REEL_PI * REEL_PI * l->size[0] * l->size[0];
    double s, c_in, c_out;
    *out = (soft_lamp){.kind = (int)l->kind};
    to_camera(out->at, &snap->view.cam_from_world, reel_v3_sub(at, snap->view.eye));
    to_camera(out->dir, &snap->view.cam_from_world, dir);
    to_camera(out->u, &snap->view.cam_from_world, across);
    to_camera(out->v, &snap->view.cam_from_world, reel_v3_cross(dir, across));
    out->radius = rect ? 0 : (float)l->size[0];
    for (int i = 0; i < 2; i++) {
        out->half[i] = rect ? (float)(0.5 * l->size[i]) : 0;
    }
    for (int i = 0; i < 3; i++) {
        out->radiance[i] = (float)(l->power[i] / area);
    }
    reel_sincos(l->cone * (1 - l->blend), &s, &c_in);
    reel_sincos(l->cone, &s, &c_out);
    out->cos_in = (float)c_in;
    out->cos_out = (float)c_out;
}
