/*
 * convex.h - where two convex solids touch, whatever their shapes. Internal to engine/.
 *
 * A solid is a core (polytope, point, segment, cylinder, cone, ellipsoid) with a ball of radius
 * `round` swept over it: a sphere is a point, a capsule a segment, and SIM_MARGIN is part of it.
 * Everything is computed in the frame of the first solid, so a pose far from the origin costs no
 * digits. No state: the same two solids in the same relative pose give the same points.
 *
 * The overlap along a unit vector n that points from a to b is f(n) = h_a(n) + h_b(-n), with the
 * support functions h; the depth is its least value over the sphere, found
 * - among polytopes by the separating-axis test over faces and those pairs of edges whose arcs
 *   cross on the Gauss map (Gregorius, "The separating axis test", GDC 2013),
 * - else from the flat faces, and by shifting the solids apart along the best n so far and taking
 *   the direction between their nearest points (Gilbert, Johnson and Keerthi), which never raises
 * f. A face is preferred to what is less than a twentieth shallower, so that things rest on faces.
 * Moving b by depth along n takes the two apart, whatever n is.
 */
#pragma once

#include "engine/sim.h"

typedef struct polytope_face {
    reel_vec3 normal; /* unit, outward */
    double offset;    /* m: normal . x of its corners, the largest */
    int first, n;     /* its corners, counter-clockwise seen from outside */
} polytope_face;

typedef struct polytope_edge {
    int from, to;
    int left, right; /* faces; the left one runs along it from `from` to `to` */
} polytope_edge;

/* A convex polyhedron with polygons for faces. Constant once made; may be shared. */
typedef struct polytope {
    int n_vertices, n_faces, n_edges;
    reel_vec3 *vertices;
    polytope_face *faces;
    int *corners; /* vertices of the faces, see polytope_face */
    polytope_edge *edges;
    int *first_neighbour; /* [n_vertices + 1] into neighbours; NULL: not known, for small ones */
    int *neighbours;      /* vertices that share an edge with each vertex */
} polytope;

/* The shapes that are no plane, mesh or height field. */
typedef struct convex {
    reel_shape shape;     /* REEL_SHAPE_BOX has a polytope, too */
    double size[3];       /* m: radius, radius and half the length, or semi-axes */
    const polytope *hull; /* box and hull: else NULL */
    double round;         /* m: sphere's, capsule's radius, margin included */
    double core_radius;   /* m: ellipsoid: radius of the ball that is taken off its core */
    reel_vec3 centre;     /* m: a point inside */
    double reach;         /* m: of a ball about the centre that holds all of it */
} convex;

/* Pose of the second solid in the frame of the first. */
typedef struct convex_pose {
    reel_vec3 p;
    reel_mat3 r;
} convex_pose;

/* convex_make.c */
/* A polytope from a closed convex mesh, in the given arena: triangles in one plane (to 1e-6 of
 * the mesh's size) become one face. False: out of memory, or not such a mesh. */
bool polytope_of_mesh(reel_arena *arena, const reel_mesh *mesh, polytope *out);
bool polytope_of_box(reel_arena *arena, const double half[3], polytope *out);

/* A triangle with thickness, without allocation: `hull` points into the struct itself, so do not
 * copy it. Its first face (0) is the triangle, counter-clockwise seen from outside; its second the
 * copy moved by `down`, which must point to the inner side; then the three sides in the order of
 * the triangle's edges 0-1, 1-2, 2-0. */
typedef struct prism {
    polytope hull;
    reel_vec3 vertices[6];
    polytope_face faces[5];
    int corners[18];
    polytope_edge edges[9];
} prism;
void prism_make(prism *out, const reel_vec3 triangle[3], reel_vec3 down);

/* Thicker by `margin`. A solid of a polytope (which must outlive it), box or not: */
convex convex_of_polytope(const polytope *hull, double margin);
/* Sphere, capsule, cylinder, cone, ellipsoid with sizes as in reel_geom: */
convex convex_of_shape(reel_shape shape, const double size[3], double margin);

/* convex_support.c */
/* Point of the core (without `round`) farthest along the unit vector n, both in its own frame.
 * *hint: 0 at first, then what the last call for this solid left there: quicker. */
reel_vec3 convex_support(const convex *s, reel_vec3 n, int *hint);

/* convex.c */
/*
 * At most COLLIDER_CONTACTS points in a's frame, normals towards b, pos half way between the two
 * surfaces; 0 if they are apart. The deepest one's depth takes the solids apart along its normal.
 * The same points (normals turned round) with a and b exchanged, to rounding.
 */
int collide_convex(const convex *a, const convex *b, const convex_pose *b_in_a, touch_point *out);
/* The half-space normal . x <= offset, in the solid's frame; normals from the solid into the
 * half-space, which has no margin of its own. */
int collide_convex_plane(const convex *s, reel_vec3 normal, double offset, touch_point *out);
