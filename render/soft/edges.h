/*
 * edges.h - colours of pixels that show more than one surface: four samples each.
 */
#pragma once

#include "render/soft/high_shade.h"
#include "render/soft/kept.h"

static const float sample_x[SOFT_SAMPLES] = {-0.125f, 0.375f, 0.125f, -0.375f};
static const float sample_y[SOFT_SAMPLES] = {-0.375f, -0.125f, 0.375f, 0.125f};

/* No sample may outshine its pixel: highlights would alias. */
static float edge_limit(const soft_job *job, float c)
{
    const float most = 4.0f / job->exposure;
    return c < most ? c : most;
}

static void shade_full(const soft_job *job, soft_tile *tile, batch *b, const int32_t *pixel)
{
    if (job->quality == REEL_QUALITY_HIGH) {
        shade_high(job, tile, b, pixel);
    } else {
        shade_standard(job, tile, b);
    }
}

/* Shade the gathered samples and add them to the colours of their pixels. */
STAGE void flush_edges(const soft_job *job, soft_tile *tile)
{
    batch *e = &tile->edge;
    const int n = e->n;
    if (n == 0) {
        return;
    }
    for (; e->n % VW; e->n++) {
        e->key[e->n] = -1;
        e->facet[e->n] = 0;
        e->t[e->n] = e->dir[0][e->n] = e->dir[1][e->n] = 0;
        e->dir[2][e->n] = 1;
    }
    list_shown(e);
    place_hits(e);
    surface(job, e, SURFACE_NORMAL | SURFACE_LOOK);
    shade_full(job, tile, e, tile->edge_pixel);
    if (tile->reach) {
        note_batch(tile->reach, e);
    }
    for (int c = 0; c < 3; c++) {
        for (int j = 0; j < n; j++) {
            tile->sum[c][tile->edge_pixel[j]] +=
                tile->edge_weight[j] * edge_limit(job, e->color[c][j]);
        }
    }
    e->n = 0;
}

/* Does the centre of pixel l show what a sample does that has this key and depth? Meshes may hide
 * themselves, and the sheet in their keys is relative to a pixel's centre. */
static int shows_same(const soft_job *job, const batch *b, int l, int key, float t)
{
    if (key >= 0 && is_mesh(job->geoms[key / SOFT_KEY_FACES].shape)) {
        const float apart = b->t[l] - t, gap = t * (4.0f * job->inv_f);
        return ((b->key[l] ^ key) & ~SOFT_MESH_COLOURS) == 0 && apart < gap && -apart < gap;
    }
    return b->key[l] == key;
}

/* A pixel of the tile next to sample s of edge pixel j whose centre shows the same, the nearest
 * first; -1 if there is none. */
static int shown_beside(const soft_job *job, const soft_tile *tile, int j, int s)
{
    /* the way to the nearest pixel, and the other way that the sample is off the centre */
    const int ax = sample_x[s] > 0.25f ? 1 : sample_x[s] < -0.25f ? -1 : 0;
    const int ay = sample_y[s] > 0.25f ? 1 : sample_y[s] < -0.25f ? -1 : 0;
    const int step[5][2] = {{ax, ay}, {ay, -ax}, {ax + ay, ay - ax}, {-ay, ax}, {ax - ay, ay + ax}};
    const int l = tile->edges[j];
    for (int i = 0; i < 5; i++) {
        const int x = l % SOFT_TILE + step[i][0], y = l / SOFT_TILE + step[i][1];
        if (x >= 0 && y >= 0 && x < tile->columns && y < tile->rows &&
            shows_same(job, &tile->main, y * SOFT_TILE + x, tile->sample_key[s][j],
                       tile->sample_t[s][j])) {
            return y * SOFT_TILE + x;
        }
    }
    return -1;
}

/* Add to `sum` what pixels beside edge pixel j show of the samples that have the key of its sample
 * `s`, the first of them; how many of these that is: all or none. */
static int sum_beside(const soft_job *job, const soft_tile *tile, int j, int s, float sum[3])
{
    const int key = tile->sample_key[s][j], l = tile->edges[j];
    float part[3] = {0};
    int count = 0, found = 0;
    for (int r = s; r < SOFT_SAMPLES; r++) {
        if (tile->sample_key[r][j] == key) {
            const int at = key == tile->main.key[l] ? l : shown_beside(job, tile, j, r);
            count++;
            found += at >= 0;
            for (int c = 0; at >= 0 && c < 3; c++) {
                part[c] += edge_limit(job, tile->main.color[c][at]);
            }
        }
    }
    const float gain = found > 0 ? (float)count / (float)found : 0.0f;
    for (int c = 0; c < 3; c++) {
        sum[c] += gain * part[c];
    }
    return found > 0 ? count : 0;
}

/* Add a sample of edge pixel j to those to be shaded: it stands for all of its key. */
static void gather_edge(const soft_job *job, soft_tile *tile, int j, int s)
{
    batch *e = &tile->edge;
    const int n = e->n++, l = tile->edges[j];
    int count = 0;
    for (int r = s; r < SOFT_SAMPLES; r++) {
        count += tile->sample_key[r][j] == tile->sample_key[s][j];
    }
    tile->edge_pixel[n] = l;
    tile->edge_weight[n] = (float)count;
    e->key[n] = tile->sample_key[s][j];
    e->t[n] = tile->sample_t[s][j];
    e->facet[n] = tile->sample_facet[s][j];
    e->dir[0][n] = (tile->cx[l] + (sample_x[s] - job->cx)) * job->inv_f;
    e->dir[1][n] = (tile->cy[l] + (sample_y[s] - job->cy)) * job->inv_f;
    e->dir[2][n] = 1;
    e->spread[n] = job->inv_f;
}

/* True if all samples of edge pixel j show what its centre does. */
static int shows_one(const soft_tile *tile, int j)
{
    const int key = tile->main.key[tile->edges[j]];
    int same = 1;
    for (int s = 0; s < SOFT_SAMPLES; s++) {
        same &= tile->sample_key[s][j] == key;
    }
    return same;
}

/* Sum up edge pixel j from its samples, key after key: from what pixels show, or else gathered. */
static void mix_samples(const soft_job *job, soft_tile *tile, int j)
{
    float sum[3] = {0};
    for (int s = 0; s < SOFT_SAMPLES; s++) {
        int first = 0;
        while (tile->sample_key[first][j] != tile->sample_key[s][j]) {
            first++;
        }
        if (first == s && !sum_beside(job, tile, j, s, sum)) {
            gather_edge(job, tile, j, s);
        }
    }
    for (int c = 0; c < 3; c++) {
        tile->sum[c][tile->edges[j]] = sum[c];
    }
}

/* Pixels whose samples, which are known of all, are not all what the centre shows; their samples
 * move to the front. */
STAGE void list_differing(soft_tile *tile)
{
    const batch *b = &tile->main;
    int n = 0;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi key = vi_load(b->key + i);
        vm same = tile_valid(tile, i);
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            same = vm_and(same, vi_eq(vi_load(tile->sample_key[s] + i), key));
        }
        unsigned left = vm_bits(vm_andnot(tile_valid(tile, i), same));
        for (; left; left &= left - 1, n++) {
            const int l = i + __builtin_ctz(left);
            tile->edges[n] = l;
            for (int s = 0; s < SOFT_SAMPLES; s++) {
                tile->sample_key[s][n] = tile->sample_key[s][l];
                tile->sample_t[s][n] = tile->sample_t[s][l];
                tile->sample_facet[s][n] = tile->sample_facet[s][l];
            }
        }
    }
    tile->n_edges = n;
}

/* Pixels beside which a centre shows something else, in the tile or around it. */
STAGE void list_edges(const soft_job *job, soft_tile *tile)
{
    enum { ROW = SOFT_TILE + 2 * 16 };
    _Alignas(64) int32_t keys[(SOFT_TILE + 2) * ROW]; /* with the pixels around the tile */
    _Alignas(64) int32_t ring[4][SOFT_TILE];
    int32_t *first = keys + ROW + 16;
    see_ring(job, tile, ring);
    memcpy(first - ROW, ring[0], sizeof ring[0]);
    memcpy(first + SOFT_TILE * ROW, ring[1], sizeof ring[1]);
    for (int y = 0; y < SOFT_TILE; y++) {
        memcpy(first + y * ROW, tile->main.key + y * SOFT_TILE, SOFT_TILE * sizeof *first);
        first[y * ROW - 1] = ring[2][y];
        first[y * ROW + SOFT_TILE] = ring[3][y];
    }
    tile->n_edges = 0;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const int32_t *at = first + i / SOFT_TILE * ROW + i % SOFT_TILE;
        const vi key = vi_load(at);
        vm same = vm_and(vi_eq(key, vi_load(at - 1)), vi_eq(key, vi_load(at + 1)));
        same = vm_and(same, vi_eq(key, vi_load(at - ROW)));
        same = vm_and(same, vi_eq(key, vi_load(at + ROW)));
        unsigned left = vm_bits(vm_andnot(tile_valid(tile, i), same));
        for (; left; left &= left - 1) {
            tile->edges[tile->n_edges++] = i + __builtin_ctz(left);
        }
    }
}

/*
 * Colour of pixels whose samples differ in geom or face: the mean over their samples. What the
 * centre shows is shaded already and stands for all samples of that key, what centres beside it
 * show stands for samples of other keys, and where there is none one sample for all of its key:
 * next to one another colours differ by what is seen, hardly by where. Samples are looked at where
 * centres beside one another differ; of meshes they are known everywhere.
 */
STAGE void antialias(const soft_job *job, soft_tile *tile)
{
    batch *b = &tile->main, *e = &tile->edge;
    e->n = 0;
    if (tile->n_facets) {
        list_differing(tile);
    } else {
        list_edges(job, tile);
        see_edges(job, tile, sample_x, sample_y);
    }
    tile->n_mixed = 0;
    for (int j = 0; j < tile->n_edges; j++) {
        if (!shows_one(tile, j)) {
            if (e->n + SOFT_SAMPLES > SOFT_BATCH) {
                flush_edges(job, tile);
            }
            tile->mixed[tile->n_mixed++] = (uint8_t)j;
            mix_samples(job, tile, j);
        }
    }
    flush_edges(job, tile);
    for (int j = 0; j < tile->n_mixed; j++) {
        const int l = tile->edges[tile->mixed[j]];
        for (int c = 0; c < 3; c++) {
            b->color[c][l] = tile->sum[c][l] * (1.0f / SOFT_SAMPLES);
        }
    }
}
