/* The ffv1 sink and its reader: any order of frames, names, and stores that are not whole. PyAV and
 * ffmpeg read them in tests/conformance/read_ffv1.py. */
#include "base/fs.h"
#include "export/ffv1.h"
#include "export/labels.h"
#include "export/sink.h"
#include "tests/check.h"
#include "tests/clip_fixture.h"

#include <unistd.h>

static char dir[1024];

enum { W = 34, H = 18, FRAMES = 7 };

static reel_frame drawn(int t)
{
    reel_frame frame = {0};
    CHECK_INT(reel_frame_init(&frame, W, H, REEL_PLANES_LABELS, 2, NULL), ==, REEL_OK);
    fixture_draw(&frame, t);
    /* the ends of every range */
    int16_t *flow = frame.plane[REEL_PLANE_FLOW_FWD];
    uint16_t *depth = frame.plane[REEL_PLANE_DEPTH];
    int8_t *normal = frame.plane[REEL_PLANE_NORMAL];
    flow[0] = -32768;
    flow[1] = 32767;
    flow[2] = -1;
    depth[0] = 0;
    depth[1] = 65535;
    depth[2] = 256;
    normal[0] = -128;
    normal[1] = 127;
    return frame;
}

static void write_store(const char *path, reel_planes planes, int frames)
{
    const reel_stream_desc desc = {
        .id = "s", .camera = "main", .width = W, .height = H, .fps = 30, .frames = frames};
    reel_sink *sink = NULL;
    CHECK_INT(reel_ffv1_sink_open(path, &desc, planes, &sink, NULL), ==, REEL_OK);
    for (int t = 0; t < frames; t++) {
        reel_frame frame = drawn(t);
        CHECK_INT(reel_sink_write(sink, &frame, NULL), ==, REEL_OK);
        reel_frame_finish(&frame);
    }
    CHECK_INT(reel_sink_close(sink, NULL), ==, REEL_OK);
    reel_sink_destroy(&sink);
}

static const char *path_of(const char *name)
{
    static char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof path, dir, name);
    return path;
}

static void check_frame(reel_labels *store, int t)
{
    reel_frame want = drawn(t), got = {0};
    reel_error err = {0};
    CHECK_INT(reel_frame_init(&got, W, H, REEL_PLANES_LABELS, 2, NULL), ==, REEL_OK);
    if (reel_labels_read(store, t, &got, &err) != REEL_OK) {
        CHECK_FAIL("frame %d: %s", t, err.msg);
    }
    for (int p = REEL_PLANE_RGB + 1; p < REEL_PLANE_COUNT; p++) {
        if (memcmp(want.plane[p], got.plane[p], reel_plane_bytes((reel_plane)p, W, H)) != 0) {
            CHECK_FAIL("frame %d differs in %s", t, reel_plane_get_info((reel_plane)p)->name);
        }
    }
    reel_frame_finish(&want);
    reel_frame_finish(&got);
}

static void frames_come_back_in_any_order(const void *param)
{
    (void)param;
    static const int order[] = {0, 1, 2, 6, 5, 5, 0, 3, 4, 1};
    reel_labels *store = NULL;
    write_store(path_of("any.{plane}.mov"), REEL_PLANES_LABELS, FRAMES);
    CHECK_INT(reel_labels_open(path_of("any.{plane}.mov"), &store, NULL), ==, REEL_OK);
    CHECK_INT(reel_labels_planes(store), ==, REEL_PLANES_LABELS);
    CHECK_INT(reel_labels_frames(store), ==, FRAMES);
    CHECK_INT(reel_labels_width(store), ==, W);
    CHECK_INT(reel_labels_height(store), ==, H);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        check_frame(store, order[i]);
    }
    reel_labels_close(&store);
}

static void bytes_are_the_same_again(const void *param)
{
    (void)param;
    reel_sha256 a, b;
    uint64_t size;
    write_store(path_of("again.{plane}.mov"), REEL_PLANES_LABELS, FRAMES);
    for (int p = REEL_PLANE_RGB + 1; p < REEL_PLANE_COUNT; p++) {
        char one[REEL_PATH_MAX], other[REEL_PATH_MAX];
        reel_ffv1_file(path_of("any.{plane}.mov"), (reel_plane)p, one, sizeof one);
        reel_ffv1_file(path_of("again.{plane}.mov"), (reel_plane)p, other, sizeof other);
        CHECK_INT(reel_sha256_file(one, &a, &size, NULL), ==, REEL_OK);
        CHECK_INT(reel_sha256_file(other, &b, &size, NULL), ==, REEL_OK);
        CHECK(memcmp(&a, &b, sizeof a) == 0);
    }
}

static void names_are_told_apart(const void *param)
{
    (void)param;
    char name[64];
    CHECK(reel_ffv1_is_name("toss_000000.{plane}.mov"));
    CHECK(!reel_ffv1_is_name(".{plane}.mov"));
    CHECK(!reel_ffv1_is_name("toss_000000.zarr.zip"));
    CHECK(!reel_ffv1_is_name("toss_000000.depth.mov"));
    reel_ffv1_file("a/toss.{plane}.mov", REEL_PLANE_FLOW_BWD_STATE, name, sizeof name);
    CHECK_STR(name, "a/toss.flow_bwd_state.mov");
    CHECK_INT(reel_ffv1_offset(REEL_PLANE_DEPTH), ==, 0);
    CHECK_INT(reel_ffv1_offset(REEL_PLANE_NORMAL), ==, 128);
    CHECK_INT(reel_ffv1_offset(REEL_PLANE_FLOW_FWD), ==, 32768);
}

static void an_unfinished_store_leaves_nothing(const void *param)
{
    (void)param;
    const reel_stream_desc desc = {
        .id = "s", .camera = "main", .width = W, .height = H, .fps = 30, .frames = FRAMES};
    const reel_planes planes = REEL_PLANE_BIT(REEL_PLANE_DEPTH) | REEL_PLANE_BIT(REEL_PLANE_NORMAL);
    reel_sink *sink = NULL;
    CHECK_INT(reel_ffv1_sink_open(path_of("half.{plane}.mov"), &desc, planes, &sink, NULL), ==,
              REEL_OK);
    reel_frame frame = drawn(0);
    CHECK_INT(reel_sink_write(sink, &frame, NULL), ==, REEL_OK);
    reel_frame_finish(&frame);
    CHECK(reel_fs_exists(path_of("half.depth.mov")) && reel_fs_exists(path_of("half.normal.mov")));
    reel_sink_destroy(&sink);
    CHECK(!reel_fs_exists(path_of("half.depth.mov")) &&
          !reel_fs_exists(path_of("half.normal.mov")));
}

static void what_is_no_store_is_refused(const void *param)
{
    (void)param;
    const reel_planes depth = REEL_PLANE_BIT(REEL_PLANE_DEPTH);
    reel_labels *store = NULL;
    reel_error err = {0};
    CHECK_INT(reel_labels_open(path_of("none.{plane}.mov"), &store, &err), ==, REEL_E_IO);
    write_store(path_of("odd.{plane}.mov"), depth, 3);
    /* one plane's video in the place of another's: 18 rows are not of three channels */
    char from[REEL_PATH_MAX];
    snprintf(from, sizeof from, "%s", path_of("odd.depth.mov"));
    CHECK_INT(link(from, path_of("odd.flow_fwd.mov")), ==, 0);
    CHECK_INT(reel_labels_open(path_of("odd.{plane}.mov"), &store, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.file, "odd.flow_fwd.mov");
    CHECK_INT(unlink(path_of("odd.flow_fwd.mov")), ==, 0);
    CHECK_INT(link(from, path_of("odd.flow_fwd_state.mov")), ==, 0); /* 16 bits where 8 belong */
    CHECK_INT(reel_labels_open(path_of("odd.{plane}.mov"), &store, &err), ==, REEL_OK);
    reel_frame frame = {0};
    CHECK_INT(reel_frame_init(&frame, W, H, REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD_STATE), 0, NULL), ==,
              REEL_OK);
    CHECK_INT(reel_labels_read(store, 0, &frame, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "pixel format");
    reel_frame_finish(&frame);
    CHECK_INT(reel_frame_init(&frame, W, H, depth, 0, NULL), ==, REEL_OK);
    CHECK_INT(reel_labels_read(store, 3, &frame, &err), ==, REEL_E_CONFLICT);
    CHECK_CONTAINS(err.msg, "frame 3");
    reel_frame_finish(&frame);
    reel_labels_close(&store);
}

/* No byte of a video may end the program, and no picture may come out changed and unsaid. */
static void damage_is_never_silent(const void *param)
{
    (void)param;
    char *data = NULL, path[REEL_PATH_MAX];
    size_t size = 0;
    int refused = 0;
    write_store(path_of("hurt.{plane}.mov"), REEL_PLANE_BIT(REEL_PLANE_DEPTH), 3);
    snprintf(path, sizeof path, "%s", path_of("hurt.depth.mov"));
    CHECK_INT(reel_fs_read(path, &data, &size, NULL), ==, REEL_OK);
    for (size_t at = 0; at < size; at += 7) {
        data[at] = (char)(data[at] ^ 0x10);
        CHECK_INT(reel_fs_publish(path, data, size, NULL), ==, REEL_OK);
        data[at] = (char)(data[at] ^ 0x10);
        reel_labels *store = NULL;
        bool failed = reel_labels_open(path_of("hurt.{plane}.mov"), &store, NULL) != REEL_OK;
        reel_frame got = {0};
        CHECK_INT(reel_frame_init(&got, W, H, REEL_PLANE_BIT(REEL_PLANE_DEPTH), 0, NULL), ==,
                  REEL_OK);
        for (int t = 0; !failed && t < 3 && t < reel_labels_frames(store); t++) {
            failed = reel_labels_read(store, t, &got, NULL) != REEL_OK;
            reel_frame want = drawn(t);
            CHECK(failed || memcmp(want.plane[REEL_PLANE_DEPTH], got.plane[REEL_PLANE_DEPTH],
                                   2 * W * H) == 0);
            reel_frame_finish(&want);
        }
        refused += failed;
        reel_frame_finish(&got);
        reel_labels_close(&store);
    }
    CHECK_INT(refused, >, (int)(size / 7 / 4)); /* the rest is of the container: names, dates */
    reel_free(data);
}

static const check_test tests[] = {
    {"any order", frames_come_back_in_any_order, NULL},
    {"same bytes", bytes_are_the_same_again, NULL},
    {"names", names_are_told_apart, NULL},
    {"unfinished", an_unfinished_store_leaves_nothing, NULL},
    {"no store", what_is_no_store_is_refused, NULL},
    {"damage", damage_is_never_silent, NULL},
};
FIXTURE_MAIN(tests, dir)
