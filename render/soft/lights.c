/*
 * lights.c - all lights of a frame in the camera's frame.
 */
#include "base/trig.h"
#include "render/soft/env.h"
#include "render/soft/renderer.h"

#include <math.h>

static void to_camera(float out[3], const reel_view *view, reel_vec3 world)
{
    const reel_vec3 v = reel_mat3_mul_v(view->cam_from_world, world);
    out[0] = (float)v.x;
    out[1] = (float)v.y;
    out[2] = (float)v.z;
}

static void fill_sun(reel_renderer *r, const soft_snapshot *now, int s, const soft_env_sun *sun)
{
    soft_sun *out = &r->suns[s];
    double sine, cosine;
    reel_sincos(sun->angular_radius, &sine, &cosine);
    to_camera(out->dir, &now->view, sun->to_light);
    out->tan_radius = (float)(sine / cosine);
    out->cos_disc = (float)cosine;
    out->occluders = r->occluders + (size_t)s * (size_t)r->n_drawn;
    for (int i = 0; i < 4; i++) {
        out->casters[i] = r->casters + (size_t)(4 * s + i) * SOFT_WHOLE_GROUPS(r->n_drawn);
    }
    for (int c = 0; c < 3; c++) {
        out->irradiance[c] = (float)sun->irradiance[c];
        out->disc[c] = (float)(sun->irradiance[c] / (REEL_PI * fmax(sine * sine, 1e-8)));
    }
    reel_soft_sun_fill(out, now->geoms, r->n_drawn);
    out->rims = r->n_meshes ? &r->rims[s] : NULL;
    if (out->rims && r->options.quality >= REEL_QUALITY_STANDARD) {
        reel_soft_rims_fill(out->rims, r->shown, now->geoms, r->n_drawn, out);
    }
}

/* Radius of the ball that shows as much of itself on average: a quarter of the surface. */
static double glow_radius(const soft_geom *g)
{
    const double a = g->half[0], b = g->half[1], c = g->half[2];
    switch (g->shape) {
    case REEL_SHAPE_SPHERE: return a;
    case REEL_SHAPE_BOX: return sqrt(2 * (a * b + b * c + c * a) / REEL_PI);
    case REEL_SHAPE_CAPSULE: return sqrt(a * (a + b));
    case REEL_SHAPE_CYLINDER: return sqrt(0.5 * a * (a + 2 * b));
    case REEL_SHAPE_CONE: return sqrt(0.25 * a * (a + sqrt(a * a + 4 * b * b)));
    case REEL_SHAPE_ELLIPSOID: return sqrt((a * b + b * c + c * a) / 3);
    default: return 0.6 * (double)g->radius; /* of a mesh no more is asked */
    }
}

/* Geoms that glow, but planes: those are bouncers. */
static void fill_glows(reel_renderer *r, soft_job *job)
{
    job->glows = r->glows;
    job->n_glows = 0;
    job->glowing = r->n_glowing > 0;
    job->coated = r->coated;
    job->clear = r->clear;
    for (int k = 0; r->n_glowing && k < r->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        const float *e = r->materials[r->info[k].material].emission;
        if (!g->present || g->shape == REEL_SHAPE_PLANE || !(e[0] + e[1] + e[2] > 0)) {
            continue;
        }
        soft_glow *glow = &r->glows[job->n_glows++];
        *glow = (soft_glow){.drawn = k, .lamp = {.kind = REEL_LAMP_SPHERE}};
        glow->lamp.radius = (float)glow_radius(g);
        for (int c = 0; c < 3; c++) {
            glow->lamp.at[c] = g->centre[c];
            glow->lamp.radiance[c] = e[c];
        }
    }
}

void reel_soft_lights_fill(reel_renderer *r, soft_job *job, const soft_snapshot *now)
{
    const reel_scene *scene = r->scene;
    job->sky = r->sky;
    to_camera(job->sky.up, &now->view, reel_v3(0, 0, 1));
    if (job->sky.env) {
        reel_soft_env_view(&job->sky, &now->view);
    }
    for (int s = 0; s < scene->n_suns; s++) {
        const reel_sun *sun = &scene->suns[s];
        const soft_env_sun given = {sun->to_light,
                                    {sun->irradiance[0], sun->irradiance[1], sun->irradiance[2]},
                                    sun->angular_radius};
        fill_sun(r, now, s, &given);
    }
    for (int s = scene->n_suns; s < r->n_suns; s++) {
        fill_sun(r, now, s, &r->env->suns[s - scene->n_suns]);
    }
    for (int i = 0; i < scene->n_lamps; i++) {
        reel_soft_lamp_fill(&r->lamps[i], scene, r->take, now, i);
    }
    job->suns = r->suns;
    job->lamps = r->lamps;
    job->n_lamps = scene->n_lamps;
    job->n_suns = r->n_suns;
    fill_glows(r, job);
    job->n_bouncers = reel_soft_bouncers(job, job->bouncers);
}
