/* What the renderer draws of every shape is what verify expects of it, and not a little else. */
#include "app/verify.h"
#include "bench/stage_scene.h"
#include "tests/render_kit.h"
#include <stdio.h>
#include <string.h>

enum { W = 160, H = 112, FRAMES = 3, FRAME = 1 };

/* A record of one camera as if it had been read back. */
typedef struct fake {
    reel_record record;
    reel_record_stream stream;
    reel_take *take;
    reel_frame frame;
    double k[FRAMES][9], view[FRAMES][16], *k_list[1], *view_list[1];
    int32_t boxes[FRAMES * 64 * 4], pixels[FRAMES * 64], *boxes_list[1], *pixels_list[1];
} fake;

static void fill_cameras(fake *f, const reel_scene *scene, int camera)
{
    for (int i = 0; i < FRAMES; i++) {
        const reel_view v = reel_view_at(scene, f->take, camera, i);
        const double *t = &v.translation.x;
        memcpy(f->k[i], (double[9]){v.fx, 0, v.cx, 0, v.fy, v.cy, 0, 0, 1}, sizeof f->k[i]);
        for (int j = 0; j < 12; j++) {
            f->view[i][j] = j % 4 == 3 ? t[j / 4] : v.cam_from_world.m[j / 4][j % 4];
        }
    }
    f->k_list[0] = f->k[0];
    f->view_list[0] = f->view[0];
}

/* Draw FRAME of a camera and make its record. */
static void make(fake *f, reel_scene *scene, int camera)
{
    reel_render_options options = reel_render_options_default();
    CHECK(scene);
    memset(f, 0, sizeof *f);
    f->take = stage_take_create(scene);
    options.quality = REEL_QUALITY_LABELS;
    const int n = reel_scene_n_instances(scene);
    CHECK_INT(n, <=, 64);
    kit_draw_one(scene, f->take, &options, REEL_PLANES_LABELS, camera, FRAME, &f->frame);
    fill_cameras(f, scene, camera);
    for (int i = 1; i <= n; i++) {
        const reel_box *b = &f->frame.boxes[i];
        const int at = FRAME * n + i - 1;
        memcpy(f->boxes + at * 4, (int32_t[4]){b->x0, b->y0, b->x1, b->y1}, 4 * sizeof(int32_t));
        f->pixels[at] = b->pixels;
    }
    f->boxes_list[0] = f->boxes;
    f->pixels_list[0] = f->pixels;
    f->record.scene = scene;
    f->record.take = f->take;
    f->record.depth_scale = REEL_DEPTH_SCALE_DEFAULT;
    f->record.n_streams = 1;
    f->record.streams = &f->stream;
    f->record.k = f->k_list;
    f->record.cam_from_world = f->view_list;
    f->record.boxes = f->boxes_list;
    f->record.visible_pixels = f->pixels_list;
}

static void finish(fake *f)
{
    reel_scene *scene = f->record.scene;
    reel_frame_finish(&f->frame);
    reel_take_destroy(&f->take);
    reel_scene_destroy(&scene);
}

static int64_t faults(const fake *f, bool tell)
{
    reel_label_faults out;
    reel_error err = {0};
    int64_t sum = 0;
    CHECK_INT(reel_verify_labels(&f->record, 0, FRAME, &f->frame, &out, &err), ==, REEL_OK);
    for (int i = 0; i < REEL_FAULT_COUNT; i++) {
        sum += out.n[i];
        if (out.n[i] && tell) {
            printf("# %s: %lld, first: %s\n", reel_fault_plane((reel_label_fault)i),
                   (long long)out.n[i], out.words[i]);
        }
    }
    return sum;
}

static void all_shapes_are_right(const void *param)
{
    fake f;
    (void)param;
    for (int i = 0; i < STAGE_COUNT + 6; i++) {
        const uint64_t seed = (uint64_t)i;
        reel_scene *s = i < STAGE_COUNT       ? stage_scene_create((stage_kind)i, FRAMES, W, H)
                        : i < STAGE_COUNT + 3 ? stage_quadrics_create(seed, FRAMES, W, H)
                                              : stage_meshes_create(seed, FRAMES, W, H);
        make(&f, s, i % 2);
        printf("# scene %d\n", i);
        CHECK_INT(faults(&f, true), ==, 0);
        finish(&f);
    }
}

/* A step in a plane wherever a mesh is seen is told. */
static void changes_of_a_mesh_are_found(const void *param)
{
    fake f;
    (void)param;
    make(&f, stage_scene_create(STAGE_MESHES, FRAMES, W, H), 0);
    const uint16_t *instance = f.frame.plane[REEL_PLANE_INSTANCE];
    uint16_t *depth = f.frame.plane[REEL_PLANE_DEPTH];
    int8_t *normal = f.frame.plane[REEL_PLANE_NORMAL];
    int seen = 0;
    CHECK_INT(faults(&f, true), ==, 0);
    for (int i = 0; i < W * H; i++) {
        seen += instance[i] > 0;
        depth[i] = (uint16_t)(depth[i] + (instance[i] > 0 ? 20 : 0));
    }
    CHECK_INT(seen, >, 1000);
    CHECK_INT(faults(&f, false) * 10, >, seen * 8);
    for (int i = 0; i < W * H; i++) {
        depth[i] = (uint16_t)(depth[i] - (instance[i] > 0 ? 20 : 0));
        const int8_t x = normal[i];
        normal[i] = instance[i] > 0 ? normal[W * H + i] : x;
        normal[W * H + i] = instance[i] > 0 ? x : normal[W * H + i];
    }
    CHECK_INT(faults(&f, false), >, seen / 512);
    finish(&f);
}

static const check_test tests[] = {
    {"all shapes are right", all_shapes_are_right, NULL},
    {"changes of a mesh are found", changes_of_a_mesh_are_found, NULL},
};
CHECK_MAIN(tests)
