/*
 * pattern.h - solid procedural patterns, filtered over a pixel's footprint.
 *
 * A pattern is a function of the point in the geom's frame. Edges (checker, stripes, tiles) are
 * averaged exactly over the footprint's box (as in Quilez, "Box filtering checkerboards"); noise
 * and rings fade into their mean as the footprint grows beyond their features, so that distant
 * surfaces neither alias nor flicker.
 */
#pragma once

#include "render/soft/weave.h"

VINL vf checker(int shape, v3 p, v3 w)
{
    if (shape == REEL_SHAPE_PLANE) { /* just beneath 0 it is in an odd cell */
        return 0.5f + 0.5f * square_wave(p.x, w.x) * square_wave(p.y, w.y);
    }
    return 0.5f - 0.5f * square_wave(p.x, w.x) * square_wave(p.y, w.y) * square_wave(p.z, w.z);
}

/* Half a joint between tiles. */
#define TILE_JOINT 0.018f

VINL vu tile_cell(const soft_material *m, v3 p)
{
    return hash3((vu)vf_trunc(vf_floor(p.x)) * 0x8da6b343u + m->seed,
                 (vu)vf_trunc(vf_floor(p.y)) * 0xd8163841u,
                 (vu)vf_trunc(vf_floor(p.z)) * 0xcb1ab31fu);
}

/* How much a tile slopes: none is laid quite level, so mirrored things break at the joints. */
VINL v3 tile_lean(vu cell)
{
    return v3_scale(
        (v3){hash_unit(cell * 3u) - 0.5f, hash_unit(cell * 5u) - 0.5f, hash_unit(cell * 9u) - 0.5f},
        vf_set(0.8f));
}

/* `*slope`, if wanted, is the gradient of the height. */
VINL look tiles(const soft_material *m, int shape, v3 p, v3 n, v3 w, v3 *slope)
{
    const float j = TILE_JOINT;
    const int flat = shape == REEL_SHAPE_PLANE;
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    /* a joint parallel to the surface would fill it: only joints that cross it count */
    v3 k = {one, one, zero};
    if (!flat) {
        k = (v3){1.0f - vf_smooth(vf_abs(n.x), 0.7f, 0.95f),
                 1.0f - vf_smooth(vf_abs(n.y), 0.7f, 0.95f),
                 1.0f - vf_smooth(vf_abs(n.z), 0.7f, 0.95f)};
    }
    joint_part x = joint_at(p.x, w.x, j), y = joint_at(p.y, w.y, j), z = {zero, zero};
    if (!flat) {
        z = joint_at(p.z, w.z, j);
    }
    const v3 open = {1.0f - x.share * k.x, 1.0f - y.share * k.y, 1.0f - z.share * k.z};
    const vf joint = 1.0f - open.x * open.y * open.z;
    const vu cell = tile_cell(m, p);
    const v3 lean = tile_lean(cell);
    const vf seen = resolved(vf_max(w.x, vf_max(w.y, w.z)));
    const vf tone = 1.0f + 0.14f * (hash_unit(cell) - 0.5f) * seen;
    const v3 tile = v3_scale(v3_set(m->color), tone);
    const v3 at = {p.x - vf_floor(p.x) - 0.5f, p.y - vf_floor(p.y) - 0.5f,
                   p.z - vf_floor(p.z) - 0.5f};
    if (slope) {
        const v3 g = {x.slope * k.x * open.y * open.z, y.slope * k.y * open.z * open.x,
                      z.slope * k.z * open.x * open.y};
        *slope = v3_scale(v3_sub(lean, g), seen);
    }
    return (look){v3_mix(tile, v3_set(m->color2), joint),
                  vf_mix(vf_set(m->roughness), vf_set(0.5f + 0.5f * m->roughness), joint),
                  (v3_dot(at, lean) - joint) * seen};
}

/* Year rings about an axis along x, with fibres; `p` in pitches. */
VINL look wood_at(const soft_material *m, v3 p, vf w, vf tone)
{
    const v3 slow = {p.x * 0.08f, p.y * 0.35f, p.z * 0.35f};
    const vf bend = (noise3(slow, m->seed) - 0.5f) * 1.6f;
    const vf r = vf_sqrt(p.y * p.y + p.z * p.z) + bend;
    const vf f = r - vf_floor(r);
    const vf ring = vf_smooth(f, 0.15f, 0.85f) * (1.0f - vf_smooth(f, 0.86f, 1.0f));
    const vf late = 0.42f + (ring - 0.42f) * resolved(w * 0.9f);
    const v3 thin = {p.x * 0.35f, p.y * 6.0f, p.z * 6.0f};
    const vf fibre = (noise3(thin, m->seed + 5) - 0.5f) * resolved(w * 6.0f);
    const vf mixed = vf_sat(late * 0.85f + fibre * 0.35f + tone * 0.25f);
    const v3 base = v3_mix(v3_set(m->color), v3_set(m->color2), mixed);
    return (look){v3_scale(base, 1.0f + 0.10f * tone),
                  vf_clamp(m->roughness * (1.08f - 0.25f * late + 0.2f * fibre), 0.03f, 1.0f),
                  0.0f - 0.35f * late + 0.5f * fibre};
}

/* A piece of wood; its heart lies beside the x axis, as in a sawn board. */
VINL look wood(const soft_material *m, v3 p, vf w)
{
    const float y = 1.5f + 2.0f * (float)(m->seed & 255) / 255.0f;
    const float z = 3.0f * ((float)(m->seed >> 8 & 255) / 255.0f - 0.5f);
    return wood_at(m, (v3){p.x, p.y + y, p.z + z}, w, vf_set(0.0f));
}

/* A plane of wood is a floor of boards along x, 7 pitches wide and 70 long, each its own tree. */
VINL look boards(const soft_material *m, v3 p, v3 w3)
{
    const float width = 7.0f, length = 70.0f;
    const vf w = vf_max(w3.x * 0.2f, w3.y);
    const vf row = p.y * (1.0f / width), row_id = vf_floor(row);
    const vu hr =
        hash3((vu)vf_trunc(row_id) * 0x8da6b343u + m->seed, (vu)vi_set(17), (vu)vi_set(5));
    const vf along = p.x * (1.0f / length) + hash_unit(hr);
    const vu hb = hash3((vu)vf_trunc(row_id) * 0x8da6b343u + m->seed,
                        (vu)vf_trunc(vf_floor(along)) * 0xd8163841u, (vu)vi_set(3));
    const vf tone = (hash_unit(hb) - 0.5f) * resolved(w * (1.0f / width));
    const vf across = (row - row_id - 0.5f) * width;
    const v3 q = {p.x + hash_unit(hb) * 400.0f, across + (hash_unit(hb * 7u) - 0.5f) * 8.0f,
                  2.0f + 4.0f * hash_unit(hb * 13u)};
    look l = wood_at(m, q, w, tone * 1.6f);
    const vf gap = vf_max(joint_at(row, w3.y * (1.0f / width), 0.010f).share,
                          joint_at(along, w3.x * (1.0f / length), 0.0011f).share);
    l.base = v3_scale(l.base, 1.0f - 0.72f * gap);
    l.height = l.height - gap;
    return l;
}

VINL vf marble(const soft_material *m, v3 p, vf w)
{
    const v3 slow = {p.x * 0.5f, p.y * 0.5f, p.z * 0.5f};
    const v3 fast = {p.x * 1.27f + 5.1f, p.y * 1.27f, p.z * 1.27f};
    const vf warp = noise3(slow, m->seed) + 0.4f * noise3(fast, m->seed + 1) - 0.7f;
    const vf x = (p.x + p.y * 0.6f + p.z * 0.8f) * 0.7f + warp * 3.2f;
    const vf vein = vf_exp2(vf_abs(vf_sin_turns(x * 0.5f)) * -7.0f);
    const vf cloud = fractal((v3){p.x * 0.8f, p.y * 0.8f, p.z * 0.8f}, w * 0.8f, m->seed + 9);
    return vf_sat(0.14f + (vein - 0.14f) * resolved(w) * 0.9f + (cloud - 0.5f) * 0.35f);
}

/* Where a pattern is looked up, in scales: a little beneath the surface, since a face may lie
 * exactly between two cells. */
VINL v3 pattern_point(const soft_material *m, v3 p, v3 n)
{
    const float s = m->inv_scale;
    return (v3){p.x * s - 0.011f * n.x, p.y * s - 0.011f * n.y, p.z * s - 0.011f * n.z};
}

/* Base colour, roughness and relief at local point p with normal n; w = footprint along the axes,
 * m. Of tiles `*slope`, unless NULL, is set as well: the gradient of their height, per scale. */
VINL look pattern_look(const soft_material *m, int pattern, int shape, v3 p, v3 n, v3 w, v3 *slope)
{
    look l = {v3_set(m->color), vf_set(m->roughness), vf_set(0.0f)};
    if (pattern == REEL_PATTERN_PLAIN) {
        return l;
    }
    const v3 q = pattern_point(m, p, n);
    const v3 f = v3_scale(w, vf_set(m->inv_scale));
    const vf widest = vf_max(f.x, vf_max(f.y, f.z));
    vf t;
    switch (pattern) {
    case REEL_PATTERN_CHECKER: t = checker(shape, q, f); break;
    case REEL_PATTERN_NOISE: t = vf_sat(fractal(q, widest, m->seed)); break;
    case REEL_PATTERN_WOOD: return shape == REEL_SHAPE_PLANE ? boards(m, q, f) : wood(m, q, widest);
    case REEL_PATTERN_MARBLE: t = marble(m, q, widest); break;
    case REEL_PATTERN_TILES: return tiles(m, shape, q, n, f, slope);
    case REEL_PATTERN_BRUSHED: return brushed(m, q, f);
    case REEL_PATTERN_FABRIC: return fabric(m, shape, q, n, f);
    default: /* stripes: a plane has no extent along z, so its bands cross x */
        t = shape == REEL_SHAPE_PLANE ? square_wave(q.x, f.x) : square_wave(q.z, f.z);
        t = 0.5f - 0.5f * t;
        break;
    }
    l.base = v3_mix(l.base, v3_set(m->color2), t);
    l.height = 0.0f - t;
    return l;
}
