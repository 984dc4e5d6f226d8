/* labels.c - see labels.h. */
#include "export/labels.h"
#include "export/ffv1.h"
#include "export/zarr.h"

struct reel_labels {
    reel_zarr *zarr; /* one of the two */
    reel_ffv1 *ffv1;
};

reel_status reel_labels_open(const char *path, reel_labels **out, reel_error *err)
{
    reel_labels *labels = reel_calloc(1, sizeof(*labels));
    if (!labels) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    const reel_status status = reel_ffv1_is_name(path) ? reel_ffv1_open(path, &labels->ffv1, err)
                                                       : reel_zarr_open(path, &labels->zarr, err);
    if (status != REEL_OK) {
        reel_labels_close(&labels);
        return status;
    }
    *out = labels;
    return REEL_OK;
}

void reel_labels_close(reel_labels **labels)
{
    if (*labels) {
        reel_zarr_close(&(*labels)->zarr);
        reel_ffv1_close(&(*labels)->ffv1);
        reel_free(*labels);
        *labels = NULL;
    }
}

reel_planes reel_labels_planes(const reel_labels *labels)
{
    return labels->zarr ? reel_zarr_planes(labels->zarr) : reel_ffv1_planes(labels->ffv1);
}

int reel_labels_frames(const reel_labels *labels)
{
    return labels->zarr ? reel_zarr_frames(labels->zarr) : reel_ffv1_frames(labels->ffv1);
}

int reel_labels_width(const reel_labels *labels)
{
    return labels->zarr ? reel_zarr_width(labels->zarr) : reel_ffv1_width(labels->ffv1);
}

int reel_labels_height(const reel_labels *labels)
{
    return labels->zarr ? reel_zarr_height(labels->zarr) : reel_ffv1_height(labels->ffv1);
}

reel_status reel_labels_read(reel_labels *labels, int frame, reel_frame *out, reel_error *err)
{
    return labels->zarr ? reel_zarr_read(labels->zarr, frame, out, err)
                        : reel_ffv1_read(labels->ffv1, frame, out, err);
}
