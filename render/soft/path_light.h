/*
 * path_light.h - suns, lamps and the sky as paths find them: by shadow rays towards points drawn on
 * them, and by chance, each weighted by how well it does (Veach's power heuristic).
 */
#pragma once

#include "render/soft/path_trace.h"
#include "render/soft/sky.h"

/* The random pattern `which` at surface number `depth`. */
VINL uv path_pair(const path_wave *w, int i, int depth, int which)
{
    return draw_pair((vu)vi_load(w->index + i), (vu)vi_load(w->seed + i),
                     (uint32_t)(depth * PATH_DIMENSIONS + which));
}
VINL vf path_one(const path_wave *w, int i, int depth, int which)
{
    return draw_one((vu)vi_load(w->index + i), (vu)vi_load(w->seed + i),
                    (uint32_t)(depth * PATH_DIMENSIONS + which));
}

VINL void path_add(path_wave *w, int i, vm m, v3 radiance)
{
    const v3 c = v3_mul(v3_load(w->thr, i), radiance), old = v3_load(w->add, i);
    v3_store(w->add, i, v3_sel(m, v3_add(old, c), old));
}

/* Square of the sine of a sun's radius, and one minus its cosine. */
VINL float sun_sine2(const soft_sun *sun)
{
    const float t2 = sun->tan_radius * sun->tan_radius;
    return t2 / (1 + t2);
}
VINL float sun_cap(const soft_sun *sun)
{
    const float s2 = sun_sine2(sun);
    return s2 / (1 + __builtin_sqrtf(1 - s2));
}

#define PATH_TWO_PI 6.28318531f
#define PATH_POINT  1e-12f /* least solid angle / 2 pi: a point light */

/* Weight of what was drawn with density a where b could have found it as well (Veach's power
 * heuristic). */
VINL vf path_weight(vf a, vf b)
{
    return a * a / vf_max(a * a + b * b, vf_set(1e-30f));
}

/* Lanes whose finds of lamps and suns count in full, and those for which they count by weight. */
VINL void lights_count(const path_wave *w, int i, int depth, vm *full, vm *part)
{
    const vi flags = vi_load(w->flags + i);
    const vm glass = vi_eq(flags & PATH_GLASS, vi_set(PATH_GLASS));
    const vm lit = vi_eq(flags & PATH_LIT, vi_set(PATH_LIT));
    *full = depth == 0 ? vm_not(vm_none()) : vm_andnot(glass, lit);
    *part = depth == 0 ? vm_none() : vm_not(glass);
}

/* Radiance of the suns' discs along the rays of a group that met nothing. */
VINL v3 suns_found(const soft_job *job, const path_wave *w, int i, int depth)
{
    const v3 d = v3_load((float(*)[SOFT_BATCH])w->dir, i);
    v3 c = v3_splat(vf_set(0.0f));
    vm full, part;
    lights_count(w, i, depth, &full, &part);
    for (int s = 0; s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        const float s2 = sun_sine2(sun);
        if (!(s2 > 1e-10f)) {
            continue;
        }
        const v3 n = v3_set(sun->dir);
        const v3 x = {d.y * n.z - d.z * n.y, d.z * n.x - d.x * n.z, d.x * n.y - d.y * n.x};
        const vm in = vm_and(vf_lt(v3_dot(x, x), vf_set(s2)), vf_gt(v3_dot(d, n), vf_set(0.0f)));
        const vf pdf = vf_load(w->pdf + i);
        const float drawn = 1.0f / (PATH_TWO_PI * sun_cap(sun));
        const vf share = vf_sel(full, vf_set(1.0f), vf_and(part, path_weight(pdf, vf_set(drawn))));
        c = v3_madd(c, vf_and(in, share) * (1.0f / (3.14159265f * s2)), v3_set(sun->irradiance));
    }
    return c;
}

/* Shadow rays to one sun. */
STAGE void aim_sun(const soft_job *job, path_wave *w, int s, int depth)
{
    const soft_sun *sun = &job->suns[s];
    const float cap = sun_cap(sun),
                pdf = 1.0f / (PATH_TWO_PI * (cap > PATH_POINT ? cap : PATH_POINT));
    for (int i = 0; i < w->hit.n; i += VW) {
        const uv r = path_pair(w, i, depth, PATH_SUN_AT + s);
        const vf down = r.v * cap, side = vf_sqrt(down * (2.0f - down));
        vf sine, cosine, drawn;
        sincos_turns(r.u, &sine, &cosine);
        const v3 to = v3_unit(from_frame(v3_set(sun->u), v3_set(sun->v), v3_set(sun->dir),
                                         side * cosine, side * sine, 1.0f - down));
        const bsdf *f = &w->surf[i / VW];
        v3 c = bsdf_value(f, into_frame(f, to), &drawn);
        /* irradiance / (pi sin^2) is the radiance, 2 pi cap its solid angle */
        c = v3_scale(c, 2.0f / (2.0f - cap) * path_weight(vf_set(pdf), drawn));
        v3_store(w->to, i, to);
        vf_store(w->limit + i, vf_set(VF_FAR));
        v3_store(w->weight, i, v3_mul(c, v3_set(sun->irradiance)));
    }
}

/* What passes along the aimed rays is added to what the paths find. */
STAGE void gather_light(const soft_job *job, path_wave *w)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        const v3 c = v3_load(w->weight, i);
        const vf zero = vf_set(0.0f), facing = v3_dot(v3_load(w->to, i), v3_load(w->hit.normal, i));
        vm asks = vm_and(vf_gt(vf_max(c.x, vf_max(c.y, c.z)), zero), vf_gt(facing, zero));
        asks = vm_andnot(asks, vi_eq(vi_load(w->glass + i), vi_set(1)));
        v3_store(w->seen, i, v3_splat(vf_and(asks, vf_set(1.0f))));
    }
    path_shadow(job, w);
    for (int i = 0; i < w->hit.n; i += VW) {
        const v3 seen = v3_load(w->seen, i);
        const vm lit = vf_gt(vf_max(seen.x, vf_max(seen.y, seen.z)), vf_set(0.0f));
        path_add(w, i, lit, v3_mul(seen, v3_load(w->weight, i)));
    }
}
