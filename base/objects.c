#include "base/objects.h"

reel_status reel_objects_init(reel_objects *out, int width, int height, int n_instances, bool masks,
                              const reel_track *tracks, int n_tracks, reel_error *err)
{
    const size_t n = (size_t)n_instances + 1, room = ((size_t)n_tracks + 15) / 16 * 16;
    reel_objects o = {
        .width = width,
        .height = height,
        .n_instances = n_instances,
        .has_masks = masks,
        .n_tracks = n_tracks,
        .tracks = tracks,
        .words = ((size_t)width + 63) / 64,
        .room = room,
    };
    o.amodal = reel_calloc(n, sizeof *o.amodal);
    o.first = reel_calloc(n, sizeof *o.first);
    o.track_state = reel_calloc(room + 1, 1);
    o.points = reel_alloc_aligned((5 * room + 1) * sizeof *o.points);
    o.owners = reel_alloc_aligned((room + 1) * sizeof *o.owners);
    o.bits = reel_calloc(o.words * (size_t)height, sizeof *o.bits);
    reel_status status = REEL_OK;
    if (!o.amodal || !o.first || !o.track_state || !o.points || !o.owners || !o.bits) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for the objects of a frame");
    }
    if (!status && masks) {
        status = reel_masks_init(&o.amodal_masks, n_instances, err);
        status = status ? status : reel_masks_init(&o.visible_masks, n_instances, err);
    }
    if (status) {
        reel_objects_finish(&o);
        return status;
    }
    *out = o;
    return REEL_OK;
}

void reel_objects_finish(reel_objects *objects)
{
    reel_masks_finish(&objects->amodal_masks);
    reel_masks_finish(&objects->visible_masks);
    reel_free(objects->amodal);
    reel_free(objects->first);
    reel_free(objects->track_state);
    reel_free_aligned(objects->points);
    reel_free_aligned(objects->owners);
    reel_free(objects->bits);
    *objects = (reel_objects){0};
}
