/*
 * tracks.c - points on surfaces, uniform by area; see objects.h.
 *
 * A sphere's height is uniform (Archimedes); a cone's distance from the apex goes with the root; a
 * triangle is a folded parallelogram; an ellipsoid is the unit sphere's points, each kept by how
 * much the map stretches area there.
 */
#include "base/objects.h"
#include "base/rng.h"
#include "base/trig.h"

#include <math.h>
#include <stdio.h>

enum { MOST_TRIES = 100, QUADRATURE = 64 };

/* A point of the surface and its outward normal, geom frame. */
typedef struct spot {
    reel_vec3 p, n;
} spot;

static reel_vec3 mesh_vertex(const reel_mesh *m, int i)
{
    const double *v = m->vertices + (size_t)i * 3;
    return reel_v3(v[0], v[1], v[2]);
}

/* Corners of triangle `i` of what a hull, mesh or height field shows. */
static void triangle(const reel_scene *scene, const reel_geom *g, int i, reel_vec3 out[3])
{
    if (g->shape != REEL_SHAPE_HEIGHT_FIELD) {
        const reel_mesh *m = &scene->meshes[g->mesh];
        for (int k = 0; k < 3; k++) {
            out[k] = mesh_vertex(m, m->triangles[(size_t)i * 3 + (size_t)k]);
        }
        return;
    }
    const reel_height_field *f = &scene->height_fields[g->height_field];
    const int cell = i / 2, column = cell % (f->columns - 1), row = cell / (f->columns - 1);
    const int right[2][3] = {{0, 1, 1}, {0, 1, 0}}, up[2][3] = {{0, 0, 1}, {0, 1, 1}};
    for (int k = 0; k < 3; k++) {
        const int x = column + right[i % 2][k], y = row + up[i % 2][k];
        out[k] = reel_v3(((double)x / (f->columns - 1) - 0.5) * g->size[0],
                         ((double)y / (f->rows - 1) - 0.5) * g->size[1],
                         f->heights[(size_t)y * (size_t)f->columns + (size_t)x]);
    }
}

static int n_triangles(const reel_scene *scene, const reel_geom *g)
{
    if (g->shape == REEL_SHAPE_HEIGHT_FIELD) {
        const reel_height_field *f = &scene->height_fields[g->height_field];
        return 2 * (f->columns - 1) * (f->rows - 1);
    }
    return scene->meshes[g->mesh].n_triangles;
}

static reel_vec3 across(const reel_vec3 c[3])
{
    return reel_v3_cross(reel_v3_sub(c[1], c[0]), reel_v3_sub(c[2], c[0]));
}

static double triangle_area(const reel_scene *scene, const reel_geom *g, int i)
{
    reel_vec3 c[3];
    triangle(scene, g, i, c);
    return 0.5 * reel_v3_len(across(c));
}

/* How much the map from the unit sphere to an ellipsoid stretches area at unit n. */
static double stretch(const double s[3], reel_vec3 n)
{
    const double x = n.x * s[1] * s[2], y = n.y * s[0] * s[2], z = n.z * s[0] * s[1];
    return sqrt(x * x + y * y + z * z);
}

/* At height z on the unit sphere, `turn` of a whole turn about it. */
static reel_vec3 on_sphere(double z, double turn)
{
    double sine, cosine;
    reel_sincos(2 * REEL_PI * turn, &sine, &cosine);
    const double r = sqrt(fmax(1 - z * z, 0));
    return reel_v3(r * cosine, r * sine, z);
}

static double ellipsoid_area(const double s[3])
{
    double sum = 0;
    for (int i = 0; i < QUADRATURE; i++) {
        for (int j = 0; j < QUADRATURE; j++) {
            const double z = (2 * i + 1.0) / QUADRATURE - 1;
            sum += stretch(s, on_sphere(z, (j + 0.5) / QUADRATURE));
        }
    }
    return 4 * REEL_PI * sum / (QUADRATURE * QUADRATURE);
}

/* m^2; 0 for a plane, which has no end. */
static double surface_area(const reel_scene *scene, const reel_geom *g)
{
    const double *s = g->size;
    double sum = 0;
    switch (g->shape) {
    case REEL_SHAPE_PLANE: return 0;
    case REEL_SHAPE_BOX: return 2 * (s[0] * s[1] + s[1] * s[2] + s[2] * s[0]);
    case REEL_SHAPE_SPHERE: return 4 * REEL_PI * s[0] * s[0];
    case REEL_SHAPE_CAPSULE: return 4 * REEL_PI * s[0] * s[0] + 2 * REEL_PI * s[0] * s[1];
    case REEL_SHAPE_CYLINDER: return 2 * REEL_PI * s[0] * (s[0] + s[1]);
    case REEL_SHAPE_CONE: return REEL_PI * s[0] * (s[0] + sqrt(s[0] * s[0] + s[1] * s[1]));
    case REEL_SHAPE_ELLIPSOID: return ellipsoid_area(s);
    default:
        for (int i = 0; i < n_triangles(scene, g); i++) {
            sum += triangle_area(scene, g, i);
        }
        return sum;
    }
}

static spot box_spot(const double s[3], reel_rng *rng)
{
    const double faces[3] = {s[1] * s[2], s[2] * s[0], s[0] * s[1]};
    double pick = reel_rng_range(rng, 0, 2 * (faces[0] + faces[1] + faces[2]));
    const double a = reel_rng_range(rng, -0.5, 0.5), b = reel_rng_range(rng, -0.5, 0.5);
    int face = 0;
    for (; face < 5 && pick >= faces[face / 2]; face++) {
        pick -= faces[face / 2];
    }
    const int axis = face / 2, u = (axis + 1) % 3, v = (axis + 2) % 3;
    const double side = face % 2 ? -1 : 1;
    double p[3] = {0, 0, 0}, n[3] = {0, 0, 0};
    p[axis] = 0.5 * side * s[axis];
    p[u] = a * s[u];
    p[v] = b * s[v];
    n[axis] = side;
    return (spot){reel_v3(p[0], p[1], p[2]), reel_v3(n[0], n[1], n[2])};
}

static spot sphere_spot(double radius, reel_rng *rng)
{
    const double z = reel_rng_range(rng, -1, 1), turn = reel_rng_uniform(rng);
    const reel_vec3 n = on_sphere(z, turn);
    return (spot){reel_v3_scale(n, radius), n};
}

static spot capsule_spot(double radius, double length, reel_rng *rng)
{
    const double at = reel_rng_range(rng, -1, 1) * (2 * radius + length);
    spot s = sphere_spot(radius, rng);
    if (fabs(at) < length) { /* on the tube: a height of the sphere is a turn of it */
        double sine, cosine;
        reel_sincos(REEL_PI * (s.n.z + 1), &sine, &cosine);
        s.n = reel_v3(cosine, sine, 0);
        s.p = reel_v3(radius * cosine, radius * sine, 0.5 * at);
    } else {
        s.p.z += s.n.z < 0 ? -0.5 * length : 0.5 * length;
    }
    return s;
}

static spot cylinder_spot(double radius, double length, reel_rng *rng)
{
    const double part = reel_rng_range(rng, 0, 2 * (radius + length)), a = reel_rng_uniform(rng);
    const reel_vec3 n = on_sphere(0, reel_rng_uniform(rng));
    if (part < 2 * length) {
        return (spot){reel_v3(radius * n.x, radius * n.y, (a - 0.5) * length), n};
    }
    const double side = part < 2 * length + radius ? 1 : -1, r = radius * sqrt(a);
    return (spot){reel_v3(r * n.x, r * n.y, 0.5 * side * length), reel_v3(0, 0, side)};
}

static spot cone_spot(double radius, double length, reel_rng *rng)
{
    const double slope = sqrt(radius * radius + length * length);
    const double part = reel_rng_range(rng, 0, radius + slope), a = reel_rng_uniform(rng);
    const reel_vec3 n = on_sphere(0, reel_rng_uniform(rng));
    const double r = radius * sqrt(a);
    if (part < radius) {
        return (spot){reel_v3(r * n.x, r * n.y, -0.5 * length), reel_v3(0, 0, -1)};
    }
    return (spot){reel_v3(r * n.x, r * n.y, (0.5 - sqrt(a)) * length),
                  reel_v3(n.x * length / slope, n.y * length / slope, radius / slope)};
}

static spot ellipsoid_spot(const double s[3], reel_rng *rng)
{
    const double most = fmax(fmax(s[0] * s[1], s[1] * s[2]), s[2] * s[0]);
    spot at = sphere_spot(1, rng);
    double keep = reel_rng_uniform(rng) * most;
    for (int i = 0; i < 10 * MOST_TRIES && keep > stretch(s, at.n); i++) {
        at = sphere_spot(1, rng);
        keep = reel_rng_uniform(rng) * most;
    }
    const reel_vec3 n = reel_v3(at.n.x / s[0], at.n.y / s[1], at.n.z / s[2]);
    return (spot){reel_v3(at.p.x * s[0], at.p.y * s[1], at.p.z * s[2]),
                  reel_v3_unit(n, reel_v3(0, 0, 1))};
}

static spot facet_spot(const reel_scene *scene, const reel_geom *g, double area, reel_rng *rng)
{
    double pick = reel_rng_range(rng, 0, area);
    double a = reel_rng_uniform(rng), b = reel_rng_uniform(rng);
    const int n = n_triangles(scene, g);
    int i = 0;
    for (; i < n - 1; i++) {
        const double own = triangle_area(scene, g, i);
        if (pick < own) {
            break;
        }
        pick -= own;
    }
    reel_vec3 c[3];
    triangle(scene, g, i, c);
    if (a + b > 1) {
        a = 1 - a;
        b = 1 - b;
    }
    const reel_vec3 p =
        reel_v3_madd(reel_v3_madd(c[0], a, reel_v3_sub(c[1], c[0])), b, reel_v3_sub(c[2], c[0]));
    return (spot){p, reel_v3_unit(across(c), reel_v3(0, 0, 1))};
}

static spot spot_on(const reel_scene *scene, const reel_geom *g, double area, reel_rng *rng)
{
    switch (g->shape) {
    case REEL_SHAPE_BOX: return box_spot(g->size, rng);
    case REEL_SHAPE_SPHERE: return sphere_spot(g->size[0], rng);
    case REEL_SHAPE_CAPSULE: return capsule_spot(g->size[0], g->size[1], rng);
    case REEL_SHAPE_CYLINDER: return cylinder_spot(g->size[0], g->size[1], rng);
    case REEL_SHAPE_CONE: return cone_spot(g->size[0], g->size[1], rng);
    case REEL_SHAPE_ELLIPSOID: return ellipsoid_spot(g->size, rng);
    default: return facet_spot(scene, g, area, rng);
    }
}

/* Is a point of the geom's frame inside of it? Of what is not convex: no. */
static bool is_inside(const reel_scene *scene, const reel_geom *g, reel_vec3 p)
{
    const double *s = g->size, r2 = p.x * p.x + p.y * p.y;
    switch (g->shape) {
    case REEL_SHAPE_BOX:
        return 2 * fabs(p.x) < s[0] && 2 * fabs(p.y) < s[1] && 2 * fabs(p.z) < s[2];
    case REEL_SHAPE_SPHERE: return r2 + p.z * p.z < s[0] * s[0];
    case REEL_SHAPE_CAPSULE: {
        const double z = fmax(fabs(p.z) - 0.5 * s[1], 0);
        return r2 + z * z < s[0] * s[0];
    }
    case REEL_SHAPE_CYLINDER: return r2 < s[0] * s[0] && 2 * fabs(p.z) < s[1];
    case REEL_SHAPE_CONE: {
        const double r = s[0] * (0.5 - p.z / s[1]);
        return 2 * p.z > -s[1] && r > 0 && r2 < r * r;
    }
    case REEL_SHAPE_ELLIPSOID: {
        const double x = p.x / s[0], y = p.y / s[1], z = p.z / s[2];
        return x * x + y * y + z * z < 1;
    }
    case REEL_SHAPE_HULL:
        for (int i = 0; i < n_triangles(scene, g); i++) {
            reel_vec3 c[3];
            triangle(scene, g, i, c);
            if (reel_v3_dot(across(c), reel_v3_sub(p, c[0])) >= 0) {
                return false;
            }
        }
        return true;
    default: return false;
    }
}

/* Is a point of the surface of geom `own` inside another geom of its body? */
static bool is_buried(const reel_scene *scene, const reel_body *body, int own, reel_vec3 p)
{
    for (int i = body->first_geom; i < body->first_geom + body->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[i];
        if (i != own && g->visible &&
            is_inside(scene, g, reel_pose_apply(reel_pose_inverse(g->body_from_geom), p))) {
            return true;
        }
    }
    return false;
}

/* The visible geoms of an object and their areas; returns how many. */
static int list_geoms(const reel_scene *scene, const reel_object *o, int *geoms, double *areas,
                      double *total)
{
    int n = 0;
    *total = 0;
    for (int b = o->first_body; b < o->first_body + o->n_bodies; b++) {
        const reel_body *body = &scene->bodies[b];
        for (int i = body->first_geom; i < body->first_geom + body->n_geoms; i++) {
            const double area = scene->geoms[i].visible ? surface_area(scene, &scene->geoms[i]) : 0;
            if (area > 0) {
                geoms[n] = i;
                areas[n++] = area;
                *total += area;
            }
        }
    }
    return n;
}

static reel_track make_track(const reel_scene *scene, const reel_object *o, const int *geoms,
                             const double *areas, int n, double total, reel_rng *rng)
{
    reel_track t = {.instance = o->instance_id};
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        double pick = reel_rng_range(rng, 0, total);
        int k = 0;
        for (; k < n - 1 && pick >= areas[k]; k++) {
            pick -= areas[k];
        }
        const reel_geom *g = &scene->geoms[geoms[k]];
        const spot s = spot_on(scene, g, areas[k], rng);
        const reel_vec3 p = reel_pose_apply(g->body_from_geom, s.p);
        const reel_vec3 d = reel_quat_rotate(g->body_from_geom.q, s.n);
        t.geom = geoms[k];
        t.body = g->body;
        t.point[0] = p.x;
        t.point[1] = p.y;
        t.point[2] = p.z;
        t.normal[0] = d.x;
        t.normal[1] = d.y;
        t.normal[2] = d.z;
        if (!is_buried(scene, &scene->bodies[g->body], geoms[k], p)) {
            break; /* where all is buried the last one stays: it is never visible */
        }
    }
    return t;
}

reel_status reel_tracks_make(const reel_scene *scene, int per_object, reel_arena *arena,
                             reel_track **tracks, int *n_tracks, reel_error *err)
{
    reel_arena own = {0};
    char path[512];
    const size_t most = (size_t)scene->n_geoms + 1;
    const int64_t all = (int64_t)reel_scene_n_instances(scene) * per_object;
    int n = 0;
    if (all > REEL_MAX_ALL_TRACKS) {
        return reel_fail(err, REEL_E_USAGE, "%lld tracks: a clip may have %d", (long long)all,
                         REEL_MAX_ALL_TRACKS);
    }
    reel_track *out = REEL_ARENA_NEW(arena, reel_track, (size_t)all + 1);
    int *geoms = REEL_ARENA_NEW(&own, int, most);
    double *areas = REEL_ARENA_NEW(&own, double, most);
    if (!out || !geoms || !areas) {
        reel_arena_finish(&own);
        return reel_fail(err, REEL_E_NOMEM, "out of memory for tracks");
    }
    for (int i = 0; i < scene->n_objects; i++) {
        const reel_object *o = &scene->objects[i];
        double total = 0;
        if (o->instance_id < 1) {
            continue;
        }
        const int n_geoms = list_geoms(scene, o, geoms, areas, &total);
        for (int k = 0; n_geoms > 0 && k < per_object && n < all; k++) {
            snprintf(path, sizeof path, "tracks/%.400s/%d", o->name, k);
            reel_rng rng = reel_rng_stream(scene->seed, path);
            out[n++] = make_track(scene, o, geoms, areas, n_geoms, total, &rng);
        }
    }
    reel_arena_finish(&own);
    *tracks = out;
    *n_tracks = n;
    return REEL_OK;
}
