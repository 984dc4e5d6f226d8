/*
 * validate.c - the rules of base/scene.h that are about meaning. Structure (types, indices, finite
 * numbers) is checked here as far as a scene from a script could break it; a scene from a file has
 * been through reel_scene_decode().
 */
#include "scenes/validate.h"

#include "base/camera.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of the scene that is looked at: a list, an index, and the name of the entry. */
typedef struct spot {
    reel_error *err;
    const char *list;
    int i;
    const char *name; /* NULL: has none */
} spot;

static reel_status bad(const spot *at, const char *member, const char *fmt, ...) REEL_PRINTF(3, 4);

static reel_status bad(const spot *at, const char *member, const char *fmt, ...)
{
    char field[160], msg[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(msg, sizeof(msg), fmt, args);
    va_end(args);
    if (!at->list) {
        snprintf(field, sizeof(field), "%s", member);
    } else {
        snprintf(field, sizeof(field), "%s[%d]%s%.60s%s%s%s", at->list, at->i, at->name ? " (" : "",
                 at->name ? at->name : "", at->name ? ")" : "", member[0] ? "." : "", member);
    }
    return reel_fail_at(at->err, REEL_E_SCENE, NULL, 0, field, "%s", msg);
}

#define TRY(call)                 \
    do {                          \
        reel_status st_ = (call); \
        if (st_ != REEL_OK) {     \
            return st_;           \
        }                         \
    } while (0)

/* --- numbers
 * ------------------------------------------------------------------------------------------ */

static reel_status check_range(const spot *at, const char *member, double v, double lo, double hi)
{
    if (!isfinite(v)) {
        return bad(at, member, "must be a finite number");
    }
    if (!(v >= lo && v <= hi)) {
        return bad(at, member, "must be within %g .. %g, is %.9g", lo, hi, v);
    }
    return REEL_OK;
}

static reel_status check_positive(const spot *at, const char *member, double v)
{
    if (!isfinite(v)) {
        return bad(at, member, "must be a finite number");
    }
    return v > 0 ? REEL_OK : bad(at, member, "must be > 0, is %.9g", v);
}

static reel_status check_vector(const spot *at, const char *member, reel_vec3 v)
{
    if (!isfinite(v.x) || !isfinite(v.y) || !isfinite(v.z)) {
        return bad(at, member, "must be finite numbers");
    }
    return REEL_OK;
}

static reel_status check_unit(const spot *at, const char *member, reel_vec3 v)
{
    TRY(check_vector(at, member, v));
    const double len = reel_v3_len(v);
    return fabs(len - 1) <= 1e-6 ? REEL_OK : bad(at, member, "must have length 1, has %.9g", len);
}

static reel_status check_pose(const spot *at, const char *member, reel_pose pose)
{
    const reel_quat q = pose.q;
    TRY(check_vector(at, member, pose.p));
    const double n = sqrt(q.w * q.w + q.x * q.x + q.y * q.y + q.z * q.z);
    return fabs(n - 1) <= 1e-6 ? REEL_OK
                               : bad(at, member, "the quaternion must have length 1, has %.9g", n);
}

static reel_status check_colors(const spot *at, const char *member, const double v[3], double hi)
{
    for (int i = 0; i < 3; i++) {
        TRY(check_range(at, member, v[i], 0, hi));
    }
    return REEL_OK;
}

static reel_status check_index(const spot *at, const char *member, int i, int n)
{
    return i >= 0 && i < n ? REEL_OK : bad(at, member, "there is no number %d of %d", i, n);
}

/* --- names
 * ---------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of `n` rows of `stride` bytes, each row beginning with its name: present, once each. */
static reel_status check_names(reel_error *err, const char *list, const void *rows, size_t stride,
                               int n)
{
    reel_status st = REEL_OK;
    spot at = {err, list, 0, NULL};
    const char **names = reel_calloc((size_t)n + 1, sizeof(*names));
    if (!names) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < n && st == REEL_OK; i++) {
        memcpy(&names[i], (const char *)rows + (size_t)i * stride, sizeof(names[i]));
        at.i = i;
        if (!names[i] || !names[i][0]) {
            st = bad(&at, "name", "is missing");
        }
    }
    if (st == REEL_OK) {
        qsort(names, (size_t)n, sizeof(*names), compare_names);
    }
    for (int i = 1; i < n && st == REEL_OK; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            at.i = i;
            st = reel_fail_at(err, REEL_E_SCENE, NULL, 0, list, "two are called '%.80s'", names[i]);
        }
    }
    reel_free(names);
    return st;
}

static bool is_word(const char *s)
{
    return s && s[0] && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s);
}

static reel_status check_all_names(const reel_scene *s, reel_error *err)
{
    TRY(check_names(err, "objects", s->objects, sizeof(*s->objects), s->n_objects));
    TRY(check_names(err, "bodies", s->bodies, sizeof(*s->bodies), s->n_bodies));
    TRY(check_names(err, "joints", s->joints, sizeof(*s->joints), s->n_joints));
    TRY(check_names(err, "actions", s->actions, sizeof(*s->actions), s->n_actions));
    TRY(check_names(err, "cameras", s->cameras, sizeof(*s->cameras), s->n_cameras));
    TRY(check_names(err, "suns", s->suns, sizeof(*s->suns), s->n_suns));
    TRY(check_names(err, "params", s->params, sizeof(*s->params), s->n_params));
    return check_names(err, "categories", s->categories, sizeof(*s->categories), s->n_categories);
}

/* --- the clip
 * -------------------------------------------------------------------------------------------- */

static reel_status check_clip(const reel_scene *s, const spot *at)
{
    if (!is_word(s->family)) {
        return bad(at, "family", "must be lower-case letters, digits and _");
    }
    if (s->fps < 1 || s->fps > REEL_MAX_FPS) {
        return bad(at, "fps", "must be within 1 .. %d, is %d", REEL_MAX_FPS, s->fps);
    }
    if (s->frames < 1 || s->frames > REEL_MAX_FRAMES) {
        return bad(at, "frames", "must be within 1 .. %d, is %d", REEL_MAX_FRAMES, s->frames);
    }
    if (s->width < 16 || s->width > REEL_MAX_SIDE || s->width % 2) {
        return bad(at, "width", "must be even and within 16 .. %d, is %d", REEL_MAX_SIDE, s->width);
    }
    if (s->height < 16 || s->height > REEL_MAX_SIDE || s->height % 2) {
        return bad(at, "height", "must be even and within 16 .. %d, is %d", REEL_MAX_SIDE,
                   s->height);
    }
    if (s->samples_per_frame < 1 || s->samples_per_frame > REEL_MAX_SAMPLES_PER_FRAME) {
        return bad(at, "samples_per_frame", "must be within 1 .. %d, is %d",
                   REEL_MAX_SAMPLES_PER_FRAME, s->samples_per_frame);
    }
    if (s->step_rate < 1 || s->step_rate > REEL_MAX_STEP_RATE) {
        return bad(at, "step_rate", "must be within 1 .. %d, is %d", REEL_MAX_STEP_RATE,
                   s->step_rate);
    }
    if (s->step_rate % (s->fps * s->samples_per_frame) != 0) {
        return bad(at, "step_rate",
                   "%d steps/s is no whole multiple of %d fps x %d samples a frame; for example "
                   "1200 suits 12, 24, 25, 30, 50, 60 fps",
                   s->step_rate, s->fps, s->samples_per_frame);
    }
    TRY(check_vector(at, "gravity", s->gravity));
    TRY(check_positive(at, "exposure", s->exposure));
    TRY(check_colors(at, "sky.zenith", s->sky.zenith, 1e6));
    TRY(check_colors(at, "sky.horizon", s->sky.horizon, 1e6));
    return check_colors(at, "sky.ground", s->sky.ground, 1e6);
}

static reel_status check_audit(const reel_scene *s, const spot *at)
{
    const reel_audit_limits *a = &s->audit;
    TRY(check_range(at, "audit.penetration", a->penetration, 0, 1e9));
    TRY(check_range(at, "audit.initial_overlap", a->initial_overlap, 0, 1e9));
    TRY(check_range(at, "audit.joint_error", a->joint_error, 0, 1e9));
    TRY(check_range(at, "audit.energy_gain", a->energy_gain, 0, 1e9));
    TRY(check_positive(at, "audit.escape", a->escape));
    TRY(check_range(at, "audit.popping", a->popping, 0, 1e9));
    TRY(check_range(at, "audit.jump", a->jump, 0, 1e9));
    TRY(check_range(at, "audit.jitter", a->jitter, 0, 1e9));
    TRY(check_range(at, "audit.tunnelling", a->tunnelling, 0, 1e9));
    TRY(check_range(at, "audit.solver_messages", a->solver_messages, 0, 1e9));
    return check_range(at, "audit.contacts", a->contacts, 1, 1e9);
}

/* --- materials
 * ------------------------------------------------------------------------------------------- */

static reel_status check_surface(const reel_surface *m, const spot *at)
{
    TRY(check_positive(at, "density", m->density));
    TRY(check_range(at, "friction", m->friction, 0, 1e6));
    TRY(check_range(at, "restitution", m->restitution, 0, 1));
    return check_range(at, "rolling_friction", m->rolling_friction, 0, 1e6);
}

static reel_status check_material(const reel_material *m, const spot *at)
{
    TRY(check_colors(at, "color", m->color, 1));
    TRY(check_colors(at, "color2", m->color2, 1));
    TRY(check_positive(at, "scale", m->scale));
    TRY(check_range(at, "roughness", m->roughness, 0.03, 1));
    TRY(check_range(at, "metallic", m->metallic, 0, 1));
    return check_range(at, "specular", m->specular, 0, 0.2);
}

static reel_status check_materials(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_surfaces; i++) {
        const spot at = {err, "surfaces", i, s->surfaces[i].name};
        TRY(check_surface(&s->surfaces[i], &at));
    }
    for (int i = 0; i < s->n_materials; i++) {
        const spot at = {err, "materials", i, s->materials[i].name};
        TRY(check_material(&s->materials[i], &at));
    }
    return REEL_OK;
}

/* --- objects, bodies, geoms
 * ------------------------------------------------------------------------------- */

static reel_status check_objects(const reel_scene *s, reel_error *err)
{
    int next_body = 0, next_instance = 1;
    if (s->n_categories < 1 || strcmp(s->categories[0], "environment") != 0) {
        const spot at = {err, "categories", 0, NULL};
        return bad(&at, "", "must be \"environment\"");
    }
    for (int i = 0; i < s->n_objects; i++) {
        const reel_object *o = &s->objects[i];
        const spot at = {err, "objects", i, o->name};
        TRY(check_index(&at, "semantic_id", o->semantic_id, s->n_categories));
        if (strcmp(o->category, s->categories[o->semantic_id]) != 0) {
            return bad(&at, "category", "is not the name of semantic_id %d", o->semantic_id);
        }
        if ((o->instance_id == 0) != (o->semantic_id == 0)) {
            return bad(&at, "instance_id", "must be 0 for the environment, and only for it");
        }
        if (o->instance_id != 0 && o->instance_id != next_instance++) {
            return bad(&at, "instance_id", "must count up from 1 in the order of the table");
        }
        if (o->n_bodies < 1 || o->first_body != next_body ||
            o->n_bodies > s->n_bodies - next_body) {
            return bad(&at, "first_body", "bodies must be given to the objects in order");
        }
        next_body += o->n_bodies;
        for (int k = 0; k < o->n_bodies; k++) {
            if (s->bodies[o->first_body + k].object != i) {
                return bad(&at, "first_body", "body %d belongs to another object",
                           o->first_body + k);
            }
        }
    }
    const spot at = {err, NULL, 0, NULL};
    return next_body == s->n_bodies ? REEL_OK : bad(&at, "bodies", "one has no object");
}

/*
 * An inertia that a body can have: with the second moments D = tr(I)/2 - I positive semi-definite
 * (which is the triangle inequality for principal moments). A little slack for rounding.
 */
static bool possible_inertia(const double in[6])
{
    const double half = 0.5 * (in[0] + in[1] + in[2]);
    const double slack = 1e-9 * half;
    const double a = half - in[0] + slack, b = half - in[1] + slack, c = half - in[2] + slack;
    const double d = -in[3], e = -in[4], f = -in[5];
    const double det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e);
    return half > 0 && in[0] > 0 && in[1] > 0 && in[2] > 0 && a >= 0 && b >= 0 && c >= 0 &&
           a * b - d * d >= 0 && a * c - e * e >= 0 && b * c - f * f >= 0 && det >= 0;
}

static reel_status check_mass(const reel_body *b, const spot *at)
{
    if (b->motion == REEL_MOTION_STATIC) {
        const bool moves = reel_v3_len(b->velocity) != 0 || reel_v3_len(b->omega) != 0;
        return moves ? bad(at, "velocity", "a static body does not move") : REEL_OK;
    }
    TRY(check_positive(at, "mass", b->mass));
    for (int i = 0; i < 6; i++) {
        TRY(check_range(at, "inertia", b->inertia[i], -1e30, 1e30));
    }
    return possible_inertia(b->inertia)
               ? REEL_OK
               : bad(at, "inertia",
                     "no body has it: it must be positive and fulfil the triangle "
                     "inequality");
}

static reel_status check_body(const reel_scene *s, const reel_body *b, const spot *at)
{
    TRY(check_index(at, "object", b->object, s->n_objects));
    TRY(check_pose(at, "world_from_body", b->world_from_body));
    TRY(check_vector(at, "velocity", b->velocity));
    TRY(check_vector(at, "omega", b->omega));
    TRY(check_mass(b, at));
    for (int i = 0; i < 3; i++) {
        if (!isfinite(b->box_min[i]) || !isfinite(b->box_max[i]) || b->box_min[i] > b->box_max[i]) {
            return bad(at, "box_min", "must be finite and not above box_max");
        }
    }
    return REEL_OK;
}

static reel_status check_geom(const reel_scene *s, const reel_geom *g, const spot *at)
{
    static const int n_sizes[] = {0, 3, 1, 2, 2};
    TRY(check_index(at, "body", g->body, s->n_bodies));
    TRY(check_index(at, "material", g->material, s->n_materials));
    TRY(check_index(at, "surface", g->surface, s->n_surfaces));
    TRY(check_pose(at, "body_from_geom", g->body_from_geom));
    for (int i = 0; i < n_sizes[g->shape]; i++) {
        TRY(check_positive(at, "size", g->size[i]));
    }
    if (g->shape == REEL_SHAPE_PLANE && s->bodies[g->body].motion != REEL_MOTION_STATIC) {
        return bad(at, "shape", "a plane belongs to a static body");
    }
    return REEL_OK;
}

static reel_status check_bodies(const reel_scene *s, reel_error *err)
{
    int next_geom = 0;
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *b = &s->bodies[i];
        const spot at = {err, "bodies", i, b->name};
        TRY(check_body(s, b, &at));
        if (b->n_geoms < 1 || b->first_geom != next_geom || b->n_geoms > s->n_geoms - next_geom) {
            return bad(&at, "first_geom", "geoms must be given to the bodies in order");
        }
        next_geom += b->n_geoms;
        for (int k = 0; k < b->n_geoms; k++) {
            const int g = b->first_geom + k;
            const spot geom_at = {err, "geoms", g, b->name};
            if (s->geoms[g].body != i) {
                return bad(&geom_at, "body", "is not the body that lists the geom");
            }
            TRY(check_geom(s, &s->geoms[g], &geom_at));
        }
    }
    const spot at = {err, NULL, 0, NULL};
    return next_geom == s->n_geoms ? REEL_OK : bad(&at, "geoms", "one has no body");
}

/* --- joints, actions, expectations
 * --------------------------------------------------------------------------- */

static reel_status check_joint(const reel_scene *s, const reel_joint *j, const spot *at)
{
    TRY(check_index(at, "body_a", j->body_a, s->n_bodies));
    if (s->bodies[j->body_a].motion != REEL_MOTION_DYNAMIC) {
        return bad(at, "body_a", "must be a body that moves");
    }
    if (j->body_b != -1) {
        TRY(check_index(at, "body_b", j->body_b, s->n_bodies));
    }
    if (j->body_a == j->body_b) {
        return bad(at, "body_b", "is the same as body_a");
    }
    TRY(check_vector(at, "anchor", j->anchor));
    TRY(check_unit(at, "axis", j->axis));
    if (j->has_limits) {
        TRY(check_range(at, "lo", j->lo, -1e9, 0));
        TRY(check_range(at, "hi", j->hi, 0, 1e9));
    }
    if (j->motor != REEL_MOTOR_NONE && j->kind != REEL_JOINT_HINGE &&
        j->kind != REEL_JOINT_SLIDER) {
        return bad(at, "motor", "only hinges and sliders have motors");
    }
    TRY(check_range(at, "target", j->target, -1e9, 1e9));
    TRY(check_range(at, "max_force", j->max_force, 0, 1e12));
    TRY(check_positive(at, "max_speed", j->max_speed));
    return check_range(at, "damping", j->damping, 0, 1e12);
}

static reel_status check_action(const reel_scene *s, const reel_action *a, const spot *at)
{
    if (a->first_step < 0) {
        return bad(at, "first_step", "must not be negative");
    }
    if (a->kind == REEL_ACTION_FORCE && a->end_step <= a->first_step) {
        return bad(at, "end_step", "must be after first_step");
    }
    if (a->kind == REEL_ACTION_IMPULSE || a->kind == REEL_ACTION_FORCE) {
        TRY(check_index(at, "body", a->body, s->n_bodies));
        if (s->bodies[a->body].motion != REEL_MOTION_DYNAMIC) {
            return bad(at, "body", "must be a body that moves");
        }
    } else {
        TRY(check_index(at, "joint", a->joint, s->n_joints));
        if (a->kind == REEL_ACTION_TARGET && s->joints[a->joint].motor == REEL_MOTOR_NONE) {
            return bad(at, "joint", "has no motor");
        }
    }
    TRY(check_vector(at, "vec", a->vec));
    TRY(check_vector(at, "torque", a->torque));
    TRY(check_vector(at, "point", a->point));
    return check_range(at, "value", a->value, -1e12, 1e12);
}

static reel_status check_motion(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_joints; i++) {
        const spot at = {err, "joints", i, s->joints[i].name};
        TRY(check_joint(s, &s->joints[i], &at));
    }
    for (int i = 0; i < s->n_actions; i++) {
        const spot at = {err, "actions", i, s->actions[i].name};
        TRY(check_action(s, &s->actions[i], &at));
        if (i > 0 && s->actions[i - 1].first_step > s->actions[i].first_step) {
            return bad(&at, "first_step", "actions must be in the order of their steps");
        }
    }
    for (int i = 0; i < s->n_expects; i++) {
        const spot at = {err, "expects", i, NULL};
        TRY(check_index(&at, "object", s->expects[i].object, s->n_objects));
        if (s->expects[i].by < 0 || s->expects[i].by > reel_scene_last_step(s)) {
            return bad(&at, "by", "must be a step of the clip, 0 .. %lld",
                       (long long)reel_scene_last_step(s));
        }
        TRY(check_range(&at, "value", s->expects[i].value, 0, 1e9));
    }
    return REEL_OK;
}

/* --- cameras and light
 * ---------------------------------------------------------------------------------------- */

static reel_status check_key(const reel_camera *c, int k, const spot *at)
{
    char member[40];
    const reel_camera_key *key = &c->keys[k];
    snprintf(member, sizeof(member), "keys[%d]", k);
    TRY(check_vector(at, member, key->eye));
    TRY(check_vector(at, member, key->target));
    TRY(check_unit(at, member, key->up));
    if (!isfinite(key->time) || (k == 0 ? key->time != 0 : key->time <= c->keys[k - 1].time)) {
        return bad(at, member, "times must begin with 0 and increase");
    }
    const reel_vec3 along = reel_v3_sub(key->target, key->eye);
    if (!(reel_v3_len(along) > 1e-9)) {
        return bad(at, member, "the camera stands where it looks at");
    }
    if (!(reel_v3_len(reel_v3_cross(reel_v3_unit(along, along), key->up)) > 1e-6)) {
        return bad(at, member, "the camera looks along its up direction");
    }
    return REEL_OK;
}

static reel_status check_camera(const reel_scene *s, const reel_camera *c, const spot *at)
{
    if (!is_word(c->name)) {
        return bad(at, "name", "must be lower-case letters, digits and _");
    }
    TRY(check_range(at, "fov_y", c->fov_y, 1e-3, 3.14));
    TRY(check_range(at, "orbit_rate", c->orbit_rate, -1e6, 1e6));
    if (c->motion == REEL_CAMERA_ATTACHED) {
        TRY(check_index(at, "body", c->body, s->n_bodies));
    } else if (c->body != -1) {
        return bad(at, "body", "must be -1: only attached cameras have one");
    }
    if (c->n_keys < 1 || (c->n_keys > 1 && c->motion != REEL_CAMERA_KEYFRAMES)) {
        return bad(at, "n_keys", "must be 1, or more for keyframes");
    }
    for (int k = 0; k < c->n_keys; k++) {
        TRY(check_key(c, k, at));
    }
    /* between keys the eye may pass through the target, or the view turn upright */
    for (int f = 0; c->motion == REEL_CAMERA_KEYFRAMES && f < s->frames; f++) {
        const reel_camera_key key = reel_camera_key_at(c, reel_scene_frame_time(s, f));
        if (!reel_camera_key_is_sound(&key)) {
            return bad(at, "keys",
                       "the path gives no view at frame %d: the eye is at the target, or "
                       "looks along up",
                       f);
        }
    }
    if (c->motion == REEL_CAMERA_ORBIT) {
        const reel_vec3 d = reel_v3_sub(c->keys[0].eye, c->keys[0].target);
        if (!(d.x * d.x + d.y * d.y > 1e-18)) {
            return bad(at, "keys[0]", "an orbiting camera cannot stand right above its target");
        }
    }
    return REEL_OK;
}

static reel_status check_views(const reel_scene *s, reel_error *err)
{
    if (s->n_cameras < 1) {
        const spot at = {err, NULL, 0, NULL};
        return bad(&at, "cameras", "a scene needs one at least");
    }
    for (int i = 0; i < s->n_cameras; i++) {
        const spot at = {err, "cameras", i, s->cameras[i].name};
        TRY(check_camera(s, &s->cameras[i], &at));
    }
    for (int i = 0; i < s->n_suns; i++) {
        const spot at = {err, "suns", i, s->suns[i].name};
        TRY(check_unit(&at, "to_light", s->suns[i].to_light));
        TRY(check_colors(&at, "irradiance", s->suns[i].irradiance, 1e6));
        TRY(check_range(&at, "angular_radius", s->suns[i].angular_radius, 0, 1.5));
    }
    return REEL_OK;
}

reel_status reel_scene_validate(const reel_scene *scene, reel_error *err)
{
    const spot top = {err, NULL, 0, NULL};
    TRY(check_clip(scene, &top));
    TRY(check_audit(scene, &top));
    TRY(check_all_names(scene, err));
    TRY(check_materials(scene, err));
    TRY(check_objects(scene, err));
    TRY(check_bodies(scene, err));
    TRY(check_motion(scene, err));
    return check_views(scene, err);
}
