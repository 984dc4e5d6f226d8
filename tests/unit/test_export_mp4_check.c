/*
 * The check of a video's boxes: right about what the encoder wrote, wrong numbers are found, and
 * damaged files end in an error or are good, never in a crash.
 */
#include "base/fs.h"
#include "export/mp4_check.h"
#include "export/sink.h"
#include "tests/check.h"
#include <unistd.h>

enum { W = 64, H = 48, FPS = 24, FRAMES = 6 };

static char dir[] = "/tmp/physreel-mp4-XXXXXX", path[64];
static char *good;
static size_t size;

static void set_up(void)
{
    const reel_stream_desc desc = {.id = "x",
                                   .camera = "main",
                                   .width = W,
                                   .height = H,
                                   .fps = FPS,
                                   .frames = FRAMES,
                                   .depth_scale = 0.001};
    reel_video_options options = reel_video_options_default(FPS);
    reel_sink *sink = NULL;
    reel_frame frame = {0};
    reel_error err = {0};
    if (good) {
        return;
    }
    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/x.mp4", dir);
    CHECK_INT(reel_frame_init(&frame, W, H, REEL_PLANE_BIT(REEL_PLANE_RGB), 0, &err), ==, REEL_OK);
    CHECK_INT(reel_mp4_sink_open(path, &desc, &options, &sink, &err), ==, REEL_OK);
    for (int i = 0; i < FRAMES; i++) {
        memset(frame.plane[REEL_PLANE_RGB], 40 * i, W * H * 3);
        CHECK_INT(reel_sink_write(sink, &frame, &err), ==, REEL_OK);
    }
    CHECK_INT(reel_sink_close(sink, &err), ==, REEL_OK);
    reel_sink_destroy(&sink);
    reel_frame_finish(&frame);
    CHECK_INT(reel_fs_read(path, &good, &size, &err), ==, REEL_OK);
}

typedef struct numbers {
    int width, height, fps, frames;
    const char *says;
} numbers;

static const numbers cases[] = {
    {W, H, FPS, FRAMES, NULL},         {W + 2, H, FPS, FRAMES, "64x48"},
    {W, H + 2, FPS, FRAMES, "64x48"},  {W, H, 25, FRAMES, "1/25"},
    {W, H, 12, FRAMES, "1/12"},        {W, H, FPS, FRAMES + 1, "frames"},
    {W, H, FPS, FRAMES - 1, "frames"},
};

static void compares(const void *param)
{
    const numbers *c = param;
    reel_error err = {0};
    set_up();
    reel_status status = reel_mp4_check(path, c->width, c->height, c->fps, c->frames, &err);
    CHECK_INT(status, ==, c->says ? REEL_E_CONFLICT : REEL_OK);
    if (c->says) {
        CHECK_CONTAINS(err.msg, c->says);
        CHECK_STR(err.file, path);
    }
}

static void survives(const char *data, size_t n)
{
    char other[80];
    reel_error err = {0};
    snprintf(other, sizeof other, "%s/y.mp4", dir);
    FILE *f = fopen(other, "wb");
    CHECK(f && fwrite(data, 1, n, f) == n && fclose(f) == 0);
    reel_status status = reel_mp4_check(other, W, H, FPS, FRAMES, &err);
    CHECK(status == REEL_OK || status == REEL_E_CONFLICT);
    CHECK_INT(unlink(other), ==, 0);
}

static void damage(const void *param)
{
    (void)param;
    set_up();
    for (size_t n = 0; n < size; n += 5) {
        survives(good, n);
    }
    for (size_t i = 0; i < size; i++) {
        char before = good[i];
        good[i] = (char)(before ^ (i % 2 ? 0xff : 0x01));
        survives(good, size);
        good[i] = before;
    }
}

static void clean_up(const void *param)
{
    (void)param;
    set_up();
    reel_free(good);
    CHECK_INT(reel_fs_remove_tree(dir, NULL), ==, REEL_OK);
}

static const check_test tests[] = {
    {"what the encoder wrote", compares, &cases[0]},
    {"another width", compares, &cases[1]},
    {"another height", compares, &cases[2]},
    {"a higher rate", compares, &cases[3]},
    {"a lower rate", compares, &cases[4]},
    {"a frame missing", compares, &cases[5]},
    {"a frame too many", compares, &cases[6]},
    {"every damage", damage, NULL},
    {"tidy", clean_up, NULL},
};
CHECK_MAIN(tests)
