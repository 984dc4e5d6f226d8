/* actions.c - see actions.h */
#include "export/actions.h"

#include "base/camera.h"
#include "base/trig.h"

#include <stdio.h>
#include <string.h>

enum { CAMERA_NUMBERS = 6 };

static bool make_room(reel_actions *a, int n)
{
    a->n = n;
    a->names = REEL_ARENA_NEW(&a->arena, const char *, n + 1);
    a->units = REEL_ARENA_NEW(&a->arena, const char *, n + 1);
    a->values = REEL_ARENA_NEW(&a->arena, double, (size_t)a->frames *(size_t)n + 1);
    return a->names && a->units && a->values;
}

/* ---- what the take recorded ------------------------------------------------------------------ */

/* The mean of a channel over the steps from frame k to k + 1. */
static double mean_of(const reel_scene *s, const reel_take *t, int channel, int k)
{
    const int each = s->samples_per_frame;
    double sum = 0;
    for (int i = 1; i <= each; i++) {
        sum += t->channel[(size_t)(k * each + i) * (size_t)t->n_channels + (size_t)channel];
    }
    return sum / each;
}

static void fill_channel(const reel_scene *s, const reel_take *t, int channel, reel_actions *a,
                         int column)
{
    const char *unit = t->channels[channel].unit;
    const bool holds = strcmp(unit, "N") != 0 && strcmp(unit, "N m") != 0; /* a motor's target */
    for (int k = 0; k < a->frames; k++) {
        double *value = &a->values[(size_t)k * (size_t)a->n + (size_t)column];
        *value = k < a->frames - 1 ? mean_of(s, t, channel, k)
                 : holds && k > 0  ? a->values[(size_t)(k - 1) * (size_t)a->n + (size_t)column]
                                   : 0;
    }
}

/* A component along which the agent never pushed has no channel: it was 0. */
static reel_status from_agent(const reel_scene *s, const reel_take *t, reel_actions *a,
                              reel_error *err)
{
    static const char *const names[] = {"agent.force.x",  "agent.force.y",  "agent.force.z",
                                        "agent.torque.x", "agent.torque.y", "agent.torque.z"};
    if (!make_room(a, strcmp(s->agent, "push") == 0 ? 2 : 6)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < a->n; i++) {
        a->names[i] = names[i];
        a->units[i] = i < 3 ? "N" : "N m";
        for (int c = 0; c < t->n_channels; c++) {
            if (strcmp(t->channels[c].name, names[i]) == 0) {
                fill_channel(s, t, c, a, i);
            }
        }
    }
    return REEL_OK;
}

static reel_status from_channels(const reel_scene *s, const reel_take *t, reel_actions *a,
                                 reel_error *err)
{
    bool ok = make_room(a, t->n_channels);
    for (int c = 0; ok && c < t->n_channels; c++) {
        a->names[c] = reel_arena_strdup(&a->arena, t->channels[c].name);
        a->units[c] = reel_arena_strdup(&a->arena, t->channels[c].unit);
        ok = a->names[c] && a->units[c];
        if (ok) {
            fill_channel(s, t, c, a, c);
        }
    }
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- a camera ---------------------------------------------------------------------------------
 */

/* Rotation vector of a rotation matrix, by its unit quaternion (Shepperd 1978: the largest of the
 * four squares first). */
static reel_vec3 rotation_vector(reel_mat3 r)
{
    const double trace = r.m[0][0] + r.m[1][1] + r.m[2][2];
    double q[4]; /* w x y z */
    int big = 3;
    for (int i = 0; i < 3; i++) {
        big = r.m[i][i] > (big == 3 ? trace : r.m[big][big]) ? i : big;
    }
    if (big == 3) {
        q[0] = 0.5 * sqrt(1 + trace);
        q[1] = (r.m[2][1] - r.m[1][2]) / (4 * q[0]);
        q[2] = (r.m[0][2] - r.m[2][0]) / (4 * q[0]);
        q[3] = (r.m[1][0] - r.m[0][1]) / (4 * q[0]);
    } else {
        const int i = big, j = (i + 1) % 3, k = (i + 2) % 3;
        q[1 + i] = 0.5 * sqrt(1 + r.m[i][i] - r.m[j][j] - r.m[k][k]);
        q[0] = (r.m[k][j] - r.m[j][k]) / (4 * q[1 + i]);
        q[1 + j] = (r.m[j][i] + r.m[i][j]) / (4 * q[1 + i]);
        q[1 + k] = (r.m[k][i] + r.m[i][k]) / (4 * q[1 + i]);
    }
    const reel_vec3 v = reel_v3_scale(reel_v3(q[1], q[2], q[3]), q[0] < 0 ? -1 : 1);
    const double sine = reel_v3_len(v), cosine = fabs(q[0]);
    return reel_v3_scale(v, sine > 0 ? 2 * reel_atan2(sine, cosine) / sine : 2);
}

/* a b^T of the rotations of two views */
static reel_mat3 turn_between(const reel_view *from, const reel_view *to)
{
    reel_mat3 out;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            const double *a = from->cam_from_world.m[i], *b = to->cam_from_world.m[j];
            out.m[i][j] = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        }
    }
    return out;
}

static reel_status from_camera(const reel_scene *s, const reel_take *t, reel_actions *a,
                               reel_error *err)
{
    static const char *const names[CAMERA_NUMBERS] = {
        "camera.velocity.x",         "camera.velocity.y",         "camera.velocity.z",
        "camera.angular_velocity.x", "camera.angular_velocity.y", "camera.angular_velocity.z"};
    const int camera = reel_scene_find_camera(s, s->agent_on);
    if (!make_room(a, CAMERA_NUMBERS)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < a->n; i++) {
        a->names[i] = names[i];
        a->units[i] = i < 3 ? "m/s" : "rad/s";
    }
    assert(camera >= 0); /* a valid scene's */
    reel_view now = reel_view_at(s, t, camera, 0);
    for (int k = 0; k < a->frames - 1; k++) {
        const reel_view next = reel_view_at(s, t, camera, k + 1);
        const reel_vec3 way = reel_v3_sub(next.eye, now.eye);
        const reel_vec3 v = reel_v3_scale(reel_mat3_mul_v(now.cam_from_world, way), s->fps);
        const reel_vec3 w = reel_v3_scale(rotation_vector(turn_between(&now, &next)), s->fps);
        const double values[CAMERA_NUMBERS] = {v.x, v.y, v.z, w.x, w.y, w.z};
        memcpy(&a->values[CAMERA_NUMBERS * (size_t)k], values, sizeof values);
        now = next;
    }
    return REEL_OK;
}

/* ---- all ----------------------------------------------------------------------------------------
 */

reel_status reel_actions_find(const reel_scene *scene, const reel_take *take, reel_actions *out,
                              reel_error *err)
{
    reel_actions a = {.kind = "", .on = "", .frames = scene->frames};
    reel_status status;
    if (scene->agent[0]) {
        a.kind = reel_arena_strdup(&a.arena, scene->agent);
        a.on = reel_arena_strdup(&a.arena, scene->agent_on);
        status = !a.kind || !a.on ? reel_fail(err, REEL_E_NOMEM, "out of memory")
                 : strcmp(scene->agent, "camera") == 0 ? from_camera(scene, take, &a, err)
                                                       : from_agent(scene, take, &a, err);
    } else {
        a.kind = take->n_channels > 0 ? "timeline" : "";
        status = from_channels(scene, take, &a, err);
    }
    if (status) {
        reel_actions_finish(&a);
        return status;
    }
    *out = a;
    return REEL_OK;
}

void reel_actions_finish(reel_actions *actions)
{
    reel_arena_finish(&actions->arena);
    *actions = (reel_actions){.kind = ""};
}
