/*
 * kept.c - what of a frame's planes still holds from the draw before; the rest is marked stale.
 *
 * While camera and lights stand still, tiles in which no changed geom was, is or (for flow) will be
 * seen keep their labels. Which of them keep their colours kept.h tells, tile by tile.
 */
#include "render/soft/renderer.h"

#include <string.h>

static size_t tiles_of(const reel_frame *out)
{
    return (size_t)((out->width + SOFT_TILE - 1) / SOFT_TILE) *
           (size_t)((out->height + SOFT_TILE - 1) / SOFT_TILE);
}

static bool make_room(reel_renderer *r, const reel_frame *out)
{
    soft_kept *kept = &r->kept;
    const size_t tiles = tiles_of(out);
    if (tiles > kept->n_tiles) {
        reel_soft_kept_finish(kept);
        kept->reaches = reel_calloc(tiles, sizeof *kept->reaches);
        kept->stale = reel_calloc(tiles, sizeof *kept->stale);
        kept->lamps = reel_calloc((size_t)r->scene->n_lamps + 1, sizeof *kept->lamps);
        kept->bodies = reel_calloc((size_t)r->scene->n_bodies + 1, sizeof *kept->bodies);
        kept->n_tiles = tiles;
    }
    return kept->reaches && kept->stale && kept->lamps && kept->bodies;
}

void reel_soft_kept_finish(soft_kept *kept)
{
    reel_free(kept->reaches);
    reel_free(kept->stale);
    reel_free(kept->lamps);
    reel_free(kept->bodies);
    *kept = (soft_kept){0};
}

/* Does all hold but for what single geoms do? */
static bool same_setting(const reel_renderer *r, const soft_snapshot *now,
                         const soft_snapshot *before, const reel_frame *out)
{
    const soft_kept *kept = &r->kept;
    const soft_job *job = &r->job;
    return kept->out == out && kept->camera == now->camera && kept->planes == job->planes &&
           kept->width == out->width && kept->height == out->height &&
           memcmp(&now->view, &before->view, sizeof now->view) == 0 &&
           kept->flows[0] == (job->other[0] != NULL) && kept->flows[1] == (job->other[1] != NULL) &&
           memcmp(kept->camera_motion, job->camera_motion, sizeof kept->camera_motion) == 0 &&
           kept->n_bouncers == job->n_bouncers &&
           memcmp(kept->bouncers, job->bouncers, sizeof kept->bouncers) == 0 &&
           memcmp(kept->lamps, r->lamps, (size_t)r->scene->n_lamps * sizeof *kept->lamps) == 0;
}

/* The tiles where a geom may be seen. */
static void mark_stale(uint8_t *stale, const reel_frame *out, const soft_geom *g)
{
    const int room = 2; /* px: flow asks what hides a point by its pixel's place */
    const int across = (out->width + SOFT_TILE - 1) / SOFT_TILE;
    const int x0 = g->x0 > room ? g->x0 - room : 0, y0 = g->y0 > room ? g->y0 - room : 0;
    const int x1 = g->x1 + room < out->width ? g->x1 + room : out->width;
    const int y1 = g->y1 + room < out->height ? g->y1 + room : out->height;
    for (int y = y0 / SOFT_TILE; g->present && y * SOFT_TILE < y1; y++) {
        for (int x = x0 / SOFT_TILE; x * SOFT_TILE < x1; x++) {
            stale[y * across + x] = 1;
        }
    }
}

static bool differ(const soft_geom *a, const soft_geom *b)
{
    return memcmp(a, b, sizeof *a) != 0;
}

/* Mark what geoms changed; false if it is too much, or one that lights others. */
static bool mark_changes(reel_renderer *r, const soft_snapshot *now, const soft_snapshot *before,
                         const reel_frame *out)
{
    soft_kept *kept = &r->kept;
    soft_job *job = &r->job;
    const soft_geom *other[2] = {NULL, NULL}; /* of the draw before, for its flow */
    int n = 0, moved = 0;
    for (int w = 0; w < 2; w++) {
        if (job->other[w]) {
            other[w] = reel_soft_snapshot(r, now->camera, before->frame + (w ? -1 : 1))->geoms;
        }
    }
    memset(kept->stale, 0, tiles_of(out));
    for (int k = 0; k < r->n_drawn; k++) {
        const soft_geom *a = &before->geoms[k], *b = &now->geoms[k];
        const float *e = r->materials[r->info[k].material].emission;
        const int body = r->info[k].body;
        const bool seen = differ(a, b);
        bool any = seen || memcmp(&kept->bodies[body], &r->bodies[body], sizeof *r->bodies) != 0;
        for (int w = 0; w < 2; w++) {
            any =
                any || (job->other[w] && (differ(b, &job->other[w][k]) || differ(a, &other[w][k])));
        }
        if (!any) {
            continue;
        }
        if (b->shape == REEL_SHAPE_PLANE || e[0] + e[1] + e[2] > 0 || ++moved > SOFT_KEPT_CHANGES) {
            return false;
        }
        mark_stale(kept->stale, out, a);
        mark_stale(kept->stale, out, b);
        for (int w = 0; w < 2; w++) {
            if (job->other[w]) {
                mark_stale(kept->stale, out, &job->other[w][k]);
                mark_stale(kept->stale, out, &other[w][k]);
            }
        }
        if (seen && a->present) {
            kept->changed[n++] = a;
        }
        if (seen && b->present) {
            kept->changed[n++] = b;
        }
    }
    job->changed = kept->changed;
    job->n_changed = n;
    return true;
}

/* For the next draw. */
static void note_setting(reel_renderer *r, const soft_snapshot *now, const reel_frame *out)
{
    soft_kept *kept = &r->kept;
    const soft_job *job = &r->job;
    kept->out = out;
    kept->camera = now->camera;
    kept->frame = now->frame;
    kept->planes = job->planes;
    kept->width = out->width;
    kept->height = out->height;
    kept->n_bouncers = job->n_bouncers;
    memcpy(kept->bouncers, job->bouncers, sizeof kept->bouncers);
    memcpy(kept->camera_motion, job->camera_motion, sizeof kept->camera_motion);
    memcpy(kept->lamps, r->lamps, (size_t)r->scene->n_lamps * sizeof *kept->lamps);
    memcpy(kept->bodies, r->bodies, (size_t)r->scene->n_bodies * sizeof *kept->bodies);
    for (int w = 0; w < 2; w++) {
        kept->flows[w] = job->other[w] != NULL;
    }
}

bool reel_soft_kept_begin(reel_renderer *r, const soft_snapshot *now, reel_frame *out, bool alone)
{
    soft_kept *kept = &r->kept;
    soft_job *job = &r->job;
    const bool holds = kept->holds && out->drawn_by == r && out->drawn + 1 == r->draws;
    out->drawn_by = r;
    out->drawn = r->draws;
    kept->holds = false;
    if (!alone || !out->keeps || r->options.quality > REEL_QUALITY_STANDARD || r->radiance ||
        job->film.grain > 0) {
        return true;
    }
    if (!make_room(r, out)) {
        return false;
    }
    job->reaches = kept->reaches;
    job->floor_before = &kept->floor;
    if (holds) {
        const soft_snapshot *before = reel_soft_snapshot(r, now->camera, kept->frame);
        if (same_setting(r, now, before, out) && mark_changes(r, now, before, out)) {
            job->stale = kept->stale;
        }
    }
    note_setting(r, now, out);
    return true;
}

void reel_soft_kept_end(reel_renderer *r)
{
    r->kept.holds = r->job.reaches && r->job.refusal.plane < 0;
}
