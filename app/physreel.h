/*
 * physreel.h - frames of clips that physreel made, drawn again from their records: libphysreel.
 *
 * A record (the folder with scene.json, take.npz, views.npz and manifest.json; docs/records.md)
 * holds all that a picture depends on. A reader of it gives any plane of any frame of any stream at
 * any even size: at the record's own size, with the version of physreel that made it, the bytes
 * that were stored or digested then, on every x86-64 machine.
 *
 * The library is a guest in its process: it exports these functions only, takes no function of libm
 * but exact ones (sqrt, floor and the like), sets the floating-point modes and the locale that it
 * needs for the time of a call and puts the caller's back, prints nothing, and never ends the
 * process for what it reads. Several readers may be used by several threads, each by one at a time.
 *
 * Functions that return int return 0 or one of:
 *   64  the call is wrong (no such stream, frame, plane, quality; size out of range; buffer too
 *       small)
 *   65  the scene cannot be drawn
 *   70  the record's files are damaged, or not ours
 *   74  a file cannot be read
 *   75  out of memory
 * reel_reader_error() says more. What was to be filled is untouched then, but for the buffers of
 * reel_reader_render(), whose contents are undefined.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct reel_reader reel_reader; /**< opaque */

/** Version of these declarations: 1. */
int reel_reader_abi(void);

/** Version of physreel that this is, such as "0.1.0"; a constant. */
const char *reel_reader_version(void);

/**
 * Open a record.
 * @param path     its folder, or its manifest.json.
 * @param quality  of rgb: "draft", "standard", "high" or "reference"; NULL: as it was recorded.
 * @param samples  of a pixel (high, reference), 1..65536; 0: as recorded or, with another quality,
 *                 the default.
 * @param out      a reader, to be closed with reel_reader_close(); NULL only when memory ran out
 *                 (75). After any other failure it can tell reel_reader_error() and be closed.
 */
int reel_reader_open(const char *path, const char *quality, int samples, reel_reader **out);

/** Free everything; NULL is let pass. */
void reel_reader_close(reel_reader *reader);

/** What the last call on this reader that failed had to say; "" if none. Borrowed until the next
 * call. */
const char *reel_reader_error(const reel_reader *reader);

/** What a record holds. Strings are the reader's, UTF-8. */
typedef struct reel_reader_info {
    int32_t streams;       /**< rendered cameras */
    int32_t frames;        /**< of each; frame k is at k / fps seconds */
    int32_t width, height; /**< px, as recorded */
    int32_t fps;
    int32_t instances;   /**< ids 1..instances */
    double depth_scale;  /**< m per unit of the depth plane */
    const char *clip_id; /**< also its name in the tables */
    const char *family;  /**< of the scene */
    const char *quality; /**< that rgb is drawn with; "labels": there is no rgb */
    const char *version; /**< of the physreel that made it */
} reel_reader_info;

/** @return 0; 64 (the reader did not open). */
int reel_reader_get_info(reel_reader *reader, reel_reader_info *out);

/** Name of a stream's files and of its camera; borrowed. NULL: there is no such stream. */
const char *reel_reader_stream_id(reel_reader *reader, int stream);
/** See reel_reader_stream_id(). */
const char *reel_reader_camera(reel_reader *reader, int stream);

/** A kind of plane, as docs/labels.md describes it. */
typedef struct reel_reader_plane {
    const char *name;  /**< "rgb", "depth", ...; constants */
    const char *dtype; /**< NumPy: "|u1", "<u2", "|i1", "<i2" */
    int32_t itemsize;  /**< bytes */
    int32_t channels;  /**< 1: [H][W]; more: [channels][H][W], but rgb [H][W][3] */
} reel_reader_plane;

/** Kind `i` of plane, from 0. @return 0; 64 (there are no more). */
int reel_reader_get_plane(int i, reel_reader_plane *out);

/** Bytes of a plane at a size; 0: no such plane or size. */
size_t reel_reader_bytes(const char *plane, int width, int height);

/**
 * Draw n planes of frame `frame` of stream `stream` into the caller's buffers, in C order without
 * gaps, of any alignment. Another size than the record's shows the same field of view vertically.
 * @param width, height  px, even, 16..8192; both 0: as recorded.
 * @param planes         [n] names; each at most once.
 * @param buffers        [n]
 * @param sizes          [n] bytes of the buffers, at least reel_reader_bytes().
 */
int reel_reader_render(reel_reader *reader, int stream, int frame, int width, int height, int n,
                       const char *const *planes, void *const *buffers, const size_t *sizes);

/**
 * The camera of a frame: k [3][3] in px at that size, cam_from_world [4][4], row by row.
 * Parameters as in reel_reader_render().
 */
int reel_reader_view(reel_reader *reader, int stream, int frame, int width, int height, double k[9],
                     double cam_from_world[16]);

#ifdef __cplusplus
}
#endif
