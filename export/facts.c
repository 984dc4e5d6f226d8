/* facts.c - see facts.h */
#include "export/facts.h"
#include <string.h>

static reel_status no_memory(reel_error *err)
{
    return reel_fail(err, REEL_E_NOMEM, "out of memory for the card");
}

static reel_status add_split(reel_facts *facts, const reel_record *record, reel_error *err)
{
    int at = 0;
    while (at < facts->n_splits && strcmp(facts->splits[at].name, record->split) < 0) {
        at++;
    }
    if (at == facts->n_splits || strcmp(facts->splits[at].name, record->split) != 0) {
        if (facts->n_splits == REEL_MAX_SPLITS) {
            return reel_fail(err, REEL_E_CONFLICT, "more than %d splits", REEL_MAX_SPLITS);
        }
        memmove(&facts->splits[at + 1], &facts->splits[at],
                (size_t)(facts->n_splits++ - at) * sizeof(facts->splits[0]));
        facts->splits[at] =
            (reel_fact_split){.name = reel_arena_strdup(&facts->arena, record->split)};
        if (!facts->splits[at].name) {
            return no_memory(err);
        }
    }
    facts->splits[at].n_clips++;
    facts->splits[at].n_rows += record->n_streams;
    return REEL_OK;
}

static reel_status add_family(reel_facts *facts, const char *name, reel_error *err)
{
    int at = 0;
    while (at < facts->n_families && strcmp(facts->families[at].name, name) < 0) {
        at++;
    }
    if (at == facts->n_families || strcmp(facts->families[at].name, name) != 0) {
        reel_fact_family *grown = reel_arena_grow(&facts->arena, facts->families, facts->n_families,
                                                  &facts->max_families, sizeof(*facts->families));
        if (!grown) {
            return no_memory(err);
        }
        facts->families = grown;
        memmove(&facts->families[at + 1], &facts->families[at],
                (size_t)(facts->n_families++ - at) * sizeof(facts->families[0]));
        facts->families[at] = (reel_fact_family){.name = reel_arena_strdup(&facts->arena, name)};
        if (!facts->families[at].name) {
            return no_memory(err);
        }
    }
    facts->families[at].n_clips++;
    return REEL_OK;
}

static reel_status add_seed(reel_facts *facts, uint64_t seed, reel_error *err)
{
    for (int i = 0; i < facts->n_seeds; i++) {
        if (facts->seeds[i] == seed) {
            return REEL_OK;
        }
    }
    uint64_t *grown = reel_arena_grow(&facts->arena, facts->seeds, facts->n_seeds,
                                      &facts->max_seeds, sizeof(*facts->seeds));
    if (!grown) {
        return no_memory(err);
    }
    facts->seeds = grown;
    facts->seeds[facts->n_seeds++] = seed;
    return REEL_OK;
}

reel_status reel_facts_add(reel_facts *facts, const reel_record *record, reel_error *err)
{
    const reel_scene *scene = record->scene;
    if (facts->n_clips == 0) {
        facts->colour = record->colour;
        facts->depth_scale = record->depth_scale;
        facts->width = scene->width;
        facts->height = scene->height;
        facts->fps = scene->fps;
        facts->frames = scene->frames;
        facts->uniform = true;
    }
    facts->uniform &= facts->width == scene->width && facts->height == scene->height &&
                      facts->fps == scene->fps && facts->frames == scene->frames;
    facts->labels |= record->store == REEL_STORE_STATES ? 0 : record->labels;
    facts->n_clips++;
    facts->n_frames += (int64_t)scene->frames * record->n_streams;
    reel_status status = add_split(facts, record, err);
    status = status ? status : add_family(facts, record->family, err);
    status = status ? status : reel_factors_add(&facts->factors, record, err);
    return status ? status : add_seed(facts, record->base_seed, err);
}

void reel_facts_finish(reel_facts *facts)
{
    reel_factors_finish(&facts->factors);
    reel_arena_finish(&facts->arena);
    *facts = (reel_facts){0};
}
