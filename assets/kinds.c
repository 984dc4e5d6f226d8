/* kinds.c - the table of solids by name, those that are convex, and those of lists: meshes.h. */
#include "assets/solid.h"
#include "base/trig.h"

#include <stdio.h>
#include <string.h>

/* ---- convex kinds ---- */

static reel_status make_convex(reel_arena *arena, const double *points, int n, double crease,
                               reel_solid *out, reel_error *err)
{
    solid_builder b;
    solid_begin(&b, arena, crease, err);
    solid_convex(&b, points, n);
    return solid_finish(&b, out);
}

static reel_status make_platonic(reel_arena *arena, const double *corners, int n, double radius,
                                 reel_solid *out, reel_error *err)
{
    double p[20][3];
    for (int i = 0; i < n; i++) {
        const double *c = &corners[3 * i];
        const double s = radius / sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
        for (int k = 0; k < 3; k++) {
            p[i][k] = s * c[k];
        }
    }
    return make_convex(arena, *p, n, 0, out, err);
}

static reel_status make_tetrahedron(reel_arena *arena, const double *v, reel_solid *out,
                                    reel_error *err)
{
    static const double corners[4][3] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
    return make_platonic(arena, *corners, 4, v[0], out, err);
}

static reel_status make_octahedron(reel_arena *arena, const double *v, reel_solid *out,
                                   reel_error *err)
{
    static const double corners[6][3] = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                         {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
    return make_platonic(arena, *corners, 6, v[0], out, err);
}

#define GOLDEN 1.6180339887498948482

static reel_status make_icosahedron(reel_arena *arena, const double *v, reel_solid *out,
                                    reel_error *err)
{
    double corners[12][3];
    for (int i = 0; i < 12; i++) {
        const int k = i / 4;
        corners[i][k] = 0;
        corners[i][(k + 1) % 3] = i & 1 ? 1 : -1;
        corners[i][(k + 2) % 3] = i & 2 ? GOLDEN : -GOLDEN;
    }
    return make_platonic(arena, *corners, 12, v[0], out, err);
}

static reel_status make_dodecahedron(reel_arena *arena, const double *v, reel_solid *out,
                                     reel_error *err)
{
    double corners[20][3];
    for (int i = 0; i < 12; i++) {
        const int k = i / 4;
        corners[i][k] = 0;
        corners[i][(k + 1) % 3] = (i & 1 ? 1 : -1) / GOLDEN;
        corners[i][(k + 2) % 3] = i & 2 ? GOLDEN : -GOLDEN;
    }
    for (int i = 0; i < 8; i++) {
        corners[12 + i][0] = i & 1 ? 1 : -1;
        corners[12 + i][1] = i & 2 ? 1 : -1;
        corners[12 + i][2] = i & 4 ? 1 : -1;
    }
    return make_platonic(arena, *corners, 20, v[0], out, err);
}

/* `top`: radius of the top corners; 0 gives an apex. */
static reel_status make_between(reel_arena *arena, const double *v, double top, reel_solid *out,
                                reel_error *err)
{
    const int sides = (int)v[0];
    double p[2 * MAX_ANGLES][3];
    for (int i = 0; i < 2 * sides; i++) {
        double s, c;
        const double radius = i < sides ? v[1] : top;
        reel_sincos(2 * REEL_PI * (i % sides) / sides, &s, &c);
        p[i][0] = radius * c;
        p[i][1] = radius * s;
        p[i][2] = i < sides ? -v[2] / 2 : v[2] / 2;
    }
    return make_convex(arena, *p, 2 * sides, 0, out, err);
}

static reel_status make_prism(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    return make_between(arena, v, v[1], out, err);
}

static reel_status make_pyramid(reel_arena *arena, const double *v, reel_solid *out,
                                reel_error *err)
{
    return make_between(arena, v, 0, out, err);
}

static reel_status make_wedge(reel_arena *arena, const double *v, reel_solid *out, reel_error *err)
{
    const double x = v[0] / 2, y = v[1] / 2, z = v[2];
    const double p[6][3] = {{-x, -y, 0}, {x, -y, 0}, {x, y, 0}, {-x, y, 0}, {x, -y, z}, {x, y, z}};
    return make_convex(arena, *p, 6, 0, out, err);
}

/* ---- the table ---- */

/* clang-format off */
#define LENGTH(name, doc, fallback) {name, "m: " doc, fallback, 1e-4, 100, false}
#define LENGTH_OR_0(name, doc, fallback) {name, "m: " doc, fallback, 0, 100, false}
#define COUNT(name, doc, fallback, lo, hi) {name, doc, fallback, lo, hi, true}
#define SEGMENTS(fallback) COUNT("segments", "facets around", fallback, 6, 256)
#define PARAMS static const reel_solid_param

PARAMS arch_params[] = {LENGTH("span", "width of the opening", 0.3),
    LENGTH("thickness", "of the ring of stones, and width of the feet", 0.08),
    LENGTH("depth", "along y", 0.1), COUNT("segments", "pieces of the half circle", 12, 2, 128)};
PARAMS bowl_params[] = {LENGTH("radius", "of the rim, outside", 0.08),
    LENGTH("height", "over all", 0.06), LENGTH("wall", "thickness", 0.004), SEGMENTS(24)};
PARAMS cross_params[] = {LENGTH("width", "from end to end", 0.2),
    LENGTH("arm", "width of an arm", 0.06), LENGTH("depth", "along z", 0.06)};
PARAMS radius_params[] = {LENGTH("radius", "of the corners", 0.05)};
PARAMS frustum_params[] = {LENGTH("bottom", "radius at the bottom", 0.05),
    LENGTH_OR_0("top", "radius at the top; 0: a cone", 0.03), LENGTH("height", "along z", 0.1),
    SEGMENTS(48)};
PARAMS gear_params[] = {COUNT("teeth", "how many", 16, 6, 200),
    LENGTH("module", "pitch diameter / teeth; gears of one module mesh", 0.01),
    LENGTH("thickness", "along z", 0.02),
    LENGTH_OR_0("bore", "radius of the hole's corners; 0: none", 0.02),
    {"backlash", "share of the pitch by which a tooth is thinner than its gap", 0.02, 0, 0.3,
     false}};
PARAMS goblet_params[] = {LENGTH("radius", "of the cup, outside", 0.04),
    LENGTH("height", "over all", 0.15), LENGTH("wall", "thickness", 0.003), SEGMENTS(24)};
PARAMS l_params[] = {LENGTH("width", "along x", 0.15), LENGTH("height", "along z", 0.2),
    LENGTH("depth", "along y", 0.06), LENGTH("thickness", "of the bars", 0.05)};
PARAMS mug_params[] = {LENGTH("radius", "outside", 0.042), LENGTH("height", "over all", 0.095),
    LENGTH("wall", "thickness", 0.005), LENGTH("reach", "of the handle beyond the wall", 0.035),
    LENGTH("grip", "diameter of the handle", 0.012), SEGMENTS(24)};
PARAMS prism_params[] = {COUNT("sides", "of the base", 6, 3, 256),
    LENGTH("radius", "of the corners", 0.05), LENGTH("height", "along z", 0.1)};
PARAMS rounded_box_params[] = {LENGTH("length", "along x", 0.1),
    LENGTH("width", "along y", 0.1), LENGTH("height", "along z", 0.1),
    LENGTH("radius", "of the edges and corners, at most half of the shortest edge", 0.01),
    COUNT("segments", "facets of a quarter turn; 1: flat chamfers", 4, 1, 16)};
PARAMS spoon_params[] = {LENGTH("length", "over all", 0.18),
    LENGTH("width", "of the bowl", 0.04), LENGTH("thickness", "of the wall and handle", 0.003)};
PARAMS star_params[] = {COUNT("points", "how many", 5, 3, 64),
    LENGTH("outer", "radius of the points", 0.1), LENGTH("inner", "radius between them", 0.045),
    LENGTH("depth", "along z", 0.04)};
PARAMS teapot_params[] = {LENGTH("radius", "of the belly", 0.08),
    LENGTH("height", "over all, with the knob", 0.14), SEGMENTS(24)};
PARAMS torus_params[] = {LENGTH("radius", "from the axis to the middle of the tube", 0.1),
    LENGTH("tube", "radius of the tube", 0.03), SEGMENTS(48),
    COUNT("sides", "of the tube", 16, 3, 64)};
PARAMS tube_params[] = {LENGTH("outer", "radius outside", 0.05),
    LENGTH("inner", "radius of the hole", 0.04), LENGTH("height", "along z", 0.1), SEGMENTS(32)};
PARAMS wedge_params[] = {LENGTH("length", "along x", 0.3), LENGTH("width", "along y", 0.15),
    LENGTH("height", "at the high end", 0.12)};
PARAMS wrench_params[] = {LENGTH("length", "over all", 0.2),
    LENGTH("jaw", "width of the opening", 0.02), LENGTH("thickness", "along z", 0.008)};

#define KIND(name, doc, params) \
    {#name, doc, (int)(sizeof(params) / sizeof((params)[0])), params, make_##name}
static const reel_solid_kind kinds[] = {
    KIND(arch, "a half ring on two feet; stands on z = 0, its axis along y", arch_params),
    KIND(bowl, "an open bowl; stands on z = 0 about the z axis", bowl_params),
    KIND(cross, "a plus in the plane of x and y; origin in the middle", cross_params),
    KIND(dodecahedron, "twelve regular pentagons; origin in the middle", radius_params),
    KIND(frustum, "a cone or part of one about z; stands on z = 0", frustum_params),
    KIND(gear, "a spur gear with involute teeth (20 degrees) about z; origin in the middle; a "
         "tooth points along +x", gear_params),
    KIND(goblet, "a cup on a stem; stands on z = 0 about the z axis", goblet_params),
    KIND(icosahedron, "twenty regular triangles; origin in the middle", radius_params),
    KIND(l_shape, "a letter L that stands on z = 0 in the plane of x and z", l_params),
    KIND(mug, "an open mug about z; stands on z = 0, its handle along +x", mug_params),
    KIND(octahedron, "eight regular triangles; origin in the middle", radius_params),
    KIND(prism, "a regular polygon along z; origin in the middle", prism_params),
    KIND(pyramid, "a regular base at z = -height / 2, the tip at +height / 2", prism_params),
    KIND(rounded_box, "a box with round edges and corners; origin in the middle",
         rounded_box_params),
    KIND(spoon, "lies on z = 0, its bowl about the z axis and open upwards, its handle along +x",
         spoon_params),
    KIND(star, "in the plane of x and y; origin in the middle; a point along +x", star_params),
    KIND(t_shape, "a letter T that stands on z = 0 in the plane of x and z", l_params),
    KIND(teapot, "solid, about z; stands on z = 0; spout along +x, handle along -x",
         teapot_params),
    KIND(tetrahedron, "four regular triangles; origin in the middle", radius_params),
    KIND(torus, "a ring about z; origin in the middle", torus_params),
    KIND(tube, "a pipe about z; origin in the middle", tube_params),
    KIND(u_shape, "a letter U that stands on z = 0 in the plane of x and z", l_params),
    KIND(wedge, "a ramp that rises along +x from z = 0; origin under its middle", wedge_params),
    KIND(wrench, "an open-ended wrench along x, its jaw at +x; origin in the jaw's middle",
         wrench_params),
};
/* clang-format on */

int reel_solid_n_kinds(void)
{
    return (int)(sizeof(kinds) / sizeof(kinds[0]));
}

const reel_solid_kind *reel_solid_kind_at(int i)
{
    assert(i >= 0 && i < reel_solid_n_kinds());
    return &kinds[i];
}

const reel_solid_kind *reel_solid_find(const char *name)
{
    for (int i = 0; i < reel_solid_n_kinds(); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

reel_status reel_solid_make(reel_arena *arena, const reel_solid_kind *kind, const double *values,
                            reel_solid *out, reel_error *err)
{
    double v[REEL_MAX_SOLID_PARAMS];
    for (int i = 0; i < kind->n_params; i++) {
        const reel_solid_param *p = &kind->params[i];
        v[i] = values ? values[i] : p->fallback;
        if (!(v[i] >= p->lo && v[i] <= p->hi) || (p->is_integer && v[i] != floor(v[i]))) {
            return reel_fail_at(err, REEL_E_SCENE, NULL, 0, p->name,
                                "must be %s from %g to %g, not %g",
                                p->is_integer ? "an integer" : "a number", p->lo, p->hi, v[i]);
        }
    }
    return kind->make(arena, v, out, err);
}

/* ---- of lists ---- */

static reel_status check_range(double x, double lo, double hi, const char *name, reel_error *err)
{
    if (x >= lo && x <= hi) {
        return REEL_OK;
    }
    return reel_fail_at(err, REEL_E_SCENE, NULL, 0, name, "must be from %g to %g, not %g", lo, hi,
                        x);
}

reel_status reel_solid_extrusion(reel_arena *arena, const double *outline, int n, double height,
                                 double crease, reel_solid *out, reel_error *err)
{
    solid_builder b;
    polygon p = {0};
    plane_cells cells = {0};
    reel_status status = check_range(height, 1e-4, 1000, "height", err);
    if (status == REEL_OK) {
        status = check_range(crease, 0, REEL_PI, "crease", err);
    }
    if (status == REEL_OK) {
        status = polygon_make(outline, n, &p, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    solid_begin(&b, arena, crease, err);
    if (polygon_cells(&p, &cells) == REEL_OK) {
        sweep_up(&b, &cells, -height / 2, height / 2);
    } else {
        solid_fail(&b, REEL_E_NOMEM, "out of memory for a solid");
    }
    polygon_free(&p);
    plane_cells_free(&cells);
    return solid_finish(&b, out);
}

reel_status reel_solid_revolution(reel_arena *arena, const double *profile, int n, int segments,
                                  double crease, reel_solid *out, reel_error *err)
{
    solid_builder b;
    polygon p = {0};
    double angles[MAX_ANGLES];
    reel_status status = check_range(segments, 3, MAX_ANGLES, "segments", err);
    if (status == REEL_OK) {
        status = check_range(crease, 0, REEL_PI, "crease", err);
    }
    if (status == REEL_OK) {
        status = polygon_make(profile, n, &p, err);
    }
    if (status != REEL_OK) {
        return status;
    }
    solid_begin(&b, arena, crease, err);
    sweep_angles(angles, segments, 1, 0, false, NULL);
    sweep_around(&b, &p, angles, segments);
    polygon_free(&p);
    return solid_finish(&b, out);
}

reel_status reel_solid_of_points(reel_arena *arena, const double *points, int n, double crease,
                                 reel_solid *out, reel_error *err)
{
    solid_builder b;
    reel_status status = check_range(n, 4, REEL_MAX_VERTICES, "points", err);
    for (int i = 0; status == REEL_OK && i < 3 * n; i++) {
        status = check_range(points[i], -1000, 1000, "points", err);
    }
    if (status == REEL_OK) {
        status = check_range(crease, 0, REEL_PI, "crease", err);
    }
    if (status != REEL_OK) {
        return status;
    }
    solid_begin(&b, arena, crease, err);
    solid_convex(&b, points, n);
    return solid_finish(&b, out);
}
