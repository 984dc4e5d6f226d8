/*
 * renderer.h - the renderer object, which create.c prepares once for a clip and soft.c draws with.
 */
#pragma once

#include "render/soft/raster.h"
#include "render/soft/rims.h"

enum {
    SOFT_SNAPSHOTS = 6,
    SOFT_KEPT_CHANGES = 64, /* with more changed geoms all is drawn anew */
};

/* The draw before, for the next to keep what stays the same: see kept.c. */
typedef struct soft_kept {
    bool holds; /* the rest means something */
    const reel_frame *out;
    int camera, frame, width, height;
    reel_planes planes;
    int flows[2]; /* was there another frame? */
    soft_motion camera_motion[2];
    int n_bouncers;
    soft_bouncer bouncers[SOFT_MAX_BOUNCERS];
    soft_floor_light floor;
    soft_lamp *lamps;  /* [n_lamps] */
    soft_body *bodies; /* [n_bodies] */
    size_t n_tiles;
    soft_reach *reaches; /* [n_tiles] */
    uint8_t *stale;      /* [n_tiles], of this draw */
    const soft_geom *changed[2 * SOFT_KEPT_CHANGES];
} soft_kept;

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
    soft_kept kept;
    reel_render_times times;
    float *radiance; /* borrowed, [height][width][3]: gets a draw's linear colours; NULL: nobody
                        asks */
};

/* lights.c: lamps, suns, sky and bouncing planes of a job whose geoms are set. */
void reel_soft_lights_fill(reel_renderer *r, soft_job *job, const soft_snapshot *now);

/* soft.c: the snapshot of (camera, frame): kept from an earlier draw, or made in the place of the
 * one that was unused for longest; this draw's are not. */
soft_snapshot *reel_soft_snapshot(reel_renderer *r, int camera, int frame);

/* kept.c: before the kernel draws r->job and after it. What the frame still holds of the draw
 * before is not marked stale in the job. False: out of memory. */
bool reel_soft_kept_begin(reel_renderer *r, const soft_snapshot *now, reel_frame *out, bool alone);
void reel_soft_kept_end(reel_renderer *r);
void reel_soft_kept_finish(soft_kept *kept);
