/* pack_trainers.c - the trainers' lists of a dataset in the clips layout; see trainers.h. */
#include "export/pack_internal.h"
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

reel_status reel_pack_trainers_open(reel_packer *p, reel_error *err)
{
    const char **names = REEL_ARENA_NEW(&p->arena, const char *, p->n_splits + 1);
    const char **families = REEL_ARENA_NEW(&p->arena, const char *, p->n_clips + 1);
    int n = 0;
    if (!p->traits.colour) {
        return REEL_OK; /* nothing to list */
    }
    if (!names || !families) {
        return reel_pack_no_memory(err);
    }
    for (int s = 0; s < p->n_splits; s++) {
        names[s] = p->splits[s].name;
    }
    for (int i = 0; i < p->n_clips; i++) {
        families[i] = p->clips[i].family;
    }
    qsort(families, (size_t)p->n_clips, sizeof(*families), by_text);
    for (int i = 0; i < p->n_clips; i++) {
        if (n == 0 || strcmp(families[n - 1], families[i]) != 0) {
            families[n++] = families[i];
        }
    }
    return reel_trainers_open(p->root, p->n_splits, names, n, families, p->traits.controls,
                              &p->trainers, err);
}

reel_status reel_pack_trainers_put(reel_packer *p, const reel_pack_clip *clip,
                                   const reel_record *record, reel_error *err)
{
    const reel_scene *scene = record->scene;
    reel_status status = REEL_OK;
    for (int i = 0; !status && p->trainers && i < record->n_streams; i++) {
        const reel_record_stream *stream = &record->streams[i];
        char video[1024], control[REEL_CONTROL_COUNT][1024];
        const char *caption = reel_record_caption(record, i);
        reel_place_video(&clip->place, stream->video, video, sizeof(video));
        reel_trainer_row row = {.stream = stream->id,
                                .family = record->family,
                                .video = video,
                                .caption = caption ? caption : "",
                                .caption_json = reel_record_caption_json(record, i),
                                .width = scene->width,
                                .height = scene->height,
                                .fps = scene->fps,
                                .frames = scene->frames};
        for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
            if (stream->control[k]) {
                reel_place_control(&clip->place, stream->control[k], control[k],
                                   sizeof(control[k]));
                row.control[k] = control[k];
            }
        }
        status = reel_trainers_put(p->trainers, clip->split, &row, err);
    }
    return status;
}

static reel_status list_file(void *ctx, const char *name, reel_error *err)
{
    reel_packer *p = ctx;
    return reel_manifest_put_hashed(&p->files, p->root, name, err);
}

reel_status reel_pack_trainers_close(reel_packer *p, reel_error *err)
{
    return p->trainers ? reel_trainers_close(p->trainers, list_file, p, err) : REEL_OK;
}
