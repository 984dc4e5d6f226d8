#include "scenes/build.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

reel_builder *reel_builder_of(lua_State *L)
{
    reel_builder *b = reel_script_of(L)->builder;
    if (!b) {
        reel_script_fail(L, NULL, "the world can be changed only while build() runs");
    }
    return b;
}

void reel_build_argument(lua_State *L)
{
    if (lua_gettop(L) < 2) {
        reel_script_fail(L, NULL,
                         "an argument is missing: the world is called with a colon, as in "
                         "world:box { size = 1 }");
    }
}

char *reel_build_string(lua_State *L, const char *s)
{
    if (!reel_is_utf8(s)) {
        reel_script_fail(L, NULL, "a text is not UTF-8");
    }
    return reel_script_have(L, reel_arena_strdup(&reel_builder_of(L)->scene->arena, s));
}

void *reel_build_grow(lua_State *L, void *array, int n, int *cap, size_t size)
{
    if (n < *cap) {
        return array;
    }
    const int more = *cap > 0 ? *cap * 2 : 8;
    void *grown = reel_script_have(
        L, reel_arena_alloc(&reel_builder_of(L)->scene->arena, (size_t)more, size));
    if (n > 0) {
        memcpy(grown, array, (size_t)n * size);
    }
    *cap = more;
    return grown;
}

static void check_limit(lua_State *L, const char *what, int n, int limit)
{
    if (n >= limit) {
        reel_script_fail(L, what, "too many: a scene has at most %d", limit);
    }
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool same_surface(const reel_surface *a, const reel_surface *b)
{
    return same_text(a->name, b->name) && a->density == b->density && a->friction == b->friction &&
           a->restitution == b->restitution && a->rolling_friction == b->rolling_friction;
}

int reel_build_surface(lua_State *L, const reel_surface *surface)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    for (int i = s->n_surfaces - 1; i >= 0 && i > s->n_surfaces - 64; i--) {
        if (same_surface(&s->surfaces[i], surface)) {
            return i;
        }
    }
    check_limit(L, "surfaces", s->n_surfaces, REEL_MAX_SURFACES);
    s->surfaces =
        reel_build_grow(L, s->surfaces, s->n_surfaces, &b->surface_cap, sizeof(*s->surfaces));
    s->surfaces[s->n_surfaces] = *surface;
    return s->n_surfaces++;
}

static bool same_material(const reel_material *a, const reel_material *b)
{
    bool same = same_text(a->name, b->name) && a->pattern == b->pattern && a->scale == b->scale &&
                a->roughness == b->roughness && a->metallic == b->metallic &&
                a->specular == b->specular && a->seed == b->seed;
    for (int i = 0; i < 3; i++) {
        same = same && a->color[i] == b->color[i] && a->color2[i] == b->color2[i];
    }
    return same;
}

int reel_build_material(lua_State *L, const reel_material *material)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    for (int i = s->n_materials - 1; i >= 0 && i > s->n_materials - 64; i--) {
        if (same_material(&s->materials[i], material)) {
            return i;
        }
    }
    check_limit(L, "materials", s->n_materials, REEL_MAX_MATERIALS);
    s->materials =
        reel_build_grow(L, s->materials, s->n_materials, &b->material_cap, sizeof(*s->materials));
    s->materials[s->n_materials] = *material;
    return s->n_materials++;
}

int reel_build_category(lua_State *L, const char *name)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    for (int i = 0; i < s->n_categories; i++) {
        if (same_text(s->categories[i], name)) {
            return i;
        }
    }
    check_limit(L, "categories", s->n_categories, REEL_MAX_CATEGORIES);
    s->categories = reel_build_grow(L, s->categories, s->n_categories, &b->category_cap,
                                    sizeof(*s->categories));
    s->categories[s->n_categories] = name;
    return s->n_categories++;
}

int reel_build_object(lua_State *L, const reel_object *object)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    check_limit(L, "objects", s->n_objects, REEL_MAX_OBJECTS);
    s->objects = reel_build_grow(L, s->objects, s->n_objects, &b->object_cap, sizeof(*s->objects));
    s->objects[s->n_objects] = *object;
    return s->n_objects++;
}

int reel_build_body(lua_State *L, const reel_body *body)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    check_limit(L, "bodies", s->n_bodies, REEL_MAX_BODIES);
    s->bodies = reel_build_grow(L, s->bodies, s->n_bodies, &b->body_cap, sizeof(*s->bodies));
    s->bodies[s->n_bodies] = *body;
    return s->n_bodies++;
}

int reel_build_geom(lua_State *L, const reel_geom *geom)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    check_limit(L, "geoms", s->n_geoms, REEL_MAX_GEOMS);
    s->geoms = reel_build_grow(L, s->geoms, s->n_geoms, &b->geom_cap, sizeof(*s->geoms));
    s->geoms[s->n_geoms] = *geom;
    return s->n_geoms++;
}

/* --- geometry --------------------------------------------------------------------------------- */

bool reel_build_half_extents(const reel_geom *geom, reel_quat q, double half[3])
{
    const reel_mat3 r = reel_mat3_from_quat(q);
    const double *size = geom->size;
    for (int i = 0; i < 3; i++) {
        const double a = fabs(r.m[i][2]); /* share of the shape's own axis */
        switch (geom->shape) {
        case REEL_SHAPE_PLANE: return false;
        case REEL_SHAPE_BOX:
            half[i] = 0.5 * (fabs(r.m[i][0]) * size[0] + fabs(r.m[i][1]) * size[1] + a * size[2]);
            break;
        case REEL_SHAPE_SPHERE: half[i] = size[0]; break;
        case REEL_SHAPE_CAPSULE: half[i] = 0.5 * a * size[1] + size[0]; break;
        case REEL_SHAPE_CYLINDER:
            half[i] = 0.5 * a * size[1] + size[0] * sqrt(fmax(0.0, 1.0 - a * a));
            break;
        }
    }
    return true;
}

bool reel_build_box(const reel_scene *scene, const reel_body *body, reel_pose pose, double lo[3],
                    double hi[3])
{
    bool any = false;
    for (int i = 0; i < body->n_geoms; i++) {
        const reel_geom *g = &scene->geoms[body->first_geom + i];
        const reel_pose at = reel_pose_mul(pose, g->body_from_geom);
        const double p[3] = {at.p.x, at.p.y, at.p.z};
        double half[3];
        if (!reel_build_half_extents(g, at.q, half)) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            lo[k] = any ? fmin(lo[k], p[k] - half[k]) : p[k] - half[k];
            hi[k] = any ? fmax(hi[k], p[k] + half[k]) : p[k] + half[k];
        }
        any = true;
    }
    return any;
}

/* Add the inertia of a part: its own, turned, and that of its mass at `d` (parallel axes). */
static void add_inertia(double inertia[6], const double own[3], reel_quat q, double m, reel_vec3 d)
{
    const reel_mat3 r = reel_mat3_from_quat(q);
    static const int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
    const double p[3] = {d.x, d.y, d.z}, dd = reel_v3_dot(d, d);
    for (int e = 0; e < 6; e++) {
        const int i = row[e], j = column[e];
        double turned = 0;
        for (int k = 0; k < 3; k++) {
            turned += r.m[i][k] * own[k] * r.m[j][k];
        }
        inertia[e] += turned + m * ((i == j ? dd : 0.0) - p[i] * p[j]);
    }
}

static double geom_mass(const reel_scene *scene, const reel_geom *g, double own[3])
{
    double m;
    reel_shape_mass(g->shape, g->size, scene->surfaces[g->surface].density, &m, own);
    return m;
}

reel_vec3 reel_build_mass(reel_scene *scene, reel_body *body)
{
    reel_geom *geoms = &scene->geoms[body->first_geom];
    reel_vec3 moment = {0, 0, 0};
    double own[3];
    body->mass = 0;
    memset(body->inertia, 0, sizeof(body->inertia));
    for (int i = 0; i < body->n_geoms; i++) {
        const double m = geom_mass(scene, &geoms[i], own);
        body->mass += m;
        moment = reel_v3_madd(moment, m, geoms[i].body_from_geom.p);
    }
    /* one geom: its centre is the centre of mass, exactly */
    const reel_vec3 center =
        body->n_geoms == 1 ? geoms[0].body_from_geom.p : reel_v3_scale(moment, 1.0 / body->mass);
    for (int i = 0; i < body->n_geoms; i++) {
        const double m = geom_mass(scene, &geoms[i], own);
        geoms[i].body_from_geom.p = reel_v3_sub(geoms[i].body_from_geom.p, center);
        add_inertia(body->inertia, own, geoms[i].body_from_geom.q, m, geoms[i].body_from_geom.p);
    }
    return center;
}

void reel_build_set_mass(reel_body *body, double mass)
{
    const double k = mass / body->mass;
    body->mass = mass;
    for (int i = 0; i < 6; i++) {
        body->inertia[i] *= k;
    }
}

int64_t reel_build_step(const reel_scene *scene, double seconds)
{
    return (int64_t)ceil(seconds * scene->step_rate - 1e-9 * scene->step_rate);
}
