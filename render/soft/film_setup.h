/*
 * film_setup.h - a camera's film as the kernel reads it (film.h applies it).
 */
#pragma once

#include "render/soft/soft.h"

/* Film of camera `camera` (of that index) at a frame of an image of that size. */
void reel_soft_film_fill(soft_film *out, const reel_camera *camera, int index, int frame, int width,
                         int height);

/* CIE daylight's chromaticity; kelvin 4000..25000. */
void reel_soft_daylight(double kelvin, double *x, double *y);

/* Linear RGB -> linear RGB that shows daylight of `kelvin` as white, of the same luminance. */
void reel_soft_white_balance(double kelvin, double out[9]);
