/*
 * solid.h - how solids are put together. Internal to assets/.
 *
 * A builder collects vertices, triangles and parts; after its first failure it does nothing more
 * and solid_finish() tells. Lengths in m; vertices are rounded to STEP where they are added.
 */
#pragma once

#include "assets/meshes.h"

#define STEPS_PER_METRE 1e6

typedef struct solid_builder {
    reel_arena *arena; /* of the parts and, at the end, of everything */
    double (*vertices)[3];
    int (*triangles)[3];
    reel_mesh *parts;
    int n_vertices, n_triangles, n_parts;
    int vertex_room, triangle_room, part_room;
    double crease, deviation;
    bool upright; /* y of what is added becomes z: a quarter turn about x */
    reel_status status;
    reel_error *err;
} solid_builder;

/* Corners of polygons, in whole steps: their predicates are exact. |x| <= 1e9. */
typedef struct plane_point {
    int64_t x, y;
} plane_point;

/* A simple polygon, counter-clockwise, no three neighbours in a line. Heap memory. */
typedef struct polygon {
    int n;
    plane_point *p;
} polygon;

/* A polygon in triangles, and in convex polygons ("cells") whose corners are `index` from start[i]
 * to start[i + 1]. Heap memory. */
typedef struct plane_cells {
    int n_points, n_triangles, n_cells;
    plane_point *points;
    int (*triangles)[3];
    int *start, *index;
} plane_cells;

double solid_round(double x); /* to whole steps */
/* Empties the builder. solid_fail() notes the first failure; solid_vertex() returns the index. */
void solid_begin(solid_builder *b, reel_arena *arena, double crease, reel_error *err);
void solid_fail(solid_builder *b, reel_status status, const char *msg);
int solid_vertex(solid_builder *b, double x, double y, double z);
void solid_triangle(solid_builder *b, int i, int j, int k);
/* A part: the hull of n points ([n][3]). */
void solid_part(solid_builder *b, const double *points, int n);
/* A part, and the same to be seen. */
void solid_convex(solid_builder *b, const double *points, int n);
/* Checks and copies to the arena; frees the builder. */
reel_status solid_finish(solid_builder *b, reel_solid *out);

/* ---- polygon.c ---- */

/* From [n][2] doubles; REEL_E_SCENE: too large, or edges touch. */
reel_status polygon_make(const double *outline, int n, polygon *out, reel_error *err);
void polygon_free(polygon *p);
/* Triangles, and cells merged from them: no new points. REEL_E_NOMEM. */
reel_status polygon_cells(const polygon *p, plane_cells *out);
/* Cells by level cuts (along x) from the reflex corners: new points on the edges. No triangles. */
reel_status polygon_level_cells(const polygon *p, plane_cells *out);
void plane_cells_free(plane_cells *cells);

/* ---- sweep.c: each adds a closed surface and its parts ---- */

/* Triangles and cells from z = lo to hi. */
void sweep_up(solid_builder *b, const plane_cells *cells, double lo, double hi);

/* A polygon (x: radius, y: z) about the z axis, facets between n increasing angles (rad). */
void sweep_around(solid_builder *b, const polygon *profile, const double *angles, int n);

/* Even angles. With `half_width` > 0 one facet (or two, if `two`) is centred on +x (and -x) and
 * reaches from y = -half_width to half_width at `radius`; *flat is then its distance from the axis.
 * 3 <= n <= MAX_ANGLES. */
enum { MAX_ANGLES = 256 };
void sweep_angles(double angles[], int n, double radius, double half_width, bool two, double *flat);

/* n_rings rings of k points each ([n_rings * k][3], k >= 3; seen along the way from first to last
 * they run clockwise), with caps, or closed. Each part is the hull of two rings that follow one
 * another: rings must be convex and such pairs have flat sides. */
void sweep_rings(solid_builder *b, const double *points, int n_rings, int k, bool closed);

/* ---- kinds ---- */

/* A plane figure with a depth: `outline` is [n][2]. */
reel_status make_plane_kind(reel_arena *arena, const double *outline, int n, double depth,
                            bool upright, reel_solid *out, reel_error *err);

/* reel_solid_kind.make of the kinds with these names; `v` as in kinds.c, in range. */
reel_status make_arch(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_bowl(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_cross(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_frustum(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_gear(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_goblet(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_l_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_mug(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_rounded_box(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_spoon(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_star(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_t_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_teapot(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_torus(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_tube(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_u_shape(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
reel_status make_wrench(reel_arena *arena, const double *v, reel_solid *out, reel_error *err);
