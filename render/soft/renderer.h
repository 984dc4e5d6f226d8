/*
 * renderer.h - the renderer object, which create.c prepares once for a clip and soft.c draws with.
 */
#pragma once

#include "render/soft/raster.h"
#include "render/soft/rims.h"

enum { SOFT_SNAPSHOTS = 6 };

struct reel_renderer {
    const reel_scene *scene; /* borrowed */
    const reel_take *take;   /* borrowed */
    reel_render_options options;
    const soft_kernel *kernel;
    int n_drawn, n_instances;
    reel_arena meshes;       /* holds the next three and what they point to */
    const soft_mesh **shown; /* [n_drawn]: the mesh of a geom, or NULL */
    soft_raster raster;
    soft_rims *rims;      /* [n_suns] */
    struct soft_env *env; /* NULL: the sky is a gradient */
    int n_suns;           /* the scene's and those that the environment holds */
    int n_meshes;
    soft_info *info;
    soft_material *materials;
    struct soft_texture *textures; /* [n_images], in `meshes` */
    bool relief;                   /* some material tilts normals */
    soft_body *bodies;
    soft_snapshot snapshots[SOFT_SNAPSHOTS];
    soft_snapshot exposure; /* of one exposure of many: see lens.h */
    float *sum;             /* of the exposures: see soft_job; made when a camera needs it */
    size_t sum_bytes;
    float *gathered; /* of a picture's pixels in `high`: see soft_job */
    size_t gathered_bytes;
    uint8_t *moved[2];
    soft_tree tree;
    uint64_t *marks;
    float *casters; /* [n_suns][4][SOFT_WHOLE_GROUPS(n_drawn)] */
    soft_occluder *occluders;
    soft_sun *suns;
    soft_lamp *lamps;
    soft_glow *glows; /* [n_glowing] */
    int n_glowing;    /* drawn geoms whose material glows */
    int coated;       /* some drawn geom has a lacquer */
    int clear;        /* some lets light through */
    soft_tile *tile;
    int *lists;
    float *sources;    /* scratch of a job */
    int width, height; /* of the snapshots */
    uint64_t draws;
    soft_sky sky;
    float (*gloss)[SOFT_GLOSS_ROUGH][2]; /* in `meshes`; NULL below high */
    soft_job job;
    reel_render_times times;
    float *radiance; /* borrowed, [height][width][3]: gets a draw's linear colours; NULL: nobody
                        asks */
};

/* lights.c: lamps, suns, sky and bouncing planes of a job whose geoms are set. */
void reel_soft_lights_fill(reel_renderer *r, soft_job *job, const soft_snapshot *now);
