/*
 * env.h - what surrounds a scene, as a map of radiance that is made once for a clip.
 *
 * Maps are octahedral (Cigolle et al., "A Survey of Efficient Representations for Independent Unit
 * Vectors", JCGT 2014), in the map's frame, whose z axis is up: p = d / (|x| + |y| + |z|), and the
 * lower half is folded outwards; a map of `side` texels spans (p.x, p.y) from -1 to 1, with a
 * border of one texel beyond its edges so that four neighbours are always at hand. A lookup needs
 * no trigonometry. A texel is one word: three mantissas of nine bits (red lowest) and an exponent.
 *
 * Level 0 is the map itself, level i what a lobe of perceptual roughness i / 7 sees of it: the mean
 * weighted by GGX for a viewer along the normal, as in Karis, "Real Shading in Unreal Engine 4"
 * (SIGGRAPH 2013). Two more levels are the irradiance / pi on the normal by the upper and by the
 * lower half, apart since a floor replaces the lower one.
 */
#pragma once

#include "base/scene.h"

enum {
    SOFT_ENV_LOBES = 8,
    SOFT_ENV_ABOVE = SOFT_ENV_LOBES, /* level: irradiance / pi by the upper half */
    SOFT_ENV_BELOW,                  /* the same by the lower half */
    SOFT_ENV_LEVELS,
    SOFT_ENV_CELLS = 128, /* side of the table that samples are drawn by */
    SOFT_ENV_SUNS = 2,    /* at most, taken out of an image */
};

/* A small bright light that was taken out of an image: a sun. */
typedef struct soft_env_sun {
    reel_vec3 to_light; /* unit, world frame */
    double irradiance[3];
    double angular_radius; /* rad */
} soft_env_sun;

typedef struct soft_env {
    int side[SOFT_ENV_LEVELS]; /* texels, without the border */
    int at[SOFT_ENV_LEVELS];   /* of its first word in `words`; rows are side + 2 words */
    uint32_t *words;
    float unit;     /* radiance = mantissa * 2^(exponent - 24) * unit, a power of two */
    double turn[2]; /* cosine and sine of the map's turn about z */
    double mean[3]; /* over all directions */
    int n_suns;
    soft_env_sun suns[SOFT_ENV_SUNS];

    /* To draw directions in proportion to what comes from them: a cell of a level of
     * SOFT_ENV_CELLS by its row and column, then a place in it, uniform in (p.x, p.y). The density
     * per solid angle is density[cell] * |p|^3 with p on the octahedron. */
    float *rows;    /* [CELLS + 1]: share of all rows before; the last is 1 */
    float *columns; /* [CELLS][CELLS + 1]: the same in a row */
    float *density; /* [CELLS][CELLS] 1/sr, nowhere 0 */
} soft_env;

/* The environment of a scene whose sky is not a gradient; memory from `arena`. False: none left. */
bool reel_soft_env_build(soft_env *env, const reel_scene *scene, reel_arena *arena);

/* Radiance at a level along a unit direction of the map's frame, as the kernel has it. */
void reel_soft_env_look(const soft_env *env, int level, reel_vec3 d, double out[3]);

/* The unit direction of (x, y) in -1..1. */
reel_vec3 reel_soft_env_direction(double x, double y);

/* --- what env_sky.c and env_image.c give to env.c --- */

/* A map of floats while it is made: [side][side][3]. */
typedef struct soft_env_map {
    int side;
    float *rgb;
} soft_env_map;

/* Side of level 0 for a sky. */
int reel_soft_env_side(const reel_scene *scene);

/* Radiance of a computed sky in every direction. */
void reel_soft_env_sky(soft_env_map *map, const reel_scene *scene);

/* The same of an image, less what it takes out of it into env->suns (map's frame). */
void reel_soft_env_image(soft_env_map *map, soft_env *env, const reel_image *image);
