#include "scenes/build.h"

#include <assert.h>
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
                a->specular == b->specular && a->seed == b->seed && a->bump == b->bump &&
                a->image == b->image && a->normal_image == b->normal_image &&
                a->mapping == b->mapping && a->image_scale == b->image_scale &&
                a->clearcoat == b->clearcoat && a->clearcoat_roughness == b->clearcoat_roughness &&
                a->transmission == b->transmission && a->ior == b->ior;
    for (int i = 0; i < 3; i++) {
        same = same && a->color[i] == b->color[i] && a->color2[i] == b->color2[i] &&
               a->emission[i] == b->emission[i];
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

int reel_build_geom(lua_State *L, const reel_geom *geom, bool weighs)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    check_limit(L, "geoms", s->n_geoms, REEL_MAX_GEOMS);
    s->geoms = reel_build_grow(L, s->geoms, s->n_geoms, &b->geom_cap, sizeof(*s->geoms));
    b->weighs = reel_build_grow(L, b->weighs, s->n_geoms, &b->weighs_cap, sizeof(*b->weighs));
    s->geoms[s->n_geoms] = *geom;
    b->weighs[s->n_geoms] = weighs;
    return s->n_geoms++;
}

int reel_build_count(lua_State *L, const char *word)
{
    reel_builder *b = reel_builder_of(L);
    const int most = (int)(sizeof(b->counters) / sizeof(b->counters[0]));
    int i = 0;
    while (i < b->n_counters && strcmp(b->counters[i].word, word) != 0) {
        i++;
    }
    assert(i < most);
    (void)most;
    if (i == b->n_counters) {
        b->counters[b->n_counters++] = (reel_counter){.word = word};
    }
    return ++b->counters[i].n;
}

static bool same_mesh(const reel_mesh *a, const reel_mesh *b)
{
    return a->n_vertices == b->n_vertices && a->n_triangles == b->n_triangles &&
           a->crease == b->crease &&
           memcmp(a->vertices, b->vertices, 3 * sizeof(double) * (size_t)a->n_vertices) == 0 &&
           memcmp(a->triangles, b->triangles, 3 * sizeof(int) * (size_t)a->n_triangles) == 0;
}

int reel_build_mesh(lua_State *L, const reel_mesh *mesh, const char *word)
{
    char name[80];
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    reel_script_charge(L, (uint64_t)(s->n_meshes + mesh->n_vertices + mesh->n_triangles));
    for (int i = 0; i < s->n_meshes; i++) {
        if (same_mesh(&s->meshes[i], mesh)) {
            return i;
        }
    }
    check_limit(L, "meshes", s->n_meshes, REEL_MAX_MESHES);
    s->meshes = reel_build_grow(L, s->meshes, s->n_meshes, &b->mesh_cap, sizeof(*s->meshes));
    s->meshes[s->n_meshes] = *mesh;
    snprintf(name, sizeof(name), "%s %d", word, s->n_meshes + 1);
    s->meshes[s->n_meshes].name = reel_build_string(L, name);
    return s->n_meshes++;
}

int reel_build_height_field(lua_State *L, const reel_height_field *field)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    check_limit(L, "height_fields", s->n_height_fields, REEL_MAX_HEIGHT_FIELDS);
    s->height_fields = reel_build_grow(L, s->height_fields, s->n_height_fields,
                                       &b->height_field_cap, sizeof(*s->height_fields));
    s->height_fields[s->n_height_fields] = *field;
    return s->n_height_fields++;
}

int64_t reel_build_step(const reel_scene *scene, double seconds)
{
    return (int64_t)ceil(seconds * scene->step_rate - 1e-9 * scene->step_rate);
}
