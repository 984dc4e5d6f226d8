/* Rounded boxes fall, settle, sleep, slide and roll as what they are. */
#include "assets/meshes.h"
#include "base/trig.h"
#include "tests/check.h"
#include "tests/physics/scene_kit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One hull that is seen and collides, as a scene script makes it. */
static int add_box(reel_scene *s, const char *name, const double values[5], double density,
                   reel_vec3 at)
{
    reel_solid solid = {0};
    reel_error err = {0};
    double mass, inertia[6];
    reel_vec3 c;
    if (reel_solid_make(&s->arena, reel_solid_find("rounded_box"), values, &solid, &err) !=
        REEL_OK) {
        CHECK_FAIL("%s: %s", err.field, err.msg);
    }
    CHECK_INT(solid.n_parts, ==, 1);
    const int mesh = s->n_meshes++;
    CHECK(mesh < KIT_MAX_MESHES);
    s->meshes[mesh] = solid.parts[0];
    s->meshes[mesh].name = reel_arena_printf(&s->arena, "%s mesh", name);
    reel_mesh_mass(&solid.mesh, density, &mass, &c, inertia);
    const int b = kit_solid(s, name, REEL_SHAPE_HULL, reel_v3(0, 0, 0), mesh, mass, at);
    memcpy(s->bodies[b].inertia, inertia, sizeof inertia);
    return b;
}

static bool sleeps(const reel_take *t, int body)
{
    return (t->state[(t->n_samples - 1) * t->n_bodies + body] & REEL_STATE_ASLEEP) != 0;
}

/* Thrown down turned anyhow, they come to lie on a face: the centre as high as one of the halves,
 * and that half's axis upright. */
static void they_settle_on_a_face(const void *param)
{
    (void)param;
    static const double edge[3] = {0.3, 0.2, 0.14};
    reel_scene *s = kit_scene(6);
    int b[4];
    kit_floor(s);
    for (int i = 0; i < 4; i++) {
        char name[16];
        const double v[] = {edge[0], edge[1], edge[2], 0.02, 1 + 2 * i};
        snprintf(name, sizeof name, "box %d", i);
        b[i] = add_box(s, name, v, 700, reel_v3(1.0 * i, 0, 0.4));
        s->bodies[b[i]].world_from_body.q =
            reel_quat_unit((reel_quat){1, 0.4 * i + 0.3, 0.7 - 0.3 * i, 0.2 * i});
    }
    reel_take *t = kit_run(s);
    CHECK_INT(t->audit.solver_messages, ==, 0);
    for (int i = 0; i < 4; i++) {
        const reel_mat3 r = reel_mat3_from_quat(reel_take_pose(t, t->n_samples - 1, b[i]).q);
        int up = 0;
        for (int k = 0; k < 3; k++) {
            up = fabs(r.m[2][k]) > fabs(r.m[2][up]) ? k : up;
        }
        CHECK(sleeps(t, b[i]));
        CHECK_NEAR(fabs(r.m[2][up]), 1, 1e-6);
        CHECK_NEAR(kit_last_position(t, b[i]).z, edge[up] / 2, 2e-4);
    }
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* A stack of six stands as one of boxes does. */
static void a_stack_stands(const void *param)
{
    (void)param;
    static const double v[] = {0.2, 0.2, 0.1, 0.015, 4};
    reel_scene *s = kit_scene(6);
    kit_floor(s);
    for (int i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "box %d", i);
        add_box(s, name, v, 700, reel_v3(0.002 * (i % 2), 0.003 * (i % 3), 0.05 + 0.1 * i));
    }
    reel_take *t = kit_run(s);
    for (int b = 1; b <= 6; b++) {
        const reel_vec3 from = reel_take_pose(t, 0, b).p;
        CHECK(sleeps(t, b));
        CHECK_NEAR(reel_v3_len(reel_v3_sub(kit_last_position(t, b), from)), 0, 2e-4);
    }
    CHECK_INT(t->audit.solver_messages, ==, 0);
    reel_take_destroy(&t);
    reel_scene_destroy(&s);
}

/* On a slope of 20 degrees the flat side slides by Coulomb's law with friction 0.2, and holds with
 * friction 0.5. */
static void it_slides_on_its_side(const void *param)
{
    (void)param;
    static const double v[] = {0.3, 0.2, 0.1, 0.02, 4};
    const double angle = 20 * REEL_PI / 180, seconds = 1;
    const reel_vec3 normal = {reel_sin(angle), 0, reel_cos(angle)};
    for (int holds = 0; holds < 2; holds++) {
        reel_scene *s = kit_scene(seconds);
        kit_slope(s, normal);
        const double friction = holds ? 0.5 : 0.2;
        const int b = add_box(s, "box", v, 700, reel_v3_scale(normal, 0.05));
        s->bodies[b].world_from_body.q = kit_turn_z_to(normal);
        kit_set_surfaces(s, friction, 0);
        reel_take *t = kit_run(s);
        const double a = holds ? 0 : KIT_G * (normal.x - friction * normal.z);
        const reel_vec3 moved = reel_v3_sub(kit_last_position(t, b), reel_take_pose(t, 0, b).p);
        const double time = (t->n_samples - 1) / 24.0;
        CHECK_NEAR(reel_v3_len(moved), 0.5 * a * time * time, holds ? 1e-4 : 0.01 * a);
        reel_take_destroy(&t);
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"they settle on a face", they_settle_on_a_face, NULL},
    {"a stack stands", a_stack_stands, NULL},
    {"it slides on its side", it_slides_on_its_side, NULL},
};
CHECK_MAIN(tests)
