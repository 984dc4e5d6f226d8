/* The only file that talks to libav*. Its error codes and messages end here. */
#include "export/mp4.h"
#include "export/sink_internal.h"
#include "export/yuv.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct mp4_sink {
    reel_sink base;
    char *path;
    AVCodecContext *codec;
    AVBSFContext *filter; /* takes x264's version text out */
    AVFormatContext *format;
    AVStream *stream;
    AVFrame *picture;
    AVPacket *packet;
    bool is_created; /* the file exists */
} mp4_sink;

static reel_status av_failed(const mp4_sink *mp4, int code, const char *what, reel_error *err)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof(text));
    const reel_status status =
        code == AVERROR(ENOMEM) ? REEL_E_NOMEM
        : code == AVERROR_EXTERNAL || code == AVERROR_BUG || code == AVERROR(EINVAL)
            ? REEL_E_INTERNAL
            : REEL_E_IO;
    return reel_fail_at(err, status, mp4->path, 0, NULL, "cannot %s: %s", what, text);
}

reel_video_options reel_video_options_default(int fps)
{
    return (reel_video_options){.crf = 18, .preset = "veryfast", .keyint = fps >= 2 ? fps / 2 : 1};
}

/* ---- opening -------------------------------------------------------------------------------- */

static int set_codec_options(AVCodecContext *c, const reel_video_options *options)
{
    /* One thread, no look-ahead thread and SIMD-independent decisions: the bytes depend on the
       frames alone. Then what makes the preset faster at no more bytes, PSNR no less and SSIM the
       same (bench/encode_trial.py): a diamond search, no 8x8 intra blocks, no weights (nothing
       fades here), stronger deblocking, a little less for what changes. */
    static const char params[] =
        "cpu-independent=1:threads=1:lookahead-threads=1:sync-lookahead=0:"
        "sliced-threads=0:scenecut=0:bframes=0:open-gop=0:"
        "me=dia:partitions=p8x8,i4x4:weightp=0:deblock=1,1:qcomp=0.58";
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

static int open_format(mp4_sink *mp4, const char *path)
{
    int code = avformat_alloc_output_context2(&mp4->format, NULL, "mp4", path);
    if (code < 0) {
        return code;
    }
    mp4->format->flags |= AVFMT_FLAG_BITEXACT;
    mp4->stream = avformat_new_stream(mp4->format, NULL);
    if (!mp4->stream) {
        return AVERROR(ENOMEM);
    }
    mp4->stream->time_base = mp4->codec->time_base;
    mp4->stream->avg_frame_rate = mp4->codec->framerate;
    mp4->stream->sample_aspect_ratio = mp4->codec->sample_aspect_ratio;
    code = avcodec_parameters_copy(mp4->stream->codecpar, mp4->filter->par_out);
    mp4->stream->codecpar->codec_tag = 0;
    if (code >= 0) {
        code = avio_open(&mp4->format->pb, path, AVIO_FLAG_WRITE);
    }
    if (code < 0) {
        return code;
    }
    mp4->is_created = true;
    AVDictionary *options = NULL;
    /* nothing is shifted: time starts at 0 and there are no B-frames, so no edit list */
    code = av_dict_set(&options, "movflags", "+faststart", 0);
    if (code >= 0) {
        code = av_dict_set(&options, "use_editlist", "0", 0);
    }
    if (code >= 0) {
        code = avformat_write_header(mp4->format, &options);
    }
    av_dict_free(&options);
    return code;
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
static int drain(mp4_sink *mp4)
{
    for (;;) {
        int code = avcodec_receive_packet(mp4->codec, mp4->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) {
            return 0;
        }
        if (code >= 0) {
            mp4->packet->duration = 1;
            code = av_bsf_send_packet(mp4->filter, mp4->packet);
        }
        if (code >= 0) {
            code = av_bsf_receive_packet(mp4->filter, mp4->packet);
        }
        if (code < 0) {
            return code;
        }
        mp4->packet->stream_index = mp4->stream->index;
        av_packet_rescale_ts(mp4->packet, mp4->codec->time_base, mp4->stream->time_base);
        code = av_interleaved_write_frame(mp4->format, mp4->packet);
        if (code < 0) {
            return code;
        }
        if (mp4->format->pb->error < 0) {
            return mp4->format->pb->error;
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
    if (code >= 0) {
        code = drain(mp4);
    }
    return code < 0 ? av_failed(mp4, code, "write video", err) : REEL_OK;
}

static reel_status mp4_close(reel_sink *sink, reel_error *err)
{
    mp4_sink *mp4 = (mp4_sink *)sink;
    int code = avcodec_send_frame(mp4->codec, NULL);
    if (code >= 0) {
        code = drain(mp4);
    }
    if (code >= 0) {
        code = av_write_trailer(mp4->format);
    }
    if (code >= 0 && mp4->format->pb->error < 0) {
        code = mp4->format->pb->error;
    }
    const int closed = avio_closep(&mp4->format->pb);
    code = code < 0 ? code : closed;
    return code < 0 ? av_failed(mp4, code, "write video", err) : REEL_OK;
}

static void mp4_destroy(reel_sink *sink)
{
    mp4_sink *mp4 = (mp4_sink *)sink;
    if (mp4->format) {
        avio_closep(&mp4->format->pb);
        avformat_free_context(mp4->format);
    }
    if (mp4->is_created && !sink->is_closed) {
        unlink(mp4->path);
    }
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
    const char *what = "open the encoder libx264";
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
    if (code >= 0) {
        what = "create video";
        code = open_format(mp4, path);
    }
    if (code < 0) {
        status = av_failed(mp4, code, what, err);
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
