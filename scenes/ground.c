/*
 * ground.c - world:floor and world:height_field.
 */
#include "scenes/print.h"
#include "scenes/substance.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* --- the floor -----------------------------------------------------------------------------------
 */

/* m, what is drawn of the floor: within the depth plane's 65 m from any camera near the scene. */
#define FLOOR_RADIUS 40.0

/* A static body of one geom that belongs to the environment. Returns its number. */
static int add_ground(lua_State *L, const char *name, const char *shape, reel_geom geom,
                      const reel_substance *made_of, reel_pose pose)
{
    reel_scene *s = reel_builder_of(L)->scene;
    const reel_body *last = s->n_bodies > 0 ? &s->bodies[s->n_bodies - 1] : NULL;
    s->n_geoms = last ? last->first_geom + last->n_geoms : 0; /* a failed call's are forgotten */
    reel_object object = {.name = name,
                          .category = "environment",
                          .shape = shape,
                          .color = made_of->color_word,
                          .material = made_of->surface.name,
                          .first_body = s->n_bodies,
                          .n_bodies = 1};
    reel_body body = {.name = name, .world_from_body = pose, .tag = "", .n_geoms = 1};
    geom.body_from_geom = reel_pose_identity();
    geom.visible = geom.collides = true;
    geom.mesh = -1;
    reel_material look = made_of->material;
    reel_print_fit(s, &geom, &look);
    geom.material = reel_build_material(L, &look);
    geom.surface = reel_build_surface(L, &made_of->surface);
    geom.body = s->n_bodies;
    body.first_geom = reel_build_geom(L, &geom, false);
    if (geom.shape != REEL_SHAPE_PLANE) {
        reel_build_box(s, &body, REEL_WHICH_VISIBLE, reel_pose_identity(), body.box_min,
                       body.box_max);
    }
    body.object = reel_build_object(L, &object);
    return reel_build_body(L, &body);
}

/* world:floor{ material = ... }; world:floor(false) for none */
int reel_world_floor(lua_State *L)
{
    static const char *const fields[] = {REEL_SUBSTANCE_FIELDS, NULL};
    reel_builder *b = reel_builder_of(L);
    if (b->floor_done) {
        reel_script_fail(L, "floor", "there is a floor already");
    }
    if (lua_type(L, 2) == LUA_TBOOLEAN && !lua_toboolean(L, 2)) {
        b->floor_done = true;
        return 0;
    }
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_newtable(L);
    }
    reel_fields f = reel_fields_begin(L, 2, "floor", "floor", fields);
    if (!reel_fields_has(&f, "material")) {
        lua_pushliteral(L, "concrete");
        lua_setfield(L, 2, "material");
    }
    const reel_substance made_of = reel_substance_read(&f, NULL);
    const reel_geom plane = {
        .shape = REEL_SHAPE_PLANE, .size = {FLOOR_RADIUS, 0, 0}, .height_field = -1};
    add_ground(L, "floor", "plane", plane, &made_of, reel_pose_identity());
    b->floor_done = true;
    return 0;
}

void reel_defaults_floor(lua_State *L)
{
    if (!reel_builder_of(L)->floor_done) {
        lua_settop(L, 1);
        reel_world_floor(L);
    }
}

/* --- height fields
 * -----------------------------------------------------------------------------------
 */

static double grid_place(double size, int i, int n)
{
    return ((double)i / (n - 1) - 0.5) * size;
}

/* heights = function(x, y), at the top of the stack: called for each point of the grid. */
static double call_height(reel_fields *f, double x, double y)
{
    lua_State *L = f->L;
    lua_pushvalue(L, -1);
    lua_pushnumber(L, x);
    lua_pushnumber(L, y);
    lua_call(L, 2, 1);
    const double z = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : (double)NAN;
    if (!isfinite(z) || fabs(z) > 1e6) {
        reel_fields_fail(f, "heights", "must give a finite number of metres, gives %s at {%g, %g}",
                         luaL_typename(L, -1), x, y);
    }
    lua_pop(L, 1);
    return z;
}

static void call_heights(reel_fields *f, reel_height_field *h, const double size[2])
{
    double *z = h->heights;
    for (int j = 0; j < h->rows; j++) {
        for (int i = 0; i < h->columns; i++) {
            *z++ =
                call_height(f, grid_place(size[0], i, h->columns), grid_place(size[1], j, h->rows));
        }
    }
}

/* heights = {{...}, {...}}: rows of growing y, each of growing x. */
static void read_height_rows(reel_fields *f, reel_height_field *h)
{
    lua_State *L = f->L;
    for (int j = 0; j < h->rows; j++) {
        char name[40];
        snprintf(name, sizeof(name), "heights[%d]", j + 1);
        lua_rawgeti(L, -1, j + 1);
        reel_fields_vector_at(f, -1, name, h->columns, h->columns,
                              h->heights + (size_t)j * (size_t)h->columns);
        lua_pop(L, 1);
    }
}

static int read_count(reel_fields *f, const char *name, int fallback)
{
    int64_t n = fallback;
    if (!reel_fields_int(f, name, 2, 2048, &n) && fallback == 0) {
        reel_fields_fail(f, name, "is missing: how many points of the grid, 2 .. 2048");
    }
    return (int)n;
}

static reel_height_field read_heights(reel_fields *f, const double size[2])
{
    lua_State *L = f->L;
    reel_height_field h = {.crease = 1.0};
    if (!reel_fields_push(f, "heights")) {
        reel_fields_fail(f, "heights", "is missing: a function of x and y, or a list of rows");
    }
    const bool called = lua_type(L, -1) == LUA_TFUNCTION;
    if (!called && lua_type(L, -1) != LUA_TTABLE) {
        reel_fields_fail(f, "heights", "must be a function of x and y, or a list of rows");
    }
    int rows = 0, columns = 0;
    if (!called) {
        rows = (int)lua_rawlen(L, -1);
        lua_rawgeti(L, -1, 1);
        columns = lua_type(L, -1) == LUA_TTABLE ? (int)lua_rawlen(L, -1) : 0;
        lua_pop(L, 1);
        if (rows < 2 || rows > 2048 || columns < 2 || columns > 2048) {
            reel_fields_fail(f, "heights", "must be 2 .. 2048 rows of 2 .. 2048 numbers");
        }
    }
    h.columns = read_count(f, "columns", columns);
    h.rows = read_count(f, "rows", rows);
    if (!called && (h.columns != columns || h.rows != rows)) {
        reel_fields_fail(f, "heights", "has %d rows of %d numbers", rows, columns);
    }
    h.n_heights = h.columns * h.rows;
    reel_script_charge(L, (uint64_t)h.n_heights * 8);
    h.heights =
        reel_script_have(L, REEL_ARENA_NEW(&reel_builder_of(L)->scene->arena, double, h.n_heights));
    if (called) {
        call_heights(f, &h, size);
    } else {
        read_height_rows(f, &h);
    }
    lua_pop(L, 1);
    reel_fields_number(f, "crease", 0, 3.2, &h.crease);
    return h;
}

static const char *ground_name(lua_State *L)
{
    const reel_scene *s = reel_builder_of(L)->scene;
    char name[110] = "ground";
    lua_pushliteral(L, "name");
    if (lua_type(L, 2) == LUA_TTABLE && lua_rawget(L, 2) == LUA_TSTRING) {
        snprintf(name, sizeof(name), "%.100s", lua_tostring(L, -1));
    } else if (s->n_height_fields > 0) {
        snprintf(name, sizeof(name), "ground %d", s->n_height_fields + 1);
    }
    lua_pop(L, 1);
    if (reel_scene_find_body(s, name) >= 0 || reel_scene_find_object(s, name) >= 0) {
        reel_script_fail(L, name, "there is something of this name already");
    }
    return reel_build_string(L, name);
}

/* world:height_field{ size = {x, y}, columns, rows, heights = function(x, y) or rows } */
int reel_world_height_field(lua_State *L)
{
    static const char *const fields[] = {
        REEL_SUBSTANCE_FIELDS, "name", "size", "columns", "rows", "heights", "crease", "at", NULL};
    double size[2], at[3] = {0, 0, 0};
    char path[160];
    reel_build_argument(L);
    lua_settop(L, 2);
    const char *name = ground_name(L);
    snprintf(path, sizeof(path), "objects/%s", name);
    reel_fields f = reel_fields_begin(L, 2, name, path, fields);
    if (reel_fields_vector(&f, "size", 2, 2, size) == 0) {
        reel_fields_fail(&f, "size", "is missing: {x, y}, how wide it is");
    }
    if (!(size[0] > 0 && size[1] > 0)) {
        reel_fields_fail(&f, "size", "must be > 0");
    }
    reel_fields_vector(&f, "at", 2, 3, at);
    reel_height_field h = read_heights(&f, size);
    h.name = name;
    const reel_substance made_of = reel_substance_read(&f, NULL);
    const reel_geom geom = {.shape = REEL_SHAPE_HEIGHT_FIELD,
                            .size = {size[0], size[1], 0},
                            .height_field = reel_build_height_field(L, &h)};
    const reel_pose pose = {reel_v3(at[0], at[1], at[2]), reel_quat_identity()};
    const int body = add_ground(L, name, "ground", geom, &made_of, pose);
    reel_thing_push(L, reel_builder_of(L)->scene->n_objects - 1, body);
    return 1;
}

static const reel_geom *height_geom(const reel_scene *scene, const reel_body *body)
{
    const reel_geom *g = &scene->geoms[body->first_geom];
    return g->shape == REEL_SHAPE_HEIGHT_FIELD ? g : NULL;
}

/* Cell and the place in it (0..1) of x along an axis of the grid; false beyond the ends. */
static bool locate(double x, double size, int n, int *cell, double *share)
{
    const double u = (x / size + 0.5) * (n - 1);
    if (!(u >= 0 && u <= n - 1)) {
        return false;
    }
    *cell = u >= n - 1 ? n - 2 : (int)floor(u);
    *share = u - *cell;
    return true;
}

bool reel_ground_height(const reel_scene *scene, const reel_body *body, double x, double y,
                        double *z)
{
    const reel_geom *g = height_geom(scene, body);
    int i, j;
    double u, v;
    if (!g ||
        !locate(x - body->world_from_body.p.x, g->size[0],
                scene->height_fields[g->height_field].columns, &i, &u) ||
        !locate(y - body->world_from_body.p.y, g->size[1],
                scene->height_fields[g->height_field].rows, &j, &v)) {
        return false;
    }
    const reel_height_field *h = &scene->height_fields[g->height_field];
    const double *p = &h->heights[(size_t)j * (size_t)h->columns + (size_t)i];
    const double a = p[0], b = p[1], c = p[h->columns], d = p[h->columns + 1];
    /* cut along the diagonal from a to d */
    *z = body->world_from_body.p.z +
         (u >= v ? a + u * (b - a) + v * (d - b) : a + v * (c - a) + u * (d - c));
    return true;
}

typedef struct patch {
    const reel_scene *scene;
    const reel_body *body;
    const double *lo, *hi; /* the rectangle, world frame */
    double top;
    bool any;
} patch;

static void consider(patch *p, double x, double y)
{
    double z;
    if (x >= p->lo[0] && x <= p->hi[0] && y >= p->lo[1] && y <= p->hi[1] &&
        reel_ground_height(p->scene, p->body, x, y, &z)) {
        p->top = p->any ? fmax(p->top, z) : z;
        p->any = true;
    }
}

/* The ground is flat in triangles, so its highest point over a rectangle is at a corner of the
 * rectangle or of the grid, or where a side of the rectangle crosses a side or diagonal. */
bool reel_ground_under(const reel_scene *scene, const reel_body *body, const double lo[3],
                       const double hi[3], double *top)
{
    const reel_geom *g = height_geom(scene, body);
    patch p = {.scene = scene, .body = body, .lo = lo, .hi = hi};
    if (!g) {
        return false;
    }
    const reel_height_field *h = &scene->height_fields[g->height_field];
    const double dx = g->size[0] / (h->columns - 1), dy = g->size[1] / (h->rows - 1);
    const double x0 = body->world_from_body.p.x - 0.5 * g->size[0];
    const double y0 = body->world_from_body.p.y - 0.5 * g->size[1];
    const int i0 = (int)fmax(0, floor((lo[0] - x0) / dx)),
              j0 = (int)fmax(0, floor((lo[1] - y0) / dy));
    const int i1 = (int)fmin(h->columns - 1, ceil((hi[0] - x0) / dx));
    const int j1 = (int)fmin(h->rows - 1, ceil((hi[1] - y0) / dy));
    const double xs[2] = {lo[0], hi[0]}, ys[2] = {lo[1], hi[1]};
    for (int k = 0; k < 2; k++) {
        consider(&p, xs[k], ys[0]);
        consider(&p, xs[k], ys[1]);
        for (int i = i0; i <= i1; i++) {
            const double u = (ys[k] - y0) / dy;
            consider(&p, x0 + i * dx, ys[k]);
            consider(&p, x0 + (i + u - floor(u)) * dx, ys[k]);
        }
        for (int j = j0; j <= j1; j++) {
            const double u = (xs[k] - x0) / dx;
            consider(&p, xs[k], y0 + j * dy);
            consider(&p, xs[k], y0 + (j + u - floor(u)) * dy);
        }
    }
    for (int j = j0; j <= j1; j++) {
        for (int i = i0; i <= i1; i++) {
            consider(&p, x0 + i * dx, y0 + j * dy);
        }
    }
    *top = p.top;
    return p.any;
}
