/* lerobot_look.c - what the clips have and share, before anything is written. */
#include "base/hash.h"
#include "export/layout/lerobot_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the dataset");
}

/* ---- what all clips must share ----------------------------------------------------------------
 */

static reel_status learn_shape(reel_lerobot *w, const reel_record *record, reel_error *err)
{
    const reel_scene *s = record->scene;
    w->fps = s->fps;
    w->width = s->width;
    w->height = s->height;
    w->n_cameras = record->n_streams;
    w->video = record->video;
    w->video.preset = reel_arena_strdup(&w->arena, record->video.preset);
    w->first_clip = reel_arena_strdup(&w->arena, record->clip_id);
    w->cameras = REEL_ARENA_NEW(&w->arena, const char *, w->n_cameras);
    if (!w->video.preset || !w->first_clip || !w->cameras) {
        return no_memory(err);
    }
    for (int i = 0; i < w->n_cameras; i++) {
        const char *name = record->streams[i].camera;
        if (strstr(name, "image")) {
            return reel_fail_at(err, REEL_E_USAGE, record->clip_id, 0, name,
                                "LeRobot takes what has \"image\" in its name for pictures; give "
                                "the camera another name");
        }
        w->cameras[i] = reel_arena_strdup(&w->arena, name);
        if (!w->cameras[i]) {
            return no_memory(err);
        }
    }
    for (int i = 0; w->depth && i < w->n_cameras; i++) {
        for (int k = 0; k < w->n_cameras; k++) {
            const size_t n = strlen(w->cameras[k]);
            if (strncmp(w->cameras[i], w->cameras[k], n) == 0 &&
                strcmp(w->cameras[i] + n, "_depth") == 0) {
                return reel_fail_at(err, REEL_E_USAGE, record->clip_id, 0, w->cameras[i],
                                    "this is what the depth of camera %s is called", w->cameras[k]);
            }
        }
    }
    return REEL_OK;
}

static reel_status differs(const reel_lerobot *w, const reel_record *record, const char *what,
                           reel_error *err)
{
    return reel_fail_at(err, REEL_E_USAGE, record->clip_id, 0, NULL,
                        "%s, unlike clip %s: in a LeRobot dataset all episodes have the same "
                        "frame rate, size and cameras (--fps, --size, --views three)",
                        what, w->first_clip);
}

static reel_status check_shape(const reel_lerobot *w, const reel_record *record, reel_error *err)
{
    const reel_scene *s = record->scene;
    char what[256];
    if (s->fps != w->fps) {
        snprintf(what, sizeof what, "has %d frames a second, not %d", s->fps, w->fps);
        return differs(w, record, what, err);
    }
    if (s->width != w->width || s->height != w->height) {
        snprintf(what, sizeof what, "is %dx%d, not %dx%d", s->width, s->height, w->width,
                 w->height);
        return differs(w, record, what, err);
    }
    if (record->n_streams != w->n_cameras) {
        snprintf(what, sizeof what, "has %d cameras, not %d", record->n_streams, w->n_cameras);
        return differs(w, record, what, err);
    }
    for (int i = 0; i < w->n_cameras; i++) {
        if (strcmp(record->streams[i].camera, w->cameras[i]) != 0) {
            snprintf(what, sizeof what, "has camera %s where %s should be",
                     record->streams[i].camera, w->cameras[i]);
            return differs(w, record, what, err);
        }
    }
    if (s->frames > LEROBOT_EPISODE_SECONDS * s->fps) {
        return reel_fail_at(err, REEL_E_USAGE, record->clip_id, 0, NULL,
                            "has %d frames, %.1f s: an episode may last %d s, so that LeRobot, "
                            "whose times are float32, finds every frame",
                            s->frames, (double)s->frames / s->fps, LEROBOT_EPISODE_SECONDS);
    }
    return REEL_OK;
}

static reel_status check_action(const reel_lerobot *w, const lerobot_clip *c, reel_error *err)
{
    if (w->passive || c->actions.n > 0) {
        return REEL_OK;
    }
    return reel_fail_at(err, REEL_E_USAGE, c->clip->record->clip_id, 0, NULL,
                        "nothing acts on this scene while it runs, and a LeRobot dataset has "
                        "actions: make the clips with --agent push, force or camera, or set "
                        "passive=yes for a dataset without actions");
}

/* ---- units ------------------------------------------------------------------------------------
 */

static lerobot_unit *add_unit(reel_lerobot *w, lerobot_units *units, const char *name,
                              const char *unit, const char *clip)
{
    if (units->n == units->capacity) {
        const int capacity = units->capacity ? 2 * units->capacity : 16;
        lerobot_unit *room = reel_realloc(units->unit, (size_t)capacity * sizeof(*room));
        if (!room) {
            return NULL;
        }
        units->unit = room;
        units->capacity = capacity;
    }
    lerobot_unit *u = &units->unit[units->n];
    *u = (lerobot_unit){0};
    u->name = reel_arena_strdup(&w->arena, name);
    u->unit = reel_arena_strdup(&w->arena, unit);
    u->first_clip = reel_arena_strdup(&w->arena, clip);
    if (!u->name || !u->unit || !u->first_clip) {
        return NULL;
    }
    units->n++;
    return u;
}

static int find_unit(const lerobot_units *units, const char *name)
{
    for (int i = 0; i < units->n; i++) {
        if (strcmp(units->unit[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* How many units of a block the clip has; the name of number i, and its unit. */
static int count_units(const lerobot_clip *c, lerobot_block block)
{
    switch (block) {
    case LEROBOT_SIGNAL:
    case LEROBOT_KNOWN: return c->n_signals;
    case LEROBOT_PUSHED: return c->agent_body >= 0;
    case LEROBOT_MOTOR: return c->n_motors;
    case LEROBOT_VIEW:
    case LEROBOT_ENERGY: return 1;
    case LEROBOT_EXTRINSICS:
    case LEROBOT_INTRINSICS: return c->n_cameras;
    default: return c->n_slots;
    }
}

static void name_unit(const lerobot_clip *c, lerobot_block block, int i, char *name, size_t size,
                      const char **unit)
{
    *unit = "";
    if (block == LEROBOT_SIGNAL || block == LEROBOT_KNOWN) {
        snprintf(name, size, "%s", c->signals[i].name);
        *unit = c->signals[i].unit;
    } else if (block == LEROBOT_MOTOR) {
        const reel_joint *joint = &c->scene->joints[c->motors[i]];
        snprintf(name, size, "%s", joint->name);
        *unit = joint->kind == REEL_JOINT_HINGE ? "rad" : "m";
    } else {
        snprintf(name, size, "%d", i);
    }
}

int reel_lerobot_unit_of(const reel_lerobot *w, const lerobot_clip *c, lerobot_block block,
                         int unit)
{
    const char *name = w->units[block].unit[unit].name;
    if (block == LEROBOT_SIGNAL || block == LEROBOT_KNOWN) {
        for (int i = 0; i < c->n_signals; i++) {
            if (strcmp(c->signals[i].name, name) == 0) {
                return i;
            }
        }
        return -1;
    }
    if (block == LEROBOT_MOTOR) {
        for (int i = 0; i < c->n_motors; i++) {
            if (strcmp(c->scene->joints[c->motors[i]].name, name) == 0) {
                return i;
            }
        }
        return -1;
    }
    return unit < count_units(c, block) ? unit : -1;
}

/* The unit's values over the clip widen its range. */
static reel_status learn_range(const lerobot_clip *c, lerobot_block block, int i, lerobot_unit *u,
                               reel_error *err)
{
    const int each = reel_lerobot_each(block);
    double v[16];
    for (int k = 0; k < c->scene->frames; k++) {
        reel_lerobot_value(c, block, i, k, v);
        for (int p = 0; p < each; p++) {
            const double x = (double)(float)v[p];
            if (!isfinite(x)) {
                return reel_fail_at(err, REEL_E_CONFLICT, c->clip->record->clip_id, 0, u->name,
                                    "is not a number that fits float32 at frame %d: %g", k, v[p]);
            }
            const bool first = u->n_clips == 0 && k == 0;
            u->lo[p] = first || x < u->lo[p] ? x : u->lo[p];
            u->hi[p] = first || x > u->hi[p] ? x : u->hi[p];
        }
    }
    u->n_clips++;
    return REEL_OK;
}

static reel_status learn_block(reel_lerobot *w, const lerobot_clip *c, lerobot_block block,
                               reel_error *err)
{
    lerobot_units *units = &w->units[block];
    const char *clip = c->clip->record->clip_id;
    const int n = count_units(c, block);
    units->differs |= w->n_episodes > 0 && n != units->n;
    for (int i = 0; i < n; i++) {
        char name[256];
        const char *unit = "";
        name_unit(c, block, i, name, sizeof name, &unit);
        int at =
            i < units->n && strcmp(units->unit[i].name, name) == 0 ? i : find_unit(units, name);
        units->differs |= at != i && w->n_episodes > 0;
        if (at < 0) {
            if (!add_unit(w, units, name, unit, clip)) {
                return no_memory(err);
            }
            at = units->n - 1;
        }
        lerobot_unit *u = &units->unit[at];
        if (strcmp(u->unit, unit) != 0) {
            return reel_fail_at(err, REEL_E_USAGE, clip, 0, name,
                                "is in %s, in clip %s in %s: one feature has one unit", unit,
                                u->first_clip, u->unit);
        }
        u->acts |= block == LEROBOT_SIGNAL && c->signals[i].acts;
        const reel_status status = learn_range(c, block, i, u, err);
        if (status) {
            return status;
        }
    }
    return REEL_OK;
}

/* ---- episodes ---------------------------------------------------------------------------------
 */

static reel_status find_lane(reel_lerobot *w, const char *split, int *out, reel_error *err)
{
    for (*out = 0; *out < w->n_lanes; ++*out) {
        if (strcmp(w->lanes[*out].name, split) == 0) {
            return REEL_OK;
        }
    }
    if (w->n_lanes == REEL_MAX_SPLITS) {
        return reel_fail(err, REEL_E_USAGE, "there are more than %d splits", REEL_MAX_SPLITS);
    }
    const char *name = reel_arena_strdup(&w->arena, split);
    if (!name) {
        return no_memory(err);
    }
    w->lanes[w->n_lanes++] = (lerobot_lane){.name = name, .data_file = -1, .meta_file = -1};
    return REEL_OK;
}

const char *reel_lerobot_task(const reel_scene *scene)
{
    return scene->caption_prompt[0] ? scene->caption_prompt : scene->family;
}

/* Where the task's number (+ 1) is in the hash table, or would be; there is room. */
static int *task_slot(const reel_lerobot *w, const char *text)
{
    size_t at = reel_xxh64_of(text, strlen(text), 0);
    for (;; at++) {
        int *slot = &w->task_slots[at & (w->n_task_slots - 1)];
        if (!*slot || strcmp(w->tasks[*slot - 1], text) == 0) {
            return slot;
        }
    }
}

static bool grow_tasks(reel_lerobot *w)
{
    const size_t n = w->n_task_slots ? 2 * w->n_task_slots : 128;
    const char **tasks = reel_realloc(w->tasks, n / 2 * sizeof(*tasks));
    int *slots = tasks ? reel_calloc(n, sizeof(*slots)) : NULL;
    w->tasks = tasks ? tasks : w->tasks;
    if (!slots) {
        return false;
    }
    reel_free(w->task_slots);
    w->task_slots = slots;
    w->n_task_slots = n;
    for (int i = 0; i < w->n_tasks; i++) {
        *task_slot(w, w->tasks[i]) = i + 1;
    }
    return true;
}

/* The number of a task, which is added if it is new; -1: out of memory. */
static int find_task(reel_lerobot *w, const char *text)
{
    if ((size_t)w->n_tasks + 1 > w->n_task_slots / 2 && !grow_tasks(w)) {
        return -1;
    }
    int *slot = task_slot(w, text);
    if (!*slot) {
        const char *copy = reel_arena_strdup(&w->arena, text);
        if (!copy) {
            return -1;
        }
        w->tasks[w->n_tasks] = copy;
        *slot = ++w->n_tasks;
    }
    return *slot - 1;
}

static reel_status add_episode(reel_lerobot *w, const lerobot_clip *c, reel_error *err)
{
    const reel_scene *s = c->scene;
    if (w->n_episodes == w->capacity) {
        const int capacity = w->capacity ? 2 * w->capacity : 64;
        lerobot_episode *room = reel_realloc(w->episodes, (size_t)capacity * sizeof(*room));
        if (!room) {
            return no_memory(err);
        }
        w->episodes = room;
        w->capacity = capacity;
    }
    int lane;
    const reel_status status = find_lane(w, c->clip->record->split, &lane, err);
    if (status) {
        return status;
    }
    const int task = find_task(w, reel_lerobot_task(s));
    if (task < 0) {
        return no_memory(err);
    }
    w->episodes[w->n_episodes++] =
        (lerobot_episode){.split = lane, .frames = s->frames, .task = task};
    w->lanes[lane].n_episodes++;
    w->n_frames += s->frames;
    w->longest = s->frames > w->longest ? s->frames : w->longest;
    w->n_pushers += c->agent_body >= 0;
    w->n_movers += c->agent_camera >= 0;
    return REEL_OK;
}

reel_status reel_lerobot_look(void *writer, const reel_layout_clip *clip, reel_error *err)
{
    reel_lerobot *w = writer;
    lerobot_clip c;
    reel_status status = reel_lerobot_clip_init(&c, clip, err);
    if (status) {
        return status;
    }
    if (w->n_episodes == 0) {
        status = learn_shape(w, clip->record, err);
    }
    status = status ? status : check_shape(w, clip->record, err);
    status = status ? status : check_action(w, &c, err);
    for (int b = 0; !status && b < LEROBOT_BLOCKS; b++) {
        status = learn_block(w, &c, (lerobot_block)b, err);
    }
    status = status ? status : add_episode(w, &c, err);
    reel_actions_finish(&c.actions);
    return status;
}
