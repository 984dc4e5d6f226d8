/*
 * env_lookup.h - what an environment map sends along directions of the camera's frame: see env.h.
 */
#pragma once

#include "render/soft/env.h"
#include "render/soft/tile.h"

/* Radiance / unit of packed texels. */
VINL v3 env_texel(const soft_env *env, vi index)
{
    const vi w = vi_gather(env->words, index);
    const vf scale = (vf)((((vi)((vu)w >> 27)) + (127 - 24)) << 23);
    return (v3){vi_to_f(w & 511) * scale, vi_to_f(w >> 9 & 511) * scale,
                vi_to_f(w >> 18 & 511) * scale};
}

/* Where unit d of the map's frame is on the octahedron, -1..1. */
VINL void env_place(v3 d, vf *x, vf *y)
{
    const vf s = 1.0f / (vf_abs(d.x) + vf_abs(d.y) + vf_abs(d.z));
    const vf px = d.x * s, py = d.y * s;
    const vm low = vf_lt(d.z, vf_set(0.0f));
    *x = vf_sel(low, vf_mulsign(1.0f - vf_abs(py), px), px);
    *y = vf_sel(low, vf_mulsign(1.0f - vf_abs(px), py), py);
}

/* i where it is within 0 .. n - 1, else 0: lanes that show nothing may ask for anything. */
VINL vi env_within(vi i, vi n)
{
    return vi_sel(vm_and(vi_lt(vi_set(-1), i), vi_lt(i, n)), i, vi_set(0));
}

/* Bilinear at (x, y) of the levels of `side` texels whose words begin at `at`. */
VINL v3 env_bilinear(const soft_env *env, vf x, vf y, vi at, vi side)
{
    const vf half = vi_to_f(side) * 0.5f;
    x = x * half + (half + 0.5f);
    y = y * half + (half + 0.5f);
    const vi x0 = env_within(vf_trunc(x), side + 1), y0 = env_within(vf_trunc(y), side + 1);
    const vi stride = side + 2;
    const vf fx = x - vi_to_f(x0), fy = y - vi_to_f(y0);
    const vi i = at + y0 * stride + x0;
    const v3 low = v3_mix(env_texel(env, i), env_texel(env, i + 1), fx);
    const v3 high = v3_mix(env_texel(env, i + stride), env_texel(env, i + stride + 1), fx);
    return v3_scale(v3_mix(low, high, fy), vf_set(env->unit));
}

/* Radiance along unit d. */
STAGE v3 env_sharp(const soft_sky *sky, v3 d)
{
    const soft_env *env = sky->env;
    vf x, y;
    env_place(v3_rot(sky->axes, d), &x, &y);
    return env_bilinear(env, x, y, vi_set(env->at[0]), vi_set(env->side[0]));
}

/* What a lobe of width `rough` about unit d sees. */
STAGE v3 env_blurred(const soft_sky *sky, v3 d, vf rough)
{
    const soft_env *env = sky->env;
    vf x, y;
    env_place(v3_rot(sky->axes, d), &x, &y);
    const vf level = vf_clamp(rough * (float)(SOFT_ENV_LOBES - 1), 0, SOFT_ENV_LOBES - 1.001f);
    const vi i = env_within(vf_trunc(level), vi_set(SOFT_ENV_LOBES - 1));
    const v3 a = env_bilinear(env, x, y, vi_gather(env->at, i), vi_gather(env->side, i));
    const v3 b = env_bilinear(env, x, y, vi_gather(env->at, i + 1), vi_gather(env->side, i + 1));
    return v3_mix(a, b, level - vi_to_f(i));
}

/* Irradiance / pi on unit normal n by one half of the surroundings, of which `level` tells. */
STAGE v3 env_irradiance(const soft_sky *sky, int level, v3 n)
{
    const soft_env *env = sky->env;
    vf x, y;
    env_place(v3_rot(sky->axes, n), &x, &y);
    return env_bilinear(env, x, y, vi_set(env->at[level]), vi_set(env->side[level]));
}
