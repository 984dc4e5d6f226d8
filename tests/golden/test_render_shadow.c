/* Closed-form shadows and occlusion against many rays per point. */
#include "base/rng.h"
#include "base/trig.h"
#include "bench/stage_scene.h"
#include "tests/labels/ref_caster.h"
#include "tests/render_kit.h"

enum { W = 128, H = 96, RAYS = 256, MESH_SCENES = 7, SCENES = 9 };

/* Black bodies on a floor of albedo 1/2 that reflects diffusely: its colour is the light it gets.
 */
static reel_scene *floor_scene(uint64_t seed, double sun_radius, double sky)
{
    reel_scene *s = seed == 0   ? stage_scene_create(STAGE_PATTERNS, 1, W, H)
                    : seed < 4  ? stage_random_create(seed, 1, W, H)
                    : seed == 4 ? stage_scene_create(STAGE_QUADRICS, 1, W, H)
                    : seed < 7  ? stage_quadrics_create(seed, 1, W, H)
                    : seed == 7 ? stage_scene_create(STAGE_MESHES, 1, W, H)
                                : stage_meshes_create(seed, 1, W, H);
    CHECK(s);
    for (int m = 0; m < s->n_materials; m++) {
        s->materials[m].specular = s->materials[m].metallic = 0;
        s->materials[m].pattern = REEL_PATTERN_PLAIN;
        s->materials[m].roughness = 1;
        for (int c = 0; c < 3; c++) {
            s->materials[m].color[c] = s->materials[m].color2[c] = m == 0 ? 0.5 : 0;
        }
    }
    for (int c = 0; c < 3; c++) {
        s->sky.zenith[c] = s->sky.horizon[c] = s->sky.ground[c] = sky;
        s->suns[0].irradiance[c] = sky > 0 ? 0 : 4.0;
    }
    s->suns[0].angular_radius = sun_radius;
    s->exposure = 1;
    return s;
}

/* The inverse of PBR Neutral below its knee after sRGB: radiance of a stored grey. */
static double radiance_of(int code)
{
    const double v = code / 255.0;
    const double x = v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
    return (x < 0.04 ? sqrt(x / 6.25) : x + 0.04) / 0.8; /* exposure 1 stores radiance x 0.8 */
}

/* Points on a disc about `axis` (sun) or cosine-weighted over the hemisphere (sky), stratified. */
static reel_vec3 ray_at(int i, reel_vec3 axis, double spread, bool hemisphere)
{
    const reel_vec3 ax = fabs(axis.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    const reel_vec3 u = reel_v3_unit(reel_v3_cross(axis, ax), ax), v = reel_v3_cross(axis, u);
    const double r = sqrt((i + 0.5) / RAYS), phi = i * 2.39996322972865332; /* golden angle */
    const double x = r * reel_cos(phi), y = r * reel_sin(phi);
    if (hemisphere) {
        const reel_vec3 d = reel_v3_madd(reel_v3_scale(u, x), y, v);
        return reel_v3_madd(d, sqrt(1 - r * r), axis);
    }
    return reel_v3_unit(reel_v3_madd(reel_v3_madd(axis, x * spread, u), y * spread, v), axis);
}

/* Share of the rays about `axis` that reach past the scene. */
static double open_share(const reel_scene *s, const reel_take *take, const ref_hit *at,
                         reel_vec3 axis, double spread, bool hemisphere)
{
    int open = 0;
    for (int i = 0; i < RAYS; i++) {
        const reel_vec3 d = ray_at(i, axis, spread, hemisphere);
        open += ref_cast(s, take, 0, at->point, d, 1e9, at->geom).geom < 0;
    }
    return (double)open / RAYS;
}

typedef struct error_sum {
    double sum, bias, worst, shaded;
    int n;
} error_sum;

/* Compare the floor's brightness, as a share of the unhindered light, with the rays' share. */
static void compare(reel_scene *s, reel_quality quality, double full, bool hemisphere, error_sum *e)
{
    reel_frame f;
    reel_render_options options = reel_render_options_default();
    reel_take *take = stage_take_create(s);
    options.quality = quality;
    kit_draw_one(s, take, &options, REEL_PLANE_BIT(REEL_PLANE_RGB), 0, 0, &f);
    const reel_view view = reel_view_at(s, take, 0, 0);
    const uint8_t *rgb = f.plane[REEL_PLANE_RGB];
    for (int y = 20; y < H; y += 3) {
        for (int x = 0; x < W; x += 3) {
            bool inside = true; /* the pixel and its corners show the floor */
            for (int k = 0; k < 4; k++) {
                const reel_vec3 d = ref_ray(&view, x + (k & 1), y + (k >> 1));
                inside = inside && ref_cast(s, take, 0, view.eye, d, 1e9, -1).geom == 0;
            }
            const ref_hit hit =
                ref_cast(s, take, 0, view.eye, ref_ray(&view, x + 0.5, y + 0.5), 1e9, -1);
            if (!inside || reel_v3_len(hit.point) > 2.5) {
                continue; /* the rim of the floor fades */
            }
            const reel_vec3 axis = hemisphere ? hit.normal : s->suns[0].to_light;
            const double want =
                open_share(s, take, &hit, axis, reel_sin(s->suns[0].angular_radius), hemisphere);
            const double got = radiance_of(rgb[(y * W + x) * 3]) / full;
            const double d = fabs(got - want);
            e->sum += d;
            e->bias += got - want;
            e->shaded += want < 0.98;
            e->worst = d > e->worst ? d : e->worst;
            e->n++;
        }
    }
    reel_frame_finish(&f);
    reel_take_destroy(&take);
    reel_scene_destroy(&s);
}

static double floor_sun(const reel_scene *s, const reel_take *take)
{
    const reel_vec3 n = reel_quat_rotate(reel_take_pose(take, 0, 0).q, reel_v3(0, 0, 1));
    return 0.5 * 4.0 * reel_v3_dot(n, s->suns[0].to_light) / REEL_PI;
}

static error_sum sun_errors(reel_quality quality, double radius)
{
    error_sum e = {0};
    for (uint64_t seed = 0; seed < SCENES; seed++) {
        reel_scene *s = floor_scene(seed, radius, 0);
        reel_take *take = stage_take_create(s);
        CHECK(take);
        const double full = floor_sun(s, take);
        reel_take_destroy(&take);
        compare(s, quality, full, false, &e);
    }
    printf("# radius %.3f, %s: mean %.4f, worst %.3f, %d points, %.0f shaded\n", radius,
           reel_quality_name(quality), e.sum / e.n, e.worst, e.n, e.shaded);
    CHECK(e.shaded > 300);
    return e;
}

static void hard_shadow(const void *param)
{
    (void)param;
    const error_sum e = sun_errors(REEL_QUALITY_DRAFT, 0);
    CHECK(e.sum / e.n < 0.004); /* half a code */
}

static void soft_shadow(const void *param)
{
    (void)param;
    error_sum e = sun_errors(REEL_QUALITY_STANDARD, 0.02);
    CHECK(e.sum / e.n < 0.01);
    e = sun_errors(REEL_QUALITY_STANDARD, 0.1);
    CHECK(e.sum / e.n < 0.03);
}

static void sky_occlusion(const void *param)
{
    error_sum e = {0};
    (void)param;
    for (uint64_t seed = 0; seed < SCENES; seed++) {
        if (seed == MESH_SCENES) {
            CHECK(e.worst < 0.35); /* near contacts meshes are known less well */
        }
        compare(floor_scene(seed, 0, 0.8), REEL_QUALITY_STANDARD, 0.4, true, &e);
    }
    printf("# sky: mean %.4f, bias %.4f, worst %.3f, %d points, %.0f shaded\n", e.sum / e.n,
           e.bias / e.n, e.worst, e.n, e.shaded);
    CHECK(e.sum / e.n < 0.06);
    CHECK(e.worst < 0.6);
}

static const check_test tests[] = {
    {"hard shadow", hard_shadow, NULL},
    {"soft shadow", soft_shadow, NULL},
    {"sky occlusion", sky_occlusion, NULL},
};
CHECK_MAIN(tests)
