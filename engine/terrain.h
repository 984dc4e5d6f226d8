/*
 * terrain.h - static scenery of triangles, meshes and height fields, and where convex solids touch
 * it. Internal to engine/.
 *
 * Triangles are one-sided: a solid is pushed out along their normals, or along a direction between
 * those of two that meet in a ridge; never along an edge between triangles in one plane or in a
 * valley. On a plane of triangles the points and normals are therefore those of the plane. A height
 * field is solid below, at any depth; a mesh is left by the side that the solid's centre is on, so
 * it must be thicker than bodies sink in one step (tunnel.c sees to the fast ones).
 * No state: the same pose gives the same points. Constant once made.
 */
#pragma once

#include "engine/convex.h"

typedef struct terrain terrain;

/* In the arena. REEL_E_NOMEM, REEL_E_SCENE (a mesh that reel_mesh_check() refuses). What it is made
 * from must outlive it. */
reel_status terrain_of_mesh(reel_arena *arena, const reel_mesh *mesh, terrain **out,
                            reel_error *err);
reel_status terrain_of_heights(reel_arena *arena, const reel_height_field *field,
                               const double size[3], terrain **out, reel_error *err);

/*
 * At most COLLIDER_CONTACTS points in the terrain's frame, normals towards the solid, depths with
 * the solid's `round` and SIM_MARGIN for the terrain. They are chosen already: at most 4 of those
 * with about the same normal.
 */
int terrain_collide(const terrain *t, const convex *solid, const convex_pose *solid_in_terrain,
                    touch_point *out);
