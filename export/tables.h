/*
 * tables.h - the tables of a dataset: their columns, and their rows from a clip record.
 *
 * Everything is derived from records (scene, take, views, manifest); deriving again gives the same
 * bits, which is how `verify` checks the files. Units and axes are those of base/scene.h; image
 * coordinates those of base/camera.h. Thread-safety: pure functions.
 */
#pragma once

#include "export/record.h"
#include "export/table.h"

REEL_API_BEGIN

typedef enum reel_table_id {
    REEL_TABLE_METADATA = 0, /**< clips/<split>/metadata.parquet: one row per clip and camera */
    REEL_TABLE_OBJECTS,
    REEL_TABLE_STATES,
    REEL_TABLE_CAMERAS,
    REEL_TABLE_EVENTS,
    REEL_TABLE_BOXES,
    REEL_TABLE_TRACKS,
    REEL_TABLE_ACTIONS,
    REEL_TABLE_COUNT,
} reel_table_id;

/** Static description. `colour` false: of a dataset without videos (metadata has no file_name). */
const reel_table *reel_table_get(reel_table_id id, bool colour);

/** What the metadata table of a dataset has beyond the columns of reel_table_get(). */
typedef struct reel_clip_traits {
    bool colour;
    reel_controls controls; /**< "control_<kind>_file_name", of each kind */
    bool first_frames;      /**< "first_frame_path" */
} reel_clip_traits;

/** Those of a record; all clips of a dataset have the same. */
reel_clip_traits reel_clip_traits_of(const reel_record *record);

enum { REEL_CLIP_TABLE_COLUMNS = 80 };

/** A metadata table with its columns. It must stay where it is. */
typedef struct reel_clip_table {
    reel_table table;
    reel_column columns[REEL_CLIP_TABLE_COLUMNS];
} reel_clip_table;

/** Fill `*out`. */
void reel_clip_table_init(reel_clip_table *out, reel_clip_traits traits);

/** Clips that share a numbered folder, within a split; entries that the hub takes in one. */
enum { REEL_CLIPS_PER_FOLDER = 1000, REEL_FOLDER_ENTRIES = 10000 };

/** The most files that one numbered folder gets of this clip. */
int reel_place_entries(const reel_record *record);
/** How many clips of at most so many files share a folder: REEL_CLIPS_PER_FOLDER, or fewer for it to
 * hold no more than `most`. @return 1.. */
int reel_place_per_folder(int entries, int most);

/** Where a clip's files stand in the dataset: "<split>/<folder>", folder being three digits or
 * more. */
typedef struct reel_clip_place {
    const char *split;
    int folder;
} reel_clip_place;

/** Paths relative to the dataset's root (`name` as in record files; NULL gives the folder). */
void reel_place_video(const reel_clip_place *place, const char *name, char *out, size_t size);
void reel_place_planes(const reel_clip_place *place, const char *name, char *out, size_t size);
void reel_place_record(const reel_clip_place *place, const char *clip_id, const char *name,
                       char *out, size_t size);
/** "clips/<split>/control/<kind>/<nnn>/<stream>.mp4"; `name` is that of the record's file,
 * "<stream>.control_<kind>.mp4". */
void reel_place_control(const reel_clip_place *place, const char *name, char *out, size_t size);
/** "clips/<split>/first/<nnn>/<stream>.png" of "<stream>.first.png". */
void reel_place_first(const reel_clip_place *place, const char *name, char *out, size_t size);
/** The place of a record's file by its role ("video", "planes", "control", "first"; others are in
 * its folder). */
void reel_place_file(const reel_clip_place *place, const char *clip_id, const char *role,
                     const char *name, char *out, size_t size);
/** "clips/<split>/metadata.parquet" or "tables/<table>/<split>-00000-of-00001.parquet". */
void reel_place_table(reel_table_id id, const char *split, char *out, size_t size);

/**
 * Append the rows of one clip. `record` has its data loaded.
 * @return REEL_OK; REEL_E_CONFLICT (the record's parts do not fit together); REEL_E_NOMEM.
 */
reel_status reel_table_derive(reel_table_id id, const reel_record *record,
                              const reel_clip_place *place, reel_rows *out,
                              reel_error *err) REEL_MUST_CHECK;

REEL_API_END
