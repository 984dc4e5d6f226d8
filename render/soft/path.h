/*
 * path.h - a wave of paths: up to a batch of rays that are followed together (path.c).
 */
#pragma once

#include "render/soft/bsdf.h"
#include "render/soft/tint.h"

enum {
    PATH_DEPTH = 16,      /* most surfaces of a path */
    PATH_ROULETTE = 3,    /* from this one on dim paths end by chance */
    PATH_DIMENSIONS = 32, /* random patterns a surface may take: */
    PATH_PICK = 0,        /* which lobe, and whether glass */
    PATH_WAY,             /* where to */
    PATH_END,             /* whether to go on */
    PATH_RIM,             /* whether a plane's rim is clear */
    PATH_LAMP,            /* which lamp */
    PATH_LAMP_AT,         /* where on it */
    PATH_SKY_AT,          /* where in the sky */
    PATH_SUN_AT,          /* where on sun 0, 1, ... */
    PATH_GLASS = 1,       /* flag: came through or off glass, which asks no lights */
    PATH_LIT = 2,         /* shadow rays of an earlier surface have counted suns and lamps */
    PATH_WIDE = 4,        /* was scattered widely: what follows need not be sharp */
};

typedef struct path_wave {
    batch hit;                                   /* where the rays are, and what they met there */
    bsdf surf[SOFT_BATCH / VW];                  /* of the surfaces there */
    _Alignas(64) float dir[3][SOFT_BATCH];       /* unit, of the rays */
    float thr[3][SOFT_BATCH];                    /* what counts of the radiance that they find */
    float add[3][SOFT_BATCH];                    /* radiance found at this surface, weighted */
    float to[3][SOFT_BATCH], limit[SOFT_BATCH];  /* shadow rays: unit; m */
    float seen[3][SOFT_BATCH];                   /* what passes along them */
    float weight[3][SOFT_BATCH];                 /* light, were it all seen */
    float pdf[SOFT_BATCH];                       /* density of dir where it was drawn, 1/sr */
    float from[3][SOFT_BATCH];                   /* where it started */
    float width[SOFT_BATCH], cone[SOFT_BATCH];   /* m footprint there; growth of it per m */
    int32_t own[SOFT_BATCH], inside[SOFT_BATCH]; /* key of the surface it left, of what it is in */
    int32_t leaves[SOFT_BATCH];                  /* 1: met the surface of `inside` from within */
    int32_t glass[SOFT_BATCH];                   /* 1: the surface is glass to this path */
    int32_t flags[SOFT_BATCH], pixel[SOFT_BATCH], seed[SOFT_BATCH], index[SOFT_BATCH];
    int32_t alive[SOFT_BATCH], order[SOFT_BATCH];
    float ior[SOFT_BATCH];
    float sum[3][SOFT_BATCH]; /* of the pixels of the tile */
    int opaque;               /* shadow rays do not go through glass */
} path_wave;

/* path.c: set tile->main.color by job->paths paths through every pixel of the tile. */
#define PATH_NAME_(w) reel_soft_path_tile_##w
#define PATH_NAME(w)  PATH_NAME_(w)
void PATH_NAME(VW)(const soft_job *job, soft_tile *tile, path_wave *wave);

/*
 * path.c: follow path `index` of `paths` of each lane of b that shows something clear into it, for
 * `high`, until it meets what is not. `ends` gets what they met or (key -1) the sky, with their
 * tints in `traced`; `lane` whose they are; returns how many. `order` are the numbers of their
 * pixels.
 */
#define CLEAR_NAME_(w) reel_soft_path_clear_##w
#define CLEAR_NAME(w)  CLEAR_NAME_(w)
int CLEAR_NAME(VW)(const soft_job *job, const batch *b, path_wave *wave, const int32_t *order,
                   int index, int paths, batch *ends, int32_t *lane);
