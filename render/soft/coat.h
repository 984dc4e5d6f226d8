/*
 * coat.h - a clear lacquer (ior 1.5) over a surface: a second GGX lobe, whose light is missing
 * below.
 *
 * What the lacquer reflects of a direction, its share times the lobe's albedo, is taken from all
 * that is below, so that no surface reflects more than it gets.
 */
#pragma once

#include "render/soft/shade.h"

/* Share and roughness of the lacquer in a group. */
VINL vf coat_of(const soft_job *job, const batch *b, int i, vf *rough)
{
    vf coat = vf_set(0.0f);
    unsigned left = group_hits(b->key, i);
    *rough = vf_set(1.0f);
    while (left) {
        int k;
        const vm m = group_next(b->key, i, &left, &k);
        const soft_material *mat = &job->materials[job->info[k].material];
        coat = vf_sel(m, vf_set(mat->clearcoat), coat);
        *rough = vf_sel(m, vf_set(mat->coat_rough), *rough);
    }
    return coat;
}

static int shows_coat(const soft_job *job, const batch *b)
{
    for (int j = 0; job->coated && j < b->n_shown; j++) {
        if (job->materials[job->info[b->shown[j].drawn].material].clearcoat > 0) {
            return 1;
        }
    }
    return 0;
}

/* After prepare_gloss(), where some surface has a lacquer: set b->coat, coat_rough, coat_gleam and
 * under, and take the lacquer's part from the base. */
STAGE void prepare_coat(const soft_job *job, batch *b)
{
    for (int i = 0; i < b->n; i += VW) {
        vf rough;
        const vf coat = coat_of(job, b, i, &rough);
        const vf nv = vf_clamp(v3_dot(v3_load(b->shade, i), v3_load(b->view, i)), 1e-3f, 1.0f);
        vf scale, bias;
        lobe_albedo(nv, rough, &scale, &bias);
        const vf gleam = coat * vf_sat(COAT_F0 * scale + bias), under = 1.0f - gleam;
        vf_store(b->coat + i, coat);
        vf_store(b->coat_rough + i, rough);
        vf_store(b->coat_gleam + i, gleam);
        vf_store(b->under + i, under);
        v3_store(b->gleam, i, v3_scale(v3_load(b->gleam, i), under));
        v3_store(b->diffuse, i, v3_scale(v3_load(b->diffuse, i), under));
    }
}

/* Set b->grey and b->coated. */
static void sort_surfaces(const soft_job *job, batch *b)
{
    b->grey = shows_no_metal(job, b);
    b->coated = shows_coat(job, b);
}

/* What light_surfaces(.., full, ..) needs besides surface(): hardly anything where one stage does
 * it all. */
static void prepare_surface(const soft_job *job, batch *b, int full)
{
    sort_surfaces(job, b);
    if (!full && light_kind(job, b) == LIGHT_GREY) {
        return;
    }
    prepare_gloss(b);
    if (b->coated) {
        prepare_coat(job, b);
    }
}
