/*
 * peer_ours.c - our side of the comparison with other renderers (compare.py).
 *
 *     peer_ours SCENE FRAMES dump       the take as plain numbers on stdout, for the others
 *     peer_ours SCENE FRAMES serve      a line "WIDTH HEIGHT FRAMES QUALITY PLANES" on stdin, with
 *                                       plane names joined by commas, draws the first FRAMES frames
 *                                       and answers with CPU milliseconds a frame; and so on
 *     peer_ours SCENE FRAMES OUT.ppm WIDTH HEIGHT FRAME
 *                                       a picture of quality `standard`
 *
 * The dump: "objects N", N lines "shape size[3] rgb[3] roughness metallic", "sun" and "sky" with
 * their numbers, then for each frame "frame fov_y eye[3] cam_from_world[9]" and N lines
 * "position[3] w x y z", all in the world's frame (z up, metres).
 */
#include "base/camera.h"
#include "bench/bench_kit.h"
#include "engine/engine.h"
#include "render/render.h"
#include "scenes/scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *shape_word(reel_shape shape)
{
    switch (shape) {
    case REEL_SHAPE_PLANE: return "plane";
    case REEL_SHAPE_BOX: return "box";
    case REEL_SHAPE_SPHERE: return "sphere";
    case REEL_SHAPE_CYLINDER: return "cylinder";
    default: fprintf(stderr, "peer_ours: a shape that the peers are not taught\n"); exit(1);
    }
}

static void dump_scene(const reel_scene *s)
{
    printf("objects %d\n", s->n_geoms);
    for (int g = 0; g < s->n_geoms; g++) {
        const reel_geom *geom = &s->geoms[g];
        const reel_material *m = &s->materials[geom->material];
        printf("%s %.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", shape_word(geom->shape),
               geom->size[0], geom->size[1], geom->size[2], m->color[0], m->color[1], m->color[2],
               m->roughness, m->metallic);
    }
    const reel_sun *sun = &s->suns[0];
    printf("sun %.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", sun->to_light.x, sun->to_light.y,
           sun->to_light.z, sun->irradiance[0], sun->irradiance[1], sun->irradiance[2],
           sun->angular_radius);
    printf("sky %.9g %.9g %.9g %.9g %.9g %.9g\n", s->sky.zenith[0], s->sky.zenith[1],
           s->sky.zenith[2], s->sky.horizon[0], s->sky.horizon[1], s->sky.horizon[2]);
}

static void dump_frame(const reel_scene *s, const reel_take *take, int frame)
{
    const reel_view v = reel_view_at(s, take, 0, frame);
    const int sample = frame * s->samples_per_frame;
    printf("frame %.9g %.9g %.9g %.9g", s->cameras[0].fov_y, v.eye.x, v.eye.y, v.eye.z);
    for (int i = 0; i < 9; i++) {
        printf(" %.9g", v.cam_from_world.m[i / 3][i % 3]);
    }
    putchar('\n');
    for (int g = 0; g < s->n_geoms; g++) {
        const reel_geom *geom = &s->geoms[g];
        const reel_pose p =
            reel_pose_mul(reel_take_pose(take, sample, geom->body), geom->body_from_geom);
        printf("%.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", p.p.x, p.p.y, p.p.z, p.q.w, p.q.x, p.q.y,
               p.q.z);
    }
}

static reel_planes parse_planes(char *names)
{
    reel_planes planes = 0;
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        reel_plane plane;
        if (!reel_plane_find(name, &plane)) {
            fprintf(stderr, "peer_ours: no plane %s\n", name);
            exit(1);
        }
        planes |= REEL_PLANE_BIT(plane);
    }
    return planes;
}

/* One request; the renderer is made anew, warmed by one frame, and timed over the others. */
static double time_frames(const reel_scene *s, const reel_take *take, int width, int height,
                          int frames, reel_quality quality, reel_planes planes)
{
    reel_render_options options = reel_render_options_default();
    reel_renderer *renderer = NULL;
    reel_frame frame = {0};
    reel_error err = {0};
    options.quality = quality;
    if (reel_renderer_create(s, take, &options, &renderer, &err) ||
        reel_frame_init(&frame, width, height, planes, reel_scene_n_instances(s), &err) ||
        reel_renderer_draw(renderer, 0, 0, &frame, &err)) {
        bench_die(&err);
    }
    const double start = bench_cpu_now();
    for (int f = 0; f < frames; f++) {
        if (reel_renderer_draw(renderer, 0, f, &frame, &err)) {
            bench_die(&err);
        }
    }
    const double seconds = bench_cpu_now() - start;
    reel_frame_finish(&frame);
    reel_renderer_destroy(&renderer);
    return 1e3 * seconds / frames;
}

static void serve(const reel_scene *s, const reel_take *take)
{
    char line[512], quality_name[32], planes[256];
    int width, height, frames;
    while (fgets(line, sizeof line, stdin)) {
        reel_quality quality;
        if (sscanf(line, "%d %d %d %31s %255s", &width, &height, &frames, quality_name, planes) !=
                5 ||
            frames < 1 || frames > s->frames || !reel_quality_find(quality_name, &quality)) {
            fprintf(stderr, "peer_ours: cannot make sense of %s", line);
            exit(1);
        }
        printf("%.6f\n",
               time_frames(s, take, width, height, frames, quality, parse_planes(planes)));
        fflush(stdout);
    }
}

static void picture(const reel_scene *s, const reel_take *take, char **words)
{
    const reel_render_options options = reel_render_options_default();
    reel_renderer *renderer = NULL;
    reel_frame frame = {0};
    reel_error err = {0};
    FILE *out = fopen(words[0], "wb");
    if (reel_renderer_create(s, take, &options, &renderer, &err) ||
        reel_frame_init(&frame, atoi(words[1]), atoi(words[2]), REEL_PLANE_BIT(REEL_PLANE_RGB),
                        reel_scene_n_instances(s), &err) ||
        reel_renderer_draw(renderer, 0, atoi(words[3]), &frame, &err)) {
        bench_die(&err);
    }
    const size_t bytes = reel_plane_bytes(REEL_PLANE_RGB, frame.width, frame.height);
    if (!out || fprintf(out, "P6 %d %d 255\n", frame.width, frame.height) < 0 ||
        fwrite(frame.plane[REEL_PLANE_RGB], 1, bytes, out) != bytes || fclose(out) != 0) {
        fprintf(stderr, "peer_ours: cannot write %s\n", words[0]);
        exit(74);
    }
    reel_frame_finish(&frame);
    reel_renderer_destroy(&renderer);
}

int main(int argc, char **argv)
{
    if ((argc != 4 || (strcmp(argv[3], "dump") != 0 && strcmp(argv[3], "serve") != 0)) &&
        argc != 7) {
        fprintf(stderr, "usage: peer_ours SCENE FRAMES dump|serve|OUT.ppm WIDTH HEIGHT FRAME\n");
        return 64;
    }
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *scene = NULL;
    reel_take *take = NULL;
    reel_error err = {0};
    options.frames = atoi(argv[2]);
    if (reel_scene_freeze(argv[1], &options, &scene, &err) || reel_simulate(scene, &take, &err)) {
        bench_die(&err);
    }
    if (strcmp(argv[3], "dump") == 0) {
        dump_scene(scene);
        for (int f = 0; f < scene->frames; f++) {
            dump_frame(scene, take, f);
        }
    } else if (argc == 4) {
        serve(scene, take);
    } else {
        picture(scene, take, argv + 3);
    }
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return 0;
}
