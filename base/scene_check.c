/* scene_check.c - what the parts of a scene refer to is there and of the right kind. */
#include "base/mesh.h"
#include "base/scene_walk.h"

#include <stdio.h>
#include <string.h>

static bool check_indices(scene_walk *w, const reel_field_table *table, const void *base)
{
    bool ok = true;
    for (int i = 0; ok && i < table->n_fields; i++) {
        const reel_field *f = &table->fields[i];
        const size_t mark = walk_enter(w, f->name);
        if (f->kind == REEL_FIELD_STRUCT) {
            ok = check_indices(w, f->table, (const char *)base + f->offset);
        } else if (f->kind == REEL_FIELD_LIST) {
            const char *items = field_items(base, f);
            for (int k = 0; ok && k < field_count(base, f); k++) {
                const size_t item_mark = walk_enter_item(w, k);
                ok = check_indices(w, f->table, items + (size_t)k * f->table->size);
                walk_leave(w, item_mark);
            }
        } else if (f->target) {
            int index, n;
            memcpy(&index, (const char *)base + f->offset, sizeof(index));
            memcpy(&n, (const char *)w->scene + f->target, sizeof(n));
            ok = index < n || walk_fail(w, REEL_E_SCENE, "is an index beyond the last entry");
        }
        walk_leave(w, mark);
    }
    return ok;
}

static bool fail_item(scene_walk *w, const char *list, int i, const char *field, const char *msg)
{
    snprintf(w->path, sizeof(w->path), "%s[%d].%s", list, i, field);
    return walk_fail(w, REEL_E_SCENE, msg);
}

/* Geoms of a body and bodies of an object stand together in order, and each has an owner. */
static bool check_runs(scene_walk *w)
{
    const reel_scene *s = w->scene;
    int next = 0;
    for (int i = 0; i < s->n_bodies; i++) {
        const reel_body *b = &s->bodies[i];
        if (b->first_geom != next || b->n_geoms > s->n_geoms - next) {
            return fail_item(w, "bodies", i, "first_geom", "geoms must follow those before");
        }
        for (int end = next + b->n_geoms; next < end; next++) {
            if (s->geoms[next].body != i) {
                return fail_item(w, "geoms", next, "body", "is not the body that lists the geom");
            }
        }
    }
    if (next != s->n_geoms) {
        return fail_item(w, "geoms", next, "body", "no body lists the geom");
    }
    next = 0;
    for (int i = 0; i < s->n_objects; i++) {
        const reel_object *o = &s->objects[i];
        if (o->first_body != next || o->n_bodies > s->n_bodies - next) {
            return fail_item(w, "objects", i, "first_body", "bodies must follow those before");
        }
        for (int end = next + o->n_bodies; next < end; next++) {
            if (s->bodies[next].object != i) {
                return fail_item(w, "bodies", next, "object",
                                 "is not the object that lists the body");
            }
        }
    }
    return next == s->n_bodies || fail_item(w, "bodies", next, "object", "no object lists it");
}

/* Instance ids count up in table order; what an action or camera acts on is there. */
static bool check_kinds(scene_walk *w)
{
    const reel_scene *s = w->scene;
    int n_instances = 0;
    for (int i = 0; i < s->n_objects; i++) {
        const int id = s->objects[i].instance_id;
        n_instances += id != 0;
        if (id != 0 && id != n_instances) {
            return fail_item(w, "objects", i, "instance_id", "must be 0 or the next of 1, 2, 3...");
        }
    }
    for (int i = 0; i < s->n_cameras; i++) {
        const reel_camera *c = &s->cameras[i];
        if ((c->body >= 0) != (c->motion == REEL_CAMERA_ATTACHED)) {
            return fail_item(w, "cameras", i, "body", "must be set for an attached camera only");
        }
    }
    return true;
}

static bool acts_on_body(reel_action_kind kind)
{
    return kind == REEL_ACTION_IMPULSE || kind == REEL_ACTION_FORCE || kind == REEL_ACTION_SPAWN ||
           kind == REEL_ACTION_REMOVE;
}

static bool check_actions(scene_walk *w)
{
    for (int i = 0; i < w->scene->n_actions; i++) {
        const reel_action *a = &w->scene->actions[i];
        const bool on_body = acts_on_body(a->kind);
        if ((a->body >= 0) != on_body) {
            return fail_item(w, "actions", i, "body",
                             "must be set for an impulse, force, spawn or remove only");
        }
        if ((a->joint >= 0) == on_body) {
            return fail_item(w, "actions", i, "joint",
                             "must be set for a target, release or attach only");
        }
    }
    return true;
}

/* Every mesh bounds a solid; those of hulls a convex one. */
static bool check_meshes(scene_walk *w)
{
    const reel_scene *s = w->scene;
    bool *convex = reel_calloc((size_t)s->n_meshes + 1, sizeof(*convex));
    bool ok = convex != NULL || walk_no_memory(w);
    for (int i = 0; ok && i < s->n_geoms; i++) {
        if (s->geoms[i].shape == REEL_SHAPE_HULL) {
            convex[s->geoms[i].mesh] = true;
        }
    }
    for (int i = 0; ok && i < s->n_meshes; i++) {
        reel_error err = {0};
        w->path[0] = '\0';
        const reel_status status = reel_mesh_check(&s->meshes[i], convex[i], &err);
        if (status != REEL_OK) {
            walk_enter(w, "meshes");
            walk_enter_item(w, i);
            ok = walk_fail(w, status, err.msg);
        }
    }
    reel_free(convex);
    return ok;
}

/* What a shape or joint is made of is there, and nothing else is named. */
static bool check_parts(scene_walk *w)
{
    const reel_scene *s = w->scene;
    for (int i = 0; i < s->n_height_fields; i++) {
        const reel_height_field *f = &s->height_fields[i];
        if ((int64_t)f->columns * f->rows != f->n_heights) {
            return fail_item(w, "height_fields", i, "heights", "must be columns * rows numbers");
        }
    }
    for (int i = 0; i < s->n_pairs; i++) {
        if (s->pairs[i].surface_a > s->pairs[i].surface_b) {
            return fail_item(w, "pairs", i, "surface_a", "must not be above surface_b");
        }
    }
    for (int i = 0; i < s->n_geoms; i++) {
        const reel_geom *g = &s->geoms[i];
        if ((g->mesh >= 0) != (g->shape == REEL_SHAPE_HULL || g->shape == REEL_SHAPE_MESH)) {
            return fail_item(w, "geoms", i, "mesh", "must be set for a hull or mesh only");
        }
        if ((g->height_field >= 0) != (g->shape == REEL_SHAPE_HEIGHT_FIELD)) {
            return fail_item(w, "geoms", i, "height_field", "must be set for a height field only");
        }
    }
    for (int i = 0; i < s->n_joints; i++) {
        const reel_joint *j = &s->joints[i];
        const bool gear = j->kind == REEL_JOINT_GEAR;
        if ((j->joint_a >= 0) != gear || (j->joint_b >= 0) != gear || j->joint_a >= i ||
            j->joint_b >= i) {
            return fail_item(w, "joints", i, "joint_a",
                             "and joint_b must be set for a gear only, to joints before it");
        }
    }
    return true;
}

/* Images are of the kind that their users need. */
static bool check_images(scene_walk *w)
{
    const reel_scene *s = w->scene;
    for (int i = 0; i < s->n_materials; i++) {
        const reel_material *m = &s->materials[i];
        if (m->image >= 0 && s->images[m->image].kind != REEL_IMAGE_COLOR) {
            return fail_item(w, "materials", i, "image", "must be an image of colour");
        }
        if (m->normal_image >= 0 && s->images[m->normal_image].kind != REEL_IMAGE_DATA) {
            return fail_item(w, "materials", i, "normal_image", "must be an image of data");
        }
    }
    if ((s->sky.image >= 0) != (s->sky.kind == REEL_SKY_IMAGE) ||
        (s->sky.image >= 0 && s->images[s->sky.image].kind != REEL_IMAGE_RADIANCE)) {
        snprintf(w->path, sizeof(w->path), "sky.image");
        return walk_fail(w, REEL_E_SCENE, "must be an image of radiance, for a sky of kind image");
    }
    return true;
}

bool scene_check(scene_walk *w)
{
    return check_indices(w, &reel_scene_fields, w->scene) && check_runs(w) && check_kinds(w) &&
           check_actions(w) && check_images(w) && check_parts(w) && check_meshes(w);
}
