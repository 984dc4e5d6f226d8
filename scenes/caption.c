/*
 * caption.c - world:caption: sentences with places in braces that the scene's words fill.
 *
 * {count} is a parameter; {ball.color} a word of the object "ball"; {count:words} writes a small
 * number out, {Count:words} with a capital; {floor:floor} is the material as it stands before
 * "floor"; {a ball.color} puts the article in front, {A ball.color} with a capital.
 */
#include "scenes/build.h"
#include "scenes/fields.h"
#include "scenes/words.h"

#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static const char *const number_words[] = {"zero", "one",    "two",   "three", "four",
                                           "five", "six",    "seven", "eight", "nine",
                                           "ten",  "eleven", "twelve"};

typedef struct sink {
    char text[2000];
    size_t n;
} sink;

static void put(lua_State *L, sink *out, const char *s)
{
    const size_t n = strlen(s);
    if (out->n + n >= sizeof(out->text)) {
        reel_script_fail(L, "caption", "is longer than %zu characters", sizeof(out->text) - 1);
    }
    memcpy(out->text + out->n, s, n + 1);
    out->n += n;
}

/* "1", "0.25", "red", "yes"; a key with a capital asks for one: {Count:words} */
static void param_text(lua_State *L, int params, const char *key, bool words, char *out,
                       size_t size)
{
    char lower[128];
    lua_pushstring(L, key);
    int type = lua_rawget(L, params);
    const bool capital = type == LUA_TNIL && isupper((unsigned char)key[0]);
    if (capital) {
        snprintf(lower, sizeof(lower), "%c%s", tolower((unsigned char)key[0]), key + 1);
        lua_pop(L, 1);
        lua_pushstring(L, lower);
        type = lua_rawget(L, params);
    }
    const lua_Integer i = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1;
    if (type == LUA_TNIL) {
        reel_script_fail(L, "caption", "{%.60s} is neither a parameter nor object.word", key);
    } else if (words && i >= 0 && i <= 12) {
        snprintf(out, size, "%s", number_words[i]);
    } else if (i >= 0 || lua_isinteger(L, -1)) {
        snprintf(out, size, "%lld", (long long)lua_tointeger(L, -1));
    } else if (type == LUA_TNUMBER) {
        snprintf(out, size, "%.3g", lua_tonumber(L, -1));
    } else if (type == LUA_TBOOLEAN) {
        snprintf(out, size, "%s", lua_toboolean(L, -1) ? "yes" : "no");
    } else {
        snprintf(out, size, "%s", lua_tostring(L, -1));
    }
    if (capital) {
        out[0] = (char)toupper((unsigned char)out[0]);
    }
    lua_pop(L, 1);
}

static void object_text(lua_State *L, const char *key, const char *dot, char *out, size_t size)
{
    char name[128];
    const reel_scene *s = reel_builder_of(L)->scene;
    snprintf(name, sizeof(name), "%.*s", (int)(dot - key), key);
    const int i = reel_scene_find_object(s, name);
    if (i < 0) {
        reel_script_fail(L, "caption", "there is no object '%.60s'", name);
    }
    const reel_object *o = &s->objects[i];
    const char *word = strcmp(dot + 1, "color") == 0      ? o->color
                       : strcmp(dot + 1, "material") == 0 ? o->material
                       : strcmp(dot + 1, "shape") == 0    ? o->shape
                       : strcmp(dot + 1, "category") == 0 ? o->category
                       : strcmp(dot + 1, "name") == 0     ? o->name
                                                          : NULL;
    if (!word) {
        reel_script_fail(L, "caption",
                         "{%.60s}: an object has color, material, shape, category, name", key);
    }
    snprintf(out, size, "%s", word);
}

static void fill_place(lua_State *L, int params, char *key, sink *out)
{
    char word[240];
    char article = 0;
    bool words = false, of_floor = false;
    if ((key[0] == 'a' || key[0] == 'A') && key[1] == ' ') {
        article = key[0];
        key += 2;
    }
    char *colon = strrchr(key, ':');
    if (colon && (strcmp(colon, ":words") == 0 || strcmp(colon, ":floor") == 0)) {
        words = colon[1] == 'w';
        of_floor = !words;
        *colon = '\0';
    }
    const char *dot = strrchr(key, '.');
    if (dot) {
        object_text(L, key, dot, word, sizeof(word));
    } else {
        param_text(L, params, key, words, word, sizeof(word));
    }
    const char *said = of_floor ? reel_material_of_floor(word) : word;
    if (article) {
        const bool vowel = said[0] && strchr("aeiouAEIOU", said[0]);
        put(L, out, article == 'a' ? vowel ? "an " : "a " : vowel ? "An " : "A ");
    }
    put(L, out, said);
}

static const char *fill(lua_State *L, int params, const char *template)
{
    sink out = {.n = 0};
    for (const char *p = template; *p;) {
        const char *open = strchr(p, '{');
        char piece[256];
        const size_t n = open ? (size_t)(open - p) : strlen(p);
        for (size_t i = 0; i < n;) { /* plain text, in pieces */
            const size_t k = n - i < sizeof(piece) - 1 ? n - i : sizeof(piece) - 1;
            memcpy(piece, p + i, k);
            piece[k] = '\0';
            put(L, &out, piece);
            i += k;
        }
        if (!open) {
            break;
        }
        const char *close = strchr(open, '}');
        if (!close || close - open >= (ptrdiff_t)sizeof(piece)) {
            reel_script_fail(L, "caption", "a brace is not closed");
        }
        snprintf(piece, sizeof(piece), "%.*s", (int)(close - open - 1), open + 1);
        fill_place(L, params, piece, &out);
        p = close + 1;
    }
    return reel_build_string(L, out.text);
}

static const char *read_template(reel_fields *f, const char *name)
{
    size_t n;
    if (!reel_fields_push(f, name)) {
        return "";
    }
    const char *s = lua_type(f->L, -1) == LUA_TSTRING ? lua_tolstring(f->L, -1, &n) : NULL;
    if (!s || n > 1500 || strlen(s) != n) {
        reel_fields_fail(f, name, "must be a string of at most 1500 characters");
    }
    s = reel_build_string(f->L, s);
    lua_pop(f->L, 1);
    return s;
}

/* world:caption "...", or world:caption{ outcome = "...", prompt = "..." } */
int reel_world_caption(lua_State *L)
{
    static const char *const fields[] = {"outcome", "prompt", NULL};
    reel_builder *b = reel_builder_of(L);
    if (b->caption_done) {
        reel_script_fail(L, "caption", "there is a caption already");
    }
    reel_build_argument(L);
    reel_draw_push(L, 2, "caption");
    lua_replace(L, 2);
    if (lua_type(L, 2) == LUA_TSTRING) {
        lua_createtable(L, 0, 1);
        lua_pushvalue(L, 2);
        lua_setfield(L, -2, "outcome");
        lua_replace(L, 2);
    }
    reel_fields f = reel_fields_begin(L, 2, "caption", "caption", fields);
    b->scene->caption = read_template(&f, "outcome");
    b->scene->caption_prompt = read_template(&f, "prompt");
    b->caption_done = true;
    b->caption_line = reel_script_line(L);
    return 0;
}

void reel_caption_finish(lua_State *L, int params)
{
    reel_scene *s = reel_builder_of(L)->scene;
    reel_script_of(L)->about_line = reel_builder_of(L)->caption_line;
    s->caption = fill(L, params, s->caption);
    s->caption_prompt = fill(L, params, s->caption_prompt);
    if (reel_builder_of(L)->outcome_open) {
        s->caption = s->caption_prompt;
    }
}
