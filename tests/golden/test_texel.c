/* Textures and relief at four lanes against double precision: mip levels, look-ups, normals,
 * slopes, the arc tangent. */
#define VW 4
#include "base/rng.h"
#include "base/trig.h"
#include "render/soft/relief.h"
#include "tests/check.h"

#include <string.h>

enum { SIDE_X = 45, SIDE_Y = 26 };

static double length(double x, double y)
{
    return sqrt(x * x + y * y);
}

static double linear_of(double v)
{
    v /= 255;
    return v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
}

static reel_image random_image(reel_arena *arena, reel_image_kind kind, bool clear)
{
    reel_rng rng = reel_rng_stream(3, "texels");
    reel_image image = {"", kind, SIDE_X, SIDE_Y, SIDE_X * SIDE_Y * 4, NULL};
    image.pixels = REEL_ARENA_NEW(arena, uint8_t, image.n_bytes);
    for (int i = 0; i < image.n_bytes; i++) {
        const int64_t v = reel_rng_int(&rng, 0, 255);
        image.pixels[i] = i % 4 == 3 && !clear ? 255 : (uint8_t)v;
    }
    return image;
}

/* Premultiplied linear colour and alpha of a stored pixel. */
static void pixel_of(const reel_image *image, int x, int y, double out[4])
{
    const uint8_t *p = image->pixels + 4 * (y * image->width + x);
    out[3] = p[3] / 255.0;
    for (int c = 0; c < 3; c++) {
        out[c] = linear_of(p[c]) * out[3];
    }
}

/* What a texel of the built texture says. */
static void texel_of(const soft_texture *t, int level, int x, int y, double out[4])
{
    const int at = t->start[level] + y * t->width[level] + x;
    const uint32_t w = t->texels[at];
    const double r = (w & 2047) / 2047.0, g = (w >> 11 & 2047) / 2047.0, b = (w >> 22) / 1023.0;
    out[0] = r * r;
    out[1] = g * g;
    out[2] = b * b;
    out[3] = t->alpha ? (double)t->alpha[at] : 1;
}

/* Every level's mean is the image's. */
static void levels_keep_the_mean(const void *param)
{
    (void)param;
    for (int clear = 0; clear < 2; clear++) {
        reel_arena arena = {0};
        const reel_image image = random_image(&arena, REEL_IMAGE_COLOR, clear);
        soft_texture t;
        double want[4] = {0};
        CHECK(reel_soft_texture_build(&t, &image, &arena));
        CHECK((t.alpha != NULL) == (clear == 1));
        CHECK_INT(t.n_levels, ==, 6);
        for (int i = 0; i < SIDE_X * SIDE_Y; i++) {
            double p[4];
            pixel_of(&image, i % SIDE_X, i / SIDE_X, p);
            for (int c = 0; c < 4; c++) {
                want[c] += p[c] / (SIDE_X * SIDE_Y);
            }
        }
        for (int level = 0; level < t.n_levels; level++) {
            const int n = t.width[level] * t.height[level];
            double sum[4] = {0};
            for (int i = 0; i < n; i++) {
                double p[4];
                texel_of(&t, level, i % t.width[level], i / t.width[level], p);
                for (int c = 0; c < 4; c++) {
                    sum[c] += p[c] / n;
                }
            }
            for (int c = 0; c < 4; c++) {
                CHECK_NEAR(sum[c], want[c], 6e-4);
                CHECK_NEAR((double)t.mean[c], want[c], 1e-6);
            }
        }
        reel_arena_finish(&arena);
    }
}

/* Bilinear in one level, in double. */
static void bilinear(const soft_texture *t, int level, double u, double v, bool repeat,
                     double out[4])
{
    const int w = t->width[level], h = t->height[level];
    const double x = (repeat ? u - floor(u) : fmin(fmax(u, 0), 1)) * w - 0.5;
    const double y = (repeat ? v - floor(v) : fmin(fmax(v, 0), 1)) * h - 0.5;
    memset(out, 0, 4 * sizeof *out);
    for (int k = 0; k < 4; k++) {
        int i = (int)floor(x) + k % 2, j = (int)floor(y) + k / 2;
        const double fx = x - floor(x), fy = y - floor(y);
        const double share = (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy);
        double p[4];
        i = repeat ? (i + w) % w : i < 0 ? 0 : i >= w ? w - 1 : i;
        j = repeat ? (j + h) % h : j < 0 ? 0 : j >= h ? h - 1 : j;
        texel_of(t, level, i, j, p);
        for (int c = 0; c < 4; c++) {
            out[c] += share * p[c];
        }
    }
}

/* The look-up as the header of texel.h tells it, in double. */
static void reference(const soft_texture *t, const double s[6], bool repeat, double out[4])
{
    const int w = t->width[0], h = t->height[0];
    const double a = length(s[2] * w, s[3] * h), b = length(s[4] * w, s[5] * h);
    const double far = fmax(a, b), near = fmax(fmin(a, b), 1);
    const double mu = a >= b ? s[2] : s[4], mv = a >= b ? s[3] : s[5];
    const double taps = fmin(fmax(ceil(far * 0.65 / near), 1), TEXEL_TAPS);
    const double width = fmax(fmax(near, far / taps), 1);
    int level = 0;
    while (width >= 2 << level) {
        level++;
    }
    double blend = width / (1 << level) - 1;
    if (level >= t->n_levels - 1) {
        level = t->n_levels - 1;
        blend = 0;
    }
    memset(out, 0, 4 * sizeof *out);
    for (int j = 0; j < (int)taps; j++) {
        const double at = (j + 0.5) / taps - 0.5;
        double p[4], q[4];
        bilinear(t, level, s[0] + mu * at, s[1] + mv * at, repeat, p);
        bilinear(t, blend > 0 ? level + 1 : level, s[0] + mu * at, s[1] + mv * at, repeat, q);
        for (int c = 0; c < 4; c++) {
            out[c] += (p[c] + (q[c] - p[c]) * blend) / taps;
        }
    }
}

static void looks_agree_with_double(const void *param)
{
    reel_arena arena = {0};
    reel_rng rng = reel_rng_stream(5, "spots");
    const reel_image image = random_image(&arena, REEL_IMAGE_COLOR, true);
    soft_texture t;
    (void)param;
    CHECK(reel_soft_texture_build(&t, &image, &arena));
    for (int i = 0; i < 20000; i++) {
        double s[6], want[4];
        const double size = reel_exp2(reel_rng_range(&rng, -9, 1));
        texel_spot at;
        for (int k = 0; k < 6; k++) {
            const double v = reel_rng_range(&rng, -1, 1);
            s[k] = (double)(float)(k < 2 ? 2 * v : v * size);
        }
        at.u = vf_set((float)s[0]);
        at.v = vf_set((float)s[1]);
        at.au = vf_set((float)s[2]);
        at.av = vf_set((float)s[3]);
        at.bu = vf_set((float)s[4]);
        at.bv = vf_set((float)s[5]);
        const int repeat = i % 2;
        const texel got = texel_color(&t, vm_not(vm_none()), &at, repeat, repeat);
        reference(&t, s, repeat, want);
        /* where the number of taps is about to change rounding decides */
        const double a = length(s[2] * SIDE_X, s[3] * SIDE_Y);
        const double b = length(s[4] * SIDE_X, s[5] * SIDE_Y);
        const double ratio = fmax(a, b) * 0.65 / fmax(fmin(a, b), 1);
        if (fabs(ratio - floor(ratio + 0.5)) < 1e-4) {
            continue;
        }
        CHECK_NEAR((double)got.c.x[0], want[0], 3e-4);
        CHECK_NEAR((double)got.c.y[1], want[1], 3e-4);
        CHECK_NEAR((double)got.c.z[2], want[2], 3e-4);
        CHECK_NEAR((double)got.alpha[3], want[3], 3e-4);
    }
    reel_arena_finish(&arena);
}

/* Lanes that are not asked for may hold anything. */
static void lanes_keep_apart(const void *param)
{
    reel_arena arena = {0};
    const reel_image image = random_image(&arena, REEL_IMAGE_COLOR, true);
    soft_texture t;
    (void)param;
    CHECK(reel_soft_texture_build(&t, &image, &arena));
    const vf wild = {0.3f, NAN, -1e30f, INFINITY}, small = {0.05f, NAN, 1e30f, -INFINITY};
    const texel_spot at = {wild, wild, small, small, wild, small};
    const texel_spot alone = {vf_set(0.3f),  vf_set(0.3f), vf_set(0.05f),
                              vf_set(0.05f), vf_set(0.3f), vf_set(0.05f)};
    const texel a = texel_color(&t, vm_from_bits(1), &at, 1, 0);
    const texel b = texel_color(&t, vm_not(vm_none()), &alone, 1, 0);
    CHECK(a.c.x[0] == b.c.x[0] && a.c.y[0] == b.c.y[0] && a.alpha[0] == b.alpha[0]);
    reel_arena_finish(&arena);
}

/* From afar a map of random slopes is a flat surface whose roughness knows of them. */
static void normals_turn_into_roughness(const void *param)
{
    reel_arena arena = {0};
    reel_rng rng = reel_rng_stream(9, "slopes");
    reel_image image = {"", REEL_IMAGE_DATA, 64, 64, 64 * 64 * 4, NULL};
    soft_texture t;
    double variance = 0;
    (void)param;
    image.pixels = REEL_ARENA_NEW(&arena, uint8_t, image.n_bytes);
    for (int i = 0; i < 64 * 64; i++) {
        const double sx = 0.15 * reel_rng_normal(&rng), sy = 0.15 * reel_rng_normal(&rng);
        const double inv = 1 / sqrt(1 + sx * sx + sy * sy), n[3] = {sx * inv, sy * inv, inv};
        variance += 0.5 * (sx * sx + sy * sy) / (64 * 64);
        for (int c = 0; c < 4; c++) {
            image.pixels[4 * i + c] = c == 3 ? 255 : (uint8_t)floor(n[c] * 127 + 128.5);
        }
    }
    CHECK(reel_soft_texture_build(&t, &image, &arena));
    const vf one = vf_set(1.0f), zero = vf_set(0.0f), half = vf_set(0.5f);
    for (int wide = 0; wide < 2; wide++) {
        const vf size = vf_set(wide ? 1.0f : 1e-4f);
        const layer l = {.spot = {half + 1.0f / 128, half + 1.0f / 128, size, zero, zero, size},
                         .right = {one, zero, zero},
                         .cover = one,
                         .repeat_u = 1,
                         .repeat_v = 1};
        const sighting s = {.n = {zero, zero, one}};
        vf hidden;
        const v3 n = image_normal(&t, vm_not(vm_none()), &l, &s, &hidden);
        const double len = (double)(n.x[0] * n.x[0] + n.y[0] * n.y[0] + n.z[0] * n.z[0]);
        CHECK_NEAR(len, 1, 1e-6);
        if (wide) {
            CHECK_NEAR((double)n.z[0], 1, 1e-3);
            CHECK_NEAR((double)hidden[0] / variance, 1, 0.1);
        } else { /* the pixel itself */
            const uint8_t *p = image.pixels + 4 * (32 * 64 + 32);
            CHECK_NEAR((double)n.x[0], (p[0] - 128) / 127.0, 0.01);
            CHECK_NEAR((double)n.y[0], (p[1] - 128) / 127.0, 0.01);
            CHECK_NEAR((double)hidden[0], 0, 1e-4);
        }
    }
    reel_arena_finish(&arena);
}

/* Relief tilts by its height's differences, and hides what it would have tilted. */
static void slopes_are_of_heights(const void *param)
{
    reel_rng rng = reel_rng_stream(2, "relief");
    static const reel_pattern patterns[2] = {REEL_PATTERN_NOISE, REEL_PATTERN_BRUSHED};
    (void)param;
    for (int k = 0; k < 2; k++) {
        const soft_material m = {.pattern = patterns[k],
                                 .seed = 5,
                                 .scale = k ? 0.06f : 0.1f,
                                 .inv_scale = 1 / (k ? 0.06f : 0.1f),
                                 .bump = 1e-3f,
                                 .roughness = 0.5f};
        const float e = k ? 2e-6f : 1e-5f;
        double seen = 0, all = 0;
        for (int i = 0; i < 4000; i++) {
            const float x = (float)reel_rng_range(&rng, 0, 1),
                        y = (float)reel_rng_range(&rng, 0, 1);
            const vf zero = vf_set(0.0f), one = vf_set(1.0f);
            const v3 n = {zero, zero, one}, w = {zero, zero, zero}, far = {one, one, one};
            const v3 p = {vf_set(x), vf_set(y), vf_set(0.3f)};
            const v3 px = {p.x + e, p.y, p.z}, py = {p.x, p.y + e, p.z};
            const sighting s = {.p = p, .n = n, .view = n, .d = vf_set(1e-6f)};
            vf hidden;
            const v3 slope = relief_slope(&m, REEL_SHAPE_BOX, &s, w, &hidden);
            CHECK_NEAR((double)hidden[0], 0, 1e-12);
            const double here = (double)pattern_height(&m, REEL_SHAPE_BOX, p, n, w)[0];
            const double dx = (double)pattern_height(&m, REEL_SHAPE_BOX, px, n, w)[0] - here;
            const double dy = (double)pattern_height(&m, REEL_SHAPE_BOX, py, n, w)[0] - here;
            const double step_x = (double)px.x[0] - (double)p.x[0];
            const double step_y = (double)py.y[0] - (double)p.y[0];
            const bool cut = here <= -1 || here >= 1 || here == 0; /* where noise leaves 0..1 */
            if (!cut && dx != 0 && dy != 0) {
                seen += fabs((double)slope.x[0] - 1e-3 * dx / step_x) +
                        fabs((double)slope.y[0] - 1e-3 * dy / step_y);
                all += fabs(1e-3 * dx / step_x) + fabs(1e-3 * dy / step_y);
            }
            relief_slope(&m, REEL_SHAPE_BOX, &s, far, &hidden);
            CHECK(hidden[0] > 0);
        }
        printf("# pattern %d: %.3f of the slopes differ\n", (int)patterns[k], seen / all);
        CHECK(seen < (k ? 0.03 : 0.5) * all);
    }
}

/* Those of tiles are differences over half a footprint, but within a tile: edges do not count. */
static void tiles_slope_as_they_stand(const void *param)
{
    reel_rng rng = reel_rng_stream(3, "tiles");
    const float scale = 0.3f, wide = 0.12f * scale, step = 0.25f * wide;
    const soft_material m = {.pattern = REEL_PATTERN_TILES,
                             .seed = 5,
                             .scale = scale,
                             .inv_scale = 1 / scale,
                             .bump = 1e-3f,
                             .roughness = 0.5f};
    const vf zero = vf_set(0.0f), one = vf_set(1.0f), width = vf_set(wide);
    const int shapes[2] = {REEL_SHAPE_PLANE, REEL_SHAPE_BOX};
    (void)param;
    for (int k = 0; k < 2; k++) {
        double differ = 0, all = 0;
        for (int i = 0; i < 8000; i++) {
            const float x = (float)reel_rng_range(&rng, -1, 1),
                        y = (float)reel_rng_range(&rng, -1, 1);
            const v3 n = {zero, zero, one}, w = {width, width, zero}, far = {one, one, one};
            const v3 p = {vf_set(x), vf_set(y), zero};
            const sighting s = {.p = p, .n = n, .view = n, .d = width};
            vf hidden;
            const v3 slope = relief_slope(&m, shapes[k], &s, w, &hidden);
            const float at[2] = {x, y};
            const vf got[2] = {slope.x, slope.y};
            for (int a = 0; a < 2; a++) {
                v3 lo = p, hi = p;
                *(a ? &lo.y : &lo.x) -= step;
                *(a ? &hi.y : &hi.x) += step;
                const double d = (double)pattern_height(&m, shapes[k], hi, n, w)[0] -
                                 (double)pattern_height(&m, shapes[k], lo, n, w)[0];
                const double want = 1e-3 * d / (2 * (double)step);
                if (floorf((at[a] - step) / scale) == floorf((at[a] + step) / scale)) {
                    differ += fabs((double)got[a][0] - want);
                    all += fabs(want);
                }
            }
            const v3 none = relief_slope(&m, shapes[k], &s, far, &hidden);
            CHECK(none.x[0] == 0 && none.y[0] == 0 && none.z[0] == 0);
        }
        printf("# tiles: %.3f of the slopes differ\n", differ / all);
        CHECK(differ < 0.06 * all);
    }
}

static void normals_face_the_viewer(const void *param)
{
    reel_rng rng = reel_rng_stream(4, "facing");
    (void)param;
    for (int i = 0; i < 20000; i++) {
        double r[9];
        for (int k = 0; k < 9; k++) {
            r[k] = reel_rng_normal(&rng);
        }
        const v3 n = v3_unit((v3){vf_set((float)r[0]), vf_set((float)r[1]), vf_set((float)r[2])});
        v3 v = v3_unit((v3){vf_set((float)r[3]), vf_set((float)r[4]), vf_set((float)r[5])});
        const vf side = v3_dot(n, v);
        v = v3_sel(vf_lt(side, vf_set(0.0f)), v3_scale(v, vf_set(-1.0f)), v);
        const v3 tilt = {vf_set((float)r[6]), vf_set((float)r[7]), vf_set((float)r[8])};
        const v3 t = v3_unit(v3_madd(n, vf_set(0.7f), tilt));
        if (v3_dot(t, n)[0] < 1e-3f || v3_dot(n, v)[0] < 1e-3f) {
            continue; /* relief leaves all normals on their side of the surface */
        }
        const v3 f = facing_normal(t, n, v, 0);
        const v3 mirrored = v3_sub(v3_scale(f, 2.0f * v3_dot(f, v)), v);
        CHECK_NEAR((double)v3_dot(f, f)[0], 1, 1e-5);
        CHECK((double)v3_dot(f, v)[0] > 0);
        CHECK((double)v3_dot(mirrored, n)[0] > 0);
    }
}

static void arc_tangents(const void *param)
{
    reel_rng rng = reel_rng_stream(1, "angles");
    (void)param;
    for (int i = 0; i < 20000; i++) {
        const float x = (float)reel_rng_normal(&rng), y = (float)reel_rng_normal(&rng);
        double want = reel_atan2((double)y, (double)x) / (2 * REEL_PI);
        want += want < 0 ? 1 : 0;
        const double got = (double)vf_atan2_turns(vf_set(y), vf_set(x))[0];
        const double off = fabs(got - want);
        CHECK(fmin(off, 1 - off) < 1e-6 && got >= 0 && got < 1);
    }
}

static const check_test tests[] = {
    {"levels keep the mean", levels_keep_the_mean, NULL},
    {"looks agree with double", looks_agree_with_double, NULL},
    {"lanes keep apart", lanes_keep_apart, NULL},
    {"normals turn into roughness", normals_turn_into_roughness, NULL},
    {"slopes are of heights", slopes_are_of_heights, NULL},
    {"tiles slope as they stand", tiles_slope_as_they_stand, NULL},
    {"normals face the viewer", normals_face_the_viewer, NULL},
    {"arc tangents", arc_tangents, NULL},
};
CHECK_MAIN(tests)
