/*
 * quality_frames.c - frames of a scene at several qualities, for the metrics and for other
 * renderers.
 *
 *   quality_frames SOURCE OUT WxH FIRST COUNT SEED QUALITY[:SAMPLES] ... [name=value ...]
 *
 * SOURCE: a shipped family, a script or a frozen scene; OUT: beginning of the files' names. For
 * each quality: OUT-QUALITY[-SAMPLES].rgb.npy (u8 [COUNT][H][W][3], as stored) and .radiance.npy
 * (f32, linear, before exposure and tone curve, from the same draw). OUT.scene.json is the frozen
 * scene, OUT.poses.json the view, and where every drawn geom and lamp is, in the first frame;
 * OUT.sky.npy the sky alone, radiance on the six faces of a cube (front +x, +y, -x, -y, up, down).
 * On stdout a CSV line a quality: source, quality, samples, CPU ms a frame.
 */
#include "base/scene_json.h"
#include "base/trig.h"
#include "bench/bench_kit.h"
#include "engine/engine.h"
#include "render/render.h"
#include "render/soft/renderer.h"
#include "scenes/scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
    const char *source, *out;
    int width, height, first, count;
    reel_freeze_options freeze;
    reel_scene *scene;
    reel_take *take;
} run;

static FILE *open_output(const run *r, const char *end, const char *mode)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", r->out, end);
    FILE *f = fopen(path, mode);
    if (!f) {
        perror(path);
        exit(74);
    }
    return f;
}

static void close_output(FILE *f)
{
    if (ferror(f) | fclose(f)) {
        perror("quality_frames");
        exit(74);
    }
}

/* The header of a NumPy array of [count][height][width][3]. */
static void npy_begin(FILE *f, const char *dtype, int count, int height, int width)
{
    char head[128];
    memset(head, ' ', sizeof head);
    memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
    const int n = snprintf(head + 10, sizeof head - 10,
                           "{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d, %d, 3), }",
                           dtype, count, height, width);
    head[10 + n] = ' ';
    head[sizeof head - 1] = '\n';
    fwrite(head, 1, sizeof head, f);
}

static double cpu_of(const reel_renderer *renderer)
{
    const reel_render_times t = reel_renderer_times(renderer);
    return t.setup + t.visibility + t.shading + t.labels;
}

static void draw_quality(const run *r, const char *word)
{
    char name[64], end[96];
    reel_render_options options = reel_render_options_default();
    reel_renderer *renderer = NULL;
    reel_frame frame;
    reel_error err = {0};
    const char *colon = strchr(word, ':');
    snprintf(name, sizeof name, "%.*s", colon ? (int)(colon - word) : (int)strlen(word), word);
    if (!reel_quality_find(name, &options.quality) || options.quality == REEL_QUALITY_LABELS) {
        fprintf(stderr, "quality_frames: no quality of colour '%s'\n", name);
        exit(64);
    }
    options.samples = colon ? atoi(colon + 1) : 0;
    snprintf(end, sizeof end, "-%s%s%s", name, colon ? "-" : "", colon ? colon + 1 : "");

    const size_t n = (size_t)r->width * (size_t)r->height * 3;
    float *radiance = reel_alloc(n * sizeof *radiance);
    if (!radiance || reel_renderer_create(r->scene, r->take, &options, &renderer, &err) ||
        reel_frame_init(&frame, r->width, r->height, REEL_PLANE_BIT(REEL_PLANE_RGB),
                        reel_scene_n_instances(r->scene), &err)) {
        bench_die(&err);
    }
    renderer->radiance = radiance;
    char path[128];
    snprintf(path, sizeof path, "%s.rgb.npy", end);
    FILE *codes = open_output(r, path, "wb");
    snprintf(path, sizeof path, "%s.radiance.npy", end);
    FILE *linear = open_output(r, path, "wb");
    npy_begin(codes, "|u1", r->count, r->height, r->width);
    npy_begin(linear, "<f4", r->count, r->height, r->width);
    for (int i = 0; i < r->count; i++) {
        if (reel_renderer_draw(renderer, 0, r->first + i, &frame, &err)) {
            bench_die(&err);
        }
        fwrite(frame.plane[REEL_PLANE_RGB], 1, n, codes);
        fwrite(radiance, sizeof *radiance, n, linear);
    }
    close_output(codes);
    close_output(linear);
    printf("%s,%s,%d,%.3f\n", r->source, name, options.samples, 1e3 * cpu_of(renderer) / r->count);
    fflush(stdout);
    reel_frame_finish(&frame);
    reel_renderer_destroy(&renderer);
    reel_free(radiance);
}

static void write_rotation(FILE *f, reel_quat q)
{
    const reel_mat3 m = reel_mat3_from_quat(q);
    fprintf(f, "[[%.17g,%.17g,%.17g],[%.17g,%.17g,%.17g],[%.17g,%.17g,%.17g]]", m.m[0][0],
            m.m[0][1], m.m[0][2], m.m[1][0], m.m[1][1], m.m[1][2], m.m[2][0], m.m[2][1], m.m[2][2]);
}

static reel_pose body_pose(const run *r, int body)
{
    return reel_take_pose(r->take, r->first * r->scene->samples_per_frame, body);
}

static void write_poses(const run *r)
{
    const reel_scene *s = r->scene;
    const int sample = r->first * s->samples_per_frame;
    reel_view view = reel_view_at(s, r->take, 0, r->first);
    const double zoom = (double)r->height / s->height; /* a frozen scene has a size of its own */
    FILE *f = open_output(r, ".poses.json", "w");
    const reel_mat3 m = view.cam_from_world;
    fprintf(f, "{\"width\":%d,\"height\":%d,\"fx\":%.17g,\"eye\":[%.17g,%.17g,%.17g],\n", r->width,
            r->height, view.fx * zoom, view.eye.x, view.eye.y, view.eye.z);
    fprintf(f,
            "\"cam_from_world\":[[%.17g,%.17g,%.17g],[%.17g,%.17g,%.17g],[%.17g,%.17g,%.17g]],\n",
            m.m[0][0], m.m[0][1], m.m[0][2], m.m[1][0], m.m[1][1], m.m[1][2], m.m[2][0], m.m[2][1],
            m.m[2][2]);
    fprintf(f, "\"geoms\":[");
    const char *comma = "";
    for (int i = 0; i < s->n_geoms; i++) {
        const reel_geom *g = &s->geoms[i];
        const uint8_t state =
            r->take->state[(size_t)sample * (size_t)s->n_bodies + (size_t)g->body];
        if (g->visible && (state & REEL_STATE_PRESENT)) {
            const reel_pose p = reel_pose_mul(body_pose(r, g->body), g->body_from_geom);
            fprintf(f, "%s\n{\"geom\":%d,\"position\":[%.17g,%.17g,%.17g],\"rotation\":", comma, i,
                    p.p.x, p.p.y, p.p.z);
            write_rotation(f, p.q);
            fputc('}', f);
            comma = ",";
        }
    }
    fprintf(f, "],\n\"lamps\":[");
    for (int i = 0; i < s->n_lamps; i++) {
        const int body = s->lamps[i].body;
        const reel_pose p = body < 0 ? reel_pose_identity() : body_pose(r, body);
        fprintf(f, "%s\n{\"position\":[%.17g,%.17g,%.17g],\"rotation\":", i ? "," : "", p.p.x,
                p.p.y, p.p.z);
        write_rotation(f, p.q);
        fputc('}', f);
    }
    fprintf(f, "]}\n");
    close_output(f);
}

static void write_scene(const run *r)
{
    reel_error err = {0};
    size_t size = 0;
    char *text = NULL;
    if (reel_scene_encode(r->scene, &text, &size, &err)) {
        bench_die(&err);
    }
    FILE *f = open_output(r, ".scene.json", "w");
    fwrite(text, 1, size, f);
    close_output(f);
    reel_free(text);
}

/* The sky without anything before it; changes the scene for good. */
static void write_sky(run *r)
{
    enum { SIDE = 512 };
    static const reel_vec3 ahead[6] = {{1, 0, 0},  {0, 1, 0}, {-1, 0, 0},
                                       {0, -1, 0}, {0, 0, 1}, {0, 0, -1}};
    static float radiance[SIDE * SIDE * 3];
    reel_render_options options = reel_render_options_default();
    reel_renderer *renderer = NULL;
    reel_frame frame;
    reel_error err = {0};
    reel_scene *s = r->scene;
    reel_camera_key key = {0};
    reel_camera camera = {
        .name = "sky", .fov_y = REEL_PI / 2, .body = -1, .n_keys = 1, .keys = &key};
    FILE *f = open_output(r, ".sky.npy", "wb");
    npy_begin(f, "<f4", 6, SIDE, SIDE);
    for (int i = 0; i < s->n_geoms; i++) {
        s->geoms[i].visible = false;
    }
    s->n_suns = s->sky.kind == REEL_SKY_CLEAR ? s->n_suns : 0;
    s->n_lamps = 0;
    s->width = s->height = SIDE;
    s->cameras = &camera;
    s->n_cameras = 1;
    options.quality = REEL_QUALITY_DRAFT;
    if (reel_renderer_create(s, r->take, &options, &renderer, &err) ||
        reel_frame_init(&frame, SIDE, SIDE, REEL_PLANE_BIT(REEL_PLANE_RGB),
                        reel_scene_n_instances(s), &err)) {
        bench_die(&err);
    }
    renderer->radiance = radiance;
    for (int i = 0; i < 6; i++) {
        key.target = ahead[i];
        key.up = i < 4 ? reel_v3(0, 0, 1) : reel_v3(1, 0, 0);
        if (reel_renderer_draw(renderer, 0, i, &frame, &err)) { /* a frame of its own: no cache */
            bench_die(&err);
        }
        fwrite(radiance, sizeof *radiance, SIDE * SIDE * 3, f);
    }
    close_output(f);
    reel_frame_finish(&frame);
    reel_renderer_destroy(&renderer);
}

int main(int argc, char **argv)
{
    run r = {.freeze = reel_freeze_options_default()};
    const char *overrides[64];
    reel_error err = {0};
    if (argc < 7 || sscanf(argv[3], "%dx%d", &r.width, &r.height) != 2) {
        fprintf(stderr,
                "usage: quality_frames SOURCE OUT WxH FIRST COUNT SEED "
                "QUALITY[:SAMPLES] ... [name=value ...]\n");
        return 64;
    }
    r.source = argv[1];
    r.out = argv[2];
    r.first = atoi(argv[4]);
    r.count = atoi(argv[5]);
    r.freeze.seed = strtoull(argv[6], NULL, 10);
    r.freeze.width = r.width;
    r.freeze.height = r.height;
    for (int i = 7; i < argc && r.freeze.n_overrides < 64; i++) {
        if (strchr(argv[i], '=')) {
            overrides[r.freeze.n_overrides++] = argv[i];
        }
    }
    r.freeze.overrides = overrides;
    if (reel_scene_freeze(r.source, &r.freeze, &r.scene, &err)) {
        bench_die(&err);
    }
    if (r.first + r.count > r.scene->frames) {
        fprintf(stderr, "quality_frames: the scene has %d frames\n", r.scene->frames);
        return 64;
    }
    if (reel_simulate(r.scene, &r.take, &err)) {
        bench_die(&err);
    }
    write_scene(&r);
    write_poses(&r);
    for (int i = 7; i < argc; i++) {
        if (!strchr(argv[i], '=')) {
            draw_quality(&r, argv[i]);
        }
    }
    write_sky(&r);
    reel_take_destroy(&r.take);
    reel_scene_destroy(&r.scene);
    return 0;
}
