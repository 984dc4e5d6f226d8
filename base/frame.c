#include "base/frame.h"

#include <string.h>

/* clang-format off */
static const reel_plane_info infos[REEL_PLANE_COUNT] = {
    /*                                 name                  dtype  item  ch  delta  shuffle */
    [REEL_PLANE_RGB]                = {"rgb",                "|u1", 1,    3,  false, 1},
    [REEL_PLANE_DEPTH]              = {"depth",              "<u2", 2,    1,  true,  1},
    [REEL_PLANE_INSTANCE]           = {"instance",           "<u2", 2,    1,  false, 1},
    [REEL_PLANE_NORMAL]             = {"normal",             "|i1", 1,    3,  true,  1},
    [REEL_PLANE_FLOW_FWD]           = {"flow_fwd",           "<i2", 2,    2,  true,  2},
    [REEL_PLANE_FLOW_BWD]           = {"flow_bwd",           "<i2", 2,    2,  true,  2},
    [REEL_PLANE_FLOW_FWD_STATE]     = {"flow_fwd_state",     "|u1", 1,    1,  false, 1},
    [REEL_PLANE_FLOW_BWD_STATE]     = {"flow_bwd_state",     "|u1", 1,    1,  false, 1},
    [REEL_PLANE_OBJECT_COORDINATES] = {"object_coordinates", "<u2", 2,    3,  true,  1},
    [REEL_PLANE_ALBEDO]             = {"albedo",             "|u1", 1,    3,  true,  1},
    [REEL_PLANE_COVERAGE]           = {"coverage",           "|u1", 1,    1,  false, 1},
};
/* clang-format on */

const reel_plane_info *reel_plane_get_info(reel_plane plane)
{
    assert((unsigned)plane < REEL_PLANE_COUNT);
    return &infos[plane];
}

bool reel_plane_find(const char *name, reel_plane *out)
{
    for (int i = 0; i < REEL_PLANE_COUNT; i++) {
        if (strcmp(infos[i].name, name) == 0) {
            *out = (reel_plane)i;
            return true;
        }
    }
    return false;
}

size_t reel_plane_bytes(reel_plane plane, int width, int height)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    return (size_t)width * (size_t)height * (size_t)(info->channels * info->itemsize);
}

reel_status reel_frame_init(reel_frame *out, int width, int height, reel_planes planes,
                            int n_instances, reel_error *err)
{
    assert(width > 0 && height > 0 && n_instances >= 0);
    assert((planes >> REEL_PLANE_COUNT) == 0);
    reel_frame frame = {
        .width = width, .height = height, .planes = planes, .n_instances = n_instances};
    for (int i = 0; i < REEL_PLANE_COUNT; i++) {
        if (planes & REEL_PLANE_BIT(i)) {
            frame.plane[i] = reel_alloc_aligned(reel_plane_bytes((reel_plane)i, width, height));
            if (!frame.plane[i]) {
                goto fail;
            }
        }
    }
    frame.boxes = reel_calloc((size_t)n_instances + 1, sizeof(*frame.boxes));
    if (!frame.boxes) {
        goto fail;
    }
    *out = frame;
    return REEL_OK;
fail:
    reel_frame_finish(&frame);
    return reel_fail(err, REEL_E_NOMEM, "out of memory for a frame of %d x %d", width, height);
}

void reel_frame_finish(reel_frame *frame)
{
    for (int i = 0; i < REEL_PLANE_COUNT; i++) {
        reel_free_aligned(frame->plane[i]);
    }
    reel_free(frame->boxes);
    *frame = (reel_frame){0};
}

reel_xxh128 reel_frame_digest(const reel_frame *frame, reel_plane plane)
{
    assert(frame->planes & REEL_PLANE_BIT(plane));
    return reel_xxh128_of(frame->plane[plane],
                          reel_plane_bytes(plane, frame->width, frame->height));
}
