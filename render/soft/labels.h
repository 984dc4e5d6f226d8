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

/* Where the rows of a tile are written: in the image, or beside it if the tile is not whole. */
typedef struct plane_rows {
    unsigned char *to;
    size_t stride; /* bytes */
} plane_rows;

/* The first byte of a tile in a plane's channel; `item` (1 or 2) bytes a pixel. */
static unsigned char *tile_in_plane(const soft_job *job, const soft_tile *tile, int plane,
                                    int channel, size_t item)
{
    const size_t w = (size_t)job->width, h = (size_t)job->height;
    unsigned char *out = (unsigned char *)job->out->plane[plane] + (size_t)channel * w * h * item;
    return out + ((size_t)tile->y0 * w + (size_t)tile->x0) * item;
}

static int tile_is_whole(const soft_tile *tile)
{
    return tile->columns == SOFT_TILE && tile->rows == SOFT_TILE;
}

/* `beside` has room for the tile. After writing all its rows: close_rows(). */
static plane_rows open_rows(const soft_job *job, const soft_tile *tile, int plane, int channel,
                            size_t item, void *beside)
{
    if (tile_is_whole(tile)) {
        return (plane_rows){tile_in_plane(job, tile, plane, channel, item),
                            (size_t)job->width * item};
    }
    return (plane_rows){beside, SOFT_TILE * item};
}

static void close_rows(const soft_job *job, const soft_tile *tile, int plane, int channel,
                       size_t item, const plane_rows *rows)
{
    if (tile_is_whole(tile)) {
        return;
    }
    unsigned char *out = tile_in_plane(job, tile, plane, channel, item);
    for (int row = 0; row < tile->rows; row++) {
        memcpy(out + (size_t)row * (size_t)job->width * item, rows->to + (size_t)row * rows->stride,
               (size_t)tile->columns * item);
    }
}

/* Where lane i of a tile is written. */
VINL void *in_rows(const plane_rows *rows, int i, size_t item)
{
    return rows->to + (size_t)(i / SOFT_TILE) * rows->stride + (size_t)(i % SOFT_TILE) * item;
}

/* Copy what lies in the order of the lanes. */
static void put_rows(const soft_job *job, const soft_tile *tile, int plane, int channel,
                     size_t item, const void *values)
{
    unsigned char *out = tile_in_plane(job, tile, plane, channel, item);
    for (int row = 0; row < tile->rows; row++) {
        memcpy(out + (size_t)row * (size_t)job->width * item,
               (const unsigned char *)values + (size_t)row * SOFT_TILE * item,
               (size_t)tile->columns * item);
    }
}

/* The same byte everywhere. */
static void fill_rows(const plane_rows *rows, int byte, size_t item)
{
    for (size_t row = 0; row < SOFT_TILE; row++) {
        if (item == 1) { /* a size the compiler knows is one move */
            memset(rows->to + row * rows->stride, byte, SOFT_TILE);
        } else {
            memset(rows->to + row * rows->stride, byte, SOFT_TILE * sizeof(uint16_t));
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
    const plane_rows rows = open_rows(job, tile, REEL_PLANE_DEPTH, 0, 2, tile->q16[0]);
    for (int i = 0; i < SOFT_BATCH; i += VW) {
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        const vf q = vf_load(b->t + i) * job->depth_inv;
        const vm bad = vm_and(vm_and(hit, tile_valid(tile, i)), vf_ge(q, vf_set(65534.5f)));
        if (vm_any(bad)) {
            refuse(job, tile, REEL_PLANE_DEPTH, i, vm_bits(bad), b->t);
        }
        const vi code = vf_round(vf_min(q, vf_set(65535.0f)));
        vi_store_u16(in_rows(&rows, i, 2), vi_sel(hit, code, vi_set(REEL_DEPTH_NONE)));
    }
    close_rows(job, tile, REEL_PLANE_DEPTH, 0, 2, &rows);
}

/* Add the pixels of a geom to its object's box. */
STAGE void count_pixels(reel_box *box, const soft_tile *tile, const soft_shown *s)
{
    unsigned columns = 0; /* bits */
    int first = 0, last = -1, pixels = 0;
    for (uint64_t left = s->groups; left; left &= left - 1) {
        const int i = group_at(left);
        const vm m = vm_and(group_of(tile->main.key, i, s->drawn), tile_valid(tile, i));
        const unsigned bits = vm_bits(m);
        if (bits) {
            first = last < 0 ? i / SOFT_TILE : first;
            last = i / SOFT_TILE;
            columns |= bits << i % SOFT_TILE;
            pixels += __builtin_popcount(bits);
        }
    }
    if (pixels == 0) {
        return;
    }
    const int x0 = tile->x0 + __builtin_ctz(columns), x1 = tile->x0 + 32 - __builtin_clz(columns);
    const int y0 = tile->y0 + first, y1 = tile->y0 + last + 1;
    if (box->pixels == 0) {
        *box = (reel_box){x0, y0, x1, y1, 0};
    }
    box->x0 = x0 < box->x0 ? x0 : box->x0;
    box->x1 = x1 > box->x1 ? x1 : box->x1;
    box->y0 = y0 < box->y0 ? y0 : box->y0;
    box->y1 = y1 > box->y1 ? y1 : box->y1;
    box->pixels += pixels;
}

/* Add pixels [x0, x1) x [y0, y1). */
static void count_rect(reel_box *box, int x0, int y0, int x1, int y1)
{
    if (box->pixels == 0) {
        *box = (reel_box){x0, y0, x1, y1, 0};
    }
    box->x0 = x0 < box->x0 ? x0 : box->x0;
    box->x1 = x1 > box->x1 ? x1 : box->x1;
    box->y0 = y0 < box->y0 ? y0 : box->y0;
    box->y1 = y1 > box->y1 ? y1 : box->y1;
    box->pixels += (x1 - x0) * (y1 - y0);
}

/* Instance ids and the boxes that follow from them. */
STAGE void label_instance(soft_job *job, soft_tile *tile)
{
    const batch *b = &tile->main;
    const plane_rows rows = open_rows(job, tile, REEL_PLANE_INSTANCE, 0, 2, tile->q16[0]);
    if (b->shows_sky || b->n_shown > 1) {
        fill_rows(&rows, 0, 2);
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const int instance = job->info[s->drawn].instance;
        if (instance > 0 && tile->plain) {
            count_rect(&job->out->boxes[instance], tile->x0, tile->y0, tile->x0 + tile->columns,
                       tile->y0 + tile->rows);
        } else if (instance > 0) {
            count_pixels(&job->out->boxes[instance], tile, s);
        }
        if (instance == 0 && (b->shows_sky || b->n_shown > 1)) {
            continue;
        }
        for (uint64_t left = s->groups; left; left &= left - 1) {
            const int i = group_at(left);
            vi_put_u16(in_rows(&rows, i, 2), group_of(b->key, i, s->drawn), vi_set(instance));
        }
    }
    close_rows(job, tile, REEL_PLANE_INSTANCE, 0, 2, &rows);
}

STAGE void label_normal(soft_job *job, soft_tile *tile)
{
    for (int c = 0; c < 3; c++) {
        const float *n = tile->main.normal[c];
        const plane_rows rows = open_rows(job, tile, REEL_PLANE_NORMAL, c, 1, tile->q8[c]);
        if (tile->flat) {
            fill_rows(&rows, vf_round(vf_load(n) * 127.0f)[0], 1);
        } else {
            for (int i = 0; i < SOFT_BATCH; i += VW) {
                vi_store_u8(in_rows(&rows, i, 1), vf_round(vf_load(n + i) * 127.0f));
            }
        }
        close_rows(job, tile, REEL_PLANE_NORMAL, c, 1, &rows);
    }
}

STAGE void label_albedo(soft_job *job, soft_tile *tile)
{
    for (int c = 0; c < 3; c++) {
        const plane_rows rows = open_rows(job, tile, REEL_PLANE_ALBEDO, c, 1, tile->q8[c]);
        for (int i = 0; i < SOFT_BATCH; i += VW) {
            const vf x = vf_sat(vf_load(tile->main.base[c] + i));
            vi_store_u8(in_rows(&rows, i, 1), vf_round(srgb_code(x)));
        }
        close_rows(job, tile, REEL_PLANE_ALBEDO, c, 1, &rows);
    }
}

STAGE void label_object_coordinates(soft_job *job, soft_tile *tile)
{
    batch *b = &tile->main;
    plane_rows rows[3];
    int rest = b->shows_sky; /* some lanes show no object */
    for (int j = 0; j < b->n_shown; j++) {
        rest |= job->info[b->shown[j].drawn].instance == 0;
    }
    for (int c = 0; c < 3; c++) {
        rows[c] = open_rows(job, tile, REEL_PLANE_OBJECT_COORDINATES, c, 2, tile->q16[c]);
        if (rest) {
            fill_rows(&rows[c], 0, 2);
        }
    }
    for (int j = 0; j < b->n_shown; j++) {
        const soft_shown *s = &b->shown[j];
        const soft_body *body = &job->bodies[job->info[s->drawn].body];
        if (job->info[s->drawn].instance == 0) {
            continue;
        }
        for (uint64_t left = s->groups; left; left &= left - 1) {
            const int i = group_at(left);
            const vm m = group_of(b->key, i, s->drawn);
            const v3 q = v3_affine(body->box_rot, body->box_off, v3_load(b->pos, i));
            /* the surface is in the box but for rounding */
            vi_put_u16(in_rows(&rows[0], i, 2), m, vf_round(vf_clamp(q.x, 0.0f, 65535.0f)));
            vi_put_u16(in_rows(&rows[1], i, 2), m, vf_round(vf_clamp(q.y, 0.0f, 65535.0f)));
            vi_put_u16(in_rows(&rows[2], i, 2), m, vf_round(vf_clamp(q.z, 0.0f, 65535.0f)));
        }
    }
    for (int c = 0; c < 3; c++) {
        close_rows(job, tile, REEL_PLANE_OBJECT_COORDINATES, c, 2, &rows[c]);
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
    put_rows(job, tile, REEL_PLANE_COVERAGE, 0, 1, tile->q8[0]);
}
