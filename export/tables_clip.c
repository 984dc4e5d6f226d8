/* tables_clip.c - the metadata table: one row per clip and camera. */
#include "export/record_internal.h"
#include "export/tables_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define S REEL_COLUMN_STRING
#define I REEL_COLUMN_INT32
#define L REEL_COLUMN_INT64
#define F REEL_COLUMN_FLOAT64
static const reel_column columns[] = {
    {"file_name", S, 0, "", "video, relative to the folder of metadata.parquet"},
    {"clip_id", S, 0, "", "the clip; same in every table"},
    {"stream_id", S, 0, "", "base name of the clip's files of this camera"},
    {"camera", S, 0, "", "name of the camera"},
    {"split", S, 0, "", "split of the dataset"},
    {"family", S, 0, "", "scene family"},
    {"index", L, 0, "", "number of the clip in its run"},
    {"seed", S, 0, "", "seed of the scene, decimal; a string because it uses all 64 bits"},
    {"base_seed", S, 0, "", "seed of the run, decimal"},
    {"attempt", I, 0, "", "0, or how many takes of this index were refused before"},
    {"fps", I, 0, "1/s", "frames per second; frame k is at k / fps"},
    {"num_frames", I, 0, "", "frames of the video"},
    {"width", I, 0, "px", "image width"},
    {"height", I, 0, "px", "image height"},
    {"caption", S, 0, "", "what happens, outcome included"},
    {"prompt", S, 0, "",
     "the caption without the outcome: nothing that comes after the first frame"},
    {"caption_json", S, 0, "", "subjects, timed actions, camera, light and more as a JSON object"},
    {"n_objects", I, 0, "", "objects with an instance id"},
    {"n_bodies", I, 0, "", "rigid bodies, environment included"},
    {"n_contacts", I, 0, "", "rows of the clip in the events table"},
    {"n_cameras", I, 0, "", "cameras of the clip, rows of it in this table"},
    {"params", S, 0, "", "the script's parameters as a JSON object"},
    {"agent", S, 0, "", "push, force or camera: what acted beside the script; null if nothing"},
    {"agent_on", S, 0, "", "body or camera that the agent moves; null without"},
    {"quality", S, 0, "", "render quality of the colour"},
    {"planes_path", S, 0, "",
     "label planes, relative to the dataset's root, {plane} for a plane's name; null if not "
     "stored"},
    {"depth_scale", F, 0, "m", "metres per unit of the stored depth plane"},
    {"record_path", S, 0, "", "folder of scene.json and take.npz, relative to the root"},
    {"version", S, 0, "", "version of physreel that made the clip"},
    {"scene_sha256", S, 0, "", "digest of the frozen scene"},
    {"take_xxh128", S, 0, "", "digest of the simulation's result"},
    {"penetration", F, 0, "m", "audit: deepest contact after the first 0.1 s"},
    {"initial_overlap", F, 0, "m", "audit: deepest contact at the start"},
    {"joint_error", F, 0, "m", "audit: largest separation of a joint's anchors"},
    {"energy_gain", F, 0, "J", "audit: largest rise of energy without work"},
    {"energy_scale", F, 0, "J", "audit: what energy_gain is judged against"},
    {"momentum_error", F, 0, "N s", "audit: largest change of momentum without impulse"},
    {"max_contacts", L, 0, "", "audit: most contact points in one step"},
    {"asleep_fraction", F, 0, "", "audit: share of (body, sample) pairs at rest"},
    {"popping", F, 0, "m/s", "audit: largest speed gained from nothing in a step"},
    {"jump", F, 0, "m", "audit: longest way of a step that no speed explains"},
    {"jitter", F, 0, "m/s", "audit: fastest trembling of a body in contact"},
    {"tunnelling", L, 0, "", "audit: passes of a body through another"},
};
static const reel_column control_columns[REEL_CONTROL_COUNT] = {
    {"control_depth_file_name", S, 0, "", "control video: 1/z, near is bright"},
    {"control_seg_file_name", S, 0, "", "control video: instances in colours"},
    {"control_edge_file_name", S, 0, "", "control video: edges, white on black"},
    {"control_flow_file_name", S, 0, "", "control video: motion on the colour wheel"},
    {"control_force_file_name", S, 0, "", "control video: forces as moving blobs"},
};
static const reel_column first_column = {"first_frame_path", S, 0, "",
                                         "PNG of the first frame, relative to the dataset's root"};
#undef S
#undef I
#undef L
#undef F

#define DOC "one row per clip and camera, by (index, clip, camera)"

const reel_table reel_metadata_table = REEL_TABLE("metadata", DOC, columns);
const reel_table reel_metadata_table_no_video = {
    .name = "metadata",
    .doc = DOC,
    .n_columns = (int)(sizeof(columns) / sizeof(columns[0])) - 1,
    .columns = columns + 1,
};

reel_clip_traits reel_clip_traits_of(const reel_record *record)
{
    return (reel_clip_traits){record->colour, record->controls, record->first_frames};
}

void reel_clip_table_init(reel_clip_table *out, reel_clip_traits traits)
{
    const reel_table *base = traits.colour ? &reel_metadata_table : &reel_metadata_table_no_video;
    int n = 0;
    assert(base->n_columns + REEL_CONTROL_COUNT + 1 <= REEL_CLIP_TABLE_COLUMNS);
    for (int i = 0; i < base->n_columns; i++) {
        out->columns[n++] = base->columns[i];
        for (int k = 0; i == 0 && k < REEL_CONTROL_COUNT; k++) { /* after file_name */
            if (traits.controls & REEL_CONTROL_BIT(k)) {
                out->columns[n++] = control_columns[k];
            }
        }
        if (traits.first_frames && strcmp(base->columns[i].name, "planes_path") == 0) {
            out->columns[n++] = first_column;
        }
    }
    out->table = *base;
    out->table.n_columns = n;
    out->table.columns = out->columns;
}

/* {"count": 12, ...} canonically; NULL: no memory. */
static char *params_json(const reel_scene *scene)
{
    reel_json *params = reel_record_params(scene);
    char *text = params ? reel_json_canonical(params, NULL) : NULL;
    reel_json_destroy(&params);
    return text;
}

static void put_u64(reel_rows *out, const char *name, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, v);
    reel_put_string(out, name, text);
}

static void put_text(reel_rows *out, const char *name, const char *text)
{
    reel_put_string(out, name, text && text[0] ? text : NULL);
}

static void put_audit(reel_rows *out, const reel_audit *audit)
{
    reel_put_real(out, "penetration", audit->penetration);
    reel_put_real(out, "initial_overlap", audit->initial_overlap);
    reel_put_real(out, "joint_error", audit->joint_error);
    reel_put_real(out, "energy_gain", audit->energy_gain);
    reel_put_real(out, "energy_scale", audit->energy_scale);
    reel_put_real(out, "momentum_error", audit->momentum_error);
    reel_put_int(out, "max_contacts", audit->max_contacts);
    reel_put_real(out, "asleep_fraction", audit->asleep_fraction);
    reel_put_real(out, "popping", audit->popping);
    reel_put_real(out, "jump", audit->jump);
    reel_put_real(out, "jitter", audit->jitter);
    reel_put_int(out, "tunnelling", audit->tunnelling);
}

/* Files that the video builder plays: relative to the folder of the table. */
static void put_videos(reel_rows *out, const reel_record_stream *stream,
                       const reel_clip_place *place)
{
    char name[300], path[1024];
    if (reel_table_find_column(out->table, "file_name") < 0) {
        return;
    }
    snprintf(name, sizeof(name), "%03d/%s", place->folder, stream->video ? stream->video : "");
    reel_put_string(out, "file_name", stream->video ? name : NULL);
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (reel_table_find_column(out->table, control_columns[k].name) < 0) {
            continue;
        }
        if (stream->control[k]) {
            reel_place_control(place, stream->control[k], path, sizeof(path));
        }
        /* less "clips/<split>/" */
        reel_put_string(out, control_columns[k].name,
                        stream->control[k] ? path + sizeof("clips/") - 1 + strlen(place->split) + 1
                                           : NULL);
    }
}

static void put_captions(reel_rows *out, const reel_record *record, int i)
{
    const reel_json *structured = reel_record_caption_json(record, i);
    char *text = structured ? reel_json_canonical(structured, NULL) : NULL;
    out->failed |= structured && !text;
    put_text(out, "caption", reel_record_caption(record, i));
    put_text(out, "prompt", reel_record_prompt(record, i));
    put_text(out, "caption_json", text);
    reel_free(text);
}

static void put_files(reel_rows *out, const reel_record *record, const reel_record_stream *stream,
                      const reel_clip_place *place)
{
    char path[1024];
    if (stream->planes) {
        reel_place_planes(place, stream->planes, path, sizeof(path));
    }
    reel_put_string(out, "planes_path", stream->planes ? path : NULL);
    if (reel_table_find_column(out->table, first_column.name) >= 0) {
        if (stream->first) {
            reel_place_first(place, stream->first, path, sizeof(path));
        }
        reel_put_string(out, first_column.name, stream->first ? path : NULL);
    }
    reel_put_real(out, "depth_scale", record->depth_scale);
    reel_place_record(place, record->clip_id, NULL, path, sizeof(path));
    reel_put_string(out, "record_path", path);
}

void reel_metadata_rows(const reel_record *record, const reel_clip_place *place, reel_rows *out)
{
    const reel_scene *scene = record->scene;
    char *params = params_json(scene);
    out->failed |= !params;
    for (int i = 0; i < record->n_streams; i++) {
        const reel_record_stream *stream = &record->streams[i];
        put_videos(out, stream, place);
        reel_put_string(out, "clip_id", record->clip_id);
        reel_put_string(out, "stream_id", stream->id);
        reel_put_string(out, "camera", stream->camera);
        reel_put_string(out, "split", record->split);
        reel_put_string(out, "family", record->family);
        reel_put_int(out, "index", (int64_t)record->index);
        put_u64(out, "seed", record->seed);
        put_u64(out, "base_seed", record->base_seed);
        reel_put_int(out, "attempt", record->attempt);
        reel_put_int(out, "fps", scene->fps);
        reel_put_int(out, "num_frames", scene->frames);
        reel_put_int(out, "width", scene->width);
        reel_put_int(out, "height", scene->height);
        put_captions(out, record, i);
        reel_put_int(out, "n_objects", reel_scene_n_instances(scene));
        reel_put_int(out, "n_bodies", scene->n_bodies);
        reel_put_int(out, "n_contacts", record->take->n_events);
        reel_put_int(out, "n_cameras", record->n_streams);
        reel_put_string(out, "params", params);
        put_text(out, "agent", record->scene->agent);
        put_text(out, "agent_on", record->scene->agent_on);
        reel_put_string(out, "quality", record->quality);
        put_files(out, record, stream, place);
        reel_put_string(out, "version", record->version);
        reel_put_string(out, "scene_sha256", record->scene_sha256);
        reel_put_string(out, "take_xxh128", record->take_xxh128);
        put_audit(out, &record->take->audit);
        reel_rows_end_row(out);
    }
    reel_free(params);
}
