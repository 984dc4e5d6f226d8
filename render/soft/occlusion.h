/*
 * occlusion.h - how much of the sky near objects hide, and the light they send instead.
 *
 * Each object within reach is taken as a ball: the one of its thickness, somewhere in its core,
 * that the point sees best, enlarged by how far the core extends. A ball's share of the cosine-
 * weighted hemisphere is closed form (as in Quilez, "Sphere ambient occlusion"), so the darkening
 * at contacts has no noise. The bodies' shares multiply.
 */
#pragma once

#include "render/soft/sky.h"
#include "render/soft/tint.h"
#include "render/soft/tree.h"

/* Square of the distance between two boxes. */
static float box_apart2(const float alo[3], const float ahi[3], const float blo[3],
                        const float bhi[3])
{
    float d2 = 0;
    for (int c = 0; c < 3; c++) {
        const float under = alo[c] - bhi[c], over = blo[c] - ahi[c];
        const float d = under > over ? under : over;
        d2 += d > 0 ? d * d : 0;
    }
    return d2;
}

static int may_occlude(const soft_geom *g, const float lo[3], const float hi[3])
{
    return g->present && g->shape != REEL_SHAPE_PLANE &&
           box_apart2(lo, hi, g->centre, g->centre) < g->reach * g->reach;
}

/* Geoms that may occlude points of the batch. */
STAGE int list_occluders(const soft_job *job, const batch *b, int *out)
{
    const float *box_lo = b->lo, *box_hi = b->hi;
    int n = 0;
    if (job->tree) {
        MARK_MEETING(job,
                     box_apart2(box_lo, box_hi, node->lo, node->hi) <=
                         tree->reach[at] * tree->reach[at],
                     may_occlude(&job->geoms[k], box_lo, box_hi));
        return take_marked(job, out);
    }
    for (int k = 0; k < job->n_drawn; k++) {
        if (may_occlude(&job->geoms[k], box_lo, box_hi)) {
            out[n++] = k;
        }
    }
    return n;
}

VINL vf clamp_to(vf x, float e)
{
    return vf_clamp(x, -e, e);
}

/* The window that closes at the geom's reach, for a ball whose centre is at distance l. */
VINL vf reach_window(const soft_geom *g, vf l)
{
    const float reach = 1.0f / g->reach;
    const vf x2 = l * l * (reach * reach);
    return vf_max(1.0f - x2 * x2, vf_set(0.0f));
}

/* Share of a hemisphere that a ball of 1/ih its distance hides, where its centre is at nl = cos of
 * the angle to the normal; ih <= 1. */
VINL vf ball_share(vf nl, vf h, vf ih)
{
    const vf ih2 = ih * ih, nlh = nl * h;
    const vf cut = vf_sat(0.5f * (nlh + 1.0f) * ih2);
    return vf_sel(vf_gt(nlh, vf_set(1.0f)), nl * ih2, cut * vf_sqrt(cut));
}

/* The same for a sphere, all in the camera's frame; d goes from the point to its centre. */
VINL vf hidden_by_sphere(const soft_geom *g, v3 d, v3 n, v3 *to)
{
    const vf l = vf_sqrt(vf_max(v3_dot(d, d), vf_set(1e-12f))), inv_l = 1.0f / l;
    *to = v3_scale(d, inv_l);
    const vf nl = v3_dot(*to, n);
    const vf h = vf_max(l * (1.0f / g->core_r), vf_set(1.0f));
    const vf ih = vf_min(inv_l * g->core_r, vf_set(1.0f));
    const vf share = vf_min(ball_share(nl, h, ih), 0.5f + 0.5f * vf_max(nl, vf_set(0.0f)));
    return share * reach_window(g, l);
}

/* Share of the hemisphere about local normal n at local point p that the geom hides; `*to` is the
 * unit direction towards it. */
VINL vf hidden_share(const soft_geom *g, v3 p, v3 n, v3 *to)
{
    const float *e = g->core;
    p = v3_sub(p, v3_set(g->core_at));
    /* aim half-way up: from the nearest point of the core as far along the normal as away */
    const v3 near = {p.x - clamp_to(p.x, e[0]), p.y - clamp_to(p.y, e[1]),
                     p.z - clamp_to(p.z, e[2])};
    const vf away = vf_sqrt(v3_dot(near, near)) * 0.7f;
    const v3 aim = v3_madd(p, away, n);
    const v3 d = {clamp_to(aim.x, e[0]) - p.x, clamp_to(aim.y, e[1]) - p.y,
                  clamp_to(aim.z, e[2]) - p.z};
    const vf l = vf_sqrt(vf_max(v3_dot(d, d), vf_set(1e-12f))), inv_l = 1.0f / l;
    *to = v3_scale(d, inv_l);
    const vf nl = v3_dot(*to, n);
    const vf h = vf_max(l * (1.0f / g->core_r), vf_set(1.0f));
    const vf ih = vf_min(inv_l * g->core_r, vf_set(1.0f));
    vf share = ball_share(nl, h, ih);
    for (int i = 0; i < 3; i++) {
        share = share * (1.0f + vf_min(e[i] * inv_l, vf_set(1.0f)) * (h - 1.0f));
    }
    /* no body hides more than the half space on its side */
    share = vf_min(share, 0.5f + 0.5f * vf_max(nl, vf_set(0.0f)));
    return share * reach_window(g, l);
}

/* theta / sin(theta) by its cosine: a minimax quartic, error 0.0002, for the upper half. */
VINL vf arc_over_sine(vf x)
{
    const vf y = vf_abs(x);
    vf v = 0.10853351f * y - 0.39546686f;
    v = v * y + 0.70789442f;
    v = v * y - 0.99148661f;
    v = v * y + 1.57063967f;
    const vf low = 3.14159265f / vf_sqrt(vf_max(1.0f - x * x, vf_set(1e-7f))) - v;
    return vf_sel(vf_lt(x, vf_set(0.0f)), low, v);
}

/* How far a box reaches above the plane through local point p with local normal n, by its radius.
 */
VINL vf rises_above(const soft_geom *g, v3 p, v3 n)
{
    const vf out = vf_abs(n.x) * g->half[0] + vf_abs(n.y) * g->half[1] + vf_abs(n.z) * g->half[2];
    return (out - v3_dot(n, p)) * (1.0f / g->radius);
}

/*
 * The same for a slab, which is far from a ball: by the vector irradiance of its outline, which
 * Lambert's formula gives edge by edge, taken as that of the ball that has it. Exact for what
 * stands whole above the horizon.
 */
VINL vf hidden_by_slab(const soft_geom *g, v3 p, v3 n, v3 *to)
{
    const vf zero = vf_set(0.0f), one = vf_set(1.0f);
    const vf x[3] = {p.x, p.y, p.z};
    v3 corner[8], sum = v3_splat(zero);
    vf faces[3][2]; /* 1: seen */
    for (int i = 0; i < 8; i++) {
        corner[i] = v3_unit((v3){(i & 1 ? g->half[0] : -g->half[0]) - p.x,
                                 (i & 2 ? g->half[1] : -g->half[1]) - p.y,
                                 (i & 4 ? g->half[2] : -g->half[2]) - p.z});
    }
    for (int a = 0; a < 3; a++) {
        faces[a][0] = vf_and(vf_lt(x[a], vf_set(-g->half[a])), one);
        faces[a][1] = vf_and(vf_gt(x[a], vf_set(g->half[a])), one);
    }
    for (int e = 0; e < 12; e++) { /* along axis a, on sides bs and cs of the others */
        const int a = e >> 2, b = (a + 1) % 3, c = (a + 2) % 3, bs = e & 1, cs = e >> 1 & 1;
        const vf edge = faces[c][cs] - faces[b][bs];
        if (!vm_any(vf_gt(vf_abs(edge), zero))) {
            continue; /* not of the outline */
        }
        const int low = bs << b | cs << c;
        const v3 u = corner[low], v = corner[low | 1 << a];
        const vf weight = (bs == cs ? edge : -edge) * arc_over_sine(v3_dot(u, v));
        sum = v3_madd(sum, weight,
                      (v3){u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x});
    }
    const vf length = vf_sqrt(vf_max(v3_dot(sum, sum), vf_set(1e-12f)));
    *to = v3_scale(sum, 1.0f / length);
    const vf ih = vf_sqrt(vf_clamp(length * 0.159154943f, 1e-6f, 1.0f)), nl = v3_dot(*to, n);
    const vf share = vf_max(ball_share(nl, 1.0f / ih, ih), zero);
    return vf_min(share, 0.5f + 0.5f * vf_max(nl, zero));
}

/*
 * The same for a mesh by its patches: a disc of area A at distance l fills A cos cos / (pi l^2 + A)
 * of the hemisphere (Bunnell, "Dynamic Ambient Occlusion and Indirect Lighting", GPU Gems 2, 2005).
 * It hides only from its front, so the parts of one surface hide their own where it is concave.
 */
VINL vf hidden_by_patches(const soft_mesh *mesh, v3 p, v3 n, v3 *to)
{
    const vf zero = vf_set(0.0f);
    vf open = vf_set(1.0f);
    v3 sum = v3_splat(zero);
    for (int j = 0; j < mesh->n_patches; j++) {
        const soft_patch *q = &mesh->patches[j];
        const v3 d = v3_sub(v3_set(q->middle), p);
        const vf l2 = vf_max(v3_dot(d, d), vf_set(1e-12f)), facing = -v3_dotu(d, q->normal);
        const vf share =
            vf_max(facing, zero) * vf_max(v3_dot(d, n), zero) * q->area / (l2 * (l2 + q->area));
        sum = v3_madd(sum, share / vf_sqrt(l2), d);
        open = open * (1.0f - vf_min(share, vf_set(1.0f)));
    }
    *to = v3_unit(sum);
    return 1.0f - open;
}

/* Patches near by, one ball farther away, in the camera's frame; lanes that are not `others` are
 * the mesh's own. */
VINL vf hidden_by_mesh(const soft_geom *g, const soft_mesh *mesh, v3 p, v3 n, v3 d, vm others,
                       v3 *to)
{
    const vf l = vf_sqrt(v3_dot(d, d)), far = vf_smooth(l, 1.8f * g->radius, 2.8f * g->radius);
    vf share = vf_set(0.0f);
    *to = v3_splat(vf_set(0.0f));
    if (vm_any(vf_lt(far, vf_set(1.0f)))) {
        v3 near;
        const vf w = 1.0f - far;
        share = w *
                hidden_by_patches(mesh, v3_affine(g->rot, g->off, p), v3_rot(g->rot, n), &near) *
                reach_window(g, l);
        *to = v3_scale(v3_trot(g->rot, near), w);
    }
    if (vm_any(vm_and(others, vf_gt(far, vf_set(0.0f))))) {
        v3 away;
        share = share + far * hidden_by_sphere(g, d, n, &away);
        *to = v3_madd(*to, far, away);
    }
    return share;
}

/* Lamp or glow j as geom k has it: direction in the camera's frame and irradiance of what faces it.
 */
static void lamp_at_geom(const soft_job *job, int j, int k, float dir[3], float irradiance[3])
{
    const soft_lamp *lamp = j < job->n_lamps ? &job->lamps[j] : &job->glows[j - job->n_lamps].lamp;
    const soft_geom *g = &job->geoms[k];
    float d[3], d2 = 1e-12f, along = 0;
    for (int c = 0; c < 3; c++) {
        d[c] = lamp->at[c] - g->centre[c];
        d2 += d[c] * d[c];
    }
    const float inv = 1.0f / __builtin_sqrtf(d2);
    for (int c = 0; c < 3; c++) {
        d[c] *= inv;
        along -= d[c] * lamp->dir[c];
    }
    float gain = 3.14159265f * lamp->radius * lamp->radius / d2;
    if (lamp->kind == REEL_LAMP_RECT) {
        gain = (along > 0 ? along : 0) * 4 * lamp->half[0] * lamp->half[1] / d2;
    } else if (lamp->kind == REEL_LAMP_SPOT) {
        gain = along > lamp->cos_out ? gain : 0;
    }
    const int own = j >= job->n_lamps && job->glows[j - job->n_lamps].drawn == k;
    gain = own ? 0 : gain < 3.14159265f ? gain : 3.14159265f;
    for (int c = 0; c < 3; c++) {
        irradiance[c] = gain * lamp->radiance[c];
        dir[c] = d[c];
    }
}

/* What lights a geom, as far as it sends that on: its mean colour times the sky's light, and from
 * `n` suns, lamps and glows a direction and its light on what faces it, three floats each. */
typedef struct glower {
    float sky[3];
    const float *sources;
    int n;
} glower;

/* Of geom k; directions in the camera's frame. */
static glower glower_of(const soft_job *job, int k)
{
    const float *albedo = job->info[k].albedo;
    const int n_suns = job->n_suns, n = n_suns + job->n_lamps + job->n_glows;
    glower g = {.sources = job->sources, .n = n};
    for (int j = 0; j < n; j++) {
        float *to = job->sources + (size_t)j * 6, *light = to + 3;
        if (j < n_suns) {
            const soft_sun *sun = &job->suns[j];
            memcpy(to, sun->dir, 3 * sizeof *to);
            memcpy(light, sun->irradiance, 3 * sizeof *light);
        } else {
            lamp_at_geom(job, j - n_suns, k, to, light);
        }
        for (int c = 0; c < 3; c++) {
            light[c] *= albedo[c] * (0.6f * 0.3183f);
        }
    }
    for (int c = 0; c < 3; c++) {
        g.sky[c] = albedo[c] * job->sky.mean[c];
    }
    return g;
}

/* Light that leaves the geom on average towards -`to`, of any length; inv_l: 1 over that. */
VINL v3 glow(const glower *g, v3 to, vf inv_l)
{
    v3 e = v3_set(g->sky);
    for (int j = 0; j < g->n; j++) {
        const float *dir = g->sources + (size_t)j * 6;
        const vf facing = vf_max(v3_dotu(to, dir) * (0.0f - inv_l), vf_set(0.0f));
        e = v3_madd(e, facing, v3_set(dir + 3));
    }
    return e;
}

/* How far a slab counts, by what of it rises above the surface: next to walls and tops stand
 * others, level with them, and most hide nothing. Point and normal in its frame go to `at` and
 * `up`. */
VINL vf slab_rise(const soft_geom *g, v3 pos, v3 normal, v3 *at, v3 *up)
{
    *at = v3_affine(g->rot, g->off, pos);
    *up = v3_rot(g->rot, normal);
    return (rises_above(g, *at, *up) - 0.001f) * 50.0f;
}
