/*
 * surface.c - what two surfaces are to one another, and surfaces that move by themselves.
 *
 * The scene's contact pairs are kept by their smaller surface, in order of the larger: a contact
 * finds its own by bisection among the few of one surface.
 */
#include "engine/sim.h"

#include <stdio.h>

static reel_status check_pairs(const reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    for (int k = 0; k < scene->n_pairs; k++) {
        if (scene->pairs[k].surface_a > scene->pairs[k].surface_b) {
            char field[32];
            snprintf(field, sizeof field, "pairs[%d]", k);
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                "surface_a must not be beyond surface_b");
        }
    }
    for (int k = 0; k < scene->n_pairs; k++) {
        if (scene->pairs[k].surface_a > scene->pairs[k].surface_b) {
            char field[32];
            snprintf(field, sizeof field, "pairs[%d]", k);
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, field,
                                "surface_a must not be beyond surface_b");
        }
    }
    for (int k = 1; k < scene->n_pairs; k++) {
        const reel_contact_pair *a = &scene->pairs[sim->pair_order[k - 1]];
        const reel_contact_pair *b = &scene->pairs[sim->pair_order[k]];
        if (a->surface_a == b->surface_a && a->surface_b == b->surface_b) {
            char field[32];
            snprintf(field, sizeof field, "pairs[%d]", sim->pair_order[k]);
            return reel_fail_at(
                err, REEL_E_SCENE, NULL, 0, field, "surfaces \"%s\" and \"%s\" are paired twice",
                scene->surfaces[b->surface_a].name, scene->surfaces[b->surface_b].name);
        }
    }
    return REEL_OK;
}

/* Counting sort by the larger surface, then, stably, by the smaller one: leaves pair_first. */
static void sort_pairs(reel_sim *sim, int *spare)
{
    const reel_scene *scene = sim->scene;
    int *first = sim->pair_first;
    for (int pass = 0; pass < 2; pass++) {
        for (int s = 0; s <= scene->n_surfaces; s++) {
            first[s] = 0;
        }
        for (int k = 0; k < scene->n_pairs; k++) {
            const reel_contact_pair *pair = &scene->pairs[k];
            first[(pass == 0 ? pair->surface_b : pair->surface_a) + 1]++;
        }
        for (int s = 0; s < scene->n_surfaces; s++) {
            first[s + 1] += first[s];
        }
        for (int k = 0; k < scene->n_pairs; k++) {
            const int p = pass == 0 ? k : spare[k];
            const reel_contact_pair *pair = &scene->pairs[p];
            int *to = pass == 0 ? spare : sim->pair_order;
            to[first[pass == 0 ? pair->surface_b : pair->surface_a]++] = p;
        }
    }
    for (int s = scene->n_surfaces; s > 0; s--) { /* each has moved on to the next one's */
        first[s] = first[s - 1];
    }
    first[0] = 0;
}

reel_status surfaces_build(reel_sim *sim, reel_error *err)
{
    const reel_scene *scene = sim->scene;
    if (scene->n_pairs == 0) {
        return REEL_OK;
    }
    sim->pair_first = reel_calloc((size_t)scene->n_surfaces + 1, sizeof *sim->pair_first);
    sim->pair_order = reel_calloc((size_t)scene->n_pairs, sizeof *sim->pair_order);
    int *spare = reel_calloc((size_t)scene->n_pairs, sizeof *spare);
    const bool ok = sim->pair_first && sim->pair_order && spare;
    if (ok) {
        sort_pairs(sim, spare);
    }
    reel_free(spare);
    return ok ? check_pairs(sim, err)
              : reel_fail(err, REEL_E_NOMEM, "out of memory building the world");
}

reel_contact_pair surfaces_meet(const reel_sim *sim, int surface_a, int surface_b)
{
    const reel_scene *scene = sim->scene;
    if (surface_a > surface_b) {
        const int swap = surface_a;
        surface_a = surface_b;
        surface_b = swap;
    }
    if (sim->pair_first) {
        int lo = sim->pair_first[surface_a];
        const int end = sim->pair_first[surface_a + 1];
        for (int hi = end; lo < hi;) {
            const int mid = (lo + hi) / 2;
            if (scene->pairs[sim->pair_order[mid]].surface_b < surface_b) {
                lo = mid + 1;
            } else {
                hi = mid;
            }
        }
        if (lo < end && scene->pairs[sim->pair_order[lo]].surface_b == surface_b) {
            return scene->pairs[sim->pair_order[lo]];
        }
    }
    const reel_surface *a = &scene->surfaces[surface_a], *b = &scene->surfaces[surface_b];
    return (reel_contact_pair){.surface_a = surface_a,
                               .surface_b = surface_b,
                               .friction = sqrt(a->friction * b->friction),
                               .restitution = fmax(a->restitution, b->restitution),
                               .rolling_friction = fmax(a->rolling_friction, b->rolling_friction)};
}

static reel_vec3 belt_of(const reel_sim *sim, int g)
{
    const reel_geom *geom = &sim->scene->geoms[g];
    const reel_vec3 v = geom->belt;
    if (v.x == 0 && v.y == 0 && v.z == 0) {
        return v;
    }
    const reel_quat q = reel_quat_mul(sim->state.bodies[geom->body].q, geom->body_from_geom.q);
    return reel_quat_rotate(reel_quat_unit(q), v);
}

reel_vec3 surfaces_run(const reel_sim *sim, const contact *c)
{
    const reel_vec3 run = reel_v3_sub(belt_of(sim, c->geom_a), belt_of(sim, c->geom_b));
    if (run.x == 0 && run.y == 0 && run.z == 0) {
        return reel_v3(0, 0, 0);
    }
    return reel_v3_madd(run, -reel_v3_dot(run, c->normal), c->normal);
}
