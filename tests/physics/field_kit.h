/* field_kit.h - force fields for tests, and their books. */
#pragma once

#include <string.h>

#include "base/scene.h"
#include "base/take.h"
#include "tests/check.h"

static inline reel_force_field *add_field(reel_scene *s, const char *name, reel_force_kind kind)
{
    if (!s->force_fields) {
        s->force_fields = REEL_ARENA_NEW(&s->arena, reel_force_field, 8);
    }
    reel_force_field *f = &s->force_fields[s->n_force_fields++];
    *f = (reel_force_field){.name = name, .kind = kind, .tag = "", .body = -1};
    return f;
}

static inline void set_box(reel_force_field *f, reel_vec3 lo, reel_vec3 hi)
{
    const double l[3] = {lo.x, lo.y, lo.z}, h[3] = {hi.x, hi.y, hi.z};
    f->has_box = true;
    memcpy(f->box_min, l, sizeof l);
    memcpy(f->box_max, h, sizeof h);
}

static inline double energy(const reel_take *t, int sample)
{
    return t->energy[3 * sample] + t->energy[3 * sample + 1] - t->energy[3 * sample + 2];
}

/* Kinetic and potential energy less work: constant, whatever happens in the air. */
static inline void check_books(const reel_take *t, double energy_tolerance,
                               double momentum_tolerance)
{
    for (int i = 0; i < t->n_samples; i++) {
        CHECK_NEAR(energy(t, i), energy(t, 0), energy_tolerance);
    }
    CHECK_NEAR(t->audit.momentum_error, 0, momentum_tolerance);
}
