/* Prints a digest of all planes of a frame of each stage scene, at every quality and SIMD width:
 * what builds by other compilers must print as well (other_compilers.py). */
#include "bench/stage_scene.h"
#include "render/render.h"

#include <stdio.h>
#include <stdlib.h>

enum { W = 98, H = 70, FRAMES = 3 }; /* the last tile is not whole */

static void require(bool holds, const reel_error *err)
{
    if (!holds) {
        fprintf(stderr, "render_digests: %s\n", err->msg);
        exit(1);
    }
}

static reel_scene *scene_of(int kind)
{
    reel_error err = {.msg = "out of memory"};
    reel_scene *s = kind < STAGE_COUNT ? stage_scene_create((stage_kind)kind, FRAMES, W, H)
                                       : stage_meshes_create(7, FRAMES, W, H);
    require(s != NULL, &err);
    for (int c = 0; c < s->n_cameras; c++) { /* every other scene through a lens */
        s->cameras[c].aperture = kind % 2 * 0.03;
        s->cameras[c].focus = 2;
        s->cameras[c].shutter = kind % 2 * 0.5;
        s->cameras[c].white = kind % 2 * 5200;
        s->cameras[c].vignette = 1;
        s->cameras[c].grain = 2;
    }
    return s;
}

static void print(int kind, reel_quality quality, int lanes)
{
    reel_error err = {.msg = "out of memory"};
    reel_render_options options = reel_render_options_default();
    reel_renderer *r = NULL;
    reel_frame frame;
    reel_scene *s = scene_of(kind);
    reel_take *take = stage_take_create(s);
    uint64_t h = 0;
    options.quality = quality;
    options.lanes = lanes;
    options.samples = quality >= REEL_QUALITY_HIGH ? 1 : 0;
    const reel_planes planes =
        REEL_PLANES_LABELS | (quality > REEL_QUALITY_LABELS ? REEL_PLANE_BIT(REEL_PLANE_RGB) : 0);
    require(take && reel_renderer_create(s, take, &options, &r, &err) == REEL_OK &&
                reel_frame_init(&frame, W, H, planes, reel_scene_n_instances(s), &err) == REEL_OK &&
                reel_renderer_draw(r, kind % 3, 1, &frame, &err) == REEL_OK,
            &err);
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (frame.plane[p]) {
            h = reel_xxh64_of(frame.plane[p], reel_plane_bytes((reel_plane)p, W, H), h);
        }
    }
    printf("scene %d %s %d lanes: %016llx\n", kind, reel_quality_name(quality), lanes,
           (unsigned long long)h);
    reel_frame_finish(&frame);
    reel_renderer_destroy(&r);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

int main(void)
{
    for (int kind = 0; kind <= STAGE_COUNT; kind++) {
        for (int q = 0; q < REEL_QUALITY_COUNT; q++) {
            for (int lanes = 4; lanes <= reel_render_best_lanes(); lanes *= 2) {
                print(kind, (reel_quality)q, lanes);
            }
        }
    }
    return 0;
}
