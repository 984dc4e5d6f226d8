/*
 * objects.h - what a frame shows of each object beyond planes: how it would look alone (amodal),
 * and where points that are fixed to its surface are (tracks).
 *
 * Image conventions: base/camera.h. Amodal: an instance's own surface, with everything else taken
 * away, seen by the rays of the instance plane; so the pixels of the plane that show an instance
 * are among its amodal ones, exactly. Thread-safety: one thread per struct.
 */
#pragma once

#include "base/mask.h"
#include "base/scene.h"

REEL_API_BEGIN

enum {
    REEL_MAX_TRACKS = 4096,        /**< of an object */
    REEL_MAX_ALL_TRACKS = 1 << 20, /**< of a clip */
    REEL_TRACKS_DEFAULT = 16,      /**< of an object */
};

typedef struct reel_amodal {
    int32_t x0, y0, x1,
        y1;           /**< px, half-open: box of its amodal pixels in the image; all 0: none */
    int32_t pixels;   /**< amodal pixels in the image */
    double extent[4]; /**< px: u0, v0, u1, v1 of all of its outline, beyond the image too,
                           exact; NaN if it is absent, has no end, or is not wholly in front
                           of the camera */
} reel_amodal;

/** What became of a track in a frame. */
enum {
    REEL_TRACK_ABSENT = 0, /**< its body is not there */
    REEL_TRACK_VISIBLE,
    REEL_TRACK_OCCLUDED, /**< in the image, but hidden by its own body or another */
    REEL_TRACK_OUTSIDE,  /**< outside the image or behind the camera */
};

/** A point on the surface of a visible geom. */
typedef struct reel_track {
    int instance, body, geom; /**< id; indices into the scene */
    double point[3];          /**< m, body frame */
    double normal[3];         /**< unit, outward, body frame: of facets where it is a mesh */
} reel_track;

/**
 * `per_object` points on each object with an instance id, in the order of the objects; track i of
 * an object is the same whatever per_object is. Uniform by area over the surfaces of its visible
 * geoms (planes have none, of a height field its upper side), less what is inside another convex
 * geom of the same body; drawn from the streams "tracks/<object>/<i>" of the scene's seed. Objects
 * without such a surface have no tracks.
 * @param tracks  in `arena`. @return REEL_OK; REEL_E_NOMEM; REEL_E_USAGE (more than
 *         REEL_MAX_ALL_TRACKS).
 */
reel_status reel_tracks_make(const reel_scene *scene, int per_object, reel_arena *arena,
                             reel_track **tracks, int *n_tracks, reel_error *err) REEL_MUST_CHECK;

/** What a renderer fills beside the planes of a frame (reel_frame.objects). */
typedef struct reel_objects {
    int width, height, n_instances;
    reel_amodal *amodal; /**< [n_instances + 1], index = instance id; [0] unused */
    bool has_masks;
    reel_masks amodal_masks;  /**< if has_masks; in the image */
    reel_masks visible_masks; /**< if has_masks: of the instance plane */
    int n_tracks;
    const reel_track *tracks; /**< borrowed */
    uint8_t *track_state;     /**< [n_tracks] */
    uint64_t *bits;           /**< scratch: [height][words] a bit a pixel, all 0 between calls */
    size_t words;             /**< of a row */
    size_t room;              /**< n_tracks rounded up to 16 */
    float *points;            /**< scratch, [5][room] */
    int32_t *owners, *first;  /**< scratch, [room], [n_instances + 1] */
} reel_objects;

/** @param tracks  borrowed. @return REEL_OK; REEL_E_NOMEM. */
reel_status reel_objects_init(reel_objects *out, int width, int height, int n_instances, bool masks,
                              const reel_track *tracks, int n_tracks,
                              reel_error *err) REEL_MUST_CHECK;
void reel_objects_finish(reel_objects *objects); /**< accepts a zeroed one */

REEL_API_END
