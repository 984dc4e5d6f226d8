/*
 * raster.h - triangles of the seen meshes, set up for the tiles of one frame.
 *
 * Watertight: whether a sample is in a triangle is decided by the signs of three edge functions of
 * the corners as they are relative to the sample's ray, (x - dx z, y - dy z) in double. A product
 * rounds monotonously, so the sign of a difference of two products is right or zero; both
 * triangles of an edge evaluate the same numbers, and zero counts as inside. No sample between two
 * triangles falls through, none needs clipping at the camera's plane, and where two claim a sample
 * the nearer one or the first gets it. The kernel decides all but samples within float32 rounding
 * of an edge by the same functions in float32.
 */
#pragma once

#include "render/soft/mesh.h"
#include "render/soft/soft.h"

/* A triangle that faces the camera; relative to (ref_x, ref_y), px. */
typedef struct soft_tri {
    int x0, y0, x1, y1; /* px, half-open: no sample outside is in it */
    int geom, face;     /* drawn geom; triangle of its mesh */
    float ref_x, ref_y;
    float edge[3][3]; /* inside: edge[0] x + edge[1] y + edge[2] >= 0, about px */
    float slack[3];   /* farther from 0 its sign is sure */
    float inv_z[3];   /* 1/z = inv_z[0] x + inv_z[1] y + inv_z[2], 1/m */
    float z_lo, z_hi; /* m */
} soft_tri;

/* A vertex before the camera. */
typedef struct soft_corner {
    double x, y, z; /* m, camera frame */
    double u, v;    /* px, where z > 0 */
} soft_corner;

typedef struct soft_raster {
    const soft_mesh *const *meshes; /* [n_drawn], NULL: another shape */
    int n, n_tiles;                 /* triangles of this frame; of the tile that was asked for */
    soft_tri *tris;                 /* in the order of geoms and triangles */
    soft_corner *corners;           /* of all geoms that show meshes */
    int *first_corner;              /* [n_drawn] */
    double f, cx, cy;               /* px */
    int *start;                     /* scratch: bucket bounds, [rows or columns of tiles + 1] */
    int *by_row, *in_row, *by_column, *in_tile, *merged; /* scratch, [most triangles] */
    int n_row;
    int *column_start;
} soft_raster;

/* Memory for a frame of all geoms, from `arena`. False: out of memory. */
bool reel_soft_raster_init(soft_raster *r, const soft_mesh *const *meshes, int n_drawn,
                           reel_arena *arena);

/* Set up what is seen of the geoms of a snapshot at a size of image. */
void reel_soft_raster_fill(soft_raster *r, const reel_scene *scene, const reel_take *take,
                           const soft_info *info, int n_drawn, const soft_snapshot *snap, int width,
                           int height);

/* Go to the row of tiles at y, then to the tile at x in it: all rows in order, in a row all tiles
 * in order. r->in_tile has the triangles of the tile in order; returns how many. */
void reel_soft_raster_row(soft_raster *r, int y);
int reel_soft_raster_tile(soft_raster *r, int x);

/* Exactly: is the sample at (px, py) in triangle t? */
int reel_soft_raster_covers(const soft_raster *r, const soft_tri *t, double px, double py);
