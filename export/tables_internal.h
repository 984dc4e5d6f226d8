/*
 * tables_internal.h - what the tables_*.c files share: one description and one row maker each.
 */
#pragma once

#include "export/tables.h"

REEL_API_BEGIN

extern const reel_table reel_metadata_table;          /**< with file_name */
extern const reel_table reel_metadata_table_no_video; /**< the same columns without it */
extern const reel_table reel_objects_table;
extern const reel_table reel_states_table;
extern const reel_table reel_cameras_table;
extern const reel_table reel_events_table;
extern const reel_table reel_boxes_table;
extern const reel_table reel_tracks_table;
extern const reel_table reel_actions_table;

/* Row makers: out of memory is left in out->failed. */
void reel_metadata_rows(const reel_record *record, const reel_clip_place *place, reel_rows *out);
void reel_objects_rows(const reel_record *record, reel_rows *out);
void reel_states_rows(const reel_record *record, reel_rows *out);
void reel_cameras_rows(const reel_record *record, reel_rows *out);
void reel_events_rows(const reel_record *record, reel_rows *out);
void reel_boxes_rows(const reel_record *record, reel_rows *out);
void reel_tracks_rows(const reel_record *record, reel_rows *out);
void reel_actions_rows(const reel_record *record, reel_rows *out);

/** Whether a body has a box: planes and bodies without visible geoms have none. */
static inline bool reel_table_has_box(const reel_body *body)
{
    return body->box_max[0] > body->box_min[0] || body->box_max[1] > body->box_min[1] ||
           body->box_max[2] > body->box_min[2];
}

/** The box of the bodies of an object that are there, in the frame of its first body. A single body's
 * box is taken as it is; others are enclosed by their corners. */
typedef struct reel_object_box {
    bool known;         /**< false: its first body is not there, or none has a box */
    double corners[24]; /**< m, world: corner k is at the maximum of x if k & 1, y if k & 2, z if
                             k & 4 */
    reel_vec3 center;   /**< m, world */
} reel_object_box;

/** At a sample of the take. */
reel_object_box reel_object_box_at(const reel_scene *scene, const reel_take *take, int sample,
                                   const reel_object *object);

/** First columns of a table whose rows are of a camera and a frame; reel_table_put_view() fills them. */
#define REEL_TABLE_VIEW_COLUMNS                                             \
    {"clip_id", REEL_COLUMN_STRING, 0, "", "the clip"},                     \
        {"camera", REEL_COLUMN_STRING, 0, "", "name of the camera"},        \
        {"stream_id", REEL_COLUMN_STRING, 0, "", "base name of its files"}, \
    {                                                                       \
        "frame", REEL_COLUMN_INT32, 0, "", "frame number from 0"            \
    }

static inline void reel_table_put_view(reel_rows *out, const reel_record *record, int stream,
                                       int frame)
{
    reel_put_string(out, "clip_id", record->clip_id);
    reel_put_string(out, "camera", record->streams[stream].camera);
    reel_put_string(out, "stream_id", record->streams[stream].id);
    reel_put_int(out, "frame", frame);
}

/** `n` columns of a table from an array. */
#define REEL_TABLE(table_name, table_doc, columns_array)                        \
    {                                                                           \
        .name = (table_name), .doc = (table_doc),                               \
        .n_columns = (int)(sizeof(columns_array) / sizeof((columns_array)[0])), \
        .columns = (columns_array)                                              \
    }

REEL_API_END
