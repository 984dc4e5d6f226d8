/*
 * mesh_shadow.h - how much of the sun a mesh hides, itself included.
 */
#pragma once

#include "render/soft/rays.h"
#include "render/soft/rims.h"

/*
 * Where shadow rays of a smooth mesh's own surface start: on the curved surface that its normals
 * stand for instead of the flat facet below, so that coarse meshes do not show their facets where
 * light grazes them (Hanika, "Hacking the Shadow Terminator", Ray Tracing Gems II, 2021).
 */
VINL v3 lift_point(const soft_mesh *mesh, const int32_t *facet, unsigned lanes, v3 p)
{
    const facet_corners f = load_corners(mesh, facet, lanes);
    vf w[3];
    v3 lifted = p;
    facet_shares(&f, p, w);
    for (int k = 0; k < 3; k++) {
        const vf below = vf_min(v3_dot(v3_sub(p, f.v[k]), f.n[k]), vf_set(0.0f));
        lifted = v3_madd(lifted, -(w[k] * below), f.n[k]);
    }
    return lifted;
}

/* Bounds of the lit points of a batch across and along the light. */
typedef struct light_box {
    float lo[3], hi[3];
    float least; /* m: greatest of what is the least radius of the sun's disc at an occluder */
} light_box;

#define NOT_LIT (-1e9f) /* layers of lanes that do not ask */

/* The points of a batch as the light sees them, and what is known of the sun there. */
typedef struct lit_points {
    _Alignas(64) float at[3][SOFT_BATCH]; /* m: across, along the light */
    float least[SOFT_BATCH];              /* m: least radius of the sun's disc at an occluder */
    float layers[SOFT_BATCH];             /* how many layers of the mesh hide the sun's centre, then
                                             on average over its disc */
    light_box bound[SOFT_BATCH / VW];     /* of the lanes of a group that ask; lo > hi: none does */
} lit_points;

/* The group's rays to the sun from where they start in the geom's frame; its lanes that ask. */
VINL ray_group sun_rays(const soft_job *job, batch *b, const soft_occluder *o, int k, int i)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    const vm own = vi_eq(vi_load(b->key + i) >> 3, vi_set(k));
    const vm lit = vf_gt(vf_load(b->sun + i), vf_set(0.0f));
    ray_group r;
    r.active = mesh->convex ? vm_andnot(lit, own) : lit;
    r.o = v3_affine(g->rot, g->off, v3_load(b->pos, i));
    r.d = v3_set(o->dir);
    r.limit = vf_set(VF_FAR);
    if (mesh->smooth && vm_any(vm_and(own, r.active))) {
        r.o = v3_sel(own, lift_point(mesh, b->facet + i, vm_bits(own), r.o), r.o);
    }
    return r;
}

/* Take what the mesh of geom k hides from b->sun: a hard shadow. */
STAGE void shade_hard(const soft_job *job, batch *b, const soft_occluder *o, int k)
{
    for (int i = 0; i < b->n; i += VW) {
        ray_group r = sun_rays(job, b, o, k, i);
        if (vm_any(r.active)) {
            cast_any(job->meshes[k], &r);
            vf_store(b->sun + i, vf_sel(r.hit, vf_set(0.0f), vf_load(b->sun + i)));
        }
    }
}

/* atan2(y, x) for x >= 0; error < 2e-5: an odd polynomial on [0, 1]. */
VINL vf angle_of(vf y, vf x)
{
    const vf a = vf_abs(y), hi = vf_max(vf_max(a, x), vf_set(1e-30f));
    const vf q = vf_min(a, x) / hi, q2 = q * q;
    vf p = vf_set(0.0208351f);
    p = p * q2 - 0.0851330f;
    p = p * q2 + 0.1801410f;
    p = p * q2 - 0.3302995f;
    p = (p * q2 + 0.9998660f) * q;
    return vf_mulsign(vf_sel(vf_gt(a, x), 1.57079633f - p, p), y);
}

/*
 * The mass of the disc that lies beyond a line at distance s >= 0 from its centre, as seen from
 * there between the line's nearest point and the one at x along it, times 2 pi. The disc's density
 * is 3 / (2 pi) sqrt(1 - r^2), whose share beyond a chord is edge_share(); c = sqrt(1 - s^2).
 */
VINL vf beyond_line(vf s, vf c2, vf x)
{
    const vf r = vf_sqrt(vf_max(c2 - x * x, vf_set(0.0f)));
    return angle_of(x, s * r) - s * ((1.0f + 0.5f * c2) * angle_of(x, r) + 0.5f * x * r);
}

/* The place of a rim's end on the sun's disc of radius 1, seen from a point. */
VINL v3 on_disc(v3 end, vf least, float tan_radius)
{
    const vf w = 1.0f / vf_max(end.z * tan_radius, least);
    return (v3){end.x * w, end.y * w, end.z};
}

/* What a rim changes in the layers, compared with those at the disc's centre. */
VINL vf rim_share(const soft_rim *rim, v3 p, vf least, float tan_radius)
{
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    v3 a = v3_sub(v3_set(rim->a), p), b = v3_sub(v3_set(rim->b), p);
    const vm near_a = vf_gt(a.z, zero), near_b = vf_gt(b.z, zero);
    vm m = vm_or(near_a, near_b);
    /* cut off what is behind the point */
    const vf span = b.z - a.z, cut = -a.z / vf_sel(vf_gt(vf_abs(span), vf_set(1e-20f)), span, one);
    const v3 c = v3_madd(a, cut, v3_sub(b, a));
    a = v3_sel(near_a, a, (v3){c.x, c.y, zero});
    b = v3_sel(near_b, b, (v3){c.x, c.y, zero});
    a = on_disc(a, least, tan_radius);
    b = on_disc(b, least, tan_radius);
    const vf ex = b.x - a.x, ey = b.y - a.y;
    const vf inv = 1.0f / vf_sqrt(vf_max(ex * ex + ey * ey, vf_set(1e-20f)));
    const vf side = (a.x * ey - a.y * ex) * inv; /* > 0: the centre is on the left, hidden */
    const vf s = vf_abs(side), c2 = vf_max(1.0f - s * s, zero), half = vf_sqrt(c2);
    const vf x0 = (a.x * ex + a.y * ey) * inv, x1 = (b.x * ex + b.y * ey) * inv;
    const vf lo = vf_max(vf_min(x0, half), -half), hi = vf_max(vf_min(x1, half), -half);
    m = vm_and(m, vm_and(vf_lt(s, one), vf_lt(lo, hi)));
    if (!vm_any(m)) {
        return zero;
    }
    const vf mass = (beyond_line(s, c2, hi) - beyond_line(s, c2, lo)) * 0.159154943f;
    return vf_and(m, vf_mulsign(mass, -side));
}

/* True if a box of rims may be before the sun for a point of `box`. */
VINL int rims_near(const float lo[3], const float hi[3], const light_box *box, float tan_radius)
{
    const float far = hi[2] - box->lo[2], w = tan_radius * far;
    const float e = (w > box->least ? w : box->least) * 1.001f + 1e-5f;
    return far > 0 && lo[0] - e <= box->hi[0] && hi[0] + e >= box->lo[0] &&
           lo[1] - e <= box->hi[1] && hi[1] + e >= box->lo[1];
}

/* Bounds of the points in a group that ask, and of all. */
static void bound_group(const lit_points *lit, int i, unsigned lanes, light_box *group,
                        light_box *all)
{
    for (int c = 0; c < 3; c++) {
        group->lo[c] = VF_FAR;
        group->hi[c] = -VF_FAR;
        for (unsigned left = lanes; left; left &= left - 1) {
            const float x = lit->at[c][i + __builtin_ctz(left)];
            group->lo[c] = x < group->lo[c] ? x : group->lo[c];
            group->hi[c] = x > group->hi[c] ? x : group->hi[c];
        }
        all->lo[c] = group->lo[c] < all->lo[c] ? group->lo[c] : all->lo[c];
        all->hi[c] = group->hi[c] > all->hi[c] ? group->hi[c] : all->hi[c];
    }
    group->least = 0;
    for (unsigned left = lanes; left; left &= left - 1) {
        const float x = lit->least[i + __builtin_ctz(left)];
        group->least = x > group->least ? x : group->least;
    }
    all->least = group->least > all->least ? group->least : all->least;
}

/* Where the points are and how many layers hide the sun's centre there. */
STAGE void count_layers(const soft_job *job, batch *b, const soft_sun *sun, int k, lit_points *lit,
                        light_box *all)
{
    const soft_geom *g = &job->geoms[k];
    const v3 off = v3_set(g->off);
    all->least = 0;
    for (int c = 0; c < 3; c++) {
        all->lo[c] = VF_FAR;
        all->hi[c] = -VF_FAR;
    }
    for (int i = 0; i < b->n; i += VW) {
        ray_group r = sun_rays(job, b, &sun->occluders[k], k, i);
        if (!vm_any(r.active)) {
            vf_store(lit->layers + i, vf_set(NOT_LIT));
            bound_group(lit, i, 0, &lit->bound[i / VW], all);
            continue;
        }
        cast_layers(job->meshes[k], &r);
        const v3 p = v3_trot(g->rot, v3_sub(r.o, off));
        const vf least = least_disc(b, i);
        vf_store(lit->at[0] + i, v3_dotu(p, sun->u));
        vf_store(lit->at[1] + i, v3_dotu(p, sun->v));
        vf_store(lit->at[2] + i, v3_dotu(p, sun->dir));
        vf_store(lit->least + i, least);
        vf_store(lit->layers + i, vf_sel(r.active, r.layers, vf_set(NOT_LIT)));
        bound_group(lit, i, vm_bits(r.active), &lit->bound[i / VW], all);
    }
}

/*
 * A soft shadow: the layers that hide the sun's disc on average. Their number at its centre changes
 * across every rim that passes before the disc; by Green's theorem what lies beyond a rim is a
 * closed form of its ends. Exact for one layer, whatever its outline, and without noise; layers
 * that overlap add up to at most all.
 */
STAGE void shade_soft(const soft_job *job, batch *b, const soft_sun *sun, int k, float tan_radius)
{
    const soft_rims *rims = sun->rims;
    const int first = rims->start[k], n = rims->count[k];
    lit_points lit;
    light_box all;
    count_layers(job, b, sun, k, &lit, &all);
    for (int j = 0; j < n; j++) {
        const soft_rim *rim = &rims->rims[first + j];
        const soft_rim_box *box = &rims->boxes[(first + j) / SOFT_RIM_BOX];
        if (j % SOFT_RIM_BOX == 0 && !rims_near(box->lo, box->hi, &all, tan_radius)) {
            j += SOFT_RIM_BOX - 1;
            continue;
        }
        float lo[3], hi[3];
        for (int c = 0; c < 3; c++) {
            lo[c] = rim->a[c] < rim->b[c] ? rim->a[c] : rim->b[c];
            hi[c] = rim->a[c] < rim->b[c] ? rim->b[c] : rim->a[c];
        }
        if (!rims_near(lo, hi, &all, tan_radius)) {
            continue;
        }
        for (int i = 0; i < b->n; i += VW) {
            if (rims_near(lo, hi, &lit.bound[i / VW], tan_radius)) {
                const vf layers = vf_load(lit.layers + i);
                const vf share =
                    rim_share(rim, v3_load(lit.at, i), vf_load(lit.least + i), tan_radius);
                vf_store(lit.layers + i, layers + share);
            }
        }
    }
    for (int i = 0; i < b->n; i += VW) {
        const vf seen = vf_load(b->sun + i), hidden = vf_max(vf_load(lit.layers + i), vf_set(0.0f));
        vf_store(b->sun + i, vf_max(seen - hidden, vf_set(0.0f)));
    }
}
