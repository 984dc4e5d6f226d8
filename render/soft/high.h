/*
 * high.h - bounced light and reflections by rays, where `standard` has closed forms.
 *
 * Rays are aimed by patterns that are fixed for each pixel: pixels count in z order through one
 * sequence (Ahmed and Wonka, "Screen-Space Blue-Noise Diffusion of Monte Carlo Sampling Error via
 * Hierarchical Ordering of Pixels", 2020), so that neighbours' rays complete one another and
 * nothing flickers. The closed forms of sky and floor stay as what a ray is expected to find: only
 * what it finds besides is an estimate, and open ground has no noise at all.
 */
#pragma once

#include "render/soft/high_clear.h"
#include "render/soft/high_filter.h"
#include "render/soft/path.h"
#include "render/soft/reflect.h"

enum {
    HIGH_GLOSSY = 4, /* rays for what a point reflects, but for mirrors */
    HIGH_DIFFUSE = 1,
    HIGH_SPECULAR = 16, /* dimensions of the patterns */
};

#define HIGH_BRIGHTEST 8.0f  /* radiance after exposure that one ray may find, */
#define HIGH_ROUGH     4.0f  /* where a rough surface finds it on another, */
#define HIGH_BOUNCES   3.0f  /* for bounced light: few rays find what is small and bright */
#define HIGH_SHARED    4.0f  /* px: wider lobes are gathered for four pixels together */
#define HIGH_LEAST     0.06f /* albedo of rough lobes that rays are sent for */
#define HIGH_BLUR      0.5f  /* roughness of what bounced light finds */

/* The bits of x at the even places. */
VINL vu spread_bits(vu x)
{
    x = (x | (x << 8)) & 0x00ff00ffu;
    x = (x | (x << 4)) & 0x0f0f0f0fu;
    x = (x | (x << 2)) & 0x33333333u;
    return (x | (x << 1)) & 0x55555555u;
}

/* Number of each lane in z order. `pixel` are the lanes' pixels in the tile; NULL: they are all of
 * them in turn, or (`points`) those of the grid. Each exposure of a frame counts as tiles
 * elsewhere.
 */
STAGE void number_pixels(const soft_job *job, const soft_tile *tile, const int32_t *pixel,
                         int points, int n, int32_t *order)
{
    const int side = points ? GATHERED_SIDE : SOFT_TILE, step = points ? 2 : 1;
    const int x0 = tile->x0 / step + 7 * side * job->exposure_no, y0 = tile->y0 / step;
    for (int i = 0; i < n; i += VW) {
        const vi p = pixel ? vi_load(pixel + i) : vi_set(i) + vf_trunc(vf_lanes());
        const vu x = (vu)((p & (side - 1)) + x0), y = (vu)(p / side + y0);
        vi_store(order + i, (vi)(spread_bits(x) | (spread_bits(y) << 1)));
    }
}

/* Rays of bounced light a point: with many exposures each has one. */
static int high_rays(const soft_job *job)
{
    return job->n_exposures > 1 ? 1 : job->paths;
}

/* Ray number j of `rays` of each lane. */
VINL uv aim_pair(const soft_job *job, const int32_t *order, int i, int rays, int j,
                 uint32_t dimension)
{
    const vu index = (vu)vi_load(order + i) * (uint32_t)rays + (uint32_t)j;
    return draw_pair(index, vu_set(0x51ed270bu + (uint32_t)job->exposure_no * 0x3c6ef372u),
                     dimension);
}

/* Append the rays of the lanes whose bits are set. */
VINL void pack_rays(const batch *b, batch *out, int i, unsigned lanes, v3 dir, vf spread, vf blur,
                    int32_t *lane, int32_t *own)
{
    const int n = out->n;
    const v3 p = v3_load((float(*)[SOFT_BATCH])b->pos, i);
    lanes_pack(lane + n, vi_set(i) + vf_trunc(vf_lanes()), lanes);
    lanes_pack(own + n, vi_load(b->key + i), lanes);
    lanes_pack(out->spread + n, (vi)spread, lanes);
    lanes_pack(out->open + n, (vi)blur, lanes);
    lanes_pack(out->dir[0] + n, (vi)dir.x, lanes);
    lanes_pack(out->dir[1] + n, (vi)dir.y, lanes);
    lanes_pack(out->dir[2] + n, (vi)dir.z, lanes);
    lanes_pack(out->pos[0] + n, (vi)p.x, lanes);
    lanes_pack(out->pos[1] + n, (vi)p.y, lanes);
    lanes_pack(out->pos[2] + n, (vi)p.z, lanes);
    out->n += __builtin_popcount(lanes);
}

/* True if ambient() is what rays find on average where there are no bodies: then they look only
 * for what differs from expected(). */
static int expects(const soft_job *job)
{
    return job->n_bouncers == 0 || (job->n_bouncers == 1 && job->bouncers[0].up > 0.999f);
}

/* Radiance from direction d as ambient() has it. */
VINL v3 expected(const soft_job *job, v3 p, v3 d)
{
    v3 c = sky_radiance(&job->sky, d);
    if (job->n_bouncers == 0) {
        return c;
    }
    const soft_bouncer *b = &job->bouncers[0];
    const vf zero = vf_set(0.0f), height = v3_dotu(p, b->normal) + b->offset;
    const vm down = vm_and(vf_lt(v3_dotu(d, b->normal), zero), vf_gt(height, vf_set(-1e-3f)));
    vf near = vf_set(1.0f);
    if (b->range > 0) {
        const float r2 = b->range * b->range;
        near = r2 / (r2 + height * height);
    }
    near = vf_and(down, near);
    const float light[3] = {b->radiance_sky[0] + b->radiance_sun[0],
                            b->radiance_sky[1] + b->radiance_sun[1],
                            b->radiance_sky[2] + b->radiance_sun[2]};
    c = v3_mix(c, v3_set(light), near);
    if (job->n_lamps + job->n_glows) {
        const v3 more = lamps_on_plane(job, p, b, height);
        c = v3_sel(down, v3_add(c, more), c);
    }
    return c;
}

/* What gathered rays find: sets their colours. Surfaces count as no sharper than the rays' lobes,
 * whose roughness is in `open`, or few rays would find small highlights. What glows is left out
 * unless it is `seen`: who sent the rays has its light already, as that of lamps. */
STAGE void find_light(const soft_job *job, batch *rays, int soft, int seen)
{
    list_shown(rays);
    surface(job, rays, SURFACE_NORMAL | SURFACE_LOOK);
    for (int i = 0; i < rays->n; i += VW) {
        vf_store(rays->rough + i, vf_max(vf_load(rays->rough + i), vf_load(rays->open + i)));
    }
    prepare_surface(job, rays, 1);
    bound_points(rays);
    occlude(job, rays);
    rays->reflects = 0;
    light_surfaces(job, rays, 1, soft);
    if (seen) {
        light_lamps(job, rays, soft);
    } else {
        light_glows(job, rays, soft);
    }
    blend_sky(job, rays, 0);
}

/* Append cosine-weighted rays, one for each lane with a diffuse part; how many there are. */
STAGE int aim_diffuse(const soft_job *job, batch *b, batch *rays, int32_t *lane, int32_t *own,
                      const int32_t *order, int j)
{
    for (int i = 0; i < b->n; i += VW) {
        const v3 albedo = v3_load(b->diffuse, i);
        const vf most = vf_max(albedo.x, vf_max(albedo.y, albedo.z));
        const unsigned lanes = group_hits(b->key, i) & vm_bits(vf_gt(most, vf_set(0.004f)));
        if (!lanes) {
            continue;
        }
        const uv r = aim_pair(job, order, i, high_rays(job), j, HIGH_DIFFUSE);
        v3 t, u, n = v3_load(b->shade, i);
        vf s, c;
        frame_of(n, &t, &u);
        sincos_turns(r.u, &s, &c);
        const vf side = vf_sqrt(r.v);
        const v3 d =
            from_frame(t, u, n, side * c, side * s, vf_sqrt(vf_max(1.0f - r.v, vf_set(1e-6f))));
        pack_rays(b, rays, i, lanes, v3_unit(d), vf_load(b->spread + i) + 0.2f, vf_set(HIGH_BLUR),
                  lane, own);
    }
    return rays->n;
}

/* Fill the last group with copies of its first lane. */
static void pad_rays(batch *rays, int32_t *own)
{
    for (; rays->n % VW; rays->n++) {
        const int n = rays->n, from = n / VW * VW;
        own[n] = own[from];
        rays->spread[n] = rays->spread[from];
        rays->open[n] = rays->open[from];
        for (int c = 0; c < 3; c++) {
            rays->dir[c][n] = rays->dir[c][from];
            rays->pos[c][n] = rays->pos[c][from];
        }
    }
}

/* What rays met, of several rounds, until there is a batch to be shaded. */
typedef struct found_rays {
    batch *at;
    float (*tint)[SOFT_BATCH]; /* of what clear bodies leave */
    int32_t *lane;             /* whom they were sent by */
    float share;               /* of one ray */
} found_rays;

/* Shade what was found and give it to those who asked: in the order of the rounds, so that sums do
 * not depend on when this happens. */
STAGE void flush_found(const soft_job *job, batch *b, found_rays *f)
{
    batch *at = f->at;
    const int n = at->n;
    const float most = HIGH_BOUNCES / job->exposure;
    for (; at->n % VW; at->n++) {
        const int l = at->n;
        at->key[l] = -1;
        at->t[l] = at->spread[l] = at->open[l] = 0;
        for (int c = 0; c < 3; c++) {
            at->pos[c][l] = at->dir[c][l] = at->traced[c][l] = 0;
        }
        at->dir[2][l] = 1;
    }
    if (n > 0) {
        find_light(job, at, 0, 0);
    }
    for (int c = 0; c < 3; c++) {
        for (int l = 0; l < n; l++) {
            const float full = job->clear ? f->tint[c][l] * at->color[c][l] : at->color[c][l];
            const float light = full < most ? full : most;
            b->bleed[c][f->lane[l]] += f->share * (light - at->traced[c][l]);
        }
    }
    at->n = 0;
}

/* Keep those rays that found something else than what was expected. */
STAGE void keep_found(const soft_job *job, batch *b, const batch *rays, const int32_t *lane, int n,
                      found_rays *f)
{
    batch *at = f->at;
    const void *const from[] = {rays->key,       rays->facet,     rays->t,      rays->spread,
                                rays->open,      rays->pos[0],    rays->pos[1], rays->pos[2],
                                rays->dir[0],    rays->dir[1],    rays->dir[2], rays->traced[0],
                                rays->traced[1], rays->traced[2], lane,         rays->tint[0],
                                rays->tint[1],   rays->tint[2]};
    void *const to[] = {at->key,    at->facet,     at->t,         at->spread,    at->open,
                        at->pos[0], at->pos[1],    at->pos[2],    at->dir[0],    at->dir[1],
                        at->dir[2], at->traced[0], at->traced[1], at->traced[2], f->lane,
                        f->tint[0], f->tint[1],    f->tint[2]};
    const size_t n_moved = sizeof to / sizeof *to - (job->clear ? 0 : 3);
    for (int i = 0; i < n; i += VW) {
        unsigned lanes = n - i < VW ? (1u << (n - i)) - 1u : VM_ALL;
        lanes &= group_hits(rays->key, i) | vm_bits(vf_gt(vf_load(rays->sun + i), vf_set(0.0f)));
        if (!lanes) {
            continue;
        }
        if (at->n + VW > SOFT_BATCH) {
            flush_found(job, b, f);
        }
        for (size_t a = 0; a < n_moved; a++) {
            lanes_pack((char *)to[a] + (size_t)at->n * 4, vi_load((const int32_t *)from[a] + i),
                       lanes);
        }
        at->n += __builtin_popcount(lanes);
    }
}

/* Set traced to what is expected of the rays, and sun where a miss is not expected. */
STAGE void expect_light(const soft_job *job, batch *rays)
{
    const int expect = expects(job);
    const soft_bouncer *floor = expect && job->n_bouncers ? &job->bouncers[0] : NULL;
    for (int i = 0; i < rays->n; i += VW) {
        const v3 d = v3_load(rays->dir, i);
        vf surprise = vf_set(expect ? 0.0f : 1.0f);
        v3 light = v3_splat(vf_set(0.0f));
        if (expect) {
            light = expected(job, v3_load(rays->pos, i), d);
        }
        if (floor) {
            surprise = -v3_dotu(d, floor->normal);
        }
        v3_store(rays->traced, i, light);
        vf_store(rays->sun + i, surprise);
    }
}

/* Set open: all or nothing of what ambient() has. */
STAGE void fill_open(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        vf_store(b->open + i, vf_set(expects(job) ? 1.0f : 0.0f));
    }
}

#define HIGH_CLOSE 1.5f /* steps: nothing counts as nearer */

/* Add to tile->near how near that is which rays meet, in steps of the grid at the surface. */
STAGE void add_near(const soft_job *job, const batch *b, soft_tile *tile, const batch *rays, int n)
{
    const float share = 1.0f / (float)high_rays(job);
    for (int l = 0; l < n; l++) {
        if (rays->key[l] >= 0 || rays->sun[l] > 0) {
            const int to = tile->bounce_lane[l];
            const float px = 2 * b->t[to] * job->inv_f, t = rays->key[l] >= 0 ? rays->t[l] : VF_FAR;
            tile->near[to] += share * px / (t > HIGH_CLOSE * px ? t : HIGH_CLOSE * px);
        }
    }
}

/* True if the closed forms know all the light that bounces to a batch. */
static int open_ground(const soft_job *job, const batch *b)
{
    return expects(job) && b->n_shown == 1 && b->shown[0].drawn == job->floor &&
           list_occluders(job, b, job->near_list) == 0;
}

/* Set a row's lanes of b that show a surface to 0. */
static void clear_lanes(const batch *b, float *row)
{
    for (int i = 0; i < b->n; i += VW) {
        const vm m = vi_lt(vi_set(-1), vi_load(b->key + i));
        vf_store(row + i, vf_sel(m, vf_set(0.0f), vf_load(row + i)));
    }
}

/* True if a batch has room for one ray of each lane of b: the same at any width, for what rays meet
 * may depend on those that they are traced with. */
static int has_room(const batch *rays, const batch *b)
{
    return rays->n + (b->n + 15) / 16 * 16 <= SOFT_BATCH;
}

/* Trace the gathered rays of bounced light and keep what they find; then there are none. */
STAGE void trace_bounced(const soft_job *job, batch *b, soft_tile *tile, int32_t *own,
                         found_rays *found)
{
    batch *rays = &tile->bounce;
    const int n = rays->n;
    pad_rays(rays, own);
    expect_light(job, rays);
    trace(job, rays, own, tints(job), expects(job));
    if (tints(job)) {
        tint_rays(job, rays, own);
    }
    add_near(job, b, tile, rays, n);
    keep_found(job, b, rays, tile->bounce_lane, n, found);
    rays->n = 0;
}

/* Set bleed of the lanes that show a surface: light that bounces, but for what is expected; false
 * if there is none. */
STAGE int gather_bounced(const soft_job *job, batch *b, soft_tile *tile, path_wave *wave,
                         const int32_t *order)
{
    _Alignas(64) int32_t own[SOFT_BATCH + VW];
    batch *rays = &tile->bounce;
    found_rays found = {&wave->hit, wave->thr, wave->pixel, 1.0f / (float)high_rays(job)};
    int some = 0;
    for (int c = 0; c < 3; c++) {
        clear_lanes(b, b->bleed[c]);
    }
    memset(tile->near, 0, sizeof tile->near);
    rays->n = found.at->n = 0;
    for (int j = 0; j < high_rays(job); j++) {
        some |= aim_diffuse(job, b, rays, tile->bounce_lane, own, order, j) > 0;
        if (rays->n > 0 && (!has_room(rays, b) || j + 1 == high_rays(job))) {
            trace_bounced(job, b, tile, own, &found);
        }
    }
    flush_found(job, b, &found);
    return some;
}

/* How many rays a lane needs for what it reflects: none where that is little. */
VINL vf glossy_rays(const gloss *g)
{
    const vf most = vf_max(g->albedo.x, vf_max(g->albedo.y, g->albedo.z));
    const vf wide = vf_smooth(g->rough, 0.04f, 0.25f);
    const vf n = 1.0f + (float)(HIGH_GLOSSY - 1) * wide * vf_smooth(most, 0.02f, 0.3f);
    const vf least = vf_mix(vf_set(0.015f), vf_set(HIGH_LEAST), vf_smooth(g->rough, 0.2f, 0.5f));
    return vf_and(vf_gt(most, least), vf_floor(n + 0.5f));
}

/* Append rays by visible normals, for lanes that need more than j; how many there are. */
STAGE int aim_glossy(const soft_job *job, batch *b, batch *rays, int32_t *lane, int32_t *own,
                     const int32_t *order, int j)
{
    for (int i = 0; i < b->n; i += VW) {
        unsigned lanes = group_hits(b->key, i);
        if (!lanes) {
            continue;
        }
        gloss g = load_gloss(b, i, 0);
        if (b->coated) { /* the lacquer is what shows most */
            const vm over = vf_gt(vf_load(b->coat + i), vf_set(0.0f));
            const v3 coat = v3_splat(vf_load(b->coat_gleam + i));
            g.albedo = v3_sel(over, v3_add(g.albedo, coat), g.albedo);
            g.rough = vf_sel(over, vf_min(g.rough, vf_load(b->coat_rough + i)), g.rough);
            g.alpha = g.rough * g.rough;
        }
        lanes &= vm_bits(vf_gt(glossy_rays(&g), vf_set((float)j + 0.01f)));
        if (!lanes) {
            continue;
        }
        bsdf f;
        f.n = g.normal;
        frame_of(f.n, &f.t, &f.b);
        v3 v = into_frame(&f, g.view);
        v = v3_unit((v3){v.x, v.y, vf_max(v.z, vf_set(1e-3f))});
        const uv r = aim_pair(job, order, i, HIGH_GLOSSY, j, HIGH_SPECULAR);
        v3 l = mirrored(v, visible_normal(v, vf_max(g.alpha, vf_set(9e-4f)), r));
        const vm over = vf_gt(l.z, vf_set(0.0f));
        lanes &= vm_bits(over);
        const vf nl = vf_max(l.z, vf_set(1e-6f)), a2 = g.alpha * g.alpha;
        /* what is masked on the way out */
        const vf lv = vf_sqrt(a2 + (1.0f - a2) * v.z * v.z),
                 ll = vf_sqrt(a2 + (1.0f - a2) * nl * nl);
        const vf weight = nl * (v.z + lv) / (nl * lv + v.z * ll);
        lanes_pack(rays->traced_share + rays->n, (vi)weight, lanes);
        pack_rays(b, rays, i, lanes, v3_unit(from_frame(f.t, f.b, f.n, l.x, l.y, l.z)),
                  vf_load(b->spread + i) + g.alpha * 0.1f, g.rough, lane, own);
    }
    return rays->n;
}

/* What a ray of a lobe may find: less from surfaces, the wider the lobe is. */
static float brightest_met(int32_t key, float alpha)
{
    const float most = HIGH_BRIGHTEST - 100.0f * alpha;
    return key < 0 ? HIGH_BRIGHTEST : most > HIGH_ROUGH ? most : HIGH_ROUGH;
}

/* Add what one round of rays found to those who sent them, and to tile->lobe and tile->sharp how
 * wide the lobes are in the picture: no wider than what they show is far behind the surface. */
STAGE void add_glossy(const soft_job *job, batch *b, soft_tile *tile, const int32_t *lane, int n)
{
    batch *rays = &tile->bounce;
    _Alignas(64) float lobe[SOFT_BATCH], alpha[SOFT_BATCH];
    for (int i = 0; i < rays->n; i += VW) {
        const vf rough = vf_load(rays->open + i), t = vf_load(rays->t + i);
        vf_store(alpha + i, rough * rough);
        const vm hit = vi_lt(vi_set(-1), vi_load(rays->key + i));
        vf_store(lobe + i, vf_sel(hit, t, vf_set(VF_FAR)));
    }
    find_light(job, rays, 1, 0);
    for (int l = 0; l < n; l++) {
        const int to = lane[l];
        const float most = brightest_met(rays->key[l], alpha[l]) / job->exposure;
        const float weight = rays->traced_share[l];
        const float x = b->pos[0][to], y = b->pos[1][to], z = b->pos[2][to];
        const float far = __builtin_sqrtf(x * x + y * y + z * z);
        tile->lobe[to] += weight * alpha[l] * (lobe[l] / (lobe[l] + far));
        tile->sharp[to] = alpha[l];
        b->traced_share[to] += weight;
        for (int c = 0; c < 3; c++) {
            const float light = rays->color[c][l];
            b->traced[c][to] += weight * (light < most ? light : most);
        }
    }
}

/* Set traced, traced_share, and the tile's lobe and sharp of the lanes that show a surface: what it
 * reflects; false if that is nothing. `step`: px from point to point. */
STAGE int gather_glossy(const soft_job *job, batch *b, soft_tile *tile, const int32_t *order,
                        float step)
{
    _Alignas(64) int32_t own[SOFT_BATCH + VW];
    batch *rays = &tile->bounce;
    int some = 0;
    float *const rows[] = {b->traced[0],    b->traced[1], b->traced[2],
                           b->traced_share, tile->lobe,   tile->sharp};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        clear_lanes(b, rows[r]);
    }
    rays->n = 0;
    for (int j = 0; j < HIGH_GLOSSY; j++) {
        some |= aim_glossy(job, b, rays, tile->bounce_lane, own, order, j) > 0;
        if (rays->n > 0 && (!has_room(rays, b) || j + 1 == HIGH_GLOSSY)) {
            const int n = rays->n;
            pad_rays(rays, own);
            trace(job, rays, own, 0, 0);
            add_glossy(job, b, tile, tile->bounce_lane, n);
            rays->n = 0;
        }
    }
    for (int i = 0; i < b->n; i += VW) {
        if (!group_hits(b->key, i)) {
            continue;
        }
        const vm m = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf sum = vf_load(b->traced_share + i), alpha = vf_load(tile->sharp + i);
        const vf inv = vf_sel(m, 1.0f / vf_max(sum, vf_set(1e-6f)), vf_set(1.0f));
        const vm seen = vf_gt(sum, vf_set(0.0f));
        v3_store(b->traced, i, v3_scale(v3_load(b->traced, i), inv));
        vf_store(b->traced_share + i, vf_and(seen, vf_set(1.0f)));
        const vf lobe = vf_load(tile->lobe + i) * inv * (1.0f / (step * job->inv_f));
        /* next to contacts few rays are noise */
        const vf least = vf_min(alpha * 20.0f, vf_set(1.1f));
        vf_store(tile->lobe + i, vf_sel(seen, vf_max(lobe, least), vf_set(-1.0f)));
        vf_store(tile->sharp + i, HIGH_TURN / vf_max(alpha * alpha, vf_set(1e-9f)));
    }
    return some;
}

/* The albedos of reflecting and diffuse part as they are; prepare_gloss() has a fit. */
STAGE void exact_gloss(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        if (!group_hits(b->key, i)) {
            continue;
        }
        const gloss g = load_gloss(b, i, 0);
        const v3 base = v3_load(b->base, i);
        const vf f90 = grazing(g.f0);
        vf x, y;
        gloss_albedo(job, g.nv, g.rough, &x, &y);
        const vf lost = 1.0f / vf_max(x + y, vf_set(1e-3f)) - 1.0f;
        const v3 e = {vf_sat((g.f0.x * x + f90 * y) * (1.0f + g.f0.x * lost)),
                      vf_sat((g.f0.y * x + f90 * y) * (1.0f + g.f0.y * lost)),
                      vf_sat((g.f0.z * x + f90 * y) * (1.0f + g.f0.z * lost))};
        const v3 left = {1.0f - e.x, 1.0f - e.y, 1.0f - e.z};
        v3_store(b->gleam, i, e);
        v3_store(b->diffuse, i, v3_scale(v3_mul(base, left), 1.0f - vf_load(b->metal + i)));
    }
}

/* Take the diffuse part from what is clear. */
STAGE void part_clear(const soft_job *job, batch *b)
{
    for (int l = 0; l < b->n; l++) {
        if (b->key[l] < 0 || !is_clear(job, b->key[l] / SOFT_KEY_FACES)) {
            continue;
        }
        const soft_material *m = &job->materials[job->info[b->key[l] / SOFT_KEY_FACES].material];
        for (int c = 0; c < 3; c++) {
            b->diffuse[c][l] *= 1 - m->transmission;
        }
    }
}

/* Add what comes through clear bodies. */
STAGE void add_through(const soft_job *job, batch *b, float (*through)[SOFT_BATCH])
{
    for (int l = 0; l < b->n; l++) {
        if (b->key[l] < 0 || !is_clear(job, b->key[l] / SOFT_KEY_FACES)) {
            continue;
        }
        const soft_material *m = &job->materials[job->info[b->key[l] / SOFT_KEY_FACES].material];
        const float clear = m->transmission * (1 - b->metal[l]);
        for (int c = 0; c < 3; c++) {
            b->color[c][l] += through[c][l] * clear * (1 - b->gleam[c][l]);
        }
    }
}

/* Set tile->through to the light that comes through what is clear, by `paths` of each lane; false:
 * nothing is. */
STAGE int gather_clear(const soft_job *job, batch *b, soft_tile *tile, const int32_t *order,
                       int paths)
{
    path_wave *wave = (path_wave *)(tile + 1);
    batch *ends = &tile->bounce;
    const float share = 1.0f / (float)paths, most = HIGH_BRIGHTEST / job->exposure;
    int some = 0;
    for (int c = 0; c < 3; c++) {
        clear_lanes(b, tile->through[c]);
    }
    for (int s = 0; s < paths; s++) {
        const int n = CLEAR_NAME(VW)(job, b, wave, order, s, paths, ends, tile->bounce_lane);
        for (; ends->n % VW; ends->n++) {
            ends->key[ends->n] = -1;
            ends->dir[0][ends->n] = ends->dir[1][ends->n] = 0;
            ends->dir[2][ends->n] = 1;
        }
        if (n == 0) {
            continue;
        }
        some = 1;
        find_light(job, ends, 1, 1);
        for (int c = 0; c < 3; c++) {
            for (int l = 0; l < n; l++) {
                const float light = ends->traced[c][l] * ends->color[c][l];
                tile->through[c][tile->bounce_lane[l]] += share * (light < most ? light : most);
            }
        }
    }
    return some;
}

/* The albedos of a batch that is to be lit. */
static void prepare_high(const soft_job *job, batch *b)
{
    sort_surfaces(job, b);
    prepare_gloss(b);
    exact_gloss(job, b);
    if (b->coated) {
        prepare_coat(job, b);
    }
    if (job->clear) {
        part_clear(job, b);
    }
    bound_points(b);
}
