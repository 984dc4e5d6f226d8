/*
 * broad.c - pairs of geoms whose boxes overlap, in an order that depends on the scene only.
 *
 * Few bodies are compared each with each, in the order wanted; for many, ODE's sweep and prune
 * gives the pairs, and they are sorted.
 */
#include "engine/sim.h"

#include <ode/ode.h>
#include <stdlib.h>

enum { FEW_BODIES = 48 };

static void append(reel_sim *sim, geom_pair pair)
{
    if (sim->n_pairs == sim->cap_pairs) {
        const int cap = sim->cap_pairs ? 2 * sim->cap_pairs : 256;
        geom_pair *grown = reel_realloc(sim->pairs, (size_t)cap * sizeof *grown);
        if (!grown) {
            sim->out_of_memory = true;
            return;
        }
        sim->pairs = grown;
        sim->cap_pairs = cap;
    }
    sim->pairs[sim->n_pairs++] = pair;
}

/* ---- few ------------------------------------------------------------------------------------ */

typedef struct box {
    double lo[3], hi[3];
} box;

static inline bool overlap(const box *a, const box *b)
{
    return a->lo[0] <= b->hi[0] && b->lo[0] <= a->hi[0] && a->lo[1] <= b->hi[1] &&
           b->lo[1] <= a->hi[1] && a->lo[2] <= b->hi[2] && b->lo[2] <= a->hi[2];
}

/* false: the geom is not there */
static bool box_of(const reel_sim *sim, int geom, box *out)
{
    const dGeomID ode = sim->geoms[geom];
    dReal sides[6];
    if (!ode || !dGeomIsEnabled(ode)) {
        return false;
    }
    dGeomGetAABB(ode, sides);
    for (int k = 0; k < 3; k++) {
        out->lo[k] = sides[2 * k];
        out->hi[k] = sides[2 * k + 1];
    }
    return true;
}

static box box_of_body(const reel_sim *sim, int body)
{
    const reel_body *b = &sim->scene->bodies[body];
    box all = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}}, one;
    for (int g = b->first_geom; g < b->first_geom + b->n_geoms; g++) {
        const bool there = box_of(sim, g, &one);
        for (int k = 0; there && k < 3; k++) {
            all.lo[k] = one.lo[k] < all.lo[k] ? one.lo[k] : all.lo[k];
            all.hi[k] = one.hi[k] > all.hi[k] ? one.hi[k] : all.hi[k];
        }
    }
    return all;
}

static void pair_bodies(reel_sim *sim, int a, int b)
{
    const reel_body *of_a = &sim->scene->bodies[a], *of_b = &sim->scene->bodies[b];
    box box_a, box_b;
    for (int g = of_a->first_geom; g < of_a->first_geom + of_a->n_geoms; g++) {
        if (!box_of(sim, g, &box_a)) {
            continue;
        }
        for (int i = of_b->first_geom; i < of_b->first_geom + of_b->n_geoms; i++) {
            if (box_of(sim, i, &box_b) && overlap(&box_a, &box_b)) {
                append(sim, (geom_pair){a, b, g, i, false});
            }
        }
    }
}

static void each_with_each(reel_sim *sim)
{
    box boxes[FEW_BODIES];
    for (int b = 0; b < sim->scene->n_bodies; b++) {
        boxes[b] = box_of_body(sim, b);
    }
    for (int a = 0; a < sim->scene->n_bodies; a++) {
        for (int b = a + 1; b < sim->scene->n_bodies; b++) {
            if (overlap(&boxes[a], &boxes[b]) &&
                (sim->bodies[a].dynamic || sim->bodies[b].dynamic) && !joint_connects(sim, a, b)) {
                pair_bodies(sim, a, b);
            }
        }
    }
}

/* ---- many ----------------------------------------------------------------------------------- */

static void on_near(void *data, dGeomID g1, dGeomID g2)
{
    reel_sim *sim = data;
    const int a = (int)(intptr_t)dGeomGetData(g1);
    const int b = (int)(intptr_t)dGeomGetData(g2);
    const int body_a = sim->scene->geoms[a].body, body_b = sim->scene->geoms[b].body;
    const bool moves = sim->bodies[body_a].dynamic || sim->bodies[body_b].dynamic;
    if (body_a == body_b || !moves || sim->out_of_memory || joint_connects(sim, body_a, body_b)) {
        return;
    }
    append(sim, body_a < body_b ? (geom_pair){body_a, body_b, a, b, false}
                                : (geom_pair){body_b, body_a, b, a, false});
}

static int by_bodies_and_geoms(const void *x, const void *y)
{
    const geom_pair *a = x, *b = y;
    if (a->body_a != b->body_a) {
        return a->body_a < b->body_a ? -1 : 1;
    }
    if (a->body_b != b->body_b) {
        return a->body_b < b->body_b ? -1 : 1;
    }
    if (a->geom_a != b->geom_a) {
        return a->geom_a < b->geom_a ? -1 : 1;
    }
    return (a->geom_b > b->geom_b) - (a->geom_b < b->geom_b);
}

reel_status pairs_find(reel_sim *sim, reel_error *err)
{
    sim->n_pairs = 0;
    sim->out_of_memory = false;
    if (sim->scene->n_bodies <= FEW_BODIES) {
        each_with_each(sim);
    } else {
        dSpaceCollide(sim->space, sim, on_near);
    }
    if (sim->out_of_memory) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory for pairs of geoms");
    }
    if (sim->scene->n_bodies > FEW_BODIES && sim->n_pairs > 1) { /* qsort does not take NULL */
        qsort(sim->pairs, (size_t)sim->n_pairs, sizeof *sim->pairs, by_bodies_and_geoms);
    }
    return REEL_OK;
}
