/* ffv1_sink.c - label planes into lossless videos; see ffv1.h. */
#include "base/fs.h"
#include "export/ffv1.h"
#include "export/mp4_mux.h"
#include "export/sink_internal.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <string.h>

/* One plane on its way. */
typedef struct movie {
    char path[REEL_PATH_MAX];
    AVCodecContext *codec;
    AVFrame *picture;
    AVPacket *packet;
    reel_mp4_mux *mux;
} movie;

typedef struct ffv1_sink {
    reel_sink base;
    reel_planes planes;
    movie *movies[REEL_PLANE_COUNT];
} ffv1_sink;

/* ---- names ------------------------------------------------------------------------------------
 */

bool reel_ffv1_is_name(const char *name)
{
    const size_t n = strlen(name), k = sizeof(REEL_FFV1_SUFFIX) - 1;
    return n > k && strcmp(name + n - k, REEL_FFV1_SUFFIX) == 0;
}

void reel_ffv1_file(const char *name, reel_plane plane, char *out, size_t size)
{
    assert(reel_ffv1_is_name(name));
    const int stem = (int)(strlen(name) - sizeof(REEL_FFV1_SUFFIX) + 1);
    const int n = snprintf(out, size, "%.*s.%s.mov", stem, name, reel_plane_get_info(plane)->name);
    assert(n >= 0 && (size_t)n < size);
}

int reel_ffv1_offset(reel_plane plane)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    return info->dtype[1] != 'i' ? 0 : info->itemsize == 2 ? 32768 : 128;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

/* Rice codes for what has few values, a range coder for the rest: each where it is smaller. */
static int64_t coder_of(reel_plane plane)
{
    const bool many = reel_plane_get_info(plane)->itemsize == 2 || plane == REEL_PLANE_ALBEDO;
    return many ? -2 : 0;
}

static int open_codec(movie *m, reel_plane plane, const reel_stream_desc *desc)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_FFV1);
    if (!codec) {
        return AVERROR_ENCODER_NOT_FOUND;
    }
    AVCodecContext *c = m->codec = avcodec_alloc_context3(codec);
    if (!c) {
        return AVERROR(ENOMEM);
    }
    c->width = desc->width;
    c->height = desc->height * info->channels;
    c->pix_fmt = info->itemsize == 2 ? AV_PIX_FMT_GRAY16LE : AV_PIX_FMT_GRAY8;
    c->time_base = (AVRational){1, desc->fps};
    c->framerate = (AVRational){desc->fps, 1};
    c->sample_aspect_ratio = (AVRational){1, 1};
    c->gop_size = 1; /* any frame without those before it */
    c->level = 3;
    c->slices = 4;
    c->thread_count = 1;
    c->flags |= AV_CODEC_FLAG_BITEXACT;
    int code = av_opt_set_int(c->priv_data, "slicecrc", 1, 0);
    if (code >= 0) {
        code = av_opt_set_int(c->priv_data, "coder", coder_of(plane), 0);
    }
    return code < 0 ? code : avcodec_open2(c, codec, NULL);
}

static int open_picture(movie *m)
{
    m->packet = av_packet_alloc();
    m->picture = av_frame_alloc();
    if (!m->packet || !m->picture) {
        return AVERROR(ENOMEM);
    }
    m->picture->format = m->codec->pix_fmt;
    m->picture->width = m->codec->width;
    m->picture->height = m->codec->height;
    return av_frame_get_buffer(m->picture, 0);
}

static reel_status open_movie(movie *m, reel_plane plane, const reel_stream_desc *desc,
                              reel_error *err)
{
    int code = open_codec(m, plane, desc);
    if (code >= 0) {
        code = open_picture(m);
    }
    if (code < 0) {
        return reel_mp4_failed(m->path, code, "open the encoder ffv1", err);
    }
    AVCodecParameters *p = avcodec_parameters_alloc();
    if (!p || avcodec_parameters_from_context(p, m->codec) < 0) {
        avcodec_parameters_free(&p);
        return reel_fail_at(err, REEL_E_NOMEM, m->path, 0, NULL, "out of memory");
    }
    const reel_status status = reel_mp4_mux_open(m->path, p, desc->fps, &m->mux, err);
    avcodec_parameters_free(&p);
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static reel_status drain(movie *m, reel_error *err)
{
    for (;;) {
        const int code = avcodec_receive_packet(m->codec, m->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return REEL_OK;
        }
        if (code < 0) {
            return reel_mp4_failed(m->path, code, "encode", err);
        }
        const reel_status status = reel_mp4_mux_put(m->mux, m->packet, err);
        if (status != REEL_OK) {
            return status;
        }
    }
}

/* The plane into the picture, row by row; the top bit turns where values are signed. */
static void fill_picture(AVFrame *picture, const uint8_t *plane, size_t row, int itemsize,
                         bool is_signed)
{
    for (int y = 0; y < picture->height; y++, plane += row) {
        uint8_t *out = picture->data[0] + (ptrdiff_t)y * picture->linesize[0];
        memcpy(out, plane, row);
        for (size_t i = (size_t)itemsize - 1; is_signed && i < row; i += (size_t)itemsize) {
            out[i] ^= 0x80;
        }
    }
}

static reel_status write_plane(ffv1_sink *sink, reel_plane plane, const reel_frame *frame,
                               reel_error *err)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    movie *m = sink->movies[plane];
    assert(frame->planes & REEL_PLANE_BIT(plane));
    int code = av_frame_make_writable(m->picture);
    if (code >= 0) {
        fill_picture(m->picture, frame->plane[plane], (size_t)frame->width * (size_t)info->itemsize,
                     info->itemsize, info->dtype[1] == 'i');
        m->picture->pts = sink->base.next;
        code = avcodec_send_frame(m->codec, m->picture);
    }
    return code < 0 ? reel_mp4_failed(m->path, code, "encode", err) : drain(m, err);
}

static reel_status ffv1_write(reel_sink *base, const reel_frame *frame, reel_error *err)
{
    ffv1_sink *sink = (ffv1_sink *)base;
    reel_status status = REEL_OK;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        if (sink->planes & REEL_PLANE_BIT(p)) {
            status = write_plane(sink, (reel_plane)p, frame, err);
        }
    }
    return status;
}

static reel_status ffv1_close(reel_sink *base, reel_error *err)
{
    ffv1_sink *sink = (ffv1_sink *)base;
    reel_status status = REEL_OK;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        movie *m = sink->movies[p];
        if (!m) {
            continue;
        }
        const int code = avcodec_send_frame(m->codec, NULL);
        status = code < 0 ? reel_mp4_failed(m->path, code, "encode", err) : drain(m, err);
        status = status == REEL_OK ? reel_mp4_mux_close(m->mux, err) : status;
    }
    return status;
}

static void ffv1_destroy(reel_sink *base)
{
    ffv1_sink *sink = (ffv1_sink *)base;
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        movie *m = sink->movies[p];
        if (m) {
            const bool is_left = m->mux && !base->is_closed;
            reel_mp4_mux_destroy(&m->mux); /* removes a file that was not closed */
            if (is_left) {
                (void)remove(m->path); /* this one may be closed, but the store is not whole */
            }
            avcodec_free_context(&m->codec);
            av_frame_free(&m->picture);
            av_packet_free(&m->packet);
            reel_free(m);
        }
    }
    reel_free(sink);
}

static const reel_sink_vtable ffv1_vtable = {ffv1_write, ffv1_close, ffv1_destroy};

reel_status reel_ffv1_sink_open(const char *path, const reel_stream_desc *desc, reel_planes planes,
                                reel_sink **out, reel_error *err)
{
    assert((planes & ~REEL_PLANES_LABELS) == 0 && planes != 0 && desc->fps > 0);
    av_log_set_level(AV_LOG_QUIET); /* what went wrong is said in our words */
    reel_status status = REEL_OK;
    ffv1_sink *sink = reel_calloc(1, sizeof(*sink));
    if (!sink) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    sink->base = (reel_sink){.vtable = &ffv1_vtable,
                             .width = desc->width,
                             .height = desc->height,
                             .frames = desc->frames};
    sink->planes = planes;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        if (!(planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        movie *m = sink->movies[p] = reel_calloc(1, sizeof(*m));
        if (!m) {
            status = reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
            break;
        }
        reel_ffv1_file(path, (reel_plane)p, m->path, sizeof(m->path));
        status = open_movie(m, (reel_plane)p, desc, err);
    }
    if (status != REEL_OK) {
        ffv1_destroy(&sink->base);
        return status;
    }
    *out = &sink->base;
    return REEL_OK;
}
