/*
 * reflect.h - one traced reflection for surfaces smooth enough to show it.
 *
 * Lanes whose specular part matters are gathered into a second batch of rays, traced against all
 * geoms, and what they hit is shaded with sun, shadow and sky. Rough surfaces blend from the traced
 * colour to the blurred surroundings. A convex geom cannot see itself, so no offset is needed.
 */
#pragma once

#include "render/soft/coat.h"
#include "render/soft/lamp_light.h"
#include "render/soft/occlude.h"

/* The group of rays at `i` against geom k. */
VINL void trace_geom(batch *b, int i, const soft_geom *g, int k, int shape, const int32_t *own)
{
    const v3 org = v3_load(b->pos, i), dir = v3_load(b->dir, i);
    vm m = vm_andnot(vm_not(vm_none()), vi_eq(vi_load(own + i) >> 3, vi_set(k)));
    if (shape != REEL_SHAPE_PLANE) { /* dir is unit */
        const v3 c = v3_sub(v3_set(g->centre), org);
        const vf along = v3_dot(c, dir), d2 = v3_dot(c, c) - along * along;
        m = vm_and(m, vf_lt(d2, vf_set(g->radius * g->radius * 1.001f)));
        m = vm_and(m, vf_gt(along, vf_set(-g->radius)));
    }
    if (!vm_any(m)) {
        return;
    }
    const vf old = vf_load(b->t + i);
    vf t;
    vi face;
    m = vm_and(m, hit_shape(shape, g->half, v3_affine(g->rot, g->off, org), v3_rot(g->rot, dir), &t,
                            &face));
    m = vm_and(m, vf_lt(t, old));
    vf_store(b->t + i, vf_sel(m, t, old));
    vi_store(b->key + i, vi_sel(m, face + k * SOFT_KEY_FACES, vi_load(b->key + i)));
}

/* The same for a mesh; own rays of one that is not convex may meet it, a little away. */
STAGE void trace_mesh(const soft_job *job, batch *b, int i, int k, const int32_t *own)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    const v3 org = v3_load(b->pos, i), dir = v3_load(b->dir, i);
    const vm mine = vi_eq(vi_load(own + i) >> 3, vi_set(k));
    const vf skip = vf_and(mine, vf_set(1e-3f * g->radius));
    ray_group r;
    r.active = mesh->convex ? vm_not(mine) : vm_not(vm_none());
    r.o = v3_affine(g->rot, g->off, v3_madd(org, skip, dir));
    r.d = v3_rot(g->rot, dir);
    r.limit = vf_load(b->t + i) - skip;
    if (!vm_any(r.active)) {
        return;
    }
    cast_first(mesh, &r);
    vf_store(b->t + i, vf_sel(r.hit, r.t + skip, vf_load(b->t + i)));
    vi_store(b->key + i, vi_sel(r.hit, vi_set(k * SOFT_KEY_FACES), vi_load(b->key + i)));
    vi_store(b->facet + i, vi_sel(r.hit, r.facet, vi_load(b->facet + i)));
}

/* All groups of a batch against geom k. */
VINL void trace_all(batch *b, const soft_geom *g, int k, int shape, const int32_t *own)
{
    for (int i = 0; i < b->n; i += VW) {
        trace_geom(b, i, g, k, shape, own);
    }
}

/* All rays of a batch: from within `radius` of `org`, along within `spread` of `dir`. */
typedef struct beam {
    float org[3], dir[3], radius, spread;
} beam;

/* False only if geom g is so far from the rays' origins that occlusion leaves it out as well. */
static int in_reach(const beam *rays, const soft_geom *g)
{
    const float reach = g->reach + rays->radius;
    return g->shape == REEL_SHAPE_PLANE || !(g->reach > 0) ||
           box_apart2(rays->org, rays->org, g->centre, g->centre) < reach * reach;
}

/* The group of rays at `i` against all geoms through their tree. Children are looked into in a
 * fixed order: of equal hits the one that comes first in the tree stays, whatever the group's
 * width. */
STAGE void trace_tree(const soft_job *job, batch *b, int i, const int32_t *own, int past_clear,
                      const beam *near)
{
    const soft_tree *tree = job->tree;
    const v3 o = v3_load(b->pos, i), d = v3_load(b->dir, i);
    const v3 inv = {safe_inverse(d.x), safe_inverse(d.y), safe_inverse(d.z)};
    int stack[SOFT_TREE_DEPTH], n = 0;
    for (int j = 0; j < tree->n_planes; j++) {
        const int k = tree->planes[j];
        trace_geom(b, i, &job->geoms[k], k, REEL_SHAPE_PLANE, own);
    }
    if (tree->n_nodes > 0) {
        stack[n++] = 0;
    }
    while (n > 0) {
        const soft_node *node = &tree->nodes[stack[--n]];
        if (!vm_any(meet_box(node, o, o, inv, vf_load(b->t + i)))) {
            continue;
        }
        for (int j = 0; j < node->count; j++) {
            const int k = tree->order[node->first + j];
            const soft_geom *g = &job->geoms[k];
            if ((past_clear && is_clear(job, k)) || (near && !in_reach(near, g))) {
                continue;
            }
            if (is_mesh(g->shape)) {
                trace_mesh(job, b, i, k, own);
            }
            FOR_SHAPE(g->shape, trace_geom(b, i, g, k, SHAPE, own))
        }
        if (node->count == 0) {
            stack[n++] = node->first + 1;
            stack[n++] = node->first;
        }
    }
}

/* Centre and half diagonal of the box of n values in each of three rows. */
static float centre_of(float (*rows)[SOFT_BATCH], int n, float centre[3])
{
    float d2 = 0;
    for (int c = 0; c < 3; c++) {
        vf lo = vf_load(rows[c]), hi = lo;
        for (int i = VW; i < n; i += VW) {
            lo = vf_min(vf_load(rows[c] + i), lo);
            hi = vf_max(vf_load(rows[c] + i), hi);
        }
        float a = lo[0], z = hi[0];
        for (int l = 1; l < VW; l++) {
            a = lo[l] < a ? lo[l] : a;
            z = hi[l] > z ? hi[l] : z;
        }
        centre[c] = 0.5f * (a + z);
        d2 += 0.25f * (z - a) * (z - a);
    }
    return __builtin_sqrtf(d2) * 1.0001f;
}

/* False only if no ray of the beam can meet the geom's bounding sphere: |org + t dir - c| is
 * nowhere within radius + t * spread of it. */
static int beam_meets(const beam *b, const soft_geom *g)
{
    const float r = (g->radius + b->radius) * 1.001f, k = b->spread;
    float v2 = 0, vd = 0, d2 = 0;
    if (g->shape == REEL_SHAPE_PLANE) {
        return 1;
    }
    for (int c = 0; c < 3; c++) {
        const float v = g->centre[c] - b->org[c];
        v2 += v * v;
        vd += v * b->dir[c];
        d2 += b->dir[c] * b->dir[c];
    }
    const float a = d2 - k * k, toward = vd + r * k;
    if (v2 <= r * r || a <= 1e-3f) {
        return 1;
    }
    return toward > 0 && (v2 - r * r) * a <= toward * toward * 1.001f;
}

/* First hits of the rays from b->pos along b->dir; moves pos there. `past_clear`: rays go straight
 * through clear bodies; `near`: they need not find what is out of reach. */
STAGE void trace(const soft_job *job, batch *b, const int32_t *own, int past_clear, int near)
{
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->t + i, vf_set(VF_FAR));
        vi_store(b->key + i, vi_set(-1));
    }
    beam rays;
    rays.radius = centre_of(b->pos, b->n, rays.org);
    rays.spread = centre_of(b->dir, b->n, rays.dir);
    for (int i = 0; job->tree && i < b->n; i += VW) {
        trace_tree(job, b, i, own, past_clear, near ? &rays : NULL);
    }
    for (int k = 0; !job->tree && k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (!g->present || !beam_meets(&rays, g) || (past_clear && is_clear(job, k)) ||
            (near && !in_reach(&rays, g))) {
            continue;
        }
        for (int i = 0; is_mesh(g->shape) && i < b->n; i += VW) {
            trace_mesh(job, b, i, k, own);
        }
        FOR_SHAPE(g->shape, trace_all(b, g, k, SHAPE, own))
    }
    for (int i = 0; i < b->n; i += VW) {
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf t = vf_and(hit, vf_load(b->t + i));
        vf_store(b->t + i, t);
        v3_store(b->pos, i, v3_madd(v3_load(b->pos, i), t, v3_load(b->dir, i)));
    }
}

/* Radiance of a pixel that hangs on a traced ray at least, of what the ray sees. */
#define LEAST_TRACED 0.008f

/* How much of the specular part is traced, 0..1, and its weight in the pixel. */
VINL vf traced_share(const gloss *g)
{
    const vf fade = 1.0f - vf_smooth(g->rough, 0.2f, 0.5f);
    const vf most = vf_max(g->albedo.x, vf_max(g->albedo.y, g->albedo.z));
    const vf share = fade * vf_smooth(most * fade, 0.035f, 0.06f);
    /* a part of the surroundings that is not seen */
    return vf_and(vf_gt(most * share, vf_set(LEAST_TRACED)), share);
}

/* Gather the rays of lanes that trace, with the lanes and keys they start from; how many. */
STAGE int gather_bounces(batch *b, batch *out, int32_t *lane, int32_t *own)
{
    out->n = 0;
    for (int i = 0; i < b->n; i += VW) {
        unsigned left = group_hits(b->key, i);
        if (!left) {
            continue;
        }
        vf rough = vf_load(b->rough + i);
        if (!b->coated && !vm_any(vf_lt(rough, vf_set(0.5f)))) {
            continue;
        }
        const gloss g = load_gloss(b, i, 0); /* hardly any of it is used */
        vf share = traced_share(&g);
        if (b->coated) { /* the lacquer is the smoother one */
            const gloss coat = coat_gloss(b, i, &g);
            const vm over = vf_gt(vf_load(b->coat + i), vf_set(0.0f));
            share = vf_sel(over, vf_max(share, traced_share(&coat)), share);
            rough = vf_sel(over, vf_min(rough, coat.rough), rough);
        }
        left &= vm_bits(vf_gt(share, vf_set(0.0f)));
        if (!left) {
            continue;
        }
        const int n = out->n;
        const v3 r = mirror(&g), p = v3_load(b->pos, i);
        lanes_pack(lane + n, vi_set(i) + vf_trunc(vf_lanes()), left);
        lanes_pack(own + n, vi_load(b->key + i), left);
        lanes_pack(out->traced_share + n, (vi)share, left);
        /* what is rough sees patterns blurred */
        lanes_pack(out->spread + n, (vi)(vf_load(b->spread + i) + rough * rough), left);
        lanes_pack(out->dir[0] + n, (vi)r.x, left);
        lanes_pack(out->dir[1] + n, (vi)r.y, left);
        lanes_pack(out->dir[2] + n, (vi)r.z, left);
        lanes_pack(out->pos[0] + n, (vi)p.x, left);
        lanes_pack(out->pos[1] + n, (vi)p.y, left);
        lanes_pack(out->pos[2] + n, (vi)p.z, left);
        out->n += __builtin_popcount(left);
    }
    const int rays = out->n;
    for (; out->n % VW; out->n++) { /* fill the last group with copies of its first lane */
        const int n = out->n, from = n / VW * VW;
        own[n] = own[from];
        out->spread[n] = out->spread[from];
        for (int c = 0; c < 3; c++) {
            out->dir[c][n] = out->dir[c][from];
            out->pos[c][n] = out->pos[c][from];
        }
    }
    return rays;
}

/* A lobe that has grown beyond a body sees little of it: fall back to the blurred sky. The lobe's
 * half width is kept in b->spread. */
STAGE void blur_far_hits(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        unsigned left = group_hits(b->key, i);
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            const soft_geom *g = &job->geoms[k];
            if (g->shape != REEL_SHAPE_PLANE) {
                const vf share = vf_load(b->traced_share + i);
                const vf w = vf_load(b->t + i) * vf_load(b->spread + i) * (1.5f / g->radius);
                vf_store(b->traced_share + i, vf_sel(m, share / (1.0f + w * w), share));
            }
        }
    }
}

/* True if the n rays of a batch, gathered from `b`, can only meet the sky. */
STAGE int see_only_sky(const soft_job *job, const batch *b, batch *rays)
{
    const int own = b->n_shown == 1 ? b->shown[0].drawn : -1;
    beam all;
    if (job->tree || (own >= 0 && is_mesh(job->geoms[own].shape))) {
        return 0;
    }
    all.radius = centre_of(rays->pos, rays->n, all.org);
    all.spread = centre_of(rays->dir, rays->n, all.dir);
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (g->present && k != own && beam_meets(&all, g)) {
            return 0;
        }
    }
    return 1;
}

/* The colour of rays that meet nothing: as blend_sky() has it. */
STAGE void show_sky(const soft_job *job, batch *rays)
{
    for (int i = 0; i < rays->n; i += VW) {
        const v3 d = v3_unit(v3_load(rays->dir, i));
        v3_store(rays->color, i, job->sky.env ? sky_glossy(job, rays, i, d) : sky_seen(job, d, 0));
    }
}

/* The colour of rays by what they meet. */
static void show_hits(const soft_job *job, batch *rays, const int32_t *own)
{
    trace(job, rays, own, 0, 0);
    list_shown(rays);
    surface(job, rays, SURFACE_NORMAL | SURFACE_LOOK);
    prepare_surface(job, rays, 0);
    bound_points(rays);
    light_surfaces(job, rays, 0, 1);
    light_lamps(job, rays, 1);
    blend_sky(job, rays, 0);
    blur_far_hits(job, rays);
}

/* Fill b->reflects and, if set, b->traced and b->traced_share; `rays` and `lane` are scratch. */
STAGE void reflect(const soft_job *job, batch *b, batch *rays, int32_t *lane)
{
    _Alignas(64) int32_t own[SOFT_BATCH];
    const int n = gather_bounces(b, rays, lane, own);
    b->reflects = n > 0;
    if (n == 0) {
        return;
    }
    if (see_only_sky(job, b, rays)) {
        show_sky(job, rays);
    } else {
        show_hits(job, rays, own);
    }
    if (n == b->n) { /* all of them, in their order */
        memcpy(b->traced_share, rays->traced_share, sizeof b->traced_share);
        memcpy(b->traced, rays->color, sizeof b->traced);
        return;
    }
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->traced_share + i, vf_set(0.0f));
        v3_store(b->traced, i, v3_splat(vf_set(0.0f)));
    }
    for (int j = 0; j < n; j++) {
        b->traced_share[lane[j]] = rays->traced_share[j];
        for (int c = 0; c < 3; c++) {
            b->traced[c][lane[j]] = rays->color[c][j];
        }
    }
}

/* Colour of a batch as `standard` sees it. */
static void shade_standard(const soft_job *job, soft_tile *tile, batch *b)
{
    prepare_surface(job, b, 1);
    bound_points(b);
    if (tile->flat && b == &tile->main) {
        occlude_flat(job, tile, &tile->bounce);
    } else {
        occlude(job, b);
    }
    reflect(job, b, &tile->bounce, tile->bounce_lane);
    light_surfaces(job, b, 1, 1);
    light_lamps(job, b, 1);
    blend_sky(job, b, 1);
}

static void shade_draft(const soft_job *job, batch *b)
{
    prepare_surface(job, b, 0);
    bound_points(b);
    light_surfaces(job, b, 0, 0);
    light_lamps(job, b, 0);
    blend_sky(job, b, 1);
}
