/*
 * sample_scene.h - a scene with one of everything, for tests of what carries scenes.
 *
 * Two objects and a floor, a hinge, an action of each kind, a camera of each motion. The values are
 * all different, so that mixed-up fields show. Not a scene to simulate.
 */
#pragma once

#include "base/scene.h"

static inline reel_geom sample_geom(int body, reel_shape shape, double a, double b, double c)
{
    return (reel_geom){
        .body = body,
        .shape = shape,
        .size = {a, b, c},
        .body_from_geom = {{0.01 * a, 0.02, -0.03}, {0.6, 0, 0.8, 0}},
        .material = body % 2,
        .surface = body % 2,
        .visible = body != 1,
        .collides = body != 2,
        .mesh = -1,
        .height_field = -1,
    };
}

static inline void sample_parts(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_surfaces = 2;
    s->surfaces = REEL_ARENA_NEW(a, reel_surface, 2);
    s->surfaces[0] = (reel_surface){"rubber", 1100, 0.9, 0.7, 0.002};
    s->surfaces[1] = (reel_surface){"stone", 2700.5, 0.6, 0.1, 0};
    s->n_materials = 2;
    s->materials = REEL_ARENA_NEW(a, reel_material, 2);
    s->materials[0] =
        (reel_material){"red", REEL_PATTERN_PLAIN, {0.8, 0.1, 0.05}, {0, 0, 0}, 1, 0.3, 0, 0.04, 7};
    s->materials[1] = (reel_material){
        "boards", REEL_PATTERN_WOOD, {0.4, 0.3, 0.2}, {0.2, 0.1, 0.05}, 0.04, 0.55, 0.1,
        0.05,     4294967295u};
    s->n_categories = 3;
    s->categories = REEL_ARENA_NEW(a, const char *, 3);
    s->categories[0] = "environment";
    s->categories[1] = "ball";
    s->categories[2] = "lever";
    s->n_objects = 3;
    s->objects = REEL_ARENA_NEW(a, reel_object, 3);
    s->objects[0] = (reel_object){"floor", "environment", "plane", "", "stone", 0, 0, 0, 1};
    s->objects[1] = (reel_object){"ball", "ball", "sphere", "red", "rubber", 1, 1, 1, 1};
    s->objects[2] = (reel_object){"l\u00e9ver", "lever", "box", "grey", "stone", 2, 2, 2, 2};
    s->n_bodies = 4;
    s->bodies = REEL_ARENA_NEW(a, reel_body, 4);
    const char *names[] = {"floor", "ball", "l\u00e9ver/base", "l\u00e9ver/arm"};
    const int owner[] = {0, 1, 2, 2};
    const int n_geoms[] = {1, 1, 1, 2};
    for (int i = 0, first = 0; i < 4; first += n_geoms[i++]) {
        s->bodies[i] = (reel_body){
            .name = names[i],
            .object = owner[i],
            .first_geom = first,
            .n_geoms = n_geoms[i],
            .motion = i == 0 ? REEL_MOTION_STATIC : REEL_MOTION_DYNAMIC,
            .world_from_body = {{0.1 * i, 1.0 / 3 * i, 0.5}, {0, 0.6, 0, -0.8}},
            .velocity = {1.5 * i, -0.25, 1e-9},
            .omega = {0, 3.25 * i, -1},
            .mass = 0.1 + i,
            .inertia = {0.01 * i, 0.02, 0.03, 1e-4, 2e-4, -3e-4},
            .box_min = {-0.1, -0.2, -0.3 * i},
            .box_max = {0.1, 0.2, 0.3 * i},
            .tag = "",
        };
    }
    s->n_geoms = 5;
    s->geoms = REEL_ARENA_NEW(a, reel_geom, 5);
    s->geoms[0] = sample_geom(0, REEL_SHAPE_PLANE, 0, 0, 0);
    s->geoms[1] = sample_geom(1, REEL_SHAPE_SPHERE, 0.1, 0, 0);
    s->geoms[2] = sample_geom(2, REEL_SHAPE_BOX, 0.2, 0.3, 0.4);
    s->geoms[3] = sample_geom(3, REEL_SHAPE_CAPSULE, 0.05, 0.6, 0);
    s->geoms[4] = sample_geom(3, REEL_SHAPE_CYLINDER, 0.07, 0.1, 0);
}

static inline void sample_timeline(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_joints = 2;
    s->joints = REEL_ARENA_NEW(a, reel_joint, 2);
    s->joints[0] = (reel_joint){"pivot",
                                REEL_JOINT_HINGE,
                                3,
                                2,
                                {0.1, 0.2, 0.3},
                                {0, 0.6, 0.8},
                                true,
                                -1.25,
                                0.75,
                                REEL_MOTOR_POSITION,
                                0.5,
                                12,
                                3,
                                0.01,
                                .joint_a = -1,
                                .joint_b = -1};
    s->joints[1] = (reel_joint){
        "tether", REEL_JOINT_BALL, 1, -1, {0, 0, 2}, {0, 0, 1}, false,         0,
        0,        REEL_MOTOR_NONE, 0, 0,  1,         0,         .joint_a = -1, .joint_b = -1};
    s->n_actions = 4;
    s->actions = REEL_ARENA_NEW(a, reel_action, 4);
    s->actions[0] = (reel_action){"kick",    REEL_ACTION_IMPULSE, 10, 0, 1, -1, {1, 2, 3},
                                  {4, 5, 6}, {0.01, 0.02, 0.03},  0};
    s->actions[1] = (reel_action){"wind", REEL_ACTION_FORCE, 20,          40,        3,
                                  -1,     {-1, 0, 0},        {0, 0, 0.5}, {0, 0, 0}, 0};
    s->actions[2] = (reel_action){"lift", REEL_ACTION_TARGET, 50,        0,         -1,
                                  0,      {0, 0, 0},          {0, 0, 0}, {0, 0, 0}, -0.25};
    s->actions[3] = (reel_action){"drop",
                                  REEL_ACTION_RELEASE,
                                  INT64_C(9007199254740993),
                                  0,
                                  -1,
                                  1,
                                  {0, 0, 0},
                                  {0, 0, 0},
                                  {0, 0, 0},
                                  0};
    s->n_expects = 2;
    s->expects = REEL_ARENA_NEW(a, reel_expect, 2);
    s->expects[0] = (reel_expect){REEL_EXPECT_MOVED, 1, 600, 0.5};
    s->expects[1] = (reel_expect){REEL_EXPECT_AT_REST, 2, 1000, 0};
}

static inline void sample_view(reel_scene *s)
{
    static const reel_camera_motion motions[] = {REEL_CAMERA_STATIC, REEL_CAMERA_ORBIT,
                                                 REEL_CAMERA_KEYFRAMES, REEL_CAMERA_ATTACHED};
    static const char *const names[] = {"main", "around", "path", "rider"};
    reel_arena *a = &s->arena;
    s->n_cameras = 4;
    s->cameras = REEL_ARENA_NEW(a, reel_camera, 4);
    for (int i = 0; i < 4; i++) {
        reel_camera *c = &s->cameras[i];
        *c = (reel_camera){.name = names[i],
                           .motion = motions[i],
                           .fov_y = 0.6 + 0.1 * i,
                           .orbit_rate = i == 1 ? 0.7 : 0,
                           .body = i == 3 ? 3 : -1,
                           .n_keys = i == 2 ? 4 : 1};
        c->keys = REEL_ARENA_NEW(a, reel_camera_key, c->n_keys);
        for (int k = 0; k < c->n_keys; k++) {
            c->keys[k] = (reel_camera_key){0.4 * k + 0.1 * k * k,
                                           {2.0 - k, -3, 1.5 + 0.2 * k * k},
                                           {0.1, 0.2, 0.3 + 0.05 * k},
                                           {0, 0, 1}};
        }
    }
    s->n_suns = 1;
    s->suns = REEL_ARENA_NEW(a, reel_sun, 1);
    s->suns[0] = (reel_sun){"sun", {0.36, 0.48, 0.8}, {3, 2.9, 2.7}, 0.00465};
}

/* NULL when out of memory. */
static inline reel_scene *sample_scene(void)
{
    reel_scene *s = reel_scene_create();
    s->family = "sample";
    s->source = "sample.lua";
    s->source_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    s->seed = UINT64_C(18446744073709551615);
    s->n_params = 4;
    s->params = REEL_ARENA_NEW(&s->arena, reel_param, 4);
    s->params[0] = (reel_param){"bend", reel_json_real(-0.5)};
    s->params[1] = (reel_param){"count", reel_json_int(8)};
    s->params[2] = (reel_param){"painted", reel_json_bool(true)};
    s->params[3] = (reel_param){"wood", reel_json_string("oak \"A\"\n")};
    s->fps = 12;
    s->frames = 24;
    s->width = 256;
    s->height = 128;
    s->step_rate = 600;
    s->samples_per_frame = 2;
    s->gravity = reel_v3(0, 0.5, -9.81);
    sample_parts(s);
    sample_timeline(s);
    sample_view(s);
    s->exposure = 1.25;
    s->caption = "A red ball hits the lever.";
    s->caption_prompt = "A red ball and a lever.";
    return s;
}
