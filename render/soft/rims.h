/*
 * rims.h - the rims of what meshes hide from a sun, for soft shadows (mesh_shadow.h).
 */
#pragma once

#include "render/soft/mesh.h"
#include "render/soft/soft.h"

enum { SOFT_RIM_BOX = 8 /* rims in a box */ };

/* m, as the light sees it: across it (soft_sun.u, v), along it. Seen from the sun's side with u to
 * the right and v up, what is hidden lies left of the way from a to b. */
typedef struct soft_rim {
    float a[3], b[3];
} soft_rim;

typedef struct soft_rim_box {
    float lo[3], hi[3];
} soft_rim_box;

typedef struct soft_rims {
    soft_rim *rims;      /* [start[k] .. + count[k]) are those of drawn geom k */
    soft_rim_box *boxes; /* of SOFT_RIM_BOX rims each; start[k] begins one */
    int *start, *count;  /* [n_drawn] */
    int n, n_boxes;
    uint8_t *away; /* scratch, [most triangles]: faces away from the sun */
} soft_rims;

/* Memory for one sun's rims of all geoms, from `arena`. False: out of memory. */
bool reel_soft_rims_init(soft_rims *r, const soft_mesh *const *meshes, int n_drawn,
                         reel_arena *arena);

/* The rims of the meshes at a frame for a sun whose axes are set. */
void reel_soft_rims_fill(soft_rims *r, const soft_mesh *const *meshes, const soft_geom *geoms,
                         int n_drawn, const soft_sun *sun);
