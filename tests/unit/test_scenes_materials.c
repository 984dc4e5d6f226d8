/* What scripts say of materials besides their names: images, relief, lacquer, glass, glow. */
#include "tests/unit/scene_scripts.h"

static const reel_material *of_body(const reel_scene *s, const char *name)
{
    const int body = reel_scene_find_body(s, name);
    CHECK_INT(body, >=, 0);
    return &s->materials[s->geoms[s->bodies[body].first_geom].material];
}

static void finishes(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "world:box{name = 'a', size = 1, material = 'glass'}\n"
        "world:box{name = 'b', size = 1, at = {2, 0}, material = {'ice', transmission = 0.5}}\n"
        "world:box{name = 'c', size = 1, at = {4, 0}, material = {'car paint', "
        "clearcoat_roughness = 0.2, bump = 0.001, emission = {1, 2, 3}}}\n"
        "world:box{name = 'd', size = 1, at = {6, 0}, material = {'plastic', color = {0.5, "
        "0.25, 1}, emission = 4, ior = 1.7}}\n"
        "world:box{name = 'e', size = 1, at = {8, 0}, material = 'denim'}"));
    const reel_material *a = of_body(s, "a"), *b = of_body(s, "b"), *c = of_body(s, "c");
    const reel_material *d = of_body(s, "d"), *e = of_body(s, "e");
    CHECK(a->transmission == 1 && a->ior == 1.5 && a->clearcoat == 0 && a->image == -1);
    CHECK(b->transmission == 0.5 && b->ior == 1.31);
    CHECK(c->clearcoat == 1 && c->clearcoat_roughness == 0.2 && c->bump == 0.001);
    CHECK(c->emission[0] == 1 && c->emission[1] == 2 && c->emission[2] == 3);
    CHECK(d->emission[0] == 2 && d->emission[1] == 1 && d->emission[2] == 4 && d->ior == 1.7);
    CHECK(e->pattern == REEL_PATTERN_FABRIC && e->bump > 0 && e->transmission == 0);
    reel_scene_destroy(&s);
}

static void prints(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "world:box{name = 'a', size = {0.2, 0.3, 0.1}, material = {'ivory', image = 'print:die'}}\n"
        "world:box{name = 'b', size = {0.2, 0.3, 0.1}, at = {1, 0}, material = {'ivory', image = "
        "'print:die', mapping = 'x', image_scale = 0.05}}\n"
        "world:box{name = 'c', size = 0.2, at = {2, 0}, material = {'ivory', image = 'print:die', "
        "color2 = 'red'}}\n"
        "world:cylinder{name = 'd', radius = 0.1, length = 0.3, at = {3, 0}, material = {'steel', "
        "image = 'print:label A-B.'}}"));
    const reel_material *a = of_body(s, "a"), *b = of_body(s, "b"), *c = of_body(s, "c");
    CHECK_INT(s->n_images, ==, 3);
    CHECK(a->image == 0 && b->image == 0 && c->image == 1);
    CHECK(a->mapping == REEL_MAPPING_FACES && b->mapping == REEL_MAPPING_X);
    CHECK_NEAR(a->image_scale, 0.3, 1e-15);
    CHECK(b->image_scale == 0.05);
    CHECK(of_body(s, "d")->mapping == REEL_MAPPING_WRAP);
    /* the fourth side has six pips, the first one: ink in twelve places of 3 x 2 */
    const reel_image *die = &s->images[0];
    int inked[6] = {0};
    CHECK_INT(die->width * 2, ==, die->height * 3);
    for (int i = 0; i < die->width * die->height; i++) {
        const int x = i % die->width * 3 / die->width, y = i / die->width * 2 / die->height;
        inked[3 * y + x] += die->pixels[4 * i + 3] > 127;
    }
    for (int i = 1; i < 6; i++) {
        static const int pips[6] = {1, 2, 3, 6, 5, 4};
        CHECK_NEAR((double)inked[i] / inked[1], pips[i] / 2.0, 0.05 * pips[i]);
    }
    reel_scene_destroy(&s);
}

/* Files are read once for each use, and the frozen scene holds them. */
static void files(const void *param)
{
    reel_scene *s = NULL, *again = NULL;
    reel_error err = {0};
    const reel_freeze_options options = reel_freeze_options_default();
    (void)param;
    if (reel_scene_freeze(REEL_IMAGES_DIR "/pictured.lua", &options, &s, &err) != REEL_OK) {
        CHECK_FAIL("%d: %s: %s", err.line, err.field, err.msg);
    }
    CHECK_INT(s->n_images, ==, 3);
    const reel_material *floor = of_body(s, "floor"), *box = of_body(s, "box 1");
    const reel_material *other = of_body(s, "box 2");
    CHECK(floor->image == box->image && floor->image_scale == 0.5);
    CHECK(box->mapping == REEL_MAPPING_X && box->image_scale == 0.3);
    CHECK(s->images[other->image].kind == REEL_IMAGE_COLOR);
    CHECK(s->images[other->normal_image].kind == REEL_IMAGE_DATA);
    char *text = text_of(s);
    CHECK_INT(reel_scene_decode(text, strlen(text), "again", &again, &err), ==, REEL_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(again->images[i].n_bytes, ==, 19 * 13 * 4);
        CHECK(memcmp(again->images[i].pixels, s->images[i].pixels, 19 * 13 * 4) == 0);
    }
    reel_free(text);
    reel_scene_destroy(&s);
    reel_scene_destroy(&again);
}

typedef struct refusal {
    const char *fields, *field, *msg;
} refusal;

static void refusals(const void *param)
{
    static const refusal cases[] = {
        {"'steel', bump = 0.1", "bump", "relief of a pattern"},
        {"'oak', bump = -1", "bump", ""},
        {"'steel', image = 'x.png'", "image", "script that is a file"},
        {"'steel', image = 'print:cat'", "image", "no picture 'cat'; there are die"},
        {"'steel', image = 'print:die 3'", "image", "takes no letters"},
        {"'steel', image = 'print:number 123'", "image", "1 .. 2 letters"},
        {"'steel', image = 'print:text abc'", "image", "A-Z"},
        {"'steel', normal_image = 'print:die'", "normal_image", ""},
        {"'steel', mapping = 'box'", "mapping", "goes with image"},
        {"'steel', image_scale = 1", "image_scale", "goes with image"},
        {"'steel', image = 'print:die', mapping = 'cube'", "mapping", "box, wrap"},
        {"'steel', image = 'print:die', image_scale = 0", "image_scale", ""},
        {"'steel', clearcoat = 2", "clearcoat", ""},
        {"'steel', ior = 0.5", "ior", ""},
        {"'steel', transmission = -1", "transmission", ""},
        {"'steel', emission = -1", "emission", ""},
        {"'steel', emission = {1, 2}", "emission", ""},
        {"'steel', emission = {1, 2, -1}", "emission", ""},
    };
    (void)param;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char script[400];
        snprintf(script, sizeof(script), BUILD("world:box{size = 1, material = {%s}}"),
                 cases[i].fields);
        reel_scene *s = freeze_seed(script, 0);
        if (s) {
            CHECK_FAIL("taken: %s", cases[i].fields);
        }
        CHECK_CONTAINS(script_error.field, cases[i].field);
        CHECK_CONTAINS(script_error.msg, cases[i].msg);
    }
}

/* What a frozen scene may not say. */
static void validation(const void *param)
{
    (void)param;
    for (int i = 0; i < 9; i++) {
        reel_scene *s =
            freeze(BUILD("world:box{size = 1, material = {'oak', image = 'print:die'}}"));
        reel_material *m = &s->materials[s->geoms[0].material];
        reel_error err = {0};
        for (int k = 0; m->image < 0; k++) {
            m = &s->materials[k];
        }
        CHECK_INT(reel_scene_validate(s, &err), ==, REEL_OK);
        m->image = i == 0 ? 7 : m->image;
        m->normal_image = i == 1 ? 0 : m->normal_image; /* of another kind */
        m->image_scale = i == 2 ? 0 : m->image_scale;
        m->bump = i == 3 ? -1 : m->bump;
        m->clearcoat = i == 4 ? 1.5 : m->clearcoat;
        m->clearcoat_roughness = i == 5 ? 0 : m->clearcoat_roughness;
        m->transmission = i == 6 ? NAN : m->transmission;
        m->ior = i == 7 ? 0.9 : m->ior;
        m->emission[1] = i == 8 ? -1 : m->emission[1];
        CHECK_INT(reel_scene_validate(s, &err), ==, REEL_E_SCENE);
        CHECK_CONTAINS(err.field, "materials[");
        reel_scene_destroy(&s);
    }
}

static const check_test tests[] = {
    {"finishes", finishes, NULL}, {"prints", prints, NULL},         {"files", files, NULL},
    {"refusals", refusals, NULL}, {"validation", validation, NULL},
};
CHECK_MAIN(tests)
