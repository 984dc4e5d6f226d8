/*
 * tint.h - what clear solids let pass of light that goes straight through them to a shadow.
 */
#pragma once

#include "render/soft/tile.h"

/* Solids let light through; planes and height fields, which have no inside, do not. */
VINL int is_clear(const soft_job *job, int k)
{
    const soft_material *m = &job->materials[job->info[k].material];
    const int shape = job->geoms[k].shape;
    return m->transmission > 0 && shape != REEL_SHAPE_PLANE && shape != REEL_SHAPE_HEIGHT_FIELD;
}

/* True if shadows of clear bodies are light: in `high`, as in the reference. */
VINL int tints(const soft_job *job)
{
    return job->clear && job->quality == REEL_QUALITY_HIGH;
}

/* What passes straight through a clear solid: tinted by `surfaces` (1, 2) of them. */
VINL v3 clear_passes(const soft_job *job, int k, int surfaces)
{
    const soft_material *m = &job->materials[job->info[k].material];
    const float r = (m->ior - 1) / (m->ior + 1), through = 1 - r * r;
    const float share = m->transmission * (1 - m->metallic);
    float c[3];
    for (int i = 0; i < 3; i++) {
        const float one = through * m->mean[i];
        c[i] = share * (surfaces == 2 ? one * one : one);
    }
    return v3_set(c);
}

/* Nothing is tinted yet. */
STAGE void tint_begin(batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        v3_store(b->tint, i, v3_splat(vf_set(1.0f)));
    }
}

/* Before the shadow of a clear geom is taken from b->sun: put that aside. */
STAGE void tint_hold(batch *b, float *held)
{
    for (int i = 0; i < b->n; i += VW) {
        const vf seen = vf_load(b->sun + i);
        vf_store(held + i, seen);
        vf_store(b->sun + i, vf_and(vf_gt(seen, vf_set(0.0f)), vf_set(1.0f)));
    }
}

/* After that: the geom k tints what it covers, and hides nothing. */
STAGE void tint_take(const soft_job *job, batch *b, int k, const float *held)
{
    const v3 passes = clear_passes(job, k, 2);
    const v3 stopped = {1.0f - passes.x, 1.0f - passes.y, 1.0f - passes.z};
    for (int i = 0; i < b->n; i += VW) {
        const vf cover = 1.0f - vf_load(b->sun + i), seen = vf_load(held + i);
        const vm m = vf_gt(seen, vf_set(0.0f));
        const v3 t = v3_load(b->tint, i);
        const v3 less = {t.x * (1.0f - cover * stopped.x), t.y * (1.0f - cover * stopped.y),
                         t.z * (1.0f - cover * stopped.z)};
        v3_store(b->tint, i, v3_sel(m, less, t));
        vf_store(b->sun + i, seen);
    }
}
