/* The collider of convex solids, against support functions and a distance search of the test's own:
 * what it says to be apart is apart, what it says to overlap does, its deepest point takes the two
 * apart, no other direction takes much less, and the order of the two does not matter. */
#include "base/mesh.h"
#include "base/rng.h"
#include "base/trig.h"
#include "engine/convex.h"
#include "tests/check.h"

#include <stdio.h>

enum { N_SHAPES = 7, MAX_POINTS = 16, POSES = 120, ROUNDS = 1000, STARTS = 60 };

static const reel_shape shapes[N_SHAPES] = {
    REEL_SHAPE_BOX,  REEL_SHAPE_SPHERE,    REEL_SHAPE_CAPSULE, REEL_SHAPE_CYLINDER,
    REEL_SHAPE_CONE, REEL_SHAPE_ELLIPSOID, REEL_SHAPE_HULL,
};

typedef struct solid {
    reel_shape shape;
    double size[3];
    int n; /* points of a box (its corners) or hull */
    reel_vec3 p[MAX_POINTS];
    polytope hull;
    convex convex;
} solid;

static reel_vec3 random_unit(reel_rng *rng)
{
    for (;;) {
        const double a = reel_rng_uniform(rng), b = reel_rng_uniform(rng),
                     c = reel_rng_uniform(rng);
        const reel_vec3 v = reel_v3(2 * a - 1, 2 * b - 1, 2 * c - 1);
        const double len = reel_v3_len(v);
        if (len > 0.1 && len < 1) {
            return reel_v3_scale(v, 1 / len);
        }
    }
}

static convex_pose random_pose(reel_rng *rng)
{
    double q[4];
    for (int i = 0; i < 4; i++) {
        q[i] = reel_rng_uniform(rng) - 0.5;
    }
    const reel_vec3 towards = random_unit(rng);
    const double far = 0.02 + 0.3 * reel_rng_uniform(rng);
    const reel_quat turn = reel_quat_unit((reel_quat){q[0], q[1], q[2], q[3]});
    return (convex_pose){reel_v3_scale(towards, far), reel_mat3_from_quat(turn)};
}

static bool make_hull(reel_arena *arena, solid *s, double margin)
{
    double list[3 * MAX_POINTS];
    reel_mesh mesh;
    reel_error err;
    for (int i = 0; i < s->n; i++) {
        list[3 * i] = s->p[i].x;
        list[3 * i + 1] = s->p[i].y;
        list[3 * i + 2] = s->p[i].z;
    }
    const bool ok = reel_hull_of_points(arena, list, s->n, &mesh, &err) == REEL_OK &&
                    polytope_of_mesh(arena, &mesh, &s->hull);
    s->convex = convex_of_polytope(&s->hull, margin);
    return ok;
}

static bool make_box(reel_arena *arena, solid *s, double margin)
{
    s->n = 8;
    for (int i = 0; i < 8; i++) {
        s->p[i] = reel_v3(i & 1 ? s->size[0] : -s->size[0], i & 2 ? s->size[1] : -s->size[1],
                          i & 4 ? s->size[2] : -s->size[2]);
    }
    const bool ok = polytope_of_box(arena, s->size, &s->hull);
    s->convex = convex_of_polytope(&s->hull, margin);
    return ok;
}

static bool random_solid(reel_arena *arena, reel_rng *rng, reel_shape shape, solid *s)
{
    *s = (solid){.shape = shape};
    for (int i = 0; i < 3; i++) {
        s->size[i] = 0.03 + 0.2 * reel_rng_uniform(rng);
    }
    if (shape == REEL_SHAPE_BOX) {
        return make_box(arena, s, 0);
    }
    if (shape == REEL_SHAPE_HULL) {
        s->n = 5 + (int)(11 * reel_rng_uniform(rng));
        for (int i = 0; i < s->n; i++) {
            const reel_vec3 u = random_unit(rng);
            s->p[i] = reel_v3(0.2 * u.x, s->size[0] * u.y, s->size[1] * u.z);
        }
        return make_hull(arena, s, 0);
    }
    s->convex = convex_of_shape(shape, s->size, 0);
    return true;
}

/* ---- the test's own geometry ---------------------------------------------------------------- */

static reel_vec3 farthest(const solid *s, reel_vec3 n)
{
    const double *k = s->size, flat = sqrt(n.x * n.x + n.y * n.y) + 1e-300;
    const double half = s->size[1] / 2;
    const reel_vec3 rim = {k[0] * n.x / flat, k[0] * n.y / flat, 0};
    switch (s->shape) {
    case REEL_SHAPE_SPHERE: return reel_v3_scale(n, k[0]);
    case REEL_SHAPE_CAPSULE:
        return reel_v3_add(reel_v3_scale(n, k[0]), reel_v3(0, 0, n.z > 0 ? half : -half));
    case REEL_SHAPE_CYLINDER: return reel_v3(rim.x, rim.y, n.z > 0 ? half : -half);
    case REEL_SHAPE_CONE:
        return k[0] * flat - n.z * half > n.z * half ? reel_v3(rim.x, rim.y, -half)
                                                     : reel_v3(0, 0, half);
    case REEL_SHAPE_ELLIPSOID: {
        const reel_vec3 m = {k[0] * k[0] * n.x, k[1] * k[1] * n.y, k[2] * k[2] * n.z};
        return reel_v3_scale(m, 1 / sqrt(reel_v3_dot(m, n)));
    }
    default: break;
    }
    reel_vec3 best = s->p[0];
    for (int i = 1; i < s->n; i++) {
        best = reel_v3_dot(s->p[i], n) > reel_v3_dot(best, n) ? s->p[i] : best;
    }
    return best;
}

static reel_vec3 difference(const solid *a, const solid *b, const convex_pose *pose, reel_vec3 n)
{
    const reel_vec3 back = reel_mat3_tmul_v(pose->r, reel_v3_scale(n, -1));
    const reel_vec3 on_b = reel_v3_add(reel_mat3_mul_v(pose->r, farthest(b, back)), pose->p);
    return reel_v3_sub(farthest(a, n), on_b);
}

static double overlap(const solid *a, const solid *b, const convex_pose *pose, reel_vec3 n)
{
    return reel_v3_dot(n, difference(a, b, pose, n));
}

/* Gilbert's algorithm: a gap that there is at least; negative: none was found.
 * *n: where it looked last. */
static double gap_found(const solid *a, const solid *b, const convex_pose *pose, reel_vec3 *n)
{
    reel_vec3 v = difference(a, b, pose, reel_v3(0, 0, 1));
    double best = -1;
    for (int i = 0; i < ROUNDS && best <= 1e-9; i++) {
        const double len = reel_v3_len(v);
        if (len < 1e-9) {
            break;
        }
        *n = reel_v3_scale(v, -1 / len);
        const reel_vec3 w = difference(a, b, pose, *n);
        best = fmax(best, -reel_v3_dot(w, *n));
        const reel_vec3 edge = reel_v3_sub(w, v);
        const double t = -reel_v3_dot(v, edge) / (reel_v3_dot(edge, edge) + 1e-300);
        v = reel_v3_madd(v, fmin(fmax(t, 0), 1), edge);
    }
    return best;
}

/* Downhill by a pattern of eight steps that are halved. */
static double refine(const solid *a, const solid *b, const convex_pose *pose, reel_vec3 n)
{
    double least = overlap(a, b, pose, n);
    for (double step = 0.3; step > 1e-6;) {
        const reel_vec3 spare = fabs(n.x) < 0.6 ? reel_v3(1, 0, 0) : reel_v3(0, 1, 0);
        const reel_vec3 u = reel_v3_unit(reel_v3_cross(n, spare), n), w = reel_v3_cross(n, u);
        bool better = false;
        for (int k = 0; k < 8; k++) {
            const double x[8] = {1, 0.7, 0, -0.7, -1, -0.7, 0, 0.7};
            const reel_vec3 side = reel_v3_madd(reel_v3_scale(u, x[k]), x[(k + 6) % 8], w);
            const reel_vec3 m = reel_v3_unit(reel_v3_madd(n, step, side), n);
            const double f = overlap(a, b, pose, m);
            if (f < least) {
                least = f;
                n = m;
                better = true;
            }
        }
        step = better ? step : step / 2;
    }
    return least;
}

/* Gilbert's algorithm is slow where the gap is small: from there downhill by random steps. */
static bool parted(reel_rng *rng, const solid *a, const solid *b, const convex_pose *pose,
                   reel_vec3 n)
{
    double least = overlap(a, b, pose, n);
    for (double step = 0.1; step > 1e-9 && least > 0; step /= 2) {
        for (int fails = 0; fails < 60 && least > 0; fails++) {
            const reel_vec3 m = reel_v3_unit(reel_v3_madd(n, step, random_unit(rng)), n);
            const double f = overlap(a, b, pose, m);
            if (f < least) {
                least = f;
                n = m;
                fails = 0;
            }
        }
    }
    return least <= 0;
}

static double least_overlap_found(reel_rng *rng, const solid *a, const solid *b,
                                  const convex_pose *pose)
{
    reel_vec3 best = {0, 0, 1};
    for (int i = 0; i < STARTS; i++) {
        const reel_vec3 n = random_unit(rng);
        best = overlap(a, b, pose, n) < overlap(a, b, pose, best) ? n : best;
    }
    return refine(a, b, pose, best);
}

/* ---- random poses --------------------------------------------------------------------------- */

typedef struct tally {
    int touching, missed, ghosts, stuck, needless, lopsided, bent;
} tally;

static double deepest(const touch_point *p, int n, int *which)
{
    *which = 0;
    for (int i = 1; i < n; i++) {
        *which = p[i].depth > p[*which].depth ? i : *which;
    }
    return n > 0 ? p[*which].depth : 0;
}

static convex_pose inverse(const convex_pose *pose)
{
    convex_pose out;
    for (int i = 0; i < 9; i++) {
        out.r.m[i / 3][i % 3] = pose->r.m[i % 3][i / 3];
    }
    out.p = reel_v3_scale(reel_mat3_mul_v(out.r, pose->p), -1);
    return out;
}

static void judge(reel_rng *rng, const solid *a, const solid *b, const convex_pose *pose, tally *t)
{
    touch_point found[COLLIDER_CONTACTS], other[COLLIDER_CONTACTS];
    int which, other_which;
    const int n = collide_convex(&a->convex, &b->convex, pose, found);
    const convex_pose back = inverse(pose);
    const int m = collide_convex(&b->convex, &a->convex, &back, other);
    const double depth = deepest(found, n, &which);
    t->lopsided += fabs(deepest(other, m, &other_which) - depth) > 1e-9;
    reel_vec3 towards = {0, 0, 1};
    const double gap = gap_found(a, b, pose, &towards);
    if (n == 0) {
        t->missed += gap <= 0 && !parted(rng, a, b, pose, towards);
        return;
    }
    t->touching++;
    t->ghosts += gap > 1e-9;
    for (int i = 0; i < n; i++) {
        t->bent += fabs(reel_v3_len(found[i].normal) - 1) > 1e-12;
    }
    const reel_vec3 normal = found[which].normal;
    t->stuck += overlap(a, b, pose, normal) > depth + 1e-9;
    const double least = fmin(least_overlap_found(rng, a, b, pose), refine(a, b, pose, normal));
    t->needless += depth > 1.1 * least + 2e-6; /* a face is preferred to 0.95 of it */
}

static void random_poses(const void *param)
{
    const int first = *(const int *)param;
    for (int second = first; second < N_SHAPES; second++) {
        reel_arena arena = {0};
        reel_rng rng = reel_rng_stream(40 + 7 * (uint64_t)first + (uint64_t)second, "poses");
        tally t = {0};
        for (int i = 0; i < POSES; i++) {
            solid a, b;
            CHECK(random_solid(&arena, &rng, shapes[first], &a));
            CHECK(random_solid(&arena, &rng, shapes[second], &b));
            convex_pose pose = random_pose(&rng);
            judge(&rng, &a, &b, &pose, &t);
            touch_point found[COLLIDER_CONTACTS];
            int which;
            const int n = collide_convex(&a.convex, &b.convex, &pose, found);
            const double depth = deepest(found, n, &which);
            if (n > 0) { /* the same, hardly touching */
                pose.p = reel_v3_madd(pose.p, depth - 1e-4, found[which].normal);
                judge(&rng, &a, &b, &pose, &t);
            }
        }
        if (t.missed + t.ghosts + t.stuck + t.needless + t.lopsided > 0) {
            printf("# %s, %s: %d missed, %d ghosts, %d stuck, %d needless, %d lopsided of %d\n",
                   reel_shape_name(shapes[first]), reel_shape_name(shapes[second]), t.missed,
                   t.ghosts, t.stuck, t.needless, t.lopsided, t.touching);
        }
        CHECK_INT(t.touching, >, POSES / 2);
        CHECK_INT(t.missed, ==, 0);
        CHECK_INT(t.ghosts, ==, 0);
        CHECK_INT(t.stuck, ==, 0);
        CHECK_INT(t.lopsided, <=, t.touching / 50);
        CHECK_INT(t.needless, <=, t.touching / 50);
        CHECK_INT(t.bent, ==, 0);
        reel_arena_finish(&arena);
    }
}

/* ---- closed form ---------------------------------------------------------------------------- */

static const reel_mat3 upright = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
static const reel_mat3 along_x = {{{0, 0, 1}, {0, 1, 0}, {-1, 0, 0}}}; /* its z axis along x */

/* A ball at a face, an edge and a corner of a hull. */
static void ball_and_hull(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    solid box = {.size = {0.1, 0.2, 0.3}};
    CHECK(make_box(&arena, &box, 0));
    CHECK(make_hull(&arena, &box, 0));
    const double radius[3] = {0.05, 0, 0};
    const convex ball = convex_of_shape(REEL_SHAPE_SPHERE, radius, 0);
    const reel_vec3 corner = {0.1, 0.2, 0.3};
    const reel_vec3 out[3] = {{1, 0, 0}, {0.6, 0.8, 0}, {2.0 / 3, 1.0 / 3, 2.0 / 3}};
    const reel_vec3 from[3] = {{0.1, 0.03, -0.1}, {0.1, 0.2, 0.05}, corner};
    for (int i = 0; i < 3; i++) {
        touch_point p[COLLIDER_CONTACTS];
        convex_pose pose = {reel_v3_madd(from[i], 0.05 - 1e-3, out[i]), upright};
        CHECK_INT(collide_convex(&box.convex, &ball, &pose, p), ==, 1);
        CHECK_NEAR(p[0].depth, 1e-3, 1e-13);
        CHECK_NEAR(reel_v3_len(reel_v3_sub(p[0].normal, out[i])), 0, 1e-9);
        const reel_vec3 middle = reel_v3_madd(from[i], -0.5e-3, out[i]);
        CHECK_NEAR(reel_v3_len(reel_v3_sub(p[0].pos, middle)), 0, 1e-9);
        pose.p = reel_v3_madd(from[i], 0.05 + 1e-9, out[i]);
        CHECK_INT(collide_convex(&box.convex, &ball, &pose, p), ==, 0);
    }
    reel_arena_finish(&arena);
}

/* On the half-space z <= 0: an ellipsoid at any angle reaches sqrt(n.A n) from its centre, a cone
 * its lowest rim point or its apex. */
static void on_a_plane(const void *param)
{
    (void)param;
    reel_rng rng = reel_rng_stream(5, "planes");
    const double axes[3] = {0.3, 0.2, 0.1}, cone_size[3] = {0.1, 0.3, 0};
    const convex egg = convex_of_shape(REEL_SHAPE_ELLIPSOID, axes, 0);
    const convex cone = convex_of_shape(REEL_SHAPE_CONE, cone_size, 0);
    for (int i = 0; i < 100; i++) {
        const reel_vec3 up = random_unit(&rng);
        touch_point p[COLLIDER_CONTACTS];
        int which;
        const double reach = sqrt(0.09 * up.x * up.x + 0.04 * up.y * up.y + 0.01 * up.z * up.z);
        CHECK_INT(collide_convex_plane(&egg, up, -reach + 1e-5, p), ==, 1);
        CHECK_NEAR(p[0].depth, 1e-5, 1e-14);
        const reel_vec3 low = {-0.09 * up.x / reach, -0.04 * up.y / reach, -0.01 * up.z / reach};
        CHECK_NEAR(reel_v3_len(reel_v3_sub(p[0].pos, reel_v3_madd(low, 0.5e-5, up))), 0, 1e-14);
        const double rim = -0.1 * sqrt(up.x * up.x + up.y * up.y) - 0.15 * up.z;
        const double lowest = fmin(rim, 0.15 * up.z);
        CHECK_INT(collide_convex_plane(&cone, up, lowest - 1e-9, p), ==, 0);
        CHECK_NEAR(deepest(p, collide_convex_plane(&cone, up, lowest + 1e-5, p), &which), 1e-5,
                   1e-14);
    }
}

/* As many points as hold what rests: caps on caps and faces, lines along faces and along lines. */
static void points_at_rest(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    solid box = {.size = {0.2, 0.2, 0.2}};
    CHECK(make_box(&arena, &box, 0));
    const double size[3] = {0.05, 0.3, 0};
    const convex drum = convex_of_shape(REEL_SHAPE_CYLINDER, size, 0);
    const convex cone = convex_of_shape(REEL_SHAPE_CONE, size, 0);
    const convex pill = convex_of_shape(REEL_SHAPE_CAPSULE, size, 0);
    const struct {
        const convex *a, *b;
        convex_pose pose;
        int least;
        double across; /* m: the two farthest points */
    } cases[] = {
        {&box.convex, &box.convex, {{0.1, 0.05, 0.4 - 1e-6}, upright}, 4, sqrt(0.09 + 0.1225)},
        {&box.convex, &drum, {{0, 0, 0.35 - 1e-6}, upright}, 4, 0.1},
        {&box.convex, &cone, {{0, 0, 0.35 - 1e-6}, upright}, 4, 0.1},
        {&drum, &cone, {{0, 0, 0.3 - 1e-6}, upright}, 4, 0.1},
        {&drum, &box.convex, {{0.03, 0.01, 0.35 - 1e-6}, upright}, 4, 0.1},
        {&box.convex, &drum, {{0, 0, 0.25 - 1e-6}, along_x}, 2, 0.3},
        {&box.convex, &pill, {{0, 0, 0.25 - 1e-6}, along_x}, 2, 0.3},
        {&drum, &drum, {{0.1 - 1e-6, 0, 0.1}, upright}, 2, 0.2},
        {&drum, &pill, {{0, 0.1 - 1e-6, 0}, upright}, 2, 0.3},
        {&pill, &pill, {{0, 0.1 - 1e-6, 0}, upright}, 2, 0.3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        touch_point p[COLLIDER_CONTACTS];
        int which;
        const int n = collide_convex(cases[i].a, cases[i].b, &cases[i].pose, p);
        double across = 0;
        CHECK_INT(n, >=, cases[i].least);
        CHECK_NEAR(deepest(p, n, &which), 1e-6, 1e-12);
        for (int k = 0; k < n * n; k++) {
            across = fmax(across, reel_v3_len(reel_v3_sub(p[k / n].pos, p[k % n].pos)));
        }
        CHECK_NEAR(across, cases[i].across, 1e-6);
    }
    reel_arena_finish(&arena);
}

/* With the margin, faces that miss one another by rounding have all of their points. */
static void margin(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    solid a = {.size = {0.1, 0.1, 0.1}}, b = {.size = {0.1, 0.1, 0.1}};
    CHECK(make_box(&arena, &a, SIM_MARGIN) && make_box(&arena, &b, SIM_MARGIN));
    const double size[3] = {0.1, 0.2, 0};
    const convex cone = convex_of_shape(REEL_SHAPE_CONE, size, SIM_MARGIN);
    touch_point p[COLLIDER_CONTACTS];
    int which;
    convex_pose pose = {{0, 0, 0.2 + 1e-9}, upright};
    CHECK_INT(collide_convex(&a.convex, &b.convex, &pose, p), ==, 4);
    CHECK_NEAR(p[0].depth, 1.9e-8, 1e-14);
    const int n = collide_convex(&a.convex, &cone, &pose, p);
    CHECK_INT(n, >=, 4);
    CHECK_NEAR(deepest(p, n, &which), 1.9e-8, 1e-14);
    pose.p.z = 0.2 + 3e-8;
    CHECK_INT(collide_convex(&a.convex, &b.convex, &pose, p), ==, 0);
    CHECK_INT(collide_convex(&a.convex, &cone, &pose, p), ==, 0);
    reel_arena_finish(&arena);
}

/* Triangles in one plane become one face, and vertices on its edges and within go. */
static void faces_of_meshes(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    reel_mesh mesh;
    reel_error err;
    polytope p;
    double cube[27 * 3]; /* a grid of 3 x 3 x 3: only the corners count */
    for (int i = 0; i < 27; i++) {
        cube[3 * i] = i % 3;
        cube[3 * i + 1] = i / 3 % 3;
        cube[3 * i + 2] = i / 9;
    }
    CHECK(reel_hull_of_points(&arena, cube, 27, &mesh, &err) == REEL_OK);
    CHECK(polytope_of_mesh(&arena, &mesh, &p));
    CHECK_INT(p.n_vertices, ==, 8);
    CHECK_INT(p.n_faces, ==, 6);
    CHECK_INT(p.n_edges, ==, 12);
    double vertices[26 * 3]; /* a cube whose sides are fans about their middles, edges halved */
    int triangles[48 * 3], n = 0, count = 0, number[27];
    for (int i = 0; i < 27; i++) {
        number[i] = i == 13 ? -1 : n;
        if (i != 13) {
            memcpy(&vertices[3 * n++], &cube[3 * i], 3 * sizeof(double));
        }
    }
    static const int step[3] = {1, 3, 9};
    for (int side = 0; side < 6; side++) {
        const int k = side / 2, u = step[(k + 1) % 3], v = step[(k + 2) % 3];
        const int middle = 13 + (side % 2 ? step[k] : -step[k]);
        const int ring[8] = {u, u + v, v, v - u, -u, -u - v, -v, u - v};
        for (int i = 0; i < 8; i++) {
            const int p0 = middle + ring[i], p1 = middle + ring[(i + 1) % 8];
            triangles[count++] = number[middle];
            triangles[count++] = number[side % 2 ? p0 : p1];
            triangles[count++] = number[side % 2 ? p1 : p0];
        }
    }
    mesh = (reel_mesh){"fan", 26, 48, vertices, triangles, 0};
    CHECK(polytope_of_mesh(&arena, &mesh, &p));
    CHECK_INT(p.n_vertices, ==, 8);
    CHECK_INT(p.n_faces, ==, 6);
    CHECK_INT(p.n_edges, ==, 12);
    for (int f = 0; f < p.n_faces; f++) {
        CHECK_INT(p.faces[f].n, ==, 4);
    }
    reel_arena_finish(&arena);
}

static const int index_of[N_SHAPES] = {0, 1, 2, 3, 4, 5, 6};

static const check_test tests[] = {
    {"box with all", random_poses, &index_of[0]},
    {"sphere with all from sphere on", random_poses, &index_of[1]},
    {"capsule with all from capsule on", random_poses, &index_of[2]},
    {"cylinder with all from cylinder on", random_poses, &index_of[3]},
    {"cone with cone, ellipsoid, hull", random_poses, &index_of[4]},
    {"ellipsoid with ellipsoid, hull", random_poses, &index_of[5]},
    {"hull with hull", random_poses, &index_of[6]},
    {"a ball and a hull", ball_and_hull, NULL},
    {"on a plane", on_a_plane, NULL},
    {"points of what rests", points_at_rest, NULL},
    {"the margin", margin, NULL},
    {"faces of meshes", faces_of_meshes, NULL},
};
CHECK_MAIN(tests)
