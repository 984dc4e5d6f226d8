/*
 * lens.h - open shutters and lenses: which exposures a frame is the mean of.
 *
 * A camera with an aperture or a shutter is drawn as the mean, in linear light, of several
 * pictures of ideal pinholes: each from another point of the lens, at another time, through
 * another point of the pixels, which anti-aliases as well. How many it takes is measured
 * for each frame: as many as let neighbouring copies of what is blurred most merge.
 */
#pragma once

#include "render/soft/soft.h"

enum { SOFT_MOST_EXPOSURES = 256 };

/* How many exposures a frame of a camera needs; 0: it is a pinhole with an instant shutter. `now`
 * is its snapshot. */
int reel_soft_exposures(const reel_scene *scene, const reel_take *take, const soft_info *info,
                        int n_drawn, const soft_snapshot *now, reel_quality quality, int width,
                        int height);

/* Exposure i of n: low discrepancy over time, lens and pixel, the same for every frame, so that
 * nothing flickers; its means over the lens and the pixel are their centres. */
soft_instant reel_soft_exposure(const reel_camera *camera, int frame, int i, int n);
