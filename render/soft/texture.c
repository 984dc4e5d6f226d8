/*
 * texture.c - images with their mip levels. All in double, rounded once into texels.
 */
#include "render/soft/texture.h"

#include "base/trig.h"

#include <math.h>
#include <string.h>

typedef struct reducer {
    const reel_image *image;
    soft_texture *out;
    uint32_t *texels;
    float *alpha;
    double linear[256];   /* sRGB codes */
    double *row, *narrow; /* [width][4] of the level before; [width / 2][4] */
    double *now, *next;   /* [height][width][4] of the level before, but for the image's own */
} reducer;

static double linear_of(int code)
{
    const double v = code / 255.0;
    return v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
}

/* Row y of the image: premultiplied linear colour and alpha, or a unit normal and 1. */
static void image_row(const reducer *r, int y)
{
    const size_t width = (size_t)r->image->width;
    const uint8_t *p = r->image->pixels + (size_t)y * width * 4;
    for (size_t x = 0; x < width; x++, p += 4) {
        double *to = r->row + 4 * x;
        to[3] = 1;
        if (r->image->kind == REEL_IMAGE_COLOR) {
            to[3] = p[3] / 255.0;
            for (int c = 0; c < 3; c++) {
                to[c] = r->linear[p[c]] * to[3];
            }
            continue;
        }
        /* 128 stands for 0, as tools write it: a flat map is flat */
        for (int c = 0; c < 3; c++) {
            to[c] = fmax((p[c] - 128) / 127.0, -1);
        }
        to[2] = fmax(to[2], 0.02); /* seen from outside, all faces do face outwards */
        const double inv = 1 / sqrt(to[0] * to[0] + to[1] * to[1] + to[2] * to[2]);
        for (int c = 0; c < 3; c++) {
            to[c] *= inv;
        }
    }
}

static uint32_t code(double x, int most)
{
    return (uint32_t)floor(fmin(fmax(x, 0), 1) * most + 0.5);
}

/* 1024 + 1023 x */
static uint32_t signed_code(double x)
{
    return (uint32_t)floor(fmin(fmax(x, -1), 1) * 1023 + 1024.5);
}

/* Round a row of level `level` into its texels. */
static void store_row(reducer *r, const double *row, int level, int y)
{
    const size_t width = (size_t)r->out->width[level];
    const size_t at = (size_t)r->out->start[level] + (size_t)y * width;
    for (size_t x = 0; x < width; x++) {
        const double *p = row + 4 * x;
        uint32_t *to = &r->texels[at + x];
        if (r->image->kind == REEL_IMAGE_COLOR) {
            *to = code(sqrt(p[0]), 2047) | code(sqrt(p[1]), 2047) << 11 |
                  code(sqrt(p[2]), 1023) << 22;
        } else {
            const double length = sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
            *to = signed_code(p[0]) | signed_code(p[1]) << 11 |
                  code(sqrt(fmax(1 - length, 0)), 1023) << 22;
        }
        if (r->alpha) {
            r->alpha[at + x] = (float)p[3];
        }
    }
}

/* Mean of n rows or columns of `in` (`step` doubles apart, each of `size` doubles) into m, n / 2 of
 * them: where n is odd each of the m takes a little of its neighbours'. Adds `weight` times it. */
static void narrow_row(const double *in, int n, double *out, int m)
{
    const double span = (double)n / m;
    for (int j = 0; j < m; j++) {
        const double lo = j * span, hi = j + 1 == m ? n : (j + 1) * span;
        double sum[4] = {0, 0, 0, 0};
        for (int i = (int)lo; i < n && i < hi; i++) {
            const double share = (fmin(i + 1, hi) - fmax(i, lo)) / span;
            for (int c = 0; c < 4; c++) {
                sum[c] += share * in[4 * (size_t)i + (size_t)c];
            }
        }
        memcpy(out + 4 * (size_t)j, sum, sizeof sum);
    }
}

/* Add row y of n, narrowed to `width`, to the rows of m that it is part of. */
static void add_row(reducer *r, int y, int n, int m, int width)
{
    const double span = (double)n / m;
    const int first = (int)(y / span), last = (int)((y + 1) / span);
    for (int j = first; j <= last && j < m; j++) {
        const double share = (fmin(y + 1, (j + 1) * span) - fmax(y, j * span)) / span;
        double *to = r->next + (size_t)j * (size_t)width * 4;
        for (int i = 0; share > 0 && i < 4 * width; i++) {
            to[i] += share * r->narrow[i];
        }
    }
}

/* Store level `level` and make the next one's values. */
static void reduce(reducer *r, int level)
{
    soft_texture *t = r->out;
    const int w = t->width[level], h = t->height[level];
    const bool last = level + 1 == t->n_levels;
    if (!last) {
        const size_t n = (size_t)t->width[level + 1] * (size_t)t->height[level + 1];
        memset(r->next, 0, n * 4 * sizeof(double));
    }
    for (int y = 0; y < h; y++) {
        if (level == 0) {
            image_row(r, y);
        } else {
            memcpy(r->row, r->now + (size_t)y * (size_t)w * 4, (size_t)w * 4 * sizeof(double));
        }
        store_row(r, r->row, level, y);
        if (!last) {
            narrow_row(r->row, w, r->narrow, t->width[level + 1]);
            add_row(r, y, h, t->height[level + 1], t->width[level + 1]);
        } else {
            for (int c = 0; c < 4; c++) {
                t->mean[c] = (float)r->row[c];
            }
        }
    }
    double *swap = r->now;
    r->now = r->next;
    r->next = swap;
}

static bool has_alpha(const reel_image *image)
{
    for (int i = 3; image->kind == REEL_IMAGE_COLOR && i < image->n_bytes; i += 4) {
        if (image->pixels[i] != 255) {
            return true;
        }
    }
    return false;
}

/* Sides and places of the levels; returns how many texels there are. */
static size_t lay_out(soft_texture *t, const reel_image *image)
{
    int w = image->width, h = image->height;
    size_t n = 0;
    t->kind = (int)image->kind;
    for (t->n_levels = 0;; w = w > 1 ? w / 2 : 1, h = h > 1 ? h / 2 : 1) {
        assert(t->n_levels < SOFT_MAX_LEVELS);
        t->width[t->n_levels] = w;
        t->height[t->n_levels] = h;
        t->start[t->n_levels++] = (int32_t)n;
        n += (size_t)w * (size_t)h;
        if (w == 1 && h == 1) {
            return n;
        }
    }
}

bool reel_soft_texture_build(soft_texture *out, const reel_image *image, reel_arena *arena)
{
    assert(image->kind != REEL_IMAGE_RADIANCE);
    soft_texture t = {0};
    const size_t n = lay_out(&t, image);
    const size_t w = (size_t)image->width, h = (size_t)image->height;
    const size_t half = (w / 2 + 1) * (h / 2 + 1);
    reducer r = {.image = image, .out = &t};
    r.texels = REEL_ARENA_NEW(arena, uint32_t, n);
    r.alpha = has_alpha(image) ? REEL_ARENA_NEW(arena, float, n) : NULL;
    r.row = reel_calloc(w * 4, sizeof *r.row);
    r.narrow = reel_calloc(w * 4, sizeof *r.narrow);
    r.now = reel_calloc(half * 4, sizeof *r.now);
    r.next = reel_calloc(half * 4, sizeof *r.next);
    const bool ok =
        r.texels && (r.alpha || !has_alpha(image)) && r.row && r.narrow && r.now && r.next;
    if (ok) {
        for (int i = 0; i < 256; i++) {
            r.linear[i] = linear_of(i);
        }
        for (int level = 0; level < t.n_levels; level++) {
            reduce(&r, level);
        }
        t.texels = r.texels;
        t.alpha = r.alpha;
        *out = t;
    }
    reel_free(r.row);
    reel_free(r.narrow);
    reel_free(r.now);
    reel_free(r.next);
    return ok;
}

soft_texture *reel_soft_textures(const reel_scene *scene, reel_arena *arena)
{
    soft_texture *all = REEL_ARENA_NEW(arena, soft_texture, (size_t)scene->n_images + 1);
    for (int i = 0; all && i < scene->n_materials; i++) {
        const int shown[2] = {scene->materials[i].image, scene->materials[i].normal_image};
        for (int j = 0; j < 2; j++) {
            if (shown[j] >= 0 && all[shown[j]].n_levels == 0 &&
                !reel_soft_texture_build(&all[shown[j]], &scene->images[shown[j]], arena)) {
                return NULL;
            }
        }
    }
    return all;
}

bool reel_soft_tint(soft_material *materials, const reel_scene *scene, const soft_texture *all)
{
    bool relief = false;
    for (int i = 0; i < scene->n_materials; i++) {
        soft_material *m = &materials[i];
        relief |= m->bump > 0 || m->normal_image >= 0;
        if (m->image >= 0 && m->mapping <= REEL_MAPPING_WRAP) { /* decals cover little */
            const float *mean = all[m->image].mean;
            for (int c = 0; c < 3; c++) {
                m->mean[c] = mean[c] + m->mean[c] * (1 - mean[3]);
            }
        }
    }
    return relief;
}
