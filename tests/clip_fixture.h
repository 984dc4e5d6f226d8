/*
 * clip_fixture.h - a small synthetic clip for tests of export/: two spheres over a floor seen by
 * two cameras, and pictures with the same statistics as rendered ones (smooth planes, edges,
 * texture), made without the renderer so that these tests depend on base/ alone.
 */
#pragma once

#include "base/camera.h"
#include "base/frame.h"
#include "base/take.h"
#include "export/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void fixture_add_things(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_objects = s->n_bodies = s->n_geoms = 3;
    s->objects = REEL_ARENA_NEW(a, reel_object, 3);
    s->bodies = REEL_ARENA_NEW(a, reel_body, 3);
    s->geoms = REEL_ARENA_NEW(a, reel_geom, 3);
    static const char *const names[] = {"floor", "ball", "ball 2"};
    for (int i = 0; i < 3; i++) {
        s->objects[i] = (reel_object){.name = names[i],
                                      .category = i ? "sphere" : "environment",
                                      .shape = i ? "sphere" : "plane",
                                      .color = "red",
                                      .material = "rubber",
                                      .semantic_id = i > 0,
                                      .instance_id = i,
                                      .first_body = i,
                                      .n_bodies = 1};
        s->bodies[i] = (reel_body){.name = names[i],
                                   .object = i,
                                   .first_geom = i,
                                   .n_geoms = 1,
                                   .motion = i ? REEL_MOTION_DYNAMIC : REEL_MOTION_STATIC,
                                   .world_from_body = {{i, 0, i}, {1, 0, 0, 0}},
                                   .mass = i ? 1 : 0,
                                   .inertia = {0.1, 0.1, 0.1, 0, 0, 0},
                                   .tag = ""};
        s->geoms[i] = (reel_geom){.body = i,
                                  .shape = i ? REEL_SHAPE_SPHERE : REEL_SHAPE_PLANE,
                                  .size = {i ? 0.5 : 0, 0, 0},
                                  .body_from_geom = {{0, 0, 0}, {1, 0, 0, 0}},
                                  .visible = true,
                                  .collides = true,
                                  .mesh = -1,
                                  .height_field = -1};
    }
}

static inline void fixture_add_cameras(reel_scene *s)
{
    reel_arena *a = &s->arena;
    s->n_cameras = 2;
    s->cameras = REEL_ARENA_NEW(a, reel_camera, 2);
    for (int i = 0; i < 2; i++) {
        reel_camera_key *key = REEL_ARENA_NEW(a, reel_camera_key, 1);
        *key = (reel_camera_key){.eye = {4 + i, -4, 2}, .target = {1, 0, 1}, .up = {0, 0, 1}};
        s->cameras[i] = (reel_camera){.name = i ? "side" : "main",
                                      .motion = REEL_CAMERA_STATIC,
                                      .fov_y = 0.8,
                                      .body = -1,
                                      .n_keys = 1,
                                      .keys = key};
    }
}

static inline reel_scene *fixture_scene(int width, int height, int fps, int frames)
{
    reel_scene *s = reel_scene_create();
    reel_arena *a = &s->arena;
    s->family = "fixture";
    s->source = "fixture.lua";
    s->source_sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
    s->seed = 0xfedcba9876543210u; /* needs all 64 bits */
    s->fps = fps;
    s->frames = frames;
    s->width = width;
    s->height = height;
    s->step_rate = 1200;
    s->samples_per_frame = 1;
    s->caption = "Two balls.";
    s->caption_prompt = "Two balls.";
    s->n_surfaces = s->n_materials = 1;
    s->surfaces = REEL_ARENA_NEW(a, reel_surface, 1);
    s->surfaces[0] = (reel_surface){.name = "rubber", .density = 1100, .friction = 0.8};
    s->materials = REEL_ARENA_NEW(a, reel_material, 1);
    s->materials[0] = reel_material_default();
    s->materials[0].name = "red";
    s->materials[0].scale = 0.1;
    s->n_categories = 2;
    s->categories = REEL_ARENA_NEW(a, const char *, 2);
    s->categories[0] = "environment";
    s->categories[1] = "sphere";
    fixture_add_things(s);
    fixture_add_cameras(s);
    return s;
}

/** Two bodies that move, one event. */
static inline reel_take *fixture_take(const reel_scene *scene)
{
    reel_take *take = reel_take_create(scene, 0);
    for (int i = 0; i < take->n_samples; i++) {
        for (int b = 0; b < take->n_bodies; b++) {
            const int k = i * take->n_bodies + b;
            take->position[3 * k] = 0.01 * i * b;
            take->position[3 * k + 2] = b;
            take->rotation[4 * k] = 1;
            take->state[k] = REEL_STATE_PRESENT;
        }
    }
    take->n_states = take->n_samples;
    take->n_events = 1;
    take->events = REEL_ARENA_NEW(&take->arena, reel_event, 1);
    take->events[0] = (reel_event){.body_a = 0,
                                   .body_b = 1,
                                   .geom_b = 1,
                                   .begin_step = 7,
                                   .end_step = -1,
                                   .begin_time = 0.0055,
                                   .end_time = -1,
                                   .normal = {0, 0, -1},
                                   .sticking = 1,
                                   .impulse_normal = 1.25};
    take->audit.penetration = 0.00012;
    take->audit.exact_steps = 120;
    return take;
}

static inline uint32_t fixture_noise(uint32_t x, uint32_t y, uint32_t z)
{
    uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ z * 0xc2b2ae3du;
    h = (h ^ h >> 15) * 0x2c1b3c6du;
    h = (h ^ h >> 12) * 0x297a2d39u;
    return h ^ h >> 15;
}

/* The instance at a pixel: two discs, the second one in front. */
static inline int fixture_instance(const reel_frame *f, int t, int x, int y, int *dx, int *dy,
                                   int *r)
{
    for (int i = 2; i >= 1; i--) {
        *r = f->height / (3 + i);
        *dx = x - (f->width * i / 3 + (i == 1 ? t : -t));
        *dy = y - (f->height * i / 3 + t / 2);
        if (*dx * *dx + *dy * *dy < *r * *r) {
            return i;
        }
    }
    return 0;
}

static inline void fixture_grow_box(reel_frame *f, int id, int x, int y)
{
    if (id > 0 && id <= f->n_instances) {
        reel_box *b = &f->boxes[id];
        const bool first = b->pixels++ == 0;
        b->x0 = first || x < b->x0 ? x : b->x0;
        b->y0 = first || y < b->y0 ? y : b->y0;
        b->x1 = first || x >= b->x1 ? x + 1 : b->x1;
        b->y1 = first || y >= b->y1 ? y + 1 : b->y1;
    }
}

static inline void fixture_pixel(reel_frame *f, int t, int x, int y)
{
    const size_t at = (size_t)y * (size_t)f->width + (size_t)x;
    const size_t n = (size_t)f->width * (size_t)f->height;
    int dx = 0, dy = 0, r = 0;
    const int id = fixture_instance(f, t, x, y, &dx, &dy, &r);
    const bool sky = id == 0 && y < f->height / 4;
    const int slope = id ? 127 * dx / r : 0, rise = id ? 127 * dy / r : 127;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (!(f->planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        uint8_t *u8 = f->plane[p];
        uint16_t *u16 = f->plane[p];
        int16_t *i16 = f->plane[p];
        switch ((reel_plane)p) {
        case REEL_PLANE_RGB:
            for (int c = 0; c < 3; c++) {
                const int tone = sky ? 200 - y / 4 : 90 + 40 * ((id + c) % 3) - slope / 4;
                const int grain = (int)(fixture_noise((uint32_t)x / 2, (uint32_t)y / 2, 7) % 9);
                u8[3 * at + (size_t)c] = (uint8_t)(tone + (sky ? 0 : grain));
            }
            break;
        case REEL_PLANE_DEPTH:
            u16[at] = sky  ? REEL_DEPTH_NONE
                      : id ? (uint16_t)(2500 + (dx * dx + dy * dy) * 500 / (r * r))
                           : (uint16_t)(9000 - 20 * y + x / 3);
            break;
        case REEL_PLANE_INSTANCE: u16[at] = (uint16_t)id; break;
        case REEL_PLANE_NORMAL:
            u8[at] = sky ? 0 : (uint8_t)slope;
            u8[n + at] = sky ? 0 : (uint8_t)rise;
            u8[2 * n + at] = sky ? 0 : (uint8_t)(id ? -100 : 0);
            break;
        case REEL_PLANE_FLOW_FWD:
        case REEL_PLANE_FLOW_BWD:
            for (size_t c = 0; c < 2; c++) {
                i16[c * n + at] =
                    sky ? REEL_FLOW_NONE
                        : (int16_t)(id * 300 + x * (c ? 1 : -1) / 2 + (int)c * 9 + y / 3);
            }
            break;
        case REEL_PLANE_FLOW_FWD_STATE:
        case REEL_PLANE_FLOW_BWD_STATE: u8[at] = sky ? 0 : 1 + (dx > r - 3); break;
        case REEL_PLANE_OBJECT_COORDINATES:
            for (size_t c = 0; c < 3; c++) {
                u16[c * n + at] = id ? (uint16_t)(32768 + 200 * (c ? dx : dy) + (int)c * t) : 0;
            }
            break;
        case REEL_PLANE_ALBEDO:
            for (size_t c = 0; c < 3; c++) {
                u8[c * n + at] = sky ? 0 : (uint8_t)(60 * id + 40 * (int)c + 20);
            }
            break;
        case REEL_PLANE_COVERAGE: u8[at] = sky ? 0 : 255; break;
        case REEL_PLANE_COUNT: break;
        }
    }
    fixture_grow_box(f, id, x, y);
}

static inline void fixture_draw(reel_frame *frame, int t)
{
    memset(frame->boxes, 0, ((size_t)frame->n_instances + 1) * sizeof(*frame->boxes));
    for (int y = 0; y < frame->height; y++) {
        for (int x = 0; x < frame->width; x++) {
            fixture_pixel(frame, t, x, y);
        }
    }
}

/** Options of a record of the first `n_cameras` cameras with every label plane. */
static inline reel_record_options fixture_options(const reel_scene *scene, int n_cameras)
{
    static const int cameras[] = {0, 1};
    return (reel_record_options){.clip_id = "fixture_000000",
                                 .split = "train",
                                 .base_seed = 0xffffffffffffffffu,
                                 .index = 3,
                                 .attempt = 1,
                                 .quality = "standard",
                                 .labels = REEL_PLANES_LABELS,
                                 .store = REEL_STORE_PLANES,
                                 .depth_scale = REEL_DEPTH_SCALE_DEFAULT,
                                 .video = reel_video_options_default(scene->fps),
                                 .colour = true,
                                 .n_cameras = n_cameras,
                                 .cameras = cameras};
}

/** Write a whole record into the new folder `dir`; the cameras' frames interleaved. */
static inline reel_status fixture_record(const char *dir, const reel_scene *scene, reel_take *take,
                                         const reel_record_options *options, reel_error *err)
{
    reel_record_writer *writer = NULL;
    reel_frame frame = {0};
    reel_status status =
        reel_frame_init(&frame, scene->width, scene->height, reel_record_planes(options),
                        reel_scene_n_instances(scene), err);
    if (status == REEL_OK) {
        status = reel_record_begin(dir, scene, take, options, &writer, err);
    }
    for (int f = 0; status == REEL_OK && f < scene->frames; f++) {
        for (int i = 0; status == REEL_OK && i < options->n_cameras; i++) {
            const reel_view view = reel_view_at(scene, take, options->cameras[i], f);
            fixture_draw(&frame, f + 5 * i);
            status = reel_record_write(writer, i, &frame, &view, err);
        }
    }
    if (status == REEL_OK) {
        status = reel_record_end(writer, err);
    }
    reel_record_writer_destroy(&writer);
    reel_frame_finish(&frame);
    return status;
}

/** A fresh empty folder for a test's files: $TMPDIR or the working folder. */
static inline void fixture_temp_dir(char *out, size_t size)
{
    const char *base = getenv("TMPDIR");
    snprintf(out, size, "%s/reel-test-XXXXXX", base && base[0] ? base : ".");
    if (!mkdtemp(out)) {
        perror(out);
        exit(1);
    }
}

/* main() of a test program whose files lie in the temporary folder `dir` (an array of char). */
#define FIXTURE_MAIN(tests, dir)                                                             \
    int main(int argc, char **argv)                                                          \
    {                                                                                        \
        fixture_temp_dir(dir, sizeof(dir));                                                  \
        const int failed = check_run(tests, sizeof(tests) / sizeof((tests)[0]), argc, argv); \
        (void)reel_fs_remove_tree(dir, NULL);                                                \
        return failed;                                                                       \
    }
