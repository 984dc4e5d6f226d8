/* mp4_check.c - see mp4_check.h */
#include "export/mp4_check.h"
#include "base/alloc.h"
#include "base/fs.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A run of bytes of the file: the payload of a box. */
typedef struct span {
    const uint8_t *at;
    size_t size;
} span;

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Take the next box off the front of `in`. false at the end or if it does not fit. */
static bool next_box(span *in, char type[5], span *payload)
{
    if (in->size < 8) {
        return false;
    }
    uint64_t size = be32(in->at);
    size_t head = 8;
    memcpy(type, in->at + 4, 4);
    type[4] = '\0';
    if (size == 1 && in->size >= 16) {
        size = (uint64_t)be32(in->at + 8) << 32 | be32(in->at + 12);
        head = 16;
    } else if (size == 0) {
        size = in->size; /* to the end of the file */
    }
    if (size < head || size > in->size) {
        return false;
    }
    *payload = (span){in->at + head, (size_t)size - head};
    *in = (span){in->at + size, in->size - (size_t)size};
    return true;
}

/* The payload of the first box with the path `types`, such as "moovtrakmdia"; *n counts how many
 * boxes the last part has beside it. */
static bool find(span in, const char *types, span *out, int *n)
{
    char type[5];
    span payload, first = {0};
    int found = 0;
    while (next_box(&in, type, &payload)) {
        if (strncmp(type, types, 4) == 0 && found++ == 0) {
            first = payload;
        }
    }
    if (found == 0) {
        return false;
    }
    if (types[4]) {
        return find(first, types + 4, out, n);
    }
    *out = first;
    *n = found;
    return true;
}

static reel_status conflict(reel_error *err, const char *path, const char *what)
{
    return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "%s", what);
}

/* Samples all have one duration, and timescale / duration is fps. */
static reel_status check_times(span mdhd, span stts, int fps, int frames, const char *path,
                               reel_error *err)
{
    if (mdhd.size < 20 || stts.size < 8 || mdhd.at[0] > 1 || (mdhd.at[0] == 1 && mdhd.size < 32)) {
        return conflict(err, path, "the video's time boxes are too short");
    }
    const uint64_t scale = be32(mdhd.at + (mdhd.at[0] == 1 ? 20 : 12));
    const uint64_t n = be32(stts.at + 4);
    uint64_t samples = 0;
    if (n > (stts.size - 8) / 8) {
        return conflict(err, path, "the video's time table does not fit its box");
    }
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t count = be32(stts.at + 8 + 8 * i), delta = be32(stts.at + 12 + 8 * i);
        if (delta * (uint64_t)fps != scale) {
            return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                                "from frame %" PRIu64 " on a frame lasts %" PRIu64 "/%" PRIu64
                                " s, not 1/%d s",
                                samples, delta, scale, fps);
        }
        samples += count;
    }
    if (samples != (uint64_t)frames) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                            "the video has %" PRIu64 " frames, the clip %d", samples, frames);
    }
    return REEL_OK;
}

/* An edit list may only say what is so without it: from the start, at the given speed. */
static bool edits_are_plain(span elst)
{
    if (elst.size < 8 || elst.at[0] > 1 || be32(elst.at + 4) != 1) {
        return false;
    }
    const size_t time = elst.at[0] == 1 ? 16 : 12;
    if (elst.size < time + (elst.at[0] == 1 ? 12 : 8)) {
        return false;
    }
    const size_t rate = time + (elst.at[0] == 1 ? 8 : 4);
    return be32(elst.at + time) == 0 && (elst.at[0] == 0 || be32(elst.at + time + 4) == 0) &&
           be32(elst.at + rate) == 0x10000;
}

static reel_status check_track(span trak, const char *codec, int width, int height, int fps,
                               int frames, const char *path, reel_error *err)
{
    span mdhd, stts, stsz, stsd, other;
    int n = 0;
    if (!find(trak, "mdiamdhd", &mdhd, &n) || !find(trak, "mdiaminfstblstts", &stts, &n) ||
        !find(trak, "mdiaminfstblstsz", &stsz, &n) || !find(trak, "mdiaminfstblstsd", &stsd, &n)) {
        return conflict(err, path, "the video lacks a table of its track");
    }
    if (find(trak, "mdiaminfstblctts", &other, &n)) {
        return conflict(err, path, "frames are not stored in the order in which they are shown");
    }
    if (find(trak, "edtselst", &other, &n) && !edits_are_plain(other)) {
        return conflict(err, path, "an edit list moves the frames in time");
    }
    if (stsz.size < 12 || be32(stsz.at + 8) != (uint32_t)frames) {
        return conflict(err, path, "the table of frame sizes has another number of frames");
    }
    /* the sample entry: 8 bytes, then a box whose width and height are at 24 and 26 */
    if (stsd.size < 8 + 8 + 28 || memcmp(stsd.at + 12, codec, 4) != 0) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL, "the track is not %s",
                            strcmp(codec, "avc1") == 0 ? "H.264" : codec);
    }
    const uint8_t *entry = stsd.at + 16;
    const int w = entry[24] << 8 | entry[25], h = entry[26] << 8 | entry[27];
    if (w != width || h != height) {
        return reel_fail_at(err, REEL_E_CONFLICT, path, 0, NULL,
                            "the video is %dx%d, the clip %dx%d", w, h, width, height);
    }
    return check_times(mdhd, stts, fps, frames, path, err);
}

reel_status reel_mp4_check_codec(const char *path, const char *codec, int width, int height,
                                 int fps, int frames, reel_error *err)
{
    char *data = NULL;
    size_t size = 0;
    span moov, mdat, trak;
    int n = 0;
    reel_status status = reel_fs_read(path, &data, &size, err);
    if (status) {
        return status;
    }
    const span file = {(const uint8_t *)data, size};
    if (!find(file, "moov", &moov, &n) || !find(file, "mdat", &mdat, &n)) {
        status = conflict(err, path, "no mp4 with an index (moov) and data (mdat)");
    } else if (moov.at > mdat.at) {
        status = conflict(err, path, "the index is behind the data");
    } else if (!find(moov, "trak", &trak, &n) || n != 1) {
        status = conflict(err, path, "the video has not one track");
    } else {
        status = check_track(trak, codec, width, height, fps, frames, path, err);
    }
    reel_free(data);
    return status;
}

reel_status reel_mp4_check(const char *path, int width, int height, int fps, int frames,
                           reel_error *err)
{
    return reel_mp4_check_codec(path, "avc1", width, height, fps, frames, err);
}
