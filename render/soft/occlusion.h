/*
 * occlusion.h - how much of the sky near objects hide, and the light they send instead.
 *
 * Each object within reach is taken as a ball: the one of its thickness, somewhere in its core,
 * that the point sees best, enlarged by how far the core extends. A ball's share of the cosine-
 * weighted hemisphere is closed form (as in Quilez, "Sphere ambient occlusion"), so the darkening
 * at contacts has no noise. The bodies' shares multiply.
 */
#pragma once

#include "render/soft/sky.h"

/* Geoms that may occlude points of the batch. */
STAGE int list_occluders(const soft_job *job, const batch *b, int *out)
{
    vf lo[3], hi[3];
    float box_lo[3], box_hi[3];
    int n = 0;
    for (int c = 0; c < 3; c++) {
        lo[c] = vf_set(VF_FAR);
        hi[c] = vf_set(-VF_FAR);
        for (int i = 0; i < b->n; i += VW) {
            const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
            const vf x = vf_load(b->pos[c] + i);
            lo[c] = vf_sel(hit, vf_min(x, lo[c]), lo[c]);
            hi[c] = vf_sel(hit, vf_max(x, hi[c]), hi[c]);
        }
        box_lo[c] = lo[c][0];
        box_hi[c] = hi[c][0];
        for (int l = 1; l < VW; l++) {
            box_lo[c] = lo[c][l] < box_lo[c] ? lo[c][l] : box_lo[c];
            box_hi[c] = hi[c][l] > box_hi[c] ? hi[c][l] : box_hi[c];
        }
    }
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        const float reach = g->reach;
        float d2 = 0;
        for (int c = 0; c < 3; c++) {
            const float under = box_lo[c] - g->centre[c], over = g->centre[c] - box_hi[c];
            const float d = under > over ? under : over;
            d2 += d > 0 ? d * d : 0;
        }
        if (g->present && g->shape != REEL_SHAPE_PLANE && d2 < reach * reach) {
            out[n++] = k;
        }
    }
    return n;
}

VINL vf clamp_to(vf x, float e)
{
    return vf_clamp(x, -e, e);
}

/* Share of the hemisphere about local normal n at local point p that the geom hides; `*to` is the
 * unit direction towards it. */
VINL vf hidden_share(const soft_geom *g, v3 p, v3 n, v3 *to)
{
    const float *e = g->core;
    const float inv_r = 1.0f / g->core_r;
    /* aim half-way up: from the nearest point of the core as far along the normal as away */
    const v3 near = {p.x - clamp_to(p.x, e[0]), p.y - clamp_to(p.y, e[1]),
                     p.z - clamp_to(p.z, e[2])};
    const vf away = vf_sqrt(v3_dot(near, near)) * 0.7f;
    const v3 aim = v3_madd(p, away, n);
    const v3 d = {clamp_to(aim.x, e[0]) - p.x, clamp_to(aim.y, e[1]) - p.y,
                  clamp_to(aim.z, e[2]) - p.z};
    const vf l = vf_sqrt(vf_max(v3_dot(d, d), vf_set(1e-12f))), inv_l = 1.0f / l;
    *to = v3_scale(d, inv_l);
    const vf nl = v3_dot(*to, n);
    const vf h = vf_max(l * inv_r, vf_set(1.0f)), ih2 = 1.0f / (h * h);
    const vf cut = vf_sat(0.5f * (nl * h + 1.0f) * ih2);
    vf share = vf_sel(vf_gt(nl * h, vf_set(1.0f)), nl * ih2, cut * vf_sqrt(cut));
    for (int i = 0; i < 3; i++) {
        share = share * (1.0f + vf_min(e[i] * inv_l, vf_set(1.0f)) * (h - 1.0f));
    }
    /* no body hides more than the half space on its side */
    share = vf_min(share, 0.5f + 0.5f * vf_max(nl, vf_set(0.0f)));
    const float reach = 1.0f / g->reach;
    const vf x2 = l * l * (reach * reach);
    return share * vf_max(1.0f - x2 * x2, vf_set(0.0f));
}

/* Light that leaves geom k on average towards local -`to`: its own colour under sky and sun. */
VINL v3 glow(const soft_job *job, int k, v3 to)
{
    const float *albedo = job->info[k].albedo;
    v3 e = v3_set(job->sky.mean);
    for (int s = 0; s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        const vf facing =
            vf_max(-v3_dotu(to, sun->occluders[k].dir), vf_set(0.0f)) * (0.6f * 0.3183f);
        e = v3_madd(e, facing, v3_set(sun->irradiance));
    }
    return v3_mul(e, v3_set(albedo));
}

/* Fill b->open and b->bleed. */
STAGE void occlude(const soft_job *job, batch *b)
{
    const int n = list_occluders(job, b, job->near_list);
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->open + i, vf_set(1.0f));
        v3_store(b->bleed, i, v3_splat(vf_set(0.0f)));
    }
    for (int j = 0; j < n; j++) {
        const int k = job->near_list[j];
        const soft_geom *g = &job->geoms[k];
        const float reach = g->reach;
        for (int i = 0; i < b->n; i += VW) {
            const vi key = vi_load(b->key + i);
            const v3 pos = v3_load(b->pos, i), d = v3_sub(pos, v3_set(g->centre));
            vm m = vm_andnot(vi_lt(vi_set(-1), key), vi_eq(key >> 3, vi_set(k)));
            m = vm_and(m, vf_lt(v3_dot(d, d), vf_set(reach * reach)));
            /* wholly behind the surface: hides nothing */
            m = vm_and(m, vf_lt(v3_dot(d, v3_load(b->normal, i)), vf_set(g->radius)));
            if (!vm_any(m)) {
                continue;
            }
            v3 to;
            const v3 normal = v3_load(b->normal, i);
            const vf share = vf_and(
                m, hidden_share(g, v3_affine(g->rot, g->off, pos), v3_rot(g->rot, normal), &to));
            const vf open = vf_load(b->open + i);
            const v3 light = glow(job, k, to);
            v3_store(b->bleed, i, v3_madd(v3_load(b->bleed, i), open * share, light));
            vf_store(b->open + i, open * (1.0f - share));
        }
    }
}
