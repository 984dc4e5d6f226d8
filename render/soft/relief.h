/*
 * relief.h - the normals that light sees: tilted by a pattern's relief and by normal images.
 *
 * Relief too fine for the footprint does not tilt normals; what it would have tilted them by is
 * turned into roughness, so that surfaces look alike near and far and highlights do not flicker.
 * The normal plane never sees any of this.
 */
#pragma once

#include "render/soft/mapping.h"
#include "render/soft/pattern.h"

/* Roughness of a surface whose normals, besides, differ by slopes of variance `more` (per axis):
 * alpha^2 + 2 more, as for Beckmann's distribution (Olano and Baker, "LEAN Mapping", 2010). */
VINL vf roughened(vf rough, vf more)
{
    const vf a = rough * rough, a2 = vf_min(a * a + 2.0f * more, vf_set(1.0f));
    return vf_sqrt(vf_sqrt(a2));
}

STAGE vf pattern_height(const soft_material *m, int shape, v3 p, v3 n, v3 w)
{
    return pattern_look(m, m->pattern, shape, p, n, w, NULL).height;
}

/* Has the pattern's relief a slope in closed form? Others need the sighting's axes. */
VINL int has_slope(int pattern)
{
    return pattern == REEL_PATTERN_NOISE || pattern == REEL_PATTERN_BRUSHED ||
           pattern == REEL_PATTERN_TILES;
}

/* Does what a footprint does not resolve of the pattern's relief count? Edges are too few. */
VINL int hides_slopes(int pattern)
{
    return pattern == REEL_PATTERN_NOISE || pattern == REEL_PATTERN_BRUSHED ||
           pattern == REEL_PATTERN_FABRIC;
}

/* Slope of the pattern's relief at a sighting as a vector along the surface, by differences. */
VINL v3 relief_steps(const soft_material *m, int shape, const sighting *s, v3 width)
{
    const vf step = vf_max(0.5f * s->d, vf_set(0.004f * m->scale));
    const v3 n = s->n;
    /* two unit vectors along the surface: those of the footprint */
    const v3 e = v3_unit(s->axis[0]), f = v3_cross(n, e);
    const vf here = pattern_height(m, shape, s->p, n, width);
    const vf there = pattern_height(m, shape, v3_madd(s->p, step, e), n, width);
    const vf beside = pattern_height(m, shape, v3_madd(s->p, step, f), n, width);
    const vf k = m->bump / step;
    return v3_add(v3_scale(e, (there - here) * k), v3_scale(f, (beside - here) * k));
}

/* a . n in a geom's frame, where a plane's normal n is the z axis. */
VINL vf dot_normal(v3 a, v3 n, int plane)
{
    return plane ? a.z : v3_dot(a, n);
}

/* Take away what is not along the surface of normal n. */
VINL v3 along_surface(v3 slope, v3 n, int plane)
{
    return plane ? (v3){slope.x, slope.y, vf_set(0.0f)}
                 : v3_madd(slope, 0.0f - v3_dot(n, slope), n);
}

/* The same where it has a closed form, of which pattern_look() may know a part, and the variance of
 * the slopes that the footprint hides. */
VINL v3 closed_slope(const soft_material *m, int pattern, int plane, const sighting *s, v3 width,
                     v3 known, vf *hidden)
{
    const float inv = m->inv_scale, steep = m->bump * inv;
    const v3 w = v3_scale(width, vf_set(inv)), q = pattern_point(m, s->p, s->n);
    v3 slope = known;
    *hidden = vf_set(0.0f);
    if (pattern == REEL_PATTERN_NOISE) {
        const vf widest = vf_max(w.x, vf_max(w.y, w.z));
        slope = v3_scale(fractal_slope(q, widest, m->seed, hidden), vf_set(-1.0f));
    } else if (pattern == REEL_PATTERN_BRUSHED) {
        slope = brushed_slope(m, q, w, hidden);
    }
    *hidden = *hidden * (steep * steep);
    return along_surface(v3_scale(slope, vf_set(steep)), s->n, plane);
}

/* The same of any pattern. */
VINL v3 relief_slope(const soft_material *m, int shape, const sighting *s, v3 width, vf *hidden)
{
    v3 known = v3_splat(vf_set(0.0f));
    if (m->pattern == REEL_PATTERN_TILES) {
        pattern_look(m, m->pattern, shape, s->p, s->n, width, &known);
    }
    if (has_slope(m->pattern)) {
        return closed_slope(m, m->pattern, 0, s, width, known, hidden);
    }
    *hidden = vf_set(0.0f);
    if (m->pattern == REEL_PATTERN_FABRIC) { /* mean square of its slopes: 1.6 */
        const float inv = m->inv_scale, steep = m->bump * inv;
        const vf widest = vf_max(width.x, vf_max(width.y, width.z)) * inv;
        const vf r = resolved(widest * 2.5f);
        *hidden = 1.6f * (1.0f - r * r) * (steep * steep);
    }
    return along_surface(relief_steps(m, shape, s, width), s->n, 0);
}

/* A normal image's normal in the geom's frame, unit, and what roughness it hides. */
VINL v3 image_normal(const soft_texture *t, vm m, const layer *l, const sighting *s, vf *hidden)
{
    const v3 a = texel_normal(t, m, &l->spot, l->repeat_u, l->repeat_v);
    const vf k = l->cover;
    /* beyond the image the surface is flat */
    const v3 mean = {a.x * k, a.y * k, 1.0f + (a.z - 1.0f) * k};
    const vf l2 = vf_min(v3_dot(mean, mean), vf_set(1.0f)), len = vf_sqrt(l2);
    /* a lobe of that mean length: von Mises and Fisher's, whose concentration is by Banerjee et
     * al. (2005) len (3 - len^2) / (1 - len^2), and the variance of slopes its inverse */
    *hidden = (1.0f - l2) / vf_max(len * (3.0f - l2), vf_set(0.02f));
    const v3 n = s->n;
    const v3 right = v3_unit(v3_madd(l->right, 0.0f - v3_dot(n, l->right), n));
    const v3 up = v3_cross(n, right);
    return v3_unit(
        v3_add(v3_add(v3_scale(right, mean.x), v3_scale(up, mean.y)), v3_scale(n, mean.z)));
}

/* The unit normal nearest to `tilted` whose mirrored view does not enter the surface of normal n
 * (all local): light that is reflected comes from outside, and no normal looks away. */
VINL v3 facing_normal(v3 tilted, v3 n, v3 view, int plane)
{
    const vf nv = dot_normal(view, n, plane), least = vf_min(vf_set(0.02f), 0.9f * nv);
    const vf tv = v3_dot(tilted, view);
    const vm front = vf_gt(nv, vf_set(0.0f)), away = vm_and(vf_lt(tv, least), front);
    if (vm_any(away)) {
        tilted = v3_sel(away, v3_unit(v3_madd(tilted, least - tv, view)), tilted);
    }
    const v3 r = v3_sub(v3_scale(tilted, 2.0f * v3_dot(tilted, view)), view);
    const vf above = dot_normal(r, n, plane);
    const vm below = vm_and(vf_lt(above, least), front);
    if (!vm_any(below)) {
        return tilted;
    }
    const v3 lifted = v3_unit(v3_madd(r, least - above, n));
    return v3_sel(below, v3_unit(v3_add(lifted, view)), tilted);
}
