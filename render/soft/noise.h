/*
 * noise.h - what procedural patterns are made of: hashes, noise, edges, each filtered over a
 * footprint.
 */
#pragma once

#include "render/soft/tile.h"

typedef struct look {
    v3 base;
    vf rough;
    vf height; /* of the relief; see soft_material.bump */
} look;

VINL vu hash3(vu x, vu y, vu z)
{
    vu h = x ^ y ^ z;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 13)) * 0x297a2d39u;
    return h ^ (h >> 16);
}

/* [0, 1) from a hash; hash_count() is the same in units of 2^-24, exactly */
VINL vf hash_count(vu h)
{
    return vi_to_f((vi)(h >> 8));
}
VINL vf hash_unit(vu h)
{
    return hash_count(h) * (1.0f / 16777216.0f);
}

/* Smooth value noise of lattice 1 in [0, 1], mean 1/2. */
VINL vf noise3(v3 p, uint32_t seed)
{
    const v3 c = {vf_floor(p.x), vf_floor(p.y), vf_floor(p.z)};
    const v3 f = v3_sub(p, c);
    const v3 w = {f.x * f.x * (3.0f - 2.0f * f.x), f.y * f.y * (3.0f - 2.0f * f.y),
                  f.z * f.z * (3.0f - 2.0f * f.z)};
    const vu x0 = (vu)vf_trunc(c.x) * 0x8da6b343u + seed, x1 = x0 + 0x8da6b343u;
    const vu y0 = (vu)vf_trunc(c.y) * 0xd8163841u, y1 = y0 + 0xd8163841u;
    const vu z0 = (vu)vf_trunc(c.z) * 0xcb1ab31fu, z1 = z0 + 0xcb1ab31fu;
    const vf a = vf_mix(hash_count(hash3(x0, y0, z0)), hash_count(hash3(x1, y0, z0)), w.x);
    const vf b = vf_mix(hash_count(hash3(x0, y1, z0)), hash_count(hash3(x1, y1, z0)), w.x);
    const vf d = vf_mix(hash_count(hash3(x0, y0, z1)), hash_count(hash3(x1, y0, z1)), w.x);
    const vf e = vf_mix(hash_count(hash3(x0, y1, z1)), hash_count(hash3(x1, y1, z1)), w.x);
    return vf_mix(vf_mix(a, b, w.y), vf_mix(d, e, w.y), w.z) * (1.0f / 16777216.0f);
}

/* The gradient of noise3() at p. */
VINL v3 noise3_slope(v3 p, uint32_t seed)
{
    const v3 c = {vf_floor(p.x), vf_floor(p.y), vf_floor(p.z)};
    const v3 f = v3_sub(p, c);
    const v3 w = {f.x * f.x * (3.0f - 2.0f * f.x), f.y * f.y * (3.0f - 2.0f * f.y),
                  f.z * f.z * (3.0f - 2.0f * f.z)};
    const vu x0 = (vu)vf_trunc(c.x) * 0x8da6b343u + seed, x1 = x0 + 0x8da6b343u;
    const vu y0 = (vu)vf_trunc(c.y) * 0xd8163841u, y1 = y0 + 0xd8163841u;
    const vu z0 = (vu)vf_trunc(c.z) * 0xcb1ab31fu, z1 = z0 + 0xcb1ab31fu;
    const vf a0 = hash_count(hash3(x0, y0, z0)), a1 = hash_count(hash3(x1, y0, z0)) - a0;
    const vf b0 = hash_count(hash3(x0, y1, z0)), b1 = hash_count(hash3(x1, y1, z0)) - b0;
    const vf d0 = hash_count(hash3(x0, y0, z1)), d1 = hash_count(hash3(x1, y0, z1)) - d0;
    const vf e0 = hash_count(hash3(x0, y1, z1)), e1 = hash_count(hash3(x1, y1, z1)) - e0;
    const vf a = a0 + a1 * w.x, b = b0 + b1 * w.x, d = d0 + d1 * w.x, e = e0 + e1 * w.x;
    const vf k = vf_set(6.0f / 16777216.0f);
    return (v3){vf_mix(vf_mix(a1, b1, w.y), vf_mix(d1, e1, w.y), w.z) * (f.x * (1.0f - f.x)) * k,
                vf_mix(b - a, e - d, w.z) * (f.y * (1.0f - f.y)) * k,
                (vf_mix(d, e, w.y) - vf_mix(a, b, w.y)) * (f.z * (1.0f - f.z)) * k};
}

/* 1 where features of size 1 are resolved by a footprint w, 0 where they are not. */
VINL vf resolved(vf w)
{
    return 1.0f - vf_smooth(w, 0.3f, 1.2f);
}

/*
 * Octaves of noise down to a 20th of the first one's features, each faded by the footprint; mean
 * 1/2, rarely outside [0, 1]. An octave that no lane resolves adds exactly 0 and is passed over.
 */
static const float fractal_rate[4] = {1.0f, 2.71f, 7.3f, 19.7f};
static const float fractal_weight[4] = {0.62f, 0.44f, 0.31f, 0.22f};

VINL vf fractal(v3 p, vf w, uint32_t seed)
{
    const float *const rate = fractal_rate, *const weight = fractal_weight;
    vf sum = vf_set(0.5f);
    for (int i = 0; i < 4; i++) {
        const vf share = resolved(w * rate[i]) * weight[i];
        if (vm_any(vf_gt(share, vf_set(0.0f)))) {
            const float shift = 3.7f * (float)i;
            const v3 q = {p.x * rate[i] + shift, p.y * rate[i] + 2.0f * shift,
                          p.z * rate[i] + 3.0f * shift};
            sum = sum + (noise3(q, seed + (uint32_t)i) - 0.5f) * share;
        }
    }
    return sum;
}

/* The gradient of fractal() without its two wide octaves, whose slopes are a fourteenth of all, and
 * the variance per axis of the slopes that a footprint of w hides: that of noise3() is 0.111. */
VINL v3 fractal_slope(v3 p, vf w, uint32_t seed, vf *hidden)
{
    v3 sum = v3_splat(vf_set(0.0f));
    *hidden = vf_set(0.0f);
    for (int i = 2; i < 4; i++) {
        const float rate = fractal_rate[i], steep = rate * fractal_weight[i];
        const vf seen = resolved(w * rate), share = seen * steep;
        *hidden = *hidden + (0.111f * steep * steep) * (1.0f - seen * seen);
        if (vm_any(vf_gt(share, vf_set(0.0f)))) {
            const float shift = 3.7f * (float)i;
            const v3 q = {p.x * rate + shift, p.y * rate + 2.0f * shift, p.z * rate + 3.0f * shift};
            sum = v3_madd(sum, share, noise3_slope(q, seed + (uint32_t)i));
        }
    }
    return sum;
}

/* Mean over [x - w/2, x + w/2] of the wave that is +1 on even cells and -1 on odd ones. */
VINL vf square_wave(vf x, vf w)
{
    w = vf_max(w, vf_set(0.02f));
    const vf lo = (x - 0.5f * w) * 0.5f, hi = (x + 0.5f * w) * 0.5f;
    const vf a = vf_abs((lo - vf_floor(lo)) * 2.0f - 1.0f);
    const vf b = vf_abs((hi - vf_floor(hi)) * 2.0f - 1.0f);
    return (a - b) / w;
}

/* How much of the line before x is within j of a whole number. */
VINL vf joints_until(vf x, float j)
{
    const vf n = vf_floor(x + 0.5f);
    return n * (2.0f * j) + vf_clamp(x - n, -j, j);
}

/* The same from the nearest whole number on, where x is `from` beyond it: no other is met. */
VINL vf joint_until(vf from, float j)
{
    return vf_clamp(from, -j, j);
}

/* What is within j of a whole number, a joint, of a footprint [x - w/2, x + w/2]: its share, and
 * the slope of that along x, as its difference over half the footprint. */
typedef struct joint_part {
    vf share, slope;
} joint_part;

VINL joint_part joint_at(vf x, vf w, float j)
{
    w = vf_max(w, vf_set(0.01f));
    const vf a = 0.25f * w, b = 0.5f * w, c = 0.75f * w, inv = 1.0f / w;
    const vf from = x - vf_floor(x + 0.5f);
    vf share = joint_until(from + b, j) - joint_until(from - b, j);
    vf out = joint_until(from + c, j) + joint_until(from - c, j);
    vf in = joint_until(from + a, j) + joint_until(from - a, j);
    const vm wide = vf_gt(c, vf_set(0.5f - j));
    if (vm_any(wide)) { /* it may meet several */
        share = vf_sel(wide, joints_until(x + b, j) - joints_until(x - b, j), share);
        out = vf_sel(wide, joints_until(x - c, j) + joints_until(x + c, j), out);
        in = vf_sel(wide, joints_until(x - a, j) + joints_until(x + a, j), in);
    }
    return (joint_part){vf_sat(share * inv), (out - in) * (2.0f * inv * inv)};
}
