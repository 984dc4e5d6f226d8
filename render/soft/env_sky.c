/*
 * env_sky.c - skies that are computed: a clear day, an overcast one, a studio, a night.
 */
#include "base/rng.h"
#include "base/trig.h"
#include "render/soft/env.h"

#include <math.h>

enum { STARS = 3000 };

/* Radiance of one kd/m^2 of sky: a sun of 90 klx, as on a clear day, is then the irradiance 3 of
 * reel_sun. */
#define PER_KILOCANDELA (1.0 / 30)

static double smooth(double x)
{
    x = fmin(fmax(x, 0), 1);
    return x * x * (3 - 2 * x);
}

/* --- clear: Preetham, Shirley and Smits, "A Practical Analytic Model for Daylight" (1999), with
 * the distribution of Perez et al. (1993) --- */

/* The five coefficients of Y, x and y as k T + c. */
static const double perez[3][5][2] = {
    {{0.1787, -1.4630}, {-0.3554, 0.4275}, {-0.0227, 5.3251}, {0.1206, -2.5771}, {-0.0670, 0.3703}},
    {{-0.0193, -0.2592},
     {-0.0665, 0.0008},
     {-0.0004, 0.2125},
     {-0.0641, -0.8989},
     {-0.0033, 0.0452}},
    {{-0.0167, -0.2608},
     {-0.0950, 0.0092},
     {-0.0079, 0.2102},
     {-0.0441, -1.6537},
     {-0.0109, 0.0529}},
};
/* Chromaticity of the zenith: powers of T (2, 1, 0) by powers of the sun's angle (3 .. 0). */
static const double zenith_xy[2][3][4] = {
    {{0.00166, -0.00375, 0.00209, 0},
     {-0.02903, 0.06377, -0.03202, 0.00394},
     {0.11693, -0.21196, 0.06052, 0.25886}},
    {{0.00275, -0.00610, 0.00317, 0},
     {-0.04214, 0.08970, -0.04153, 0.00516},
     {0.15346, -0.26756, 0.06670, 0.26688}},
};

typedef struct daylight {
    reel_vec3 sun;
    double coef[3][5],
        zenith[3]; /* of Y (kcd/m^2), x, y; the zenith's over the distribution there */
} daylight;

/* `c`: cosine of the angle to the zenith; `gamma`, `cg`: angle to the sun and its cosine. */
static double distribution(const double k[5], double c, double gamma, double cg)
{
    return (1 + k[0] * reel_exp(k[1] / c)) * (1 + k[2] * reel_exp(k[3] * gamma) + k[4] * cg * cg);
}

static void daylight_begin(daylight *d, reel_vec3 sun, double t)
{
    const double angle = reel_acos(fmin(fmax(sun.z, 0), 1));
    const double chi = (4.0 / 9 - t / 120) * (REEL_PI - 2 * angle);
    d->sun = sun;
    d->zenith[0] = (4.0453 * t - 4.9710) * reel_tan(chi) - 0.2155 * t + 2.4192;
    for (int i = 0; i < 2; i++) {
        double row[3];
        for (int j = 0; j < 3; j++) {
            const double *m = zenith_xy[i][j];
            row[j] = ((m[0] * angle + m[1]) * angle + m[2]) * angle + m[3];
        }
        d->zenith[1 + i] = (row[0] * t + row[1]) * t + row[2];
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5; j++) {
            d->coef[i][j] = perez[i][j][0] * t + perez[i][j][1];
        }
        d->zenith[i] /= distribution(d->coef[i], 1, angle, fmax(sun.z, 0));
    }
    d->zenith[0] = fmax(d->zenith[0], 0);
}

/* Linear Rec. 709 of direction v, which is not below the horizon. */
static void daylight_at(const daylight *d, reel_vec3 v, double out[3])
{
    const double c = fmax(v.z, 0.01);
    const double cg = fmin(fmax(reel_v3_dot(v, d->sun), -1), 1), gamma = reel_acos(cg);
    double f[3];
    for (int i = 0; i < 3; i++) {
        f[i] = d->zenith[i] * distribution(d->coef[i], c, gamma, cg);
    }
    const double y = fmax(f[0], 0) * PER_KILOCANDELA, x = f[1] / f[2] * y;
    const double z = (1 - f[1] - f[2]) / f[2] * y;
    out[0] = fmax(3.2404542 * x - 1.5371385 * y - 0.4985314 * z, 0);
    out[1] = fmax(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z, 0);
    out[2] = fmax(0.0556434 * x - 0.2040259 * y + 1.0572252 * z, 0);
}

/* --- studio: a room whose walls are darker below, with soft boxes --- */

/* A rectangle of light on the plane at distance 1 along `to`; `half` along level and upright. */
typedef struct soft_box {
    double azimuth, elevation; /* degrees */
    double half[2];
    double gain; /* of sky.zenith */
} soft_box;

static const soft_box boxes[] = {
    {0, 90, {0.85, 0.45}, 1.0},    /* above */
    {60, 32, {0.34, 0.48}, 1.15},  /* key, left of the usual camera */
    {-75, 24, {0.22, 0.50}, 0.55}, /* fill */
    {190, 30, {0.10, 0.55}, 0.9},  /* a strip behind */
};
enum { BOXES = sizeof(boxes) / sizeof(boxes[0]) };

static double box_share(const soft_box *b, reel_vec3 v, double edge)
{
    double sa, ca, se, ce;
    reel_sincos(b->azimuth * (REEL_PI / 180), &sa, &ca);
    reel_sincos(b->elevation * (REEL_PI / 180), &se, &ce);
    const reel_vec3 to = {ce * ca, ce * sa, se}, across = {-sa, ca, 0};
    const reel_vec3 up = reel_v3_cross(to, across);
    const double along = reel_v3_dot(v, to);
    if (along < 0.05) {
        return 0;
    }
    const double x = fabs(reel_v3_dot(v, across)) / along, y = fabs(reel_v3_dot(v, up)) / along;
    const double share =
        smooth((b->half[0] - x) / edge + 0.5) * smooth((b->half[1] - y) / edge + 0.5);
    const double r2 = x * x / (b->half[0] * b->half[0]) + y * y / (b->half[1] * b->half[1]);
    return share * (1 - 0.18 * fmin(r2, 2)); /* the lamp inside shines through */
}

static void studio_at(const reel_sky *s, reel_vec3 v, double edge, double out[3])
{
    const double wall = smooth(0.5 + v.z / 0.5), high = smooth(v.z);
    double light = 0;
    for (int i = 0; i < BOXES; i++) {
        light = fmax(light, box_share(&boxes[i], v, edge) * boxes[i].gain);
    }
    for (int c = 0; c < 3; c++) {
        const double room = s->ground[c] + (s->horizon[c] - s->ground[c]) * wall;
        out[c] = room * (1 - 0.35 * high) * (1 - fmin(light, 1)) + s->zenith[c] * light;
    }
}

/* --- all --- */

static void gradient_at(const reel_sky *s, double z, double out[3])
{
    const double a = 1 - fmax(z, 0), t = smooth(-z * (1 / 0.15));
    for (int c = 0; c < 3; c++) {
        const double high = s->zenith[c] + (s->horizon[c] - s->zenith[c]) * (a * a * a);
        out[c] = z >= 0 ? high : s->horizon[c] + (s->ground[c] - s->horizon[c]) * t;
    }
}

static void radiance_at(const reel_sky *s, const daylight *day, reel_vec3 v, double edge,
                        double out[3])
{
    if (s->kind == REEL_SKY_STUDIO) {
        studio_at(s, v, edge, out);
        return;
    }
    if (s->kind == REEL_SKY_NIGHT) {
        gradient_at(s, v.z, out);
        return;
    }
    if (s->kind == REEL_SKY_CLEAR) {
        daylight_at(day, v.z < 0 ? reel_v3_unit(reel_v3(v.x, v.y, 0), v) : v, out);
    } else { /* CIE S 011 (1994): Moon and Spencer's */
        for (int c = 0; c < 3; c++) {
            out[c] = s->zenith[c] * (1 + 2 * fmax(v.z, 0)) / 3;
        }
    }
    const double t = smooth(-v.z * (1 / 0.15));
    for (int c = 0; c < 3; c++) {
        out[c] += (s->ground[c] - out[c]) * t;
    }
}

/* Stars of a power law of brightness, white to slightly warm or blue, sunk in the haze. */
static void add_stars(soft_env_map *map, uint32_t seed)
{
    reel_rng rng = reel_rng_stream(seed, "stars");
    for (int i = 0; i < STARS; i++) {
        const double z = reel_rng_uniform(&rng), turn = reel_rng_uniform(&rng);
        const double rank = reel_rng_uniform(&rng), hue = reel_rng_range(&rng, -1, 1);
        double s, c;
        reel_sincos(2 * REEL_PI * turn, &s, &c);
        const double r = sqrt(1 - z * z), k = 1 / (r * fabs(c) + r * fabs(s) + z);
        const double x = 0.5 * (r * c * k + 1) * map->side - 0.5;
        const double y = 0.5 * (r * s * k + 1) * map->side - 0.5;
        const int x0 = (int)floor(x), y0 = (int)floor(y);
        /* radiance in a texel of the usual size */
        const double light = 0.09 * reel_pow(rank + 0.002, -0.6) * smooth(z / 0.35);
        const double tint[3] = {1 + 0.18 * fmin(hue, 0.6), 1, 1 - 0.22 * hue};
        for (int q = 0; q < 4; q++) {
            const int xi = x0 + (q & 1), yi = y0 + (q >> 1);
            const double w = fmax(1 - fabs(x - xi), 0) * fmax(1 - fabs(y - yi), 0);
            if (xi >= 0 && yi >= 0 && xi < map->side && yi < map->side) {
                float *p = map->rgb + 3 * ((size_t)yi * (size_t)map->side + (size_t)xi);
                for (int j = 0; j < 3; j++) {
                    p[j] += (float)(light * w * tint[j]);
                }
            }
        }
    }
}

int reel_soft_env_side(const reel_scene *scene)
{
    int side = 256;
    if (scene->sky.kind == REEL_SKY_IMAGE) {
        const reel_image *image = &scene->images[scene->sky.image];
        side = 128;
        while (side < 2048 && side < image->height) {
            side *= 2;
        }
    } else if (scene->sky.kind == REEL_SKY_NIGHT) {
        side = 1024;
    } else if (scene->sky.kind == REEL_SKY_STUDIO) {
        side = 512;
    }
    return side;
}

void reel_soft_env_sky(soft_env_map *map, const reel_scene *scene)
{
    const reel_sky *sky = &scene->sky;
    daylight day = {0};
    if (sky->kind == REEL_SKY_CLEAR) {
        daylight_begin(&day, scene->suns[0].to_light, sky->turbidity);
    }
    for (int j = 0; j < map->side; j++) {
        for (int i = 0; i < map->side; i++) {
            const double x = (2 * i + 1) / (double)map->side - 1;
            const double y = (2 * j + 1) / (double)map->side - 1;
            double c[3];
            radiance_at(sky, &day, reel_soft_env_direction(x, y), 6.0 / map->side, c);
            for (int k = 0; k < 3; k++) {
                map->rgb[3 * ((size_t)j * (size_t)map->side + (size_t)i) + (size_t)k] = (float)c[k];
            }
        }
    }
    if (sky->kind == REEL_SKY_NIGHT) {
        add_stars(map, sky->seed);
    }
}
