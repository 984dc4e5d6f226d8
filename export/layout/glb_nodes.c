/* glb_nodes.c - the tree of nodes: zup, objects, bodies, geoms; and what the extras say of them.
 * See glb_internal.h. */
#include "export/layout/glb_internal.h"

#include "export/record_internal.h"

#include <inttypes.h>
#include <stdio.h>

reel_json *reel_glb_add_node(reel_glb *g, const char *name, int parent, int *index)
{
    *index = reel_glb_append(g, REEL_GLB_NODES, reel_json_object());
    reel_json *node = reel_json_at(g->list[REEL_GLB_NODES], (size_t)*index);
    node = g->failed ? NULL : node;
    reel_glb_put_text(g, node, "name", name);
    if (parent >= 0 && !g->failed) {
        reel_json *above = reel_json_at(g->list[REEL_GLB_NODES], (size_t)parent);
        reel_json *children = reel_json_get(above, "children");
        children = children ? children : reel_glb_put_array(g, above, "children");
        reel_glb_push(g, children, reel_json_int(*index));
    }
    return node;
}

/* ---- extras ------------------------------------------------------------------------------------
 */

static void put_u64(reel_glb *g, reel_json *o, const char *key, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, v);
    reel_glb_put_text(g, o, key, text);
}

reel_json *reel_glb_clip_facts(reel_glb *g)
{
    const reel_record *r = g->record;
    const reel_scene *s = g->scene;
    reel_json *o = reel_json_object();
    reel_glb_put_text(g, o, "clip_id", r->clip_id);
    reel_glb_put_text(g, o, "split", r->split);
    reel_glb_put_text(g, o, "family", r->family);
    put_u64(g, o, "seed", r->seed); /* strings: all 64 bits are used */
    put_u64(g, o, "base_seed", r->base_seed);
    reel_glb_put_int(g, o, "index", (int64_t)r->index);
    reel_glb_put_int(g, o, "attempt", r->attempt);
    reel_glb_put(g, o, "params", reel_record_params(s));
    reel_glb_put_text(g, o, "caption", s->caption ? s->caption : "");
    reel_glb_put_text(g, o, "prompt", s->caption_prompt ? s->caption_prompt : "");
    reel_glb_put_int(g, o, "fps", s->fps);
    reel_glb_put_int(g, o, "num_frames", s->frames);
    reel_glb_put_int(g, o, "width", s->width);
    reel_glb_put_int(g, o, "height", s->height);
    reel_glb_put_text(g, o, "keys", g->set.samples ? "samples" : "frames");
    reel_glb_put_real(g, o, "lux_per_unit", g->set.lux);
    reel_glb_put_vec(g, o, "gravity", s->gravity);
    reel_glb_put_text(g, o, "frame",
                      "node 0 turns the scene's frame, +z up, into this file's, +y up; what extras "
                      "say is in the scene's frame, in m, kg, s");
    reel_glb_put_text(g, o, "scene_sha256", r->scene_sha256);
    reel_glb_put_text(g, o, "take_xxh128", r->take_xxh128);
    return o;
}

static void put_object_facts(reel_glb *g, reel_json *node, int object)
{
    const reel_object *a = &g->scene->objects[object];
    reel_json *x = reel_glb_put_object(g, node, "extras");
    reel_glb_put_int(g, x, "object", object);
    reel_glb_put_int(g, x, "instance_id", a->instance_id);
    reel_glb_put_int(g, x, "semantic_id", a->semantic_id);
    reel_glb_put_text(g, x, "category", a->category);
    reel_glb_put_text(g, x, "shape", a->shape);
    reel_glb_put_text(g, x, "color", a->color);
    reel_glb_put_text(g, x, "material", a->material);
}

static void put_body_facts(reel_glb *g, reel_json *node, int body)
{
    const reel_body *b = &g->scene->bodies[body];
    const bool is_dynamic = b->motion == REEL_MOTION_DYNAMIC;
    reel_json *x = reel_glb_put_object(g, node, "extras");
    reel_glb_put_int(g, x, "body", body);
    reel_glb_put_text(g, x, "name", b->name);
    reel_glb_put_int(g, x, "instance_id", g->scene->objects[b->object].instance_id);
    reel_glb_put_text(g, x, "motion", is_dynamic ? "dynamic" : "static");
    if (is_dynamic) {
        reel_glb_put_real(g, x, "mass", b->mass);
        reel_glb_put_reals(g, x, "inertia", b->inertia, 6);
        reel_glb_put_vec(g, x, "velocity", b->velocity);
        reel_glb_put_vec(g, x, "omega", b->omega);
    }
    if (b->drag > 0) {
        reel_glb_put_real(g, x, "drag", b->drag);
    }
    if (b->charge != 0) {
        reel_glb_put_real(g, x, "charge", b->charge);
    }
    if (b->tag && b->tag[0]) {
        reel_glb_put_text(g, x, "tag", b->tag);
    }
}

static void put_geom_facts(reel_glb *g, reel_json *node, int geom)
{
    const reel_geom *a = &g->scene->geoms[geom];
    const reel_surface *s = &g->scene->surfaces[a->surface];
    reel_json *x = reel_glb_put_object(g, node, "extras");
    reel_glb_put_int(g, x, "geom", geom);
    reel_glb_put_text(g, x, "shape", reel_shape_name(a->shape));
    reel_glb_put_reals(g, x, "size", a->size, 3);
    reel_glb_put_bool(g, x, "visible", a->visible);
    reel_glb_put_bool(g, x, "collides", a->collides);
    reel_glb_put_text(g, x, "surface", s->name ? s->name : "");
    reel_glb_put_real(g, x, "density", s->density);
    reel_glb_put_real(g, x, "friction", s->friction);
    reel_glb_put_real(g, x, "restitution", s->restitution);
    reel_glb_put_real(g, x, "rolling_friction", s->rolling_friction);
    if (a->belt.x != 0 || a->belt.y != 0 || a->belt.z != 0) {
        reel_glb_put_vec(g, x, "belt", a->belt);
    }
}

/* ---- the tree ----------------------------------------------------------------------------------
 */

static reel_status put_geom(reel_glb *g, int parent, int geom, int number, reel_error *err)
{
    const reel_geom *a = &g->scene->geoms[geom];
    char name[256];
    int index, mesh = -1;
    snprintf(name, sizeof name, "%.200s/geom %d", g->scene->bodies[a->body].name, number);
    if (a->visible) {
        reel_status status = reel_glb_mesh_of_geom(g, geom, &mesh, err);
        if (status) {
            return status;
        }
    }
    reel_json *node = reel_glb_add_node(g, name, parent, &index);
    if (mesh >= 0) {
        reel_glb_put_int(g, node, "mesh", mesh);
    }
    reel_glb_put_pose(g, node, a->body_from_geom);
    put_geom_facts(g, node, geom);
    return REEL_OK;
}

static reel_status put_body(reel_glb *g, int parent, int body, reel_error *err)
{
    const reel_body *b = &g->scene->bodies[body];
    char name[256];
    snprintf(name, sizeof name, "%.200s/body", b->name);
    reel_json *node = reel_glb_add_node(g, name, parent, &g->body_node[body]);
    reel_glb_put_pose(g, node, reel_glb_first_pose(g, body));
    put_body_facts(g, node, body);
    reel_status status = REEL_OK;
    for (int i = 0; !status && i < b->n_geoms; i++) {
        status = put_geom(g, g->body_node[body], b->first_geom + i, i, err);
    }
    return status;
}

reel_status reel_glb_put_nodes(reel_glb *g, reel_error *err)
{
    const double half_root = 0.70710678118654752440; /* a quarter turn about x */
    reel_status status = REEL_OK;
    int zup;
    g->body_node = REEL_ARENA_NEW(&g->arena, int, g->scene->n_bodies);
    if (!g->body_node) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    reel_json *node = reel_glb_add_node(g, "zup", -1, &zup);
    reel_glb_put_reals(g, node, "rotation", (double[]){-half_root, 0, 0, half_root}, 4);
    for (int i = 0; !status && i < g->scene->n_objects; i++) {
        const reel_object *a = &g->scene->objects[i];
        int index;
        put_object_facts(g, reel_glb_add_node(g, a->name, zup, &index), i);
        for (int b = 0; !status && b < a->n_bodies; b++) {
            status = put_body(g, index, a->first_body + b, err);
        }
    }
    return status;
}
