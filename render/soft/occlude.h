/*
 * occlude.h - the share of the sky that a batch's points see, and the light of what hides the rest.
 *
 * Geom after geom, each by the cheapest of the forms of occlusion.h that will do. Bodies' shares
 * multiply.
 */
#pragma once

#include "render/soft/occlusion.h"

/* Squares of the distances, in radii of the bounding sphere, over which a body becomes a ball about
 * its centre. */
#define FAR_BEGINS 4.0f
#define FAR_ENDS   6.25f

/* Share of the hemisphere that a ball of radius r hides, seen from outside: by the square of the
 * distance to its centre, the inverse of that distance, and the height above the surface. */
VINL vf hidden_by_ball(const soft_geom *g, float r, vf d2, vf inv_l, vf height)
{
    const float inv_r = 1.0f / r, inv_reach2 = 1.0f / (g->reach * g->reach);
    const vf ih2 = vf_min((r * r) * (inv_l * inv_l), vf_set(1.0f)), up = height * inv_r;
    const vf cut = vf_sat((0.5f * up + 0.5f) * ih2), x2 = d2 * inv_reach2;
    const vf share = vf_sel(vf_gt(up, vf_set(1.0f)), height * inv_l * ih2, cut * vf_sqrt(cut));
    return share * vf_max(1.0f - x2 * x2, vf_set(0.0f));
}

/* Lanes of a group at d = centre - point, with squares of lengths and heights above the surface,
 * from which geom k may hide something; none of those that show it. */
VINL vm may_hide(const soft_geom *g, const int32_t *key, int i, int k, vf d2, vf height)
{
    const vi own = vi_load(key + i);
    vm m = vm_and(vi_lt(vi_set(-1), own), vf_lt(d2, vf_set(g->reach * g->reach)));
    /* wholly behind the surface: hides nothing */
    m = vm_and(m, vf_gt(height, vf_set(-g->radius)));
    return vm_andnot(m, vi_eq(own >> 3, vi_set(k)));
}

/* What a geom hides of the sky, its share, and that light that it sends instead of it. */
VINL void add_hidden(batch *b, int i, vm m, vf share, v3 light)
{
    const vf open = vf_load(b->open + i);
    share = vf_and(m, share);
    v3_store(b->bleed, i, v3_madd(v3_load(b->bleed, i), vf_and(m, open), light));
    vf_store(b->open + i, open * (1.0f - share));
}

/* A ball, or any body far away. */
STAGE void occlude_ball(const soft_job *job, batch *b, int k, float r)
{
    const soft_geom *g = &job->geoms[k];
    const glower from = glower_of(job, k);
    for (int i = 0; i < b->n; i += VW) {
        const v3 d = v3_sub(v3_set(g->centre), v3_load(b->pos, i)), n = v3_load(b->normal, i);
        const vf d2 = v3_dot(d, d), height = v3_dot(d, n);
        const vm m = may_hide(g, b->key, i, k, d2, height);
        if (!vm_any(m)) {
            continue;
        }
        const vf inv_l = vf_rsqrt(vf_max(d2, vf_set(1e-12f)));
        vf share = hidden_by_ball(g, r, d2, inv_l, height);
        /* no body hides more than the half space on its side */
        share = vf_min(share, 0.5f + 0.5f * vf_max(height * inv_l, vf_set(0.0f)));
        add_hidden(b, i, m, share, v3_scale(glow(&from, d, inv_l), share));
    }
}

/* Any other body: near by its core, far away a ball. */
STAGE void occlude_core(const soft_job *job, batch *b, int k)
{
    const soft_geom *g = &job->geoms[k];
    const glower from = glower_of(job, k);
    const float inv_r2 = 1.0f / (g->radius * g->radius);
    const vf none = vf_set(0.0f);
    for (int i = 0; i < b->n; i += VW) {
        const v3 pos = v3_load(b->pos, i), n = v3_load(b->normal, i);
        const v3 d = v3_sub(v3_set(g->centre), pos);
        const vf d2 = v3_dot(d, d), height = v3_dot(d, n);
        const vm m = may_hide(g, b->key, i, k, d2, height);
        if (!vm_any(m)) {
            continue;
        }
        const vf far = vf_smooth(d2 * inv_r2, FAR_BEGINS, FAR_ENDS);
        vf share = none;
        v3 light = v3_splat(none), to;
        if (vm_any(vm_and(m, vf_lt(far, vf_set(1.0f))))) {
            share = hidden_share(g, v3_affine(g->rot, g->off, pos), v3_rot(g->rot, n), &to);
            share = (1.0f - far) * share;
            light = v3_scale(glow(&from, v3_trot(g->rot, to), vf_set(1.0f)), share);
        }
        if (vm_any(vm_and(m, vf_gt(far, none)))) {
            const vf inv_l = vf_rsqrt(vf_max(d2, vf_set(1e-12f)));
            const vf away = far * hidden_by_ball(g, g->far_r, d2, inv_l, height);
            light = v3_madd(light, away, glow(&from, d, inv_l));
            share = share + away;
        }
        add_hidden(b, i, m, share, light);
    }
}

/* A mesh by its patches, which hide their own surface as well. */
STAGE void occlude_mesh(const soft_job *job, batch *b, int k)
{
    const soft_geom *g = &job->geoms[k];
    const glower from = glower_of(job, k);
    for (int i = 0; i < b->n; i += VW) {
        const v3 pos = v3_load(b->pos, i), n = v3_load(b->normal, i);
        const v3 d = v3_sub(v3_set(g->centre), pos);
        const vf d2 = v3_dot(d, d), height = v3_dot(d, n);
        const vm others = may_hide(g, b->key, i, k, d2, height);
        const vm m = may_hide(g, b->key, i, -2, d2, height);
        if (!vm_any(m)) {
            continue;
        }
        v3 to;
        const vf share = hidden_by_mesh(g, job->meshes[k], pos, n, d, others, &to);
        add_hidden(b, i, m, share, v3_scale(glow(&from, to, vf_set(1.0f)), share));
    }
}

/* Walls and table tops stand side by side: their shares add up; what they enclose lights them no
 * better. Those of the n geoms of job->near_list. */
STAGE void occlude_slabs(const soft_job *job, batch *b, int n)
{
    for (int i = 0; i < b->n; i += VW) {
        const v3 pos = v3_load(b->pos, i), normal = v3_load(b->normal, i);
        vf see = vf_set(1.0f), walls = vf_set(0.0f);
        v3 light = v3_splat(walls);
        int body = -1;
        for (int j = 0; j < n; j++) {
            const int k = job->near_list[j];
            const soft_geom *g = &job->geoms[k];
            if (!g->slab) {
                continue;
            }
            const v3 d = v3_sub(v3_set(g->centre), pos);
            const vf d2 = v3_dot(d, d);
            vm m = may_hide(g, b->key, i, k, d2, v3_dot(d, normal));
            if (!vm_any(m)) {
                continue;
            }
            v3 at, up, to;
            const vf rise = slab_rise(g, pos, normal, &at, &up);
            m = vm_and(m, vf_gt(rise, vf_set(0.0f)));
            if (!vm_any(m)) {
                continue;
            }
            const glower from = glower_of(job, k);
            const vf share =
                vf_and(m, hidden_by_slab(g, at, up, &to) * reach_window(g, vf_sqrt(d2)) *
                              vf_min(rise, vf_set(1.0f)));
            if (job->info[k].body != body) {
                walls = walls + 1.0f - see;
                see = vf_set(1.0f);
                body = job->info[k].body;
            }
            light = v3_madd(light, see * share, glow(&from, v3_trot(g->rot, to), vf_set(1.0f)));
            see = see * (1.0f - share);
        }
        walls = walls + 1.0f - see;
        const vf left = vf_max(1.0f - walls, vf_set(0.0f));
        const vf fit = vf_max(left, vf_set(0.3f)) / vf_max(walls, vf_set(1.0f));
        vf_store(b->open + i, vf_load(b->open + i) * left);
        v3_store(b->bleed, i, v3_madd(v3_scale(v3_load(b->bleed, i), left), fit, light));
    }
}

/* Fill b->open and b->bleed; the n geoms of job->near_list may occlude points in b's box. */
STAGE void occlude_by(const soft_job *job, batch *b, int n)
{
    int slabs = 0;
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->open + i, vf_set(1.0f));
        v3_store(b->bleed, i, v3_splat(vf_set(0.0f)));
    }
    for (int j = 0; j < n; j++) {
        const int k = job->near_list[j];
        const soft_geom *g = &job->geoms[k];
        if (g->slab) {
            slabs = 1;
        } else if (job->meshes[k] && job->meshes[k]->n_patches) {
            occlude_mesh(job, b, k);
        } else if (g->ball) { /* a cube is one as well */
            occlude_ball(job, b, k, g->core_r);
        } else {
            occlude_core(job, b, k);
        }
    }
    if (slabs) {
        occlude_slabs(job, b, n);
    }
}

/* Take clear bodies from a list of n geoms; how many are left. */
static int without_clear(const soft_job *job, int *list, int n)
{
    int left = 0;
    for (int j = 0; j < n; j++) {
        if (!is_clear(job, list[j])) {
            list[left++] = list[j];
        }
    }
    return left;
}

/* Fill b->hidden and, if set, b->open and b->bleed. */
static void occlude(const soft_job *job, batch *b)
{
    int n = list_occluders(job, b, job->near_list);
    n = tints(job) ? without_clear(job, job->near_list, n) : n;
    b->hidden = n > 0;
    if (n > 0) {
        occlude_by(job, b, n);
    }
}
