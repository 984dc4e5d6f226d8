/*
 * shadow.h - how much of the sun a point sees, in closed form.
 *
 * The sun is a disc of angular radius a. Seen from a point, a convex occluder covers it by how far
 * the ray to the disc's centre runs inside the occluder's silhouette, s metres, measured against
 * the disc's radius at the occluder, w = tan(a) * distance: a straight edge at s covers
 * edge_share(s / w). Boxes are the product over the three pairs of edges of their hexagon; round
 * shapes have one edge, and hide at most their own share of the disc. As a goes to 0 this is the
 * exact hard shadow, so the penumbra has neither noise nor banding; where several occluders meet
 * their shares add up to at most 1, so seams between touching solids do not leak light.
 */
#pragma once

#include "render/soft/mesh_shadow.h"
#include "render/soft/tint.h"
#include "render/soft/tree.h"

/* Share of the unit disc beyond a chord: -1 none .. 1 all. A cubic, error < 0.02. */
VINL vf edge_share(vf x)
{
    x = vf_clamp(x, -1.0f, 1.0f);
    return 0.5f + x * (0.75f - 0.25f * x * x);
}

/* Half the width of the penumbra: the disc's radius at distance t, but at least `least`, m. */
typedef struct penumbra {
    float tan_radius;
    vf least;
} penumbra;

VINL vf disc_at(penumbra pen, vf t)
{
    return vf_max(t * pen.tan_radius, pen.least);
}

VINL vf cover_box(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    const float ax = o->inv[0] < 0 ? -o->inv[0] : o->inv[0];
    const float ay = o->inv[1] < 0 ? -o->inv[1] : o->inv[1];
    const float az = o->inv[2] < 0 ? -o->inv[2] : o->inv[2];
    const vf cx = p.x * -o->inv[0], cy = p.y * -o->inv[1], cz = p.z * -o->inv[2];
    const float kx = g->half[0] * ax, ky = g->half[1] * ay, kz = g->half[2] * az;
    const vf enter = vf_max(vf_max(cx - kx, cy - ky), cz - kz);
    const vf leave = vf_min(vf_min(cx + kx, cy + ky), cz + kz);
    const vf w = 1.0f / disc_at(pen, 0.5f * (enter + leave));
    vf share = vf_set(1.0f);
    for (int i = 0; i < 3; i++) {
        const vf q = vf_abs(v3_dotu(p, o->slab[i])), h = vf_set(o->width[i]);
        share = share * (edge_share((h - q) * w) + edge_share((h + q) * w) - 1.0f);
    }
    return vf_and(vf_gt(leave, vf_set(0.0f)), share);
}

/* A round silhouette of radius r: the ray passes the centre (or axis) at distance d, at t. It is
 * behind the point if the ray leaves the ball before it starts. */
VINL vf cover_round(penumbra pen, vf d, float r, vf t)
{
    const vf w = 1.0f / disc_at(pen, t);
    const vf most = vf_min(r * w, vf_set(1.0f));
    const vf leave = t + vf_sqrt(vf_max(r * r - d * d, vf_set(0.0f)));
    return vf_and(vf_gt(leave, vf_set(0.0f)), edge_share((r - d) * w) * most * most);
}

VINL vf cover_sphere(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    const vf t = -v3_dotu(p, o->dir);
    const v3 l = v3_madd(p, t, v3_set(o->dir));
    return cover_round(pen, vf_sqrt(v3_dot(l, l)), g->half[0], t);
}

/* Height on the axis (clamped to the segment) that the ray passes nearest, and the distance. */
VINL vf nearest_axis(const soft_geom *g, const soft_occluder *o, v3 p, vf *t)
{
    const float d2 = o->dir[0] * o->dir[0] + o->dir[1] * o->dir[1];
    const float inv = 1.0f / (d2 > 1e-6f ? d2 : 1e-6f);
    const vf s = (p.x * o->dir[0] + p.y * o->dir[1]) * -inv;
    const vf z = vf_clamp(p.z + s * o->dir[2], -g->half[1], g->half[1]);
    *t = (z - p.z) * o->dir[2] - p.x * o->dir[0] - p.y * o->dir[1];
    return z;
}

VINL vf cover_capsule(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    vf t;
    const vf z = nearest_axis(g, o, p, &t);
    const v3 q = {p.x, p.y, p.z - z};
    const v3 l = v3_madd(q, t, v3_set(o->dir));
    return cover_round(pen, vf_sqrt(v3_dot(l, l)), g->half[0], t);
}

/* Where the ray leaves the cylinder, or the tube's nearest point where it misses that. */
VINL vf leave_cylinder(const soft_geom *g, const soft_occluder *o, v3 p)
{
    const float dx = o->dir[0], dy = o->dir[1], dz = o->dir[2];
    const float d2 = dx * dx + dy * dy, inv = 1.0f / (d2 > 1e-6f ? d2 : 1e-6f);
    const vf b = (p.x * dx + p.y * dy) * -inv;
    const vf lx = p.x + b * dx, ly = p.y + b * dy;
    const vf disc = g->half[0] * g->half[0] - (lx * lx + ly * ly);
    const vf side = b + vf_sqrt(vf_max(disc, vf_set(0.0f)) * inv);
    const float az = dz < 0 ? -dz : dz, iz = 1.0f / (az > 1e-6f ? az : 1e-6f);
    const vf cap = (g->half[1] - (dz < 0 ? -p.z : p.z)) * iz;
    return vf_min(side, cap);
}

/*
 * The silhouette is a rectangle with half ellipses at its ends: its distance is estimated as
 * f (f - 1) / |gradient| of the ellipse's implicit function f. A cap seen edge-on is rounded by
 * the width of the penumbra, which keeps the estimate smooth.
 */
VINL vf cover_cylinder(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    vf t;
    nearest_axis(g, o, p, &t);
    const float r = g->half[0], reach = o->length + o->cap;
    const vf w = disc_at(pen, t);
    const vf cap =
        vf_max(vf_min(vf_max(w, vf_set(o->cap)), vf_set(reach < r ? reach : r)), vf_set(1e-6f));
    const vf x = vf_max(vf_abs(v3_dotu(p, o->axis[0])) - (reach - cap), vf_set(0.0f));
    const vf y = v3_dotu(p, o->axis[1]);
    const vf ic = 1.0f / cap;
    const float ir = 1.0f / r;
    const vf fx = x * ic, fy = y * ir;
    const vf k1 = vf_sqrt(fx * fx + fy * fy);
    const vf k2 = vf_sqrt(fx * fx * ic * ic + fy * fy * (ir * ir));
    const vf s =
        vf_sel(vf_gt(k2, vf_set(1e-12f)), k1 * (1.0f - k1) / vf_max(k2, vf_set(1e-12f)), vf_set(r));
    const vf most = vf_min(vf_min(vf_set(r), vf_set(reach)) / w, vf_set(1.0f));
    return vf_and(vf_gt(leave_cylinder(g, o, p), vf_set(0.0f)), edge_share(s / w) * most);
}

/*
 * The silhouette is the hull of the base's ellipse and the apex: two lines from the apex touch the
 * ellipse. Within the wedge between the ellipse's centre and where they touch, the lines bound it,
 * elsewhere the ellipse does; at the seam both measures agree.
 */
VINL vf cover_cone(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    vf near;
    nearest_axis(g, o, p, &near);
    const float r = g->half[0], reach = o->length + o->cap;
    const vf w = disc_at(pen, near), zero = vf_set(0.0f);
    const vf cap =
        vf_max(vf_min(vf_max(w, vf_set(o->cap)), vf_set(reach < r ? reach : r)), vf_set(1e-6f));
    const vf x = v3_dotu(p, o->axis[0]) + (reach - cap), y = vf_abs(v3_dotu(p, o->axis[1]));
    const vf ic = 1.0f / cap;
    const float ir = 1.0f / r;
    const vf fx = x * ic, fy = y * ir;
    const vf k1 = vf_sqrt(fx * fx + fy * fy);
    const vf k2 = vf_sqrt(fx * fx * ic * ic + fy * fy * (ir * ir));
    vf share = edge_share(vf_sel(vf_gt(k2, vf_set(1e-12f)),
                                 k1 * (1.0f - k1) / vf_max(k2, vf_set(1e-12f)), vf_set(r)) /
                          w);
    /* the apex is at distance `top` from the ellipse's centre */
    const vf top = reach - cap + o->length, sine = cap / vf_max(top, vf_set(1e-12f));
    const vf touch_y = r * vf_sqrt(vf_max(1.0f - sine * sine, zero));
    vf nx = 1.0f / vf_max(top, vf_set(1e-12f)), ny = touch_y * (ir * ir);
    const vf unit = 1.0f / vf_sqrt(nx * nx + ny * ny);
    nx = nx * unit;
    ny = ny * unit;
    const vf ahead = nx * (top - x), aside = ny * y;
    const vm wedge = vm_and(vf_lt(sine, vf_set(1.0f)), vf_gt(x * touch_y, y * (cap * sine)));
    const vf lines = edge_share((ahead - aside) / w) + edge_share((ahead + aside) / w) - 1.0f;
    share = vf_sel(wedge, vf_max(lines, zero), share);
    const vf most = vf_min(vf_min(vf_set(r), vf_set(reach)) / w, vf_set(1.0f));
    const v3 l = v3_set(o->dir);
    const cone_span s = span_cone(g->half, p, l);
    vf leave = vf_sel(s.hit, s.leave, near);
    if (o->dir[2] < 0) { /* out through the base */
        leave =
            vf_min(leave, (-g->half[1] - p.z) * (1.0f / (o->dir[2] < -1e-6f ? o->dir[2] : -1e-6f)));
    }
    return vf_and(vf_gt(leave, zero), share * most);
}

/* After scaling to the unit sphere the ray passes the centre at k1; |gradient| of that is k2 / k1.
 * o->cap: radius of the disc as large as the silhouette. */
VINL vf cover_ellipsoid(const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    const float ix = 1.0f / g->half[0], iy = 1.0f / g->half[1], iz = 1.0f / g->half[2];
    const float lx = o->dir[0] * ix, ly = o->dir[1] * iy, lz = o->dir[2] * iz;
    const float inv = 1.0f / (lx * lx + ly * ly + lz * lz);
    const v3 s = {p.x * ix, p.y * iy, p.z * iz};
    const vf t = (s.x * lx + s.y * ly + s.z * lz) * -inv;
    const v3 q = {s.x + t * lx, s.y + t * ly, s.z + t * lz};
    const v3 e = {q.x * ix, q.y * iy, q.z * iz};
    const vf k1 = vf_sqrt(v3_dot(q, q)), k2 = vf_sqrt(v3_dot(e, e));
    const vf w = 1.0f / disc_at(pen, t);
    const vf depth = vf_sel(vf_gt(k2, vf_set(1e-12f)),
                            k1 * (1.0f - k1) / vf_max(k2, vf_set(1e-12f)), vf_set(o->cap));
    const vf most = vf_min(o->cap * w, vf_set(1.0f));
    const vf leave = t + vf_sqrt(vf_max(1.0f - k1 * k1, vf_set(0.0f)) * inv);
    return vf_and(vf_gt(leave, vf_set(0.0f)), edge_share(depth * w) * most * most);
}

/* A plane hides the sun from all in front of it that looks through it; its rim is hard. */
VINL vf cover_plane(const soft_geom *g, const soft_occluder *o, v3 p)
{
    if (o->dir[2] >= 0) {
        return vf_set(0.0f);
    }
    const vf t = p.z * (-1.0f / o->dir[2]);
    const vf x = p.x + t * o->dir[0], y = p.y + t * o->dir[1];
    const vm m =
        vm_and(vf_gt(t, vf_set(0.0f)), vf_le(x * x + y * y, vf_set(g->half[0] * g->half[0])));
    return vf_and(m, vf_set(1.0f));
}

VINL vf cover_shape(int shape, const soft_geom *g, const soft_occluder *o, penumbra pen, v3 p)
{
    switch (shape) {
    case REEL_SHAPE_PLANE: return cover_plane(g, o, p);
    case REEL_SHAPE_BOX: return cover_box(g, o, pen, p);
    case REEL_SHAPE_SPHERE: return cover_sphere(g, o, pen, p);
    case REEL_SHAPE_CAPSULE: return cover_capsule(g, o, pen, p);
    case REEL_SHAPE_CONE: return cover_cone(g, o, pen, p);
    case REEL_SHAPE_ELLIPSOID: return cover_ellipsoid(g, o, pen, p);
    default: return cover_cylinder(g, o, pen, p);
    }
}

/* The lit points of a batch as the light sees them: all, and row after row of 16. */
typedef struct lit_bounds {
    light_box all;
    _Alignas(64) float lo[3][SOFT_TILE], hi[3][SOFT_TILE], least[SOFT_TILE]; /* as light_box */
} lit_bounds;

/* All from the box of the batch's points, with room. */
static void bound_lit(const batch *b, const soft_sun *sun, light_box *all)
{
    const float *axis[3] = {sun->u, sun->v, sun->dir};
    for (int c = 0; c < 3; c++) {
        span_box(b->lo, b->hi, axis[c], &all->lo[c], &all->hi[c]);
    }
    all->least = b->disc;
}

STAGE void bound_rows(const batch *b, const soft_sun *sun, lit_bounds *out)
{
    for (int i = 0, row = 0; row < SOFT_TILE; row++) {
        vf lo[3], hi[3], least = vf_set(0.0f);
        for (int c = 0; c < 3; c++) {
            lo[c] = vf_set(VF_FAR);
            hi[c] = vf_set(-VF_FAR);
        }
        for (int end = i + SOFT_TILE; i < end && i < b->n; i += VW) {
            const vm m = vf_gt(vf_load(b->sun + i), vf_set(0.0f));
            const v3 p = v3_load((float(*)[SOFT_BATCH])b->pos, i);
            const vf x[3] = {v3_dotu(p, sun->u), v3_dotu(p, sun->v), v3_dotu(p, sun->dir)};
            for (int c = 0; c < 3; c++) {
                lo[c] = vf_sel(m, vf_min(x[c], lo[c]), lo[c]);
                hi[c] = vf_sel(m, vf_max(x[c], hi[c]), hi[c]);
            }
            least = vf_max(least, vf_and(m, least_disc(b, i)));
        }
        for (int c = 0; c < 3; c++) {
            out->lo[c][row] = vf_least(lo[c]);
            out->hi[c][row] = vf_most(hi[c]);
        }
        out->least[row] = vf_most(least);
    }
}

/* False only if the geom hides the sun from no point in `box`. */
static int may_shade(const soft_geom *g, const soft_occluder *o, const light_box *box,
                     float tan_radius)
{
    if (!g->present || g->shape == REEL_SHAPE_PLANE) {
        return g->present && o->dir[2] < 0 && box->lo[0] <= box->hi[0];
    }
    const float far = o->cw + g->radius - box->lo[2];
    const float disc = tan_radius * (far > 0 ? far : 0);
    const float r = g->radius * 1.001f + 1e-4f + (disc > box->least ? disc : box->least);
    return far >= 0 && o->cu + r >= box->lo[0] && o->cu - r <= box->hi[0] &&
           o->cv + r >= box->lo[1] && o->cv - r <= box->hi[1];
}

/* may_shade() of every row, as bits. */
VINL unsigned rows_shaded(const soft_geom *g, const soft_occluder *o, const lit_bounds *lit,
                          float tan_radius)
{
    unsigned rows = 0;
    if (g->shape == REEL_SHAPE_PLANE) {
        return (1u << SOFT_TILE) - 1;
    }
    for (int i = 0; i < SOFT_TILE; i += VW) {
        const vf far = (o->cw + g->radius) - vf_load(lit->lo[2] + i), zero = vf_set(0.0f);
        const vf disc = vf_max(tan_radius * vf_max(far, zero), vf_load(lit->least + i));
        const vf r = (g->radius * 1.001f + 1e-4f) + disc;
        vm m = vf_ge(far, zero);
        m = vm_and(m, vf_ge(o->cu + r, vf_load(lit->lo[0] + i)));
        m = vm_and(m, vf_le(o->cu - r, vf_load(lit->hi[0] + i)));
        m = vm_and(m, vf_ge(o->cv + r, vf_load(lit->lo[1] + i)));
        m = vm_and(m, vf_le(o->cv - r, vf_load(lit->hi[1] + i)));
        rows |= vm_bits(m) << i;
    }
    return rows;
}

/* Take what geom k hides from b->sun; a convex geom does not hide the sun from its own lit side.
 * `hard`, a constant: the sun is a point. */
VINL void shade_from(batch *b, const soft_geom *g, const soft_occluder *o, int k, int shape,
                     const lit_bounds *lit, float tan_radius, int hard)
{
    const unsigned rows = rows_shaded(g, o, lit, tan_radius);
    for (int i = 0; rows >> (i / SOFT_TILE) && i < b->n; i += VW) {
        if (!(rows >> (i / SOFT_TILE) & 1)) {
            i += SOFT_TILE - VW;
            continue;
        }
        const vf seen = vf_load(b->sun + i);
        const vm m =
            vm_andnot(vf_gt(seen, vf_set(0.0f)), vi_eq(vi_load(b->key + i) >> 3, vi_set(k)));
        if (!vm_any(m)) {
            continue;
        }
        const v3 p = v3_affine(g->rot, g->off, v3_load(b->pos, i));
        vf left;
        if (hard) {
            vf t;
            vi face;
            left = vf_and(vm_not(hit_shape(shape, g->half, p, v3_set(o->dir), &t, &face)), seen);
        } else {
            const vf cover = cover_shape(shape, g, o, (penumbra){tan_radius, least_disc(b, i)}, p);
            left = vf_max(seen - cover, vf_set(0.0f));
        }
        vf_store(b->sun + i, vf_sel(m, left, seen));
    }
}

/* The same for the geoms of a node, as if they were the ball about its box. */
static int node_may_shade(const soft_node *node, const soft_sun *sun, const light_box *box,
                          float tan_radius)
{
    soft_geom ball = {.shape = REEL_SHAPE_SPHERE, .present = 1};
    soft_occluder o;
    float r2 = 0, c[3];
    for (int i = 0; i < 3; i++) {
        const float half = 0.5f * (node->hi[i] - node->lo[i]);
        c[i] = 0.5f * (node->hi[i] + node->lo[i]);
        r2 += half * half;
    }
    ball.radius = __builtin_sqrtf(r2) * 1.001f;
    o.cu = c[0] * sun->u[0] + c[1] * sun->u[1] + c[2] * sun->u[2];
    o.cv = c[0] * sun->v[0] + c[1] * sun->v[1] + c[2] * sun->v[2];
    o.cw = c[0] * sun->dir[0] + c[1] * sun->dir[1] + c[2] * sun->dir[2];
    return may_shade(&ball, &o, box, tan_radius);
}

/* Geoms that may hide the sun from points in `box`. */
STAGE int list_shading(const soft_job *job, const soft_sun *sun, const light_box *box,
                       float tan_radius, int *out)
{
    int n = 0;
    if (job->tree) {
        MARK_MEETING(job, node_may_shade(node, sun, box, tan_radius),
                     may_shade(&job->geoms[k], &sun->occluders[k], box, tan_radius));
        return take_marked(job, out);
    }
    for (int k = 0; k < job->n_drawn; k += VW) { /* may_shade() of all */
        const vf radius = vf_load(sun->casters[3] + k), zero = vf_set(0.0f);
        const vf cu = vf_load(sun->casters[0] + k), cv = vf_load(sun->casters[1] + k);
        const vf far = vf_load(sun->casters[2] + k) + radius - box->lo[2];
        const vf disc = vf_max(tan_radius * vf_max(far, zero), vf_set(box->least));
        const vf r = radius * 1.001f + 1e-4f + disc;
        vm m = vm_and(vf_ge(far, zero), vf_ge(cu + r, vf_set(box->lo[0])));
        m = vm_and(m, vf_le(cu - r, vf_set(box->hi[0])));
        m = vm_and(m, vf_ge(cv + r, vf_set(box->lo[1])));
        m = vm_and(m, vf_le(cv - r, vf_set(box->hi[1])));
        for (unsigned bits = vm_bits(m); bits; bits &= bits - 1) {
            out[n++] = k + __builtin_ctz(bits);
        }
    }
    return n;
}

/* b->sun: what is seen of `sun` from the points of the batch that face it; b->tint, if tints(). */
STAGE void cast_shadows(const soft_job *job, batch *b, const soft_sun *sun, float tan_radius)
{
    lit_bounds lit;
    _Alignas(64) float held[SOFT_BATCH];
    vm any = vm_none();
    if (tints(job)) {
        tint_begin(b);
    }
    for (int i = 0; i < b->n; i += VW) {
        const vm facing = vf_gt(v3_dotu(v3_load(b->normal, i), sun->dir), vf_set(0.0f));
        vf_store(b->sun + i, vf_and(facing, vf_set(1.0f)));
        any = vm_or(any, facing);
    }
    if (!vm_any(any)) {
        return;
    }
    bound_lit(b, sun, &lit.all);
    const int n = list_shading(job, sun, &lit.all, tan_radius, job->near_list);
    if (n > 0) {
        bound_rows(b, sun, &lit);
    }
    for (int j = 0; j < n; j++) {
        const int k = job->near_list[j];
        const soft_geom *g = &job->geoms[k];
        const soft_occluder *o = &sun->occluders[k];
        const int clear = tints(job) && is_clear(job, k);
        if (clear) {
            tint_hold(b, held);
        }
        if (tan_radius > 0) {
            if (is_mesh(g->shape)) {
                shade_soft(job, b, sun, k, tan_radius);
            }
            FOR_SHAPE(g->shape, shade_from(b, g, o, k, SHAPE, &lit, tan_radius, 0))
        } else {
            if (is_mesh(g->shape)) {
                shade_hard(job, b, o, k);
            }
            FOR_SHAPE(g->shape, shade_from(b, g, o, k, SHAPE, &lit, tan_radius, 1))
        }
        if (clear) {
            tint_take(job, b, k, held);
        }
    }
}
