/*
 * agent.c - agents that push a thing (see agent.h, docs/actions.md): a force, constant over each
 * video frame, as entries of the timeline.
 */
#include "scenes/agent.h"

#include "base/camera.h"
#include "base/rng.h"
#include "base/trig.h"
#include "scenes/build.h"

#include <stdio.h>
#include <string.h>

/* ---- signals -------------------------------------------------------------------------------- */

reel_agent_wave reel_agent_wave_draw(const reel_scene *scene, const char *path, double lo,
                                     double hi)
{
    reel_rng rng = reel_rng_stream(scene->seed, path);
    reel_agent_wave wave;
    for (int i = 0; i < 3; i++) {
        wave.rate[i] = 2 * REEL_PI * reel_rng_range(&rng, lo, hi);
        wave.phase[i] = 2 * REEL_PI * reel_rng_uniform(&rng);
    }
    return wave;
}

double reel_agent_wave_at(const reel_agent_wave *wave, double time)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += reel_sin(wave->rate[i] * time + wave->phase[i]);
    }
    return sum / 3;
}

double reel_agent_view_size(const reel_camera *camera)
{
    const reel_camera_key *key = &camera->keys[0];
    return reel_v3_len(reel_v3_sub(key->target, key->eye)) * reel_tan(0.5 * camera->fov_y);
}

/* ---- what is pushed ------------------------------------------------------------------------- */

/* Is another thing on it, or about to fall on it? What carries others is hard to move. */
static bool carries(const reel_scene *s, int b)
{
    const reel_body *body = &s->bodies[b];
    double reach = 0;
    for (int i = 0; i < 3; i++) {
        reach += (body->box_max[i] - body->box_min[i]) / 6; /* half of the mean edge */
    }
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *other = &s->bodies[i];
        const reel_vec3 off = reel_v3_sub(other->world_from_body.p, body->world_from_body.p);
        if (i != b && other->motion == REEL_MOTION_DYNAMIC && !other->absent &&
            off.x * off.x + off.y * off.y < reach * reach && off.z > 0.5 * reach) {
            return true;
        }
    }
    return false;
}

/* A thing that an agent may push, by how well it suits: 0 free and in view, 1 held by joints or
 * loaded and in view, 2 free, 3 held; -1: not at all. */
static int suits(const reel_scene *s, int b)
{
    const reel_body *body = &s->bodies[b];
    bool seen = false, held = false;
    if (body->motion != REEL_MOTION_DYNAMIC || body->absent || body->n_geoms == 0 ||
        s->objects[body->object].instance_id == 0) {
        return -1;
    }
    for (int i = 0; i < s->n_actions; i++) {
        if (s->actions[i].body == b &&
            (s->actions[i].kind == REEL_ACTION_SPAWN || s->actions[i].kind == REEL_ACTION_REMOVE)) {
            return -1;
        }
    }
    held = carries(s, b);
    for (int j = 0; j < s->n_joints; j++) {
        held = held || s->joints[j].body_a == b || s->joints[j].body_b == b;
    }
    for (int c = 0; c < s->n_cameras && !seen; c++) {
        double u, v, z;
        if (s->cameras[c].motion == REEL_CAMERA_ATTACHED) {
            continue; /* where it looks is known after the simulation only */
        }
        const reel_view view = reel_view_at(s, NULL, c, 0);
        seen = reel_view_project(&view, body->world_from_body.p, &u, &v, &z) && u >= 0 &&
               u < s->width && v >= 0 && v < s->height;
    }
    return (seen ? 0 : 2) + held;
}

/* The body of this name, or the first of the object of this name. */
static reel_status find_named(const reel_scene *s, const char *name, int *out, reel_error *err)
{
    int b = reel_scene_find_body(s, name);
    const int object = b < 0 ? reel_scene_find_object(s, name) : -1;
    b = object >= 0 ? s->objects[object].first_body : b;
    if (b < 0) {
        return reel_fail(err, REEL_E_USAGE, "agent: the scene has nothing called '%.100s'", name);
    }
    if (suits(s, b) < 0) {
        return reel_fail(err, REEL_E_USAGE,
                         "agent: '%.100s' is nothing that can be pushed: it must be an object that "
                         "moves and is there all the time",
                         name);
    }
    *out = b;
    return REEL_OK;
}

static reel_status choose_body(const reel_scene *s, const char *name, int *out, reel_error *err)
{
    enum { TIERS = 4 };
    int count[TIERS] = {0};
    if (name[0]) {
        return find_named(s, name, out, err);
    }
    int8_t *tiers = reel_calloc((size_t)s->n_bodies + 1, sizeof *tiers);
    if (!tiers) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int b = 0; b < s->n_bodies; b++) {
        tiers[b] = (int8_t)suits(s, b);
        if (tiers[b] >= 0) {
            count[tiers[b]]++;
        }
    }
    int best = 0;
    while (best < TIERS && count[best] == 0) {
        best++;
    }
    if (best == TIERS) {
        reel_free(tiers);
        return reel_fail(err, REEL_E_USAGE,
                         "agent: the scene has no object that moves and is there all the time");
    }
    reel_rng rng = reel_rng_stream(s->seed, "agent/object");
    int64_t left = reel_rng_int(&rng, 0, count[best] - 1);
    for (int b = 0; b < s->n_bodies; b++) {
        if (tiers[b] == best && left-- == 0) {
            *out = b;
        }
    }
    reel_free(tiers);
    return REEL_OK;
}

/* Coulomb's coefficient between two surfaces. */
static double friction_of(const reel_scene *s, int a, int b)
{
    for (int i = 0; i < s->n_pairs; i++) {
        const reel_contact_pair *p = &s->pairs[i];
        if ((p->surface_a == a && p->surface_b == b) || (p->surface_a == b && p->surface_b == a)) {
            return p->friction;
        }
    }
    return sqrt(s->surfaces[a].friction * s->surfaces[b].friction);
}

static int surface_of(const reel_scene *s, const reel_body *body)
{
    int surface = s->geoms[body->first_geom].surface;
    for (int g = body->first_geom + body->n_geoms - 1; g >= body->first_geom; g--) {
        surface = s->geoms[g].collides ? s->geoms[g].surface : surface;
    }
    return surface;
}

/* The surface that the body stands on, or would fall on: of the highest thing below it, else of the
 * ground (a plane or a landscape), else its own. */
static int surface_below(const reel_scene *s, int b)
{
    double lo[3], hi[3], below_lo[3], below_hi[3], best = -HUGE_VAL;
    const reel_body *body = &s->bodies[b];
    const reel_vec3 p = body->world_from_body.p;
    int surface = surface_of(s, body);
    if (!reel_build_box(s, body, REEL_WHICH_COLLIDES, body->world_from_body, lo, hi)) {
        return surface;
    }
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *other = &s->bodies[i];
        if (i == b || other->absent || other->n_geoms == 0) {
            continue;
        }
        const reel_shape shape = s->geoms[other->first_geom].shape;
        const bool ground = shape == REEL_SHAPE_PLANE || shape == REEL_SHAPE_HEIGHT_FIELD;
        if (ground && best == -HUGE_VAL) {
            surface = surface_of(s, other);
        } else if (!ground &&
                   reel_build_box(s, other, REEL_WHICH_COLLIDES, other->world_from_body, below_lo,
                                  below_hi) &&
                   below_lo[0] <= p.x && p.x <= below_hi[0] && below_lo[1] <= p.y &&
                   p.y <= below_hi[1] && below_hi[2] <= lo[2] + 0.25 * (hi[2] - lo[2]) &&
                   below_hi[2] > best) {
            best = below_hi[2];
            surface = surface_of(s, other);
        }
    }
    return surface;
}

/* m/s^2 that friction takes from a push along the ground, about; what rolls and what joints hold
 * resists less. */
static double resistance(const reel_scene *s, int b)
{
    const reel_body *body = &s->bodies[b];
    double share = 0.2;
    for (int g = body->first_geom; g < body->first_geom + body->n_geoms; g++) {
        const reel_shape shape = s->geoms[g].shape;
        const bool rolls = shape == REEL_SHAPE_SPHERE || shape == REEL_SHAPE_ELLIPSOID;
        const bool turns = shape == REEL_SHAPE_CYLINDER || shape == REEL_SHAPE_CAPSULE;
        if (s->geoms[g].collides) {
            share = fmax(share, rolls ? 0.02 : turns ? 0.5 : 1);
        }
        if (rolls && body->n_geoms == 1) {
            share = 0.02;
        }
    }
    const double friction = friction_of(s, surface_of(s, body), surface_below(s, b));
    return share * fmin(friction, 1) * reel_v3_len(s->gravity);
}

/* ---- the timeline --------------------------------------------------------------------------- */

typedef struct push {
    reel_vec3 force, torque;
} push;

static bool acts(const push *p)
{
    return reel_v3_dot(p->force, p->force) > 0 || reel_v3_dot(p->torque, p->torque) > 0;
}

/* Add the pushes of frames 0 .. frames - 2 on a body, in the order of the steps. */
static reel_status put_pushes(reel_scene *s, int body, const push *pushes, reel_error *err)
{
    const int64_t step = reel_scene_steps_per_frame(s);
    int n = 0, series = 1, made = 0, old = 0;
    for (int k = 0; k < s->frames - 1; k++) {
        n += acts(&pushes[k]);
    }
    for (int i = 0; i < s->n_actions; i++) {
        series = s->actions[i].series >= series ? s->actions[i].series + 1 : series;
    }
    if (n + s->n_actions > REEL_MAX_ACTIONS || series > REEL_MAX_ACTIONS) {
        return reel_fail(err, REEL_E_USAGE, "agent: %d actions are more than a scene may have (%d)",
                         n + s->n_actions, REEL_MAX_ACTIONS);
    }
    reel_action *all = REEL_ARENA_NEW(&s->arena, reel_action, s->n_actions + n);
    if (!all) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    int at = 0;
    for (int k = 0; k < s->frames - 1; k++) {
        if (!acts(&pushes[k])) {
            continue;
        }
        while (old < s->n_actions && s->actions[old].first_step <= k * step) {
            all[at++] = s->actions[old++];
        }
        made++;
        all[at++] = (reel_action){
            .name = made == 1 ? "agent" : reel_arena_printf(&s->arena, "agent %d", made),
            .kind = REEL_ACTION_FORCE,
            .first_step = k * step,
            .end_step = (k + 1) * step,
            .body = body,
            .joint = -1,
            .vec = pushes[k].force,
            .torque = pushes[k].torque,
            .series = series,
        };
        if (!all[at - 1].name) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory");
        }
    }
    while (old < s->n_actions) {
        all[at++] = s->actions[old++];
    }
    s->actions = all;
    s->n_actions = at;
    return REEL_OK;
}

/* ---- push: along the ground, in bursts ------------------------------------------------------- */

/* Frames that a time is, at least one. */
static int frames_of(const reel_scene *s, double seconds)
{
    return (int)fmax(1, rint(seconds * s->fps));
}

/* A burst raises and lowers the force as sin^2; each goes roughly against the one before, so that
 * the thing stays near. */
static void make_bursts(const reel_scene *s, int b, push *out)
{
    const double mass = s->bodies[b].mass, size = reel_agent_view_size(&s->cameras[0]);
    const double resists = resistance(s, b);
    reel_rng rng = reel_rng_stream(s->seed, "agent/push");
    double heading = 2 * REEL_PI * reel_rng_uniform(&rng);
    const int n = s->frames - 1, latest = n / 4;
    int k = (int)rint(0.4 * s->fps * reel_rng_uniform(&rng));
    for (k = k > latest ? latest : k; k < n;) {
        const double duration = reel_rng_range(&rng, 0.35, 0.7);
        const double gain = size * reel_rng_range(&rng, 0.35, 0.7); /* m/s */
        const double peak = mass * (resists + gain / (0.5 * duration));
        const int length = frames_of(s, duration);
        for (int i = 0; i < length && k < n; i++, k++) {
            const double window = reel_sin(REEL_PI * (i + 0.5) / length);
            const double force = peak * window * window;
            out[k].force = reel_v3(force * reel_cos(heading), force * reel_sin(heading), 0);
        }
        heading += REEL_PI + reel_rng_range(&rng, -1.2, 1.2);
        k += frames_of(s, reel_rng_range(&rng, 0.3, 1.2));
    }
}

/* ---- force: in space, all the time ----------------------------------------------------------- */

static void make_waves(const reel_scene *s, int b, push *out)
{
    static const char *const paths[6] = {"agent/force/x",  "agent/force/y",  "agent/force/z",
                                         "agent/torque/x", "agent/torque/y", "agent/torque/z"};
    const reel_body *body = &s->bodies[b];
    const double g = reel_v3_len(s->gravity), size = reel_agent_view_size(&s->cameras[0]);
    const double inertia = (body->inertia[0] + body->inertia[1] + body->inertia[2]) / 3;
    reel_rng rng = reel_rng_stream(s->seed, "agent/force");
    reel_agent_wave waves[6];
    for (int i = 0; i < 6; i++) {
        waves[i] = reel_agent_wave_draw(s, paths[i], 0.3, 1.1);
    }
    /* sideways it moves against friction, upwards it makes light but does not carry */
    const double side = body->mass * (resistance(s, b) + size * reel_rng_range(&rng, 1.5, 3));
    const double up = body->mass * (g > 0 ? 0.8 * g : size * reel_rng_range(&rng, 1, 2));
    const double turn = inertia * reel_rng_range(&rng, 4, 10);
    for (int k = 0; k < s->frames - 1; k++) {
        const double t = (k + 0.5) / s->fps;
        const double rise = t < 0.25 ? reel_sin(2 * REEL_PI * t) : 1; /* begins with nothing */
        double v[6];
        for (int i = 0; i < 6; i++) {
            v[i] = rise * reel_agent_wave_at(&waves[i], t) * (i < 2 ? side : i == 2 ? up : turn);
        }
        out[k] = (push){reel_v3(v[0], v[1], v[2]), reel_v3(v[3], v[4], v[5])};
    }
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static reel_status add_push(reel_scene *s, bool bursts, const char *on, reel_error *err)
{
    int body = -1;
    reel_status status = choose_body(s, on, &body, err);
    if (status != REEL_OK) {
        return status;
    }
    push *pushes = reel_calloc((size_t)s->frames, sizeof *pushes);
    if (!pushes) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    if (bursts) {
        make_bursts(s, body, pushes);
    } else {
        make_waves(s, body, pushes);
    }
    status = put_pushes(s, body, pushes, err);
    reel_free(pushes);
    s->agent_on = s->bodies[body].name;
    return status;
}

static reel_status add_camera(reel_scene *s, const char *on, reel_error *err)
{
    int camera = on[0] ? reel_scene_find_camera(s, on) : 0;
    if (!on[0] && s->views[0]) {
        camera = reel_scene_find_camera(s, "center");
    }
    while (!on[0] && camera < s->n_cameras && s->cameras[camera].motion == REEL_CAMERA_ATTACHED) {
        camera++;
    }
    if (camera < 0) {
        return reel_fail(err, REEL_E_USAGE, "agent: the scene has no camera '%.100s'", on);
    }
    if (camera == s->n_cameras || s->cameras[camera].motion == REEL_CAMERA_ATTACHED) {
        return reel_fail(err, REEL_E_USAGE, "agent: a camera that rides on a body cannot be moved");
    }
    s->agent_on = s->cameras[camera].name;
    return reel_agent_move_camera(s, camera, err);
}

reel_status reel_agent_add(reel_scene *s, const char *agent, reel_error *err)
{
    static const char *const kinds[] = {"push", "force", "camera"};
    const char *colon = strchr(agent, ':');
    const size_t n = colon ? (size_t)(colon - agent) : strlen(agent);
    int kind = 0;
    if (!agent[0]) {
        return REEL_OK;
    }
    while (kind < 3 && (strlen(kinds[kind]) != n || strncmp(kinds[kind], agent, n) != 0)) {
        kind++;
    }
    if (kind == 3 || (colon && !colon[1])) {
        return reel_fail(
            err, REEL_E_USAGE,
            "agent %.100s: not one of push, force, camera, or one of them with a name, "
            "such as push:ball",
            agent);
    }
    if (s->frames < 2) {
        return reel_fail(err, REEL_E_USAGE, "agent: a clip of one frame has no actions");
    }
    for (int i = 0; i < s->n_actions; i++) {
        if (strncmp(s->actions[i].name, "agent", 5) == 0) {
            return reel_fail(
                err, REEL_E_USAGE,
                "agent: the script has an action '%.100s' of its own; names that begin "
                "with agent are the agent's",
                s->actions[i].name);
        }
    }
    s->agent = kinds[kind];
    const char *on = colon ? colon + 1 : "";
    return kind == 2 ? add_camera(s, on, err) : add_push(s, kind == 0, on, err);
}
