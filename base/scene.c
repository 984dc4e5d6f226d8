#include "base/scene.h"

#include "base/trig.h"

#include <string.h>

reel_audit_limits reel_audit_limits_default(void)
{
    return (reel_audit_limits){
        .penetration = 0.01,
        .initial_overlap = 0.001,
        .joint_error = 0.005,
        .energy_gain = 0.02,
        .contacts = 65536,
        .solver_messages = 0,
        .escape = 100,
        .popping = 0.25,
        .jump = 0.005,
        .jitter = 0.02,
        .tunnelling = 0,
    };
}

reel_material reel_material_default(void)
{
    return (reel_material){
        .name = "",
        .color = {0.8, 0.8, 0.8},
        .color2 = {0.8, 0.8, 0.8},
        .scale = 1,
        .roughness = 0.5,
        .specular = 0.04,
        .image = -1,
        .normal_image = -1,
        .clearcoat_roughness = 0.03,
        .ior = 1.5,
    };
}

reel_scene *reel_scene_create(void)
{
    reel_scene *scene = reel_calloc(1, sizeof(*scene));
    if (!scene) {
        return NULL;
    }
    scene->categories = REEL_ARENA_NEW(&scene->arena, const char *, 1);
    if (!scene->categories) {
        reel_scene_destroy(&scene);
        return NULL;
    }
    scene->categories[0] = "environment";
    scene->n_categories = 1;
    scene->family = scene->source = scene->source_sha256 = "";
    scene->caption = scene->caption_prompt = "";
    scene->agent = scene->agent_on = scene->views = "";
    scene->fps = 24;
    scene->frames = 121;
    scene->width = 832;
    scene->height = 480;
    scene->step_rate = 1200;
    scene->samples_per_frame = 1;
    scene->gravity = reel_v3(0, 0, -9.81);
    scene->exposure = 1;
    scene->sky = (reel_sky){
        .zenith = {0.25, 0.42, 0.75},
        .horizon = {0.80, 0.86, 0.92},
        .ground = {0.22, 0.20, 0.18},
        .image = -1,
        .strength = 1,
        .turbidity = 3,
    };
    scene->audit = reel_audit_limits_default();
    return scene;
}

void reel_scene_destroy(reel_scene **scene)
{
    if (*scene) {
        for (int i = 0; i < (*scene)->n_params; i++) {
            reel_json_destroy(&(*scene)->params[i].value);
        }
        reel_arena_finish(&(*scene)->arena);
        reel_free(*scene);
        *scene = NULL;
    }
}

int reel_scene_steps_per_frame(const reel_scene *scene)
{
    return scene->step_rate / scene->fps;
}

int reel_scene_n_samples(const reel_scene *scene)
{
    return (scene->frames - 1) * scene->samples_per_frame + 1;
}

int64_t reel_scene_sample_step(const reel_scene *scene, int sample)
{
    return (int64_t)sample * (scene->step_rate / (scene->fps * scene->samples_per_frame));
}

int64_t reel_scene_last_step(const reel_scene *scene)
{
    return reel_scene_sample_step(scene, reel_scene_n_samples(scene) - 1);
}

double reel_scene_frame_time(const reel_scene *scene, int frame)
{
    return (double)frame / scene->fps;
}

/* A row's name is its first member; `stride` bytes lie between rows. */
static_assert(offsetof(reel_object, name) == 0 && offsetof(reel_body, name) == 0 &&
                  offsetof(reel_joint, name) == 0 && offsetof(reel_camera, name) == 0,
              "find_name() reads the name at the start of a row");

static int find_name(const void *rows, size_t stride, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        const char *const *at = (const void *)((const char *)rows + (size_t)i * stride);
        if (*at && strcmp(*at, name) == 0) {
            return i;
        }
    }
    return -1;
}

int reel_scene_find_object(const reel_scene *scene, const char *name)
{
    return find_name(scene->objects, sizeof(*scene->objects), scene->n_objects, name);
}

int reel_scene_find_body(const reel_scene *scene, const char *name)
{
    return find_name(scene->bodies, sizeof(*scene->bodies), scene->n_bodies, name);
}

int reel_scene_find_joint(const reel_scene *scene, const char *name)
{
    return find_name(scene->joints, sizeof(*scene->joints), scene->n_joints, name);
}

int reel_scene_find_camera(const reel_scene *scene, const char *name)
{
    return find_name(scene->cameras, sizeof(*scene->cameras), scene->n_cameras, name);
}

int reel_scene_n_instances(const reel_scene *scene)
{
    int n = 0;
    for (int i = 0; i < scene->n_objects; i++) {
        n += scene->objects[i].instance_id != 0;
    }
    return n;
}
