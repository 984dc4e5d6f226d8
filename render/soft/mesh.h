/*
 * mesh.h - a triangle mesh as the renderer keeps it: prepared once, shared by all geoms that show
 * it. Hulls, meshes and height fields are the same here.
 */
#pragma once

#include "base/alloc.h"
#include "base/scene.h"

enum {
    SOFT_MESH_COLOURS = 4, /* smooth patches that meet at a crease differ in colour if they can */
    SOFT_PATCHES = 24,     /* discs that stand for a mesh where it hides the sky */
    SOFT_BVH_DEPTH = 60,   /* of the tree: longest path from the root */
    SOFT_BVH_LEAF = 4,     /* most triangles of a leaf (more only where they cannot be parted) */
};

/* Inner: its children are nodes `first` and `first + 1`. Leaf: triangles order[first ..]. */
typedef struct soft_node {
    float lo[3], hi[3]; /* m, rounded outwards */
    int first, count;   /* count 0: inner */
} soft_node;

/* Corners as rays read them; their edges are tested with the same bits from both sides. */
typedef struct soft_facet {
    float v[3][3];
    float normal[3]; /* unit, outward */
} soft_facet;

/* An edge runs from v[0] to v[1] counter-clockwise in face[0]; face[1] is -1 at a rim. */
typedef struct soft_edge {
    int v[2], face[2];
} soft_edge;

/* A disc that hides from its front what a part of the surface does. */
typedef struct soft_patch {
    float middle[3], normal[3];
    float area; /* m^2 / pi */
} soft_patch;

typedef struct soft_mesh {
    int n_vertices, n_triangles, n_edges;
    bool convex;            /* hides nothing of its own that faces the viewer or the light */
    bool smooth;            /* some normals differ from their facet's: `corner` is set */
    const double *vertices; /* [n_vertices][3] m, geom frame */
    const int *triangles;   /* [n_triangles][3] */
    float (*position)[3];   /* [n_vertices] */
    soft_facet *facets;     /* [n_triangles] */
    double (*plane)[3];     /* [n_triangles] normal, not unit */
    float (*corner)[3][3];  /* [n_triangles][corner] unit normals, or NULL */
    uint8_t *colour;        /* [n_triangles] of the smooth patch it is in */
    soft_edge *edges;       /* [n_edges] */
    soft_node *nodes;       /* [0] is the root */
    int *order;             /* [n_triangles] of the leaves */
    int n_patches;          /* 0: convex meshes and height fields need none */
    soft_patch patches[SOFT_PATCHES];
    double lo[3], hi[3]; /* m: box */
    double radius;       /* m, about the middle of the box */
    double area, volume; /* m^2, m^3 (0 for a height field) */
} soft_mesh;

/**
 * Prepare what a geom of shape hull, mesh or height field shows; all memory is `arena`'s but the
 * vertices and triangles of a mesh, which are borrowed. False: out of memory.
 */
bool reel_soft_mesh_build(soft_mesh *out, const reel_scene *scene, const reel_geom *geom,
                          reel_arena *arena);

/* patches.c: the patches of a mesh whose facets are filled. False: out of memory. */
bool reel_soft_patches_fill(soft_mesh *mesh);

/* bvh.c: nodes and order from vertices and triangles. */
bool reel_soft_bvh_build(soft_mesh *mesh, reel_arena *arena);
