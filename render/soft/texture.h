/*
 * texture.h - an image that materials show, with its mip levels, as the kernel reads it.
 *
 * Level 0 is the image, each further one half its sides (rounded down, at least 1), down to one
 * texel. A texel of a level is the mean over its part of the level before, in linear light; colours
 * are premultiplied by alpha; normals are averaged as vectors, whose lost length tells how much
 * they differ, and is turned into roughness where it is seen.
 */
#pragma once

#include "render/soft/soft.h"

enum { SOFT_MAX_LEVELS = 13 };

typedef struct soft_texture {
    int n_levels; /* 0: no material shows it */
    int kind;     /* reel_image_kind: colour or data */
    int32_t width[SOFT_MAX_LEVELS], height[SOFT_MAX_LEVELS], start[SOFT_MAX_LEVELS];
    /* Rows from the top. Colour: roots of the linear values in 11, 11 and 10 bits from the lowest
     * up. Data: x and y of the normal, 1024 + 1023 x, in 11 bits each, and the root of what its
     * length lacks to 1 in 10 bits. */
    const uint32_t *texels;
    const float *alpha; /* as texels; NULL: 1 everywhere */
    float mean[4];      /* linear, premultiplied; alpha */
} soft_texture;

/* Build from an image of colour or data; memory from `arena`. False: out of memory. */
bool reel_soft_texture_build(soft_texture *out, const reel_image *image, reel_arena *arena);

/* The images of a scene that its materials show, [n_images]; NULL: out of memory. */
soft_texture *reel_soft_textures(const reel_scene *scene, reel_arena *arena);

/* Give the materials whose images cover them their images' mean colour. Returns whether a material
 * tilts normals. */
bool reel_soft_tint(soft_material *materials, const reel_scene *scene, const soft_texture *all);
