/* terrain_parts.h - what the files of the terrain collider share; see terrain.h. */
#pragma once

#include "engine/terrain.h"

#define FLAT_FOLD 1e-3 /* sine of the angle at an edge: below it, its triangles are in one plane \
                        */

typedef struct terrain_node {
    double lo[3], hi[3];
    int first, n; /* n > 0: leaf, of `n` entries of `order`; else children first and first + 1 */
} terrain_node;

struct terrain {
    const reel_mesh *mesh; /* or NULL */
    reel_vec3 *normals;    /* [n_triangles] */
    int (*across)[3];      /* triangle on the other side of the edge from corner k */
    bool *ridged;          /* [n_triangles] a ridge runs along an edge or ends at a corner */
    terrain_node *nodes;
    int *order;
    const reel_height_field *field; /* or NULL */
    double x0, y0, dx, dy;          /* of a field: its first point and its steps */
};

/* One triangle; edge k runs from corner k to the next. */
typedef struct facet {
    int index, id[3]; /* of the triangle and of its corners */
    reel_vec3 v[3], n;
    double offset;
    /* facet_edges(): */
    reel_vec3 along[3];  /* unit */
    reel_vec3 out[3];    /* unit, in the plane, out of the triangle */
    reel_vec3 beyond[3]; /* unit, in the neighbour's plane, into it */
    double fold[3];      /* sine of the angle at the edge: > 0 ridge, < 0 valley */
    bool ridged;         /* see terrain */
} facet;

/* terrain_make.c */
void facet_get(const terrain *t, int index, facet *out); /* up to the offset */
void facet_edges(const terrain *t, facet *f);

/* Calls visit for every triangle whose box meets this one (of a field: that is not wholly below
 * it), in an order that depends on the terrain only. */
typedef void terrain_visit(void *data, facet *f);
void terrain_each(const terrain *t, const double lo[3], const double hi[3], terrain_visit *visit,
                  void *data);
