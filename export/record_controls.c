/* record_controls.c - the pictures that a record keeps beside the colour: control videos and the
 * first frame. */
#include "base/fs.h"
#include "export/picture_png.h"
#include "export/record_internal.h"

static reel_status no_memory(const reel_record_writer *w, reel_error *err)
{
    return reel_fail_at(err, REEL_E_NOMEM, w->dir, 0, NULL, "out of memory");
}

reel_status reel_record_controls_init(reel_record_writer *w, reel_record_camera *c, reel_error *err)
{
    bool ok = true;
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (w->options.controls & REEL_CONTROL_BIT(k)) {
            c->control_name[k] = reel_arena_printf(&w->arena, "%s.control_%s.mp4", c->id,
                                                   reel_control_name((reel_control)k));
            ok &= c->control_name[k] != NULL;
        }
    }
    if (w->options.first_frames) {
        c->first_name = reel_arena_printf(&w->arena, "%s.first.png", c->id);
        ok &= c->first_name != NULL;
    }
    return ok ? REEL_OK : no_memory(w, err);
}

static reel_status open_controls(reel_record_writer *w, reel_record_camera *c, reel_error *err)
{
    const reel_scene *scene = w->scene;
    const reel_stream_desc desc =
        reel_stream_of_scene(scene, c->id, c->camera, w->options.depth_scale);
    const reel_control_view view = {scene, w->take, c->camera_index};
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        if (c->control_name[k]) {
            char path[REEL_PATH_MAX];
            reel_fs_join(path, sizeof(path), w->dir, c->control_name[k]);
            status = reel_control_sink_open(path, (reel_control)k, &desc, &view, &w->options.video,
                                            &c->control[k], err);
        }
    }
    return status;
}

static reel_status close_controls(reel_record_camera *c, reel_error *err)
{
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (!c->control[k]) {
            continue;
        }
        const reel_status status = reel_sink_close(c->control[k], err);
        if (status) {
            return status;
        }
        if (k == REEL_CONTROL_DEPTH) {
            reel_control_depth_range(c->control[k], &c->near, &c->far);
        }
        reel_sink_destroy(&c->control[k]);
    }
    return REEL_OK;
}

static reel_status write_first(const reel_record_writer *w, const reel_record_camera *c,
                               const reel_frame *frame, reel_error *err)
{
    char path[REEL_PATH_MAX];
    reel_fs_join(path, sizeof(path), w->dir, c->first_name);
    return reel_png_write(path, frame->plane[REEL_PLANE_RGB], frame->width, frame->height, err);
}

reel_status reel_record_controls_write(reel_record_writer *w, reel_record_camera *c,
                                       const reel_frame *frame, reel_error *err)
{
    reel_status status = REEL_OK;
    if (c->next == 0) {
        status = open_controls(w, c, err);
        if (!status && c->first_name) {
            status = write_first(w, c, frame, err);
        }
    }
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        status = c->control[k] ? reel_sink_write(c->control[k], frame, err) : REEL_OK;
    }
    if (!status && c->next == w->scene->frames - 1) {
        status = close_controls(c, err);
    }
    return status;
}

void reel_record_controls_finish(reel_record_camera *c)
{
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        reel_sink_destroy(&c->control[k]);
    }
}

reel_status reel_record_controls_files(reel_record_writer *w, const reel_record_camera *c,
                                       reel_status (*add)(reel_record_writer *w, const char *role,
                                                          const char *name, reel_error *err),
                                       reel_error *err)
{
    reel_status status = REEL_OK;
    for (int k = 0; !status && k < REEL_CONTROL_COUNT; k++) {
        status = c->control_name[k] ? add(w, "control", c->control_name[k], err) : REEL_OK;
    }
    return !status && c->first_name ? add(w, "first", c->first_name, err) : status;
}
