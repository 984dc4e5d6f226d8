/*
 * kept.h - tiles that are what they were in the draw before, and need not be drawn again.
 *
 * Where camera and lights stand still a tile's planes hang on the geoms that are seen in it
 * (kept.c marks the tiles of those that changed) and its colours on geoms that may shade its
 * points, hide sky from them or be met by their reflections. All tests here are those by which
 * shading itself leaves geoms out, so a kept tile has the bits that drawing it would give.
 */
#pragma once

#include "render/soft/reflect.h"

/* Note what the colours of a batch hang on. */
static void note_batch(soft_reach *r, const batch *b)
{
    for (int c = 0; c < 3; c++) {
        r->lo[c] = b->lo[c] < r->lo[c] ? b->lo[c] : r->lo[c];
        r->hi[c] = b->hi[c] > r->hi[c] ? b->hi[c] : r->hi[c];
    }
    r->disc = b->disc > r->disc ? b->disc : r->disc;
    if (!b->reflects) {
        return;
    }
    if (r->n_beams < SOFT_REACH_BEAMS) {
        r->beams[r->n_beams] = b->mirrored;
    }
    r->n_beams++;
    for (int c = 0; c < 3; c++) {
        r->met_lo[c] = b->met_lo[c] < r->met_lo[c] ? b->met_lo[c] : r->met_lo[c];
        r->met_hi[c] = b->met_hi[c] > r->met_hi[c] ? b->met_hi[c] : r->met_hi[c];
    }
    r->met_disc = b->met_disc > r->met_disc ? b->met_disc : r->met_disc;
}

static void note_nothing(soft_reach *r)
{
    *r = (soft_reach){.disc = 0};
    for (int c = 0; c < 3; c++) {
        r->lo[c] = r->met_lo[c] = VF_FAR;
        r->hi[c] = r->met_hi[c] = -VF_FAR;
    }
}

/* True if geom g may stand between points in the box and a light. */
static int shades_box(const soft_job *job, const soft_geom *g, const float lo[3], const float hi[3],
                      float disc)
{
    const int soft = job->quality >= REEL_QUALITY_STANDARD;
    for (int s = 0; s < job->n_suns; s++) {
        const soft_sun *sun = &job->suns[s];
        const float *axis[3] = {sun->u, sun->v, sun->dir};
        float at[3];
        light_box box = {.least = disc};
        for (int c = 0; c < 3; c++) {
            span_box(lo, hi, axis[c], &box.lo[c], &box.hi[c]);
            at[c] =
                g->centre[0] * axis[c][0] + g->centre[1] * axis[c][1] + g->centre[2] * axis[c][2];
        }
        const soft_occluder o = {.cu = at[0], .cv = at[1], .cw = at[2]};
        if (may_shade(g, &o, &box, soft ? sun->tan_radius : 0.0f)) {
            return 1;
        }
    }
    for (int j = 0; j < job->n_lamps + job->n_glows; j++) {
        const soft_lamp *lamp =
            j < job->n_lamps ? &job->lamps[j] : &job->glows[j - job->n_lamps].lamp;
        const lamp_beam beam = find_beam(lo, hi, disc, lamp);
        if (geom_in_beam(&beam, g)) {
            return 1;
        }
    }
    return 0;
}

/* False only if geom g has no part in the colours of a tile; it is no plane. */
static int lies_in_reach(const soft_job *job, const soft_reach *r, const soft_geom *g)
{
    if (r->lo[0] > r->hi[0]) {
        return 0; /* sky alone */
    }
    if (shades_box(job, g, r->lo, r->hi, r->disc) ||
        (job->quality >= REEL_QUALITY_STANDARD && may_occlude(g, r->lo, r->hi))) {
        return 1;
    }
    if (r->n_beams > SOFT_REACH_BEAMS || (r->n_beams > 0 && job->tree)) {
        return 1; /* of equal hits the tree's order decides, which may have changed */
    }
    for (int j = 0; j < r->n_beams; j++) {
        if (beam_meets(&r->beams[j], g)) {
            return 1;
        }
    }
    return r->met_lo[0] <= r->met_hi[0] && shades_box(job, g, r->met_lo, r->met_hi, r->met_disc);
}

/* True if light_floor() found what it did in the draw before; notes it for the next. */
static int same_floor(soft_job *job)
{
    soft_floor_light now = {job->floor, job->level, {0}, {{0}}};
    if (job->floor >= 0) {
        memcpy(now.ambient, job->floor_ambient, sizeof now.ambient);
    }
    if (job->level) {
        memcpy(now.level_ambient, job->level_ambient, sizeof now.level_ambient);
    }
    const int same = memcmp(job->floor_before, &now, sizeof now) == 0;
    *job->floor_before = now;
    return same;
}

/* True if tile number `t` must be drawn. */
static int is_stale(const soft_job *job, int t)
{
    if (!job->stale || job->stale[t]) {
        return 1;
    }
    for (int j = 0; j < job->n_changed; j++) {
        if (lies_in_reach(job, &job->reaches[t], job->changed[j])) {
            return 1;
        }
    }
    return 0;
}

/* The boxes of a tile whose instances stand in the plane already. */
static void count_kept(const soft_job *job, int x0, int y0)
{
    const uint16_t *plane = job->out->plane[REEL_PLANE_INSTANCE];
    const int x1 = x0 + SOFT_TILE < job->width ? x0 + SOFT_TILE : job->width;
    const int y1 = y0 + SOFT_TILE < job->height ? y0 + SOFT_TILE : job->height;
    for (int y = y0; plane && y < y1; y++) {
        const uint16_t *row = plane + (size_t)y * (size_t)job->width;
        for (int x = x0, end; x < x1; x = end) {
            for (end = x + 1; end < x1 && row[end] == row[x]; end++) {
            }
            if (row[x] > 0) {
                count_rect(&job->out->boxes[row[x]], x, y, end, y + 1);
            }
        }
    }
}
