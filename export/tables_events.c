/* tables_events.c - contacts from first touch to parting. */
#include "export/tables_internal.h"

#define S REEL_COLUMN_STRING
#define I REEL_COLUMN_INT32
#define L REEL_COLUMN_INT64
#define F REEL_COLUMN_FLOAT64
#define V REEL_COLUMN_VECTOR
static const reel_column columns[] = {
    {"clip_id", S, 0, "", "the clip"},
    {"event", I, 0, "", "number in the clip, by (begin_step, bodies)"},
    {"instance_a", I, 0, "", "object of body a; 0: environment"},
    {"instance_b", I, 0, "", "object of body b; 0: environment"},
    {"object_a", S, 0, "", "name of the object of body a"},
    {"object_b", S, 0, "", "name of the object of body b"},
    {"body_a", S, 0, "", "name of the body"},
    {"body_b", S, 0, "", "name of the body"},
    {"begin_step", L, 0, "", "first simulation step with the contact"},
    {"end_step", L, 0, "", "first step without it; null: still touching at the end"},
    {"begin_time", F, 0, "s", "first touch, estimated within the step"},
    {"end_time", F, 0, "s", "parting; null: still touching at the end"},
    {"begin_frame", I, 0, "", "last frame not after begin_step"},
    {"end_frame", I, 0, "", "first frame not before end_step; null if it has none"},
    {"point", V, 3, "m", "of the first touch, world"},
    {"normal", V, 3, "", "unit, world, from b towards a"},
    {"approach_speed", F, 0, "m/s", "along the normal just before"},
    {"impulse_normal", F, 0, "N s", "of the impact: over the first 10 ms"},
    {"impulse_tangent", F, 0, "N s", "tangential, over the same time"},
    {"impulse_total", F, 0, "N s", "normal, over the whole contact"},
    {"max_depth", F, 0, "m", "deepest penetration"},
    {"kind", S, 0, "", "impact: they met faster than 0.05 m/s; else rest"},
    {"impacts", I, 0, "", "such meetings during the contact, 10 ms apart, the first included"},
    {"approach_velocity", V, 3, "m/s", "of a relative to b at the point just before, world"},
    {"parting_speed", F, 0, "m/s", "along the normal where they part; null: still touching"},
    {"impulse", V, 3, "N s",
     "that b gave to a over the whole contact, world; a gave b its negative"},
    {"motion", S, 0, "", "sticking, sliding or rolling: what it was for the longest time"},
    {"sticking", F, 0, "", "share of the time without slip or roll"},
    {"sliding", F, 0, "", "share of the time with a slip of more than 2 mm/s"},
    {"rolling", F, 0, "", "share of the time of turning (0.02 rad/s) across the normal, no slip"},
    {"slip_distance", F, 0, "m", "way of the slip while sliding"},
    {"roll_angle", F, 0, "rad", "turned while rolling"},
};
#undef S
#undef I
#undef L
#undef F
#undef V

const reel_table reel_events_table = REEL_TABLE(
    "events", "one row per clip and contact between two bodies, by (clip, event)", columns);

static void put_times(reel_rows *out, const reel_scene *scene, const reel_event *event)
{
    const int64_t per_frame = reel_scene_steps_per_frame(scene);
    const bool ended = event->end_step >= 0;
    const int64_t end_frame = (event->end_step + per_frame - 1) / per_frame;
    reel_put_int(out, "begin_step", event->begin_step);
    reel_put_int_if(out, ended, "end_step", event->end_step);
    reel_put_real(out, "begin_time", event->begin_time);
    reel_put_real_if(out, ended, "end_time", event->end_time);
    reel_put_int(out, "begin_frame", (int32_t)(event->begin_step / per_frame));
    reel_put_int_if(out, ended && end_frame < scene->frames, "end_frame", (int32_t)end_frame);
}

static void put_motion(reel_rows *out, const reel_event *event)
{
    static const char *const kinds[] = {"rest", "impact"};
    static const char *const motions[] = {"sticking", "sliding", "rolling"};
    reel_put_string(out, "kind", kinds[event->kind]);
    reel_put_int(out, "impacts", event->impacts);
    reel_put_vector(out, "approach_velocity", event->approach_velocity);
    reel_put_real_if(out, event->end_step >= 0, "parting_speed", event->parting_speed);
    reel_put_vector(out, "impulse", event->impulse);
    reel_put_string(out, "motion", motions[event->motion]);
    reel_put_real(out, "sticking", event->sticking);
    reel_put_real(out, "sliding", event->sliding);
    reel_put_real(out, "rolling", event->rolling);
    reel_put_real(out, "slip_distance", event->slip_distance);
    reel_put_real(out, "roll_angle", event->roll_angle);
}

void reel_events_rows(const reel_record *record, reel_rows *out)
{
    const reel_scene *scene = record->scene;
    for (int i = 0; i < record->take->n_events; i++) {
        const reel_event *event = &record->take->events[i];
        const reel_body *a = &scene->bodies[event->body_a], *b = &scene->bodies[event->body_b];
        reel_put_string(out, "clip_id", record->clip_id);
        reel_put_int(out, "event", i);
        reel_put_int(out, "instance_a", scene->objects[a->object].instance_id);
        reel_put_int(out, "instance_b", scene->objects[b->object].instance_id);
        reel_put_string(out, "object_a", scene->objects[a->object].name);
        reel_put_string(out, "object_b", scene->objects[b->object].name);
        reel_put_string(out, "body_a", a->name);
        reel_put_string(out, "body_b", b->name);
        put_times(out, scene, event);
        reel_put_vector(out, "point", event->point);
        reel_put_vector(out, "normal", event->normal);
        reel_put_real(out, "approach_speed", event->approach_speed);
        reel_put_real(out, "impulse_normal", event->impulse_normal);
        reel_put_real(out, "impulse_tangent", event->impulse_tangent);
        reel_put_real(out, "impulse_total", event->impulse_total);
        reel_put_real(out, "max_depth", event->max_depth);
        put_motion(out, event);
        reel_rows_end_row(out);
    }
}
