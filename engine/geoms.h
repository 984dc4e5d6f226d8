/*
 * geoms.h - the collision shapes of a scene: made once, then asked which points of two touch.
 * Internal to engine/.
 */
#pragma once

#include "engine/terrain.h"

struct dContactGeom;

/* What the colliders know of a geom; constant after geoms_build(). */
typedef struct geom_shape {
    reel_shape shape;
    bool collides;
    convex solid;        /* not of a plane, mesh or height field */
    double lo[3], hi[3]; /* m: box in the geom's frame (mesh, height field) */
    const terrain *land; /* of a mesh or height field: else NULL */
} geom_shape;

/* ODE's geoms in sim->space (spheres, boxes, capsules, cylinders and planes as its own classes, the
 * rest as one of ours with an exact box), and sim->shapes. REEL_E_SCENE, REEL_E_NOMEM. */
reel_status geoms_build(reel_sim *sim, reel_error *err);
void geoms_destroy(reel_sim *sim);
const geom_shape *geoms_shape(const reel_sim *sim, int geom);

/* At most COLLIDER_CONTACTS points of two geoms, as dCollide gives them: normals towards the first,
 * depths with the margins of both (a plane has none). */
int geoms_collide(const reel_sim *sim, int geom_a, int geom_b, struct dContactGeom *points);
