/*
 * validate.c - the rules of base/scene.h that are about meaning. Structure (types, indices, finite
 * numbers) is checked here as far as a scene from a script could break it; a scene from a file has
 * been through reel_scene_decode().
 */
#include "scenes/validate.h"

#include "scenes/check.h"

#include <string.h>

static reel_status check_all_names(const reel_scene *s, reel_error *err)
{
    REEL_TRY(reel_check_names(err, "objects", s->objects, sizeof(*s->objects), s->n_objects));
    REEL_TRY(reel_check_names(err, "bodies", s->bodies, sizeof(*s->bodies), s->n_bodies));
    REEL_TRY(reel_check_names(err, "joints", s->joints, sizeof(*s->joints), s->n_joints));
    REEL_TRY(reel_check_names(err, "actions", s->actions, sizeof(*s->actions), s->n_actions));
    REEL_TRY(reel_check_names(err, "meshes", s->meshes, sizeof(*s->meshes), s->n_meshes));
    REEL_TRY(reel_check_names(err, "height_fields", s->height_fields, sizeof(*s->height_fields),
                              s->n_height_fields));
    REEL_TRY(reel_check_names(err, "force_fields", s->force_fields, sizeof(*s->force_fields),
                              s->n_force_fields));
    REEL_TRY(reel_check_names(err, "cameras", s->cameras, sizeof(*s->cameras), s->n_cameras));
    REEL_TRY(reel_check_names(err, "suns", s->suns, sizeof(*s->suns), s->n_suns));
    REEL_TRY(reel_check_names(err, "params", s->params, sizeof(*s->params), s->n_params));
    return reel_check_names(err, "categories", s->categories, sizeof(*s->categories),
                            s->n_categories);
}

/* --- the clip
 * -------------------------------------------------------------------------------------------- */

static reel_status check_clip(const reel_scene *s, const reel_spot *at)
{
    if (!reel_check_is_word(s->family)) {
        return reel_check_bad(at, "family", "must be lower-case letters, digits and _");
    }
    if (s->fps < 1 || s->fps > REEL_MAX_FPS) {
        return reel_check_bad(at, "fps", "must be within 1 .. %d, is %d", REEL_MAX_FPS, s->fps);
    }
    if (s->frames < 1 || s->frames > REEL_MAX_FRAMES) {
        return reel_check_bad(at, "frames", "must be within 1 .. %d, is %d", REEL_MAX_FRAMES,
                              s->frames);
    }
    if (s->width < 16 || s->width > REEL_MAX_SIDE || s->width % 2) {
        return reel_check_bad(at, "width", "must be even and within 16 .. %d, is %d", REEL_MAX_SIDE,
                              s->width);
    }
    if (s->height < 16 || s->height > REEL_MAX_SIDE || s->height % 2) {
        return reel_check_bad(at, "height", "must be even and within 16 .. %d, is %d",
                              REEL_MAX_SIDE, s->height);
    }
    if (s->samples_per_frame < 1 || s->samples_per_frame > REEL_MAX_SAMPLES_PER_FRAME) {
        return reel_check_bad(at, "samples_per_frame", "must be within 1 .. %d, is %d",
                              REEL_MAX_SAMPLES_PER_FRAME, s->samples_per_frame);
    }
    if (s->step_rate < 1 || s->step_rate > REEL_MAX_STEP_RATE) {
        return reel_check_bad(at, "step_rate", "must be within 1 .. %d, is %d", REEL_MAX_STEP_RATE,
                              s->step_rate);
    }
    if (s->step_rate % (s->fps * s->samples_per_frame) != 0) {
        return reel_check_bad(
            at, "step_rate",
            "%d steps/s is no whole multiple of %d fps x %d samples a frame; for example "
            "1200 suits 12, 24, 25, 30, 50, 60 fps",
            s->step_rate, s->fps, s->samples_per_frame);
    }
    REEL_TRY(reel_check_vector(at, "gravity", s->gravity));
    REEL_TRY(reel_check_positive(at, "exposure", s->exposure));
    REEL_TRY(reel_check_colors(at, "sky.zenith", s->sky.zenith, 1e6));
    REEL_TRY(reel_check_colors(at, "sky.horizon", s->sky.horizon, 1e6));
    return reel_check_colors(at, "sky.ground", s->sky.ground, 1e6);
}

static reel_status check_audit(const reel_scene *s, const reel_spot *at)
{
    const reel_audit_limits *a = &s->audit;
    REEL_TRY(reel_check_range(at, "audit.penetration", a->penetration, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.initial_overlap", a->initial_overlap, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.joint_error", a->joint_error, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.energy_gain", a->energy_gain, 0, 1e9));
    REEL_TRY(reel_check_positive(at, "audit.escape", a->escape));
    REEL_TRY(reel_check_range(at, "audit.popping", a->popping, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.jump", a->jump, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.jitter", a->jitter, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.tunnelling", a->tunnelling, 0, 1e9));
    REEL_TRY(reel_check_range(at, "audit.solver_messages", a->solver_messages, 0, 1e9));
    return reel_check_range(at, "audit.contacts", a->contacts, 1, 1e9);
}

/* --- materials
 * ------------------------------------------------------------------------------------------- */

static reel_status check_surface(const reel_surface *m, const reel_spot *at)
{
    REEL_TRY(reel_check_positive(at, "density", m->density));
    REEL_TRY(reel_check_range(at, "friction", m->friction, 0, 1e6));
    REEL_TRY(reel_check_range(at, "restitution", m->restitution, 0, 1));
    return reel_check_range(at, "rolling_friction", m->rolling_friction, 0, 1e6);
}

static reel_status check_image(const reel_scene *s, const char *member, int image,
                               reel_image_kind kind, const reel_spot *at)
{
    if (image == -1) {
        return REEL_OK;
    }
    REEL_TRY(reel_check_index(at, member, image, s->n_images));
    if (s->images[image].kind != kind) {
        return reel_check_bad(at, member, "is an image of another kind");
    }
    return REEL_OK;
}

/* Relief, pictures, lacquer, glass, glow. */
static reel_status check_finish(const reel_scene *s, const reel_material *m, const reel_spot *at)
{
    REEL_TRY(reel_check_range(at, "bump", m->bump, 0, 1));
    if (m->bump > 0 && m->pattern == REEL_PATTERN_PLAIN) {
        return reel_check_bad(at, "bump", "is the relief of a pattern, and there is none");
    }
    REEL_TRY(check_image(s, "image", m->image, REEL_IMAGE_COLOR, at));
    REEL_TRY(check_image(s, "normal_image", m->normal_image, REEL_IMAGE_DATA, at));
    if (m->image >= 0 || m->normal_image >= 0) {
        REEL_TRY(reel_check_positive(at, "image_scale", m->image_scale));
    }
    REEL_TRY(reel_check_range(at, "clearcoat", m->clearcoat, 0, 1));
    REEL_TRY(reel_check_range(at, "clearcoat_roughness", m->clearcoat_roughness, 0.03, 1));
    REEL_TRY(reel_check_range(at, "transmission", m->transmission, 0, 1));
    REEL_TRY(reel_check_range(at, "ior", m->ior, 1, 3));
    return reel_check_colors(at, "emission", m->emission, 1e6);
}

static reel_status check_material(const reel_material *m, const reel_spot *at)
{
    REEL_TRY(reel_check_colors(at, "color", m->color, 1));
    REEL_TRY(reel_check_colors(at, "color2", m->color2, 1));
    REEL_TRY(reel_check_positive(at, "scale", m->scale));
    REEL_TRY(reel_check_range(at, "roughness", m->roughness, 0.03, 1));
    REEL_TRY(reel_check_range(at, "metallic", m->metallic, 0, 1));
    return reel_check_range(at, "specular", m->specular, 0, 0.2);
}

static reel_status check_materials(const reel_scene *s, reel_error *err)
{
    for (int i = 0; i < s->n_surfaces; i++) {
        const reel_spot at = {err, "surfaces", i, s->surfaces[i].name};
        REEL_TRY(check_surface(&s->surfaces[i], &at));
    }
    for (int i = 0; i < s->n_materials; i++) {
        const reel_spot at = {err, "materials", i, s->materials[i].name};
        REEL_TRY(check_material(&s->materials[i], &at));
        REEL_TRY(check_finish(s, &s->materials[i], &at));
    }
    return REEL_OK;
}

/* --- objects
 */

static reel_status check_objects(const reel_scene *s, reel_error *err)
{
    int next_body = 0, next_instance = 1;
    if (s->n_categories < 1 || strcmp(s->categories[0], "environment") != 0) {
        const reel_spot at = {err, "categories", 0, NULL};
        return reel_check_bad(&at, "", "must be \"environment\"");
    }
    for (int i = 0; i < s->n_objects; i++) {
        const reel_object *o = &s->objects[i];
        const reel_spot at = {err, "objects", i, o->name};
        REEL_TRY(reel_check_index(&at, "semantic_id", o->semantic_id, s->n_categories));
        if (strcmp(o->category, s->categories[o->semantic_id]) != 0) {
            return reel_check_bad(&at, "category", "is not the name of semantic_id %d",
                                  o->semantic_id);
        }
        if ((o->instance_id == 0) != (o->semantic_id == 0)) {
            return reel_check_bad(&at, "instance_id",
                                  "must be 0 for the environment, and only for it");
        }
        if (o->instance_id != 0 && o->instance_id != next_instance++) {
            return reel_check_bad(&at, "instance_id",
                                  "must count up from 1 in the order of the table");
        }
        if (o->n_bodies < 1 || o->first_body != next_body ||
            o->n_bodies > s->n_bodies - next_body) {
            return reel_check_bad(&at, "first_body",
                                  "bodies must be given to the objects in order");
        }
        next_body += o->n_bodies;
        for (int k = 0; k < o->n_bodies; k++) {
            if (s->bodies[o->first_body + k].object != i) {
                return reel_check_bad(&at, "first_body", "body %d belongs to another object",
                                      o->first_body + k);
            }
        }
    }
    const reel_spot at = {err, NULL, 0, NULL};
    return next_body == s->n_bodies ? REEL_OK : reel_check_bad(&at, "bodies", "one has no object");
}

reel_status reel_scene_validate(const reel_scene *scene, reel_error *err)
{
    const reel_spot top = {err, NULL, 0, NULL};
    REEL_TRY(check_clip(scene, &top));
    REEL_TRY(check_audit(scene, &top));
    REEL_TRY(check_all_names(scene, err));
    REEL_TRY(check_materials(scene, err));
    REEL_TRY(check_objects(scene, err));
    REEL_TRY(reel_check_shapes(scene, err));
    REEL_TRY(reel_check_bodies(scene, err));
    REEL_TRY(reel_check_motion(scene, err));
    REEL_TRY(reel_check_forces(scene, err));
    REEL_TRY(reel_check_lights(scene, err));
    return reel_check_views(scene, err);
}
