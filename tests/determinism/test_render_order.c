/* A frame is a function of (scene, take, camera, frame): not of what was drawn before it. */
#include "bench/stage_scene.h"
#include "render/render.h"
#include "tests/check.h"

enum { W = 80, H = 48, FRAMES = 4 };

static const reel_planes all_planes = REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);

typedef struct rig {
    reel_scene *scene;
    reel_take *take;
    reel_renderer *renderer;
    reel_frame frame;
} rig;

static rig open_rig(stage_kind kind)
{
    rig r = {.scene = stage_scene_create(kind, FRAMES, W, H)};
    reel_error err = {0};
    const reel_render_options options = reel_render_options_default();
    CHECK(r.scene);
    r.take = stage_take_create(r.scene);
    CHECK(r.take);
    CHECK_INT(reel_renderer_create(r.scene, r.take, &options, &r.renderer, &err), ==, REEL_OK);
    CHECK_INT(reel_frame_init(&r.frame, W, H, all_planes, reel_scene_n_instances(r.scene), &err),
              ==, REEL_OK);
    return r;
}

static void close_rig(rig *r)
{
    reel_frame_finish(&r->frame);
    reel_renderer_destroy(&r->renderer);
    reel_take_destroy(&r->take);
    reel_scene_destroy(&r->scene);
}

/* Digest of all planes and boxes of a frame. */
static uint64_t digest(rig *r, int camera, int frame)
{
    reel_error err = {0};
    uint64_t h = 0;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) { /* what was there before must not show */
        memset(r->frame.plane[p], 0xa5, reel_plane_bytes((reel_plane)p, W, H));
    }
    CHECK_INT(reel_renderer_draw(r->renderer, camera, frame, &r->frame, &err), ==, REEL_OK);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        h = reel_xxh64_of(r->frame.plane[p], reel_plane_bytes((reel_plane)p, W, H), h);
    }
    return reel_xxh64_of(r->frame.boxes,
                         sizeof *r->frame.boxes * ((size_t)r->frame.n_instances + 1), h);
}

static void order_does_not_matter(const void *param)
{
    uint64_t forward[3][FRAMES];
    rig r = open_rig(STAGE_TWENTY);
    (void)param;
    for (int c = 0; c < 3; c++) {
        for (int f = 0; f < FRAMES; f++) {
            forward[c][f] = digest(&r, c, f);
        }
    }
    for (int f = FRAMES - 1; f >= 0; f--) {
        for (int c = 0; c < 3; c++) {
            CHECK_INT(digest(&r, c, f), ==, forward[c][f]);
        }
    }
    close_rig(&r);
    r = open_rig(STAGE_TWENTY);
    CHECK_INT(digest(&r, 1, 2), ==, forward[1][2]); /* a renderer that drew nothing before */
    close_rig(&r);
}

static void two_renderers_side_by_side(const void *param)
{
    uint64_t alone[2][FRAMES];
    rig a = open_rig(STAGE_TWENTY), b = open_rig(STAGE_PATTERNS);
    (void)param;
    for (int f = 0; f < FRAMES; f++) {
        alone[0][f] = digest(&a, 0, f);
    }
    for (int f = 0; f < FRAMES; f++) {
        alone[1][f] = digest(&b, 0, f);
    }
    for (int f = 0; f < FRAMES; f++) {
        CHECK_INT(digest(&a, 0, f), ==, alone[0][f]);
        CHECK_INT(digest(&b, 0, f), ==, alone[1][f]);
    }
    close_rig(&a);
    close_rig(&b);
}

static void size_can_change_between_frames(const void *param)
{
    reel_error err = {0};
    reel_frame small;
    rig r = open_rig(STAGE_TWENTY);
    (void)param;
    const uint64_t before = digest(&r, 0, 1);
    CHECK_INT(reel_frame_init(&small, 34, 22, all_planes, r.frame.n_instances, &err), ==, REEL_OK);
    CHECK_INT(reel_renderer_draw(r.renderer, 0, 1, &small, &err), ==, REEL_OK);
    CHECK_INT(digest(&r, 0, 1), ==, before);
    reel_frame_finish(&small);
    close_rig(&r);
}

static void frames_allocate_nothing(const void *param)
{
    rig r = open_rig(STAGE_TWENTY);
    (void)param;
    digest(&r, 0, 0);
    const uint64_t before = reel_alloc_count();
    for (int f = 0; f < FRAMES; f++) {
        digest(&r, 1, f);
        digest(&r, 0, f);
    }
    CHECK_INT(reel_alloc_count(), ==, before);
    close_rig(&r);
}

static void creation_survives_lack_of_memory(const void *param)
{
    reel_scene *scene = stage_scene_create(STAGE_TWENTY, FRAMES, W, H);
    const reel_render_options options = reel_render_options_default();
    (void)param;
    CHECK(scene);
    reel_take *take = stage_take_create(scene);
    CHECK(take);
    reel_status status = REEL_E_NOMEM;
    int n = 1;
    for (; status != REEL_OK; n++) {
        reel_renderer *r = NULL;
        reel_error err = {0};
        reel_alloc_fail_at((uint64_t)n);
        status = reel_renderer_create(scene, take, &options, &r, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || (status == REEL_E_NOMEM && r == NULL));
        reel_renderer_destroy(&r);
    }
    CHECK_INT(n, >, 8);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

static void lanes_that_are_not_there(const void *param)
{
    reel_scene *scene = stage_scene_create(STAGE_TWENTY, FRAMES, W, H);
    reel_render_options options = reel_render_options_default();
    reel_renderer *r = NULL;
    reel_error err = {0};
    (void)param;
    CHECK(scene);
    reel_take *take = stage_take_create(scene);
    options.lanes = 32;
    CHECK_INT(reel_renderer_create(scene, take, &options, &r, &err), ==, REEL_E_USAGE);
    CHECK_CONTAINS(err.msg, "32 lanes");
    options.lanes = 0;
    scene->geoms[3].size[0] = -1;
    CHECK_INT(reel_renderer_create(scene, take, &options, &r, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "geoms[3].size");
    CHECK(r == NULL);
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
}

static const check_test tests[] = {
    {"order does not matter", order_does_not_matter, NULL},
    {"two renderers side by side", two_renderers_side_by_side, NULL},
    {"size can change between frames", size_can_change_between_frames, NULL},
    {"frames allocate nothing", frames_allocate_nothing, NULL},
    {"creation survives lack of memory", creation_survives_lack_of_memory, NULL},
    {"options and scenes that cannot be drawn", lanes_that_are_not_there, NULL},
};
CHECK_MAIN(tests)
