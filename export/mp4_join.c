/* mp4_join.c - see mp4_join.h. */
#include "export/mp4_join.h"
#include "base/alloc.h"
#include "export/mp4_mux.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>

struct reel_mp4_joiner {
    char *path, *first; /* first: the part that gave the header */
    int fps;
    AVCodecParameters *codec;
    AVPacket *packet;
    reel_mp4_mux *mux; /* NULL before the first part */
};

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for a video");
}

reel_status reel_mp4_join_open(const char *path, int fps, reel_mp4_joiner **out, reel_error *err)
{
    assert(fps > 0);
    av_log_set_level(AV_LOG_QUIET); /* what went wrong is said in our words */
    reel_mp4_joiner *j = reel_calloc(1, sizeof(*j));
    if (!j) {
        return no_memory(err);
    }
    j->fps = fps;
    j->path = av_strdup(path);
    j->codec = avcodec_parameters_alloc();
    j->packet = av_packet_alloc();
    if (!j->path || !j->codec || !j->packet) {
        reel_mp4_join_destroy(&j);
        return no_memory(err);
    }
    *out = j;
    return REEL_OK;
}

static reel_status conflict(const char *from, const char *what, reel_error *err)
{
    return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL, "%s", what);
}

/* The first part gives the header, the others must have it. */
static reel_status take_header(reel_mp4_joiner *j, const AVCodecParameters *codec, const char *from,
                               reel_error *err)
{
    if (!j->mux) {
        const int code = avcodec_parameters_copy(j->codec, codec);
        j->first = av_strdup(from);
        if (code < 0 || !j->first) {
            return no_memory(err);
        }
        return reel_mp4_mux_open(j->path, codec, j->fps, &j->mux, err);
    }
    if (codec->codec_id != j->codec->codec_id || codec->width != j->codec->width ||
        codec->height != j->codec->height) {
        return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL,
                            "is %dx%d %s and cannot stand in one file with %s, %dx%d %s",
                            codec->width, codec->height, avcodec_get_name(codec->codec_id),
                            j->first, j->codec->width, j->codec->height,
                            avcodec_get_name(j->codec->codec_id));
    }
    if (codec->extradata_size != j->codec->extradata_size ||
        (codec->extradata_size > 0 &&
         memcmp(codec->extradata, j->codec->extradata, (size_t)codec->extradata_size) != 0)) {
        return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL,
                            "has another codec header than %s: the two were encoded with other "
                            "options or by other versions, and cannot stand in one file",
                            j->first);
    }
    return REEL_OK;
}

/* The packet is frame number `frame` of its video. */
static reel_status check_packet(const reel_mp4_joiner *j, const AVStream *stream, int frame,
                                const char *from, reel_error *err)
{
    const AVPacket *p = j->packet;
    if (p->pts != p->dts || p->pts == AV_NOPTS_VALUE ||
        av_compare_ts(p->pts, stream->time_base, frame, (AVRational){1, j->fps}) != 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL,
                            "frame %d is not shown at %d/%d s, in the order of the file", frame,
                            frame, j->fps);
    }
    if (frame == 0 && !(p->flags & AV_PKT_FLAG_KEY)) {
        return conflict(from, "does not begin with a key frame", err);
    }
    return REEL_OK;
}

static reel_status copy_packets(reel_mp4_joiner *j, AVFormatContext *in, int frames,
                                const char *from, reel_error *err)
{
    const int64_t start = reel_mp4_mux_frames(j->mux);
    reel_status status = REEL_OK;
    int n = 0;
    for (int code; !status && (code = av_read_frame(in, j->packet)) != AVERROR_EOF;) {
        if (code < 0) {
            return reel_mp4_failed(from, code, "read video", err);
        }
        if (n == frames) {
            break;
        }
        status = check_packet(j, in->streams[0], n, from, err);
        if (!status) {
            j->packet->pts = j->packet->dts = start + n++;
            status = reel_mp4_mux_put(j->mux, j->packet, err);
        }
    }
    if (!status && (n < frames || j->packet->data)) {
        status = reel_fail_at(err, REEL_E_CONFLICT, from, 0, NULL, "has not %d frames", frames);
    }
    av_packet_unref(j->packet);
    return status;
}

reel_status reel_mp4_join_add(reel_mp4_joiner *j, const char *from, int frames, reel_error *err)
{
    AVFormatContext *in = NULL;
    const int code = avformat_open_input(&in, from, NULL, NULL);
    reel_status status = REEL_OK;
    if (code < 0) {
        status = reel_mp4_failed(from, code, "open video", err);
    } else if (in->nb_streams != 1 || in->streams[0]->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) {
        status = conflict(from, "is no video of ours", err);
    } else {
        status = take_header(j, in->streams[0]->codecpar, from, err);
    }
    status = status ? status : copy_packets(j, in, frames, from, err);
    avformat_close_input(&in);
    return status;
}

int64_t reel_mp4_join_frames(const reel_mp4_joiner *j)
{
    return j->mux ? reel_mp4_mux_frames(j->mux) : 0;
}

uint64_t reel_mp4_join_bytes(const reel_mp4_joiner *j)
{
    return j->mux ? reel_mp4_mux_bytes(j->mux) : 0;
}

reel_status reel_mp4_join_close(reel_mp4_joiner *j, reel_error *err)
{
    assert(j->mux);
    return reel_mp4_mux_close(j->mux, err);
}

void reel_mp4_join_destroy(reel_mp4_joiner **joiner)
{
    reel_mp4_joiner *j = *joiner;
    if (!j) {
        return;
    }
    reel_mp4_mux_destroy(&j->mux);
    avcodec_parameters_free(&j->codec);
    av_packet_free(&j->packet);
    av_freep(&j->path);
    av_freep(&j->first);
    reel_free(j);
    *joiner = NULL;
}
