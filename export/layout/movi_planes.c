/*
 * movi_planes.c - the planes of a video in Kubric's codes and files; see movi.h.
 *
 * Frames are drawn once each. What npz needs as one array is kept in files until all are drawn, and
 * so are depths, because what sees nothing gets a code beyond the farthest of the video.
 */
#include "export/layout/annot.h"
#include "export/layout/movi.h"
#include "export/png_rows.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    VIDEO,
    SEGMENTATIONS,
    FORWARD,
    BACKWARD,
    NORMAL,
    COORDINATES,
    FORWARD_STATE,
    BACKWARD_STATE,
    DISTANCE, /* m; becomes DEPTH */
    DEPTH,
    ARRAYS,
    PACK_LEVEL = 3, /* of zlib; 6 takes three times as long for 3 % less */
};

static const struct {
    const char *name, *file; /* in the npz; of Kubric's workers, and ours */
    const char *dtype;
    int channels;
} arrays[ARRAYS] = {
    [VIDEO] = {"video", "rgba", "|u1", 3},
    [SEGMENTATIONS] = {"segmentations", "segmentation", "|u1", 1},
    [FORWARD] = {"forward_flow", "forward_flow", "<u2", 2},
    [BACKWARD] = {"backward_flow", "backward_flow", "<u2", 2},
    [NORMAL] = {"normal", "normal", "<u2", 3},
    [COORDINATES] = {"object_coordinates", "object_coordinates", "<u2", 3},
    [FORWARD_STATE] = {"forward_flow_state", "state_forward_flow", "|u1", 1},
    [BACKWARD_STATE] = {"backward_flow_state", "state_backward_flow", "|u1", 1},
    [DISTANCE] = {NULL, NULL, "<f4", 1},
    [DEPTH] = {"depth", "depth", "<u2", 1},
};

/* An array that grows by frames in a file without a name. */
typedef struct spool {
    FILE *file;
    void *map;
    size_t bytes;
} spool;

typedef struct movi_video {
    const reel_layout_clip *clip;
    const reel_movi_targets *targets;
    reel_movi_facts facts;
    reel_movi_ranges ranges;
    size_t pixels; /* of a frame */
    spool spools[ARRAYS];
    bool *several;        /* [instance id + 1]: it has several bodies */
    uint8_t *bytes;       /* [pixels][4] */
    uint16_t *words;      /* [pixels][3] */
    float *distance;      /* [pixels] */
    float *slant;         /* [pixels]: distance / z */
    uint8_t palette[768]; /* of segmentations */
} movi_video;

/* ---- spools ---------------------------------------------------------------------------------- */

static size_t frame_bytes(const movi_video *v, int array)
{
    return v->pixels * (size_t)(arrays[array].channels * (arrays[array].dtype[2] - '0'));
}

/* The spools have no names: what they are for, and how much they need, is told instead. */
static reel_status io_error(const movi_video *v, reel_error *err)
{
    const char *target = v->targets->npz ? v->targets->npz : v->targets->frames;
    const int why = errno;
    size_t bytes = 0;
    for (int i = 0; i < ARRAYS; i++) {
        bytes += i == DISTANCE || v->targets->npz ? frame_bytes(v, i) : 0;
    }
    const double all = 1e-6 * (double)bytes * v->clip->record->scene->frames;
    return reel_fail_at(err, REEL_E_IO, target, 0, NULL,
                        "cannot be made: its planes wait beside it, up to %.3g MB: %s", all,
                        strerror(why));
}

static reel_status open_spools(movi_video *v, reel_error *err)
{
    for (int i = 0; i < ARRAYS; i++) {
        char path[REEL_PATH_MAX];
        if (i != DISTANCE && !v->targets->npz) {
            continue;
        }
        reel_fs_join(path, sizeof path, v->targets->work, "spool");
        v->spools[i].file = fopen(path, "w+be");
        if (!v->spools[i].file) {
            return io_error(v, err);
        }
        unlink(path);
    }
    return REEL_OK;
}

static void close_spool(spool *s)
{
    if (s->map) {
        munmap(s->map, s->bytes);
    }
    if (s->file) {
        fclose(s->file);
    }
    *s = (spool){0};
}

static reel_status spool_frame(movi_video *v, int array, const void *data, reel_error *err)
{
    const size_t size = frame_bytes(v, array);
    if (v->spools[array].file && fwrite(data, 1, size, v->spools[array].file) != size) {
        return io_error(v, err);
    }
    return REEL_OK;
}

static reel_status map_spool(movi_video *v, int array, reel_error *err)
{
    spool *s = &v->spools[array];
    s->bytes = frame_bytes(v, array) * (size_t)v->facts.frames;
    if (fflush(s->file) != 0) {
        return io_error(v, err);
    }
    void *map = mmap(NULL, s->bytes, PROT_READ, MAP_PRIVATE, fileno(s->file), 0);
    if (map == MAP_FAILED) {
        return io_error(v, err);
    }
    s->map = map;
    return REEL_OK;
}

/* ---- codes ----------------------------------------------------------------------------------- */

static void code_video(movi_video *v, const uint8_t *rgb)
{
    for (size_t i = 0; i < v->pixels; i++) {
        memcpy(v->bytes + 4 * i, rgb + 3 * i, 3);
        v->bytes[4 * i + 3] = 255;
    }
}

static void code_segmentations(movi_video *v, const uint16_t *ids)
{
    for (size_t i = 0; i < v->pixels; i++) {
        v->bytes[i] = v->facts.index[ids[i]];
    }
}

/* dy, dx of a plane of dx, dy; none counts as 0. Kubric's backward flow is where the point comes
 * from, as it moved: the negative of ours. */
static void code_flow(movi_video *v, const int16_t *flow, int sign)
{
    const int zero = -(REEL_FLOW_NONE + 1);
    for (size_t i = 0; i < v->pixels; i++) {
        const int16_t dx = flow[i], dy = flow[v->pixels + i];
        const bool is_none = dx == REEL_FLOW_NONE || dy == REEL_FLOW_NONE;
        v->words[2 * i] = (uint16_t)(zero + (is_none ? 0 : sign * dy));
        v->words[2 * i + 1] = (uint16_t)(zero + (is_none ? 0 : sign * dx));
    }
}

/* (n + 1) / 2 in the world, cut off as Kubric does it; nothing there: the code of 0. */
static void code_normal(movi_video *v, const int8_t *normal, const double *cam_from_world)
{
    const double *m = cam_from_world;
    const reel_mat3 turn = {{{m[0], m[1], m[2]}, {m[4], m[5], m[6]}, {m[8], m[9], m[10]}}};
    for (size_t i = 0; i < v->pixels; i++) {
        const reel_vec3 c = {normal[i], normal[v->pixels + i], normal[2 * v->pixels + i]};
        const reel_vec3 n = reel_mat3_tmul_v(turn, reel_v3_unit(c, reel_v3(0, 0, 0)));
        const double axis[3] = {n.x, n.y, n.z};
        for (int k = 0; k < 3; k++) {
            v->words[3 * i + (size_t)k] = (uint16_t)((fmin(fmax(axis[k], -1), 1) + 1) * 65535 / 2);
        }
    }
}

/* Distances to the eye; +inf where nothing is. */
static void code_distance(movi_video *v, const uint16_t *depth)
{
    const double unit = v->clip->record->depth_scale;
    for (size_t i = 0; i < v->pixels; i++) {
        const bool is_none = depth[i] == REEL_DEPTH_NONE;
        v->distance[i] = is_none ? INFINITY : (float)(depth[i] * unit * (double)v->slant[i]);
        if (is_none) {
            v->ranges.has_no_hit = true;
        } else {
            v->ranges.depth[0] = fmin(v->ranges.depth[0], (double)v->distance[i]);
            v->ranges.depth[1] = fmax(v->ranges.depth[1], (double)v->distance[i]);
        }
    }
}

/* The ray through a pixel's centre is that much longer than its z. */
static void set_slant(movi_video *v, const double k[9])
{
    const reel_scene *scene = v->clip->record->scene;
    for (int y = 0; y < scene->height; y++) {
        for (int x = 0; x < scene->width; x++) {
            const double a = (x + 0.5 - k[2]) / k[0], b = (y + 0.5 - k[5]) / k[4];
            v->slant[(size_t)y * (size_t)scene->width + (size_t)x] = (float)sqrt(1 + a * a + b * b);
        }
    }
}

/* Where in a box, whose corners are in MOVi's order, a world point is: 0..1 along each edge. */
static void place_in_box(const double c[24], const double p[3], uint16_t out[3])
{
    for (int k = 0; k < 3; k++) {
        const double *far = c + 3 * (4 >> k);
        double dot = 0, length = 0;
        for (int i = 0; i < 3; i++) {
            dot += (p[i] - c[i]) * (far[i] - c[i]);
            length += (far[i] - c[i]) * (far[i] - c[i]);
        }
        const double share = length > 0 ? dot / length : 0;
        out[k] = (uint16_t)(fmin(fmax(share, 0), 1) * 65535 + 0.5);
    }
}

/* Of objects of one body as drawn; of several bodies by depth, in the box of all. */
static void code_coordinates(movi_video *v, const reel_frame *frame, int stream, int f)
{
    const reel_record *record = v->clip->record;
    const uint16_t *plane = frame->plane[REEL_PLANE_OBJECT_COORDINATES];
    const uint16_t *ids = frame->plane[REEL_PLANE_INSTANCE];
    const uint16_t *depth = frame->plane[REEL_PLANE_DEPTH];
    const double *k = record->k[stream] + 9 * (size_t)f;
    const double *m = record->cam_from_world[stream] + 16 * (size_t)f;
    for (size_t i = 0; i < v->pixels; i++) {
        for (size_t c = 0; c < 3; c++) {
            v->words[3 * i + c] = plane[c * v->pixels + i];
        }
        if (!v->several[ids[i]]) {
            continue;
        }
        const double u = (double)(i % (size_t)frame->width) + 0.5;
        const double w = (double)(i / (size_t)frame->width) + 0.5;
        const double z = depth[i] * record->depth_scale;
        const double cam[3] = {(u - k[2]) / k[0] * z - m[3], (w - k[5]) / k[4] * z - m[7],
                               z - m[11]};
        const double world[3] = {m[0] * cam[0] + m[4] * cam[1] + m[8] * cam[2],
                                 m[1] * cam[0] + m[5] * cam[1] + m[9] * cam[2],
                                 m[2] * cam[0] + m[6] * cam[1] + m[10] * cam[2]};
        const size_t at = (size_t)(v->facts.index[ids[i]] - 1) * (size_t)v->facts.frames;
        place_in_box(v->facts.boxes_3d + 24 * (at + (size_t)f), world, v->words + 3 * i);
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Leaves `data`, cleared then, as a file of the frame. */
static reel_status write_file(const movi_video *v, int array, int frame, const char *ending,
                              reel_bytes *data, reel_error *err)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%05d.%s", arrays[array].file, frame, ending);
    return reel_annot_leave(v->targets->frames, name, data, err);
}

/* `data`: in the form of the kind. */
static reel_status write_png(const movi_video *v, int array, int frame, reel_png_kind kind,
                             const void *data, reel_error *err)
{
    const reel_scene *scene = v->clip->record->scene;
    reel_bytes png = {0};
    reel_status status =
        reel_png_encode_data(kind, data, scene->width, scene->height,
                             kind == REEL_PNG_PALETTE8 ? v->palette : NULL, &png, err);
    status = status ? status : write_file(v, array, frame, "png", &png, err);
    reel_bytes_finish(&png);
    return status;
}

static void put_tag(reel_bytes *out, uint32_t tag, uint32_t type, uint32_t value)
{
    reel_bytes_put_u32(out, tag | type << 16);
    reel_bytes_put_u32(out, 1);
    reel_bytes_put_u32(out, value);
}

/* TIFF 6.0, one strip of float32. */
static reel_status write_tiff(const movi_video *v, int frame, const float *data, reel_error *err)
{
    enum { SHORT = 3, LONG = 4, TAGS = 10, HEAD = 8 + 2 + 12 * TAGS + 4 };
    const reel_scene *scene = v->clip->record->scene;
    const uint32_t width = (uint32_t)scene->width, height = (uint32_t)scene->height;
    reel_bytes out = {0};
    reel_bytes_put(&out, "II*\0\10\0\0\0", 8);
    reel_bytes_put(&out, (uint8_t[]){TAGS, 0}, 2);
    put_tag(&out, 256, LONG, width);
    put_tag(&out, 257, LONG, height);
    put_tag(&out, 258, SHORT, 32);    /* bits of a sample */
    put_tag(&out, 259, SHORT, 1);     /* not compressed */
    put_tag(&out, 262, SHORT, 1);     /* 0 is black */
    put_tag(&out, 273, LONG, HEAD);   /* where the strip is */
    put_tag(&out, 277, SHORT, 1);     /* samples of a pixel */
    put_tag(&out, 278, LONG, height); /* rows of the strip */
    put_tag(&out, 279, LONG, width * height * 4);
    put_tag(&out, 339, SHORT, 3); /* floating point */
    reel_bytes_put_u32(&out, 0);
    reel_bytes_put(&out, data, v->pixels * sizeof *data);
    const reel_status status = write_file(v, DEPTH, frame, "tiff", &out, err);
    reel_bytes_finish(&out);
    return status;
}

/* Flow as a picture of three channels, the last one 0. */
static reel_status write_flow(movi_video *v, int array, int frame, reel_error *err)
{
    for (size_t i = v->pixels; i-- > 0;) { /* from two to three channels, in place */
        const uint16_t dy = v->words[2 * i], dx = v->words[2 * i + 1];
        v->words[3 * i] = dy;
        v->words[3 * i + 1] = dx;
        v->words[3 * i + 2] = 0;
    }
    return write_png(v, array, frame, REEL_PNG_RGB16, v->words, err);
}

/* ---- frames ---------------------------------------------------------------------------------- */

static reel_status put_video(movi_video *v, const uint8_t *rgb, int f, reel_error *err)
{
    reel_status status = spool_frame(v, VIDEO, rgb, err);
    if (!status && v->targets->pictures) {
        code_video(v, rgb);
        status = write_png(v, VIDEO, f, REEL_PNG_RGBA8, v->bytes, err);
    }
    return status;
}

static reel_status put_flow(movi_video *v, const reel_frame *frame, bool is_forward, int f,
                            reel_error *err)
{
    const int array = is_forward ? FORWARD : BACKWARD;
    const int state = is_forward ? FORWARD_STATE : BACKWARD_STATE;
    const void *states =
        frame->plane[is_forward ? REEL_PLANE_FLOW_FWD_STATE : REEL_PLANE_FLOW_BWD_STATE];
    code_flow(v, frame->plane[is_forward ? REEL_PLANE_FLOW_FWD : REEL_PLANE_FLOW_BWD],
              is_forward ? 1 : -1);
    reel_status status = spool_frame(v, array, v->words, err);
    status = status ? status : spool_frame(v, state, states, err);
    if (!status && v->targets->pictures) {
        status = write_flow(v, array, f, err);
        status = status ? status : write_png(v, state, f, REEL_PNG_GREY8, states, err);
    }
    return status;
}

static reel_status put_words(movi_video *v, int array, int f, reel_error *err)
{
    reel_status status = spool_frame(v, array, v->words, err);
    if (!status && v->targets->pictures) {
        status = write_png(v, array, f, REEL_PNG_RGB16, v->words, err);
    }
    return status;
}

static reel_status put_frame(movi_video *v, const reel_frame *frame, int f, reel_error *err)
{
    const reel_record *record = v->clip->record;
    const int s = v->facts.stream;
    reel_status status = put_video(v, frame->plane[REEL_PLANE_RGB], f, err);
    code_segmentations(v, frame->plane[REEL_PLANE_INSTANCE]);
    status = status ? status : spool_frame(v, SEGMENTATIONS, v->bytes, err);
    if (!status && v->targets->pictures) {
        status = write_png(v, SEGMENTATIONS, f, REEL_PNG_PALETTE8, v->bytes, err);
    }
    status = status ? status : put_flow(v, frame, true, f, err);
    status = status ? status : put_flow(v, frame, false, f, err);
    if (status) {
        return status;
    }
    code_normal(v, frame->plane[REEL_PLANE_NORMAL], record->cam_from_world[s] + 16 * (size_t)f);
    status = put_words(v, NORMAL, f, err);
    code_coordinates(v, frame, s, f);
    status = status ? status : put_words(v, COORDINATES, f, err);
    code_distance(v, frame->plane[REEL_PLANE_DEPTH]);
    return status ? status : spool_frame(v, DISTANCE, v->distance, err);
}

static reel_status draw_frames(movi_video *v, reel_error *err)
{
    const reel_drawer *drawer = v->clip->drawer;
    const reel_record *record = v->clip->record;
    const reel_planes planes =
        (REEL_PLANES_LABELS | REEL_PLANE_BIT(REEL_PLANE_RGB)) &
        ~(REEL_PLANE_BIT(REEL_PLANE_ALBEDO) | REEL_PLANE_BIT(REEL_PLANE_COVERAGE));
    reel_status status = REEL_OK;
    for (int f = 0; !status && f < v->facts.frames; f++) {
        const double *k = record->k[v->facts.stream] + 9 * (size_t)f;
        const reel_frame *frame = NULL;
        if (f == 0 || memcmp(k, k - 9, 9 * sizeof *k) != 0) {
            set_slant(v, k);
        }
        status = drawer->draw(drawer->ctx, record, v->facts.stream, f, planes, NULL, &frame, err);
        status = status ? status : put_frame(v, frame, f, err);
    }
    return status;
}

/* ---- depth ----------------------------------------------------------------------------------- */

/* The nearest and the farthest; beyond it, as code 65535, what sees nothing, if anything does. */
static void set_depth_range(reel_movi_ranges *r)
{
    if (!(r->depth[0] <= r->depth[1])) { /* nothing is seen at all */
        r->depth[0] = r->depth[1] = 0;
    }
    if (r->has_no_hit) {
        r->depth[1] = (double)(float)(r->depth[1] + (r->depth[1] - r->depth[0]) / 65534);
    }
    if (!(r->depth[1] > r->depth[0])) {
        r->depth[1] = r->depth[0] + 1;
    }
}

static reel_status put_depth(movi_video *v, reel_error *err)
{
    const double lo = v->ranges.depth[0], hi = v->ranges.depth[1];
    reel_status status = map_spool(v, DISTANCE, err);
    for (int f = 0; !status && f < v->facts.frames; f++) {
        const float *from = (const float *)v->spools[DISTANCE].map + (size_t)f * v->pixels;
        for (size_t i = 0; i < v->pixels; i++) {
            v->distance[i] = from[i] < INFINITY ? from[i] : (float)hi;
            v->words[i] = (uint16_t)rint(((double)v->distance[i] - lo) / (hi - lo) * 65535);
        }
        status = spool_frame(v, DEPTH, v->words, err);
        if (!status && v->targets->pictures) {
            status = write_tiff(v, f, v->distance, err);
        }
    }
    close_spool(&v->spools[DISTANCE]);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Black, and colours of evenly spaced hue, of half lightness and saturation 0.7, as Kubric's. */
static void set_palette(movi_video *v)
{
    const double n = v->facts.n + 1, low = 0.15, high = 0.85;
    for (int i = 0; i <= v->facts.n; i++) {
        double hue = i / n + 0.01;
        hue = 6 * (hue - floor(hue));
        const double ramp = hue - floor(hue);
        const double up = low + (high - low) * ramp, down = high - (high - low) * ramp;
        const double rgb[6][3] = {{high, up, low},   {down, high, low}, {low, high, up},
                                  {low, down, high}, {up, low, high},   {high, low, down}};
        for (int c = 0; c < 3 && i + 1 < 256; c++) {
            v->palette[3 * (i + 1) + c] = (uint8_t)(rgb[(int)hue][c] * 255 + 0.5);
        }
    }
}

static reel_status prepare(movi_video *v, int stream, reel_error *err)
{
    const reel_record *record = v->clip->record;
    const reel_scene *scene = record->scene;
    reel_status status = reel_movi_facts_make(record, stream, &v->facts, err);
    if (status) {
        return status;
    }
    const double flow = 1.0 / REEL_FLOW_SCALE;
    reel_arena *a = &v->facts.arena;
    v->ranges = (reel_movi_ranges){
        .depth = {INFINITY, -INFINITY},
        .flow = {(REEL_FLOW_NONE + 1) * flow, (REEL_FLOW_NONE + 1 + 65535) * flow}};
    v->pixels = (size_t)scene->width * (size_t)scene->height;
    v->bytes = REEL_ARENA_NEW(a, uint8_t, 4 * v->pixels);
    v->words = REEL_ARENA_NEW(a, uint16_t, 3 * v->pixels);
    v->distance = REEL_ARENA_NEW(a, float, v->pixels);
    v->slant = REEL_ARENA_NEW(a, float, v->pixels);
    v->several = REEL_ARENA_NEW(a, bool, reel_scene_n_instances(scene) + 1);
    if (!v->bytes || !v->words || !v->distance || !v->slant || !v->several) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
    }
    for (int i = 0; i < scene->n_objects; i++) {
        const reel_object *o = &scene->objects[i];
        v->several[o->instance_id] = o->instance_id > 0 && o->n_bodies > 1;
    }
    set_palette(v);
    return open_spools(v, err);
}

static reel_status write_json(const char *dir, const char *name, reel_json *json, reel_error *err)
{
    size_t size = 0;
    char *text = json ? reel_json_pretty(json, &size) : NULL;
    reel_bytes data = {.failed = !text};
    reel_bytes_put(&data, text, size);
    const reel_status status = reel_annot_leave(dir, name, &data, err);
    reel_bytes_finish(&data);
    reel_free(text);
    reel_json_destroy(&json);
    return status;
}

static reel_status write_facts(const movi_video *v, reel_error *err)
{
    const char *dir = v->targets->frames;
    reel_status status =
        write_json(dir, "metadata.json", reel_movi_metadata(&v->facts, &v->ranges), err);
    if (!status && v->targets->pictures) {
        status = write_json(dir, "events.json", reel_movi_events(&v->facts), err);
        status = status
                     ? status
                     : write_json(dir, "data_ranges.json", reel_movi_data_ranges(&v->ranges), err);
    }
    return status;
}

static reel_status add_array(movi_video *v, int i, reel_npz_writer *npz, reel_error *err)
{
    const reel_scene *scene = v->clip->record->scene;
    reel_npz_array array = {
        .n_dims = 4,
        .shape = {v->facts.frames, scene->height, scene->width, arrays[i].channels},
        .bytes = frame_bytes(v, i) * (size_t)v->facts.frames,
    };
    reel_status status = map_spool(v, i, err);
    snprintf(array.dtype, sizeof array.dtype, "%s", arrays[i].dtype);
    array.data = v->spools[i].map;
    status = status ? status : reel_npz_add_packed(npz, arrays[i].name, &array, PACK_LEVEL, err);
    close_spool(&v->spools[i]); /* gives its memory and disk back at once */
    return status;
}

static reel_status write_npz(movi_video *v, reel_error *err)
{
    reel_npz_writer *npz = NULL;
    reel_status status = reel_npz_create(v->targets->npz, &npz, err);
    status = status ? status : reel_movi_facts_write(&v->facts, &v->ranges, npz, err);
    for (int i = 0; !status && i < ARRAYS; i++) {
        status = i == DISTANCE ? REEL_OK : add_array(v, i, npz, err);
    }
    status = status ? status : reel_npz_finish(npz, err);
    reel_npz_writer_destroy(&npz);
    return status;
}

reel_status reel_movi_write(const reel_layout_clip *clip, int stream,
                            const reel_movi_targets *targets, reel_error *err)
{
    movi_video v = {.clip = clip, .targets = targets};
    reel_status status = prepare(&v, stream, err);
    status = status ? status : draw_frames(&v, err);
    if (!status) {
        set_depth_range(&v.ranges);
        status = put_depth(&v, err);
    }
    status = status ? status : write_facts(&v, err);
    if (!status && targets->npz) {
        status = write_npz(&v, err);
    }
    for (int i = 0; i < ARRAYS; i++) {
        close_spool(&v.spools[i]);
    }
    reel_movi_facts_finish(&v.facts);
    return status;
}
