/* mp4_depth.c - see mp4_depth.h; error codes of libav end in export/mp4_mux.c. */
#include "export/mp4_depth.h"
#include "base/alloc.h"
#include "base/trig.h"
#include "export/mp4_mux.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct reel_mp4_depth {
    char *path;
    AVCodecContext *codec;
    AVFrame *picture;
    AVPacket *packet;
    reel_mp4_mux *mux;
    int64_t next;
};

/* ---- codes ----------------------------------------------------------------------------------- */

int reel_depth_encode(const reel_depth_code *code, double depth)
{
    const double top = REEL_DEPTH_CODES - 1;
    const double lo = reel_log(code->min + code->shift), hi = reel_log(code->max + code->shift);
    if (!(depth < code->max)) {
        return REEL_DEPTH_CODES - 1;
    }
    if (depth <= code->min) {
        return 0;
    }
    return (int)rint(top * (reel_log(depth + code->shift) - lo) / (hi - lo));
}

double reel_depth_decode(const reel_depth_code *code, int value)
{
    const double lo = reel_log(code->min + code->shift), hi = reel_log(code->max + code->shift);
    const double d = reel_exp(value * (hi - lo) / (REEL_DEPTH_CODES - 1) + lo) - code->shift;
    return d < code->min ? code->min : d > code->max ? code->max : d;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

/* One thread and no text about itself; without loss, so that nothing but time and bytes depends on
 * the preset. */
#define PARAMS \
    "lossless=1:scenecut=0:open-gop=0:bframes=0:pools=none:frame-threads=1:log-level=none:info="

static int open_codec(reel_mp4_depth *d, int width, int height, int fps, int keyint,
                      const char *params)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx265");
    if (!codec) {
        return AVERROR_ENCODER_NOT_FOUND;
    }
    AVCodecContext *c = d->codec = avcodec_alloc_context3(codec);
    if (!c) {
        return AVERROR(ENOMEM);
    }
    c->width = width;
    c->height = height;
    c->pix_fmt = AV_PIX_FMT_GRAY12LE;
    c->time_base = (AVRational){1, fps};
    c->framerate = (AVRational){fps, 1};
    c->sample_aspect_ratio = (AVRational){1, 1};
    c->gop_size = keyint;
    c->keyint_min = keyint;
    c->max_b_frames = 0;
    c->thread_count = 1;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    int code = av_opt_set(c->priv_data, "preset", REEL_MP4_DEPTH_PRESET, 0);
    if (code >= 0) {
        code = av_opt_set_int(c->priv_data, "forced-idr", 1, 0);
    }
    if (code >= 0) {
        code = av_opt_set(c->priv_data, "x265-params", params, 0);
    }
    return code < 0 ? code : avcodec_open2(c, codec, NULL);
}

static int open_picture(reel_mp4_depth *d)
{
    d->packet = av_packet_alloc();
    d->picture = av_frame_alloc();
    if (!d->packet || !d->picture) {
        return AVERROR(ENOMEM);
    }
    d->picture->format = d->codec->pix_fmt;
    d->picture->width = d->codec->width;
    d->picture->height = d->codec->height;
    return av_frame_get_buffer(d->picture, 0);
}

static reel_status open_mux(reel_mp4_depth *d, int fps, reel_error *err)
{
    AVCodecParameters *p = avcodec_parameters_alloc();
    if (!p || avcodec_parameters_from_context(p, d->codec) < 0) {
        avcodec_parameters_free(&p);
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
    }
    const reel_status status = reel_mp4_mux_open(d->path, p, fps, &d->mux, err);
    avcodec_parameters_free(&p);
    return status;
}

reel_status reel_mp4_depth_open(const char *path, int width, int height, int fps, int keyint,
                                reel_mp4_depth **out, reel_error *err)
{
    assert(width % 2 == 0 && height % 2 == 0 && fps > 0 && keyint >= 1);
    av_log_set_level(AV_LOG_QUIET); /* what went wrong is said in our words */
    reel_mp4_depth *d = reel_calloc(1, sizeof(*d));
    if (!d || !(d->path = av_strdup(path))) {
        reel_free(d);
        return reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
    }
    int code = open_codec(d, width, height, fps, keyint, PARAMS "0");
    if (code >= 0) {
        code = open_picture(d);
    }
    reel_status status = code < 0 ? reel_mp4_failed(path, code, "open the encoder libx265", err)
                                  : open_mux(d, fps, err);
    if (status) {
        reel_mp4_depth_destroy(&d);
        return status;
    }
    *out = d;
    return REEL_OK;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static reel_status drain(reel_mp4_depth *d, reel_error *err)
{
    for (;;) {
        const int code = avcodec_receive_packet(d->codec, d->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return REEL_OK;
        }
        const reel_status status = code < 0 ? reel_mp4_failed(d->path, code, "write video", err)
                                            : reel_mp4_mux_put(d->mux, d->packet, err);
        if (status) {
            return status;
        }
    }
}

reel_status reel_mp4_depth_write(reel_mp4_depth *d, const uint16_t *codes, reel_error *err)
{
    AVFrame *p = d->picture;
    int code = av_frame_make_writable(p); /* the encoder may still hold the last one */
    if (code >= 0) {
        for (int y = 0; y < p->height; y++) {
            memcpy(p->data[0] + (ptrdiff_t)y * p->linesize[0], codes + (size_t)y * (size_t)p->width,
                   2 * (size_t)p->width);
        }
        p->pict_type = d->next == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        p->pts = d->next++;
        code = avcodec_send_frame(d->codec, p);
    }
    return code < 0 ? reel_mp4_failed(d->path, code, "write video", err) : drain(d, err);
}

reel_status reel_mp4_depth_close(reel_mp4_depth *d, reel_error *err)
{
    const int code = avcodec_send_frame(d->codec, NULL);
    const reel_status status =
        code < 0 ? reel_mp4_failed(d->path, code, "write video", err) : drain(d, err);
    return status ? status : reel_mp4_mux_close(d->mux, err);
}

void reel_mp4_depth_destroy(reel_mp4_depth **depth)
{
    reel_mp4_depth *d = *depth;
    if (!d) {
        return;
    }
    reel_mp4_mux_destroy(&d->mux);
    avcodec_free_context(&d->codec);
    av_frame_free(&d->picture);
    av_packet_free(&d->packet);
    av_freep(&d->path);
    reel_free(d);
    *depth = NULL;
}

/* ---- version ----------------------------------------------------------------------------------
 */

/* "3.5+1-f0c1022b6" out of "x265 (build 199) - 3.5+1-f0c1022b6:[Linux]...". */
static bool find_version(const uint8_t *data, size_t size, char *out, size_t room)
{
    static const char mark[] = "x265 (build ", dash[] = ") - ";
    const uint8_t *text = size ? memmem(data, size, mark, sizeof(mark) - 1) : NULL;
    const uint8_t *end = data + size;
    text = text ? memmem(text, (size_t)(end - text), dash, sizeof(dash) - 1) : NULL;
    if (!text) {
        return false;
    }
    text += sizeof(dash) - 1;
    end = memchr(text, ':', (size_t)(end - text));
    if (!end || (size_t)(end - text) >= room) {
        return false;
    }
    memcpy(out, text, (size_t)(end - text));
    out[end - text] = '\0';
    return true;
}

void reel_mp4_x265_version(char *out, size_t size)
{
    static const uint16_t grey[64 * 64];
    reel_mp4_depth d = {0};
    av_log_set_level(AV_LOG_QUIET);
    snprintf(out, size, "unknown");
    if (open_codec(&d, 64, 64, 24, 1, PARAMS "1") < 0 || open_picture(&d) < 0) {
        goto done;
    }
    bool found = find_version(d.codec->extradata, (size_t)d.codec->extradata_size, out, size);
    for (int y = 0; y < 64; y++) {
        memcpy(d.picture->data[0] + (ptrdiff_t)y * d.picture->linesize[0], grey, 128);
    }
    d.picture->pts = 0;
    if (avcodec_send_frame(d.codec, d.picture) < 0 || avcodec_send_frame(d.codec, NULL) < 0) {
        goto done;
    }
    while (!found && avcodec_receive_packet(d.codec, d.packet) >= 0) {
        found = find_version(d.packet->data, (size_t)d.packet->size, out, size);
        av_packet_unref(d.packet);
    }
done:
    avcodec_free_context(&d.codec);
    av_frame_free(&d.picture);
    av_packet_free(&d.packet);
}
