/*
 * facets.h - triangles in a tile: which samples they cover, how far away, with what normal.
 */
#pragma once

#include "render/soft/raster.h"
#include "render/soft/tile.h"

VINL int is_mesh(int shape)
{
    return shape >= REEL_SHAPE_HULL;
}

/* Samples of a group in triangle r: the sure ones by float32, the others one by one, exactly. */
VINL vm facet_covers(const soft_raster *raster, const soft_tri *r, vf x, float y, vm m)
{
    vm maybe = m, sure = m;
    for (int i = 0; i < 3; i++) {
        const vf e = x * r->edge[i][0] + (y * r->edge[i][1] + r->edge[i][2]);
        maybe = vm_and(maybe, vf_ge(e, vf_set(-r->slack[i])));
        sure = vm_and(sure, vf_gt(e, vf_set(r->slack[i])));
    }
    unsigned open = vm_bits(vm_andnot(maybe, sure));
    if (open) {
        unsigned in = vm_bits(sure);
        for (; open; open &= open - 1) {
            const int l = __builtin_ctz(open);
            in |= (unsigned)reel_soft_raster_covers(raster, r, (double)x[l] + (double)r->ref_x,
                                                    (double)y + (double)r->ref_y)
                  << l;
        }
        return vm_from_bits(in);
    }
    return sure;
}

/* Depth on the plane of a triangle; never beyond its corners, however steep it is. */
VINL vf facet_depth(const soft_tri *r, vf x, float y)
{
    const vf inv = x * r->inv_z[0] + (y * r->inv_z[1] + r->inv_z[2]);
    return vf_clamp(1.0f / vf_max(inv, vf_set(1e-30f)), r->z_lo, r->z_hi);
}

/* Let the triangles of the tile compete for the samples at (sx, sy) from the pixel centres. */
STAGE void see_facets(const soft_job *job, const soft_tile *tile, float sx, float sy, float *best,
                      int32_t *key, int32_t *facet)
{
    const soft_raster *raster = job->raster;
    for (int j = 0; j < tile->n_facets; j++) {
        const soft_tri *r = &raster->tris[raster->in_tile[j]];
        const int colour = job->meshes[r->geom]->colour[r->face];
        const int row0 = r->y0 > tile->y0 ? r->y0 - tile->y0 : 0;
        const int row1 = r->y1 < tile->y0 + tile->rows ? r->y1 - tile->y0 : tile->rows;
        const int col0 = r->x0 > tile->x0 ? (r->x0 - tile->x0) / VW * VW : 0;
        const int col1 = r->x1 < tile->x0 + SOFT_TILE ? r->x1 - tile->x0 : SOFT_TILE;
        for (int row = row0; row < row1; row++) {
            const float y = (float)(tile->y0 + row) + 0.5f + sy - r->ref_y;
            for (int col = col0; col < col1; col += VW) {
                const int i = row * SOFT_TILE + col;
                const vf x = vf_lanes() + ((float)(tile->x0 + col) + 0.5f + sx - r->ref_x);
                const vf old = vf_load(best + i), t = facet_depth(r, x, y);
                vm m = vf_lt(t, old);
                if (!vm_any(m)) {
                    continue;
                }
                m = facet_covers(raster, r, x, y, m);
                vf_store(best + i, vf_sel(m, t, old));
                vi_store(key + i,
                         vi_sel(m, vi_set(r->geom * SOFT_KEY_FACES + colour), vi_load(key + i)));
                vi_store(facet + i, vi_sel(m, vi_set(r->face), vi_load(facet + i)));
            }
        }
    }
}

/*
 * Colour samples of one mesh that lie on another sheet of it than the pixel's centre get another
 * key, so that silhouettes of a mesh before itself are smoothed as well. Samples s and s + 2 are
 * opposite of one another: on one sheet their mean depth is the centre's.
 */
STAGE void part_sheets(const soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi key = vi_load(b->key + i);
        const vf t = vf_load(b->t + i), gap = t * (1.5f * job->inv_f);
        unsigned left = group_hits(b->key, i);
        vm mesh = vm_none();
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            mesh = is_mesh(job->geoms[k].shape) ? vm_or(mesh, m) : mesh;
        }
        for (int s = 0; vm_any(mesh) && s < SOFT_SAMPLES / 2; s++) {
            const vi key0 = vi_load(tile->sample_key[s] + i);
            const vi key1 = vi_load(tile->sample_key[s + 2] + i);
            const vf t0 = vf_load(tile->sample_t[s] + i), t1 = vf_load(tile->sample_t[s + 2] + i);
            const vm own0 = vi_eq(key0 >> 3, key >> 3), own1 = vi_eq(key1 >> 3, key >> 3);
            vm m = vm_and(mesh, vf_gt(vf_abs(t0 + t1 - 2.0f * t), gap));
            m = vm_and(m, vm_and(own0, own1));
            const vm first = vf_gt(vf_abs(t0 - t), vf_abs(t1 - t));
            const vi other = vi_set(SOFT_MESH_COLOURS);
            vi_store(tile->sample_key[s] + i, vi_sel(vm_and(m, first), key0 ^ other, key0));
            vi_store(tile->sample_key[s + 2] + i, vi_sel(vm_andnot(m, first), key1 ^ other, key1));
        }
    }
}

/* The facets' own normals in the geom's frame for the lanes whose bits are set, else 0. */
VINL v3 facet_normal(const soft_mesh *mesh, const int32_t *facet, unsigned lanes)
{
    float n[3][VW];
    memset(n, 0, sizeof n);
    for (; lanes; lanes &= lanes - 1) {
        const int l = __builtin_ctz(lanes);
        for (int c = 0; c < 3; c++) {
            n[c][l] = mesh->facets[facet[l]].normal[c];
        }
    }
    return (v3){vf_load(n[0]), vf_load(n[1]), vf_load(n[2])};
}

/* What a smooth mesh is interpolated from: the corners of each lane's facet. */
typedef struct facet_corners {
    v3 v[3], n[3];
} facet_corners;

VINL facet_corners load_corners(const soft_mesh *mesh, const int32_t *facet, unsigned lanes)
{
    float v[3][3][VW], n[3][3][VW];
    facet_corners f;
    memset(v, 0, sizeof v);
    memset(n, 0, sizeof n);
    for (; lanes; lanes &= lanes - 1) {
        const int l = __builtin_ctz(lanes);
        const soft_facet *from = &mesh->facets[facet[l]];
        for (int k = 0; k < 3; k++) {
            for (int c = 0; c < 3; c++) {
                v[k][c][l] = from->v[k][c];
                n[k][c][l] = mesh->corner[facet[l]][k][c];
            }
        }
    }
    for (int k = 0; k < 3; k++) {
        f.v[k] = (v3){vf_load(v[k][0]), vf_load(v[k][1]), vf_load(v[k][2])};
        f.n[k] = (v3){vf_load(n[k][0]), vf_load(n[k][1]), vf_load(n[k][2])};
    }
    return f;
}

/* Shares of the three corners at local point p, which is in the facet but for rounding. */
VINL void facet_shares(const facet_corners *f, v3 p, vf w[3])
{
    const v3 a = v3_sub(f->v[1], f->v[0]), b = v3_sub(f->v[2], f->v[0]), q = v3_sub(p, f->v[0]);
    const vf aa = v3_dot(a, a), ab = v3_dot(a, b), bb = v3_dot(b, b);
    const vf qa = v3_dot(q, a), qb = v3_dot(q, b);
    const vf inv = 1.0f / vf_max(aa * bb - ab * ab, vf_set(1e-30f));
    w[1] = vf_sat((bb * qa - ab * qb) * inv);
    w[2] = vf_min(vf_sat((aa * qb - ab * qa) * inv), 1.0f - w[1]);
    w[0] = 1.0f - w[1] - w[2];
}

VINL v3 blend_corners(const v3 c[3], const vf w[3])
{
    return v3_madd(v3_madd(v3_scale(c[0], w[0]), w[1], c[1]), w[2], c[2]);
}

/*
 * Shading normal at local point p seen along local d: interpolated where the mesh is smooth. One
 * that would turn away from the viewer, as at the rim of a coarse mesh, is bent until it is just
 * seen from the side.
 */
VINL v3 mesh_normal(const soft_mesh *mesh, const int32_t *facet, unsigned lanes, v3 p, v3 d)
{
    if (!mesh->smooth) {
        return facet_normal(mesh, facet, lanes);
    }
    const facet_corners f = load_corners(mesh, facet, lanes);
    vf w[3];
    facet_shares(&f, p, w);
    const v3 n = v3_unit(blend_corners(f.n, w));
    const vf along = v3_dot(n, d);
    if (!vm_any(vf_gt(along, vf_set(0.0f)))) {
        return n;
    }
    const v3 bent = v3_unit(v3_madd(n, along / v3_dot(d, d) * -1.001f, d));
    return v3_sel(vf_gt(along, vf_set(0.0f)), bent, n);
}
