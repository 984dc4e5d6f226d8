/*
 * scene_kit.h - small scenes for the engine's tests, in a line per body.
 *
 *     reel_scene *s = kit_scene(2.0);
 *     kit_floor(s);
 *     const int ball = kit_sphere(s, "ball", 0.1, 1.0, reel_v3(0, 0, 1));
 *
 * Every body is an object of its own with one geom and one surface; what it made can be changed in
 * the scene's arrays before the simulation is opened. Defaults: 1200 steps/s, 24 frames/s with a
 * sample each, g = 9.81 m/s^2 downwards, friction 0.5, restitution 0, no rolling friction. The room
 * for each kind is fixed (KIT_MAX_...). Out of memory ends the program.
 */
#pragma once

#include "base/scene.h"
#include "base/take.h"

enum {
    KIT_MAX_BODIES = 4200,
    KIT_MAX_JOINTS = 64,
    KIT_MAX_ACTIONS = 64,
    KIT_MAX_EXPECTS = 8,
    KIT_MAX_MESHES = 64
};

#define KIT_G 9.81 /* m/s^2 */

/* `seconds` long (rounded to whole frames). */
reel_scene *kit_scene(double seconds);

/* Bodies; density is whatever `mass` asks for. They return the body's index. */
int kit_floor(reel_scene *s);                   /* static plane z = 0 */
int kit_slope(reel_scene *s, reel_vec3 normal); /* static plane through the origin */
int kit_sphere(reel_scene *s, const char *name, double radius, double mass, reel_vec3 at);
int kit_box(reel_scene *s, const char *name, reel_vec3 size, double mass, reel_vec3 at);
int kit_cylinder(reel_scene *s, const char *name, double radius, double length, double mass,
                 reel_vec3 at);
int kit_capsule(reel_scene *s, const char *name, double radius, double length, double mass,
                reel_vec3 at);
/* Cone, ellipsoid or hull (then `mesh` from kit_hull_mesh()), its centre of mass at `at`. */
int kit_solid(reel_scene *s, const char *name, reel_shape shape, reel_vec3 size, int mesh,
              double mass, reel_vec3 at);
int kit_static_solid(reel_scene *s, const char *name, reel_shape shape, reel_vec3 size, int mesh,
                     reel_pose at);
int kit_hull_mesh(reel_scene *s, const reel_vec3 *points, int n);
int kit_static_box(reel_scene *s, const char *name, reel_vec3 size, reel_vec3 at);

/* One more geom for the newest body, which then has the mass and inertia given. */
void kit_add_geom(reel_scene *s, reel_shape shape, reel_vec3 size, reel_pose body_from_geom,
                  double mass, reel_vec3 principal_inertia);

/* The surface of body `b`'s geoms. */
reel_surface *kit_surface(reel_scene *s, int b);

/* Friction and restitution of all surfaces made so far. */
void kit_set_surfaces(reel_scene *s, double friction, double restitution);

/* Quaternion that turns the z axis to `normal`. */
reel_quat kit_turn_z_to(reel_vec3 normal);

reel_joint *kit_joint(reel_scene *s, const char *name, reel_joint_kind kind, int body_a, int body_b,
                      reel_vec3 anchor, reel_vec3 axis);
reel_action *kit_action(reel_scene *s, const char *name, reel_action_kind kind, int target,
                        int64_t first_step);

/* Eight different shapes thrown onto the floor and onto one another. */
void kit_add_thrown_shapes(reel_scene *s);

/*
 * A scene with something of everything: shapes thrown onto the floor, a heap that is too large for
 * the exact solver, a motor-driven arm, a pendulum that is released, forces and impulses. `extra`
 * is the number of boxes that stand far away from all that, before (index) or after the others.
 */
reel_scene *kit_crowd(double seconds, int extra_before, int extra_after);

/* Open, advance to the end, seal; any failure prints the error and ends the program. */
reel_take *kit_run(const reel_scene *s);

/* The last sample's values. */
reel_vec3 kit_last_position(const reel_take *t, int body);
reel_vec3 kit_last_velocity(const reel_take *t, int body);

/* Number of events between the bodies (either order), and the n-th of them (NULL beyond). */
int kit_count_events(const reel_take *t, int a, int b);
const reel_event *kit_event(const reel_take *t, int a, int b, int n);
