/*
 * path_trace.h - first hits and shadows of batches of any rays, within glass as well.
 *
 * A ray that left the surface of a convex geom, or of a hull, cannot meet it again from outside;
 * one that runs inside a clear solid (`inside`) leaves it where path_exit.h says. So nothing needs
 * an offset. The rim of a finite plane is partly clear, as in blend_sky().
 */
#pragma once

#include "render/soft/path.h"
#include "render/soft/path_exit.h"
#include "render/soft/surface.h"

/* Keys of geom k, whatever the face. */
VINL vm is_geom(const int32_t *key, int i, int k)
{
    return vi_eq(vi_load(key + i) >> 3, vi_set(k));
}

/* Lanes whose rays may meet the bounding sphere of g before `limit`; d is unit. */
VINL vm meets_ball(const soft_geom *g, v3 o, v3 d, vf limit)
{
    const v3 c = v3_sub(v3_set(g->centre), o);
    const vf along = v3_dot(c, d), d2 = v3_dot(c, c) - along * along;
    const vm m =
        vm_and(vf_lt(d2, vf_set(g->radius * g->radius * 1.001f)), vf_gt(along, vf_set(-g->radius)));
    return vm_and(m, vf_lt(along - g->radius, limit));
}

VINL void path_enter(path_wave *w, int i, const soft_geom *g, int k, int shape)
{
    batch *b = &w->hit;
    const v3 o = v3_load(b->pos, i), d = v3_load(w->dir, i);
    const vf old = vf_load(b->t + i);
    vm m = vm_not(vm_or(is_geom(w->own, i, k), is_geom(w->inside, i, k)));
    vf t;
    vi face;
    if (shape != REEL_SHAPE_PLANE) {
        m = vm_and(m, meets_ball(g, o, d, old));
    }
    if (!vm_any(m)) {
        return;
    }
    /* what stands on a plane ends there within rounding: solids are left before it is met */
    vf back = vf_set(0.0f);
    if (shape == REEL_SHAPE_PLANE) {
        const vm within = vi_lt(vi_set(-1), vi_load(w->inside + i));
        back = 2e-5f * (vf_abs(o.x) + vf_abs(o.y) + vf_abs(o.z));
        back = vf_sel(within, -back, back);
    }
    const v3 from = shape == REEL_SHAPE_PLANE ? v3_madd(o, -vf_max(back, vf_set(0.0f)), d) : o;
    m = vm_and(m, hit_shape(shape, g->half, v3_affine(g->rot, g->off, from), v3_rot(g->rot, d), &t,
                            &face));
    if (shape == REEL_SHAPE_PLANE) {
        t = vf_max(t - back, vf_set(0.0f)); /* from within: later than it is */
    }
    m = vm_and(m, vf_lt(t, old));
    vf_store(b->t + i, vf_sel(m, t, old));
    vi_store(b->key + i, vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(b->key + i)));
}

/* Rays of the group in the frame of mesh k. */
VINL ray_group mesh_rays(const soft_job *job, const path_wave *w, int i, int k, v3 d, vf limit)
{
    const soft_geom *g = &job->geoms[k];
    const v3 o = v3_load((float(*)[SOFT_BATCH])w->hit.pos, i);
    ray_group r;
    r.active = vm_and(vm_not(is_geom(w->inside, i, k)), meets_ball(g, o, d, limit));
    if (job->meshes[k]->convex) {
        r.active = vm_andnot(r.active, is_geom(w->own, i, k));
    }
    r.o = v3_affine(g->rot, g->off, o);
    r.d = v3_rot(g->rot, d);
    r.limit = limit;
    return r;
}

STAGE void path_enter_mesh(const soft_job *job, path_wave *w, int i, int k)
{
    batch *b = &w->hit;
    ray_group r = mesh_rays(job, w, i, k, v3_load(w->dir, i), vf_load(b->t + i));
    if (!vm_any(r.active)) {
        return;
    }
    cast_first(job->meshes[k], &r);
    vf_store(b->t + i, vf_sel(r.hit, r.t, vf_load(b->t + i)));
    vi_store(b->key + i, vi_sel(r.hit, vi_set(k * SOFT_KEY_FACES), vi_load(b->key + i)));
    vi_store(b->facet + i, vi_sel(r.hit, r.facet, vi_load(b->facet + i)));
}

/* Where rays inside of solids leave them, if nothing comes before. */
STAGE void path_leave(const soft_job *job, path_wave *w, int i)
{
    batch *b = &w->hit;
    unsigned left = group_hits(w->inside, i);
    vm leaves = vm_none();
    while (left) {
        int k;
        const vm m = group_next(w->inside, i, &left, &k);
        const soft_geom *g = &job->geoms[k];
        const vf old = vf_load(b->t + i);
        ray_group r = {.o = v3_affine(g->rot, g->off, v3_load(b->pos, i)),
                       .d = v3_rot(g->rot, v3_load(w->dir, i)),
                       .limit = old,
                       .active = m};
        vi face = vi_set(0);
        if (is_mesh(g->shape)) {
            cast_exit(job->meshes[k], &r);
            vi_store(b->facet + i, vi_sel(r.hit, r.facet, vi_load(b->facet + i)));
        } else {
            r.t = vf_max(exit_shape(g->shape, g->half, r.o, r.d, &face), vf_set(0.0f));
            r.hit = vm_and(m, vf_le(r.t, old));
        }
        vf_store(b->t + i, vf_sel(r.hit, r.t, old));
        vi_store(b->key + i, vi_sel(r.hit, face + k * SOFT_KEY_FACES, vi_load(b->key + i)));
        leaves = vm_or(leaves, r.hit);
    }
    vi_store(w->leaves + i, vi_sel(leaves, vi_set(1), vi_set(0)));
}

VINL void path_enter_all(path_wave *w, const soft_geom *g, int k, int shape)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        path_enter(w, i, g, k, shape);
    }
}

STAGE void path_enter_tree(const soft_job *job, path_wave *w, int i)
{
    const soft_tree *tree = job->tree;
    const v3 o = v3_load(w->hit.pos, i), d = v3_load(w->dir, i);
    const v3 inv = {safe_inverse(d.x), safe_inverse(d.y), safe_inverse(d.z)};
    int stack[SOFT_TREE_DEPTH], n = 0;
    for (int j = 0; j < tree->n_planes; j++) {
        path_enter(w, i, &job->geoms[tree->planes[j]], tree->planes[j], REEL_SHAPE_PLANE);
    }
    if (tree->n_nodes > 0) {
        stack[n++] = 0;
    }
    while (n > 0) {
        const soft_node *node = &tree->nodes[stack[--n]];
        if (!vm_any(meet_box(node, o, o, inv, vf_load(w->hit.t + i)))) {
            continue;
        }
        for (int j = 0; j < node->count; j++) {
            const int k = tree->order[node->first + j];
            const soft_geom *g = &job->geoms[k];
            if (is_mesh(g->shape)) {
                path_enter_mesh(job, w, i, k);
            }
            FOR_SHAPE(g->shape, path_enter(w, i, g, k, SHAPE))
        }
        if (node->count == 0) {
            stack[n++] = node->first + 1;
            stack[n++] = node->first;
        }
    }
}

/* First hits of the rays from hit.pos along dir: sets key, facet, t, leaves, and moves pos there;
 * misses have key -1 and t VF_FAR. */
STAGE void path_trace(const soft_job *job, path_wave *w)
{
    batch *b = &w->hit;
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->t + i, vf_set(VF_FAR));
        vi_store(b->key + i, vi_set(-1));
        vi_store(b->facet + i, vi_set(0));
        if (job->tree) {
            path_enter_tree(job, w, i);
        }
    }
    for (int k = 0; !job->tree && k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (!g->present) {
            continue;
        }
        for (int i = 0; is_mesh(g->shape) && i < b->n; i += VW) {
            path_enter_mesh(job, w, i, k);
        }
        FOR_SHAPE(g->shape, path_enter_all(w, g, k, SHAPE))
    }
    for (int i = 0; i < b->n; i += VW) {
        path_leave(job, w, i);
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf t = vf_and(hit, vf_load(b->t + i));
        v3_store(b->pos, i, v3_madd(v3_load(b->pos, i), t, v3_load(w->dir, i)));
    }
}

/* Share of the rim of a finite plane that is clear, at p. */
VINL vf clear_share(const soft_geom *g, v3 p)
{
    if (!(g->radius > 0)) {
        return vf_set(0.0f);
    }
    const v3 q = v3_sub(p, v3_set(g->centre));
    const float inv = 1.0f / (g->radius * g->radius);
    return vf_smooth(v3_dot(q, q) * inv, 0.15f, 1.0f);
}

/* What passes straight through a clear solid: tinted by `surfaces` of them. */
VINL v3 glass_passes(const soft_job *job, const path_wave *w, int k, int surfaces)
{
    if (w->opaque) {
        return v3_splat(vf_set(0.0f));
    }
    return clear_passes(job, k, surfaces);
}

VINL void dim(path_wave *w, int i, vm m, v3 by)
{
    const v3 seen = v3_load(w->seen, i);
    v3_store(w->seen, i, v3_sel(m, v3_mul(seen, by), seen));
}

VINL vm still_seen(const path_wave *w, int i)
{
    const v3 s = v3_load((float(*)[SOFT_BATCH])w->seen, i);
    return vf_gt(vf_max(s.x, vf_max(s.y, s.z)), vf_set(0.0f));
}

VINL void path_shade(const soft_job *job, path_wave *w, int i, const soft_geom *g, int k, int shape)
{
    const v3 o = v3_load(w->hit.pos, i), d = v3_load(w->to, i);
    const vf limit = vf_load(w->limit + i);
    vm m = vm_andnot(still_seen(w, i), vm_or(is_geom(w->own, i, k), is_geom(w->inside, i, k)));
    vf t;
    vi face;
    if (shape != REEL_SHAPE_PLANE) {
        m = vm_and(m, meets_ball(g, o, d, limit));
    }
    if (!vm_any(m)) {
        return;
    }
    m = vm_and(
        m, hit_shape(shape, g->half, v3_affine(g->rot, g->off, o), v3_rot(g->rot, d), &t, &face));
    m = vm_and(m, vf_lt(t, limit));
    if (!vm_any(m)) {
        return;
    }
    v3 passes = v3_splat(vf_set(0.0f));
    if (shape == REEL_SHAPE_PLANE) {
        passes = v3_splat(clear_share(g, v3_madd(o, t, d)));
    } else if (is_clear(job, k)) {
        passes = glass_passes(job, w, k, 2);
    }
    dim(w, i, m, passes);
}

STAGE void path_shade_mesh(const soft_job *job, path_wave *w, int i, int k)
{
    ray_group r = mesh_rays(job, w, i, k, v3_load(w->to, i), vf_load(w->limit + i));
    r.active = vm_and(r.active, still_seen(w, i));
    if (!vm_any(r.active)) {
        return;
    }
    cast_any(job->meshes[k], &r);
    dim(w, i, r.hit, is_clear(job, k) ? glass_passes(job, w, k, 2) : v3_splat(vf_set(0.0f)));
}

VINL void path_shade_all(const soft_job *job, path_wave *w, const soft_geom *g, int k, int shape)
{
    for (int i = 0; i < w->hit.n; i += VW) {
        path_shade(job, w, i, g, k, shape);
    }
}

STAGE void path_shade_tree(const soft_job *job, path_wave *w, int i)
{
    const soft_tree *tree = job->tree;
    const v3 o = v3_load(w->hit.pos, i), d = v3_load(w->to, i);
    const v3 inv = {safe_inverse(d.x), safe_inverse(d.y), safe_inverse(d.z)};
    int stack[SOFT_TREE_DEPTH], n = 0;
    for (int j = 0; j < tree->n_planes; j++) {
        path_shade(job, w, i, &job->geoms[tree->planes[j]], tree->planes[j], REEL_SHAPE_PLANE);
    }
    if (tree->n_nodes > 0) {
        stack[n++] = 0;
    }
    while (n > 0) {
        const soft_node *node = &tree->nodes[stack[--n]];
        const vm m = meet_box(node, o, o, inv, vf_load(w->limit + i));
        if (!vm_any(vm_and(m, still_seen(w, i)))) {
            continue;
        }
        for (int j = 0; j < node->count; j++) {
            const int k = tree->order[node->first + j];
            const soft_geom *g = &job->geoms[k];
            if (is_mesh(g->shape)) {
                path_shade_mesh(job, w, i, k);
            }
            FOR_SHAPE(g->shape, path_shade(job, w, i, g, k, SHAPE))
        }
        if (node->count == 0) {
            stack[n++] = node->first + 1;
            stack[n++] = node->first;
        }
    }
}

/*
 * What is left of the light that comes from `limit` along `to` to hit.pos: multiplies `seen`, whose
 * lanes that are 0 do not ask. Clear solids let it pass on a straight line, dimmed and tinted.
 */
STAGE void path_shadow(const soft_job *job, path_wave *w)
{
    const int n = w->hit.n;
    for (int i = 0; i < n; i += VW) {
        unsigned left = group_hits(w->inside, i);
        while (left) {
            int k;
            const vm m = group_next(w->inside, i, &left, &k);
            dim(w, i, m, glass_passes(job, w, k, 1));
        }
        if (job->tree) {
            path_shade_tree(job, w, i);
        }
    }
    for (int k = 0; !job->tree && k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (!g->present) {
            continue;
        }
        for (int i = 0; is_mesh(g->shape) && i < n; i += VW) {
            path_shade_mesh(job, w, i, k);
        }
        FOR_SHAPE(g->shape, path_shade_all(job, w, g, k, SHAPE))
    }
}
