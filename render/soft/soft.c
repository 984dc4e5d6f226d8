/*
 * soft.c - the renderer object: prepares what a draw needs and calls the kernel of this CPU.
 */
#include "base/trig.h"
#include "render/soft/raster.h"
#include "render/soft/rims.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SNAPSHOTS = 6 };

/* Middle of the exposure: with a scene's exposure of 1, a white of albedo 0.8 under a sun of
 * irradiance 3 and a bright sky is stored as about 230 of 255, with room left for highlights. */
#define EXPOSURE_KEY 0.8

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
    soft_snapshot snapshots[SNAPSHOTS];
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
};

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
        for (int c = 0; c < 3; c++) {
            out[i].color[c] = (float)m->color[c];
            out[i].color2[c] = (float)m->color2[c];
            out[i].emission[c] = (float)m->emission[c];
            out[i].mean[c] = (float)(m->color[c] + (m->color2[c] - m->color[c]) * share);
        }
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
    r->suns = reel_calloc((size_t)s->n_suns + 1, sizeof *r->suns);
    r->lamps = reel_calloc((size_t)s->n_lamps + 1, sizeof *r->lamps);
    r->occluders = reel_calloc(drawn * ((size_t)s->n_suns + 1), sizeof *r->occluders);
    r->lists = reel_calloc(drawn * 5, sizeof *r->lists);
    r->marks = reel_calloc(drawn / 64 + 1, sizeof *r->marks);
    r->tree.nodes = reel_calloc(2 * drawn, sizeof *r->tree.nodes);
    r->tree.reach = reel_calloc(2 * drawn, sizeof *r->tree.reach);
    r->tree.order = reel_calloc(drawn, sizeof *r->tree.order);
    r->tree.planes = reel_calloc(drawn, sizeof *r->tree.planes);
    r->tile = reel_alloc_aligned(r->kernel->tile_bytes);
    ok = r->info && r->materials && r->bodies && r->suns && r->lamps && r->occluders && r->lists &&
         r->tile;
    ok = ok && r->marks && r->tree.nodes && r->tree.reach && r->tree.order && r->tree.planes;
    for (int i = 0; i < 2; i++) {
        r->moved[i] = reel_calloc(drawn, 1);
        ok = ok && r->moved[i];
    }
    for (int i = 0; i < SNAPSHOTS; i++) {
        r->snapshots[i].frame = r->snapshots[i].camera = -1;
        r->snapshots[i].geoms = reel_calloc(drawn, sizeof *r->snapshots[i].geoms);
        ok = ok && r->snapshots[i].geoms;
    }
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
    r->rims = REEL_ARENA_NEW(&r->meshes, soft_rims, r->scene->n_suns);
    bool ok = r->rims && reel_soft_raster_init(&r->raster, r->shown, r->n_drawn, &r->meshes);
    for (int s = 0; ok && s < r->scene->n_suns; s++) {
        ok = reel_soft_rims_init(&r->rims[s], r->shown, r->n_drawn, &r->meshes);
    }
    return ok;
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
    if (!(options->depth_scale > 0 && options->depth_scale < 1e6)) {
        return reel_fail(err, REEL_E_USAGE, "depth scale %g m is not positive",
                         options->depth_scale);
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
    r->kernel = kernel;
    r->n_instances = reel_scene_n_instances(scene);
    for (int i = 0; i < scene->n_geoms; i++) {
        r->n_drawn += scene->geoms[i].visible;
    }
    status = allocate(r, err);
    if (status != REEL_OK) {
        goto fail;
    }
    fill_materials(r->materials, scene);
    fill_info(r->info, scene, r->materials);
    if (!build_meshes(r)) {
        status = reel_fail(err, REEL_E_NOMEM, "out of memory for the meshes to draw");
        goto fail;
    }
    reel_soft_sky_fill(&r->sky, &scene->sky);
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
    reel_free(r->occluders);
    reel_free(r->lists);
    reel_free(r->marks);
    reel_free(r->tree.nodes);
    reel_free(r->tree.reach);
    reel_free(r->tree.order);
    reel_free(r->tree.planes);
    reel_free_aligned(r->tile);
    for (int i = 0; i < 2; i++) {
        reel_free(r->moved[i]);
    }
    for (int i = 0; i < SNAPSHOTS; i++) {
        reel_free(r->snapshots[i].geoms);
    }
    reel_free(r);
    *renderer = NULL;
}

/* The snapshot of (camera, frame): kept from an earlier draw, or made in the place of the one
 * that was unused for longest. */
static soft_snapshot *snapshot(reel_renderer *r, int camera, int frame)
{
    soft_snapshot *oldest = &r->snapshots[0];
    for (int i = 0; i < SNAPSHOTS; i++) {
        soft_snapshot *s = &r->snapshots[i];
        if (s->camera == camera && s->frame == frame) {
            s->used = r->draws;
            return s;
        }
        oldest = s->used < oldest->used ? s : oldest;
    }
    reel_soft_snapshot_fill(oldest, r->scene, r->take, r->info, r->shown, r->n_drawn, camera, frame,
                            r->width, r->height);
    oldest->used = r->draws;
    return oldest;
}

static void to_camera(float out[3], const reel_view *view, reel_vec3 world)
{
    const reel_vec3 v = reel_mat3_mul_v(view->cam_from_world, world);
    out[0] = (float)v.x;
    out[1] = (float)v.y;
    out[2] = (float)v.z;
}

static void fill_lights(reel_renderer *r, soft_job *job, const soft_snapshot *now)
{
    job->sky = r->sky;
    to_camera(job->sky.up, &now->view, reel_v3(0, 0, 1));
    for (int s = 0; s < r->scene->n_suns; s++) {
        const reel_sun *sun = &r->scene->suns[s];
        soft_sun *out = &r->suns[s];
        double sine, cosine;
        reel_sincos(sun->angular_radius, &sine, &cosine);
        to_camera(out->dir, &now->view, sun->to_light);
        out->tan_radius = (float)(sine / cosine);
        out->cos_disc = (float)cosine;
        out->occluders = r->occluders + (size_t)s * (size_t)r->n_drawn;
        for (int c = 0; c < 3; c++) {
            out->irradiance[c] = (float)sun->irradiance[c];
            out->disc[c] = (float)(sun->irradiance[c] / (REEL_PI * fmax(sine * sine, 1e-8)));
        }
        reel_soft_sun_fill(out, now->geoms, r->n_drawn);
        out->rims = r->n_meshes ? &r->rims[s] : NULL;
        if (out->rims && r->options.quality >= REEL_QUALITY_STANDARD) {
            reel_soft_rims_fill(out->rims, r->shown, now->geoms, r->n_drawn, out);
        }
    }
    for (int i = 0; i < r->scene->n_lamps; i++) {
        reel_soft_lamp_fill(&r->lamps[i], r->scene, r->take, now, i);
    }
    job->suns = r->suns;
    job->lamps = r->lamps;
    job->n_lamps = r->scene->n_lamps;
    job->n_suns = r->scene->n_suns;
    job->n_bouncers = reel_soft_bouncers(job, job->bouncers);
}

/* Flow towards the neighbouring frame `way` (0 next, 1 before), where there is one. */
static void fill_motion(reel_renderer *r, soft_job *job, const soft_snapshot *now, int way)
{
    const int frame = now->frame + (way ? -1 : 1);
    const reel_plane plane = way ? REEL_PLANE_FLOW_BWD : REEL_PLANE_FLOW_FWD;
    const reel_plane state = way ? REEL_PLANE_FLOW_BWD_STATE : REEL_PLANE_FLOW_FWD_STATE;
    job->other[way] = NULL;
    if (!(job->planes & (REEL_PLANE_BIT(plane) | REEL_PLANE_BIT(state))) || frame < 0 ||
        frame >= r->scene->frames) {
        return;
    }
    const soft_snapshot *then = snapshot(r, now->camera, frame);
    job->other[way] = then->geoms;
    job->moved[way] = r->moved[way];
    job->camera_motion[way] = reel_soft_motion(r->scene, r->take, now, then, -1);
    for (int b = 0; b < r->scene->n_bodies; b++) {
        r->bodies[b].motion[way] = reel_soft_motion(r->scene, r->take, now, then, b);
    }
    for (int k = 0; k < r->n_drawn; k++) {
        r->moved[way][k] = memcmp(&now->geoms[k], &then->geoms[k], sizeof now->geoms[k]) != 0;
    }
}

static void fill_job(reel_renderer *r, int camera, int frame, reel_frame *out)
{
    soft_job *job = &r->job;
    const soft_snapshot *now = snapshot(r, camera, frame);
    *job = (soft_job){
        .width = out->width,
        .height = out->height,
        .n_drawn = r->n_drawn,
        .quality = r->options.quality,
        .planes = out->planes,
        .fx = (float)now->view.fx,
        .inv_f = (float)(1 / now->view.fx),
        .cx = (float)now->view.cx,
        .cy = (float)now->view.cy,
        .depth_inv = (float)(1 / r->options.depth_scale),
        .exposure = (float)(r->scene->exposure * EXPOSURE_KEY),
        .info = r->info,
        .bodies = r->bodies,
        .materials = r->materials,
        .geoms = now->geoms,
        .meshes = r->shown,
        .raster = r->n_meshes ? &r->raster : NULL,
        .row_list = r->lists,
        .tile_list = r->lists + r->n_drawn,
        .near_list = r->lists + 2 * r->n_drawn,
        .span = {r->lists + 3 * r->n_drawn, r->lists + 4 * r->n_drawn},
        .tile = r->tile,
        .marks = r->marks,
        .out = out,
        .refusal = {.plane = -1},
    };
    if (r->n_meshes) {
        reel_soft_raster_fill(&r->raster, r->scene, r->take, r->info, r->n_drawn, now, out->width,
                              out->height);
    }
    if (out->planes & REEL_PLANE_BIT(REEL_PLANE_OBJECT_COORDINATES)) {
        for (int b = 0; b < r->scene->n_bodies; b++) {
            reel_soft_box_map(r->scene, r->take, now, b, &r->bodies[b]);
        }
    }
    fill_motion(r, job, now, 0);
    fill_motion(r, job, now, 1);
    if (out->planes & REEL_PLANE_BIT(REEL_PLANE_RGB)) {
        if (r->n_drawn > SOFT_FEW) {
            reel_soft_tree_fill(&r->tree, now->geoms, r->n_drawn);
            job->tree = &r->tree;
        }
        fill_lights(r, job, now);
    }
}

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Split the kernel's time by its own tick counts. */
static void add_times(reel_render_times *times, const soft_ticks *ticks, double setup, double draw)
{
    const double all = (double)(ticks->visibility + ticks->shading + ticks->labels);
    const double unit = all > 0 ? draw / all : 0;
    times->setup += setup;
    times->visibility += unit * (double)ticks->visibility;
    times->shading += unit * (double)ticks->shading;
    times->labels += unit * (double)ticks->labels;
}

reel_status reel_renderer_draw(reel_renderer *r, int camera, int frame, reel_frame *out,
                               reel_error *err)
{
    assert(camera >= 0 && camera < r->scene->n_cameras);
    assert(frame >= 0 && frame < r->scene->frames);
    assert(out->n_instances == r->n_instances);
    assert(!(out->planes & REEL_PLANE_BIT(REEL_PLANE_RGB)) ||
           r->options.quality > REEL_QUALITY_LABELS);
    const double begin = cpu_seconds();
    if (out->width != r->width || out->height != r->height) {
        r->width = out->width;
        r->height = out->height;
        for (int i = 0; i < SNAPSHOTS; i++) {
            r->snapshots[i].frame = r->snapshots[i].camera = -1;
        }
    }
    r->draws++;
    memset(out->boxes, 0, sizeof *out->boxes * ((size_t)out->n_instances + 1));
    fill_job(r, camera, frame, out);
    const double ready = cpu_seconds();
    r->kernel->draw(&r->job);
    add_times(&r->times, &r->job.ticks, ready - begin, cpu_seconds() - ready);
    const soft_refusal *bad = &r->job.refusal;
    if (bad->plane >= 0) {
        return reel_fail_at(err, REEL_E_REFUSED, NULL, 0,
                            reel_plane_get_info((reel_plane)bad->plane)->name,
                            "camera '%s', frame %d, pixel (%d, %d): %g %s does not fit the plane%s",
                            r->scene->cameras[camera].name, frame, bad->x, bad->y, bad->value,
                            bad->plane == REEL_PLANE_DEPTH ? "m" : "px",
                            bad->plane == REEL_PLANE_DEPTH
                                ? "; give planes a drawn radius or choose a larger depth scale"
                                : "");
    }
    return REEL_OK;
}

reel_render_times reel_renderer_times(const reel_renderer *r)
{
    return r->times;
}
