/*
 * high_shade.h - the two passes of `high`: light is gathered at points of the picture, then all
 * pixels and samples are shaded with that of the points about them.
 *
 * Points see every second pixel of every second row. A pixel takes from those of the four about it
 * that show its face. It sends rays of its own where there is none, and for what it reflects more
 * sharply than points tell.
 */
#pragma once

#include "render/soft/high.h"

/* Lanes that ask for rays of their own. */
typedef struct high_lanes {
    _Alignas(64) int32_t alone[SOFT_BATCH]; /* no point shows their face */
    int32_t sharp[SOFT_BATCH];              /* points do not tell what they reflect */
} high_lanes;

/* Width of the lobes of a group. */
VINL vf lobe_alpha(const batch *b, int i)
{
    vf rough = vf_load(b->rough + i);
    if (b->coated) {
        const vm over = vf_gt(vf_load(b->coat + i), vf_set(0.0f));
        rough = vf_sel(over, vf_min(rough, vf_load(b->coat_rough + i)), rough);
    }
    return rough * rough;
}

/* Lanes whose lobes are narrower than HIGH_SHARED. */
VINL vm sharp_lanes(const soft_job *job, const batch *b, int i)
{
    return vf_lt(lobe_alpha(b, i), vf_set(HIGH_SHARED * job->inv_f));
}

/* Leave only the lanes that are set; false: there are none. `key` are all. */
static int only_lanes(batch *b, const int32_t *key, const int32_t *set)
{
    int some = 0;
    for (int l = 0; l < b->n; l++) {
        b->key[l] = set[l] ? key[l] : -1;
        some |= b->key[l] >= 0;
    }
    return some;
}

/* No pixel of a tile may outshine all those about it that show its face, where its lobe is rough:
 * few rays find what is small and bright. */
STAGE void calm_light(const batch *b, const int32_t *set, float (*light)[SOFT_BATCH])
{
    enum { PAD = SOFT_TILE + 16 };
    _Alignas(64) int32_t key[SOFT_BATCH + 2 * PAD];
    _Alignas(64) float old[3][SOFT_BATCH + 2 * PAD];
    memset(key, 0xff, sizeof key);
    memset(old, 0, sizeof old);
    memcpy(key + PAD, b->key, sizeof b->key);
    for (int c = 0; c < 3; c++) {
        memcpy(old[c] + PAD, light[c], sizeof b->key);
    }
    for (int i = 0; i < b->n; i += VW) {
        const vm rough = vf_gt(lobe_alpha(b, i), vf_set(0.0016f));
        const vm m = vm_andnot(rough, vi_eq(vi_load(set + i), vi_set(0)));
        if (!vm_any(m)) {
            continue;
        }
        v3 most = v3_splat(vf_set(0.0f));
        for (int d = 0; d < 9; d++) {
            const int o = PAD + i + (d / 3 - 1) * SOFT_TILE + d % 3 - 1;
            if (d != 4) {
                const vm same = vi_eq(vi_load(key + o), vi_load(b->key + i));
                most.x = vf_max(most.x, vf_and(same, vf_load(old[0] + o)));
                most.y = vf_max(most.y, vf_and(same, vf_load(old[1] + o)));
                most.z = vf_max(most.z, vf_and(same, vf_load(old[2] + o)));
            }
        }
        const v3 own = v3_load(light, i);
        const v3 less = {vf_min(own.x, most.x), vf_min(own.y, most.y), vf_min(own.z, most.z)};
        v3_store(light, i, v3_sel(m, less, own));
    }
}

/* Rays of their own for the lanes that ask for them. */
STAGE void gather_lanes(const soft_job *job, soft_tile *tile, batch *b, const int32_t *pixel,
                        const high_lanes *ask)
{
    _Alignas(64) int32_t order[SOFT_BATCH], key[SOFT_BATCH];
    memcpy(key, b->key, sizeof key);
    number_pixels(job, tile, pixel, 0, b->n, order);
    if (only_lanes(b, key, ask->alone)) {
        gather_bounced(job, b, tile, (path_wave *)(tile + 1), order);
        b->hidden = 1;
    }
    const int sharp = only_lanes(b, key, ask->sharp);
    const int reflects = sharp && gather_glossy(job, b, tile, order, 1);
    const int through = sharp && job->clear && gather_clear(job, b, tile, order, high_rays(job));
    memcpy(b->key, key, sizeof key);
    b->reflects |= reflects;
    if (reflects && !pixel) {
        calm_light(b, ask->sharp, b->traced);
    }
    if (through && !pixel) {
        calm_light(b, ask->sharp, tile->through);
    }
}

/* The points of a tile as a batch: what its pixels show. */
STAGE void place_points(const soft_job *job, soft_tile *tile, batch *points)
{
    const batch *b = &tile->main;
    points->n = GATHERED_POINTS;
    for (int j = 0; j < GATHERED_POINTS; j++) {
        const int l = j / GATHERED_SIDE * 2 * SOFT_TILE + j % GATHERED_SIDE * 2;
        const int inside = l % SOFT_TILE < tile->columns && l / SOFT_TILE < tile->rows;
        points->key[j] = inside ? b->key[l] : -1;
        points->facet[j] = b->facet[l];
        points->t[j] = b->t[l];
        for (int c = 0; c < 3; c++) {
            points->dir[c][j] = b->dir[c][l];
        }
        points->spread[j] = 2 * b->spread[l];
    }
    list_shown(points);
    place_hits(points);
    surface(job, points, SURFACE_NORMAL | SURFACE_LOOK);
    prepare_high(job, points);
}

/* Gather and keep the light at the points of a tile whose pixels are known. */
static void gather_tile(const soft_job *job, soft_tile *tile)
{
    _Alignas(64) int32_t order[SOFT_BATCH], key[SOFT_BATCH], soft[SOFT_BATCH];
    batch *b = &tile->edge;
    place_points(job, tile, b);
    number_pixels(job, tile, NULL, 1, b->n, order);
    keep_plane(job, tile, GATHERED_KEY, b->key);
    for (int c = 0; c < 3; c++) {
        keep_plane(job, tile, GATHERED_NORMAL + c, b->shade[c]);
    }
    memset(tile->near, 0, sizeof tile->near);
    const int bounced =
        !open_ground(job, b) && gather_bounced(job, b, tile, (path_wave *)(tile + 1), order);
    keep_light(job, tile, GATHERED_BOUNCED, bounced ? b->bleed : NULL);
    keep_plane(job, tile, GATHERED_LIGHT + GATHERED_NEAR, tile->near);
    keep_plane(job, tile, GATHERED_OTHER + GATHERED_NEAR, tile->near);
    memcpy(key, b->key, sizeof key);
    for (int i = 0; i < b->n; i += VW) {
        vi_store(soft + i, vi_sel(sharp_lanes(job, b, i), vi_set(0), vi_set(1)));
        vf_store(tile->lobe + i, vf_set(-1.0f));
    }
    const int some = only_lanes(b, key, soft);
    const int reflects = some && gather_glossy(job, b, tile, order, 2);
    keep_light(job, tile, GATHERED_REFLECTED, reflects ? b->traced : NULL);
    keep_plane(job, tile, GATHERED_RADIUS, tile->lobe);
    keep_plane(job, tile, GATHERED_SHARP, tile->sharp);
    if (job->clear) {
        const int through = some && gather_clear(job, b, tile, order, 2 * high_rays(job));
        keep_light(job, tile, GATHERED_THROUGH, through ? tile->through : NULL);
    }
}

#define HIGH_ALIKE 0.5f /* weight of points that are enough for a reflection */

/* What a group of pixels takes from the points about it. */
typedef struct taken {
    vf all, like, shiny; /* sums of weights: of points, for what they reflect, of those that do */
    v3 light[3];         /* by kind */
} taken;

/* Add the points half a step before or after (dx, dy: 0 or 1) the pixels at (x, y) and beyond. */
VINL void take_points(const soft_job *job, taken *sum, int x, int y, int dx, int dy, vi key, v3 n,
                      vf turn, int kinds)
{
    const size_t at = gathered_at(job, x, y + dy);
    const vi k = vi_load_twice(gathered_plane(job, GATHERED_KEY) + at, dx);
    const vm same = vi_eq(k, key);
    if (!vm_any(same)) {
        return;
    }
    vf like = vf_set(0.0f);
    const vf *const axis[3] = {&n.x, &n.y, &n.z};
    for (int c = 0; c < 3; c++) {
        like =
            like + *axis[c] * (vf)vi_load_twice(gathered_plane(job, GATHERED_NORMAL + c) + at, dx);
    }
    const vf w = vf_and(same, vf_max(vf_sat(like * 10.0f - 9.0f), vf_set(0.01f)));
    const vf lobe = (vf)vi_load_twice(gathered_plane(job, GATHERED_RADIUS) + at, dx);
    const vf mirrored = vf_and(same, vf_max(1.0f - (1.0f - like) * turn, vf_set(1e-6f)));
    const vf shiny = vf_and(vf_ge(lobe, vf_set(0.0f)), mirrored);
    sum->all = sum->all + w;
    sum->like = sum->like + mirrored;
    sum->shiny = sum->shiny + shiny;
    for (int kind = 0; kind < 3; kind++) {
        if (kinds & 1 << kind) {
            const vf weight = kind == GATHERED_REFLECTED ? shiny : w;
            v3 light;
            light.x = (vf)vi_load_twice(filtered_plane(job, kind, 0) + at, dx);
            light.y = (vf)vi_load_twice(filtered_plane(job, kind, 1) + at, dx);
            light.z = (vf)vi_load_twice(filtered_plane(job, kind, 2) + at, dx);
            sum->light[kind] = v3_madd(sum->light[kind], weight, light);
        }
    }
}

/* Set the light of a tile's pixels to that of the points, and who asks for more. */
STAGE void take_gathered(const soft_job *job, soft_tile *tile, high_lanes *ask)
{
    batch *b = &tile->main;
    const int kinds = kinds_near(job, tile->x0, tile->y0);
    const vf zero = vf_set(0.0f);
    b->hidden = (kinds & 1 << GATHERED_BOUNCED) || !expects(job);
    b->reflects = (kinds & 1 << GATHERED_REFLECTED) != 0;
    for (int i = 0; i < b->n; i += VW) {
        const vi key = vi_load(b->key + i);
        const v3 n = v3_load(b->shade, i), none = v3_splat(zero);
        const vf alpha = lobe_alpha(b, i);
        const vf turn = 1.0f / vf_max(alpha * alpha, vf_set(1e-9f));
        taken sum = {zero, zero, zero, {none, none, none}};
        for (int d = 0; d < 4; d++) {
            take_points(job, &sum, tile->x0 + i % SOFT_TILE, tile->y0 + i / SOFT_TILE, d & 1,
                        d >> 1, key, n, turn, kinds);
        }
        const vm some = vf_gt(sum.all, zero), shiny = vf_gt(sum.shiny, zero);
        const vm sharp = vm_or(sharp_lanes(job, b, i), vf_lt(sum.like, vf_set(HIGH_ALIKE)));
        const vf inv = 1.0f / vf_max(sum.all, vf_set(1e-9f));
        const vf inv_shiny = 1.0f / vf_max(sum.shiny, vf_set(1e-9f));
        const vm inside = tile_valid(tile, i);
        vi_store(ask->alone + i, vi_sel(vm_andnot(inside, some), vi_set(1), vi_set(0)));
        vi_store(ask->sharp + i,
                 vi_sel(vm_andnot(inside, vm_andnot(some, sharp)), vi_set(1), vi_set(0)));
        v3_store(b->bleed, i, v3_scale(sum.light[GATHERED_BOUNCED], inv));
        v3_store(b->traced, i, v3_scale(sum.light[GATHERED_REFLECTED], inv_shiny));
        vf_store(b->traced_share + i, vf_and(shiny, vf_set(1.0f)));
        v3_store(tile->through, i, v3_scale(sum.light[GATHERED_THROUGH], inv));
    }
}

/* The points about pixel (x, y) that show a face, nearest ones only; how many: 0..12. */
static int points_near(const soft_job *job, int x, int y, int32_t key, size_t found[16])
{
    const int32_t *keys = (const int32_t *)gathered_plane(job, GATHERED_KEY);
    const size_t at = gathered_at(job, x - 2, y - 2);
    const int stride = gathered_stride(job->width);
    int n = 0;
    for (int ring = 0; n == 0 && ring < 2; ring++) {
        const int lo = 1 - ring, hi = 2 + ring;
        for (int j = lo; j <= hi; j++) {
            for (int i = lo; i <= hi; i++) {
                const size_t q =
                    at + (size_t)((j - (y & 1 ? 0 : j > 1)) * stride + i - (x & 1 ? 0 : i > 1));
                found[n] = q;
                n += keys[q] == key;
            }
        }
    }
    return n;
}

static void mean_of(const soft_job *job, int kind, const size_t *at, int n,
                    float (*light)[SOFT_BATCH], int l)
{
    const float share = n > 0 ? 1.0f / (float)n : 0;
    for (int c = 0; c < 3; c++) {
        const float *from = filtered_plane(job, kind, c);
        float sum = 0;
        for (int j = 0; j < n; j++) {
            sum += from[at[j]];
        }
        light[c][l] = share * sum;
    }
}

/* The same for samples, of the pixels `pixel`. */
STAGE void take_samples(const soft_job *job, soft_tile *tile, batch *b, const int32_t *pixel,
                        high_lanes *ask)
{
    const float *lobe = gathered_plane(job, GATHERED_RADIUS);
    b->hidden = b->reflects = 1;
    for (int i = 0; i < b->n; i += VW) {
        vi_store(ask->sharp + i, vi_sel(sharp_lanes(job, b, i), vi_set(1), vi_set(0)));
    }
    for (int l = 0; l < b->n; l++) {
        size_t at[16];
        int n = 0, shiny = 0;
        if (b->key[l] >= 0) {
            n = points_near(job, tile->x0 + pixel[l] % SOFT_TILE, tile->y0 + pixel[l] / SOFT_TILE,
                            b->key[l], at);
        }
        ask->alone[l] = n == 0;
        ask->sharp[l] |= n == 0;
        mean_of(job, GATHERED_BOUNCED, at, n, b->bleed, l);
        if (job->clear) {
            mean_of(job, GATHERED_THROUGH, at, n, tile->through, l);
        }
        for (int j = 0; j < n; j++) {
            at[shiny] = at[j];
            shiny += lobe[at[j]] >= 0;
        }
        b->traced_share[l] = shiny > 0 ? 1 : 0;
        mean_of(job, GATHERED_REFLECTED, at, shiny, b->traced, l);
    }
}

/* Colour of a batch as `high` sees it; `pixel` are its lanes' pixels in the tile, NULL: it is the
 * tile itself. */
static void shade_high(const soft_job *job, soft_tile *tile, batch *b, const int32_t *pixel)
{
    high_lanes ask;
    prepare_high(job, b);
    if (pixel) {
        take_samples(job, tile, b, pixel, &ask);
    } else {
        take_gathered(job, tile, &ask);
    }
    gather_lanes(job, tile, b, pixel, &ask);
    fill_open(job, b);
    light_surfaces(job, b, 1, 1);
    light_lamps(job, b, 1);
    blend_sky(job, b, 1);
    if (job->clear) {
        add_through(job, b, tile->through);
    }
}
