/* glb_bake.c - textures of solid patterns and images, drawn by the renderer; see glb_internal.h.
 *
 * A stage is a record of its own whose frames show the geom, as it is, along the sights: its albedo
 * plane is the texture. So patterns, images, decals and their filters have one definition, the
 * renderer's.
 */
#include "base/trig.h"
#include "export/layout/glb_internal.h"

#include <string.h>

typedef struct reel_glb_stage {
    reel_scene *scene;
    reel_take *take;
    reel_record_stream stream;
    reel_record record;
} reel_glb_stage;

/* What a frame of a stage shows. */
typedef struct shot {
    reel_glb_sight sight;
    int body;
} shot;

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for textures");
}

static void destroy_stage(reel_glb_stage **stage)
{
    if (*stage) {
        reel_take_destroy(&(*stage)->take);
        reel_scene_destroy(&(*stage)->scene);
        reel_free(*stage);
        *stage = NULL;
    }
}

/* A mesh in one piece, or a body with the triangles of each chart. */
static bool put_meshes(reel_scene *stage, const reel_mesh *mesh, const reel_glb_charts *charts)
{
    stage->meshes = REEL_ARENA_NEW(&stage->arena, reel_mesh, stage->n_bodies);
    stage->n_meshes = stage->n_bodies;
    for (int b = 0; stage->meshes && b < stage->n_bodies; b++) {
        stage->meshes[b] = *mesh;
        if (stage->n_bodies == 1) {
            continue;
        }
        const reel_glb_chart *c = &charts->chart[b];
        int *triangles = REEL_ARENA_NEW(&stage->arena, int, (size_t)c->n * 3);
        for (int i = 0; triangles && i < c->n; i++) {
            memcpy(triangles + 3 * (size_t)i,
                   mesh->triangles + 3 * (size_t)charts->order[c->first + i],
                   3 * sizeof *triangles);
        }
        stage->meshes[b].triangles = triangles;
        stage->meshes[b].n_triangles = c->n;
        if (!triangles) {
            return false;
        }
    }
    return stage->meshes != NULL;
}

static bool put_bodies(reel_scene *stage, const reel_scene *scene, const reel_geom *geom)
{
    const int n = stage->n_bodies;
    stage->n_geoms = n;
    stage->objects = REEL_ARENA_NEW(&stage->arena, reel_object, 1);
    stage->bodies = REEL_ARENA_NEW(&stage->arena, reel_body, n);
    stage->geoms = REEL_ARENA_NEW(&stage->arena, reel_geom, n);
    if (!stage->objects || !stage->bodies || !stage->geoms) {
        return false;
    }
    stage->n_objects = 1;
    stage->objects[0] = scene->objects[scene->bodies[geom->body].object];
    stage->objects[0].instance_id = 1;
    stage->objects[0].first_body = 0;
    stage->objects[0].n_bodies = n;
    for (int b = 0; b < n; b++) {
        stage->bodies[b] = (reel_body){.name = "",
                                       .tag = "",
                                       .first_geom = b,
                                       .n_geoms = 1,
                                       .motion = REEL_MOTION_STATIC,
                                       .world_from_body = reel_pose_identity()};
        stage->geoms[b] = *geom;
        stage->geoms[b].body = b;
        stage->geoms[b].body_from_geom = reel_pose_identity();
        stage->geoms[b].material = 0;
        stage->geoms[b].mesh = geom->mesh >= 0 ? b : -1;
        stage->geoms[b].height_field = geom->height_field >= 0 ? 0 : -1;
    }
    return true;
}

/* At the origin, looking along +y; a picture is as high as SLENDER of reel_glb_focal() says. */
static bool put_camera(reel_scene *stage)
{
    stage->cameras = REEL_ARENA_NEW(&stage->arena, reel_camera, 1);
    reel_camera_key *key = REEL_ARENA_NEW(&stage->arena, reel_camera_key, 1);
    if (!stage->cameras || !key) {
        return false;
    }
    *key = (reel_camera_key){.target = {0, 1, 0}, .up = {0, 0, 1}};
    stage->n_cameras = 1;
    stage->cameras[0] =
        (reel_camera){.name = "texture",
                      .body = -1,
                      .fov_y = 2 * reel_atan(0.5 * stage->height / reel_glb_focal(stage->height)),
                      .n_keys = 1,
                      .keys = key};
    return true;
}

static reel_scene *make_scene(const reel_scene *scene, const reel_geom *geom, int material,
                              int side, int n_shots, const reel_glb_charts *charts)
{
    reel_scene *s = reel_scene_create();
    if (!s) {
        return NULL;
    }
    s->family = s->source = s->source_sha256 = "";
    s->fps = s->step_rate = s->samples_per_frame = 1;
    s->frames = n_shots;
    s->width = s->height = side;
    /* borrowed: a scene frees its arena alone */
    s->n_surfaces = scene->n_surfaces;
    s->surfaces = scene->surfaces;
    s->n_categories = scene->n_categories;
    s->categories = scene->categories;
    s->n_images = scene->n_images;
    s->images = scene->images;
    s->n_materials = 1;
    s->materials = REEL_ARENA_NEW(&s->arena, reel_material, 1);
    s->n_bodies = charts && geom->shape == REEL_SHAPE_MESH ? charts->n : 1;
    bool ok = s->materials && put_bodies(s, scene, geom) && put_camera(s);
    if (ok) {
        s->materials[0] = scene->materials[material];
    }
    if (ok && geom->mesh >= 0) {
        ok = put_meshes(s, &scene->meshes[geom->mesh], charts);
    }
    if (ok && geom->height_field >= 0) {
        s->n_height_fields = 1;
        s->height_fields = &scene->height_fields[geom->height_field];
    }
    if (!ok) {
        reel_scene_destroy(&s);
    }
    return s;
}

/* world_from_body that shows the geom along the sight. */
static reel_pose pose_of(const reel_glb_sight *s)
{
    const reel_mat3 r = {{{s->right.x, s->right.y, s->right.z},
                          {-s->out.x, -s->out.y, -s->out.z},
                          {s->up.x, s->up.y, s->up.z}}};
    const reel_vec3 c = reel_mat3_mul_v(r, s->centre);
    return (reel_pose){reel_v3(-c.x, s->distance - c.y, -c.z), reel_quat_from_mat3(r)};
}

static void put_take(reel_take *take, const shot *shots)
{
    for (int k = 0; k < take->n_samples; k++) {
        const reel_pose pose = pose_of(&shots[k].sight);
        for (int b = 0; b < take->n_bodies; b++) {
            const size_t at = (size_t)k * (size_t)take->n_bodies + (size_t)b;
            memcpy(take->position + 3 * at, &pose.p, sizeof pose.p);
            memcpy(take->rotation + 4 * at, &pose.q, sizeof pose.q);
            take->state[at] = shots[k].body == b ? REEL_STATE_PRESENT : 0;
        }
    }
    take->n_states = take->n_samples;
}

/* @return NULL: out of memory. The stage is the baker's. */
static reel_glb_stage *add_stage(reel_glb_baker *b, const reel_scene *scene, const reel_geom *geom,
                                 int material, int side, int n_shots, const shot *shots,
                                 const reel_glb_charts *charts)
{
    if (b->n_stages == b->max_stages) {
        const int more = b->max_stages ? 2 * b->max_stages : 16;
        reel_glb_stage **all = reel_realloc(b->stages, (size_t)more * sizeof(reel_glb_stage *));
        if (!all) {
            return NULL;
        }
        b->stages = all;
        b->max_stages = more;
    }
    reel_glb_stage *s = reel_calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    b->stages[b->n_stages++] = s;
    s->scene = make_scene(scene, geom, material, side, n_shots, charts);
    s->take = s->scene ? reel_take_create(s->scene, 0) : NULL;
    if (!s->take) {
        return NULL;
    }
    put_take(s->take, shots);
    s->stream = (reel_record_stream){.id = "texture", .camera = "texture"};
    s->record.quality = "labels";
    s->record.depth_scale = REEL_DEPTH_SCALE_DEFAULT;
    s->record.n_streams = 1;
    s->record.streams = &s->stream;
    s->record.scene = s->scene;
    s->record.take = s->take;
    return s;
}

reel_status reel_glb_baker_finish(reel_glb_baker *b, const reel_record *record, reel_error *err)
{
    const reel_frame *frame = NULL;
    reel_status status = REEL_OK;
    if (b->n_stages > 0) {
        status = b->drawer->draw(b->drawer->ctx, record, 0, 0, REEL_PLANE_BIT(REEL_PLANE_INSTANCE),
                                 NULL, &frame, err);
    }
    for (int i = 0; i < b->n_stages; i++) {
        destroy_stage(&b->stages[i]);
    }
    reel_free(b->stages);
    reel_arena_finish(&b->arena);
    *b = (reel_glb_baker){.drawer = b->drawer};
    return status;
}

/* ---- pictures ----------------------------------------------------------------------------------
 */

/* Mean of what was seen, in linear light. */
typedef struct tally {
    double sum[3], linear[256];
    int64_t n;
} tally;

static void tally_begin(tally *t)
{
    *t = (tally){.n = 0};
    for (int i = 0; i < 256; i++) {
        const double v = i / 255.0;
        t->linear[i] = v <= 0.04045 ? v / 12.92 : reel_pow((v + 0.055) / 1.055, 2.4);
    }
}

static void tally_mean(const tally *t, double mean[3])
{
    for (int c = 0; c < 3; c++) {
        mean[c] = t->n ? t->sum[c] / (double)t->n : 0;
    }
}

/* Copy what is seen in the part of the frame at (from_x, from_y) to that of `to` at (x, y), both
 * `w` by `h`; `known` [h][w] tells where something is. */
static void copy_seen(const reel_frame *frame, int from_x, int from_y, int w, int h,
                      reel_glb_picture *to, int x, int y, uint8_t *known, tally *t)
{
    const uint8_t *albedo = frame->plane[REEL_PLANE_ALBEDO];
    const uint16_t *instance = frame->plane[REEL_PLANE_INSTANCE];
    const size_t plane = (size_t)frame->width * (size_t)frame->height;
    for (int j = 0; j < h; j++) {
        for (int i = 0; i < w; i++) {
            const size_t from = (size_t)(from_y + j) * (size_t)frame->width + (size_t)(from_x + i);
            uint8_t *p = to->rgb + 3 * ((size_t)(y + j) * (size_t)to->width + (size_t)(x + i));
            known[(size_t)j * (size_t)w + (size_t)i] = instance[from] != 0;
            if (instance[from]) {
                for (int c = 0; c < 3; c++) {
                    p[c] = albedo[(size_t)c * plane + from];
                    t->sum[c] += t->linear[p[c]];
                }
                t->n++;
            }
        }
    }
}

/* The mean of the neighbours that are known; false: there are none. */
static bool blend_neighbours(const reel_glb_picture *pic, int x, int y, int w, int h,
                             const uint8_t *known, int i, int j, uint8_t out[3])
{
    int sum[3] = {0, 0, 0}, n = 0;
    for (int dj = -1; dj <= 1; dj++) {
        for (int di = -1; di <= 1; di++) {
            const int a = i + di, b = j + dj;
            if (a < 0 || b < 0 || a >= w || b >= h || known[b * w + a] != 1) {
                continue;
            }
            const uint8_t *p =
                pic->rgb + 3 * ((size_t)(y + b) * (size_t)pic->width + (size_t)(x + a));
            for (int c = 0; c < 3; c++) {
                sum[c] += p[c];
            }
            n++;
        }
    }
    for (int c = 0; c < 3 && n; c++) {
        out[c] = (uint8_t)((sum[c] + n / 2) / n);
    }
    return n > 0;
}

/* Grow what is known by REEL_GLB_PAD + 1 texels, so that filters find nothing else. */
static void grow(reel_glb_picture *pic, int x, int y, int w, int h, uint8_t *known)
{
    for (int pass = 0; pass <= REEL_GLB_PAD; pass++) {
        for (int j = 0; j < h; j++) {
            for (int i = 0; i < w; i++) {
                uint8_t *p =
                    pic->rgb + 3 * ((size_t)(y + j) * (size_t)pic->width + (size_t)(x + i));
                if (!known[j * w + i] && blend_neighbours(pic, x, y, w, h, known, i, j, p)) {
                    known[j * w + i] = 2; /* from the next pass on */
                }
            }
        }
        for (int i = 0; i < w * h; i++) {
            known[i] = known[i] != 0;
        }
    }
}

static bool make_picture(reel_arena *arena, int width, int height, reel_glb_picture *out)
{
    *out = (reel_glb_picture){width, height,
                              REEL_ARENA_NEW(arena, uint8_t, (size_t)width * (size_t)height * 3)};
    return out->rgb != NULL;
}

static reel_status draw(const reel_glb_baker *b, const reel_glb_stage *stage, int k,
                        const reel_frame **out, reel_error *err)
{
    return b->drawer->draw(b->drawer->ctx, &stage->record, 0, k,
                           REEL_PLANE_BIT(REEL_PLANE_ALBEDO) | REEL_PLANE_BIT(REEL_PLANE_INSTANCE),
                           NULL, out, err);
}

reel_status reel_glb_bake(reel_glb_baker *b, const reel_scene *scene, const reel_geom *geom,
                          int material, const reel_glb_charts *charts, reel_glb_picture *out,
                          double mean[3], reel_error *err)
{
    shot shots[REEL_GLB_MAX_CHARTS];
    tally t;
    for (int i = 0; i < charts->n; i++) {
        shots[i] = (shot){charts->chart[i].sight, geom->shape == REEL_SHAPE_MESH ? i : 0};
    }
    const reel_glb_stage *stage =
        add_stage(b, scene, geom, material, charts->side, charts->n, shots, charts);
    uint8_t *known = reel_arena_alloc(&b->arena, (size_t)charts->side, (size_t)charts->side);
    if (!stage || !known || !make_picture(&b->arena, charts->width, charts->height, out)) {
        return no_memory(err);
    }
    tally_begin(&t);
    for (int i = 0; i < charts->n; i++) {
        const reel_glb_chart *c = &charts->chart[i];
        const reel_frame *frame = NULL;
        reel_status status = draw(b, stage, i, &frame, err);
        if (status) {
            return status;
        }
        copy_seen(frame, c->from_x, c->from_y, c->width, c->height, out, c->x, c->y, known, &t);
        grow(out, c->x, c->y, c->width, c->height, known);
    }
    tally_mean(&t, mean);
    return REEL_OK;
}

reel_status reel_glb_bake_squares(reel_glb_baker *b, const reel_scene *scene, const reel_geom *geom,
                                  int material, int side, int n, const double *half,
                                  reel_glb_picture *out, double mean[3], reel_error *err)
{
    shot *shots = REEL_ARENA_NEW(&b->arena, shot, n);
    uint8_t *known = reel_arena_alloc(&b->arena, (size_t)side, (size_t)side);
    tally t;
    for (int i = 0; shots && i < n; i++) {
        const double distance = half[i] * reel_glb_focal(side) / (0.5 * side);
        shots[i].sight = reel_glb_sight_along(4, reel_v3(0, 0, 0), distance);
    }
    const reel_glb_stage *stage =
        shots ? add_stage(b, scene, geom, material, side, n, shots, NULL) : NULL;
    if (!stage || !known) {
        return no_memory(err);
    }
    tally_begin(&t);
    for (int i = 0; i < n; i++) {
        const reel_frame *frame = NULL;
        reel_status status = make_picture(&b->arena, side, side, &out[i])
                                 ? draw(b, stage, i, &frame, err)
                                 : no_memory(err);
        if (status) {
            return status;
        }
        copy_seen(frame, 0, 0, side, side, &out[i], 0, 0, known, &t);
        grow(&out[i], 0, 0, side, side, known);
    }
    tally_mean(&t, mean);
    return REEL_OK;
}

reel_status reel_glb_bake_mean(reel_glb_baker *b, const reel_scene *scene, const reel_geom *geom,
                               int material, double mean[3], reel_error *err)
{
    enum { SIDE = 64, N = 6 };
    double lo[3], hi[3], half = 1;
    shot shots[N];
    tally t;
    if (!reel_geom_box(scene, geom, lo, hi)) { /* a plane */
        reel_glb_picture unused;
        half = geom->size[0] > 0 ? fmin(geom->size[0], 10) : 10;
        return reel_glb_bake_squares(b, scene, geom, material, SIDE, 1, &half, &unused, mean, err);
    }
    half = 0.5 * fmax(hi[0] - lo[0], fmax(hi[1] - lo[1], hi[2] - lo[2]));
    const reel_vec3 centre = {0.5 * (lo[0] + hi[0]), 0.5 * (lo[1] + hi[1]), 0.5 * (lo[2] + hi[2])};
    for (int i = 0; i < N; i++) {
        shots[i] = (shot){.sight = reel_glb_sight_along(
                              i, centre, half * (1 + 2.2 * reel_glb_focal(SIDE) / SIDE))};
    }
    const reel_glb_stage *stage = add_stage(b, scene, geom, material, SIDE, N, shots, NULL);
    reel_glb_picture out;
    uint8_t known[SIDE * SIDE];
    if (!stage || !make_picture(&b->arena, SIDE, SIDE, &out)) {
        return no_memory(err);
    }
    tally_begin(&t);
    for (int i = 0; i < N; i++) {
        const reel_frame *frame = NULL;
        reel_status status = draw(b, stage, i, &frame, err);
        if (status) {
            return status;
        }
        copy_seen(frame, 0, 0, SIDE, SIDE, &out, 0, 0, known, &t);
    }
    tally_mean(&t, mean);
    return REEL_OK;
}
