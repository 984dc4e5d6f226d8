/* drawer.c - see drawer.h */
#include "app/drawer.h"
#include "render/render.h"

/* Two renderers, because colour is drawn at the record's quality and labels without any. */
enum { LABELS, COLOUR, KINDS };

struct reel_drawer_state {
    const reel_record *record;
    reel_renderer *renderer[KINDS];
    reel_frame frame;
};

reel_drawer_state *reel_drawer_create(void)
{
    return reel_calloc(1, sizeof(reel_drawer_state));
}

void reel_drawer_forget(reel_drawer_state *state)
{
    for (int i = 0; i < KINDS; i++) {
        reel_renderer_destroy(&state->renderer[i]);
    }
    reel_frame_finish(&state->frame);
    state->frame = (reel_frame){0};
    state->record = NULL;
}

void reel_drawer_destroy(reel_drawer_state **state)
{
    if (*state) {
        reel_drawer_forget(*state);
        reel_free(*state);
        *state = NULL;
    }
}

static reel_status make_renderer(reel_drawer_state *s, int kind, reel_error *err)
{
    const reel_record *record = s->record;
    reel_render_options options = reel_render_options_default();
    options.depth_scale = record->depth_scale;
    options.quality = REEL_QUALITY_LABELS;
    if (kind == COLOUR && !reel_quality_find(record->quality, &options.quality)) {
        return reel_fail_at(err, REEL_E_CONFLICT, record->dir, 0, "quality",
                            "there is no quality \"%s\"", record->quality);
    }
    options.samples = kind == COLOUR ? record->samples : 0;
    return reel_renderer_create(record->scene, record->take, &options, &s->renderer[kind], err);
}

/* The frame has these planes, and no others. */
static reel_status fit_frame(reel_drawer_state *s, reel_planes planes, reel_error *err)
{
    const reel_scene *scene = s->record->scene;
    if (s->frame.width && s->frame.planes == planes) {
        return REEL_OK;
    }
    reel_frame_finish(&s->frame);
    s->frame = (reel_frame){0};
    return reel_frame_init(&s->frame, scene->width, scene->height, planes,
                           reel_scene_n_instances(scene), err);
}

static reel_status draw(void *ctx, const reel_record *record, int stream, int frame,
                        reel_planes planes, reel_objects *objects, const reel_frame **out,
                        reel_error *err)
{
    reel_drawer_state *s = ctx;
    const int kind = planes & REEL_PLANE_BIT(REEL_PLANE_RGB) ? COLOUR : LABELS;
    assert(kind == LABELS || record->colour);
    if (s->record != record) {
        reel_drawer_forget(s);
        s->record = record;
    }
    reel_status status = s->renderer[kind] ? REEL_OK : make_renderer(s, kind, err);
    status = status ? status : fit_frame(s, planes, err);
    if (!status) {
        s->frame.objects = objects;
        s->frame.keeps = true;
        status = reel_renderer_draw(s->renderer[kind], record->streams[stream].camera_index, frame,
                                    &s->frame, err);
        s->frame.objects = NULL;
    }
    *out = status ? *out : &s->frame;
    return status;
}

reel_drawer reel_drawer_of(reel_drawer_state *state)
{
    return (reel_drawer){.ctx = state, .draw = draw};
}
