#include "export/chunk.h"
#include "export/zarr_internal.h"

/* value = offset + scale * stored */
typedef struct plane_words {
    const char *unit;
    double scale; /* 0: depth, the stream's own */
    bool has_no_value;
    int no_value;
    const char *meaning;
} plane_words;

/* clang-format off */
static const plane_words words[REEL_PLANE_COUNT] = {
    [REEL_PLANE_DEPTH] = {
        "m", 0, true, REEL_DEPTH_NONE,
        "planar depth: z of the visible point in the camera frame, z = scale * stored; 65535 = "
        "nothing was hit"},
    [REEL_PLANE_INSTANCE] = {
        "1", 1, true, 0,
        "instance id as in the objects table, 1..N; 0 = environment or nothing; never "
        "anti-aliased; semantic ids follow from the objects table"},
    [REEL_PLANE_NORMAL] = {
        "1", 1.0 / 127, true, 0,
        "unit normal of the visible surface in the camera frame (x right, y down, z forward), "
        "components = stored / 127; (0, 0, 0) = nothing was hit"},
    [REEL_PLANE_FLOW_FWD] = {
        "px", 1.0 / REEL_FLOW_SCALE, true, REEL_FLOW_NONE,
        "(dx, dy) of the visible surface point from this frame to the next, by its own rigid "
        "motion and the camera's, px = stored / 64; -32768 = none (see flow_fwd_state)"},
    [REEL_PLANE_FLOW_BWD] = {
        "px", 1.0 / REEL_FLOW_SCALE, true, REEL_FLOW_NONE,
        "(dx, dy) of the visible surface point from this frame to the one before, px = stored / "
        "64; -32768 = none (see flow_bwd_state)"},
    [REEL_PLANE_FLOW_FWD_STATE] = {
        "1", 1, true, REEL_FLOW_STATE_NONE,
        "where the point is in the next frame: 0 no flow, 1 visible, 2 occluded, 3 outside the "
        "image"},
    [REEL_PLANE_FLOW_BWD_STATE] = {
        "1", 1, true, REEL_FLOW_STATE_NONE,
        "where the point is in the frame before: 0 no flow, 1 visible, 2 occluded, 3 outside the "
        "image"},
    [REEL_PLANE_OBJECT_COORDINATES] = {
        "1", 1.0 / 65535, false, 0,
        "position (x, y, z) of the visible point in its body's frame within the body's box: "
        "box_min + stored / 65535 * (box_max - box_min); 0 and without meaning where instance is "
        "0"},
    [REEL_PLANE_ALBEDO] = {
        "1", 1.0 / 255, false, 0,
        "sRGB-encoded base colour (r, g, b) of the visible surface; 0 where nothing was hit"},
    [REEL_PLANE_COVERAGE] = {
        "1", 1.0 / 255, false, 0,
        "share of the pixel's colour samples that show the object of the labels; 0 where nothing "
        "was hit"},
};
/* clang-format on */

reel_json *reel_zarr_group_attributes(const reel_stream_desc *desc)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    ok = ok && reel_json_put(o, "format", reel_json_string("physreel-planes"));
    ok = ok && reel_json_put(o, "format_version", reel_json_int(REEL_ZARR_FORMAT_VERSION));
    ok = ok && reel_json_put(o, "generator", reel_json_string("physreel " REEL_VERSION));
    ok = ok && reel_json_put(o, "stream", reel_json_string(desc->id));
    ok = ok && reel_json_put(o, "camera", reel_json_string(desc->camera));
    ok = ok && reel_json_put(o, "fps", reel_json_int(desc->fps));
    ok = ok && reel_json_put(o, "frames", reel_json_int(desc->frames));
    ok = ok && reel_json_put(o, "width", reel_json_int(desc->width));
    ok = ok && reel_json_put(o, "height", reel_json_int(desc->height));
    ok = ok &&
         reel_json_put(o, "conventions",
                       reel_json_string(
                           "SI units, world right-handed with z up; image origin top left, pixel "
                           "(i, j) has its centre at (i + 0.5, j + 0.5); camera frame x right, y "
                           "down, z forward; every plane is a point sample at the pixel centre of "
                           "one and the same visibility; frame k is at k / fps seconds; value = "
                           "offset + scale * stored, unless stored is no_value"));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* [frames, height, width], or with the components behind the frames; chunks: one frame. */
static reel_json *make_shape(reel_plane plane, const reel_stream_desc *desc, int frames)
{
    const int channels = reel_plane_get_info(plane)->channels;
    reel_json *a = reel_json_array();
    bool ok = a && reel_json_push(a, reel_json_int(frames));
    ok = ok && (channels == 1 || reel_json_push(a, reel_json_int(channels)));
    ok = ok && reel_json_push(a, reel_json_int(desc->height));
    ok = ok && reel_json_push(a, reel_json_int(desc->width));
    if (!ok) {
        reel_json_destroy(&a);
    }
    return a;
}

static reel_json *make_filters(const reel_plane_info *info)
{
    if (!info->delta) {
        return reel_json_null();
    }
    reel_json *delta = reel_json_object(), *list = reel_json_array();
    bool ok = delta && list;
    ok = ok && reel_json_put(delta, "id", reel_json_string("delta"));
    ok = ok && reel_json_put(delta, "dtype", reel_json_string(info->dtype));
    ok = ok && reel_json_put(delta, "astype", reel_json_string(info->dtype));
    if (!ok) {
        reel_json_destroy(&delta);
        reel_json_destroy(&list);
        return NULL;
    }
    if (!reel_json_push(list, delta)) { /* which took delta over */
        reel_json_destroy(&list);
    }
    return list;
}

static reel_json *make_compressor(const reel_plane_info *info)
{
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "id", reel_json_string("blosc"));
    ok = ok && reel_json_put(o, "cname", reel_json_string("zstd"));
    ok = ok && reel_json_put(o, "clevel", reel_json_int(1));
    ok = ok && reel_json_put(o, "shuffle", reel_json_int(info->shuffle));
    ok = ok && reel_json_put(o, "blocksize", reel_json_int(REEL_CHUNK_BLOCK));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

reel_json *reel_zarr_array(reel_plane plane, const reel_stream_desc *desc)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "zarr_format", reel_json_int(2));
    ok = ok && reel_json_put(o, "shape", make_shape(plane, desc, desc->frames));
    ok = ok && reel_json_put(o, "chunks", make_shape(plane, desc, 1));
    ok = ok && reel_json_put(o, "dtype", reel_json_string(info->dtype));
    ok = ok && reel_json_put(o, "order", reel_json_string("C"));
    ok = ok && reel_json_put(o, "fill_value", reel_json_null());
    ok = ok && reel_json_put(o, "filters", make_filters(info));
    ok = ok && reel_json_put(o, "compressor", make_compressor(info));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* xarray's name for the axes. */
static reel_json *make_axes(const reel_plane_info *info)
{
    reel_json *a = reel_json_array();
    bool ok = a && reel_json_push(a, reel_json_string("frame"));
    ok = ok && (info->channels == 1 || reel_json_push(a, reel_json_string("component")));
    ok = ok && reel_json_push(a, reel_json_string("y"));
    ok = ok && reel_json_push(a, reel_json_string("x"));
    if (!ok) {
        reel_json_destroy(&a);
    }
    return a;
}

reel_json *reel_zarr_attributes(reel_plane plane, const reel_stream_desc *desc)
{
    const plane_words *w = &words[plane];
    assert(w->meaning != NULL);
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "_ARRAY_DIMENSIONS", make_axes(reel_plane_get_info(plane)));
    ok = ok && reel_json_put(o, "meaning", reel_json_string(w->meaning));
    ok = ok && reel_json_put(o, "unit", reel_json_string(w->unit));
    ok = ok && reel_json_put(o, "offset", reel_json_real(0));
    ok = ok &&
         reel_json_put(o, "scale",
                       reel_json_real(plane == REEL_PLANE_DEPTH ? desc->depth_scale : w->scale));
    ok = ok && reel_json_put(o, "no_value",
                             w->has_no_value ? reel_json_int(w->no_value) : reel_json_null());
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}
