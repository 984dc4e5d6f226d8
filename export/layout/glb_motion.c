/* glb_motion.c - keys of bodies and cameras; see glb_internal.h.
 *
 * Positions are linear and rotations run along great circles between keys. What is placed anew at a
 * key has another key just before it, with its old pose; what is absent has the scale 0.
 */
#include "export/layout/glb_internal.h"

#include <string.h>

/* What is keyed of one node. */
typedef struct track {
    int n;         /* keys, those of jumps among them */
    double *time;  /* [n] s, float32 values */
    double *place; /* [n][3] */
    double *turn;  /* [n][4] x, y, z, w, each in the half of the one before */
    bool has_jumps;
} track;

int reel_glb_n_keys(const reel_glb *g)
{
    return g->set.samples ? g->take->n_samples : g->scene->frames;
}

static int sample_of(const reel_glb *g, int key)
{
    return g->set.samples ? key : key * g->scene->samples_per_frame;
}

static double time_of(const reel_glb *g, int key)
{
    const double t = g->set.samples
                         ? (double)reel_scene_sample_step(g->scene, key) / g->scene->step_rate
                         : reel_scene_frame_time(g->scene, key);
    return (double)(float)t;
}

/* The float32 below t > 0. */
static double just_before(double t)
{
    float f = (float)t;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits--;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

static uint8_t state_of(const reel_glb *g, int body, int key)
{
    const size_t at = (size_t)sample_of(g, key) * (size_t)g->take->n_bodies + (size_t)body;
    return g->take->state[at];
}

static bool is_there(const reel_glb *g, int body, int key)
{
    return state_of(g, body, key) & REEL_STATE_PRESENT;
}

/* Was it placed anew since the key before? */
static bool has_jumped(const reel_glb *g, int body, int key)
{
    for (int s = sample_of(g, key); key > 0 && s > sample_of(g, key - 1); s--) {
        const size_t at = (size_t)s * (size_t)g->take->n_bodies + (size_t)body;
        if (g->take->state[at] & REEL_STATE_TELEPORTED) {
            return true;
        }
    }
    return false;
}

reel_pose reel_glb_first_pose(const reel_glb *g, int body)
{
    for (int k = 0; k < reel_glb_n_keys(g); k++) {
        if (is_there(g, body, k)) {
            return reel_take_pose(g->take, sample_of(g, k), body);
        }
    }
    return g->scene->bodies[body].world_from_body;
}

static bool track_begin(reel_glb *g, track *t)
{
    const size_t most = 2 * (size_t)reel_glb_n_keys(g);
    *t = (track){.time = reel_alloc(most * sizeof(double)),
                 .place = reel_alloc(3 * most * sizeof(double)),
                 .turn = reel_alloc(4 * most * sizeof(double))};
    g->failed |= !t->time || !t->place || !t->turn;
    return !g->failed;
}

static void track_end(track *t)
{
    reel_free(t->time);
    reel_free(t->place);
    reel_free(t->turn);
}

static void track_put(track *t, double time, reel_pose pose)
{
    double *q = t->turn + 4 * (size_t)t->n;
    const double turn[4] = {pose.q.x, pose.q.y, pose.q.z, pose.q.w};
    double dot = 1;
    if (t->n > 0) {
        dot = q[-4] * turn[0] + q[-3] * turn[1] + q[-2] * turn[2] + q[-1] * turn[3];
    }
    for (int i = 0; i < 4; i++) {
        q[i] = dot < 0 ? -turn[i] : turn[i];
    }
    memcpy(t->place + 3 * (size_t)t->n, &pose.p, sizeof pose.p);
    t->time[t->n++] = time;
}

static void track_add(const reel_glb *g, track *t, int key, reel_pose pose, bool jump)
{
    const double time = time_of(g, key);
    if (jump && t->n > 0 && t->time[t->n - 1] < just_before(time)) {
        const double *p = t->place + 3 * (size_t)(t->n - 1), *q = t->turn + 4 * (size_t)(t->n - 1);
        track_put(t, just_before(time), (reel_pose){{p[0], p[1], p[2]}, {q[3], q[0], q[1], q[2]}});
        t->has_jumps = true;
    }
    track_put(t, time, pose);
}

static bool is_constant(const double *v, int n, int width)
{
    for (int i = width; i < n * width; i++) {
        if (v[i] != v[i - width]) {
            return false;
        }
    }
    return true;
}

/* A sampler and the channel that it drives. */
static void put_channel(reel_glb *g, int node, const char *path, int input, int output,
                        const char *interpolation)
{
    reel_json *sampler = reel_json_object(), *channel = reel_json_object();
    reel_glb_put_int(g, sampler, "input", input);
    reel_glb_put_int(g, sampler, "output", output);
    reel_glb_put_text(g, sampler, "interpolation", interpolation);
    reel_glb_put_int(g, channel, "sampler", g->n_samplers++);
    reel_json *target = reel_glb_put_object(g, channel, "target");
    reel_glb_put_int(g, target, "node", node);
    reel_glb_put_text(g, target, "path", path);
    if (!g->samplers) {
        g->samplers = reel_json_array();
        g->channels = reel_json_array();
    }
    reel_glb_push(g, g->samplers, sampler);
    reel_glb_push(g, g->channels, channel);
}

static void put_track(reel_glb *g, int node, const track *t)
{
    const bool moves = !is_constant(t->place, t->n, 3), turns = !is_constant(t->turn, t->n, 4);
    int input = t->has_jumps ? -1 : g->times;
    if (!moves && !turns) {
        return;
    }
    if (input < 0) {
        input = reel_glb_put_floats(g, t->time, t->n, 1, 0, true);
        g->times = t->has_jumps ? g->times : input;
    }
    if (moves) {
        put_channel(g, node, "translation", input,
                    reel_glb_put_floats(g, t->place, t->n, 3, 0, false), "LINEAR");
    }
    if (turns) {
        put_channel(g, node, "rotation", input, reel_glb_put_floats(g, t->turn, t->n, 4, 0, false),
                    "LINEAR");
    }
}

/* ---- bodies ------------------------------------------------------------------------------------
 */

/* Scale 0 while it is absent, from the key on at which that begins. */
static void put_presence(reel_glb *g, int body)
{
    const int n = reel_glb_n_keys(g);
    double *time = reel_alloc((size_t)n * sizeof *time);
    double *scale = reel_alloc((size_t)n * 3 * sizeof *scale);
    int n_changes = 0;
    g->failed |= !time || !scale;
    for (int k = 0; !g->failed && k < n; k++) {
        if (k == 0 || is_there(g, body, k) != is_there(g, body, k - 1)) {
            time[n_changes] = time_of(g, k);
            for (int i = 0; i < 3; i++) {
                scale[3 * n_changes + i] = is_there(g, body, k);
            }
            n_changes++;
        }
    }
    if (!g->failed && (n_changes > 1 || scale[0] == 0)) {
        const int input = reel_glb_put_floats(g, time, n_changes, 1, 0, true);
        put_channel(g, g->body_node[body], "scale", input,
                    reel_glb_put_floats(g, scale, n_changes, 3, 0, false), "STEP");
    }
    reel_free(time);
    reel_free(scale);
}

static void put_body(reel_glb *g, int body)
{
    track t;
    reel_pose pose = reel_glb_first_pose(g, body);
    if (track_begin(g, &t)) {
        for (int k = 0; k < reel_glb_n_keys(g); k++) {
            const bool there = is_there(g, body, k);
            const bool jump =
                k > 0 && (has_jumped(g, body, k) || there != is_there(g, body, k - 1));
            pose = there ? reel_take_pose(g->take, sample_of(g, k), body) : pose;
            track_add(g, &t, k, pose, jump);
        }
        put_track(g, g->body_node[body], &t);
    }
    track_end(&t);
    put_presence(g, body);
}

void reel_glb_put_motion(reel_glb *g)
{
    for (int b = 0; !g->failed && b < g->scene->n_bodies; b++) {
        put_body(g, b);
    }
}

/* ---- cameras -----------------------------------------------------------------------------------
 */

/* world_from_node: the node looks along its -z, with +y up. */
static reel_pose camera_pose(const reel_glb *g, int camera, int key)
{
    const int each = g->scene->samples_per_frame, sample = sample_of(g, key);
    const int rest = sample % each;
    const reel_view view =
        reel_view_near(g->scene, g->take, camera, sample / each, (double)rest / each);
    const double(*r)[3] = view.cam_from_world.m;
    const reel_mat3 turn = {{{r[0][0], -r[1][0], -r[2][0]},
                             {r[0][1], -r[1][1], -r[2][1]},
                             {r[0][2], -r[1][2], -r[2][2]}}};
    return (reel_pose){view.eye, reel_quat_from_mat3(turn)};
}

static const char *stream_of(const reel_glb *g, int camera)
{
    for (int i = 0; i < g->record->n_streams; i++) {
        if (g->record->streams[i].camera_index == camera) {
            return g->record->streams[i].id;
        }
    }
    return NULL;
}

static int add_lens(reel_glb *g, const reel_camera *c)
{
    reel_json *camera = reel_json_object();
    reel_glb_put_text(g, camera, "name", c->name);
    reel_glb_put_text(g, camera, "type", "perspective");
    reel_json *p = reel_glb_put_object(g, camera, "perspective");
    reel_glb_put_real(g, p, "yfov", c->fov_y);
    reel_glb_put_real(g, p, "aspectRatio", (double)g->scene->width / g->scene->height);
    reel_glb_put_real(g, p, "znear", 0.01);
    reel_glb_put_real(g, p, "zfar", 1000);
    return reel_glb_append(g, REEL_GLB_CAMERAS, camera);
}

static void put_camera(reel_glb *g, int index)
{
    const reel_camera *c = &g->scene->cameras[index];
    const char *stream = stream_of(g, index);
    int node_index;
    track t;
    reel_json *node = reel_glb_add_node(g, c->name, 0, &node_index);
    reel_glb_put_int(g, node, "camera", add_lens(g, c));
    reel_glb_put_pose(g, node, camera_pose(g, index, 0));
    reel_json *x = reel_glb_put_object(g, node, "extras");
    reel_glb_put_int(g, x, "camera", index);
    if (stream) {
        reel_glb_put_text(g, x, "stream_id", stream);
    }
    reel_glb_put_real(g, x, "aperture", c->aperture);
    reel_glb_put_real(g, x, "focus", c->focus);
    reel_glb_put_real(g, x, "shutter", c->shutter);
    reel_glb_put_real(g, x, "exposure", c->exposure);
    if (c->motion == REEL_CAMERA_STATIC) {
        return;
    }
    if (track_begin(g, &t)) {
        for (int k = 0; k < reel_glb_n_keys(g); k++) {
            const bool jump = c->body >= 0 && k > 0 && has_jumped(g, c->body, k);
            track_add(g, &t, k, camera_pose(g, index, k), jump);
        }
        put_track(g, node_index, &t);
    }
    track_end(&t);
}

void reel_glb_put_cameras(reel_glb *g)
{
    for (int i = 0; !g->failed && i < g->scene->n_cameras; i++) {
        put_camera(g, i);
    }
}
