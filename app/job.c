/* job.c - see job.h */
#include "app/job.h"
#include "app/clock.h"
#include "app/tell.h"
#include "base/fs.h"
#include "base/rng.h"
#include "engine/engine.h"
#include <stdio.h>
#include <string.h>

static void add_times(reel_job_stats *stats, const reel_renderer *renderer,
                      const reel_record_writer *writer)
{
    reel_render_times r = reel_renderer_times(renderer);
    reel_record_times w = reel_record_writer_times(writer);
    stats->setup += r.setup;
    stats->visibility += r.visibility;
    stats->shading += r.shading;
    stats->labels += r.labels;
    stats->encode_video += w.video;
    stats->encode_labels += w.labels;
    stats->encode_controls += w.controls;
    stats->other += w.other;
}

static reel_status draw_all(reel_renderer *renderer, reel_record_writer *writer,
                            const reel_scene *scene, const reel_take *take,
                            const reel_record_options *options, reel_frame *frame,
                            const reel_job_watch *watch, reel_error *err)
{
    int total = scene->frames * options->n_cameras;
    for (int i = 0; i < options->n_cameras; i++) {
        int camera = options->cameras[i];
        for (int k = 0; k < scene->frames; k++) {
            reel_view view = reel_view_at(scene, take, camera, k);
            reel_status status = reel_renderer_draw(renderer, camera, k, frame, err);
            if (!status) {
                status = reel_record_write(writer, i, frame, &view, err);
            }
            if (status) {
                return status;
            }
            if (watch && watch->fraction) {
                watch->fraction(watch->ctx, (double)(i * scene->frames + k + 1) / total);
            }
        }
    }
    return REEL_OK;
}

reel_status reel_job_record(const char *dir, const reel_scene *scene, reel_take *take,
                            const reel_record_options *options, const reel_job_watch *watch,
                            reel_job_stats *stats, reel_error *err)
{
    reel_frame frame = {0};
    reel_objects objects = {0};
    reel_renderer *renderer = NULL;
    reel_record_writer *writer = NULL;
    reel_render_options render = reel_render_options_default();
    bool known = reel_quality_find(options->quality, &render.quality);
    assert(known);
    render.depth_scale = options->depth_scale;
    render.samples = options->samples;
    reel_status status = reel_renderer_create(scene, take, &render, &renderer, err);
    if (!status) {
        status = reel_frame_init(&frame, scene->width, scene->height, reel_record_planes(options),
                                 reel_scene_n_instances(scene), err);
    }
    if (!status) {
        status = reel_record_begin(dir, scene, take, options, &writer, err);
    }
    if (!status) {
        status = reel_record_init_objects(writer, &objects, err);
        frame.objects = &objects;
        frame.keeps = true;
    }
    if (!status) {
        status = draw_all(renderer, writer, scene, take, options, &frame, watch, err);
    }
    if (!status) {
        status = reel_tell_streams(writer, scene, take, options, err);
    }
    if (!status) {
        status = reel_record_end(writer, err);
    }
    if (!status && stats) {
        add_times(stats, renderer, writer);
        stats->frames += (int64_t)scene->frames * options->n_cameras;
    }
    reel_record_writer_destroy(&writer);
    reel_frame_finish(&frame);
    reel_objects_finish(&objects);
    reel_renderer_destroy(&renderer);
    return status;
}

/* One attempt, into the folder `tmp`. */
static reel_status attempt_clip(const reel_plan *plan, int index, uint32_t attempt, const char *tmp,
                                const reel_job_watch *watch, reel_job_stats *stats, reel_error *err)
{
    const reel_plan_clip *clip = &plan->clips[index];
    reel_scene *scene = NULL;
    reel_take *take = NULL;
    int cameras[REEL_MAX_CAMERAS];
    reel_record_options options = {
        .clip_id = clip->id,
        .split = clip->place.split,
        .base_seed = plan->seed,
        .index = (uint64_t)index,
        .attempt = attempt,
        .quality = reel_quality_name(plan->quality),
        .samples = plan->samples,
        .labels = plan->labels,
        .store = plan->store,
        .amodal = true,
        .masks = plan->masks,
        .tracks = plan->tracks,
        .depth_scale = plan->depth_scale,
        .controls = plan->controls,
        .first_frames = plan->first_frames,
        .colour = plan->quality != REEL_QUALITY_LABELS,
        .cameras = cameras,
    };
    double start = reel_clock_cpu();
    reel_status status = reel_plan_freeze(plan, index, attempt, &scene, err);
    double frozen = reel_clock_cpu();
    if (!status) {
        status = reel_plan_cameras(plan, clip->entry, scene, cameras, &options.n_cameras, err);
    }
    if (!status) {
        status = reel_simulate(scene, &take, err);
    }
    stats->freeze += frozen - start;
    stats->simulate += reel_clock_cpu() - frozen;
    if (!status) {
        options.video = reel_video_options_default(scene->fps);
        options.video.keyint = plan->keyint ? plan->keyint : options.video.keyint;
        status = reel_job_record(tmp, scene, take, &options, watch, stats, err);
    }
    reel_take_destroy(&take);
    reel_scene_destroy(&scene);
    return status;
}

reel_status reel_job_run(const reel_plan *plan, int index, const char *records_dir,
                         const reel_job_watch *watch, reel_job_stats *stats, reel_error *err)
{
    char tmp[REEL_PATH_MAX], path[REEL_PATH_MAX], name[128];
    const reel_plan_clip *clip = &plan->clips[index];
    const bool frozen = plan->entries[clip->entry].frozen;
    reel_job_stats own = {0};
    reel_error why = {0};
    reel_status status = REEL_OK;
    stats = stats ? stats : &own;
    snprintf(name, sizeof name, ".tmp-%s", clip->id);
    reel_fs_join(tmp, sizeof tmp, records_dir, name);
    reel_fs_join(path, sizeof path, records_dir, clip->id);
    for (uint32_t attempt = 0; attempt < REEL_MAX_ATTEMPTS; attempt++) {
        uint64_t seed = reel_clip_seed(plan->seed, (uint64_t)index, attempt);
        why = (reel_error){0};
        if (watch && watch->attempt) {
            watch->attempt(watch->ctx, attempt, seed);
        }
        status = attempt_clip(plan, index, attempt, tmp, watch, stats, &why);
        /* a frozen scene would only be refused again */
        if (status != REEL_E_REFUSED || frozen || attempt + 1 == REEL_MAX_ATTEMPTS) {
            break;
        }
        if (watch && watch->refused) {
            watch->refused(watch->ctx, seed, &why);
        }
        stats->attempts++;
    }
    if (!status) {
        status = reel_fs_publish_dir(tmp, path, &why);
    }
    if (status) {
        (void)reel_fs_remove_tree(tmp, NULL);
        if (err) {
            *err = why;
        }
    }
    return status;
}
