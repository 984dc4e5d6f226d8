/*
 * weave.h - patterns of fine structure: brushed metal and woven cloth, filtered as in pattern.h.
 */
#pragma once

#include "render/soft/noise.h"

/* Scratches are this much finer across than along. */
#define BRUSH_ASPECT 48.0f

static const float brush_rate[3] = {0.31f, 1.0f, 3.3f};
static const float brush_weight[3] = {0.60f, 0.50f, 0.45f};

/* How much of an octave of scratches a footprint resolves. */
VINL vf brush_seen(v3 w, int i)
{
    const vf across = vf_max(w.y, w.z) * BRUSH_ASPECT;
    return resolved(vf_max(across, w.x) * brush_rate[i]);
}

VINL v3 brush_at(v3 p, int i)
{
    const float k = BRUSH_ASPECT * brush_rate[i];
    return (v3){p.x * brush_rate[i] + 5.3f * (float)i, p.y * k, p.z * k};
}

/* Scratches along x: noise that is long and thin, in three octaves. `p` in lengths of a scratch. */
VINL look brushed(const soft_material *m, v3 p, v3 w)
{
    vf t = vf_set(0.5f);
    for (int i = 0; i < 3; i++) {
        const vf share = brush_seen(w, i) * brush_weight[i];
        if (vm_any(vf_gt(share, vf_set(0.0f)))) {
            t = t + (noise3(brush_at(p, i), m->seed + (uint32_t)i) - 0.5f) * share;
        }
    }
    t = vf_sat(t);
    return (look){v3_mix(v3_set(m->color), v3_set(m->color2), t),
                  vf_clamp(m->roughness * (0.6f + 0.8f * t), 0.03f, 1.0f), t};
}

/* The gradient of its relief, and the variance of the slopes that are hidden: half of that across,
 * since there is hardly any along. */
VINL v3 brushed_slope(const soft_material *m, v3 p, v3 w, vf *hidden)
{
    v3 sum = v3_splat(vf_set(0.0f));
    *hidden = vf_set(0.0f);
    for (int i = 0; i < 3; i++) {
        const float steep = BRUSH_ASPECT * brush_rate[i] * brush_weight[i];
        const vf seen = brush_seen(w, i);
        *hidden = *hidden + (0.5f * 0.111f * steep * steep) * (1.0f - seen * seen);
        if (vm_any(vf_gt(seen, vf_set(0.0f)))) {
            const v3 g = noise3_slope(brush_at(p, i), m->seed + (uint32_t)i);
            const v3 across = {g.x * (1.0f / BRUSH_ASPECT), g.y, g.z};
            sum = v3_madd(sum, seen * steep, across);
        }
    }
    return sum;
}

/* Hash of a thread's number to -1/2..1/2, where threads are resolved. */
VINL vf thread_tone(const soft_material *m, vf number, uint32_t which, vf seen)
{
    const vu h =
        hash3((vu)vf_trunc(number) * 0x8da6b343u + m->seed, (vu)vi_set((int)which), (vu)vi_set(7));
    return (hash_unit(h) - 0.5f) * seen;
}

/*
 * Plain weave. Each thread is an arch across and goes over and under along; what is higher is seen.
 * The means, for footprints that do not resolve threads, are those of the formulas: half warp, half
 * weft; of shade 0.927 and height 0.734.
 */
VINL look fabric(const soft_material *m, int shape, v3 p, v3 n, v3 w)
{
    const vf zero = vf_set(0.0f);
    const vf ax = vf_abs(n.x), ay = vf_abs(n.y), az = vf_abs(n.z);
    const vm on_z =
        shape == REEL_SHAPE_PLANE ? vm_not(vm_none()) : vm_and(vf_le(ax, az), vf_le(ay, az));
    const vm on_x = vm_andnot(vf_le(ay, ax), on_z);
    const vf a = vf_sel(on_x, p.y, p.x), b = vf_sel(on_z, p.y, p.z);
    const vf fa = a - vf_floor(a), fb = b - vf_floor(b);
    const vf na = vf_floor(a), nb = vf_floor(b);
    const vf half = (na + nb) * 0.5f;
    const vf over = 1.0f - 4.0f * (half - vf_floor(half)); /* +1: the warp is above */
    const vf arch_a = 4.0f * fa * (1.0f - fa), arch_b = 4.0f * fb * (1.0f - fb);
    const vf warp = 0.5f * over * arch_b + 0.6f * arch_a;
    const vf weft = 0.6f * arch_b - 0.5f * over * arch_a;
    const vf widest = vf_max(w.x, vf_max(w.y, w.z));
    const vf seen = resolved(widest * 2.5f);
    vf t = 1.0f - vf_smooth(warp - weft, -0.06f, 0.06f);
    const vf top = vf_max(warp, weft);
    const vf tone =
        vf_sel(vf_lt(t, vf_set(0.5f)), thread_tone(m, na, 1, seen), thread_tone(m, nb, 2, seen));
    t = 0.5f + (t - 0.5f) * seen;
    const vf shade = 0.927f + (0.55f + 0.45f * vf_sat(top * 1.25f) - 0.927f) * seen;
    /* threads are of uneven strength along their way, and so are bundles of them, which is seen
     * from farther away */
    vf slub = zero;
    for (int i = 0; i < 2; i++) {
        const float wide = i ? 0.17f : 1.0f;
        const vf far = resolved(widest * wide) * (i ? 0.6f : 1.0f);
        if (vm_any(vf_gt(far, zero))) {
            const v3 qa = {a * wide, b * (0.07f * wide), zero + 9.5f * (float)i};
            const v3 qb = {a * (0.07f * wide), b * wide, zero + (3.5f + 9.5f * (float)i)};
            const vf mixed = vf_mix(noise3(qa, m->seed + 11), noise3(qb, m->seed + 12), t);
            slub = slub + (mixed - 0.5f) * far;
        }
    }
    const vf k = shade * (1.0f + 0.16f * tone + 0.28f * slub);
    const vf height = 0.734f + (top - 0.734f) * seen;
    return (look){v3_scale(v3_mix(v3_set(m->color), v3_set(m->color2), t), k), vf_set(m->roughness),
                  height};
}
