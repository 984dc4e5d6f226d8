/*
 * light.c - suns, sky and bouncing planes as the kernel reads them.
 */
#include "base/trig.h"
#include "render/soft/env.h"
#include "render/soft/soft.h"

#include <math.h>

static void to_float(float out[3], const double in[3])
{
    for (int i = 0; i < 3; i++) {
        out[i] = (float)in[i];
    }
}

static double dotf(const float a[3], const float b[3])
{
    return (double)a[0] * b[0] + (double)a[1] * b[1] + (double)a[2] * b[2];
}

/* The silhouette of a box along `l` is a hexagon: three pairs of parallel edges, one pair for each
 * axis, whose normals are l x axis. */
static void fill_box(soft_occluder *o, const double l[3], const float half[3])
{
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        const double len = sqrt(l[j] * l[j] + l[k] * l[k]);
        o->inv[i] = (float)(fabs(l[i]) > 1e-12 ? 1 / l[i] : copysign(1e12, l[i]));
        o->width[i] = 1e30F; /* light along the axis: the edge is a point */
        if (len > 1e-6) {
            o->slab[i][j] = (float)(l[k] / len);
            o->slab[i][k] = (float)(-l[j] / len);
            o->width[i] = (float)((half[j] * fabs(l[k]) + half[k] * fabs(l[j])) / len);
        }
    }
}

static void fill_cylinder(soft_occluder *o, const double l[3], const float half[3])
{
    const double s = sqrt(l[0] * l[0] + l[1] * l[1]);
    const double axis[3] = {-l[2] * l[0], -l[2] * l[1], 1 - l[2] * l[2]};
    o->cap = (float)(half[0] * fabs(l[2]));
    o->length = (float)(half[1] * s);
    if (s > 1e-6) {
        for (int i = 0; i < 3; i++) {
            o->axis[0][i] = (float)(axis[i] / s);
        }
        o->axis[1][0] = (float)(l[1] / s);
        o->axis[1][1] = (float)(-l[0] / s);
    } else {
        o->axis[0][0] = o->axis[1][1] = 1;
    }
}

/* What list_shading() goes by. */
static void fill_caster(soft_sun *sun, const soft_geom *g, int k)
{
    const soft_occluder *o = &sun->occluders[k];
    float radius = g->radius;
    if (!g->present) {
        radius = -1e30F;
    } else if (g->shape == REEL_SHAPE_PLANE) {
        radius = o->dir[2] < 0 ? 1e30F : -1e30F;
    }
    sun->casters[0][k] = g->present ? o->cu : 0;
    sun->casters[1][k] = g->present ? o->cv : 0;
    sun->casters[2][k] = g->present ? o->cw : 0;
    sun->casters[3][k] = radius;
}

void reel_soft_sun_fill(soft_sun *sun, const soft_geom *geoms, int n_drawn)
{
    const reel_vec3 d = {sun->dir[0], sun->dir[1], sun->dir[2]};
    const reel_vec3 ax = fabs(d.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
    const reel_vec3 u = reel_v3_unit(reel_v3_cross(d, ax), ax), v = reel_v3_cross(d, u);
    to_float(sun->u, (double[3]){u.x, u.y, u.z});
    to_float(sun->v, (double[3]){v.x, v.y, v.z});
    for (int k = 0; k < n_drawn; k++) {
        const soft_geom *g = &geoms[k];
        soft_occluder *o = &sun->occluders[k];
        double l[3];
        if (!g->present) {
            fill_caster(sun, g, k);
            continue;
        }
        *o = (soft_occluder){0};
        for (int i = 0; i < 3; i++) {
            l[i] = dotf(g->rot + i * 3, sun->dir);
        }
        to_float(o->dir, l);
        o->cu = (float)dotf(g->centre, sun->u);
        o->cv = (float)dotf(g->centre, sun->v);
        o->cw = (float)dotf(g->centre, sun->dir);
        if (g->shape == REEL_SHAPE_BOX) {
            fill_box(o, l, g->half);
        } else if (g->shape == REEL_SHAPE_CYLINDER || g->shape == REEL_SHAPE_CONE) {
            fill_cylinder(o, l, g->half);
        } else if (g->shape == REEL_SHAPE_ELLIPSOID) {
            const double a = g->half[0], b = g->half[1], c = g->half[2];
            const double x = l[0] * b * c, y = l[1] * c * a, z = l[2] * a * b;
            o->cap = (float)sqrt(sqrt(x * x + y * y + z * z));
        }
        fill_caster(sun, g, k);
    }
    for (size_t k = (size_t)n_drawn; k < SOFT_WHOLE_GROUPS(n_drawn); k++) {
        sun->casters[3][k] = -1e30F;
    }
}

/* Radiance of the sky at height z = sin(elevation); the kernel's sky_radiance() in double. */
static double sky_at(const reel_sky *sky, int c, double z)
{
    if (z >= 0) {
        const double a = 1 - z;
        return sky->zenith[c] + (sky->horizon[c] - sky->zenith[c]) * (a * a * a);
    }
    const double t = fmin(-z * (1 / 0.15), 1), s = t * t * (3 - 2 * t);
    return sky->horizon[c] + (sky->ground[c] - sky->horizon[c]) * s;
}

/* Integral over the azimuth of max(0, a + b cos(phi)), b >= 0. */
static double around(double a, double b)
{
    if (a >= b) {
        return 2 * REEL_PI * a;
    }
    if (a <= -b) {
        return 0;
    }
    const double phi = reel_acos(-a / b);
    return 2 * (a * phi + b * sqrt(1 - (a / b) * (a / b)));
}

/* Irradiance / pi of one half (side +1 or -1) on a normal of height n. */
static double half_irradiance(const reel_sky *sky, int c, int side, double n)
{
    enum { STEPS = 256 };
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
        const double z = side * (i + 0.5) / STEPS;
        const double w = around(n * z, sqrt(1 - n * n) * sqrt(1 - z * z));
        sum += sky_at(sky, c, z) * w / STEPS;
    }
    return sum / REEL_PI;
}

/* Polynomial through `n` points (x, y): divided differences, then expanded to powers of x. */
static void interpolate(int n, const double *x, const double *y, float *out)
{
    double d[SOFT_SKY_TERMS], p[SOFT_SKY_TERMS] = {0};
    for (int i = 0; i < n; i++) {
        d[i] = y[i];
    }
    for (int j = 1; j < n; j++) {
        for (int i = n - 1; i >= j; i--) {
            d[i] = (d[i] - d[i - 1]) / (x[i] - x[i - j]);
        }
    }
    for (int i = n - 1; i >= 0; i--) { /* p = p * (X - x[i]) + d[i] */
        for (int j = n - 1; j > 0; j--) {
            p[j] = p[j - 1] - x[i] * p[j];
        }
        p[0] = d[i] - x[i] * p[0];
    }
    for (int i = 0; i < n; i++) {
        out[i] = (float)p[i];
    }
}

void reel_soft_sky_fill(soft_sky *out, const reel_sky *sky, const soft_env *env)
{
    double x[SOFT_SKY_TERMS], y[SOFT_SKY_TERMS];
    out->env = env;
    if (env) {
        to_float(out->mean, env->mean);
        return;
    }
    to_float(out->zenith, sky->zenith);
    to_float(out->horizon, sky->horizon);
    to_float(out->ground, sky->ground);
    for (int i = 0; i < SOFT_SKY_TERMS; i++) {
        x[i] = reel_cos(REEL_PI * (i + 0.5) / SOFT_SKY_TERMS);
    }
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SOFT_SKY_TERMS; i++) {
            y[i] = half_irradiance(sky, c, 1, x[i]);
        }
        interpolate(SOFT_SKY_TERMS, x, y, out->above[c]);
        out->below[c] = (float)half_irradiance(sky, c, -1, -1);

        out->mean[c] = 0;
        for (int side = -1; side <= 1; side += 2) {
            for (int i = 0; i < 64; i++) {
                out->mean[c] += (float)(sky_at(sky, c, side * (i + 0.5) / 64) / 128);
            }
        }
    }
}

void reel_soft_env_view(soft_sky *sky, const reel_view *view)
{
    const soft_env *env = sky->env;
    const double c = env->turn[0], s = env->turn[1];
    reel_mat3 turn;
    for (int i = 0; i < 3; i++) { /* the columns of the map's axes in the world, as camera rows */
        const double x = view->cam_from_world.m[i][0], y = view->cam_from_world.m[i][1];
        turn.m[0][i] = c * x + s * y;
        turn.m[1][i] = c * y - s * x;
        turn.m[2][i] = view->cam_from_world.m[i][2];
    }
    for (int i = 0; i < 9; i++) {
        sky->axes[i] = (float)turn.m[i / 3][i % 3];
    }
}

static double evaluate(const float p[SOFT_SKY_TERMS], double x)
{
    double s = 0;
    for (int i = SOFT_SKY_TERMS - 1; i >= 0; i--) {
        s = s * x + p[i];
    }
    return s;
}

void reel_soft_sky_irradiance(const soft_sky *sky, int half, const float n[3], double out[3])
{
    const double up = dotf(n, sky->up);
    if (sky->env) {
        const float *m = sky->axes;
        const reel_vec3 d = {dotf(m, n), dotf(m + 3, n), dotf(m + 6, n)};
        reel_soft_env_look(sky->env, SOFT_ENV_ABOVE + half, d, out);
        return;
    }
    for (int c = 0; c < 3; c++) {
        out[c] = half ? sky->below[c] * (0.5 - 0.5 * up) : fmax(evaluate(sky->above[c], up), 0);
    }
}

int reel_soft_bouncers(const soft_job *job, soft_bouncer out[SOFT_MAX_BOUNCERS])
{
    int n = 0;
    for (int k = 0; k < job->n_drawn && n < SOFT_MAX_BOUNCERS; k++) {
        const soft_geom *g = &job->geoms[k];
        if (g->shape != REEL_SHAPE_PLANE || !g->present) {
            continue;
        }
        soft_bouncer *b = &out[n++];
        const float *normal = g->rot + 6; /* third row: the local z axis in the camera frame */
        b->up = (float)dotf(normal, job->sky.up);
        b->offset = g->off[2];
        b->range = g->radius;
        b->drawn = k;
        double high[3], low[3];
        reel_soft_sky_irradiance(&job->sky, 0, normal, high);
        reel_soft_sky_irradiance(&job->sky, 1, normal, low);
        for (int c = 0; c < 3; c++) {
            const double albedo = job->info[k].albedo[c];
            double sun = 0;
            b->normal[c] = normal[c];
            for (int s = 0; s < job->n_suns; s++) {
                sun += job->suns[s].irradiance[c] * fmax(dotf(normal, job->suns[s].dir), 0);
            }
            b->radiance_sun[c] = (float)(albedo * sun / REEL_PI);
            b->radiance_sky[c] = (float)(albedo * (high[c] + low[c])) +
                                 job->materials[job->info[k].material].emission[c];
        }
    }
    return n;
}
