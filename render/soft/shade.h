/*
 * shade.h - reflected light: suns through GGX, sky and surroundings as ambient.
 *
 * Metal-rough reflectance: GGX (Walter et al. 2007) with Schlick's Fresnel term and the height-
 * correlated Smith visibility in Hammon's approximation (GDC 2017); what the specular part does not
 * reflect goes to the diffuse one, so a white surface under a uniform sky returns exactly what it
 * gets. The specular part's albedo is Karis' fit ("Physically Based Shading on Mobile", 2014).
 */
#pragma once

#include "render/soft/shadow.h"
#include "render/soft/sky.h"
#include "render/soft/surface.h"

/* What shading needs to know of a surface, seen along `view` (unit, towards the viewer). */
typedef struct gloss {
    v3 normal, view, f0, albedo; /* reflectance at normal incidence; directional albedo */
    v3 diffuse;                  /* base colour left for the diffuse part */
    vf nv, rough, alpha;
} gloss;

VINL gloss make_gloss(const batch *b, int i)
{
    batch *q = (batch *)b;
    gloss g;
    g.normal = v3_load(q->normal, i);
    g.view = v3_scale(v3_unit(v3_load(q->dir, i)), vf_set(-1.0f));
    g.nv = vf_clamp(v3_dot(g.normal, g.view), 1e-3f, 1.0f);
    const v3 base = v3_load(q->base, i);
    const vf metal = vf_load(b->metal + i);
    g.rough = vf_load(b->rough + i);
    g.alpha = g.rough * g.rough;
    g.f0 = v3_mix(v3_splat(vf_load(b->spec + i)), base, metal);
    const vf r = 1.0f - g.rough;
    const vf a = vf_min(r * r, vf_exp2(-9.28f * g.nv)) * r + (0.0425f - 0.0275f * g.rough);
    const vf scale = -1.04f * a + (1.04f - 0.572f * g.rough);
    const vf bias = 1.04f * a + (0.022f * g.rough - 0.04f);
    g.albedo = (v3){vf_sat(g.f0.x * scale + bias), vf_sat(g.f0.y * scale + bias),
                    vf_sat(g.f0.z * scale + bias)};
    const v3 left = {1.0f - g.albedo.x, 1.0f - g.albedo.y, 1.0f - g.albedo.z};
    g.diffuse = v3_scale(v3_mul(base, left), 1.0f - metal);
    return g;
}

/* Reflected radiance / irradiance on a facing surface, times cos, for light from `l`. */
VINL v3 reflect_sun(const gloss *g, v3 l, vf nl, float spread)
{
    const v3 h = v3_unit(v3_add(l, g->view));
    const vf nh = vf_sat(v3_dot(g->normal, h)), vh = vf_sat(v3_dot(g->view, h));
    /* the disc widens the highlight */
    const vf alpha = vf_clamp(g->alpha + 0.5f * spread, 1e-3f, 1.0f);
    const vf a2 = alpha * alpha;
    /* 1 - nh^2 from the cross product: no cancellation for sharp highlights */
    const v3 n = g->normal;
    const v3 c = {n.y * h.z - n.z * h.y, n.z * h.x - n.x * h.z, n.x * h.y - n.y * h.x};
    const vf d = v3_dot(c, c) + nh * nh * a2;
    const vf smith = vf_mix(2.0f * nl * g->nv, nl + g->nv, alpha);
    const vf spec = a2 / (3.14159265f * d * d * 2.0f * vf_max(smith, vf_set(1e-4f)));
    const vf m = 1.0f - vh, m2 = m * m, f = m2 * m2 * m;
    const float inv_pi = 0.318309886f;
    const v3 fresnel = {g->f0.x + (1.0f - g->f0.x) * f, g->f0.y + (1.0f - g->f0.y) * f,
                        g->f0.z + (1.0f - g->f0.z) * f};
    return (v3){(g->diffuse.x * inv_pi + spec * fresnel.x) * nl,
                (g->diffuse.y * inv_pi + spec * fresnel.y) * nl,
                (g->diffuse.z * inv_pi + spec * fresnel.z) * nl};
}

/* Mirror direction of the view. */
VINL v3 mirror(const gloss *g)
{
    const vf k = 2.0f * v3_dot(g->normal, g->view);
    return v3_unit(v3_sub(v3_scale(g->normal, k), g->view));
}

/* Add the light of every sun to b->color. */
static void add_suns(const soft_job *job, batch *b, int soft)
{
    for (int s = 0; s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        cast_shadows(job, b, sun, soft ? sun->tan_radius : 0.0f);
        for (int i = 0; i < b->n; i += VW) {
            const vf seen = vf_load(b->sun + i);
            if (!vm_any(vf_gt(seen, vf_set(0.0f)))) {
                continue;
            }
            const gloss g = make_gloss(b, i);
            const v3 l = v3_set(sun->dir);
            const vf nl = vf_sat(v3_dot(g.normal, l));
            const v3 r = v3_mul(reflect_sun(&g, l, nl, sun->tan_radius), v3_set(sun->irradiance));
            v3_store(b->color, i, v3_madd(v3_load(b->color, i), seen, r));
        }
    }
}

/* The sky as a lobe of width `rough` about r sees it; a floor below replaces its lower half. */
VINL v3 blurred_sky(const soft_job *job, v3 p, v3 r, vf rough)
{
    const v3 soft = ambient(job, p, r, vf_set(1.0f));
    return v3_mix(sky_radiance(&job->sky, r), soft, vf_smooth(rough, 0.05f, 0.7f));
}

/* Set b->color to the light of sky and surroundings. */
static void set_ambient(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        const v3 p = v3_load(b->pos, i);
        const gloss g = make_gloss(b, i);
        const v3 e = ambient(job, p, g.normal, vf_set(1.0f));
        const v3 s = blurred_sky(job, p, mirror(&g), g.rough);
        v3_store(b->color, i, v3_add(v3_mul(g.diffuse, e), v3_mul(g.albedo, s)));
    }
}

/* Sky lanes: what the ray sees. */
static void set_sky(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        const vm sky = vi_lt(vi_load(b->key + i), vi_set(0));
        if (vm_any(sky)) {
            const v3 c = sky_radiance(&job->sky, v3_unit(v3_load(b->dir, i)));
            v3_store(b->color, i, v3_sel(sky, c, v3_load(b->color, i)));
        }
    }
}

static void shade_draft(const soft_job *job, batch *b)
{
    set_ambient(job, b);
    add_suns(job, b, 0);
    set_sky(job, b);
}
