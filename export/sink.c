#include "export/sink_internal.h"

#include <time.h>

reel_stream_desc reel_stream_of_scene(const reel_scene *scene, const char *id, const char *camera,
                                      double depth_scale)
{
    return (reel_stream_desc){.id = id,
                              .camera = camera,
                              .width = scene->width,
                              .height = scene->height,
                              .fps = scene->fps,
                              .frames = scene->frames,
                              .depth_scale = depth_scale};
}

double reel_sink_cpu_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

reel_status reel_sink_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    assert(!sink->is_closed && !sink->has_failed);
    assert(sink->frames < 0 || sink->next < sink->frames);
    assert(sink->width == 0 || (frame->width == sink->width && frame->height == sink->height));
    const double start = reel_sink_cpu_clock();
    const reel_status status = sink->vtable->write(sink, frame, err);
    sink->seconds += reel_sink_cpu_clock() - start;
    sink->has_failed = status != REEL_OK;
    sink->next++;
    return status;
}

reel_status reel_sink_close(reel_sink *sink, reel_error *err)
{
    assert(!sink->is_closed && !sink->has_failed);
    assert(sink->frames < 0 || sink->next == sink->frames);
    const double start = reel_sink_cpu_clock();
    const reel_status status = sink->vtable->close(sink, err);
    sink->seconds += reel_sink_cpu_clock() - start;
    sink->has_failed = status != REEL_OK;
    sink->is_closed = status == REEL_OK;
    return status;
}

void reel_sink_destroy(reel_sink **sink)
{
    if (*sink) {
        (*sink)->vtable->destroy(*sink);
        *sink = NULL;
    }
}

double reel_sink_seconds(const reel_sink *sink)
{
    return sink->seconds;
}

/* ---- null ----------------------------------------------------------------------------------- */

static reel_status null_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    (void)sink;
    (void)frame;
    (void)err;
    return REEL_OK;
}

static reel_status plain_close(reel_sink *sink, reel_error *err)
{
    (void)sink;
    (void)err;
    return REEL_OK;
}

static void null_destroy(reel_sink *sink)
{
    reel_free(sink);
}

static const reel_sink_vtable null_vtable = {null_write, plain_close, null_destroy};

reel_status reel_null_sink_open(reel_sink **out, reel_error *err)
{
    reel_sink *sink = reel_calloc(1, sizeof(*sink));
    if (!sink) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    sink->vtable = &null_vtable;
    sink->frames = -1;
    *out = sink;
    return REEL_OK;
}

/* ---- hash ----------------------------------------------------------------------------------- */

typedef struct hash_sink {
    reel_sink base;
    reel_planes planes;
    reel_xxh128 *digest[REEL_PLANE_COUNT]; /* [frames] */
} hash_sink;

static reel_status hash_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    (void)err;
    hash_sink *hash = (hash_sink *)sink;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (hash->planes & REEL_PLANE_BIT(p)) {
            hash->digest[p][sink->next] = reel_frame_digest(frame, (reel_plane)p);
        }
    }
    return REEL_OK;
}

static void hash_destroy(reel_sink *sink)
{
    hash_sink *hash = (hash_sink *)sink;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        reel_free(hash->digest[p]);
    }
    reel_free(hash);
}

static const reel_sink_vtable hash_vtable = {hash_write, plain_close, hash_destroy};

reel_status reel_hash_sink_open(const reel_stream_desc *desc, reel_planes planes, reel_sink **out,
                                reel_error *err)
{
    hash_sink *hash = reel_calloc(1, sizeof(*hash));
    if (!hash) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    hash->base = (reel_sink){.vtable = &hash_vtable,
                             .width = desc->width,
                             .height = desc->height,
                             .frames = desc->frames};
    hash->planes = planes;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        if (planes & REEL_PLANE_BIT(p)) {
            hash->digest[p] = reel_calloc((size_t)desc->frames, sizeof(reel_xxh128));
            if (!hash->digest[p]) {
                hash_destroy(&hash->base);
                return reel_fail(err, REEL_E_NOMEM, "out of memory");
            }
        }
    }
    *out = &hash->base;
    return REEL_OK;
}

reel_xxh128 reel_hash_sink_digest(const reel_sink *sink, reel_plane plane, int frame)
{
    assert(sink->vtable == &hash_vtable && frame >= 0 && frame < sink->next);
    const hash_sink *hash = (const hash_sink *)sink;
    assert(hash->planes & REEL_PLANE_BIT(plane));
    return hash->digest[plane][frame];
}
