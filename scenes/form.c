/*
 * form.c - see the header. Drag coefficients are of the area seen along the flow at Reynolds
 * numbers of 10^4..10^5: Hoerner, "Fluid-Dynamic Drag", 1965, chapter 3 (sphere 0.47, cube face on
 * 1.05 and edge on 0.80, short cylinders 0.6..1.0 across and 0.9 along, cones 0.5..1.1); as bodies
 * tumble, their means.
 */
#include "scenes/form.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

#define TUMBLING_DRAG 0.9

static reel_form_piece *new_pieces(lua_State *L, int n)
{
    reel_form_piece *p =
        reel_script_have(L, REEL_ARENA_NEW(&reel_builder_of(L)->scene->arena, reel_form_piece, n));
    for (int i = 0; i < n; i++) {
        p[i].mesh = -1;
        p[i].visible = p[i].collides = p[i].weighs = true;
    }
    return p;
}

static double need_positive(reel_fields *f, const char *name)
{
    double v;
    if (!reel_fields_positive(f, name, &v)) {
        reel_fields_fail(f, name, "is missing");
    }
    return v;
}

/* --- shapes that their size describes whole ------------------------------------------------------
 */

static void read_edges(reel_fields *f, double size[3])
{
    if (!reel_fields_push(f, "size")) {
        reel_fields_fail(f, "size", "is missing: {x, y, z}, or one number for a cube");
    }
    const bool cube = lua_type(f->L, -1) == LUA_TNUMBER;
    if (!cube) {
        reel_fields_vector_at(f, -1, "size", 3, 3, size);
    }
    lua_pop(f->L, 1);
    if (cube) {
        reel_fields_number(f, "size", -HUGE_VAL, HUGE_VAL, &size[0]);
        size[1] = size[2] = size[0];
    }
    for (int i = 0; i < 3; i++) {
        if (!(size[i] > 0)) {
            reel_fields_fail(f, "size", "edges must be > 0, is %.6g", size[i]);
        }
    }
}

static void read_radii(reel_fields *f, double size[3])
{
    if (reel_fields_vector(f, "radii", 3, 3, size) == 0) {
        reel_fields_fail(f, "radii", "is missing: {x, y, z}, half of the axes");
    }
    for (int i = 0; i < 3; i++) {
        if (!(size[i] > 0)) {
            reel_fields_fail(f, "radii", "must be > 0, is %.6g", size[i]);
        }
    }
}

static reel_form read_plain(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    (void)moves;
    reel_form form = {.word = kind->word, .drag = kind->drag, .n_pieces = 1};
    form.pieces = new_pieces(f->L, 1);
    form.pieces->shape = kind->shape;
    double *size = form.pieces->size;
    if (kind->shape == REEL_SHAPE_BOX) {
        read_edges(f, size);
        form.word = size[0] == size[1] && size[1] == size[2] ? "cube" : kind->word;
    } else if (kind->shape == REEL_SHAPE_ELLIPSOID) {
        read_radii(f, size);
    } else {
        size[0] = need_positive(f, "radius");
        if (kind->shape != REEL_SHAPE_SPHERE) {
            size[1] = need_positive(f, "length");
        }
    }
    return form;
}

/* --- solids with meshes
 * ------------------------------------------------------------------------------
 */

/* A recipe is how a solid was made; `meshes` are added to the scene when something uses them. */
static reel_solid *find_recipe(lua_State *L, const char *text, int **meshes)
{
    reel_builder *b = reel_builder_of(L);
    reel_script_charge(L, (uint64_t)b->n_recipes);
    for (int i = 0; i < b->n_recipes; i++) {
        if (strcmp(b->recipes[i].text, text) == 0) {
            *meshes = b->recipes[i].meshes;
            return b->recipes[i].solid;
        }
    }
    return NULL;
}

static reel_solid *add_recipe(lua_State *L, const char *text, const reel_solid *solid, int **meshes)
{
    reel_builder *b = reel_builder_of(L);
    reel_arena *arena = &b->scene->arena;
    uint64_t cost = 0;
    b->recipes = reel_build_grow(L, b->recipes, b->n_recipes, &b->recipe_cap, sizeof(*b->recipes));
    reel_recipe *r = &b->recipes[b->n_recipes];
    r->text = reel_build_string(L, text);
    r->solid = reel_script_have(L, reel_arena_copy(arena, solid, 1, sizeof(*solid)));
    r->meshes = reel_script_have(L, REEL_ARENA_NEW(arena, int, solid->n_parts + 1));
    for (int i = 0; i <= solid->n_parts; i++) {
        r->meshes[i] = -1;
        cost += (uint64_t)(i > 0 ? solid->parts[i - 1].n_vertices : solid->mesh.n_vertices);
    }
    reel_script_charge(L, 20 * cost);
    b->n_recipes++;
    *meshes = r->meshes;
    return r->solid;
}

/* Mesh `i` of a solid (0: what is seen) in the scene. */
static int solid_mesh(lua_State *L, const reel_solid *solid, int *meshes, int i, const char *word)
{
    char name[60];
    if (meshes[i] < 0) {
        const bool whole = i == 0 || solid->n_parts == 1;
        snprintf(name, sizeof(name), whole ? "%.40s" : "%.40s part", word);
        meshes[i] = reel_build_mesh(L, i > 0 ? &solid->parts[i - 1] : &solid->mesh, name);
    }
    return meshes[i];
}

/* A convex solid is one hull; what never moves one mesh; anything else a mesh that is seen and
 * weighs, and hulls that collide. */
static reel_form form_of_solid(reel_fields *f, const reel_solid *solid, int *meshes,
                               const char *word, bool moves)
{
    lua_State *L = f->L;
    const bool convex = solid->n_parts == 1 && solid->deviation == 0;
    const bool single = convex || !moves;
    reel_form form = {.word = word, .drag = TUMBLING_DRAG};
    form.n_pieces = single ? 1 : 1 + solid->n_parts;
    form.pieces = new_pieces(L, form.n_pieces);
    form.pieces[0].shape = convex ? REEL_SHAPE_HULL : REEL_SHAPE_MESH;
    form.pieces[0].mesh = solid_mesh(L, solid, meshes, convex ? 1 : 0, word);
    form.pieces[0].collides = single;
    for (int i = 1; i < form.n_pieces; i++) {
        form.pieces[i].shape = REEL_SHAPE_HULL;
        form.pieces[i].mesh = solid_mesh(L, solid, meshes, i, word);
        form.pieces[i].visible = form.pieces[i].weighs = false;
    }
    return form;
}

static _Noreturn void solid_failed(const reel_fields *f, reel_status st, const reel_error *err,
                                   const char *field)
{
    if (st == REEL_E_NOMEM) {
        reel_script_have(f->L, NULL);
    }
    reel_fields_fail(f, err->field[0] ? err->field : field, "%s", err->msg);
}

/* "l_shape" is "L-shape" to people. */
static const char *spoken(lua_State *L, const char *name)
{
    char word[60];
    snprintf(word, sizeof(word), "%s", name);
    for (char *p = word; *p; p++) {
        *p = *p == '_' ? '-' : *p;
    }
    if (word[1] == '-') {
        word[0] = (char)(word[0] - 'a' + 'A');
    }
    return strcmp(word, name) == 0 ? name : reel_build_string(L, word);
}

static reel_form read_solid(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    lua_State *L = f->L;
    const reel_solid_kind *k = kind->solid;
    double values[REEL_MAX_SOLID_PARAMS];
    char text[60 + 32 * REEL_MAX_SOLID_PARAMS];
    size_t n = (size_t)snprintf(text, sizeof(text), "%.40s", k->name);
    int *meshes;
    for (int i = 0; i < k->n_params; i++) {
        const reel_solid_param *p = &k->params[i];
        int64_t whole;
        values[i] = p->fallback;
        if (!p->is_integer) {
            reel_fields_number(f, p->name, p->lo, p->hi, &values[i]);
        } else if (reel_fields_int(f, p->name, (int64_t)p->lo, (int64_t)p->hi, &whole)) {
            values[i] = (double)whole;
        }
        n += (size_t)snprintf(text + n, sizeof(text) - n, " %a", values[i]);
    }
    const reel_solid *solid = find_recipe(L, text, &meshes);
    if (!solid) {
        reel_solid made;
        reel_error err = {0};
        const reel_status st =
            reel_solid_make(&reel_builder_of(L)->scene->arena, k, values, &made, &err);
        if (st != REEL_OK) {
            solid_failed(f, st, &err, "");
        }
        solid = add_recipe(L, text, &made, &meshes);
    }
    return form_of_solid(f, solid, meshes, spoken(L, kind->word), moves);
}

/* A list of points of `width` numbers each; on the stack as a userdata, which is the caller's to
 * pop. */
static double *read_points(reel_fields *f, const char *name, int width, int least, int most,
                           int *count)
{
    lua_State *L = f->L;
    if (!reel_fields_push(f, name)) {
        reel_fields_fail(f, name, "is missing: a list of points {%s}",
                         width == 3 ? "x, y, z" : "x, y");
    }
    const int list = lua_gettop(L);
    const lua_Unsigned n = lua_type(L, list) == LUA_TTABLE ? lua_rawlen(L, list) : 0;
    if (n < (lua_Unsigned)least || n > (lua_Unsigned)most) {
        reel_fields_fail(f, name, "must be a list of %d .. %d points, has %llu", least, most,
                         (unsigned long long)n);
    }
    double *points = lua_newuserdatauv(L, (size_t)n * (size_t)width * sizeof(double), 0);
    for (int i = 0; i < (int)n; i++) {
        char entry[60];
        snprintf(entry, sizeof(entry), "%s[%d]", name, i + 1);
        lua_rawgeti(L, list, i + 1);
        reel_fields_vector_at(f, -1, entry, width, width, points + (size_t)i * (size_t)width);
        lua_pop(L, 1);
    }
    lua_remove(L, list);
    *count = (int)n;
    return points;
}

/* The recipe of a solid that is made of lists: which numbers they were. */
static void recipe_of_list(char *text, size_t size, const char *word, const double *points,
                           size_t n_numbers, double a, double b)
{
    char hex[REEL_SHA256_HEX];
    reel_sha256_hex(reel_sha256_of(points, n_numbers * sizeof(double)), hex);
    snprintf(text, size, "%s %s %a %a", word, hex, a, b);
}

enum { MAX_HULL_POINTS = 4096 };

static reel_form read_list(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    lua_State *L = f->L;
    reel_arena *arena = &reel_builder_of(L)->scene->arena;
    const bool hull = strcmp(kind->word, "hull") == 0;
    const bool extrusion = strcmp(kind->word, "extrusion") == 0;
    char text[200];
    int n, *meshes;
    double crease = hull ? 0 : 0.7, height = 0;
    int64_t segments = 48;
    reel_fields_number(f, "crease", 0, 3.2, &crease);
    if (extrusion) {
        height = need_positive(f, "height");
    } else if (!hull) {
        reel_fields_int(f, "segments", 3, 256, &segments);
    }
    const char *name = hull ? "points" : extrusion ? "outline" : "profile";
    const int width = hull ? 3 : 2, least = hull ? 4 : 3;
    const double *points =
        read_points(f, name, width, least, hull ? MAX_HULL_POINTS : REEL_MAX_OUTLINE, &n);
    recipe_of_list(text, sizeof(text), kind->word, points, (size_t)n * (size_t)width, crease,
                   extrusion ? height : (double)segments);
    const reel_solid *solid = find_recipe(L, text, &meshes);
    if (!solid) {
        reel_solid made;
        reel_error err = {0};
        reel_script_charge(L, (uint64_t)n * 200);
        const reel_status st =
            hull ? reel_solid_of_points(arena, points, n, crease, &made, &err)
            : extrusion
                ? reel_solid_extrusion(arena, points, n, height, crease, &made, &err)
                : reel_solid_revolution(arena, points, n, (int)segments, crease, &made, &err);
        if (st != REEL_OK) {
            solid_failed(f, st, &err, name);
        }
        solid = add_recipe(L, text, &made, &meshes);
    }
    lua_pop(L, 1);
    return form_of_solid(f, solid, meshes, kind->word, moves);
}

/* --- the kinds -----------------------------------------------------------------------------------
 */

static const char *const box_fields[] = {"size", NULL};
static const char *const sphere_fields[] = {"radius", NULL};
static const char *const long_fields[] = {"radius", "length", NULL};
static const char *const ellipsoid_fields[] = {"radii", NULL};
static const char *const hull_fields[] = {"points", "crease", NULL};
static const char *const extrusion_fields[] = {"outline", "height", "crease", NULL};
static const char *const revolution_fields[] = {"profile", "segments", "crease", NULL};

static const reel_form_kind own_kinds[] = {
    {"box", box_fields, 0.95, read_plain, REEL_SHAPE_BOX, NULL},
    {"sphere", sphere_fields, 0.47, read_plain, REEL_SHAPE_SPHERE, NULL},
    {"capsule", long_fields, 0.6, read_plain, REEL_SHAPE_CAPSULE, NULL},
    {"cylinder", long_fields, 0.85, read_plain, REEL_SHAPE_CYLINDER, NULL},
    {"cone", long_fields, 0.75, read_plain, REEL_SHAPE_CONE, NULL},
    {"ellipsoid", ellipsoid_fields, 0.5, read_plain, REEL_SHAPE_ELLIPSOID, NULL},
    {"hull", hull_fields, TUMBLING_DRAG, read_list, REEL_SHAPE_HULL, NULL},
    {"extrusion", extrusion_fields, TUMBLING_DRAG, read_list, REEL_SHAPE_MESH, NULL},
    {"revolution", revolution_fields, TUMBLING_DRAG, read_list, REEL_SHAPE_MESH, NULL},
};

bool reel_form_kind_at(int i, reel_form_kind *out)
{
    const int n_own = (int)(sizeof(own_kinds) / sizeof(own_kinds[0]));
    if (i < n_own) {
        *out = own_kinds[i];
        return true;
    }
    if (i - n_own >= reel_solid_n_kinds()) {
        return false;
    }
    const reel_solid_kind *solid = reel_solid_kind_at(i - n_own);
    *out = (reel_form_kind){solid->name, NULL, TUMBLING_DRAG, read_solid, REEL_SHAPE_MESH, solid};
    return true;
}

bool reel_form_find(const char *word, reel_form_kind *out)
{
    for (int i = 0; reel_form_kind_at(i, out); i++) {
        if (strcmp(out->word, word) == 0) {
            return true;
        }
    }
    return false;
}

void reel_form_fields(const reel_form_kind *kind, const char *out[REEL_MAX_FORM_FIELDS])
{
    int n = 0;
    for (; kind->fields && kind->fields[n]; n++) {
        out[n] = kind->fields[n];
    }
    for (; kind->solid && n < kind->solid->n_params; n++) {
        out[n] = kind->solid->params[n].name;
    }
    out[n] = NULL;
}

reel_form reel_form_read(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    return kind->read(f, kind, moves);
}
