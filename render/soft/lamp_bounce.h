/*
 * lamp_bounce.h - light of lamps and glowing bodies that planes send on.
 */
#pragma once

#include "render/soft/tile.h"

/* Irradiance / pi on a plane below p, at its foot: near lights taken for points, whose light the
 * patch of the plane that p sees blurs by as much as p is above it. */
VINL v3 lamps_on_plane(const soft_job *job, v3 p, const soft_bouncer *b, vf height)
{
    const v3 foot = v3_madd(p, -height, v3_set(b->normal));
    v3 sum = v3_splat(vf_set(0.0f));
    for (int j = 0; j < job->n_lamps + job->n_glows; j++) {
        const soft_lamp *lamp =
            j < job->n_lamps ? &job->lamps[j] : &job->glows[j - job->n_lamps].lamp;
        const v3 d = v3_sub(v3_set(lamp->at), foot);
        const vf d2 = vf_max(v3_dot(d, d) + height * height, vf_set(1e-12f));
        const vf inv = 1.0f / vf_sqrt(d2);
        vf gain = vf_max(v3_dotu(d, b->normal) * inv, vf_set(0.0f));
        if (lamp->kind == REEL_LAMP_SPHERE) {
            gain = gain * (lamp->radius * lamp->radius);
        } else {
            const vf c = -v3_dotu(d, lamp->dir) * inv;
            if (lamp->kind == REEL_LAMP_RECT) {
                gain = gain * vf_max(c, vf_set(0.0f)) *
                       (4 * 0.318309886f * lamp->half[0] * lamp->half[1]);
            } else {
                const float room = lamp->cos_in - lamp->cos_out;
                gain = gain * (lamp->radius * lamp->radius) *
                       vf_smooth(c, lamp->cos_out, lamp->cos_out + (room > 1e-3f ? room : 1e-3f));
            }
        }
        sum = v3_madd(sum, vf_min(gain / d2, vf_set(1.0f)), v3_set(lamp->radiance));
    }
    return v3_mul(sum, v3_set(job->info[b->drawn].albedo));
}

/* The same over all planes, on unit normal n: each fills its share of the hemisphere. */
STAGE v3 lamps_bounced(const soft_job *job, v3 p, v3 n)
{
    v3 sum = v3_splat(vf_set(0.0f));
    for (int i = 0; i < job->n_bouncers; i++) {
        const soft_bouncer *b = &job->bouncers[i];
        const vf height = v3_dotu(p, b->normal) + b->offset;
        const vf share = vf_and(vf_gt(height, vf_set(-1e-3f)), 0.5f - 0.5f * v3_dotu(n, b->normal));
        if (vm_any(vf_gt(share, vf_set(1e-4f)))) {
            sum = v3_madd(sum, share, lamps_on_plane(job, p, b, height));
        }
    }
    return sum;
}
