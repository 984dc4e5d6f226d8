/*
 * bsdf.h - how surfaces scatter light, for paths: values, densities and samples that agree.
 *
 * Metal-rough: GGX with visible normals and Smith's height-correlated masking (Heitz 2014) and
 * Schlick's Fresnel term, raised by what it loses between facets (Turquin, "Practical multiple
 * scattering compensation for microfacet models", 2019); what it does not reflect goes to a Lambert
 * part. A lacquer of index 1.5 may lie over it. A white surface returns all that it gets. Samples
 * of visible normals: Dupuy and Benyoub, "Sampling Visible GGX Normals with Spherical Caps", 2023.
 */
#pragma once

#include "render/soft/path_random.h"
#include "render/soft/tile.h"

/* All vectors but the frame itself are in the frame of the normal: z along it. */
typedef struct bsdf {
    v3 n, t, b;   /* the frame */
    v3 view;      /* unit, towards the viewer */
    v3 f0, boost; /* reflectance at normal incidence; what makes up for lost light */
    v3 diffuse;   /* albedo of the Lambert part, with what lies over it */
    vf f90, alpha;
    vf coat, coat_alpha; /* share of the lacquer */
    vf keep;             /* what the lacquer lets through */
    vf p_coat, p_spec;   /* chances of the lobes; the rest is the Lambert part's */
} bsdf;

VINL v3 into_frame(const bsdf *s, v3 d)
{
    return (v3){v3_dot(d, s->t), v3_dot(d, s->b), v3_dot(d, s->n)};
}

/* A and B of gloss.c */
VINL void gloss_albedo(const soft_job *job, vf nv, vf rough, vf *a, vf *b)
{
    const vf x = vf_sqrt(vf_sat(nv)) * (float)(SOFT_GLOSS_ANGLES - 1);
    const vf y = vf_sat(rough) * (float)(SOFT_GLOSS_ROUGH - 1);
    const vf x0 = vf_min(vf_floor(x), vf_set((float)(SOFT_GLOSS_ANGLES - 2)));
    const vf y0 = vf_min(vf_floor(y), vf_set((float)(SOFT_GLOSS_ROUGH - 2)));
    const vi at = (vf_trunc(x0) * SOFT_GLOSS_ROUGH + vf_trunc(y0)) * 2;
    const vf fx = x - x0, fy = y - y0;
    vf *const out[2] = {a, b};
    for (int j = 0; j < 2; j++) {
        const float *p = job->gloss + j;
        const vf low = vf_mix((vf)vi_gather(p, at), (vf)vi_gather(p + 2, at), fy);
        const float *q = p + SOFT_GLOSS_ROUGH * 2;
        *out[j] = vf_mix(low, vf_mix((vf)vi_gather(q, at), (vf)vi_gather(q + 2, at), fy), fx);
    }
}

VINL vf v3_mean(v3 a)
{
    return (a.x + a.y + a.z) * (1.0f / 3.0f);
}

/* What a surface is made of. */
typedef struct substance {
    v3 base;
    vf rough, metal, spec, coat, coat_rough;
} substance;

/* Of a surface with unit normal n seen along unit `view` (towards the viewer). */
VINL bsdf bsdf_make(const soft_job *job, v3 n, v3 view, const substance *m)
{
    bsdf s;
    s.n = n;
    frame_of(n, &s.t, &s.b);
    const v3 v = into_frame(&s, view);
    s.view = v3_unit((v3){v.x, v.y, vf_max(v.z, vf_set(1e-3f))});
    s.f0 = v3_mix(v3_splat(m->spec), m->base, m->metal);
    s.f90 = vf_min(50.0f * vf_max(s.f0.x, vf_max(s.f0.y, s.f0.z)), vf_set(1.0f));
    s.alpha = vf_max(m->rough * m->rough, vf_set(9e-4f));
    s.coat_alpha = vf_max(m->coat_rough * m->coat_rough, vf_set(9e-4f));
    vf a, b;
    gloss_albedo(job, s.view.z, m->rough, &a, &b);
    const vf lost = 1.0f / vf_max(a + b, vf_set(1e-3f)) - 1.0f;
    s.boost = (v3){1.0f + s.f0.x * lost, 1.0f + s.f0.y * lost, 1.0f + s.f0.z * lost};
    v3 e = v3_mul(v3_make(s.f0.x * a + s.f90 * b, s.f0.y * a + s.f90 * b, s.f0.z * a + s.f90 * b),
                  s.boost);
    e = (v3){vf_sat(e.x), vf_sat(e.y), vf_sat(e.z)};
    s.diffuse =
        v3_scale((v3){m->base.x * (1.0f - e.x), m->base.y * (1.0f - e.y), m->base.z * (1.0f - e.z)},
                 1.0f - m->metal);
    s.coat = m->coat;
    vf over = vf_set(0.0f);
    if (vm_any(vf_gt(m->coat, vf_set(0.0f)))) {
        gloss_albedo(job, s.view.z, m->coat_rough, &a, &b);
        over = m->coat * (0.04f * a + b);
    }
    s.keep = 1.0f - over;
    const vf spec = v3_mean(e), diff = v3_mean(s.diffuse);
    const vf rest = s.keep / vf_max(spec + diff, vf_set(1e-6f));
    s.p_coat = over;
    s.p_spec = vf_max(spec * rest, vf_set(1e-6f));
    /* a lobe that is there is drawn often enough to show what it has at its rim */
    const vf some = vf_and(vf_gt(spec, vf_set(1e-5f)), vf_clamp(s.p_spec / s.keep, 0.15f, 0.9f));
    s.p_spec = s.keep * vf_sel(vf_gt(diff, vf_set(0.0f)), some, vf_set(1.0f));
    return s;
}

/* D and Smith's visibility of GGX for the half vector h, and the density of l by visible normals;
 * the result is without the Fresnel term and the cosine. */
VINL vf ggx(vf alpha, v3 h, vf nv, vf nl, vf *pdf)
{
    const vf a2 = alpha * alpha;
    const vf d0 = h.x * h.x + h.y * h.y + h.z * h.z * a2;
    const vf d = a2 / vf_max(3.14159265f * d0 * d0, vf_set(1e-30f));
    const vf lv = vf_sqrt(a2 + (1.0f - a2) * nv * nv), ll = vf_sqrt(a2 + (1.0f - a2) * nl * nl);
    *pdf = d * 0.5f / (nv + lv);
    return d * 0.5f / vf_max(nl * lv + nv * ll, vf_set(1e-12f));
}

VINL vf schlick(vf vh)
{
    const vf m = 1.0f - vf_sat(vh), m2 = m * m;
    return m2 * m2 * m;
}

/* Reflected radiance times the cosine for light from l (in the frame), and the density of l. */
VINL v3 bsdf_value(const bsdf *s, v3 l, vf *pdf)
{
    const vf nl = vf_max(l.z, vf_set(0.0f)), nv = s->view.z;
    const v3 h = v3_unit(v3_add(l, s->view));
    const vf f = schlick(v3_dot(s->view, h));
    vf p;
    const vf g = ggx(s->alpha, h, nv, nl, &p) * s->keep;
    const float inv_pi = 0.318309886f;
    *pdf = s->p_spec * p + (1.0f - s->p_coat - s->p_spec) * nl * inv_pi;
    const vf d = s->keep * inv_pi;
    v3 value = {s->diffuse.x * d + g * s->boost.x * (s->f0.x + (s->f90 - s->f0.x) * f),
                s->diffuse.y * d + g * s->boost.y * (s->f0.y + (s->f90 - s->f0.y) * f),
                s->diffuse.z * d + g * s->boost.z * (s->f0.z + (s->f90 - s->f0.z) * f)};
    if (vm_any(vf_gt(s->coat, vf_set(0.0f)))) {
        const vf c = ggx(s->coat_alpha, h, nv, nl, &p) * s->coat * (0.04f + 0.96f * f);
        *pdf = *pdf + s->p_coat * p;
        value = v3_add(value, v3_splat(c));
    }
    const vm lit = vf_gt(l.z, vf_set(0.0f));
    *pdf = vf_and(lit, *pdf);
    const vf cosine = vf_and(lit, nl);
    return v3_scale(value, cosine);
}

/* A microfacet normal as seen from v. */
VINL v3 visible_normal(v3 v, vf alpha, uv r)
{
    const v3 w = v3_unit((v3){alpha * v.x, alpha * v.y, v.z});
    vf s, c;
    sincos_turns(r.u, &s, &c);
    const vf up = 1.0f - r.v * (1.0f + w.z);
    const vf side = vf_sqrt(vf_max(1.0f - up * up, vf_set(0.0f)));
    return v3_unit(
        (v3){alpha * (side * c + w.x), alpha * (side * s + w.y), vf_max(up + w.z, vf_set(1e-7f))});
}

VINL v3 mirrored(v3 v, v3 h)
{
    return v3_sub(v3_scale(h, 2.0f * v3_dot(v, h)), v);
}

/* A direction in the frame, by lobe number `pick` in [0, 1); `*wide` are the lanes whose lobe
 * scatters widely. It may point below the surface: then its density is 0. */
VINL v3 bsdf_draw(const bsdf *s, vf pick, uv r, vm *wide)
{
    const vm coat = vf_lt(pick, s->p_coat);
    const vm spec = vm_andnot(vf_lt(pick, s->p_coat + s->p_spec), coat);
    const vf alpha = vf_sel(coat, s->coat_alpha, s->alpha);
    const v3 l = mirrored(s->view, visible_normal(s->view, alpha, r));
    vf sine, cosine;
    sincos_turns(r.u, &sine, &cosine);
    const vf radius = vf_sqrt(r.v);
    const v3 lambert = {radius * cosine, radius * sine, vf_sqrt(vf_max(1.0f - r.v, vf_set(1e-8f)))};
    const vm shiny = vm_or(coat, spec);
    *wide = vm_not(vm_and(shiny, vf_lt(alpha, vf_set(0.1f))));
    return v3_sel(shiny, l, lambert);
}

/* Share of light that a boundary of relative index eta (beyond / here) reflects; *ct: the cosine
 * beyond. 1 where it reflects totally. */
VINL vf fresnel_exact(vf ci, vf eta, vf *ct)
{
    const vf inv = 1.0f / eta, s2 = (1.0f - ci * ci) * inv * inv;
    const vf one = vf_set(1.0f), c = vf_sqrt(vf_max(1.0f - s2, vf_set(0.0f)));
    const vf a = (ci - eta * c) / vf_max(ci + eta * c, vf_set(1e-12f));
    const vf b = (eta * ci - c) / vf_max(eta * ci + c, vf_set(1e-12f));
    *ct = c;
    return vf_sel(vf_ge(s2, one), one, 0.5f * (a * a + b * b));
}

/*
 * The way on at the boundary of glass, for unit view v on the side of the normal, all in its frame:
 * reflected or (`*passes`) through. What a rough boundary would lose between its facets goes on
 * as well, so that glass absorbs nothing but by its tint.
 */
VINL v3 glass_draw(v3 v, vf alpha, vf eta, vf pick, uv r, vm *passes)
{
    const v3 h = visible_normal(v, alpha, r);
    const vf ci = vf_clamp(v3_dot(v, h), 1e-6f, 1.0f);
    vf ct;
    const vf f = fresnel_exact(ci, eta, &ct), inv = 1.0f / eta;
    *passes = vf_ge(pick, f);
    v3 up = mirrored(v, h);
    up.z = vf_max(vf_abs(up.z), vf_set(1e-6f));
    v3 down = v3_sub(v3_scale(h, ci * inv - ct), v3_scale(v, inv));
    down.z = -vf_max(vf_abs(down.z), vf_set(1e-6f));
    return v3_unit(v3_sel(*passes, down, up));
}
