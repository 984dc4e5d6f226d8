/*
 * The label checks of physreel verify find what is wrong in a frame, whatever its digests say: each
 * plane is changed at one pixel, and the fault that belongs to it must be told.
 */
#include "app/verify.h"
#include "engine/engine.h"
#include "tests/render_kit.h"
#include "tests/run_kit.h"

enum { FRAME = 2 };

/* A small clip with a moving thing, its record read back, and one frame drawn. */
static reel_record *record;
static reel_frame frame;
static int x_hit, y_hit; /* a pixel of instance 1, all around it too */

static void make_record(void)
{
    char *words[] = {"toss",  "--size", "160x120",  "--frames", "5",
                     "--fps", "12",     "--labels", "all"};
    record = kit_record((int)(sizeof words / sizeof *words), words);
}

static void draw_frame(void)
{
    const reel_render_options options = reel_render_options_default();
    reel_frame_finish(&frame);
    kit_draw_one(record->scene, record->take, &options, REEL_PLANES_LABELS,
                 record->streams[0].camera_index, FRAME, &frame);
}

static bool all_around(const uint16_t *ids, int x, int y)
{
    for (int j = -2; j <= 2; j++) {
        for (int i = -2; i <= 2; i++) {
            if (ids[(y + j) * frame.width + x + i] != 1) {
                return false;
            }
        }
    }
    return true;
}

static void find_pixel(void)
{
    const uint16_t *ids = frame.plane[REEL_PLANE_INSTANCE];
    for (int y = 2; y < frame.height - 2; y++) {
        for (int x = 2; x < frame.width - 2; x++) {
            if (all_around(ids, x, y)) {
                x_hit = x;
                y_hit = y;
                return;
            }
        }
    }
    CHECK_FAIL("instance 1 is not in sight: choose another clip");
}

static void set_up(void)
{
    if (!record) {
        make_record();
    }
    draw_frame();
    find_pixel();
}

static reel_label_faults verify(void)
{
    reel_label_faults faults;
    reel_error err = {0};
    CHECK_INT(reel_verify_labels(record, 0, FRAME, &frame, &faults, &err), ==, REEL_OK);
    return faults;
}

static void good_frame(const void *param)
{
    (void)param;
    set_up();
    reel_label_faults faults = verify();
    for (int f = 0; f < REEL_FAULT_COUNT; f++) {
        if (faults.n[f]) {
            CHECK_FAIL("%s: %s", reel_fault_plane((reel_label_fault)f), faults.words[f]);
        }
    }
}

typedef struct change {
    reel_plane plane;
    int channel;
    int by; /* added to the value */
    reel_label_fault fault;
} change;

static void add_to_pixel(reel_plane plane, int channel, int by)
{
    const size_t n = (size_t)frame.width * (size_t)frame.height;
    const size_t i = (size_t)channel * n + (size_t)y_hit * (size_t)frame.width + (size_t)x_hit;
    void *data = frame.plane[plane];
    if (reel_plane_get_info(plane)->itemsize == 2) {
        ((uint16_t *)data)[i] = (uint16_t)(((uint16_t *)data)[i] + by);
    } else {
        ((uint8_t *)data)[i] = (uint8_t)(((uint8_t *)data)[i] + by);
    }
}

static void finds(const void *param)
{
    const change *c = param;
    set_up();
    add_to_pixel(c->plane, c->channel, c->by);
    reel_label_faults faults = verify();
    if (faults.n[c->fault] < 1) {
        CHECK_FAIL("%s changed by %d is not found", reel_plane_get_info(c->plane)->name, c->by);
    }
    CHECK_CONTAINS(faults.words[c->fault], "instance");
}

/* 0.05 px are 3.2 units of a flow; a millimetre of depth is one unit. */
static const change changes[] = {
    {REEL_PLANE_DEPTH, 0, 4, REEL_FAULT_DEPTH},
    {REEL_PLANE_DEPTH, 0, -4, REEL_FAULT_DEPTH},
    {REEL_PLANE_INSTANCE, 0, 1, REEL_FAULT_BOX},
    {REEL_PLANE_INSTANCE, 0, 1000, REEL_FAULT_INSTANCE},
    {REEL_PLANE_NORMAL, 0, 40, REEL_FAULT_NORMAL},
    {REEL_PLANE_FLOW_FWD, 0, 8, REEL_FAULT_FLOW_FWD},
    {REEL_PLANE_FLOW_FWD, 1, -8, REEL_FAULT_FLOW_FWD},
    {REEL_PLANE_FLOW_BWD, 0, 8, REEL_FAULT_FLOW_BWD},
    {REEL_PLANE_FLOW_FWD_STATE, 0, 2, REEL_FAULT_FLOW_FWD_STATE},
    {REEL_PLANE_FLOW_BWD_STATE, 0, 2, REEL_FAULT_FLOW_BWD_STATE},
    {REEL_PLANE_OBJECT_COORDINATES, 0, 2500, REEL_FAULT_COORDINATES},
    {REEL_PLANE_OBJECT_COORDINATES, 2, -2500, REEL_FAULT_COORDINATES},
};

/* A whole plane that is off by a little is found in most of its pixels. */
static void systematic(const void *param)
{
    const size_t n = (size_t)frame.width * (size_t)frame.height;
    (void)param;
    set_up();
    int16_t *flow = frame.plane[REEL_PLANE_FLOW_FWD];
    for (size_t i = 0; i < n; i++) {
        flow[i] = (int16_t)(flow[i] == REEL_FLOW_NONE ? REEL_FLOW_NONE : flow[i] + 6);
    }
    reel_label_faults faults = verify();
    CHECK_INT(faults.n[REEL_FAULT_FLOW_FWD], >, (long long)(n / 2));
}

static const check_test tests[] = {
    {"a good frame is good", good_frame, NULL},
    {"a depth too far", finds, &changes[0]},
    {"a depth too near", finds, &changes[1]},
    {"another instance", finds, &changes[2]},
    {"an instance that no object has", finds, &changes[3]},
    {"a normal", finds, &changes[4]},
    {"a forward flow in x", finds, &changes[5]},
    {"a forward flow in y", finds, &changes[6]},
    {"a backward flow", finds, &changes[7]},
    {"a forward state", finds, &changes[8]},
    {"a backward state", finds, &changes[9]},
    {"an object coordinate too large", finds, &changes[10]},
    {"an object coordinate too small", finds, &changes[11]},
    {"a plane that is off by a tenth of a pixel", systematic, NULL},
};
CHECK_MAIN(tests)
