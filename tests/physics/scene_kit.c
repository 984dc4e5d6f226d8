#include "tests/physics/scene_kit.h"

#include "base/mesh.h"
#include "engine/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "scene_kit: out of memory\n");
        exit(2);
    }
    return p;
}

reel_scene *kit_scene(double seconds)
{
    reel_scene *s = must(reel_scene_create());
    s->family = "kit";
    s->source = "kit";
    s->source_sha256 = "";
    s->fps = 24;
    s->frames = (int)(seconds * s->fps + 0.5) + 1;
    s->width = s->height = 64;
    s->step_rate = 1200;
    s->samples_per_frame = 1;
    s->gravity = reel_v3(0, 0, -KIT_G);
    s->surfaces = must(REEL_ARENA_NEW(&s->arena, reel_surface, KIT_MAX_BODIES));
    s->objects = must(REEL_ARENA_NEW(&s->arena, reel_object, KIT_MAX_BODIES));
    s->bodies = must(REEL_ARENA_NEW(&s->arena, reel_body, KIT_MAX_BODIES));
    s->geoms = must(REEL_ARENA_NEW(&s->arena, reel_geom, KIT_MAX_BODIES));
    s->joints = must(REEL_ARENA_NEW(&s->arena, reel_joint, KIT_MAX_JOINTS));
    s->actions = must(REEL_ARENA_NEW(&s->arena, reel_action, KIT_MAX_ACTIONS));
    s->expects = must(REEL_ARENA_NEW(&s->arena, reel_expect, KIT_MAX_EXPECTS));
    s->materials = must(REEL_ARENA_NEW(&s->arena, reel_material, 1));
    s->meshes = must(REEL_ARENA_NEW(&s->arena, reel_mesh, KIT_MAX_MESHES));
    s->n_materials = 1;
    s->materials[0] = reel_material_default();
    s->materials[0].name = "grey";
    s->categories = must(REEL_ARENA_NEW(&s->arena, const char *, 2));
    s->categories[0] = "environment";
    s->categories[1] = "thing";
    s->n_categories = 2;
    return s;
}

static int add_body(reel_scene *s, const char *name, reel_motion motion, reel_shape shape,
                    reel_vec3 size, reel_pose at)
{
    if (s->n_bodies == KIT_MAX_BODIES || s->n_geoms == KIT_MAX_BODIES) {
        fprintf(stderr, "scene_kit: too many bodies\n");
        exit(2);
    }
    const int b = s->n_bodies++, g = s->n_geoms++, f = s->n_surfaces++;
    const char *copy = must(reel_arena_strdup(&s->arena, name));
    s->surfaces[f] = (reel_surface){.name = copy, .density = 1000, .friction = 0.5};
    s->geoms[g] = (reel_geom){.body = b,
                              .shape = shape,
                              .size = {size.x, size.y, size.z},
                              .body_from_geom = reel_pose_identity(),
                              .surface = f,
                              .visible = true,
                              .collides = true,
                              .mesh = -1,
                              .height_field = -1};
    s->bodies[b] = (reel_body){.name = copy,
                               .object = b,
                               .first_geom = g,
                               .n_geoms = 1,
                               .motion = motion,
                               .world_from_body = at,
                               .tag = ""};
    const bool moves = motion == REEL_MOTION_DYNAMIC;
    s->n_objects++;
    s->objects[b] = (reel_object){.name = copy,
                                  .category = s->categories[moves],
                                  .shape = "",
                                  .color = "",
                                  .material = "",
                                  .semantic_id = moves,
                                  .instance_id = 0,
                                  .first_body = b,
                                  .n_bodies = 1};
    return b;
}

static int add_dynamic(reel_scene *s, const char *name, reel_shape shape, reel_vec3 size,
                       double mass, reel_vec3 at)
{
    const reel_pose pose = {at, reel_quat_identity()};
    const int b = add_body(s, name, REEL_MOTION_DYNAMIC, shape, size, pose);
    double unit_mass, inertia[3];
    reel_shape_mass(shape, s->geoms[s->n_geoms - 1].size, 1, &unit_mass, inertia);
    s->bodies[b].mass = mass;
    for (int i = 0; i < 3; i++) {
        s->bodies[b].inertia[i] = inertia[i] * mass / unit_mass;
    }
    return b;
}

int kit_floor(reel_scene *s)
{
    return kit_slope(s, reel_v3(0, 0, 1));
}

reel_quat kit_turn_z_to(reel_vec3 normal)
{
    const reel_vec3 n = reel_v3_unit(normal, reel_v3(0, 0, 1));
    return reel_quat_unit((reel_quat){1 + n.z, -n.y, n.x, 0});
}

int kit_slope(reel_scene *s, reel_vec3 normal)
{
    const reel_pose pose = {reel_v3(0, 0, 0), kit_turn_z_to(normal)};
    return add_body(s, "ground", REEL_MOTION_STATIC, REEL_SHAPE_PLANE, reel_v3(0, 0, 0), pose);
}

int kit_sphere(reel_scene *s, const char *name, double radius, double mass, reel_vec3 at)
{
    return add_dynamic(s, name, REEL_SHAPE_SPHERE, reel_v3(radius, 0, 0), mass, at);
}

int kit_box(reel_scene *s, const char *name, reel_vec3 size, double mass, reel_vec3 at)
{
    return add_dynamic(s, name, REEL_SHAPE_BOX, size, mass, at);
}

int kit_cylinder(reel_scene *s, const char *name, double radius, double length, double mass,
                 reel_vec3 at)
{
    return add_dynamic(s, name, REEL_SHAPE_CYLINDER, reel_v3(radius, length, 0), mass, at);
}

int kit_capsule(reel_scene *s, const char *name, double radius, double length, double mass,
                reel_vec3 at)
{
    return add_dynamic(s, name, REEL_SHAPE_CAPSULE, reel_v3(radius, length, 0), mass, at);
}

int kit_hull_mesh(reel_scene *s, const reel_vec3 *points, int n)
{
    reel_error err;
    double *list = must(REEL_ARENA_NEW(&s->arena, double, 3 * (size_t)n));
    for (int i = 0; i < n; i++) {
        list[3 * i] = points[i].x;
        list[3 * i + 1] = points[i].y;
        list[3 * i + 2] = points[i].z;
    }
    if (s->n_meshes == KIT_MAX_MESHES ||
        reel_hull_of_points(&s->arena, list, n, &s->meshes[s->n_meshes], &err) != REEL_OK) {
        fprintf(stderr, "scene_kit: no hull, or too many\n");
        exit(2);
    }
    s->meshes[s->n_meshes].name = must(reel_arena_printf(&s->arena, "hull %d", s->n_meshes));
    return s->n_meshes++;
}

int kit_static_solid(reel_scene *s, const char *name, reel_shape shape, reel_vec3 size, int mesh,
                     reel_pose at)
{
    const int b = add_body(s, name, REEL_MOTION_STATIC, shape, size, at);
    s->geoms[s->n_geoms - 1].mesh = mesh;
    return b;
}

int kit_solid(reel_scene *s, const char *name, reel_shape shape, reel_vec3 size, int mesh,
              double mass, reel_vec3 at)
{
    const reel_pose pose = {at, reel_quat_identity()};
    const int b = add_body(s, name, REEL_MOTION_DYNAMIC, shape, size, pose);
    reel_geom *geom = &s->geoms[s->n_geoms - 1];
    double unit_mass, inertia[6];
    reel_vec3 centre;
    geom->mesh = mesh;
    reel_geom_mass(s, geom, 1, &unit_mass, &centre, inertia);
    geom->body_from_geom.p = reel_v3_scale(centre, -1);
    s->bodies[b].mass = mass;
    for (int i = 0; i < 6; i++) {
        s->bodies[b].inertia[i] = inertia[i] * mass / unit_mass;
    }
    return b;
}

int kit_static_box(reel_scene *s, const char *name, reel_vec3 size, reel_vec3 at)
{
    const reel_pose pose = {at, reel_quat_identity()};
    return add_body(s, name, REEL_MOTION_STATIC, REEL_SHAPE_BOX, size, pose);
}

void kit_add_geom(reel_scene *s, reel_shape shape, reel_vec3 size, reel_pose body_from_geom,
                  double mass, reel_vec3 principal_inertia)
{
    reel_body *body = &s->bodies[s->n_bodies - 1];
    reel_geom *geom = &s->geoms[s->n_geoms++];
    *geom = s->geoms[body->first_geom];
    geom->shape = shape;
    geom->size[0] = size.x;
    geom->size[1] = size.y;
    geom->size[2] = size.z;
    geom->body_from_geom = body_from_geom;
    body->n_geoms++;
    body->mass = mass;
    body->inertia[0] = principal_inertia.x;
    body->inertia[1] = principal_inertia.y;
    body->inertia[2] = principal_inertia.z;
}

reel_surface *kit_surface(reel_scene *s, int b)
{
    return &s->surfaces[s->geoms[s->bodies[b].first_geom].surface];
}

void kit_set_surfaces(reel_scene *s, double friction, double restitution)
{
    for (int i = 0; i < s->n_surfaces; i++) {
        s->surfaces[i].friction = friction;
        s->surfaces[i].restitution = restitution;
    }
}

reel_joint *kit_joint(reel_scene *s, const char *name, reel_joint_kind kind, int body_a, int body_b,
                      reel_vec3 anchor, reel_vec3 axis)
{
    reel_joint *joint = &s->joints[s->n_joints++];
    *joint = (reel_joint){.name = name,
                          .kind = kind,
                          .body_a = body_a,
                          .body_b = body_b,
                          .anchor = anchor,
                          .axis = axis,
                          .max_speed = 1,
                          .joint_a = -1,
                          .joint_b = -1};
    return joint;
}

reel_action *kit_action(reel_scene *s, const char *name, reel_action_kind kind, int target,
                        int64_t first_step)
{
    reel_action *action = &s->actions[s->n_actions++];
    const bool on_body = kind == REEL_ACTION_IMPULSE || kind == REEL_ACTION_FORCE ||
                         kind == REEL_ACTION_SPAWN || kind == REEL_ACTION_REMOVE;
    *action = (reel_action){.name = name,
                            .kind = kind,
                            .first_step = first_step,
                            .end_step = first_step,
                            .body = on_body ? target : -1,
                            .joint = on_body ? -1 : target};
    return action;
}

static void add_far_boxes(reel_scene *s, const char *word, int n, double y)
{
    for (int i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s %d", word, i);
        const int b = kit_box(s, name, reel_v3(0.2, 0.3, 0.2), 1, reel_v3(20, y + i, 0.5));
        s->bodies[b].omega = reel_v3(1, 2, 3);
    }
}

void kit_add_thrown_shapes(reel_scene *s)
{
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "thing %d", i);
        const reel_vec3 at = reel_v3(0.1 * (i % 3) - 0.1, 0.07 * (i % 2), 0.4 + 0.3 * i);
        int b;
        switch (i % 4) {
        case 0: b = kit_sphere(s, name, 0.08, 1, at); break;
        case 1: b = kit_box(s, name, reel_v3(0.1, 0.15, 0.2), 2, at); break;
        case 2: b = kit_cylinder(s, name, 0.07, 0.15, 1.5, at); break;
        default: b = kit_capsule(s, name, 0.06, 0.1, 0.5, at); break;
        }
        s->bodies[b].world_from_body.q = reel_quat_unit((reel_quat){1, 0.3 * i, 0.2, 0.1 * i});
        s->bodies[b].velocity = reel_v3(0.4 - 0.1 * i, 0.2, -1);
        kit_surface(s, b)->restitution = 0.1 * (i % 5);
    }
}

static void add_heap(reel_scene *s)
{
    for (int i = 0; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "brick %d", i);
        const int column = i % 4, level = i / 4;
        kit_box(s, name, reel_v3(0.2, 0.1, 0.1), 2,
                reel_v3(3 + 0.2 * column + 0.05 * (level % 2), 0, 0.05 + 0.1 * level));
    }
}

static void add_mechanisms(reel_scene *s)
{
    const int arm = kit_box(s, "arm", reel_v3(0.6, 0.1, 0.1), 3, reel_v3(3, -0.9, 0.3));
    reel_joint *j = kit_joint(s, "shoulder", REEL_JOINT_HINGE, arm, -1, reel_v3(2.7, -0.9, 0.3),
                              reel_v3(0, 0, 1));
    j->motor = REEL_MOTOR_POSITION;
    j->max_force = 60;
    j->max_speed = 3;
    j->damping = 0.1;
    kit_action(s, "swing", REEL_ACTION_TARGET, s->n_joints - 1, 300)->value = 1.5;
    const int bob = kit_sphere(s, "bob", 0.1, 1, reel_v3(-2, 0, 1));
    kit_joint(s, "string", REEL_JOINT_BALL, bob, -1, reel_v3(-3, 0, 1), reel_v3(0, 0, 1));
    kit_action(s, "cut", REEL_ACTION_RELEASE, s->n_joints - 1, 700);
    reel_action *wind = kit_action(s, "wind", REEL_ACTION_FORCE, bob, 100);
    wind->end_step = 900;
    wind->vec = reel_v3(0, 1, 0.5);
    reel_action *kick = kit_action(s, "kick", REEL_ACTION_IMPULSE, arm + 1, 1000);
    kick->vec = reel_v3(1, 0, 0);
}

reel_scene *kit_crowd(double seconds, int extra_before, int extra_after)
{
    reel_scene *s = kit_scene(seconds);
    kit_floor(s);
    add_far_boxes(s, "early", extra_before, 0);
    kit_add_thrown_shapes(s);
    add_heap(s);
    add_mechanisms(s);
    add_far_boxes(s, "late", extra_after, 10);
    s->audit.penetration = 0.05;
    return s;
}

reel_take *kit_run(const reel_scene *s)
{
    reel_error err = {0};
    reel_take *take = NULL;
    if (reel_simulate(s, &take, &err) != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof text);
        printf("# scene_kit: %s\n", text);
        exit(2);
    }
    return take;
}

reel_vec3 kit_last_position(const reel_take *t, int body)
{
    return reel_take_pose(t, t->n_samples - 1, body).p;
}

reel_vec3 kit_last_velocity(const reel_take *t, int body)
{
    return reel_take_velocity(t, t->n_samples - 1, body);
}

const reel_event *kit_event(const reel_take *t, int a, int b, int n)
{
    for (int i = 0; i < t->n_events; i++) {
        const reel_event *e = &t->events[i];
        if (((e->body_a == a && e->body_b == b) || (e->body_a == b && e->body_b == a)) &&
            n-- == 0) {
            return e;
        }
    }
    return NULL;
}

int kit_count_events(const reel_take *t, int a, int b)
{
    int n = 0;
    while (kit_event(t, a, b, n)) {
        n++;
    }
    return n;
}
