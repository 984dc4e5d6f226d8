/*
 * high_filter.h - less noise in what rays gathered: averages over pixels of the same surface.
 *
 * `high` gathers light at points all over the picture first (gathered.h). Each kind of it is then
 * averaged by a wavelet without decimation (Dammertz et al., "Edge-Avoiding A-Trous Wavelet
 * Transform for fast Global Illumination Filtering", 2010): 3 x 3 points, 1, 2 and 4 steps apart.
 * Those of another face or another slope have no part in it, and reflections are averaged no wider
 * than their lobes are in the picture, so that mirrors stay sharp. Rays' patterns make neighbours
 * complete one another, so that little is left.
 */
#pragma once

#include "render/soft/gathered.h"
#include "render/soft/tile.h"

enum { FILTER_PASSES = 3 };

#define HIGH_ROOM 0.35f /* of the way to what light comes from: points that far share it */
#define HIGH_BEND 0.25f /* how far what comes through turns instead */
#define HIGH_TURN 0.4f  /* how far lobes may turn from point to point: less, the higher it is */

static void gathered_begin(const soft_job *job)
{
    const size_t tiles = (size_t)(gathered_tiles(job->width) * gathered_tiles(job->height));
    memset(gathered_plane(job, GATHERED_KEY), 0xff,
           gathered_size(job->width, job->height) * sizeof(float));
    memset(gathered_plane(job, GATHERED_PLANES), 0, tiles * sizeof(int32_t));
}

/* Keep a plane of the points of a tile. */
static void keep_plane(const soft_job *job, const soft_tile *tile, int plane, const void *from)
{
    const char *items = from;
    float *to = gathered_plane(job, plane) + gathered_at(job, tile->x0, tile->y0);
    const size_t row = GATHERED_SIDE * sizeof(float);
    for (int j = 0; j < GATHERED_SIDE; j++, to += gathered_stride(job->width), items += row) {
        memcpy(to, items, row);
    }
}

/* Keep one kind of light; NULL: there is none. */
static void keep_light(const soft_job *job, const soft_tile *tile, int kind,
                       float (*light)[SOFT_BATCH])
{
    static const float none[GATHERED_POINTS];
    for (int c = 0; c < 3; c++) {
        keep_plane(job, tile, GATHERED_LIGHT + kind * 3 + c, light ? light[c] : none);
        keep_plane(job, tile, GATHERED_OTHER + kind * 3 + c, light ? light[c] : none);
    }
    *gathered_kinds(job, tile->x0, tile->y0) |= light ? 1 << kind : 0;
}

/* Which pixels a pass averages, beside those of the same face. */
typedef struct filter_guide {
    const int32_t *key;
    const float *normal[3];
    int stride, step;
} filter_guide;

/* Weight of pixel number d of the 3 x 3 about `o` but for slopes; how alike the normals are. */
VINL vf filter_share(const filter_guide *g, size_t q, int d, vi key, v3 n, vf *like)
{
    const float share = d == 4 ? 1.0f : d & 1 ? 0.5f : 0.25f;
    *like = n.x * vf_load(g->normal[0] + q) + n.y * vf_load(g->normal[1] + q) +
            n.z * vf_load(g->normal[2] + q);
    return vf_and(vi_eq(vi_load(g->key + q), key), vf_set(share));
}

/* Light that bounces, of a group of pixels: */
VINL void filter_wide(const filter_guide *g, const float *const from[4], float *const to[4],
                      size_t o)
{
    const vi key = vi_load(g->key + o);
    const v3 n = {vf_load(g->normal[0] + o), vf_load(g->normal[1] + o), vf_load(g->normal[2] + o)};
    const vf zero = vf_set(0.0f);
    const vf room = HIGH_ROOM / vf_max(vf_load(from[3] + o) * (float)g->step, vf_set(1e-6f));
    const vf least = vf_set(g->step == 1 ? 0.6f : 0.0f);
    const vf strength = vf_clamp(vf_max(room - 0.5f, least), 0.0f, 1.0f);
    vf sum[4] = {zero, zero, zero, zero}, all = zero;
    for (int d = 0; d < 9; d++) {
        const size_t q = o + (size_t)((d / 3 - 1) * g->step * g->stride + (d % 3 - 1) * g->step);
        vf like, w = filter_share(g, q, d, key, n, &like);
        w = d == 4 ? w : w * vf_sat(like * 10.0f - 9.0f) * strength;
        all = all + w;
        for (int c = 0; c < 4; c++) {
            sum[c] = sum[c] + w * vf_load(from[c] + q);
        }
    }
    all = 1.0f / vf_max(all, vf_set(1e-6f));
    for (int c = 0; c < 4; c++) {
        vf_store(to[c] + o, sum[c] * all);
    }
}

/* Light that is reflected or comes through. */
VINL void filter_sharp(const filter_guide *g, const float *const from[5], float *const to[3],
                       size_t o, float bend)
{
    const vi key = vi_load(g->key + o);
    const vf zero = vf_set(0.0f), lobe = vf_load(from[3] + o);
    const vf strength = vf_sat(lobe * (1.0f / (float)g->step) - 0.5f);
    const int calm = g->step == 1 && vm_any(vf_gt(lobe, vf_set(0.25f)));
    if (!calm && !vm_any(vf_gt(strength, zero))) {
        for (int c = 0; c < 3; c++) {
            vf_store(to[c] + o, vf_load(from[c] + o));
        }
        return;
    }
    const v3 n = {vf_load(g->normal[0] + o), vf_load(g->normal[1] + o), vf_load(g->normal[2] + o)};
    const vf turn = vf_load(from[4] + o) * bend;
    vf sum[3] = {zero, zero, zero}, most[3] = {zero, zero, zero}, all = zero;
    for (int d = 0; d < 9; d++) {
        if (d == 4) {
            continue;
        }
        const size_t q = o + (size_t)((d / 3 - 1) * g->step * g->stride + (d % 3 - 1) * g->step);
        vf like, w = filter_share(g, q, d, key, n, &like);
        const vm same = vm_and(vf_gt(w, zero), vf_ge(vf_load(from[3] + q), zero));
        w = vf_and(same, w) * strength * vf_sat(1.0f - (1.0f - like) * turn);
        all = all + w;
        for (int c = 0; c < 3; c++) {
            const vf light = vf_load(from[c] + q);
            sum[c] = sum[c] + w * light;
            most[c] = vf_max(most[c], vf_and(same, light));
        }
    }
    all = 1.0f / (1.0f + all);
    for (int c = 0; c < 3; c++) {
        vf own = vf_load(from[c] + o);
        if (calm) { /* no ray may outshine all its neighbours */
            own = vf_sel(vf_gt(lobe, vf_set(0.25f)), vf_min(own, most[c]), own);
        }
        vf_store(to[c] + o, (sum[c] + own) * all);
    }
}

/* One pass over the points of two tiles for the kinds of light that are set. */
VINL void filter_tile(const soft_job *job, int x0, int y0, int pass, int wide, int sharp)
{
    float *plane[GATHERED_PLANES];
    for (int p = 0; p < GATHERED_PLANES; p++) {
        plane[p] = gathered_plane(job, p);
    }
    float **from = plane + (pass & 1 ? GATHERED_OTHER : GATHERED_LIGHT);
    float **to = plane + (pass & 1 ? GATHERED_LIGHT : GATHERED_OTHER);
    const filter_guide g = {
        (const int32_t *)plane[GATHERED_KEY],
        {plane[GATHERED_NORMAL], plane[GATHERED_NORMAL + 1], plane[GATHERED_NORMAL + 2]},
        gathered_stride(job->width),
        1 << pass};
    const size_t at = gathered_at(job, x0, y0);
    for (int i = 0; i < 2 * GATHERED_POINTS; i += VW) {
        const int across = 2 * GATHERED_SIDE;
        const size_t o = at + (size_t)(i / across * g.stride + i % across);
        if (!vm_any(vi_lt(vi_set(-1), vi_load(g.key + o)))) {
            continue;
        }
        if (wide) {
            const float *const in[4] = {from[0], from[1], from[2], from[GATHERED_NEAR]};
            float *const out[4] = {to[0], to[1], to[2], to[GATHERED_NEAR]};
            filter_wide(&g, in, out, o);
        }
        if (sharp) {
            const int s = sharp * 3;
            const float *const in[5] = {from[s], from[s + 1], from[s + 2], plane[GATHERED_RADIUS],
                                        plane[GATHERED_SHARP]};
            filter_sharp(&g, in, to + s, o, sharp == GATHERED_THROUGH ? HIGH_BEND : 1.0f);
        }
    }
}

STAGE void filter_bounced(const soft_job *job, int x0, int y0, int pass)
{
    filter_tile(job, x0, y0, pass, 1, 0);
}
STAGE void filter_reflected(const soft_job *job, int x0, int y0, int pass)
{
    filter_tile(job, x0, y0, pass, 0, GATHERED_REFLECTED);
}
STAGE void filter_both(const soft_job *job, int x0, int y0, int pass)
{
    filter_tile(job, x0, y0, pass, 1, GATHERED_REFLECTED);
}
STAGE void filter_through(const soft_job *job, int x0, int y0, int pass)
{
    filter_tile(job, x0, y0, pass, 0, GATHERED_THROUGH);
}

/* The kinds of light that the tile at (x0, y0) or one next to it has. */
static int kinds_near(const soft_job *job, int x0, int y0)
{
    const int32_t *kinds = gathered_kinds(job, x0, y0);
    int all = 0;
    for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
            all |= kinds[dy * gathered_tiles(job->width) + dx];
        }
    }
    return all;
}

/* Filter what all tiles have gathered; where it is then: GATHERED_LIGHT or GATHERED_OTHER. */
static void filter_gathered(const soft_job *job)
{
    for (int pass = 0; pass < FILTER_PASSES; pass++) {
        for (int y = 0; y < job->height; y += SOFT_TILE) {
            for (int x = 0; x < job->width; x += 2 * SOFT_TILE) {
                const int own = gathered_kinds(job, x, y)[0] | gathered_kinds(job, x, y)[1];
                const int bounced = (kinds_near(job, x, y) | kinds_near(job, x + SOFT_TILE, y)) &
                                    1 << GATHERED_BOUNCED;
                const int reflected = own & 1 << GATHERED_REFLECTED;
                if (bounced && reflected) {
                    filter_both(job, x, y, pass);
                } else if (bounced) {
                    filter_bounced(job, x, y, pass);
                } else if (reflected) {
                    filter_reflected(job, x, y, pass);
                }
                if (own & 1 << GATHERED_THROUGH) {
                    filter_through(job, x, y, pass);
                }
            }
        }
    }
}

/* Where the filter leaves the light: it goes to and fro. */
static float *filtered_plane(const soft_job *job, int kind, int channel)
{
    const int planes = FILTER_PASSES & 1 ? GATHERED_OTHER : GATHERED_LIGHT;
    return gathered_plane(job, planes + kind * 3 + channel);
}
