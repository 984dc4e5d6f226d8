/*
 * render_stage.c - times the renderer's stages on a synthetic scene, or writes a picture.
 *
 *     render_stage                            CSV: quality, size, lanes, ms a frame per stage
 *     render_stage crowds                     only those of many objects and meshes
 *     render_stage OUT.png [SCENE [QUALITY [CAMERA [FRAME [WxH [PLANE]]]]]]
 */
#include "bench/bench_kit.h"
#include "bench/stage_scene.h"
#include "render/render.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void time_scene(reel_scene *scene, reel_quality quality, int lanes, reel_planes planes,
                       const char *name)
{
    const int frames = scene->frames, width = scene->width, height = scene->height;
    reel_take *take = stage_take_create(scene);
    reel_render_options options = reel_render_options_default();
    reel_renderer *r = NULL;
    reel_frame frame;
    reel_error err = {0};
    options.quality = quality;
    options.lanes = lanes;
    if (reel_renderer_create(scene, take, &options, &r, &err) ||
        reel_frame_init(&frame, width, height, planes, reel_scene_n_instances(scene), &err)) {
        bench_die(&err);
    }
    double best = 1e9;
    reel_render_times b = {0};
    for (int repeat = 0; repeat < 3; repeat++) {
        const reel_render_times t0 = reel_renderer_times(r);
        for (int f = 0; f < frames; f++) {
            if (reel_renderer_draw(r, 0, f, &frame, &err)) {
                bench_die(&err);
            }
        }
        reel_render_times t = reel_renderer_times(r);
        t.setup -= t0.setup;
        t.visibility -= t0.visibility;
        t.labels -= t0.labels;
        t.shading -= t0.shading;
        const double all = t.setup + t.visibility + t.labels + t.shading;
        if (all < best) {
            best = all;
            b = t;
        }
    }
    const double ms = 1e3 / frames;
    printf("%s,%dx%d,%d,%.3f,%.3f,%.3f,%.3f,%.3f,%.0f\n", name, width, height, lanes, b.setup * ms,
           b.visibility * ms, b.labels * ms, b.shading * ms, best * ms, frames / best);
    fflush(stdout);
    reel_frame_finish(&frame);
    reel_renderer_destroy(&r);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

static void time_one(reel_quality quality, int width, int height, int lanes, reel_planes planes,
                     const char *name, int frames)
{
    time_scene(stage_scene_create(STAGE_TWENTY, frames, width, height), quality, lanes, planes,
               name);
}

/* How time grows with the number of objects, and with meshes. */
static void bench_crowds(void)
{
    static const int counts[3] = {20, 100, 1000};
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    char name[64];
    for (int i = 0; i < 6; i++) {
        for (int q = 0; q <= REEL_QUALITY_STANDARD; q++) {
            snprintf(name, sizeof name, "%s of %d%s", reel_quality_name((reel_quality)q),
                     counts[i % 3], i < 3 ? "" : " with meshes");
            time_scene(stage_crowd_create(counts[i % 3], i >= 3, 12, 256, 256), (reel_quality)q, 0,
                       q ? rgb : REEL_PLANES_LABELS, name);
        }
    }
    for (int q = 0; q <= REEL_QUALITY_STANDARD; q++) {
        snprintf(name, sizeof name, "%s of meshes", reel_quality_name((reel_quality)q));
        time_scene(stage_scene_create(STAGE_MESHES, 12, 256, 256), (reel_quality)q, 0,
                   q ? rgb : REEL_PLANES_LABELS, name);
        snprintf(name, sizeof name, "%s of hills", reel_quality_name((reel_quality)q));
        time_scene(stage_scene_create(STAGE_HILLS, 12, 256, 256), (reel_quality)q, 0,
                   q ? rgb : REEL_PLANES_LABELS, name);
    }
}

static void bench(void)
{
    static const int sizes[2][2] = {{256, 256}, {832, 480}};
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    printf("set,size,lanes,setup ms,visibility ms,labels ms,shading ms,all ms,frames/s\n");
    for (int lanes = 4; lanes <= reel_render_best_lanes(); lanes *= 2) {
        for (int i = 0; i < 2; i++) {
            const int w = sizes[i][0], h = sizes[i][1], n = i ? 12 : 48;
            time_one(REEL_QUALITY_LABELS, w, h, lanes, REEL_PLANES_DEFAULT, "labels default", n);
            time_one(REEL_QUALITY_LABELS, w, h, lanes, REEL_PLANES_LABELS, "labels all", n);
            time_one(REEL_QUALITY_DRAFT, w, h, lanes, rgb, "draft", n);
            time_one(REEL_QUALITY_STANDARD, w, h, lanes, rgb, "standard", n);
            time_one(REEL_QUALITY_STANDARD, w, h, lanes, rgb | REEL_PLANES_LABELS,
                     "standard and all labels", n);
        }
    }
    bench_crowds();
}

/* Labels as colours that one can look at. */
static void paint(const reel_frame *f, reel_plane plane, uint8_t *out)
{
    const size_t n = (size_t)f->width * (size_t)f->height;
    const void *p = f->plane[plane];
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < 3; c++) {
            int v = 0;
            switch (plane) {
            case REEL_PLANE_RGB: v = ((const uint8_t *)p)[i * 3 + c]; break;
            case REEL_PLANE_DEPTH: v = ((const uint16_t *)p)[i] / 32; break;
            case REEL_PLANE_INSTANCE:
                v = ((const uint16_t *)p)[i] * (c == 0 ? 53 : c == 1 ? 97 : 151) & 255;
                break;
            case REEL_PLANE_NORMAL: v = 128 + ((const int8_t *)p)[c * n + i]; break;
            case REEL_PLANE_FLOW_FWD:
            case REEL_PLANE_FLOW_BWD:
                v = c < 2 ? 128 + ((const int16_t *)p)[c * n + i] / 4 : 128;
                break;
            case REEL_PLANE_FLOW_FWD_STATE:
            case REEL_PLANE_FLOW_BWD_STATE: v = 80 * ((const uint8_t *)p)[i]; break;
            case REEL_PLANE_OBJECT_COORDINATES: v = ((const uint16_t *)p)[c * n + i] >> 8; break;
            case REEL_PLANE_ALBEDO: v = ((const uint8_t *)p)[c * n + i]; break;
            default: v = ((const uint8_t *)p)[i]; break;
            }
            out[i * 3 + c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
}

static void picture(int argc, char **argv)
{
    const stage_kind kind = argc > 2 ? (stage_kind)(atoi(argv[2]) % STAGE_COUNT) : STAGE_TWENTY;
    const int camera = argc > 4 ? atoi(argv[4]) : 0, at = argc > 5 ? atoi(argv[5]) : 0;
    int width = 832, height = 480;
    reel_render_options options = reel_render_options_default();
    reel_plane plane = REEL_PLANE_RGB;
    reel_error err = {0};
    reel_renderer *r = NULL;
    reel_frame frame;
    if ((argc > 3 && !reel_quality_find(argv[3], &options.quality)) ||
        (argc > 6 && sscanf(argv[6], "%dx%d", &width, &height) != 2) ||
        (argc > 7 && !reel_plane_find(argv[7], &plane))) {
        fprintf(stderr, "render_stage: unknown quality, size or plane\n");
        exit(64);
    }
    reel_scene *scene = stage_scene_create(kind, 24, width, height);
    reel_take *take = stage_take_create(scene);
    const reel_planes planes = REEL_PLANE_BIT(plane) | REEL_PLANE_BIT(REEL_PLANE_INSTANCE);
    uint8_t *rgb = reel_alloc((size_t)width * (size_t)height * 3);
    if (reel_renderer_create(scene, take, &options, &r, &err) ||
        reel_frame_init(&frame, width, height, planes, reel_scene_n_instances(scene), &err) ||
        reel_renderer_draw(r, camera, at, &frame, &err)) {
        bench_die(&err);
    }
    paint(&frame, plane, rgb);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_RGB};
    if (!png_image_write_to_file(&image, argv[1], 0, rgb, 0, NULL)) {
        fprintf(stderr, "render_stage: %s: %s\n", argv[1], image.message);
        exit(74);
    }
    reel_free(rgb);
    reel_frame_finish(&frame);
    reel_renderer_destroy(&r);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "crowds") == 0) {
        bench_crowds();
    } else if (argc > 1) {
        picture(argc, argv);
    } else {
        bench();
    }
    return 0;
}
