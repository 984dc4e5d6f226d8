/*
 * path_lamp.h - near lights as paths find them. They hide nothing; the camera does not see them
 * directly.
 *
 * A surface asks one lamp, drawn by about how much each sends there, at a point of the cap of a
 * ball, or of the area of a rectangle, that it sees.
 */
#pragma once

#include "render/soft/path_light.h"

/* Share of a spot's light that goes to points along unit `away` from its middle. */
VINL vf spot_share(const soft_lamp *lamp, v3 away)
{
    if (lamp->kind != REEL_LAMP_SPOT) {
        return vf_set(1.0f);
    }
    const vf c = v3_dotu(away, lamp->dir);
    const float room = lamp->cos_in - lamp->cos_out;
    if (!(room > 1e-6f)) {
        return vf_and(vf_gt(c, vf_set(lamp->cos_out)), vf_set(1.0f));
    }
    return vf_smooth(c, lamp->cos_out, lamp->cos_in);
}

VINL float lamp_strength(const soft_lamp *lamp)
{
    const float l = lamp->radiance[0] + lamp->radiance[1] + lamp->radiance[2];
    const float area = lamp->kind == REEL_LAMP_RECT ? 4 * lamp->half[0] * lamp->half[1]
                                                    : 3.14159265f * lamp->radius * lamp->radius;
    return l * area;
}

/* About what the lamp sends to p, to choose by. */
VINL vf lamp_weight(const soft_lamp *lamp, v3 p)
{
    const v3 d = v3_sub(p, v3_set(lamp->at));
    const vf d2 = v3_dot(d, d);
    const float near2 = lamp->kind == REEL_LAMP_RECT
                            ? lamp->half[0] * lamp->half[0] + lamp->half[1] * lamp->half[1]
                            : lamp->radius * lamp->radius;
    const vf w = lamp_strength(lamp) / vf_max(d2, vf_set(near2));
    if (lamp->kind == REEL_LAMP_RECT) {
        return vf_and(vf_gt(v3_dotu(d, lamp->dir), vf_set(0.0f)), w);
    }
    return w * spot_share(lamp, v3_scale(d, 1.0f / vf_sqrt(vf_max(d2, vf_set(1e-20f)))));
}

VINL vf lamps_weight(const soft_job *job, v3 p)
{
    vf sum = vf_set(0.0f);
    for (int j = 0; j < job->n_lamps; j++) {
        sum = sum + lamp_weight(&job->lamps[j], p);
    }
    return sum;
}

/* Density of a direction towards a ball of radius r at distance^2 d2, drawn from its cap; `*cap`:
 * 1 - the cosine of its radius. Within the ball 0. */
VINL vf ball_density(float r, vf d2, vf *cap)
{
    const vf s2 = r * r / vf_max(d2, vf_set(1e-20f));
    const vm out = vf_lt(s2, vf_set(1.0f));
    *cap = s2 / (1.0f + vf_sqrt(vf_max(1.0f - s2, vf_set(0.0f))));
    return vf_and(out, 1.0f / (PATH_TWO_PI * vf_max(*cap, vf_set(PATH_POINT))));
}

/* Where a ray from p along unit d meets the lamp from its shining side, and the density with which
 * a point there is drawn from p; lanes that miss are not in the result. */
VINL vm meet_lamp(const soft_lamp *lamp, v3 p, v3 d, vf *t, vf *density)
{
    const v3 c = v3_sub(v3_set(lamp->at), p);
    const vf zero = vf_set(0.0f);
    if (lamp->kind == REEL_LAMP_RECT) {
        const vf facing = -v3_dotu(d, lamp->dir);
        const vf s = -v3_dotu(c, lamp->dir) / vf_max(facing, vf_set(1e-12f));
        const v3 at = v3_sub(v3_scale(d, s), c);
        *t = s;
        *density = s * s / (4 * lamp->half[0] * lamp->half[1] * vf_max(facing, vf_set(1e-12f)));
        vm m = vm_and(vf_gt(facing, zero), vf_gt(s, zero));
        m = vm_and(m, vf_le(vf_abs(v3_dotu(at, lamp->u)), vf_set(lamp->half[0])));
        return vm_and(m, vf_le(vf_abs(v3_dotu(at, lamp->v)), vf_set(lamp->half[1])));
    }
    const vf along = v3_dot(c, d), d2 = v3_dot(c, c);
    const v3 off = v3_sub(c, v3_scale(d, along));
    const vf disc = lamp->radius * lamp->radius - v3_dot(off, off);
    vf cap;
    *density = ball_density(lamp->radius, d2, &cap);
    *t = along - vf_sqrt(vf_max(disc, zero));
    return vm_and(vm_and(vf_gt(disc, zero), vf_gt(*t, zero)), vf_gt(*density, zero));
}

/* Rays that pass lamps on their way find them. */
STAGE void lamps_found(const soft_job *job, path_wave *w, int depth)
{
    if (depth == 0 || job->n_lamps == 0) {
        return;
    }
    for (int i = 0; i < w->hit.n; i += VW) {
        const v3 p = v3_load(w->from, i), d = v3_load(w->dir, i);
        vm full, part;
        lights_count(w, i, depth, &full, &part);
        const vf all = vf_max(lamps_weight(job, p), vf_set(1e-30f));
        for (int j = 0; j < job->n_lamps; j++) {
            const soft_lamp *lamp = &job->lamps[j];
            vf t, density;
            vm m = meet_lamp(lamp, p, d, &t, &density);
            m = vm_and(m, vf_lt(t, vf_load(w->hit.t + i)));
            if (!vm_any(m)) {
                continue;
            }
            const vf pdf = vf_load(w->pdf + i), drawn = density * lamp_weight(lamp, p) / all;
            const vf share = vf_sel(full, vf_set(1.0f), vf_and(part, path_weight(pdf, drawn)));
            const v3 away = v3_unit(v3_sub(p, v3_set(lamp->at)));
            path_add(w, i, m, v3_scale(v3_set(lamp->radiance), share * spot_share(lamp, away)));
        }
    }
}

/* A point of the lamp as p sees it: unit direction, distance, density. */
VINL v3 draw_lamp(const soft_lamp *lamp, v3 p, uv r, vf *t, vf *density)
{
    const v3 c = v3_sub(v3_set(lamp->at), p);
    if (lamp->kind == REEL_LAMP_RECT) {
        const vf x = (2.0f * r.u - 1.0f) * lamp->half[0], y = (2.0f * r.v - 1.0f) * lamp->half[1];
        const v3 q = v3_madd(v3_madd(c, x, v3_set(lamp->u)), y, v3_set(lamp->v));
        const vf d2 = vf_max(v3_dot(q, q), vf_set(1e-20f));
        const v3 to = v3_scale(q, 1.0f / vf_sqrt(d2));
        const vf facing = -v3_dotu(to, lamp->dir);
        *t = vf_sqrt(d2);
        *density = d2 / (4 * lamp->half[0] * lamp->half[1] * vf_max(facing, vf_set(1e-12f)));
        *density = vf_and(vf_gt(facing, vf_set(1e-6f)), *density);
        return to;
    }
    const vf d2 = vf_max(v3_dot(c, c), vf_set(1e-20f));
    const v3 n = v3_scale(c, 1.0f / vf_sqrt(d2));
    vf cap, sine, cosine;
    *density = ball_density(lamp->radius, d2, &cap);
    v3 a, b;
    frame_of(n, &a, &b);
    const vf down = r.v * cap, side = vf_sqrt(vf_max(down * (2.0f - down), vf_set(0.0f)));
    sincos_turns(r.u, &sine, &cosine);
    const v3 to = v3_unit(from_frame(a, b, n, side * cosine, side * sine, 1.0f - down));
    const vf along = v3_dot(c, to);
    const v3 off = v3_sub(c, v3_scale(to, along));
    const vf disc = lamp->radius * lamp->radius - v3_dot(off, off);
    *t = along - vf_sqrt(vf_max(disc, vf_set(0.0f)));
    return to;
}

/* Shadow rays to one lamp for each lane, and what they find. */
STAGE void aim_lamps(const soft_job *job, path_wave *w, int depth)
{
    if (job->n_lamps == 0) {
        return;
    }
    const vf zero = vf_set(0.0f);
    for (int i = 0; i < w->hit.n; i += VW) {
        const v3 p = v3_load(w->hit.pos, i);
        const bsdf *f = &w->surf[i / VW];
        const vf all = lamps_weight(job, p), pick = all * path_one(w, i, depth, PATH_LAMP);
        const uv r = path_pair(w, i, depth, PATH_LAMP_AT);
        vf before = zero, limit = zero;
        v3 way = v3_set((const float[3]){0, 0, 1}), light = v3_splat(zero);
        for (int j = 0; j < job->n_lamps; j++) {
            const soft_lamp *lamp = &job->lamps[j];
            const vf mine = lamp_weight(lamp, p), after = before + mine;
            const vm m = vm_and(vm_and(vf_ge(pick, before), vf_lt(pick, after)), vf_gt(mine, zero));
            before = after;
            if (!vm_any(m)) {
                continue;
            }
            vf t, density, pdf;
            const v3 to = draw_lamp(lamp, p, r, &t, &density);
            density = density * mine / vf_max(all, vf_set(1e-30f));
            const v3 away = v3_unit(v3_sub(p, v3_set(lamp->at)));
            v3 c = bsdf_value(f, into_frame(f, to), &pdf);
            const vf weight = path_weight(density, pdf) / vf_max(density, vf_set(1e-30f));
            c = v3_scale(c, spot_share(lamp, away) * weight);
            c = v3_mul(c, v3_set(lamp->radiance));
            light = v3_sel(vm_and(m, vf_gt(density, zero)), c, light);
            way = v3_sel(m, to, way);
            limit = vf_sel(m, t, limit);
        }
        v3_store(w->to, i, way);
        vf_store(w->limit + i, limit);
        v3_store(w->weight, i, light);
    }
    gather_light(job, w);
}
