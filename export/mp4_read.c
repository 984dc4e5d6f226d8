/* mp4_read.c - see mp4_read.h; what libav says ends here. */
#include "export/mp4_read.h"
#include "base/alloc.h"
#include "export/yuv.h"
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdbool.h>

struct reel_mp4_reader {
    char *path;
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    bool drained;
};

static reel_status failed(const reel_mp4_reader *r, int code, const char *what, reel_error *err)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof text);
    const reel_status status = code == AVERROR(ENOMEM)   ? REEL_E_NOMEM
                               : code == AVERROR(ENOENT) ? REEL_E_IO
                                                         : REEL_E_CONFLICT;
    return reel_fail_at(err, status, r->path, 0, NULL, "cannot %s: %s", what, text);
}

static int open_codec(reel_mp4_reader *r)
{
    const AVCodecParameters *p = r->format->streams[0]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(p->codec_id);
    if (!codec) {
        return AVERROR_DECODER_NOT_FOUND;
    }
    r->codec = avcodec_alloc_context3(codec);
    r->packet = av_packet_alloc();
    r->frame = av_frame_alloc();
    if (!r->codec || !r->packet || !r->frame) {
        return AVERROR(ENOMEM);
    }
    const int code = avcodec_parameters_to_context(r->codec, p);
    r->codec->thread_count = 1;
    return code < 0 ? code : avcodec_open2(r->codec, codec, NULL);
}

reel_status reel_mp4_open(const char *path, reel_mp4_reader **out, reel_error *err)
{
    reel_mp4_reader *r = reel_calloc(1, sizeof *r);
    if (!r) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_status status = REEL_OK;
    r->path = av_strdup(path);
    int code = r->path ? avformat_open_input(&r->format, path, NULL, NULL) : AVERROR(ENOMEM);
    if (code < 0) {
        status = failed(r, code, "open", err);
    } else if (r->format->nb_streams != 1 ||
               r->format->streams[0]->codecpar->codec_id != AV_CODEC_ID_H264) {
        status = reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "is no video of ours");
    } else if ((code = open_codec(r)) < 0) {
        status = failed(r, code, "decode", err);
    }
    if (status) {
        reel_mp4_close(&r);
        return status;
    }
    *out = r;
    return REEL_OK;
}

void reel_mp4_close(reel_mp4_reader **reader)
{
    reel_mp4_reader *r = *reader;
    if (r) {
        av_frame_free(&r->frame);
        av_packet_free(&r->packet);
        avcodec_free_context(&r->codec);
        avformat_close_input(&r->format);
        av_freep(&r->path);
        reel_free(r);
        *reader = NULL;
    }
}

int reel_mp4_width(const reel_mp4_reader *r)
{
    return r->codec->width;
}

int reel_mp4_height(const reel_mp4_reader *r)
{
    return r->codec->height;
}

/* One packet into the decoder, or the end. */
static int feed(reel_mp4_reader *r)
{
    int code = av_read_frame(r->format, r->packet);
    if (code == AVERROR_EOF && !r->drained) {
        r->drained = true;
        return avcodec_send_packet(r->codec, NULL);
    }
    if (code < 0) {
        return code;
    }
    code = avcodec_send_packet(r->codec, r->packet);
    av_packet_unref(r->packet);
    return code;
}

reel_status reel_mp4_next(reel_mp4_reader *r, uint8_t *rgb, reel_error *err)
{
    int code;
    while ((code = avcodec_receive_frame(r->codec, r->frame)) == AVERROR(EAGAIN)) {
        code = feed(r);
        if (code < 0) {
            break;
        }
    }
    if (code < 0) {
        return failed(r, code, "read a frame", err);
    }
    const AVFrame *f = r->frame;
    if (f->format != AV_PIX_FMT_YUV420P || f->width != r->codec->width ||
        f->height != r->codec->height) {
        return reel_fail_at(err, REEL_E_CONFLICT, r->path, 0, NULL, "is no video of ours");
    }
    if (rgb) {
        reel_yuv_to_rgb(f->data[0], f->linesize[0], f->data[1], f->linesize[1], f->data[2],
                        f->linesize[2], f->width, f->height, rgb);
    }
    av_frame_unref(r->frame);
    return REEL_OK;
}
