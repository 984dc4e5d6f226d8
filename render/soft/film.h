/*
 * film.h - what a camera makes of light besides its picture: white balance, the natural fall of
 * light towards the corners, grain. See film.c for where the numbers come from.
 */
#pragma once

#include "render/soft/pattern.h"
#include "render/soft/tone.h"

/* Linear light, before the tone curve. */
VINL v3 film_light(const soft_job *job, const soft_tile *tile, int i, v3 c)
{
    const soft_film *f = &job->film;
    const float *m = f->balance;
    const vf dx = (vf_load(tile->cx + i) - f->cx) * job->inv_f;
    const vf dy = (vf_load(tile->cy + i) - f->cy) * job->inv_f;
    const vf r2 = 1.0f + dx * dx + dy * dy; /* 1 / cos^2 of the angle */
    const vf share = f->vignette / (r2 * r2) + (1.0f - f->vignette);
    const v3 b = {m[0] * c.x + m[1] * c.y + m[2] * c.z, m[3] * c.x + m[4] * c.y + m[5] * c.z,
                  m[6] * c.x + m[7] * c.y + m[8] * c.z};
    const vf none = vf_set(0.0f); /* colours outside of the primaries' triangle */
    return v3_scale((v3){vf_max(b.x, none), vf_max(b.y, none), vf_max(b.z, none)}, share);
}

/* About normal noise of standard deviation 1 for each pixel: the sum of four even draws. */
VINL vf film_noise(const soft_job *job, const soft_tile *tile, int i)
{
    const vu x = (vu)vf_trunc(vf_load(tile->cx + i)), y = (vu)vf_trunc(vf_load(tile->cy + i));
    const vu h = hash3(x * 0x8da6b343u + job->film.seed, y * 0xd8163841u, y + (x << 16));
    const vu sum = (h & 255u) + ((h >> 8) & 255u) + ((h >> 16) & 255u) + (h >> 24);
    return (vi_to_f((vi)sum) - 510.0f) * (1.0f / 147.80054f);
}

/* With its grain: most at mid grey, none at black and white, so that no noise is cut off there and
 * its mean is 0 everywhere. */
VINL v3 film_grained(const soft_job *job, const soft_tile *tile, int i, v3 code)
{
    const vf y = (0.2126f * code.x + 0.7152f * code.y + 0.0722f * code.z) * (1.0f / 255.0f);
    const vf d = film_noise(job, tile, i) * (job->film.grain * 4.0f * y * (1.0f - y));
    const vf most = vf_set(255.0f);
    return (v3){most * vf_sat((code.x + d) * (1.0f / 255.0f)),
                most * vf_sat((code.y + d) * (1.0f / 255.0f)),
                most * vf_sat((code.z + d) * (1.0f / 255.0f))};
}
