/*
 * gathered.h - the light that `high` gathers before it shades, for every second pixel of every
 * second row: planes with a rim that shows nothing, and for every tile which kinds of light it has.
 */
#pragma once

#include "render/soft/soft.h"

enum { /* planes of soft_job.gathered */
       GATHERED_KEY = 0,
       GATHERED_NORMAL = 1,
       GATHERED_RADIUS =
           4, /* of a reflection's lobe, in steps of the grid; < 0: nothing is reflected */
       GATHERED_SHARP = 5,  /* how much it turns with the normal */
       GATHERED_LIGHT = 6,  /* bounced, reflected and what comes through, three each, and how near
                               bounced light comes from: mean of 1 / steps */
       GATHERED_OTHER = 16, /* the same, while they are filtered */
       GATHERED_PLANES = 26,
       GATHERED_NEAR = 9,             /* after GATHERED_LIGHT or GATHERED_OTHER */
       GATHERED_SIDE = SOFT_TILE / 2, /* of a tile */
       GATHERED_POINTS = SOFT_BATCH / 4,
       GATHERED_RIM = 16,
};

enum { GATHERED_BOUNCED = 0, GATHERED_REFLECTED = 1, GATHERED_THROUGH = 2 };

static inline int gathered_across(int width)
{
    return (width + SOFT_TILE - 1) / SOFT_TILE;
}

/* Of a row, whole groups of lanes. */
static inline int gathered_stride(int width)
{
    return (gathered_across(width) + 1) / 2 * 2 * GATHERED_SIDE + 2 * GATHERED_RIM;
}

/* Floats of a plane. */
static inline size_t gathered_size(int width, int height)
{
    return (size_t)gathered_stride(width) *
           (size_t)(gathered_across(height) * GATHERED_SIDE + 2 * GATHERED_RIM);
}

/* Tiles with their rim, and one more at the end of a row. */
static inline int gathered_tiles(int width)
{
    return gathered_across(width) + 3;
}

static inline size_t gathered_bytes(int width, int height)
{
    return (GATHERED_PLANES * gathered_size(width, height) +
            (size_t)gathered_tiles(width) * (size_t)gathered_tiles(height)) *
           sizeof(float);
}

static inline float *gathered_plane(const soft_job *job, int plane)
{
    return job->gathered + (size_t)plane * gathered_size(job->width, job->height);
}

/* Which kinds of light the tile at (x0, y0) has, as bits. */
static inline int32_t *gathered_kinds(const soft_job *job, int x0, int y0)
{
    int32_t *kinds = (int32_t *)gathered_plane(job, GATHERED_PLANES);
    return kinds + (y0 / SOFT_TILE + 1) * gathered_tiles(job->width) + x0 / SOFT_TILE + 1;
}

/* Where a plane has the point at or before pixel (x, y). */
static inline size_t gathered_at(const soft_job *job, int x, int y)
{
    return (size_t)((y >> 1) + GATHERED_RIM) * (size_t)gathered_stride(job->width) +
           (size_t)((x >> 1) + GATHERED_RIM);
}
