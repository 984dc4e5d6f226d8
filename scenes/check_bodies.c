/* check_bodies.c - meshes, height fields, bodies and geoms of a scene: see validate.h. */
#include "base/mesh.h"
#include "scenes/check.h"

#include <stdio.h>
#include <string.h>

/*
 * An inertia that a body can have: with the second moments D = tr(I)/2 - I positive semi-definite
 * (which is the triangle inequality for principal moments). A little slack for rounding.
 */
static bool possible_inertia(const double in[6])
{
    const double half = 0.5 * (in[0] + in[1] + in[2]);
    const double slack = 1e-9 * half;
    const double a = half - in[0] + slack, b = half - in[1] + slack, c = half - in[2] + slack;
    const double d = -in[3], e = -in[4], f = -in[5];
    const double det = a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e);
    return half > 0 && in[0] > 0 && in[1] > 0 && in[2] > 0 && a >= 0 && b >= 0 && c >= 0 &&
           a * b - d * d >= 0 && a * c - e * e >= 0 && b * c - f * f >= 0 && det >= 0;
}

static reel_status check_mass(const reel_body *b, const reel_spot *at)
{
    if (b->motion == REEL_MOTION_STATIC) {
        const bool moves = reel_v3_len(b->velocity) != 0 || reel_v3_len(b->omega) != 0;
        return moves ? reel_check_bad(at, "velocity", "a static body does not move") : REEL_OK;
    }
    REEL_TRY(reel_check_positive(at, "mass", b->mass));
    for (int i = 0; i < 6; i++) {
        REEL_TRY(reel_check_range(at, "inertia", b->inertia[i], -1e30, 1e30));
    }
    return possible_inertia(b->inertia)
               ? REEL_OK
               : reel_check_bad(at, "inertia",
                                "no body has it: it must be positive and fulfil the triangle "
                                "inequality");
}

static reel_status check_body(const reel_scene *s, const reel_body *b, const reel_spot *at)
{
    REEL_TRY(reel_check_index(at, "object", b->object, s->n_objects));
    REEL_TRY(reel_check_pose(at, "world_from_body", b->world_from_body));
    REEL_TRY(reel_check_vector(at, "velocity", b->velocity));
    REEL_TRY(reel_check_vector(at, "omega", b->omega));
    REEL_TRY(check_mass(b, at));
    REEL_TRY(reel_check_range(at, "drag", b->drag, 0, 1e6));
    REEL_TRY(reel_check_range(at, "charge", b->charge, -1e6, 1e6));
    REEL_TRY(reel_check_vector(at, "magnetic_moment", b->magnetic_moment));
    for (int i = 0; i < 3; i++) {
        if (!isfinite(b->box_min[i]) || !isfinite(b->box_max[i]) || b->box_min[i] > b->box_max[i]) {
            return reel_check_bad(at, "box_min", "must be finite and not above box_max");
        }
    }
    return REEL_OK;
}

/* How many numbers of `size` a shape has, by reel_shape. */
static int n_sizes(reel_shape shape)
{
    switch (shape) {
    case REEL_SHAPE_BOX:
    case REEL_SHAPE_ELLIPSOID: return 3;
    case REEL_SHAPE_CAPSULE:
    case REEL_SHAPE_CYLINDER:
    case REEL_SHAPE_CONE:
    case REEL_SHAPE_HEIGHT_FIELD: return 2;
    case REEL_SHAPE_SPHERE: return 1;
    case REEL_SHAPE_PLANE:
    case REEL_SHAPE_HULL:
    case REEL_SHAPE_MESH: break;
    }
    return 0;
}

/* A shape has what it is made of, and its body can have it. */
static reel_status check_geom_shape(const reel_scene *s, const reel_geom *g, const reel_spot *at)
{
    const bool meshed = g->shape == REEL_SHAPE_HULL || g->shape == REEL_SHAPE_MESH;
    const bool heights = g->shape == REEL_SHAPE_HEIGHT_FIELD;
    const bool moves = s->bodies[g->body].motion == REEL_MOTION_DYNAMIC;
    for (int i = 0; i < n_sizes(g->shape); i++) {
        REEL_TRY(reel_check_positive(at, "size", g->size[i]));
    }
    if (meshed) {
        REEL_TRY(reel_check_index(at, "mesh", g->mesh, s->n_meshes));
    } else if (g->mesh != -1) {
        return reel_check_bad(at, "mesh", "must be -1: only hulls and meshes have one");
    }
    if (heights) {
        REEL_TRY(reel_check_index(at, "height_field", g->height_field, s->n_height_fields));
    } else if (g->height_field != -1) {
        return reel_check_bad(at, "height_field", "must be -1: only height fields have one");
    }
    if (moves && (g->shape == REEL_SHAPE_PLANE || heights)) {
        return reel_check_bad(at, "shape", "a %s belongs to a static body",
                              heights ? "height field" : "plane");
    }
    if (moves && g->shape == REEL_SHAPE_MESH && g->collides) {
        return reel_check_bad(
            at, "collides", "a mesh collides in a static body only; what moves collides as hulls");
    }
    return REEL_OK;
}

static reel_status check_geom(const reel_scene *s, const reel_geom *g, const reel_spot *at)
{
    REEL_TRY(reel_check_index(at, "body", g->body, s->n_bodies));
    REEL_TRY(reel_check_index(at, "material", g->material, s->n_materials));
    REEL_TRY(reel_check_index(at, "surface", g->surface, s->n_surfaces));
    REEL_TRY(reel_check_pose(at, "body_from_geom", g->body_from_geom));
    REEL_TRY(reel_check_vector(at, "belt", g->belt));
    return check_geom_shape(s, g, at);
}

/* --- meshes and height fields
 * ---------------------------------------------------------------------
 */

static reel_status check_meshes(const reel_scene *s, const bool *convex, reel_error *err)
{
    for (int i = 0; i < s->n_meshes; i++) {
        const reel_mesh *m = &s->meshes[i];
        const reel_spot at = {err, "meshes", i, m->name};
        reel_error why = {0};
        if (m->n_vertices > REEL_MAX_VERTICES || m->n_triangles > REEL_MAX_TRIANGLES) {
            return reel_check_bad(&at, "", "has more than %d vertices or %d triangles",
                                  REEL_MAX_VERTICES, REEL_MAX_TRIANGLES);
        }
        REEL_TRY(reel_check_range(&at, "crease", m->crease, 0, 3.2));
        const reel_status st = reel_mesh_check(m, convex[i], &why);
        if (st != REEL_OK) {
            return st == REEL_E_NOMEM ? reel_fail(err, st, "out of memory")
                                      : reel_check_bad(&at, "", "%s", why.msg);
        }
    }
    return REEL_OK;
}

static reel_status check_height_field(const reel_height_field *h, const reel_spot *at)
{
    if (h->columns < 2 || h->rows < 2 || (int64_t)h->columns * h->rows != h->n_heights ||
        h->n_heights > REEL_MAX_HEIGHTS) {
        return reel_check_bad(at, "heights", "must be columns * rows numbers, at most %d",
                              REEL_MAX_HEIGHTS);
    }
    REEL_TRY(reel_check_range(at, "crease", h->crease, 0, 3.2));
    for (int i = 0; i < h->n_heights; i++) {
        if (!(fabs(h->heights[i]) <= 1e6)) {
            return reel_check_bad(at, "heights", "number %d must be finite and within +-1e6", i);
        }
    }
    return REEL_OK;
}

reel_status reel_check_shapes(const reel_scene *s, reel_error *err)
{
    bool *convex = reel_calloc((size_t)s->n_meshes + 1, sizeof(*convex));
    if (!convex) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    for (int i = 0; i < s->n_geoms; i++) {
        const reel_geom *g = &s->geoms[i];
        if (g->shape == REEL_SHAPE_HULL && g->mesh >= 0 && g->mesh < s->n_meshes) {
            convex[g->mesh] = true;
        }
    }
    reel_status st = check_meshes(s, convex, err);
    reel_free(convex);
    for (int i = 0; i < s->n_height_fields && st == REEL_OK; i++) {
        const reel_spot at = {err, "height_fields", i, s->height_fields[i].name};
        st = check_height_field(&s->height_fields[i], &at);
    }
    return st;
}

reel_status reel_check_bodies(const reel_scene *s, reel_error *err)
{
    int next_geom = 0;
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *b = &s->bodies[i];
        const reel_spot at = {err, "bodies", i, b->name};
        REEL_TRY(check_body(s, b, &at));
        if (b->n_geoms < 1 || b->first_geom != next_geom || b->n_geoms > s->n_geoms - next_geom) {
            return reel_check_bad(&at, "first_geom", "geoms must be given to the bodies in order");
        }
        next_geom += b->n_geoms;
        for (int k = 0; k < b->n_geoms; k++) {
            const int g = b->first_geom + k;
            const reel_spot geom_at = {err, "geoms", g, b->name};
            if (s->geoms[g].body != i) {
                return reel_check_bad(&geom_at, "body", "is not the body that lists the geom");
            }
            REEL_TRY(check_geom(s, &s->geoms[g], &geom_at));
        }
    }
    const reel_spot at = {err, NULL, 0, NULL};
    return next_geom == s->n_geoms ? REEL_OK : reel_check_bad(&at, "geoms", "one has no body");
}
