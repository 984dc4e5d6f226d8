/*
 * encode_stage.c - times what becomes of drawn frames: digests, video, label planes.
 *
 *     encode_stage SCENE [FRAMES]          CSV at 256x256 and 832x480: stage, ms and bytes a frame
 *     encode_stage SCENE FRAMES WxH OUT    the pictures as raw yuv420p, for trials with encoders
 *
 * The frames of quality `standard` are drawn beforehand and kept. Best of three, CPU time.
 */
#include "bench/bench_kit.h"
#include "engine/engine.h"
#include "export/sink.h"
#include "export/yuv.h"
#include "render/render.h"
#include "scenes/scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FRAMES = 256, REPEATS = 3 };

static reel_frame frames[MAX_FRAMES];
static int n_frames = 48;

static void draw(const reel_scene *scene, const reel_take *take, int width, int height)
{
    const reel_render_options options = reel_render_options_default();
    const reel_planes planes = REEL_PLANE_BIT(REEL_PLANE_RGB) | REEL_PLANES_LABELS;
    reel_renderer *r = NULL;
    reel_error err = {0};
    if (reel_renderer_create(scene, take, &options, &r, &err)) {
        bench_die(&err);
    }
    for (int i = 0; i < n_frames; i++) {
        reel_frame_finish(&frames[i]);
        if (reel_frame_init(&frames[i], width, height, planes, reel_scene_n_instances(scene),
                            &err) ||
            reel_renderer_draw(r, 0, i, &frames[i], &err)) {
            bench_die(&err);
        }
    }
    reel_renderer_destroy(&r);
}

/* CPU seconds to write all frames into a sink that is opened anew. planes = 0: video. */
static double write_all(const char *path, reel_planes planes, int fps)
{
    const reel_stream_desc desc = {.id = "c",
                                   .camera = "main",
                                   .width = frames[0].width,
                                   .height = frames[0].height,
                                   .fps = fps,
                                   .frames = n_frames,
                                   .depth_scale = REEL_DEPTH_SCALE_DEFAULT};
    const reel_video_options video = reel_video_options_default(fps);
    reel_sink *sink = NULL;
    reel_error err = {0};
    const double start = bench_cpu_now();
    reel_status status = planes ? reel_zarr_sink_open(path, &desc, planes, &sink, &err)
                                : reel_mp4_sink_open(path, &desc, &video, &sink, &err);
    for (int i = 0; !status && i < n_frames; i++) {
        status = reel_sink_write(sink, &frames[i], &err);
    }
    if (status || reel_sink_close(sink, &err)) {
        bench_die(&err);
    }
    reel_sink_destroy(&sink);
    return bench_cpu_now() - start;
}

static void report(const char *stage, double seconds, double bytes)
{
    printf("%s,%dx%d,%.4f,%.0f\n", stage, frames[0].width, frames[0].height,
           1e3 * seconds / n_frames, bytes / n_frames);
    fflush(stdout);
}

static void time_sink(const char *stage, const char *path, reel_planes planes, int fps)
{
    double best = 1e9;
    struct stat info;
    for (int i = 0; i < REPEATS; i++) {
        const double s = write_all(path, planes, fps);
        best = s < best ? s : best;
    }
    report(stage, best, stat(path, &info) == 0 ? (double)info.st_size : 0);
}

static void time_digests(reel_planes planes, const char *stage)
{
    double best = 1e9;
    volatile uint64_t sum = 0;
    for (int k = 0; k < REPEATS; k++) {
        const double start = bench_cpu_now();
        for (int i = 0; i < n_frames; i++) {
            for (int p = 0; p < REEL_PLANE_COUNT; p++) {
                if (planes & REEL_PLANE_BIT(p)) {
                    sum += reel_frame_digest(&frames[i], (reel_plane)p).bytes[0];
                }
            }
        }
        const double s = bench_cpu_now() - start;
        best = s < best ? s : best;
    }
    report(stage, best, 0);
}

static void convert(int i, uint8_t *yuv)
{
    const int w = frames[i].width, h = frames[i].height;
    uint8_t *u = yuv + w * h, *v = u + w * h / 4;
    reel_yuv_from_rgb(frames[i].plane[REEL_PLANE_RGB], w, h, yuv, w, u, w / 2, v, w / 2);
}

static void time_conversion(void)
{
    double best = 1e9;
    uint8_t *yuv = reel_alloc((size_t)(frames[0].width * frames[0].height) * 3 / 2);
    for (int k = 0; k < REPEATS; k++) {
        const double start = bench_cpu_now();
        for (int i = 0; i < n_frames; i++) {
            convert(i, yuv);
        }
        const double s = bench_cpu_now() - start;
        best = s < best ? s : best;
    }
    reel_free(yuv);
    report("rgb to yuv", best, 0);
}

static void time_all(const reel_scene *scene, const reel_take *take, const char *dir)
{
    static const int sizes[2][2] = {{256, 256}, {832, 480}};
    char path[4096];
    printf("stage,size,ms_per_frame,bytes_per_frame\n");
    for (int i = 0; i < 2; i++) {
        draw(scene, take, sizes[i][0], sizes[i][1]);
        time_conversion();
        time_digests(REEL_PLANE_BIT(REEL_PLANE_RGB) | REEL_PLANES_DEFAULT,
                     "digests of default planes");
        time_digests(REEL_PLANE_BIT(REEL_PLANE_RGB) | REEL_PLANES_LABELS, "digests of all planes");
        snprintf(path, sizeof path, "%s/c.mp4", dir);
        time_sink("video", path, 0, scene->fps);
        unlink(path);
        snprintf(path, sizeof path, "%s/c.zarr.zip", dir);
        for (int p = 1; p < REEL_PLANE_COUNT; p++) {
            time_sink(reel_plane_get_info((reel_plane)p)->name, path, REEL_PLANE_BIT(p),
                      scene->fps);
        }
        time_sink("default planes", path, REEL_PLANES_DEFAULT, scene->fps);
        time_sink("all planes", path, REEL_PLANES_LABELS, scene->fps);
        unlink(path);
    }
}

static void dump(const reel_scene *scene, const reel_take *take, const char *size, const char *path)
{
    int width, height;
    FILE *out = fopen(path, "wb");
    if (sscanf(size, "%dx%d", &width, &height) != 2 || width % 2 || height % 2 || !out) {
        fprintf(stderr, "encode_stage: cannot write %s to %s\n", size, path);
        exit(64);
    }
    draw(scene, take, width, height);
    const size_t bytes = (size_t)(width * height) * 3 / 2;
    uint8_t *yuv = reel_alloc(bytes);
    bool ok = yuv != NULL;
    for (int i = 0; ok && i < n_frames; i++) {
        convert(i, yuv);
        ok = fwrite(yuv, 1, bytes, out) == bytes;
    }
    reel_free(yuv);
    if (fclose(out) != 0 || !ok) {
        fprintf(stderr, "encode_stage: %s could not be written\n", path);
        exit(74);
    }
}

int main(int argc, char **argv)
{
    reel_freeze_options options = reel_freeze_options_default();
    reel_scene *scene = NULL;
    reel_take *take = NULL;
    reel_error err = {0};
    char dir[] = "/tmp/encode-stage-XXXXXX";
    n_frames = argc > 2 ? atoi(argv[2]) : n_frames;
    if ((argc != 2 && argc != 3 && argc != 5) || n_frames < 1 || n_frames > MAX_FRAMES) {
        fprintf(stderr, "usage: encode_stage SCENE [FRAMES [WxH OUT.yuv]]\n");
        return 64;
    }
    options.frames = n_frames;
    if (reel_scene_freeze(argv[1], &options, &scene, &err) || reel_simulate(scene, &take, &err)) {
        bench_die(&err);
    }
    if (argc == 5) {
        dump(scene, take, argv[3], argv[4]);
    } else if (mkdtemp(dir)) {
        time_all(scene, take, dir);
        rmdir(dir);
    }
    for (int i = 0; i < n_frames; i++) {
        reel_frame_finish(&frames[i]);
    }
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return 0;
}
