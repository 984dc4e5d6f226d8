/* glb_file.c - accessors, lists and the container; see glb_internal.h. */
#include "export/layout/glb_internal.h"
#include "export/picture_png.h"

#include <stdio.h>
#include <string.h>

enum {
    MAGIC = 0x46546c67, /* "glTF" */
    CHUNK_JSON = 0x4e4f534a,
    CHUNK_BINARY = 0x004e4942,
    FLOAT32 = 5126,
    UINT16 = 5123,
    UINT32 = 5125,
    INDICES = 34963,
};

static const char *const list_names[REEL_GLB_LISTS] = {
    "accessors", "bufferViews", "cameras", "images", "materials", "meshes", "nodes", "textures"};

static const char *const extension_names[REEL_GLB_EXTENSIONS] = {
    "KHR_materials_clearcoat", "KHR_materials_emissive_strength", "KHR_materials_ior",
    "KHR_lights_punctual",     "KHR_materials_specular",          "KHR_materials_transmission",
    "KHR_materials_volume"};

/* ---- values ------------------------------------------------------------------------------------
 */

void reel_glb_put(reel_glb *g, reel_json *object, const char *key, reel_json *v)
{
    if (object && v) {
        g->failed |= !reel_json_put(object, key, v);
    } else {
        reel_json_destroy(&v);
        g->failed = true;
    }
}

void reel_glb_push(reel_glb *g, reel_json *array, reel_json *v)
{
    if (array && v) {
        g->failed |= !reel_json_push(array, v);
    } else {
        reel_json_destroy(&v);
        g->failed = true;
    }
}

void reel_glb_put_int(reel_glb *g, reel_json *object, const char *key, int64_t v)
{
    reel_glb_put(g, object, key, reel_json_int(v));
}

void reel_glb_put_real(reel_glb *g, reel_json *object, const char *key, double v)
{
    reel_glb_put(g, object, key, reel_json_real(v));
}

void reel_glb_put_bool(reel_glb *g, reel_json *object, const char *key, bool v)
{
    reel_glb_put(g, object, key, reel_json_bool(v));
}

void reel_glb_put_text(reel_glb *g, reel_json *object, const char *key, const char *v)
{
    reel_glb_put(g, object, key, reel_json_string(v));
}

void reel_glb_put_reals(reel_glb *g, reel_json *object, const char *key, const double *v, int n)
{
    reel_json *array = reel_glb_put_array(g, object, key);
    for (int i = 0; i < n; i++) {
        reel_glb_push(g, array, reel_json_real(v[i]));
    }
}

void reel_glb_put_vec(reel_glb *g, reel_json *object, const char *key, reel_vec3 v)
{
    reel_glb_put_reals(g, object, key, (double[]){v.x, v.y, v.z}, 3);
}

static reel_json *put_borrowed(reel_glb *g, reel_json *object, const char *key, reel_json *v)
{
    reel_glb_put(g, object, key, v);
    return object && !g->failed ? reel_json_get(object, key) : NULL;
}

reel_json *reel_glb_put_object(reel_glb *g, reel_json *object, const char *key)
{
    return put_borrowed(g, object, key, reel_json_object());
}

reel_json *reel_glb_put_array(reel_glb *g, reel_json *object, const char *key)
{
    return put_borrowed(g, object, key, reel_json_array());
}

reel_json *reel_glb_extend(reel_glb *g, reel_json *object, int extension)
{
    reel_json *all = object ? reel_json_get(object, "extensions") : NULL;
    g->used[extension] = true;
    all = all ? all : reel_glb_put_object(g, object, "extensions");
    return reel_glb_put_object(g, all, extension_names[extension]);
}

int reel_glb_append(reel_glb *g, int list, reel_json *v)
{
    if (!g->list[list]) {
        g->list[list] = reel_json_array();
    }
    reel_glb_push(g, g->list[list], v);
    return g->count[list]++;
}

/* ---- binary ------------------------------------------------------------------------------------
 */

/* What was appended to the binary from `start` on. */
static int add_view(reel_glb *g, size_t start, int target)
{
    reel_json *view = reel_json_object();
    reel_glb_put_int(g, view, "buffer", 0);
    reel_glb_put_int(g, view, "byteOffset", (int64_t)start);
    reel_glb_put_int(g, view, "byteLength", (int64_t)(g->binary.size - start));
    if (target) {
        reel_glb_put_int(g, view, "target", target);
    }
    while (g->binary.size % 4 && !g->binary.failed) {
        reel_bytes_put_u8(&g->binary, 0);
    }
    return reel_glb_append(g, REEL_GLB_VIEWS, view);
}

static int add_accessor(reel_glb *g, int view, int kind, int n, const char *type,
                        const double *bounds, int width)
{
    reel_json *a = reel_json_object();
    reel_glb_put_int(g, a, "bufferView", view);
    reel_glb_put_int(g, a, "componentType", kind);
    reel_glb_put_int(g, a, "count", n);
    reel_glb_put_text(g, a, "type", type);
    if (bounds) {
        reel_glb_put_reals(g, a, "min", bounds, width);
        reel_glb_put_reals(g, a, "max", bounds + width, width);
    }
    return reel_glb_append(g, REEL_GLB_ACCESSORS, a);
}

int reel_glb_put_floats(reel_glb *g, const double *v, int n, int width, int target, bool bounds)
{
    static const char *const types[] = {"", "SCALAR", "VEC2", "VEC3", "VEC4"};
    const size_t start = g->binary.size;
    double range[8] = {0};
    for (int i = 0; i < n * width; i++) {
        const float f = (float)v[i] + 0.0f; /* no negative zeros */
        uint32_t bits;
        memcpy(&bits, &f, sizeof bits);
        reel_bytes_put_u32(&g->binary, bits);
        double *lo = &range[i % width], *hi = &range[width + i % width];
        *lo = i < width || f < *lo ? f : *lo;
        *hi = i < width || f > *hi ? f : *hi;
    }
    return add_accessor(g, add_view(g, start, target), FLOAT32, n, types[width],
                        bounds ? range : NULL, width);
}

int reel_glb_put_indices(reel_glb *g, const int *v, int n, int n_points)
{
    const size_t start = g->binary.size;
    const bool is_small = n_points <= 65535; /* 65535 itself would begin a new strip */
    for (int i = 0; i < n; i++) {
        if (is_small) {
            reel_bytes_put_u8(&g->binary, (uint8_t)(v[i] & 255));
            reel_bytes_put_u8(&g->binary, (uint8_t)(v[i] >> 8));
        } else {
            reel_bytes_put_u32(&g->binary, (uint32_t)v[i]);
        }
    }
    return add_accessor(g, add_view(g, start, INDICES), is_small ? UINT16 : UINT32, n, "SCALAR",
                        NULL, 0);
}

int reel_glb_put_picture(reel_glb *g, const reel_glb_picture *picture)
{
    const size_t start = g->binary.size;
    g->failed |= reel_png_encode(picture->rgb, picture->width, picture->height, &g->binary, NULL);
    reel_json *image = reel_json_object(), *texture = reel_json_object();
    reel_glb_put_int(g, image, "bufferView", add_view(g, start, 0));
    reel_glb_put_text(g, image, "mimeType", "image/png");
    reel_glb_put_int(g, texture, "sampler", 0);
    reel_glb_put_int(g, texture, "source", reel_glb_append(g, REEL_GLB_IMAGES, image));
    return reel_glb_append(g, REEL_GLB_TEXTURES, texture);
}

void reel_glb_put_pose(reel_glb *g, reel_json *node, reel_pose pose)
{
    const reel_quat q = pose.q;
    if (pose.p.x != 0 || pose.p.y != 0 || pose.p.z != 0) {
        reel_glb_put_vec(g, node, "translation", pose.p);
    }
    if (q.x != 0 || q.y != 0 || q.z != 0) {
        reel_glb_put_reals(g, node, "rotation", (double[]){q.x, q.y, q.z, q.w}, 4);
    }
}

/* ---- the container -----------------------------------------------------------------------------
 */

static void put_used(reel_glb *g, reel_json *root)
{
    reel_json *used = NULL;
    for (int i = 0; i < REEL_GLB_EXTENSIONS; i++) {
        if (g->used[i]) {
            used = used ? used : reel_glb_put_array(g, root, "extensionsUsed");
            reel_glb_push(g, used, reel_json_string(extension_names[i]));
        }
    }
}

static void put_animation(reel_glb *g, reel_json *root)
{
    reel_json *animation = reel_json_object();
    reel_glb_put_text(g, animation, "name", g->record->clip_id);
    reel_glb_put(g, animation, "channels", g->channels);
    reel_glb_put(g, animation, "samplers", g->samplers);
    g->channels = g->samplers = NULL;
    reel_glb_push(g, reel_glb_put_array(g, root, "animations"), animation);
}

static reel_json *make_root(reel_glb *g)
{
    reel_json *root = reel_json_object(), *asset = reel_glb_put_object(g, root, "asset");
    char generator[64];
    snprintf(generator, sizeof generator, "physreel %s", g->record->version);
    reel_glb_put_text(g, asset, "version", "2.0");
    reel_glb_put_text(g, asset, "generator", generator);
    reel_glb_put(g, asset, "extras", reel_glb_clip_facts(g));
    reel_json *scene = reel_json_object();
    reel_glb_push(g, reel_glb_put_array(g, scene, "nodes"), reel_json_int(0));
    reel_glb_put_text(g, scene, "name", g->record->clip_id);
    reel_json *extras = reel_glb_put_object(g, scene, "extras");
    reel_glb_put(g, extras, "sky", reel_glb_sky(g));
    reel_glb_put_real(g, extras, "exposure", g->scene->exposure);
    reel_glb_push(g, reel_glb_put_array(g, root, "scenes"), scene);
    reel_glb_put_int(g, root, "scene", 0);
    for (int i = 0; i < REEL_GLB_LISTS; i++) {
        if (g->list[i]) {
            reel_glb_put(g, root, list_names[i], g->list[i]);
            g->list[i] = NULL;
        }
    }
    if (g->count[REEL_GLB_TEXTURES] > 0) { /* linear, with mip levels, and no repetition */
        reel_json *sampler = reel_json_object();
        reel_glb_put_int(g, sampler, "magFilter", 9729);
        reel_glb_put_int(g, sampler, "minFilter", 9987);
        reel_glb_put_int(g, sampler, "wrapS", 33071);
        reel_glb_put_int(g, sampler, "wrapT", 33071);
        reel_glb_push(g, reel_glb_put_array(g, root, "samplers"), sampler);
    }
    if (g->n_samplers > 0) {
        put_animation(g, root);
    }
    if (g->n_lights > 0) {
        reel_glb_put(g, reel_glb_extend(g, root, REEL_GLB_LIGHTS), "lights", g->lights);
        g->lights = NULL;
    }
    reel_json *buffer = reel_json_object();
    reel_glb_put_int(g, buffer, "byteLength", (int64_t)g->binary.size);
    reel_glb_push(g, reel_glb_put_array(g, root, "buffers"), buffer);
    put_used(g, root);
    return root;
}

void reel_glb_write(reel_glb *g, reel_bytes *out)
{
    reel_json *root = make_root(g);
    size_t size = 0;
    char *text = root && !g->failed ? reel_json_canonical(root, &size) : NULL;
    const size_t pad = (4 - size % 4) % 4, n_binary = g->binary.size;
    if (text && !g->binary.failed) {
        reel_bytes_put_u32(out, MAGIC);
        reel_bytes_put_u32(out, 2);
        reel_bytes_put_u32(out, (uint32_t)(12 + 8 + size + pad + 8 + n_binary));
        reel_bytes_put_u32(out, (uint32_t)(size + pad));
        reel_bytes_put_u32(out, CHUNK_JSON);
        reel_bytes_put(out, text, size);
        reel_bytes_put(out, "   ", pad);
        reel_bytes_put_u32(out, (uint32_t)n_binary);
        reel_bytes_put_u32(out, CHUNK_BINARY);
        reel_bytes_put(out, g->binary.data, n_binary);
    } else {
        out->failed = true;
    }
    reel_json_destroy(&root);
    reel_free(text);
}

void reel_glb_finish(reel_glb *g)
{
    for (int i = 0; i < REEL_GLB_LISTS; i++) {
        reel_json_destroy(&g->list[i]);
    }
    reel_json_destroy(&g->lights);
    reel_json_destroy(&g->channels);
    reel_json_destroy(&g->samplers);
    reel_bytes_finish(&g->binary);
    reel_arena_finish(&g->arena);
}
