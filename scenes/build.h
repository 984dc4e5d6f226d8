/*
 * build.h - a scene while a script builds it: growing arrays in the scene's arena, names, mass
 * properties, placement. Knows nothing of Lua but that memory ends a script. Internal.
 */
#pragma once

#include "scenes/script.h"
#include "scenes/words.h"

REEL_API_BEGIN

struct reel_builder {
    reel_script *script;
    reel_scene *scene;
    int surface_cap, material_cap, category_cap, object_cap, body_cap, geom_cap, joint_cap,
        action_cap, camera_cap, sun_cap, expect_cap;
    int n_shapes[5];  /* for names such as "sphere 2" */
    int n_unnamed[8]; /* joints and actions without a name, by kind */
    int caption_line;
    bool floor_done, sky_done, caption_done;
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
int reel_build_geom(lua_State *L, const reel_geom *geom);

/** Half extents of a geom's box along the axes of a frame in which its pose has rotation `q`;
 * false for a plane. */
bool reel_build_half_extents(const reel_geom *geom, reel_quat q, double half[3]);
/** Box of a body's finite geoms under `pose`; false if it has none. */
bool reel_build_box(const reel_scene *scene, const reel_body *body, reel_pose pose, double lo[3],
                    double hi[3]);
/** Mass, centre of mass and inertia about it of the geoms `first..`, whose poses are in a frame;
 * then the frame is moved to the centre: geoms and `body` are changed, and its offset returned. */
reel_vec3 reel_build_mass(reel_scene *scene, reel_body *body);
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
int reel_world_box(lua_State *L);
int reel_world_sphere(lua_State *L);
int reel_world_capsule(lua_State *L);
int reel_world_cylinder(lua_State *L);
int reel_world_object(lua_State *L);
int reel_world_hinge(lua_State *L);
int reel_world_ball(lua_State *L);
int reel_world_slider(lua_State *L);
int reel_world_fixed(lua_State *L);
int reel_world_impulse(lua_State *L);
int reel_world_force(lua_State *L);
int reel_world_target(lua_State *L);
int reel_world_release(lua_State *L);
int reel_world_camera(lua_State *L);
int reel_world_sun(lua_State *L);
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
/** Fill in the templates; the table of parameters is at `params`. */
void reel_caption_finish(lua_State *L, int params);

REEL_API_END
