#include "bench/stage_scene.h"

#include "base/rng.h"
#include "base/trig.h"
#include "bench/stage_mesh.h"

#include <string.h>

typedef struct builder {
    reel_scene *s;
    int mesh; /* stage_mesh of the next geom of shape mesh */
} builder;

enum { FEW = 64 /* geoms, bodies, objects, materials of most scenes */ };

static int add_material(builder *b, reel_pattern pattern, const double c1[3], const double c2[3],
                        double scale, double roughness, double metallic)
{
    reel_material *m = &b->s->materials[b->s->n_materials];
    *m = reel_material_default();
    m->name = "m";
    m->pattern = pattern;
    m->scale = scale;
    m->roughness = roughness;
    m->metallic = metallic;
    m->seed = 77u * (uint32_t)b->s->n_materials + 5u;
    memcpy(m->color, c1, sizeof m->color);
    memcpy(m->color2, c2, sizeof m->color2);
    return b->s->n_materials++;
}

/* Whether a shape is part of the surroundings: no instance, does not move. */
static bool is_ground(reel_shape shape)
{
    return shape == REEL_SHAPE_PLANE || shape == REEL_SHAPE_HEIGHT_FIELD;
}

/* The first geom of a new body and object, or one more of the last body. */
static void add_geom(builder *b, int more, reel_shape shape, reel_vec3 size, reel_vec3 at,
                     reel_quat q, int material)
{
    reel_scene *s = b->s;
    const bool hull = b->mesh == STAGE_ROCK || b->mesh == STAGE_GEM;
    shape = shape == REEL_SHAPE_MESH && hull ? REEL_SHAPE_HULL : shape;
    reel_geom *g = &s->geoms[s->n_geoms];
    *g = (reel_geom){
        .shape = shape,
        .size = {size.x, size.y, size.z},
        .material = material,
        .body_from_geom = {more ? at : reel_v3(0, 0, 0), more ? q : (reel_quat){1, 0, 0, 0}},
        .visible = true,
        .collides = true,
        .mesh = shape == REEL_SHAPE_MESH || shape == REEL_SHAPE_HULL ? b->mesh : -1,
        .height_field = shape == REEL_SHAPE_HEIGHT_FIELD ? 0 : -1};
    if (!more) {
        reel_body *body = &s->bodies[s->n_bodies];
        *body = (reel_body){.name = reel_arena_printf(&s->arena, "b%d", s->n_bodies),
                            .object = s->n_objects,
                            .first_geom = s->n_geoms,
                            .motion = is_ground(shape) ? REEL_MOTION_STATIC : REEL_MOTION_DYNAMIC,
                            .world_from_body = {at, q},
                            .mass = 1,
                            .tag = ""};
        reel_object *o = &s->objects[s->n_objects];
        *o = (reel_object){.name = body->name,
                           .category = "thing",
                           .shape = "thing",
                           .color = "",
                           .material = "",
                           .semantic_id = 1,
                           .instance_id = is_ground(shape) ? 0 : s->n_objects,
                           .first_body = s->n_bodies,
                           .n_bodies = 1};
        s->n_bodies++;
        s->n_objects++;
    }
    reel_body *body = &s->bodies[s->n_bodies - 1];
    double lo[3], hi[3];
    g->body = s->n_bodies - 1;
    body->n_geoms++;
    s->n_geoms++;
    if (reel_geom_box(s, g, lo, hi)) {
        const reel_mat3 r = reel_mat3_from_quat(g->body_from_geom.q);
        const double *at0 = &g->body_from_geom.p.x;
        for (int i = 0; i < 3; i++) {
            double e = 0, p = at0[i];
            for (int j = 0; j < 3; j++) {
                e += 0.5 * (hi[j] - lo[j]) * fabs(r.m[i][j]);
                p += 0.5 * (hi[j] + lo[j]) * r.m[i][j];
            }
            if (!more || p - e < body->box_min[i]) {
                body->box_min[i] = p - e;
            }
            if (!more || p + e > body->box_max[i]) {
                body->box_max[i] = p + e;
            }
        }
    }
}

static void set_size(reel_shape shape, double r, reel_vec3 *size, double *height)
{
    switch (shape) {
    case REEL_SHAPE_BOX:
        *size = reel_v3(1.7 * r, 1.4 * r, 1.9 * r);
        *height = 0.95 * r;
        break;
    case REEL_SHAPE_CAPSULE:
        *size = reel_v3(0.6 * r, 1.4 * r, 0);
        *height = 1.3 * r;
        break;
    case REEL_SHAPE_CYLINDER:
        *size = reel_v3(0.8 * r, 1.8 * r, 0);
        *height = 0.9 * r;
        break;
    default:
        *size = reel_v3(r, 0, 0);
        *height = r;
        break;
    }
}

static const double white[3] = {0.8, 0.8, 0.78}, grey[3] = {0.35, 0.36, 0.38};

static void build_twenty(builder *b)
{
    static const double colors[8][3] = {{0.70, 0.04, 0.03}, {0.05, 0.30, 0.70}, {0.04, 0.45, 0.08},
                                        {0.85, 0.55, 0.02}, {0.45, 0.08, 0.50}, {0.02, 0.45, 0.48},
                                        {0.85, 0.25, 0.03}, {0.75, 0.74, 0.70}};
    static const double dark[3] = {0.16, 0.06, 0.02}, wood[3] = {0.50, 0.27, 0.11};
    reel_rng rng = reel_rng_stream(3, "stage");
    const int floor = add_material(b, REEL_PATTERN_TILES, white, grey, 0.5, 0.35, 0);
    add_geom(b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), (reel_quat){1, 0, 0, 0},
             floor);
    for (int i = 0; i < 20; i++) {
        static const reel_shape shapes[4] = {REEL_SHAPE_SPHERE, REEL_SHAPE_BOX, REEL_SHAPE_CYLINDER,
                                             REEL_SHAPE_CAPSULE};
        const double *c = colors[i % 8];
        const reel_pattern p = i % 7 == 5   ? REEL_PATTERN_WOOD
                               : i % 7 == 3 ? REEL_PATTERN_CHECKER
                                            : REEL_PATTERN_PLAIN;
        const bool metal = i % 5 == 4;
        const int m = add_material(
            b, p, p == REEL_PATTERN_WOOD ? wood : c, p == REEL_PATTERN_WOOD ? dark : white,
            p == REEL_PATTERN_WOOD ? 0.035 : 0.1, metal ? 0.18 : 0.25 + 0.03 * i, metal);
        const double r = reel_rng_range(&rng, 0.12, 0.28), yaw = reel_rng_range(&rng, 0, 6.2);
        const double x = (i % 5 - 2) * 0.62 + reel_rng_range(&rng, -0.12, 0.12);
        const double y = (i / 5 - 1.5) * 0.62 + reel_rng_range(&rng, -0.12, 0.12);
        reel_vec3 size;
        double h;
        set_size(shapes[i % 4], r, &size, &h);
        add_geom(b, 0, shapes[i % 4], size, reel_v3(x, y, h),
                 reel_quat_from_axis_angle(reel_v3(0, 0, 1), yaw), m);
    }
}

static void build_patterns(builder *b)
{
    static const double oak[3] = {0.55, 0.33, 0.15}, dark[3] = {0.20, 0.09, 0.03};
    static const double marble[3] = {0.80, 0.79, 0.76}, vein[3] = {0.14, 0.14, 0.16};
    static const double red[3] = {0.65, 0.05, 0.03}, blue[3] = {0.04, 0.16, 0.50};
    const reel_quat up = {1, 0, 0, 0};
    const int floor = add_material(b, REEL_PATTERN_WOOD, oak, dark, 0.022, 0.38, 0);
    int m[7];
    add_geom(b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), up, floor);
    m[0] = add_material(b, REEL_PATTERN_PLAIN, red, red, 1, 0.5, 0);
    m[1] = add_material(b, REEL_PATTERN_CHECKER, red, white, 0.1, 0.4, 0);
    m[2] = add_material(b, REEL_PATTERN_NOISE, blue, white, 0.12, 0.5, 0);
    m[3] = add_material(b, REEL_PATTERN_WOOD, oak, dark, 0.03, 0.45, 0);
    m[4] = add_material(b, REEL_PATTERN_MARBLE, marble, vein, 0.15, 0.15, 0);
    m[5] = add_material(b, REEL_PATTERN_TILES, blue, white, 0.12, 0.25, 0);
    m[6] = add_material(b, REEL_PATTERN_STRIPES, red, white, 0.06, 0.4, 0);
    for (int i = 0; i < 7; i++) {
        const double x = (i - 3) * 0.55;
        add_geom(b, 0, REEL_SHAPE_BOX, reel_v3(0.36, 0.36, 0.36), reel_v3(x, 0.5, 0.18),
                 reel_quat_from_axis_angle(reel_v3(0, 0, 1), 0.5), m[i]);
        add_geom(b, 0, REEL_SHAPE_SPHERE, reel_v3(0.2, 0, 0), reel_v3(x, -0.1, 0.2),
                 reel_quat_from_axis_angle(reel_v3(1, 0, 0), 0.7), m[i]);
        add_geom(b, 0, i & 1 ? REEL_SHAPE_CAPSULE : REEL_SHAPE_CYLINDER, reel_v3(0.1, 0.3, 0),
                 reel_v3(x, -0.65, i & 1 ? 0.1 : 0.15),
                 i & 1 ? reel_quat_from_axis_angle(reel_v3(0, 1, 0), 1.5707963) : up, m[i]);
    }
    /* a table: one body of five geoms */
    add_geom(b, 0, REEL_SHAPE_BOX, reel_v3(0.9, 0.5, 0.04), reel_v3(0, 1.4, 0.5), up, m[3]);
    for (int i = 0; i < 4; i++) {
        add_geom(b, 1, REEL_SHAPE_CYLINDER, reel_v3(0.025, 0.48, 0),
                 reel_v3(i & 1 ? 0.4 : -0.4, i & 2 ? 0.2 : -0.2, -0.26), up, m[3]);
    }
}

/* Cones and ellipsoids that stand, lie and hang, in one row each. */
static void build_quadrics(builder *b)
{
    static const double red[3] = {0.65, 0.05, 0.03}, teal[3] = {0.02, 0.30, 0.32};
    static const double gold[3] = {0.95, 0.64, 0.25};
    const reel_quat up = {1, 0, 0, 0};
    const int floor = add_material(b, REEL_PATTERN_TILES, white, grey, 0.5, 0.35, 0);
    add_geom(b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), up, floor);
    const int m[3] = {add_material(b, REEL_PATTERN_PLAIN, red, red, 1, 0.4, 0),
                      add_material(b, REEL_PATTERN_STRIPES, teal, white, 0.08, 0.3, 0),
                      add_material(b, REEL_PATTERN_PLAIN, gold, gold, 1, 0.15, 1)};
    for (int i = 0; i < 6; i++) {
        const double x = (i - 2.5) * 0.5, r = 0.12 + 0.03 * (i % 3), h = 0.25 + 0.1 * (i / 2);
        const reel_quat lean = reel_quat_from_axis_angle(reel_v3(0.6, 0.8, 0), 0.7 * (i - 2));
        add_geom(b, 0, REEL_SHAPE_CONE, reel_v3(r, h, 0), reel_v3(x, 0.35, i & 1 ? 0.3 : h / 2),
                 i & 1 ? lean : up, m[i % 3]);
        add_geom(b, 0, REEL_SHAPE_ELLIPSOID, reel_v3(r, 0.06 + 0.02 * i, 0.2 - 0.02 * i),
                 reel_v3(x, -0.35, 0.25), i & 1 ? lean : up, m[(i + 1) % 3]);
    }
}

/* Meshes and hulls on `ground`, some lying. */
static void put_meshes(builder *b)
{
    static const double clay[3] = {0.55, 0.22, 0.12}, steel[3] = {0.55, 0.56, 0.58};
    static const double teal[3] = {0.02, 0.30, 0.32}, stone[3] = {0.35, 0.33, 0.30};
    static const double wood[3] = {0.50, 0.27, 0.11}, dark[3] = {0.16, 0.06, 0.02};
    const int m[STAGE_MESH_COUNT] = {
        [STAGE_TORUS] = add_material(b, REEL_PATTERN_PLAIN, teal, teal, 1, 0.25, 0),
        [STAGE_GEAR] = add_material(b, REEL_PATTERN_PLAIN, steel, steel, 1, 0.3, 1),
        [STAGE_CUP] = add_material(b, REEL_PATTERN_PLAIN, white, white, 1, 0.3, 0),
        [STAGE_VASE] = add_material(b, REEL_PATTERN_STRIPES, clay, white, 0.05, 0.4, 0),
        [STAGE_ROCK] = add_material(b, REEL_PATTERN_NOISE, stone, grey, 0.05, 0.8, 0),
        [STAGE_GEM] = add_material(b, REEL_PATTERN_WOOD, wood, dark, 0.03, 0.2, 0)};
    const reel_quat up = {1, 0, 0, 0};
    const double rest[STAGE_MESH_COUNT] = {0.07, 0.25, 0.25, 0.25, 0.17, 0.2};
    for (int i = 0; i < 2 * STAGE_MESH_COUNT; i++) {
        const double x = (i % 6 - 2.5) * 0.6, y = i < 6 ? 0.4 : -0.4;
        b->mesh = i < 6 ? i : (i + 2) % STAGE_MESH_COUNT;
        const bool lies = b->mesh == STAGE_GEAR || (i >= 6 && i % 2);
        const reel_quat turn = reel_quat_from_axis_angle(reel_v3(1, 0, 0), REEL_PI / 2);
        add_geom(b, 0, REEL_SHAPE_MESH, reel_v3(0, 0, 0),
                 reel_v3(x, y, rest[b->mesh] + (i >= 6) * 0.02), lies ? turn : up, m[b->mesh]);
    }
}

static void build_meshes(builder *b)
{
    const int floor = add_material(b, REEL_PATTERN_TILES, white, grey, 0.5, 0.35, 0);
    add_geom(b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), (reel_quat){1, 0, 0, 0},
             floor);
    put_meshes(b);
}

static void build_hills(builder *b)
{
    static const double grass[3] = {0.12, 0.22, 0.05}, earth[3] = {0.25, 0.17, 0.10};
    static const double red[3] = {0.65, 0.05, 0.03};
    const int ground = add_material(b, REEL_PATTERN_NOISE, grass, earth, 0.4, 0.9, 0);
    const int ball = add_material(b, REEL_PATTERN_PLAIN, red, red, 1, 0.3, 0);
    add_geom(b, 0, REEL_SHAPE_HEIGHT_FIELD, reel_v3(6, 6, 0), reel_v3(0, 0, -0.1),
             (reel_quat){1, 0, 0, 0}, ground);
    for (int i = 0; i < 5; i++) {
        b->mesh = STAGE_ROCK;
        add_geom(b, 0, i & 1 ? REEL_SHAPE_SPHERE : REEL_SHAPE_MESH, reel_v3(0.15, 0, 0),
                 reel_v3((i - 2) * 0.6, 0.3 * (i & 1), 0.1), (reel_quat){1, 0, 0, 0}, ball);
    }
}

static void build_gloss(builder *b)
{
    static const double dark[3] = {0.05, 0.05, 0.06}, gold[3] = {0.95, 0.64, 0.25};
    static const double teal[3] = {0.02, 0.30, 0.32};
    const reel_quat up = {1, 0, 0, 0};
    const int floor = add_material(b, REEL_PATTERN_CHECKER, white, dark, 0.3, 0.12, 0);
    add_geom(b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), up, floor);
    for (int i = 0; i < 12; i++) {
        const int m = add_material(b, REEL_PATTERN_PLAIN, i < 6 ? gold : teal, dark, 1,
                                   0.04 + 0.16 * (i % 6), i < 6);
        add_geom(b, 0, REEL_SHAPE_SPHERE, reel_v3(0.22, 0, 0),
                 reel_v3((i % 6 - 2.5) * 0.5, i < 6 ? 0.35 : -0.35, 0.22), up, m);
    }
}

static void add_camera(reel_scene *s, const char *name, reel_camera_motion motion, reel_vec3 eye,
                       reel_vec3 target)
{
    reel_camera *c = &s->cameras[s->n_cameras++];
    *c = (reel_camera){.name = name,
                       .motion = motion,
                       .fov_y = 0.7,
                       .orbit_rate = 0.5,
                       .body = -1,
                       .n_keys = 1,
                       .keys = REEL_ARENA_NEW(&s->arena, reel_camera_key, 1)};
    c->keys[0] = (reel_camera_key){0, eye, target, {0, 0, 1}};
}

/* Arrays, lights, cameras and the rest that all scenes share. */
static bool begin(builder *b, int most, int frames, int width, int height)
{
    reel_scene *s = reel_scene_create();
    b->s = s;
    if (!s) {
        return false;
    }
    s->family = "stage";
    s->fps = 24;
    s->frames = frames;
    s->width = width;
    s->height = height;
    s->step_rate = 1200;
    s->samples_per_frame = 2;
    s->materials = REEL_ARENA_NEW(&s->arena, reel_material, most);
    s->geoms = REEL_ARENA_NEW(&s->arena, reel_geom, most);
    s->bodies = REEL_ARENA_NEW(&s->arena, reel_body, most);
    s->objects = REEL_ARENA_NEW(&s->arena, reel_object, most);
    s->cameras = REEL_ARENA_NEW(&s->arena, reel_camera, 4);
    s->suns = REEL_ARENA_NEW(&s->arena, reel_sun, 2);
    s->meshes = stage_meshes(&s->arena);
    s->n_meshes = STAGE_MESH_COUNT;
    s->height_fields = stage_hills(&s->arena, 33, 6);
    s->n_height_fields = 1;
    if (!s->meshes || !s->height_fields) {
        reel_scene_destroy(&b->s);
        return false;
    }
    s->suns[0] = (reel_sun){.name = "sun",
                            .to_light = reel_v3_unit(reel_v3(-0.75, -0.2, 0.6), reel_v3(0, 0, 1)),
                            .irradiance = {3.1, 2.8, 2.4},
                            .angular_radius = 0.03};
    s->n_suns = 1;
    s->sky = (reel_sky){.zenith = {0.13, 0.24, 0.50},
                        .horizon = {0.42, 0.48, 0.56},
                        .ground = {0.20, 0.19, 0.17},
                        .image = -1,
                        .strength = 1,
                        .turbidity = 3};
    add_camera(s, "orbit", REEL_CAMERA_ORBIT, reel_v3(2.2, -3.0, 1.9), reel_v3(0, 0, 0.15));
    add_camera(s, "still", REEL_CAMERA_STATIC, reel_v3(0.3, -3.4, 1.4), reel_v3(0, 0, 0.2));
    add_camera(s, "low", REEL_CAMERA_STATIC, reel_v3(1.2, -2.4, 0.25), reel_v3(0, 0, 0.2));
    return true;
}

reel_scene *stage_scene_create(stage_kind kind, int frames, int width, int height)
{
    builder b;
    if (!begin(&b, FEW, frames, width, height)) {
        return NULL;
    }
    switch (kind) {
    case STAGE_PATTERNS: build_patterns(&b); break;
    case STAGE_GLOSS: build_gloss(&b); break;
    case STAGE_QUADRICS: build_quadrics(&b); break;
    case STAGE_MESHES: build_meshes(&b); break;
    case STAGE_HILLS: build_hills(&b); break;
    default: build_twenty(&b); break;
    }
    return b.s;
}

static reel_scene *random_of(uint64_t seed, const reel_shape *shapes, int n_shapes, int frames,
                             int width, int height)
{
    builder b;
    reel_rng rng = reel_rng_stream(seed, "stage/random");
    if (!begin(&b, FEW, frames, width, height)) {
        return NULL;
    }
    const double tilt = reel_rng_range(&rng, -0.1, 0.1);
    const int ground = add_material(&b, REEL_PATTERN_CHECKER, white, grey, 0.3, 0.5, 0);
    add_geom(&b, 0, REEL_SHAPE_PLANE, reel_v3(15, 0, 0), reel_v3(0, 0, 0),
             reel_quat_from_axis_angle(reel_v3(1, 0, 0), tilt), ground);
    for (int i = 0; i < 24; i++) {
        const int more = i % 4 == 3; /* every fourth is one more geom of the body before */
        const reel_shape shape = shapes[reel_rng_int(&rng, 0, n_shapes - 1)];
        const double sx = reel_rng_range(&rng, 0.04, 0.35), sy = reel_rng_range(&rng, 0.04, 0.5);
        const double sz = reel_rng_range(&rng, 0.04, 0.5), spread = more ? 0.2 : 1.3;
        const double x = reel_rng_range(&rng, -spread, spread);
        const double y = reel_rng_range(&rng, -spread, spread);
        const double z = more ? reel_rng_range(&rng, -0.2, 0.2) : reel_rng_range(&rng, 0.1, 1.2);
        const double qw = reel_rng_normal(&rng), qx = reel_rng_normal(&rng);
        const double qy = reel_rng_normal(&rng), qz = reel_rng_normal(&rng);
        const double red = reel_rng_uniform(&rng), rough = reel_rng_range(&rng, 0.05, 1);
        b.mesh = (int)(seed + (uint64_t)i) % STAGE_MESH_COUNT;
        const int64_t pattern = reel_rng_int(&rng, 0, 6), metal = reel_rng_int(&rng, 0, 1);
        const int m = add_material(&b, (reel_pattern)pattern, (double[3]){red, 0.3, 0.5}, white,
                                   0.1, rough, (double)metal);
        add_geom(&b, more, shape, reel_v3(sx, sy, sz), reel_v3(x, y, z),
                 reel_quat_unit((reel_quat){qw, qx, qy, qz}), m);
    }
    return b.s;
}

reel_scene *stage_random_create(uint64_t seed, int frames, int width, int height)
{
    static const reel_shape shapes[4] = {REEL_SHAPE_BOX, REEL_SHAPE_SPHERE, REEL_SHAPE_CAPSULE,
                                         REEL_SHAPE_CYLINDER};
    return random_of(seed, shapes, 4, frames, width, height);
}

reel_scene *stage_quadrics_create(uint64_t seed, int frames, int width, int height)
{
    static const reel_shape shapes[2] = {REEL_SHAPE_CONE, REEL_SHAPE_ELLIPSOID};
    return random_of(seed, shapes, 2, frames, width, height);
}

reel_scene *stage_meshes_create(uint64_t seed, int frames, int width, int height)
{
    static const reel_shape shapes[4] = {REEL_SHAPE_MESH, REEL_SHAPE_MESH, REEL_SHAPE_MESH,
                                         REEL_SHAPE_SPHERE};
    return random_of(seed, shapes, 4, frames, width, height);
}

reel_scene *stage_crowd_create(int n, bool meshes, int frames, int width, int height)
{
    static const reel_shape shapes[6] = {REEL_SHAPE_SPHERE,  REEL_SHAPE_BOX,  REEL_SHAPE_CYLINDER,
                                         REEL_SHAPE_CAPSULE, REEL_SHAPE_CONE, REEL_SHAPE_MESH};
    builder b;
    reel_rng rng = reel_rng_stream(7, "stage/crowd");
    if (!begin(&b, n + 16, frames, width, height)) {
        return NULL;
    }
    const int floor = add_material(&b, REEL_PATTERN_TILES, white, grey, 0.5, 0.35, 0);
    add_geom(&b, 0, REEL_SHAPE_PLANE, reel_v3(40, 0, 0), reel_v3(0, 0, 0), (reel_quat){1, 0, 0, 0},
             floor);
    int m[8], side = 1;
    for (int i = 0; i < 8; i++) {
        const double red = reel_rng_uniform(&rng), green = reel_rng_uniform(&rng);
        m[i] = add_material(&b, i == 3 ? REEL_PATTERN_WOOD : REEL_PATTERN_PLAIN,
                            (double[3]){red, green, 0.3}, white, 0.05, 0.2 + 0.1 * i, i == 5);
    }
    while (side * side < n) {
        side++;
    }
    const double pitch = 2.6 / side; /* the same ground for all */
    for (int i = 0; i < n; i++) {
        const reel_shape shape = shapes[i % (meshes ? 6 : 5)];
        const double r = pitch * reel_rng_range(&rng, 0.2, 0.4);
        const double yaw = reel_rng_range(&rng, 0, 6.2);
        reel_vec3 size;
        double height_above;
        set_size(shape, r, &size, &height_above);
        size = shape == REEL_SHAPE_CONE ? reel_v3(r, 2 * r, 0) : size;
        b.mesh = i / 6 % STAGE_MESH_COUNT;
        add_geom(&b, 0, shape, size,
                 reel_v3((i % side - 0.5 * side) * pitch, (i / side - 0.5 * side) * pitch,
                         shape == REEL_SHAPE_MESH ? 0.25 : height_above),
                 reel_quat_from_axis_angle(reel_v3(0, 0, 1), yaw), m[i % 8]);
    }
    return b.s;
}

reel_take *stage_take_create(const reel_scene *scene)
{
    reel_take *take = reel_take_create(scene, 0);
    if (!take) {
        return NULL;
    }
    for (int i = 0; i < take->n_samples; i++) {
        const double time = (double)i / (scene->fps * scene->samples_per_frame);
        for (int k = 0; k < take->n_bodies; k++) {
            const size_t at = (size_t)i * (size_t)take->n_bodies + (size_t)k;
            reel_pose p = scene->bodies[k].world_from_body;
            if (scene->bodies[k].motion == REEL_MOTION_DYNAMIC && k % 3 != 0) {
                const double a = time * (1 + 0.1 * k);
                p.p.x += 0.1 * reel_sin(a);
                p.p.y += 0.1 * (1 - reel_cos(a));
                p.q = reel_quat_mul(reel_quat_from_axis_angle(reel_v3(0, 0, 1), a), p.q);
            }
            memcpy(take->position + at * 3, &p.p, sizeof p.p);
            memcpy(take->rotation + at * 4, &p.q, sizeof p.q);
            take->state[at] = REEL_STATE_PRESENT;
        }
    }
    take->n_states = take->n_samples;
    for (int i = (scene->frames - 1) * scene->samples_per_frame; i < take->n_samples; i++) {
        if (scene->frames > 2 && take->n_bodies > 2) {
            take->state[(size_t)i * (size_t)take->n_bodies + 1] = 0;
        }
    }
    if (scene->frames > 2 && take->n_bodies > 2) {
        take->state[(size_t)(2 * scene->samples_per_frame) * (size_t)take->n_bodies + 2] |=
            REEL_STATE_TELEPORTED;
    }
    return take;
}
