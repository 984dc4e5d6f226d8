/* Small images with pinned digests, the same at every SIMD width, and shading against closed forms.
 * A digest that changes on purpose is pinned anew from what this prints. */
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "tests/render_kit.h"

enum { W = 104, H = 72, FRAMES = 3 };

typedef struct golden {
    int kind; /* stage_kind */
    reel_quality quality;
    int camera, frame;
    const char *digest[REEL_PLANE_COUNT]; /* first 16 hex digits; NULL: plane not drawn */
} golden;

static const golden goldens[] = {
#include "tests/golden/render_golden.inc"
};

static void draw_one(reel_scene *scene, reel_quality quality, int lanes, int camera, int frame,
                     reel_planes planes, reel_frame *out)
{
    reel_render_options options = reel_render_options_default();
    CHECK(scene);
    reel_take *take = stage_take_create(scene);
    options.quality = quality;
    options.lanes = lanes;
    options.samples = quality == REEL_QUALITY_REFERENCE ? scene->width == 98 ? 4 : 256 : 0;
    kit_draw_one(scene, take, &options, planes, camera, frame, out);
    reel_take_destroy(&take);
}

static reel_planes planes_of(reel_quality quality)
{
    return quality == REEL_QUALITY_LABELS ? REEL_PLANES_LABELS
                                          : REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB);
}

static void digests_are_pinned(const void *param)
{
    const size_t n = sizeof goldens / sizeof goldens[0];
    int wrong = 0;
    (void)param;
    for (size_t i = 0; i < n; i++) {
        const golden *g = &goldens[i];
        reel_scene *scene = stage_scene_create((stage_kind)g->kind, FRAMES, W, H);
        reel_frame frame;
        draw_one(scene, g->quality, 0, g->camera, g->frame, planes_of(g->quality), &frame);
        char line[1024];
        int at = 0, bad = 0;
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            char hex[REEL_XXH128_HEX] = "";
            if (!frame.plane[p]) {
                at += snprintf(line + at, sizeof line - (size_t)at, "NULL, ");
                continue;
            }
            reel_xxh128_hex(reel_frame_digest(&frame, (reel_plane)p), hex);
            hex[16] = 0;
            at += snprintf(line + at, sizeof line - (size_t)at, "\"%s\", ", hex);
            bad += !g->digest[p] || strcmp(g->digest[p], hex) != 0;
        }
        if (bad) {
            printf("# %d planes changed:\n{%d, %d, %d, %d, {%s}},\n", bad, g->kind, (int)g->quality,
                   g->camera, g->frame, line);
        }
        wrong += bad;
        reel_frame_finish(&frame);
        reel_scene_destroy(&scene);
    }
    CHECK_INT(wrong, ==, 0);
}

static void every_width_gives_the_same_bits(const void *param)
{
    (void)param;
    for (int i = 0; i < STAGE_COUNT + 9; i++) {
        for (int q = 0; q < REEL_QUALITY_COUNT; q++) {
            reel_frame first = {0};
            for (int lanes = 4; lanes <= reel_render_best_lanes(); lanes *= 2) {
                /* 98: the last tile is not whole */
                reel_scene *scene =
                    i < STAGE_COUNT       ? stage_scene_create((stage_kind)i, FRAMES, 98, 70)
                    : i < STAGE_COUNT + 4 ? stage_random_create((uint64_t)i, FRAMES, 98, 70)
                    : i < STAGE_COUNT + 6 ? stage_quadrics_create((uint64_t)i, FRAMES, 98, 70)
                    : i < STAGE_COUNT + 8 ? stage_meshes_create((uint64_t)i, FRAMES, 98, 70)
                                          : stage_crowd_create(300, true, FRAMES, 98, 70);
                reel_frame frame;
                draw_one(scene, (reel_quality)q, lanes, i % 3, 1, planes_of((reel_quality)q),
                         &frame);
                for (int p = 0; lanes > 4 && p < REEL_PLANE_COUNT; p++) {
                    if (frame.plane[p] && memcmp(frame.plane[p], first.plane[p],
                                                 reel_plane_bytes((reel_plane)p, 98, 70)) != 0) {
                        CHECK_FAIL("scene %d, %s, plane %s: %d lanes differ from 4", i,
                                   reel_quality_name((reel_quality)q),
                                   reel_plane_get_info((reel_plane)p)->name, lanes);
                    }
                }
                if (lanes == 4) {
                    first = frame;
                } else {
                    reel_frame_finish(&frame);
                }
                reel_scene_destroy(&scene);
            }
            reel_frame_finish(&first);
        }
    }
}

/* One white sphere, or only the floor, under a light that has a closed form. */
static reel_scene *simple_scene(int with_sphere, double albedo, double sky, double sun)
{
    reel_scene *s = stage_scene_create(STAGE_GLOSS, FRAMES, W, H);
    CHECK(s);
    for (int i = 0; i < s->n_geoms; i++) {
        s->geoms[i].visible = i == with_sphere;
    }
    s->exposure = 1;
    s->n_suns = sun > 0;
    for (int c = 0; c < 3; c++) {
        for (int m = 0; m < s->n_materials; m++) {
            s->materials[m].color[c] = s->materials[m].color2[c] = albedo;
            s->materials[m].metallic = 0;
            s->materials[m].roughness = 1;
        }
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = sky;
        s->suns[0].irradiance[c] = sun;
    }
    s->suns[0].to_light = reel_v3(0, 0, 1);
    return s;
}

/* The stored code of a grey radiance: exposure, Khronos' PBR Neutral below its knee, then sRGB. */
static double grey_code(double x)
{
    x *= 0.8;
    x -= x < 0.08 ? x - 6.25 * x * x : 0.04;
    CHECK(x < 0.76);
    return 255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * reel_pow(x, 1 / 2.4) - 0.055);
}

/* Red value of pixel (x, y) of the still camera. */
static int pixel(reel_scene *s, reel_quality quality, int x, int y)
{
    reel_frame f;
    draw_one(s, quality, 0, 1, 0, REEL_PLANE_BIT(REEL_PLANE_RGB), &f);
    const int v = ((const uint8_t *)f.plane[REEL_PLANE_RGB])[(y * W + x) * 3];
    reel_frame_finish(&f);
    return v;
}

/* A white ball in a uniform sky vanishes: it returns exactly what it gets. */
static void white_furnace(const void *param)
{
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_COUNT; q++) {
        reel_scene *s = simple_scene(3, 1.0, 0.5, 0);
        reel_frame f;
        draw_one(s, (reel_quality)q, 0, 1, 0, REEL_PLANE_BIT(REEL_PLANE_RGB), &f);
        for (int i = 0; i < W * H * 3; i++) {
            CHECK_NEAR(((const uint8_t *)f.plane[REEL_PLANE_RGB])[i], grey_code(0.5),
                       q == REEL_QUALITY_REFERENCE ? 3 : 1.01); /* paths are drawn by chance */
        }
        reel_frame_finish(&f);
        reel_scene_destroy(&s);
    }
}

/* A rough floor under a sun overhead: Lambert's law, with 4% less for the specular part's share. */
static void sun_on_a_floor(const void *param)
{
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_COUNT; q++) {
        reel_scene *s = simple_scene(0, 0.5, 0, 2.0);
        s->materials[0].specular = 0;
        const int v = pixel(s, (reel_quality)q, W / 2, H - 8);
        const double lambert = 0.5 * 2.0 / REEL_PI;
        CHECK_NEAR(v, grey_code(lambert), 4);
        reel_scene_destroy(&s);
    }
}

/* A floor under a uniform sky: albedo times the sky's radiance. */
static void sky_on_a_floor(const void *param)
{
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_COUNT; q++) {
        reel_scene *s = simple_scene(0, 0.5, 0.8, 0);
        s->materials[0].specular = 0;
        CHECK_NEAR(pixel(s, (reel_quality)q, W / 2, H - 8), grey_code(0.4), 5);
        reel_scene_destroy(&s);
    }
}

/* Paper in the sun is white, not blown out: what is brighter than it can still be told from it. */
static void white_in_the_sun_has_room_above(const void *param)
{
    (void)param;
    for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_COUNT; q++) {
        reel_scene *s = simple_scene(0, 0.8, 0.45, 3.0);
        s->suns[0].to_light = reel_v3_unit(reel_v3(0.6, 0, 1), reel_v3(0, 0, 1));
        const int v = pixel(s, (reel_quality)q, W / 2, H - 8);
        CHECK_INT(v, >=, 225);
        CHECK_INT(v, <=, 235);
        reel_scene_destroy(&s);
    }
}

/* Beyond 64 drawn geoms a tree finds what matters: one body more, which is never there, changes no
 * bit. */
static void many_geoms_give_the_same_bits(const void *param)
{
    (void)param;
    for (int q = 0; q < REEL_QUALITY_COUNT; q++) {
        reel_frame frame[2];
        for (int i = 0; i < 2; i++) {
            reel_scene *s = stage_crowd_create(64, true, FRAMES, 98, 70);
            reel_error err = {0};
            reel_renderer *r = NULL;
            reel_render_options options = reel_render_options_default();
            CHECK(s);
            reel_take *take = stage_take_create(s);
            CHECK(take);
            options.quality = (reel_quality)q;
            s->geoms[64].visible = i == 1;
            for (int k = 0; k < take->n_samples; k++) {
                take->state[(size_t)k * (size_t)take->n_bodies + 64] = 0;
            }
            CHECK_INT(reel_renderer_create(s, take, &options, &r, &err), ==, REEL_OK);
            CHECK_INT(reel_frame_init(&frame[i], 98, 70, planes_of(options.quality),
                                      reel_scene_n_instances(s), &err),
                      ==, REEL_OK);
            CHECK_INT(reel_renderer_draw(r, 0, 1, &frame[i], &err), ==, REEL_OK);
            reel_renderer_destroy(&r);
            reel_take_destroy(&take);
            reel_scene_destroy(&s);
        }
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            CHECK(!frame[0].plane[p] || memcmp(frame[0].plane[p], frame[1].plane[p],
                                               reel_plane_bytes((reel_plane)p, 98, 70)) == 0);
        }
        reel_frame_finish(&frame[0]);
        reel_frame_finish(&frame[1]);
    }
}

static const check_test tests[] = {
    {"digests are pinned", digests_are_pinned, NULL},
    {"every width gives the same bits", every_width_gives_the_same_bits, NULL},
    {"many geoms give the same bits", many_geoms_give_the_same_bits, NULL},
    {"white furnace", white_furnace, NULL},
    {"sun on a floor", sun_on_a_floor, NULL},
    {"sky on a floor", sky_on_a_floor, NULL},
    {"white in the sun has room above", white_in_the_sun_has_room_above, NULL},
};
CHECK_MAIN(tests)
