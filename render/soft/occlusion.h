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

/* Lamp or glow j as geom k has it: direction (in the geom's frame, or the camera's) and irradiance
 * of what faces it. */
static void lamp_at_geom(const soft_job *job, int j, int k, int in_camera, float dir[3],
                         float irradiance[3])
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
        dir[c] = in_camera
                     ? d[c]
                     : g->rot[3 * c] * d[0] + g->rot[3 * c + 1] * d[1] + g->rot[3 * c + 2] * d[2];
    }
}

/* Light that leaves geom k on average towards -`to`: its own colour under sky and sun. `to` is in
 * the geom's frame, or the camera's if `in_camera`. */
VINL v3 glow(const soft_job *job, int k, v3 to, int in_camera)
{
    const float *albedo = job->info[k].albedo;
    v3 e = v3_set(job->sky.mean);
    for (int s = 0; s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        const float *dir = in_camera ? sun->dir : sun->occluders[k].dir;
        const vf facing = vf_max(-v3_dotu(to, dir), vf_set(0.0f)) * (0.6f * 0.3183f);
        e = v3_madd(e, facing, v3_set(sun->irradiance));
    }
    for (int j = 0; j < job->n_lamps + job->n_glows; j++) {
        float dir[3], irradiance[3];
        lamp_at_geom(job, j, k, in_camera, dir, irradiance);
        const vf facing = vf_max(-v3_dotu(to, dir), vf_set(0.0f)) * (0.6f * 0.3183f);
        e = v3_madd(e, facing, v3_set(irradiance));
    }
    return v3_mul(e, v3_set(albedo));
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

/* Share of the sky of points `pos` that geom k hides, no slab, and the mean direction to it: of a
 * ball in the camera's frame, else in its own. `others`: lanes that do not show k itself. */
VINL vf hidden_by(const soft_job *job, int k, vm others, v3 pos, v3 normal, v3 *to)
{
    const soft_geom *g = &job->geoms[k];
    const soft_mesh *mesh = job->meshes[k];
    const v3 d = v3_sub(v3_set(g->centre), pos);
    if (g->slab) {
        *to = d;
        return vf_set(0.0f);
    }
    if (mesh && mesh->n_patches) {
        return hidden_by_mesh(g, mesh, pos, normal, d, others, to);
    }
    if (g->ball) {
        return hidden_by_sphere(g, d, normal, to);
    }
    return hidden_share(g, v3_affine(g->rot, g->off, pos), v3_rot(g->rot, normal), to);
}

/* Fill b->open and b->bleed; the n geoms of job->near_list may occlude. */
STAGE void occlude_by(const soft_job *job, batch *b, int n)
{
    for (int i = 0; i < b->n; i += VW) {
        const vi key = vi_load(b->key + i);
        const vm hit = vi_lt(vi_set(-1), key);
        const v3 pos = v3_load(b->pos, i), normal = v3_load(b->normal, i);
        vf open = vf_set(1.0f), see = open, walls = vf_set(0.0f);
        int body = -1;
        v3 bleed = v3_splat(vf_set(0.0f)), wall = bleed;
        for (int j = 0; vm_any(hit) && j < n; j++) {
            const int k = job->near_list[j];
            const soft_geom *g = &job->geoms[k];
            const v3 d = v3_sub(v3_set(g->centre), pos);
            vm m = vf_lt(v3_dot(d, d), vf_set(g->reach * g->reach));
            /* wholly behind the surface: hides nothing */
            m = vm_and(m, vf_gt(v3_dot(d, normal), vf_set(-g->radius)));
            m = vm_and(m, hit);
            if (!(job->meshes[k] && job->meshes[k]->n_patches)) {
                m = vm_andnot(m, vi_eq(key >> 3, vi_set(k)));
            }
            if (!vm_any(m)) {
                continue;
            }
            v3 at = pos, up = normal;
            vf rise = vf_set(1.0f);
            if (g->slab) {
                rise = slab_rise(g, pos, normal, &at, &up);
                m = vm_and(m, vf_gt(rise, vf_set(0.0f)));
                if (!vm_any(m)) {
                    continue;
                }
            }
            v3 to;
            vf share =
                hidden_by(job, k, vm_andnot(m, vi_eq(key >> 3, vi_set(k))), pos, normal, &to);
            if (g->slab) {
                share = hidden_by_slab(g, at, up, &to) * reach_window(g, vf_sqrt(v3_dot(d, d))) *
                        vf_min(rise, vf_set(1.0f));
            }
            share = vf_and(m, share);
            if (g->slab) {
                if (job->info[k].body != body) {
                    walls = walls + 1.0f - see;
                    see = vf_set(1.0f);
                    body = job->info[k].body;
                }
                wall = v3_madd(wall, see * share, glow(job, k, to, 0));
                see = see * (1.0f - share);
                continue;
            }
            /* a cube counts as a ball as well */
            bleed = v3_madd(bleed, open * share, glow(job, k, to, g->ball));
            open = open * (1.0f - share);
        }
        /* walls stand side by side: their shares add up; what they enclose lights them no better */
        walls = walls + 1.0f - see;
        const vf left = vf_max(1.0f - walls, vf_set(0.0f));
        const vf fit = vf_max(left, vf_set(0.3f)) / vf_max(walls, vf_set(1.0f));
        vf_store(b->open + i, open * left);
        v3_store(b->bleed, i, v3_madd(v3_scale(bleed, left), fit, wall));
    }
}

/* Take clear bodies from a list of n geoms; how many are left. */
static int without_clear(const soft_job *job, int *list, int n)
{
    int left = 0;
    for (int j = 0; j < n; j++) {
        if (!is_clear(job, list[j])) {
            list[left++] = list[j];
        }
    }
    return left;
}

/* Fill b->hidden and, if set, b->open and b->bleed. */
static void occlude(const soft_job *job, batch *b)
{
    int n = list_occluders(job, b, job->near_list);
    n = tints(job) ? without_clear(job, job->near_list, n) : n;
    b->hidden = n > 0;
    if (n > 0) {
        occlude_by(job, b, n);
    }
}

/*
 * On a flat tile occlusion changes slowly: how far a ball's share is from a line between two points
 * goes with the square of their distance over the distance to the ball. It is then worked out where
 * every second or fourth pixels meet, and in between by lines. Neighbouring tiles share such
 * points.
 */

/* Pixels between those points, 1 for none; n geoms of job->near_list may occlude. */
static int occlusion_step(const soft_job *job, const batch *b, int n)
{
    const float most = 0.6f; /* of the distance: shares are then right within a hundredth */
    float least = VF_FAR, d2 = 0;
    for (int j = 0; j < n; j++) {
        const soft_geom *g = &job->geoms[job->near_list[j]];
        const int patches = job->meshes[job->near_list[j]] != NULL;
        const float thin = patches ? 0 : g->core_r;
        const float away =
            __builtin_sqrtf(box_apart2(b->lo, b->hi, g->centre, g->centre)) - (g->radius - thin);
        const float scale = away > thin ? away : thin;
        least = scale < least ? scale : least;
    }
    for (int c = 0; c < 3; c++) {
        d2 += (b->hi[c] - b->lo[c]) * (b->hi[c] - b->lo[c]);
    }
    const float pixel = __builtin_sqrtf(d2) * (1.0f / SOFT_TILE);
    return 4 * pixel < most * least ? 4 : 2 * pixel < most * least ? 2 : 1;
}

/* Those points of the tile's face, row after row, the last one repeated. */
STAGE void occlusion_points(const soft_job *job, const soft_tile *tile, int step, batch *out)
{
    const int across = SOFT_TILE / step + 1, n = across * across;
    const int key = tile->main.key[0];
    const soft_geom *g = &job->geoms[key / SOFT_KEY_FACES];
    out->n = (n + 15) / 16 * 16;
    for (int j = 0; j < out->n; j++) {
        const int at = j < n ? j : n - 1;
        out->dir[0][j] = ((float)(tile->x0 + at % across * step) - job->cx) * job->inv_f;
        out->dir[1][j] = ((float)(tile->y0 + at / across * step) - job->cy) * job->inv_f;
        out->key[j] = key;
    }
    for (int i = 0; i < out->n; i += VW) {
        const v3 d = {vf_load(out->dir[0] + i), vf_load(out->dir[1] + i), vf_set(1.0f)};
        vf t;
        vi face;
        hit_shape(g->shape, g->half, v3_set(g->off), v3_rot(g->rot, d), &t, &face);
        v3_store(out->pos, i, v3_scale(d, t));
        for (int c = 0; c < 3; c++) {
            vf_store(out->normal[c] + i, vf_set(tile->main.normal[c][0]));
        }
    }
}

/* Values of pixels from those of the points. */
STAGE void spread_points(const float *from, int step, float *to)
{
    const int across = SOFT_TILE / step + 1;
    const float unit = 1.0f / (float)step;
    for (int row = 0; row < SOFT_TILE; row++) {
        const float *p = from + row / step * across;
        const float down = ((float)(row % step) + 0.5f) * unit;
        float line[SOFT_TILE / 2 + 1];
        for (int j = 0; j < across; j++) {
            line[j] = p[j] + (p[j + across] - p[j]) * down;
        }
        for (int col = 0; col < SOFT_TILE; col++) {
            const float right = ((float)(col % step) + 0.5f) * unit;
            const float a = line[col / step], b = line[col / step + 1];
            to[row * SOFT_TILE + col] = a + (b - a) * right;
        }
    }
}

/* occlude() for the pixels of a flat tile; `points` is scratch. */
static void occlude_flat(const soft_job *job, soft_tile *tile, batch *points)
{
    batch *b = &tile->main;
    const int n = list_occluders(job, b, job->near_list);
    b->hidden = n > 0;
    if (n == 0) {
        return;
    }
    const int step = occlusion_step(job, b, n);
    if (step == 1) {
        occlude_by(job, b, n);
        return;
    }
    occlusion_points(job, tile, step, points);
    occlude_by(job, points, n);
    spread_points(points->open, step, b->open);
    for (int c = 0; c < 3; c++) {
        spread_points(points->bleed[c], step, b->bleed[c]);
    }
}
