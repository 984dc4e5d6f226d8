/* lerobot_make.c - what the pixels of a clip are, and its depth as video. */
#include "base/alloc.h"
#include "export/layout/lerobot_internal.h"
#include "export/mp4_read.h"
#include "export/zarr.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the pixels of a clip");
}

/* ---- what is counted --------------------------------------------------------------------------
 */

/* As the official writer samples: at most so many frames of an episode, evenly, its ends among
 * them, and of large pictures every so many rows and columns. */
static int sampled_frames(int frames)
{
    const int least = frames < 100 ? frames : 100;
    const int some = (int)sqrt(frames * sqrt((double)frames)); /* frames^(3/4) */
    const int most = some < 10000 ? some : 10000;
    return least > most ? least : most;
}

static bool is_sampled(int frame, int frames)
{
    const int n = sampled_frames(frames);
    if (n == frames) {
        return true;
    }
    /* rint(i (frames - 1) / (n - 1)) is the frame for one of the i about its place */
    const double each = (double)(frames - 1) / (n - 1);
    const int near = (int)(frame / each);
    for (int i = near > 0 ? near - 1 : 0; i <= near + 2 && i < n; i++) {
        if ((int)rint(i * each) == frame) {
            return true;
        }
    }
    return false;
}

static int pixel_step(int width, int height)
{
    const int side = width > height ? width : height;
    return side < 300 ? 1 : side / 150;
}

static bool counts_init(lerobot_counts *c, int channels)
{
    c->channels = channels;
    c->frames = 0;
    c->n = reel_calloc((size_t)(channels * reel_lerobot_count_values(channels)), sizeof(*c->n));
    return c->n != NULL;
}

static void count_colour(lerobot_counts *c, const uint8_t *rgb, int width, int height)
{
    const int step = pixel_step(width, height);
    c->frames++;
    for (int y = 0; y < height; y += step) {
        const uint8_t *row = rgb + 3 * (size_t)y * (size_t)width;
        for (int x = 0; x < width; x += step) {
            c->n[row[3 * x]]++;
            c->n[256 + row[3 * x + 1]]++;
            c->n[512 + row[3 * x + 2]]++;
        }
    }
}

static void count_depth(lerobot_counts *c, const uint16_t *codes, int width, int height)
{
    const int step = pixel_step(width, height);
    c->frames++;
    for (int y = 0; y < height; y += step) {
        for (int x = 0; x < width; x += step) {
            c->n[codes[(size_t)y * (size_t)width + (size_t)x]]++;
        }
    }
}

/* ---- files of the work folder ------------------------------------------------------------------
 */

static void counts_path(const char *dir, int stream, bool depth, char out[REEL_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%d.%s.counts", stream, depth ? "depth" : "rgb");
    reel_fs_join(out, REEL_PATH_MAX, dir, name);
}

void reel_lerobot_depth_path(const char *dir, int stream, char out[REEL_PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "%d.depth.mp4", stream);
    reel_fs_join(out, REEL_PATH_MAX, dir, name);
}

static reel_status write_counts(const lerobot_counts *c, const char *dir, int stream,
                                reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_bytes out = {0};
    const int n = c->channels * reel_lerobot_count_values(c->channels);
    counts_path(dir, stream, c->channels == 1, path);
    reel_bytes_put_u64(&out, (uint64_t)c->frames);
    for (int i = 0; i < n; i++) {
        reel_bytes_put_u64(&out, c->n[i]);
    }
    const reel_status status =
        out.failed ? no_memory(err) : reel_fs_publish(path, out.data, out.size, err);
    reel_bytes_finish(&out);
    return status;
}

static uint64_t load_u64(const char *at)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++) {
        v |= (uint64_t)(uint8_t)at[i] << (8 * i);
    }
    return v;
}

reel_status reel_lerobot_read_counts(const char *dir, int stream, bool depth, lerobot_counts *out,
                                     reel_error *err)
{
    char path[REEL_PATH_MAX], *data = NULL;
    size_t size = 0;
    lerobot_counts c = {0};
    counts_path(dir, stream, depth, path);
    reel_status status = reel_fs_read(path, &data, &size, err);
    if (!status && !counts_init(&c, depth ? 1 : 3)) {
        status = no_memory(err);
    }
    const size_t n = (size_t)(c.channels * reel_lerobot_count_values(c.channels));
    if (!status && size != 8 * (n + 1)) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "has another size");
    }
    if (!status) {
        c.frames = (int64_t)load_u64(data);
        for (size_t i = 0; i < n; i++) {
            c.n[i] = load_u64(data + 8 * (i + 1));
        }
        *out = c;
        c.n = NULL;
    }
    reel_free(c.n);
    reel_free(data);
    return status;
}

/* ---- colour -----------------------------------------------------------------------------------
 */

static reel_status make_colour(const reel_layout_clip *clip, int stream, const char *dir,
                               reel_error *err)
{
    const reel_scene *s = clip->record->scene;
    char path[REEL_PATH_MAX];
    reel_mp4_reader *video = NULL;
    lerobot_counts counts = {0};
    uint8_t *rgb = reel_alloc(3 * (size_t)s->width * (size_t)s->height);
    reel_status status = rgb && counts_init(&counts, 3) ? REEL_OK : no_memory(err);
    reel_layout_clip_path(clip, clip->record->streams[stream].video, path);
    status = status ? status : reel_mp4_open(path, &video, err);
    if (!status && (reel_mp4_width(video) != s->width || reel_mp4_height(video) != s->height)) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "is %dx%d, its clip %dx%d",
                              reel_mp4_width(video), reel_mp4_height(video), s->width, s->height);
    }
    for (int k = 0; !status && k < s->frames; k++) {
        const bool sampled = is_sampled(k, s->frames);
        status = reel_mp4_next(video, sampled ? rgb : NULL, err);
        if (!status && sampled) {
            count_colour(&counts, rgb, s->width, s->height);
        }
    }
    status = status ? status : write_counts(&counts, dir, stream, err);
    reel_mp4_close(&video);
    reel_free(counts.n);
    reel_free(rgb);
    return status;
}

/* ---- depth ------------------------------------------------------------------------------------
 */

/* From stored depth to codes. */
static uint16_t *make_codes(const reel_depth_code *code, double depth_scale)
{
    uint16_t *codes = reel_alloc((REEL_DEPTH_NONE + 1) * sizeof(*codes));
    for (int i = 0; codes && i <= REEL_DEPTH_NONE; i++) {
        codes[i] =
            (uint16_t)reel_depth_encode(code, i == REEL_DEPTH_NONE ? INFINITY : i * depth_scale);
    }
    return codes;
}

/* Where the depth of a stream comes from: its store, or drawn again, which gives the same bits. */
typedef struct depth_source {
    const reel_layout_clip *clip;
    int stream;
    reel_zarr *zarr;
    reel_frame frame; /* what is read from the store */
} depth_source;

static reel_status open_depth(depth_source *s, reel_error *err)
{
    const reel_record *record = s->clip->record;
    const char *name = record->streams[s->stream].planes;
    const char *end = name ? strstr(name, ".zarr.zip") : NULL;
    char path[REEL_PATH_MAX];
    if (!end || !(record->labels & REEL_PLANE_BIT(REEL_PLANE_DEPTH))) {
        return REEL_OK;
    }
    reel_layout_clip_path(s->clip, name, path);
    reel_status status = reel_zarr_open(path, &s->zarr, err);
    status = status ? status
                    : reel_frame_init(&s->frame, record->scene->width, record->scene->height,
                                      REEL_PLANE_BIT(REEL_PLANE_DEPTH), 0, err);
    if (!status && (reel_zarr_width(s->zarr) != s->frame.width ||
                    reel_zarr_height(s->zarr) != s->frame.height ||
                    reel_zarr_frames(s->zarr) != record->scene->frames)) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                              "has another size or number of frames than its clip");
    }
    return status;
}

static reel_status next_depth(depth_source *s, int frame, const uint16_t **out, reel_error *err)
{
    const reel_frame *drawn = &s->frame;
    const reel_drawer *drawer = s->clip->drawer;
    const reel_status status =
        s->zarr ? reel_zarr_read(s->zarr, frame, &s->frame, err)
                : drawer->draw(drawer->ctx, s->clip->record, s->stream, frame,
                               REEL_PLANE_BIT(REEL_PLANE_DEPTH), NULL, &drawn, err);
    *out = status ? NULL : drawn->plane[REEL_PLANE_DEPTH];
    return status;
}

static void close_depth(depth_source *s)
{
    reel_zarr_close(&s->zarr);
    reel_frame_finish(&s->frame);
}

static reel_status encode_depth(depth_source *source, const uint16_t *codes, uint16_t *picture,
                                reel_mp4_depth *video, lerobot_counts *counts, reel_error *err)
{
    const reel_scene *s = source->clip->record->scene;
    const size_t n = (size_t)s->width * (size_t)s->height;
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < s->frames; k++) {
        const uint16_t *depth = NULL;
        status = next_depth(source, k, &depth, err);
        for (size_t i = 0; !status && i < n; i++) {
            picture[i] = codes[depth[i]];
        }
        if (!status && is_sampled(k, s->frames)) {
            count_depth(counts, picture, s->width, s->height);
        }
        status = status ? status : reel_mp4_depth_write(video, picture, err);
    }
    return status ? status : reel_mp4_depth_close(video, err);
}

static reel_status make_depth(const reel_layout_clip *clip, int stream, const uint16_t *codes,
                              const char *dir, reel_error *err)
{
    const reel_scene *s = clip->record->scene;
    char path[REEL_PATH_MAX];
    depth_source source = {.clip = clip, .stream = stream};
    reel_mp4_depth *video = NULL;
    lerobot_counts counts = {0};
    uint16_t *picture = reel_alloc((size_t)s->width * (size_t)s->height * sizeof(*picture));
    reel_status status = picture && counts_init(&counts, 1) ? REEL_OK : no_memory(err);
    reel_lerobot_depth_path(dir, stream, path);
    status = status ? status : open_depth(&source, err);
    if (!status) {
        status = reel_mp4_depth_open(path, s->width, s->height, s->fps, clip->record->video.keyint,
                                     &video, err);
    }
    status = status ? status : encode_depth(&source, codes, picture, video, &counts, err);
    status = status ? status : write_counts(&counts, dir, stream, err);
    reel_mp4_depth_destroy(&video);
    close_depth(&source);
    reel_free(counts.n);
    reel_free(picture);
    return status;
}

reel_status reel_lerobot_depth_settings(const reel_layout_options *options, bool *depth,
                                        reel_depth_code *code, reel_error *err)
{
    int64_t max = 0;
    reel_status status = reel_layout_get_bool(options, "depth", depth, err);
    status = status ? status : reel_layout_get_int(options, "depth_max", 1, 1000, &max, err);
    /* the others are LeRobot's own */
    *code = (reel_depth_code){.min = 0.01, .max = (double)max, .shift = 3.5};
    return status;
}

reel_status reel_lerobot_make(const reel_layout_options *options, const reel_layout_clip *clip,
                              const char *dir, reel_error *err)
{
    bool depth = false;
    reel_depth_code code;
    uint16_t *codes = NULL;
    reel_status status = reel_lerobot_depth_settings(options, &depth, &code, err);
    if (!status && depth && !(codes = make_codes(&code, clip->record->depth_scale))) {
        status = no_memory(err);
    }
    for (int i = 0; !status && i < clip->record->n_streams; i++) {
        status = make_colour(clip, i, dir, err);
        if (!status && depth) {
            status = make_depth(clip, i, codes, dir, err);
        }
    }
    reel_free(codes);
    return status;
}
