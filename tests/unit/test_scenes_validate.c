/*
 * Validation: one thing at a time is broken in a good scene, and the message must name it.
 */
#include "tests/unit/scene_scripts.h"

static const char good_script[] =
    "scene { family = 'test', params = { n = int(1, 3) }, build = function(world, p)\n"
    "world:box { name = 'a', size = { 1, 2, 3 } }\n"
    "world:sphere { name = 'b', radius = 0.5, at = { 3, 0 } }\n"
    "world:box { name = 'rock', size = 1, at = { 6, 0 }, static = true }\n"
    "world:floor {}\n"
    "world:hinge { name = 'h', a = 'a', axis = { 0, 0, 1 }, limits = { -1, 1 }, motor = { velocity "
    "= 1, max_force = 1 } }\n"
    "world:ball { name = 'j', a = 'b', b = 'rock' }\n"
    "world:hull { name = 'gem', points = { {0,0,0}, {1,0,0}, {0,1,0}, {0,0,1} }, at = { 9, 0 }, "
    "charge = 1, drag = 1, material = 'steel' }\n"
    "world:height_field { name = 'hill', size = { 2, 2 }, heights = { { 0, 0 }, { 0, 1 } }, "
    "at = { 20, 0 }, material = 'ice' }\n"
    "world:universal { name = 'u', a = 'b', axis = { 1, 0, 0 }, axis2 = { 0, 1, 0 } }\n"
    "world:rope { name = 'r', a = 'b', to = { 3, 0, 5 } }\n"
    "world:slider { name = 's', a = 'a', axis = { 1, 0, 0 } }\n"
    "world:slider { name = 't', a = 'gem', axis = { 1, 0, 0 }, stiffness = 1 }\n"
    "world:couple { name = 'g', a = 's', b = 't', ratio = 2 }\n"
    "world:water { name = 'pool', size = { 1, 1, 1 } }\n"
    "world:attract { name = 'pull', at = { 0, 0, 1 }, strength = 1 }\n"
    "world:force { name = 'f', on = 'a', to = 1, force = { 1, 0, 0 } }\n"
    "world:target { name = 't', joint = 'h', time = 0.5, value = 1 }\n"
    "world:expect { moved = 'a', distance = 1 }\n"
    "world:camera { name = 'main', distance = 9 }\n"
    "world:camera { name = 'turn', distance = 9, orbit = 1 }\n"
    "world:camera { name = 'keys', keys = { { time = 0 }, { time = 1, azimuth = 1 } } }\n"
    "world:sun {}\n"
    "world:lamp { kind = 'rect', at = { 0, 0, 3 } }\n"
    "world:lamp { kind = 'spot', at = { 1, 0, 3 } }\n"
    "end }";

/* Numbers of the parts above. */
enum { BODY_A = 0, BODY_B, BODY_ROCK, BODY_FLOOR, BODY_GEM, BODY_HILL };
enum { JOINT_U = 2, JOINT_ROPE, JOINT_S, JOINT_T, JOINT_GEAR };
enum { FIELD_POOL = 0, FIELD_PULL };

typedef void (*breaker)(reel_scene *s);

#define BREAK(name, ...)            \
    static void name(reel_scene *s) \
    {                               \
        __VA_ARGS__;                \
    }
BREAK(family, s->family = "No Good")
BREAK(fps, s->fps = 0)
BREAK(step_rate, s->step_rate = 1201)
BREAK(samples, s->samples_per_frame = 7)
BREAK(frames, s->frames = 0)
BREAK(width, s->width = 833)
BREAK(height, s->height = 8)
BREAK(gravity, s->gravity.z = (double)NAN)
BREAK(exposure, s->exposure = 0)
BREAK(sky, s->sky.horizon[1] = -1)
BREAK(audit, s->audit.energy_gain = -1)
BREAK(density, s->surfaces[0].density = 0)
BREAK(friction, s->surfaces[0].friction = -0.1)
BREAK(restitution, s->surfaces[0].restitution = 1.01)
BREAK(color, s->materials[0].color[2] = 1.5)
BREAK(pattern_scale, s->materials[0].scale = 0)
BREAK(roughness, s->materials[0].roughness = 0.01)
BREAK(category, s->objects[1].category = "cup")
BREAK(instance, s->objects[1].instance_id = 1)
BREAK(instance_of_floor, s->objects[3].instance_id = 4)
BREAK(environment, s->categories[0] = "world")
BREAK(object_name, s->objects[1].name = s->objects[0].name)
BREAK(first_body, s->objects[1].first_body = 0)
BREAK(pose, s->bodies[BODY_A].world_from_body.q.w = 1.1)
BREAK(position, s->bodies[BODY_B].world_from_body.p.x = HUGE_VAL)
BREAK(mass, s->bodies[BODY_B].mass = 0)
BREAK(inertia_sign, s->bodies[BODY_A].inertia[1] = -1)
BREAK(inertia_triangle, s->bodies[BODY_A].inertia[2] = 1 + s->bodies[BODY_A].inertia[0] +
                                                       s->bodies[BODY_A].inertia[1])
BREAK(inertia_product, s->bodies[BODY_A].inertia[3] = s->bodies[BODY_A].inertia[0])
BREAK(static_velocity, s->bodies[BODY_ROCK].velocity.x = 1)
BREAK(box, s->bodies[BODY_A].box_min[0] = 10)
BREAK(body_name, s->bodies[BODY_A].name = "")
BREAK(geom_size, s->geoms[0].size[2] = -3)
BREAK(geom_pose, s->geoms[1].body_from_geom.q = (reel_quat){0, 0, 0, 0})
BREAK(plane_moves, (s->bodies[BODY_FLOOR].motion = REEL_MOTION_DYNAMIC,
                    s->bodies[BODY_FLOOR].mass = 1, s->bodies[BODY_FLOOR].inertia[0] = 1,
                    s->bodies[BODY_FLOOR].inertia[1] = 1, s->bodies[BODY_FLOOR].inertia[2] = 1))
BREAK(first_geom, s->bodies[BODY_B].first_geom = 0)
BREAK(joint_axis, s->joints[0].axis.x = 1)
BREAK(joint_limits, s->joints[0].lo = 0.1)
BREAK(joint_static, s->joints[1].body_a = BODY_ROCK)
BREAK(joint_self, s->joints[1].body_b = BODY_B)
BREAK(joint_motor, s->joints[1].motor = REEL_MOTOR_VELOCITY)
BREAK(joint_speed, s->joints[0].max_speed = 0)
BREAK(mesh_index, s->geoms[4].mesh = 7)
BREAK(mesh_of_box, s->geoms[0].mesh = 0)
BREAK(mesh_open, s->meshes[0].n_triangles = 3)
BREAK(mesh_moves, s->geoms[4].shape = REEL_SHAPE_MESH)
BREAK(heights_move, (s->bodies[BODY_HILL].motion = REEL_MOTION_DYNAMIC,
                     s->bodies[BODY_HILL].mass = 1, s->bodies[BODY_HILL].inertia[0] = 1,
                     s->bodies[BODY_HILL].inertia[1] = 1, s->bodies[BODY_HILL].inertia[2] = 1))
BREAK(heights_count, s->height_fields[0].rows = 3)
BREAK(heights_finite, s->height_fields[0].heights[1] = (double)NAN)
BREAK(belt, s->geoms[0].belt.x = HUGE_VAL)
BREAK(drag, s->bodies[BODY_A].drag = -1)
BREAK(charge, s->bodies[BODY_GEM].charge = (double)NAN)
BREAK(moment, s->bodies[BODY_GEM].magnetic_moment.y = (double)NAN)
BREAK(joint_axis2, s->joints[JOINT_U].axis2 = s->joints[JOINT_U].axis)
BREAK(joint_rope, s->joints[JOINT_ROPE].lo = 99)
BREAK(joint_ball_limits, s->joints[1].has_limits = true)
BREAK(joint_stiffness, s->joints[JOINT_T].stiffness = -1)
BREAK(joint_ball_spring, s->joints[1].stiffness = 1)
BREAK(joint_break, s->joints[1].break_force = -1)
BREAK(joint_gear, s->joints[JOINT_GEAR].joint_a = 1)
BREAK(joint_gear_later, s->joints[JOINT_GEAR].joint_a = JOINT_GEAR)
BREAK(joint_ratio, s->joints[JOINT_GEAR].ratio = 0)
BREAK(field_box, s->force_fields[FIELD_POOL].has_box = false)
BREAK(field_box_order, s->force_fields[FIELD_POOL].box_max[2] = -1)
BREAK(field_density, s->force_fields[FIELD_POOL].density = -1)
BREAK(field_radius, s->force_fields[FIELD_PULL].radius = 0)
BREAK(field_body, s->force_fields[FIELD_PULL].body = 99)
BREAK(field_name, s->force_fields[FIELD_PULL].name = "pool")
BREAK(pair_friction, s->pairs[0].friction = -1)
BREAK(pair_surface, s->pairs[0].surface_b = 99)
BREAK(action_order, s->actions[0].first_step = 900)
BREAK(action_end, s->actions[0].end_step = 0)
BREAK(action_body, s->actions[0].body = BODY_ROCK)
BREAK(action_joint, s->actions[1].joint = 1)
BREAK(action_series, s->actions[0].series = -1)
BREAK(action_series_kind, s->actions[1].series = 2)
BREAK(agent, s->agent = "pull")
BREAK(agent_on, (s->agent = "push", s->agent_on = "main"))
BREAK(agent_camera, (s->agent = "camera", s->agent_on = "nobody"))
BREAK(agent_without, s->agent_on = "main")
BREAK(views, s->views = "four")
BREAK(expect_by, s->expects[0].by = 1000000)
BREAK(camera_name, s->cameras[0].name = "../x")
BREAK(camera_fov, s->cameras[0].fov_y = 0)
BREAK(camera_up, s->cameras[0].keys[0].up = (reel_vec3){0, 0, 2})
BREAK(camera_target, s->cameras[0].keys[0].target = s->cameras[0].keys[0].eye)
BREAK(camera_along_up,
      s->cameras[0].keys[0].up = reel_v3_unit(reel_v3_sub(s->cameras[0].keys[0].target,
                                                          s->cameras[0].keys[0].eye),
                                              (reel_vec3){0, 0, 1}))
BREAK(camera_above, s->cameras[1].keys[0] = ((reel_camera_key){
                        .eye = {0, 0, 5}, .target = {0, 0, 0}, .up = {1, 0, 0}}))
BREAK(camera_times, s->cameras[2].keys[1].time = 0)
BREAK(camera_through_target,
      s->cameras[2].keys[1].eye = reel_v3_madd(s->cameras[2].keys[0].target, -1,
                                               reel_v3_sub(s->cameras[2].keys[0].eye,
                                                           s->cameras[2].keys[0].target));
      s->cameras[2].keys[1].target = s->cameras[2].keys[0].target)
BREAK(camera_aperture, s->cameras[0].aperture = -1)
BREAK(camera_focus, s->cameras[0].aperture = 0.1)
BREAK(camera_shutter, s->cameras[0].shutter = 1.5)
BREAK(camera_exposure, s->cameras[0].exposure = 30)
BREAK(camera_white, s->cameras[0].white = 3000)
BREAK(camera_vignette, s->cameras[0].vignette = -0.5)
BREAK(camera_grain, s->cameras[0].grain = 17)
BREAK(camera_none, s->n_cameras = 0)
BREAK(sun_direction, s->suns[0].to_light.z += 1)
BREAK(sun_light, s->suns[0].irradiance[0] = -1)
BREAK(lamp_name, s->lamps[1].name = s->lamps[0].name)
BREAK(lamp_body, s->lamps[0].body = s->n_bodies)
BREAK(lamp_size, s->lamps[0].size[1] = 0)
BREAK(lamp_direction, s->lamps[1].direction.z = -2)
BREAK(lamp_across, s->lamps[0].across = s->lamps[0].direction)
BREAK(lamp_power, s->lamps[0].power[2] = -1)
BREAK(lamp_cone, s->lamps[1].cone = 2)
BREAK(lamp_blend, s->lamps[1].blend = 1.5)
BREAK(sky_strength, s->sky.strength = -1)
BREAK(sky_turbidity, s->sky.kind = REEL_SKY_CLEAR; s->sky.turbidity = 1)
BREAK(sky_sun, s->sky.kind = REEL_SKY_CLEAR; s->n_suns = 0)
BREAK(sun_size, s->suns[0].angular_radius = 2)

typedef struct damage {
    breaker apply;
    const char *field;
} damage;

static const damage damages[] = {
    {family, "family"},
    {fps, "fps"},
    {step_rate, "step_rate"},
    {samples, "step_rate"},
    {frames, "frames"},
    {width, "width"},
    {height, "height"},
    {gravity, "gravity"},
    {exposure, "exposure"},
    {sky, "sky.horizon"},
    {audit, "audit.energy_gain"},
    {density, "surfaces[0] (plastic).density"},
    {friction, "surfaces[0] (plastic).friction"},
    {restitution, "surfaces[0] (plastic).restitution"},
    {color, "materials[0] (plastic).color"},
    {pattern_scale, "materials[0] (plastic).scale"},
    {roughness, "materials[0] (plastic).roughness"},
    {category, "objects[1] (b).category"},
    {instance, "objects[1] (b).instance_id"},
    {instance_of_floor, "objects[3] (floor).instance_id"},
    {environment, "categories[0]"},
    {object_name, "objects"},
    {first_body, "objects[1] (b).first_body"},
    {pose, "bodies[0] (a).world_from_body"},
    {position, "bodies[1] (b).world_from_body"},
    {mass, "bodies[1] (b).mass"},
    {inertia_sign, "bodies[0] (a).inertia"},
    {inertia_triangle, "bodies[0] (a).inertia"},
    {inertia_product, "bodies[0] (a).inertia"},
    {static_velocity, "bodies[2] (rock).velocity"},
    {box, "bodies[0] (a).box_min"},
    {body_name, "bodies[0].name"},
    {geom_size, "geoms[0] (a).size"},
    {geom_pose, "geoms[1] (b).body_from_geom"},
    {plane_moves, "geoms[3] (floor).shape"},
    {first_geom, "bodies[1] (b).first_geom"},
    {joint_axis, "joints[0] (h).axis"},
    {joint_limits, "joints[0] (h).lo"},
    {joint_static, "joints[1] (j).body_a"},
    {joint_self, "joints[1] (j).body_b"},
    {joint_motor, "joints[1] (j).motor"},
    {joint_speed, "joints[0] (h).max_speed"},
    {mesh_index, "geoms[4] (gem).mesh"},
    {mesh_of_box, "geoms[0] (a).mesh"},
    {mesh_open, "meshes[0] (hull 1)"},
    {mesh_moves, "geoms[4] (gem).collides"},
    {heights_move, "geoms[5] (hill).shape"},
    {heights_count, "height_fields[0] (hill).heights"},
    {heights_finite, "height_fields[0] (hill).heights"},
    {belt, "geoms[0] (a).belt"},
    {drag, "bodies[0] (a).drag"},
    {charge, "bodies[4] (gem).charge"},
    {moment, "bodies[4] (gem).magnetic_moment"},
    {joint_axis2, "joints[2] (u).axis2"},
    {joint_rope, "joints[3] (r).hi"},
    {joint_ball_limits, "joints[1] (j).has_limits"},
    {joint_stiffness, "joints[5] (t).stiffness"},
    {joint_ball_spring, "joints[1] (j).stiffness"},
    {joint_break, "joints[1] (j).break_force"},
    {joint_gear, "joints[6] (g).joint_a"},
    {joint_gear_later, "joints[6] (g).joint_a"},
    {joint_ratio, "joints[6] (g).ratio"},
    {field_box, "force_fields[0] (pool).has_box"},
    {field_box_order, "force_fields[0] (pool).box_max"},
    {field_density, "force_fields[0] (pool).density"},
    {field_radius, "force_fields[1] (pull).radius"},
    {field_body, "force_fields[1] (pull).body"},
    {field_name, "force_fields"},
    {pair_friction, "pairs[0].friction"},
    {pair_surface, "pairs[0].surface_b"},
    {action_order, "actions[1] (t).first_step"},
    {action_end, "actions[0] (f).end_step"},
    {action_body, "actions[0] (f).body"},
    {action_joint, "actions[1] (t).joint"},
    {action_series, "actions[0] (f).series"},
    {action_series_kind, "actions[1] (t).series"},
    {agent, "agent"},
    {agent_on, "agent_on"},
    {agent_camera, "agent_on"},
    {agent_without, "agent_on"},
    {views, "views"},
    {expect_by, "expects[0].by"},
    {camera_name, "cameras[0] (../x).name"},
    {camera_fov, "cameras[0] (main).fov_y"},
    {camera_up, "cameras[0] (main).keys[0]"},
    {camera_target, "cameras[0] (main).keys[0]"},
    {camera_along_up, "cameras[0] (main).keys[0]"},
    {camera_above, "cameras[1] (turn).keys[0]"},
    {camera_times, "cameras[2] (keys).keys[1]"},
    {camera_through_target, "cameras[2] (keys).keys"},
    {camera_aperture, "cameras[0] (main).aperture"},
    {camera_focus, "cameras[0] (main).focus"},
    {camera_shutter, "cameras[0] (main).shutter"},
    {camera_exposure, "cameras[0] (main).exposure"},
    {camera_white, "cameras[0] (main).white"},
    {camera_vignette, "cameras[0] (main).vignette"},
    {camera_grain, "cameras[0] (main).grain"},
    {camera_none, "cameras"},
    {sun_direction, "suns[0] (sun).to_light"},
    {sun_light, "suns[0] (sun).irradiance"},
    {lamp_name, "lamps"},
    {lamp_body, "lamps[0] (lamp).body"},
    {lamp_size, "lamps[0] (lamp).size[1]"},
    {lamp_direction, "lamps[1] (lamp 2).direction"},
    {lamp_across, "lamps[0] (lamp).across"},
    {lamp_power, "lamps[0] (lamp).power"},
    {lamp_cone, "lamps[1] (lamp 2).cone"},
    {lamp_blend, "lamps[1] (lamp 2).blend"},
    {sky_strength, "sky.strength"},
    {sky_turbidity, "sky.turbidity"},
    {sky_sun, "sky.kind"},
    {sun_size, "suns[0] (sun).angular_radius"},
};

static void damage_is_named(const void *param)
{
    (void)param;
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        reel_error err = {0};
        reel_scene *s = freeze(good_script);
        CHECK(reel_scene_validate(s, NULL) == REEL_OK);
        damages[i].apply(s);
        const reel_status st = reel_scene_validate(s, &err);
        if (st != REEL_E_SCENE || strcmp(err.field, damages[i].field) != 0 || !err.msg[0]) {
            CHECK_FAIL("number %zu: %d, '%s': %s; wanted '%s'", i, st, err.field, err.msg,
                       damages[i].field);
        }
        reel_scene_destroy(&s);
    }
}

/* The inertia of real bodies is possible, the thinnest too: a rod, a plate, an L. */
static void real_inertias_are_possible(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "world:box { size = { 1e-4, 1e-4, 5 } }\n"
        "world:box { size = { 3, 3, 1e-5 }, at = { 5, 0 } }\n"
        "world:object { at = { 9, 0 }, parts = { { shape = 'capsule', radius = 1e-3, length = 2 },"
        " { shape = 'capsule', radius = 1e-3, length = 2, pitch = 0.7, at = { 0.4, 0.1, 0 } } } "
        "}"));
    CHECK(reel_scene_validate(s, NULL) == REEL_OK);
    reel_scene_destroy(&s);
}

static const check_test tests[] = {
    {"damage is named", damage_is_named, NULL},
    {"real inertias are possible", real_inertias_are_possible, NULL},
};
CHECK_MAIN(tests)
