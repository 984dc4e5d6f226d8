/*
 * env_image.c - an equirectangular image as environment, and the suns in it.
 */
#include "base/trig.h"
#include "render/soft/env.h"

#include <math.h>

/*
 * A light that holds at least SUN_SHARE of all the image's luminance within SUN_REACH of its
 * middle, and there outshines SUN_ABOVE times the image's mean, is taken out of the image and
 * becomes a sun with a disc of the same second moment: it then casts shadows. What is left in its
 * place is as bright as the ring around it, from SUN_REACH to SUN_RING.
 */
#define SUN_SHARE 0.08
#define SUN_REACH 0.12 /* rad */
#define SUN_RING  0.2  /* rad */
#define SUN_ABOVE 4.0

enum { COARSE_W = 128, COARSE_H = 64 };

typedef struct taken {
    reel_vec3 dir;
    double cos_reach, above, left[3], lum_left; /* brighter than `above` becomes `left` */
} taken;

typedef struct picture {
    const reel_image *image;
    double scale[256]; /* of the mantissas by exponent */
    int n_taken;
    taken taken[SOFT_ENV_SUNS];
} picture;

static double luminance(const double c[3])
{
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

static reel_vec3 pixel_direction(const reel_image *image, double x, double y)
{
    double sa, ca, se, ce;
    reel_sincos(2 * REEL_PI * (0.5 - x / image->width), &sa, &ca);
    reel_sincos(REEL_PI * (0.5 - y / image->height), &se, &ce);
    return reel_v3(ce * ca, ce * sa, se);
}

/* Radiance of a pixel; the direction is asked for only where something may have been taken. */
static void pixel(const picture *p, int x, int y, double out[3])
{
    const size_t row = (size_t)y * (size_t)p->image->width;
    const uint8_t *q = p->image->pixels + 4 * (row + (size_t)x);
    for (int c = 0; c < 3; c++) {
        out[c] = q[c] * p->scale[q[3]];
    }
    for (int i = 0; i < p->n_taken; i++) {
        const taken *t = &p->taken[i];
        const double lum = luminance(out);
        if (lum > t->above &&
            reel_v3_dot(pixel_direction(p->image, x + 0.5, y + 0.5), t->dir) > t->cos_reach) {
            for (int c = 0; c < 3; c++) {
                out[c] = t->left[c];
            }
        }
    }
}

static double row_angle(const reel_image *image, int y)
{
    const double top = reel_sin(REEL_PI * (0.5 - (double)y / image->height));
    const double low = reel_sin(REEL_PI * (0.5 - (y + 1.0) / image->height));
    return (top - low) * 2 * REEL_PI / image->width;
}

/* Luminance times solid angle of all, and the direction of the coarse cell of the highest mean. */
static double survey(const picture *p, reel_vec3 *brightest)
{
    double cell[COARSE_H][COARSE_W] = {{0}}, angle[COARSE_H][COARSE_W] = {{0}};
    const reel_image *image = p->image;
    double all = 0, best = -1;
    for (int y = 0; y < image->height; y++) {
        const double w = row_angle(image, y);
        const int j = (int)((int64_t)y * COARSE_H / image->height);
        for (int x = 0; x < image->width; x++) {
            const int i = (int)((int64_t)x * COARSE_W / image->width);
            double c[3];
            pixel(p, x, y, c);
            cell[j][i] += w * luminance(c);
            angle[j][i] += w;
            all += w * luminance(c);
        }
    }
    for (int j = 0; j < COARSE_H; j++) {
        for (int i = 0; i < COARSE_W; i++) {
            if (angle[j][i] > 0 && cell[j][i] > best * angle[j][i]) {
                best = cell[j][i] / angle[j][i];
                *brightest = pixel_direction(image, (i + 0.5) * image->width / COARSE_W,
                                             (j + 0.5) * image->height / COARSE_H);
            }
        }
    }
    return all;
}

/* Sums over the pixels within `reach` of `dir` that are brighter than `above`, and over the ring
 * around them. */
typedef struct region {
    double sum[3], angle, moment; /* moment: luminance times angle^2 */
    reel_vec3 middle;
    double ring[3], ring_angle;
} region;

static region look_around(const picture *p, reel_vec3 dir, double above)
{
    const reel_image *image = p->image;
    const double elevation = reel_asin(fmin(fmax(dir.z, -1), 1));
    const double cos_ring = reel_cos(SUN_RING), cos_reach = reel_cos(SUN_REACH);
    region r = {.angle = 0};
    for (int y = 0; y < image->height; y++) {
        const double w = row_angle(image, y);
        if (fabs(REEL_PI * (0.5 - (y + 0.5) / image->height) - elevation) > SUN_RING + 0.05) {
            continue;
        }
        for (int x = 0; x < image->width; x++) {
            const reel_vec3 d = pixel_direction(image, x + 0.5, y + 0.5);
            const double cosine = reel_v3_dot(d, dir);
            double c[3];
            if (cosine < cos_ring) {
                continue;
            }
            pixel(p, x, y, c);
            if (cosine < cos_reach) {
                for (int k = 0; k < 3; k++) {
                    r.ring[k] += w * c[k];
                }
                r.ring_angle += w;
            } else if (luminance(c) > above) {
                const double lum = w * luminance(c);
                for (int k = 0; k < 3; k++) {
                    r.sum[k] += w * c[k];
                }
                r.angle += w;
                r.moment += lum * 2 * (1 - cosine);
                r.middle = reel_v3_madd(r.middle, lum, d);
            }
        }
    }
    return r;
}

/* Take one more sun out of the picture; false: there is none. */
static bool take_sun(picture *p, soft_env *env)
{
    reel_vec3 dir = {0, 0, 1};
    const double all = survey(p, &dir), above = SUN_ABOVE * all / (4 * REEL_PI);
    region r = look_around(p, dir, above);
    for (int i = 0; i < 2 && r.angle > 0; i++) { /* centre it on what it found */
        dir = reel_v3_unit(r.middle, dir);
        r = look_around(p, dir, above);
    }
    if (!(r.angle > 0) || !(r.ring_angle > 0)) {
        return false;
    }
    taken *t = &p->taken[p->n_taken];
    soft_env_sun *sun = &env->suns[env->n_suns];
    *t = (taken){.dir = dir, .cos_reach = reel_cos(SUN_REACH), .above = above};
    for (int c = 0; c < 3; c++) {
        t->left[c] = fmin(r.ring[c] / r.ring_angle, r.sum[c] / r.angle);
        sun->irradiance[c] = r.sum[c] - t->left[c] * r.angle;
    }
    if (luminance(sun->irradiance) < SUN_SHARE * all) {
        return false;
    }
    /* a uniform disc of radius a has the second moment a^2 / 2 */
    const double spread = sqrt(2 * r.moment / luminance(r.sum));
    sun->to_light = dir;
    sun->angular_radius = fmin(fmax(spread, 0.004), SUN_REACH);
    p->n_taken++;
    env->n_suns++;
    return true;
}

/* Bilinear at image place (x, y) px; columns go round. */
static void look_up(const picture *p, double x, double y, double w, double sum[3])
{
    const int wide = p->image->width, high = p->image->height;
    const double fx0 = floor(x - 0.5), fy0 = floor(y - 0.5);
    const double fx = x - 0.5 - fx0, fy = y - 0.5 - fy0;
    const int x0 = ((int)fx0 + wide) % wide, x1 = (x0 + 1) % wide;
    const int y0 = fy0 < 0 ? 0 : (int)fy0, y1 = (int)fy0 + 1 < high ? (int)fy0 + 1 : high - 1;
    double c[4][3];
    pixel(p, x0, y0, c[0]);
    pixel(p, x1, y0, c[1]);
    pixel(p, x0, y1, c[2]);
    pixel(p, x1, y1, c[3]);
    for (int k = 0; k < 3; k++) {
        const double a = c[0][k] + (c[1][k] - c[0][k]) * fx, b = c[2][k] + (c[3][k] - c[2][k]) * fx;
        sum[k] += w * (a + (b - a) * fy);
    }
}

/*
 * The map's texels by four samples each. The angles of (x, y) in 0 <= y <= x are those of seven
 * more places by symmetry, in each of the two halves of the map: the trigonometry is done once.
 */
static void resample(soft_env_map *map, const picture *p)
{
    const int half = map->side / 2, fine = 2 * half;
    const double wide = p->image->width, high = p->image->height;
    for (int j = 0; j < fine; j++) {
        for (int i = j; i < fine; i++) {
            const double x = (i + 0.5) / fine, y = (j + 0.5) / fine;
            const reel_vec3 d = reel_soft_env_direction(x, y);
            const double azimuth = reel_atan2(d.y, d.x) / (2 * REEL_PI); /* 0..1/8 or so */
            const double row = (0.5 - reel_asin(d.z) / REEL_PI) * high;
            for (int q = 0; q < 8; q++) {
                const int swap = q & 1, left = q >> 1 & 1, down = q >> 2;
                const int a = swap ? j : i, b = swap ? i : j;
                double turn = swap ? 0.25 - azimuth : azimuth;
                if (swap && i == j) {
                    continue; /* the diagonal is its own mirror */
                }
                turn = left ? 0.5 - turn : turn;
                turn = down ? -turn : turn;
                const double at = 0.5 - turn;
                double c[3] = {0};
                look_up(p, (at - floor(at)) * wide, row, 0.25, c);
                const int xi = left ? half - 1 - a / 2 : half + a / 2;
                const int yi = down ? half - 1 - b / 2 : half + b / 2;
                float *out = map->rgb + 3 * ((size_t)yi * (size_t)map->side + (size_t)xi);
                for (int k = 0; k < 3; k++) {
                    out[k] += (float)c[k];
                }
            }
        }
    }
}

void reel_soft_env_image(soft_env_map *map, soft_env *env, const reel_image *image)
{
    picture p = {.image = image};
    for (int i = 1; i < 256; i++) {
        p.scale[i] = ldexp(1, i - 136);
    }
    while (env->n_suns < SOFT_ENV_SUNS && take_sun(&p, env)) {
    }
    resample(map, &p);
}
