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
#include "render/soft/occlude_tile.h"

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

/* False only if geom g is so far from the rays' origins that occlusion leaves it out as well. */
static int in_reach(const soft_beam *rays, const soft_geom *g)
{
    const float reach = g->reach + rays->radius;
    return g->shape == REEL_SHAPE_PLANE || !(g->reach > 0) ||
           box_apart2(rays->org, rays->org, g->centre, g->centre) < reach * reach;
}

/* The group of rays at `i` against all geoms through their tree. Children are looked into in a
 * fixed order: of equal hits the one that comes first in the tree stays, whatever the group's
 * width. */
STAGE void trace_tree(const soft_job *job, batch *b, int i, const int32_t *own, int past_clear,
                      const soft_beam *near)
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

/* Centre and half diagonal of a box, over the lanes of its bounds. */
static float middle_of(const vf lo[3], const vf hi[3], float centre[3])
{
    float d2 = 0;
    for (int c = 0; c < 3; c++) {
        const float a = vf_least(lo[c]), z = vf_most(hi[c]);
        centre[c] = 0.5f * (a + z);
        d2 += 0.25f * (z - a) * (z - a);
    }
    return __builtin_sqrtf(d2) * 1.0001f;
}

/* The same of n values in each of three rows. */
static float centre_of(float (*rows)[SOFT_BATCH], int n, float centre[3])
{
    vf lo[3], hi[3];
    for (int c = 0; c < 3; c++) {
        lo[c] = hi[c] = vf_load(rows[c]);
        for (int i = VW; i < n; i += VW) {
            lo[c] = vf_min(vf_load(rows[c] + i), lo[c]);
            hi[c] = vf_max(vf_load(rows[c] + i), hi[c]);
        }
    }
    return middle_of(lo, hi, centre);
}

/* False only if no ray of the beam can meet the geom's bounding sphere: |org + t dir - c| is
 * nowhere within radius + t * spread of it. */
static int beam_meets(const soft_beam *b, const soft_geom *g)
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

/* First hits of the rays from b->pos along b->dir, all of them in `rays`; moves pos there.
 * `past_clear`: rays go straight through clear bodies; `near`: they need not find what is out of
 * reach. */
STAGE void trace_beam(const soft_job *job, batch *b, const int32_t *own, const soft_beam *rays,
                      int past_clear, int near)
{
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->t + i, vf_set(VF_FAR));
        vi_store(b->key + i, vi_set(-1));
    }
    for (int i = 0; job->tree && i < b->n; i += VW) {
        trace_tree(job, b, i, own, past_clear, near ? rays : NULL);
    }
    for (int k = 0; !job->tree && k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (!g->present || !beam_meets(rays, g) || (past_clear && is_clear(job, k)) ||
            (near && !in_reach(rays, g))) {
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

static void trace(const soft_job *job, batch *b, const int32_t *own, int past_clear, int near)
{
    soft_beam rays;
    rays.radius = centre_of(b->pos, b->n, rays.org);
    rays.spread = centre_of(b->dir, b->n, rays.dir);
    trace_beam(job, b, own, &rays, past_clear, near);
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

/* Find the lanes that trace: `lanes` gets a word of bits for each group, b->traced_share how much
 * of the specular part is traced, 0 elsewhere, out->traced their mirrored directions and out->open
 * their spreads, all lane by lane. What bounds them goes to `rays`; false if there are none. */
STAGE int aim_bounces(batch *b, batch *out, unsigned *lanes, soft_beam *rays)
{
    vf lo[6], hi[6];
    unsigned any = 0;
    for (int c = 0; c < 6; c++) {
        lo[c] = vf_set(VF_FAR);
        hi[c] = vf_set(-VF_FAR);
    }
    for (int i = 0; i < b->n; i += VW) {
        vf rough = vf_load(b->rough + i);
        lanes[i / VW] = 0;
        vf_store(b->traced_share + i, vf_set(0.0f));
        if (!group_hits(b->key, i) || (!b->coated && !vm_any(vf_lt(rough, vf_set(0.5f))))) {
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
        const vm m = vm_and(vi_lt(vi_set(-1), vi_load(b->key + i)), vf_gt(share, vf_set(0.0f)));
        if (!vm_any(m)) {
            continue;
        }
        const v3 r = mirror(&g), p = v3_load(b->pos, i);
        const vf x[6] = {p.x, p.y, p.z, r.x, r.y, r.z};
        for (int c = 0; c < 6; c++) {
            lo[c] = vf_sel(m, vf_min(x[c], lo[c]), lo[c]);
            hi[c] = vf_sel(m, vf_max(x[c], hi[c]), hi[c]);
        }
        lanes[i / VW] = vm_bits(m);
        any |= lanes[i / VW];
        vf_store(b->traced_share + i, vf_and(m, share));
        v3_store(out->traced, i, r);
        /* what is rough sees patterns blurred */
        vf_store(out->open + i, vf_load(b->spread + i) + rough * rough);
    }
    rays->radius = middle_of(lo, hi, rays->org);
    rays->spread = middle_of(lo + 3, hi + 3, rays->dir);
    return any != 0;
}

/* The first n lanes of four-byte rows `to` are copied on, to the end of their group. */
static void pad_rows(int32_t *const *to, int n_rows, int n)
{
    for (int a = 0; a < n_rows; a++) {
        for (int j = n; j % VW; j++) {
            to[a][j] = to[a][j / VW * VW];
        }
    }
}

/* A row of a batch as items of four bytes: of what is moved only the bits matter. */
#define ROW(row) ((int32_t *)(row))

/* Pack those lanes, the last group filled up with copies of its first; how many. */
STAGE int gather_bounces(batch *b, batch *out, const unsigned *lanes, int32_t *lane, int32_t *own)
{
    int32_t *const from[] = {b->key,
                             ROW(b->traced_share),
                             ROW(out->open),
                             ROW(out->traced[0]),
                             ROW(out->traced[1]),
                             ROW(out->traced[2]),
                             ROW(b->pos[0]),
                             ROW(b->pos[1]),
                             ROW(b->pos[2])};
    int32_t *const to[] = {own,
                           ROW(out->traced_share),
                           ROW(out->spread),
                           ROW(out->dir[0]),
                           ROW(out->dir[1]),
                           ROW(out->dir[2]),
                           ROW(out->pos[0]),
                           ROW(out->pos[1]),
                           ROW(out->pos[2])};
    const int n_rows = (int)(sizeof to / sizeof *to);
    int n = 0;
    for (int i = 0; i < b->n; i += VW) {
        const unsigned left = lanes[i / VW];
        if (left) {
            lanes_pack(lane + n, vi_set(i) + vf_trunc(vf_lanes()), left);
            for (int a = 0; a < n_rows; a++) {
                lanes_pack(to[a] + n, vi_load(from[a] + i), left);
            }
            n += __builtin_popcount(left);
        }
    }
    pad_rows(to, n_rows, n);
    out->n = (n + VW - 1) / VW * VW;
    return n;
}

/* Keep of the first n rays those that met something, and take these from `lanes`; how many. */
STAGE int keep_hits(batch *rays, int n, int32_t *lane, unsigned *lanes)
{
    int32_t *const rows[] = {lane,
                             rays->key,
                             rays->facet,
                             ROW(rays->t),
                             ROW(rays->traced_share),
                             ROW(rays->spread),
                             ROW(rays->dir[0]),
                             ROW(rays->dir[1]),
                             ROW(rays->dir[2]),
                             ROW(rays->pos[0]),
                             ROW(rays->pos[1]),
                             ROW(rays->pos[2])};
    const int n_rows = (int)(sizeof rows / sizeof *rows);
    int kept = 0;
    for (int i = 0; i < n; i += VW) {
        unsigned left = group_hits(rays->key, i);
        left &= n - i < VW ? (1u << (n - i)) - 1u : VM_ALL;
        if (left) {
            for (int a = 0; a < n_rows; a++) {
                lanes_pack(rows[a] + kept, vi_load(rows[a] + i), left);
            }
            kept += __builtin_popcount(left);
        }
    }
    for (int j = 0; j < kept; j++) {
        lanes[lane[j] / VW] &= ~(1u << lane[j] % VW);
    }
    pad_rows(rows, n_rows, kept);
    rays->n = (kept + VW - 1) / VW * VW;
    return kept;
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

/* True if the rays, sent from `b`, can only meet the sky. */
STAGE int see_only_sky(const soft_job *job, const batch *b, const soft_beam *rays)
{
    const int own = b->n_shown == 1 ? b->shown[0].drawn : -1;
    if (job->tree || (own >= 0 && is_mesh(job->geoms[own].shape))) {
        return 0;
    }
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &job->geoms[k];
        if (g->present && k != own && beam_meets(rays, g)) {
            return 0;
        }
    }
    return 1;
}

/* Set b->traced of the lanes whose rays meet nothing. */
STAGE void show_sky(const soft_job *job, batch *b, batch *rays, const unsigned *lanes)
{
    for (int i = 0; i < b->n; i += VW) {
        v3 c = v3_splat(vf_set(0.0f));
        if (lanes[i / VW]) {
            const v3 d = v3_unit(v3_load(rays->traced, i));
            c = job->sky.env ? sky_glossy(job, vf_load(rays->open + i), d) : sky_seen(job, d, 0);
        }
        v3_store(b->traced, i, c);
    }
}

/* The colours of what n rays met, to those who sent them. */
static void show_hits(const soft_job *job, batch *b, batch *rays, const int32_t *lane, int n)
{
    list_shown(rays);
    surface(job, rays, SURFACE_NORMAL | SURFACE_LOOK);
    prepare_surface(job, rays, 0);
    bound_points(rays);
    light_surfaces(job, rays, 0, 1);
    light_lamps(job, rays, 1);
    blend_sky(job, rays, 0);
    blur_far_hits(job, rays);
    for (int j = 0; j < n; j++) {
        b->traced_share[lane[j]] = rays->traced_share[j];
        for (int c = 0; c < 3; c++) {
            b->traced[c][lane[j]] = rays->color[c][j];
        }
    }
}

/* Note the box of what rays met; without them it is empty. */
static void note_met(batch *b, const batch *rays)
{
    for (int c = 0; c < 3; c++) {
        b->met_lo[c] = rays ? rays->lo[c] : VF_FAR;
        b->met_hi[c] = rays ? rays->hi[c] : -VF_FAR;
    }
    b->met_disc = rays ? rays->disc : 0;
}

/* Fill b->reflects and, if set, b->traced and b->traced_share; `rays` and `lane` are scratch. */
STAGE void reflect(const soft_job *job, batch *b, batch *rays, int32_t *lane)
{
    _Alignas(64) int32_t own[SOFT_BATCH];
    unsigned lanes[SOFT_BATCH / VW];
    int n = 0;
    b->reflects = aim_bounces(b, rays, lanes, &b->mirrored);
    if (!b->reflects) {
        return;
    }
    if (!see_only_sky(job, b, &b->mirrored)) {
        n = gather_bounces(b, rays, lanes, lane, own);
        trace_beam(job, rays, own, &b->mirrored, 0, 0);
        n = keep_hits(rays, n, lane, lanes);
    }
    show_sky(job, b, rays, lanes);
    if (n > 0) {
        show_hits(job, b, rays, lane, n);
    }
    note_met(b, n > 0 ? rays : NULL);
}

/* Colour of a batch as `standard` sees it. */
static void shade_standard(const soft_job *job, soft_tile *tile, batch *b)
{
    prepare_surface(job, b, 1);
    bound_points(b);
    if (tile->flat && b == &tile->main) {
        occlude_flat(job, tile, &tile->bounce);
    } else if (b == &tile->main) {
        occlude_tile(job, tile, &tile->bounce);
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
    b->reflects = 0;
    prepare_surface(job, b, 0);
    bound_points(b);
    light_surfaces(job, b, 0, 0);
    light_lamps(job, b, 0);
    blend_sky(job, b, 1);
}
