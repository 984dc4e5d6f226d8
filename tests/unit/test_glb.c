/* test_glb.c - what a reader of GLB files cannot see: refusals, running out of memory, jumps,
 * meshes with more charts than a texture has. The files themselves: tests/conformance/read_glb.py.
 */
#include "app/drawer.h"
#include "export/layout/layout_drive.h"
#include "tests/run_kit.h"

static char dir[] = "/tmp/physreel-glb-XXXXXX";
static reel_record *record;

/* A GLB of the record. */
static reel_status make(int n, const char *const *given, reel_json **json, reel_bytes *binary,
                        reel_error *err)
{
    reel_drawer_state *state = reel_drawer_create();
    if (!state) {
        return REEL_E_NOMEM;
    }
    const reel_drawer drawer = reel_drawer_of(state);
    const reel_layout_clip clip = {.record = record, .drawer = &drawer};
    const reel_layout_options options = {
        .layout = &reel_layout_glb, .root = dir, .n_given = n, .given = given};
    char path[REEL_PATH_MAX], *data = NULL;
    size_t size = 0;
    reel_status status = reel_layout_glb.make(&options, &clip, dir, err);
    reel_drawer_destroy(&state);
    reel_fs_join(path, sizeof path, dir, "clip.glb");
    if (!status && json) {
        CHECK_INT(reel_fs_read(path, &data, &size, err), ==, REEL_OK);
        uint32_t n_text;
        memcpy(&n_text, data + 12, 4);
        CHECK_INT(reel_json_parse(data + 20, n_text, "glb", json, err), ==, REEL_OK);
        reel_bytes_put(binary, data + 28 + n_text, size - 28 - n_text);
        reel_free(data);
    }
    return status;
}

static void load(int n, char **words)
{
    reel_record_close(&record);
    record = kit_record(n, words);
}

static void load_toss(void)
{
    char *words[] = {"toss", "--size", "64x48", "--frames", "4", "--store", "states"};
    load((int)(sizeof words / sizeof *words), words);
}

static int64_t int_at(const reel_json *o, const char *key)
{
    int64_t v = -1;
    CHECK(reel_json_to_int(reel_json_get(o, key), &v));
    return v;
}

static void wrong_settings_are_refused(const void *param)
{
    (void)param;
    static const char *const wrong[] = {"texture=33", "texture=16", "texture=4096", "detail=1",
                                        "rate=often", "lux=0",      "lux=1.5"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const reel_layout_options options = {
            .layout = &reel_layout_glb, .root = dir, .n_given = 1, .given = &wrong[i]};
        reel_error err = {0};
        void *writer = NULL;
        CHECK_INT(reel_layout_glb.open(&options, &writer, &err), ==, REEL_E_USAGE);
        CHECK(strncmp(err.field, wrong[i], strcspn(wrong[i], "=")) == 0);
        CHECK(writer == NULL);
    }
}

static void failed_allocations_are_told(const void *param)
{
    (void)param;
    static const char *const small[] = {"texture=32", "detail=2"};
    reel_error err = {0};
    load_toss();
    const uint64_t before = reel_alloc_count(), live = reel_alloc_live();
    CHECK_INT(make(2, small, NULL, NULL, &err), ==, REEL_OK);
    CHECK_INT(reel_alloc_live(), ==, live);
    const uint64_t all = reel_alloc_count() - before;
    int failed = 0;
    for (uint64_t n = 1; n < all; n += 1 + all / 400) {
        err = (reel_error){0};
        reel_alloc_fail_at(n);
        const reel_status status = make(2, small, NULL, NULL, &err);
        reel_alloc_fail_at(0);
        CHECK(status == REEL_OK || status == REEL_E_NOMEM);
        CHECK_INT(reel_alloc_live(), ==, live);
        failed += status == REEL_E_NOMEM;
    }
    CHECK_INT(failed, >, 300);
}

/* The keys of a body's translation. */
static const reel_json *translation_keys(const reel_json *json, int64_t body)
{
    const reel_json *animation = reel_json_at(reel_json_get(json, "animations"), 0);
    const reel_json *channels = reel_json_get(animation, "channels");
    for (size_t i = 0; i < reel_json_count(channels); i++) {
        const reel_json *channel = reel_json_at(channels, i);
        const reel_json *target = reel_json_get(channel, "target");
        const reel_json *node =
            reel_json_at(reel_json_get(json, "nodes"), (size_t)int_at(target, "node"));
        const reel_json *extras = reel_json_get(node, "extras");
        if (strcmp(reel_json_to_string(reel_json_get(target, "path")), "translation") == 0 &&
            reel_json_get(extras, "body") && int_at(extras, "body") == body) {
            return reel_json_at(reel_json_get(animation, "samplers"),
                                (size_t)int_at(channel, "sampler"));
        }
    }
    CHECK_FAIL("body %lld does not move", (long long)body);
}

static const float *floats(const reel_json *json, const reel_bytes *binary, int64_t accessor,
                           int64_t *n)
{
    const reel_json *a = reel_json_at(reel_json_get(json, "accessors"), (size_t)accessor);
    const reel_json *v =
        reel_json_at(reel_json_get(json, "bufferViews"), (size_t)int_at(a, "bufferView"));
    *n = int_at(a, "count");
    return (const float *)(const void *)(binary->data + int_at(v, "byteOffset"));
}

/* What is placed anew does not glide there. */
static void jumps_are_sudden(const void *param)
{
    (void)param;
    enum { FRAME = 2 };
    reel_json *json = NULL;
    reel_bytes binary = {0};
    reel_error err = {0};
    load_toss();
    const reel_take *take = record->take;
    const int each = record->scene->samples_per_frame;
    int body = 0;
    while (record->scene->bodies[body].motion == REEL_MOTION_STATIC) {
        body++;
    }
    for (int s = FRAME * each; s < take->n_samples; s++) {
        take->position[3 * ((size_t)s * (size_t)take->n_bodies + (size_t)body)] += 10;
    }
    take->state[(size_t)FRAME * (size_t)each * (size_t)take->n_bodies + (size_t)body] |=
        REEL_STATE_TELEPORTED;
    CHECK_INT(make(0, NULL, &json, &binary, &err), ==, REEL_OK);
    const reel_json *keys = translation_keys(json, body);
    int64_t n_times = 0, n_places = 0;
    const float *time = floats(json, &binary, int_at(keys, "input"), &n_times);
    const float *place = floats(json, &binary, int_at(keys, "output"), &n_places);
    CHECK_INT(n_times, ==, record->scene->frames + 1);
    CHECK_INT(n_places, ==, n_times);
    CHECK(time[FRAME] < time[FRAME + 1] && time[FRAME + 1] - time[FRAME] < 1e-6f);
    CHECK_NEAR(time[FRAME + 1], FRAME / (double)record->scene->fps, 1e-7);
    for (int c = 0; c < 3; c++) { /* as at the frame before, until then */
        CHECK(place[3 * FRAME + c] == place[3 * (FRAME - 1) + c]);
    }
    CHECK(place[3 * (FRAME + 1)] - place[3 * FRAME] > 5);
    reel_json_destroy(&json);
    reel_bytes_finish(&binary);
}

/* A wheel with more teeth than charts has the mean colour of its wood. */
static void too_many_charts_give_the_mean(const void *param)
{
    (void)param;
    static const char script[] =
        "scene { family = 'wheel', title = 'A wheel with many teeth', build = function(world, p)\n"
        "  world:gear { name = 'wheel', teeth = 150, module = 0.004, thickness = 0.05, bore = "
        "0.02,\n"
        "               material = 'oak' }\nend }\n";
    char path[REEL_PATH_MAX];
    reel_json *json = NULL;
    reel_bytes binary = {0};
    reel_error err = {0};
    reel_fs_join(path, sizeof path, dir, "wheel.lua");
    CHECK_INT(reel_fs_publish(path, script, strlen(script), &err), ==, REEL_OK);
    char *words[] = {path, "--size", "64x48", "--frames", "2", "--store", "states"};
    load((int)(sizeof words / sizeof *words), words);
    CHECK_INT(make(0, NULL, &json, &binary, &err), ==, REEL_OK);
    const reel_json *materials = reel_json_get(json, "materials");
    int found = 0;
    for (size_t i = 0; i < reel_json_count(materials); i++) {
        const reel_json *m = reel_json_at(materials, i);
        const char *how =
            reel_json_to_string(reel_json_get(reel_json_get(m, "extras"), "base_color"));
        if (strcmp(reel_json_to_string(reel_json_get(m, "name")), "oak") == 0) {
            const reel_json *factor =
                reel_json_get(reel_json_get(m, "pbrMetallicRoughness"), "baseColorFactor");
            double red = 0, blue = 0;
            CHECK(strcmp(how, "mean") == 0);
            CHECK(reel_json_to_real(reel_json_at(factor, 0), &red));
            CHECK(reel_json_to_real(reel_json_at(factor, 2), &blue));
            CHECK(red > 0.1 && red < 0.9 && blue > 0.01 && blue < red);
            found++;
        }
    }
    CHECK_INT(found, ==, 1);
    reel_json_destroy(&json);
    reel_bytes_finish(&binary);
}

static const check_test tests[] = {
    {"wrong settings are refused", wrong_settings_are_refused, NULL},
    {"failed allocations are told", failed_allocations_are_told, NULL},
    {"jumps are sudden", jumps_are_sudden, NULL},
    {"too many charts give the mean", too_many_charts_give_the_mean, NULL},
};

int main(int argc, char **argv)
{
    if (!mkdtemp(dir)) {
        return 1;
    }
    const int result = check_run(tests, sizeof tests / sizeof *tests, argc, argv);
    reel_record_close(&record);
    (void)!reel_fs_remove_tree(dir, NULL);
    return result;
}
