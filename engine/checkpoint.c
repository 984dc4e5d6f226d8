/*
 * checkpoint.c - the whole state at a step, and a simulation that goes on from it.
 *
 * A checkpoint holds copies of sim_state's blocks, of the samples so far, and of the structure of
 * the scene that it fits.
 */
#include "engine/sim.h"

#include "base/hash.h"
#include <stdio.h>
#include <string.h>

typedef struct samples {
    int n_states;
    void *data[REEL_TAKE_MAX_ARRAYS];
    size_t bytes[REEL_TAKE_MAX_ARRAYS];
    int n;
} samples;

struct reel_checkpoint {
    int n_bodies, n_geoms, n_joints, n_channels, n_samples;
    int64_t step_rate;
    uint64_t *body_keys;  /* [n_bodies] hash of what must be the same */
    uint64_t *geom_keys;  /* [n_geoms] */
    uint64_t *joint_keys; /* [n_joints] */
    sim_state state;
    samples samples;
};

static void *copy_block(const void *data, size_t bytes, bool *ok)
{
    void *copy = reel_alloc(bytes ? bytes : 1);
    if (copy && bytes) {
        memcpy(copy, data, bytes);
    }
    *ok &= copy != NULL;
    return copy;
}

/* Deep copy; `channel` has n_channels elements. Blocks of `to` are new ones. */
static bool state_copy(sim_state *to, const sim_state *from, int n_bodies, int n_joints,
                       int n_channels)
{
    bool ok = true;
    *to = *from;
    to->cap_touches = from->n_touches;
    to->cap_holds = from->n_holds;
    to->cap_events = from->n_events;
    to->bodies = copy_block(from->bodies, (size_t)n_bodies * sizeof *from->bodies, &ok);
    to->joints = copy_block(from->joints, (size_t)n_joints * sizeof *from->joints, &ok);
    to->touches = copy_block(from->touches, (size_t)from->n_touches * sizeof *from->touches, &ok);
    to->holds = copy_block(from->holds, (size_t)from->n_holds * sizeof *from->holds, &ok);
    to->events = copy_block(from->events, (size_t)from->n_events * sizeof *from->events, &ok);
    to->channel = copy_block(from->channel, (size_t)n_channels * sizeof *from->channel, &ok);
    return ok;
}

static void state_free(sim_state *state)
{
    reel_free(state->bodies);
    reel_free(state->joints);
    reel_free(state->touches);
    reel_free(state->holds);
    reel_free(state->events);
    reel_free(state->channel);
}

static bool samples_copy(samples *to, reel_take *take)
{
    bool ok = true;
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS];
    to->n_states = take->n_states;
    to->n = reel_take_sample_arrays(take, arrays);
    for (int i = 0; i < to->n; i++) {
        to->bytes[i] = arrays[i].bytes / (size_t)take->n_samples * (size_t)take->n_states;
        to->data[i] = copy_block(arrays[i].data, to->bytes[i], &ok);
    }
    return ok;
}

static void samples_restore(const samples *from, reel_take *take)
{
    reel_take_array arrays[REEL_TAKE_MAX_ARRAYS];
    reel_take_sample_arrays(take, arrays);
    for (int i = 0; i < from->n; i++) {
        if (from->bytes[i]) {
            memcpy(arrays[i].data, from->data[i], from->bytes[i]);
        }
    }
    take->n_states = from->n_states;
}

static uint64_t body_key(const reel_body *body)
{
    const int64_t key[3] = {body->motion, body->first_geom, body->n_geoms};
    return reel_xxh64_of(key, sizeof key, 0);
}

static uint64_t geom_key(const reel_geom *geom)
{
    const int64_t key[3] = {geom->body, geom->shape, geom->collides};
    return reel_xxh64_of(key, sizeof key, 0);
}

static uint64_t joint_key(const reel_joint *joint)
{
    const int64_t key[5] = {joint->kind, joint->body_a, joint->body_b, joint->joint_a,
                            joint->joint_b};
    return reel_xxh64_of(key, sizeof key, 0);
}

reel_checkpoint *reel_sim_checkpoint(const reel_sim *sim)
{
    assert(!sim->failed && sim->take);
    const reel_scene *scene = sim->scene;
    reel_checkpoint *out = reel_calloc(1, sizeof *out);
    if (!out) {
        return NULL;
    }
    out->n_bodies = scene->n_bodies;
    out->n_geoms = scene->n_geoms;
    out->n_joints = scene->n_joints;
    out->n_channels = sim->n_channels;
    out->n_samples = sim->take->n_samples;
    out->step_rate = scene->step_rate;
    out->body_keys = reel_calloc((size_t)scene->n_bodies + 1, sizeof *out->body_keys);
    out->geom_keys = reel_calloc((size_t)scene->n_geoms + 1, sizeof *out->geom_keys);
    out->joint_keys = reel_calloc((size_t)scene->n_joints + 1, sizeof *out->joint_keys);
    bool ok = out->body_keys && out->geom_keys && out->joint_keys;
    for (int i = 0; ok && i < scene->n_bodies; i++) {
        out->body_keys[i] = body_key(&scene->bodies[i]);
    }
    for (int i = 0; ok && i < scene->n_geoms; i++) {
        out->geom_keys[i] = geom_key(&scene->geoms[i]);
    }
    for (int i = 0; ok && i < scene->n_joints; i++) {
        out->joint_keys[i] = joint_key(&scene->joints[i]);
    }
    ok = ok &&
         state_copy(&out->state, &sim->state, scene->n_bodies, scene->n_joints, sim->n_channels);
    ok = ok && samples_copy(&out->samples, sim->take);
    if (!ok) {
        reel_checkpoint_destroy(&out);
    }
    return out;
}

void reel_checkpoint_destroy(reel_checkpoint **checkpoint)
{
    reel_checkpoint *c = *checkpoint;
    if (!c) {
        return;
    }
    reel_free(c->body_keys);
    reel_free(c->geom_keys);
    reel_free(c->joint_keys);
    state_free(&c->state);
    for (int i = 0; i < c->samples.n; i++) {
        reel_free(c->samples.data[i]);
    }
    reel_free(c);
    *checkpoint = NULL;
}

static reel_status differs(reel_error *err, const char *array, int i)
{
    char field[64];
    if (i < 0) {
        snprintf(field, sizeof field, "%s", array);
    } else {
        snprintf(field, sizeof field, "%s[%d]", array, i);
    }
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                        "the scene's structure differs from the checkpoint's");
}

static reel_status check_structure(const reel_checkpoint *c, const reel_scene *scene,
                                   reel_error *err)
{
    if (c->n_bodies != scene->n_bodies || c->n_geoms != scene->n_geoms ||
        c->n_joints != scene->n_joints) {
        return differs(err,
                       c->n_bodies != scene->n_bodies ? "bodies"
                       : c->n_geoms != scene->n_geoms ? "geoms"
                                                      : "joints",
                       -1);
    }
    if (c->step_rate != scene->step_rate || c->n_samples != reel_scene_n_samples(scene)) {
        return differs(err, c->step_rate != scene->step_rate ? "step_rate" : "frames", -1);
    }
    for (int i = 0; i < scene->n_bodies; i++) {
        if (c->body_keys[i] != body_key(&scene->bodies[i])) {
            return differs(err, "bodies", i);
        }
    }
    for (int i = 0; i < scene->n_geoms; i++) {
        if (c->geom_keys[i] != geom_key(&scene->geoms[i])) {
            return differs(err, "geoms", i);
        }
    }
    for (int i = 0; i < scene->n_joints; i++) {
        if (c->joint_keys[i] != joint_key(&scene->joints[i])) {
            return differs(err, "joints", i);
        }
    }
    return REEL_OK;
}

/* Channels follow from the timeline, which may have changed: a branch's samples before the
 * checkpoint can only be kept if there are as many. */
static reel_status restore(reel_sim *sim, const reel_checkpoint *from, reel_error *err)
{
    if (sim->n_channels != from->n_channels) {
        return reel_fail_at(err, REEL_E_SCENE, NULL, 0, "actions",
                            "the timeline records %d signals, the checkpoint's %d", sim->n_channels,
                            from->n_channels);
    }
    sim_state fresh;
    if (!state_copy(&fresh, &from->state, from->n_bodies, from->n_joints, from->n_channels)) {
        state_free(&fresh);
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a branch");
    }
    state_free(&sim->state);
    sim->state = fresh;
    samples_restore(&from->samples, sim->take);
    for (int i = 0; i < from->n_bodies; i++) {
        if (sim->bodies[i].dynamic) {
            body_place_geoms(sim, i);
        }
        presence_show(sim, i);
    }
    joints_restore(sim);
    return REEL_OK;
}

reel_status reel_sim_branch(const reel_checkpoint *checkpoint, const reel_scene *scene,
                            reel_sim **out, reel_error *err)
{
    reel_status status = check_structure(checkpoint, scene, err);
    if (status != REEL_OK) {
        return status;
    }
    reel_sim *sim = sim_create(scene, &status, err);
    if (!sim) {
        return status;
    }
    status = restore(sim, checkpoint, err);
    if (status != REEL_OK) {
        reel_sim_destroy(&sim);
        return status;
    }
    *out = sim;
    return REEL_OK;
}
