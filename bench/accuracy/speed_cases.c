/* Scenes whose speed is measured; nothing about them is judged. */
#include "base/mesh.h"
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"
#include <stdlib.h>

static const double edge = 0.2, pitch = 0.36;

/* A fixed sequence in -1..1 (Knuth's MMIX generator), so that all engines start alike. */
static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-52 - 1;
}

static void bin(reel_scene *s, double side, double height)
{
    static const int turn[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    static const char *const names[4] = {"wall 0", "wall 1", "wall 2", "wall 3"};
    const double off = side / 2 + 0.1;
    kit_floor(s);
    for (int i = 0; i < 4; i++) {
        const bool x = turn[i][0] != 0;
        kit_static_box(s, names[i], reel_v3(x ? 0.2 : side + 0.4, x ? side + 0.4 : 0.2, height),
                       reel_v3(off * turn[i][0], off * turn[i][1], height / 2));
    }
}

/* p = boxes, boxes along an edge of the bin: cubes turned at random fall into a bin. */
static reel_scene *pile_build(const accuracy_case *c, int rate)
{
    reel_scene *s = kit_scene(c->seconds + 0.1);
    s->step_rate = rate;
    const int n = (int)c->p[0], along = (int)c->p[1];
    bin(s, pitch * along + 0.05, 0.4 + pitch * (n / (along * along) + 1));
    uint64_t state = 1;
    for (int i = 0; i < n; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        const int x = i % along, y = i / along % along, z = i / (along * along);
        const reel_vec3 at = {pitch * (x + 0.5 - 0.5 * along), pitch * (y + 0.5 - 0.5 * along),
                              0.2 + pitch * z};
        const int b = kit_box(s, name, reel_v3(edge, edge, edge), 4, at);
        const double a0 = draw(&state), a1 = draw(&state), a2 = draw(&state), a3 = draw(&state);
        s->bodies[b].world_from_body.q = reel_quat_unit((reel_quat){1.5 + a0, a1, a2, a3});
    }
    kit_set_surfaces(s, 0.6, 0);
    return s;
}

/* The hull of an icosahedron whose corners are `radius` from its centre. */
static void icosahedron(reel_scene *s, double radius)
{
    const double golden = 0.5 * (1 + sqrt(5)), unit = radius / sqrt(1 + golden * golden);
    double points[36];
    for (int i = 0; i < 12; i++) {
        const int axis = i / 4;
        points[3 * i + axis] = 0;
        points[3 * i + (axis + 1) % 3] = (i & 1 ? -1 : 1) * unit;
        points[3 * i + (axis + 2) % 3] = (i & 2 ? -1 : 1) * unit * golden;
    }
    s->meshes = REEL_ARENA_NEW(&s->arena, reel_mesh, 1);
    reel_error err = {0};
    if (!s->meshes || reel_hull_of_points(&s->arena, points, 12, s->meshes, &err) != REEL_OK) {
        fputs("bench_accuracy: no icosahedron\n", stderr);
        exit(2);
    }
    s->meshes[0].name = "icosahedron";
    s->n_meshes = 1;
}

/* The same with icosahedra as large as the boxes' inscribed spheres and a half. */
static reel_scene *hulls_build(const accuracy_case *c, int rate)
{
    reel_scene *s = pile_build(c, rate);
    icosahedron(s, 0.75 * edge);
    for (int b = 0; b < s->n_bodies; b++) {
        reel_body *body = &s->bodies[b];
        if (body->motion != REEL_MOTION_DYNAMIC) {
            continue;
        }
        reel_geom *g = &s->geoms[body->first_geom];
        double mass, inertia[6];
        reel_vec3 center;
        g->shape = REEL_SHAPE_HULL;
        g->mesh = 0;
        g->size[0] = g->size[1] = g->size[2] = 0;
        reel_geom_mass(s, g, 1, &mass, &center, inertia);
        for (int k = 0; k < 6; k++) {
            /* Platonic solids are round: what is not is rounding, which the peers do not know */
            body->inertia[k] = k < 3 ? inertia[0] * body->mass / mass : 0;
        }
    }
    return s;
}

const accuracy_case speed_cases[] = {
    {"speed", "pile of 10 boxes", 4, {10, 2}, pile_build, NULL},
    {"speed", "pile of 50 boxes", 4, {50, 3}, pile_build, NULL},
    {"speed", "pile of 200 boxes", 4, {200, 5}, pile_build, NULL},
    {"speed", "pile of 1000 boxes", 4, {1000, 8}, pile_build, NULL},
    {"speed", "30 hulls", 4, {30, 3}, hulls_build, NULL},
    {"speed", "40 dominoes", 5, {0}, domino_build, NULL},
    {"speed", "20-link chain", 5, {0}, chain_build, NULL},
    {0},
};
