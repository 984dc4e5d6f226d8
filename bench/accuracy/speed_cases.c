/* Scenes whose speed is measured; nothing about them is judged. */
#include "bench/accuracy/experiment.h"
#include "tests/physics/scene_kit.h"

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

const accuracy_case speed_cases[] = {
    {"speed", "pile of 10 boxes", 4, {10, 2}, pile_build, NULL},
    {"speed", "pile of 50 boxes", 4, {50, 3}, pile_build, NULL},
    {"speed", "pile of 200 boxes", 4, {200, 5}, pile_build, NULL},
    {"speed", "40 dominoes", 5, {0}, domino_build, NULL},
    {"speed", "20-link chain", 5, {0}, chain_build, NULL},
    {0},
};
