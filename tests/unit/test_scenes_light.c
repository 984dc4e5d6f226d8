/* What scripts say of lamps and skies, and what they must not say. */
#include "tests/unit/scene_scripts.h"

static double luminance(const double c[3])
{
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

static void lamps_are_placed(const void *param)
{
    (void)param;
    reel_scene *s = freeze(BUILD(
        "world:box { name = 'car', size = 1, at = { 5, 0 } }\n"
        "world:lamp { at = { 1, 2, 3 }, power = 50, temperature = 2700 }\n"
        "world:lamp { kind = 'rect', at = { 0, 0, 2 }, toward = { 2, 0, 2 }, size = { 2, 1 },\n"
        "             across = { 1, 1, 0 }, color = { 0, 0.5, 0 } }\n"
        "world:lamp { name = 'beam', kind = 'spot', attach = 'car', at = { 0.5, 0, 0 },\n"
        "             toward = { 2, 0, 0 }, cone = deg(60), blend = 0.5, radius = 0.02 }"));
    const reel_lamp *l = s->lamps;
    CHECK_INT(s->n_lamps, ==, 3);
    CHECK_STR(l[0].name, "lamp");
    CHECK_INT(l[0].kind, ==, REEL_LAMP_SPHERE);
    CHECK_INT(l[0].body, ==, -1);
    CHECK(l[0].position.x == 1 && l[0].position.y == 2 && l[0].position.z == 3);
    CHECK_NEAR(luminance(l[0].power), 50, 0.01);
    CHECK(l[0].power[0] > 2 * l[0].power[2]); /* 2700 K is warm */
    CHECK_STR(l[1].name, "lamp 2");
    CHECK_NEAR(l[1].direction.x, 1, 1e-12);
    CHECK_NEAR(l[1].across.y, 1, 1e-12); /* at right angles to where it shines */
    CHECK_NEAR(l[1].power[1] * 0.7152, 100, 1e-9);
    CHECK(l[1].size[0] == 2 && l[1].size[1] == 1 && l[1].power[0] == 0);
    CHECK_INT(l[2].body, ==, reel_scene_find_body(s, "car"));
    CHECK_NEAR(l[2].cone, 3.14159265358979 / 6, 1e-12);
    CHECK(l[2].blend == 0.5 && l[2].size[0] == 0.02);
    CHECK_INT(reel_scene_validate(s, NULL), ==, REEL_OK);
    reel_scene_destroy(&s);
}

static void skies_are_maps(const void *param)
{
    static const struct {
        const char *script;
        reel_sky_kind kind;
        int suns;
    } cases[] = {
        {BUILD("world:sky 'clear'"), REEL_SKY_GRADIENT, 1},
        {BUILD("world:sky { kind = 'clear', turbidity = 4 }"), REEL_SKY_CLEAR, 1},
        {BUILD("world:sky 'daylight'"), REEL_SKY_CLEAR, 1},
        {BUILD("world:sky(pick { 'cloudy' })"), REEL_SKY_OVERCAST, 0},
        {BUILD("world:sky { kind = 'softboxes', turn = 1, strength = 2 }"), REEL_SKY_STUDIO, 0},
        {BUILD("world:sky 'night' world:sun {}"), REEL_SKY_NIGHT, 1},
    };
    (void)param;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_scene *s = freeze(cases[i].script);
        CHECK_INT(s->sky.kind, ==, cases[i].kind);
        CHECK_INT(s->n_suns, ==, cases[i].suns);
        CHECK_INT(reel_scene_validate(s, NULL), ==, REEL_OK);
        CHECK(i != 1 || s->sky.turbidity == 4);
        CHECK(i != 4 || (s->sky.turn == 1 && s->sky.strength == 2));
        reel_scene_destroy(&s);
    }
}

#define SET(fields) BUILD("light_set(world, { view = 0, aside = math.pi / 2, " fields " })")

/* What the shipped families are lit by. */
static void sets_are_lit(const void *param)
{
    static const struct {
        const char *script;
        reel_sky_kind kind;
        int suns, lamps, walls;
    } cases[] = {
        {SET("set = 'studio'"), REEL_SKY_GRADIENT, 1, 0, 0},
        {SET("set = 'spot'"), REEL_SKY_GRADIENT, 0, 1, 0},
        {SET("set = 'boxes'"), REEL_SKY_STUDIO, 1, 0, 0},
        {SET("set = 'room'"), REEL_SKY_GRADIENT, 1, 0, 1},
        {SET("set = 'open', skies = { 'cloudy' }"), REEL_SKY_OVERCAST, 1, 0, 0},
    };
    (void)param;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reel_scene *s = freeze(cases[i].script);
        CHECK_INT(s->sky.kind, ==, cases[i].kind);
        CHECK_INT(s->n_suns, ==, cases[i].suns);
        CHECK_INT(s->n_lamps, ==, cases[i].lamps);
        CHECK_INT(reel_scene_find_body(s, "wall") >= 0, ==, cases[i].walls);
        CHECK(s->exposure >= 1.05 && s->exposure <= 1.2);
        reel_scene_destroy(&s);
    }
    reel_scene *s = freeze(SET("set = 'spot', at = { 1, -1 }, away = 2, high = 3, power = 50"));
    CHECK_NEAR(s->lamps[0].position.x, 1, 1e-12); /* `aside` is along y */
    CHECK_NEAR(s->lamps[0].position.y, 1, 1e-12);
    CHECK_NEAR(s->lamps[0].position.z, 3, 1e-12);
    CHECK_NEAR(luminance(s->lamps[0].power), 50, 0.01);
    reel_scene_destroy(&s);
    s = freeze(SET("set = 'room', wall = 2"));
    const reel_body *wall = &s->bodies[reel_scene_find_body(s, "wall")];
    CHECK_NEAR(wall->world_from_body.p.x, -2, 1e-12); /* behind the middle, from a camera along x */
    reel_scene_destroy(&s);
}

static void wrong_sets_are_named(const void *param)
{
    static const char *const cases[][2] = {
        {SET("set = 'cellar'"), "studio, spot, boxes, room or open, not cellar"},
        {SET("set = 'spot', hight = 3"), "unknown field 'hight'"},
        {BUILD("light_set(world, { set = 'room' })"), "are angles"},
        {SET("set = 'spot', power = -3"), "must be within"},
    };
    (void)param;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (freeze_seed(cases[i][0], 0)) {
            CHECK_FAIL("taken: %s", cases[i][0]);
        }
        CHECK_CONTAINS(script_error.msg, cases[i][1]);
        CHECK_INT(script_error.line, ==, 2); /* of the script, not of light_set() */
    }
}

static void mistakes_are_named(const void *param)
{
    static const struct {
        const char *script, *field, *words;
    } cases[] = {
        {BUILD("world:lamp {}"), "lamp.at", "is missing"},
        {BUILD("world:lamp { kind = 'spto', at = { 0, 0, 1 } }"), "lamp.kind",
         "did you mean 'spot'"},
        {BUILD("world:lamp { at = { 0, 0, 1 }, cone = 1 }"), "lamp.cone", "goes with"},
        {BUILD("world:lamp { at = { 0, 0, 1 }, size = { 1, 1 } }"), "lamp.size", "goes with"},
        {BUILD("world:lamp { kind = 'rect', at = { 0, 0, 1 }, radius = 1 }"), "lamp.radius",
         "goes with"},
        {BUILD("world:lamp { kind = 'rect', at = { 0, 0, 1 }, across = { 0, 0, 1 } }"),
         "lamp.across", "must not point"},
        {BUILD("world:lamp { at = { 0, 0, 1 }, toward = { 0, 0, 1 } }"), "lamp.toward",
         "that place"},
        {BUILD("world:lamp { at = { 0, 0, 1 }, color = { 0, 0, 0 } }"), "lamp.color", "no light"},
        {BUILD("world:lamp { at = { 0, 0, 1 }, color = 'red', temperature = 3000 }"),
         "lamp.temperature", "either"},
        {BUILD("world:sky { kind = 'cloudy', turbidity = 3 }"), "sky.turbidity", "daylight"},
        {BUILD("world:sky { kind = 'daylight', turbidity = 1 }"), "sky.turbidity", "within"},
        {BUILD("world:sky { kind = 'daylight', zenith = { 1, 1, 1 } }"), "sky.zenith",
         "no meaning"},
        {BUILD("world:sky { kind = 'daylight', turn = 1 }"), "sky.turn", "about its sun"},
        {BUILD("world:sky { image = 'x.png' }"), "sky.image", ""},
        {BUILD("world:sky 'softboxs'"), "sky", "did you mean 'softboxes'"},
    };
    (void)param;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (freeze_seed(cases[i].script, 0)) {
            CHECK_FAIL("taken: %s", cases[i].script);
        }
        CHECK_STR(script_error.field, cases[i].field);
        CHECK_CONTAINS(script_error.msg, cases[i].words);
    }
}

static const check_test tests[] = {
    {"lamps are placed", lamps_are_placed, NULL},
    {"skies are maps", skies_are_maps, NULL},
    {"sets are lit", sets_are_lit, NULL},
    {"wrong sets are named", wrong_sets_are_named, NULL},
    {"mistakes are named", mistakes_are_named, NULL},
};

CHECK_MAIN(tests)
