/*
 * lamp_light.h - what near lights and glowing bodies send onto surfaces.
 *
 * Diffuse light is closed form: a ball by its share of the hemisphere, a panel by Lambert's sum
 * over its edges (Arvo, "Analytic Methods for Simulated Light Transport", 1995), whose vector
 * stands for a ball of equal share where the horizon cuts it (Hill and Heitz, "Real-Time Area
 * Lighting", 2016). Highlights are those of the light's point next to the mirror direction, made
 * wider by the light (Karis, "Real Shading in Unreal Engine 4", 2013), so a mirror shows the light
 * itself.
 */
#pragma once

#include "render/soft/lamp_shadow.h"
#include "render/soft/shade.h"

/* Light that is lost: radiance after exposure below which a lamp is left out at a point. */
#define LAMP_LEAST 1e-4f

/* How a point sees a light. */
typedef struct lamp_seen {
    v3 l;     /* unit, to the middle of what is seen */
    vf share; /* of the hemisphere about l: irradiance facing it / (pi radiance) */
    vf gain;  /* of a spot's cone; 0: not lit */
} lamp_seen;

/* (v1 x v2) / |v1| |v2| times angle / sine between them, for the cosine c; Heitz' fit. */
VINL vf edge_gain(vf c)
{
    const vf y = vf_abs(c);
    const vf a = 0.8543985f + (0.4965155f + 0.0145206f * y) * y;
    const vf b = 3.4175940f + (4.1616724f + y) * y;
    const vf v = a / b, s2 = vf_max(1.0f - c * c, vf_set(1e-12f));
    return vf_sel(vf_gt(c, vf_set(0.0f)), v, 0.5f / vf_sqrt(s2) - v);
}

VINL v3 panel_vector(const soft_lamp *lamp, v3 p)
{
    static const float sx[4] = {1, -1, -1, 1}, sy[4] = {1, 1, -1, -1};
    const v3 c = v3_sub(v3_set(lamp->at), p);
    v3 corner[4], sum = v3_splat(vf_set(0.0f));
    vf inv[4];
    for (int i = 0; i < 4; i++) {
        const v3 u = v3_set(lamp->u), v = v3_set(lamp->v);
        corner[i] =
            v3_madd(v3_madd(c, vf_set(sx[i] * lamp->half[0]), u), vf_set(sy[i] * lamp->half[1]), v);
        inv[i] = 1.0f / vf_sqrt(vf_max(v3_dot(corner[i], corner[i]), vf_set(1e-12f)));
    }
    for (int i = 0; i < 4; i++) {
        const int j = (i + 1) % 4;
        /* their difference is an edge: no cancellation */
        const float along[3] = {(sx[i] - sx[j]) * lamp->half[0] * lamp->u[0] +
                                    (sy[i] - sy[j]) * lamp->half[1] * lamp->v[0],
                                (sx[i] - sx[j]) * lamp->half[0] * lamp->u[1] +
                                    (sy[i] - sy[j]) * lamp->half[1] * lamp->v[1],
                                (sx[i] - sx[j]) * lamp->half[0] * lamp->u[2] +
                                    (sy[i] - sy[j]) * lamp->half[1] * lamp->v[2]};
        const vf k = inv[i] * inv[j];
        const vf gain = edge_gain(vf_min(v3_dot(corner[i], corner[j]) * k, vf_set(1.0f))) * k;
        sum = v3_madd(sum, gain, v3_cross(corner[j], v3_set(along)));
    }
    return sum;
}

VINL vf cone_gain(const soft_lamp *lamp, v3 l)
{
    const vf c = -v3_dotu(l, lamp->dir);
    const float room = lamp->cos_in - lamp->cos_out;
    if (!(room > 1e-6f)) {
        return vf_and(vf_gt(c, vf_set(lamp->cos_out)), vf_set(1.0f));
    }
    return vf_smooth(c, lamp->cos_out, lamp->cos_in);
}

VINL lamp_seen see_lamp(const soft_lamp *lamp, v3 p)
{
    lamp_seen s;
    const v3 d = v3_sub(v3_set(lamp->at), p);
    const vf d2 = vf_max(v3_dot(d, d), vf_set(1e-12f));
    s.gain = vf_set(1.0f);
    if (lamp->kind == REEL_LAMP_RECT) {
        const v3 f = panel_vector(lamp, p);
        s.share = vf_min(vf_sqrt(vf_max(v3_dot(f, f), vf_set(1e-20f))), vf_set(1.0f));
        s.l = v3_scale(f, 1.0f / s.share);
        s.gain = vf_and(vf_lt(v3_dotu(d, lamp->dir), vf_set(0.0f)), s.gain);
        return s;
    }
    s.l = v3_scale(d, 1.0f / vf_sqrt(d2));
    s.share = vf_min(lamp->radius * lamp->radius / d2, vf_set(1.0f));
    if (lamp->kind == REEL_LAMP_SPOT) {
        s.gain = cone_gain(lamp, s.l);
    }
    return s;
}

/* Share of the cosine-weighted hemisphere that a ball fills whose share would be `share` were it
 * facing, where its middle is at cosine nl. Cut by the horizon: a quartic through the exact values
 * and slopes of small balls, error < 0.004 of the facing ball's. */
VINL vf tilted_share(vf nl, vf share)
{
    const vf s = vf_sqrt(share), x = vf_clamp(nl / s, -1.0f, 1.0f);
    const vf a = 1.0f + x, b = 1.0f - x;
    const vf cut = share * s * (0.25f * a * a) * (1.0f - 0.151f * b * b);
    return vf_sel(vf_gt(nl, s), nl * share, cut);
}

/* The light's point next to the mirror direction r, seen from p: unit direction. */
VINL v3 lamp_glint(const soft_lamp *lamp, v3 p, v3 r)
{
    const v3 d = v3_sub(v3_set(lamp->at), p);
    if (lamp->kind == REEL_LAMP_RECT) {
        const vf ahead = -v3_dotu(d, lamp->dir);
        const vf sink = vf_max(-v3_dotu(r, lamp->dir), vf_set(0.02f));
        const v3 q = v3_sub(v3_scale(r, ahead / sink), d);
        const vf x = vf_clamp(v3_dotu(q, lamp->u), -lamp->half[0], lamp->half[0]);
        const vf y = vf_clamp(v3_dotu(q, lamp->v), -lamp->half[1], lamp->half[1]);
        return v3_unit(v3_madd(v3_madd(d, x, v3_set(lamp->u)), y, v3_set(lamp->v)));
    }
    const v3 off = v3_sub(v3_scale(r, v3_dot(d, r)), d);
    const vf far = vf_sqrt(vf_max(v3_dot(off, off), vf_set(1e-12f)));
    return v3_unit(v3_madd(d, vf_min(lamp->radius / far, vf_set(1.0f)), off));
}

/* A lobe's reflected radiance / (radiance * pi * share) for light from l, times cos. */
VINL v3 lobe_glint(v3 n, v3 view, vf nv, v3 f0, vf rough_alpha, vf share, v3 l)
{
    const v3 h = v3_add(l, view);
    const vf h2 = v3_dot(h, h), nh = vf_max(v3_dot(n, h), vf_set(0.0f));
    const vf vh = vf_min(0.5f * vf_sqrt(h2), vf_set(1.0f)), nl = vf_sat(v3_dot(n, l));
    const vf alpha = vf_max(rough_alpha, vf_set(1e-3f)), a2 = alpha * alpha;
    const vf wide = vf_min(alpha + 0.5f * vf_sqrt(share), vf_set(1.0f));
    const v3 c = v3_cross(n, h);
    const vf d = vf_max(v3_dot(c, c) + nh * nh * a2, vf_set(1e-12f));
    const vf smith = vf_max(vf_mix(2.0f * nl * nv, nl + nv, alpha), vf_set(1e-4f));
    const vf norm = a2 / (wide * wide);
    const vf spec = a2 * norm * h2 * h2 / (2.0f * 3.14159265f * (d * d) * smith) * nl;
    const vf m = 1.0f - vh, m2 = m * m, f = m2 * m2 * m;
    const vf f90 = grazing(f0);
    return (v3){spec * (f0.x + (f90 - f0.x) * f), spec * (f0.y + (f90 - f0.y) * f),
                spec * (f0.z + (f90 - f0.z) * f)};
}

/* Set b->sun to 1 where the lamp could be seen and matters; false: nowhere. */
STAGE int reach_lamp(const soft_job *job, batch *b, const soft_lamp *lamp)
{
    const float *r = lamp->radiance;
    const float most = (r[0] > r[1] ? r[0] : r[1]) > r[2] ? (r[0] > r[1] ? r[0] : r[1]) : r[2];
    const float least = LAMP_LEAST / (most * job->exposure + 1e-30f);
    vm any = vm_none();
    for (int i = 0; i < b->n; i += VW) {
        const lamp_seen s = see_lamp(lamp, v3_load(b->pos, i));
        vm m = vi_lt(vi_set(-1), vi_load(b->key + i));
        m = vm_and(m, vf_gt(s.share * s.gain, vf_set(least)));
        m = vm_and(m, vf_gt(v3_dot(v3_load(b->normal, i), s.l), -vf_sqrt(s.share)));
        vf_store(b->sun + i, vf_and(m, vf_set(1.0f)));
        any = vm_or(any, m);
    }
    return vm_any(any);
}

/* Add the light of one lamp to b->color. */
STAGE void light_lamp(const soft_job *job, batch *b, const soft_lamp *lamp, int skip, int soft)
{
    if (!reach_lamp(job, b, lamp)) {
        return;
    }
    cast_lamp_shadows(job, b, lamp, skip, soft);
    for (int i = 0; i < b->n; i += VW) {
        const vf seen = vf_load(b->sun + i);
        vm m = vf_gt(seen, vf_set(0.0f));
        if (skip >= 0) {
            m = vm_andnot(m, vi_eq(vi_load(b->key + i) >> 3, vi_set(skip)));
        }
        if (!vm_any(m)) {
            continue;
        }
        const gloss g = load_gloss(b, i, 0);
        const v3 p = v3_load(b->pos, i);
        const lamp_seen s = see_lamp(lamp, p);
        const vf direct = tilted_share(v3_dot(g.normal, s.l), s.share);
        const v3 l = lamp_glint(lamp, p, mirror(&g));
        v3 spec = v3_scale(lobe_glint(g.normal, g.view, g.nv, g.f0, g.alpha, s.share, l), g.under);
        if (b->coated) {
            const gloss coat = coat_gloss(b, i, &g);
            const v3 c = lobe_glint(g.normal, g.view, g.nv, coat.f0, coat.alpha, s.share, l);
            spec = v3_madd(spec, coat.under, c);
        }
        const vf k = s.share * 3.14159265f;
        v3 c = {g.diffuse.x * direct + spec.x * k, g.diffuse.y * direct + spec.y * k,
                g.diffuse.z * direct + spec.z * k};
        const vf gain = vf_and(m, seen * s.gain);
        c = v3_mul(c, v3_set(lamp->radiance));
        if (tints(job)) {
            c = v3_mul(c, v3_load(b->tint, i));
        }
        v3_store(b->color, i, v3_madd(v3_load(b->color, i), gain, c));
    }
}

/* Add what glowing surfaces send themselves. */
STAGE void add_emission(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        unsigned left = group_hits(b->key, i);
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            const float *e = job->materials[job->info[k].material].emission;
            if (e[0] + e[1] + e[2] > 0) {
                const v3 c = v3_load(b->color, i);
                v3_store(b->color, i, v3_sel(m, v3_add(c, v3_set(e)), c));
            }
        }
    }
}

/* All lamps and glowing bodies; after the suns. */
STAGE void light_glows(const soft_job *job, batch *b, int soft)
{
    for (int j = 0; j < job->n_lamps; j++) {
        light_lamp(job, b, &job->lamps[j], -1, soft);
    }
    for (int j = 0; j < job->n_glows; j++) {
        light_lamp(job, b, &job->glows[j].lamp, job->glows[j].drawn, soft);
    }
}

/* The same, and what glowing surfaces send themselves. */
STAGE void light_lamps(const soft_job *job, batch *b, int soft)
{
    light_glows(job, b, soft);
    if (job->glowing) {
        add_emission(job, b);
    }
}
