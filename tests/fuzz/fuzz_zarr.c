/*
 * fuzz_zarr.c - any bytes as a label store, or as metadata and a chunk of one.
 *
 * What is refused has a status, a message and no reader; of what is taken every frame is read or
 * refused with the plane's name.
 */
#include "export/zarr.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/zip_input.h"

static void read_frames(reel_zarr *zarr)
{
    const int width = reel_zarr_width(zarr), height = reel_zarr_height(zarr);
    reel_frame frame;
    if (width > 512 || height > 512) {
        return; /* declared sizes cost memory, which the caller bounds */
    }
    must(reel_frame_init(&frame, width, height, reel_zarr_planes(zarr), 0, NULL) == REEL_OK,
         "memory for a frame");
    for (int f = 0; f < reel_zarr_frames(zarr) && f < 4; f++) {
        reel_error err = {0};
        const reel_status status = reel_zarr_read(zarr, f, &frame, &err);
        must(status == REEL_OK ||
                 ((status == REEL_E_CONFLICT || status == REEL_E_IO) && err.msg[0] && err.file[0]),
             "a refusal says why");
    }
    reel_frame_finish(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    reel_zarr *zarr = NULL;
    reel_error err = {0};
    const int fd = zip_input(data, size, "instance/.zarray", "instance/0.0.0", path);
    const reel_status status = reel_zarr_open(path, &zarr, &err);
    if (status == REEL_OK) {
        read_frames(zarr);
    } else {
        must(!zarr && err.status == status && err.msg[0], "a refusal says why");
    }
    reel_zarr_close(&zarr);
    close(fd);
    return 0;
}
