/*
 * build.h - a scene while a script builds it: growing arrays in the scene's arena, names, mass
 * properties, placement. Knows nothing of Lua but that memory ends a script. Internal.
 */
#pragma once

#include "assets/meshes.h"
#include "scenes/script.h"
#include "scenes/words.h"

REEL_API_BEGIN

/** How many things without a name there are of a word, for names such as "sphere 2". */
typedef struct reel_counter {
    const char *word; /**< static storage */
    int n;
} reel_counter;

/** world:pair: what the script says of two materials; NAN where it says nothing. */
typedef struct reel_pair_rule {
    const char *a, *b; /**< names of materials, a <= b */
    double friction, restitution, rolling;
} reel_pair_rule;

/** Meshes that were made before, by how they were made: equal things share them. */
typedef struct reel_recipe {
    const char *text;
    reel_solid *solid;
    int *meshes; /**< of the scene: what is seen, then the parts; -1: not used yet */
} reel_recipe;

struct reel_builder {
    reel_script *script;
    reel_scene *scene;
    int surface_cap, material_cap, category_cap, object_cap, body_cap, geom_cap, joint_cap,
        action_cap, camera_cap, sun_cap, expect_cap, mesh_cap, height_field_cap, pair_cap,
        force_field_cap, lamp_cap, image_cap;
    bool *weighs; /* by geom: counts for the mass of its body */
    int weighs_cap;
    reel_counter counters[128];
    int n_counters;
    reel_pair_rule *rules;
    int n_rules, rule_cap;
    reel_recipe *recipes;
    int n_recipes, recipe_cap;
    int caption_line;
    bool floor_done, sky_done, caption_done;
    bool sky_is_light; /* needs no sun */
    bool outcome_open; /* an expectation lies beyond the end of the clip */
};

/** The builder of the running script; an error if the scene is not being built (any more). */
reel_builder *reel_builder_of(lua_State *L);

/** An error unless a method of the world has an argument; world.box { } has none. */
void reel_build_argument(lua_State *L);

/** A copy in the scene's arena. */
char *reel_build_string(lua_State *L, const char *s);
/** Room for one more of `n`; the array may move. */
void *reel_build_grow(lua_State *L, void *array, int n, int *cap, size_t size);

/* All of these return an index and give a Lua error when a limit is reached. */
int reel_build_surface(lua_State *L, const reel_surface *surface); /**< the same one only once */
int reel_build_material(lua_State *L, const reel_material *material);
int reel_build_category(lua_State *L, const char *name);
int reel_build_object(lua_State *L, const reel_object *object);
int reel_build_body(lua_State *L, const reel_body *body);
/** `weighs`: it counts for the mass of its body. */
int reel_build_geom(lua_State *L, const reel_geom *geom, bool weighs);
/** The mesh with a unique name that begins with `word`; vertices and triangles are in the scene's
 * arena already. An equal one that is there is taken instead. */
int reel_build_mesh(lua_State *L, const reel_mesh *mesh, const char *word);
int reel_build_height_field(lua_State *L, const reel_height_field *field);

/** The next number of `word` (static storage), from 1. */
int reel_build_count(lua_State *L, const char *word);

/** Lower and upper ends of a geom along the axes of a frame in which its pose has rotation `q`, as
 * seen from its origin: exact for every shape. False for a plane. (solid.c) */
bool reel_build_reach(const reel_scene *scene, const reel_geom *geom, reel_quat q, double lo[3],
                      double hi[3]);

typedef enum reel_which {
    REEL_WHICH_ALL,
    REEL_WHICH_VISIBLE,
    REEL_WHICH_COLLIDES, /**< all if none does */
} reel_which;

/** Box of a body's finite geoms under `pose`; false if it has none. */
bool reel_build_box(const reel_scene *scene, const reel_body *body, reel_which which,
                    reel_pose pose, double lo[3], double hi[3]);
/** What the box costs of a script's budget. */
uint64_t reel_build_box_cost(const reel_scene *scene, const reel_body *body);
/** Mass, centre of mass and inertia about it of the geoms of `body`, whose poses are in a frame;
 * then the frame is moved to the centre: geoms and `body` are changed, and its offset returned. */
reel_vec3 reel_build_mass(lua_State *L, reel_body *body);
/** Scale the body's mass and inertia to `mass`. */
void reel_build_set_mass(reel_body *body, double mass);

/** Step of a time in s: the first one not before it (1e-9 of tolerance). */
int64_t reel_build_step(const reel_scene *scene, double seconds);

/* --- bindings: each adds methods to the world (world.c lists them) -----------------------------
 */

/** An object made by the script: what world:box and its sisters return. */
typedef struct reel_thing {
    int object, body;
} reel_thing;

/** Height of the ground at a point, world frame; false if the body is no height field or the point
 * beyond its ends. (ground.c) */
bool reel_ground_height(const reel_scene *scene, const reel_body *body, double x, double y,
                        double *z);
/** The highest point of the ground over the rectangle of a box; false as above. */
bool reel_ground_under(const reel_scene *scene, const reel_body *body, const double lo[3],
                       const double hi[3], double *top);

/** Push the thing that is `body` of `object`. */
void reel_thing_push(lua_State *L, int object, int body);
/** Body named by the value at `index` (a thing, or the name of a body or object). */
int reel_thing_body(lua_State *L, int index, const char *field);
/** ... and the object that it belongs to. */
int reel_thing_object(lua_State *L, int index, const char *field);
void reel_thing_open(lua_State *L); /**< its metatable */

/* Methods of the world, in the order of the reference (docs/scene-scripts.md). */
int reel_world_floor(lua_State *L);
int reel_world_wall(lua_State *L);
int reel_world_height_field(lua_State *L);
int reel_world_shape(
    lua_State *L); /**< every shape; upvalue: its number, see reel_form_kind_at() */
int reel_world_object(lua_State *L);
int reel_world_pair(lua_State *L);
int reel_world_hinge(lua_State *L);
int reel_world_ball(lua_State *L);
int reel_world_slider(lua_State *L);
int reel_world_fixed(lua_State *L);
int reel_world_universal(lua_State *L);
int reel_world_rope(lua_State *L);
int reel_world_rod(lua_State *L);
int reel_world_spring(lua_State *L);
int reel_world_couple(lua_State *L);
int reel_world_impulse(lua_State *L);
int reel_world_force(lua_State *L);
int reel_world_target(lua_State *L);
int reel_world_release(lua_State *L);
int reel_world_attach(lua_State *L);
int reel_world_wind(lua_State *L);
int reel_world_water(lua_State *L);
int reel_world_attract(lua_State *L);
int reel_world_uniform(lua_State *L);
int reel_world_gravitation(lua_State *L);
int reel_world_charges(lua_State *L);
int reel_world_magnets(lua_State *L);
int reel_world_camera(lua_State *L);
int reel_world_sun(lua_State *L);
int reel_world_lamp(lua_State *L);
int reel_world_sky(lua_State *L);
int reel_world_exposure(lua_State *L);
int reel_world_expect(lua_State *L);
int reel_world_caption(lua_State *L);
int reel_world_draw(lua_State *L);
int reel_world_shuffle(lua_State *L);
int reel_world_scatter(lua_State *L);

/** What a script did not say: floor, camera, sun, sky. */
void reel_defaults_floor(lua_State *L);
void reel_defaults_camera(lua_State *L);
void reel_defaults_light(lua_State *L);
/** Charges and magnets act; bodies in a flow have drag. (forces.c) */
void reel_defaults_forces(lua_State *L);
/** What surfaces that may touch are to one another, where it is not the rule. (pairs.c) */
void reel_defaults_pairs(lua_State *L);
/** Fill in the templates; the table of parameters is at `params`. */
void reel_caption_finish(lua_State *L, int params);

REEL_API_END
