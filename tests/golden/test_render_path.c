/* The path tracer against closed forms: what it says is what the other qualities are measured by.
 */
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "render/soft/renderer.h"
#include "tests/check.h"
#include "tests/labels/ref_caster.h"

enum { W = 96, H = 64 };

static float light[H][W][3];

/* Draw frame 0 of camera 0 into `light`, as radiance. */
static void draw(reel_scene *s, const reel_take *take, reel_quality quality, int samples)
{
    reel_error err = {0};
    reel_renderer *r = NULL;
    reel_frame f;
    reel_render_options options = reel_render_options_default();
    options.quality = quality;
    options.samples = samples;
    CHECK_INT(reel_renderer_create(s, take, &options, &r, &err), ==, REEL_OK);
    CHECK_INT(
        reel_frame_init(&f, W, H, REEL_PLANE_BIT(REEL_PLANE_RGB), reel_scene_n_instances(s), &err),
        ==, REEL_OK);
    r->radiance = &light[0][0][0];
    CHECK_INT(reel_renderer_draw(r, 0, 0, &f, &err), ==, REEL_OK);
    reel_frame_finish(&f);
    reel_renderer_destroy(&r);
}

static void set_all(reel_scene *s, const reel_material *m)
{
    for (int i = 0; i < s->n_materials; i++) {
        const char *name = s->materials[i].name;
        s->materials[i] = *m;
        s->materials[i].name = name;
    }
}

static void set_sky(reel_scene *s, double sky, double sun)
{
    for (int c = 0; c < 3; c++) {
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = sky;
        s->suns[0].irradiance[c] = sun;
    }
    s->n_suns = sun > 0;
}

static reel_material grey(double color, double specular)
{
    reel_material m = reel_material_default();
    for (int c = 0; c < 3; c++) {
        m.color[c] = m.color2[c] = color;
    }
    m.roughness = 1;
    m.specular = specular;
    return m;
}

/* In a uniform sky all that absorbs nothing vanishes, whatever it is made of. */
static void white_furnace(const void *param)
{
    static const struct {
        double metallic, roughness, specular, coat, transmission, tolerance;
    } cases[] = {
        {0, 1, 0, 0, 0, 0.004},         {0, 1, 0.04, 0, 0, 0.006},   {0, 0.3, 0.04, 0, 0, 0.006},
        {0, 0.03, 0.08, 0, 0, 0.01},    {1, 1, 0.04, 0, 0, 0.01},    {1, 0.5, 0.04, 0, 0, 0.01},
        {1, 0.2, 0.04, 0, 0, 0.01},     {1, 0.03, 0.04, 0, 0, 0.01}, {0, 0.5, 0.04, 1, 0, 0.01},
        {1, 0.4, 0.04, 0.5, 0, 0.01},   {0, 0.03, 0.04, 0, 1, 0.02}, {0, 0.4, 0.04, 0, 1, 0.01},
        {0.3, 0.4, 0.04, 0, 0.5, 0.02},
    };
    (void)param;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reel_scene *s = stage_scene_create(i % 2 ? STAGE_GLOSS : STAGE_QUADRICS, 1, W, H);
        CHECK(s);
        reel_take *take = stage_take_create(s);
        CHECK(take);
        reel_material m = grey(1, cases[i].specular);
        m.metallic = cases[i].metallic;
        m.roughness = cases[i].roughness;
        m.clearcoat = cases[i].coat;
        m.clearcoat_roughness = 0.1;
        m.transmission = cases[i].transmission;
        set_all(s, &m);
        set_sky(s, 1, 0);
        for (int g = 0; g < s->n_geoms; g++) { /* no floor: in its corners paths never end */
            s->geoms[g].visible = s->geoms[g].shape != REEL_SHAPE_PLANE;
        }
        draw(s, take, REEL_QUALITY_REFERENCE, 32);
        double sum = 0, worst = 0;
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                sum += light[y][x][1];
                worst = fmax(worst, fabs(light[y][x][1] - 1));
            }
        }
        printf("# case %d: mean %.4f, worst %.3f\n", (int)i, sum / (W * H), worst);
        CHECK_NEAR(sum / (W * H), 1, cases[i].tolerance);
        CHECK_NEAR(worst, 0, 0.35);
        reel_take_destroy(&take);
        reel_scene_destroy(&s);
    }
}

/* The floor alone, seen by a camera that looks at it. */
static reel_scene *bare_floor(reel_take **take)
{
    reel_scene *s = stage_scene_create(STAGE_GLOSS, 1, W, H);
    CHECK(s);
    for (int i = 0; i < s->n_geoms; i++) {
        s->geoms[i].visible = s->geoms[i].shape == REEL_SHAPE_PLANE;
    }
    const reel_material m = grey(0.5, 0);
    set_all(s, &m);
    *take = stage_take_create(s);
    CHECK(*take);
    return s;
}

/* Call `want` for the floor's point at each pixel near its middle, where the rim does not fade. */
static void compare_floor(const reel_scene *s, const reel_take *take,
                          double (*want)(const reel_scene *s, reel_vec3 p), double tolerance)
{
    const reel_view view = reel_view_at(s, take, 0, 0);
    double error = 0, bias = 0;
    int n = 0;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            const reel_vec3 d = ref_ray(&view, x + 0.5, y + 0.5);
            const ref_hit hit = ref_cast(s, take, 0, view.eye, d, 1e9, -1);
            if (hit.geom < 0 || reel_v3_len(hit.point) > 0.8) {
                continue;
            }
            const double w = want(s, hit.point), got = light[y][x][1];
            error = fmax(error, fabs(got - w) / w);
            bias += got / w - 1;
            n++;
        }
    }
    printf("# floor: %d points, worst %.4f, mean %.4f\n", n, error, bias / n);
    CHECK_INT(n, >, 30);
    CHECK_NEAR(error, 0, tolerance);
    CHECK_NEAR(bias / n, 0, 0.01);
}

static double sun_on_floor(const reel_scene *s, reel_vec3 p)
{
    (void)p;
    return 0.5 / REEL_PI * 2 * s->suns[0].to_light.z;
}

static void sun_is_lambert(const void *param)
{
    reel_take *take;
    reel_scene *s = bare_floor(&take);
    (void)param;
    set_sky(s, 0, 2);
    for (int i = 0; i < 2; i++) {
        s->suns[0].angular_radius = i ? 0.1 : 0.005;
        draw(s, take, REEL_QUALITY_REFERENCE, 16);
        compare_floor(s, take, sun_on_floor, 0.02);
    }
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

/* A ball that is wholly above the floor lights it like a point of its middle. */
static double ball_on_floor(const reel_scene *s, reel_vec3 p)
{
    const reel_lamp *l = &s->lamps[0];
    const reel_vec3 d = reel_v3_sub(l->position, p);
    const double d2 = reel_v3_dot(d, d), r2 = l->size[0] * l->size[0];
    const double radiance = l->power[1] / (4 * REEL_PI * REEL_PI * r2);
    return 0.5 * radiance * r2 / d2 * d.z / sqrt(d2);
}

/* Share of the hemisphere that the rectangle fills: the sum over its corners' quarters (Howell's
 * catalogue of configuration factors, B-3). */
static double corner_factor(double x, double y, double h)
{
    const double a = x / h, b = y / h;
    return (a / sqrt(1 + a * a) * reel_atan(b / sqrt(1 + a * a)) +
            b / sqrt(1 + b * b) * reel_atan(a / sqrt(1 + b * b))) /
           (2 * REEL_PI);
}
static double panel_on_floor(const reel_scene *s, reel_vec3 p)
{
    const reel_lamp *l = &s->lamps[0];
    const double x0 = l->position.x - 0.5 * l->size[0] - p.x, x1 = x0 + l->size[0];
    const double y0 = l->position.y - 0.5 * l->size[1] - p.y, y1 = y0 + l->size[1];
    const double h = l->position.z - p.z;
    const double share = corner_factor(x1, y1, h) - corner_factor(x0, y1, h) -
                         corner_factor(x1, y0, h) + corner_factor(x0, y0, h);
    return 0.5 * l->power[1] / (REEL_PI * l->size[0] * l->size[1]) * share;
}

static void lamps_are_closed_forms(const void *param)
{
    reel_take *take;
    reel_scene *s = bare_floor(&take);
    static reel_lamp lamp;
    (void)param;
    set_sky(s, 0, 0);
    s->lamps = &lamp;
    s->n_lamps = 1;
    lamp = (reel_lamp){.name = "lamp",
                       .kind = REEL_LAMP_SPHERE,
                       .body = -1,
                       .position = {0.3, -0.2, 1.1},
                       .direction = {0, 0, -1},
                       .across = {1, 0, 0},
                       .size = {0.3, 0.7},
                       .power = {50, 50, 50}};
    draw(s, take, REEL_QUALITY_REFERENCE, 64);
    compare_floor(s, take, ball_on_floor, 0.05);
    lamp.kind = REEL_LAMP_RECT;
    draw(s, take, REEL_QUALITY_REFERENCE, 64);
    compare_floor(s, take, panel_on_floor, 0.06);
    s->n_lamps = 0;
    s->lamps = NULL;
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

/* The gradient sky's radiance along unit d. */
static double sky_along(const reel_scene *s, reel_vec3 d)
{
    const double a = 1 - fmax(d.z, 0), t = fmin(fmax(-d.z / 0.15, 0), 1);
    return d.z >= 0
               ? s->sky.zenith[1] + (s->sky.horizon[1] - s->sky.zenith[1]) * a * a * a
               : s->sky.horizon[1] + (s->sky.ground[1] - s->sky.horizon[1]) * t * t * (3 - 2 * t);
}

static reel_vec3 mirror(reel_vec3 d, reel_vec3 n)
{
    return reel_v3_madd(d, -2 * reel_v3_dot(d, n), n);
}

/* Through a boundary whose normal faces d; eta: index beyond / here. *f: share reflected. */
static reel_vec3 refract(reel_vec3 d, reel_vec3 n, double eta, double *f)
{
    const double ci = -reel_v3_dot(d, n), ct = sqrt(fmax(1 - (1 - ci * ci) / (eta * eta), 0));
    const double a = (ci - eta * ct) / (ci + eta * ct), b = (eta * ci - ct) / (eta * ci + ct);
    *f = 0.5 * (a * a + b * b);
    return reel_v3_madd(reel_v3_scale(d, 1 / eta), ci / eta - ct, n);
}

/* What a glass ball shows along d that meets it at p: reflected at once, and after each way
 * through it (Snell, Fresnel). */
static double glass_ball(const reel_scene *s, reel_vec3 d, reel_vec3 p, reel_vec3 c, double eta)
{
    reel_vec3 n = reel_v3_unit(reel_v3_sub(p, c), reel_v3(0, 0, 1));
    double f, sum, left;
    reel_vec3 in = refract(d, n, eta, &f);
    sum = f * sky_along(s, mirror(d, n));
    left = 1 - f;
    for (int i = 0; i < 8; i++) {
        p = reel_v3_madd(p, 2 * reel_v3_dot(reel_v3_sub(c, p), in), in);
        n = reel_v3_unit(reel_v3_sub(c, p), reel_v3(0, 0, 1));
        const reel_vec3 out = refract(in, n, 1 / eta, &f);
        sum += left * (1 - f) * sky_along(s, out);
        left *= f;
        in = mirror(in, n);
    }
    return sum;
}

/* A ball of polished metal, then of glass, before a gradient sky. */
static void balls_show_the_sky(const void *param)
{
    (void)param;
    for (int glass = 0; glass < 2; glass++) {
        reel_scene *s = stage_scene_create(STAGE_GLOSS, 1, W, H);
        CHECK(s);
        reel_take *take = stage_take_create(s);
        CHECK(take);
        for (int i = 0; i < s->n_geoms; i++) {
            s->geoms[i].visible = i == 3;
        }
        s->geoms[3].size[0] = 0.8;
        reel_material m = grey(1, 0.04);
        m.roughness = 0.03;
        m.metallic = !glass;
        m.transmission = glass;
        set_all(s, &m);
        set_sky(s, 0, 0);
        s->sky.zenith[1] = 0.2;
        s->sky.horizon[1] = 0.9;
        s->sky.ground[1] = 0.5;
        draw(s, take, REEL_QUALITY_REFERENCE, 64);
        const reel_view view = reel_view_at(s, take, 0, 0);
        const reel_vec3 c = reel_take_pose(take, 0, s->geoms[3].body).p;
        double error = 0;
        int n = 0;
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                const reel_vec3 d =
                    reel_v3_unit(ref_ray(&view, x + 0.5, y + 0.5), reel_v3(0, 0, 1));
                const ref_hit hit = ref_cast(s, take, 0, view.eye, d, 1e9, -1);
                if (hit.geom != 3 || -reel_v3_dot(hit.normal, d) < 0.6) {
                    continue;
                }
                const double want = glass ? glass_ball(s, d, hit.point, c, 1.5)
                                          : sky_along(s, mirror(d, hit.normal));
                error += fabs(light[y][x][1] - want) / want;
                n++;
            }
        }
        printf("# ball: %d points, mean error %.4f\n", n, error / n);
        CHECK_INT(n, >, 4);
        CHECK_NEAR(error / n, 0, glass ? 0.04 : 0.02);
        reel_take_destroy(&take);
        reel_scene_destroy(&s);
    }
}

/* Mean square error of what is drawn against `truth`, of what is not brighter than white. */
static double error_to(float (*truth)[W][3])
{
    double sum = 0;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            for (int c = 0; c < 3; c++) {
                const double d = fmin(light[y][x][c], 1) - fmin(truth[y][x][c], 1);
                sum += d * d;
            }
        }
    }
    return sum / (W * H * 3);
}

/* Each quality is nearer to the truth than the one before, also where light comes from lamps and
 * goes through glass. */
static void each_quality_is_better(const void *param)
{
    static float truth[H][W][3];
    static reel_lamp lamp = {.name = "lamp",
                             .kind = REEL_LAMP_RECT,
                             .body = -1,
                             .position = {0.3, -0.2, 2.5},
                             .direction = {0, 0, -1},
                             .across = {1, 0, 0},
                             .size = {1, 1},
                             .power = {30, 40, 50}};
    (void)param;
    for (int i = 0; i < 3; i++) {
        reel_scene *s = stage_scene_create(i == 1 ? STAGE_PATTERNS : STAGE_TWENTY, 1, W, H);
        CHECK(s);
        if (i == 2) {
            set_sky(s, 0.1, 0);
            s->lamps = &lamp;
            s->n_lamps = 1;
        }
        reel_take *take = stage_take_create(s);
        CHECK(take);
        draw(s, take, REEL_QUALITY_REFERENCE, 256);
        memcpy(truth, light, sizeof truth);
        double before = 1e9;
        for (int q = REEL_QUALITY_DRAFT; q < REEL_QUALITY_REFERENCE; q++) {
            draw(s, take, (reel_quality)q, 0);
            const double error = error_to(truth);
            printf("# scene %d, %s: %.2f dB\n", i, reel_quality_name((reel_quality)q),
                   -10 * reel_log10(error));
            CHECK(error < before);
            before = error;
        }
        s->n_lamps = 0;
        s->lamps = NULL;
        reel_take_destroy(&take);
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"white furnace", white_furnace, NULL},
    {"the sun by Lambert", sun_is_lambert, NULL},
    {"lamps by closed forms", lamps_are_closed_forms, NULL},
    {"balls of metal and glass", balls_show_the_sky, NULL},
    {"each quality is better", each_quality_is_better, NULL},
};
CHECK_MAIN(tests)
