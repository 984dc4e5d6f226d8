/* terrain_parts.h - what the files of the terrain collider share; see terrain.h. */
#pragma once

#include "engine/terrain.h"

#define FLAT_FOLD                                                                  \
    1e-3 /* sine of the angle at an edge: below it, its triangles are in one plane \
          */

typedef struct terrain_node {
    double lo[3], hi[3];
    int first, n; /* n > 0: leaf, of `n` entries of `order`; else children first and first + 1 */
} terrain_node;

struct terrain {
    const reel_mesh *mesh; /* or NULL */
    reel_vec3 *normals;    /* [n_triangles] */
    int (*across)[3];      /* triangle on the other side of the edge from corner k */
    uint8_t *folds;        /* [n_triangles], both of meshes and fields: see FOLD_... */
    terrain_node *nodes;
    int *order;
    const reel_height_field *field; /* or NULL */
    double x0, y0, dx, dy;          /* of a field: its first point and its steps */
};

/* Bits of terrain.folds; edge k runs from corner k to the next. */
enum {
    FOLD_RIDGE = 1,  /* << k: edge k is one */
    FOLD_VALLEY = 8, /* << k */
    FOLD_NEAR = 64,  /* an edge is a ridge or (in a mesh) a corner is the end of one */
};

/* One triangle. */
typedef struct facet {
    int index, id[3]; /* of the triangle and of its corners */
    reel_vec3 v[3], n;
    double offset;
    int folds;
    reel_vec3 along[3], out[3]; /* facet_edges(): unit; out of the triangle, in its plane */
    reel_vec3 beyond[3];        /* facet_beyond(): unit, in the neighbour's plane, into it */
} facet;

/* terrain_make.c */
void facet_get(const terrain *t, int index, facet *out); /* up to the folds */
void facet_edges(facet *f);
void facet_beyond(const terrain *t, facet *f); /* after facet_edges() */

/* Calls visit for every triangle whose box meets this one (of a field: that is not wholly below
 * it), in an order that depends on the terrain only. */
typedef void terrain_visit(void *data, facet *f);
void terrain_each(const terrain *t, const double lo[3], const double hi[3], terrain_visit *visit,
                  void *data);
