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
    vf under; /* share of the specular part that a lacquer lets through; 1 without one */
} gloss;

/* Square of the distance from the middle of a finite plane, in radii, where its rim begins to fade.
 */
#define RIM_BEGINS 0.15f

/* Reflectance at grazing angles: 1, but for surfaces without any specular part. */
VINL vf grazing(v3 f0)
{
    return vf_min(50.0f * vf_max(f0.x, vf_max(f0.y, f0.z)), vf_set(1.0f));
}

/* A specular lobe reflects f0 * scale + bias of the light from all around (Karis' fit). */
VINL void lobe_albedo(vf nv, vf rough, vf *scale, vf *bias)
{
    const vf r = 1.0f - rough;
    /* 2^(-9.28 nv), as an eighth power */
    const vf e = 1.0f - 0.75f * nv, e2 = e * e, e4 = e2 * e2;
    const vf a = vf_min(r * r, e4 * e4) * r + (0.0425f - 0.0275f * rough);
    *scale = -1.04f * a + (1.04f - 0.572f * rough);
    *bias = 1.04f * a + (0.022f * rough - 0.04f);
}

/* True if nothing that a batch shows is a metal: then what it reflects has no colour. */
static int shows_no_metal(const soft_job *job, const batch *b)
{
    for (int j = 0; j < b->n_shown; j++) {
        if (job->materials[job->info[b->shown[j].drawn].material].metallic > 0) {
            return 0;
        }
    }
    return 1;
}

/* Reflectance at normal incidence. `grey`: no lane is a metal; then the compiler does for one
 * channel what it would for three. */
VINL v3 reflectance(const batch *b, int i, v3 base, int grey)
{
    const v3 spec = v3_splat(vf_load(b->spec + i));
    return grey ? spec : v3_mix(spec, base, vf_load(b->metal + i));
}

/* A surface as it is, without a lacquer. */
VINL gloss bare_gloss(batch *b, int i, int grey)
{
    const v3 base = v3_load(b->base, i);
    gloss g;
    vf scale, bias;
    g.normal = v3_load(b->shade, i);
    g.view = v3_load(b->view, i);
    g.nv = vf_clamp(v3_dot(g.normal, g.view), 1e-3f, 1.0f);
    g.f0 = reflectance(b, i, base, grey);
    g.rough = vf_load(b->rough + i);
    g.alpha = g.rough * g.rough;
    g.under = vf_set(1.0f);
    lobe_albedo(g.nv, g.rough, &scale, &bias);
    bias = bias * grazing(g.f0);
    g.albedo = (v3){vf_sat(g.f0.x * scale + bias), vf_sat(g.f0.y * scale + bias),
                    vf_sat(g.f0.z * scale + bias)};
    const v3 left = {1.0f - g.albedo.x, 1.0f - g.albedo.y, 1.0f - g.albedo.z};
    const v3 rest = v3_mul(base, left);
    g.diffuse = grey ? rest : v3_scale(rest, 1.0f - vf_load(b->metal + i));
    return g;
}

VINL void prepare_groups(batch *b, int grey)
{
    for (int i = 0; i < b->n; i += VW) {
        if (group_hits(b->key, i)) {
            const gloss g = bare_gloss(b, i, grey);
            v3_store(b->gleam, i, g.albedo);
            v3_store(b->diffuse, i, g.diffuse);
        }
    }
}

/* Set gleam and diffuse of the lanes that show a surface; after b->grey. */
STAGE void prepare_gloss(batch *b)
{
    if (b->grey) {
        prepare_groups(b, 1);
    } else {
        prepare_groups(b, 0);
    }
}

/* `grey` only if b->grey and no lane has a lacquer. */
VINL gloss load_gloss(batch *b, int i, int grey)
{
    const v3 base = v3_load(b->base, i);
    gloss g;
    g.normal = v3_load(b->shade, i);
    g.view = v3_load(b->view, i);
    g.albedo = grey ? v3_splat(vf_load(b->gleam[0] + i)) : v3_load(b->gleam, i);
    g.diffuse = v3_load(b->diffuse, i);
    g.nv = vf_clamp(v3_dot(g.normal, g.view), 1e-3f, 1.0f);
    g.f0 = reflectance(b, i, base, grey);
    g.rough = vf_load(b->rough + i);
    g.alpha = g.rough * g.rough;
    g.under = !grey && b->coated ? vf_load(b->under + i) : vf_set(1.0f);
    return g;
}

#define COAT_F0 0.04f

/* The lacquer alone as a surface. */
VINL gloss coat_gloss(const batch *b, int i, const gloss *base)
{
    gloss g = *base;
    g.f0 = v3_splat(vf_set(COAT_F0));
    g.diffuse = v3_splat(vf_set(0.0f));
    g.albedo = v3_splat(vf_load(b->coat_gleam + i));
    g.rough = vf_load(b->coat_rough + i);
    g.alpha = g.rough * g.rough;
    g.under = vf_load(b->coat + i);
    return g;
}

/* Reflected radiance / irradiance on a facing surface, times cos, for light from `l`. */
VINL v3 reflect_sun(const gloss *g, v3 l, vf nl, float spread)
{
    /* h is not of unit length: its square cancels out of the distribution, and half its length is
     * the cosine of half the angle between the two */
    const v3 h = v3_add(l, g->view);
    const vf h2 = v3_dot(h, h), nh = vf_max(v3_dot(g->normal, h), vf_set(0.0f));
    const vf vh = vf_min(0.5f * vf_about_sqrt(h2), vf_set(1.0f));
    /* the disc widens the highlight */
    const vf alpha = vf_clamp(g->alpha + 0.5f * spread, 1e-3f, 1.0f);
    const vf a2 = alpha * alpha;
    /* 1 - nh^2 from the cross product: no cancellation for sharp highlights */
    const v3 n = g->normal;
    const v3 c = {n.y * h.z - n.z * h.y, n.z * h.x - n.x * h.z, n.x * h.y - n.y * h.x};
    const vf d = vf_max(v3_dot(c, c) + nh * nh * a2, vf_set(1e-12f));
    const vf smith = vf_max(vf_mix(2.0f * nl * g->nv, nl + g->nv, alpha), vf_set(1e-4f));
    const vf spec = g->under * (a2 * h2 * h2) / (2.0f * 3.14159265f * (d * d) * smith);
    const vf m = 1.0f - vh, m2 = m * m, f = m2 * m2 * m;
    const float inv_pi = 0.318309886f;
    const vf f90 = grazing(g->f0);
    const v3 fresnel = {g->f0.x + (f90 - g->f0.x) * f, g->f0.y + (f90 - g->f0.y) * f,
                        g->f0.z + (f90 - g->f0.z) * f};
    return (v3){(g->diffuse.x * inv_pi + spec * fresnel.x) * nl,
                (g->diffuse.y * inv_pi + spec * fresnel.y) * nl,
                (g->diffuse.z * inv_pi + spec * fresnel.z) * nl};
}

/* Mirror direction of the view. */
VINL v3 mirror(const gloss *g)
{
    const vf k = 2.0f * v3_dot(g->normal, g->view);
    return v3_sub(v3_scale(g->normal, k), g->view);
}

/*
 * What the planes send into the lobe about `r`, whose share of it goes from none to all while r
 * sinks by the lobe's width, and in `keep` the share that the sky has; `r` is lifted to the middle
 * of what is left of the lobe.
 */
VINL v3 lobe_planes(const soft_job *job, v3 p, v3 *r, vf rough, vf *keep)
{
    const vf width = vf_min(2.0f * rough * rough, vf_set(0.99f)) + 0.01f, inv = 0.5f / width;
    v3 sum = v3_splat(vf_set(0.0f));
    *keep = vf_set(1.0f);
    for (int i = 0; i < job->n_bouncers; i++) {
        const soft_bouncer *b = &job->bouncers[i];
        const vf height = v3_dotu(p, b->normal) + b->offset, toward = v3_dotu(*r, b->normal);
        const vf x = vf_sat(0.5f - toward * inv);
        if (!vm_any(vf_gt(x, vf_set(0.0f)))) {
            continue; /* no lobe reaches below its horizon */
        }
        vf share = vf_and(vf_gt(height, vf_set(-1e-3f)), x * x * (3.0f - 2.0f * x));
        if (b->range > 0) {
            const float r2 = b->range * b->range;
            share = share * (r2 / (r2 + height * height));
        }
        const vf gain = *keep * share;
        sum = v3_add(sum, (v3){gain * (b->radiance_sky[0] + b->radiance_sun[0]),
                               gain * (b->radiance_sky[1] + b->radiance_sun[1]),
                               gain * (b->radiance_sky[2] + b->radiance_sun[2])});
        if (job->n_lamps + job->n_glows && vm_any(vf_gt(gain, vf_set(1e-3f)))) {
            sum = v3_madd(sum, gain, lamps_on_plane(job, p, b, height));
        }
        *keep = *keep * (1.0f - share);
        *r = v3_madd(*r, vf_max(0.35f * width - toward, vf_set(0.0f)) * share, v3_set(b->normal));
    }
    return sum;
}

/* The surroundings as a lobe of width `rough` about r sees them. */
VINL v3 blurred_sky(const soft_job *job, v3 p, v3 r, vf rough)
{
    vf keep;
    v3 to = r;
    if (job->sky.env) {
        const v3 planes = lobe_planes(job, p, &to, rough, &keep);
        return v3_madd(planes, keep, env_blurred(&job->sky, to, rough));
    }
    /* a rough lobe sees what a diffuse surface would see that faces along it */
    const vf share = vf_smooth(rough, 0.25f, 0.9f);
    const vm some = vf_lt(share, vf_set(1.0f));
    v3 soft = v3_splat(vf_set(0.0f));
    if (vm_any(vf_gt(share, vf_set(0.0f)))) {
        soft = ambient(job, p, r, vf_set(1.0f));
    }
    if (!vm_any(some)) {
        return soft;
    }
    const v3 planes = lobe_planes(job, p, &to, rough, &keep);
    const vm bent = vf_lt(keep, vf_set(1.0f));
    to = vm_any(bent) ? v3_sel(bent, v3_nearly_unit(to), r) : r;
    const v3 sharp = v3_madd(planes, keep, sky_radiance(&job->sky, to));
    return v3_sel(some, v3_mix(sharp, soft, share), soft);
}

/* The same in the mirror direction of a surface; `level`, a constant, only if job->level. */
VINL v3 mirrored_sky(const soft_job *job, batch *b, int i, const gloss *g, vf rough, int level)
{
    if (!level) {
        return blurred_sky(job, v3_load(b->pos, i), mirror(g), rough);
    }
    const vf up = v3_dotu(g->normal, job->sky.up);
    return level_blurred(job, 2.0f * g->nv * up - v3_dotu(g->view, job->sky.up), rough);
}

/* Irradiance / pi on the surfaces of a group, by sky and planes. */
VINL v3 surface_ambient(const soft_job *job, batch *b, int i, v3 normal, int level)
{
    if (level) {
        return level_ambient(job, v3_dotu(normal, job->sky.up));
    }
    const vm on_floor = vi_eq(vi_load(b->key + i) >> 3, vi_set(job->floor));
    const v3 same = v3_set(job->floor_ambient);
    if (!(group_hits(b->key, i) & ~vm_bits(on_floor))) {
        return same;
    }
    return v3_sel(on_floor, same, ambient(job, v3_load(b->pos, i), normal, vf_set(1.0f)));
}

/* Of surfaces with a lacquer: which part of the base is as smooth as to show what is traced. */
VINL vf base_traced(const batch *b, int i)
{
    const vf bare = vf_sel(vf_gt(vf_load(b->coat + i), vf_set(0.0f)), vf_set(0.0f), vf_set(1.0f));
    return vf_max(bare, 1.0f - vf_smooth(vf_load(b->rough + i), 0.2f, 0.5f));
}

/* What a lacquer shows of the surroundings. */
VINL v3 coat_ambient(const soft_job *job, batch *b, int i, const gloss *g, int full, int level)
{
    const vf gleam = vf_load(b->coat_gleam + i);
    v3 s = mirrored_sky(job, b, i, g, vf_load(b->coat_rough + i), level);
    if (full && b->hidden) {
        s = v3_madd(v3_load(b->bleed, i), vf_load(b->open + i), s);
    }
    if (full && b->reflects) {
        s = v3_mix(s, v3_load(b->traced, i), vf_load(b->traced_share + i));
    }
    return v3_scale(s, gleam);
}

/* Light of sky and surroundings: what is open sees them, what is hidden sees the hiding bodies. */
VINL v3 shade_ambient(const soft_job *job, batch *b, int i, const gloss *g, int full, int coated,
                      int level)
{
    v3 diffuse = surface_ambient(job, b, i, g->normal, level);
    v3 s = mirrored_sky(job, b, i, g, g->rough, level);
    if (full && b->hidden) {
        const vf open = vf_load(b->open + i);
        const v3 bleed = v3_load(b->bleed, i);
        diffuse = v3_madd(bleed, open, diffuse);
        s = v3_madd(bleed, open, s);
    }
    v3 over = v3_splat(vf_set(0.0f)), below = s;
    if (full && b->reflects) {
        const vf traced = vf_load(b->traced_share + i);
        s = v3_mix(s, v3_load(b->traced, i), traced);
        below = coated ? v3_mix(below, s, base_traced(b, i)) : s;
    }
    if (coated) {
        over = coat_ambient(job, b, i, g, full, level);
    }
    return v3_add(v3_add(v3_mul(g->diffuse, diffuse), v3_mul(g->albedo, below)), over);
}

/* What a sun's facing light becomes on the lanes of a group. */
VINL v3 sunlit(const soft_job *job, batch *b, int i, const soft_sun *sun, const gloss *g,
               int coated)
{
    const v3 l = v3_set(sun->dir);
    const vf nl = vf_sat(v3_dot(g->normal, l));
    v3 r = reflect_sun(g, l, nl, sun->tan_radius);
    if (coated) {
        const gloss coat = coat_gloss(b, i, g);
        r = v3_add(r, reflect_sun(&coat, l, nl, sun->tan_radius));
    }
    if (tints(job)) {
        r = v3_mul(r, v3_load(b->tint, i));
    }
    return v3_mul(r, v3_set(sun->irradiance));
}

/* Light of sun number `s` on the lanes that show a surface, and with the first one's (or none, if
 * there is no sun) ambient light. `full` uses occlusion and traced reflections; `grey` as in
 * load_gloss(), `level` as in mirrored_sky(), `bare`: nothing is prepared. All are constants. */
VINL void light_groups(const soft_job *job, batch *b, int s, int full, int grey, int level,
                       int bare)
{
    const int coated = !grey && b->coated;
    for (int i = 0; i < b->n; i += VW) {
        if (!group_hits(b->key, i)) {
            continue;
        }
        const gloss g = bare ? bare_gloss(b, i, grey) : load_gloss(b, i, grey);
        v3 c = s == 0 ? shade_ambient(job, b, i, &g, full, coated, level) : v3_load(b->color, i);
        const vf seen = vf_load(b->sun + i);
        if (s < job->n_suns && vm_any(vf_gt(seen, vf_set(0.0f)))) {
            c = v3_madd(c, seen, sunlit(job, b, i, &job->suns[s], &g, coated));
        }
        v3_store(b->color, i, c);
    }
}

#define LIGHT_STAGE(name, full, grey, level, bare)        \
    STAGE void name(const soft_job *job, batch *b, int s) \
    {                                                     \
        light_groups(job, b, s, full, grey, level, bare); \
    }

LIGHT_STAGE(light_full, 1, 0, 0, 0)
LIGHT_STAGE(light_plain, 0, 0, 0, 0)
LIGHT_STAGE(light_level_full, 1, 0, 1, 0)
LIGHT_STAGE(light_level_plain, 0, 0, 1, 0)
LIGHT_STAGE(light_grey_full, 1, 1, 1, 0)
LIGHT_STAGE(light_grey_plain, 0, 1, 1, 1)

enum { LIGHT_ANY, LIGHT_LEVEL, LIGHT_GREY };

/* Which of them: those of level scenes, and those where nothing is a metal or has a lacquer. */
static int light_kind(const soft_job *job, const batch *b)
{
    if (!job->level || job->n_lamps + job->n_glows) {
        return LIGHT_ANY;
    }
    return b->grey && !b->coated ? LIGHT_GREY : LIGHT_LEVEL;
}

/* Set b->color for the lanes that show a surface: ambient light and every sun. `full` uses
 * occlusion and traced reflections; `soft` shadows follow the sun's size. After
 * prepare_surface(). */
static void light_surfaces(const soft_job *job, batch *b, int full, int soft)
{
    static void (*const stages[2][3])(const soft_job *, batch *,
                                      int) = {{light_plain, light_level_plain, light_grey_plain},
                                              {light_full, light_level_full, light_grey_full}};
    const int kind = light_kind(job, b);
    for (int s = 0; s == 0 || s < job->n_suns; s++) {
        if (s < job->n_suns) {
            cast_shadows(job, b, &job->suns[s], soft ? job->suns[s].tan_radius : 0.0f);
        }
        stages[full][kind](job, b, s);
    }
}

/* The sky along unit d, with the sun's disc where `discs` is set. */
VINL v3 sky_seen(const soft_job *job, v3 d, int discs)
{
    v3 c = sky_radiance(&job->sky, d);
    for (int s = 0; discs && s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        const float rim = 1.0f - sun->cos_disc;
        if (rim > 0) {
            const vf x = (1.0f - v3_dotu(d, sun->dir)) * (1.0f / rim);
            c = v3_madd(c, 1.0f - vf_smooth(x, 0.85f, 1.15f), v3_set(sun->disc));
        }
    }
    return c;
}

/* What reflected rays see of an environment: as blurred as their spread beyond the pixel's is. */
VINL v3 sky_glossy(const soft_job *job, vf spread, v3 d)
{
    const vf rough2 = vf_max(spread - job->inv_f, vf_set(0.0f));
    return env_blurred(&job->sky, d, vf_sqrt(rough2));
}

/* True if the rim of a finite plane may be among the batch's points. */
static int shows_rim(const soft_job *job, const batch *b)
{
    for (int j = 0; j < b->n_shown; j++) {
        const soft_geom *g = &job->geoms[b->shown[j].drawn];
        float far2 = 0;
        if (g->shape != REEL_SHAPE_PLANE || !(g->radius > 0)) {
            continue;
        }
        for (int c = 0; c < 3; c++) {
            const float a = g->centre[c] - b->lo[c], z = b->hi[c] - g->centre[c];
            const float most = a > z ? a : z;
            far2 += most * most;
        }
        if (!(far2 < RIM_BEGINS * 0.999f * g->radius * g->radius)) {
            return 1;
        }
    }
    return 0;
}

/* Sky lanes show the sky; the rim of a finite plane fades into it. */
STAGE void blend_sky(const soft_job *job, batch *b, int discs)
{
    if (!b->shows_sky && !shows_rim(job, b)) {
        return;
    }
    for (int i = 0; i < b->n; i += VW) {
        vf share = vf_and(vi_lt(vi_load(b->key + i), vi_set(0)), vf_set(1.0f));
        unsigned left = group_hits(b->key, i);
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            const soft_geom *g = &job->geoms[k];
            if (g->shape == REEL_SHAPE_PLANE && g->radius > 0) {
                const v3 p = v3_sub(v3_load(b->pos, i), v3_set(g->centre));
                const float inv = 1.0f / (g->radius * g->radius);
                share = vf_sel(m, vf_smooth(v3_dot(p, p) * inv, RIM_BEGINS, 1.0f), share);
            }
        }
        if (vm_any(vf_gt(share, vf_set(0.0f)))) {
            const v3 d = v3_unit(v3_load(b->dir, i));
            const v3 sky = discs || !job->sky.env ? sky_seen(job, d, discs)
                                                  : sky_glossy(job, vf_load(b->spread + i), d);
            const v3 c = v3_sel(vf_lt(share, vf_set(1.0f)), v3_load(b->color, i), sky);
            v3_store(b->color, i, v3_mix(c, sky, share));
        }
    }
}
