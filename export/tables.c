/* tables.c - the list of tables, paths and the checks before rows are made; see tables.h. */
#include "export/tables.h"
#include "export/tables_internal.h"
#include <stdio.h>
#include <string.h>

const reel_table *reel_table_get(reel_table_id id, bool colour)
{
    switch (id) {
    case REEL_TABLE_METADATA: return colour ? &reel_metadata_table : &reel_metadata_table_no_video;
    case REEL_TABLE_OBJECTS: return &reel_objects_table;
    case REEL_TABLE_STATES: return &reel_states_table;
    case REEL_TABLE_CAMERAS: return &reel_cameras_table;
    case REEL_TABLE_EVENTS: return &reel_events_table;
    case REEL_TABLE_BOXES: return &reel_boxes_table;
    case REEL_TABLE_TRACKS: return &reel_tracks_table;
    case REEL_TABLE_ACTIONS: return &reel_actions_table;
    case REEL_TABLE_COUNT: break;
    }
    assert(!"a table id");
    return NULL;
}

static void place_file(const reel_clip_place *place, const char *tree, const char *name, char *out,
                       size_t size)
{
    const int n = snprintf(out, size, "%s/%s/%03d%s%s", tree, place->split, place->folder,
                           name ? "/" : "", name ? name : "");
    assert(n >= 0 && (size_t)n < size);
}

void reel_place_video(const reel_clip_place *place, const char *name, char *out, size_t size)
{
    place_file(place, "clips", name, out, size);
}

void reel_place_planes(const reel_clip_place *place, const char *name, char *out, size_t size)
{
    place_file(place, "labels", name, out, size);
}

void reel_place_control(const reel_clip_place *place, const char *name, char *out, size_t size)
{
    const char *dot = strchr(name, '.'); /* "<stream>.control_<kind>.mp4": ids have no dots */
    const char *kind = dot ? dot + sizeof ".control_" - 1 : NULL;
    assert(kind && strncmp(dot, ".control_", sizeof ".control_" - 1) == 0);
    const int n = snprintf(out, size, "clips/%s/control/%.*s/%03d/%.*s.mp4", place->split,
                           (int)strcspn(kind, "."), kind, place->folder, (int)(dot - name), name);
    assert(n >= 0 && (size_t)n < size);
}

void reel_place_first(const reel_clip_place *place, const char *name, char *out, size_t size)
{
    const int n = snprintf(out, size, "clips/%s/first/%03d/%.*s.png", place->split, place->folder,
                           (int)strcspn(name, "."), name);
    assert(n >= 0 && (size_t)n < size);
}

void reel_place_record(const reel_clip_place *place, const char *clip_id, const char *name,
                       char *out, size_t size)
{
    const int n = snprintf(out, size, "records/%s/%03d/%s%s%s", place->split, place->folder,
                           clip_id, name ? "/" : "", name ? name : "");
    assert(n >= 0 && (size_t)n < size);
}

void reel_place_file(const reel_clip_place *place, const char *clip_id, const char *role,
                     const char *name, char *out, size_t size)
{
    if (strcmp(role, "video") == 0) {
        reel_place_video(place, name, out, size);
    } else if (strcmp(role, "planes") == 0) {
        reel_place_planes(place, name, out, size);
    } else if (strcmp(role, "control") == 0) {
        reel_place_control(place, name, out, size);
    } else if (strcmp(role, "first") == 0) {
        reel_place_first(place, name, out, size);
    } else {
        reel_place_record(place, clip_id, name, out, size);
    }
}

int reel_place_entries(const reel_record *record)
{
    int planes = 0; /* a store is one file, or one a plane; of all else each stream has one */
    for (int i = 0; i < record->n_files; i++) {
        planes += strcmp(record->files[i].role, "planes") == 0;
    }
    return planes > record->n_streams ? planes : record->n_streams;
}

int reel_place_per_folder(int entries, int most)
{
    const int fit = entries > 0 ? most / entries : most;
    return fit < 1 ? 1 : fit < REEL_CLIPS_PER_FOLDER ? fit : REEL_CLIPS_PER_FOLDER;
}

void reel_place_table(reel_table_id id, const char *split, char *out, size_t size)
{
    int n;
    if (id == REEL_TABLE_METADATA) {
        n = snprintf(out, size, "clips/%s/metadata.parquet", split);
    } else {
        n = snprintf(out, size, "tables/%s/%s-00000-of-00001.parquet",
                     reel_table_get(id, true)->name, split);
    }
    assert(n >= 0 && (size_t)n < size);
}

/* What the row makers rely on; a record that was changed by hand may not hold it. */
static reel_status check_record(const reel_record *record, reel_error *err)
{
    const reel_scene *scene = record->scene;
    const reel_take *take = record->take;
    assert(scene && take);
    if (take->n_bodies != scene->n_bodies || take->n_samples != reel_scene_n_samples(scene) ||
        take->n_states != take->n_samples) {
        return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, NULL,
                            "the take is not of this scene");
    }
    for (int i = 0; i < take->n_events; i++) {
        const reel_event *event = &take->events[i];
        if (event->body_a < 0 || event->body_a >= scene->n_bodies || event->body_b < 0 ||
            event->body_b >= scene->n_bodies) {
            return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, "events",
                                "event %d names a body that the scene lacks", i);
        }
    }
    for (int i = 0; i < record->n_streams; i++) {
        if (record->streams[i].camera_index < 0 ||
            record->streams[i].camera_index >= scene->n_cameras) {
            return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, "streams",
                                "stream %d names a camera that the scene lacks", i);
        }
    }
    return REEL_OK;
}

reel_status reel_table_derive(reel_table_id id, const reel_record *record,
                              const reel_clip_place *place, reel_rows *out, reel_error *err)
{
    reel_status status = check_record(record, err);
    if (status) {
        return status;
    }
    switch (id) {
    case REEL_TABLE_METADATA: reel_metadata_rows(record, place, out); break;
    case REEL_TABLE_OBJECTS: reel_objects_rows(record, out); break;
    case REEL_TABLE_STATES: reel_states_rows(record, out); break;
    case REEL_TABLE_CAMERAS: reel_cameras_rows(record, out); break;
    case REEL_TABLE_EVENTS: reel_events_rows(record, out); break;
    case REEL_TABLE_BOXES: reel_boxes_rows(record, out); break;
    case REEL_TABLE_TRACKS: reel_tracks_rows(record, out); break;
    case REEL_TABLE_ACTIONS: reel_actions_rows(record, out); break;
    case REEL_TABLE_COUNT: assert(!"a table id");
    }
    return out->failed
               ? reel_fail(err, REEL_E_NOMEM, "out of memory for a table of %s", record->clip_id)
               : REEL_OK;
}
