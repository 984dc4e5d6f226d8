/*
 * soft.c - draws frames: prepares what the kernel needs and calls it.
 */
#include "base/trig.h"
#include "render/soft/film_setup.h"
#include "render/soft/gathered.h"
#include "render/soft/lens.h"
#include "render/soft/renderer.h"

#include <math.h>
#include <string.h>
#include <time.h>

/* Middle of the exposure: with a scene's exposure of 1, a white of albedo 0.8 under a sun of
 * irradiance 3 and a bright sky is stored as about 230 of 255, with room left for highlights. */
#define EXPOSURE_KEY 0.8

soft_snapshot *reel_soft_snapshot(reel_renderer *r, int camera, int frame)
{
    soft_snapshot *oldest = &r->snapshots[0];
    for (int i = 0; i < SOFT_SNAPSHOTS; i++) {
        soft_snapshot *s = &r->snapshots[i];
        if (s->camera == camera && s->frame == frame) {
            s->used = r->draws;
            return s;
        }
        oldest = s->used < oldest->used ? s : oldest;
    }
    const soft_instant at = {.frame = frame};
    reel_soft_snapshot_fill(oldest, r->scene, r->take, r->info, r->shown, r->n_drawn, camera, &at,
                            r->width, r->height);
    oldest->used = r->draws;
    return oldest;
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
    const soft_snapshot *then = reel_soft_snapshot(r, now->camera, frame);
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

static void fill_job(reel_renderer *r, const soft_snapshot *now, reel_planes planes,
                     reel_frame *out)
{
    soft_job *job = &r->job;
    const reel_camera *camera = &r->scene->cameras[now->camera];
    *job = (soft_job){
        .width = out->width,
        .height = out->height,
        .n_drawn = r->n_drawn,
        .quality = r->options.quality,
        .planes = planes,
        .fx = (float)now->view.fx,
        .inv_f = (float)(1 / now->view.fx),
        .cx = (float)now->view.cx,
        .cy = (float)now->view.cy,
        .depth_inv = (float)(1 / r->options.depth_scale),
        .exposure = (float)(r->scene->exposure * EXPOSURE_KEY * reel_exp2(camera->exposure)),
        .n_exposures = 1,
        .footprint = 1,
        .frame = now->frame,
        .paths = r->options.samples,
        .gloss = r->gloss ? &r->gloss[0][0][0] : NULL,
        .info = r->info,
        .bodies = r->bodies,
        .materials = r->materials,
        .textures = r->textures,
        .relief = (planes & REEL_PLANE_BIT(REEL_PLANE_RGB)) && r->relief,
        .geoms = now->geoms,
        .meshes = r->shown,
        .raster = r->n_meshes ? &r->raster : NULL,
        .row_list = r->lists,
        .tile_list = r->lists + r->n_drawn,
        .sources = r->sources,
        .near_list = r->lists + 2 * r->n_drawn,
        .span = {r->lists + 3 * r->n_drawn, r->lists + 4 * r->n_drawn},
        .tile = r->tile,
        .marks = r->marks,
        .out = out,
        .radiance = r->radiance,
        .gathered = r->gathered,
        .refusal = {.plane = -1},
    };
    if (r->n_meshes) {
        reel_soft_raster_fill(&r->raster, r->scene, r->take, r->info, r->n_drawn, now, out->width,
                              out->height);
    }
    if (planes & REEL_PLANE_BIT(REEL_PLANE_OBJECT_COORDINATES)) {
        for (int b = 0; b < r->scene->n_bodies; b++) {
            reel_soft_box_map(r->scene, r->take, now, b, &r->bodies[b]);
        }
    }
    fill_motion(r, job, now, 0);
    fill_motion(r, job, now, 1);
    if (planes & REEL_PLANE_BIT(REEL_PLANE_RGB)) {
        reel_soft_film_fill(&job->film, camera, now->camera, now->frame, out->width, out->height);
        if (r->n_drawn > SOFT_FEW) {
            reel_soft_tree_fill(&r->tree, now->geoms, r->n_drawn);
            job->tree = &r->tree;
        }
        reel_soft_lights_fill(r, job, now);
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

static void run_kernel(reel_renderer *r, double begin)
{
    const double ready = cpu_seconds();
    r->kernel->draw(&r->job);
    add_times(&r->times, &r->job.ticks, ready - begin, cpu_seconds() - ready);
}

/* The colours of a frame as the mean of n exposures. */
static void expose(reel_renderer *r, int camera, int frame, int n, reel_frame *out)
{
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    for (int i = 0; i < n; i++) {
        const double begin = cpu_seconds();
        const soft_instant at = reel_soft_exposure(&r->scene->cameras[camera], frame, i, n);
        reel_soft_snapshot_fill(&r->exposure, r->scene, r->take, r->info, r->shown, r->n_drawn,
                                camera, &at, out->width, out->height);
        fill_job(r, &r->exposure, rgb, out);
        r->job.sum = r->sum;
        r->job.exposure_no = i;
        r->job.n_exposures = n;
        if (r->options.quality == REEL_QUALITY_HIGH) { /* each has its share of the rays */
            r->job.paths = (r->options.samples + n - 1) / n;
        }
        r->job.footprint = (float)(1 / sqrt(n));
        run_kernel(r, begin);
    }
    const double begin = cpu_seconds();
    r->kernel->develop(&r->job);
    r->times.shading += cpu_seconds() - begin;
}

/* Memory that is kept for all frames of the size: at least `bytes`. */
static bool keep(float **memory, size_t *kept, size_t bytes)
{
    if (bytes > *kept) {
        reel_free_aligned(*memory);
        *memory = reel_alloc_aligned(bytes);
        *kept = *memory ? bytes : 0;
    }
    return *memory != NULL;
}

/* For the sum of the exposures. */
static bool keep_sum(reel_renderer *r, int width, int height)
{
    const size_t across = (size_t)(width + SOFT_TILE - 1) / SOFT_TILE;
    const size_t down = (size_t)(height + SOFT_TILE - 1) / SOFT_TILE;
    return keep(&r->sum, &r->sum_bytes, across * down * 3 * SOFT_BATCH * sizeof(float));
}

static reel_status tell_refusal(const char *camera, int frame, const soft_refusal *bad,
                                reel_error *err)
{
    const int depth = bad->plane == REEL_PLANE_DEPTH;
    return reel_fail_at(err, REEL_E_REFUSED, NULL, 0,
                        reel_plane_get_info((reel_plane)bad->plane)->name,
                        "camera '%s', frame %d, pixel (%d, %d): %g %s does not fit the plane%s",
                        camera, frame, bad->x, bad->y, bad->value, depth ? "m" : "px",
                        depth ? "; give planes a drawn radius or choose a larger depth scale" : "");
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
        for (int i = 0; i < SOFT_SNAPSHOTS; i++) {
            r->snapshots[i].frame = r->snapshots[i].camera = -1;
        }
    }
    r->draws++;
    memset(out->boxes, 0, sizeof *out->boxes * ((size_t)out->n_instances + 1));
    const soft_snapshot *now = reel_soft_snapshot(r, camera, frame);
    const reel_planes rgb = REEL_PLANE_BIT(REEL_PLANE_RGB);
    const int n = out->planes & rgb
                      ? reel_soft_exposures(r->scene, r->take, r->info, r->n_drawn, now,
                                            r->options.quality, out->width, out->height)
                      : 0;
    if (n > 0 && !keep_sum(r, out->width, out->height)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for exposures");
    }
    if ((out->planes & rgb) && r->options.quality == REEL_QUALITY_HIGH &&
        !keep(&r->gathered, &r->gathered_bytes, gathered_bytes(out->width, out->height))) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for bounced light");
    }
    fill_job(r, now, n > 0 ? out->planes & ~rgb : out->planes, out);
    const double ready = cpu_seconds();
    if (out->objects && !reel_soft_objects(r, now)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for masks");
    }
    r->times.labels += cpu_seconds() - ready;
    if (!reel_soft_kept_begin(r, now, out, n == 0)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for what frames have in common");
    }
    const double begin_draw = cpu_seconds();
    if (r->job.planes) {
        r->kernel->draw(&r->job);
    }
    reel_soft_kept_end(r);
    add_times(&r->times, &r->job.ticks, ready - begin, cpu_seconds() - begin_draw);
    if (out->objects && !reel_soft_objects_seen(out)) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for masks");
    }
    const soft_refusal refusal = r->job.refusal, *bad = &refusal;
    if (bad->plane < 0 && n > 0) {
        expose(r, camera, frame, n, out);
    }
    if (bad->plane >= 0) {
        return tell_refusal(r->scene->cameras[camera].name, frame, bad, err);
    }
    return REEL_OK;
}

reel_render_times reel_renderer_times(const reel_renderer *r)
{
    return r->times;
}
