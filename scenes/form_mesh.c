/*
 * form_mesh.c - shapes that are meshes: solids of assets/meshes.h by name, of outlines and
 * profiles, of points, of a script's own vertices, and of OBJ files beside the script.
 */
#include "base/fs.h"
#include "base/hash.h"
#include "scenes/form.h"

#include <lua.h>
#include <stdio.h>
#include <string.h>

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
    reel_form form = {.word = word, .drag = REEL_FORM_DRAG};
    form.n_pieces = single ? 1 : 1 + solid->n_parts;
    form.pieces = reel_form_pieces(L, form.n_pieces);
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

reel_form reel_form_read_solid(reel_fields *f, const reel_form_kind *kind, bool moves)
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

/* The list at the top of the stack, of points of `width` numbers each, is replaced by a userdata,
 * which is the caller's to pop. */
static double *points_at(reel_fields *f, const char *name, int width, int least, int most,
                         int *count)
{
    lua_State *L = f->L;
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

static double *read_points(reel_fields *f, const char *name, int width, int least, int most,
                           int *count)
{
    if (!reel_fields_push(f, name)) {
        reel_fields_fail(f, name, "is missing: a list of points {%s}",
                         width == 3 ? "x, y, z" : "x, y");
    }
    return points_at(f, name, width, least, most, count);
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

reel_form reel_form_read_list(reel_fields *f, const reel_form_kind *kind, bool moves)
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
        if (!reel_fields_positive(f, "height", &height)) {
            reel_fields_fail(f, "height", "is missing");
        }
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

/* --- meshes of the script's own
 * --------------------------------------------------------------------
 */

enum { MAX_MESH_POINTS = 100000, MAX_FILE_BYTES = 16 << 20 };

/* triangles = {{1, 2, 3}, ...}: numbers of vertices, from 1, into an array of the arena. */
static int *read_triangles(reel_fields *f, int n_vertices, int *count)
{
    double *numbers;
    int n;
    if (!reel_fields_push(f, "triangles")) {
        reel_fields_fail(f, "triangles", "is missing: a list of {a, b, c}, numbers of vertices");
    }
    numbers = points_at(f, "triangles", 3, 4, 2 * MAX_MESH_POINTS, &n);
    int *out = reel_script_have(
        f->L, REEL_ARENA_NEW(&reel_builder_of(f->L)->scene->arena, int, 3 * (size_t)n));
    for (int i = 0; i < 3 * n; i++) {
        if (numbers[i] != floor(numbers[i]) || numbers[i] < 1 || numbers[i] > n_vertices) {
            reel_fields_fail(f, "triangles", "number %d names a vertex that is not one of 1 .. %d",
                             i / 3 + 1, n_vertices);
        }
        out[i] = (int)numbers[i] - 1;
    }
    lua_pop(f->L, 1);
    *count = n;
    return out;
}

/* parts = {{{x, y, z}, ...}, ...}: what collides, convex hulls of points each. */
static void read_parts(reel_fields *f, reel_solid *solid)
{
    lua_State *L = f->L;
    reel_arena *arena = &reel_builder_of(L)->scene->arena;
    const int list = lua_gettop(L);
    const lua_Unsigned n = lua_type(L, list) == LUA_TTABLE ? lua_rawlen(L, list) : 0;
    if (n < 1 || n > REEL_MAX_PARTS) {
        reel_fields_fail(f, "parts", "must be a list of 1 .. %d lists of points", REEL_MAX_PARTS);
    }
    solid->n_parts = (int)n;
    solid->parts = reel_script_have(L, REEL_ARENA_NEW(arena, reel_mesh, n));
    for (int i = 0; i < (int)n; i++) {
        char name[40];
        reel_error err = {0};
        int n_points;
        snprintf(name, sizeof(name), "parts[%d]", i + 1);
        lua_rawgeti(L, list, i + 1);
        const double *points = points_at(f, name, 3, 4, MAX_HULL_POINTS, &n_points);
        const reel_status st = reel_hull_of_points(arena, points, n_points, &solid->parts[i], &err);
        if (st != REEL_OK) {
            solid_failed(f, st, &err, name);
        }
        solid->parts[i].crease = solid->mesh.crease;
        lua_pop(L, 1);
    }
}

static reel_solid read_vertices(reel_fields *f, double crease)
{
    lua_State *L = f->L;
    reel_arena *arena = &reel_builder_of(L)->scene->arena;
    reel_solid solid = {.mesh = {.name = "", .crease = crease}, .n_parts = 1};
    reel_error err = {0};
    int n;
    const double *points = read_points(f, "vertices", 3, 4, MAX_MESH_POINTS, &n);
    solid.mesh.n_vertices = n;
    solid.mesh.vertices =
        reel_script_have(L, reel_arena_copy(arena, points, 3 * (size_t)n, sizeof(*points)));
    lua_pop(L, 1);
    solid.mesh.triangles = read_triangles(f, n, &solid.mesh.n_triangles);
    reel_script_charge(L, 50 * (uint64_t)n);
    reel_status st = reel_mesh_check(&solid.mesh, false, &err);
    if (st != REEL_OK) {
        solid_failed(f, st, &err, "triangles");
    }
    if (reel_fields_push(f, "parts")) {
        solid.deviation = 1; /* they are the script's word for it */
        read_parts(f, &solid);
        lua_pop(L, 1);
        return solid;
    }
    solid.parts = reel_script_have(L, REEL_ARENA_NEW(arena, reel_mesh, 1));
    if (reel_mesh_check(&solid.mesh, true, NULL) == REEL_OK) {
        solid.parts[0] = solid.mesh;
        return solid;
    }
    solid.deviation = 1;
    st = reel_hull_of_points(arena, solid.mesh.vertices, n, &solid.parts[0], &err);
    if (st != REEL_OK) {
        solid_failed(f, st, &err, "vertices");
    }
    return solid;
}

/* Path of a file beside or below the script: nothing else can be read. */
static void file_path(reel_fields *f, const char *name, char *out, size_t size)
{
    const char *folder = reel_script_of(f->L)->folder;
    const size_t n = strlen(name);
    if (!folder) {
        reel_fields_fail(f, "file", "only a script that is a file itself can name one");
    }
    if (n < 5 || strcmp(name + n - 4, ".obj") != 0 || name[0] == '/' || strstr(name, "..")) {
        reel_fields_fail(f, "file",
                         "must be an .obj file beside the script or in a folder there, "
                         "without '..'");
    }
    if ((size_t)snprintf(out, size, "%s%s", folder, name) >= size) {
        reel_fields_fail(f, "file", "is too long a path");
    }
}

static reel_solid read_file(reel_fields *f, const char *name, const reel_obj_options *options)
{
    lua_State *L = f->L;
    char path[600];
    char *text = NULL;
    size_t size = 0;
    reel_solid solid;
    reel_error err = {0};
    file_path(f, name, path, sizeof(path));
    reel_status st = reel_fs_read(path, &text, &size, &err);
    if (st == REEL_OK && size > MAX_FILE_BYTES) {
        st = reel_fail(&err, REEL_E_SCENE, "%s has more than %d bytes", name, MAX_FILE_BYTES);
    }
    if (st == REEL_OK) {
        st = reel_solid_from_obj(&reel_builder_of(L)->scene->arena, text, size, name, options,
                                 &solid, &err);
    }
    reel_free(text);
    if (st != REEL_OK && err.line > 0) {
        reel_fields_fail(f, "file", "%.60s:%d: %s", name, err.line, err.msg);
    }
    if (st != REEL_OK) {
        err.field[0] = '\0';
        solid_failed(f, st, &err, "file");
    }
    reel_script_charge(L, size / 4);
    return solid;
}

reel_form reel_form_read_mesh(reel_fields *f, const reel_form_kind *kind, bool moves)
{
    static const char *const of_lists[] = {"vertices", "triangles", "parts", NULL};
    lua_State *L = f->L;
    reel_obj_options options = reel_obj_options_default();
    const char *file = reel_fields_string(f, "file");
    char text[260];
    int *meshes;
    for (int i = 0; file && of_lists[i]; i++) {
        if (reel_fields_has(f, of_lists[i])) {
            reel_fields_fail(f, of_lists[i], "is in the file already");
        }
    }
    for (int i = 0; !file && i < 2; i++) {
        const char *const name = i ? "y_up" : "scale";
        if (reel_fields_has(f, name)) {
            reel_fields_fail(f, name, "goes with file");
        }
    }
    reel_fields_positive(f, "scale", &options.scale);
    reel_fields_bool(f, "y_up", &options.y_up);
    reel_fields_number(f, "crease", 0, 3.2, &options.crease);
    if (!file) {
        const reel_solid solid = read_vertices(f, options.crease);
        snprintf(text, sizeof(text), "mesh %d", reel_builder_of(L)->n_recipes);
        const reel_solid *kept = add_recipe(L, text, &solid, &meshes);
        return form_of_solid(f, kept, meshes, kind->word, moves);
    }
    snprintf(text, sizeof(text), "file %.160s %a %d %a", file, options.scale, options.y_up,
             options.crease);
    const reel_solid *solid = find_recipe(L, text, &meshes);
    if (!solid) {
        const reel_solid read = read_file(f, file, &options);
        solid = add_recipe(L, text, &read, &meshes);
    }
    return form_of_solid(f, solid, meshes, kind->word, moves);
}
