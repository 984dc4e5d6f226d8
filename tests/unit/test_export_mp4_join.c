/* Videos one after another in one file, what cannot be joined, and the codes of depth. Whether
 * joined frames decode to the same pictures is tests/conformance/read_lerobot.py's. */
#include "base/fs.h"
#include "export/mp4_check.h"
#include "export/mp4_depth.h"
#include "export/mp4_join.h"
#include "export/mp4_read.h"
#include "export/sink.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"
#include <math.h>

enum { W = 64, H = 48, FPS = 24 };

static char folder[4096];

static const char *path_of(const char *name, char out[REEL_PATH_MAX])
{
    reel_fs_join(out, REEL_PATH_MAX, folder, name);
    return out;
}

/* A video of the fixture's frames from `first` on. */
static void make(const char *name, int width, int frames, int first, const char *preset)
{
    char path[REEL_PATH_MAX];
    reel_error err = {0};
    reel_sink *sink = NULL;
    reel_frame frame = {0};
    const reel_stream_desc desc = {"x", "main", width, H, FPS, frames, 0.001};
    reel_video_options options = reel_video_options_default(FPS);
    options.preset = preset;
    CHECK_INT(reel_frame_init(&frame, width, H, REEL_PLANE_BIT(REEL_PLANE_RGB), 2, &err), ==,
              REEL_OK);
    CHECK_INT(reel_mp4_sink_open(path_of(name, path), &desc, &options, &sink, &err), ==, REEL_OK);
    for (int i = 0; i < frames; i++) {
        fixture_draw(&frame, first + i);
        CHECK_INT(reel_sink_write(sink, &frame, &err), ==, REEL_OK);
    }
    CHECK_INT(reel_sink_close(sink, &err), ==, REEL_OK);
    reel_sink_destroy(&sink);
    reel_frame_finish(&frame);
}

static reel_status add(reel_mp4_joiner *joiner, const char *name, int frames, reel_error *err)
{
    char path[REEL_PATH_MAX];
    *err = (reel_error){0};
    return reel_mp4_join_add(joiner, path_of(name, path), frames, err);
}

/* Every frame of `part` is what `video` shows next. */
static void check_shows(reel_mp4_reader *video, const char *part, int frames)
{
    static uint8_t a[3 * W * H], b[3 * W * H];
    char path[REEL_PATH_MAX];
    reel_error err = {0};
    reel_mp4_reader *own = NULL;
    CHECK_INT(reel_mp4_open(path_of(part, path), &own, &err), ==, REEL_OK);
    for (int i = 0; i < frames; i++) {
        CHECK_INT(reel_mp4_next(own, a, &err), ==, REEL_OK);
        CHECK_INT(reel_mp4_next(video, b, &err), ==, REEL_OK);
        CHECK(memcmp(a, b, sizeof(a)) == 0);
    }
    reel_mp4_close(&own);
}

static void test_join(const void *param)
{
    (void)param;
    char path[REEL_PATH_MAX];
    reel_error err = {0};
    reel_mp4_joiner *joiner = NULL;
    reel_mp4_reader *video = NULL;
    make("a.mp4", W, 15, 0, "veryfast");
    make("b.mp4", W, 1, 40, "veryfast");
    make("c.mp4", W, 26, 7, "veryfast");
    CHECK_INT(reel_mp4_join_open(path_of("joined.mp4", path), FPS, &joiner, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "a.mp4", 15, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "b.mp4", 1, &err), ==, REEL_OK);
    CHECK_INT(reel_mp4_join_frames(joiner), ==, 16);
    CHECK_INT(add(joiner, "c.mp4", 26, &err), ==, REEL_OK);
    CHECK_INT(reel_mp4_join_close(joiner, &err), ==, REEL_OK);
    reel_mp4_join_destroy(&joiner);
    CHECK_INT(reel_mp4_check(path, W, H, FPS, 42, &err), ==, REEL_OK);
    CHECK_INT(reel_mp4_open(path, &video, &err), ==, REEL_OK);
    check_shows(video, "a.mp4", 15);
    check_shows(video, "b.mp4", 1);
    check_shows(video, "c.mp4", 26);
    CHECK_INT(reel_mp4_next(video, NULL, &err), ==, REEL_E_CONFLICT);
    reel_mp4_close(&video);
}

static void test_conflicts(const void *param)
{
    (void)param;
    char path[REEL_PATH_MAX];
    reel_error err = {0};
    reel_mp4_joiner *joiner = NULL;
    make("first.mp4", W, 5, 0, "veryfast");
    make("wide.mp4", W + 16, 5, 0, "veryfast");
    make("other.mp4", W, 5, 0, "ultrafast");
    CHECK_INT(reel_mp4_join_open(path_of("refused.mp4", path), FPS, &joiner, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "first.mp4", 5, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "wide.mp4", 5, &err), ==, REEL_E_CONFLICT);
    CHECK(strstr(err.msg, "80x48") && strstr(err.msg, "first.mp4"));
    CHECK_INT(add(joiner, "other.mp4", 5, &err), ==, REEL_E_CONFLICT);
    CHECK(strstr(err.file, "other.mp4") && strstr(err.msg, "first.mp4"));
    CHECK_INT(add(joiner, "nothing.mp4", 5, &err), ==, REEL_E_IO);
    CHECK_INT(add(joiner, "first.mp4", 6, &err), ==, REEL_E_CONFLICT);
    CHECK(strstr(err.msg, "6 frames"));
    reel_mp4_join_destroy(&joiner);
    CHECK(!reel_fs_exists(path));
    /* longer than it should be, and of another frame rate */
    CHECK_INT(reel_mp4_join_open(path, FPS, &joiner, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "first.mp4", 4, &err), ==, REEL_E_CONFLICT);
    reel_mp4_join_destroy(&joiner);
    CHECK_INT(reel_mp4_join_open(path, FPS + 1, &joiner, &err), ==, REEL_OK);
    CHECK_INT(add(joiner, "first.mp4", 5, &err), ==, REEL_E_CONFLICT);
    CHECK(strstr(err.msg, "frame 1"));
    reel_mp4_join_destroy(&joiner);
    CHECK(!reel_fs_exists(path));
}

static void test_depth_codes(const void *param)
{
    (void)param;
    const reel_depth_code code = {.min = 0.01, .max = 10, .shift = 3.5};
    CHECK_INT(reel_depth_encode(&code, 0), ==, 0);
    CHECK_INT(reel_depth_encode(&code, 0.01), ==, 0);
    CHECK_INT(reel_depth_encode(&code, 10), ==, 4095);
    CHECK_INT(reel_depth_encode(&code, INFINITY), ==, 4095);
    /* by hand: 4095 (ln 4.5 - ln 3.51) / (ln 13.5 - ln 3.51) = 755.3 */
    CHECK_INT(reel_depth_encode(&code, 1), ==, 755);
    double last = 0;
    for (int i = 0; i < REEL_DEPTH_CODES; i++) {
        const double d = reel_depth_decode(&code, i);
        CHECK_INT(reel_depth_encode(&code, d), ==, i);
        CHECK(i == 0 || (d > last && d - last < 0.0046));
        last = d;
    }
    CHECK(fabs(last - 10) < 1e-12);
}

static void test_depth_video(const void *param)
{
    (void)param;
    static uint16_t picture[W * H];
    char path[REEL_PATH_MAX], version[64];
    reel_error err = {0};
    reel_mp4_depth *video = NULL;
    CHECK_INT(reel_mp4_depth_open(path_of("depth.mp4", path), W, H, FPS, 4, &video, &err), ==,
              REEL_OK);
    for (int k = 0; k < 9; k++) {
        for (int i = 0; i < W * H; i++) {
            picture[i] = (uint16_t)(fixture_noise((uint32_t)i, (uint32_t)k, 1) % REEL_DEPTH_CODES);
        }
        CHECK_INT(reel_mp4_depth_write(video, picture, &err), ==, REEL_OK);
    }
    CHECK_INT(reel_mp4_depth_close(video, &err), ==, REEL_OK);
    reel_mp4_depth_destroy(&video);
    CHECK_INT(reel_mp4_check_codec(path, "hvc1", W, H, FPS, 9, &err), ==, REEL_OK);
    CHECK_INT(reel_mp4_check(path, W, H, FPS, 9, &err), ==, REEL_E_CONFLICT);
    reel_mp4_x265_version(version, sizeof(version));
    CHECK(version[0] >= '1' && version[0] <= '9' && version[1] == '.');
}

static const check_test tests[] = {
    {"videos joined", test_join, NULL},
    {"what cannot be joined", test_conflicts, NULL},
    {"codes of depth", test_depth_codes, NULL},
    {"depth as video", test_depth_video, NULL},
};

FIXTURE_MAIN(tests, folder)
