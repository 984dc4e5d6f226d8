/* Meshes where rasterisers go wrong: edges through pixel centres, cameras that touch them, slivers.
 */
#include "bench/stage_scene.h"
#include "tests/labels/ref_caster.h"
#include "tests/render_kit.h"

enum { W = 64, H = 64 };

typedef struct shot {
    reel_scene *scene;
    reel_take *take;
    reel_frame frame;
} shot;

/* One frame of `scene`, whose camera 1 is put at `eye`; all labels. */
static shot shoot(reel_scene *scene, reel_vec3 eye, reel_vec3 target, reel_vec3 up, double fov)
{
    shot s = {.scene = scene};
    reel_render_options options = reel_render_options_default();
    CHECK(scene);
    scene->cameras[1].keys[0] = (reel_camera_key){0, eye, target, up};
    scene->cameras[1].fov_y = fov;
    s.take = stage_take_create(scene);
    options.quality = REEL_QUALITY_LABELS;
    kit_draw_one(scene, s.take, &options, REEL_PLANES_LABELS, 1, 0, &s.frame);
    return s;
}

static void finish(shot *s)
{
    reel_frame_finish(&s->frame);
    reel_take_destroy(&s->take);
    reel_scene_destroy(&s->scene);
}

/* Pixels whose depth or instance is not what brute force in double finds. */
static int wrong_pixels(const shot *s)
{
    const reel_view view = reel_view_at(s->scene, s->take, 1, 0);
    const uint16_t *depth = s->frame.plane[REEL_PLANE_DEPTH];
    const uint16_t *instance = s->frame.plane[REEL_PLANE_INSTANCE];
    const int w = s->scene->width, h = s->scene->height;
    int wrong = 0, hits = 0;
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            const reel_vec3 dir = ref_ray(&view, x + 0.5, y + 0.5);
            const ref_hit hit = ref_cast(s->scene, s->take, 0, view.eye, dir, 1e9, -1);
            const int i = y * w + x;
            if (hit.geom < 0) {
                wrong += depth[i] != REEL_DEPTH_NONE;
                continue;
            }
            const int body = s->scene->geoms[hit.geom].body;
            const double cosine = fabs(reel_v3_dot(dir, hit.flat)) / reel_v3_len(dir);
            hits++;
            wrong += instance[i] != s->scene->objects[s->scene->bodies[body].object].instance_id ||
                     fabs(depth[i] - hit.t * 1000) > 0.51 + 2e-3 * hit.t / cosine;
        }
    }
    printf("# %d of %d pixels differ\n", wrong, hits);
    return wrong;
}

/* A flat field of n x n cells below the camera, whose edges run exactly through pixel centres: cell
 * borders along rows and columns, the cuts of the cells along diagonals. No pixel shows what is
 * below, and all have the depth of the plane. */
static void edges_through_pixel_centres(const void *param)
{
    (void)param;
    for (int n = 2; n <= 64; n *= 2) {
        reel_scene *scene = stage_scene_create(STAGE_HILLS, 1, W, H);
        CHECK(scene);
        for (int i = 1; i < scene->n_geoms; i++) {
            scene->geoms[i].visible = false;
        }
        reel_height_field *f = &scene->height_fields[0];
        f->columns = f->rows = n + 1;
        f->n_heights = (n + 1) * (n + 1);
        f->heights = REEL_ARENA_NEW(&scene->arena, double, f->n_heights);
        CHECK(f->heights);
        /* the field's middle is half a pixel off the image's, so that borders meet centres; a pixel
         * is 1/16 m on the plane */
        scene->geoms[0].size[0] = scene->geoms[0].size[1] = 8;
        scene->geoms[0].body_from_geom = reel_pose_identity();
        scene->bodies[0].world_from_body = reel_pose_identity();
        const double half = 1.0 / 32;
        shot s = shoot(scene, reel_v3(half, half, 2), reel_v3(half, half, 0), reel_v3(0, 1, 0),
                       2 * reel_atan(1.0));
        const uint16_t *depth = s.frame.plane[REEL_PLANE_DEPTH];
        for (int i = 0; i < W * H; i++) {
            CHECK_INT(depth[i], ==, 2000);
        }
        finish(&s);
    }
}

/* A camera in a solid sees through it, one in the hollow of a cup or ring sees its inside; parts of
 * triangles that are beside and behind the camera do no harm. */
static void cameras_that_touch_meshes(const void *param)
{
    static const double at[][3] = {{0, 0, 0.25},    {0.15, 0, 0.3}, {0.12, 0.05, 0.1},
                                   {0.22, 0, 0.26}, {0, 0.1, 0.51}, {0.001, 0.002, 0.2}};
    int wrong = 0;
    (void)param;
    for (int mesh = 0; mesh < 6; mesh++) {
        for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
            reel_scene *scene = stage_scene_create(STAGE_MESHES, 1, W, H);
            CHECK(scene);
            const reel_vec3 middle = scene->bodies[1 + mesh].world_from_body.p;
            const reel_vec3 eye = {middle.x + at[i][0], middle.y + at[i][1],
                                   middle.z + at[i][2] - 0.25};
            shot s = shoot(scene, eye, reel_v3(eye.x + 1, eye.y + 0.3, eye.z - 0.2),
                           reel_v3(0, 0, 1), 1.4);
            wrong += wrong_pixels(&s);
            finish(&s);
        }
    }
    CHECK_INT(wrong, <=, 6 * 6 * W * H / 5000);
}

/* A mesh far away, of triangles much smaller than pixels. */
static void triangles_smaller_than_pixels(const void *param)
{
    int wrong = 0;
    (void)param;
    for (int i = 0; i < 4; i++) {
        shot s = shoot(stage_scene_create(STAGE_MESHES, 1, W, H), reel_v3(3 + 2 * i, -20, 6 + i),
                       reel_v3(0, 0, 0.2), reel_v3(0, 0, 1), 0.25);
        wrong += wrong_pixels(&s);
        finish(&s);
    }
    CHECK_INT(wrong, <=, 4 * W * H / 5000);
}

static const check_test tests[] = {
    {"edges through pixel centres", edges_through_pixel_centres, NULL},
    {"cameras that touch meshes", cameras_that_touch_meshes, NULL},
    {"triangles smaller than pixels", triangles_smaller_than_pixels, NULL},
};
CHECK_MAIN(tests)
