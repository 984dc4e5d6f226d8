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
        .contacts = 4096,
        .solver_messages = 0,
        .escape = 100,
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
    scene->fps = 24;
    scene->frames = 121;
    scene->width = 832;
    scene->height = 480;
    scene->step_rate = 1200;
    scene->samples_per_frame = 1;
    scene->gravity = reel_v3(0, 0, -9.81);
    scene->exposure = 1;
    scene->sky = (reel_sky){{0.25, 0.42, 0.75}, {0.80, 0.86, 0.92}, {0.22, 0.20, 0.18}};
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

void reel_shape_mass(reel_shape shape, const double size[3], double density, double *mass,
                     double inertia[3])
{
    const double r = size[0], l = size[1];
    switch (shape) {
    case REEL_SHAPE_PLANE: break;
    case REEL_SHAPE_BOX: {
        const double xx = size[0] * size[0], yy = size[1] * size[1], zz = size[2] * size[2];
        *mass = density * size[0] * size[1] * size[2];
        inertia[0] = *mass * (yy + zz) / 12;
        inertia[1] = *mass * (xx + zz) / 12;
        inertia[2] = *mass * (xx + yy) / 12;
        return;
    }
    case REEL_SHAPE_SPHERE:
        *mass = density * (4.0 / 3.0) * REEL_PI * r * r * r;
        inertia[0] = inertia[1] = inertia[2] = 0.4 * *mass * r * r;
        return;
    case REEL_SHAPE_CYLINDER:
        *mass = density * REEL_PI * r * r * l;
        inertia[0] = inertia[1] = *mass * (3 * r * r + l * l) / 12;
        inertia[2] = 0.5 * *mass * r * r;
        return;
    case REEL_SHAPE_CAPSULE: {
        /* two half balls, each moved out by l / 2 with its centre of mass 3 r / 8 beyond */
        const double tube = density * REEL_PI * r * r * l;
        const double ball = density * (4.0 / 3.0) * REEL_PI * r * r * r;
        *mass = tube + ball;
        inertia[0] =
            tube * (3 * r * r + l * l) / 12 + ball * (0.4 * r * r + 0.25 * l * l + 0.375 * l * r);
        inertia[1] = inertia[0];
        inertia[2] = 0.5 * tube * r * r + 0.4 * ball * r * r;
        return;
    }
    }
    assert(!"a shape with a volume");
}

bool reel_shape_half_box(reel_shape shape, const double size[3], double half[3])
{
    switch (shape) {
    case REEL_SHAPE_PLANE: return false;
    case REEL_SHAPE_BOX:
        for (int i = 0; i < 3; i++) {
            half[i] = 0.5 * size[i];
        }
        return true;
    case REEL_SHAPE_SPHERE: half[0] = half[1] = half[2] = size[0]; return true;
    case REEL_SHAPE_CAPSULE:
        half[0] = half[1] = size[0];
        half[2] = 0.5 * size[1] + size[0];
        return true;
    case REEL_SHAPE_CYLINDER:
        half[0] = half[1] = size[0];
        half[2] = 0.5 * size[1];
        return true;
    }
    assert(!"a known shape");
    return false;
}
