/*
 * soft.h - what the soft renderer's front end (soft.c, geom.c) and its kernel share.
 *
 * Everything is in the frame of the camera (x right, y down, z forward, camera centre = origin),
 * prepared in double and rounded once to float32, so that precision does not depend on where in
 * the world the scene stands. A snapshot is all drawn geoms as one camera sees them at one frame.
 * A draw needs the snapshot of its frame and, for flow, those of its neighbours.
 */
#pragma once

#include "render/render.h"
#include "render/soft/mesh.h"

enum {
    SOFT_TILE = 16,         /* px, side of a tile */
    SOFT_BATCH = 256,       /* samples worked on together: a tile's */
    SOFT_SAMPLES = 4,       /* colour samples a pixel */
    SOFT_KEY_FACES = 8,     /* key = drawn geom * 8 + face; -1 = nothing hit. The face of a mesh is
                               the colour of a smooth patch, + 4 on another sheet of it than the
                               pixel's centre; which triangle stands beside the key */
    SOFT_FEW = 64,          /* drawn geoms: with more of them a tree finds those that matter */
    SOFT_TREE_LEAF = 3,     /* geoms */
    SOFT_TREE_DEPTH = 40,   /* nodes that wait to be looked into */
    SOFT_MAX_BOUNCERS = 8,  /* planes that light what stands before them */
    SOFT_SKY_TERMS = 4,     /* of the polynomials for the sky's irradiance */
    SOFT_GLOSS_ANGLES = 32, /* of the table of gloss.c: by the root of the cosine, */
    SOFT_GLOSS_ROUGH = 16,  /* and by the roughness */
};

/* A drawn geom in one snapshot. */
typedef struct soft_geom {
    int shape;             /* reel_shape */
    int present;           /* its body exists at this frame */
    int x0, y0, x1, y1;    /* px, half-open: no sample outside can hit it */
    float rot[9], off[3];  /* local = rot * cam + off; off is the camera centre in local */
    float centre[3];       /* m, camera frame, of the bounding sphere: the origin of the geom's
                              frame, or a mesh's middle */
    float radius;          /* m, of the bounding sphere; infinite plane: 0 */
    float half[3];         /* m: box half edges; radius, half length (no caps), cone: and their
                              slope; semi-axes; plane: radius; mesh: of its box */
    float near_z;          /* m: no hit is nearer than this (planar z) */
    float core[3], core_r; /* m: for occlusion, a box of half edges `core` grown by core_r */
    float core_at[3];      /* m: where that box is in the geom's frame */
    float far_r;           /* m: radius of the ball about `centre` that hides as much from afar */
    int ball;              /* that box is the point `centre` */
    int slab;              /* a thin box that never moves, as walls and table tops are */
    float reach;           /* m: farther from its centre it hides nothing */
    int has_corners;       /* all corners of its box are before the camera: */
    float corner[8][2];    /* px, where they are seen; bits of the index: sides along x, y, z */
} soft_geom;

/* What is fixed for a drawn geom over the clip. */
typedef struct soft_info {
    int geom, body, object, instance, material; /* indices into the scene; id */

    float albedo[3]; /* mean base colour, for light that bounces off it */
} soft_info;

typedef enum soft_motion_kind {
    SOFT_MOTION_NONE = 0, /* no flow: first or last frame, absent or teleported */
    SOFT_MOTION_STILL,    /* neither the body nor the camera moved a bit */
    SOFT_MOTION_MOVES,
} soft_motion_kind;

/* other_cam = rot * cam + off for a point of the body */
typedef struct soft_motion {
    int kind;
    float rot[9], off[3];
} soft_motion;

/* Per body and draw. */
typedef struct soft_body {
    float box_rot[9], box_off[3]; /* object coordinates x 65535 = box_rot * cam + box_off */
    soft_motion motion[2];        /* forward, backward */
} soft_body;

/* When and through which point of the lens and of the pixels: see lens.h. All 0 but the frame: what
 * the labels show. */
typedef struct soft_instant {
    int frame;
    double shift;     /* frames after it, -0.5..0.5 */
    double lens[2];   /* m, right and down */
    double focus;     /* m, planar distance at which all points of the lens see the same; > 0 */
    double offset[2]; /* px */
} soft_instant;

/* What a camera does to the light: see film.h. */
typedef struct soft_film {
    int on;           /* balance or vignette do something */
    float balance[9]; /* linear RGB to linear RGB, row-major */
    float vignette;   /* share of cos^4 */
    float grain;      /* codes at mid grey */
    float cx, cy;     /* px, where the lens looks */
    uint32_t seed;
} soft_film;

typedef struct soft_snapshot {
    int camera, frame; /* -1: empty */
    double shift;      /* frames after `frame`: where bodies are; see soft_instant */
    uint64_t used;     /* draw number of its last use */
    reel_view view;
    soft_geom *geoms; /* [n_drawn] */
} soft_snapshot;

/* A material as floats, with what the patterns need precomputed. */
typedef struct soft_material {
    int pattern;
    uint32_t seed;
    float color[3], color2[3], mean[3];
    float scale, inv_scale, roughness, metallic, specular;
    int albedo_srgb[3]; /* plain colour as stored */
    float bump, clearcoat, coat_rough, transmission, ior, emission[3];
    int image, normal_image, mapping; /* indices into the scene's images, or -1; reel_mapping */
    float image_scale;
    int detailed; /* it depends on the point: has a pattern or an image */
} soft_material;

/* A lamp in the camera's frame. */
typedef struct soft_lamp {
    int kind;                        /* reel_lamp_kind */
    float at[3], dir[3], u[3], v[3]; /* centre; rectangle, spot: where it shines; rectangle: unit
                                        edges */
    float radius, half[2];           /* m: ball, spot; rectangle: half edges along u, v */
    float radiance[3];
    float cos_in, cos_out; /* spot: full light within, none beyond; the share between them is
                              smooth in the cosine */
} soft_lamp;

/* A drawn geom that glows, as a ball that sends out what it does. */
typedef struct soft_glow {
    int drawn;
    soft_lamp lamp;
} soft_glow;

/* One side of the sun for a geom in its own frame: see shadow.h. */
typedef struct soft_occluder {
    float dir[3];      /* unit, towards the light, local */
    float inv[3];      /* box: 1/dir, large where dir is 0 */
    float slab[3][3];  /* box: unit normals of the silhouette's edges, [edge][axis] */
    float width[3];    /* box: half widths of the silhouette along them */
    float axis[2][3];  /* cylinder, cone: unit vectors along and across the projected axis */
    float cap, length; /* cylinder, cone: half thickness of the projected cap; projected half
                          length; ellipsoid: cap = radius of its silhouette, were it a disc */
    float cu, cv;      /* centre of the bounding sphere across the light (soft_sun.u, v) */
    float cw;          /* and along it */
} soft_occluder;

/* Geoms rounded up to the widest groups of lanes. */
#define SOFT_WHOLE_GROUPS(n) (((size_t)(n) + 15) / 16 * 16)

typedef struct soft_sun {
    float dir[3], u[3], v[3]; /* camera frame: to the light, and two axes across */
    float irradiance[3];
    float tan_radius;         /* tangent of the angular radius */
    float cos_disc, disc[3];  /* cosine of the radius and radiance of the visible disc */
    soft_occluder *occluders; /* [n_drawn] */
    float *casters[4];        /* cu, cv, cw and radius of all geoms, in whole groups of lanes; what
                                 casts no shadow has a radius of -1e30, a plane that does of 1e30 */
    struct soft_rims *rims;   /* of meshes; NULL: no geom shows one */
} soft_sun;

/* A plane that reflects sky and sun on what stands before it. */
typedef struct soft_bouncer {
    float normal[3], offset; /* camera frame: height of a point = normal . x + offset */
    float radiance_sun[3];   /* leaving the plane where the sun reaches it */
    float radiance_sky[3];
    float range; /* m: how far the drawn plane reaches; 0 = without end */
    int drawn;   /* index of the geom */
    float up;    /* normal . world up */
} soft_bouncer;

/* The present geoms of a snapshot but planes, in boxes about their bounding spheres. */
typedef struct soft_tree {
    soft_node *nodes; /* [0] is the root; as in a mesh, of geoms */
    float *reach;     /* [nodes] m: the greatest of its geoms */
    int *order;       /* [n_drawn] */
    int *planes;      /* [n_drawn] */
    int n_nodes, n_planes;
} soft_tree;

typedef struct soft_sky {
    float up[3]; /* world up in the camera frame */
    float zenith[3], horizon[3], ground[3];
    float above[3][SOFT_SKY_TERMS]; /* irradiance / pi by the upper half as a polynomial in N.up */
    float below[3];                 /* the same of the lower half on a normal that points down */
    float mean[3];                  /* radiance averaged over all directions */
    const struct soft_env *env;     /* NULL: the gradient above; else only `up` and `mean` hold */
    float axes[9];                  /* the map's frame = axes * camera's */
} soft_sky;

typedef struct soft_refusal {
    int plane, x, y; /* plane -1: none */
    double value;
} soft_refusal;

typedef struct soft_tile soft_tile; /* kernel.c: the buffers of one tile */

/* CPU ticks by stage of one draw. */
typedef struct soft_ticks {
    uint64_t visibility, shading, labels;
} soft_ticks;

/* Rays from within `radius` of `org`, along within `spread` of `dir`. */
typedef struct soft_beam {
    float org[3], dir[3], radius, spread;
} soft_beam;

enum { SOFT_REACH_BEAMS = 2 };

/* What the colours of a tile hang on besides the geoms seen in it: see kept.h. Boxes are empty,
 * with lo > hi, if there is no such point. */
typedef struct soft_reach {
    float lo[3], hi[3], disc; /* m: of its points; their widest penumbra by their pixels' size */
    int n_beams;              /* bundles of reflected rays; those beyond the array are not kept */
    soft_beam beams[SOFT_REACH_BEAMS];
    float met_lo[3], met_hi[3], met_disc; /* the same of what these meet */
} soft_reach;

/* What light_floor() finds: members of soft_job, those that mean nothing 0. */
typedef struct soft_floor_light {
    int floor, level;
    float ambient[3], level_ambient[3][SOFT_SKY_TERMS];
} soft_floor_light;

/* All that the kernel reads to draw one frame; it writes `out`, `refusal`, `ticks` and scratch. */
typedef struct soft_job {
    int width, height, n_drawn;
    reel_quality quality;
    reel_planes planes;
    float fx, inv_f, cx, cy;
    float depth_inv; /* units per metre of the depth plane */
    float exposure;
    soft_film film;
    float *sum;      /* NULL: colours are stored; else they are added here: [tiles, row by row]
                        [3][SOFT_BATCH], linear */
    float footprint; /* px, side of what a sample stands for: less, the more exposures there are */
    int exposure_no, n_exposures; /* which of how many this is, with `sum`; else 0 of 1 */
    float *gathered;              /* light that `high` gathers first: see gathered.h */
    int frame, paths;             /* paths: samples of reel_render_options, never 0 */
    int clear;                    /* some material lets light through */
    const float *gloss;           /* [SOFT_GLOSS_ANGLES][SOFT_GLOSS_ROUGH][2]; NULL below high */
    const soft_info *info;
    const soft_body *bodies;
    const soft_material *materials;
    const struct soft_texture *textures; /* of the scene's images; see texture.h */
    int relief;                          /* some material tilts normals */
    const soft_geom *geoms;              /* [n_drawn] at this frame */
    const soft_mesh *const *meshes;      /* [n_drawn], NULL: another shape */
    struct soft_raster *raster;          /* triangles of this frame; NULL: no geom shows a mesh */
    const soft_geom *other[2];           /* at the next and the frame before; NULL: none */
    const uint8_t *moved[2];             /* [n_drawn]: differs from `geoms` */
    soft_motion camera_motion[2];        /* of what is infinitely far */
    const soft_tree *tree;               /* of `geoms`; NULL: they are few */
    uint64_t *marks;                     /* scratch: a bit a drawn geom, all 0 */
    int n_suns, n_bouncers;
    const soft_sun *suns;
    int n_lamps;
    const soft_lamp *lamps;
    int n_glows, glowing;   /* glowing: some material does */
    int coated;             /* some material has a lacquer */
    const soft_glow *glows; /* present ones that are no planes */
    soft_bouncer bouncers[SOFT_MAX_BOUNCERS];
    soft_sky sky;
    int floor;              /* the only bouncer's geom, or -1 */
    float floor_ambient[3]; /* irradiance / pi on it, the same everywhere */
    int level;              /* ambient light is level_ambient, a polynomial in the */
    float level_ambient[3][SOFT_SKY_TERMS]; /* height of the normal: the floor is level */
    float *sources;                         /* scratch, [suns + lamps + glows][6] */
    int *row_list, *tile_list, *near_list;  /* scratch, [n_drawn] */
    int *span[2];                           /* scratch, [n_drawn]: px, columns in a row of tiles */
    soft_tile *tile;
    soft_reach *reaches;             /* [tiles, row by row] to be noted; NULL: nobody asks */
    const uint8_t *stale;            /* [tiles]: 1: it must be drawn; NULL: all must */
    const soft_geom *const *changed; /* since the draw before, as they were and as they are */
    int n_changed;
    soft_floor_light *floor_before; /* with `reaches`: of the draw before; it gets this one's */
    reel_frame *out;
    float *radiance; /* [height][width][3] before exposure and film; NULL: not wanted */
    soft_refusal refusal;
    soft_ticks ticks;
} soft_job;

/* Points that ask whether something hides them; [n] each, n a multiple of 16. */
typedef struct soft_points {
    int n;
    const float *u, *v, *dx, *dy, *z; /* px; ray and depth, camera frame */
    int32_t *owner;                   /* the drawn geom that a point is on; -1: it does not ask, or
                                         is hidden */
} soft_points;

/* One compilation of kernel.c. */
typedef struct soft_kernel {
    int lanes;
    size_t tile_bytes;
    void (*draw)(soft_job *job);
    void (*develop)(const soft_job *job); /* store the mean of what `sum` holds */
    /* Set the bits of the pixels where drawn geom k alone is seen; of a mesh, of its triangles
     * [first, last) of the raster. `words` a row. */
    void (*alone)(const soft_job *job, int k, int first, int last, uint64_t *bits, size_t words);
    void (*hide)(const soft_job *job, const soft_points *points); /* owner = -1 of the hidden */
} soft_kernel;

extern const soft_kernel reel_soft_kernel_4;
#if defined(__x86_64__)
extern const soft_kernel reel_soft_kernel_8;
extern const soft_kernel reel_soft_kernel_16;
#endif

/* geom.c */

/* Pose of a body at a snapshot's time; false if it is absent. */
bool reel_soft_body_pose(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                         int body, reel_pose *out);

/* Fill snap->geoms and snap->view. */
void reel_soft_snapshot_fill(soft_snapshot *snap, const reel_scene *scene, const reel_take *take,
                             const soft_info *info, const soft_mesh *const *meshes, int n_drawn,
                             int camera, const soft_instant *at, int width, int height);

/* Where geom `geom` of the scene is in a filled snapshot: cam = rot * local + off. */
void reel_soft_pose(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                    int geom, double rot[9], double off[3]);

/* The motion of body `body` (or, for -1, of what is infinitely far) between two snapshots. */
soft_motion reel_soft_motion(const reel_scene *scene, const reel_take *take,
                             const soft_snapshot *from, const soft_snapshot *to, int body);

/* Object coordinates of `body` x 65535 from points in the camera frame. */
void reel_soft_box_map(const reel_scene *scene, const reel_take *take, const soft_snapshot *snap,
                       int body, soft_body *out);

/* tree.c: nodes, reach, order and planes are allocated: 2 n_drawn + 1 of the first two. */
void reel_soft_tree_fill(soft_tree *tree, const soft_geom *geoms, int n_drawn);

/* gloss.c: the shares of f0 and f90 in the directional albedo of GGX. */
void reel_soft_gloss_fill(float table[SOFT_GLOSS_ANGLES][SOFT_GLOSS_ROUGH][2]);

/* light.c */

/* The occluder data of every drawn geom for a sun whose dir is set. */
void reel_soft_sun_fill(soft_sun *sun, const soft_geom *geoms, int n_drawn);

/* Sky in the camera frame, with its irradiance polynomials (constant over a clip but for `up`). */
void reel_soft_sky_fill(soft_sky *out, const reel_sky *sky, const struct soft_env *env);

/* The members of a sky with an environment that go with the view. */
void reel_soft_env_view(soft_sky *sky, const reel_view *view);

/* Irradiance / pi of the upper (half 0) or the lower half of any sky on a normal, camera frame. */
void reel_soft_sky_irradiance(const soft_sky *sky, int half, const float normal[3], double out[3]);

/* Lamp `lamp` of the scene as a filled snapshot sees it. */
void reel_soft_lamp_fill(soft_lamp *out, const reel_scene *scene, const reel_take *take,
                         const soft_snapshot *snap, int lamp);

/* Planes that light others; returns how many. */
int reel_soft_bouncers(const soft_job *job, soft_bouncer out[SOFT_MAX_BOUNCERS]);

/* sRGB-encoded 8-bit code of a linear value, as the kernel's own encoding rounds it. */
float reel_soft_srgb(float linear);

/* objects.c */

struct reel_renderer;

/* What the frame of the renderer's job shows of objects but the visible masks, into
 * job.out->objects. False: out of memory. */
bool reel_soft_objects(struct reel_renderer *r, const soft_snapshot *now);

/* The visible masks, once the instance plane is drawn. False: out of memory. */
bool reel_soft_objects_seen(const reel_frame *frame);
