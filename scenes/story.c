/* story.c - see story.h */
#include "scenes/story_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCES = 3 }; /* about the outcome, in a caption that is made */

int reel_story_least(const reel_scene *scene)
{
    const int share = scene->width * scene->height / 5000;
    return share > 4 ? share : 4;
}

static bool put(reel_json *o, const char *key, const char *text)
{
    return reel_json_put(o, key, reel_json_string(text));
}

/* The text of a buffer that holds one; empties it. */
static reel_json *text_of(reel_bytes *b)
{
    reel_bytes_put_u8(b, 0);
    reel_json *v = b->failed ? NULL : reel_json_string((const char *)b->data);
    reel_bytes_clear(b);
    return v;
}

/* To hundredths, as figures for people. */
static reel_json *rounded(double v)
{
    return reel_json_real(floor(v * 100 + 0.5) / 100);
}

static void capital(reel_bytes *b, size_t at)
{
    if (!b->failed && at < b->size && b->data[at] >= 'a' && b->data[at] <= 'z') {
        b->data[at] = (uint8_t)(b->data[at] - 'a' + 'A');
    }
}

/* ---- subjects ---------------------------------------------------------------------------------
 */

/* Pixels of the group in the first frame in which any of it shows, and their mean place as far as
 * poses tell it. */
static int first_frame_of(const reel_story *s, int g, double *pixels, double *u, double *v)
{
    const reel_scene *scene = s->scene;
    *pixels = 0;
    *u = *v = 0.5;
    for (int f = 0; f < scene->frames; f++) {
        const reel_view view = reel_view_at(scene, s->take, s->camera, f);
        double weight = 0;
        *pixels = *u = *v = 0;
        for (int o = 0; o < scene->n_objects; o++) {
            double x, y, z;
            if (s->group_of[o] != g || !reel_story_shows(s, o, f)) {
                continue;
            }
            const int id = scene->objects[o].instance_id;
            const double n = s->visible[(size_t)f * (size_t)s->n_instances + (size_t)(id - 1)];
            const reel_vec3 p =
                reel_take_pose(s->take, f * scene->samples_per_frame, scene->objects[o].first_body)
                    .p;
            *pixels += n;
            if (reel_view_project(&view, p, &x, &y, &z)) {
                *u += n * x;
                *v += n * y;
                weight += n;
            }
        }
        if (*pixels > 0) {
            *u = weight > 0 ? *u / weight / scene->width : 0.5;
            *v = weight > 0 ? *v / weight / scene->height : 0.5;
            return f;
        }
    }
    return 0;
}

static void put_location(double u, double v, reel_bytes *out)
{
    const char *across = u < 1.0 / 3 ? "left" : u < 2.0 / 3 ? "center" : "right";
    const char *down = v < 1.0 / 3 ? "upper " : v < 2.0 / 3 ? "" : "lower ";
    reel_bytes_printf(out, "%s%s", down, across);
}

static reel_json *names_of(const reel_story *s, int g)
{
    reel_json *names = reel_json_array();
    bool ok = names != NULL;
    for (int o = 0; ok && o < s->scene->n_objects; o++) {
        ok = s->group_of[o] != g ||
             reel_json_push(names, reel_json_string(s->scene->objects[o].name));
    }
    if (!ok) {
        reel_json_destroy(&names);
    }
    return names;
}

/* What the group does, in the order of time. */
static reel_json *deeds_of(const reel_story *s, int g, reel_bytes *text)
{
    for (int i = 0; i < s->n_actions; i++) {
        if (s->actions[i].group == g) {
            reel_bytes_text(text, text->size ? "; " : "");
            reel_story_put_action(s, &s->actions[i], text);
        }
    }
    if (text->size == 0) {
        reel_bytes_text(text, "No significant change.");
    }
    return text_of(text);
}

static reel_json *subject_json(const reel_story *s, int g, reel_bytes *text)
{
    const reel_story_group *group = &s->groups[g];
    const reel_object *object = &s->scene->objects[group->first];
    double pixels, u, v;
    const int frame = first_frame_of(s, g, &pixels, &u, &v);
    const double share = pixels / group->n / ((double)s->scene->width * s->scene->height);
    reel_json *o = reel_json_object();
    reel_story_put_group(group, group->n, text);
    bool ok = o && reel_json_put(o, "description", text_of(text));
    ok = ok && put(o, "category", object->category) && put(o, "shape", object->shape);
    ok = ok && put(o, "color", object->color) && put(o, "material", object->material);
    ok = ok && reel_json_put(o, "names", names_of(s, g));
    ok = ok && reel_json_put(o, "number_of_subjects", reel_json_int(group->n));
    ok = ok && reel_json_put(o, "size_m", rounded(reel_story_size(s->scene, group->first)));
    ok = ok && put(o, "relative_size", share < 0.01 ? "Small" : share < 0.1 ? "Medium" : "Large");
    put_location(u, v, text);
    reel_bytes_text(text, frame > 0 ? ", later" : "");
    ok = ok && reel_json_put(o, "location", text_of(text));
    ok = ok && reel_json_put(o, "state_changes", deeds_of(s, g, text));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *subjects_json(const reel_story *s, reel_bytes *text)
{
    reel_json *list = reel_json_array();
    bool ok = list != NULL;
    for (int g = 0; ok && g < s->n_groups; g++) {
        ok = reel_json_push(list, subject_json(s, g, text));
    }
    if (!ok) {
        reel_json_destroy(&list);
    }
    return list;
}

/* ---- actions ----------------------------------------------------------------------------------
 */

static const char *const kinds[] = {"collision", "fall",  "topple", "start",
                                    "rest",      "enter", "leave"};

static reel_json *action_json(const reel_story *s, const reel_story_action *a, reel_bytes *text)
{
    const reel_scene *scene = s->scene;
    const int from = (int)floor(a->start), to = (int)ceil(a->end);
    const int until = to > from ? to : from + 1;
    char time[64];
    snprintf(time, sizeof time, "%d:%02d-%d:%02d", from / 60, from % 60, until / 60, until % 60);
    reel_json *o = reel_json_object();
    bool ok = o && put(o, "time", time) && put(o, "kind", kinds[a->kind]);
    reel_story_put_action(s, a, text);
    ok = ok && reel_json_put(o, "description", text_of(text));
    ok = ok && reel_json_put(o, "start", rounded(a->start));
    ok = ok && reel_json_put(o, "end", rounded(a->end));
    ok = ok && reel_json_put(o, "count", reel_json_int(a->count));
    ok = ok && put(o, "subject", scene->objects[a->object].name);
    ok = ok && (a->hit < 0 || put(o, "object", scene->objects[a->hit].name));
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

static reel_json *actions_json(const reel_story *s, reel_bytes *text)
{
    reel_json *list = reel_json_array();
    bool ok = list != NULL;
    for (int i = 0; ok && i < s->n_actions; i++) {
        ok = reel_json_push(list, action_json(s, &s->actions[i], text));
    }
    if (!ok) {
        reel_json_destroy(&list);
    }
    return list;
}

/* ---- sentences --------------------------------------------------------------------------------
 */

/* The actions that show most, by time. */
static void put_outcome(const reel_story *s, reel_bytes *out)
{
    bool told[REEL_STORY_ACTIONS] = {false};
    for (int n = 0; n < SENTENCES && n < s->n_actions; n++) {
        int best = -1;
        for (int i = 0; i < s->n_actions; i++) {
            if (!told[i] && (best < 0 || s->actions[i].weight > s->actions[best].weight)) {
                best = i;
            }
        }
        told[best] = true;
    }
    for (int i = 0; i < s->n_actions; i++) {
        if (told[i]) {
            reel_bytes_text(out, " ");
            const size_t at = out->size;
            reel_story_put_action(s, &s->actions[i], out);
            capital(out, at);
            reel_bytes_text(out, ".");
        }
    }
    if (s->n_actions == 0) {
        reel_bytes_text(out, " Nothing moves.");
    }
}

static bool put_made_prompt(const reel_story *s, reel_bytes *out)
{
    bool *shows = reel_calloc((size_t)s->scene->n_objects + 1, sizeof(*shows));
    for (int o = 0; shows && o < s->scene->n_objects; o++) {
        shows[o] = reel_story_shows(s, o, 0);
    }
    if (shows) {
        reel_story_put_prompt(s->scene, s->camera, s->groups, s->n_groups, shows, out);
    }
    reel_free(shows);
    return shows != NULL && !out->failed;
}

/* Beat by beat. */
static void put_temporal(const reel_story *s, const char *caption, reel_bytes *out)
{
    reel_bytes_text(out, caption);
    for (int i = 0; i < s->n_actions; i++) {
        const reel_story_action *a = &s->actions[i];
        const int tenths = (int)floor(10 * a->start + 0.5);
        reel_bytes_printf(out, " %s %d.%d s ", a->count > 1 ? "From" : "At", tenths / 10,
                          tenths % 10);
        reel_bytes_text(out, a->count > 1 ? "on " : "");
        reel_story_put_action(s, a, out);
        reel_bytes_text(out, ".");
    }
    const char *motion = reel_story_camera_motion(s->scene, s->camera);
    reel_bytes_printf(out, " The camera %s%s, %s.", strcmp(motion, "static") == 0 ? "stays " : "",
                      motion, reel_story_camera_angle(s->scene, s->take, s->camera));
    const size_t at = out->size + 1;
    reel_bytes_printf(out, " %s.", reel_story_light(s->scene));
    capital(out, at);
}

/* ---- all --------------------------------------------------------------------------------------
 */

static int common_divisor(int a, int b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static bool put_media(const reel_scene *scene, reel_json *o)
{
    const int d = common_divisor(scene->width, scene->height);
    char text[48];
    reel_json *size = reel_json_object();
    bool ok = size && reel_json_put(size, "H", reel_json_int(scene->height)) &&
              reel_json_put(size, "W", reel_json_int(scene->width));
    if (!ok) {
        reel_json_destroy(&size);
        return false;
    }
    ok = reel_json_put(o, "resolution", size);
    snprintf(text, sizeof text, "%d,%d", scene->width / d, scene->height / d);
    ok = ok && put(o, "aspect_ratio", text);
    snprintf(text, sizeof text, "%ds", (int)floor((double)scene->frames / scene->fps + 0.5));
    ok = ok && put(o, "duration", text);
    return ok && reel_json_put(o, "fps", reel_json_int(scene->fps));
}

static reel_json *caption_json(const reel_story *s, const char *caption)
{
    reel_bytes text = {0};
    reel_json *o = reel_json_object();
    bool ok = o && reel_json_put(o, "subjects", subjects_json(s, &text));
    ok = ok && reel_json_put(o, "actions", actions_json(s, &text));
    ok = ok && reel_json_put(o, "cinematography", reel_story_cinematography(s));
    ok = ok && reel_json_put(o, "lighting", reel_story_lighting(s));
    reel_story_put_floor(s->scene, &text);
    capital(&text, 0);
    reel_bytes_text(&text, text.size ? ", " : "");
    reel_bytes_text(&text, reel_story_light(s->scene));
    ok = ok && reel_json_put(o, "background_setting", text_of(&text));
    put_temporal(s, caption, &text);
    ok = ok && reel_json_put(o, "temporal_caption", text_of(&text));
    ok = ok && put(o, "style_medium", "3D animation, CGI") && put(o, "artistic_style", "realistic");
    ok = ok && put(o, "context", "simulated physics of rigid bodies");
    ok = ok && put_media(s->scene, o);
    reel_bytes_finish(&text);
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

/* Caption and prompt, the script's or made. */
static reel_json *texts_json(const reel_story *s)
{
    const reel_scene *scene = s->scene;
    reel_bytes prompt = {0}, caption = {0};
    reel_json *o = reel_json_object();
    bool ok = o != NULL;
    if (scene->caption_prompt[0]) {
        reel_bytes_text(&prompt, scene->caption_prompt);
    } else {
        ok = ok && put_made_prompt(s, &prompt);
    }
    reel_bytes_put_u8(&prompt, 0);
    ok = ok && !prompt.failed;
    if (ok && scene->caption[0] && strcmp(scene->caption, (const char *)prompt.data) != 0) {
        reel_bytes_text(&caption, scene->caption);
    } else if (ok) {
        reel_bytes_text(&caption, (const char *)prompt.data);
        put_outcome(s, &caption);
    }
    reel_bytes_put_u8(&caption, 0);
    ok = ok && !caption.failed && put(o, "prompt", (const char *)prompt.data) &&
         put(o, "caption", (const char *)caption.data) &&
         reel_json_put(o, "caption_json", caption_json(s, (const char *)caption.data));
    reel_bytes_finish(&prompt);
    reel_bytes_finish(&caption);
    if (!ok) {
        reel_json_destroy(&o);
    }
    return o;
}

reel_status reel_story_tell(const reel_scene *scene, const reel_take *take, int camera,
                            const int32_t *visible, reel_json **out, reel_error *err)
{
    reel_story s = {.scene = scene,
                    .take = take,
                    .camera = camera,
                    .n_instances = reel_scene_n_instances(scene),
                    .least = reel_story_least(scene),
                    .visible = visible};
    reel_json *o =
        reel_story_find_groups(&s) && reel_story_find_actions(&s) ? texts_json(&s) : NULL;
    reel_arena_finish(&s.arena);
    if (!o) {
        return reel_fail(err, REEL_E_NOMEM, "out of memory");
    }
    *out = o;
    return REEL_OK;
}
