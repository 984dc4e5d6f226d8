/*
 * flow.h - where the seen surface points are in the neighbouring frame, and whether they are seen
 * there.
 *
 * A point moves rigidly with its body and the camera; what is infinitely far turns with the camera.
 * It is occluded in the other frame if its surface is turned away there (shapes are convex, so that
 * is exact for its own geom) or if a ray to it meets another geom first. The test is analytic: no
 * rounding to the other frame's pixels.
 */
#pragma once

#include "render/soft/labels.h"
#include "render/soft/rays.h"

/* A hit nearer than this share of the way hides a point: what touches it does not. */
#define FLOW_NEARER 0.9999f

typedef struct flow_point {
    v3 at; /* m, other camera */
    vf u, v, dx, dy, z;
} flow_point;

/* Point p of a body, or the direction p of what is infinitely far, in the other image. */
VINL flow_point flow_project(const soft_job *job, const soft_motion *motion, v3 p, int is_sky)
{
    flow_point f;
    f.at = v3_rot(motion->rot, p);
    f.at = is_sky ? f.at : v3_add(f.at, v3_set(motion->off));
    f.z = f.at.z;
    const vf inv = 1.0f / vf_max(f.z, vf_set(1e-6f));
    f.dx = f.at.x * inv;
    f.dy = f.at.y * inv;
    f.u = f.dx * job->fx + job->cx;
    f.v = f.dy * job->fx + job->cy;
    return f;
}

VINL vm flow_inside(const soft_job *job, const flow_point *p)
{
    const vf zero = vf_set(0.0f);
    const vm in_x = vm_and(vf_ge(p->u, zero), vf_lt(p->u, vf_set((float)job->width)));
    const vm in_y = vm_and(vf_ge(p->v, zero), vf_lt(p->v, vf_set((float)job->height)));
    return vm_and(vm_and(in_x, in_y), vf_gt(p->z, vf_set(1e-6f)));
}

/* Merge the lanes `m` of a motion into the buffer's group at `i`. */
VINL void flow_merge(const soft_job *job, soft_tile *tile, int i, const soft_motion *motion,
                     v3 normal, vm m, int is_sky)
{
    flow_buffer *f = &tile->flow;
    batch *b = &tile->main;
    const v3 dir = v3_load(b->dir, i);
    flow_point p;
    vi state = vi_set(REEL_FLOW_STATE_NONE);
    if (motion->kind == SOFT_MOTION_STILL) {
        p.u = vf_load(tile->cx + i);
        p.v = vf_load(tile->cy + i);
        p.dx = dir.x;
        p.dy = dir.y;
        p.z = is_sky ? vf_set(VF_FAR) : vf_load(b->t + i);
        state = vi_set(REEL_FLOW_VISIBLE);
    } else {
        p = flow_project(job, motion, is_sky ? dir : v3_load(b->pos, i), is_sky);
        if (motion->kind == SOFT_MOTION_MOVES) {
            if (!is_sky) {
                const vf facing = v3_dot(v3_rot(motion->rot, normal), p.at);
                state = vi_sel(vf_lt(facing, vf_set(0.0f)), vi_set(REEL_FLOW_VISIBLE),
                               vi_set(REEL_FLOW_OCCLUDED));
            } else {
                state = vi_set(REEL_FLOW_VISIBLE);
            }
            state = vi_sel(flow_inside(job, &p), state, vi_set(REEL_FLOW_OUTSIDE));
        }
        if (is_sky) {
            p.z = vf_sel(vf_gt(p.z, vf_set(0.0f)), vf_set(VF_FAR), p.z);
        }
    }
    if (vm_bits(m) == VM_ALL) {
        vf_store(f->u + i, p.u);
        vf_store(f->v + i, p.v);
        vf_store(f->dx + i, p.dx);
        vf_store(f->dy + i, p.dy);
        vf_store(f->z + i, p.z);
        vi_store(f->state + i, state);
        vi_store(f->kind + i, vi_set(motion->kind));
        return;
    }
    vf_store(f->u + i, vf_sel(m, p.u, vf_load(f->u + i)));
    vf_store(f->v + i, vf_sel(m, p.v, vf_load(f->v + i)));
    vf_store(f->dx + i, vf_sel(m, p.dx, vf_load(f->dx + i)));
    vf_store(f->dy + i, vf_sel(m, p.dy, vf_load(f->dy + i)));
    vf_store(f->z + i, vf_sel(m, p.z, vf_load(f->z + i)));
    vi_store(f->state + i, vi_sel(m, state, vi_load(f->state + i)));
    vi_store(f->kind + i, vi_sel(m, vi_set(motion->kind), vi_load(f->kind + i)));
}

/* Positions in the other frame; returns which kinds of motion (bits) the tile has. */
STAGE unsigned flow_points(const soft_job *job, soft_tile *tile, int way)
{
    batch *b = &tile->main;
    unsigned kinds = 0;
    for (int i = 0; b->shows_sky && i < SOFT_BATCH; i += VW) {
        const vm sky = vi_lt(vi_load(b->key + i), vi_set(0));
        if (vm_any(sky)) {
            flow_merge(job, tile, i, &job->camera_motion[way], v3_splat(vf_set(0.0f)), sky, 1);
            kinds |= 1u << job->camera_motion[way].kind;
        }
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const int k = s->drawn;
        const soft_motion *motion = &job->bodies[job->info[k].body].motion[way];
        kinds |= 1u << motion->kind;
        for (uint64_t left = s->groups; left; left &= left - 1) {
            const int i = group_at(left);
            const vm m = group_of(b->key, i, k);
            v3 n;
            if (is_mesh(job->geoms[k].shape)) { /* not the shading normal: what hides is flat */
                n = v3_trot(job->geoms[k].rot,
                            facet_normal(job->meshes[k], b->facet + i, vm_bits(m)));
            } else {
                n = v3_load(b->normal, i);
            }
            flow_merge(job, tile, i, motion, n, m, 0);
        }
    }
    return kinds;
}

VINL void flow_hide(soft_tile *tile, const soft_geom *g, int k, int shape, int still_too)
{
    flow_buffer *f = &tile->flow;
    const v3 o = v3_set(g->off);
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi state = vi_load(f->state + i);
        vm m = vi_eq(state, vi_set(REEL_FLOW_VISIBLE));
        m = vm_andnot(m, vi_eq(vi_load(tile->main.key + i) >> 3, vi_set(k)));
        if (!still_too) {
            m = vm_and(m, vi_eq(vi_load(f->kind + i), vi_set(SOFT_MOTION_MOVES)));
        }
        const vf limit = vf_load(f->z + i) * FLOW_NEARER;
        m = vm_and(m, vf_gt(limit, vf_set(g->near_z)));
        if (!vm_any(m)) {
            continue;
        }
        const v3 ray = {vf_load(f->dx + i), vf_load(f->dy + i), vf_set(1.0f)};
        vf t;
        vi face;
        m = vm_and(m, hit_shape(shape, g->half, o, v3_rot(g->rot, ray), &t, &face));
        m = vm_and(m, vf_lt(t, limit));
        vi_store(f->state + i, vi_sel(m, vi_set(REEL_FLOW_OCCLUDED), state));
    }
}

/* The same for a mesh, which may hide itself. */
STAGE void flow_hide_mesh(soft_tile *tile, const soft_geom *g, int k, const soft_mesh *mesh,
                          int still_too)
{
    flow_buffer *f = &tile->flow;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi state = vi_load(f->state + i);
        vm m = vi_eq(state, vi_set(REEL_FLOW_VISIBLE));
        if (mesh->convex) {
            m = vm_andnot(m, vi_eq(vi_load(tile->main.key + i) >> 3, vi_set(k)));
        }
        if (!still_too) {
            m = vm_and(m, vi_eq(vi_load(f->kind + i), vi_set(SOFT_MOTION_MOVES)));
        }
        ray_group r;
        r.limit = vf_load(f->z + i) * FLOW_NEARER;
        r.active = vm_and(m, vf_gt(r.limit, vf_set(g->near_z)));
        if (!vm_any(r.active)) {
            continue;
        }
        const v3 ray = {vf_load(f->dx + i), vf_load(f->dy + i), vf_set(1.0f)};
        r.o = v3_set(g->off);
        r.d = v3_rot(g->rot, ray);
        cast_any(mesh, &r);
        vi_store(f->state + i, vi_sel(r.hit, vi_set(REEL_FLOW_OCCLUDED), state));
    }
}

/* Pixel bounds in the other image of the points that may be visible there. */
STAGE void flow_bounds(const soft_tile *tile, int out[4])
{
    const flow_buffer *f = &tile->flow;
    vf lo_u = vf_set(1e9f), lo_v = lo_u, hi_u = -lo_u, hi_v = -lo_u;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vm m = vi_eq(vi_load(f->state + i), vi_set(REEL_FLOW_VISIBLE));
        const vf u = vf_load(f->u + i), v = vf_load(f->v + i);
        lo_u = vf_sel(m, vf_min(u, lo_u), lo_u);
        hi_u = vf_sel(m, vf_max(u, hi_u), hi_u);
        lo_v = vf_sel(m, vf_min(v, lo_v), lo_v);
        hi_v = vf_sel(m, vf_max(v, hi_v), hi_v);
    }
    float a = lo_u[0], b = hi_u[0], c = lo_v[0], d = hi_v[0];
    for (int l = 1; l < VW; l++) {
        a = lo_u[l] < a ? lo_u[l] : a;
        b = hi_u[l] > b ? hi_u[l] : b;
        c = lo_v[l] < c ? lo_v[l] : c;
        d = hi_v[l] > d ? hi_v[l] : d;
    }
    out[0] = a < 1e8f ? (int)a : 0; /* visible points are inside the image */
    out[1] = a < 1e8f ? (int)b + 1 : 0;
    out[2] = a < 1e8f ? (int)c : 0;
    out[3] = a < 1e8f ? (int)d + 1 : 0;
}

/* Where camera and geom stand still, only moved geoms can hide a still point: it is seen now. */
STAGE void flow_occlusion(soft_job *job, soft_tile *tile, int way, unsigned kinds)
{
    const soft_geom *geoms = job->other[way];
    int box[4];
    flow_bounds(tile, box);
    const int n = list_geoms(geoms, job->n_drawn, box[0], box[2], box[1], box[3], job->near_list);
    for (int j = 0; j < n; j++) {
        const int k = job->near_list[j];
        const soft_geom *g = &geoms[k];
        const int still_too = job->moved[way][k];
        if (!still_too && !(kinds & 1u << SOFT_MOTION_MOVES)) {
            continue;
        }
        if (is_mesh(g->shape)) {
            flow_hide_mesh(tile, g, k, job->meshes[k], still_too);
        }
        FOR_SHAPE(g->shape, flow_hide(tile, g, k, SHAPE, still_too))
    }
}

/* One component of the flow as stored; `at` and `from` in px. */
VINL vi flow_code(soft_job *job, soft_tile *tile, int plane, int i, const float *at, vf from)
{
    const vi state = vi_load(tile->flow.state + i);
    const vf q = (vf_load(at + i) - from) * (float)REEL_FLOW_SCALE;
    const vm none = vi_eq(state, vi_set(REEL_FLOW_STATE_NONE));
    const vm outside = vi_eq(state, vi_set(REEL_FLOW_OUTSIDE));
    const vm fits = vf_lt(vf_abs(q), vf_set(32767.5f));
    const vm bad = vm_andnot(vm_andnot(vm_andnot(tile_valid(tile, i), none), outside), fits);
    if (vm_any(bad)) {
        refuse(job, tile, plane, i, vm_bits(bad), at);
    }
    return vi_sel(vm_andnot(fits, none), vf_round(vf_clamp(q, -32767.0f, 32767.0f)),
                  vi_set(REEL_FLOW_NONE));
}

STAGE void flow_store(soft_job *job, soft_tile *tile, int plane)
{
    const flow_buffer *f = &tile->flow;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi none = vi_set(REEL_FLOW_NONE);
        const vi dx = flow_code(job, tile, plane, i, f->u, vf_load(tile->cx + i));
        const vi dy = flow_code(job, tile, plane, i, f->v, vf_load(tile->cy + i));
        const vm behind = vf_le(vf_load(f->z + i), vf_set(1e-6f));
        const vm bad = vm_or(behind, vm_or(vi_eq(dx, none), vi_eq(dy, none)));
        vi_store_u16(tile->q16[0] + i, vi_sel(bad, none, dx));
        vi_store_u16(tile->q16[1] + i, vi_sel(bad, none, dy));
    }
    put_rows(job, tile, plane, 0, 2, tile->q16[0]);
    put_rows(job, tile, plane, 1, 2, tile->q16[1]);
}

/* True if nothing in the tile moves against the camera and nothing that does comes before it. */
STAGE int flow_is_still(const soft_job *job, const soft_tile *tile, int way)
{
    const soft_geom *geoms = job->other[way];
    const int x1 = tile->x0 + SOFT_TILE, y1 = tile->y0 + SOFT_TILE;
    if (!geoms || job->camera_motion[way].kind != SOFT_MOTION_STILL) {
        return 0;
    }
    for (int j = 0; j < tile->n_list; j++) {
        const int body = job->info[job->tile_list[j]].body;
        if (job->bodies[body].motion[way].kind != SOFT_MOTION_STILL) {
            return 0;
        }
    }
    for (int k = 0; k < job->n_drawn; k++) {
        const soft_geom *g = &geoms[k];
        if (job->moved[way][k] && g->x0 < x1 && g->x1 > tile->x0 && g->y0 < y1 &&
            g->y1 > tile->y0) {
            return 0;
        }
    }
    return 1;
}

/* The planes of a tile where flow_is_still(). */
static void flow_store_still(const soft_job *job, soft_tile *tile, int plane, int state_plane)
{
    if (wants(job, plane)) {
        memset(tile->q16[0], 0, sizeof tile->q16[0]);
        put_rows(job, tile, plane, 0, 2, tile->q16[0]);
        put_rows(job, tile, plane, 1, 2, tile->q16[0]);
    }
    if (wants(job, state_plane)) {
        memset(tile->q8[0], REEL_FLOW_VISIBLE, sizeof tile->q8[0]);
        put_rows(job, tile, state_plane, 0, 1, tile->q8[0]);
    }
}

/* Codes of one component of the flow of lanes m; `at` and `from` in px. */
VINL vi flow_fit(soft_job *job, soft_tile *tile, int plane, int i, vm m, vf at, vf from,
                 const flow_point *p)
{
    const vf q = (at - from) * (float)REEL_FLOW_SCALE;
    const vm fits = vf_lt(vf_abs(q), vf_set(32767.5f));
    if (vm_bits(fits) != VM_ALL) {
        const vm bad = vm_and(vm_andnot(m, fits), vm_and(tile_valid(tile, i), flow_inside(job, p)));
        if (vm_any(bad)) {
            vf_store(tile->flow.u + i, at);
            refuse(job, tile, plane, i, vm_bits(bad), tile->flow.u);
        }
    }
    return vi_sel(fits, vf_round(vf_clamp(q, -32767.0f, 32767.0f)), vi_set(REEL_FLOW_NONE));
}

/* Store the flow of the lanes m of a group, which move by `motion`. */
VINL void flow_put(soft_job *job, soft_tile *tile, int plane, const plane_rows rows[2], int i, vm m,
                   const soft_motion *motion, int is_sky)
{
    const vi none = vi_set(REEL_FLOW_NONE);
    batch *b = &tile->main;
    vi dx = none, dy = none;
    if (motion->kind == SOFT_MOTION_STILL) {
        const vm behind = is_sky ? vm_none() : vf_le(vf_load(b->t + i), vf_set(1e-6f));
        dx = dy = vi_sel(behind, none, vi_set(0));
    } else if (motion->kind == SOFT_MOTION_MOVES) {
        const v3 from = is_sky ? v3_load(b->dir, i) : v3_load(b->pos, i);
        const flow_point p = flow_project(job, motion, from, is_sky);
        const vm behind =
            vf_le(p.z, vf_set(is_sky ? 0.0f : 1e-6f)); /* infinitely far if at all ahead */
        dx = flow_fit(job, tile, plane, i, m, p.u, vf_load(tile->cx + i), &p);
        dy = flow_fit(job, tile, plane, i, m, p.v, vf_load(tile->cy + i), &p);
        const vm bad = vm_or(behind, vm_or(vi_eq(dx, none), vi_eq(dy, none)));
        dx = vi_sel(bad, none, dx);
        dy = vi_sel(bad, none, dy);
    }
    vi_put_u16(in_rows(&rows[0], i, 2), m, dx);
    vi_put_u16(in_rows(&rows[1], i, 2), m, dy);
}

/* The flow of a tile where nobody asks what hides the points. */
STAGE void flow_alone(soft_job *job, soft_tile *tile, int way, int plane)
{
    const batch *b = &tile->main;
    plane_rows rows[2];
    for (int c = 0; c < 2; c++) {
        rows[c] = open_rows(job, tile, plane, c, 2, tile->q16[c]);
    }
    for (int i = 0; b->shows_sky && i < SOFT_BATCH; i += VW) {
        const vm sky = vi_lt(vi_load(b->key + i), vi_set(0));
        if (vm_any(sky)) {
            flow_put(job, tile, plane, rows, i, sky, &job->camera_motion[way], 1);
        }
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const soft_motion *motion = &job->bodies[job->info[s->drawn].body].motion[way];
        for (uint64_t left = s->groups; left; left &= left - 1) {
            const int i = group_at(left);
            flow_put(job, tile, plane, rows, i, group_of(b->key, i, s->drawn), motion, 0);
        }
    }
    for (int c = 0; c < 2; c++) {
        close_rows(job, tile, plane, c, 2, &rows[c]);
    }
}

STAGE void label_flow(soft_job *job, soft_tile *tile, int way)
{
    const int plane = way ? REEL_PLANE_FLOW_BWD : REEL_PLANE_FLOW_FWD;
    const int state_plane = way ? REEL_PLANE_FLOW_BWD_STATE : REEL_PLANE_FLOW_FWD_STATE;
    flow_buffer *f = &tile->flow;
    if (flow_is_still(job, tile, way)) {
        flow_store_still(job, tile, plane, state_plane);
        return;
    }
    if (job->other[way] && !wants(job, state_plane)) {
        flow_alone(job, tile, way, plane);
        return;
    }
    if (job->other[way]) {
        const unsigned kinds = flow_points(job, tile, way);
        flow_occlusion(job, tile, way, kinds);
    } else {
        memset(f->state, 0, sizeof f->state);
    }
    if (wants(job, plane)) {
        flow_store(job, tile, plane);
    }
    if (wants(job, state_plane)) {
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            vi_store_u8(tile->q8[0] + i, vi_load(f->state + i));
        }
        put_rows(job, tile, state_plane, 0, 1, tile->q8[0]);
    }
}
