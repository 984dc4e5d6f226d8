/*
 * glb_internal.h - the parts of the glb layout: surfaces as triangles, textures, the file, nodes.
 *
 * A file is built in memory. What runs out of memory sets `failed`, which is looked at in the end,
 * so that puts can be chained. Thread-safety: one file, one thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/camera.h"
#include "base/json.h"
#include "export/layout/layout.h"

REEL_API_BEGIN

/* ---- surfaces: glb_shapes.c, glb_solid.c -------------------------------------------------------
 */

/** A surface as triangles in a geom's frame, counter-clockwise seen from outside. What is one place
 * has the same bits in all its points: there is one for each normal, and for each chart. */
typedef struct reel_glb_shell {
    reel_bytes position; /**< double [points][3] m */
    reel_bytes normal;   /**< double [points][3] unit */
    reel_bytes uv;       /**< double [points][2], the origin top left; empty without texture */
    reel_bytes triangle; /**< int [triangles][3] */
} reel_glb_shell;

int reel_glb_shell_points(const reel_glb_shell *shell);                        /**< how many */
int reel_glb_shell_triangles(const reel_glb_shell *shell);                     /**< how many */
const double *reel_glb_shell_position(const reel_glb_shell *shell, int point); /**< [3] */
const double *reel_glb_shell_normal(const reel_glb_shell *shell, int point);   /**< [3] */
const int *reel_glb_shell_triangle(const reel_glb_shell *shell, int triangle); /**< [3] points */
/** @return the new point */
int reel_glb_shell_add_point(reel_glb_shell *shell, reel_vec3 p, reel_vec3 n);
void reel_glb_shell_add_triangle(reel_glb_shell *shell, int a, int b, int c);
bool reel_glb_shell_failed(const reel_glb_shell *shell); /**< out of memory */
void reel_glb_shell_finish(reel_glb_shell *shell);

/**
 * The surface of a geom that is no plane, into the empty `out`.
 * @param detail  edges on a quarter of a circle
 */
void reel_glb_shell_of_geom(const reel_scene *scene, const reel_geom *geom, int detail,
                            reel_glb_shell *out);
/** A hull, mesh or height field: its own triangles, with normals by its crease angle. */
void reel_glb_shell_of_facets(const reel_scene *scene, const reel_geom *geom, reel_glb_shell *out);
/** For every corner of closed or open triangles, the corner where the triangle across the edge that
 * begins there has its own beginning of it; -1: none. @return false: out of memory */
bool reel_glb_twins(int n_triangles, const int *triangles, int *twin);
/** The disc z = 0 of this radius. */
void reel_glb_shell_of_disc(double radius, int detail, reel_glb_shell *out);
/** What lies between the square of half edge `inner` (0: nothing is left out) about the origin and
 * that of half edge `outer`, or, with outer = 0, the disc's rim; uv over the square of half edge
 * `half`. */
void reel_glb_shell_of_ring(double inner, double outer, double half, double radius, int detail,
                            reel_glb_shell *out);

/* ---- charts: glb_charts.c ----------------------------------------------------------------------
 * A chart is a piece of the surface that is seen whole along an axis of the geom's frame. Each is
 * drawn by itself as that view shows it, and the pieces are put into one texture, the atlas.
 */

enum {
    REEL_GLB_MAX_CHARTS = 256, /**< of a surface: with more of them it gets its mean colour */
    REEL_GLB_PAD = 3,          /**< px around a chart that repeat its rim */
    REEL_GLB_LEAST_TEXTURE = 32,
};

/** The eye looks along -`out` at `centre`, from so far that the geom fills the picture. */
typedef struct reel_glb_sight {
    reel_vec3 right, up, out; /**< of the geom's frame; right x up = out */
    reel_vec3 centre;         /**< m, geom frame */
    double distance;          /**< m, of the eye */
} reel_glb_sight;

typedef struct reel_glb_chart {
    reel_glb_sight sight;
    int from_x, from_y, width, height; /**< px: part of the picture that is kept */
    int x, y;                          /**< px: where it is in the atlas */
    int first, n;                      /**< its triangles in `order` */
} reel_glb_chart;

typedef struct reel_glb_charts {
    int side; /**< px, of the square pictures that are drawn */
    int n;
    reel_glb_chart *chart;
    int *order;        /**< [triangles] by chart */
    int width, height; /**< px, of the atlas */
} reel_glb_charts;

/** Along an axis of the geom's frame: 0 looks at +x, then -x, +y, -y, +z, -z. */
reel_glb_sight reel_glb_sight_along(int axis, reel_vec3 centre, double distance);
/** Focal length in px of pictures of this side: nearly parallel. */
double reel_glb_focal(int side);
/** Where the point of the geom's frame is seen, px. */
void reel_glb_sight_project(const reel_glb_sight *sight, int side, const double p[3],
                            double out[2]);
/**
 * Charts of the surface for pictures of `side` px: the six sides of what is convex, +z alone of a
 * height field, connected pieces of any other mesh. The shell becomes one with uv, its points
 * those of one chart each.
 * @return false: out of memory, or (*n_wanted > REEL_GLB_MAX_CHARTS) too many charts.
 */
bool reel_glb_charts_make(reel_arena *arena, const reel_scene *scene, const reel_geom *geom,
                          int side, reel_glb_shell *shell, reel_glb_charts *out, int *n_wanted);

/* ---- textures: glb_bake.c ----------------------------------------------------------------------
 */

typedef struct reel_glb_picture {
    int width, height;
    uint8_t *rgb; /**< [height][width][3] sRGB-encoded */
} reel_glb_picture;

/** Draws textures. Zero-initialised but for what it borrows. */
typedef struct reel_glb_baker {
    reel_arena arena; /**< of the pictures as well */
    const reel_drawer *drawer;
    int n_stages, max_stages;
    struct reel_glb_stage **stages; /**< what the drawer may still hold on to */
} reel_glb_baker;

/**
 * Draw the base colour of material `material` on the geom, chart by chart, through the drawer.
 * @param out   the atlas
 * @param mean  linear, over all that was seen
 */
reel_status reel_glb_bake(reel_glb_baker *baker, const reel_scene *scene, const reel_geom *geom,
                          int material, const reel_glb_charts *charts, reel_glb_picture *out,
                          double mean[3], reel_error *err) REEL_MUST_CHECK;
/** The same of a plane: squares about its origin of half edges `half`, a picture of `side` px of
 * each. @param out  [n] */
reel_status reel_glb_bake_squares(reel_glb_baker *baker, const reel_scene *scene,
                                  const reel_geom *geom, int material, int side, int n,
                                  const double *half, reel_glb_picture *out, double mean[3],
                                  reel_error *err) REEL_MUST_CHECK;
/** The mean alone, linear, over what is seen along the six axes; of a plane, about its origin. */
reel_status reel_glb_bake_mean(reel_glb_baker *baker, const reel_scene *scene,
                               const reel_geom *geom, int material, double mean[3],
                               reel_error *err) REEL_MUST_CHECK;
/** Free all. @param record  is drawn once, so that the drawer lets go of what was drawn for
 * textures. @return REEL_OK, or what the drawer returned. */
reel_status reel_glb_baker_finish(reel_glb_baker *baker, const reel_record *record,
                                  reel_error *err) REEL_MUST_CHECK;

/* ---- the file: glb_file.c ----------------------------------------------------------------------
 */

typedef struct reel_glb_settings {
    int detail;   /**< edges on a quarter of a circle */
    int texture;  /**< px, most of a side of a texture's picture; 0: mean colours */
    bool samples; /**< keys at all samples, not at frames alone */
    double lux;   /**< of one unit of irradiance */
} reel_glb_settings;

/** Lists of the file, by their names in it. */
enum {
    REEL_GLB_ACCESSORS,
    REEL_GLB_VIEWS,
    REEL_GLB_CAMERAS,
    REEL_GLB_IMAGES,
    REEL_GLB_MATERIALS,
    REEL_GLB_MESHES,
    REEL_GLB_NODES,
    REEL_GLB_TEXTURES,
    REEL_GLB_LISTS,
};

/** Extensions that are used. */
enum {
    REEL_GLB_CLEARCOAT,
    REEL_GLB_EMISSIVE,
    REEL_GLB_IOR,
    REEL_GLB_LIGHTS,
    REEL_GLB_SPECULAR,
    REEL_GLB_TRANSMISSION,
    REEL_GLB_VOLUME,
    REEL_GLB_EXTENSIONS,
};

typedef struct reel_glb_surface reel_glb_surface; /**< glb_looks.c */
typedef struct reel_glb_look reel_glb_look;
typedef struct reel_glb_paint reel_glb_paint; /**< glb_materials.c */

typedef struct reel_glb {
    reel_arena arena;
    const reel_record *record;
    const reel_scene *scene;
    const reel_take *take;
    reel_glb_baker baker;
    reel_glb_settings set;
    reel_bytes binary;
    reel_json *list[REEL_GLB_LISTS];
    int count[REEL_GLB_LISTS];
    reel_json *lights, *channels, *samplers;
    int n_lights, n_samplers;
    int times; /**< accessor of the times of all keys; -1: not there yet */
    bool used[REEL_GLB_EXTENSIONS];
    int n_surfaces, max_surfaces;
    reel_glb_surface *surfaces;
    int n_looks, max_looks;
    reel_glb_look *looks;
    int n_paints, max_paints;
    reel_glb_paint *paints;
    int *body_node; /**< [bodies] */
    bool failed;    /**< out of memory */
} reel_glb;

/** Chained puts: `v` is taken over; what fails sets g->failed. */
void reel_glb_put(reel_glb *g, reel_json *object, const char *key, reel_json *v);
void reel_glb_push(reel_glb *g, reel_json *array, reel_json *v);
void reel_glb_put_int(reel_glb *g, reel_json *object, const char *key, int64_t v);
void reel_glb_put_real(reel_glb *g, reel_json *object, const char *key, double v);
void reel_glb_put_bool(reel_glb *g, reel_json *object, const char *key, bool v);
void reel_glb_put_text(reel_glb *g, reel_json *object, const char *key, const char *v);
void reel_glb_put_reals(reel_glb *g, reel_json *object, const char *key, const double *v, int n);
void reel_glb_put_vec(reel_glb *g, reel_json *object, const char *key, reel_vec3 v);
/** An empty object under `key`, borrowed; NULL after a failure. */
reel_json *reel_glb_put_object(reel_glb *g, reel_json *object, const char *key);
reel_json *reel_glb_put_array(reel_glb *g, reel_json *object, const char *key);
/** Append `v` (taken over) to a list of the file. @return its index */
int reel_glb_append(reel_glb *g, int list, reel_json *v);
/** Under "extensions" of `object`, an empty object for this one; it counts as used. */
reel_json *reel_glb_extend(reel_glb *g, reel_json *object, int extension);

/** `n` vectors of `width` doubles as float32. @param target  34962 (vertices), 0: none.
 * @param bounds  with min and max. @return the accessor */
int reel_glb_put_floats(reel_glb *g, const double *v, int n, int width, int target, bool bounds);
int reel_glb_put_indices(reel_glb *g, const int *v, int n, int n_points); /**< the accessor */
int reel_glb_put_picture(reel_glb *g, const reel_glb_picture *picture);   /**< the texture */
/** The node's "translation" and "rotation", where they are not the identity. */
void reel_glb_put_pose(reel_glb *g, reel_json *node, reel_pose pose);
/** The file, once all is there. */
void reel_glb_write(reel_glb *g, reel_bytes *out);
void reel_glb_finish(reel_glb *g);

/* ---- what stands in it -------------------------------------------------------------------------
 */

/** glb_looks.c: the mesh of a visible geom. @return REEL_OK, or what the drawer returned. */
reel_status reel_glb_mesh_of_geom(reel_glb *g, int geom, int *mesh, reel_error *err);
/** glb_materials.c: material `index` of the scene. @param texture  of its base colour; -1: `color`.
 * @param thickness  m, of what is clear. @return the material */
int reel_glb_material(reel_glb *g, int index, int texture, const double color[3], double thickness);
/** glb_nodes.c: the tree of zup (node 0), objects, bodies, geoms. */
reel_status reel_glb_put_nodes(reel_glb *g, reel_error *err) REEL_MUST_CHECK;
/** A node below `parent` (-1: none). @return borrowed; NULL after a failure */
reel_json *reel_glb_add_node(reel_glb *g, const char *name, int parent, int *index);
reel_json *reel_glb_clip_facts(reel_glb *g);
/** glb_lights.c: nodes of suns and lamps; facts of the sky. */
void reel_glb_put_lights(reel_glb *g);
reel_json *reel_glb_sky(reel_glb *g);
/** glb_motion.c: nodes of cameras; keys of all that moves. */
void reel_glb_put_cameras(reel_glb *g);
void reel_glb_put_motion(reel_glb *g);
int reel_glb_n_keys(const reel_glb *g);
/** Pose of a body at the first key at which it is there. */
reel_pose reel_glb_first_pose(const reel_glb *g, int body);

REEL_API_END
