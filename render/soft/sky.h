/*
 * sky.h - radiance from all around, and what it sends onto a surface.
 */
#pragma once

#include "render/soft/env_lookup.h"
#include "render/soft/lamp_bounce.h"

/* Radiance along unit `d`: the same curve as sky_at() in light.c, or the environment's. */
VINL v3 sky_radiance(const soft_sky *sky, v3 d)
{
    if (sky->env) {
        return env_sharp(sky, d);
    }
    const vf z = v3_dotu(d, sky->up);
    const vf a = 1.0f - vf_sat(z);
    const v3 high = v3_mix(v3_set(sky->zenith), v3_set(sky->horizon), a * a * a);
    const vm under = vf_lt(z, vf_set(0.0f));
    if (!vm_any(under)) {
        return high;
    }
    const vf t = vf_sat(-z * (1.0f / 0.15f));
    const v3 low = v3_mix(v3_set(sky->horizon), v3_set(sky->ground), t * t * (3.0f - 2.0f * t));
    return v3_sel(under, low, high);
}

VINL vf sky_term(const float p[SOFT_SKY_TERMS], vf x)
{
    vf s = vf_set(p[SOFT_SKY_TERMS - 1]);
    for (int i = SOFT_SKY_TERMS - 2; i >= 0; i--) {
        s = s * x + p[i];
    }
    return vf_max(s, vf_set(0.0f));
}

/* Irradiance / pi of the upper and the lower half on a unit normal of height x. The lower half is
 * nearly of one colour, so that only its share matters. */
VINL v3 sky_above(const soft_sky *sky, vf x)
{
    return (v3){sky_term(sky->above[0], x), sky_term(sky->above[1], x), sky_term(sky->above[2], x)};
}
VINL v3 sky_below(const soft_sky *sky, vf x)
{
    const vf share = 0.5f - 0.5f * x;
    return (v3){share * sky->below[0], share * sky->below[1], share * sky->below[2]};
}

/* The same as ambient() where a level floor without end is the only plane: it depends on the height
 * of the normal only. See light_floor(). */
VINL v3 level_ambient(const soft_job *job, vf x)
{
    v3 e;
    vf *out[3] = {&e.x, &e.y, &e.z};
    for (int c = 0; c < 3; c++) {
        const float *p = job->level_ambient[c];
        vf s = vf_set(p[SOFT_SKY_TERMS - 1]);
        for (int i = SOFT_SKY_TERMS - 2; i >= 0; i--) {
            s = s * x + p[i];
        }
        *out[c] = s;
    }
    return e;
}

/* The same as blurred_sky() there: it depends on the height z of the lobe's middle only. What the
 * floor sends into the lobe and where its sky is then seen are those of lobe_planes(). */
VINL v3 level_blurred(const soft_job *job, vf z, vf rough)
{
    const soft_sky *sky = &job->sky;
    const v3 soft = level_ambient(job, z);
    const vf share = vf_smooth(rough, 0.25f, 0.9f);
    const vm some = vf_lt(share, vf_set(1.0f));
    if (!vm_any(some)) {
        return soft;
    }
    const vf width = vf_min(2.0f * rough * rough, vf_set(0.99f)) + 0.01f;
    const vf x = vf_sat(0.5f - z * (0.5f / width));
    v3 floor = v3_splat(vf_set(0.0f)), sharp;
    vf below = floor.x;
    if (vm_any(vf_gt(x, below))) {
        const soft_bouncer *b = &job->bouncers[0];
        below = x * x * (3.0f - 2.0f * x);
        const vf lift = vf_max(0.35f * width - z, vf_set(0.0f)) * below;
        const vf half = 0.5f + lift * (z + 0.5f * lift), y = 1.5f - half;
        z = (z + lift) * (y * (1.5f - half * (y * y))); /* v3_nearly_unit() */
        floor = (v3){below * (b->radiance_sky[0] + b->radiance_sun[0]),
                     below * (b->radiance_sky[1] + b->radiance_sun[1]),
                     below * (b->radiance_sky[2] + b->radiance_sun[2])};
    }
    const vf a = 1.0f - vf_sat(z); /* sky_radiance() above the horizon */
    sharp = v3_mix(v3_set(sky->zenith), v3_set(sky->horizon), a * a * a);
    return v3_sel(some, v3_mix(v3_madd(floor, 1.0f - below, sharp), soft, share), soft);
}

/*
 * Irradiance / pi on normal n at p from the sky and from the planes that bound the scene: a plane
 * fills the share (1 - n.m) / 2 of the cosine-weighted hemisphere (exact for a plane without end),
 * and a floor replaces the sky's lower half. `sun_seen` scales the sun that the planes reflect.
 */
VINL v3 ambient_of_sky(const soft_job *job, v3 p, v3 n, vf sun_seen)
{
    const vf high = v3_dotu(n, job->sky.up);
    if (job->level) {
        return level_ambient(job, high);
    }
    v3 up, down;
    if (job->sky.env) {
        up = env_irradiance(&job->sky, SOFT_ENV_ABOVE, n);
        down = env_irradiance(&job->sky, SOFT_ENV_BELOW, n);
    } else {
        up = sky_above(&job->sky, high);
        down = sky_below(&job->sky, high);
    }
    v3 bounced = v3_splat(vf_set(0.0f));
    for (int i = 0; i < job->n_bouncers; i++) {
        const soft_bouncer *b = &job->bouncers[i];
        const vf height = v3_dotu(p, b->normal) + b->offset;
        vf near = vf_set(1.0f);
        if (b->range > 0) {
            const float r2 = b->range * b->range;
            near = r2 / (r2 + height * height);
        }
        near = vf_and(vf_gt(height, vf_set(-1e-3f)), near);
        const vf share = (0.5f - 0.5f * v3_dotu(n, b->normal)) * near;
        const float floor = b->up > 0 ? b->up : 0;
        const vf keep = 1.0f - share * (1.0f - floor);
        up = v3_scale(up, keep);
        down = v3_scale(down, keep * (1.0f - near * floor));
        bounced = v3_scale(bounced, keep);
        bounced.x += share * (b->radiance_sky[0] + sun_seen * b->radiance_sun[0]);
        bounced.y += share * (b->radiance_sky[1] + sun_seen * b->radiance_sun[1]);
        bounced.z += share * (b->radiance_sky[2] + sun_seen * b->radiance_sun[2]);
    }
    return v3_add(v3_add(up, down), bounced);
}

/* The same with what planes send on of lamps. */
VINL v3 ambient(const soft_job *job, v3 p, v3 n, vf sun_seen)
{
    const v3 e = ambient_of_sky(job, p, n, sun_seen);
    return job->n_lamps + job->n_glows ? v3_add(e, lamps_bounced(job, p, n)) : e;
}
