/*
 * camera.c - world:camera: static, orbiting, keyframed and attached cameras, framing, lens and
 * film.
 */
#include "base/trig.h"
#include "scenes/build.h"
#include "scenes/fields.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

/* How one view is described; keys inherit what they do not say. */
typedef struct view {
    bool has_at, has_look_at, has_distance;
    reel_vec3 at, look_at, up;
    double distance, azimuth, elevation;
    double time;
} view;

#define VIEW_FIELDS "at", "look_at", "distance", "azimuth", "elevation", "up"

/* --- what is to be seen
 * --------------------------------------------------------------------------- */

typedef struct cloud {
    int n;
    reel_vec3 *p;
    double lo[3], hi[3];
} cloud;

static void add_point(cloud *c, reel_vec3 p)
{
    const double v[3] = {p.x, p.y, p.z};
    for (int i = 0; i < 3; i++) {
        c->lo[i] = c->n > 0 ? fmin(c->lo[i], v[i]) : v[i];
        c->hi[i] = c->n > 0 ? fmax(c->hi[i], v[i]) : v[i];
    }
    c->p[c->n++] = p;
}

static void add_body(cloud *c, const reel_scene *s, int body)
{
    double lo[3], hi[3];
    if (!reel_build_box(s, &s->bodies[body], REEL_WHICH_ALL, s->bodies[body].world_from_body, lo,
                        hi)) {
        return;
    }
    for (int i = 0; i < 8; i++) {
        add_point(c, reel_v3(i & 1 ? hi[0] : lo[0], i & 2 ? hi[1] : lo[1], i & 4 ? hi[2] : lo[2]));
    }
}

/* Room for the boxes of all bodies, or of all that a list names. */
static cloud new_cloud(lua_State *L, size_t n_things)
{
    const size_t n = n_things * 8 + 8;
    reel_script_charge(L, n);
    return (cloud){.p = lua_newuserdatauv(L, n * sizeof(reel_vec3), 0)};
}

static void add_everything(cloud *c, const reel_scene *s)
{
    for (int i = 0; i < s->n_bodies; i++) {
        if (s->objects[s->bodies[i].object].instance_id != 0) {
            add_body(c, s, i);
        }
    }
    if (c->n == 0) {
        add_point(c, reel_v3(-0.5, -0.5, 0));
        add_point(c, reel_v3(0.5, 0.5, 0.5));
    }
}

/* fit = { thing, "name", {x, y, z}, "all", ... }: a list of things and points; or "all". The points
 * stay on the stack, in a userdata. */
static cloud read_fit(reel_fields *f)
{
    lua_State *L = f->L;
    const reel_scene *s = reel_builder_of(L)->scene;
    const bool given = reel_fields_push(f, "fit");
    const int list = lua_gettop(L);
    if (!given || (lua_type(L, list) == LUA_TSTRING && strcmp(lua_tostring(L, list), "all") == 0)) {
        cloud c = new_cloud(L, (size_t)s->n_bodies);
        add_everything(&c, s);
        return c;
    }
    const lua_Unsigned n = lua_type(L, list) == LUA_TTABLE ? lua_rawlen(L, list) : 0;
    if (n == 0 || n > REEL_MAX_BODIES) {
        reel_fields_fail(f, "fit", "must be a list of things and points, or \"all\"");
    }
    cloud c = new_cloud(L, n + (size_t)s->n_bodies); /* "all" may be among them */
    for (int i = 1, all = 0; i <= (int)n; i++) {
        double v[3];
        lua_rawgeti(L, list, i);
        if (lua_type(L, -1) == LUA_TTABLE) {
            reel_fields_vector_at(f, -1, "fit", 3, 3, v);
            add_point(&c, reel_v3(v[0], v[1], v[2]));
        } else if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "all") == 0) {
            if (all++) {
                reel_fields_fail(f, "fit", "has \"all\" twice");
            }
            add_everything(&c, s);
        } else {
            const int body = reel_thing_body(L, -1, "fit");
            reel_script_charge(L, reel_build_box_cost(s, &s->bodies[body]));
            add_body(&c, s, body);
        }
        lua_pop(L, 1);
    }
    if (c.n == 0) {
        reel_fields_fail(f, "fit", "has nothing of finite size");
    }
    return c;
}

static reel_vec3 middle(const cloud *c)
{
    return reel_v3(0.5 * (c->lo[0] + c->hi[0]), 0.5 * (c->lo[1] + c->hi[1]),
                   0.5 * (c->lo[2] + c->hi[2]));
}

static reel_vec3 direction(double azimuth, double elevation)
{
    double sa, ca, se, ce;
    reel_sincos(azimuth, &sa, &ca);
    reel_sincos(elevation, &se, &ce);
    return reel_v3(ce * ca, ce * sa, se);
}

/* The least distance from which all points are within the picture, of which `margin` is left. */
static double fitting_distance(const reel_scene *s, const cloud *c, const view *v, double fov_y,
                               double margin)
{
    double st, ct, distance = 0.05;
    reel_sincos(0.5 * fov_y, &st, &ct);
    const double tan_y = st / ct / margin, tan_x = tan_y * s->width / s->height;
    const reel_vec3 back = direction(v->azimuth, v->elevation);
    const reel_vec3 right = reel_v3_unit(reel_v3_cross(v->up, back), reel_v3(1, 0, 0));
    const reel_vec3 up = reel_v3_cross(back, right);
    for (int i = 0; i < c->n; i++) {
        const reel_vec3 p = reel_v3_sub(c->p[i], v->look_at);
        const double towards = reel_v3_dot(p, back);
        distance = fmax(distance, towards + fabs(reel_v3_dot(p, right)) / tan_x);
        distance = fmax(distance, towards + fabs(reel_v3_dot(p, up)) / tan_y);
    }
    return distance;
}

/* --- reading
 * --------------------------------------------------------------------------------------- */

static void read_view(reel_fields *f, view *v)
{
    lua_State *L = f->L;
    v->has_at |= reel_fields_vec3(f, "at", &v->at);
    if (reel_fields_push(f, "look_at")) {
        double p[3];
        if (lua_type(L, -1) == LUA_TTABLE) {
            const int n = reel_fields_vector_at(f, -1, "look_at", 2, 3, p);
            v->look_at = reel_v3(p[0], p[1], n == 3 ? p[2] : 0);
        } else {
            const reel_scene *s = reel_builder_of(L)->scene;
            v->look_at = s->bodies[reel_thing_body(L, -1, "look_at")].world_from_body.p;
        }
        v->has_look_at = true;
        lua_pop(L, 1);
    }
    v->has_distance |= reel_fields_positive(f, "distance", &v->distance);
    reel_fields_number(f, "azimuth", -1e3, 1e3, &v->azimuth);
    reel_fields_number(f, "elevation", -0.5 * REEL_PI, 0.5 * REEL_PI, &v->elevation);
    if (reel_fields_vec3(f, "up", &v->up)) {
        if (!(reel_v3_len(v->up) > 1e-12)) {
            reel_fields_fail(f, "up", "must not be zero");
        }
        v->up = reel_v3_unit(v->up, v->up);
    }
    if (v->has_at && (reel_fields_has(f, "distance") || reel_fields_has(f, "azimuth") ||
                      reel_fields_has(f, "elevation"))) {
        reel_fields_fail(f, "at", "give either at, or distance, azimuth and elevation");
    }
}

/* What a camera needs besides its views. */
typedef struct framing {
    double fov_y, margin, orbit;
    cloud seen;
} framing;

static double needed_distance(const reel_scene *s, const framing *fr, view v)
{
    const int turns = fr->orbit != 0 ? 16 : 0;
    const double start = v.azimuth;
    double distance = 0;
    for (int i = 0; i <= turns; i++) {
        const double t = turns > 0 ? reel_scene_frame_time(s, s->frames - 1) * i / turns : 0;
        v.azimuth = start + fr->orbit * t;
        distance = fmax(distance, fitting_distance(s, &fr->seen, &v, fr->fov_y, fr->margin));
    }
    return distance;
}

static reel_camera_key key_of(reel_fields *f, const framing *fr, view v)
{
    const reel_scene *s = reel_builder_of(f->L)->scene;
    if (!v.has_look_at) {
        v.look_at = middle(&fr->seen);
    }
    if (!v.has_at) {
        const double d = v.has_distance ? v.distance : needed_distance(s, fr, v);
        v.at = reel_v3_madd(v.look_at, d, direction(v.azimuth, v.elevation));
    }
    const reel_vec3 along = reel_v3_sub(v.look_at, v.at);
    if (!(reel_v3_len(along) > 1e-9)) {
        reel_fields_fail(f, "at", "the camera stands where it looks at");
    }
    const reel_vec3 side = reel_v3_cross(reel_v3_unit(along, along), v.up);
    if (!(reel_v3_len(side) > 1e-6)) {
        reel_fields_fail(f, "up", "the camera looks along its up direction; give another one");
    }
    return (reel_camera_key){.time = v.time, .eye = v.at, .target = v.look_at, .up = v.up};
}

static void read_keys(reel_fields *f, const framing *fr, const view *base, reel_camera *camera)
{
    static const char *const fields[] = {VIEW_FIELDS, "time", NULL};
    lua_State *L = f->L;
    const int list = lua_gettop(L);
    const int n = lua_type(L, list) == LUA_TTABLE ? (int)lua_rawlen(L, list) : 0;
    if (n < 2 || n > REEL_MAX_KEYS) {
        reel_fields_fail(f, "keys", "must be a list of 2 .. %d keys", REEL_MAX_KEYS);
    }
    camera->motion = REEL_CAMERA_KEYFRAMES;
    camera->n_keys = n;
    camera->keys =
        reel_script_have(L, REEL_ARENA_NEW(&reel_builder_of(L)->scene->arena, reel_camera_key, n));
    for (int i = 0; i < n; i++) {
        char label[120], path[200];
        view v = *base;
        snprintf(label, sizeof(label), "%.90s.keys[%d]", f->label, i + 1);
        snprintf(path, sizeof(path), "%.150s/keys/%d", f->path, i + 1);
        lua_rawgeti(L, list, i + 1);
        reel_fields k = reel_fields_begin(L, -1, label, path, fields);
        read_view(&k, &v);
        if (!reel_fields_number(&k, "time", 0, 1e6, &v.time)) {
            reel_fields_fail(&k, "time", "is missing");
        }
        if (i == 0 ? v.time != 0 : v.time <= camera->keys[i - 1].time) {
            reel_fields_fail(&k, "time",
                             "the first key is at 0, each other later than the one "
                             "before");
        }
        camera->keys[i] = key_of(&k, fr, v);
        lua_settop(L, list);
    }
}

static void one_key(reel_fields *f, const framing *fr, const view *v, reel_camera *camera)
{
    camera->n_keys = 1;
    camera->keys = reel_script_have(
        f->L, REEL_ARENA_NEW(&reel_builder_of(f->L)->scene->arena, reel_camera_key, 1));
    camera->keys[0] = key_of(f, fr, *v);
}

static void attach(reel_fields *f, const view *v, reel_camera *camera)
{
    camera->body = reel_thing_body(f->L, -1, "attach");
    camera->motion = REEL_CAMERA_ATTACHED;
    if (!v->has_at || !v->has_look_at) {
        reel_fields_fail(f, "attach", "needs at and look_at, in the frame of the thing");
    }
}

/* Planar distance from the first key's eye of what is to be sharp: a number, a thing, "target". */
static double read_focus(reel_fields *f, const reel_camera *camera)
{
    lua_State *L = f->L;
    const reel_camera_key *key = &camera->keys[0];
    const reel_vec3 along = reel_v3_sub(key->target, key->eye);
    double focus = reel_v3_len(along);
    if (!reel_fields_push(f, "focus")) {
        return focus;
    }
    if (lua_type(L, -1) == LUA_TNUMBER) {
        lua_pop(L, 1);
        reel_fields_number(f, "focus", 1e-3, 1e6, &focus);
        return focus;
    }
    if (lua_type(L, -1) != LUA_TSTRING || strcmp(lua_tostring(L, -1), "target") != 0) {
        const reel_scene *s = reel_builder_of(L)->scene;
        const reel_vec3 p = s->bodies[reel_thing_body(L, -1, "focus")].world_from_body.p;
        if (camera->motion == REEL_CAMERA_ATTACHED) {
            reel_fields_fail(f, "focus", "of an attached camera is a number or \"target\"");
        }
        focus = reel_v3_dot(reel_v3_sub(p, key->eye), reel_v3_unit(along, along));
        if (!(focus >= 1e-3)) {
            reel_fields_fail(f, "focus", "the thing is not in front of the camera");
        }
    }
    lua_pop(L, 1);
    return focus;
}

/* Lens, shutter and film: what the colours get of a real camera. */
static void read_lens(reel_fields *f, reel_camera *camera)
{
    double f_stop = 0;
    reel_fields_number(f, "aperture", 0, 10, &camera->aperture);
    if (reel_fields_number(f, "f_stop", 0.1, 1000, &f_stop)) {
        if (reel_fields_has(f, "aperture")) {
            reel_fields_fail(f, "f_stop", "give either aperture or f_stop");
        }
        /* as on film of 36 mm x 24 mm: the picture is 24 mm high */
        camera->aperture = 0.012 / reel_tan(0.5 * camera->fov_y) / f_stop;
    }
    if (camera->aperture > 0) {
        camera->focus = read_focus(f, camera);
    } else if (reel_fields_has(f, "focus")) {
        reel_fields_fail(f, "focus", "needs an aperture or f_stop: without, all is sharp");
    }
    reel_fields_number(f, "shutter", 0, 1, &camera->shutter);
    reel_fields_number(f, "exposure", -20, 20, &camera->exposure);
    reel_fields_number(f, "white", 4000, 25000, &camera->white);
    reel_fields_number(f, "vignette", 0, 1, &camera->vignette);
    reel_fields_number(f, "grain", 0, 16, &camera->grain);
}

static const char *camera_name(lua_State *L)
{
    const reel_scene *s = reel_builder_of(L)->scene;
    const char *name = s->n_cameras == 0 ? "main" : NULL;
    if (lua_type(L, 2) == LUA_TTABLE) {
        lua_pushliteral(L, "name");
        if (lua_rawget(L, 2) != LUA_TNIL) {
            name = lua_type(L, -1) == LUA_TSTRING ? reel_build_string(L, lua_tostring(L, -1)) : "";
        }
        lua_pop(L, 1);
    }
    if (!name || !name[0] || strlen(name) > 60 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name)) {
        reel_script_fail(L, "camera.name", "must be a name of lower-case letters, digits and _");
    }
    if (reel_scene_find_camera(s, name) >= 0) {
        reel_script_fail(L, "camera.name", "there is a camera '%s' already", name);
    }
    return name;
}

static void add_camera(lua_State *L, const reel_camera *camera)
{
    reel_builder *b = reel_builder_of(L);
    reel_scene *s = b->scene;
    if (s->n_cameras >= REEL_MAX_CAMERAS) {
        reel_script_fail(L, "cameras", "too many: a scene has at most %d", REEL_MAX_CAMERAS);
    }
    s->cameras = reel_build_grow(L, s->cameras, s->n_cameras, &b->camera_cap, sizeof(*s->cameras));
    s->cameras[s->n_cameras++] = *camera;
}

int reel_world_camera(lua_State *L)
{
    static const char *const fields[] = {VIEW_FIELDS, "name",    "fov",      "fit",      "margin",
                                         "orbit",     "keys",    "attach",   "aperture", "f_stop",
                                         "focus",     "shutter", "exposure", "white",    "vignette",
                                         "grain",     NULL};
    const double rad = REEL_PI / 180;
    char label[96], path[160];
    reel_builder_of(L);
    reel_build_argument(L);
    lua_settop(L, 2);
    reel_camera camera = {.name = camera_name(L), .body = -1};
    framing fr = {.fov_y = 32 * rad, .margin = 1.1};
    view v = {.up = {0, 0, 1}, .azimuth = -90 * rad, .elevation = 28 * rad};
    snprintf(label, sizeof(label), "cameras/%s", camera.name);
    snprintf(path, sizeof(path), "cameras/%s", camera.name);
    reel_fields f = reel_fields_begin(L, 2, label, path, fields);
    read_view(&f, &v);
    reel_fields_number(&f, "fov", 0.5 * rad, 170 * rad, &fr.fov_y);
    reel_fields_number(&f, "margin", 0.1, 100, &fr.margin);
    reel_fields_number(&f, "orbit", -100, 100, &fr.orbit);
    camera.fov_y = fr.fov_y;
    camera.orbit_rate = fr.orbit;
    camera.motion = fr.orbit != 0 ? REEL_CAMERA_ORBIT : REEL_CAMERA_STATIC;
    fr.seen = read_fit(&f);
    const bool attached = reel_fields_push(&f, "attach");
    if (attached) {
        attach(&f, &v, &camera);
    }
    const bool keyed = reel_fields_push(&f, "keys");
    if (attached + keyed + (fr.orbit != 0) > 1) {
        reel_fields_fail(&f, "", "a camera orbits, has keys or is attached: one of them");
    }
    if (keyed) {
        read_keys(&f, &fr, &v, &camera);
    } else {
        one_key(&f, &fr, &v, &camera);
    }
    read_lens(&f, &camera);
    add_camera(L, &camera);
    return 0;
}

void reel_defaults_camera(lua_State *L)
{
    if (reel_builder_of(L)->scene->n_cameras == 0) {
        lua_settop(L, 1);
        lua_newtable(L);
        lua_pushnumber(L, 1.3); /* room for what moves */
        lua_setfield(L, -2, "margin");
        reel_world_camera(L);
    }
}
