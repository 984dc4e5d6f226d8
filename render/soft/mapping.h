/*
 * mapping.h - where a point of a surface lies on an image, and how large a pixel is there.
 *
 * A mapping is u and v as functions of the point in the geom's frame; their gradients times the
 * axes of the pixel's footprint on the surface are the footprint on the image. No differences
 * between pixels: seams and edges need no care.
 */
#pragma once

#include "render/soft/texel.h"

/* What a pixel sees of a surface: all in the geom's frame. */
typedef struct sighting {
    v3 p, n;    /* point, unit normal towards the viewer's side */
    v3 view;    /* unit, towards the viewer */
    vf d;       /* diameter of the ray cone there */
    v3 axis[2]; /* of its footprint on the surface: along the view and across */
} sighting;

typedef struct layer {
    texel_spot spot;
    v3 right; /* direction of growing u, not unit */
    vf cover; /* share of the footprint that the image covers */
    int repeat_u, repeat_v;
} layer;

/* Set the axes: the ray cone's ellipse on the tangent plane. */
VINL void sight_axes(sighting *s)
{
    const v3 n = s->n, view = s->view;
    const vf nv = v3_dot(n, view), ic = 1.0f / vf_max(vf_abs(nv), vf_set(0.02f));
    const v3 along = v3_madd(view, 0.0f - nv, n); /* across the normal; sine of the angle */
    const vf l2 = v3_dot(along, along);
    /* straight from above any direction will do */
    const vm tilted = vf_gt(l2, vf_set(1e-6f));
    const v3 any = v3_unit(v3_sel(vf_lt(vf_abs(n.x), vf_set(0.7f)),
                                  (v3){1.0f - n.x * n.x, 0.0f - n.x * n.y, 0.0f - n.x * n.z},
                                  (v3){0.0f - n.y * n.x, 1.0f - n.y * n.y, 0.0f - n.y * n.z}));
    const v3 e = v3_sel(tilted, v3_unit(along), any);
    s->axis[0] = v3_scale(e, s->d * ic);
    s->axis[1] = v3_scale(v3_cross(n, e), s->d);
}

/* Footprint and right from the gradients of u and v. */
VINL void lay_by(layer *l, const sighting *s, v3 du, v3 dv)
{
    l->spot.au = v3_dot(du, s->axis[0]);
    l->spot.av = v3_dot(dv, s->axis[0]);
    l->spot.bu = v3_dot(du, s->axis[1]);
    l->spot.bv = v3_dot(dv, s->axis[1]);
    l->right = du;
}

/* Share of [x - w/2, x + w/2] within 0..1. */
VINL vf inside_share(vf x, vf w)
{
    w = vf_max(w, vf_set(1e-5f));
    const vf lo = vf_max(x - 0.5f * w, vf_set(0.0f)), hi = vf_min(x + 0.5f * w, vf_set(1.0f));
    return vf_sat((hi - lo) / w);
}

/* Flat on the faces along an axis: `axis` 0..2, or -1: the one nearest to the normal. */
VINL layer lay_flat(const sighting *s, int axis, float inv_w, float inv_h)
{
    const v3 p = s->p, n = s->n;
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    const vf ax = vf_abs(n.x), ay = vf_abs(n.y), az = vf_abs(n.z);
    const vm all = vm_not(vm_none());
    const vm on_z = axis < 0 ? vm_and(vf_le(ax, az), vf_le(ay, az)) : axis == 2 ? all : vm_none();
    const vm on_y = axis < 0 ? vf_lt(ax, ay) : axis == 1 ? all : vm_none();
    const vf side = vf_sel(on_z, n.z, vf_sel(on_y, n.y, n.x));
    const vf sign = vf_mulsign(one, side);
    /* right: y on faces along x, -x on those along y, x on those along z; seen from outside */
    const v3 right = {vf_sel(on_z, sign, vf_sel(on_y, 0.0f - sign, zero)),
                      vf_sel(on_z, zero, vf_sel(on_y, zero, sign)), zero};
    const v3 up = {zero, vf_sel(on_z, one, zero), vf_sel(on_z, zero, one)};
    layer l = {.cover = one, .repeat_u = axis < 0, .repeat_v = axis < 0};
    const v3 du = v3_scale(right, vf_set(inv_w)), dv = v3_scale(up, vf_set(-inv_h));
    l.spot.u = v3_dot(p, du) + 0.5f;
    l.spot.v = v3_dot(p, dv) + 0.5f;
    lay_by(&l, s, du, dv);
    if (axis >= 0) { /* once, and not on what faces away */
        l.cover = inside_share(l.spot.u, vf_abs(l.spot.au) + vf_abs(l.spot.bu)) *
                  inside_share(l.spot.v, vf_abs(l.spot.av) + vf_abs(l.spot.bv));
        l.cover = vf_and(vf_gt(side, zero), l.cover);
    }
    return l;
}

/* Each side of a box shows its part of an image of 3 x 2. */
VINL layer lay_faces(const sighting *s, float inv_w, float inv_h)
{
    layer l = lay_flat(s, -1, inv_w, inv_h);
    const vf ax = vf_abs(s->n.x), ay = vf_abs(s->n.y), az = vf_abs(s->n.z);
    const vm on_z = vm_and(vf_le(ax, az), vf_le(ay, az)), on_y = vf_lt(ax, ay);
    const vf column = vf_sel(on_z, vf_set(2.0f), vf_and(on_y, vf_set(1.0f)));
    const vf side = vf_sel(on_z, s->n.z, vf_sel(on_y, s->n.y, s->n.x));
    const vf row = vf_and(vf_lt(side, vf_set(0.0f)), vf_set(1.0f));
    texel_spot *at = &l.spot;
    l.cover = inside_share(at->u, vf_abs(at->au) + vf_abs(at->bu)) *
              inside_share(at->v, vf_abs(at->av) + vf_abs(at->bv));
    at->u = (column + vf_clamp(at->u, 0.001f, 0.999f)) * (1.0f / 3);
    at->v = (row + vf_clamp(at->v, 0.001f, 0.999f)) * 0.5f;
    at->au = at->au * (1.0f / 3);
    at->bu = at->bu * (1.0f / 3);
    at->av = at->av * 0.5f;
    at->bv = at->bv * 0.5f;
    l.repeat_u = l.repeat_v = 0;
    return l;
}

/* Around the z axis of the geom's box; balls by longitude and latitude. */
VINL layer lay_around(const sighting *s, const soft_geom *g)
{
    const int ball = g->shape == REEL_SHAPE_SPHERE || g->shape == REEL_SHAPE_ELLIPSOID;
    const int whole = ball || g->shape == REEL_SHAPE_CAPSULE; /* no flat ends */
    const int mesh = g->shape >= REEL_SHAPE_HULL;
    const float round = g->shape == REEL_SHAPE_CAPSULE ? g->half[0] : 0.0f;
    float half[3], at[3];
    for (int c = 0; c < 3; c++) {
        half[c] = g->shape == REEL_SHAPE_ELLIPSOID ? g->half[c] : g->half[0];
        at[c] = mesh ? g->core_at[c] : 0.0f;
    }
    const float height =
        2.0f * (mesh || g->shape == REEL_SHAPE_BOX ? g->half[2] : g->half[1] + round);
    const v3 p = v3_sub(s->p, v3_set(at));
    const vf zero = vf_set(0.0f), tiny = vf_set(1e-12f);
    layer l = {.repeat_u = 1};
    /* an ellipsoid is a stretched ball */
    const v3 q =
        ball ? (v3){p.x * (1.0f / half[0]), p.y * (1.0f / half[1]), p.z * (1.0f / half[2])} : p;
    const vf r2 = vf_max(q.x * q.x + q.y * q.y, tiny), r = vf_sqrt(r2);
    const float inv_turn = 0.159154943f;
    v3 du = {0.0f - q.y * inv_turn / r2, q.x * inv_turn / r2, zero}, dv;
    l.spot.u = vf_atan2_turns(q.x, 0.0f - q.y);
    if (ball) {
        const vf turns = vf_atan2_turns(q.z, r); /* latitude */
        l.spot.v = 0.5f - 2.0f * vf_sel(vf_gt(turns, vf_set(0.5f)), turns - 1.0f, turns);
        const vf k = 0.318309886f / (vf_max(r2 + q.z * q.z, tiny));
        dv = (v3){k * q.z * q.x / r, k * q.z * q.y / r, 0.0f - k * r};
        const v3 inv = {vf_set(1.0f / half[0]), vf_set(1.0f / half[1]), vf_set(1.0f / half[2])};
        du = v3_mul(du, inv);
        dv = v3_mul(dv, inv);
    } else {
        l.spot.v = 0.5f - p.z * (1.0f / height);
        dv = (v3){zero, zero, vf_set(-1.0f / height)};
    }
    l.cover =
        vf_and(whole ? vm_not(vm_none()) : vf_lt(vf_abs(s->n.z), vf_set(0.99f)), vf_set(1.0f));
    lay_by(&l, s, du, dv);
    return l;
}

/* Where image `t` lies on a geom of that material. */
VINL layer lay_image(const soft_material *mat, const soft_geom *g, const soft_texture *t,
                     const sighting *s)
{
    const float w = mat->image_scale, h = w * (float)t->height[0] / (float)t->width[0];
    const int level = g->shape == REEL_SHAPE_PLANE || g->shape == REEL_SHAPE_HEIGHT_FIELD;
    switch (mat->mapping) {
    case REEL_MAPPING_WRAP: return lay_around(s, g);
    case REEL_MAPPING_X: return lay_flat(s, 0, 1.0f / w, 1.0f / h);
    case REEL_MAPPING_Y: return lay_flat(s, 1, 1.0f / w, 1.0f / h);
    case REEL_MAPPING_Z: return lay_flat(s, 2, 1.0f / w, 1.0f / h);
    case REEL_MAPPING_FACES: return lay_faces(s, 1.0f / w, 1.0f / (1.5f * h));
    default: break;
    }
    layer l = lay_flat(s, level ? 2 : -1, 1.0f / w, 1.0f / h);
    if (level) { /* ground is laid out from above, and repeated */
        l.cover = vf_set(1.0f);
        l.repeat_u = l.repeat_v = 1;
    }
    return l;
}
