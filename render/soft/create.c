/*
 * create.c - the renderer object of a clip: checks, memory, materials, meshes; picks the kernel of
 * this CPU.
 */
#include "render/soft/env.h"
#include "render/soft/renderer.h"
#include "render/soft/texture.h"

#include <math.h>
#include <stdio.h>

static const soft_kernel *find_kernel(int lanes)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool has8 = __builtin_cpu_supports("avx2");
    const bool has16 = has8 && __builtin_cpu_supports("avx512f") &&
                       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl");
    if (has16 && (lanes == 0 || lanes == 16)) {
        return &reel_soft_kernel_16;
    }
    if (has8 && (lanes == 0 || lanes == 8)) {
        return &reel_soft_kernel_8;
    }
#endif
    return lanes == 0 || lanes == 4 ? &reel_soft_kernel_4 : NULL;
}

int reel_render_best_lanes(void)
{
    return find_kernel(0)->lanes;
}

static bool finite_colour(const double c[3], double hi)
{
    for (int i = 0; i < 3; i++) {
        if (!(c[i] >= 0 && c[i] <= hi)) {
            return false;
        }
    }
    return true;
}

/* How many lengths describe a shape. */
static int shape_sizes(reel_shape shape)
{
    switch (shape) {
    case REEL_SHAPE_SPHERE: return 1;
    case REEL_SHAPE_CAPSULE:
    case REEL_SHAPE_CYLINDER:
    case REEL_SHAPE_CONE:
    case REEL_SHAPE_HEIGHT_FIELD: return 2;
    case REEL_SHAPE_BOX:
    case REEL_SHAPE_ELLIPSOID: return 3;
    default: return 0;
    }
}

/* What the renderer relies on; scenes/validate.h has checked more. */
static reel_status check_scene(const reel_scene *scene, reel_error *err)
{
    char field[64];
    for (int i = 0; i < scene->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[i];
        const int n = shape_sizes(g->shape);
        snprintf(field, sizeof field, "geoms[%d].size", i);
        for (int j = 0; g->visible && g->shape != REEL_SHAPE_PLANE && j < n; j++) {
            const bool capsule_length = g->shape == REEL_SHAPE_CAPSULE && j == 1;
            if (!(g->size[j] > 0 || (capsule_length && g->size[j] == 0)) || !(g->size[j] < 1e6)) {
                return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                    "a size of %g m cannot be drawn", g->size[j]);
            }
        }
        if (g->visible && g->shape == REEL_SHAPE_PLANE && !(g->size[0] >= 0 && g->size[0] < 1e6)) {
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                "a plane's drawn radius of %g m cannot be drawn", g->size[0]);
        }
    }
    for (int i = 0; i < scene->n_materials; i++) {
        const reel_material *m = &scene->materials[i];
        snprintf(field, sizeof field, "materials[%d]", i);
        if (!finite_colour(m->color, 1) || !finite_colour(m->color2, 1) || !(m->scale > 0) ||
            !(m->roughness >= 0.03 && m->roughness <= 1) ||
            !(m->metallic >= 0 && m->metallic <= 1) || !(m->specular >= 0 && m->specular <= 0.2)) {
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                "a colour, scale, roughness, metallic or specular is out of range");
        }
    }
    return REEL_OK;
}

/* Share of color2 in a pattern, for its mean. */
static double mean_share(reel_pattern pattern)
{
    switch (pattern) {
    case REEL_PATTERN_PLAIN: return 0;
    case REEL_PATTERN_MARBLE: return 0.14;
    case REEL_PATTERN_TILES: return 0.07;
    case REEL_PATTERN_WOOD: return 0.36;
    default: return 0.5;
    }
}

static void fill_materials(soft_material *out, const reel_scene *scene)
{
    for (int i = 0; i < scene->n_materials; i++) {
        const reel_material *m = &scene->materials[i];
        const double share = mean_share(m->pattern);
        out[i].pattern = (int)m->pattern;
        out[i].seed = m->seed;
        out[i].scale = (float)m->scale;
        out[i].inv_scale = (float)(1 / m->scale);
        out[i].roughness = (float)m->roughness;
        out[i].metallic = (float)m->metallic;
        out[i].specular = (float)m->specular;
        out[i].bump = (float)m->bump;
        out[i].clearcoat = (float)m->clearcoat;
        out[i].coat_rough = (float)m->clearcoat_roughness;
        out[i].transmission = (float)m->transmission;
        out[i].ior = (float)m->ior;
        out[i].image = m->image;
        out[i].normal_image = m->normal_image;
        out[i].mapping = (int)m->mapping;
        out[i].image_scale = (float)m->image_scale;
        out[i].detailed = m->pattern != REEL_PATTERN_PLAIN || m->image >= 0 || m->normal_image >= 0;
        for (int c = 0; c < 3; c++) {
            out[i].color[c] = (float)m->color[c];
            out[i].color2[c] = (float)m->color2[c];
            out[i].emission[c] = (float)m->emission[c];
            out[i].mean[c] = (float)(m->color[c] + (m->color2[c] - m->color[c]) * share);
        }
    }
}

/* Mean square per axis of the slopes of a pattern's relief, for a bump of one scale: the sums of
 * noise.h and weave.h over all octaves; edges are too few to count. */
static float slope_variance(int pattern)
{
    switch (pattern) {
    case REEL_PATTERN_NOISE: return 2.65f;
    case REEL_PATTERN_BRUSHED: return 318.0f;
    case REEL_PATTERN_FABRIC: return 1.6f;
    default: return 0;
    }
}

/* `draft` shows no relief of patterns, only how rough it makes them, as if seen from afar. */
static void flatten_relief(soft_material *materials, int n)
{
    for (int i = 0; i < n; i++) {
        soft_material *m = &materials[i];
        const double slope = m->bump * m->inv_scale, rough2 = m->roughness * m->roughness;
        const double alpha2 = rough2 * rough2 + 2 * slope * slope * slope_variance(m->pattern);
        m->roughness = (float)sqrt(sqrt(alpha2 < 1 ? alpha2 : 1));
        m->bump = 0;
    }
}

static void fill_info(soft_info *info, const reel_scene *scene, const soft_material *materials)
{
    int k = 0;
    for (int i = 0; i < scene->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[i];
        if (!g->visible) {
            continue;
        }
        const reel_body *body = &scene->bodies[g->body];
        soft_info *d = &info[k++];
        d->geom = i;
        d->body = g->body;
        d->object = body->object;
        d->instance = scene->objects[body->object].instance_id;
        d->material = g->material;
        for (int c = 0; c < 3; c++) {
            d->albedo[c] = materials[g->material].mean[c];
        }
    }
}

static reel_status allocate(reel_renderer *r, reel_error *err)
{
    const reel_scene *s = r->scene;
    const size_t drawn = (size_t)r->n_drawn + 1;
    bool ok = true;
    r->info = reel_calloc(drawn, sizeof *r->info);
    r->materials = reel_calloc((size_t)s->n_materials + 1, sizeof *r->materials);
    r->bodies = reel_calloc((size_t)s->n_bodies + 1, sizeof *r->bodies);
    r->suns = reel_calloc((size_t)r->n_suns + 1, sizeof *r->suns);
    r->lamps = reel_calloc((size_t)s->n_lamps + 1, sizeof *r->lamps);
    r->occluders = reel_calloc(drawn * ((size_t)r->n_suns + 1), sizeof *r->occluders);
    r->casters = reel_calloc(((size_t)r->n_suns + 1) * 4 * SOFT_WHOLE_GROUPS(r->n_drawn),
                             sizeof *r->casters);
    r->lists = reel_calloc(drawn * 5, sizeof *r->lists);
    r->marks = reel_calloc(drawn / 64 + 1, sizeof *r->marks);
    r->sources =
        reel_calloc(((size_t)r->n_suns + (size_t)s->n_lamps + drawn) * 6, sizeof *r->sources);
    r->tree.nodes = reel_calloc(2 * drawn, sizeof *r->tree.nodes);
    r->tree.reach = reel_calloc(2 * drawn, sizeof *r->tree.reach);
    r->tree.order = reel_calloc(drawn, sizeof *r->tree.order);
    r->tree.planes = reel_calloc(drawn, sizeof *r->tree.planes);
    r->tile = reel_alloc_aligned(r->kernel->tile_bytes);
    ok = r->info && r->materials && r->bodies && r->suns && r->lamps && r->occluders &&
         r->casters && r->lists && r->sources && r->tile;
    ok = ok && r->marks && r->tree.nodes && r->tree.reach && r->tree.order && r->tree.planes;
    for (int i = 0; i < 2; i++) {
        r->moved[i] = reel_calloc(drawn, 1);
        ok = ok && r->moved[i];
    }
    for (int i = 0; i < SOFT_SNAPSHOTS; i++) {
        r->snapshots[i].frame = r->snapshots[i].camera = -1;
        r->snapshots[i].geoms = reel_calloc(drawn, sizeof *r->snapshots[i].geoms);
        ok = ok && r->snapshots[i].geoms;
    }
    r->exposure.geoms = reel_calloc(drawn, sizeof *r->exposure.geoms);
    ok = ok && r->exposure.geoms;
    return ok ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory for the renderer");
}

/* True if two geoms show the same mesh, so that they share it. */
static bool same_mesh(const reel_geom *a, const reel_geom *b)
{
    return a->shape == b->shape && a->mesh == b->mesh && a->height_field == b->height_field &&
           (a->shape != REEL_SHAPE_HEIGHT_FIELD ||
            (a->size[0] == b->size[0] && a->size[1] == b->size[1]));
}

/* The meshes of all drawn geoms, each once, and memory for their triangles. */
static bool build_meshes(reel_renderer *r)
{
    const reel_geom *geoms = r->scene->geoms;
    r->shown = REEL_ARENA_NEW(&r->meshes, const soft_mesh *, r->n_drawn);
    for (int k = 0; r->shown && k < r->n_drawn; k++) {
        const reel_geom *g = &geoms[r->info[k].geom];
        if (g->shape < REEL_SHAPE_HULL) {
            continue;
        }
        for (int j = 0; j < k && !r->shown[k]; j++) {
            r->shown[k] = same_mesh(g, &geoms[r->info[j].geom]) ? r->shown[j] : NULL;
        }
        if (!r->shown[k]) {
            soft_mesh *m = REEL_ARENA_NEW(&r->meshes, soft_mesh, 1);
            if (!m || !reel_soft_mesh_build(m, r->scene, g, &r->meshes)) {
                return false;
            }
            r->shown[k] = m;
        }
        r->n_meshes++;
    }
    if (!r->shown || r->n_meshes == 0) {
        return r->shown != NULL;
    }
    r->rims = REEL_ARENA_NEW(&r->meshes, soft_rims, r->n_suns);
    bool ok = r->rims && reel_soft_raster_init(&r->raster, r->shown, r->n_drawn, &r->meshes);
    for (int s = 0; ok && s < r->n_suns; s++) {
        ok = reel_soft_rims_init(&r->rims[s], r->shown, r->n_drawn, &r->meshes);
    }
    return ok;
}

/* Memory for the bodies that glow. */
static reel_status allot_glows(reel_renderer *r, reel_error *err)
{
    for (int k = 0; k < r->n_drawn; k++) {
        const soft_material *m = &r->materials[r->info[k].material];
        r->n_glowing += m->emission[0] + m->emission[1] + m->emission[2] > 0;
        r->coated |= m->clearcoat > 0;
        r->clear |= m->transmission > 0;
    }
    r->glows = REEL_ARENA_NEW(&r->meshes, soft_glow, r->n_glowing);
    return r->glows ? REEL_OK : reel_fail(err, REEL_E_NOMEM, "out of memory for the lights");
}

/* The environment, and how many suns there are with those in it. */
static reel_status surround(reel_renderer *r, reel_error *err)
{
    r->n_suns = r->scene->n_suns;
    if (r->options.quality == REEL_QUALITY_LABELS || r->scene->sky.kind == REEL_SKY_GRADIENT) {
        return REEL_OK;
    }
    r->env = REEL_ARENA_NEW(&r->meshes, soft_env, 1);
    if (!r->env || !reel_soft_env_build(r->env, r->scene, &r->meshes)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the sky");
    }
    r->n_suns += r->env->n_suns;
    return REEL_OK;
}

/* Materials with their images, and what geoms are made of. */
static reel_status prepare_looks(reel_renderer *r, reel_error *err)
{
    fill_materials(r->materials, r->scene);
    if (r->options.quality == REEL_QUALITY_DRAFT) {
        flatten_relief(r->materials, r->scene->n_materials);
    }
    r->textures = reel_soft_textures(r->scene, &r->meshes);
    if (!r->textures) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for the images of materials");
    }
    r->relief = reel_soft_tint(r->materials, r->scene, r->textures);
    fill_info(r->info, r->scene, r->materials);
    if (r->options.quality >= REEL_QUALITY_HIGH) {
        r->gloss = reel_arena_alloc(&r->meshes, SOFT_GLOSS_ANGLES, sizeof *r->gloss);
        if (!r->gloss) {
            return reel_fail(err, REEL_E_NOMEM, "out of memory for the renderer");
        }
        reel_soft_gloss_fill(r->gloss);
    }
    return REEL_OK;
}

static reel_status check_options(const reel_render_options *options, reel_error *err)
{
    if (!(options->depth_scale > 0 && options->depth_scale < 1e6)) {
        return reel_fail(err, REEL_E_USAGE, "depth scale %g m is not positive",
                         options->depth_scale);
    }
    if (!(options->samples >= 0 && options->samples <= 65536)) {
        return reel_fail(err, REEL_E_USAGE, "%d samples a pixel: not 0 to 65536", options->samples);
    }
    return REEL_OK;
}

reel_status reel_renderer_create(const reel_scene *scene, const reel_take *take,
                                 const reel_render_options *options, reel_renderer **out,
                                 reel_error *err)
{
    const soft_kernel *kernel = find_kernel(options->lanes);
    reel_renderer *r = NULL;
    reel_status status = REEL_OK;
    if (!kernel) {
        return reel_fail(err, REEL_E_USAGE, "this CPU has no SIMD of %d lanes", options->lanes);
    }
    status = check_options(options, err);
    if (status != REEL_OK) {
        return status;
    }
    status = check_scene(scene, err);
    if (status != REEL_OK) {
        goto fail;
    }
    r = reel_calloc(1, sizeof *r);
    if (!r) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for the renderer");
        goto fail;
    }
    r->scene = scene;
    r->take = take;
    r->options = *options;
    if (r->options.samples == 0) {
        r->options.samples = options->quality == REEL_QUALITY_REFERENCE ? 256 : 4;
    }
    r->kernel = kernel;
    r->n_instances = reel_scene_n_instances(scene);
    for (int i = 0; i < scene->n_geoms; i++) {
        r->n_drawn += scene->geoms[i].visible;
    }
    status = surround(r, err);
    if (status != REEL_OK) {
        goto fail;
    }
    status = allocate(r, err);
    if (status != REEL_OK) {
        goto fail;
    }
    status = prepare_looks(r, err);
    if (status != REEL_OK) {
        goto fail;
    }
    status = allot_glows(r, err);
    if (status != REEL_OK) {
        goto fail;
    }
    if (!build_meshes(r)) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for the meshes to draw");
        goto fail;
    }
    reel_soft_sky_fill(&r->sky, &scene->sky, r->env);
    *out = r;
    return REEL_OK;
fail:
    reel_renderer_destroy(&r);
    return status;
}

void reel_renderer_destroy(reel_renderer **renderer)
{
    reel_renderer *r = *renderer;
    if (!r) {
        return;
    }
    reel_arena_finish(&r->meshes);
    reel_free(r->info);
    reel_free(r->materials);
    reel_free(r->bodies);
    reel_free(r->suns);
    reel_free(r->lamps);
    reel_soft_kept_finish(&r->kept);
    reel_free(r->casters);
    reel_free(r->occluders);
    reel_free(r->lists);
    reel_free(r->marks);
    reel_free(r->tree.nodes);
    reel_free(r->sources);
    reel_free(r->tree.reach);
    reel_free(r->tree.order);
    reel_free(r->tree.planes);
    reel_free_aligned(r->tile);
    for (int i = 0; i < 2; i++) {
        reel_free(r->moved[i]);
    }
    for (int i = 0; i < SOFT_SNAPSHOTS; i++) {
        reel_free(r->snapshots[i].geoms);
    }
    reel_free(r->exposure.geoms);
    reel_free_aligned(r->sum);
    reel_free_aligned(r->gathered);
    reel_free(r);
    *renderer = NULL;
}
