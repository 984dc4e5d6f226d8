/* ffv1_read.c - label planes out of lossless videos; see ffv1.h. What libav says ends here. */
#include "base/fs.h"
#include "export/ffv1.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/crc.h>
#include <stdio.h>
#include <string.h>

/* One plane's video. */
typedef struct movie {
    char path[REEL_PATH_MAX];
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *picture;
    int next; /* the frame that comes out next if nothing is sought */
    int frames, width, height;
} movie;

struct reel_ffv1 {
    char path[REEL_PATH_MAX];
    reel_planes planes;
    movie *movies[REEL_PLANE_COUNT];
    int frames, width, height;
};

static reel_status failed(const movie *m, int code, const char *what, reel_error *err)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(code, text, sizeof(text));
    const reel_status status = code == AVERROR(ENOMEM)                           ? REEL_E_NOMEM
                               : code == AVERROR(EIO) || code == AVERROR(ENOENT) ? REEL_E_IO
                                                                                 : REEL_E_CONFLICT;
    return reel_fail_at(err, status, m->path, 0, NULL, "cannot %s: %s", what, text);
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static int open_codec(movie *m, const AVCodecParameters *p)
{
    const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_FFV1);
    if (!codec) {
        return AVERROR_DECODER_NOT_FOUND;
    }
    m->codec = avcodec_alloc_context3(codec);
    m->packet = av_packet_alloc();
    m->picture = av_frame_alloc();
    if (!m->codec || !m->packet || !m->picture) {
        return AVERROR(ENOMEM);
    }
    const int code = avcodec_parameters_to_context(m->codec, p);
    m->codec->thread_count = 1;
    m->codec->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    return code < 0 ? code : avcodec_open2(m->codec, codec, NULL);
}

static const char *what_is_wrong(movie *m, reel_plane plane)
{
    const int channels = reel_plane_get_info(plane)->channels;
    if (m->format->nb_streams != 1 ||
        m->format->streams[0]->codecpar->codec_id != AV_CODEC_ID_FFV1) {
        return "is no FFV1 video";
    }
    const AVStream *stream = m->format->streams[0];
    const AVRational rate = stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den != 1 || stream->nb_frames < 1 || stream->nb_frames > INT32_MAX) {
        return "has no constant frame rate, or no frames";
    }
    m->width = stream->codecpar->width;
    m->height = stream->codecpar->height / channels;
    m->frames = (int)stream->nb_frames;
    if (m->width < 1 || m->width > 8192 || m->height < 1 || m->height > 8192 ||
        m->height * channels != stream->codecpar->height) {
        return "has a size that labels do not have";
    }
    return NULL;
}

static reel_status open_movie(movie *m, reel_plane plane, reel_error *err)
{
    int code = avformat_open_input(&m->format, m->path, NULL, NULL);
    if (code < 0) {
        return failed(m, code, "open", err);
    }
    const char *wrong = what_is_wrong(m, plane);
    if (wrong) {
        return reel_fail_at(err, REEL_E_CONFLICT, m->path, 0, NULL, "%s", wrong);
    }
    code = open_codec(m, m->format->streams[0]->codecpar);
    return code < 0 ? failed(m, code, "decode", err) : REEL_OK;
}

static reel_status add_movie(reel_ffv1 *store, const char *path, reel_plane plane, reel_error *err)
{
    movie *m = store->movies[plane] = reel_calloc(1, sizeof(*m));
    if (!m) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    reel_ffv1_file(path, plane, m->path, sizeof(m->path));
    const reel_status status = open_movie(m, plane, err);
    if (status != REEL_OK) {
        return status;
    }
    if (store->planes == 0) {
        store->frames = m->frames;
        store->width = m->width;
        store->height = m->height;
    }
    if (m->frames != store->frames || m->width != store->width || m->height != store->height) {
        return reel_fail_at(err, REEL_E_CONFLICT, m->path, 0, NULL,
                            "has another size or number of frames than other planes");
    }
    store->planes |= REEL_PLANE_BIT(plane);
    return REEL_OK;
}

reel_status reel_ffv1_open(const char *path, reel_ffv1 **out, reel_error *err)
{
    char file[REEL_PATH_MAX];
    av_log_set_level(AV_LOG_QUIET); /* what went wrong is said in our words */
    reel_ffv1 *store = reel_calloc(1, sizeof(*store));
    if (!store) {
        return reel_fail_at(err, REEL_E_NOMEM, path, 0, NULL, "out of memory");
    }
    snprintf(store->path, sizeof(store->path), "%s", path);
    reel_status status = REEL_OK;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        reel_ffv1_file(path, (reel_plane)p, file, sizeof(file));
        if (p != REEL_PLANE_RGB && reel_fs_exists(file)) {
            status = add_movie(store, path, (reel_plane)p, err);
        }
    }
    if (status == REEL_OK && store->planes == 0) {
        status = reel_fail_at(err, REEL_E_IO, path, 0, NULL, "there is no video of any plane");
    }
    if (status != REEL_OK) {
        reel_ffv1_close(&store);
        return status;
    }
    *out = store;
    return REEL_OK;
}

void reel_ffv1_close(reel_ffv1 **store)
{
    if (!*store) {
        return;
    }
    for (int p = 0; p < REEL_PLANE_COUNT; p++) {
        movie *m = (*store)->movies[p];
        if (m) {
            av_frame_free(&m->picture);
            av_packet_free(&m->packet);
            avcodec_free_context(&m->codec);
            avformat_close_input(&m->format);
            reel_free(m);
        }
    }
    reel_free(*store);
    *store = NULL;
}

reel_planes reel_ffv1_planes(const reel_ffv1 *store)
{
    return store->planes;
}

int reel_ffv1_frames(const reel_ffv1 *store)
{
    return store->frames;
}

int reel_ffv1_width(const reel_ffv1 *store)
{
    return store->width;
}

int reel_ffv1_height(const reel_ffv1 *store)
{
    return store->height;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* Time of a frame in the stream's units. */
static int64_t time_of(const movie *m, int frame)
{
    const AVStream *stream = m->format->streams[0];
    return av_rescale_q(frame, av_inv_q(stream->avg_frame_rate), stream->time_base);
}

/* Whether all slices of a packet have their checksum: the decoder would put other pictures in the
 * place of those that have not, and not tell. Slices end with their size (24 bits), a byte of
 * status and a CRC that makes that of the whole slice 0; the last one is found first. */
static bool is_intact(const AVPacket *packet)
{
    enum { TRAILER = 8 };
    const AVCRC *table = av_crc_get_table(AV_CRC_32_IEEE);
    int left = packet->size;
    while (left >= TRAILER) {
        const uint8_t *end = packet->data + left - TRAILER;
        const int size = (end[0] << 16 | end[1] << 8 | end[2]) + TRAILER;
        if (size > left || av_crc(table, 0, packet->data + left - size, (size_t)size) != 0) {
            return false;
        }
        left -= size;
    }
    return left == 0;
}

/* The packet of this frame into the decoder: every frame is a key frame. */
static int send(movie *m, int frame)
{
    int code = 0;
    if (frame != m->next) {
        code = av_seek_frame(m->format, 0, time_of(m, frame), AVSEEK_FLAG_BACKWARD);
        avcodec_flush_buffers(m->codec);
    }
    code = code < 0 ? code : av_read_frame(m->format, m->packet);
    if (code < 0) {
        return code;
    }
    code = m->packet->pts == time_of(m, frame) && is_intact(m->packet)
               ? avcodec_send_packet(m->codec, m->packet)
               : AVERROR_INVALIDDATA;
    av_packet_unref(m->packet);
    return code;
}

/* The picture back into the plane's own memory. */
static void take_picture(const AVFrame *picture, uint8_t *plane, size_t row, int itemsize,
                         bool is_signed)
{
    for (int y = 0; y < picture->height; y++, plane += row) {
        memcpy(plane, picture->data[0] + (ptrdiff_t)y * picture->linesize[0], row);
        for (size_t i = (size_t)itemsize - 1; is_signed && i < row; i += (size_t)itemsize) {
            plane[i] ^= 0x80;
        }
    }
}

static reel_status read_plane(movie *m, reel_plane plane, int frame, void *out, reel_error *err)
{
    const reel_plane_info *info = reel_plane_get_info(plane);
    const enum AVPixelFormat want = info->itemsize == 2 ? AV_PIX_FMT_GRAY16LE : AV_PIX_FMT_GRAY8;
    int code = send(m, frame);
    code = code < 0 ? code : avcodec_receive_frame(m->codec, m->picture);
    m->next = code < 0 ? -1 : frame + 1;
    if (code < 0) {
        char what[64];
        snprintf(what, sizeof(what), "decode frame %d", frame);
        return failed(m, code, what, err);
    }
    if (m->picture->format != want || m->picture->width != m->width ||
        m->picture->height != m->height * info->channels) {
        return reel_fail_at(err, REEL_E_CONFLICT, m->path, 0, NULL,
                            "frame %d has another size or pixel format", frame);
    }
    take_picture(m->picture, out, (size_t)m->width * (size_t)info->itemsize, info->itemsize,
                 info->dtype[1] == 'i');
    return REEL_OK;
}

reel_status reel_ffv1_read(reel_ffv1 *store, int frame, reel_frame *out, reel_error *err)
{
    if (frame < 0 || frame >= store->frames || out->width != store->width ||
        out->height != store->height) {
        return reel_fail_at(err, REEL_E_CONFLICT, store->path, 0, NULL,
                            "holds %d frames of %d x %d; frame %d of %d x %d was asked for",
                            store->frames, store->width, store->height, frame, out->width,
                            out->height);
    }
    reel_status status = REEL_OK;
    for (int p = 0; status == REEL_OK && p < REEL_PLANE_COUNT; p++) {
        if (!(out->planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        if (!store->movies[p]) {
            return reel_fail_at(err, REEL_E_CONFLICT, store->path, 0,
                                reel_plane_get_info((reel_plane)p)->name, "is not in the store");
        }
        status = read_plane(store->movies[p], (reel_plane)p, frame, out->plane[p], err);
    }
    return status;
}
