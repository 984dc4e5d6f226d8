/* Lens, shutter and film against closed forms; labels do not know of them. */
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "tests/render_kit.h"

enum { W = 160, H = 64, FRAMES = 3, BALL = 3 };

/* One thing, geom BALL, before a uniform sky; the still camera looks along y from 5 m. */
static reel_scene *plain_scene(double sky, double albedo)
{
    reel_scene *s = stage_scene_create(STAGE_GLOSS, FRAMES, W, H);
    CHECK(s);
    for (int i = 0; i < s->n_geoms; i++) {
        s->geoms[i].visible = i == BALL;
    }
    for (int m = 0; m < s->n_materials; m++) {
        s->materials[m].metallic = s->materials[m].specular = 0;
        s->materials[m].roughness = 1;
        s->materials[m].pattern = REEL_PATTERN_PLAIN;
        for (int c = 0; c < 3; c++) {
            s->materials[m].color[c] = s->materials[m].color2[c] = albedo;
        }
    }
    for (int c = 0; c < 3; c++) {
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = sky;
    }
    s->n_suns = 0;
    s->exposure = 1;
    reel_camera *cam = &s->cameras[1];
    CHECK_INT(cam->motion, ==, REEL_CAMERA_STATIC);
    cam->fov_y = 0.7;
    cam->keys[0] = (reel_camera_key){0, {0, -5, 0}, {0, 0, 0}, {0, 0, 1}};
    return s;
}

static double focal(const reel_scene *s)
{
    return 0.5 * H / reel_tan(0.5 * s->cameras[1].fov_y);
}

/* The take in which the thing goes along x at `speed` and is in the middle at frame 1. */
static reel_take *moving_take(const reel_scene *s, double speed)
{
    reel_take *take = stage_take_create(s);
    CHECK(take);
    const int body = s->geoms[BALL].body;
    for (int i = 0; i < take->n_samples; i++) {
        const size_t at = (size_t)i * (size_t)take->n_bodies + (size_t)body;
        const double time = (i - s->samples_per_frame) / ((double)s->fps * s->samples_per_frame);
        take->position[at * 3] = speed * time;
        take->position[at * 3 + 1] = take->position[at * 3 + 2] = 0;
        take->velocity[at * 3] = speed;
        take->rotation[at * 4] = 1;
        take->rotation[at * 4 + 1] = take->rotation[at * 4 + 2] = take->rotation[at * 4 + 3] = 0;
        take->state[at] = REEL_STATE_PRESENT;
    }
    return take;
}

static void draw(reel_scene *s, reel_take *take, reel_quality quality, int lanes, int camera,
                 int frame, reel_planes planes, reel_frame *out)
{
    reel_render_options options = reel_render_options_default();
    reel_take *own = take ? NULL : stage_take_create(s);
    options.quality = quality;
    options.lanes = lanes;
    options.samples = quality >= REEL_QUALITY_HIGH ? 1 : 0;
    kit_draw_one(s, take ? take : own, &options, planes, camera, frame, out);
    reel_take_destroy(&own);
}

static const reel_planes rgb_only = REEL_PLANE_BIT(REEL_PLANE_RGB);

static int code_at(const reel_frame *f, int x, int y, int c)
{
    return ((const uint8_t *)f->plane[REEL_PLANE_RGB])[(y * W + x) * 3 + c];
}

static double decoded(double code)
{
    const double v = code / 255.0;
    return v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
}

/* Radiance of a stored grey: sRGB and the foot of PBR Neutral undone. */
static double radiance_of(double code)
{
    const double x = decoded(code);
    return (x < 0.04 ? sqrt(x / 6.25) : x + 0.04) / 0.8;
}

/* Share of [lo, hi] within pixel x. */
static double cover(double lo, double hi, int x)
{
    const double a = lo > x ? lo : x, b = hi < x + 1 ? hi : x + 1;
    return b > a ? b - a : 0;
}

/* A black ball at 40 m/s: how long each pixel of the row through its middle is behind it. */
static void a_ball_leaves_its_streak(const void *param)
{
    const double sky = 0.6, r = 0.5, z = 5, speed = 40, shutter = 0.75;
    const reel_quality quality = *(const reel_quality *)param;
    reel_scene *s = plain_scene(sky, 0);
    reel_frame f;
    s->geoms[BALL].shape = REEL_SHAPE_SPHERE;
    s->geoms[BALL].size[0] = r;
    s->cameras[1].shutter = shutter;
    reel_take *take = moving_take(s, speed);
    draw(s, take, quality, 0, 1, 1, rgb_only, &f);
    double sum = 0;
    for (int x = 0; x < W; x++) {
        double hidden = 0;
        for (int i = 0; i < 1000; i++) {
            const double c = speed * shutter / s->fps * ((i + 0.5) / 1000 - 0.5);
            const double h = r * sqrt(c * c + z * z - r * r), d = z * z - r * r;
            hidden += cover(focal(s) * (c * z - h) / d + 0.5 * W,
                            focal(s) * (c * z + h) / d + 0.5 * W, x) /
                      1000;
        }
        const double got = 1 - radiance_of(code_at(&f, x, H / 2, 0)) / sky;
        CHECK_NEAR(got, hidden, quality == REEL_QUALITY_DRAFT ? 0.12 : 0.06);
        sum += fabs(got - hidden);
    }
    CHECK_NEAR(sum / W, 0, quality == REEL_QUALITY_DRAFT ? 0.015 : 0.008);
    reel_frame_finish(&f);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

/* The edge of a black board out of focus: its profile is that of a disc of the thin lens' circle of
 * confusion, c = A |S2 - S1| / S2 * v / S1 with the image at distance v behind the lens (here in
 * px: the focal length of the pinhole), S1 the distance in focus and S2 the board's. */
static void a_disc_of_confusion(const void *param)
{
    const double sky = 0.6, S2 = 3;
    const double S1 = *(const double *)param;
    reel_scene *s = plain_scene(sky, 0);
    reel_frame f;
    reel_geom *g = &s->geoms[BALL];
    g->shape = REEL_SHAPE_BOX;
    g->size[0] = g->size[2] = 4;
    g->size[1] = 1e-3;
    g->body_from_geom = reel_pose_identity();
    g->body_from_geom.p = reel_v3(2, S2 - 5, 0);
    s->cameras[1].aperture = 0.45;
    s->cameras[1].focus = S1;
    reel_take *take = moving_take(s, 0);
    draw(s, take, REEL_QUALITY_STANDARD, 0, 1, 1, rgb_only, &f);
    const double radius = 0.5 * 0.45 * fabs(S2 - S1) / S2 * focal(s) / S1;
    CHECK(S1 == S2 || radius > 3);
    double sum = 0;
    for (int x = 0; x < W; x++) {
        double seen = 0; /* mean over the pixel of the share of the disc that the edge leaves */
        for (int i = 0; i < 50; i++) {
            const double u = x + (i + 0.5) / 50 - 0.5 * W;
            const double t = radius > 0 ? u / radius : (u < 0 ? -1 : 1);
            seen += (t <= -1  ? 1
                     : t >= 1 ? 0
                              : 0.5 - (t * sqrt(1 - t * t) + reel_asin(t)) / REEL_PI) /
                    50;
        }
        const double got = radiance_of(code_at(&f, x, H / 2, 1)) / sky;
        CHECK_NEAR(got, seen, 0.07);
        sum += fabs(got - seen);
    }
    CHECK_NEAR(sum / W, 0, 0.006);
    reel_frame_finish(&f);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

/* Light of CIE D50, D55 and D75 (their published chromaticities and temperatures) is grey when the
 * camera is told of it, and as bright as it was. */
static void daylight_is_white(const void *param)
{
    static const double light[3][3] = {
        {5003, 0.34567, 0.35850}, {5503, 0.33242, 0.34743}, {7504, 0.29902, 0.31485}};
    (void)param;
    for (int i = 0; i < 3; i++) {
        reel_scene *s = plain_scene(0.5, 0.5);
        reel_frame f;
        const double X = light[i][1] / light[i][2];
        const double Z = (1 - light[i][1] - light[i][2]) / light[i][2];
        /* IEC 61966-2-1 */
        const double rgb[3] = {3.2406 * X - 1.5372 - 0.4986 * Z, -0.9689 * X + 1.8758 + 0.0415 * Z,
                               0.0557 * X - 0.2040 + 1.0570 * Z};
        for (int c = 0; c < 3; c++) {
            s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = 0.5 * rgb[c];
        }
        s->cameras[1].white = light[i][0];
        draw(s, NULL, REEL_QUALITY_STANDARD, 0, 1, 0, rgb_only, &f);
        for (int c = 0; c < 3; c++) {
            CHECK_NEAR(radiance_of(code_at(&f, 4, 4, c)), 0.5, 0.006);
        }
        reel_frame_finish(&f);
        s->cameras[1].white = 0;
        draw(s, NULL, REEL_QUALITY_STANDARD, 0, 1, 0, rgb_only, &f);
        CHECK(abs(code_at(&f, 4, 4, 0) - code_at(&f, 4, 4, 2)) > 10);
        reel_frame_finish(&f);
        reel_scene_destroy(&s);
    }
}

static void light_falls_with_cos4(const void *param)
{
    (void)param;
    for (int half = 0; half < 2; half++) {
        reel_scene *s = plain_scene(0.6, 0.5);
        reel_frame f;
        const double share = half ? 0.5 : 1;
        s->geoms[BALL].visible = false;
        s->cameras[1].vignette = share;
        s->cameras[1].exposure = 0.25;
        draw(s, NULL, half ? REEL_QUALITY_DRAFT : REEL_QUALITY_STANDARD, 0, 1, 0, rgb_only, &f);
        for (int y = 0; y < H; y += 7) {
            for (int x = 0; x < W; x += 7) {
                const double dx = x + 0.5 - 0.5 * W, dy = y + 0.5 - 0.5 * H;
                const double cosine = focal(s) / sqrt(dx * dx + dy * dy + focal(s) * focal(s));
                const double fall = 1 - share + share * reel_pow(cosine, 4);
                const double want = 0.6 * reel_pow(2, 0.25) * fall;
                CHECK_NEAR(radiance_of(code_at(&f, x, y, 0)), want, 0.006);
            }
        }
        reel_frame_finish(&f);
        reel_scene_destroy(&s);
    }
}

typedef struct spread {
    double mean, deviation;
} spread;

static spread spread_of(const reel_frame *f)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < W * H; i++) {
        const double v = code_at(f, i % W, i / W, 1);
        sum += v / (W * H);
        squares += v * v / (W * H);
    }
    return (spread){sum, sqrt(squares - sum * sum)};
}

/* Mean and deviation at mid grey (code 118, 18 %), none at black; other noise in each frame and
 * camera, the same if drawn again. */
static void grain_has_its_deviation(const void *param)
{
    (void)param;
    reel_scene *s = plain_scene((0.18 + 0.04) / 0.8, 0.5);
    reel_frame plain, f[3];
    s->geoms[BALL].visible = false;
    draw(s, NULL, REEL_QUALITY_DRAFT, 0, 1, 0, rgb_only, &plain);
    const double grey = 255 * (1.055 * reel_pow(0.18, 1 / 2.4) - 0.055);
    CHECK_NEAR(spread_of(&plain).mean, grey, 0.51);
    s->cameras[1].grain = 5;
    for (int i = 0; i < 3; i++) {
        draw(s, NULL, REEL_QUALITY_DRAFT, i == 2 ? 4 : 0, 1, i == 1, rgb_only, &f[i]);
        CHECK_NEAR(spread_of(&f[i]).mean, grey, 0.2); /* 4 sigma of the mean */
        CHECK_NEAR(spread_of(&f[i]).deviation, 5, 0.15);
    }
    const size_t bytes = reel_plane_bytes(REEL_PLANE_RGB, W, H);
    CHECK(memcmp(f[0].plane[REEL_PLANE_RGB], f[2].plane[REEL_PLANE_RGB], bytes) == 0);
    int same = 0;
    double product = 0;
    for (int i = 0; i < W * H; i++) {
        const int a = code_at(&f[0], i % W, i / W, 1), b = code_at(&f[1], i % W, i / W, 1);
        const int right = code_at(&f[0], (i + 1) % W, i / W, 1);
        same += a == b;
        product += (a - grey) * (right - grey) / (W * H);
    }
    CHECK_INT(same, <, W * H / 10);
    CHECK_NEAR(product, 0, 1); /* neighbours know nothing of one another: of 25 */
    for (int i = 0; i < 3; i++) {
        reel_frame_finish(&f[i]);
    }
    for (int c = 0; c < 3; c++) {
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = 0;
    }
    draw(s, NULL, REEL_QUALITY_DRAFT, 0, 1, 0, rgb_only, &f[0]);
    CHECK(spread_of(&f[0]).deviation == 0 && spread_of(&f[0]).mean == 0);
    reel_frame_finish(&f[0]);
    reel_frame_finish(&plain);
    reel_scene_destroy(&s);
}

static void open_lens(reel_scene *s)
{
    for (int c = 0; c < s->n_cameras; c++) {
        s->cameras[c].aperture = 0.05;
        s->cameras[c].focus = 2;
        s->cameras[c].shutter = 0.5;
        s->cameras[c].exposure = -0.5;
        s->cameras[c].white = 5000;
        s->cameras[c].vignette = 0.8;
        s->cameras[c].grain = 2;
    }
}

/* Labels are the pinhole's to the bit, boxes as well; colours are not. */
static void labels_do_not_know_of_it(const void *param)
{
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        reel_scene *s = stage_scene_create((stage_kind)kind, FRAMES, W, H);
        reel_frame f[2];
        CHECK(s);
        const reel_planes all = REEL_PLANES_LABELS | rgb_only;
        for (int i = 0; i < 2; i++) {
            draw(s, NULL, kind % 2 ? REEL_QUALITY_STANDARD : REEL_QUALITY_DRAFT, 0, kind % 3, 1,
                 all, &f[i]);
            open_lens(s);
        }
        for (int p = 0; p < REEL_PLANE_COUNT; p++) {
            const bool same =
                memcmp(f[0].plane[p], f[1].plane[p], reel_plane_bytes((reel_plane)p, W, H)) == 0;
            CHECK(same == (p != REEL_PLANE_RGB));
        }
        CHECK(memcmp(f[0].boxes, f[1].boxes, sizeof *f[0].boxes * ((size_t)f[0].n_instances + 1)) ==
              0);
        reel_frame_finish(&f[0]);
        reel_frame_finish(&f[1]);
        reel_scene_destroy(&s);
    }
}

/* The same colours at every width, and after other frames. */
static void same_bits_at_every_width(const void *param)
{
    (void)param;
    for (int kind = 0; kind < STAGE_COUNT; kind++) {
        for (int q = REEL_QUALITY_DRAFT; q <= REEL_QUALITY_STANDARD; q++) {
            reel_frame first = {0};
            for (int lanes = 4; lanes <= reel_render_best_lanes(); lanes *= 2) {
                reel_scene *s = stage_scene_create((stage_kind)kind, FRAMES, 98, 70);
                reel_frame f;
                CHECK(s);
                open_lens(s);
                draw(s, NULL, (reel_quality)q, lanes, kind % 3, 1, rgb_only, &f);
                CHECK(lanes == 4 || memcmp(first.plane[REEL_PLANE_RGB], f.plane[REEL_PLANE_RGB],
                                           reel_plane_bytes(REEL_PLANE_RGB, 98, 70)) == 0);
                if (lanes == 4) {
                    first = f;
                } else {
                    reel_frame_finish(&f);
                }
                reel_scene_destroy(&s);
            }
            reel_frame_finish(&first);
        }
    }
}

/* Where nothing moves a shutter changes nothing but how edges are anti-aliased. */
static void a_still_picture_stays(const void *param)
{
    (void)param;
    reel_scene *s = stage_scene_create(STAGE_GLOSS, FRAMES, W, H);
    reel_frame f[2];
    CHECK(s);
    for (int i = 0; i < s->n_bodies; i++) {
        s->bodies[i].motion = REEL_MOTION_STATIC;
    }
    for (int i = 0; i < s->n_materials; i++) { /* patterns are filtered in another way */
        s->materials[i].pattern = REEL_PATTERN_PLAIN;
    }
    for (int i = 0; i < 2; i++) {
        draw(s, NULL, REEL_QUALITY_STANDARD, 0, 1, 0, rgb_only, &f[i]);
        s->cameras[1].shutter = 1;
    }
    double sum = 0;
    for (int i = 0; i < W * H * 3; i++) {
        sum += abs(((const uint8_t *)f[0].plane[REEL_PLANE_RGB])[i] -
                   ((const uint8_t *)f[1].plane[REEL_PLANE_RGB])[i]);
    }
    CHECK_NEAR(sum / (W * H * 3), 0, 0.6);
    reel_frame_finish(&f[0]);
    reel_frame_finish(&f[1]);
    reel_scene_destroy(&s);
}

static const reel_quality draft = REEL_QUALITY_DRAFT, standard = REEL_QUALITY_STANDARD;
static const double distances[3] = {3, 1.6, 12};

static const check_test tests[] = {
    {"a ball leaves its streak, draft", a_ball_leaves_its_streak, &draft},
    {"a ball leaves its streak, standard", a_ball_leaves_its_streak, &standard},
    {"an edge in focus is sharp", a_disc_of_confusion, &distances[0]},
    {"a disc of confusion behind the focus", a_disc_of_confusion, &distances[1]},
    {"a disc of confusion before the focus", a_disc_of_confusion, &distances[2]},
    {"daylight is white", daylight_is_white, NULL},
    {"light falls with cos^4", light_falls_with_cos4, NULL},
    {"grain has its deviation", grain_has_its_deviation, NULL},
    {"labels do not know of it", labels_do_not_know_of_it, NULL},
    {"same bits at every width", same_bits_at_every_width, NULL},
    {"a still picture stays", a_still_picture_stays, NULL},
};
CHECK_MAIN(tests)
