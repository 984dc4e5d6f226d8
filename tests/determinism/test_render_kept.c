/*
 * What a frame keeps of the draw before is what drawing it anew would give: every plane and box of
 * scenes in motion, against a frame that keeps nothing.
 */
#include "engine/engine.h"
#include "scenes/scenes.h"
#include "tests/render_kit.h"

#include <stdio.h>
#include <string.h>

/* Sizes that do not fill their last tiles; few steps, for time: some takes are then refused, and
 * drawn all the same. */
enum { W = 168, H = 104, FRAMES = 30, STEP_RATE = 240 };

static const reel_planes all_planes = REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);

static void open_scene(kit_stage *s, const char *source, reel_quality quality, reel_planes planes)
{
    reel_freeze_options freeze = reel_freeze_options_default();
    reel_render_options options = reel_render_options_default();
    reel_error err = {0};
    freeze.seed = 3;
    freeze.width = W;
    freeze.height = H;
    freeze.frames = FRAMES;
    freeze.step_rate = STEP_RATE;
    options.quality = quality;
    if (reel_scene_freeze(source, &freeze, &s->scene, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", source, err.msg);
    }
    const reel_status status = reel_simulate(s->scene, &s->take, &err);
    CHECK(status == REEL_OK || status == REEL_E_REFUSED);
    CHECK(s->take);
    kit_create(s->scene, s->take, &options, planes, &s->renderer, &s->frame);
}

static void same_frames(const reel_frame *a, const reel_frame *b, const char *what, int frame)
{
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (a->plane[p] &&
            memcmp(a->plane[p], b->plane[p], reel_plane_bytes((reel_plane)p, W, H)) != 0) {
            CHECK_FAIL("%s, frame %d: %s differs", what, frame,
                       reel_plane_get_info((reel_plane)p)->name);
        }
    }
    if (memcmp(a->boxes, b->boxes, sizeof *a->boxes * ((size_t)a->n_instances + 1)) != 0) {
        CHECK_FAIL("%s, frame %d: boxes differ", what, frame);
    }
}

/* Pixels of rgb that still hold what was put there before a draw. */
static int count_marks(const reel_frame *f)
{
    const uint8_t *rgb = f->plane[REEL_PLANE_RGB];
    int n = 0;
    for (int i = 0; i < W * H; i++) {
        n += rgb[3 * i] == 1 && rgb[3 * i + 1] == 254 && rgb[3 * i + 2] == 1;
    }
    return n;
}

static void put_marks(reel_frame *f)
{
    uint8_t *rgb = f->plane[REEL_PLANE_RGB];
    for (int i = 0; i < W * H; i++) {
        rgb[3 * i] = rgb[3 * i + 2] = 1;
        rgb[3 * i + 1] = 254;
    }
}

/* All frames of a scene, one after another, then to and fro; returns the share that was kept. */
static double compare_scene(const char *source, reel_quality quality, reel_planes planes)
{
    static const int jumps[] = {FRAMES - 3, FRAMES - 2, FRAMES - 2, 4, 5, 3, 4, 0, 1, FRAMES - 1};
    kit_stage s = {0};
    reel_frame fresh;
    reel_renderer *other = NULL;
    reel_render_options options = reel_render_options_default();
    double kept = 0;
    open_scene(&s, source, quality, planes);
    options.quality = quality;
    kit_create(s.scene, s.take, &options, planes, &other, &fresh);
    s.frame.keeps = true;
    for (int i = 0; i < FRAMES + (int)(sizeof jumps / sizeof *jumps); i++) {
        const int frame = i < FRAMES ? i : jumps[i - FRAMES];
        kit_draw(s.renderer, 0, frame, &s.frame);
        kit_draw(other, 0, frame, &fresh);
        same_frames(&s.frame, &fresh, source, frame);
    }
    if (planes & REEL_PLANE_BIT(REEL_PLANE_RGB)) { /* against the rules: what is kept then shows */
        for (int frame = 1; frame < FRAMES; frame++) {
            kit_draw(s.renderer, 0, frame - 1, &s.frame);
            put_marks(&s.frame);
            kit_draw(s.renderer, 0, frame, &s.frame);
            kept += count_marks(&s.frame) / (double)(W * H) / (FRAMES - 1);
        }
    }
    reel_renderer_destroy(&other);
    reel_frame_finish(&fresh);
    kit_close(&s);
    return kept;
}

static void every_family(const void *param)
{
    const reel_quality quality = *(const reel_quality *)param;
    double most = 0;
    for (const char *const *family = reel_scenes_list(); *family; family++) {
        const double kept = compare_scene(*family, quality, all_planes);
        printf("# %s: %.0f %% of the pixels kept\n", *family, 100 * kept);
        most = kept > most ? kept : most;
    }
    CHECK(most > 0.5);
}

/* Mirrors, lamps, walls, an environment, many bodies: all that light does from afar. */
static void far_light(const void *param)
{
    static const char *const scenes[] = {"metal", "lamps", "indoor", "night", "crowd"};
    (void)param;
    for (int i = 0; i < 5; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/bench/quality/scenes/%s.lua", SOURCE_DIR, scenes[i]);
        const double kept = compare_scene(path, REEL_QUALITY_STANDARD, all_planes);
        printf("# %s: %.0f %% of the pixels kept\n", scenes[i], 100 * kept);
    }
}

/* Labels alone, and colour alone. */
static void other_planes(const void *param)
{
    (void)param;
    compare_scene("toss", REEL_QUALITY_LABELS, REEL_PLANES_LABELS);
    compare_scene("billiards", REEL_QUALITY_STANDARD, REEL_PLANE_BIT(REEL_PLANE_RGB));
}

/* Nothing is kept of planes that another draw has filled since, or that the caller may change. */
static void others_draws(const void *param)
{
    kit_stage s = {0};
    reel_frame second;
    reel_error err = {0};
    (void)param;
    open_scene(&s, "toss", REEL_QUALITY_DRAFT, all_planes);
    CHECK_INT(reel_frame_init(&second, W, H, all_planes, reel_scene_n_instances(s.scene), &err), ==,
              REEL_OK);
    s.frame.keeps = second.keeps = true;
    for (int frame = 0; frame < 6; frame++) { /* two frames in turns */
        reel_frame *f = frame % 2 ? &second : &s.frame;
        put_marks(f);
        kit_draw(s.renderer, 0, frame, f);
        CHECK_INT(count_marks(f), ==, 0);
    }
    s.frame.keeps = false;
    for (int frame = 6; frame < 9; frame++) {
        put_marks(&s.frame);
        kit_draw(s.renderer, 0, frame, &s.frame);
        CHECK_INT(count_marks(&s.frame), ==, 0);
    }
    reel_frame_finish(&second);
    kit_close(&s);
}

static const reel_quality draft = REEL_QUALITY_DRAFT, standard = REEL_QUALITY_STANDARD;
static const check_test tests[] = {
    {"every family, draft", every_family, &draft},
    {"every family, standard", every_family, &standard},
    {"light from afar", far_light, NULL},
    {"labels or colour alone", other_planes, NULL},
    {"draws of others", others_draws, NULL},
};
CHECK_MAIN(tests)
