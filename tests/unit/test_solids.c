#include "assets/meshes.h"
#include "tests/check.h"

static const double pi = 3.14159265358979323846;

/* ---- what all solids must be ---- */

/* Distance to the farthest plane of a convex mesh: < 0 inside. */
static double beyond(const reel_mesh *m, const double p[3])
{
    double most = -INFINITY;
    for (int t = 0; t < m->n_triangles; t++) {
        reel_vec3 c[3];
        for (int k = 0; k < 3; k++) {
            const double *v = &m->vertices[3 * m->triangles[3 * t + k]];
            c[k] = reel_v3(v[0], v[1], v[2]);
        }
        const reel_vec3 n = reel_v3_unit(
            reel_v3_cross(reel_v3_sub(c[1], c[0]), reel_v3_sub(c[2], c[0])), reel_v3(0, 0, 0));
        most = fmax(most, reel_v3_dot(n, reel_v3_sub(reel_v3(p[0], p[1], p[2]), c[0])));
    }
    return most;
}

/* How often the surface winds about p: sums of solid angles (van Oosterom and Strackee). 1 inside
 * of the solid, 0 outside. */
static double winding(const reel_mesh *m, const double p[3])
{
    double sum = 0;
    for (int t = 0; t < m->n_triangles; t++) {
        reel_vec3 c[3];
        double l[3];
        for (int k = 0; k < 3; k++) {
            const double *v = &m->vertices[3 * m->triangles[3 * t + k]];
            c[k] = reel_v3(v[0] - p[0], v[1] - p[1], v[2] - p[2]);
            l[k] = reel_v3_len(c[k]);
        }
        const double det = reel_v3_dot(c[0], reel_v3_cross(c[1], c[2]));
        const double den = l[0] * l[1] * l[2] + reel_v3_dot(c[0], c[1]) * l[2] +
                           reel_v3_dot(c[1], c[2]) * l[0] + reel_v3_dot(c[2], c[0]) * l[1];
        sum += 2 * atan2(det, den);
    }
    return sum / (4 * pi);
}

static bool in_parts(const reel_solid *s, const double p[3])
{
    for (int i = 0; i < s->n_parts; i++) {
        if (beyond(&s->parts[i], p) < 0) {
            return true;
        }
    }
    return false;
}

static uint32_t lcg(uint32_t *state)
{
    return *state = *state * 1664525u + 1013904223u;
}

/* Mesh and parts are the same solid: by volume to the rounding of the vertices, and point by
 * point. */
static void check_solid(const reel_solid *s, const char *name)
{
    reel_error err = {0};
    double volume, inertia[6], lo[3], hi[3], parts = 0;
    reel_vec3 c;
    if (reel_mesh_check(&s->mesh, false, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s", name, err.msg);
    }
    reel_mesh_mass(&s->mesh, 1, &volume, &c, inertia);
    for (int i = 0; i < s->n_parts; i++) {
        double part;
        if (reel_mesh_check(&s->parts[i], true, &err) != REEL_OK) {
            CHECK_FAIL("%s, part %d: %s", name, i, err.msg);
        }
        reel_mesh_mass(&s->parts[i], 1, &part, &c, inertia);
        parts += part;
    }
    if (!(fabs(parts / volume - 1) <= 2e-3)) {
        CHECK_FAIL("%s: the parts' volume is %.17g of the mesh's", name, parts / volume);
    }
    reel_mesh_box(&s->mesh, lo, hi);
    for (int i = 0; i < 3 * s->mesh.n_vertices; i++) {
        const double micro = s->mesh.vertices[i] * 1e6;
        CHECK(fabs(micro - floor(micro + 0.5)) < 1e-6);
    }
    int inside = 0;
    uint32_t state = 1;
    for (int i = 0; i < 1500; i++) {
        double p[3];
        for (int k = 0; k < 3; k++) {
            p[k] = lo[k] + (hi[k] - lo[k]) * lcg(&state) / 4294967296.0;
        }
        const double w = winding(&s->mesh, p);
        const bool in = w > 0.5;
        CHECK_NEAR(w, in ? 1 : 0, 1e-6);
        if (in != in_parts(s, p)) { /* as near the surface as the rounding */
            double best = INFINITY;
            for (int k = 0; k < s->n_parts; k++) {
                best = fmin(best, fabs(beyond(&s->parts[k], p)));
            }
            if (best > 3e-6 + s->deviation) {
                CHECK_FAIL("%s: a point %.3g m from the surface is in one only", name, best);
            }
        }
        inside += in;
    }
    CHECK_NEAR(inside / 1500.0 * (hi[0] - lo[0]) * (hi[1] - lo[1]) * (hi[2] - lo[2]) / volume, 1,
               4 / sqrt(inside + 1));
}

static reel_solid make(reel_arena *arena, const char *name, const double *values)
{
    reel_solid s = {0};
    reel_error err = {0};
    const reel_solid_kind *kind = reel_solid_find(name);
    CHECK(kind);
    if (reel_solid_make(arena, kind, values, &s, &err) != REEL_OK) {
        CHECK_FAIL("%s: %s: %s", name, err.field, err.msg);
    }
    return s;
}

static void every_kind_is_a_solid(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    for (int i = 0; i < reel_solid_n_kinds(); i++) {
        const reel_solid_kind *kind = reel_solid_kind_at(i);
        reel_arena arena = {0};
        CHECK(i == 0 || strcmp(reel_solid_kind_at(i - 1)->name, kind->name) < 0);
        CHECK(kind->n_params <= REEL_MAX_SOLID_PARAMS);
        const reel_solid s = make(&arena, kind->name, NULL);
        check_solid(&s, kind->name);
        const reel_solid again = make(&arena, kind->name, NULL);
        CHECK(memcmp(s.mesh.vertices, again.mesh.vertices,
                     3 * sizeof(double) * (size_t)s.mesh.n_vertices) == 0);
        reel_arena_finish(&arena);
    }
    CHECK(!reel_solid_find("sphere"));
    CHECK_INT(reel_alloc_live(), ==, live);
}

/* Each parameter at several values of its range: a solid, or a refusal that names a parameter. */
static void every_parameter_is_used(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    int made = 0;
    for (int i = 0; i < reel_solid_n_kinds(); i++) {
        const reel_solid_kind *kind = reel_solid_kind_at(i);
        for (int k = 0; k < kind->n_params; k++) {
            const reel_solid_param *p = &kind->params[k];
            const double tries[] = {p->lo, p->fallback * 0.9, p->fallback * 1.2,
                                    p->hi, p->lo - 1,         p->hi + 1};
            for (int t = 0; t < 6; t++) {
                double v[REEL_MAX_SOLID_PARAMS];
                reel_arena arena = {0};
                reel_solid s = {0};
                reel_error err = {0};
                for (int j = 0; j < kind->n_params; j++) {
                    v[j] = kind->params[j].fallback;
                }
                v[k] = p->is_integer ? floor(tries[t]) : tries[t];
                const reel_status status = reel_solid_make(&arena, kind, v, &s, &err);
                if (status == REEL_OK) {
                    made++;
                    CHECK(t < 4);
                    CHECK_INT(reel_mesh_check(&s.mesh, false, NULL), ==, REEL_OK);
                } else {
                    CHECK_INT(status, ==, REEL_E_SCENE);
                    CHECK(err.msg[0] && s.n_parts == 0);
                    if (t == 1 || t == 2) {
                        CHECK_FAIL("%s, %s = %g: %s", kind->name, p->name, v[k], err.msg);
                    }
                }
                CHECK(t < 4 || strcmp(err.field, p->name) == 0);
                reel_arena_finish(&arena);
            }
        }
    }
    CHECK_INT(made, >, 150);
    CHECK_INT(reel_alloc_live(), ==, live);
}

/* ---- against closed forms ---- */

static void a_torus_has_its_mass(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    const double a = 0.2, b = 0.05, v[] = {a, b, 128, 64};
    const reel_solid s = make(&arena, "torus", v);
    double mass, inertia[6];
    reel_vec3 c;
    reel_mesh_mass(&s.mesh, 500, &mass, &c, inertia);
    CHECK_NEAR(mass / (500 * 2 * pi * pi * a * b * b), 1, 3e-3);
    CHECK_NEAR(inertia[2] / (mass * (a * a + 0.75 * b * b)), 1, 3e-3);
    CHECK_NEAR(inertia[0] / (mass * (4 * a * a + 5 * b * b) / 8), 1, 3e-3);
    CHECK_NEAR(reel_v3_len(c), 0, 1e-6);
    CHECK_INT(s.n_parts, ==, 128);
    reel_arena_finish(&arena);
    /* the default is within 1 % of the minor radius of the round one, where it lies flat */
    const reel_solid d = make(&arena, "torus", NULL);
    double lo[3], hi[3];
    reel_mesh_box(&d.mesh, lo, hi);
    CHECK_NEAR(hi[2], 0.03, 1e-6);
    CHECK_NEAR(hi[0], 0.13, 1e-6);
    reel_arena_finish(&arena);
}

static void plain_solids_have_their_mass(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    double m, inertia[6];
    reel_vec3 c;
    reel_solid s = make(&arena, "frustum", (double[]){0.1, 0, 0.3, 256});
    reel_mesh_mass(&s.mesh, 1000, &m, &c, inertia);
    CHECK_NEAR(m / (1000 * pi * 0.01 * 0.3 / 3), 1, 2e-4);
    CHECK_NEAR(c.z, 0.075, 1e-6);
    CHECK_NEAR(inertia[2] / (0.3 * m * 0.01), 1, 3e-4);
    CHECK_NEAR(inertia[0] / (m * (12 * 0.01 + 3 * 0.09) / 80), 1, 3e-4);
    CHECK_INT(s.n_parts, ==, 1);
    s = make(&arena, "tube", (double[]){0.1, 0.08, 0.3, 256});
    reel_mesh_mass(&s.mesh, 1000, &m, &c, inertia);
    CHECK_NEAR(m / (1000 * pi * 0.0036 * 0.3), 1, 2e-4);
    CHECK_NEAR(inertia[2] / (m * (0.01 + 0.0064) / 2), 1, 3e-4);
    /* volumes of Plato's solids in their edge, and the edge in the radius */
    const double g = (1 + sqrt(5)) / 2, r = 0.2;
    static const char *const names[] = {"tetrahedron", "octahedron", "dodecahedron", "icosahedron"};
    const double edge[] = {r / sqrt(3.0 / 8), r * sqrt(2), 2 * r / (sqrt(3) * g),
                           r / sin(2 * pi / 5)};
    const double cube[] = {sqrt(2) / 12, sqrt(2) / 3, (15 + 7 * sqrt(5)) / 4,
                           5 * (3 + sqrt(5)) / 12};
    const int corners[] = {4, 6, 20, 12};
    for (int i = 0; i < 4; i++) {
        s = make(&arena, names[i], &r);
        reel_mesh_mass(&s.mesh, 1, &m, &c, inertia);
        CHECK_NEAR(m / (cube[i] * pow(edge[i], 3)), 1, 2e-5);
        CHECK_NEAR(inertia[0] / inertia[2], 1, 2e-5);
        CHECK_INT(s.mesh.n_vertices, ==, corners[i]);
    }
    s = make(&arena, "wedge", (double[]){0.4, 0.2, 0.1});
    reel_mesh_mass(&s.mesh, 1, &m, &c, inertia);
    CHECK_NEAR(m, 0.004, 1e-9);
    CHECK_NEAR(c.x, 0.4 / 6, 1e-9);
    reel_arena_finish(&arena);
}

/* Mass, centre and inertia of hollow things against sums over points that the surface winds about
 * and, apart from that, that lie in a part. */
static void hollow_things_by_summing_points(const void *param)
{
    (void)param;
    static const char *const names[] = {"mug", "l_shape", "gear", "teapot"};
    enum { N = 40 };
    for (int n = 0; n < 4; n++) {
        reel_arena arena = {0};
        const reel_solid s = make(&arena, names[n], NULL);
        double lo[3], hi[3], mass, inertia[6], m = 0, mx[3] = {0}, mxx[6] = {0};
        static const int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
        reel_vec3 c;
        reel_mesh_mass(&s.mesh, 1, &mass, &c, inertia);
        reel_mesh_box(&s.mesh, lo, hi);
        const double cell = (hi[0] - lo[0]) * (hi[1] - lo[1]) * (hi[2] - lo[2]) / (N * N * N);
        const double about[3] = {c.x, c.y, c.z};
        for (int i = 0; i < N * N * N; i++) {
            const int index[3] = {i % N, i / N % N, i / N / N};
            double p[3];
            for (int k = 0; k < 3; k++) {
                p[k] = lo[k] + (hi[k] - lo[k]) * (index[k] + 0.5) / N;
            }
            if (in_parts(&s, p)) {
                m += cell;
                for (int k = 0; k < 3; k++) {
                    mx[k] += cell * (p[k] - about[k]);
                }
                for (int e = 0; e < 6; e++) {
                    mxx[e] +=
                        cell * (p[row[e]] - about[row[e]]) * (p[column[e]] - about[column[e]]);
                }
            }
        }
        CHECK_NEAR(m / mass, 1, 0.03);
        const double scale = inertia[0] + inertia[1] + inertia[2];
        const double sums[6] = {mxx[1] + mxx[2], mxx[0] + mxx[2], mxx[0] + mxx[1],
                                -mxx[3],         -mxx[4],         -mxx[5]};
        for (int k = 0; k < 6; k++) {
            CHECK_NEAR(inertia[k] / scale, sums[k] / scale, 0.015);
            CHECK_NEAR(k < 3 ? mx[k] / m / (hi[k] - lo[k]) : 0, 0, 0.004);
        }
        reel_arena_finish(&arena);
    }
}

/* A mug holds water: a point in its middle is outside of the solid and of every part. */
static void a_mug_is_open(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    const reel_solid s = make(&arena, "mug", NULL);
    for (int i = 0; i < 20; i++) {
        const double p[3] = {0.03 * cos(i), 0.03 * sin(i), 0.01 + 0.004 * i};
        CHECK_NEAR(winding(&s.mesh, p), 0, 1e-9);
        CHECK(!in_parts(&s, p));
    }
    /* and a peg goes through its handle */
    const double middle[3] = {0.042 + 0.015, 0, 0.0475};
    CHECK(!in_parts(&s, middle));
    reel_arena_finish(&arena);
}

/* Gears of one module mesh: turned against one another at the right distance they never overlap by
 * more than the facets of their flanks, and are never apart by more than that and the backlash. */
static void gears_mesh(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    const double module = 0.01, play = 0.02;
    const reel_solid a = make(&arena, "gear", (double[]){12, module, 0.02, 0, play});
    const reel_solid b = make(&arena, "gear", (double[]){20, module, 0.02, 0.03, play});
    const double distance = (12 + 20) * module / 2;
    for (int i = 0; i < 40; i++) {
        const double turn = 2 * pi / 12 * i / 40, other = -turn * 12 / 20;
        double worst = 0;
        for (int k = 0; k < a.mesh.n_vertices; k++) {
            const double *v = &a.mesh.vertices[3 * k];
            /* in the frame of b, whose gap faces -x while a's tooth is at +x */
            const double x = v[0] * cos(turn) - v[1] * sin(turn) - distance;
            const double y = v[0] * sin(turn) + v[1] * cos(turn);
            const double base = other + pi + pi / 20;
            const double p[3] = {x * cos(base) + y * sin(base), -x * sin(base) + y * cos(base), 0};
            for (int j = 0; j < b.n_parts; j++) {
                worst = fmin(worst, beyond(&b.parts[j], p));
            }
        }
        CHECK(worst > -0.02 * module);
    }
    reel_arena_finish(&arena);
}

/* ---- lists ---- */

static void outlines(const void *param)
{
    (void)param;
    reel_arena arena = {0};
    reel_solid s;
    reel_error err = {0};
    double comb[2 * 400]; /* many reflex corners, clockwise */
    int n = 0;
    for (int i = 0; i < 99; i++) {
        const double x[4] = {i, i, i + 0.5, i + 0.5}, y[4] = {1, 2 + i % 3, 2 + i % 3, 1};
        for (int k = 0; k < 4; k++, n++) {
            comb[2 * n] = 0.01 * x[k];
            comb[2 * n + 1] = 0.01 * y[k];
        }
    }
    comb[2 * n] = 0.985;
    comb[2 * n++ + 1] = 0;
    comb[2 * n] = 0;
    comb[2 * n++ + 1] = 0;
    CHECK_INT(reel_solid_extrusion(&arena, comb, n, 0.02, 0.5, &s, &err), ==, REEL_OK);
    check_solid(&s, "comb");
    CHECK_INT(s.n_parts, <=, 250);
    /* a spiral band turned about the axis: overhangs of all sorts */
    n = 0;
    for (int way = 0; way < 2; way++) {
        for (int i = 0; i <= 60; i++) {
            const double t = 0.2 * (way ? 60 - i : i), r = (way ? 0.008 : 0.012) * (t + 2) / 4;
            comb[2 * n] = 0.06 + r * cos(t);
            comb[2 * n++ + 1] = r * sin(t);
        }
    }
    CHECK_INT(reel_solid_revolution(&arena, comb, n, 12, 0.5, &s, &err), ==, REEL_OK);
    check_solid(&s, "spiral");
    static const struct {
        double p[10];
        int n;
        const char *words;
    } bad[] = {
        {{0, 0, 1, 1, 1, 0, 0, 1}, 4, "cross"},         {{0, 0, 1, 0, 2, 0}, 3, "touch"},
        {{0, 0, 1, 0, 1, 1, 1, 0.5, 2, 3}, 5, "touch"}, {{0, 0, 1, 0}, 2, "corners"},
        {{0, 0, NAN, 0, 1, 1}, 3, "corner 2"},          {{0, 0, 2e3, 0, 1, 1}, 3, "1 km"},
        {{-0.1, 0, 1, 0, 1, 1}, 3, "negative radius"},
    };
    for (int i = 0; i < 7; i++) {
        const reel_status status =
            reel_solid_revolution(&arena, bad[i].p, bad[i].n, 12, 0.5, &s, &err);
        if (status != REEL_E_SCENE || !strstr(err.msg, bad[i].words)) {
            CHECK_FAIL("%s: status %d, %s", bad[i].words, status, err.msg);
        }
        err.msg[0] = '\0';
    }
    CHECK_INT(reel_solid_extrusion(&arena, comb, n, -1, 0.5, &s, &err), ==, REEL_E_SCENE);
    CHECK_STR(err.field, "height");
    reel_arena_finish(&arena);
}

/* ---- OBJ ---- */

static const char cube_obj[] =
    "# a cube\nmtllib x.mtl\no cube\n"
    "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
    "v 0 0 1\nv 1 0 1\nv 1 1.0e0 1\nv 0 +1 10e-1 # last\n"
    "vt 0 0\nvn 0 0 1\ns off\nusemtl red\n"
    "f 4 3 2 1\nf 5/1 6/1 7/1 8/1\nf 1//1 2//1 6//1 5//1\n"
    "f 2/1/1 3/1/1 7/1/1 6/1/1\nf -6 -5 -1 -2\nf 4 1 5 8\n";

static void obj_texts(const void *param)
{
    (void)param;
    const uint64_t live = reel_alloc_live();
    reel_arena arena = {0};
    reel_solid s = {0};
    reel_error err = {0};
    reel_obj_options options = reel_obj_options_default();
    options.scale = 0.2;
    const size_t size = sizeof(cube_obj) - 1;
    CHECK_INT(reel_solid_from_obj(&arena, cube_obj, size, "c.obj", &options, &s, &err), ==,
              REEL_OK);
    check_solid(&s, "cube.obj");
    CHECK_INT(s.mesh.n_vertices, ==, 8);
    CHECK_INT(s.n_parts, ==, 1);
    CHECK_NEAR(s.deviation, 0, 1e-12);
    double volume, inertia[6];
    reel_vec3 c;
    reel_mesh_mass(&s.mesh, 1, &volume, &c, inertia);
    CHECK_NEAR(volume, 0.008, 1e-12);
    /* as parts; each with corners of its own that agree with the others' */
    static const char two[] =
        "o shown\nv 0 0 0\nv 2 0 0\nv 0 1 0\nv 0 0 1\n"
        "f 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
        "g part_1\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\n"
        "f 5 7 6\nf 5 6 8\nf 5 8 7\nf 6 7 8\n"
        "g part_2\nv 2 0 0\n"
        "f 6 8 7\nf 6 7 9\nf 7 8 9\nf 6 9 8\n";
    CHECK_INT(reel_solid_from_obj(&arena, two, sizeof(two) - 1, "t", NULL, &s, &err), ==, REEL_OK);
    check_solid(&s, "two.obj");
    CHECK_INT(s.n_parts, ==, 2);
    CHECK_INT(s.mesh.n_vertices, ==, 4);
    options.y_up = true;
    CHECK_INT(reel_solid_from_obj(&arena, two, sizeof(two) - 1, "t", &options, &s, &err), ==,
              REEL_OK);
    CHECK(s.mesh.vertices[3 * 1] == 0 && s.mesh.vertices[3 * 1 + 2] == 0.2);
    reel_arena_finish(&arena);
    CHECK_INT(reel_alloc_live(), ==, live);
}

static void obj_texts_that_are_none(const void *param)
{
    (void)param;
    static const struct {
        const char *text, *words;
        int line;
    } bad[] = {
        {"v 0 0", "three numbers", 1},
        {"v 0 0 x", "three numbers", 1},
        {"\nv 0 0 nan", "three numbers", 2},
        {"v 0 0 1e999", "three numbers", 1},
        {"v 0 0 5000", "1 km", 1},
        {"v 0 0 0\nf 1 2 3", "not yet there", 2},
        {"v 0 0 0\nf 1 1", "three corners", 2},
        {"v 0 0 0\nf 1 1 -2", "not yet there", 2},
        {"v 0 0 0\nf 1 1 0", "not yet there", 2},
        {"v 0 0 0\nf 1 1 1/a", "corners such as", 2},
        {"v 0 0 0\nf 1 1 99999999999", "corners such as", 2},
        {"v 0 0 0\n\nvp 1 2", "unknown statement", 3},
        {"\x01", "unknown statement", 1},
        {"", "fewer than 4", 0},
        {"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\n", "fewer than 4", 0},
        {"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4", "same way", 0},
        {"g part\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 1 1 0\nf 1 2 4 3", "one plane", 0},
        {"g part\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3", "fewer than four", 0},
    };
    const uint64_t live = reel_alloc_live();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        reel_arena arena = {0};
        reel_solid s = {0};
        reel_error err = {0};
        const reel_status status =
            reel_solid_from_obj(&arena, bad[i].text, strlen(bad[i].text), "b.obj", NULL, &s, &err);
        if (status != REEL_E_SCENE || !strstr(err.msg, bad[i].words) || err.line != bad[i].line ||
            strcmp(err.file, "b.obj") != 0 || s.n_parts) {
            CHECK_FAIL("%zu: status %d, %s:%d: %s", i, status, err.file, err.line, err.msg);
        }
        reel_arena_finish(&arena);
        CHECK_INT(reel_alloc_live(), ==, live);
    }
}

static void allocations_may_fail(const void *param)
{
    static const char *const names[] = {"mug", "gear", "star", "wedge", "torus", "obj"};
    (void)param;
    const uint64_t live = reel_alloc_live();
    for (int i = 0; i < 6; i++) {
        uint64_t n = 1;
        for (bool was_hit = true; was_hit; n += n < 60 ? 1 : 17) {
            reel_arena arena = {0};
            reel_solid s = {0};
            reel_error err = {0};
            const uint64_t before = reel_alloc_count();
            reel_alloc_fail_at(n);
            const reel_status status =
                i == 5 ? reel_solid_from_obj(&arena, cube_obj, sizeof(cube_obj) - 1, "c", NULL, &s,
                                             &err)
                       : reel_solid_make(&arena, reel_solid_find(names[i]), NULL, &s, &err);
            was_hit = reel_alloc_count() - before >= n;
            reel_alloc_fail_at(0);
            if (status != (was_hit ? REEL_E_NOMEM : REEL_OK)) {
                CHECK_FAIL("%s, allocation %d: status %d, %s", names[i], (int)n, status, err.msg);
            }
            reel_arena_finish(&arena);
            CHECK_INT(reel_alloc_live(), ==, live);
        }
    }
}

static const check_test tests[] = {
    {"every kind is a solid", every_kind_is_a_solid, NULL},
    {"every parameter is used", every_parameter_is_used, NULL},
    {"a torus has its mass", a_torus_has_its_mass, NULL},
    {"plain solids have their mass", plain_solids_have_their_mass, NULL},
    {"hollow things by summing points", hollow_things_by_summing_points, NULL},
    {"a mug is open", a_mug_is_open, NULL},
    {"gears mesh", gears_mesh, NULL},
    {"outlines", outlines, NULL},
    {"OBJ texts", obj_texts, NULL},
    {"OBJ texts that are none", obj_texts_that_are_none, NULL},
    {"allocations may fail", allocations_may_fail, NULL},
};
CHECK_MAIN(tests)
