/* story_words.c - objects and actions as phrases; see story.h. */
#include "scenes/story_internal.h"
#include "scenes/words.h"
#include <string.h>

void reel_story_put_number(int n, reel_bytes *out)
{
    static const char *const words[] = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    if (n >= 0 && n <= 12) {
        reel_bytes_text(out, words[n]);
    } else {
        reel_bytes_printf(out, "%d", n);
    }
}

const char *reel_story_article(const char *word)
{
    return word[0] && strchr("aeiouAEIOU", word[0]) ? "an" : "a";
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* "dominoes", "boxes", "berries", "balls" */
static const char *plural_end(const char *noun, size_t *cut)
{
    const size_t n = strlen(noun);
    *cut = 0;
    if (ends_with(noun, "s") || ends_with(noun, "x") || ends_with(noun, "sh") ||
        ends_with(noun, "ch") || ends_with(noun, "no")) {
        return "es";
    }
    if (n > 1 && noun[n - 1] == 'y' && !strchr("aeiou", noun[n - 2])) {
        *cut = 1;
        return "ies";
    }
    return "s";
}

/* Colour, material and shape; a material that has its own colour goes without the word. */
static bool name_group(reel_story *s, reel_story_group *g)
{
    const reel_object *o = &s->scene->objects[g->first];
    const reel_material_word *material = reel_material_find(o->material);
    const bool own = material && material->color && strcmp(material->color, o->color) == 0;
    const char *color = own ? "" : o->color;
    size_t cut;
    const char *noun = strcmp(o->shape, "object") == 0 ? o->category : o->shape;
    const char *end = plural_end(noun, &cut);
    g->one = reel_arena_printf(&s->arena, "%s%s%s%s%s", color, color[0] ? " " : "", o->material,
                               o->material[0] ? " " : "", noun);
    g->all = g->one
                 ? reel_arena_printf(&s->arena, "%.*s%s", (int)(strlen(g->one) - cut), g->one, end)
                 : NULL;
    return g->all != NULL;
}

static bool alike(const reel_object *a, const reel_object *b)
{
    return strcmp(a->shape, b->shape) == 0 && strcmp(a->color, b->color) == 0 &&
           strcmp(a->material, b->material) == 0;
}

static bool shows_ever(const reel_story *s, int o)
{
    bool shows = false;
    for (int f = 0; !shows && f < s->scene->frames; f++) {
        shows = reel_story_shows(s, o, f);
    }
    return shows;
}

bool reel_story_find_groups(reel_story *s)
{
    const reel_scene *scene = s->scene;
    s->groups = REEL_ARENA_NEW(&s->arena, reel_story_group, scene->n_objects + 1);
    s->group_of = REEL_ARENA_NEW(&s->arena, int, scene->n_objects + 1);
    if (!s->groups || !s->group_of) {
        return false;
    }
    for (int o = 0; o < scene->n_objects; o++) {
        s->group_of[o] = -1;
        if (scene->objects[o].instance_id == 0 || !shows_ever(s, o)) {
            continue;
        }
        int g = 0;
        while (g < s->n_groups && !alike(&scene->objects[s->groups[g].first], &scene->objects[o])) {
            g++;
        }
        if (g == s->n_groups) {
            s->groups[g].first = o;
            s->n_groups++;
            if (!name_group(s, &s->groups[g])) {
                return false;
            }
        }
        s->groups[g].n++;
        s->groups[g].n_first += reel_story_shows(s, o, 0);
        s->group_of[o] = g;
    }
    return true;
}

void reel_story_put_group(const reel_story_group *g, int n, reel_bytes *out)
{
    if (n == 1) {
        reel_bytes_printf(out, "%s %s", reel_story_article(g->one), g->one);
    } else {
        reel_story_put_number(n, out);
        reel_bytes_printf(out, " %s", g->all);
    }
}

/* ---- actions --------------------------------------------------------------------------------- */

/* `n` of the group as a subject: "the ball", "one of the dominoes", "the dominoes". */
static void put_some(const reel_story_group *g, int n, reel_bytes *out)
{
    if (g->n == 1) {
        reel_bytes_printf(out, "the %s", g->one);
    } else if (n >= g->n) {
        reel_bytes_printf(out, "the %s", g->all);
    } else {
        reel_story_put_number(n, out);
        reel_bytes_printf(out, " of the %s", g->all);
    }
}

static void put_times(int n, reel_bytes *out)
{
    if (n == 2) {
        reel_bytes_text(out, " twice");
    } else if (n > 2) {
        reel_bytes_text(out, " ");
        reel_story_put_number(n, out);
        reel_bytes_text(out, " times");
    }
}

static void put_collision(const reel_story *s, const reel_story_action *a, reel_bytes *out)
{
    const reel_story_group *g = &s->groups[a->group];
    const reel_story_group *h = a->other >= 0 ? &s->groups[a->other] : NULL;
    const bool one = g->n == 1 || a->count == 1;
    if (a->is_mutual) {
        reel_bytes_printf(out, "%s%s and %s%s hit one another", g->n == 1 ? "the " : "",
                          g->n == 1 ? g->one : g->all, h->n == 1 ? "the " : "",
                          h->n == 1 ? h->one : h->all);
        put_times(a->count, out);
        return;
    }
    if (g->n == 1) {
        reel_bytes_printf(out, "the %s", g->one);
    } else if (one) {
        reel_bytes_printf(out, "%s %s", reel_story_article(g->one), g->one);
    } else {
        reel_bytes_text(out, g->all);
    }
    reel_bytes_text(out, one ? " hits " : " hit ");
    if (!h) {
        reel_bytes_printf(out, "the %s", s->scene->objects[a->hit].name);
    } else if (g == h) {
        reel_bytes_text(out, one ? "another" : "one another");
    } else if (h->n == 1) {
        reel_bytes_printf(out, "the %s", h->one);
    } else if (a->count == 1) {
        reel_bytes_printf(out, "%s %s", reel_story_article(h->one), h->one);
    } else {
        reel_bytes_text(out, h->all);
    }
    put_times(a->count, out);
}

void reel_story_put_action(const reel_story *s, const reel_story_action *a, reel_bytes *out)
{
    static const struct {
        const char *one, *all;
    } verbs[] = {
        [REEL_STORY_COLLISION] = {"", ""},
        [REEL_STORY_FALL] = {"falls", "fall"},
        [REEL_STORY_TOPPLE] = {"falls over", "fall over"},
        [REEL_STORY_START] = {"starts to ", "start to "},
        [REEL_STORY_REST] = {"comes to rest", "come to rest"},
        [REEL_STORY_ENTER] = {"comes into the picture", "come into the picture"},
        [REEL_STORY_LEAVE] = {"leaves the picture", "leave the picture"},
    };
    if (a->kind == REEL_STORY_COLLISION) {
        put_collision(s, a, out);
        return;
    }
    put_some(&s->groups[a->group], a->count, out);
    reel_bytes_printf(out, " %s%s", a->count == 1 ? verbs[a->kind].one : verbs[a->kind].all,
                      a->kind == REEL_STORY_START ? a->how : "");
}

/* ---- the first frame --------------------------------------------------------------------------
 */

void reel_story_put_floor(const reel_scene *scene, reel_bytes *out)
{
    for (int o = 0; o < scene->n_objects; o++) {
        const reel_object *e = &scene->objects[o];
        if (e->instance_id == 0 &&
            (strcmp(e->name, "floor") == 0 || strcmp(e->name, "ground") == 0)) {
            const reel_material_word *material = reel_material_find(e->material);
            const bool own = material && material->color && strcmp(material->color, e->color) == 0;
            const char *color = own ? "" : e->color;
            const char *of = reel_material_of_floor(e->material);
            const char *first = color[0] ? color : of[0] ? of : e->name;
            reel_bytes_printf(out, "%s %s%s%s%s%s", reel_story_article(first), color,
                              color[0] ? " " : "", of, of[0] ? " " : "", e->name);
            return;
        }
    }
}

/* Where the camera sees a velocity go; NULL: it is none. */
static const char *direction_of(const reel_view *view, reel_vec3 velocity)
{
    if (!(reel_v3_len(velocity) >= 0.1)) {
        return NULL;
    }
    const reel_vec3 c = reel_mat3_mul_v(view->cam_from_world, velocity);
    const double up = fabs(velocity.z), across = fabs(c.x);
    const double flat = sqrt(velocity.x * velocity.x + velocity.y * velocity.y);
    if (up > flat) {
        return velocity.z > 0 ? "up" : "down";
    }
    if (across >= 0.5 * flat) {
        return c.x > 0 ? "to the right" : "to the left";
    }
    return c.z > 0 ? "away from the camera" : "towards the camera";
}

/* How the objects of a group that show move, if they all do alike. */
static const char *group_direction(const reel_scene *scene, const reel_view *view,
                                   const reel_story_group *groups, int g, const bool *shows)
{
    const char *all = NULL;
    bool first = true;
    for (int o = 0; o < scene->n_objects; o++) {
        const reel_object *object = &scene->objects[o];
        if (!shows[o] || object->instance_id == 0 ||
            !alike(object, &scene->objects[groups[g].first])) {
            continue;
        }
        const reel_body *body = &scene->bodies[object->first_body];
        const char *way = body->absent ? NULL : direction_of(view, body->velocity);
        if (!first && way != all) {
            return NULL;
        }
        all = way;
        first = false;
    }
    return all;
}

void reel_story_put_prompt(const reel_scene *scene, int camera, const reel_story_group *groups,
                           int n_groups, const bool *shows, reel_bytes *out)
{
    /* the pose of a camera on a body is not asked for: bodies are where the scene puts them */
    const bool attached = scene->cameras[camera].motion == REEL_CAMERA_ATTACHED;
    const reel_view view = attached ? (reel_view){0} : reel_view_at(scene, NULL, camera, 0);
    const size_t begin = out->size;
    int n = 0, k = 0;
    for (int g = 0; g < n_groups; g++) {
        n += groups[g].n_first > 0;
    }
    for (int g = 0; g < n_groups; g++) {
        if (groups[g].n_first > 0) {
            reel_bytes_text(out, k == 0 ? "" : k == n - 1 ? " and " : ", ");
            reel_story_put_group(&groups[g], groups[g].n_first, out);
            k++;
        }
    }
    if (n == 0) {
        reel_bytes_text(out, "nothing");
    }
    const size_t before = out->size;
    reel_bytes_text(out, " over ");
    reel_story_put_floor(scene, out);
    if (!out->failed && out->size == before + strlen(" over ")) {
        out->size = before;
    }
    reel_bytes_text(out, ".");
    if (!out->failed && out->data[begin] >= 'a' && out->data[begin] <= 'z') {
        out->data[begin] = (uint8_t)(out->data[begin] - 'a' + 'A');
    }
    for (int g = 0; g < n_groups && !attached; g++) {
        const char *way =
            groups[g].n_first > 0 ? group_direction(scene, &view, groups, g, shows) : NULL;
        if (way) {
            const bool one = groups[g].n_first == 1;
            reel_bytes_printf(out, " The %s move%s %s.", one ? groups[g].one : groups[g].all,
                              one ? "s" : "", way);
        }
    }
}
