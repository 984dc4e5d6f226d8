/* lerobot_values.c - what a clip's frames hold; see lerobot_internal.h. */
#include "base/camera.h"
#include "export/layout/lerobot_internal.h"
#include <string.h>

int reel_lerobot_each(lerobot_block block)
{
    static const uint8_t each[LEROBOT_BLOCKS] = {
        [LEROBOT_POSITION] = 3, [LEROBOT_ROTATION] = 4,    [LEROBOT_VELOCITY] = 3,
        [LEROBOT_OMEGA] = 3,    [LEROBOT_CONTACT] = 3,     [LEROBOT_PRESENT] = 1,
        [LEROBOT_INSTANCE] = 1, [LEROBOT_SIGNAL] = 1,      [LEROBOT_KNOWN] = 1,
        [LEROBOT_PUSHED] = 13,  [LEROBOT_MOTOR] = 2,       [LEROBOT_VIEW] = 9,
        [LEROBOT_ENERGY] = 3,   [LEROBOT_EXTRINSICS] = 16, [LEROBOT_INTRINSICS] = 4,
    };
    return block == LEROBOT_COUNTERS ? 1 : each[block];
}

/* ---- what there is ----------------------------------------------------------------------------
 */

static void find_agent(lerobot_clip *c)
{
    const reel_scene *s = c->scene;
    c->agent_body = c->agent_camera = -1;
    if (strcmp(s->agent, "camera") == 0) {
        c->agent_camera = reel_scene_find_camera(s, s->agent_on);
    } else if (s->agent[0]) {
        c->agent_body = reel_scene_find_body(s, s->agent_on);
    }
    c->view_camera =
        c->agent_camera >= 0 ? c->agent_camera : c->clip->record->streams[0].camera_index;
}

/* The numbers of the action, and the take's other channels. */
static void find_signals(lerobot_clip *c)
{
    const reel_actions *a = &c->actions;
    for (int i = 0; i < a->n; i++) {
        c->signals[c->n_signals++] = (lerobot_signal){a->names[i], a->units[i], true, i};
    }
    for (int i = 0; i < c->take->n_channels; i++) {
        const reel_channel *channel = &c->take->channels[i];
        bool acts = false;
        for (int k = 0; k < a->n; k++) {
            acts |= strcmp(a->names[k], channel->name) == 0;
        }
        if (!acts) {
            c->signals[c->n_signals++] = (lerobot_signal){channel->name, channel->unit, false, i};
        }
    }
}

reel_status reel_lerobot_clip_init(lerobot_clip *out, const reel_layout_clip *clip, reel_error *err)
{
    const reel_scene *s = clip->record->scene;
    const reel_take *take = clip->record->take;
    lerobot_clip c = {.clip = clip, .scene = s, .take = take};
    const reel_status status = reel_actions_find(s, take, &c.actions, err);
    if (status) {
        return status;
    }
    c.n_cameras = clip->record->n_streams;
    c.slots = REEL_ARENA_NEW(&c.actions.arena, int, s->n_bodies);
    c.motors = REEL_ARENA_NEW(&c.actions.arena, int, s->n_joints);
    c.signals = REEL_ARENA_NEW(&c.actions.arena, lerobot_signal, take->n_channels + c.actions.n);
    if (!c.slots || !c.motors || !c.signals) {
        reel_actions_finish(&c.actions);
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a clip");
    }
    for (int b = 0; b < s->n_bodies; b++) {
        if (s->objects[s->bodies[b].object].instance_id > 0) {
            c.slots[c.n_slots++] = b;
        }
    }
    for (int j = 0; j < s->n_joints; j++) {
        if (s->joints[j].motor != REEL_MOTOR_NONE) {
            c.motors[c.n_motors++] = j;
        }
    }
    find_signals(&c);
    find_agent(&c);
    *out = c;
    return REEL_OK;
}

/* ---- values -----------------------------------------------------------------------------------
 */

static void put_v3(double *out, reel_vec3 v)
{
    out[0] = v.x;
    out[1] = v.y;
    out[2] = v.z;
}

/* As reel_actions: from the frame to the next; after the last frame nothing acts. */
static double signal_at(const lerobot_clip *c, const lerobot_signal *signal, int frame)
{
    const size_t each = (size_t)c->scene->samples_per_frame, n = (size_t)c->take->n_channels;
    if (signal->acts) {
        return c->actions.values[(size_t)frame * (size_t)c->actions.n + (size_t)signal->column];
    }
    double sum = 0;
    for (size_t i = 1; i <= each && frame < c->scene->frames - 1; i++) {
        sum += c->take->channel[((size_t)frame * each + i) * n + (size_t)signal->column];
    }
    return sum / (double)each;
}

/* Quantities of a body, 0 while it is absent. */
static void body_value(const lerobot_clip *c, lerobot_block block, int body, int frame, double *out)
{
    const reel_take *t = c->take;
    const size_t at =
        (size_t)frame * (size_t)c->scene->samples_per_frame * (size_t)t->n_bodies + (size_t)body;
    const bool present = t->state[at] & REEL_STATE_PRESENT;
    const int each = reel_lerobot_each(block);
    const double *from = NULL;
    switch (block) {
    case LEROBOT_POSITION: from = t->position; break;
    case LEROBOT_ROTATION: from = t->rotation; break;
    case LEROBOT_VELOCITY: from = t->velocity; break;
    case LEROBOT_OMEGA: from = t->omega; break;
    case LEROBOT_CONTACT: from = t->contact_force; break;
    case LEROBOT_INSTANCE:
        out[0] = c->scene->objects[c->scene->bodies[body].object].instance_id;
        return;
    default: out[0] = present; return;
    }
    for (int i = 0; i < each; i++) {
        out[i] = present ? from[at * (size_t)each + (size_t)i] : 0;
    }
}

static void view_value(const lerobot_clip *c, int frame, double *out)
{
    const reel_view v = reel_view_at(c->scene, c->take, c->view_camera, frame);
    put_v3(out, v.eye);
    put_v3(out + 3, reel_mat3_tmul_v(v.cam_from_world, reel_v3(1, 0, 0)));
    put_v3(out + 6, reel_mat3_tmul_v(v.cam_from_world, reel_v3(0, 1, 0)));
}

void reel_lerobot_value(const lerobot_clip *c, lerobot_block block, int unit, int frame,
                        double *out)
{
    const reel_record *record = c->clip->record;
    const size_t sample = (size_t)frame * (size_t)c->scene->samples_per_frame;
    switch (block) {
    case LEROBOT_SIGNAL: out[0] = signal_at(c, &c->signals[unit], frame); break;
    case LEROBOT_KNOWN: out[0] = 1; break;
    case LEROBOT_PUSHED:
        body_value(c, LEROBOT_POSITION, c->agent_body, frame, out);
        body_value(c, LEROBOT_ROTATION, c->agent_body, frame, out + 3);
        body_value(c, LEROBOT_VELOCITY, c->agent_body, frame, out + 7);
        body_value(c, LEROBOT_OMEGA, c->agent_body, frame, out + 10);
        break;
    case LEROBOT_MOTOR: {
        const size_t at = sample * (size_t)c->take->n_joints + (size_t)c->motors[unit];
        out[0] = c->take->joint_position[at];
        out[1] = c->take->joint_velocity[at];
        break;
    }
    case LEROBOT_VIEW: view_value(c, frame, out); break;
    case LEROBOT_EXTRINSICS:
        memcpy(out, record->cam_from_world[unit] + 16 * (size_t)frame, 16 * sizeof(double));
        break;
    case LEROBOT_INTRINSICS: {
        const double *k = record->k[unit] + 9 * (size_t)frame;
        out[0] = k[0];
        out[1] = k[4];
        out[2] = k[2];
        out[3] = k[5];
        break;
    }
    case LEROBOT_ENERGY: memcpy(out, c->take->energy + 3 * sample, 3 * sizeof(double)); break;
    default: body_value(c, block, c->slots[unit], frame, out); break;
    }
}
