/*
 * frame.h - the image set of one camera at one time: colour and label planes.
 *
 * Planes hold exactly what is stored: quantised integers with fixed scales. All label planes are
 * point samples at the pixel centre from one and the same visibility result.
 *
 * plane              dtype  shape    value
 * rgb                u8     H,W,3    sRGB-encoded colour (interleaved)
 * depth              u16    H,W      planar z / depth_scale; 65535 = no hit
 * instance           u16    H,W      instance id, 0 = environment or nothing
 * normal             i8     3,H,W    camera frame x 127; 0,0,0 = no hit
 * flow_fwd, flow_bwd i16    2,H,W    (dx, dy) px x 64; -32768 = none
 * *_state            u8     H,W      0 none, 1 visible, 2 occluded, 3 outside the image
 * object_coordinates u16    3,H,W    position in the body's box x 65535; 0 where instance is 0
 * albedo             u8     3,H,W    sRGB-encoded base colour; 0 = no hit
 * coverage           u8     H,W      share of colour samples that show the label's geom's object
 *                                    x 255; 0 = no hit
 * (fastest index last; planes with 3 or 2 in front are planar)
 * Thread-safety: one frame, one thread.
 */
#pragma once

#include "base/alloc.h"
#include "base/hash.h"
#include "base/objects.h"
#include <stdbool.h>

REEL_API_BEGIN

typedef enum reel_plane {
    REEL_PLANE_RGB = 0,
    REEL_PLANE_DEPTH,
    REEL_PLANE_INSTANCE,
    REEL_PLANE_NORMAL,
    REEL_PLANE_FLOW_FWD,
    REEL_PLANE_FLOW_BWD,
    REEL_PLANE_FLOW_FWD_STATE,
    REEL_PLANE_FLOW_BWD_STATE,
    REEL_PLANE_OBJECT_COORDINATES,
    REEL_PLANE_ALBEDO,
    REEL_PLANE_COVERAGE,
    REEL_PLANE_COUNT,
} reel_plane;

/** Set of planes: bit (1 << plane). */
typedef uint32_t reel_planes;
#define REEL_PLANE_BIT(p)  ((reel_planes)1 << (p))
#define REEL_PLANES_LABELS (((reel_planes)1 << REEL_PLANE_COUNT) - 2) /**< all but rgb */
/** depth, instance, flow_fwd and its state: what --store planes keeps by default. */
#define REEL_PLANES_DEFAULT                                                   \
    (REEL_PLANE_BIT(REEL_PLANE_DEPTH) | REEL_PLANE_BIT(REEL_PLANE_INSTANCE) | \
     REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD) | REEL_PLANE_BIT(REEL_PLANE_FLOW_FWD_STATE))

enum { REEL_DEPTH_NONE = 65535, REEL_FLOW_NONE = -32768, REEL_FLOW_SCALE = 64 };
enum { REEL_FLOW_STATE_NONE, REEL_FLOW_VISIBLE, REEL_FLOW_OCCLUDED, REEL_FLOW_OUTSIDE };
#define REEL_DEPTH_SCALE_DEFAULT 0.001 /**< m per unit */

typedef struct reel_plane_info {
    const char *name;  /**< as in files: "depth", "flow_fwd", ... */
    const char *dtype; /**< NumPy: "|u1", "<u2", "|i1", "<i2" */
    int itemsize;      /**< bytes */
    int channels;      /**< leading planes (rgb: interleaved) */
    bool delta;        /**< stored with a Delta filter */
    int shuffle;       /**< Blosc: 1 byte shuffle, 2 bit shuffle */
} reel_plane_info;

/** The row of a plane; a constant. */
const reel_plane_info *reel_plane_get_info(reel_plane plane);

/** By name; false if unknown. "semantic" is no plane: it is instance through a table. */
bool reel_plane_find(const char *name, reel_plane *out);

/** One row per instance id and frame, from the instance plane. */
typedef struct reel_box {
    int32_t x0, y0, x1, y1; /**< px, half-open [x0, x1) x [y0, y1); all 0 if not visible */
    int32_t pixels;         /**< visible pixels */
} reel_box;

typedef struct reel_frame {
    int width, height;
    reel_planes planes;            /**< which are allocated and filled */
    void *plane[REEL_PLANE_COUNT]; /**< 64-byte aligned; NULL if not in `planes` */
    int n_instances;
    reel_box *boxes; /**< [n_instances + 1], index = instance id; filled whenever labels are drawn;
                        of id 0, which is no object, all 0 */
    reel_objects *objects; /**< borrowed, of the same size and instances; NULL (as made): not asked
                                for. Filled with every frame, its visible masks if the instance
                                plane is drawn */
    bool keeps;            /**< set by the caller, as made false: it changes nothing in the planes
                                between draws, so that what stays the same from one frame to the next
                                need not be drawn again. The bits are the same, only sooner */
    const void *drawn_by;  /**< the renderer's, with the next: its last draw into the planes */
    uint64_t drawn;
} reel_frame;

/** Allocate the planes of `*out`. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_frame_init(reel_frame *out, int width, int height, reel_planes planes,
                            int n_instances, reel_error *err) REEL_MUST_CHECK;
void reel_frame_finish(reel_frame *frame); /**< accepts a zeroed frame */

/** Bytes of one plane at this size. */
size_t reel_plane_bytes(reel_plane plane, int width, int height);

/** XXH128 of a plane's bytes as they are in memory (little endian). */
reel_xxh128 reel_frame_digest(const reel_frame *frame, reel_plane plane);

REEL_API_END
