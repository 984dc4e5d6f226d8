/* tables_actions.c - what acted on each frame (actions); see actions.h. */
#include "export/actions.h"
#include "export/tables_internal.h"

#define S REEL_COLUMN_STRING
#define I REEL_COLUMN_INT32
#define F REEL_COLUMN_FLOAT64
static const reel_column columns[] = {
    {"clip_id", S, 0, "", "the clip"},
    {"frame", I, 0, "", "frame number from 0: the value acts from it to the next"},
    {"time", F, 0, "s", "frame / fps"},
    {"number", I, 0, "", "of the clip's action vector, from 0"},
    {"name", S, 0, "", "what it is, such as agent.force.x or wheel.target"},
    {"unit", S, 0, "", "N, N m, m/s, rad/s, m or rad"},
    {"value", F, 0, "", "mean over the time until the next frame; after the last nothing acts"},
    {"kind", S, 0, "", "push, force or camera: of an agent; timeline: the script's own"},
    {"acts_on", S, 0, "", "body or camera that an agent moves; null: the script's own"},
};
#undef S
#undef I
#undef F

const reel_table reel_actions_table =
    REEL_TABLE("actions",
               "one row per clip, frame and number of its action, in this order; none "
               "for clips on which nothing acts",
               columns);

void reel_actions_rows(const reel_record *record, reel_rows *out)
{
    reel_actions a = {.kind = ""};
    if (reel_actions_find(record->scene, record->take, &a, NULL)) {
        out->failed = true;
        return;
    }
    for (int k = 0; k < a.frames; k++) {
        for (int i = 0; i < a.n; i++) {
            reel_put_string(out, "clip_id", record->clip_id);
            reel_put_int(out, "frame", k);
            reel_put_real(out, "time", reel_scene_frame_time(record->scene, k));
            reel_put_int(out, "number", i);
            reel_put_string(out, "name", a.names[i]);
            reel_put_string(out, "unit", a.units[i]);
            reel_put_real(out, "value", a.values[(size_t)k * (size_t)a.n + (size_t)i]);
            reel_put_string(out, "kind", a.kind);
            reel_put_string(out, "acts_on", a.on[0] ? a.on : NULL);
            reel_rows_end_row(out);
        }
    }
    reel_actions_finish(&a);
}
