/*
 * mesh.h - closed triangle meshes: checks, mass properties, convex hulls of points.
 *
 * Lengths in m, double; triangles run counter-clockwise seen from outside. Thread-safe: pure
 * functions of their arguments.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

enum {
    REEL_MAX_HULL_VERTICES = 4096, /**< of a convex mesh */
};

/**
 * Whether a mesh can be simulated: finite, every edge shared by exactly two triangles that run
 * along it in opposite directions, no triangle without area (lower than 1e-10 of the mesh's size),
 * no vertex without a triangle, volume > 0; and, if `convex` is asked for, one surface without
 * holes, no vertex beyond a face by more than 1e-6 of the mesh's size, and at most
 * REEL_MAX_HULL_VERTICES.
 * @return REEL_OK; REEL_E_SCENE: says what is wrong and names the triangle or edge; REEL_E_NOMEM.
 */
reel_status reel_mesh_check(const reel_mesh *mesh, bool convex, reel_error *err) REEL_MUST_CHECK;

/** Mass, centre of mass and inertia about it (xx yy zz xy xz yz, tensor elements) of the solid. */
void reel_mesh_mass(const reel_mesh *mesh, double density, double *mass, reel_vec3 *center,
                    double inertia[6]);

/** Corners of the mesh's box. */
void reel_mesh_box(const reel_mesh *mesh, double lo[3], double hi[3]);

/**
 * Convex hull of n points ([n][3], n >= 4) as a mesh in `arena`, with crease 0 and name "".
 * Vertices keep the order of the points; those inside the hull of the others, or within about 1e-9
 * of its size of it, are left out; triangles are in order of their indices. The same points give
 * the same mesh, triangle for triangle.
 * @return REEL_OK; REEL_E_SCENE (not finite, or all in one plane); REEL_E_NOMEM.
 */
reel_status reel_hull_of_points(reel_arena *arena, const double *points, int n, reel_mesh *out,
                                reel_error *err) REEL_MUST_CHECK;

REEL_API_END
