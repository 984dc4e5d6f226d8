/* mp4_mux.c - see mp4_mux.h. */
#include "export/mp4_mux.h"
#include "base/alloc.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

struct reel_mp4_mux {
    char *path;
    AVFormatContext *format;
    AVRational frame; /* s, that it lasts */
    int64_t frames;
    uint64_t bytes;
    bool is_created, is_closed; /* the file exists; it is whole */
};

reel_status reel_mp4_failed(const char *path, int code, const char *what, reel_error *err)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof(text));
    const reel_status status =
        code == AVERROR(ENOMEM) ? REEL_E_NOMEM
        : code == AVERROR_EXTERNAL || code == AVERROR_BUG || code == AVERROR(EINVAL)
            ? REEL_E_INTERNAL
            : REEL_E_IO;
    return reel_fail_at(err, status, path, 0, NULL, "cannot %s: %s", what, text);
}

static int open_stream(reel_mp4_mux *mux, const AVCodecParameters *codec)
{
    AVStream *stream = avformat_new_stream(mux->format, NULL);
    if (!stream) {
        return AVERROR(ENOMEM);
    }
    stream->time_base = mux->frame;
    stream->avg_frame_rate = av_inv_q(mux->frame);
    stream->sample_aspect_ratio = codec->sample_aspect_ratio;
    const int code = avcodec_parameters_copy(stream->codecpar, codec);
    stream->codecpar->codec_tag =
        codec->codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
    return code;
}

static int write_header(reel_mp4_mux *mux)
{
    AVDictionary *options = NULL;
    /* nothing is shifted: time starts at 0 and there are no B-frames, so no edit list */
    int code = av_dict_set(&options, "movflags", "+faststart", 0);
    if (code >= 0) {
        code = av_dict_set(&options, "use_editlist", "0", 0);
    }
    if (code >= 0) {
        code = avformat_write_header(mux->format, &options);
    }
    av_dict_free(&options);
    return code;
}

reel_status reel_mp4_mux_open(const char *path, const AVCodecParameters *codec, int fps,
                              reel_mp4_mux **out, reel_error *err)
{
    reel_mp4_mux *mux = reel_calloc(1, sizeof(*mux));
    if (!mux || !(mux->path = av_strdup(path))) {
        reel_free(mux);
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    mux->frame = (AVRational){1, fps};
    const char *dot = strrchr(path, '.');
    const char *container = dot && strcmp(dot, ".mov") == 0 ? "mov" : "mp4";
    int code = avformat_alloc_output_context2(&mux->format, NULL, container, path);
    if (code >= 0) {
        mux->format->flags |= AVFMT_FLAG_BITEXACT;
        code = open_stream(mux, codec);
    }
    if (code >= 0) {
        code = avio_open(&mux->format->pb, path, AVIO_FLAG_WRITE);
        mux->is_created = code >= 0;
    }
    if (code >= 0) {
        code = write_header(mux);
    }
    if (code < 0) {
        const reel_status status = reel_mp4_failed(path, code, "create video", err);
        reel_mp4_mux_destroy(&mux);
        return status;
    }
    *out = mux;
    return REEL_OK;
}

reel_status reel_mp4_mux_put(reel_mp4_mux *mux, AVPacket *packet, reel_error *err)
{
    const uint64_t size = (uint64_t)packet->size;
    packet->stream_index = 0;
    packet->duration = 1;
    packet->pos = -1;
    av_packet_rescale_ts(packet, mux->frame, mux->format->streams[0]->time_base);
    int code = av_interleaved_write_frame(mux->format, packet);
    if (code >= 0 && mux->format->pb->error < 0) {
        code = mux->format->pb->error;
    }
    if (code < 0) {
        return reel_mp4_failed(mux->path, code, "write video", err);
    }
    mux->frames++;
    mux->bytes += size;
    return REEL_OK;
}

int64_t reel_mp4_mux_frames(const reel_mp4_mux *mux)
{
    return mux->frames;
}

uint64_t reel_mp4_mux_bytes(const reel_mp4_mux *mux)
{
    return mux->bytes;
}

reel_status reel_mp4_mux_close(reel_mp4_mux *mux, reel_error *err)
{
    int code = av_write_trailer(mux->format);
    if (code >= 0 && mux->format->pb->error < 0) {
        code = mux->format->pb->error;
    }
    const int closed = avio_closep(&mux->format->pb);
    code = code < 0 ? code : closed;
    if (code < 0) {
        return reel_mp4_failed(mux->path, code, "write video", err);
    }
    mux->is_closed = true;
    return REEL_OK;
}

void reel_mp4_mux_destroy(reel_mp4_mux **mux)
{
    reel_mp4_mux *m = *mux;
    if (!m) {
        return;
    }
    if (m->format) {
        avio_closep(&m->format->pb);
        avformat_free_context(m->format);
    }
    if (m->is_created && !m->is_closed) {
        unlink(m->path);
    }
    av_freep(&m->path);
    reel_free(m);
    *mux = NULL;
}
