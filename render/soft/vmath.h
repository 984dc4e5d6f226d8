/*
 * vmath.h - 3-vectors of lanes, and the elementary functions that shading needs.
 *
 * All are polynomials per lane; the same bits at every width. Errors are far below one 8-bit code
 * of the image.
 */
#pragma once

#include "render/soft/simd.h"

typedef struct v3 {
    vf x, y, z;
} v3;

VINL v3 v3_make(vf x, vf y, vf z)
{
    return (v3){x, y, z};
}
VINL v3 v3_set(const float a[3])
{
    return (v3){vf_set(a[0]), vf_set(a[1]), vf_set(a[2])};
}
VINL v3 v3_splat(vf x)
{
    return (v3){x, x, x};
}
VINL v3 v3_add(v3 a, v3 b)
{
    return (v3){a.x + b.x, a.y + b.y, a.z + b.z};
}
VINL v3 v3_sub(v3 a, v3 b)
{
    return (v3){a.x - b.x, a.y - b.y, a.z - b.z};
}
VINL v3 v3_mul(v3 a, v3 b)
{
    return (v3){a.x * b.x, a.y * b.y, a.z * b.z};
}
VINL v3 v3_scale(v3 a, vf s)
{
    return (v3){a.x * s, a.y * s, a.z * s};
}
VINL v3 v3_madd(v3 a, vf s, v3 b)
{
    return (v3){a.x + s * b.x, a.y + s * b.y, a.z + s * b.z};
}
VINL vf v3_dot(v3 a, v3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
/* dot with a uniform vector */
VINL vf v3_dotu(v3 a, const float u[3])
{
    return a.x * u[0] + a.y * u[1] + a.z * u[2];
}
VINL v3 v3_cross(v3 a, v3 b)
{
    return (v3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
VINL v3 v3_sel(vm m, v3 a, v3 b)
{
    return (v3){vf_sel(m, a.x, b.x), vf_sel(m, a.y, b.y), vf_sel(m, a.z, b.z)};
}
VINL v3 v3_mix(v3 a, v3 b, vf t)
{
    return (v3){vf_mix(a.x, b.x, t), vf_mix(a.y, b.y, t), vf_mix(a.z, b.z, t)};
}
/* 1 / sqrt(x) for normal x > 0, within 8e-7: Newton's steps from the exponent halved, with the
 * constants of Moroz et al. ("Fast calculation of inverse square root", 2018). Half the time of a
 * root and a division; for colours. */
VINL vf vf_rsqrt(vf x)
{
    const vf h = 0.5f * x;
    vf y = (vf)(0x5f376908 - (vi)((vu)x >> 1));
    y = y * (1.50087896f - h * y * y);
    return y * (1.50000057f - h * y * y);
}
/* sqrt(x) for x >= 0 in the same way; 0 of 0. */
VINL vf vf_about_sqrt(vf x)
{
    return x * vf_rsqrt(x);
}
VINL v3 v3_unit(v3 a)
{
    return v3_scale(a, 1.0f / vf_sqrt(vf_max(v3_dot(a, a), vf_set(1e-30f))));
}
/* The same for colours: its length is right within 8e-7. */
VINL v3 v3_about_unit(v3 a)
{
    return v3_scale(a, vf_rsqrt(vf_max(v3_dot(a, a), vf_set(1e-30f))));
}
/* The same where the length is 0.85 to 1.15, within 0.1 %: a step of Newton's from a line. */
VINL v3 v3_nearly_unit(v3 a)
{
    const vf half = 0.5f * v3_dot(a, a), y = 1.5f - half;
    return v3_scale(a, y * (1.5f - half * (y * y)));
}
/* m (row-major, uniform) times a, and its transpose times a */
VINL v3 v3_rot(const float m[9], v3 a)
{
    return (v3){a.x * m[0] + a.y * m[1] + a.z * m[2], a.x * m[3] + a.y * m[4] + a.z * m[5],
                a.x * m[6] + a.y * m[7] + a.z * m[8]};
}
VINL v3 v3_trot(const float m[9], v3 a)
{
    return (v3){a.x * m[0] + a.y * m[3] + a.z * m[6], a.x * m[1] + a.y * m[4] + a.z * m[7],
                a.x * m[2] + a.y * m[5] + a.z * m[8]};
}
/* m * a + t */
VINL v3 v3_affine(const float m[9], const float t[3], v3 a)
{
    return v3_add(v3_rot(m, a), v3_set(t));
}
VINL v3 v3_load(float (*a)[256], int i)
{
    return (v3){vf_load(a[0] + i), vf_load(a[1] + i), vf_load(a[2] + i)};
}
VINL void v3_store(float (*a)[256], int i, v3 v)
{
    vf_store(a[0] + i, v.x);
    vf_store(a[1] + i, v.y);
    vf_store(a[2] + i, v.z);
}

/* 0 below a, 1 above b, cubic between (a < b, uniform) */
VINL vf vf_smooth(vf x, float a, float b)
{
    const vf t = vf_sat((x - a) * (1.0f / (b - a)));
    return t * t * (3.0f - 2.0f * t);
}

/* 2^x for -126 <= x <= 127 (clamped); relative error < 3e-7: a minimax quintic for the fraction. */
VINL vf vf_exp2(vf x)
{
    x = vf_clamp(x, -126.0f, 127.0f);
    const vf n = vf_floor(x);
    const vf f = x - n;
    vf p = vf_set(1.8775767e-3f);
    p = p * f + 8.9893541e-3f;
    p = p * f + 5.5826294e-2f;
    p = p * f + 2.4015361e-1f;
    p = p * f + 6.9315307e-1f;
    p = p * f + 9.9999993e-1f;
    return (vf)((vi)p + (vf_trunc(n) << 23));
}

/* sin(2 pi x) for |x| < 2^20; absolute error < 1e-4: an odd quintic on the folded quarter. */
VINL vf vf_sin_turns(vf x)
{
    vf t = x - vf_floor(x + 0.5f); /* [-1/2, 1/2) */
    const vf a = vf_abs(t);
    t = vf_mulsign(vf_min(a, 0.5f - a), t);
    const vf t2 = t * t;
    return t * (6.2812798f + t2 * (-41.095216f + t2 * 73.58507f));
}

/* atan2(y, x) / (2 pi) in [0, 1): error below 1e-6 of a turn. An odd polynomial on the octant. */
VINL vf vf_atan2_turns(vf y, vf x)
{
    const vf ax = vf_abs(x), ay = vf_abs(y), zero = vf_set(0.0f);
    const vf lo = vf_min(ax, ay), hi = vf_max(vf_max(ax, ay), vf_set(1e-30f));
    const vf a = lo / hi, b = a * a;
    vf p = vf_set(-1.86514575e-3f);
    p = p * b + 8.37905332e-3f;
    p = p * b + -1.85298193e-2f;
    p = p * b + 3.08028944e-2f;
    p = p * b + -5.29385656e-2f;
    p = p * b + 1.59151316e-1f;
    p = p * a;
    p = vf_sel(vf_lt(ax, ay), 0.25f - p, p);
    p = vf_sel(vf_lt(x, zero), 0.5f - p, p);
    p = vf_sel(vf_lt(y, zero), 1.0f - p, p);
    return vf_sel(vf_lt(p, vf_set(1.0f)), p, zero);
}
