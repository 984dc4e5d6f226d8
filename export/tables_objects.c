/* tables_objects.c - what is in a clip (objects) and how it moves (states). */
#include "export/tables_internal.h"

#define S REEL_COLUMN_STRING
#define B REEL_COLUMN_BOOL
#define I REEL_COLUMN_INT32
#define F REEL_COLUMN_FLOAT64
#define V REEL_COLUMN_VECTOR
static const reel_column object_columns[] = {
    {"clip_id", S, 0, "", "the clip"},
    {"instance_id", I, 0, "", "value in the instance planes; 0: environment (floor, walls)"},
    {"name", S, 0, "", "unique in the clip"},
    {"category", S, 0, "", "semantic class"},
    {"semantic_id", I, 0, "",
     "number of the category in this clip, not the same in others; 0: environment"},
    {"shape", S, 0, "", "word for its shape"},
    {"color", S, 0, "", "word for its colour; null if none fits"},
    {"material", S, 0, "", "word for its material"},
    {"static", B, 0, "", "it never moves"},
    {"n_bodies", I, 0, "", "rigid bodies it is made of"},
    {"mass", F, 0, "kg", "of all bodies; null if static"},
    {"density", F, 0, "kg/m^3", "of the first body's first geom"},
    {"friction", F, 0, "", "Coulomb coefficient; a pair's is sqrt(a b)"},
    {"restitution", F, 0, "", "a pair's is max(a, b)"},
    {"rolling_friction", F, 0, "m", "rolling torque / normal force; a pair's is max(a, b)"},
    {"inertia", V, 6, "kg m^2",
     "first body about its origin, body frame: xx yy zz xy xz yz; null if static"},
    {"box_min", V, 3, "m",
     "box of the first body (of others: scene.json), body frame; null for planes"},
    {"box_max", V, 3, "m", "object coordinates run from box_min (0) to box_max (65535)"},
    {"albedo", V, 3, "", "base colour of the first geom, linear RGB, 0..1"},
    {"pattern", S, 0, "", "procedural pattern of the first geom"},
    {"roughness", F, 0, "", "perceptual, 0..1"},
    {"metallic", F, 0, "", "0..1"},
};

static const reel_column state_columns[] = {
    {"clip_id", S, 0, "", "the clip"},
    {"frame", I, 0, "", "frame number from 0"},
    {"time", F, 0, "s", "frame / fps"},
    {"instance_id", I, 0, "", "object that the body belongs to; 0: environment"},
    {"object", S, 0, "", "name of the object"},
    {"body", S, 0, "", "name of the body, unique in the clip"},
    {"body_index", I, 0, "", "position in scene.json and in the arrays of take.npz"},
    {"present", B, 0, "", "false: the body is not in the scene, what follows is null"},
    {"position", V, 3, "m", "of the body origin (centre of mass), world"},
    {"quaternion", V, 4, "", "world from body; w x y z, unit"},
    {"velocity", V, 3, "m/s", "of the body origin, world"},
    {"angular_velocity", V, 3, "rad/s", "world"},
    {"contact_force", V, 3, "N", "net, mean since the sample before, world"},
    {"kinetic_energy", F, 0, "J", "of translation and rotation"},
    {"potential_energy", F, 0, "J", "-m g.x, zero at the world's origin"},
    {"asleep", B, 0, "", "at rest until something touches it"},
    {"teleported", B, 0, "", "placed anew since the sample before: flow breaks"},
};
#undef S
#undef B
#undef I
#undef F
#undef V

const reel_table reel_objects_table = REEL_TABLE(
    "objects", "one row per clip and object, by (clip, position in the scene)", object_columns);
const reel_table reel_states_table = REEL_TABLE(
    "states", "one row per clip, frame and body (static environment left out), in this order",
    state_columns);

/* ---- objects ----------------------------------------------------------------------------------
 */

static void put_look(reel_rows *out, const reel_scene *scene, const reel_geom *geom)
{
    if (!geom) {
        reel_put_null(out, "albedo");
        reel_put_null(out, "pattern");
        reel_put_null(out, "roughness");
        reel_put_null(out, "metallic");
        return;
    }
    const reel_material *material = &scene->materials[geom->material];
    reel_put_vector(out, "albedo", material->color);
    reel_put_string(out, "pattern", reel_pattern_name(material->pattern));
    reel_put_real(out, "roughness", material->roughness);
    reel_put_real(out, "metallic", material->metallic);
}

static void put_surface(reel_rows *out, const reel_surface *surface)
{
    if (!surface) {
        reel_put_null(out, "density");
        reel_put_null(out, "friction");
        reel_put_null(out, "restitution");
        reel_put_null(out, "rolling_friction");
        return;
    }
    reel_put_real(out, "density", surface->density);
    reel_put_real(out, "friction", surface->friction);
    reel_put_real(out, "restitution", surface->restitution);
    reel_put_real(out, "rolling_friction", surface->rolling_friction);
}

static void put_body(reel_rows *out, const reel_body *body, bool is_static)
{
    const bool has_box = reel_table_has_box(body);
    reel_put_vector_if(out, !is_static, "inertia", body->inertia);
    reel_put_vector_if(out, has_box, "box_min", body->box_min);
    reel_put_vector_if(out, has_box, "box_max", body->box_max);
}

void reel_objects_rows(const reel_record *record, reel_rows *out)
{
    const reel_scene *scene = record->scene;
    for (int i = 0; i < scene->n_objects; i++) {
        const reel_object *object = &scene->objects[i];
        const reel_body *first = &scene->bodies[object->first_body];
        const reel_geom *geom = first->n_geoms ? &scene->geoms[first->first_geom] : NULL;
        bool is_static = true;
        double mass = 0;
        for (int b = 0; b < object->n_bodies; b++) {
            is_static &= first[b].motion == REEL_MOTION_STATIC;
            mass += first[b].motion == REEL_MOTION_STATIC ? 0 : first[b].mass;
        }
        reel_put_string(out, "clip_id", record->clip_id);
        reel_put_int(out, "instance_id", object->instance_id);
        reel_put_string(out, "name", object->name);
        reel_put_string(out, "category", object->category);
        reel_put_int(out, "semantic_id", object->semantic_id);
        reel_put_string(out, "shape", object->shape);
        reel_put_string(out, "color", object->color && object->color[0] ? object->color : NULL);
        reel_put_string(out, "material", object->material);
        reel_put_bool(out, "static", is_static);
        reel_put_int(out, "n_bodies", object->n_bodies);
        reel_put_real_if(out, !is_static, "mass", mass);
        put_surface(out, geom ? &scene->surfaces[geom->surface] : NULL);
        put_body(out, first, first->motion == REEL_MOTION_STATIC);
        put_look(out, scene, geom);
        reel_rows_end_row(out);
    }
}

/* ---- states -----------------------------------------------------------------------------------
 */

static double kinetic_energy(const reel_body *body, const reel_take *take, int sample, int b)
{
    if (body->motion == REEL_MOTION_STATIC) {
        return 0;
    }
    const reel_vec3 v = reel_take_velocity(take, sample, b);
    const reel_mat3 r = reel_mat3_from_quat(reel_take_pose(take, sample, b).q);
    const reel_vec3 w = reel_mat3_tmul_v(r, reel_take_omega(take, sample, b));
    const double *i = body->inertia; /* xx yy zz xy xz yz */
    const reel_vec3 l = {i[0] * w.x + i[3] * w.y + i[4] * w.z, i[3] * w.x + i[1] * w.y + i[5] * w.z,
                         i[4] * w.x + i[5] * w.y + i[2] * w.z};
    return 0.5 * body->mass * reel_v3_dot(v, v) + 0.5 * reel_v3_dot(w, l);
}

static void put_state(reel_rows *out, const reel_scene *scene, const reel_take *take, int sample,
                      int b)
{
    const reel_body *body = &scene->bodies[b];
    const size_t at = (size_t)sample * (size_t)take->n_bodies + (size_t)b;
    const uint8_t state = take->state[at];
    reel_put_bool(out, "present", state & REEL_STATE_PRESENT);
    if (!(state & REEL_STATE_PRESENT)) {
        reel_put_null(out, "position");
        reel_put_null(out, "quaternion");
        reel_put_null(out, "velocity");
        reel_put_null(out, "angular_velocity");
        reel_put_null(out, "contact_force");
        reel_put_null(out, "kinetic_energy");
        reel_put_null(out, "potential_energy");
        reel_put_null(out, "asleep");
        reel_put_null(out, "teleported");
        return;
    }
    const reel_vec3 p = reel_take_pose(take, sample, b).p;
    const bool moves = body->motion != REEL_MOTION_STATIC;
    reel_put_vector(out, "position", take->position + 3 * at);
    reel_put_vector(out, "quaternion", take->rotation + 4 * at);
    reel_put_vector(out, "velocity", take->velocity + 3 * at);
    reel_put_vector(out, "angular_velocity", take->omega + 3 * at);
    reel_put_vector(out, "contact_force", take->contact_force + 3 * at);
    reel_put_real(out, "kinetic_energy", kinetic_energy(body, take, sample, b));
    reel_put_real(out, "potential_energy",
                  moves ? 0.0 - body->mass * reel_v3_dot(scene->gravity, p) : 0.0);
    reel_put_bool(out, "asleep", state & REEL_STATE_ASLEEP);
    reel_put_bool(out, "teleported", state & REEL_STATE_TELEPORTED);
}

void reel_states_rows(const reel_record *record, reel_rows *out)
{
    const reel_scene *scene = record->scene;
    for (int frame = 0; frame < scene->frames; frame++) {
        for (int b = 0; b < scene->n_bodies; b++) {
            const reel_body *body = &scene->bodies[b];
            const reel_object *object = &scene->objects[body->object];
            if (object->instance_id == 0 && body->motion == REEL_MOTION_STATIC) {
                continue;
            }
            reel_put_string(out, "clip_id", record->clip_id);
            reel_put_int(out, "frame", frame);
            reel_put_real(out, "time", reel_scene_frame_time(scene, frame));
            reel_put_int(out, "instance_id", object->instance_id);
            reel_put_string(out, "object", object->name);
            reel_put_string(out, "body", body->name);
            reel_put_int(out, "body_index", b);
            put_state(out, scene, record->take, frame * scene->samples_per_frame, b);
            reel_rows_end_row(out);
        }
    }
}
