/*
 * render.h - frames from a scene and its take.
 *
 * One renderer draws any camera and any frame of one clip, in any order: every frame is a pure
 * function of (scene, take, camera, frame, options). All planes come from one visibility result.
 * The soft renderer gives the same bits on every x86-64 machine and at every SIMD width; it reads
 * the take, never a world, and needs no exported libm names. After the first frame of a size it
 * allocates nothing. Thread-safety: one renderer, one thread; several renderers side by side are
 * fine. Image conventions: base/camera.h and base/frame.h.
 */
#pragma once

#include "base/camera.h"
#include "base/frame.h"

REEL_API_BEGIN

typedef struct reel_renderer reel_renderer; /**< opaque */

/** Same code, more of it: each is closer to the truth than the one before. */
typedef enum reel_quality {
    REEL_QUALITY_LABELS = 0, /**< no colour */
    REEL_QUALITY_DRAFT,      /**< exact hard sun shadow, one sample a pixel */
    REEL_QUALITY_STANDARD,   /**< 4 colour samples, soft shadow, occlusion, a traced reflection */
    REEL_QUALITY_HIGH,      /**< rays for light that bounces, reflections, glass and soft shadows */
    REEL_QUALITY_REFERENCE, /**< path traced: the truth that the others come near to. Paths have at
                                 most 16 surfaces; after a wide scatter surfaces are no sharper than
                                 roughness 0.3; suns and lamps shine straight through glass */
    REEL_QUALITY_COUNT,
} reel_quality;

/** "labels", "draft", "standard", "high", "reference". */
const char *reel_quality_name(reel_quality quality);
/** By name; false, and *out untouched, if unknown. */
bool reel_quality_find(const char *name, reel_quality *out);

typedef struct reel_render_options {
    reel_quality quality; /**< default REEL_QUALITY_STANDARD */
    double depth_scale;   /**< m per unit of the depth plane; default 0.001 */
    int lanes;            /**< SIMD width 4, 8 or 16; 0 (default) = best of this CPU */
    int samples; /**< 1..65536: paths a pixel (reference; default 256) or rays of bounced light for
                      four pixels (high; default 4); 0 (default) = that default; others: no effect
                  */
} reel_render_options;

/** The defaults named in reel_render_options. */
reel_render_options reel_render_options_default(void);

/** SIMD width that lanes = 0 means on this machine. */
int reel_render_best_lanes(void);

/**
 * @param scene, take  borrowed until the renderer is destroyed.
 * @return REEL_OK; REEL_E_USAGE (lanes that this CPU lacks, samples out of range); REEL_E_SCENE (a geom cannot be drawn:
 *         names the field); REEL_E_NOMEM.
 */
reel_status reel_renderer_create(const reel_scene *scene, const reel_take *take,
                                 const reel_render_options *options, reel_renderer **out,
                                 reel_error *err) REEL_MUST_CHECK;
void reel_renderer_destroy(reel_renderer **renderer);

/**
 * What planes mean here, beyond base/frame.h:
 * - depth reaches 65534 * depth_scale (65.5 m); a hit beyond it refuses the clip, so a floor needs
 *   a drawn radius (REEL_SHAPE_PLANE) unless the camera cannot see its horizon;
 * - flow of the sky is that of points infinitely far; its states are those of other points, so
 *   sky that a body covers in the other frame is occluded there;
 * - a point outside the other image whose flow does not fit, or that is behind the camera there,
 *   has state 3 and the value -32768; a point inside whose flow does not fit refuses the clip;
 * - a body that is absent in either frame, or placed anew between them, has no flow (state 0);
 * - coverage is of the 4 sample positions of REEL_QUALITY_STANDARD, at every quality, so that all
 *   label planes are the same at every quality; albedo is averaged over the pixel's footprint;
 * - rgb is radiance x 0.8 x the scene's exposure through a tone curve that compresses above 0.76
 *   and the sRGB curve: a white of albedo 0.8 in sun (irradiance 3) and sky is stored as about 230;
 * - a camera's exposure, white balance and vignette act on radiance before that curve, grain on the
 *   codes after it; with an aperture or a shutter rgb is the mean radiance of many pictures over
 * lens and time (4 to 256 by quality and by how wide the blur is: so many times as slow). No other
 * plane knows of any of it;
 * - patterns of a height field are a plane's, laid out from above;
 * - insides are not drawn: a camera within a solid, or below a height field, sees through it;
 * - normals of hulls, meshes and height fields are those that they are shaded with, as in other
 *   renderers' normal passes: blended over a triangle from its corners', which take in the faces
 *   around that meet at less than `crease`; with crease 0, the facet's own. One that would turn
 * away from the camera, as at the rim of a coarse mesh, is bent until it is at a right angle to the
 *   view. Depth, coordinates and flow are those of the facets.
 *
 * Draw `frame` of `camera` into `*out`: the planes that are allocated there (out->planes), of any
 * even size; out->boxes whenever the instance plane is among them. rgb needs a quality above
 * REEL_QUALITY_LABELS (assert).
 * @return REEL_OK; REEL_E_REFUSED (a value does not fit its plane: names plane, frame, pixel);
 *         REEL_E_NOMEM.
 */
reel_status reel_renderer_draw(reel_renderer *renderer, int camera, int frame, reel_frame *out,
                               reel_error *err) REEL_MUST_CHECK;

/** CPU seconds spent so far by stage, for the benchmark and progress (not part of any digest). */
typedef struct reel_render_times {
    double setup, visibility, shading, labels;
} reel_render_times;
reel_render_times reel_renderer_times(const reel_renderer *renderer);

REEL_API_END
