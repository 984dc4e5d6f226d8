/* control_sink.c - control videos while a clip is drawn; see control.h. */
#include "export/chunk.h"
#include "export/control_internal.h"
#include "export/filters.h"
#include "export/sink_internal.h"
#include <blosc.h>
#include <string.h>

/* The depth of a frame, kept until near and far of the whole clip are known. */
typedef struct kept_plane {
    uint8_t *data;
    size_t size;
} kept_plane;

typedef struct control_sink {
    reel_sink base;
    reel_control kind;
    reel_sink *video;
    reel_frame picture; /* what is encoded: rgb alone */
    reel_arena arena;
    double flow_full; /* px */
    reel_edges *edges;
    uint8_t *plane;     /* [height][width]: edges */
    uint8_t *seg_table; /* [n_instances + 1][3]; made with the first frame */
    int n_blobs;
    reel_force_blob *blobs;
    double *row;
    double depth_scale;
    uint16_t nearest, farthest; /* codes; nearest > farthest: none yet */
    kept_plane *kept;           /* [frames] */
    reel_chunk_packer *packer;
    bool has_range;
} control_sink;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory");
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_seg(control_sink *s, const reel_frame *frame)
{
    const uint16_t *id = frame->plane[REEL_PLANE_INSTANCE];
    uint8_t *rgb = s->picture.plane[REEL_PLANE_RGB];
    const size_t n = (size_t)frame->width * (size_t)frame->height;
    for (size_t i = 0; i < n; i++) {
        memcpy(rgb + 3 * i, s->seg_table + 3 * (size_t)id[i], 3);
    }
}

static reel_status make_seg_table(control_sink *s, int n_instances, reel_error *err)
{
    s->seg_table = REEL_ARENA_NEW(&s->arena, uint8_t, 3 * ((size_t)n_instances + 1));
    if (!s->seg_table) {
        return no_memory(err);
    }
    for (int i = 0; i <= n_instances; i++) {
        reel_control_seg_color(i, s->seg_table + 3 * (size_t)i);
    }
    return REEL_OK;
}

static void draw_edges(control_sink *s, const reel_frame *frame)
{
    uint8_t *rgb = s->picture.plane[REEL_PLANE_RGB];
    const size_t n = (size_t)frame->width * (size_t)frame->height;
    reel_edges_find(s->edges, frame->plane[REEL_PLANE_RGB], REEL_EDGE_LOW, REEL_EDGE_HIGH,
                    s->plane);
    for (size_t i = 0; i < n; i++) {
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = s->plane[i];
    }
}

static void draw_flow(control_sink *s, const reel_frame *frame)
{
    const size_t n = (size_t)frame->width * (size_t)frame->height;
    const int16_t *dx = frame->plane[REEL_PLANE_FLOW_FWD], *dy = dx + n;
    uint8_t *rgb = s->picture.plane[REEL_PLANE_RGB];
    const double unit = 1.0 / REEL_FLOW_SCALE;
    if (s->base.next > 0 && s->base.next == s->base.frames - 1) {
        return; /* no frame comes after: the picture before stays */
    }
    for (size_t i = 0; i < n; i++) {
        if (dx[i] == REEL_FLOW_NONE) {
            memset(rgb + 3 * i, 0, 3);
        } else if (dx[i] == 0 && dy[i] == 0) {
            memset(rgb + 3 * i, 255, 3);
        } else {
            reel_control_flow_color(dx[i] * unit, dy[i] * unit, s->flow_full, rgb + 3 * i);
        }
    }
}

/* 1/z from far to near as 0..255, for every code of depth. */
static void draw_depth(control_sink *s, const uint16_t *depth, const uint8_t *table)
{
    const size_t n = (size_t)s->base.width * (size_t)s->base.height;
    uint8_t *rgb = s->picture.plane[REEL_PLANE_RGB];
    for (size_t i = 0; i < n; i++) {
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = table[depth[i]];
    }
}

/* ---- depth waits for the end of the clip ------------------------------------------------------
 */

static reel_status keep_depth(control_sink *s, const reel_frame *frame, reel_error *err)
{
    const size_t n = (size_t)frame->width * (size_t)frame->height;
    const uint16_t *depth = frame->plane[REEL_PLANE_DEPTH];
    kept_plane *kept = &s->kept[s->base.next];
    const uint8_t *packed = NULL;
    uint16_t nearest = s->nearest, farthest = s->farthest;
    for (size_t i = 0; i < n; i++) {
        const uint16_t d = depth[i], beyond = d == REEL_DEPTH_NONE ? 0 : d;
        nearest = d < nearest ? d : nearest;
        farthest = beyond > farthest ? beyond : farthest;
    }
    s->nearest = nearest;
    s->farthest = farthest;
    reel_status status = reel_chunk_pack(s->packer, reel_plane_get_info(REEL_PLANE_DEPTH), depth,
                                         2 * n, &packed, &kept->size, err);
    if (status) {
        return status;
    }
    kept->data = reel_arena_copy(&s->arena, packed, kept->size, 1);
    return kept->data ? REEL_OK : no_memory(err);
}

static double depth_of(const control_sink *s, int code)
{
    return s->depth_scale * (code > 0 ? code : 1);
}

static void fill_depth_table(const control_sink *s, uint8_t table[REEL_DEPTH_NONE + 1])
{
    const double far = 1 / depth_of(s, s->farthest), near = 1 / depth_of(s, s->nearest);
    memset(table, 0, REEL_DEPTH_NONE + 1);
    for (int code = s->nearest; code <= s->farthest && near > far; code++) {
        const double v = 255 * (1 / depth_of(s, code) - far) / (near - far);
        table[code] = (uint8_t)(v + 0.5);
    }
}

/* The kept frames into the video. */
static reel_status write_depth(control_sink *s, reel_error *err)
{
    const size_t bytes = 2 * (size_t)s->base.width * (size_t)s->base.height;
    uint16_t *depth = reel_alloc(bytes);
    uint8_t *table = reel_alloc(REEL_DEPTH_NONE + 1);
    reel_status status = depth && table ? REEL_OK : no_memory(err);
    if (!status) {
        fill_depth_table(s, table);
    }
    for (int f = 0; !status && f < s->base.frames; f++) {
        const int got = blosc_decompress_ctx(s->kept[f].data, depth, bytes, 1);
        if (got < 0 || (size_t)got != bytes) {
            status = reel_fail(err, REEL_E_INTERNAL, "blosc: cannot unpack what was packed");
            break;
        }
        reel_delta_decode(depth, bytes, 2);
        draw_depth(s, depth, table);
        status = reel_sink_write(s->video, &s->picture, err);
    }
    reel_free(table);
    reel_free(depth);
    return status;
}

void reel_control_depth_range(const reel_sink *sink, double *near, double *far)
{
    const control_sink *s = (const control_sink *)sink;
    assert(s->kind == REEL_CONTROL_DEPTH && s->has_range);
    const bool any = s->nearest <= s->farthest;
    *near = any ? depth_of(s, s->nearest) : 0;
    *far = any ? depth_of(s, s->farthest) : 0;
}

/* ---- the sink ---------------------------------------------------------------------------------
 */

static reel_status control_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    control_sink *s = (control_sink *)sink;
    assert((reel_control_planes(REEL_CONTROL_BIT(s->kind)) & ~frame->planes) == 0);
    if (s->kind == REEL_CONTROL_DEPTH) {
        return keep_depth(s, frame, err);
    }
    if (s->kind == REEL_CONTROL_SEG && !s->seg_table) {
        const reel_status status = make_seg_table(s, frame->n_instances, err);
        if (status) {
            return status;
        }
    }
    switch (s->kind) {
    case REEL_CONTROL_SEG: draw_seg(s, frame); break;
    case REEL_CONTROL_EDGE: draw_edges(s, frame); break;
    case REEL_CONTROL_FLOW: draw_flow(s, frame); break;
    case REEL_CONTROL_FORCE:
        reel_force_draw(s->blobs, s->n_blobs, s->base.next, s->base.width, s->base.height, s->row,
                        s->picture.plane[REEL_PLANE_RGB]);
        break;
    default: assert(!"a kind of control video");
    }
    return reel_sink_write(s->video, &s->picture, err);
}

static reel_status control_close(reel_sink *sink, reel_error *err)
{
    control_sink *s = (control_sink *)sink;
    reel_status status = s->kind == REEL_CONTROL_DEPTH ? write_depth(s, err) : REEL_OK;
    s->has_range = true;
    return status ? status : reel_sink_close(s->video, err);
}

static void control_destroy(reel_sink *sink)
{
    control_sink *s = (control_sink *)sink;
    reel_sink_destroy(&s->video);
    reel_frame_finish(&s->picture);
    reel_edges_destroy(&s->edges);
    reel_chunk_packer_destroy(&s->packer);
    reel_free(s->plane);
    reel_arena_finish(&s->arena);
    reel_free(s);
}

static const reel_sink_vtable control_vtable = {control_write, control_close, control_destroy};

/* What one kind needs beyond the rest. */
static reel_status prepare(control_sink *s, const reel_control_view *view, reel_error *err)
{
    const size_t n = (size_t)s->base.width * (size_t)s->base.height;
    bool ok = true;
    if (s->kind == REEL_CONTROL_EDGE) {
        s->edges = reel_edges_create(s->base.width, s->base.height);
        s->plane = reel_alloc(n);
        ok = s->edges && s->plane;
    } else if (s->kind == REEL_CONTROL_DEPTH) {
        s->packer = reel_chunk_packer_create(2 * n);
        s->kept = REEL_ARENA_NEW(&s->arena, kept_plane, s->base.frames);
        ok = s->packer && s->kept;
    } else if (s->kind == REEL_CONTROL_FORCE) {
        s->row = REEL_ARENA_NEW(&s->arena, double, s->base.width);
        const reel_status status =
            reel_force_blobs_make(view, &s->arena, &s->blobs, &s->n_blobs, err);
        if (status) {
            return status;
        }
        ok = s->row != NULL;
    }
    return ok ? REEL_OK : no_memory(err);
}

reel_status reel_control_sink_open(const char *path, reel_control kind,
                                   const reel_stream_desc *desc, const reel_control_view *view,
                                   const reel_video_options *options, reel_sink **out,
                                   reel_error *err)
{
    control_sink *s = reel_calloc(1, sizeof(*s));
    if (!s) {
        return no_memory(err);
    }
    s->base = (reel_sink){.vtable = &control_vtable,
                          .width = desc->width,
                          .height = desc->height,
                          .frames = desc->frames};
    s->kind = kind;
    s->flow_full = desc->width * REEL_FLOW_FULL;
    s->depth_scale = desc->depth_scale;
    s->nearest = REEL_DEPTH_NONE;
    reel_status status = reel_frame_init(&s->picture, desc->width, desc->height,
                                         REEL_PLANE_BIT(REEL_PLANE_RGB), 0, err);
    if (!status) {
        memset(s->picture.plane[REEL_PLANE_RGB], 0,
               reel_plane_bytes(REEL_PLANE_RGB, desc->width, desc->height));
        status = prepare(s, view, err);
    }
    if (!status) {
        status = reel_mp4_sink_open(path, desc, options, &s->video, err);
    }
    if (status) {
        control_destroy(&s->base);
        return status;
    }
    *out = &s->base;
    return REEL_OK;
}
