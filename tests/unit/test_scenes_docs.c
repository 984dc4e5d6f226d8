/*
 * The reference of scene scripts: each example in it is frozen, and it names every material and
 * every colour that there is.
 */
#include "tests/unit/scene_scripts.h"

#include "assets/meshes.h"
#include "base/fs.h"
#include "scenes/words.h"

/* REEL_DOCS_DIR comes from the build. */
__attribute__((noinline)) static char *read_reference(void)
{
    char *text = NULL;
    size_t size;
    CHECK(reel_fs_read(REEL_DOCS_DIR "/scene-scripts.md", &text, &size, NULL) == REEL_OK);
    return text;
}

/* A whole script, or the body of build(). */
static void freeze_example(const char *begin, const char *end, int line)
{
    static char script[20000];
    const int n = (int)(end - begin);
    CHECK(n < (int)sizeof(script) - 300);
    if (memmem(begin, (size_t)n, "scene {", 7)) {
        snprintf(script, sizeof(script), "%.*s", n, begin);
    } else {
        snprintf(script, sizeof(script),
                 "scene { family = 'example', params = { count = int(3, 8), wood = pick { 'oak', "
                 "'pine' } }, build = function(world, p)\n%.*send }",
                 n, begin);
    }
    for (uint64_t seed = 0; seed < 5; seed++) {
        reel_scene *s = freeze_seed(script, seed);
        if (!s) {
            CHECK_FAIL("example at line %d of the reference: line %d: %s: %s", line,
                       script_error.line, script_error.field, script_error.msg);
        }
        reel_scene_destroy(&s);
    }
}

static void examples_freeze(const void *param)
{
    (void)param;
    static const char fence[] = "```lua\n";
    char *text = read_reference();
    int n = 0, line = 1;
    const char *counted = text;
    for (const char *p = strstr(text, fence); p; p = strstr(p, fence)) {
        const char *begin = p + strlen(fence), *end = strstr(begin, "```");
        CHECK(end != NULL);
        for (; counted < begin; counted++) {
            line += *counted == '\n';
        }
        freeze_example(begin, end, line);
        p = end;
        n++;
    }
    CHECK_INT(n, >=, 10);
    reel_free(text);
}

static void words_are_named(const void *param)
{
    (void)param;
    char row[100];
    char *text = read_reference();
    for (const reel_material_word *m = reel_material_words(); m->name; m++) {
        snprintf(row, sizeof(row), "| %s%s | %g | %g | %g | %g |", m->name,
                 m->color ? "" : " (paint)", m->density, m->friction, m->restitution, m->rolling);
        CHECK_CONTAINS(text, row);
    }
    for (const reel_color_word *c = reel_color_words(); c->name; c++) {
        CHECK_CONTAINS(text, c->name);
    }
    reel_free(text);
}

/* Each solid with its fields and their defaults. */
static void solids_are_named(const void *param)
{
    (void)param;
    char row[600];
    char *text = read_reference();
    for (int i = 0; i < reel_solid_n_kinds(); i++) {
        const reel_solid_kind *k = reel_solid_kind_at(i);
        size_t n = (size_t)snprintf(row, sizeof(row), "| `%s` | ", k->name);
        for (int p = 0; p < k->n_params; p++) {
            n += (size_t)snprintf(row + n, sizeof(row) - n, "%s`%s` %g", p ? ", " : "",
                                  k->params[p].name, k->params[p].fallback);
        }
        snprintf(row + n, sizeof(row) - n, " | ");
        CHECK_CONTAINS(text, row);
    }
    reel_free(text);
}

static const check_test tests[] = {
    {"examples freeze", examples_freeze, NULL},
    {"solids are named", solids_are_named, NULL},
    {"words are named", words_are_named, NULL},
};
CHECK_MAIN(tests)
