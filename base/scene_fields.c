#include "base/scene_fields.h"

#include <limits.h>

/* ---- names of enum values, in their order ---- */

static const char *const pattern_names[] = {"plain", "checker", "noise",   "wood",   "marble",
                                            "tiles", "stripes", "brushed", "fabric", NULL};
static const char *const shape_names[] = {"plane",    "box",          "sphere",    "capsule",
                                          "cylinder", "cone",         "ellipsoid", "hull",
                                          "mesh",     "height_field", NULL};
static const char *const motion_names[] = {"static", "dynamic", NULL};
static const char *const joint_names[] = {"ball",      "hinge",    "slider", "fixed",
                                          "universal", "distance", "gear",   NULL};
static const char *const motor_names[] = {"none", "velocity", "position", NULL};
static const char *const action_names[] = {"impulse", "force", "target", "release",
                                           "attach",  "spawn", "remove", NULL};
static const char *const force_names[] = {"uniform", "radial", "gravitation", "charge",
                                          "magnet",  "wind",   "water",       NULL};
static const char *const camera_names[] = {"static", "orbit", "keyframes", "attached", NULL};
static const char *const image_names[] = {"color", "data", "radiance", NULL};
static const char *const mapping_names[] = {"box", "wrap", "x", "y", "z", "faces", NULL};
static const char *const lamp_names[] = {"sphere", "rect", "spot", NULL};
static const char *const sky_names[] = {"gradient", "clear", "overcast", "studio",
                                        "night",    "image", NULL};
static const char *const expect_names[] = {"fallen", "standing", "moved", "at_rest", NULL};

const char *reel_shape_name(reel_shape shape)
{
    assert((unsigned)shape <= REEL_SHAPE_HEIGHT_FIELD);
    return shape_names[shape];
}

const char *reel_pattern_name(reel_pattern pattern)
{
    assert((unsigned)pattern <= REEL_PATTERN_FABRIC);
    return pattern_names[pattern];
}

/* ---- rows; T is the struct that a table describes ---- */

/* clang-format off */
#define AT(member) .name = #member, .offset = offsetof(T, member)
#define REAL(member) {AT(member), .kind = REEL_FIELD_REAL}
#define REALS(member, n) {AT(member), .kind = REEL_FIELD_REALS, .width = (n)}
#define INT(member, lo, hi) {AT(member), .kind = REEL_FIELD_INT, .min = (lo), .max = (hi)}
#define INT64(member, lo, hi) {AT(member), .kind = REEL_FIELD_INT64, .min = (lo), .max = (hi)}
#define UINT32(member) {AT(member), .kind = REEL_FIELD_UINT32}
#define SEED(member) {AT(member), .kind = REEL_FIELD_SEED}
#define BOOL(member) {AT(member), .kind = REEL_FIELD_BOOL}
#define TEXT(member) {AT(member), .kind = REEL_FIELD_TEXT}
#define ENUM(member, list) {AT(member), .kind = REEL_FIELD_ENUM, .names = (list)}
#define STRUCT(member, of) {AT(member), .kind = REEL_FIELD_STRUCT, .table = &(of)}
#define POSE(member) STRUCT(member, pose_table)
#define INDEX(member, lo, n_of) \
    {AT(member), .kind = REEL_FIELD_INT, .min = (lo), .max = INT_MAX, \
     .target = offsetof(reel_scene, n_of)}
#define LIST(member, n_member, of, lo, hi) \
    {AT(member), .kind = REEL_FIELD_LIST, .count_offset = offsetof(T, n_member), .table = &(of), \
     .min = (lo), .max = (hi)}
/* optional rows: left out where they have the default */
#define DEFAULT(v) .optional = true, .fallback = (v)
#define OPT_REAL(member) {AT(member), .kind = REEL_FIELD_REAL, DEFAULT(0)}
#define OPT_REALS(member, n) {AT(member), .kind = REEL_FIELD_REALS, .width = (n), DEFAULT(0)}
#define OPT_REAL_OR(member, v) {AT(member), .kind = REEL_FIELD_REAL, DEFAULT(v)}
#define OPT_ENUM(member, list) {AT(member), .kind = REEL_FIELD_ENUM, .names = (list), DEFAULT(0)}
#define OPT_UINT32(member) {AT(member), .kind = REEL_FIELD_UINT32, DEFAULT(0)}
#define OPT_BOOL(member) {AT(member), .kind = REEL_FIELD_BOOL, DEFAULT(0)}
#define OPT_TEXT(member) {AT(member), .kind = REEL_FIELD_TEXT, DEFAULT(0)}
#define OPT_INT64(member, lo, hi) \
    {AT(member), .kind = REEL_FIELD_INT64, .min = (lo), .max = (hi), DEFAULT(0)}
#define OPT_INDEX(member, n_of) \
    {AT(member), .kind = REEL_FIELD_INT, .min = -1, .max = INT_MAX, \
     .target = offsetof(reel_scene, n_of), DEFAULT(-1)}
#define OPT_LIST(member, n_member, of, hi) \
    {AT(member), .kind = REEL_FIELD_LIST, .count_offset = offsetof(T, n_member), .table = &(of), \
     .min = 0, .max = (hi), DEFAULT(0)}
#define REAL_LIST(member, n_member, group, lo, hi) \
    {AT(member), .kind = REEL_FIELD_REAL_LIST, .count_offset = offsetof(T, n_member), \
     .width = (group), .min = (lo), .max = (hi)}
#define INT_LIST(member, n_member, group, lo, hi) \
    {AT(member), .kind = REEL_FIELD_INT_LIST, .count_offset = offsetof(T, n_member), \
     .width = (group), .min = (lo), .max = (hi)}
#define BYTES(member, n_member, hi) \
    {AT(member), .kind = REEL_FIELD_BYTES, .count_offset = offsetof(T, n_member), .max = (hi)}
#define TABLE(rows) {(rows), sizeof(rows) / sizeof((rows)[0]), sizeof(T)}

#define T reel_pose
static const reel_field pose_rows[] = {
    {.name = "position", .offset = offsetof(T, p), .kind = REEL_FIELD_REALS, .width = 3},
    {.name = "rotation", .offset = offsetof(T, q), .kind = REEL_FIELD_REALS, .width = 4},
};
static const reel_field_table pose_table = TABLE(pose_rows);
#undef T

#define T reel_surface
static const reel_field surface_rows[] = {
    TEXT(name),
    REAL(density),
    REAL(friction),
    REAL(restitution),
    REAL(rolling_friction),
};
static const reel_field_table surface_table = TABLE(surface_rows);
#undef T

#define T reel_material
static const reel_field material_rows[] = {
    TEXT(name),
    ENUM(pattern, pattern_names),
    REALS(color, 3),
    REALS(color2, 3),
    REAL(scale),
    REAL(roughness),
    REAL(metallic),
    REAL(specular),
    UINT32(seed),
    OPT_REAL(bump),
    OPT_INDEX(image, n_images),
    OPT_INDEX(normal_image, n_images),
    OPT_ENUM(mapping, mapping_names),
    OPT_REAL(image_scale),
    OPT_REAL(clearcoat),
    OPT_REAL_OR(clearcoat_roughness, 0.03),
    OPT_REAL(transmission),
    OPT_REAL_OR(ior, 1.5),
    OPT_REALS(emission, 3),
};
static const reel_field_table material_table = TABLE(material_rows);
#undef T

#define T reel_contact_pair
static const reel_field pair_rows[] = {
    INDEX(surface_a, 0, n_surfaces),
    INDEX(surface_b, 0, n_surfaces),
    REAL(friction),
    REAL(restitution),
    REAL(rolling_friction),
};
static const reel_field_table pair_table = TABLE(pair_rows);
#undef T

#define T reel_mesh
static const reel_field mesh_rows[] = {
    TEXT(name),
    REAL_LIST(vertices, n_vertices, 3, 4, REEL_MAX_VERTICES),
    INT_LIST(triangles, n_triangles, 3, 4, REEL_MAX_TRIANGLES),
    OPT_REAL(crease),
};
static const reel_field_table mesh_table = TABLE(mesh_rows);
#undef T

#define T reel_height_field
static const reel_field height_rows[] = {
    TEXT(name),
    INT(columns, 2, REEL_MAX_HEIGHTS),
    INT(rows, 2, REEL_MAX_HEIGHTS),
    REAL_LIST(heights, n_heights, 1, 4, REEL_MAX_HEIGHTS),
    OPT_REAL(crease),
};
static const reel_field_table height_table = TABLE(height_rows);
#undef T

#define T reel_geom
static const reel_field geom_rows[] = {
    INDEX(body, 0, n_bodies),
    ENUM(shape, shape_names),
    REALS(size, 3),
    POSE(body_from_geom),
    INDEX(material, 0, n_materials),
    INDEX(surface, 0, n_surfaces),
    BOOL(visible),
    BOOL(collides),
    OPT_INDEX(mesh, n_meshes),
    OPT_INDEX(height_field, n_height_fields),
    OPT_REALS(belt, 3),
};
static const reel_field_table geom_table = TABLE(geom_rows);
#undef T

#define T reel_body
static const reel_field body_rows[] = {
    TEXT(name),
    INDEX(object, 0, n_objects),
    INT(first_geom, 0, REEL_MAX_GEOMS),
    INT(n_geoms, 0, REEL_MAX_GEOMS),
    ENUM(motion, motion_names),
    POSE(world_from_body),
    REALS(velocity, 3),
    REALS(omega, 3),
    REAL(mass),
    REALS(inertia, 6),
    REALS(box_min, 3),
    REALS(box_max, 3),
    OPT_TEXT(tag),
    OPT_BOOL(absent),
    OPT_REAL(drag),
    OPT_REAL(charge),
    OPT_REALS(magnetic_moment, 3),
};
static const reel_field_table body_table = TABLE(body_rows);
#undef T

#define T reel_object
static const reel_field object_rows[] = {
    TEXT(name),
    TEXT(category),
    TEXT(shape),
    TEXT(color),
    TEXT(material),
    INDEX(semantic_id, 0, n_categories),
    INT(instance_id, 0, REEL_MAX_OBJECTS),
    INT(first_body, 0, REEL_MAX_BODIES),
    INT(n_bodies, 1, REEL_MAX_BODIES),
};
static const reel_field_table object_table = TABLE(object_rows);
#undef T

#define T reel_joint
static const reel_field joint_rows[] = {
    TEXT(name),
    ENUM(kind, joint_names),
    INDEX(body_a, 0, n_bodies),
    INDEX(body_b, -1, n_bodies),
    REALS(anchor, 3),
    REALS(axis, 3),
    BOOL(has_limits),
    REAL(lo),
    REAL(hi),
    ENUM(motor, motor_names),
    REAL(target),
    REAL(max_force),
    REAL(max_speed),
    REAL(damping),
    OPT_REALS(axis2, 3),
    OPT_REALS(anchor_b, 3),
    OPT_REAL(stiffness),
    OPT_REAL(rest),
    OPT_REAL(break_force),
    OPT_REAL(break_torque),
    OPT_INDEX(joint_a, n_joints),
    OPT_INDEX(joint_b, n_joints),
    OPT_REAL(ratio),
    OPT_BOOL(inactive),
};
static const reel_field_table joint_table = TABLE(joint_rows);
#undef T

#define T reel_action
static const reel_field action_rows[] = {
    TEXT(name),
    ENUM(kind, action_names),
    INT64(first_step, 0, INT64_MAX),
    INT64(end_step, 0, INT64_MAX),
    INDEX(body, -1, n_bodies),
    INDEX(joint, -1, n_joints),
    REALS(vec, 3),
    REALS(torque, 3),
    REALS(point, 3),
    REAL(value),
    {AT(series), .kind = REEL_FIELD_INT, .min = 0, .max = REEL_MAX_ACTIONS, DEFAULT(0)},
};
static const reel_field_table action_table = TABLE(action_rows);
#undef T

#define T reel_force_field
static const reel_field force_rows[] = {
    TEXT(name),
    ENUM(kind, force_names),
    OPT_TEXT(tag),
    OPT_INT64(first_step, 0, INT64_MAX),
    OPT_INT64(end_step, 0, INT64_MAX),
    OPT_REALS(vec, 3),
    OPT_REALS(center, 3),
    OPT_INDEX(body, n_bodies),
    OPT_REAL(strength),
    OPT_REAL(power),
    OPT_REAL(radius),
    OPT_REAL(density),
    OPT_REAL(viscosity),
    OPT_BOOL(has_box),
    OPT_REALS(box_min, 3),
    OPT_REALS(box_max, 3),
};
static const reel_field_table force_table = TABLE(force_rows);
#undef T

#define T reel_camera_key
static const reel_field key_rows[] = {
    REAL(time),
    REALS(eye, 3),
    REALS(target, 3),
    REALS(up, 3),
};
static const reel_field_table key_table = TABLE(key_rows);
#undef T

#define T reel_camera
static const reel_field camera_rows[] = {
    TEXT(name),
    ENUM(motion, camera_names),
    REAL(fov_y),
    REAL(orbit_rate),
    INDEX(body, -1, n_bodies),
    LIST(keys, n_keys, key_table, 1, REEL_MAX_KEYS),
    OPT_REAL(aperture),
    OPT_REAL(focus),
    OPT_REAL(shutter),
    OPT_REAL(exposure),
    OPT_REAL(white),
    OPT_REAL(vignette),
    OPT_REAL(grain),
};
static const reel_field_table camera_table = TABLE(camera_rows);
#undef T

#define T reel_sun
static const reel_field sun_rows[] = {
    TEXT(name),
    REALS(to_light, 3),
    REALS(irradiance, 3),
    REAL(angular_radius),
};
static const reel_field_table sun_table = TABLE(sun_rows);
#undef T

#define T reel_sky
static const reel_field sky_rows[] = {
    REALS(zenith, 3),
    REALS(horizon, 3),
    REALS(ground, 3),
    OPT_ENUM(kind, sky_names),
    OPT_INDEX(image, n_images),
    OPT_REAL(turn),
    OPT_REAL_OR(strength, 1),
    OPT_REAL_OR(turbidity, 3),
    OPT_UINT32(seed),
};
static const reel_field_table sky_table = TABLE(sky_rows);
#undef T

#define T reel_lamp
static const reel_field lamp_rows[] = {
    TEXT(name),
    ENUM(kind, lamp_names),
    INDEX(body, -1, n_bodies),
    REALS(position, 3),
    REALS(direction, 3),
    REALS(across, 3),
    REALS(size, 2),
    REALS(power, 3),
    REAL(cone),
    REAL(blend),
};
static const reel_field_table lamp_table = TABLE(lamp_rows);
#undef T

#define T reel_image
static const reel_field image_rows[] = {
    TEXT(name),
    ENUM(kind, image_names),
    INT(width, 1, REEL_MAX_IMAGE_SIDE),
    INT(height, 1, REEL_MAX_IMAGE_SIDE),
    BYTES(pixels, n_bytes, REEL_MAX_IMAGE_BYTES),
};
static const reel_field_table image_table = TABLE(image_rows);
#undef T

#define T reel_expect
static const reel_field expect_rows[] = {
    ENUM(kind, expect_names),
    INDEX(object, 0, n_objects),
    INT64(by, 0, INT64_MAX),
    REAL(value),
};
static const reel_field_table expect_table = TABLE(expect_rows);
#undef T

#define T reel_audit_limits
static const reel_field audit_rows[] = {
    REAL(penetration),
    REAL(initial_overlap),
    REAL(joint_error),
    REAL(energy_gain),
    INT(contacts, 0, INT_MAX),
    INT(solver_messages, 0, INT_MAX),
    REAL(escape),
    {AT(popping), .kind = REEL_FIELD_REAL, DEFAULT(0.25)},
    {AT(jump), .kind = REEL_FIELD_REAL, DEFAULT(0.005)},
    {AT(jitter), .kind = REEL_FIELD_REAL, DEFAULT(0.02)},
    {AT(tunnelling), .kind = REEL_FIELD_INT, .min = 0, .max = INT_MAX, DEFAULT(0)},
};
static const reel_field_table audit_table = TABLE(audit_rows);
#undef T

#define T reel_scene
static const reel_field scene_rows[] = {
    {.name = "format", .kind = REEL_FIELD_FORMAT},
    TEXT(family),
    TEXT(source),
    TEXT(source_sha256),
    SEED(seed),
    {AT(params), .kind = REEL_FIELD_PARAMS, .count_offset = offsetof(T, n_params), .min = 0,
     .max = REEL_MAX_PARAMS},
    INT(fps, 1, REEL_MAX_FPS),
    INT(frames, 1, REEL_MAX_FRAMES),
    INT(width, 1, REEL_MAX_SIDE),
    INT(height, 1, REEL_MAX_SIDE),
    INT(step_rate, 1, REEL_MAX_STEP_RATE),
    INT(samples_per_frame, 1, REEL_MAX_SAMPLES_PER_FRAME),
    REALS(gravity, 3),
    LIST(surfaces, n_surfaces, surface_table, 0, REEL_MAX_SURFACES),
    OPT_LIST(pairs, n_pairs, pair_table, REEL_MAX_PAIRS),
    LIST(materials, n_materials, material_table, 0, REEL_MAX_MATERIALS),
    {AT(categories), .kind = REEL_FIELD_TEXTS, .count_offset = offsetof(T, n_categories), .min = 1,
     .max = REEL_MAX_CATEGORIES},
    OPT_LIST(meshes, n_meshes, mesh_table, REEL_MAX_MESHES),
    OPT_LIST(height_fields, n_height_fields, height_table, REEL_MAX_HEIGHT_FIELDS),
    LIST(objects, n_objects, object_table, 0, REEL_MAX_OBJECTS),
    LIST(bodies, n_bodies, body_table, 0, REEL_MAX_BODIES),
    LIST(geoms, n_geoms, geom_table, 0, REEL_MAX_GEOMS),
    LIST(joints, n_joints, joint_table, 0, REEL_MAX_JOINTS),
    OPT_LIST(force_fields, n_force_fields, force_table, REEL_MAX_FORCE_FIELDS),
    LIST(actions, n_actions, action_table, 0, REEL_MAX_ACTIONS),
    LIST(cameras, n_cameras, camera_table, 0, REEL_MAX_CAMERAS),
    LIST(suns, n_suns, sun_table, 0, REEL_MAX_SUNS),
    OPT_LIST(lamps, n_lamps, lamp_table, REEL_MAX_LAMPS),
    OPT_LIST(images, n_images, image_table, REEL_MAX_IMAGES),
    LIST(expects, n_expects, expect_table, 0, REEL_MAX_EXPECTS),
    STRUCT(sky, sky_table),
    REAL(exposure),
    TEXT(caption),
    TEXT(caption_prompt),
    OPT_TEXT(agent),
    OPT_TEXT(agent_on),
    OPT_TEXT(views),
    STRUCT(audit, audit_table),
};
const reel_field_table reel_scene_fields = TABLE(scene_rows);
#undef T
/* clang-format on */
