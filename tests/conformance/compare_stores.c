/* Two label stores with the same planes and values, whatever their codecs: compare_stores A B */
#include "base/frame.h"
#include "export/zarr.h"

#include <stdio.h>
#include <string.h>

static reel_status compare(reel_zarr *a, reel_zarr *b, reel_error *err)
{
    const int width = reel_zarr_width(a), height = reel_zarr_height(a);
    const int frames = reel_zarr_frames(a);
    const reel_planes planes = reel_zarr_planes(a);
    reel_frame x = {0}, y = {0};
    if (planes != reel_zarr_planes(b) || frames != reel_zarr_frames(b) ||
        reel_zarr_depth_scale(a) != reel_zarr_depth_scale(b)) {
        return reel_fail(err, REEL_E_CONFLICT, "other planes, frames or scale");
    }
    reel_status status = reel_frame_init(&x, width, height, planes, 0, err);
    if (status == REEL_OK) {
        status = reel_frame_init(&y, width, height, planes, 0, err);
    }
    for (int f = 0; status == REEL_OK && f < frames; f++) {
        status = reel_zarr_read(a, f, &x, err);
        if (status == REEL_OK) {
            status = reel_zarr_read(b, f, &y, err);
        }
        for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
            if (planes & REEL_PLANE_BIT(p) &&
                memcmp(x.plane[p], y.plane[p], reel_plane_bytes((reel_plane)p, width, height))) {
                status = reel_fail(err, REEL_E_CONFLICT, "%s differs in frame %d",
                                   reel_plane_get_info((reel_plane)p)->name, f);
            }
        }
    }
    reel_frame_finish(&x);
    reel_frame_finish(&y);
    return status;
}

int main(int argc, char **argv)
{
    reel_zarr *a = NULL, *b = NULL;
    reel_error err = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: compare_stores A B\n");
        return 64;
    }
    reel_status status = reel_zarr_open(argv[1], &a, &err);
    if (status == REEL_OK) {
        status = reel_zarr_open(argv[2], &b, &err);
    }
    if (status == REEL_OK) {
        status = compare(a, b, &err);
    }
    if (status != REEL_OK) {
        char text[1024];
        reel_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    reel_zarr_close(&a);
    reel_zarr_close(&b);
    return reel_exit_status(status);
}
