/*
 * labels.h - the label planes but flow: quantised, checked, stored.
 */
#pragma once

#include "render/soft/surface.h"
#include "render/soft/tone.h"
#include "render/soft/visibility.h"

static int wants(const soft_job *job, int plane)
{
    return (job->planes & REEL_PLANE_BIT(plane)) != 0;
}

/* Copy the part of a tile that is inside the image; `item` (1 or 2) bytes a pixel, `channel` a
 * plane. */
static void put(const soft_job *job, const soft_tile *tile, int plane, int channel, size_t item,
                const void *values)
{
    const size_t w = (size_t)job->width, h = (size_t)job->height;
    unsigned char *out = (unsigned char *)job->out->plane[plane] + (size_t)channel * w * h * item;
    const unsigned char *in = values;
    out += ((size_t)tile->y0 * w + (size_t)tile->x0) * item;
    for (int row = 0; row < tile->rows; row++, out += w * item, in += SOFT_TILE * item) {
        if (tile->columns < SOFT_TILE) {
            memcpy(out, in, (size_t)tile->columns * item);
        } else if (item == 1) { /* a size the compiler knows is one move */
            memcpy(out, in, SOFT_TILE);
        } else {
            memcpy(out, in, SOFT_TILE * sizeof(uint16_t));
        }
    }
}

/* Note the first value that does not fit its plane. */
static void refuse(soft_job *job, const soft_tile *tile, int plane, int i, unsigned lanes,
                   const float *values)
{
    if (job->refusal.plane < 0) {
        const int lane = i + __builtin_ctz(lanes);
        job->refusal = (soft_refusal){plane, tile->x0 + lane % SOFT_TILE,
                                      tile->y0 + lane / SOFT_TILE, (double)values[lane]};
    }
}

STAGE void label_depth(soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf q = vf_load(b->t + i) * job->depth_inv;
        const vm bad = vm_and(vm_and(hit, tile_valid(tile, i)), vf_ge(q, vf_set(65534.5f)));
        if (vm_any(bad)) {
            refuse(job, tile, REEL_PLANE_DEPTH, i, vm_bits(bad), b->t);
        }
        const vi code = vf_round(vf_min(q, vf_set(65535.0f)));
        vi_store_u16(tile->q16[0] + i, vi_sel(hit, code, vi_set(REEL_DEPTH_NONE)));
    }
    put(job, tile, REEL_PLANE_DEPTH, 0, 2, tile->q16[0]);
}

static void count_pixels(reel_box *box, const soft_tile *tile, int i, unsigned lanes)
{
    const int x = tile->x0 + i % SOFT_TILE, y = tile->y0 + i / SOFT_TILE;
    const int first = x + __builtin_ctz(lanes), last = x + 32 - __builtin_clz(lanes);
    if (box->pixels == 0) {
        *box = (reel_box){first, y, last, y + 1, 0};
    }
    box->x0 = first < box->x0 ? first : box->x0;
    box->x1 = last > box->x1 ? last : box->x1;
    box->y0 = y < box->y0 ? y : box->y0;
    box->y1 = y + 1 > box->y1 ? y + 1 : box->y1;
    box->pixels += __builtin_popcount(lanes);
}

static void count_block(reel_box *box, const soft_tile *tile)
{
    const int x1 = tile->x0 + tile->columns, y1 = tile->y0 + tile->rows;
    if (box->pixels == 0) {
        *box = (reel_box){tile->x0, tile->y0, x1, y1, 0};
    }
    box->x0 = tile->x0 < box->x0 ? tile->x0 : box->x0;
    box->x1 = x1 > box->x1 ? x1 : box->x1;
    box->y0 = tile->y0 < box->y0 ? tile->y0 : box->y0;
    box->y1 = y1 > box->y1 ? y1 : box->y1;
    box->pixels += tile->rows * tile->columns;
}

/* Instance ids and the boxes that follow from them. */
STAGE void label_instance(soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    if (tile->plain) {
        const int instance = job->info[b->key[0] / SOFT_KEY_FACES].instance;
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            vi_store_u16(tile->q16[0] + i, vi_set(instance));
        }
        count_block(&job->out->boxes[instance], tile);
        put(job, tile, REEL_PLANE_INSTANCE, 0, 2, tile->q16[0]);
        return;
    }
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const unsigned valid = vm_bits(tile_valid(tile, i));
        unsigned left = group_hits(b->key, i);
        vi id = vi_set(0);
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            const int instance = job->info[k].instance;
            id = vi_sel(m, vi_set(instance), id);
            if (vm_bits(m) & valid) {
                count_pixels(&job->out->boxes[instance], tile, i, vm_bits(m) & valid);
            }
        }
        vi_store_u16(tile->q16[0] + i, id);
    }
    put(job, tile, REEL_PLANE_INSTANCE, 0, 2, tile->q16[0]);
}

STAGE void label_normal(soft_job *job, soft_tile *tile)
{
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            vi_store_u8(tile->q8[c] + i, vf_round(vf_load(tile->main.normal[c] + i) * 127.0f));
        }
        put(job, tile, REEL_PLANE_NORMAL, c, 1, tile->q8[c]);
    }
}

STAGE void label_albedo(soft_job *job, soft_tile *tile)
{
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            const vf x = vf_sat(vf_load(tile->main.base[c] + i));
            vi_store_u8(tile->q8[c] + i, vf_round(srgb_code(x)));
        }
        put(job, tile, REEL_PLANE_ALBEDO, c, 1, tile->q8[c]);
    }
}

STAGE void label_object_coordinates(soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const v3 pos = v3_load((float(*)[SOFT_BATCH])b->pos, i);
        unsigned left = group_hits(b->key, i);
        v3 q = v3_splat(vf_set(0.0f));
        while (left) {
            int k;
            const vm m = group_next(b->key, i, &left, &k);
            if (job->info[k].instance == 0) {
                continue;
            }
            const soft_body *body = &job->bodies[job->info[k].body];
            const v3 c = v3_affine(body->box_rot, body->box_off, pos);
            /* the surface is in the box but for rounding */
            q.x = vf_sel(m, vf_clamp(c.x, 0.0f, 65535.0f), q.x);
            q.y = vf_sel(m, vf_clamp(c.y, 0.0f, 65535.0f), q.y);
            q.z = vf_sel(m, vf_clamp(c.z, 0.0f, 65535.0f), q.z);
        }
        vi_store_u16(tile->q16[0] + i, vf_round(q.x));
        vi_store_u16(tile->q16[1] + i, vf_round(q.y));
        vi_store_u16(tile->q16[2] + i, vf_round(q.z));
    }
    for (int c = 0; c < 3; c++) {
        put(job, tile, REEL_PLANE_OBJECT_COORDINATES, c, 2, tile->q16[c]);
    }
}

/* Share of the colour samples that show the object of the pixel centre. */
STAGE void label_coverage(soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vi key = vi_load(b->key + i);
        const vm hit = vi_lt(vi_set(-1), key);
        vm same = vm_not(vm_none());
        for (int s = 0; s < SOFT_SAMPLES; s++) {
            same = vm_and(same, vi_eq(vi_load(tile->sample_key[s] + i) >> 3, key >> 3));
        }
        vi_store_u8(tile->q8[0] + i, vi_sel(hit, vi_set(255), vi_set(0)));
        if (tile->plain) {
            continue;
        }
        unsigned left = vm_bits(vm_andnot(hit, same));
        while (left) { /* rare: one pixel after the other */
            const int l = i + __builtin_ctz(left);
            const int object = job->info[b->key[l] / SOFT_KEY_FACES].object;
            int count = 0;
            left &= left - 1;
            for (int s = 0; s < SOFT_SAMPLES; s++) {
                const int other = tile->sample_key[s][l];
                count += other >= 0 && job->info[other / SOFT_KEY_FACES].object == object;
            }
            tile->q8[0][l] = (uint8_t)((count * 255 + SOFT_SAMPLES / 2) / SOFT_SAMPLES);
        }
    }
    put(job, tile, REEL_PLANE_COVERAGE, 0, 1, tile->q8[0]);
}
