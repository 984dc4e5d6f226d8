#include "export/record_internal.h"

#include <inttypes.h>
#include <stdio.h>

static bool put_text(reel_json *o, const char *key, const char *text)
{
    return reel_json_put(o, key, text ? reel_json_string(text) : reel_json_null());
}

static bool put_int(reel_json *o, const char *key, int64_t v)
{
    return reel_json_put(o, key, reel_json_int(v));
}

/* Seeds use all 64 bits, which JSON readers do not keep: a decimal string. */
static bool put_u64(reel_json *o, const char *key, uint64_t v)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, v);
    return put_text(o, key, text);
}

/* Puts `v` under key if `ok`, destroys it if not. */
static bool put_if(bool ok, reel_json *o, const char *key, reel_json *v)
{
    if (!ok) {
        reel_json_destroy(&v);
        return false;
    }
    return reel_json_put(o, key, v);
}

static bool put_generator(reel_json *o)
{
    reel_json *g = reel_json_object(), *libraries = reel_json_object();
    bool ok = g && libraries && put_text(g, "name", "physreel");
    ok = ok && put_text(g, "version", REEL_VERSION);
    for (const char *const *v = reel_export_versions(); ok && *v; v += 2) {
        ok = put_text(libraries, v[0], v[1]);
    }
    if (!g) {
        reel_json_destroy(&libraries);
        return false;
    }
    ok = put_if(ok, g, "libraries", libraries);
    return put_if(ok, o, "generator", g);
}

reel_json *reel_record_params(const reel_scene *scene)
{
    reel_json *params = reel_json_object();
    bool ok = params != NULL;
    for (int i = 0; ok && i < scene->n_params; i++) {
        ok = reel_json_put(params, scene->params[i].name, reel_json_copy(scene->params[i].value));
    }
    if (!ok) {
        reel_json_destroy(&params);
    }
    return params;
}

/* What was added to the script's scene, where something was. */
static bool put_agent(reel_json *o, const reel_scene *scene)
{
    bool ok = !scene->views[0] || put_text(o, "views", scene->views);
    if (!ok || !scene->agent[0]) {
        return ok;
    }
    reel_json *agent = reel_json_object();
    ok = agent && put_text(agent, "kind", scene->agent) && put_text(agent, "on", scene->agent_on);
    return put_if(ok, o, "agent", agent);
}

static bool put_identity(reel_json *o, const reel_record_writer *w)
{
    const reel_record_options *options = &w->options;
    const reel_scene *scene = w->scene;
    bool ok = put_text(o, "format", REEL_RECORD_FORMAT);
    ok = ok && put_int(o, "format_version", REEL_RECORD_FORMAT_VERSION);
    ok = ok && put_generator(o);
    ok = ok && put_text(o, "clip_id", options->clip_id);
    ok = ok && put_text(o, "split", options->split);
    ok = ok && put_text(o, "family", scene->family);
    ok = ok && put_text(o, "source", scene->source);
    ok = ok && put_text(o, "source_sha256", scene->source_sha256);
    ok = ok && reel_json_put(o, "params", reel_record_params(scene));
    ok = ok && put_agent(o, scene);
    ok = ok && put_u64(o, "base_seed", options->base_seed);
    ok = ok && put_u64(o, "index", options->index);
    ok = ok && put_int(o, "attempt", options->attempt);
    ok = ok && put_u64(o, "seed", scene->seed);
    ok = ok && put_text(o, "scene_sha256", w->scene_sha256);
    ok = ok && put_text(o, "take_xxh128", w->take_xxh128);
    return ok;
}

static reel_json *plane_names(reel_planes planes)
{
    reel_json *a = reel_json_array();
    bool ok = a != NULL;
    for (int p = 0; ok && p < REEL_PLANE_COUNT; p++) {
        if (planes & REEL_PLANE_BIT(p)) {
            ok = reel_json_push(a, reel_json_string(reel_plane_get_info((reel_plane)p)->name));
        }
    }
    if (!ok) {
        reel_json_destroy(&a);
    }
    return a;
}

static reel_json *control_names(reel_controls kinds)
{
    reel_json *a = reel_json_array();
    bool ok = a != NULL;
    for (int k = 0; ok && k < REEL_CONTROL_COUNT; k++) {
        if (kinds & REEL_CONTROL_BIT(k)) {
            ok = reel_json_push(a, reel_json_string(reel_control_name((reel_control)k)));
        }
    }
    if (!ok) {
        reel_json_destroy(&a);
    }
    return a;
}

static bool put_options(reel_json *o, const reel_record_writer *w)
{
    const reel_record_options *options = &w->options;
    reel_json *video = reel_json_object();
    bool ok = video && put_int(video, "crf", options->video.crf);
    ok = ok && put_text(video, "preset", options->video.preset);
    ok = ok && put_int(video, "keyint", options->video.keyint);
    ok = put_if(ok, o, "video", video);
    ok = ok && put_text(o, "renderer", "soft");
    ok = ok && put_text(o, "quality", options->quality);
    ok = ok && put_int(o, "samples", options->samples);
    ok = ok && put_text(o, "store", reel_store_name(options->store));
    ok = ok && reel_json_put(o, "labels", plane_names(options->labels));
    ok = ok && reel_json_put(o, "amodal", reel_json_bool(options->amodal));
    ok = ok && reel_json_put(o, "masks", reel_json_bool(options->masks));
    ok = ok && put_int(o, "tracks", options->tracks);
    ok = ok && reel_json_put(o, "depth_scale", reel_json_real(options->depth_scale));
    ok = ok && reel_json_put(o, "colour", reel_json_bool(options->colour));
    ok = ok && reel_json_put(o, "controls", control_names(options->controls));
    ok = ok && reel_json_put(o, "first_frames", reel_json_bool(options->first_frames));
    return ok;
}

static bool put_counts(reel_json *o, const reel_record_writer *w)
{
    const reel_scene *s = w->scene;
    reel_json *c = reel_json_object();
    bool ok = c && put_int(c, "frames", s->frames);
    ok = ok && put_int(c, "samples", w->take->n_samples);
    ok = ok && put_int(c, "cameras", w->options.n_cameras);
    ok = ok && put_int(c, "objects", s->n_objects);
    ok = ok && put_int(c, "instances", w->n_instances);
    ok = ok && put_int(c, "bodies", s->n_bodies);
    ok = ok && put_int(c, "joints", s->n_joints);
    ok = ok && put_int(c, "actions", s->n_actions);
    ok = ok && put_int(c, "events", w->take->n_events);
    ok = put_if(ok, o, "counts", c);
    ok = ok && put_int(o, "fps", s->fps);
    ok = ok && put_int(o, "width", s->width);
    ok = ok && put_int(o, "height", s->height);
    ok = ok && put_int(o, "step_rate", s->step_rate);
    ok = ok && put_int(o, "samples_per_frame", s->samples_per_frame);
    return ok;
}

static bool put_audit(reel_json *o, const reel_take *take)
{
    reel_json *audit = reel_json_object();
    bool ok = audit != NULL;
    for (int i = 0; ok && i < reel_audit_n_figures(); i++) {
        ok = reel_json_put(audit, reel_audit_figure_name(i),
                           reel_json_real(reel_audit_figure(&take->audit, i)));
    }
    return put_if(ok, o, "audit", audit);
}

static reel_json *digests_of(const reel_record_camera *c)
{
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    for (int p = 0; ok && p < REEL_PLANE_COUNT; p++) {
        if (!(c->planes & REEL_PLANE_BIT(p))) {
            continue;
        }
        reel_json *list = reel_json_array();
        ok = list != NULL;
        for (int f = 0; ok && f < c->next; f++) {
            char hex[REEL_XXH128_HEX];
            reel_xxh128_hex(c->digest[p][f], hex);
            ok = reel_json_push(list, reel_json_string(hex));
        }
        ok = put_if(ok, o, reel_plane_get_info((reel_plane)p)->name, list);
    }
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* Names of a stream's control videos, and what depth was drawn from and to. */
static bool put_controls(reel_json *stream, const reel_record_camera *c)
{
    reel_json *names = reel_json_object();
    bool ok = names != NULL;
    for (int k = 0; ok && k < REEL_CONTROL_COUNT; k++) {
        if (c->control_name[k]) {
            ok = put_text(names, reel_control_name((reel_control)k), c->control_name[k]);
        }
    }
    ok = put_if(ok, stream, "controls", names);
    ok = ok && put_text(stream, "first_frame", c->first_name);
    if (ok && c->control_name[REEL_CONTROL_DEPTH]) {
        ok = reel_json_put(stream, "control_near", reel_json_real(c->near)) &&
             reel_json_put(stream, "control_far", reel_json_real(c->far));
    }
    return ok;
}

static bool put_streams(reel_json *o, const reel_record_writer *w)
{
    reel_json *streams = reel_json_array();
    bool ok = streams != NULL;
    for (int i = 0; ok && i < w->options.n_cameras; i++) {
        const reel_record_camera *c = &w->cameras[i];
        reel_json *s = reel_json_object();
        ok = s && put_text(s, "id", c->id);
        ok = ok && put_text(s, "camera", c->camera);
        ok = ok && put_int(s, "camera_index", c->camera_index);
        ok = ok && put_text(s, "video", c->video_name);
        ok = ok && put_text(s, "planes", c->labels_name);
        ok = ok && reel_json_put(s, "xxh128", digests_of(c));
        ok = ok && put_controls(s, c);
        if (!ok) {
            reel_json_destroy(&s);
        } else {
            ok = reel_json_push(streams, s);
        }
    }
    return put_if(ok, o, "streams", streams);
}

static bool put_files(reel_json *o, const reel_record_writer *w)
{
    reel_json *files = reel_json_array();
    bool ok = files != NULL;
    for (int i = 0; ok && i < w->n_files; i++) {
        const reel_record_file *file = &w->files[i];
        reel_json *f = reel_json_object();
        ok = f && put_text(f, "role", file->role);
        ok = ok && put_text(f, "name", file->name);
        ok = ok && put_int(f, "bytes", (int64_t)file->bytes);
        ok = ok && put_text(f, "sha256", file->sha256);
        if (!ok) {
            reel_json_destroy(&f);
        } else {
            ok = reel_json_push(files, f);
        }
    }
    return put_if(ok, o, "files", files);
}

reel_json *reel_record_manifest(const reel_record_writer *w)
{
    reel_json *o = reel_json_object();
    const bool ok = o && put_identity(o, w) && put_options(o, w) && put_counts(o, w) &&
                    put_audit(o, w->take) && put_streams(o, w) && put_files(o, w);
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}
