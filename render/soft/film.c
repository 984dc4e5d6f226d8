/*
 * film.c - white balance and what else a camera's film needs to know.
 *
 * Light of the colour of daylight at some temperature is to be shown as D65, which is the white of
 * the pictures. Its chromaticity is that of the CIE's daylight locus (CIE 15:2004, 3.1); colours
 * are adapted by the linear Bradford transform (Lam 1985; as in ICC.1:2010, annex E), which keeps
 * the luminance of that light.
 */
#include "render/soft/film_setup.h"

#include <string.h>

typedef struct mat {
    double m[3][3];
} mat;

static mat mul(const mat *a, const mat *b)
{
    mat r;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r.m[i][j] = a->m[i][0] * b->m[0][j] + a->m[i][1] * b->m[1][j] + a->m[i][2] * b->m[2][j];
        }
    }
    return r;
}

static mat inverse(const mat *a)
{
    mat c;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            const int i1 = (i + 1) % 3, i2 = (i + 2) % 3, j1 = (j + 1) % 3, j2 = (j + 2) % 3;
            c.m[j][i] = a->m[i1][j1] * a->m[i2][j2] - a->m[i1][j2] * a->m[i2][j1];
        }
    }
    const double det = a->m[0][0] * c.m[0][0] + a->m[0][1] * c.m[1][0] + a->m[0][2] * c.m[2][0];
    for (int i = 0; i < 9; i++) {
        c.m[i / 3][i % 3] /= det;
    }
    return c;
}

static void apply(const mat *a, const double v[3], double out[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = a->m[i][0] * v[0] + a->m[i][1] * v[1] + a->m[i][2] * v[2];
    }
}

/* XYZ of a chromaticity at Y = 1. */
static void light_of(double x, double y, double out[3])
{
    out[0] = x / y;
    out[1] = 1;
    out[2] = (1 - x - y) / y;
}

void reel_soft_daylight(double kelvin, double *x, double *y)
{
    const double t = 1e3 / kelvin;
    *x = kelvin <= 7000 ? ((-4.6070 * t + 2.9678) * t + 0.09911) * t + 0.244063
                        : ((-2.0064 * t + 1.9018) * t + 0.24748) * t + 0.237040;
    *y = (-3.000 * *x + 2.870) * *x - 0.275;
}

/* XYZ of linear RGB of Rec. 709's primaries with D65 as white. */
static mat xyz_from_rgb(const double white[3])
{
    static const double primary[3][2] = {{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}};
    mat p;
    double scale[3];
    for (int i = 0; i < 3; i++) {
        double v[3];
        light_of(primary[i][0], primary[i][1], v);
        for (int j = 0; j < 3; j++) {
            p.m[j][i] = v[j];
        }
    }
    const mat back = inverse(&p);
    apply(&back, white, scale);
    for (int i = 0; i < 9; i++) {
        p.m[i / 3][i % 3] *= scale[i % 3];
    }
    return p;
}

void reel_soft_white_balance(double kelvin, double out[9])
{
    static const mat cones = {
        {{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};
    double white[3], light[3], cone_white[3], cone_light[3], x, y;
    mat gain = {{{0}}};
    light_of(0.3127, 0.3290, white);
    reel_soft_daylight(kelvin, &x, &y);
    light_of(x, y, light);
    apply(&cones, white, cone_white);
    apply(&cones, light, cone_light);
    for (int i = 0; i < 3; i++) {
        gain.m[i][i] = cone_white[i] / cone_light[i];
    }
    const mat rgb = xyz_from_rgb(white), to_rgb = inverse(&rgb), from_cones = inverse(&cones);
    mat m = mul(&cones, &rgb);
    m = mul(&gain, &m);
    m = mul(&from_cones, &m);
    m = mul(&to_rgb, &m);
    memcpy(out, m.m, sizeof m.m);
}

void reel_soft_film_fill(soft_film *out, const reel_camera *camera, int index, int frame, int width,
                         int height)
{
    double balance[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    if (camera->white > 0) {
        reel_soft_white_balance(camera->white, balance);
    }
    *out = (soft_film){.on = camera->white > 0 || camera->vignette > 0,
                       .vignette = (float)camera->vignette,
                       .grain = (float)camera->grain,
                       .cx = (float)(width * 0.5),
                       .cy = (float)(height * 0.5)};
    for (int i = 0; i < 9; i++) {
        out->balance[i] = (float)balance[i];
    }
    uint32_t h = (uint32_t)frame * 0x9e3779b9u + (uint32_t)index * 0x85ebca6bu + 1u;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = (h ^ (h >> 15)) * 0x846ca68bu;
    out->seed = h ^ (h >> 16);
}
