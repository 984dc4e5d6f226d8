/*
 * meshes.h - solids made by formula: what is seen of them and what collides.
 *
 * A solid is one closed mesh, which is drawn and whose integrals give the mass properties
 * (reel_mesh_mass()), and convex parts in the same frame, which collide: one visible
 * REEL_SHAPE_MESH geom that does not collide and one invisible REEL_SHAPE_HULL geom that does for
 * each part, all with the same body_from_geom. A convex solid has one part, and can as well be one
 * geom of shape REEL_SHAPE_HULL that is seen and collides.
 *
 * Units: m, rad. The frame is told with each kind; z is up. Its origin is not the centre of mass.
 * Vertices are whole multiples of 1e-6 m, so that the frozen form is short. Everything lies in the
 * caller's arena; meshes have the name "", which the caller sets. The same arguments give the same
 * bits on every machine. Thread-safety: pure functions of their arguments.
 *
 * Every function returns REEL_OK; REEL_E_SCENE: a value out of its range (err->field names the
 * parameter) or parameters that do not go together; REEL_E_NOMEM. Outputs are untouched on failure.
 */
#pragma once

#include "base/mesh.h"

REEL_API_BEGIN

enum {
    REEL_MAX_SOLID_PARAMS = 8,
    REEL_MAX_OUTLINE = 1024, /**< corners of an outline or profile */
    REEL_MAX_PARTS = 1024,   /**< of one solid */
};

typedef struct reel_solid {
    reel_mesh mesh;   /**< what is seen; passes reel_mesh_check() */
    int n_parts;      /**< >= 1 */
    reel_mesh *parts; /**< what collides: each passes reel_mesh_check() as convex; crease as mesh */
    double deviation; /**< m: no point of the parts' surface is farther outside of the mesh, and no
                           point of the mesh farther outside of the parts, the rounding of the
                           vertices (1e-6 m) aside; 0: they are the same solid */
} reel_solid;

/* ---- by name ---- */

typedef struct reel_solid_param {
    const char *name;
    const char *doc;
    double fallback; /**< default */
    double lo, hi;   /**< range, inclusive */
    bool is_integer;
} reel_solid_param;

/** A kind of solid: how to make it of at most REEL_MAX_SOLID_PARAMS numbers. */
typedef struct reel_solid_kind {
    const char *name; /**< [a-z_]+, such as "torus" */
    const char *doc;  /**< one line: what it is and where its origin and axes are */
    int n_params;
    const reel_solid_param *params;
    reel_status (*make)(reel_arena *arena, const double *values, reel_solid *out, reel_error *err);
} reel_solid_kind;

/**
 * Kinds in byte order of their names: arch, bowl, cross, dodecahedron, frustum, gear, goblet,
 * icosahedron, l_shape, mug, octahedron, prism, pyramid, rounded_box, spoon, star, t_shape, teapot,
 * tetrahedron, torus, tube, u_shape, wedge, wrench.
 */
int reel_solid_n_kinds(void);
/** 0 <= i < reel_solid_n_kinds(). */
const reel_solid_kind *reel_solid_kind_at(int i);
/** NULL if there is none of this name. */
const reel_solid_kind *reel_solid_find(const char *name);
/** `values`: one for each of kind->params in their order; NULL: their defaults. Checks ranges. */
reel_status reel_solid_make(reel_arena *arena, const reel_solid_kind *kind, const double *values,
                            reel_solid *out, reel_error *err) REEL_MUST_CHECK;

/* ---- of lists ---- */

/**
 * The polygon `outline` ([n][2], x and y, 3 <= n <= REEL_MAX_OUTLINE, either sense, no two edges
 * touching but neighbours) from z = -height / 2 to height / 2. Smooth where the outline turns by
 * less than `crease`. Its parts are the polygon cut into convex ones: exact.
 */
reel_status reel_solid_extrusion(reel_arena *arena, const double *outline, int n, double height,
                                 double crease, reel_solid *out, reel_error *err) REEL_MUST_CHECK;

/**
 * The polygon `profile` ([n][2], radius >= 0 and z, as an outline) turned about the z axis. Edges
 * on the axis are inside of the solid. `segments` (3..256) facets around, each of which is as wide
 * as one part where parts are not whole rings: exact.
 */
reel_status reel_solid_revolution(reel_arena *arena, const double *profile, int n, int segments,
                                  double crease, reel_solid *out, reel_error *err) REEL_MUST_CHECK;

/** Convex hull of n points ([n][3]), rounded to 1e-6 m: one part. */
reel_status reel_solid_of_points(reel_arena *arena, const double *points, int n, double crease,
                                 reel_solid *out, reel_error *err) REEL_MUST_CHECK;

/** How an OBJ text is read. */
typedef struct reel_obj_options {
    double scale;  /**< m per unit of the file, > 0; default 1 */
    bool y_up;     /**< default false */
    double crease; /**< rad; default 0.7 */
} reel_obj_options;
/** The defaults that the fields name. */
reel_obj_options reel_obj_options_default(void);

/**
 * A Wavefront OBJ text, `size` bytes: v, f (polygons; x, x/y, x//z and x/y/z, negative indices), o
 * and g; other known statements (vt, vn, s, usemtl, mtllib) are skipped, and anything else is an
 * error. Faces in groups (o or g) whose names begin with "part" are the points of one convex part
 * each; all other faces are the visible mesh. Without parts the hull of the mesh is the only one,
 * and deviation is how far that is from the mesh. Without visible faces the parts' own are seen.
 * Units as in the file times `scale`; the axes are the file's, or with `y_up` turned so that its y
 * becomes z. Vertices that agree to 1e-6 m are one.
 * Untrusted input: err names `name` and the line. `options` NULL: the defaults.
 */
reel_status reel_solid_from_obj(reel_arena *arena, const char *text, size_t size, const char *name,
                                const reel_obj_options *options, reel_solid *out,
                                reel_error *err) REEL_MUST_CHECK;

REEL_API_END
