/*
 * tile.h - the buffers of one tile, all in L1/L2, and loops over what a group of lanes shows.
 *
 * Arrays begin on cache lines: a group of 16 lanes then never straddles two.
 */
#pragma once

#include "render/soft/intersect.h"

/* Where one geom is in a batch. */
typedef struct soft_shown {
    int drawn;
    uint64_t groups; /* bits: groups of lanes that show it */
} soft_shown;

/* Up to SOFT_BATCH surface points and what is known about them. Unused lanes have key -1. */
typedef struct batch {
    _Alignas(64) int32_t key[SOFT_BATCH]; /* drawn * SOFT_KEY_FACES + face; -1: sky */
    int32_t facet[SOFT_BATCH];            /* triangle, where the key's geom is a mesh */
    float t[SOFT_BATCH];                  /* pos = org + t * dir */
    float dir[3][SOFT_BATCH];             /* of the ray, any length (primary rays: z = 1) */
    float pos[3][SOFT_BATCH];             /* m, camera frame */
    float normal[3][SOFT_BATCH];          /* unit, camera frame */
    float relief[3][SOFT_BATCH];
    float (
        *shade)[SOFT_BATCH];   /* the normals that light sees: `normal` or `relief`, by surface() */
    float base[3][SOFT_BATCH]; /* linear base colour */
    float rough[SOFT_BATCH], metal[SOFT_BATCH], spec[SOFT_BATCH];
    float view[3][SOFT_BATCH];                      /* unit, towards the viewer */
    float gleam[3][SOFT_BATCH];                     /* directional albedo of the specular part */
    float diffuse[3][SOFT_BATCH];                   /* base colour left for the diffuse part */
    float coat[SOFT_BATCH], coat_rough[SOFT_BATCH]; /* lacquer: see coat.h */
    float coat_gleam[SOFT_BATCH], under[SOFT_BATCH];
    float spread[SOFT_BATCH];       /* m of footprint per unit of t */
    float sun[SOFT_BATCH];          /* share of the sun that is seen */
    float open[SOFT_BATCH];         /* share of the sky that is seen */
    float bleed[3][SOFT_BATCH];     /* radiance of what hides the rest, weighted */
    float traced[3][SOFT_BATCH];    /* radiance of the traced reflection */
    float traced_share[SOFT_BATCH]; /* how much of the specular part it is */
    float tint[3][SOFT_BATCH];      /* what clear bodies leave of sun's light (tint.h) */
    float color[3][SOFT_BATCH];     /* linear radiance */
    float at[3][SOFT_BATCH];        /* scratch of surface(): point and normal in the geom's frame */
    float up[3][SOFT_BATCH];
    soft_shown shown[SOFT_BATCH]; /* list_shown() */
    int n_shown, shows_sky;       /* shows_sky: some lanes show no geom */
    float lo[3], hi[3], disc;     /* bound_points(): box of the points; their widest least_disc() */
    int n;                        /* filled lanes, rounded up to whole groups with key -1 */
    int hidden, reflects;         /* 0: open and bleed, traced and traced_share are not set */
    soft_beam mirrored;           /* if it reflects: those rays, and box and disc of what they */
    float met_lo[3], met_hi[3], met_disc; /* meet as of the points; lo > hi: the sky alone */
    int coated; /* 0: coat, coat_rough, coat_gleam and under are not set */
    int grey;   /* no lane shows a metal */
} batch;

typedef struct flow_buffer {
    _Alignas(64) float u[SOFT_BATCH], v[SOFT_BATCH];     /* px in the other image */
    float dx[SOFT_BATCH], dy[SOFT_BATCH], z[SOFT_BATCH]; /* ray and depth in the other camera */
    int32_t state[SOFT_BATCH];
    int32_t kind[SOFT_BATCH]; /* soft_motion_kind */
} flow_buffer;

struct soft_tile {
    int x0, y0, columns, rows; /* columns, rows inside the image, <= SOFT_TILE */
    int n_list;                /* geoms that may be hit in this tile */
    int n_facets;              /* triangles of meshes that may be */
    int plain;                 /* every sample of the tile hits the same face of one geom */
    int flat, face;            /* flat: and it is plane, with one normal; face: which, if plain */
    int n_edges, n_mixed;
    soft_reach *reach; /* of this tile, to be noted; NULL: nobody asks */
    _Alignas(64) float cx[SOFT_BATCH], cy[SOFT_BATCH]; /* px of the pixel centres */
    batch main, edge, bounce;
    flow_buffer flow;
    int32_t edges[SOFT_BATCH]; /* pixels whose samples may differ: see edges.h */
    /* samples of all pixels or, where antialias() looks at them, of these */
    float sample_t[SOFT_SAMPLES][SOFT_BATCH];
    int32_t sample_key[SOFT_SAMPLES][SOFT_BATCH], sample_facet[SOFT_SAMPLES][SOFT_BATCH];
    int32_t edge_pixel[SOFT_BATCH]; /* pixel of each lane of `edge` */
    float edge_weight[SOFT_BATCH];  /* samples of that pixel it stands for */
    int32_t bounce_lane[SOFT_BATCH];
    float through[3][SOFT_BATCH];              /* light that comes through what is clear (high.h) */
    float lobe[SOFT_BATCH], sharp[SOFT_BATCH]; /* of what is reflected: see high_filter.h */
    float near[SOFT_BATCH];                    /* and how near what lights a pixel is */
    float sum[3][SOFT_BATCH];                  /* colour of pixels whose samples differ */
    uint8_t mixed[SOFT_BATCH];                 /* of `edges` those */
    int32_t q[3][SOFT_BATCH];                  /* quantised values of a plane */
    uint16_t q16[3][SOFT_BATCH];
    uint8_t q8[3][SOFT_BATCH];
};

/* Lanes [i, i + VW) that are inside the image. */
VINL vm tile_valid(const soft_tile *tile, int i)
{
    const vf x = vf_lanes() + (float)(i % SOFT_TILE);
    return i / SOFT_TILE < tile->rows ? vf_lt(x, vf_set((float)tile->columns)) : vm_none();
}

/* The lanes of the group at `i` that show a geom, as bits. */
VINL unsigned group_hits(const int32_t *key, int i)
{
    return vm_bits(vi_lt(vi_set(-1), vi_load(key + i)));
}

/*
 * Most groups show one or two geoms, so work that depends on the geom is done for one after the
 * other, its data broadcast, its results blended into its lanes:
 *     unsigned left = group_hits(key, i);
 *     while (left) { int k; vm m = group_next(key, i, &left, &k); ... }
 */
VINL vm group_next(const int32_t *key, int i, unsigned *left, int *drawn)
{
    *drawn = key[i + __builtin_ctz(*left)] / SOFT_KEY_FACES;
    const vm m = vi_eq(vi_load(key + i) >> 3, vi_set(*drawn));
    *left &= (*left - 1) & ~vm_bits(m); /* the first lane goes in any case: loops end */
    return m;
}

/* First lane of the lowest group in a soft_shown's bits. */
VINL int group_at(uint64_t groups)
{
    return __builtin_ctzll(groups) * VW;
}

/* The lanes of the group at `i` that show geom `drawn`. */
VINL vm group_of(const int32_t *key, int i, int drawn)
{
    return vi_eq(vi_load(key + i) >> 3, vi_set(drawn));
}

/* list_shown() where all lanes show one geom. */
VINL void list_plain(batch *b)
{
    const uint64_t all = b->n / VW < 64 ? ((uint64_t)1 << (b->n / VW)) - 1 : UINT64_MAX;
    b->shown[0] = (soft_shown){b->key[0] / SOFT_KEY_FACES, all};
    b->n_shown = 1;
    b->shows_sky = 0;
}

/*
 * Find which geoms a batch shows, and where. Work that depends on the geom then goes geom after
 * geom, what is the same for all its lanes kept in registers:
 *     for (uint64_t left = s->groups; left; left &= left - 1) {
 *         const int i = group_at(left); const vm m = group_of(b->key, i, s->drawn); ...
 */
STAGE void list_shown(batch *b)
{
    b->n_shown = b->shows_sky = 0;
    for (int i = 0; i < b->n; i += VW) {
        unsigned left = group_hits(b->key, i);
        b->shows_sky |= left != VM_ALL;
        while (left) {
            int k, j = b->n_shown;
            group_next(b->key, i, &left, &k);
            while (j > 0 && b->shown[j - 1].drawn != k) {
                j--;
            }
            if (j == 0) {
                b->shown[b->n_shown++] = (soft_shown){k, 0};
                j = b->n_shown;
            }
            b->shown[j - 1].groups |= (uint64_t)1 << (i / VW);
        }
    }
}

/* Half the width of a pixel at the points of a group, m: a soft shadow is never sharper. */
VINL vf least_disc(const batch *b, int i)
{
    return vf_max(vf_load(b->t + i) * vf_load(b->spread + i) * 0.7f, vf_set(1e-6f));
}

/* Set lo, hi and disc over the lanes that show a geom: lo > hi if none does. */
STAGE void bound_points(batch *b)
{
    vf lo[3], hi[3], disc = vf_set(0.0f);
    for (int c = 0; c < 3; c++) {
        lo[c] = vf_set(VF_FAR);
        hi[c] = vf_set(-VF_FAR);
    }
    for (int i = 0; i < b->n; i += VW) {
        const vm hit = vi_lt(vi_set(-1), vi_load(b->key + i));
        for (int c = 0; c < 3; c++) {
            const vf x = vf_load(b->pos[c] + i);
            lo[c] = vf_sel(hit, vf_min(x, lo[c]), lo[c]);
            hi[c] = vf_sel(hit, vf_max(x, hi[c]), hi[c]);
        }
        disc = vf_sel(hit, vf_max(least_disc(b, i), disc), disc);
    }
    for (int c = 0; c < 3; c++) {
        b->lo[c] = vf_least(lo[c]);
        b->hi[c] = vf_most(hi[c]);
    }
    b->disc = vf_most(disc);
}

/* The extent of a box along `axis`, with room for rounding. */
VINL void span_box(const float from[3], const float to[3], const float axis[3], float *lo,
                   float *hi)
{
    float middle = 0, half = 0;
    for (int c = 0; c < 3; c++) {
        const float a = axis[c] < 0 ? -axis[c] : axis[c];
        middle += 0.5f * (from[c] + to[c]) * axis[c];
        half += 0.5f * (to[c] - from[c]) * a;
    }
    *lo = middle - half * 1.0001f - 1e-5f;
    *hi = middle + half * 1.0001f + 1e-5f;
}

VINL vi group_faces(const int32_t *key, int i)
{
    return vi_load(key + i) & (SOFT_KEY_FACES - 1);
}
