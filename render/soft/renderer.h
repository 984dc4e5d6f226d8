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
    soft_rims *rims; /* [n_suns] */
    int n_meshes;
    soft_info *info;
    soft_material *materials;
    soft_body *bodies;
    soft_snapshot snapshots[SOFT_SNAPSHOTS];
    uint8_t *moved[2];
    soft_tree tree;
    uint64_t *marks;
    soft_occluder *occluders;
    soft_sun *suns;
    soft_lamp *lamps;
    soft_tile *tile;
    int *lists;
    int width, height; /* of the snapshots */
    uint64_t draws;
    soft_sky sky;
    soft_job job;
    reel_render_times times;
    float *radiance; /* borrowed, [height][width][3]: gets a draw's linear colours; NULL: nobody asks */
};
