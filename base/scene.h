/*
 * scene.h - the frozen scene: all that a clip is before it is simulated, as plain data.
 *
 * Object (what a person would name) -> bodies (rigid, have state) -> geoms (shape, look, physical
 * surface). A pixel carries the geom; flow and object coordinates come from its body, instance and
 * semantic ids from its object.
 *
 * Units: SI (m, kg, s, N, rad), double. Right-handed, +Z up. Quaternions (w, x, y, z), unit. Poses
 * are world_from_body, body_from_geom. Colours are linear-light RGB with Rec. 709 primaries, 0..1.
 * Everything that changes over time is data on the timeline; steps are counted from 0 at
 * step_rate per second, frame k is at k / fps exactly.
 *
 * Ownership: a scene lives in its arena (`arena`), strings and arrays included, and is immutable
 * once frozen; reel_scene_destroy() frees it whole. Thread-safety: read-only use is safe.
 */
#pragma once

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

REEL_API_BEGIN

#define REEL_SCENE_FORMAT 1 /**< version of the frozen form; raised when its meaning changes */

enum {
    REEL_MAX_OBJECTS = 4096,
    REEL_MAX_BODIES = 8192,
    REEL_MAX_GEOMS = 16384,
    REEL_MAX_CAMERAS = 64,
    REEL_MAX_FRAMES = 100000,
    REEL_MAX_SIDE = 8192, /**< px, of the image */
    REEL_MAX_PARAMS = 256,
    REEL_MAX_SURFACES = 4096,
    REEL_MAX_MATERIALS = 16384,
    REEL_MAX_CATEGORIES = 4096,
    REEL_MAX_JOINTS = 8192,
    REEL_MAX_ACTIONS = 65536,
    REEL_MAX_SUNS = 16,
    REEL_MAX_LAMPS = 64,
    REEL_MAX_IMAGES = 256,
    REEL_MAX_IMAGE_SIDE = 4096, /**< px */
    REEL_MAX_IMAGE_BYTES = REEL_MAX_IMAGE_SIDE * REEL_MAX_IMAGE_SIDE * 4,
    REEL_MAX_EXPECTS = 4096,
    REEL_MAX_MESHES = 4096,
    REEL_MAX_VERTICES = 1 << 20,  /**< of one mesh */
    REEL_MAX_TRIANGLES = 1 << 21, /**< of one mesh */
    REEL_MAX_HEIGHT_FIELDS = 16,
    REEL_MAX_HEIGHTS = 1 << 22, /**< points of one height field */
    REEL_MAX_PAIRS = 4096,
    REEL_MAX_FORCE_FIELDS = 256,
    REEL_MAX_KEYS = 65536, /**< of one camera */
    REEL_MAX_FPS = 10000,
    REEL_MAX_STEP_RATE = 1000000,
    REEL_MAX_SAMPLES_PER_FRAME = 1000,
};

/** Physical side of a material. A pair's friction is sqrt(a * b), its restitution max(a, b), unless
 * a reel_contact_pair says otherwise. */
typedef struct reel_surface {
    const char *name;
    double density;          /**< kg/m^3, > 0; what masses were computed from */
    double friction;         /**< Coulomb coefficient, >= 0 */
    double restitution;      /**< 0..1 */
    double rolling_friction; /**< m, >= 0: rolling resistance torque / normal force; pair: max */
} reel_surface;

/** What two surfaces are to one another, in place of the rule. Each unordered pair once. */
typedef struct reel_contact_pair {
    int surface_a, surface_b; /**< indices into surfaces, surface_a <= surface_b */
    double friction, restitution, rolling_friction; /**< as in reel_surface */
} reel_contact_pair;

typedef enum reel_pattern {
    REEL_PATTERN_PLAIN = 0,
    REEL_PATTERN_CHECKER, /**< squares of edge `scale` in the geom's frame */
    REEL_PATTERN_NOISE,   /**< smooth value noise, feature size `scale` */
    REEL_PATTERN_WOOD,    /**< rings of pitch `scale` about the geom's x axis, with grain */
    REEL_PATTERN_MARBLE,  /**< veins of pitch `scale` */
    REEL_PATTERN_TILES,   /**< tiles of edge `scale` with joints of color2 */
    REEL_PATTERN_STRIPES, /**< bands of width `scale` across the geom's z axis */
    REEL_PATTERN_BRUSHED, /**< fine scratches along the geom's x axis, `scale` long: colour and
                               roughness vary across them */
    REEL_PATTERN_FABRIC,  /**< plain weave of threads of pitch `scale`, warp in color, weft in
                               color2 */
} reel_pattern;

typedef enum reel_image_kind {
    REEL_IMAGE_COLOR = 0, /**< sRGB-encoded red, green, blue and linear alpha, not premultiplied */
    REEL_IMAGE_DATA,      /**< four linear values 0..1: normals as (v + 1) / 2, green up */
    REEL_IMAGE_RADIANCE,  /**< Ward's RGBE: linear radiance (r, g, b) 2^(e - 136) */
} reel_image_kind;

/** A picture that materials or the environment show. Row 0 is the top. */
typedef struct reel_image {
    const char *name; /**< unique */
    reel_image_kind kind;
    int width, height; /**< px, 1..REEL_MAX_IMAGE_SIDE */
    int n_bytes;       /**< width * height * 4 */
    uint8_t *pixels;   /**< [height][width][4] */
} reel_image;

/** Where an image lies on a geom; directions are the geom frame's, and its middle is at the frame's
 * origin. `scale` is the width in m of one copy, whose height keeps the image's pixels square. */
typedef enum reel_mapping {
    REEL_MAPPING_BOX = 0, /**< along the axis nearest to the normal, repeated; up is +z (on faces
                               up and down: +y) */
    REEL_MAPPING_WRAP,    /**< once about the z axis from -y by +x; up the height, centred; a sphere
                               and an ellipsoid: equirectangular. `scale` unused */
    REEL_MAPPING_X,       /**< a decal: once, centred, on what faces +x, beyond it the pattern */
    REEL_MAPPING_Y,       /**< the same on what faces +y */
    REEL_MAPPING_Z,       /**< the same on what faces +z */
    REEL_MAPPING_FACES,   /**< an image of three columns and two rows: what is seen along the axis
                               nearest to the normal, +x, +y, +z above -x, -y, -z; each once,
                               centred, `scale` wide, beyond it the pattern */
} reel_mapping;

/** Look of a surface: metal-rough reflectance with a solid (3-D) procedural pattern. */
typedef struct reel_material {
    const char *name;
    reel_pattern pattern;
    double color[3];  /**< base colour, linear, 0..1 */
    double color2[3]; /**< second colour of the pattern */
    double scale;     /**< m, > 0; see reel_pattern */
    double roughness; /**< perceptual, 0.03..1; GGX alpha = roughness^2 */
    double metallic;  /**< 0..1 */
    double specular;  /**< normal-incidence reflectance of the dielectric part, 0..0.2; 0.04 */
    uint32_t seed;    /**< of the pattern's noise */
    double bump;      /**< m, >= 0: relief of the pattern, which tilts the normals of the shading
                           (never the normal plane); 0: none */
    int image;        /**< index into images, kind color: laid over the pattern by its alpha; -1 */
    int normal_image; /**< index into images, kind data: tangent-space normals, laid as `image`; -1 */
    reel_mapping mapping;
    double image_scale;         /**< m, > 0 if an image is laid by it; see reel_mapping */
    double clearcoat;           /**< 0..1: share of a clear lacquer (ior 1.5) over all */
    double clearcoat_roughness; /**< perceptual, 0.03..1; default 0.03 */
    double transmission; /**< 0..1: share of the dielectric part that is clear, tinted by color at
                              each surface; drawn from quality `high` on, opaque below */
    double ior;          /**< 1..3, of what is inside; default 1.5 */
    double emission[3];  /**< radiance that it sends out, >= 0 */
} reel_material;

/** A plain grey of roughness 0.5 without a name; scale 1, and the defaults named above. */
reel_material reel_material_default(void);

/** A plane is drawn as the disc of radius size[0] (m; 0 = without end) about its origin, whose rim
 * fades into the sky; physics ignores the radius. */
typedef enum reel_shape {
    REEL_SHAPE_PLANE = 0, /**< half-space z <= 0 of the geom frame; static only */
    REEL_SHAPE_BOX,       /**< size = full edge lengths along x, y, z */
    REEL_SHAPE_SPHERE,    /**< size[0] = radius */
    REEL_SHAPE_CAPSULE,   /**< along z: size[0] = radius, size[1] = length without the caps */
    REEL_SHAPE_CYLINDER,  /**< along z: size[0] = radius, size[1] = length */
    REEL_SHAPE_CONE,      /**< along z: size[0] = radius of the base at z = -size[1] / 2, the apex
                               at z = +size[1] / 2; its centre of mass is at z = -size[1] / 4 */
    REEL_SHAPE_ELLIPSOID, /**< size = semi-axes along x, y, z */
    REEL_SHAPE_HULL,      /**< convex polyhedron: `mesh`, which must be convex; size unused (0) */
    REEL_SHAPE_MESH,      /**< triangle mesh: `mesh`; collides in a static body only; size unused */
    REEL_SHAPE_HEIGHT_FIELD, /**< `height_field`, solid below; static only; size[0], size[1] = its
                                  extents along x and y, centred on the origin */
} reel_shape;

/**
 * A closed triangle mesh. Concave things that move are drawn as one REEL_SHAPE_MESH that does not
 * collide and collide as hulls that are not drawn.
 */
typedef struct reel_mesh {
    const char *name; /**< unique */
    int n_vertices;   /**< >= 4 */
    int n_triangles;  /**< >= 4 */
    double *vertices; /**< [n_vertices][3] m */
    int *triangles;   /**< [n_triangles][3] indices, counter-clockwise seen from outside */
    double crease;    /**< rad, 0..pi: where faces meet at a smaller angle (between their
                           normals) shading is smooth; 0: all facets flat */
} reel_mesh;

/**
 * Heights over a regular grid. The point of column i, row j is at x = (i / (columns - 1) - 1/2)
 * size[0], y = (j / (rows - 1) - 1/2) size[1]. Each cell is two triangles, cut along the diagonal
 * from (i, j) to (i + 1, j + 1).
 */
typedef struct reel_height_field {
    const char *name;  /**< unique */
    int columns, rows; /**< >= 2 */
    int n_heights;     /**< columns * rows */
    double *heights;   /**< [rows][columns] m */
    double crease;     /**< as in reel_mesh */
} reel_height_field;

typedef struct reel_geom {
    int body; /**< index into bodies */
    reel_shape shape;
    double size[3];           /**< m; see reel_shape */
    reel_pose body_from_geom; /**< relative to the body frame */
    int material;             /**< index into materials */
    int surface;              /**< index into surfaces */
    bool visible;             /**< drawn */
    bool collides;
    int mesh;         /**< hull, mesh: index into meshes; else -1 */
    int height_field; /**< height field: index into height_fields; else -1 */
    reel_vec3 belt;   /**< m/s, geom frame: velocity of the surface itself, as of a conveyor belt;
                           its part along a contact's normal has no effect */
} reel_geom;

typedef enum reel_motion {
    REEL_MOTION_STATIC = 0, /**< never moves; mass unused */
    REEL_MOTION_DYNAMIC,
} reel_motion;

typedef struct reel_body {
    const char *name;        /**< unique in the scene, such as "domino 3" or "arm/link 2" */
    int object;              /**< index into objects */
    int first_geom, n_geoms; /**< geoms of a body are consecutive */
    reel_motion motion;
    reel_pose world_from_body; /**< at step 0; the origin is the centre of mass if dynamic */
    reel_vec3 velocity;        /**< m/s at step 0, of the body origin */
    reel_vec3 omega;           /**< rad/s at step 0, world frame */
    double mass;               /**< kg, > 0 if dynamic */
    double inertia[6];         /**< kg m^2 about the origin, body frame: xx yy zz xy xz yz (tensor
                                    elements, so off-diagonals are -sum m x y) */
    double box_min[3], box_max[3]; /**< m, body frame: box of all visible finite geoms; object
                                        coordinates are normalised by it. min == max == 0: none */
    const char *tag;               /**< what force fields choose by; "" if none */
    bool absent;                   /**< not there until an action spawns it */
    double drag;   /**< drag coefficient Cd on the area seen along the flow; >= 0, 0: none */
    double charge; /**< C */
    reel_vec3 magnetic_moment; /**< A m^2, body frame */
} reel_body;

typedef struct reel_object {
    const char *name;         /**< unique, such as "ball" */
    const char *category;     /**< semantic class, such as "domino", "sphere"; see categories */
    const char *shape;        /**< word for captions and tables, such as "sphere" */
    const char *color;        /**< word, such as "red"; "" if none fits */
    const char *material;     /**< word, such as "rubber" */
    int semantic_id;          /**< index into categories; 0 is "environment" */
    int instance_id;          /**< 1..N in table order; 0 for environment (floor, walls) */
    int first_body, n_bodies; /**< bodies of an object are consecutive, >= 1 */
} reel_object;

typedef enum reel_joint_kind {
    REEL_JOINT_BALL = 0,
    REEL_JOINT_HINGE,  /**< position: rad about axis */
    REEL_JOINT_SLIDER, /**< position: m along axis */
    REEL_JOINT_FIXED,
    REEL_JOINT_UNIVERSAL, /**< axis is fixed in a, axis2 in b; they stay at right angles. position:
                               rad that a has turned about axis */
    REEL_JOINT_DISTANCE,  /**< between anchor (on a) and anchor_b (on b). position: m, the distance
                               itself. lo = 0: rope of length hi; lo == hi: rod; stiffness: spring
                               of natural length `rest` */
    REEL_JOINT_GEAR,      /**< position of joint_a = ratio * position of joint_b, both counted from
                               step 0; they are hinges or sliders. Its bodies are theirs */
} reel_joint_kind;

typedef enum reel_motor {
    REEL_MOTOR_NONE = 0,
    REEL_MOTOR_VELOCITY, /**< drives the joint rate to target with max_force; once there, it holds
                              the rate with what that takes, up to max_force */
    REEL_MOTOR_POSITION, /**< servo: the same for the rate 60/s (target - position), which is capped
                              at max_speed: it goes at max_speed and nears the target by
                              exp(-60 t / s) on the last max_speed / 60 */
} reel_motor;

typedef struct reel_joint {
    const char *name; /**< unique */
    reel_joint_kind kind;
    int body_a;         /**< index into bodies, dynamic; gear: body_a of joint_a */
    int body_b;         /**< index into bodies, or -1: the world; gear: body_a of joint_b */
    reel_vec3 anchor;   /**< m, world frame at step 0 */
    reel_vec3 axis;     /**< unit, world frame at step 0 (hinge, slider, universal) */
    bool has_limits;    /**< hinge, slider, distance; what reaches one stays, without bouncing */
    double lo, hi;      /**< hinge, slider: rad or m relative to step 0, lo <= 0 <= hi; distance: m,
                             0 <= lo <= hi */
    reel_motor motor;   /**< hinge, slider */
    double target;      /**< initial target: rad/s, m/s, rad or m */
    double max_force;   /**< N or N m, >= 0 */
    double max_speed;   /**< rad/s or m/s, > 0: cap of a position motor */
    double damping;     /**< N m s/rad or N s/m, >= 0; ball: of the relative turning */
    reel_vec3 axis2;    /**< unit, at right angles to axis, world frame at step 0 (universal) */
    reel_vec3 anchor_b; /**< m, world frame at step 0 (distance) */
    double stiffness;   /**< N m/rad or N/m, >= 0: spring (hinge, slider, distance) */
    double rest;        /**< rad or m: position at which the spring is slack */
    double break_force, break_torque; /**< N, N m: the joint parts at the end of a step in which it
                                           held with more; 0: never */
    int joint_a, joint_b; /**< gear: indices into joints, smaller than its own; else -1 */
    double ratio;         /**< gear, != 0 */
    bool inactive; /**< does nothing until an action attaches it. Its anchor and axes are carried
                        with body_a until then, and body_b is taken as it is at that moment */
} reel_joint;

typedef enum reel_action_kind {
    REEL_ACTION_IMPULSE = 0, /**< N s (`vec`) and N m s (`torque`), once, at first_step */
    REEL_ACTION_FORCE,       /**< N and N m, constant over [first_step, end_step) */
    REEL_ACTION_TARGET,      /**< sets the target of `joint` to `value` at first_step */
    REEL_ACTION_RELEASE,     /**< removes `joint` at first_step */
    REEL_ACTION_ATTACH,      /**< makes an inactive `joint` active at first_step */
    REEL_ACTION_SPAWN,       /**< an absent `body` is there from first_step on, with its pose and
                                  velocity of the scene; refuses the take where it overlaps */
    REEL_ACTION_REMOVE,      /**< `body` (without active joints) is gone from first_step on */
} reel_action_kind;

/** One entry of the timeline; entries are ordered by (first_step, position in the script). */
typedef struct reel_action {
    const char *name; /**< unique; names the action channels of the take */
    reel_action_kind kind;
    int64_t first_step;
    int64_t end_step; /**< force only; exclusive */
    int body;         /**< impulse, force, spawn, remove; else -1 */
    int joint;        /**< target, release, attach; else -1 */
    reel_vec3 vec;    /**< world frame */
    reel_vec3 torque; /**< world frame */
    reel_vec3 point;  /**< m, body frame: where `vec` acts */
    double value;
    int series; /**< force: those of one series > 0 act on one body and share the channels of the
                     first of them; 0: its own channels */
} reel_action;

typedef enum reel_force_kind {
    REEL_FORCE_UNIFORM = 0, /**< acceleration `vec` (m/s^2) */
    REEL_FORCE_RADIAL,      /**< acceleration towards `center` (which moves with `body` if that is
                                 set, and then acts back on it): strength / r^power, m/s^2; inside of
                                 `radius` as at radius, times r / radius. strength < 0 repels */
    REEL_FORCE_GRAVITATION, /**< between all pairs of its bodies: strength m1 m2 / r^2, attracting;
                                 strength is G, N m^2/kg^2; `radius` as for radial */
    REEL_FORCE_CHARGE,      /**< between all pairs: strength q1 q2 / r^2, repelling if > 0; strength
                                 is Coulomb's constant, N m^2/C^2; `radius` as for radial */
    REEL_FORCE_MAGNET, /**< between all pairs of magnetic moments, force and torque of two point
                            dipoles; strength is mu0 / 4 pi, N/A^2; below `radius` between
                            centres as at radius */
    REEL_FORCE_WIND,   /**< drag of air that moves at `vec` (m/s): 1/2 density drag A |u| u with A
                            the area seen along the relative velocity u, and with `viscosity`
                            (Pa s) the drag and torque of Stokes' law on the ball of the same
                            volume. No lift. Turning is slowed by what it changes of the pressure
                            1/2 density drag (n u)^2 on the faces that are turned to the flow */
    REEL_FORCE_WATER, /**< the same drag in water that moves at `vec`, by the share of a body that is under,
                           and buoyancy density * g * volume under, at its centre. The surface
                           is the top of the box (has_box must be set) */
} reel_force_kind;

/** A force on dynamic bodies by where and what they are. */
typedef struct reel_force_field {
    const char *name; /**< unique */
    reel_force_kind kind;
    const char *tag;              /**< acts on bodies of this tag only; "": on all */
    int64_t first_step, end_step; /**< acts over [first_step, end_step); end_step 0: for ever */
    reel_vec3 vec;
    reel_vec3 center; /**< m, world frame (body frame if `body` is set) */
    int body;         /**< index into bodies, or -1 */
    double strength, power, radius;
    double density;   /**< kg/m^3, >= 0, of the air or water */
    double viscosity; /**< Pa s, >= 0 */
    bool has_box;     /**< acts only on bodies whose origin is in the box (water: what is under) */
    double box_min[3], box_max[3]; /**< m, world frame */
} reel_force_field;

typedef enum reel_camera_motion {
    REEL_CAMERA_STATIC = 0, /**< keys[0] for ever */
    REEL_CAMERA_ORBIT,      /**< keys[0].eye turns about the vertical through keys[0].target */
    REEL_CAMERA_KEYFRAMES,  /**< eye and target along a Catmull-Rom curve through the keys */
    REEL_CAMERA_ATTACHED,   /**< rigid in a body: keys[0] is in the body's frame */
} reel_camera_motion;

typedef struct reel_camera_key {
    double time;      /**< s, increasing; the first 0 */
    reel_vec3 eye;    /**< m, world frame (body frame if attached) */
    reel_vec3 target; /**< m, != eye */
    reel_vec3 up;     /**< unit, not parallel to target - eye */
} reel_camera_key;

/** An ideal pinhole; the principal point is the image centre, pixels are square. */
typedef struct reel_camera {
    const char *name; /**< unique, [a-z0-9_]+ : part of file names */
    reel_camera_motion motion;
    double fov_y;      /**< rad, vertical field of view, 0 < fov_y < pi */
    double orbit_rate; /**< rad/s, counter-clockwise seen from above */
    int body;          /**< attached: index into bodies; else -1 */
    int n_keys;        /**< >= 1 */
    reel_camera_key *keys;
    /* what follows is in colour only: labels are those of the pinhole at the frame's time */
    double aperture; /**< m, >= 0: diameter of the lens; 0: all is sharp */
    double focus;    /**< m, planar distance that is sharp; > 0 if there is an aperture */
    double shutter;  /**< 0..1: share of a frame's time that is exposed, around the frame's time;
                          0: an instant */
    double exposure; /**< stops, added to the scene's */
    double white;    /**< K, of the light that is shown as white (CIE daylight, 4000..25000); 0:
                          D65, nothing is changed */
    double vignette; /**< 0..1: share of the natural fall of light, cos^4 of the angle */
    double grain;    /**< >= 0: standard deviation of the noise at mid grey in codes of 255 */
} reel_camera;

/** A distant light. */
typedef struct reel_sun {
    const char *name;
    reel_vec3 to_light;    /**< unit, world frame */
    double irradiance[3];  /**< linear RGB on a surface facing it; about 3 for a clear noon */
    double angular_radius; /**< rad, >= 0: half the disc's angle; the real sun's is 0.00465 */
} reel_sun;

typedef enum reel_lamp_kind {
    REEL_LAMP_SPHERE = 0, /**< a ball of radius size[0] */
    REEL_LAMP_RECT,       /**< a rectangle of size[0] by size[1], shining to the side of
                               `direction`; its first edge is `across` */
    REEL_LAMP_SPOT,       /**< a ball of radius size[0] whose light is kept within a cone */
} reel_lamp_kind;

/** A near light. It lights and is seen in reflections, but is not drawn itself. */
typedef struct reel_lamp {
    const char *name; /**< unique */
    reel_lamp_kind kind;
    int body;            /**< rigid in this body's frame; -1: in the world's */
    reel_vec3 position;  /**< m */
    reel_vec3 direction; /**< unit (rectangle, spot) */
    reel_vec3 across;    /**< unit, at right angles to direction (rectangle) */
    double size[2];      /**< m, > 0 */
    double power[3]; /**< W, linear RGB: all that it would send out. Radiance is that of a diffuse
                          emitter: power / (4 pi^2 r^2) of a ball, power / (pi w h) of a rectangle;
                          a spot has the ball's, so that narrowing the cone takes light away */
    double cone;     /**< rad, 0..pi / 2: half angle (spot) */
    double blend;    /**< 0..1: share of the cone's angle over which it fades (spot) */
} reel_lamp;

typedef enum reel_sky_kind {
    REEL_SKY_GRADIENT = 0, /**< the three colours below, smooth over elevation */
    REEL_SKY_CLEAR,        /**< a daylight sky about suns[0], by turbidity */
    REEL_SKY_OVERCAST,     /**< CIE overcast: zenith three times the horizon, in `zenith` */
    REEL_SKY_STUDIO, /**< soft boxes of `zenith` in a room of `horizon`, dark floor `ground` */
    REEL_SKY_NIGHT,  /**< the gradient, dim, with stars of `seed` */
    REEL_SKY_IMAGE,  /**< an equirectangular image of radiance */
} reel_sky_kind;

/** Radiance from all around. */
typedef struct reel_sky {
    double zenith[3], horizon[3], ground[3]; /**< linear radiance, >= 0 */
    reel_sky_kind kind;
    int image;        /**< index into images, kind radiance (image); else -1. Its middle column is
                           +x, columns go clockwise seen from above, row 0 is up */
    double turn;      /**< rad about +z, counter-clockwise seen from above */
    double strength;  /**< factor on all but the gradient; default 1 */
    double turbidity; /**< 1.7..10 (clear); default 3 */
    uint32_t seed;
} reel_sky;

typedef enum reel_expect_kind {
    REEL_EXPECT_FALLEN = 0, /**< the object's first body turned its up axis by > 45 degrees */
    REEL_EXPECT_STANDING,   /**< it did not, by then */
    REEL_EXPECT_MOVED,      /**< its first body is > `value` m away from where it began */
    REEL_EXPECT_AT_REST,    /**< all its bodies are asleep or slower than 1 mm/s, 1 mrad/s */
} reel_expect_kind;

/** What must have come true at step `by`, or the take is refused. */
typedef struct reel_expect {
    reel_expect_kind kind;
    int object;
    int64_t by; /**< step */
    double value;
} reel_expect;

/** Limits of the audit; a take beyond one is refused with the figure (engine/audit.h). */
typedef struct reel_audit_limits {
    double penetration;     /**< m, deepest contact after the first 0.1 s; default 0.01 */
    double initial_overlap; /**< m, deepest contact at step 0; default 0.001 */
    double joint_error;     /**< m, anchor separation; default 0.005 */
    double energy_gain;     /**< fraction of the scene's energy scale, gained without work; 0.02 */
    int contacts;           /**< most contacts in one step; default 65536 */
    int solver_messages;    /**< default 0 */
    double escape;          /**< m from the origin; default 100 */
    double popping;         /**< m/s, speed from nothing of bodies that touch; default 0.25 */
    double jump;            /**< m, way of a step beyond what speed explains; default 0.005 */
    double jitter;          /**< m/s, trembling; default 0.02; see reel_audit */
    int tunnelling;         /**< times that a body passed through another; default 0 */
} reel_audit_limits;

/** The defaults that the fields name. */
reel_audit_limits reel_audit_limits_default(void);

/** A parameter as it was drawn or given; `value` is a JSON scalar. */
typedef struct reel_param {
    const char *name;
    reel_json *value;
} reel_param;

typedef struct reel_scene {
    reel_arena arena; /**< holds everything below but param values */

    const char *family;        /**< [a-z0-9_]+ */
    const char *source;        /**< base name of the script */
    const char *source_sha256; /**< hex, of the script's text */
    uint64_t seed;
    int n_params;
    reel_param *params; /**< in byte order of the names */

    int fps;               /**< frames/s, >= 1 */
    int frames;            /**< >= 1 */
    int width, height;     /**< px, even, 16..REEL_MAX_SIDE */
    int step_rate;         /**< steps/s; a whole multiple of fps * samples_per_frame */
    int samples_per_frame; /**< stored states per frame, >= 1 */
    reel_vec3 gravity;     /**< m/s^2 */

    int n_surfaces, n_pairs, n_materials, n_categories, n_meshes, n_height_fields, n_objects,
        n_bodies, n_geoms, n_joints, n_force_fields, n_actions, n_cameras, n_suns, n_lamps,
        n_images, n_expects;
    reel_surface *surfaces;
    reel_contact_pair *pairs;
    reel_material *materials;
    const char **categories; /**< [0] = "environment" */
    reel_mesh *meshes;
    reel_height_field *height_fields;
    reel_object *objects;
    reel_body *bodies;
    reel_geom *geoms;
    reel_joint *joints;
    reel_force_field *force_fields;
    reel_action *actions;
    reel_camera *cameras;
    reel_sun *suns;
    reel_lamp *lamps;
    reel_image *images;
    reel_expect *expects;
    reel_sky sky;
    double exposure; /**< factor on radiance before the tone curve, > 0; default 1 */

    const char *caption;        /**< tells the outcome; "" if none */
    const char *caption_prompt; /**< does not tell the outcome; "" if none */
    const char *agent;    /**< "push", "force" or "camera": what was added to the script's timeline
                               (scenes/scenes.h, docs/actions.md); "" if nothing */
    const char *agent_on; /**< name of the body or camera that it moves; "" without agent */
    const char *views;    /**< "three": cameras left, center and right were put in place of the
                               script's; "" if not */
    reel_audit_limits audit;
} reel_scene;

/** An empty scene with every default set. NULL when out of memory. */
reel_scene *reel_scene_create(void);
/** Destroy and set to NULL; *scene may be NULL. */
void reel_scene_destroy(reel_scene **scene);

/** step_rate / fps. */
int reel_scene_steps_per_frame(const reel_scene *scene);
/** Samples of the take: (frames - 1) * samples_per_frame + 1. Sample i is at step
 * i * step_rate / (fps * samples_per_frame); frame k is sample k * samples_per_frame. */
int reel_scene_n_samples(const reel_scene *scene);
int64_t reel_scene_sample_step(const reel_scene *scene, int sample);
int64_t reel_scene_last_step(const reel_scene *scene);
/** Time of frame k in s: k / fps. */
double reel_scene_frame_time(const reel_scene *scene, int frame);

/** Index by name, or -1. */
int reel_scene_find_object(const reel_scene *scene, const char *name);
int reel_scene_find_body(const reel_scene *scene, const char *name);
int reel_scene_find_joint(const reel_scene *scene, const char *name);
int reel_scene_find_camera(const reel_scene *scene, const char *name);

/** Number of instance ids N (objects that are not environment). */
int reel_scene_n_instances(const reel_scene *scene);

/** Mass and inertia (about the centre of mass, along the geom's axes: diagonal) of a solid shape that
 * `size` describes whole: not a plane, hull, mesh or height field (assert). */
void reel_shape_mass(reel_shape shape, const double size[3], double density, double *mass,
                     double inertia[3]);
/** Half extents of the shape's box in its own frame; false for a plane. The same shapes. */
bool reel_shape_half_box(reel_shape shape, const double size[3], double half[3]);

/**
 * Mass, centre of mass (m, geom frame) and inertia about it (geom frame: xx yy zz xy xz yz, tensor
 * elements) of a solid geom of density `density`. Standard formulas, e.g. Eberly, "Game Physics";
 * meshes by Mirtich's integrals over their faces (Eberly, "Polyhedral Mass Properties").
 * A plane and a height field have none (assert).
 */
void reel_geom_mass(const reel_scene *scene, const reel_geom *geom, double density, double *mass,
                    reel_vec3 *center, double inertia[6]);
/** Corners of the geom's box in its own frame; false for a plane, which has none. */
bool reel_geom_box(const reel_scene *scene, const reel_geom *geom, double lo[3], double hi[3]);
/** Volume in m^3; 0 for a plane and a height field. */
double reel_geom_volume(const reel_scene *scene, const reel_geom *geom);

/** Name of a value as in the frozen form: "box", "checker". A constant. */
const char *reel_shape_name(reel_shape shape);
/** See reel_shape_name(). */
const char *reel_pattern_name(reel_pattern pattern);

REEL_API_END
