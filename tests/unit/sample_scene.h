/*
 * sample_scene.h - a scene with one of everything, for tests of what carries scenes.
 *
 * Two objects and a floor, a hinge, an action of each kind, a camera of each motion. The values are
 * all different, so that mixed-up fields show. Not a scene to simulate. sample_rich_scene() has
 * what simple scenes do not: meshes, terrain, force fields, joints with springs, and so on.
 */
#pragma once

#include "base/scene.h"
#include <string.h>

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

/* The members that every material has; the others keep their defaults. */
static inline void sample_material(reel_material *out, reel_material m)
{
    const reel_material rest = reel_material_default();
    m.image = m.normal_image = -1;
    m.clearcoat_roughness = rest.clearcoat_roughness;
    m.ior = rest.ior;
    *out = m;
}

static inline void sample_materials(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_materials = 2;
    s->materials = REEL_ARENA_NEW(a, reel_material, 2);
    sample_material(&s->materials[0], (reel_material){.name = "red",
                                                      .color = {0.8, 0.1, 0.05},
                                                      .scale = 1,
                                                      .roughness = 0.3,
                                                      .specular = 0.04,
                                                      .seed = 7});
    sample_material(&s->materials[1], (reel_material){.name = "boards",
                                                      .pattern = REEL_PATTERN_WOOD,
                                                      .color = {0.4, 0.3, 0.2},
                                                      .color2 = {0.2, 0.1, 0.05},
                                                      .scale = 0.04,
                                                      .roughness = 0.55,
                                                      .metallic = 0.1,
                                                      .specular = 0.05,
                                                      .seed = 4294967295u});
}

static inline void sample_parts(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_surfaces = 2;
    s->surfaces = REEL_ARENA_NEW(a, reel_surface, 2);
    s->surfaces[0] = (reel_surface){"rubber", 1100, 0.9, 0.7, 0.002};
    s->surfaces[1] = (reel_surface){"stone", 2700.5, 0.6, 0.1, 0};
    sample_materials(s);
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
                                  {4, 5, 6}, {0.01, 0.02, 0.03},  0,  0};
    s->actions[1] = (reel_action){"wind",     REEL_ACTION_FORCE, 20,        40, 3, -1,
                                  {-1, 0, 0}, {0, 0, 0.5},       {0, 0, 0}, 0,  0};
    s->actions[2] = (reel_action){"lift",    REEL_ACTION_TARGET, 50,        0,     -1, 0,
                                  {0, 0, 0}, {0, 0, 0},          {0, 0, 0}, -0.25, 0};
    s->actions[3] = (reel_action){"drop",
                                  REEL_ACTION_RELEASE,
                                  INT64_C(9007199254740993),
                                  0,
                                  -1,
                                  1,
                                  {0, 0, 0},
                                  {0, 0, 0},
                                  {0, 0, 0},
                                  0,
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

/* `n` entries more in an array of the arena. */
static inline void *sample_longer(reel_arena *arena, const void *old, int count, int n, size_t size)
{
    char *all = reel_arena_alloc(arena, (size_t)(count + n), size);
    if (count > 0) {
        memcpy(all, old, (size_t)count * size);
    }
    return all;
}

static inline void sample_looks(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_images = 3;
    s->images = REEL_ARENA_NEW(a, reel_image, 3);
    for (int i = 0; i < 3; i++) {
        static const char *const image_names[] = {"paper", "dents", "yard"};
        reel_image *image = &s->images[i];
        *image = (reel_image){image_names[i], (reel_image_kind)i, 2 + i, 2, 16 + 8 * i, NULL};
        image->pixels = REEL_ARENA_NEW(a, uint8_t, image->n_bytes);
        for (int k = 0; k < image->n_bytes; k++) {
            image->pixels[k] = (uint8_t)(37 * k + 11 * i);
        }
    }
    s->sky.kind = REEL_SKY_IMAGE;
    s->sky.image = 2;
    s->sky.turn = 0.5;
    s->sky.strength = 2;
    s->sky.turbidity = 4;
    s->sky.seed = 9;
    s->n_lamps = 2;
    s->lamps = REEL_ARENA_NEW(a, reel_lamp, 2);
    s->lamps[0] = (reel_lamp){"bulb",    REEL_LAMP_SPHERE, 3,   {0, 0, 2}, {0, 0, -1}, {1, 0, 0},
                              {0.05, 0}, {60, 50, 40},     1.0, 0.5};
    s->lamps[1] = (reel_lamp){"window",  REEL_LAMP_RECT, -1,           {1, 0, 2}, {-1, 0, 0},
                              {0, 1, 0}, {1.5, 0.8},     {10, 20, 40}, 0.75,      0.25};
    reel_material *boards = &s->materials[1];
    boards->bump = 0.001;
    boards->image = 0;
    boards->normal_image = 1;
    boards->mapping = REEL_MAPPING_WRAP;
    boards->image_scale = 0.5;
    boards->clearcoat = 0.75;
    boards->clearcoat_roughness = 0.1;
    boards->transmission = 0.25;
    boards->ior = 1.33;
    boards->emission[0] = 1;
    boards->emission[2] = 3;
    reel_camera *camera = &s->cameras[1];
    camera->aperture = 0.02;
    camera->focus = 2.5;
    camera->shutter = 0.5;
    camera->exposure = -1;
    camera->white = 5000;
    camera->vignette = 0.5;
    camera->grain = 1.5;
}

static inline void sample_meshes(reel_scene *s)
{
    static const double corners[] = {0, 0, 0, 0.3, 0, 0, 0, 0.4, 0, 0, 0, 0.5, 0.05, 0.05, 0.05};
    static const int tetrahedron[] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
    /* the face away from the origin pressed in */
    static const int dented[] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 4, 2, 3, 4, 3, 1, 4};
    static const double heights[] = {0, 0.1, 0.2, -0.1, 0.05, 0.15};
    reel_arena *a = &s->arena;
    s->n_meshes = 2;
    s->meshes = REEL_ARENA_NEW(a, reel_mesh, 2);
    s->meshes[0] = (reel_mesh){.name = "dented",
                               .n_vertices = 5,
                               .n_triangles = 6,
                               .vertices = reel_arena_copy(a, corners, 15, sizeof(double)),
                               .triangles = reel_arena_copy(a, dented, 18, sizeof(int))};
    s->meshes[1] = (reel_mesh){.name = "tetrahedron",
                               .n_vertices = 4,
                               .n_triangles = 4,
                               .vertices = reel_arena_copy(a, corners, 12, sizeof(double)),
                               .triangles = reel_arena_copy(a, tetrahedron, 12, sizeof(int)),
                               .crease = 0.6};
    s->n_height_fields = 1;
    s->height_fields = REEL_ARENA_NEW(a, reel_height_field, 1);
    s->height_fields[0] =
        (reel_height_field){.name = "hills",
                            .columns = 3,
                            .rows = 2,
                            .n_heights = 6,
                            .heights = reel_arena_copy(a, heights, 6, sizeof(double)),
                            .crease = 0.7};
}

/* A landscape (body 4) and a body of all the solid shapes (body 5). */
static inline void sample_more_bodies(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->objects = sample_longer(a, s->objects, 3, 2, sizeof(*s->objects));
    s->objects[3] = (reel_object){"land", "environment", "terrain", "", "stone", 0, 0, 4, 1};
    s->objects[4] = (reel_object){"thing", "lever", "solid", "red", "rubber", 2, 3, 5, 1};
    s->n_objects = 5;
    s->bodies = sample_longer(a, s->bodies, 4, 2, sizeof(*s->bodies));
    s->bodies[4] = (reel_body){.name = "land",
                               .object = 3,
                               .first_geom = 5,
                               .n_geoms = 2,
                               .world_from_body = reel_pose_identity(),
                               .tag = ""};
    s->bodies[5] = s->bodies[3];
    s->bodies[5].name = "thing";
    s->bodies[5].object = 4;
    s->bodies[5].first_geom = 7;
    s->bodies[5].n_geoms = 3;
    s->bodies[5].tag = "magnetic";
    s->bodies[5].absent = true;
    s->bodies[5].drag = 0.47;
    s->bodies[5].charge = -2e-6;
    s->bodies[5].magnetic_moment = reel_v3(0.5, 0, -1.5);
    s->n_bodies = 6;
    s->geoms = sample_longer(a, s->geoms, 5, 5, sizeof(*s->geoms));
    s->geoms[5] = sample_geom(4, REEL_SHAPE_HEIGHT_FIELD, 4, 5, 0);
    s->geoms[5].height_field = 0;
    s->geoms[6] = sample_geom(4, REEL_SHAPE_MESH, 0, 0, 0);
    s->geoms[6].mesh = 0;
    s->geoms[7] = sample_geom(5, REEL_SHAPE_CONE, 0.2, 0.5, 0);
    s->geoms[8] = sample_geom(5, REEL_SHAPE_ELLIPSOID, 0.1, 0.2, 0.3);
    s->geoms[9] = sample_geom(5, REEL_SHAPE_HULL, 0, 0, 0);
    s->geoms[9].mesh = 1;
    s->geoms[9].belt = reel_v3(0.7, 0, -0.1);
    s->n_geoms = 10;
}

static inline void sample_more_joints(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->joints = sample_longer(a, s->joints, 2, 4, sizeof(*s->joints));
    const reel_joint none = {
        .body_a = 3, .body_b = -1, .axis = {0, 0, 1}, .max_speed = 1, .joint_a = -1, .joint_b = -1};
    for (int i = 2; i < 6; i++) {
        s->joints[i] = none;
    }
    s->joints[2].name = "cross";
    s->joints[2].kind = REEL_JOINT_UNIVERSAL;
    s->joints[2].axis2 = reel_v3(1, 0, 0);
    s->joints[3].name = "spring";
    s->joints[3].kind = REEL_JOINT_DISTANCE;
    s->joints[3].anchor_b = reel_v3(0.1, 0.2, 3);
    s->joints[3].stiffness = 120;
    s->joints[3].rest = 0.8;
    s->joints[3].break_force = 300;
    s->joints[3].break_torque = 40;
    s->joints[4].name = "axle";
    s->joints[4].kind = REEL_JOINT_HINGE;
    s->joints[4].body_a = 5;
    s->joints[4].inactive = true;
    s->joints[5].name = "gears";
    s->joints[5].kind = REEL_JOINT_GEAR;
    s->joints[5].body_b = 5;
    s->joints[5].joint_a = 0;
    s->joints[5].joint_b = 4;
    s->joints[5].ratio = -2.5;
    s->n_joints = 6;
    s->actions = sample_longer(a, s->actions, 4, 3, sizeof(*s->actions));
    s->actions[4] = (reel_action){.name = "catch",
                                  .kind = REEL_ACTION_ATTACH,
                                  .first_step = INT64_C(9007199254740994),
                                  .body = -1,
                                  .joint = 4};
    s->actions[5] = s->actions[6] = s->actions[4];
    s->actions[5].name = "appear";
    s->actions[5].kind = REEL_ACTION_SPAWN;
    s->actions[6].name = "vanish";
    s->actions[6].kind = REEL_ACTION_REMOVE;
    s->actions[5].body = s->actions[6].body = 5;
    s->actions[5].joint = s->actions[6].joint = -1;
    s->n_actions = 7;
}

static inline void sample_forces(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_pairs = 2;
    s->pairs = REEL_ARENA_NEW(a, reel_contact_pair, 2);
    s->pairs[0] = (reel_contact_pair){0, 1, 0.35, 0.2, 0.001};
    s->pairs[1] = (reel_contact_pair){1, 1, 0.55, 0.25, 0.003};
    s->n_force_fields = 2;
    s->force_fields = REEL_ARENA_NEW(a, reel_force_field, 2);
    s->force_fields[0] = (reel_force_field){
        .name = "breeze", .kind = REEL_FORCE_WIND, .tag = "", .body = -1, .vec = {3, 0, 0}};
    s->force_fields[1] = (reel_force_field){.name = "pool",
                                            .kind = REEL_FORCE_WATER,
                                            .tag = "magnetic",
                                            .first_step = 7,
                                            .end_step = 900,
                                            .vec = {0.1, 0.2, 0.3},
                                            .center = {1, 2, 3},
                                            .body = 5,
                                            .strength = 4,
                                            .power = 2,
                                            .radius = 0.05,
                                            .density = 998,
                                            .viscosity = 0.001,
                                            .has_box = true,
                                            .box_min = {-1, -2, -3},
                                            .box_max = {1.5, 2.5, 0.5}};
}

/* sample_scene() and the rest: 5 objects, 6 bodies, 10 geoms, 6 joints, 7 actions. */
static inline reel_scene *sample_rich_scene(void)
{
    reel_scene *s = sample_scene();
    sample_looks(s);
    sample_meshes(s);
    sample_more_bodies(s);
    sample_more_joints(s);
    sample_forces(s);
    return s;
}
