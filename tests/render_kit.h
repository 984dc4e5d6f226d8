/*
 * render_kit.h - what tests of the renderer draw with; every failure fails the test.
 */
#pragma once

#include "render/render.h"
#include "tests/check.h"

/** A renderer, and a frame of the scene's size. */
static inline void kit_create(const reel_scene *scene, const reel_take *take,
                              const reel_render_options *options, reel_planes planes,
                              reel_renderer **renderer, reel_frame *frame)
{
    reel_error err = {0};
    CHECK(scene && take);
    CHECK_INT(reel_renderer_create(scene, take, options, renderer, &err), ==, REEL_OK);
    CHECK_INT(reel_frame_init(frame, scene->width, scene->height, planes,
                              reel_scene_n_instances(scene), &err),
              ==, REEL_OK);
}

static inline void kit_draw(reel_renderer *renderer, int camera, int frame, reel_frame *out)
{
    reel_error err = {0};
    if (reel_renderer_draw(renderer, camera, frame, out, &err) != REEL_OK) {
        CHECK_FAIL("%s", err.msg);
    }
}

/** A single frame, drawn by a renderer of its own into memory of its own. */
static inline void kit_draw_one(const reel_scene *scene, const reel_take *take,
                                const reel_render_options *options, reel_planes planes, int camera,
                                int frame, reel_frame *out)
{
    reel_renderer *renderer = NULL;
    kit_create(scene, take, options, planes, &renderer, out);
    kit_draw(renderer, camera, frame, out);
    reel_renderer_destroy(&renderer);
}

/** A scene, its take, and what draws them; test_stage_dep makes scenes and takes. */
typedef struct kit_stage {
    reel_scene *scene;
    reel_take *take;
    reel_renderer *renderer;
    reel_frame frame;
} kit_stage;

static inline void kit_close(kit_stage *s)
{
    reel_frame_finish(&s->frame);
    reel_renderer_destroy(&s->renderer);
    reel_take_destroy(&s->take);
    reel_scene_destroy(&s->scene);
}
