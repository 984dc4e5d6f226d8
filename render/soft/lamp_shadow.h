/*
 * lamp_shadow.h - how much of a near light a point sees.
 *
 * As with a sun (shadow.h) a convex occluder covers the light's disc by how deep the ray to its
 * middle runs in the occluder's silhouette against the radius of the disc at the occluder; but the
 * direction is every lane's own, and what stands behind the light hides nothing. A panel's disc is
 * as large as the panel is seen. Meshes are asked by rays to points of the disc.
 */
#pragma once

#include "render/soft/shadow.h"

/* Rays to the light in the frame of an occluder. */
typedef struct lamp_rays {
    v3 p, l;  /* where they start, unit towards the light */
    vf dist;  /* m, to its middle */
    vf tan;   /* radius of its disc / dist; 0: hard shadows */
    vf least; /* m, radius of the disc at an occluder at least */
} lamp_rays;

VINL vf lamp_disc(const lamp_rays *r, vf t)
{
    return vf_max(vf_max(t, vf_set(0.0f)) * r->tan, r->least);
}

VINL vf lamp_box(const soft_geom *g, const lamp_rays *r)
{
    const vf p[3] = {r->p.x, r->p.y, r->p.z}, l[3] = {r->l.x, r->l.y, r->l.z};
    vf enter = vf_set(-VF_FAR), leave = vf_set(VF_FAR);
    for (int i = 0; i < 3; i++) {
        const vf inv = safe_inverse(l[i]), c = -p[i] * inv, k = g->half[i] * vf_abs(inv);
        enter = vf_max(enter, c - k);
        leave = vf_min(leave, c + k);
    }
    const vf middle = 0.5f * (enter + leave), w = 1.0f / lamp_disc(r, middle);
    vf share = vf_set(1.0f);
    for (int i = 0; i < 3; i++) {
        const int j = (i + 1) % 3, k = (i + 2) % 3;
        const vf len = 1.0f / vf_sqrt(vf_max(l[j] * l[j] + l[k] * l[k], vf_set(1e-12f)));
        const vf q = vf_abs(p[j] * l[k] - p[k] * l[j]) * len;
        const vf h = (g->half[j] * vf_abs(l[k]) + g->half[k] * vf_abs(l[j])) * len;
        share = share * (edge_share((h - q) * w) + edge_share((h + q) * w) - 1.0f);
    }
    return vf_and(vm_and(vf_gt(leave, vf_set(0.0f)), vf_lt(middle, r->dist)), share);
}

/* As cover_round(): the ray passes the centre of a ball of radius `radius` at distance d, at t. */
VINL vf lamp_round(const lamp_rays *r, vf d, float radius, vf t)
{
    const vf w = 1.0f / lamp_disc(r, t), most = vf_min(radius * w, vf_set(1.0f));
    const vf leave = t + vf_sqrt(vf_max(radius * radius - d * d, vf_set(0.0f)));
    const vm m = vm_and(vf_gt(leave, vf_set(0.0f)), vf_lt(t, r->dist));
    return vf_and(m, edge_share((radius - d) * w) * most * most);
}

VINL vf lamp_sphere(const soft_geom *g, const lamp_rays *r)
{
    const vf t = -v3_dot(r->p, r->l);
    const v3 q = v3_madd(r->p, t, r->l);
    return lamp_round(r, vf_sqrt(v3_dot(q, q)), g->half[0], t);
}

/* Height on the axis, within its ends, next to the ray; and where on the ray that is. */
VINL vf lamp_axis(const soft_geom *g, const lamp_rays *r, vf *t)
{
    const vf d2 = vf_max(r->l.x * r->l.x + r->l.y * r->l.y, vf_set(1e-6f));
    const vf s = (r->p.x * r->l.x + r->p.y * r->l.y) / -d2;
    const vf z = vf_clamp(r->p.z + s * r->l.z, -g->half[1], g->half[1]);
    *t = (z - r->p.z) * r->l.z - r->p.x * r->l.x - r->p.y * r->l.y;
    return z;
}

VINL vf lamp_capsule(const soft_geom *g, const lamp_rays *r)
{
    vf t;
    const vf z = lamp_axis(g, r, &t);
    const v3 q = v3_madd((v3){r->p.x, r->p.y, r->p.z - z}, t, r->l);
    return lamp_round(r, vf_sqrt(v3_dot(q, q)), g->half[0], t);
}

/* Depth in an ellipse of half axes (a, b) about the origin: see cover_cylinder(). */
VINL vf ellipse_depth(vf x, vf y, vf a, float b)
{
    const vf fx = x / a, fy = y * (1.0f / b), tiny = vf_set(1e-12f);
    const vf k1 = vf_sqrt(fx * fx + fy * fy);
    const vf gx = fx / a, gy = fy * (1.0f / b), k2 = vf_sqrt(gx * gx + gy * gy);
    return vf_sel(vf_gt(k2, tiny), k1 * (1.0f - k1) / vf_max(k2, tiny), vf_set(b));
}

/* Cylinder, or the cone whose silhouette is the hull of its base and apex. */
VINL vf lamp_turned(const soft_geom *g, const lamp_rays *ray, int cone)
{
    const v3 p = ray->p, l = ray->l;
    const vf zero = vf_set(0.0f), tiny = vf_set(1e-12f);
    const float r = g->half[0];
    vf t;
    lamp_axis(g, ray, &t);
    const vf s = vf_sqrt(vf_max(l.x * l.x + l.y * l.y, tiny)), is = 1.0f / s;
    const vf length = g->half[1] * s, thick = r * vf_abs(l.z), reach = length + thick;
    const vf w = lamp_disc(ray, t);
    const vf cap = vf_max(vf_min(vf_max(w, thick), vf_min(reach, vf_set(r))), vf_set(1e-6f));
    const vf along = (p.z * s * s - l.z * (p.x * l.x + p.y * l.y)) * is;
    const vf y = vf_abs(p.x * l.y - p.y * l.x) * is;
    const vf most = vf_min(vf_min(vf_set(r), reach) / w, vf_set(1.0f));
    vf share, leave;
    if (!cone) {
        share =
            edge_share(ellipse_depth(vf_max(vf_abs(along) - (reach - cap), zero), y, cap, r) / w);
        const vf b = (p.x * l.x + p.y * l.y) * is * is, lx = p.x - b * l.x, ly = p.y - b * l.y;
        const vf disc = r * r - (lx * lx + ly * ly);
        const vf side = vf_sqrt(vf_max(disc, zero)) * is - b;
        leave = vf_min(side, (g->half[1] - vf_mulsign(p.z, l.z)) * vf_abs(safe_inverse(l.z)));
    } else {
        const vf x = along + (reach - cap);
        share = edge_share(ellipse_depth(x, y, cap, r) / w);
        const vf top = vf_max(reach - cap + length, tiny), sine = cap / top;
        const vf touch = r * vf_sqrt(vf_max(1.0f - sine * sine, zero));
        const vf nx = 1.0f / top, ny = touch * (1.0f / (r * r));
        const vf unit = 1.0f / vf_sqrt(nx * nx + ny * ny);
        const vf ahead = nx * unit * (top - x), aside = ny * unit * y;
        const vm wedge = vm_and(vf_lt(sine, vf_set(1.0f)), vf_gt(x * touch, y * (cap * sine)));
        const vf lines = edge_share((ahead - aside) / w) + edge_share((ahead + aside) / w) - 1.0f;
        share = vf_sel(wedge, vf_max(lines, zero), share);
        const cone_span span = span_cone(g->half, p, l);
        leave = vf_sel(span.hit, span.leave, t);
        const vf base = (-g->half[1] - p.z) * safe_inverse(l.z);
        leave = vf_sel(vf_lt(l.z, zero), vf_min(leave, base), leave);
    }
    return vf_and(vm_and(vf_gt(leave, zero), vf_lt(t, ray->dist)), share * most);
}

VINL vf lamp_ellipsoid(const soft_geom *g, const lamp_rays *r)
{
    const float ix = 1.0f / g->half[0], iy = 1.0f / g->half[1], iz = 1.0f / g->half[2];
    const vf lx = r->l.x * ix, ly = r->l.y * iy, lz = r->l.z * iz, tiny = vf_set(1e-12f);
    const vf inv = 1.0f / (lx * lx + ly * ly + lz * lz);
    const v3 s = {r->p.x * ix, r->p.y * iy, r->p.z * iz};
    const vf t = (s.x * lx + s.y * ly + s.z * lz) * -inv;
    const v3 q = {s.x + t * lx, s.y + t * ly, s.z + t * lz};
    const v3 e = {q.x * ix, q.y * iy, q.z * iz};
    const vf k1 = vf_sqrt(v3_dot(q, q)), k2 = vf_sqrt(v3_dot(e, e));
    const vf volume = vf_set(g->half[0] * g->half[1] * g->half[2]);
    const vf size = vf_sqrt(volume * vf_sqrt(lx * lx + ly * ly + lz * lz));
    const vf w = 1.0f / lamp_disc(r, t);
    const vf depth = vf_sel(vf_gt(k2, tiny), k1 * (1.0f - k1) / vf_max(k2, tiny), size);
    const vf most = vf_min(size * w, vf_set(1.0f));
    const vf leave = t + vf_sqrt(vf_max(1.0f - k1 * k1, vf_set(0.0f)) * inv);
    const vm m = vm_and(vf_gt(leave, vf_set(0.0f)), vf_lt(t, r->dist));
    return vf_and(m, edge_share(depth * w) * most * most);
}

VINL vf lamp_cover(int shape, const soft_geom *g, const lamp_rays *r, int soft)
{
    if (!soft || shape == REEL_SHAPE_PLANE) {
        vf t;
        vi face;
        const vm m = hit_shape(shape, g->half, r->p, r->l, &t, &face);
        return vf_and(vm_and(m, vf_lt(t, r->dist)), vf_set(1.0f));
    }
    switch (shape) {
    case REEL_SHAPE_BOX: return lamp_box(g, r);
    case REEL_SHAPE_SPHERE: return lamp_sphere(g, r);
    case REEL_SHAPE_CAPSULE: return lamp_capsule(g, r);
    case REEL_SHAPE_ELLIPSOID: return lamp_ellipsoid(g, r);
    default: return lamp_turned(g, r, shape == REEL_SHAPE_CONE);
    }
}

/* Share of the disc that a mesh hides: rays to points spread evenly over it. */
STAGE vf lamp_mesh(const soft_mesh *mesh, const lamp_rays *r, vm ask, int soft)
{
    static const float place[8][2] = {{0.25f, 0.25f},  {-0.25f, 0.25f}, {-0.25f, -0.25f},
                                      {0.25f, -0.25f}, {0.82f, 0},      {0, 0.82f},
                                      {-0.82f, 0},     {0, -0.82f}};
    const int n = soft ? 8 : 1;
    const v3 c = v3_scale(r->l, r->dist);
    const vm flat = vf_lt(vf_abs(r->l.z), vf_set(0.7f));
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    const v3 aside = {vf_sel(flat, zero, one), zero, vf_sel(flat, one, zero)};
    const v3 u = v3_unit(v3_cross(r->l, aside)), v = v3_cross(r->l, u);
    vf hidden = zero;
    for (int j = 0; j < n; j++) {
        const vf radius = soft ? r->tan * r->dist : zero;
        ray_group g;
        g.o = r->p;
        g.d = v3_madd(v3_madd(c, radius * place[j][0], u), radius * place[j][1], v);
        g.limit = one;
        g.active = ask;
        cast_any(mesh, &g);
        hidden = hidden + vf_and(g.hit, vf_set(1.0f / (float)n));
    }
    return hidden;
}

/* The rays from a box to one light lie in the hull of two balls. */
typedef struct lamp_beam {
    float from[3], to[3], radius;
} lamp_beam;

/* `disc`: the points' widest least_disc() */
static lamp_beam find_beam(const float lo[3], const float hi[3], float disc, const soft_lamp *lamp)
{
    lamp_beam beam;
    float r2 = 0, size = lamp->radius;
    for (int c = 0; c < 3; c++) {
        const float half = 0.5f * (hi[c] - lo[c]);
        beam.from[c] = 0.5f * (hi[c] + lo[c]);
        beam.to[c] = lamp->at[c];
        r2 += half * half;
    }
    if (lamp->kind == REEL_LAMP_RECT) {
        size = lamp->half[0] + lamp->half[1];
    }
    beam.radius = __builtin_sqrtf(r2);
    beam.radius = (beam.radius > size ? beam.radius : size) + disc;
    return beam;
}

/* False only if a ball is outside of the beam. */
static int in_beam(const lamp_beam *beam, const float centre[3], float radius)
{
    float vd = 0, dd = 0, d2 = 0;
    for (int c = 0; c < 3; c++) {
        const float d = beam->to[c] - beam->from[c];
        vd += (centre[c] - beam->from[c]) * d;
        dd += d * d;
    }
    const float s = vd <= 0 ? 0 : vd >= dd ? 1 : vd / dd;
    for (int c = 0; c < 3; c++) {
        const float x = centre[c] - beam->from[c] - s * (beam->to[c] - beam->from[c]);
        d2 += x * x;
    }
    const float r = (radius + beam->radius) * 1.001f + 1e-4f;
    return d2 <= r * r;
}

static int node_in_beam(const lamp_beam *beam, const soft_node *node)
{
    float centre[3], r2 = 0;
    for (int c = 0; c < 3; c++) {
        const float half = 0.5f * (node->hi[c] - node->lo[c]);
        centre[c] = 0.5f * (node->hi[c] + node->lo[c]);
        r2 += half * half;
    }
    return in_beam(beam, centre, __builtin_sqrtf(r2));
}

static int geom_in_beam(const lamp_beam *beam, const soft_geom *g)
{
    return g->present && (g->shape == REEL_SHAPE_PLANE || in_beam(beam, g->centre, g->radius));
}

/* Geoms that may stand between the batch and the lamp. */
STAGE int list_before_lamp(const soft_job *job, const batch *b, const soft_lamp *lamp, int *out)
{
    const lamp_beam beam = find_beam(b->lo, b->hi, b->disc, lamp);
    int n = 0;
    if (job->tree) {
        MARK_MEETING(job, node_in_beam(&beam, node), geom_in_beam(&beam, &job->geoms[k]));
        return take_marked(job, out);
    }
    for (int k = 0; k < job->n_drawn; k++) {
        if (geom_in_beam(&beam, &job->geoms[k])) {
            out[n++] = k;
        }
    }
    return n;
}

/* Where the group at `i` sees the lamp: unit direction, distance, radius of its disc / distance. */
VINL v3 toward_lamp(const soft_lamp *lamp, v3 p, vf *dist, vf *tan)
{
    const v3 d = v3_sub(v3_set(lamp->at), p);
    const vf d2 = vf_max(v3_dot(d, d), vf_set(1e-12f));
    *dist = vf_sqrt(d2);
    const v3 l = v3_scale(d, 1.0f / *dist);
    vf r2 = vf_set(lamp->radius * lamp->radius);
    if (lamp->kind == REEL_LAMP_RECT) {
        const float area = 4 * lamp->half[0] * lamp->half[1];
        r2 = vf_max(-v3_dotu(l, lamp->dir), vf_set(0.05f)) * (area * 0.318309886f);
    }
    *tan = vf_sqrt(r2) / *dist;
    return l;
}

/* Take what geom k hides of the lamp from b->sun. */
VINL void hide_lamp(const soft_job *job, batch *b, const soft_lamp *lamp, int k, int shape,
                    int soft)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    const int lone = !mesh || mesh->convex; /* does not hide the light from its own lit side */
    for (int i = 0; i < b->n; i += VW) {
        const vf seen = vf_load(b->sun + i);
        const vm own = vi_eq(vi_load(b->key + i) >> 3, vi_set(k));
        vm m = vf_gt(seen, vf_set(0.0f));
        m = lone ? vm_andnot(m, own) : m;
        if (!vm_any(m)) {
            continue;
        }
        lamp_rays r;
        vf tan;
        const v3 p = v3_load(b->pos, i), l = toward_lamp(lamp, p, &r.dist, &tan);
        r.tan = soft ? tan : vf_set(0.0f);
        r.least = soft ? least_disc(b, i) : vf_set(1e-6f);
        if (shape != REEL_SHAPE_PLANE) {
            const v3 c = v3_sub(v3_set(g->centre), p);
            const vf along = v3_dot(c, l), d2 = v3_dot(c, c) - along * along;
            const vf wide = g->radius * 1.001f + 1e-4f + lamp_disc(&r, along + g->radius);
            m = vm_and(m, vm_and(vf_lt(d2, wide * wide), vf_gt(along, vf_set(-g->radius))));
            m = vm_and(m, vf_lt(along - g->radius, r.dist));
            if (!vm_any(m)) {
                continue;
            }
        }
        r.p = v3_affine(g->rot, g->off, p);
        r.l = v3_rot(g->rot, l);
        vf cover;
        if (mesh) {
            if (mesh->smooth && vm_any(vm_and(own, m))) {
                r.p = v3_sel(own, lift_point(mesh, b->facet + i, vm_bits(own), r.p), r.p);
            }
            cover = lamp_mesh(mesh, &r, m, soft);
        } else {
            cover = lamp_cover(shape, g, &r, soft);
        }
        vf_store(b->sun + i, vf_sel(m, vf_max(seen - cover, vf_set(0.0f)), seen));
    }
}

/* b->sun: what is seen of the lamp from the points that it may light; b->tint, if tints(); `skip`:
 * the geom that shines, or -1. */
STAGE void cast_lamp_shadows(const soft_job *job, batch *b, const soft_lamp *lamp, int skip,
                             int soft)
{
    const int n = list_before_lamp(job, b, lamp, job->near_list);
    _Alignas(64) float held[SOFT_BATCH];
    if (tints(job)) {
        tint_begin(b);
    }
    for (int j = 0; j < n; j++) {
        const int k = job->near_list[j];
        const int shape = job->geoms[k].shape;
        if (k == skip) {
            continue;
        }
        const int clear = tints(job) && is_clear(job, k);
        if (clear) {
            tint_hold(b, held);
        }
        if (is_mesh(shape)) {
            hide_lamp(job, b, lamp, k, REEL_SHAPE_MESH, soft);
        }
        FOR_SHAPE(shape, hide_lamp(job, b, lamp, k, SHAPE, soft))
        if (clear) {
            tint_take(job, b, k, held);
        }
    }
}
