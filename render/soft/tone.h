/*
 * tone.h - from linear radiance to stored codes.
 *
 * The tone curve is Khronos' PBR Neutral (github.com/KhronosGroup/ToneMapping, specification):
 * colours up to 0.8 keep their hue and saturation, which named colours need; what is brighter is
 * compressed and goes to white. Then the sRGB transfer curve (IEC 61966-2-1).
 */
#pragma once

#include "render/soft/vmath.h"

/* sRGB curve times 255 for x in [0, 1]: a minimax sextic in sqrt(x), error < 0.04 of a code. */
VINL vf srgb_code(vf x)
{
    const vf s = vf_about_sqrt(x);
    vf p = vf_set(-241.686935f);
    p = p * s + 871.8692f;
    p = p * s - 1275.94557f;
    p = p * s + 994.19224f;
    p = p * s - 484.396215f;
    p = p * s + 401.698695f;
    p = p * s - 10.7693989f;
    return vf_sel(vf_lt(x, vf_set(0.0031308f)), (255.0f * 12.92f) * x, p);
}

VINL v3 tone_curve(v3 c)
{
    const float start = 0.8f - 0.04f, room = 1.0f - start;
    const vf low = vf_min(c.x, vf_min(c.y, c.z));
    const vf toe = vf_sel(vf_lt(low, vf_set(0.08f)), low - 6.25f * low * low, vf_set(0.04f));
    c = v3_sub(c, v3_splat(toe));
    const vf peak = vf_max(c.x, vf_max(c.y, c.z));
    if (!vm_any(vf_ge(peak, vf_set(start)))) {
        return c;
    }
    /* bright = 1 - room^2 / a, scale = bright / p, wash = 1 - 1 / (0.15 (p - bright) + 1), over one
     * denominator */
    const vf p = vf_clamp(peak, start, 1e6f), a = p + (room - start);
    const vf top = a - room * room, over = 0.15f * (p * a - top), all = a + over;
    const vf inv = 1.0f / (a * p * all);
    const vf scale = top * all * inv, bright = scale * p, wash = over * a * p * inv;
    const v3 d = v3_mix(v3_scale(c, scale), v3_splat(bright), wash);
    return v3_sel(vf_lt(peak, vf_set(start)), c, d);
}
