/*
 * control.h - control videos: what a frame's labels look like to trainers of controlled generation.
 *
 * Each kind is drawn as an 8-bit sRGB picture and encoded as the colour is (sink.h). They are
 * pictures to condition on, not labels: what is to be measured stands in the label planes.
 *
 * depth  grey, near is bright: 255 (1/z - 1/far) / (1/near - 1/far), near and far being the least
 *        and the greatest planar depth of a surface anywhere in the video; 0 where there is none.
 *        Relative inverse depth over the whole clip, as Depth Anything gives it to Cosmos-Transfer
 *        and MiDaS to ControlNet. A clip of one depth alone is 0.
 * seg    instance ids in the palette of Pascal VOC (DAVIS, SAM 2): id 0 black; the three lowest
 *        bits of an id are bit 7 of red, green and blue, the next three bit 6, and so on.
 * edge   white on black: Canny's detector on the colour as drawn, thresholds 100 and 200, as
 *        cv2.Canny(rgb, 100, 200) defines it (Cosmos-Transfer's "medium", LTX, controlnet_aux):
 *        3x3 Sobel in each channel, the channel with the largest |dx| + |dy|, no smoothing.
 * flow   forward flow on the colour wheel of Baker et al., "A Database and Evaluation Methodology
 *        for Optical Flow" (2007): white is none, hue the direction, full colour is a motion of
 *        width / 32 pixels a frame, what is faster is darkened to 3/4; black where there is no
 *        surface. The last frame, which has no flow, repeats the one before; a single one is black.
 * force  white blobs for what the timeline does, as in Force Prompting (2025): a Gaussian of
 *        sigma = width / 36 that starts at the image of the point of attack and moves along the
 *        image of the force, both as they are in the first frame at or after the beginning: an
 *        eighth of the width, and 3/8 of it more times min(1, dv / 4 m/s), dv being the change of
 *        velocity that it gives the free body. It takes half a second for an impulse, and as long
 *        as it acts for a force, as the impulse grows; forces of one series that follow one another
 *        are one, each with its own direction.
 *        Red blobs for impacts (events of kind impact): sigma = width / 72 at the image of the
 *        contact, for the first quarter second, of height min(1, dv / 4 m/s) but at least 1/4, dv
 *        being the impulse over the lighter body's mass. Whether something hides the point makes no
 *        difference. The greatest counts where they overlap: green and blue are the applied forces
 *        alone, red less green the impacts.
 * Thread-safety: one sink, one thread; the rest is pure.
 */
#pragma once

#include "base/bytes.h"
#include "base/camera.h"
#include "export/sink.h"

REEL_API_BEGIN

typedef enum reel_control {
    REEL_CONTROL_DEPTH = 0,
    REEL_CONTROL_SEG,
    REEL_CONTROL_EDGE,
    REEL_CONTROL_FLOW,
    REEL_CONTROL_FORCE,
    REEL_CONTROL_COUNT,
} reel_control;

/** Set of kinds: bit (1 << kind). */
typedef uint32_t reel_controls;
#define REEL_CONTROL_BIT(c) ((reel_controls)1 << (c))
#define REEL_CONTROLS_ALL   (((reel_controls)1 << REEL_CONTROL_COUNT) - 1)

enum { REEL_EDGE_LOW = 100, REEL_EDGE_HIGH = 200 };
#define REEL_FLOW_FULL  (1.0 / 32) /**< of the width, a frame: motion in full colour */
#define REEL_FORCE_FULL 4.0        /**< m/s: change of velocity that is drawn at its most */

/** "depth", "seg", ... A constant. */
const char *reel_control_name(reel_control kind);
/** By name; false if unknown. */
bool reel_control_find(const char *name, reel_control *out);
enum { REEL_CONTROL_NAME = 32 }; /**< room for a name */
/** Names with commas between them. False: one of them, cut to its room, is unknown. */
bool reel_controls_parse(const char *text, reel_controls *out, char unknown[REEL_CONTROL_NAME]);
/** Planes that a frame must hold for these kinds. */
reel_planes reel_control_planes(reel_controls kinds);

/** How they are to be read, for a card: a section of level 3 in Markdown; nothing for none. Appended. */
void reel_control_card(reel_controls kinds, reel_bytes *out);

/** Where a control video is seen from; all borrowed for the sink's life. */
typedef struct reel_control_view {
    const reel_scene *scene;
    const reel_take *take;
    int camera; /**< index into the scene's */
} reel_control_view;

/**
 * A video of that kind, of frames with reel_control_planes(). `options` as for the colour.
 * @return REEL_OK; REEL_E_IO (names the file); REEL_E_INTERNAL (codec); REEL_E_NOMEM.
 */
reel_status reel_control_sink_open(const char *path, reel_control kind,
                                   const reel_stream_desc *desc, const reel_control_view *view,
                                   const reel_video_options *options, reel_sink **out,
                                   reel_error *err) REEL_MUST_CHECK;

/** m: near and far of a depth sink that was closed (assert); 0 and 0 if no surface was seen. */
void reel_control_depth_range(const reel_sink *sink, double *near, double *far);

/* ---- the drawings --------------------------------------------------------------------------- */

/** Colour of an instance id in the seg video. */
void reel_control_seg_color(int id, uint8_t rgb[3]);

/** Colour of a flow of (dx, dy) pixels where `full` pixels are full colour. */
void reel_control_flow_color(double dx, double dy, double full, uint8_t rgb[3]);

typedef struct reel_edges reel_edges; /**< opaque: memory for Canny's detector */

/** For pictures of this size. NULL: out of memory. */
reel_edges *reel_edges_create(int width, int height);
void reel_edges_destroy(reel_edges **edges); /**< accepts a pointer to NULL */

/** The edges of an interleaved picture: `out` ([height][width]) is 255 on them and 0 elsewhere. */
void reel_edges_find(reel_edges *edges, const uint8_t *rgb, int low, int high, uint8_t *out);

REEL_API_END
