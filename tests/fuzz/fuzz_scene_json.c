/*
 * fuzz_scene_json.c - any bytes as a frozen scene.
 *
 * What is refused has a status, a message and no scene. What is taken encodes, decodes and encodes
 * to the same bytes, and its counts can be trusted: times are computed and references followed.
 */
#include "base/scene_json.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not assert: a build without it must still find things. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "fuzz_scene_json: does not hold: %s\n", what);
        abort();
    }
}

static void follow_references(const reel_scene *s)
{
    size_t n = 0;
    for (int i = 0; i < s->n_geoms; i++) {
        const reel_geom *g = &s->geoms[i];
        n += strlen(s->bodies[g->body].name) + strlen(s->materials[g->material].name) +
             strlen(s->surfaces[g->surface].name) + strlen(reel_shape_name(g->shape));
    }
    for (int i = 0; i < s->n_objects; i++) {
        const reel_object *o = &s->objects[i];
        must(o->instance_id <= reel_scene_n_instances(s), "instance ids count up");
        for (int b = o->first_body; b < o->first_body + o->n_bodies; b++) {
            must(s->bodies[b].object == i, "an object owns its bodies");
            n += strlen(s->categories[o->semantic_id]);
        }
    }
    for (int i = 0; i < s->n_joints; i++) {
        n += strlen(s->bodies[s->joints[i].body_a].name);
        n += s->joints[i].body_b >= 0 ? strlen(s->bodies[s->joints[i].body_b].name) : 0;
    }
    for (int i = 0; i < s->n_actions; i++) {
        const reel_action *a = &s->actions[i];
        n += a->body >= 0 ? strlen(s->bodies[a->body].name) : strlen(s->joints[a->joint].name);
    }
    for (int i = 0; i < s->n_cameras; i++) {
        must(s->cameras[i].n_keys >= 1 && s->cameras[i].keys[0].time == s->cameras[i].keys[0].time,
             "a camera has a key");
    }
    for (int i = 0; i < s->n_expects; i++) {
        n += strlen(s->objects[s->expects[i].object].name);
    }
    must(reel_scene_n_samples(s) >= 1 && reel_scene_last_step(s) >= 0, "times are in range");
    must(n < SIZE_MAX, "names end");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    reel_scene *scene = NULL, *again = NULL;
    reel_error err = {0};
    const reel_status status = reel_scene_decode((const char *)data, size, "fuzz", &scene, &err);
    if (status != REEL_OK) {
        must(!scene && err.status == status && err.msg[0], "a refusal says why");
        return 0;
    }
    follow_references(scene);
    char *text = NULL, *text_again = NULL;
    size_t n = 0, n_again = 0;
    must(reel_scene_encode(scene, &text, &n, &err) == REEL_OK, "what decodes encodes");
    must(reel_scene_decode(text, n, "fuzz", &again, &err) == REEL_OK, "its text decodes");
    must(reel_scene_encode(again, &text_again, &n_again, &err) == REEL_OK, "and encodes");
    must(n == n_again && memcmp(text, text_again, n) == 0, "to the same bytes");
    reel_free(text);
    reel_free(text_again);
    reel_scene_destroy(&scene);
    reel_scene_destroy(&again);
    return 0;
}
