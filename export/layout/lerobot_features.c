/* lerobot_features.c - what the rows of the dataset hold, from what the clips have. */
#include "export/layout/lerobot_internal.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_FEATURES = 32 + 4 * REEL_MAX_CAMERAS };

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the dataset");
}

/* ---- names of values --------------------------------------------------------------------------
 */

static const char *const xyz[] = {"x", "y", "z"};
static const char *const wxyz[] = {"w", "x", "y", "z"};
static const char *const motor_parts[] = {"position", "velocity"};
static const char *const intrinsics[] = {"fx", "fy", "cx", "cy"};
static const char *const energies[] = {"kinetic", "potential", "work"};
static const char *const pushed[] = {"position.x", "position.y", "position.z", "rotation.w",
                                     "rotation.x", "rotation.y", "rotation.z", "velocity.x",
                                     "velocity.y", "velocity.z", "omega.x",    "omega.y",
                                     "omega.z"};
static const char *const view[] = {"eye.x",   "eye.y",  "eye.z",  "right.x", "right.y",
                                   "right.z", "down.x", "down.y", "down.z"};

/* Names of a unit's components; NULL: it has one, with the unit's name, or none have names. */
static const char *const *part_names(lerobot_block block)
{
    switch (block) {
    case LEROBOT_POSITION:
    case LEROBOT_VELOCITY:
    case LEROBOT_OMEGA:
    case LEROBOT_CONTACT: return xyz;
    case LEROBOT_ROTATION: return wxyz;
    case LEROBOT_MOTOR: return motor_parts;
    case LEROBOT_INTRINSICS: return intrinsics;
    case LEROBOT_ENERGY: return energies;
    case LEROBOT_PUSHED: return pushed;
    case LEROBOT_VIEW: return view;
    default: return NULL;
    }
}

static bool units_have_names(lerobot_block block)
{
    return block <= LEROBOT_KNOWN || block == LEROBOT_MOTOR;
}

static reel_status name_values(reel_lerobot *w, lerobot_feature *f, reel_error *err)
{
    const char *const *parts = part_names(f->block);
    const int each = reel_lerobot_each(f->block);
    if (f->block == LEROBOT_COUNTERS || f->block == LEROBOT_EXTRINSICS || f->length == 0) {
        return REEL_OK;
    }
    const char **names = REEL_ARENA_NEW(&w->arena, const char *, f->length);
    for (int i = 0; names && i < f->length; i++) {
        const int u = f->units ? f->units[i / each] : i / each;
        const char *unit = w->units[f->block].unit[u].name;
        const char *part = parts ? parts[i % each] : "";
        names[i] = !units_have_names(f->block)
                       ? part
                       : reel_arena_printf(&w->arena, "%s%s%s", unit, parts ? "." : "", part);
        if (!names[i]) {
            return no_memory(err);
        }
    }
    f->names = names;
    return names ? REEL_OK : no_memory(err);
}

/* ---- features ---------------------------------------------------------------------------------
 */

/* Takes the template, with units, kind and words set. */
static reel_status add(reel_lerobot *w, lerobot_feature f, reel_error *err)
{
    assert(w->n_features < MAX_FEATURES);
    if (!f.name) {
        return no_memory(err);
    }
    f.column = f.offset = -1;
    if (!lerobot_is_video(&f)) {
        f.length = f.n_units * reel_lerobot_each(f.block);
        const reel_status status = name_values(w, &f, err);
        if (status) {
            return status;
        }
    }
    w->features[w->n_features++] = f;
    return REEL_OK;
}

static reel_status add_all(reel_lerobot *w, const lerobot_feature *features, int n, reel_error *err)
{
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < n; i++) {
        status = features[i].n_units ? add(w, features[i], err) : REEL_OK;
    }
    return status;
}

static const int counter_units[] = {0, 1, 2, 3, 4, 5};

static reel_status add_counters(reel_lerobot *w, reel_error *err)
{
    static const struct {
        const char *name;
        lerobot_kind kind;
        const char *unit, *doc;
    } counters[] = {
        [LEROBOT_TIMESTAMP] = {"timestamp", LEROBOT_FLOAT32, "s", "frame_index / fps"},
        [LEROBOT_FRAME_INDEX] = {"frame_index", LEROBOT_INT64, "", "frame of the episode"},
        [LEROBOT_EPISODE_INDEX] = {"episode_index", LEROBOT_INT64, "", "number of the clip"},
        [LEROBOT_INDEX] = {"index", LEROBOT_INT64, "", "frame of the dataset"},
        [LEROBOT_TASK_INDEX] = {"task_index", LEROBOT_INT64, "", "row of meta/tasks.parquet"},
        [LEROBOT_DONE] = {"next.done", LEROBOT_BOOL, "", "this is the last frame of the episode"},
    };
    reel_status status = REEL_OK;
    for (int i = 0; !status && i <= LEROBOT_DONE; i++) {
        status = add(w,
                     (lerobot_feature){.name = counters[i].name,
                                       .kind = counters[i].kind,
                                       .unit = counters[i].unit,
                                       .doc = counters[i].doc,
                                       .block = LEROBOT_COUNTERS,
                                       .n_units = 1,
                                       .units = &counter_units[i]},
                     err);
    }
    return status;
}

static reel_status add_bodies(reel_lerobot *w, reel_error *err)
{
    const int n = w->units[LEROBOT_POSITION].n;
    const lerobot_feature features[] = {
        {.name = "sim.position",
         .unit = "m",
         .doc = "of the bodies' origins, world; 0 while a body is absent",
         .block = LEROBOT_POSITION,
         .n_units = n},
        {.name = "sim.rotation",
         .unit = "",
         .doc = "world from body, unit quaternions w x y z; 0 while absent",
         .block = LEROBOT_ROTATION,
         .n_units = n},
        {.name = "sim.velocity",
         .unit = "m/s",
         .doc = "of the origins, world",
         .block = LEROBOT_VELOCITY,
         .n_units = n},
        {.name = "sim.angular_velocity",
         .unit = "rad/s",
         .doc = "world",
         .block = LEROBOT_OMEGA,
         .n_units = n},
        {.name = "sim.contact_force",
         .unit = "N",
         .doc = "net, mean since the sample before, world",
         .block = LEROBOT_CONTACT,
         .n_units = n},
        {.name = "sim.present",
         .unit = "",
         .doc = "whether the body is there; false where the episode has fewer bodies",
         .kind = LEROBOT_BOOL,
         .block = LEROBOT_PRESENT,
         .n_units = n},
        {.name = "sim.instance_id",
         .unit = "",
         .doc = "object that the body belongs to, as in the label tables; 0: the episode has "
                "fewer bodies",
         .kind = LEROBOT_INT64,
         .block = LEROBOT_INSTANCE,
         .n_units = n},
        {.name = "sim.energy", .unit = "J", .doc = "", .block = LEROBOT_ENERGY, .n_units = 1},
    };
    return add_all(w, features, (int)(sizeof(features) / sizeof(features[0])), err);
}

static reel_status add_camera(reel_lerobot *w, int i, reel_error *err)
{
    const char *name = w->cameras[i];
    int *unit = REEL_ARENA_NEW(&w->arena, int, 1);
    if (!unit) {
        return no_memory(err);
    }
    *unit = i;
    const lerobot_feature features[] = {
        {.name = reel_arena_printf(&w->arena, "observation.images.%s", name),
         .doc = "colour",
         .kind = LEROBOT_VIDEO,
         .unit = "",
         .n_units = 1,
         .camera = i,
         .length = 3},
        {.name = reel_arena_printf(&w->arena, "observation.images.%s_depth", name),
         .doc = "planar z",
         .kind = LEROBOT_DEPTH,
         .unit = "m",
         .n_units = w->depth,
         .camera = i,
         .length = 1},
        {.name = reel_arena_printf(&w->arena, "sim.camera.%s.cam_from_world", name),
         .unit = "",
         .doc = "4x4, row-major; camera axes x right, y down, z forward",
         .block = LEROBOT_EXTRINSICS,
         .n_units = 1,
         .units = unit},
        {.name = reel_arena_printf(&w->arena, "sim.camera.%s.intrinsics", name),
         .unit = "px",
         .doc = "u = fx x/z + cx, v = fy y/z + cy; pixel (i, j) has its centre at (i + 0.5, "
                "j + 0.5)",
         .block = LEROBOT_INTRINSICS,
         .n_units = 1,
         .units = unit},
    };
    return add_all(w, features, 4, err);
}

/* ---- state ------------------------------------------------------------------------------------
 */

/* What a policy may know of itself: what the agent moves, if every clip has an agent of the one
 * kind; the motors' joints, if every clip has the same; else where the first camera is. */
static reel_status add_state(reel_lerobot *w, reel_error *err)
{
    lerobot_feature f = {.name = "observation.state", .unit = "", .n_units = 1};
    const lerobot_units *motors = &w->units[LEROBOT_MOTOR];
    if (w->n_pushers == w->n_episodes) {
        f.block = LEROBOT_PUSHED;
        f.doc = "pose, velocity and angular velocity of the body that the agent pushes, world";
    } else if (w->n_movers < w->n_episodes && motors->n > 0 && !motors->differs &&
               motors->unit[0].n_clips == w->n_episodes) {
        f.block = LEROBOT_MOTOR;
        f.n_units = motors->n;
        f.doc = "positions (rad or m) and velocities of the joints with motors";
    } else {
        f.block = LEROBOT_VIEW;
        f.doc = w->n_movers == w->n_episodes
                    ? "eye (m) and axes right and down of the camera that the agent moves, world"
                    : "eye (m) and axes right and down of the first camera, world";
    }
    return add(w, f, err);
}

/* ---- action -----------------------------------------------------------------------------------
 */

/* Whether a clip without this signal may be taken as one in which it is 0. */
static bool absent_is_zero(const lerobot_unit *u)
{
    return strcmp(u->unit, "N") == 0 || strcmp(u->unit, "N m") == 0;
}

/* By name, if the order of one clip is not that of another. */
static void sort_units(const lerobot_units *units, int *list, int n)
{
    for (int i = 1; units->differs && i < n; i++) {
        const int moved = list[i];
        int k = i;
        while (k > 0 && strcmp(units->unit[list[k - 1]].name, units->unit[moved].name) > 0) {
            list[k] = list[k - 1];
            k--;
        }
        list[k] = moved;
    }
}

static reel_status check_everywhere(const reel_lerobot *w, const lerobot_unit *u, reel_error *err)
{
    if (u->n_clips == w->n_episodes || absent_is_zero(u)) {
        return REEL_OK;
    }
    return reel_fail_at(err, REEL_E_USAGE, u->first_clip, 0, u->name,
                        "acts on this clip's scene, but only on %d of the %d clips' (in %s, so "
                        "that without it nothing can stand for it): a LeRobot dataset has the same "
                        "actions in all episodes; make the clips of one family, or with --agent",
                        u->n_clips, w->n_episodes, u->unit);
}

/* The numbers of all clips' actions; what else there is of signals is sim.signals. */
static reel_status add_signals(reel_lerobot *w, reel_error *err)
{
    const lerobot_units *units = &w->units[LEROBOT_SIGNAL];
    int *acting = REEL_ARENA_NEW(&w->arena, int, units->n);
    int *rest = REEL_ARENA_NEW(&w->arena, int, units->n);
    reel_status status = acting && rest ? REEL_OK : no_memory(err);
    int n_acting = 0, n_rest = 0;
    for (int i = 0; !status && i < units->n; i++) {
        if (!w->passive && units->unit[i].acts) {
            acting[n_acting++] = i;
            status = check_everywhere(w, &units->unit[i], err);
        } else {
            rest[n_rest++] = i;
        }
    }
    if (status) {
        return status;
    }
    sort_units(units, acting, n_acting);
    sort_units(units, rest, n_rest);
    const lerobot_feature features[] = {
        {.name = "action",
         .unit = "",
         .doc = "what acted on the scene, mean over the time from the frame to the next",
         .block = LEROBOT_SIGNAL,
         .n_units = n_acting,
         .units = acting},
        {.name = "sim.signals",
         .unit = "",
         .doc = "what else acted on the scene, likewise; 0 where the episode has no such signal",
         .block = LEROBOT_SIGNAL,
         .n_units = n_rest,
         .units = rest},
        {.name = "sim.signals_known",
         .unit = "",
         .doc = "whether the episode has the signal",
         .kind = LEROBOT_BOOL,
         .block = LEROBOT_KNOWN,
         .n_units = n_rest,
         .units = rest},
    };
    return add_all(w, features, 3, err);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static int by_feature(const void *a, const void *b)
{
    const lerobot_feature *x = a, *y = b;
    return strcmp(x->name, y->name);
}

reel_status reel_lerobot_make_features(reel_lerobot *w, reel_error *err)
{
    w->features = REEL_ARENA_NEW(&w->arena, lerobot_feature, MAX_FEATURES);
    reel_status status = w->features ? add_signals(w, err) : no_memory(err);
    status = status ? status : add_state(w, err);
    status = status ? status : add_bodies(w, err);
    status = status ? status : add_counters(w, err);
    for (int i = 0; !status && i < w->n_cameras; i++) {
        status = add_camera(w, i, err);
    }
    if (!status) {
        qsort(w->features, (size_t)w->n_features, sizeof(w->features[0]), by_feature);
    }
    return status;
}
