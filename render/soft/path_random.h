/*
 * path_random.h - numbers for sampling: a pure function of (seed, index, dimension), per lane.
 *
 * Pairs are points of Sobol's first two dimensions with Owen's scrambling by hashes, and an order
 * shuffled for each pair of dimensions (Burley, "Practical Hash-based Owen Scrambling", JCGT 2020;
 * the hash is Laine and Karras', EGSR 2011). Sobol's second matrix is Pascal's triangle modulo 2:
 * bit j of its product is the sum of the bits whose places contain j as a set, so that five steps
 * replace 32.
 */
#pragma once

#include "render/soft/vmath.h"

typedef struct uv {
    vf u, v; /* [0, 1) */
} uv;

VINL vu vu_set(uint32_t x)
{
    return (vu)vi_set((int32_t)x);
}

/* A hash of 32 bits onto 32 bits, one to one (Wellons' lowbias32). */
VINL vu scatter_bits(vu x)
{
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}

VINL vu reversed_bits(vu x)
{
    x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
    x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
    x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
    x = ((x >> 8) & 0x00ff00ffu) | ((x & 0x00ff00ffu) << 8);
    return (x >> 16) | (x << 16);
}

/* Owen's scrambling of numbers whose bits are reversed: a bit depends on those below it. */
VINL vu owen_reversed(vu x, vu seed)
{
    x = x + seed;
    x = x ^ (x * 0x6c50b47cu);
    x = x ^ (x * 0xb82f1e52u);
    x = x ^ (x * 0xc7afe638u);
    return x ^ (x * 0x8d22f6e6u);
}

VINL vf unit_of_bits(vu x)
{
    return vi_to_f((vi)(x >> 8)) * (1.0f / 16777216.0f);
}

/* Point `index` of the pattern `dimension` of `seed`: any 2^k indices that begin at a multiple of
 * 2^k lie one in each of 2^k boxes of the square. */
VINL uv draw_pair(vu index, vu seed, uint32_t dimension)
{
    const vu key = scatter_bits(seed ^ (dimension * 0x9e3779b9u));
    const vu i = reversed_bits(owen_reversed(reversed_bits(index), key));
    vu p = i;
    p = p ^ ((p >> 1) & 0x55555555u);
    p = p ^ ((p >> 2) & 0x33333333u);
    p = p ^ ((p >> 4) & 0x0f0f0f0fu);
    p = p ^ ((p >> 8) & 0x00ff00ffu);
    p = p ^ ((p >> 16) & 0x0000ffffu);
    const vu a = reversed_bits(owen_reversed(i, key * 0x2c1b3c6du + 1u));
    const vu b = reversed_bits(owen_reversed(p, key * 0x297a2d39u + 2u));
    return (uv){unit_of_bits(a), unit_of_bits(b)};
}

/* One number: for choices. */
VINL vf draw_one(vu index, vu seed, uint32_t dimension)
{
    const vu key = scatter_bits(seed ^ (dimension * 0x9e3779b9u));
    const vu i = reversed_bits(owen_reversed(reversed_bits(index), key));
    return unit_of_bits(reversed_bits(owen_reversed(i, key * 0x2c1b3c6du + 1u)));
}

/* Sine and cosine of 2 pi x for x in [0, 1]; error < 1e-6. */
VINL void sincos_turns(vf x, vf *s, vf *c)
{
    const vf q = vf_floor(x * 4.0f + 0.5f);     /* the nearest quarter */
    const vf t = (x - q * 0.25f) * 6.28318531f; /* [-pi/4, pi/4] */
    const vf t2 = t * t;
    const vf sine = t + t * t2 * (-0.166666667f + t2 * (8.33333333e-3f + t2 * -1.98412698e-4f));
    const vf cosine =
        1.0f + t2 * (-0.5f + t2 * (4.16666667e-2f + t2 * (-1.38888889e-3f + t2 * 2.48015873e-5f)));
    const vi n = vf_trunc(q);
    const vm odd = vi_eq(n & 1, vi_set(1));
    const vf a = vf_sel(odd, cosine, sine), b = vf_sel(odd, sine, cosine);
    *s = vf_sel(vi_eq(n & 2, vi_set(2)), -a, a);
    *c = vf_sel(vi_eq((n + 1) & 2, vi_set(2)), -b, b);
}

/* Unit vectors at right angles to unit n and to one another (Duff et al., JCGT 2017). */
VINL void frame_of(v3 n, v3 *t, v3 *b)
{
    const vf s = vf_mulsign(vf_set(1.0f), n.z);
    const vf a = -1.0f / (s + n.z), k = n.x * n.y * a;
    *t = (v3){1.0f + s * n.x * n.x * a, s * k, -(s * n.x)};
    *b = (v3){k, s + n.y * n.y * a, -n.y};
}

/* x t + y b + z n */
VINL v3 from_frame(v3 t, v3 b, v3 n, vf x, vf y, vf z)
{
    return v3_madd(v3_madd(v3_scale(t, x), y, b), z, n);
}
