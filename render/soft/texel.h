/*
 * texel.h - looking up a texture: the mean of an image over a pixel's footprint.
 *
 * The footprint is a parallelogram of two axes. A few taps lie along the longer one; each is a
 * blend of two mip levels, bilinear in either, whose texels are as wide as the shorter one (or as
 * the taps are apart). Taps and levels are decided per lane.
 */
#pragma once

#include "render/soft/texture.h"
#include "render/soft/tile.h"

enum { TEXEL_TAPS = 5 };

/* Where an image is looked up: u to the right and v down, both 0..1 over the image. */
typedef struct texel_spot {
    vf u, v;
    vf au, av, bu, bv; /* the footprint's axes */
} texel_spot;

/* Colour premultiplied by alpha; or a normal, not unit. */
typedef struct texel {
    v3 c;
    vf alpha;
} texel;

VINL v3 texel_decode(vi word, int kind)
{
    const vi x = word & 2047, y = (vi)((vu)word >> 11) & 2047, z = (vi)((vu)word >> 22);
    if (kind == REEL_IMAGE_COLOR) {
        const v3 r = {vi_to_f(x) * (1.0f / 2047), vi_to_f(y) * (1.0f / 2047),
                      vi_to_f(z) * (1.0f / 1023)};
        return v3_mul(r, r);
    }
    const vf nx = vi_to_f(x - 1024) * (1.0f / 1023), ny = vi_to_f(y - 1024) * (1.0f / 1023);
    const vf lack = vi_to_f(z) * (1.0f / 1023), length = 1.0f - lack * lack;
    const vf zz = length * length - nx * nx - ny * ny;
    return (v3){nx, ny, vf_sqrt(vf_max(zz, vf_set(0.0f)))};
}

/* A cell of texels: the two columns (or rows) next to x, which is in texels of a side of n. */
VINL vf texel_cell(vf x, vi n, int repeat, vi *first, vi *second)
{
    const vf at = x - 0.5f, whole = vf_floor(at);
    const vi i = vf_trunc(whole), j = i + 1, last = n - 1;
    const vi zero = vi_set(0);
    *first = vi_sel(vi_lt(i, zero), repeat ? last : zero, i);
    *second = vi_sel(vi_lt(j, n), j, repeat ? zero : last);
    return at - whole;
}

/* A mip level of each lane: sides and place of its texels. */
typedef struct texel_mip {
    vi w, h, start;
} texel_mip;

/* The lanes' levels; where those that count share one, nothing needs to be gathered. */
VINL texel_mip texel_mips(const soft_texture *t, vi level, int shared)
{
    if (shared >= 0) {
        return (texel_mip){vi_set(t->width[shared]), vi_set(t->height[shared]),
                           vi_set(t->start[shared])};
    }
    return (texel_mip){vi_gather(t->width, level), vi_gather(t->height, level),
                       vi_gather(t->start, level)};
}

VINL texel texel_level(const soft_texture *t, const texel_mip *mip, vf u, vf v, int repeat_u,
                       int repeat_v, int kind)
{
    const vi w = mip->w, h = mip->h, start = mip->start;
    vi x0, x1, y0, y1;
    const vf fx = texel_cell(u * vi_to_f(w), w, repeat_u, &x0, &x1);
    const vf fy = texel_cell(v * vi_to_f(h), h, repeat_v, &y0, &y1);
    const vi r0 = start + y0 * w, r1 = start + y1 * w;
    const v3 a = texel_decode(vi_gather(t->texels, r0 + x0), kind);
    const v3 b = texel_decode(vi_gather(t->texels, r0 + x1), kind);
    const v3 c = texel_decode(vi_gather(t->texels, r1 + x0), kind);
    const v3 d = texel_decode(vi_gather(t->texels, r1 + x1), kind);
    texel out = {v3_mix(v3_mix(a, b, fx), v3_mix(c, d, fx), fy), vf_set(1.0f)};
    if (kind == REEL_IMAGE_COLOR && t->alpha) {
        const vf e = vf_bits(vi_gather(t->alpha, r0 + x0));
        const vf f = vf_bits(vi_gather(t->alpha, r0 + x1));
        const vf g = vf_bits(vi_gather(t->alpha, r1 + x0));
        const vf i = vf_bits(vi_gather(t->alpha, r1 + x1));
        out.alpha = vf_mix(vf_mix(e, f, fx), vf_mix(g, i, fx), fy);
    }
    return out;
}

/* u within 0..1: repeated, or the nearest end; 0 for lanes that are not asked for. */
VINL vf texel_wrap(vm m, vf u, int repeat)
{
    const vf w = repeat ? u - vf_floor(u) : vf_sat(u);
    m = vm_and(m, vm_and(vf_le(vf_set(0.0f), w), vf_le(w, vf_set(1.0f))));
    return vf_sel(m, w, vf_set(0.0f));
}

/* How a footprint is covered: taps along its longer axis, and the mip levels of each. */
typedef struct texel_plan {
    vf taps, u, v; /* how many; the longer axis */
    vi level;
    vf blend; /* share of the level above */
} texel_plan;

VINL texel_plan texel_cover(const soft_texture *t, const texel_spot *s)
{
    const float w = (float)t->width[0], h = (float)t->height[0];
    const vf ax = s->au * w, ay = s->av * h, bx = s->bu * w, by = s->bv * h;
    const vf a2 = ax * ax + ay * ay, b2 = bx * bx + by * by;
    const vm longer = vf_le(b2, a2);
    const vf far = vf_sqrt(vf_sel(longer, a2, b2));
    const vf near = vf_max(vf_sqrt(vf_sel(longer, b2, a2)), vf_set(1.0f));
    texel_plan p = {.u = vf_sel(longer, s->au, s->bu), .v = vf_sel(longer, s->av, s->bv)};
    /* a tap's tent reaches a little further than its share: fewer do */
    p.taps = vf_clamp(0.0f - vf_floor(0.0f - far * 0.65f / near), 1.0f, (float)TEXEL_TAPS);
    const vf width = vf_clamp(vf_max(near, far / p.taps), 1.0f, 8192.0f);
    const vi bits = (vi)width; /* of the float: exponent and what is beyond the power of two */
    p.level = (bits >> 23) - 127;
    p.blend = vf_bits((bits & 0x7fffff) | 0x3f800000) - 1.0f;
    const vi last = vi_set(t->n_levels - 1);
    const vm above = vi_lt(last - 1, p.level);
    p.level = vi_sel(above, last, p.level);
    p.blend = vf_sel(above, vf_set(0.0f), p.blend);
    return p;
}

/* The mean of the lanes in m over their footprints; others get something. */
VINL texel texel_look(const soft_texture *t, vm m, const texel_spot *s, int repeat_u, int repeat_v,
                      int kind)
{
    const texel_plan p = texel_cover(t, s);
    const vf zero = vf_set(0.0f);
    const vf most = vf_and(m, p.taps), blend = vf_and(m, p.blend);
    const vi last = vi_set(t->n_levels - 1), above = p.level + 1;
    const vi next = vi_sel(vi_lt(last, above), last, above);
    const int blended = vm_any(vf_gt(blend, zero));
    const unsigned lanes = vm_bits(m);
    const int first = lanes ? p.level[__builtin_ctz(lanes)] : 0;
    const int same = !(lanes & ~vm_bits(vi_eq(p.level, vi_set(first))));
    const texel_mip mip = texel_mips(t, p.level, same ? first : -1);
    const texel_mip over =
        texel_mips(t, next, same ? (first + 1 < t->n_levels ? first + 1 : first) : -1);
    const vf inv = 1.0f / p.taps;
    texel sum = {v3_splat(zero), zero};
    for (int j = 0; j < (int)vf_most(most); j++) {
        const vf at = ((float)j + 0.5f) * inv - 0.5f;
        const vf u = texel_wrap(m, s->u + p.u * at, repeat_u);
        const vf v = texel_wrap(m, s->v + p.v * at, repeat_v);
        texel x = texel_level(t, &mip, u, v, repeat_u, repeat_v, kind);
        if (blended) { /* where nothing of it is wanted it adds exactly nothing */
            const texel y = texel_level(t, &over, u, v, repeat_u, repeat_v, kind);
            const vm some = vf_gt(blend, zero);
            x.c = v3_sel(some, v3_mix(x.c, y.c, blend), x.c);
            x.alpha = vf_sel(some, vf_mix(x.alpha, y.alpha, blend), x.alpha);
        }
        const vm on = vf_lt(vf_set((float)j), p.taps);
        sum.c = v3_sel(on, v3_add(sum.c, x.c), sum.c);
        sum.alpha = vf_sel(on, sum.alpha + x.alpha, sum.alpha);
    }
    sum.c = v3_scale(sum.c, inv);
    sum.alpha = sum.alpha * inv;
    return sum;
}

STAGE texel texel_color(const soft_texture *t, vm m, const texel_spot *s, int repeat_u,
                        int repeat_v)
{
    return texel_look(t, m, s, repeat_u, repeat_v, REEL_IMAGE_COLOR);
}

STAGE v3 texel_normal(const soft_texture *t, vm m, const texel_spot *s, int repeat_u, int repeat_v)
{
    return texel_look(t, m, s, repeat_u, repeat_v, REEL_IMAGE_DATA).c;
}
