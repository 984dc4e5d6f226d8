/*
 * path_sky.h - the sky as paths find it: by chance, and where it is a map by shadow rays that are
 * drawn in proportion to what comes from it.
 */
#pragma once

#include "render/soft/path_light.h"

/* Last place of a rising row of SOFT_ENV_CELLS + 1 shares, which begins at `at`, whose share is not
 * above r; r becomes the share of the way to the next. */
VINL vi env_find(const float *shares, vi at, vf *r)
{
    vi place = at;
    for (int step = SOFT_ENV_CELLS / 2; step > 0; step /= 2) {
        const vf x = (vf)vi_gather(shares, place + step);
        place = vi_sel(vf_le(x, *r), place + step, place);
    }
    const vf lo = (vf)vi_gather(shares, place), hi = (vf)vi_gather(shares, place + 1);
    *r = vf_clamp((*r - lo) / vf_max(hi - lo, vf_set(1e-20f)), 0.0f, 0.999999f);
    return place - at;
}

/* Density with which direction d of the map's frame is drawn. */
VINL vf env_density(const soft_env *env, v3 d)
{
    vf x, y;
    env_place(d, &x, &y);
    const float half = 0.5f * SOFT_ENV_CELLS, last = SOFT_ENV_CELLS - 1;
    const vi column = vf_trunc(vf_clamp(x * half + half, 0.0f, last));
    const vi row = vf_trunc(vf_clamp(y * half + half, 0.0f, last));
    const vf p = 1.0f / (vf_abs(d.x) + vf_abs(d.y) + vf_abs(d.z));
    return (vf)vi_gather(env->density, row * SOFT_ENV_CELLS + column) * p * p * p;
}

/* A unit direction of the map's frame. */
VINL v3 env_draw(const soft_env *env, uv r)
{
    const vi row = env_find(env->rows, vi_set(0), &r.v);
    const vi column = env_find(env->columns, row * (SOFT_ENV_CELLS + 1), &r.u);
    const float side = 2.0f / SOFT_ENV_CELLS;
    const vf x = (vi_to_f(column) + r.u) * side - 1.0f, y = (vi_to_f(row) + r.v) * side - 1.0f;
    const vf z = 1.0f - vf_abs(x) - vf_abs(y);
    const vm low = vf_lt(z, vf_set(0.0f));
    return v3_unit((v3){vf_sel(low, vf_mulsign(1.0f - vf_abs(y), x), x),
                        vf_sel(low, vf_mulsign(1.0f - vf_abs(x), y), y), z});
}

/* Radiance of the sky along the rays of a group that met nothing, by weight. */
VINL v3 sky_found(const soft_job *job, path_wave *w, int i, int depth)
{
    const v3 d = v3_load(w->dir, i), c = sky_radiance(&job->sky, d);
    if (!job->sky.env || depth == 0) {
        return c;
    }
    const vm glass = vi_eq(vi_load(w->flags + i) & PATH_GLASS, vi_set(PATH_GLASS));
    const vf pdf = vf_load(w->pdf + i), drawn = env_density(job->sky.env, v3_rot(job->sky.axes, d));
    return v3_scale(c, vf_sel(glass, vf_set(1.0f), path_weight(pdf, drawn)));
}

/* A shadow ray to the sky, and what it finds; through glass others look for it. */
STAGE void aim_sky(const soft_job *job, path_wave *w, int depth)
{
    const soft_env *env = job->sky.env;
    if (!env) {
        return;
    }
    for (int i = 0; i < w->hit.n; i += VW) {
        const v3 d = env_draw(env, path_pair(w, i, depth, PATH_SKY_AT));
        const v3 to = v3_unit(v3_trot(job->sky.axes, d));
        const bsdf *f = &w->surf[i / VW];
        const vf drawn = env_density(env, d);
        vf pdf;
        const v3 c = bsdf_value(f, into_frame(f, to), &pdf);
        v3_store(w->to, i, to);
        vf_store(w->limit + i, vf_set(VF_FAR));
        v3_store(w->weight, i,
                 v3_scale(v3_mul(c, sky_radiance(&job->sky, to)), path_weight(drawn, pdf) / drawn));
    }
    w->opaque = 1;
    gather_light(job, w);
    w->opaque = 0;
}
