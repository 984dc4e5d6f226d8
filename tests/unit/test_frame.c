#include "base/frame.h"
#include "tests/check.h"

/* The table of frame.h, written down a second time: name, dtype, bytes per pixel, delta, shuffle.
 */
static const struct {
    const char *name, *dtype;
    int bytes;
    bool delta;
    int shuffle;
} want[] = {
    {"depth", "<u2", 2, true, 1},           {"instance", "<u2", 2, false, 1},
    {"normal", "|i1", 3, true, 1},          {"flow_fwd", "<i2", 4, true, 2},
    {"flow_bwd", "<i2", 4, true, 2},        {"flow_fwd_state", "|u1", 1, false, 1},
    {"flow_bwd_state", "|u1", 1, false, 1}, {"object_coordinates", "<u2", 6, true, 1},
    {"albedo", "|u1", 3, true, 1},          {"coverage", "|u1", 1, false, 1},
};

static void planes_are_those_of_the_design(const void *param)
{
    (void)param;
    reel_plane plane = REEL_PLANE_COUNT;
    reel_planes labels = 0;
    for (int i = 0; i < 10; i++) {
        CHECK(reel_plane_find(want[i].name, &plane));
        const reel_plane_info *info = reel_plane_get_info(plane);
        CHECK_STR(info->name, want[i].name);
        CHECK_STR(info->dtype, want[i].dtype);
        CHECK_INT(info->delta, ==, want[i].delta);
        CHECK_INT(info->shuffle, ==, want[i].shuffle);
        CHECK_INT(reel_plane_bytes(plane, 832, 480), ==, 832 * 480 * want[i].bytes);
        CHECK_INT(info->itemsize, ==, info->dtype[2] - '0');
        labels |= REEL_PLANE_BIT(plane);
    }
    CHECK_INT(labels, ==, REEL_PLANES_LABELS);
    CHECK(reel_plane_find("rgb", &plane) && plane == REEL_PLANE_RGB);
    CHECK_INT(reel_plane_bytes(REEL_PLANE_RGB, 16, 16), ==, 768);
    CHECK(!reel_plane_find("semantic", &plane) && plane == REEL_PLANE_RGB);
}

static void frames_live_and_end(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_frame frame = {0};
    reel_frame_finish(&frame);
    const reel_planes planes = REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);
    CHECK_INT(reel_frame_init(&frame, 17, 3, planes, 5, NULL), ==, REEL_OK);
    for (int i = 0; i < REEL_PLANE_COUNT; i++) {
        CHECK(frame.plane[i]);
        CHECK_INT((uintptr_t)frame.plane[i] % 64, ==, 0);
        memset(frame.plane[i], 0xa5, reel_plane_bytes((reel_plane)i, 17, 3));
    }
    CHECK_INT(frame.boxes[5].pixels, ==, 0);
    reel_frame_finish(&frame);
    CHECK(!frame.plane[0] && !frame.boxes);
    CHECK_INT(reel_alloc_live(), ==, live);
    CHECK_INT(reel_frame_init(&frame, 8, 8, REEL_PLANE_BIT(REEL_PLANE_DEPTH), 0, NULL), ==,
              REEL_OK);
    CHECK(frame.plane[REEL_PLANE_DEPTH] && !frame.plane[REEL_PLANE_RGB]);
    reel_frame_finish(&frame);
    for (uint64_t n = 1; n <= REEL_PLANE_COUNT + 1; n++) {
        reel_error err = {0};
        reel_alloc_fail_at(n);
        CHECK_INT(reel_frame_init(&frame, 17, 3, planes, 5, &err), ==, REEL_E_NOMEM);
        CHECK(!frame.boxes);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
}

/* A plane's digest is that of its bytes alone, and of every one of them. */
static void digests_see_every_byte(const void *param)
{
    (void)param;
    reel_frame frame = {0};
    CHECK_INT(reel_frame_init(&frame, 5, 3, REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD), 0, NULL), ==,
              REEL_OK);
    unsigned char *bytes = frame.plane[REEL_PLANE_FLOW_FWD];
    const reel_xxh128 zero = reel_frame_digest(&frame, REEL_PLANE_FLOW_FWD);
    const reel_xxh128 same = reel_xxh128_of(bytes, 60);
    CHECK_INT(memcmp(&zero, &same, sizeof(zero)), ==, 0);
    for (int i = 0; i < 60; i++) {
        bytes[i] ^= 1;
        const reel_xxh128 h = reel_frame_digest(&frame, REEL_PLANE_FLOW_FWD);
        CHECK_INT(memcmp(&zero, &h, sizeof(h)), !=, 0);
        bytes[i] ^= 1;
    }
    reel_frame_finish(&frame);
}

static const check_test tests[] = {
    {"planes are those of the design", planes_are_those_of_the_design, NULL},
    {"frames live and end", frames_live_and_end, NULL},
    {"digests see every byte", digests_see_every_byte, NULL},
};
CHECK_MAIN(tests)
