/* Colour into videos with libx264; error codes of libav end in export/mp4_mux.c. */
#include "export/mp4.h"
#include "export/mp4_mux.h"
#include "export/sink_internal.h"
#include "export/yuv.h"

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <string.h>

typedef struct mp4_sink {
    reel_sink base;
    char *path;
    AVCodecContext *codec;
    AVBSFContext *filter; /* takes x264's version text out */
    reel_mp4_mux *mux;
    AVFrame *picture;
    AVPacket *packet;
} mp4_sink;

reel_video_options reel_video_options_default(int fps)
{
    return (reel_video_options){.crf = 21, .preset = "veryfast", .keyint = fps >= 2 ? fps / 2 : 1};
}

/* ---- opening -------------------------------------------------------------------------------- */

static int set_codec_options(AVCodecContext *c, const reel_video_options *options)
{
    /* One thread, no look-ahead thread and SIMD-independent decisions: the bytes depend on the
       frames alone. Then what makes the preset faster at about the same bytes, PSNR and SSIM
       (docs/render-speed.md, bench/encode_trial.py): a diamond search to half pixels, no intra
       blocks of parts, no 8x8 transform, no weights (nothing fades here); no look-ahead, in place
       of which key frames, that others refer to, are simply better, and rates follow the content;
       stronger deblocking, less zeroing of what is small, a little less for colour. */
    static const char params[] =
        "cpu-independent=1:threads=1:lookahead-threads=1:sync-lookahead=0:"
        "sliced-threads=0:scenecut=0:bframes=0:open-gop=0:"
        "me=dia:subme=1:partitions=p8x8:8x8dct=0:weightp=0:mbtree=0:ipratio=2:qcomp=0.9:"
        "deblock=1,1:deadzone-inter=16:chroma-qp-offset=1";
    int code = av_opt_set(c->priv_data, "preset", options->preset, 0);
    if (code >= 0) {
        code = av_opt_set_double(c->priv_data, "crf", options->crf, 0);
    }
    if (code >= 0) {
        code = av_opt_set_int(c->priv_data, "forced-idr", 1, 0);
    }
    if (code >= 0) {
        code = av_opt_set(c->priv_data, "x264-params", params, 0);
    }
    return code;
}

static int open_codec(AVCodecContext **out, int width, int height, int fps,
                      const reel_video_options *options)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    if (!codec) {
        return AVERROR_ENCODER_NOT_FOUND;
    }
    AVCodecContext *c = avcodec_alloc_context3(codec);
    if (!c) {
        return AVERROR(ENOMEM);
    }
    *out = c;
    c->width = width;
    c->height = height;
    c->pix_fmt = AV_PIX_FMT_YUV420P;
    c->time_base = (AVRational){1, fps};
    c->framerate = (AVRational){fps, 1};
    c->sample_aspect_ratio = (AVRational){1, 1};
    c->gop_size = options->keyint;
    c->keyint_min = options->keyint;
    c->max_b_frames = 0;
    c->thread_count = 1;
    c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    c->color_range = AVCOL_RANGE_MPEG;
    c->colorspace = AVCOL_SPC_BT709;
    c->color_primaries = AVCOL_PRI_BT709;
    c->color_trc = AVCOL_TRC_BT709; /* the colours are sRGB-encoded; everybody tags them so */
    c->chroma_sample_location = AVCHROMA_LOC_CENTER;
    const int code = set_codec_options(c, options);
    return code < 0 ? code : avcodec_open2(c, codec, NULL);
}

/* x264 puts its version and options as text (SEI, NAL type 6) into the first frame: taken out, so
 * that the version stands in manifests and nowhere else. It writes no other SEI in this set-up. */
static int open_filter(mp4_sink *mp4)
{
    const AVBitStreamFilter *filter = av_bsf_get_by_name("filter_units");
    if (!filter) {
        return AVERROR_BSF_NOT_FOUND;
    }
    int code = av_bsf_alloc(filter, &mp4->filter);
    if (code >= 0) {
        code = avcodec_parameters_from_context(mp4->filter->par_in, mp4->codec);
    }
    if (code >= 0) {
        mp4->filter->time_base_in = mp4->codec->time_base;
        code = av_opt_set(mp4->filter->priv_data, "remove_types", "6", 0);
    }
    return code < 0 ? code : av_bsf_init(mp4->filter);
}

static int open_picture(mp4_sink *mp4)
{
    mp4->packet = av_packet_alloc();
    mp4->picture = av_frame_alloc();
    if (!mp4->packet || !mp4->picture) {
        return AVERROR(ENOMEM);
    }
    mp4->picture->format = AV_PIX_FMT_YUV420P;
    mp4->picture->width = mp4->codec->width;
    mp4->picture->height = mp4->codec->height;
    return av_frame_get_buffer(mp4->picture, 0);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Everything that the encoder has ready goes through the filter into the file. */
static reel_status drain(mp4_sink *mp4, reel_error *err)
{
    for (;;) {
        int code = avcodec_receive_packet(mp4->codec, mp4->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return REEL_OK;
        }
        if (code >= 0) {
            code = av_bsf_send_packet(mp4->filter, mp4->packet);
        }
        if (code >= 0) {
            code = av_bsf_receive_packet(mp4->filter, mp4->packet);
        }
        const reel_status status = code < 0 ? reel_mp4_failed(mp4->path, code, "write video", err)
                                            : reel_mp4_mux_put(mp4->mux, mp4->packet, err);
        if (status) {
            return status;
        }
    }
}

static reel_status mp4_write(reel_sink *sink, const reel_frame *frame, reel_error *err)
{
    mp4_sink *mp4 = (mp4_sink *)sink;
    assert(frame->planes & REEL_PLANE_BIT(REEL_PLANE_RGB));
    AVFrame *p = mp4->picture;
    int code = av_frame_make_writable(p); /* the encoder may still hold the last one */
    if (code >= 0) {
        reel_yuv_from_rgb(frame->plane[REEL_PLANE_RGB], frame->width, frame->height, p->data[0],
                          p->linesize[0], p->data[1], p->linesize[1], p->data[2], p->linesize[2]);
        p->pts = sink->next;
        p->pict_type = sink->next == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        code = avcodec_send_frame(mp4->codec, p);
    }
    return code < 0 ? reel_mp4_failed(mp4->path, code, "write video", err) : drain(mp4, err);
}

static reel_status mp4_close(reel_sink *sink, reel_error *err)
{
    mp4_sink *mp4 = (mp4_sink *)sink;
    const int code = avcodec_send_frame(mp4->codec, NULL);
    const reel_status status =
        code < 0 ? reel_mp4_failed(mp4->path, code, "write video", err) : drain(mp4, err);
    return status ? status : reel_mp4_mux_close(mp4->mux, err);
}

static void mp4_destroy(reel_sink *sink)
{
    mp4_sink *mp4 = (mp4_sink *)sink;
    reel_mp4_mux_destroy(&mp4->mux);
    av_bsf_free(&mp4->filter);
    avcodec_free_context(&mp4->codec);
    av_frame_free(&mp4->picture);
    av_packet_free(&mp4->packet);
    reel_free(mp4->path);
    reel_free(mp4);
}

static const reel_sink_vtable mp4_vtable = {mp4_write, mp4_close, mp4_destroy};

reel_status reel_mp4_sink_open(const char *path, const reel_stream_desc *desc,
                               const reel_video_options *options, reel_sink **out, reel_error *err)
{
    assert(desc->width % 2 == 0 && desc->height % 2 == 0 && desc->fps > 0 && desc->frames > 0);
    assert(options->crf >= 0 && options->crf <= 51 && options->keyint >= 1);
    av_log_set_level(AV_LOG_QUIET); /* what went wrong is said in our words */
    reel_status status = REEL_OK;
    mp4_sink *mp4 = reel_calloc(1, sizeof(*mp4));
    const size_t path_size = strlen(path) + 1;
    if (!mp4 || !(mp4->path = reel_alloc(path_size))) {
        reel_free(mp4);
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    memcpy(mp4->path, path, path_size);
    mp4->base = (reel_sink){.vtable = &mp4_vtable,
                            .width = desc->width,
                            .height = desc->height,
                            .frames = desc->frames};
    int code = open_codec(&mp4->codec, desc->width, desc->height, desc->fps, options);
    if (code >= 0) {
        code = open_filter(mp4);
    }
    if (code >= 0) {
        code = open_picture(mp4);
    }
    status = code < 0 ? reel_mp4_failed(path, code, "open the encoder libx264", err)
                      : reel_mp4_mux_open(path, mp4->filter->par_out, desc->fps, &mp4->mux, err);
    if (status) {
        goto fail;
    }
    *out = &mp4->base;
    return REEL_OK;
fail:
    mp4_destroy(&mp4->base);
    return status;
}

/* ---- versions ------------------------------------------------------------------------------- */

/* "core 164 r3095 baee400" out of the text that x264 puts into its first frame. */
static bool find_x264_version(const uint8_t *data, size_t size, char *out, size_t room)
{
    static const char mark[] = "x264 - ";
    const uint8_t *text = memmem(data, size, mark, sizeof(mark) - 1);
    if (!text) {
        return false;
    }
    text += sizeof(mark) - 1;
    const uint8_t *end = memmem(text, size - (size_t)(text - data), " - ", 3);
    if (!end || (size_t)(end - text) >= room) {
        return false;
    }
    memcpy(out, text, (size_t)(end - text));
    out[end - text] = '\0';
    return true;
}

void reel_mp4_x264_version(char *out, size_t size)
{
    AVCodecContext *codec = NULL;
    AVFrame *picture = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    const reel_video_options options = reel_video_options_default(24);
    bool found = false;
    av_log_set_level(AV_LOG_QUIET);
    snprintf(out, size, "unknown");
    if (!picture || !packet || open_codec(&codec, 16, 16, 24, &options) < 0) {
        goto done;
    }
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = picture->height = 16;
    if (av_frame_get_buffer(picture, 0) < 0) {
        goto done;
    }
    for (int p = 0; p < 3; p++) {
        memset(picture->data[p], 128, (size_t)picture->linesize[p] * (p == 0 ? 16 : 8));
    }
    picture->pts = 0;
    if (avcodec_send_frame(codec, picture) < 0 || avcodec_send_frame(codec, NULL) < 0) {
        goto done;
    }
    while (!found && avcodec_receive_packet(codec, packet) >= 0) {
        found = find_x264_version(packet->data, (size_t)packet->size, out, size);
        av_packet_unref(packet);
    }
done:
    avcodec_free_context(&codec);
    av_frame_free(&picture);
    av_packet_free(&packet);
}

static void format_version(unsigned v, char *out, size_t size)
{
    snprintf(out, size, "%u.%u.%u", v >> 16, v >> 8 & 255, v & 255);
}

void reel_mp4_av_versions(char *codec, char *format, size_t size)
{
    format_version(avcodec_version(), codec, size);
    format_version(avformat_version(), format, size);
}
